// The set of conformance vectors: what each trace is for, and the traces.
#pragma once

#include "vectors/search.hpp"

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::vectors {

/// Two inputs that differ in one thing and are answered otherwise: the two sides of a guard.
struct Boundary {
    std::string clause;   ///< that decides the exit of the vector
    std::string beside;   ///< that decides the other one; the same where only the outcome has another form
    std::string field;    ///< in which they differ, as the trace format calls it; of `config` with that word before it
    std::string change;   ///< "bit N": that bit is the other way; "step": the other one is less by one
    std::size_t exit = 0; ///< of the vector, from 1: the one that differs

    friend auto operator<=>(const Boundary&, const Boundary&) = default;
};

/// A row of the MSR or register table in a coverage cell.
struct RowUse {
    std::size_t exit = 0; ///< from 1
    std::string cell;
    std::string row; ///< number or name

    friend auto operator<=>(const RowUse&, const RowUse&) = default;
};

/// One vector: a trace with its outcomes, and what it is for.
struct Vector {
    std::string file; ///< from the folder
    Grade grade = Grade::possible;
    conformance::Trace trace;         ///< with complete outcomes and clauses
    conformance::InitialState after;  ///< state after the last exit
    std::vector<std::string> clauses; ///< that decide an exit or charge it, sorted
    std::vector<std::string> cells;   ///< of the cells' vectors the one; of others all that they reach, sorted
    std::vector<RowUse> rows;
    std::vector<Boundary> boundaries;
};

/// Fills in what follows of the exits: outcomes, last state, clauses, and the cells unless there are some.
void complete(Vector& vector);

struct GenerateOptions {
    SearchOptions search;
    unsigned random_traces = 26; ///< long ones
};

/// A cell or clause is without a vector.
struct Incomplete : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// The same options give the same vectors, on every machine. Throws Incomplete, naming what is missing.
[[nodiscard]] std::vector<Vector> generate(const GenerateOptions& options, const SearchProgress& progress = {});

} // namespace vtlcheck::vectors
