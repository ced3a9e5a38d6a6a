// Other programs: found or not, whatever they read and write.
#include "support/process.hpp"

#include <gtest/gtest.h>

namespace vtlcheck::support {
namespace {

TEST(Process, GetsItsInputAndGivesItsOutput) {
    // More than a pipe holds, both ways at once.
    const std::string much(3'000'000, 'x');
    const auto result = run_process({"cat"}, much);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->exit_code, 0);
    EXPECT_EQ(result->out.size(), much.size());
    EXPECT_EQ(result->err, "");
}

TEST(Process, ThatDoesNotExistIsNothing) { EXPECT_FALSE(run_process({"vtlcheck-no-such-program"}, "")); }

TEST(Process, MayLeaveItsInputUnread) {
    const auto result = run_process({"true"}, std::string(3'000'000, 'x'));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->exit_code, 0);
}

TEST(Process, SaysHowItEnded) {
    const auto failed = run_process({"sh", "-c", "echo out; echo err >&2; exit 7"}, "");
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->exit_code, 7);
    EXPECT_EQ(failed->out, "out\n");
    EXPECT_EQ(failed->err, "err\n");
    EXPECT_EQ(run_process({"sh", "-c", "kill -9 $$"}, "")->exit_code, 137);
    EXPECT_EQ(run_process({"sh", "-c", "kill -PIPE $$; exit 0"}, "")->exit_code, 141);
}

TEST(Process, IsKilledWhenItsTimeIsOver) {
    const auto late = run_process({"sh", "-c", "echo early; exec sleep 60"}, "", std::chrono::milliseconds(300));
    EXPECT_TRUE(late->timed_out);
    EXPECT_EQ(late->exit_code, 137);
    EXPECT_EQ(late->out, "early\n");
    EXPECT_FALSE(run_process({"true"}, "", std::chrono::minutes(1))->timed_out);
}

} // namespace
} // namespace vtlcheck::support
