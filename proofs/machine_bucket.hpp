// The token bucket in one machine word: what an implementation keeps instead of tokens and a time (GCRA, ITU-T I.371).
//
// The word is the time at which the bucket will be full. Claim LOG-WORD says that it is the bucket of the specification;
// claims LOG-WINDOW-WORD and LOG-WINDOW-64 say the bound of it, over integers and over 64-bit words.
#pragma once

#include "model/domain.hpp"

#include <cstdint>

namespace vtlcheck::proofs {

/// A word of the bucket: Integers::Bv<64>, Symbolic::Bv<64> or a wider vector. Needs + - <= > and ite.
template <class Number, class Truth>
struct MachineBucket {
    Number full_at;
    Truth admitted;
};

/// What a mutant does wrong with the word.
enum class WordFault : std::uint8_t {
    none,
    sum_wraps,       ///< now + tolerance is formed, which wraps
    saturates,       ///< a full time that does not fit becomes the greatest
    step_back_fills, ///< the word is set from a clock that stepped back
    never_full,      ///< the word is raised from where it stands, so that idle time piles up
};

/// An attempt at `now`. `tolerance` is (burst - 1 - reserve) x interval, `last` the greatest time there is. now +
/// tolerance, which could wrap, is never formed; a full time that would not fit is refused, never saturated.
template <class D, class Number>
auto machine_attempt(const Number& full_at, const Number& now, const Number& interval, const Number& tolerance,
                     const Number& last, WordFault fault = WordFault::none) {
    using Truth = typename D::Bool;
    const Truth conforms =
        fault == WordFault::sum_wraps ? full_at <= now + tolerance : (full_at <= now) | (full_at - now <= tolerance);
    const Number base = fault == WordFault::step_back_fills ? now
                        : fault == WordFault::never_full    ? full_at
                                                            : D::ite(full_at > now, full_at, now);
    const Truth fits = base <= last - interval;
    const Truth admitted = fault == WordFault::saturates ? conforms : conforms & fits;
    const Number next = fault == WordFault::saturates ? D::ite(fits, base + interval, last) : base + interval;
    return MachineBucket<Number, Truth>{.full_at = D::ite(admitted, next, full_at), .admitted = admitted};
}

} // namespace vtlcheck::proofs
