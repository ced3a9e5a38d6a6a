// Getting and setting one register by name, with no question who asks: the gates lie above.
#ifndef VTL_IMPL_REGISTER_ACCESS_H
#define VTL_IMPL_REGISTER_ACCESS_H

#include "audit.h"
#include "bits.h"
#include "register_table.h"
#include "vtl_intercept.h"

#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

// Of a guest's access the GPRs are those in the exit and IA32_APIC_BASE of the own VTL cannot change; the host reaches
// both without that, and has the module for what a guest cannot get or set.
enum class Caller : std::uint8_t { guest, host };

// The value goes to the outcome. A failure leaves 0 there.
Verdict get_register(const vtl_partition& partition, const vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome,
                     const RegisterRow& row, std::uint32_t name, std::uint32_t target, Caller caller);
Verdict set_register(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome,
                     const RegisterRow& row, std::uint32_t name, std::uint32_t target, Caller caller);

// What stores of a register do besides, for every way in.
inline void store_efer(vtl_vtl_state& state, std::uint64_t value) {
    const bool lma = (value & EFER_LME) != 0 && (state.cr0 & CR0_PG) != 0;
    state.efer = (value & ~EFER_LMA) | (lma ? EFER_LMA : 0);
    state.ia32e_guest = lma;
}
inline void store_stimer_count(std::uint64_t& count, std::uint64_t& config, std::uint64_t value) {
    count = value;
    if (value != 0 && (config & STIMER_AUTO_ENABLE) != 0)
        config |= STIMER_ENABLE;
}
// False of a bad value.
bool store_apic_base(const vtl_config& config, vtl_vp& vp, vtl_outcome& outcome, std::uint32_t target,
                     std::uint64_t value);
bool store_cr0(vtl_vp& vp, std::uint32_t target, std::uint64_t value);
bool store_cr4(const vtl_config& config, vtl_vp& vp, std::uint32_t target, std::uint64_t value);

} // namespace vtl_intercept

#endif
