// The oracle: the specification on machine words, compiled once.
#pragma once

#include "model/specification.hpp"

namespace vtlcheck::model {

using ConcreteState = State<Concrete>;
using ConcreteExit = Exit<Concrete>;
using ConcreteOutcome = Outcome<Concrete>;
using ConcreteConfig = Config<Concrete>;
using ConcreteStep = Step<Concrete>;

/// One exit of one VP. `partition` is shared by all VPs of the partition.
ConcreteStep oracle_step(const ConcreteConfig& config, std::array<PartitionVtl<Concrete>, 2>& partition,
                         VpShared<Concrete>& vp, std::array<VtlState<Concrete>, 2>& vtl, const ConcreteExit& exit);

/// Whether an access of `vtl1` or VTL0 to `msr` exits in this state (note R6).
bool oracle_armed(const ConcreteConfig& config, const VpShared<Concrete>& vp, const VtlState<Concrete>& vtl, bool vtl1,
                  std::uint32_t msr, bool write);

} // namespace vtlcheck::model
