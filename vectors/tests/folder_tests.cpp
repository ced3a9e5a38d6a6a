// The folder that `vtlcheck vectors --out` made: what its manifest promises. Its path is in VTLCHECK_VECTORS.
#include "conformance/fields.hpp"
#include "vectors/check.hpp"
#include "vectors/history.hpp"
#include "vectors/minimise.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <set>
#include <string>

namespace vtlcheck::vectors {
namespace {

using conformance::FieldTable;
using Json = nlohmann::ordered_json;

const Folder& folder() {
    static const Folder read = [] {
        const char* path = std::getenv("VTLCHECK_VECTORS"); // NOLINT(concurrency-mt-unsafe): one thread
        if (path == nullptr) {
            throw std::runtime_error("VTLCHECK_VECTORS does not name a folder");
        }
        std::ifstream in(std::string(path) + "/specification.json");
        return read_folder(path, std::string(std::istreambuf_iterator<char>(in), {}));
    }();
    return read;
}

bool is_in(const StoredVector& vector, const char* part) { return vector.file.starts_with(part); }

Grade grade_of(const StoredVector& vector) {
    return vector.entry["start"] == "lines" ? Grade::placed
           : vector.entry["possible"]       ? Grade::possible
                                            : Grade::impossible;
}

TEST(VectorFolder, HasEveryCellAndClause) {
    std::set<std::string> cells;
    std::set<std::string> clauses;
    for (const auto& vector : folder().vectors) {
        if (is_in(vector, "cells/")) {
            for (const auto& cell : vector.entry["cells"]) {
                cells.insert(cell);
            }
        }
        for (const auto& clause : vector.entry["clauses"]) {
            clauses.insert(clause);
        }
    }
    for (const auto& cell : proptests::reachable_cells()) {
        EXPECT_TRUE(cells.contains(proptests::to_string(cell))) << proptests::to_string(cell);
    }
    for (std::size_t i = 0; i < proptests::cell_clause_count; ++i) {
        const std::string id(proptests::cell_clause(i).id);
        bool exempt = false;
        for (const auto& clause : folder().manifest["exempt"]) {
            exempt = exempt || clause["clause"] == id;
        }
        EXPECT_NE(clauses.contains(id), exempt) << id;
    }
}

TEST(VectorFolder, ACellsVectorIsMinimalAndEndsInIt) {
    for (const auto& vector : folder().vectors) {
        if (!is_in(vector, "cells/")) {
            continue;
        }
        History history(vector.trace);
        Answer answer;
        for (const auto& step : vector.trace.steps) {
            answer = history.step(step.exit);
        }
        const std::string cell = vector.entry["cells"][0];
        const bool of_log = proptests::to_string(answer.log_cell) == cell;
        ASSERT_TRUE(of_log || proptests::to_string(answer.cell) == cell) << vector.file;
        const Target target =
            target_of(of_log ? answer.log_cell : answer.cell, vector.trace.steps.back().exit, answer.long_mode);
        for (std::size_t i = 0; i + 1 < vector.trace.steps.size(); ++i) {
            auto less = vector.trace;
            less.steps.erase(less.steps.begin() + static_cast<std::ptrdiff_t>(i));
            EXPECT_FALSE(reaches(less, grade_of(vector), target)) << vector.file << " without exit " << i + 1;
        }
    }
}

TEST(VectorFolder, StartAndPossibleAreAsTheManifestSays) {
    for (const auto& vector : folder().vectors) {
        EXPECT_EQ(starts_at_reset(vector.trace), vector.entry["start"] == "reset") << vector.file;
        History history(vector.trace);
        bool possible = true;
        for (const auto& step : vector.trace.steps) {
            possible = possible && history.possible(step.exit);
            history.step(step.exit);
        }
        if (vector.entry["possible"]) {
            EXPECT_TRUE(possible && vector.entry["start"] == "reset") << vector.file;
        }
    }
}

/// The same input on the other side of the boundary.
std::uint64_t other_side(std::uint64_t value, const std::string& change) {
    return change == "step" ? value - 1 : value ^ (std::uint64_t{1} << std::stoul(change.substr(4)));
}

TEST(VectorFolder, ABoundaryHasTwoSides) {
    const auto& table = FieldTable<model::ConcreteExit>::get();
    std::size_t seen = 0;
    for (const auto& vector : folder().vectors) {
        if (!is_in(vector, "guards/")) {
            continue;
        }
        std::map<std::size_t, Json> at;
        for (const auto& boundary : vector.entry["boundaries"]) {
            at[boundary["exit"].get<std::size_t>()] = boundary;
        }
        History history(vector.trace);
        for (std::size_t i = 0; i < vector.trace.steps.size(); ++i) {
            const auto& exit = vector.trace.steps[i].exit;
            if (const auto found = at.find(i + 1); found != at.end()) {
                const Json& boundary = found->second;
                const auto field = table.at(boundary["field"].get<std::string>());
                auto other = exit;
                table.store(other, field, other_side(table.load(exit, field), boundary["change"]));
                const auto here = history.look(exit);
                const auto there = history.look(other);
                EXPECT_FALSE(here == there) << vector.file << ":" << i + 1;
                const bool of_log = here.clause == there.clause && here.log_clause != there.log_clause;
                EXPECT_EQ(proptests::cell_clause(of_log ? here.log_clause : here.clause).id,
                          boundary["clause"].get<std::string>())
                    << vector.file << ":" << i + 1;
                EXPECT_EQ(proptests::cell_clause(of_log ? there.log_clause : there.clause).id,
                          boundary["beside"].get<std::string>())
                    << vector.file << ":" << i + 1;
                ++seen;
            }
            history.step(exit);
        }
    }
    EXPECT_GT(seen, 10'000U);
}

TEST(VectorFolder, ABoundaryInAHistoryHasTwoSides) {
    const auto& exits = FieldTable<model::ConcreteExit>::get();
    const auto& configs = FieldTable<model::ConcreteConfig>::get();
    const auto last = [](const conformance::Trace& trace) {
        History history(trace);
        for (std::size_t i = 0; i + 1 < trace.steps.size(); ++i) {
            history.step(trace.steps[i].exit);
        }
        return history.look(trace.steps.back().exit);
    };
    for (const auto& vector : folder().vectors) {
        if (!is_in(vector, "histories/")) {
            continue;
        }
        const Json& boundary = vector.entry["boundaries"][0];
        const std::string field = boundary["field"];
        auto other = vector.trace;
        if (const std::size_t exit = boundary["exit"]; exit == 0) {
            const auto i = configs.at(field.substr(field.find(' ') + 1));
            configs.store(other.config, i, other_side(configs.load(other.config, i), boundary["change"]));
        } else {
            auto& changed = other.steps.at(exit - 1).exit;
            exits.store(changed, exits.at(field), other_side(exits.load(changed, exits.at(field)), boundary["change"]));
        }
        const auto here = last(vector.trace);
        const auto there = last(other);
        EXPECT_TRUE(here.clause != there.clause || here.log_clause != there.log_clause) << vector.file;
    }
}

TEST(VectorFolder, RowsAreReachedInTheirCells) {
    for (const auto& vector : folder().vectors) {
        if (!is_in(vector, "rows/")) {
            continue;
        }
        std::map<std::size_t, std::string> cells;
        for (const auto& row : vector.entry["rows"]) {
            cells[row["exit"].get<std::size_t>()] = row["cell"];
        }
        History history(vector.trace);
        for (std::size_t i = 0; i < vector.trace.steps.size(); ++i) {
            const auto answer = history.step(vector.trace.steps[i].exit);
            if (const auto found = cells.find(i + 1); found != cells.end()) {
                EXPECT_EQ(proptests::to_string(answer.cell), found->second) << vector.file << ":" << i + 1;
            }
        }
    }
}

TEST(VectorFolder, TheImplementationPasses) {
    const auto subject = conformance::builtin_subject();
    const auto result = check(*subject, folder());
    EXPECT_TRUE(result.conforms()) << folder().vectors[result.failures.front().vector].file;
    EXPECT_GT(result.exits, 50'000U);
}

} // namespace
} // namespace vtlcheck::vectors
