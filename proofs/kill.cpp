#include "proofs/kill.hpp"

#include "proofs/example.hpp"
#include "proofs/log_goal.hpp"

#include <algorithm>
#include <optional>

namespace vtlcheck::proofs {
namespace {

/// Why the counterexample is none; empty if it is one.
std::string problem_of(const Goal& goal, const Query& query, const z3::model& model) {
    return make_example(goal, query, model, std::chrono::milliseconds(0)).problem;
}
std::string problem_of(const LogGoal& goal, const Query&, const z3::model& model) { return goal.replay(model); }

/// The obligation is refuted by `model`: a kill if the counterexample replays on machine words.
template <class Scene, class AnObligation>
KillResult refuted(Scene& goal, const AnObligation& obligation, const z3::model& model) {
    const std::string problem = problem_of(goal, goal.counterexample(obligation), model);
    return {.killed = problem.empty(), .obligation = obligation.name, .reason = problem, .answered = true};
}

template <class Scene>
KillResult ask_obligations(Scene& goal, const Limits& limits) {
    KillResult result;
    result.reason = "no obligation notices it";
    for (const auto& obligation : goal.obligations()) {
        const Answer answer = ask(goal.context(), goal.counterexample(obligation), limits);
        if (answer.model) {
            return refuted(goal, obligation, *answer.model);
        }
        if (answer.result != Result::proved) {
            result.answered = false;
            result.reason = obligation.name + ": " + name(answer.result) + ": " + answer.reason;
        }
    }
    return result;
}

/// Where the mutant does something else is a good place to look first: one question may spare those of all obligations
/// before the one that notices. It is given up soon, since it need not have an answer.
std::optional<KillResult> kill_where_it_differs(Goal& goal, const Limits& limits) {
    if (goal.runs().size() != 1 || goal.obligations().size() <= 2) {
        return std::nullopt;
    }
    const Goal as_written(goal.context());
    const Limits soon{.time = std::min<std::chrono::milliseconds>(limits.time, std::chrono::seconds(1)),
                      .seed = limits.seed};
    const Answer elsewhere = ask(goal.context(), goal.difference(as_written.run()), soon);
    for (const Obligation& obligation : goal.obligations()) {
        const Bool broken = obligation.premise & !obligation.conclusion;
        if (elsewhere.model && elsewhere.model->eval(broken.term(), true).is_true()) {
            return refuted(goal, obligation, *elsewhere.model);
        }
    }
    return std::nullopt;
}

} // namespace

KillResult kill(const Claim& claim, const Mutant& mutant, const Limits& limits) {
    if (!claim.put) {
        return {.killed = false, .obligation = "", .reason = "the claim is about the log budget", .answered = true};
    }
    z3::context context;
    Goal goal(context, &mutant);
    claim.put(goal);
    const auto found = kill_where_it_differs(goal, limits);
    return found ? *found : ask_obligations(goal, limits);
}

KillResult kill(const Claim& claim, const LogMutant& mutant, const Limits& limits) {
    if (!claim.put_log) {
        return {.killed = false, .obligation = "", .reason = "the claim is not about the log budget", .answered = true};
    }
    z3::context context;
    LogGoal goal(context, &mutant);
    claim.put_log(goal);
    return ask_obligations(goal, limits);
}

Difference difference(const Mutant& mutant, const Limits& limits) {
    z3::context context;
    Goal goal(context, &mutant);
    const Goal written(context);
    Query anywhere = goal.difference(written.run());
    // The second question is asked first: where the answer is yes, which is usual, it is the only one.
    Query valid = anywhere;
    const auto rules = model::valid_state<Symbolic>(goal.run().config, goal.run().before).term();
    valid.assertions.push_back(rules);
    valid.original.push_back(rules);
    const Answer answer = ask(context, valid, limits);
    if (answer.result == Result::refuted) {
        return Difference::some;
    }
    if (answer.result != Result::proved) {
        return Difference::unknown;
    }
    return ask(context, anywhere, limits).result == Result::proved ? Difference::none : Difference::unreachable;
}

} // namespace vtlcheck::proofs
