// Registers that place a page in guest memory: overlays by WRMSR, locked pages by TDVMCALL.
#ifndef VTL_IMPL_OVERLAY_PAGE_H
#define VTL_IMPL_OVERLAY_PAGE_H

#include "bits.h"
#include "outcome.h"
#include "vtl_intercept.h"

#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

// False when guest memory refuses the page: the register keeps its value, the request stays visible.
inline bool write_page_register(std::uint64_t& page, std::uint64_t value, std::uint32_t number, vtl_request acquire,
                                vtl_request release, const vtl_exit& exit, vtl_outcome& outcome) {
    const bool was_enabled = (page & PAGE_ENABLE) != 0;
    const bool enabled = (value & PAGE_ENABLE) != 0;
    const bool moved = ((page ^ value) & PAGE_GPA) != 0;
    if (enabled && (!was_enabled || moved)) {
        request(outcome, acquire, number, value & PAGE_GPA);
        if (exit.answers.page_refused)
            return false;
    } else if (was_enabled && !enabled) {
        request(outcome, release, number, page & PAGE_GPA);
    }
    page = value;
    return true;
}

} // namespace vtl_intercept

#endif
