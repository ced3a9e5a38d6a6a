// Claims on the step as a whole: every exit has exactly one outcome, and what outcomes of one kind have in common.
#include "proofs/claims/claims.hpp"
#include "proofs/words.hpp"

namespace vtlcheck::proofs {

using namespace model;

namespace {

void total(Goal& goal) {
    Bool some{false};
    for (const Bool& guard : goal.run().guards) {
        some = some | guard;
    }
    goal.prove("some-clause-applies", some);
    goal.witness(became(goal.run(), Disposition::completed));
}

void one(Goal& goal) {
    const Run& r = goal.run();
    Bool before{false};
    Bool two{false};
    Bool reported{true};
    for (std::size_t i = 0; i < r.guards.size(); ++i) {
        two = two | (before & r.guards[i]);
        before = before | r.guards[i];
        reported = reported & implies(r.guards[i], r.clause == i);
    }
    goal.prove("no-two-clauses", !two);
    goal.prove("reported-clause-is-the-one", reported);
    goal.prove("disposition-is-defined", r.out.disposition < disposition_count);
    goal.prove("request-is-defined", r.out.request < request_count);
    goal.witness(became(r, Disposition::intercepted));
}

void complete(Goal& goal) {
    const Run& r = goal.run();
    const Bool done = became(r, Disposition::completed);
    const auto expected = finished(r);
    goal.prove("rip", done, r.out.rip == expected.rip);
    goal.prove("blocking", done,
               !bit(r.out.interruptibility, 0) & !bit(r.out.interruptibility, 1) &
                   ((r.out.interruptibility >> 2) == (r.exit.interruptibility >> 2)));
    goal.prove("single-step", done,
               (bit(r.out.pending_debug, 14) == (bit(r.exit.pending_debug, 14) | bit(r.exit.rflags, 8))) &
                   ((r.out.pending_debug | 0x4000) == (r.exit.pending_debug | 0x4000)));
    goal.prove("only-an-instruction-completes", done, arrives(r, rdmsr) | arrives(r, wrmsr) | arrives(r, tdcall));
    goal.prove("otherwise-rip-stays", !done,
               (r.out.rip == r.exit.rip) & (r.out.interruptibility == r.exit.interruptibility) &
                   (r.out.pending_debug == r.exit.pending_debug));
    goal.witness((bits<32>(r.exit.rip, 0) > 0xFFFFFFF0) & (r.out.rip < 0x10) & bit(r.exit.rflags, 8) &
                 bit(r.exit.interruptibility, 1));
}

void fault_pure(Goal& goal) {
    const Run& r = goal.run();
    const Bool gp = became(r, Disposition::fault_gp);
    const Bool ud = became(r, Disposition::fault_ud);
    goal.prove("nothing-changes", gp | ud, registers_kept(r) & state_kept(r));
    goal.prove("gp-is-well-formed", gp,
               (bits<8>(r.out.event, 0) == 13) &
                   (bits<8>(r.out.event, 8) == Symbolic::ite(protection(r), Bv<8>(0xB), Bv<8>(3))) &
                   (bits<16>(r.out.event, 16) == 0x8000) & (r.out.event_error_code == 0));
    goal.prove("ud-is-well-formed", ud, (r.out.event == 0x80000306) & (r.out.event_error_code == 0));
    goal.prove("an-event-is-a-fault", r.out.event != 0, gp | ud | became(r, Disposition::internal_error));
    goal.prove("a-fault-warns-nobody", gp | ud,
               !r.out.audit & logged(r, LogSite::none) & (r.out.message == 0) & !r.out.hypercall & !r.out.crash_notify);
    goal.witness(gp & !protection(r));
}

void internal(Goal& goal) {
    const Run& r = goal.run();
    const Bool error = became(r, Disposition::internal_error);
    auto expected = nothing(r, Disposition::internal_error);
    expected.audit = Bool(true);
    expected.event = r.out.event;
    goal.prove("state", error, state_kept(r));
    goal.prove("one-audit-record-and-nothing-else", error, same(r.out, expected));
    const Bool pending = arrives(r, rdmsr) | arrives(r, wrmsr) | arrives(r, tdcall);
    goal.prove("gp-where-an-instruction-is-pending", error,
               r.out.event == Symbolic::ite(pending, faulted(r).event, Bv<32>(0)));
    goal.prove("audit-means-internal-error", r.out.audit, error);
    const Bv<32> status = tdx_status(r);
    const Bool exit = is_kind(r, Kind::l2_exit);
    const Bool known = (status == 0) | (status == 0x1100) | (status == 0x1101) | (status == 0x1102);
    const Bool broken =
        exit & (status < 0x1120) & (!known | bit(exit_reason(r), 31) | ((status == 0x1101) & (exit_reason(r) != 77)));
    const Bool msr_exit = arrives(r, rdmsr) | arrives(r, wrmsr);
    const Bool unarmed =
        (arrives(r, rdmsr) & !exits(r, msr_of(r), false)) | (arrives(r, wrmsr) & !exits(r, msr_of(r), true));
    goal.prove("exactly-these", error == (broken | (pending & !vtl_exists(r)) | (msr_exit & !kernel_mode(r)) | unarmed |
                                          (r.exit.kind > 3)));
    goal.witness(r.out.event != 0);
}

void idle_host(Goal& goal) {
    const Run& r = goal.run();
    const auto is_nothing = [&](Disposition d) { return state_kept(r) & same(r.out, nothing(r, d)); };
    const Bool exit = is_kind(r, Kind::l2_exit);
    goal.prove("not-entered", exit & (tdx_status(r) >= 0x1120), is_nothing(Disposition::not_entered));
    goal.prove("host-routed", exit & (tdx_status(r) == 0x1101) & (exit_reason(r) == 77),
               is_nothing(Disposition::host_routed));
    const Bv<16> basic = bits<16>(exit_reason(r), 0);
    goal.prove("another-handler",
               exit & ((tdx_status(r) == 0) | (tdx_status(r) == 0x1100) | (tdx_status(r) == 0x1102)) &
                   !bit(exit_reason(r), 31) & (basic != 31) & (basic != 32) & (basic != 77),
               is_nothing(Disposition::not_handled));
    const auto because = [&](Disposition d, const Bool& cause) { return implies(became(r, d), exit & cause); };
    goal.prove("only-then", because(Disposition::not_entered, tdx_status(r) >= 0x1120) &
                                because(Disposition::host_routed, tdx_status(r) == 0x1101) &
                                because(Disposition::not_handled, tdx_status(r) < 0x1120));
    goal.witness(r.before.vp.vtl1_present);
}

void device(Goal& goal) {
    const Run& r = goal.run();
    const auto same_run = [&](const Run& other) { return same(r.out, other.out) & same(r.after, other.after); };
    const Run& apic = goal.second([&](State<Symbolic>&, Exit<Symbolic>& exit) {
        goal.fresh(exit.apic_fault);
        goal.fresh(exit.apic_value);
    });
    const Run& page = goal.second([&](State<Symbolic>&, Exit<Symbolic>& exit) { goal.fresh(exit.page_refused); });
    const Run& clock = goal.second([&](State<Symbolic>&, Exit<Symbolic>& exit) { goal.fresh(exit.reference_time); });
    const Run& host = goal.second([&](State<Symbolic>&, Exit<Symbolic>& exit) { goal.fresh(exit.hypercall_result); });
    const Run& slot = goal.second([&](State<Symbolic>&, Exit<Symbolic>& exit) { goal.fresh(exit.slot_busy); });
    const Run& none = goal.second([&](State<Symbolic>&, Exit<Symbolic>& exit) {
        goal.fresh(exit.apic_fault);
        goal.fresh(exit.apic_value);
        goal.fresh(exit.page_refused);
        goal.fresh(exit.reference_time);
        goal.fresh(exit.hypercall_result);
        goal.fresh(exit.now);
    });
    goal.prove("no-request", asked(r, Request::none), same_run(none));
    goal.prove("apic", !asked(r, Request::apic_read) & !asked(r, Request::apic_write), same_run(apic));
    goal.prove("apic-reset-has-no-answer", asked(r, Request::apic_reset), same_run(none));
    goal.prove("page", !asked(r, Request::page_map) & !asked(r, Request::page_lock), same_run(page));
    goal.prove("clock", !asked(r, Request::reference_time), same_run(clock));
    goal.prove("host", !asked(r, Request::vendor_call), same_run(host));
    goal.prove("slot", r.out.message == 0, same_run(slot));
    goal.prove("no-request-has-no-index", asked(r, Request::none),
               (r.out.request_index == 0) & (r.out.request_value == 0));
    goal.witness(became(r, Disposition::completed) & (none.exit.apic_value != r.exit.apic_value));
}

} // namespace

std::vector<Claim> step_claims() {
    return {
        {"TOTAL",
         "Every exit in every state is decided by a clause: nothing a guest, a port or the hypervisor does is left "
         "open.",
         "D2",
         {},
         {"unknown-read-unruled", "refused-efer-unruled"},
         total},
        {"ONE",
         "No exit is decided by two clauses, and the clause reported is the one that applied.",
         "D2 R2 R9",
         {},
         {"unknown-write-also-applies", "wrong-clause-reported"},
         one},
        {"COMPLETE",
         "A completed instruction advances RIP by its length (cut to 32 bits outside 64-bit code), ends STI and MOV-SS "
         "blocking and leaves a single-step trap pending if TF is set; nothing else moves RIP.",
         "D8 R3",
         {},
         {"rip-not-truncated", "blocking-kept", "single-step-lost", "refused-efer-advances"},
         complete},
        {"FAULT-PURE",
         "A fault changes no register, RIP, interruptibility or state, and what is queued is a well-formed #GP(0) - "
         "with "
         "an error code exactly in protected mode - or #UD.",
         "D7 R4",
         {},
         {"fault-code-in-real-mode", "refused-efer-advances", "refused-pat-stored"},
         fault_pure},
        {"INTERNAL",
         "What cannot happen changes no state and no register, leaves one audit record, no warning, no message and no "
         "hypercall, and queues #GP exactly where an instruction is pending; nothing else is audited.",
         "D2 R1 R2",
         {},
         {"internal-error-unaudited", "internal-error-advances", "internal-error-warns"},
         internal},
        {"IDLE-HOST",
         "When the guest did not run, the host has done the work already, or the exit is another handler's, nothing "
         "changes and nothing leaves the paravisor.",
         "R1",
         {},
         {"not-entered-advances", "host-routed-warns"},
         idle_host},
        {"DEVICE",
         "A device that is not asked has no influence on what happens.",
         "R10 R12 R17 R30",
         {},
         {"apic-asked-in-secret", "page-asked-in-secret"},
         device},
    };
}

} // namespace vtlcheck::proofs
