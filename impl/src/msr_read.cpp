// RDMSR exits.
#include "bits.h"
#include "handlers.h"
#include "msr_access.h"
#include "msr_numbers.h"
#include "msr_rules.h"
#include "outcome.h"

#include <cstdint>

namespace vtl_intercept {

[[gnu::noinline]] vtl_status ignore_unknown_read(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit,
                                                 vtl_outcome& outcome) {
    const AttemptLog attempt_log(partition, exit);
    attempt_log(outcome, VTL_LOG_UNKNOWN_READ, low32(exit.gpr[VTL_RCX]), 0);
    outcome.gpr[VTL_RAX] = 0;
    outcome.gpr[VTL_RDX] = 0;
    return complete(exit, outcome, vp.state.vtl[exit.vtl]);
}

vtl_status handle_rdmsr(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    const std::uint32_t number = low32(exit.gpr[VTL_RCX]);
    if (!possible_msr_exit(vp, exit, number, false)) [[unlikely]]
        return internal_error_gp(vp, exit, outcome);

    vtl_vtl_state& state = vp.state.vtl[exit.vtl];
    const MsrRule& rule = msr_rule(number);
    std::uint64_t value = 0;
    switch (rule.read) {
    case Read::unknown:
        return ignore_unknown_read(partition, vp, exit, outcome);
    case Read::fault:
        return fault_gp(exit, outcome);
    case Read::constant:
        value = rule.constant;
        break;

    case Read::apic_base:
        value = state.apic_base;
        break;
    case Read::x2apic:
        if (!in_x2apic_mode(state.apic_base))
            return fault_gp(exit, outcome);
        request(outcome, VTL_REQUEST_APIC_READ, number, 0);
        if (exit.answers.apic_fault)
            return fault_gp(exit, outcome);
        value = exit.answers.apic_value;
        break;
    case Read::hv_icr:
        if (!apic_enabled(state.apic_base))
            return fault_gp(exit, outcome);
        [[fallthrough]];
    case Read::hv_tpr:
        request(outcome, VTL_REQUEST_APIC_READ, number, 0);
        if (exit.answers.apic_fault)
            return fault_gp(exit, outcome);
        value = exit.answers.apic_value;
        break;

    case Read::guest_os_id:
        value = partition.vtl[exit.vtl].guest_os_id;
        break;
    case Read::hypercall:
        value = partition.vtl[exit.vtl].hypercall;
        break;
    case Read::reference_tsc:
        value = partition.vtl[exit.vtl].reference_tsc;
        break;
    case Read::vp_index:
        value = vp.index;
        break;
    case Read::time_ref_count:
        request(outcome, VTL_REQUEST_REFERENCE_TIME, 0, 0);
        value = exit.answers.reference_time;
        break;
    case Read::tsc_frequency:
        value = partition.config.tsc_frequency;
        break;
    case Read::vp_assist_page:
        value = state.vp_assist;
        break;
    case Read::scontrol:
        value = state.synic.scontrol;
        break;
    case Read::siefp:
        value = state.synic.siefp;
        break;
    case Read::simp:
        value = state.synic.simp;
        break;
    case Read::sint:
        value = state.synic.sint[number % VTL_SINT_COUNT];
        break;
    case Read::stimer_config:
        value = state.stimer_config[number / 2 % VTL_STIMER_COUNT];
        break;
    case Read::stimer_count:
        value = state.stimer_count[number / 2 % VTL_STIMER_COUNT];
        break;

    case Read::crash_parameter:
        value = state.crash[number - msr::HV_X64_MSR_CRASH_P0];
        break;

    case Read::guest_idle:
        request(outcome, VTL_REQUEST_IDLE, 0, 0);
        break;
    case Read::sysenter_cs:
        value = state.sysenter_cs;
        break;
    case Read::sysenter_esp:
        value = state.sysenter_esp;
        break;
    case Read::sysenter_eip:
        value = state.sysenter_eip;
        break;
    case Read::efer:
        value = state.efer;
        break;
    case Read::star:
        value = state.star;
        break;
    case Read::lstar:
        value = state.lstar;
        break;
    case Read::cstar:
        value = state.cstar;
        break;
    case Read::fmask:
        value = state.sfmask;
        break;
    case Read::tsc_aux:
        if (!partition.config.tsc_aux)
            return fault_gp(exit, outcome);
        value = state.tsc_aux;
        break;
    case Read::pat:
        value = state.pat;
        break;
    case Read::xss:
        value = state.xss;
        break;
    }
    outcome.gpr[VTL_RAX] = low32(value);
    outcome.gpr[VTL_RDX] = high32(value);
    return complete(exit, outcome, state);
}

} // namespace vtl_intercept
