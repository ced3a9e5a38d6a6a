// A process that this one watches over: a program, or a copy of itself in which code of unknown origin may crash.
#pragma once

#include "support/descriptor.hpp"

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace vtlcheck::support {

/// In a process group of its own, which is killed with this object, and with the thread that made it. What it says on
/// standard error is kept, the end of it, as long as somebody calls `listen`.
class Subprocess {
public:
    /// Bytes of standard error that are kept.
    static constexpr std::size_t words_kept = 4096;

    /// Runs `command` (found in PATH), which reads `in` and writes `out`. Throws std::system_error if it cannot be run.
    static Subprocess program(const std::vector<std::string>& command, Descriptor in, Descriptor out);
    /// Runs `body` in a copy of this process; of its threads the copy has this one, so no other may hold a lock that
    /// `body` takes (malloc and stdio see to theirs). Its standard output goes where standard error goes, its input is
    /// empty; it leaves no core dump, and ends when `body` returns. Throws std::system_error.
    static Subprocess copy(const std::function<void()>& body);

    Subprocess(Subprocess&& other) noexcept;
    Subprocess& operator=(Subprocess&&) = delete;
    Subprocess(const Subprocess&) = delete;
    Subprocess& operator=(const Subprocess&) = delete;
    ~Subprocess();

    /// Readable when it said something; -1 after the last.
    [[nodiscard]] int words() const { return words_.get(); }
    /// Takes what it said so far, without waiting.
    void listen();
    [[nodiscard]] const std::string& last_words() const { return last_words_; }

    /// Whether it is over by now.
    [[nodiscard]] bool ended();
    /// How it ended, waiting for that no longer than `patience`: "ended with exit code 3", "was killed by signal 11
    /// (Segmentation fault)"; empty if it still runs. Takes its last words.
    [[nodiscard]] std::string how_it_ended(std::chrono::milliseconds patience);
    /// Ends it with all of its group.
    void kill();

private:
    Subprocess(::pid_t process, Descriptor words);

    ::pid_t process_ = -1; ///< -1 after it was waited for
    ::pid_t group_ = -1;
    int status_ = 0;
    Descriptor words_;
    std::string last_words_;
};

} // namespace vtlcheck::support
