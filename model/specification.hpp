// The specification: all clauses, and the step they make.
#pragma once

#include "model/clauses_control.hpp"
#include "model/clauses_exit.hpp"
#include "model/clauses_host.hpp"
#include "model/clauses_hypercall.hpp"
#include "model/clauses_intercept.hpp"
#include "model/clauses_read.hpp"
#include "model/clauses_register.hpp"
#include "model/clauses_tdcall.hpp"
#include "model/clauses_write.hpp"

namespace vtlcheck::model {

// Where each family starts in the book.
inline constexpr ClauseIndex exit_base = 0;
inline constexpr ClauseIndex read_base = exit_base + exit_clauses.size();
inline constexpr ClauseIndex write_base = read_base + read_clauses.size();
inline constexpr ClauseIndex tdcall_base = write_base + write_clauses.size();
inline constexpr ClauseIndex control_base = tdcall_base + tdcall_clauses.size();
inline constexpr ClauseIndex intercept_base = control_base + control_clauses.size();
inline constexpr ClauseIndex hypercall_base = intercept_base + intercept_clauses.size();
inline constexpr ClauseIndex register_base = hypercall_base + hypercall_clauses.size();
inline constexpr ClauseIndex host_base = register_base + register_clauses.size();
inline constexpr std::size_t clause_count = host_base + host_clauses.size();

/// Every clause of the book, by ClauseIndex.
inline constexpr std::array<ClauseText, clause_count> clauses = [] {
    std::array<ClauseText, clause_count> all{};
    std::size_t n = 0;
    const auto append = [&](const auto& family) {
        for (const ClauseText& text : family) {
            all[n++] = text;
        }
    };
    append(exit_clauses);
    append(read_clauses);
    append(write_clauses);
    append(tdcall_clauses);
    append(control_clauses);
    append(intercept_clauses);
    append(hypercall_clauses);
    append(register_clauses);
    append(host_clauses);
    return all;
}();

/// Position of the clause `id` in the book, no_clause if there is none.
constexpr ClauseIndex clause_index(std::string_view id) {
    for (std::size_t i = 0; i < clause_count; ++i) {
        if (clauses[i].id == id) {
            return static_cast<ClauseIndex>(i);
        }
    }
    return no_clause;
}

static_assert(
    [] {
        for (std::size_t i = 0; i < clause_count; ++i) {
            if (clause_index(clauses[i].id) != i) {
                return false;
            }
        }
        return true;
    }(),
    "clause ids must be unique");

/// What a step reports: the outcome, and the clause that decided it.
template <class D>
struct Step {
    Outcome<D> out{};
    typename D::template Bv<16> clause{no_clause};
};

/// What a step may change: the VP that exits, the partition, and the slot of the VP the exit is about (slot_vp).
template <class D>
struct Place {
    std::array<PartitionVtl<D>, 2>& partition;
    PartitionVsm<D>& vsm;
    VpSlot<D>& slot;
    VpShared<D>& vp;
    std::array<VtlState<D>, 2>& vtl;
};

/// One exit of one VP: changes what `place` refers to, returns what leaves the paravisor. Total: every state and exit has
/// exactly one outcome. Of other VPs nothing but the slot is reachable from here.
template <class D, class Reading>
Step<D> step(const Config<D>& config, const Place<D>& place, const Exit<D>& exit, Reading& reading) {
    using Bool = typename D::Bool;
    // A machine word's VTL is known, so its bank need not be copied; a term's is a case distinction.
    const auto choose = []<class T>(const std::array<T, 2>& copies,
                                    const Bool& vtl1) -> std::conditional_t<D::concrete, const T&, T> {
        if constexpr (D::concrete) {
            return copies[vtl1.value() ? 1 : 0];
        } else {
            return of_vtl<D>(copies, vtl1);
        }
    };
    // A context belongs to the VTL of its slot, whatever the request names.
    const Bool loads = exit.kind == static_cast<std::uint8_t>(Kind::load_context);
    const Bool vtl1 = reading.bank(D::ite(loads, place.slot.enable_pending | place.slot.start_vtl1, exit.vtl1));
    const auto& own = choose(place.vtl, vtl1);
    const auto& own_partition = choose(place.partition, vtl1);
    const auto& target = choose(place.vtl, vtl1 & !names_lower_vtl<D>(exit));
    const Before<D> before{.vp = place.vp,
                           .vtl = place.vtl,
                           .own = own,
                           .partition = own_partition,
                           .vsm = place.vsm,
                           .slot = place.slot,
                           .target = target};
    const Facts<D> in = decode<D>(config, exit, before, reading);

    World<D> world{.vp = place.vp,
                   .vtl = own,
                   .lower = place.vtl[0],
                   .partition = own_partition,
                   .vsm = place.vsm,
                   .slot = place.slot,
                   .out = {},
                   .clause = no_clause};
    world.out.gpr = exit.gpr;
    world.out.rip = exit.rip;
    world.out.interruptibility = exit.interruptibility;
    world.out.pending_debug = exit.pending_debug;

    const Effects<D> effect{in, world};
    Book<D, World<D>, Reading> book(world, reading);
    const Served<D> served = exit_family<D>(book, in, effect, exit_base);

    // Note P1: what the guest left is saved before the exit has its effects.
    const auto save = [&](auto& field, const auto& left) { field = D::ite(served.ran, left, field); };
    save(world.vtl.rflags, exit.rflags);
    save(world.vtl.rsp, exit.gpr[rsp]);
    save(world.vtl.cr0, exit.cr0);
    save(world.vtl.cr4, exit.cr4);
    save(world.vp.active_vtl1, exit.vtl1);

    read_family<D>(book, in, effect, served.read, read_base);
    write_family<D>(book, in, effect, world, served.write, write_base);
    tdcall_family<D>(book, in, effect, world, served.tdcall, tdcall_base);
    control_family<D>(book, in, effect, world, control_base);
    intercept_family<D>(book, in, effect, world, served, intercept_base);
    // Machine words pass over what a VMCALL alone would need.
    book.family(served.vmcall, [&] {
        const Calls<D> calls = hypercall_family<D>(book, in, effect, world, served.vmcall, hypercall_base);
        register_family<D>(book, in, effect, world, calls.registers, register_base);
    });
    host_family<D>(book, in, effect, world, host_base);
    save(world.vtl.rip, world.out.rip);

    place.vp = world.vp;
    place.vsm = world.vsm;
    place.slot = world.slot;
    for (std::size_t v = 0; v < 2; ++v) {
        const auto mine = v == 1 ? vtl1 : !vtl1;
        if_<D>(mine, place.vtl[v], [&] { place.vtl[v] = world.vtl; });
        if_<D>(mine, place.partition[v], [&] { place.partition[v] = world.partition; });
    }
    if_<D>(in.names_lower, place.vtl[0], [&] { place.vtl[0] = world.lower; });
    return {.out = world.out, .clause = world.clause};
}

/// The same over a State.
template <class D, class Reading>
Step<D> step(const Config<D>& config, State<D>& state, const Exit<D>& exit, Reading& reading) {
    return step<D>(config, Place<D>{state.partition, state.vsm, state.slot, state.vp, state.vtl}, exit, reading);
}

/// A VP and its partition at reset (note R33); VP 0 is the bootstrap processor.
template <class D>
State<D> reset_state(std::uint32_t vp_index) {
    State<D> state;
    if (vp_index == 0) {
        for (auto& vtl : state.vtl) {
            vtl.apic_base = vtl.apic_base | apic_base_bsp;
        }
        state.slot.started = typename D::Bool(true);
    }
    return state;
}

/// What every reachable state satisfies (claim VALUES): registers hold only values that can be entered, and what VTL1 has
/// set exists only where VTL1 does.
template <class D>
typename D::Bool valid_state(const Config<D>& config, const State<D>& state) {
    using Bool = typename D::Bool;
    const auto implies = [](const Bool& a, const Bool& b) { return !a | b; };
    const auto& vp = state.vp;
    const auto& vsm = state.vsm;
    const auto& slot = state.slot;
    Bool ok = (vp.intercept_control & ~intercept_control_allowed) == 0;
    for (const auto& vtl : state.vtl) {
        ok = ok & valid_apic_base<D>(config, vtl.apic_base) & valid_efer<D>(vtl.efer) &
             (((vtl.efer & efer_lma) != 0) == long_mode_active<D>(vtl.efer, vtl.cr0)) &
             (((vtl.efer & efer_lma) != 0) == vtl.ia32e_guest) & valid_cr0<D>(vtl.cr0) & valid_cr4<D>(config, vtl.cr4) &
             valid_rflags<D>(vtl.rflags) & entry_rule<D>(vtl.cr0, vtl.cr4, vtl.efer, vtl.rflags) &
             valid_pat<D>(vtl.pat) & valid_xss<D>(config, vtl.xss) & canonical<D>(config, vtl.lstar) &
             canonical<D>(config, vtl.cstar) & canonical<D>(config, vtl.sysenter_esp) &
             canonical<D>(config, vtl.sysenter_eip) & upper_half_clear<D>(vtl.sysenter_cs) &
             upper_half_clear<D>(vtl.sfmask) & upper_half_clear<D>(vtl.tsc_aux) & valid_page_register<D>(vtl.vp_assist);
    }
    for (const auto& share : state.partition) {
        ok = ok & valid_hypercall_page<D>(share.hypercall) & valid_page_register<D>(share.reference_tsc);
    }
    const Bool enabled = vsm.guest_vsm == static_cast<std::uint8_t>(GuestVsm::enabled);
    ok = ok & (vsm.guest_vsm < guest_vsm_count) & implies(vsm.vtl1_on_any_vp, enabled) &
         implies(vp.vtl1_present, vsm.vtl1_on_any_vp) & implies(slot.enable_called, vsm.vtl1_on_any_vp) &
         implies(slot.enable_pending, slot.enable_called) & implies(slot.start_pending, slot.started) &
         implies(slot.start_pending & slot.start_vtl1, slot.enable_called) &
         implies(slot.start_vtl1, slot.start_pending) &
         implies(slot.enable_pending, valid_context<D>(config, slot.enable) & valid_cr0<D>(slot.enable.cr0)) &
         implies(slot.start_pending, valid_context<D>(config, slot.start) & valid_cr0<D>(slot.start.cr0)) &
         valid_partition_config<D>(vsm.partition_config, vsm.mbec) & implies(vsm.partition_config != 0x1E, enabled);
    ok = ok & implies(vp.active_vtl1, vp.vtl1_present) & implies(vp.intercept_pending, vp.vtl1_present) &
         implies(!vp.vtl1_present, (vp.intercept_control == 0) & (vp.pending_event == 0)) &
         ((vp.pending_event == 0) | valid_pending_event<D>(vp.pending_event)) & valid_xcr0<D>(config, vp.xcr0) &
         ((vp.vina >> 11) == 0) & (vp.audit_count <= audit_capacity);
    return ok;
}

/// What the processor and the TDX module deliver (assumption HARDWARE): the registers that an exit leaves can be entered
/// again, and bits of CR0 and CR4 that only exits change are as they were.
template <class D>
typename D::Bool valid_exit(const Config<D>& config, const State<D>& state, const Exit<D>& exit) {
    using Bool = typename D::Bool;
    const auto vtl = of_vtl<D>(state.vtl, exit.vtl1);
    const auto kept = [&](const auto& now, const auto& before, const auto& mask) {
        return ((now ^ before) & mask) == 0;
    };
    const Bool registers = valid_cr0<D>(exit.cr0) & valid_cr4<D>(config, exit.cr4) & valid_rflags<D>(exit.rflags) &
                           entry_rule<D>(exit.cr0, exit.cr4, vtl.efer, exit.rflags) &
                           kept(exit.cr0, vtl.cr0, cr0_guest_host_mask<D>(state.vp, exit.vtl1)) &
                           kept(exit.cr4, vtl.cr4, cr4_guest_host_mask<D>(config, state.vp, exit.vtl1));
    return (exit.kind != static_cast<std::uint8_t>(Kind::l2_exit)) | registers;
}

} // namespace vtlcheck::model
