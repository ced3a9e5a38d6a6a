// Takes pointers apart.
#include "lifting/pointers.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace vtlcheck::lifting {

namespace {

constexpr std::size_t most_places = 64;
constexpr std::size_t most_values = 512;
constexpr std::size_t most_factors = 4;
constexpr std::size_t most_targets = 100000;
constexpr std::int64_t furthest = std::int64_t{1} << 40; // no object is as large

std::int64_t as_signed(Word value) { return static_cast<std::int64_t>(static_cast<std::uint64_t>(value)); }
std::int64_t wrapping_sum(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}
std::int64_t wrapping_product(std::int64_t a, std::int64_t b) {
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) * static_cast<std::uint64_t>(b));
}
std::int64_t floor_quotient(std::int64_t a, std::int64_t b) {
    return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

using Parts = std::vector<std::pair<Term, std::int64_t>>;

Parts joined(const Parts& a, const Parts& b) {
    Parts all = a;
    for (const auto& [term, factor] : b) {
        const auto same = std::ranges::find(all, term, &Parts::value_type::first);
        if (same == all.end()) {
            all.emplace_back(term, factor);
        } else {
            same->second = wrapping_sum(same->second, factor);
        }
    }
    std::erase_if(all, [](const auto& part) { return part.second == 0; });
    return all;
}

} // namespace

bool Pointers::has_address(Term t) {
    const Terms::Node n = terms_.node(t);
    switch (n.op) {
    case Op::address:
        return true;
    case Op::add:
    case Op::ite:
        break;
    default:
        return false;
    }
    if (n.width != 64) {
        return false;
    }
    if (const auto known = addresses_.find(t.id); known != addresses_.end()) {
        return known->second;
    }
    const bool has = n.op == Op::add ? has_address(n.a) || has_address(n.b) : has_address(n.b) || has_address(n.c);
    addresses_.emplace(t.id, has);
    return has;
}

// An integer as sums. Only choices between constants are taken apart: any other is an index like any term.
std::vector<Pointers::Sum> Pointers::sums(Term t, unsigned depth) {
    const Terms::Node n = terms_.node(t);
    const Sum itself{terms_.yes(), 0, {{t, 1}}};
    if (n.op == Op::constant) {
        return {{terms_.yes(), as_signed(terms_.value(t)), {}}};
    }
    if (depth == 0) {
        return {itself};
    }
    const auto scaled = [&](Term inner, std::int64_t factor, std::int64_t base) {
        std::vector<Sum> all = sums(inner, depth - 1);
        for (Sum& sum : all) {
            sum.base = wrapping_sum(wrapping_product(sum.base, factor), base);
            for (auto& part : sum.parts) {
                part.second = wrapping_product(part.second, factor);
            }
        }
        return all;
    };
    switch (n.op) {
    case Op::add: {
        const std::vector<Sum> a = sums(n.a, depth - 1);
        const std::vector<Sum> b = sums(n.b, depth - 1);
        if (a.size() * b.size() > most_places) {
            return {itself};
        }
        std::vector<Sum> all;
        for (const Sum& x : a) {
            for (const Sum& y : b) {
                const Term guard = terms_.bit_and(x.guard, y.guard);
                if (guard != terms_.no()) {
                    all.push_back({guard, wrapping_sum(x.base, y.base), joined(x.parts, y.parts)});
                }
            }
        }
        return all;
    }
    case Op::mul:
        if (terms_.is_constant(n.b)) {
            return scaled(n.a, as_signed(terms_.value(n.b)), 0);
        }
        if (terms_.is_constant(n.a)) {
            return scaled(n.b, as_signed(terms_.value(n.a)), 0);
        }
        for (const auto& [factor, other] : {std::pair{n.a, n.b}, std::pair{n.b, n.a}}) {
            const auto few = terms_.values(factor, most_factors);
            if (!few) {
                continue;
            }
            std::vector<Sum> all;
            for (const Word value : *few) {
                const Term here = terms_.eq(factor, terms_.constant(64, value));
                for (Sum& sum : scaled(other, as_signed(value), 0)) {
                    std::erase_if(sum.parts, [](const auto& part) { return part.second == 0; });
                    sum.guard = terms_.bit_and(sum.guard, here);
                    if (sum.guard != terms_.no()) {
                        all.push_back(std::move(sum));
                    }
                }
            }
            return all;
        }
        return {itself};
    case Op::bit_not:
        return scaled(n.a, -1, -1);
    case Op::concat: {
        const unsigned low = terms_.width(n.b);
        if (terms_.is_constant(n.b) && low < 32) {
            return {{terms_.yes(), as_signed(terms_.value(n.b)), {{terms_.zext(n.a, 64), std::int64_t{1} << low}}}};
        }
        return {itself};
    }
    case Op::zext:
        if (const Terms::Node inner = terms_.node(n.a); inner.op == Op::concat) {
            const unsigned low = terms_.width(inner.b);
            if (terms_.is_constant(inner.b) && low < 32) {
                return {{terms_.yes(),
                         as_signed(terms_.value(inner.b)),
                         {{terms_.zext(inner.a, 64), std::int64_t{1} << low}}}};
            }
        }
        return {itself};
    case Op::ite: {
        std::vector<Sum> all;
        for (const bool first : {true, false}) {
            for (Sum& sum : sums(first ? n.b : n.c, depth - 1)) {
                if (!sum.parts.empty()) {
                    return {itself};
                }
                sum.guard = terms_.bit_and(first ? n.a : terms_.bit_not(n.a), sum.guard);
                if (sum.guard != terms_.no()) {
                    all.push_back(sum);
                }
            }
        }
        return all.size() <= most_places ? all : std::vector<Sum>{itself};
    }
    default:
        return {itself};
    }
}

