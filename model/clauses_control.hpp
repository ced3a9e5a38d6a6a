// Clauses of control requests: what happens to a VP without being an exit of an instruction or a host's register access.
#pragma once

#include "model/facts.hpp"
#include "model/log_limits.hpp"

namespace vtlcheck::model {

inline constexpr std::array<ClauseText, 21> control_clauses{{
    {"CTL-04", "APIC offload", "request to set VTL0's APIC offload", "stored; the MSR bitmap follows at once",
     "D6 R6 R32; tdx/mod.rs:1492"},
    {"CTL-07", "No such request", "a kind of event that does not exist",
     "internal error: all unchanged, one audit record", "D2 R31"},
    {"CTL-08", "VTL1 context, loaded", "the VP's enable slot is filled",
     "VTL1 state present with the context's registers; the slot is emptied",
     "D28 I17 P34; processor/mod.rs:913-970, hardware_cvm/mod.rs:2344-2399"},
    {"CTL-09", "Start context, loaded", "only the start slot is filled, and the VP has its VTL",
     "that VTL's registers are the context; VTL1 active if present; the slot is emptied",
     "D28 I18 P34; hardware_cvm/mod.rs:2371-2396"},
    {"CTL-10", "Start context of a VTL1 that does not exist",
     "only the start slot is filled, for VTL1, VP without VTL1 state",
     "internal error: all unchanged, one audit record", "D2 D28 P34"},
    {"CTL-11", "No context to load", "both slots are empty", "refused with InvalidVpState", "P34"},
    {"CTL-12", "No message to deliver", "no intercept message is pending", "refused with InvalidParameter", "P3"},
    {"CTL-13", "Message still has no room", "a message is pending, VTL1 cannot take it",
     "refused with ObjectInUse; the message stays", "D29 P3"},
    {"CTL-14", "Pending message, delivered", "a message is pending, VTL1 can take it",
     "posted as it was kept; none is pending", "D29 P3 R25"},
    {"CTL-15", "VTL1 preempts VTL0", "VTL0 active, VP with VTL1 state", "VTL1 active with entry reason 2",
     "P5; hardware_cvm/mod.rs:2308-2342"},
    {"CTL-16", "Nothing to preempt", "VTL1 active, or VP without VTL1 state", "refused with InvalidVtlState", "P5"},
    {"CTL-17", "INIT/SIPI denied by VTL1", "from VTL0 while VTL1 denies startup",
     "refused with AccessDenied; one audit record", "D28 I23 P33; apic: 60-91"},
    {"CTL-18", "INIT/SIPI to no VP", "allowed; VP index not below the number of VPs",
     "refused with InvalidVpIndex; one audit record", "P33"},
    {"CTL-19", "INIT/SIPI", "allowed; the VP exists", "accepted; the VP is started", "D28 P33"},
    {"CTL-20", "VSM revoked", "guest VSM not enabled", "guest VSM unsupported", "P34; virt_mshv_vtl/lib.rs:856-863"},
    {"CTL-21", "VSM too late to revoke", "guest VSM enabled", "refused with VtlAlreadyEnabled",
     "I19 P34; virt_mshv_vtl/lib.rs:856-863"},
    {"CTL-22", "Audit records taken", "a reader has taken the records", "the ring is empty; numbers go on", "D30 P35"},
    {"CTL-23", "Log flush", "a log site is named", "accepted; LOG-02 and LOG-07 to LOG-09 say what it leads to",
     "D19 L7"},
    {"CTL-24", "Log flush of no site", "no log site is named", "refused with InvalidParameter", "L7"},
    {"CTL-25", "New log limits", "the budget is active, its owner exists, the limits are in range",
     "accepted; LOG-10 says what it leads to", "D18 L15"},
    {"CTL-26", "New log limits, refused",
     "the budget is off, there is no such owner, a limit is out of range, or time ends before the bucket is full",
     "refused with InvalidParameter", "D18 L2 L15"},
}};

template <class D, class Reading>
void control_family(Book<D, World<D>, Reading>& book, const Facts<D>& in, const Effects<D>& effect, World<D>& world,
                    ClauseIndex base) {
    using Bool = typename D::Bool;
    using Bv8 = typename D::template Bv<8>;
    using Bv16 = typename D::template Bv<16>;
    using Bv32 = typename D::template Bv<32>;
    const auto id = [base](ClauseIndex i) { return static_cast<ClauseIndex>(base + i); };
    constexpr auto at = [](std::string_view name) consteval { return index_in(control_clauses, name, 0); };
    const auto& exit = in.exit;
    const auto kind = [&](Kind k) { return exit.kind == static_cast<std::uint8_t>(k); };
    const auto accept = [&] { effect.disposition(Disposition::accepted); };
    const auto refuse = [&](std::uint16_t status) { return [&, status] { effect.refuse(Bv16(status)); }; };

    book.family(!kind(Kind::l2_exit), [&] {
        book.clause(id(at("CTL-04")), kind(Kind::set_apic_offload), [&] {
            accept();
            world.vp.apic_offload = bit(exit.argument, 0);
        });
        book.clause(id(at("CTL-07")), exit.kind >= kind_count, [&] { effect.internal_error(); });

        const Bool load = kind(Kind::load_context);
        const auto& slot = in.slot;
        const Bool enables = load & slot.enable_pending;
        const Bool starts = load & !slot.enable_pending & slot.start_pending;
        const Bool homeless = slot.start_vtl1 & !in.vp.vtl1_present;
        const auto take = [&](const Context<D>& context, const Bv32& vtl) {
            accept();
            world.vtl.rip = context.rip;
            world.vtl.rsp = context.rsp;
            world.vtl.rflags = context.rflags;
            world.vtl.cr0 = context.cr0;
            world.vtl.cr4 = context.cr4;
            world.vtl.pat = context.pat;
            world.vtl.efer = with_lma<D>(context.efer, context.cr0);
            world.vtl.ia32e_guest = long_mode_active<D>(context.efer, context.cr0);
            effect.request(Request::load_context, vtl, 0);
        };
        book.clause(id(at("CTL-08")), enables, [&] {
            take(slot.enable, 1);
            world.vp.vtl1_present = Bool(true);
            world.slot.enable_pending = Bool(false);
            world.slot.enable = Context<D>{};
        });
        book.clause(id(at("CTL-09")), starts & !homeless, [&] {
            take(slot.start, D::ite(slot.start_vtl1, Bv32(1), Bv32(0)));
            world.vp.active_vtl1 = in.vp.vtl1_present;
            world.slot.start_pending = Bool(false);
            world.slot.start_vtl1 = Bool(false);
            world.slot.start = Context<D>{};
        });
        book.clause(id(at("CTL-10")), starts & homeless, [&] { effect.internal_error(); });
        book.clause(id(at("CTL-11")), load & !slot.enable_pending & !slot.start_pending, refuse(hv_invalid_vp_state));

        const Bool deliver = kind(Kind::deliver_message);
        const Bool waits = in.vp.intercept_pending;
        book.clause(id(at("CTL-12")), deliver & !waits, refuse(hv_invalid_parameter));
        book.clause(id(at("CTL-13")), deliver & waits & !in.postable(), refuse(hv_object_in_use));
        book.clause(id(at("CTL-14")), deliver & waits & in.postable(), [&] {
            accept();
            world.out.message_vp = exit.vp;
            world.out.intercept = in.vp.pending;
            effect.post();
        });

        const Bool preempt = kind(Kind::preempt);
        const Bool can = in.vp.vtl1_present & !in.vp.active_vtl1;
        book.clause(id(at("CTL-15")), preempt & can, [&] {
            accept();
            world.vp.active_vtl1 = Bool(true);
            effect.request(Request::entry_reason, 0, 2);
        });
        book.clause(id(at("CTL-16")), preempt & !can, refuse(hv_invalid_vtl_state));

        const Bool ipi = kind(Kind::startup_ipi);
        const auto target = trunc<32>(exit.argument);
        const Bool denied = !exit.vtl1 & bit(in.vsm.partition_config, 6);
        const Bool exists = target < in.config.vps;
        const auto refuse_ipi = [&](std::uint16_t status) {
            return [&, status] {
                effect.refuse(Bv16(status));
                const auto own = D::ite(exit.vtl1, Bv8(1), Bv8(0));
                effect.audit({.origin = own,
                              .operation = static_cast<std::uint8_t>(Operation::startup_ipi),
                              .vtl = own,
                              .verdict = static_cast<std::uint8_t>(AuditVerdict::refused),
                              .reason = Bv16(status)});
            };
        };
        book.clause(id(at("CTL-17")), ipi & denied, refuse_ipi(hv_access_denied));
        book.clause(id(at("CTL-18")), ipi & !denied & !exists, refuse_ipi(hv_invalid_vp_index));
        book.clause(id(at("CTL-19")), ipi & !denied & exists, [&] {
            accept();
            world.slot.started = Bool(true);
            effect.request(Request::startup_ipi, target, (exit.argument >> 32) & 0xFF);
        });

        const Bool revoke = kind(Kind::revoke_vsm);
        const Bool enabled = in.vsm.guest_vsm == static_cast<std::uint8_t>(GuestVsm::enabled);
        book.clause(id(at("CTL-20")), revoke & !enabled, [&] {
            accept();
            world.vsm.guest_vsm = static_cast<std::uint8_t>(GuestVsm::unsupported);
        });
        book.clause(id(at("CTL-21")), revoke & enabled, refuse(hv_vtl_already_enabled));
        book.clause(id(at("CTL-22")), kind(Kind::drain_audit), [&] {
            accept();
            world.vp.audit_count = 0;
        });

        const Bool flush = kind(Kind::log_flush);
        book.clause(id(at("CTL-23")), flush & names_log_site<D>(exit), accept);
        book.clause(id(at("CTL-24")), flush & !names_log_site<D>(exit), refuse(hv_invalid_parameter));
        const Bool limits = kind(Kind::log_limits);
        const Bool takes_limits = log_budget_active<D>(in.config) & acceptable_new_limit<D>(exit);
        book.clause(id(at("CTL-25")), limits & takes_limits, accept);
        book.clause(id(at("CTL-26")), limits & !takes_limits, refuse(hv_invalid_parameter));
    });
}

} // namespace vtlcheck::model
