// Control requests.
#include "machine.h"

namespace vtl_tests {
namespace {

using Control = Machine;

TEST_F(Control, OffloadIsBitZero) {
    for (const std::uint32_t from : {0U, 1U}) {
        EXPECT_EQ(control(VTL_SET_APIC_OFFLOAD, ~std::uint64_t{1}, from), VTL_ACCEPTED);
        EXPECT_FALSE(shared().apic_offload);
        EXPECT_EQ(control(VTL_SET_APIC_OFFLOAD, 3, from), VTL_ACCEPTED);
        EXPECT_TRUE(shared().apic_offload);
    }
}

TEST_F(Control, NoInstructionIsCompleted) {
    vtl_exit exit = control_exit(VTL_SET_APIC_OFFLOAD, 0);
    for (std::uint64_t& word : exit.info)
        word = ~std::uint64_t{0};
    exit.interruptibility = 3;
    exit.rflags = TRAP_FLAG;
    const vtl_vp before = vp;
    EXPECT_EQ(handle(exit), VTL_ACCEPTED);
    expect_unchanged_processor(exit);
    EXPECT_TRUE(same_bytes(before.state.vtl, vp.state.vtl, sizeof before.state.vtl)); // nothing is saved
    exit.kind = VTL_DELIVER_MESSAGE;
    expect_refusal(exit, 5);
}

TEST_F(Control, EveryKindButTheKnownIsAnInternalError) {
    for (const std::uint32_t kind : {12U, 0x80000001U}) {
        vtl_exit exit = control_exit(VTL_DRAIN_AUDIT);
        exit.kind = kind;
        expect_internal_error(exit, 0, false);
    }
}

} // namespace
} // namespace vtl_tests
