// Completion scripts. Each needs nothing but its shell.
#include "cli/command_line.hpp"
#include "cli/manual.hpp"

#include <fmt/ranges.h>

#include <string>
#include <vector>

namespace vtlcheck::cli {
namespace {

std::string joined(const std::vector<std::string>& words, const char* between) {
    return fmt::format("{}", fmt::join(words, between));
}

/// In single quotes of a shell.
std::string in_quotes(const std::string& text, const char* quote) {
    std::string out = "'";
    for (const char c : text) {
        out += c == '\'' ? quote : std::string(1, c);
    }
    return out + "'";
}

// bash: one function that looks at the word before and at the command.

std::string bash_values(const OptionText& option) {
    if (!option.words.empty()) {
        return fmt::format("mapfile -t COMPREPLY < <(compgen -W {} -- \"$word\")",
                           in_quotes(joined(option.words, " "), "'\\''"));
    }
    return option.value == "FILE"  ? "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\")"
           : option.value == "DIR" ? "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$word\")"
                                   : ":";
}

std::string bash_case(const CommandText& command, const std::string& indent) {
    std::string text;
    std::vector<std::string> names;
    for (const auto& option : command.options) {
        names.insert(names.end(), option.names.begin(), option.names.end());
        if (!option.value.empty()) {
            text +=
                fmt::format("{}{}) {}; return ;;\n", indent + "    ", joined(option.names, " | "), bash_values(option));
        }
    }
    if (!text.empty()) {
        text = fmt::format("{0}case $previous in\n{1}{0}esac\n", indent, text);
    }
    text += fmt::format("{}[[ $word != -* ]] || {{ mapfile -t COMPREPLY < <(compgen -W {} -- \"$word\"); return; }}\n",
                        indent, in_quotes(joined(names, " "), "'\\''"));
    std::vector<std::string> words;
    for (const auto& sub : command.commands) {
        words.push_back(sub.name);
    }
    OptionText first{.names = {}, .value = "", .words = words, .range = "", .fallback = "", .description = ""};
    for (const auto& positional : command.positionals) {
        first.words.insert(first.words.end(), positional.words.begin(), positional.words.end());
        first.value = positional.value;
    }
    return text + indent + bash_values(first) + "\n";
}

std::string bash(const CommandText& tool) {
    std::string text = fmt::format(R"(# bash completion of {0}, made by `{0} completion bash`
_{0}() {{
    local word=${{COMP_WORDS[COMP_CWORD]}} previous=${{COMP_WORDS[COMP_CWORD - 1]}} command= i
    # --option=value is three words here.
    if [[ $word == = ]]; then
        word=
    elif [[ $previous == = ]]; then
        previous=${{COMP_WORDS[COMP_CWORD - 2]}}
    fi
    for ((i = 1; i < COMP_CWORD; ++i)); do
        [[ ${{COMP_WORDS[i]}} == -* ]] || {{ command=${{COMP_WORDS[i]}}; break; }}
    done
    COMPREPLY=()
    case $command in
)",
                                   tool.name);
    for (const auto& command : tool.commands) {
        text += fmt::format("    {})\n{}        ;;\n", command.name, bash_case(command, "        "));
    }
    return text + fmt::format("    '')\n{0}        ;;\n    esac\n}}\ncomplete -F _{1} {1}\n",
                              bash_case(tool, "        "), tool.name);
}

// zsh: specifications of _arguments.

std::string zsh_escaped(const std::string& text) {
    std::string out;
    for (const char c : text) {
        out += (c == '[' || c == ']' || c == ':' || c == '\\' ? "\\" : "") + std::string(1, c);
    }
    return out;
}

std::string zsh_value(const OptionText& option) {
    const std::string action = !option.words.empty()    ? "(" + joined(option.words, " ") + ")"
                               : option.value == "FILE" ? "_files"
                               : option.value == "DIR"  ? "_files -/"
                                                        : " ";
    return fmt::format(":{}:{}", zsh_escaped(option.value), action);
}

std::string zsh_arguments(const CommandText& command, const std::string& indent) {
    std::string text;
    for (const auto& option : command.options) {
        for (const auto& name : option.names) {
            const std::string value = option.value.empty() ? "" : zsh_value(option);
            const char* const equals = !value.empty() && name.starts_with("--") ? "=" : "";
            text += " \\\n" + indent +
                    in_quotes(fmt::format("{}{}{}[{}]{}", option.many ? "*" : "", name, equals,
                                          zsh_escaped(option.brief()), value),
                              "'\\''");
        }
    }
    std::size_t place = 0;
    for (const auto& positional : command.positionals) {
        ++place;
        if (positional.words.empty() && positional.value != "FILE" && positional.value != "DIR") {
            continue; // a message that there is nothing to complete would keep options from being inserted
        }
        text += " \\\n" + indent +
                in_quotes((positional.many ? "*" : std::to_string(place)) + zsh_value(positional), "'\\''");
    }
    return text;
}

std::string zsh(const CommandText& tool) {
    std::string text = fmt::format(
        "#compdef {0}\n# made by `{0} completion zsh`\n_{0}() {{\n    local curcontext=$curcontext state line\n"
        "    local -a commands=(\n",
        tool.name);
    for (const auto& command : tool.commands) {
        text += "        " + in_quotes(command.name + ":" + zsh_escaped(command.description), "'\\''") + "\n";
    }
    text += fmt::format("    )\n    _arguments -C{} \\\n        '1: :->command' '*:: :->argument'\n"
                        "    case $state in\n    command) _describe command commands ;;\n    argument)\n"
                        "        case $line[1] in\n",
                        zsh_arguments(tool, "        "));
    for (const auto& command : tool.commands) {
        text += fmt::format("        {})\n            _arguments{}\n            ;;\n", command.name,
                            zsh_arguments(command, "                "));
    }
    return text + fmt::format("        esac\n        ;;\n    esac\n}}\n"
                              "if [[ $funcstack[1] == _{0} ]]; then\n    _{0} \"$@\"\nelse\n    compdef _{0} {0}\nfi\n",
                              tool.name);
}

// fish: one line for each thing that can be completed.

std::string fish_values(const OptionText& option) {
    return !option.words.empty()    ? " -x -a " + in_quotes(joined(option.words, " "), "\\'")
           : option.value == "FILE" ? " -r -F"
           : option.value == "DIR"  ? " -x -a '(__fish_complete_directories)'"
           : option.value.empty()   ? ""
                                    : " -x";
}

std::string fish_lines(const std::string& tool, const CommandText& command, const std::string& when) {
    std::string text;
    const std::string head = fmt::format("complete -c {} -n {}", tool, in_quotes(when, "\\'"));
    for (const auto& option : command.options) {
        text += head;
        for (const auto& name : option.names) {
            text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
        }
        text += fish_values(option) + " -d " + in_quotes(option.brief(), "\\'") + "\n";
    }
    for (const auto& positional : command.positionals) {
        if (!positional.words.empty()) {
            text += head + " -a " + in_quotes(joined(positional.words, " "), "\\'") + "\n";
        } else if (positional.value == "FILE") {
            text += head + " -F\n";
        }
    }
    return text;
}

std::string fish(const CommandText& tool) {
    std::string text =
        fmt::format("# fish completion of {0}, made by `{0} completion fish`\ncomplete -c {0} -f\n", tool.name);
    text += fish_lines(tool.name, tool, "__fish_use_subcommand");
    for (const auto& command : tool.commands) {
        text += fmt::format("complete -c {} -n __fish_use_subcommand -a {} -d {}\n", tool.name, command.name,
                            in_quotes(command.description, "\\'"));
        text += fish_lines(tool.name, command, "__fish_seen_subcommand_from " + command.name);
    }
    return text;
}

} // namespace

std::string completion(const CLI::App& app, Shell shell) {
    const CommandText tool = command_line(app);
    return shell == Shell::bash ? bash(tool) : shell == Shell::zsh ? zsh(tool) : fish(tool);
}

} // namespace vtlcheck::cli
