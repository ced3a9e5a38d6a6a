// Checks DRAT proofs: that a formula in conjunctive normal form cannot be satisfied. Small and apart from every solver,
// since it is what a certificate rests on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>

namespace vtlcheck::certificates {

/// What a proof is worth. Only `accepted` says that the formula has no solution.
enum class Outcome : std::uint8_t {
    accepted,  ///< every step follows, and one of them is the empty clause
    rejected,  ///< it proves nothing of this formula, which may have a solution or not
    malformed, ///< one of the files is not what it should be
};

struct CheckResult {
    Outcome outcome = Outcome::malformed;
    std::string reason; ///< one line, which names the file and the line in it; empty if accepted

    std::size_t clauses = 0;           ///< of the formula
    std::size_t lemmas = 0;            ///< checked, the empty clause among them
    std::size_t rat_lemmas = 0;        ///< of these, not implied but harmless (resolution asymmetric tautologies)
    std::size_t deletions = 0;         ///< done
    std::size_t ignored_deletions = 0; ///< of clauses that propagation rests on
};

/// The greatest variable a file may name. What is allocated depends on it, so a slip in a file must not take all memory.
inline constexpr std::uint32_t max_variable = 1U << 24U;

/// Checks the text-form DRAT proof `proof` of the DIMACS formula `cnf`, step by step from the first.
///
/// A lemma is accepted if unit propagation from its negation ends in a conflict (RUP), or else if it is a RAT on its first
/// literal, which must be as it stands in the file. The proof is accepted if it has the empty clause, in so many words,
/// and everything before it is accepted; what comes after is not read. A formula that has the empty clause itself needs
/// no proof, so none is read then.
///
/// As in drat-trim, a deletion is ignored if some literal is set for good because of that clause. Otherwise than there, a
/// deletion of a clause that is not there is an error: such a proof is of another formula.
///
/// Errors: none are thrown but std::bad_alloc. A file that cannot be read or parsed is `malformed`.
[[nodiscard]] CheckResult check(std::istream& cnf, std::istream& proof);

} // namespace vtlcheck::certificates
