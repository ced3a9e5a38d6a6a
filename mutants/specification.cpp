#include "mutants/specification.hpp"

#include "mutants/defect_classes.hpp"
#include "mutants/hash.hpp"
#include "proofs/kill.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace vtlcheck::mutants {
namespace {

using model::Concrete;
using Clock = std::chrono::steady_clock;

std::string shown(const proptests::FirstDivergence& found) {
    const auto& divergence = found.divergence;
    std::string text = fmt::format("trace {}, exit {}", found.trace, divergence.step + 1);
    if (!divergence.subject_error.empty()) {
        return text + ": " + divergence.subject_error;
    }
    if (!divergence.differences.empty()) {
        const auto& first = divergence.differences.front();
        text +=
            fmt::format(": {} {}: expected {}, observed {}", first.scope, first.field, first.expected, first.observed);
    }
    return text;
}

/// Those first that are about a clause of the mutant, as their own mutants say.
template <class M>
std::vector<const proofs::Claim*> in_order(const M& mutant, bool of_log) {
    const auto concerns = [&](const proofs::Claim& claim) {
        return std::any_of(claim.mutants.begin(), claim.mutants.end(), [&](const std::string& name) {
            if (name == mutant.name) {
                return true;
            }
            if constexpr (requires { mutant.clauses; }) {
                const auto* other = proofs::find_mutant(name);
                return other != nullptr &&
                       std::any_of(mutant.clauses.begin(), mutant.clauses.end(), [&](const std::string& id) {
                           return std::find(other->clauses.begin(), other->clauses.end(), id) != other->clauses.end();
                       });
            }
            return false;
        });
    };
    std::vector<const proofs::Claim*> order;
    std::vector<const proofs::Claim*> others;
    for (const auto& claim : proofs::all_claims()) {
        if (static_cast<bool>(claim.put_log) == of_log) {
            (concerns(claim) ? order : others).push_back(&claim);
        }
    }
    order.insert(order.end(), others.begin(), others.end());
    return order;
}

template <class M>
Outcome ask_claims(const M& mutant, bool of_log, const SpecificationChecks& checks) {
    const auto end = Clock::now() + checks.claims;
    std::string open;
    for (const auto* claim : in_order(mutant, of_log)) {
        if (Clock::now() > end) {
            return {Verdict::error, "the time for claims is over", open};
        }
        const auto result = proofs::kill(*claim, mutant, {.time = checks.question, .seed = 1});
        if (result.killed) {
            return {Verdict::killed, "claim " + claim->id, result.obligation};
        }
        if (!result.answered) {
            open += fmt::format("{}{}: {}", open.empty() ? "" : "; ", claim->id, result.reason);
        }
    }
    return {Verdict::survived, "", open};
}

template <class M>
std::optional<Outcome> ask_implementation(const M& mutant, const SpecificationChecks& checks) {
    const auto subject = checks.make_subject();
    const MutatedSpecification specification(mutant);
    const auto found = proptests::first_divergence(*subject, specification, checks.seed, checks.exits);
    if (!found) {
        return std::nullopt;
    }
    const auto& clause = found->divergence.clause;
    return Outcome{Verdict::killed, "conform " + (clause.empty() ? std::string("state") : clause), shown(*found)};
}

Outcome judge(const proofs::Mutant& mutant, const SpecificationChecks& checks) {
    if (const auto outcome = ask_implementation(mutant, checks)) {
        return *outcome;
    }
    switch (proofs::difference(mutant, {.time = 12 * checks.question, .seed = 1})) {
    case proofs::Difference::none:
        return {Verdict::equivalent, "no exit tells it from the specification", ""};
    case proofs::Difference::unreachable:
        return {Verdict::equivalent, "only of states that no run reaches does it differ", ""};
    case proofs::Difference::some:
    case proofs::Difference::unknown:
        break;
    }
    return ask_claims(mutant, false, checks);
}

Outcome judge(const proofs::LogMutant& mutant, const SpecificationChecks& checks) {
    const auto outcome = ask_implementation(mutant, checks);
    return outcome ? *outcome : ask_claims(mutant, true, checks);
}

template <class M>
void add_all(std::vector<Mutant>& all, const std::vector<M>& mutants, const SpecificationChecks& checks) {
    for (const auto& each : mutants) {
        Mutant mutant;
        mutant.kind = Kind::spec;
        mutant.name = each.name;
        mutant.difference = each.name + ": " + each.description;
        mutant.content = hashed(each.name, checks.content);
        const auto kept = std::make_shared<const M>(each);
        mutant.run = [kept, checks](unsigned) { return judge(*kept, checks); };
        all.push_back(std::move(mutant));
    }
}

/// What the claim makes of the named mutant.
Outcome judge_known(const std::string& name, const std::string& claim_id, const SpecificationChecks& checks) {
    const auto* claim = proofs::find_claim(claim_id);
    const auto* mutant = proofs::find_mutant(name);
    const auto* log_mutant = proofs::find_log_mutant(name);
    if (claim == nullptr) {
        return {Verdict::error, fmt::format("there is no claim \"{}\"", claim_id), ""};
    }
    if (mutant == nullptr && log_mutant == nullptr) {
        return {Verdict::error, fmt::format("there is no mutant \"{}\"", name), ""};
    }
    const proofs::Limits limits{.time = 6 * checks.question, .seed = 1};
    const auto result =
        claim->put_log ? proofs::kill(*claim, *log_mutant, limits) : proofs::kill(*claim, *mutant, limits);
    if (result.killed) {
        return {Verdict::killed, "claim " + claim_id, result.obligation};
    }
    return result.answered ? Outcome{Verdict::survived, "", result.reason}
                           : Outcome{Verdict::error, "no answer: " + result.reason, ""};
}

} // namespace

