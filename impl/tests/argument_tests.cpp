// Errors of the caller: reported, with nothing touched.
#include "machine.h"

namespace vtl_tests {
namespace {

using Arguments = Machine;

class BadExit : public Machine {
protected:
    void expect_refused(const vtl_exit& exit) {
        const vtl_partition partition_before = partition;
        const vtl_vp vp_before = vp;
        vtl_outcome before;
        std::memset(&before, 0x5A, sizeof before);
        std::memset(&out, 0x5A, sizeof out);
        EXPECT_EQ(vtl_handle_exit(&partition, &vp, &exit, &out), VTL_BAD_ARGUMENT);
        EXPECT_TRUE(same_bytes(&before, &out, sizeof out));
        EXPECT_TRUE(same_bytes(&vp_before, &vp, sizeof vp));
        EXPECT_TRUE(same_bytes(&partition_before, &partition, sizeof partition));
    }
};

TEST_F(Arguments, NullPointersOfHandleExit) {
    const vtl_exit exit = rdmsr_exit(0x1B);
    EXPECT_EQ(vtl_handle_exit(nullptr, &vp, &exit, &out), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_handle_exit(&partition, nullptr, &exit, &out), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_handle_exit(&partition, &vp, nullptr, &out), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_handle_exit(&partition, &vp, &exit, nullptr), VTL_BAD_ARGUMENT);
}

TEST_F(Arguments, NullPointersOfInitAndRestore) {
    EXPECT_EQ(vtl_partition_init(nullptr, &config, slots, logs), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_partition_init(&partition, nullptr, slots, logs), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_partition_init(&partition, &config, nullptr, logs), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_partition_init(&partition, &config, slots, nullptr), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_vp_init(nullptr, &partition, 0), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_vp_init(&vp, nullptr, 0), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_vp_restore(nullptr, &partition, &vp.state), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_vp_restore(&vp, nullptr, &vp.state), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_vp_restore(&vp, &partition, nullptr), VTL_BAD_ARGUMENT);
}

TEST_F(Arguments, VersionIsTheHeaders) { EXPECT_EQ(vtl_abi_version(), VTL_INTERCEPT_ABI); }

TEST_F(Arguments, NoBufferHoldsNothing) {
    vtl_config bad = config;
    bad.vps = 0;
    EXPECT_EQ(vtl_config_error(&bad, nullptr, 100), vtl_config_error(&bad, nullptr, 0));
    const vtl_vp* vps[] = {&vp};
    EXPECT_EQ(vtl_inspect(&partition, vps, 1, nullptr, 100), vtl_inspect(&partition, vps, 1, nullptr, 0));
}

TEST_F(Arguments, PartitionsThatCannotBe) {
    vtl_config bad = config;
    bad.vps = 0;
    EXPECT_EQ(vtl_partition_init(&partition, &bad, slots, logs), VTL_BAD_ARGUMENT);
    bad = config;
    bad.isolation = VTL_ISOLATION_CCA + 1;
    EXPECT_EQ(vtl_partition_init(&partition, &bad, slots, logs), VTL_BAD_ARGUMENT);
    bad.isolation = VTL_ISOLATION_CCA;
    EXPECT_EQ(vtl_partition_init(&partition, &bad, slots, logs), VTL_OK);
    EXPECT_EQ(vtl_vp_init(&vp, &partition, VPS), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_vp_init(&vp, &partition, VPS - 1), VTL_OK);
}

// Not a bad argument: nothing a port does is fatal (decision D2).
TEST_F(BadExit, UnknownKindIsAnInternalError) {
    for (const std::uint32_t kind : {12U, 255U, 0xFFFFFFFFU}) {
        vtl_exit exit = wrmsr_exit(0x40000000, 1);
        exit.kind = kind;
        EXPECT_EQ(handle(exit), VTL_INTERNAL_ERROR);
        EXPECT_TRUE(out.audit.present);
        EXPECT_EQ(out.event, 0U);
        EXPECT_EQ(out.rip, exit.rip);
    }
}

TEST_F(BadExit, VtlAboveOne) { expect_refused(wrmsr_exit(0x40000000, 1, 2)); }

TEST_F(BadExit, OtherVp) {
    vtl_exit exit = wrmsr_exit(0x40000000, 1);
    exit.vp = 1;
    expect_refused(exit);
}

TEST_F(BadExit, ControlRequestsAreJudgedAlike) {
    vtl_exit exit = control_exit(VTL_HOST_ACCESS, 0, 2);
    expect_refused(exit);
    exit = control_exit(VTL_LOAD_CONTEXT, 0);
    exit.vp = 7;
    expect_refused(exit);
}

TEST_F(Arguments, AccessQueryFailsClosed) {
    EXPECT_TRUE(vtl_msr_access_exits(nullptr, 0, 0x10, false));
    for (std::uint32_t msr = 0; msr < 0x2000; ++msr)
        EXPECT_TRUE(vtl_msr_access_exits(&vp, 2, msr, false));
    EXPECT_EQ(vtl_next_entry(nullptr), VTL_HOLD);
}

TEST_F(Arguments, AuditReadNeedsARecordAndAPlaceForIt) {
    vtl_audit_record record{};
    EXPECT_EQ(vtl_audit_read(nullptr, 0, &record), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_audit_read(&vp, 0, nullptr), VTL_BAD_ARGUMENT);
    EXPECT_EQ(vtl_audit_read(&vp, 0, &record), VTL_BAD_ARGUMENT);
}

} // namespace
} // namespace vtl_tests
