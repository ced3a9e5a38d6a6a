// The checks of a shared library that exports the C ABI, for a process of its own: what is checked may crash or hang.
#pragma once

#include "conformance/subjects/abi.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace vtlcheck::cli {

struct LibraryCheckOptions {
    std::uint64_t seed = 1;
    std::uint64_t exits = 300'000; ///< of the random lockstep
    bool floods = true;
    std::string vectors; ///< a folder: its vectors, and neither random exits nor floods
};

/// Says a line at once. mutants::LibraryCheck says which there are.
using SayLine = std::function<void(const std::string&)>;

/// Runs the checks until one fails, and says so. Throws nothing.
void check_library(const conformance::Abi& abi, const LibraryCheckOptions& options, const SayLine& say);

} // namespace vtlcheck::cli
