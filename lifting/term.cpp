// The graph of terms and what it folds.
#include "lifting/term.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <utility>

namespace vtlcheck::lifting {

namespace {

bool commutes(Op op) {
    switch (op) {
    case Op::bit_and:
    case Op::bit_or:
    case Op::bit_xor:
    case Op::add:
    case Op::mul:
    case Op::eq:
        return true;
    default:
        return false;
    }
}

bool negative(Word value, unsigned width) { return ((value >> (width - 1)) & 1) != 0; }
Word extended(Word value, unsigned width) { return negative(value, width) ? value | ~Terms::ones(width) : value; }

Word divided(Word a, Word b, unsigned width, bool remainder) {
    const bool minus_a = negative(a, width);
    const bool minus_b = negative(b, width);
    const Word x = minus_a ? Word{0} - extended(a, width) : a;
    const Word y = minus_b ? Word{0} - extended(b, width) : b;
    if (y == 0) {
        return remainder ? a : (minus_a ? Word{1} : Terms::ones(width));
    }
    if (remainder) {
        return minus_a ? Word{0} - x % y : x % y;
    }
    return minus_a != minus_b ? Word{0} - x / y : x / y;
}

Word folded_word(Op op, Word a, Word b, unsigned width) {
    switch (op) {
    case Op::bit_and:
        return a & b;
    case Op::bit_or:
        return a | b;
    case Op::bit_xor:
        return a ^ b;
    case Op::add:
        return a + b;
    case Op::mul:
        return a * b;
    case Op::udiv:
        return b == 0 ? Terms::ones(width) : a / b;
    case Op::urem:
        return b == 0 ? a : a % b;
    case Op::sdiv:
        return divided(a, b, width, false);
    case Op::srem:
        return divided(a, b, width, true);
    case Op::shl:
        return b >= width ? 0 : a << static_cast<unsigned>(b);
    case Op::lshr:
        return b >= width ? 0 : a >> static_cast<unsigned>(b);
    case Op::ashr: {
        const unsigned by = b >= width ? width - 1 : static_cast<unsigned>(b);
        const Word moved = a >> by;
        return negative(a, width) ? moved | ~(Terms::ones(width) >> by) : moved;
    }
    case Op::eq:
        return a == b ? 1 : 0;
    case Op::ult:
        return a < b ? 1 : 0;
    case Op::slt: {
        const Word flip = Word{1} << (width - 1);
        return (a ^ flip) < (b ^ flip) ? 1 : 0;
    }
    default:
        throw std::logic_error("lifting: no operation of two words");
    }
}

bool power_of_two(Word value) { return value != 0 && (value & (value - 1)) == 0; }
unsigned trailing_zeros(Word value) {
    const auto low = static_cast<std::uint64_t>(value);
    return low != 0 ? static_cast<unsigned>(std::countr_zero(low))
                    : 64 + static_cast<unsigned>(std::countr_zero(static_cast<std::uint64_t>(value >> 64)));
}
unsigned bit_length(Word value) {
    const auto high = static_cast<std::uint64_t>(value >> 64);
    return high != 0 ? 64 + static_cast<unsigned>(std::bit_width(high))
                     : static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(value)));
}

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
    std::uint64_t x = (a ^ (b + 0x9E3779B97F4A7C15 + (a << 6) + (a >> 2))) * 0xBF58476D1CE4E5B9;
    return x ^ (x >> 31);
}

} // namespace

std::size_t Terms::Hash::operator()(const Node& n) const {
    std::uint64_t h = static_cast<std::uint64_t>(n.op) | std::uint64_t{n.width} << 8 | std::uint64_t{n.payload} << 16;
    h = mixed(h, std::uint64_t{n.a.id} << 32 | n.b.id);
    return mixed(h, n.c.id);
}
std::size_t Terms::WordHash::operator()(Word w) const {
    return mixed(static_cast<std::uint64_t>(w), static_cast<std::uint64_t>(w >> 64));
}

Terms::Terms() {
    no_ = constant(1, 0);
    yes_ = constant(1, 1);
}

Term Terms::make(Op op, unsigned width, std::uint32_t payload, Term a, Term b, Term c) {
    if (commutes(op) && a > b) {
        std::swap(a, b);
    }
    const Node node{op, static_cast<std::uint8_t>(width), payload, a, b, c};
    const auto [known, added] = known_.try_emplace(node, Term{static_cast<std::uint32_t>(nodes_.size())});
    if (added) {
        nodes_.push_back(node);
    }
    return known->second;
}

Term Terms::constant(unsigned width, Word value) {
    value &= ones(width);
    const auto [known, added] = constant_numbers_.try_emplace(value, static_cast<std::uint32_t>(constants_.size()));
    if (added) {
        constants_.push_back(value);
    }
    return make(Op::constant, width, known->second);
}

