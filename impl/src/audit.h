// Audit records: one per cross-VTL attempt, in the outcome and in the VP's ring (decision D30).
#ifndef VTL_IMPL_AUDIT_H
#define VTL_IMPL_AUDIT_H

#include "bits.h"
#include "vtl_intercept.h"

#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

// How an access or a call ended.
struct Verdict {
    std::uint16_t status = HV_STATUS_SUCCESS;
    bool failed = false; // the module, memory or the host failed it, no rule refused it

    constexpr bool granted() const { return status == HV_STATUS_SUCCESS; }
};
inline constexpr Verdict GRANTED{};
constexpr Verdict refused(std::uint16_t status) { return {.status = status, .failed = false}; }
constexpr Verdict failed(std::uint16_t status) { return {.status = status, .failed = true}; }

struct Attempt {
    std::uint8_t origin;
    vtl_operation operation;
    std::uint8_t vtl;
    std::uint32_t reg;
};

void audit(vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome, const Attempt& attempt, vtl_route route,
           Verdict verdict);

// How a guest's attempt reached what it reached.
vtl_route route_of(const vtl_outcome& outcome, Verdict verdict);

} // namespace vtl_intercept

#endif
