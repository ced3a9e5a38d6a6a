// Value rules: what a register may hold. The same one on every way in - MSR write, SetVpRegisters, the contexts a VTL
// starts with, the paravisor itself (decision D27).
#pragma once

#include "model/vocabulary.hpp"

namespace vtlcheck::model {

// SDM 2.2.1, 2.5, 11.4.3, 11.12.1.
inline constexpr std::uint64_t efer_sce = 1U << 0U;
inline constexpr std::uint64_t efer_lme = 1U << 8U;
inline constexpr std::uint64_t efer_lma = 1U << 10U;
inline constexpr std::uint64_t efer_nxe = 1U << 11U;
inline constexpr std::uint64_t cr0_pe = 1U << 0U;
inline constexpr std::uint64_t cr0_ts = 1U << 3U;
inline constexpr std::uint64_t cr0_et = 1U << 4U;
inline constexpr std::uint64_t cr0_wp = 1U << 16U;
inline constexpr std::uint64_t cr0_nw = 1U << 29U;
inline constexpr std::uint64_t cr0_cd = 1U << 30U;
inline constexpr std::uint64_t cr0_pg = 1U << 31U;
inline constexpr std::uint64_t cr0_reserved_low = 0x1FFAFFC0; ///< MOV to CR0 ignores them
inline constexpr std::uint64_t cr4_pae = 1U << 5U;
inline constexpr std::uint64_t cr4_la57 = 1U << 12U;
inline constexpr std::uint64_t cr4_pcide = 1U << 17U;
inline constexpr std::uint64_t cr4_osxsave = 1U << 18U;
inline constexpr std::uint64_t cr4_cet = 1U << 23U;
inline constexpr std::uint64_t cr4_served = 0xB71FFF;      ///< bits the paravisor lets a guest set
inline constexpr std::uint64_t cr4_guest_owned = 0xB71FBF; ///< but for MCE, which the TDX module owns
inline constexpr std::uint64_t rflags_vm = 1U << 17U;
inline constexpr std::uint64_t rflags_reserved = ~std::uint64_t{0x3F7FD7}; ///< 63:22, 15, 5, 3
inline constexpr std::uint64_t apic_base_bsp = 1U << 8U;
inline constexpr std::uint64_t apic_base_extd = 1U << 10U;
inline constexpr std::uint64_t apic_base_en = 1U << 11U;
inline constexpr std::uint64_t apic_base_defined = 0xFFFFFFD00; ///< bits 8, 10, 11, 12-35
inline constexpr std::uint64_t page_mask = ~std::uint64_t{0xFFF};

// TLFS: CrInterceptControl bits a VTL1 may set; every read bit, SGX (24) and the reserved bits are refused.
inline constexpr std::uint64_t intercept_control_allowed = 0x1EFFD557;

/// Sign extension of the linear-address width of the processor model (decision D12).
template <class D>
typename D::Bool canonical(const Config<D>& config, const typename D::template Bv<64>& address) {
    const auto fits = [&](unsigned width) {
        const auto top = address >> (width - 1);
        return (top == 0) | (top == (~std::uint64_t{0} >> (width - 1)));
    };
    return (config.la57 & fits(57)) | (!config.la57 & fits(48));
}

/// Every byte names a memory type: UC 0, WC 1, WT 4, WP 5, WB 6, UC- 7.
template <class D>
typename D::Bool valid_pat(const typename D::template Bv<64>& value) {
    typename D::Bool ok{true};
    for (unsigned i = 0; i < 8; ++i) {
        const auto type = (value >> (8 * i)) & 0xFF;
        ok = ok & ((type <= 7) & (type != 2) & (type != 3));
    }
    return ok;
}

/// Subset of what the processor supports among PASID, CET_U, CET_S.
template <class D>
typename D::Bool valid_xss(const Config<D>& config, const typename D::template Bv<64>& value) {
    return (value & ~(config.xss_supported & 0x1C00)) == 0;
}

/// What IA32_APIC_BASE may hold at any time.
template <class D>
typename D::Bool valid_apic_base(const Config<D>& config, const typename D::template Bv<64>& value) {
    const auto extended = (value & apic_base_extd) != 0;
    return ((value & ~apic_base_defined) == 0) & (!extended | (((value & apic_base_en) != 0) & config.x2apic_capable));
}

/// What IA32_APIC_BASE takes when it holds `before` (note R16): x2APIC mode is left by way of the disabled state only.
template <class D>
typename D::Bool apic_base_accepts(const Config<D>& config, const typename D::template Bv<64>& before,
                                   const typename D::template Bv<64>& value) {
    const auto leaves_x2apic =
        ((before & apic_base_extd) != 0) & ((value & apic_base_extd) == 0) & ((value & apic_base_en) != 0);
    return valid_apic_base<D>(config, value) & !leaves_x2apic;
}

/// What IA32_EFER may hold at any time.
template <class D>
typename D::Bool valid_efer(const typename D::template Bv<64>& value) {
    return ((value & ~(efer_sce | efer_lme | efer_lma | efer_nxe)) == 0) & ((value & efer_nxe) != 0);
}

/// IA32_TSC_AUX, IA32_FMASK: 32-bit registers.
template <class D>
typename D::Bool upper_half_clear(const typename D::template Bv<64>& value) {
    return (value >> 32) == 0;
}

/// The reserved bits of HV_X64_MSR_HYPERCALL, and of the page MSRs that have one enable bit only.
template <class D>
typename D::Bool valid_hypercall_page(const typename D::template Bv<64>& value) {
    return (value & 0xFFC) == 0;
}
template <class D>
typename D::Bool valid_page_register(const typename D::template Bv<64>& value) {
    return (value & 0xFFE) == 0;
}

/// What CR0 becomes when `value` is written: reserved bits go, ET stays 1 (note P24).
template <class D>
typename D::template Bv<64> written_cr0(const typename D::template Bv<64>& value) {
    return (value & ~cr0_reserved_low) | cr0_et;
}
/// What CR0 may hold by itself.
template <class D>
typename D::Bool valid_cr0(const typename D::template Bv<64>& value) {
    return ((value >> 32) == 0) & ((value & cr0_reserved_low) == 0) & ((value & cr0_et) != 0) &
           (((value & cr0_pg) == 0) | ((value & cr0_pe) != 0)) & (((value & cr0_nw) == 0) | ((value & cr0_cd) != 0));
}
/// What CR4 may hold by itself.
template <class D>
typename D::Bool valid_cr4(const Config<D>& config, const typename D::template Bv<64>& value) {
    return (value & ~(config.cr4_allowed & cr4_served)) == 0;
}
/// What RFLAGS may hold by itself.
template <class D>
typename D::Bool valid_rflags(const typename D::template Bv<64>& value) {
    return ((value & rflags_reserved) == 0) & ((value & 2) != 0);
}
/// Long mode is active: EFER.LME and CR0.PG.
template <class D>
typename D::Bool long_mode_active(const typename D::template Bv<64>& efer, const typename D::template Bv<64>& cr0) {
    return ((efer & efer_lme) != 0) & ((cr0 & cr0_pg) != 0);
}
/// EFER with LMA as CR0 makes it.
template <class D>
typename D::template Bv<64> with_lma(const typename D::template Bv<64>& efer, const typename D::template Bv<64>& cr0) {
    using Bv64 = typename D::template Bv<64>;
    return (efer & ~efer_lma) | D::ite(long_mode_active<D>(efer, cr0), Bv64(efer_lma), Bv64(0));
}
/// The rules of VM entry that tie control registers together (SDM 26.3.1; note P24).
template <class D>
typename D::Bool entry_rule(const typename D::template Bv<64>& cr0, const typename D::template Bv<64>& cr4,
                            const typename D::template Bv<64>& efer, const typename D::template Bv<64>& rflags) {
    const auto lma = long_mode_active<D>(efer, cr0);
    return (!lma | ((cr4 & cr4_pae) != 0)) & (((cr4 & cr4_pcide) == 0) | lma) &
           (((cr4 & cr4_cet) == 0) | ((cr0 & cr0_wp) != 0)) &
           (((rflags & rflags_vm) == 0) | (((cr0 & cr0_pe) != 0) & !lma));
}

/// XCR0: x87, no unsupported feature, no feature without what it builds on (decision D15).
template <class D>
typename D::Bool valid_xcr0(const Config<D>& config, const typename D::template Bv<64>& value) {
    const auto on = [&](unsigned n) { return bit(value, n); };
    return on(0) & ((value & ~(config.xcr0_supported | 1)) == 0) & (!on(2) | on(1)) & (on(3) == on(4)) &
           (on(5) == on(6)) & (on(6) == on(7)) & (!on(5) | on(2)) & (on(17) == on(18));
}
template <class D>
typename D::Bool valid_s_cet(const Config<D>& config, const typename D::template Bv<64>& value) {
    return ((value & 0x3C0) == 0) & ((value & 0xC00) != 0xC00) & canonical<D>(config, value);
}
template <class D>
typename D::Bool valid_shadow_stack(const Config<D>& config, const typename D::template Bv<64>& value) {
    return ((value & 3) == 0) & canonical<D>(config, value);
}

// Segments as HV_X64_SEGMENT_REGISTER: `rest` is limit 31:0, selector 47:32, attributes 63:48 (note P26).
template <class D>
typename D::Bool limit_fits(const typename D::template Bv<64>& rest) {
    const auto granular = bit(rest, 63);
    return (((rest & 0xFFF00000) == 0) | granular) & (((rest & 0xFFF) == 0xFFF) | !granular);
}
/// Attribute bits of a segment.
template <class D>
struct SegmentBits {
    using Bool = typename D::Bool;
    typename D::template Bv<64> type;
    typename D::template Bv<64> dpl;
    Bool code_or_data;
    Bool present;
    Bool reserved_clear;
    Bool ti; ///< selector bit 2: the local table
    Bool long_code;
    Bool big;

