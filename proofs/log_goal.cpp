#include "proofs/log_goal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace vtlcheck::proofs {

using namespace model;
using Bool = Symbolic::Bool;
using Int = Integers::Bv<64>;

namespace {

/// Calls `f(name, term)` for every input of the run.
template <class Run, class F>
void each_input(const Run& run, F&& f) {
    BucketLimit<Integers>::visit_in("site_limit.", f, run.limits.site);
    BucketLimit<Integers>::visit_in("total_limit.", f, run.limits.total);
    LogWorld<Integers>::visit(f, run.before);
    f(FieldName{"active"}, run.event.active);
    f(FieldName{"attempt"}, run.event.attempt);
    f(FieldName{"flush"}, run.event.flush);
    f(FieldName{"limits"}, run.event.limits);
    f(FieldName{"of_sites"}, run.event.of_sites);
    f(FieldName{"now"}, run.event.now);
}

/// What the model says of a term; a number outside 64 bits has no value on machine words.
template <class Term>
std::optional<std::uint64_t> value_of(const z3::model& model, const Term& term) {
    const z3::expr value = model.eval(term.term(), true);
    if (value.is_bool()) {
        return value.is_true() ? 1U : 0U;
    }
    std::uint64_t number = 0;
    if (!value.is_numeral_u64(number)) {
        return std::nullopt;
    }
    return number;
}

/// Sets `to` to what the model says of `from`; false if it cannot.
template <class Field, class Term>
bool read(const z3::model& model, const Term& from, Field& to) {
    const auto value = value_of(model, from);
    if constexpr (std::is_same_v<Field, Concrete::Bool>) {
        to = Field(value.value_or(0) != 0);
    } else {
        to = Field(value.value_or(0));
    }
    return value.has_value();
}

/// Reads what visit(f, to, from) names.
template <class T, class U>
bool read_all(const z3::model& model, const T& from, U& to) {
    bool ok = true;
    U::visit([&](const auto&, auto& field, const auto& term) { ok = read(model, term, field) && ok; }, to, from);
    return ok;
}

/// The fields in which the model and the machine words part, each with a comma.
template <class T, class U>
std::string parted(const z3::model& model, const T& terms, const U& words) {
    std::string text;
    U::visit(
        [&](const auto& name, const auto& word, const auto& term) {
            const auto said = value_of(model, term);
            if (!said || *said != static_cast<std::uint64_t>(word.value())) {
                text += fmt::format("{} is {}, the solver says {}, ", name.str(), word.value(),
                                    said ? std::to_string(*said) : "no 64-bit number");
            }
        },
        words, terms);
    return text;
}

std::string replay_one(const z3::model& model, const LogRun& run, const LogMutant* mutant) {
    LogLimits<Concrete> limits;
    LogWorld<Concrete> before;
    LogEvent<Concrete> event;
    bool ok = read_all(model, run.limits.site, limits.site) && read_all(model, run.limits.total, limits.total);
    ok = ok && read_all(model, run.before, before) && read(model, run.event.active, event.active) &&
         read(model, run.event.attempt, event.attempt) && read(model, run.event.flush, event.flush) &&
         read(model, run.event.limits, event.limits) && read(model, run.event.of_sites, event.of_sites) &&
         read(model, run.event.now, event.now);
    if (!ok) {
        return "a number does not fit into 64 bits, ";
    }
    if (limits.site.interval.value() == 0) {
        return ""; // the model is of an obligation about something else
    }
    LogWorld<Concrete> world = before;
    LogReading<Concrete> reading(mutant);
    reading.starts_from(before);
    Book<Concrete, LogWorld<Concrete>, LogReading<Concrete>> book(world, reading);
    log_family<Concrete>(book, limits, before, event, world);
    return parted(model, run.after, world);
}

std::string replay_one(const z3::model& model, const BucketTake& take, const LogMutant* mutant) {
    BucketLimit<Concrete> limit;
    TokenBucket<Concrete> bucket;
    Concrete::Bv<64> now;
    if (!read_all(model, take.limit, limit) || !read_all(model, take.bucket, bucket) || !read(model, take.now, now)) {
        return "a number does not fit into 64 bits, ";
    }
    if (limit.interval.value() == 0) {
        return ""; // the model is of an obligation about something else
    }
    const LogReading<Concrete> reading(mutant);
    const auto tokens = reading.tokens(available<Concrete>(limit, bucket, now), limit, bucket, now);
    if (value_of(model, take.tokens) != tokens.value()) {
        return fmt::format("there are {} tokens, the solver says otherwise, ", tokens.value());
    }
    // Of an empty bucket nothing is taken.
    return tokens.value() == 0
               ? ""
               : parted(model, take.rest, reading.rest(taken<Concrete>(limit, bucket, now), limit, bucket, now));
}

/// A reading in which buckets are functions of five words.
template <class D>
class OpaqueReading : public LogReading<D> {
public:
    using Word = typename D::template Bv<64>;
    using Limit = BucketLimit<D>;
    using Bucket = TokenBucket<D>;
    using Function = std::function<Word(const char* name, const Limit&, const Bucket&, const Word& now)>;

