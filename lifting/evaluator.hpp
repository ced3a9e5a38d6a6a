// Terms on machine words, as fast as validating a lifter on millions of inputs needs: only what the inputs make a
// choice take is worked out.
#pragma once

#include "lifting/term.hpp"

#include <cstdint>
#include <vector>

namespace vtlcheck::lifting {

/// Evaluates some terms, again and again. Needs the terms only while it is made. Not for two threads at once.
class Evaluator {
public:
    /// Throws std::invalid_argument if a term holds an uninterpreted function.
    Evaluator(const Terms& terms, const std::vector<Term>& outputs);

    struct Input {
        Term term; ///< a variable, or the address of a region
        bool address;
        std::uint32_t region; ///< of an address
        std::string name;     ///< of a variable
        unsigned width;
    };
    /// What the outputs depend on.
    [[nodiscard]] const std::vector<Input>& inputs() const { return inputs_; }
    /// Makes all inputs new: set() each before the first value().
    void begin() { ++round_; }
    void set(std::size_t input, Word value);
    [[nodiscard]] Word value(std::size_t output) { return run(outputs_[output]); }
    [[nodiscard]] std::size_t size() const { return code_.size(); }

private:
    struct Instruction {
        Op op;
        std::uint8_t width;
        std::uint8_t operand_width; ///< of the first operand; of concat, of the second
        std::uint32_t a, b, c;
        std::uint32_t payload;
        std::uint32_t round = 0; ///< in which `result` was worked out
        Word result = 0;
    };
    Word run(std::uint32_t number);

    std::vector<Instruction> code_;
    std::vector<std::uint32_t> outputs_;
    std::vector<Input> inputs_;
    std::vector<std::uint32_t> input_place_;
    std::vector<std::vector<std::uint64_t>> tables_;
    std::uint32_t round_ = 1;
};

} // namespace vtlcheck::lifting
