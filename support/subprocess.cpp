#include "support/subprocess.hpp"

#include "support/arguments.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <thread>

namespace vtlcheck::support {
namespace {

[[noreturn]] void fail(int error, const std::string& what) {
    throw std::system_error(error, std::generic_category(), what);
}

/// In the child: a group of its own, and an end with its parent.
void stand_apart(::pid_t parent) {
    ::setpgid(0, 0);
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) {
        ::_exit(127); // it was gone before
    }
}

::pid_t divide() {
    static_cast<void>(std::fflush(nullptr)); // what waits in buffers is not the child's to write
    const ::pid_t process = ::fork();
    if (process < 0) {
        fail(errno, "fork");
    }
    return process;
}

} // namespace

Subprocess Subprocess::program(const std::vector<std::string>& command, Descriptor in, Descriptor out) {
    const Arguments arguments(command);
    Pipe errors;
    Pipe failure;
    const ::pid_t parent = ::getpid();
    const ::pid_t process = divide();
    if (process == 0) { // only calls that are safe after a fork of many threads
        stand_apart(parent);
        ::signal(SIGPIPE, SIG_DFL);
        ::dup2(in.get(), STDIN_FILENO);
        ::dup2(out.get(), STDOUT_FILENO);
        ::dup2(errors.write.get(), STDERR_FILENO);
        ::execvp(arguments.program(), arguments.all());
        const int error = errno;
        [[maybe_unused]] const auto written = ::write(failure.write.get(), &error, sizeof error);
        ::_exit(127);
    }
    Subprocess child(process, std::move(errors.read));
    failure.write.close();
    int error = 0;
    ::ssize_t got = 0;
    do {
        got = ::read(failure.read.get(), &error, sizeof error); // ends when the program runs
    } while (got < 0 && errno == EINTR);
    if (got == static_cast<::ssize_t>(sizeof error)) {
        fail(error, command.front());
    }
    return child;
}

Subprocess Subprocess::copy(const std::function<void()>& body) {
    Pipe errors;
    Descriptor nothing(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    const ::pid_t parent = ::getpid();
    const ::pid_t process = divide();
    if (process == 0) {
        stand_apart(parent);
        const ::rlimit none{0, 0};
        ::setrlimit(RLIMIT_CORE, &none);
        ::dup2(nothing.get(), STDIN_FILENO);
        ::dup2(errors.write.get(), STDOUT_FILENO);
        ::dup2(errors.write.get(), STDERR_FILENO);
        errors.read.close();
        int code = 0;
        try {
            body();
        } catch (const std::exception& problem) {
            static_cast<void>(std::fprintf(stderr, "%s\n", problem.what()));
            code = 1;
        }
        static_cast<void>(std::fflush(nullptr));
        ::_exit(code); // destructors are the parent's
    }
    return {process, std::move(errors.read)};
}

Subprocess::Subprocess(::pid_t process, Descriptor words)
    : process_(process), group_(process), words_(std::move(words)) {
    ::setpgid(process, process); // the child does so, too: whichever of the two comes first
    do_not_wait(words_);
}

Subprocess::Subprocess(Subprocess&& other) noexcept
    : process_(std::exchange(other.process_, -1)), group_(std::exchange(other.group_, -1)), status_(other.status_),
      words_(std::move(other.words_)), last_words_(std::move(other.last_words_)) {}

Subprocess::~Subprocess() { kill(); }

void Subprocess::listen() {
    std::array<char, 65536> block{};
    // One who never stops talking must not keep us here.
    for (int reads = 0; reads < 16 && words_.get() >= 0; ++reads) {
        const ::ssize_t got = ::read(words_.get(), block.data(), block.size());
        if (got > 0) {
            last_words_.append(block.data(), static_cast<std::size_t>(got));
            last_words_.erase(0, last_words_.size() - std::min(last_words_.size(), words_kept));
        } else if (got == 0) {
            words_.close();
        } else if (errno != EINTR) {
            return;
        }
    }
}

bool Subprocess::ended() {
    if (process_ >= 0 && ::waitpid(process_, &status_, WNOHANG) == process_) {
        process_ = -1;
    }
    return process_ < 0;
}

std::string Subprocess::how_it_ended(std::chrono::milliseconds patience) {
    const auto until = std::chrono::steady_clock::now() + patience;
    while (!ended() && std::chrono::steady_clock::now() < until) {
        listen();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    listen();
    if (process_ >= 0) {
        return {};
    }
    if (WIFSIGNALED(status_)) {
        const int number = WTERMSIG(status_);
        const char* description = ::sigdescr_np(number);
        return "was killed by signal " + std::to_string(number) +
               (description == nullptr ? "" : std::string(" (") + description + ")");
    }
    return "ended with exit code " + std::to_string(WEXITSTATUS(status_));
}

void Subprocess::kill() {
    if (group_ >= 0) {
        ::kill(-std::exchange(group_, -1), SIGKILL); // also what it left behind
    }
    if (process_ >= 0) {
        ::kill(process_, SIGKILL);
        while (::waitpid(process_, &status_, 0) < 0 && errno == EINTR) {
        }
        process_ = -1;
    }
}

} // namespace vtlcheck::support
