#include "cli/flood.hpp"

#include "conformance/subjects/log_record.hpp"
#include "model/specification.hpp"

#include <fmt/format.h>
#include <vtl_intercept.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <memory>
#include <thread>
#include <tuple>

namespace vtlcheck::cli {
namespace {

using model::LogSite;

/// Accesses that a thread takes at once: their times follow one another, those of other threads overlap.
constexpr std::uint64_t chunk = 256;

/// splitmix64: a word that looks random for each number.
std::uint64_t mixed(std::uint64_t x) {
    x += 0x9E3779B97F4A7C15;
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EB;
    return x ^ (x >> 31U);
}

/// Numbers that no row of the specification lists, three of four in the ranges that the census counts exactly.
std::vector<std::uint32_t> unknown_msrs(std::uint32_t count, std::uint64_t seed) {
    std::vector<std::uint32_t> counted;
    for (const std::uint32_t first : {0U, 0xC0000000U}) {
        for (std::uint32_t i = 0; i < 0x2000; ++i) {
            if (model::row_index(first + i) == model::unlisted_row) {
                counted.push_back(first + i);
            }
        }
    }
    for (std::size_t i = counted.size() - 1; i > 0; --i) {
        std::swap(counted[i], counted[mixed(seed + i) % (i + 1)]);
    }
    std::vector<std::uint32_t> chosen;
    std::uint32_t other = 0x50000000; // above what hypervisors have for themselves
    for (std::uint32_t i = 0; chosen.size() < count; ++i) {
        if (i % 4 != 3 && !counted.empty()) {
            chosen.push_back(counted.back());
            counted.pop_back();
        } else {
            while (model::row_index(other) != model::unlisted_row) {
                ++other;
            }
            chosen.push_back(other++);
        }
    }
    return chosen;
}

/// The partition, its VPs and their storage.
class Machine {
public:
    Machine(const FloodOptions& options, const conformance::Abi& abi)
        : abi_(abi), slots_(options.vps), logs_(options.vps), censuses_(options.vps), vps_(options.vps) {
        const model::Config<model::Concrete> defaults;
        vtl_config config{};
        config.x2apic_capable = true;
        config.tsc_aux = true;
        config.tsc_frequency = defaults.tsc_frequency.value();
        config.xss_supported = defaults.xss_supported.value();
        config.xcr0_supported = defaults.xcr0_supported.value();
        config.cr4_allowed = defaults.cr4_allowed.value();
        config.isolation = VTL_ISOLATION_TDX;
        config.vps = options.vps;
        config.log_burst = options.limits.site.burst;
        config.log_interval = options.limits.site.interval;
        config.log_total_burst = options.limits.total.burst;
        config.log_total_interval = options.limits.total.interval;
        check(abi_.partition_init(&partition_, &config, slots_.data(), logs_.data()));
        for (std::uint32_t i = 0; i < options.vps; ++i) {
            check(abi_.vp_init(&vps_[i], &partition_, i));
            check(abi_.census_attach(&partition_, i, &censuses_[i]));
        }
    }
    vtl_outcome handle(const vtl_exit& exit) {
        vtl_outcome out; // NOLINT(cppcoreguidelines-pro-type-member-init): written by the call
        check(abi_.handle_exit(&partition_, &vps_[exit.vp], &exit, &out));
        return out;
    }
    vtl_partition& partition() { return partition_; }
    [[nodiscard]] const conformance::Abi& abi() const { return abi_; }

