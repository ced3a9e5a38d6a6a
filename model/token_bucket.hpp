// The token bucket: integer tokens, time in ns (notes L3 to L5). Generic over the domain, unbounded integers included.
#pragma once

#include "model/log_limits.hpp"

namespace vtlcheck::model {

/// `tokens` were in the bucket at the time `since`; one has been added for every interval since, up to the burst.
template <class D>
struct TokenBucket {
    using Bv64 = typename D::template Bv<64>;
    Bv64 tokens{0}; ///< at most the burst
    Bv64 since{0};  ///< ns

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        visit_in("", f, t...);
    }
    template <class F, class... T>
    static void visit_in(const char* prefix, F&& f, T&... t) {
        f(FieldName{"tokens", -1, "", prefix}, t.tokens...);
        f(FieldName{"since", -1, "", prefix}, t.since...);
    }
};

template <class D>
TokenBucket<D> full_bucket(const BucketLimit<D>& limit) {
    return {.tokens = limit.burst, .since = 0};
}

/// The bucket with what has been added until `now`; a clock that stepped back has added nothing.
template <class D>
TokenBucket<D> refilled(const BucketLimit<D>& limit, const TokenBucket<D>& bucket,
                        const typename D::template Bv<64>& now) {
    using Bv64 = typename D::template Bv<64>;
    const Bv64 gained = D::quotient(now - bucket.since, limit.interval);
    const auto full = gained >= limit.burst - bucket.tokens;
    const auto ahead = now >= bucket.since;
    const auto until_now = [&](const Bv64& when_full, const Bv64& otherwise, const Bv64& stored) {
        return D::ite(ahead, D::ite(full, when_full, otherwise), stored);
    };
    return {.tokens = until_now(limit.burst, bucket.tokens + gained, bucket.tokens),
            .since = until_now(now, bucket.since + D::product(gained, limit.interval), bucket.since)};
}

/// When the bucket will be full if nothing is taken. Below 2^64 in every reachable state.
template <class D>
typename D::template Bv<64> full_time(const BucketLimit<D>& limit, const TokenBucket<D>& bucket) {
    return bucket.since + D::product(limit.burst - bucket.tokens, limit.interval);
}

/// Tokens that can be taken at `now` (note L4).
template <class D>
typename D::template Bv<64> available(const BucketLimit<D>& limit, const TokenBucket<D>& bucket,
                                      const typename D::template Bv<64>& now) {
    using Bv64 = typename D::template Bv<64>;
    const TokenBucket<D> then = refilled<D>(limit, bucket, now);
    // A clock that is behind: one is withheld for each interval or part of one.
    const Bv64 withheld = D::quotient(bucket.since - now - 1, limit.interval) + 1;
    const Bv64 rest = D::ite(bucket.tokens > withheld, bucket.tokens - withheld, Bv64(0));
    const Bv64 held = D::ite(now >= bucket.since, then.tokens, rest);
    return D::ite(full_time<D>(limit, then) <= Bv64(end_of_time) - limit.interval, held, Bv64(0));
}

/// The bucket after one token is taken at `now`; one has to be available.
template <class D>
TokenBucket<D> taken(const BucketLimit<D>& limit, const TokenBucket<D>& bucket,
                     const typename D::template Bv<64>& now) {
    const TokenBucket<D> then = refilled<D>(limit, bucket, now);
    return {.tokens = then.tokens - 1, .since = then.since};
}

} // namespace vtlcheck::model
