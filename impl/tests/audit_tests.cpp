// The audit ring: what is recorded, what is overwritten, what is drained.
#include "machine.h"

namespace vtl_tests {
namespace {

class Audit : public Machine {
protected:
    Audit() { enable_vtl1(); }

    // One record: VTL1 reads Star of VTL0.
    void attempt(std::uint64_t now) {
        vtl_exit exit = get_exit(0x00080008, USE_VTL0, 1);
        exit.now = now;
        handle(exit);
        EXPECT_TRUE(out.audit.present);
    }
    vtl_audit_record record(std::uint32_t index) const {
        vtl_audit_record found{};
        EXPECT_EQ(vtl_audit_read(&vp, index, &found), VTL_OK) << index;
        return found;
    }
    bool held(std::uint32_t index) const {
        vtl_audit_record found;
        return vtl_audit_read(&vp, index, &found) == VTL_OK;
    }
};

TEST_F(Audit, RecordsAreNumberedAndTimed) {
    boot(3);
    enable_vtl1();
    shared().audit_next = 100;
    attempt(777);
    const vtl_audit_record found = record(0);
    EXPECT_EQ(found.sequence, 100U);
    EXPECT_EQ(found.time, 777U);
    EXPECT_EQ(found.vp, 3U);
    EXPECT_EQ(found.reg, 0x00080008U);
    EXPECT_EQ(found.reason, 0U);
    EXPECT_EQ(found.origin, VTL_ORIGIN_VTL1);
    EXPECT_EQ(found.operation, VTL_OPERATION_GET);
    EXPECT_EQ(found.vtl, 0U);
    EXPECT_EQ(found.route, VTL_ROUTE_EMULATION);
    EXPECT_EQ(found.verdict, VTL_VERDICT_GRANTED);
    EXPECT_FALSE(held(1));
}

TEST_F(Audit, WrapOverwritesTheOldest) {
    for (std::uint64_t n = 0; n < 200; ++n) {
        attempt(n);
        const std::uint64_t count = n < 63 ? n + 1 : 64;
        ASSERT_EQ(shared().audit_count, count);
        ASSERT_EQ(shared().audit_lost, n < 64 ? 0 : n - 63);
        ASSERT_EQ(shared().audit_next, n + 1);
        for (std::uint32_t index = 0; index < count; ++index)
            ASSERT_EQ(record(index).sequence, n + 1 - count + index);
        ASSERT_EQ(record(0).time, n + 1 - count);
        ASSERT_FALSE(held(static_cast<std::uint32_t>(count)));
    }
}

TEST_F(Audit, DrainEmptiesTheRingOnly) {
    for (std::uint64_t n = 0; n < 70; ++n)
        attempt(n);
    EXPECT_EQ(control(VTL_DRAIN_AUDIT), VTL_ACCEPTED);
    EXPECT_FALSE(held(0));
    EXPECT_EQ(shared().audit_next, 70U);
    EXPECT_EQ(shared().audit_lost, 6U);
    attempt(5);
    EXPECT_EQ(record(0).sequence, 70U);
    EXPECT_EQ(shared().audit_lost, 6U);
}

TEST_F(Audit, CountersAtTheirEnds) {
    shared().audit_next = ~std::uint64_t{0};
    shared().audit_count = 64;
    shared().audit_lost = ~std::uint64_t{0} - 1;
    attempt(1);
    EXPECT_EQ(shared().audit_next, 0U); // wraps
    EXPECT_EQ(shared().audit_lost, ~std::uint64_t{0});
    attempt(2);
    EXPECT_EQ(shared().audit_lost, ~std::uint64_t{0}); // saturates
    EXPECT_EQ(record(63).sequence, 0U);
    EXPECT_EQ(record(62).sequence, ~std::uint64_t{0});
}

TEST_F(Audit, RecordsOfAnotherRingAreNotMadeUp) {
    vtl_vp_state state = vp.state;
    state.vp.audit_next = 10;
    state.vp.audit_count = 5;
    ASSERT_EQ(vtl_vp_restore(&vp, &partition, &state), VTL_OK);
    for (std::uint32_t index = 0; index < 64; ++index)
        EXPECT_FALSE(held(index));
    attempt(1);
    EXPECT_FALSE(held(4));
    EXPECT_EQ(record(5).sequence, 10U);
}

TEST_F(Audit, OnlyCallsThatNameAnotherVtl) {
    struct Case {
        std::uint8_t target;
        std::uint32_t from;
        bool recorded;
        unsigned vtl;
    };
    const Case cases[] = {{0, 0, false, 0},       {USE_VTL0, 0, false, 0}, {USE_VTL1, 0, true, 1}, {0x01, 0, false, 0},
                          {0x12, 0, true, 2},     {0x1F, 0, true, 15},     {0xF0, 0, false, 0},    {0xF3, 0, true, 3},
                          {USE_VTL0, 1, true, 0}, {USE_VTL1, 1, false, 0}, {0, 1, false, 0},       {0xE0, 1, false, 0}};
    for (const Case& c : cases)
        for (const bool write : {false, true}) {
            const vtl_exit exit =
                write ? set_exit(0x12345678, 0, c.target, c.from) : get_exit(0x12345678, c.target, c.from);
            handle(exit);
            EXPECT_EQ(out.audit.present, c.recorded) << std::hex << unsigned{c.target} << c.from;
            if (c.recorded) {
                EXPECT_EQ(out.audit.vtl, c.vtl);
                EXPECT_EQ(out.audit.reg, 0x12345678U);
                EXPECT_EQ(out.audit.verdict, VTL_VERDICT_REFUSED);
                EXPECT_EQ(out.audit.reason, out.gpr[VTL_RAX] & 0xFFFF);
            }
        }
}

TEST_F(Audit, NotBeforeTheShape) {
    vtl_exit exit = get_exit(0x00080008, USE_VTL0, 1);
    exit.input.unreadable = true;
    expect_status(exit, 3);
    expect_no_audit();
}

TEST_F(Audit, AContinuedEntryIsRecordedToo) {
    vtl_exit exit = set_exit(0x00080008, 5, USE_VTL0, 1);
    exit.gpr[VTL_RCX] = 2ULL << 32 | 0x51;
    EXPECT_EQ(handle(exit), VTL_CONTINUED);
    expect_audit(VTL_ORIGIN_VTL1, VTL_OPERATION_SET, 0, 0x00080008, VTL_ROUTE_EMULATION, VTL_VERDICT_GRANTED, 0);
}

} // namespace
} // namespace vtl_tests
