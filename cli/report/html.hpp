// Pieces of the page: text that cannot be taken for markup, verdicts, tables, traces.
#pragma once

#include "cli/output.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::cli::html {

enum class Mood : std::uint8_t {
    good,
    bad,
    open, ///< neither
};
/// The mood of a verdict, a status or a result, by its word.
[[nodiscard]] Mood mood_of(std::string_view word);
/// A word with a sign, so that it is not told by its colour alone.
[[nodiscard]] std::string badge(Mood mood, std::string_view word);
[[nodiscard]] inline std::string badge(std::string_view word) { return badge(mood_of(word), word); }

/// The string or number of a member, as text for the page.
[[nodiscard]] std::string text(const Json& object, const char* member);
/// A count of a member, with separators of thousands.
[[nodiscard]] std::string count(const Json& object, const char* member);
/// "<1 ms", "12 ms", "3.4 s".
[[nodiscard]] std::string duration(double ms);

[[nodiscard]] std::string code(std::string_view text);
[[nodiscard]] std::string pre(std::string_view text);
[[nodiscard]] std::string details(const std::string& summary, const std::string& body);
/// A trace: its exits as numbered steps, its other lines above and between them.
[[nodiscard]] std::string trace(std::string_view text);
[[nodiscard]] std::string base64(std::string_view bytes);

/// A section of the page with its heading, of level 2 or 3, and what the table of contents needs of it.
[[nodiscard]] std::string section(int level, const char* id, const char* title, const std::string& body);

/// A table whose first column names the row. Where it is wider than the page, it scrolls by itself, by keyboard too.
class Table {
public:
    enum class Column : std::uint8_t { text, number };
    struct Head {
        const char* title;
        Column column = Column::text;
    };

    /// `caption` is text, not markup.
    Table(std::string_view caption, std::vector<Head> heads);
    /// Cells are markup.
    Table& row(const std::vector<std::string>& cells);
    [[nodiscard]] bool empty() const { return rows_.empty(); }
    [[nodiscard]] std::string html() const;

private:
    std::string caption_;
    std::vector<Head> heads_;
    std::string rows_;
};

} // namespace vtlcheck::cli::html
