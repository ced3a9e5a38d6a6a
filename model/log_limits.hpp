// The limits of the log budget: which are accepted (notes L2, L15), and when they bind.
#pragma once

#include "model/vocabulary.hpp"

namespace vtlcheck::model {

/// Sites that have a bucket.
inline constexpr std::uint8_t log_buckets = log_site_count - 1;

inline constexpr std::uint64_t log_burst_max = 1'000'000;
/// Tokens of the partition that warnings leave for summaries: one for each site (note L6).
inline constexpr std::uint64_t log_reserve = log_buckets;
inline constexpr std::uint64_t log_interval_min = 1'000;             ///< ns
inline constexpr std::uint64_t log_interval_max = 3'600'000'000'000; ///< ns
inline constexpr std::uint64_t end_of_time = ~std::uint64_t{0};      ///< ns

/// Size and speed of a bucket.
template <class D>
struct BucketLimit {
    using Bv64 = typename D::template Bv<64>;
    Bv64 burst{1};    ///< tokens of a full bucket, at least 1
    Bv64 interval{1}; ///< ns for one token, at least 1

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        visit_in("", f, t...);
    }
    template <class F, class... T>
    static void visit_in(const char* prefix, F&& f, T&... t) {
        f(FieldName{"burst", -1, "", prefix}, t.burst...);
        f(FieldName{"interval", -1, "", prefix}, t.interval...);
    }
};

template <class D>
typename D::Bool acceptable_limit(const BucketLimit<D>& limit, std::uint64_t burst_min) {
    return (limit.burst >= burst_min) & (limit.burst <= log_burst_max) & (limit.interval >= log_interval_min) &
           (limit.interval <= log_interval_max);
}

/// Whether a partition can be set up with the limits of `config` (note L2).
template <class D>
typename D::Bool acceptable_log_limits(const Config<D>& config) {
    return acceptable_limit<D>({.burst = config.log_burst, .interval = config.log_interval}, 1) &
           acceptable_limit<D>({.burst = config.log_total_burst, .interval = config.log_total_interval},
                               log_reserve + 1);
}

/// Whether lines are made at all (note L1).
template <class D>
typename D::Bool log_budget_active(const Config<D>& config) {
    return (config.isolation == static_cast<std::uint8_t>(Isolation::snp)) |
           (config.isolation == static_cast<std::uint8_t>(Isolation::tdx)) |
           (config.isolation == static_cast<std::uint8_t>(Isolation::cca));
}

/// Whether the argument of a flush is a log site.
template <class D>
typename D::Bool names_log_site(const Exit<D>& exit) {
    return (exit.argument >= 1) & (exit.argument <= log_buckets);
}

/// The limit that a `log_limits` request brings.
template <class D>
BucketLimit<D> new_limit(const Exit<D>& exit) {
    return {.burst = exit.value, .interval = exit.value_high};
}

/// Whether it can be taken: an owner, numbers in range, and a bucket that is full before time ends (note L15).
template <class D>
typename D::Bool acceptable_new_limit(const Exit<D>& exit) {
    const auto limit = new_limit<D>(exit);
    const auto in_range = ((exit.argument == 0) & acceptable_limit<D>(limit, 1)) |
                          ((exit.argument == 1) & acceptable_limit<D>(limit, log_reserve + 1));
    // The numbers in range, the product is below 2^62.
    return in_range & (exit.now <= end_of_time - D::product(limit.burst, limit.interval));
}

} // namespace vtlcheck::model
