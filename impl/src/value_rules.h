// Which values a register takes: one rule each, for WRMSR, MOV to CR, XSETBV, SetVpRegisters, host access and start
// contexts alike (decision D27).
#ifndef VTL_IMPL_VALUE_RULES_H
#define VTL_IMPL_VALUE_RULES_H

#include "bits.h"
#include "vtl_intercept.h"

#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

inline constexpr std::uint64_t XSS_VIRTUALISED = 0x1C00;
// CR0 bits that are reserved below 32: the processor clears some and VMX keeps others, so they go without a word.
inline constexpr std::uint64_t CR0_CLEARED = 0x1FFAFFC0;
inline constexpr std::uint64_t CR4_DEFINED = 0xB71FFF;
// Every write bit but that of the SGX launch control; reads are never intercepted.
inline constexpr std::uint64_t CR_INTERCEPT_CONTROL_VALID = 0x1EFFD557;

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

constexpr bool valid_efer_bits(std::uint64_t efer) {
    return (efer & ~(EFER_SCE | EFER_LME | EFER_LMA | EFER_NXE)) == 0 && (efer & EFER_NXE) != 0;
}
constexpr bool valid_efer(std::uint64_t efer, std::uint64_t stored, std::uint64_t cr0) {
    return valid_efer_bits(efer) && ((cr0 & CR0_PG) == 0 || ((efer ^ stored) & EFER_LME) == 0);
}

constexpr bool valid_sfmask(std::uint64_t mask) { return high32(mask) == 0; }
constexpr bool valid_tsc_aux(std::uint64_t value, const vtl_config& config) {
    return config.tsc_aux && high32(value) == 0;
}
constexpr bool valid_xss(std::uint64_t xss, const vtl_config& config) {
    return (xss & ~(config.xss_supported & XSS_VIRTUALISED)) == 0;
}

constexpr bool valid_apic_base(std::uint64_t base, std::uint64_t stored, bool x2apic_capable) {
    if ((base & ~(APIC_BASE_BSP | APIC_BASE_EXTD | APIC_BASE_EN | APIC_BASE_PAGE)) != 0)
        return false;
    if ((base & APIC_BASE_EXTD) != 0)
        return apic_enabled(base) && x2apic_capable;
    return (stored & APIC_BASE_EXTD) == 0 || !apic_enabled(base);
}

constexpr bool valid_rflags(std::uint64_t rflags) {
    constexpr std::uint64_t reserved = bit(3) | bit(5) | bit(15) | ~(bit(22) - 1);
    return (rflags & bit(1)) != 0 && (rflags & reserved) == 0;
}

constexpr std::uint64_t adjusted_cr0(std::uint64_t cr0) { return (cr0 & ~CR0_CLEARED) | CR0_ET; }
// Of an adjusted value.
constexpr bool valid_cr0(std::uint64_t cr0) {
    const bool paging_unprotected = (cr0 & (CR0_PG | CR0_PE)) == CR0_PG;
    const bool write_through_cached = (cr0 & (CR0_NW | CR0_CD)) == CR0_NW;
    return high32(cr0) == 0 && !paging_unprotected && !write_through_cached;
}
constexpr bool valid_cr4(std::uint64_t cr4, const vtl_config& config) {
    return (cr4 & ~(config.cr4_allowed & CR4_DEFINED)) == 0;
}

constexpr bool long_mode_active(std::uint64_t efer, std::uint64_t cr0) {
    return (efer & EFER_LME) != 0 && (cr0 & CR0_PG) != 0;
}

// The checks of a VM entry (SDM 26.3.1) that join registers which are set one at a time.
constexpr bool can_be_entered(std::uint64_t cr0, std::uint64_t cr4, std::uint64_t rflags, std::uint64_t efer) {
    const bool lma = long_mode_active(efer, cr0);
    if (lma && (cr4 & CR4_PAE) == 0)
        return false;
    if ((cr4 & CR4_PCIDE) != 0 && !lma)
        return false;
    if ((cr4 & CR4_CET) != 0 && (cr0 & CR0_WP) == 0)
        return false;
    return (rflags & RFLAGS_VM) == 0 || ((cr0 & CR0_PE) != 0 && !lma);
}

