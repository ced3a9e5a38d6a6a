// Certificates: a query over bit-vectors as a propositional formula, refuted by another solver with a proof that a small
// checker of our own (certificates/drat_check.hpp) goes through.
#pragma once

#include "proofs/solver.hpp"

#include <cstddef>
#include <string>

namespace vtlcheck::proofs {

/// What came of it. No SAT solver is to be believed then; Z3 still is for the translation: rewriting, bit-blasting and
/// Tseitin's encoding.
struct Certificate {
    Result result = Result::error; ///< `proved` only if the checker accepts the proof; `refuted` has no model
    std::string reason;            ///< where `result` is neither
    bool simplified = false;       ///< Z3's rewriting left `false`: proved without anything to check
    std::size_t variables = 0;     ///< of the propositional formula
    std::size_t clauses = 0;
    std::size_t lemmas = 0; ///< that were checked
    std::size_t proof_bytes = 0;
    double translate_ms = 0;
    double solve_ms = 0;
    double check_ms = 0;
};

/// The assertions of the query as a DIMACS formula that is satisfiable if and only if they are together. `simplified` says
/// whether that was decided on the way: the formula is the empty clause or has none then. Throws std::runtime_error if
/// something is left that is not propositional (the query has integers, functions or arrays), and z3::exception.
[[nodiscard]] std::string to_dimacs(z3::context& context, const Query& query, bool& simplified);

/// Certifies the query, in the thread of its context. The program `cadical` (CaDiCaL or one that takes its options) gets
/// the time of `limits`, a second at least; the checker gets what it needs, which is of the same order. Never throws: a
/// failure is a certificate with `error` and a reason, as is a proof that the checker rejects.
[[nodiscard]] Certificate certify(z3::context& context, const Query& query, const Limits& limits,
                                  const std::string& cadical = "cadical");

} // namespace vtlcheck::proofs
