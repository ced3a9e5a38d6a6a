// WRMSR of IA32_APIC_BASE.
#include "bitmap.h"
#include "bits.h"
#include "handlers.h"
#include "msr_access.h"
#include "msr_numbers.h"
#include "outcome.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr bool valid_apic_base(std::uint64_t base, std::uint64_t stored, bool x2apic_capable) {
    if ((base & ~(APIC_BASE_BSP | APIC_BASE_EXTD | APIC_BASE_EN | APIC_BASE_PAGE)) != 0)
        return false;
    if ((base & APIC_BASE_EXTD) != 0)
        return apic_enabled(base) && x2apic_capable;
    return (stored & APIC_BASE_EXTD) == 0 || !apic_enabled(base);
}

} // namespace

vtl_status write_apic_base(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    vtl_vtl_state& state = vp.state.vtl[exit.vtl];
    const std::uint64_t value = wrmsr_value(exit);
    const std::uint64_t stored = state.apic_base;
    if (!valid_apic_base(value, stored, partition.config.x2apic_capable))
        return fault_gp(exit, outcome);
    const std::uint64_t base = (value & ~APIC_BASE_BSP) | (stored & APIC_BASE_BSP);
    state.apic_base = base;
    if (apic_enabled(stored) && !apic_enabled(base))
        request(outcome, VTL_REQUEST_APIC_RESET, msr::IA32_APIC_BASE, base);
    if (exit.vtl == 0)
        follow_state(vp);
    return complete(exit, outcome, state.efer);
}

} // namespace vtl_intercept
