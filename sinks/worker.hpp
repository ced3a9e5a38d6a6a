// Writes records on a thread of its own, so that nothing that happens to a file reaches who makes the records.
#pragma once

#include "sinks/line_file.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace vtlcheck::sinks {

/// What became of the records that were offered to a sink.
struct SinkReport {
    std::string file;
    std::uint64_t written = 0;
    std::uint64_t failed = 0;   ///< taken, but not written
    std::uint64_t overflow = 0; ///< not taken: the queue was full
    std::uint64_t torn = 0;     ///< of those that failed: a part of the line is in the file
    std::uint64_t capacity = 0; ///< of the queue
    int error = 0;              ///< errno of the first failure
    int close_error = 0;

    [[nodiscard]] std::uint64_t unwritten() const { return failed + overflow; }
    [[nodiscard]] bool complete() const { return unwritten() == 0 && close_error == 0; }
    /// "3 lines not written to x.log: No space left on device", a line for each way to fail; empty if `complete`.
    [[nodiscard]] std::vector<std::string> complaints() const;
};

namespace detail {

/// The thread, without what it writes. `next` gives a line, or nothing when the queue is empty.
class Writer {
public:
    Writer(LineFile file, std::size_t capacity, std::function<std::optional<std::string>()> next);
    ~Writer();
    Writer(const Writer&) = delete;
    Writer& operator=(const Writer&) = delete;

    void start();
    /// From the producer: there is something in the queue.
    void wake() {
        wakeups_.fetch_add(1, std::memory_order_release);
        wakeups_.notify_one(); // a system call only while the thread sleeps
    }
    void count_overflow() { overflow_.fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] const LineFile& file() const { return file_; }
    /// Lines taken from the queue and dealt with.
    [[nodiscard]] std::uint64_t done() const { return done_.load(std::memory_order_acquire); }
    SinkReport finish(std::chrono::milliseconds grace);

private:
    void run();

    LineFile file_;
    std::size_t capacity_;
    std::function<std::optional<std::string>()> next_;
    std::atomic<std::uint64_t> done_ = 0;
    std::atomic<std::uint32_t> wakeups_ = 0;
    std::atomic<std::uint64_t> overflow_ = 0;
    std::atomic<std::int64_t> deadline_ = 0; ///< of the steady clock, ns; 0: none
    std::uint64_t written_ = 0;              ///< the thread's, until it has ended
    std::uint64_t failed_ = 0;
    std::thread thread_;
};

} // namespace detail

/// A file, a queue before it and the thread between them. One thread offers at a time.
template <class Record>
class SinkWorker {
public:
    using Formatter = std::function<std::string(const Record&)>;

    /// `capacity` is a power of two. `format` is called on the worker's thread.
    SinkWorker(LineFile file, Formatter format, std::size_t capacity = 4096)
        : format_(std::move(format)), slots_(capacity), writer_(std::move(file), capacity, [this] { return take(); }) {
        writer_.start();
    }

    /// Queues a copy. Never waits: false, and counted, if the queue is full.
    bool offer(const Record& record) {
        const std::uint64_t head = head_.load(std::memory_order_relaxed);
        if (head - tail_.load(std::memory_order_acquire) == slots_.size()) {
            writer_.count_overflow();
            return false;
        }
        slots_[head & (slots_.size() - 1)] = record;
        head_.store(head + 1, std::memory_order_release);
        writer_.wake();
        return true;
    }
    /// Waits until what was offered is dealt with, or `limit` is over. From the thread that offers.
    void drain(std::chrono::milliseconds limit) {
        const auto end = std::chrono::steady_clock::now() + limit;
        while (writer_.done() != head_.load(std::memory_order_relaxed) && std::chrono::steady_clock::now() < end) {
            std::this_thread::sleep_for(std::chrono::microseconds(100));
        }
    }
    [[nodiscard]] const LineFile& file() const { return writer_.file(); }
    /// Writes what is queued, for at most `grace`, ends the thread and closes the file. What could not be written by then
    /// counts as failed. Nothing may be offered any more.
    SinkReport finish(std::chrono::milliseconds grace = std::chrono::seconds(5)) { return writer_.finish(grace); }

private:
    std::optional<std::string> take() {
        const std::uint64_t tail = tail_.load(std::memory_order_relaxed);
        if (head_.load(std::memory_order_acquire) == tail) {
            return std::nullopt;
        }
        const Record record = slots_[tail & (slots_.size() - 1)];
        tail_.store(tail + 1, std::memory_order_release);
        return format_(record);
    }

    Formatter format_;
    std::vector<Record> slots_;
    alignas(64) std::atomic<std::uint64_t> head_ = 0; ///< records queued so far; the producer's
    alignas(64) std::atomic<std::uint64_t> tail_ = 0; ///< records taken so far; the thread's
    detail::Writer writer_;                           ///< last: its thread uses all of the above
};

} // namespace vtlcheck::sinks
