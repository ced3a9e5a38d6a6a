// The guard under all register hypercalls.
#include "guard.h"

#include "bits.h"
#include "register_table.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr std::uint32_t TIMEOUTS_MAX = 8;
constexpr std::uint32_t VTL2 = 2;

bool vtl2_allows(bool hardware, bool write, std::uint32_t name) {
    switch (name) {
    case reg::VsmPartitionConfig:
        return true;
    case reg::GuestVsmPartitionConfig:
        return !write || !hardware;
    case reg::VsmPartitionStatus:
    case reg::VsmCapabilities:
    case reg::TimeRefCount:
        return !write;
    case reg::PmTimerAssist:
        return write && !hardware;
    default:
        return false;
    }
}

// Addresses and vectors of pages that are host-visible on purpose, never architectural state.
constexpr bool is_untrusted_synic(std::uint32_t name) {
    return name == reg::Sipp || name == reg::Sifp || name - reg::Sint0 < VTL_SINT_COUNT;
}

void issue(vtl_outcome& outcome, std::uint16_t code, std::uint32_t vtl, std::uint32_t name, std::uint64_t value) {
    outcome.hypercall = code;
    outcome.hypercall_vtl = static_cast<std::uint8_t>(vtl);
    outcome.hypercall_register = name;
    outcome.hypercall_value = value;
}

Verdict judge(const vtl_answers& answers, std::uint16_t right_count) {
    if (answers.answer_timeouts > TIMEOUTS_MAX)
        return failed(HV_STATUS_TIMEOUT);
    if (answers.answer_status != HV_STATUS_SUCCESS || answers.answer_count != right_count)
        return failed(HV_STATUS_OPERATION_FAILED);
    return GRANTED;
}

} // namespace

bool guard_allows(const vtl_config& config, bool write, std::uint32_t vtl, std::uint32_t name) {
    const bool hardware = hardware_isolated(config);
    if (vtl == VTL2)
        return vtl2_allows(hardware, write, name);
    if (vtl > VTL2)
        return false;
    if (!hardware)
        return true;
    return vtl == 0 && write && config.untrusted_synic && is_untrusted_synic(name);
}

Verdict ask_host_register(const vtl_config& config, const vtl_exit& exit, vtl_outcome& outcome, bool write,
                          std::uint32_t vtl, std::uint32_t name, std::uint64_t value) {
    if (!guard_allows(config, write, vtl, name))
        return refused(HV_STATUS_ACCESS_DENIED);
    issue(outcome, write ? HV_CALL_SET_VP_REGISTERS : HV_CALL_GET_VP_REGISTERS, vtl, name, write ? value : 0);
    return judge(exit.answers, 1);
}

Verdict ask_host(const vtl_exit& exit, vtl_outcome& outcome, std::uint16_t code, std::uint32_t vtl,
                 std::uint32_t argument) {
    issue(outcome, code, vtl, argument, 0);
    return judge(exit.answers, 0);
}

} // namespace vtl_intercept
