// Claims on the step as a whole: every exit has exactly one outcome, and what outcomes of one kind have in common.
#include "proofs/claims/claims.hpp"
#include "proofs/noninterference.hpp"
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
    goal.prove("only-an-instruction-completes", done, arrives_here(r));
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
    goal.prove("an-event-is-a-fault", r.out.event != 0,
               gp | ud | became(r, Disposition::internal_error) |
                   (became(r, Disposition::completed) & arrives(r, vmcall) & of_vtl1(r)));
    goal.prove("a-fault-tells-nobody", gp | ud,
               !r.out.audit & (r.out.message == 0) & (r.out.hypercall == 0) & !r.out.crash_notify);
    goal.prove("a-fault-warns-of-a-vtl-switch-only", gp | ud,
               logged(r, LogSite::none) | (ud & logged(r, LogSite::vtl_switch)));
    goal.witness(gp & !protection(r));
}

void internal(Goal& goal) {
    const Run& r = goal.run();
    const Bool error = became(r, Disposition::internal_error);
    auto expected = nothing(r, Disposition::internal_error);
    const Bv<8> own_vtl = Symbolic::ite(r.exit.vtl1, Bv<8>(1), Bv<8>(0));
    expected.audit = Bool(true);
    expected.audit_origin = own_vtl;
    expected.audit_vtl = own_vtl;
    expected.audit_verdict = code(AuditVerdict::failed);
    expected.event = r.out.event;
    goal.prove("state", error, state_kept(r));
    goal.prove("one-audit-record-and-nothing-else", error, same(r.out, expected));
    const Bool pending = arrives_here(r);
    goal.prove("gp-where-an-instruction-is-pending", error,
               r.out.event == Symbolic::ite(pending, faulted(r).event, Bv<32>(0)));
    goal.prove("its-record-means-internal-error",
               r.out.audit & (r.out.audit_operation == code(Operation::internal_error)), error);
    const Bv<32> status = tdx_status(r);
    const Bool exit = is_kind(r, Kind::l2_exit);
    const Bool known = (status == 0) | (status == 0x1100) | (status == 0x1101) | (status == 0x1102);
    const Bool broken =
        exit & (status < 0x1120) & (!known | bit(exit_reason(r), 31) | ((status == 0x1101) & (exit_reason(r) != 77)));
    const Bool msr_exit = arrives(r, rdmsr) | arrives(r, wrmsr);
    const Bool unarmed =
        (arrives(r, rdmsr) & !exits(r, msr_of(r), false)) | (arrives(r, wrmsr) & !exits(r, msr_of(r), true));
    const Bv<64>& qualification = r.exit.info[info_rcx];
    const Bv<8> cr = bits<8>(qualification, 0) & 0xF;
    const Bv<8> access = bits<8>(qualification, 4) & 3;
    const Bool cr_write = ((access == 0) & ((cr == 0) | (cr == 4))) | (access == 2) | (access == 3);
    const Bool odd_cr = arrives(r, cr_access) & (!kernel_mode(r) | !cr_write);
    const Bool tables_claimed =
        of_vtl0(r) & r.before.vp.vtl1_present & ((r.before.vp.intercept_control & 0x78000) != 0);
    const Bool odd_table = (arrives(r, gdtr_idtr) | arrives(r, ldtr_tr)) & !tables_claimed;
    const Bool odd_host =
        is_kind(r, Kind::host_access) & (((r.exit.origin != 2) & (r.exit.origin != 3)) | (r.exit.operation > 1));
    const Bool homeless = is_kind(r, Kind::load_context) & !r.before.slot.enable_pending & r.before.slot.start_pending &
                          r.before.slot.start_vtl1 & !r.before.vp.vtl1_present;
    goal.prove("exactly-these", error == (broken | (pending & !vtl_exists(r)) | (msr_exit & !kernel_mode(r)) | unarmed |
                                          odd_cr | odd_table | odd_host | homeless | (r.exit.kind > 11)));
    goal.witness(r.out.event != 0);
}

