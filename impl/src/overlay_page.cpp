// WRMSR of the overlay-page registers.
#include "overlay_page.h"

#include "bits.h"
#include "handlers.h"
#include "msr_access.h"
#include "outcome.h"

#include <cstdint>

namespace vtl_intercept {

vtl_status write_overlay_page(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome,
                              Write which) {
    vtl_vtl_state& state = vp.state.vtl[exit.vtl];
    vtl_partition_state& shared = partition.vtl[exit.vtl];
    std::uint64_t* page = &state.synic.simp;
    std::uint64_t reserved = 0;
    bool locked = false;
    if (which == Write::hypercall) {
        page = &shared.hypercall;
        reserved = HYPERCALL_RESERVED;
        locked = (shared.hypercall & HYPERCALL_LOCKED) != 0;
    } else if (which == Write::reference_tsc) {
        page = &shared.reference_tsc;
        reserved = OVERLAY_RESERVED;
    } else if (which == Write::vp_assist_page) {
        page = &state.vp_assist;
        reserved = OVERLAY_RESERVED;
    } else if (which == Write::siefp) {
        page = &state.synic.siefp;
    }
    const std::uint64_t value = wrmsr_value(exit);
    if (locked || (value & reserved) != 0 ||
        !write_page_register(*page, value, low32(exit.gpr[VTL_RCX]), VTL_REQUEST_PAGE_MAP, VTL_REQUEST_PAGE_UNMAP, exit,
                             outcome))
        return fault_gp(exit, outcome);
    return complete(exit, outcome, state);
}

} // namespace vtl_intercept
