#include "conformance/log_window.hpp"

#include <algorithm>
#include <limits>

namespace vtlcheck::conformance {
namespace {

// NOLINTNEXTLINE(modernize-use-using): `using` does not take __extension__, which the pedantic warning asks for
__extension__ typedef __int128 Wide;

constexpr std::uint64_t most = std::numeric_limits<std::uint64_t>::max();

std::uint64_t bound_of(const LineLimit& limit, std::uint64_t begin, std::uint64_t end) {
    const std::uint64_t gained = (end - begin) / limit.interval;
    return gained > most - limit.burst ? most : limit.burst + gained;
}

/// How far a window goes past its bound.
Wide excess(const LineWindow& window) { return static_cast<Wide>(window.lines) - static_cast<Wide>(window.bound); }

void keep_worse(std::optional<LineWindow>& worst, const std::optional<LineWindow>& other) {
    if (other && (!worst || excess(*other) > excess(*worst) ||
                  (excess(*other) == excess(*worst) && other->lines > worst->lines))) {
        worst = other;
    }
}

/// A limit that warnings alone have; one that leaves them nothing if `reserve` takes all.
LineLimit less(LineLimit limit, std::uint64_t reserve) {
    limit.burst -= std::min(limit.burst, reserve);
    return limit;
}

} // namespace

BudgetLimits BudgetLimits::of(const model::Config<Concrete>& config) {
    return {.site = {.burst = config.log_burst.value(), .interval = config.log_interval.value()},
            .total = {.burst = config.log_total_burst.value(), .interval = config.log_total_interval.value()},
            .reserve = model::log_site_count - 1U};
}

// Lines i to j, by time, are j - i + 1 in the interval [t_i, t_j], whose bound is B + floor((t_j - t_i) / T). With
// x_k = t_k - k T the floor is floor((x_j - x_i) / T) + (j - i): for each j the worst i is the one of the largest x_i. An
// interval whose ends are no lines has the lines of one whose ends are, and no smaller bound.
std::optional<LineWindow> worst_window(std::vector<std::uint64_t> times, const LineLimit& limit) {
    std::sort(times.begin(), times.end());
    const auto interval = static_cast<Wide>(limit.interval);
    std::optional<LineWindow> worst;
    std::size_t first = 0;
    Wide largest = 0;
    Wide lag = 0; // k T
    for (std::size_t k = 0; k < times.size(); ++k, lag += interval) {
        const Wide x = static_cast<Wide>(times[k]) - lag;
        if (k == 0 || x > largest) {
            largest = x;
            first = k;
        }
        keep_worse(worst, LineWindow{.begin = times[first],
                                     .end = times[k],
                                     .lines = k - first + 1,
                                     .bound = bound_of(limit, times[first], times[k]),
                                     .limit = limit});
    }
    return worst;
}

bool BudgetVerdict::holds() const {
    const auto good = [](const std::optional<LineWindow>& window) { return !window || window->holds(); };
    return std::all_of(site.begin(), site.end(), good) && good(total) && good(warnings);
}

void BudgetCheck::add(std::uint64_t time, model::LogSite site, model::LogLine line) {
    if (line == model::LogLine::none) {
        return;
    }
    site_.at(static_cast<std::size_t>(site)).push_back(time);
    total_.push_back(time);
    if (line == model::LogLine::warning) {
        warnings_.push_back(time);
    }
}

void BudgetCheck::close_sites(BudgetVerdict& verdict) const {
    for (std::size_t i = 0; i < site_.size(); ++i) {
        keep_worse(verdict.site[i], worst_window(site_[i], limits_.site));
    }
}

void BudgetCheck::close_total(BudgetVerdict& verdict) const {
    keep_worse(verdict.total, worst_window(total_, limits_.total));
    keep_worse(verdict.warnings, worst_window(warnings_, less(limits_.total, limits_.reserve)));
}

void BudgetCheck::set_site_limit(const LineLimit& limit) {
    close_sites(closed_);
    for (auto& times : site_) {
        times.clear();
    }
    limits_.site = limit;
}

void BudgetCheck::set_total_limit(const LineLimit& limit) {
    close_total(closed_);
    total_.clear();
    warnings_.clear();
    limits_.total = limit;
}

BudgetVerdict BudgetCheck::verdict() const {
    BudgetVerdict verdict = closed_;
    close_sites(verdict);
    close_total(verdict);
    return verdict;
}

} // namespace vtlcheck::conformance
