// Claims on VTL1 against VTL0: whose state an exit can reach, what VTL1 may claim, and what becomes of a claimed write.
#include "proofs/claims/claims.hpp"
#include "proofs/noninterference.hpp"
#include "proofs/words.hpp"

namespace vtlcheck::proofs {

using namespace model;

namespace {

void armed_equals_claimed(Goal& goal) {
    const Run& r = goal.run();
    const Bv<32> msr = msr_of(r);
    const auto& vp = r.before.vp;
    VpShared<Symbolic> unclaimed = vp;
    unclaimed.intercept_control = 0;
    const auto& vtl0 = r.before.vtl[0];
    const Bool claim = vtl1_claims(vp, Bool(false), msr);
    const Bool with = goal.armed(vp, vtl0, Bool(false), msr, true);
    const Bool without = goal.armed(unclaimed, vtl0, Bool(false), msr, true);
    goal.prove("armed-for-vtl1-iff-claimed", !without, with == claim);
    goal.prove("claimed-is-armed", claim, with);
    goal.prove("a-claim-frees-nothing", without, with);
    goal.prove("reads-are-not-claimed",
               goal.armed(vp, vtl0, Bool(false), msr, false) == goal.armed(unclaimed, vtl0, Bool(false), msr, false));
    const auto& vtl1 = r.before.vtl[1];
    goal.prove("vtl1-writes-are-not-claimed",
               goal.armed(vp, vtl1, Bool(true), msr, true) == goal.armed(unclaimed, vtl1, Bool(true), msr, true));
    goal.prove("dispatcher-claims-what-is-armed",
               arrives(r, wrmsr) & vtl_exists(r) & kernel_mode(r) & of_vtl0(r) & with,
               became(r, Disposition::intercepted) == claim);
    goal.prove("dispatcher-claims-nothing-else", became(r, Disposition::intercepted) & arrives(r, wrmsr),
               of_vtl0(r) & claim & with & arrives(r, wrmsr));
    // The whole bitmap, so that VTL1's part of it is not all that is right.
    const auto own_armed = [&](bool write) {
        return Symbolic::ite(r.exit.vtl1, goal.armed(vp, vtl1, Bool(true), msr, write),
                             goal.armed(vp, vtl0, Bool(false), msr, write));
    };
    goal.prove("bitmap-of-reads", own_armed(false) == exits(r, msr, false));
    goal.prove("bitmap-of-writes", own_armed(true) == exits(r, msr, true));
    goal.witness(claim & (msr == 0x6A8));
}

void isolate(Goal& goal, std::size_t victim) {
    const Run& r = goal.run();
    const Domain actor = victim == 1 ? Domain::vtl0 : Domain::vtl1;
    const std::vector<Domain> observer{victim == 1 ? Domain::vtl1 : Domain::vtl0};
    const Observation registers{.name = "registers",
                                .observers = observer,
                                .state = [&](Seen& seen, const State<Symbolic>& s) { seen.all(s.vtl[victim]); },
                                .outcome = {}};
    const Observation share{.name = "partition share",
                            .observers = observer,
                            .state = [&](Seen& seen, const State<Symbolic>& s) { seen.all(s.partition[victim]); },
                            .outcome = {}};
    const Bool names_vtl0 = arrives(r, vmcall) & (bits<16>(r.exit.gpr[rcx], 0) == 0x51) & (r.exit.target_vtl == 0x10);
    if (victim == 1) {
        local_respect(goal, "registers", actor, Bool(true), registers);
    } else {
        local_respect(goal, "registers", actor, !names_vtl0, registers, {channels::set_by_name});
    }
    local_respect(goal, "partition-share", actor, Bool(true), share);
    goal.witness(became(r, Disposition::completed) & !same(r.before, r.after));
}

void blind(Goal& goal) {
    const Run& r = goal.run();
    Pair pair(goal, r, {holdings::registers(1), holdings::partition_share(1)});
    const Bool asks = is_kind(r, Kind::l2_exit) & of_vtl0(r);
    const Observation registers{
        .name = "registers", .observers = {Domain::vtl0}, .state = {}, .outcome = [](Seen& seen, const Run& run) {
            const auto& out = run.out;
            seen.each(out.rip, out.interruptibility, out.pending_debug, out.event, out.event_error_code);
            for (const auto& gpr : out.gpr) {
                seen.add(gpr);
            }
            seen.add(out.disposition);
        }};
    pair.output_consistent("registers", asks, registers);
    const Observation own{.name = "own state",
                          .observers = {Domain::vtl0},
                          .state =
                              [](Seen& seen, const State<Symbolic>& s) {
                                  seen.all(s.vtl[0]);
                                  seen.all(s.partition[0]);
                              },
                          .outcome = {}};
    pair.step_consistent("own-state", asks, own);
    const Observation rest{
        .name = "devices and host",
        .observers = {Domain::devices, Domain::module, Domain::hypervisor, Domain::host_log, Domain::audit},
        .state = {},
        .outcome = [](Seen& seen, const Run& run) {
            const auto& out = run.out;
            seen.each(out.request, out.request_index, out.request_value, out.proxy_filter, out.crash_notify,
                      out.hypercall, out.hypercall_vtl, out.request_high, out.request_vtl, out.result, out.result_high,
                      out.audit, out.audit_reason, out.hypercall_register, out.hypercall_value, out.log_site,
                      out.log_msr);
        }};
    pair.output_consistent("devices-and-host", asks, rest);
    goal.witness((pair.other().before.vtl[1].star != r.before.vtl[1].star) & became(r, Disposition::intercepted));
}

/// VTL0 writes what VTL1 claims.
Bool protected_write(const Run& r) { return arrives(r, wrmsr) & kernel_mode(r) & vtl1_claims(r); }

void protected_writes(Goal& goal) {
    const Run& r = goal.run();
    const Bool claimed = protected_write(r);
    goal.prove("given-to-vtl1", claimed, became(r, Disposition::intercepted) & (r.out.message != 0));
    goal.prove("no-effect-on-state", claimed, state_becomes(r, [&](State<Symbolic>& s) {
                   s.vp.intercept_pending = r.after.vp.intercept_pending;
                   s.vp.pending = r.after.vp.pending;
               }));
    goal.prove("no-effect-on-registers", claimed, registers_kept(r));
    const auto& sint0 = r.before.vtl[1].synic.sint[0];
    const Bool room = bit(r.before.vtl[1].synic.simp, 0) & !bit(sint0, 16) & !bit(sint0, 20) & !r.exit.slot_busy;
    auto expected = nothing(r, Disposition::intercepted);
    expected.message = Symbolic::ite(room, code(Message::posted), code(Message::pending));
    expected.interrupt = room & !bit(sint0, 18);
    expected.interrupt_vector = Symbolic::ite(expected.interrupt, bits<8>(sint0, 0), Bv<8>(0));
    expected.log_site = code(LogSite::protected_write);
    expected.log_msr = msr_of(r);
    expected.log_value = written(r);
    // The message says what the guest tried (note R26).
    const auto& cs = r.exit.info[info_rsi];
    expected.message_vp = r.exit.vp;
    expected.intercept.type = 0x80010001;
    expected.intercept.length = bits<8>(r.exit.info[info_r11], 32);
    expected.intercept.access = 1;
    const Bool lma = bit(r.before.vtl[0].efer, 8) & paging(r);
    expected.intercept.state = Symbolic::ite(lma, Bv<16>(0x10), Bv<16>(0)); // CPL is 0 here
    expected.intercept.cs_base = r.exit.info[info_rdi];
    expected.intercept.cs_limit = bits<32>(cs, 32);
    expected.intercept.cs_selector = bits<16>(cs, 0);
    expected.intercept.cs_attributes = bits<16>(cs, 16);
    expected.intercept.rip = r.exit.rip;
    expected.intercept.rflags = r.exit.rflags;
    expected.intercept.number = msr_of(r);
    expected.intercept.rdx = r.exit.gpr[rdx];
    expected.intercept.rax = r.exit.gpr[rax];
    goal.prove("message-describes-the-instruction", claimed, same(r.out, expected));
    goal.prove("pending-flag-follows", claimed, r.after.vp.intercept_pending == !room);
    goal.prove("kept-as-reported", claimed & !room, same_message(r.after.vp.pending, r.out.intercept));
    goal.prove("posted-is-not-kept", claimed & room, same_message(r.after.vp.pending, InterceptMessage<Symbolic>{}));
    goal.witness(room & (msr_of(r) == 0xC0000082));
}

void message(Goal& goal) {
    const Run& r = goal.run();
    const Bool queued = r.out.message != 0;
    goal.prove("rip-unchanged", queued, registers_kept(r));
    goal.prove("intercepted-or-delivered", queued,
               became(r, Disposition::intercepted) |
                   (became(r, Disposition::accepted) & is_kind(r, Kind::deliver_message)));
    goal.prove("intercepted-has-a-message", became(r, Disposition::intercepted), queued & of_vtl0(r));
    goal.prove("msr-message-of-a-claimed-write-only",
               became(r, Disposition::intercepted) & (r.out.intercept.type == 0x80010001), protected_write(r));
    goal.prove("posted-or-pending", r.out.message <= 2);
    goal.prove("pending-flag-rises-with-a-pending-message-only",
               r.after.vp.intercept_pending & !r.before.vp.intercept_pending, r.out.message == code(Message::pending));
    goal.prove("pending-flag-falls-with-a-posted-message-only",
               !r.after.vp.intercept_pending & r.before.vp.intercept_pending, r.out.message == code(Message::posted));
    goal.prove("interrupt-comes-with-a-posted-message-only", r.out.interrupt | (r.out.interrupt_vector != 0),
               (r.out.message == code(Message::posted)) & r.out.interrupt);
    goal.prove("no-message-no-contents", !queued, (r.out.message_vp == 0) & same_message(r.out.intercept, {}));
    goal.witness(r.out.message == code(Message::pending));
}

/// TDVMCALL that passes the order of note R27.
Bool tdvmcall(const Run& r) {
    return arrives(r, tdcall) & kernel_mode(r) & of_vtl0(r) & r.config.untrusted_synic & (r.exit.gpr[rax] == 0);
}
Bool is_sint(const Bv<32>& msr) { return (msr >= 0x40000090) & (msr <= 0x4000009F); }

void hypercall(Goal& goal) {
    const Run& r = goal.run();
    const Bv<32> msr = bits<32>(r.exit.gpr[r12], 0);
    const Bool sint_write = tdvmcall(r) & (r.exit.gpr[r10] == 0) & (r.exit.gpr[r11] == 32) & is_sint(msr);
    const Bool guest_exit = is_kind(r, Kind::l2_exit) & !arrives(r, vmcall);
    const Bool issued = r.out.hypercall != 0;
    goal.prove("only-a-sint-of-the-untrusted-synic", guest_exit & issued, sint_write);
    goal.prove("always-then", sint_write, r.out.hypercall == 0x51);
    goal.prove("what-the-guest-wrote", guest_exit & issued,
               (r.out.hypercall_vtl == 0) & (r.out.hypercall_register == msr - 0x40000090 + 0xA0000) &
                   (r.out.hypercall_value == r.exit.gpr[r13]));
    goal.prove("no-call-no-contents", !issued,
               (r.out.hypercall_register == 0) & (r.out.hypercall_value == 0) & (r.out.hypercall_vtl == 0));
    goal.prove("strict-profile-has-none", guest_exit & !r.config.untrusted_synic, !issued);
    goal.prove("vtl1-has-none", guest_exit & of_vtl1(r), !issued);
    goal.witness(msr == 0x40000092);
}

void tdcalls(Goal& goal) {
    const Run& r = goal.run();
    const auto& gpr = r.exit.gpr;
    const Bool arrived = arrives(r, tdcall) & vtl_exists(r);
    const Bool allowed = of_vtl0(r) & r.config.untrusted_synic & (gpr[rax] == 0);
    auto undefined = nothing(r, Disposition::fault_ud);
    undefined.event = 0x80000306;
    const auto& synic = r.before.vp.untrusted_synic;
    const auto answer = [&](const Bv<64>& status, const Bv<64>& value) {
        auto out = finished(r);
        out.gpr[r10] = status;
        out.gpr[r11] = value;
        return out;
    };
    const Bv<64> invalid(std::uint64_t{1} << 63U);
    const auto warn = [](Outcome<Symbolic>& out, LogSite site, const Bv<32>& number, const Bv<64>& value) {
        out.log_site = code(site);
        out.log_msr = number;
        out.log_value = value;
    };
    goal.prove("user-mode-is-gp", arrived & !kernel_mode(r), state_kept(r) & same(r.out, faulted(r)));
    goal.prove("vtl1-other-leaf-or-no-service-is-ud", arrived & kernel_mode(r) & !allowed,
               state_kept(r) & same(r.out, undefined));
    const Bool call = tdvmcall(r);
    goal.prove("advances-by-the-reported-length", call,
               became(r, Disposition::completed) & (r.out.rip == finished(r).rip));
    Bool others{true};
    for (std::size_t i = 0; i < gpr.size(); ++i) {
        if (i != r10 && i != r11) {
            others = others & (r.out.gpr[i] == gpr[i]);
        }
    }
    goal.prove("answers-in-r10-and-r11", arrived, others);
    goal.prove("reaches-the-untrusted-synic-and-guest-os-id-only", arrived, state_becomes(r, [&](State<Symbolic>& s) {
                   s.vp.untrusted_synic = r.after.vp.untrusted_synic;
                   s.partition[0].guest_os_id = r.after.partition[0].guest_os_id;
               }));

    const Bool architectural = call & (gpr[r10] == 0);
    auto other_function = answer(invalid, gpr[r11]);
    warn(other_function, LogSite::tdvmcall_function, bits<32>(gpr[r11], 0), 0);
    goal.prove("function-is-compared-in-full", architectural & (gpr[r11] != 31) & (gpr[r11] != 32),
               state_kept(r) & same(r.out, other_function));

    const Bv<32> msr = bits<32>(gpr[r12], 0);
    const Bool read = architectural & (gpr[r11] == 31);
    Bv<64> value = Symbolic::ite(msr == 0x40000000, r.before.partition[0].guest_os_id, Bv<64>(0)); // EOM reads 0
    value = Symbolic::ite(msr == 0x40000002, widen(r.exit.vp), value);
    value = Symbolic::ite(msr == 0x40000080, synic.scontrol, value);
    value = Symbolic::ite(msr == 0x40000081, Bv<64>(1), value);
    value = Symbolic::ite(msr == 0x40000082, synic.siefp, value);
    value = Symbolic::ite(msr == 0x40000083, synic.simp, value);
    for (std::uint32_t n = 0; n < 16; ++n) {
        value = Symbolic::ite(msr == 0x40000090 + n, synic.sint[n], value);
    }
    static constexpr auto readable = std::to_array<Numbers>(
        {{0x40000000, 0x40000000}, {0x40000002, 0x40000002}, {0x40000080, 0x40000084}, {0x40000090, 0x4000009F}});
    static constexpr auto writable = std::to_array<Numbers>(
        {{0x40000000, 0x40000000}, {0x40000080, 0x40000080}, {0x40000082, 0x40000084}, {0x40000090, 0x4000009F}});
    goal.prove("read", read & is_among(msr, readable), state_kept(r) & same(r.out, answer(0, value)));
    auto no_read = answer(invalid, gpr[r11]);
    warn(no_read, LogSite::tdvmcall_read, msr, 0);
    goal.prove("read-of-another-msr", read & !is_among(msr, readable), state_kept(r) & same(r.out, no_read));

    const Bool write = architectural & (gpr[r11] == 32);
    const Bv<64>& given = gpr[r13];
    const auto& page_before = Symbolic::ite(msr == 0x40000083, synic.simp, synic.siefp);
    const Bool page = (msr == 0x40000082) | (msr == 0x40000083);
    const Bool comes = bit(given, 0) & (!bit(page_before, 0) | ((given >> 12) != (page_before >> 12)));
    const Bool goes = bit(page_before, 0) & !bit(given, 0);
    const Bool refused = page & comes & r.exit.page_refused;
    goal.prove("write-stores", write & is_among(msr, writable) & !refused, state_becomes(r, [&](State<Symbolic>& s) {
                   auto& u = s.vp.untrusted_synic;
                   const auto set = [&](std::uint32_t number, Bv<64>& field) {
                       field = Symbolic::ite(msr == number, given, field);
                   };
                   set(0x40000000, s.partition[0].guest_os_id);
                   set(0x40000080, u.scontrol);
                   set(0x40000082, u.siefp);
                   set(0x40000083, u.simp);
                   for (std::uint32_t n = 0; n < 16; ++n) {
                       set(0x40000090 + n, u.sint[n]);
                   }
               }));
    auto wrote = answer(0, gpr[r11]);
    wrote.request = Symbolic::ite(page & comes, code(Request::page_lock),
                                  Symbolic::ite(page & goes, code(Request::page_unlock), code(Request::none)));
    wrote.request_index = Symbolic::ite(page & (comes | goes), msr, Bv<32>(0));
    const Bv<64> gpa = Symbolic::ite(comes, given, page_before) & ~std::uint64_t{0xFFF};
    wrote.request_value = Symbolic::ite(page & (comes | goes), gpa, Bv<64>(0));
    wrote.hypercall = Symbolic::ite(is_sint(msr), Bv<16>(0x51), Bv<16>(0));
    wrote.hypercall_register = Symbolic::ite(is_sint(msr), msr - 0x40000090 + 0xA0000, Bv<32>(0));
    wrote.hypercall_value = Symbolic::ite(is_sint(msr), given, Bv<64>(0));
    goal.prove("write-answers", write & is_among(msr, writable) & !refused, same(r.out, wrote));
    auto no_write = answer(invalid, gpr[r11]);
    warn(no_write, LogSite::tdvmcall_write, msr, given);
    no_write.request = Symbolic::ite(refused, code(Request::page_lock), code(Request::none));
    no_write.request_index = Symbolic::ite(refused, msr, Bv<32>(0));
    no_write.request_value = Symbolic::ite(refused, given & ~std::uint64_t{0xFFF}, Bv<64>(0));
    goal.prove("write-of-another-msr-or-page", write & (!is_among(msr, writable) | refused),
               state_kept(r) & same(r.out, no_write));

    const Bv<16> call_code = bits<16>(gpr[r10], 0);
    const Bool forwarded = (call_code == 0x5C) | (call_code == 0x5D);
    auto vendor = answer(0, r.exit.hypercall_result);
    vendor.request = code(Request::vendor_call);
    vendor.request_index = Bv<32>(z3::zext(call_code.term(), 16));
    vendor.request_value = gpr[r10];
    goal.prove("post-message-and-signal-event", call & (gpr[r10] != 0) & forwarded,
               state_kept(r) & same(r.out, vendor));
    auto no_vendor = answer(0, Bv<64>(2));
    warn(no_vendor, LogSite::tdvmcall_function, bits<32>(gpr[r10], 0), 0);
    goal.prove("other-vendor-calls", call & (gpr[r10] != 0) & !forwarded, state_kept(r) & same(r.out, no_vendor));
}

} // namespace

std::vector<Claim> privilege_claims() {
    return {
        {"ARMED",
         "For every control word, VP state and MSR number, the VTL0 writes that the MSR bitmap intercepts on VTL1's "
         "behalf are exactly those that the dispatcher claims for VTL1, and the bitmap is otherwise the documented "
         "one.",
         "D1 R6 R7 R8",
         {},
         {"bitmap-forgets-ssp-table", "bitmap-forgets-pl-ssp", "bitmap-intercepts-s-cet-always",
          "dispatcher-forgets-claims"},
         armed_equals_claimed},
        {"ISOLATE-0",
         "Nothing VTL0 does changes VTL1's private registers or its share of the partition.",
         "B2 D26 D28",
         {},
         {"works-on-vtl1-bank"},
         [](Goal& goal) { isolate(goal, 1); }},
        {"ISOLATE-1",
         "Nothing VTL1 does changes VTL0's private registers or its share of the partition.",
         "B2 D26 D28",
         {},
         {"works-on-vtl0-bank"},
         [](Goal& goal) { isolate(goal, 0); }},
        {"BLIND-0",
         "VTL1's private registers and its share of the partition have no influence on what VTL0's exit does to VTL0, "
         "to "
         "devices or to the host.",
         "D11 D26",
         {},
         {"works-on-vtl1-bank", "crash-parameters-shared"},
         blind},
        {"PROTECTED",
         "A write that VTL1 claims never takes effect: VTL0's state, all registers and RIP stay, and VTL1's message "
         "describes the instruction, posted if there is room and pending otherwise.",
         "D1 R25 R26",
         {},
         {"protected-write-applied", "protected-write-completed", "message-cuts-rax", "posts-to-masked-sint",
          "message-silent"},
         protected_writes},
        {"MESSAGE",
         "A message for VTL1, posted or pending, means a claimed write, unchanged registers and unchanged RIP.",
         "D1 D29 R25",
         {},
         {"message-after-the-fact", "message-for-unclaimed-write"},
         message},
        {"HYPERCALL",
         "Of the exits that are no hypercall themselves, only VTL0's TDVMCALL write of a SINT makes the paravisor "
         "issue "
         "one: "
         "for that SINT, in the profile that has the untrusted synic, with the value VTL0 wrote.",
         "B1 B3 D23 R29",
         {},
         {"hypercall-for-trusted-sint", "hypercall-names-too-much"},
         hypercall},
        {"TDCALL",
         "Only VTL0's VP.VMCALL in kernel mode is served, and only where the service is offered; its function number "
         "is "
         "compared in full, it reaches the untrusted synic and GUEST_OS_ID only, and every other TDCALL faults.",
         "D10 R27 R28 R29 R30",
         {},
         {"tdcall-any-leaf", "tdcall-function-cut", "tdcall-reaches-trusted-synic"},
         tdcalls},
    };
}

} // namespace vtlcheck::proofs
