// Runs terms on machine words: compiles Z3 terms to straight-line code, so that the symbolic instance of the
// specification can be compared with the concrete one many thousand times a second.
#pragma once

#include "model/oracle.hpp"
#include "proofs/mutants.hpp"

#include <z3++.h>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace vtlcheck::proofs {

/// Straight-line code for terms of at most 64 bits. Needs no solver and no context once it is made.
class Program {
public:
    struct Input {
        std::string name;
        unsigned width; ///< bits; 1 for a Bool
    };
    /// Code for `outputs`. Their variables become inputs, those of `first` in that order before any other. Throws
    /// std::invalid_argument for an operation that the specification and the claims do not use.
    Program(const std::vector<z3::expr>& first, const std::vector<z3::expr>& outputs);

    [[nodiscard]] const std::vector<Input>& inputs() const { return inputs_; }
    [[nodiscard]] std::size_t output_count() const { return outputs_.size(); }
    [[nodiscard]] std::size_t instruction_count() const { return code_.size(); }

    /// Values that fit their inputs in, values of the outputs out; a Bool is 0 or 1. Not for two threads at once.
    void run(std::span<const std::uint64_t> inputs, std::span<std::uint64_t> outputs);

private:
    enum class Op : std::uint8_t {
        equal,
        ite,
        bit_and,
        bit_or,
        bit_xor,
        bit_not,
        add,
        subtract,
        multiply,
        shift_left,
        shift_right,
        less,
        less_equal,
        extract,
        concat,
        sign_extend,
    };
    static constexpr std::size_t op_count = static_cast<std::size_t>(Op::sign_extend) + 1;
    struct Instruction {
        Op op;
        std::uint8_t amount; ///< of a shift, or the width of the low part
        std::uint32_t a, b, c;
        std::uint64_t mask; ///< of the result
    };
    /// Consecutive instructions of one operation: they run in a loop of their own, without a decision for each.
    struct Stretch {
        Op op;
        std::uint32_t end; ///< index in `code_` of the first instruction behind it
    };
    class Compiler;
    void schedule();

    std::vector<Input> inputs_;
    std::vector<std::uint32_t> outputs_;
    std::vector<Instruction> code_;
    std::vector<Stretch> stretches_;
    std::vector<std::uint64_t> slots_; ///< inputs and constants, then one per instruction
    std::size_t first_result_ = 0;
};

/// The symbolic instance of the specification as a function on machine words.
class SymbolicOracle {
public:
    explicit SymbolicOracle(const Mutant* mutant = nullptr);

    /// As model::step over Concrete. Not for two threads at once.
    model::ConcreteStep step(const model::ConcreteConfig& config, model::ConcreteState& state,
                             const model::ConcreteExit& exit);
    [[nodiscard]] std::size_t instruction_count() const { return program_.instruction_count(); }

private:
    Program program_;
    std::vector<std::uint64_t> inputs_;
    std::vector<std::uint64_t> outputs_;
};

} // namespace vtlcheck::proofs
