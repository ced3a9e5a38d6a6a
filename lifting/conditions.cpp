// Conditions of blocks.
#include "lifting/conditions.hpp"

#include <algorithm>
#include <iterator>

namespace vtlcheck::lifting {

namespace {

using Literals = std::vector<Term>;

// `x = constant`.
std::optional<std::pair<Term, Term>> equation(const Terms& terms, Term t) {
    const Terms::Node& n = terms.node(t);
    if (n.op != Op::eq) {
        return std::nullopt;
    }
    if (terms.is_constant(n.b)) {
        return std::pair{n.a, n.b};
    }
    return terms.is_constant(n.a) ? std::optional(std::pair{n.b, n.a}) : std::nullopt;
}

Term conjunction(Terms& terms, const Literals& literals) {
    Term all = terms.yes();
    for (const Term literal : literals) {
        all = terms.bit_and(all, literal);
    }
    return all;
}

bool contains(const Literals& literals, Term t) { return std::ranges::binary_search(literals, t); }

Literals without(const Literals& literals, const Literals& others) {
    Literals rest;
    std::ranges::set_difference(literals, others, std::back_inserter(rest));
    return rest;
}

// Literals of all of them.
Literals common(const std::vector<Literals>& sets) {
    Literals shared = sets.front();
    for (const Literals& set : sets) {
        Literals both;
        std::ranges::set_intersection(shared, set, std::back_inserter(both));
        shared = std::move(both);
    }
    return shared;
}

// Makes a disjunction of conjunctions smaller: `A` makes `A & B` superfluous, and `A & p` the `!p` in `A & B & !p`.
void absorb(Terms& terms, std::vector<Literals>& sets) {
    bool changed = true;
    while (changed) {
        changed = false;
        for (std::size_t i = 0; i < sets.size() && !changed; ++i) {
            for (std::size_t j = 0; j < sets.size() && !changed; ++j) {
                if (i == j) {
                    continue;
                }
                const Literals missing = without(sets[i], sets[j]);
                if (missing.empty()) {
                    sets.erase(sets.begin() + static_cast<std::ptrdiff_t>(j));
                    changed = true;
                } else if (missing.size() == 1 && contains(sets[j], terms.bit_not(missing.front()))) {
                    std::erase(sets[j], terms.bit_not(missing.front()));
                    changed = true;
                }
            }
        }
    }
}

} // namespace

bool Condition::has(Term literal) const { return contains(literals_, literal); }

std::optional<bool> Condition::decides(Terms& terms, Term truth, unsigned depth) const {
    if (truth == terms.yes() || truth == terms.no()) {
        return truth == terms.yes();
    }
    const Term opposite = terms.bit_not(truth);
    if (has(truth) || has(opposite)) {
        return has(truth);
    }
    if (depth == 0) {
        return std::nullopt;
    }
    const Terms::Node n = terms.node(truth);
    if (n.op == Op::bit_not) {
        const auto inner = decides(terms, n.a, depth - 1);
        return inner ? std::optional(!*inner) : std::nullopt;
    }
    if (n.op == Op::bit_and) {
        const auto a = decides(terms, n.a, depth - 1);
        const auto b = decides(terms, n.b, depth - 1);
        if ((a && !*a) || (b && !*b)) {
            return false;
        }
        return a && b ? std::optional(true) : std::nullopt;
    }
    if (const auto asked = equation(terms, truth)) {
        for (const Term literal : literals_) {
            const auto known = equation(terms, literal);
            if (known && known->first == asked->first) {
                return known->second == asked->second;
            }
        }
    }
    return std::nullopt;
}

std::optional<Condition> Condition::with(Terms& terms, Term literal) const {
    if (const auto decided = decides(terms, literal)) {
        return *decided ? std::optional(*this) : std::nullopt;
    }
    if (const Terms::Node n = terms.node(literal); n.op == Op::bit_and) {
        const auto first = with(terms, n.a);
        return first ? first->with(terms, n.b) : std::nullopt;
    }
    Condition more = *this;
    more.literals_.insert(std::ranges::upper_bound(more.literals_, literal), literal);
    return more;
}

Word Condition::upper_bound(Terms& terms, Term number) const {
    const Terms::Node n = terms.node(number);
    Word bound = terms.upper_bound(number);
    for (const Term literal : literals_) {
        const Terms::Node l = terms.node(literal);
        if (l.op == Op::ult && l.a == number) {
            bound = std::min(bound, terms.upper_bound(l.b) - 1);
        } else if (l.op == Op::eq && (l.a == number || l.b == number)) {
            const Term other = l.a == number ? l.b : l.a;
            bound = terms.is_constant(other) ? std::min(bound, terms.value(other)) : bound;
        } else if (l.op == Op::bit_not && terms.node(l.a).op == Op::ult && terms.node(l.a).b == number) {
            bound = std::min(bound, terms.upper_bound(terms.node(l.a).a));
        }
    }
    if (n.op == Op::zext || (n.op == Op::extract && n.payload == 0)) {
        bound = std::min(bound, upper_bound(terms, n.a));
    } else if (n.op == Op::ite) {
        bound = std::min(bound, std::max(upper_bound(terms, n.b), upper_bound(terms, n.c)));
    }
    return bound;
}

Term Condition::term(Terms& terms) const { return conjunction(terms, literals_); }

Condition::Joined Condition::join(Terms& terms, const std::vector<const Condition*>& all) {
    std::vector<Literals> sets;
    sets.reserve(all.size());
    for (const Condition* const condition : all) {
        sets.push_back(condition->literals_);
    }
    Joined joined;
    joined.either.literals_ = common(sets);
    for (Literals& set : sets) {
        set = without(set, joined.either.literals_);
        joined.guards.push_back(conjunction(terms, set));
        joined.sizes.push_back(set.size());
    }
    absorb(terms, sets);
    const Literals shared = common(sets);
    Term any = terms.no();
    bool always = false;
    for (const Literals& set : sets) {
        const Literals rest = without(set, shared);
        always = always || rest.empty();
        any = terms.bit_or(any, conjunction(terms, rest));
    }
    for (const Term literal : shared) {
        if (!joined.either.has(literal)) {
            joined.either.literals_.insert(std::ranges::upper_bound(joined.either.literals_, literal), literal);
        }
    }
    if (!always && any != terms.yes() && !joined.either.has(any)) {
        joined.either.literals_.insert(std::ranges::upper_bound(joined.either.literals_, any), any);
    }
    return joined;
}

} // namespace vtlcheck::lifting
