// The specification along a history, and what a history has to be for a machine to make it.
#pragma once

#include "conformance/trace.hpp"
#include "proptests/coverage.hpp"
#include "proptests/lockstep.hpp"

#include <bitset>
#include <cstdint>

namespace vtlcheck::vectors {

/// How an exit is answered: the clause that decides it, what the log budget makes of it, and the form of the outcome.
struct Decision {
    model::ClauseIndex clause = model::no_clause;     ///< index for proptests::cell_clause()
    model::ClauseIndex log_clause = model::no_clause; ///< likewise
    /// Which registers, requests, events and records the outcome has, but no value of a register.
    std::uint64_t form = 0;

    friend bool operator==(const Decision&, const Decision&) = default;
};

/// State fields are fewer.
inline constexpr std::size_t state_field_limit = 512;

/// One exit answered.
struct Answer {
    Decision decision;
    proptests::Cell cell;
    proptests::Cell log_cell;
    bool long_mode = false; ///< of the exit's VTL, before it
    model::ConcreteOutcome out;
    /// Fields of the state that are other than before, by position in model::State::visit; what every exit of the guest
    /// leaves in its VTL's registers (note P1) is not among them. Filled in by step_and_compare().
    std::bitset<state_field_limit> changed;
};

/// The specification, exit by exit.
class History {
public:
    explicit History(const conformance::TraceHeader& header);

    /// Whether a machine can take the exit now: no time goes back, and an exit of the guest is of a VP that was started
    /// and of the VTL that was entered. What kernel and paravisor ask may come at any time.
    [[nodiscard]] bool possible(const model::ConcreteExit& exit) const;
    /// What decides the exit in this state, which stays as it is.
    [[nodiscard]] Decision look(const model::ConcreteExit& exit) const;
    Answer step(const model::ConcreteExit& exit);
    /// The same with `changed` filled in, which takes as long again.
    Answer step_and_compare(const model::ConcreteExit& exit);

    [[nodiscard]] const model::ConcreteConfig& config() const { return config_; }
    [[nodiscard]] const conformance::InitialState& state() const { return state_; }

private:
    model::ConcreteConfig config_;
    conformance::InitialState state_;
    model::ConcreteLogBudget budget_;
    std::uint64_t now_ = 0;
};

/// Whether the state is that of a partition at reset, so that its trace needs no `start` line.
[[nodiscard]] bool starts_at_reset(const conformance::TraceHeader& header);

} // namespace vtlcheck::vectors
