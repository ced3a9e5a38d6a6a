// A partition with one VP, and the raw exits its guests cause.
#ifndef VTL_IMPL_TESTS_MACHINE_H
#define VTL_IMPL_TESTS_MACHINE_H

#include "vtl_intercept.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

namespace vtl_tests {

constexpr std::uint64_t GP_PROTECTED = 0x80000B0D;
constexpr std::uint64_t GP_REAL = 0x8000030D;
constexpr std::uint64_t UD = 0x80000306;
constexpr std::uint64_t PE = 1;
constexpr std::uint64_t PG = 0x80000000;
constexpr std::uint64_t TRAP_FLAG = 0x100;
constexpr std::uint64_t CS_L = std::uint64_t{1} << 29;
constexpr std::uint64_t LOW_HALF = 0xFFFFFFFF;

inline bool same_bytes(const void* a, const void* b, std::size_t n) { return std::memcmp(a, b, n) == 0; }

constexpr std::uint32_t VPS = 8;
constexpr std::uint64_t SELF = ~std::uint64_t{0};
constexpr std::uint32_t SELF_VP = 0xFFFFFFFE;
constexpr std::uint8_t USE_VTL0 = 0x10;
constexpr std::uint8_t USE_VTL1 = 0x11;

class Machine : public ::testing::Test {
protected:
    vtl_config config{.la57 = false,
                      .x2apic_capable = true,
                      .tsc_aux = true,
                      .untrusted_synic = true,
                      .xss_supported = 0x1800,
                      .tsc_frequency = 2'100'000'000,
                      .isolation = VTL_ISOLATION_TDX,
                      .vps = VPS,
                      .access_vsm = true,
                      .xcr0_supported = 0x602E7,
                      .cr4_allowed = 0xB71FFF,
                      .log_burst = VTL_LOG_BURST_DEFAULT,
                      .log_interval = VTL_LOG_INTERVAL_DEFAULT,
                      .log_total_burst = VTL_LOG_TOTAL_BURST_DEFAULT,
                      .log_total_interval = VTL_LOG_TOTAL_INTERVAL_DEFAULT};
    vtl_partition partition{};
    vtl_vp_slot slots[VPS]{};
    vtl_vp_log logs[VPS]{};
    vtl_vp vp{};
    vtl_outcome out{};

    Machine() { boot(0); }

    void boot(std::uint32_t index) {
        ASSERT_EQ(vtl_partition_init(&partition, &config, slots, logs), VTL_OK);
        ASSERT_EQ(vtl_vp_init(&vp, &partition, index), VTL_OK);
    }

    vtl_vp_shared_state& shared() { return vp.state.vp; }
    vtl_vtl_state& vtl(unsigned n) { return vp.state.vtl[n]; }
    void restore() {
        const vtl_vp_state state = vp.state;
        ASSERT_EQ(vtl_vp_restore(&vp, &partition, &state), VTL_OK);
    }

