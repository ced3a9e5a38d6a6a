// The scene in which claims about the log budget are put: runs of its clauses over integers or machine words, with the
// numbers that a claim follows along (ghosts) beside them.
#pragma once

#include "proofs/claim.hpp"
#include "proofs/formula.hpp"
#include "proofs/log_mutants.hpp"
#include "proofs/machine_bucket.hpp"
#include "proofs/solver.hpp"

#include <deque>
#include <functional>
#include <string>
#include <vector>

namespace vtlcheck::proofs {

/// One event at one site and the partition's bucket, over integers: all limits, states and events at once.
struct LogRun {
    model::LogLimits<Integers> limits;
    model::LogWorld<Integers> before;
    model::LogEvent<Integers> event;
    model::LogWorld<Integers> after;
    std::vector<Integers::Bool> guards; ///< by index in model::log_clauses
};

/// A look at one bucket and a token taken of it, over integers.
struct BucketTake {
    model::BucketLimit<Integers> limit;
    model::TokenBucket<Integers> bucket;
    Integers::Bv<64> now;
    Integers::Bv<64> tokens;           ///< there are
    model::TokenBucket<Integers> rest; ///< after one is taken
};

/// A whole exit charged to the whole budget, on machine words: any outcome, any budget. What a bucket holds and what is
/// left when a token is taken are functions that nothing is known of: what is proved holds of every bucket.
struct ChargeRun {
    model::Config<model::Symbolic> config;
    model::Exit<model::Symbolic> exit;
    model::Outcome<model::Symbolic> outcome; ///< before it is charged
    model::LogBudget<model::Symbolic> before;
    model::LogBudget<model::Symbolic> after;
    model::Outcome<model::Symbolic> charged;
    model::HostLine<model::Symbolic> line;
};

struct LogObligation {
    std::string name; ///< lower case with hyphens, unique in the claim
    Logic logic = Logic::integers;
    model::Symbolic::Bool premise;
    model::Symbolic::Bool conclusion;
    /// What has to be reachable together with the premise: that two runs differ.
    model::Symbolic::Bool shown{true};
};

/// Where a claim about the budget is put. Belongs to one thread.
class LogGoal {
public:
    using Bool = model::Symbolic::Bool;
    using Int = Integers::Bv<64>;

    explicit LogGoal(z3::context& context, const LogMutant* mutant = nullptr)
        : context_(context), scope_(context), mutant_(mutant) {}
    LogGoal(const LogGoal&) = delete;
    LogGoal& operator=(const LogGoal&) = delete;

    /// An event, `label` before the names of its variables. Its numbers are any integers: `in_range` bounds them.
    const LogRun& run(const std::string& label = "");
    /// A bucket by itself.
    const BucketTake& take();
    /// An exit that is charged.
    const ChargeRun& charge();
    /// Another one, to be compared: the step is taken of what `start` starts from.
    const ChargeRun& add(RunKey, const ChargeRun& start) { return step(charges_.emplace_back(start)); }
    /// A new variable.
    [[nodiscard]] Int number(const std::string& name) { return Int(context_.int_const(name.c_str())); }
    [[nodiscard]] Bool flag(const std::string& name) { return Bool(context_.bool_const(name.c_str())); }
    [[nodiscard]] z3::expr fresh(RunKey, const z3::sort& sort) {
        return context_.constant(("fresh." + std::to_string(fresh_++)).c_str(), sort);
    }

    /// Adds an obligation over integers.
    void prove(std::string name, const Bool& premise, const Bool& conclusion) {
        obligations_.push_back({std::move(name), Logic::integers, premise, conclusion, Bool(true)});
    }
    /// Adds one without products, for which solvers have better means.
    void prove_linear(std::string name, const Bool& premise, const Bool& conclusion) {
        obligations_.push_back({std::move(name), Logic::linear, premise, conclusion, Bool(true)});
    }
    /// Adds one over machine words and unknown functions.
    void prove_charge(std::string name, const Bool& premise, const Bool& conclusion) {
        obligations_.push_back({std::move(name), Logic::functions, premise, conclusion, Bool(true)});
    }
    /// Adds one of them about two runs; `shown` says that they differ.
    void prove_charge(RunKey, std::string name, const Bool& premise, const Bool& conclusion, const Bool& shown) {
        obligations_.push_back({std::move(name), Logic::functions, premise, conclusion, shown});
    }
    /// Adds one over machine words.
    void prove_bits(std::string name, const Bool& premise, const Bool& conclusion) {
        obligations_.push_back({std::move(name), Logic::sums, premise, conclusion, Bool(true)});
    }
    /// What the witness shows besides the premise of the obligation of that name.
    void witness(std::string obligation, const Bool& shown) {
        witness_of_ = std::move(obligation);
        witness_ = shown;
    }

    [[nodiscard]] const std::vector<LogObligation>& obligations() const { return obligations_; }
    [[nodiscard]] z3::context& context() const { return context_; }
    /// What the mutant does wrong with the one-word bucket.
    [[nodiscard]] WordFault word_fault() const { return mutant_ == nullptr ? WordFault::none : mutant_->word; }
    [[nodiscard]] static Query counterexample(const LogObligation& obligation);
    [[nodiscard]] static Query reach(const LogObligation& obligation);
    [[nodiscard]] Query witness() const;
    /// Knows the names of what the runs end in.
    [[nodiscard]] FormulaWriter formula_writer() const;
    /// The numbers of a model, `name = value` by line.
    [[nodiscard]] std::string values(const z3::model& model) const;
    /// Runs every run again on machine words with the numbers of `model`; what comes out otherwise, empty if nothing.
    [[nodiscard]] std::string replay(const z3::model& model) const;

private:
    z3::context& context_;
    model::Symbolic::Scope scope_;
    const LogMutant* mutant_;
    unsigned fresh_ = 0;
    std::deque<LogRun> runs_;
    std::deque<BucketTake> takes_;
    std::deque<ChargeRun> charges_;
    std::vector<LogObligation> obligations_;
    std::string witness_of_;
    Bool witness_{true};

    const LogRun& step(LogRun& run);
    const ChargeRun& step(ChargeRun& run);
};

/// What every reachable bucket and site is: tokens at most the burst, a full time that is a 64-bit number, counters that
/// are 64-bit numbers, and no more reported than suppressed. Limits as validation, or any setting-up, leaves them.
[[nodiscard]] model::Symbolic::Bool in_range(const LogRun& run);
/// The same of one bucket.
[[nodiscard]] model::Symbolic::Bool in_range(const BucketTake& take);
/// The same of the state after a run.
[[nodiscard]] model::Symbolic::Bool in_range_after(const LogRun& run);

} // namespace vtlcheck::proofs
