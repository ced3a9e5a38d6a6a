// One seeded fault in impl/: the campaign has to find it and hand over a trace that shows it, and a vector has to fail.
#include "proptests/conform.hpp"
#include "vectors/check.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <string>

// Of the fault that is linked in: its name, what the id of the clause that shows it starts with, exits to show it.
extern const char* const fault_name;
extern const char* const expected_clause;
extern const unsigned most_exits;

namespace vtlcheck::proptests {
namespace {

TEST(SeededFault, IsFoundAndShrunkToAFewExits) {
    const CampaignOptions options{.exits = 1'000'000, .threads = 2};
    const auto result = run_campaign(conformance::builtin_subject, options);
    ASSERT_EQ(result.verdict, Verdict::violation) << fault_name << " was not found";
    const auto& shrunk = result.failure.value();
    const std::string text = failure_text(result, options);
    EXPECT_LE(shrunk.trace.steps.size(), most_exits) << text;
    EXPECT_TRUE(shrunk.minimal) << text;
    EXPECT_TRUE(shrunk.divergence.clause.starts_with(expected_clause)) << text;
    EXPECT_TRUE(shrunk.divergence.subject_error.empty()) << text;

    // The text alone reproduces it.
    const auto subject = conformance::builtin_subject();
    const auto replayed = run(*subject, conformance::parse(text, std::string(fault_name) + ".trace"));
    ASSERT_TRUE(replayed.has_value()) << text;
    EXPECT_EQ(replayed->step, shrunk.divergence.step);
    EXPECT_EQ(replayed->clause, shrunk.divergence.clause);
}

TEST(SeededFault, FailsAVector) {
    const char* path = std::getenv("VTLCHECK_VECTORS"); // NOLINT(concurrency-mt-unsafe): one thread
    ASSERT_NE(path, nullptr) << "VTLCHECK_VECTORS does not name a folder of vectors";
    std::ifstream in(std::string(path) + "/specification.json");
    const auto folder = vectors::read_folder(path, std::string(std::istreambuf_iterator<char>(in), {}));
    const auto subject = conformance::builtin_subject();
    EXPECT_FALSE(vectors::check(*subject, folder, true).conforms()) << fault_name << " passes all vectors";
}

} // namespace
} // namespace vtlcheck::proptests
