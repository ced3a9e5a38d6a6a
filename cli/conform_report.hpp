// How a conformance campaign is told: to a person, to a program.
#pragma once

#include "cli/output.hpp"
#include "cli/result_files.hpp"
#include "proptests/conform.hpp"

#include <span>
#include <string>

namespace vtlcheck::cli {

[[nodiscard]] int exit_code(proptests::Verdict verdict);
[[nodiscard]] Json to_json(const proptests::CampaignResult& result, const proptests::CampaignOptions& options,
                           const std::string& trace_file);
[[nodiscard]] std::string summary(const proptests::CampaignResult& result, const proptests::CampaignOptions& options);

/// Where a campaign is told.
struct CampaignOutput {
    std::string trace_out = "vtlcheck-failure.trace"; ///< where a failing trace goes
    bool trace_out_given = false;
    ResultFiles files;
    bool json = false;
    std::string subject_build; ///< of a subject that is a library (library_id)

    void add_to(CLI::App& command);
    /// Throws UsageError where a file cannot be made, before the work whose result it is to hold.
    void expect_usable() const;
    /// Tells it, and gives the exit code. `others`: of merged shards those that failed, too.
    [[nodiscard]] int tell(const proptests::CampaignResult& result, const proptests::CampaignOptions& options,
                           std::span<const FailedShard> others = {}) const;
};

} // namespace vtlcheck::cli
