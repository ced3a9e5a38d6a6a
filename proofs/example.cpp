// Makes models small, replays them on machine words and writes them as traces.
#include "proofs/example.hpp"

#include "conformance/trace.hpp"

#include <algorithm>
#include <utility>

namespace vtlcheck::proofs {

using namespace model;
using Clock = std::chrono::steady_clock;

namespace {

/// The exit that a person would start from: what the trace format's verbs set.
Exit<Concrete> usual_exit(std::uint8_t kind, std::uint64_t info) {
    Exit<Concrete> exit;
    exit.kind = kind;
    const auto basic = static_cast<std::uint16_t>(info);
    const bool msr = basic == reason_rdmsr || basic == reason_wrmsr;
    const bool served = basic == reason_vmcall || basic == reason_cr_access || basic == reason_gdtr_idtr ||
                        basic == reason_ldtr_tr || basic == reason_xsetbv;
    const bool instruction = msr || served || basic == reason_tdcall;
    if (kind == 0 && !instruction) {
        exit.rflags = 0;
        return exit;
    }
    exit.rip = 0x1000;
    exit.cr0 = 0x80050033;
    exit.cr4 = cr4_pae;
    if (kind == 0) {
        exit.info[info_rax] = basic;
        exit.info[info_rsi] = 0xFFFFFFFFA09B0010;
        exit.info[info_r11] = std::uint64_t{basic == reason_tdcall ? 4U : served ? 3U : 2U} << 32U;
    }
    return exit;
}

std::uint64_t value_in(const z3::model& model, const z3::expr& term) {
    const z3::expr value = model.eval(term, true);
    if (value.is_bool()) {
        return value.is_true() ? 1 : 0;
    }
    return value.get_numeral_uint64();
}

/// Sets every field of `to` to what `model` says of `from`.
template <class T, class U>
void read(const z3::model& model, const T& from, U& to) {
    U::visit(
        [&](const auto&, auto& field, const auto& term) {
            using Field = std::decay_t<decltype(field)>;
            if constexpr (std::is_same_v<Field, Concrete::Bool>) {
                field = Field(value_in(model, term.term()) != 0);
            } else {
                field = Field(value_in(model, term.term()));
            }
        },
        to, from);
}

template <class T>
bool differ(const T& a, const T& b) {
    bool found = false;
    T::visit([&](const auto&, const auto& x, const auto& y) { found = found || x.value() != y.value(); }, a, b);
    return found;
}

/// What a model should say: named equations.
struct Saying {
    std::string name;
    z3::expr equation;
};
template <class T, class U>
void say(std::vector<Saying>& all, const char* prefix, const T& terms, const U& values) {
    T::visit(
        [&](const auto& name, const auto& term, const auto& value) {
            using Term = std::decay_t<decltype(term)>;
            all.push_back({prefix + name.str(), (term == Term(value.value())).term()});
        },
        terms, values);
}
/// The first that `model` denies. Evaluating them together shares the work; only a denial is looked for one by one.
std::string first_denied(const z3::model& model, const std::vector<Saying>& all) {
    z3::expr_vector equations(model.ctx());
    for (const Saying& saying : all) {
        equations.push_back(saying.equation);
    }
    if (model.eval(z3::mk_and(equations), true).is_true()) {
        return {};
    }
    for (const Saying& saying : all) {
        if (!model.eval(saying.equation, true).is_true()) {
            return saying.name;
        }
    }
    return "something";
}

/// Makes a model small: drives terms to wanted values, as many as the query allows.
class Shrinker {
public:
    Shrinker(const Goal& goal, const Query& query, const z3::model& start, std::chrono::milliseconds time)
        : solver_(goal.context(), "QF_FD"), model_(start), end_(Clock::now() + time) {
        for (const z3::expr& assertion : query.assertions) {
            solver_.add(assertion);
        }
    }
    [[nodiscard]] const z3::model& model() const { return model_; }

    struct Wish {
        z3::expr term;
        z3::expr value;
    };

