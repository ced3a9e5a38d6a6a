// Claims about the log budget: the bound over every interval, the counts, the report, and what depends on what.
//
// A window [s, t] is fixed and arbitrary; `n` counts the lines that fall into it. The invariant over integers is that n
// intervals fit between s and the full time of the bucket, and between s and t + burst x interval. It needs no monotone
// clock, and nothing is known of the bucket at the start, so it holds of any stretch of time between two reconfigurations.
#include "proofs/claims/claims.hpp"
#include "proofs/log_goal.hpp"
#include "proofs/noninterference.hpp"

#include <algorithm>

namespace vtlcheck::proofs {

using namespace model;

namespace {

using Bool = Symbolic::Bool;
using Int = Integers::Bv<64>;

Int top() { return Int(end_of_time); }
Int ite(const Bool& c, const Int& a, const Int& b) { return Integers::ite(c, a, b); }
Bool implies(const Bool& a, const Bool& b) { return !a | b; }

Bool makes(const LogRun& r, LogLine line) { return r.after.line == Integers::Bv<8>(static_cast<std::uint8_t>(line)); }
Bool makes_line(const LogRun& r) { return !makes(r, LogLine::none); }
Bool by(const LogRun& r, std::string_view clause) { return r.guards[log_clause_index(clause)]; }
Bool is_attempt(const LogRun& r) { return r.event.attempt & !r.event.limits; }
Bool is_flush(const LogRun& r) { return r.event.flush & !r.event.attempt & !r.event.limits; }

Int full_site(const LogLimits<Integers>& limits, const LogWorld<Integers>& world) {
    return full_time<Integers>(limits.site, world.account.bucket);
}
Int full_total(const LogLimits<Integers>& limits, const LogWorld<Integers>& world) {
    return full_time<Integers>(limits.total, world.total);
}

void cases(LogGoal& goal) {
    const LogRun& r = goal.run();
    Bool some(false);
    Bool two(false);
    for (const Bool& guard : r.guards) {
        two = two | (some & guard);
        some = some | guard;
    }
    goal.prove("some-clause-applies", in_range(r), some);
    goal.prove("no-two-apply", in_range(r), !two);
    goal.prove("ranges-last",
               in_range(r) &
                   implies(r.event.limits & r.event.of_sites,
                           r.event.now + r.limits.site.burst * r.limits.site.interval <= top()) &
                   implies(r.event.limits & !r.event.of_sites,
                           r.event.now + r.limits.total.burst * r.limits.total.interval <= top()),
               in_range_after(r));
    goal.witness("ranges-last", by(r, "LOG-07"));
}

/// The invariant of a window, of a bucket that bounds the lines counted to `burst` at once.
struct Window {
    LogGoal& goal;
    Int burst;
    Int interval;
    Int s;
    Int t;
    Int lines;

