// The generator: the same traces everywhere, and RapidCheck reaches every value of a plan early.
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
                        .start = static_cast<std::uint32_t>(seed % 32),
                        .config = static_cast<std::uint32_t>(seed % 32)};
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
    for (std::uint64_t i = 0; i < 600; ++i) {
        const Plan plan = plans(rc::Random(i), rc::kNominalSize).value();
        lengths.insert(plan.length);
        starts.insert(plan.start);
        configs.insert(plan.config);
        foci.insert(plan.focus);
        EXPECT_GE(plan.vps, 1U);
        EXPECT_LE(plan.vps, 3U);
    }
    EXPECT_EQ(lengths.size(), 9U);
    EXPECT_EQ(starts.size(), 32U);
    EXPECT_EQ(configs.size(), 32U);
    EXPECT_EQ(foci.size(), focus_count);
}

} // namespace
} // namespace vtlcheck::proptests
