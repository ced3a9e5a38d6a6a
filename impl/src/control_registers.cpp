// Exits of instructions that write control registers, XCR0 and descriptor-table registers.
#include "bits.h"
#include "handlers.h"
#include "message.h"
#include "msr_access.h"
#include "outcome.h"
#include "register_access.h"
#include "register_table.h"
#include "value_rules.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr std::uint32_t ACCESS_MOV_TO_CR = 0;
constexpr std::uint32_t ACCESS_CLTS = 2;
constexpr std::uint32_t ACCESS_LMSW = 3;

// Of the exit qualification.
struct CrAccess {
    std::uint32_t number, type, gpr, source;
};
CrAccess decode(std::uint64_t qualification) {
    return {.number = low32(qualification & 0xF),
            .type = low32(qualification >> 4 & 3),
            .gpr = low32(qualification >> 8 & 0xF),
            .source = low32(qualification >> 16 & 0xFFFF)};
}

// False of an access that no VTL's controls make exit, or that is not served.
bool written_value(const vtl_exit& exit, const CrAccess& access, std::uint64_t old_cr0, std::uint64_t& value) {
    constexpr std::uint64_t lmsw_bits = CR0_MP | CR0_EM | CR0_TS;
    switch (access.type) {
    case ACCESS_MOV_TO_CR:
        value = exit.gpr[access.gpr];
        return access.number == 0 || access.number == 4;
    case ACCESS_CLTS:
        value = old_cr0 & ~CR0_TS;
        return true;
    case ACCESS_LMSW:
        value = (old_cr0 & ~lmsw_bits) | (access.source & (lmsw_bits | CR0_PE));
        return true;
    default:
        return false;
    }
}

// VTL0's write of a register that VTL1 asked for by bits of its control word.
bool claimed(const vtl_vp& vp, const vtl_exit& exit, std::uint64_t control) {
    return exit.vtl == 0 && vp.state.vp.vtl1_present && (vp.state.vp.intercept_control & control) != 0;
}

struct TableLoad {
    std::uint32_t name;
    std::uint64_t control;
};

// Of the instruction identity: the first two store, the others load.
constexpr TableLoad descriptor_loads[2] = {{reg::Gdtr, CONTROL_GDTR_WRITE}, {reg::Idtr, CONTROL_IDTR_WRITE}};
constexpr TableLoad selector_loads[2] = {{reg::Ldtr, CONTROL_LDTR_WRITE}, {reg::Tr, CONTROL_TR_WRITE}};

vtl_status handle_table_access(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome,
                               const TableLoad (&loads)[2]) {
    if (lacks_vtl1_state(vp, exit) || !vp.controls[exit.vtl].descriptor_table_exiting)
        return internal_error_gp(vp, exit, outcome);
    const std::uint32_t identity = low32(exit.info[VTL_INFO_R11] >> 28 & 3);
    if (identity >= 2 && claimed(vp, exit, loads[identity - 2].control))
        return intercept_register_write(partition, vp, exit, outcome, loads[identity - 2].name, 0);
    return leave_unchanged(exit, outcome, VTL_EMULATE);
}

} // namespace

vtl_status handle_cr_access(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    vtl_vtl_state& state = vp.state.vtl[exit.vtl];
    const CrAccess access = decode(exit.info[VTL_INFO_RCX]);
    std::uint64_t value = 0;
    if (lacks_vtl1_state(vp, exit) || cpl(exit) != 0 || !written_value(exit, access, state.cr0, value))
        return internal_error_gp(vp, exit, outcome);

    const vtl_vp_shared_state& shared = vp.state.vp;
    if (access.type == ACCESS_MOV_TO_CR && access.number == 4) {
        const std::uint64_t change = state.cr4 ^ value;
        if (claimed(vp, exit, CONTROL_CR4_WRITE) && (change & shared.cr4_mask) != 0)
            return intercept_register_write(partition, vp, exit, outcome, reg::Cr4, value);
        // The width of linear addresses is fixed in long mode (SDM, MOV to control registers).
        if ((change & CR4_LA57) != 0 && long_mode_active(state.efer, state.cr0))
            return fault_gp(exit, outcome);
        if (!store_cr4(partition.config, vp, exit.vtl, value))
            return fault_gp(exit, outcome);
        return complete(exit, outcome, state);
    }
    if (claimed(vp, exit, CONTROL_CR0_WRITE) && ((state.cr0 ^ value) & shared.cr0_mask) != 0)
        return intercept_register_write(partition, vp, exit, outcome, reg::Cr0, value);
    if (!store_cr0(vp, exit.vtl, value))
        return fault_gp(exit, outcome);
    return complete(exit, outcome, state);
}

vtl_status handle_xsetbv(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    if (lacks_vtl1_state(vp, exit))
        return internal_error_gp(vp, exit, outcome);
    vtl_vtl_state& state = vp.state.vtl[exit.vtl];
    const std::uint64_t value = wrmsr_value(exit);
    if (cpl(exit) != 0 || low32(exit.gpr[VTL_RCX]) != 0 || (state.cr4 & CR4_OSXSAVE) == 0 ||
        !valid_xcr0(value, partition.config))
        return fault_gp(exit, outcome);
    if (claimed(vp, exit, CONTROL_XCR0_WRITE))
        return intercept_register_write(partition, vp, exit, outcome, reg::Xfem, value);
    vp.state.vp.xcr0 = value;
    request(outcome, VTL_REQUEST_REGISTER_WRITE, reg::Xfem, value);
    outcome.request_vtl = static_cast<std::uint8_t>(exit.vtl);
    return complete(exit, outcome, state);
}

vtl_status handle_descriptor_table(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    return handle_table_access(partition, vp, exit, outcome, descriptor_loads);
}

vtl_status handle_selector_table(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    return handle_table_access(partition, vp, exit, outcome, selector_loads);
}

} // namespace vtl_intercept
