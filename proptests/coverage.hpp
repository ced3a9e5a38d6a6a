// Coverage cells: which clause decided an exit of which VTL, and what the clause leaves open of the rest: the class of
// MSR or register, get or set, the VTL that was named, the state of guest VSM, the isolation. A clause fixes the exit
// kind and the outcome, so a cell is finer than (exit kind, VTL, class, outcome). What the log budget made of the exit is
// a cell of its own: the clause of the budget and the site.
#pragma once

#include "model/msr_table.hpp"
#include "model/oracle.hpp"
#include "model/register_table.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::proptests {

/// The VTL that a Get or Set names, seen from the caller (note P15).
enum class Target : std::uint8_t { own, lower, higher, malformed };
inline constexpr std::uint8_t target_count = 4;

/// Clauses that have cells: those of the book, then those of the log budget.
inline constexpr std::size_t cell_clause_count = model::clause_count + model::log_clauses.size();
[[nodiscard]] constexpr const model::ClauseText& cell_clause(std::size_t index) {
    return index < model::clause_count ? model::clauses[index] : model::log_clauses[index - model::clause_count];
}

/// A clause that no valid state and exit reach, and why it is there.
struct UnreachedClause {
    std::string_view id;
    std::string_view reason;
};
inline constexpr std::array<UnreachedClause, 2> unreached_clauses{{
    {"REG-R-11", "for totality: VTL1 alone gets the register, and no valid state has VTL1 without guest VSM enabled"},
    {"HOST-05", "for totality: VTL1 alone has the register, and no valid state has VTL1 without guest VSM enabled"},
}};

/// The index of that clause for cell_clause(), no_clause if there is none.
[[nodiscard]] model::ClauseIndex parse_clause(std::string_view id);

/// A field counts only where the shape of the clause has it, else it is 0.
struct Cell {
    model::ClauseIndex clause = 0; ///< index for cell_clause()
    std::uint8_t vtl = 0;
    std::uint8_t number_class = 0; ///< model::MsrClass or model::RegisterClass
    std::uint8_t operation = 0;    ///< 0 get, 1 set
    std::uint8_t target = 0;       ///< Target
    std::uint8_t guest_vsm = 0;    ///< model::GuestVsm before the exit
    std::uint8_t isolation = 0;    ///< model::Isolation
    std::uint8_t log_site = 0;     ///< model::LogSite

    friend bool operator==(const Cell&, const Cell&) = default;
};

/// What the class of a cell is taken from: an MSR number in RCX or R12, or the register name of the exit.
enum class CellNumber : std::uint8_t { none, rcx, r12, name };

/// What tells the cells of a clause apart besides the exit's VTL.
struct CellShape {
    CellNumber number = CellNumber::none;
    bool operation = false;
    bool target = false;
    bool guest_vsm = false;
    bool isolation = false;
    bool log_site = false;

