// The domain of unbounded integers, for what is true of numbers and not of machine words: the log budget.
#pragma once

#include "model/symbolic.hpp"

namespace vtlcheck::proofs {

/// Terms of sort Int in the context of Symbolic::Scope. A Bv<W> is an integer whatever W says; a claim states the range.
struct Integers {
    static constexpr bool concrete = false;
    using Bool = model::Symbolic::Bool;

    template <unsigned W>
    class Bv {
    public:
        Bv() : Bv(0) {}
        template <std::integral I>
            requires(!std::same_as<I, bool>)
        Bv(I value) // NOLINT(google-explicit-constructor): literals
            : term_(model::Symbolic::context().int_val(static_cast<std::uint64_t>(value))) {}
        explicit Bv(z3::expr term) : term_(std::move(term)) { assert(term_.is_int()); }
        Bv(const Bv&) = default; // copied, not moved, as Symbolic::Bool is
        Bv& operator=(const Bv&) = default;
        ~Bv() = default;
        [[nodiscard]] const z3::expr& term() const { return term_; }

        friend Bv operator+(const Bv& a, const Bv& b) { return Bv(a.term_ + b.term_); }
        friend Bv operator-(const Bv& a, const Bv& b) { return Bv(a.term_ - b.term_); }
        friend Bv operator*(const Bv& a, const Bv& b) { return Bv(a.term_ * b.term_); }
        friend Bool operator==(const Bv& a, const Bv& b) { return Bool(a.term_ == b.term_); }
        friend Bool operator!=(const Bv& a, const Bv& b) { return Bool(a.term_ != b.term_); }
        friend Bool operator<(const Bv& a, const Bv& b) { return Bool(a.term_ < b.term_); }
        friend Bool operator<=(const Bv& a, const Bv& b) { return Bool(a.term_ <= b.term_); }
        friend Bool operator>(const Bv& a, const Bv& b) { return Bool(a.term_ > b.term_); }
        friend Bool operator>=(const Bv& a, const Bv& b) { return Bool(a.term_ >= b.term_); }

    private:
        z3::expr term_;
    };

    template <class T>
    static T ite(const Bool& c, const T& a, const T& b) {
        return model::Symbolic::ite(c, a, b);
    }
    template <class T>
    static bool same(const T& a, const T& b) {
        return z3::eq(a.term(), b.term());
    }
    static Bv<64> product(const Bv<64>& a, const Bv<64>& b) { return a * b; }
    /// Rounded down; the divisor is positive in every claim.
    static Bv<64> quotient(const Bv<64>& a, const Bv<64>& b) { return Bv<64>(a.term() / b.term()); }
};

} // namespace vtlcheck::proofs
