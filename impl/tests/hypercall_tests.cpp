// VMCALL: dispatch, the shape of a call, lists, the header of Get and Set.
#include "machine.h"

namespace vtl_tests {
namespace {

constexpr std::uint64_t DONE = 0x1'0000'0000;
constexpr std::uint64_t BAD_INPUT = 3;
constexpr std::uint64_t BAD_ALIGNMENT = 4;
constexpr std::uint64_t FAST = 1ULL << 16;
constexpr std::uint32_t SCONTROL = 0x000A0010;

constexpr std::uint64_t list(std::uint64_t code, std::uint64_t count, std::uint64_t start = 0) {
    return code | count << 32 | start << 48;
}

class Hypercalls : public Machine {
protected:
    // A call that would succeed but for what the test changes.
    vtl_exit call(std::uint64_t control) const {
        vtl_exit exit = set_exit(SCONTROL, 1, 0, 0);
        exit.gpr[VTL_RCX] = control;
        return exit;
    }
    std::uint64_t status_of(const vtl_exit& exit) {
        handle(exit);
        return out.disposition == VTL_CONTINUED ? 0 : out.gpr[VTL_RAX];
    }
};

TEST_F(Hypercalls, OnlyCpl0) {
    for (const std::uint64_t cpl : {1ULL, 2ULL, 3ULL}) {
        vtl_exit exit = call(0x9999);
        exit.info[VTL_INFO_R12] = cpl;
        EXPECT_EQ(handle(exit), VTL_FAULT_GP);
        expect_unchanged_processor(exit);
        expect_no_audit();
        expect_log(VTL_LOG_NONE, 0, 0);
    }
}

TEST_F(Hypercalls, EveryCodeHasItsHandler) {
    const std::uint32_t here[] = {0x50, 0x51, 0xD, 0xF, 0x99, 0x11, 0x12};
    const std::uint32_t elsewhere[] = {2,    3,    0x13, 0x14, 0xB,  0x15, 0xC,   0x4D,  0x52,
                                       0x5C, 0x5D, 0x7E, 0x94, 0x9A, 0xDB, 0x11C, 0x8001};
    const auto in = [](std::uint32_t code, const auto& codes) {
        for (const std::uint32_t c : codes)
            if (c == code)
                return true;
        return false;
    };
    for (std::uint32_t code = 0; code < 0x10000; ++code) {
        const vtl_exit exit = call(code);
        const vtl_vp before = vp;
        const vtl_disposition disposition = handle(exit);
        if (in(code, elsewhere)) {
            ASSERT_EQ(disposition, VTL_NOT_HANDLED) << std::hex << code;
            expect_unchanged_processor(exit);
            expect_only_saved(before, exit);
        } else if (!in(code, here)) {
            ASSERT_EQ(disposition, VTL_COMPLETED) << std::hex << code;
            ASSERT_EQ(out.gpr[VTL_RAX], 2U);
            expect_log(VTL_LOG_HYPERCALL_CODE, code, 0);
            ASSERT_EQ(out.rip, exit.rip + 3);
        } else {
            ASSERT_NE(out.log_site, VTL_LOG_HYPERCALL_CODE) << std::hex << code;
        }
        if (::testing::Test::HasFailure())
            return;
    }
}

TEST_F(Hypercalls, ControlWord) {
    for (unsigned n = 17; n < 64; ++n) {
        const bool list_field = (n >= 32 && n < 44) || (n >= 48 && n < 60);
        if (!list_field)
            EXPECT_EQ(status_of(call(list(0x51, 1) | 1ULL << n)), BAD_INPUT) << n;
    }
    EXPECT_EQ(status_of(call(list(0x51, 1))), DONE);
    EXPECT_EQ(status_of(call(list(0x51, 0))), BAD_INPUT);
    EXPECT_EQ(status_of(call(list(0x51, 1, 1))), BAD_INPUT);
    EXPECT_EQ(status_of(call(list(0x51, 2, 1))), 2 * DONE);
    EXPECT_EQ(status_of(call(list(0x50, 0))), BAD_INPUT);
    EXPECT_EQ(status_of(call(list(0x50, 2, 1))), 2 * DONE);
    for (const std::uint64_t code : {std::uint64_t{0xD}, std::uint64_t{0xF}, std::uint64_t{0x99}}) {
        vtl_exit exit = call(code);
        exit.input.partition_id = 0; // fails after the shape
        EXPECT_EQ(status_of(exit), 0xDU);
        for (const std::uint64_t bad :
             {list(code, 1), list(code, 0, 1), code | std::uint64_t{1} << 17, code | std::uint64_t{1} << 31}) {
            exit.gpr[VTL_RCX] = bad;
            EXPECT_EQ(status_of(exit), BAD_INPUT) << std::hex << bad;
        }
    }
}

TEST_F(Hypercalls, FastCallsFitSevenPairs) {
    vtl_exit exit = call(list(0x51, 3) | FAST); // 16 + 96
    exit.gpr[VTL_RDX] = 1;                      // no address
    exit.input.unreadable = true;
    EXPECT_EQ(status_of(exit), 0U);
    exit.gpr[VTL_RCX] = list(0x51, 4) | FAST;
    EXPECT_EQ(status_of(exit), BAD_INPUT);
    exit.gpr[VTL_RCX] = list(0x50, 4) | FAST; // 32 + 64
    EXPECT_EQ(status_of(exit), 0U);
    exit.gpr[VTL_RCX] = list(0x50, 5) | FAST; // 48 + 80
    EXPECT_EQ(status_of(exit), BAD_INPUT);
    exit.gpr[VTL_RCX] = 0xD | FAST;
    EXPECT_NE(status_of(exit), BAD_INPUT);
    for (const std::uint64_t code : {0xFULL, 0x99ULL}) {
        exit.gpr[VTL_RCX] = code | FAST;
        EXPECT_EQ(status_of(exit), BAD_INPUT);
    }
}

TEST_F(Hypercalls, PagesOfSlowCalls) {
    struct Case {
        std::uint64_t control, rdx, r8, status;
    };
    const Case cases[] = {{list(0x51, 1), 0x1FD0, 0x2FFF, DONE},
                          {list(0x51, 1), 0x1FD8, 0, BAD_INPUT},
                          {list(0x51, 127), 0x1000, 0, 0},
                          {list(0x51, 128), 0x1000, 0, BAD_INPUT},
                          {list(0x51, 1), 0x1004, 0, BAD_ALIGNMENT},
                          {list(0x51, 1), 0x1FD4, 0, BAD_INPUT},
                          {list(0x50, 1), 0x1FE8, 0x2FF0, DONE},
                          {list(0x50, 1), 0x1FF0, 0x2FF0, BAD_INPUT},
                          {list(0x50, 1), 0x1FE8, 0x2FF8, BAD_INPUT},
                          {list(0x50, 1), 0x1000, 0x2004, BAD_ALIGNMENT},
                          {list(0x50, 1), 0x1004, 0x2FF8, BAD_INPUT},
                          {list(0x50, 256), 0x1000, 0x2000, 0},
                          {list(0x50, 257), 0x1000, 0x2000, BAD_INPUT},
                          {list(0x50, 4095), 0x1000, 0x2000, BAD_INPUT},
                          {0xD, 0x1FF0, 0x2004, 0},
                          {0xD, 0x1FF8, 0, BAD_INPUT},
                          {0xF, 0x1F10, 0x2004, 0},
                          {0xF, 0x1F18, 0, BAD_INPUT},
                          {0x99, 0x1F18, 0, BAD_INPUT},
                          {0x99, 0x1F04, 0, BAD_ALIGNMENT},
                          {list(0x51, 1), 0xFFFFFFFFFFFFFFF8, 0, BAD_INPUT}};
    for (const Case& c : cases) {
        vtl_exit exit = call(c.control);
        exit.gpr[VTL_RDX] = c.rdx;
        exit.gpr[VTL_R8] = c.r8;
        const std::uint64_t status = status_of(exit);
        if (c.status != 0)
            EXPECT_EQ(status, c.status) << std::hex << c.control << ' ' << c.rdx << ' ' << c.r8;
        else
            EXPECT_TRUE(status != BAD_INPUT && status != BAD_ALIGNMENT) << std::hex << c.control << ' ' << status;
        if (status != BAD_INPUT && status != BAD_ALIGNMENT) {
            exit.input.unreadable = true;
            EXPECT_EQ(status_of(exit), BAD_INPUT);
        }
    }
}

TEST_F(Hypercalls, ListsGoOneEntryAnExit) {
    vtl_exit exit = call(list(0x51, 3));
    exit.interruptibility = 3;
    for (std::uint64_t start = 0; start < 2; ++start) {
        exit.input.value = 0x100 + start;
        EXPECT_EQ(handle(exit), VTL_CONTINUED);
        EXPECT_EQ(vtl(0).synic.scontrol, 0x100 + start);
        EXPECT_EQ(out.gpr[VTL_RCX], list(0x51, 3, start + 1));
        EXPECT_EQ(out.rip, exit.rip);
        EXPECT_EQ(out.interruptibility, 3U);
        EXPECT_EQ(out.gpr[VTL_RAX], exit.gpr[VTL_RAX]);
        exit.gpr[VTL_RCX] = out.gpr[VTL_RCX];
    }
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    EXPECT_EQ(out.gpr[VTL_RAX], 3 * DONE);
    EXPECT_EQ(out.gpr[VTL_RCX], exit.gpr[VTL_RCX]);
    EXPECT_EQ(vtl(0).rip, exit.rip + 3);
    exit.input.name = 0; // the prefix is done, this one is refused
    expect_status(exit, 2 * DONE | 5);
}

TEST_F(Hypercalls, GetReturnsTheEntry) {
    vtl(0).synic.scontrol = 0x1234;
    vtl_exit exit = get_exit(SCONTROL, 0, 0);
    exit.gpr[VTL_RCX] = list(0x50, 2);
    EXPECT_EQ(handle(exit), VTL_CONTINUED);
    EXPECT_EQ(out.result, 0x1234U);
    exit.input.name = 0x000A0020;
    expect_status(exit, 5);
    EXPECT_EQ(out.result, 0U);
}

TEST_F(Hypercalls, HeaderInOrder) {
    enable_vtl1();
    struct Case {
        std::uint64_t partition;
        std::uint32_t target_vp;
        std::uint8_t target_vtl;
        std::uint32_t from;
        std::uint64_t status;
    };
    const Case cases[] = {{SELF, SELF_VP, 0, 0, DONE},
                          {SELF, 0, 0, 0, DONE},
                          {0, VPS, 0xFF, 0, 6},
                          {SELF, 1, 0xFF, 0, 6},
                          {SELF, VPS - 1, 0, 0, 6},
                          {SELF, VPS, 0xFF, 0, 0xE},
                          {SELF, 0xFFFFFFFF, 0, 0, 0xE},
                          {SELF, SELF_VP, 0x20, 0, 5},
                          {SELF, SELF_VP, 0x80, 0, 5},
                          {SELF, SELF_VP, 0x13, 0, 5},
                          {SELF, SELF_VP, 0x1F, 0, 5},
                          {SELF, SELF_VP, 0x0F, 0, DONE},
                          {SELF, SELF_VP, USE_VTL1, 0, 6},
                          {SELF, SELF_VP, 0x12, 0, 6},
                          {SELF, SELF_VP, 0x12, 1, 6},
                          {SELF, SELF_VP, USE_VTL1, 1, DONE},
                          {SELF, SELF_VP, USE_VTL0, 1, DONE},
                          {SELF, SELF_VP, USE_VTL0, 0, DONE}};
    for (const Case& c : cases)
        for (const bool write : {false, true}) {
            vtl_exit exit =
                write ? set_exit(SCONTROL, 7, c.target_vtl, c.from) : get_exit(SCONTROL, c.target_vtl, c.from);
            exit.input.partition_id = c.partition;
            exit.input.target_vp = c.target_vp;
            expect_status(exit, c.status);
        }
}

} // namespace
} // namespace vtl_tests
