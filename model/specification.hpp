// The specification: all clauses, and the step they make.
#pragma once

#include "model/clauses_control.hpp"
#include "model/clauses_exit.hpp"
#include "model/clauses_read.hpp"
#include "model/clauses_tdcall.hpp"
#include "model/clauses_write.hpp"

namespace vtlcheck::model {

// Where each family starts in the book.
inline constexpr ClauseIndex exit_base = 0;
inline constexpr ClauseIndex read_base = exit_base + exit_clauses.size();
inline constexpr ClauseIndex write_base = read_base + read_clauses.size();
inline constexpr ClauseIndex tdcall_base = write_base + write_clauses.size();
inline constexpr ClauseIndex control_base = tdcall_base + tdcall_clauses.size();
inline constexpr std::size_t clause_count = control_base + control_clauses.size();

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

/// One exit of one VP: changes `partition` and the VP (`vp`, `vtl`), returns what leaves the paravisor. Total: every
/// state and exit has exactly one outcome. Other VPs are not reachable from here.
template <class D, class Reading>
Step<D> step(const Config<D>& config, std::array<PartitionVtl<D>, 2>& partition, VpShared<D>& vp,
             std::array<VtlState<D>, 2>& vtl, const Exit<D>& exit, Reading& reading) {
    const typename D::Bool vtl1 = reading.bank(exit.vtl1);
    const VtlState<D> own = of_vtl<D>(vtl, vtl1);
    const PartitionVtl<D> own_partition = of_vtl<D>(partition, vtl1);
    const Facts<D> in = decode<D>(config, exit, vp, own, vtl[1], own_partition, reading);

    World<D> world{.vp = vp, .vtl = own, .partition = own_partition, .out = {}, .clause = no_clause};
    world.out.gpr = exit.gpr;
    world.out.rip = exit.rip;
    world.out.interruptibility = exit.interruptibility;
    world.out.pending_debug = exit.pending_debug;

    const Effects<D> effect{in, world};
    Book<D, World<D>, Reading> book(world, reading);
    const Served<D> served = exit_family<D>(book, in, effect, exit_base);
    read_family<D>(book, in, effect, served.read, read_base);
    write_family<D>(book, in, effect, world, served.write, write_base);
    tdcall_family<D>(book, in, effect, world, served.tdcall, tdcall_base);
    control_family<D>(book, in, effect, world, control_base);

    vp = world.vp;
    for (std::size_t v = 0; v < 2; ++v) {
        const auto mine = v == 1 ? vtl1 : !vtl1;
        if_<D>(mine, vtl[v], [&] { vtl[v] = world.vtl; });
        if_<D>(mine, partition[v], [&] { partition[v] = world.partition; });
    }
    return {.out = world.out, .clause = world.clause};
}

/// The same over a State.
template <class D, class Reading>
Step<D> step(const Config<D>& config, State<D>& state, const Exit<D>& exit, Reading& reading) {
    return step<D>(config, state.partition, state.vp, state.vtl, exit, reading);
}

/// A VP and its partition at reset (note R33); VP 0 is the bootstrap processor.
template <class D>
State<D> reset_state(std::uint32_t vp_index) {
    State<D> state;
    if (vp_index == 0) {
        for (auto& vtl : state.vtl) {
            vtl.apic_base = vtl.apic_base | apic_base_bsp;
        }
    }
    return state;
}

/// What every reachable state satisfies (claim VALUES): registers hold only values their rule accepts.
template <class D>
typename D::Bool valid_state(const Config<D>& config, const State<D>& state) {
    typename D::Bool ok = (state.vp.intercept_control & ~intercept_control_allowed) == 0;
    for (const auto& vtl : state.vtl) {
        const auto efer_lma_set = (vtl.efer & efer_lma) != 0;
        ok = ok & valid_apic_base<D>(config, vtl.apic_base) & valid_efer<D>(vtl.efer) &
             (efer_lma_set == vtl.ia32e_guest) & (!efer_lma_set | ((vtl.efer & efer_lme) != 0)) &
             valid_pat<D>(vtl.pat) & valid_xss<D>(config, vtl.xss) & canonical<D>(config, vtl.lstar) &
             canonical<D>(config, vtl.cstar) & canonical<D>(config, vtl.sysenter_esp) &
             canonical<D>(config, vtl.sysenter_eip) & upper_half_clear<D>(vtl.sysenter_cs) &
             upper_half_clear<D>(vtl.sfmask) & upper_half_clear<D>(vtl.tsc_aux) & valid_page_register<D>(vtl.vp_assist);
    }
    for (const auto& share : state.partition) {
        ok = ok & valid_hypercall_page<D>(share.hypercall) & valid_page_register<D>(share.reference_tsc);
    }
    return ok & (state.vp.vtl1_present | (state.vp.intercept_control == 0));
}

} // namespace vtlcheck::model
