// How a run of the proofs is told: to a person, to a program.
#pragma once

#include "cli/output.hpp"
#include "proofs/prove.hpp"

namespace vtlcheck::cli {

[[nodiscard]] int exit_code(proofs::Verdict verdict);
/// The program behind --second-solver, empty for `none`. Throws UsageError if it does not answer.
[[nodiscard]] std::string second_solver(const std::string& named);
[[nodiscard]] Json to_json(const proofs::ProveResult& result);
/// One line per claim; all detail of those that are not proved.
[[nodiscard]] std::string summary(const proofs::ProveResult& result, bool detail);

} // namespace vtlcheck::cli
