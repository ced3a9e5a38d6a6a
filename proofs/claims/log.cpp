// Claims on what the host learns: the warnings, and the crash notification.
#include "proofs/claims/claims.hpp"
#include "proofs/words.hpp"

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
Bool same_to_the_host(const Run& a, const Run& b) {
    return (a.out.log_site == b.out.log_site) & (a.out.log_msr == b.out.log_msr) &
           (a.out.crash_notify == b.out.crash_notify);
}

void log_confidential(Goal& goal) {
    const Run& r = goal.run();
    // All registers but the one that names the MSR; both halves of the value are among them.
    const Run& access = goal.second([&](State<Symbolic>&, Exit<Symbolic>& exit) {
        for (std::size_t i = 0; i < exit.gpr.size(); ++i) {
            if (i != rcx) {
                goal.fresh(exit.gpr[i]);
            }
        }
        Bv<64> number = exit.gpr[rcx];
        goal.fresh(number);
        exit.gpr[rcx] = Bv<64>(z3::concat(number.term().extract(63, 32), exit.gpr[rcx].term().extract(31, 0)));
    });
    goal.prove("write-value", arrives(r, wrmsr), same_to_the_host(r, access));
    goal.prove("read-registers", arrives(r, rdmsr), same_to_the_host(r, access));
    // A TDVMCALL is named by RAX, R10, R11 and R12. Its value can show in one way only: that the page of an untrusted
    // page register was refused, a page that the guest shares with the host.
    const Run& call = goal.second([&](State<Symbolic>&, Exit<Symbolic>& exit) {
        for (std::size_t i = 0; i < exit.gpr.size(); ++i) {
            if (i != rax && i != r10 && i != r11 && i != r12) {
                goal.fresh(exit.gpr[i]);
            }
        }
    });
    const Bv<32> msr = bits<32>(r.exit.gpr[r12], 0);
    const Bool page = (r.exit.gpr[r10] == 0) & (r.exit.gpr[r11] == 32) & ((msr == 0x40000082) | (msr == 0x40000083));
    goal.prove("tdvmcall-value", arrives(r, tdcall) & !(page & r.exit.page_refused), same_to_the_host(r, call));
    // Nor does any register that a VTL holds, the crash parameters among them.
    const Run& state = goal.second([&](State<Symbolic>& before, Exit<Symbolic>&) {
        const auto vary = [&](const FieldName&, auto& field) { goal.fresh(field); };
        for (std::size_t v = 0; v < 2; ++v) {
            VtlState<Symbolic>::visit(vary, before.vtl[v]);
            PartitionVtl<Symbolic>::visit(vary, before.partition[v]);
        }
    });
    goal.prove("vtl-registers", same_to_the_host(r, state));
    goal.witness(logged(r, LogSite::protected_write) & (r.exit.gpr[rax] != access.exit.gpr[rax]));
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
    const Run& other = goal.second([&](State<Symbolic>& before, Exit<Symbolic>&) {
        for (auto& vtl : before.vtl) {
            for (auto& cell : vtl.crash) {
                goal.fresh(cell);
            }
        }
    });
    const Bool reads_one = arrives(r, rdmsr) & parameter;
    goal.prove("parameters-show-nowhere-but-in-their-own-read", !reads_one, same(r.out, other.out));
    auto all_but_the_value = other.out;
    all_but_the_value.gpr[rax] = r.out.gpr[rax];
    all_but_the_value.gpr[rdx] = r.out.gpr[rdx];
    goal.prove("a-read-shows-them-to-the-guest-only", reads_one, same(r.out, all_but_the_value));
    for (std::size_t v = 0; v < 2; ++v) {
        const Run& others = goal.second([&](State<Symbolic>& before, Exit<Symbolic>&) {
            for (auto& cell : before.vtl[v].crash) {
                goal.fresh(cell);
            }
        });
        goal.prove("vtl" + std::to_string(1 - v) + "-never-sees-those-of-vtl" + std::to_string(v),
                   r.exit.vtl1 == Bool(v == 0), same(r.out, others.out));
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
