// Get and SetVpRegisters, register by register: gates, places, value rules.
#include "machine.h"
#include "registers.h"

namespace vtl_tests {
namespace {

constexpr std::uint64_t DONE = 0x1'0000'0000; // one entry, success
constexpr std::uint64_t BAD_PARAMETER = 5;
constexpr std::uint64_t DENIED = 6;
constexpr std::uint64_t BAD_VALUE = 0x50;

std::uint64_t gate(const Register& r, std::uint32_t own, std::uint32_t target) {
    switch (r.gate) {
    case 'l':
    case 't':
        return target == own ? DENIED : 0;
    case 'e':
        return target == own ? BAD_PARAMETER : 0;
    case 'd':
        return target == 1 ? 0 : DENIED;
    case 'p':
        return target == 1 ? 0 : BAD_PARAMETER;
    case 'v':
    case 'o':
        return 0;
    default:
        return BAD_PARAMETER;
    }
}

class Registers : public Machine {
protected:
    Registers() {
        enable_vtl1();
        enable_vsm();
        vtl(0).rflags = 2;
    }
    void set_ok(std::uint32_t name, std::uint64_t value, std::uint64_t high = 0) {
        expect_status(set_exit(name, value, USE_VTL0, 1, high), DONE);
    }
    // Refused with no effect but the record.
    void set_bad(std::uint32_t name, std::uint64_t value, std::uint64_t high = 0, std::uint64_t status = BAD_VALUE) {
        const vtl_exit exit = set_exit(name, value, USE_VTL0, 1, high);
        const vtl_vp before = vp;
        const vtl_partition partition_before = partition;
        expect_status(exit, status);
        expect_only_saved(before, exit);
        EXPECT_TRUE(same_bytes(&partition_before, &partition, sizeof partition));
        EXPECT_EQ(out.request, VTL_REQUEST_NONE) << std::hex << name << ' ' << value;
    }
    void expect_stored(std::uint32_t name, std::uint64_t value, const std::uint64_t& field) {
        set_ok(name, value);
        EXPECT_EQ(field, value) << std::hex << name;
        expect_request(VTL_REQUEST_NONE, 0, 0);
    }
    void expect_module(std::uint32_t name, std::uint64_t value, std::uint64_t high, std::uint64_t sent_high) {
        set_ok(name, value, high);
        expect_request(VTL_REQUEST_REGISTER_WRITE, name, value);
        EXPECT_EQ(out.request_high, sent_high) << std::hex << name;
        EXPECT_EQ(out.request_vtl, 0U);
    }
};

TEST_F(Registers, Gates) {
    for (const Register& r : all_registers())
        for (const std::uint32_t own : {0U, 1U})
            for (std::uint32_t target = 0; target <= own; ++target) {
                const auto byte = static_cast<std::uint8_t>(0x10 | target);
                handle(get_exit(r.name, byte, own));
                std::uint64_t status = gate(r, own, target);
                EXPECT_EQ(out.gpr[VTL_RAX] & 0xFFFF, status != 0 ? status
                                                     : r.get     ? 0
                                                                 : BAD_PARAMETER)
                    << std::hex << r.name << ' ' << own << target;
                handle(set_exit(r.name, 0, byte, own));
                if (status != 0 || !r.set) {
                    EXPECT_EQ(out.gpr[VTL_RAX] & 0xFFFF, status != 0 ? status : BAD_PARAMETER)
                        << std::hex << r.name << ' ' << own << target;
                    EXPECT_EQ(out.request, VTL_REQUEST_NONE);
                } else {
                    EXPECT_NE(out.gpr[VTL_RAX] & 0xFFFF, DENIED) << std::hex << r.name;
                }
            }
}

TEST_F(Registers, GatesComeBeforeValues) {
    expect_status(set_exit(0x00080004, 0x22, 0, 1), DENIED);         // Pat of the own VTL
    expect_status(set_exit(0x000E0000, ~0ULL, USE_VTL0, 1), DENIED); // CrInterceptControl of VTL0
}

TEST_F(Registers, TscAuxNeedsTheProcessor) {
    expect_stored(0x0008007B, 0xFFFFFFFF, vtl(0).tsc_aux);
    set_bad(0x0008007B, 0x100000000);
    partition.config.tsc_aux = false;
    set_bad(0x0008007B, 0, 0, BAD_PARAMETER);
    expect_status(get_exit(0x0008007B, USE_VTL0, 1), BAD_PARAMETER);
    expect_status(get_exit(0x0008007B, 0, 1), DENIED); // the lower gate comes first
}

TEST_F(Registers, VsmStatusNeedsThePrivilegeInVtl0Only) {
    for (const std::uint32_t name : {0x000D0003U, 0x000D0004U, 0x000D0006U}) {
        expect_status(get_exit(name, 0, 0), DONE);
        partition.config.access_vsm = false;
        expect_status(get_exit(name, 0, 0), DENIED);
        expect_status(get_exit(name, USE_VTL0, 1), DONE);
        partition.config.access_vsm = true;
    }
}

TEST_F(Registers, StateReads) {
    struct Case {
        std::uint32_t name;
        std::uint64_t* field;
    };
    const Case cases[] = {{0x00020004, &vtl(0).rsp},
                          {0x00020010, &vtl(0).rip},
                          {0x00020011, &vtl(0).rflags},
                          {0x00040000, &vtl(0).cr0},
                          {0x00040003, &vtl(0).cr4},
                          {0x00080001, &vtl(0).efer},
                          {0x00080003, &vtl(0).apic_base},
                          {0x00080004, &vtl(0).pat},
                          {0x00080005, &vtl(0).sysenter_cs},
                          {0x00080006, &vtl(0).sysenter_eip},
                          {0x00080007, &vtl(0).sysenter_esp},
                          {0x00080008, &vtl(0).star},
                          {0x00080009, &vtl(0).lstar},
                          {0x0008000A, &vtl(0).cstar},
                          {0x0008000B, &vtl(0).sfmask},
                          {0x0008007B, &vtl(0).tsc_aux},
                          {0x0008008B, &vtl(0).xss},
                          {0x00040005, &shared().xcr0},
                          {0x00090013, &vtl(0).vp_assist},
                          {0x000A0010, &vtl(0).synic.scontrol},
                          {0x000A0012, &vtl(0).synic.siefp},
                          {0x000A0013, &vtl(0).synic.simp},
                          {0x000A0000, &vtl(0).synic.sint[0]},
                          {0x000A000F, &vtl(0).synic.sint[15]},
                          {0x000B0000, &vtl(0).stimer_config[0]},
                          {0x000B0001, &vtl(0).stimer_count[0]},
                          {0x000B0006, &vtl(0).stimer_config[3]},
                          {0x000B0007, &vtl(0).stimer_count[3]}};
    std::uint64_t value = 0x123456789ABCDE00;
    for (const Case& c : cases) {
        *c.field = ++value;
        expect_status(get_exit(c.name, USE_VTL0, 1), DONE);
        EXPECT_EQ(out.result, value) << std::hex << c.name;
        EXPECT_EQ(out.result_high, 0U);
        expect_request(VTL_REQUEST_NONE, 0, 0);
    }
}

TEST_F(Registers, SharedGprsAreTheGuests) {
    for (std::uint32_t n = 0; n < 16; ++n)
        if (n != VTL_RSP) {
            const vtl_exit exit = get_exit(0x00020000 + n, USE_VTL0, 1);
            expect_status(exit, DONE);
            EXPECT_EQ(out.result, exit.gpr[n]);
        }
}

TEST_F(Registers, ModuleReads) {
    for (const Register& r : all_registers()) {
        const bool module = r.gate == 'l' && (r.name >> 16 == 5 || r.name >> 16 == 6 || r.name >> 16 == 7 ||
                                              r.name == 0x00040001 || r.name == 0x00040002 || r.name == 0x00040004 ||
                                              r.name == 0x00080002 || (r.name >= 0x0008008D && r.name <= 0x00080093));
        if (!module)
            continue;
        vtl_exit exit = get_exit(r.name, USE_VTL0, 1);
        expect_status(exit, DONE);
        expect_request(VTL_REQUEST_REGISTER_READ, r.name, 0);
        EXPECT_EQ(out.request_vtl, 0U);
        EXPECT_EQ(out.result, 0x1111222233334444U);
        EXPECT_EQ(out.result_high, 0x5555666677778888U);
        expect_audit(VTL_ORIGIN_VTL1, VTL_OPERATION_GET, 0, r.name, VTL_ROUTE_TDX_MODULE, VTL_VERDICT_GRANTED, 0);
        exit.answers.module_refused = true;
        expect_status(exit, 0x71);
        expect_request(VTL_REQUEST_REGISTER_READ, r.name, 0);
        EXPECT_EQ(out.result, 0U);
        EXPECT_EQ(out.result_high, 0U);
        expect_audit(VTL_ORIGIN_VTL1, VTL_OPERATION_GET, 0, r.name, VTL_ROUTE_TDX_MODULE, VTL_VERDICT_FAILED, 0x71);
    }
}

TEST_F(Registers, ConstantsAndStatus) {
    const auto expect_value = [this](std::uint32_t name, std::uint64_t value) {
        expect_status(get_exit(name, USE_VTL0, 1), DONE);
        EXPECT_EQ(out.result, value) << std::hex << name;
        EXPECT_EQ(out.result_high, 0U);
    };
    expect_value(0x000A0011, 1);
    expect_value(0x000A0014, 0);
    expect_value(0x000D0002, 0x2600F);
    expect_value(0x000D0006, 0x20003);
    expect_value(0x000D0003, 0x10001); // the caller's VTL, not the target's
    slots[0].enable_called = true;
    shared().vp_mbec = true;
    expect_value(0x000D0003, 0x30011);
    expect_value(0x000D0004, 0x10003);
    enable_vsm(true);
    expect_value(0x000D0004, 0x310003);
    partition.vsm.guest_vsm = VTL_VSM_NOT_ENABLED;
    expect_value(0x000D0004, 0x10001);
    partition.vsm.guest_vsm = VTL_VSM_UNSUPPORTED;
    expect_value(0x000D0004, 1);
    partition.config.isolation = VTL_ISOLATION_SNP;
    expect_value(0x000D0006, 0x20002);
}

TEST_F(Registers, CanonicalRules) {
    const std::uint32_t state_names[] = {0x00020010, 0x00080006, 0x00080007, 0x00080009, 0x0008000A};
    const std::uint32_t module_names[] = {0x00080093, 0x0008008D, 0x0008008F, 0x00080092};
    for (const bool la57 : {false, true}) {
        partition.config.la57 = la57;
        const std::uint64_t half = la57 ? std::uint64_t{1} << 56 : std::uint64_t{1} << 47;
        for (const std::uint32_t name : state_names) {
            set_ok(name, half - 4);
            set_bad(name, half);
            set_ok(name, ~std::uint64_t{0} - (half - 1));
            set_bad(name, ~std::uint64_t{0} - half);
        }
        for (const std::uint32_t name : module_names) {
            expect_module(name, half - 0x1000, 0x77, 0);
            set_bad(name, half);
        }
        for (const std::uint32_t name : {0x00070000U, 0x00070001U}) {
            expect_module(name, ~std::uint64_t{0}, half - 1, half - 1); // the low word is padding and the limit
            set_bad(name, 0, half);
        }
    }
}

TEST_F(Registers, CetRules) {
    set_ok(0x0008008D, 0x43F);
    for (unsigned n = 6; n < 10; ++n)
        set_bad(0x0008008D, std::uint64_t{1} << n);
    set_ok(0x0008008D, 0x800);
    set_bad(0x0008008D, 0xC00);
    for (std::uint32_t name = 0x0008008F; name <= 0x00080092; ++name) {
        set_ok(name, 0x1000);
        set_bad(name, 0x1001);
        set_bad(name, 0x1002);
    }
}

TEST_F(Registers, WordsOfTheModule) {
    expect_module(0x00040004, 15, 9, 0);
    set_bad(0x00040004, 16);
    expect_module(0x00050003, ~std::uint64_t{0}, 9, 0);
    expect_module(0x00050005, 0xFFFFFFFF, 9, 0);
    set_bad(0x00050005, 0x100000000);
}

TEST_F(Registers, RflagsBits) {
    for (unsigned n = 0; n < 64; ++n) {
        const std::uint64_t value = 2 | std::uint64_t{1} << n;
        const bool fine = n < 22 && n != 3 && n != 5 && n != 15 && n != 17; // VM needs protected mode
        if (fine)
            expect_stored(0x00020011, value, vtl(0).rflags);
        else
            set_bad(0x00020011, value);
    }
    set_bad(0x00020011, 0);
    vtl(0).cr0 = PE;
    expect_stored(0x00020011, 0x20002, vtl(0).rflags);
    vtl(0).cr0 = PE | PG;
    expect_stored(0x00020011, 0x20002, vtl(0).rflags);
    vtl(0).efer = 0xD00;
    set_bad(0x00020011, 0x20002); // no virtual-8086 mode in long mode
}

TEST_F(Registers, Cr0Rules) {
    vtl(0).efer = 0x900;
    vtl(0).cr4 = 0x20;
    set_ok(0x00040000, 0x1FFAFFC0);
    EXPECT_EQ(vtl(0).cr0, 0x10U); // cleared without a word, ET set
    EXPECT_EQ(vp.controls[0].cr0_read_shadow, 0x10U);
    set_ok(0x00040000, 0x80000001);
    EXPECT_EQ(vtl(0).cr0, 0x80000011U);
    EXPECT_EQ(vtl(0).efer, 0xD00U);
    EXPECT_TRUE(vtl(0).ia32e_guest);
    set_bad(0x00040000, 0x80000000);
    set_bad(0x00040000, 0x100000001);
    set_bad(0x00040000, 0x20000001);
    set_ok(0x00040000, 0x60000001);
    EXPECT_FALSE(vtl(0).ia32e_guest);
    EXPECT_EQ(vtl(0).efer, 0x900U);
    vtl(0).cr4 = 0;
    set_bad(0x00040000, 0x80000001); // long mode needs PAE
    vtl(0).cr4 = 0x800020;
    set_bad(0x00040000, 0x80000001); // CET needs WP
    set_ok(0x00040000, 0x80010001);
    vtl(0).cr4 = 0x20020;
    set_bad(0x00040000, 0x00010001); // PCIDE needs long mode
    vtl(0).cr4 = 0x20;
    vtl(0).rflags = 0x20002;
    set_bad(0x00040000, 0x80000001); // VM is no long mode's
}

TEST_F(Registers, Cr4Rules) {
    vtl(0).cr0 = PE | PG | 0x10000;
    vtl(0).efer = 0xD00;
    for (unsigned n = 0; n < 64; ++n) {
        const std::uint64_t value = 0x20 | std::uint64_t{1} << n;
        if ((std::uint64_t{0xB71FFF} >> n & 1) != 0) {
            expect_stored(0x00040003, value, vtl(0).cr4);
            EXPECT_EQ(vp.controls[0].cr4_read_shadow, value);
            partition.config.cr4_allowed = ~(std::uint64_t{1} << n) | 0x20;
            if (n != 5)
                set_bad(0x00040003, value);
            partition.config.cr4_allowed = ~std::uint64_t{0};
        } else {
            set_bad(0x00040003, value);
        }
    }
    set_bad(0x00040003, 0); // long mode needs PAE
    vtl(0).cr0 = PE | PG;
    set_bad(0x00040003, 0x800020);
    vtl(0).cr0 = PE;
    set_bad(0x00040003, 0x20020);
    set_ok(0x00040003, 0);
}

TEST_F(Registers, EferRules) {
    vtl(0).cr0 = PE;
    set_ok(0x00080001, 0xD01);
    EXPECT_EQ(vtl(0).efer, 0x901U);
    set_bad(0x00080001, 0x101);
    set_bad(0x00080001, 0x1800);
    vtl(0).cr0 = PE | PG;
    set_ok(0x00080001, 0x900);
    EXPECT_EQ(vtl(0).efer, 0xD00U);
    EXPECT_TRUE(vtl(0).ia32e_guest);
    set_bad(0x00080001, 0x800);
}

TEST_F(Registers, Xcr0Rules) {
    partition.config.xcr0_supported = 0x602FF;
    for (const std::uint64_t good : {0x1ULL, 0x3ULL, 0x7ULL, 0xE7ULL, 0x1FULL, 0x60001ULL, 0x201ULL, 0x602FFULL}) {
        set_ok(0x00040005, good);
        EXPECT_EQ(shared().xcr0, good);
        expect_request(VTL_REQUEST_REGISTER_WRITE, 0x00040005, good);
    }
    for (const std::uint64_t bad : {0x0ULL, 0x2ULL, 0x5ULL, 0x9ULL, 0x11ULL, 0x27ULL, 0x67ULL, 0xE3ULL, 0x20001ULL,
                                    0x40001ULL, 0x101ULL, 0x80001ULL})
        set_bad(0x00040005, bad);
    partition.config.xcr0_supported = 0x602FE; // every processor has x87
    set_ok(0x00040005, 1);
    set_ok(0x00040005, 0x602FF);
    vtl_exit exit = set_exit(0x00040005, 7, USE_VTL0, 1);
    exit.answers.module_refused = true;
    expect_status(exit, 0x71);
    EXPECT_EQ(shared().xcr0, 0x602FFU); // nothing is stored
}

TEST_F(Registers, MsrRulesAreThoseOfWrmsr) {
    expect_stored(0x00080004, 0x0605040100070605, vtl(0).pat);
    set_bad(0x00080004, 2);
    set_ok(0x00080005, 0x1234567887654321);
    EXPECT_EQ(vtl(0).sysenter_cs, 0x87654321U);
    expect_stored(0x00080008, ~std::uint64_t{0}, vtl(0).star);
    expect_stored(0x0008000B, 0xFFFFFFFF, vtl(0).sfmask);
    set_bad(0x0008000B, 0x100000000);
    expect_stored(0x0008008B, 0x1800, vtl(0).xss);
    set_bad(0x0008008B, 0x400);
}

TEST_F(Registers, ApicBase) {
    for (const std::uint32_t own : {0U, 1U}) {
        expect_status(set_exit(0x00080003, vtl(own).apic_base, 0, own), DONE);
        expect_status(set_exit(0x00080003, vtl(own).apic_base ^ 0x1000, 0, own), BAD_PARAMETER);
    }
    set_ok(0x00080003, 0xFEE00D00);
    EXPECT_EQ(vtl(0).apic_base, 0xFEE00D00U);
    EXPECT_FALSE(vtl_msr_access_exits(&vp, 0, 0x808, true)); // the bitmap follows
    set_bad(0x00080003, 0xFEE00800);
    set_ok(0x00080003, 0xFEE00000);
    expect_request(VTL_REQUEST_APIC_RESET, 0x1B, 0xFEE00100);
}

TEST_F(Registers, SynicOfEitherVtl) {
    for (std::uint32_t n = 0; n < 16; ++n) {
        expect_status(set_exit(0x000A0000 + n, 0xABC0 + n, USE_VTL0, 1), DONE);
        EXPECT_EQ(vtl(0).synic.sint[n], 0xABC0 + n);
        EXPECT_TRUE(out.proxy_filter);
        expect_status(set_exit(0x000A0000 + n, 0xDEF0 + n, 0, 1), DONE);
        EXPECT_EQ(vtl(1).synic.sint[n], 0xDEF0 + n);
        EXPECT_FALSE(out.proxy_filter);
    }
    const vtl_vtl_state before = vtl(0);
    set_ok(0x000A0014, ~std::uint64_t{0});
    EXPECT_TRUE(same_bytes(&before, &vtl(0), sizeof before));
}

TEST_F(Registers, Pages) {
    struct Case {
        std::uint32_t name, number;
        std::uint64_t* page;
        std::uint64_t refused;
    };
    const Case cases[] = {{0x000A0012, 0x40000082, &vtl(0).synic.siefp, BAD_PARAMETER},
                          {0x000A0013, 0x40000083, &vtl(0).synic.simp, BAD_PARAMETER},
                          {0x00090013, 0x40000073, &vtl(0).vp_assist, BAD_VALUE}};
    for (const Case& c : cases) {
        set_ok(c.name, 0x5001);
        expect_request(VTL_REQUEST_PAGE_MAP, c.number, 0x5000);
        vtl_exit exit = set_exit(c.name, 0x6001, USE_VTL0, 1);
        exit.answers.page_refused = true;
        expect_status(exit, c.refused);
        expect_request(VTL_REQUEST_PAGE_MAP, c.number, 0x6000);
        expect_audit(VTL_ORIGIN_VTL1, VTL_OPERATION_SET, 0, c.name, VTL_ROUTE_NONE, VTL_VERDICT_FAILED,
                     static_cast<std::uint16_t>(c.refused));
        EXPECT_EQ(*c.page, 0x5001U);
        set_ok(c.name, 0x5000);
        expect_request(VTL_REQUEST_PAGE_UNMAP, c.number, 0x5000);
    }
    set_bad(0x00090013, 0x5003);
    expect_stored(0x000A0012, 0x5FFE, vtl(0).synic.siefp);
}

TEST_F(Registers, StimerCountEnables) {
    expect_stored(0x000B0004, 8, vtl(0).stimer_config[2]);
    expect_stored(0x000B0005, 0, vtl(0).stimer_count[2]);
    EXPECT_EQ(vtl(0).stimer_config[2], 8U);
    expect_stored(0x000B0005, 5, vtl(0).stimer_count[2]);
    EXPECT_EQ(vtl(0).stimer_config[2], 9U);
}

TEST_F(Registers, SystemSegments) {
    const auto segment = [](std::uint64_t attributes, std::uint64_t limit = 0x67, std::uint64_t selector = 0x40) {
        return attributes << 48 | selector << 32 | limit;
    };
    expect_module(0x00060006, 0x1000, segment(0x82), segment(0x82));
    expect_module(0x00060007, 0x1000, segment(0x8B), segment(0x8B));
    set_ok(0x00060006, 0x1000, segment(0x1D, 0, 7)); // not present: only the base counts
    set_bad(0x00060006, 0x800000000000, segment(0));
    set_bad(0x00060007, 0x800000000000, segment(0x8B));
    set_bad(0x00060007, 0x1000, segment(0x0B)); // TR must be present
    set_bad(0x00060007, 0x1000, segment(0x83)); // 16-bit TSS
    for (const std::uint64_t bad : {0x83ULL, 0x8BULL, 0x92ULL, 0x182ULL, 0x882ULL})
        set_bad(0x00060006, 0x1000, segment(bad));
    set_bad(0x00060006, 0x1000, segment(0x82, 0x67, 4)); // table indicator
    set_bad(0x00060006, 0x1000, segment(0x82, 0x100000));
    set_ok(0x00060006, 0x1000, segment(0x82, 0xFFFFF));
    set_ok(0x00060006, 0x1000, segment(0x8082, 0x100FFF));
    set_bad(0x00060006, 0x1000, segment(0x8082, 0x100FFE));
}

TEST_F(Registers, PendingEvent) {
    for (std::uint64_t vector = 0; vector < 70; ++vector) {
        const bool known = vector == 0 || vector == 1 || (vector >= 3 && vector <= 8) ||
                           (vector >= 10 && vector <= 14) || (vector >= 16 && vector <= 19) || vector == 21;
        const bool code = vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21;
        const std::uint64_t event = vector << 16 | 1;
        if (known) {
            set_ok(0x00010004, event, 0x99);
            EXPECT_EQ(shared().pending_event, event);
            EXPECT_EQ(shared().pending_event_parameter, 0x99U);
        } else {
            set_bad(0x00010004, event);
        }
        if (known && code)
            set_ok(0x00010004, event | 0x100);
        else
            set_bad(0x00010004, event | 0x100);
    }
    for (unsigned n = 1; n < 16; ++n)
        if (n != 8)
            set_bad(0x00010004, 14ULL << 16 | 1 | 1ULL << n);
    set_ok(0x00010004, 0x1234567800200000, 5); // not pending: whatever else it says
    EXPECT_EQ(shared().pending_event, 0U);
    EXPECT_EQ(shared().pending_event_parameter, 0U);
}

TEST_F(Registers, Vina) {
    expect_status(set_exit(0x000D0005, 0x7FF, 0, 1), DONE);
    EXPECT_EQ(shared().vina, 0x7FFU);
    expect_status(set_exit(0x000D0005, 0x800, 0, 1), BAD_PARAMETER);
    expect_status(get_exit(0x000D0005, 0, 1), DONE);
    EXPECT_EQ(out.result, 0x7FFU);
}

TEST_F(Registers, PartitionConfig) {
    constexpr std::uint32_t name = 0x000D0007;
    const auto set = [this](std::uint64_t value, std::uint64_t status) {
        expect_status(set_exit(name, value, 0, 1), status);
    };
    partition.vsm.guest_vsm = VTL_VSM_NOT_ENABLED;
    set(0x80, BAD_VALUE); // before the state
    set(0x1E, 0x51);
    enable_vsm();
    set(0x1C, BAD_VALUE); // R
    set(0x1A, BAD_VALUE); // W
    set(0x0E, BAD_VALUE); // one X without MBEC
    EXPECT_EQ(out.request, VTL_REQUEST_NONE);
    vtl_exit exit = set_exit(name, 0x06, 0, 1);
    exit.answers.page_refused = true;
    expect_status(exit, 8);
    expect_request(VTL_REQUEST_DEFAULT_PROTECTION, 0, 3);
    EXPECT_EQ(partition.vsm.partition_config, 0x1EU);
    set(0x06, DONE);
    EXPECT_EQ(partition.vsm.partition_config, 0x07U); // protection is set in any case
    set(0x06, BAD_VALUE);                             // and stays
    set(0x1F, BAD_VALUE);                             // as the mask
    set(0x67, DONE);
    expect_request(VTL_REQUEST_NONE, 0, 0);
    set(0x07, DONE); // deny startup can go again
    partition.vsm.partition_config = 0x1E;
    enable_vsm(true);
    set(0x0E, DONE);
    expect_request(VTL_REQUEST_DEFAULT_PROTECTION, 0, 7);
}

TEST_F(Registers, SecureConfig) {
    constexpr std::uint32_t name = 0x000D0010;
    const auto set = [this](std::uint64_t value, std::uint64_t status) {
        expect_status(set_exit(name, value, 0, 1), status);
    };
    set(2, DONE);
    EXPECT_TRUE(shared().tlb_locked);
    set(3, BAD_VALUE);
    set(4, BAD_VALUE);
    set(8, BAD_VALUE);
    set(~std::uint64_t{0} << 4, DONE);
    EXPECT_FALSE(shared().tlb_locked);
    enable_vsm(true);
    set(2, BAD_VALUE);
    set(3, DONE);
    EXPECT_TRUE(shared().vp_mbec);
    expect_status(get_exit(name, 0, 1), DONE);
    EXPECT_EQ(out.result, 3U);
    partition.vsm.guest_vsm = VTL_VSM_NOT_ENABLED;
    set(4, BAD_VALUE);
    set(1, 0x51);
    expect_status(get_exit(name, 0, 1), 0x51);
    EXPECT_EQ(out.result, 0U);
}

TEST_F(Registers, InterceptControlTakesWriteBitsOnly) {
    for (unsigned n = 0; n < 64; ++n) {
        const std::uint64_t word = std::uint64_t{1} << n;
        const bool good = (0x1EFFD557 & word) != 0;
        expect_status(set_exit(0x000E0000, word, 0, 1), good ? DONE : BAD_VALUE);
        if (good) {
            EXPECT_EQ(shared().intercept_control, word);
        }
    }
    expect_no_audit(); // VTL1's own
    expect_status(set_exit(0x000E0000, 0, 0, 0), DENIED);
    expect_status(set_exit(0x000E0000, 0, USE_VTL1, 0), DENIED);
}

TEST_F(Registers, MasksFollowAtOnceInAnyOrder) {
    const std::uint64_t cr0 = vp.controls[1].cr0_guest_host_mask;
    EXPECT_EQ(cr0, ~std::uint64_t{0x5001E});
    EXPECT_EQ(vp.controls[1].cr4_guest_host_mask, ~std::uint64_t{0xB71FBF});
    expect_status(set_exit(0x000E0001, 0x6, 0, 1), DONE);
    expect_status(set_exit(0x000E0002, 0x4, 0, 1), DONE);
    EXPECT_EQ(vp.controls[0].cr0_guest_host_mask, cr0);
    expect_status(set_exit(0x000E0000, 1, 0, 1), DONE);
    EXPECT_EQ(vp.controls[0].cr0_guest_host_mask, cr0 | 6);
    EXPECT_EQ(vp.controls[0].cr4_guest_host_mask, ~std::uint64_t{0xB71FBF});
    expect_status(set_exit(0x000E0001, 0x8, 0, 1), DONE); // after the control word
    EXPECT_EQ(vp.controls[0].cr0_guest_host_mask, cr0 | 8);
    expect_status(set_exit(0x000E0000, 2, 0, 1), DONE);
    EXPECT_EQ(vp.controls[0].cr0_guest_host_mask, cr0);
    EXPECT_EQ(vp.controls[0].cr4_guest_host_mask, ~std::uint64_t{0xB71FBB});
    EXPECT_EQ(vp.controls[1].cr4_guest_host_mask, ~std::uint64_t{0xB71FBF});
    for (unsigned n = 0; n < 29; ++n)
        if ((0x1EFFD557 >> n & 1) != 0) {
            expect_status(set_exit(0x000E0000, 1ULL << n, 0, 1), DONE);
            EXPECT_EQ(vp.controls[0].descriptor_table_exiting, n >= 15 && n <= 18) << n;
            EXPECT_FALSE(vp.controls[1].descriptor_table_exiting);
        }
    shared().vtl1_present = false;
    shared().intercept_control = 0x78003;
    restore();
    EXPECT_EQ(vp.controls[0].cr0_guest_host_mask, cr0);
    EXPECT_FALSE(vp.controls[0].descriptor_table_exiting);
    partition.config.cr4_allowed = 0xB71FFF & ~std::uint64_t{1};
    restore();
    EXPECT_EQ(vp.controls[0].cr4_guest_host_mask, ~std::uint64_t{0xB71FBE});
}

TEST_F(Registers, SettingVtl0NeverAsksVtl1) {
    claim(0x1EFFD557);
    shared().cr0_mask = shared().cr4_mask = ~std::uint64_t{0};
    restore();
    for (const std::uint32_t name : {0x00080004U, 0x00080009U, 0x00040003U, 0x00040005U}) {
        handle(set_exit(name, name == 0x00040005 ? 3 : 0, USE_VTL0, 1));
        EXPECT_EQ(out.gpr[VTL_RAX], DONE) << std::hex << name;
        EXPECT_EQ(out.message.status, VTL_MESSAGE_NONE);
    }
}

} // namespace
} // namespace vtl_tests
