// The log budget under real threads: VPs that make attempts and flush, and a reader that looks at everything meanwhile.
// Built with ThreadSanitizer too.
#include "fleet.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <iostream>
#include <latch>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace vtl_tests {
namespace {

constexpr std::uint64_t EXITS = VTL_TESTS_SLOW ? 400'000 : 4'000'000; // of all threads together
constexpr std::uint32_t USED_SITES[] = {VTL_LOG_UNKNOWN_READ, VTL_LOG_UNKNOWN_WRITE, VTL_LOG_CRASH,
                                        VTL_LOG_HYPERCALL_CODE};

struct Load {
    std::uint32_t threads;
    std::uint32_t vps;
    bool real_clock;
};

void PrintTo(const Load& load, std::ostream* out) {
    *out << load.threads << " threads, " << load.vps << " VPs, " << (load.real_clock ? "real" : "fake") << " clock";
}

class LogStress : public ::testing::TestWithParam<Load> {
protected:
    // ns. The fake one is shared, creeps with every look at it, and sometimes jumps back or ahead.
    std::uint64_t now(std::mt19937_64& random) {
        if (GetParam().real_clock)
            return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
        const std::uint64_t chance = random() % 4'096;
        const std::uint64_t step = chance == 0 ? 0 - random() % 30'000 : chance == 1 ? random() % 30'000 : 10;
        return fake_clock.fetch_add(step, std::memory_order_relaxed);
    }

    struct Worker {
        std::vector<Told> lines;
        std::uint64_t attempts[VTL_LOG_SITES + 1]{};
        std::uint64_t exact[2]{}; // unknown accesses of the ranges, by direction
    };

    void run_vps(Fleet& fleet, std::uint32_t thread, Worker& worker) {
        std::mt19937_64 random(thread);
        const Load& load = GetParam();
        vtl_outcome out;
        for (std::uint64_t n = 0; n < EXITS / load.threads; ++n) {
            const std::uint64_t choice = random();
            const std::uint32_t index =
                thread +
                load.threads * static_cast<std::uint32_t>(choice % ((load.vps - thread - 1) / load.threads + 1));
            std::uint32_t site = USED_SITES[choice >> 8 & 3];
            vtl_exit exit = Fleet::exit_of(index, site == VTL_LOG_UNKNOWN_READ ? 0x1F : 0x20);
            if (choice >> 16 & 0xF) {
                const bool outside = (choice >> 20 & 3) == 0;
                exit.gpr[VTL_RCX] = outside ? 0x12000 + (choice >> 24 & 63) : 0x1D9;
                if (site == VTL_LOG_CRASH)
                    exit.gpr[VTL_RCX] = 0x40000105;
                if (site == VTL_LOG_HYPERCALL_CODE) {
                    exit.info[VTL_INFO_RAX] = 0x12;
                    exit.gpr[VTL_RCX] = 0x7777;
                }
                ++worker.attempts[site];
                if (!outside && site <= VTL_LOG_UNKNOWN_WRITE)
                    ++worker.exact[site - VTL_LOG_UNKNOWN_READ];
            } else {
                exit.kind = VTL_LOG_FLUSH;
                exit.argument = site;
            }
            exit.now = now(random);
            ASSERT_EQ(vtl_handle_exit(&fleet.partition, &fleet.vp(index), &exit, &out), VTL_OK);
            ASSERT_EQ(out.log_site, exit.kind == VTL_L2_EXIT ? site : 0U);
            if (out.log_line != VTL_LINE_NONE)
                worker.lines.push_back({.time = exit.now,
                                        .suppressed = out.log_suppressed,
                                        .site = site,
                                        .vp = index,
                                        .line = out.log_line});
        }
    }

    // Drains what is there, and looks at all that may be looked at.
    void look(Fleet& fleet, std::vector<std::vector<Told>>& drained, vtl_log_counters (&before)[VTL_LOG_SITES + 1],
              std::string& buffer) {
        vtl_log_record record;
        for (std::uint32_t index = 0; index < GetParam().vps; ++index) {
            while (vtl_log_read(&fleet.partition, index, &record)) {
                drained[index].push_back({.time = record.host.time,
                                          .suppressed = record.host.suppressed,
                                          .site = record.host.site,
                                          .vp = record.host.vp,
                                          .line = record.host.line});
            }
            for (std::uint32_t n = 0; n < VTL_CENSUS_ENTRIES; ++n) {
                struct vtl_sketch_entry entry;
                if (vtl_census_entry(&fleet.partition, index, n, &entry)) {
                    ASSERT_GE(entry.msr, 0x12000U);
                    ASSERT_LT(entry.msr, 0x12040U);
                    ASSERT_LT(entry.error, entry.count);
                }
            }
        }
        for (const std::uint32_t site : USED_SITES) {
            const vtl_log_counters sum = fleet.counters(site);
            ASSERT_LE(sum.reported, sum.suppressed);
            ASSERT_GE(sum.reported, before[site].reported);
            ASSERT_GE(sum.suppressed, before[site].suppressed);
            ASSERT_GE(sum.emitted, before[site].emitted);
            ASSERT_GE(sum.summaries, before[site].summaries);
            before[site] = sum;
        }
        ASSERT_GT(vtl_inspect(&fleet.partition, nullptr, 0, buffer.data(), buffer.size()), 100U);
    }

