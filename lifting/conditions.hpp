// Conditions under which a block is reached: conjunctions, kept as sets, so that what two branches have in common is
// seen where they meet again.
#pragma once

#include "lifting/term.hpp"

#include <optional>
#include <vector>

namespace vtlcheck::lifting {

class Condition {
public:
    /// This and `literal`. Nothing if they exclude each other.
    [[nodiscard]] std::optional<Condition> with(Terms& terms, Term literal) const;
    /// Whether this decides a truth value.
    [[nodiscard]] std::optional<bool> decides(Terms& terms, Term truth, unsigned depth = 4) const;
    [[nodiscard]] Term term(Terms& terms) const;
    /// No value of `number` is above this where the condition holds.
    [[nodiscard]] Word upper_bound(Terms& terms, Term number) const;
    [[nodiscard]] const std::vector<Term>& literals() const { return literals_; }
    friend bool operator==(const Condition&, const Condition&) = default;

    struct Joined;
    /// What holds where at least one of these does; none excludes itself, and any two exclude each other.
    [[nodiscard]] static Joined join(Terms& terms, const std::vector<const Condition*>& all);

private:
    [[nodiscard]] bool has(Term literal) const;

    std::vector<Term> literals_; ///< in ascending order
};

struct Condition::Joined {
    Condition either;
    std::vector<Term> guards;       ///< by condition: tells it from the others, where `either` holds
    std::vector<std::size_t> sizes; ///< by condition: literals of its guard
};

} // namespace vtlcheck::lifting
