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

class Machine : public ::testing::Test {
protected:
    vtl_config config{.la57 = false,
                      .x2apic_capable = true,
                      .tsc_aux = true,
                      .untrusted_synic = true,
                      .xss_supported = 0x1800,
                      .tsc_frequency = 2'100'000'000};
    vtl_partition partition{};
    vtl_vp vp{};
    vtl_outcome out{};

    Machine() { boot(0); }

    void boot(std::uint32_t index) {
        ASSERT_EQ(vtl_partition_init(&partition, &config), VTL_OK);
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
    vtl_exit control_exit(vtl_kind kind, std::uint64_t argument, std::uint32_t from = 1) const {
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
    vtl_disposition control(vtl_kind kind, std::uint64_t argument, std::uint32_t from = 1) {
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
    void expect_internal_error(const vtl_exit& exit, std::uint64_t event) {
        const vtl_vp before = vp;
        EXPECT_EQ(handle(exit), VTL_INTERNAL_ERROR);
        EXPECT_EQ(out.event, event);
        EXPECT_EQ(out.event_error_code, 0U);
        EXPECT_TRUE(out.audit);
        EXPECT_EQ(out.log_site, VTL_LOG_NONE);
        EXPECT_EQ(out.request, VTL_REQUEST_NONE);
        expect_unchanged_processor(exit);
        EXPECT_TRUE(same_bytes(&before, &vp, sizeof vp));
    }

    // Registers the processor would have faulted on are none of the exit path's; these helpers set what it reads.
    void enable_vtl1() { ASSERT_EQ(control(VTL_ENABLE_VTL1, 0), VTL_ACCEPTED); }
    void claim(std::uint64_t word) { ASSERT_EQ(control(VTL_SET_INTERCEPT_CONTROL, word), VTL_ACCEPTED); }
    void set_x2apic(unsigned n, bool on) {
        vtl(n).apic_base = on ? 0xFEE00D00 : 0xFEE00900;
        restore();
    }
};

} // namespace vtl_tests

#endif
