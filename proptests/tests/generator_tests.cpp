// The generator: the same traces everywhere, and RapidCheck reaches every value of a plan early.
#include "proptests/coverage.hpp"
#include "proptests/generator.hpp"

#include <gtest/gtest.h>

#include <set>

namespace vtlcheck::proptests {
namespace {

TEST(Generator, TheSequenceOfASeedIsFixed) {
    // Published values of splitmix64 for seed 1234567.
    Random random(1234567);
    EXPECT_EQ(random.next(), 6457827717110365317U);
    EXPECT_EQ(random.next(), 3203168211198807973U);
    EXPECT_EQ(random.next(), 9817491932198370423U);
}

TEST(Generator, ATraceDependsOnItsPlanOnly) {
    const Plan plan{.seed = 42, .length = 50, .vps = 3, .focus = Focus::interception, .start = 15, .config = 8};
    EXPECT_EQ(conformance::write(trace_of(plan)), conformance::write(trace_of(plan)));
    Plan other = plan;
    other.seed = 43;
    EXPECT_NE(conformance::write(trace_of(plan)), conformance::write(trace_of(other)));
}

TEST(Generator, TracesSurviveTheirText) {
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const Plan plan{.seed = seed,
                        .length = 20,
                        .vps = 2,
                        .focus = static_cast<Focus>(seed % focus_count),
                        .start = static_cast<std::uint32_t>(seed * 37 % start_count),
                        .config = static_cast<std::uint32_t>(seed * 37 % config_count),
                        .isolation = static_cast<model::Isolation>(seed % model::isolation_count)};
        const std::string text = conformance::write(trace_of(plan));
        EXPECT_EQ(conformance::write(conformance::parse(text, "generated")), text);
    }
}

TEST(Generator, PlansCoverTheirRangesEarly) {
    const auto plans = arbitrary_plan();
    std::set<std::uint32_t> lengths;
    std::set<std::uint32_t> starts;
    std::set<std::uint32_t> configs;
    std::set<Focus> foci;
    std::set<model::Isolation> isolations;
    std::uint32_t start_zeros = 0;
    std::uint32_t start_ones = 0;
    for (std::uint64_t i = 0; i < 600; ++i) {
        const Plan plan = plans(rc::Random(i), rc::kNominalSize).value();
        lengths.insert(plan.length);
        starts.insert(plan.start);
        start_ones |= plan.start;
        start_zeros |= ~plan.start;
        isolations.insert(plan.isolation);
        configs.insert(plan.config);
        foci.insert(plan.focus);
        EXPECT_GE(plan.vps, 1U);
        EXPECT_LE(plan.vps, 4U);
    }
    EXPECT_EQ(lengths.size(), 9U);
    EXPECT_GE(starts.size(), 500U);
    EXPECT_EQ(start_ones, start_count - 1);
    EXPECT_EQ(start_zeros & (start_count - 1), start_count - 1);
    EXPECT_GE(configs.size(), 200U);
    EXPECT_EQ(isolations.size(), model::isolation_count);
    EXPECT_EQ(foci.size(), focus_count);
}

TEST(Generator, EveryTraceStartsInAValidState) {
    for (std::uint32_t start = 0; start < start_count; ++start) {
        for (std::uint32_t vps = 1; vps <= 4; ++vps) {
            const auto header = header_of({.vps = vps, .start = start, .config = start % config_count});
            for (std::uint32_t vp = 0; vp < vps; ++vp) {
                const auto state = header.start.of(vp, vp);
                ASSERT_TRUE(model::valid_state<model::Concrete>(header.config, state).value()) << start << " vp" << vp;
            }
        }
    }
}

TEST(Generator, ReachesEveryCellOfTheSpecificationOften) {
    // Without a subject: the oracle alone says what is reached, so this does not depend on who is checked.
    Coverage coverage;
    const auto plans = arbitrary_plan();
    std::uint64_t exits = 0;
    for (std::uint64_t number = 0; exits < 5'000'000; ++number) {
        const Plan plan = plans(rc::Random(number), rc::kNominalSize).value();
        auto [config, vps, state] = header_of(plan);
        auto budget = model::reset_log_budget<model::Concrete>(config);
        ExitGenerator generator(plan);
        model::ConcreteExit exit;
        for (std::uint32_t i = 0; i < plan.length; ++i, ++exits) {
            generator.next(exit);
            const auto vsm = state.vsm;
            auto& vp = state.vp[exit.vp.value()];
            const model::ConcretePlace place{state.partition, state.vsm, state.vp[model::slot_vp(config, exit)].slot,
                                             vp.shared, vp.vtl};
            auto step = model::oracle_step(config, place, exit);
            const auto log_clause = model::oracle_charge(config, budget, exit, step.out);
            coverage.hit(cell_of(config, vsm, exit, step.clause.value()));
            coverage.hit(log_cell_of(exit, step.out, log_clause));
        }
    }
    EXPECT_TRUE(coverage.unlisted().empty());
    for (const Cell& cell : reachable_cells()) {
        EXPECT_GE(coverage.count(cell), 10U) << to_string(cell);
    }
}

} // namespace
} // namespace vtlcheck::proptests