    static void check(vtl_status status) {
        if (status != VTL_OK) {
            throw std::logic_error("the implementation refuses a call of the flood");
        }
    }

private:
    const conformance::Abi& abi_;
    vtl_partition partition_{};
    std::vector<vtl_vp_slot> slots_;
    std::vector<vtl_vp_log> logs_;
    std::vector<vtl_census> censuses_;
    std::vector<vtl_vp> vps_;
};

/// What one thread counts.
struct Counts {
    AllSites sites{};
    std::vector<EmittedLine> lines;
    SuppressedOverTime suppressed;
    std::uint64_t strange = 0; ///< accesses that were no unknown access, or not harmless
};

/// What all threads work with.
struct Flood {
    const FloodOptions& options;
    Machine& machine;
    const std::vector<std::uint32_t>& msrs;
    std::vector<std::vector<std::uint64_t>>& made; ///< by VP; 2 i + write: accesses to msrs[i]
    std::atomic<std::uint64_t> taken = 0;          ///< accesses that threads have taken so far
    std::atomic<std::uint64_t> done = 0;
};

void note(Counts& counts, const vtl_exit& exit, const vtl_outcome& out) {
    if (out.log_line == VTL_LINE_NONE) {
        if (out.log_site != VTL_LOG_NONE) {
            ++counts.sites.at(out.log_site).suppressed;
            counts.suppressed.add(exit.now, static_cast<LogSite>(out.log_site));
        }
        return;
    }
    const bool summary = out.log_line == VTL_LINE_SUMMARY;
    const auto site = static_cast<LogSite>(summary ? exit.argument : out.log_site);
    auto& of_site = counts.sites.at(static_cast<std::size_t>(site));
    ++(summary ? of_site.summaries : of_site.emitted);
    of_site.reported += out.log_suppressed;
    counts.lines.push_back({exit.now, site, static_cast<model::LogLine>(out.log_line), out.log_suppressed});
}

/// A round of flushes by VP 0's thread.
void flush_all(Machine& machine, Counts& counts, std::uint64_t now) {
    for (std::uint32_t site = 1; site <= VTL_LOG_SITES; ++site) {
        vtl_exit exit{};
        exit.kind = VTL_LOG_FLUSH;
        exit.argument = site;
        exit.now = now;
        note(counts, exit, machine.handle(exit));
    }
}

void run_vps(Flood& flood, unsigned thread, unsigned threads, Counts& counts) {
    const auto& options = flood.options;
    std::vector<std::uint32_t> own;
    for (std::uint32_t vp = thread; vp < options.vps; vp += threads) {
        own.push_back(vp);
    }
    vtl_exit exit{};
    exit.info[VTL_INFO_RSI] = 0xFFFFFFFFA09B0010;
    exit.info[VTL_INFO_R11] = std::uint64_t{2} << 32U;
    exit.rip = 0x1000;
    exit.rflags = 2;
    exit.cr0 = 0x80050033;
    exit.cr4 = 0x20;
    std::uint64_t next_flush = options.flush_period;
    std::size_t turn = 0;
    while (true) {
        const std::uint64_t first = flood.taken.fetch_add(chunk, std::memory_order_relaxed);
        if (first >= options.accesses) {
            return;
        }
        const std::uint64_t end = std::min(first + chunk, options.accesses);
        for (std::uint64_t i = first; i < end; ++i) {
            const std::uint64_t random = mixed(options.seed ^ (i * 0xD1342543DE82EF95));
            // Few MSRs are tried often and many seldom: the fourth power of a number between 0 and 1 is mostly small.
            const std::uint64_t square = (random & 0xFFFFFFFF) * (random & 0xFFFFFFFF) >> 32U;
            const std::uint64_t share = square * square >> 32U;
            const auto index = static_cast<std::size_t>(share * options.msrs >> 32U);
            const bool write = (random >> 40U & 1U) != 0;
            exit.vp = own[turn];
            turn = turn + 1 == own.size() ? 0 : turn + 1;
            exit.now = i * options.step;
            exit.info[VTL_INFO_RAX] = write ? 0x20 : 0x1F;
            exit.gpr[VTL_RCX] = flood.msrs[index];
            exit.gpr[VTL_RAX] = random & 0xFFFFFFFF;
            exit.gpr[VTL_RDX] = random >> 32U;
            const vtl_outcome out = flood.machine.handle(exit);
            const auto expected = write ? VTL_LOG_UNKNOWN_WRITE : VTL_LOG_UNKNOWN_READ;
            const bool harmless = write ? out.gpr[VTL_RAX] == exit.gpr[VTL_RAX] && out.gpr[VTL_RDX] == exit.gpr[VTL_RDX]
                                        : out.gpr[VTL_RAX] == 0 && out.gpr[VTL_RDX] == 0;
            if (out.log_site != expected || out.disposition != VTL_COMPLETED || !harmless) {
                ++counts.strange;
            }
            if (out.log_site != VTL_LOG_NONE) {
                ++counts.sites.at(out.log_site).attempts;
            }
            note(counts, exit, out);
            ++flood.made[exit.vp][2 * index + (write ? 1 : 0)];
        }
        flood.done.fetch_add(end - first, std::memory_order_relaxed);
        if (thread == 0 && options.flush_period != 0 && (end - 1) * options.step >= next_flush) {
            flush_all(flood.machine, counts, (end - 1) * options.step);
            next_flush = (end - 1) * options.step + options.flush_period;
        }
    }
}

/// Hands on what waits in the rings; how many lines that were.
std::uint64_t read_rings(Machine& machine, std::uint32_t vps, const FloodLine& line) {
    std::uint64_t lines = 0;
    vtl_log_record record;
    for (std::uint32_t vp = 0; vp < vps; ++vp) {
        while (machine.abi().log_read(&machine.partition(), vp, &record)) {
            ++lines;
            if (line) {
                line(conformance::to_record(record));
            }
        }
    }
    return lines;
}

std::vector<VpCensus> read_census(Machine& machine, std::uint32_t vps) {
    std::vector<VpCensus> all(vps);
    for (std::uint32_t vp = 0; vp < vps; ++vp) {
        for (const std::uint32_t first : {0U, 0xC0000000U}) {
            for (std::uint32_t i = 0; i < VTL_CENSUS_RANGE; ++i) {
                for (const bool write : {false, true}) {
                    const auto count = machine.abi().census_count(&machine.partition(), vp, first + i, write);
                    if (count != 0) {
                        all[vp].counts[{first + i, write}] = {.count = count, .error = 0, .sketched = false};
                    }
                }
            }
        }
        std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
        std::uint32_t entries = 0;
        vtl_sketch_entry entry;
        for (std::uint32_t i = 0; i < VTL_CENSUS_ENTRIES; ++i) {
            if (machine.abi().census_entry(&machine.partition(), vp, i, &entry)) {
                all[vp].counts[{entry.msr, entry.write}] = {
                    .count = entry.count, .error = entry.error, .sketched = true};
                least = std::min(least, entry.count);
                ++entries;
            }
        }
        all[vp].missed = entries == VTL_CENSUS_ENTRIES ? least : 0;
    }
    return all;
}

bool counted_exactly(std::uint32_t msr) {
    return (msr & ~std::uint32_t{0xC0000000}) < VTL_CENSUS_RANGE && (msr >> 30U == 0 || msr >> 30U == 3);
}

/// Holds the census against what the threads did (notes L13, L14).
void judge_census(std::vector<std::string>& faults, const std::vector<VpCensus>& census,
                  const std::vector<std::uint32_t>& msrs, const std::vector<std::vector<std::uint64_t>>& made) {
    for (std::size_t vp = 0; vp < census.size(); ++vp) {
        std::uint64_t wrong = 0;
        std::string first;
        std::uint64_t others = 0; // accesses that the sketch is for
        std::size_t listed = 0;
        const auto judge = [&](std::uint32_t msr, bool write, std::uint64_t truth, const CensusCount& count,
                               bool good) {
            if (!good && ++wrong == 1) {
                first = fmt::format("{} of {:#x}: {} counted, error {}, {} made", write ? "writes" : "reads", msr,
                                    grouped(count.count), grouped(count.error), grouped(truth));
            }
        };
        for (std::size_t i = 0; i < msrs.size(); ++i) {
            others += counted_exactly(msrs[i]) ? 0 : made[vp][2 * i] + made[vp][2 * i + 1];
        }
        for (std::size_t i = 0; i < msrs.size(); ++i) {
            for (const bool write : {false, true}) {
                const std::uint64_t truth = made[vp][2 * i + (write ? 1 : 0)];
                const auto found = census[vp].counts.find({msrs[i], write});
                const CensusCount count = found == census[vp].counts.end() ? CensusCount{} : found->second;
                listed += found == census[vp].counts.end() ? 0U : 1U;
                if (counted_exactly(msrs[i])) {
                    // 32 bits that saturate
                    judge(msrs[i], write, truth, count,
                          count.count == std::min<std::uint64_t>(truth, std::numeric_limits<std::uint32_t>::max()));
                } else if (found != census[vp].counts.end()) {
                    judge(msrs[i], write, truth, count,
                          count.count - count.error <= truth && truth <= count.count &&
                              count.error <= others / VTL_CENSUS_ENTRIES);
                } else {
                    judge(msrs[i], write, truth, count, truth <= others / VTL_CENSUS_ENTRIES);
                }
            }
        }
        if (listed != census[vp].counts.size()) {
            faults.push_back(fmt::format("the census of VP {} lists {} that were not made", vp,
                                         counted(census[vp].counts.size() - listed, "access")));
        }
        if (wrong != 0) {
            faults.push_back(fmt::format("the census of VP {} is wrong about {}; the first: {}", vp,
                                         counted(wrong, "access"), first));
        }
    }
}

void add(AllSites& all, const AllSites& some) {
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].attempts += some[i].attempts;
        all[i].emitted += some[i].emitted;
        all[i].suppressed += some[i].suppressed;
        all[i].reported += some[i].reported;
        all[i].summaries += some[i].summaries;
    }
}

