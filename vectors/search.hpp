// Finds a short history for every coverage cell, and for every row of the tables in it.
#pragma once

#include "vectors/history.hpp"

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace vtlcheck::vectors {

/// What a partition has to be for a history.
enum class Grade : std::uint8_t {
    possible,   ///< reset, and what machines can do from there
    impossible, ///< reset, and exits that no machine makes: of a VTL that is not there or was not entered
    placed,     ///< a state that is set up by `start` lines
};

/// What an exit is worth a history for.
struct Target {
    enum class Kind : std::uint8_t {
        cell,   ///< a coverage cell, and the row that the exit names
        change, ///< a clause, and a field of the state that it changes
        form,   ///< a clause, and a form of the outcome
    };
    Kind kind = Kind::cell;
    std::uint32_t of = 0; ///< index_of the cell, or the clause
    /// Row of the MSR or register table; where the cell has none, mode and CS type of the context that a hypercall hands
    /// over, or the mode of the VTL. Position of the field. The form.
    std::uint64_t what = 0;

    friend auto operator<=>(const Target&, const Target&) = default;
};
[[nodiscard]] Target target_of(const proptests::Cell& cell, const model::ConcreteExit& exit, bool long_mode);
/// All that the exit is worth.
[[nodiscard]] std::vector<Target> targets_of(const Answer& answer, const model::ConcreteExit& exit);

/// Whether the clause judges a context, so that what it does goes by the context's mode.
[[nodiscard]] bool judges_context(model::ClauseIndex clause);
/// What a target's `what` says, for people: a row, a mode.
[[nodiscard]] std::string text_of(Target target);

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

/// The shortest history found of each target; of cells of the least grade in which they were found, of all else of grade
/// `possible`. Histories of a higher grade are looked for only for cells that no lower one has.
[[nodiscard]] Finds search(const SearchOptions& options, const SearchProgress& progress = {});

/// A long history from reset that a machine can make; its focus and configuration go by the number.
[[nodiscard]] conformance::Trace random_history(std::uint64_t seed, std::uint64_t number);

} // namespace vtlcheck::vectors
