// The log budget: what becomes of a warning attempt, a flush, and new limits (notes L1 to L9, L15). It stands beside
// the step of the exit: it reads the outcome, and nothing that the guest can see depends on it.
#pragma once

#include "model/clause.hpp"
#include "model/token_bucket.hpp"

namespace vtlcheck::model {

inline constexpr std::array<ClauseText, 10> log_clauses{{
    {"LOG-01", "Budget off", "isolation none or VBS", "no line, nothing is counted", "A3 D16 L1"},
    {"LOG-02", "Nothing to log", "active; no attempt, no flush of a site, no new limits", "nothing", "L6"},
    {"LOG-03", "Warning", "active; an attempt; the site has a token, the partition one besides those for summaries",
     "a warning that carries what the site suppressed and has not reported; a token taken of both", "A1 A2 D16 D19 L6"},
    {"LOG-04", "Warning suppressed: the site", "active; an attempt; the site has no token", "counted as suppressed",
     "A2 D18 L6"},
    {"LOG-05", "Warning suppressed: the partition",
     "active; an attempt; the site has a token, the partition only those for summaries", "counted as suppressed",
     "A2 A8 D16 D18 L6"},
    {"LOG-06", "Nothing to sum up", "active; a flush of a site that has reported all it suppressed", "nothing",
     "D19 L7"},
    {"LOG-07", "Summary", "active; a flush; suppressed attempts are not reported; site and partition have a token",
     "a summary that carries their number; a token taken of both", "D19 L7"},
    {"LOG-08", "Summary waits: the site",
     "active; a flush; suppressed attempts are not reported; the site has no token",
     "nothing; they stay to be reported", "D19 L7"},
    {"LOG-09", "Summary waits: the partition",
     "active; a flush; suppressed attempts are not reported; the site has a token, the partition none",
     "nothing; they stay to be reported", "D19 L7"},
    {"LOG-10", "New limits", "active; a request for new limits that can be taken",
     "the buckets they are of are empty; counts stay", "D18 L15"},
}};

/// Position of the clause of that id in log_clauses, no_clause if there is none.
constexpr ClauseIndex log_clause_index(std::string_view id) {
    for (std::size_t i = 0; i < log_clauses.size(); ++i) {
        if (log_clauses[i].id == id) {
            return static_cast<ClauseIndex>(i);
        }
    }
    return no_clause;
}

/// What is kept of one log site.
template <class D>
struct LogAccount {
    using Bv64 = typename D::template Bv<64>;
    TokenBucket<D> bucket{};
    Bv64 emitted{0};    ///< warnings
    Bv64 suppressed{0}; ///< attempts without a line
    Bv64 reported{0};   ///< suppressed attempts that lines have told of
    Bv64 summaries{0};

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        TokenBucket<D>::visit_in("site.", f, t.bucket...);
        f(FieldName{"emitted"}, t.emitted...);
        f(FieldName{"suppressed"}, t.suppressed...);
        f(FieldName{"reported"}, t.reported...);
        f(FieldName{"summaries"}, t.summaries...);
    }
};

/// The limits in force.
template <class D>
struct LogLimits {
    BucketLimit<D> site{};
    BucketLimit<D> total{};
};

/// What an attempt or a flush works on.
template <class D>
struct LogWorld {
    LogAccount<D> account{};
    TokenBucket<D> total{};
    typename D::template Bv<8> line{0};        ///< LogLine
    typename D::template Bv<64> suppressed{0}; ///< what the line tells of
    typename D::template Bv<16> clause{no_clause};

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        LogAccount<D>::visit(f, t.account...);
        TokenBucket<D>::visit_in("total.", f, t.total...);
        f(FieldName{"line"}, t.line...);
        f(FieldName{"suppressed_told"}, t.suppressed...);
        f(FieldName{"clause"}, t.clause...);
    }
};

/// The host-visible part of a line (note L9). Whatever else there is of it is confidential.
template <class D>
struct HostLine {
    template <unsigned W>
    using Bv = typename D::template Bv<W>;
    Bv<8> line{0}; ///< LogLine
    Bv<8> site{0};
    Bv<32> number{0};
    Bv<8> vtl{0};
    Bv<32> vp{0};
    Bv<64> suppressed{0};
    Bv<64> time{0}; ///< ns

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        f(FieldName{"line"}, t.line...);
        f(FieldName{"site"}, t.site...);
        f(FieldName{"number"}, t.number...);
        f(FieldName{"vtl"}, t.vtl...);
        f(FieldName{"vp"}, t.vp...);
        f(FieldName{"suppressed"}, t.suppressed...);
        f(FieldName{"time"}, t.time...);
    }
};

