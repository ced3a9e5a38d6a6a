// Mutants of the specification: which there are, and the checks that are to notice them.
#pragma once

#include "mutants/verdict.hpp"
#include "proofs/log_mutants.hpp"
#include "proofs/mutants.hpp"
#include "proptests/conform.hpp"

#include <chrono>
#include <cstdint>
#include <vector>

namespace vtlcheck::mutants {

/// The specification as a mutant would have it, on machine words.
class MutatedSpecification final : public proptests::Specification {
public:
    explicit MutatedSpecification(const proofs::Mutant& mutant) : mutant_(&mutant) {}
    explicit MutatedSpecification(const proofs::LogMutant& mutant) : log_mutant_(&mutant) {}

    [[nodiscard]] model::ConcreteStep step(const model::ConcreteConfig& config, const model::ConcretePlace& place,
                                           const model::ConcreteExit& exit) const override;
    [[nodiscard]] model::ClauseIndex charge(const model::ConcreteConfig& config, model::ConcreteLogBudget& budget,
                                            const model::ConcreteExit& exit,
                                            model::ConcreteOutcome& out) const override;
    [[nodiscard]] bool armed(const model::ConcreteConfig& config, const model::VpShared<model::Concrete>& vp,
                             const model::VtlState<model::Concrete>& bank, bool vtl1, std::uint32_t msr,
                             bool write) const override;

private:
    const proofs::Mutant* mutant_ = nullptr;
    const proofs::LogMutant* log_mutant_ = nullptr;
};

struct SpecificationChecks {
    proptests::SubjectFactory make_subject; ///< is held against each mutant
    std::uint64_t seed = 1;
    std::uint64_t exits = 300'000;
    std::chrono::milliseconds question{10'000}; ///< for one question to the solver
    std::chrono::seconds claims{600};           ///< for all of them about one mutant
    std::uint64_t content = 0;                  ///< hash of this program
};

/// Every mutant of the clauses, systematic and named, of the tables and of the log budget. A divergence from the
/// implementation kills it, or else a claim that is refuted of it. One of which is proved that no exit tells it from the
/// specification is equivalent.
[[nodiscard]] std::vector<Mutant> specification_mutants(const SpecificationChecks& checks);

/// The mutants of docs/defect-classes.md, each by the claims that are said to kill it: "K01:set-above-caller:REG-HEADER".
[[nodiscard]] std::vector<Mutant> known_defects(const SpecificationChecks& checks);

} // namespace vtlcheck::mutants
