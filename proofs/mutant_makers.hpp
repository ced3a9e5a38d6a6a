// How mutants are made: a change of some clauses' guard or effect, of the bitmap, of the guard under register hypercalls, or
// of the bank, generic over the domain.
#pragma once

#include "proofs/mutants.hpp"

#include <algorithm>
#include <stdexcept>

namespace vtlcheck::proofs {

/// The mutants of the privilege half, by the chapter of claims that they are for.
std::vector<Mutant> register_mutants();
std::vector<Mutant> interception_mutants();
std::vector<Mutant> vtl_mutants();
std::vector<Mutant> host_mutants();

namespace makers {

using namespace model;

/// Where a mutant bites.
using Clauses = std::vector<ClauseIndex>;

inline bool contains(const Clauses& clauses_of, ClauseIndex index) {
    return std::find(clauses_of.begin(), clauses_of.end(), index) != clauses_of.end();
}

template <class D, class F>
class GuardAlteration final : public Alteration<D> {
public:
    GuardAlteration(Clauses where, F change) : where_(std::move(where)), change_(std::move(change)) {}
    typename D::Bool guard(const Situation<D>& s, ClauseIndex index, const typename D::Bool& written) const override {
        return contains(where_, index) ? change_(s, written) : written;
    }

private:
    Clauses where_;
    F change_;
};

template <class D, class F>
class EffectAlteration final : public Alteration<D> {
public:
    EffectAlteration(Clauses where, F change) : where_(std::move(where)), change_(std::move(change)) {}
    void applied(const Situation<D>& s, ClauseIndex index, World<D>& world) const override {
        if (contains(where_, index)) {
            change_(s, world);
        }
    }

private:
    Clauses where_;
    F change_;
};

template <class D, class F>
class BitmapAlteration final : public Alteration<D> {
public:
    explicit BitmapAlteration(F change) : change_(std::move(change)) {}
    typename D::Bool armed(const Situation<D>& s, const typename D::Bool& written,
                           const typename D::template Bv<32>& msr) const override {
        return change_(s, written, msr);
    }

private:
    F change_;
};

template <class D, class F>
class HypercallGuardAlteration final : public Alteration<D> {
public:
    explicit HypercallGuardAlteration(F change) : change_(std::move(change)) {}
    typename D::Bool guard_allows(const Situation<D>& s, const typename D::Bool& written, const typename D::Bool& set,
                                  const typename D::template Bv<8>& vtl,
                                  const typename D::template Bv<32>& name) const override {
        return change_(s, written, set, vtl, name);
    }

private:
    F change_;
};

template <class D>
class BankAlteration final : public Alteration<D> {
public:
    explicit BankAlteration(bool vtl1) : vtl1_(vtl1) {}
    typename D::Bool bank(const Situation<D>&, const typename D::Bool&) const override {
        return typename D::Bool(vtl1_);
    }

private:
    bool vtl1_;
};

inline Clauses find_all(const std::vector<std::string>& ids) {
    Clauses found;
    for (const std::string& id : ids) {
        const ClauseIndex index = clause_index(id);
        if (index == no_clause) {
            throw std::logic_error("mutant of a clause that does not exist: " + id);
        }
        found.push_back(index);
    }
    return found;
}

/// `change(situation, written)` is the guard. Changes are generic over the domain.
template <class F>
Mutant guard(const std::string& name, const std::vector<std::string>& ids, const std::string& description, F change) {
    const Clauses where = find_all(ids);
    return {.name = name,
            .description = description,
            .clauses = ids,
            .concrete = std::make_shared<GuardAlteration<Concrete, F>>(where, change),
            .symbolic = std::make_shared<GuardAlteration<Symbolic, F>>(where, change)};
}

/// `change(situation, world)` comes on top of the effect.
template <class F>
Mutant effect(const std::string& name, const std::vector<std::string>& ids, const std::string& description, F change) {
    const Clauses where = find_all(ids);
    return {.name = name,
            .description = description,
            .clauses = ids,
            .concrete = std::make_shared<EffectAlteration<Concrete, F>>(where, change),
            .symbolic = std::make_shared<EffectAlteration<Symbolic, F>>(where, change)};
}

template <class F>
Mutant bitmap(const std::string& name, const std::string& description, F change) {
    return {.name = name,
            .description = description,
            .clauses = {},
            .concrete = std::make_shared<BitmapAlteration<Concrete, F>>(change),
            .symbolic = std::make_shared<BitmapAlteration<Symbolic, F>>(change)};
}

/// `change(situation, written, set, vtl, name)` is what the guard under every register hypercall says.
template <class F>
Mutant hypercall_guard(const std::string& name, const std::string& description, F change) {
    return {.name = name,
            .description = description,
            .clauses = {},
            .concrete = std::make_shared<HypercallGuardAlteration<Concrete, F>>(change),
            .symbolic = std::make_shared<HypercallGuardAlteration<Symbolic, F>>(change)};
}

inline Mutant bank(const std::string& name, const std::string& description, bool vtl1) {
    return {.name = name,
            .description = description,
            .clauses = {},
            .concrete = std::make_shared<BankAlteration<Concrete>>(vtl1),
            .symbolic = std::make_shared<BankAlteration<Symbolic>>(vtl1)};
}

// ---- generic changes ----

inline constexpr auto never = []<class D>(const Situation<D>&, const auto&) { return typename D::Bool(false); };
inline constexpr auto always = []<class D>(const Situation<D>&, const auto&) { return typename D::Bool(true); };

/// The effect is as if the clause had none.
inline constexpr auto drop_effect = []<class D>(const Situation<D>& s, World<D>& world) {
    const auto clause = world.clause;
    const auto loads = s.exit.kind == static_cast<std::uint8_t>(Kind::load_context);
    const auto bank = D::ite(loads, s.before.slot.enable_pending | s.before.slot.start_vtl1, s.exit.vtl1);
    world = World<D>{.vp = s.before.vp,
                     .vtl = of_vtl<D>(s.before.vtl, bank),
                     .lower = s.before.vtl[0],
                     .partition = of_vtl<D>(s.before.partition, bank),
                     .vsm = s.before.vsm,
                     .slot = s.before.slot,
                     .out = {},
                     .clause = clause};
    const auto exits = s.exit.kind == static_cast<std::uint8_t>(Kind::l2_exit);
    const auto save = [&](auto& field, const auto& left) { field = D::ite(exits, left, field); };
    save(world.vtl.rflags, s.exit.rflags);
    save(world.vtl.rsp, s.exit.gpr[rsp]);
    save(world.vtl.cr0, s.exit.cr0);
    save(world.vtl.cr4, s.exit.cr4);
    save(world.vp.active_vtl1, s.exit.vtl1);
    world.out.gpr = s.exit.gpr;
    world.out.rip = s.exit.rip;
    world.out.interruptibility = s.exit.interruptibility;
    world.out.pending_debug = s.exit.pending_debug;
};

template <class D>
auto value_of(const Situation<D>& s) {
    return (s.exit.gpr[rax] & 0xFFFFFFFF) | (s.exit.gpr[rdx] << 32);
}

inline constexpr auto set = []<class D>(World<D>& world, Disposition d) {
    world.out.disposition = static_cast<std::uint8_t>(d);
};
inline constexpr auto silence = []<class D>(const Situation<D>&, World<D>& world) {
    world.out.log_site = 0;
    world.out.log_msr = 0;
    world.out.log_value = 0;
};
inline constexpr auto advance = []<class D>(const Situation<D>& s, World<D>& world) { world.out.rip = s.exit.rip + 2; };

} // namespace makers
} // namespace vtlcheck::proofs
