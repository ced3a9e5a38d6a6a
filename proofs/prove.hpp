// Runs claims: every obligation, the witness that the claim is not empty, and the mutants it has to reject.
#pragma once

#include "proofs/certificate.hpp"
#include "proofs/claim.hpp"
#include "proofs/example.hpp"
#include "proofs/solver.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace vtlcheck::proofs {

/// What became of a claim, or of all of them.
enum class Verdict : std::uint8_t {
    proved,  ///< every obligation proved, each premise reachable, the witness replays, every mutant is killed
    refuted, ///< an obligation has a counterexample
    unknown, ///< anything else: a solver gave up, a premise cannot be reached, a mutant survives
};
[[nodiscard]] const char* name(Verdict verdict);

/// What one solver makes of an obligation.
struct SolverAnswer {
    std::string solver; ///< "Z3 4.8.12.0"
    Result result = Result::error;
    std::string reason; ///< why, where `result` is neither proved nor refuted
    double ms = 0;
};

/// One obligation of a claim.
struct ObligationResult {
    std::string name;
    std::string formula; ///< premise and conclusion, down to what the specification has a name for
    /// What all solvers say. Where they differ, `error` if one proves what another refutes, else the worst of them.
    Result result = Result::error;
    std::string reason;                ///< why, where `result` is neither proved nor refuted: which solver said what
    std::vector<SolverAnswer> answers; ///< Z3's first
    bool reachable = false;            ///< a valid state and an exit satisfy its premise; false makes the claim vacuous
    std::optional<Certificate> certificate; ///< where one was asked for
    double ms = 0;                          ///< time of its queries, the one on the premise included
};

/// One mutant a claim names.
struct MutantResult {
    std::string name;
    std::string description;
    bool killed = false;    ///< the claim is refuted of the mutant, and the counterexample replays on it
    std::string obligation; ///< the obligation that killed it
    std::string reason;     ///< why it was not killed
    double ms = 0;
    bool cached = false; ///< known from an earlier run
};

/// Everything learnt about one claim.
struct ClaimResult {
    std::string id;
    std::string statement;
    std::string source;
    std::vector<std::string> assumptions;
    Verdict status = Verdict::unknown;
    std::string reason; ///< first thing that kept it from being proved; empty if it is
    double ms = 0;      ///< all queries, mutants included
    std::vector<ObligationResult> obligations;
    Example witness;                       ///< `ok` if found and replayed
    std::optional<Example> counterexample; ///< of the first refuted obligation
    std::string refuted_obligation;        ///< its name
    std::string other_counterexamples;     ///< whether it is the only one, in words
    std::vector<MutantResult> mutants;
    bool cached = false; ///< obligations and witness are known from an earlier run
};

/// A step of a campaign is finished.
struct Progress {
    std::size_t done = 0;  ///< tasks finished: a claim is one for its obligations and one for each mutant
    std::size_t total = 0; ///< tasks of the campaign
    std::string claim;     ///< id
    std::string mutant;    ///< name, empty for the obligations
    bool ok = false;
    double ms = 0;
};

struct ProveOptions {
    std::vector<std::string> ids;                  ///< claims to run; empty: all
    unsigned threads = 0;                          ///< 0: as many as the machine has
    std::chrono::milliseconds time_limit{60'000};  ///< for one query
    std::chrono::milliseconds minimise_limit{500}; ///< for making one witness or counterexample small; 0: as it comes
    unsigned seed = 1;                             ///< of the solver; equal seeds give equal runs
    /// Program that has to prove every obligation too, from its SMT-LIB text: cvc5, or one that takes its options. Empty:
    /// none is asked.
    std::string second_solver;
    /// Program that proves obligations of certified claims as propositional formulas, with a proof that is checked: CaDiCaL,
    /// or one that takes its options. Empty: no certificates.
    std::string certifier;
    /// Folder of results of earlier runs, and what it has to be that they are about (proofs/result_cache.hpp). Only success
    /// is kept. Empty: all is proved anew.
    std::string cache;
    std::string content;
    /// Mutant of the specification (proofs/mutants.hpp, systematic ones included) that is put to the claims in its place, to
    /// see them refuted. Empty: the specification as written.
    std::string mutant_in_place;
    /// Runs the trace of an example on an implementation: where it parts from the specification, empty if it does not. A
    /// witness that parts is none. Called from one thread at a time; not of claims about the log budget, whose examples are
    /// numbers of one bucket.
    std::function<std::string(const std::string& trace)> implementation;
    bool mutants = true; ///< run the mutants; without them no claim is `proved`
    /// Called after each task, from one thread at a time.
    std::function<void(const Progress&)> progress;
};

struct ProveResult {
    std::vector<ClaimResult> claims; ///< in the order of the book of claims
    Verdict verdict = Verdict::unknown;
    std::vector<std::string> solvers; ///< with their versions, that had to prove every obligation
    double ms = 0;                    ///< wall time
};

/// A claim id or a mutant that does not exist, or nothing to prove: bad usage (exit code 2).
struct SelectionError : std::invalid_argument {
    using std::invalid_argument::invalid_argument;
};

/// Runs the claims of the book that `options` selects. Throws SelectionError; what goes wrong in a solver is a result.
[[nodiscard]] ProveResult prove(const ProveOptions& options);
/// The same of other claims.
[[nodiscard]] ProveResult prove(std::span<const Claim> claims, const ProveOptions& options);

/// Writes every obligation of the selected claims as SMT-LIB 2 text, `<id>.<obligation>.smt2` under `directory`, which
/// is created: unsat proves it. Gives the paths. Throws SelectionError, std::filesystem::filesystem_error.
std::vector<std::string> write_smt2(std::span<const Claim> claims, const std::string& directory,
                                    const std::vector<std::string>& ids = {});

} // namespace vtlcheck::proofs
