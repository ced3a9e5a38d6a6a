// Control requests, which no instruction of the guest is behind.
#include "bitmap.h"
#include "bits.h"
#include "handlers.h"
#include "outcome.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

// Every write bit but that of the SGX launch control; reads are never intercepted.
constexpr std::uint64_t CR_INTERCEPT_CONTROL_VALID = 0x1EFFD557;

vtl_status refuse(const vtl_exit& exit, vtl_outcome& outcome, std::uint16_t error) {
    outcome.error = error;
    return leave_unchanged(exit, outcome, VTL_REFUSED);
}

} // namespace

vtl_status handle_control(vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    begin_outcome(exit, outcome);
    vtl_vp_shared_state& shared = vp.state.vp;
    if (exit.kind == VTL_SET_INTERCEPT_CONTROL) {
        if (exit.vtl != 1 || !shared.vtl1_present)
            return refuse(exit, outcome, HV_STATUS_ACCESS_DENIED);
        if ((exit.argument & ~CR_INTERCEPT_CONTROL_VALID) != 0)
            return refuse(exit, outcome, HV_STATUS_INVALID_REGISTER_VALUE);
        shared.intercept_control = exit.argument;
    } else if (exit.kind == VTL_SET_APIC_OFFLOAD) {
        shared.apic_offload = (exit.argument & 1) != 0;
    } else if (exit.kind == VTL_ENABLE_VTL1) {
        if (shared.vtl1_present)
            return refuse(exit, outcome, HV_STATUS_INVALID_VTL_STATE);
        shared.vtl1_present = true;
    } else {
        return internal_error(exit, outcome);
    }
    follow_state(vp);
    return leave_unchanged(exit, outcome, VTL_ACCEPTED);
}

} // namespace vtl_intercept
