// The campaign: it conforms, it is deterministic, and it cannot be green without having run.
#include "proptests/conform.hpp"
#include "proptests/tests/forwarding_subject.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace vtlcheck::proptests {
namespace {

using conformance::builtin_subject;
using model::Concrete;

/// The implementation, but for one exit in `period`, where RAX comes out wrong.
class Flawed final : public ForwardingSubject {
public:
    explicit Flawed(std::uint64_t period) : period_(period) {}
    model::Outcome<Concrete> handle(const model::Exit<Concrete>& exit) override {
        auto out = ForwardingSubject::handle(exit);
        if (exit.now.value() % period_ == 0) {
            out.gpr[model::rax] = out.gpr[model::rax] + 1;
        }
        return out;
    }

private:
    std::uint64_t period_;
};

/// A subject that does not answer exits with EFER's number in RCX.
class Silent final : public ForwardingSubject {
public:
    model::Outcome<Concrete> handle(const model::Exit<Concrete>& exit) override {
        if ((exit.gpr[model::rcx].value() & 0xFFFFFFFF) == 0xC0000080) {
            throw conformance::SubjectError("no answer");
        }
        return ForwardingSubject::handle(exit);
    }
};

TEST(Campaign, TheImplementationConformsAndEveryCellIsReached) {
    const auto result = run_campaign(builtin_subject, {});
    EXPECT_EQ(result.verdict, Verdict::conforms) << (result.failure ? failure_text(result, {}) : "");
    EXPECT_GE(result.exits, 4'900'000U);
    EXPECT_TRUE(result.missing.empty());
    EXPECT_TRUE(result.unlisted.empty());
}

TEST(Campaign, OfNoExitsIsAnError) {
    EXPECT_THROW((void)run_campaign(builtin_subject, {.exits = 0}), std::invalid_argument);
}

TEST(Campaign, ThatMissesACellIsInconclusive) {
    const auto result = run_campaign(builtin_subject, {.exits = 500, .threads = 1});
    EXPECT_EQ(result.verdict, Verdict::inconclusive);
    EXPECT_FALSE(result.missing.empty());
}

TEST(Campaign, RunsTheSameTracesOnAnyNumberOfThreads) {
    const auto one = run_campaign(builtin_subject, {.seed = 5, .exits = 300'000, .threads = 1});
    const auto three = run_campaign(builtin_subject, {.seed = 5, .exits = 300'000, .threads = 3});
    EXPECT_EQ(one.traces, three.traces);
    EXPECT_EQ(one.exits, three.exits);
    for (const Cell& cell : reachable_cells()) {
        EXPECT_EQ(one.coverage.count(cell), three.coverage.count(cell)) << to_string(cell);
    }
}

TEST(Campaign, ReportsTheFirstFailingTraceWhateverTheThreads) {
    const auto flawed = [] { return std::make_unique<Flawed>(9973); };
    const auto one = run_campaign(flawed, {.exits = 300'000, .threads = 1});
    const auto three = run_campaign(flawed, {.exits = 300'000, .threads = 3});
    ASSERT_EQ(one.verdict, Verdict::violation);
    ASSERT_EQ(three.verdict, Verdict::violation);
    EXPECT_EQ(one.failing_trace, three.failing_trace);
    EXPECT_EQ(conformance::write(one.failure->trace), conformance::write(three.failure->trace));
    EXPECT_EQ(one.failure->trace.steps.size(), 1U);
}

TEST(Campaign, ItsShardsRunItsTracesEachOnce) {
    const auto whole = run_campaign(builtin_subject, {.seed = 5, .exits = 300'000, .threads = 2});
    CampaignResult sum;
    for (std::uint64_t shard = 1; shard <= 7; ++shard) {
        const auto part =
            run_campaign(builtin_subject, {.seed = 5, .exits = 300'000, .threads = 2, .shard = shard, .shards = 7});
        EXPECT_EQ(part.verdict, Verdict::conforms);
        EXPECT_FALSE(part.missing.empty()) << "it is not judged by what others reach";
        sum.exits += part.exits;
        sum.traces += part.traces;
        sum.coverage.add(part.coverage);
    }
    EXPECT_EQ(sum.traces, whole.traces);
    EXPECT_EQ(sum.exits, whole.exits);
    for (const Cell& cell : reachable_cells()) {
        EXPECT_EQ(sum.coverage.count(cell), whole.coverage.count(cell)) << to_string(cell);
    }
}

TEST(Campaign, OneOfItsShardsFindsItsFirstFailure) {
    const auto flawed = [] { return std::make_unique<Flawed>(9973); };
    const auto whole = run_campaign(flawed, {.exits = 300'000});
    ASSERT_EQ(whole.verdict, Verdict::violation);
    const auto part = run_campaign(flawed, {.exits = 300'000, .shard = whole.failing_trace % 100 + 1, .shards = 100});
    ASSERT_EQ(part.verdict, Verdict::violation);
    EXPECT_EQ(failure_text(part, {.exits = 300'000}), failure_text(whole, {.exits = 300'000}));
}

TEST(Campaign, AShardWithoutATraceIsInconclusiveAndOneThatIsNotThereAnError) {
    EXPECT_EQ(traces_of({.exits = 300}), 3U);
    EXPECT_EQ(traces_of({.exits = 300, .shard = 3, .shards = 4}), 1U);
    EXPECT_EQ(traces_of({.exits = 300, .shard = 4, .shards = 4}), 0U);
    EXPECT_EQ(run_campaign(builtin_subject, {.exits = 300, .shard = 4, .shards = 4}).verdict, Verdict::inconclusive);
    EXPECT_THROW((void)run_campaign(builtin_subject, {.exits = 300, .shard = 0}), std::invalid_argument);
    EXPECT_THROW((void)run_campaign(builtin_subject, {.exits = 300, .shard = 5, .shards = 4}), std::invalid_argument);
}

TEST(Campaign, ASubjectThatDoesNotAnswerViolates) {
    const CampaignOptions options{.exits = 300'000};
    const auto result = run_campaign([] { return std::make_unique<Silent>(); }, options);
    ASSERT_EQ(result.verdict, Verdict::violation);
    EXPECT_EQ(result.failure->trace.steps.size(), 1U);
    EXPECT_NE(failure_text(result, options).find("no answer"), std::string::npos);
}

TEST(Campaign, ShrinkingStaysInItsBudget) {
    const auto result =
        run_campaign([] { return std::make_unique<Flawed>(9973); }, {.exits = 300'000, .shrink_budget = 3});
    ASSERT_EQ(result.verdict, Verdict::violation);
    EXPECT_LE(result.failure->replays, 3U);
    EXPECT_FALSE(result.failure->minimal);
}

TEST(Property, ImplementationAgreesWithTheSpecificationAfterEveryExit) {
    // RapidCheck calls a run of no test a success (RC_PARAMS can bring that about), so the runs are counted here.
    int runs = 0;
    const auto subject = builtin_subject();
    EXPECT_TRUE(rc::check("outcome and state of all VPs agree after every exit of every trace", [&] {
        const Plan plan = *arbitrary_plan();
        ++runs;
        RC_ASSERT(!run(*subject, trace_of(plan), Watch::everything).has_value());
    }));
    EXPECT_GE(runs, 100);
}

} // namespace
} // namespace vtlcheck::proptests
