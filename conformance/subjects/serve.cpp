#include "conformance/subjects/serve.hpp"

#include "conformance/subjects/process.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

namespace vtlcheck::conformance {
namespace {

/// Answers are gathered until this many bytes, or a flush.
constexpr std::size_t buffered = std::size_t{64} * 1024;

class Server {
public:
    Server(Subject& subject, int output) : subject_(subject), output_(output) {}

    void read(std::string_view line) {
        ++number_;
        if (line.size() > max_line_length) {
            throw InputError("standard input", number_, 0, fmt::format("a line has at most {} bytes", max_line_length));
        }
        if (line.empty()) {
            return flush();
        }
        if (line.starts_with("vtlcheck-subject ")) {
            answers_ += fmt::format("vtlcheck-subject {} state\n", subject_protocol_version);
            return;
        }
        if (line == "state") {
            return tell_state();
        }
        if (line.starts_with("vtlcheck-trace")) {
            parser_.emplace("standard input");
            started_ = false;
        }
        if (!parser_) {
            throw InputError("standard input", number_, 1, "the first line has to be 'vtlcheck-trace 2'");
        }
        if (parse(line) == TraceParser::Line::step) {
            answer(line);
        }
    }

    void flush() {
        std::string_view rest = answers_;
        while (!rest.empty()) {
            const ::ssize_t written = ::write(output_, rest.data(), rest.size());
            if (written < 0 && errno != EINTR) {
                throw std::system_error(errno, std::generic_category(), "standard output");
            }
            rest.remove_prefix(static_cast<std::size_t>(std::max<::ssize_t>(written, 0)));
        }
        answers_.clear();
    }

private:
    TraceParser::Line parse(std::string_view line) {
        try {
            return parser_->read(line, step_);
        } catch (const InputError& error) { // it counts from the beginning of the trace
            throw InputError(error.file, number_, error.column, error.message);
        }
    }

    void start() {
        if (!started_) {
            subject_.start(parser_->header());
            started_ = true;
        }
    }

    void answer(std::string_view line) {
        start();
        const auto outcome = subject_.handle(step_.exit);
        answers_ += line;
        answers_ += " -> ";
        append(answers_, step_.exit, outcome);
        answers_ += '\n';
        if (answers_.size() > buffered) {
            flush();
        }
    }

    void tell_state() {
        if (!parser_) {
            throw InputError("standard input", number_, 1, "there is no partition whose state could be told");
        }
        start();
        InitialState state;
        state.partition = subject_.partition();
        state.vsm = subject_.vsm();
        state.vp.resize(parser_->header().vps);
        for (std::uint32_t i = 0; i < state.vp.size(); ++i) {
            subject_.vp(i, state.vp[i]);
        }
        answers_ += write_start(state) + "state\n";
    }

    Subject& subject_;
    int output_;
    std::string answers_;
    std::optional<TraceParser> parser_;
    TraceStep step_;
    std::uint32_t number_ = 0;
    bool started_ = false;
};

} // namespace

void serve(Subject& subject, int input, int output) {
    Server server(subject, output);
    Lines lines;
    std::vector<char> block(std::size_t{256} * 1024);
    for (;;) {
        const ::ssize_t got = ::read(input, block.data(), block.size());
        if (got < 0 && errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "standard input");
        }
        if (got == 0) {
            break;
        }
        lines.add({block.data(), static_cast<std::size_t>(std::max<::ssize_t>(got, 0))});
        for (std::string_view line; lines.take(line);) {
            server.read(line);
        }
        if (lines.rest().size() > max_line_length) {
            server.read(lines.rest());
        }
    }
    if (!lines.rest().empty()) {
        server.read(lines.rest());
    }
    server.flush();
}

} // namespace vtlcheck::conformance
