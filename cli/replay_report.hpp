// How a replay is told: to a person, to a program.
#pragma once

#include "cli/output.hpp"
#include "proptests/replay.hpp"

namespace vtlcheck::cli {

[[nodiscard]] Json to_json(const proptests::ReplayResult& result);
/// `most` is how many rows of each list are shown.
[[nodiscard]] std::string summary(const proptests::ReplayResult& result, std::size_t most);
} // namespace vtlcheck::cli
