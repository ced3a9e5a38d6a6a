// vtlcheck manual, vtlcheck completion: the command line for man and for shells.
#include "cli/commands.hpp"
#include "cli/manual.hpp"
#include "cli/output.hpp"

#include <map>
#include <memory>

namespace vtlcheck::cli {
namespace {

const std::map<std::string, Shell> shells{{"bash", Shell::bash}, {"zsh", Shell::zsh}, {"fish", Shell::fish}};

struct Options {
    std::string shell;
    std::string output;
};

void add_output(CLI::App& command, const std::shared_ptr<Options>& options) {
    command.add_option("--output", options->output, "Where it goes; standard output by default")->type_name("FILE");
}

int write(const std::string& output, const std::string& text) {
    if (output.empty()) {
        print(text);
    } else {
        write_file(output, text);
    }
    return exit_conforms;
}

} // namespace

void add_manual(CLI::App& app, Action& chosen) {
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("manual", "Write the manual page");
    command->footer("  vtlcheck manual | man -l -");
    add_output(*command, options);
    command->callback([options, &app, &chosen] {
        chosen = [options, &app] { return write(options->output, manual_page(app, VTLCHECK_VERSION)); };
    });
}

void add_completion(CLI::App& app, Action& chosen) {
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("completion", "Write a script that completes commands and options in a shell");
    command->footer("  source <(vtlcheck completion bash)");
    command->add_option("SHELL", options->shell, "bash, zsh or fish")
        ->required()
        ->check(CLI::IsMember({"bash", "zsh", "fish"}));
    add_output(*command, options);
    command->callback([options, &app, &chosen] {
        chosen = [options, &app] { return write(options->output, completion(app, shells.at(options->shell))); };
    });
}

} // namespace vtlcheck::cli
