//! Tables of the specification. Written by tables.py from `vtlcheck spec --format json`; not for editing.

use crate::rows::Gate::*;
use crate::rows::Passes::*;
use crate::rows::{msr, register, MsrRow, RegisterRow};
use crate::vocabulary::Route as R;

/// By number; what is in no row is unknown.
#[rustfmt::skip]
pub static MSRS: [MsrRow; 211] = [
    msr(0x10, 0x10, Always, Never, true, false, None, None), // IA32_TIME_STAMP_COUNTER
    msr(0x17, 0x17, Never, Never, true, false, Some(0x0), None), // IA32_PLATFORM_ID
    msr(0x1b, 0x1b, Never, Never, true, true, None, Some(12)), // IA32_APIC_BASE
    msr(0x2a, 0x2a, Never, Never, false, false, None, None), // MSR_EBL_CR_POWERON
    msr(0x34, 0x34, Never, Never, true, true, Some(0x0), None), // MSR_SMI_COUNT
    msr(0x3a, 0x3a, Never, Never, true, false, Some(0x1), None), // IA32_FEATURE_CONTROL
    msr(0x48, 0x48, Always, Always, true, true, None, None), // IA32_SPEC_CTRL
    msr(0x49, 0x49, Never, Never, false, false, None, None), // IA32_PRED_CMD
    msr(0x4e, 0x4e, Never, Never, true, true, Some(0x0), None), // MSR_PPIN_CTL
    msr(0x79, 0x79, Never, Never, false, true, None, None), // IA32_BIOS_UPDT_TRIG
    msr(0x87, 0x87, Never, Never, false, false, None, None), // IA32_MKTME_PARTITIONING
    msr(0x8b, 0x8b, Never, Never, true, true, Some(0xffffffff00000000), None), // IA32_BIOS_SIGN_ID
    msr(0x8c, 0x8f, Never, Never, false, false, None, None), // IA32_SGXLEPUBKEYHASHx
    msr(0x98, 0x98, Never, Never, false, false, None, None), // MSR_WBINVDP
    msr(0x99, 0x99, Never, Never, false, false, None, None), // MSR_WBNOINVDP
    msr(0x9a, 0x9a, Never, Never, false, false, None, None), // MSR_INTR_PENDING
    msr(0x9b, 0x9b, Never, Never, false, false, None, None), // IA32_SMM_MONITOR_CTL
    msr(0x9e, 0x9e, Never, Never, false, false, None, None), // IA32_SMBASE
    msr(0xbc, 0xbc, Never, Never, false, false, None, None), // IA32_MISC_PACKAGE_CTLS
    msr(0xbd, 0xbd, Never, Never, false, false, None, None), // IA32_XAPIC_DISABLE_STATUS
    msr(0xc1, 0xc8, Never, Never, false, false, None, None), // IA32_PMCx
    msr(0xce, 0xce, Never, Never, true, true, Some(0x0), None), // MSR_PLATFORM_INFO
    msr(0xe1, 0xe1, Never, Never, true, true, Some(0x0), None), // IA32_UMWAIT_CONTROL
    msr(0xfe, 0xfe, Never, Never, true, false, Some(0x400), None), // IA32_MTRRCAP
    msr(0x10a, 0x10a, Never, Never, false, false, None, None), // IA32_ARCH_CAPABILITIES
    msr(0x10b, 0x10b, Never, Never, false, false, None, None), // IA32_FLUSH_CMD
    msr(0x122, 0x122, Never, Never, false, false, None, None), // IA32_TSX_CTRL
    msr(0x140, 0x140, Never, Never, true, true, Some(0x0), None), // MSR_MISC_FEATURES_ENABLES
    msr(0x174, 0x174, Always, Never, true, true, None, Some(19)), // IA32_SYSENTER_CS
    msr(0x175, 0x175, Always, Never, true, true, None, Some(21)), // IA32_SYSENTER_ESP
    msr(0x176, 0x176, Always, Never, true, true, None, Some(20)), // IA32_SYSENTER_EIP
    msr(0x179, 0x179, Never, Never, true, false, Some(0x0), None), // IA32_MCG_CAP
    msr(0x17a, 0x17a, Never, Never, true, true, Some(0x0), None), // IA32_MCG_STATUS
    msr(0x186, 0x18d, Never, Never, false, false, None, None), // IA32_PERFEVTSELx
    msr(0x195, 0x195, Never, Never, false, false, None, None), // IA32_OVERCLOCKING_STATUS
    msr(0x1a0, 0x1a0, Never, Never, true, true, Some(0x851809), None), // IA32_MISC_ENABLE
    msr(0x1a6, 0x1a7, Never, Never, false, false, None, None), // MSR_OFFCORE_RSPx
    msr(0x1c4, 0x1c4, Always, Always, true, true, None, None), // IA32_XFD
    msr(0x1c5, 0x1c5, Always, Always, true, true, None, None), // IA32_XFD_ERR
    msr(0x1d9, 0x1d9, Never, Never, false, false, None, None), // IA32_DEBUGCTL
    msr(0x1f8, 0x1f8, Never, Never, false, false, None, None), // IA32_PLATFORM_DCA_CAP
    msr(0x1f9, 0x1f9, Never, Never, false, false, None, None), // IA32_CPU_DCA_CAP
    msr(0x1fa, 0x1fa, Never, Never, false, false, None, None), // IA32_DCA_0_CAP
    msr(0x200, 0x26f, Never, Never, false, false, None, None), // IA32_MTRR_PHYSBASE0..FIX4K
    msr(0x276, 0x276, Never, Never, false, false, None, None), // MSR_SLAM_ENABLE
    msr(0x277, 0x277, Never, Never, true, true, None, None), // IA32_PAT
    msr(0x2ff, 0x2ff, Never, Never, true, true, Some(0x0), None), // IA32_MTRR_DEF_TYPE
    msr(0x309, 0x310, Never, Never, false, false, None, None), // IA32_FIXED_CTRx
    msr(0x329, 0x329, Never, Never, false, false, None, None), // IA32_PERF_METRICS
    msr(0x345, 0x345, Never, Never, false, false, None, None), // IA32_PERF_CAPABILITIES
    msr(0x38d, 0x38d, Never, Never, false, false, None, None), // IA32_FIXED_CTR_CTRL
    msr(0x38e, 0x38e, Never, Never, false, false, None, None), // IA32_PERF_GLOBAL_STATUS
    msr(0x38f, 0x38f, Never, Never, false, false, None, None), // IA32_PERF_GLOBAL_CTRL
    msr(0x390, 0x390, Never, Never, false, false, None, None), // IA32_PERF_GLOBAL_STATUS_RESET
    msr(0x391, 0x391, Never, Never, false, false, None, None), // IA32_PERF_GLOBAL_STATUS_SET
    msr(0x392, 0x392, Never, Never, false, false, None, None), // IA32_PERF_GLOBAL_INUSE
    msr(0x3f1, 0x3f1, Never, Never, false, false, None, None), // IA32_PEBS_ENABLE
    msr(0x3f2, 0x3f2, Never, Never, false, false, None, None), // MSR_PEBS_MATRIX_VECT
    msr(0x3f6, 0x3f6, Never, Never, false, false, None, None), // MSR_PEBS_LD_LATENCY
    msr(0x3f7, 0x3f7, Never, Never, false, false, None, None), // MSR_PEBS_FRONTEND
    msr(0x480, 0x480, Never, Never, false, false, None, None), // IA32_VMX_BASIC
    msr(0x481, 0x481, Never, Never, false, false, None, None), // IA32_VMX_PINBASED_CTLS
    msr(0x482, 0x482, Never, Never, false, false, None, None), // IA32_VMX_PROCBASED_CTLS
    msr(0x483, 0x483, Never, Never, false, false, None, None), // IA32_VMX_EXIT_CTLS
    msr(0x484, 0x484, Never, Never, false, false, None, None), // IA32_VMX_ENTRY_CTLS
    msr(0x485, 0x485, Never, Never, false, false, None, None), // IA32_VMX_MISC
    msr(0x486, 0x486, Never, Never, false, false, None, None), // IA32_VMX_CR0_FIXED0
    msr(0x487, 0x487, Never, Never, false, false, None, None), // IA32_VMX_CR0_FIXED1
    msr(0x488, 0x488, Never, Never, false, false, None, None), // IA32_VMX_CR4_FIXED0
    msr(0x489, 0x489, Never, Never, false, false, None, None), // IA32_VMX_CR4_FIXED1
    msr(0x48a, 0x48a, Never, Never, false, false, None, None), // IA32_VMX_VMCS_ENUM
    msr(0x48b, 0x48b, Never, Never, false, false, None, None), // IA32_VMX_PROCBASED_CTLS2
    msr(0x48c, 0x48c, Never, Never, false, false, None, None), // IA32_VMX_EPT_VPID_CAP
    msr(0x48d, 0x48d, Never, Never, false, false, None, None), // IA32_VMX_TRUE_PINBASED_CTLS
    msr(0x48e, 0x48e, Never, Never, false, false, None, None), // IA32_VMX_TRUE_PROCBASED_CTLS
    msr(0x48f, 0x48f, Never, Never, false, false, None, None), // IA32_VMX_TRUE_EXIT_CTLS
    msr(0x490, 0x490, Never, Never, false, false, None, None), // IA32_VMX_TRUE_ENTRY_CTLS
    msr(0x491, 0x491, Never, Never, false, false, None, None), // IA32_VMX_VMFUNC
    msr(0x492, 0x492, Never, Never, false, false, None, None), // IA32_VMX_PROCBASED_CTLS3
    msr(0x4c1, 0x4c8, Never, Never, false, false, None, None), // IA32_A_PMCx
    msr(0x500, 0x500, Never, Never, false, false, None, None), // IA32_SGX_SVN_STATUS
    msr(0x560, 0x560, Never, Never, false, false, None, None), // IA32_RTIT_OUTPUT_BASE
    msr(0x561, 0x561, Never, Never, false, false, None, None), // IA32_RTIT_OUTPUT_MASK_PTRS
    msr(0x570, 0x570, Never, Never, false, false, None, None), // IA32_RTIT_CTL
    msr(0x571, 0x571, Never, Never, false, false, None, None), // IA32_RTIT_STATUS
    msr(0x572, 0x572, Never, Never, false, false, None, None), // IA32_RTIT_CR3_MATCH
    msr(0x580, 0x580, Never, Never, false, false, None, None), // IA32_RTIT_ADDR0_A
    msr(0x581, 0x581, Never, Never, false, false, None, None), // IA32_RTIT_ADDR0_B
    msr(0x582, 0x582, Never, Never, false, false, None, None), // IA32_RTIT_ADDR1_A
    msr(0x583, 0x583, Never, Never, false, false, None, None), // IA32_RTIT_ADDR1_B
    msr(0x584, 0x584, Never, Never, false, false, None, None), // IA32_RTIT_ADDR2_A
    msr(0x585, 0x585, Never, Never, false, false, None, None), // IA32_RTIT_ADDR2_B
    msr(0x586, 0x586, Never, Never, false, false, None, None), // IA32_RTIT_ADDR3_A
    msr(0x587, 0x587, Never, Never, false, false, None, None), // IA32_RTIT_ADDR3_B
    msr(0x600, 0x600, Never, Never, false, false, None, None), // IA32_DS_AREA
    msr(0x606, 0x606, Never, Never, true, true, Some(0x0), None), // MSR_RAPL_POWER_UNIT
    msr(0x611, 0x611, Never, Never, true, true, Some(0x0), None), // MSR_PKG_ENERGY_STATUS
    msr(0x619, 0x619, Never, Never, true, true, Some(0x0), None), // MSR_DRAM_ENERGY_STATUS
    msr(0x639, 0x639, Never, Never, true, true, Some(0x0), None), // MSR_PP0_ENERGY_STATUS
    msr(0x6a0, 0x6a0, Always, Always, true, true, None, None), // IA32_U_CET
    msr(0x6a2, 0x6a2, Always, Always, true, true, None, Some(26)), // IA32_S_CET
    msr(0x6a4, 0x6a4, Always, Always, true, true, None, Some(27)), // IA32_PL0_SSP
    msr(0x6a5, 0x6a5, Always, Always, true, true, None, Some(27)), // IA32_PL1_SSP
    msr(0x6a6, 0x6a6, Always, Always, true, true, None, Some(27)), // IA32_PL2_SSP
    msr(0x6a7, 0x6a7, Always, Always, true, true, None, Some(27)), // IA32_PL3_SSP
    msr(0x6a8, 0x6a8, Always, Always, true, true, None, Some(28)), // IA32_INTERRUPT_SSP_TABLE_ADDR
    msr(0x6e0, 0x6e0, Never, Never, false, false, None, None), // IA32_TSC_DEADLINE
    msr(0x6e1, 0x6e1, Never, Never, false, false, None, None), // IA32_PKRS
    msr(0x800, 0x801, Never, Never, true, true, None, None), // X2APIC reserved 0x800-0x801
    msr(0x802, 0x802, Never, Never, true, true, None, None), // X2APIC_ID
    msr(0x803, 0x803, Never, Never, true, true, None, None), // X2APIC_VERSION
    msr(0x804, 0x807, Never, Never, true, true, None, None), // X2APIC reserved 0x804-0x807
    msr(0x808, 0x808, Offload, Offload, true, true, None, None), // X2APIC_TPR
    msr(0x809, 0x809, Never, Never, true, true, None, None), // X2APIC_APR
    msr(0x80a, 0x80a, Never, Never, true, true, None, None), // X2APIC_PPR
    msr(0x80b, 0x80b, Offload, Offload, true, true, None, None), // X2APIC_EOI
    msr(0x80c, 0x80c, Never, Never, true, true, None, None), // X2APIC_RRD
    msr(0x80d, 0x80d, Never, Never, true, true, None, None), // X2APIC_LDR
    msr(0x80e, 0x80e, Never, Never, true, true, None, None), // X2APIC_DFR
    msr(0x80f, 0x80f, Never, Never, true, true, None, None), // X2APIC_SVR
    msr(0x810, 0x817, Never, Never, true, true, None, None), // X2APIC_ISR0..ISR7
    msr(0x818, 0x81f, Never, Never, true, true, None, None), // X2APIC_TMR0..TMR7
    msr(0x820, 0x827, Never, Never, true, true, None, None), // X2APIC_IRR0..IRR7
    msr(0x828, 0x828, Never, Never, true, true, None, None), // X2APIC_ESR
    msr(0x829, 0x82e, Never, Never, true, true, None, None), // X2APIC reserved 0x829-0x82E
    msr(0x82f, 0x82f, Never, Never, true, true, None, None), // X2APIC_INTEL_LVT_CMCI
    msr(0x830, 0x830, Never, Never, true, true, None, None), // X2APIC_ICR0
    msr(0x831, 0x831, Never, Never, true, true, None, None), // X2APIC_ICR1
    msr(0x832, 0x832, Never, Never, true, true, None, None), // X2APIC_LVT_TIMER
    msr(0x833, 0x833, Never, Never, true, true, None, None), // X2APIC_LVT_THERMAL
    msr(0x834, 0x834, Never, Never, true, true, None, None), // X2APIC_LVT_PMC
    msr(0x835, 0x835, Never, Never, true, true, None, None), // X2APIC_LVT_LINT0
    msr(0x836, 0x836, Never, Never, true, true, None, None), // X2APIC_LVT_LINT1
    msr(0x837, 0x837, Never, Never, true, true, None, None), // X2APIC_LVT_ERROR
    msr(0x838, 0x838, Never, Never, true, true, None, None), // X2APIC_TIMER_ICR
    msr(0x839, 0x839, Never, Never, true, true, None, None), // X2APIC_TIMER_CCR
    msr(0x83a, 0x83d, Never, Never, true, true, None, None), // X2APIC reserved 0x83A-0x83D
    msr(0x83e, 0x83e, Never, Never, true, true, None, None), // X2APIC_TIMER_DCR
    msr(0x83f, 0x83f, Offload, Offload, true, true, None, None), // X2APIC_SELF_IPI
    msr(0x840, 0x8ff, Never, Never, true, true, None, None), // x2APIC range tail 0x840-0x8FF
    msr(0x981, 0x981, Never, Never, false, false, None, None), // IA32_TME_CAPABILITY
    msr(0x982, 0x982, Never, Never, false, false, None, None), // IA32_TME_ACTIVATE
    msr(0x983, 0x983, Never, Never, false, false, None, None), // IA32_TME_EXCLUDE_MASK
    msr(0x984, 0x984, Never, Never, false, false, None, None), // IA32_TME_EXCLUDE_BASE
    msr(0x985, 0x985, Never, Never, false, false, None, None), // IA32_UINTR_RR
    msr(0x986, 0x986, Never, Never, false, false, None, None), // IA32_UINTR_HANDLER
    msr(0x987, 0x987, Never, Never, false, false, None, None), // IA32_UINTR_STACKADJUST
    msr(0x988, 0x988, Never, Never, false, false, None, None), // IA32_UINTR_MISC
    msr(0x989, 0x989, Never, Never, false, false, None, None), // IA32_UINTR_PD
    msr(0x98a, 0x98a, Never, Never, false, false, None, None), // IA32_UINTR_TT
    msr(0xc80, 0xc80, Never, Never, false, false, None, None), // IA32_DEBUG_INTERFACE
    msr(0xd90, 0xd90, Never, Never, false, false, None, None), // IA32_BNDCFGS
    msr(0xd93, 0xd93, Never, Never, false, false, None, None), // IA32_PASID
    msr(0xda0, 0xda0, Never, Never, true, true, None, Some(25)), // IA32_XSS
    msr(0x1200, 0x12ff, Never, Never, false, false, None, None), // IA32_LBR_INFO
    msr(0x14ce, 0x14ce, Never, Never, false, false, None, None), // IA32_LBR_CTL
    msr(0x14cf, 0x14cf, Never, Never, false, false, None, None), // IA32_LBR_DEPTH
    msr(0x1500, 0x15ff, Never, Never, false, false, None, None), // IA32_LBR_x_FROM_IP
    msr(0x1600, 0x16ff, Never, Never, false, false, None, None), // IA32_LBR_x_TO_IP
    msr(0x1b01, 0x1b01, Never, Never, false, false, None, None), // IA32_UARCH_MISC_CTL
    msr(0x40000000, 0x40000000, Never, Never, true, true, None, None), // HV_X64_MSR_GUEST_OS_ID
    msr(0x40000001, 0x40000001, Never, Never, true, true, None, None), // HV_X64_MSR_HYPERCALL
    msr(0x40000002, 0x40000002, Never, Never, true, true, None, None), // HV_X64_MSR_VP_INDEX
    msr(0x40000003, 0x4000001f, Never, Never, false, false, None, None), // Hyper-V gap (RESET, VP_RUNTIME)
    msr(0x40000020, 0x40000020, Never, Never, true, true, None, None), // HV_X64_MSR_TIME_REF_COUNT
    msr(0x40000021, 0x40000021, Never, Never, true, true, None, None), // HV_X64_MSR_REFERENCE_TSC
    msr(0x40000022, 0x40000022, Never, Never, true, true, None, None), // HV_X64_MSR_TSC_FREQUENCY
    msr(0x40000023, 0x40000023, Never, Never, true, true, Some(0xbebc200), None), // HV_X64_MSR_APIC_FREQUENCY
    msr(0x40000024, 0x4000006f, Never, Never, false, false, None, None), // Hyper-V gap
    msr(0x40000070, 0x40000070, Never, Never, true, true, None, None), // HV_X64_MSR_EOI
    msr(0x40000071, 0x40000071, Never, Never, true, true, None, None), // HV_X64_MSR_ICR
    msr(0x40000072, 0x40000072, Never, Never, true, true, None, None), // HV_X64_MSR_TPR
    msr(0x40000073, 0x40000073, Never, Never, true, true, None, None), // HV_X64_MSR_VP_ASSIST_PAGE
    msr(0x40000074, 0x4000007f, Never, Never, false, false, None, None), // Hyper-V gap
    msr(0x40000080, 0x40000080, Never, Never, true, true, None, None), // HV_X64_MSR_SCONTROL
    msr(0x40000081, 0x40000081, Never, Never, true, true, Some(0x1), None), // HV_X64_MSR_SVERSION
    msr(0x40000082, 0x40000082, Never, Never, true, true, None, None), // HV_X64_MSR_SIEFP
    msr(0x40000083, 0x40000083, Never, Never, true, true, None, None), // HV_X64_MSR_SIMP
    msr(0x40000084, 0x40000084, Never, Never, true, true, Some(0x0), None), // HV_X64_MSR_EOM
    msr(0x40000085, 0x4000008f, Never, Never, false, false, None, None), // Hyper-V synic gap
    msr(0x40000090, 0x4000009f, Never, Never, true, true, None, None), // HV_X64_MSR_SINT0..SINT15
    msr(0x400000a0, 0x400000af, Never, Never, false, false, None, None), // Hyper-V synic gap
    msr(0x400000b0, 0x400000b0, Never, Never, true, true, None, None), // HV_X64_MSR_STIMER0_CONFIG
    msr(0x400000b1, 0x400000b1, Never, Never, true, true, None, None), // HV_X64_MSR_STIMER0_COUNT
    msr(0x400000b2, 0x400000b2, Never, Never, true, true, None, None), // HV_X64_MSR_STIMER1_CONFIG
    msr(0x400000b3, 0x400000b3, Never, Never, true, true, None, None), // HV_X64_MSR_STIMER1_COUNT
    msr(0x400000b4, 0x400000b4, Never, Never, true, true, None, None), // HV_X64_MSR_STIMER2_CONFIG
    msr(0x400000b5, 0x400000b5, Never, Never, true, true, None, None), // HV_X64_MSR_STIMER2_COUNT
    msr(0x400000b6, 0x400000b6, Never, Never, true, true, None, None), // HV_X64_MSR_STIMER3_CONFIG
    msr(0x400000b7, 0x400000b7, Never, Never, true, true, None, None), // HV_X64_MSR_STIMER3_COUNT
    msr(0x400000b8, 0x400000ef, Never, Never, false, false, None, None), // Hyper-V gap
    msr(0x400000f0, 0x400000f0, Never, Never, true, false, None, None), // HV_X64_MSR_GUEST_IDLE
    msr(0x400000f1, 0x400000ff, Never, Never, false, false, None, None), // Hyper-V gap
    msr(0x40000100, 0x40000100, Never, Never, true, true, None, None), // HV_X64_MSR_GUEST_CRASH_P0
    msr(0x40000101, 0x40000101, Never, Never, true, true, None, None), // HV_X64_MSR_GUEST_CRASH_P1
    msr(0x40000102, 0x40000102, Never, Never, true, true, None, None), // HV_X64_MSR_GUEST_CRASH_P2
    msr(0x40000103, 0x40000103, Never, Never, true, true, None, None), // HV_X64_MSR_GUEST_CRASH_P3
    msr(0x40000104, 0x40000104, Never, Never, true, true, None, None), // HV_X64_MSR_GUEST_CRASH_P4
    msr(0x40000105, 0x40000105, Never, Never, true, true, Some(0xfc00000000000000), None), // HV_X64_MSR_GUEST_CRASH_CTL
    msr(0x40000106, 0x4fffffff, Never, Never, false, false, None, None), // Hyper-V gap (re-enlightenment, TSC emulation)
    msr(0xc0000080, 0xc0000080, Always, Never, true, true, None, Some(14)), // IA32_EFER
    msr(0xc0000081, 0xc0000081, Always, Never, true, true, None, Some(8)), // IA32_STAR
    msr(0xc0000082, 0xc0000082, Always, Never, true, true, None, Some(6)), // IA32_LSTAR
    msr(0xc0000083, 0xc0000083, Never, Never, true, true, None, Some(10)), // IA32_CSTAR
    msr(0xc0000084, 0xc0000084, Always, Never, true, true, None, Some(22)), // IA32_FMASK
    msr(0xc0000100, 0xc0000100, Always, Always, true, true, None, None), // IA32_FS_BASE
    msr(0xc0000101, 0xc0000101, Always, Always, true, true, None, None), // IA32_GS_BASE
    msr(0xc0000102, 0xc0000102, Always, Always, true, true, None, None), // IA32_KERNEL_GS_BASE
    msr(0xc0000103, 0xc0000103, TscAux, Never, true, true, None, Some(23)), // IA32_TSC_AUX
    msr(0xc0010000, 0xc0010141, Never, Never, false, false, None, None), // AMD range (PERF, SYSCFG, HW_CFG, VM_CR, GHCB, SEV, OSVW)
    msr(0xc0011029, 0xc0011029, Never, Never, true, true, Some(0x0), None), // AMD_DE_CFG
];

