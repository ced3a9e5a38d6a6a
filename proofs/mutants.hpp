// Mutants of the specification: wrong on purpose, so that a claim can show that it notices.
//
// A mutant alters the reading of the book (clause.hpp) and leaves its text alone. It works in both domains, so that a
// counterexample of a mutant can be replayed on machine words.
#pragma once

#include "model/specification.hpp"
#include "model/symbolic.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::proofs {

/// What a step starts from.
template <class D>
struct Situation {
    const model::Config<D>& config;
    const model::State<D>& before;
    const model::Exit<D>& exit;
};

/// What a mutant changes, over one domain. The hooks are those of model::PlainReading.
template <class D>
class Alteration {
public:
    using Bool = typename D::Bool;
    Alteration() = default;
    virtual ~Alteration() = default;
    Alteration(const Alteration&) = delete;
    Alteration& operator=(const Alteration&) = delete;

    [[nodiscard]] virtual Bool guard(const Situation<D>&, model::ClauseIndex, const Bool& written) const {
        return written;
    }
    virtual void applied(const Situation<D>&, model::ClauseIndex, model::World<D>&) const {}
    [[nodiscard]] virtual Bool armed(const Situation<D>&, const Bool& written,
                                     const typename D::template Bv<32>&) const {
        return written;
    }
    [[nodiscard]] virtual Bool guard_allows(const Situation<D>&, const Bool& written, const Bool&,
                                            const typename D::template Bv<8>&,
                                            const typename D::template Bv<32>&) const {
        return written;
    }
    [[nodiscard]] virtual model::Row<D> row(const model::Row<D>& written, const typename D::template Bv<32>&) const {
        return written;
    }
    [[nodiscard]] virtual model::RegisterFacts<D> row(const model::RegisterFacts<D>& written,
                                                      const typename D::template Bv<32>&) const {
        return written;
    }
    [[nodiscard]] virtual Bool bank(const Situation<D>&, const Bool& vtl1) const { return vtl1; }
};

/// A named mutant.
struct Mutant {
    std::string name;                 ///< stable, lower case with hyphens
    std::string description;          ///< what it does wrong, one sentence
    std::vector<std::string> clauses; ///< ids of the clauses it changes; empty: the bitmap or the choice of bank
    std::shared_ptr<const Alteration<model::Concrete>> concrete;
    std::shared_ptr<const Alteration<model::Symbolic>> symbolic;

    template <class D>
    [[nodiscard]] const Alteration<D>& over() const {
        if constexpr (D::concrete) {
            return *concrete;
        } else {
            return *symbolic;
        }
    }
};

/// The mutants that claims name.
[[nodiscard]] const std::vector<Mutant>& mutants();
/// The mutant of that name, those of clauses and tables below included; nullptr if there is none.
[[nodiscard]] const Mutant* find_mutant(std::string_view name);

/// One mutant for every clause and every way to break one: its guard always or never holds, its effect is dropped, or
/// its effect also moves RIP, touches a register, touches state, or turns logging around. Names: "guard-dropped:TDC-04".
[[nodiscard]] std::vector<Mutant> systematic_mutants();

/// One mutant for every row of the MSR and register tables that the clauses speak of, and every way to get it wrong: the
/// row is missing, one of its rules is another, its range is longer or shorter. Names: "msr-dropped:IA32_PAT".
[[nodiscard]] std::vector<Mutant> table_mutants();

/// Reads the book as a mutant would have it, or as written if there is none, and notes every guard.
template <class D>
class Reading {
public:
    using Bool = typename D::Bool;

    Reading(const Mutant* mutant, const Situation<D>& situation) : mutant_(mutant), situation_(situation) {
        if constexpr (!D::concrete) {
            guards_.resize(model::clause_count);
        }
    }
    /// By ClauseIndex, the family's condition included. Symbolic only.
    [[nodiscard]] const std::vector<Bool>& guards() const { return guards_; }

    [[nodiscard]] Bool guard(model::ClauseIndex index, const Bool& written) const {
        return mutant_ == nullptr ? written : mutant_->over<D>().guard(situation_, index, written);
    }
    void judged(model::ClauseIndex index, const Bool& holds) {
        if constexpr (!D::concrete) {
            guards_[index] = holds;
        }
    }
    void applied(model::ClauseIndex index, model::World<D>& world) const {
        if (mutant_ != nullptr) {
            mutant_->over<D>().applied(situation_, index, world);
        }
    }
    [[nodiscard]] Bool armed(const Bool& written, const typename D::template Bv<32>& msr) const {
        return mutant_ == nullptr ? written : mutant_->over<D>().armed(situation_, written, msr);
    }
    [[nodiscard]] Bool guard_allows(const Bool& written, const Bool& set, const typename D::template Bv<8>& vtl,
                                    const typename D::template Bv<32>& name) const {
        return mutant_ == nullptr ? written : mutant_->over<D>().guard_allows(situation_, written, set, vtl, name);
    }
    template <class Row>
    [[nodiscard]] Row row(const Row& written, const typename D::template Bv<32>& number) const {
        return mutant_ == nullptr ? written : mutant_->over<D>().row(written, number);
    }
    [[nodiscard]] Bool bank(const Bool& vtl1) const {
        return mutant_ == nullptr ? vtl1 : mutant_->over<D>().bank(situation_, vtl1);
    }

private:
    const Mutant* mutant_;
    Situation<D> situation_;
    std::vector<Bool> guards_;
};

} // namespace vtlcheck::proofs
