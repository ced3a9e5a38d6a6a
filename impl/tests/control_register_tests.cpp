// CR-access, XSETBV and descriptor-table exits.
#include "machine.h"

namespace vtl_tests {
namespace {

constexpr std::uint64_t MOV_TO = 0;
constexpr std::uint64_t MOV_FROM = 1;
constexpr std::uint64_t CLTS = 2;
constexpr std::uint64_t LMSW = 3;

class ControlRegisters : public Machine {
protected:
    vtl_exit cr_exit(std::uint64_t type, std::uint64_t number, std::uint64_t value, std::uint32_t from = 0) const {
        vtl_exit exit = base_exit(from, 0x1C);
        exit.info[VTL_INFO_RCX] = type << 4 | number | 0xF0000000'0000F0C0 | 3 << 8; // other bits do not matter
        exit.gpr[VTL_RBX] = value;
        exit.rflags = 2;
        return exit;
    }
    vtl_exit lmsw_exit(std::uint64_t source) const {
        vtl_exit exit = cr_exit(LMSW, 0, 0);
        exit.info[VTL_INFO_RCX] |= source << 16;
        return exit;
    }
    vtl_exit xsetbv_exit(std::uint64_t value, std::uint32_t from = 0) const {
        vtl_exit exit = wrmsr_exit(0, value, from);
        exit.info[VTL_INFO_RAX] = 0x37;
        exit.cr4 = 0x40000;
        return exit;
    }
    vtl_exit table_exit(std::uint32_t reason, std::uint64_t identity, std::uint32_t from = 0) const {
        vtl_exit exit = base_exit(from, reason);
        exit.info[VTL_INFO_R11] = std::uint64_t{3} << 32 | 0xCFFFFFFF | identity << 28;
        exit.info[VTL_INFO_R11] &= ~(std::uint64_t{3} << 28 & ~(identity << 28));
        return exit;
    }
    void expect_fault(const vtl_exit& exit) {
        const vtl_vp before = vp;
        EXPECT_EQ(handle(exit), VTL_FAULT_GP);
        EXPECT_EQ(out.event, GP_PROTECTED);
        expect_no_audit();
        expect_unchanged_processor(exit);
        expect_only_saved(before, exit);
        expect_request(VTL_REQUEST_NONE, 0, 0);
        EXPECT_EQ(out.message.status, VTL_MESSAGE_NONE);
    }
    void expect_message(const vtl_exit& exit, std::uint32_t name, std::uint64_t value) {
        const vtl_vp before = vp;
        EXPECT_EQ(handle(exit), VTL_INTERCEPTED);
        expect_unchanged_processor(exit);
        expect_log(VTL_LOG_PROTECTED_REGISTER, name, value);
        EXPECT_EQ(out.message.status, VTL_MESSAGE_POSTED);
        EXPECT_EQ(out.message.contents.type, 0x80010006U);
        EXPECT_EQ(out.message.contents.number, name);
        EXPECT_EQ(out.message.contents.rax, value);
        EXPECT_EQ(out.message.contents.rdx, 0U);
        EXPECT_EQ(out.message.contents.rip, exit.rip);
        EXPECT_EQ(out.message.contents.access, 1U);
        expect_request(VTL_REQUEST_NONE, 0, 0);
        expect_no_audit();
        expect_only_saved(before, exit);
    }
    void make_room() {
        enable_vtl1();
        vtl(1).synic.simp = 1;
        vtl(1).synic.sint[0] = 0x51;
    }
};

TEST_F(ControlRegisters, MovToCr0) {
    vtl(0).efer = 0x900;
    vtl_exit exit = cr_exit(MOV_TO, 0, 0x9FFAFFC1);
    exit.cr4 = 0x20;
    exit.interruptibility = 3;
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    EXPECT_TRUE(same_bytes(out.gpr, exit.gpr, sizeof out.gpr));
    EXPECT_EQ(out.rip, 0x1002U);
    EXPECT_EQ(out.interruptibility, 0U);
    EXPECT_EQ(vtl(0).cr0, 0x80000011U);
    EXPECT_EQ(vp.controls[0].cr0_read_shadow, 0x80000011U);
    EXPECT_EQ(vtl(0).efer, 0xD00U);
    EXPECT_TRUE(vtl(0).ia32e_guest);
    exit.cr4 = 0;
    expect_fault(exit);
    expect_fault(cr_exit(MOV_TO, 0, 0x80000000));
    expect_fault(cr_exit(MOV_TO, 0, 0x100000001));
}

TEST_F(ControlRegisters, EveryGprIsASource) {
    for (std::uint64_t n = 0; n < 16; ++n) {
        vtl_exit exit = cr_exit(MOV_TO, 0, 0);
        exit.info[VTL_INFO_RCX] = n << 8;
        for (std::uint64_t& gpr : exit.gpr)
            gpr = 0x80000000; // refused
        exit.gpr[n] = 0x60000011;
        EXPECT_EQ(handle(exit), VTL_COMPLETED) << n;
        EXPECT_EQ(vtl(0).cr0, 0x60000011U);
    }
}

TEST_F(ControlRegisters, MovToCr4) {
    vtl_exit exit = cr_exit(MOV_TO, 4, 0x40);
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    EXPECT_EQ(vtl(0).cr4, 0x40U);
    EXPECT_EQ(vp.controls[0].cr4_read_shadow, 0x40U);
    expect_fault(cr_exit(MOV_TO, 4, 0x2000));
    partition.config.cr4_allowed = 0x20;
    expect_fault(exit);
}

TEST_F(ControlRegisters, La57IsFixedInLongMode) {
    for (const std::uint64_t cr4 : {0x20ULL, 0x1020ULL}) {
        vtl(0).efer = 0xD00;
        vtl_exit exit = cr_exit(MOV_TO, 4, cr4 ^ 0x1000);
        exit.cr4 = cr4;
        exit.cr0 = PE | PG;
        expect_fault(exit);
        exit.gpr[VTL_RBX] = cr4 | 0x80;
        EXPECT_EQ(handle(exit), VTL_COMPLETED);
        exit.gpr[VTL_RBX] = cr4 ^ 0x1000;
        exit.cr0 = PE;
        EXPECT_EQ(handle(exit), VTL_COMPLETED);
    }
}

TEST_F(ControlRegisters, ClearTaskSwitched) {
    for (const std::uint64_t number : {0ULL, 4ULL}) {
        vtl_exit exit = cr_exit(CLTS, number, ~std::uint64_t{0});
        exit.cr0 = 0x19;
        EXPECT_EQ(handle(exit), VTL_COMPLETED);
        EXPECT_EQ(vtl(0).cr0, 0x11U);
    }
}

TEST_F(ControlRegisters, LoadMachineStatusWord) {
    vtl_exit exit = lmsw_exit(0xFFF6);
    exit.cr0 = 0x19;
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    EXPECT_EQ(vtl(0).cr0, 0x17U); // PE stays, TS goes
    exit = lmsw_exit(0x1);
    exit.cr0 = 0x1E;
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    EXPECT_EQ(vtl(0).cr0, 0x11U);
    exit = lmsw_exit(0);
    exit.cr0 = 0x10;
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    EXPECT_EQ(vtl(0).cr0, 0x10U);
}

TEST_F(ControlRegisters, WhatIsNotServed) {
    for (std::uint64_t number = 0; number < 16; ++number) {
        if (number != 0 && number != 4)
            expect_internal_error(cr_exit(MOV_TO, number, 0x11), GP_PROTECTED);
        expect_internal_error(cr_exit(MOV_FROM, number, 0x11), GP_PROTECTED);
    }
    for (const std::uint64_t cpl : {1ULL, 3ULL}) {
        vtl_exit exit = cr_exit(MOV_TO, 0, 0x11);
        exit.info[VTL_INFO_R12] = cpl;
        expect_internal_error(exit, GP_PROTECTED);
    }
}

TEST_F(ControlRegisters, Vtl1ClaimsChangedBits) {
    make_room();
    shared().cr0_mask = 0x80000008;
    shared().cr4_mask = 0x40;
    claim(3);
    expect_message(cr_exit(MOV_TO, 0, 0x80000000), 0x00040000, 0x80000000); // before any check of the value
    expect_message(cr_exit(MOV_TO, 0, 0x1FFAFFC9), 0x00040000, 0x1FFAFFC9); // as written
    EXPECT_EQ(handle(cr_exit(MOV_TO, 0, 0x5)), VTL_COMPLETED);
    expect_message(cr_exit(MOV_TO, 4, 0x2040), 0x00040003, 0x2040);
    EXPECT_EQ(handle(cr_exit(MOV_TO, 4, 0x20)), VTL_COMPLETED);
    vtl_exit exit = cr_exit(CLTS, 0, 0);
    exit.cr0 = 0x19;
    expect_message(exit, 0x00040000, 0x11);
    exit = lmsw_exit(0x9);
    expect_message(exit, 0x00040000, 0x9);
    claim(2);
    EXPECT_EQ(handle(cr_exit(MOV_TO, 0, 0x19)), VTL_COMPLETED);
    claim(1);
    EXPECT_EQ(handle(cr_exit(MOV_TO, 4, 0x40)), VTL_COMPLETED);
    claim(3);
    exit = cr_exit(MOV_TO, 0, 0x9, 1); // VTL1's own
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    shared().vtl1_present = false;
    restore();
    EXPECT_EQ(handle(cr_exit(MOV_TO, 4, 0x40)), VTL_COMPLETED);
}

TEST_F(ControlRegisters, Xsetbv) {
    EXPECT_EQ(handle(xsetbv_exit(7)), VTL_COMPLETED);
    EXPECT_EQ(shared().xcr0, 7U);
    expect_request(VTL_REQUEST_REGISTER_WRITE, 0x00040005, 7);
    EXPECT_EQ(out.rip, 0x1002U);
    vtl_exit exit = xsetbv_exit(3);
    exit.info[VTL_INFO_R12] = 3;
    expect_fault(exit);
    exit = xsetbv_exit(3);
    exit.gpr[VTL_RCX] = 1;
    expect_fault(exit);
    exit.gpr[VTL_RCX] = 0xFFFFFFFF00000000;
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    exit = xsetbv_exit(3);
    exit.cr4 = ~std::uint64_t{0x40000};
    expect_fault(exit);
    expect_fault(xsetbv_exit(2));
    expect_fault(xsetbv_exit(0x100000007));
}

TEST_F(ControlRegisters, XsetbvIsClaimedWhenItIsValid) {
    make_room();
    claim(4);
    expect_message(xsetbv_exit(7), 0x00040005, 7);
    EXPECT_EQ(shared().xcr0, 1U);
    expect_fault(xsetbv_exit(2));
    EXPECT_EQ(handle(xsetbv_exit(7, 1)), VTL_COMPLETED);
    EXPECT_EQ(out.request_vtl, 1U);
    claim(0x1EFFD557 & ~4U);
    EXPECT_EQ(handle(xsetbv_exit(7)), VTL_COMPLETED);
}

TEST_F(ControlRegisters, DescriptorTables) {
    struct Load {
        std::uint32_t reason;
        std::uint64_t identity;
        unsigned control;
        std::uint32_t name;
    };
    const Load loads[] = {
        {0x2E, 2, 15, 0x00070001}, {0x2E, 3, 16, 0x00070000}, {0x2F, 2, 17, 0x00060006}, {0x2F, 3, 18, 0x00060007}};
    make_room();
    for (const std::uint32_t reason : {0x2EU, 0x2FU}) // not armed
        for (std::uint64_t identity = 0; identity < 4; ++identity)
            expect_internal_error(table_exit(reason, identity), GP_PROTECTED);
    for (const Load& armed : loads) {
        claim(1U << armed.control);
        for (const Load& load : loads) {
            vtl_exit exit = table_exit(load.reason, load.identity);
            if (load.control == armed.control) {
                expect_message(exit, load.name, 0);
                exit.info[VTL_INFO_R12] = 3; // whatever the CPL
                EXPECT_EQ(handle(exit), VTL_INTERCEPTED);
                EXPECT_EQ(out.message.contents.state, 3U);
                continue;
            }
            const vtl_vp before = vp;
            EXPECT_EQ(handle(exit), VTL_EMULATE);
            expect_unchanged_processor(exit);
            expect_only_saved(before, exit);
            EXPECT_EQ(handle(table_exit(load.reason, load.identity - 2)), VTL_EMULATE);
        }
        expect_internal_error(table_exit(armed.reason, armed.identity, 1), GP_PROTECTED);
    }
}

} // namespace
} // namespace vtl_tests
