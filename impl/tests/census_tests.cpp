// The census of unknown accesses: the exact part, the guarantees of the sketch, and both as JSON (L13, L14).
#include "log_machine.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace vtl_tests {
namespace {

class Census : public LogMachine {
protected:
    Census() { attach(); }
    void attach() {
        *census = {};
        EXPECT_EQ(vtl_census_attach(&partition, 0, census.get()), VTL_OK);
    }
    void access(std::uint32_t msr, bool write) {
        if (write)
            wrmsr(msr, SECRET);
        else
            rdmsr(msr);
    }
    std::uint32_t count(std::uint32_t msr, bool write) const { return vtl_census_count(&partition, 0, msr, write); }
    std::uint64_t counted() const {
        std::uint64_t sum = 0;
        for (const auto& direction : census->count)
            for (const auto& range : direction)
                for (const std::uint32_t cell : range)
                    sum += cell;
        return sum;
    }
    std::vector<vtl_sketch_entry> sketch() const {
        std::vector<vtl_sketch_entry> entries;
        struct vtl_sketch_entry entry;
        for (std::uint32_t n = 0; n < VTL_CENSUS_ENTRIES; ++n)
            if (vtl_census_entry(&partition, 0, n, &entry))
                entries.push_back(entry);
        return entries;
    }

