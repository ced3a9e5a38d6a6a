// Runs mutants on threads, keeps what came out, and takes up where an earlier run ended.
#pragma once

#include "mutants/verdict.hpp"
#include "support/journal.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace vtlcheck::mutants {

/// A results file that cannot be read, or a line of it that is no result: one line.
using ResultsError = support::JournalError;

/// Results of earlier runs, by kind and name, with the content they are of.
class KeptResults {
public:
    /// Without a file nothing is kept.
    KeptResults() = default;
    /// Reads the file if there is one. A last line without end, which an interrupted run leaves, is passed over. Throws
    /// ResultsError.
    explicit KeptResults(const std::string& file);

    /// The result of the mutant if it was run before and nothing it depends on has changed. An error is no result.
    [[nodiscard]] const Result* find(const Mutant& mutant) const;
    /// Appends to the file. Not for two threads at once. Throws ResultsError.
    void add(const Mutant& mutant, const Result& result);

private:
    std::map<std::pair<Kind, std::string>, std::pair<std::uint64_t, Result>> kept_;
    support::Journal journal_; ///< after what it reads into
};

struct CampaignState {
    std::size_t done = 0;
    std::size_t total = 0;
    std::size_t survivors = 0;
    const Result* last = nullptr;
};
using CampaignProgress = std::function<void(const CampaignState&)>;

/// Runs every mutant whose result is not kept, and gives the results of all in the order of `mutants`. `progress` is
/// called after each, from any thread but one at a time.
[[nodiscard]] std::vector<Result> run_mutants(const std::vector<Mutant>& mutants, unsigned threads, KeptResults& kept,
                                              const CampaignProgress& progress = {});

/// About `count` of the mutants, of each kind its share, by the hashes of their names and the seed; all if there are no
/// more.
[[nodiscard]] std::vector<Mutant> sample_of(const std::vector<Mutant>& mutants, std::size_t count, std::uint64_t seed);

} // namespace vtlcheck::mutants
