#include "proofs/kill.hpp"

#include "proofs/example.hpp"
#include "proofs/log_goal.hpp"

namespace vtlcheck::proofs {
namespace {

/// Why the counterexample is none; empty if it is one.
std::string problem_of(const Goal& goal, const Query& query, const z3::model& model) {
    return make_example(goal, query, model, std::chrono::milliseconds(0)).problem;
}
std::string problem_of(const LogGoal& goal, const Query&, const z3::model& model) { return goal.replay(model); }

template <class Scene>
KillResult ask_obligations(Scene& goal, const Limits& limits) {
    KillResult result;
    result.reason = "no obligation notices it";
    for (const auto& obligation : goal.obligations()) {
        const Query query = goal.counterexample(obligation);
        const Answer answer = ask(goal.context(), query, limits);
        if (answer.model) {
            result.reason = problem_of(goal, query, *answer.model);
            result.killed = result.reason.empty();
            result.obligation = obligation.name;
            return result;
        }
        if (answer.result != Result::proved) {
            result.answered = false;
            result.reason = obligation.name + ": " + name(answer.result) + ": " + answer.reason;
        }
    }
    return result;
}

} // namespace

KillResult kill(const Claim& claim, const Mutant& mutant, const Limits& limits) {
    if (!claim.put) {
        return {.killed = false, .obligation = "", .reason = "the claim is about the log budget", .answered = true};
    }
    z3::context context;
    Goal goal(context, &mutant);
    claim.put(goal);
    return ask_obligations(goal, limits);
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
