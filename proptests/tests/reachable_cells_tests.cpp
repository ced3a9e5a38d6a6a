// The list of reachable coverage cells, held against the solver: nothing is missing, nothing is there that cannot be.
//
// After a change of the specification: `reachable_cells_tests --print` writes the list that the solver finds to
// standard output, for reachable_cells.txt.
#include "model/specification.hpp"
#include "model/symbolic.hpp"
#include "proptests/coverage.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::proptests {
namespace {

using model::Symbolic;
using Bool = Symbolic::Bool;

/// Collects the guards.
struct Guards : model::PlainReading<Symbolic> {
    std::vector<Bool> holds = std::vector<Bool>(model::clause_count);
    void judged(model::ClauseIndex clause, const Bool& guard) { holds[clause] = guard; }
};

/// Replaces every field by a variable.
template <class T>
void make_free(z3::context& context, T& object, const std::string& scope) {
    T::visit(
        [&, n = 0](const auto& name, auto& field) mutable {
            const std::string text = scope + "." + name.str() + "." + std::to_string(n++);
            field = std::decay_t<decltype(field)>(context.constant(text.c_str(), field.term().get_sort()));
        },
        object);
}

/// `number` belongs to a row of each class; rows are (first, last, class), all others of the last class.
struct ClassRow {
    std::uint32_t first;
    std::uint32_t last;
    std::uint8_t row_class;
};
z3::expr class_of(z3::context& context, const z3::expr& number, const std::vector<ClassRow>& rows, std::uint8_t other) {
    z3::expr result = context.bv_val(other, 8);
    for (const ClassRow& row : rows) {
        result =
            z3::ite(z3::uge(number, context.bv_val(row.first, 32)) && z3::ule(number, context.bv_val(row.last, 32)),
                    context.bv_val(row.row_class, 8), result);
    }
    return result;
}
std::vector<ClassRow> msr_rows() {
    std::vector<ClassRow> rows;
    for (std::size_t i = 0; i < model::unlisted_row; ++i) {
        const auto& row = model::msr_table[i];
        rows.push_back({row.first, row.last, static_cast<std::uint8_t>(row.msr_class)});
    }
    return rows;
}
std::vector<ClassRow> register_rows() {
    std::vector<ClassRow> rows;
    for (std::size_t i = 0; i < model::unlisted_register; ++i) {
        const auto& row = model::register_table[i];
        const auto row_class = static_cast<std::uint8_t>(row.register_class);
        if (!rows.empty() && rows.back().last + 1 == row.code && rows.back().row_class == row_class) {
            rows.back().last = row.code;
        } else {
            rows.push_back({row.code, row.code, row_class});
        }
    }
    return rows;
}

/// Every cell that a valid state and some exit reach, by the solver.
std::set<std::size_t> solve() {
    z3::context context;
    const Symbolic::Scope scope(context);
    model::Config<Symbolic> config;
    model::State<Symbolic> before;
    model::Exit<Symbolic> exit;
    make_free(context, config, "config");
    make_free(context, before, "state");
    make_free(context, exit, "exit");
    model::State<Symbolic> after = before;
    Guards guards;
    const auto step = model::step<Symbolic>(config, after, exit, guards);

    // What tells cells apart, as variables of their own: the models are read off and excluded by them.
    z3::solver solver(context, "QF_BV");
    solver.add(model::valid_state<Symbolic>(config, before).term());
    solver.add((config.isolation < model::isolation_count).term());
    const auto named = [&](const char* name, const z3::expr& value) {
        const z3::expr variable = context.constant(name, context.bv_sort(8));
        solver.add(variable == value);
        return variable;
    };
    const auto byte = [&](const Bool& c) { return z3::ite(c.term(), context.bv_val(1, 8), context.bv_val(0, 8)); };
    const z3::expr vtl = named("cell.vtl", byte(exit.vtl1));
    const auto msr = [&](const char* name, model::Gpr from) {
        return named(name, class_of(context, exit.gpr[from].term().extract(31, 0), msr_rows(),
                                    static_cast<std::uint8_t>(model::MsrClass::unlisted)));
    };
    const z3::expr rcx_class = msr("cell.rcx", model::rcx);
    const z3::expr r12_class = msr("cell.r12", model::r12);
    const z3::expr name_class = named("cell.name", class_of(context, exit.name.term(), register_rows(),
                                                            static_cast<std::uint8_t>(model::RegisterClass::other)));
    const Bool host = exit.kind == static_cast<std::uint8_t>(model::Kind::host_access);
    const z3::expr operation =
        named("cell.operation", byte((host & (exit.operation == 1)) |
                                     (!host & ((exit.gpr[model::rcx] & 0xFFFF) == model::hvcall_set_vp_registers))));
    const auto target_is = [&](Target t) { return context.bv_val(static_cast<unsigned>(t), 8); };
    const Bool names = bit(exit.target_vtl, 4);
    const auto value = exit.target_vtl & 0xF;
    const auto own = Symbolic::ite(exit.vtl1, Symbolic::Bv<8>(1), Symbolic::Bv<8>(0));
    const z3::expr target =
        named("cell.target",
              z3::ite((((exit.target_vtl & 0xE0) != 0) | (names & (value >= 3))).term(), target_is(Target::malformed),
                      z3::ite((!names | (value == own)).term(), target_is(Target::own),
                              z3::ite((value < own).term(), target_is(Target::lower), target_is(Target::higher)))));
    const z3::expr guest_vsm = named("cell.guest_vsm", before.vsm.guest_vsm.term());
    const z3::expr isolation = named("cell.isolation", config.isolation.term());

    std::set<std::size_t> found;
    for (std::size_t i = 0; i < model::clause_count; ++i) {
        const CellShape& shape = cell_shapes[i];
        Cell cell{.clause = static_cast<model::ClauseIndex>(i)};
        std::vector<std::pair<z3::expr, std::uint8_t*>> aspects{{vtl, &cell.vtl}};
        switch (shape.number) {
        case CellNumber::none:
            break;
        case CellNumber::rcx:
            aspects.emplace_back(rcx_class, &cell.number_class);
            break;
        case CellNumber::r12:
            aspects.emplace_back(r12_class, &cell.number_class);
            break;
        case CellNumber::name:
            aspects.emplace_back(name_class, &cell.number_class);
            break;
        }
        const auto optional = [&](bool counts, const z3::expr& aspect, std::uint8_t& digit) {
            if (counts) {
                aspects.emplace_back(aspect, &digit);
            }
        };
        optional(shape.operation, operation, cell.operation);
        optional(shape.target, target, cell.target);
        optional(shape.guest_vsm, guest_vsm, cell.guest_vsm);
        optional(shape.isolation, isolation, cell.isolation);

        // Each model gives a cell; the next has to be of another. The last answer says that there is none left.
        solver.push();
        solver.add(guards.holds[i].term());
        for (;;) {
            const auto answer = solver.check();
            if (answer == z3::unknown) {
                throw std::runtime_error(fmt::format("the solver gives up on {}", model::clauses[i].id));
            }
            if (answer == z3::unsat) {
                break;
            }
            const z3::model model = solver.get_model();
            z3::expr other = context.bool_val(false);
            for (const auto& [aspect, digit] : aspects) {
                *digit = static_cast<std::uint8_t>(model.eval(aspect, true).get_numeral_uint());
                other = other || aspect != context.bv_val(*digit, 8);
            }
            found.insert(index_of(cell));
            solver.add(other);
        }
        solver.pop();
    }

    // The log budget is beside the step: where there is an attempt at a site, its bucket and the partition's may hold
    // anything, so all three clauses of attempts are reached; likewise those of a flush of any site.
    const auto log_cell = [&](std::string_view id, std::uint8_t of_vtl, std::uint8_t site) {
        found.insert(
            index_of({.clause = static_cast<model::ClauseIndex>(model::clause_count + model::log_clause_index(id)),
                      .vtl = of_vtl,
                      .log_site = site}));
    };
    for (std::uint8_t of_vtl = 0; of_vtl < 2; ++of_vtl) {
        for (const char* id : {"LOG-01", "LOG-02", "LOG-10"}) {
            log_cell(id, of_vtl, 0);
        }
        for (std::uint8_t site = 1; site < model::log_site_count; ++site) {
            for (const char* id : {"LOG-01", "LOG-06", "LOG-07", "LOG-08", "LOG-09"}) {
                log_cell(id, of_vtl, site);
            }
            solver.push();
            solver.add(vtl == context.bv_val(of_vtl, 8));
            solver.add((model::log_budget_active<Symbolic>(config) & (step.out.log_site == site)).term());
            const auto answer = solver.check();
            if (answer == z3::unknown) {
                throw std::runtime_error(fmt::format("the solver gives up on log site {}", site));
            }
            if (answer == z3::sat) {
                for (const char* id : {"LOG-03", "LOG-04", "LOG-05"}) {
                    log_cell(id, of_vtl, site);
                }
            }
            solver.pop();
        }
    }
    return found;
}

TEST(ReachableCells, AreExactlyWhatTheSolverFinds) {
    const auto found = solve();
    std::set<std::size_t> listed;
    for (const Cell& cell : reachable_cells()) {
        listed.insert(index_of(cell));
    }
    for (const auto cell : found) {
        EXPECT_TRUE(listed.contains(cell)) << "reachable, but not in reachable_cells.txt: " << to_string(cell_at(cell));
    }
    for (const auto cell : listed) {
        EXPECT_TRUE(found.contains(cell))
            << "in reachable_cells.txt, but no state and exit reach it: " << to_string(cell_at(cell));
    }
}

} // namespace
} // namespace vtlcheck::proptests

int main(int argc, char** argv) {
    testing::InitGoogleTest(&argc, argv);
    if (argc == 2 && std::string_view(argv[1]) == "--print") {
        for (const auto cell : vtlcheck::proptests::solve()) {
            fmt::print("{}\n", vtlcheck::proptests::to_string(vtlcheck::proptests::cell_at(cell)));
        }
        return 0;
    }
    return RUN_ALL_TESTS();
}
