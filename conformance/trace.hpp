// The text trace format (docs/trace-format.md): parser, canonical writer and differences.
#pragma once

#include "conformance/fields.hpp"
#include "conformance/input.hpp"
#include "model/log_limits.hpp"
#include "model/vocabulary.hpp"

#include <array>
#include <bitset>
#include <cstdint>
#include <iosfwd>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::conformance {

/// Version of the format that is read and written.
inline constexpr unsigned trace_version = 2;
/// Most VPs of a trace.
inline constexpr unsigned max_vps = 64;
/// Most exits that `parse` takes into memory; TraceParser has no limit.
inline constexpr std::size_t max_trace_steps = std::size_t{1} << 20U;

/// A parameter of the log budget, by the name of its field in `config`, and the values it may have (note L2).
struct LogParameter {
    std::string_view name;
    std::string_view what;
    std::uint64_t least;
    std::uint64_t most;
    bool is_duration; ///< in ns, else a number of lines
};
inline constexpr std::array log_parameters{
    LogParameter{"log_burst", "what a log site makes at once", 1, model::log_burst_max, false},
    LogParameter{"log_interval", "the time between lines of a log site", model::log_interval_min,
                 model::log_interval_max, true},
    LogParameter{"log_total_burst", "what the partition makes at once (10 of it are for summaries)",
                 model::log_reserve + 1, model::log_burst_max, false},
    LogParameter{"log_total_interval", "the time between lines of the partition", model::log_interval_min,
                 model::log_interval_max, true}};

/// What is wrong with a value of the parameter, what it may be, as one line; nothing if it is in range.
[[nodiscard]] std::optional<std::string> log_parameter_error(const LogParameter& parameter, std::uint64_t value);

/// The state a trace starts from.
struct InitialState {
    struct Vp {
        model::VpShared<Concrete> shared{};
        std::array<model::VtlState<Concrete>, 2> vtl{}; ///< by VTL
        model::VpSlot<Concrete> slot{};
    };
    std::array<model::PartitionVtl<Concrete>, 2> partition{}; ///< by VTL
    model::PartitionVsm<Concrete> vsm{};
    std::vector<Vp> vp;

    /// Every VP at reset (reference note R33), VP 0 being the bootstrap processor.
    static InitialState reset(unsigned vps);
    /// The state that exits of `vp_index` see that are about the slot of `slot_index` (model::slot_vp).
    [[nodiscard]] model::State<Concrete> of(unsigned vp_index, unsigned slot_index) const;
};

/// The outcome that a trace expects of an exit.
struct ExpectedOutcome {
    static constexpr std::size_t field_limit = 128;

    model::Outcome<Concrete> outcome{};
    /// Fields that count, by position in FieldTable<Outcome<Concrete>>. All of them unless the line ended in "...".
    std::bitset<field_limit> given;
    bool complete = true; ///< the line did not end in "..."
    std::string clause;   ///< id of the clause that should decide, empty if the line does not say
};

/// One exit of a trace.
struct TraceStep {
    model::Exit<Concrete> exit{};
    std::optional<ExpectedOutcome> expected;
    std::uint32_t line = 0; ///< line of the file, 0 if the trace was not read from one

    [[nodiscard]] std::uint32_t vp() const { return exit.vp.value(); }
};

/// Everything of a trace but its exits.
struct TraceHeader {
    model::Config<Concrete> config{};
    unsigned vps = 1;                            ///< 1 to `max_vps`
    InitialState start = InitialState::reset(1); ///< of `vps` VPs
};

/// A trace in memory.
struct Trace : TraceHeader {
    std::vector<TraceStep> steps;
};

/// Reads a trace line by line, so that memory does not grow with its length. Give it every line of the file in order.
class TraceParser {
public:
    enum class Line : std::uint8_t {
        blank,  ///< empty or a comment
        header, ///< version, `config` or `start`
        step,   ///< an exit, now in `step`
    };

    /// `name` is what errors call the file.
    explicit TraceParser(std::string name);

