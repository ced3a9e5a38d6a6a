// HvCallGetVpRegisters and HvCallSetVpRegisters of the guest: header and gates (decision D26).
#include "bits.h"
#include "hypercall.h"
#include "register_access.h"
#include "register_table.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

// Answers with the target VTL.
std::uint16_t judge_header(const vtl_config& config, const vtl_exit& exit, std::uint32_t& target) {
    constexpr unsigned use_target = 1U << 4;
    constexpr unsigned reserved = 0xE0;
    constexpr unsigned vtl_max = 2;
    const vtl_hypercall_input& input = exit.input;
    if (input.partition_id != HV_PARTITION_ID_SELF)
        return HV_STATUS_ACCESS_DENIED;
    if (input.target_vp != HV_VP_INDEX_SELF && input.target_vp != exit.vp)
        return input.target_vp >= config.vps ? HV_STATUS_INVALID_VP_INDEX : HV_STATUS_ACCESS_DENIED;
    const unsigned named = input.target_vtl & 0xFU;
    const bool use = (input.target_vtl & use_target) != 0;
    if ((input.target_vtl & reserved) != 0 || (use && named > vtl_max))
        return HV_STATUS_INVALID_PARAMETER;
    target = use ? named : exit.vtl;
    return target > exit.vtl ? HV_STATUS_ACCESS_DENIED : HV_STATUS_SUCCESS;
}

std::uint16_t judge_gate(const vtl_config& config, Gate gate, std::uint32_t own, std::uint32_t target) {
    switch (gate) {
    case Gate::open:
        return HV_STATUS_SUCCESS;
    case Gate::lower:
        return target == own ? HV_STATUS_ACCESS_DENIED : HV_STATUS_SUCCESS;
    case Gate::tsc_aux:
        if (target == own)
            return HV_STATUS_ACCESS_DENIED;
        return config.tsc_aux ? HV_STATUS_SUCCESS : HV_STATUS_INVALID_PARAMETER;
    case Gate::event:
        return target == own ? HV_STATUS_INVALID_PARAMETER : HV_STATUS_SUCCESS;
    case Gate::vtl1_denied:
        return target != 1 ? HV_STATUS_ACCESS_DENIED : HV_STATUS_SUCCESS;
    case Gate::vtl1_parameter:
        return target != 1 ? HV_STATUS_INVALID_PARAMETER : HV_STATUS_SUCCESS;
    case Gate::vsm:
        return own == 0 && !config.access_vsm ? HV_STATUS_ACCESS_DENIED : HV_STATUS_SUCCESS;
    case Gate::unlisted:
        break;
    }
    return HV_STATUS_INVALID_PARAMETER;
}

} // namespace

Verdict access_guest_register(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome,
                              bool write) {
    std::uint32_t target = 0;
    if (const std::uint16_t status = judge_header(partition.config, exit, target); status != HV_STATUS_SUCCESS)
        return refused(status);
    const std::uint32_t name = exit.input.name;
    const RegisterRow& row = register_row(name);
    if (const std::uint16_t status = judge_gate(partition.config, row.gate, exit.vtl, target);
        status != HV_STATUS_SUCCESS)
        return refused(status);
    if (write ? row.set == Rule::none : !row.get)
        return refused(HV_STATUS_INVALID_PARAMETER);
    if (write)
        return set_register(partition, vp, exit, outcome, row, name, target, Caller::guest);
    return get_register(partition, vp, exit, outcome, row, name, target, Caller::guest);
}

} // namespace vtl_intercept
