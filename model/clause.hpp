// Clauses: the sentences of the specification, and the book that runs them.
#pragma once

#include "model/domain.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vtlcheck::model {

/// What a reader is told of a clause. The id is stable for ever; a clause that goes takes its id with it.
struct ClauseText {
    std::string_view id;
    std::string_view title;
    std::string_view guard;
    std::string_view effect;
    std::string_view source; ///< decisions (D), reference notes (R), requirements (A, B), observed code
};

/// Position of a clause in the book; clauses of a family are contiguous.
using ClauseIndex = std::uint16_t;
inline constexpr ClauseIndex no_clause = 0xFFFF;

/// Position of `id` in `family`; an unknown id does not compile.
template <std::size_t N>
consteval ClauseIndex index_in(const std::array<ClauseText, N>& family, std::string_view id, ClauseIndex base) {
    for (std::size_t i = 0; i < N; ++i) {
        if (family[i].id == id) {
            return static_cast<ClauseIndex>(base + i);
        }
    }
    throw "no clause of this id in the family";
}

/// Watches and alters a run of the book. The default does neither; proofs collect the guards, mutants change them.
template <class D>
struct PlainReading {
    using Bool = typename D::Bool;
    /// The guard that the book uses instead of the written one.
    [[nodiscard]] Bool guard(ClauseIndex, const Bool& written) const { return written; }
    /// Called with every guard, its family's condition included.
    void judged(ClauseIndex, const Bool&) const {}
    /// Called after the effect of a clause, on the world it wrote; may write more.
    template <class World>
    void applied(ClauseIndex, World&) const {}
    /// The predicate the MSR bitmap uses instead of the written one.
    [[nodiscard]] Bool armed(const Bool& written, const typename D::template Bv<32>&) const { return written; }
    /// What the guard under every register hypercall says instead of the written rule.
    [[nodiscard]] Bool guard_allows(const Bool& written, const Bool&, const typename D::template Bv<8>&,
                                    const typename D::template Bv<32>&) const {
        return written;
    }
    /// The row of a table that an access to `number` is ruled by instead of the one that was looked up.
    template <class Row>
    [[nodiscard]] const Row& row(const Row& written, const typename D::template Bv<32>&) const {
        return written;
    }
    /// The VTL whose bank an exit works on instead of its own.
    [[nodiscard]] Bool bank(const Bool& vtl1) const { return vtl1; }
};

/// Runs clauses on a world. Exactly one guard holds for every state and exit (claim TOTAL), so the order of the clauses
/// means nothing: effects read the state before the exit and write the one after it.
template <class D, class World, class Reading>
class Book {
public:
    using Bool = typename D::Bool;

    Book(World& world, Reading& reading) : world_(world), reading_(reading) {}

    [[nodiscard]] const Reading& reading() const { return reading_; }

    /// Clauses that share the condition `condition`. Inside, it is part of every guard.
    template <class Clauses>
    void family(const Bool& condition, Clauses&& clauses) {
        if constexpr (D::concrete) {
            if (!condition.value()) {
                return;
            }
            clauses();
        } else {
            const Bool outer = path_;
            path_ = path_ & condition;
            clauses();
            path_ = outer;
        }
    }

    template <class Effect>
    void clause(ClauseIndex index, const Bool& written, Effect&& effect) {
        const Bool holds = path_ & reading_.guard(index, written);
        reading_.judged(index, holds);
        if_<D>(holds, world_, [&] {
            world_.clause = index;
            effect();
            reading_.applied(index, world_);
        });
    }

private:
    World& world_;
    Reading& reading_;
    Bool path_{true};
};

} // namespace vtlcheck::model
