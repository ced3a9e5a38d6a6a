// Entry point of an exit: argument checks, TDX status, exit reason.
#include "bits.h"
#include "handlers.h"
#include "outcome.h"
#include "vtl_intercept.h"

#include <cstddef>
#include <cstdint>

namespace vtl_intercept {
namespace {

// High halves of TDG.VP.ENTER completion codes.
constexpr std::uint32_t TDX_SUCCESS = 0;
constexpr std::uint32_t TDX_L2_EXIT_HOST_ROUTED_ASYNC = 0x1100;
constexpr std::uint32_t TDX_L2_EXIT_HOST_ROUTED_TDVMCALL = 0x1101;
constexpr std::uint32_t TDX_L2_EXIT_PENDING_INTERRUPT = 0x1102;
constexpr std::uint32_t TDX_PENDING_INTERRUPT = 0x1120;

constexpr std::uint32_t EXIT_REASON_ENTRY_FAILED = 0x80000000;
constexpr std::uint32_t EXIT_REASON_BASIC = 0xFFFF;
constexpr std::uint32_t EXIT_REASON_RDMSR = 0x1F;
constexpr std::uint32_t EXIT_REASON_WRMSR = 0x20;
constexpr std::uint32_t EXIT_REASON_TDCALL = 0x4D;
constexpr std::uint32_t EXIT_REASON_VMCALL = 0x12;
constexpr std::uint32_t EXIT_REASON_CR_ACCESS = 0x1C;
constexpr std::uint32_t EXIT_REASON_GDTR_IDTR = 0x2E;
constexpr std::uint32_t EXIT_REASON_LDTR_TR = 0x2F;
constexpr std::uint32_t EXIT_REASON_XSETBV = 0x37;

constexpr bool guest_ran(std::uint32_t status) {
    return status == TDX_SUCCESS || status == TDX_L2_EXIT_HOST_ROUTED_ASYNC ||
           status == TDX_L2_EXIT_HOST_ROUTED_TDVMCALL || status == TDX_L2_EXIT_PENDING_INTERRUPT;
}

// The guest ran: what the exit left of its registers becomes the state that everything below works on. Nothing is known
// of a VTL1 that does not exist.
inline void save(vtl_vp& vp, const vtl_exit& exit) {
    if (lacks_vtl1_state(vp, exit)) [[unlikely]]
        return;
    vtl_vtl_state& state = vp.state.vtl[exit.vtl];
    constexpr std::size_t two = 2 * sizeof(std::uint64_t);
    // Neighbours in both structs go two at a time.
    static_assert(offsetof(vtl_exit, cr4) - offsetof(vtl_exit, rip) ==
                  offsetof(vtl_vtl_state, cr4) - offsetof(vtl_vtl_state, rip));
    static_assert(offsetof(vtl_exit, cr0) - offsetof(vtl_exit, rip) == two &&
                  offsetof(vtl_vtl_state, cr0) - offsetof(vtl_vtl_state, rip) == two);
    static_assert(offsetof(vtl_controls, cr4_read_shadow) - offsetof(vtl_controls, cr0_read_shadow) == two / 2);
    const auto* const from = reinterpret_cast<const unsigned char*>(&exit);
    auto* const to = reinterpret_cast<unsigned char*>(&state);
    auto* const shadows = reinterpret_cast<unsigned char*>(&vp.controls[exit.vtl]);
    __builtin_memcpy(to + offsetof(vtl_vtl_state, rip), from + offsetof(vtl_exit, rip), two);
    __builtin_memcpy(to + offsetof(vtl_vtl_state, cr0), from + offsetof(vtl_exit, cr0), two);
    __builtin_memcpy(shadows + offsetof(vtl_controls, cr0_read_shadow), from + offsetof(vtl_exit, cr0), two);
    state.rsp = exit.gpr[VTL_RSP];
    vp.state.vp.active_vtl1 = exit.vtl != 0;
}

[[gnu::noinline]] vtl_status dispatch_rare_reason(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit,
                                                  vtl_outcome& outcome) {
    switch (exit.info[VTL_INFO_RAX] & EXIT_REASON_BASIC) {
    case EXIT_REASON_TDCALL:
        return handle_tdcall(partition, vp, exit, outcome);
    case EXIT_REASON_VMCALL:
        return handle_vmcall(partition, vp, exit, outcome);
    case EXIT_REASON_CR_ACCESS:
        return handle_cr_access(partition, vp, exit, outcome);
    case EXIT_REASON_XSETBV:
        return handle_xsetbv(partition, vp, exit, outcome);
    case EXIT_REASON_GDTR_IDTR:
        return handle_descriptor_table(partition, vp, exit, outcome);
    case EXIT_REASON_LDTR_TR:
        return handle_selector_table(partition, vp, exit, outcome);
    default:
        return leave_unchanged(exit, outcome, VTL_NOT_HANDLED);
    }
}

vtl_status dispatch_reason(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    const std::uint64_t basic = exit.info[VTL_INFO_RAX] & EXIT_REASON_BASIC;
    if (basic == EXIT_REASON_WRMSR)
        return handle_wrmsr(partition, vp, exit, outcome);
    if (basic == EXIT_REASON_RDMSR)
        return handle_rdmsr(partition, vp, exit, outcome);
    return dispatch_rare_reason(partition, vp, exit, outcome);
}

// A status other than success, or a failed entry.
[[gnu::noinline]] vtl_status handle_unusual_exit(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit,
                                                 vtl_outcome& outcome) {
    const std::uint32_t status = high32(exit.info[VTL_INFO_RAX]);
    const std::uint32_t reason = low32(exit.info[VTL_INFO_RAX]);
    if (status >= TDX_PENDING_INTERRUPT)
        return leave_unchanged(exit, outcome, VTL_NOT_ENTERED);
    if (!guest_ran(status) || (reason & EXIT_REASON_ENTRY_FAILED) != 0)
        return internal_error(vp, exit, outcome);
    save(vp, exit);
    if (status == TDX_L2_EXIT_HOST_ROUTED_TDVMCALL)
        return reason == EXIT_REASON_TDCALL ? leave_unchanged(exit, outcome, VTL_HOST_ROUTED)
                                            : internal_error(vp, exit, outcome);
    return dispatch_reason(partition, vp, exit, outcome);
}

} // namespace
} // namespace vtl_intercept

