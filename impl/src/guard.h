// Hypercalls to the host: the guard under all that name a register, and what makes an answer good (decisions D23, D25).
#ifndef VTL_IMPL_GUARD_H
#define VTL_IMPL_GUARD_H

#include "audit.h"
#include "vtl_intercept.h"

#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

constexpr bool hardware_isolated(const vtl_config& config) {
    return config.isolation != VTL_ISOLATION_NONE && config.isolation != VTL_ISOLATION_VBS;
}

// Whether a register hypercall may leave the partition.
bool guard_allows(const vtl_config& config, bool write, std::uint32_t vtl, std::uint32_t name);

// HvCallGetVpRegisters and HvCallSetVpRegisters: the only ways to one. `value` counts for a write.
Verdict ask_host_register(const vtl_config& config, const vtl_exit& exit, vtl_outcome& outcome, bool write,
                          std::uint32_t vtl, std::uint32_t name, std::uint64_t value);

// A hypercall without a register name.
Verdict ask_host(const vtl_exit& exit, vtl_outcome& outcome, std::uint16_t code, std::uint32_t vtl,
                 std::uint32_t argument);

} // namespace vtl_intercept

#endif