    std::atomic<std::uint64_t> fake_clock{1'000'000};
};

TEST_P(LogStress, NothingIsLostAndTheBoundHolds) {
    const Load& load = GetParam();
    Fleet fleet(load.vps, 5, 20'000, 20, 7'000);
    std::vector<Worker> workers(load.threads);
    std::vector<std::vector<Told>> drained(load.vps);
    vtl_log_counters before[VTL_LOG_SITES + 1]{};
    std::string buffer(1U << 16, '\0');
    std::atomic<std::uint32_t> running{load.threads};
    std::latch start(load.threads + 1);
    std::uint64_t looks = 0;
    {
        std::vector<std::jthread> threads;
        threads.reserve(load.threads);
        for (std::uint32_t thread = 0; thread < load.threads; ++thread)
            threads.emplace_back([&, thread] {
                start.arrive_and_wait();
                run_vps(fleet, thread, workers[thread]);
                running.fetch_sub(1);
            });
        start.arrive_and_wait();
        for (; running.load() != 0; ++looks)
            look(fleet, drained, before, buffer);
    }
    look(fleet, drained, before, buffer);

    std::vector<Told> lines;
    Worker sum;
    for (const Worker& worker : workers) {
        lines.insert(lines.end(), worker.lines.begin(), worker.lines.end());
        for (const std::uint32_t site : USED_SITES)
            sum.attempts[site] += worker.attempts[site];
        for (int direction = 0; direction < 2; ++direction)
            sum.exact[direction] += worker.exact[direction];
    }
    ASSERT_GT(lines.size(), 20U);
    expect_within_budget(lines, fleet.partition.config);

    for (const std::uint32_t site : USED_SITES) {
        vtl_log_counters told{};
        for (const Told& line : lines)
            if (line.site == site) {
                told.reported += line.suppressed;
                ++(line.line == VTL_LINE_WARNING ? told.emitted : told.summaries);
            }
        vtl_log_counters counters = fleet.counters(site);
        EXPECT_EQ(counters.emitted + counters.suppressed, sum.attempts[site]);
        EXPECT_EQ(counters.emitted, told.emitted);
        EXPECT_EQ(counters.summaries, told.summaries);
        EXPECT_EQ(counters.reported, told.reported);
        // When all is quiet one flush tells the rest.
        const std::uint64_t rest = counters.suppressed - counters.reported;
        EXPECT_EQ(fleet.flush(0, site, WORD_LAST / 2).log_suppressed, rest);
        counters = fleet.counters(site);
        EXPECT_EQ(counters.reported, counters.suppressed);
    }

    // The rings held the lines of each VP, in order, but for those that are lost.
    for (std::uint32_t index = 0; index < load.vps; ++index) {
        std::vector<Told> made;
        for (const Told& line : lines)
            if (line.vp == index)
                made.push_back(line);
        EXPECT_EQ(drained[index].size() + vtl_log_lost(&fleet.partition, index), made.size());
        std::size_t found = 0;
        for (const Told& line : made)
            if (found < drained[index].size() && line == drained[index][found])
                ++found;
        EXPECT_EQ(found, drained[index].size());
    }
    for (const bool write : {false, true}) {
        std::uint64_t counted = 0;
        for (std::uint32_t index = 0; index < load.vps; ++index)
            counted += vtl_census_count(&fleet.partition, index, 0x1D9, write);
        EXPECT_EQ(counted, sum.exact[write ? 1 : 0]);
    }
    std::cout << EXITS << " exits, " << lines.size() << " lines, looked at " << looks << " times\n";
}

INSTANTIATE_TEST_SUITE_P(Loads, LogStress,
                         ::testing::Values(Load{2, 2, true}, Load{2, 2, false}, Load{2, 8, true}, Load{3, 7, false},
                                           Load{4, 4, true}, Load{4, 8, false}, Load{8, 8, true}, Load{8, 8, false}));

} // namespace
} // namespace vtl_tests
