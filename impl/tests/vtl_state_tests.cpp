// The VTL state machine: enabling, starting, loading, revoking.
#include "contexts.h"
#include "machine.h"

namespace vtl_tests {
namespace {

class VtlState : public Machine {
protected:
    vtl_exit enable_partition(std::uint32_t from = 0) const {
        vtl_exit exit = vmcall_exit(0xD, from);
        exit.input.target_vtl = 1;
        return exit;
    }
    vtl_exit enable_vp(std::uint32_t target = SELF_VP, std::uint32_t from = 0) const {
        vtl_exit exit = vmcall_exit(0xF, from);
        exit.input.target_vtl = 1;
        exit.input.target_vp = target;
        exit.input.context = good_context();
        return exit;
    }
    vtl_exit start_vp(std::uint32_t target, std::uint8_t target_vtl, std::uint32_t from) const {
        vtl_exit exit = vmcall_exit(0x99, from);
        exit.input.target_vtl = target_vtl;
        exit.input.target_vp = target;
        exit.input.context = good_context();
        return exit;
    }
    // No effect on what VPs share.
    void expect_no_effect(const vtl_exit& exit, std::uint64_t status) {
        const vtl_partition before = partition;
        vtl_vp_slot slots_before[VPS];
        std::memcpy(slots_before, slots, sizeof slots);
        expect_status(exit, status);
        EXPECT_TRUE(same_bytes(&before, &partition, sizeof partition));
        EXPECT_TRUE(same_bytes(slots_before, slots, sizeof slots));
    }
    void expect_hypercall(std::uint16_t code, std::uint32_t target, std::uint32_t name) {
        EXPECT_EQ(out.hypercall, code);
        EXPECT_EQ(out.hypercall_vtl, target);
        EXPECT_EQ(out.hypercall_register, name);
        EXPECT_EQ(out.hypercall_value, 0U);
    }
    void expect_loaded(unsigned n) {
        const vtl_context c = good_context();
        EXPECT_EQ(vtl(n).rip, c.rip);
        EXPECT_EQ(vtl(n).rsp, c.rsp);
        EXPECT_EQ(vtl(n).rflags, c.rflags);
        EXPECT_EQ(vtl(n).cr0, c.cr0);
        EXPECT_EQ(vtl(n).cr4, c.cr4);
        EXPECT_EQ(vtl(n).pat, c.pat);
        EXPECT_EQ(vtl(n).efer, 0xD01U);
        EXPECT_TRUE(vtl(n).ia32e_guest);
        EXPECT_EQ(vp.controls[n].cr0_read_shadow, c.cr0);
        EXPECT_EQ(vp.controls[n].cr4_read_shadow, c.cr4);
    }
};

TEST_F(VtlState, EnablePartitionInOrder) {
    vtl_exit exit = enable_partition();
    exit.input.flags = 2;
    exit.input.target_vtl = 2;
    exit.input.partition_id = 5;
    expect_no_effect(exit, 0xD);
    exit.input.partition_id = SELF;
    expect_no_effect(exit, 6);
    expect_audit(VTL_ORIGIN_VTL0, VTL_OPERATION_ENABLE_PARTITION_VTL, 2, 0, VTL_ROUTE_NONE, VTL_VERDICT_REFUSED, 6);
    exit.input.target_vtl = 0;
    expect_no_effect(exit, 6);
    expect_no_audit(); // the caller's own VTL
    exit.input.target_vtl = 1;
    expect_no_effect(exit, 5);
    exit.input.flags = 0x80;
    expect_no_effect(exit, 5);
    exit.input.flags = 1;
    partition.vsm.guest_vsm = VTL_VSM_UNSUPPORTED;
    expect_no_effect(exit, 6);
    partition.vsm.guest_vsm = VTL_VSM_ENABLED;
    expect_no_effect(exit, 0x51);
    EXPECT_EQ(out.hypercall, 0U);
    partition.vsm.guest_vsm = VTL_VSM_NOT_ENABLED;
    expect_status(exit, 0);
    expect_hypercall(0xD, 1, 0);
    expect_request(VTL_REQUEST_DEFAULT_PROTECTION, 0, 0xF);
    expect_audit(VTL_ORIGIN_VTL0, VTL_OPERATION_ENABLE_PARTITION_VTL, 1, 0, VTL_ROUTE_HYPERCALL, VTL_VERDICT_GRANTED,
                 0);
    EXPECT_EQ(partition.vsm.guest_vsm, VTL_VSM_ENABLED);
    EXPECT_TRUE(partition.vsm.mbec);
}

TEST_F(VtlState, EnablePartitionThatTheHostOrMemoryFails) {
    struct Case {
        std::uint16_t status;
        std::uint32_t count, timeouts;
        bool page_refused, granted;
    };
    const Case cases[] = {{0, 0, 8, false, true},  {0, 0, 9, false, false},       {1, 0, 0, false, false},
                          {0, 1, 0, false, false}, {0, 0x10000, 0, false, false}, {0, 0, 0, true, false}};
    for (const Case& c : cases) {
        boot(0);
        vtl_exit exit = enable_partition();
        exit.answers.answer_status = c.status;
        exit.answers.answer_count = c.count;
        exit.answers.answer_timeouts = c.timeouts;
        exit.answers.page_refused = c.page_refused;
        if (c.granted) {
            expect_status(exit, 0);
            EXPECT_FALSE(partition.vsm.mbec);
            continue;
        }
        expect_no_effect(exit, 8);
        expect_hypercall(0xD, 1, 0);
        EXPECT_EQ(out.request, c.page_refused ? VTL_REQUEST_DEFAULT_PROTECTION : VTL_REQUEST_NONE);
        expect_audit(VTL_ORIGIN_VTL0, VTL_OPERATION_ENABLE_PARTITION_VTL, 1, 0, VTL_ROUTE_HYPERCALL, VTL_VERDICT_FAILED,
                     8);
    }
}

TEST_F(VtlState, EnableVpInOrder) {
    vtl_exit exit = enable_vp(VPS);
    exit.input.context.rflags = 0;
    exit.input.target_vtl = 0;
    exit.input.partition_id = 0;
    expect_no_effect(exit, 0xD);
    exit.input.partition_id = SELF;
    expect_no_effect(exit, 0xE);
    exit.input.target_vp = 0;
    expect_no_effect(exit, 5);
    exit.input.target_vtl = 2;
    expect_no_effect(exit, 5);
    exit.input.target_vtl = 1;
    expect_no_effect(exit, 0x51);
    enable_vsm();
    exit.input.target_vp = 3;
    expect_no_effect(exit, 6); // VTL0 for another VP
    exit.input.target_vp = 0;
    partition.vsm.vtl1_on_any_vp = true;
    expect_no_effect(exit, 6);
    partition.vsm.vtl1_on_any_vp = false;
    slots[0].enable_called = true;
    expect_no_effect(exit, 0x86);
    slots[0].enable_called = false;
    partition.config.isolation = VTL_ISOLATION_CCA;
    expect_no_effect(exit, 0x1E);
    partition.config.isolation = VTL_ISOLATION_TDX;
    expect_no_effect(exit, 0x50);
    EXPECT_EQ(out.hypercall, 0U);
    exit.input.context = good_context();
    exit.answers.answer_count = 1;
    expect_no_effect(exit, 8);
    expect_hypercall(0xF, 1, 0);
    exit.answers.answer_count = 0;
    exit.input.target_vp = SELF_VP;
    expect_status(exit, 0);
    expect_hypercall(0xF, 1, 0);
    expect_request(VTL_REQUEST_WAKE, 0, 0);
    expect_audit(VTL_ORIGIN_VTL0, VTL_OPERATION_ENABLE_VP_VTL, 1, SELF_VP, VTL_ROUTE_HYPERCALL, VTL_VERDICT_GRANTED, 0);
    EXPECT_TRUE(slots[0].enable_called);
    EXPECT_TRUE(slots[0].enable_pending);
    EXPECT_FALSE(slots[0].start_pending);
    EXPECT_TRUE(partition.vsm.vtl1_on_any_vp);
    EXPECT_FALSE(shared().vtl1_present); // only when it is loaded
}

TEST_F(VtlState, Vtl1EnablesOthers) {
    enable_vsm();
    enable_vtl1();
    partition.vsm.vtl1_on_any_vp = true;
    expect_status(enable_vp(3, 1), 0);
    expect_no_audit();
    expect_request(VTL_REQUEST_WAKE, 3, 0);
    expect_hypercall(0xF, 1, 3);
    EXPECT_TRUE(slots[3].enable_pending);
    expect_no_effect(enable_vp(3, 1), 0x86);
}

TEST_F(VtlState, StartInOrder) {
    enable_vsm();
    vtl_exit exit = start_vp(VPS, 1, 0);
    exit.input.context.rflags = 0;
    exit.input.partition_id = 0;
    expect_no_effect(exit, 0xD);
    exit.input.partition_id = SELF;
    expect_no_effect(exit, 0xE);
    exit.input.target_vp = SELF_VP;
    expect_no_effect(exit, 0xE);
    exit.input.target_vp = 0;
    expect_no_effect(exit, 0xE);
    exit.input.target_vp = 2;
    expect_no_effect(exit, 6);
    expect_audit(VTL_ORIGIN_VTL0, VTL_OPERATION_START_VP, 1, 2, VTL_ROUTE_NONE, VTL_VERDICT_REFUSED, 6);
    partition.vsm.partition_config = 0x5F;
    slots[2].started = true;
    exit.input.target_vtl = 0;
    expect_no_effect(exit, 6); // startup denied
    partition.vsm.partition_config = 0x1F;
    expect_no_effect(exit, 0x15);
    slots[2].started = false;
    expect_no_effect(exit, 0x50);
    exit.input.context = good_context();
    expect_status(exit, 0);
    expect_request(VTL_REQUEST_WAKE, 2, 0);
    EXPECT_EQ(out.hypercall, 0U);
    expect_no_audit();
    EXPECT_TRUE(slots[2].started);
    EXPECT_TRUE(slots[2].start_pending);
    EXPECT_FALSE(slots[2].start_vtl1);
    expect_no_effect(exit, 0x15);
}

TEST_F(VtlState, StartByVtl1) {
    enable_vsm();
    enable_vtl1();
    partition.vsm.partition_config = 0x5F; // denies VTL0 only
    expect_no_effect(start_vp(2, 2, 1), 6);
    expect_no_effect(start_vp(2, 1, 1), 0x15);
    slots[2].enable_called = true;
    expect_status(start_vp(2, 1, 1), 0);
    EXPECT_TRUE(slots[2].start_vtl1);
    expect_status(start_vp(3, 0, 1), 0);
    expect_audit(VTL_ORIGIN_VTL1, VTL_OPERATION_START_VP, 0, 3, VTL_ROUTE_EMULATION, VTL_VERDICT_GRANTED, 0);
    EXPECT_FALSE(slots[3].start_vtl1);
}

TEST_F(VtlState, StartupIpi) {
    expect_refusal(control_exit(VTL_STARTUP_IPI, 0x9900000000ULL | VPS, 0), 0xE);
    expect_audit(VTL_ORIGIN_VTL0, VTL_OPERATION_STARTUP_IPI, 0, 0, VTL_ROUTE_NONE, VTL_VERDICT_REFUSED, 0xE);
    EXPECT_EQ(control(VTL_STARTUP_IPI, 0xFFFFFF99'00000003, 0), VTL_ACCEPTED);
    expect_request(VTL_REQUEST_STARTUP_IPI, 3, 0x99);
    EXPECT_TRUE(slots[3].started);
    expect_no_audit();
    partition.vsm.partition_config = 0x5F;
    expect_refusal(control_exit(VTL_STARTUP_IPI, VPS, 0), 6);
    EXPECT_EQ(control(VTL_STARTUP_IPI, 2, 1), VTL_ACCEPTED);
    EXPECT_TRUE(slots[2].started);
}

TEST_F(VtlState, LoadNeedsASlot) {
    expect_refusal(control_exit(VTL_LOAD_CONTEXT), 0x15);
    expect_no_audit();
}

TEST_F(VtlState, LoadsVtl1BeforeTheStart) {
    slots[0].enable_called = true;
    slots[0].enable_pending = slots[0].start_pending = true;
    slots[0].enable = slots[0].start = good_context();
    shared().intercept_control = 1;
    shared().cr0_mask = 8;
    EXPECT_EQ(control(VTL_LOAD_CONTEXT), VTL_ACCEPTED);
    expect_request(VTL_REQUEST_LOAD_CONTEXT, 1, 0);
    EXPECT_TRUE(shared().vtl1_present);
    EXPECT_FALSE(shared().active_vtl1);
    expect_loaded(1);
    EXPECT_EQ(vtl(0).rip, 0xFFF0U);
    EXPECT_EQ(vp.controls[0].cr0_guest_host_mask, vp.controls[1].cr0_guest_host_mask | 8);
    EXPECT_FALSE(slots[0].enable_pending);
    EXPECT_TRUE(slots[0].enable_called);
    const vtl_context empty{};
    EXPECT_TRUE(same_bytes(&empty, &slots[0].enable, sizeof empty));

    EXPECT_EQ(control(VTL_LOAD_CONTEXT), VTL_ACCEPTED);
    expect_request(VTL_REQUEST_LOAD_CONTEXT, 0, 0);
    expect_loaded(0);
    EXPECT_TRUE(shared().active_vtl1); // the higher VTL runs first
    EXPECT_FALSE(slots[0].start_pending);
    EXPECT_TRUE(same_bytes(&empty, &slots[0].start, sizeof empty));
    EXPECT_TRUE(slots[0].started);
}

TEST_F(VtlState, StartOfVtl0WithoutVtl1) {
    boot(2);
    slots[2].started = slots[2].start_pending = true;
    slots[2].start = good_context();
    EXPECT_EQ(control(VTL_LOAD_CONTEXT), VTL_ACCEPTED);
    expect_loaded(0);
    EXPECT_EQ(vtl_next_entry(&vp), VTL_ENTER_VTL0);
}

TEST_F(VtlState, StartOfVtl1NeedsItsState) {
    slots[0].start_pending = slots[0].start_vtl1 = true;
    slots[0].start = good_context();
    vtl_vp_slot before = slots[0];
    expect_internal_error(control_exit(VTL_LOAD_CONTEXT), 0, false);
    EXPECT_TRUE(same_bytes(&before, &slots[0], sizeof before));
    enable_vtl1();
    EXPECT_EQ(control(VTL_LOAD_CONTEXT), VTL_ACCEPTED);
    expect_loaded(1);
    EXPECT_TRUE(shared().active_vtl1);
    EXPECT_FALSE(slots[0].start_vtl1);
}

TEST_F(VtlState, RevokeUntilEnabled) {
    for (const vtl_vsm state : {VTL_VSM_NOT_ENABLED, VTL_VSM_UNSUPPORTED}) {
        partition.vsm.guest_vsm = state;
        EXPECT_EQ(control(VTL_REVOKE_VSM), VTL_ACCEPTED);
        EXPECT_EQ(partition.vsm.guest_vsm, VTL_VSM_UNSUPPORTED);
    }
    enable_vsm();
    expect_refusal(control_exit(VTL_REVOKE_VSM), 0x86);
    EXPECT_EQ(partition.vsm.guest_vsm, VTL_VSM_ENABLED);
}

} // namespace
} // namespace vtl_tests
