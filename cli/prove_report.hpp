// How a run of the proofs is told: to a person, to a program.
#pragma once

#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "proofs/prove.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <vector>

namespace vtlcheck::cli {

[[nodiscard]] int exit_code(proofs::Verdict verdict);
/// How to prove: the options that every command with proofs takes.
struct ProofOptions {
    unsigned time_limit = 60; ///< s
    std::string second_solver = "cvc5";
    std::string certifier = "cadical";
    std::string cache;
    bool no_cache = false;

    /// Without `keeps`, what was proved is not kept and so has no options.
    void add_to(CLI::App& command, bool keeps = true);
    /// Throws UsageError if a program does not answer.
    [[nodiscard]] proofs::ProveOptions options() const;

private:
    [[nodiscard]] std::string cache_folder() const;
};
/// A command that proves claims.
struct ProofCommand {
    const char* name;
    const char* description;
    std::function<std::vector<proofs::Claim>()> claims; ///< asked when the command runs
    bool keeps = true;                                  ///< results are kept for later runs (ProofOptions)
    const char* second_solver = "cvc5";                 ///< unless another is asked for
};
/// Gives the command, to which options may be added.
CLI::App& add_proofs(CLI::App& app, Action& chosen, const ProofCommand& of);

/// What the solvers say of it, on one line.
[[nodiscard]] std::string answers_of(const proofs::ObligationResult& obligation);
[[nodiscard]] Json to_json(const proofs::ProveResult& result);
/// One line per claim; all detail of those that are not proved.
[[nodiscard]] std::string summary(const proofs::ProveResult& result, bool detail);

} // namespace vtlcheck::cli
