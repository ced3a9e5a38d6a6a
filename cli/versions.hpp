// What took part in a run: the tool, its libraries, the programs it calls, the system.
#pragma once

#include "cli/output.hpp"
#include "proofs/prove.hpp"

#include <string>

namespace vtlcheck::cli {

/// Names and versions, in the order in which they are shown, of what proves too.
[[nodiscard]] Json versions(const proofs::ProveOptions& options);

/// "5a68021", with "-dirty" if files differed from it when the tool was built; "unknown" outside of a repository.
[[nodiscard]] std::string revision();

} // namespace vtlcheck::cli
