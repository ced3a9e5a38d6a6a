// Replays traces and recordings of real guests on a subject and the specification side by side.
#pragma once

#include "conformance/recording.hpp"
#include "proptests/lockstep.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vtlcheck::proptests {

/// An access as it is counted: MSR number, direction, and whether it was a TDVMCALL.
struct AccessKey {
    std::uint32_t msr = 0;
    bool write = false;
    bool tdvmcall = false;
    friend auto operator<=>(const AccessKey&, const AccessKey&) = default;
};

/// What the guest would have seen otherwise than in the recording. Information, not an error: the recording shows another
/// machine's values and another hypervisor's faults.
struct Contrast {
    std::uint64_t value = 0;          ///< reads that would give another value
    std::uint64_t fault_gained = 0;   ///< #GP, or an error of a TDVMCALL, where the recording has none
    std::uint64_t fault_lost = 0;     ///< none where the recording has one
    std::uint64_t recorded_value = 0; ///< of the first that differs
    std::uint64_t specified_value = 0;
    std::uint32_t line = 0; ///< of the first difference of any kind
};

/// One kind of line that a log shows.
struct LogKind {
    model::LogSite site{};
    std::uint32_t msr = 0;
    friend auto operator<=>(const LogKind&, const LogKind&) = default;
};
/// How often the guest did what is worth such a line, and how often there was one.
struct LogCount {
    std::uint64_t attempts = 0;
    std::uint64_t emitted = 0;
};

struct ReplayResult {
    std::string file;
    bool is_trace = false;             ///< a text trace of ours, else a recording
    conformance::ImportSummary import; ///< of a recording
    std::uint64_t steps = 0;           ///< exits handled by both sides
    std::uint64_t passthrough = 0;     ///< accesses that do not exit, by both sides' judgement
    double seconds = 0;
    std::array<std::array<std::uint64_t, 2>, model::msr_class_count> accesses{}; ///< by class; reads, writes
    std::map<AccessKey, std::uint64_t> unknown;
    std::map<AccessKey, Contrast> contrasts;
    std::map<LogKind, LogCount> log;
    std::vector<std::string> assumptions; ///< what the recording does not show and the replay took for granted

    std::optional<Divergence> divergence; ///< subject and specification part
    std::string divergence_exit;          ///< the exit, as the trace format writes it
    std::uint32_t divergence_line = 0;    ///< of the file
    std::vector<std::string>
        unmet; ///< "file:line: field: expected, specified": outcomes a trace expects otherwise; at most 100
    std::uint64_t unmet_count = 0;

    [[nodiscard]] bool conforms() const { return !divergence && unmet_count == 0; }
};

struct ReplayOptions {
    std::optional<conformance::Form> form; ///< of a recording; found by content otherwise
    /// Called for each exit of a trace with the specification's outcome, as a line of the trace format.
    std::function<void(const std::string&)> each_step;
    /// Called when both sides start, and when they start again because a recording turns out to show another VP or state.
    std::function<void(const conformance::TraceHeader&)> started;
    /// Called for each exit on which both sides agree, with the subject's outcome.
    std::function<void(const model::ConcreteExit&, const model::ConcreteOutcome&)> each_exit;
};

/// Replays the file at `path`, a text trace or a recording, told apart by content. Throws conformance::InputError.
[[nodiscard]] ReplayResult replay(conformance::Subject& subject, const std::string& path, const ReplayOptions& options);

} // namespace vtlcheck::proptests
