// A flood of unknown MSR accesses on the implementation, VPs running on real threads, and what the log budget makes of it.
#pragma once

#include "cli/budget_report.hpp"
#include "cli/census.hpp"
#include "cli/picture.hpp"
#include "conformance/log_window.hpp"
#include "conformance/subjects/abi.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace vtlcheck::cli {

struct FloodOptions {
    static constexpr std::uint32_t max_msrs = 65'536;
    static constexpr std::uint64_t max_lines = 10'000'000; ///< that are kept to be judged

    std::uint64_t accesses = 10'000'000;        ///< at least 1
    std::uint32_t vps = 4;                      ///< 1 to conformance::max_vps
    unsigned threads = 0;                       ///< each runs VPs of its own; 0: one per processor, at most one per VP
    std::uint32_t msrs = 1000;                  ///< different MSR numbers, 1 to `max_msrs`
    std::uint64_t step = 1000;                  ///< ns of simulated time from one access to the next
    std::uint64_t flush_period = 1'000'000'000; ///< ns of simulated time between rounds of flushes; 0: none
    std::uint64_t seed = 1;
    conformance::BudgetLimits limits{.site = {10, 500'000'000}, .total = {64, 100'000'000}, .reserve = 10};
};

struct FloodResult {
    FloodOptions options; ///< with the number of threads that were used
    double seconds = 0;   ///< of the accesses alone
    BudgetReport budget;
    std::vector<VpCensus> census;
    std::uint64_t lines_read = 0; ///< from the rings
    std::uint64_t lines_lost = 0; ///< for which a ring had no room
    std::vector<EmittedLine> lines;
    SuppressedOverTime suppressed;

    [[nodiscard]] bool conforms() const { return budget.holds(); }
    [[nodiscard]] BudgetPicture picture() const;
};

/// What is wrong with the options, as one line that says how to mend it; empty if nothing is.
[[nodiscard]] std::string flood_error(const FloodOptions& options);

/// Called on the calling thread: lines read from the rings, and now and then the accesses done.
using FloodLine = std::function<void(const conformance::LogRecord&)>;
using FloodProgress = std::function<void(std::uint64_t done)>;

/// Runs the flood on the implementation behind `abi`. The options have no `flood_error`. With one thread the same options
/// give the same lines.
[[nodiscard]] FloodResult run_flood(const FloodOptions& options, const FloodLine& line = {},
                                    const FloodProgress& progress = {},
                                    const conformance::Abi& abi = conformance::linked_abi());

[[nodiscard]] Json to_json(const FloodResult& result);
/// `most` is how many rows of the census of all VPs are shown; 0 leaves it out.
[[nodiscard]] std::string summary(const FloodResult& result, std::size_t most);

} // namespace vtlcheck::cli
