// A guest that does nothing but what is worth a warning, 100 million times.
#include "fleet.h"

#include <cstdint>
#include <iostream>
#include <iterator>
#include <thread>
#include <vector>

namespace vtl_tests {
namespace {

constexpr std::uint64_t ACCESSES = VTL_TESTS_SLOW ? 1'000'000 : 100'000'000;
constexpr std::uint32_t FLOODERS = 2;
constexpr std::uint64_t STEP = 1'000; // ns of the guest's time an access

struct Target {
    std::uint32_t msr;
    bool write;
};
// By number of the access, again and again. The last one is outside of the architectural ranges.
constexpr Target TARGETS[] = {{0x1D9, false}, {0x1D9, true},       {0x1D9, false},     {0x1FFF, false},
                              {0x1DB, true},  {0xC0001FFF, false}, {0xC0000300, true}, {0x12345, false}};

// The VP's own clock: the two differ by what one thread gets ahead of the other.
void flood(Fleet& fleet, std::uint32_t index, std::vector<Told>& lines) {
    vtl_exit exits[std::size(TARGETS)];
    for (std::size_t n = 0; n < std::size(TARGETS); ++n) {
        exits[n] = Fleet::exit_of(index, TARGETS[n].write ? 0x20 : 0x1F);
        exits[n].gpr[VTL_RCX] = TARGETS[n].msr;
    }
    vtl_outcome out;
    for (std::uint64_t n = 0; n < ACCESSES / FLOODERS; ++n) {
        vtl_exit& exit = exits[n % std::size(TARGETS)];
        exit.now = n * STEP;
        vtl_handle_exit(&fleet.partition, &fleet.vp(index), &exit, &out);
        if (out.log_line != VTL_LINE_NONE)
            lines.push_back({.time = exit.now,
                             .suppressed = out.log_suppressed,
                             .site = out.log_site,
                             .vp = index,
                             .line = out.log_line});
    }
}

TEST(LogFlood, IsCountedToTheLastAndBarelySeen) {
    Fleet fleet(FLOODERS, VTL_LOG_BURST_DEFAULT, VTL_LOG_INTERVAL_DEFAULT, VTL_LOG_TOTAL_BURST_DEFAULT,
                VTL_LOG_TOTAL_INTERVAL_DEFAULT);
    std::vector<Told> by_vp[FLOODERS];
    {
        std::vector<std::jthread> threads;
        threads.reserve(FLOODERS);
        for (std::uint32_t index = 0; index < FLOODERS; ++index)
            threads.emplace_back([&, index] { flood(fleet, index, by_vp[index]); });
    }
    std::vector<Told> lines;
    for (const std::vector<Told>& some : by_vp)
        lines.insert(lines.end(), some.begin(), some.end());

    // The bound over all of the time there was, and over every window of it.
    constexpr std::uint64_t length = (ACCESSES / FLOODERS - 1) * STEP;
    EXPECT_GE(lines.size(), 2U * VTL_LOG_BURST_DEFAULT);
    EXPECT_LE(lines.size(), 2 * (VTL_LOG_BURST_DEFAULT + length / VTL_LOG_INTERVAL_DEFAULT));
    expect_within_budget(lines, fleet.partition.config);

    std::uint64_t attempts = 0;
    for (std::uint32_t site = 1; site <= VTL_LOG_SITES; ++site) {
        std::uint64_t told = 0;
        std::uint64_t warnings = 0;
        for (const Told& line : lines)
            if (line.site == site) {
                told += line.suppressed;
                ++warnings;
            }
        vtl_log_counters counters = fleet.counters(site);
        attempts += counters.emitted + counters.suppressed;
        EXPECT_EQ(counters.emitted, warnings);
        EXPECT_EQ(counters.reported, told);
        told += fleet.flush(site % FLOODERS, site, length + VTL_LOG_INTERVAL_DEFAULT).log_suppressed;
        counters = fleet.counters(site);
        EXPECT_EQ(told, counters.suppressed) << site;
        EXPECT_EQ(counters.reported, counters.suppressed) << site;
    }
    EXPECT_EQ(attempts, ACCESSES);

    constexpr std::uint64_t each = ACCESSES / FLOODERS / std::size(TARGETS);
    for (std::uint32_t index = 0; index < FLOODERS; ++index) {
        for (const Target& target : TARGETS) {
            const bool twice = target.msr == 0x1D9 && !target.write;
            if (target.msr != 0x12345) {
                EXPECT_EQ(vtl_census_count(&fleet.partition, index, target.msr, target.write), twice ? 2 * each : each);
            }
        }
        struct vtl_sketch_entry entry;
        ASSERT_TRUE(vtl_census_entry(&fleet.partition, index, 0, &entry));
        EXPECT_EQ(entry.msr, 0x12345U);
        EXPECT_EQ(entry.count, each);
        EXPECT_EQ(entry.error, 0U);
        EXPECT_FALSE(vtl_census_entry(&fleet.partition, index, 1, &entry));
    }
    std::cout << ACCESSES << " accesses" << (VTL_TESTS_SLOW ? " (fewer: not optimised, or instrumented)" : "") << ", "
              << lines.size() << " lines\n";
}

} // namespace
} // namespace vtl_tests
