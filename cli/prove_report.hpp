// How a run of the proofs is told: to a person, to a program.
#pragma once

#include "cli/output.hpp"
#include "proofs/prove.hpp"

#include <CLI/CLI.hpp>

namespace vtlcheck::cli {

[[nodiscard]] int exit_code(proofs::Verdict verdict);
/// How to prove: the options that every command with proofs takes.
struct ProofOptions {
    unsigned time_limit = 60; ///< s
    std::string second_solver = "cvc5";
    std::string certifier = "cadical";
    std::string cache;
    bool no_cache = false;

    void add_to(CLI::App& command);
    /// Throws UsageError if a program does not answer.
    [[nodiscard]] proofs::ProveOptions options() const;

private:
    [[nodiscard]] std::string cache_folder() const;
};
/// What the solvers say of it, on one line.
[[nodiscard]] std::string answers_of(const proofs::ObligationResult& obligation);
[[nodiscard]] Json to_json(const proofs::ProveResult& result);
/// One line per claim; all detail of those that are not proved.
[[nodiscard]] std::string summary(const proofs::ProveResult& result, bool detail);

} // namespace vtlcheck::cli
