// Hands a claimed WRMSR of VTL0 to VTL1: HvX64MsrInterceptMessage in slot 0 of VTL1's message page.
#include "bits.h"
#include "handlers.h"
#include "msr_access.h"
#include "outcome.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr std::uint8_t HV_INTERCEPT_ACCESS_WRITE = 1;
constexpr unsigned EXECUTION_STATE_EFER_LMA = 4;

} // namespace

vtl_status intercept_write(vtl_partition& /*partition*/, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    const std::uint32_t number = low32(exit.gpr[VTL_RCX]);
    const std::uint64_t value = wrmsr_value(exit);
    const std::uint64_t cs = exit.info[VTL_INFO_RSI];
    const bool lma = (vp.state.vtl[0].efer & EFER_LME) != 0 && (exit.cr0 & CR0_PG) != 0;
    const vtl_synic_state& synic = vp.state.vtl[1].synic;
    const std::uint64_t sint0 = synic.sint[0];
    const bool posted =
        (synic.simp & PAGE_ENABLE) != 0 && (sint0 & (SINT_MASKED | SINT_PROXY)) == 0 && !exit.answers.slot_busy;
    const bool interrupt = posted && (sint0 & SINT_POLLING) == 0;

    vtl_message& message = outcome.message;
    message.status = posted ? VTL_MESSAGE_POSTED : VTL_MESSAGE_PENDING;
    message.vp = vp.index;
    message.length = static_cast<std::uint8_t>(high32(exit.info[VTL_INFO_R11]));
    message.access = HV_INTERCEPT_ACCESS_WRITE;
    message.state = static_cast<std::uint16_t>(cpl(exit) | std::uint64_t{lma} << EXECUTION_STATE_EFER_LMA);
    message.cs_base = exit.info[VTL_INFO_RDI];
    message.cs_limit = high32(cs);
    message.cs_selector = static_cast<std::uint16_t>(cs);
    message.cs_attributes = static_cast<std::uint16_t>(cs >> 16);
    message.rip = exit.rip;
    message.rflags = exit.rflags;
    message.msr = number;
    message.rdx = exit.gpr[VTL_RDX];
    message.rax = exit.gpr[VTL_RAX];
    message.interrupt = interrupt;
    message.interrupt_vector = interrupt ? static_cast<std::uint8_t>(sint0 & SINT_VECTOR) : std::uint8_t{0};

    vp.state.vp.intercept_pending = !posted;
    attempt_log(outcome, VTL_LOG_PROTECTED_WRITE, number, value);
    return leave_unchanged(exit, outcome, VTL_INTERCEPTED);
}

} // namespace vtl_intercept
