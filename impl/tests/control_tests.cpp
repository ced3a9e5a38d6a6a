// Control requests.
#include "machine.h"

namespace vtl_tests {
namespace {

class Control : public Machine {
protected:
    void expect_refused(vtl_kind kind, std::uint64_t argument, std::uint32_t from, std::uint16_t error) {
        const vtl_vp before = vp;
        EXPECT_EQ(control(kind, argument, from), VTL_REFUSED);
        EXPECT_EQ(out.error, error);
        EXPECT_EQ(out.event, 0U);
        EXPECT_FALSE(out.audit);
        EXPECT_TRUE(same_bytes(&before, &vp, sizeof vp));
    }
};

TEST_F(Control, InterceptControlIsVtl1s) {
    expect_refused(VTL_SET_INTERCEPT_CONTROL, 0, 1, 6);
    enable_vtl1();
    expect_refused(VTL_SET_INTERCEPT_CONTROL, 0, 0, 6);
    expect_refused(VTL_SET_INTERCEPT_CONTROL, ~std::uint64_t{0}, 0, 6); // the caller is judged before the word
    EXPECT_EQ(control(VTL_SET_INTERCEPT_CONTROL, 0x1EFFD557), VTL_ACCEPTED);
    EXPECT_EQ(shared().intercept_control, 0x1EFFD557U);
    EXPECT_EQ(out.error, 0U);
}

TEST_F(Control, InterceptControlTakesWriteBitsOnly) {
    enable_vtl1();
    for (unsigned n = 0; n < 64; ++n) {
        const std::uint64_t word = std::uint64_t{1} << n;
        if ((0x1EFFD557 & word) != 0)
            EXPECT_EQ(control(VTL_SET_INTERCEPT_CONTROL, word), VTL_ACCEPTED) << n;
        else
            expect_refused(VTL_SET_INTERCEPT_CONTROL, word, 1, 0x50);
    }
}

TEST_F(Control, OffloadIsBitZero) {
    for (const std::uint32_t from : {0U, 1U}) {
        EXPECT_EQ(control(VTL_SET_APIC_OFFLOAD, ~std::uint64_t{1}, from), VTL_ACCEPTED);
        EXPECT_FALSE(shared().apic_offload);
        EXPECT_EQ(control(VTL_SET_APIC_OFFLOAD, 3, from), VTL_ACCEPTED);
        EXPECT_TRUE(shared().apic_offload);
    }
}

TEST_F(Control, Vtl1AppearsOnceWithItsRegistersAtReset) {
    const vtl_vtl_state before = vtl(1);
    EXPECT_EQ(control(VTL_ENABLE_VTL1, 7, 0), VTL_ACCEPTED);
    EXPECT_TRUE(shared().vtl1_present);
    EXPECT_TRUE(same_bytes(&before, &vtl(1), sizeof before));
    EXPECT_EQ(vtl(1).apic_base, 0xFEE00900U);
    expect_refused(VTL_ENABLE_VTL1, 0, 0, 0x51);
    expect_refused(VTL_ENABLE_VTL1, 0, 1, 0x51);
}

TEST_F(Control, NoInstructionIsCompleted) {
    vtl_exit exit = control_exit(VTL_SET_APIC_OFFLOAD, 0);
    for (std::uint64_t& word : exit.info)
        word = ~std::uint64_t{0};
    exit.interruptibility = 3;
    exit.rflags = TRAP_FLAG;
    EXPECT_EQ(handle(exit), VTL_ACCEPTED);
    expect_unchanged_processor(exit);
    exit.kind = VTL_SET_INTERCEPT_CONTROL;
    EXPECT_EQ(handle(exit), VTL_REFUSED);
    expect_unchanged_processor(exit);
}

} // namespace
} // namespace vtl_tests
