// Reset and restore of a partition's and a VP's registers, and the public view of the MSR bitmaps.
#include "bitmap.h"
#include "bits.h"
#include "vtl_intercept.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr std::uint64_t APIC_BASE_RESET = 0xFEE00000 | APIC_BASE_EN;
constexpr std::uint64_t PAT_RESET = 0x0007'0406'0007'0406;
constexpr std::uint64_t SCONTROL_RESET = 1;
constexpr std::uint64_t RIP_RESET = 0xFFF0;
constexpr std::uint64_t RFLAGS_RESET = 2;
constexpr std::uint64_t CR0_RESET = CR0_CD | CR0_NW | CR0_ET;
constexpr std::uint64_t XCR0_RESET = 1;
constexpr std::uint64_t VSM_CONFIG_RESET = VSM_CONFIG_MASK;

void reset_synic(vtl_synic_state& synic) {
    synic.scontrol = SCONTROL_RESET;
    for (std::uint64_t& sint : synic.sint)
        sint = SINT_MASKED;
}

void reset_vtl(vtl_vtl_state& state, bool bootstrap) {
    state.apic_base = APIC_BASE_RESET | (bootstrap ? APIC_BASE_BSP : 0);
    state.efer = EFER_NXE; // TDX requires it
    state.pat = PAT_RESET;
    state.rip = RIP_RESET;
    state.rflags = RFLAGS_RESET;
    state.cr0 = CR0_RESET;
    reset_synic(state.synic);
}

} // namespace
} // namespace vtl_intercept

extern "C" vtl_status vtl_partition_init(vtl_partition* partition, const vtl_config* config, vtl_vp_slot* slots,
                                         vtl_vp_log* logs) {
    if (partition == nullptr || slots == nullptr || logs == nullptr || vtl_config_error(config, nullptr, 0) != 0)
        return VTL_BAD_ARGUMENT;
    partition->config = *config;
    partition->vtl[0] = {};
    partition->vtl[1] = {};
    partition->vsm = {};
    partition->vsm.partition_config = vtl_intercept::VSM_CONFIG_RESET;
    partition->slots = slots;
    partition->logs = logs;
    partition->log = {};
    for (std::uint32_t n = 0; n < config->vps; ++n) {
        slots[n] = {};
        __builtin_memset(&logs[n], 0, sizeof logs[n]);
    }
    slots[0].started = true;
    return VTL_OK;
}

extern "C" vtl_status vtl_vp_init(vtl_vp* vp, const vtl_partition* partition, uint32_t index) {
    if (vp == nullptr || partition == nullptr || index >= partition->config.vps)
        return VTL_BAD_ARGUMENT;
    vp->index = index;
    vp->state = {};
    vp->state.vp.apic_offload = true;
    vp->state.vp.xcr0 = vtl_intercept::XCR0_RESET;
    vtl_intercept::reset_synic(vp->state.vp.untrusted_synic);
    vtl_intercept::reset_vtl(vp->state.vtl[0], index == 0);
    vtl_intercept::reset_vtl(vp->state.vtl[1], index == 0);
    __builtin_memset(vp->audit, 0, sizeof vp->audit);
    for (vtl_audit_record& record : vp->audit)
        record.sequence = ~std::uint64_t{0}; // no record yet has its place
    vtl_intercept::fill_controls(*vp, partition->config);
    return VTL_OK;
}

extern "C" vtl_status vtl_vp_restore(vtl_vp* vp, const vtl_partition* partition, const vtl_vp_state* state) {
    if (vp == nullptr || partition == nullptr || state == nullptr)
        return VTL_BAD_ARGUMENT;
    __builtin_memmove(&vp->state, state, sizeof *state); // `state` may be the VP's own
    vtl_intercept::fill_controls(*vp, partition->config);
    return VTL_OK;
}

extern "C" bool vtl_msr_access_exits(const vtl_vp* vp, uint32_t vtl, uint32_t msr, bool write) {
    // Without a VP there is no permission to bypass.
    if (vp == nullptr || vtl > 1)
        return true;
    return vtl_intercept::msr_armed(*vp, vtl, msr, write);
}
