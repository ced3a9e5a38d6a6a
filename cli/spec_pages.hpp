// The specification as pages of Markdown that link to one another: docs/spec.
#pragma once

#include <map>
#include <string>

namespace vtlcheck::cli {

/// The pages by the names of their files. The same specification gives the same text.
[[nodiscard]] std::map<std::string, std::string> spec_pages();

} // namespace vtlcheck::cli