Term Terms::variable(const std::string& name, unsigned width) {
    if (const auto known = variable_terms_.find(name); known != variable_terms_.end()) {
        if (this->width(known->second) != width) {
            throw std::logic_error(
                fmt::format("lifting: variable {} has {} bits, not {}", name, this->width(known->second), width));
        }
        return known->second;
    }
    variables_.push_back({name, width});
    const Term made = make(Op::variable, width, static_cast<std::uint32_t>(variables_.size() - 1));
    variable_terms_.emplace(name, made);
    return made;
}

Term Terms::fresh(const std::string& name, unsigned width) {
    std::size_t number = variables_.size();
    while (variable_terms_.contains(fmt::format("{}#{}", name, number))) {
        ++number;
    }
    return variable(fmt::format("{}#{}", name, number), width);
}

// Folding looks into operands, so without a memory of what was folded it would take a graph for the tree that it stands
// for.
template <class Fold>
Term Terms::remembered(Op op, unsigned width, Term a, Term b, Term c, const Fold& fold) {
    if (commutes(op) && a > b) {
        std::swap(a, b);
    }
    const Node asked{op, static_cast<std::uint8_t>(width), 0, a, b, c};
    if (const auto known = known_.find(asked); known != known_.end()) {
        return known->second;
    }
    const Term made = fold(a, b);
    known_.emplace(asked, made);
    return made;
}

Term Terms::bit_and(Term a, Term b) {
    return remembered(Op::bit_and, width(a), a, b, {}, [&](Term x, Term y) { return fold_bit_and(x, y); });
}
Term Terms::bit_or(Term a, Term b) {
    return remembered(Op::bit_or, width(a), a, b, {}, [&](Term x, Term y) { return fold_bit_or(x, y); });
}
Term Terms::bit_xor(Term a, Term b) {
    return remembered(Op::bit_xor, width(a), a, b, {}, [&](Term x, Term y) { return fold_bit_xor(x, y); });
}
Term Terms::add(Term a, Term b) {
    return remembered(Op::add, width(a), a, b, {}, [&](Term x, Term y) { return fold_add(x, y); });
}
Term Terms::mul(Term a, Term b) {
    return remembered(Op::mul, width(a), a, b, {}, [&](Term x, Term y) { return fold_mul(x, y); });
}
Term Terms::shl(Term a, Term b) {
    return remembered(Op::shl, width(a), a, b, {}, [&](Term x, Term y) { return fold_shl(x, y); });
}
Term Terms::lshr(Term a, Term b) {
    return remembered(Op::lshr, width(a), a, b, {}, [&](Term x, Term y) { return fold_lshr(x, y); });
}
Term Terms::ashr(Term a, Term b) {
    return remembered(Op::ashr, width(a), a, b, {}, [&](Term x, Term y) { return fold_ashr(x, y); });
}
Term Terms::eq(Term a, Term b) {
    return remembered(Op::eq, 1, a, b, {}, [&](Term x, Term y) { return fold_eq(x, y); });
}
Term Terms::ult(Term a, Term b) {
    return remembered(Op::ult, 1, a, b, {}, [&](Term x, Term y) { return fold_ult(x, y); });
}
Term Terms::slt(Term a, Term b) {
    return remembered(Op::slt, 1, a, b, {}, [&](Term x, Term y) { return fold_slt(x, y); });
}
Term Terms::concat(Term a, Term b) {
    return remembered(Op::concat, width(a) + width(b), a, b, {}, [&](Term x, Term y) { return fold_concat(x, y); });
}
Term Terms::ite(Term condition, Term a, Term b) {
    return remembered(Op::ite, width(a), condition, a, b, [&](Term x, Term y) { return fold_ite(x, y, b); });
}

Term Terms::address(std::uint32_t region) { return make(Op::address, 64, region); }

bool Terms::complementary(Term a, Term b) const {
    return (node(a).op == Op::bit_not && node(a).a == b) || (node(b).op == Op::bit_not && node(b).a == a);
}

Term Terms::bit_not(Term a) {
    const Node n = node(a);
    if (n.op == Op::constant) {
        return constant(n.width, ~value(a));
    }
    if (n.op == Op::bit_not) {
        return n.a;
    }
    return make(Op::bit_not, n.width, 0, a);
}

