// What RDMSR and WRMSR exits have in common: whether they can have happened.
#ifndef VTL_IMPL_MSR_ACCESS_H
#define VTL_IMPL_MSR_ACCESS_H

#include "bitmap.h"
#include "bits.h"
#include "msr_rules.h"
#include "outcome.h"
#include "vtl_intercept.h"

#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

// False of an exit that the processor and the module cannot have produced. Synthetic MSRs come first because they lie
// outside the bitmaps: one range check serves both questions about them.
inline bool possible_msr_exit(const vtl_vp& vp, const vtl_exit& exit, std::uint32_t number, bool write) {
    if (lacks_vtl1_state(vp, exit) || cpl(exit) != 0)
        return false;
    return number - SYNTHETIC_FIRST < SYNTHETIC_SIZE || msr_armed(vp, exit.vtl, number, write);
}

inline std::uint64_t wrmsr_value(const vtl_exit& exit) {
    return std::uint64_t{low32(exit.gpr[VTL_RDX])} << 32 | low32(exit.gpr[VTL_RAX]);
}

} // namespace vtl_intercept

#endif
