// What became of a mutant.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::mutants {

enum class Verdict : std::uint8_t {
    killed,     ///< a check failed as it should
    survived,   ///< no check noticed it
    invalid,    ///< it does not compile, so it says nothing of the checks
    equivalent, ///< the compiler makes the same code of it
    error,      ///< it could not be checked
};
inline constexpr std::uint8_t verdict_count = 5;
[[nodiscard]] std::string_view name_of(Verdict verdict);

enum class Kind : std::uint8_t {
    impl, ///< of the sources of the implementation
    spec, ///< of the specification's clauses and tables
    known ///< of the specification, with a defect of docs/defect-classes.md, each against one claim
};
inline constexpr std::uint8_t kind_count = 3;
/// "impl", "spec", "class".
[[nodiscard]] std::string_view name_of(Kind kind);

struct Outcome {
    Verdict verdict = Verdict::error;
    std::string by;     ///< the check that killed it: "conform MSR-W-38", "crash in flood"; of an error what went wrong
    std::string detail; ///< for a reader; may be empty
};

/// A mutant that can be run.
struct Mutant {
    Kind kind = Kind::impl;
    std::string name;       ///< stable, without blanks, unique in its kind
    std::string difference; ///< what it changes, one line
    std::string file;       ///< where, from the root of the sources; empty if it is in no file
    std::size_t line = 0;
    std::uint64_t content = 0; ///< hash of all that the outcome depends on
    /// Runs the checks. `worker` is below the number of threads, and no two calls at once have the same. Throws nothing
    /// that is not an error of the check.
    std::function<Outcome(unsigned worker)> run;
};

struct Result {
    Kind kind = Kind::impl;
    std::string name;
    Outcome outcome;
    double seconds = 0;
};

} // namespace vtlcheck::mutants
