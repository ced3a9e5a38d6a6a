// The log budget of one thread: limits, buckets, counters, lines (L1-L12, L15).
#include "log_machine.h"
#include "log_notes.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace vtl_tests {
namespace {

constexpr std::uint64_t HOUR = 3'600'000'000'000;
constexpr std::uint64_t LATE = 1'000'000'000'000; // some time: 1000 s

// ---- L2

class LogLimits : public Machine {
protected:
    std::string fault(const vtl_config& bad) const {
        std::string text(vtl_config_error(&bad, nullptr, 0), 'x');
        EXPECT_EQ(vtl_config_error(&bad, text.data(), text.size() + 1), text.size());
        return text;
    }
    void expect_accepted(const vtl_config& good) {
        EXPECT_EQ(fault(good), "");
        EXPECT_EQ(vtl_partition_init(&partition, &good, slots, logs), VTL_OK);
        EXPECT_EQ(partition.config.log_burst, good.log_burst);
    }
    void expect_refused(const vtl_config& bad, const std::string& message) {
        EXPECT_EQ(fault(bad), message);
        std::memset(logs, 0x5A, sizeof logs);
        const vtl_partition before = partition;
        const auto logs_before = std::make_unique<std::vector<vtl_vp_log>>(logs, logs + VPS);
        EXPECT_EQ(vtl_partition_init(&partition, &bad, slots, logs), VTL_BAD_ARGUMENT);
        EXPECT_TRUE(same_bytes(&before, &partition, sizeof partition));
        EXPECT_TRUE(same_bytes(logs_before->data(), logs, sizeof logs));
    }
    void expect_range(std::uint64_t vtl_config::* field, std::uint64_t least, std::uint64_t most,
                      const std::string& name, const std::string& unit, const std::string& usual) {
        for (const std::uint64_t value : {least, least + 1, most - 1, most}) {
            vtl_config good = config;
            good.*field = value;
            expect_accepted(good);
        }
        for (const std::uint64_t value : {std::uint64_t{0}, least - 1, most + 1, WORD_LAST}) {
            vtl_config bad = config;
            bad.*field = value;
            std::ostringstream message;
            message << name << " is " << value << unit << "; it must be from " << least << " to " << most << unit
                    << ": set it to a number in that range, usual is " << usual;
            expect_refused(bad, message.str());
        }
    }
};

TEST_F(LogLimits, BurstOfASite) { expect_range(&vtl_config::log_burst, 1, 1'000'000, "log_burst", "", "10"); }

TEST_F(LogLimits, IntervalOfASite) {
    expect_range(&vtl_config::log_interval, 1'000, HOUR, "log_interval", " ns", "500000000");
}

TEST_F(LogLimits, BurstOfThePartition) {
    expect_range(&vtl_config::log_total_burst, 11, 1'000'000, "log_total_burst", "", "64");
}

TEST_F(LogLimits, IntervalOfThePartition) {
    expect_range(&vtl_config::log_total_interval, 1'000, HOUR, "log_total_interval", " ns", "100000000");
}

TEST_F(LogLimits, JudgedOnEveryIsolation) {
    for (std::uint8_t isolation = 0; isolation <= VTL_ISOLATION_CCA; ++isolation) {
        config.isolation = isolation;
        config.log_burst = 10;
        expect_accepted(config);
        config.log_burst = 0;
        EXPECT_EQ(vtl_partition_init(&partition, &config, slots, logs), VTL_BAD_ARGUMENT);
    }
}

TEST_F(LogLimits, OtherFaultsAreToldToo) {
    vtl_config bad = config;
    bad.vps = 0;
    EXPECT_EQ(fault(bad), "vps is 0; it must be from 1 to 4294967295: set it to a number in that range");
    bad = config;
    bad.isolation = 5;
    EXPECT_EQ(fault(bad), "isolation is 5; it must be from 0 to 4: set it to a number in that range");
    EXPECT_NE(vtl_config_error(nullptr, nullptr, 0), 0U);
}

TEST_F(LogLimits, MessageFitsOrIsCut) {
    config.log_burst = 0;
    const std::string whole = fault(config);
    for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{40}, whole.size(), whole.size() + 1}) {
        std::string buffer(size + 4, '#');
        EXPECT_EQ(vtl_config_error(&config, buffer.data(), size), whole.size());
        EXPECT_EQ(buffer.substr(0, size - 1), whole.substr(0, size - 1));
        EXPECT_EQ(buffer[size - 1], '\0');
        EXPECT_EQ(buffer.substr(size), "####");
    }
    config.log_burst = 1;
    char byte = 'x';
    EXPECT_EQ(vtl_config_error(&config, &byte, 1), 0U);
    EXPECT_EQ(byte, '\0');
}

// ---- L1

using LogScope = LogMachine;

TEST_F(LogScope, NothingIsCountedWithoutHardwareIsolation) {
    const auto census = std::make_unique<vtl_census>();
    for (const std::uint8_t isolation : {VTL_ISOLATION_NONE, VTL_ISOLATION_VBS}) {
        config.isolation = isolation;
        setup();
        ASSERT_EQ(vtl_census_attach(&partition, 0, census.get()), VTL_OK);
        const vtl_log_words words = partition.log;
        const std::vector<vtl_vp_log> before(logs, logs + VPS);
        for (std::uint32_t site = 1; site <= VTL_LOG_SITES; ++site)
            for (int n = 0; n < 100; ++n)
                EXPECT_EQ(attempt(site, LATE).kind, VTL_LINE_NONE);
        handle(rdmsr_exit(0x12345));
        for (std::uint32_t site = 1; site <= VTL_LOG_SITES; ++site)
            EXPECT_EQ(flush(site, LATE).kind, VTL_LINE_NONE);
        EXPECT_TRUE(same_bytes(&words, &partition.log, sizeof words));
        EXPECT_TRUE(same_bytes(before.data(), logs, sizeof logs));
        EXPECT_EQ(vtl_census_count(&partition, 0, 0x1D9, false), 0U);
    }
}

TEST_F(LogScope, ActiveWithEveryHardwareIsolation) {
    for (const std::uint8_t isolation : {VTL_ISOLATION_SNP, VTL_ISOLATION_TDX, VTL_ISOLATION_CCA}) {
        config.isolation = isolation;
        setup();
        EXPECT_EQ(warnings(VTL_LOG_UNKNOWN_READ, LATE), 10U);
        EXPECT_EQ(counters(VTL_LOG_UNKNOWN_READ).suppressed, 1U);
    }
}

// A5: what the budget holds shows in two fields of the outcome, and nowhere else.
TEST_F(LogScope, OutcomeIsTheSameWhateverTheBudget) {
    for (std::uint32_t site = 1; site <= VTL_LOG_SITES; ++site) {
        vtl_outcome outcomes[3];
        vtl_vp_state states[3];
        for (int mode = 0; mode < 3; ++mode) {
            // None of these exits depends on the isolation.
            config.isolation = mode == 2 ? VTL_ISOLATION_NONE : VTL_ISOLATION_TDX;
            setup();
            if (mode == 1)
                partition.log.site[site - 1].full_time = WORD_LAST; // without a token
            attempt(site, LATE);
            EXPECT_EQ(out.log_line, mode == 0 ? VTL_LINE_WARNING : VTL_LINE_NONE) << site;
            outcomes[mode] = out;
            outcomes[mode].log_line = VTL_LINE_NONE;
            outcomes[mode].log_suppressed = 0;
            states[mode] = vp.state;
        }
        for (const int mode : {1, 2}) {
            EXPECT_TRUE(same_bytes(&outcomes[0], &outcomes[mode], sizeof outcomes[0])) << site << ' ' << mode;
            EXPECT_TRUE(same_bytes(&states[0], &states[mode], sizeof states[0])) << site << ' ' << mode;
        }
    }
}

// ---- L3-L5

using LogBucket = LogMachine;

TEST_F(LogBucket, StartsFull) {
    EXPECT_EQ(warnings(VTL_LOG_CRASH, 0), 10U);
    EXPECT_EQ(counters(VTL_LOG_CRASH).emitted, 10U);
    EXPECT_EQ(counters(VTL_LOG_CRASH).suppressed, 1U);
}

TEST_F(LogBucket, OneTokenAnInterval) {
    site_limits(3, 1'000);
    EXPECT_EQ(warnings(1, LATE), 3U);
    EXPECT_FALSE(warned(1, LATE + 999));
    EXPECT_TRUE(warned(1, LATE + 1'000));
    EXPECT_FALSE(warned(1, LATE + 1'999));
    EXPECT_TRUE(warned(1, LATE + 2'000));
    EXPECT_FALSE(warned(1, LATE + 2'000));
}

TEST_F(LogBucket, NeverMoreThanTheBurst) {
    site_limits(3, 1'000);
    EXPECT_EQ(warnings(1, LATE), 3U);
    EXPECT_EQ(warnings(1, LATE + HOUR), 3U);
    EXPECT_EQ(warnings(1, LATE + HOUR + 2'999), 2U);
    EXPECT_EQ(warnings(1, LATE + HOUR + 3'000), 1U);
}

TEST_F(LogBucket, APartOfAnIntervalCountsUntilFull) {
    site_limits(2, 1'000);
    EXPECT_TRUE(warned(1, LATE));
    EXPECT_TRUE(warned(1, LATE + 1'500)); // full since 1000: one token as of 1500
    EXPECT_TRUE(warned(1, LATE + 1'500));
    EXPECT_FALSE(warned(1, LATE + 2'499));
    EXPECT_TRUE(warned(1, LATE + 2'500));
    EXPECT_TRUE(warned(1, LATE + 4'400)); // one token, as of 3500
    EXPECT_TRUE(warned(1, LATE + 4'500));
}

TEST_F(LogBucket, AClockThatStepsBackWithholds) {
    site_limits(3, 1'000);
    EXPECT_TRUE(warned(1, LATE)); // two left as of LATE
    EXPECT_FALSE(warned(1, LATE - 1'001));
    EXPECT_TRUE(warned(1, LATE - 1'000)); // one is withheld, one there
    EXPECT_FALSE(warned(1, LATE - 1));
    EXPECT_TRUE(warned(1, LATE)); // what was withheld
    EXPECT_FALSE(warned(1, LATE));
    EXPECT_FALSE(warned(1, 0));
    EXPECT_FALSE(warned(1, LATE + 999));
    EXPECT_TRUE(warned(1, LATE + 1'000));
}

TEST_F(LogBucket, StepsBackAndForthAddNothing) {
    site_limits(5, 1'000);
    std::uint32_t lines = 0;
    for (int n = 0; n < 1'000; ++n)
        for (const std::uint64_t now : {LATE, LATE - 1, LATE - 4'500, std::uint64_t{0}, LATE - HOUR / 4, LATE})
            lines += warned(1, now) ? 1U : 0U;
    EXPECT_EQ(lines, 5U);
}

TEST_F(LogBucket, FailsClosedAtTheEndOfTime) {
    site_limits(3, 1'000);
    EXPECT_FALSE(warned(1, WORD_LAST));
    EXPECT_FALSE(warned(1, WORD_LAST - 999));
    EXPECT_TRUE(warned(1, WORD_LAST - 1'000)); // full again at the last moment there is
    EXPECT_FALSE(warned(1, WORD_LAST - 1'000));
    EXPECT_FALSE(warned(1, WORD_LAST));
    EXPECT_FALSE(warned(1, 0));
    site_limits(3, 1'000);
    EXPECT_EQ(warnings(1, WORD_LAST - 2'500), 2U);
    EXPECT_EQ(warnings(1, WORD_LAST - 500), 0U);
    EXPECT_EQ(counters(1).emitted, 2U);
}

TEST_F(LogBucket, ThePartitionsFailsClosedToo) {
    limits(1'000'000, 1'000, 13, HOUR);
    EXPECT_FALSE(warned(1, WORD_LAST - HOUR + 1));
    EXPECT_TRUE(warned(1, WORD_LAST - HOUR));
    EXPECT_FALSE(warned(1, WORD_LAST - HOUR));
    EXPECT_EQ(flush(1, WORD_LAST - HOUR).kind, VTL_LINE_NONE);
}

TEST_F(LogBucket, LargestLimits) {
    limits(1'000'000, HOUR, 1'000'000, HOUR);
    std::uint32_t count = 0;
    for (; count < 999'990; ++count) // all but those for summaries
        if (!warned(1, 0))
            break;
    EXPECT_EQ(count, 999'990U);
    EXPECT_FALSE(warned(1, HOUR - 1));
    EXPECT_TRUE(warned(1, HOUR));
    EXPECT_FALSE(warned(2, HOUR));
    EXPECT_EQ(flush(2, HOUR).kind, VTL_LINE_SUMMARY);
}

// Every line of random runs, with clocks that creep, jump, stand still and step back, near 0 and near the end of time.
TEST_F(LogBucket, RandomRunsAreThoseOfTheNotes) {
    std::mt19937_64 random(4);
    const auto below = [&](std::uint64_t n) { return random() % n; };
    std::uint64_t lines = 0;
    std::uint64_t steps = 0;
    for (int run = 0; run < 400; ++run) {
        limits(1 + below(5), 1'000 + below(3'000), 11 + below(5), 1'000 + below(2'000));
        NotesBudget notes(config);
        std::uint64_t now = below(3) == 0 ? WORD_LAST - below(60'000) : below(20'000);
        for (int step = 0; step < 500; ++step, ++steps) {
            const std::uint64_t way = below(8);
            const std::uint64_t distance = below(way < 6 ? 1'500 : 20'000);
            if (way < 2 || way == 7)
                now -= std::min(now, distance);
            else if (way < 7 && way != 2)
                now += std::min(WORD_LAST - now, distance);
            const auto site = static_cast<std::uint32_t>(1 + below(3));
            const bool summary = below(4) == 0;
            const NotesLine expected = summary ? notes.flush(site, now) : notes.attempt(site, now);
            const NotesLine seen = summary ? flush(site, now) : attempt(site, now);
            ASSERT_EQ(seen.kind, expected.kind) << run << ' ' << step << ' ' << now;
            ASSERT_EQ(seen.suppressed, expected.suppressed) << run << ' ' << step;
            lines += seen.kind != VTL_LINE_NONE ? 1 : 0;
        }
        for (std::uint32_t site = 1; site <= 3; ++site) {
            const vtl_log_counters seen = counters(site);
            ASSERT_TRUE(same_bytes(&seen, &notes.counters(site), sizeof seen)) << run;
        }
        drain();
    }
    EXPECT_GT(lines, steps / 20);
    EXPECT_LT(lines, steps / 2);
}

// ---- L6-L8

using LogLines = LogMachine;

TEST_F(LogLines, WarningsLeaveTenTokensOfThePartition) {
    limits(1'000'000, 1'000, 13, HOUR);
    EXPECT_EQ(warnings(1, LATE), 3U);
    EXPECT_FALSE(warned(2, LATE));
    for (std::uint32_t site = 2; site <= VTL_LOG_SITES; ++site) // something to sum up everywhere
        attempt(site, LATE);
    for (std::uint32_t site = 1; site <= VTL_LOG_SITES; ++site)
        EXPECT_EQ(flush(site, LATE).kind, VTL_LINE_SUMMARY) << site;
    attempt(1, LATE);
    EXPECT_EQ(flush(1, LATE).kind, VTL_LINE_NONE); // all 13 are spent
    EXPECT_EQ(flush(1, LATE + HOUR - 1).kind, VTL_LINE_NONE);
    EXPECT_EQ(flush(1, LATE + HOUR).kind, VTL_LINE_SUMMARY);
}

TEST_F(LogLines, SmallestPartitionHasOneWarning) {
    limits(10, 1'000, 11, HOUR);
    EXPECT_EQ(warnings(1, LATE), 1U);
    EXPECT_FALSE(warned(1, LATE + HOUR - 1));
    EXPECT_TRUE(warned(2, LATE + HOUR));
}

TEST_F(LogLines, SitesHaveTheirOwnBuckets) {
    limits(2, HOUR, 1'000, HOUR);
    for (std::uint32_t site = 1; site <= VTL_LOG_SITES; ++site)
        EXPECT_EQ(warnings(site, LATE), 2U) << site;
    for (std::uint32_t site = 1; site <= VTL_LOG_SITES; ++site) {
        EXPECT_EQ(counters(site).emitted, 2U);
        EXPECT_EQ(counters(site).suppressed, 1U);
        EXPECT_EQ(counters(site).reported, 0U);
        EXPECT_EQ(counters(site).summaries, 0U);
    }
}

TEST_F(LogLines, SuppressionChangesNoBucket) {
    limits(2, HOUR, 1'000, HOUR);
    warnings(1, LATE);
    const vtl_log_words words = partition.log;
    for (int n = 0; n < 100; ++n)
        attempt(1, LATE - 50 + static_cast<std::uint64_t>(n));
    EXPECT_TRUE(same_bytes(&words, &partition.log, sizeof words));
    EXPECT_EQ(counters(1).suppressed, 101U);
}

TEST_F(LogLines, NextLineTellsWhatWasSuppressed) {
    site_limits(2, 1'000);
    warnings(1, LATE);
    for (int n = 0; n < 6; ++n)
        attempt(1, LATE);
    const NotesLine warning = attempt(1, LATE + 1'000);
    EXPECT_EQ(warning.kind, VTL_LINE_WARNING);
    EXPECT_EQ(warning.suppressed, 7U);
    EXPECT_EQ(counters(1).reported, 7U);
    attempt(1, LATE + 1'000);
    attempt(2, LATE + 1'000);
    EXPECT_EQ(out.log_suppressed, 0U);
    const NotesLine summary = flush(1, LATE + 2'000);
    EXPECT_EQ(summary.kind, VTL_LINE_SUMMARY);
    EXPECT_EQ(summary.suppressed, 1U);
    EXPECT_EQ(counters(1).reported, 8U);
    EXPECT_EQ(counters(1).summaries, 1U);
    EXPECT_EQ(counters(1).emitted, 3U);
}

TEST_F(LogLines, FlushWithoutNeedOrTokenIsNoLine) {
    site_limits(2, 1'000);
    const vtl_log_words full = partition.log;
    EXPECT_EQ(flush(1, LATE).kind, VTL_LINE_NONE); // nothing suppressed
    EXPECT_TRUE(same_bytes(&full, &partition.log, sizeof full));
    warnings(1, LATE);
    const vtl_log_words empty = partition.log;
    EXPECT_EQ(flush(1, LATE).kind, VTL_LINE_NONE); // no token of the site
    EXPECT_EQ(flush(2, LATE).kind, VTL_LINE_NONE);
    EXPECT_TRUE(same_bytes(&empty, &partition.log, sizeof empty));
    EXPECT_EQ(counters(1).suppressed, 1U); // a flush is no attempt
    EXPECT_EQ(flush(1, LATE + 1'000).suppressed, 1U);
    EXPECT_EQ(flush(1, LATE + 9'000).kind, VTL_LINE_NONE); // reported already
}

TEST_F(LogLines, FlushIsAcceptedAndChangesNoVp) {
    warnings(3, LATE);
    vtl_exit exit = control_exit(VTL_LOG_FLUSH, 3, 0);
    exit.now = LATE + HOUR;
    const vtl_vp before = vp;
    EXPECT_EQ(handle(exit), VTL_ACCEPTED);
    expect_unchanged_processor(exit);
    expect_only_saved(before, exit, false);
    expect_no_audit();
    EXPECT_EQ(out.log_line, VTL_LINE_SUMMARY);
    EXPECT_EQ(out.log_suppressed, 1U);
    expect_log(VTL_LOG_NONE, 0, 0);
    EXPECT_EQ(out.error, 0U);
    EXPECT_EQ(out.request, VTL_REQUEST_NONE);
}

TEST_F(LogLines, FlushOfNoSiteIsRefused) {
    for (const std::uint8_t isolation : {VTL_ISOLATION_NONE, VTL_ISOLATION_TDX}) {
        config.isolation = isolation;
        setup();
        for (int n = 0; n < 20; ++n)
            attempt(1, LATE);
        const vtl_log_words words = partition.log;
        const std::vector<vtl_vp_log> before(logs, logs + VPS);
        for (const std::uint64_t argument :
             {std::uint64_t{0}, std::uint64_t{11}, std::uint64_t{1} << 32 | 1, std::uint64_t{1} << 63 | 1, WORD_LAST}) {
            vtl_exit exit = control_exit(VTL_LOG_FLUSH, argument);
            exit.now = LATE + HOUR;
            expect_refusal(exit, 5);
            EXPECT_EQ(out.log_line, VTL_LINE_NONE);
        }
        EXPECT_TRUE(same_bytes(&words, &partition.log, sizeof words));
        EXPECT_TRUE(same_bytes(before.data(), logs, sizeof logs));
    }
}

TEST_F(LogLines, CountersSaturate) {
    site_limits(1, 1'000);
    logs[0].suppressed[0] = WORD_LAST - 1;
    logs[0].emitted[0] = WORD_LAST - 1;
    logs[0].summaries[0] = WORD_LAST;
    partition.log.site[0].reported = WORD_LAST - 3;
    EXPECT_EQ(attempt(1, LATE).suppressed, 2U);
    EXPECT_EQ(counters(1).emitted, WORD_LAST);
    EXPECT_EQ(counters(1).reported, WORD_LAST - 1);
    for (int n = 0; n < 3; ++n)
        attempt(1, LATE);
    EXPECT_EQ(counters(1).suppressed, WORD_LAST);
    EXPECT_EQ(flush(1, LATE + 1'000).suppressed, 1U);
    EXPECT_EQ(counters(1).summaries, WORD_LAST);
    attempt(1, LATE + 1'000);
    EXPECT_EQ(counters(1).suppressed, WORD_LAST);
    EXPECT_EQ(flush(1, LATE + 2'000).kind, VTL_LINE_NONE); // nothing is left to report, ever
    EXPECT_EQ(attempt(1, LATE + 3'000).suppressed, 0U);
    EXPECT_EQ(counters(1).emitted, WORD_LAST);
}

// L11: by VP, added up where somebody looks.
TEST_F(LogLines, CountersOfAllVpsAddUp) {
    site_limits(3, 1'000);
    const auto second = std::make_unique<vtl_vp>();
    ASSERT_EQ(vtl_vp_init(second.get(), &partition, 5), VTL_OK);
    EXPECT_TRUE(warned(1, LATE));
    vtl_exit exit = attempt_exit(1, LATE);
    exit.vp = 5;
    for (int n = 0; n < 4; ++n)
        ASSERT_EQ(vtl_handle_exit(&partition, second.get(), &exit, &out), VTL_OK);
    EXPECT_FALSE(warned(1, LATE));
    EXPECT_EQ(logs[0].emitted[0], 1U);
    EXPECT_EQ(logs[0].suppressed[0], 1U);
    EXPECT_EQ(logs[5].emitted[0], 2U);
    EXPECT_EQ(logs[5].suppressed[0], 2U);
    EXPECT_EQ(counters(1).emitted, 3U);
    EXPECT_EQ(counters(1).suppressed, 3U);
    EXPECT_EQ(flush(1, LATE + 1'000).suppressed, 3U);
    EXPECT_EQ(logs[0].summaries[0], 1U);
    // The sum saturates where no counter does.
    logs[1].suppressed[0] = logs[2].suppressed[0] = WORD_LAST / 2 + 1;
    EXPECT_EQ(counters(1).suppressed, WORD_LAST);
    EXPECT_EQ(flush(1, LATE + 2'000).suppressed, WORD_LAST - 3);
}

TEST_F(LogLines, TotalsNeedASite) {
    vtl_log_counters sum{};
    for (const std::uint32_t site : {0U, 11U, 0xFFFFFFFFU})
        EXPECT_EQ(vtl_log_totals(&partition, site, &sum), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_log_totals(nullptr, 1, &sum), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_log_totals(&partition, 1, nullptr), VTL_BAD_ARGUMENT);
}

// L10, of a flood whose clock creeps, with a round of flushes now and then.
TEST_F(LogLines, BoundOfEveryWindow) {
    limits(4, 7'000, 20, 3'000);
    std::vector<std::uint64_t> all;
    std::vector<std::uint64_t> warning_times;
    std::vector<std::uint64_t> by_site[VTL_LOG_SITES + 1];
    std::mt19937_64 random(10);
    std::uint64_t now = LATE;
    for (int n = 0; n < 100'000; ++n) {
        now += random() % 100;
        if (random() % 500 == 0)
            now -= random() % 30'000;
        const auto site = static_cast<std::uint32_t>(1 + random() % VTL_LOG_SITES);
        const NotesLine made = random() % 20 == 0 ? flush(site, now) : attempt(site, now);
        if (made.kind == VTL_LINE_NONE)
            continue;
        all.push_back(now);
        by_site[site].push_back(now);
        if (made.kind == VTL_LINE_WARNING)
            warning_times.push_back(now);
    }
    EXPECT_GT(all.size(), 500U);
    EXPECT_TRUE(within_budget(all, 20, 3'000));
    EXPECT_TRUE(within_budget(warning_times, 10, 3'000));
    for (const std::vector<std::uint64_t>& times : by_site)
        EXPECT_TRUE(within_budget(times, 4, 7'000));
    EXPECT_FALSE(within_budget(all, 10, 3'000)); // the check can say no
}

// ---- L15

using LogReconfiguration = LogMachine;

TEST_F(LogReconfiguration, EmptiesTheBucketsOfItsOwner) {
    limits(2, 1'000, 1'000, 1'000);
    const vtl_exit exit = limits_exit(0, 4, 3'000, LATE);
    const vtl_vp before = vp;
    EXPECT_EQ(handle(exit), VTL_ACCEPTED);
    expect_unchanged_processor(exit);
    expect_only_saved(before, exit, false);
    expect_no_audit();
    EXPECT_EQ(out.log_line, VTL_LINE_NONE);
    for (std::uint32_t site = 1; site <= VTL_LOG_SITES; ++site) {
        EXPECT_FALSE(warned(site, LATE + 2'999)) << site;
        EXPECT_TRUE(warned(site, LATE + 3'000)) << site;
    }
    for (std::uint32_t site = 1; site <= VTL_LOG_SITES; ++site)
        EXPECT_EQ(warnings(site, LATE + HOUR), 4U) << site;
    EXPECT_EQ(partition.config.log_burst, 4U);
    EXPECT_EQ(partition.config.log_total_burst, 1'000U);
}

TEST_F(LogReconfiguration, OfThePartition) {
    limits(1'000, 1'000, 1'000, 1'000);
    EXPECT_EQ(handle(limits_exit(1, 12, 5'000, LATE)), VTL_ACCEPTED);
    EXPECT_FALSE(warned(1, LATE + 54'999)); // warnings need 11
    EXPECT_TRUE(warned(1, LATE + 55'000));
    EXPECT_EQ(warnings(2, LATE + HOUR), 2U);
    EXPECT_EQ(partition.config.log_burst, 1'000U);
}

TEST_F(LogReconfiguration, CountersStay) {
    site_limits(1, 1'000);
    warnings(1, LATE);
    const vtl_log_counters before = counters(1);
    EXPECT_EQ(handle(limits_exit(0, 1, 2'000, LATE)), VTL_ACCEPTED);
    const vtl_log_counters after = counters(1);
    EXPECT_TRUE(same_bytes(&before, &after, sizeof before));
    EXPECT_EQ(flush(1, LATE + 1'999).kind, VTL_LINE_NONE);
    EXPECT_EQ(flush(1, LATE + 2'000).suppressed, 1U);
}

TEST_F(LogReconfiguration, Ranges) {
    for (const std::uint64_t owner : {0U, 1U}) {
        const std::uint64_t least = owner == 1 ? 11 : 1;
        for (const std::uint64_t burst : {least, std::uint64_t{1'000'000}})
            for (const std::uint64_t interval : {std::uint64_t{1'000}, HOUR})
                EXPECT_EQ(handle(limits_exit(owner, burst, interval, LATE)), VTL_ACCEPTED);
        const vtl_partition before = partition;
        for (const std::uint64_t burst : {std::uint64_t{0}, least - 1, std::uint64_t{1'000'001}, WORD_LAST})
            expect_refusal(limits_exit(owner, burst, 1'000, LATE), 5);
        for (const std::uint64_t interval : {std::uint64_t{0}, std::uint64_t{999}, HOUR + 1, WORD_LAST})
            expect_refusal(limits_exit(owner, 11, interval, LATE), 5);
        // The last moment at which the bucket can be empty.
        expect_refusal(limits_exit(owner, 11, 1'000, WORD_LAST - 10'999), 5);
        EXPECT_TRUE(same_bytes(&before, &partition, sizeof before));
        EXPECT_EQ(handle(limits_exit(owner, 11, 1'000, WORD_LAST - 11'000)), VTL_ACCEPTED);
    }
    for (const std::uint64_t owner : {std::uint64_t{2}, std::uint64_t{1} << 32, std::uint64_t{1} << 32 | 1, WORD_LAST})
        expect_refusal(limits_exit(owner, 11, 1'000, LATE), 5);
}

TEST_F(LogReconfiguration, RefusedWithoutABudget) {
    for (const std::uint8_t isolation : {VTL_ISOLATION_NONE, VTL_ISOLATION_VBS}) {
        config.isolation = isolation;
        setup();
        const vtl_partition before = partition;
        expect_refusal(limits_exit(0, 11, 1'000, LATE), 5);
        EXPECT_TRUE(same_bytes(&before, &partition, sizeof before));
    }
}

TEST_F(LogReconfiguration, RandomRunsAreThoseOfTheNotes) {
    std::mt19937_64 random(15);
    const auto below = [&](std::uint64_t n) { return random() % n; };
    std::uint64_t accepted = 0;
    for (int run = 0; run < 200; ++run) {
        limits(1 + below(5), 1'000 + below(3'000), 11 + below(5), 1'000 + below(2'000));
        NotesBudget notes(config);
        std::uint64_t now = below(3) == 0 ? WORD_LAST - below(90'000) : below(20'000);
        for (int step = 0; step < 300; ++step) {
            const std::uint64_t distance = below(4'000);
            now = below(4) == 0 ? now - std::min(now, distance) : now + std::min(WORD_LAST - now, distance);
            if (below(40) == 0) {
                const std::uint64_t owner = below(3);
                const std::uint64_t burst = owner == 1 ? 10 + below(5) : below(5);
                const std::uint64_t interval = 990 + below(2'000);
                const bool changes = notes.limits(owner, burst, interval, now);
                ASSERT_EQ(handle(limits_exit(owner, burst, interval, now)), changes ? VTL_ACCEPTED : VTL_REFUSED);
                accepted += changes ? 1U : 0U;
                continue;
            }
            const auto site = static_cast<std::uint32_t>(1 + below(3));
            const bool summary = below(4) == 0;
            const NotesLine expected = summary ? notes.flush(site, now) : notes.attempt(site, now);
            const NotesLine seen = summary ? flush(site, now) : attempt(site, now);
            ASSERT_EQ(seen.kind, expected.kind) << run << ' ' << step << ' ' << now;
            ASSERT_EQ(seen.suppressed, expected.suppressed) << run << ' ' << step;
        }
    }
    EXPECT_GT(accepted, 300U);
}

// ---- L9, L12

using LogRing = LogMachine;

TEST_F(LogRing, LineOfEverySite) {
    const std::uint32_t numbers[] = {0,     0x1D9, 0x1D9,  0xC0000082, 0x40000105, 0x1D9,
                                     0x1D9, 0x21,  0x7777, 0x12,       0x00040003};
    for (std::uint32_t site = 1; site <= VTL_LOG_SITES; ++site) {
        const vtl_exit exit = attempt_exit(site, LATE + site);
        handle(exit);
        EXPECT_EQ(out.log_line, VTL_LINE_WARNING);
        const auto records = drain();
        ASSERT_EQ(records.size(), 1U) << site;
        EXPECT_EQ(records[0].host.time, LATE + site);
        EXPECT_EQ(records[0].host.suppressed, 0U);
        EXPECT_EQ(records[0].host.number, numbers[site]);
        EXPECT_EQ(records[0].host.number, out.log_msr);
        EXPECT_EQ(records[0].host.vp, 0U);
        EXPECT_EQ(records[0].host.line, VTL_LINE_WARNING);
        EXPECT_EQ(records[0].host.site, site);
        EXPECT_EQ(records[0].host.vtl, 0U);
        EXPECT_EQ(records[0].confidential.value, out.log_value);
        const bool writes = site == VTL_LOG_UNKNOWN_WRITE || site == VTL_LOG_PROTECTED_WRITE || site == VTL_LOG_CRASH ||
                            site == VTL_LOG_TDVMCALL_WRITE || site == VTL_LOG_PROTECTED_REGISTER;
        EXPECT_EQ(records[0].confidential.value, writes ? SECRET : 0) << site;
    }
}

// The type has no place for a value where the host looks, and the bytes hold none.
TEST_F(LogRing, NoValueInWhatTheHostSees) {
    attempt(VTL_LOG_UNKNOWN_WRITE, LATE);
    const auto records = drain();
    ASSERT_EQ(records.size(), 1U);
    unsigned char bytes[sizeof(vtl_log_visible)];
    std::memcpy(bytes, &records[0].host, sizeof bytes);
    unsigned char secret[sizeof SECRET];
    const std::uint64_t value = SECRET;
    std::memcpy(secret, &value, sizeof secret);
    for (std::size_t piece = 0; piece + 4 <= sizeof secret; ++piece) // nor half of it
        EXPECT_EQ(std::search(bytes, bytes + sizeof bytes, secret + piece, secret + piece + 4), bytes + sizeof bytes);
}

TEST_F(LogRing, Summary) {
    warnings(VTL_LOG_CRASH, LATE);
    drain();
    vtl_exit exit = control_exit(VTL_LOG_FLUSH, VTL_LOG_CRASH, 1);
    exit.now = LATE + HOUR;
    handle(exit);
    const auto records = drain();
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].host.line, VTL_LINE_SUMMARY);
    EXPECT_EQ(records[0].host.site, VTL_LOG_CRASH);
    EXPECT_EQ(records[0].host.number, 0U);
    EXPECT_EQ(records[0].host.suppressed, 1U);
    EXPECT_EQ(records[0].host.time, LATE + HOUR);
    EXPECT_EQ(records[0].host.vtl, 1U);
    EXPECT_EQ(records[0].confidential.value, 0U);
}

TEST_F(LogRing, HoldsSixtyFourAndLosesTheRest) {
    site_limits(1'000, 1'000);
    for (std::uint64_t n = 0; n < 70; ++n)
        EXPECT_TRUE(warned(1, LATE + n));
    EXPECT_EQ(vtl_log_lost(&partition, 0), 6U);
    EXPECT_EQ(counters(1).emitted, 70U); // lost for the ring only
    vtl_log_record record;
    for (std::uint64_t n = 0; n < 10; ++n) {
        ASSERT_TRUE(vtl_log_read(&partition, 0, &record));
        EXPECT_EQ(record.host.time, LATE + n); // first in, first out
    }
    for (std::uint64_t n = 0; n < 12; ++n)
        EXPECT_TRUE(warned(1, LATE + 100 + n));
    EXPECT_EQ(vtl_log_lost(&partition, 0), 8U);
    const auto records = drain();
    ASSERT_EQ(records.size(), 64U);
    EXPECT_EQ(records[0].host.time, LATE + 10);
    EXPECT_EQ(records[53].host.time, LATE + 63);
    EXPECT_EQ(records[54].host.time, LATE + 100);
    EXPECT_EQ(records[63].host.time, LATE + 109);
    EXPECT_FALSE(vtl_log_read(&partition, 0, &record));
}

TEST_F(LogRing, LostSaturates) {
    site_limits(1'000, 1'000);
    logs[0].lost = WORD_LAST - 1;
    for (std::uint64_t n = 0; n < 67; ++n)
        EXPECT_TRUE(warned(1, LATE));
    EXPECT_EQ(vtl_log_lost(&partition, 0), WORD_LAST);
}

TEST_F(LogRing, CountersOfTheRingMayWrap) {
    site_limits(1'000, 1'000);
    logs[0].ring_head = logs[0].ring_tail = WORD_LAST - 2;
    for (std::uint64_t n = 0; n < 66; ++n)
        attempt(1, LATE + n);
    EXPECT_EQ(vtl_log_lost(&partition, 0), 2U);
    const auto records = drain();
    ASSERT_EQ(records.size(), 64U);
    for (std::uint64_t n = 0; n < 64; ++n)
        EXPECT_EQ(records[n].host.time, LATE + n);
}

TEST_F(LogRing, EachVpItsOwn) {
    const auto second = std::make_unique<vtl_vp>();
    ASSERT_EQ(vtl_vp_init(second.get(), &partition, 7), VTL_OK);
    vtl_exit exit = attempt_exit(1, LATE);
    exit.vp = 7;
    ASSERT_EQ(vtl_handle_exit(&partition, second.get(), &exit, &out), VTL_OK);
    EXPECT_TRUE(drain(0).empty());
    const auto records = drain(7);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].host.vp, 7U);
}

TEST_F(LogRing, ReadNeedsAVpAndAPlace) {
    attempt(1, LATE);
    vtl_log_record record{};
    EXPECT_FALSE(vtl_log_read(nullptr, 0, &record));
    EXPECT_FALSE(vtl_log_read(&partition, VPS, &record));
    EXPECT_FALSE(vtl_log_read(&partition, 0, nullptr));
    EXPECT_EQ(vtl_log_lost(nullptr, 0), 0U);
    EXPECT_EQ(vtl_log_lost(&partition, VPS), 0U);
    EXPECT_TRUE(vtl_log_read(&partition, 0, &record));
}

} // namespace
} // namespace vtl_tests
