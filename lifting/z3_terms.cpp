// Terms in Z3.
#include "lifting/term.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace vtlcheck::lifting {

namespace {

// Bits of the index that tell the entries apart.
unsigned index_bits(std::size_t entries) {
    unsigned bits = 0;
    while ((std::size_t{1} << bits) < entries) {
        ++bits;
    }
    return bits;
}

std::uint64_t entry_of(const Terms::Table& table, std::uint64_t at) {
    return table.entries[at < table.entries.size() ? at : 0];
}

} // namespace

z3::expr Z3Terms::known(Term t) const { return made_[static_cast<int>(place_.at(t.id))]; }

z3::expr Z3Terms::operator()(Term t) {
    std::vector<Term> open{t};
    while (!open.empty()) {
        const Term next = open.back();
        if (place_.contains(next.id)) {
            open.pop_back();
            continue;
        }
        const Terms::Node& n = terms_.node(next);
        const std::size_t before = open.size();
        const auto need = [&](Term part) {
            if (!place_.contains(part.id)) {
                open.push_back(part);
            }
        };
        if (n.op == Op::function) {
            std::ranges::for_each(terms_.application(next).arguments, need);
        } else if (n.op > Op::address) {
            need(n.a);
            if (n.op != Op::bit_not && n.op < Op::extract) {
                need(n.b);
            }
            if (n.op == Op::ite) {
                need(n.c);
            }
        }
        if (open.size() == before) {
            const z3::expr made = make(next);
            place_.emplace(next.id, made_.size());
            made_.push_back(made);
            open.pop_back();
        }
    }
    return known(t);
}

z3::expr Z3Terms::number(unsigned width, Word value) {
    if (width == 1) {
        return context_.bool_val(value != 0);
    }
    if (width <= 64) {
        return context_.bv_val(static_cast<std::uint64_t>(value), width);
    }
    return z3::concat(context_.bv_val(static_cast<std::uint64_t>(value >> 64), width - 64),
                      context_.bv_val(static_cast<std::uint64_t>(value), 64))
        .simplify();
}

// A truth value as a bit-vector of one bit.
z3::expr Z3Terms::bits(Term t) {
    const z3::expr e = known(t);
    return e.is_bool() ? z3::ite(e, context_.bv_val(1, 1), context_.bv_val(0, 1)) : e;
}

z3::expr Z3Terms::boolean(const z3::expr& one_bit) { return one_bit == context_.bv_val(1, 1); }

z3::expr Z3Terms::tree(const Terms::Table& table, const z3::expr& index, std::uint64_t first, unsigned bits,
                       unsigned width) {
    const std::uint64_t count = std::uint64_t{1} << bits;
    std::map<std::uint64_t, std::uint64_t> frequency;
    for (std::uint64_t i = first; i < first + count && frequency.size() < 2; ++i) {
        ++frequency[entry_of(table, i)];
    }
    if (frequency.size() == 1) {
        return number(width, frequency.begin()->first);
    }
    const z3::expr high = boolean(index.extract(bits - 1, bits - 1));
    return z3::ite(high, tree(table, index, first + count / 2, bits - 1, width),
                   tree(table, index, first, bits - 1, width));
}

z3::expr Z3Terms::make(Term t) {
    const Terms::Node& n = terms_.node(t);
    const unsigned w = n.width;
    const auto a = [&] { return known(n.a); };
    const auto b = [&] { return known(n.b); };
    const auto wrap = [&](Z3_ast ast) {
        const z3::expr e(context_, ast);
        context_.check_error();
        return e;
    };
    switch (n.op) {
    case Op::constant:
        return number(w, terms_.value(t));
    case Op::variable:
        return w == 1 ? context_.bool_const(terms_.variable(t).name.c_str())
                      : context_.bv_const(terms_.variable(t).name.c_str(), w);
    case Op::address:
        return context_.bv_const(fmt::format("address({})", n.payload).c_str(), 64);
    case Op::bit_not:
        return w == 1 ? !a() : ~a();
    case Op::bit_and:
        return w == 1 ? a() && b() : a() & b();
    case Op::bit_or:
        return w == 1 ? a() || b() : a() | b();
    case Op::bit_xor:
        return w == 1 ? a() != b() : a() ^ b();
    case Op::eq:
        return a() == b();
    case Op::ite:
        return z3::ite(a(), b(), known(n.c));
    case Op::ult:
        return wrap(Z3_mk_bvult(context_, bits(n.a), bits(n.b)));
    case Op::slt:
        return wrap(Z3_mk_bvslt(context_, bits(n.a), bits(n.b)));
    case Op::concat:
        return z3::concat(bits(n.a), bits(n.b));
    case Op::extract: {
        const z3::expr part = bits(n.a).extract(n.payload + w - 1, n.payload);
        return w == 1 ? boolean(part) : part;
    }
    case Op::zext:
        if (a().is_bool()) {
            return z3::ite(a(), number(w, 1), number(w, 0));
        }
        return z3::zext(a(), w - terms_.width(n.a));
    case Op::sext:
        if (a().is_bool()) {
            return z3::ite(a(), number(w, ~Word{0}), number(w, 0));
        }
        return z3::sext(a(), w - terms_.width(n.a));
    case Op::table: {
        const Terms::Table& table = terms_.table(t);
        const unsigned bits = index_bits(table.entries.size());
        const z3::expr inside = wrap(Z3_mk_bvult(
            context_, a(), context_.bv_val(static_cast<std::uint64_t>(table.entries.size()), terms_.width(n.a))));
        return z3::ite(inside, tree(table, a(), 0, bits, w), number(w, table.entries.front()));
    }
    case Op::function: {
        const Terms::Application& application = terms_.application(t);
        z3::sort_vector domain(context_);
        z3::expr_vector arguments(context_);
        for (const Term argument : application.arguments) {
            arguments.push_back(known(argument));
            domain.push_back(known(argument).get_sort());
        }
        const z3::sort range = w == 1 ? context_.bool_sort() : context_.bv_sort(w);
        const std::string name = fmt::format("{}/{}", application.function, arguments.size());
        return context_.function(name.c_str(), domain, range)(arguments);
    }
    default:
        break;
    }
    // The rest is arithmetic; of one bit, it is done on bit-vectors of one bit.
    const z3::expr x = bits(n.a);
    const z3::expr y = bits(n.b);
    const z3::expr result = [&] {
        switch (n.op) {
        case Op::add:
            return x + y;
        case Op::mul:
            return x * y;
        case Op::udiv:
            return wrap(Z3_mk_bvudiv(context_, x, y));
        case Op::urem:
            return wrap(Z3_mk_bvurem(context_, x, y));
        case Op::sdiv:
            return wrap(Z3_mk_bvsdiv(context_, x, y));
        case Op::srem:
            return wrap(Z3_mk_bvsrem(context_, x, y));
        case Op::shl:
            return wrap(Z3_mk_bvshl(context_, x, y));
        case Op::lshr:
            return wrap(Z3_mk_bvlshr(context_, x, y));
        default:
            return wrap(Z3_mk_bvashr(context_, x, y));
        }
    }();
    return w == 1 ? boolean(result) : result;
}

} // namespace vtlcheck::lifting
