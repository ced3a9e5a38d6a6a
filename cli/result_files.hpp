// Results for other tools: JUnit XML for those that count tests, SARIF 2.1.0 for those that show findings in the source.
#pragma once

#include "cli/mutants_report.hpp"
#include "cli/output.hpp"
#include "cli/sweep_report.hpp"
#include "proofs/prove.hpp"
#include "proptests/conform.hpp"

#include <CLI/CLI.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace vtlcheck::cli {

/// A shard of a campaign that failed, besides the one that the campaign fails with.
struct FailedShard {
    proptests::CampaignOptions options;
    proptests::CampaignResult result;
};

/// --junit and --sarif; empty: not wanted.
struct ResultFiles {
    std::string junit;
    std::string sarif;

    [[nodiscard]] bool wanted() const { return !junit.empty() || !sarif.empty(); }
    void add_to(CLI::App& command);
    /// Throws UsageError where a file cannot be made, before the work whose result it is to hold.
    void expect_usable() const;
    void write(const proofs::ProveResult& result) const;
    void write(const proptests::CampaignResult& result, const proptests::CampaignOptions& options,
               std::span<const FailedShard> others = {}) const;
    void write(const MutantsReport& report) const;
    void write(const SweepReport& report) const;
};

/// A line of the source tree, or a file of it.
struct Place {
    std::string file;     ///< from the root of the tree
    std::size_t line = 0; ///< 0: none in particular
};
/// Where the clause or claim stands in the source tree `sources`; where it is not found there, its page of docs/spec. No
/// place if there is no such clause or claim.
[[nodiscard]] std::optional<Place> place_of(const std::string& id, const std::string& sources);

/// One test suite with a test case for each claim.
[[nodiscard]] std::string junit(const proofs::ProveResult& result);
/// One test suite with one test case, the campaign, and one for each of the other shards.
[[nodiscard]] std::string junit(const proptests::CampaignResult& result, const proptests::CampaignOptions& options,
                                std::span<const FailedShard> others = {});

/// One test suite with a test case for each mutant, which fails if it survives without a reason or could not be run, and
/// one for the ratchet.
[[nodiscard]] std::string junit(const MutantsReport& report);

/// One test suite with a test case for each sweep.
[[nodiscard]] std::string junit(const SweepReport& report);

/// A rule for each claim that was run, a result for each that is not proved.
[[nodiscard]] Json sarif(const proofs::ProveResult& result);
/// A rule for each clause; a result for the clause that diverges, for those of the other shards, and for each with a
/// coverage cell that is not reached.
[[nodiscard]] Json sarif(const proptests::CampaignResult& result, const proptests::CampaignOptions& options,
                         std::span<const FailedShard> others = {});

/// A rule for each clause; a result for the first violation of each sweep.
[[nodiscard]] Json sarif(const SweepReport& report);

/// A result for each survivor without a reason, where its slip is: in the source, or at the clause.
[[nodiscard]] Json sarif(const MutantsReport& report);

} // namespace vtlcheck::cli
