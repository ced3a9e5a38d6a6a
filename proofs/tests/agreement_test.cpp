// The concrete and the symbolic instance of the specification are one function; so are a formula and its rewritten form.
#include "proofs/evaluate.hpp"
#include "proofs/prove.hpp"
#include "proofs/tests/random_exit.hpp"
#include "proptests/generator.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

namespace vtlcheck::proofs::tests {
namespace {

using namespace model;

template <class T>
std::string first_difference(const T& a, const T& b) {
    std::string found;
    T::visit(
        [&](const auto& name, const auto& x, const auto& y) {
            if (found.empty() && x.value() != y.value()) {
                found = name.str() + ": " + std::to_string(x.value()) + " and " + std::to_string(y.value());
            }
        },
        a, b);
    return found;
}

/// States and exits by turns: anything at all, and traces of the campaign's generator, which get further.
class Situations {
public:
    explicit Situations(std::uint64_t seed) : random_(seed) {}

    void next(ConcreteConfig& config, ConcreteState& before, ConcreteExit& exit) {
        traced_ = random_.one_in(2);
        if (!traced_) {
            randomise_world(random_, config, before);
            exit = random_exit(random_);
            return;
        }
        if (left_ == 0) {
            proptests::Plan plan{.seed = random_.bits(), .length = 64};
            plan.vps = 1 + static_cast<std::uint32_t>(random_.below(4));
            plan.focus = static_cast<proptests::Focus>(random_.below(proptests::focus_count));
            plan.start = static_cast<std::uint32_t>(random_.below(proptests::start_count));
            plan.config = static_cast<std::uint32_t>(random_.below(proptests::config_count));
            plan.isolation = static_cast<Isolation>(random_.below(isolation_count));
            left_ = plan.length;
            header_ = proptests::header_of(plan);
            generator_.emplace(plan);
        }
        --left_;
        config = header_.config;
        generator_->next(exit);
        vp_ = exit.vp.value();
        slot_ = slot_vp(config, exit);
        before = header_.start.of(vp_, slot_);
    }
    /// What became of the state that `next` gave.
    void became(const ConcreteState& after) {
        if (traced_) {
            header_.start.partition = after.partition;
            header_.start.vsm = after.vsm;
            header_.start.vp[vp_].shared = after.vp;
            header_.start.vp[vp_].vtl = after.vtl;
            header_.start.vp[slot_].slot = after.slot;
        }
    }

private:
    Random random_;
    bool traced_ = false;
    unsigned left_ = 0;
    conformance::TraceHeader header_;
    std::optional<proptests::ExitGenerator> generator_;
    std::uint32_t vp_ = 0;
    std::uint32_t slot_ = 0;
};

void compare(const Mutant* mutant, std::uint64_t seed, unsigned count) {
    SymbolicOracle oracle(mutant);
    Situations situations(seed);
    std::vector<unsigned> hits(clause_count + 1);
    for (unsigned i = 0; i < count; ++i) {
        ConcreteConfig config;
        ConcreteState before;
        ConcreteExit exit;
        situations.next(config, before, exit);

        ConcreteState concrete_after = before;
        Reading<Concrete> reading(mutant, {config, before, exit});
        const ConcreteStep concrete = step<Concrete>(config, concrete_after, exit, reading);
        ConcreteState symbolic_after = before;
        const ConcreteStep symbolic = oracle.step(config, symbolic_after, exit);

        situations.became(concrete_after);
        ASSERT_EQ(first_difference(concrete.out, symbolic.out), "") << "exit " << i << " of seed " << seed;
        ASSERT_EQ(first_difference(concrete_after, symbolic_after), "") << "exit " << i << " of seed " << seed;
        ASSERT_EQ(concrete.clause.value(), symbolic.clause.value()) << "exit " << i << " of seed " << seed;
        ++hits[std::min<std::size_t>(concrete.clause.value(), clause_count)];
    }
    if (mutant == nullptr) {
        EXPECT_EQ(hits[clause_count], 0U) << "exits that no clause decides";
        for (std::size_t c = 0; c < clause_count; ++c) {
            EXPECT_GT(hits[c], 0U) << "the random exits never reach " << clauses[c].id;
        }
    }
}

TEST(Agreement, ConcreteAndSymbolicStep) { compare(nullptr, 1, 200'000); }

TEST(Agreement, MutantsAreTheSameInBothDomains) {
    for (const Mutant& mutant : mutants()) {
        SCOPED_TRACE(mutant.name);
        compare(&mutant, 2, 1'000);
    }
}

TEST(Agreement, LookupAtEveryRowBoundary) {
    z3::context context;
    const Symbolic::Scope scope(context);
    const z3::expr number = context.bv_const("msr", 32);
    const Row<Symbolic> row = lookup<Symbolic>(Symbolic::Bv<32>(number));
    Program program({number}, {row.read.term(), row.write.term(), row.armed_read.term(), row.armed_write.term(),
                               row.claim_bit.term(), row.constant.term()});
    std::vector<std::uint64_t> out(6);
    const auto check = [&](std::uint32_t msr) {
        const Row<Concrete> expected = lookup<Concrete>(Concrete::Bv<32>(msr));
        const std::array<std::uint64_t, 1> in{msr};
        program.run(in, out);
        const std::vector<std::uint64_t> wanted{expected.read.value(),       expected.write.value(),
                                                expected.armed_read.value(), expected.armed_write.value(),
                                                expected.claim_bit.value(),  expected.constant.value()};
        ASSERT_EQ(out, wanted) << "MSR " << msr;
    };
    for (const MsrRow& row_of_table : msr_table) {
        for (const std::uint32_t boundary : {row_of_table.first, row_of_table.last}) {
            check(boundary - 1);
            check(boundary);
            check(boundary + 1);
        }
    }
    Random random(3);
    for (unsigned i = 0; i < 10'000; ++i) {
        check(random_msr(random));
    }
}

/// Names and values of all variables of a goal's first run.
std::map<std::string, std::uint64_t> named_values(const ConcreteConfig& config, const ConcreteState& before,
                                                  const ConcreteExit& exit) {
    std::map<std::string, std::uint64_t> values;
    ConcreteConfig::visit([&](const FieldName& n, const auto& f) { values["config." + n.str()] = f.value(); }, config);
    ConcreteState::visit_scoped([&](const char* scope, const FieldName& n,
                                    const auto& f) { values[std::string(scope) + "." + n.str()] = f.value(); },
                                before);
    ConcreteExit::visit([&](const FieldName& n, const auto& f) { values["exit." + n.str()] = f.value(); }, exit);
    return values;
}

TEST(Agreement, FormulasAndTheirRewrittenForms) {
    Random random(4);
    unsigned held = 0;
    for (const Claim& claim : all_claims()) {
        if (!claim.put) { // those about the log budget are not rewritten
            continue;
        }
        SCOPED_TRACE(claim.id);
        z3::context context;
        Goal goal(context);
        claim.put(goal);
        // Each formula is followed by its rewritten form.
        std::vector<z3::expr> formulas;
        for (const Obligation& obligation : goal.obligations()) {
            for (const Query& query : {goal.counterexample(obligation), goal.reach(obligation)}) {
                for (std::size_t k = 0; k < query.original.size(); ++k) {
                    formulas.push_back(query.original[k]);
                    formulas.push_back(query.assertions[k]);
                }
            }
        }
        Program program({}, formulas);
        std::vector<std::uint64_t> in(program.inputs().size());
        std::vector<std::uint64_t> out(formulas.size());
        for (unsigned i = 0; i < 300; ++i) {
            ConcreteConfig config;
            ConcreteState before;
            randomise_world(random, config, before);
            const auto values = named_values(config, before, random_exit(random));
            for (std::size_t n = 0; n < in.size(); ++n) {
                const auto& input = program.inputs()[n];
                const auto known = values.find(input.name);
                const std::uint64_t value = known != values.end() ? known->second : random_value(random);
                in[n] = value & (~std::uint64_t{0} >> (64 - input.width));
            }
            program.run(in, out);
            for (std::size_t k = 0; k < out.size(); k += 2) {
                ASSERT_EQ(out[k], out[k + 1]) << formulas[k];
                held += out[k] != 0 ? 1U : 0U;
            }
        }
    }
    EXPECT_GT(held, 1'000U) << "the random exits satisfy hardly any premise";
}

} // namespace
} // namespace vtlcheck::proofs::tests