Term Terms::fold_bit_and(Term a, Term b) {
    const unsigned w = width(a);
    if (is_constant(a)) {
        std::swap(a, b);
    }
    if (a == b) {
        return a;
    }
    if (complementary(a, b)) {
        return constant(w, 0);
    }
    if (is_constant(b)) {
        const Word mask = value(b);
        if (is_constant(a)) {
            return constant(w, value(a) & mask);
        }
        if (mask == 0) {
            return b;
        }
        if (mask == ones(w)) {
            return a;
        }
        if (node(a).op == Op::bit_and && is_constant(node(a).b)) {
            return bit_and(node(a).a, constant(w, value(node(a).b) & mask));
        }
        if (node(a).op == Op::bit_and && is_constant(node(a).a)) {
            return bit_and(node(a).b, constant(w, value(node(a).a) & mask));
        }
        if (power_of_two(mask + 1)) {
            return zext(extract(a, 0, bit_length(mask)), w);
        }
        if (const unsigned low = trailing_zeros(mask); mask == (ones(w) ^ ones(low))) {
            return concat(extract(a, low, w - low), constant(low, 0));
        }
        if (node(a).op == Op::ite && is_constant(node(a).b) && is_constant(node(a).c)) {
            const Node n = node(a);
            return ite(n.a, constant(w, value(n.b) & mask), constant(w, value(n.c) & mask));
        }
        if (node(a).op == Op::zext) {
            const unsigned inner = width(node(a).a);
            return zext(bit_and(node(a).a, constant(inner, mask)), w);
        }
        return make(Op::bit_and, w, 0, a, b);
    }
    for (const auto& [x, y] : {std::pair{a, b}, std::pair{b, a}}) {
        const Node n = node(x);
        if (n.op == Op::bit_and) {
            if (n.a == y || n.b == y) {
                return x;
            }
            if (complementary(n.a, y) || complementary(n.b, y)) {
                return constant(w, 0);
            }
        }
        if (n.op == Op::bit_or) {
            if (n.a == y || n.b == y) {
                return y;
            }
            if (complementary(n.a, y)) {
                return bit_and(n.b, y);
            }
            if (complementary(n.b, y)) {
                return bit_and(n.a, y);
            }
        }
        if (n.op == Op::bit_not && node(n.a).op == Op::bit_and) {
            const Node inner = node(n.a);
            if (inner.a == y) {
                return bit_and(bit_not(inner.b), y);
            }
            if (inner.b == y) {
                return bit_and(bit_not(inner.a), y);
            }
        }
    }
    return make(Op::bit_and, w, 0, a, b);
}

Term Terms::fold_bit_or(Term a, Term b) {
    const unsigned w = width(a);
    if (w == 1) {
        return bit_not(bit_and(bit_not(a), bit_not(b)));
    }
    if (is_constant(a)) {
        std::swap(a, b);
    }
    if (a == b) {
        return a;
    }
    if (complementary(a, b)) {
        return constant(w, ones(w));
    }
    if (is_constant(b)) {
        if (is_constant(a)) {
            return constant(w, value(a) | value(b));
        }
        if (value(b) == 0) {
            return a;
        }
        if (value(b) == ones(w)) {
            return b;
        }
        if (node(a).op == Op::ite && is_constant(node(a).b) && is_constant(node(a).c)) {
            const Node n = node(a);
            return ite(n.a, constant(w, value(n.b) | value(b)), constant(w, value(n.c) | value(b)));
        }
    }
    // High and low part put together.
    for (const auto& [x, y] : {std::pair{a, b}, std::pair{b, a}}) {
        const Node n = node(x);
        if (n.op != Op::concat || !is_constant(n.b) || value(n.b) != 0) {
            continue;
        }
        const unsigned low = width(n.b);
        if ((node(y).op == Op::zext && width(node(y).a) <= low) || (is_constant(y) && bit_length(value(y)) <= low)) {
            return concat(n.a, extract(y, 0, low));
        }
    }
    return make(Op::bit_or, w, 0, a, b);
}

Term Terms::fold_bit_xor(Term a, Term b) {
    const unsigned w = width(a);
    if (is_constant(a)) {
        std::swap(a, b);
    }
    if (a == b) {
        return constant(w, 0);
    }
    if (is_constant(b)) {
        if (is_constant(a)) {
            return constant(w, value(a) ^ value(b));
        }
        if (value(b) == 0) {
            return a;
        }
        if (value(b) == ones(w)) {
            return bit_not(a);
        }
    }
    return make(Op::bit_xor, w, 0, a, b);
}

