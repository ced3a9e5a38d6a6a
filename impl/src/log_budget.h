// The log budget: which attempts and flushes lead to a line (L1-L12).
#ifndef VTL_IMPL_LOG_BUDGET_H
#define VTL_IMPL_LOG_BUDGET_H

#include "vtl_intercept.h"

#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

// L1.
constexpr bool log_active(const vtl_config& config) { return config.isolation >= VTL_ISOLATION_SNP; }

// Whether L2 accepts them: the partition's, or every site's.
bool valid_log_limits(bool partition, std::uint64_t burst, std::uint64_t interval);

// Charges the attempt that stands in the outcome, and counts it in the census. Apart, so that a handler that may make
// one pays nothing until it does. The budget is active.
void charge_attempt(vtl_partition& partition, const vtl_exit& exit, vtl_outcome& outcome);

} // namespace vtl_intercept

#endif
