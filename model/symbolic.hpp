// The domain of Z3 terms: one step of the specification is one formula per output.
#pragma once

#include "model/domain.hpp"

#include <z3++.h>

#include <cassert>
#include <optional>

namespace vtlcheck::model {

/// Terms live in the Z3 context of the current thread; `Symbolic::Scope` sets it. Terms of two contexts never meet.
struct Symbolic {
    static constexpr bool concrete = false;

    /// Makes `context` the one in which this thread builds terms, until the scope ends.
    class Scope {
    public:
        explicit Scope(z3::context& context) : outer_(current_) { current_ = &context; }
        ~Scope() { current_ = outer_; }
        Scope(const Scope&) = delete;
        Scope& operator=(const Scope&) = delete;

    private:
        z3::context* outer_;
    };

    static z3::context& context() {
        assert(current_ != nullptr && "no Symbolic::Scope in this thread");
        return *current_;
    }

    class Bool {
    public:
        Bool() : Bool(false) {}
        explicit Bool(bool value) : term_(context().bool_val(value)) {}
        explicit Bool(z3::expr term) : term_(std::move(term)) {}
        // Declared, so that terms are copied: Z3 4.8.12 leaks the old term of what a z3::expr is moved onto.
        Bool(const Bool&) = default;
        Bool& operator=(const Bool&) = default;
        ~Bool() = default;
        [[nodiscard]] const z3::expr& term() const { return term_; }

        friend Bool operator!(const Bool& a) {
            return a.is(true) ? Bool(false) : a.is(false) ? Bool(true) : Bool(!a.term_);
        }
        friend Bool operator&(const Bool& a, const Bool& b) {
            return a.is(false) || b.is(true) ? a : b.is(false) || a.is(true) ? b : Bool(a.term_ && b.term_);
        }
        friend Bool operator|(const Bool& a, const Bool& b) {
            return a.is(true) || b.is(false) ? a : b.is(true) || a.is(false) ? b : Bool(a.term_ || b.term_);
        }
        friend Bool operator^(const Bool& a, const Bool& b) { return Bool(a.term_ != b.term_); }
        friend Bool operator==(const Bool& a, const Bool& b) { return Bool(a.term_ == b.term_); }
        friend Bool operator&&(const Bool&, const Bool&) = delete;
        friend Bool operator||(const Bool&, const Bool&) = delete;

    private:
        [[nodiscard]] bool is(bool value) const { return value ? term_.is_true() : term_.is_false(); }
        z3::expr term_;
    };

    template <unsigned W>
        requires WordWidth<W>
    class Bv {
    public:
        Bv() : Bv(0) {}
        template <std::integral I>
            requires(!std::same_as<I, bool>)
        Bv(I value) // NOLINT(google-explicit-constructor): literals
            : term_(context().bv_val(static_cast<std::uint64_t>(static_cast<Word<W>>(value)), W)) {}
        explicit Bv(z3::expr term) : term_(std::move(term)) { assert(term_.get_sort().bv_size() == W); }
        Bv(const Bv&) = default; // copied, not moved, as Bool is
        Bv& operator=(const Bv&) = default;
        ~Bv() = default;
        [[nodiscard]] const z3::expr& term() const { return term_; }

        friend Bv operator~(const Bv& a) { return Bv(~a.term_); }
        friend Bv operator&(const Bv& a, const Bv& b) { return Bv(a.term_ & b.term_); }
        friend Bv operator|(const Bv& a, const Bv& b) { return Bv(a.term_ | b.term_); }
        friend Bv operator^(const Bv& a, const Bv& b) { return Bv(a.term_ ^ b.term_); }
        friend Bv operator+(const Bv& a, const Bv& b) { return Bv(a.term_ + b.term_); }
        friend Bv operator-(const Bv& a, const Bv& b) { return Bv(a.term_ - b.term_); }
        friend Bv operator<<(const Bv& a, unsigned n) { return Bv(z3::shl(a.term_, amount(n))); }
        friend Bv operator>>(const Bv& a, unsigned n) { return Bv(z3::lshr(a.term_, amount(n))); }
        // Of numbers the answer is known, so that what follows from a fixed exit is no part of the terms (proofs::narrowed).
        friend Bool operator==(const Bv& a, const Bv& b) {
            return a.term_.is_numeral() && b.term_.is_numeral() ? Bool(z3::eq(a.term_, b.term_))
                                                                : Bool(a.term_ == b.term_);
        }
        friend Bool operator!=(const Bv& a, const Bv& b) { return !(a == b); }
        // The operators of z3::expr on bit-vectors are signed.
        friend Bool operator<(const Bv& a, const Bv& b) { return Bool(z3::ult(a.term_, b.term_)); }
        friend Bool operator<=(const Bv& a, const Bv& b) { return Bool(z3::ule(a.term_, b.term_)); }
        friend Bool operator>(const Bv& a, const Bv& b) { return Bool(z3::ugt(a.term_, b.term_)); }
        friend Bool operator>=(const Bv& a, const Bv& b) { return Bool(z3::uge(a.term_, b.term_)); }

    private:
        static z3::expr amount(unsigned n) { return context().bv_val(n, W); }
        z3::expr term_;
    };

    template <class T>
    static T ite(const Bool& c, const T& a, const T& b) {
        if (c.term().is_true() || same(a, b)) {
            return a;
        }
        return c.term().is_false() ? b : T(z3::ite(c.term(), a.term(), b.term()));
    }
    static Bv<64> product(const Bv<64>& a, const Bv<64>& b) { return Bv<64>(a.term() * b.term()); }
    static Bv<64> quotient(const Bv<64>& a, const Bv<64>& b) { return Bv<64>(z3::udiv(a.term(), b.term())); }
    template <class T>
    static bool same(const T& a, const T& b) {
        return z3::eq(a.term(), b.term());
    }

private:
    inline static thread_local z3::context* current_ = nullptr;
};

template <unsigned W, unsigned V>
Symbolic::Bv<W> zext(const Symbolic::Bv<V>& a) {
    static_assert(W >= V);
    return Symbolic::Bv<W>(z3::zext(a.term(), W - V));
}
template <unsigned W, unsigned V>
Symbolic::Bv<W> trunc(const Symbolic::Bv<V>& a) {
    static_assert(W <= V);
    // The low part of a word in two parts, as a fixed exit has them, is that part.
    z3::expr term = a.term();
    while (term.is_app()) {
        const auto kind = term.decl().decl_kind();
        if (kind == Z3_OP_CONCAT && term.num_args() == 2 && term.arg(1).get_sort().bv_size() >= W) {
            term = term.arg(1);
        } else if (kind == Z3_OP_EXTRACT && term.lo() == 0) {
            term = term.arg(0);
        } else {
            break;
        }
    }
    return Symbolic::Bv<W>(term.get_sort().bv_size() == W ? term : term.extract(W - 1, 0));
}
template <unsigned V>
Symbolic::Bool bit(const Symbolic::Bv<V>& a, unsigned n) {
    return Symbolic::Bool(a.term().extract(n, n) == Symbolic::context().bv_val(1, 1));
}

} // namespace vtlcheck::model