    std::unique_ptr<vtl_census> census = std::make_unique<vtl_census>();
};

TEST_F(Census, EveryUnknownAccessOfTheRangesIsCounted) {
    const std::uint32_t numbers[] = {0x1D9, 0x1FFF, 0xC0000000, 0xC0001FFF, 0xC0010, 0x3};
    std::map<std::pair<std::uint32_t, bool>, std::uint32_t> exact;
    std::mt19937_64 random(13);
    for (int n = 0; n < 5'000; ++n) {
        const std::uint32_t msr = numbers[random() % std::size(numbers)];
        const bool write = random() % 2 == 0;
        access(msr, write);
        if (out.log_site != VTL_LOG_NONE && (msr < 0x2000 || msr >= 0xC0000000))
            ++exact[{msr, write}];
    }
    EXPECT_GE(exact.size(), 8U);
    std::uint64_t sum = 0;
    for (const auto& [key, expected] : exact) {
        EXPECT_EQ(count(key.first, key.second), expected) << std::hex << key.first;
        sum += expected;
    }
    EXPECT_EQ(counted(), sum); // and nothing else
    EXPECT_EQ(census->count[0][0][0x1D9], count(0x1D9, false));
    EXPECT_EQ(census->count[1][1][0x1FFF], count(0xC0001FFF, true));
}

TEST_F(Census, SuppressedOrNot) {
    site_limits(2, 1'000);
    attach();
    for (int n = 0; n < 10; ++n)
        access(0x1D9, false);
    EXPECT_EQ(counters(VTL_LOG_UNKNOWN_READ).suppressed, 8U);
    EXPECT_EQ(count(0x1D9, false), 10U);
    EXPECT_EQ(count(0x1D9, true), 0U);
}

TEST_F(Census, OtherAttemptsAreNotInIt) {
    for (std::uint32_t site = VTL_LOG_PROTECTED_WRITE; site <= VTL_LOG_SITES; ++site)
        attempt(site, 0);
    rdmsr(0x277); // known
    EXPECT_EQ(counted(), 0U);
    EXPECT_TRUE(sketch().empty());
}

TEST_F(Census, Saturates) {
    census->count[1][0][0x1D9] = 0xFFFFFFFE;
    for (int n = 0; n < 3; ++n)
        access(0x1D9, true);
    EXPECT_EQ(count(0x1D9, true), 0xFFFFFFFFU);
    EXPECT_EQ(census->count[1][0][0x1DA], 0U);
}

TEST_F(Census, ByVpAndOptional) {
    const auto second = std::make_unique<vtl_vp>();
    ASSERT_EQ(vtl_vp_init(second.get(), &partition, 3), VTL_OK);
    vtl_exit exit = rdmsr_exit(0x1D9);
    exit.vp = 3;
    ASSERT_EQ(vtl_handle_exit(&partition, second.get(), &exit, &out), VTL_OK); // none attached
    EXPECT_EQ(counted(), 0U);
    EXPECT_EQ(vtl_census_count(&partition, 3, 0x1D9, false), 0U);
    const auto other = std::make_unique<vtl_census>();
    ASSERT_EQ(vtl_census_attach(&partition, 3, other.get()), VTL_OK);
    ASSERT_EQ(vtl_handle_exit(&partition, second.get(), &exit, &out), VTL_OK);
    EXPECT_EQ(vtl_census_count(&partition, 3, 0x1D9, false), 1U);
    EXPECT_EQ(count(0x1D9, false), 0U);
    ASSERT_EQ(vtl_census_attach(&partition, 3, nullptr), VTL_OK);
    ASSERT_EQ(vtl_handle_exit(&partition, second.get(), &exit, &out), VTL_OK);
    EXPECT_EQ(other->count[0][0][0x1D9], 1U);
    EXPECT_EQ(vtl_census_count(&partition, 3, 0x1D9, false), 0U);
}

TEST_F(Census, CallsNeedAVp) {
    EXPECT_EQ(vtl_census_attach(nullptr, 0, census.get()), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_census_attach(&partition, VPS, census.get()), VTL_BAD_ARGUMENT);
    access(0x1D9, false);
    EXPECT_EQ(vtl_census_count(nullptr, 0, 0x1D9, false), 0U);
    EXPECT_EQ(vtl_census_count(&partition, VPS, 0x1D9, false), 0U);
    EXPECT_EQ(vtl_census_count(&partition, 0, 0x12345, false), 0U);
    access(0x12345, false);
    struct vtl_sketch_entry entry;
    EXPECT_FALSE(vtl_census_entry(nullptr, 0, 0, &entry));
    EXPECT_FALSE(vtl_census_entry(&partition, VPS, 0, &entry));
    EXPECT_FALSE(vtl_census_entry(&partition, 0, VTL_CENSUS_ENTRIES, &entry));
    EXPECT_FALSE(vtl_census_entry(&partition, 0, 0, nullptr));
    EXPECT_FALSE(vtl_census_entry(&partition, 0, 1, &entry)); // no count
    EXPECT_TRUE(vtl_census_entry(&partition, 0, 0, &entry));
}

// ---- The sketch

// L14 word by word.
class NotesSketch {
public:
    void access(std::uint32_t msr, bool write) {
        for (Entry& entry : entries_)
            if (entry.count != 0 && entry.msr == msr && entry.write == write) {
                entry.count += entry.count != WORD_LAST ? 1 : 0;
                return;
            }
        const auto least = std::min_element(std::begin(entries_), std::end(entries_),
                                            [](const Entry& a, const Entry& b) { return a.count < b.count; });
        const std::uint64_t count = least->count;
        *least = {.msr = msr, .write = write, .count = count != WORD_LAST ? count + 1 : count, .error = count};
    }
    using Entry = struct vtl_sketch_entry;
    const Entry& operator[](std::size_t n) const { return entries_[n]; }

private:
    Entry entries_[VTL_CENSUS_ENTRIES]{};
};

class Sketch : public Census {
protected:
    using Key = std::pair<std::uint32_t, bool>;
    std::map<Key, std::uint64_t> exact;
    NotesSketch notes;
    std::uint64_t accesses = 0;

    void stream(std::uint32_t msr, bool write) {
        access(msr, write);
        ASSERT_EQ(out.log_site, write ? VTL_LOG_UNKNOWN_WRITE : VTL_LOG_UNKNOWN_READ) << std::hex << msr;
        notes.access(msr, write);
        ++exact[{msr, write}];
        ++accesses;
    }
    void expect_guarantees() {
        const auto entries = sketch();
        EXPECT_EQ(entries.size(), std::min<std::size_t>(exact.size(), VTL_CENSUS_ENTRIES));
        std::map<Key, std::uint64_t> held;
        for (const struct vtl_sketch_entry& entry : entries) {
            const std::uint64_t number = exact.at({entry.msr, entry.write});
            EXPECT_LE(entry.count - entry.error, number);
            EXPECT_LE(number, entry.count);
            EXPECT_LE(entry.error, accesses / VTL_CENSUS_ENTRIES);
            EXPECT_TRUE(held.insert({{entry.msr, entry.write}, entry.count}).second); // one entry an access
        }
        for (const auto& [key, number] : exact)
            if (number > accesses / VTL_CENSUS_ENTRIES) {
                EXPECT_TRUE(held.contains(key)) << std::hex << key.first;
            }
        for (std::uint32_t n = 0; n < entries.size(); ++n) {
            EXPECT_EQ(entries[n].msr, notes[n].msr);
            EXPECT_EQ(entries[n].write, notes[n].write);
            EXPECT_EQ(entries[n].count, notes[n].count);
            EXPECT_EQ(entries[n].error, notes[n].error);
        }
    }
    static std::uint32_t number(std::uint64_t n) { return 0x10000 + static_cast<std::uint32_t>(n); }
};

TEST_F(Sketch, FewAreExact) {
    for (int n = 0; n < 1'000; ++n)
        stream(number(static_cast<std::uint64_t>(n % 16)), n % 3 == 0);
    expect_guarantees();
    for (const auto& entry : sketch())
        EXPECT_EQ(entry.error, 0U);
    EXPECT_EQ(counted(), 0U);
}

TEST_F(Sketch, RoundRobinOfOneMoreThanItHolds) {
    for (std::uint64_t n = 0; n < std::uint64_t{33} * 300; ++n)
        stream(number(n % 33), false);
    expect_guarantees();
}

TEST_F(Sketch, AllDistinct) {
    for (std::uint64_t n = 0; n < 20'000; ++n)
        stream(number(n), n % 2 == 0);
    expect_guarantees();
}

TEST_F(Sketch, HeavyHittersAmongDistinct) {
    std::uint64_t fresh = 100;
    for (std::uint64_t n = 0; n < 50'000; ++n)
        stream(n % 16 == 0 ? number(1) : n % 20 == 0 ? 0xFFFFFFFF : number(++fresh), false);
    expect_guarantees();
    const auto entries = sketch();
    for (const std::uint32_t msr : {number(1), 0xFFFFFFFF})
        EXPECT_TRUE(std::any_of(entries.begin(), entries.end(), [msr](const auto& entry) { return entry.msr == msr; }));
}

// What came first in masses has to stand against a flood of others after it, and the reverse.
TEST_F(Sketch, HeavyFirstAndHeavyLast) {
    for (std::uint64_t n = 0; n < 2'000; ++n)
        stream(number(7), true);
    for (std::uint64_t n = 0; n < 40'000; ++n)
        stream(number(1'000 + n), false);
    expect_guarantees();
    for (std::uint64_t n = 0; n < 2'000; ++n)
        stream(number(8), true);
    expect_guarantees();
}

TEST_F(Sketch, RandomStreams) {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        exact.clear();
        notes = {};
        accesses = 0;
        setup();
        std::mt19937_64 random(seed);
        const std::uint64_t spread = 20 + seed * seed * 20;
        for (int n = 0; n < 3'000; ++n)
            stream(number(random() % (1 + random() % spread)), random() % 4 == 0);
        expect_guarantees();
    }
}

// Neighbours of the exact ranges, and MSR 0x100000000 - 1: keys that could be mixed up.
TEST_F(Sketch, DirectionAndEdgesAreKeptApart) {
    for (const std::uint32_t msr : {0x2000U, 0xBFFFFFFFU, 0xC0002000U, 0xFFFFFFFFU})
        for (const bool write : {false, true})
            for (std::uint32_t n = 0; n <= (write ? 2U : 4U); ++n)
                stream(msr, write);
    EXPECT_EQ(exact.size(), 8U);
    expect_guarantees();
}

TEST_F(Sketch, CountsSaturate) {
    for (std::uint64_t n = 0; n < VTL_CENSUS_ENTRIES; ++n)
        stream(number(n), false);
    for (std::uint64_t& count : logs[0].sketch.count)
        count = WORD_LAST;
    logs[0].sketch.count[3] = WORD_LAST - 1;
    access(number(100), true); // takes entry 3
    auto entries = sketch();
    EXPECT_EQ(entries[3].count, WORD_LAST);
    EXPECT_EQ(entries[3].error, WORD_LAST - 1);
    access(number(100), true);
    access(number(101), false); // all equal: the first
    entries = sketch();
    EXPECT_EQ(entries[3].msr, number(100));
    EXPECT_EQ(entries[3].count, WORD_LAST);
    EXPECT_EQ(entries[0].msr, number(101));
    EXPECT_EQ(entries[0].count, WORD_LAST);
    EXPECT_EQ(entries[0].error, WORD_LAST);
}

// ---- JSON

using nlohmann::json;

class InspectLog : public Census {
protected:
    std::string text() const {
        std::string buffer(vtl_inspect(&partition, nullptr, 0, nullptr, 0), 'x');
        EXPECT_EQ(vtl_inspect(&partition, nullptr, 0, buffer.data(), buffer.size() + 1), buffer.size());
        return buffer;
    }
    json tree() const { return json::parse(text()); }
};

TEST_F(InspectLog, LimitsAndCounters) {
    limits(2, 3'000, 12, 1'000);
    for (int n = 0; n < 70; ++n)
        attempt(VTL_LOG_CRASH, 10'000 * static_cast<std::uint64_t>(n + 1));
    attempt(VTL_LOG_CRASH, 700'000);
    attempt(VTL_LOG_CRASH, 700'000);
    flush(VTL_LOG_CRASH, 703'000);
    attempt(VTL_LOG_PROTECTED_REGISTER, 0);
    const json log = tree()["log"];
    EXPECT_EQ(log["active"], true);
    EXPECT_EQ(log["limits"], json({{"burst", 2}, {"interval", 3000}, {"total_burst", 12}, {"total_interval", 1000}}));
    ASSERT_EQ(log["sites"].size(), 10U);
    EXPECT_EQ(log["sites"][0]["site"], "unknown-read");
    EXPECT_EQ(log["sites"][3],
              json({{"site", "crash"}, {"emitted", 71}, {"suppressed", 1}, {"reported", 1}, {"summaries", 1}}));
    EXPECT_EQ(
        log["sites"][9],
        json({{"site", "protected-register"}, {"emitted", 0}, {"suppressed", 1}, {"reported", 0}, {"summaries", 0}}));
    EXPECT_EQ(log["lost"], json({8, 0, 0, 0, 0, 0, 0, 0}));
    config.isolation = VTL_ISOLATION_NONE;
    setup();
    EXPECT_EQ(tree()["log"]["active"], false);
}

TEST_F(InspectLog, CensusShowsTheLargest) {
    census->count[0][0][5] = 7;
    census->count[1][0][5] = 9;
    census->count[0][1][0x1FFF] = 0xFFFFFFFF;
    census->count[1][1][0] = 7;
    for (std::uint32_t n = 0; n < 100; ++n)
        census->count[0][0][0x100 + n] = 1 + n % 4;
    access(0x12345, true);
    access(0x12345, true);
    access(0x2000, false);
    const json root = tree();
    ASSERT_EQ(root["census"].size(), VPS);
    const json& first = root["census"][0];
    EXPECT_EQ(first["vp"], 0);
    EXPECT_EQ(first["attached"], true);
    EXPECT_EQ(first["msrs_read"], 102);
    EXPECT_EQ(first["msrs_written"], 2);
    const json& largest = first["largest"];
    ASSERT_EQ(largest.size(), 32U);
    EXPECT_EQ(largest[0], json({{"msr", "0xc0001fff"}, {"access", "read"}, {"count", 0xFFFFFFFF}}));
    EXPECT_EQ(largest[1], json({{"msr", "0x5"}, {"access", "write"}, {"count", 9}}));
    EXPECT_EQ(largest[2], json({{"msr", "0x5"}, {"access", "read"}, {"count", 7}}));
    EXPECT_EQ(largest[3], json({{"msr", "0xc0000000"}, {"access", "write"}, {"count", 7}}));
    EXPECT_EQ(largest[4], json({{"msr", "0x103"}, {"access", "read"}, {"count", 4}}));
    EXPECT_EQ(largest[5], json({{"msr", "0x107"}, {"access", "read"}, {"count", 4}}));
    EXPECT_EQ(largest[31]["count"], 3);
    EXPECT_EQ(first["sketch"], json({{{"msr", "0x12345"}, {"access", "write"}, {"count", 2}, {"error", 0}},
                                     {{"msr", "0x2000"}, {"access", "read"}, {"count", 1}, {"error", 0}}}));
    EXPECT_EQ(root["census"][1], json({{"vp", 1}, {"attached", false}, {"sketch", json::array()}}));
}

// Values that were written show nowhere, whatever became of their lines.
TEST_F(InspectLog, NoValueShows) {
    std::string texts[2];
    for (const std::uint64_t value : {std::uint64_t{0}, SECRET}) {
        setup();
        attach();
        for (int n = 0; n < 20; ++n)
            for (const std::uint32_t msr : {0x1D9U, 0x12345U, 0xC0000082U, 0x40000105U})
                wrmsr(msr, value);
        texts[value == 0 ? 0 : 1] = text();
    }
    EXPECT_EQ(texts[0], texts[1]);
    EXPECT_FALSE(texts[0].empty());
}

} // namespace
} // namespace vtl_tests
