// How claims are put as formulas, and the list of all chapters.
#include "proofs/claim.hpp"

#include "conformance/trace.hpp"
#include "proofs/claims/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

namespace vtlcheck::proofs {

using namespace model;

Goal::Goal(z3::context& context, const Mutant* mutant)
    : context_(context), scope_(context), mutant_(mutant), rewrite_(context) {
    Config<Symbolic> config;
    State<Symbolic> before;
    Exit<Symbolic> exit;
    const auto name_all = [&](const std::string& scope, const FieldName& name, auto& field) {
        field = std::decay_t<decltype(field)>(variable(scope + "." + name.str(), field.term().get_sort()));
    };
    Config<Symbolic>::visit([&](const FieldName& n, auto& f) { name_all("config", n, f); }, config);
    State<Symbolic>::visit_scoped([&](const char* scope, const FieldName& n, auto& f) { name_all(scope, n, f); },
                                  before);
    Exit<Symbolic>::visit([&](const FieldName& n, auto& f) { name_all("exit", n, f); }, exit);
    step("", config, before, exit);
}

z3::expr Goal::variable(const std::string& name, const z3::sort& sort) { return context_.constant(name.c_str(), sort); }

const Run& Goal::step(std::string label, const Config<Symbolic>& config, const State<Symbolic>& before,
                      const Exit<Symbolic>& exit) {
    Run& run = runs_.emplace_back();
    run.label = std::move(label);
    run.config = config;
    run.before = before;
    run.exit = exit;
    run.after = before;
    Reading<Symbolic> reading(mutant_, {run.config, run.before, run.exit});
    const Step<Symbolic> done = model::step<Symbolic>(run.config, run.after, run.exit, reading);
    run.out = done.out;
    run.clause = done.clause;
    run.guards = reading.guards();
    return run;
}

Bool Goal::armed(const VpShared<Symbolic>& vp, const VtlState<Symbolic>& vtl, const Bool& vtl1, const Bv<32>& msr,
                 bool write) const {
    const Reading<Symbolic> reading(mutant_, {run().config, run().before, run().exit});
    return model::armed<Symbolic>(run().config, vp, vtl, vtl1, msr, reading.row(lookup<Symbolic>(msr), msr),
                                  Bool(write), reading);
}

Bool Goal::hypercall_allowed(const Bool& set, const Bv<8>& vtl, const Bv<32>& name) const {
    const Reading<Symbolic> reading(mutant_, {run().config, run().before, run().exit});
    return register_hypercall_allowed<Symbolic>(run().config, set, vtl, name, reading);
}

void Goal::assume_valid_state() { assumed_ = assumed_ & valid_state<Symbolic>(run().config, run().before); }

void Goal::prove(std::string name, const Bool& premise, const Bool& conclusion) {
    obligations_.push_back(
        {.name = std::move(name), .premise = assumed_ & premise, .conclusion = conclusion, .shown = Bool(true)});
}

void Goal::prove(RunKey, std::string name, const Bool& premise, const Bool& conclusion, const Bool& shown) {
    obligations_.push_back(
        {.name = std::move(name), .premise = assumed_ & premise, .conclusion = conclusion, .shown = shown});
}

Query Goal::counterexample(const Obligation& obligation) {
    return query(obligation.name, {obligation.premise, !obligation.conclusion});
}

Query Goal::difference(const Run& written) {
    Bool equal{true};
    const auto compare = [&](const auto&, const auto& a, const auto& b) { equal = equal & (a == b); };
    Outcome<Symbolic>::visit(compare, run().out, written.out);
    State<Symbolic>::visit(compare, run().after, written.after);
    return query("difference", {!equal});
}

Query Goal::reach(const Obligation& obligation) {
    std::vector<Bool> formulas{obligation.premise, obligation.shown};
    for (const Run& run : runs_) {
        formulas.push_back(valid_state<Symbolic>(run.config, run.before));
    }
    return query(obligation.name + " (premise)", formulas);
}

Query Goal::witness() {
    Query query_of_witness = reach(obligations_.front());
    query_of_witness.name = "witness";
    // It is shown as a trace, so it is of a partition that traces have.
    const Bool in_a_trace = (run().exit.vp < run().config.vps) & (run().config.vps <= conformance::max_vps) &
                            (run().config.isolation <= static_cast<std::uint8_t>(Isolation::cca));
    for (const Bool& shown : {witness_, in_a_trace}) {
        query_of_witness.assertions.push_back(rewrite_(shown.term()));
        query_of_witness.original.push_back(shown.term());
    }
    return query_of_witness;
}

FormulaWriter Goal::formula_writer() const {
    FormulaWriter writer;
    writer.name(assumed_.term(), "valid_state");
    for (const Run& run : runs_) {
        const std::string of = run.label.empty() ? "" : run.label + ".";
        for (std::size_t i = 0; i < run.guards.size(); ++i) {
            writer.name(run.guards[i].term(), fmt::format("{}applies({})", of, clauses[i].id));
        }
        writer.name(run.clause.term(), of + "clause");
        Outcome<Symbolic>::visit(
            [&](const FieldName& name, const auto& field) { writer.name(field.term(), of + "out." + name.str()); },
            run.out);
        State<Symbolic>::visit_scoped(
            [&](const char* scope, const FieldName& name, const auto& field) {
                writer.name(field.term(), fmt::format("{}after.{}.{}", of, scope, name.str()));
            },
            run.after);
    }
    return writer;
}

Query Goal::query(std::string name, const std::vector<Bool>& formulas) {
    Query result{.name = std::move(name), .comments = {}, .assertions = {}, .original = {}};
    for (const Bool& formula : formulas) {
        result.assertions.push_back(rewrite_(formula.term()));
        result.original.push_back(formula.term());
    }
    return result;
}

const std::vector<Claim>& all_claims() {
    static const std::vector<Claim> book = [] {
        std::vector<Claim> all;
        for (const auto& chapter :
             {step_claims(), privilege_claims(), msr_claims(), value_claims(), log_claims(), log_budget_claims(),
              register_claims(), interception_claims(), vtl_claims(), host_claims()}) {
            all.insert(all.end(), chapter.begin(), chapter.end());
        }
        // What all else rests on, as far as it is about bits.
        for (const char* core : {"TOTAL", "ONE", "NO-LOWER-HYPERCALL", "LOG-CONFIDENTIAL", "LOG-WINDOW-64"}) {
            const auto found =
                std::find_if(all.begin(), all.end(), [&](const Claim& claim) { return claim.id == core; });
            if (found == all.end()) {
                throw std::logic_error(fmt::format("there is no claim {} to be certified", core));
            }
            found->certified = true;
        }
        return all;
    }();
    return book;
}

const Claim* find_claim(std::string_view id) {
    const auto& book = all_claims();
    const auto found = std::find_if(book.begin(), book.end(), [&](const Claim& claim) { return claim.id == id; });
    return found == book.end() ? nullptr : &*found;
}

} // namespace vtlcheck::proofs