/// Everything but the windows.
void judge(FloodResult& result, Machine& machine, std::uint64_t strange) {
    auto& faults = result.budget.faults;
    const auto& options = result.options;
    std::uint64_t attempts = 0;
    for (std::uint8_t i = 1; i < model::log_site_count; ++i) {
        const auto& counts = result.budget.sites[i];
        attempts += counts.attempts;
        vtl_log_counters totals;
        Machine::check(machine.abi().log_totals(&machine.partition(), i, &totals));
        const auto site = static_cast<LogSite>(i);
        compare_totals(faults, site, counts, conformance::to_totals(totals));
        if (counts.attempts != counts.emitted + counts.suppressed) {
            faults.push_back(fmt::format("{}: {} attempts are not {} emitted and {} suppressed",
                                         conformance::word(site), grouped(counts.attempts), grouped(counts.emitted),
                                         grouped(counts.suppressed)));
        }
        if (options.flush_period != 0 && counts.reported != counts.suppressed) {
            faults.push_back(fmt::format("{}: {} of {} suppressed attempts were never reported",
                                         conformance::word(site), grouped(counts.suppressed - counts.reported),
                                         grouped(counts.suppressed)));
        }
    }
    if (attempts != options.accesses || strange != 0) {
        faults.push_back(fmt::format("{} led to {}; {} not what an unknown access is",
                                     counted(options.accesses, "access"), counted(attempts, "attempt"),
                                     grouped(strange)));
    }
    if (result.lines_read + result.lines_lost != result.lines.size()) {
        faults.push_back(fmt::format("{} were made; the rings gave {} and lost {}",
                                     counted(result.lines.size(), "line"), grouped(result.lines_read),
                                     grouped(result.lines_lost)));
    }
}

