// Claims on what the host learns: the warnings, and the crash notification.
#include "proofs/claims/claims.hpp"
#include "proofs/noninterference.hpp"
#include "proofs/words.hpp"

#include <algorithm>

namespace vtlcheck::proofs {

using namespace model;

namespace {

void log_one(Goal& goal) {
    const Run& r = goal.run();
    const Bv<32> function = bits<32>(r.exit.gpr[r11], 0);
    const Bv<32> msr = bits<32>(r.exit.gpr[r12], 0);
    const Bool tdvmcall =
        arrives(r, tdcall) & of_vtl0(r) & kernel_mode(r) & r.config.untrusted_synic & (r.exit.gpr[rax] == 0);
    const Bool architectural = tdvmcall & (r.exit.gpr[r10] == 0);
    goal.prove("site-is-defined", r.out.log_site < log_site_count);
    const auto only = [&](const char* name, LogSite site, const Bool& where) {
        goal.prove(name, logged(r, site), where);
    };
    only("unknown-read", LogSite::unknown_read, serves_read(r) & (r.out.log_msr == msr_of(r)) & (r.out.log_value == 0));
    only("unknown-write", LogSite::unknown_write,
         serves_write(r) & (r.out.log_msr == msr_of(r)) & (r.out.log_value == written(r)));
    only("protected-write", LogSite::protected_write,
         became(r, Disposition::intercepted) & (r.out.log_msr == msr_of(r)) & (r.out.log_value == written(r)));
    only("crash", LogSite::crash,
         writes(r, 0x40000105) & r.out.crash_notify & (r.out.log_msr == 0x40000105) & (r.out.log_value == written(r)));
    only("tdvmcall-read", LogSite::tdvmcall_read,
         architectural & (r.exit.gpr[r11] == 31) & (r.out.log_msr == msr) & (r.out.log_value == 0));
    only("tdvmcall-write", LogSite::tdvmcall_write,
         architectural & (r.exit.gpr[r11] == 32) & (r.out.log_msr == msr) & (r.out.log_value == r.exit.gpr[r13]));
    const Bool vendor = r.exit.gpr[r10] != 0;
    only("tdvmcall-function", LogSite::tdvmcall_function,
         tdvmcall & (r.out.log_msr == Symbolic::ite(vendor, bits<32>(r.exit.gpr[r10], 0), function)) &
             (r.out.log_value == 0));
    only("no-attempt-no-contents", LogSite::none, (r.out.log_msr == 0) & (r.out.log_value == 0));
    goal.prove(
        "an-intercept-warns", became(r, Disposition::intercepted),
        Symbolic::ite(arrives(r, wrmsr), logged(r, LogSite::protected_write), logged(r, LogSite::protected_register)));
    goal.prove("a-failed-tdvmcall-warns",
               became(r, Disposition::completed) & arrives(r, tdcall) & (r.out.gpr[r10] != 0),
               !logged(r, LogSite::none));
    goal.witness(logged(r, LogSite::tdvmcall_write));
}

/// What the host sees of the log and the crash notification.
const Observation& to_the_host() {
    static const Observation seen{
        .name = "warning and crash notification",
        .observers = {Domain::host_log, Domain::hypervisor},
        .state = {},
        .outcome = [](Seen& s, const Run& run) { s.each(run.out.log_site, run.out.log_msr, run.out.crash_notify); }};
    return seen;
}

/// All registers of the guest but those that name what it asks for.
Holding guest_registers(std::vector<std::size_t> names) {
    return {"guest's registers", {Domain::vtl0, Domain::vtl1}, [names = std::move(names)](Cells& cells, Start& start) {
                for (std::size_t i = 0; i < start.exit.gpr.size(); ++i) {
                    if (std::find(names.begin(), names.end(), i) == names.end()) {
                        cells.add("gpr", start.exit.gpr[i]);
                    }
                }
            }};
}

void log_confidential(Goal& goal) {
    const Run& r = goal.run();
    // All registers but the one that names the MSR; both halves of the value are among them.
    const Holding above_the_number{"high half of RCX", {Domain::vtl0, Domain::vtl1}, [](Cells& cells, Start& start) {
                                       cells.add_high("rcx", start.exit.gpr[rcx]);
                                   }};
    Pair access(goal, r, {guest_registers({rcx}), above_the_number}, "access");
    access.output_consistent("write-value", arrives(r, wrmsr), to_the_host(), {channels::cause});
    access.output_consistent("read-registers", arrives(r, rdmsr), to_the_host(), {channels::cause});
    // A TDVMCALL is named by RAX, R10, R11 and R12. Its value can show in one way only: that the page of an untrusted
    // page register was refused, a page that the guest shares with the host.
    Pair call(goal, r, {guest_registers({rax, r10, r11, r12})}, "call");
    const Bv<32> msr = bits<32>(r.exit.gpr[r12], 0);
    const Bool page = (r.exit.gpr[r10] == 0) & (r.exit.gpr[r11] == 32) & ((msr == 0x40000082) | (msr == 0x40000083));
    call.output_consistent("tdvmcall-value", arrives(r, tdcall) & !(page & r.exit.page_refused), to_the_host(),
                           {channels::cause, channels::refused_page});
    // Nor does any register that a VTL holds, the crash parameters among them.
    Pair state(
        goal, r,
        {holdings::registers(0), holdings::partition_share(0), holdings::registers(1), holdings::partition_share(1)},
        "state");
    state.output_consistent("vtl-registers", Bool(true), to_the_host());
    goal.witness(logged(r, LogSite::protected_write) & (r.exit.gpr[rax] != access.other().exit.gpr[rax]));
}

void crash(Goal& goal) {
    const Run& r = goal.run();
    const Bv<32> msr = msr_of(r);
    const Bool served = serves_write(r) & !vtl1_claims(r);
    const Bool parameter = (msr >= 0x40000100) & (msr <= 0x40000104);
    goal.prove("parameter-is-stored-in-the-writing-vtl", served & parameter,
               same(r.out, finished(r)) & state_becomes(r, [&](State<Symbolic>& s) {
                   for (std::uint32_t n = 0; n < 5; ++n) {
                       for (std::size_t v = 0; v < 2; ++v) {
                           const Bool here = (r.exit.vtl1 == Bool(v == 1)) & (msr == 0x40000100 + n);
                           s.vtl[v].crash[n] = Symbolic::ite(here, written(r), s.vtl[v].crash[n]);
                       }
                   }
               }));
    auto notified = finished(r);
    notified.crash_notify = Bool(true);
    notified.log_site = code(LogSite::crash);
    notified.log_msr = 0x40000105;
    notified.log_value = written(r);
    goal.prove("control-notifies-the-host-once", writes(r, 0x40000105), state_kept(r) & same(r.out, notified));
    goal.prove("nothing-else-notifies", r.out.crash_notify, writes(r, 0x40000105));
    Pair both(goal, r, {holdings::crash_parameters(0), holdings::crash_parameters(1)});
    const Bool reads_one = arrives(r, rdmsr) & parameter;
    const auto outcome_but = [](std::vector<Domain> observers, std::vector<std::string> hidden) {
        return Observation{
            .name = "outcome",
            .observers = std::move(observers),
            .state = {},
            .outcome = [hidden = std::move(hidden)](Seen& seen, const Run& run) { seen.all_but(run.out, hidden); }};
    };
    both.output_consistent("parameters-show-nowhere-but-in-their-own-read", !reads_one, everything());
    both.output_consistent(
        "a-read-shows-them-to-the-guest-only", reads_one,
        outcome_but({Domain::devices, Domain::hypervisor, Domain::host_log, Domain::audit}, {"rax", "rdx"}));
    for (std::size_t v = 0; v < 2; ++v) {
        const std::string theirs = "vtl" + std::to_string(v);
        Pair one(goal, r, {holdings::crash_parameters(v)}, theirs);
        one.output_consistent("vtl" + std::to_string(1 - v) + "-never-sees-those-of-" + theirs,
                              r.exit.vtl1 == Bool(v == 0), outcome_but({v == 0 ? Domain::vtl1 : Domain::vtl0}, {}));
    }
    goal.witness(of_vtl1(r));
}

} // namespace

std::vector<Claim> log_claims() {
    return {
        {"LOG-ONE",
         "An exit makes at most one warning attempt, at a defined site, for a defined cause, and with the number of "
         "the MSR "
         "or function that caused it.",
         "A1 A4 D4 D11 D16 R14 R25 R28 R30",
         {},
         {"unknown-write-in-log", "known-constant-warned", "refused-tdvmcall-silent", "protected-write-silent"},
         log_one},
        {"LOG-CONFIDENTIAL",
         "What the host sees of a warning - site, number and whether there is one - depends on no written value, no "
         "other "
         "guest register and no register that a VTL holds.",
         "A4 D4 D11 D21 R14 R25 R28",
         {},
         {"unknown-write-in-log", "crash-parameter-in-log", "tdvmcall-value-in-log", "zero-write-not-logged"},
         log_confidential},
        {"CRASH",
         "Crash parameters are private to the VTL that wrote them; a write of the control register notifies the host "
         "once "
         "and warns once, and shows none of them.",
         "D11 R14",
         {},
         {"crash-parameters-shared", "crash-parameter-in-log", "crash-not-notified"},
         crash},
    };
}

} // namespace vtlcheck::proofs
