// What took part in a run: the tool, its libraries, the programs it calls, the system.
#pragma once

#include "cli/output.hpp"
#include "conformance/subjects/choice.hpp"
#include "proofs/prove.hpp"

#include <string>

namespace vtlcheck::cli {

/// Names and versions, in the order in which they are shown, of what proves too.
[[nodiscard]] Json versions(const proofs::ProveOptions& options);

/// "5a68021", with "-dirty" if files differed from it when the tool was built; "unknown" outside of a repository.
[[nodiscard]] std::string revision();

/// Of this program's content, so that results of another build can be told from those of this one.
[[nodiscard]] std::string build_id();
/// Likewise of a subject that is a library; empty of another.
[[nodiscard]] std::string library_id(const conformance::SubjectChoice& subject);

} // namespace vtlcheck::cli
