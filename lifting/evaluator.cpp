// Terms on machine words.
#include "lifting/evaluator.hpp"

#include <stdexcept>
#include <unordered_map>

namespace vtlcheck::lifting {

namespace {

constexpr std::uint32_t always = ~std::uint32_t{0}; // the round of a constant

// The arithmetic is written down once more, apart from the folding of terms, so that each checks the other.
bool sign(Word value, unsigned width) { return (value >> (width - 1) & 1) != 0; }
Word sign_extended(Word value, unsigned width) { return sign(value, width) ? value | ~Terms::ones(width) : value; }

Word divided(Word a, Word b, unsigned width) {
    if (b == 0) {
        return sign(a, width) ? 1 : Terms::ones(width);
    }
    const Word x = sign(a, width) ? -sign_extended(a, width) : a;
    const Word y = sign(b, width) ? -sign_extended(b, width) : b;
    return sign(a, width) == sign(b, width) ? x / y : -(x / y);
}

} // namespace

Evaluator::Evaluator(const Terms& terms, const std::vector<Term>& outputs) {
    std::unordered_map<std::uint32_t, std::uint32_t> place;
    std::unordered_map<std::uint32_t, std::uint32_t> table_place;
    for (const Term output : outputs) {
        std::vector<Term> open{output};
        while (!open.empty()) {
            const Term next = open.back();
            if (place.contains(next.id)) {
                open.pop_back();
                continue;
            }
            const Terms::Node& n = terms.node(next);
            if (n.op == Op::function) {
                throw std::invalid_argument("An uninterpreted function has no value: lift without opaque functions.");
            }
            const std::size_t before = open.size();
            const auto need = [&](Term part) {
                if (!place.contains(part.id)) {
                    open.push_back(part);
                }
            };
            const bool leaf = n.op <= Op::address;
            const bool one = n.op == Op::bit_not || n.op >= Op::extract;
            if (!leaf) {
                need(n.a);
            }
            if (!leaf && !one) {
                need(n.b);
            }
            if (n.op == Op::ite) {
                need(n.c);
            }
            if (open.size() != before) {
                continue;
            }
            open.pop_back();
            Instruction i{n.op, n.width, 0, 0, 0, 0, n.payload};
            if (!leaf) {
                i.a = place.at(n.a.id);
                i.b = one ? 0 : place.at(n.b.id);
                i.c = n.op == Op::ite ? place.at(n.c.id) : 0;
                i.operand_width = static_cast<std::uint8_t>(terms.width(n.op == Op::concat ? n.b : n.a));
            }
            if (n.op == Op::constant) {
                i.result = terms.value(next);
                i.round = always;
            } else if (n.op == Op::table) {
                const auto [known, added] =
                    table_place.try_emplace(n.payload, static_cast<std::uint32_t>(tables_.size()));
                if (added) {
                    tables_.push_back(terms.table(next).entries);
                }
                i.payload = known->second;
            } else if (leaf) {
                const bool address = n.op == Op::address;
                inputs_.push_back(
                    {next, address, address ? n.payload : 0, address ? "" : terms.variable(next).name, n.width});
                input_place_.push_back(static_cast<std::uint32_t>(code_.size()));
            }
            place.emplace(next.id, static_cast<std::uint32_t>(code_.size()));
            code_.push_back(i);
        }
        outputs_.push_back(place.at(output.id));
    }
}

void Evaluator::set(std::size_t input, Word value) {
    Instruction& i = code_[input_place_[input]];
    i.result = value & Terms::ones(i.width);
    i.round = round_;
}

Word Evaluator::run(std::uint32_t number) {
    Instruction& i = code_[number];
    if (i.round == round_ || i.round == always) {
        return i.result;
    }
    const unsigned w = i.operand_width;
    Word r = 0;
    switch (i.op) {
    case Op::constant:
    case Op::variable:
    case Op::address:
    case Op::function:
        throw std::logic_error("lifting: an input without a value");
    case Op::bit_not:
        r = ~run(i.a);
        break;
    case Op::bit_and:
        r = run(i.a);
        r = r == 0 ? 0 : r & run(i.b);
        break;
    case Op::bit_or:
        r = run(i.a) | run(i.b);
        break;
    case Op::bit_xor:
        r = run(i.a) ^ run(i.b);
        break;
    case Op::add:
        r = run(i.a) + run(i.b);
        break;
    case Op::mul:
        r = run(i.a) * run(i.b);
        break;
    case Op::udiv: {
        const Word b = run(i.b);
        r = b == 0 ? ~Word{0} : run(i.a) / b;
        break;
    }
    case Op::urem: {
        const Word b = run(i.b);
        r = b == 0 ? run(i.a) : run(i.a) % b;
        break;
    }
    case Op::sdiv:
        r = divided(run(i.a), run(i.b), w);
        break;
    case Op::srem: {
        const Word a = run(i.a);
        const Word b = run(i.b);
        r = b == 0 ? a : a - divided(a, b, w) * b;
        break;
    }
    case Op::shl: {
        const Word by = run(i.b);
        r = by < w ? run(i.a) << static_cast<unsigned>(by) : 0;
        break;
    }
    case Op::lshr: {
        const Word by = run(i.b);
        r = by < w ? run(i.a) >> static_cast<unsigned>(by) : 0;
        break;
    }
    case Op::ashr: {
        const Word a = run(i.a);
        const Word by = run(i.b);
        const unsigned n = by < w ? static_cast<unsigned>(by) : w - 1;
        r = sign(a, w) ? ~(~sign_extended(a, w) >> n) : a >> n;
        break;
    }
    case Op::eq:
        r = run(i.a) == run(i.b) ? 1 : 0;
        break;
    case Op::ult:
        r = run(i.a) < run(i.b) ? 1 : 0;
        break;
    case Op::slt: {
        const Word a = run(i.a);
        const Word b = run(i.b);
        r = sign(a, w) != sign(b, w) ? (sign(a, w) ? 1 : 0) : (a < b ? 1 : 0);
        break;
    }
    case Op::ite:
        r = run(i.a) != 0 ? run(i.b) : run(i.c);
        break;
    case Op::concat:
        r = run(i.a) << w | run(i.b);
        break;
    case Op::extract:
        r = run(i.a) >> i.payload;
        break;
    case Op::zext:
        r = run(i.a);
        break;
    case Op::sext:
        r = sign_extended(run(i.a), w);
        break;
    case Op::table: {
        const std::vector<std::uint64_t>& entries = tables_[i.payload];
        const Word at = run(i.a);
        r = entries[at < entries.size() ? static_cast<std::size_t>(at) : 0];
        break;
    }
    }
    i.result = r & Terms::ones(i.width);
    i.round = round_;
    return i.result;
}

} // namespace vtlcheck::lifting