unsigned threads_of(const FloodOptions& options) {
    const unsigned wanted = options.threads == 0 ? std::max(1U, std::thread::hardware_concurrency()) : options.threads;
    return std::min(wanted, options.vps);
}

} // namespace

BudgetPicture FloodResult::picture() const {
    return {.title = fmt::format("{} unknown MSR accesses by {} VPs, one per {} ns", grouped(options.accesses),
                                 options.vps, grouped(options.step)),
            .report = budget,
            .lines = lines,
            .suppressed = suppressed};
}

std::string flood_error(const FloodOptions& options) {
    // Room for the flushes after the last access, too.
    constexpr std::uint64_t latest = std::numeric_limits<std::uint64_t>::max() / 4;
    if (options.step != 0 && options.accesses > latest / options.step) {
        return fmt::format("{} accesses, one per {} ns, are more time than 64 bits of ns; lower --accesses or --step",
                           options.accesses, options.step);
    }
    const std::uint64_t span = options.accesses * options.step;
    const std::uint64_t lines = options.limits.total.burst + span / options.limits.total.interval;
    if (std::min(lines, options.accesses) > FloodOptions::max_lines) {
        return fmt::format("the limits let up to {} lines through, and {} are kept to be judged; raise "
                           "--total-interval or lower --accesses",
                           grouped(lines), grouped(FloodOptions::max_lines));
    }
    // Summaries have a place of their own only if rounds are so far apart (note L10).
    if (options.flush_period != 0 && options.flush_period / 10 < options.limits.total.interval) {
        return fmt::format("--flush-period {} ns is less than 10 of --total-interval {} ns, which a round of summaries "
                           "needs; raise the one or lower the other",
                           options.flush_period, options.limits.total.interval);
    }
    return {};
}

