#include "support/process.hpp"

#include "support/arguments.hpp"
#include "support/descriptor.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <system_error>
#include <utility>

namespace vtlcheck::support {
namespace {

[[noreturn]] void fail(int error, const char* what) { throw std::system_error(error, std::generic_category(), what); }

/// A pipe in which a write to a reader that is gone is an error and no signal.
struct InputPipe {
    Descriptor read;
    Descriptor write;
    InputPipe() {
        std::array<int, 2> ends{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
            fail(errno, "socketpair");
        }
        read = Descriptor(ends[0]);
        write = Descriptor(ends[1]);
    }
};

struct SpawnSettings {
    ::posix_spawn_file_actions_t actions{};
    ::posix_spawnattr_t attributes{};
    SpawnSettings() {
        ::posix_spawn_file_actions_init(&actions);
        ::posix_spawnattr_init(&attributes);
        // Whoever calls may ignore SIGPIPE; a program need not expect that.
        ::sigset_t defaults{};
        sigemptyset(&defaults);
        sigaddset(&defaults, SIGPIPE);
        ::posix_spawnattr_setsigdefault(&attributes, &defaults);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    }
    ~SpawnSettings() {
        ::posix_spawn_file_actions_destroy(&actions);
        ::posix_spawnattr_destroy(&attributes);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
};

/// Adds what there is to read; closes at the end.
void read_some(Descriptor& from, std::string& text) {
    std::array<char, 65536> block{};
    const ::ssize_t got = ::read(from.get(), block.data(), block.size());
    if (got > 0) {
        text.append(block.data(), static_cast<std::size_t>(got));
    } else if (got == 0 || errno != EINTR) {
        from.close();
    }
}

using Clock = std::chrono::steady_clock;

/// Both directions at once, so that neither side waits for the other for ever. Kills the child at the deadline.
void exchange(Descriptor& in, std::string_view input, Descriptor& out, Descriptor& err, ProcessResult& result,
              ::pid_t child, Clock::time_point deadline) {
    while (out.get() >= 0 || err.get() >= 0) {
        if (input.empty()) {
            in.close();
        }
        std::array<::pollfd, 3> ready{::pollfd{in.get(), POLLOUT, 0}, {out.get(), POLLIN, 0}, {err.get(), POLLIN, 0}};
        int wait = -1;
        if (deadline != Clock::time_point::max()) {
            const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
            wait = static_cast<int>(std::clamp<std::chrono::milliseconds::rep>(left.count(), 0, 60'000));
        }
        const int count = ::poll(ready.data(), ready.size(), wait);
        if (count < 0 && errno != EINTR) {
            fail(errno, "poll");
        }
        if (count == 0 && Clock::now() >= deadline) {
            ::kill(child, SIGKILL);
            result.timed_out = true;
            return; // what it started may hold the pipes longer
        }
        if (ready[0].revents != 0) {
            const ::ssize_t written = ::send(in.get(), input.data(), input.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (written > 0) {
                input.remove_prefix(static_cast<std::size_t>(written));
            } else if (errno != EAGAIN && errno != EINTR) {
                input = {}; // it does not want any more
            }
        }
        if (ready[1].revents != 0) {
            read_some(out, result.out);
        }
        if (ready[2].revents != 0) {
            read_some(err, result.err);
        }
    }
}

} // namespace

std::optional<ProcessResult> run_process(const std::vector<std::string>& command, std::string_view input,
                                         std::chrono::milliseconds limit) {
    InputPipe in;
    Pipe out;
    Pipe err;
    SpawnSettings settings;
    ::posix_spawn_file_actions_adddup2(&settings.actions, in.read.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&settings.actions, out.write.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&settings.actions, err.write.get(), STDERR_FILENO);
    const Arguments arguments(command);
    ::pid_t child = 0;
    const int error =
        ::posix_spawnp(&child, arguments.program(), &settings.actions, &settings.attributes, arguments.all(), environ);
    if (error == ENOENT) {
        return std::nullopt;
    }
    if (error != 0) {
        fail(error, "posix_spawnp");
    }
    in.read.close();
    out.write.close();
    err.write.close();
    ProcessResult result;
    const auto deadline = limit.count() > 0 ? Clock::now() + limit : Clock::time_point::max();
    exchange(in.write, input, out.read, err.read, result, child, deadline);
    in.write.close();
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
        if (errno != EINTR) {
            fail(errno, "waitpid");
        }
    }
    result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return result;
}

} // namespace vtlcheck::support
