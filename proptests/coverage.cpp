#include "proptests/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ranges>
#include <span>
#include <stdexcept>
#include <utility>

namespace vtlcheck::proptests {
namespace {

// Embedded by CMake from reachable_cells.txt, so that the tool needs no file at run time.
constexpr std::string_view reachable_text =
#include "reachable_cells.inc"
    ;

using Names = std::span<const char* const>;
constexpr std::array<const char*, 1> no_class{"-"};
constexpr std::array<const char*, 2> vtl_name{"vtl0", "vtl1"};
constexpr std::array<const char*, 2> operation_name{"get", "set"};
constexpr std::array<const char*, target_count> target_name{"own", "lower", "higher", "malformed"};
constexpr std::array<const char*, model::guest_vsm_count> guest_vsm_name{"vsm-not-enabled", "vsm-enabled",
                                                                         "vsm-unsupported"};
constexpr std::array<const char*, model::isolation_count> isolation_name{"none", "vbs", "snp", "tdx", "cca"};

constexpr std::array<const char*, model::log_site_count> log_site_name{
    "no-site",        "unknown-read",  "unknown-write",     "protected-write",
    "crash",          "tdvmcall-read", "tdvmcall-write",    "tdvmcall-function",
    "hypercall-code", "vtl-switch",    "protected-register"};

Names class_names(CellNumber number) {
    switch (number) {
    case CellNumber::none:
        return no_class;
    case CellNumber::name:
        return model::register_class_name;
    default:
        return model::msr_class_name;
    }
}

/// Calls `f(names, digit)` for each word behind the clause, in the order in which a cell is written.
template <class C, class F>
void each_word(C& cell, F&& f) {
    const CellShape& shape = cell_shapes[cell.clause];
    f(Names(vtl_name), cell.vtl);
    f(class_names(shape.number), cell.number_class);
    const auto optional = [&](bool counts, Names names, auto& digit) {
        if (counts) {
            f(names, digit);
        }
    };
    optional(shape.operation, operation_name, cell.operation);
    optional(shape.target, target_name, cell.target);
    optional(shape.guest_vsm, guest_vsm_name, cell.guest_vsm);
    optional(shape.isolation, isolation_name, cell.isolation);
    optional(shape.log_site, log_site_name, cell.log_site);
}

std::uint8_t target_of(const model::ConcreteExit& exit) {
    const std::uint32_t byte = exit.target_vtl.value();
    const bool named = (byte & 0x10U) != 0;
    const std::uint32_t value = byte & 0xFU;
    const std::uint32_t own = exit.vtl1.value() ? 1 : 0;
    const Target target = (byte & 0xE0U) != 0 || (named && value >= 3) ? Target::malformed
                          : !named || value == own                     ? Target::own
                          : value < own                                ? Target::lower
                                                                       : Target::higher;
    return static_cast<std::uint8_t>(target);
}

} // namespace

Cell cell_at(std::size_t index) {
    const auto after = std::upper_bound(cell_offsets.begin(), cell_offsets.end(), index);
    Cell cell{.clause = static_cast<model::ClauseIndex>(after - cell_offsets.begin() - 1)};
    std::size_t rest = index - cell_offsets[cell.clause];
    std::vector<std::pair<std::size_t, std::uint8_t*>> digits;
    each_word(cell, [&](Names names, std::uint8_t& digit) { digits.emplace_back(names.size(), &digit); });
    for (const auto& [radix, digit] : digits | std::views::reverse) {
        *digit = static_cast<std::uint8_t>(rest % radix);
        rest /= radix;
    }
    return cell;
}

Cell cell_of(const model::ConcreteConfig& config, const model::PartitionVsm<model::Concrete>& vsm,
             const model::ConcreteExit& exit, model::ClauseIndex clause) {
    const CellShape& shape = cell_shapes[clause];
    Cell cell{.clause = clause, .vtl = static_cast<std::uint8_t>(exit.vtl1.value() ? 1 : 0)};
    if (shape.number == CellNumber::name) {
        cell.number_class =
            static_cast<std::uint8_t>(model::register_table[model::register_index(exit.name.value())].register_class);
        if (shape.operation) {
            const bool set = exit.kind.value() == static_cast<std::uint8_t>(model::Kind::host_access)
                                 ? exit.operation.value() == 1
                                 : (exit.gpr[model::rcx].value() & 0xFFFF) == model::hvcall_set_vp_registers;
            cell.operation = set ? 1 : 0;
        }
        cell.target = shape.target ? target_of(exit) : std::uint8_t{0};
    } else if (shape.number != CellNumber::none) {
        const auto& source = exit.gpr[shape.number == CellNumber::rcx ? model::rcx : model::r12];
        cell.number_class = static_cast<std::uint8_t>(
            model::msr_table[model::row_index(static_cast<std::uint32_t>(source.value()))].msr_class);
    }
    // Values that no partition has count as the last.
    if (shape.guest_vsm) {
        cell.guest_vsm = std::min<std::uint8_t>(vsm.guest_vsm.value(), model::guest_vsm_count - 1);
    }
    if (shape.isolation) {
        cell.isolation = std::min<std::uint8_t>(config.isolation.value(), model::isolation_count - 1);
    }
    return cell;
}

Cell log_cell_of(const model::ConcreteExit& exit, const model::ConcreteOutcome& out, model::ClauseIndex log_clause) {
    const bool flush = exit.kind.value() == static_cast<std::uint8_t>(model::Kind::log_flush) &&
                       model::names_log_site<model::Concrete>(exit).value();
    return {.clause = static_cast<model::ClauseIndex>(model::clause_count + log_clause),
            .vtl = static_cast<std::uint8_t>(exit.vtl1.value() ? 1 : 0),
            .log_site = flush ? static_cast<std::uint8_t>(exit.argument.value()) : out.log_site.value()};
}

std::string to_string(const Cell& cell) {
    std::string text(cell_clause(cell.clause).id);
    each_word(cell, [&](Names names, std::uint8_t digit) { text.append(" ").append(names[digit]); });
    return text;
}

model::ClauseIndex parse_clause(std::string_view id) {
    const auto of_book = model::clause_index(id);
    const auto of_log = model::log_clause_index(id);
    return of_book != model::no_clause  ? of_book
           : of_log == model::no_clause ? of_log
                                        : static_cast<model::ClauseIndex>(model::clause_count + of_log);
}

std::optional<Cell> parse_cell(std::string_view text) {
    const auto word = [&] {
        const auto end = std::min(text.find(' '), text.size());
        const std::string_view first = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        return first;
    };
    if (text.ends_with(' ')) {
        return std::nullopt;
    }
    Cell cell{.clause = parse_clause(word())};
    if (cell.clause == model::no_clause) {
        return std::nullopt;
    }
    bool known = true;
    each_word(cell, [&](Names names, std::uint8_t& digit) {
        const std::string_view name = word();
        const auto found = std::find(names.begin(), names.end(), name);
        known = known && found != names.end();
        digit = found != names.end() ? static_cast<std::uint8_t>(found - names.begin()) : std::uint8_t{0};
    });
    return known && text.empty() ? std::optional(cell) : std::nullopt;
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

void Coverage::add(std::span<const std::uint64_t> counts) {
    for (std::size_t i = 0; i < counts_.size(); ++i) {
        counts_[i] += counts[i];
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
            cells.push_back(cell_at(i));
        }
    }
    return cells;
}

} // namespace vtlcheck::proptests
