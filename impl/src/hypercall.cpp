// VMCALL exits: who may call, the shape of the call, the dispatch.
#include "hypercall.h"

#include "bits.h"
#include "handlers.h"
#include "outcome.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr std::uint64_t CONTROL_FAST = bit(16);
constexpr std::uint64_t CONTROL_RESERVED = 0xF000'F000'F800'0000;
constexpr std::uint64_t CONTROL_VARIABLE_HEADER = 0x07FE'0000;
constexpr unsigned CONTROL_COUNT_SHIFT = 32;
constexpr unsigned CONTROL_START_SHIFT = 48;
constexpr std::uint64_t CONTROL_REPETITIONS = 0xFFF;
constexpr std::uint32_t FAST_BYTES_MAX = 112; // seven pairs of XMM and general-purpose registers
constexpr std::uint64_t PAGE_SIZE = 0x1000;

struct Repetitions {
    std::uint32_t count;
    std::uint32_t start;
};

Repetitions repetitions(const vtl_exit& exit) {
    const std::uint64_t control = exit.gpr[VTL_RCX];
    return {.count = low32(control >> CONTROL_COUNT_SHIFT & CONTROL_REPETITIONS),
            .start = low32(control >> CONTROL_START_SHIFT & CONTROL_REPETITIONS)};
}

constexpr std::uint32_t rounded(std::uint32_t bytes) { return (bytes + 15) & ~std::uint32_t{15}; }
constexpr bool crosses_page(std::uint64_t address, std::uint32_t bytes) {
    return address % PAGE_SIZE + bytes > PAGE_SIZE;
}

struct Shape {
    bool list;
    std::uint32_t input; // bytes; of a list those of the header
    std::uint32_t input_entry;
    std::uint32_t output_entry;
};
constexpr Shape GET_SHAPE{.list = true, .input = 16, .input_entry = 4, .output_entry = 16};
constexpr Shape SET_SHAPE{.list = true, .input = 16, .input_entry = 32, .output_entry = 0};
constexpr Shape ENABLE_PARTITION_SHAPE{.list = false, .input = 16, .input_entry = 0, .output_entry = 0};
constexpr Shape CONTEXT_SHAPE{.list = false, .input = 240, .input_entry = 0, .output_entry = 0};

std::uint16_t judge_shape(const vtl_exit& exit, const Shape& shape) {
    const std::uint64_t control = exit.gpr[VTL_RCX];
    const Repetitions list = repetitions(exit);
    if ((control & (CONTROL_RESERVED | CONTROL_VARIABLE_HEADER)) != 0)
        return HV_STATUS_INVALID_HYPERCALL_INPUT;
    if (shape.list ? list.count == 0 || list.start >= list.count : list.count != 0 || list.start != 0)
        return HV_STATUS_INVALID_HYPERCALL_INPUT;

    const std::uint32_t input = shape.input + shape.input_entry * list.count;
    const std::uint32_t output = shape.output_entry * list.count;
    if ((control & CONTROL_FAST) != 0)
        return rounded(input) + rounded(output) > FAST_BYTES_MAX ? HV_STATUS_INVALID_HYPERCALL_INPUT
                                                                 : HV_STATUS_SUCCESS;
    const std::uint64_t input_address = exit.gpr[VTL_RDX];
    const std::uint64_t output_address = output != 0 ? exit.gpr[VTL_R8] : 0;
    if (crosses_page(input_address, input) || crosses_page(output_address, output))
        return HV_STATUS_INVALID_HYPERCALL_INPUT;
    if (((input_address | output_address) & 7) != 0)
        return HV_STATUS_INVALID_ALIGNMENT;
    return exit.input.unreadable ? HV_STATUS_INVALID_HYPERCALL_INPUT : HV_STATUS_SUCCESS;
}

vtl_status complete_call(vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome, std::uint16_t status,
                         std::uint32_t completed) {
    outcome.gpr[VTL_RAX] = std::uint64_t{completed} << 32 | status;
    return complete(exit, outcome, vp.state.vtl[exit.vtl]);
}

// The VTL byte of Get and Set names a VTL only with "use target".
bool names_other_vtl(const vtl_exit& exit) {
    constexpr std::uint8_t use_target = 1U << 4;
    return (exit.input.target_vtl & use_target) != 0 && (exit.input.target_vtl & 0xFU) != exit.vtl;
}

