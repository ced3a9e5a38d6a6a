// Implementations that run elsewhere: honest ones are judged as the built-in one is, and whatever a hostile one does is a
// verdict that names the exit.
#include "conformance/subjects/isolated.hpp"
#include "conformance/subjects/process.hpp"
#include "proptests/conform.hpp"
#include "proptests/tests/forwarding_subject.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>

namespace vtlcheck {
namespace {

using conformance::NoSubject;
using conformance::Visible;
using proptests::Divergence;
using proptests::run_campaign_apart;
using proptests::run_campaign_of_program;
using proptests::Verdict;
using std::chrono::milliseconds;
using testing::HasSubstr;

const bool ignores_sigpipe = std::signal(SIGPIPE, SIG_IGN) != SIG_ERR;

// For a loaded machine; nothing waits that long unless it has to.
constexpr milliseconds long_time{60'000};
constexpr milliseconds short_time{400};

const std::string honest = VTLCHECK_BINARY " subject";

std::string hostile(const std::string& fault, const std::string& when) {
    return fmt::format("{} {}/hostile.py {} '{}' {}", VTLCHECK_PYTHON, VTLCHECK_SUBJECTS, fault, when, honest);
}

conformance::Trace three_exits() {
    return conformance::parse("vtlcheck-trace 2\n"
                              "vp0 vtl0 wrmsr 0xc0000082 0x1234\n"
                              "vp0 vtl0 rdmsr 0x1d9\n"
                              "vp0 vtl0 rdmsr 0x1da\n",
                              "three exits");
}

/// What becomes of three exits when the second goes wrong. The answers are: hello, state, exit, state, exit, ...
std::optional<Divergence> judged(const std::string& command, milliseconds limit) {
    const auto subject = conformance::process_subject(command, limit, long_time);
    return proptests::run(*subject, three_exits());
}

// ---- words ----

TEST(CommandWords, AreSplitAsDocumented) {
    using Words = std::vector<std::string>;
    using conformance::command_words;
    EXPECT_EQ(command_words("a  b\tc"), (Words{"a", "b", "c"}));
    EXPECT_EQ(command_words("'a b' \"c 'd\" e\\ f '' g'h'i"), (Words{"a b", "c 'd", "e f", "", "ghi"}));
    EXPECT_EQ(command_words("'\\' \"\\\"\" $HOME *"), (Words{"\\", "\"", "$HOME", "*"}));
    for (const char* bad : {"", "  ", "'a", "\"a", "'' b"}) {
        EXPECT_THROW((void)command_words(bad), NoSubject) << bad;
    }
}

TEST(Lines, ComeInPieces) {
    conformance::Lines lines;
    std::string_view line;
    lines.add("one\r\ntw");
    ASSERT_TRUE(lines.take(line));
    EXPECT_EQ(line, "one");
    EXPECT_FALSE(lines.take(line));
    EXPECT_EQ(lines.rest(), "tw");
    lines.add("o\n\n");
    ASSERT_TRUE(lines.take(line));
    EXPECT_EQ(line, "two");
    ASSERT_TRUE(lines.take(line));
    EXPECT_EQ(line, "");
    EXPECT_FALSE(lines.take(line));
}

// ---- programs ----

TEST(Program, ThatIsHonestConforms) {
    for (const std::string& command : {honest, hostile("plain", "0"), hostile("chatter", "0"), hostile("crlf", "0")}) {
        const auto divergence = judged(command, long_time);
        EXPECT_FALSE(divergence) << command << ": " << divergence->subject_error;
    }
}

struct Fault {
    const char* name;
    const char* said; ///< part of the verdict
    bool waits = false;
};
void PrintTo(const Fault& fault, std::ostream* stream) { *stream << fault.name; }

class HostileProgram : public testing::TestWithParam<Fault> {};

TEST_P(HostileProgram, IsNamedAtTheExit) {
    const auto& [name, said, waits] = GetParam();
    const auto divergence = judged(hostile(name, "rdmsr 0x1d9"), waits ? short_time : long_time);
    ASSERT_TRUE(divergence);
    EXPECT_EQ(divergence->step, 1U);
    EXPECT_EQ(divergence->clause, "MSR-R-40");
    EXPECT_THAT(divergence->subject_error, HasSubstr(said));
    EXPECT_EQ(divergence->subject_error.find('\n'), std::string::npos);
    EXPECT_LE(divergence->last_words.size(), support::Subprocess::words_kept);
}

INSTANTIATE_TEST_SUITE_P(
    Faults, HostileProgram,
    testing::Values(Fault{"segv", "was killed by signal 11"}, Fault{"exit-0", "ended with exit code 0"},
                    Fault{"exit-3", "ended with exit code 3"}, Fault{"hang", "gave no answer within 0.4 s", true},
                    Fault{"half", "gave no answer within 0.4 s", true}, Fault{"half-exit", "in the middle of the line"},
                    Fault{"flood-hang", "gave no answer within", true}, Fault{"close", "closed its output"},
                    Fault{"outlive", "ended with exit code 5"}, Fault{"leave-group", "ended with exit code 5"},
                    Fault{"deaf", "gave no answer within", true}, Fault{"garbage", "'garbage', which does not repeat"},
                    Fault{"binary", "\\xff"}, Fault{"nul", "a NUL byte"}, Fault{"endless", "more than 65536 bytes"},
                    Fault{"long", "more than 65536 bytes"}, Fault{"empty", "said ''"},
                    Fault{"no-outcome", "behind the exit, not ' -> '"}, Fault{"no-field", "'nonsense' is no field"},
                    Fault{"part", "a whole outcome, without ..."}, Fault{"held", "does it flush", true}),
    [](const auto& fault) {
        std::string name = fault.param.name;
        std::replace(name.begin(), name.end(), '-', '_');
        return name;
    });

TEST(Program, SaysWhatItSaidLast) {
    const auto divergence = judged(hostile("exit-3", "rdmsr 0x1d9"), long_time);
    ASSERT_TRUE(divergence);
    EXPECT_EQ(proptests::last_lines(divergence->last_words).back(), "cannot go ?[31mon");
}

TEST(Program, ThatSaysTooMuchIsNoticedAtTheExitOrTheNext) {
    for (const char* fault : {"twice", "early"}) {
        const auto divergence = judged(hostile(fault, "rdmsr 0x1d9"), long_time);
        ASSERT_TRUE(divergence) << fault;
        EXPECT_THAT(divergence->subject_error,
                    testing::AnyOf(HasSubstr("more than it was asked"), HasSubstr("in its state")));
    }
    EXPECT_EQ(judged(hostile("drop", "rdmsr 0x1d9"), short_time)->step, 1U);
}

TEST(Program, ItsAnswersAreComparedFieldByField) {
    const auto divergence = judged(hostile("wrong-rip", "rdmsr 0x1d9"), long_time);
    ASSERT_TRUE(divergence);
    ASSERT_EQ(divergence->differences.size(), 1U);
    EXPECT_EQ(divergence->differences[0].field, "rip");
    EXPECT_EQ(divergence->differences[0].expected, "0x1002");
    EXPECT_EQ(divergence->differences[0].observed, "0x1000");
}

TEST(Program, ItsRegistersAreCompared) {
    const auto divergence = judged(hostile("wrong-state", "lstar=0x1234"), long_time);
    ASSERT_TRUE(divergence);
    EXPECT_EQ(divergence->step, 0U);
    ASSERT_EQ(divergence->differences.size(), 1U);
    EXPECT_EQ(divergence->differences[0].scope, "vp0.vtl0");
    EXPECT_EQ(divergence->differences[0].field, "lstar");
}

TEST(Program, StartsAgainAfterACrash) {
    const auto subject = conformance::process_subject(hostile("segv", "rdmsr 0x1d9"), long_time, long_time);
    for (int i = 0; i < 2; ++i) {
        EXPECT_EQ(proptests::run(*subject, three_exits())->step, 1U);
    }
    auto harmless = three_exits();
    harmless.steps.erase(harmless.steps.begin() + 1);
    EXPECT_FALSE(proptests::run(*subject, harmless));
}

TEST(Program, ThatIsNoSubjectIsRefused) {
    const auto refusal = [](const std::string& command, milliseconds limit = long_time) -> std::string {
        try {
            (void)conformance::process_subject(command, limit, limit);
        } catch (const NoSubject& error) {
            return error.what();
        }
        return "accepted";
    };
    EXPECT_THAT(refusal("./vtlcheck-no-such-program"), HasSubstr("cannot be run: No such file"));
    EXPECT_THAT(refusal("true"), HasSubstr("ended with exit code 0"));
    EXPECT_THAT(refusal("sleep 1000", short_time), HasSubstr("gave no answer within 0.4 s"));
    EXPECT_THAT(refusal("sh -c 'echo no licence >&2; exit 4'"), HasSubstr("exit code 4; it said 'no licence'"));
    EXPECT_THAT(refusal(hostile("version-2", "0")), HasSubstr("answered 'vtlcheck-subject 2'"));
}

TEST(ProgramCampaign, IsThatOfTheBuiltInOne) {
    const proptests::CampaignOptions options{.seed = 3, .exits = 30'000, .threads = 2};
    const auto here = proptests::run_campaign(conformance::builtin_subject, options);
    const auto there = run_campaign_of_program(honest, long_time, options);
    EXPECT_EQ(there.verdict, here.verdict);
    EXPECT_EQ(there.visible, Visible::registers);
    EXPECT_EQ(there.exits, here.exits);
    EXPECT_EQ(there.traces, here.traces);
    EXPECT_EQ(there.missing, here.missing);
    EXPECT_EQ(run_campaign_of_program(hostile("stateless", "0"), long_time, {.exits = 1000}).visible,
              Visible::outcomes);
}

TEST(ProgramCampaign, MakesAFailureSmall) {
    for (const char* fault : {"segv", "wrong-rip"}) {
        const auto result = run_campaign_of_program(hostile(fault, "rdmsr 0x10 "), long_time, {.exits = 30'000});
        ASSERT_EQ(result.verdict, Verdict::violation) << fault;
        EXPECT_TRUE(result.failure->happens_again) << fault;
        EXPECT_EQ(result.failure->trace.steps.size(), 1U) << fault;
        EXPECT_EQ(result.failure->divergence.subject_error.empty(), std::string(fault) == "wrong-rip");
    }
}

TEST(ProgramCampaign, NamesTheSameFailureWhateverTheThreads) {
    const auto command = hostile("segv", "rdmsr 0x10 ");
    const auto one = run_campaign_of_program(command, long_time, {.exits = 30'000, .threads = 1});
    const auto three = run_campaign_of_program(command, long_time, {.exits = 30'000, .threads = 3});
    EXPECT_EQ(one.failing_trace, three.failing_trace);
    EXPECT_EQ(write(one.failure->trace), write(three.failure->trace));
}

TEST(ProgramCampaign, SaysIfAFailureDoesNotHappenAgain) {
    // The 3000th answer: no trace by itself has so many.
    const auto result = run_campaign_of_program(hostile("exit-3", "3000"), long_time, {.exits = 10'000, .threads = 1});
    ASSERT_EQ(result.verdict, Verdict::violation);
    EXPECT_FALSE(result.failure->happens_again);
    EXPECT_THAT(proptests::failure_text(result, {}), HasSubstr("It does not fail again by itself"));
    EXPECT_THAT(proptests::failure_text(result, {}), HasSubstr("it ended with exit code 3"));
}

TEST(ProgramCampaign, NoticesAWordTooMuchAtTheEnd) {
    const auto result = run_campaign_of_program(hostile("last-word", "0"), long_time, {.exits = 1000, .threads = 1});
    ASSERT_EQ(result.verdict, Verdict::violation);
    EXPECT_THAT(result.failure->divergence.subject_error, HasSubstr("more than it was asked for: 'one more thing'"));
}

// ---- copies of this process ----

/// The implementation, but it does `what` at each write of EFER.
class Faulty final : public proptests::ForwardingSubject {
public:
    explicit Faulty(std::function<void()> what) : what_(std::move(what)) {}
    model::Outcome<model::Concrete> handle(const model::Exit<model::Concrete>& exit) override {
        if ((exit.info[model::info_rax].value() & 0xFFFF) == model::reason_wrmsr && exit.kind.value() == 0 &&
            (exit.gpr[model::rcx].value() & 0xFFFFFFFF) == 0xC0000080) {
            what_();
        }
        return ForwardingSubject::handle(exit);
    }

private:
    std::function<void()> what_;
};

proptests::SubjectFactory faulty(std::function<void()> what) {
    return [what] { return std::make_unique<Faulty>(what); };
}

void crash() { static_cast<void>(std::raise(SIGKILL)); }
[[noreturn]] void hang() {
    for (;;) {
        ::pause();
    }
}

TEST(Apart, ACampaignIsThatOfTheBuiltInOne) {
    const proptests::CampaignOptions options{.seed = 3, .exits = 200'000, .threads = 2};
    const auto here = proptests::run_campaign(conformance::builtin_subject, options);
    const auto there = run_campaign_apart(conformance::builtin_subject, "itself", long_time, options);
    EXPECT_EQ(there.subject, "itself");
    EXPECT_EQ(there.verdict, here.verdict);
    EXPECT_EQ(there.exits, here.exits);
    EXPECT_EQ(there.traces, here.traces);
    for (const auto& cell : proptests::reachable_cells()) {
        EXPECT_EQ(there.coverage.count(cell), here.coverage.count(cell)) << to_string(cell);
    }
}

TEST(Apart, WhoeverIsLostIsNamedAtTheExit) {
    struct Loss {
        std::function<void()> what;
        const char* said;
        milliseconds limit;
    };
    for (const auto& [what, said, limit] : {Loss{crash, "it was killed by signal 9", long_time},
                                            Loss{[] { std::_Exit(0); }, "it ended with exit code 0", long_time},
                                            Loss{hang, "it gave no answer within 0.4 s", short_time}}) {
        // Each attempt to make a hang smaller waits for one.
        for (const unsigned threads : limit == short_time ? std::vector{2U} : std::vector{1U, 3U}) {
            const auto result =
                run_campaign_apart(faulty(what), "faulty", limit, {.exits = 10'000, .threads = threads});
            ASSERT_EQ(result.verdict, Verdict::violation) << said;
            EXPECT_EQ(result.failing_trace, 3U) << said;
            EXPECT_TRUE(result.failure->happens_again);
            EXPECT_EQ(result.failure->trace.steps.size(), 1U);
            EXPECT_THAT(result.failure->divergence.subject_error, HasSubstr(said));
            EXPECT_THAT(result.failure->divergence.clause, testing::StartsWith("MSR-W-3"));
        }
    }
}

TEST(Apart, AWrongAnswerIsThatOfASubjectInThisProcess) {
    const auto silent = faulty([] { throw conformance::SubjectError("no answer"); });
    const auto here = proptests::run_campaign(silent, {.exits = 10'000});
    const auto there = run_campaign_apart(silent, "silent", long_time, {.exits = 10'000});
    EXPECT_EQ(there.failing_trace, here.failing_trace);
    EXPECT_EQ(write(there.failure->trace), write(here.failure->trace));
    EXPECT_EQ(there.failure->divergence.subject_error, "no answer");
}

TEST(Apart, WhatMakesNoSubjectIsRefused) {
    const auto refusal = [](const std::function<void()>& what, milliseconds limit) -> std::string {
        try {
            const auto make = [&] {
                what();
                return conformance::builtin_subject();
            };
            conformance::expect_subject(make, "x", limit);
        } catch (const NoSubject& error) {
            return error.what();
        }
        return "accepted";
    };
    EXPECT_EQ(refusal([] {}, long_time), "accepted");
    EXPECT_EQ(refusal(crash, long_time), "x: cannot be loaded: it was killed by signal 9 (Killed)");
    EXPECT_EQ(refusal(hang, short_time), "x: cannot be loaded: it did not come back within 0.4 s");
    EXPECT_EQ(refusal([] { throw NoSubject("as it says"); }, long_time), "as it says");
}

TEST(Apart, EverythingCanBeAskedOfAnIsolatedSubject) {
    const auto trace =
        conformance::parse_file(VTLCHECK_SUBJECTS "/../../../traces/examples/register-attempts.trace.txt");
    const auto isolated = conformance::isolated_subject(conformance::builtin_subject, "isolated", long_time);
    const auto here = conformance::builtin_subject();
    EXPECT_FALSE(proptests::run(*isolated, trace)); // bitmaps, controls, audit, log and census too
    EXPECT_FALSE(proptests::run(*here, trace));
    EXPECT_EQ(isolated->inspect(), here->inspect());
    EXPECT_EQ(isolated->audit_records(0), here->audit_records(0));
    EXPECT_EQ(isolated->access_exits(0, 0, 0x10, false), here->access_exits(0, 0, 0x10, false));
    EXPECT_THROW((void)isolated->log_lost(64), std::out_of_range);
}

} // namespace
} // namespace vtlcheck
