// The lint of what answers for what: no clause, claim or requirement stands alone, and no source names what is not there.
#include "cli/traceability.hpp"
#include "proofs/claim.hpp"
#include "proptests/coverage.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

namespace vtlcheck::cli {
namespace {

std::string read_document(const std::string& name) {
    std::ifstream stream(std::string(VTLCHECK_DOCS "/") + name);
    std::string text(std::istreambuf_iterator<char>(stream), {});
    EXPECT_FALSE(text.empty()) << name;
    return text;
}

/// Adds the ids in the first cell of the rows of the tables of a document: "| I1 I2 | ...".
void add_table_ids(const std::string& document, std::set<std::string>& ids) {
    std::istringstream lines(read_document(document));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("| ")) {
            for (auto& id : source_ids(line.substr(2, line.find(" |") - 2))) {
                ids.insert(std::move(id));
            }
        }
    }
}

/// Every id that a source may name: requirements and decisions, and what the documents define.
const std::set<std::string>& defined_ids() {
    static const std::set<std::string> all = [] {
        std::set<std::string> ids;
        for (const auto& row : traceability().requirements) {
            ids.emplace(row.id);
        }
        // A note is defined where a list item starts with its id in bold: "- **R1 Order.**".
        std::istringstream lines(read_document("reference-notes.md"));
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("- **")) {
                for (auto& id : source_ids(line.substr(4, line.find_first_of(" *", 4) - 4))) {
                    ids.insert(std::move(id));
                }
            }
        }
        add_table_ids("invariants.md", ids);
        add_table_ids("defect-classes.md", ids);
        return ids;
    }();
    return all;
}

TEST(Traceability, SourceIdsAreWordsOfTheirOwn) {
    using Ids = std::vector<std::string>;
    EXPECT_EQ(source_ids("D4 A1 R9; tdx/mod.rs:2023"), (Ids{"D4", "A1", "R9"}));
    EXPECT_EQ(source_ids("D26 P13; hv1_hypercall/support.rs:202-213; TLFS 3.5"), (Ids{"D26", "P13"}));
    EXPECT_EQ(source_ids("R11, L7"), (Ids{"R11", "L7"}));
    EXPECT_EQ(source_ids("hv1_emulator/hv.rs:369"), Ids{});
    EXPECT_EQ(source_ids("R D R123 r1 xD1 D1x 11"), Ids{});
    EXPECT_EQ(source_ids(""), Ids{});
}

TEST(Traceability, TheDocumentsDefineTheIds) {
    for (const char* id : {"A1", "A8", "B1", "B9", "C1", "C6", "D1", "D30", "R1", "R33", "P1", "P41", "L1", "L15", "I1",
                           "I2", "I39", "K01", "K34"}) {
        EXPECT_TRUE(defined_ids().contains(id)) << id;
    }
    for (const char* id : {"A9", "B10", "C7", "D31", "R34", "P42", "L16", "I40", "K35"}) {
        EXPECT_FALSE(defined_ids().contains(id)) << id;
    }
}

TEST(Traceability, SourcesNameOnlyWhatIsDefined) {
    for (const auto& claim : proofs::all_claims()) {
        // A claim rests on nothing but ids, so a word that is none is a slip.
        std::istringstream words(claim.source);
        std::size_t count = 0;
        for (std::string word; words >> word; ++count) {
            EXPECT_TRUE(defined_ids().contains(word)) << claim.id << ": " << word;
        }
        EXPECT_GT(count, 0U) << claim.id;
        EXPECT_EQ(count, source_ids(claim.source).size()) << claim.id;
    }
    for (std::size_t i = 0; i < proptests::cell_clause_count; ++i) {
        const auto& clause = proptests::cell_clause(i);
        for (const auto& id : source_ids(clause.source)) {
            EXPECT_TRUE(defined_ids().contains(id)) << clause.id << ": " << id;
        }
    }
}

TEST(Traceability, EveryClauseHasAClaimAndACell) {
    const auto matrix = traceability();
    ASSERT_EQ(matrix.clauses.size(), proptests::cell_clause_count);
    std::size_t cells = 0;
    for (const auto& row : matrix.clauses) {
        const auto id = row.clause->id;
        EXPECT_FALSE(row.claims.empty()) << id << ": no claim names a decision or a note of " << row.clause->source;
        const bool excepted = id == "REG-R-11" || id == "HOST-05";
        EXPECT_EQ(row.cells == 0, excepted) << id;
        EXPECT_EQ(!row.uncovered.empty(), excepted) << id;
        cells += row.cells;
    }
    EXPECT_EQ(cells, proptests::reachable_cells().size());
}

TEST(Traceability, EveryRequirementHasAClaimOrAReason) {
    const auto matrix = traceability();
    std::size_t expected = 0;
    for (const auto& [letter, count] : {std::pair{'A', 8}, {'B', 9}, {'C', 6}, {'D', 30}}) {
        for (int number = 1; number <= count; ++number) {
            ASSERT_LT(expected, matrix.requirements.size());
            EXPECT_EQ(matrix.requirements[expected++].id, letter + std::to_string(number));
        }
    }
    EXPECT_EQ(matrix.requirements.size(), expected);
    for (const auto& row : matrix.requirements) {
        // Both would be a reason that time has overtaken.
        EXPECT_NE(row.claims.empty(), row.unclaimed.empty()) << row.id;
    }
}

TEST(Traceability, OpenEndsAreListedWithTheirReasons) {
    auto matrix = traceability();
    for (const auto& end : matrix.open()) {
        EXPECT_FALSE(end.reason.empty()) << end.id;
    }
    const auto lists = [&](std::string_view id, std::string_view lacks, bool reason) {
        const auto ends = matrix.open();
        return std::any_of(ends.begin(), ends.end(), [&](const OpenEnd& end) {
            return end.id == id && end.lacks == lacks && end.reason.empty() != reason;
        });
    };
    EXPECT_TRUE(lists("C3", "claim", true));
    EXPECT_TRUE(lists("HOST-05", "cell", true));
    EXPECT_FALSE(lists("B1", "claim", false));
    matrix.requirements[8].claims.clear(); // B1
    matrix.clauses.front().claims.clear();
    matrix.clauses.front().cells = 0;
    EXPECT_TRUE(lists("B1", "claim", false));
    EXPECT_TRUE(lists(matrix.clauses.front().clause->id, "claim", false));
    EXPECT_TRUE(lists(matrix.clauses.front().clause->id, "cell", false));
    EXPECT_NE(trace_text(matrix).find("B1        no claim  no reason is stated"), std::string::npos);
}

TEST(Traceability, TheMatrixTiesBothWays) {
    const auto matrix = traceability();
    const auto has = [](const std::vector<std::string>& ids, std::string_view id) {
        return std::find(ids.begin(), ids.end(), id) != ids.end();
    };
    const auto row = std::find_if(matrix.clauses.begin(), matrix.clauses.end(),
                                  [](const ClauseRow& clause) { return clause.clause->id == "MSR-R-40"; });
    ASSERT_NE(row, matrix.clauses.end());
    EXPECT_TRUE(has(row->claims, "UNKNOWN-READ"));
    EXPECT_TRUE(has(matrix.requirements.front().claims, "UNKNOWN-READ"));
    EXPECT_TRUE(has(matrix.requirements.front().clauses, "MSR-R-40"));
    // A shared requirement does not tie: LOG-BESIDE names A6 as the clause does, but no decision and no note of it.
    EXPECT_FALSE(has(row->claims, "LOG-BESIDE"));
}

} // namespace
} // namespace vtlcheck::cli