/// By number; what is in no row is unlisted.
#[rustfmt::skip]
pub static REGISTERS: [RegisterRow; 207] = [
    register(0x2, "InstructionEmulationHints", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x4, "InternalActivityState", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x210, "GuestCrashP0", Unlisted, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0x211, "GuestCrashP1", Unlisted, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0x212, "GuestCrashP2", Unlisted, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0x213, "GuestCrashP3", Unlisted, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0x214, "GuestCrashP4", Unlisted, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0x215, "GuestCrashCtl", Unlisted, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0x10002, "PendingInterruption", Unlisted, [R::Hypercall, R::Vmsa, R::TdxModule]),
    register(0x10003, "InterruptState", Unlisted, [R::Hypercall, R::Vmsa, R::TdxModule]),
    register(0x10004, "PendingEvent0", Event, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0x10005, "PendingEvent1", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x10006, "DeliverabilityNotifications", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x20000, "Rax", Lower, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x20001, "Rcx", Lower, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x20002, "Rdx", Lower, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x20003, "Rbx", Lower, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x20004, "Rsp", Lower, [R::RegisterPage, R::Vmsa, R::SharedPage]),
    register(0x20005, "Rbp", Lower, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x20006, "Rsi", Lower, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x20007, "Rdi", Lower, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x20008, "R8", Lower, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x20009, "R9", Lower, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x2000a, "R10", Lower, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x2000b, "R11", Lower, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x2000c, "R12", Lower, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x2000d, "R13", Lower, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x2000e, "R14", Lower, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x2000f, "R15", Lower, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x20010, "Rip", Lower, [R::RegisterPage, R::Vmsa, R::SharedPage]),
    register(0x20011, "Rflags", Lower, [R::RegisterPage, R::Vmsa, R::SharedPage]),
    register(0x30000, "Xmm0", Unlisted, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x30001, "Xmm1", Unlisted, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x30002, "Xmm2", Unlisted, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x30003, "Xmm3", Unlisted, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x30004, "Xmm4", Unlisted, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x30005, "Xmm5", Unlisted, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x30006, "Xmm6", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x30007, "Xmm7", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x30008, "Xmm8", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x30009, "Xmm9", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x3000a, "Xmm10", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x3000b, "Xmm11", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x3000c, "Xmm12", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x3000d, "Xmm13", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x3000e, "Xmm14", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x3000f, "Xmm15", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x30010, "FpMmx0", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x30011, "FpMmx1", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x30012, "FpMmx2", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x30013, "FpMmx3", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x30014, "FpMmx4", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x30015, "FpMmx5", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x30016, "FpMmx6", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x30017, "FpMmx7", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x30018, "FpControlStatus", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x30019, "XmmControlStatus", Unlisted, [R::KernelIoctl, R::Vmsa, R::SharedPage]),
    register(0x40000, "Cr0", Lower, [R::RegisterPage, R::Vmsa, R::TdxModule]),
    register(0x40001, "Cr2", Lower, [R::SharedPage, R::Vmsa, R::SharedPage]),
    register(0x40002, "Cr3", Lower, [R::RegisterPage, R::Vmsa, R::TdxModule]),
    register(0x40003, "Cr4", Lower, [R::RegisterPage, R::Vmsa, R::TdxModule]),
    register(0x40004, "Cr8", Lower, [R::RegisterPage, R::Emulation, R::SharedPage]),
    register(0x40005, "Xfem", Lower, [R::KernelIoctl, R::Vmsa, R::KernelIoctl]),
    register(0x41000, "IntermediateCr0", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x41002, "IntermediateCr3", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x41003, "IntermediateCr4", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x41004, "IntermediateCr8", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x50000, "Dr0", Lower, [R::KernelIoctl, R::Vmsa, R::KernelIoctl]),
    register(0x50001, "Dr1", Lower, [R::KernelIoctl, R::Vmsa, R::KernelIoctl]),
    register(0x50002, "Dr2", Lower, [R::KernelIoctl, R::Vmsa, R::KernelIoctl]),
    register(0x50003, "Dr3", Lower, [R::KernelIoctl, R::Vmsa, R::KernelIoctl]),
    register(0x50004, "Dr6", Unlisted, [R::KernelIoctl, R::Vmsa, R::KernelIoctl]),
    register(0x50005, "Dr7", Lower, [R::RegisterPage, R::Vmsa, R::TdxModule]),
    register(0x60000, "Es", Lower, [R::RegisterPage, R::Vmsa, R::TdxModule]),
    register(0x60001, "Cs", Lower, [R::RegisterPage, R::Vmsa, R::TdxModule]),
    register(0x60002, "Ss", Lower, [R::RegisterPage, R::Vmsa, R::TdxModule]),
    register(0x60003, "Ds", Lower, [R::RegisterPage, R::Vmsa, R::TdxModule]),
    register(0x60004, "Fs", Lower, [R::RegisterPage, R::Vmsa, R::TdxModule]),
    register(0x60005, "Gs", Lower, [R::RegisterPage, R::Vmsa, R::TdxModule]),
    register(0x60006, "Ldtr", Lower, [R::RegisterPage, R::Vmsa, R::TdxModule]),
    register(0x60007, "Tr", Lower, [R::RegisterPage, R::Vmsa, R::TdxModule]),
    register(0x70000, "Idtr", Lower, [R::RegisterPage, R::Vmsa, R::TdxModule]),
    register(0x70001, "Gdtr", Lower, [R::RegisterPage, R::Vmsa, R::TdxModule]),
    register(0x80000, "Tsc", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x80001, "Efer", Lower, [R::RegisterPage, R::Vmsa, R::TdxModule]),
    register(0x80002, "KernelGsBase", Lower, [R::Hypercall, R::Vmsa, R::SharedPage]),
    register(0x80003, "ApicBase", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0x80004, "Pat", Lower, [R::Hypercall, R::Vmsa, R::TdxModule]),
    register(0x80005, "SysenterCs", Lower, [R::Hypercall, R::Vmsa, R::TdxModule]),
    register(0x80006, "SysenterEip", Lower, [R::Hypercall, R::Vmsa, R::TdxModule]),
    register(0x80007, "SysenterEsp", Lower, [R::Hypercall, R::Vmsa, R::TdxModule]),
    register(0x80008, "Star", Lower, [R::Hypercall, R::Vmsa, R::SharedPage]),
    register(0x80009, "Lstar", Lower, [R::Hypercall, R::Vmsa, R::SharedPage]),
    register(0x8000a, "Cstar", Lower, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0x8000b, "Sfmask", Lower, [R::Hypercall, R::Vmsa, R::SharedPage]),
    register(0x8000d, "MsrMtrrCap", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x8000e, "MsrMtrrDefType", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80010, "MsrMtrrPhysBase0", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80011, "MsrMtrrPhysBase1", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80012, "MsrMtrrPhysBase2", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80013, "MsrMtrrPhysBase3", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80014, "MsrMtrrPhysBase4", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80015, "MsrMtrrPhysBase5", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80016, "MsrMtrrPhysBase6", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80017, "MsrMtrrPhysBase7", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80018, "MsrMtrrPhysBase8", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80019, "MsrMtrrPhysBase9", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x8001a, "MsrMtrrPhysBaseA", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x8001b, "MsrMtrrPhysBaseB", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x8001c, "MsrMtrrPhysBaseC", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x8001d, "MsrMtrrPhysBaseD", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x8001e, "MsrMtrrPhysBaseE", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x8001f, "MsrMtrrPhysBaseF", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80040, "MsrMtrrPhysMask0", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80041, "MsrMtrrPhysMask1", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80042, "MsrMtrrPhysMask2", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80043, "MsrMtrrPhysMask3", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80044, "MsrMtrrPhysMask4", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80045, "MsrMtrrPhysMask5", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80046, "MsrMtrrPhysMask6", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80047, "MsrMtrrPhysMask7", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80048, "MsrMtrrPhysMask8", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80049, "MsrMtrrPhysMask9", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x8004a, "MsrMtrrPhysMaskA", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x8004b, "MsrMtrrPhysMaskB", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x8004c, "MsrMtrrPhysMaskC", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x8004d, "MsrMtrrPhysMaskD", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x8004e, "MsrMtrrPhysMaskE", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x8004f, "MsrMtrrPhysMaskF", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80070, "MsrMtrrFix64k00000", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80071, "MsrMtrrFix16k80000", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80072, "MsrMtrrFix16kA0000", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80073, "MsrMtrrFix4kC0000", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80074, "MsrMtrrFix4kC8000", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80075, "MsrMtrrFix4kD0000", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80076, "MsrMtrrFix4kD8000", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80077, "MsrMtrrFix4kE0000", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80078, "MsrMtrrFix4kE8000", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x80079, "MsrMtrrFix4kF0000", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x8007a, "MsrMtrrFix4kF8000", Unlisted, [R::KernelIoctl, R::None, R::KernelIoctl]),
    register(0x8007b, "TscAux", LowerTscAux, [R::Hypercall, R::Vmsa, R::SharedPage]),
    register(0x80084, "SpecCtrl", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x8008b, "Xss", Lower, [R::Hypercall, R::Vmsa, R::SharedPage]),
    register(0x8008c, "UCet", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x8008d, "SCet", Lower, [R::Hypercall, R::Vmsa, R::TdxModule]),
    register(0x8008e, "Ssp", Unlisted, [R::Hypercall, R::Vmsa, R::SharedPage]),
    register(0x8008f, "Pl0Ssp", Lower, [R::Hypercall, R::None, R::None]),
    register(0x80090, "Pl1Ssp", Lower, [R::Hypercall, R::None, R::None]),
    register(0x80091, "Pl2Ssp", Lower, [R::Hypercall, R::None, R::None]),
    register(0x80092, "Pl3Ssp", Lower, [R::Hypercall, R::None, R::None]),
    register(0x80093, "InterruptSspTableAddr", Lower, [R::Hypercall, R::Vmsa, R::TdxModule]),
    register(0x80099, "Xfd", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x8009a, "XfdErr", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x90000, "VpRuntime", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x90001, "Hypercall", Unlisted, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0x90002, "GuestOsId", Unlisted, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0x90003, "VpIndex", Unlisted, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0x90004, "TimeRefCount", Unlisted, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0x90013, "VpAssistPage", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0x90019, "Ghcb", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x9001c, "RegisterPage", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x90032, "PmTimerAssist", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x90040, "SevControl", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0x90043, "SevAvicGpa", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0xa0000, "Sint0", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa0001, "Sint1", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa0002, "Sint2", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa0003, "Sint3", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa0004, "Sint4", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa0005, "Sint5", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa0006, "Sint6", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa0007, "Sint7", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa0008, "Sint8", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa0009, "Sint9", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa000a, "Sint10", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa000b, "Sint11", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa000c, "Sint12", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa000d, "Sint13", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa000e, "Sint14", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa000f, "Sint15", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa0010, "Scontrol", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa0011, "Sversion", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa0012, "Sifp", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa0013, "Sipp", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xa0014, "Eom", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xb0000, "Stimer0Config", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xb0001, "Stimer0Count", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xb0002, "Stimer1Config", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xb0003, "Stimer1Count", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xb0004, "Stimer2Config", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xb0005, "Stimer2Count", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xb0006, "Stimer3Config", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xb0007, "Stimer3Count", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xd0002, "VsmCodePageOffsets", Open, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xd0003, "VsmVpStatus", Vsm, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xd0004, "VsmPartitionStatus", Vsm, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xd0005, "VsmVina", Vtl1Parameter, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xd0006, "VsmCapabilities", Vsm, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xd0007, "VsmPartitionConfig", Vtl1Parameter, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xd0008, "GuestVsmPartitionConfig", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0xd0010, "VsmVpSecureConfigVtl0", Vtl1Denied, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xd0011, "VsmVpSecureConfigVtl1", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0xd0020, "VsmVpWaitForTlbLock", Unlisted, [R::Hypercall, R::None, R::None]),
    register(0xe0000, "CrInterceptControl", Vtl1Denied, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xe0001, "CrInterceptCr0Mask", Vtl1Denied, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xe0002, "CrInterceptCr4Mask", Vtl1Denied, [R::Hypercall, R::Emulation, R::Emulation]),
    register(0xe0003, "CrInterceptIa32MiscEnableMask", Vtl1Denied, [R::Hypercall, R::Emulation, R::Emulation]),
];
