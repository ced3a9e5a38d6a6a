// Processes that are watched over: how they end, what they say last, and that nothing of them stays.
#include "support/subprocess.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>

namespace vtlcheck::support {
namespace {

constexpr std::chrono::seconds patience{60};

Subprocess shell(const std::string& text, Descriptor out = {}) {
    return Subprocess::program({"sh", "-c", text}, Descriptor(::open("/dev/null", O_RDONLY | O_CLOEXEC)),
                               out.get() >= 0 ? std::move(out) : Descriptor(::open("/dev/null", O_WRONLY | O_CLOEXEC)));
}

TEST(Subprocess, SaysHowItEnded) {
    EXPECT_EQ(shell("exit 3").how_it_ended(patience), "ended with exit code 3");
    EXPECT_EQ(shell("kill -9 $$").how_it_ended(patience), "was killed by signal 9 (Killed)");
    EXPECT_EQ(shell("sleep 60").how_it_ended(std::chrono::milliseconds(0)), "");
}

TEST(Subprocess, ThatCannotBeRunIsAnError) {
    EXPECT_THROW((void)Subprocess::program({"vtlcheck-no-such-program"}, {}, {}), std::system_error);
    EXPECT_THROW((void)Subprocess::program({"/etc/passwd"}, {}, {}), std::system_error);
}

TEST(Subprocess, ItsLastWordsAreKept) {
    auto child = shell("head -c 1000000 /dev/zero | tr '\\0' x >&2; echo last >&2; exit 1");
    EXPECT_EQ(child.how_it_ended(patience), "ended with exit code 1");
    EXPECT_EQ(child.last_words().size(), Subprocess::words_kept);
    EXPECT_TRUE(child.last_words().ends_with("xlast\n"));
}

TEST(Subprocess, IsKilledWithAllItStarted) {
    Pipe pipe;
    {
        auto child = shell("sleep 1000 & echo started; wait", std::move(pipe.write));
        char byte = 0;
        ASSERT_EQ(::read(pipe.read.get(), &byte, 1), 1);
    }
    // The end of the pipe comes when nobody holds it any more.
    std::array<char, 64> rest{};
    while (::read(pipe.read.get(), rest.data(), rest.size()) > 0) {
    }
}

TEST(Subprocess, ACopyMayCrash) {
    auto crashed = Subprocess::copy([] {
        static_cast<void>(std::puts("on standard output"));
        static_cast<void>(std::fflush(stdout));
        static_cast<void>(std::raise(SIGKILL));
    });
    EXPECT_EQ(crashed.how_it_ended(patience), "was killed by signal 9 (Killed)");
    EXPECT_EQ(crashed.last_words(), "on standard output\n");
    EXPECT_EQ(Subprocess::copy([] {}).how_it_ended(patience), "ended with exit code 0");
    auto threw = Subprocess::copy([] { throw std::runtime_error("why"); });
    EXPECT_EQ(threw.how_it_ended(patience), "ended with exit code 1");
    EXPECT_EQ(threw.last_words(), "why\n");
}

} // namespace
} // namespace vtlcheck::support
