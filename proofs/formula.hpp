// Obligations as a person reads them: the formula down to what the specification has a name for.
#pragma once

#include <z3++.h>

#include <cstddef>
#include <string>
#include <unordered_map>

namespace vtlcheck::proofs {

/// Writes terms in the notation of logic, Unicode, one line. A term that has a name is written by it, so a formula about
/// the state after an exit does not show how that comes about, which is the specification's to say.
class FormulaWriter {
public:
    /// Gives a term its name, unless it has one, is a variable or a constant, which speak for themselves. The term has to
    /// live as long as the writer.
    void name(const z3::expr& term, const std::string& name);
    /// The formula; what is longer than `most` terms ends in an ellipsis at that place.
    [[nodiscard]] std::string text(const z3::expr& formula, std::size_t most = 400) const;

private:
    std::unordered_map<unsigned, std::string> names_; // by id of the term
};

} // namespace vtlcheck::proofs
