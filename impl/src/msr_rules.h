// What serves each MSR: one row list, from which the exit path's lookup tables and the MSR bitmaps are derived.
#ifndef VTL_IMPL_MSR_RULES_H
#define VTL_IMPL_MSR_RULES_H

#include "msr_numbers.h"

#include <cstddef>
#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

// What an armed RDMSR does.
enum class Read : std::uint8_t {
    unknown,
    fault,
    constant,
    apic_base,
    x2apic,
    hv_icr,
    hv_tpr,
    guest_os_id,
    hypercall,
    vp_index,
    time_ref_count,
    reference_tsc,
    tsc_frequency,
    vp_assist_page,
    scontrol,
    siefp,
    simp,
    sint,
    stimer_config,
    stimer_count,
    crash_parameter,
    guest_idle,
    sysenter_cs,
    sysenter_esp,
    sysenter_eip,
    efer,
    star,
    lstar,
    cstar,
    fmask,
    tsc_aux,
    pat,
    xss
};

// What an armed WRMSR does that VTL1 does not claim.
enum class Write : std::uint8_t {
    unknown,
    fault,
    ignore,
    apic_base,
    x2apic,
    hv_eoi,
    hv_icr,
    hv_tpr,
    guest_os_id,
    hypercall,
    reference_tsc,
    vp_assist_page,
    scontrol,
    siefp,
    simp,
    sint,
    stimer_config,
    stimer_count,
    crash_parameter,
    crash_control,
    sysenter_cs,
    sysenter_esp,
    sysenter_eip,
    efer,
    star,
    lstar,
    cstar,
    fmask,
    tsc_aux,
    pat,
    xss,
    zero_only,
    mcg_status
};

struct MsrRule {
    std::uint64_t constant; // of Read::constant
    std::uint32_t claim;    // CrInterceptControl bit by which VTL1 claims VTL0's writes, as a mask
    Read read;
    Write write;
};

inline constexpr std::uint32_t LOW_SIZE = 0x1000;
inline constexpr std::uint32_t SYNTHETIC_FIRST = 0x40000000;
inline constexpr std::uint32_t SYNTHETIC_SIZE = 0x200;
inline constexpr std::uint32_t HIGH_FIRST = 0xC0000000;
inline constexpr std::uint32_t HIGH_SIZE = 0x200;
inline constexpr std::size_t RULE_CAPACITY = 112;

// Rule numbers of the ranges that hold known MSRs. Rule 0 is the unknown MSR's.
struct MsrTables {
    std::uint8_t low[LOW_SIZE];
    std::uint8_t synthetic[SYNTHETIC_SIZE];
    std::uint8_t high[HIGH_SIZE];
    std::uint8_t de_cfg; // the one MSR outside all three
    MsrRule rule[RULE_CAPACITY];
};

static_assert(sizeof(MsrTables) <= std::size_t{16} * 1024, "the exit path's tables must stay resident in the L1 cache");

extern const MsrTables msr_tables;

// Synthetic MSRs first: the others are looked up after their bitmap anyway.
inline const MsrRule& msr_rule(std::uint32_t number) {
    std::uint8_t index = 0;
    if (number - SYNTHETIC_FIRST < SYNTHETIC_SIZE)
        index = msr_tables.synthetic[number - SYNTHETIC_FIRST];
    else if (number < LOW_SIZE)
        index = msr_tables.low[number];
    else if (number - HIGH_FIRST < HIGH_SIZE)
        index = msr_tables.high[number - HIGH_FIRST];
    else if (number == msr::AMD_DE_CFG)
        index = msr_tables.de_cfg;
    return msr_tables.rule[index];
}

// When an access may bypass the paravisor.
enum class Pass : std::uint8_t {
    never,
    read,
    read_with_tsc_aux, // reads, if the processor has the MSR
    always,            // reads, and writes VTL1 does not claim
    apic_offload       // reads and writes of VTL0 in x2APIC mode while its APIC is offloaded
};

struct MsrRow {
    std::uint32_t first = 0;
    std::uint32_t last = 0; // 0: the row is of `first` alone
    Read read = Read::unknown;
    Write write = Write::unknown;
    std::uint64_t constant = 0;
    std::uint32_t claim = 0;
    Pass pass = Pass::never;

    constexpr std::uint32_t end() const { return (last == 0 ? first : last) + 1; }
};

} // namespace vtl_intercept

#endif
