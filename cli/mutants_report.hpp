// How a campaign of mutants is told: to a person, to a program.
#pragma once

#include "cli/output.hpp"
#include "mutants/ratchet.hpp"
#include "mutants/verdict.hpp"

#include <string>
#include <vector>

namespace vtlcheck::cli {

struct MutantsReport {
    std::vector<mutants::Mutant> mutants; ///< that were run, in the order of the results
    mutants::Findings findings;
    mutants::Ratchet ratchet;
    std::vector<std::string> disagreements;
    double seconds = 0;

    [[nodiscard]] std::size_t errors() const;
    /// Whether the survivor has no reason in the ratchet.
    [[nodiscard]] bool unexplained(const mutants::Result& result) const;
};

/// 0, 1 or 3: commands.hpp.
[[nodiscard]] int exit_code(const MutantsReport& report);
[[nodiscard]] Json to_json(const MutantsReport& report);
[[nodiscard]] std::string summary(const MutantsReport& report);
/// Lines about the classes of docs/defect-classes.md of which all mutants were run and none was killed, though they are in
/// scope.
[[nodiscard]] std::vector<std::string> classes_without_kill(const mutants::Findings& findings);

} // namespace vtlcheck::cli
