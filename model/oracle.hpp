// The oracle: the specification on machine words, compiled once.
#pragma once

#include "model/log_budget.hpp"
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

using ConcreteLogBudget = LogBudget<Concrete>;

/// Charges what the exit led to (`out` as oracle_step left it) to the partition's log budget; gives the index of the
/// clause in `log_clauses`.
ClauseIndex oracle_charge(const ConcreteConfig& config, ConcreteLogBudget& budget, const ConcreteExit& exit,
                          ConcreteOutcome& out);

/// Whether an access of `vtl1` or VTL0 to `msr` exits in this state (note R6).
bool oracle_armed(const ConcreteConfig& config, const VpShared<Concrete>& vp, const VtlState<Concrete>& vtl, bool vtl1,
                  std::uint32_t msr, bool write);

} // namespace vtlcheck::model
