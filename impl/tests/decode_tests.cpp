// TDX status, exit reason, impossible exits, and the completion of an instruction.
#include "machine.h"

namespace vtl_tests {
namespace {

using Decode = Machine;

constexpr std::uint64_t status(std::uint64_t code, std::uint64_t reason) { return code << 32 | reason; }

TEST_F(Decode, StatusFrom1120OnMeansNotEntered) {
    for (const std::uint64_t code : {0x1120ULL, 0x1121ULL, 0xC0000C03ULL, 0xFFFFFFFFULL}) {
        vtl_exit exit = rdmsr_exit(0x1B);
        exit.info[VTL_INFO_RAX] = status(code, 0x8000001F);
        exit.interruptibility = 3;
        EXPECT_EQ(handle(exit), VTL_NOT_ENTERED);
        expect_unchanged_processor(exit);
        expect_no_audit();
        EXPECT_EQ(out.event, 0U);
    }
}

TEST_F(Decode, ExitStatuses) {
    for (const std::uint64_t code : {0ULL, 0x1100ULL, 0x1102ULL}) {
        vtl_exit exit = rdmsr_exit(0x1B);
        exit.info[VTL_INFO_RAX] = status(code, 0x1F);
        EXPECT_EQ(handle(exit), VTL_COMPLETED);
    }
}

TEST_F(Decode, OtherStatusesAreInternalErrorsWithoutFault) {
    for (const std::uint64_t code : {1ULL, 0x10FFULL, 0x1103ULL, 0x111FULL}) {
        vtl_exit exit = rdmsr_exit(0x1B);
        exit.info[VTL_INFO_RAX] = status(code, 0x1F);
        expect_internal_error(exit, 0, false);
    }
}

TEST_F(Decode, EntryFailureIsAnInternalErrorWithoutFault) {
    for (const std::uint64_t code : {0ULL, 0x1100ULL, 0x1101ULL})
        for (const std::uint64_t reason : {0x80000000ULL, 0x80000021ULL}) {
            vtl_exit exit = rdmsr_exit(0x1B);
            exit.info[VTL_INFO_RAX] = status(code, reason);
            expect_internal_error(exit, 0, false);
        }
}

TEST_F(Decode, HostRoutedTdvmcallNeedsTheExactReason) {
    vtl_exit exit = tdcall_exit(0, 0x1F, 0x40000000);
    exit.info[VTL_INFO_RAX] = status(0x1101, 0x4D);
    EXPECT_EQ(handle(exit), VTL_HOST_ROUTED);
    expect_unchanged_processor(exit);
    expect_no_audit();
    exit.info[VTL_INFO_RAX] = status(0x1101, 0x1004D);
    expect_internal_error(exit, 0);
    exit.info[VTL_INFO_RAX] = status(0x1101, 0x1F);
    expect_internal_error(exit, 0);
}

TEST_F(Decode, ReasonBits16To30DoNotMatter) {
    vtl_exit exit = rdmsr_exit(0x1B);
    exit.info[VTL_INFO_RAX] = 0x7FFF001F;
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
}

TEST_F(Decode, OtherReasonsBelongToOtherHandlers) {
    for (const std::uint64_t reason : {0x11ULL, 0x1EULL, 0x21ULL, 0x38ULL, 0xFFFFULL, 0x11FULL}) {
        vtl_exit exit = base_exit(1, 0); // VTL1 without VTL1 state does not matter here
        exit.info[VTL_INFO_RAX] = reason;
        EXPECT_EQ(handle(exit), VTL_NOT_HANDLED);
        expect_unchanged_processor(exit);
        expect_no_audit();
    }
}

TEST_F(Decode, Vtl1WithoutStateIsAnInternalError) {
    expect_internal_error(rdmsr_exit(0x1B, 1), GP_PROTECTED, false);
    expect_internal_error(wrmsr_exit(0x1B, 0, 1), GP_PROTECTED, false);
    for (const std::uint32_t reason : {0x12U, 0x1CU, 0x37U, 0x2EU, 0x2FU})
        expect_internal_error(base_exit(1, reason), GP_PROTECTED, false);
    vtl_exit exit = tdcall_exit(0, 0x1F);
    exit.vtl = 1;
    exit.info[VTL_INFO_R12] = 3; // judged after the missing state
    expect_internal_error(exit, GP_PROTECTED, false);
}

TEST_F(Decode, MsrExitOutsideCpl0IsAnInternalError) {
    for (const std::uint64_t cpl : {1ULL, 2ULL, 3ULL}) {
        vtl_exit exit = rdmsr_exit(0x40000000);
        exit.info[VTL_INFO_R12] = cpl;
        expect_internal_error(exit, GP_PROTECTED);
        exit = wrmsr_exit(0x40000000, 5);
        exit.info[VTL_INFO_R12] = cpl;
        expect_internal_error(exit, GP_PROTECTED);
    }
}

TEST_F(Decode, OnlyTwoBitsAreTheCpl) {
    vtl_exit exit = rdmsr_exit(0x40000000);
    exit.info[VTL_INFO_R12] = ~std::uint64_t{3};
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
}

TEST_F(Decode, UnarmedAccessIsAnInternalError) {
    expect_internal_error(rdmsr_exit(0xC0000080), GP_PROTECTED);
    expect_internal_error(rdmsr_exit(0x10), GP_PROTECTED);
    expect_internal_error(wrmsr_exit(0x48, 1), GP_PROTECTED);
    expect_internal_error(wrmsr_exit(0x6A2, 1), GP_PROTECTED);
}

TEST_F(Decode, TheBitmapDecidesWhatIsArmed) {
    vp.msr_bitmap[0][0x20] &= ~(std::uint64_t{1} << 2); // no rule lets the APIC ID pass
    expect_internal_error(rdmsr_exit(0x802), GP_PROTECTED);
    EXPECT_FALSE(vtl_msr_access_exits(&vp, 0, 0x802, false));
}

TEST_F(Decode, ErrorCodeOnlyInProtectedMode) {
    vtl_exit exit = rdmsr_exit(0x40000070);
    EXPECT_EQ(handle(exit), VTL_FAULT_GP);
    EXPECT_EQ(out.event, GP_PROTECTED);
    exit.cr0 = PG | 0x10;
    EXPECT_EQ(handle(exit), VTL_FAULT_GP);
    EXPECT_EQ(out.event, GP_REAL);
    EXPECT_EQ(out.event_error_code, 0U);
    exit = rdmsr_exit(0x10);
    exit.cr0 = 0;
    expect_internal_error(exit, GP_REAL);
}

TEST_F(Decode, FaultLeavesTheProcessorUnchanged) {
    vtl_exit exit = rdmsr_exit(0x40000070);
    exit.interruptibility = 0xB;
    exit.pending_debug = 0x1000;
    exit.rflags |= TRAP_FLAG;
    EXPECT_EQ(handle(exit), VTL_FAULT_GP);
    expect_unchanged_processor(exit);
    expect_no_audit();
}

TEST_F(Decode, RipIsTruncatedOutside64BitCode) {
    vtl_exit exit = rdmsr_exit(0x40000000);
    exit.rip = 0x1FFFFFFFF;
    handle(exit);
    EXPECT_EQ(out.rip, 1U);
}

TEST_F(Decode, SixtyFourBitCodeNeedsLmePagingAndL) {
    for (unsigned mask = 0; mask < 8; ++mask) {
        vtl(0).efer = (mask & 1) != 0 ? 0x900 : 0x800;
        vtl_exit exit = rdmsr_exit(0x40000000);
        exit.cr0 = PE | ((mask & 2) != 0 ? PG : 0);
        exit.info[VTL_INFO_RSI] = (mask & 4) != 0 ? CS_L : 0;
        exit.rip = 0xFFFFFFFFFFFFFFFF;
        handle(exit);
        EXPECT_EQ(out.rip, 1U);
        exit.rip = 0xFFFF800000000000;
        handle(exit);
        EXPECT_EQ(out.rip, mask == 7 ? 0xFFFF800000000002 : 2U) << mask;
    }
}

TEST_F(Decode, StoredLmaDoesNotMake64BitCode) {
    vtl(0).efer = 0xC00;
    vtl_exit exit = rdmsr_exit(0x40000000);
    exit.cr0 = PE | PG;
    exit.info[VTL_INFO_RSI] = CS_L;
    exit.rip = 0x100000000;
    handle(exit);
    EXPECT_EQ(out.rip, 2U);
}

TEST_F(Decode, TheReportedLengthIsUsedInFull) {
    vtl(0).efer = 0x900;
    vtl_exit exit = rdmsr_exit(0x40000000);
    exit.cr0 = PE | PG;
    exit.info[VTL_INFO_RSI] = CS_L;
    exit.info[VTL_INFO_R11] = 0xFFFFFFFF00000005;
    handle(exit);
    EXPECT_EQ(out.rip, 0x100000FFFU);
}

TEST_F(Decode, CompletionClearsBlockingAndRaisesSingleStep) {
    vtl_exit exit = rdmsr_exit(0x40000000);
    exit.interruptibility = 0xFFFFFFFF;
    exit.pending_debug = 0x1001;
    handle(exit);
    EXPECT_EQ(out.interruptibility, 0xFFFFFFFCU);
    EXPECT_EQ(out.pending_debug, 0x1001U);
    exit.rflags |= TRAP_FLAG;
    handle(exit);
    EXPECT_EQ(out.pending_debug, 0x5001U);
}

TEST_F(Decode, RegistersComeFromTheGuestNotFromTheExitInformation) {
    vtl_exit exit = wrmsr_exit(0x40000000, 0x1122334455667788);
    exit.info[VTL_INFO_RCX] = 0x1B;
    exit.info[VTL_INFO_RDX] = 0xFFFFFFFF;
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    EXPECT_EQ(partition.vtl[0].guest_os_id, 0x1122334455667788U);
    EXPECT_TRUE(same_bytes(out.gpr, exit.gpr, sizeof out.gpr));
}

TEST_F(Decode, AReadChangesRaxAndRdxOnly) {
    partition.vtl[0].guest_os_id = 0x1122334455667788;
    vtl_exit exit = rdmsr_exit(0x40000000);
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    EXPECT_EQ(out.gpr[VTL_RAX], 0x55667788U);
    EXPECT_EQ(out.gpr[VTL_RDX], 0x11223344U);
    exit.gpr[VTL_RAX] = out.gpr[VTL_RAX];
    exit.gpr[VTL_RDX] = out.gpr[VTL_RDX];
    EXPECT_TRUE(same_bytes(out.gpr, exit.gpr, sizeof out.gpr));
}

TEST_F(Decode, EveryByteOfTheOutcomeIsDefined) {
    enable_vtl1();
    claim(1U << 10);
    const vtl_exit exits[] = {wrmsr_exit(0xC0000083, 1),
                              get_exit(0x00080008, USE_VTL0, 1),
                              set_exit(0x00050003, 1, USE_VTL0, 1),
                              vmcall_exit(0x9999),
                              control_exit(VTL_SPECIAL_REQUEST, 3),
                              control_exit(VTL_DELIVER_MESSAGE),
                              rdmsr_exit(0x40000000),
                              wrmsr_exit(0x12345, 1),
                              tdcall_exit(0, 0x1F, 0x40000002),
                              rdmsr_exit(0x40000070),
                              rdmsr_exit(0x10),
                              control_exit(VTL_SET_APIC_OFFLOAD, 1)};
    for (const vtl_exit& exit : exits) {
        vtl_outcome zeros;
        vtl_outcome ones;
        std::memset(&zeros, 0, sizeof zeros);
        std::memset(&ones, 0xFF, sizeof ones);
        EXPECT_EQ(vtl_handle_exit(&partition, &vp, &exit, &zeros), VTL_OK);
        EXPECT_EQ(vtl_handle_exit(&partition, &vp, &exit, &ones), VTL_OK);
        EXPECT_TRUE(same_bytes(&zeros, &ones, sizeof zeros));
    }
}

} // namespace
} // namespace vtl_tests
