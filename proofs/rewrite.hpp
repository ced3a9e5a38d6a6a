// Drives equalities into the conditions that their terms are made of, so that a solver sees guards instead of words.
//
// A field after a step is a tree of if-then-else over the clauses, with few different leaves. `tree == x` is the same as
// the tree of `leaf == x`, in which most leaves are plainly true or false: a question about guards that costs a solver
// milliseconds, where bit by bit it costs seconds. A test compares formulas with their rewritten forms.
#pragma once

#include <z3++.h>

#include <cstdint>
#include <unordered_map>
#include <utility>

namespace vtlcheck::proofs {

/// Remembers what it has rewritten; good for one context.
class Rewriter {
public:
    explicit Rewriter(z3::context& context) : context_(context) {}

    /// A formula equivalent to `formula`, which is of sort Bool.
    z3::expr operator()(const z3::expr& formula);

private:
    z3::expr rewritten(const z3::expr& formula);
    z3::expr junction(const z3::expr& formula, bool conjunction);
    z3::expr equality(const z3::expr& a, const z3::expr& b);
    z3::expr choose(const z3::expr& condition, const z3::expr& yes, const z3::expr& no);

    z3::context& context_;
    // Keyed by the ids of terms, which the values keep alive: an id is never used again meanwhile.
    std::unordered_map<unsigned, std::pair<z3::expr, z3::expr>> formulas_;
    struct Pair {
        z3::expr a, b, result;
    };
    std::unordered_map<std::uint64_t, Pair> equalities_;
};

} // namespace vtlcheck::proofs
