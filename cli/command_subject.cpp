// vtlcheck subject: the built-in implementation as a program that speaks the subject protocol.
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "conformance/subjects/serve.hpp"

#include <unistd.h>

#include <system_error>

namespace vtlcheck::cli {

void add_subject(CLI::App& app, Action& chosen) {
    auto* command =
        app.add_subcommand("subject", "Be the built-in implementation as a program, as --subject cmd: has it");
    command->footer("Reads traces from standard input and writes each exit with its outcome to standard output, as\n"
                    "docs/subject-protocol.md says: a peer to compare a port with, and the other side of\n"
                    "  vtlcheck conform --subject cmd:'vtlcheck subject'");
    command->callback([&chosen] {
        chosen = [] {
            try {
                conformance::serve(*conformance::builtin_subject(), STDIN_FILENO, STDOUT_FILENO);
            } catch (const std::system_error& error) {
                throw UsageError(error.what()); // the other side is gone, or a disk is full
            } catch (const conformance::SubjectError& error) {
                throw UsageError(error.what()); // a configuration that every implementation refuses
            }
            return exit_conforms;
        };
    });
}

} // namespace vtlcheck::cli
