#include "cli/manual.hpp"

#include "cli/command_line.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <sstream>

namespace vtlcheck::cli {
namespace {

/// Text that troff leaves as it is.
std::string roff(std::string_view text) {
    std::string out;
    for (const char c : text) {
        out += c == '\\' ? "\\e" : c == '-' ? "\\-" : std::string(1, c);
    }
    return (out.starts_with('.') || out.starts_with('\'') ? "\\&" : "") + out;
}

/// An argument of a macro.
std::string argument(std::string_view text) {
    std::string out;
    for (const char c : text) {
        out += c == '"' ? "\\(dq" : std::string(1, c);
    }
    return fmt::format("\"{}\"", out);
}

/// Prose is filled; lines that are indented, examples and tables, are kept.
std::string paragraphs(const std::string& text, bool below_heading) {
    std::string out;
    std::istringstream lines(text);
    bool kept = false;
    bool begun = below_heading;
    for (std::string line; std::getline(lines, line);) {
        if (line.empty()) {
            begun = false;
            continue;
        }
        const bool keep = line.starts_with(' ');
        if (kept && !keep) {
            out += ".fi\n";
        }
        if (!begun || keep != kept) {
            out += ".PP\n";
        }
        if (keep && !kept) {
            out += ".nf\n";
        }
        out += roff(line) + "\n";
        kept = keep;
        begun = true;
    }
    return out + (kept ? ".fi\n" : "");
}

std::string synopsis(const OptionText& positional) {
    const std::string text = positional.value + (positional.many ? "..." : "");
    return positional.required ? text : fmt::format("[{}]", text);
}

std::string described(const OptionText& option, bool positional) {
    std::vector<std::string> names;
    for (const auto& name : option.names) {
        names.push_back(fmt::format("\\f{}{}\\fR", positional ? 'I' : 'B', roff(name)));
    }
    std::string head = fmt::format("{}", fmt::join(names, ", "));
    if (!positional && !option.value.empty()) {
        head += option.words.empty()
                    ? fmt::format(" \\fI{}\\fR", roff(option.value))
                    : fmt::format(" \\fB{}\\fR", roff(fmt::format("{}", fmt::join(option.words, "|"))));
    }
    std::string text = fmt::format(".TP\n{}\n{}", head, roff(option.description));
    std::vector<std::string> notes;
    if (positional && !option.words.empty()) {
        notes.push_back(fmt::format("one of {}", fmt::join(option.words, ", ")));
    }
    if (!option.range.empty()) {
        notes.push_back("in " + option.range);
    }
    if (!option.fallback.empty()) {
        notes.push_back("default " + option.fallback);
    }
    return text + (notes.empty() ? "" : roff(fmt::format(" ({})", fmt::join(notes, ", ")))) + "\n";
}

std::string described(const CommandText& command) {
    std::string text;
    for (const auto& positional : command.positionals) {
        text += described(positional, true);
    }
    for (const auto& option : command.options) {
        // Every command has it; it is told of once.
        if (command.commands.empty() && option.names.back() == "--help") {
            continue;
        }
        text += described(option, false);
    }
    return text;
}

} // namespace

std::string manual_page(const CLI::App& app, std::string_view version) {
    const CommandText tool = command_line(app);
    const auto stop = std::min(tool.description.find('.'), tool.description.size());
    std::string sentence = tool.description.substr(0, stop);
    const std::string rest =
        tool.description.substr(std::min(tool.description.find_first_not_of(".\n", stop), tool.description.size()));
    std::replace(sentence.begin(), sentence.end(), '\n', ' ');
    std::string upper = tool.name;
    std::transform(upper.begin(), upper.end(), upper.begin(),
                   [](unsigned char c) { return static_cast<char>(std::toupper(c)); });

    std::string page =
        fmt::format(".TH {} 1 \"\" {} \"User Commands\"\n.SH NAME\n{} \\- {}\n.SH SYNOPSIS\n", argument(upper),
                    argument(fmt::format("{} {}", tool.name, version)), roff(tool.name), roff(sentence));
    page += fmt::format("\\fB{}\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR]...\n", roff(tool.name));
    page += ".SH DESCRIPTION\n" + paragraphs(rest, true);
    page += ".SH OPTIONS\n" + described(tool) + ".SH COMMANDS\n";
    for (const auto& command : tool.commands) {
        std::string usage = command.name;
        for (const auto& positional : command.positionals) {
            usage.append(" ").append(synopsis(positional));
        }
        page += fmt::format(".SS {}\n{}{}{}", argument(roff(usage)), paragraphs(command.description, true),
                            described(command), paragraphs(command.footer, false));
    }
    return page;
}

} // namespace vtlcheck::cli
