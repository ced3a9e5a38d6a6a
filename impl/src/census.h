// The census of unknown MSR accesses of a VP: an exact part and a sketch (requirement A7, L13, L14).
#ifndef VTL_IMPL_CENSUS_H
#define VTL_IMPL_CENSUS_H

#include "log_protocol.h"
#include "vtl_intercept.h"

#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

// Which part of a vtl_census an MSR belongs to; CENSUS_RANGES if to none.
inline constexpr std::uint32_t CENSUS_RANGES = 2;
constexpr std::uint32_t census_first(std::uint32_t range) { return range == 0 ? 0 : 0xC0000000; }
constexpr std::uint32_t census_range(std::uint32_t msr) {
    if (msr - census_first(0) < VTL_CENSUS_RANGE)
        return 0;
    return msr - census_first(1) < VTL_CENSUS_RANGE ? 1 : CENSUS_RANGES;
}

constexpr std::uint64_t sketch_key(std::uint32_t msr, bool write) { return std::uint64_t{write} << 32 | msr; }

// One writer, the VP's thread. Readers may look meanwhile: an entry whose access is replaced changes in three words, so
// `changes` tells them whether they saw some of the old and some of the new. Each of the three is stored with release
// and loaded with acquire: a reader that saw a new one then sees the odd number that was stored before it.
template <class Memory>
void count_in_sketch(const Memory& memory, vtl_census_sketch& sketch, std::uint64_t key) {
    for (std::uint32_t held = 0; held < VTL_CENSUS_ENTRIES; ++held)
        if (memory.load(sketch.key[held]) == key) {
            raise(memory, sketch.count[held]);
            return;
        }
    // An entry without a key has count 0, the smallest of all.
    std::uint32_t n = 0;
    std::uint64_t least = memory.load(sketch.count[0]);
    for (std::uint32_t other = 1; other < VTL_CENSUS_ENTRIES; ++other)
        if (const std::uint64_t count = memory.load(sketch.count[other]); count < least) {
            least = count;
            n = other;
        }
    const std::uint64_t changes = memory.load(sketch.changes);
    memory.store(sketch.changes, changes + 1);
    memory.store_release(sketch.key[n], key);
    memory.store_release(sketch.error[n], least);
    memory.store_release(sketch.count[n], saturating_sum(least, 1));
    memory.store_release(sketch.changes, changes + 2);
}

// More than replacements can spoil, one an exit at most; unless the VP's thread stands still in one.
inline constexpr int SKETCH_READS = 16;

// False of an entry without count, and of one that could not be seen in one piece.
template <class Memory>
bool read_sketch(const Memory& memory, const vtl_census_sketch& sketch, std::uint32_t n, vtl_sketch_entry& entry,
                 int attempts = SKETCH_READS) {
    for (int attempt = 0; attempt < attempts; ++attempt) {
        const std::uint64_t changes = memory.load_acquire(sketch.changes);
        const std::uint64_t key = memory.load_acquire(sketch.key[n]);
        const std::uint64_t error = memory.load_acquire(sketch.error[n]);
        const std::uint64_t count = memory.load_acquire(sketch.count[n]);
        if (changes % 2 != 0 || memory.load(sketch.changes) != changes)
            continue;
        if (key == 0)
            return false;
        entry = {.msr = static_cast<std::uint32_t>(key), .write = key >> 32 != 0, .count = count, .error = error};
        return true;
    }
    return false;
}

// Counts an unknown access, in the part it belongs to.
void count_unknown(vtl_vp_log& log, std::uint32_t msr, bool write);

} // namespace vtl_intercept

#endif
