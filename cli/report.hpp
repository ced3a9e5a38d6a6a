// What a verification found, as one JSON document, and the page that is made of it. The page says nothing that the
// document does not, so that it can be made again without proving again.
#pragma once

#include "cli/flood.hpp"
#include "cli/output.hpp"
#include "mutants/ratchet.hpp"
#include "proofs/prove.hpp"
#include "proptests/conform.hpp"
#include "proptests/replay.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace vtlcheck::cli {

/// Mutants of one kind, and what the whole campaign made of them.
struct MutantSummary {
    struct Survivor {
        std::string name;
        std::string reason; ///< why it rightly survives; empty if nobody has said
    };
    std::string kind; ///< "implementation"
    std::size_t killed = 0;
    std::size_t invalid = 0;    ///< not counted: they do not compile
    std::size_t equivalent = 0; ///< not counted: the same code, or proved the same
    std::vector<Survivor> survivors;
};
[[nodiscard]] Json to_json(const MutantSummary& mutants);
/// What the ratchet says; nothing if it counts none.
[[nodiscard]] std::optional<std::vector<MutantSummary>> summaries(const mutants::Ratchet& ratchet);

/// Everything a verification found.
struct Verification {
    proofs::ProveResult proofs;
    proptests::CampaignOptions campaign_options;
    proptests::CampaignResult campaign;
    std::vector<proptests::ReplayResult> replays;
    FloodResult flood;
    std::string flood_picture;                         ///< SVG; or why there is none, as text
    std::optional<std::vector<MutantSummary>> mutants; ///< of the ratchet of the sources; nothing: there is none
    Json versions;                                     ///< of whatever took part
    double seconds = 0;
};

/// The document: what `verify --json` prints, and what `report --from` reads.
[[nodiscard]] Json results(const Verification& verification);

/// Exit code of the results: a violation weighs more than something inconclusive, and whatever is not whole is
/// inconclusive. It is found from the parts, whatever the document says of itself.
[[nodiscard]] int exit_code_of(const Json& results);
/// "conforms", "violation", "inconclusive".
[[nodiscard]] const char* verdict_word(int code);

/// Reads a document that `results` made. Throws UsageError.
[[nodiscard]] Json read_results(const std::string& path);

/// The page. Throws UsageError if the document does not have what it has to have.
[[nodiscard]] std::string html_report(const Json& results);

} // namespace vtlcheck::cli