Term Terms::fold_add(Term a, Term b) {
    const unsigned w = width(a);
    if (is_constant(a)) {
        std::swap(a, b);
    }
    if (is_constant(b)) {
        if (is_constant(a)) {
            return constant(w, value(a) + value(b));
        }
        if (value(b) == 0) {
            return a;
        }
        const Node n = node(a);
        if (n.op == Op::add && is_constant(n.a)) {
            return add(n.b, constant(w, value(n.a) + value(b)));
        }
        if (n.op == Op::add && is_constant(n.b)) {
            return add(n.a, constant(w, value(n.b) + value(b)));
        }
        if (n.op == Op::ite && (is_constant(n.b) || is_constant(n.c))) {
            return ite(n.a, add(n.b, b), add(n.c, b));
        }
    }
    // Constants to the outside, so that those of a chain of additions meet.
    for (const auto& [x, y] : {std::pair{a, b}, std::pair{b, a}}) {
        const Node n = node(x);
        if (n.op == Op::add && is_constant(n.a)) {
            return add(add(n.b, y), n.a);
        }
        if (n.op == Op::add && is_constant(n.b)) {
            if (!is_constant(y)) {
                return add(add(n.a, y), n.b);
            }
        }
    }
    return make(Op::add, w, 0, a, b);
}

Term Terms::neg(Term a) { return add(bit_not(a), constant(width(a), 1)); }

Term Terms::sub(Term a, Term b) {
    const unsigned w = width(a);
    if (a == b) {
        return constant(w, 0);
    }
    if (is_constant(b)) {
        return add(a, constant(w, Word{0} - value(b)));
    }
    return add(add(a, bit_not(b)), constant(w, 1));
}

Term Terms::fold_mul(Term a, Term b) {
    const unsigned w = width(a);
    if (is_constant(a)) {
        std::swap(a, b);
    }
    if (is_constant(b)) {
        if (is_constant(a)) {
            return constant(w, value(a) * value(b));
        }
        if (value(b) <= 1) {
            return value(b) == 0 ? b : a;
        }
        const Node n = node(a);
        if (n.op == Op::ite && (is_constant(n.b) || is_constant(n.c))) {
            return ite(n.a, mul(n.b, b), mul(n.c, b));
        }
    }
    return make(Op::mul, w, 0, a, b);
}

Term Terms::udiv(Term a, Term b) {
    const unsigned w = width(a);
    if (is_constant(b)) {
        if (is_constant(a)) {
            return constant(w, folded_word(Op::udiv, value(a), value(b), w));
        }
        if (upper_bound(a) < value(b)) {
            return constant(w, 0);
        }
        if (power_of_two(value(b))) {
            return lshr(a, constant(w, trailing_zeros(value(b))));
        }
    }
    return make(Op::udiv, w, 0, a, b);
}

Term Terms::urem(Term a, Term b) {
    const unsigned w = width(a);
    if (is_constant(b)) {
        if (is_constant(a)) {
            return constant(w, folded_word(Op::urem, value(a), value(b), w));
        }
        if (upper_bound(a) < value(b)) {
            return a;
        }
        if (power_of_two(value(b))) {
            return bit_and(a, constant(w, value(b) - 1));
        }
    }
    return make(Op::urem, w, 0, a, b);
}

Term Terms::sdiv(Term a, Term b) {
    if (is_constant(a) && is_constant(b)) {
        return constant(width(a), folded_word(Op::sdiv, value(a), value(b), width(a)));
    }
    return make(Op::sdiv, width(a), 0, a, b);
}

Term Terms::srem(Term a, Term b) {
    if (is_constant(a) && is_constant(b)) {
        return constant(width(a), folded_word(Op::srem, value(a), value(b), width(a)));
    }
    return make(Op::srem, width(a), 0, a, b);
}

Term Terms::fold_shl(Term a, Term b) {
    const unsigned w = width(a);
    if (is_constant(b)) {
        if (value(b) >= w) {
            return constant(w, 0);
        }
        const auto by = static_cast<unsigned>(value(b));
        return by == 0 ? a : concat(extract(a, 0, w - by), constant(by, 0));
    }
    if (node(b).op == Op::ite && is_constant(node(b).b) && is_constant(node(b).c)) {
        const Node n = node(b);
        return ite(n.a, shl(a, n.b), shl(a, n.c));
    }
    return make(Op::shl, w, 0, a, b);
}

Term Terms::fold_lshr(Term a, Term b) {
    const unsigned w = width(a);
    if (is_constant(b)) {
        if (value(b) >= w) {
            return constant(w, 0);
        }
        const auto by = static_cast<unsigned>(value(b));
        return by == 0 ? a : zext(extract(a, by, w - by), w);
    }
    return make(Op::lshr, w, 0, a, b);
}

Term Terms::fold_ashr(Term a, Term b) {
    const unsigned w = width(a);
    if (is_constant(b)) {
        const unsigned by = value(b) >= w ? w - 1 : static_cast<unsigned>(value(b));
        return by == 0 ? a : sext(extract(a, by, w - by), w);
    }
    return make(Op::ashr, w, 0, a, b);
}

