#include "proptests/coverage.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace vtlcheck::proptests {
namespace {

// Embedded by CMake from reachable_cells.txt, so that the tool needs no file at run time.
constexpr std::string_view reachable_text =
#include "reachable_cells.inc"
    ;

constexpr auto numbers = [] {
    std::array<CellNumber, model::clause_count> all{};
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i] = cell_number(static_cast<model::ClauseIndex>(i));
    }
    return all;
}();

constexpr std::string_view no_class_name = "-";

} // namespace

Cell cell_of(const model::ConcreteExit& exit, model::ClauseIndex clause) {
    Cell cell{.clause = clause, .vtl = static_cast<std::uint8_t>(exit.vtl1.value() ? 1 : 0)};
    if (numbers[clause] != CellNumber::none) {
        const auto& source = exit.gpr[numbers[clause] == CellNumber::rcx ? model::rcx : model::r12];
        cell.msr_class = static_cast<std::uint8_t>(
            model::msr_table[model::row_index(static_cast<std::uint32_t>(source.value()))].msr_class);
    }
    return cell;
}

std::string to_string(const Cell& cell) {
    return fmt::format("{} vtl{} {}", model::clauses[cell.clause].id, cell.vtl,
                       cell.msr_class == no_msr_class ? no_class_name : model::msr_class_name[cell.msr_class]);
}

std::optional<Cell> parse_cell(std::string_view text) {
    const auto first = text.find(' ');
    const auto second = first == std::string_view::npos ? first : text.find(' ', first + 1);
    if (second == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view vtl = text.substr(first + 1, second - first - 1);
    const std::string_view msr_class = text.substr(second + 1);
    Cell cell{.clause = model::clause_index(text.substr(0, first))};
    if (cell.clause == model::no_clause || (vtl != "vtl0" && vtl != "vtl1")) {
        return std::nullopt;
    }
    cell.vtl = vtl == "vtl1" ? 1 : 0;
    if (msr_class == no_class_name) {
        return cell;
    }
    for (std::uint8_t i = 0; i < model::msr_class_count; ++i) {
        if (msr_class == model::msr_class_name[i]) {
            cell.msr_class = i;
            return cell;
        }
    }
    return std::nullopt;
}

const std::vector<Cell>& reachable_cells() {
    static const std::vector<Cell> cells = [] {
        std::vector<Cell> all;
        std::string_view rest = reachable_text;
        while (!rest.empty()) {
            const auto end = std::min(rest.find('\n'), rest.size());
            const std::string_view line = rest.substr(0, end);
            rest.remove_prefix(std::min(end + 1, rest.size()));
            if (line.empty() || line.front() == '#') {
                continue;
            }
            const auto cell = parse_cell(line);
            if (!cell) {
                throw std::logic_error(fmt::format("reachable_cells.txt names no cell: \"{}\"", line));
            }
            all.push_back(*cell);
        }
        return all;
    }();
    return cells;
}

void Coverage::add(const Coverage& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        counts_[i] += other.counts_[i];
    }
}

std::vector<Cell> Coverage::missing() const {
    std::vector<Cell> cells;
    for (const Cell& cell : reachable_cells()) {
        if (count(cell) == 0) {
            cells.push_back(cell);
        }
    }
    return cells;
}

std::vector<Cell> Coverage::unlisted() const {
    std::vector<bool> listed(counts_.size());
    for (const Cell& cell : reachable_cells()) {
        listed[index_of(cell)] = true;
    }
    std::vector<Cell> cells;
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        if (counts_[i] != 0 && !listed[i]) {
            const auto classes = model::msr_class_count + 1U;
            cells.push_back({.clause = static_cast<model::ClauseIndex>(i / classes / 2),
                             .vtl = static_cast<std::uint8_t>(i / classes % 2),
                             .msr_class = static_cast<std::uint8_t>(i % classes)});
        }
    }
    return cells;
}

} // namespace vtlcheck::proptests
