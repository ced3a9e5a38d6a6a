// What the tool brings along. Of an installed tool it lies beside it, wherever that was moved to; else in the tree that
// the tool was built from.
#pragma once

#include <string>

namespace vtlcheck::cli {

[[nodiscard]] std::string own_recordings(); ///< folder of the bundled recordings and traces
[[nodiscard]] std::string own_ratchet();    ///< what `vtlcheck mutants` is to find
[[nodiscard]] std::string own_bitcode();    ///< of the built-in implementation, if the tool was built with the lifter

} // namespace vtlcheck::cli
