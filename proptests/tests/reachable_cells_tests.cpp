// The list of reachable coverage cells, held against the solver: nothing is missing, nothing is there that cannot be.
#include "proofs/claim.hpp"
#include "proptests/coverage.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace vtlcheck::proptests {
namespace {

using model::Symbolic;

/// `msr` belongs to a row of class `msr_class`.
z3::expr in_class(z3::context& context, const z3::expr& msr, std::uint8_t msr_class) {
    const auto covers = [&](const model::MsrRow& row) {
        return z3::uge(msr, context.bv_val(row.first, 32)) && z3::ule(msr, context.bv_val(row.last, 32));
    };
    z3::expr listed = context.bool_val(false);
    z3::expr of_class = context.bool_val(false);
    for (std::size_t i = 0; i < model::unlisted_row; ++i) {
        const auto& row = model::msr_table[i];
        listed = listed || covers(row);
        if (static_cast<std::uint8_t>(row.msr_class) == msr_class) {
            of_class = of_class || covers(row);
        }
    }
    return static_cast<model::MsrClass>(msr_class) == model::MsrClass::unlisted ? !listed : of_class;
}

TEST(ReachableCells, AreExactlyWhatTheSolverFinds) {
    z3::context context;
    const proofs::Goal goal(context);
    const auto& run = goal.run();
    z3::solver solver(context, "QF_BV");
    solver.add(model::valid_state<Symbolic>(run.config, run.before).term());

    std::set<std::string> found;
    for (std::size_t i = 0; i < model::clause_count; ++i) {
        const auto clause = static_cast<model::ClauseIndex>(i);
        const CellNumber number = cell_number(clause);
        for (std::uint8_t vtl = 0; vtl < 2; ++vtl) {
            solver.push();
            solver.add(run.guards[i].term());
            solver.add(vtl == 1 ? run.exit.vtl1.term() : !run.exit.vtl1.term());
            if (number == CellNumber::none) {
                const auto answer = solver.check();
                ASSERT_NE(answer, z3::unknown) << model::clauses[i].id;
                if (answer == z3::sat) {
                    found.insert(to_string({.clause = clause, .vtl = vtl}));
                }
            } else {
                const auto& source = run.exit.gpr[number == CellNumber::rcx ? model::rcx : model::r12];
                const z3::expr msr = source.term().extract(31, 0);
                // Each model gives a class; the next has to be of another.
                for (;;) {
                    const auto answer = solver.check();
                    ASSERT_NE(answer, z3::unknown) << model::clauses[i].id;
                    if (answer == z3::unsat) {
                        break;
                    }
                    const auto value =
                        static_cast<std::uint32_t>(solver.get_model().eval(msr, true).get_numeral_uint64());
                    const auto msr_class =
                        static_cast<std::uint8_t>(model::msr_table[model::row_index(value)].msr_class);
                    found.insert(to_string({.clause = clause, .vtl = vtl, .msr_class = msr_class}));
                    solver.add(!in_class(context, msr, msr_class));
                }
            }
            solver.pop();
        }
    }

    std::set<std::string> listed;
    for (const Cell& cell : reachable_cells()) {
        listed.insert(to_string(cell));
    }
    for (const auto& cell : found) {
        EXPECT_TRUE(listed.contains(cell)) << "reachable, but not in reachable_cells.txt: " << cell;
    }
    for (const auto& cell : listed) {
        EXPECT_TRUE(found.contains(cell)) << "in reachable_cells.txt, but no state and exit reach it: " << cell;
    }
}

} // namespace
} // namespace vtlcheck::proptests
