// A conformance campaign: many random traces on a subject and the specification side by side.
#pragma once

#include "proptests/coverage.hpp"
#include "proptests/generator.hpp"
#include "proptests/shrink.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace vtlcheck::proptests {

struct CampaignOptions {
    std::uint64_t seed = 1;
    std::uint64_t exits = 5'000'000;      ///< about; what was run is in the result. 0 is an error
    unsigned threads = 0;                 ///< 0: one per processor
    std::uint64_t shrink_budget = 20'000; ///< replays
    bool require_coverage = true;         ///< an unreached cell makes the campaign inconclusive
    std::uint64_t shard = 1;  ///< 1 to `shards`: runs the traces whose number is `shard` - 1 modulo `shards`
    std::uint64_t shards = 1; ///< at least 1; of more than one each may miss cells that another reaches
};

enum class Verdict : std::uint8_t { conforms, violation, inconclusive };
[[nodiscard]] const char* name_of(Verdict verdict);

struct CampaignResult {
    Verdict verdict = Verdict::inconclusive;
    std::string subject = "builtin";
    conformance::Visible visible = conformance::Visible::everything; ///< what was compared
    std::uint64_t traces = 0;
    std::uint64_t exits = 0;
    double seconds = 0;
    Coverage coverage;
    std::vector<Cell> missing;       ///< reachable cells not reached
    std::vector<Cell> unlisted;      ///< reached cells that are not listed: an error of the list
    std::uint64_t failing_trace = 0; ///< its number, if there is a violation
    std::optional<Shrunk> failure;
};

/// How many traces a campaign, or this shard of it, has. Throws std::invalid_argument if it has no exits, or there is no
/// such shard.
[[nodiscard]] std::uint64_t traces_of(const CampaignOptions& options);

/// Makes a subject of its own for each thread.
using SubjectFactory = std::function<std::unique_ptr<conformance::Subject>()>;
/// Called now and then from one thread with the exits done and to do.
using Progress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// Runs the campaign. The same seed and exits give the same traces and verdict on any number of threads; the first
/// failing trace by number is the one reported. Its shards run its traces, under the same numbers, each once. Throws
/// std::invalid_argument for a campaign of no exits, or a shard that it does not have.
[[nodiscard]] CampaignResult run_campaign(const SubjectFactory& make_subject, const CampaignOptions& options,
                                          const Progress& progress = {});

/// The first exit, in the order of a campaign of this seed on one thread, at which subject and specification part.
struct FirstDivergence {
    std::uint64_t trace = 0; ///< its number
    std::uint64_t exits = 0; ///< run, the diverging one included
    Divergence divergence;
};

/// The same on subjects of unknown quality: a copy of this process for each thread, which `make_subject` may take down or
/// keep without an answer for `limit`. Then the trace and the exit are named as of a divergence, and the verdict is a
/// violation. Throws conformance::NoSubject if no subject can be made, std::invalid_argument as above.
[[nodiscard]] CampaignResult run_campaign_apart(const SubjectFactory& make_subject, const std::string& name,
                                                std::chrono::milliseconds limit, const CampaignOptions& options,
                                                const Progress& progress = {});

/// The same on a program that speaks the subject protocol: one for each thread, many exits at once. Throws likewise.
[[nodiscard]] CampaignResult run_campaign_of_program(const std::string& command, std::chrono::milliseconds limit,
                                                     const CampaignOptions& options, const Progress& progress = {});

/// Runs the traces of a campaign of about `exits` exits until one diverges; nothing if none does. Nothing is shrunk.
[[nodiscard]] std::optional<FirstDivergence> first_divergence(conformance::Subject& subject,
                                                              const Specification& specification, std::uint64_t seed,
                                                              std::uint64_t exits);

/// The last lines of what a subject said on standard error, fit for a terminal and a comment.
[[nodiscard]] std::vector<std::string> last_lines(std::string_view words);
/// `text` as one word of a shell's command line.
[[nodiscard]] std::string in_shell(std::string_view text);

/// A trace that fails as a text a person can read and `replay`. `origin` is what follows "Found by: ".
[[nodiscard]] std::string divergence_text(const conformance::Trace& trace, const Divergence& divergence,
                                          std::string_view origin);

/// The failing trace as a text a person can read and `replay`: what was expected, what observed, by which clause.
[[nodiscard]] std::string failure_text(const CampaignResult& result, const CampaignOptions& options);

} // namespace vtlcheck::proptests