/// What there is to log.
template <class D>
struct LogEvent {
    using Bool = typename D::Bool;
    Bool active{true}; ///< note L1
    Bool attempt{false};
    Bool flush{false};    ///< of a site that exists
    Bool limits{false};   ///< new limits that can be taken
    Bool of_sites{false}; ///< they are those of the sites, else of the partition
    typename D::template Bv<64> now{0};
};

/// The budget of a partition.
template <class D>
struct LogBudget {
    LogLimits<D> limits{};
    std::array<LogAccount<D>, log_site_count> site{}; ///< by LogSite; that of LogSite::none stays as it is
    TokenBucket<D> total{};

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        BucketLimit<D>::visit_in("site_limit.", f, t.limits.site...);
        BucketLimit<D>::visit_in("total_limit.", f, t.limits.total...);
        for (std::size_t n = 0; n < log_site_count; ++n) {
            const std::string scope = "account" + std::to_string(n) + ".";
            LogAccount<D>::visit(
                [&](const FieldName& name, auto&... x) { f(FieldName{(scope + name.str()).c_str()}, x...); },
                t.site[n]...);
        }
        TokenBucket<D>::visit_in("total.", f, t.total...);
    }
};

/// Watches and alters a reading of this chapter, as PlainReading does of the book.
template <class D>
struct PlainLogReading {
    using Bool = typename D::Bool;
    using Bv64 = typename D::template Bv<64>;
    [[nodiscard]] Bool guard(ClauseIndex, const Bool& written) const { return written; }
    void judged(ClauseIndex, const Bool&) const {}
    void applied(ClauseIndex, LogWorld<D>&) const {}
    /// Called with the world before the first clause.
    void starts_from(const LogWorld<D>&) const {}
    /// Tokens of a bucket at a time, and the bucket after one is taken, instead of the written ones.
    [[nodiscard]] Bv64 tokens(const Bv64& written, const BucketLimit<D>&, const TokenBucket<D>&, const Bv64&) const {
        return written;
    }
    [[nodiscard]] TokenBucket<D> rest(const TokenBucket<D>& written, const BucketLimit<D>&, const TokenBucket<D>&,
                                      const Bv64&) const {
        return written;
    }
    /// Called with the outcome that the budget has been filled into, the budget after, and the line for the host.
    void charged(const Exit<D>&, Outcome<D>&) const {}
    void stored(const Exit<D>&, const Outcome<D>&, LogBudget<D>&) const {}
    void shown(const Outcome<D>&, HostLine<D>&) const {}
};

/// The clauses, for the site that `world.account` is of. Effects read `before` and write `world`.
template <class D, class Reading>
void log_family(Book<D, LogWorld<D>, Reading>& book, const LogLimits<D>& limits, const LogWorld<D>& before,
                const LogEvent<D>& event, LogWorld<D>& world) {
    using Bool = typename D::Bool;
    using Bv64 = typename D::template Bv<64>;
    constexpr auto at = [](std::string_view name) consteval { return index_in(log_clauses, name, 0); };
    const auto& account = before.account;
    const Bv64 top(end_of_time);
    const auto count = [&](Bv64& counter) { counter = D::ite(counter == top, counter, counter + 1); };

    book.clause(at("LOG-01"), !event.active, [] {});
    book.family(event.active, [&] {
        book.clause(at("LOG-02"), !event.attempt & !event.flush & !event.limits, [] {});
        const auto& reading = book.reading();
        const auto tokens = [&](const BucketLimit<D>& limit, const TokenBucket<D>& bucket) {
            return reading.tokens(available<D>(limit, bucket, event.now), limit, bucket, event.now);
        };
        const auto rest = [&](const BucketLimit<D>& limit, const TokenBucket<D>& bucket) {
            return reading.rest(taken<D>(limit, bucket, event.now), limit, bucket, event.now);
        };
        const Bv64 of_site = tokens(limits.site, account.bucket);
        const Bv64 of_total = tokens(limits.total, before.total);
        const Bool site_has = of_site >= 1;
        const auto make_line = [&](LogLine line) {
            world.line = static_cast<std::uint8_t>(line);
            world.suppressed = account.suppressed - account.reported;
            world.account.reported = account.suppressed;
            world.account.bucket = rest(limits.site, account.bucket);
            world.total = rest(limits.total, before.total);
        };

        const Bool attempt = event.attempt & !event.limits;
        const Bool warnable = of_total >= log_reserve + 1;
        book.clause(at("LOG-03"), attempt & site_has & warnable, [&] {
            make_line(LogLine::warning);
            count(world.account.emitted);
        });
        book.clause(at("LOG-04"), attempt & !site_has, [&] { count(world.account.suppressed); });
        book.clause(at("LOG-05"), attempt & site_has & !warnable, [&] { count(world.account.suppressed); });

        const Bool flush = event.flush & !event.attempt & !event.limits;
        const Bool owes = account.suppressed != account.reported;
        const Bool total_has = of_total >= 1;
        book.clause(at("LOG-06"), flush & !owes, [] {});
        book.clause(at("LOG-07"), flush & owes & site_has & total_has, [&] {
            make_line(LogLine::summary);
            count(world.account.summaries);
        });
        book.clause(at("LOG-08"), flush & owes & !site_has, [] {});
        book.clause(at("LOG-09"), flush & owes & site_has & !total_has, [] {});
        book.clause(at("LOG-10"), event.limits, [&] {
            const TokenBucket<D> empty{.tokens = 0, .since = event.now};
            merge<D>(event.of_sites, world.account.bucket, empty);
            merge<D>(!event.of_sites, world.total, empty);
        });
    });
}