    Window(LogGoal& in, Int at_once, Int each)
        : goal(in), burst(std::move(at_once)), interval(std::move(each)), s(in.number("s")), t(in.number("t")),
          lines(in.number("lines")) {}
    [[nodiscard]] Bool sane() const { return (s <= t) & (lines >= 0); }
    [[nodiscard]] Bool holds(const Int& n, const Int& full) const {
        return (n == 0) | ((s + n * interval <= full) & (s + n * interval <= t + burst * interval));
    }
    [[nodiscard]] Int with(const Bool& line, const Int& now) const {
        return ite(line & (s <= now) & (now <= t), lines + 1, lines);
    }
};

/// The window of a bucket by itself, in which `reserve` tokens have to stay. Where that is any number, the step is put in
/// three, small enough for two solvers: what a taken token does to the full time, how full the bucket was, and what both
/// mean for the window, of any full times at all.
void prove_window_of_a_bucket(LogGoal& goal, const std::string& what, const BucketTake& take, const Int& reserve) {
    const Window w(goal, take.limit.burst - reserve, take.limit.interval);
    const Int before = full_time<Integers>(take.limit, take.bucket);
    const Int after = full_time<Integers>(take.limit, take.rest);
    const Bool window = in_range(take) & w.sane() & (reserve < take.limit.burst) & (reserve >= 0);
    const auto moved = [&](const Int& full) { return ite(full > take.now, full, take.now) + w.interval; };
    const auto soon = [&](const Int& full) { return full <= take.now + (w.burst - 1) * w.interval; };
    goal.prove(what + "-start", window & (w.lines == 0), w.holds(w.lines, before));
    if (reserve.term().is_numeral()) {
        goal.prove(what + "-last-when-one-is-taken", window & w.holds(w.lines, before) & (take.tokens > reserve),
                   w.holds(w.with(Bool(true), take.now), after));
    } else {
        const Bool takes = in_range(take) & (reserve < take.limit.burst) & (reserve >= 0) & (take.tokens > reserve);
        const Int full = goal.number("full");
        goal.prove(what + "-take-an-interval", takes, after == moved(before));
        goal.prove(what + "-find-it-full-soon", takes, soon(before));
        goal.prove(what + "-last-when-the-full-time-moves",
                   w.sane() & (w.burst >= 1) & (w.interval >= 1) & w.holds(w.lines, full) & soon(full),
                   w.holds(w.with(Bool(true), take.now), moved(full)));
    }
    goal.prove(what + "-keep-the-bound", window & w.holds(w.lines, before),
               w.lines <= w.burst + Integers::quotient(w.t - w.s, w.interval));
}

void window_of_a_site(LogGoal& goal) {
    prove_window_of_a_bucket(goal, "lines", goal.take(), 0);
    const LogRun& r = goal.run();
    const auto& limit = r.limits.site;
    const Window w(goal, limit.burst, limit.interval);
    goal.prove("lines-last", in_range(r) & w.sane() & !r.event.limits & w.holds(w.lines, full_site(r.limits, r.before)),
               w.holds(w.with(makes_line(r), r.event.now), full_site(r.limits, r.after)));
    goal.prove("only-a-line-takes", in_range(r) & !r.event.limits & !makes_line(r),
               (r.after.account.bucket.tokens == r.before.account.bucket.tokens) &
                   (r.after.account.bucket.since == r.before.account.bucket.since));
    goal.witness("lines-last",
                 makes(r, LogLine::summary) & (w.lines >= 2) & (w.s <= r.event.now) & (r.event.now <= w.t));
}

void window_of_the_partition(LogGoal& goal) {
    const BucketTake& take = goal.take();
    prove_window_of_a_bucket(goal, "lines", take, 0);
    // A bucket in which what is counted leaves some tokens, any number, is one of a smaller burst.
    prove_window_of_a_bucket(goal, "warnings", take, goal.number("tokens_left"));
    const LogRun& r = goal.run();
    const auto& limit = r.limits.total;
    const Int before = full_total(r.limits, r.before);
    const Int after = full_total(r.limits, r.after);
    const Bool usual = in_range(r) & !r.event.limits;
    const Window all(goal, limit.burst, limit.interval);
    goal.prove("lines-last", usual & all.sane() & all.holds(all.lines, before),
               all.holds(all.with(makes_line(r), r.event.now), after));
    const Window warnings(goal, limit.burst - log_reserve, limit.interval);
    goal.prove("warnings-last",
               usual & (limit.burst > log_reserve) & warnings.sane() & warnings.holds(warnings.lines, before),
               warnings.holds(warnings.with(makes(r, LogLine::warning), r.event.now), after));
    goal.prove("only-a-line-takes", usual & !makes_line(r),
               (r.after.total.tokens == r.before.total.tokens) & (r.after.total.since == r.before.total.since));
    goal.witness("lines-last", makes(r, LogLine::warning) & (all.lines >= 2));
}

void tight(LogGoal& goal) {
    // A bucket that is full at s: as many lines at s as the burst, and one more after each interval.
    const Int s = goal.number("s");
    const Int k = goal.number("k");
    const LogRun& burst = goal.run("burst.");
    const auto& site = burst.limits.site;
    const auto& bucket = burst.before.account.bucket;
    const Bool rest = (available<Integers>(burst.limits.total, burst.before.total, burst.event.now) > log_reserve) &
                      is_attempt(burst) & (s + (k + 1) * site.interval + site.burst * site.interval <= top());
    goal.prove("every-token-of-a-burst",
               in_range(burst) & burst.event.active & rest & (bucket.since == s) & (burst.event.now == s) & (k >= 0) &
                   (k < site.burst) & (bucket.tokens == site.burst - k),
               makes(burst, LogLine::warning) & (burst.after.account.bucket.tokens == site.burst - (k + 1)) &
                   (burst.after.account.bucket.since == s));
    const LogRun& later = goal.run("later.");
    const auto& limit = later.limits.site;
    const auto& empty = later.before.account.bucket;
    const Int since = s + k * limit.interval;
    goal.prove("one-more-each-interval",
               in_range(later) & later.event.active & is_attempt(later) &
                   (available<Integers>(later.limits.total, later.before.total, later.event.now) > log_reserve) &
                   (since + (limit.burst + 1) * limit.interval <= top()) & (k >= 0) & (s >= 0) & (empty.tokens == 0) &
                   (empty.since == since) & (later.event.now == since + limit.interval),
               makes(later, LogLine::warning) & (later.after.account.bucket.tokens == 0) &
                   (later.after.account.bucket.since == since + limit.interval));
    goal.prove("which-is-the-bound", (k >= 0) & (limit.interval >= 1),
               Integers::quotient((s + k * limit.interval) - s, limit.interval) == k);
    goal.witness("one-more-each-interval", k >= 3);
}

void word_is_the_bucket(LogGoal& goal) {
    // A bucket by itself, any number of tokens to be left in it.
    const BucketTake& take = goal.take();
    const Int left = goal.number("tokens_left");
    const Int full = full_time<Integers>(take.limit, take.bucket);
    const auto word =
        machine_attempt<Integers>(full, take.now, take.limit.interval,
                                  (take.limit.burst - 1 - left) * take.limit.interval, top(), goal.word_fault());
    const Bool sane = in_range(take) & (left >= 0) & (left < take.limit.burst);
    goal.prove("same-decision", sane, (take.tokens > left) == word.admitted);
    goal.prove("same-bucket-after", sane & word.admitted, full_time<Integers>(take.limit, take.rest) == word.full_at);

    const LogRun& r = goal.run();
    const auto& limits = r.limits;
    const auto attempt = [&](const BucketLimit<Integers>& limit, const Int& at, const Int& reserve) {
        return machine_attempt<Integers>(at, r.event.now, limit.interval, (limit.burst - 1 - reserve) * limit.interval,
                                         top(), goal.word_fault());
    };
    const auto site = attempt(limits.site, full_site(limits, r.before), 0);
    const auto warn = attempt(limits.total, full_total(limits, r.before), log_reserve);
    const auto sum_up = attempt(limits.total, full_total(limits, r.before), 0);
    const Bool usual = in_range(r) & r.event.active & (limits.total.burst > log_reserve) & !r.event.limits;
    const Bool owes = r.before.account.suppressed != r.before.account.reported;
    goal.prove("same-warnings", usual & is_attempt(r), makes(r, LogLine::warning) == (site.admitted & warn.admitted));
    goal.prove("same-summaries", usual & is_flush(r),
               makes(r, LogLine::summary) == (owes & site.admitted & sum_up.admitted));
    goal.prove("same-after-a-warning", usual & makes(r, LogLine::warning),
               (full_site(limits, r.after) == site.full_at) & (full_total(limits, r.after) == warn.full_at));
    goal.prove("same-after-a-summary", usual & makes(r, LogLine::summary),
               (full_site(limits, r.after) == site.full_at) & (full_total(limits, r.after) == sum_up.full_at));
    goal.prove("untouched-without-a-line", usual & !makes_line(r),
               (full_site(limits, r.after) == full_site(limits, r.before)) &
                   (full_total(limits, r.after) == full_total(limits, r.before)));
    const Bool renewed = in_range(r) & r.event.active & r.event.limits;
    goal.prove("empty-under-new-limits", renewed & r.event.of_sites,
               full_site(limits, r.after) == r.event.now + limits.site.burst * limits.site.interval);
    goal.prove("empty-under-new-limits-of-the-partition", renewed & !r.event.of_sites,
               full_total(limits, r.after) == r.event.now + limits.total.burst * limits.total.interval);
    goal.witness("same-warnings", makes(r, LogLine::warning) & (r.event.now < r.before.total.since));
}

void window_of_a_word(LogGoal& goal) {
    const Int full = goal.number("full_at");
    const Int now = goal.number("now");
    const Int interval = goal.number("interval");
    const Int tolerance = goal.number("tolerance");
    const Int s = goal.number("s");
    const Int t = goal.number("t");
    const Int c = goal.number("intervals_of_lines");
    const auto attempt = machine_attempt<Integers>(full, now, interval, tolerance, top(), goal.word_fault());
    const auto word = [&](const Int& x) { return (x >= 0) & (x <= top()); };
    const auto holds = [&](const Int& lines, const Int& at) {
        return (lines == 0) | ((s + lines <= at) & (s + lines <= t + tolerance + interval));
    };
    const Bool range =
        word(full) & word(now) & (interval >= 1) & word(interval) & word(tolerance) & (s <= t) & (c >= 0);
    const Bool inside = attempt.admitted & (s <= now) & (now <= t);
    goal.prove_linear("lasts", range & holds(c, full), holds(ite(inside, c + interval, c), attempt.full_at));
    goal.prove_linear("stays-a-word", range, word(attempt.full_at));
    goal.prove_linear("gives-the-bound", range & holds(c, full), c <= (t - s) + tolerance + interval);
    goal.witness("lasts", inside & (c >= interval) & (full > now));
}

/// Bit vectors of one width, wider than any machine word.
template <unsigned Width>
struct Vectors {
    using Bool = Symbolic::Bool;
    struct Number {
        z3::expr e;
        friend Number operator+(const Number& a, const Number& b) { return {a.e + b.e}; }
        friend Number operator-(const Number& a, const Number& b) { return {a.e - b.e}; }
        friend Bool operator<=(const Number& a, const Number& b) { return Bool(z3::ule(a.e, b.e)); }
        friend Bool operator>(const Number& a, const Number& b) { return Bool(z3::ugt(a.e, b.e)); }
    };
    static Number ite(const Bool& c, const Number& a, const Number& b) { return {z3::ite(c.term(), a.e, b.e)}; }
    static Number number(std::uint64_t value) { return {Symbolic::context().bv_val(value, Width)}; }
    static Number widened(const z3::expr& e) { return {z3::zext(e, Width - e.get_sort().bv_size())}; }
};

void window_of_64_bits(LogGoal& goal) {
    using Narrow = Vectors<64>;
    using Wide = Vectors<80>;
    z3::context& z3 = goal.context();
    const auto word = [&](const char* name) { return z3.bv_const(name, 64); };
    const z3::expr full = word("full_at");
    const z3::expr now = word("now");
    const z3::expr interval = word("interval");
    const z3::expr tolerance = word("tolerance");
    const auto narrow =
        machine_attempt<Narrow>(Narrow::Number{full}, Narrow::Number{now}, Narrow::Number{interval},
                                Narrow::Number{tolerance}, Narrow::number(end_of_time), goal.word_fault());
    const auto wide = machine_attempt<Wide>(Wide::widened(full), Wide::widened(now), Wide::widened(interval),
                                            Wide::widened(tolerance), Wide::number(end_of_time), goal.word_fault());
    // 80 bits hold every sum the text forms, so there it computes with integers: nothing wraps in 64 bits either.
    goal.prove_bits("no-operation-wraps", Bool(true),
                    (narrow.admitted == wide.admitted) & Bool(wide.full_at.e == Wide::widened(narrow.full_at.e).e));
    // The window once more, on 64-bit words with the counter beside them in 80, for the limits a partition has by
    // default.
    using Ghost = Wide; // its sums are below 2^72
    const Ghost::Number s = Ghost::widened(word("s"));
    const Ghost::Number t = Ghost::widened(word("t"));
    const Ghost::Number c{z3.bv_const("intervals_of_lines", 80)};
    const auto defaults = [&](const std::string& name, std::uint64_t burst, std::uint64_t ns) {
        const auto done =
            machine_attempt<Narrow>(Narrow::Number{full}, Narrow::Number{now}, Narrow::number(ns),
                                    Narrow::number((burst - 1) * ns), Narrow::number(end_of_time), goal.word_fault());
        const auto zero = Ghost::number(0);
        const auto holds = [&](const Ghost::Number& lines, const z3::expr& at) {
            return (lines <= zero) | ((s + lines <= Ghost::widened(at)) & (s + lines <= t + Ghost::number(burst * ns)));
        };
        const Bool inside = done.admitted & (s <= Ghost::widened(now)) & (Ghost::widened(now) <= t);
        const Bool sane = (s <= t) & Bool(z3::ult(c.e, z3::shl(z3.bv_val(1, 80), 70)));
        goal.prove_bits(name + "-lasts", sane & holds(c, full),
                        holds(Ghost::ite(inside, c + Ghost::number(ns), c), done.full_at.e));
    };
    defaults("site", 10, 500'000'000);
    defaults("partition", 64, 100'000'000);
    goal.witness("site-lasts", Bool(z3::ugt(full, now)) & narrow.admitted);
}

void conserves(LogGoal& goal) {
    const LogRun& r = goal.run();
    const auto& before = r.before.account;
    const auto& after = r.after.account;
    const Int attempts = goal.number("attempts");
    const Int told = goal.number("told");
    const Bool below = (before.emitted < top()) & (before.suppressed < top());
    const Int attempts_after = ite(is_attempt(r), attempts + 1, attempts);
    goal.prove("attempts-are-emitted-or-suppressed",
               in_range(r) & r.event.active & below & (attempts == before.emitted + before.suppressed),
               attempts_after == after.emitted + after.suppressed);
    goal.prove("what-lines-tell-is-what-is-reported", in_range(r) & (told == before.reported),
               told + r.after.suppressed == after.reported);
    goal.prove("reported-is-at-most-suppressed", in_range(r), after.reported <= after.suppressed);
    goal.prove("a-line-tells-all", in_range(r) & makes_line(r), after.reported == after.suppressed);
    goal.prove("a-warning-is-emitted", in_range(r) & makes(r, LogLine::warning) & (before.emitted < top()),
               after.emitted == before.emitted + 1);
    goal.prove("counts-never-fall", in_range(r),
               (after.emitted >= before.emitted) & (after.suppressed >= before.suppressed) &
                   (after.reported >= before.reported) & (after.summaries >= before.summaries));
    goal.prove("counts-stay-at-their-top", in_range(r),
               implies(before.suppressed == top(), after.suppressed == top()) &
                   implies(before.emitted == top(), after.emitted == top()));
    goal.prove("a-flush-is-no-attempt", in_range(r) & !is_attempt(r),
               (after.emitted == before.emitted) & (after.suppressed == before.suppressed));
    goal.prove("new-limits-keep-the-counts", in_range(r) & r.event.limits,
               (after.emitted == before.emitted) & (after.suppressed == before.suppressed) &
                   (after.reported == before.reported) & (after.summaries == before.summaries));
    goal.witness("a-line-tells-all", (r.after.suppressed >= 3) & makes(r, LogLine::summary));
}

void lateness(LogGoal& goal) {
    const LogRun& r = goal.run();
    const auto& site = r.limits.site;
    const auto& total = r.limits.total;
    const Int& now = r.event.now;
    const Int clock = goal.number("clock");               // the latest time so far
    const Int flushed = goal.number("last_flush");        // of any site
    const Int in_round = goal.number("flushes_of_round"); // the round it belongs to
    const Int owed_since = goal.number("owed_since");     // time of one suppression, any
    const Bool owed = goal.flag("owed");                  // it has not been reported
    const Bool begins = goal.flag("begins_a_round");
    const Int burst_and_interval = site.burst * site.interval;
    const Int most = total.burst * total.interval;
    const Int reserve = total.interval * Int(log_reserve);

    const Bool time = in_range(r) & r.event.active & !r.event.limits & (total.burst >= log_reserve + 1) & (clock >= 0) &
                      (clock <= now) & (flushed >= 0) & (flushed <= clock) & (in_round >= 0) &
                      (in_round <= log_reserve) & (owed_since >= 0) & (owed_since <= clock) &
                      (now + burst_and_interval + site.interval <= top()) & (now + most + total.interval <= top());
    const Bool schedule =
        implies(is_flush(r), (begins & (now >= flushed + reserve)) | (!begins & (in_round < log_reserve)));
    const Int flushed_after = ite(is_flush(r), now, flushed);
    const Int in_round_after = ite(is_flush(r), ite(begins, 1, in_round + 1), in_round);

    const auto site_holds = [&](const Int& full, const Int& at) { return full <= at + burst_and_interval; };
    const auto total_holds = [&](const Int& full, const Int& at, const Int& last, const Int& flushes) {
        return (full <= at + (most - reserve)) | (full <= last + (most - reserve) + flushes * total.interval);
    };
    const auto debt_holds = [&](const Bool& is_owed, const Int& since, const LogWorld<Integers>& world) {
        return implies(is_owed, (full_site(r.limits, world) <= since + burst_and_interval) &
                                    (world.account.suppressed > world.account.reported));
    };
    const Int site_before = full_site(r.limits, r.before);
    const Int total_before = full_total(r.limits, r.before);
    const Bool of_site = time & site_holds(site_before, clock);
    const Bool of_total = time & schedule & total_holds(total_before, clock, flushed, in_round);
    const Bool of_debt = of_site & debt_holds(owed, owed_since, r.before) & (r.before.account.suppressed < top());

    goal.prove("site-is-full-soon", of_site, site_holds(full_site(r.limits, r.after), now));
    // What a bucket by itself has to do with it: a token taken moves its full time by an interval, and what leaves some
    // tokens, any number, leaves it full that much sooner.
    const BucketTake& take = goal.take();
    const Int left = goal.number("tokens_left");
    const Int full = full_time<Integers>(take.limit, take.bucket);
    const Bool takes = in_range(take) & (left >= 0) & (left < take.limit.burst) & (take.tokens > left);
    goal.prove("a-token-is-an-interval", takes,
               full_time<Integers>(take.limit, take.rest) ==
                   ite(full > take.now, full, take.now) + take.limit.interval);
    goal.prove("tokens-left-are-time-left", takes,
               full <= take.now + (take.limit.burst - 1 - left) * take.limit.interval);
    goal.prove("reserve-is-there-for-each-round", of_total,
               total_holds(full_total(r.limits, r.after), now, flushed_after, in_round_after));
    const Bool suppressed = is_attempt(r) & !makes_line(r);
    goal.prove("debt-stays-due", of_debt, debt_holds(owed & !makes_line(r), owed_since, r.after));
    goal.prove("a-suppression-is-a-debt", of_debt & suppressed, debt_holds(Bool(true), now, r.after));
    goal.prove("a-flush-after-an-interval-repays-it",
               of_debt & of_total & owed & is_flush(r) & (now >= owed_since + site.interval),
               makes(r, LogLine::summary) & (r.after.suppressed >= 1));
    goal.witness("a-flush-after-an-interval-repays-it", (in_round == 9) & !begins);
}

template <class T>
Bool same(const T& a, const T& b) {
    Bool equal(true);
    T::visit([&](const auto&, const auto& x, const auto& y) { equal = equal & (x == y); }, a, b);
    return equal;
}

using ChargeHolding = HoldingIn<LogGoal>;
using ChargeObservation = ObservationIn<LogGoal>;

void beside(LogGoal& goal) {
    const ChargeRun& one = goal.charge();
    const std::vector<std::string> of_the_budget{"log_line", "log_suppressed"};
    const ChargeObservation outcome{
        .name = "everything but what the budget fills in",
        .observers = {Domain::vtl0, Domain::vtl1},
        .state = {},
        .outcome = [&](Seen& seen, const ChargeRun& run) { seen.all_but(run.charged, of_the_budget); }};
    const ChargeHolding config{
        "configuration", {Domain::paravisor}, [](Cells& cells, ChargeRun& run) { cells.all(run.config); }};
    const ChargeHolding budget{
        "log budget", {Domain::host_log}, [](Cells& cells, ChargeRun& run) { cells.all(run.before); }};
    Bool kept(true);
    Outcome<Symbolic>::visit(
        [&](const FieldName& name, const auto& x, const auto& y) {
            if (std::find(of_the_budget.begin(), of_the_budget.end(), name.str()) == of_the_budget.end()) {
                kept = kept & (x == y);
            }
        },
        one.charged, one.outcome);
    goal.prove_charge("outcome-is-what-the-step-made-it", Bool(true), kept);
    ChargePair(goal, one, {config, budget}).output_consistent("whatever-the-budget-holds", Bool(true), outcome);
    const Bool off = one.config.isolation < 2;
    goal.prove_charge("off-without-hardware-isolation", off,
                      same(one.before, one.after) & (one.charged.log_line == 0) & (one.charged.log_suppressed == 0));
    goal.witness("whatever-the-budget-holds", (one.outcome.log_site == 2) & (one.outcome.log_value == 3));
}

void confidential(LogGoal& goal) {
    // A charge tells flushes, new limits and everything else apart. Everything differs but what the host may see and,
    // where the paravisor itself asks for new limits, what it asks for.
    const ChargeRun& any = goal.charge();
    const auto kind = [](Kind k) { return Symbolic::Bv<8>(static_cast<std::uint8_t>(k)); };
    const auto line = [](Seen& seen, const ChargeRun& run) { seen.all(run.line); };
    const auto decision = [](Seen& seen, const ChargeRun& run) {
        seen.each(run.charged.log_line, run.charged.log_suppressed);
    };
    const auto budget = [](Seen& seen, const LogBudget<Symbolic>& state) { seen.all(state); };
    const ChargeRun& exit = narrowed(goal, any, [&](ChargeRun& run) { run.exit.kind = kind(Kind::l2_exit); });
    same_effect(goal, "other-kinds-are-alike",
                (any.exit.kind != kind(Kind::log_flush)) & (any.exit.kind != kind(Kind::log_limits)), any, exit,
                {.name = "line and budget", .observers = {Domain::host_log}, .state = budget, .outcome = line});
    for (const auto& [name, which] :
         {std::pair{"exit", Kind::l2_exit}, {"flush", Kind::log_flush}, {"new-limits", Kind::log_limits}}) {
        std::vector<std::string> shown{"kind", "argument", "vtl1", "vp", "now"};
        if (which == Kind::log_limits) {
            shown.insert(shown.end(), {"value", "value_high"});
        }
        const std::vector<Domain> owners{Domain::vtl0, Domain::vtl1, Domain::paravisor};
        const ChargeHolding of_exit{"what the host may not see of an exit", owners,
                                    [=](Cells& cells, ChargeRun& run) { cells.all_but(run.exit, shown); }};
        const ChargeHolding of_outcome{
            "what the host may not see of an outcome", owners, [](Cells& cells, ChargeRun& run) {
                cells.all_but(run.outcome, {"log_site", "log_msr", "log_line", "log_suppressed"});
            }};
        const ChargeRun& one = narrowed(goal, any, [&](ChargeRun& run) { run.exit.kind = kind(which); });
        ChargePair pair(goal, one, {of_exit, of_outcome});
        const std::string of = std::string("-of-") + name;
        const std::vector<Domain> host{Domain::host_log};
        pair.output_consistent("same-line" + of, Bool(true), {"line", host, {}, line});
        pair.output_consistent("same-decision" + of, Bool(true), {"decision", host, {}, decision});
        pair.step_consistent("same-budget-after" + of, Bool(true), {"budget", host, budget, {}});
    }
    goal.witness("same-line-of-exit", (any.outcome.log_site == 2) & (any.outcome.log_value == 3));
}

void apart(LogGoal& goal) {
    const ChargeRun& run = goal.charge();
    const Bool limits =
        (run.exit.kind == static_cast<std::uint8_t>(Kind::log_limits)) & acceptable_new_limit<Symbolic>(run.exit);
    const Bool flush =
        (run.exit.kind == static_cast<std::uint8_t>(Kind::log_flush)) & names_log_site<Symbolic>(run.exit);
    const auto named = Symbolic::ite(flush, trunc<8>(run.exit.argument), run.outcome.log_site);
    Bool others(true);
    Bool counts(true);
    for (std::uint8_t n = 1; n < log_site_count; ++n) {
        others = others & ((named == n) | same(run.before.site[n], run.after.site[n]));
        const auto& a = run.before.site[n];
        const auto& b = run.after.site[n];
        counts = counts & (a.emitted == b.emitted) & (a.suppressed == b.suppressed) & (a.reported == b.reported) &
                 (a.summaries == b.summaries);
    }
    goal.prove_charge("an-event-touches-its-own-site", !limits, others);
    goal.prove_charge("new-limits-touch-no-count", limits & (run.outcome.log_site == 0), counts);
    goal.prove_charge("limits-change-by-request-only", !limits,
                      (run.before.limits.site.burst == run.after.limits.site.burst) &
                          (run.before.limits.site.interval == run.after.limits.site.interval) &
                          (run.before.limits.total.burst == run.after.limits.total.burst) &
                          (run.before.limits.total.interval == run.after.limits.total.interval));
    goal.witness("new-limits-touch-no-count", (run.config.isolation == 3) & (run.before.site[2].suppressed == 5));
}

Claim claim(std::string id, std::string statement, std::string source, std::vector<std::string> mutants,
            std::function<void(LogGoal&)> put) {
    return {.id = std::move(id),
            .statement = std::move(statement),
            .source = std::move(source),
            .assumptions = {},
            .mutants = std::move(mutants),
            .put = {},
            .put_log = std::move(put)};
}

} // namespace

std::vector<Claim> log_budget_claims() {
    return {
        claim("LOG-CASES",
              "Exactly one clause says what becomes of an attempt, a flush or new limits, and buckets and counters "
              "stay in "
              "their ranges.",
              "A2 D17 D18 L2 L3 L6 L7 L15", {"uncapped-refill", "summary-never-made"}, cases),
        claim("LOG-WINDOW",
              "In every closed interval of time a log site makes at most burst + floor(length / interval) lines, "
              "whatever "
              "the clock does.",
              "A2 A8 D17 D20 L10",
              {"tumbling-window", "uncapped-refill", "refill-of-a-full-burst", "one-token-too-many",
               "refilled-by-a-step-back", "step-back-not-withheld", "summary-for-nothing"},
              window_of_a_site),
        claim("LOG-WINDOW-PARTITION",
              "In every closed interval of time the partition makes at most burst + floor(length / interval) lines, "
              "and at "
              "most burst - 10 + floor(length / interval) warnings.",
              "A2 A8 D16 D17 D20 L6 L10",
              {"tumbling-window", "uncapped-refill", "refill-of-a-full-burst", "one-token-too-many",
               "refilled-by-a-step-back", "step-back-not-withheld", "line-for-nothing", "warnings-take-the-reserve"},
              window_of_the_partition),
        claim("LOG-TIGHT", "The bound is attained: a full burst at once and one line more after each interval.",
              "D17 L10", {"tumbling-window"}, tight),
        claim("LOG-WORD",
              "The bucket kept in one machine word, its full time, decides as the bucket of the specification does and "
              "stays "
              "equal to it.",
              "D17 D20 L3 L4 L5 L15",
              {"tumbling-window", "refilled-by-a-step-back", "word-follows-a-step-back", "word-never-full"},
              word_is_the_bucket),
        claim("LOG-WINDOW-WORD",
              "The one-word bucket keeps the bound over every interval, of any interval and tolerance.", "D17 D20 L10",
              {"word-saturates", "word-follows-a-step-back", "word-never-full"}, window_of_a_word),
        claim("LOG-WINDOW-64",
              "In 64 bits no operation of the one-word bucket wraps, whatever its limits; of the default limits its "
              "bound is "
              "proved on 64-bit words directly, steps back and the end of time included.",
              "D17 D20 L10", {"word-sum-wraps", "word-saturates", "word-follows-a-step-back"}, window_of_64_bits),
        claim(
            "LOG-CONSERVES",
            "Every attempt is emitted or suppressed, lines tell of every suppressed attempt at most once, and no count "
            "falls.",
            "D18 D19 L8 L10", {"lost-update", "debt-repaid-twice", "counts-cleared-by-new-limits"}, conserves),
        claim(
            "LOG-LATENESS",
            "With rounds of flushes and a clock that does not step back, a suppressed attempt is reported by the first "
            "flush of its site an interval later.",
            "D19 L10", {"summary-never-made", "warnings-take-the-reserve", "lost-update"}, lateness),
        claim("LOG-BESIDE",
              "Nothing of an outcome but the line depends on the budget, and without hardware isolation there is no "
              "line and "
              "no count.",
              "A3 A5 A6 L1", {"guest-notices"}, beside),
        claim("LOG-LINE-CONFIDENTIAL",
              "Two exits that differ in written values, registers and anything else that the host may not see lead to "
              "the "
              "same host-visible line, the same decision to make it, and the same budget.",
              "D21 L9", {"value-in-the-line", "silent-on-odd-values"}, confidential),
        claim("LOG-APART", "An event touches the account of no other site, and new limits touch no count.",
              "D16 D18 L15", {"counts-cleared-by-new-limits", "neighbour-pays"}, apart),
    };
}

} // namespace vtlcheck::proofs
