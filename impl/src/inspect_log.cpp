// The log budget and the census in the JSON view: numbers of MSRs and counts, never a value.
#include "inspect_log.h"

#include "atomic_memory.h"
#include "census.h"
#include "log_budget.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr std::uint32_t LARGEST = 32;

constexpr char SITE_WORDS[][WORD_SIZE] = {"none",           "unknown-read",  "unknown-write",     "protected-write",
                                          "crash",          "tdvmcall-read", "tdvmcall-write",    "tdvmcall-function",
                                          "hypercall-code", "vtl-switch",    "protected-register"};

struct Counted {
    std::uint32_t msr;
    bool write;
    std::uint32_t count;
};

// The largest counts, falling; of equal ones those that came first.
class Largest {
public:
    void offer(const Counted& counted) {
        if (size_ == LARGEST && counted.count <= top_[LARGEST - 1].count)
            return;
        std::uint32_t n = size_ < LARGEST ? size_++ : LARGEST - 1;
        for (; n > 0 && top_[n - 1].count < counted.count; --n)
            top_[n] = top_[n - 1];
        top_[n] = counted;
    }
    const Counted* begin() const { return top_; }
    const Counted* end() const { return top_ + size_; }

private:
    Counted top_[LARGEST];
    std::uint32_t size_ = 0;
};

void write_access(Json& json, std::uint32_t msr, bool write) {
    json.mask("msr", msr);
    json.word("access", write ? "write" : "read");
}

void write_exact(Json& json, const vtl_census* census) {
    json.flag("attached", census != nullptr);
    if (census == nullptr)
        return;
    Largest largest;
    std::uint32_t counted[2] = {0, 0};
    for (std::uint32_t write = 0; write < 2; ++write)
        for (std::uint32_t range = 0; range < CENSUS_RANGES; ++range)
            for (std::uint32_t n = 0; n < VTL_CENSUS_RANGE; ++n)
                if (const std::uint32_t count = AtomicMemory::load(census->count[write][range][n]); count != 0) {
                    ++counted[write];
                    largest.offer({.msr = census_first(range) + n, .write = write != 0, .count = count});
                }
    json.number("msrs_read", counted[0]);
    json.number("msrs_written", counted[1]);
    json.open("largest", '[');
    for (const Counted& access : largest) {
        json.open(nullptr, '{');
        write_access(json, access.msr, access.write);
        json.number("count", access.count);
        json.close('}');
    }
    json.close(']');
}

void write_sketch(Json& json, const vtl_census_sketch& sketch) {
    json.open("sketch", '[');
    for (std::uint32_t n = 0; n < VTL_CENSUS_ENTRIES; ++n) {
        vtl_sketch_entry entry;
        if (!read_sketch(AtomicMemory{}, sketch, n, entry))
            continue;
        json.open(nullptr, '{');
        write_access(json, entry.msr, entry.write);
        json.number("count", entry.count);
        json.number("error", entry.error);
        json.close('}');
    }
    json.close(']');
}

} // namespace

void write_log(Json& json, const vtl_partition& partition) {
    const vtl_config& config = partition.config;
    json.open("log", '{');
    json.flag("active", log_active(config));
    json.open("limits", '{');
    json.number("burst", AtomicMemory::load(config.log_burst));
    json.number("interval", AtomicMemory::load(config.log_interval));
    json.number("total_burst", AtomicMemory::load(config.log_total_burst));
    json.number("total_interval", AtomicMemory::load(config.log_total_interval));
    json.close('}');
    json.open("sites", '[');
    for (std::uint32_t site = 1; site <= VTL_LOG_SITES; ++site) {
        vtl_log_counters counters{};
        vtl_log_totals(&partition, site, &counters);
        json.open(nullptr, '{');
        json.word("site", word_of(SITE_WORDS, site));
        json.number("emitted", counters.emitted);
        json.number("suppressed", counters.suppressed);
        json.number("reported", counters.reported);
        json.number("summaries", counters.summaries);
        json.close('}');
    }
    json.close(']');
    json.open("lost", '[');
    for (std::uint32_t vp = 0; vp < config.vps; ++vp)
        json.number(nullptr, vtl_log_lost(&partition, vp));
    json.close(']');
    json.close('}');
}

void write_census(Json& json, const vtl_partition& partition) {
    json.open("census", '[');
    for (std::uint32_t vp = 0; vp < partition.config.vps; ++vp) {
        const vtl_vp_log& log = partition.logs[vp];
        json.open(nullptr, '{');
        json.number("vp", vp);
        write_exact(json, AtomicMemory::load_acquire(log.census));
        write_sketch(json, log.sketch);
        json.close('}');
    }
    json.close(']');
}

} // namespace vtl_intercept
