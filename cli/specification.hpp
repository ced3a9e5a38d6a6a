// The specification as data.
#pragma once

#include "cli/output.hpp"

#include <string>

namespace vtlcheck::cli {

/// What `vtlcheck spec --format json` prints.
[[nodiscard]] Json specification();

/// Its SHA-256, as vectors carry it.
[[nodiscard]] std::string specification_digest();

} // namespace vtlcheck::cli
