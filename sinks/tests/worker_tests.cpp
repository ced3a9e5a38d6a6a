// The thread between records and a file: nothing that happens to the file reaches the one who offers records.
#include "sinks/record.hpp"
#include "sinks/tests/temporary_folder.hpp"
#include "sinks/worker.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>

namespace vtlcheck::sinks {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

class Worker : public TemporaryFolder {};

std::string number(const int& record) { return std::to_string(record); }

TEST_F(Worker, WritesAllInOrder) {
    SinkWorker<int> worker(LineFile(path("log"), Access::everybody), number, 1U << 16U);
    std::string expected;
    for (int i = 0; i < 50'000; ++i) {
        ASSERT_TRUE(worker.offer(i));
        expected += std::to_string(i) + "\n";
    }
    const auto report = worker.finish();
    EXPECT_TRUE(report.complete());
    EXPECT_TRUE(report.complaints().empty());
    EXPECT_EQ(report.written, 50'000U);
    EXPECT_EQ(text("log"), expected);
}

TEST_F(Worker, DrainWaitsForWhatWasOffered) {
    SinkWorker<int> worker(LineFile(path("log"), Access::everybody), number);
    for (int i = 0; i < 10; ++i) {
        worker.offer(i);
        worker.drain(std::chrono::seconds(10));
        EXPECT_TRUE(text("log").ends_with(std::to_string(i) + "\n"));
    }
    worker.drain(milliseconds(0));
    EXPECT_EQ(worker.finish().written, 10U);
}

TEST_F(Worker, AFullDiskIsCountedAndSaid) {
    SinkWorker<int> worker(LineFile("/dev/full", Access::everybody), number);
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(worker.offer(i));
    }
    const auto report = worker.finish();
    EXPECT_FALSE(report.complete());
    EXPECT_EQ(report.unwritten(), 3U);
    ASSERT_EQ(report.complaints().size(), 1U);
    EXPECT_EQ(report.complaints()[0], "3 lines not written to /dev/full: No space left on device");
}

TEST_F(Worker, AClosedPipeIsCountedAndSaidAndKillsNobody) {
    // SIGPIPE has its default action here: a thread that did not block it would end the program.
    ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
    const int reader = ::open(path("fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    SinkWorker<int> worker(LineFile(path("fifo"), Access::everybody), number);
    worker.offer(1);
    worker.drain(std::chrono::seconds(10));
    ::close(reader);
    worker.offer(2);
    worker.offer(3);
    const auto report = worker.finish();
    EXPECT_EQ(report.written, 1U);
    ASSERT_EQ(report.complaints().size(), 1U);
    EXPECT_EQ(report.complaints()[0], "2 lines not written to " + path("fifo") + ": Broken pipe");
}

TEST_F(Worker, AReaderThatStandsStillHoldsUpNobody) {
    ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0600), 0);
    const int reader = ::open(path("fifo").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    SinkWorker<int> worker(
        LineFile(path("fifo"), Access::everybody), [](const int&) { return std::string(1000, 'x'); }, 64);
    auto longest = Clock::duration::zero();
    std::uint64_t refused = 0;
    for (int i = 0; i < 20'000; ++i) {
        const auto began = Clock::now();
        refused += worker.offer(i) ? 0U : 1U;
        longest = std::max(longest, Clock::now() - began);
    }
    EXPECT_LT(longest, std::chrono::seconds(2)) << "a busy machine may take the processor away, a wait would not end";
    const auto began = Clock::now();
    const auto report = worker.finish(milliseconds(50));
    EXPECT_LT(Clock::now() - began, std::chrono::seconds(10));
    EXPECT_GT(refused, 0U);
    EXPECT_EQ(report.overflow, refused);
    EXPECT_EQ(report.written + report.failed + report.overflow, 20'000U);
    EXPECT_EQ(report.torn, 0U) << "a line that fits a pipe's atom is never cut";
    const auto complaints = report.complaints();
    ASSERT_EQ(complaints.size(), 2U);
    EXPECT_NE(complaints[0].find("the reader is too slow"), std::string::npos) << complaints[0];
    EXPECT_NE(complaints[1].find("the queue of 64 lines was full"), std::string::npos) << complaints[1];
    ::close(reader);
}

TEST_F(Worker, AFormatterThatThrowsLosesItsLineOnly) {
    SinkWorker<int> worker(LineFile(path("log"), Access::everybody),
                           [](const int& i) { return i == 1 ? throw std::bad_alloc() : std::to_string(i); });
    for (int i = 0; i < 3; ++i) {
        worker.offer(i);
    }
    const auto report = worker.finish();
    EXPECT_EQ(text("log"), "0\n2\n");
    ASSERT_EQ(report.complaints().size(), 1U);
    EXPECT_EQ(report.complaints()[0], "1 line not written to " + path("log") + ": out of memory");
}

TEST_F(Worker, IsEndedByItsDestructorToo) {
    {
        SinkWorker<conformance::LogLine> worker(
            LineFile(path("log"), Access::everybody),
            [](const conformance::LogLine& line) { return host_line(line, Format::json); });
        worker.offer({.time = 5, .line = 1, .site = 1});
        worker.drain(std::chrono::seconds(10));
    }
    EXPECT_EQ(text("log"),
              R"({"time_ns":5,"line":"warning","site":"unknown-read","number":"0x0","vp":0,"vtl":0,"suppressed":0})"
              "\n");
}

} // namespace
} // namespace vtlcheck::sinks
