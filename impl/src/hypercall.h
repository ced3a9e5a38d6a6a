// Hypercalls of the guest by VMCALL.
#ifndef VTL_IMPL_HYPERCALL_H
#define VTL_IMPL_HYPERCALL_H

#include "audit.h"
#include "vtl_intercept.h"

#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

// Of one entry of Get and SetVpRegisters, header included.
Verdict access_guest_register(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome,
                              bool write);

// Of a call whose shape is right.
Verdict enable_partition_vtl(vtl_partition& partition, const vtl_exit& exit, vtl_outcome& outcome);
Verdict enable_vp_vtl(vtl_partition& partition, const vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);
Verdict start_virtual_processor(vtl_partition& partition, const vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);

// The two calls without a result.
vtl_status vtl_call(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status vtl_return(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);

} // namespace vtl_intercept

#endif
