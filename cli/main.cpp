// vtlcheck: checks a paravisor's intercept path against the written specification.
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "conformance/input.hpp"
#include "conformance/subjects/subject.hpp"
#include "vectors/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <cstdio>

namespace {

constexpr const char* description =
    R"(Checks a TDX paravisor's intercept path against a written, proved specification.

A first look:
  vtlcheck explain rdmsr 0x1d9        what a guest sees, and which clauses say so
  vtlcheck explain get-reg Lstar      who may touch a register, and which clauses say so
  vtlcheck prove                      prove the claims about the specification
  vtlcheck conform                    hold the implementation against it on random exits
  vtlcheck merge shard-*.json         one result of `conform --shard K/N --json` on many machines
  vtlcheck sweep bitmap               the same on whole spaces: MSR numbers, bitmaps, registers
  vtlcheck replay traces/*            the same on recordings of real guests
  vtlcheck flood                      what the log budget makes of a flood of warnings
  vtlcheck vectors --out DIR          named traces that a port can be checked with, without this tool
  vtlcheck mutants --sample 20        whether these checks would notice a slip
  vtlcheck verify                     all of it, with a report
  vtlcheck report --from FILE         the report of an earlier run
  vtlcheck conform --subject ...      all this of another implementation: a library, a program

Exit codes: 0 conforms, 1 violation, 2 usage or bad input, 3 inconclusive.)";

int complain(const std::string& message) {
    fmt::print(stderr, "vtlcheck: {}\n", message);
    return vtlcheck::cli::exit_usage;
}

} // namespace

int main(int argc, char** argv) {
    // A closed pipe is an error to report, not a reason to vanish.
    static_cast<void>(std::signal(SIGPIPE, SIG_IGN));
    try {
        CLI::App app(description, "vtlcheck");
        app.set_version_flag("--version", std::string("vtlcheck ") + VTLCHECK_VERSION);
        app.require_subcommand(1);
        app.failure_message([](const CLI::App* failed, const CLI::Error& error) {
            std::string command = failed->get_name();
            for (const auto* sub : failed->get_subcommands()) {
                command += " " + sub->get_name();
            }
            return fmt::format("vtlcheck: {}; see `{} --help`\n", error.what(), command);
        });
        vtlcheck::cli::Action chosen;
        vtlcheck::cli::add_prove(app, chosen);
#if VTLCHECK_LIFTING
        vtlcheck::cli::add_refine(app, chosen);
#endif
        vtlcheck::cli::add_conform(app, chosen);
        vtlcheck::cli::add_merge(app, chosen);
        vtlcheck::cli::add_sweep(app, chosen);
        vtlcheck::cli::add_replay(app, chosen);
        vtlcheck::cli::add_flood(app, chosen);
        vtlcheck::cli::add_mutants(app, chosen);
        vtlcheck::cli::add_vectors(app, chosen);
        vtlcheck::cli::add_spec(app, chosen);
        vtlcheck::cli::add_explain(app, chosen);
        vtlcheck::cli::add_verify(app, chosen);
        vtlcheck::cli::add_report(app, chosen);
        vtlcheck::cli::add_subject(app, chosen);
        vtlcheck::cli::add_manual(app, chosen);
        vtlcheck::cli::add_completion(app, chosen);
        // CLI11 would only say that a subcommand is missing.
        const auto is_command = [&](const char* word) {
            const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
            return std::any_of(commands.begin(), commands.end(),
                               [&](const CLI::App* command) { return command->get_name() == word; });
        };
        if (argc > 1 && argv[1][0] != '-' && !is_command(argv[1])) {
            throw vtlcheck::cli::UsageError(fmt::format("there is no command \"{}\"; see `vtlcheck --help`", argv[1]));
        }
        try {
            app.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            // CLI11 has codes of its own; help and version are no errors.
            return app.exit(error) == 0 ? vtlcheck::cli::exit_conforms : vtlcheck::cli::exit_usage;
        }
        return chosen();
    } catch (const vtlcheck::conformance::InputError& error) {
        return complain(error.what());
    } catch (const vtlcheck::cli::UsageError& error) {
        return complain(error.what());
    } catch (const vtlcheck::vectors::FolderError& error) {
        return complain(error.what());
    } catch (const vtlcheck::conformance::NoSubject& error) {
        return complain(error.what());
    } catch (const std::exception& error) {
        // A defect of ours must not read as a verdict on the subject.
        fmt::print(stderr, "vtlcheck: internal error, please report it: {}\n", error.what());
        return vtlcheck::cli::exit_inconclusive;
    }
}