const std::vector<Place>& Pointers::places(Term pointer) {
    if (const auto known = places_.find(pointer.id); known != places_.end()) {
        return known->second;
    }
    const Terms::Node n = terms_.node(pointer);
    std::vector<Place> all;
    if (n.op == Op::address) {
        all.push_back({terms_.yes(), n.payload, 0, {}});
    } else if (n.op == Op::ite && has_address(pointer)) {
        for (const bool first : {true, false}) {
            for (Place place : places(first ? n.b : n.c)) {
                place.guard = terms_.bit_and(first ? n.a : terms_.bit_not(n.a), place.guard);
                if (place.guard == terms_.no()) {
                    continue;
                }
                const auto same = std::ranges::find_if(all, [&](const Place& p) {
                    return p.region == place.region && p.base == place.base && p.parts == place.parts;
                });
                if (same == all.end()) {
                    all.push_back(std::move(place));
                } else {
                    same->guard = terms_.bit_or(same->guard, place.guard);
                }
            }
        }
    } else if (n.op == Op::add && has_address(pointer)) {
        const bool first = has_address(n.a);
        const std::vector<Place> bases = places(first ? n.a : n.b);
        for (const Place& base : bases) {
            for (const Sum& sum : sums(first ? n.b : n.a, 12)) {
                const Term guard = terms_.bit_and(base.guard, sum.guard);
                if (guard != terms_.no()) {
                    all.push_back(
                        {guard, base.region, wrapping_sum(base.base, sum.base), joined(base.parts, sum.parts)});
                }
            }
        }
    } else if (n.op == Op::constant) {
        all.push_back({terms_.yes(), 0, as_signed(terms_.value(pointer)), {}});
    } else {
        all.push_back({terms_.yes(), 0, 0, {{pointer, 1}}});
    }
    return places_[pointer.id] = std::move(all);
}

