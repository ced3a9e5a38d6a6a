// The specification as data.
#pragma once

#include <string>

namespace vtlcheck::cli {

/// What `vtlcheck spec --format json` prints.
[[nodiscard]] std::string specification_text();

} // namespace vtlcheck::cli
