#include "model/oracle.hpp"

namespace vtlcheck::model {

ConcreteStep oracle_step(const ConcreteConfig& config, const ConcretePlace& place, const ConcreteExit& exit) {
    const PlainReading<Concrete> plain;
    return step<Concrete>(config, place, exit, plain);
}

ClauseIndex oracle_charge(const ConcreteConfig& config, ConcreteLogBudget& budget, const ConcreteExit& exit,
                          ConcreteOutcome& out) {
    const PlainLogReading<Concrete> plain;
    return charge<Concrete>(config, budget, exit, out, plain).value();
}

bool oracle_armed(const ConcreteConfig& config, const VpShared<Concrete>& vp, const VtlState<Concrete>& vtl, bool vtl1,
                  std::uint32_t msr, bool write) {
    const PlainReading<Concrete> plain;
    const Concrete::Bv<32> number(msr);
    return armed<Concrete>(config, vp, vtl, Concrete::Bool(vtl1), number, lookup<Concrete>(number),
                           Concrete::Bool(write), plain)
        .value();
}

} // namespace vtlcheck::model