Term Pointers::offset(const Place& place) {
    Term sum = terms_.constant(64, static_cast<std::uint64_t>(place.base));
    for (const auto& [term, factor] : place.parts) {
        sum = terms_.add(sum, terms_.mul(term, terms_.constant(64, static_cast<std::uint64_t>(factor))));
    }
    return sum;
}

Term Pointers::leaves_object(Term pointer) {
    Term leaves = terms_.no();
    const std::vector<Place> all = places(pointer);
    for (const Place& place : all) {
        if (place.region == 0) {
            continue;
        }
        const auto size = static_cast<std::int64_t>(world_.region(place.region).size);
        Term bad = terms_.no();
        if (place.parts.empty()) {
            bad = place.base < 0 || place.base > size ? terms_.yes() : terms_.no();
        } else if (place.parts.size() == 1 && place.parts[0].second > 0) {
            const auto& [index, factor] = place.parts[0];
            const std::int64_t low = -floor_quotient(place.base, factor);
            const std::int64_t high = floor_quotient(size - place.base, factor);
            bad =
                high < low
                    ? terms_.yes()
                    : terms_.bit_not(terms_.ult(terms_.sub(index, terms_.constant(64, static_cast<std::uint64_t>(low))),
                                                terms_.constant(64, static_cast<std::uint64_t>(high - low + 1))));
        } else {
            for (const auto& [index, factor] : place.parts) {
                if (factor > 0) {
                    bad = terms_.bit_or(
                        bad, terms_.ult(terms_.constant(64, static_cast<std::uint64_t>(2 * size / factor + 1)), index));
                }
            }
            bad = terms_.bit_or(bad, terms_.ult(terms_.constant(64, static_cast<std::uint64_t>(size)), offset(place)));
        }
        leaves = terms_.bit_or(leaves, terms_.bit_and(place.guard, bad));
    }
    return leaves;
}

