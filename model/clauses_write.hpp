// Clauses of WRMSR, in the order in which it is decided: VTL1's claim, local APIC, crash, synthetic, TDX-specific,
// unknown.
#pragma once

#include "model/facts.hpp"

namespace vtlcheck::model {

inline constexpr std::array<ClauseText, 52> write_clauses{{
    {"MSR-W-01", "Claimed by VTL1, message posted",
     "WRMSR of VTL0 that VTL1 claims; VTL1's SIMP enabled, SINT0 neither masked nor proxy nor polling, slot free",
     "nothing is written, RIP stays; message for VTL1 posted, its APIC gets SINT0's vector; one warning attempt",
     "D1 R8 R25 R26; hardware_cvm/mod.rs:2575-2634,2809"},
    {"MSR-W-02", "Claimed by VTL1, message pending", "WRMSR of VTL0 that VTL1 claims; the message cannot be posted now",
     "nothing is written, RIP stays; the message is pending; one warning attempt",
     "D1 R8 R25 R26; hardware_cvm/mod.rs:2826"},
    {"MSR-W-03", "IA32_APIC_BASE, accepted",
     "no bit outside 8, 10, 11, 12-35; EXTD only with EN and x2APIC support; EXTD not cleared while EN stays",
     "stored with BSP kept; clearing EN resets the APIC", "R16; apic/lib.rs:1391"},
    {"MSR-W-04", "IA32_APIC_BASE, refused", "any other value", "#GP", "R16; apic/lib.rs:1391"},
    {"MSR-W-05", "x2APIC register, done", "x2APIC mode, the APIC defines the register for writes and takes the value",
     "the local APIC gets the 64-bit value", "D6 R10; apic/lib.rs:912"},
    {"MSR-W-06", "x2APIC register, refused", "x2APIC mode, the APIC defines the register for writes and refuses",
     "the local APIC is asked; #GP", "D6 R10"},
    {"MSR-W-07", "x2APIC register that is not defined", "x2APIC mode, number in 0x800-0x8FF not defined for writes",
     "#GP, no device is asked", "D6 R10"},
    {"MSR-W-08", "x2APIC range outside x2APIC mode", "number in 0x800-0x8FF, VTL's APIC not in x2APIC mode",
     "#GP, no device is asked", "D6 R10; SDM 11.12"},
    {"MSR-W-09", "Read-only synthetic MSR",
     "WRMSR of HV_X64_MSR_APIC_FREQUENCY, VP_INDEX, TIME_REF_COUNT, TSC_FREQUENCY or SVERSION", "#GP",
     "R11 R18; hv1_emulator/hv.rs:319-374"},
    {"MSR-W-10", "HV_X64_MSR_EOI or ICR, APIC disabled", "WRMSR of HV_X64_MSR_EOI or ICR, APIC disabled", "#GP",
     "R11; apic/lib.rs:830,836"},
    {"MSR-W-11", "HV_X64_MSR_EOI", "APIC enabled, the APIC takes it", "the local APIC gets an EOI (value 0)",
     "R11; apic/lib.rs:830"},
    {"MSR-W-12", "HV_X64_MSR_ICR", "APIC enabled, the APIC takes it",
     "the local APIC gets the value masked by 0xFFFFFFFF000CCFFF in x2APIC mode, else 0xFF000000000CCFFF",
     "R11; apic/lib.rs:836"},
    {"MSR-W-13", "HV_X64_MSR_TPR", "value up to 0xFF, the APIC takes it",
     "the local APIC gets the value with its low nibble cleared", "R11; apic/lib.rs:847"},
    {"MSR-W-14", "HV_X64_MSR_TPR, value too large", "value above 0xFF", "#GP, no device is asked",
     "R11; apic/lib.rs:847"},
    {"MSR-W-15", "HV_X64_MSR_EOI, ICR or TPR, refused by the APIC", "as MSR-W-11, 12, 13, but the APIC refuses",
     "the local APIC is asked; #GP", "R11"},
    {"MSR-W-16", "HV_X64_MSR_GUEST_CRASH_P0-P4", "WRMSR of one of them", "stored, private to the VTL",
     "D11 R14; processor/mod.rs:1040"},
    {"MSR-W-17", "HV_X64_MSR_GUEST_CRASH_CTL", "WRMSR of it, any value",
     "the host is notified; one attempt at the crash site; the parameters stay confidential",
     "D11 R14; processor/mod.rs:1000-1050"},
    {"MSR-W-18", "HV_X64_MSR_GUEST_OS_ID", "WRMSR of it, any value", "stored partition-wide for the VTL",
     "R18; hv1_emulator/hv.rs:196"},
    {"MSR-W-19", "HV_X64_MSR_HYPERCALL, accepted", "not locked, bits 11:2 clear, guest memory takes the page",
     "stored; the overlay page follows", "R17; hv1_emulator/hv.rs:229-259"},
    {"MSR-W-20", "HV_X64_MSR_HYPERCALL, refused", "locked, or a bit of 11:2 set", "#GP, no page is asked for",
     "R17; hv1_emulator/hv.rs:229-259"},
    {"MSR-W-21", "HV_X64_MSR_HYPERCALL, page refused", "acceptable value, guest memory refuses the page",
     "#GP, value and page stay", "R17; hv1_emulator/hv.rs:229-259"},
    {"MSR-W-22", "HV_X64_MSR_REFERENCE_TSC, accepted", "bits 11:1 clear, guest memory takes the page",
     "stored; the overlay page follows", "R17; hv1_emulator/hv.rs:261-308"},
    {"MSR-W-23", "HV_X64_MSR_VP_ASSIST_PAGE, accepted", "bits 11:1 clear, guest memory takes the page",
     "stored; the overlay page follows", "R17; hv1_emulator/hv.rs:201-227"},
    {"MSR-W-24", "REFERENCE_TSC or VP_ASSIST_PAGE, reserved bits", "a bit of 11:1 set", "#GP, no page is asked for",
     "R17; hv1_emulator/hv.rs:201,261"},
    {"MSR-W-25", "REFERENCE_TSC or VP_ASSIST_PAGE, page refused", "acceptable value, guest memory refuses the page",
     "#GP, value and page stay", "R17; hv1_emulator/hv.rs:201,261"},
    {"MSR-W-26", "HV_X64_MSR_SCONTROL", "WRMSR of it, any value", "stored", "R18; hv1_emulator/synic.rs:595"},
    {"MSR-W-27", "HV_X64_MSR_SIEFP, accepted", "guest memory takes the page",
     "stored, reserved bits kept; the overlay page follows", "R17; hv1_emulator/synic.rs:595"},
    {"MSR-W-28", "HV_X64_MSR_SIMP, accepted", "guest memory takes the page",
     "stored, reserved bits kept; the overlay page follows", "R17; hv1_emulator/synic.rs:595"},
    {"MSR-W-29", "SIEFP or SIMP, page refused", "guest memory refuses the page", "#GP, value and page stay",
     "R17; hv1_emulator/synic.rs:595"},
    {"MSR-W-30", "HV_X64_MSR_EOM", "WRMSR of it, any value", "nothing", "R18; hv1_emulator/synic.rs:595"},
    {"MSR-W-31", "HV_X64_MSR_SINT0-15", "WRMSR of one of them, any value",
     "stored; VTL0's proxy filter is recomputed if it is VTL0's",
     "R18 R19; hv1_emulator/synic.rs:595; tdx/mod.rs:2046"},
    {"MSR-W-32", "HV_X64_MSR_STIMER0-3_CONFIG", "WRMSR of one of them, any value", "stored",
     "R18; hv1_emulator/synic.rs:572"},
    {"MSR-W-33", "HV_X64_MSR_STIMER0-3_COUNT", "WRMSR of one of them, any value",
     "stored; a count that is not 0 enables an auto-enable timer", "R20; hv1_emulator/synic.rs:143"},
    {"MSR-W-34", "IA32_EFER, accepted", "only SCE, LME, LMA, NXE set; NXE set; LME unchanged while CR0.PG",
     "stored with LMA := LME and CR0.PG; IA-32e-mode-guest follows LMA", "D3 R21; tdx/mod.rs:2854,3277"},
    {"MSR-W-35", "IA32_EFER, refused", "any other value", "#GP", "D3 R21; tdx/mod.rs:3277"},
    {"MSR-W-36", "IA32_STAR", "WRMSR of it, any value", "stored", "R22; tdx/mod.rs:2859"},
    {"MSR-W-37", "IA32_SYSENTER_CS", "WRMSR of it, any value", "bits 31:0 stored, the rest dropped",
     "R22; tdx/mod.rs:2864"},
    {"MSR-W-38", "Address MSR, canonical", "WRMSR of LSTAR, CSTAR, SYSENTER_ESP or SYSENTER_EIP, canonical address",
     "stored", "D12 R22; hardware_cvm/mod.rs:227-240"},
    {"MSR-W-39", "Address MSR, not canonical",
     "WRMSR of LSTAR, CSTAR, SYSENTER_ESP or SYSENTER_EIP, address not canonical", "#GP",
     "D12 R22; hardware_cvm/mod.rs:227-240"},
    {"MSR-W-40", "IA32_FMASK, accepted", "bits 63:32 clear", "stored", "R22; hardware_cvm/mod.rs:253"},
    {"MSR-W-41", "IA32_FMASK, refused", "a bit of 63:32 set", "#GP", "R22; hardware_cvm/mod.rs:253"},
    {"MSR-W-42", "IA32_TSC_AUX, accepted", "the processor has it, bits 63:32 clear", "stored", "D9 R15"},
    {"MSR-W-43", "IA32_TSC_AUX, refused", "the processor does not have it, or a bit of 63:32 set", "#GP", "D9 R15"},
    {"MSR-W-44", "IA32_PAT, accepted", "every byte is 0, 1, 4, 5, 6 or 7", "stored",
     "R22; hardware_cvm/mod.rs:196,248"},
    {"MSR-W-45", "IA32_PAT, refused", "a byte is 2, 3 or above 7", "#GP", "R22; hardware_cvm/mod.rs:196,248"},
    {"MSR-W-46", "IA32_XSS, accepted", "subset of the supported bits among 10, 11, 12", "stored",
     "R22; hardware_cvm/mod.rs:258"},
    {"MSR-W-47", "IA32_XSS, refused", "any other bit", "#GP", "R22; hardware_cvm/mod.rs:258"},
    {"MSR-W-48", "IA32_BIOS_SIGN_ID or IA32_MCG_STATUS, accepted", "BIOS_SIGN_ID 0; MCG_STATUS up to 7", "nothing",
     "D5 R23; tdx/mod.rs:2889,2901"},
    {"MSR-W-49", "IA32_BIOS_SIGN_ID or IA32_MCG_STATUS, refused", "BIOS_SIGN_ID not 0; MCG_STATUS above 7", "#GP",
     "D5 R23; tdx/mod.rs:2889,2901"},
    {"MSR-W-50", "Registers known to ignore writes",
     "WRMSR of MISC_ENABLE, MTRR_DEF_TYPE, BIOS_UPDT_TRIG or a register known to read 0", "nothing, no warning",
     "R23; tdx/mod.rs:2895-2922"},
    {"MSR-W-51", "Unknown MSR", "WRMSR of an MSR no stage knows", "nothing; one warning attempt, value confidential",
     "D4 A1 A4 A6 R9; tdx/mod.rs:2075"},
    {"MSR-W-52", "Claimed by VTL1, message posted, VTL1 polls", "as MSR-W-01, but SINT0 polls",
     "nothing is written, RIP stays; message for VTL1 posted without an interrupt; one warning attempt",
     "D1 R8 R25 R26; hardware_cvm/mod.rs:2809"},
}};

template <class D, class Reading>
void write_family(Book<D, World<D>, Reading>& book, const Facts<D>& in, const Effects<D>& effect, World<D>& world,
                  const typename D::Bool& served, ClauseIndex base) {
    using Bool = typename D::Bool;
    using Bv64 = typename D::template Bv<64>;
    const auto id = [base](ClauseIndex i) { return static_cast<ClauseIndex>(base + i); };
    constexpr auto at = [](std::string_view name) consteval { return index_in(write_clauses, name, 0); };
    const auto rule = [&](WriteRule r) { return in.row.is(r); };
    const auto fault = [&] { effect.fault_gp(); };
    const auto done = [&] { effect.complete(); };
    const auto& value = in.value;
    using W = WriteRule;

    book.family(served & in.claim, [&] {
        const Bool polls = bit(in.vtl1_bank.synic.sint[0], 18);
        const auto intercept = [&] {
            effect.intercept(message_type_msr, in.msr, in.exit.gpr[rdx], in.exit.gpr[rax]);
            effect.log(LogSite::protected_write, in.msr, value);
        };
        book.clause(id(at("MSR-W-01")), in.postable() & !polls, [&] { intercept(), effect.post(); });
        book.clause(id(at("MSR-W-52")), in.postable() & polls, [&] { intercept(), effect.post(); });
        book.clause(id(at("MSR-W-02")), !in.postable(), [&] { intercept(), effect.keep(); });
    });

    book.family(served & !in.claim, [&] {
        // Local APIC
        const auto refused = in.exit.apic_fault;
        const auto ask_apic = [&](const Bv64& written) { effect.request(Request::apic_write, in.msr, written); };

        const auto& base_before = in.vtl.apic_base;
        const auto base_after = (value & ~apic_base_bsp) | (base_before & apic_base_bsp);
        const Bool base_ok = apic_base_accepts<D>(in.config, base_before, value);
        book.clause(id(at("MSR-W-03")), rule(W::apic_base) & base_ok, [&] {
            done();
            world.vtl.apic_base = base_after;
            const Bool disables = ((base_before & apic_base_en) != 0) & ((base_after & apic_base_en) == 0);
            if_<D>(disables, world, [&] { effect.request(Request::apic_reset, in.msr, base_after); });
        });
        book.clause(id(at("MSR-W-04")), rule(W::apic_base) & !base_ok, fault);

        const auto x2apic_range = rule(W::x2apic_defined) | rule(W::x2apic_undefined);
        const auto x2apic_write = in.x2apic() & rule(W::x2apic_defined);
        book.clause(id(at("MSR-W-05")), x2apic_write & !refused, [&] { ask_apic(value), done(); });
        book.clause(id(at("MSR-W-06")), x2apic_write & refused, [&] { ask_apic(value), fault(); });
        book.clause(id(at("MSR-W-07")), in.x2apic() & rule(W::x2apic_undefined), fault);
        book.clause(id(at("MSR-W-08")), !in.x2apic() & x2apic_range, fault);
        book.clause(id(at("MSR-W-09")), rule(W::read_only), fault);

        const auto icr = value & D::ite(in.x2apic(), Bv64(0xFFFFFFFF000CCFFF), Bv64(0xFF000000000CCFFF));
        const auto tpr = value & ~std::uint64_t{0xF};
        const Bool eoi_on = rule(W::hv_eoi) & in.apic_enabled();
        const Bool icr_on = rule(W::hv_icr) & in.apic_enabled();
        const Bool tpr_ok = rule(W::hv_tpr) & (value <= 0xFF);
        book.clause(id(at("MSR-W-10")), (rule(W::hv_eoi) | rule(W::hv_icr)) & !in.apic_enabled(), fault);
        book.clause(id(at("MSR-W-11")), eoi_on & !refused, [&] { ask_apic(0), done(); });
        book.clause(id(at("MSR-W-12")), icr_on & !refused, [&] { ask_apic(icr), done(); });
        book.clause(id(at("MSR-W-13")), tpr_ok & !refused, [&] { ask_apic(tpr), done(); });
        book.clause(id(at("MSR-W-14")), rule(W::hv_tpr) & (value > 0xFF), fault);
        book.clause(id(at("MSR-W-15")), (eoi_on | icr_on | tpr_ok) & refused, [&] {
            ask_apic(D::ite(icr_on, icr, D::ite(tpr_ok, tpr, Bv64(0))));
            fault();
        });

        // Crash
        book.clause(id(at("MSR-W-16")), rule(W::crash_parameter), [&] {
            done();
            store<D>(world.vtl.crash, in.msr & 7, value);
        });
        book.clause(id(at("MSR-W-17")), rule(W::crash_ctl), [&] {
            done();
            world.out.crash_notify = Bool(true);
            effect.log(LogSite::crash, in.msr, value);
        });

        // Hyper-V synthetic
        const auto map_page = [&](const Bv64& before) {
            effect.request_page(in.msr, before, value, Request::page_map, Request::page_unmap);
        };
        book.clause(id(at("MSR-W-18")), rule(W::guest_os_id), [&] {
            done();
            world.partition.guest_os_id = value;
        });

        const auto& hypercall = in.partition.hypercall;
        const Bool hypercall_ok = !bit(hypercall, 1) & valid_hypercall_page<D>(value);
        const Bool hypercall_page = effect.page_is_refused(hypercall, value);
        book.clause(id(at("MSR-W-19")), rule(W::hypercall) & hypercall_ok & !hypercall_page, [&] {
            done();
            map_page(hypercall);
            world.partition.hypercall = value;
        });
        book.clause(id(at("MSR-W-20")), rule(W::hypercall) & !hypercall_ok, fault);
        book.clause(id(at("MSR-W-21")), rule(W::hypercall) & hypercall_ok & hypercall_page, [&] {
            map_page(hypercall);
            fault();
        });

        const Bool page_ok = valid_page_register<D>(value);
        const Bool reference_page = effect.page_is_refused(in.partition.reference_tsc, value);
        const Bool assist_page = effect.page_is_refused(in.vtl.vp_assist, value);
        book.clause(id(at("MSR-W-22")), rule(W::reference_tsc) & page_ok & !reference_page, [&] {
            done();
            map_page(in.partition.reference_tsc);
            world.partition.reference_tsc = value;
        });
        book.clause(id(at("MSR-W-23")), rule(W::vp_assist) & page_ok & !assist_page, [&] {
            done();
            map_page(in.vtl.vp_assist);
            world.vtl.vp_assist = value;
        });
        book.clause(id(at("MSR-W-24")), (rule(W::reference_tsc) | rule(W::vp_assist)) & !page_ok, fault);
        book.clause(id(at("MSR-W-25")),
                    page_ok & ((rule(W::reference_tsc) & reference_page) | (rule(W::vp_assist) & assist_page)), [&] {
                        map_page(D::ite(rule(W::vp_assist), in.vtl.vp_assist, in.partition.reference_tsc));
                        fault();
                    });

        book.clause(id(at("MSR-W-26")), rule(W::scontrol), [&] {
            done();
            world.vtl.synic.scontrol = value;
        });
        const Bool siefp_page = effect.page_is_refused(in.vtl.synic.siefp, value);
        const Bool simp_page = effect.page_is_refused(in.vtl.synic.simp, value);
        book.clause(id(at("MSR-W-27")), rule(W::siefp) & !siefp_page, [&] {
            done();
            map_page(in.vtl.synic.siefp);
            world.vtl.synic.siefp = value;
        });
        book.clause(id(at("MSR-W-28")), rule(W::simp) & !simp_page, [&] {
            done();
            map_page(in.vtl.synic.simp);
            world.vtl.synic.simp = value;
        });
        book.clause(id(at("MSR-W-29")), (rule(W::siefp) & siefp_page) | (rule(W::simp) & simp_page), [&] {
            map_page(D::ite(rule(W::simp), in.vtl.synic.simp, in.vtl.synic.siefp));
            fault();
        });
        book.clause(id(at("MSR-W-30")), rule(W::eom), done);
        book.clause(id(at("MSR-W-31")), rule(W::sint), [&] {
            done();
            store<D>(world.vtl.synic.sint, in.msr & 0xF, value);
            world.out.proxy_filter = !in.exit.vtl1;
        });
        book.clause(id(at("MSR-W-32")), rule(W::stimer_config), [&] {
            done();
            store<D>(world.vtl.stimer_config, (in.msr >> 1) & 3, value);
        });
        book.clause(id(at("MSR-W-33")), rule(W::stimer_count), [&] {
            done();
            const auto timer = (in.msr >> 1) & 3;
            const auto config = select<D>(in.vtl.stimer_config, timer);
            const Bool starts = (value != 0) & bit(config, 3);
            store<D>(world.vtl.stimer_count, timer, value);
            store<D>(world.vtl.stimer_config, timer, D::ite(starts, config | 1, config));
        });

        // TDX-specific
        const Bool paging = bit(in.exit.cr0, 31);
        const Bool lme_stays = ((value ^ in.vtl.efer) & efer_lme) == 0;
        const Bool efer_ok = valid_efer<D>(value) & (!paging | lme_stays);
        book.clause(id(at("MSR-W-34")), rule(W::efer) & efer_ok, [&] {
            done();
            const Bool lma = ((value & efer_lme) != 0) & paging;
            world.vtl.efer = (value & ~efer_lma) | D::ite(lma, Bv64(efer_lma), Bv64(0));
            world.vtl.ia32e_guest = lma;
        });
        book.clause(id(at("MSR-W-35")), rule(W::efer) & !efer_ok, fault);
        book.clause(id(at("MSR-W-36")), rule(W::star), [&] {
            done();
            world.vtl.star = value;
        });
        book.clause(id(at("MSR-W-37")), rule(W::sysenter_cs), [&] {
            done();
            world.vtl.sysenter_cs = value & 0xFFFFFFFF;
        });
        const Bool address_rule = rule(W::lstar) | rule(W::cstar) | rule(W::sysenter_esp) | rule(W::sysenter_eip);
        const Bool address_ok = canonical<D>(in.config, value);
        book.clause(id(at("MSR-W-38")), address_rule & address_ok, [&] {
            done();
            world.vtl.lstar = D::ite(rule(W::lstar), value, in.vtl.lstar);
            world.vtl.cstar = D::ite(rule(W::cstar), value, in.vtl.cstar);
            world.vtl.sysenter_esp = D::ite(rule(W::sysenter_esp), value, in.vtl.sysenter_esp);
            world.vtl.sysenter_eip = D::ite(rule(W::sysenter_eip), value, in.vtl.sysenter_eip);
        });
        book.clause(id(at("MSR-W-39")), address_rule & !address_ok, fault);
        const Bool short_ok = upper_half_clear<D>(value);
        book.clause(id(at("MSR-W-40")), rule(W::sfmask) & short_ok, [&] {
            done();
            world.vtl.sfmask = value;
        });
        book.clause(id(at("MSR-W-41")), rule(W::sfmask) & !short_ok, fault);
        const Bool aux_ok = in.config.tsc_aux & short_ok;
        book.clause(id(at("MSR-W-42")), rule(W::tsc_aux) & aux_ok, [&] {
            done();
            world.vtl.tsc_aux = value;
        });
        book.clause(id(at("MSR-W-43")), rule(W::tsc_aux) & !aux_ok, fault);
        const Bool pat_ok = valid_pat<D>(value);
        book.clause(id(at("MSR-W-44")), rule(W::pat) & pat_ok, [&] {
            done();
            world.vtl.pat = value;
        });
        book.clause(id(at("MSR-W-45")), rule(W::pat) & !pat_ok, fault);
        const Bool xss_ok = valid_xss<D>(in.config, value);
        book.clause(id(at("MSR-W-46")), rule(W::xss) & xss_ok, [&] {
            done();
            world.vtl.xss = value;
        });
        book.clause(id(at("MSR-W-47")), rule(W::xss) & !xss_ok, fault);
        const Bool checked = rule(W::bios_sign_id) | rule(W::mcg_status);
        const Bool checked_ok = (value == 0) | (rule(W::mcg_status) & (value <= 7));
        book.clause(id(at("MSR-W-48")), checked & checked_ok, done);
        book.clause(id(at("MSR-W-49")), checked & !checked_ok, fault);
        book.clause(id(at("MSR-W-50")), rule(W::ignored), done);

        // Nobody. A passthrough write that no VTL1 claims is never served: it is not armed.
        book.clause(id(at("MSR-W-51")), rule(W::unknown), [&] {
            done();
            effect.log(LogSite::unknown_write, in.msr, value);
        });
    });
}

} // namespace vtlcheck::model