void idle_host(Goal& goal) {
    const Run& r = goal.run();
    const auto is_nothing = [&](Disposition d) { return state_kept(r) & same(r.out, nothing(r, d)); };
    const Bool exit = is_kind(r, Kind::l2_exit);
    goal.prove("not-entered", exit & (tdx_status(r) >= 0x1120), is_nothing(Disposition::not_entered));
    goal.prove("host-routed", exit & (tdx_status(r) == 0x1101) & (exit_reason(r) == 77),
               is_nothing(Disposition::host_routed));
    // Calls that other handlers serve (note P11).
    static constexpr auto elsewhere = std::to_array<Numbers>({{0x2, 0x3},
                                                              {0xB, 0xC},
                                                              {0x13, 0x15},
                                                              {0x4D, 0x4D},
                                                              {0x52, 0x52},
                                                              {0x5C, 0x5D},
                                                              {0x7E, 0x7E},
                                                              {0x94, 0x94},
                                                              {0x9A, 0x9A},
                                                              {0xDB, 0xDB},
                                                              {0x11C, 0x11C},
                                                              {0x8001, 0x8001}});
    const Bool call = arrives(r, vmcall) & vtl_exists(r) & kernel_mode(r);
    goal.prove("another-handlers-call", call,
               became(r, Disposition::not_handled) ==
                   is_among(Bv<32>(z3::zext(r.exit.gpr[rcx].term().extract(15, 0), 16)), elsewhere));
    goal.prove("another-handlers-call-is-left-alone", call & became(r, Disposition::not_handled),
               is_nothing(Disposition::not_handled));
    goal.prove("another-handler",
               exit & ((tdx_status(r) == 0) | (tdx_status(r) == 0x1100) | (tdx_status(r) == 0x1102)) &
                   !bit(exit_reason(r), 31) & !arrives_here(r),
               is_nothing(Disposition::not_handled));
    const auto because = [&](Disposition d, const Bool& cause) { return implies(became(r, d), exit & cause); };
    goal.prove("only-then", because(Disposition::not_entered, tdx_status(r) >= 0x1120) &
                                because(Disposition::host_routed, tdx_status(r) == 0x1101) &
                                because(Disposition::not_handled, tdx_status(r) < 0x1120));
    goal.witness(r.before.vp.vtl1_present);
}

/// Those who are asked in the course of an exit, and whether `r` shows that they were.
struct Device {
    const char* name;
    Holding (*answer)();
    Bool (*is_asked)(const Run& r);
};
constexpr auto devices = std::to_array<Device>({
    {"apic", holdings::apic_answer,
     [](const Run& r) { return asked(r, Request::apic_read) | asked(r, Request::apic_write); }},
    {"page", holdings::page_answer,
     [](const Run& r) {
         return asked(r, Request::page_map) | asked(r, Request::page_lock) | asked(r, Request::default_protection);
     }},
    {"clock", holdings::clock_answer, [](const Run& r) { return asked(r, Request::reference_time); }},
    {"vendor-call", holdings::vendor_call_answer, [](const Run& r) { return asked(r, Request::vendor_call); }},
    {"slot", holdings::slot_answer, [](const Run& r) { return r.out.message != 0; }},
    {"module", holdings::module_answer,
     [](const Run& r) { return asked(r, Request::register_read) | asked(r, Request::register_write); }},
    {"hypervisor", holdings::hypervisor_answer, [](const Run& r) { return r.out.hypercall != 0; }},
    {"assist-page", holdings::assist_page,
     [](const Run& r) { return became(r, Disposition::completed) & (r.exit.gpr[rax] == 0); }},
});

/// Exits of one kind, reason and call, and the devices they can ask.
struct Occasion {
    const char* name;
    Kind kind;
    std::uint16_t reason; ///< of an l2_exit
    std::uint16_t call;   ///< of a VMCALL
    std::string_view asks;
    std::uint8_t operation = 0; ///< of a host_access
};
constexpr auto occasions = std::to_array<Occasion>({
    {"rdmsr", Kind::l2_exit, rdmsr, 0, "apic clock"},
    {"wrmsr", Kind::l2_exit, wrmsr, 0, "apic page slot"},
    {"tdcall", Kind::l2_exit, tdcall, 0, "page vendor-call"},
    {"cr-access", Kind::l2_exit, cr_access, 0, "slot"},
    {"xsetbv", Kind::l2_exit, xsetbv, 0, "slot"},
    {"gdtr-idtr", Kind::l2_exit, gdtr_idtr, 0, "slot"},
    {"ldtr-tr", Kind::l2_exit, ldtr_tr, 0, "slot"},
    {"get-registers", Kind::l2_exit, vmcall, 0x50, "module"},
    {"set-registers", Kind::l2_exit, vmcall, 0x51, "module page"},
    {"enable-partition-vtl", Kind::l2_exit, vmcall, 0xD, "hypervisor page"},
    {"enable-vp-vtl", Kind::l2_exit, vmcall, 0xF, "hypervisor"},
    {"start-vp", Kind::l2_exit, vmcall, 0x99, ""},
    {"vtl-call", Kind::l2_exit, vmcall, 0x11, ""},
    {"vtl-return", Kind::l2_exit, vmcall, 0x12, "assist-page"},
    {"load-context", Kind::load_context, 0, 0, ""},
    {"apic-offload", Kind::set_apic_offload, 0, 0, ""},
    {"deliver-message", Kind::deliver_message, 0, 0, "slot"},
    {"preempt", Kind::preempt, 0, 0, ""},
    {"startup-ipi", Kind::startup_ipi, 0, 0, ""},
    {"revoke-vsm", Kind::revoke_vsm, 0, 0, ""},
    {"host-get", Kind::host_access, 0, 0, "module hypervisor", 0},
    {"host-set", Kind::host_access, 0, 0, "module page hypervisor", 1},
    {"special-request", Kind::special_request, 0, 0, "hypervisor"},
    {"drain-audit", Kind::drain_audit, 0, 0, ""},
    {"log-flush", Kind::log_flush, 0, 0, ""},
    {"log-limits", Kind::log_limits, 0, 0, ""},
});

