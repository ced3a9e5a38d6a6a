// The oracle: the specification on machine words, compiled once.
#pragma once

#include "model/specification.hpp"

namespace vtlcheck::model {

using ConcreteState = State<Concrete>;
using ConcreteExit = Exit<Concrete>;
using ConcreteOutcome = Outcome<Concrete>;
using ConcreteConfig = Config<Concrete>;
using ConcreteStep = Step<Concrete>;
using ConcretePlace = Place<Concrete>;

/// One exit of one VP, in place.
ConcreteStep oracle_step(const ConcreteConfig& config, const ConcretePlace& place, const ConcreteExit& exit);

/// Whether an access of `vtl1` or VTL0 to `msr` exits in this state (note R6).
bool oracle_armed(const ConcreteConfig& config, const VpShared<Concrete>& vp, const VtlState<Concrete>& vtl, bool vtl1,
                  std::uint32_t msr, bool write);

} // namespace vtlcheck::model
