// WRMSR exits.
#include "bits.h"
#include "handlers.h"
#include "msr_access.h"
#include "msr_numbers.h"
#include "msr_rules.h"
#include "outcome.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr std::uint64_t ICR_WRITABLE_X2APIC = 0xFFFF'FFFF'000C'CFFF;
constexpr std::uint64_t ICR_WRITABLE_XAPIC = 0xFF00'0000'000C'CFFF;
constexpr std::uint64_t TPR_MAX = 0xFF;
constexpr std::uint64_t TPR_CLASS = 0xF0;
constexpr std::uint64_t XSS_VIRTUALISED = 0x1C00;
constexpr std::uint64_t MCG_STATUS_DEFINED = 7;

// Judged by the processor's width: CR4.LA57 can change after the write, the register stays.
constexpr bool canonical(std::uint64_t address, bool la57) {
    const std::uint64_t half = la57 ? bit(56) : bit(47);
    return address + half < 2 * half;
}

// Types 2 and 3 and all above 7 are reserved.
constexpr bool valid_pat(std::uint64_t pat) {
    constexpr std::uint64_t ones = 0x0101'0101'0101'0101;
    return (pat & (ones * 0xF8)) == 0 && ((pat >> 1) & ~(pat >> 2) & ones) == 0;
}
static_assert(valid_pat(0x0007'0406'0007'0406) && valid_pat(0x0605'0401'0007'0605));
static_assert(!valid_pat(0x02) && !valid_pat(0x0300) && !valid_pat(bit(63)) && !valid_pat(0x08));

constexpr bool valid_efer(std::uint64_t efer, std::uint64_t stored, bool paging) {
    if ((efer & ~(EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE)) != 0 || (efer & EFER_NXE) == 0)
        return false;
    return !paging || ((efer ^ stored) & EFER_LME) == 0;
}

vtl_status ask_apic(const vtl_exit& exit, vtl_outcome& outcome, std::uint64_t efer, std::uint32_t number,
                    std::uint64_t value) {
    request(outcome, VTL_REQUEST_APIC_WRITE, number, value);
    return exit.answers.apic_fault ? fault_gp(exit, outcome) : complete(exit, outcome, efer);
}

} // namespace

vtl_status handle_wrmsr(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    const std::uint32_t number = low32(exit.gpr[VTL_RCX]);
    if (!possible_msr_exit(vp, exit, number, true)) [[unlikely]]
        return internal_error_gp(exit, outcome);

    const MsrRule& rule = msr_rule(number);
    if (exit.vtl == 0 && vp.state.vp.vtl1_present && (vp.state.vp.intercept_control & rule.claim) != 0)
        return intercept_write(partition, vp, exit, outcome);

    const std::uint64_t value = wrmsr_value(exit);
    const vtl_config& config = partition.config;
    vtl_vtl_state& state = vp.state.vtl[exit.vtl];
    switch (rule.write) {
    case Write::unknown:
        attempt_log(outcome, VTL_LOG_UNKNOWN_WRITE, number, value);
        break;
    case Write::fault:
        return fault_gp(exit, outcome);
    case Write::ignore:
        break;

    case Write::apic_base:
        return write_apic_base(partition, vp, exit, outcome);
    case Write::x2apic:
        if (!in_x2apic_mode(state.apic_base))
            return fault_gp(exit, outcome);
        return ask_apic(exit, outcome, state.efer, number, value);
    case Write::hv_eoi:
        if (!apic_enabled(state.apic_base))
            return fault_gp(exit, outcome);
        return ask_apic(exit, outcome, state.efer, number, 0);
    case Write::hv_icr:
        if (!apic_enabled(state.apic_base))
            return fault_gp(exit, outcome);
        return ask_apic(exit, outcome, state.efer, number,
                        value & (in_x2apic_mode(state.apic_base) ? ICR_WRITABLE_X2APIC : ICR_WRITABLE_XAPIC));
    case Write::hv_tpr:
        if (value > TPR_MAX)
            return fault_gp(exit, outcome);
        return ask_apic(exit, outcome, state.efer, number, value & TPR_CLASS);

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
        outcome.crash_notify = true;
        attempt_log(outcome, VTL_LOG_CRASH, number, value);
        break;

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
        state.stimer_count[timer] = value;
        if (value != 0 && (state.stimer_config[timer] & STIMER_AUTO_ENABLE) != 0)
            state.stimer_config[timer] |= STIMER_ENABLE;
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
    case Write::efer: {
        const bool paging = (exit.cr0 & CR0_PG) != 0;
        if (!valid_efer(value, state.efer, paging))
            return fault_gp(exit, outcome);
        const bool lma = paging && (value & EFER_LME) != 0;
        state.efer = (value & ~EFER_LMA) | (lma ? EFER_LMA : 0);
        state.ia32e_guest = lma;
        break;
    }
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
        if (high32(value) != 0)
            return fault_gp(exit, outcome);
        state.sfmask = value;
        break;
    case Write::tsc_aux:
        if (!config.tsc_aux || high32(value) != 0)
            return fault_gp(exit, outcome);
        state.tsc_aux = value;
        break;
    case Write::pat:
        if (!valid_pat(value))
            return fault_gp(exit, outcome);
        state.pat = value;
        break;
    case Write::xss:
        if ((value & ~(config.xss_supported & XSS_VIRTUALISED)) != 0)
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
    return complete(exit, outcome, state.efer);
}

} // namespace vtl_intercept
