// --subject and --subject-timeout: what is held against the specification.
#pragma once

#include "conformance/subjects/choice.hpp"
#include "proptests/conform.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <string>

namespace vtlcheck::cli {

struct SubjectOption {
    std::string text = "builtin";
    double seconds = 10; ///< that an answer may take

    void add_to(CLI::App& command);
    /// Throws conformance::NoSubject.
    [[nodiscard]] conformance::SubjectChoice choice() const { return conformance::parse_subject(text); }
    [[nodiscard]] std::chrono::milliseconds limit() const;
    /// What makes such subjects: for a library and a program, in processes of their own. Throws conformance::NoSubject if
    /// there is none to make.
    [[nodiscard]] proptests::SubjectFactory factory() const;
};

/// Where a failing trace is, and the command that replays it on the same subject.
[[nodiscard]] std::string where_written(const std::string& trace_file, const conformance::SubjectChoice& choice);

} // namespace vtlcheck::cli
