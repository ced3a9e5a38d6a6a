// The report of `vtlcheck verify`: one HTML page without scripts or outside references.
#pragma once

#include "cli/flood.hpp"
#include "proofs/prove.hpp"
#include "proptests/conform.hpp"
#include "proptests/replay.hpp"

#include <string>
#include <vector>

namespace vtlcheck::cli {

/// Everything a verification found.
struct Verification {
    proofs::ProveResult proofs;
    proptests::CampaignOptions campaign_options;
    proptests::CampaignResult campaign;
    std::vector<proptests::ReplayResult> replays;
    FloodResult flood;
    std::string flood_picture; ///< SVG; or why there is none, as text
    double seconds = 0;

    /// Exit code: a violation weighs more than something inconclusive.
    [[nodiscard]] int exit_code() const;
};

[[nodiscard]] std::string html_report(const Verification& verification);

} // namespace vtlcheck::cli
