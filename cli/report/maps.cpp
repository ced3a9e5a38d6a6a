// Two maps of what the specification says: which MSR numbers are served by which class, and who may touch which register.
// Both are drawn from the specification itself, and show what the random exits reached of it.
#include "cli/msr_rows.hpp"
#include "cli/privilege.hpp"
#include "cli/report/html.hpp"
#include "cli/report/sections.hpp"
#include "model/register_table.hpp"
#include "proptests/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

namespace vtlcheck::cli {
namespace {

using html::Table;
using proptests::Cell;
using proptests::CellNumber;

/// How a class of MSR is shown. The colour is that of whoever serves it; the letter tells classes apart.
struct ClassLook {
    char letter;
    const char* family; ///< class of the style sheet
    const char* served; ///< by whom
};
constexpr std::array<ClassLook, model::msr_class_count> looks{{
    {'P', "hardware", "hardware: reads and writes do not exit"},
    {'R', "hardware", "hardware reads; the paravisor serves writes"},
    {'B', "apic", "local APIC"},
    {'X', "apic", "local APIC"},
    {'A', "apic", "local APIC, by Hyper-V's numbers"},
    {'S', "synthetic", "Hyper-V identity, clock and pages"},
    {'Y', "synthetic", "synthetic interrupt controller"},
    {'T', "synthetic", "synthetic timers"},
    {'C', "synthetic", "crash report"},
    {'I', "synthetic", "guest idle"},
    {'Z', "paravisor", "paravisor: reads 0, writes are ignored"},
    {'V', "paravisor", "paravisor"},
    {'G', "nobody", "nobody: unknown, though it has a name"},
    {'M', "nobody", "nobody: unknown, though the TDX module knows it"},
    {'U', "nobody", "nobody: unknown"},
}};
const ClassLook& look(model::MsrClass msr_class) { return looks.at(static_cast<std::size_t>(msr_class)); }
const char* name(model::MsrClass msr_class) { return model::msr_class_name.at(static_cast<std::size_t>(msr_class)); }

/// Coverage cells, and how many were reached.
struct Reached {
    std::size_t cells = 0;
    std::size_t reached = 0;
    std::uint64_t hits = 0;

    void add(std::uint64_t count) {
        ++cells;
        reached += count != 0 ? 1U : 0U;
        hits += count;
    }
    [[nodiscard]] bool all() const { return reached == cells; }
};
std::string reached_text(const Reached& cells) {
    return cells.cells == 0 ? "none to reach"
                            : fmt::format("<span class=\"nowrap\">{} {} of {}</span>",
                                          html::badge(cells.all() ? html::Mood::good : html::Mood::open,
                                                      cells.all() ? "reached" : "not all"),
                                          cells.reached, cells.cells);
}

using ByClass = std::array<Reached, model::msr_class_count>;

ByClass reached_classes(const Json& cells) {
    ByClass all{};
    for (const auto& [text, count] : cells.items()) {
        const auto cell = proptests::parse_cell(text);
        const auto number = cell ? proptests::cell_shapes.at(cell->clause).number : CellNumber::none;
        if (number == CellNumber::rcx || number == CellNumber::r12) {
            all.at(cell->number_class).add(count.get<std::uint64_t>());
        }
    }
    return all;
}

std::string row_text(const model::MsrRow& row) {
    const auto way = [&](bool write) {
        return fmt::format("{}{}", armed_text(write ? row.armed_write : row.armed_read),
                           known(row, write) ? "" : ", unknown");
    };
    return fmt::format("{} {}: {}; read {}; write {}", numbers(row), row.name, name(row.msr_class), way(false),
                       way(true));
}

/// Draws the space in lines of equally many numbers. Lines that are all of one row are drawn as one thin line.
class MsrSpace {
public:
    explicit MsrSpace(const ByClass& reached) : reached_(reached) {}