constexpr bool valid_xcr0(std::uint64_t xcr0, const vtl_config& config) {
    constexpr std::uint64_t x87 = bit(0);
    constexpr std::uint64_t sse = bit(1);
    constexpr std::uint64_t avx = bit(2);
    constexpr std::uint64_t mpx = bit(3) | bit(4);
    constexpr std::uint64_t avx512 = bit(5) | bit(6) | bit(7);
    constexpr std::uint64_t amx = bit(17) | bit(18);
    if ((xcr0 & x87) == 0 || (xcr0 & ~(config.xcr0_supported | x87)) != 0)
        return false;
    if ((xcr0 & (avx | sse)) == avx)
        return false;
    if ((xcr0 & mpx) != 0 && (xcr0 & mpx) != mpx)
        return false;
    if ((xcr0 & avx512) != 0 && (xcr0 & (avx512 | avx)) != (avx512 | avx))
        return false;
    return (xcr0 & amx) == 0 || (xcr0 & amx) == amx;
}

constexpr bool valid_s_cet(std::uint64_t value, bool la57) {
    constexpr std::uint64_t suppress = bit(10);
    constexpr std::uint64_t tracker = bit(11);
    constexpr std::uint64_t both = suppress | tracker;
    return (value & 0x3C0) == 0 && (value & both) != both && canonical(value, la57);
}
constexpr bool valid_ssp(std::uint64_t value, bool la57) { return (value & 3) == 0 && canonical(value, la57); }

inline constexpr unsigned SEGMENT_TYPE = 0xF;
inline constexpr unsigned SEGMENT_S = 1U << 4;
inline constexpr unsigned SEGMENT_DPL_SHIFT = 5;
inline constexpr unsigned SEGMENT_P = 1U << 7;
inline constexpr unsigned SEGMENT_RESERVED = 0xF00;
inline constexpr unsigned SEGMENT_L = 1U << 13;
inline constexpr unsigned SEGMENT_DB = 1U << 14;
inline constexpr unsigned SEGMENT_G = 1U << 15;
inline constexpr unsigned SELECTOR_TI = 1U << 2;

// From HV_X64_SEGMENT_REGISTER as two words.
constexpr vtl_segment segment_of(std::uint64_t value, std::uint64_t high) {
    return {.base = value,
            .limit = low32(high),
            .selector = static_cast<std::uint16_t>(high >> 32),
            .attributes = static_cast<std::uint16_t>(high >> 48)};
}

constexpr bool limit_fits(const vtl_segment& segment) {
    const bool granular = (segment.attributes & SEGMENT_G) != 0;
    if ((segment.limit & 0xFFF00000) != 0 && !granular)
        return false;
    return (segment.limit & 0xFFF) == 0xFFF || !granular;
}
constexpr bool is_system_segment(const vtl_segment& segment, unsigned type) {
    return (segment.attributes & (SEGMENT_TYPE | SEGMENT_S | SEGMENT_RESERVED)) == type && limit_fits(segment) &&
           (segment.selector & SELECTOR_TI) == 0;
}
constexpr bool valid_ldtr(const vtl_segment& ldtr, bool la57) {
    constexpr unsigned ldt = 2;
    return canonical(ldtr.base, la57) && ((ldtr.attributes & SEGMENT_P) == 0 || is_system_segment(ldtr, ldt));
}
constexpr bool valid_tr(const vtl_segment& tr, bool la57) {
    constexpr unsigned busy_tss = 11;
    return canonical(tr.base, la57) && (tr.attributes & SEGMENT_P) != 0 && is_system_segment(tr, busy_tss);
}

// PendingEvent0: the low word of an exception event.
constexpr bool valid_pending_event(std::uint64_t event) {
    constexpr std::uint64_t type_and_reserved = 0xE | 0xF0 | 0xFE00;
    constexpr std::uint64_t vectors = bit(0) | bit(1) | bit(3) | bit(4) | bit(5) | bit(6) | bit(7) | bit(8) | bit(10) |
                                      bit(11) | bit(12) | bit(13) | bit(14) | bit(16) | bit(17) | bit(18) | bit(19) |
                                      bit(21);
    constexpr std::uint64_t with_error_code =
        bit(8) | bit(10) | bit(11) | bit(12) | bit(13) | bit(14) | bit(17) | bit(21);
    const std::uint64_t vector = event >> 16 & 0xFFFF;
    if ((event & type_and_reserved) != 0 || vector >= 32 || (vectors >> vector & 1) == 0)
        return false;
    return (event & bit(8)) == 0 || (with_error_code >> vector & 1) != 0;
}

// Whether a start context can be entered (P34).
bool valid_context(const vtl_context& context, const vtl_config& config);

} // namespace vtl_intercept

#endif
