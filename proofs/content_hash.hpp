// What the proofs of this program are about, as one word.
#pragma once

#include <string>

namespace vtlcheck::proofs {

/// SHA-256, in hexadecimal, of the object code of the specification and the proofs: whatever makes queries, examples and
/// verdicts. Made by the build.
[[nodiscard]] std::string content_hash();

} // namespace vtlcheck::proofs