    std::string svg() {
        std::set<std::uint64_t> lines;
        for (std::size_t i = 0; i < model::unlisted_row; ++i) {
            const auto& row = model::msr_table[i];
            const std::uint64_t first = row.first / across * across;
            const std::uint64_t last = row.last / across * across;
            for (std::uint64_t base = first; base <= last; base += across) {
                lines.insert(base);
                if (last - first > most * across && base == first) { // one row that fills the map would hide the others
                    base = (row.last + 1) % across == 0 ? last : last - across;
                }
            }
        }
        std::uint64_t next = 0;
        for (const auto base : lines) {
            gap(next, base);
            line(static_cast<std::uint32_t>(base));
            next = base + across;
        }
        gap(next, std::uint64_t{1} << 32U);
        return fmt::format(
            "<svg class=\"msr-map\" role=\"img\" aria-labelledby=\"msr-map-title msr-map-desc\" viewBox=\"0 0 {} "
            "{}\">\n"
            "<title id=\"msr-map-title\">Map of the MSR space</title>\n"
            "<desc id=\"msr-map-desc\">Each line is {} MSR numbers. Numbers with a row of their own are boxes with the "
            "letter of their class; the rest is unlisted. The tables below hold the same.</desc>\n{}</svg>\n",
            left + across * cell, y_ + 4, across, drawing_);
    }

private:
    static constexpr unsigned across = 64;
    static constexpr unsigned most = 8; ///< lines of one row
    static constexpr unsigned cell = 12;
    static constexpr unsigned height = 16;
    static constexpr unsigned thin = 14;
    static constexpr unsigned left = 96;

    /// The numbers from one line to another, each row that they are of in a thin line.
    void gap(std::uint64_t from, std::uint64_t to) {
        while (from != to) {
            const auto index = model::row_index(static_cast<std::uint32_t>(from));
            const auto& row = model::msr_table.at(index);
            std::uint64_t end = to;
            if (index != model::unlisted_row) {
                end = std::min(end, std::uint64_t{row.last} + 1);
            } else {
                for (std::size_t i = 0; i < model::unlisted_row; ++i) {
                    const std::uint64_t first = model::msr_table[i].first;
                    end = first > from ? std::min(end, first) : end;
                }
            }
            drawing_ += fmt::format(
                "<text class=\"gap\" x=\"{}\" y=\"{}\">{:#x} to {:#x}: {}</text>\n", left, y_ + thin - 4, from, end - 1,
                index == model::unlisted_row ? std::string(name(row.msr_class))
                                             : fmt::format("{} ({})", escaped(row.name), name(row.msr_class)));
            y_ += thin;
            from = end;
        }
    }

    void line(std::uint32_t base) {
        drawing_ +=
            fmt::format("<text class=\"base\" x=\"{}\" y=\"{}\">{:#x}</text>\n", left - 6, y_ + height - 4, base);
        for (std::uint32_t from = 0; from < across;) {
            const auto index = model::row_index(base + from);
            std::uint32_t to = from + 1;
            while (to < across && model::row_index(base + to) == index) {
                ++to;
            }
            box(model::msr_table.at(index), from, to);
            from = to;
        }
        y_ += height;
    }

    void box(const model::MsrRow& row, std::uint32_t from, std::uint32_t to) {
        const bool unlisted = row.msr_class == model::MsrClass::unlisted;
        const auto x = left + from * cell;
        const auto width = (to - from) * cell;
        const bool reached = reached_.at(static_cast<std::size_t>(row.msr_class)).all();
        drawing_ += fmt::format("<rect class=\"{}{}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\">",
                                unlisted ? "empty" : look(row.msr_class).family, reached ? "" : " unreached", x, y_,
                                width, height - 1);
        drawing_ +=
            unlisted ? "</rect>\n"
                     : fmt::format("<title>{}</title></rect><text x=\"{}\" y=\"{}\">{}</text>\n",
                                   escaped(row_text(row)), x + cell / 2, y_ + height - 4, look(row.msr_class).letter);
    }

