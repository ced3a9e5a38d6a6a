// The VTL state machine: VTL1 of the partition, VTL1 of a VP, starting VPs, loading what waits in a VP's slot.
#include "bitmap.h"
#include "bits.h"
#include "guard.h"
#include "handlers.h"
#include "hypercall.h"
#include "outcome.h"
#include "register_access.h"
#include "value_rules.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr std::uint8_t ENABLE_MBEC = 1;

bool startup_denied(const vtl_partition& partition, const vtl_exit& exit) {
    return exit.vtl == 0 && (partition.vsm.partition_config & VSM_CONFIG_DENY_STARTUP) != 0;
}

void fill(vtl_context& waiting, const vtl_context& context) {
    waiting = context;
    waiting.cr0 = adjusted_cr0(context.cr0);
}

// What the state holds of a context; the rest is the module's, which the request LOAD_CONTEXT asks for.
void load(vtl_vtl_state& state, const vtl_context& context) {
    state.rip = context.rip;
    state.rsp = context.rsp;
    state.rflags = context.rflags;
    state.cr0 = context.cr0;
    state.cr4 = context.cr4;
    state.pat = context.pat;
    store_efer(state, context.efer);
}

} // namespace

Verdict enable_partition_vtl(vtl_partition& partition, const vtl_exit& exit, vtl_outcome& outcome) {
    const vtl_hypercall_input& input = exit.input;
    vtl_vsm_state& vsm = partition.vsm;
    if (input.partition_id != HV_PARTITION_ID_SELF)
        return refused(HV_STATUS_INVALID_PARTITION_ID);
    if (input.target_vtl != 1)
        return refused(HV_STATUS_ACCESS_DENIED);
    if ((input.flags & ~ENABLE_MBEC) != 0)
        return refused(HV_STATUS_INVALID_PARAMETER);
    if (vsm.guest_vsm == VTL_VSM_ENABLED)
        return refused(HV_STATUS_INVALID_VTL_STATE);
    if (vsm.guest_vsm == VTL_VSM_UNSUPPORTED)
        return refused(HV_STATUS_ACCESS_DENIED);
    if (!ask_host(exit, outcome, HV_CALL_ENABLE_PARTITION_VTL, 1, 0).granted())
        return failed(HV_STATUS_OPERATION_DENIED);
    request(outcome, VTL_REQUEST_DEFAULT_PROTECTION, 0,
            (vsm.partition_config & VSM_CONFIG_MASK) >> VSM_CONFIG_MASK_SHIFT);
    if (exit.answers.page_refused)
        return failed(HV_STATUS_OPERATION_DENIED);
    vsm.guest_vsm = VTL_VSM_ENABLED;
    vsm.mbec = (input.flags & ENABLE_MBEC) != 0;
    return GRANTED;
}

Verdict enable_vp_vtl(vtl_partition& partition, const vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    const vtl_hypercall_input& input = exit.input;
    vtl_vsm_state& vsm = partition.vsm;
    const std::uint32_t target = input.target_vp == HV_VP_INDEX_SELF ? vp.index : input.target_vp;
    if (input.partition_id != HV_PARTITION_ID_SELF)
        return refused(HV_STATUS_INVALID_PARTITION_ID);
    if (target >= partition.config.vps)
        return refused(HV_STATUS_INVALID_VP_INDEX);
    if (input.target_vtl != 1)
        return refused(HV_STATUS_INVALID_PARAMETER);
    if (vsm.guest_vsm != VTL_VSM_ENABLED)
        return refused(HV_STATUS_INVALID_VTL_STATE);
    if (exit.vtl == 0 && (vsm.vtl1_on_any_vp || target != vp.index))
        return refused(HV_STATUS_ACCESS_DENIED);
    vtl_vp_slot& slot = partition.slots[target];
    if (slot.enable_called)
        return refused(HV_STATUS_VTL_ALREADY_ENABLED);
    if (partition.config.isolation == VTL_ISOLATION_CCA)
        return refused(HV_STATUS_FEATURE_UNAVAILABLE);
    if (!valid_context(input.context, partition.config))
        return refused(HV_STATUS_INVALID_REGISTER_VALUE);
    if (!ask_host(exit, outcome, HV_CALL_ENABLE_VP_VTL, 1, target).granted())
        return failed(HV_STATUS_OPERATION_DENIED);
    slot.enable_called = true;
    slot.enable_pending = true;
    fill(slot.enable, input.context);
    vsm.vtl1_on_any_vp = true;
    request(outcome, VTL_REQUEST_WAKE, target, 0);
    return GRANTED;
}

