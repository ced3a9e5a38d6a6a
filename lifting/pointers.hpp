// What a 64-bit term points to. A pointer is a term like any other, with the addresses of regions at its leaves.
#pragma once

#include "lifting/conditions.hpp"
#include "lifting/memory.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace vtlcheck::lifting {

/// One object that a pointer may point into: `region + base + sum of factor * term`, where `guard` holds.
struct Place {
    Term guard;
    std::uint32_t region = 0; ///< 0: none, the pointer is the number below
    std::int64_t base = 0;
    std::vector<std::pair<Term, std::int64_t>> parts;
};

/// One place of memory.
struct Target {
    Term guard;
    std::uint32_t region;
    std::uint64_t offset;
};

/// Targets that an index selects: `targets[i]` where `index = first + i`. Without an index one target.
struct TargetRow {
    Term guard;
    Term index; ///< 64 bits; means nothing of a single target
    std::int64_t first = 0;
    std::vector<Target> targets; ///< with complete guards
};

/// What an access goes to, and the conditions under which it goes elsewhere.
struct Access {
    std::vector<TargetRow> rows;
    Term null;       ///< null, or a number that is no address
    Term outside;    ///< beyond the bounds of an object
    Term misaligned; ///< in bounds, but not at a multiple of the alignment
    Term dead;       ///< of an object whose function has returned
};

class Pointers {
public:
    Pointers(Terms& terms, const World& world) : terms_(terms), world_(world) {}

    [[nodiscard]] bool has_address(Term t);
    /// The objects that a pointer may point into; the guards exclude each other.
    [[nodiscard]] const std::vector<Place>& places(Term pointer);
    /// `size` bytes at a pointer, where a condition holds. Throws std::length_error if they may be at more than 100000
    /// places.
    [[nodiscard]] Access access(Term pointer, std::uint64_t size, std::uint64_t align, const Memory& memory,
                                const Condition& condition);
    /// Whether the pointer is not within, or just behind, the object that it was made from.
    [[nodiscard]] Term leaves_object(Term pointer);
    /// Offset of a place as a term of 64 bits.
    [[nodiscard]] Term offset(const Place& place);

private:
    struct Sum {
        Term guard;
        std::int64_t base = 0;
        std::vector<std::pair<Term, std::int64_t>> parts;
    };
    [[nodiscard]] std::vector<Sum> sums(Term t, unsigned depth);
    void row(Access& access, const Place& place, std::uint64_t size, std::uint64_t align, const Condition& condition);

    Terms& terms_;
    const World& world_;
    std::unordered_map<std::uint32_t, bool> addresses_;
    std::unordered_map<std::uint32_t, std::vector<Place>> places_;
};

} // namespace vtlcheck::lifting
