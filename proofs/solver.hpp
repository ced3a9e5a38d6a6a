// The only door to Z3's solvers: named queries with a time limit and an answer that is never mistaken for another.
#pragma once

#include <z3++.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vtlcheck::proofs {

/// Answer to an obligation. Only `proved` is a success: a solver that gives up has proved nothing.
enum class Result : std::uint8_t {
    proved,  ///< unsat: no counterexample exists
    refuted, ///< sat: the model is a counterexample
    unknown, ///< the solver gave up
    timeout, ///< the time limit passed
    error,   ///< the solver failed
};
[[nodiscard]] const char* name(Result result);

/// "Z3 4.8.12.0".
[[nodiscard]] std::string solver_version();

/// The theory of a query.
enum class Logic : std::uint8_t {
    bits,      ///< QF_BV
    sums,      ///< QF_BV in which the arithmetic is what is hard
    integers,  ///< QF_NIA
    linear,    ///< QF_LIA
    functions, ///< QF_UFBV
};

/// Its name in SMT-LIB.
[[nodiscard]] const char* smt_name(Logic logic);

/// What a solver is asked: whether the assertions can hold together.
struct Query {
    std::string name;                  ///< "TOTAL: some clause applies"
    std::vector<std::string> comments; ///< for the text form: what unsat means
    Logic logic = Logic::bits;
    std::vector<z3::expr> assertions; ///< all of one context
    std::vector<z3::expr> original;   ///< the same before rewriting: a model is checked against these
};

struct Limits {
    std::chrono::milliseconds time{60'000}; ///< for one query; 0: none
    unsigned seed = 1;
};

struct Answer {
    Result result = Result::error;
    std::string reason;             ///< where `result` is unknown, timeout or error
    std::optional<z3::model> model; ///< if refuted
    double ms = 0;
};

/// Asks the query with a solver of its own, in the thread of its context. Never throws: a failure of the solver is an
/// answer.
[[nodiscard]] Answer ask(z3::context& context, const Query& query, const Limits& limits);

/// Asks the program `program` (cvc5 or one that takes its options), in PATH or a path, the text of a query of that logic. No
/// model is read. Never throws: whatever goes wrong is an answer.
[[nodiscard]] Answer ask_program(const std::string& program, Logic logic, const std::string& smt2,
                                 const Limits& limits);

/// "cvc5 1.0.3", the first line that `program --version` prints. Empty if it cannot be run or fails.
[[nodiscard]] std::string program_version(const std::string& program);

} // namespace vtlcheck::proofs
