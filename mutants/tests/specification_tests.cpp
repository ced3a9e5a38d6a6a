// Mutants of the specification: one that the implementation tells, one that claims tell, one that nothing can tell.
#include "mutants/hash.hpp"
#include "mutants/specification.hpp"
#include "proptests/conform.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

namespace vtlcheck::mutants {
namespace {

SpecificationChecks checks() { return {.make_subject = conformance::builtin_subject, .exits = 50'000}; }

const Mutant& named(const std::vector<Mutant>& all, const std::string& name) {
    const auto found = std::find_if(all.begin(), all.end(), [&](const Mutant& m) { return m.name == name; });
    EXPECT_NE(found, all.end()) << name;
    return *found;
}

TEST(Specification, NamesAreUniqueAndWithoutBlanks) {
    std::set<std::string> names;
    const auto all = specification_mutants(checks());
    for (const auto& mutant : all) {
        EXPECT_TRUE(names.insert(mutant.name).second) << mutant.name;
        EXPECT_EQ(mutant.name.find(' '), std::string::npos) << mutant.name;
    }
    EXPECT_GT(all.size(), 3000U);
}

TEST(Specification, TheImplementationTellsAMutant) {
    const auto all = specification_mutants(checks());
    const auto clause = named(all, "effect-dropped:MSR-W-38").run(0);
    EXPECT_EQ(clause.verdict, Verdict::killed);
    EXPECT_EQ(clause.by, "conform MSR-W-38");
    EXPECT_EQ(named(all, "msr-constant:IA32_PLATFORM_ID").run(0).verdict, Verdict::killed);
    EXPECT_EQ(named(all, "register-gate:Lstar").run(0).verdict, Verdict::killed);
    EXPECT_EQ(named(all, "effect-dropped:LOG-03").run(0).by, "conform LOG-03");
    // A bitmap that no exit needs to show: the pages are compared before the first.
    EXPECT_EQ(named(all, "msr-read-armed:IA32_PLATFORM_ID").run(0).verdict, Verdict::killed);
}

TEST(Specification, AClaimTellsWhatTheImplementationDoesNot) {
    SpecificationChecks few = checks();
    few.exits = 1; // a single trace, too short to meet the clause
    const auto all = specification_mutants(few);
    const auto outcome = named(all, "crash-not-notified").run(0);
    EXPECT_EQ(outcome.verdict, Verdict::killed);
    EXPECT_EQ(outcome.by, "claim CRASH") << outcome.detail;
}

TEST(Specification, WhatNothingCanTellIsEquivalent) {
    const auto all = specification_mutants(checks());
    EXPECT_EQ(named(all, "guard-dropped:EXIT-01").run(0).verdict, Verdict::equivalent);
}

TEST(Specification, AsWrittenItConforms) {
    const auto subject = conformance::builtin_subject();
    const proofs::Mutant nothing{.name = "nothing",
                                 .description = "",
                                 .clauses = {},
                                 .concrete = std::make_shared<proofs::Alteration<model::Concrete>>(),
                                 .symbolic = std::make_shared<proofs::Alteration<model::Symbolic>>()};
    const MutatedSpecification specification(nothing);
    EXPECT_FALSE(proptests::first_divergence(*subject, specification, 1, 30'000).has_value());
}

TEST(Specification, AKnownDefectIsRefutedByItsClaim) {
    const auto all = known_defects(checks());
    EXPECT_EQ(named(all, "K06:guard-allows-lower-get:GUARD").run(0).verdict, Verdict::killed);
}

} // namespace
} // namespace vtlcheck::mutants
