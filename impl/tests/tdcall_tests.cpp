// TDCALL: who may call, the MSR services, the vendor calls.
#include "machine.h"

namespace vtl_tests {
namespace {

constexpr std::uint64_t INVALID_OPERAND = 0x8000000000000000;

class Tdcall : public Machine {
protected:
    vtl_synic_state& synic() { return shared().untrusted_synic; }

    void expect_ud(const vtl_exit& exit) {
        EXPECT_EQ(handle(exit), VTL_FAULT_UD);
        EXPECT_EQ(out.event, UD);
        expect_no_audit();
        expect_unchanged_processor(exit);
        expect_log(VTL_LOG_NONE, 0, 0);
    }
    void expect_read_msr(std::uint64_t r12, std::uint64_t value) {
        const vtl_exit exit = tdcall_exit(0, 0x1F, r12, 0x1313);
        EXPECT_EQ(handle(exit), VTL_COMPLETED);
        EXPECT_EQ(out.gpr[VTL_R10], 0U);
        EXPECT_EQ(out.gpr[VTL_R11], value) << std::hex << r12;
        EXPECT_EQ(out.gpr[VTL_RAX], exit.gpr[VTL_RAX]);
        EXPECT_EQ(out.gpr[VTL_RDX], exit.gpr[VTL_RDX]);
        EXPECT_EQ(out.rip, 0x1004U);
        expect_log(VTL_LOG_NONE, 0, 0);
    }
    void expect_write_msr(std::uint64_t r12, std::uint64_t value) {
        const vtl_exit exit = tdcall_exit(0, 0x20, r12, value);
        EXPECT_EQ(handle(exit), VTL_COMPLETED);
        EXPECT_EQ(out.gpr[VTL_R10], 0U) << std::hex << r12;
        EXPECT_EQ(out.gpr[VTL_R11], 0x20U);
        EXPECT_FALSE(out.proxy_filter);
        expect_log(VTL_LOG_NONE, 0, 0);
    }
    void expect_failure(const vtl_exit& exit, vtl_log_site site, std::uint32_t number, std::uint64_t value) {
        const vtl_vp before = vp;
        EXPECT_EQ(handle(exit), VTL_COMPLETED);
        EXPECT_EQ(out.gpr[VTL_R10], INVALID_OPERAND);
        EXPECT_EQ(out.gpr[VTL_R11], exit.gpr[VTL_R11]);
        EXPECT_EQ(out.rip, 0x1004U);
        EXPECT_EQ(out.hypercall, 0U);
        expect_log(site, number, value);
        expect_only_saved(before, exit);
    }
};

TEST_F(Tdcall, CplIsInTheExitInformationNotInTheGuestsR12) {
    vtl_exit exit = tdcall_exit(0, 0x1F, 0x40000081); // a number whose low bits would make a CPL
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    exit.info[VTL_INFO_R12] = 3;
    EXPECT_EQ(handle(exit), VTL_FAULT_GP);
    EXPECT_EQ(out.event, GP_PROTECTED);
    expect_no_audit();
    expect_unchanged_processor(exit);
}

TEST_F(Tdcall, FunctionIsInTheGuestsR11NotInTheExitInformation) {
    vtl_exit exit = tdcall_exit(0, 0x1F, 0x40000002);
    exit.info[VTL_INFO_R11] = std::uint64_t{6} << 32 | 0x20;
    exit.info[VTL_INFO_R10] = 0x5C;
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    EXPECT_EQ(out.gpr[VTL_R11], 0U);
    EXPECT_EQ(out.rip, 0x1006U); // the reported length, not a constant
}

TEST_F(Tdcall, Vtl1IsRefused) {
    enable_vtl1();
    vtl_exit exit = tdcall_exit(0, 0x1F, 0x40000000);
    exit.vtl = 1;
    expect_ud(exit);
    exit.info[VTL_INFO_R12] = 1; // the CPL comes first
    EXPECT_EQ(handle(exit), VTL_FAULT_GP);
}

TEST_F(Tdcall, ServiceNotOffered) {
    config.untrusted_synic = false;
    boot(0);
    expect_ud(tdcall_exit(0, 0x1F, 0x40000000));
    expect_ud(tdcall_exit(0x5C, 0));
}

TEST_F(Tdcall, OnlyLeafZero) {
    for (const std::uint64_t leaf : {1ULL, 25ULL, 0x100000000ULL}) {
        vtl_exit exit = tdcall_exit(0, 0x1F, 0x40000000);
        exit.gpr[VTL_RAX] = leaf;
        expect_ud(exit);
    }
}

TEST_F(Tdcall, ReadsTheTrustedPairAndTheUntrustedSynic) {
    boot(4);
    partition.vtl[0].guest_os_id = 0x1122334455667788;
    synic().scontrol = 0xABCDEF0000000001;
    synic().siefp = 0x5001;
    synic().simp = 0x6001;
    vtl(0).synic.simp = 0x7001;
    for (unsigned n = 0; n < 16; ++n) {
        synic().sint[n] = 0x300000000 + n;
        vtl(0).synic.sint[n] = n;
    }
    expect_read_msr(0x40000000, 0x1122334455667788);
    expect_read_msr(0xFFFFFFFF40000000, 0x1122334455667788);
    expect_read_msr(0x40000002, 4);
    expect_read_msr(0x40000080, 0xABCDEF0000000001);
    expect_read_msr(0x40000081, 1);
    expect_read_msr(0x40000082, 0x5001);
    expect_read_msr(0x40000083, 0x6001);
    expect_read_msr(0x40000084, 0);
    for (unsigned n = 0; n < 16; ++n)
        expect_read_msr(0x40000090 + n, 0x300000000 + n);
}

TEST_F(Tdcall, OtherReadsFail) {
    for (const std::uint32_t number : {0x1BU, 0x10U, 0x40000001U, 0x40000020U, 0x40000023U, 0x40000070U, 0x40000073U,
                                       0x4000008FU, 0x400000A0U, 0x400000B0U, 0x40000100U, 0x40000105U, 0xC0000080U})
        expect_failure(tdcall_exit(0, 0x1F, 0x500000000 | number, 0x77), VTL_LOG_TDVMCALL_READ, number, 0);
}

TEST_F(Tdcall, Writes) {
    expect_write_msr(0xABCD000040000000, 0x1122334455667788);
    EXPECT_EQ(partition.vtl[0].guest_os_id, 0x1122334455667788U);
    expect_write_msr(0x40000080, ~std::uint64_t{0});
    EXPECT_EQ(synic().scontrol, ~std::uint64_t{0});
    EXPECT_EQ(vtl(0).synic.scontrol, 1U);
    expect_write_msr(0x40000084, 1);
    EXPECT_EQ(out.hypercall, 0U);
}

TEST_F(Tdcall, SintWritesReachTheHost) {
    for (std::uint32_t n = 0; n < 16; ++n) {
        expect_write_msr(0x40000090 + n, 0xFEDC000000000000 + n);
        EXPECT_EQ(synic().sint[n], 0xFEDC000000000000 + n);
        EXPECT_EQ(vtl(0).synic.sint[n], 0x10000U);
        EXPECT_EQ(out.hypercall, 0x51U);
        EXPECT_EQ(out.hypercall_vtl, 0U);
        EXPECT_EQ(out.hypercall_register, 0x000A0000U + n);
        EXPECT_EQ(out.hypercall_value, 0xFEDC000000000000 + n);
    }
}

TEST_F(Tdcall, PagesAreLocked) {
    for (const std::uint32_t number : {0x40000082U, 0x40000083U}) {
        std::uint64_t& page = number == 0x40000082 ? synic().siefp : synic().simp;
        expect_write_msr(number, 0x5FFF);
        expect_request(VTL_REQUEST_PAGE_LOCK, number, 0x5000);
        expect_write_msr(number, 0x5001);
        expect_request(VTL_REQUEST_NONE, 0, 0);
        expect_write_msr(number, 0x6001);
        expect_request(VTL_REQUEST_PAGE_LOCK, number, 0x6000);
        vtl_exit exit = tdcall_exit(0, 0x20, number, 0x7001);
        exit.answers.page_refused = true;
        expect_failure(exit, VTL_LOG_TDVMCALL_WRITE, number, 0x7001);
        expect_request(VTL_REQUEST_PAGE_LOCK, number, 0x7000);
        expect_write_msr(number, 0x8000);
        expect_request(VTL_REQUEST_PAGE_UNLOCK, number, 0x6000);
        EXPECT_EQ(page, 0x8000U);
    }
}

TEST_F(Tdcall, OtherWritesFail) {
    for (const std::uint32_t number : {0x1BU, 0x40000001U, 0x40000002U, 0x40000081U, 0x400000A0U, 0x400000B1U})
        expect_failure(tdcall_exit(0, 0x20, number, 0x1122334455667788), VTL_LOG_TDVMCALL_WRITE, number,
                       0x1122334455667788);
}

TEST_F(Tdcall, FunctionIsComparedInFull) {
    expect_failure(tdcall_exit(0, 0x10000001F, 0x40000000, 9), VTL_LOG_TDVMCALL_FUNCTION, 0x1F, 0);
    expect_failure(tdcall_exit(0, 0x10020, 0x40000000, 9), VTL_LOG_TDVMCALL_FUNCTION, 0x10020, 0);
    expect_failure(tdcall_exit(0, 0, 0x40000000, 9), VTL_LOG_TDVMCALL_FUNCTION, 0, 0);
}

TEST_F(Tdcall, PostMessageAndSignalEventAreForwarded) {
    for (const std::uint64_t r10 : {0x5CULL, 0x5DULL, 0xFFFF00000001005CULL}) {
        vtl_exit exit = tdcall_exit(r10, 0x1F, 0x40000000);
        exit.answers.hypercall_result = 0x1234567800000013;
        EXPECT_EQ(handle(exit), VTL_COMPLETED);
        EXPECT_EQ(out.gpr[VTL_R10], 0U);
        EXPECT_EQ(out.gpr[VTL_R11], 0x1234567800000013U);
        expect_request(VTL_REQUEST_VENDOR_CALL, static_cast<std::uint32_t>(r10 & 0xFFFF), r10);
        expect_log(VTL_LOG_NONE, 0, 0);
    }
}

TEST_F(Tdcall, OtherVendorCallsAreInvalid) {
    for (const std::uint64_t r10 : {0x5BULL, 0x5EULL, 0xAAAABBBBCCCC0000ULL}) {
        vtl_exit exit = tdcall_exit(r10, 0x1F, 0x40000000);
        exit.answers.hypercall_result = 99;
        EXPECT_EQ(handle(exit), VTL_COMPLETED);
        EXPECT_EQ(out.gpr[VTL_R10], 0U);
        EXPECT_EQ(out.gpr[VTL_R11], 2U);
        EXPECT_EQ(out.rip, 0x1004U);
        expect_request(VTL_REQUEST_NONE, 0, 0);
        expect_log(VTL_LOG_TDVMCALL_FUNCTION, static_cast<std::uint32_t>(r10), 0);
    }
}

} // namespace
} // namespace vtl_tests
