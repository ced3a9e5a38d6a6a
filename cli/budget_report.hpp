// What the log budget did: counted from the outcomes of exits, judged by the window checker, told to a person and to a
// program.
#pragma once

#include "cli/output.hpp"
#include "conformance/log_window.hpp"
#include "conformance/trace.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vtlcheck::cli {

/// What happened at one log site, counted from outcomes.
struct SiteCounts {
    std::uint64_t attempts = 0;
    std::uint64_t emitted = 0; ///< warnings
    std::uint64_t suppressed = 0;
    std::uint64_t reported = 0; ///< suppressed attempts that lines told of
    std::uint64_t summaries = 0;
};
using AllSites = std::array<SiteCounts, model::log_site_count>; ///< by model::LogSite; none is empty

/// How many attempts were suppressed when. Time is kept in a fixed number of bins, which grow as it goes on.
class SuppressedOverTime {
public:
    static constexpr std::size_t bins = 512;

    void add(std::uint64_t time, model::LogSite site, std::uint64_t count = 1) {
        if (!origin_) {
            origin_ = time;
        }
        // Of a clock that stepped back, what is before the start counts as of the start.
        std::uint64_t bin = time < *origin_ ? 0 : (time - *origin_) / width_;
        while (bin >= bins) {
            widen();
            bin = (time - *origin_) / width_;
        }
        counts_[static_cast<std::size_t>(site)][bin] += count;
    }
    /// Adds what `other` counted.
    void add(const SuppressedOverTime& other);

    /// ns, of the first.
    [[nodiscard]] std::optional<std::uint64_t> origin() const { return origin_; }
    /// ns of one bin.
    [[nodiscard]] std::uint64_t width() const { return width_; }
    [[nodiscard]] const std::array<std::uint64_t, bins>& of(model::LogSite site) const {
        return counts_[static_cast<std::size_t>(site)];
    }

private:
    void widen();

    std::optional<std::uint64_t> origin_;
    std::uint64_t width_ = 1;
    std::array<std::array<std::uint64_t, bins>, model::log_site_count> counts_{};
};

/// A line as it is counted.
struct EmittedLine {
    std::uint64_t time = 0; ///< ns
    model::LogSite site{};
    model::LogLine line{};
    std::uint64_t suppressed = 0; ///< what it tells of
};

struct BudgetReport {
    conformance::BudgetLimits limits; ///< at the start
    bool active = false;              ///< note L1
    unsigned starts = 0;              ///< times the budget began anew, the first included
    unsigned changes = 0;             ///< new limits (note L15)
    AllSites sites{};
    conformance::BudgetVerdict windows;
    std::vector<std::string> faults; ///< what is wrong besides windows, a line each

    [[nodiscard]] bool holds() const { return windows.holds() && faults.empty(); }
};

[[nodiscard]] Json to_json(const BudgetReport& report);
/// A table by site, and each fault.
[[nodiscard]] std::string summary(const BudgetReport& report);

/// What a counter of the implementation should say of a site, and says: a fault for each that differs.
void compare_totals(std::vector<std::string>& faults, model::LogSite site, const SiteCounts& counted,
                    const conformance::LogTotals& totals);

/// The line that `exit` led to.
[[nodiscard]] std::optional<conformance::LogRecord> log_record(const model::Exit<model::Concrete>& exit,
                                                               const model::Outcome<model::Concrete>& outcome);

/// Follows the exits of a partition.
class BudgetWatch {
public:
    /// The partition starts, or starts again.
    void start(const conformance::TraceHeader& header);
    void see(const model::Exit<model::Concrete>& exit, const model::Outcome<model::Concrete>& outcome);

    [[nodiscard]] const std::vector<EmittedLine>& lines() const { return lines_; }
    [[nodiscard]] const SuppressedOverTime& suppressed() const { return suppressed_; }
    /// Without what the implementation's counters say.
    [[nodiscard]] BudgetReport report() const;

private:
    BudgetReport report_;
    std::optional<conformance::BudgetCheck> check_;
    std::vector<EmittedLine> lines_;
    SuppressedOverTime suppressed_;
};

} // namespace vtlcheck::cli