    // An exit of CPL 0, protected-mode, 32-bit code, with a distinct value in every register.
    vtl_exit base_exit(std::uint32_t from, std::uint32_t reason) const {
        vtl_exit exit{};
        exit.kind = VTL_L2_EXIT;
        exit.vtl = from;
        exit.vp = vp.index;
        exit.info[VTL_INFO_RAX] = reason;
        exit.info[VTL_INFO_RCX] = 0x1111111111111111; // the qualification, not a register
        exit.info[VTL_INFO_RDX] = 0x2222222222222222;
        exit.info[VTL_INFO_RSI] = 0x0FFFF000'9B'0010;
        exit.info[VTL_INFO_RDI] = 0x123456789AB;
        exit.info[VTL_INFO_R11] = std::uint64_t{2} << 32 | 0x7777;
        for (unsigned n = 0; n < VTL_GPR_COUNT; ++n)
            exit.gpr[n] = 0xA0A0A0A000000000 + n;
        exit.rip = 0x1000;
        exit.rflags = 2;
        exit.cr0 = PE;
        return exit;
    }
    vtl_exit rdmsr_exit(std::uint32_t number, std::uint32_t from = 0) const {
        vtl_exit exit = base_exit(from, 0x1F);
        exit.gpr[VTL_RCX] = 0xDEAD000000000000 | number;
        return exit;
    }
    vtl_exit wrmsr_exit(std::uint32_t number, std::uint64_t value, std::uint32_t from = 0) const {
        vtl_exit exit = base_exit(from, 0x20);
        exit.gpr[VTL_RCX] = 0xDEAD000000000000 | number;
        exit.gpr[VTL_RAX] = 0xBAD0000000000000 | (value & LOW_HALF);
        exit.gpr[VTL_RDX] = 0xBAD1000000000000 | value >> 32;
        return exit;
    }
    vtl_exit tdcall_exit(std::uint64_t r10, std::uint64_t r11, std::uint64_t r12 = 0, std::uint64_t r13 = 0) const {
        vtl_exit exit = base_exit(0, 0x4D);
        exit.info[VTL_INFO_R11] = std::uint64_t{4} << 32;
        exit.gpr[VTL_RAX] = 0;
        exit.gpr[VTL_R10] = r10;
        exit.gpr[VTL_R11] = r11;
        exit.gpr[VTL_R12] = r12;
        exit.gpr[VTL_R13] = r13;
        return exit;
    }
    // A list of one entry, both pages in order, that names the caller's VP and VTL.
    vtl_exit vmcall_exit(std::uint64_t control, std::uint32_t from = 0) const {
        vtl_exit exit = base_exit(from, 0x12);
        exit.info[VTL_INFO_R11] = std::uint64_t{3} << 32;
        exit.gpr[VTL_RCX] = control;
        exit.gpr[VTL_RDX] = 0x1000;
        exit.gpr[VTL_R8] = 0x2000;
        exit.input.partition_id = SELF;
        exit.input.target_vp = SELF_VP;
        return exit;
    }
    vtl_exit get_exit(std::uint32_t name, std::uint8_t target, std::uint32_t from) const {
        vtl_exit exit = vmcall_exit(std::uint64_t{1} << 32 | 0x50, from);
        exit.input.target_vtl = target;
        exit.input.name = name;
        exit.answers.register_value = 0x1111222233334444;
        exit.answers.register_value_high = 0x5555666677778888;
        return exit;
    }
    vtl_exit set_exit(std::uint32_t name, std::uint64_t value, std::uint8_t target, std::uint32_t from,
                      std::uint64_t high = 0) const {
        vtl_exit exit = get_exit(name, target, from);
        exit.gpr[VTL_RCX] = std::uint64_t{1} << 32 | 0x51;
        exit.input.value = value;
        exit.input.value_high = high;
        return exit;
    }
    vtl_exit control_exit(vtl_kind kind, std::uint64_t argument = 0, std::uint32_t from = 1) const {
        vtl_exit exit = base_exit(from, 0);
        exit.kind = kind;
        exit.argument = argument;
        return exit;
    }

    // Garbage first, so that a field left alone shows.
    vtl_disposition handle(const vtl_exit& exit) {
        std::memset(&out, 0xA5, sizeof out);
        EXPECT_EQ(vtl_handle_exit(&partition, &vp, &exit, &out), VTL_OK);
        return static_cast<vtl_disposition>(out.disposition);
    }
    vtl_disposition rdmsr(std::uint32_t number, std::uint32_t from = 0) { return handle(rdmsr_exit(number, from)); }
    vtl_disposition wrmsr(std::uint32_t number, std::uint64_t value, std::uint32_t from = 0) {
        return handle(wrmsr_exit(number, value, from));
    }
    vtl_disposition control(vtl_kind kind, std::uint64_t argument = 0, std::uint32_t from = 1) {
        return handle(control_exit(kind, argument, from));
    }
    std::uint64_t result() const { return out.gpr[VTL_RDX] << 32 | out.gpr[VTL_RAX]; }

