// Control requests, which no instruction of the guest is behind.
#include "bitmap.h"
#include "handlers.h"
#include "message.h"
#include "outcome.h"

#include <cstdint>

namespace vtl_intercept {

vtl_status handle_control(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    begin_outcome(exit, outcome);
    switch (exit.kind) {
    case VTL_LOAD_CONTEXT:
        return load_context(partition, vp, exit, outcome);
    case VTL_SET_APIC_OFFLOAD:
        vp.state.vp.apic_offload = (exit.argument & 1) != 0;
        follow_state(vp);
        return leave_unchanged(exit, outcome, VTL_ACCEPTED);
    case VTL_DELIVER_MESSAGE:
        return deliver_message(vp, exit, outcome);
    case VTL_PREEMPT:
        return preempt(vp, exit, outcome);
    case VTL_STARTUP_IPI:
        return startup_ipi(partition, vp, exit, outcome);
    case VTL_REVOKE_VSM:
        return revoke_vsm(partition, exit, outcome);
    case VTL_HOST_ACCESS:
        return host_access(partition, vp, exit, outcome);
    case VTL_SPECIAL_REQUEST:
        return special_request(partition, vp, exit, outcome);
    case VTL_DRAIN_AUDIT:
        vp.state.vp.audit_count = 0;
        return leave_unchanged(exit, outcome, VTL_ACCEPTED);
    case VTL_LOG_FLUSH:
        return flush_log(partition, exit, outcome);
    case VTL_LOG_LIMITS:
        return set_log_limits(partition, exit, outcome);
    default:
        return internal_error(vp, exit, outcome);
    }
}

} // namespace vtl_intercept
