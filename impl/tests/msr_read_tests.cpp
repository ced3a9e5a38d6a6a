// RDMSR by stage.
#include "machine.h"

namespace vtl_tests {
namespace {

using Reads = Machine;

TEST_F(Reads, ResetValues) {
    expect_read(0x1B, 0xFEE00900);
    expect_read(0x277, 0x0007040600070406);
    expect_read(0x40000080, 1);
    for (std::uint32_t n = 0; n < 16; ++n)
        expect_read(0x40000090 + n, 0x10000);
    expect_read(0x40000073, 0);
    EXPECT_EQ(vtl(0).efer, 0x800U);
    EXPECT_EQ(vtl(1).efer, 0x800U);
    EXPECT_TRUE(shared().apic_offload);
    EXPECT_FALSE(shared().vtl1_present);
    EXPECT_EQ(partition.vsm.guest_vsm, VTL_VSM_NOT_ENABLED);
    EXPECT_EQ(partition.vsm.partition_config, 0x1EU);
    EXPECT_TRUE(slots[0].started);
    EXPECT_FALSE(slots[1].started);
    EXPECT_EQ(shared().xcr0, 1U);
    EXPECT_EQ(vtl(1).rip, 0xFFF0U);
    EXPECT_EQ(vtl(1).rflags, 2U);
    EXPECT_EQ(vtl(1).cr0, 0x60000010U);
    EXPECT_EQ(shared().untrusted_synic.scontrol, 1U);
    EXPECT_EQ(shared().untrusted_synic.sint[15], 0x10000U);
}

TEST_F(Reads, OnlyVp0IsTheBootstrapProcessor) {
    boot(3);
    expect_read(0x1B, 0xFEE00800);
    expect_read(0x40000002, 3);
}

TEST_F(Reads, Constants) {
    expect_read(0x17, 0);
    expect_read(0x3A, 1);
    expect_read(0x8B, 0xFFFFFFFF00000000);
    expect_read(0xFE, 0x400);
    expect_read(0x179, 0);
    expect_read(0x17A, 0);
    expect_read(0x1A0, 0x851809);
    expect_read(0x2FF, 0);
    for (const std::uint32_t number : {0x34U, 0x4EU, 0xCEU, 0xE1U, 0x140U, 0x606U, 0x611U, 0x619U, 0x639U, 0xC0011029U})
        expect_read(number, 0);
}

TEST_F(Reads, SyntheticState) {
    partition.vtl[0] = {.guest_os_id = 0x8100000000000001, .hypercall = 0x5003, .reference_tsc = 0x6001};
    vtl(0).vp_assist = 0x7001;
    vtl(0).synic.siefp = 0x8001;
    vtl(0).synic.simp = 0x9001;
    for (unsigned n = 0; n < 16; ++n)
        vtl(0).synic.sint[n] = 0x100 + n;
    for (unsigned n = 0; n < 4; ++n) {
        vtl(0).stimer_config[n] = 0x200 + n;
        vtl(0).stimer_count[n] = 0x300 + n;
    }
    for (unsigned n = 0; n < 5; ++n)
        vtl(0).crash[n] = 0xF00000000 + n;
    expect_read(0x40000000, 0x8100000000000001);
    expect_read(0x40000001, 0x5003);
    expect_read(0x40000021, 0x6001);
    expect_read(0x40000022, 2'100'000'000);
    expect_read(0x40000023, 200'000'000);
    expect_read(0x40000073, 0x7001);
    expect_read(0x40000081, 1);
    expect_read(0x40000082, 0x8001);
    expect_read(0x40000083, 0x9001);
    expect_read(0x40000084, 0);
    for (std::uint32_t n = 0; n < 16; ++n)
        expect_read(0x40000090 + n, 0x100 + n);
    for (std::uint32_t n = 0; n < 4; ++n) {
        expect_read(0x400000B0 + 2 * n, 0x200 + n);
        expect_read(0x400000B1 + 2 * n, 0x300 + n);
    }
    for (std::uint32_t n = 0; n < 5; ++n)
        expect_read(0x40000100 + n, 0xF00000000 + n);
    expect_read(0x40000105, 0xFC00000000000000);
}

TEST_F(Reads, EachVtlHasItsOwn) {
    enable_vtl1();
    partition.vtl[1].guest_os_id = 5;
    vtl(1).cstar = 6;
    vtl(1).xss = 7;
    vtl(1).crash[2] = 8;
    expect_read(0x40000000, 5, 1);
    expect_read(0x40000000, 0, 0);
    expect_read(0xC0000083, 6, 1);
    expect_read(0xC0000083, 0, 0);
    expect_read(0xDA0, 7, 1);
    expect_read(0xDA0, 0, 0);
    expect_read(0x40000102, 8, 1);
    expect_read(0x40000102, 0, 0);
}

TEST_F(Reads, X2apicRangeFaultsOutsideX2apicMode) {
    for (std::uint32_t number = 0x800; number < 0x900; ++number) {
        rdmsr(number);
        expect_gp();
        EXPECT_EQ(out.request, VTL_REQUEST_NONE);
    }
    vtl(0).apic_base = 0xFEE00400; // EXTD alone is no mode
    rdmsr(0x802);
    expect_gp();
}

TEST_F(Reads, X2apicRegistersAreTheDevices) {
    set_x2apic(0, true);
    ASSERT_EQ(control(VTL_SET_APIC_OFFLOAD, 0), VTL_ACCEPTED);
    for (std::uint32_t number = 0x800; number < 0x900; ++number) {
        const bool defined = number == 0x802 || number == 0x803 || number == 0x808 || number == 0x80A ||
                             number == 0x80D || number == 0x80F || (number >= 0x810 && number <= 0x828) ||
                             number == 0x830 || (number >= 0x832 && number <= 0x839) || number == 0x83E;
        vtl_exit exit = rdmsr_exit(number);
        exit.answers.apic_value = 0x123456789ABCDEF0;
        handle(exit);
        if (defined) {
            EXPECT_EQ(out.disposition, VTL_COMPLETED) << std::hex << number;
            EXPECT_EQ(result(), 0x123456789ABCDEF0U);
            expect_request(VTL_REQUEST_APIC_READ, number, 0);
            exit.answers.apic_fault = true;
            handle(exit);
            expect_request(VTL_REQUEST_APIC_READ, number, 0);
        } else {
            expect_request(VTL_REQUEST_NONE, 0, 0);
        }
        expect_gp();
        expect_log(VTL_LOG_NONE, 0, 0);
    }
}

TEST_F(Reads, OffloadedAccessCannotExit) {
    set_x2apic(0, true);
    for (const std::uint32_t number : {0x808U, 0x80BU, 0x83FU}) {
        expect_internal_error(rdmsr_exit(number), GP_PROTECTED);
        expect_internal_error(wrmsr_exit(number, 0), GP_PROTECTED);
    }
}

TEST_F(Reads, SyntheticApic) {
    vtl_exit exit = rdmsr_exit(0x40000070);
    handle(exit);
    expect_gp();
    expect_request(VTL_REQUEST_NONE, 0, 0);
    for (const std::uint32_t number : {0x40000071U, 0x40000072U}) {
        exit = rdmsr_exit(number);
        exit.answers.apic_value = 0xFEDCBA9876543210;
        EXPECT_EQ(handle(exit), VTL_COMPLETED);
        EXPECT_EQ(result(), 0xFEDCBA9876543210U);
        expect_request(VTL_REQUEST_APIC_READ, number, 0);
        exit.answers.apic_fault = true;
        handle(exit);
        expect_gp();
        expect_request(VTL_REQUEST_APIC_READ, number, 0);
    }
    vtl(0).apic_base = 0;
    rdmsr(0x40000071);
    expect_gp();
    expect_request(VTL_REQUEST_NONE, 0, 0);
    EXPECT_EQ(rdmsr(0x40000072), VTL_COMPLETED);
    expect_read(0x40000023, 200'000'000);
}

TEST_F(Reads, ReferenceTimeAsksTheClock) {
    vtl_exit exit = rdmsr_exit(0x40000020);
    exit.answers.reference_time = 0x1234567812345678;
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    EXPECT_EQ(result(), 0x1234567812345678U);
    expect_request(VTL_REQUEST_REFERENCE_TIME, 0, 0);
}

TEST_F(Reads, GuestIdleCompletesAndIdles) {
    vtl_exit exit = rdmsr_exit(0x400000F0);
    exit.interruptibility = 3;
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    EXPECT_EQ(result(), 0U);
    EXPECT_EQ(out.interruptibility, 0U);
    expect_request(VTL_REQUEST_IDLE, 0, 0);
}

TEST_F(Reads, TscAuxNeedsTheCapability) {
    config.tsc_aux = false;
    boot(0);
    rdmsr(0xC0000103);
    expect_gp();
}

TEST_F(Reads, UnknownReadsZeroWithOneAttempt) {
    for (const std::uint32_t number :
         {0x0U,        0x2AU,       0x79U,       0xFFFU,      0x1000U,     0x1FFFU,     0x2000U,     0x40000003U,
          0x40000074U, 0x40000085U, 0x400000A0U, 0x400000B8U, 0x400000F1U, 0x40000106U, 0x400001FFU, 0x40000200U,
          0xC0000085U, 0xC0000104U, 0xC00001FFU, 0xC0000200U, 0xC0011028U, 0xC001102AU, 0xFFFFFFFFU}) {
        EXPECT_EQ(rdmsr(number), VTL_COMPLETED) << std::hex << number;
        EXPECT_EQ(result(), 0U) << std::hex << number;
        expect_log(VTL_LOG_UNKNOWN_READ, number, 0);
        expect_no_audit();
    }
}

TEST_F(Reads, Vtl1NeverInterceptsReads) {
    enable_vtl1();
    claim(0x1EFFD557);
    EXPECT_EQ(rdmsr(0xC0000083), VTL_COMPLETED);
    EXPECT_EQ(rdmsr(0x1B), VTL_COMPLETED);
    EXPECT_EQ(rdmsr(0xDA0), VTL_COMPLETED);
}

} // namespace
} // namespace vtl_tests
