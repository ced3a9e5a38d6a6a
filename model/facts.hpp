// What a clause may speak of: the exit as decoded, the state before it, and the words in which effects are written.
#pragma once

#include "model/clause.hpp"
#include "model/msr_table.hpp"
#include "model/register_table.hpp"
#include "model/value_rules.hpp"

namespace vtlcheck::model {

// TDX module ABI: status codes of TDG.VP.ENTER, RAX[63:32].
inline constexpr std::uint32_t l2_exit_host_routed_async = 0x1100;
inline constexpr std::uint32_t l2_exit_host_routed_tdvmcall = 0x1101;
inline constexpr std::uint32_t l2_exit_pending_interrupt = 0x1102;
inline constexpr std::uint32_t pending_interrupt = 0x1120;

// SDM appendix C: basic exit reasons.
inline constexpr std::uint16_t reason_vmcall = 0x12;
inline constexpr std::uint16_t reason_cr_access = 0x1C;
inline constexpr std::uint16_t reason_rdmsr = 0x1F;
inline constexpr std::uint16_t reason_wrmsr = 0x20;
inline constexpr std::uint16_t reason_gdtr_idtr = 0x2E;
inline constexpr std::uint16_t reason_ldtr_tr = 0x2F;
inline constexpr std::uint16_t reason_xsetbv = 0x37;
inline constexpr std::uint16_t reason_tdcall = 0x4D;

// SDM 25.8.3: VM-entry interruption information of a hardware exception.
inline constexpr std::uint32_t event_gp = 0x8000030D;
inline constexpr std::uint32_t event_gp_with_code = 0x80000B0D;
inline constexpr std::uint32_t event_ud = 0x80000306;

// GHCI: TDG.VP.VMCALL completion status.
inline constexpr std::uint64_t tdvmcall_operand_invalid = 0x8000000000000000;

// TLFS: HV_STATUS, call codes, message types, ids of the caller itself.
inline constexpr std::uint16_t hv_invalid_hypercall_code = 0x2;
inline constexpr std::uint16_t hv_invalid_hypercall_input = 0x3;
inline constexpr std::uint16_t hv_invalid_alignment = 0x4;
inline constexpr std::uint16_t hv_invalid_parameter = 0x5;
inline constexpr std::uint16_t hv_access_denied = 0x6;
inline constexpr std::uint16_t hv_operation_denied = 0x8;
inline constexpr std::uint16_t hv_invalid_partition_id = 0xD;
inline constexpr std::uint16_t hv_invalid_vp_index = 0xE;
inline constexpr std::uint16_t hv_invalid_vp_state = 0x15;
inline constexpr std::uint16_t hv_object_in_use = 0x19;
inline constexpr std::uint16_t hv_feature_unavailable = 0x1E;
inline constexpr std::uint16_t hv_invalid_register_value = 0x50;
inline constexpr std::uint16_t hv_invalid_vtl_state = 0x51;
inline constexpr std::uint16_t hv_operation_failed = 0x71;
inline constexpr std::uint16_t hv_timeout = 0x78;
inline constexpr std::uint16_t hv_vtl_already_enabled = 0x86;

inline constexpr std::uint16_t hvcall_enable_partition_vtl = 0xD;
inline constexpr std::uint16_t hvcall_enable_vp_vtl = 0xF;
inline constexpr std::uint16_t hvcall_vtl_call = 0x11;
inline constexpr std::uint16_t hvcall_vtl_return = 0x12;
inline constexpr std::uint16_t hvcall_get_vp_registers = 0x50;
inline constexpr std::uint16_t hvcall_set_vp_registers = 0x51;
inline constexpr std::uint16_t hvcall_post_message = 0x5C;
inline constexpr std::uint16_t hvcall_signal_event = 0x5D;
inline constexpr std::uint16_t hvcall_start_virtual_processor = 0x99;
/// Calls that other handlers of the paravisor serve (note P11).
inline constexpr auto hvcalls_elsewhere = std::to_array<std::uint16_t>(
    {0x2, 0x3, 0xB, 0xC, 0x13, 0x14, 0x15, 0x4D, 0x52, 0x5C, 0x5D, 0x7E, 0x94, 0x9A, 0xDB, 0x11C, 0x8001});

inline constexpr std::uint32_t message_type_msr = 0x80010001;
inline constexpr std::uint32_t message_type_register = 0x80010006;
inline constexpr std::uint64_t partition_id_self = ~std::uint64_t{0};
inline constexpr std::uint32_t vp_index_self = 0xFFFFFFFE;
/// Results HV_STATUS_TIMEOUT of the hypervisor that are borne before a call is given up.
inline constexpr std::uint32_t most_timeouts = 8;

inline constexpr std::uint32_t register_cr0 = register_code("Cr0");
inline constexpr std::uint32_t register_cr2 = register_code("Cr2");
inline constexpr std::uint32_t register_cr4 = register_code("Cr4");
inline constexpr std::uint32_t register_xfem = register_code("Xfem");
inline constexpr std::uint32_t register_sint0 = register_code("Sint0");

/// The parts of the world an exit may change: the VP, the bank of the VTL it belongs to, and what the partition and
/// other VPs may see. Of the other VTL's bank only VTL0's is here, which VTL1 may name; VTL1's own is in no effect's reach
/// but its own.
template <class D>
struct World {
    VpShared<D> vp{};
    VtlState<D> vtl{};
    VtlState<D> lower{}; ///< VTL0's bank, where the exit is VTL1's and names VTL0
    PartitionVtl<D> partition{};
    PartitionVsm<D> vsm{};
    VpSlot<D> slot{};
    Outcome<D> out{};
    typename D::template Bv<16> clause{no_clause};

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        VpShared<D>::visit(f, t.vp...);
        VtlState<D>::visit(f, t.vtl...);
        VtlState<D>::visit(f, t.lower...);
        PartitionVtl<D>::visit(f, t.partition...);
        PartitionVsm<D>::visit(f, t.vsm...);
        VpSlot<D>::visit(f, t.slot...);
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

// ---- other interception (note P7) ----

/// VTL1 has set bit `n` of its control word on this VP.
template <class D>
typename D::Bool controls(const VpShared<D>& vp, unsigned n) {
    return vp.vtl1_present & bit(vp.intercept_control, n);
}
/// Bits of CR0 whose change exits.
template <class D>
typename D::template Bv<64> cr0_guest_host_mask(const VpShared<D>& vp, const typename D::Bool& vtl1) {
    using Bv64 = typename D::template Bv<64>;
    constexpr std::uint64_t guest_owned = 0x5001E; // MP, EM, TS, ET, WP, AM
    return Bv64(~guest_owned) | D::ite(!vtl1 & controls<D>(vp, 0), vp.cr0_mask, Bv64(0));
}
template <class D>
typename D::template Bv<64> cr4_guest_host_mask(const Config<D>& config, const VpShared<D>& vp,
                                                const typename D::Bool& vtl1) {
    using Bv64 = typename D::template Bv<64>;
    return ~(Bv64(cr4_guest_owned) & config.cr4_allowed) | D::ite(!vtl1 & controls<D>(vp, 1), vp.cr4_mask, Bv64(0));
}
/// LGDT, LIDT, LLDT, LTR and their stores exit.
template <class D>
typename D::Bool descriptor_table_exiting(const VpShared<D>& vp, const typename D::Bool& vtl1) {
    return !vtl1 & (controls<D>(vp, 15) | controls<D>(vp, 16) | controls<D>(vp, 17) | controls<D>(vp, 18));
}

/// What is entered next (note P2): 0 VTL0, 1 VTL1, 2 neither.
template <class D>
typename D::template Bv<8> next_entry(const VpShared<D>& vp) {
    using Bv8 = typename D::template Bv<8>;
    return D::ite(vp.active_vtl1, Bv8(1), D::ite(vp.intercept_pending, Bv8(2), Bv8(0)));
}

// ---- the host side's guard (note P38, decision D23) ----

template <class D>
typename D::Bool hardware_isolated(const Config<D>& config) {
    return (config.isolation >= static_cast<std::uint8_t>(Isolation::snp)) &
           (config.isolation <= static_cast<std::uint8_t>(Isolation::cca));
}

/// Whether the hypervisor may be asked to get or set register `name` of `vtl`: the one test under every register
/// hypercall.
template <class D, class Reading>
typename D::Bool register_hypercall_allowed(const Config<D>& config, const typename D::Bool& set,
                                            const typename D::template Bv<8>& vtl,
                                            const typename D::template Bv<32>& name, const Reading& reading) {
    const auto is = [&](std::uint32_t code) { return name == code; };
    const auto hardware = hardware_isolated<D>(config);
    constexpr std::uint32_t guest_vsm = register_code("GuestVsmPartitionConfig");
    constexpr std::uint32_t partition_config = register_code("VsmPartitionConfig");
    const auto own_get = is(guest_vsm) | is(partition_config) | is(register_code("VsmPartitionStatus")) |
                         is(register_code("VsmCapabilities")) | is(register_code("TimeRefCount"));
    const auto own_set = is(partition_config) | (!hardware & (is(guest_vsm) | is(register_code("PmTimerAssist"))));
    const auto synic = is(register_code("Sipp")) | is(register_code("Sifp")) |
                       ((name >= register_sint0) & (name <= register_code("Sint15")));
    const auto own = (vtl == 2) & ((set & own_set) | (!set & own_get));
    const auto lower = (vtl <= 1) & (!hardware | ((vtl == 0) & config.untrusted_synic & set & synic));
    return reading.guard_allows(own | lower, set, vtl, name);
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
    const VtlState<D>& vtl0_bank;
    const PartitionVsm<D>& vsm;
    const VpSlot<D>& slot; ///< of the VP the exit is about

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

    RegisterFacts<D> reg;      ///< of exit.name
    Bool sets;                 ///< SetVpRegisters, or a host_access that sets
    Bool names_lower;          ///< GetVpRegisters or SetVpRegisters of VTL1 that names VTL0
    const VtlState<D>& target; ///< bank of the VTL that is named
    Bool target_vtl1;          ///< it is VTL1's
    Bool sint_hypercall;       ///< the guard lets the SINT of call_msr be set at the host (note P41)

    [[nodiscard]] Bool reason_is(std::uint16_t basic) const { return trunc<16>(reason) == basic; }
    [[nodiscard]] Bool protected_mode() const { return bit(exit.cr0, 0); }
    [[nodiscard]] Bool apic_enabled() const { return (vtl.apic_base & apic_base_en) != 0; }
    [[nodiscard]] Bool x2apic() const { return x2apic_mode<D>(vtl); }

    // Control word of a hypercall (TLFS 3.5), note P12.
    [[nodiscard]] const Bv<64>& control() const { return exit.gpr[rcx]; }
    [[nodiscard]] Bool call(std::uint16_t code) const { return trunc<16>(control()) == code; }
    [[nodiscard]] Bv<64> rep_count() const { return (control() >> 32) & 0xFFF; }
    [[nodiscard]] Bv<64> rep_start() const { return (control() >> 48) & 0xFFF; }
    /// The message slot of VTL1 can take a message (note R25).
    [[nodiscard]] Bool postable() const {
        const auto& sint0 = vtl1_bank.synic.sint[0];
        return bit(vtl1_bank.synic.simp, 0) & !bit(sint0, 16) & !bit(sint0, 20) & !exit.slot_busy;
    }
    /// What is wrong with the hypervisor's answer to a call of which `entries` had to complete; 0 if nothing (note P37).
    [[nodiscard]] Bv<16> answer_error(std::uint32_t entries) const {
        return D::ite(
            exit.answer_timeouts > most_timeouts, Bv<16>(hv_timeout),
            D::ite((exit.answer_status != 0) | (exit.answer_count != entries), Bv<16>(hv_operation_failed), Bv<16>(0)));
    }
};

/// The state before an exit, by the part that each speaks of.
template <class D>
struct Before {
    const VpShared<D>& vp;
    const std::array<VtlState<D>, 2>& vtl;
    const VtlState<D>& own;
    const PartitionVtl<D>& partition;
    const PartitionVsm<D>& vsm;
    const VpSlot<D>& slot;
    const VtlState<D>& target;
};

/// Whether a Get or Set of VTL1 names VTL0, so that VTL0's bank is its target (note P15).
template <class D>
typename D::Bool names_lower_vtl(const Exit<D>& exit) {
    const auto vmcall =
        (exit.kind == static_cast<std::uint8_t>(Kind::l2_exit)) & (trunc<16>(exit.info[info_rax]) == reason_vmcall);
    return vmcall & exit.vtl1 & bit(exit.target_vtl, 4) & ((exit.target_vtl & 0xF) == 0);
}

/// Decodes what the TDX module delivered. The MSR number and value are in the guest's own registers (GPR list); the
/// registers of the same names in the exit information mean other things.
template <class D, class Reading>
Facts<D> decode(const Config<D>& config, const Exit<D>& exit, const Before<D>& before, const Reading& reading) {
    using Bool = typename D::Bool;
    const auto low32 = [](const auto& x) { return trunc<32>(x); };
    const auto high32 = [](const auto& x) { return trunc<32>(x >> 32); };

    // Rows that no clause of the exit speaks of need not be looked up.
    const auto kind_is = [&](Kind kind) { return exit.kind == static_cast<std::uint8_t>(kind); };
    const auto reason = trunc<16>(exit.info[info_rax]);
    const auto matters = [&](const Bool& of_interest, auto&& find) -> decltype(find()) {
        if constexpr (D::concrete) {
            if (!of_interest.value()) {
                return {};
            }
        }
        return find();
    };
    const auto msr = low32(exit.gpr[rcx]);
    const auto is_msr_exit = (reason == reason_rdmsr) | (reason == reason_wrmsr);
    const auto row = matters(is_msr_exit, [&] { return reading.row(lookup<D>(msr), msr); });
    const auto call_msr = low32(exit.gpr[r12]);
    const auto call_row = matters(reason == reason_tdcall, [&] { return reading.row(lookup<D>(call_msr), call_msr); });
    const auto reg = matters((reason == reason_vmcall) | kind_is(Kind::host_access),
                             [&] { return reading.row(lookup_register<D>(exit.name), exit.name); });
    const auto long_mode = ((before.own.efer & efer_lme) != 0) & bit(exit.cr0, 31);
    const auto names_lower = names_lower_vtl<D>(exit);
    const auto host = kind_is(Kind::host_access);
    return Facts<D>{
        .config = config,
        .exit = exit,
        .vp = before.vp,
        .vtl = before.own,
        .vtl1_bank = before.vtl[1],
        .partition = before.partition,
        .vtl0_bank = before.vtl[0],
        .vsm = before.vsm,
        .slot = before.slot,
        .tdx_status = high32(exit.info[info_rax]),
        .reason = low32(exit.info[info_rax]),
        .length = high32(exit.info[info_r11]),
        .cpl = trunc<8>(exit.info[info_r12]) & 3,
        .long_mode = long_mode,
        .code64 = long_mode & bit(exit.info[info_rsi], 29),
        .msr = msr,
        .value = zext<64>(low32(exit.gpr[rax])) | (zext<64>(low32(exit.gpr[rdx])) << 32),
        .row = row,
        .armed_read = armed<D>(config, before.vp, before.own, exit.vtl1, msr, row, Bool(false), reading),
        .armed_write = armed<D>(config, before.vp, before.own, exit.vtl1, msr, row, Bool(true), reading),
        .claim = claimed<D>(before.vp, exit.vtl1, row),
        .call_msr = call_msr,
        .call_row = call_row,
        .reg = reg,
        .sets = (host & (exit.operation == 1)) | (!host & (trunc<16>(exit.gpr[rcx]) == hvcall_set_vp_registers)),
        .names_lower = names_lower,
        .target = before.target,
        .target_vtl1 = exit.vtl1 & !names_lower,
        .sint_hypercall = matters(reason == reason_tdcall,
                                  [&] {
                                      return register_hypercall_allowed<D>(config, Bool(true), 0,
                                                                           (call_msr & 0xF) + register_sint0, reading);
                                  }),
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
        const auto own = D::ite(in.exit.vtl1, Bv<8>(1), Bv<8>(0));
        audit({.origin = own,
               .operation = static_cast<std::uint8_t>(Operation::internal_error),
               .vtl = own,
               .verdict = static_cast<std::uint8_t>(AuditVerdict::failed)});
    }
    /// A control request is refused.
    void refuse(const Bv<16>& status) const {
        disposition(Disposition::refused);
        world.out.error = status;
    }

    /// What an audit record tells besides who it is about (note P35).
    struct Record {
        Bv<8> origin{0};
        Bv<8> operation{0};
        Bv<8> vtl{0};
        Bv<32> reg{0};
        Bv<8> route{0};
        Bv<8> verdict{0};
        Bv<16> reason{0};
    };
    /// Adds a record to the VP's ring.
    void audit(const Record& record) const {
        world.out.audit = Bool(true);
        world.out.audit_origin = record.origin;
        world.out.audit_operation = record.operation;
        world.out.audit_vtl = record.vtl;
        world.out.audit_register = record.reg;
        world.out.audit_route = record.route;
        world.out.audit_verdict = record.verdict;
        world.out.audit_reason = record.reason;
        const Bool full = in.vp.audit_count >= audit_capacity;
        world.vp.audit_next = in.vp.audit_next + 1;
        world.vp.audit_count = D::ite(full, Bv<32>(audit_capacity), in.vp.audit_count + 1);
        world.vp.audit_lost =
            D::ite(full & (in.vp.audit_lost != ~std::uint64_t{0}), in.vp.audit_lost + 1, in.vp.audit_lost);
    }

    /// A hypercall to the host is issued. Register hypercalls are behind register_hypercall_allowed.
    void hypercall(const Bv<16>& code, const Bv<8>& vtl, const Bv<32>& number, const Bv<64>& value) const {
        world.out.hypercall = code;
        world.out.hypercall_vtl = vtl;
        world.out.hypercall_register = number;
        world.out.hypercall_value = value;
    }

    /// Runs `write` on the bank of the VTL that a Get, Set or host_access names.
    template <class Write>
    void on_target(Write&& write) const {
        if constexpr (D::concrete) {
            write(in.names_lower.value() ? world.lower : world.vtl);
        } else {
            if_<D>(in.names_lower, world.lower, [&] { write(world.lower); });
            if_<D>(!in.names_lower, world.vtl, [&] { write(world.vtl); });
        }
    }

    /// A message for VTL1 leaves, or is kept until it can (notes R25, R26, P3, P4).
    void intercept(const Bv<32>& type, const Bv<32>& number, const Bv<64>& message_rdx,
                   const Bv<64>& message_rax) const {
        const auto cs = in.exit.info[info_rsi];
        InterceptMessage<D> message;
        message.type = type;
        message.length = trunc<8>(in.length);
        message.access = 1;
        message.state = zext<16>(in.cpl) | D::ite(in.long_mode, Bv<16>(1U << 4U), Bv<16>(0));
        message.cs_base = in.exit.info[info_rdi];
        message.cs_limit = trunc<32>(cs >> 32);
        message.cs_selector = trunc<16>(cs);
        message.cs_attributes = trunc<16>(cs >> 16);
        message.rip = in.exit.rip;
        message.rflags = in.exit.rflags;
        message.number = number;
        message.rdx = message_rdx;
        message.rax = message_rax;
        disposition(Disposition::intercepted);
        world.out.message_vp = in.exit.vp;
        world.out.intercept = message;
    }
    /// The message of the outcome is posted, with an interrupt unless SINT0 polls.
    void post() const {
        world.out.message = static_cast<std::uint8_t>(Message::posted);
        world.vp.intercept_pending = Bool(false);
        world.vp.pending = InterceptMessage<D>{};
        const auto& sint0 = in.vtl1_bank.synic.sint[0];
        const Bool polls = bit(sint0, 18);
        world.out.interrupt = !polls;
        world.out.interrupt_vector = D::ite(polls, Bv<8>(0), trunc<8>(sint0));
    }
    /// The message of the outcome is kept.
    void keep() const {
        world.out.message = static_cast<std::uint8_t>(Message::pending);
        world.vp.intercept_pending = Bool(true);
        world.vp.pending = world.out.intercept;
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