    OpaqueReading(const LogMutant* mutant, Function function) : LogReading<D>(mutant), function_(std::move(function)) {}
    [[nodiscard]] Word tokens(const Word&, const Limit& limit, const Bucket& bucket, const Word& now) const {
        return function_("tokens", limit, bucket, now);
    }
    [[nodiscard]] Bucket rest(const Bucket&, const Limit& limit, const Bucket& bucket, const Word& now) const {
        return {.tokens = function_("rest.tokens", limit, bucket, now),
                .since = function_("rest.since", limit, bucket, now)};
    }

private:
    Function function_;
};

z3::expr bucket_function(z3::context& z3, const char* name, const std::vector<z3::expr>& of) {
    const z3::sort word = z3.bv_sort(64);
    const std::vector<z3::sort> words(of.size(), word);
    z3::expr_vector arguments(z3);
    for (const z3::expr& e : of) {
        arguments.push_back(e);
    }
    return z3.function(name, static_cast<unsigned>(words.size()), words.data(), word)(arguments);
}

std::string replay_one(const z3::model& model, const ChargeRun& run, const LogMutant* mutant) {
    Config<Concrete> config;
    Exit<Concrete> exit;
    Outcome<Concrete> out;
    LogBudget<Concrete> budget;
    read_all(model, run.config, config);
    read_all(model, run.exit, exit);
    read_all(model, run.outcome, out);
    read_all(model, run.before, budget);
    z3::context& z3 = Symbolic::context();
    OpaqueReading<Concrete> reading(
        mutant, [&](const char* name, const auto& limit, const auto& bucket, const auto& now) {
            std::vector<z3::expr> words;
            for (const auto& word : {limit.burst, limit.interval, bucket.tokens, bucket.since, now}) {
                words.push_back(z3.bv_val(std::uint64_t{word.value()}, 64));
            }
            return Concrete::Bv<64>(model.eval(bucket_function(z3, name, words), true).get_numeral_uint64());
        });
    model::charge<Concrete>(config, budget, exit, out, reading);
    return parted(model, run.after, budget) + parted(model, run.charged, out) +
           parted(model, run.line, host_line<Concrete>(exit, out, reading));
}

Bool is_word(const Int& n) { return (n >= 0) & (n <= Int(end_of_time)); }

Bool in_range(const BucketLimit<Integers>& limit, const TokenBucket<Integers>& bucket) {
    const Int top(end_of_time);
    return (limit.burst >= 1) & (limit.interval >= 1) & (limit.burst * limit.interval <= top) & (bucket.tokens >= 0) &
           (bucket.tokens <= limit.burst) & (bucket.since >= 0) & (full_time<Integers>(limit, bucket) <= top);
}

Bool in_range(const LogLimits<Integers>& limits, const LogWorld<Integers>& world) {
    const auto word = is_word;
    const auto& account = world.account;
    return in_range(limits.site, account.bucket) & in_range(limits.total, world.total) & word(account.emitted) &
           word(account.suppressed) & word(account.reported) & word(account.summaries) &
           (account.reported <= account.suppressed);
}

} // namespace

const LogRun& LogGoal::step(LogRun& run) {
    run.after = run.before;
    LogReading<Integers> reading(mutant_);
    reading.starts_from(run.before);
    Book<Integers, LogWorld<Integers>, LogReading<Integers>> book(run.after, reading);
    log_family<Integers>(book, run.limits, run.before, run.event, run.after);
    run.guards = reading.guards();
    return run;
}

const LogRun& LogGoal::run(const std::string& label) {
    LogRun& run = runs_.emplace_back();
    const auto name_it = [&](const FieldName& name, auto& field) {
        field = std::decay_t<decltype(field)>(context_.constant((label + name.str()).c_str(), field.term().get_sort()));
    };
    each_input(run, [&](const FieldName& name, const auto& field) {
        name_it(name, const_cast<std::decay_t<decltype(field)>&>(field)); // NOLINT(*-const-cast): the run is ours
    });
    run.before.line = 0;
    run.before.suppressed = 0;
    run.before.clause = no_clause;
    return step(run);
}

const BucketTake& LogGoal::take() {
    BucketTake& take = takes_.emplace_back();
    const auto name_it = [&](const FieldName& name, auto& field) { field = number("bucket." + name.str()); };
    BucketLimit<Integers>::visit(name_it, take.limit);
    TokenBucket<Integers>::visit(name_it, take.bucket);
    name_it(FieldName{"now"}, take.now);
    const LogReading<Integers> reading(mutant_);
    take.tokens =
        reading.tokens(available<Integers>(take.limit, take.bucket, take.now), take.limit, take.bucket, take.now);
    take.rest = reading.rest(taken<Integers>(take.limit, take.bucket, take.now), take.limit, take.bucket, take.now);
    return take;
}

