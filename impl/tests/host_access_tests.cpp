// Registers as the kernel and the paravisor reach them, the guard, the special path.
#include "machine.h"
#include "registers.h"

#include <initializer_list>

namespace vtl_tests {
namespace {

constexpr std::uint8_t GET = 0;
constexpr std::uint8_t SET = 1;

vtl_route route_of(char host, std::uint8_t isolation, bool write) {
    const bool tdx = isolation == VTL_ISOLATION_TDX;
    const bool snp = isolation == VTL_ISOLATION_SNP;
    if (isolation == VTL_ISOLATION_CCA)
        return VTL_ROUTE_NONE;
    switch (host) {
    case 'p':
        return snp ? VTL_ROUTE_VMSA : VTL_ROUTE_SHARED_PAGE;
    case 'v':
        return snp ? VTL_ROUTE_VMSA : tdx ? VTL_ROUTE_SHARED_PAGE : VTL_ROUTE_KERNEL_IOCTL;
    case 'r':
        return snp ? VTL_ROUTE_VMSA : tdx ? VTL_ROUTE_SHARED_PAGE : VTL_ROUTE_REGISTER_PAGE;
    case 's':
        return snp ? VTL_ROUTE_VMSA : tdx ? VTL_ROUTE_TDX_MODULE : VTL_ROUTE_REGISTER_PAGE;
    case 'c':
        return snp     ? VTL_ROUTE_VMSA
               : tdx   ? VTL_ROUTE_TDX_MODULE
               : write ? VTL_ROUTE_HYPERCALL
                       : VTL_ROUTE_REGISTER_PAGE;
    case 't':
        return snp     ? VTL_ROUTE_EMULATION
               : tdx   ? VTL_ROUTE_SHARED_PAGE
               : write ? VTL_ROUTE_HYPERCALL
                       : VTL_ROUTE_REGISTER_PAGE;
    case 'a':
        return snp ? VTL_ROUTE_VMSA : tdx ? VTL_ROUTE_SHARED_PAGE : VTL_ROUTE_HYPERCALL;
    case 'm':
        return snp ? VTL_ROUTE_VMSA : tdx ? VTL_ROUTE_TDX_MODULE : VTL_ROUTE_HYPERCALL;
    case 'k':
        return snp ? VTL_ROUTE_VMSA : VTL_ROUTE_KERNEL_IOCTL;
    case 'f':
        return snp ? VTL_ROUTE_NONE : VTL_ROUTE_KERNEL_IOCTL;
    case 'e':
        return snp || tdx ? VTL_ROUTE_EMULATION : VTL_ROUTE_HYPERCALL;
    default:
        return snp || tdx ? VTL_ROUTE_NONE : VTL_ROUTE_HYPERCALL;
    }
}

bool exists(std::uint32_t name, std::uint32_t target) {
    if (name == 0x00010004)
        return target == 0;
    return target == 1 || !(name >> 16 == 0xE || name == 0x000D0005 || name == 0x000D0007 || name == 0x000D0010) ||
           name > 0x000E0003;
}

class HostAccess : public Machine {
protected:
    HostAccess() {
        enable_vtl1();
        enable_vsm();
    }
    vtl_exit access_exit(vtl_origin origin, std::uint8_t operation, std::uint32_t name, std::uint32_t target,
                         std::uint64_t value = 0, std::uint64_t high = 0) const {
        vtl_exit exit = control_exit(VTL_HOST_ACCESS, 0, target);
        exit.origin = static_cast<std::uint8_t>(origin);
        exit.operation = operation;
        exit.input.name = name;
        exit.input.value = value;
        exit.input.value_high = high;
        exit.answers.register_value = 0x1111;
        exit.answers.register_value_high = 0x2222;
        exit.answers.answer_value = 0x3333;
        exit.answers.answer_count = 1;
        return exit;
    }
    void set_ok(std::uint32_t name, std::uint64_t value, std::uint32_t target = 0, std::uint64_t high = 0) {
        EXPECT_EQ(handle(access_exit(VTL_ORIGIN_PARAVISOR, SET, name, target, value, high)), VTL_ACCEPTED)
            << std::hex << name << ' ' << out.error;
        EXPECT_EQ(out.result, 0U);
    }
    void set_refused(std::uint32_t name, std::uint64_t value, std::uint16_t error, std::uint32_t target = 0) {
        expect_refusal(access_exit(VTL_ORIGIN_PARAVISOR, SET, name, target, value), error);
    }
    vtl_exit special_exit(std::uint64_t argument, std::uint64_t value = 0) const {
        vtl_exit exit = control_exit(VTL_SPECIAL_REQUEST, argument, 0);
        exit.input.value = value;
        exit.answers.answer_count = 1;
        return exit;
    }
};

TEST_F(HostAccess, Routes) {
    const std::vector<Register> registers = all_registers();
    for (std::uint8_t isolation = 0; isolation <= VTL_ISOLATION_CCA; ++isolation) {
        config.isolation = isolation;
        boot(0);
        enable_vtl1();
        enable_vsm();
        const bool hardware = isolation >= VTL_ISOLATION_SNP;
        for (const Register& r : registers)
            for (const vtl_origin origin : {VTL_ORIGIN_KERNEL, VTL_ORIGIN_PARAVISOR})
                for (const std::uint8_t operation : {GET, SET})
                    for (const std::uint32_t target : {0U, 1U}) {
                        vtl_route route = route_of(r.host, isolation, operation == SET);
                        if (origin == VTL_ORIGIN_KERNEL && route != VTL_ROUTE_KERNEL_IOCTL)
                            route = hardware ? VTL_ROUTE_NONE : VTL_ROUTE_HYPERCALL;
                        const bool missing =
                            route != VTL_ROUTE_NONE && route != VTL_ROUTE_HYPERCALL && !exists(r.name, target);
                        const vtl_disposition disposition = handle(access_exit(origin, operation, r.name, target));
                        SCOPED_TRACE(::testing::Message() << std::hex << r.name << ' ' << unsigned{isolation} << origin
                                                          << unsigned{operation} << target);
                        EXPECT_EQ(out.audit.route, missing ? VTL_ROUTE_NONE : route);
                        EXPECT_EQ(out.audit.operation, operation == SET ? VTL_OPERATION_SET : VTL_OPERATION_GET);
                        EXPECT_EQ(out.audit.origin, origin);
                        EXPECT_EQ(out.audit.vtl, target);
                        EXPECT_EQ(out.audit.reg, r.name);
                        EXPECT_EQ(out.hypercall, route != VTL_ROUTE_HYPERCALL ? 0U : operation == SET ? 0x51U : 0x50U);
                        if (hardware) {
                            EXPECT_EQ(out.hypercall, 0U);
                        }
                        if (route == VTL_ROUTE_NONE) {
                            EXPECT_EQ(disposition, VTL_REFUSED);
                            EXPECT_EQ(out.error, 6U);
                        } else if (missing) {
                            EXPECT_EQ(disposition, VTL_REFUSED);
                            EXPECT_EQ(out.error, 5U);
                        } else if (route == VTL_ROUTE_HYPERCALL) {
                            EXPECT_EQ(disposition, VTL_ACCEPTED);
                            EXPECT_EQ(out.hypercall_vtl, target);
                            EXPECT_EQ(out.hypercall_register, r.name);
                            EXPECT_EQ(out.request, VTL_REQUEST_NONE);
                            EXPECT_EQ(out.result, operation == GET ? 0x3333U : 0U);
                        } else if (operation == GET) {
                            EXPECT_EQ(disposition, VTL_ACCEPTED);
                            const bool gpr = r.name >> 16 == 2 && r.host == 'p';
                            if (!r.get || gpr) {
                                expect_request(VTL_REQUEST_REGISTER_READ, r.name, 0);
                                EXPECT_EQ(out.request_vtl, target);
                                EXPECT_EQ(out.result, 0x1111U);
                                EXPECT_EQ(out.result_high, 0x2222U);
                            }
                        } else if (!r.set) {
                            EXPECT_EQ(disposition, VTL_ACCEPTED);
                            expect_request(VTL_REQUEST_REGISTER_WRITE, r.name, 0);
                        }
                        if (HasFailure())
                            return;
                    }
    }
}

TEST_F(HostAccess, OriginAndOperationAreKnown) {
    for (const std::uint8_t origin : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{4}, std::uint8_t{255}}) {
        vtl_exit exit = access_exit(VTL_ORIGIN_KERNEL, GET, 0x00050000, 0);
        exit.origin = origin;
        expect_internal_error(exit, 0, false);
    }
    for (const std::uint8_t operation : {std::uint8_t{2}, std::uint8_t{255}})
        expect_internal_error(access_exit(VTL_ORIGIN_PARAVISOR, operation, 0x00050000, 1), 0, false);
}

TEST_F(HostAccess, StateWithItsRules) {
    set_ok(0x00020010, 0x7FFFFFFFFFFF);
    EXPECT_EQ(vtl(0).rip, 0x7FFFFFFFFFFFU);
    expect_audit(VTL_ORIGIN_PARAVISOR, VTL_OPERATION_SET, 0, 0x00020010, VTL_ROUTE_SHARED_PAGE, VTL_VERDICT_GRANTED, 0);
    expect_request(VTL_REQUEST_NONE, 0, 0);
    set_refused(0x00020010, 0x800000000000, 0x50);
    expect_audit(VTL_ORIGIN_PARAVISOR, VTL_OPERATION_SET, 0, 0x00020010, VTL_ROUTE_SHARED_PAGE, VTL_VERDICT_REFUSED,
                 0x50);
    set_ok(0x00080004, 0, 1);
    EXPECT_EQ(vtl(1).pat, 0U);
    set_refused(0x00080004, 2, 0x50);
    set_ok(0x00040000, 0x60000011, 1);
    EXPECT_EQ(vp.controls[1].cr0_read_shadow, 0x60000011U);
    EXPECT_EQ(handle(access_exit(VTL_ORIGIN_PARAVISOR, GET, 0x00040000, 1)), VTL_ACCEPTED);
    EXPECT_EQ(out.result, 0x60000011U);
    EXPECT_EQ(out.result_high, 0U);
}

TEST_F(HostAccess, ApicBaseHasNoIdentityRule) {
    set_ok(0x00080003, 0xFEE00D00, 0);
    EXPECT_EQ(vtl(0).apic_base, 0xFEE00D00U);
    EXPECT_FALSE(vtl_msr_access_exits(&vp, 0, 0x808, true));
    set_refused(0x00080003, 0xFEE00800, 0x50);
    set_ok(0x00080003, 0, 1);
    expect_request(VTL_REQUEST_APIC_RESET, 0x1B, 0x100);
}

TEST_F(HostAccess, ModuleAndItsFailure) {
    set_ok(0x00030003, 0x1234, 1, 0x5678); // XMM3
    expect_request(VTL_REQUEST_REGISTER_WRITE, 0x00030003, 0x1234);
    EXPECT_EQ(out.request_high, 0x5678U);
    EXPECT_EQ(out.request_vtl, 1U);
    for (const std::uint8_t operation : {GET, SET}) {
        vtl_exit exit = access_exit(VTL_ORIGIN_KERNEL, operation, 0x00050003, 0);
        exit.answers.module_refused = true;
        expect_refusal(exit, 0x71);
        EXPECT_EQ(out.result, 0U);
        EXPECT_EQ(out.result_high, 0U);
        expect_audit(VTL_ORIGIN_KERNEL, operation == SET ? VTL_OPERATION_SET : VTL_OPERATION_GET, 0, 0x00050003,
                     VTL_ROUTE_KERNEL_IOCTL, VTL_VERDICT_FAILED, 0x71);
    }
}

TEST_F(HostAccess, EmulatedRegisters) {
    set_ok(0x000E0001, 0x6, 1);
    set_ok(0x000E0000, 1, 1);
    EXPECT_EQ(vp.controls[0].cr0_guest_host_mask, vp.controls[1].cr0_guest_host_mask | 6);
    set_refused(0x000E0000, 8, 0x50, 1);
    set_ok(0x00010004, 0xE0001, 0, 7);
    EXPECT_EQ(shared().pending_event_parameter, 7U);
    set_ok(0x000A0003, 0x77);
    EXPECT_TRUE(out.proxy_filter);
    vtl_exit exit = access_exit(VTL_ORIGIN_PARAVISOR, SET, 0x000A0012, 0, 0x5001);
    exit.answers.page_refused = true;
    expect_refusal(exit, 5);
    expect_request(VTL_REQUEST_PAGE_MAP, 0x40000082, 0x5000);
    EXPECT_EQ(out.audit.verdict, VTL_VERDICT_FAILED);
    partition.config.access_vsm = false; // no gates here
    EXPECT_EQ(handle(access_exit(VTL_ORIGIN_PARAVISOR, GET, 0x000D0003, 0)), VTL_ACCEPTED);
    EXPECT_EQ(out.result, 0x10000U);
}

TEST_F(HostAccess, AnswersOfTheHost) {
    config.isolation = VTL_ISOLATION_NONE;
    boot(0);
    struct Case {
        std::uint16_t status;
        std::uint32_t count, timeouts;
        std::uint16_t error;
    };
    const Case cases[] = {{0, 1, 0, 0},    {0, 1, 8, 0},    {0, 1, 9, 0x78}, {5, 1, 9, 0x78},
                          {5, 1, 0, 0x71}, {0, 0, 0, 0x71}, {0, 2, 0, 0x71}, {0, 0x10001, 0, 0x71}};
    for (const Case& c : cases) {
        vtl_exit exit = access_exit(VTL_ORIGIN_KERNEL, GET, 0x00080008, 0);
        exit.answers.answer_status = c.status;
        exit.answers.answer_count = c.count;
        exit.answers.answer_timeouts = c.timeouts;
        if (c.error == 0) {
            EXPECT_EQ(handle(exit), VTL_ACCEPTED);
            EXPECT_EQ(out.result, 0x3333U);
            continue;
        }
        expect_refusal(exit, c.error);
        EXPECT_EQ(out.result, 0U);
        expect_audit(VTL_ORIGIN_KERNEL, VTL_OPERATION_GET, 0, 0x00080008, VTL_ROUTE_HYPERCALL, VTL_VERDICT_FAILED,
                     c.error);
    }
    const vtl_exit exit = access_exit(VTL_ORIGIN_PARAVISOR, SET, 0x00080004, 1, 2); // the hypervisor judges the value
    EXPECT_EQ(handle(exit), VTL_ACCEPTED);
    EXPECT_EQ(out.hypercall_value, 2U);
    EXPECT_EQ(vtl(1).pat, 0x0007040600070406U);
}

struct SpecialCase {
    std::uint64_t argument;
    bool write;
    std::uint32_t target, name;
    bool synic; // needs the profile when hardware isolated
};
std::vector<SpecialCase> special_cases() {
    std::vector<SpecialCase> list = {{0, false, 2, 0x000D0008, false}, {1, false, 2, 0x000D0007, false},
                                     {2, false, 2, 0x000D0004, false}, {3, false, 2, 0x000D0006, false},
                                     {4, false, 2, 0x00090004, false}, {5, true, 2, 0x000D0007, false},
                                     {6, true, 0, 0x000A0013, true},   {7, true, 0, 0x000A0012, true}};
    for (std::uint32_t n = 0; n < 16; ++n)
        list.push_back({16 + n, true, 0, 0x000A0000 + n, true});
    return list;
}

TEST_F(HostAccess, SpecialRequests) {
    for (std::uint8_t isolation = 0; isolation <= VTL_ISOLATION_CCA; ++isolation)
        for (const bool profile : {false, true}) {
            config.isolation = isolation;
            config.untrusted_synic = profile;
            boot(0);
            for (const SpecialCase& c : special_cases()) {
                const vtl_vp before = vp;
                const vtl_exit exit = special_exit(c.argument, 0x77);
                const vtl_operation operation = c.write ? VTL_OPERATION_SPECIAL_SET : VTL_OPERATION_SPECIAL_GET;
                if (c.synic && isolation >= VTL_ISOLATION_SNP && !profile) {
                    expect_refusal(exit, 6);
                    EXPECT_EQ(out.hypercall, 0U);
                    expect_audit(VTL_ORIGIN_PARAVISOR, operation, c.target, c.name, VTL_ROUTE_NONE, VTL_VERDICT_REFUSED,
                                 6);
                    continue;
                }
                EXPECT_EQ(handle(exit), VTL_ACCEPTED);
                EXPECT_EQ(out.hypercall, c.write ? 0x51U : 0x50U);
                EXPECT_EQ(out.hypercall_vtl, c.target);
                EXPECT_EQ(out.hypercall_register, c.name);
                EXPECT_EQ(out.hypercall_value, c.write ? 0x77U : 0U);
                expect_audit(VTL_ORIGIN_PARAVISOR, operation, c.target, c.name, VTL_ROUTE_HYPERCALL,
                             VTL_VERDICT_GRANTED, 0);
                expect_only_saved(before, exit, false);
            }
        }
}

TEST_F(HostAccess, OtherRequestsAreRefused) {
    config.isolation = VTL_ISOLATION_NONE;
    boot(0);
    for (const std::uint64_t argument : {8ULL, 15ULL, 32ULL, 0x100000000ULL, ~0ULL}) {
        expect_refusal(special_exit(argument), 6);
        EXPECT_EQ(out.hypercall, 0U);
        EXPECT_EQ(out.audit.reg, 0U);
        EXPECT_EQ(out.audit.vtl, 0U);
        EXPECT_EQ(out.audit.reason, 6U);
    }
}

TEST_F(HostAccess, SpecialAnswersAreFiltered) {
    struct Case {
        std::uint64_t argument, answer;
        std::uint16_t error;
        std::uint64_t tdx, other;
    };
    const Case cases[] = {{0, 0xF2, 0, 0xF2, 0xF2},
                          {0, 0xF3, 0x71, 0, 0},
                          {0, 0x100, 0x71, 0, 0},
                          {1, 0xFFFF, 0, 0xFFFF, 0xFFFF},
                          {1, 0x10000, 0x71, 0, 0},
                          {2, 0xFFFFF2FFFF, 0, 0xFFFFF2FFFF, 0xFFFFF2FFFF},
                          {2, 0x30000, 0x71, 0, 0},
                          {2, 1ULL << 40, 0x71, 0, 0},
                          {3, 0x7BFFFFFFF, 0, 0x20001, 0x20000},
                          {3, 0, 0, 1, 0},
                          {3, 0x20000, 0, 0x20001, 0x20000},
                          {3, 1ULL << 30, 0x71, 0, 0},
                          {3, 1ULL << 35, 0x71, 0, 0},
                          {4, ~0ULL, 0, ~0ULL, ~0ULL}};
    for (std::uint8_t isolation = 0; isolation <= VTL_ISOLATION_CCA; ++isolation) {
        partition.config.isolation = isolation;
        for (const Case& c : cases) {
            vtl_exit exit = special_exit(c.argument);
            exit.answers.answer_value = c.answer;
            if (c.error != 0) {
                expect_refusal(exit, c.error);
                EXPECT_EQ(out.audit.verdict, VTL_VERDICT_FAILED);
                EXPECT_EQ(out.result, 0U);
            } else {
                EXPECT_EQ(handle(exit), VTL_ACCEPTED) << c.argument << std::hex << c.answer;
                EXPECT_EQ(out.result, isolation == VTL_ISOLATION_TDX ? c.tdx : c.other);
            }
        }
    }
    vtl_exit exit = special_exit(5);
    exit.answers.answer_timeouts = 9;
    expect_refusal(exit, 0x78);
    exit.answers = {};
    expect_refusal(exit, 0x71);
}

} // namespace
} // namespace vtl_tests
