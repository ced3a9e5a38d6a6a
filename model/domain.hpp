// Value domains: what a specification is written over.
//
// A clause is a template over a Domain D. `Concrete` runs it on machine words (the oracle); `Symbolic` (symbolic.hpp)
// builds Z3 terms of it (the proofs). The text of a clause is therefore the same for both.
//
// A domain offers
//   D::Bool           truth value: ! & | ^ ==. `&&` and `||` are deleted: they would short-circuit in one domain only.
//   D::Bv<W>          W-bit word, W in {8, 16, 32, 64}: wrapping + -, ~ & | ^, shifts by a constant, unsigned < <= > >=.
//   D::ite(c, a, b)   value of a if c holds, else of b. Both are evaluated.
//   D::product, D::quotient  of two 64-bit words; a quotient by 0 is all ones.
//   D::same(a, b)     whether two terms are one, judged by their form; used to leave untouched fields alone.
//   D::concrete       whether a Bool can be branched on.
// and the free functions `bit`, `zext`, `trunc`, found by argument-dependent lookup.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace vtlcheck::model {

/// Word widths a domain has to offer.
template <unsigned W>
concept WordWidth = W == 8 || W == 16 || W == 32 || W == 64;

/// The unsigned machine type of `W` bits.
template <unsigned W>
using Word = std::conditional_t<
    W == 8, std::uint8_t,
    std::conditional_t<W == 16, std::uint16_t, std::conditional_t<W == 32, std::uint32_t, std::uint64_t>>>;

/// The domain of machine words: one step of the specification is a plain function call.
struct Concrete {
    static constexpr bool concrete = true;

    class Bool {
    public:
        constexpr Bool() = default;
        explicit constexpr Bool(bool value) : value_(value) {}
        [[nodiscard]] constexpr bool value() const { return value_; }

        friend constexpr Bool operator!(Bool a) { return Bool(!a.value_); }
        friend constexpr Bool operator&(Bool a, Bool b) { return Bool(a.value_ & b.value_); }
        friend constexpr Bool operator|(Bool a, Bool b) { return Bool(a.value_ | b.value_); }
        friend constexpr Bool operator^(Bool a, Bool b) { return Bool(a.value_ != b.value_); }
        friend constexpr Bool operator==(Bool a, Bool b) { return Bool(a.value_ == b.value_); }
        friend Bool operator&&(Bool, Bool) = delete;
        friend Bool operator||(Bool, Bool) = delete;

    private:
        bool value_ = false;
    };

    template <unsigned W>
        requires WordWidth<W>
    class Bv {
    public:
        constexpr Bv() = default;
        template <std::integral I>
            requires(!std::same_as<I, bool>)
        constexpr Bv(I value) : value_(static_cast<Word<W>>(value)) {} // NOLINT(google-explicit-constructor): literals
        [[nodiscard]] constexpr Word<W> value() const { return value_; }

        friend constexpr Bv operator~(Bv a) { return Bv(static_cast<Word<W>>(~a.value_)); }
        friend constexpr Bv operator&(Bv a, Bv b) { return Bv(static_cast<Word<W>>(a.value_ & b.value_)); }
        friend constexpr Bv operator|(Bv a, Bv b) { return Bv(static_cast<Word<W>>(a.value_ | b.value_)); }
        friend constexpr Bv operator^(Bv a, Bv b) { return Bv(static_cast<Word<W>>(a.value_ ^ b.value_)); }
        friend constexpr Bv operator+(Bv a, Bv b) { return Bv(static_cast<Word<W>>(a.value_ + b.value_)); }
        friend constexpr Bv operator-(Bv a, Bv b) { return Bv(static_cast<Word<W>>(a.value_ - b.value_)); }
        friend constexpr Bv operator<<(Bv a, unsigned n) { return Bv(static_cast<Word<W>>(a.value_ << n)); }
        friend constexpr Bv operator>>(Bv a, unsigned n) { return Bv(static_cast<Word<W>>(a.value_ >> n)); }
        friend constexpr Bool operator==(Bv a, Bv b) { return Bool(a.value_ == b.value_); }
        friend constexpr Bool operator!=(Bv a, Bv b) { return Bool(a.value_ != b.value_); }
        friend constexpr Bool operator<(Bv a, Bv b) { return Bool(a.value_ < b.value_); }
        friend constexpr Bool operator<=(Bv a, Bv b) { return Bool(a.value_ <= b.value_); }
        friend constexpr Bool operator>(Bv a, Bv b) { return Bool(a.value_ > b.value_); }
        friend constexpr Bool operator>=(Bv a, Bv b) { return Bool(a.value_ >= b.value_); }

