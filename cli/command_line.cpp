#include "cli/command_line.hpp"

#include <algorithm>

namespace vtlcheck::cli {
namespace {

std::string one_line(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    return text;
}

/// "TEXT:{a,b}", "UINT:UINT in [0 - 4]", "TEXT:FILE": the name of the type, and behind it what a validator calls itself.
void read_type(const std::string& type, OptionText& option) {
    const auto colon = type.find(':');
    option.value = type.substr(0, colon);
    if (colon == std::string::npos) {
        return;
    }
    const std::string rule = type.substr(colon + 1);
    if (rule.starts_with('{') && rule.ends_with('}')) {
        option.words = CLI::detail::split(rule.substr(1, rule.size() - 2), ',');
    } else if (const auto bracket = rule.find('['); bracket != std::string::npos) {
        option.range = rule.substr(bracket);
    } else if (rule == "FILE" || rule == "DIR") {
        option.value = rule;
    }
}

OptionText option_text(const CLI::Option& option) {
    OptionText text;
    if (option.nonpositional()) {
        for (const auto& name : option.get_snames()) {
            text.names.push_back("-" + name);
        }
        for (const auto& name : option.get_lnames()) {
            text.names.push_back("--" + name);
        }
    } else {
        text.names.push_back(option.get_name(true));
    }
    if (option.get_items_expected_max() > 0) {
        read_type(option.get_type_name(), text);
        if (!option.nonpositional()) {
            text.value = text.names.front();
        }
    }
    text.fallback = option.get_default_str();
    text.description = one_line(option.get_description());
    text.required = option.get_required();
    text.many = option.get_items_expected_max() > 1;
    return text;
}

} // namespace

std::string OptionText::brief() const {
    return description.substr(0, std::min({description.find(". "), description.find("; "), description.find(": ")}));
}

CommandText command_line(const CLI::App& app) {
    CommandText command{.name = app.get_name(),
                        .description = app.get_description(),
                        .footer = app.get_footer(),
                        .options = {},
                        .positionals = {},
                        .commands = {}};
    for (const CLI::Option* option : app.get_options()) {
        if (!option->get_group().empty()) {
            (option->nonpositional() ? command.options : command.positionals).push_back(option_text(*option));
        }
    }
    for (const CLI::App* sub : app.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); })) {
        command.commands.push_back(command_line(*sub));
    }
    return command;
}

} // namespace vtlcheck::cli
