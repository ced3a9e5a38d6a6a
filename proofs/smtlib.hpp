// Queries as SMT-LIB 2 text for any solver.
#pragma once

#include "proofs/solver.hpp"

#include <string>

namespace vtlcheck::proofs {

/// The query as a script: its logic, every assertion, one check-sat, no status. Equal queries give equal texts, whatever
/// was made or asked before in their context. Throws std::logic_error for a term that is neither Boolean, a bit vector nor
/// an integer, which no query of ours has.
///
/// Z3's own printer is not used: it opens a scope for each shared term, which costs other solvers more than the proof, it
/// names terms by the order in which they were made, and prints a simplified query once it was asked.
[[nodiscard]] std::string to_smt2(z3::context& context, const Query& query);

} // namespace vtlcheck::proofs
