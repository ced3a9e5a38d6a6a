// What a clause may speak of: the exit as decoded, the state before it, and the words in which effects are written.
#pragma once

#include "model/clause.hpp"
#include "model/msr_table.hpp"
#include "model/vocabulary.hpp"

namespace vtlcheck::model {

// TDX module ABI: status codes of TDG.VP.ENTER, RAX[63:32].
inline constexpr std::uint32_t l2_exit_host_routed_async = 0x1100;
inline constexpr std::uint32_t l2_exit_host_routed_tdvmcall = 0x1101;
inline constexpr std::uint32_t l2_exit_pending_interrupt = 0x1102;
inline constexpr std::uint32_t pending_interrupt = 0x1120;

// SDM appendix C: basic exit reasons.
inline constexpr std::uint16_t reason_rdmsr = 0x1F;
inline constexpr std::uint16_t reason_wrmsr = 0x20;
inline constexpr std::uint16_t reason_tdcall = 0x4D;

// SDM 25.8.3: VM-entry interruption information of a hardware exception.
inline constexpr std::uint32_t event_gp = 0x8000030D;
inline constexpr std::uint32_t event_gp_with_code = 0x80000B0D;
inline constexpr std::uint32_t event_ud = 0x80000306;

// SDM 2.2.1, 11.4.3, 11.12.1.
inline constexpr std::uint64_t efer_sce = 1U << 0U;
inline constexpr std::uint64_t efer_lme = 1U << 8U;
inline constexpr std::uint64_t efer_lma = 1U << 10U;
inline constexpr std::uint64_t efer_nxe = 1U << 11U;
inline constexpr std::uint64_t apic_base_bsp = 1U << 8U;
inline constexpr std::uint64_t apic_base_extd = 1U << 10U;
inline constexpr std::uint64_t apic_base_en = 1U << 11U;
inline constexpr std::uint64_t apic_base_defined = 0xFFFFFFD00; ///< bits 8, 10, 11, 12-35
inline constexpr std::uint64_t page_mask = ~std::uint64_t{0xFFF};

// TLFS: CrInterceptControl bits a VTL1 may set; every read bit, SGX (24) and the reserved bits are refused.
inline constexpr std::uint64_t intercept_control_allowed = 0x1EFFD557;

// GHCI: TDG.VP.VMCALL completion status.
inline constexpr std::uint64_t tdvmcall_operand_invalid = 0x8000000000000000;

// TLFS: status codes and call codes.
inline constexpr std::uint16_t hv_invalid_hypercall_code = 0x2;
inline constexpr std::uint16_t hv_access_denied = 0x6;
inline constexpr std::uint16_t hv_invalid_register_value = 0x50;
inline constexpr std::uint16_t hv_invalid_vtl_state = 0x51;
inline constexpr std::uint16_t hvcall_post_message = 0x5C;
inline constexpr std::uint16_t hvcall_signal_event = 0x5D;

/// The parts of the world an exit may change: the VP, and the bank of the VTL it belongs to. The other VTL's bank is
/// not here, so no effect can be written on it.
template <class D>
struct World {
    VpShared<D> vp{};
    VtlState<D> vtl{};
    PartitionVtl<D> partition{};
    Outcome<D> out{};
    typename D::template Bv<16> clause{no_clause};

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        VpShared<D>::visit(f, t.vp...);
        VtlState<D>::visit(f, t.vtl...);
        PartitionVtl<D>::visit(f, t.partition...);
        Outcome<D>::visit(f, t.out...);
        f(FieldName{"clause"}, t.clause...);
    }
};

/// Value of one VTL's copy or the other's.
template <class D, class T>
T of_vtl(const std::array<T, 2>& copies, const typename D::Bool& vtl1) {
    if constexpr (D::concrete) {
        return copies[vtl1.value() ? 1 : 0];
    } else {
        T result = copies[0];
        merge<D>(vtl1, result, copies[1]);
        return result;
    }
}

// ---- value rules: what a register may hold. Shared by every way in (decision D27) ----

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

// ---- the MSR bitmap ----

/// APIC of the VTL in x2APIC mode (note R7).
template <class D>
typename D::Bool x2apic_mode(const VtlState<D>& vtl) {
    return ((vtl.apic_base & apic_base_en) != 0) & ((vtl.apic_base & apic_base_extd) != 0);
}