FloodResult run_flood(const FloodOptions& options, const FloodLine& line, const FloodProgress& progress,
                      const conformance::Abi& abi) {
    FloodResult result;
    result.options = options;
    const unsigned threads = threads_of(options);
    result.options.threads = threads;
    Machine machine(options, abi);
    const auto msrs = unknown_msrs(options.msrs, options.seed);
    std::vector<std::vector<std::uint64_t>> made(options.vps, std::vector<std::uint64_t>(2 * msrs.size()));
    Flood flood{.options = options, .machine = machine, .msrs = msrs, .made = made};
    std::vector<std::unique_ptr<Counts>> counts;
    std::atomic<unsigned> running = threads;
    const auto began = std::chrono::steady_clock::now();
    std::vector<std::thread> pool;
    for (unsigned i = 0; i < threads; ++i) {
        counts.push_back(std::make_unique<Counts>());
        pool.emplace_back([&flood, &running, &own = *counts.back(), i, threads] {
            run_vps(flood, i, threads, own);
            running.fetch_sub(1, std::memory_order_release);
        });
    }
    // Meanwhile this thread is the reader of the rings.
    auto told = began;
    while (running.load(std::memory_order_acquire) != 0) {
        result.lines_read += read_rings(machine, options.vps, line);
        const auto now = std::chrono::steady_clock::now();
        if (progress && now - told > std::chrono::milliseconds(200)) {
            progress(flood.done.load(std::memory_order_relaxed));
            told = now;
        }
        std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
    for (auto& thread : pool) {
        thread.join();
    }
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    result.lines_read += read_rings(machine, options.vps, line);
    if (options.flush_period != 0) {
        // Late enough for each site to have a token again, and for a round of its own.
        const auto& limits = options.limits;
        flush_all(machine, *counts[0],
                  options.accesses * options.step + std::max(limits.site.interval, 11 * limits.total.interval));
        result.lines_read += read_rings(machine, options.vps, line);
    }

    std::uint64_t strange = 0;
    for (const auto& each : counts) {
        add(result.budget.sites, each->sites);
        result.lines.insert(result.lines.end(), each->lines.begin(), each->lines.end());
        result.suppressed.add(each->suppressed);
        strange += each->strange;
    }
    std::sort(result.lines.begin(), result.lines.end(), [](const EmittedLine& a, const EmittedLine& b) {
        return std::tuple(a.time, a.site, a.suppressed) < std::tuple(b.time, b.site, b.suppressed);
    });
    for (std::uint32_t vp = 0; vp < options.vps; ++vp) {
        result.lines_lost += machine.abi().log_lost(&machine.partition(), vp);
    }
    result.budget.limits = options.limits;
    result.budget.active = true;
    result.budget.starts = 1;
    conformance::BudgetCheck check(options.limits);
    for (const auto& each : result.lines) {
        check.add(each.time, each.site, each.line);
    }
    result.budget.windows = check.verdict();
    judge(result, machine, strange);
    result.census = read_census(machine, options.vps);
    judge_census(result.budget.faults, result.census, msrs, made);
    return result;
}

Json to_json(const FloodResult& result) {
    const auto& options = result.options;
    Json json;
    json["command"] = "flood";
    json["verdict"] = result.conforms() ? "conforms" : "violation";
    json["accesses"] = options.accesses;
    json["seconds"] = result.seconds;
    json["accesses_per_second"] = static_cast<double>(options.accesses) / result.seconds;
    json["vps"] = options.vps;
    json["threads"] = options.threads;
    json["msrs"] = options.msrs;
    json["step_ns"] = options.step;
    json["flush_period_ns"] = options.flush_period;
    json["seed"] = options.seed;
    json["lines"] = result.lines.size();
    json["lines_read"] = result.lines_read;
    json["lines_lost"] = result.lines_lost;
    json["budget"] = to_json(result.budget);
    json["census"] = to_json(result.census);
    return json;
}

std::string summary(const FloodResult& result, std::size_t most) {
    const auto& options = result.options;
    std::string text =
        fmt::format("flood: {} to {} by {} on {}, {:.2f} s ({} a second); {:.3f} s of simulated time\n",
                    counted(options.accesses, "access"), counted(options.msrs, "unknown MSR"),
                    counted(options.vps, "VP"), counted(options.threads, "thread"), result.seconds,
                    grouped(static_cast<std::uint64_t>(static_cast<double>(options.accesses) / result.seconds)),
                    static_cast<double>(options.accesses) * static_cast<double>(options.step) / 1e9);
    text += summary(result.budget);
    text += fmt::format("  rings: {} read, {} lost\n", counted(result.lines_read, "line"), grouped(result.lines_lost));
    text += most == 0 ? "" : summary({merged(result.census)}, most);
    text += fmt::format("{}: {} of {} led to a line\n", result.conforms() ? "conforms" : "violation",
                        grouped(result.lines.size()), grouped(options.accesses));
    return text;
}

} // namespace vtlcheck::cli
