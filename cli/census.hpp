// Which unknown MSRs a guest tried, by what the implementation counts (requirement A7, notes L13 and L14).
#pragma once

#include "cli/output.hpp"
#include "conformance/subjects/subject.hpp"

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace vtlcheck::cli {

struct CensusKey {
    std::uint32_t msr = 0;
    bool write = false;
    friend auto operator<=>(const CensusKey&, const CensusKey&) = default;
};

/// The true number is between `count` - `error` and `count`.
struct CensusCount {
    std::uint64_t count = 0;
    std::uint64_t error = 0;
    bool sketched = false; ///< from the sketch; else `error` is 0
};

/// What was counted of one VP.
struct VpCensus {
    std::map<CensusKey, CensusCount> counts;
    std::uint64_t missed = 0; ///< an access that has no entry in the sketch was made at most so often
};

/// Adds the census of each of `vps` VPs, by index.
void add_census(std::vector<VpCensus>& all, const conformance::Subject& subject, std::uint32_t vps);

[[nodiscard]] Json to_json(const std::vector<VpCensus>& all);
/// All VPs as if they were one.
[[nodiscard]] VpCensus merged(const std::vector<VpCensus>& all);
/// The `most` most frequent accesses of each VP, or of all if it is `merged`.
[[nodiscard]] std::string summary(const std::vector<VpCensus>& all, std::size_t most);

/// An MSR with its name, if it has one.
[[nodiscard]] std::string msr_text(std::uint32_t msr);

} // namespace vtlcheck::cli
