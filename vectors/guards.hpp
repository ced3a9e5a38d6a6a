// The two sides of a guard: an exit, and one that differs from it in a single bit, or by one, and is answered otherwise.
#pragma once

#include "vectors/generate.hpp"

#include <memory>
#include <set>
#include <tuple>
#include <vector>

namespace vtlcheck::vectors {

/// A minimal history that is about to take the exit `truth`.
struct Base {
    Target target;
    Grade grade = Grade::possible;
    std::shared_ptr<const conformance::Trace> before; ///< without `truth`
    model::ConcreteExit truth;
    Decision decision; ///< of it, there
};

/// An exit to be run where `base` is, and what it is for: the row of `base`, or a boundary.
struct Item {
    std::shared_ptr<const Base> base;
    model::ConcreteExit exit;
    Decision decision;
    bool is_row = false;
    Boundary boundary; ///< `exit` is filled in when the item has its place
};

/// Collects boundaries; one of each kind is enough.
class Guards {
public:
    /// Adds the boundaries around the exit of a base: each bit of each field the other way, and the numbers at which the
    /// answer changes. `operands_only`: of the registers and values that the exit carries.
    void around(const std::shared_ptr<const Base>& base, bool operands_only, std::vector<Item>& items);
    /// Adds whole traces for what decides by the history before an exit: one bit of the configuration or of an earlier
    /// exit's operands the other way.
    void behind(const Base& base, std::vector<Vector>& vectors);

private:
    class Surroundings;
    bool is_new_edge(const Base& base, const Decision& other, std::uint64_t number);
    bool is_new(const Base& base, const Decision& other, std::size_t field, unsigned change, bool by_rule);
    bool is_new_behind(const Base& base, const Decision& other, bool of_exit, std::size_t field, unsigned change);

    using Key = std::tuple<unsigned, std::uint64_t, std::uint64_t, std::uint64_t, unsigned>;
    std::set<Key> seen_;
};

/// The clause that tells two decisions apart: that of the log budget if only it does.
[[nodiscard]] model::ClauseIndex telling_clause(const Decision& decision, const Decision& other);

} // namespace vtlcheck::vectors
