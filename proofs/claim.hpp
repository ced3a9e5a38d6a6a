// Claims: statements about every state and every exit, and the scene in which they are put as formulas.
#pragma once

#include "proofs/formula.hpp"
#include "proofs/mutants.hpp"
#include "proofs/rewrite.hpp"
#include "proofs/solver.hpp"

#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vtlcheck::proofs {

using model::Symbolic;
using Bool = Symbolic::Bool;
template <unsigned W>
using Bv = Symbolic::Bv<W>;

/// One step of the specification over all states and exits at once.
struct Run {
    std::string label; ///< "" for the first
    model::Config<Symbolic> config;
    model::State<Symbolic> before;
    model::Exit<Symbolic> exit;
    model::State<Symbolic> after;
    model::Outcome<Symbolic> out;
    Bv<16> clause;            ///< ClauseIndex of the clause that decided
    std::vector<Bool> guards; ///< by ClauseIndex
};

/// Needed to put further runs into a scene, which the library of comparisons alone does (noninterference.hpp): so a claim
/// cannot compare runs without saying who may learn what, or that it is about something else.
class RunKey {
    friend class Runs;
    RunKey() {} // not defaulted, lest anybody may write {}
};

/// Something to prove: wherever `premise` holds, so does `conclusion`.
struct Obligation {
    std::string name; ///< lower case with hyphens, unique in the claim
    Bool premise;
    Bool conclusion;
    Bool shown; ///< what has to be reachable together with the premise: that two runs differ
};

/// Where a claim is put: terms of one Z3 context, of the specification as written or of a mutant. Belongs to one thread.
class Goal {
public:
    explicit Goal(z3::context& context, const Mutant* mutant = nullptr);
    Goal(const Goal&) = delete;
    Goal& operator=(const Goal&) = delete;

    /// The run from any state with any exit.
    [[nodiscard]] const Run& run() const { return runs_.front(); }
    /// Another run under the same configuration, to be compared with the first one.
    const Run& add(RunKey, std::string label, const model::State<Symbolic>& before, const model::Exit<Symbolic>& exit) {
        return step(std::move(label), run().config, before, exit);
    }
    /// A new variable.
    [[nodiscard]] z3::expr fresh(RunKey, const z3::sort& sort) {
        return variable("second." + std::to_string(variables_++), sort);
    }
    /// Adds an obligation about two runs; `shown` says that they differ.
    void prove(RunKey, std::string name, const Bool& premise, const Bool& conclusion, const Bool& shown);
    /// Whether the MSR bitmap intercepts the access when the VP is `vp` and the VTL's registers are `vtl`.
    [[nodiscard]] Bool armed(const model::VpShared<Symbolic>& vp, const model::VtlState<Symbolic>& vtl,
                             const Bool& vtl1, const Bv<32>& msr, bool write) const;
    /// Whether the guard lets the hypervisor be asked to get or set register `name` of `vtl` under the first run's
    /// configuration.
    [[nodiscard]] Bool hypercall_allowed(const Bool& set, const Bv<8>& vtl, const Bv<32>& name) const;

    /// Every obligation that follows may assume that the state before the first run satisfies its value rules.
    void assume_valid_state();
    /// Adds an obligation.
    void prove(std::string name, const Bool& premise, const Bool& conclusion);
    void prove(std::string name, const Bool& conclusion) { prove(std::move(name), Bool(true), conclusion); }
    /// What the witness shows besides the premise of the first obligation and a state that satisfies its value rules.
    void witness(const Bool& shown) { witness_ = witness_ & shown; }

    [[nodiscard]] const std::deque<Run>& runs() const { return runs_; }
    [[nodiscard]] const std::vector<Obligation>& obligations() const { return obligations_; }
    [[nodiscard]] const Mutant* mutant() const { return mutant_; }
    [[nodiscard]] z3::context& context() const { return context_; }

    /// A counterexample to the obligation. These four queries are rewritten for the solver (rewrite.hpp).
    [[nodiscard]] Query counterexample(const Obligation& obligation);
    /// An exit whose outcome or state afterwards is not what `written` has of the same exit.
    [[nodiscard]] Query difference(const Run& written);
    /// A valid state and an exit that satisfy the premise of the obligation.
    [[nodiscard]] Query reach(const Obligation& obligation);
    /// The witness of the claim; there has to be an obligation.
    [[nodiscard]] Query witness();
    /// Knows the names of the guards, outcomes and states of all runs.
    [[nodiscard]] FormulaWriter formula_writer() const;

private:
    z3::expr variable(const std::string& name, const z3::sort& sort);
    Query query(std::string name, const std::vector<Bool>& formulas);
    const Run& step(std::string label, const model::Config<Symbolic>& config, const model::State<Symbolic>& before,
                    const model::Exit<Symbolic>& exit);

    z3::context& context_;
    Symbolic::Scope scope_;
    const Mutant* mutant_;
    unsigned variables_ = 0;
    std::deque<Run> runs_; // references to runs stay good
    std::vector<Obligation> obligations_;
    Bool assumed_{true};
    Bool witness_{true};
    Rewriter rewrite_;
};

class LogGoal;

/// A statement a reviewer cares about.
struct Claim {
    std::string id;                       ///< stable, upper case with hyphens
    std::string statement;                ///< one English sentence
    std::string source;                   ///< decisions (D), reference notes (R), requirements (A, B)
    std::vector<std::string> assumptions; ///< by name; empty: it holds of every state and exit
    std::vector<std::string> mutants;     ///< names of mutants it rejects, one at least
    std::function<void(Goal&)> put;       ///< adds the obligations and the witness; empty if `put_log` is not
    /// The same of a claim about the log budget (log_goal.hpp). Initialised, so that the other chapters need not name it.
    std::function<void(LogGoal&)> put_log{}; // NOLINT(readability-redundant-member-init)
    /// Of those that all else rests on: its obligations are proved with a proof that is checked, too.
    bool certified = false;
};

/// The name of the assumption that Goal::assume_valid_state makes.
inline constexpr const char* valid_state_assumption =
    "VALUES: the state before the exit satisfies its value rules (proved of every reachable state)";

/// The name of the assumption that model::valid_exit states.
inline constexpr const char* valid_exit_assumption = "HARDWARE: CR0, CR4 and RFLAGS as an exit leaves them can be "
                                                     "entered, and differ from before in guest-owned bits only "
                                                     "(the processor and the TDX module)";

/// The book of claims.
[[nodiscard]] const std::vector<Claim>& all_claims();
/// The claim of that id, nullptr if there is none.
[[nodiscard]] const Claim* find_claim(std::string_view id);

} // namespace vtlcheck::proofs