    explicit SegmentBits(const typename D::template Bv<64>& rest)
        : type((rest >> 48) & 0xF), dpl((rest >> 53) & 3), code_or_data(bit(rest, 52)), present(bit(rest, 55)),
          reserved_clear((rest & (std::uint64_t{0xF} << 56U)) == 0), ti(bit(rest, 34)), long_code(bit(rest, 61)),
          big(bit(rest, 62)) {}
};
template <class D>
typename D::Bool valid_ldtr(const Config<D>& config, const typename D::template Bv<64>& base,
                            const typename D::template Bv<64>& rest) {
    const SegmentBits<D> bits(rest);
    return canonical<D>(config, base) & (!bits.present | ((bits.type == 2) & !bits.code_or_data & bits.reserved_clear &
                                                          limit_fits<D>(rest) & !bits.ti));
}
template <class D>
typename D::Bool valid_tr(const Config<D>& config, const typename D::template Bv<64>& base,
                          const typename D::template Bv<64>& rest) {
    const SegmentBits<D> bits(rest);
    return canonical<D>(config, base) & bits.present & (bits.type == 11) & !bits.code_or_data & bits.reserved_clear &
           limit_fits<D>(rest) & !bits.ti;
}
/// SS, DS, ES, FS, GS but for SS's own rules.
template <class D>
typename D::Bool valid_data_segment(const Config<D>& config, const typename D::template Bv<64>& base,
                                    const typename D::template Bv<64>& rest, bool base_is_linear) {
    const SegmentBits<D> bits(rest);
    const auto shape = bits.code_or_data & bits.reserved_clear & ((bits.type & 1) != 0) & (bits.type != 9) &
                       (bits.type != 13) & limit_fits<D>(rest);
    return base_is_linear ? canonical<D>(config, base) & (!bits.present | shape)
                          : !bits.present | (shape & ((base >> 32) == 0));
}

/// A context that can be entered (note P34).
template <class D>
typename D::Bool valid_context(const Config<D>& config, const Context<D>& c) {
    const auto cr0 = written_cr0<D>(c.cr0);
    const auto lma = long_mode_active<D>(c.efer, cr0);
    const auto registers = canonical<D>(config, c.rip) & valid_rflags<D>(c.rflags) & valid_cr0<D>(cr0) &
                           valid_cr4<D>(config, c.cr4) & valid_efer<D>(c.efer) & valid_pat<D>(c.pat) &
                           entry_rule<D>(cr0, c.cr4, c.efer, c.rflags) & ((c.cr3 >> 52) == 0);
    const auto tables = canonical<D>(config, c.gdtr_base) & canonical<D>(config, c.idtr_base) &
                        valid_ldtr<D>(config, c.base[seg_ldtr], c.rest[seg_ldtr]) &
                        valid_tr<D>(config, c.base[seg_tr], c.rest[seg_tr]);

    const SegmentBits<D> cs(c.rest[seg_cs]);
    const SegmentBits<D> ss(c.rest[seg_ss]);
    const auto flat_code = cs.type == 3;
    const auto code = cs.present & cs.code_or_data & cs.reserved_clear & ((c.base[seg_cs] >> 32) == 0) &
                      limit_fits<D>(c.rest[seg_cs]) & ((flat_code & (cs.dpl == 0)) | ((cs.type & 9) == 9)) &
                      !(lma & cs.long_code & cs.big);
    const auto stack = valid_data_segment<D>(config, c.base[seg_ss], c.rest[seg_ss], false) &
                       (!ss.present | (ss.type == 3) | (ss.type == 7));
    const auto privilege = (((cs.type & 13) != 9) | (cs.dpl == ss.dpl)) &
                           (((cs.type & 13) != 13) | (cs.dpl <= ss.dpl)) &
                           (!(flat_code | ((cr0 & cr0_pe) == 0)) | (ss.dpl == 0));
    const auto data = valid_data_segment<D>(config, c.base[seg_ds], c.rest[seg_ds], false) &
                      valid_data_segment<D>(config, c.base[seg_es], c.rest[seg_es], false) &
                      valid_data_segment<D>(config, c.base[seg_fs], c.rest[seg_fs], true) &
                      valid_data_segment<D>(config, c.base[seg_gs], c.rest[seg_gs], true);
    return registers & tables & code & stack & privilege & data;
}

/// HV_X64_PENDING_EXCEPTION_EVENT that can be delivered (note P27); `low` has its pending bit set.
template <class D>
typename D::Bool valid_pending_event(const typename D::template Bv<64>& low) {
    const auto vector = (low >> 16) & 0xFFFF;
    const auto among = [&](std::uint64_t set) {
        typename D::Bool any{false};
        for (unsigned n = 0; n < 32; ++n) {
            if (((set >> n) & 1U) != 0) {
                any = any | (vector == n);
            }
        }
        return any;
    };
    // Vectors 0, 1, 3-8, 10-14, 16-19, 21; with an error code 8, 10-14, 17, 21.
    return bit(low, 0) & ((low & 0xFEFE) == 0) & among(0x2F7DFB) & (!bit(low, 8) | among(0x227D00));
}

/// VsmPartitionConfig as it may be stored.
template <class D>
typename D::Bool valid_partition_config(const typename D::template Bv<64>& value, const typename D::Bool& mbec) {
    return ((value & ~std::uint64_t{0x7F}) == 0) & ((value & 6) == 6) & (mbec | (bit(value, 3) == bit(value, 4)));
}

} // namespace vtlcheck::model
