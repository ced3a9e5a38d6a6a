// VTL1's claims on VTL0's writes, and the message they produce.
#include "machine.h"

namespace vtl_tests {
namespace {

class Intercepts : public Machine {
protected:
    Intercepts() {
        enable_vtl1();
        vtl(1).synic.simp = 0x9001;
        vtl(1).synic.sint[0] = 0x51;
    }
};

struct Claim {
    std::uint32_t number;
    unsigned bit;
};
constexpr Claim claims[] = {{0x1B, 12},  {0xC0000080, 14}, {0xC0000081, 8}, {0xC0000082, 6},  {0xC0000083, 10},
                            {0x174, 19}, {0x176, 20},      {0x175, 21},     {0xC0000084, 22}, {0xC0000103, 23},
                            {0xDA0, 25}, {0x6A2, 26},      {0x6A4, 27},     {0x6A5, 27},      {0x6A6, 27},
                            {0x6A7, 27}, {0x6A8, 28}};

TEST_F(Intercepts, EachByItsOwnBit) {
    for (const Claim& c : claims) {
        claim(std::uint64_t{1} << c.bit);
        EXPECT_EQ(wrmsr(c.number, 0), VTL_INTERCEPTED) << std::hex << c.number;
        for (const Claim& other : claims)
            if (other.bit != c.bit) {
                EXPECT_NE(wrmsr(other.number, 1), VTL_INTERCEPTED) << std::hex << other.number;
            }
        claim(0x1EFFD557 & ~(std::uint64_t{1} << c.bit));
        EXPECT_NE(wrmsr(c.number, 1), VTL_INTERCEPTED) << std::hex << c.number;
    }
}

TEST_F(Intercepts, NothingElseIsEverClaimed) {
    claim(0x1EFFD557);
    for (const std::uint32_t number : {0x1A0U, 0x277U, 0x40000000U, 0x40000090U, 0x10U, 0x12345U, 0x830U})
        EXPECT_NE(wrmsr(number, 0), VTL_INTERCEPTED) << std::hex << number;
    EXPECT_NE(wrmsr(0xC0000081, 0, 1), VTL_INTERCEPTED);
    shared().vtl1_present = false;
    restore();
    EXPECT_EQ(wrmsr(0xC0000081, 0), VTL_COMPLETED);
}

TEST_F(Intercepts, NoValueIsLookedAt) {
    config.tsc_aux = false;
    partition.config = config;
    claim(0x1EFFD557);
    EXPECT_EQ(wrmsr(0xC0000080, ~std::uint64_t{0}), VTL_INTERCEPTED);
    EXPECT_EQ(wrmsr(0x1B, vtl(0).apic_base), VTL_INTERCEPTED);
    EXPECT_EQ(wrmsr(0xC0000103, 0), VTL_INTERCEPTED);
}

TEST_F(Intercepts, TakesNoEffect) {
    claim(1U << 8);
    const vtl_vp before = vp;
    vtl_exit exit = wrmsr_exit(0xC0000081, 0x1122334455667788);
    exit.interruptibility = 3;
    exit.rflags |= TRAP_FLAG;
    EXPECT_EQ(handle(exit), VTL_INTERCEPTED);
    expect_unchanged_processor(exit);
    EXPECT_EQ(out.event, 0U);
    EXPECT_EQ(out.request, VTL_REQUEST_NONE);
    expect_no_audit();
    expect_log(VTL_LOG_PROTECTED_WRITE, 0xC0000081, 0x1122334455667788);
    expect_only_saved(before, exit);
}

TEST_F(Intercepts, MessageContents) {
    boot(5);
    enable_vtl1();
    claim(1U << 6);
    vtl(1).synic.simp = 1;
    vtl(1).synic.sint[0] = 0x7F;
    vtl(0).efer = 0x900;
    vtl_exit exit = wrmsr_exit(0xC0000082, 0x1122334455667788);
    exit.cr0 = PE | PG;
    exit.info[VTL_INFO_RSI] = 0xFEDCBA98A09B0033;
    exit.info[VTL_INFO_RDI] = 0x1111222233334444;
    exit.info[VTL_INFO_R11] = 0x0000130F00000000;
    exit.rip = 0xFFFFFFFF81000000;
    exit.rflags = 0x246;
    EXPECT_EQ(handle(exit), VTL_INTERCEPTED);
    EXPECT_EQ(out.message.status, VTL_MESSAGE_POSTED);
    EXPECT_EQ(out.message.vp, 5U);
    const vtl_message_contents& m = out.message.contents;
    EXPECT_EQ(m.type, 0x80010001U);
    EXPECT_EQ(m.length, 0x0FU);
    EXPECT_EQ(m.access, 1U);
    EXPECT_EQ(m.state, 0x10U);
    EXPECT_EQ(m.cs_base, 0x1111222233334444U);
    EXPECT_EQ(m.cs_limit, 0xFEDCBA98U);
    EXPECT_EQ(m.cs_selector, 0x0033U);
    EXPECT_EQ(m.cs_attributes, 0xA09BU);
    EXPECT_EQ(m.rip, 0xFFFFFFFF81000000U);
    EXPECT_EQ(m.rflags, 0x246U);
    EXPECT_EQ(m.number, 0xC0000082U);
    EXPECT_EQ(m.rdx, exit.gpr[VTL_RDX]); // all 64 bits
    EXPECT_EQ(m.rax, exit.gpr[VTL_RAX]);
    EXPECT_TRUE(out.message.interrupt);
    EXPECT_EQ(out.message.interrupt_vector, 0x7FU);
    exit.cr0 = PE;
    handle(exit);
    EXPECT_EQ(m.state, 0U);
}

TEST_F(Intercepts, PostingNeedsPageSintAndSlot) {
    claim(1U << 8);
    struct Case {
        std::uint64_t simp, sint0;
        bool busy;
        vtl_message_status status;
        bool interrupt;
    };
    const Case cases[] = {
        {0x9001, 0x51, false, VTL_MESSAGE_POSTED, true},      {0x9000, 0x51, false, VTL_MESSAGE_PENDING, false},
        {0x9001, 0x10051, false, VTL_MESSAGE_PENDING, false}, {0x9001, 0x100051, false, VTL_MESSAGE_PENDING, false},
        {0x9001, 0x51, true, VTL_MESSAGE_PENDING, false},     {0x9001, 0x40051, false, VTL_MESSAGE_POSTED, false},
        {0x9001, 0x40051, true, VTL_MESSAGE_PENDING, false},  {0x9001, 0x20051, false, VTL_MESSAGE_POSTED, true}};
    for (const Case& c : cases)
        for (const bool pending : {false, true}) {
            vtl(1).synic.simp = c.simp;
            vtl(1).synic.sint[0] = c.sint0;
            shared().intercept_pending = pending;
            vtl_exit exit = wrmsr_exit(0xC0000081, 9);
            exit.answers.slot_busy = c.busy;
            EXPECT_EQ(handle(exit), VTL_INTERCEPTED);
            EXPECT_EQ(out.message.status, c.status);
            EXPECT_EQ(out.message.contents.number, 0xC0000081U);
            EXPECT_EQ(out.message.interrupt, c.interrupt);
            EXPECT_EQ(out.message.interrupt_vector, c.interrupt ? 0x51U : 0U);
            EXPECT_EQ(shared().intercept_pending, c.status == VTL_MESSAGE_PENDING);
            EXPECT_EQ(out.log_site, VTL_LOG_PROTECTED_WRITE);
        }
}

TEST_F(Intercepts, NoMessageOtherwise) {
    EXPECT_EQ(wrmsr(0xC0000081, 0), VTL_COMPLETED);
    const vtl_message none{};
    EXPECT_EQ(out.message.status, VTL_MESSAGE_NONE);
    EXPECT_TRUE(same_bytes(&none, &out.message, sizeof none));
}

} // namespace
} // namespace vtl_tests
