// Machines whose guests are worth warnings.
#ifndef VTL_IMPL_TESTS_LOG_MACHINE_H
#define VTL_IMPL_TESTS_LOG_MACHINE_H

#include "log_notes.h"
#include "machine.h"

#include <cstdint>
#include <vector>

namespace vtl_tests {

class LogMachine : public Machine {
protected:
    LogMachine() { setup(); }

    // A partition with the limits of `config`, all buckets full, and a VP 0 whose VTL1 claims what it can.
    void setup() {
        boot(0);
        enable_vtl1();
        shared().intercept_control = 1U << 6 | 1U << 1; // LSTAR and CR4
        shared().cr4_mask = ~std::uint64_t{0};
        restore();
    }
    void limits(std::uint64_t burst, std::uint64_t interval, std::uint64_t total_burst, std::uint64_t total_interval) {
        config.log_burst = burst;
        config.log_interval = interval;
        config.log_total_burst = total_burst;
        config.log_total_interval = total_interval;
        setup();
    }
    // Of the site alone.
    void site_limits(std::uint64_t burst, std::uint64_t interval) { limits(burst, interval, 1'000'000, 1'000); }

    // An exit that makes an attempt at `site`.
    vtl_exit attempt_exit(std::uint32_t site, std::uint64_t now) const {
        vtl_exit exit{};
        switch (site) {
        case VTL_LOG_UNKNOWN_READ:
            exit = rdmsr_exit(0x1D9);
            break;
        case VTL_LOG_UNKNOWN_WRITE:
            exit = wrmsr_exit(0x1D9, SECRET);
            break;
        case VTL_LOG_PROTECTED_WRITE:
            exit = wrmsr_exit(0xC0000082, SECRET);
            break;
        case VTL_LOG_CRASH:
            exit = wrmsr_exit(0x40000105, SECRET);
            break;
        case VTL_LOG_TDVMCALL_READ:
            exit = tdcall_exit(0, 0x1F, 0x1D9);
            break;
        case VTL_LOG_TDVMCALL_WRITE:
            exit = tdcall_exit(0, 0x20, 0x1D9, SECRET);
            break;
        case VTL_LOG_TDVMCALL_FUNCTION:
            exit = tdcall_exit(0, 0x21);
            break;
        case VTL_LOG_HYPERCALL_CODE:
            exit = vmcall_exit(0x7777);
            break;
        case VTL_LOG_VTL_SWITCH:
            exit = vmcall_exit(0x12);
            break;
        default: // protected register: MOV of RBX to CR4
            exit = base_exit(0, 0x1C);
            exit.info[VTL_INFO_RCX] = 3U << 8 | 4U;
            exit.gpr[VTL_RBX] = SECRET;
            break;
        }
        exit.now = now;
        return exit;
    }
    NotesLine attempt(std::uint32_t site, std::uint64_t now) {
        handle(attempt_exit(site, now));
        EXPECT_EQ(out.log_site, site);
        return line();
    }
    NotesLine flush(std::uint64_t site, std::uint64_t now) {
        vtl_exit exit = control_exit(VTL_LOG_FLUSH, site);
        exit.now = now;
        EXPECT_EQ(handle(exit), VTL_ACCEPTED);
        return line();
    }
    vtl_exit limits_exit(std::uint64_t owner, std::uint64_t burst, std::uint64_t interval, std::uint64_t now) const {
        vtl_exit exit = control_exit(VTL_LOG_LIMITS, owner);
        exit.input.value = burst;
        exit.input.value_high = interval;
        exit.now = now;
        return exit;
    }
    NotesLine line() const {
        return {.kind = static_cast<vtl_log_line>(out.log_line), .suppressed = out.log_suppressed};
    }
    bool warned(std::uint32_t site, std::uint64_t now) { return attempt(site, now).kind == VTL_LINE_WARNING; }
    // Attempts at one moment until one is suppressed.
    std::uint32_t warnings(std::uint32_t site, std::uint64_t now) {
        std::uint32_t count = 0;
        while (count < 2'000'000 && warned(site, now))
            ++count;
        return count;
    }
    vtl_log_counters counters(std::uint32_t site) const {
        vtl_log_counters sum{};
        EXPECT_EQ(vtl_log_totals(&partition, site, &sum), VTL_OK);
        return sum;
    }
    std::vector<vtl_log_record> drain(std::uint32_t index = 0) {
        std::vector<vtl_log_record> records;
        vtl_log_record record;
        while (vtl_log_read(&partition, index, &record))
            records.push_back(record);
        return records;
    }

    static constexpr std::uint64_t SECRET = 0xFEEDFACE'DEADBEE0;
};

} // namespace vtl_tests

#endif
