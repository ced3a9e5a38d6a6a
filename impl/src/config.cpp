// What a configuration may be.
#include "log_budget.h"
#include "text.h"
#include "vtl_intercept.h"

#include <cstddef>
#include <cstdint>

namespace vtl_intercept {
namespace {

struct Range {
    char parameter[24];
    std::uint64_t least, most;
    std::uint64_t usual; // 0: there is no such value
    char unit[8];
};
constexpr std::uint64_t BURST_MAX = 1'000'000;
constexpr std::uint64_t INTERVAL_MIN = 1'000;             // 1 us
constexpr std::uint64_t INTERVAL_MAX = 3'600'000'000'000; // 1 h
constexpr std::uint64_t VPS_MAX = 0xFFFFFFFF;
constexpr Range VPS{"vps", 1, VPS_MAX, 0, ""};
constexpr Range ISOLATION{"isolation", VTL_ISOLATION_NONE, VTL_ISOLATION_CCA, 0, ""};
constexpr Range BURST{"log_burst", 1, BURST_MAX, VTL_LOG_BURST_DEFAULT, ""};
constexpr Range INTERVAL{"log_interval", INTERVAL_MIN, INTERVAL_MAX, VTL_LOG_INTERVAL_DEFAULT, " ns"};
// A summary of each site, and one line besides.
constexpr Range TOTAL_BURST{"log_total_burst", VTL_LOG_SITES + 1, BURST_MAX, VTL_LOG_TOTAL_BURST_DEFAULT, ""};
constexpr Range TOTAL_INTERVAL{"log_total_interval", INTERVAL_MIN, INTERVAL_MAX, VTL_LOG_TOTAL_INTERVAL_DEFAULT, " ns"};

constexpr bool holds(const Range& range, std::uint64_t value) { return value >= range.least && value <= range.most; }

// Says what is wrong with the value, if anything is.
bool judge(Text& text, const Range& range, std::uint64_t value) {
    if (holds(range, value))
        return true;
    text.put(range.parameter);
    text.put(" is ");
    text.decimal(value);
    text.put(range.unit);
    text.put("; it must be from ");
    text.decimal(range.least);
    text.put(" to ");
    text.decimal(range.most);
    text.put(range.unit);
    text.put(": set it to a number in that range");
    if (range.usual != 0) {
        text.put(", usual is ");
        text.decimal(range.usual);
    }
    return false;
}

} // namespace

bool valid_log_limits(bool partition, std::uint64_t burst, std::uint64_t interval) {
    return holds(partition ? TOTAL_BURST : BURST, burst) && holds(partition ? TOTAL_INTERVAL : INTERVAL, interval);
}

} // namespace vtl_intercept

extern "C" uint32_t vtl_abi_version() { return VTL_INTERCEPT_ABI; }

extern "C" size_t vtl_config_error(const vtl_config* config, char* buffer, size_t size) {
    using namespace vtl_intercept;
    Text text(buffer, buffer != nullptr ? size : 0);
    if (config == nullptr) {
        text.put("there is no configuration: pass the address of one");
        return text.finish();
    }
    // The first fault is told; the others show when it is mended.
    static_cast<void>(judge(text, VPS, config->vps) && judge(text, ISOLATION, config->isolation) &&
                      judge(text, BURST, config->log_burst) && judge(text, INTERVAL, config->log_interval) &&
                      judge(text, TOTAL_BURST, config->log_total_burst) &&
                      judge(text, TOTAL_INTERVAL, config->log_total_interval));
    return text.finish();
}