    /// Reads one line (without its end). Throws InputError.
    Line read(std::string_view line, TraceStep& step);
    /// Throws InputError if the trace ended before it began.
    void finish() const;

    /// Complete once the first step has been read.
    [[nodiscard]] const TraceHeader& header() const { return header_; }

private:
    friend class LineParser;
    enum class Stage : std::uint8_t { version, config, start, steps };

    std::string name_;
    std::uint32_t line_ = 0;
    Stage stage_ = Stage::version;
    TraceHeader header_;
    bool vps_given_ = false;
    std::set<std::string> given_; ///< fields of `config` and `start` lines so far, with their scope
};

/// Reads a whole trace. Throws InputError, also for more than `max_trace_steps` exits.
[[nodiscard]] Trace parse(LineReader& lines);
[[nodiscard]] Trace parse(std::string_view text, std::string name);
[[nodiscard]] Trace parse(std::istream& stream, std::string name);
/// Reads the file at `path` (see LineReader::open).
[[nodiscard]] Trace parse_file(const std::string& path);

/// Reads one exit line of a trace of `vps` VPs, outcome included if it has one. Throws InputError at `line_number`.
[[nodiscard]] TraceStep parse_step(std::string_view text, unsigned vps = max_vps, const std::string& name = "exit",
                                   std::uint32_t line_number = 1);
/// Reads what follows "->" in a line; fields that are not named take the values of `exit`. Throws InputError.
[[nodiscard]] ExpectedOutcome parse_outcome(std::string_view text, const model::Exit<Concrete>& exit,
                                            const std::string& name = "outcome", std::uint32_t line_number = 1);

/// The outcome in which `exit` changed nothing, completed: what the fields of a line default to.
[[nodiscard]] model::Outcome<Concrete> unchanged(const model::Exit<Concrete>& exit);

/// The canonical text. Equal traces give equal text, and parsing it gives the trace back.
[[nodiscard]] std::string write(const Trace& trace);
/// The lines before the first exit.
[[nodiscard]] std::string write_header(const TraceHeader& header);
/// The `start` lines of a state, with their ends.
[[nodiscard]] std::string write_start(const InitialState& state);
/// One line each, without its end.
[[nodiscard]] std::string print(const model::Exit<Concrete>& exit);
[[nodiscard]] std::string print(const TraceStep& step);
/// What follows "->": a complete outcome of `exit`.
[[nodiscard]] std::string print(const model::Exit<Concrete>& exit, const model::Outcome<Concrete>& outcome,
                                std::string_view clause = {});
/// As `print`, added to `text`.
void append(std::string& text, const model::Exit<Concrete>& exit);
void append(std::string& text, const TraceStep& step);
void append(std::string& text, const model::Exit<Concrete>& exit, const model::Outcome<Concrete>& outcome,
            std::string_view clause = {});

/// The fields in which two outcomes differ; of an expected one, those that it gives. The clause is not compared.
[[nodiscard]] std::vector<Difference> diff(const model::Outcome<Concrete>& expected,
                                           const model::Outcome<Concrete>& observed);
[[nodiscard]] std::vector<Difference> diff(const ExpectedOutcome& expected, const model::Outcome<Concrete>& observed);
/// The fields in which two states differ, with the scopes of State::visit_scoped.
[[nodiscard]] std::vector<Difference> diff(const model::State<Concrete>& expected,
                                           const model::State<Concrete>& observed);

/// The word of a value, as the format spells it; its number if it has none.
[[nodiscard]] std::string word(model::Disposition value);
[[nodiscard]] std::string word(model::Request value);
[[nodiscard]] std::string word(model::LogSite value);
[[nodiscard]] std::string word(model::LogLine value);
[[nodiscard]] std::string word(model::Message value);
[[nodiscard]] std::string word(model::Isolation value);
[[nodiscard]] std::string word(model::Origin value);
[[nodiscard]] std::string word(model::Operation value);
[[nodiscard]] std::string word(model::Route value);
[[nodiscard]] std::string word(model::AuditVerdict value);

} // namespace vtlcheck::conformance
