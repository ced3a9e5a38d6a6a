// The window checker: held against counting by hand, and against limiters that are right and wrong.
#include "conformance/log_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace vtlcheck::conformance {
namespace {

using Times = std::vector<std::uint64_t>;
// NOLINTNEXTLINE(modernize-use-using): `using` does not take __extension__
__extension__ typedef __int128 Wide;

constexpr std::uint64_t end_of_time = ~std::uint64_t{0};

/// Lines past the bound in the worst interval, by counting the lines of each interval that begins and ends at a line.
Wide counted_excess(const Times& times, const LineLimit& limit) {
    Wide worst = -(Wide{1} << 100);
    for (const std::uint64_t s : times) {
        for (const std::uint64_t t : times) {
            if (s > t) {
                continue;
            }
            const auto lines = std::count_if(times.begin(), times.end(), [&](auto at) { return s <= at && at <= t; });
            const Wide bound = Wide{limit.burst} + Wide{(t - s) / limit.interval};
            worst = std::max(worst, Wide{lines} - bound);
        }
    }
    return worst;
}

void expect_as_counted(const Times& times, const LineLimit& limit) {
    const auto window = worst_window(times, limit);
    ASSERT_EQ(window.has_value(), !times.empty());
    if (!window) {
        return;
    }
    const Wide excess = Wide{window->lines} - Wide{window->bound};
    ASSERT_EQ(static_cast<std::int64_t>(excess), static_cast<std::int64_t>(counted_excess(times, limit)));
    // The window says of itself what is so.
    const auto inside =
        std::count_if(times.begin(), times.end(), [&](auto at) { return window->begin <= at && at <= window->end; });
    ASSERT_EQ(window->lines, static_cast<std::uint64_t>(inside));
    ASSERT_EQ(window->bound, limit.burst + (window->end - window->begin) / limit.interval);
    ASSERT_EQ(window->limit, limit);
    ASSERT_EQ(window->holds(), excess <= 0);
    ASSERT_EQ(window->slack(), static_cast<std::int64_t>(-excess));
}

TEST(LogWindow, NoLineIsNoWindow) { EXPECT_FALSE(worst_window({}, {.burst = 1, .interval = 1000})); }

TEST(LogWindow, AgreesWithCounting) {
    std::mt19937_64 random(20261204);
    const auto below = [&](std::uint64_t n) { return random() % n; };
    for (unsigned round = 0; round < 4000; ++round) {
        const LineLimit limit{.burst = 1 + below(6), .interval = 1 + below(round % 3 == 0 ? 3 : 40)};
        const std::uint64_t span = 1 + below(limit.interval * (1 + below(30)));
        const std::uint64_t origin = round % 5 == 0 ? end_of_time - span : below(1000);
        Times times(below(24));
        for (auto& time : times) {
            time = origin + below(span + 1);
        }
        ASSERT_NO_FATAL_FAILURE(expect_as_counted(times, limit)) << round;
    }
}

TEST(LogWindow, AgreesWithCountingAtTheEdges) {
    const std::vector<LineLimit> limits{
        {1, 1}, {1, 1000}, {10, 500'000'000}, {1'000'000, 3'600'000'000'000}, {3, end_of_time}, {1, end_of_time / 2}};
    for (const auto& limit : limits) {
        const std::uint64_t t = limit.interval;
        for (const Times& times :
             {Times{0}, Times{end_of_time}, Times{0, end_of_time}, Times{5, 5, 5, 5}, Times{0, t, t, t - 1},
              Times{t - 1, 0, t}, Times{0, 0, t, end_of_time, end_of_time, end_of_time - t, end_of_time - t + 1}}) {
            ASSERT_NO_FATAL_FAILURE(expect_as_counted(times, limit));
        }
    }
}

TEST(LogWindow, OrderDoesNotMatter) {
    Times times{40, 10, 30, 10, 20, 11};
    const LineLimit limit{.burst = 2, .interval = 10};
    const auto first = worst_window(times, limit);
    std::sort(times.begin(), times.end());
    const auto second = worst_window(times, limit);
    EXPECT_EQ(first->begin, second->begin);
    EXPECT_EQ(first->end, second->end);
    EXPECT_EQ(first->lines, 6U) << "more than the three of [10, 11], as far past the bound";
    EXPECT_EQ(first->slack(), -1);
}

/// As many lines as the limit lets through, as early as it does.
Times greedy(const LineLimit& limit, std::uint64_t lines) {
    Times times;
    for (std::uint64_t i = 0; i < lines; ++i) {
        times.push_back(i < limit.burst ? 0 : (i - limit.burst + 1) * limit.interval);
    }
    return times;
}

TEST(LogWindow, OneLineTooManyAnywhereIsFound) {
    const LineLimit limit{.burst = 10, .interval = 500'000'000};
    const Times good = greedy(limit, 60);
    EXPECT_EQ(worst_window(good, limit)->slack(), 0);
    for (const std::uint64_t extra : {std::uint64_t{0}, std::uint64_t{1}, good[30], good[30] + 1, good.back()}) {
        Times bad = good;
        bad.push_back(extra);
        const auto window = worst_window(bad, limit);
        EXPECT_FALSE(window->holds()) << extra;
        EXPECT_EQ(window->slack(), -1);
    }
    Times early = good;
    --early.back();
    EXPECT_FALSE(worst_window(early, limit)->holds()) << "one ns too early";
}

TEST(LogWindow, TakesAMillionLines) {
    const LineLimit limit{.burst = 10, .interval = 1000};
    Times times = greedy(limit, 1'000'000);
    std::reverse(times.begin(), times.end());
    EXPECT_EQ(worst_window(times, limit)->slack(), 0);
}

/// Lets `burst` lines through in each window of `window` ns that starts at a multiple of it: the limiter that one would
/// write first, and that is wrong.
Times tumbling(const Times& attempts, std::uint64_t burst, std::uint64_t window) {
    Times lines;
    std::uint64_t current = end_of_time;
    std::uint64_t used = 0;
    for (const std::uint64_t time : attempts) {
        if (time / window != current) {
            current = time / window;
            used = 0;
        }
        if (used++ < burst) {
            lines.push_back(time);
        }
    }
    return lines;
}

TEST(LogWindow, ATumblingWindowIsRejected) {
    const LineLimit limit{.burst = 10, .interval = 500'000'000};
    const std::uint64_t window = limit.burst * limit.interval;
    Times attempts;
    for (std::uint64_t i = 0; i < 10'000; ++i) {
        attempts.push_back(window - 1'000'000 + i * 1'000); // around an edge of its windows
    }
    const Times lines = tumbling(attempts, limit.burst, window);
    EXPECT_EQ(lines.size(), 20U) << "never more than a burst in a window of its own";
    BudgetCheck check({.site = limit, .total = {.burst = 64, .interval = 100'000'000}});
    for (const std::uint64_t time : lines) {
        check.add(time, model::LogSite::unknown_read, model::LogLine::warning);
    }
    const auto verdict = check.verdict();
    EXPECT_FALSE(verdict.holds());
    EXPECT_EQ(verdict.site[1]->lines, 20U);
    EXPECT_EQ(verdict.site[1]->bound, 10U);
    EXPECT_TRUE(verdict.total->holds());
}

TEST(BudgetCheck, WarningsLeaveTheReserveToSummaries) {
    const BudgetLimits limits{.site = {.burst = 100, .interval = 1000}, .total = {.burst = 12, .interval = 1000}};
    BudgetCheck check(limits);
    check.add(0, model::LogSite::crash, model::LogLine::none);
    EXPECT_FALSE(check.verdict().total);
    check.add(0, model::LogSite::crash, model::LogLine::warning);
    check.add(0, model::LogSite::vtl_switch, model::LogLine::warning);
    EXPECT_TRUE(check.verdict().holds());
    EXPECT_EQ(check.verdict().warnings->bound, 2U);
    for (int i = 0; i < 10; ++i) {
        check.add({.time = 0, .line = 2, .site = 1});
    }
    EXPECT_TRUE(check.verdict().holds());
    EXPECT_EQ(check.verdict().total->slack(), 0);
    EXPECT_EQ(check.verdict().site[1]->lines, 10U);
    EXPECT_EQ(check.verdict().site[4]->lines, 1U);
    EXPECT_FALSE(check.verdict().site[2]);
    check.add(999, model::LogSite::crash, model::LogLine::warning);
    const auto verdict = check.verdict();
    EXPECT_FALSE(verdict.holds());
    EXPECT_EQ(verdict.warnings->slack(), -1);
    EXPECT_EQ(verdict.total->slack(), -1);
}

TEST(BudgetCheck, NewLimitsBeginANewCount) {
    BudgetCheck check({.site = {.burst = 2, .interval = 1000}, .total = {.burst = 14, .interval = 1000}});
    const auto warn = [&](std::uint64_t time) {
        check.add(time, model::LogSite::unknown_write, model::LogLine::warning);
    };
    warn(0);
    warn(0);
    check.set_site_limit({.burst = 1, .interval = 1'000'000});
    warn(10);
    auto verdict = check.verdict();
    EXPECT_TRUE(verdict.holds()) << "the third line is another count's";
    EXPECT_EQ(verdict.total->lines, 3U) << "the partition's limit is the same";
    check.set_total_limit({.burst = 11, .interval = 1'000'000});
    warn(1'000'010);
    EXPECT_TRUE(check.verdict().holds());
    warn(1'000'011);
    verdict = check.verdict();
    EXPECT_EQ(verdict.site[2]->slack(), -1);
    EXPECT_EQ(verdict.site[2]->limit.interval, 1'000'000U);
    EXPECT_EQ(verdict.warnings->slack(), -1);
    EXPECT_TRUE(verdict.total->holds());
}

TEST(BudgetCheck, AViolationBeforeNewLimitsIsKept) {
    BudgetCheck check({.site = {.burst = 1, .interval = 1000}, .total = {.burst = 11, .interval = 1000}});
    check.add(0, model::LogSite::crash, model::LogLine::warning);
    check.add(0, model::LogSite::crash, model::LogLine::summary);
    check.set_site_limit({.burst = 100, .interval = 1000});
    check.set_total_limit({.burst = 100, .interval = 1000});
    EXPECT_FALSE(check.verdict().holds());
    EXPECT_EQ(check.verdict().site[4]->slack(), -1);
}

TEST(BudgetCheck, LimitsAreThoseOfTheConfiguration) {
    const auto limits = BudgetLimits::of({});
    EXPECT_EQ(limits, (BudgetLimits{{10, 500'000'000}, {64, 100'000'000}, 10}));
}

} // namespace
} // namespace vtlcheck::conformance
