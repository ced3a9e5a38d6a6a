// The very code of the log budget in every sequentially consistent interleaving of a few VPs (L10, L11), and broken
// variants of it that the same search has to catch.
#include "../src/census.h"
#include "../src/log_protocol.h"
#include "explorer.h"
#include "log_notes.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>
#include <iterator>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

namespace vtl_tests {
namespace {

using vtl_intercept::Bucket;
using vtl_intercept::LogLine;
using vtl_intercept::LogProtocol;

constexpr std::uint32_t VPS_MAX = 3;
constexpr std::uint32_t SITES = 2;         // of the ten; counted from 0 as in the code
constexpr std::uint64_t QUIET = 1'000'000; // long after everything

struct Action {
    enum class Kind : std::uint8_t { attempt, flush, totals };
    Kind kind;
    std::uint64_t now = 0;
    std::uint32_t site = 0;
};
constexpr Action attempt(std::uint64_t now, std::uint32_t site = 0) {
    return {.kind = Action::Kind::attempt, .now = now, .site = site};
}
constexpr Action flush(std::uint64_t now, std::uint32_t site = 0) {
    return {.kind = Action::Kind::flush, .now = now, .site = site};
}
constexpr Action totals(std::uint32_t site = 0) { return {.kind = Action::Kind::totals, .now = 0, .site = site}; }

struct Scenario {
    std::string name;
    std::uint64_t burst, interval, total_burst, total_interval;
    std::vector<std::vector<Action>> vps;
    std::uint64_t suppressed_before = 0; // at site 0, by VP 0, not reported
};

// The words of a partition, and of them those that a scenario can touch.
struct World {
    explicit World(const Scenario& scenario) {
        config.vps = static_cast<std::uint32_t>(scenario.vps.size());
        config.isolation = VTL_ISOLATION_TDX;
        config.log_burst = scenario.burst;
        config.log_interval = scenario.interval;
        config.log_total_burst = scenario.total_burst;
        config.log_total_interval = scenario.total_interval;
        logs[0].suppressed[0] = scenario.suppressed_before;
        cells.add(words.total_full_time);
        for (std::uint32_t site = 0; site < SITES; ++site) {
            cells.add(words.site[site].full_time);
            cells.add(words.site[site].reported);
            for (vtl_vp_log& log : logs) {
                cells.add(log.suppressed[site]);
                cells.add(log.emitted[site]);
                cells.add(log.summaries[site]);
            }
        }
    }
    std::uint64_t sum(const Words& memory, const std::uint64_t (vtl_vp_log::*counters)[VTL_LOG_SITES],
                      std::uint32_t site) const {
        std::uint64_t result = 0;
        for (const vtl_vp_log& log : logs)
            result += memory[cells.of((log.*counters)[site])];
        return result;
    }
    std::uint64_t reported(const Words& memory, std::uint32_t site) const {
        return memory[cells.of(words.site[site].reported)];
    }

