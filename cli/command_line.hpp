// What an App says of its commands and options, in the form that manual page and completions are made of.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace vtlcheck::cli {

struct OptionText {
    std::vector<std::string> names; ///< "-h", "--help"; of a positional its one name
    std::string value;              ///< what a value is called, "FILE"; empty of a flag
    std::vector<std::string> words; ///< the values there are, if a validator lists them
    std::string range;              ///< "[0 - 1024]", if a validator has one
    std::string fallback;           ///< the default, if it is shown
    std::string description;        ///< in one line
    bool required = false;
    bool many = false; ///< takes any number of values

    /// The description up to its first pause, for lists.
    [[nodiscard]] std::string brief() const;
};

struct CommandText {
    std::string name;
    std::string description; ///< as it was given, of several lines perhaps; so is the footer
    std::string footer;
    std::vector<OptionText> options;
    std::vector<OptionText> positionals;
    std::vector<CommandText> commands;
};

[[nodiscard]] CommandText command_line(const CLI::App& app);

} // namespace vtlcheck::cli
