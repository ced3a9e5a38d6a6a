// The MSR table: one row for every MSR or range with a behaviour of its own, with its provenance.
//
// Rows are sorted and disjoint; the last one catches every other number. Sources name files of openvmm 1488a37b7
// (tdx/mod.rs = openhcl/virt_mshv_vtl/src/processor/tdx/mod.rs and so on) and entries of the TDX module 1.5.01 MSR
// table.
#pragma once

#include "model/domain.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace vtlcheck::model {

/// Family of an MSR: the unit of coverage and of the access statistics.
enum class MsrClass : std::uint8_t {
    passthrough,      ///< the guest reads and writes the hardware register
    passthrough_read, ///< the guest reads it, writes exit
    apic_base,
    x2apic,
    synthetic_apic, ///< Hyper-V APIC assist MSRs
    synthetic,      ///< Hyper-V identity, clock and page MSRs
    synic,
    synthetic_timer,
    crash,
    idle,
    read_zero_write_ignored, ///< known to be probed by guests
    cvm,                     ///< every other MSR the paravisor serves
    gap,                     ///< a number with a name that no stage knows
    module_table_only,       ///< known to the TDX module, to no stage
    unlisted,                ///< no row
};
inline constexpr std::uint8_t msr_class_count = 15;
inline constexpr std::array<const char*, msr_class_count> msr_class_name{
    "passthrough", "passthrough-read",  "apic-base", "x2apic", "synthetic-apic",          "synthetic",
    "synic",       "synthetic-timer",   "crash",     "idle",   "read-zero-write-ignored", "cvm",
    "gap",         "module-table-only", "unlisted"};

/// What serves a read. The stage that knows the MSR is the comment's first word.
enum class ReadRule : std::uint8_t {
    unknown,          ///< none
    passthrough,      ///< hardware
    constant,         ///< any: reads `constant`
    write_only,       ///< apic: #GP
    apic_base,        ///< apic
    x2apic_defined,   ///< apic
    x2apic_undefined, ///< apic
    hv_icr,           ///< apic
    hv_tpr,           ///< apic
    guest_os_id,      ///< synthetic, as all down to stimer_count
    hypercall,
    vp_index,
    time_ref_count,
    reference_tsc,
    tsc_frequency,
    vp_assist,
    scontrol,
    siefp,
    simp,
    sint,
    stimer_config,
    stimer_count,
    crash_parameter, ///< crash
    guest_idle,      ///< tdx, as all below
    pat,
    cstar,
    xss,
    tsc_aux, ///< hardware, or #GP without the capability
};

/// What serves a write.
enum class WriteRule : std::uint8_t {
    unknown,          ///< none
    passthrough,      ///< hardware
    ignored,          ///< tdx: every value is accepted and dropped
    read_only,        ///< apic or synthetic: #GP
    apic_base,        ///< apic
    x2apic_defined,   ///< apic
    x2apic_undefined, ///< apic
    hv_eoi,           ///< apic
    hv_icr,           ///< apic
    hv_tpr,           ///< apic
    crash_parameter,  ///< crash
    crash_ctl,        ///< crash
    guest_os_id,      ///< synthetic, as all down to stimer_count
    hypercall,
    reference_tsc,
    vp_assist,
    scontrol,
    siefp,
    simp,
    eom,
    sint,
    stimer_config,
    stimer_count,
    efer, ///< tdx, as all below
    star,
    lstar,
    cstar,
    sysenter_cs,
    sysenter_esp,
    sysenter_eip,
    sfmask,
    tsc_aux,
    pat,
    xss,
    bios_sign_id,
    mcg_status,
};

/// Whether the MSR bitmap makes the access exit (VTL1's claims come on top).
enum class Armed : std::uint8_t {
    always,
    passthrough,     ///< never
    offload,         ///< but for VTL0 with APIC offload in x2APIC mode
    without_tsc_aux, ///< only if the processor lacks IA32_TSC_AUX (decision D9)
};

struct MsrRow {
    std::uint32_t first;
    std::uint32_t last;
    const char* name;
    MsrClass msr_class;
    ReadRule read;
    WriteRule write;
    Armed armed_read = Armed::always;
    Armed armed_write = Armed::always;
    std::uint8_t claim_bit = 0xFF; ///< bit of CrInterceptControl by which VTL1 claims VTL0's writes; 0xFF: none
    std::uint64_t constant = 0;
    const char* source = "";
};

namespace detail {
using C = MsrClass;
using R = ReadRule;
using W = WriteRule;
using A = Armed;
} // namespace detail

