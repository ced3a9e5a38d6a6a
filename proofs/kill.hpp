// Whether claims notice a mutant of the specification, whichever it is.
#pragma once

#include "proofs/claim.hpp"
#include "proofs/log_mutants.hpp"
#include "proofs/mutants.hpp"
#include "proofs/solver.hpp"

#include <cstdint>
#include <string>

namespace vtlcheck::proofs {

struct KillResult {
    bool killed = false;
    std::string obligation; ///< that is refuted, by a counterexample that replays on machine words
    std::string reason;     ///< where none is: why; an obligation may have gone without an answer
    bool answered = true;   ///< every obligation that was asked has an answer
};

/// Asks the claim of the mutant. `limits` is for each obligation.
[[nodiscard]] KillResult kill(const Claim& claim, const Mutant& mutant, const Limits& limits);
[[nodiscard]] KillResult kill(const Claim& claim, const LogMutant& mutant, const Limits& limits);

/// Where a mutant does something else than the specification in one exit.
enum class Difference : std::uint8_t {
    some,        ///< of a state that satisfies its value rules
    unreachable, ///< only of states that violate them; proved
    none,        ///< nowhere; proved
    unknown,     ///< the solver gave no answer
};
[[nodiscard]] Difference difference(const Mutant& mutant, const Limits& limits);

} // namespace vtlcheck::proofs
