// VtlCall, VtlReturn, preemption, pending messages and what is entered next.
#include "machine.h"

namespace vtl_tests {
namespace {

class Switches : public Machine {
protected:
    Switches() { enable_vtl1(); }
    vtl_exit call() const {
        vtl_exit exit = vmcall_exit(0x11);
        exit.gpr[VTL_RAX] = 0;
        return exit;
    }
    vtl_exit ret(std::uint64_t rax) const {
        vtl_exit exit = vmcall_exit(0x12, 1);
        exit.gpr[VTL_RAX] = rax;
        exit.answers.assist_rax = 0x1111;
        exit.answers.assist_rcx = 0x2222;
        return exit;
    }
    void expect_ud(const vtl_exit& exit, std::uint32_t code) {
        const vtl_vp before = vp;
        EXPECT_EQ(handle(exit), VTL_FAULT_UD);
        EXPECT_EQ(out.event, UD);
        expect_log(VTL_LOG_VTL_SWITCH, code, 0);
        expect_no_audit();
        expect_unchanged_processor(exit);
        expect_only_saved(before, exit);
    }
};

TEST_F(Switches, CallEntersVtl1) {
    const vtl_exit exit = call();
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    EXPECT_TRUE(same_bytes(out.gpr, exit.gpr, sizeof out.gpr));
    EXPECT_EQ(out.rip, 0x1003U);
    EXPECT_EQ(vtl(0).rip, 0x1003U);
    expect_request(VTL_REQUEST_ENTRY_REASON, 0, 1);
    EXPECT_EQ(vtl_next_entry(&vp), VTL_ENTER_VTL1);
}

TEST_F(Switches, CallIsExact) {
    for (const std::uint64_t rcx : {0x10011ULL, 0x100000011ULL, 0x8000000000000011ULL}) {
        vtl_exit exit = call();
        exit.gpr[VTL_RCX] = rcx;
        expect_ud(exit, 0x11);
    }
    vtl_exit exit = call();
    exit.gpr[VTL_RAX] = 1ULL << 63;
    expect_ud(exit, 0x11);
    exit = call();
    exit.vtl = 1;
    expect_ud(exit, 0x11);
    shared().vtl1_present = false;
    restore();
    expect_ud(call(), 0x11);
}

TEST_F(Switches, ReturnEntersVtl0) {
    shared().tlb_locked = true;
    vtl_exit exit = ret(1);
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    EXPECT_TRUE(same_bytes(out.gpr, exit.gpr, sizeof out.gpr)); // fast
    EXPECT_EQ(vtl(1).rip, 0x1003U);
    EXPECT_EQ(out.event, 0U);
    EXPECT_FALSE(shared().tlb_locked);
    EXPECT_EQ(vtl_next_entry(&vp), VTL_ENTER_VTL0);
    EXPECT_EQ(handle(ret(0)), VTL_COMPLETED);
    EXPECT_EQ(out.gpr[VTL_RAX], 0x1111U);
    EXPECT_EQ(out.gpr[VTL_RCX], 0x2222U);
    expect_request(VTL_REQUEST_NONE, 0, 0);
}

TEST_F(Switches, ReturnIsExact) {
    expect_ud(ret(2), 0x12);
    vtl_exit exit = ret(0);
    exit.gpr[VTL_RCX] = 0x10012;
    expect_ud(exit, 0x12);
    exit = ret(0);
    exit.vtl = 0;
    expect_ud(exit, 0x12);
}

TEST_F(Switches, ReturnDeliversTheEvent) {
    struct Case {
        std::uint64_t stored;
        std::uint32_t event, error_code;
    };
    const Case cases[] = {{0x0000000000060001, 0x80000306, 0},          {0x00000000000D0101, 0x80000B0D, 0},
                          {0xFFFF0000000D0101, 0x80000B0D, 0xFFFF0000}, {0xFFFF0000000D0001, 0x8000030D, 0},
                          {0x0000000000030001, 0x80000603, 0},          {0x0000000000040001, 0x80000604, 0},
                          {0x00000000000E0001, 0x8000030E, 0}};
    for (const Case& c : cases) {
        shared().pending_event = c.stored;
        shared().pending_event_parameter = 0xCAFE;
        EXPECT_EQ(handle(ret(1)), VTL_COMPLETED);
        EXPECT_EQ(out.event, c.event);
        EXPECT_EQ(out.event_error_code, c.error_code);
        if ((c.event & 0xFF) == 14)
            expect_request(VTL_REQUEST_REGISTER_WRITE, 0x00040001, 0xCAFE);
        else
            expect_request(VTL_REQUEST_NONE, 0, 0);
        EXPECT_EQ(out.request_vtl, 0U);
        EXPECT_EQ(shared().pending_event, 0U);
        EXPECT_EQ(shared().pending_event_parameter, 0U);
    }
}

TEST_F(Switches, Preemption) {
    EXPECT_EQ(control(VTL_PREEMPT), VTL_ACCEPTED);
    expect_request(VTL_REQUEST_ENTRY_REASON, 0, 2);
    EXPECT_EQ(vtl_next_entry(&vp), VTL_ENTER_VTL1);
    expect_refusal(control_exit(VTL_PREEMPT), 0x51);
    shared().active_vtl1 = shared().vtl1_present = false;
    expect_refusal(control_exit(VTL_PREEMPT), 0x51);
}

TEST_F(Switches, WhatRanIsActive) {
    vtl_exit exit = base_exit(1, 0x1E); // another handler's
    exit.cr4 = 0x20;
    EXPECT_EQ(handle(exit), VTL_NOT_HANDLED);
    EXPECT_EQ(vtl_next_entry(&vp), VTL_ENTER_VTL1);
    EXPECT_EQ(vtl(1).rsp, exit.gpr[VTL_RSP]);
    EXPECT_EQ(vtl(1).cr4, 0x20U);
    EXPECT_EQ(vp.controls[1].cr4_read_shadow, 0x20U);
    exit.vtl = 0;
    exit.info[VTL_INFO_RAX] = 0x1101'0000004D;
    EXPECT_EQ(handle(exit), VTL_HOST_ROUTED);
    EXPECT_EQ(vtl_next_entry(&vp), VTL_ENTER_VTL0);
    EXPECT_EQ(vtl(0).rip, exit.rip);
    const vtl_vp before = vp;
    exit.vtl = 1;
    exit.info[VTL_INFO_RAX] = 0x1120'00000000;
    EXPECT_EQ(handle(exit), VTL_NOT_ENTERED);
    expect_only_saved(before, exit, false);
}

class PendingMessages : public Switches {
protected:
    // VTL1 claims LSTAR; there is no room until SIMP is enabled.
    PendingMessages() {
        claim(1U << 6 | 1U << 8);
        vtl(1).synic.sint[0] = 0x51;
        EXPECT_EQ(wrmsr(0xC0000082, 0x1122334455667788), VTL_INTERCEPTED);
        EXPECT_EQ(out.message.status, VTL_MESSAGE_PENDING);
    }
};

TEST_F(PendingMessages, HoldVtl0) {
    EXPECT_EQ(vtl_next_entry(&vp), VTL_HOLD);
    EXPECT_EQ(control(VTL_PREEMPT), VTL_ACCEPTED);
    EXPECT_EQ(vtl_next_entry(&vp), VTL_ENTER_VTL1);
}

TEST_F(PendingMessages, KeepTheirContents) {
    EXPECT_TRUE(same_bytes(&shared().pending, &out.message.contents, sizeof shared().pending));
    const vtl_message_contents first = shared().pending;
    EXPECT_EQ(wrmsr(0xC0000081, 5), VTL_INTERCEPTED); // a later one takes its place
    EXPECT_EQ(shared().pending.number, 0xC0000081U);
    EXPECT_NE(first.number, shared().pending.number);
}

TEST_F(PendingMessages, AreDeliveredWhenThereIsRoom) {
    expect_refusal(control_exit(VTL_DELIVER_MESSAGE), 0x19);
    vtl(1).synic.simp = 0x9001;
    vtl_exit exit = control_exit(VTL_DELIVER_MESSAGE);
    exit.answers.slot_busy = true;
    expect_refusal(exit, 0x19);
    const vtl_message_contents kept = shared().pending;
    exit.answers.slot_busy = false;
    EXPECT_EQ(handle(exit), VTL_ACCEPTED);
    EXPECT_EQ(out.message.status, VTL_MESSAGE_POSTED);
    EXPECT_EQ(out.message.vp, 0U);
    EXPECT_TRUE(same_bytes(&kept, &out.message.contents, sizeof kept));
    EXPECT_TRUE(out.message.interrupt);
    EXPECT_EQ(out.message.interrupt_vector, 0x51U);
    expect_log(VTL_LOG_NONE, 0, 0);
    const vtl_message_contents none{};
    EXPECT_TRUE(same_bytes(&none, &shared().pending, sizeof none));
    EXPECT_FALSE(shared().intercept_pending);
    EXPECT_EQ(vtl_next_entry(&vp), VTL_ENTER_VTL0);
    expect_refusal(exit, 5);
}

TEST_F(PendingMessages, AreReplacedByOneThatIsPosted) {
    vtl(1).synic.simp = 0x9001;
    EXPECT_EQ(wrmsr(0xC0000081, 5), VTL_INTERCEPTED);
    EXPECT_EQ(out.message.status, VTL_MESSAGE_POSTED);
    const vtl_message_contents none{};
    EXPECT_TRUE(same_bytes(&none, &shared().pending, sizeof none));
}

} // namespace
} // namespace vtl_tests
