// Equality of if-then-else trees as a formula over their conditions.
#include "proofs/rewrite.hpp"

namespace vtlcheck::proofs {

namespace {

bool is_ite(const z3::expr& e) { return e.is_app() && e.decl().decl_kind() == Z3_OP_ITE; }

} // namespace

z3::expr Rewriter::choose(const z3::expr& condition, const z3::expr& yes, const z3::expr& no) {
    if (z3::eq(yes, no) || condition.is_true()) {
        return yes;
    }
    if (condition.is_false()) {
        return no;
    }
    if (yes.is_true()) {
        return no.is_false() ? condition : condition || no;
    }
    if (yes.is_false()) {
        return no.is_true() ? !condition : !condition && no;
    }
    if (no.is_true()) {
        return !condition || yes;
    }
    return no.is_false() ? condition && yes : z3::ite(condition, yes, no);
}

z3::expr Rewriter::equality(const z3::expr& a, const z3::expr& b) {
    if (z3::eq(a, b)) {
        return context_.bool_val(true);
    }
    if (a.is_numeral() && b.is_numeral()) {
        return context_.bool_val(false); // equal numerals are one term
    }
    const bool split_a = is_ite(a);
    const bool split_b = is_ite(b);
    if (!split_a && !split_b) {
        return a == b;
    }
    const std::uint64_t key = (std::uint64_t{Z3_get_ast_id(context_, a)} << 32U) | Z3_get_ast_id(context_, b);
    if (const auto known = equalities_.find(key); known != equalities_.end()) {
        return known->second.result;
    }
    const z3::expr result = [&] {
        if (split_a && split_b && z3::eq(a.arg(0), b.arg(0))) {
            return choose((*this)(a.arg(0)), equality(a.arg(1), b.arg(1)), equality(a.arg(2), b.arg(2)));
        }
        return split_a ? choose((*this)(a.arg(0)), equality(a.arg(1), b), equality(a.arg(2), b))
                       : choose((*this)(b.arg(0)), equality(a, b.arg(1)), equality(a, b.arg(2)));
    }();
    equalities_.emplace(key, Pair{a, b, result});
    return result;
}

z3::expr Rewriter::junction(const z3::expr& formula, bool conjunction) {
    z3::expr_vector parts(context_);
    for (unsigned i = 0; i < formula.num_args(); ++i) {
        const z3::expr part = (*this)(formula.arg(i));
        if (conjunction ? part.is_false() : part.is_true()) {
            return part;
        }
        if (!part.is_true() && !part.is_false()) {
            parts.push_back(part);
        }
    }
    if (parts.empty()) {
        return context_.bool_val(conjunction);
    }
    if (parts.size() == 1) {
        return parts[0];
    }
    return conjunction ? z3::mk_and(parts) : z3::mk_or(parts);
}

z3::expr Rewriter::rewritten(const z3::expr& formula) {
    const auto arg = [&](unsigned i) { return (*this)(formula.arg(i)); };
    const auto negation = [&](const z3::expr& inner) {
        return inner.is_true() || inner.is_false() ? context_.bool_val(inner.is_false()) : !inner;
    };
    switch (formula.decl().decl_kind()) {
    case Z3_OP_NOT:
        return negation(arg(0));
    case Z3_OP_AND:
        return junction(formula, true);
    case Z3_OP_OR:
        return junction(formula, false);
    case Z3_OP_ITE:
        return choose(arg(0), arg(1), arg(2));
    case Z3_OP_EQ:
        if (formula.arg(0).is_bool()) {
            const z3::expr a = arg(0);
            const z3::expr b = arg(1);
            return z3::eq(a, b) ? context_.bool_val(true) : a == b;
        }
        return equality(formula.arg(0), formula.arg(1));
    case Z3_OP_DISTINCT:
        if (formula.num_args() == 2) {
            return negation((*this)(formula.arg(0) == formula.arg(1)));
        }
        return formula;
    default:
        return formula; // comparisons other than equality stay as they are
    }
}

z3::expr Rewriter::operator()(const z3::expr& formula) {
    if (formula.num_args() == 0) {
        return formula;
    }
    const unsigned id = Z3_get_ast_id(context_, formula);
    if (const auto known = formulas_.find(id); known != formulas_.end()) {
        return known->second.second;
    }
    const z3::expr result = rewritten(formula);
    formulas_.emplace(id, std::pair{formula, result});
    return result;
}

} // namespace vtlcheck::proofs
