#include "mutants/child.hpp"

#include "support/arguments.hpp"
#include "support/descriptor.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

namespace vtlcheck::mutants {
namespace {

using Clock = std::chrono::steady_clock;

using support::Descriptor;

void open_pipe(Descriptor& read, Descriptor& write) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw ChildError(fmt::format("no pipe: {}", std::strerror(errno)));
    }
    read = Descriptor(ends[0]);
    write = Descriptor(ends[1]);
}

/// In the child, where only calls that are safe after a fork of many threads may be made.
[[noreturn]] void become(char* const* arguments, const char* folder, const ChildLimits& limits, int output,
                         int failure) {
    ::setpgid(0, 0); // a group of its own, so that all it starts can be ended with it
    ::signal(SIGPIPE, SIG_DFL);
    const ::rlimit none{0, 0};
    bool ready = ::setrlimit(RLIMIT_CORE, &none) == 0;
    if (limits.processor_seconds != 0) {
        const ::rlimit time{limits.processor_seconds, limits.processor_seconds + 1};
        ready = ready && ::setrlimit(RLIMIT_CPU, &time) == 0;
    }
    if (limits.memory != 0) {
        const ::rlimit memory{limits.memory, limits.memory};
        ready = ready && ::setrlimit(RLIMIT_AS, &memory) == 0;
    }
    const int input = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ready = ready && input >= 0 && ::dup2(input, STDIN_FILENO) >= 0 && ::dup2(output, STDOUT_FILENO) >= 0 &&
            ::dup2(output, STDERR_FILENO) >= 0 && ::chdir(folder) == 0;
    if (ready) {
        ::execvp(arguments[0], arguments);
    }
    const int error = errno;
    [[maybe_unused]] const auto written = ::write(failure, &error, sizeof error);
    ::_exit(127);
}

/// Reads until the other side closes it or the time is over; whether it was closed.
bool read_until(const Descriptor& from, std::string& text, Clock::time_point end) {
    constexpr std::size_t most = std::size_t{1} << 20U;
    std::array<char, 65536> block{};
    for (;;) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
        if (left <= 0) {
            return false;
        }
        ::pollfd ready{from.get(), POLLIN, 0};
        const int count = ::poll(&ready, 1, static_cast<int>(std::min<long>(left, 1'000'000)));
        if (count <= 0) {
            continue;
        }
        const ::ssize_t got = ::read(from.get(), block.data(), block.size());
        if (got > 0) {
            text.append(block.data(), std::min(static_cast<std::size_t>(got), most - std::min(most, text.size())));
        } else if (got == 0 || errno != EINTR) {
            return true;
        }
    }
}

/// Waits for the end; false when the time is over.
bool wait_until(::pid_t child, int& status, Clock::time_point end) {
    while (Clock::now() < end) {
        const ::pid_t ended = ::waitpid(child, &status, WNOHANG);
        if (ended == child) {
            return true;
        }
        if (ended < 0 && errno != EINTR) {
            throw ChildError(fmt::format("a process was lost: {}", std::strerror(errno)));
        }
        ::usleep(1000);
    }
    return false;
}

} // namespace

ChildResult run_child(const std::vector<std::string>& command, const std::filesystem::path& folder,
                      const ChildLimits& limits) {
    const support::Arguments arguments(command);
    const std::string where = folder.string();

    Descriptor output;
    Descriptor output_end;
    Descriptor failure;
    Descriptor failure_end;
    open_pipe(output, output_end);
    open_pipe(failure, failure_end);
    const auto begin = Clock::now();
    const auto end = begin + limits.time;
    const ::pid_t child = ::fork();
    if (child < 0) {
        throw ChildError(fmt::format("{}: no process for it: {}", command.front(), std::strerror(errno)));
    }
    if (child == 0) {
        become(arguments.all(), where.c_str(), limits, output_end.get(), failure_end.get());
    }
    ::setpgid(child, child); // whichever of the two comes first
    output_end.close();
    failure_end.close();

    int error = 0;
    ::ssize_t got = 0;
    do {
        got = ::read(failure.get(), &error, sizeof error); // ends when the program runs
    } while (got < 0 && errno == EINTR);
    int status = 0;
    if (got == static_cast<::ssize_t>(sizeof error)) {
        while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
        throw ChildError(fmt::format("{}: cannot be run: {}", command.front(), std::strerror(error)));
    }

    ChildResult result;
    const bool closed = read_until(output, result.output, end);
    if (!closed || !wait_until(child, status, end)) {
        result.end = ChildResult::End::timed_out;
        ::kill(-child, SIGKILL);
        while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
        }
    } else if (WIFEXITED(status)) {
        result.code = WEXITSTATUS(status);
    } else {
        result.code = WTERMSIG(status);
        result.end = result.code == SIGXCPU ? ChildResult::End::timed_out : ChildResult::End::crashed;
    }
    result.seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    return result;
}

} // namespace vtlcheck::mutants
