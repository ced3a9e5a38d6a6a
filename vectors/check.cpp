#include "vectors/check.hpp"

namespace vtlcheck::vectors {

std::map<std::string, std::size_t> CheckResult::by_clause() const {
    std::map<std::string, std::size_t> counts;
    for (const auto& failure : failures) {
        ++counts[failure.divergence.clause.empty() ? "start or end" : failure.divergence.clause];
    }
    return counts;
}

CheckResult check(conformance::Subject& subject, const Folder& folder, bool stop_at_first,
                  const CheckProgress& progress) {
    CheckResult result;
    for (std::size_t i = 0; i < folder.vectors.size(); ++i) {
        const auto& trace = folder.vectors[i].trace;
        auto divergence = proptests::run(subject, trace, proptests::Watch::campaign);
        result.exits += divergence ? divergence->step + 1 : trace.steps.size();
        if (divergence) {
            result.failures.push_back({i, std::move(*divergence)});
            if (stop_at_first) {
                break;
            }
        }
        if (progress && i % 64 == 0) {
            progress(i, folder.vectors.size());
        }
    }
    return result;
}

} // namespace vtlcheck::vectors
