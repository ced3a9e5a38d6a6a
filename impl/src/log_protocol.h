// The log budget as VPs in parallel share it: buckets, counters, reports (L3-L8, L11).
//
// A template over the memory, so that the same code runs on atomic words here and, step by step in every order, in the
// tests. A memory has load, load_acquire, store, store_release and compare_exchange (strong, release on success).
//
// Lock-free: a compare-and-exchange fails only because another VP took a token or reported. Without a token nothing
// shared is written, and nothing is tried twice. That is the flood: a suppressed attempt loads two shared words, which
// change at the rate of the lines and no faster, and writes a counter of its own VP.
//
// Memory order. All that the bound of L10 needs is that a bucket is one word: a word has one order of modifications,
// each compare-and-exchange reads what stood before it there, and the conditions below are those of that value. No
// order between different words is needed, so these accesses are relaxed; nor need the clocks of the exits (`now`) be
// in the order of the exchanges. A counter has one writer. Of `reported` readers shall see that it is never above what
// is suppressed: it is raised to a sum of counters that were read before (release), and who loads it first (acquire)
// and the counters then finds these at least as high, since they only rise.
#ifndef VTL_IMPL_LOG_PROTOCOL_H
#define VTL_IMPL_LOG_PROTOCOL_H

#include "vtl_intercept.h"

#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

inline constexpr std::uint64_t WORD_MAX = ~std::uint64_t{0};
inline constexpr std::uint64_t LOG_RESERVE = 10; // tokens of the partition that warnings leave: a summary for each site

constexpr std::uint64_t saturating_sum(std::uint64_t a, std::uint64_t b) {
    return a <= WORD_MAX - b ? a + b : WORD_MAX;
}

// A bucket is the time when it is full, since + (B - tokens) T of L3; with that, L4 and L5 need no division. Available
// at `now` are B - ceil((full_time - now) / T) tokens, or all if that time is past, whichever side of `since` the clock
// stands on: m are there if full_time is later than now by (B - m) T at most. Taking one moves full_time on by T, from
// `now` if it is past. Stepping the clock back moves nothing, so it cannot add a token.
struct Bucket {
    // `tolerance` is (B - m) T. No sum is formed that could wrap.
    static constexpr bool has(std::uint64_t full_time, std::uint64_t now, std::uint64_t tolerance,
                              std::uint64_t interval) {
        if (full_time > now && full_time - now > tolerance)
            return false;
        return later(full_time, now) <= WORD_MAX - interval; // fails closed at the end of time
    }
    static constexpr std::uint64_t taken(std::uint64_t full_time, std::uint64_t now, std::uint64_t interval) {
        return later(full_time, now) + interval;
    }

private:
    static constexpr std::uint64_t later(std::uint64_t a, std::uint64_t b) { return a > b ? a : b; }
};

struct LogLine {
    vtl_log_line kind;
    std::uint64_t suppressed; // L8
};

// One writer; saturates.
template <class Memory>
void raise(const Memory& memory, std::uint64_t& counter) {
    const std::uint64_t value = memory.load(counter);
    if (value != WORD_MAX)
        memory.store(counter, value + 1);
}

// Sites below are counted from 0.

// By all VPs together.
template <class Memory>
std::uint64_t suppressed(const Memory& memory, const vtl_config& config, const vtl_vp_log* logs, std::uint32_t site) {
    std::uint64_t sum = 0;
    for (std::uint32_t vp = 0; vp < config.vps; ++vp)
        sum = saturating_sum(sum, memory.load(logs[vp].suppressed[site]));
    return sum;
}

template <class Memory>
vtl_log_counters totals(const Memory& memory, const vtl_config& config, const vtl_log_words& words,
                        const vtl_vp_log* logs, std::uint32_t site) {
    vtl_log_counters sum{};
    sum.reported = memory.load_acquire(words.site[site].reported);
    sum.suppressed = suppressed(memory, config, logs, site);
    for (std::uint32_t vp = 0; vp < config.vps; ++vp) {
        sum.emitted = saturating_sum(sum.emitted, memory.load(logs[vp].emitted[site]));
        sum.summaries = saturating_sum(sum.summaries, memory.load(logs[vp].summaries[site]));
    }
    return sum;
}

template <class Memory, class Rule = Bucket>
class LogProtocol {
public:
    LogProtocol(const Memory& memory, const vtl_config& config, vtl_log_words& words, vtl_vp_log* logs)
        : memory_(memory), config_(config), words_(words), logs_(logs) {}

    // L6.
    LogLine attempt(std::uint32_t vp, std::uint32_t site, std::uint64_t now) const {
        if (!take(site, now, LOG_RESERVE)) {
            raise(memory_, logs_[vp].suppressed[site]);
            return {.kind = VTL_LINE_NONE, .suppressed = 0};
        }
        raise(memory_, logs_[vp].emitted[site]);
        return {.kind = VTL_LINE_WARNING, .suppressed = report(site)};
    }

    // L7. Where another line reports first what this one was to report, it says 0: its token of the site is spent, so
    // there is a line.
    LogLine flush(std::uint32_t vp, std::uint32_t site, std::uint64_t now) const {
        const std::uint64_t reported = memory_.load_acquire(words_.site[site].reported);
        if (suppressed(memory_, config_, logs_, site) <= reported || !take(site, now, 0))
            return {.kind = VTL_LINE_NONE, .suppressed = 0};
        raise(memory_, logs_[vp].summaries[site]);
        return {.kind = VTL_LINE_SUMMARY, .suppressed = report(site)};
    }

private:
    // Takes a token of the site and one of the partition that leaves `reserve` there. In this order, so that a race can
    // cost a token of the partition but none of the site, and that without a token nothing is written (L11).
    bool take(std::uint32_t site, std::uint64_t now, std::uint64_t reserve) const {
        std::uint64_t& site_word = words_.site[site].full_time;
        std::uint64_t& total_word = words_.total_full_time;
        const std::uint64_t interval = config_.log_interval;
        const std::uint64_t total_interval = config_.log_total_interval;
        const std::uint64_t tolerance = (config_.log_burst - 1) * config_.log_interval;
        const std::uint64_t total_tolerance = (config_.log_total_burst - 1 - reserve) * config_.log_total_interval;

        std::uint64_t site_time = memory_.load(site_word);
        if (!Rule::has(site_time, now, tolerance, interval))
            return false;
        std::uint64_t total_time = memory_.load(total_word);
        return take_of(total_word, total_time, now, total_tolerance, total_interval) &&
               take_of(site_word, site_time, now, tolerance, interval);
    }

    // `seen` is what `word` held when it was looked at.
    bool take_of(std::uint64_t& word, std::uint64_t& seen, std::uint64_t now, std::uint64_t tolerance,
                 std::uint64_t interval) const {
        do {
            if (!Rule::has(seen, now, tolerance, interval))
                return false;
        } while (!memory_.compare_exchange(word, seen, Rule::taken(seen, now, interval)));
        return true;
    }

    // Raises `reported` to what is suppressed. What the exchange adds is this line's to tell of, and no other's.
    std::uint64_t report(std::uint32_t site) const {
        std::uint64_t& word = words_.site[site].reported;
        const std::uint64_t sum = suppressed(memory_, config_, logs_, site);
        std::uint64_t reported = memory_.load(word);
        while (reported < sum)
            if (memory_.compare_exchange(word, reported, sum))
                return sum - reported;
        return 0;
    }

    Memory memory_;
    const vtl_config& config_;
    vtl_log_words& words_;
    vtl_vp_log* logs_;
};

} // namespace vtl_intercept

#endif
