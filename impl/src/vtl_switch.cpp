// VtlCall, VtlReturn and preemption: which VTL runs.
#include "bits.h"
#include "handlers.h"
#include "hypercall.h"
#include "outcome.h"
#include "register_table.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr std::uint64_t ENTRY_REASON_VTL_CALL = 1;
constexpr std::uint64_t ENTRY_REASON_INTERRUPT = 2;
constexpr std::uint32_t EVENT_HARDWARE_EXCEPTION = 0x80000300;
constexpr std::uint32_t EVENT_SOFTWARE_EXCEPTION = 0x80000600;
constexpr std::uint32_t VECTOR_BREAKPOINT = 3;
constexpr std::uint32_t VECTOR_OVERFLOW = 4;
constexpr std::uint32_t VECTOR_PAGE_FAULT = 14;
constexpr std::uint64_t PENDING_EVENT_ERROR_CODE = bit(8);

vtl_status refuse_switch(vtl_partition& partition, const vtl_exit& exit, vtl_outcome& outcome, std::uint32_t code) {
    const AttemptLog attempt_log(partition, exit);
    attempt_log(outcome, VTL_LOG_VTL_SWITCH, code, 0);
    return fault_ud(exit, outcome);
}

// VTL0 is entered next: the event that VTL1 stored for it goes along.
void deliver_event(vtl_vp_shared_state& shared, vtl_outcome& outcome) {
    const std::uint64_t event = shared.pending_event;
    if ((event & 1) == 0)
        return;
    const std::uint32_t vector = low32(event >> 16 & 0xFFFF);
    const bool software = vector == VECTOR_BREAKPOINT || vector == VECTOR_OVERFLOW;
    outcome.event = vector | (software ? EVENT_SOFTWARE_EXCEPTION : EVENT_HARDWARE_EXCEPTION);
    if ((event & PENDING_EVENT_ERROR_CODE) != 0) {
        outcome.event |= EVENT_DELIVER_ERROR_CODE;
        outcome.event_error_code = high32(event);
    }
    if (vector == VECTOR_PAGE_FAULT)
        request(outcome, VTL_REQUEST_REGISTER_WRITE, reg::Cr2, shared.pending_event_parameter);
    shared.pending_event = 0;
    shared.pending_event_parameter = 0;
}

} // namespace

vtl_status vtl_call(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    if (exit.gpr[VTL_RCX] != HV_CALL_VTL_CALL || exit.gpr[VTL_RAX] != 0 || exit.vtl != 0 || !vp.state.vp.vtl1_present)
        return refuse_switch(partition, exit, outcome, HV_CALL_VTL_CALL);
    vp.state.vp.active_vtl1 = true;
    request(outcome, VTL_REQUEST_ENTRY_REASON, 0, ENTRY_REASON_VTL_CALL);
    return complete(exit, outcome, vp.state.vtl[0]);
}

vtl_status vtl_return(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    constexpr std::uint64_t fast = 1;
    if (exit.gpr[VTL_RCX] != HV_CALL_VTL_RETURN || exit.gpr[VTL_RAX] > fast || exit.vtl != 1)
        return refuse_switch(partition, exit, outcome, HV_CALL_VTL_RETURN);
    vtl_vp_shared_state& shared = vp.state.vp;
    shared.active_vtl1 = false;
    shared.tlb_locked = false;
    if (exit.gpr[VTL_RAX] != fast) {
        outcome.gpr[VTL_RAX] = exit.answers.assist_rax;
        outcome.gpr[VTL_RCX] = exit.answers.assist_rcx;
    }
    deliver_event(shared, outcome);
    return complete(exit, outcome, vp.state.vtl[1]);
}

vtl_status preempt(vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    vtl_vp_shared_state& shared = vp.state.vp;
    if (shared.active_vtl1 || !shared.vtl1_present)
        return refuse(exit, outcome, HV_STATUS_INVALID_VTL_STATE);
    shared.active_vtl1 = true;
    request(outcome, VTL_REQUEST_ENTRY_REASON, 0, ENTRY_REASON_INTERRUPT);
    return leave_unchanged(exit, outcome, VTL_ACCEPTED);
}

} // namespace vtl_intercept

extern "C" vtl_entry vtl_next_entry(const vtl_vp* vp) {
    if (vp == nullptr)
        return VTL_HOLD;
    const vtl_vp_shared_state& shared = vp->state.vp;
    if (shared.active_vtl1)
        return VTL_ENTER_VTL1;
    return shared.intercept_pending ? VTL_HOLD : VTL_ENTER_VTL0;
}
