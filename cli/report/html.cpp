#include "cli/report/html.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vtlcheck::cli::html {

Mood mood_of(std::string_view word) {
    constexpr std::array good{"conforms", "proved", "rejected", "agrees", "holds", "replayed", "reached", "yes"};
    constexpr std::array bad{"violation", "refuted", "error", "survives", "no"};
    const auto is_one_of = [&](const auto& words) {
        return std::find(words.begin(), words.end(), word) != words.end();
    };
    return is_one_of(good) ? Mood::good : is_one_of(bad) ? Mood::bad : Mood::open;
}

std::string badge(Mood mood, std::string_view word) {
    struct Look {
        const char* name;
        const char* sign;
    };
    constexpr std::array<Look, 3> looks{{{"good", "&#10003;"}, {"bad", "&#10007;"}, {"open", "?"}}};
    const auto& look = looks.at(static_cast<std::size_t>(mood));
    return fmt::format(R"(<span class="badge {}"><span aria-hidden="true">{}</span> {}</span>)", look.name, look.sign,
                       escaped(word));
}

std::string text(const Json& object, const char* member) {
    const Json& value = object.at(member);
    return escaped(value.is_string() ? value.get<std::string>() : value.dump());
}

std::string count(const Json& object, const char* member) { return grouped(object.at(member).get<std::uint64_t>()); }

std::string duration(double ms) {
    return ms < 1 ? "&lt;1 ms" : ms < 1000 ? fmt::format("{:.0f} ms", ms) : fmt::format("{:.1f} s", ms / 1000);
}

std::string code(std::string_view text) { return fmt::format("<code>{}</code>", escaped(text)); }

// HTML drops a line end right behind the tag.
std::string pre(std::string_view text) { return fmt::format("<pre>\n{}</pre>\n", escaped(text)); }

std::string details(const std::string& summary, const std::string& body) {
    return fmt::format("<details><summary>{}</summary>\n{}</details>\n", summary, body);
}

std::string trace(std::string_view text) {
    std::string html;
    std::string between;
    bool in_list = false;
    std::size_t steps = 0;
    const auto flush = [&] {
        if (!between.empty()) {
            html += in_list ? "</ol>\n" : "";
            in_list = false;
            html += pre(between);
            between.clear();
        }
    };
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const auto line = text.substr(0, end);
        text.remove_prefix(std::min(end + 1, text.size()));
        if (!line.starts_with("vp")) {
            if (!line.empty()) {
                between += std::string(line) + "\n";
            }
            continue;
        }
        flush();
        if (!in_list) {
            html += fmt::format("<ol class=\"trace\" start=\"{}\">\n", steps + 1);
            in_list = true;
        }
        ++steps;
        html += fmt::format("<li>{}</li>\n", code(line));
    }
    flush();
    return html + (in_list ? "</ol>\n" : "");
}

std::string base64(std::string_view bytes) {
    constexpr std::string_view digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        std::uint32_t group = 0;
        for (std::size_t j = i; j < i + 3; ++j) {
            group = group << 8U | (j < bytes.size() ? static_cast<unsigned char>(bytes[j]) : 0U);
        }
        for (std::size_t j = 0; j < 4; ++j) {
            text += i + j > bytes.size() ? '=' : digits[group >> (18 - 6 * j) & 63U];
        }
    }
    return text;
}

std::string section(int level, const char* id, const char* title, const std::string& body) {
    return fmt::format("<section id=\"{0}\" aria-labelledby=\"{0}-heading\">\n<h{1} id=\"{0}-heading\">{2}</h{1}>\n"
                       "{3}</section>\n",
                       id, level, title, body);
}

Table::Table(std::string_view caption, std::vector<Head> heads)
    : caption_(escaped(caption)), heads_(std::move(heads)) {}

Table& Table::row(const std::vector<std::string>& cells) {
    rows_ += "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i) {
        const bool number = heads_.at(i).column == Column::number;
        rows_ += i == 0   ? fmt::format("<th scope=\"row\">{}</th>", cells[i])
                 : number ? fmt::format("<td class=\"n\">{}</td>", cells[i])
                          : fmt::format("<td>{}</td>", cells[i]);
    }
    rows_ += "</tr>\n";
    return *this;
}

std::string Table::html() const {
    std::string head;
    for (const auto& title : heads_) {
        head += fmt::format("<th scope=\"col\"{}>{}</th>", title.column == Column::number ? " class=\"n\"" : "",
                            escaped(title.title));
    }
    return fmt::format("<div class=\"wide\" role=\"group\" tabindex=\"0\" aria-label=\"{0}\">\n<table>\n<caption>{0}"
                       "</caption>\n<thead><tr>{1}</tr></thead>\n<tbody>\n{2}</tbody>\n</table>\n</div>\n",
                       caption_, head, rows_);
}

} // namespace vtlcheck::cli::html
