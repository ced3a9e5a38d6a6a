// One line of a trace: ftrace's own, as perf script prints it, as trace-cmd report prints it.
//
//   ftrace     <task>-<pid> [( tgid)] [<cpu>] [flags] <seconds>: <event>: <body>
//   perf       <task> [<pid>/]<tid> [flags] [<cpu>] <seconds>: [period] <system>:<event>: <body>
//   trace-cmd  [<file>: ]<task>-<pid> [<cpu>] [flags] <seconds>: <event>:<blanks to column 20><body>
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace vtlcheck::conformance::importers {

/// Who printed a line.
enum class Printer : std::uint8_t { unknown, ftrace, perf, trace_cmd };

struct TraceEvent {
    std::uint64_t time_ns = 0;
    std::uint32_t thread = 0;
    std::uint32_t cpu = 0;
    std::optional<std::uint32_t> thread_group;
    std::string_view task;   ///< what stands before the thread and its separator
    std::string_view system; ///< kvm in kvm:kvm_msr; empty where it is not printed
    std::string_view name;
    std::string_view body;
    Printer printer = Printer::unknown; ///< unknown: the line ends before it shows
};

/// Reads the fields that all events have; false if `line` is no event.
bool parse_trace_event(std::string_view line, TraceEvent& event);

} // namespace vtlcheck::conformance::importers
