// A partition whose VPs run on real threads, and what their exits led to.
#ifndef VTL_IMPL_TESTS_FLEET_H
#define VTL_IMPL_TESTS_FLEET_H

#include "log_notes.h"
#include "vtl_intercept.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <vector>

// Whether a run under this instrumentation, or without optimisation, has to be shorter.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
#define VTL_TESTS_SLOW 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define VTL_TESTS_SLOW 1
#endif
#endif
#ifndef VTL_TESTS_SLOW
#define VTL_TESTS_SLOW 0
#endif

namespace vtl_tests {

class Fleet {
public:
    Fleet(std::uint32_t count, std::uint64_t burst, std::uint64_t interval, std::uint64_t total_burst,
          std::uint64_t total_interval)
        : slots_(count), logs_(count) {
        vtl_config config{};
        config.tsc_aux = true;
        config.x2apic_capable = true;
        config.isolation = VTL_ISOLATION_TDX;
        config.vps = count;
        config.log_burst = burst;
        config.log_interval = interval;
        config.log_total_burst = total_burst;
        config.log_total_interval = total_interval;
        EXPECT_EQ(vtl_partition_init(&partition, &config, slots_.data(), logs_.data()), VTL_OK);
        for (std::uint32_t n = 0; n < count; ++n) {
            vps_.push_back(std::make_unique<vtl_vp>());
            EXPECT_EQ(vtl_vp_init(vps_.back().get(), &partition, n), VTL_OK);
            censuses_.push_back(std::make_unique<vtl_census>());
            EXPECT_EQ(vtl_census_attach(&partition, n, censuses_.back().get()), VTL_OK);
        }
    }

    vtl_vp& vp(std::uint32_t n) { return *vps_[n]; }
    vtl_log_counters counters(std::uint32_t site) const {
        vtl_log_counters sum{};
        vtl_log_totals(&partition, site, &sum);
        return sum;
    }
    vtl_outcome flush(std::uint32_t index, std::uint32_t site, std::uint64_t now) {
        vtl_exit exit{};
        exit.kind = VTL_LOG_FLUSH;
        exit.vp = index;
        exit.argument = site;
        exit.now = now;
        vtl_outcome out;
        EXPECT_EQ(vtl_handle_exit(&partition, &vp(index), &exit, &out), VTL_OK);
        return out;
    }
    // An exit of protected-mode code of VTL0.
    static vtl_exit exit_of(std::uint32_t index, std::uint32_t reason) {
        vtl_exit exit{};
        exit.vp = index;
        exit.info[VTL_INFO_RAX] = reason;
        exit.info[VTL_INFO_R11] = std::uint64_t{2} << 32;
        exit.cr0 = 1;
        return exit;
    }

    vtl_partition partition{};

private:
    std::vector<vtl_vp_slot> slots_;
    std::vector<vtl_vp_log> logs_;
    std::vector<std::unique_ptr<vtl_vp>> vps_;
    std::vector<std::unique_ptr<vtl_census>> censuses_;
};

// A line as an outcome shows it.
struct Told {
    std::uint64_t time;
    std::uint64_t suppressed;
    std::uint32_t site;
    std::uint32_t vp;
    std::uint8_t line;

    friend bool operator==(const Told&, const Told&) = default;
};

// The lines hold L10 in every window: by site, of the partition, and the warnings of the partition.
inline void expect_within_budget(const std::vector<Told>& lines, const vtl_config& config) {
    std::vector<std::uint64_t> all;
    std::vector<std::uint64_t> warnings;
    for (const Told& told : lines) {
        all.push_back(told.time);
        if (told.line == VTL_LINE_WARNING)
            warnings.push_back(told.time);
    }
    EXPECT_TRUE(within_budget(all, config.log_total_burst, config.log_total_interval));
    EXPECT_TRUE(within_budget(warnings, config.log_total_burst - 10, config.log_total_interval));
    for (std::uint32_t site = 1; site <= VTL_LOG_SITES; ++site) {
        std::vector<std::uint64_t> times;
        for (const Told& told : lines)
            if (told.site == site)
                times.push_back(told.time);
        EXPECT_TRUE(within_budget(times, config.log_burst, config.log_interval)) << site;
    }
}

} // namespace vtl_tests

#endif
