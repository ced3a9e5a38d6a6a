// Other programs: found or not, whatever they read and write.
#include "cli/process.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace vtlcheck::cli {
namespace {

/// As in `main`.
class Process : public testing::Test {
protected:
    Process() { static_cast<void>(std::signal(SIGPIPE, SIG_IGN)); }
};

TEST_F(Process, GetsItsInputAndGivesItsOutput) {
    // More than a pipe holds, both ways at once.
    const std::string much(3'000'000, 'x');
    const auto result = run_process({"cat"}, much);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->exit_code, 0);
    EXPECT_EQ(result->out.size(), much.size());
    EXPECT_EQ(result->err, "");
}

TEST_F(Process, ThatDoesNotExistIsNothing) { EXPECT_FALSE(run_process({"vtlcheck-no-such-program"}, "")); }

TEST_F(Process, MayLeaveItsInputUnread) {
    const auto result = run_process({"true"}, std::string(3'000'000, 'x'));
    ASSERT_TRUE(result);
    EXPECT_EQ(result->exit_code, 0);
}

TEST_F(Process, SaysHowItEnded) {
    const auto failed = run_process({"sh", "-c", "echo out; echo err >&2; exit 7"}, "");
    ASSERT_TRUE(failed);
    EXPECT_EQ(failed->exit_code, 7);
    EXPECT_EQ(failed->out, "out\n");
    EXPECT_EQ(failed->err, "err\n");
    EXPECT_EQ(run_process({"sh", "-c", "kill -9 $$"}, "")->exit_code, 137);
    EXPECT_EQ(run_process({"sh", "-c", "kill -PIPE $$; exit 0"}, "")->exit_code, 141) << "ours is not its setting";
}

} // namespace
} // namespace vtlcheck::cli
