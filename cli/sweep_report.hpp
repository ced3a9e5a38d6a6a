// What `vtlcheck sweep` has to tell.
#pragma once

#include "cli/output.hpp"
#include "proptests/sweep.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace vtlcheck::cli {

struct SweepReport {
    std::vector<proptests::SweepResult> sweeps;
    std::string subject;     ///< "builtin" or the library's file
    std::uint64_t shard = 1; ///< of `shards`
    std::uint64_t shards = 1;
    std::string trace_file; ///< of the first violation; empty if none was written

    /// Violation if a sweep has one, inconclusive if one ran nothing, else conforms.
    [[nodiscard]] proptests::Verdict verdict() const;
    /// The first violation of the first sweep that has one; null if none has.
    [[nodiscard]] const proptests::SweepViolation* first() const;
    [[nodiscard]] double seconds() const;
};

[[nodiscard]] std::string summary(const SweepReport& report);
[[nodiscard]] Json to_json(const SweepReport& report);

} // namespace vtlcheck::cli
