// Judges log lines by what the budget promises of them (note L10): in every closed interval of time at most a burst and
// one line per interval of the limit. Knows nothing of buckets and shares no code with what limits the lines.
#pragma once

#include "conformance/subjects/subject.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace vtlcheck::conformance {

/// At most `burst` + floor((t - s) / `interval`) lines in [s, t].
struct LineLimit {
    std::uint64_t burst = 0;
    std::uint64_t interval = 1; ///< ns, at least 1

    friend bool operator==(const LineLimit&, const LineLimit&) = default;
};

/// The limits of a partition. What warnings alone may take of the partition is `reserve` less.
struct BudgetLimits {
    LineLimit site;
    LineLimit total;
    std::uint64_t reserve = 10;

    /// Those of `config`.
    static BudgetLimits of(const model::Config<Concrete>& config);
    friend bool operator==(const BudgetLimits&, const BudgetLimits&) = default;
};

/// A closed interval of time and the lines in it.
struct LineWindow {
    std::uint64_t begin = 0; ///< ns, of its first line
    std::uint64_t end = 0;   ///< ns, of its last line
    std::uint64_t lines = 0;
    std::uint64_t bound = 0; ///< lines it may have; 2^64 - 1 if that is more
    LineLimit limit;         ///< where the bound comes from

    [[nodiscard]] bool holds() const { return lines <= bound; }
    /// How many lines more there might be; negative: how many there are too many.
    [[nodiscard]] std::int64_t slack() const { return static_cast<std::int64_t>(bound - lines); }
};

/// The interval in which lines at `times` (ns, in any order) come closest to the limit or go furthest past it; of several
/// the first found with the most lines. Nothing if there is no line. O(n log n).
[[nodiscard]] std::optional<LineWindow> worst_window(std::vector<std::uint64_t> times, const LineLimit& limit);

/// What is found about the lines of a partition. An entry is empty if there is no such line.
struct BudgetVerdict {
    std::array<std::optional<LineWindow>, model::log_site_count> site; ///< by model::LogSite
    std::optional<LineWindow> total;                                   ///< all lines of the partition
    std::optional<LineWindow> warnings;                                ///< its warnings alone

    [[nodiscard]] bool holds() const;
};

/// Collects lines and judges them. New limits (note L15) begin a new count: an interval lies between two changes.
class BudgetCheck {
public:
    explicit BudgetCheck(const BudgetLimits& limits) : limits_(limits) {}

    void add(std::uint64_t time, model::LogSite site, model::LogLine line);
    void add(const LogLine& line) {
        // NOLINTNEXTLINE(clang-analyzer-optin.core.EnumCastOutOfRange): a subject may say anything
        add(line.time, static_cast<model::LogSite>(line.site), static_cast<model::LogLine>(line.line));
    }
    /// From here on every site has this limit.
    void set_site_limit(const LineLimit& limit);
    /// From here on the partition has this limit.
    void set_total_limit(const LineLimit& limit);

    [[nodiscard]] BudgetVerdict verdict() const;

private:
    void close_sites(BudgetVerdict& verdict) const;
    void close_total(BudgetVerdict& verdict) const;

    BudgetLimits limits_;
    std::array<std::vector<std::uint64_t>, model::log_site_count> site_; ///< times since the last change
    std::vector<std::uint64_t> total_;
    std::vector<std::uint64_t> warnings_;
    BudgetVerdict closed_; ///< of the time before it
};

} // namespace vtlcheck::conformance
