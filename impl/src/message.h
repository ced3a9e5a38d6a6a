// Intercept messages for VTL1: posted in slot 0 of its message page, or kept until there is room.
#ifndef VTL_IMPL_MESSAGE_H
#define VTL_IMPL_MESSAGE_H

#include "vtl_intercept.h"

#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

// Ends an exit of VTL0 whose write of an MSR, or of a register, VTL1 claims.
vtl_status intercept_msr_write(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status intercept_register_write(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome,
                                    std::uint32_t name, std::uint64_t value);

// The request to post the message that is kept.
vtl_status deliver_message(vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);

} // namespace vtl_intercept

#endif
