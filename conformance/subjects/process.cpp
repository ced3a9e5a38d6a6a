#include "conformance/subjects/process.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>

namespace vtlcheck::conformance {
namespace {

using Clock = std::chrono::steady_clock;

// What one send leaves in the pipe and in memory is a batch; a larger pipe lets both sides work at the same time.
constexpr int pipe_size = 1 << 20;
// How often a look is taken at a process whose pipes somebody else holds open.
constexpr std::chrono::milliseconds glance{100};
// How long a process has to end once it has closed its output.
constexpr std::chrono::milliseconds patience{300};

std::string seconds_text(std::chrono::milliseconds time) {
    return fmt::format("{:g} s", std::chrono::duration<double>(time).count());
}

support::Subprocess start(const std::string& command, support::Descriptor& in, support::Descriptor& out) {
    try {
        support::Pipe input;
        support::Pipe output;
        ::fcntl(input.write.get(), F_SETPIPE_SZ, pipe_size);
        ::fcntl(output.write.get(), F_SETPIPE_SZ, pipe_size);
        in = std::move(input.write);
        out = std::move(output.read);
        support::do_not_wait(in);
        support::do_not_wait(out);
        return support::Subprocess::program(command_words(command), std::move(input.read), std::move(output.write));
    } catch (const std::system_error& error) {
        throw NoSubject(fmt::format("cmd:{}: cannot be run: {}", command, error.code().message()));
    }
}

} // namespace

std::vector<std::string> command_words(std::string_view text) {
    std::vector<std::string> words;
    bool in_word = false;
    char quote = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (quote == 0 && (c == ' ' || c == '\t' || c == '\n')) {
            in_word = false;
            continue;
        }
        if (!in_word) {
            words.emplace_back();
            in_word = true;
        }
        if (quote == 0 && (c == '\'' || c == '"')) {
            quote = c;
        } else if (c == quote) {
            quote = 0;
        } else {
            if (c == '\\' && quote != '\'' && i + 1 < text.size()) {
                c = text[++i];
            }
            words.back() += c;
        }
    }
    if (quote != 0) {
        throw NoSubject(fmt::format("cmd:{}: a quote {} has no end", text, quote));
    }
    if (words.empty() || words.front().empty()) {
        throw NoSubject("cmd: names no program; give one as in cmd:'./port --serve'");
    }
    return words;
}

void Lines::add(std::string_view piece) {
    text_.erase(0, begin_);
    begin_ = 0;
    text_ += piece;
}

bool Lines::take(std::string_view& line) {
    const std::size_t end = text_.find('\n', begin_);
    if (end == std::string::npos) {
        return false;
    }
    line = std::string_view(text_).substr(begin_, end - begin_);
    begin_ = end + 1;
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return true;
}

SubjectProcess::SubjectProcess(const std::string& command, std::chrono::milliseconds limit,
                               std::chrono::milliseconds start_limit)
    : limit_(start_limit), process_(start(command, in_, out_)) {
    const std::string hello = fmt::format("vtlcheck-subject {}", subject_protocol_version);
    const auto refuse = [&](const std::string& why, const std::string& last_words) {
        std::string said;
        if (!last_words.empty()) {
            said = fmt::format("; it said {}", in_quotes(last_words.substr(0, last_words.find('\n'))));
        }
        throw NoSubject(fmt::format("cmd:{}: is no subject: to '{}' {}{}", command, hello, why, said));
    };
    try {
        ask(hello + "\n");
        flush();
        const std::string_view line = answer();
        if (line == hello + " state") {
            shows_state_ = true;
        } else if (line != hello) {
            refuse(fmt::format("it answered {}; see docs/subject-protocol.md", in_quotes(line)), {});
        }
    } catch (const SubjectError& error) {
        refuse(error.what(), error.last_words);
    }
    limit_ = limit;
}

SubjectError SubjectProcess::error(const std::string& what) {
    process_.listen();
    return SubjectError(what, process_.last_words());
}

void SubjectProcess::tell(std::string_view lines) {
    unsent_ += lines;
    queued_ += lines.size();
}

void SubjectProcess::ask(std::string_view line) {
    tell(line);
    questions_.push_back(queued_);
}

void SubjectProcess::flush() {
    tell("\n");
    push();
}

/// Writes as much as the pipe takes.
void SubjectProcess::push() {
    while (unsent_begin_ < unsent_.size() && in_.get() >= 0) {
        const ::ssize_t written = ::write(in_.get(), unsent_.data() + unsent_begin_, unsent_.size() - unsent_begin_);
        if (written >= 0) {
            unsent_begin_ += static_cast<std::size_t>(written);
            sent_ += static_cast<std::uint64_t>(written);
        } else if (errno == EPIPE) {
            in_.close(); // what it still says decides
        } else if (errno != EINTR) {
            break;
        }
    }
    if (unsent_begin_ == unsent_.size() || unsent_begin_ > pipe_size) {
        unsent_.erase(0, unsent_begin_);
        unsent_begin_ = 0;
    }
}