/// VTL1 has asked for VTL0's writes of the row (note R8).
template <class D>
typename D::Bool claimed(const VpShared<D>& vp, const typename D::Bool& vtl1, const Row<D>& row) {
    typename D::Bool asked{false};
    if constexpr (D::concrete) {
        asked = typename D::Bool(row.claim_bit.value() < 64) & bit(vp.intercept_control, row.claim_bit.value() & 63U);
    } else {
        for (unsigned n = 0; n < 64; ++n) {
            asked = asked | ((row.claim_bit == n) & bit(vp.intercept_control, n));
        }
    }
    return !vtl1 & vp.vtl1_present & asked;
}

/// The access exits (note R6): by the bitmap inside its two ranges, by the architecture outside them.
template <class D, class Reading>
typename D::Bool armed(const Config<D>& config, const VpShared<D>& vp, const VtlState<D>& vtl,
                       const typename D::Bool& vtl1, const typename D::template Bv<32>& msr, const Row<D>& row,
                       const typename D::Bool& write, const Reading& reading) {
    const auto rule = D::ite(write, row.armed_write, row.armed_read);
    const auto is = [&](Armed a) { return rule == static_cast<std::uint8_t>(a); };
    const auto inside = (msr <= 0x1FFF) | ((msr >= 0xC0000000) & (msr <= 0xC0001FFF));
    const auto bitmap = is(Armed::always) | (is(Armed::without_tsc_aux) & !config.tsc_aux) |
                        (is(Armed::offload) & (vtl1 | !vp.apic_offload | !x2apic_mode<D>(vtl))) |
                        (write & claimed<D>(vp, vtl1, row));
    return reading.armed(!inside | bitmap, msr);
}

/// An exit as decoded, with the state before it.
template <class D>
struct Facts {
    using Bool = typename D::Bool;
    template <unsigned W>
    using Bv = typename D::template Bv<W>;

    const Config<D>& config;
    const Exit<D>& exit;
    const VpShared<D>& vp;            ///< before the exit, as the next three
    const VtlState<D>& vtl;           ///< the exit's own VTL
    const VtlState<D>& vtl1_bank;     ///< VTL1's, where messages for it go
    const PartitionVtl<D>& partition; ///< the exit's own VTL's share

    Bv<32> tdx_status;
    Bv<32> reason;
    Bv<32> length; ///< of the instruction, bytes
    Bv<8> cpl;
    Bool long_mode; ///< EFER.LMA as the processor has it: LME and CR0.PG
    Bool code64;
    Bv<32> msr;   ///< of RDMSR and WRMSR
    Bv<64> value; ///< of WRMSR
    Row<D> row;   ///< of msr
    Bool armed_read;
    Bool armed_write;
    Bool claim; ///< VTL1 claims the write

    Bv<32> call_msr; ///< of a TDVMCALL RDMSR or WRMSR
    Row<D> call_row; ///< of call_msr

    [[nodiscard]] Bool reason_is(std::uint16_t basic) const { return (reason & 0xFFFF) == basic; }
    [[nodiscard]] Bool protected_mode() const { return bit(exit.cr0, 0); }
    [[nodiscard]] Bool apic_enabled() const { return (vtl.apic_base & apic_base_en) != 0; }
    [[nodiscard]] Bool x2apic() const { return x2apic_mode<D>(vtl); }
};

/// Decodes what the TDX module delivered. The MSR number and value are in the guest's own registers (GPR list); the
/// registers of the same names in the exit information mean other things.
template <class D, class Reading>
Facts<D> decode(const Config<D>& config, const Exit<D>& exit, const VpShared<D>& vp, const VtlState<D>& vtl,
                const VtlState<D>& vtl1_bank, const PartitionVtl<D>& partition, const Reading& reading) {
    using Bool = typename D::Bool;
    const auto low32 = [](const auto& x) { return trunc<32>(x); };
    const auto high32 = [](const auto& x) { return trunc<32>(x >> 32); };

    const auto msr = low32(exit.gpr[rcx]);
    const auto row = lookup<D>(msr);
    const auto call_msr = low32(exit.gpr[r12]);
    const auto call_row = [&] {
        if constexpr (D::concrete) {
            if ((exit.info[info_rax].value() & 0xFFFF) != reason_tdcall) {
                return Row<D>{}; // no clause of another exit speaks of it
            }
        }
        return lookup<D>(call_msr);
    }();
    const auto long_mode = ((vtl.efer & efer_lme) != 0) & bit(exit.cr0, 31);
    return Facts<D>{
        .config = config,
        .exit = exit,
        .vp = vp,
        .vtl = vtl,
        .vtl1_bank = vtl1_bank,
        .partition = partition,
        .tdx_status = high32(exit.info[info_rax]),
        .reason = low32(exit.info[info_rax]),
        .length = high32(exit.info[info_r11]),
        .cpl = trunc<8>(exit.info[info_r12]) & 3,
        .long_mode = long_mode,
        .code64 = long_mode & bit(exit.info[info_rsi], 29),
        .msr = msr,
        .value = zext<64>(low32(exit.gpr[rax])) | (zext<64>(low32(exit.gpr[rdx])) << 32),
        .row = row,
        .armed_read = armed<D>(config, vp, vtl, exit.vtl1, msr, row, Bool(false), reading),
        .armed_write = armed<D>(config, vp, vtl, exit.vtl1, msr, row, Bool(true), reading),
        .claim = claimed<D>(vp, exit.vtl1, row),
        .call_msr = call_msr,
        .call_row = call_row,
    };
}

