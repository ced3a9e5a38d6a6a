// Intercept messages for VTL1.
#include "message.h"

#include "bits.h"
#include "msr_access.h"
#include "outcome.h"
#include "value_rules.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr std::uint32_t HV_MESSAGE_TYPE_X64_MSR_INTERCEPT = 0x80010001;
constexpr std::uint32_t HV_MESSAGE_TYPE_REGISTER_INTERCEPT = 0x80010006;
constexpr std::uint8_t HV_INTERCEPT_ACCESS_WRITE = 1;
constexpr unsigned EXECUTION_STATE_EFER_LMA = 4;

bool can_be_posted(const vtl_vp& vp, const vtl_exit& exit) {
    const vtl_synic_state& synic = vp.state.vtl[1].synic;
    return (synic.simp & PAGE_ENABLE) != 0 && (synic.sint[0] & (SINT_MASKED | SINT_PROXY)) == 0 &&
           !exit.answers.slot_busy;
}

void post(vtl_vp& vp, vtl_outcome& outcome, const vtl_message_contents& contents) {
    const std::uint64_t sint0 = vp.state.vtl[1].synic.sint[0];
    vtl_message& message = outcome.message;
    message.status = VTL_MESSAGE_POSTED;
    message.vp = vp.index;
    message.contents = contents;
    message.interrupt = (sint0 & SINT_POLLING) == 0;
    message.interrupt_vector = message.interrupt ? static_cast<std::uint8_t>(sint0 & SINT_VECTOR) : std::uint8_t{0};
    vp.state.vp.intercept_pending = false;
    vp.state.vp.pending = {};
}

void keep(vtl_vp& vp, vtl_outcome& outcome, const vtl_message_contents& contents) {
    outcome.message.status = VTL_MESSAGE_PENDING;
    outcome.message.vp = vp.index;
    outcome.message.contents = contents;
    vp.state.vp.intercept_pending = true;
    vp.state.vp.pending = contents;
}

vtl_status intercept(vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome, std::uint32_t type, std::uint32_t number,
                     std::uint64_t rdx, std::uint64_t rax) {
    const std::uint64_t cs = exit.info[VTL_INFO_RSI];
    const bool lma = long_mode_active(vp.state.vtl[0].efer, exit.cr0);
    vtl_message_contents contents{};
    contents.type = type;
    contents.number = number;
    contents.rdx = rdx;
    contents.rax = rax;
    contents.cs_base = exit.info[VTL_INFO_RDI];
    contents.cs_limit = high32(cs);
    contents.cs_selector = static_cast<std::uint16_t>(cs);
    contents.cs_attributes = static_cast<std::uint16_t>(cs >> 16);
    contents.rip = exit.rip;
    contents.rflags = exit.rflags;
    contents.state = static_cast<std::uint16_t>(cpl(exit) | std::uint64_t{lma} << EXECUTION_STATE_EFER_LMA);
    contents.length = static_cast<std::uint8_t>(high32(exit.info[VTL_INFO_R11]));
    contents.access = HV_INTERCEPT_ACCESS_WRITE;
    if (can_be_posted(vp, exit))
        post(vp, outcome, contents);
    else
        keep(vp, outcome, contents);
    return leave_unchanged(exit, outcome, VTL_INTERCEPTED);
}

} // namespace

vtl_status intercept_msr_write(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    const std::uint32_t number = low32(exit.gpr[VTL_RCX]);
    const AttemptLog attempt_log(partition, exit);
    attempt_log(outcome, VTL_LOG_PROTECTED_WRITE, number, wrmsr_value(exit));
    return intercept(vp, exit, outcome, HV_MESSAGE_TYPE_X64_MSR_INTERCEPT, number, exit.gpr[VTL_RDX],
                     exit.gpr[VTL_RAX]);
}

vtl_status intercept_register_write(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome,
                                    std::uint32_t name, std::uint64_t value) {
    const AttemptLog attempt_log(partition, exit);
    attempt_log(outcome, VTL_LOG_PROTECTED_REGISTER, name, value);
    return intercept(vp, exit, outcome, HV_MESSAGE_TYPE_REGISTER_INTERCEPT, name, 0, value);
}

vtl_status deliver_message(vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    if (!vp.state.vp.intercept_pending)
        return refuse(exit, outcome, HV_STATUS_INVALID_PARAMETER);
    if (!can_be_posted(vp, exit))
        return refuse(exit, outcome, HV_STATUS_OBJECT_IN_USE);
    const vtl_message_contents contents = vp.state.vp.pending;
    post(vp, outcome, contents);
    return leave_unchanged(exit, outcome, VTL_ACCEPTED);
}

} // namespace vtl_intercept