    [[nodiscard]] constexpr std::size_t classes() const {
        return number == CellNumber::none   ? 1
               : number == CellNumber::name ? model::register_class_count
                                            : model::msr_class_count;
    }
    /// Cells of the full product, reachable or not.
    [[nodiscard]] constexpr std::size_t size() const {
        return 2 * classes() * (operation ? 2U : 1U) * (target ? target_count : 1U) *
               (guest_vsm ? model::guest_vsm_count : 1U) * (isolation ? model::isolation_count : 1U) *
               (log_site ? model::log_site_count : 1U);
    }
};
[[nodiscard]] constexpr CellShape cell_shape(model::ClauseIndex clause) {
    const std::string_view id = cell_clause(clause).id;
    if (id.starts_with("LOG-")) {
        return {.log_site = true};
    }
    if (id.starts_with("MSR-") || id == "EXIT-08" || id == "EXIT-09") {
        return {.number = CellNumber::rcx};
    }
    if (id >= "TDC-05" && id <= "TDC-13") {
        return {.number = CellNumber::r12};
    }
    if (id.starts_with("REG-")) { // the families of gets and sets have one operation each
        const bool both = id.starts_with("REG-H-") || id.starts_with("REG-G-");
        return {.number = CellNumber::name, .operation = both, .target = true};
    }
    if (id.starts_with("HOST-") && id != "HOST-01") {
        const bool both = id == "HOST-02" || id == "HOST-03" || id == "HOST-15";
        return {.number = CellNumber::name, .operation = both, .isolation = true};
    }
    if (id.starts_with("SPEC-")) {
        return {.isolation = true};
    }
    if (id.starts_with("VTL-") || id.starts_with("CTL-")) {
        return {.guest_vsm = true};
    }
    return {};
}
inline constexpr auto cell_shapes = [] {
    std::array<CellShape, cell_clause_count> all{};
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = cell_shape(static_cast<model::ClauseIndex>(i));
    }
    return all;
}();
/// Where the cells of a clause start among all; one entry more than clauses.
inline constexpr auto cell_offsets = [] {
    std::array<std::uint32_t, cell_clause_count + 1> all{};
    for (std::size_t i = 0; i < cell_clause_count; ++i) {
        all[i + 1] = all[i] + static_cast<std::uint32_t>(cell_shapes[i].size());
    }
    return all;
}();
/// Cells of the full product of every clause.
inline constexpr std::size_t cell_index_count = cell_offsets.back();

constexpr std::size_t index_of(const Cell& cell) {
    const CellShape& shape = cell_shapes[cell.clause];
    std::size_t index = cell.vtl;
    const auto next = [&](bool counts, std::size_t radix, std::uint8_t digit) {
        index = counts ? index * radix + digit : index;
    };
    next(true, shape.classes(), cell.number_class);
    next(shape.operation, 2, cell.operation);
    next(shape.target, target_count, cell.target);
    next(shape.guest_vsm, model::guest_vsm_count, cell.guest_vsm);
    next(shape.isolation, model::isolation_count, cell.isolation);
    next(shape.log_site, model::log_site_count, cell.log_site);
    return cell_offsets[cell.clause] + index;
}
/// The cell with that index.
[[nodiscard]] Cell cell_at(std::size_t index);

/// The cell of an exit that `clause` decided; `vsm` as it was before the exit.
[[nodiscard]] Cell cell_of(const model::ConcreteConfig& config, const model::PartitionVsm<model::Concrete>& vsm,
                           const model::ConcreteExit& exit, model::ClauseIndex clause);

/// The cell of what the log budget made of it: `log_clause` by index in model::log_clauses.
[[nodiscard]] Cell log_cell_of(const model::ConcreteExit& exit, const model::ConcreteOutcome& out,
                               model::ClauseIndex log_clause);

/// "MSR-W-34 vtl0 passthrough-read", "REG-G-01 vtl1 gpr get own": how cells are written in reachable_cells.txt and in
/// reports.
[[nodiscard]] std::string to_string(const Cell& cell);
[[nodiscard]] std::optional<Cell> parse_cell(std::string_view text);

/// All cells some state and exit can reach: reachable_cells.txt, which a test holds against the solver.
[[nodiscard]] const std::vector<Cell>& reachable_cells();

/// How often each cell was hit.
class Coverage {
public:
    void hit(const Cell& cell) { ++counts_[index_of(cell)]; }
    void add(const Coverage& other) { add(other.counts()); }
    /// By index, of which there have to be cell_index_count.
    void add(std::span<const std::uint64_t> counts);
    [[nodiscard]] std::span<const std::uint64_t> counts() const { return counts_; }
    [[nodiscard]] std::uint64_t count(const Cell& cell) const { return counts_[index_of(cell)]; }
    /// Reachable cells that were not hit.
    [[nodiscard]] std::vector<Cell> missing() const;
    /// Cells that were hit but are not listed as reachable: the list is wrong.
    [[nodiscard]] std::vector<Cell> unlisted() const;

private:
    std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(cell_index_count);
};

} // namespace vtlcheck::proptests
