// The log budget as docs/reference-notes.md words it (L3-L8), in unbounded integers and with divisions: what the tests
// hold the implementation against. One thread; nothing here is shared with impl/src.
#ifndef VTL_IMPL_TESTS_LOG_NOTES_H
#define VTL_IMPL_TESTS_LOG_NOTES_H

#include "vtl_intercept.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace vtl_tests {

__extension__ using Wide = __int128;

constexpr std::uint64_t WORD_LAST = ~std::uint64_t{0};

struct NotesBucket {
    Wide burst;
    Wide interval;
    Wide tokens = burst;
    Wide since = 0;

    // L4.
    NotesBucket at(Wide now) const {
        NotesBucket next = *this;
        if (now < since)
            return next;
        const Wide gained = (now - since) / interval;
        if (gained >= burst - tokens) {
            next.tokens = burst;
            next.since = now;
        } else {
            next.tokens = tokens + gained;
            next.since = since + gained * interval;
        }
        return next;
    }
    bool has(Wide now, Wide wanted) const {
        const NotesBucket refilled = at(now);
        if (refilled.since + (burst - refilled.tokens) * interval + interval > Wide{WORD_LAST})
            return false;
        Wide available = refilled.tokens;
        if (now < since)
            available = std::max(Wide{0}, available - (since - now + interval - 1) / interval);
        return available >= wanted;
    }
    // L5.
    void take(Wide now) {
        *this = at(now);
        --tokens;
    }
};

struct NotesLine {
    vtl_log_line kind = VTL_LINE_NONE;
    std::uint64_t suppressed = 0;
};

class NotesBudget {
public:
    explicit NotesBudget(const vtl_config& config)
        : sites_(VTL_LOG_SITES + 1,
                 {.bucket = {.burst = Wide{config.log_burst}, .interval = Wide{config.log_interval}}, .counters = {}}),
          total_{.burst = Wide{config.log_total_burst}, .interval = Wide{config.log_total_interval}} {}

    NotesLine attempt(std::size_t site, std::uint64_t now) {
        Site& s = sites_[site];
        if (!s.bucket.has(now, 1) || !total_.has(now, 11)) {
            count(s.counters.suppressed);
            return {};
        }
        return line(s, now, VTL_LINE_WARNING, s.counters.emitted);
    }
    NotesLine flush(std::size_t site, std::uint64_t now) {
        Site& s = sites_[site];
        if (s.counters.suppressed == s.counters.reported || !s.bucket.has(now, 1) || !total_.has(now, 1))
            return {};
        return line(s, now, VTL_LINE_SUMMARY, s.counters.summaries);
    }
    // L15. False if refused.
    bool limits(std::uint64_t owner, std::uint64_t burst, std::uint64_t interval, std::uint64_t now) {
        const std::uint64_t least = owner == 1 ? 11 : 1;
        if (owner > 1 || burst < least || burst > 1'000'000 || interval < 1'000 || interval > 3'600'000'000'000 ||
            Wide{now} + Wide{burst} * Wide{interval} > Wide{WORD_LAST})
            return false;
        const NotesBucket empty{.burst = Wide{burst}, .interval = Wide{interval}, .tokens = 0, .since = Wide{now}};
        if (owner == 1)
            total_ = empty;
        else
            for (Site& site : sites_)
                site.bucket = empty;
        return true;
    }
    const vtl_log_counters& counters(std::size_t site) const { return sites_[site].counters; }

private:
    struct Site {
        NotesBucket bucket;
        vtl_log_counters counters;
    };
    static void count(std::uint64_t& counter) { counter += counter != WORD_LAST ? 1 : 0; }
    NotesLine line(Site& site, std::uint64_t now, vtl_log_line kind, std::uint64_t& lines) {
        site.bucket.take(now);
        total_.take(now);
        count(lines);
        const NotesLine made{.kind = kind, .suppressed = site.counters.suppressed - site.counters.reported};
        site.counters.reported = site.counters.suppressed;
        return made;
    }

    std::vector<Site> sites_; // by number of the site
    NotesBucket total_;
};

// L10: in no closed interval between two of the times are there more lines than B + floor(length / T). True also of
// times that are not in order. The check: in ascending order line number j - i comes (j - i - B + 1) T later at least.
inline bool within_budget(std::vector<std::uint64_t> times, std::uint64_t burst, std::uint64_t interval) {
    std::sort(times.begin(), times.end());
    // time[j] - j T has to stay at or above every earlier time[i] - i T, less (B - 1) T.
    Wide highest = 0;
    for (std::size_t n = 0; n < times.size(); ++n) {
        const Wide place = Wide{times[n]} - Wide{static_cast<std::uint64_t>(n)} * Wide{interval};
        if (n != 0 && highest - place > Wide{burst - 1} * Wide{interval})
            return false;
        highest = n == 0 ? place : std::max(highest, place);
    }
    return true;
}

} // namespace vtl_tests

#endif