model::ConcreteStep MutatedSpecification::step(const model::ConcreteConfig& config, const model::ConcretePlace& place,
                                               const model::ConcreteExit& exit) const {
    if (mutant_ == nullptr) {
        return model::oracle_step(config, place, exit);
    }
    const model::ConcreteState before{
        .partition = place.partition, .vsm = place.vsm, .slot = place.slot, .vp = place.vp, .vtl = place.vtl};
    proofs::Reading<Concrete> reading(mutant_, {config, before, exit});
    return model::step<Concrete>(config, place, exit, reading);
}

model::ClauseIndex MutatedSpecification::charge(const model::ConcreteConfig& config, model::ConcreteLogBudget& budget,
                                                const model::ConcreteExit& exit, model::ConcreteOutcome& out) const {
    if (log_mutant_ == nullptr) {
        return model::oracle_charge(config, budget, exit, out);
    }
    proofs::LogReading<Concrete> reading(log_mutant_);
    return model::charge<Concrete>(config, budget, exit, out, reading).value();
}

bool MutatedSpecification::armed(const model::ConcreteConfig& config, const model::VpShared<Concrete>& vp,
                                 const model::VtlState<Concrete>& bank, bool vtl1, std::uint32_t msr,
                                 bool write) const {
    if (mutant_ == nullptr) {
        return model::oracle_armed(config, vp, bank, vtl1, msr, write);
    }
    static const model::ConcreteState no_state;
    static const model::ConcreteExit no_exit;
    const proofs::Reading<Concrete> reading(mutant_, {config, no_state, no_exit});
    const Concrete::Bv<32> number(msr);
    return model::armed<Concrete>(config, vp, bank, Concrete::Bool(vtl1), number,
                                  reading.row(model::lookup<Concrete>(number), number), Concrete::Bool(write), reading)
        .value();
}

std::vector<Mutant> specification_mutants(const SpecificationChecks& checks) {
    std::vector<Mutant> all;
    add_all(all, proofs::systematic_mutants(), checks);
    add_all(all, proofs::mutants(), checks);
    add_all(all, proofs::table_mutants(), checks);
    add_all(all, proofs::systematic_log_mutants(), checks);
    add_all(all, proofs::log_mutants(), checks);
    return all;
}

std::vector<Mutant> known_defects(const SpecificationChecks& checks) {
    std::vector<Mutant> all;
    for (const auto& defect : defect_classes()) {
        for (const auto& [name, claims] : defect.mutants) {
            for (const auto& claim : claims) {
                Mutant mutant;
                mutant.kind = Kind::known;
                mutant.name = fmt::format("{}:{}:{}", defect.id, name, claim);
                mutant.difference = fmt::format("{} ({}): {}", defect.id, defect.defect, name);
                mutant.content = hashed(mutant.name, checks.content);
                const std::string& defective = name; // clang 15 and older capture no structured binding
                mutant.run = [defective, claim, checks](unsigned) { return judge_known(defective, claim, checks); };
                all.push_back(std::move(mutant));
            }
        }
    }
    return all;
}

} // namespace vtlcheck::mutants
