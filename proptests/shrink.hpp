// Makes a failing trace small and plain, within a stated budget.
#pragma once

#include "proptests/lockstep.hpp"

#include <chrono>
#include <cstdint>
#include <functional>

namespace vtlcheck::proptests {

struct Shrunk {
    conformance::Trace trace;
    Divergence divergence;
    std::uint64_t replays = 0; ///< runs of candidate traces
    bool minimal = false;      ///< no single exit can be left out; false: the budget ended first
    bool happens_again = true; ///< false: the trace alone does not fail, and nothing could be left out
};

/// Leaves out exits (halves first, then one by one), then sets registers, answers, start state and configuration to
/// their plain values, as long as the trace still fails, with a wrong answer if it did so and without one if not. `failing`
/// must fail. Stops after `budget` replays, or when `time` is over.
[[nodiscard]] Shrunk shrink(conformance::Subject& subject, conformance::Trace failing, std::uint64_t budget = 20'000,
                            std::chrono::seconds time = std::chrono::hours(24));

} // namespace vtlcheck::proptests