Term Terms::fold_eq(Term a, Term b) {
    const unsigned w = width(a);
    if (a == b) {
        return yes_;
    }
    if (is_constant(a)) {
        std::swap(a, b);
    }
    if (w == 1) {
        if (is_constant(b)) {
            return value(b) != 0 ? a : bit_not(a);
        }
        if (complementary(a, b)) {
            return no_;
        }
    }
    if (is_constant(b)) {
        const Word k = value(b);
        if (is_constant(a)) {
            return no_;
        }
        const Node n = node(a);
        switch (n.op) {
        case Op::ite:
            if (is_constant(n.b) || is_constant(n.c)) {
                return ite(n.a, eq(n.b, b), eq(n.c, b));
            }
            break;
        case Op::zext: {
            const unsigned inner = width(n.a);
            return (k & ~ones(inner)) != 0 ? no_ : eq(n.a, constant(inner, k));
        }
        case Op::concat: {
            const unsigned low = width(n.b);
            return bit_and(eq(n.a, constant(w - low, k >> low)), eq(n.b, constant(low, k)));
        }
        case Op::bit_not:
            return eq(n.a, constant(w, ~k));
        case Op::add:
            if (is_constant(n.a) || is_constant(n.b)) {
                const bool first = is_constant(n.a);
                return eq(first ? n.b : n.a, constant(w, k - value(first ? n.a : n.b)));
            }
            break;
        case Op::bit_xor:
            if (is_constant(n.a) || is_constant(n.b)) {
                const bool first = is_constant(n.a);
                return eq(first ? n.b : n.a, constant(w, k ^ value(first ? n.a : n.b)));
            }
            break;
        case Op::bit_and:
            if (is_constant(n.a) || is_constant(n.b)) {
                const Word mask = value(is_constant(n.a) ? n.a : n.b);
                const Term other = is_constant(n.a) ? n.b : n.a;
                if ((k & ~mask) != 0) {
                    return no_;
                }
                if (power_of_two(mask)) {
                    const Term bit = extract(other, trailing_zeros(mask), 1);
                    return k != 0 ? bit : bit_not(bit);
                }
            }
            break;
        default:
            break;
        }
        if (k > upper_bound(a)) {
            return no_;
        }
    }
    if (node(a).op == Op::zext && node(b).op == Op::zext && width(node(a).a) == width(node(b).a)) {
        return eq(node(a).a, node(b).a);
    }
    return make(Op::eq, 1, 0, a, b);
}

Term Terms::fold_ult(Term a, Term b) {
    const unsigned w = width(a);
    if (a == b) {
        return no_;
    }
    if (is_constant(a) && is_constant(b)) {
        return value(a) < value(b) ? yes_ : no_;
    }
    if (w == 1) {
        return bit_and(bit_not(a), b);
    }
    if (is_constant(b)) {
        const Word k = value(b);
        if (k == 0) {
            return no_;
        }
        if (upper_bound(a) < k) {
            return yes_;
        }
        if (k == 1) {
            return eq(a, constant(w, 0));
        }
        const Node n = node(a);
        if (n.op == Op::ite && (is_constant(n.b) || is_constant(n.c))) {
            return ite(n.a, ult(n.b, b), ult(n.c, b));
        }
        if (n.op == Op::zext) {
            return ult(n.a, constant(width(n.a), k));
        }
        if (power_of_two(k)) {
            const unsigned bits = trailing_zeros(k);
            return eq(extract(a, bits, w - bits), constant(w - bits, 0));
        }
    }
    if (is_constant(a)) {
        const Word k = value(a);
        if (k >= upper_bound(b)) {
            return no_;
        }
        if (k == 0) {
            return bit_not(eq(b, a));
        }
        const Node n = node(b);
        if (n.op == Op::ite && (is_constant(n.b) || is_constant(n.c))) {
            return ite(n.a, ult(a, n.b), ult(a, n.c));
        }
        if (n.op == Op::zext) {
            return ult(constant(width(n.a), k), n.a);
        }
        if (power_of_two(k + 1)) {
            return bit_not(ult(b, constant(w, k + 1)));
        }
    }
    if (node(a).op == Op::zext && node(b).op == Op::zext && width(node(a).a) == width(node(b).a)) {
        return ult(node(a).a, node(b).a);
    }
    return make(Op::ult, 1, 0, a, b);
}