    const ByClass& reached_;
    std::string drawing_;
    unsigned y_ = 0;
};

/// The name of a class behind its letter in its colour.
std::string named(model::MsrClass msr_class) {
    return fmt::format("<span class=\"nowrap\"><span class=\"swatch {}\">{}</span> {}</span>", look(msr_class).family,
                       look(msr_class).letter, name(msr_class));
}

/// Letters of permissions: what a cell says without its colour.
constexpr std::array<char, 3> letters{'G', 'D', 'R'};
char letter(Permission permission) { return letters.at(static_cast<std::size_t>(permission)); }

std::string caller(const Access& access) {
    return access.host ? conformance::word(*access.host) : fmt::format("VTL{}", access.from);
}

/// Two lines of heads: caller and target, get and set.
std::string matrix_head(const std::vector<Access>& accesses, const char* first) {
    std::string above = fmt::format("<tr><th scope=\"col\" rowspan=\"2\">{}</th>", first);
    std::string below = "<tr>";
    for (const auto& access : accesses) {
        if (!access.set) {
            above += fmt::format("<th scope=\"colgroup\" colspan=\"2\">{} on VTL{}</th>", caller(access), access.to);
        }
        below += fmt::format("<th scope=\"col\">{}</th>", access.set ? "set" : "get");
    }
    return "<thead>" + above + "</tr>\n" + below + "</tr></thead>\n";
}

std::string matrix_table(const char* id, const char* caption, const std::string& head, const std::string& rows) {
    return fmt::format(
        "<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-labelledby=\"{0}\">\n<table class=\"matrix\">"
        "\n<caption id=\"{0}\">{1}</caption>\n{2}<tbody>\n{3}</tbody>\n</table>\n</div>\n",
        id, caption, head, rows);
}

} // namespace

std::string msr_map(const Json& results) {
    const auto reached = reached_classes(results.at("conform").at("cells"));
    std::map<std::string, std::array<std::uint64_t, 2>> recorded;
    for (const auto& replay : results.at("replay")) {
        for (const auto& [msr_class, accesses] : replay.at("accesses").items()) {
            recorded[msr_class][0] += accesses.at("reads").get<std::uint64_t>();
            recorded[msr_class][1] += accesses.at("writes").get<std::uint64_t>();
        }
    }
    std::array<std::uint64_t, model::msr_class_count> of_class{};
    for (std::size_t i = 0; i < model::unlisted_row; ++i) {
        const auto& row = model::msr_table[i];
        of_class.at(static_cast<std::size_t>(row.msr_class)) += std::uint64_t{row.last} - row.first + 1;
    }
    auto& unlisted = of_class.back();
    unlisted = std::uint64_t{1} << 32U;
    std::for_each(of_class.begin(), of_class.end() - 1, [&](std::uint64_t count) { unlisted -= count; });

    Table classes("Classes of MSR: who serves them, and what was reached",
                  {{"class"},
                   {"served by"},
                   {"numbers", Table::Column::number},
                   {"coverage cells"},
                   {"random exits", Table::Column::number},
                   {"recorded reads", Table::Column::number},
                   {"recorded writes", Table::Column::number}});
    for (std::size_t i = 0; i < model::msr_class_count; ++i) {
        const auto msr_class = static_cast<model::MsrClass>(i);
        classes.row({named(msr_class), look(msr_class).served, grouped(of_class.at(i)), reached_text(reached.at(i)),
                     grouped(reached.at(i).hits), grouped(recorded[name(msr_class)][0]),
                     grouped(recorded[name(msr_class)][1])});
    }
    Table rows("The MSR table", {{"number"}, {"name"}, {"class"}, {"read"}, {"write"}, {"claim bit"}, {"source"}});
    for (const auto& row : model::msr_table) {
        rows.row({numbers(row), escaped(row.name), named(row.msr_class),
                  fmt::format("{}{}", armed_text(row.armed_read), known(row, false) ? "" : ", unknown"),
                  fmt::format("{}{}", armed_text(row.armed_write), known(row, true) ? "" : ", unknown"),
                  row.claim_bit == 0xFF ? "" : std::to_string(row.claim_bit), escaped(row.source)});
    }
    const bool all = std::all_of(reached.begin(), reached.end(), [](const Reached& cells) { return cells.all(); });
    return html::section(
        3, "msr-space", "The MSR space",
        fmt::format(
            "<p>Which numbers are served by which class, from the table that oracle and proofs read. {} "
            "Coverage is by class, not by number: every clause has to decide an exit on every class it can.</p>\n"
            "<figure><div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"Map of the MSR space\">\n{}"
            "</div><figcaption>Colour says who serves, the letter which class; the next table has both. A dashed "
            "box is of a class that random exits did not reach in full.</figcaption></figure>\n{}{}",
            all ? html::badge(html::Mood::good, "every class reached")
                : html::badge(html::Mood::open, "not every class reached"),
            MsrSpace(reached).svg(), classes.html(), html::details("The table, number by number", rows.html())));
}

std::string privilege_map(const Json& results) {
    const auto& hits = results.at("conform").at("cells");
    const auto matrix = privilege_matrix();
    const auto& table = model::register_table;

    std::string by_class;
    bool all_reached = true;
    for (std::size_t c = 0; c < model::register_class_count; ++c) {
        const auto members = std::count_if(table.begin(), table.end(), [&](const model::RegisterRow& row) {
            return static_cast<std::size_t>(row.register_class) == c;
        });
        by_class += fmt::format("<tr><th scope=\"row\">{} <span class=\"soft\">{}</span></th>",
                                model::register_class_name.at(c), members);
        for (std::size_t a = 0; a < matrix.accesses.size(); ++a) {
            std::array<std::size_t, 3> counts{};
            std::map<std::string, std::uint64_t> cells;
            for (std::size_t r = 0; r < table.size(); ++r) {
                if (static_cast<std::size_t>(table[r].register_class) != c) {
                    continue;
                }
                const auto& privilege = matrix.of[r][a];
                ++counts.at(static_cast<std::size_t>(privilege.permission));
                for (const auto& cell : privilege.cells) {
                    const auto text = proptests::to_string(cell);
                    cells[text] = hits.value(text, std::uint64_t{0});
                }
            }
            Reached reached;
            for (const auto& [text, count] : cells) {
                reached.add(count);
            }
            const auto kinds = std::count_if(counts.begin(), counts.end(), [](std::size_t n) { return n != 0; });
            std::string text;
            std::string look = "mixed";
            for (std::size_t p = 0; p < counts.size(); ++p) {
                if (counts[p] != 0) {
                    text += kinds == 1 ? std::string(1, letters[p])
                                       : fmt::format("<span>{}&nbsp;{}</span>", letters[p], counts[p]);
                    look = kinds == 1 ? std::string(1, letters[p]) : look;
                }
            }
            all_reached = all_reached && reached.all();
            by_class += fmt::format(
                "<td class=\"{}\">{}{}</td>", look, text,
                reached.all() ? ""
                              : fmt::format("<span class=\"unreached\">{}/{}</span>", reached.reached, reached.cells));
        }
        by_class += "</tr>\n";
    }

    std::string by_register;
    for (std::size_t r = 0; r < table.size(); ++r) {
        by_register += fmt::format("<tr><th scope=\"row\">{}</th>", escaped(table[r].name));
        for (const auto& privilege : matrix.of[r]) {
            by_register += fmt::format("<td class=\"{0}\">{0}</td>", letter(privilege.permission));
        }
        by_register += "</tr>\n";
    }

    const std::string body =
        fmt::format(
            "<p>Who may touch which register of which VTL, on TDX with guest VSM enabled: the oracle was asked for "
            "each of {} registers, by each caller, with values on both sides of every value rule and all answers "
            "of devices. Columns say who asks, and on whose register. For one register, or another isolation: {}. "
            "{}</p>\n"
            "<ul class=\"legend\">\n<li><span class=\"swatch G\">G</span> granted, whatever the value</li>\n"
            "<li><span class=\"swatch D\">D</span> depends: granted or refused, by value or state</li>\n"
            "<li><span class=\"swatch R\">R</span> refused, whatever the value</li>\n"
            "<li><span class=\"swatch mixed\">G&nbsp;3</span> so many registers of the class, where they differ</li>\n"
            "<li><span class=\"unreached\">3/5</span> random exits reached so many of the cells; without it, "
            "all</li>\n</ul>\n",
            table.size(), html::code("vtlcheck explain get-reg Cr3 --host kernel --isolation snp"),
            html::badge(all_reached ? html::Mood::good : html::Mood::open,
                        all_reached ? "every cell reached" : "not every cell reached")) +
        matrix_table("matrix-by-class", "Privileges by class of register: G granted, D depends, R refused",
                     matrix_head(matrix.accesses, "class"), by_class) +
        html::details("Register by register",
                      matrix_table("matrix-by-register", "Privileges by register: G granted, D depends, R refused",
                                   matrix_head(matrix.accesses, "register"), by_register));
    return html::section(3, "privileges", "The privilege matrix", body);
}

} // namespace vtlcheck::cli
