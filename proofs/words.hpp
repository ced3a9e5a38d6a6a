// The words in which claims are written: plain bit arithmetic on a run, none of the helpers that clauses use.
//
// A claim that called the helper it judges would agree with any mistake in it. So instruction decoding, decision D8, the
// MSR numbers and VTL1's claims are said here a second time, from docs/reference-notes.md.
#pragma once

#include "proofs/claim.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>

namespace vtlcheck::proofs {

[[nodiscard]] inline Bool implies(const Bool& premise, const Bool& conclusion) { return !premise | conclusion; }

/// Bits `low` to `low + W - 1`.
template <unsigned W, unsigned V>
[[nodiscard]] Bv<W> bits(const Bv<V>& word, unsigned low) {
    return Bv<W>(word.term().extract(low + W - 1, low));
}
[[nodiscard]] inline Bv<64> widen(const Bv<32>& word) { return Bv<64>(z3::zext(word.term(), 32)); }

/// Bits `high` to `low`, as a number of 64 bits.
[[nodiscard]] inline Bv<64> number_in(const Bv<64>& word, unsigned high, unsigned low) {
    return Bv<64>(z3::zext(word.term().extract(high, low), 63 - (high - low)));
}
/// `value` where `condition` holds, else 0.
template <class T>
[[nodiscard]] T when(const Bool& condition, const T& value) {
    return Symbolic::ite(condition, value, T(0));
}

/// `number` as the type of a field.
template <class E>
[[nodiscard]] Bv<8> code(E value) {
    return Bv<8>(static_cast<std::uint8_t>(value));
}

/// Every field equal.
template <class T>
[[nodiscard]] Bool same(const T& a, const T& b) {
    Bool equal{true};
    T::visit([&](const auto&, const auto& x, const auto& y) { equal = equal & (x == y); }, a, b);
    return equal;
}

[[nodiscard]] inline Bool same_message(const model::InterceptMessage<Symbolic>& a,
                                       const model::InterceptMessage<Symbolic>& b) {
    Bool equal{true};
    model::InterceptMessage<Symbolic>::visit(
        "", [&](const auto&, const auto& x, const auto& y) { equal = equal & (x == y); }, a, b);
    return equal;
}

// ---- the exit ----

[[nodiscard]] inline Bool of_vtl1(const Run& r) { return r.exit.vtl1; }
[[nodiscard]] inline Bool of_vtl0(const Run& r) { return !r.exit.vtl1; }
[[nodiscard]] inline Bool is_kind(const Run& r, model::Kind kind) { return r.exit.kind == code(kind); }
[[nodiscard]] inline Bv<32> tdx_status(const Run& r) { return bits<32>(r.exit.info[model::info_rax], 32); }
[[nodiscard]] inline Bv<32> exit_reason(const Run& r) { return bits<32>(r.exit.info[model::info_rax], 0); }
[[nodiscard]] inline Bv<32> instruction_length(const Run& r) { return bits<32>(r.exit.info[model::info_r11], 32); }
[[nodiscard]] inline Bool kernel_mode(const Run& r) {
    return !bit(r.exit.info[model::info_r12], 0) & !bit(r.exit.info[model::info_r12], 1);
}
/// The processor runs with paging, with protection.
[[nodiscard]] inline Bool paging(const Run& r) { return bit(r.exit.cr0, 31); }
[[nodiscard]] inline Bool protection(const Run& r) { return bit(r.exit.cr0, 0); }

/// Basic exit reasons (SDM appendix C).
inline constexpr std::uint16_t vmcall = 18;
inline constexpr std::uint16_t cr_access = 28;
inline constexpr std::uint16_t rdmsr = 31;
inline constexpr std::uint16_t wrmsr = 32;
inline constexpr std::uint16_t gdtr_idtr = 46;
inline constexpr std::uint16_t ldtr_tr = 47;
inline constexpr std::uint16_t xsetbv = 55;
inline constexpr std::uint16_t tdcall = 77;

/// The guest ran and stopped at this instruction (note R1).
[[nodiscard]] inline Bool arrives(const Run& r, std::uint16_t instruction) {
    const Bv<32> status = tdx_status(r);
    return is_kind(r, model::Kind::l2_exit) & ((status == 0) | (status == 0x1100) | (status == 0x1102)) &
           !bit(exit_reason(r), 31) & (bits<16>(exit_reason(r), 0) == instruction);
}
/// The guest stopped at an instruction that is served here (notes R1, P6).
[[nodiscard]] inline Bool arrives_here(const Run& r) {
    Bool any{false};
    for (const std::uint16_t reason : {vmcall, cr_access, rdmsr, wrmsr, gdtr_idtr, ldtr_tr, xsetbv, tdcall}) {
        any = any | arrives(r, reason);
    }
    return any;
}
/// The VTL that exits exists on the VP.
[[nodiscard]] inline Bool vtl_exists(const Run& r) { return of_vtl0(r) | r.before.vp.vtl1_present; }

[[nodiscard]] inline Bv<32> msr_of(const Run& r) { return bits<32>(r.exit.gpr[model::rcx], 0); }
[[nodiscard]] inline Bv<64> written(const Run& r) {
    return Bv<64>(
        z3::concat(r.exit.gpr[model::rdx].term().extract(31, 0), r.exit.gpr[model::rax].term().extract(31, 0)));
}

/// A register of the VTL that exits: `of(vtl)` names it.
template <class Of>
[[nodiscard]] auto own(const Run& r, const model::State<Symbolic>& state, Of&& of) {
    return Symbolic::ite(r.exit.vtl1, of(state.vtl[1]), of(state.vtl[0]));
}
/// A partition-wide register of the VTL that exits.
template <class Of>
[[nodiscard]] auto own_share(const Run& r, const model::State<Symbolic>& state, Of&& of) {
    return Symbolic::ite(r.exit.vtl1, of(state.partition[1]), of(state.partition[0]));
}

[[nodiscard]] inline Bool in_x2apic_mode(const model::VtlState<Symbolic>& vtl) {
    return bit(vtl.apic_base, 10) & bit(vtl.apic_base, 11);
}

// ---- MSR numbers ----

struct Numbers {
    std::uint32_t first;
    std::uint32_t last;
};
[[nodiscard]] inline Bool is_among(const Bv<32>& msr, std::span<const Numbers> numbers) {
    Bool found{false};
    for (const Numbers& n : numbers) {
        found = found | (n.first == n.last ? msr == n.first : (msr >= n.first) & (msr <= n.last));
    }
    return found;
}

/// Notes R9-R24: reads that a stage or the hardware knows.
inline constexpr auto known_reads = std::to_array<Numbers>({
    {0x10, 0x10},             // TSC
    {0x17, 0x17},             // PLATFORM_ID
    {0x1B, 0x1B},             // APIC_BASE
    {0x34, 0x34},             // SMI_COUNT
    {0x3A, 0x3A},             // FEATURE_CONTROL
    {0x48, 0x48},             // SPEC_CTRL
    {0x4E, 0x4E},             // PPIN_CTL
    {0x8B, 0x8B},             // BIOS_SIGN_ID
    {0xCE, 0xCE},             // PLATFORM_INFO
    {0xE1, 0xE1},             // UMWAIT_CONTROL
    {0xFE, 0xFE},             // MTRR_CAP
    {0x140, 0x140},           // MISC_FEATURE_ENABLES
    {0x174, 0x176},           // SYSENTER_CS, ESP, EIP
    {0x179, 0x17A},           // MCG_CAP, MCG_STATUS
    {0x1A0, 0x1A0},           // MISC_ENABLE
    {0x1C4, 0x1C5},           // XFD, XFD_ERR
    {0x277, 0x277},           // PAT
    {0x2FF, 0x2FF},           // MTRR_DEF_TYPE
    {0x606, 0x606},           // RAPL_POWER_UNIT
    {0x611, 0x611},           // PKG_ENERGY_STATUS
    {0x619, 0x619},           // DRAM_ENERGY_STATUS
    {0x639, 0x639},           // PP0_ENERGY_STATUS
    {0x6A0, 0x6A0},           // U_CET
    {0x6A2, 0x6A2},           // S_CET
    {0x6A4, 0x6A8},           // PL0-PL3_SSP, INTERRUPT_SSP_TABLE_ADDR
    {0x800, 0x8FF},           // x2APIC
    {0xDA0, 0xDA0},           // XSS
    {0x40000000, 0x40000002}, // GUEST_OS_ID, HYPERCALL, VP_INDEX
    {0x40000020, 0x40000023}, // TIME_REF_COUNT, REFERENCE_TSC, TSC_FREQUENCY, APIC_FREQUENCY
    {0x40000070, 0x40000073}, // EOI, ICR, TPR, VP_ASSIST_PAGE
    {0x40000080, 0x40000084}, // SCONTROL, SVERSION, SIEFP, SIMP, EOM
    {0x40000090, 0x4000009F}, // SINT0-15
    {0x400000B0, 0x400000B7}, // STIMER0-3
    {0x400000F0, 0x400000F0}, // GUEST_IDLE
    {0x40000100, 0x40000104}, // CRASH_P0-P4
    {0x40000105, 0x40000105}, // CRASH_CTL
    {0xC0000080, 0xC0000080}, // EFER
    {0xC0000081, 0xC0000081}, // STAR
    {0xC0000082, 0xC0000082}, // LSTAR
    {0xC0000083, 0xC0000083}, // CSTAR
    {0xC0000084, 0xC0000084}, // SFMASK
    {0xC0000100, 0xC0000100}, // FS_BASE
    {0xC0000101, 0xC0000101}, // GS_BASE
    {0xC0000102, 0xC0000102}, // KERNEL_GS_BASE
    {0xC0000103, 0xC0000103}, // TSC_AUX
    {0xC0011029, 0xC0011029}, // DE_CFG
});

/// Notes R9-R23: writes that a stage or the hardware knows. Not TSC, GUEST_IDLE or the constants of R24.
inline constexpr auto known_writes = std::to_array<Numbers>({
    {0x1B, 0x1B},             // APIC_BASE
    {0x34, 0x34},             // SMI_COUNT
    {0x48, 0x48},             // SPEC_CTRL
    {0x4E, 0x4E},             // PPIN_CTL
    {0x79, 0x79},             // BIOS_UPDT_TRIG
    {0x8B, 0x8B},             // BIOS_SIGN_ID
    {0xCE, 0xCE},             // PLATFORM_INFO
    {0xE1, 0xE1},             // UMWAIT_CONTROL
    {0x140, 0x140},           // MISC_FEATURE_ENABLES
    {0x174, 0x176},           // SYSENTER_CS, ESP, EIP
    {0x17A, 0x17A},           // MCG_STATUS
    {0x1A0, 0x1A0},           // MISC_ENABLE
    {0x1C4, 0x1C5},           // XFD, XFD_ERR
    {0x277, 0x277},           // PAT
    {0x2FF, 0x2FF},           // MTRR_DEF_TYPE
    {0x606, 0x606},           // RAPL_POWER_UNIT
    {0x611, 0x611},           // PKG_ENERGY_STATUS
    {0x619, 0x619},           // DRAM_ENERGY_STATUS
    {0x639, 0x639},           // PP0_ENERGY_STATUS
    {0x6A0, 0x6A0},           // U_CET
    {0x6A2, 0x6A2},           // S_CET
    {0x6A4, 0x6A8},           // PL0-PL3_SSP, INTERRUPT_SSP_TABLE_ADDR
    {0x800, 0x8FF},           // x2APIC
    {0xDA0, 0xDA0},           // XSS
    {0x40000000, 0x40000002}, // GUEST_OS_ID, HYPERCALL, VP_INDEX
    {0x40000020, 0x40000023}, // TIME_REF_COUNT, REFERENCE_TSC, TSC_FREQUENCY, APIC_FREQUENCY
    {0x40000070, 0x40000073}, // EOI, ICR, TPR, VP_ASSIST_PAGE
    {0x40000080, 0x40000084}, // SCONTROL, SVERSION, SIEFP, SIMP, EOM
    {0x40000090, 0x4000009F}, // SINT0-15
    {0x400000B0, 0x400000B7}, // STIMER0-3
    {0x40000100, 0x40000105}, // CRASH_P0-P4, CRASH_CTL
    {0xC0000080, 0xC0000084}, // EFER, STAR, LSTAR, CSTAR, SFMASK
    {0xC0000100, 0xC0000102}, // FS_BASE, GS_BASE, KERNEL_GS_BASE
    {0xC0000103, 0xC0000103}, // TSC_AUX
    {0xC0011029, 0xC0011029}, // DE_CFG
});

/// Note R8: which bit of the control word claims which writes.
struct ClaimBit {
    unsigned bit;
    Numbers numbers;
};
inline constexpr auto claim_bits = std::to_array<ClaimBit>({
    {12, {0x1B, 0x1B}},             // APIC_BASE
    {14, {0xC0000080, 0xC0000080}}, // EFER
    {8, {0xC0000081, 0xC0000081}},  // STAR
    {6, {0xC0000082, 0xC0000082}},  // LSTAR
    {10, {0xC0000083, 0xC0000083}}, // CSTAR
    {22, {0xC0000084, 0xC0000084}}, // SFMASK
    {19, {0x174, 0x174}},           // SYSENTER_CS
    {21, {0x175, 0x175}},           // SYSENTER_ESP
    {20, {0x176, 0x176}},           // SYSENTER_EIP
    {23, {0xC0000103, 0xC0000103}}, // TSC_AUX
    {25, {0xDA0, 0xDA0}},           // XSS
    {26, {0x6A2, 0x6A2}},           // S_CET
    {27, {0x6A4, 0x6A7}},           // PL0-PL3_SSP
    {28, {0x6A8, 0x6A8}},           // INTERRUPT_SSP_TABLE_ADDR
});

/// VTL1 claims VTL0's write of `msr` (note R8).
[[nodiscard]] inline Bool vtl1_claims(const model::VpShared<Symbolic>& vp, const Bool& vtl1, const Bv<32>& msr) {
    Bool asked{false};
    for (const ClaimBit& c : claim_bits) {
        asked = asked | (bit(vp.intercept_control, c.bit) & is_among(msr, std::span(&c.numbers, 1)));
    }
    return !vtl1 & vp.vtl1_present & asked;
}
[[nodiscard]] inline Bool vtl1_claims(const Run& r) { return vtl1_claims(r.before.vp, r.exit.vtl1, msr_of(r)); }

/// The access exits (note R6).
[[nodiscard]] inline Bool exits(const Run& r, const Bv<32>& msr, bool write) {
    static constexpr std::array<Numbers, 2> bitmap{{{0, 0x1FFF}, {0xC0000000, 0xC0001FFF}}};
    static constexpr std::array<Numbers, 4> free_reads{
        {{0x10, 0x10}, {0x174, 0x176}, {0xC0000080, 0xC0000082}, {0xC0000084, 0xC0000084}}};
    static constexpr std::array<Numbers, 6> free_accesses{
        {{0x48, 0x48}, {0x1C4, 0x1C5}, {0x6A0, 0x6A0}, {0x6A2, 0x6A2}, {0x6A4, 0x6A8}, {0xC0000100, 0xC0000102}}};
    static constexpr std::array<Numbers, 3> offloaded{{{0x808, 0x808}, {0x80B, 0x80B}, {0x83F, 0x83F}}};
    const Bool offload = of_vtl0(r) & r.before.vp.apic_offload & in_x2apic_mode(r.before.vtl[0]);
    const Bool let_through = is_among(msr, free_accesses) | (offload & is_among(msr, offloaded));
    const Bool read_through = is_among(msr, free_reads) | ((msr == 0xC0000103) & r.config.tsc_aux);
    const Bool inside = is_among(msr, bitmap);
    return write ? !inside | !let_through | vtl1_claims(r.before.vp, r.exit.vtl1, msr)
                 : !inside | !(let_through | read_through);
}

/// An instruction that the paravisor has to serve: it could have happened, and the access exits.
[[nodiscard]] inline Bool serves_read(const Run& r) {
    return arrives(r, rdmsr) & vtl_exists(r) & kernel_mode(r) & exits(r, msr_of(r), false);
}
[[nodiscard]] inline Bool serves_write(const Run& r) {
    return arrives(r, wrmsr) & vtl_exists(r) & kernel_mode(r) & exits(r, msr_of(r), true);
}
/// A write of `msr` that VTL1 does not claim.
[[nodiscard]] inline Bool writes(const Run& r, std::uint32_t msr) {
    return serves_write(r) & !vtl1_claims(r) & (msr_of(r) == msr);
}
[[nodiscard]] inline Bool reads(const Run& r, std::uint32_t msr) { return serves_read(r) & (msr_of(r) == msr); }

// ---- the outcome ----

[[nodiscard]] inline Bool became(const Run& r, model::Disposition d) { return (r.out.disposition == code(d)); }
[[nodiscard]] inline Bool asked(const Run& r, model::Request request) { return (r.out.request == code(request)); }
[[nodiscard]] inline Bool logged(const Run& r, model::LogSite site) { return (r.out.log_site == code(site)); }

/// The outcome of an exit of which nothing comes, with disposition `d`: claims say what differs from it.
[[nodiscard]] inline model::Outcome<Symbolic> nothing(const Run& r, model::Disposition d) {
    model::Outcome<Symbolic> out;
    out.disposition = code(d);
    out.gpr = r.exit.gpr;
    out.rip = r.exit.rip;
    out.interruptibility = r.exit.interruptibility;
    out.pending_debug = r.exit.pending_debug;
    return out;
}
/// `out` with the audit record that the run has, for claims that leave it to others.
[[nodiscard]] inline model::Outcome<Symbolic> unaudited(const Run& r, model::Outcome<Symbolic> out) {
    out.audit = r.out.audit;
    out.audit_origin = r.out.audit_origin;
    out.audit_operation = r.out.audit_operation;
    out.audit_vtl = r.out.audit_vtl;
    out.audit_register = r.out.audit_register;
    out.audit_route = r.out.audit_route;
    out.audit_verdict = r.out.audit_verdict;
    out.audit_reason = r.out.audit_reason;
    return out;
}
/// Decision D8 on `out`: the instruction is over.
inline void finish(const Run& r, model::Outcome<Symbolic>& out) {
    const Bool lme = own(r, r.before, [](const auto& vtl) { return bit(vtl.efer, 8); });
    const Bool code64 = lme & paging(r) & bit(r.exit.info[model::info_rsi], 29);
    const Bv<64> sum = r.exit.rip + widen(instruction_length(r));
    out.rip = Symbolic::ite(code64, sum, widen(bits<32>(sum, 0)));
    out.interruptibility = r.exit.interruptibility & 0xFFFFFFFC;
    out.pending_debug = Symbolic::ite(bit(r.exit.rflags, 8), r.exit.pending_debug | 0x4000, r.exit.pending_debug);
}
[[nodiscard]] inline model::Outcome<Symbolic> finished(const Run& r) {
    auto out = nothing(r, model::Disposition::completed);
    finish(r, out);
    return out;
}
/// A finished RDMSR that gave `value`.
[[nodiscard]] inline model::Outcome<Symbolic> gave(const Run& r, const Bv<64>& value) {
    auto out = finished(r);
    out.gpr[model::rax] = widen(bits<32>(value, 0));
    out.gpr[model::rdx] = widen(bits<32>(value, 32));
    return out;
}
/// #GP (note R4): vector 13, type 3, valid; bit 11 for an error code, which real mode does not have.
[[nodiscard]] inline model::Outcome<Symbolic> faulted(const Run& r) {
    auto out = nothing(r, model::Disposition::fault_gp);
    out.event = Symbolic::ite(protection(r), Bv<32>((1U << 31U) | (1U << 11U) | (3U << 8U) | 13U),
                              Bv<32>((1U << 31U) | (3U << 8U) | 13U));
    return out;
}

/// Registers, RIP, interruptibility and pending debug exceptions are what they were.
[[nodiscard]] inline Bool registers_kept(const Run& r) {
    Bool kept = (r.out.rip == r.exit.rip) & (r.out.interruptibility == r.exit.interruptibility) &
                (r.out.pending_debug == r.exit.pending_debug);
    for (std::size_t i = 0; i < r.exit.gpr.size(); ++i) {
        kept = kept & (r.out.gpr[i] == r.exit.gpr[i]);
    }
    return kept;
}
/// The VTL that a Get or Set of the exit names, as far as its byte is well formed (note P15).
[[nodiscard]] inline Bool names_vtl1(const Run& r) {
    return Symbolic::ite(bit(r.exit.target_vtl, 4), (r.exit.target_vtl & 0xF) == 1, r.exit.vtl1);
}
/// SetVpRegisters or a host access sets a register: the other ways to one besides its own instruction.
[[nodiscard]] inline Bool sets_by_name(const Run& r, std::uint32_t name) {
    const Bool call = arrives(r, vmcall) & (bits<16>(r.exit.gpr[model::rcx], 0) == 0x51);
    const Bool host = is_kind(r, model::Kind::host_access) & (r.exit.operation == 1);
    return (call | host) & (r.exit.name == name);
}
/// The context that EnableVpVtl or StartVirtualProcessor left is loaded.
[[nodiscard]] inline Bool loads_context(const Run& r) { return is_kind(r, model::Kind::load_context); }

/// The guest ran (note P1): an exit status, entry not failed, and the VTL exists.
[[nodiscard]] inline Bool guest_ran(const Run& r) {
    const Bv<32> status = tdx_status(r);
    return is_kind(r, model::Kind::l2_exit) &
           ((status == 0) | (status == 0x1100) | (status == 0x1101) | (status == 0x1102)) & !bit(exit_reason(r), 31) &
           vtl_exists(r);
}
/// The state before with what is kept of every exit (notes P1, P35): the registers that the guest left, which VTL ran, and
/// the counters of an audit record.
[[nodiscard]] inline model::State<Symbolic> bookkept(const Run& r) {
    model::State<Symbolic> state = r.before;
    const Bool ran = guest_ran(r);
    for (std::size_t v = 0; v < 2; ++v) {
        const Bool mine = ran & (r.exit.vtl1 == Bool(v == 1));
        auto& vtl = state.vtl[v];
        vtl.rip = Symbolic::ite(mine, r.out.rip, vtl.rip);
        vtl.rflags = Symbolic::ite(mine, r.exit.rflags, vtl.rflags);
        vtl.rsp = Symbolic::ite(mine, r.exit.gpr[model::rsp], vtl.rsp);
        vtl.cr0 = Symbolic::ite(mine, r.exit.cr0, vtl.cr0);
        vtl.cr4 = Symbolic::ite(mine, r.exit.cr4, vtl.cr4);
    }
    auto& vp = state.vp;
    vp.active_vtl1 = Symbolic::ite(ran, r.exit.vtl1, vp.active_vtl1);
    const Bool full = vp.audit_count >= 64;
    const Bool wraps = vp.audit_lost == ~std::uint64_t{0};
    const auto& before = r.before.vp;
    vp.audit_next = Symbolic::ite(r.out.audit, before.audit_next + 1, before.audit_next);
    vp.audit_count =
        Symbolic::ite(r.out.audit, Symbolic::ite(full, Bv<32>(64), before.audit_count + 1), before.audit_count);
    vp.audit_lost = Symbolic::ite(r.out.audit & full & !wraps, before.audit_lost + 1, before.audit_lost);
    return state;
}
/// Nothing changes but what is kept of every exit.
[[nodiscard]] inline Bool state_kept(const Run& r) { return same(bookkept(r), r.after); }
/// The state after is `expected`, which starts as the state before with what is kept of every exit.
template <class Change>
[[nodiscard]] Bool state_becomes(const Run& r, Change&& change) {
    model::State<Symbolic> expected = bookkept(r);
    change(expected);
    return same(expected, r.after);
}
/// `field(vtl)` of the VTL that exits becomes `value` in `state`.
template <class Field, class Value>
void set_own(const Run& r, model::State<Symbolic>& state, Field&& field, const Value& value) {
    field(state.vtl[0]) = Symbolic::ite(r.exit.vtl1, field(state.vtl[0]), value);
    field(state.vtl[1]) = Symbolic::ite(r.exit.vtl1, value, field(state.vtl[1]));
}

} // namespace vtlcheck::proofs
