// Runs a function of LLVM bitcode on terms. Everything that LLVM leaves undefined becomes an obligation, never an
// assumption: only if no obligation can be violated do the results mean what the machine code does.
#pragma once

#include "lifting/memory.hpp"
#include "lifting/module.hpp"

#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::lifting {

/// What must not happen.
struct Obligation {
    std::string what;  ///< such as `shift by the width or more`
    std::string where; ///< `file:line in function`
    Term violation;    ///< one bit: it happens
};

/// An instruction or construct outside the subset, or a loop that does not end. One line: text of the instruction,
/// function, source line.
class Unsupported : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The atomic access that comes next.
struct AtomicStep {
    std::string where;
    std::uint32_t region; ///< 0 if it is not one single place
    std::uint64_t offset; ///< in it, bytes
    bool writes;
};

struct LifterOptions {
    /// Times a loop may be run through. A loop that certainly goes on is Unsupported; that one that may go on does not,
    /// becomes an obligation.
    unsigned loop_bound = 80;
    /// Called before each atomic access with the memory as it is; may change regions that are `shared`, as other VPs
    /// would.
    std::function<void(Memory&, const AtomicStep&)> before_atomic;
    /// Functions that are not looked into: each call gives an uninterpreted function of its arguments and of the
    /// contents of these regions, and so do the regions after it. That the function touches nothing else is an
    /// ASSUMPTION.
    std::map<std::string, std::vector<std::string>> opaque;
};

/// Lifts calls into one world.
class Lifter {
public:
    /// All must outlive this object. The module's constants become regions of the world.
    Lifter(const Module& module, World& world, LifterOptions options = {});
    ~Lifter();

    /// Calls a function in `memory`, which is changed. Throws std::invalid_argument for a function that is not there or
    /// another number or width of arguments, Unsupported for what is outside the subset. Of a void function the result
    /// is 0.
    [[nodiscard]] Value call(std::string_view function, const std::vector<Term>& arguments, Memory& memory);

    /// Of all calls so far, without those whose violation is excluded by constants.
    [[nodiscard]] const std::vector<Obligation>& obligations() const;

    /// Instructions that were run, those of loops and inlined calls each time.
    [[nodiscard]] std::size_t instructions() const;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

} // namespace vtlcheck::lifting