Term Terms::fold_slt(Term a, Term b) {
    const unsigned w = width(a);
    if (a == b) {
        return no_;
    }
    if (is_constant(a) && is_constant(b)) {
        return folded_word(Op::slt, value(a), value(b), w) != 0 ? yes_ : no_;
    }
    const Word half = Word{1} << (w - 1);
    if (upper_bound(a) < half && upper_bound(b) < half) {
        return ult(a, b);
    }
    if (is_constant(b) && value(b) == 0) {
        return extract(a, w - 1, 1);
    }
    if (is_constant(a) && value(a) == ones(w)) {
        return bit_not(extract(b, w - 1, 1));
    }
    if (is_constant(b) && node(a).op == Op::ite) {
        const Node n = node(a);
        if (is_constant(n.b) || is_constant(n.c)) {
            return ite(n.a, slt(n.b, b), slt(n.c, b));
        }
    }
    return make(Op::slt, 1, 0, a, b);
}

Term Terms::fold_ite(Term condition, Term a, Term b) {
    if (condition == yes_ || a == b) {
        return a;
    }
    if (condition == no_) {
        return b;
    }
    if (node(condition).op == Op::bit_not) {
        condition = node(condition).a;
        std::swap(a, b);
    }
    const unsigned w = width(a);
    if (node(a).op == Op::ite && node(a).a == condition) {
        a = node(a).b;
    }
    if (node(b).op == Op::ite && node(b).a == condition) {
        b = node(b).c;
    }
    if (a == b) {
        return a;
    }
    if (w == 1) {
        if (a == yes_ || a == condition) {
            return bit_or(condition, b);
        }
        if (a == no_) {
            return bit_and(bit_not(condition), b);
        }
        if (b == yes_) {
            return bit_or(bit_not(condition), a);
        }
        if (b == no_ || b == condition) {
            return bit_and(condition, a);
        }
    }
    // The same value twice: one condition.
    if (node(b).op == Op::ite && node(b).b == a) {
        return ite(bit_or(condition, node(b).a), a, node(b).c);
    }
    if (node(a).op == Op::ite && node(a).c == b) {
        return ite(bit_and(condition, node(a).a), node(a).b, b);
    }
    return make(Op::ite, w, 0, condition, a, b);
}

Term Terms::fold_concat(Term high, Term low) {
    const unsigned wh = width(high);
    const unsigned wl = width(low);
    const unsigned w = wh + wl;
    if (is_constant(high)) {
        if (is_constant(low)) {
            return constant(w, value(high) << wl | value(low));
        }
        if (value(high) == 0) {
            return zext(low, w);
        }
    }
    const Node h = node(high);
    const Node l = node(low);
    if (h.op == Op::extract && l.op == Op::extract && h.a == l.a && h.payload == l.payload + wl) {
        return extract(h.a, l.payload, w);
    }
    if (h.op == Op::extract && h.a == low && h.payload == wl) {
        return extract(h.a, 0, w);
    }
    if (h.op == Op::extract && l.op == Op::concat) {
        const Node next = node(l.a);
        if (next.op == Op::extract && next.a == h.a && h.payload == next.payload + next.width) {
            return concat(extract(h.a, next.payload, wh + next.width), l.b);
        }
    }
    if (l.op == Op::extract && h.op == Op::concat) {
        const Node next = node(h.b);
        if (next.op == Op::extract && next.a == l.a && next.payload == l.payload + wl) {
            return concat(h.a, extract(l.a, l.payload, wl + next.width));
        }
    }
    if (is_constant(low) && h.op == Op::concat && is_constant(h.b)) {
        return concat(h.a, concat(h.b, low));
    }
    if (is_constant(high) && l.op == Op::concat && is_constant(l.a)) {
        return concat(concat(high, l.a), l.b);
    }
    if (h.op == Op::zext) {
        return zext(concat(h.a, low), w);
    }
    if (h.op == Op::ite && l.op == Op::ite && h.a == l.a) {
        return ite(h.a, concat(h.b, l.b), concat(h.c, l.c));
    }
    return make(Op::concat, w, 0, high, low);
}

