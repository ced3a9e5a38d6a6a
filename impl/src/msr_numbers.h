// Numbers of the MSRs the intercept path knows, under their SDM, APM and TLFS names.
#ifndef VTL_IMPL_MSR_NUMBERS_H
#define VTL_IMPL_MSR_NUMBERS_H

#include <cstdint>

namespace vtl_intercept::msr {

inline constexpr std::uint32_t IA32_TIME_STAMP_COUNTER = 0x10;
inline constexpr std::uint32_t IA32_PLATFORM_ID = 0x17;
inline constexpr std::uint32_t IA32_APIC_BASE = 0x1B;
inline constexpr std::uint32_t MSR_SMI_COUNT = 0x34;
inline constexpr std::uint32_t IA32_FEATURE_CONTROL = 0x3A;
inline constexpr std::uint32_t IA32_SPEC_CTRL = 0x48;
inline constexpr std::uint32_t MSR_PPIN_CTL = 0x4E;
inline constexpr std::uint32_t IA32_BIOS_UPDT_TRIG = 0x79;
inline constexpr std::uint32_t IA32_BIOS_SIGN_ID = 0x8B;
inline constexpr std::uint32_t MSR_PLATFORM_INFO = 0xCE;
inline constexpr std::uint32_t IA32_UMWAIT_CONTROL = 0xE1;
inline constexpr std::uint32_t IA32_MTRRCAP = 0xFE;
inline constexpr std::uint32_t MSR_MISC_FEATURE_ENABLES = 0x140;
inline constexpr std::uint32_t IA32_SYSENTER_CS = 0x174;
inline constexpr std::uint32_t IA32_SYSENTER_ESP = 0x175;
inline constexpr std::uint32_t IA32_SYSENTER_EIP = 0x176;
inline constexpr std::uint32_t IA32_MCG_CAP = 0x179;
inline constexpr std::uint32_t IA32_MCG_STATUS = 0x17A;
inline constexpr std::uint32_t IA32_MISC_ENABLE = 0x1A0;
inline constexpr std::uint32_t IA32_XFD = 0x1C4;
inline constexpr std::uint32_t IA32_XFD_ERR = 0x1C5;
inline constexpr std::uint32_t IA32_PAT = 0x277;
inline constexpr std::uint32_t IA32_MTRR_DEF_TYPE = 0x2FF;
inline constexpr std::uint32_t MSR_RAPL_POWER_UNIT = 0x606;
inline constexpr std::uint32_t MSR_PKG_ENERGY_STATUS = 0x611;
inline constexpr std::uint32_t MSR_DRAM_ENERGY_STATUS = 0x619;
inline constexpr std::uint32_t MSR_PP0_ENERGY_STATUS = 0x639;
inline constexpr std::uint32_t IA32_U_CET = 0x6A0;
inline constexpr std::uint32_t IA32_S_CET = 0x6A2;
inline constexpr std::uint32_t IA32_PL0_SSP = 0x6A4;
inline constexpr std::uint32_t IA32_PL3_SSP = 0x6A7;
inline constexpr std::uint32_t IA32_INTERRUPT_SSP_TABLE_ADDR = 0x6A8;
inline constexpr std::uint32_t X2APIC_FIRST = 0x800;
inline constexpr std::uint32_t IA32_X2APIC_APICID = 0x802;
inline constexpr std::uint32_t IA32_X2APIC_VERSION = 0x803;
inline constexpr std::uint32_t IA32_X2APIC_TPR = 0x808;
inline constexpr std::uint32_t IA32_X2APIC_PPR = 0x80A;
inline constexpr std::uint32_t IA32_X2APIC_EOI = 0x80B;
inline constexpr std::uint32_t IA32_X2APIC_LDR = 0x80D;
inline constexpr std::uint32_t IA32_X2APIC_SIVR = 0x80F;
inline constexpr std::uint32_t IA32_X2APIC_ISR0 = 0x810;
inline constexpr std::uint32_t IA32_X2APIC_IRR7 = 0x827;
inline constexpr std::uint32_t IA32_X2APIC_ESR = 0x828;
inline constexpr std::uint32_t IA32_X2APIC_ICR = 0x830;
inline constexpr std::uint32_t IA32_X2APIC_LVT_TIMER = 0x832;
inline constexpr std::uint32_t IA32_X2APIC_INIT_COUNT = 0x838;
inline constexpr std::uint32_t IA32_X2APIC_CUR_COUNT = 0x839;
inline constexpr std::uint32_t IA32_X2APIC_DIV_CONF = 0x83E;
inline constexpr std::uint32_t IA32_X2APIC_SELF_IPI = 0x83F;
inline constexpr std::uint32_t X2APIC_LAST = 0x8FF;
inline constexpr std::uint32_t IA32_XSS = 0xDA0;

inline constexpr std::uint32_t HV_X64_MSR_GUEST_OS_ID = 0x40000000;
inline constexpr std::uint32_t HV_X64_MSR_HYPERCALL = 0x40000001;
inline constexpr std::uint32_t HV_X64_MSR_VP_INDEX = 0x40000002;
inline constexpr std::uint32_t HV_X64_MSR_TIME_REF_COUNT = 0x40000020;
inline constexpr std::uint32_t HV_X64_MSR_REFERENCE_TSC = 0x40000021;
inline constexpr std::uint32_t HV_X64_MSR_TSC_FREQUENCY = 0x40000022;
inline constexpr std::uint32_t HV_X64_MSR_APIC_FREQUENCY = 0x40000023;
inline constexpr std::uint32_t HV_X64_MSR_EOI = 0x40000070;
inline constexpr std::uint32_t HV_X64_MSR_ICR = 0x40000071;
inline constexpr std::uint32_t HV_X64_MSR_TPR = 0x40000072;
inline constexpr std::uint32_t HV_X64_MSR_VP_ASSIST_PAGE = 0x40000073;
inline constexpr std::uint32_t HV_X64_MSR_SCONTROL = 0x40000080;
inline constexpr std::uint32_t HV_X64_MSR_SVERSION = 0x40000081;
inline constexpr std::uint32_t HV_X64_MSR_SIEFP = 0x40000082;
inline constexpr std::uint32_t HV_X64_MSR_SIMP = 0x40000083;
inline constexpr std::uint32_t HV_X64_MSR_EOM = 0x40000084;
inline constexpr std::uint32_t HV_X64_MSR_SINT0 = 0x40000090;
inline constexpr std::uint32_t HV_X64_MSR_SINT15 = 0x4000009F;
inline constexpr std::uint32_t HV_X64_MSR_STIMER0_CONFIG = 0x400000B0;
inline constexpr std::uint32_t HV_X64_MSR_STIMER0_COUNT = 0x400000B1;
inline constexpr std::uint32_t HV_X64_MSR_STIMER1_CONFIG = 0x400000B2;
inline constexpr std::uint32_t HV_X64_MSR_STIMER1_COUNT = 0x400000B3;
inline constexpr std::uint32_t HV_X64_MSR_STIMER2_CONFIG = 0x400000B4;
inline constexpr std::uint32_t HV_X64_MSR_STIMER2_COUNT = 0x400000B5;
inline constexpr std::uint32_t HV_X64_MSR_STIMER3_CONFIG = 0x400000B6;
inline constexpr std::uint32_t HV_X64_MSR_STIMER3_COUNT = 0x400000B7;
inline constexpr std::uint32_t HV_X64_MSR_GUEST_IDLE = 0x400000F0;
inline constexpr std::uint32_t HV_X64_MSR_CRASH_P0 = 0x40000100;
inline constexpr std::uint32_t HV_X64_MSR_CRASH_P4 = 0x40000104;
inline constexpr std::uint32_t HV_X64_MSR_CRASH_CTL = 0x40000105;

inline constexpr std::uint32_t IA32_EFER = 0xC0000080;
inline constexpr std::uint32_t IA32_STAR = 0xC0000081;
inline constexpr std::uint32_t IA32_LSTAR = 0xC0000082;
inline constexpr std::uint32_t IA32_CSTAR = 0xC0000083;
inline constexpr std::uint32_t IA32_FMASK = 0xC0000084;
inline constexpr std::uint32_t IA32_FS_BASE = 0xC0000100;
inline constexpr std::uint32_t IA32_KERNEL_GS_BASE = 0xC0000102;
inline constexpr std::uint32_t IA32_TSC_AUX = 0xC0000103;
inline constexpr std::uint32_t AMD_DE_CFG = 0xC0011029;

} // namespace vtl_intercept::msr

#endif
