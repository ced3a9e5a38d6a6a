// A subject that is a program of its own: docs/subject-protocol.md.
#pragma once

#include "conformance/subjects/subject.hpp"
#include "support/subprocess.hpp"

#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::conformance {

/// Version of the protocol.
inline constexpr unsigned subject_protocol_version = 1;

/// A command line as words: split at blanks; '...' and "..." keep together, a backslash outside of '...' takes the next
/// character as it is. Throws NoSubject if there is none or a quote has no end.
[[nodiscard]] std::vector<std::string> command_words(std::string_view text);

/// The lines of a text that comes in pieces.
class Lines {
public:
    /// Adds what came.
    void add(std::string_view piece);
    /// Takes the next whole line, without its end; false if there is none. It lives until the next `add`.
    bool take(std::string_view& line);
    /// What came after the last whole line.
    [[nodiscard]] std::string_view rest() const { return std::string_view(text_).substr(begin_); }

private:
    std::string text_;
    std::size_t begin_ = 0;
};

/// The program and what is said to it: many lines ahead, as `send` does not wait. The process has to ignore SIGPIPE.
class SubjectProcess {
public:
    /// Starts the program and has its first answer. `limit`: how long it may be silent when an answer is due;
    /// `start_limit`: likewise of the first. Throws NoSubject, of `command` as it was given.
    SubjectProcess(const std::string& command, std::chrono::milliseconds limit, std::chrono::milliseconds start_limit);

    /// It answers the question `state`.
    [[nodiscard]] bool shows_state() const { return shows_state_; }

    /// Sends lines, with their ends, that ask for nothing.
    void tell(std::string_view lines);
    /// Sends a line, with its end, that asks for an answer of at least one line.
    void ask(std::string_view line);
    /// Sends an empty line, so that nothing is kept back.
    void flush();

    /// The first line of the answer to the oldest question without one. Lives until the next call. Throws SubjectError.
    std::string_view answer();
    /// Another line of the same answer.
    std::string_view more();
    /// Throws SubjectError if it says more than it was asked for by now.
    void expect_silence();
    /// The end of the input. Throws SubjectError if it says more than it was asked for.
    void finish();

    /// An error that says what this answer is instead of the one that was asked for.
    [[nodiscard]] SubjectError error(const std::string& what);

private:
    std::string_view line();
    void push();
    bool pull();
    void wait(std::chrono::steady_clock::time_point until);

    std::chrono::milliseconds limit_;
    support::Descriptor in_;
    support::Descriptor out_;
    support::Subprocess process_;
    std::string unsent_;
    std::size_t unsent_begin_ = 0;
    std::uint64_t queued_ = 0;            ///< bytes, ever
    std::uint64_t sent_ = 0;              ///< of them
    std::deque<std::uint64_t> questions_; ///< where each question without an answer ends, in bytes ever queued
    Lines said_;
    bool shows_state_ = false;
};

/// The outcome that `line` answers to the exit whose line is `question`. Throws SubjectError.
[[nodiscard]] model::Outcome<Concrete> outcome_of_answer(SubjectProcess& process, std::string_view line,
                                                         std::string_view question, const model::Exit<Concrete>& exit);
/// Takes the answer to `state` of a partition of `vps` VPs. Throws SubjectError.
[[nodiscard]] InitialState state_of_answer(SubjectProcess& process, unsigned vps);

/// The program as a subject that is asked exit by exit. It is started again after it broke its contract. Throws
/// NoSubject, and so does `start`.
[[nodiscard]] std::unique_ptr<Subject> process_subject(std::string command, std::chrono::milliseconds limit,
                                                       std::chrono::milliseconds start_limit);

} // namespace vtlcheck::conformance
