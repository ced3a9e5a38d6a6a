// Coverage cells: which clause decided an exit of which VTL for which class of MSR. A clause fixes the exit kind and the
// outcome, so a cell is finer than (exit kind, VTL, MSR class, outcome).
#pragma once

#include "model/msr_table.hpp"
#include "model/oracle.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::proptests {

/// MSR class of a cell whose exit names no MSR.
inline constexpr std::uint8_t no_msr_class = model::msr_class_count;

struct Cell {
    model::ClauseIndex clause = 0;
    std::uint8_t vtl = 0;
    std::uint8_t msr_class = no_msr_class;

    friend bool operator==(const Cell&, const Cell&) = default;
};

inline constexpr std::size_t cell_index_count = model::clause_count * 2 * (model::msr_class_count + 1U);

constexpr std::size_t index_of(const Cell& cell) {
    return (cell.clause * 2U + cell.vtl) * (model::msr_class_count + 1U) + cell.msr_class;
}

/// What the MSR class of a cell is taken from.
enum class CellNumber : std::uint8_t { none, rcx, r12 };
/// For clauses that speak of an MSR: the register that holds its number. EXIT clauses speak of one only for MSR exits.
[[nodiscard]] constexpr CellNumber cell_number(model::ClauseIndex clause) {
    const std::string_view id = model::clauses[clause].id;
    if (id.starts_with("MSR-") || id == "EXIT-08" || id == "EXIT-09") {
        return CellNumber::rcx;
    }
    return id >= "TDC-05" && id <= "TDC-13" ? CellNumber::r12 : CellNumber::none;
}

/// The cell of an exit that `clause` decided.
[[nodiscard]] Cell cell_of(const model::ConcreteExit& exit, model::ClauseIndex clause);

/// "MSR-W-34 vtl0 passthrough-read": how cells are written in reachable_cells.txt and in reports.
[[nodiscard]] std::string to_string(const Cell& cell);
[[nodiscard]] std::optional<Cell> parse_cell(std::string_view text);

/// All cells some state and exit can reach: reachable_cells.txt, which proofs/ holds against the solver.
[[nodiscard]] const std::vector<Cell>& reachable_cells();

/// How often each cell was hit.
class Coverage {
public:
    void hit(const Cell& cell) { ++counts_[index_of(cell)]; }
    void add(const Coverage& other);
    [[nodiscard]] std::uint64_t count(const Cell& cell) const { return counts_[index_of(cell)]; }
    /// Reachable cells that were not hit.
    [[nodiscard]] std::vector<Cell> missing() const;
    /// Cells that were hit but are not listed as reachable: the list is wrong.
    [[nodiscard]] std::vector<Cell> unlisted() const;

private:
    std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(cell_index_count);
};

} // namespace vtlcheck::proptests
