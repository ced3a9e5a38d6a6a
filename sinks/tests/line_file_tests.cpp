// Files of lines when all is well and when it is not: full disks, pipes that are full, closed or without a reader.
#include "sinks/line_file.hpp"
#include "sinks/tests/temporary_folder.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace vtlcheck::sinks {
namespace {

const auto never = [] { return false; };

/// SIGPIPE is the caller's to block; without it, it ends the test program as it would end another.
class LineFileTest : public TemporaryFolder {
protected:
    LineFileTest() {
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGPIPE);
        sigaddset(&signals_, SIGXFSZ);
        static_cast<void>(::pthread_sigmask(SIG_BLOCK, &signals_, nullptr));
    }

    /// A pipe with a reader, which is returned.
    int pipe_at(const std::string& name) {
        EXPECT_EQ(::mkfifo(name.c_str(), 0600), 0);
        return ::open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    }

private:
    ::sigset_t signals_ = {};
};

TEST_F(LineFileTest, WritesLinesAndSetsWhoMayRead) {
    {
        LineFile open(path("host"), Access::everybody);
        LineFile closed(path("secret"), Access::owner);
        EXPECT_TRUE(open.write("one", never));
        EXPECT_TRUE(open.write("", never));
        EXPECT_TRUE(open.write("three", never));
        EXPECT_TRUE(closed.write("secret", never));
        EXPECT_EQ(open.close(), 0);
        EXPECT_FALSE(open.write("late", never));
        EXPECT_FALSE(open.same_as(closed));
        EXPECT_TRUE(closed.same_as(closed));
    }
    EXPECT_EQ(text("host"), "one\n\nthree\n");
    EXPECT_EQ(text("secret"), "secret\n");
    struct ::stat status = {};
    ASSERT_EQ(::stat(path("secret").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(LineFileTest, SaysWhatCannotBeOpened) {
    const auto complaint = [](const std::string& name) -> std::string {
        try {
            LineFile file(name, Access::everybody);
        } catch (const SinkError& error) {
            return error.what();
        }
        return "";
    };
    EXPECT_EQ(complaint("/nonexistent/x"),
              "cannot open the log /nonexistent/x: No such file or directory; choose another file");
    EXPECT_EQ(complaint(path("")), "cannot open the log " + path("") + ": Is a directory; choose another file");
    ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
    EXPECT_EQ(complaint(path("fifo")),
              "cannot open the log " + path("fifo") + ": nobody reads this pipe; start its reader first");
    EXPECT_NE(complaint(""), "");
}

TEST_F(LineFileTest, AFullDeviceIsAFailureOfEachLine) {
    LineFile file("/dev/full", Access::everybody);
    EXPECT_FALSE(file.write("one", never));
    EXPECT_FALSE(file.write("two", never));
    EXPECT_EQ(file.error(), ENOSPC);
    EXPECT_EQ(file.torn(), 0U);
    EXPECT_FALSE(file.gone()) << "there may be room later";
}

TEST_F(LineFileTest, WhatFitsAFullDiskInPartIsTakenBack) {
    // The limit of a file's size stands for a disk that fills up within a line: a short write, then an error.
    ::rlimit before = {};
    ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
    LineFile file(path("log"), Access::everybody);
    EXPECT_TRUE(file.write("12345", never));
    ::rlimit small = before;
    small.rlim_cur = 10;
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
    const bool written = file.write("6789012345", never);
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_FALSE(written);
    EXPECT_EQ(file.error(), EFBIG);
    EXPECT_EQ(file.torn(), 0U);
    EXPECT_EQ(text("log"), "12345\n");
    EXPECT_TRUE(file.write("again", never));
    EXPECT_EQ(text("log"), "12345\nagain\n");
}

TEST_F(LineFileTest, AClosedPipeIsGoneAndKillsNobody) {
    const int reader = pipe_at(path("fifo"));
    LineFile file(path("fifo"), Access::everybody);
    EXPECT_TRUE(file.write("one", never));
    ::close(reader);
    EXPECT_FALSE(file.write("two", never));
    EXPECT_EQ(file.error(), EPIPE);
    EXPECT_TRUE(file.gone());
    EXPECT_FALSE(file.write("three", never));
}

TEST_F(LineFileTest, APartialLineThatStaysIsEndedBeforeTheNext) {
    const int reader = pipe_at(path("fifo"));
    LineFile file(path("fifo"), Access::everybody);
    const int size = ::fcntl(reader, F_GETPIPE_SZ);
    ASSERT_GT(size, 0);
    // Longer than the pipe: nobody reads on, so that a part goes through and no more.
    const std::string long_line(static_cast<std::size_t>(size) + 5000, 'x');
    EXPECT_FALSE(file.write(long_line, [] { return true; }));
    EXPECT_EQ(file.error(), ETIMEDOUT);
    EXPECT_EQ(file.torn(), 1U);
    std::string seen;
    std::array<char, 65536> block{};
    const auto read_all = [&] {
        for (::ssize_t got = 0; (got = ::read(reader, block.data(), block.size())) > 0;) {
            seen.append(block.data(), static_cast<std::size_t>(got));
        }
    };
    read_all();
    const auto part = seen.size();
    EXPECT_LT(part, long_line.size());
    EXPECT_TRUE(file.write("whole", never));
    read_all();
    EXPECT_EQ(seen.substr(part), "\nwhole\n");
    ::close(reader);
}

} // namespace
} // namespace vtlcheck::sinks
