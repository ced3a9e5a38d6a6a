#include "proofs/log_mutants.hpp"

#include <algorithm>

namespace vtlcheck::proofs {

using namespace model;

namespace {

constexpr ClauseIndex warning = log_clause_index("LOG-03");
constexpr ClauseIndex held_back_by_site = log_clause_index("LOG-04");
constexpr ClauseIndex summary = log_clause_index("LOG-07");
constexpr ClauseIndex new_limits = log_clause_index("LOG-10");
static_assert(new_limits != no_clause);
constexpr bool makes_line(ClauseIndex index) { return index == warning || index == summary; }

/// The mutant whose hooks `fill` sets, whatever the domain.
template <class Fill>
LogMutant mutant(std::string name, std::string description, Fill&& fill) {
    LogMutant made{.name = std::move(name),
                   .description = std::move(description),
                   .concrete = {},
                   .symbolic = {},
                   .integers = {},
                   .word = WordFault::none};
    fill(made.concrete);
    fill(made.symbolic);
    fill(made.integers);
    return made;
}

LogMutant word_mutant(std::string name, std::string description, WordFault fault) {
    return {.name = std::move(name),
            .description = std::move(description),
            .concrete = {},
            .symbolic = {},
            .integers = {},
            .word = fault};
}

template <class D>
auto gained(const BucketLimit<D>& limit, const TokenBucket<D>& bucket, const typename D::template Bv<64>& now) {
    return D::quotient(now - bucket.since, limit.interval);
}

} // namespace

const std::vector<LogMutant>& log_mutants() {
    static const std::vector<LogMutant> all{
        mutant("tumbling-window", "a burst again every burst x interval, as the observed limiter has it",
               []<class D>(LogAlteration<D>& to) {
                   using Bv64 = typename D::template Bv<64>;
                   const auto over = [](const BucketLimit<D>& limit, const TokenBucket<D>& bucket, const Bv64& now) {
                       return (now >= bucket.since) & (now - bucket.since >= D::product(limit.burst, limit.interval));
                   };
                   to.tokens = [over](const Bv64&, const auto& limit, const auto& bucket, const Bv64& now) {
                       return D::ite(over(limit, bucket, now), limit.burst, bucket.tokens);
                   };
                   to.rest = [over](const auto&, const auto& limit, const auto& bucket, const Bv64& now) {
                       const auto begins = over(limit, bucket, now);
                       return TokenBucket<D>{.tokens = D::ite(begins, limit.burst, bucket.tokens) - 1,
                                             .since = D::ite(begins, now, bucket.since)};
                   };
               }),
        mutant("uncapped-refill", "a bucket gains tokens above its burst",
               []<class D>(LogAlteration<D>& to) {
                   using Bv64 = typename D::template Bv<64>;
                   to.tokens = [](const Bv64& written, const auto& limit, const auto& bucket, const Bv64& now) {
                       return D::ite(now >= bucket.since, bucket.tokens + gained<D>(limit, bucket, now), written);
                   };
                   to.rest = [](const auto& written, const auto& limit, const auto& bucket, const Bv64& now) {
                       const auto ahead = now >= bucket.since;
                       const Bv64 more = gained<D>(limit, bucket, now);
                       return TokenBucket<D>{
                           .tokens = D::ite(ahead, bucket.tokens + more - 1, written.tokens),
                           .since = D::ite(ahead, bucket.since + D::product(more, limit.interval), written.since)};
                   };
               }),
        mutant("refill-of-a-full-burst", "the first token after an empty bucket brings the whole burst",
               []<class D>(LogAlteration<D>& to) {
                   using Bv64 = typename D::template Bv<64>;
                   const auto fills = [](const BucketLimit<D>& limit, const TokenBucket<D>& bucket, const Bv64& now) {
                       return (now >= bucket.since) & (gained<D>(limit, bucket, now) >= 1);
                   };
                   to.tokens = [fills](const Bv64& written, const auto& limit, const auto& bucket, const Bv64& now) {
                       return D::ite(fills(limit, bucket, now), limit.burst, written);
                   };
                   to.rest = [fills](const auto& written, const auto& limit, const auto& bucket, const Bv64& now) {
                       const auto filled = fills(limit, bucket, now);
                       return TokenBucket<D>{.tokens = D::ite(filled, limit.burst - 1, written.tokens),
                                             .since = D::ite(filled, now, written.since)};
                   };
               }),
        mutant("one-token-too-many", "a bucket gives a token when it has none",
               []<class D>(LogAlteration<D>& to) {
                   using Bv64 = typename D::template Bv<64>;
                   to.tokens = [](const Bv64& written, const auto&, const auto&, const Bv64&) { return written + 1; };
                   to.rest = [](const auto& written, const auto& limit, const auto& bucket, const Bv64& now) {
                       const auto none = available<D>(limit, bucket, now) == 0;
                       return TokenBucket<D>{.tokens = D::ite(none, bucket.tokens, written.tokens),
                                             .since = D::ite(none, bucket.since, written.since)};
                   };
               }),
        mutant("refilled-by-a-step-back", "a clock that stepped back refills as if it had gone as far ahead",
               []<class D>(LogAlteration<D>& to) {
                   using Bv64 = typename D::template Bv<64>;
                   const auto brought = [](const BucketLimit<D>& limit, const TokenBucket<D>& bucket, const Bv64& now) {
                       const Bv64 sum = bucket.tokens + D::quotient(bucket.since - now, limit.interval);
                       return D::ite(sum > limit.burst, limit.burst, sum);
                   };
                   to.tokens = [brought](const Bv64& written, const auto& limit, const auto& bucket, const Bv64& now) {
                       return D::ite(now >= bucket.since, written, brought(limit, bucket, now));
                   };
                   to.rest = [brought](const auto& written, const auto& limit, const auto& bucket, const Bv64& now) {
                       const auto ahead = now >= bucket.since;
                       return TokenBucket<D>{.tokens = D::ite(ahead, written.tokens, brought(limit, bucket, now) - 1),
                                             .since = D::ite(ahead, written.since, now)};
                   };
               }),
        mutant("step-back-not-withheld", "a clock that stepped back finds all tokens that had been there ahead of it",
               []<class D>(LogAlteration<D>& to) {
                   using Bv64 = typename D::template Bv<64>;
                   to.tokens = [](const Bv64& written, const auto&, const auto& bucket, const Bv64& now) {
                       return D::ite(now >= bucket.since, written, bucket.tokens);
                   };
               }),
        mutant("line-for-nothing", "a line takes no token of the partition",
               []<class D>(LogAlteration<D>& to) {
                   to.applied = [](ClauseIndex index, const LogWorld<D>& before, LogWorld<D>& world) {
                       if (makes_line(index)) {
                           world.total = before.total;
                       }
                   };
               }),
        mutant("summary-for-nothing", "a summary takes no token of its site",
               []<class D>(LogAlteration<D>& to) {
                   to.applied = [](ClauseIndex index, const LogWorld<D>& before, LogWorld<D>& world) {
                       if (index == summary) {
                           world.account.bucket = before.account.bucket;
                       }
                   };
               }),
        mutant("lost-update", "an attempt that the site holds back is not counted, as when two writers collide",
               []<class D>(LogAlteration<D>& to) {
                   to.applied = [](ClauseIndex index, const LogWorld<D>& before, LogWorld<D>& world) {
                       if (index == held_back_by_site) {
                           world.account.suppressed = before.account.suppressed;
                       }
                   };
               }),
        mutant("debt-repaid-twice", "a line tells of suppressed attempts and leaves them to be told of again",
               []<class D>(LogAlteration<D>& to) {
                   to.applied = [](ClauseIndex index, const LogWorld<D>& before, LogWorld<D>& world) {
                       if (makes_line(index)) {
                           world.account.reported = before.account.reported;
                       }
                   };
               }),
        mutant("counts-cleared-by-new-limits", "new limits start all counts anew",
               []<class D>(LogAlteration<D>& to) {
                   to.applied = [](ClauseIndex index, const LogWorld<D>&, LogWorld<D>& world) {
                       if (index == new_limits) {
                           world.account.suppressed = 0;
                           world.account.reported = 0;
                           world.account.emitted = 0;
                       }
                   };
                   if constexpr (!std::is_same_v<D, Integers>) {
                       to.stored = [](const Exit<D>& exit, const Outcome<D>&, LogBudget<D>& budget) {
                           const auto renewed = exit.kind == static_cast<std::uint8_t>(Kind::log_limits);
                           for (auto& account : budget.site) {
                               account.suppressed = D::ite(renewed, typename D::template Bv<64>(0), account.suppressed);
                           }
                       };
                   }
               }),
        mutant("neighbour-pays", "a line at any site takes a token of the site of unknown reads",
               []<class D>(LogAlteration<D>& to) {
                   if constexpr (!std::is_same_v<D, Integers>) {
                       to.stored = [](const Exit<D>&, const Outcome<D>& out, LogBudget<D>& budget) {
                           auto& tokens = budget.site[1].bucket.tokens;
                           tokens = D::ite(out.log_line != 0, tokens - 1, tokens);
                       };
                   }
               }),
        mutant("summary-never-made", "a flush finds nothing to sum up",
               []<class D>(LogAlteration<D>& to) {
                   using Bool = typename D::Bool;
                   to.guard = [](ClauseIndex index, const Bool& written) {
                       return index == summary ? Bool(false) : written;
                   };
               }),
        mutant("warnings-take-the-reserve", "warnings take the tokens that are there for summaries",
               []<class D>(LogAlteration<D>& to) {
                   using Bv64 = typename D::template Bv<64>;
                   to.tokens = [](const Bv64& written, const auto&, const auto&, const Bv64&) {
                       // Only the test on the partition asks for more than one.
                       return D::ite(written >= 1, written + log_reserve, written);
                   };
               }),
        mutant("value-in-the-line", "the line for the host shows the low half of the written value as its number",
               []<class D>(LogAlteration<D>& to) {
                   if constexpr (!std::is_same_v<D, Integers>) {
                       to.shown = [](const Outcome<D>& out, HostLine<D>& line) {
                           line.number = D::ite(line.line != 0, trunc<32>(out.log_value), line.number);
                       };
                   }
               }),
        mutant("silent-on-odd-values", "a warning about an odd value is dropped",
               []<class D>(LogAlteration<D>& to) {
                   if constexpr (!std::is_same_v<D, Integers>) {
                       to.charged = [](const Exit<D>&, Outcome<D>& out) {
                           out.log_line = D::ite(bit(out.log_value, 0), typename D::template Bv<8>(0), out.log_line);
                       };
                   }
               }),
        mutant("guest-notices", "the guest's RIP stays where it is when the line is suppressed",
               []<class D>(LogAlteration<D>& to) {
                   if constexpr (!std::is_same_v<D, Integers>) {
                       to.charged = [](const Exit<D>& exit, Outcome<D>& out) {
                           const auto suppressed = (out.log_site != 0) & (out.log_line == 0);
                           out.rip = D::ite(suppressed, exit.rip, out.rip);
                       };
                   }
               }),
        word_mutant("word-sum-wraps", "the one-word bucket forms now + tolerance, which wraps at the end of time",
                    WordFault::sum_wraps),
        word_mutant("word-saturates", "the one-word bucket keeps the greatest time where the next would not fit",
                    WordFault::saturates),
        word_mutant("word-follows-a-step-back", "the one-word bucket is set from a clock that stepped back",
                    WordFault::step_back_fills),
        word_mutant("word-never-full", "the one-word bucket saves up all the time that nothing was taken",
                    WordFault::never_full),
    };
    return all;
}

std::vector<LogMutant> systematic_log_mutants() {
    std::vector<LogMutant> all;
    for (ClauseIndex clause = 0; clause < log_clauses.size(); ++clause) {
        const std::string id(log_clauses[clause].id);
        const auto guard = [clause](bool holds) {
            return [clause, holds]<class D>(LogAlteration<D>& to) {
                using Bool = typename D::Bool;
                to.guard = [clause, holds](ClauseIndex index, const Bool& written) {
                    return index == clause ? Bool(holds) : written;
                };
            };
        };
        all.push_back(mutant("guard-dropped:" + id, "applies to its whole family", guard(true)));
        all.push_back(mutant("guard-never:" + id, "never applies", guard(false)));
        all.push_back(mutant("effect-dropped:" + id, "does nothing", [clause]<class D>(LogAlteration<D>& to) {
            to.applied = [clause](ClauseIndex index, const LogWorld<D>& before, LogWorld<D>& world) {
                if (index == clause) {
                    const auto deciding = world.clause;
                    world = before;
                    world.clause = deciding;
                }
            };
        }));
    }
    return all;
}

const LogMutant* find_log_mutant(std::string_view name) {
    const auto& all = log_mutants();
    const auto found = std::find_if(all.begin(), all.end(), [&](const LogMutant& m) { return m.name == name; });
    return found == all.end() ? nullptr : &*found;
}

} // namespace vtlcheck::proofs
