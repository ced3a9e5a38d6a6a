// Differences between what is specified and what was observed, as JSON.
#pragma once

#include "cli/output.hpp"
#include "conformance/fields.hpp"

#include <vector>

namespace vtlcheck::cli {

[[nodiscard]] inline Json to_json(const std::vector<conformance::Difference>& differences) {
    Json rows = Json::array();
    for (const auto& difference : differences) {
        rows.push_back({{"scope", difference.scope},
                        {"field", difference.field},
                        {"expected", difference.expected},
                        {"observed", difference.observed}});
    }
    return rows;
}

} // namespace vtlcheck::cli