Verdict start_virtual_processor(vtl_partition& partition, const vtl_vp& vp, const vtl_exit& exit,
                                vtl_outcome& outcome) {
    const vtl_hypercall_input& input = exit.input;
    if (input.partition_id != HV_PARTITION_ID_SELF)
        return refused(HV_STATUS_INVALID_PARTITION_ID);
    if (input.target_vp == vp.index || input.target_vp >= partition.config.vps)
        return refused(HV_STATUS_INVALID_VP_INDEX);
    if (input.target_vtl > exit.vtl)
        return refused(HV_STATUS_ACCESS_DENIED);
    vtl_vp_slot& slot = partition.slots[input.target_vp];
    if (input.target_vtl == 1 && !slot.enable_called)
        return refused(HV_STATUS_INVALID_VP_STATE);
    if (startup_denied(partition, exit))
        return refused(HV_STATUS_ACCESS_DENIED);
    if (slot.started)
        return refused(HV_STATUS_INVALID_VP_STATE);
    if (!valid_context(input.context, partition.config))
        return refused(HV_STATUS_INVALID_REGISTER_VALUE);
    slot.started = true;
    slot.start_pending = true;
    slot.start_vtl1 = input.target_vtl == 1;
    fill(slot.start, input.context);
    request(outcome, VTL_REQUEST_WAKE, input.target_vp, 0);
    return GRANTED;
}

vtl_status startup_ipi(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    const std::uint32_t target = low32(exit.argument);
    std::uint16_t status = HV_STATUS_SUCCESS;
    if (startup_denied(partition, exit))
        status = HV_STATUS_ACCESS_DENIED;
    else if (target >= partition.config.vps)
        status = HV_STATUS_INVALID_VP_INDEX;
    if (status != HV_STATUS_SUCCESS) {
        const auto own = static_cast<std::uint8_t>(exit.vtl);
        audit(vp, exit, outcome, {.origin = own, .operation = VTL_OPERATION_STARTUP_IPI, .vtl = own, .reg = 0},
              VTL_ROUTE_NONE, refused(status));
        return refuse(exit, outcome, status);
    }
    partition.slots[target].started = true;
    request(outcome, VTL_REQUEST_STARTUP_IPI, target, exit.argument >> 32 & 0xFF);
    return leave_unchanged(exit, outcome, VTL_ACCEPTED);
}

vtl_status load_context(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    vtl_vp_slot& slot = partition.slots[vp.index];
    vtl_vp_shared_state& shared = vp.state.vp;
    std::uint32_t target = 1;
    if (slot.enable_pending) {
        shared.vtl1_present = true;
        load(vp.state.vtl[1], slot.enable);
        slot.enable_pending = false;
        slot.enable = {};
    } else if (slot.start_pending) {
        target = slot.start_vtl1 ? 1 : 0;
        if (slot.start_vtl1 && !shared.vtl1_present)
            return internal_error(vp, exit, outcome);
        load(vp.state.vtl[target], slot.start);
        shared.active_vtl1 = shared.vtl1_present;
        slot.start_pending = false;
        slot.start_vtl1 = false;
        slot.start = {};
    } else {
        return refuse(exit, outcome, HV_STATUS_INVALID_VP_STATE);
    }
    follow_state(vp);
    request(outcome, VTL_REQUEST_LOAD_CONTEXT, target, 0);
    return leave_unchanged(exit, outcome, VTL_ACCEPTED);
}

vtl_status revoke_vsm(vtl_partition& partition, const vtl_exit& exit, vtl_outcome& outcome) {
    if (partition.vsm.guest_vsm == VTL_VSM_ENABLED)
        return refuse(exit, outcome, HV_STATUS_VTL_ALREADY_ENABLED);
    partition.vsm.guest_vsm = VTL_VSM_UNSUPPORTED;
    return leave_unchanged(exit, outcome, VTL_ACCEPTED);
}

} // namespace vtl_intercept