Term Terms::extract(Term a, unsigned low, unsigned w) {
    const Node n = node(a);
    if (low == 0 && w == n.width) {
        return a;
    }
    // What was asked for is in the memory of terms below the node that it would have been.
    const Node asked{Op::extract, static_cast<std::uint8_t>(w), low, a, {}, {}};
    if (const auto known = known_.find(asked); known != known_.end()) {
        return known->second;
    }
    Term made;
    switch (n.op) {
    case Op::constant:
        return constant(w, value(a) >> low);
    case Op::extract:
        made = extract(n.a, n.payload + low, w);
        break;
    case Op::concat: {
        const unsigned wl = width(n.b);
        if (low >= wl) {
            made = extract(n.a, low - wl, w);
        } else if (low + w <= wl) {
            made = extract(n.b, low, w);
        } else {
            made = concat(extract(n.a, 0, low + w - wl), extract(n.b, low, wl - low));
        }
        break;
    }
    case Op::zext: {
        const unsigned inner = width(n.a);
        if (low >= inner) {
            made = constant(w, 0);
        } else if (low + w <= inner) {
            made = extract(n.a, low, w);
        } else {
            made = zext(extract(n.a, low, inner - low), w);
        }
        break;
    }
    case Op::sext: {
        const unsigned inner = width(n.a);
        if (low + w <= inner) {
            made = extract(n.a, low, w);
        } else if (low >= inner) {
            made = sext(extract(n.a, inner - 1, 1), w);
        } else {
            made = sext(extract(n.a, low, inner - low), w);
        }
        break;
    }
    case Op::ite:
        made = ite(n.a, extract(n.b, low, w), extract(n.c, low, w));
        break;
    case Op::bit_and:
        made = bit_and(extract(n.a, low, w), extract(n.b, low, w));
        break;
    case Op::bit_or:
        made = bit_or(extract(n.a, low, w), extract(n.b, low, w));
        break;
    case Op::bit_xor:
        made = bit_xor(extract(n.a, low, w), extract(n.b, low, w));
        break;
    case Op::bit_not:
        made = bit_not(extract(n.a, low, w));
        break;
    default:
        return make(Op::extract, w, low, a);
    }
    known_.emplace(asked, made);
    return made;
}

Term Terms::zext(Term a, unsigned w) {
    const Node n = node(a);
    if (w == n.width) {
        return a;
    }
    if (n.op == Op::constant) {
        return constant(w, value(a));
    }
    if (n.op == Op::zext) {
        return zext(n.a, w);
    }
    if (n.op == Op::ite && is_constant(n.b) && is_constant(n.c)) {
        return ite(n.a, zext(n.b, w), zext(n.c, w));
    }
    return make(Op::zext, w, 0, a);
}

Term Terms::sext(Term a, unsigned w) {
    const Node n = node(a);
    if (w == n.width) {
        return a;
    }
    if (n.op == Op::constant) {
        return constant(w, extended(value(a), n.width));
    }
    if (n.op == Op::zext) {
        return zext(n.a, w);
    }
    if (n.op == Op::ite && is_constant(n.b) && is_constant(n.c)) {
        return ite(n.a, sext(n.b, w), sext(n.c, w));
    }
    return make(Op::sext, w, 0, a);
}

Term Terms::table(Table table, Term index, unsigned w) {
    if (is_constant(index)) {
        const auto at = static_cast<std::uint64_t>(value(index));
        return constant(w, table.entries.at(at < table.entries.size() ? at : 0));
    }
    const Node n = node(index);
    if (n.op == Op::ite && is_constant(n.b) && is_constant(n.c)) {
        const Term other = this->table(table, n.c, w);
        return ite(n.a, this->table(std::move(table), n.b, w), other);
    }
    if (std::ranges::all_of(table.entries, [&](std::uint64_t e) { return e == table.entries.front(); })) {
        return constant(w, table.entries.front());
    }
    auto place = std::ranges::find(tables_, table);
    if (place == tables_.end()) {
        tables_.push_back(std::move(table));
        place = tables_.end() - 1;
    }
    return make(Op::table, w, static_cast<std::uint32_t>(place - tables_.begin()), index);
}

Term Terms::function(std::string name, std::vector<Term> arguments, unsigned w) {
    Application application{std::move(name), std::move(arguments)};
    std::vector<std::uint32_t>& same_name = application_numbers_[application.function];
    for (const std::uint32_t number : same_name) {
        if (applications_[number] == application) {
            return make(Op::function, w, number);
        }
    }
    const auto number = static_cast<std::uint32_t>(applications_.size());
    same_name.push_back(number);
    applications_.push_back(std::move(application));
    return make(Op::function, w, number);
}