extern "C" vtl_status vtl_handle_exit(vtl_partition* partition, vtl_vp* vp, const vtl_exit* exit,
                                      vtl_outcome* outcome) {
    // One by one: as a single condition they become a longer sequence without branches.
    if (partition == nullptr) [[unlikely]]
        return VTL_BAD_ARGUMENT;
    if (vp == nullptr) [[unlikely]]
        return VTL_BAD_ARGUMENT;
    if (exit == nullptr) [[unlikely]]
        return VTL_BAD_ARGUMENT;
    if (outcome == nullptr) [[unlikely]]
        return VTL_BAD_ARGUMENT;
    if (exit->vtl > 1 || exit->vp != vp->index) [[unlikely]]
        return VTL_BAD_ARGUMENT;
    if (exit->kind != VTL_L2_EXIT) [[unlikely]]
        return vtl_intercept::handle_control(*partition, *vp, *exit, *outcome);

    vtl_intercept::begin_outcome(*exit, *outcome);
    // One test for the common case of both halves: status success, entry not failed.
    if (exit->info[VTL_INFO_RAX] >= vtl_intercept::EXIT_REASON_ENTRY_FAILED) [[unlikely]]
        return vtl_intercept::handle_unusual_exit(*partition, *vp, *exit, *outcome);
    vtl_intercept::save(*vp, *exit);
    return vtl_intercept::dispatch_reason(*partition, *vp, *exit, *outcome);
}
