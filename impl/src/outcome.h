// The ways an exit can end. Each sets what begin_outcome() left open.
#ifndef VTL_IMPL_OUTCOME_H
#define VTL_IMPL_OUTCOME_H

#include "bitmap.h"
#include "bits.h"
#include "log_budget.h"
#include "vtl_intercept.h"

#include <cstddef>
#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

// In pieces that compilers turn into a few stores; a long clear becomes a string instruction, or a call.
template <std::size_t first, std::size_t last>
inline void clear(vtl_outcome& outcome) {
    constexpr std::size_t piece = 64;
    constexpr std::size_t size = last - first < piece ? last - first : piece;
    __builtin_memset(reinterpret_cast<unsigned char*>(&outcome) + first, 0, size);
    if constexpr (first + size < last)
        clear<first + size, last>(outcome);
}

// Sets all but RIP, disposition, interruptibility and pending debug exceptions for good, unless a handler knows better;
// every ending sets those four. Padding is cleared too, so that outcomes can be compared and stored as bytes.
inline void begin_outcome(const vtl_exit& exit, vtl_outcome& outcome) {
    static_assert(offsetof(vtl_outcome, interruptibility) ==
                      offsetof(vtl_outcome, pending_debug) + sizeof outcome.pending_debug,
                  "all that is cleared is in one piece");
    __builtin_memcpy(outcome.gpr, exit.gpr, sizeof outcome.gpr);
    clear<offsetof(vtl_outcome, interruptibility), sizeof outcome>(outcome);
}

inline vtl_status leave_unchanged(const vtl_exit& exit, vtl_outcome& outcome, vtl_disposition disposition) {
    outcome.disposition = static_cast<std::uint8_t>(disposition);
    outcome.rip = exit.rip;
    outcome.interruptibility = exit.interruptibility;
    outcome.pending_debug = exit.pending_debug;
    return VTL_OK;
}

// `state` is that of the exit's VTL.
inline vtl_status complete(const vtl_exit& exit, vtl_outcome& outcome, vtl_vtl_state& state) {
    const bool code64 =
        (state.efer & EFER_LME) != 0 && (exit.cr0 & CR0_PG) != 0 && (exit.info[VTL_INFO_RSI] & EXIT_RSI_CS_L) != 0;
    const std::uint64_t next = exit.rip + high32(exit.info[VTL_INFO_R11]);
    outcome.disposition = VTL_COMPLETED;
    outcome.rip = code64 ? next : low32(next);
    state.rip = outcome.rip;
    outcome.interruptibility = exit.interruptibility & ~BLOCKING_BY_STI_OR_MOV_SS;
    outcome.pending_debug = exit.pending_debug | ((exit.rflags & RFLAGS_TF) != 0 ? PENDING_DEBUG_BS : 0);
    return VTL_OK;
}

inline std::uint32_t event_gp(const vtl_exit& exit) {
    return (exit.cr0 & CR0_PE) != 0 ? EVENT_GP | EVENT_DELIVER_ERROR_CODE : EVENT_GP;
}

inline vtl_status fault_gp(const vtl_exit& exit, vtl_outcome& outcome) {
    outcome.event = event_gp(exit);
    return leave_unchanged(exit, outcome, VTL_FAULT_GP);
}

inline vtl_status fault_ud(const vtl_exit& exit, vtl_outcome& outcome) {
    outcome.event = EVENT_UD;
    return leave_unchanged(exit, outcome, VTL_FAULT_UD);
}

// No instruction is known to be pending.
vtl_status internal_error(vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);

// An instruction is pending: the #GP keeps it from being executed over and over.
vtl_status internal_error_gp(vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome);

inline vtl_status refuse(const vtl_exit& exit, vtl_outcome& outcome, std::uint16_t error) {
    outcome.error = error;
    return leave_unchanged(exit, outcome, VTL_REFUSED);
}

inline void request(vtl_outcome& outcome, vtl_request kind, std::uint32_t index, std::uint64_t value) {
    outcome.request = static_cast<std::uint8_t>(kind);
    outcome.request_index = index;
    outcome.request_value = value;
}

// Makes the attempt of an exit (L6), and charges it: the one way to a warning.
class AttemptLog {
public:
    AttemptLog(vtl_partition& partition, const vtl_exit& exit) : partition_(partition), exit_(exit) {}

    void operator()(vtl_outcome& outcome, vtl_log_site site, std::uint32_t number, std::uint64_t value) const {
        outcome.log_site = static_cast<std::uint8_t>(site);
        outcome.log_msr = number;
        outcome.log_value = value;
        if (log_active(partition_.config))
            charge_attempt(partition_, exit_, outcome);
    }

private:
    vtl_partition& partition_;
    const vtl_exit& exit_;
};

inline bool lacks_vtl1_state(const vtl_vp& vp, const vtl_exit& exit) {
    return exit.vtl == 1 && !vp.state.vp.vtl1_present;
}

inline std::uint64_t cpl(const vtl_exit& exit) { return exit.info[VTL_INFO_R12] & EXIT_R12_CPL; }

} // namespace vtl_intercept

#endif
