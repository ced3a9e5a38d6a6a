// New limits of the log budget (L15): the bound of L10 between two of them, whatever the buckets held; what they leave
// alone.
#include "fleet.h"
#include "log_machine.h"

#include <cstring>
#include <memory>
#include <random>
#include <vector>

namespace vtl_tests {
namespace {

constexpr std::uint64_t LATE = 1'000'000'000'000;
constexpr std::uint64_t HOUR = 3'600'000'000'000;

struct Limits {
    std::uint64_t burst, interval;
};

class LogNewLimits : public LogMachine {
protected:
    void renew(std::uint64_t owner, Limits to, std::uint64_t now) {
        ASSERT_EQ(handle(limits_exit(owner, to.burst, to.interval, now)), VTL_ACCEPTED);
    }
    // Attempts and flushes at random moments of `length` ns from `from` on, and the lines they lead to.
    std::vector<Told> lines_of(std::uint64_t from, std::uint64_t length, std::uint64_t seed) {
        std::mt19937_64 random(seed);
        std::vector<Told> lines;
        for (int n = 0; n < 2'000; ++n) {
            const std::uint64_t now = from + random() % length;
            const auto site = static_cast<std::uint32_t>(1 + random() % VTL_LOG_SITES);
            const NotesLine told = random() % 4 == 0 ? flush(site, now) : attempt(site, now);
            if (told.kind != VTL_LINE_NONE)
                lines.push_back({.time = now,
                                 .suppressed = told.suppressed,
                                 .site = site,
                                 .vp = 0,
                                 .line = static_cast<std::uint8_t>(told.kind)});
        }
        return lines;
    }
};

// What a bucket can hold before: all, nothing, and of an interval so long, or a clock so far ahead, that it would be
// empty, or full, by the new limits for ages.
TEST_F(LogNewLimits, BoundHoldsWhateverTheBucketsHeld) {
    std::size_t told = 0;
    for (const Limits before : {Limits{20, 1'000}, Limits{1'000, HOUR}, Limits{11, 50'000}})
        for (const Limits after : {Limits{11, 2'000}, Limits{30, 1'000}, Limits{12, 40'000}})
            for (const std::uint64_t ahead : {std::uint64_t{0}, HOUR})
                for (const int attempts : {0, 1, 3'000}) {
                    limits(before.burst, before.interval, before.burst, before.interval);
                    for (int n = 0; n < attempts; ++n)
                        attempt(1 + static_cast<std::uint32_t>(n) % VTL_LOG_SITES, LATE + ahead);
                    renew(0, after, LATE);
                    renew(1, after, LATE);
                    const std::vector<Told> lines = lines_of(LATE, 500'000, 15);
                    expect_within_budget(lines, partition.config);
                    told += lines.size();
                }
    EXPECT_GT(told, 1'000U);
}

// Empty is 0 tokens: a burst is there B T later, and not a ns before.
TEST_F(LogNewLimits, NoBurstComesOfThem) {
    limits(1'000, 1'000, 1'000'000, 1'000);
    for (const std::uint64_t now : {LATE, LATE - 500'000, LATE - 1'000'000}) { // a clock that steps back, too
        renew(0, {4, 3'000}, now);
        EXPECT_EQ(warnings(1, now), 0U);
        EXPECT_EQ(warnings(2, now + 11'999), 3U);
        EXPECT_EQ(warnings(3, now + 12'000), 4U);
        EXPECT_EQ(warnings(4, now + 300'000), 4U);
    }
}

// Over and over they leave nothing to warn with, rather than a token each time.
TEST_F(LogNewLimits, OverAndOverThereIsNoLine) {
    limits(1, 1'000, 1'000, 1'000);
    for (std::uint64_t n = 1; n <= 1'000; ++n) {
        renew(0, {1, 1'000}, LATE + n * 999);
        EXPECT_FALSE(warned(1, LATE + n * 999 + 998));
    }
}

// The other bucket, the rings, the counters and the census stay, of all sites and VPs.
TEST_F(LogNewLimits, NothingElseChanges) {
    limits(2, 1'000, 30, 1'000);
    const auto census = std::make_unique<vtl_census>();
    ASSERT_EQ(vtl_census_attach(&partition, 0, census.get()), VTL_OK);
    for (std::uint32_t site = 1; site <= VTL_LOG_SITES; ++site)
        warnings(site, LATE);
    EXPECT_EQ(flush(1, LATE + 1'000).kind, VTL_LINE_SUMMARY);
    for (const std::uint64_t owner : {0U, 1U}) {
        vtl_partition expected;
        std::memcpy(&expected, &partition, sizeof expected);
        const std::vector<vtl_vp_log> logs_before(logs, logs + VPS);
        const vtl_census census_before = *census;
        renew(owner, {20, 2'000}, LATE + 5'000);
        if (owner == 1) {
            expected.config.log_total_burst = 20;
            expected.config.log_total_interval = 2'000;
            expected.log.total_full_time = LATE + 5'000 + 40'000;
        } else {
            expected.config.log_burst = 20;
            expected.config.log_interval = 2'000;
            for (vtl_log_site_words& site : expected.log.site)
                site.full_time = LATE + 5'000 + 40'000;
        }
        EXPECT_TRUE(same_bytes(&expected, &partition, sizeof expected)) << owner;
        EXPECT_TRUE(same_bytes(logs_before.data(), logs, sizeof logs)) << owner;
        EXPECT_TRUE(same_bytes(&census_before, census.get(), sizeof census_before)) << owner;
    }
}

// One reason at a time, and the state untouched each time. B T of the largest limits does not wrap on its way.
TEST_F(LogNewLimits, EachReasonAlone) {
    warnings(1, LATE);
    vtl_partition before;
    std::memcpy(&before, &partition, sizeof before);
    const auto refused = [&](std::uint64_t owner, Limits to, std::uint64_t now) {
        expect_refusal(limits_exit(owner, to.burst, to.interval, now), 5);
        EXPECT_EQ(out.log_line, VTL_LINE_NONE);
        EXPECT_EQ(out.log_site, VTL_LOG_NONE);
        EXPECT_TRUE(same_bytes(&before, &partition, sizeof before));
    };
    refused(2, {11, 1'000}, LATE);
    refused(0, {0, 1'000}, LATE);
    refused(1, {10, 1'000}, LATE);
    refused(1, {1'000'001, 1'000}, LATE);
    refused(0, {1, 999}, LATE);
    refused(0, {1, HOUR + 1}, LATE);
    refused(0, {1'000'000, HOUR}, WORD_LAST - 1'000'000 * HOUR + 1);
    renew(0, {1'000'000, HOUR}, WORD_LAST - 1'000'000 * HOUR);
    EXPECT_EQ(partition.log.site[9].full_time, WORD_LAST);
    EXPECT_FALSE(warned(1, WORD_LAST));
}

} // namespace
} // namespace vtl_tests