/// Takes what is there to read; false if nothing is. Closes at the end.
bool SubjectProcess::pull() {
    std::array<char, 65536> block; // NOLINT(cppcoreguidelines-pro-type-member-init): written by read
    ::ssize_t got = 0;
    do {
        got = ::read(out_.get(), block.data(), block.size());
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        said_.add({block.data(), static_cast<std::size_t>(got)});
    } else if (got == 0) {
        out_.close();
    }
    return got > 0;
}

/// Until one of the pipes can be used, or the time is over, or for a while.
void SubjectProcess::wait(Clock::time_point until) {
    const bool writes = unsent_begin_ < unsent_.size() && in_.get() >= 0;
    std::array<::pollfd, 3> ready{
        ::pollfd{writes ? in_.get() : -1, POLLOUT, 0}, {out_.get(), POLLIN, 0}, {process_.words(), POLLIN, 0}};
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    ::poll(ready.data(), ready.size(),
           static_cast<int>(std::clamp(left, std::chrono::milliseconds(0), glance).count()));
    if (ready[2].revents != 0) {
        process_.listen();
    }
}

std::string_view SubjectProcess::line() {
    std::string_view line;
    if (!said_.take(line)) {
        // Progress is what it reads and what it answers, not what it mutters.
        auto until = Clock::now() + limit_;
        for (bool over = false;;) {
            const std::uint64_t sent = sent_;
            push();
            if (sent_ != sent) {
                until = Clock::now() + limit_;
            }
            const bool came = out_.get() >= 0 && pull();
            if (came && said_.take(line)) {
                break;
            }
            if (said_.rest().size() > max_line_length) {
                throw error(
                    fmt::format("it said a line of more than {} bytes: {}", max_line_length, in_quotes(said_.rest())));
            }
            if (came) {
                continue;
            }
            if (out_.get() < 0 || over) {
                const std::string end = process_.how_it_ended(patience);
                const std::string part =
                    said_.rest().empty() ? "" : fmt::format(", in the middle of the line {}", in_quotes(said_.rest()));
                throw error((end.empty() ? "it closed its output" : "it " + end) + part);
            }
            if (Clock::now() >= until) {
                const bool asked = questions_.empty() || sent_ >= questions_.front();
                throw error(asked ? fmt::format("it gave no answer within {}; does it flush its output at "
                                                "an empty line?",
                                                seconds_text(limit_))
                                  : fmt::format("it read nothing within {}", seconds_text(limit_)));
            }
            over = process_.ended(); // then what is in the pipe is all there will be
            wait(over ? Clock::now() : until);
        }
    }
    if (line.size() > max_line_length) {
        throw error(fmt::format("it said a line of more than {} bytes: {}", max_line_length, in_quotes(line)));
    }
    if (line.find('\0') != std::string_view::npos) {
        throw error(fmt::format("it said a line with a NUL byte: {}", in_quotes(line)));
    }
    return line;
}

std::string_view SubjectProcess::answer() {
    const std::string_view text = line();
    if (questions_.empty() || sent_ < questions_.front()) {
        throw error(fmt::format("it said {} before it was asked", in_quotes(text)));
    }
    questions_.pop_front();
    return text;
}

std::string_view SubjectProcess::more() { return line(); }

void SubjectProcess::expect_silence() {
    if (!said_.rest().empty() || (out_.get() >= 0 && pull())) {
        throw error(fmt::format("it said more than it was asked for: {}",
                                in_quotes(said_.rest().substr(0, said_.rest().find('\n')))));
    }
}

void SubjectProcess::finish() {
    in_.close();
    const auto until = Clock::now() + std::min(limit_, std::chrono::milliseconds(1000));
    while (out_.get() >= 0 && !process_.ended() && Clock::now() < until) {
        wait(until);
        expect_silence();
    }
    expect_silence();
}

model::Outcome<Concrete> outcome_of_answer(SubjectProcess& process, std::string_view line, std::string_view question,
                                           const model::Exit<Concrete>& exit) {
    constexpr std::string_view arrow = " -> ";
    if (!line.starts_with(question) || !line.substr(question.size()).starts_with(arrow)) {
        const bool echo = line.starts_with(question);
        throw process.error(
            echo ? fmt::format("it said {} behind the exit, not ' -> ' and an outcome",
                               in_quotes(line.substr(question.size())))
                 : fmt::format("it said {}, which does not repeat the line of the exit", in_quotes(line)));
    }
    const std::string_view text = line.substr(question.size() + arrow.size());
    try {
        const auto answer = parse_outcome(text, exit);
        if (answer.complete) {
            return answer.outcome;
        }
    } catch (const InputError& error) {
        throw process.error(fmt::format("it answered {}: {}", in_quotes(text), error.message));
    }
    throw process.error(fmt::format("it answered {}: an answer is a whole outcome, without ...", in_quotes(text)));
}

