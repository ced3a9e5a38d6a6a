// Runs the vectors of a folder on a subject.
#pragma once

#include "vectors/files.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vtlcheck::vectors {

/// A vector that the subject fails.
struct Failure {
    std::size_t vector = 0; ///< index in the folder
    proptests::Divergence divergence;
};

struct CheckResult {
    std::uint64_t exits = 0; ///< run
    std::vector<Failure> failures;

    [[nodiscard]] bool conforms() const { return failures.empty(); }
    /// Vectors that fail, by the clause at which they do; "start or end" where it is no exit that differs.
    [[nodiscard]] std::map<std::string, std::size_t> by_clause() const;
};

using CheckProgress = std::function<void(std::size_t done, std::size_t total)>;

/// Runs all vectors, one after the other, on one subject, and compares what it shows with what is specified. A vector ends
/// where the two part. `stop_at_first`: as does the check.
[[nodiscard]] CheckResult check(conformance::Subject& subject, const Folder& folder, bool stop_at_first = false,
                                const CheckProgress& progress = {});

} // namespace vtlcheck::vectors