    /// Grants as many wishes as it can.
    void grant(const std::vector<Wish>& wishes) {
        std::vector<Wish> open;
        for (const Wish& wish : wishes) {
            if (model_.eval(wish.term == wish.value, true).is_true()) {
                solver_.add(wish.term == wish.value);
            } else {
                open.push_back(wish);
            }
        }
        if (open.empty() || Clock::now() >= end_) {
            return;
        }
        z3::expr_vector all(solver_.ctx());
        for (const Wish& wish : open) {
            all.push_back(wish.term == wish.value);
        }
        if (demand(z3::mk_and(all)) || open.size() == 1) {
            return;
        }
        const auto middle = open.begin() + static_cast<std::ptrdiff_t>(open.size() / 2);
        grant({open.begin(), middle});
        grant({middle, open.end()});
    }
    /// Adds `condition` if a model satisfies it.
    bool demand(const z3::expr& condition) {
        if (model_.eval(condition, true).is_true()) {
            solver_.add(condition);
            return true;
        }
        z3::params params(solver_.ctx());
        params.set("timeout", 500U);
        solver_.set(params);
        solver_.push();
        solver_.add(condition);
        const bool possible = solver_.check() == z3::sat;
        if (possible) {
            model_ = solver_.get_model();
        }
        solver_.pop();
        if (possible) {
            solver_.add(condition);
        }
        return possible;
    }

private:
    z3::solver solver_;
    z3::model model_;
    Clock::time_point end_;
};

template <class T, class U>
void wish(std::vector<Shrinker::Wish>& wishes, const T& terms, const U& values) {
    T::visit(
        [&](const auto&, const auto& term, const auto& value) {
            using Term = std::decay_t<decltype(term)>;
            if (term.term().is_const()) {
                wishes.push_back({term.term(), Term(value.value()).term()});
            }
        },
        terms, values);
}

/// The fields of the second run that vary should be as in the first.
template <class T>
void wish_same(std::vector<Shrinker::Wish>& wishes, const T& first, const T& second) {
    T::visit(
        [&](const auto&, const auto& a, const auto& b) {
            if (!Symbolic::same(a, b)) {
                wishes.push_back({b.term(), a.term()});
            }
        },
        first, second);
}

z3::model shrink(const Goal& goal, const Query& query, const z3::model& start, std::chrono::milliseconds time) {
    if (time.count() == 0) {
        return start;
    }
    Shrinker shrinker(goal, query, start, time);
    const Run& first = goal.run();
    for (const Run& run : goal.runs()) {
        std::vector<Shrinker::Wish> wishes;
        if (&run == &first) {
            continue;
        }
        wish_same(wishes, first.before, run.before);
        wish_same(wishes, first.exit, run.exit);
        shrinker.grant(wishes);
    }
    const auto kind = value_in(shrinker.model(), first.exit.kind.term());
    const auto info = value_in(shrinker.model(), first.exit.info[info_rax].term());
    std::vector<Shrinker::Wish> wishes;
    // First of all, the trace format has 64 VPs at most, and the one that exits is among those there are.
    shrinker.demand(z3::ult(first.exit.vp.term(), first.config.vps.term()) &&
                    z3::ule(first.config.vps.term(), goal.context().bv_val(conformance::max_vps, 32)));
    shrinker.grant({{first.exit.vp.term(), goal.context().bv_val(0, 32)}});
    wish(wishes, first.config, Config<Concrete>{});
    wish(wishes, first.before, reset_state<Concrete>(0));
    wish(wishes, first.exit, usual_exit(static_cast<std::uint8_t>(kind), info));
    shrinker.grant(wishes);
    return shrinker.model();
}

/// Runs the exit on machine words and compares with what the solver said of it.
ExampleRun replay(const Goal& goal, const Run& run, const z3::model& model, std::string& problem) {
    ExampleRun example;
    example.label = run.label;
    read(model, run.config, example.config);
    // No step depends on the limits of the log budget (the claims about it have scenes of their own). Numbers that a
    // solver thinks up for them would be no partition's.
    const Config<Concrete> usual;
    example.config.log_burst = usual.log_burst;
    example.config.log_interval = usual.log_interval;
    example.config.log_total_burst = usual.log_total_burst;
    example.config.log_total_interval = usual.log_total_interval;
    read(model, run.before, example.before);
    read(model, run.exit, example.exit);

    State<Concrete> after = example.before;
    Reading<Concrete> reading(goal.mutant(), {example.config, example.before, example.exit});
    const Step<Concrete> done = step<Concrete>(example.config, after, example.exit, reading);
    example.after = after;
    example.out = done.out;
    example.clause = done.clause.value() < clause_count ? std::string(clauses[done.clause.value()].id) : "none";

    std::vector<Saying> said;
    say(said, "outcome field ", run.out, done.out);
    say(said, "state field ", run.after, after);
    said.push_back({"the clause", (run.clause == Bv<16>(done.clause.value())).term()});
    if (const std::string denied = first_denied(model, said); !denied.empty()) {
        problem = "the replay on machine words differs in " + denied;
    }
    return example;
}

std::string trace_of(const ExampleRun& run) {
    conformance::Trace trace;
    trace.config = run.config;
    const std::uint32_t vp = run.exit.vp.value();
    const std::uint32_t vps = run.config.vps.value();
    if (vps > conformance::max_vps || vp >= vps) {
        return {};
    }
    trace.vps = vps;
    trace.start = conformance::InitialState::reset(trace.vps);
    trace.start.partition = run.before.partition;
    trace.start.vsm = run.before.vsm;
    trace.start.vp[vp].shared = run.before.vp;
    trace.start.vp[vp].vtl = run.before.vtl;
    trace.start.vp[slot_vp(run.config, run.exit)].slot = run.before.slot;
    conformance::ExpectedOutcome expected;
    expected.outcome = run.out;
    expected.given.set();
    expected.clause = run.clause;
    trace.steps.push_back({.exit = run.exit, .expected = expected});
    return conformance::write(trace);
}

} // namespace

std::string Example::text() const {
    std::string all = values;
    for (const ExampleRun& run : runs) {
        if (runs.size() > 1) {
            all += run.label.empty() ? "# first run\n" : "# " + run.label + " run\n";
        }
        all += run.trace;
    }
    return all;
}

Example make_example(const Goal& goal, const Query& query, const z3::model& model, std::chrono::milliseconds time) {
    Example example;
    try {
        const z3::model small = shrink(goal, query, model, time);
        for (const z3::expr& assertion : query.original) {
            if (!small.eval(assertion, true).is_true()) {
                example.problem = "the solver's model does not satisfy its query";
            }
        }
        for (const Run& run : goal.runs()) {
            ExampleRun replayed = replay(goal, run, small, example.problem);
            replayed.trace = trace_of(replayed);
            if (replayed.trace.empty() && example.problem.empty() && time.count() > 0) {
                example.problem = "the example has a VP number that the trace format does not have";
            }
            const bool news = example.runs.empty() || differ(example.runs.front().exit, replayed.exit) ||
                              differ(example.runs.front().before, replayed.before);
            if (news) {
                example.runs.push_back(std::move(replayed));
            }
        }
        example.ok = example.problem.empty();
    } catch (const z3::exception& e) {
        example.problem = e.msg();
    }
    return example;
}

} // namespace vtlcheck::proofs
