// Clauses of GetVpRegisters and SetVpRegisters, one entry an exit: gates, gets, sets (notes P16, P17, P20).
#pragma once

#include "model/clauses_hypercall.hpp"

namespace vtlcheck::model {

inline constexpr std::array<ClauseText, 47> register_clauses{{
    {"REG-G-01", "Architectural register of the caller itself", "gate lower or TSC_AUX, target is the caller's VTL",
     "AccessDenied", "D26 I14 P16; hardware_cvm/mod.rs:278-338"},
    {"REG-G-02", "TscAux without the processor having it", "gate TSC_AUX, VTL1 for VTL0, no IA32_TSC_AUX",
     "InvalidParameter", "D26 P16; hardware_cvm/mod.rs:340"},
    {"REG-G-03", "PendingEvent0 of the caller itself", "gate event, target is the caller's VTL", "InvalidParameter",
     "D26 I33 P16; hardware_cvm/mod.rs:1057-1059"},
    {"REG-G-04", "Intercept register of VTL0", "gate VTL1 denied, target not VTL1", "AccessDenied",
     "D26 I32 P16; hardware_cvm/mod.rs:357-382"},
    {"REG-G-05", "VSM setting of VTL0", "gate VTL1 parameter, target not VTL1", "InvalidParameter",
     "D26 I32 P16; hardware_cvm/mod.rs:357-382"},
    {"REG-G-06", "VSM status without the privilege", "gate VSM, caller VTL0 without AccessVsm", "AccessDenied",
     "D26 P16; hardware_cvm/mod.rs:383-392"},
    {"REG-G-07", "Name that no guest may use", "gate unlisted", "InvalidParameter",
     "D26 P16; hardware_cvm/mod.rs:752-759,1096-1103"},

    {"REG-R-01", "Get of a general-purpose register", "Rax to R15 without Rsp", "the guest's, shared by the VTLs",
     "P20; tdx/mod.rs:3797-3812"},
    {"REG-R-02", "Get of a register that the VTL's state holds",
     "Rip, Rsp, Rflags, Cr0, Cr4, Efer, Xfem or an MSR kept here", "its value", "P20; hardware_cvm/mod.rs:530-620"},
    {"REG-R-03", "Get from the TDX module, answered", "a register kept in the VMCS, the kernel or the run page",
     "its answer", "P20; hcl/ioctl/tdx.rs:331-347"},
    {"REG-R-04", "Get from the TDX module, failed", "as REG-R-03, but refused", "OperationFailed",
     "D2 P20; hardware_cvm/mod.rs:398-408"},
    {"REG-R-05", "Get of ApicBase", "ApicBase", "the VTL's APIC base", "P20"},
    {"REG-R-06", "Get of a synic register", "a SINT, Scontrol, Sversion, Sifp, Sipp or Eom", "its value",
     "P20; hv1_emulator/synic.rs"},
    {"REG-R-07", "Get of a synthetic timer", "Stimer Config or Count", "its value", "P20"},
    {"REG-R-08", "Get of the assist page or the hypercall page's offsets", "VpAssistPage or VsmCodePageOffsets",
     "its value", "P20; hv1_emulator/hv.rs:350"},
    {"REG-R-09", "Get of a VSM status", "VsmVpStatus, VsmPartitionStatus or VsmCapabilities", "as the state says",
     "P20; hardware_cvm/mod.rs:437-523"},
    {"REG-R-10", "Get of a VSM setting", "VsmVina, VsmPartitionConfig, or VsmVpSecureConfigVtl0 with VSM enabled",
     "its value", "P20 P28 P29; hardware_cvm/mod.rs:2723"},
    {"REG-R-11", "Get of VsmVpSecureConfigVtl0, VSM not enabled", "guest VSM not enabled", "InvalidVtlState", "P29"},
    {"REG-R-12", "Get of an intercept register", "CrInterceptControl or a mask", "its value", "P20"},
    {"REG-R-13", "Get of what cannot be got", "PendingEvent0", "InvalidParameter", "P17"},

    {"REG-W-01", "Set of what cannot be set", "a register with a get only", "InvalidParameter",
     "P17; hardware_cvm/mod.rs:1096-1103"},
    {"REG-W-02", "Set of Rsp, Rip, Rflags, accepted", "VTL1 for VTL0; the value can be entered", "stored",
     "D27 I31 P23; hardware_cvm/mod.rs:962-995"},
    {"REG-W-03", "Set of Rip or Rflags, refused", "the value cannot be entered", "InvalidRegisterValue",
     "D27 I31 P23 P24"},
    {"REG-W-04", "Set of Cr0, Cr4 or Efer, accepted", "VTL1 for VTL0; the registers together can be entered",
     "stored; LMA follows", "D3 D27 I31 P23 P24; hardware_cvm/mod.rs:827-844"},
    {"REG-W-05", "Set of Cr0, Cr4 or Efer, refused", "the registers together cannot be entered", "InvalidRegisterValue",
     "D3 D27 I31 P23 P24"},
    {"REG-W-06", "Set in the TDX module, accepted", "Cr8, Dr3, Dr7, a table register or a shadow-stack register; good",
     "the module is asked to write it", "D13 D27 P26"},
    {"REG-W-07", "Set in the TDX module, bad value", "the value is not one of the register's", "InvalidRegisterValue",
     "D27 P26"},
    {"REG-W-08", "Set in the TDX module, failed", "good, but the module refuses", "OperationFailed", "D2 P20"},
    {"REG-W-09", "Set of Xfem, accepted", "a good XCR0", "stored; the kernel is asked to load it", "D13 D15 P25"},
    {"REG-W-10", "Set of Xfem, refused", "a bad XCR0", "InvalidRegisterValue", "D15 P25"},
    {"REG-W-11", "Set of Xfem, failed", "good, but the kernel refuses", "OperationFailed", "D2 P20"},
    {"REG-W-12", "Set of an MSR kept here, accepted", "the MSR's own rule holds", "stored", "D13 D27 R22 P20"},
    {"REG-W-13", "Set of an MSR kept here, refused", "the MSR's own rule does not hold", "InvalidRegisterValue",
     "D27 R22 P20"},
    {"REG-W-14", "Set of ApicBase, accepted", "VTL1 for VTL0 by the MSR's rule; for itself the value it has",
     "stored with the BSP bit kept", "D13 R16 P20"},
    {"REG-W-15", "Set of ApicBase, refused", "against the MSR's rule, or another value for itself",
     "InvalidRegisterValue, InvalidParameter for itself", "D13 R16 P20"},
    {"REG-W-16", "Set of a SINT, Scontrol or Eom", "own or lower", "stored; VTL0's proxy filter follows a SINT",
     "P20; hv1_emulator/synic.rs:424-440"},
    {"REG-W-17", "Set of a synthetic timer", "own or lower", "stored; a count may enable the timer", "R20 P20"},
    {"REG-W-18", "Set of a page register, accepted", "Sifp, Sipp or VpAssistPage; memory has the page", "stored",
     "R17 P20"},
    {"REG-W-19", "Set of VpAssistPage, bad value", "a reserved bit", "InvalidRegisterValue", "R17 P20"},
    {"REG-W-20", "Set of a page register, failed", "memory refuses the page",
     "InvalidParameter, InvalidRegisterValue of VpAssistPage", "R17 P20"},
    {"REG-W-21", "Set of PendingEvent0, accepted", "an architectural exception, or none",
     "stored until VTL0 is entered", "I33 P27; hardware_cvm/mod.rs:1107-1179"},
    {"REG-W-22", "Set of PendingEvent0, refused", "no architectural exception", "InvalidRegisterValue",
     "I33 P27; hardware_cvm/mod.rs:1107-1142"},
    {"REG-W-23", "Set of a VSM setting, accepted", "VsmVina, VsmPartitionConfig or VsmVpSecureConfigVtl0; good",
     "stored", "I24 I25 P28 P29; hardware_cvm/mod.rs:2210-2289,2746"},
    {"REG-W-24", "Set of a VSM setting, refused", "a bad value, or guest VSM not enabled",
     "InvalidRegisterValue, InvalidVtlState, InvalidParameter of VsmVina",
     "I24 I25 P28 P29; hardware_cvm/mod.rs:2210-2289,2746"},
    {"REG-W-25", "Set of VsmPartitionConfig, failed", "memory does not take the default protection",
     "OperationDenied, nothing stored", "P28"},
    {"REG-W-26", "Set of an intercept register, accepted", "no control bit but those that can be claimed",
     "stored; armed at once", "D14 D29 P7 P22; hardware_cvm/mod.rs:1181-1212"},
    {"REG-W-27", "Set of CrInterceptControl, refused", "a read bit, bit 24 or a reserved bit", "InvalidRegisterValue",
     "D14 P22; hardware_cvm/mod.rs:1186-1212"},
}};

template <class D, class Reading>
void register_family(Book<D, World<D>, Reading>& book, const Facts<D>& in, const Effects<D>& effect, World<D>& world,
                     const typename D::Bool& served, ClauseIndex base) {
    using Bool = typename D::Bool;
    using Bv16 = typename D::template Bv<16>;
    using R = RegisterRule;
    const auto id = [base](ClauseIndex i) { return static_cast<ClauseIndex>(base + i); };
    constexpr auto at = [](std::string_view name) consteval { return index_in(register_clauses, name, 0); };
    const auto& exit = in.exit;
    const CallEffects<D> call{in, effect, world};
    const RegisterAccess<D> access(in, effect, world);
    const auto is = [&](R rule) { return in.reg.is(rule); };
    const auto within = [&](R first, R last) { return in.reg.within(first, last); };

    const auto fail = [&](const Bv16& status, Route route, AuditVerdict verdict) {
        call.entry_fails(status);
        call.record_entry(route, verdict, status);
    };
    const auto refuse = [&](std::uint16_t status) {
        return [&, status] { fail(Bv16(status), Route::none, AuditVerdict::refused); };
    };

    // Gates
    const auto gate = [&](Gate g) { return in.reg.is(g); };
    const Bool own = !in.names_lower;
    const Bool lower_bad = (gate(Gate::lower) | gate(Gate::tsc_aux)) & own;
    const Bool aux_bad = gate(Gate::tsc_aux) & !own & !in.config.tsc_aux;
    const Bool event_bad = gate(Gate::event) & own;
    const Bool denied_bad = gate(Gate::vtl1_denied) & !in.target_vtl1;
    const Bool parameter_bad = gate(Gate::vtl1_parameter) & !in.target_vtl1;
    const Bool vsm_bad = gate(Gate::vsm) & !exit.vtl1 & !in.config.access_vsm;
    const Bool unlisted = gate(Gate::unlisted);
    book.family(served, [&] {
        book.clause(id(at("REG-G-01")), lower_bad, refuse(hv_access_denied));
        book.clause(id(at("REG-G-02")), aux_bad, refuse(hv_invalid_parameter));
        book.clause(id(at("REG-G-03")), event_bad, refuse(hv_invalid_parameter));
        book.clause(id(at("REG-G-04")), denied_bad, refuse(hv_access_denied));
        book.clause(id(at("REG-G-05")), parameter_bad, refuse(hv_invalid_parameter));
        book.clause(id(at("REG-G-06")), vsm_bad, refuse(hv_access_denied));
        book.clause(id(at("REG-G-07")), unlisted, refuse(hv_invalid_parameter));
    });
    const Bool passed =
        served & !lower_bad & !aux_bad & !event_bad & !denied_bad & !parameter_bad & !vsm_bad & !unlisted;

    book.family(passed & !in.sets, [&] {
        const RegisterRead<D> read = access.read();
        const auto give = [&] {
            world.out.result = read.value;
            call.entry_done();
            call.record_entry(Route::emulation, AuditVerdict::granted, Bv16(0));
        };
        book.clause(id(at("REG-R-01")), is(R::gpr), give);
        book.clause(id(at("REG-R-02")), within(R::rsp, R::efer) | within(R::xfem, R::xss), give);
        book.clause(id(at("REG-R-03")), read.module & !exit.module_refused, [&] {
            access.ask_module(Request::register_read);
            world.out.result = exit.register_value;
            world.out.result_high = exit.register_value_high;
            call.entry_done();
            call.record_entry(Route::tdx_module, AuditVerdict::granted, Bv16(0));
        });
        book.clause(id(at("REG-R-04")), read.module & exit.module_refused, [&] {
            access.ask_module(Request::register_read);
            fail(Bv16(hv_operation_failed), Route::tdx_module, AuditVerdict::failed);
        });
        book.clause(id(at("REG-R-05")), is(R::apic_base), give);
        book.clause(id(at("REG-R-06")), within(R::sint, R::sversion), give);
        book.clause(id(at("REG-R-07")), within(R::stimer_config, R::stimer_count), give);
        book.clause(id(at("REG-R-08")), within(R::vp_assist, R::code_page_offsets), give);
        book.clause(id(at("REG-R-09")), within(R::vp_status, R::capabilities), give);
        book.clause(id(at("REG-R-10")), within(R::vina, R::secure_config) & (read.status == 0), give);
        book.clause(id(at("REG-R-11")), is(R::secure_config) & (read.status != 0), refuse(hv_invalid_vtl_state));
        book.clause(id(at("REG-R-12")), within(R::intercept_control, R::misc_enable_mask), give);
        book.clause(id(at("REG-R-13")), is(R::pending_event), refuse(hv_invalid_parameter));
    });

    book.family(passed & in.sets, [&] {
        const RegisterWrite<D> write = access.judge(own);
        const Bool good = write.status == 0;
        const Bool fails = good & write.fails(exit);
        const Bool done = good & !fails;
        const auto accept = [&] {
            access.ask_outside();
            access.store();
            call.entry_done();
            call.record_entry(Route::emulation, AuditVerdict::granted, Bv16(0));
        };
        const auto accept_module = [&] {
            access.ask_outside();
            access.store();
            call.entry_done();
            call.record_entry(Route::tdx_module, AuditVerdict::granted, Bv16(0));
        };
        const auto bad = [&] { fail(write.status, Route::none, AuditVerdict::refused); };
        const auto failed = [&] {
            access.ask_outside();
            fail(write.refusal, Route::none, AuditVerdict::failed);
        };
        const auto failed_module = [&] {
            access.ask_outside();
            fail(write.refusal, Route::tdx_module, AuditVerdict::failed);
        };

        book.clause(id(at("REG-W-01")), !access.has_set(), refuse(hv_invalid_parameter));
        const Bool pointers = within(R::rsp, R::rflags);
        book.clause(id(at("REG-W-02")), pointers & done, accept);
        book.clause(id(at("REG-W-03")), pointers & !good, bad);
        const Bool modes = within(R::cr0, R::efer);
        book.clause(id(at("REG-W-04")), modes & done, accept);
        book.clause(id(at("REG-W-05")), modes & !good, bad);
        const Bool module = within(R::cr8, R::interrupt_ssp_table);
        book.clause(id(at("REG-W-06")), module & done, accept_module);
        book.clause(id(at("REG-W-07")), module & !good, bad);
        book.clause(id(at("REG-W-08")), module & fails, failed_module);
        book.clause(id(at("REG-W-09")), is(R::xfem) & done, accept_module);
        book.clause(id(at("REG-W-10")), is(R::xfem) & !good, bad);
        book.clause(id(at("REG-W-11")), is(R::xfem) & fails, failed_module);
        const Bool msr = within(R::pat, R::xss);
        book.clause(id(at("REG-W-12")), msr & done, accept);
        book.clause(id(at("REG-W-13")), msr & !good, bad);
        book.clause(id(at("REG-W-14")), is(R::apic_base) & done, accept);
        book.clause(id(at("REG-W-15")), is(R::apic_base) & !good, bad);
        book.clause(id(at("REG-W-16")), within(R::sint, R::eom), accept);
        book.clause(id(at("REG-W-17")), within(R::stimer_config, R::stimer_count), accept);
        const Bool page = is(R::sifp) | is(R::sipp) | is(R::vp_assist);
        book.clause(id(at("REG-W-18")), page & done, accept);
        book.clause(id(at("REG-W-19")), page & !good, bad);
        book.clause(id(at("REG-W-20")), page & fails, failed);
        book.clause(id(at("REG-W-21")), is(R::pending_event) & good, accept);
        book.clause(id(at("REG-W-22")), is(R::pending_event) & !good, bad);
        const Bool vsm = within(R::vina, R::secure_config);
        book.clause(id(at("REG-W-23")), vsm & done, accept);
        book.clause(id(at("REG-W-24")), vsm & !good, bad);
        book.clause(id(at("REG-W-25")), is(R::partition_config) & fails, failed);
        const Bool intercepts = within(R::intercept_control, R::misc_enable_mask);
        book.clause(id(at("REG-W-26")), intercepts & good, accept);
        book.clause(id(at("REG-W-27")), intercepts & !good, bad);
    });
}

} // namespace vtlcheck::model
