// Runs another program within limits: of time, of memory, of what it prints.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace vtlcheck::mutants {

/// The program could not be run at all: nothing can be said of what it would have found.
struct ChildError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

struct ChildLimits {
    std::chrono::milliseconds time{600'000}; ///< by the clock
    unsigned processor_seconds = 60; ///< of each process: does not depend on what else the machine does; 0: none
    std::uint64_t memory = std::uint64_t{4} << 30U; ///< bytes of address space; 0: no limit
};

struct ChildResult {
    enum class End : std::uint8_t { exited, crashed, timed_out };
    End end = End::exited;
    int code = 0;       ///< exit code, or the signal that ended it
    std::string output; ///< standard output and error as they came, at most the first MiB
    double seconds = 0;
};

/// Runs `command` (found in PATH) in `folder` with no input, and ends it with all that it started when the time is over.
/// Throws ChildError if there is no such program or no process for it.
[[nodiscard]] ChildResult run_child(const std::vector<std::string>& command, const std::filesystem::path& folder,
                                    const ChildLimits& limits);

} // namespace vtlcheck::mutants
