// Handlers of the exits and requests that vtl_handle_exit() tells apart. All take its arguments in its order, needed or
// not, so that a call is a jump.
#ifndef VTL_IMPL_HANDLERS_H
#define VTL_IMPL_HANDLERS_H

#include "msr_rules.h"
#include "vtl_intercept.h"

#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

// Of exits. The outcome has been begun.
vtl_status handle_rdmsr(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status handle_wrmsr(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status handle_tdcall(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);

// Of a WRMSR of VTL0 that VTL1 claims.
vtl_status intercept_write(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);

// Of a possible, unclaimed WRMSR of IA32_APIC_BASE, and of an overlay page.
vtl_status write_apic_base(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status write_overlay_page(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome,
                              Write which);

// Of the other kinds, unknown ones included.
vtl_status handle_control(vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);

} // namespace vtl_intercept

#endif
