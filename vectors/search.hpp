// Finds a short history for every coverage cell, and for every row of the tables in it.
#pragma once

#include "vectors/history.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <map>

namespace vtlcheck::vectors {

/// What a partition has to be for a history.
enum class Grade : std::uint8_t {
    possible,   ///< reset, and what machines can do from there
    impossible, ///< reset, and exits that no machine makes: of a VTL that is not there or was not entered
    placed,     ///< a state that is set up by `start` lines
};

/// A coverage cell, and the row of the MSR or register table that the exit names; 0 where the cell has no class.
struct Target {
    std::uint32_t cell = 0; ///< index_of
    std::uint32_t row = 0;

    friend auto operator<=>(const Target&, const Target&) = default;
};
[[nodiscard]] Target target_of(const proptests::Cell& cell, const model::ConcreteExit& exit);

/// A history that ends with an exit of the target.
struct Found {
    Grade grade = Grade::possible;
    conformance::Trace trace;
};
using Finds = std::map<Target, Found>;

struct SearchOptions {
    std::uint64_t seed = 1;
    std::uint64_t exits = 3'000'000; ///< of each grade, about
};
using SearchProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

/// The shortest history found of each target; of the least grade in which its cell was found. Histories of a higher grade
/// are looked for only for cells that no lower one has.
[[nodiscard]] Finds search(const SearchOptions& options, const SearchProgress& progress = {});

/// A long history from reset that a machine can make; its focus and configuration go by the number.
[[nodiscard]] conformance::Trace random_history(std::uint64_t seed, std::uint64_t number);

} // namespace vtlcheck::vectors
