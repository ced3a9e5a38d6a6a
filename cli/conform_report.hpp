// How a conformance campaign is told: to a person, to a program.
#pragma once

#include "cli/output.hpp"
#include "proptests/conform.hpp"

namespace vtlcheck::cli {

[[nodiscard]] int exit_code(proptests::Verdict verdict);
[[nodiscard]] Json to_json(const proptests::CampaignResult& result, const proptests::CampaignOptions& options,
                           const std::string& trace_file);
[[nodiscard]] std::string summary(const proptests::CampaignResult& result);

} // namespace vtlcheck::cli
