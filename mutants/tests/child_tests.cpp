// Processes that end well, badly, or not at all, and what their lines say.
#include "mutants/child.hpp"
#include "mutants/laboratory.hpp"
#include "mutants/tests/folder.hpp"

namespace vtlcheck::mutants {
namespace {

using namespace std::chrono_literals;
using End = ChildResult::End;

ChildResult shell(const std::string& script, const ChildLimits& limits = {}) {
    return run_child({"sh", "-c", script}, "/", limits);
}

TEST(Child, SaysHowItEnded) {
    const auto good = shell("echo out; echo err >&2; exit 7");
    EXPECT_EQ(good.end, End::exited);
    EXPECT_EQ(good.code, 7);
    EXPECT_EQ(good.output, "out\nerr\n");
    const auto crash = shell("kill -SEGV $$");
    EXPECT_EQ(crash.end, End::crashed);
    EXPECT_EQ(crash.code, SIGSEGV);
}

TEST(Child, IsEndedWithWhatItStarted) {
    const auto result = shell("echo begun; (sleep 60) & sleep 60", {.time = 200ms});
    EXPECT_EQ(result.end, End::timed_out);
    EXPECT_EQ(result.output, "begun\n");
    EXPECT_LT(result.seconds, 10);
}

TEST(Child, HasSoMuchOfTheProcessor) {
    const auto result = shell("while :; do :; done", {.time = 60s, .processor_seconds = 1});
    EXPECT_EQ(result.end, End::timed_out);
}

TEST(Child, HasSoMuchMemory) {
    const auto result = run_child({"sh", "-c", "x=$(head -c 300000000 /dev/zero | tr '\\0' x); echo ${#x}"}, "/",
                                  {.memory = std::uint64_t{100} << 20U});
    EXPECT_FALSE(result.end == End::exited && result.code == 0) << result.output;
}

TEST(Child, OneThatCannotBeRunIsAnError) {
    EXPECT_THROW((void)run_child({"/nowhere/to/be/found"}, "/", {}), ChildError);
    EXPECT_THROW((void)run_child({"sh"}, "/nowhere/to/be/found", {}), ChildError);
}

TEST(Check, AMutantIsKilledByAFailureACrashOrAHang) {
    const auto failed = outcome_of({.end = End::exited,
                                    .code = 0,
                                    .output = "check begin\ncheck stage conform\ncheck detail trace 1\n"
                                              "check killed MSR-W-38\n"});
    EXPECT_EQ(failed.verdict, Verdict::killed);
    EXPECT_EQ(failed.by, "conform MSR-W-38");
    EXPECT_EQ(failed.detail, "trace 1");
    const std::string running = "check begin\ncheck stage flood\n";
    const auto crashed = outcome_of({.end = End::crashed, .code = SIGSEGV, .output = running});
    EXPECT_EQ(crashed.verdict, Verdict::killed);
    EXPECT_EQ(crashed.by, "crash in flood");
    const auto hung = outcome_of({.end = End::timed_out, .output = running});
    EXPECT_EQ(hung.verdict, Verdict::killed);
    EXPECT_EQ(hung.by, "timeout in flood");
    EXPECT_EQ(outcome_of({.output = running + "check survived\n"}).verdict, Verdict::survived);
}

TEST(Check, OneThatDidNotBeginOrEndIsAnError) {
    for (const ChildResult& child : std::vector<ChildResult>{
             {.output = ""},
             {.code = 2, .output = "vtlcheck: mutant.so: does not export vtl_inspect"},
             {.end = End::crashed, .code = SIGSEGV, .output = ""},
             {.end = End::timed_out, .output = "check"},
             {.code = 3, .output = "check begin\ncheck stage conform\n"},
             {.code = 0, .output = "check begin\ncheck stage conform\n"},
             {.code = 1, .output = "check begin\ncheck stage conform\ncheck survived\n"},
         }) {
        EXPECT_EQ(outcome_of(child).verdict, Verdict::error) << child.output;
        EXPECT_NE(outcome_of(child).by, "");
    }
}

} // namespace
} // namespace vtlcheck::mutants
