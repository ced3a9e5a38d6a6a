// TDCALL exits: the TDG.VP.VMCALL services offered to VTL0, which reach the untrusted synic.
#include "bits.h"
#include "guard.h"
#include "handlers.h"
#include "msr_numbers.h"
#include "outcome.h"
#include "overlay_page.h"
#include "register_table.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr std::uint64_t TDG_VP_VMCALL = 0;
constexpr std::uint64_t TDVMCALL_INSTRUCTION_RDMSR = 0x1F;
constexpr std::uint64_t TDVMCALL_INSTRUCTION_WRMSR = 0x20;
constexpr std::uint64_t TDG_VP_VMCALL_SUCCESS = 0;
constexpr std::uint64_t TDG_VP_VMCALL_INVALID_OPERAND = 0x8000'0000'0000'0000;
constexpr std::uint32_t HV_CALL_POST_MESSAGE = 0x5C;
constexpr std::uint32_t HV_CALL_SIGNAL_EVENT = 0x5D;
constexpr std::uint64_t HV_CALL_CODE = 0xFFFF;

constexpr bool is_sint(std::uint32_t number) { return number - msr::HV_X64_MSR_SINT0 < VTL_SINT_COUNT; }

bool read_msr(const vtl_partition& partition, const vtl_vp& vp, std::uint32_t number, std::uint64_t& value) {
    const vtl_synic_state& synic = vp.state.vp.untrusted_synic;
    if (is_sint(number)) {
        value = synic.sint[number % VTL_SINT_COUNT];
        return true;
    }
    switch (number) {
    case msr::HV_X64_MSR_GUEST_OS_ID:
        value = partition.vtl[0].guest_os_id;
        return true;
    case msr::HV_X64_MSR_VP_INDEX:
        value = vp.index;
        return true;
    case msr::HV_X64_MSR_SCONTROL:
        value = synic.scontrol;
        return true;
    case msr::HV_X64_MSR_SVERSION:
        value = 1;
        return true;
    case msr::HV_X64_MSR_SIEFP:
        value = synic.siefp;
        return true;
    case msr::HV_X64_MSR_SIMP:
        value = synic.simp;
        return true;
    case msr::HV_X64_MSR_EOM:
        value = 0;
        return true;
    default:
        return false;
    }
}

bool write_msr(vtl_partition& partition, vtl_vp& vp, std::uint32_t number, std::uint64_t value, const vtl_exit& exit,
               vtl_outcome& outcome) {
    vtl_synic_state& synic = vp.state.vp.untrusted_synic;
    if (is_sint(number)) {
        const std::uint32_t n = number % VTL_SINT_COUNT;
        synic.sint[n] = value;
        // The host's copy is a hint to it: its answer does not matter.
        ask_host_register(partition.config, exit, outcome, true, 0, reg::Sint0 + n, value);
        return true;
    }
    switch (number) {
    case msr::HV_X64_MSR_GUEST_OS_ID:
        partition.vtl[0].guest_os_id = value;
        return true;
    case msr::HV_X64_MSR_SCONTROL:
        synic.scontrol = value;
        return true;
    case msr::HV_X64_MSR_SIEFP:
        return write_page_register(synic.siefp, value, number, VTL_REQUEST_PAGE_LOCK, VTL_REQUEST_PAGE_UNLOCK, exit,
                                   outcome);
    case msr::HV_X64_MSR_SIMP:
        return write_page_register(synic.simp, value, number, VTL_REQUEST_PAGE_LOCK, VTL_REQUEST_PAGE_UNLOCK, exit,
                                   outcome);
    case msr::HV_X64_MSR_EOM:
        return true;
    default:
        return false;
    }
}

void architectural_call(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    const AttemptLog attempt_log(partition, exit);
    const std::uint64_t function = exit.gpr[VTL_R11];
    const std::uint32_t number = low32(exit.gpr[VTL_R12]);
    outcome.gpr[VTL_R10] = TDG_VP_VMCALL_SUCCESS;
    if (function == TDVMCALL_INSTRUCTION_RDMSR) {
        std::uint64_t value = 0;
        if (read_msr(partition, vp, number, value)) {
            outcome.gpr[VTL_R11] = value;
            return;
        }
        attempt_log(outcome, VTL_LOG_TDVMCALL_READ, number, 0);
    } else if (function == TDVMCALL_INSTRUCTION_WRMSR) {
        const std::uint64_t value = exit.gpr[VTL_R13];
        if (write_msr(partition, vp, number, value, exit, outcome))
            return;
        attempt_log(outcome, VTL_LOG_TDVMCALL_WRITE, number, value);
    } else {
        attempt_log(outcome, VTL_LOG_TDVMCALL_FUNCTION, low32(function), 0);
    }
    outcome.gpr[VTL_R10] = TDG_VP_VMCALL_INVALID_OPERAND;
}

void vendor_call(vtl_partition& partition, const vtl_exit& exit, vtl_outcome& outcome) {
    const std::uint64_t control = exit.gpr[VTL_R10];
    const auto code = low32(control & HV_CALL_CODE);
    outcome.gpr[VTL_R10] = TDG_VP_VMCALL_SUCCESS;
    if (code == HV_CALL_POST_MESSAGE || code == HV_CALL_SIGNAL_EVENT) {
        request(outcome, VTL_REQUEST_VENDOR_CALL, code, control);
        outcome.gpr[VTL_R11] = exit.answers.hypercall_result;
    } else {
        const AttemptLog attempt_log(partition, exit);
        attempt_log(outcome, VTL_LOG_TDVMCALL_FUNCTION, low32(control), 0);
        outcome.gpr[VTL_R11] = HV_STATUS_INVALID_HYPERCALL_CODE;
    }
}

} // namespace

vtl_status handle_tdcall(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    if (lacks_vtl1_state(vp, exit))
        return internal_error_gp(vp, exit, outcome);
    if (cpl(exit) != 0)
        return fault_gp(exit, outcome);
    if (exit.vtl != 0 || !partition.config.untrusted_synic || exit.gpr[VTL_RAX] != TDG_VP_VMCALL)
        return fault_ud(exit, outcome);
    if (exit.gpr[VTL_R10] == 0)
        architectural_call(partition, vp, exit, outcome);
    else
        vendor_call(partition, exit, outcome);
    return complete(exit, outcome, vp.state.vtl[0]);
}

} // namespace vtl_intercept
