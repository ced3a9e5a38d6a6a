// WRMSR by stage.
#include "machine.h"

namespace vtl_tests {
namespace {

class Writes : public Machine {
protected:
    void expect_stored(std::uint32_t number, std::uint64_t value, const std::uint64_t& field) {
        EXPECT_EQ(wrmsr(number, value), VTL_COMPLETED) << std::hex << number;
        EXPECT_EQ(field, value) << std::hex << number;
        expect_log(VTL_LOG_NONE, 0, 0);
    }
    void expect_refused(std::uint32_t number, std::uint64_t value) {
        const vtl_vp vp_before = vp;
        const vtl_partition partition_before = partition;
        const vtl_exit exit = wrmsr_exit(number, value);
        handle(exit);
        expect_gp();
        expect_log(VTL_LOG_NONE, 0, 0);
        expect_only_saved(vp_before, exit);
        EXPECT_TRUE(same_bytes(&partition_before, &partition, sizeof partition)) << std::hex << number;
    }
    // An overlay register that is 0.
    void expect_overlay(std::uint32_t number, std::uint64_t& page) {
        EXPECT_EQ(wrmsr(number, 0x5000), VTL_COMPLETED); // placed but not enabled
        expect_request(VTL_REQUEST_NONE, 0, 0);
        EXPECT_EQ(wrmsr(number, 0x5001), VTL_COMPLETED);
        expect_request(VTL_REQUEST_PAGE_MAP, number, 0x5000);
        EXPECT_EQ(wrmsr(number, 0x5001), VTL_COMPLETED);
        expect_request(VTL_REQUEST_NONE, 0, 0);
        EXPECT_EQ(wrmsr(number, 0xFFFF000000006001), VTL_COMPLETED);
        expect_request(VTL_REQUEST_PAGE_MAP, number, 0xFFFF000000006000);
        vtl_exit exit = wrmsr_exit(number, 0x7001);
        exit.answers.page_refused = true;
        handle(exit);
        expect_gp();
        expect_request(VTL_REQUEST_PAGE_MAP, number, 0x7000);
        EXPECT_EQ(page, 0xFFFF000000006001U);
        exit = wrmsr_exit(number, 0x8000);
        exit.answers.page_refused = true; // nobody is asked about an unmap
        EXPECT_EQ(handle(exit), VTL_COMPLETED);
        expect_request(VTL_REQUEST_PAGE_UNMAP, number, 0xFFFF000000006000);
        EXPECT_EQ(page, 0x8000U);
    }
};

TEST_F(Writes, ApicBaseRules) {
    expect_refused(0x1B, 0xFEE00801);
    expect_refused(0x1B, 0xFEE00A00);
    expect_refused(0x1B, std::uint64_t{1} << 36 | 0xFEE00800);
    expect_refused(0x1B, 0xFEE00400); // EXTD without EN
    EXPECT_EQ(wrmsr(0x1B, 0xFABCDE800), VTL_COMPLETED);
    EXPECT_EQ(vtl(0).apic_base, 0xFABCDE900U); // BSP kept
    EXPECT_EQ(wrmsr(0x1B, 0xFEE00C00), VTL_COMPLETED);
    EXPECT_EQ(vtl(0).apic_base, 0xFEE00D00U);
    expect_request(VTL_REQUEST_NONE, 0, 0);
    expect_refused(0x1B, 0xFEE00800); // x2APIC to xAPIC
    EXPECT_EQ(wrmsr(0x1B, 0xFEE00000), VTL_COMPLETED);
    expect_request(VTL_REQUEST_APIC_RESET, 0x1B, 0xFEE00100);
    EXPECT_EQ(wrmsr(0x1B, 0xFEE00000), VTL_COMPLETED);
    expect_request(VTL_REQUEST_NONE, 0, 0);
    EXPECT_EQ(wrmsr(0x1B, 0xFEE00C00), VTL_COMPLETED); // straight from disabled
}

TEST_F(Writes, ApicBaseCannotSetBsp) {
    boot(1);
    EXPECT_EQ(wrmsr(0x1B, 0xFEE00900), VTL_COMPLETED);
    EXPECT_EQ(vtl(0).apic_base, 0xFEE00800U);
}

TEST_F(Writes, ExtdNeedsTheCapability) {
    config.x2apic_capable = false;
    boot(0);
    expect_refused(0x1B, 0xFEE00C00);
}

TEST_F(Writes, X2apicRegistersAreTheDevices) {
    wrmsr(0x830, 1);
    expect_gp();
    expect_request(VTL_REQUEST_NONE, 0, 0);
    set_x2apic(0, true);
    ASSERT_EQ(control(VTL_SET_APIC_OFFLOAD, 0), VTL_ACCEPTED);
    for (std::uint32_t number = 0x800; number < 0x900; ++number) {
        const bool defined = number == 0x808 || number == 0x80B || number == 0x80F || number == 0x828 ||
                             number == 0x830 || (number >= 0x832 && number <= 0x838) || number == 0x83E ||
                             number == 0x83F;
        vtl_exit exit = wrmsr_exit(number, 0x123456789ABCDEF0);
        handle(exit);
        if (defined) {
            EXPECT_EQ(out.disposition, VTL_COMPLETED) << std::hex << number;
            exit.answers.apic_fault = true;
            handle(exit);
            expect_request(VTL_REQUEST_APIC_WRITE, number, 0x123456789ABCDEF0);
        } else {
            expect_request(VTL_REQUEST_NONE, 0, 0);
        }
        expect_gp();
    }
}

TEST_F(Writes, SyntheticApic) {
    expect_refused(0x40000023, 1);
    EXPECT_EQ(wrmsr(0x40000070, 0x1234), VTL_COMPLETED);
    expect_request(VTL_REQUEST_APIC_WRITE, 0x40000070, 0);
    EXPECT_EQ(wrmsr(0x40000071, ~std::uint64_t{0}), VTL_COMPLETED);
    expect_request(VTL_REQUEST_APIC_WRITE, 0x40000071, 0xFF000000000CCFFF);
    EXPECT_EQ(wrmsr(0x40000072, 0xFF), VTL_COMPLETED);
    expect_request(VTL_REQUEST_APIC_WRITE, 0x40000072, 0xF0);
    expect_refused(0x40000072, 0x100);
    expect_request(VTL_REQUEST_NONE, 0, 0);
    vtl_exit exit = wrmsr_exit(0x40000072, 0x20);
    exit.answers.apic_fault = true;
    handle(exit);
    expect_gp();
    set_x2apic(0, true);
    EXPECT_EQ(wrmsr(0x40000071, ~std::uint64_t{0}), VTL_COMPLETED);
    expect_request(VTL_REQUEST_APIC_WRITE, 0x40000071, 0xFFFFFFFF000CCFFF);
    vtl(0).apic_base = 0;
    expect_refused(0x40000070, 0);
    expect_refused(0x40000071, 0);
    EXPECT_EQ(wrmsr(0x40000072, 0), VTL_COMPLETED);
}

TEST_F(Writes, OverlayPages) {
    expect_overlay(0x40000001, partition.vtl[0].hypercall);
    expect_overlay(0x40000021, partition.vtl[0].reference_tsc);
    expect_overlay(0x40000073, vtl(0).vp_assist);
    expect_overlay(0x40000082, vtl(0).synic.siefp);
    expect_overlay(0x40000083, vtl(0).synic.simp);
}

TEST_F(Writes, OverlayReservedBits) {
    expect_refused(0x40000001, 0x5005);
    expect_refused(0x40000001, 0x5800);
    expect_refused(0x40000021, 0x5003);
    expect_refused(0x40000073, 0x5003);
    expect_stored(0x40000082, 0x5FFF, vtl(0).synic.siefp);
    expect_request(VTL_REQUEST_PAGE_MAP, 0x40000082, 0x5000);
    expect_stored(0x40000083, 0x5FFE, vtl(0).synic.simp);
}

TEST_F(Writes, LockedHypercallPage) {
    expect_stored(0x40000001, 0x5003, partition.vtl[0].hypercall);
    expect_request(VTL_REQUEST_PAGE_MAP, 0x40000001, 0x5000);
    expect_refused(0x40000001, 0x5003);
    expect_refused(0x40000001, 0);
    expect_request(VTL_REQUEST_NONE, 0, 0);
}

TEST_F(Writes, ReadOnlySynthetic) {
    for (const std::uint32_t number : {0x40000002U, 0x40000020U, 0x40000022U, 0x40000081U})
        expect_refused(number, 0);
    EXPECT_EQ(wrmsr(0x40000084, 5), VTL_COMPLETED);
    expect_log(VTL_LOG_NONE, 0, 0);
}

TEST_F(Writes, SyntheticAnyValue) {
    constexpr std::uint64_t any = 0xFEDCBA9876543210;
    expect_stored(0x40000000, any, partition.vtl[0].guest_os_id);
    expect_stored(0x40000080, any, vtl(0).synic.scontrol);
    for (std::uint32_t n = 0; n < 4; ++n)
        expect_stored(0x400000B0 + 2 * n, any + n, vtl(0).stimer_config[n]);
    for (std::uint32_t n = 0; n < 5; ++n)
        expect_stored(0x40000100 + n, any + n, vtl(0).crash[n]);
}

TEST_F(Writes, SintOfVtl0RecomputesTheProxyFilter) {
    enable_vtl1();
    for (std::uint32_t n = 0; n < 16; ++n) {
        expect_stored(0x40000090 + n, 0x1000 + n, vtl(0).synic.sint[n]);
        EXPECT_TRUE(out.proxy_filter);
        EXPECT_EQ(out.hypercall, 0U);
        EXPECT_EQ(wrmsr(0x40000090 + n, 0x2000 + n, 1), VTL_COMPLETED);
        EXPECT_EQ(vtl(1).synic.sint[n], 0x2000U + n);
        EXPECT_FALSE(out.proxy_filter);
    }
}

TEST_F(Writes, StimerCountAutoEnables) {
    for (std::uint32_t n = 0; n < 4; ++n) {
        expect_stored(0x400000B1 + 2 * n, 5, vtl(0).stimer_count[n]);
        EXPECT_EQ(vtl(0).stimer_config[n], 0U);
        vtl(0).stimer_config[n] = 8;
        expect_stored(0x400000B1 + 2 * n, 0, vtl(0).stimer_count[n]);
        EXPECT_EQ(vtl(0).stimer_config[n], 8U);
        expect_stored(0x400000B1 + 2 * n, 7, vtl(0).stimer_count[n]);
        EXPECT_EQ(vtl(0).stimer_config[n], 9U);
    }
}

TEST_F(Writes, CrashControlNotifiesForAnyValue) {
    for (const std::uint64_t value : {std::uint64_t{0}, ~std::uint64_t{0}}) {
        EXPECT_EQ(wrmsr(0x40000105, value), VTL_COMPLETED);
        EXPECT_TRUE(out.crash_notify);
        expect_log(VTL_LOG_CRASH, 0x40000105, value);
    }
}

TEST_F(Writes, EferRules) {
    expect_refused(0xC0000080, 0x1800); // SVME
    expect_refused(0xC0000080, 0x802);
    expect_refused(0xC0000080, 0x100); // NXE 0
    EXPECT_EQ(wrmsr(0xC0000080, 0xD01), VTL_COMPLETED);
    EXPECT_EQ(vtl(0).efer, 0x901U); // LMA needs paging
    EXPECT_FALSE(vtl(0).ia32e_guest);
    vtl_exit exit = wrmsr_exit(0xC0000080, 0x900);
    exit.cr0 = PE | PG;
    EXPECT_EQ(handle(exit), VTL_COMPLETED);
    EXPECT_EQ(vtl(0).efer, 0xD00U);
    EXPECT_TRUE(vtl(0).ia32e_guest);
    exit = wrmsr_exit(0xC0000080, 0x800);
    exit.cr0 = PE | PG;
    handle(exit);
    expect_gp();
    EXPECT_EQ(vtl(0).efer, 0xD00U);
    EXPECT_EQ(wrmsr(0xC0000080, 0x800), VTL_COMPLETED); // paging off
    EXPECT_FALSE(vtl(0).ia32e_guest);
}

TEST_F(Writes, SysenterAndSyscall) {
    EXPECT_EQ(wrmsr(0x174, 0x1234567887654321), VTL_COMPLETED);
    EXPECT_EQ(vtl(0).sysenter_cs, 0x87654321U);
    expect_stored(0xC0000081, 0xFFFFFFFFFFFFFFFF, vtl(0).star);
    expect_stored(0xC0000084, 0xFFFFFFFF, vtl(0).sfmask);
    expect_refused(0xC0000084, 0x100000000);
    expect_stored(0xC0000103, 0xFFFFFFFF, vtl(0).tsc_aux);
    expect_refused(0xC0000103, 0x100000000);
}

TEST_F(Writes, CanonicalByConfiguredWidth) {
    std::uint64_t vtl_vtl_state::* const fields[] = {&vtl_vtl_state::sysenter_esp, &vtl_vtl_state::sysenter_eip,
                                                     &vtl_vtl_state::lstar, &vtl_vtl_state::cstar};
    const std::uint32_t numbers[] = {0x175, 0x176, 0xC0000082, 0xC0000083};
    for (unsigned n = 0; n < 4; ++n) {
        config.la57 = false;
        boot(0);
        expect_stored(numbers[n], 0x00007FFFFFFFFFFF, vtl(0).*fields[n]);
        expect_stored(numbers[n], 0xFFFF800000000000, vtl(0).*fields[n]);
        expect_refused(numbers[n], 0x0000800000000000);
        expect_refused(numbers[n], 0xFFFF7FFFFFFFFFFF);
        config.la57 = true;
        boot(0);
        expect_stored(numbers[n], 0x00FFFFFFFFFFFFFF, vtl(0).*fields[n]);
        expect_stored(numbers[n], 0xFF00000000000000, vtl(0).*fields[n]);
        expect_refused(numbers[n], 0x0100000000000000);
        expect_refused(numbers[n], 0xFEFFFFFFFFFFFFFF);
    }
}

TEST_F(Writes, PatTypes) {
    for (unsigned position = 0; position < 8; ++position)
        for (std::uint64_t type = 0; type < 256; ++type) {
            const bool valid = type < 8 && type != 2 && type != 3;
            if (valid)
                expect_stored(0x277, type << (8 * position), vtl(0).pat);
            else
                expect_refused(0x277, type << (8 * position));
        }
}

TEST_F(Writes, XssSubset) {
    expect_stored(0xDA0, 0x1800, vtl(0).xss);
    expect_refused(0xDA0, 0x400);
    expect_refused(0xDA0, 0x100);
    config.xss_supported = ~std::uint64_t{0};
    boot(0);
    expect_stored(0xDA0, 0x1C00, vtl(0).xss);
    expect_refused(0xDA0, 0x2000);
}

TEST_F(Writes, TscAuxNeedsTheCapability) {
    config.tsc_aux = false;
    boot(0);
    expect_refused(0xC0000103, 0);
}

TEST_F(Writes, IgnoredWithoutAttempt) {
    for (const std::uint32_t number :
         {0x1A0U, 0x2FFU, 0x79U, 0x34U, 0x4EU, 0xCEU, 0xE1U, 0x140U, 0x606U, 0x611U, 0x619U, 0x639U, 0xC0011029U}) {
        const vtl_vp before = vp;
        EXPECT_EQ(wrmsr(number, ~std::uint64_t{0}), VTL_COMPLETED) << std::hex << number;
        expect_log(VTL_LOG_NONE, 0, 0);
        expect_only_saved(before, wrmsr_exit(number, 0));
    }
    EXPECT_EQ(wrmsr(0x8B, 0), VTL_COMPLETED);
    expect_refused(0x8B, std::uint64_t{1} << 32);
    EXPECT_EQ(wrmsr(0x17A, 7), VTL_COMPLETED);
    expect_refused(0x17A, 8);
    expect_read(0x17A, 0);
}

TEST_F(Writes, UnknownIsIgnoredWithOneAttempt) {
    for (const std::uint32_t number :
         {0x10U, 0x17U, 0x3AU, 0xFEU, 0x179U, 0x6E0U, 0x1FFFU, 0x40000003U, 0x400000F0U, 0xC0000085U, 0xC0011028U}) {
        const vtl_vp before = vp;
        EXPECT_EQ(wrmsr(number, 0x1122334455667788), VTL_COMPLETED) << std::hex << number;
        expect_log(VTL_LOG_UNKNOWN_WRITE, number, 0x1122334455667788);
        EXPECT_EQ(out.rip, 0x1002U);
        expect_only_saved(before, wrmsr_exit(number, 0));
    }
}

} // namespace
} // namespace vtl_tests
