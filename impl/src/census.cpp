// The census of unknown MSR accesses: counting, and what its readers call.
#include "census.h"

#include "atomic_memory.h"

#include <cstdint>

namespace vtl_intercept {

void count_unknown(vtl_vp_log& log, std::uint32_t msr, bool write) {
    constexpr AtomicMemory memory;
    const std::uint32_t range = census_range(msr);
    if (range == CENSUS_RANGES) {
        count_in_sketch(memory, log.sketch, sketch_key(msr, write));
        return;
    }
    vtl_census* const census = memory.load(log.census);
    if (census == nullptr)
        return;
    std::uint32_t& cell = census->count[write ? 1 : 0][range][msr % VTL_CENSUS_RANGE];
    const std::uint32_t count = memory.load(cell);
    if (count + 1 != 0)
        memory.store(cell, count + 1);
}

namespace {

const vtl_vp_log* log_of(const vtl_partition* partition, std::uint32_t vp) {
    return partition != nullptr && vp < partition->config.vps ? &partition->logs[vp] : nullptr;
}

} // namespace
} // namespace vtl_intercept

extern "C" vtl_status vtl_census_attach(vtl_partition* partition, uint32_t vp, vtl_census* census) {
    if (partition == nullptr || vp >= partition->config.vps)
        return VTL_BAD_ARGUMENT;
    vtl_intercept::AtomicMemory::store_release(partition->logs[vp].census, census);
    return VTL_OK;
}

extern "C" uint32_t vtl_census_count(const vtl_partition* partition, uint32_t vp, uint32_t msr, bool write) {
    using namespace vtl_intercept;
    const vtl_vp_log* const log = log_of(partition, vp);
    const std::uint32_t range = census_range(msr);
    if (log == nullptr || range == CENSUS_RANGES)
        return 0;
    const vtl_census* const census = AtomicMemory::load_acquire(log->census);
    return census != nullptr ? AtomicMemory::load(census->count[write ? 1 : 0][range][msr % VTL_CENSUS_RANGE]) : 0;
}

extern "C" bool vtl_census_entry(const vtl_partition* partition, uint32_t vp, uint32_t index, vtl_sketch_entry* entry) {
    using namespace vtl_intercept;
    const vtl_vp_log* const log = log_of(partition, vp);
    if (log == nullptr || entry == nullptr || index >= VTL_CENSUS_ENTRIES)
        return false;
    return read_sketch(AtomicMemory{}, log->sketch, index, *entry);
}
