#include "sinks/worker.hpp"

#include <fmt/format.h>
#include <pthread.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>

namespace vtlcheck::sinks {
namespace {

std::int64_t now() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::string lines(std::uint64_t number) { return fmt::format("{} line{}", number, number == 1 ? "" : "s"); }

} // namespace

std::vector<std::string> SinkReport::complaints() const {
    std::vector<std::string> result;
    if (failed != 0) {
        const char* why = error == 0           ? "out of memory"
                          : error == ETIMEDOUT ? "the reader is too slow, it was not waited for any longer"
                                               : std::strerror(error);
        result.push_back(fmt::format("{} not written to {}: {}", lines(failed), file, why));
    }
    if (torn != 0) {
        result.push_back(fmt::format("{} in {} {} cut short", lines(torn), file, torn == 1 ? "is" : "are"));
    }
    if (overflow != 0) {
        result.push_back(fmt::format("{} not written to {}: the queue of {} was full, the file is too slow",
                                     lines(overflow), file, lines(capacity)));
    }
    if (close_error != 0) {
        result.push_back(fmt::format("the last lines of {} may be missing: {}", file, std::strerror(close_error)));
    }
    return result;
}

namespace detail {

Writer::Writer(LineFile file, std::size_t capacity, std::function<std::optional<std::string>()> next)
    : file_(std::move(file)), capacity_(capacity), next_(std::move(next)) {}

Writer::~Writer() {
    if (thread_.joinable()) {
        static_cast<void>(finish(std::chrono::milliseconds(0)));
    }
}

void Writer::start() {
    thread_ = std::thread([this] { run(); });
}

void Writer::run() {
    // A closed pipe is an error of write, here and now, whatever the program does with the signal.
    ::sigset_t set = {};
    sigemptyset(&set);
    sigaddset(&set, SIGPIPE);
    static_cast<void>(::pthread_sigmask(SIG_BLOCK, &set, nullptr));

    const auto give_up = [this] {
        const std::int64_t deadline = deadline_.load(std::memory_order_acquire);
        return deadline != 0 && now() >= deadline;
    };
    while (true) {
        const std::uint32_t seen = wakeups_.load(std::memory_order_acquire);
        const bool last = deadline_.load(std::memory_order_acquire) != 0;
        try {
            while (const auto line = next_()) {
                ++(file_.write(*line, give_up) ? written_ : failed_);
                done_.fetch_add(1, std::memory_order_release);
            }
        } catch (const std::exception&) { // no memory for the line
            ++failed_;
            done_.fetch_add(1, std::memory_order_release);
            continue;
        }
        if (last) {
            return;
        }
        wakeups_.wait(seen, std::memory_order_acquire);
    }
}

SinkReport Writer::finish(std::chrono::milliseconds grace) {
    if (thread_.joinable()) {
        deadline_.store(now() + std::chrono::nanoseconds(grace).count(), std::memory_order_release);
        wake();
        thread_.join();
    }
    return {.file = file_.name(),
            .written = written_,
            .failed = failed_,
            .overflow = overflow_.load(std::memory_order_relaxed),
            .torn = file_.torn(),
            .capacity = capacity_,
            .error = file_.error(),
            .close_error = file_.close()};
}

} // namespace detail
} // namespace vtlcheck::sinks