vtl_status call_registers(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome,
                          bool write) {
    const std::uint16_t shape = judge_shape(exit, write ? SET_SHAPE : GET_SHAPE);
    if (shape != HV_STATUS_SUCCESS)
        return complete_call(vp, exit, outcome, shape, 0);

    const Verdict verdict = access_guest_register(partition, vp, exit, outcome, write);
    if (names_other_vtl(exit))
        audit(vp, exit, outcome,
              {.origin = static_cast<std::uint8_t>(exit.vtl),
               .operation = write ? VTL_OPERATION_SET : VTL_OPERATION_GET,
               .vtl = static_cast<std::uint8_t>(exit.input.target_vtl & 0xF),
               .reg = exit.input.name},
              route_of(outcome, verdict), verdict);

    const Repetitions list = repetitions(exit);
    if (!verdict.granted())
        return complete_call(vp, exit, outcome, verdict.status, list.start);
    const std::uint32_t next = list.start + 1;
    if (next == list.count)
        return complete_call(vp, exit, outcome, HV_STATUS_SUCCESS, list.count);
    outcome.gpr[VTL_RCX] = (exit.gpr[VTL_RCX] & ~(CONTROL_REPETITIONS << CONTROL_START_SHIFT)) |
                           std::uint64_t{next} << CONTROL_START_SHIFT;
    return leave_unchanged(exit, outcome, VTL_CONTINUED);
}

vtl_status call_vtl_state(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome,
                          std::uint64_t code) {
    const std::uint16_t shape =
        judge_shape(exit, code == HV_CALL_ENABLE_PARTITION_VTL ? ENABLE_PARTITION_SHAPE : CONTEXT_SHAPE);
    if (shape != HV_STATUS_SUCCESS)
        return complete_call(vp, exit, outcome, shape, 0);

    Attempt attempt{.origin = static_cast<std::uint8_t>(exit.vtl),
                    .operation = VTL_OPERATION_ENABLE_PARTITION_VTL,
                    .vtl = exit.input.target_vtl,
                    .reg = 0};
    Verdict verdict;
    if (code == HV_CALL_ENABLE_PARTITION_VTL) {
        verdict = enable_partition_vtl(partition, exit, outcome);
    } else if (code == HV_CALL_ENABLE_VP_VTL) {
        attempt.operation = VTL_OPERATION_ENABLE_VP_VTL;
        attempt.reg = exit.input.target_vp;
        verdict = enable_vp_vtl(partition, vp, exit, outcome);
    } else {
        attempt.operation = VTL_OPERATION_START_VP;
        attempt.reg = exit.input.target_vp;
        verdict = start_virtual_processor(partition, vp, exit, outcome);
    }
    if (exit.input.target_vtl != exit.vtl)
        audit(vp, exit, outcome, attempt, route_of(outcome, verdict), verdict);
    return complete_call(vp, exit, outcome, verdict.status, 0);
}

// Calls of other handlers: memory, devices, messages, interrupts.
constexpr bool served_elsewhere(std::uint64_t code) {
    switch (code) {
    case 0x2:
    case 0x3:
    case 0xB:
    case 0xC:
    case 0x13:
    case 0x14:
    case 0x15:
    case 0x4D:
    case 0x52:
    case 0x5C:
    case 0x5D:
    case 0x7E:
    case 0x94:
    case 0x9A:
    case 0xDB:
    case 0x11C:
    case 0x8001:
        return true;
    default:
        return false;
    }
}

} // namespace

vtl_status handle_vmcall(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    if (lacks_vtl1_state(vp, exit))
        return internal_error_gp(vp, exit, outcome);
    if (cpl(exit) != 0)
        return fault_gp(exit, outcome);
    const std::uint64_t code = exit.gpr[VTL_RCX] & 0xFFFF;
    switch (code) {
    case HV_CALL_GET_VP_REGISTERS:
    case HV_CALL_SET_VP_REGISTERS:
        return call_registers(partition, vp, exit, outcome, code == HV_CALL_SET_VP_REGISTERS);
    case HV_CALL_ENABLE_PARTITION_VTL:
    case HV_CALL_ENABLE_VP_VTL:
    case HV_CALL_START_VIRTUAL_PROCESSOR:
        return call_vtl_state(partition, vp, exit, outcome, code);
    case HV_CALL_VTL_CALL:
        return vtl_call(partition, vp, exit, outcome);
    case HV_CALL_VTL_RETURN:
        return vtl_return(partition, vp, exit, outcome);
    default:
        break;
    }
    if (served_elsewhere(code))
        return leave_unchanged(exit, outcome, VTL_NOT_HANDLED);
    const AttemptLog attempt_log(partition, exit);
    attempt_log(outcome, VTL_LOG_HYPERCALL_CODE, low32(code), 0);
    return complete_call(vp, exit, outcome, HV_STATUS_INVALID_HYPERCALL_CODE, 0);
}

} // namespace vtl_intercept
