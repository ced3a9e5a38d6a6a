#include "cli/subject_option.hpp"

#include "conformance/subjects/isolated.hpp"
#include "conformance/subjects/process.hpp"

#include <fmt/format.h>

#include <cmath>

namespace vtlcheck::cli {

using conformance::SubjectChoice;

void SubjectOption::add_to(CLI::App& command) {
    command
        .add_option("--subject", text,
                    "What is checked: builtin; lib:PATH, a shared library with the functions of vtl_intercept.h\n"
                    "(docs/c-abi.md); cmd:'COMMAND', a program that reads exits and writes outcomes\n"
                    "(docs/subject-protocol.md). The last two run in processes of their own")
        ->capture_default_str();
    command.add_option("--subject-timeout", seconds, "Seconds that a subject may take for an answer")
        ->check(CLI::Range(0.1, 86400.0))
        ->capture_default_str();
}

std::chrono::milliseconds SubjectOption::limit() const {
    return std::chrono::milliseconds(std::llround(seconds * 1000));
}

proptests::SubjectFactory SubjectOption::factory() const {
    const SubjectChoice chosen = choice();
    switch (chosen.kind) {
    case SubjectChoice::Kind::library: {
        const auto make = [file = chosen.what] { return conformance::library_subject(file); };
        conformance::expect_subject(make, chosen.name(), limit());
        return
            [make, name = chosen.name(), limit = limit()] { return conformance::isolated_subject(make, name, limit); };
    }
    case SubjectChoice::Kind::command:
        return [command = chosen.what, limit = limit()] { return conformance::process_subject(command, limit, limit); };
    default:
        return conformance::builtin_subject;
    }
}

std::string where_written(const std::string& trace_file, const SubjectChoice& choice) {
    const std::string subject =
        choice.kind == SubjectChoice::Kind::builtin ? "" : " --subject " + proptests::in_shell(choice.name());
    return fmt::format("\nwritten to {0}; reproduce with: vtlcheck replay{1} {0}\n", trace_file, subject);
}

} // namespace vtlcheck::cli