    vtl_config config{};
    vtl_log_words words{};
    vtl_vp_log logs[VPS_MAX]{};
    Cells cells;
};

// What a VP saw of its own actions.
struct Seen {
    struct Line {
        Action action;
        LogLine line;
    };
    std::vector<Line> lines;
    std::vector<vtl_log_counters> totals;
    std::uint64_t attempts[SITES]{};
};

// ---- Memories: the true one, and three that break the protocol.

struct TrueMemory : SteppedMemory {
    TrueMemory(Replay& replay, const World& world) : SteppedMemory(replay, world.cells) {}
};

// Compare and exchange as two accesses: updates get lost.
struct SplitExchange : TrueMemory {
    using TrueMemory::TrueMemory;
    bool compare_exchange(std::uint64_t& word, std::uint64_t& expected, std::uint64_t desired) const {
        const std::uint64_t seen = load(word);
        if (seen != expected) {
            expected = seen;
            return false;
        }
        store(word, desired);
        return true;
    }
};

// `reported` is stored, whatever became of it meanwhile.
struct StoredReport : TrueMemory {
    StoredReport(Replay& replay, const World& in) : TrueMemory(replay, in), world(&in) {}
    bool compare_exchange(std::uint64_t& word, std::uint64_t& expected, std::uint64_t desired) const {
        for (const vtl_log_site_words& site : world->words.site)
            if (&word == &site.reported) {
                store(word, desired);
                return true;
            }
        return TrueMemory::compare_exchange(word, expected, desired);
    }
    const World* world;
};

// A report takes the counts and sets them to 0, as one that keeps no `reported` would.
struct ClearedCounts : TrueMemory {
    ClearedCounts(Replay& replay, World& in) : TrueMemory(replay, in), world(&in) {}
    bool compare_exchange(std::uint64_t& word, std::uint64_t& expected, std::uint64_t desired) const {
        for (std::uint32_t site = 0; site < SITES; ++site)
            if (&word == &world->words.site[site].reported) {
                for (vtl_vp_log& log : world->logs)
                    store(log.suppressed[site], 0);
                return true;
            }
        return TrueMemory::compare_exchange(word, expected, desired);
    }
    World* world;
};

// ---- Buckets that break the bound.

// Takes a full time beyond what is possible for a clock that was set back, and starts anew.
struct RefilledOnStepBack : Bucket {
    static constexpr bool stepped_back(std::uint64_t full_time, std::uint64_t now, std::uint64_t interval) {
        return full_time > now && full_time - now > 20 * interval;
    }
    static constexpr bool has(std::uint64_t full_time, std::uint64_t now, std::uint64_t tolerance,
                              std::uint64_t interval) {
        return stepped_back(full_time, now, interval) || Bucket::has(full_time, now, tolerance, interval);
    }
    static constexpr std::uint64_t taken(std::uint64_t full_time, std::uint64_t now, std::uint64_t interval) {
        return stepped_back(full_time, now, interval) ? now + interval : Bucket::taken(full_time, now, interval);
    }
};

// Tokens pile up beyond the burst while nothing happens.
struct Uncapped : Bucket {
    static constexpr std::uint64_t taken(std::uint64_t full_time, std::uint64_t /*now*/, std::uint64_t interval) {
        return full_time + interval;
    }
};

// ---- The search

template <class Memory, class Rule>
Seen run(World& world, std::uint32_t vp, const std::vector<Action>& actions, Replay& replay) {
    const Memory memory(replay, world);
    const LogProtocol<Memory, Rule> protocol(memory, world.config, world.words, world.logs);
    Seen seen;
    for (const Action& action : actions) {
        if (action.kind == Action::Kind::totals) {
            seen.totals.push_back(vtl_intercept::totals(memory, world.config, world.words, world.logs, action.site));
            continue;
        }
        const bool tries = action.kind == Action::Kind::attempt;
        const LogLine line =
            tries ? protocol.attempt(vp, action.site, action.now) : protocol.flush(vp, action.site, action.now);
        seen.attempts[action.site] += tries ? 1 : 0;
        if (line.kind != VTL_LINE_NONE)
            seen.lines.push_back({.action = action, .line = line});
    }
    return seen;
}

// Words as they are, for the flush when all is over.
struct PlainMemory {
    std::uint64_t load(const std::uint64_t& word) const { return (*memory)[cells->of(word)]; }
    std::uint64_t load_acquire(const std::uint64_t& word) const { return load(word); }
    void store(std::uint64_t& word, std::uint64_t value) const { (*memory)[cells->of(word)] = value; }
    void store_release(std::uint64_t& word, std::uint64_t value) const { store(word, value); }
    bool compare_exchange(std::uint64_t& word, std::uint64_t& expected, std::uint64_t desired) const {
        if (load(word) != expected) {
            expected = load(word);
            return false;
        }
        store(word, desired);
        return true;
    }
    Words* memory;
    const Cells* cells;
};

std::string judge_state(const World& world, const Words& memory) {
    for (std::uint32_t site = 0; site < SITES; ++site)
        if (world.reported(memory, site) > world.sum(memory, &vtl_vp_log::suppressed, site))
            return "more is reported than suppressed";
    return "";
}

std::string judge_totals(const std::vector<const Seen*>& vps) {
    for (const Seen* seen : vps) {
        vtl_log_counters before{};
        for (const vtl_log_counters& now : seen->totals) {
            if (now.reported > now.suppressed)
                return "totals show more reported than suppressed";
            if (now.reported < before.reported || now.suppressed < before.suppressed || now.emitted < before.emitted ||
                now.summaries < before.summaries)
                return "a total falls";
            before = now;
        }
    }
    return "";
}

std::string judge_end(World& world, const Scenario& scenario, const Words& memory,
                      const std::vector<const Seen*>& vps) {
    std::vector<std::uint64_t> all;
    std::vector<std::uint64_t> warnings;
    for (std::uint32_t site = 0; site < SITES; ++site) {
        std::vector<std::uint64_t> times;
        std::uint64_t attempts = site == 0 ? scenario.suppressed_before : 0;
        std::uint64_t emitted = 0;
        std::uint64_t told = 0;
        for (const Seen* seen : vps) {
            attempts += seen->attempts[site];
            for (const Seen::Line& made : seen->lines) {
                if (made.action.site != site)
                    continue;
                times.push_back(made.action.now);
                all.push_back(made.action.now);
                told += made.line.suppressed;
                if (made.line.kind == VTL_LINE_WARNING) {
                    ++emitted;
                    warnings.push_back(made.action.now);
                }
            }
        }
        if (!within_budget(times, scenario.burst, scenario.interval))
            return "lines of a site beyond the bound";
        const std::uint64_t suppressed = world.sum(memory, &vtl_vp_log::suppressed, site);
        if (world.sum(memory, &vtl_vp_log::emitted, site) != emitted)
            return "warnings are not what is emitted";
        if (world.sum(memory, &vtl_vp_log::summaries, site) != times.size() - emitted)
            return "summaries are not counted";
        if (emitted + suppressed != attempts)
            return "attempts are not emitted and suppressed";
        if (told != world.reported(memory, site))
            return "what lines told is not what is reported";
        Words after = memory;
        const LogProtocol<PlainMemory> protocol({.memory = &after, .cells = &world.cells}, world.config, world.words,
                                                world.logs);
        told += protocol.flush(0, site, QUIET).suppressed;
        if (told != suppressed || world.reported(after, site) != suppressed)
            return "a quiet flush leaves something to report";
    }
    if (!within_budget(all, scenario.total_burst, scenario.total_interval))
        return "lines of the partition beyond the bound";
    if (!within_budget(warnings, scenario.total_burst - 10, scenario.total_interval))
        return "warnings of the partition beyond the bound";
    return judge_totals(vps);
}

struct Result {
    std::string fault;
    std::size_t states;
    std::size_t ends;
};

template <class Memory, class Rule = Bucket>
Result search(const Scenario& scenario) {
    const auto world = std::make_unique<World>(scenario);
    std::vector<Explorer<Seen>::Program> programs;
    programs.reserve(scenario.vps.size());
    for (std::uint32_t vp = 0; vp < scenario.vps.size(); ++vp)
        programs.push_back([&, vp](Replay& replay) { return run<Memory, Rule>(*world, vp, scenario.vps[vp], replay); });
    Explorer<Seen> explorer(world->cells.initial(), programs);
    const std::string fault = explorer.explore([&](const Words& memory) { return judge_state(*world, memory); },
                                               [&](const Words& memory, const std::vector<const Seen*>& vps) {
                                                   return judge_end(*world, scenario, memory, vps);
                                               });
    return {.fault = fault, .states = explorer.states(), .ends = explorer.ends()};
}

// Either the site's tokens or the partition's are scarce.
const std::vector<Scenario>& scenarios() {
    static const std::vector<Scenario> all{
        {"two VPs, one token",
         1,
         10,
         20,
         10,
         {{attempt(100), attempt(100), flush(110), totals()}, {attempt(100), attempt(105), flush(115), totals()}}},
        {"two VPs, a clock that steps back",
         2,
         10,
         20,
         10,
         {{attempt(500), attempt(100), flush(510), totals()}, {attempt(500), attempt(495), attempt(90), totals()}}},
        {"two VPs, a clock that leaps",
         1,
         10,
         12,
         10,
         {{attempt(100), attempt(1000), totals(), flush(1005)}, {attempt(1000), attempt(100), flush(1010), totals()}}},
        {"two VPs, the partition's last token",
         3,
         10,
         11,
         10,
         {{attempt(100), attempt(100), flush(100), totals()}, {attempt(100), attempt(110), flush(110), totals()}}},
        {"two VPs, two sites",
         1,
         10,
         12,
         10,
         {{attempt(100, 0), attempt(100, 1), flush(110, 0)}, {attempt(100, 1), attempt(100, 0), flush(110, 1)}}},
        {"two VPs, an old debt",
         3,
         10,
         20,
         10,
         {{attempt(100), totals(), totals()}, {attempt(100), flush(100), totals()}},
         2},
        {"three VPs, one token", 1, 10, 20, 10, {{attempt(100), flush(110)}, {attempt(100), totals()}, {attempt(105)}}},
        {"three VPs, a debt and a step back",
         2,
         10,
         12,
         10,
         {{attempt(500), totals()}, {attempt(500)}, {flush(90)}},
         1},
        {"three VPs, the partition's last token",
         2,
         10,
         11,
         10,
         {{attempt(100)}, {attempt(100, 1)}, {attempt(110), totals()}}},
        {"three VPs flush", 3, 10, 20, 10, {{flush(100), totals()}, {flush(100)}, {attempt(100)}}, 1},
    };
    return all;
}

TEST(LogInterleavings, EveryOneKeepsTheBudget) {
    std::size_t sum = 0;
    for (const Scenario& scenario : scenarios()) {
        const Result result = search<TrueMemory>(scenario);
        EXPECT_EQ(result.fault, "") << scenario.name;
        EXPECT_GT(result.ends, 0U) << scenario.name;
        EXPECT_GT(result.states, 1'000U) << scenario.name;
        std::cout << "explored " << result.states << " states, " << result.ends << " ends: " << scenario.name << '\n';
        sum += result.states;
    }
    std::cout << "explored " << sum << " states\n";
}

// Of a mutant: the fault that the first scenario to catch it finds.
template <class Memory, class Rule = Bucket>
std::string caught() {
    for (const Scenario& scenario : scenarios()) {
        const Result result = search<Memory, Rule>(scenario);
        if (result.fault.empty())
            continue;
        std::cout << "caught after " << result.states << " states of \"" << scenario.name << "\": " << result.fault
                  << '\n';
        return result.fault;
    }
    return "";
}

TEST(LogInterleavings, SplitExchangeIsCaught) {
    EXPECT_EQ(caught<SplitExchange>(), "lines of a site beyond the bound");
}

TEST(LogInterleavings, StoredReportIsCaught) {
    EXPECT_EQ(caught<StoredReport>(), "what lines told is not what is reported");
}

TEST(LogInterleavings, ClearedCountsAreCaught) { EXPECT_NE(caught<ClearedCounts>(), ""); }

TEST(LogInterleavings, RefillOnStepBackIsCaught) {
    EXPECT_EQ((caught<TrueMemory, RefilledOnStepBack>()), "lines of a site beyond the bound");
}

TEST(LogInterleavings, UncappedRefillIsCaught) {
    EXPECT_EQ((caught<TrueMemory, Uncapped>()), "lines of a site beyond the bound");
}

// ---- The sketch: a reader sees an entry in one piece, or not at all.

struct SketchWorld {
    SketchWorld() {
        for (std::uint32_t n = 0; n < VTL_CENSUS_ENTRIES; ++n) {
            sketch.key[n] = 0x10000 + n;
            sketch.count[n] = n == 1 ? 3 : 100;
            sketch.error[n] = n == 1 ? 1 : 50;
        }
        cells.add(sketch.changes);
        for (const auto* words : {&sketch.key, &sketch.count, &sketch.error})
            for (const std::uint64_t& word : *words)
                cells.add(word);
    }
    vtl_census_sketch sketch{};
    Cells cells;
};

// Without `changes` a reader cannot know.
class UnversionedMemory : public SteppedMemory {
public:
    UnversionedMemory(Replay& replay, const SketchWorld& world)
        : SteppedMemory(replay, world.cells), changes_(&world.sketch.changes) {}
    std::uint64_t load(const std::uint64_t& word) const { return &word == changes_ ? 0 : SteppedMemory::load(word); }
    std::uint64_t load_acquire(const std::uint64_t& word) const { return load(word); }

private:
    const std::uint64_t* changes_;
};

class VersionedMemory : public SteppedMemory {
public:
    VersionedMemory(Replay& replay, const SketchWorld& world) : SteppedMemory(replay, world.cells) {}
};

struct SketchSeen {
    bool found = false;
    vtl_sketch_entry entry{};
};

template <class Memory>
Result search_sketch() {
    const auto world = std::make_unique<SketchWorld>();
    const std::vector<Explorer<SketchSeen>::Program> programs{
        [&](Replay& replay) {
            const Memory memory(replay, *world);
            for (const std::uint32_t msr : {0x20000U, 0x20000U, 0x10001U}) // replace, count, replace again
                vtl_intercept::count_in_sketch(memory, world->sketch, vtl_intercept::sketch_key(msr, true));
            return SketchSeen{};
        },
        [&](Replay& replay) {
            const Memory memory(replay, *world);
            SketchSeen seen;
            seen.found = vtl_intercept::read_sketch(memory, world->sketch, 1, seen.entry, 2);
            return seen;
        }};
    Explorer<SketchSeen> explorer(world->cells.initial(), programs);
    std::size_t found = 0;
    const std::string fault = explorer.explore(
        [](const Words&) { return std::string(); },
        [&](const Words&, const std::vector<const SketchSeen*>& threads) {
            const vtl_sketch_entry& entry = threads[1]->entry;
            found += threads[1]->found ? 1U : 0U;
            const bool one_piece =
                (entry.msr == 0x10001 && !entry.write && entry.count == 3 && entry.error == 1) ||
                (entry.msr == 0x20000 && entry.write && entry.error == 3 && (entry.count == 4 || entry.count == 5)) ||
                (entry.msr == 0x10001 && entry.write && entry.count == 6 && entry.error == 5);
            return std::string(one_piece || !threads[1]->found ? "" : "an entry in pieces");
        });
    EXPECT_GT(found, 0U);
    return {.fault = fault, .states = explorer.states(), .ends = explorer.ends()};
}

TEST(SketchInterleavings, EntriesAreSeenInOnePiece) {
    const Result result = search_sketch<VersionedMemory>();
    EXPECT_EQ(result.fault, "");
    EXPECT_GT(result.states, 1'000U);
    std::cout << "explored " << result.states << " states, " << result.ends << " ends\n";
}

TEST(SketchInterleavings, ReadingWithoutVersionsIsCaught) {
    EXPECT_EQ(search_sketch<UnversionedMemory>().fault, "an entry in pieces");
}

} // namespace
} // namespace vtl_tests