    void expect_read(std::uint32_t number, std::uint64_t value, std::uint32_t from = 0) {
        EXPECT_EQ(rdmsr(number, from), VTL_COMPLETED) << std::hex << number;
        EXPECT_EQ(out.gpr[VTL_RAX], value & LOW_HALF) << std::hex << number;
        EXPECT_EQ(out.gpr[VTL_RDX], value >> 32) << std::hex << number;
        EXPECT_EQ(out.log_site, VTL_LOG_NONE) << std::hex << number;
    }
    void expect_gp() {
        EXPECT_EQ(out.disposition, VTL_FAULT_GP);
        EXPECT_EQ(out.event, GP_PROTECTED);
        EXPECT_EQ(out.rip, 0x1000U);
    }
    void expect_request(vtl_request kind, std::uint32_t index, std::uint64_t value) {
        EXPECT_EQ(out.request, kind);
        EXPECT_EQ(out.request_index, index);
        EXPECT_EQ(out.request_value, value);
    }
    void expect_log(vtl_log_site site, std::uint32_t number, std::uint64_t value) {
        EXPECT_EQ(out.log_site, site);
        EXPECT_EQ(out.log_msr, number);
        EXPECT_EQ(out.log_value, value);
    }
    void expect_unchanged_processor(const vtl_exit& exit) {
        EXPECT_TRUE(same_bytes(out.gpr, exit.gpr, sizeof out.gpr));
        EXPECT_EQ(out.rip, exit.rip);
        EXPECT_EQ(out.interruptibility, exit.interruptibility);
        EXPECT_EQ(out.pending_debug, exit.pending_debug);
    }
    // What the last exit may change whatever its outcome: registers it saved, and the audit record it left.
    void expect_only_saved(const vtl_vp& before, const vtl_exit& exit, bool ran = true) {
        vtl_vp expected = before;
        if (ran) {
            vtl_vtl_state& state = expected.state.vtl[exit.vtl];
            state.rip = out.rip;
            state.rflags = exit.rflags;
            state.rsp = exit.gpr[VTL_RSP];
            state.cr0 = expected.controls[exit.vtl].cr0_read_shadow = exit.cr0;
            state.cr4 = expected.controls[exit.vtl].cr4_read_shadow = exit.cr4;
            expected.state.vp.active_vtl1 = exit.vtl == 1;
        }
        if (out.audit.present) {
            std::memcpy(expected.audit, vp.audit, sizeof vp.audit);
            ++expected.state.vp.audit_next;
            if (expected.state.vp.audit_count < VTL_AUDIT_RECORDS)
                ++expected.state.vp.audit_count;
            else
                ++expected.state.vp.audit_lost;
        }
        EXPECT_TRUE(same_bytes(&expected, &vp, sizeof vp));
    }
    void expect_no_audit() {
        const vtl_audit none{};
        EXPECT_TRUE(same_bytes(&none, &out.audit, sizeof none));
    }
    void expect_audit(vtl_origin origin, vtl_operation operation, unsigned target, std::uint32_t reg, vtl_route route,
                      vtl_verdict verdict, std::uint16_t reason) {
        EXPECT_TRUE(out.audit.present);
        EXPECT_EQ(out.audit.origin, origin);
        EXPECT_EQ(out.audit.operation, operation);
        EXPECT_EQ(out.audit.vtl, target);
        EXPECT_EQ(out.audit.reg, reg);
        EXPECT_EQ(out.audit.route, route);
        EXPECT_EQ(out.audit.verdict, verdict);
        EXPECT_EQ(out.audit.reason, reason);
    }
    void expect_internal_error(const vtl_exit& exit, std::uint64_t event, bool ran = true) {
        const vtl_vp before = vp;
        EXPECT_EQ(handle(exit), VTL_INTERNAL_ERROR);
        EXPECT_EQ(out.event, event);
        EXPECT_EQ(out.event_error_code, 0U);
        expect_audit(exit.vtl == 0 ? VTL_ORIGIN_VTL0 : VTL_ORIGIN_VTL1, VTL_OPERATION_INTERNAL_ERROR, exit.vtl, 0,
                     VTL_ROUTE_NONE, VTL_VERDICT_FAILED, 0);
        EXPECT_EQ(out.log_site, VTL_LOG_NONE);
        EXPECT_EQ(out.request, VTL_REQUEST_NONE);
        expect_unchanged_processor(exit);
        expect_only_saved(before, exit, ran);
    }
    // A call that completes with a status.
    void expect_status(const vtl_exit& exit, std::uint64_t status) {
        EXPECT_EQ(handle(exit), VTL_COMPLETED);
        EXPECT_EQ(out.gpr[VTL_RAX], status);
        EXPECT_EQ(out.rip, exit.rip + 3);
    }
    void expect_refusal(const vtl_exit& exit, std::uint16_t error) {
        const vtl_vp before = vp;
        EXPECT_EQ(handle(exit), VTL_REFUSED);
        EXPECT_EQ(out.error, error);
        EXPECT_EQ(out.event, 0U);
        expect_unchanged_processor(exit);
        expect_only_saved(before, exit, false);
    }

    void enable_vtl1() {
        shared().vtl1_present = true;
        restore();
    }
    void enable_vsm(bool mbec = false) {
        partition.vsm.guest_vsm = VTL_VSM_ENABLED;
        partition.vsm.mbec = mbec;
    }
    void claim(std::uint64_t word) {
        shared().intercept_control = word;
        restore();
    }
    void set_x2apic(unsigned n, bool on) {
        vtl(n).apic_base = on ? 0xFEE00D00 : 0xFEE00900;
        restore();
    }
};

} // namespace vtl_tests

#endif