const ChargeRun& LogGoal::step(ChargeRun& run) {
    run.after = run.before;
    run.charged = run.outcome;
    const auto function = [this](const char* name, const auto& limit, const auto& bucket, const auto& now) {
        return Symbolic::Bv<64>(bucket_function(
            context_, name,
            {limit.burst.term(), limit.interval.term(), bucket.tokens.term(), bucket.since.term(), now.term()}));
    };
    OpaqueReading<Symbolic> reading(mutant_, function);
    model::charge<Symbolic>(run.config, run.after, run.exit, run.charged, reading);
    run.line = host_line<Symbolic>(run.exit, run.charged, reading);
    return run;
}

const ChargeRun& LogGoal::charge() {
    ChargeRun& run = charges_.emplace_back();
    const auto name_all = [&](const char* scope) {
        return [this, scope](const FieldName& name, auto& field) {
            field = std::decay_t<decltype(field)>(
                context_.constant((std::string(scope) + name.str()).c_str(), field.term().get_sort()));
        };
    };
    Config<Symbolic>::visit(name_all("config."), run.config);
    Exit<Symbolic>::visit(name_all("exit."), run.exit);
    Outcome<Symbolic>::visit(name_all("out."), run.outcome);
    LogBudget<Symbolic>::visit(name_all("budget."), run.before);
    run.outcome.log_line = 0;
    run.outcome.log_suppressed = 0;
    return step(run);
}

Query LogGoal::counterexample(const LogObligation& obligation) {
    const std::vector<z3::expr> both{obligation.premise.term(), (!obligation.conclusion).term()};
    return {.name = obligation.name, .comments = {}, .logic = obligation.logic, .assertions = both, .original = both};
}

Query LogGoal::reach(const LogObligation& obligation) {
    const std::vector<z3::expr> premise{(obligation.premise & obligation.shown).term()};
    return {.name = obligation.name + " (premise)",
            .comments = {},
            .logic = obligation.logic,
            .assertions = premise,
            .original = premise};
}

Query LogGoal::witness() const {
    const auto found = std::find_if(obligations_.begin(), obligations_.end(),
                                    [&](const LogObligation& o) { return o.name == witness_of_; });
    if (found == obligations_.end()) {
        throw std::logic_error("the witness is of no obligation: \"" + witness_of_ + "\"");
    }
    Query query = reach(*found);
    query.name = "witness";
    query.assertions.push_back(witness_.term());
    query.original.push_back(witness_.term());
    return query;
}

FormulaWriter LogGoal::formula_writer() const {
    FormulaWriter writer;
    const auto naming = [&](const std::string& of) {
        return [&writer, of](const FieldName& name, const auto& field) { writer.name(field.term(), of + name.str()); };
    };
    const auto number_of = [](const auto& all, const auto& one) {
        const auto at = std::find_if(all.begin(), all.end(), [&](const auto& other) { return &other == &one; });
        return at == all.begin() ? std::string() : fmt::format("run{}.", at - all.begin() + 1);
    };
    for (const LogRun& run : runs_) {
        const std::string of = number_of(runs_, run);
        for (std::size_t i = 0; i < run.guards.size(); ++i) {
            writer.name(run.guards[i].term(), fmt::format("{}applies({})", of, log_clauses[i].id));
        }
        LogWorld<Integers>::visit(naming(of + "after."), run.after);
    }
    for (const BucketTake& take : takes_) {
        const std::string of = number_of(takes_, take);
        writer.name(take.tokens.term(), of + "available");
        TokenBucket<Integers>::visit(naming(of + "rest."), take.rest);
    }
    for (const ChargeRun& run : charges_) {
        const std::string of = number_of(charges_, run);
        LogBudget<Symbolic>::visit(naming(of + "after."), run.after);
        Outcome<Symbolic>::visit(naming(of + "charged."), run.charged);
        HostLine<Symbolic>::visit(naming(of + "line."), run.line);
    }
    return writer;
}

std::string LogGoal::values(const z3::model& model) const {
    std::string text;
    // What the model does not mention is of no importance.
    for (unsigned i = 0; i < model.num_consts(); ++i) {
        const z3::func_decl name = model.get_const_decl(i);
        const z3::expr value = model.get_const_interp(name);
        std::uint64_t number = 0;
        text += fmt::format("{} = {}\n", name.name().str(),
                            value.is_numeral_u64(number) ? std::to_string(number) : value.to_string());
    }
    return text;
}

std::string LogGoal::replay(const z3::model& model) const {
    std::string problem;
    for (const LogRun& run : runs_) {
        problem += replay_one(model, run, mutant_);
    }
    for (const BucketTake& take : takes_) {
        problem += replay_one(model, take, mutant_);
    }
    for (const ChargeRun& run : charges_) {
        problem += replay_one(model, run, mutant_);
    }
    return problem;
}

Bool in_range(const LogRun& run) { return in_range(run.limits, run.before) & is_word(run.event.now); }

Bool in_range(const BucketTake& take) { return in_range(take.limit, take.bucket) & is_word(take.now); }

Bool in_range_after(const LogRun& run) { return in_range(run.limits, run.after); }

} // namespace vtlcheck::proofs
