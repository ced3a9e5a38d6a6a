// The row list itself. Only constant expressions read it; what the exit path uses is derived from it.
#ifndef VTL_IMPL_MSR_ROWS_H
#define VTL_IMPL_MSR_ROWS_H

#include "msr_numbers.h"
#include "msr_rules.h"

namespace [[gnu::visibility("hidden")]] vtl_intercept {

constexpr std::uint32_t control_bit(unsigned n) { return std::uint32_t{1} << n; }

// clang-format off
inline constexpr MsrRow msr_rows[] = {
    // Local APIC.
    {.first = msr::IA32_APIC_BASE, .read = Read::apic_base, .write = Write::apic_base, .claim = control_bit(12)},
    {.first = msr::X2APIC_FIRST, .last = 0x801, .read = Read::fault, .write = Write::fault},
    {.first = msr::IA32_X2APIC_APICID, .read = Read::x2apic, .write = Write::fault},
    {.first = msr::IA32_X2APIC_VERSION, .read = Read::x2apic, .write = Write::fault},
    {.first = 0x804, .last = 0x807, .read = Read::fault, .write = Write::fault},
    {.first = msr::IA32_X2APIC_TPR, .read = Read::x2apic, .write = Write::x2apic, .pass = Pass::apic_offload},
    {.first = 0x809, .read = Read::fault, .write = Write::fault},
    {.first = msr::IA32_X2APIC_PPR, .read = Read::x2apic, .write = Write::fault},
    {.first = msr::IA32_X2APIC_EOI, .read = Read::fault, .write = Write::x2apic, .pass = Pass::apic_offload},
    {.first = 0x80C, .read = Read::fault, .write = Write::fault},
    {.first = msr::IA32_X2APIC_LDR, .read = Read::x2apic, .write = Write::fault},
    {.first = 0x80E, .read = Read::fault, .write = Write::fault},
    {.first = msr::IA32_X2APIC_SIVR, .read = Read::x2apic, .write = Write::x2apic},
    {.first = msr::IA32_X2APIC_ISR0, .last = msr::IA32_X2APIC_IRR7, .read = Read::x2apic, .write = Write::fault},
    {.first = msr::IA32_X2APIC_ESR, .read = Read::x2apic, .write = Write::x2apic},
    {.first = 0x829, .last = 0x82F, .read = Read::fault, .write = Write::fault},
    {.first = msr::IA32_X2APIC_ICR, .read = Read::x2apic, .write = Write::x2apic},
    {.first = 0x831, .read = Read::fault, .write = Write::fault},
    {.first = msr::IA32_X2APIC_LVT_TIMER, .last = msr::IA32_X2APIC_INIT_COUNT,
     .read = Read::x2apic, .write = Write::x2apic},
    {.first = msr::IA32_X2APIC_CUR_COUNT, .read = Read::x2apic, .write = Write::fault},
    {.first = 0x83A, .last = 0x83D, .read = Read::fault, .write = Write::fault},
    {.first = msr::IA32_X2APIC_DIV_CONF, .read = Read::x2apic, .write = Write::x2apic},
    {.first = msr::IA32_X2APIC_SELF_IPI, .read = Read::fault, .write = Write::x2apic, .pass = Pass::apic_offload},
    {.first = 0x840, .last = msr::X2APIC_LAST, .read = Read::fault, .write = Write::fault},
    {.first = msr::HV_X64_MSR_APIC_FREQUENCY, .read = Read::constant, .write = Write::fault, .constant = 200'000'000},
    {.first = msr::HV_X64_MSR_EOI, .read = Read::fault, .write = Write::hv_eoi},
    {.first = msr::HV_X64_MSR_ICR, .read = Read::hv_icr, .write = Write::hv_icr},
    {.first = msr::HV_X64_MSR_TPR, .read = Read::hv_tpr, .write = Write::hv_tpr},

    // Hyper-V synthetic.
    {.first = msr::HV_X64_MSR_GUEST_OS_ID, .read = Read::guest_os_id, .write = Write::guest_os_id},
    {.first = msr::HV_X64_MSR_HYPERCALL, .read = Read::hypercall, .write = Write::hypercall},
    {.first = msr::HV_X64_MSR_VP_INDEX, .read = Read::vp_index, .write = Write::fault},
    {.first = msr::HV_X64_MSR_TIME_REF_COUNT, .read = Read::time_ref_count, .write = Write::fault},
    {.first = msr::HV_X64_MSR_REFERENCE_TSC, .read = Read::reference_tsc, .write = Write::reference_tsc},
    {.first = msr::HV_X64_MSR_TSC_FREQUENCY, .read = Read::tsc_frequency, .write = Write::fault},
    {.first = msr::HV_X64_MSR_VP_ASSIST_PAGE, .read = Read::vp_assist_page, .write = Write::vp_assist_page},
    {.first = msr::HV_X64_MSR_SCONTROL, .read = Read::scontrol, .write = Write::scontrol},
    {.first = msr::HV_X64_MSR_SVERSION, .read = Read::constant, .write = Write::fault, .constant = 1},
    {.first = msr::HV_X64_MSR_SIEFP, .read = Read::siefp, .write = Write::siefp},
    {.first = msr::HV_X64_MSR_SIMP, .read = Read::simp, .write = Write::simp},
    {.first = msr::HV_X64_MSR_EOM, .read = Read::constant, .write = Write::ignore},
    {.first = msr::HV_X64_MSR_SINT0, .last = msr::HV_X64_MSR_SINT15, .read = Read::sint, .write = Write::sint},
    {.first = msr::HV_X64_MSR_STIMER0_CONFIG, .read = Read::stimer_config, .write = Write::stimer_config},
    {.first = msr::HV_X64_MSR_STIMER0_COUNT, .read = Read::stimer_count, .write = Write::stimer_count},
    {.first = msr::HV_X64_MSR_STIMER1_CONFIG, .read = Read::stimer_config, .write = Write::stimer_config},
    {.first = msr::HV_X64_MSR_STIMER1_COUNT, .read = Read::stimer_count, .write = Write::stimer_count},
    {.first = msr::HV_X64_MSR_STIMER2_CONFIG, .read = Read::stimer_config, .write = Write::stimer_config},
    {.first = msr::HV_X64_MSR_STIMER2_COUNT, .read = Read::stimer_count, .write = Write::stimer_count},
    {.first = msr::HV_X64_MSR_STIMER3_CONFIG, .read = Read::stimer_config, .write = Write::stimer_config},
    {.first = msr::HV_X64_MSR_STIMER3_COUNT, .read = Read::stimer_count, .write = Write::stimer_count},

    // Crash.
    {.first = msr::HV_X64_MSR_CRASH_P0, .last = msr::HV_X64_MSR_CRASH_P4,
     .read = Read::crash_parameter, .write = Write::crash_parameter},
    {.first = msr::HV_X64_MSR_CRASH_CTL, .read = Read::constant, .write = Write::crash_control,
     .constant = 0xFC00'0000'0000'0000},

    // TDX-specific: registers with state.
    {.first = msr::HV_X64_MSR_GUEST_IDLE, .read = Read::guest_idle},
    {.first = msr::IA32_SYSENTER_CS, .read = Read::sysenter_cs, .write = Write::sysenter_cs,
     .claim = control_bit(19), .pass = Pass::read},
    {.first = msr::IA32_SYSENTER_ESP, .read = Read::sysenter_esp, .write = Write::sysenter_esp,
     .claim = control_bit(21), .pass = Pass::read},
    {.first = msr::IA32_SYSENTER_EIP, .read = Read::sysenter_eip, .write = Write::sysenter_eip,
     .claim = control_bit(20), .pass = Pass::read},
    {.first = msr::IA32_PAT, .read = Read::pat, .write = Write::pat},
    {.first = msr::IA32_XSS, .read = Read::xss, .write = Write::xss, .claim = control_bit(25)},
    {.first = msr::IA32_EFER, .read = Read::efer, .write = Write::efer, .claim = control_bit(14), .pass = Pass::read},
    {.first = msr::IA32_STAR, .read = Read::star, .write = Write::star, .claim = control_bit(8), .pass = Pass::read},
    {.first = msr::IA32_LSTAR, .read = Read::lstar, .write = Write::lstar, .claim = control_bit(6),
     .pass = Pass::read},
    {.first = msr::IA32_CSTAR, .read = Read::cstar, .write = Write::cstar, .claim = control_bit(10)},
    {.first = msr::IA32_FMASK, .read = Read::fmask, .write = Write::fmask, .claim = control_bit(22),
     .pass = Pass::read},
    {.first = msr::IA32_TSC_AUX, .read = Read::tsc_aux, .write = Write::tsc_aux, .claim = control_bit(23),
     .pass = Pass::read_with_tsc_aux},

    // TDX-specific: constants.
    {.first = msr::IA32_PLATFORM_ID, .read = Read::constant},
    {.first = msr::IA32_FEATURE_CONTROL, .read = Read::constant, .constant = 1},
    {.first = msr::IA32_MTRRCAP, .read = Read::constant, .constant = 0x400},
    {.first = msr::IA32_MCG_CAP, .read = Read::constant},
    {.first = msr::IA32_MCG_STATUS, .read = Read::constant, .write = Write::mcg_status},
    {.first = msr::IA32_MTRR_DEF_TYPE, .read = Read::constant, .write = Write::ignore},
    {.first = msr::IA32_MISC_ENABLE, .read = Read::constant, .write = Write::ignore, .constant = 0x851809},
    {.first = msr::IA32_BIOS_UPDT_TRIG, .write = Write::ignore},
    {.first = msr::IA32_BIOS_SIGN_ID, .read = Read::constant, .write = Write::zero_only,
     .constant = 0xFFFF'FFFF'0000'0000},
    {.first = msr::MSR_SMI_COUNT, .read = Read::constant, .write = Write::ignore},
    {.first = msr::MSR_PPIN_CTL, .read = Read::constant, .write = Write::ignore},
    {.first = msr::MSR_PLATFORM_INFO, .read = Read::constant, .write = Write::ignore},
    {.first = msr::IA32_UMWAIT_CONTROL, .read = Read::constant, .write = Write::ignore},
    {.first = msr::MSR_MISC_FEATURE_ENABLES, .read = Read::constant, .write = Write::ignore},
    {.first = msr::MSR_RAPL_POWER_UNIT, .read = Read::constant, .write = Write::ignore},
    {.first = msr::MSR_PKG_ENERGY_STATUS, .read = Read::constant, .write = Write::ignore},
    {.first = msr::MSR_DRAM_ENERGY_STATUS, .read = Read::constant, .write = Write::ignore},
    {.first = msr::MSR_PP0_ENERGY_STATUS, .read = Read::constant, .write = Write::ignore},
    {.first = msr::AMD_DE_CFG, .read = Read::constant, .write = Write::ignore},

    // The processor serves these; VTL1 can claim a write of some.
    {.first = msr::IA32_TIME_STAMP_COUNTER, .pass = Pass::read},
    {.first = msr::IA32_SPEC_CTRL, .pass = Pass::always},
    {.first = msr::IA32_XFD, .last = msr::IA32_XFD_ERR, .pass = Pass::always},
    {.first = msr::IA32_U_CET, .pass = Pass::always},
    {.first = msr::IA32_S_CET, .claim = control_bit(26), .pass = Pass::always},
    {.first = msr::IA32_PL0_SSP, .last = msr::IA32_PL3_SSP, .claim = control_bit(27), .pass = Pass::always},
    {.first = msr::IA32_INTERRUPT_SSP_TABLE_ADDR, .claim = control_bit(28), .pass = Pass::always},
    {.first = msr::IA32_FS_BASE, .last = msr::IA32_KERNEL_GS_BASE, .pass = Pass::always},
};
// clang-format on

inline constexpr std::size_t MSR_ROW_COUNT = sizeof msr_rows / sizeof msr_rows[0];

} // namespace vtl_intercept

#endif
