// The sections of the page, in their order. Each takes the results as results() made them.
#pragma once

#include "cli/output.hpp"

#include <string>

namespace vtlcheck::cli {

[[nodiscard]] std::string summary_section(const Json& results);
[[nodiscard]] std::string claims_section(const Json& results);
/// A witness or a counterexample: which clauses decided, its steps, and where it was replayed.
[[nodiscard]] std::string example_html(const Json& example);
/// Random exits, recordings, and the two maps: what of the specification they reached.
[[nodiscard]] std::string coverage_section(const Json& results);
[[nodiscard]] std::string msr_map(const Json& results);
[[nodiscard]] std::string privilege_map(const Json& results);
[[nodiscard]] std::string budget_section(const Json& results);
[[nodiscard]] std::string mutants_section(const Json& results);
[[nodiscard]] std::string counterexamples_section(const Json& results);
[[nodiscard]] std::string trust_section(const Json& results);
[[nodiscard]] std::string versions_section(const Json& results);

} // namespace vtlcheck::cli
