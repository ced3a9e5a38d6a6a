// Examples: states and exits that a solver found, small, replayed on machine words, and written as traces.
#pragma once

#include "model/oracle.hpp"
#include "proofs/claim.hpp"
#include "proofs/solver.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace vtlcheck::proofs {

/// One run of an example, as the specification on machine words makes it.
struct ExampleRun {
    std::string label; ///< "" for the only run, else which of two
    model::ConcreteConfig config{};
    model::ConcreteState before{};
    model::ConcreteExit exit{};
    model::ConcreteState after{};
    model::ConcreteOutcome out{};
    std::string clause; ///< id of the clause that decided
    std::string trace;  ///< docs/trace-format.md: parses, and says what is not default
};

/// A witness or a counterexample: one run, or two that are compared.
struct Example {
    std::vector<ExampleRun> runs;
    bool ok = false;     ///< found, and on machine words it comes out as the solver said
    std::string problem; ///< why not
    std::string values;  ///< of a claim about the log budget, instead of runs: `name = value` by line
    /// What an implementation does with the runs, in words; empty if it was not asked.
    std::string on_implementation;
    bool parted = false; ///< the implementation does something else than the specification with them
    /// The traces, a comment line before each if there are two.
    [[nodiscard]] std::string text() const;
};

/// Turns a model of `query`, which is about the runs of `goal`, into an example: first drives as many fields as it can in
/// `time` to their defaults (0: none, and the VP number may be one that traces do not have), then replays the runs on machine words.
[[nodiscard]] Example make_example(const Goal& goal, const Query& query, const z3::model& model,
                                   std::chrono::milliseconds time);

} // namespace vtlcheck::proofs