/// At reset: full buckets with the limits of the configuration.
template <class D>
LogBudget<D> reset_log_budget(const Config<D>& config) {
    LogBudget<D> budget;
    budget.limits.site = {.burst = config.log_burst, .interval = config.log_interval};
    budget.limits.total = {.burst = config.log_total_burst, .interval = config.log_total_interval};
    for (auto& account : budget.site) {
        account.bucket = full_bucket<D>(budget.limits.site);
    }
    budget.total = full_bucket<D>(budget.limits.total);
    return budget;
}

/// Charges what the exit leads to: changes `budget`, fills in `log_line` and `log_suppressed` of the outcome, and gives
/// the index of the clause in `log_clauses`. The outcome decides nothing but site and attempt.
template <class D, class Reading>
typename D::template Bv<16> charge(const Config<D>& config, LogBudget<D>& budget, const Exit<D>& exit, Outcome<D>& out,
                                   Reading& reading) {
    using Bool = typename D::Bool;
    using Bv8 = typename D::template Bv<8>;
    const auto kind = [&](Kind k) { return exit.kind == static_cast<std::uint8_t>(k); };
    LogEvent<D> event{.active = log_budget_active<D>(config),
                      .attempt = out.log_site != static_cast<std::uint8_t>(LogSite::none),
                      .flush = kind(Kind::log_flush) & names_log_site<D>(exit),
                      .limits = kind(Kind::log_limits) & acceptable_new_limit<D>(exit),
                      .of_sites = exit.argument == 0,
                      .now = exit.now};
    if constexpr (D::concrete) { // most exits
        if (event.active.value() && !(event.attempt | event.flush | event.limits).value()) {
            return index_in(log_clauses, "LOG-02", 0);
        }
    }
    const Bv8 site = D::ite(event.flush, trunc<8>(exit.argument), out.log_site);
    LogWorld<D> world{.account = budget.site[0], .total = budget.total};
    for (std::uint8_t n = 1; n < log_site_count; ++n) {
        if_<D>(site == n, world.account, [&] { world.account = budget.site[n]; });
    }
    const LogWorld<D> before = world;
    reading.starts_from(before);
    Book<D, LogWorld<D>, Reading> book(world, reading);
    log_family<D>(book, budget.limits, before, event, world);

    const Bool renews = world.clause == index_in(log_clauses, "LOG-10", 0);
    for (std::uint8_t n = 1; n < log_site_count; ++n) {
        if_<D>(site == n, budget.site[n], [&] { budget.site[n] = world.account; });
        // New limits are of all sites, and no site is named.
        merge<D>(renews & event.of_sites, budget.site[n].bucket, world.account.bucket);
    }
    budget.total = world.total;
    merge<D>(renews & event.of_sites, budget.limits.site, new_limit<D>(exit));
    merge<D>(renews & !event.of_sites, budget.limits.total, new_limit<D>(exit));
    out.log_line = world.line;
    out.log_suppressed = world.suppressed;
    reading.charged(exit, out);
    reading.stored(exit, out, budget);
    return world.clause;
}

/// What the host sees of the exit's line; all 0 if there is none.
template <class D, class Reading>
HostLine<D> host_line(const Exit<D>& exit, const Outcome<D>& out, const Reading& reading) {
    using Bool = typename D::Bool;
    using Bv8 = typename D::template Bv<8>;
    const Bool summary = out.log_line == static_cast<std::uint8_t>(LogLine::summary);
    HostLine<D> line;
    merge<D>(out.log_line != static_cast<std::uint8_t>(LogLine::none), line,
             HostLine<D>{.line = out.log_line,
                         .site = D::ite(summary, trunc<8>(exit.argument), out.log_site),
                         .number = out.log_msr,
                         .vtl = D::ite(exit.vtl1, Bv8(1), Bv8(0)),
                         .vp = exit.vp,
                         .suppressed = out.log_suppressed,
                         .time = exit.now});
    reading.shown(out, line);
    return line;
}

} // namespace vtlcheck::model
