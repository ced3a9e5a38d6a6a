// The log budget on the partition's words, the rings of lines, and what their readers call.
#include "log_budget.h"

#include "atomic_memory.h"
#include "bits.h"
#include "census.h"
#include "handlers.h"
#include "log_protocol.h"
#include "outcome.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

LogProtocol<AtomicMemory> protocol_of(vtl_partition& partition) {
    return {AtomicMemory{}, partition.config, partition.log, partition.logs};
}

// The reader's last word before the writer's: what it has read is free.
void put_in_ring(vtl_vp_log& log, const vtl_log_record& record) {
    constexpr AtomicMemory memory;
    const std::uint64_t head = memory.load(log.ring_head);
    if (head - memory.load_acquire(log.ring_tail) >= VTL_LOG_RECORDS) {
        raise(memory, log.lost);
        return;
    }
    log.ring[head % VTL_LOG_RECORDS] = record;
    memory.store_release(log.ring_head, head + 1);
}

void write_line(vtl_partition& partition, const vtl_exit& exit, vtl_outcome& outcome, std::uint8_t site,
                const LogLine& line) {
    if (line.kind == VTL_LINE_NONE)
        return;
    outcome.log_line = static_cast<std::uint8_t>(line.kind);
    outcome.log_suppressed = line.suppressed;
    vtl_log_record record{};
    record.host.time = exit.now;
    record.host.suppressed = line.suppressed;
    record.host.number = outcome.log_msr;
    record.host.vp = exit.vp;
    record.host.line = outcome.log_line;
    record.host.site = site;
    record.host.vtl = static_cast<std::uint8_t>(exit.vtl);
    record.confidential.value = outcome.log_value;
    put_in_ring(partition.logs[exit.vp], record);
}

} // namespace

void charge_attempt(vtl_partition& partition, const vtl_exit& exit, vtl_outcome& outcome) {
    const std::uint8_t site = outcome.log_site;
    if (site == VTL_LOG_UNKNOWN_READ || site == VTL_LOG_UNKNOWN_WRITE)
        count_unknown(partition.logs[exit.vp], outcome.log_msr, site == VTL_LOG_UNKNOWN_WRITE);
    write_line(partition, exit, outcome, site, protocol_of(partition).attempt(exit.vp, site - 1U, exit.now));
}

vtl_status flush_log(vtl_partition& partition, const vtl_exit& exit, vtl_outcome& outcome) {
    const std::uint64_t index = exit.argument - 1; // sites count from 1, and 0 is none
    if (index >= VTL_LOG_SITES)
        return refuse(exit, outcome, HV_STATUS_INVALID_PARAMETER);
    if (log_active(partition.config))
        write_line(partition, exit, outcome, static_cast<std::uint8_t>(exit.argument),
                   protocol_of(partition).flush(exit.vp, low32(index), exit.now));
    return leave_unchanged(exit, outcome, VTL_ACCEPTED);
}

vtl_status set_log_limits(vtl_partition& partition, const vtl_exit& exit, vtl_outcome& outcome) {
    constexpr std::uint64_t owner_sites = 0;
    constexpr std::uint64_t owner_partition = 1;
    const bool total = exit.argument == owner_partition;
    const std::uint64_t burst = exit.input.value;
    const std::uint64_t interval = exit.input.value_high;
    if (!log_active(partition.config) || (!total && exit.argument != owner_sites) ||
        !valid_log_limits(total, burst, interval) || burst * interval > WORD_MAX - exit.now)
        return refuse(exit, outcome, HV_STATUS_INVALID_PARAMETER);

    // No VP is in an exit, but somebody may look.
    constexpr AtomicMemory memory;
    vtl_config& config = partition.config;
    memory.store(total ? config.log_total_burst : config.log_burst, burst);
    memory.store(total ? config.log_total_interval : config.log_interval, interval);
    const std::uint64_t empty = exit.now + burst * interval;
    if (total)
        memory.store(partition.log.total_full_time, empty);
    else
        for (vtl_log_site_words& site : partition.log.site)
            memory.store(site.full_time, empty);
    return leave_unchanged(exit, outcome, VTL_ACCEPTED);
}

} // namespace vtl_intercept

extern "C" bool vtl_log_read(vtl_partition* partition, uint32_t vp, vtl_log_record* record) {
    if (partition == nullptr || record == nullptr || vp >= partition->config.vps)
        return false;
    constexpr vtl_intercept::AtomicMemory memory;
    vtl_vp_log& log = partition->logs[vp];
    const std::uint64_t tail = memory.load(log.ring_tail);
    if (tail == memory.load_acquire(log.ring_head))
        return false;
    *record = log.ring[tail % VTL_LOG_RECORDS];
    memory.store_release(log.ring_tail, tail + 1);
    return true;
}

extern "C" uint64_t vtl_log_lost(const vtl_partition* partition, uint32_t vp) {
    if (partition == nullptr || vp >= partition->config.vps)
        return 0;
    return vtl_intercept::AtomicMemory::load(partition->logs[vp].lost);
}

extern "C" vtl_status vtl_log_totals(const vtl_partition* partition, uint32_t site, vtl_log_counters* counters) {
    using namespace vtl_intercept;
    const std::uint32_t index = site - 1;
    if (partition == nullptr || counters == nullptr || index >= VTL_LOG_SITES)
        return VTL_BAD_ARGUMENT;
    *counters = totals(AtomicMemory{}, partition->config, partition->log, partition->logs, index);
    return VTL_OK;
}
