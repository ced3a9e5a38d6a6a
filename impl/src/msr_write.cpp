// WRMSR exits.
#include "bits.h"
#include "handlers.h"
#include "message.h"
#include "msr_access.h"
#include "msr_numbers.h"
#include "msr_rules.h"
#include "outcome.h"
#include "register_access.h"
#include "value_rules.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr std::uint64_t ICR_WRITABLE_X2APIC = 0xFFFF'FFFF'000C'CFFF;
constexpr std::uint64_t ICR_WRITABLE_XAPIC = 0xFF00'0000'000C'CFFF;
constexpr std::uint64_t TPR_MAX = 0xFF;
constexpr std::uint64_t TPR_CLASS = 0xF0;
constexpr std::uint64_t MCG_STATUS_DEFINED = 7;

vtl_status ask_apic(const vtl_exit& exit, vtl_outcome& outcome, vtl_vtl_state& state, std::uint32_t number,
                    std::uint64_t value) {
    request(outcome, VTL_REQUEST_APIC_WRITE, number, value);
    return exit.answers.apic_fault ? fault_gp(exit, outcome) : complete(exit, outcome, state);
}

[[gnu::noinline]] vtl_status notify_crash(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit,
                                          vtl_outcome& outcome) {
    const AttemptLog attempt_log(partition, exit);
    outcome.crash_notify = true;
    attempt_log(outcome, VTL_LOG_CRASH, low32(exit.gpr[VTL_RCX]), wrmsr_value(exit));
    return complete(exit, outcome, vp.state.vtl[exit.vtl]);
}

} // namespace

[[gnu::noinline]] vtl_status ignore_unknown_write(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit,
                                                  vtl_outcome& outcome) {
    const AttemptLog attempt_log(partition, exit);
    const std::uint32_t number = low32(exit.gpr[VTL_RCX]);
    const std::uint64_t value = wrmsr_value(exit);
    attempt_log(outcome, VTL_LOG_UNKNOWN_WRITE, number, value);
    return complete(exit, outcome, vp.state.vtl[exit.vtl]);
}

vtl_status handle_wrmsr(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    const std::uint32_t number = low32(exit.gpr[VTL_RCX]);
    if (!possible_msr_exit(vp, exit, number, true)) [[unlikely]]
        return internal_error_gp(vp, exit, outcome);

    const MsrRule& rule = msr_rule(number);
    if (exit.vtl == 0 && vp.state.vp.vtl1_present && (vp.state.vp.intercept_control & rule.claim) != 0)
        return intercept_msr_write(partition, vp, exit, outcome);

    const std::uint64_t value = wrmsr_value(exit);
    const vtl_config& config = partition.config;
    vtl_vtl_state& state = vp.state.vtl[exit.vtl];
    switch (rule.write) {
    case Write::unknown:
        return ignore_unknown_write(partition, vp, exit, outcome);
    case Write::fault:
        return fault_gp(exit, outcome);
    case Write::ignore:
        break;

    case Write::apic_base:
        return write_apic_base(partition, vp, exit, outcome);
    case Write::x2apic:
        if (!in_x2apic_mode(state.apic_base))
            return fault_gp(exit, outcome);
        return ask_apic(exit, outcome, state, number, value);
    case Write::hv_eoi:
        if (!apic_enabled(state.apic_base))
            return fault_gp(exit, outcome);
        return ask_apic(exit, outcome, state, number, 0);
    case Write::hv_icr:
        if (!apic_enabled(state.apic_base))
            return fault_gp(exit, outcome);
        return ask_apic(exit, outcome, state, number,
                        value & (in_x2apic_mode(state.apic_base) ? ICR_WRITABLE_X2APIC : ICR_WRITABLE_XAPIC));
    case Write::hv_tpr:
        if (value > TPR_MAX)
            return fault_gp(exit, outcome);
        return ask_apic(exit, outcome, state, number, value & TPR_CLASS);

    case Write::hypercall:
    case Write::reference_tsc:
    case Write::vp_assist_page:
    case Write::siefp:
    case Write::simp:
        return write_overlay_page(partition, vp, exit, outcome, rule.write);

    case Write::crash_parameter:
        state.crash[number - msr::HV_X64_MSR_CRASH_P0] = value;
        break;
    case Write::crash_control:
        return notify_crash(partition, vp, exit, outcome);

    case Write::guest_os_id:
        partition.vtl[exit.vtl].guest_os_id = value;
        break;
    case Write::scontrol:
        state.synic.scontrol = value;
        break;
    case Write::sint:
        state.synic.sint[number % VTL_SINT_COUNT] = value;
        outcome.proxy_filter = exit.vtl == 0; // VTL1's interrupts are never proxied
        break;
    case Write::stimer_config:
        state.stimer_config[number / 2 % VTL_STIMER_COUNT] = value;
        break;
    case Write::stimer_count: {
        const std::uint32_t timer = number / 2 % VTL_STIMER_COUNT;
        store_stimer_count(state.stimer_count[timer], state.stimer_config[timer], value);
        break;
    }

    case Write::sysenter_cs:
        state.sysenter_cs = low32(value);
        break;
    case Write::sysenter_esp:
        if (!canonical(value, config.la57))
            return fault_gp(exit, outcome);
        state.sysenter_esp = value;
        break;
    case Write::sysenter_eip:
        if (!canonical(value, config.la57))
            return fault_gp(exit, outcome);
        state.sysenter_eip = value;
        break;
    case Write::efer:
        if (!valid_efer(value, state.efer, state.cr0))
            return fault_gp(exit, outcome);
        store_efer(state, value);
        break;
    case Write::star:
        state.star = value;
        break;
    case Write::lstar:
        if (!canonical(value, config.la57))
            return fault_gp(exit, outcome);
        state.lstar = value;
        break;
    case Write::cstar:
        if (!canonical(value, config.la57))
            return fault_gp(exit, outcome);
        state.cstar = value;
        break;
    case Write::fmask:
        if (!valid_sfmask(value))
            return fault_gp(exit, outcome);
        state.sfmask = value;
        break;
    case Write::tsc_aux:
        if (!valid_tsc_aux(value, config))
            return fault_gp(exit, outcome);
        state.tsc_aux = value;
        break;
    case Write::pat:
        if (!valid_pat(value))
            return fault_gp(exit, outcome);
        state.pat = value;
        break;
    case Write::xss:
        if (!valid_xss(value, config))
            return fault_gp(exit, outcome);
        state.xss = value;
        break;
    case Write::zero_only:
        if (value != 0)
            return fault_gp(exit, outcome);
        break;
    case Write::mcg_status:
        if ((value & ~MCG_STATUS_DEFINED) != 0)
            return fault_gp(exit, outcome);
        break;
    }
    // A write of EFER itself makes no difference here: with paging LME is as it was, without there is no 64-bit code.
    return complete(exit, outcome, state);
}

} // namespace vtl_intercept
