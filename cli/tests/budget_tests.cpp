// What is said of the log budget: counts, verdicts, censuses, the flood and the picture.
#include "cli/budget_report.hpp"
#include "cli/census.hpp"
#include "cli/flood.hpp"
#include "cli/picture.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <numeric>

namespace vtlcheck::cli {
namespace {

using model::LogSite;

conformance::TraceHeader header_of(std::uint64_t burst, std::uint64_t interval, std::uint64_t isolation = 3) {
    conformance::TraceHeader header;
    header.config.log_burst = burst;
    header.config.log_interval = interval;
    header.config.isolation = isolation;
    return header;
}

/// An exit at `text` with the outcome after its "->".
void see(BudgetWatch& watch, const std::string& text) {
    const auto step = conformance::parse_step(text);
    watch.see(step.exit, step.expected->outcome);
}

TEST(BudgetWatch, CountsAndJudgesBySite) {
    BudgetWatch watch;
    watch.start(header_of(2, 1'000'000'000));
    see(watch, "vp0 vtl0 rdmsr 0x1d9 t=0 -> done log_site=unknown-read log_line=warning log_msr=0x1d9");
    see(watch, "vp0 vtl0 rdmsr 0x1d9 t=1 -> done log_site=unknown-read log_line=warning log_msr=0x1d9");
    see(watch, "vp0 vtl0 rdmsr 0x1d9 t=2 -> done log_site=unknown-read log_msr=0x1d9");
    see(watch, "vp0 vtl0 rdmsr 0x10 t=2 -> done");
    see(watch, "vp0 vtl0 log-flush unknown-read t=1s -> accepted log_line=summary log_suppressed=1");
    auto report = watch.report();
    EXPECT_TRUE(report.holds());
    EXPECT_TRUE(report.active);
    const auto& site = report.sites[static_cast<std::size_t>(LogSite::unknown_read)];
    EXPECT_EQ(site.attempts, 3U);
    EXPECT_EQ(site.emitted, 2U);
    EXPECT_EQ(site.suppressed, 1U);
    EXPECT_EQ(site.summaries, 1U);
    EXPECT_EQ(site.reported, 1U);
    EXPECT_EQ(report.windows.site[1]->slack(), 0);
    EXPECT_EQ(watch.lines().size(), 3U);
    EXPECT_EQ(watch.lines()[2].line, model::LogLine::summary);

    // One ns too early for a fourth line.
    see(watch, "vp0 vtl0 rdmsr 0x1d9 t=1999999999ns -> done log_site=unknown-read log_line=warning log_msr=0x1d9");
    report = watch.report();
    EXPECT_FALSE(report.holds());
    const auto text = summary(report);
    EXPECT_NE(text.find("4 of 3 in 0.000000000 s - 1.999999999 s  VIOLATION"), std::string::npos) << text;
    EXPECT_EQ(to_json(report)["verdict"], "violation");
    EXPECT_EQ(to_json(report)["sites"]["unknown-read"]["worst_window"]["slack"], -1);
    EXPECT_TRUE(to_json(report)["sites"]["crash"]["worst_window"].is_null());
}

TEST(BudgetWatch, FollowsNewLimitsAndStarts) {
    BudgetWatch watch;
    watch.start(header_of(1, 1'000'000'000));
    const std::string line = "vp0 vtl0 rdmsr 0x1d9 t=5 -> done log_site=unknown-read log_line=warning log_msr=0x1d9";
    see(watch, line);
    see(watch, "vp0 vtl0 log-limits site 2 1us t=6 -> accepted");
    see(watch, line);
    see(watch, line);
    see(watch, "vp0 vtl0 log-limits site 100 1us t=6 -> refused error=5");
    see(watch, "vp0 vtl0 log-limits partition 11 1s t=6 -> accepted");
    see(watch, line);
    EXPECT_FALSE(watch.report().holds()) << "a third line with a burst of two";
    EXPECT_EQ(watch.report().changes, 2U);
    EXPECT_EQ(watch.report().windows.warnings->slack(), 0);
    BudgetWatch again;
    again.start(header_of(1, 1'000'000'000));
    see(again, line);
    again.start(header_of(1, 1'000'000'000));
    see(again, line);
    EXPECT_TRUE(again.report().holds());
    EXPECT_EQ(again.report().starts, 2U);
    EXPECT_NE(summary(again.report()).find("began anew 1 time"), std::string::npos);
}

TEST(BudgetWatch, WantsNoLineWhereTheBudgetIsOff) {
    BudgetWatch watch;
    watch.start(header_of(10, 1000, 0));
    see(watch, "vp0 vtl0 rdmsr 0x1d9 -> done log_site=unknown-read log_msr=0x1d9");
    EXPECT_TRUE(watch.report().holds());
    EXPECT_EQ(watch.report().sites[1].attempts, 1U);
    EXPECT_EQ(watch.report().sites[1].suppressed, 0U) << "nothing is counted";
    EXPECT_NE(summary(watch.report()).find("not active"), std::string::npos);
    see(watch, "vp0 vtl0 rdmsr 0x1d9 -> done log_site=unknown-read log_line=warning log_msr=0x1d9");
    EXPECT_FALSE(watch.report().holds());
}

TEST(BudgetWatch, CountersThatSayOtherwiseAreFaults) {
    std::vector<std::string> faults;
    const SiteCounts counted{.attempts = 9, .emitted = 4, .suppressed = 5, .reported = 3, .summaries = 1};
    compare_totals(faults, LogSite::crash, counted, {.emitted = 4, .suppressed = 5, .reported = 3, .summaries = 1});
    EXPECT_TRUE(faults.empty());
    compare_totals(faults, LogSite::crash, counted, {.emitted = 3, .suppressed = 5, .reported = 6, .summaries = 1});
    ASSERT_EQ(faults.size(), 3U);
    EXPECT_EQ(faults[0], "crash: the counter `emitted` says 3, the outcomes say 4");
    EXPECT_EQ(faults[2], "crash: 6 attempts reported as suppressed, 5 were");
}

TEST(SuppressedOverTime, KeepsAllCountsAsTimeGrows) {
    SuppressedOverTime times;
    const std::uint64_t start = 5'000'000'000'000;
    for (std::uint64_t i = 0; i < 100'000; ++i) {
        times.add(start + i * i * 1000, LogSite::crash);
    }
    times.add(3, LogSite::crash); // a clock that stepped back
    times.add(~std::uint64_t{0}, LogSite::vtl_switch);
    EXPECT_EQ(times.origin(), start);
    const auto& crash = times.of(LogSite::crash);
    EXPECT_EQ(std::accumulate(crash.begin(), crash.end(), std::uint64_t{0}), 100'001U);
    SuppressedOverTime all;
    all.add(times);
    all.add(times);
    const auto& twice = all.of(LogSite::crash);
    EXPECT_EQ(std::accumulate(twice.begin(), twice.end(), std::uint64_t{0}), 200'002U);
}

TEST(Census, OfAllVpsKeepsItsBounds) {
    VpCensus a;
    a.counts[{0x1D9, false}] = {.count = 5, .error = 0, .sketched = false};
    a.counts[{0x50000000, true}] = {.count = 9, .error = 2, .sketched = true};
    a.missed = 4;
    VpCensus b;
    b.counts[{0x1D9, false}] = {.count = 6, .error = 0, .sketched = false};
    b.counts[{0x1DA, false}] = {.count = 1, .error = 0, .sketched = false};
    b.counts[{0x50000001, true}] = {.count = 3, .error = 0, .sketched = true};
    const auto all = merged({a, b});
    EXPECT_EQ(all.counts.at({0x1D9, false}).count, 11U);
    EXPECT_EQ(all.counts.at({0x1DA, false}).count, 1U) << "what is exact is not missed";
    EXPECT_EQ(all.counts.at({0x50000000, true}).count, 9U) << "b's sketch was not full";
    EXPECT_EQ(all.counts.at({0x50000000, true}).error, 2U);
    EXPECT_EQ(all.counts.at({0x50000001, true}).count, 7U) << "a may have dropped four";
    EXPECT_EQ(all.counts.at({0x50000001, true}).error, 4U);
    EXPECT_EQ(all.missed, 4U);
    const auto text = summary({all}, 2);
    EXPECT_NE(text.find("       11 x RDMSR 0x1d9 IA32_DEBUGCTL\n"), std::string::npos) << text;
    EXPECT_NE(text.find("      7-9 x WRMSR 0x50000000\n"), std::string::npos) << text;
    EXPECT_NE(text.find("and 2 more"), std::string::npos) << text;
    EXPECT_NE(text.find("at most 4 times each"), std::string::npos) << text;
    EXPECT_EQ(summary(std::vector<VpCensus>{{}}, 2), "  census: no unknown access was counted\n");
}

FloodOptions small_flood() {
    FloodOptions options;
    options.accesses = 200'000;
    options.vps = 3;
    options.threads = 1;
    options.step = 20'000;
    return options;
}

TEST(Flood, ConformsAndIsRepeatableOnOneThread) {
    const auto options = small_flood();
    std::vector<conformance::LogRecord> lines;
    const auto result = run_flood(options, [&](const conformance::LogRecord& record) { lines.push_back(record); });
    EXPECT_TRUE(result.conforms()) << summary(result, 5);
    EXPECT_EQ(result.lines_read + result.lines_lost, result.lines.size());
    EXPECT_EQ(lines.size(), result.lines_read);
    EXPECT_EQ(result.census.size(), 3U);
    const auto again = run_flood(options);
    ASSERT_EQ(again.lines.size(), result.lines.size());
    for (std::size_t i = 0; i < again.lines.size(); ++i) {
        EXPECT_EQ(again.lines[i].time, result.lines[i].time);
        EXPECT_EQ(again.lines[i].suppressed, result.lines[i].suppressed);
    }
    auto other = options;
    other.seed = 2;
    EXPECT_TRUE(run_flood(other).conforms());
}

TEST(Flood, ConformsWithLimitsOfAllKinds) {
    auto options = small_flood();
    options.threads = 4;
    options.vps = 8;
    for (const auto& limits : {conformance::BudgetLimits{{1, 1000}, {11, 1000}, 10},
                               conformance::BudgetLimits{{1'000'000, 3'600'000'000'000}, {11, 1'000'000}, 10},
                               conformance::BudgetLimits{{1, 3'600'000'000'000}, {1'000'000, 1000}, 10}}) {
        options.limits = limits;
        for (const std::uint64_t period : {std::uint64_t{0}, 10 * limits.total.interval}) {
            options.flush_period = period;
            ASSERT_EQ(flood_error(options), "");
            const auto result = run_flood(options);
            EXPECT_TRUE(result.conforms()) << summary(result, 3);
        }
    }
    options = small_flood();
    options.step = 0; // all at one time: a burst and no more
    options.flush_period = 0;
    const auto still = run_flood(options);
    EXPECT_TRUE(still.conforms()) << summary(still, 3);
    EXPECT_EQ(still.lines.size(), 20U);
    options.accesses = 1;
    EXPECT_TRUE(run_flood(options).conforms());
}

TEST(Flood, SaysWhatItCannotRun) {
    auto options = small_flood();
    EXPECT_EQ(flood_error(options), "");
    options.flush_period = 999'999'999;
    EXPECT_NE(flood_error(options).find("--flush-period 999999999 ns"), std::string::npos);
    options = small_flood();
    options.accesses = 1'000'000'000'000;
    options.step = 3'600'000'000'000;
    EXPECT_NE(flood_error(options).find("lower --accesses or --step"), std::string::npos);
    options = small_flood();
    options.accesses = 1'000'000'000;
    options.limits.total.interval = 1000;
    EXPECT_NE(flood_error(options).find("raise --total-interval"), std::string::npos);
}

/// SIGPIPE as in `main`.
class Picture : public testing::Test {
protected:
    Picture() { static_cast<void>(std::signal(SIGPIPE, SIG_IGN)); }
};

TEST_F(Picture, IsAnSvgThatSaysWhatItShows) {
    auto picture = run_flood(small_flood()).picture();
    picture.title = "it's <a> & \"b\" \n \xC3\xA4";
    const auto drawn = svg(picture);
    EXPECT_TRUE(drawn.starts_with("<?xml")) << drawn.substr(0, 100);
    EXPECT_NE(drawn.find("</svg>"), std::string::npos);
    for (const char* text : {"unknown-read: ", "unknown-write: ", "partition: ", "site's bound: 10 + 1 per 500ms",
                             "partition's bound: 64 + 1 per 100ms", "lines (cumulative)",
                             "suppressed attempts (cumulative)", "time (s)", "it's &lt;a> &amp; \"b\" ? \xC3\xA4"}) {
        EXPECT_NE(drawn.find(text), std::string::npos) << text;
    }
}

TEST_F(Picture, OfNothingIsDrawnToo) {
    BudgetPicture empty;
    EXPECT_NE(svg(empty).find("nothing was suppressed"), std::string::npos);
    empty.report.active = true;
    empty.report.limits = {{1'000'000, 3'600'000'000'000}, {1'000'000, 1000}, 10};
    EXPECT_NE(svg(empty).find("</svg>"), std::string::npos);
    empty.lines.push_back({~std::uint64_t{0}, LogSite::crash, model::LogLine::warning, 0});
    EXPECT_NE(svg(empty).find("crash: 1 line"), std::string::npos);
    empty.lines.push_back({0, LogSite::crash, model::LogLine::warning, 0});
    EXPECT_NE(svg(empty).find("crash: 2 lines"), std::string::npos);
    for (std::size_t site = 1; site < model::log_site_count; ++site) {
        empty.suppressed.add(site, static_cast<LogSite>(site), site * 1'000'000);
        empty.lines.push_back({site, static_cast<LogSite>(site), model::LogLine::warning, 0});
    }
    EXPECT_NE(svg(empty).find("protected-register: 10,000,000"), std::string::npos);
}

} // namespace
} // namespace vtlcheck::cli