/// The words in which effects are written.
template <class D>
struct Effects {
    using Bool = typename D::Bool;
    template <unsigned W>
    using Bv = typename D::template Bv<W>;

    const Facts<D>& in;
    World<D>& world;

    void disposition(Disposition d) const { world.out.disposition = static_cast<std::uint8_t>(d); }

    /// Decision D8.
    void complete() const {
        disposition(Disposition::completed);
        const auto next = in.exit.rip + zext<64>(in.length);
        world.out.rip = D::ite(in.code64, next, next & 0xFFFFFFFF);
        world.out.interruptibility = in.exit.interruptibility & ~std::uint32_t{3};
        world.out.pending_debug = in.exit.pending_debug | D::ite(bit(in.exit.rflags, 8), Bv<64>(1U << 14U), Bv<64>(0));
    }
    /// RDMSR gives `value`.
    void complete_read(const Bv<64>& value) const {
        complete();
        world.out.gpr[rax] = value & 0xFFFFFFFF;
        world.out.gpr[rdx] = value >> 32;
    }
    /// Decision D7.
    void queue_gp() const {
        world.out.event = D::ite(in.protected_mode(), Bv<32>(event_gp_with_code), Bv<32>(event_gp));
        world.out.event_error_code = 0;
    }
    void fault_gp() const {
        disposition(Disposition::fault_gp);
        queue_gp();
    }
    void fault_ud() const {
        disposition(Disposition::fault_ud);
        world.out.event = event_ud;
    }
    /// Decision D2.
    void internal_error() const {
        disposition(Disposition::internal_error);
        world.out.audit = Bool(true);
    }
    void request(Request kind, const Bv<32>& index, const Bv<64>& value) const {
        world.out.request = static_cast<std::uint8_t>(kind);
        world.out.request_index = index;
        world.out.request_value = value;
    }
    void log(LogSite site, const Bv<32>& number, const Bv<64>& confidential) const {
        world.out.log_site = static_cast<std::uint8_t>(site);
        world.out.log_msr = number;
        world.out.log_value = confidential;
    }
    /// A TDVMCALL is answered: R10, and R11 where the call returns something.
    void answer(const Bv<64>& status) const {
        complete();
        world.out.gpr[r10] = status;
    }
    void answer(const Bv<64>& status, const Bv<64>& value) const {
        answer(status);
        world.out.gpr[r11] = value;
    }

    /// A page register goes from `before` to `after` (note R17): what is asked of guest memory.
    [[nodiscard]] Bool page_moves_in(const Bv<64>& before, const Bv<64>& after) const {
        return bit(after, 0) & (!bit(before, 0) | ((before & page_mask) != (after & page_mask)));
    }
    [[nodiscard]] Bool page_goes(const Bv<64>& before, const Bv<64>& after) const {
        return bit(before, 0) & !bit(after, 0);
    }
    /// Guest memory would not have the page.
    [[nodiscard]] Bool page_is_refused(const Bv<64>& before, const Bv<64>& after) const {
        return page_moves_in(before, after) & in.exit.page_refused;
    }
    void request_page(const Bv<32>& number, const Bv<64>& before, const Bv<64>& after, Request in_kind,
                      Request out_kind) const {
        const auto comes = page_moves_in(before, after);
        const auto goes = page_goes(before, after);
        world.out.request = D::ite(comes, Bv<8>(static_cast<std::uint8_t>(in_kind)),
                                   D::ite(goes, Bv<8>(static_cast<std::uint8_t>(out_kind)), Bv<8>(0)));
        world.out.request_index = D::ite(comes | goes, number, Bv<32>(0));
        world.out.request_value = D::ite(comes, after & page_mask, D::ite(goes, before & page_mask, Bv<64>(0)));
    }
};

} // namespace vtlcheck::model
