// Clauses of decoding: exits that are not an instruction's, and what cannot happen.
#pragma once

#include "model/facts.hpp"

namespace vtlcheck::model {

inline constexpr std::array<ClauseText, 9> exit_clauses{{
    {"EXIT-01", "The guest did not run", "TDX status >= 0x1120 (pending interrupt and above)",
     "nothing happens: not_entered", "R1; tdx/mod.rs:1785-1835 run_vp_tdx"},
    {"EXIT-02", "Unexpected TDX status", "TDX status below 0x1120, none of 0, 0x1100, 0x1101, 0x1102",
     "internal error: all unchanged, one audit record", "D2 R1 R2; tdx/mod.rs:1785-1835"},
    {"EXIT-03", "VM entry failed", "an exit status, and exit reason bit 31 set",
     "internal error: all unchanged, one audit record", "D2 R1 R2; tdx/mod.rs handle_vmx_exit"},
    {"EXIT-04", "Host-routed TDVMCALL is already complete", "TDX status 0x1101 and exit reason exactly TDCALL",
     "nothing happens: host_routed", "R1; tdx/mod.rs:1785-1835; TDX module td_l2_to_l1_exit"},
    {"EXIT-05", "Host-routed exit of another reason", "TDX status 0x1101 and exit reason not exactly TDCALL",
     "internal error: all unchanged, one audit record", "D2 R1 R2; tdx/mod.rs:1785-1835"},
    {"EXIT-06", "Exit of another handler",
     "basic exit reason is not RDMSR, WRMSR, TDCALL, VMCALL, CR access, XSETBV or a descriptor-table access",
     "nothing happens: not_handled", "R1 P6"},
    {"EXIT-07", "Exit of a VTL1 that does not exist", "an exit served here, of VTL1, VP without VTL1 state",
     "internal error: all unchanged, #GP(0), one audit record", "D2 R2"},
    {"EXIT-08", "MSR exit from user mode", "RDMSR or WRMSR exit with CPL not 0: the processor faults before it exits",
     "internal error: all unchanged, #GP(0), one audit record", "D2 R2; SDM RDMSR, WRMSR"},
    {"EXIT-09", "MSR exit of an access that is not armed",
     "RDMSR or WRMSR exit although the MSR bitmap lets the access through",
     "internal error: all unchanged, #GP(0), one audit record", "D1 D2 R2 R6"},
}};

/// Conditions the families share: an exit of each kind that no EXIT clause has dealt with.
template <class D>
struct Served {
    typename D::Bool read;
    typename D::Bool write;
    typename D::Bool tdcall;
    typename D::Bool vmcall;
    typename D::Bool cr_access;
    typename D::Bool xsetbv;
    typename D::Bool descriptor; ///< GDTR, IDTR, LDTR or TR access
    typename D::Bool ran;        ///< the guest ran, whatever the reason (note P1)
};

template <class D, class Reading>
Served<D> exit_family(Book<D, World<D>, Reading>& book, const Facts<D>& in, const Effects<D>& effect,
                      ClauseIndex base) {
    const auto id = [base](ClauseIndex i) { return static_cast<ClauseIndex>(base + i); };
    using Bool = typename D::Bool;
    const Bool is_exit = in.exit.kind == static_cast<std::uint8_t>(Kind::l2_exit);

    const Bool ran = in.tdx_status < pending_interrupt;
    const Bool host_routed = in.tdx_status == l2_exit_host_routed_tdvmcall;
    const Bool expected = host_routed | (in.tdx_status == 0) | (in.tdx_status == l2_exit_host_routed_async) |
                          (in.tdx_status == l2_exit_pending_interrupt);
    const Bool entry_failed = bit(in.reason, 31);
    const Bool guest_exit = is_exit & expected & !entry_failed & !host_routed;

    const Bool rdmsr = guest_exit & in.reason_is(reason_rdmsr);
    const Bool wrmsr = guest_exit & in.reason_is(reason_wrmsr);
    const Bool tdcall = guest_exit & in.reason_is(reason_tdcall);
    const Bool vmcall = guest_exit & in.reason_is(reason_vmcall);
    const Bool cr_access = guest_exit & in.reason_is(reason_cr_access);
    const Bool xsetbv = guest_exit & in.reason_is(reason_xsetbv);
    const Bool descriptor = guest_exit & (in.reason_is(reason_gdtr_idtr) | in.reason_is(reason_ldtr_tr));
    const Bool here = rdmsr | wrmsr | tdcall | vmcall | cr_access | xsetbv | descriptor;
    const Bool no_such_vtl = in.exit.vtl1 & !in.vp.vtl1_present;
    const Bool msr_exit = (rdmsr | wrmsr) & !no_such_vtl;
    const Bool user = in.cpl != 0;
    const Bool access_armed = (rdmsr & in.armed_read) | (wrmsr & in.armed_write);

    constexpr auto at = [](std::string_view name) consteval { return index_in(exit_clauses, name, 0); };

    book.family(is_exit, [&] {
        book.clause(id(at("EXIT-01")), !ran, [&] { effect.disposition(Disposition::not_entered); });
        book.clause(id(at("EXIT-02")), ran & !expected, [&] { effect.internal_error(); });
        book.clause(id(at("EXIT-03")), expected & entry_failed, [&] { effect.internal_error(); });
        book.clause(id(at("EXIT-04")), !entry_failed & host_routed & (in.reason == reason_tdcall),
                    [&] { effect.disposition(Disposition::host_routed); });
        book.clause(id(at("EXIT-05")), !entry_failed & host_routed & (in.reason != reason_tdcall),
                    [&] { effect.internal_error(); });
        book.clause(id(at("EXIT-06")), guest_exit & !here, [&] { effect.disposition(Disposition::not_handled); });
        book.clause(id(at("EXIT-07")), here & no_such_vtl, [&] {
            effect.internal_error();
            effect.queue_gp();
        });
        book.clause(id(at("EXIT-08")), msr_exit & user, [&] {
            effect.internal_error();
            effect.queue_gp();
        });
        book.clause(id(at("EXIT-09")), msr_exit & !user & !access_armed, [&] {
            effect.internal_error();
            effect.queue_gp();
        });
    });
    return {.read = rdmsr & !no_such_vtl & !user & in.armed_read,
            .write = wrmsr & !no_such_vtl & !user & in.armed_write,
            .tdcall = tdcall & !no_such_vtl,
            .vmcall = vmcall & !no_such_vtl,
            .cr_access = cr_access & !no_such_vtl,
            .xsetbv = xsetbv & !no_such_vtl,
            .descriptor = descriptor & !no_such_vtl,
            .ran = is_exit & expected & !entry_failed & !no_such_vtl};
}

} // namespace vtlcheck::model
