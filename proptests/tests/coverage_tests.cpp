// Coverage cells: their names, and what the list has to contain.
#include "conformance/trace.hpp"
#include "proptests/coverage.hpp"

#include <gtest/gtest.h>

#include <set>

namespace vtlcheck::proptests {
namespace {

TEST(Coverage, CellsSurviveTheirText) {
    ASSERT_GT(reachable_cells().size(), 2000U);
    std::set<std::size_t> indices;
    for (const Cell& cell : reachable_cells()) {
        EXPECT_EQ(parse_cell(to_string(cell)), cell);
        EXPECT_TRUE(indices.insert(index_of(cell)).second) << "listed twice: " << to_string(cell);
    }
}

TEST(Coverage, IndicesAndCellsAreOneToOne) {
    for (std::size_t i = 0; i < cell_index_count; ++i) {
        const Cell cell = cell_at(i);
        ASSERT_EQ(index_of(cell), i);
        ASSERT_EQ(parse_cell(to_string(cell)), cell);
    }
}

TEST(Coverage, TextThatNamesNoCellIsRefused) {
    for (const char* text :
         {"", "MSR-W-01", "MSR-W-01 vtl0", "MSR-W-01 vtl2 cvm", "MSR-X-01 vtl0 cvm", "MSR-W-01 vtl0 nonsense",
          "MSR-W-01 vtl0 cvm ", "REG-G-01 vtl0 gpr get", "REG-G-01 vtl0 gpr get own own", "HOST-02 vtl0 gpr get tdx ",
          "EXIT-01 vtl0 cvm", "VTL-P-08 vtl0 -"}) {
        EXPECT_FALSE(parse_cell(text).has_value()) << text;
    }
}

TEST(Coverage, EveryClauseHasACell) {
    std::set<model::ClauseIndex> seen;
    for (const auto& clause : unreached_clauses) {
        seen.insert(parse_clause(clause.id));
    }
    for (const Cell& cell : reachable_cells()) {
        seen.insert(cell.clause);
    }
    for (std::size_t i = 0; i < cell_clause_count; ++i) {
        EXPECT_TRUE(seen.contains(static_cast<model::ClauseIndex>(i))) << cell_clause(i).id;
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
    const Cell impossible{.clause = model::clause_index("MSR-W-01"), .vtl = 1, .number_class = 0};
    coverage.hit(impossible);
    ASSERT_EQ(coverage.unlisted().size(), 1U);
    EXPECT_EQ(coverage.unlisted().front(), impossible);
}

TEST(Coverage, ACellTellsWhatTheExitNames) {
    const model::ConcreteConfig config;
    const model::PartitionVsm<model::Concrete> vsm;
    const auto text = [&](const char* line, const char* clause) {
        return to_string(cell_of(config, vsm, conformance::parse_step(line).exit, model::clause_index(clause)));
    };
    EXPECT_EQ(text("vp0 vtl1 get-reg Rip target_vtl=0x10", "REG-R-02"), "REG-R-02 vtl1 gpr lower");
    EXPECT_EQ(text("vp0 vtl0 set-reg Rax 1", "REG-G-01"), "REG-G-01 vtl0 gpr set own");
    EXPECT_EQ(text("vp0 vtl0 get-reg Rax target_vtl=0x12", "REG-H-05"), "REG-H-05 vtl0 gpr get higher");
    EXPECT_EQ(text("vp0 vtl1 get-reg Rax target_vtl=0x13", "REG-H-04"), "REG-H-04 vtl1 gpr get malformed");
    EXPECT_EQ(text("vp0 vtl0 host-get paravisor Xmm0", "HOST-06"), "HOST-06 vtl0 vector tdx");
    EXPECT_EQ(text("vp0 vtl0 vmcall 0xd", "VTL-P-08"), "VTL-P-08 vtl0 - vsm-not-enabled");
    EXPECT_EQ(text("vp0 vtl0 wrmsr 0x1b 1", "MSR-W-05"), "MSR-W-05 vtl0 apic-base");
}

} // namespace
} // namespace vtlcheck::proptests
