// Coverage cells: their names, and what the list has to contain.
#include "proptests/coverage.hpp"

#include <gtest/gtest.h>

#include <set>

namespace vtlcheck::proptests {
namespace {

TEST(Coverage, CellsSurviveTheirText) {
    ASSERT_GT(reachable_cells().size(), 200U);
    std::set<std::size_t> indices;
    for (const Cell& cell : reachable_cells()) {
        EXPECT_EQ(parse_cell(to_string(cell)), cell);
        EXPECT_TRUE(indices.insert(index_of(cell)).second) << "listed twice: " << to_string(cell);
    }
}

TEST(Coverage, TextThatNamesNoCellIsRefused) {
    for (const char* text : {"", "MSR-W-01", "MSR-W-01 vtl0", "MSR-W-01 vtl2 cvm", "MSR-X-01 vtl0 cvm",
                             "MSR-W-01 vtl0 nonsense", "MSR-W-01 vtl0 cvm "}) {
        EXPECT_FALSE(parse_cell(text).has_value()) << text;
    }
}

TEST(Coverage, EveryClauseHasACell) {
    std::set<model::ClauseIndex> seen;
    for (const Cell& cell : reachable_cells()) {
        seen.insert(cell.clause);
    }
    for (std::size_t i = 0; i < model::clause_count; ++i) {
        EXPECT_TRUE(seen.contains(static_cast<model::ClauseIndex>(i))) << model::clauses[i].id;
    }
}

TEST(Coverage, MissingAndUnlistedCellsShow) {
    Coverage coverage;
    EXPECT_EQ(coverage.missing().size(), reachable_cells().size());
    for (const Cell& cell : reachable_cells()) {
        coverage.hit(cell);
    }
    EXPECT_TRUE(coverage.missing().empty());
    EXPECT_TRUE(coverage.unlisted().empty());
    const Cell impossible{.clause = model::clause_index("MSR-W-01"), .vtl = 1, .msr_class = 0};
    coverage.hit(impossible);
    ASSERT_EQ(coverage.unlisted().size(), 1U);
    EXPECT_EQ(coverage.unlisted().front(), impossible);
}

} // namespace
} // namespace vtlcheck::proptests