    private:
        Word<W> value_ = 0;
    };

    template <class T>
    static constexpr T ite(Bool c, const T& a, const T& b) {
        return c.value() ? a : b;
    }
    static constexpr Bv<64> product(Bv<64> a, Bv<64> b) { return Bv<64>(a.value() * b.value()); }
    static constexpr Bv<64> quotient(Bv<64> a, Bv<64> b) {
        return b.value() == 0 ? ~Bv<64>(0) : Bv<64>(a.value() / b.value());
    }
    /// Whether the two terms are one: used to leave untouched fields alone when states merge.
    template <class T>
    static constexpr bool same(const T& a, const T& b) {
        return a.value() == b.value();
    }
};

/// Zero-extension to `W` bits.
template <unsigned W, unsigned V>
constexpr Concrete::Bv<W> zext(Concrete::Bv<V> a) {
    static_assert(W >= V);
    return Concrete::Bv<W>(a.value());
}
/// The low `W` bits.
template <unsigned W, unsigned V>
constexpr Concrete::Bv<W> trunc(Concrete::Bv<V> a) {
    static_assert(W <= V);
    return Concrete::Bv<W>(static_cast<Word<W>>(a.value()));
}
/// Bit `n` of the word as a truth value.
template <unsigned V>
constexpr Concrete::Bool bit(Concrete::Bv<V> a, unsigned n) {
    return Concrete::Bool(((a.value() >> n) & 1U) != 0);
}

/// `cells[index]`; an index outside the array reads cell 0, in every domain.
template <class D, class T, std::size_t N>
T select(const std::array<T, N>& cells, const typename D::template Bv<32>& index) {
    if constexpr (D::concrete) {
        return cells[index.value() < N ? index.value() : 0];
    } else {
        T result = cells[0];
        for (std::size_t i = 1; i < N; ++i) {
            result = D::ite(index == typename D::template Bv<32>(static_cast<std::uint32_t>(i)), cells[i], result);
        }
        return result;
    }
}

/// `cells[index] := value`; an index outside the array writes nothing, in every domain.
template <class D, class T, std::size_t N>
void store(std::array<T, N>& cells, const typename D::template Bv<32>& index, const T& value) {
    if constexpr (D::concrete) {
        if (index.value() < N) {
            cells[index.value()] = value;
        }
    } else {
        for (std::size_t i = 0; i < N; ++i) {
            cells[i] = D::ite(index == typename D::template Bv<32>(static_cast<std::uint32_t>(i)), value, cells[i]);
        }
    }
}

/// Merges `taken` into `state` field by field: each field becomes its value in `taken` where `c` holds.
/// `T::visit(f, x, y)` must call `f(name, x.field, y.field)` for every field of T (checked by a test on the size).
template <class D, class T>
void merge(const typename D::Bool& c, T& state, const T& taken) {
    T::visit(
        [&](auto&&, auto& field, const auto& then) {
            if (!D::same(field, then)) {
                field = D::ite(c, then, field);
            }
        },
        state, taken);
}

/// Structured conditional: runs `then` on `state`, keeping its effect only where `c` holds.
template <class D, class T, class Then>
void if_(const typename D::Bool& c, T& state, Then&& then) {
    if constexpr (D::concrete) {
        if (c.value()) {
            then();
        }
    } else {
        const T before = state;
        then();
        T after = state;
        state = before;
        merge<D>(c, state, after);
    }
}

} // namespace vtlcheck::model