// clang-format off
inline constexpr std::array<MsrRow, 212> msr_table = [] {
    using namespace detail;
    return std::array<MsrRow, 212>{{
        {.first = 0x10, .last = 0x10, .name = "IA32_TIME_STAMP_COUNTER", .msr_class = C::passthrough_read, .read = R::passthrough, .write = W::unknown, .armed_read = A::passthrough, .source = "tdx/mod.rs:135 MSR_ALLOWED_READ; write: no arm; TDX module table #0"},
        {.first = 0x17, .last = 0x17, .name = "IA32_PLATFORM_ID", .msr_class = C::cvm, .read = R::constant, .write = W::unknown, .source = "tdx/mod.rs:2788 read_msr_tdx"},
        {.first = 0x1B, .last = 0x1B, .name = "IA32_APIC_BASE", .msr_class = C::apic_base, .read = R::apic_base, .write = W::apic_base, .claim_bit = 12, .source = "apic/lib.rs:769,804,1391 msr_read/msr_write/set_apic_base_inner"},
        {.first = 0x2A, .last = 0x2A, .name = "MSR_EBL_CR_POWERON", .msr_class = C::gap, .read = R::unknown, .write = W::unknown, .source = "vm/x86/x86defs/src/lib.rs:214 (WHP backend only)"},
        {.first = 0x34, .last = 0x34, .name = "MSR_SMI_COUNT", .msr_class = C::read_zero_write_ignored, .read = R::constant, .write = W::ignored, .source = "tdx/mod.rs:2826,2917 read/write_msr_tdx"},
        {.first = 0x3A, .last = 0x3A, .name = "IA32_FEATURE_CONTROL", .msr_class = C::cvm, .read = R::constant, .write = W::unknown, .constant = 0x1, .source = "tdx/mod.rs:2816 read_msr_tdx"},
        {.first = 0x48, .last = 0x48, .name = "IA32_SPEC_CTRL", .msr_class = C::passthrough, .read = R::passthrough, .write = W::passthrough, .armed_read = A::passthrough, .armed_write = A::passthrough, .source = "tdx/mod.rs:152 MSR_ALLOWED_READ_WRITE; TDX module table #1"},
        {.first = 0x49, .last = 0x49, .name = "IA32_PRED_CMD", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #2"},
        {.first = 0x4E, .last = 0x4E, .name = "MSR_PPIN_CTL", .msr_class = C::read_zero_write_ignored, .read = R::constant, .write = W::ignored, .source = "tdx/mod.rs:2826,2917 read/write_msr_tdx"},
        {.first = 0x79, .last = 0x79, .name = "IA32_BIOS_UPDT_TRIG", .msr_class = C::cvm, .read = R::unknown, .write = W::ignored, .source = "tdx/mod.rs:2913 write_msr_tdx"},
        {.first = 0x87, .last = 0x87, .name = "IA32_MKTME_PARTITIONING", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #3"},
        {.first = 0x8B, .last = 0x8B, .name = "IA32_BIOS_SIGN_ID", .msr_class = C::cvm, .read = R::constant, .write = W::bios_sign_id, .constant = 0xFFFFFFFF00000000, .source = "tdx/mod.rs:2813,2889"},
        {.first = 0x8C, .last = 0x8F, .name = "IA32_SGXLEPUBKEYHASHx", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #4"},
        {.first = 0x98, .last = 0x98, .name = "MSR_WBINVDP", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #5"},
        {.first = 0x99, .last = 0x99, .name = "MSR_WBNOINVDP", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #6"},
        {.first = 0x9A, .last = 0x9A, .name = "MSR_INTR_PENDING", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #7"},
        {.first = 0x9B, .last = 0x9B, .name = "IA32_SMM_MONITOR_CTL", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #8"},
        {.first = 0x9E, .last = 0x9E, .name = "IA32_SMBASE", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #9"},
        {.first = 0xBC, .last = 0xBC, .name = "IA32_MISC_PACKAGE_CTLS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #10"},
        {.first = 0xBD, .last = 0xBD, .name = "IA32_XAPIC_DISABLE_STATUS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #11"},
        {.first = 0xC1, .last = 0xC8, .name = "IA32_PMCx", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #12"},
        {.first = 0xCE, .last = 0xCE, .name = "MSR_PLATFORM_INFO", .msr_class = C::read_zero_write_ignored, .read = R::constant, .write = W::ignored, .source = "tdx/mod.rs:2826,2917 read/write_msr_tdx"},
        {.first = 0xE1, .last = 0xE1, .name = "IA32_UMWAIT_CONTROL", .msr_class = C::read_zero_write_ignored, .read = R::constant, .write = W::ignored, .source = "tdx/mod.rs:2826,2917 read/write_msr_tdx; TDX module table #13"},
        {.first = 0xFE, .last = 0xFE, .name = "IA32_MTRRCAP", .msr_class = C::cvm, .read = R::constant, .write = W::unknown, .constant = 0x400, .source = "tdx/mod.rs:2799 read_msr_tdx"},
        {.first = 0x10A, .last = 0x10A, .name = "IA32_ARCH_CAPABILITIES", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #14"},
        {.first = 0x10B, .last = 0x10B, .name = "IA32_FLUSH_CMD", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #15"},
        {.first = 0x122, .last = 0x122, .name = "IA32_TSX_CTRL", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #16"},
        {.first = 0x140, .last = 0x140, .name = "MSR_MISC_FEATURES_ENABLES", .msr_class = C::read_zero_write_ignored, .read = R::constant, .write = W::ignored, .source = "tdx/mod.rs:2826,2917 read/write_msr_tdx"},
        {.first = 0x174, .last = 0x174, .name = "IA32_SYSENTER_CS", .msr_class = C::passthrough_read, .read = R::passthrough, .write = W::sysenter_cs, .armed_read = A::passthrough, .claim_bit = 19, .source = "tdx/mod.rs:2864; TDX module table #17"},
        {.first = 0x175, .last = 0x175, .name = "IA32_SYSENTER_ESP", .msr_class = C::passthrough_read, .read = R::passthrough, .write = W::sysenter_esp, .armed_read = A::passthrough, .claim_bit = 21, .source = "tdx/mod.rs:2880; hardware_cvm/mod.rs:236-237 validate_cvm_msr_write; TDX module table #18"},
        {.first = 0x176, .last = 0x176, .name = "IA32_SYSENTER_EIP", .msr_class = C::passthrough_read, .read = R::passthrough, .write = W::sysenter_eip, .armed_read = A::passthrough, .claim_bit = 20, .source = "tdx/mod.rs:2872; hardware_cvm/mod.rs:236-237 validate_cvm_msr_write; TDX module table #19"},
        {.first = 0x179, .last = 0x179, .name = "IA32_MCG_CAP", .msr_class = C::cvm, .read = R::constant, .write = W::unknown, .source = "tdx/mod.rs:2811"},
        {.first = 0x17A, .last = 0x17A, .name = "IA32_MCG_STATUS", .msr_class = C::cvm, .read = R::constant, .write = W::mcg_status, .source = "tdx/mod.rs:2812,2901"},
        {.first = 0x186, .last = 0x18D, .name = "IA32_PERFEVTSELx", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #20"},
        {.first = 0x195, .last = 0x195, .name = "IA32_OVERCLOCKING_STATUS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #21"},
        {.first = 0x1A0, .last = 0x1A0, .name = "IA32_MISC_ENABLE", .msr_class = C::cvm, .read = R::constant, .write = W::ignored, .constant = 0x851809, .source = "tdx/mod.rs:2815,2895; hv1_emulator/x86.rs; TDX module table #22"},
        {.first = 0x1A6, .last = 0x1A7, .name = "MSR_OFFCORE_RSPx", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #23"},
        {.first = 0x1C4, .last = 0x1C4, .name = "IA32_XFD", .msr_class = C::passthrough, .read = R::passthrough, .write = W::passthrough, .armed_read = A::passthrough, .armed_write = A::passthrough, .source = "tdx/mod.rs:160 MSR_ALLOWED_READ_WRITE; TDX module table #24"},
        {.first = 0x1C5, .last = 0x1C5, .name = "IA32_XFD_ERR", .msr_class = C::passthrough, .read = R::passthrough, .write = W::passthrough, .armed_read = A::passthrough, .armed_write = A::passthrough, .source = "tdx/mod.rs:161 MSR_ALLOWED_READ_WRITE; TDX module table #25"},
        {.first = 0x1D9, .last = 0x1D9, .name = "IA32_DEBUGCTL", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #26"},
        {.first = 0x1F8, .last = 0x1F8, .name = "IA32_PLATFORM_DCA_CAP", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #27"},
        {.first = 0x1F9, .last = 0x1F9, .name = "IA32_CPU_DCA_CAP", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #28"},
        {.first = 0x1FA, .last = 0x1FA, .name = "IA32_DCA_0_CAP", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #29"},
        {.first = 0x200, .last = 0x26F, .name = "IA32_MTRR_PHYSBASE0..FIX4K", .msr_class = C::gap, .read = R::unknown, .write = W::unknown, .source = "vm/x86/x86defs/src/lib.rs:268-279; no arm"},
        {.first = 0x276, .last = 0x276, .name = "MSR_SLAM_ENABLE", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #30"},
        {.first = 0x277, .last = 0x277, .name = "IA32_PAT", .msr_class = C::cvm, .read = R::pat, .write = W::pat, .source = "tdx/mod.rs:2819,2896; hardware_cvm/mod.rs:196,248 is_valid_pat; TDX module table #31"},
        {.first = 0x2FF, .last = 0x2FF, .name = "IA32_MTRR_DEF_TYPE", .msr_class = C::cvm, .read = R::constant, .write = W::ignored, .source = "tdx/mod.rs:2804,2909"},
        {.first = 0x309, .last = 0x310, .name = "IA32_FIXED_CTRx", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #32"},
        {.first = 0x329, .last = 0x329, .name = "IA32_PERF_METRICS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #33"},
        {.first = 0x345, .last = 0x345, .name = "IA32_PERF_CAPABILITIES", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #34"},
        {.first = 0x38D, .last = 0x38D, .name = "IA32_FIXED_CTR_CTRL", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #35"},
        {.first = 0x38E, .last = 0x38E, .name = "IA32_PERF_GLOBAL_STATUS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #36"},
        {.first = 0x38F, .last = 0x38F, .name = "IA32_PERF_GLOBAL_CTRL", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #37"},
        {.first = 0x390, .last = 0x390, .name = "IA32_PERF_GLOBAL_STATUS_RESET", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #38"},
        {.first = 0x391, .last = 0x391, .name = "IA32_PERF_GLOBAL_STATUS_SET", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #39"},
        {.first = 0x392, .last = 0x392, .name = "IA32_PERF_GLOBAL_INUSE", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #40"},
        {.first = 0x3F1, .last = 0x3F1, .name = "IA32_PEBS_ENABLE", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #41"},
        {.first = 0x3F2, .last = 0x3F2, .name = "MSR_PEBS_MATRIX_VECT", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #42"},
        {.first = 0x3F6, .last = 0x3F6, .name = "MSR_PEBS_LD_LATENCY", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #43"},
        {.first = 0x3F7, .last = 0x3F7, .name = "MSR_PEBS_FRONTEND", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #44"},
        {.first = 0x480, .last = 0x480, .name = "IA32_VMX_BASIC", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #45"},
        {.first = 0x481, .last = 0x481, .name = "IA32_VMX_PINBASED_CTLS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #46"},
        {.first = 0x482, .last = 0x482, .name = "IA32_VMX_PROCBASED_CTLS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #47"},
        {.first = 0x483, .last = 0x483, .name = "IA32_VMX_EXIT_CTLS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #48"},
        {.first = 0x484, .last = 0x484, .name = "IA32_VMX_ENTRY_CTLS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #49"},
        {.first = 0x485, .last = 0x485, .name = "IA32_VMX_MISC", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #50"},
        {.first = 0x486, .last = 0x486, .name = "IA32_VMX_CR0_FIXED0", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #51"},
        {.first = 0x487, .last = 0x487, .name = "IA32_VMX_CR0_FIXED1", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #52"},
        {.first = 0x488, .last = 0x488, .name = "IA32_VMX_CR4_FIXED0", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #53"},
        {.first = 0x489, .last = 0x489, .name = "IA32_VMX_CR4_FIXED1", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #54"},
        {.first = 0x48A, .last = 0x48A, .name = "IA32_VMX_VMCS_ENUM", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #55"},
        {.first = 0x48B, .last = 0x48B, .name = "IA32_VMX_PROCBASED_CTLS2", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #56"},
        {.first = 0x48C, .last = 0x48C, .name = "IA32_VMX_EPT_VPID_CAP", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #57"},
        {.first = 0x48D, .last = 0x48D, .name = "IA32_VMX_TRUE_PINBASED_CTLS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #58"},
        {.first = 0x48E, .last = 0x48E, .name = "IA32_VMX_TRUE_PROCBASED_CTLS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #59"},
        {.first = 0x48F, .last = 0x48F, .name = "IA32_VMX_TRUE_EXIT_CTLS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #60"},
        {.first = 0x490, .last = 0x490, .name = "IA32_VMX_TRUE_ENTRY_CTLS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #61"},
        {.first = 0x491, .last = 0x491, .name = "IA32_VMX_VMFUNC", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #62"},
        {.first = 0x492, .last = 0x492, .name = "IA32_VMX_PROCBASED_CTLS3", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #63"},
        {.first = 0x4C1, .last = 0x4C8, .name = "IA32_A_PMCx", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #64"},
        {.first = 0x500, .last = 0x500, .name = "IA32_SGX_SVN_STATUS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #65"},
        {.first = 0x560, .last = 0x560, .name = "IA32_RTIT_OUTPUT_BASE", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #66"},
        {.first = 0x561, .last = 0x561, .name = "IA32_RTIT_OUTPUT_MASK_PTRS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #67"},
        {.first = 0x570, .last = 0x570, .name = "IA32_RTIT_CTL", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #68"},
        {.first = 0x571, .last = 0x571, .name = "IA32_RTIT_STATUS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #69"},
        {.first = 0x572, .last = 0x572, .name = "IA32_RTIT_CR3_MATCH", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #70"},
        {.first = 0x580, .last = 0x580, .name = "IA32_RTIT_ADDR0_A", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #71"},
        {.first = 0x581, .last = 0x581, .name = "IA32_RTIT_ADDR0_B", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #72"},
        {.first = 0x582, .last = 0x582, .name = "IA32_RTIT_ADDR1_A", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #73"},
        {.first = 0x583, .last = 0x583, .name = "IA32_RTIT_ADDR1_B", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #74"},
        {.first = 0x584, .last = 0x584, .name = "IA32_RTIT_ADDR2_A", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #75"},
        {.first = 0x585, .last = 0x585, .name = "IA32_RTIT_ADDR2_B", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #76"},
        {.first = 0x586, .last = 0x586, .name = "IA32_RTIT_ADDR3_A", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #77"},
        {.first = 0x587, .last = 0x587, .name = "IA32_RTIT_ADDR3_B", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #78"},
        {.first = 0x600, .last = 0x600, .name = "IA32_DS_AREA", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #79"},
        {.first = 0x606, .last = 0x606, .name = "MSR_RAPL_POWER_UNIT", .msr_class = C::read_zero_write_ignored, .read = R::constant, .write = W::ignored, .source = "tdx/mod.rs:2826,2917 read/write_msr_tdx"},
        {.first = 0x611, .last = 0x611, .name = "MSR_PKG_ENERGY_STATUS", .msr_class = C::read_zero_write_ignored, .read = R::constant, .write = W::ignored, .source = "tdx/mod.rs:2826,2917 read/write_msr_tdx"},
        {.first = 0x619, .last = 0x619, .name = "MSR_DRAM_ENERGY_STATUS", .msr_class = C::read_zero_write_ignored, .read = R::constant, .write = W::ignored, .source = "tdx/mod.rs:2826,2917 read/write_msr_tdx"},
        {.first = 0x639, .last = 0x639, .name = "MSR_PP0_ENERGY_STATUS", .msr_class = C::read_zero_write_ignored, .read = R::constant, .write = W::ignored, .source = "tdx/mod.rs:2826,2917 read/write_msr_tdx"},
        {.first = 0x6A0, .last = 0x6A0, .name = "IA32_U_CET", .msr_class = C::passthrough, .read = R::passthrough, .write = W::passthrough, .armed_read = A::passthrough, .armed_write = A::passthrough, .source = "tdx/mod.rs:153; TDX module table #80"},
        {.first = 0x6A2, .last = 0x6A2, .name = "IA32_S_CET", .msr_class = C::passthrough, .read = R::passthrough, .write = W::passthrough, .armed_read = A::passthrough, .armed_write = A::passthrough, .claim_bit = 26, .source = "tdx/mod.rs:783; hardware_cvm/mod.rs:2601; TDX module table #81"},
        {.first = 0x6A4, .last = 0x6A4, .name = "IA32_PL0_SSP", .msr_class = C::passthrough, .read = R::passthrough, .write = W::passthrough, .armed_read = A::passthrough, .armed_write = A::passthrough, .claim_bit = 27, .source = "tdx/mod.rs:789; hardware_cvm/mod.rs:2602-2604; TDX module table #82"},
        {.first = 0x6A5, .last = 0x6A5, .name = "IA32_PL1_SSP", .msr_class = C::passthrough, .read = R::passthrough, .write = W::passthrough, .armed_read = A::passthrough, .armed_write = A::passthrough, .claim_bit = 27, .source = "tdx/mod.rs:795; hardware_cvm/mod.rs:2602-2604; TDX module table #83"},
        {.first = 0x6A6, .last = 0x6A6, .name = "IA32_PL2_SSP", .msr_class = C::passthrough, .read = R::passthrough, .write = W::passthrough, .armed_read = A::passthrough, .armed_write = A::passthrough, .claim_bit = 27, .source = "tdx/mod.rs:801; hardware_cvm/mod.rs:2602-2604; TDX module table #84"},
        {.first = 0x6A7, .last = 0x6A7, .name = "IA32_PL3_SSP", .msr_class = C::passthrough, .read = R::passthrough, .write = W::passthrough, .armed_read = A::passthrough, .armed_write = A::passthrough, .claim_bit = 27, .source = "tdx/mod.rs:807-812,2067; hardware_cvm/mod.rs:264-267,2602-2604; TDX module table #85"},
        {.first = 0x6A8, .last = 0x6A8, .name = "IA32_INTERRUPT_SSP_TABLE_ADDR", .msr_class = C::passthrough, .read = R::passthrough, .write = W::passthrough, .armed_read = A::passthrough, .armed_write = A::passthrough, .claim_bit = 28, .source = "tdx/mod.rs:813-818,2067; hardware_cvm/mod.rs:238,2605-2607; TDX module table #86"},
        {.first = 0x6E0, .last = 0x6E0, .name = "IA32_TSC_DEADLINE", .msr_class = C::gap, .read = R::unknown, .write = W::unknown, .source = "no arm; TDX module table #87"},
        {.first = 0x6E1, .last = 0x6E1, .name = "IA32_PKRS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #88"},
        {.first = 0x800, .last = 0x801, .name = "X2APIC reserved 0x800-0x801", .msr_class = C::x2apic, .read = R::x2apic_undefined, .write = W::x2apic_undefined, .source = "apic/lib.rs:858 read_register / :912 write_register; TDX module table #89"},
        {.first = 0x802, .last = 0x802, .name = "X2APIC_ID", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_undefined, .source = "apic/lib.rs:858 read_register / :912 write_register"},
        {.first = 0x803, .last = 0x803, .name = "X2APIC_VERSION", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_undefined, .source = "apic/lib.rs:858 read_register / :912 write_register"},
        {.first = 0x804, .last = 0x807, .name = "X2APIC reserved 0x804-0x807", .msr_class = C::x2apic, .read = R::x2apic_undefined, .write = W::x2apic_undefined, .source = "apic/lib.rs:858 read_register / :912 write_register; TDX module table #90"},
        {.first = 0x808, .last = 0x808, .name = "X2APIC_TPR", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_defined, .armed_read = A::offload, .armed_write = A::offload, .source = "apic/lib.rs:862,914; tdx/mod.rs:3646-3652,1495; TDX module table #91"},
        {.first = 0x809, .last = 0x809, .name = "X2APIC_APR", .msr_class = C::x2apic, .read = R::x2apic_undefined, .write = W::x2apic_undefined, .source = "apic/lib.rs:858 read_register / :912 write_register; TDX module table #92"},
        {.first = 0x80A, .last = 0x80A, .name = "X2APIC_PPR", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_undefined, .source = "apic/lib.rs:1061 get_ppr; TDX module table #93"},
        {.first = 0x80B, .last = 0x80B, .name = "X2APIC_EOI", .msr_class = C::x2apic, .read = R::x2apic_undefined, .write = W::x2apic_defined, .armed_read = A::offload, .armed_write = A::offload, .source = "apic/lib.rs:917,696; TDX module table #94"},
        {.first = 0x80C, .last = 0x80C, .name = "X2APIC_RRD", .msr_class = C::x2apic, .read = R::x2apic_undefined, .write = W::x2apic_undefined, .source = "apic/lib.rs:858 read_register / :912 write_register; TDX module table #95"},
        {.first = 0x80D, .last = 0x80D, .name = "X2APIC_LDR", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_undefined, .source = "apic/lib.rs:858 read_register / :912 write_register"},
        {.first = 0x80E, .last = 0x80E, .name = "X2APIC_DFR", .msr_class = C::x2apic, .read = R::x2apic_undefined, .write = W::x2apic_undefined, .source = "apic/lib.rs:858 read_register / :912 write_register"},
        {.first = 0x80F, .last = 0x80F, .name = "X2APIC_SVR", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_defined, .source = "apic/lib.rs:931"},
        {.first = 0x810, .last = 0x817, .name = "X2APIC_ISR0..ISR7", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_undefined, .source = "apic/lib.rs:858 read_register / :912 write_register; TDX module table #97"},
        {.first = 0x818, .last = 0x81F, .name = "X2APIC_TMR0..TMR7", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_undefined, .source = "apic/lib.rs:858 read_register / :912 write_register; TDX module table #98"},
        {.first = 0x820, .last = 0x827, .name = "X2APIC_IRR0..IRR7", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_undefined, .source = "apic/lib.rs:858 read_register / :912 write_register; TDX module table #99"},
        {.first = 0x828, .last = 0x828, .name = "X2APIC_ESR", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_defined, .source = "apic/lib.rs:858 read_register / :912 write_register"},
        {.first = 0x829, .last = 0x82E, .name = "X2APIC reserved 0x829-0x82E", .msr_class = C::x2apic, .read = R::x2apic_undefined, .write = W::x2apic_undefined, .source = "apic/lib.rs:858 read_register / :912 write_register; TDX module table #100"},
        {.first = 0x82F, .last = 0x82F, .name = "X2APIC_INTEL_LVT_CMCI", .msr_class = C::x2apic, .read = R::x2apic_undefined, .write = W::x2apic_undefined, .source = "apic/lib.rs:858 read_register / :912 write_register"},
        {.first = 0x830, .last = 0x830, .name = "X2APIC_ICR0", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_defined, .source = "apic/lib.rs:772,819,1083"},
        {.first = 0x831, .last = 0x831, .name = "X2APIC_ICR1", .msr_class = C::x2apic, .read = R::x2apic_undefined, .write = W::x2apic_undefined, .source = "apic/lib.rs:858 read_register / :912 write_register; TDX module table #101"},
        {.first = 0x832, .last = 0x832, .name = "X2APIC_LVT_TIMER", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_defined, .source = "apic/lib.rs:858 read_register / :912 write_register"},
        {.first = 0x833, .last = 0x833, .name = "X2APIC_LVT_THERMAL", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_defined, .source = "apic/lib.rs:858 read_register / :912 write_register"},
        {.first = 0x834, .last = 0x834, .name = "X2APIC_LVT_PMC", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_defined, .source = "apic/lib.rs:858 read_register / :912 write_register"},
        {.first = 0x835, .last = 0x835, .name = "X2APIC_LVT_LINT0", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_defined, .source = "apic/lib.rs:858 read_register / :912 write_register"},
        {.first = 0x836, .last = 0x836, .name = "X2APIC_LVT_LINT1", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_defined, .source = "apic/lib.rs:858 read_register / :912 write_register"},
        {.first = 0x837, .last = 0x837, .name = "X2APIC_LVT_ERROR", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_defined, .source = "apic/lib.rs:858 read_register / :912 write_register"},
        {.first = 0x838, .last = 0x838, .name = "X2APIC_TIMER_ICR", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_defined, .source = "apic/lib.rs:858 read_register / :912 write_register"},
        {.first = 0x839, .last = 0x839, .name = "X2APIC_TIMER_CCR", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_undefined, .source = "apic/lib.rs:858 read_register / :912 write_register"},
        {.first = 0x83A, .last = 0x83D, .name = "X2APIC reserved 0x83A-0x83D", .msr_class = C::x2apic, .read = R::x2apic_undefined, .write = W::x2apic_undefined, .source = "apic/lib.rs:858 read_register / :912 write_register"},
        {.first = 0x83E, .last = 0x83E, .name = "X2APIC_TIMER_DCR", .msr_class = C::x2apic, .read = R::x2apic_defined, .write = W::x2apic_defined, .source = "apic/lib.rs:858 read_register / :912 write_register"},
        {.first = 0x83F, .last = 0x83F, .name = "X2APIC_SELF_IPI", .msr_class = C::x2apic, .read = R::x2apic_undefined, .write = W::x2apic_defined, .armed_read = A::offload, .armed_write = A::offload, .source = "apic/lib.rs:1042; TDX module table #102"},
        {.first = 0x840, .last = 0x8FF, .name = "x2APIC range tail 0x840-0x8FF", .msr_class = C::x2apic, .read = R::x2apic_undefined, .write = W::x2apic_undefined, .source = "X2APIC_MSR_END = 0x83F; TDX module table #103, #104, #105"},
        {.first = 0x981, .last = 0x981, .name = "IA32_TME_CAPABILITY", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #106"},
        {.first = 0x982, .last = 0x982, .name = "IA32_TME_ACTIVATE", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #107"},
        {.first = 0x983, .last = 0x983, .name = "IA32_TME_EXCLUDE_MASK", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #108"},
        {.first = 0x984, .last = 0x984, .name = "IA32_TME_EXCLUDE_BASE", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #109"},
        {.first = 0x985, .last = 0x985, .name = "IA32_UINTR_RR", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #110"},
        {.first = 0x986, .last = 0x986, .name = "IA32_UINTR_HANDLER", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #111"},
        {.first = 0x987, .last = 0x987, .name = "IA32_UINTR_STACKADJUST", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #112"},
        {.first = 0x988, .last = 0x988, .name = "IA32_UINTR_MISC", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #113"},
        {.first = 0x989, .last = 0x989, .name = "IA32_UINTR_PD", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #114"},
        {.first = 0x98A, .last = 0x98A, .name = "IA32_UINTR_TT", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #115"},
        {.first = 0xC80, .last = 0xC80, .name = "IA32_DEBUG_INTERFACE", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #116"},
        {.first = 0xD90, .last = 0xD90, .name = "IA32_BNDCFGS", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #117"},
        {.first = 0xD93, .last = 0xD93, .name = "IA32_PASID", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #118"},
        {.first = 0xDA0, .last = 0xDA0, .name = "IA32_XSS", .msr_class = C::cvm, .read = R::xss, .write = W::xss, .claim_bit = 25, .source = "tdx/mod.rs:2814,2888; hardware_cvm/mod.rs:258; TDX module table #119"},
        {.first = 0x1200, .last = 0x12FF, .name = "IA32_LBR_INFO", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #120"},
        {.first = 0x14CE, .last = 0x14CE, .name = "IA32_LBR_CTL", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #121"},
        {.first = 0x14CF, .last = 0x14CF, .name = "IA32_LBR_DEPTH", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #122"},
        {.first = 0x1500, .last = 0x15FF, .name = "IA32_LBR_x_FROM_IP", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #123"},
        {.first = 0x1600, .last = 0x16FF, .name = "IA32_LBR_x_TO_IP", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #124"},
        {.first = 0x1B01, .last = 0x1B01, .name = "IA32_UARCH_MISC_CTL", .msr_class = C::module_table_only, .read = R::unknown, .write = W::unknown, .source = "tdx-module include/auto_gen/msr_config_lookup.c; TDX module table #125"},
        {.first = 0x40000000, .last = 0x40000000, .name = "HV_X64_MSR_GUEST_OS_ID", .msr_class = C::synthetic, .read = R::guest_os_id, .write = W::guest_os_id, .source = "hv1_emulator/hv.rs:196,317,369; tdx/mod.rs:2719,2733"},
        {.first = 0x40000001, .last = 0x40000001, .name = "HV_X64_MSR_HYPERCALL", .msr_class = C::synthetic, .read = R::hypercall, .write = W::hypercall, .source = "hv1_emulator/hv.rs:229-259,318,370"},
        {.first = 0x40000002, .last = 0x40000002, .name = "HV_X64_MSR_VP_INDEX", .msr_class = C::synthetic, .read = R::vp_index, .write = W::read_only, .source = "hv1_emulator/hv.rs:319,371"},
        {.first = 0x40000003, .last = 0x4000001F, .name = "Hyper-V gap (RESET, VP_RUNTIME)", .msr_class = C::gap, .read = R::unknown, .write = W::unknown, .source = "hv1_emulator/hv.rs:310,367"},
        {.first = 0x40000020, .last = 0x40000020, .name = "HV_X64_MSR_TIME_REF_COUNT", .msr_class = C::synthetic, .read = R::time_ref_count, .write = W::read_only, .source = "hv1_emulator/hv.rs:320,372"},
        {.first = 0x40000021, .last = 0x40000021, .name = "HV_X64_MSR_REFERENCE_TSC", .msr_class = C::synthetic, .read = R::reference_tsc, .write = W::reference_tsc, .source = "hv1_emulator/hv.rs:261-308,321,373"},
        {.first = 0x40000022, .last = 0x40000022, .name = "HV_X64_MSR_TSC_FREQUENCY", .msr_class = C::synthetic, .read = R::tsc_frequency, .write = W::read_only, .source = "hv1_emulator/hv.rs:322,374"},
        {.first = 0x40000023, .last = 0x40000023, .name = "HV_X64_MSR_APIC_FREQUENCY", .msr_class = C::synthetic_apic, .read = R::constant, .write = W::read_only, .constant = 0xBEBC200, .source = "apic/lib.rs:781,827"},
        {.first = 0x40000024, .last = 0x4000006F, .name = "Hyper-V gap", .msr_class = C::gap, .read = R::unknown, .write = W::unknown, .source = "hv1_emulator/hv.rs:310,367"},
        {.first = 0x40000070, .last = 0x40000070, .name = "HV_X64_MSR_EOI", .msr_class = C::synthetic_apic, .read = R::write_only, .write = W::hv_eoi, .source = "apic/lib.rs:784,830"},
        {.first = 0x40000071, .last = 0x40000071, .name = "HV_X64_MSR_ICR", .msr_class = C::synthetic_apic, .read = R::hv_icr, .write = W::hv_icr, .source = "apic/lib.rs:787,836"},
        {.first = 0x40000072, .last = 0x40000072, .name = "HV_X64_MSR_TPR", .msr_class = C::synthetic_apic, .read = R::hv_tpr, .write = W::hv_tpr, .source = "apic/lib.rs:793,847"},
        {.first = 0x40000073, .last = 0x40000073, .name = "HV_X64_MSR_VP_ASSIST_PAGE", .msr_class = C::synthetic, .read = R::vp_assist, .write = W::vp_assist, .source = "hv1_emulator/hv.rs:201-227,323,375"},
        {.first = 0x40000074, .last = 0x4000007F, .name = "Hyper-V gap", .msr_class = C::gap, .read = R::unknown, .write = W::unknown, .source = "hv1_emulator/hv.rs:310,367"},
        {.first = 0x40000080, .last = 0x40000080, .name = "HV_X64_MSR_SCONTROL", .msr_class = C::synic, .read = R::scontrol, .write = W::scontrol, .source = "hv1_emulator/synic.rs:595 write_nontimer_msr / :649 read_nontimer_msr; tdx/mod.rs:2719-2777"},
        {.first = 0x40000081, .last = 0x40000081, .name = "HV_X64_MSR_SVERSION", .msr_class = C::synic, .read = R::constant, .write = W::read_only, .constant = 0x1, .source = "hv1_emulator/synic.rs:595 write_nontimer_msr / :649 read_nontimer_msr; tdx/mod.rs:2719-2777"},
        {.first = 0x40000082, .last = 0x40000082, .name = "HV_X64_MSR_SIEFP", .msr_class = C::synic, .read = R::siefp, .write = W::siefp, .source = "hv1_emulator/synic.rs:595 write_nontimer_msr / :649 read_nontimer_msr; tdx/mod.rs:2719-2777"},
        {.first = 0x40000083, .last = 0x40000083, .name = "HV_X64_MSR_SIMP", .msr_class = C::synic, .read = R::simp, .write = W::simp, .source = "hv1_emulator/synic.rs:595 write_nontimer_msr / :649 read_nontimer_msr; tdx/mod.rs:2719-2777"},
        {.first = 0x40000084, .last = 0x40000084, .name = "HV_X64_MSR_EOM", .msr_class = C::synic, .read = R::constant, .write = W::eom, .source = "hv1_emulator/synic.rs:595 write_nontimer_msr / :649 read_nontimer_msr; tdx/mod.rs:2719-2777"},
        {.first = 0x40000085, .last = 0x4000008F, .name = "Hyper-V synic gap", .msr_class = C::gap, .read = R::unknown, .write = W::unknown, .source = "hv1_emulator/hv.rs:310,367"},
        {.first = 0x40000090, .last = 0x4000009F, .name = "HV_X64_MSR_SINT0..SINT15", .msr_class = C::synic, .read = R::sint, .write = W::sint, .source = "hv1_emulator/synic.rs:595 write_nontimer_msr / :649 read_nontimer_msr; tdx/mod.rs:2719-2777"},
        {.first = 0x400000A0, .last = 0x400000AF, .name = "Hyper-V synic gap", .msr_class = C::gap, .read = R::unknown, .write = W::unknown, .source = "hv1_emulator/hv.rs:310,367"},
        {.first = 0x400000B0, .last = 0x400000B0, .name = "HV_X64_MSR_STIMER0_CONFIG", .msr_class = C::synthetic_timer, .read = R::stimer_config, .write = W::stimer_config, .source = "hv1_emulator/synic.rs:572,631"},
        {.first = 0x400000B1, .last = 0x400000B1, .name = "HV_X64_MSR_STIMER0_COUNT", .msr_class = C::synthetic_timer, .read = R::stimer_count, .write = W::stimer_count, .source = "hv1_emulator/synic.rs:143,572,631"},
        {.first = 0x400000B2, .last = 0x400000B2, .name = "HV_X64_MSR_STIMER1_CONFIG", .msr_class = C::synthetic_timer, .read = R::stimer_config, .write = W::stimer_config, .source = "hv1_emulator/synic.rs:572,631"},
        {.first = 0x400000B3, .last = 0x400000B3, .name = "HV_X64_MSR_STIMER1_COUNT", .msr_class = C::synthetic_timer, .read = R::stimer_count, .write = W::stimer_count, .source = "hv1_emulator/synic.rs:143,572,631"},
        {.first = 0x400000B4, .last = 0x400000B4, .name = "HV_X64_MSR_STIMER2_CONFIG", .msr_class = C::synthetic_timer, .read = R::stimer_config, .write = W::stimer_config, .source = "hv1_emulator/synic.rs:572,631"},
        {.first = 0x400000B5, .last = 0x400000B5, .name = "HV_X64_MSR_STIMER2_COUNT", .msr_class = C::synthetic_timer, .read = R::stimer_count, .write = W::stimer_count, .source = "hv1_emulator/synic.rs:143,572,631"},
        {.first = 0x400000B6, .last = 0x400000B6, .name = "HV_X64_MSR_STIMER3_CONFIG", .msr_class = C::synthetic_timer, .read = R::stimer_config, .write = W::stimer_config, .source = "hv1_emulator/synic.rs:572,631"},
        {.first = 0x400000B7, .last = 0x400000B7, .name = "HV_X64_MSR_STIMER3_COUNT", .msr_class = C::synthetic_timer, .read = R::stimer_count, .write = W::stimer_count, .source = "hv1_emulator/synic.rs:143,572,631"},
        {.first = 0x400000B8, .last = 0x400000EF, .name = "Hyper-V gap", .msr_class = C::gap, .read = R::unknown, .write = W::unknown, .source = "hv1_emulator/hv.rs:310,367"},
        {.first = 0x400000F0, .last = 0x400000F0, .name = "HV_X64_MSR_GUEST_IDLE", .msr_class = C::idle, .read = R::guest_idle, .write = W::unknown, .source = "tdx/mod.rs:2837"},
        {.first = 0x400000F1, .last = 0x400000FF, .name = "Hyper-V gap", .msr_class = C::gap, .read = R::unknown, .write = W::unknown, .source = "hv1_emulator/hv.rs:310,367"},
        {.first = 0x40000100, .last = 0x40000100, .name = "HV_X64_MSR_GUEST_CRASH_P0", .msr_class = C::crash, .read = R::crash_parameter, .write = W::crash_parameter, .source = "mod.rs:1040,1063"},
        {.first = 0x40000101, .last = 0x40000101, .name = "HV_X64_MSR_GUEST_CRASH_P1", .msr_class = C::crash, .read = R::crash_parameter, .write = W::crash_parameter, .source = "mod.rs:1040,1063"},
        {.first = 0x40000102, .last = 0x40000102, .name = "HV_X64_MSR_GUEST_CRASH_P2", .msr_class = C::crash, .read = R::crash_parameter, .write = W::crash_parameter, .source = "mod.rs:1040,1063"},
        {.first = 0x40000103, .last = 0x40000103, .name = "HV_X64_MSR_GUEST_CRASH_P3", .msr_class = C::crash, .read = R::crash_parameter, .write = W::crash_parameter, .source = "mod.rs:1040,1063"},
        {.first = 0x40000104, .last = 0x40000104, .name = "HV_X64_MSR_GUEST_CRASH_P4", .msr_class = C::crash, .read = R::crash_parameter, .write = W::crash_parameter, .source = "mod.rs:1040,1063"},
        {.first = 0x40000105, .last = 0x40000105, .name = "HV_X64_MSR_GUEST_CRASH_CTL", .msr_class = C::crash, .read = R::constant, .write = W::crash_ctl, .constant = 0xFC00000000000000, .source = "mod.rs:1000-1050,1057"},
        {.first = 0x40000106, .last = 0x4FFFFFFF, .name = "Hyper-V gap (re-enlightenment, TSC emulation)", .msr_class = C::gap, .read = R::unknown, .write = W::unknown, .source = "hv1_emulator/hv.rs:310,367"},
        {.first = 0xC0000080, .last = 0xC0000080, .name = "IA32_EFER", .msr_class = C::passthrough_read, .read = R::passthrough, .write = W::efer, .armed_read = A::passthrough, .claim_bit = 14, .source = "tdx/mod.rs:2854,3277,3340; hardware_cvm/mod.rs:162,243; hcl/src/ioctl/tdx.rs:331; TDX module table #126"},
        {.first = 0xC0000081, .last = 0xC0000081, .name = "IA32_STAR", .msr_class = C::passthrough_read, .read = R::passthrough, .write = W::star, .armed_read = A::passthrough, .claim_bit = 8, .source = "tdx/mod.rs:2859; TDX module table #127"},
        {.first = 0xC0000082, .last = 0xC0000082, .name = "IA32_LSTAR", .msr_class = C::passthrough_read, .read = R::passthrough, .write = W::lstar, .armed_read = A::passthrough, .claim_bit = 6, .source = "tdx/mod.rs:2861; hardware_cvm/mod.rs:234; TDX module table #128"},
        {.first = 0xC0000083, .last = 0xC0000083, .name = "IA32_CSTAR", .msr_class = C::cvm, .read = R::cstar, .write = W::cstar, .claim_bit = 10, .source = "tdx/mod.rs:2810,2860; hardware_cvm/mod.rs:235"},
        {.first = 0xC0000084, .last = 0xC0000084, .name = "IA32_FMASK", .msr_class = C::passthrough_read, .read = R::passthrough, .write = W::sfmask, .armed_read = A::passthrough, .claim_bit = 22, .source = "tdx/mod.rs:2862; hardware_cvm/mod.rs:253; TDX module table #129"},
        {.first = 0xC0000100, .last = 0xC0000100, .name = "IA32_FS_BASE", .msr_class = C::passthrough, .read = R::passthrough, .write = W::passthrough, .armed_read = A::passthrough, .armed_write = A::passthrough, .source = "tdx/mod.rs:149; TDX module table #130"},
        {.first = 0xC0000101, .last = 0xC0000101, .name = "IA32_GS_BASE", .msr_class = C::passthrough, .read = R::passthrough, .write = W::passthrough, .armed_read = A::passthrough, .armed_write = A::passthrough, .source = "tdx/mod.rs:150; TDX module table #131"},
        {.first = 0xC0000102, .last = 0xC0000102, .name = "IA32_KERNEL_GS_BASE", .msr_class = C::passthrough, .read = R::passthrough, .write = W::passthrough, .armed_read = A::passthrough, .armed_write = A::passthrough, .source = "tdx/mod.rs:151; TDX module table #132"},
        {.first = 0xC0000103, .last = 0xC0000103, .name = "IA32_TSC_AUX", .msr_class = C::passthrough_read, .read = R::tsc_aux, .write = W::tsc_aux, .armed_read = A::without_tsc_aux, .claim_bit = 23, .source = "tdx/mod.rs:2863; TDX module table #133"},
        {.first = 0xC0010000, .last = 0xC0010141, .name = "AMD range (PERF, SYSCFG, HW_CFG, VM_CR, GHCB, SEV, OSVW)", .msr_class = C::gap, .read = R::unknown, .write = W::unknown, .source = "vm/x86/x86defs/src/lib.rs:314-331; no TDX arm"},
        {.first = 0xC0011029, .last = 0xC0011029, .name = "AMD_DE_CFG", .msr_class = C::read_zero_write_ignored, .read = R::constant, .write = W::ignored, .source = "tdx/mod.rs:2831,2922"},
        {.first = 0x0, .last = 0xFFFFFFFF, .name = "any other number", .msr_class = C::unlisted, .read = R::unknown, .write = W::unknown, .source = "tdx/mod.rs:2023,2075,2844,2928"},
    }};
}();
// clang-format on

/// The row that catches every number without one of its own.
inline constexpr std::size_t unlisted_row = msr_table.size() - 1;

static_assert(
    [] {
        for (std::size_t i = 0; i + 2 < msr_table.size(); ++i) {
            if (msr_table[i].last < msr_table[i].first || msr_table[i].last >= msr_table[i + 1].first) {
                return false;
            }
        }
        return msr_table[unlisted_row].first == 0 && msr_table[unlisted_row].last == 0xFFFFFFFF;
    }(),
    "rows must be sorted and disjoint, the catch-all last");

/// Index of the first row that begins above `msr`; of the catch-all if none does.
constexpr std::size_t row_above(std::uint32_t msr) {
    const auto* const begin = msr_table.data();
    const auto* const after = std::upper_bound(
        begin, begin + unlisted_row, msr, [](std::uint32_t number, const MsrRow& row) { return number < row.first; });
    return static_cast<std::size_t>(after - begin);
}

/// Index of the row of `msr` in msr_table.
constexpr std::size_t row_index(std::uint32_t msr) {
    const std::size_t above = row_above(msr);
    return above != 0 && msr <= msr_table[above - 1].last ? above - 1 : unlisted_row;
}

/// The last number of those that follow `msr` and have its row.
constexpr std::uint32_t last_of_row(std::uint32_t msr) {
    const std::size_t row = row_index(msr);
    if (row != unlisted_row) {
        return msr_table[row].last;
    }
    const std::size_t above = row_above(msr);
    return above != unlisted_row ? msr_table[above].first - 1 : msr_table[unlisted_row].last;
}

/// A row of the table over a domain: the parts the clauses speak of.
template <class D>
struct Row {
    typename D::template Bv<8> read{0};
    typename D::template Bv<8> write{0};
    typename D::template Bv<8> armed_read{0};
    typename D::template Bv<8> armed_write{0};
    typename D::template Bv<8> claim_bit{0xFF};
    typename D::template Bv<64> constant{0};

    [[nodiscard]] typename D::Bool is(ReadRule rule) const { return read == static_cast<std::uint8_t>(rule); }
    [[nodiscard]] typename D::Bool is(WriteRule rule) const { return write == static_cast<std::uint8_t>(rule); }
};

template <class D>
Row<D> as_row(const MsrRow& row) {
    return {static_cast<std::uint8_t>(row.read),
            static_cast<std::uint8_t>(row.write),
            static_cast<std::uint8_t>(row.armed_read),
            static_cast<std::uint8_t>(row.armed_write),
            row.claim_bit,
            row.constant};
}

/// The row of `msr`. Concrete: a search; symbolic: one case per row that behaves otherwise than an unknown MSR. That
/// both are one function is checked over every row boundary by a test and for random numbers by the agreement test.
template <class D>
Row<D> lookup(const typename D::template Bv<32>& msr) {
    if constexpr (D::concrete) {
        return as_row<D>(msr_table[row_index(msr.value())]);
    } else {
        Row<D> result = as_row<D>(msr_table[unlisted_row]);
        for (std::size_t i = 0; i < unlisted_row; ++i) {
            const MsrRow& row = msr_table[i];
            if (row.read == ReadRule::unknown && row.write == WriteRule::unknown) {
                continue;
            }
            const auto here = row.first == row.last ? msr == row.first : (msr >= row.first) & (msr <= row.last);
            const Row<D> that = as_row<D>(row);
            result.read = D::ite(here, that.read, result.read);
            result.write = D::ite(here, that.write, result.write);
            result.armed_read = D::ite(here, that.armed_read, result.armed_read);
            result.armed_write = D::ite(here, that.armed_write, result.armed_write);
            result.claim_bit = D::ite(here, that.claim_bit, result.claim_bit);
            result.constant = D::ite(here, that.constant, result.constant);
        }
        return result;
    }
}

} // namespace vtlcheck::model