InitialState state_of_answer(SubjectProcess& process, unsigned vps) {
    TraceParser parser("state");
    TraceStep step;
    parser.read(fmt::format("vtlcheck-trace {}", trace_version), step);
    parser.read(fmt::format("config vps={}", vps), step);
    std::string line(process.answer());
    // Each scope once: what says more lines than there are is no state.
    for (std::size_t lines = 0; line != "state"; line = process.more()) {
        if (!line.starts_with("start ") || ++lines > std::size_t{3} + 4 * vps) {
            throw process.error(
                fmt::format("it said {} in its state: start lines and the line state belong there", in_quotes(line)));
        }
        try {
            parser.read(line, step);
        } catch (const InputError& error) {
            throw process.error(fmt::format("it said {} in its state: {}", in_quotes(line), error.message));
        }
    }
    return parser.header().start;
}

namespace {

class ProcessSubject final : public Subject {
    /// Nothing it says after a broken contract means anything.
    template <class F>
    auto guarded(F&& f) const {
        try {
            return f();
        } catch (const SubjectError&) {
            broken_ = true;
            throw;
        }
    }

public:
    ProcessSubject(std::string command, std::chrono::milliseconds limit, std::chrono::milliseconds start_limit)
        : command_(std::move(command)), limit_(limit), start_limit_(start_limit) {
        launch();
    }

    [[nodiscard]] std::string name() const override { return "cmd:" + command_; }
    [[nodiscard]] Visible visible() const override {
        return process_->shows_state() ? Visible::registers : Visible::outcomes;
    }

    void start(const TraceHeader& header) override {
        if (broken_) {
            launch();
        }
        vps_ = header.vps;
        state_.reset();
        process_->tell(write_header(header));
    }

    model::Outcome<Concrete> handle(const model::Exit<Concrete>& exit) override {
        return guarded([&] {
            state_.reset();
            process_->expect_silence();
            question_.clear();
            append(question_, exit);
            process_->ask(question_ + '\n');
            process_->flush();
            const auto outcome = outcome_of_answer(*process_, process_->answer(), question_, exit);
            process_->expect_silence();
            return outcome;
        });
    }

    [[nodiscard]] std::array<model::PartitionVtl<Concrete>, 2> partition() const override { return state().partition; }
    [[nodiscard]] model::PartitionVsm<Concrete> vsm() const override { return state().vsm; }
    void vp(std::uint32_t index, InitialState::Vp& registers) const override { registers = state().vp.at(index); }

    // Not visible.
    [[nodiscard]] MsrBitmap msr_bitmap(std::uint32_t /*vp*/, unsigned /*vtl*/) const override {
        static constexpr std::array<std::uint64_t, 512> none{};
        return none;
    }
    [[nodiscard]] bool access_exits(std::uint32_t /*vp*/, unsigned /*vtl*/, std::uint32_t /*msr*/,
                                    bool /*write*/) const override {
        return false;
    }
    [[nodiscard]] InterceptControls controls(std::uint32_t /*vp*/, unsigned /*vtl*/) const override { return {}; }
    [[nodiscard]] std::uint8_t next_entry(std::uint32_t /*vp*/) const override { return 0; }
    [[nodiscard]] std::vector<AuditRecord> audit_records(std::uint32_t /*vp*/) const override { return {}; }
    [[nodiscard]] LogTotals log_totals(std::uint8_t /*site*/) const override { return {}; }
    std::vector<LogRecord> take_log(std::uint32_t /*vp*/) override { return {}; }
    [[nodiscard]] std::uint64_t log_lost(std::uint32_t /*vp*/) const override { return 0; }
    [[nodiscard]] std::uint32_t census_count(std::uint32_t /*vp*/, std::uint32_t /*msr*/,
                                             bool /*write*/) const override {
        return 0;
    }
    [[nodiscard]] std::vector<CensusEntry> census_sketch(std::uint32_t /*vp*/) const override { return {}; }
    [[nodiscard]] std::string inspect() const override { return "{}"; }

private:
    void launch() {
        process_.reset(); // the old one first: they may share what only one can have
        process_ = std::make_unique<SubjectProcess>(command_, limit_, start_limit_);
        broken_ = false;
    }

    const InitialState& state() const {
        if (!state_) {
            guarded([&] {
                process_->ask("state\n");
                process_->flush();
                state_ = state_of_answer(*process_, vps_);
            });
        }
        return *state_;
    }

    std::string command_;
    std::chrono::milliseconds limit_;
    std::chrono::milliseconds start_limit_;
    std::unique_ptr<SubjectProcess> process_;
    mutable bool broken_ = false;
    unsigned vps_ = 1;
    mutable std::optional<InitialState> state_; ///< as of the last exit, if it was asked for
    std::string question_;
};

} // namespace

std::unique_ptr<Subject> process_subject(std::string command, std::chrono::milliseconds limit,
                                         std::chrono::milliseconds start_limit) {
    return std::make_unique<ProcessSubject>(std::move(command), limit, start_limit);
}

} // namespace vtlcheck::conformance
