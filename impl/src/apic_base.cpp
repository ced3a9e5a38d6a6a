// Writes of IA32_APIC_BASE, by WRMSR and by name.
#include "bitmap.h"
#include "bits.h"
#include "handlers.h"
#include "msr_access.h"
#include "msr_numbers.h"
#include "outcome.h"
#include "register_access.h"
#include "value_rules.h"

#include <cstdint>

namespace vtl_intercept {

bool store_apic_base(const vtl_config& config, vtl_vp& vp, vtl_outcome& outcome, std::uint32_t target,
                     std::uint64_t value) {
    std::uint64_t& apic_base = vp.state.vtl[target].apic_base;
    const std::uint64_t stored = apic_base;
    if (!valid_apic_base(value, stored, config.x2apic_capable))
        return false;
    const std::uint64_t base = (value & ~APIC_BASE_BSP) | (stored & APIC_BASE_BSP);
    apic_base = base;
    if (apic_enabled(stored) && !apic_enabled(base))
        request(outcome, VTL_REQUEST_APIC_RESET, msr::IA32_APIC_BASE, base);
    if (target == 0)
        follow_state(vp);
    return true;
}

vtl_status write_apic_base(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    if (!store_apic_base(partition.config, vp, outcome, exit.vtl, wrmsr_value(exit)))
        return fault_gp(exit, outcome);
    return complete(exit, outcome, vp.state.vtl[exit.vtl]);
}

} // namespace vtl_intercept