Word Terms::upper_bound(Term t) {
    const Node n = node(t);
    if (n.op == Op::constant) {
        return value(t);
    }
    if (n.op == Op::variable || n.op == Op::address || n.op == Op::function || n.width == 1) {
        return ones(n.width);
    }
    if (const auto known = bounds_.find(t.id); known != bounds_.end()) {
        return known->second;
    }
    Word bound = ones(n.width);
    switch (n.op) {
    case Op::zext:
        bound = upper_bound(n.a);
        break;
    case Op::bit_and:
        bound = std::min(upper_bound(n.a), upper_bound(n.b));
        break;
    case Op::bit_or:
    case Op::bit_xor:
        bound = ones(bit_length(std::max(upper_bound(n.a), upper_bound(n.b))));
        break;
    case Op::ite:
        bound = std::max(upper_bound(n.b), upper_bound(n.c));
        break;
    case Op::concat:
        bound = upper_bound(n.a) << width(n.b) | upper_bound(n.b);
        break;
    case Op::extract:
        if (n.payload == 0) {
            bound = std::min(bound, upper_bound(n.a));
        } else {
            bound = std::min(bound, upper_bound(n.a) >> n.payload);
        }
        break;
    case Op::urem:
        if (is_constant(n.b) && value(n.b) != 0) {
            bound = value(n.b) - 1;
        }
        break;
    case Op::udiv:
        if (is_constant(n.b) && value(n.b) != 0) {
            bound = upper_bound(n.a) / value(n.b);
        }
        break;
    case Op::lshr:
        bound = upper_bound(n.a);
        break;
    case Op::add: {
        const Word a = upper_bound(n.a);
        const Word b = upper_bound(n.b);
        if (a <= bound - b) {
            bound = a + b;
        }
        break;
    }
    case Op::mul: {
        const Word a = upper_bound(n.a);
        const Word b = upper_bound(n.b);
        if (a == 0 || b <= bound / a) {
            bound = a * b;
        }
        break;
    }
    case Op::table: {
        const std::vector<std::uint64_t>& entries = tables_[n.payload].entries;
        bound = *std::ranges::max_element(entries);
        break;
    }
    default:
        break;
    }
    bounds_.emplace(t.id, bound);
    return bound;
}

std::optional<std::vector<Word>> Terms::values(Term t, std::size_t limit) const {
    const Node& n = node(t);
    std::vector<Word> all;
    const auto mapped = [&](Term from, const auto& change) -> std::optional<std::vector<Word>> {
        auto values = this->values(from, limit);
        if (values) {
            std::ranges::transform(*values, values->begin(), [&](Word v) { return change(v) & ones(n.width); });
        }
        return values;
    };
    const bool first = n.op != Op::ite && n.op > Op::address && n.op < Op::extract && is_constant(n.a);
    const bool second = n.op > Op::bit_not && n.op < Op::extract && is_constant(n.b);
    std::optional<std::vector<Word>> found;
    switch (n.op) {
    case Op::constant:
        return std::vector<Word>{value(t)};
    case Op::table:
        all.assign(tables_[n.payload].entries.begin(), tables_[n.payload].entries.end());
        found = std::move(all);
        break;
    case Op::zext:
        found = mapped(n.a, [](Word v) { return v; });
        break;
    case Op::sext:
        found = mapped(n.a, [&](Word v) { return extended(v, width(n.a)); });
        break;
    case Op::extract:
        found = mapped(n.a, [&](Word v) { return v >> n.payload; });
        break;
    case Op::ite: {
        found = values(n.b, limit);
        const auto other = found ? values(n.c, limit) : std::nullopt;
        if (!other) {
            return std::nullopt;
        }
        found->insert(found->end(), other->begin(), other->end());
        break;
    }
    case Op::add:
    case Op::mul:
    case Op::bit_and:
        if (first || second) {
            found = mapped(first ? n.b : n.a,
                           [&](Word v) { return folded_word(n.op, v, value(first ? n.a : n.b), n.width); });
        }
        break;
    case Op::concat:
        if (first) {
            found = mapped(n.b, [&](Word v) { return value(n.a) << width(n.b) | v; });
        } else if (second) {
            found = mapped(n.a, [&](Word v) { return v << width(n.b) | value(n.b); });
        }
        break;
    default:
        break;
    }
    if (found) {
        std::ranges::sort(*found);
        found->erase(std::unique(found->begin(), found->end()), found->end());
        if (found->size() > limit) {
            return std::nullopt;
        }
    }
    return found;
}

std::string Terms::text(Term t, unsigned depth) const {
    static constexpr const char* names[] = {
        "",    "",     "",     "not", "and", "or", "xor", "+",      "*",       "udiv", "urem", "sdiv",  "srem",
        "shl", "lshr", "ashr", "=",   "u<",  "s<", "ite", "concat", "extract", "zext", "sext", "table", "function"};
    const Node& n = node(t);
    switch (n.op) {
    case Op::constant:
        return fmt::format("{:#x}", static_cast<std::uint64_t>(value(t)));
    case Op::variable:
        return variables_[n.payload].name;
    case Op::address:
        return fmt::format("address({})", n.payload);
    case Op::function:
        return applications_[n.payload].function + "(...)";
    default:
        break;
    }
    if (depth == 0) {
        return "...";
    }
    std::string all = std::string("(") + names[static_cast<unsigned>(n.op)];
    const unsigned operands = n.op == Op::ite ? 3 : n.op == Op::bit_not || n.op >= Op::extract ? 1 : 2;
    for (unsigned i = 0; i < operands; ++i) {
        all += ' ' + text(i == 0 ? n.a : i == 1 ? n.b : n.c, depth - 1);
    }
    return all + ')';
}

} // namespace vtlcheck::lifting