/// Every other exit comes to nothing, or to an internal error, whatever anybody answers (claims IDLE-HOST, INTERNAL), or
/// is a call that nobody serves.
void device(Goal& goal) {
    for (const Occasion& occasion : occasions) {
        const auto fix = [&](State<Symbolic>&, Exit<Symbolic>& exit) {
            exit.kind = code(occasion.kind);
            const auto low = [](Bv<64>& word, std::uint16_t number) {
                word = Bv<64>(z3::concat(word.term().extract(63, 16), Bv<16>(number).term()));
            };
            if (occasion.kind == Kind::l2_exit) {
                low(exit.info[info_rax], occasion.reason);
            }
            if (occasion.call != 0) {
                low(exit.gpr[rcx], occasion.call);
            }
            if (occasion.kind == Kind::host_access) {
                exit.operation = occasion.operation;
            }
        };
        const auto can_ask = [&](const Device& device) { return occasion.asks.find(device.name) != std::string::npos; };
        const std::string name = occasion.name;
        const Run& one = narrowed(goal, name, fix);
        Pair::Secrets others;
        if (occasion.kind != Kind::log_limits) { // refused where time would end before the bucket is full
            others.push_back(holdings::time());
        }
        for (const Device& device : devices) {
            if (!can_ask(device)) {
                others.push_back(device.answer());
            }
        }
        Pair(goal, one, others, name + ", again").consistent(name + "-asks-no-other", Bool(true), everything());
        for (const Device& device : devices) {
            // A message that is tried again and finds no room shows that it was tried.
            if (!can_ask(device) || occasion.kind == Kind::deliver_message) {
                continue;
            }
            Pair(goal, one, {device.answer()}, name + ", " + device.name)
                .consistent(name + "-without-" + device.name, !device.is_asked(one), everything());
        }
    }
    const Run& r = goal.run();
    goal.prove("no-request-has-no-index", asked(r, Request::none),
               (r.out.request_index == 0) & (r.out.request_value == 0) & (r.out.request_high == 0) &
                   (r.out.request_vtl == 0));
    const Bool call = arrives(r, vmcall) & vtl_exists(r) & kernel_mode(r);
    auto unlisted = finished(r);
    unlisted.gpr[rax] = 2;
    unlisted.log_site = code(LogSite::hypercall_code);
    unlisted.log_msr = Bv<32>(z3::zext(r.exit.gpr[rcx].term().extract(15, 0), 16));
    goal.prove("call-that-nobody-serves", call & logged(r, LogSite::hypercall_code),
               state_kept(r) & same(r.out, unlisted));
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
         "B5 D7 R4",
         {},
         {"fault-code-in-real-mode", "refused-efer-advances", "refused-pat-stored"},
         fault_pure},
        {"INTERNAL",
         "What cannot happen changes no state and no register, leaves one audit record, no warning, no message and no "
         "hypercall, and queues #GP exactly where an instruction is pending; nothing else is audited.",
         "B4 B5 D2 R1 R2",
         {},
         {"internal-error-unaudited", "internal-error-advances", "internal-error-warns"},
         internal},
        {"IDLE-HOST",
         "When the guest did not run, the host has done the work already, or the exit is another handler's, nothing "
         "changes and nothing leaves the paravisor.",
         "R1 P6 P11",
         {},
         {"not-entered-advances", "host-routed-warns"},
         idle_host},
        {"DEVICE",
         "A device that is not asked has no influence on what happens.",
         "R10 R12 R17 R30 P11",
         {},
         {"apic-asked-in-secret", "page-asked-in-secret"},
         device},
    };
}

} // namespace vtlcheck::proofs
