// The audit ring, and the internal errors, which always leave a record.
#include "audit.h"

#include "outcome.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

void store(vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome, const vtl_audit& entry) {
    outcome.audit = entry;
    vtl_vp_shared_state& shared = vp.state.vp;
    vtl_audit_record& record = vp.audit[shared.audit_next % VTL_AUDIT_RECORDS];
    record.sequence = shared.audit_next;
    record.time = exit.now;
    record.vp = exit.vp;
    record.reg = entry.reg;
    record.reason = entry.reason;
    record.origin = entry.origin;
    record.operation = entry.operation;
    record.vtl = entry.vtl;
    record.route = entry.route;
    record.verdict = entry.verdict;
    ++shared.audit_next;
    if (shared.audit_count < VTL_AUDIT_RECORDS)
        ++shared.audit_count;
    else if (shared.audit_lost + 1 != 0)
        ++shared.audit_lost;
}

} // namespace

void audit(vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome, const Attempt& attempt, vtl_route route,
           Verdict verdict) {
    vtl_audit entry{};
    entry.present = true;
    entry.origin = attempt.origin;
    entry.operation = static_cast<std::uint8_t>(attempt.operation);
    entry.vtl = attempt.vtl;
    entry.route = static_cast<std::uint8_t>(route);
    entry.verdict = verdict.granted() ? VTL_VERDICT_GRANTED : verdict.failed ? VTL_VERDICT_FAILED : VTL_VERDICT_REFUSED;
    entry.reason = verdict.status;
    entry.reg = attempt.reg;
    store(vp, exit, outcome, entry);
}

vtl_route route_of(const vtl_outcome& outcome, Verdict verdict) {
    if (outcome.request == VTL_REQUEST_REGISTER_READ || outcome.request == VTL_REQUEST_REGISTER_WRITE)
        return VTL_ROUTE_TDX_MODULE;
    if (outcome.hypercall != 0)
        return VTL_ROUTE_HYPERCALL;
    return verdict.granted() ? VTL_ROUTE_EMULATION : VTL_ROUTE_NONE;
}

vtl_status internal_error(vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    vtl_audit entry{};
    entry.present = true;
    entry.origin = static_cast<std::uint8_t>(exit.vtl);
    entry.operation = VTL_OPERATION_INTERNAL_ERROR;
    entry.vtl = static_cast<std::uint8_t>(exit.vtl);
    entry.verdict = VTL_VERDICT_FAILED;
    store(vp, exit, outcome, entry);
    return leave_unchanged(exit, outcome, VTL_INTERNAL_ERROR);
}

vtl_status internal_error_gp(vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    outcome.event = event_gp(exit);
    return internal_error(vp, exit, outcome);
}

} // namespace vtl_intercept

extern "C" vtl_status vtl_audit_read(const vtl_vp* vp, uint32_t index, vtl_audit_record* record) {
    if (vp == nullptr || record == nullptr)
        return VTL_BAD_ARGUMENT;
    const std::uint32_t held =
        vp->state.vp.audit_count < VTL_AUDIT_RECORDS ? vp->state.vp.audit_count : std::uint32_t{VTL_AUDIT_RECORDS};
    if (index >= held)
        return VTL_BAD_ARGUMENT;
    const std::uint64_t sequence = vp->state.vp.audit_next - held + index;
    const vtl_audit_record& found = vp->audit[sequence % VTL_AUDIT_RECORDS];
    if (found.sequence != sequence)
        return VTL_BAD_ARGUMENT;
    *record = found;
    return VTL_OK;
}
