// Clauses of TDCALL: the TDVMCALL MSR service for VTL0, and every request that is none.
#pragma once

#include "model/facts.hpp"

namespace vtlcheck::model {

inline constexpr std::array<ClauseText, 16> tdcall_clauses{{
    {"TDC-01", "TDCALL from user mode", "CPL not 0", "#GP", "D10 R27"},
    {"TDC-02", "TDCALL from VTL1", "CPL 0, VTL1", "#UD", "D10 R27"},
    {"TDC-03", "TDCALL without the service", "CPL 0, VTL0, profile without the untrusted synic", "#UD",
     "D10 R27; tdx/mod.rs:2292-2308"},
    {"TDC-04", "TDCALL of another leaf", "CPL 0, VTL0, service offered, RAX not 0", "#UD", "D10 R27"},
    {"TDC-05", "TDVMCALL RDMSR of a trusted MSR", "R10 = 0, R11 = 0x1F, R12[31:0] is GUEST_OS_ID or VP_INDEX",
     "R10 := 0, R11 := the trusted value", "R28; tdx/mod.rs:2719"},
    {"TDC-06", "TDVMCALL RDMSR of the untrusted synic",
     "R10 = 0, R11 = 0x1F, R12[31:0] is SCONTROL, SVERSION, SIEFP, SIMP, EOM or a SINT",
     "R10 := 0, R11 := the untrusted synic's value", "R28; tdx/mod.rs:2719; hv1_emulator/synic.rs:649"},
    {"TDC-07", "TDVMCALL RDMSR of any other MSR", "R10 = 0, R11 = 0x1F, R12[31:0] anything else",
     "R10 := operand invalid, R11 unchanged; one warning attempt", "R28; tdx/mod.rs:2677"},
    {"TDC-08", "TDVMCALL WRMSR of GUEST_OS_ID", "R10 = 0, R11 = 0x20, R12[31:0] is GUEST_OS_ID",
     "stored as VTL0's trusted GUEST_OS_ID; R10 := 0", "R28; tdx/mod.rs:2733"},
    {"TDC-09", "TDVMCALL WRMSR of SCONTROL or EOM", "R10 = 0, R11 = 0x20, R12[31:0] is SCONTROL or EOM",
     "SCONTROL stored in the untrusted synic, EOM ignored; R10 := 0", "R28; hv1_emulator/synic.rs:595"},
    {"TDC-10", "TDVMCALL WRMSR of a SINT", "R10 = 0, R11 = 0x20, R12[31:0] is a SINT",
     "stored in the untrusted synic; the host's SINT is set by hypercall; R10 := 0",
     "D23 R28 R29; tdx/mod.rs:2756-2772"},
    {"TDC-11", "TDVMCALL WRMSR of SIEFP or SIMP, accepted", "R10 = 0, R11 = 0x20, page register, page can be locked",
     "stored in the untrusted synic; the page lock follows; R10 := 0", "R17 R28; tdx/mod.rs:2733"},
    {"TDC-12", "TDVMCALL WRMSR of SIEFP or SIMP, page refused",
     "R10 = 0, R11 = 0x20, page register, page cannot be locked",
     "R10 := operand invalid, value and lock stay; one warning attempt", "R17 R28"},
    {"TDC-13", "TDVMCALL WRMSR of any other MSR", "R10 = 0, R11 = 0x20, R12[31:0] anything else",
     "R10 := operand invalid; one warning attempt, value confidential", "R28; tdx/mod.rs:2653"},
    {"TDC-14", "TDVMCALL of another function", "R10 = 0, R11 (all 64 bits) neither 0x1F nor 0x20",
     "R10 := operand invalid; one warning attempt", "D10 R28; tdx/mod.rs:2687"},
    {"TDC-15", "Vendor TDVMCALL: PostMessage or SignalEvent", "R10 not 0, call code R10[15:0] 0x5C or 0x5D",
     "forwarded on shared memory; R10 := 0, R11 := result", "R30 I37; tdx/mod.rs:2708,3752"},
    {"TDC-16", "Vendor TDVMCALL of another code", "R10 not 0, call code anything else",
     "R10 := 0, R11 := HV_STATUS_INVALID_HYPERCALL_CODE; one warning attempt", "R30 I37; tdx/mod.rs:3752"},
}};

template <class D, class Reading>
void tdcall_family(Book<D, World<D>, Reading>& book, const Facts<D>& in, const Effects<D>& effect, World<D>& world,
                   const typename D::Bool& served, ClauseIndex base) {
    using Bool = typename D::Bool;
    using Bv64 = typename D::template Bv<64>;
    const auto id = [base](ClauseIndex i) { return static_cast<ClauseIndex>(base + i); };
    constexpr auto at = [](std::string_view name) consteval { return index_in(tdcall_clauses, name, 0); };

    const auto& gpr = in.exit.gpr;
    const Bool user = in.cpl != 0;
    const Bool offered = !in.exit.vtl1 & in.config.untrusted_synic;
    const Bool vmcall = gpr[rax] == 0;
    const Bool architectural = gpr[r10] == 0;
    const auto& number = in.call_msr;
    const auto& value = gpr[r13];
    const auto& synic = in.vp.untrusted_synic;
    auto& synic_after = world.vp.untrusted_synic;

    book.family(served, [&] {
        book.clause(id(at("TDC-01")), user, [&] { effect.fault_gp(); });
        book.clause(id(at("TDC-02")), !user & in.exit.vtl1, [&] { effect.fault_ud(); });
        book.clause(id(at("TDC-03")), !user & !in.exit.vtl1 & !offered, [&] { effect.fault_ud(); });
        book.clause(id(at("TDC-04")), !user & offered & !vmcall, [&] { effect.fault_ud(); });
    });

    book.family(served & !user & offered & vmcall & architectural, [&] {
        const auto rule = [&](ReadRule r) { return in.call_row.is(r); };
        const Bool read = gpr[r11] == reason_rdmsr;
        const Bool write = gpr[r11] == reason_wrmsr;

        const Bool version = number == 0x40000081;
        const Bool end_of_message = number == 0x40000084;
        const Bool trusted = rule(ReadRule::guest_os_id) | rule(ReadRule::vp_index);
        const Bool page = rule(ReadRule::siefp) | rule(ReadRule::simp);
        const Bool untrusted = rule(ReadRule::scontrol) | rule(ReadRule::sint) | page | version | end_of_message;
        book.clause(id(at("TDC-05")), read & trusted, [&] {
            effect.answer(0, D::ite(rule(ReadRule::vp_index), zext<64>(in.exit.vp), in.partition.guest_os_id));
        });
        book.clause(id(at("TDC-06")), read & untrusted, [&] {
            const auto stored =
                D::ite(rule(ReadRule::scontrol), synic.scontrol,
                       D::ite(rule(ReadRule::siefp), synic.siefp,
                              D::ite(rule(ReadRule::simp), synic.simp, select<D>(synic.sint, number & 0xF))));
            effect.answer(0, D::ite(version, Bv64(1), D::ite(end_of_message, Bv64(0), stored)));
        });
        book.clause(id(at("TDC-07")), read & !trusted & !untrusted, [&] {
            effect.answer(tdvmcall_operand_invalid);
            effect.log(LogSite::tdvmcall_read, number, 0);
        });

        const auto& page_before = D::ite(rule(ReadRule::simp), synic.simp, synic.siefp);
        const Bool page_refused = effect.page_is_refused(page_before, value);
        const auto lock_page = [&] {
            effect.request_page(number, page_before, value, Request::page_lock, Request::page_unlock);
        };
        const auto fail_write = [&] {
            effect.answer(tdvmcall_operand_invalid);
            effect.log(LogSite::tdvmcall_write, number, value);
        };
        const Bool plain = rule(ReadRule::scontrol) | end_of_message;
        book.clause(id(at("TDC-08")), write & rule(ReadRule::guest_os_id), [&] {
            effect.answer(0);
            world.partition.guest_os_id = value;
        });
        book.clause(id(at("TDC-09")), write & plain, [&] {
            effect.answer(0);
            synic_after.scontrol = D::ite(end_of_message, synic.scontrol, value);
        });
        book.clause(id(at("TDC-10")), write & rule(ReadRule::sint), [&] {
            effect.answer(0);
            store<D>(synic_after.sint, number & 0xF, value);
            if_<D>(in.sint_hypercall, world,
                   [&] { effect.hypercall(hvcall_set_vp_registers, 0, (number & 0xF) + register_sint0, value); });
        });
        book.clause(id(at("TDC-11")), write & page & !page_refused, [&] {
            effect.answer(0);
            lock_page();
            synic_after.siefp = D::ite(rule(ReadRule::siefp), value, synic.siefp);
            synic_after.simp = D::ite(rule(ReadRule::simp), value, synic.simp);
        });
        book.clause(id(at("TDC-12")), write & page & page_refused, [&] {
            lock_page();
            fail_write();
        });
        book.clause(id(at("TDC-13")), write & !rule(ReadRule::guest_os_id) & !plain & !rule(ReadRule::sint) & !page,
                    fail_write);

        book.clause(id(at("TDC-14")), !read & !write, [&] {
            effect.answer(tdvmcall_operand_invalid);
            effect.log(LogSite::tdvmcall_function, trunc<32>(gpr[r11]), 0);
        });
    });

    book.family(served & !user & offered & vmcall & !architectural, [&] {
        const auto code = trunc<16>(gpr[r10]);
        const Bool forwarded = (code == hvcall_post_message) | (code == hvcall_signal_event);
        book.clause(id(at("TDC-15")), forwarded, [&] {
            effect.request(Request::vendor_call, zext<32>(code), gpr[r10]);
            effect.answer(0, in.exit.hypercall_result);
        });
        book.clause(id(at("TDC-16")), !forwarded, [&] {
            effect.answer(0, Bv64(hv_invalid_hypercall_code));
            effect.log(LogSite::tdvmcall_function, trunc<32>(gpr[r10]), 0);
        });
    });
}

} // namespace vtlcheck::model
