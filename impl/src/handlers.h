// Handlers of the exits and requests that vtl_handle_exit() tells apart. Those of exits take its arguments in its order,
// needed or not, so that a call is a jump.
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
vtl_status handle_vmcall(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status handle_cr_access(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status handle_xsetbv(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);
// Of GDTR and IDTR, and of LDTR and TR.
vtl_status handle_descriptor_table(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status handle_selector_table(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);

// Of a possible, unclaimed WRMSR of IA32_APIC_BASE, and of an overlay page: apart, so that the others need no stack frame.
vtl_status write_apic_base(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status write_overlay_page(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome,
                              Write which);

// Of an MSR access that nothing answers to: apart for the same reason.
vtl_status ignore_unknown_read(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status ignore_unknown_write(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);

// Of the other kinds, unknown ones included.
vtl_status handle_control(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);

// Of one kind each. The outcome has been begun.
vtl_status load_context(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status preempt(vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status startup_ipi(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status set_log_limits(vtl_partition& partition, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status flush_log(vtl_partition& partition, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status revoke_vsm(vtl_partition& partition, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status host_access(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);
vtl_status special_request(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);

} // namespace vtl_intercept

#endif