void Pointers::row(Access& access, const Place& place, std::uint64_t size, std::uint64_t align,
                   const Condition& condition) {
    const Region& region = world_.region(place.region);
    const std::int64_t last = static_cast<std::int64_t>(region.size) - static_cast<std::int64_t>(size);
    const auto add_to = [&](Term& violation, Term more) {
        violation = terms_.bit_or(violation, terms_.bit_and(place.guard, more));
    };
    const auto aligned = [&](std::int64_t offset) {
        return region.align % align == 0 && static_cast<std::uint64_t>(offset) % align == 0;
    };
    if (std::abs(place.base) > furthest) {
        add_to(access.outside, terms_.yes());
        return;
    }
    if (place.parts.empty()) {
        if (place.base < 0 || place.base > last) {
            add_to(access.outside, terms_.yes());
        } else if (!aligned(place.base)) {
            add_to(access.misaligned, terms_.yes());
        } else {
            const auto offset = static_cast<std::uint64_t>(place.base);
            access.rows.push_back({place.guard, terms_.no(), 0, {{place.guard, place.region, offset}}});
        }
        return;
    }
    // The outermost index first: with the others at least 0, it is not above what still leads into the region.
    Parts parts = place.parts;
    std::ranges::sort(parts, [](const auto& a, const auto& b) {
        return std::abs(a.second) != std::abs(b.second) ? std::abs(a.second) > std::abs(b.second) : a.first < b.first;
    });
    const auto [index, factor] = parts.front();
    parts.erase(parts.begin());
    if (factor == std::numeric_limits<std::int64_t>::min() ||
        (!parts.empty() && std::ranges::any_of(parts, [&](const auto& p) { return p.second < 0; }))) {
        add_to(access.outside, terms_.yes());
        return;
    }
    // How far the other indices may go.
    std::int64_t reach = 0;
    for (const auto& [other, step] : parts) {
        const Word bound = condition.upper_bound(terms_, other);
        const Word far = bound > static_cast<Word>(region.size) ? region.size : bound * static_cast<Word>(step);
        reach =
            static_cast<std::int64_t>(std::min<Word>(static_cast<Word>(region.size), static_cast<Word>(reach) + far));
    }
    std::int64_t low =
        factor > 0 ? -floor_quotient(place.base + reach, factor) : -floor_quotient(last - place.base, -factor);
    std::int64_t high =
        factor > 0 ? floor_quotient(last - place.base, factor) : floor_quotient(place.base + reach, -factor);
    if (const Word bound = condition.upper_bound(terms_, index); bound < (Word{1} << 63)) {
        low = std::max<std::int64_t>(low, 0);
        high = std::min(high, static_cast<std::int64_t>(bound));
    }
    if (high < low) {
        add_to(access.outside, terms_.yes());
        return;
    }
    // An index out of a table has few values.
    if (const auto few = terms_.values(index, most_values)) {
        Term outside = terms_.yes();
        for (const Word value : *few) {
            const auto i = static_cast<std::int64_t>(static_cast<std::uint64_t>(value));
            const Term here = terms_.eq(index, terms_.constant(64, value));
            const Term guard = terms_.bit_and(place.guard, here);
            if (i >= low && i <= high && guard != terms_.no()) {
                row(access, {guard, place.region, wrapping_sum(place.base, wrapping_product(factor, i)), parts}, size,
                    align, condition);
                outside = terms_.bit_and(outside, terms_.bit_not(here));
            }
        }
        if (std::ranges::any_of(*few, [&](Word value) {
                const auto i = static_cast<std::int64_t>(static_cast<std::uint64_t>(value));
                return i < low || i > high;
            })) {
            add_to(access.outside, outside);
        }
        return;
    }
    if (static_cast<std::uint64_t>(high - low) >= most_targets) {
        throw std::length_error("an access to more than 100000 places");
    }
    const Term from = terms_.constant(64, static_cast<std::uint64_t>(low));
    add_to(access.outside, terms_.bit_not(terms_.ult(terms_.sub(index, from),
                                                     terms_.constant(64, static_cast<std::uint64_t>(high - low + 1)))));
    if (!parts.empty()) {
        for (std::int64_t i = low; i <= high; ++i) {
            const Term here = terms_.eq(index, terms_.constant(64, static_cast<std::uint64_t>(i)));
            const Term guard = terms_.bit_and(place.guard, here);
            if (guard != terms_.no()) {
                row(access, {guard, place.region, wrapping_sum(place.base, factor * i), parts}, size, align, condition);
            }
        }
        return;
    }
    TargetRow all{place.guard, index, low, {}};
    const bool every = region.align % align == 0 && static_cast<std::uint64_t>(factor) % align == 0 &&
                       static_cast<std::uint64_t>(place.base) % align == 0;
    for (std::int64_t i = low; i <= high; ++i) {
        const std::int64_t offset = place.base + factor * i;
        const Term here = terms_.eq(index, terms_.constant(64, static_cast<std::uint64_t>(i)));
        const Term guard = terms_.bit_and(place.guard, here);
        const Target target{guard, place.region, static_cast<std::uint64_t>(offset)};
        if (every) {
            all.targets.push_back(target);
        } else if (aligned(offset)) {
            access.rows.push_back({guard, terms_.no(), 0, {target}});
        } else {
            add_to(access.misaligned, here);
        }
    }
    if (every) {
        access.rows.push_back(std::move(all));
    }
}

Access Pointers::access(Term pointer, std::uint64_t size, std::uint64_t align, const Memory& memory,
                        const Condition& condition) {
    Access access{{}, terms_.no(), terms_.no(), terms_.no(), terms_.no()};
    const std::vector<Place> all = places(pointer);
    for (const Place& place : all) {
        if (place.region == 0) {
            access.null = terms_.bit_or(access.null, place.guard);
        } else if (!memory.holds(place.region)) {
            access.dead = terms_.bit_or(access.dead, place.guard);
        } else {
            row(access, place, size, align, condition);
        }
    }
    return access;
}

} // namespace vtlcheck::lifting
