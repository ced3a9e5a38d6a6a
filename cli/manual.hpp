// The command line told to others than its parser: manual page and completions. All of it is read from the App, so that
// nothing about an option is written twice.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <string_view>

namespace vtlcheck::cli {

enum class Shell { bash, zsh, fish };

/// The page of section 1, in man(7). The first sentence of the App's description is what stands under NAME. Options of
/// a hidden group are left out, here as below.
[[nodiscard]] std::string manual_page(const CLI::App& app, std::string_view version);

/// A script that completes commands, options, and values: words where a validator lists them, files and folders where
/// the option's type is FILE or DIR.
[[nodiscard]] std::string completion(const CLI::App& app, Shell shell);

} // namespace vtlcheck::cli
