// The census of one VP: which unknown MSRs a guest tried (notes L13, L14). On machine words only: a table of counters has
// no use for proofs; what the sketch promises is a matter of counting, tested against exact counts.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <unordered_map>

namespace vtlcheck::model {

inline constexpr std::size_t census_entries = 32;

/// Whether the MSR has an exact count: the two ranges of the MSR bitmap.
constexpr bool in_exact_census(std::uint32_t msr) {
    return (msr & ~std::uint32_t{0xC0000000}) < 0x2000 && (msr >> 30 == 0 || msr >> 30 == 3);
}

class Census {
public:
    struct Entry {
        std::uint32_t msr = 0;
        bool write = false;
        std::uint64_t count = 0; ///< 0: the entry is free
        std::uint64_t error = 0;
    };

    void clear() {
        exact_.clear();
        sketch_.fill({});
    }
    void add(std::uint32_t msr, bool write) {
        if (in_exact_census(msr)) {
            std::uint32_t& count = exact_[key(msr, write)];
            count += count != std::numeric_limits<std::uint32_t>::max() ? 1U : 0U;
        } else {
            add_to_sketch(msr, write);
        }
    }
    [[nodiscard]] std::uint32_t count(std::uint32_t msr, bool write) const {
        const auto found = exact_.find(key(msr, write));
        return found == exact_.end() ? 0 : found->second;
    }
    [[nodiscard]] const std::array<Entry, census_entries>& sketch() const { return sketch_; }

private:
    static std::uint64_t key(std::uint32_t msr, bool write) { return std::uint64_t{msr} << 1 | (write ? 1U : 0U); }

    void add_to_sketch(std::uint32_t msr, bool write) {
        Entry* smallest = &sketch_.front();
        for (Entry& entry : sketch_) {
            if (entry.count != 0 && entry.msr == msr && entry.write == write) {
                entry.count += entry.count != std::numeric_limits<std::uint64_t>::max() ? 1U : 0U;
                return;
            }
            smallest = entry.count < smallest->count ? &entry : smallest;
        }
        // A free entry is the smallest of all.
        *smallest = {.msr = msr,
                     .write = write,
                     .count =
                         smallest->count + (smallest->count != std::numeric_limits<std::uint64_t>::max() ? 1U : 0U),
                     .error = smallest->count};
    }

    std::unordered_map<std::uint64_t, std::uint32_t> exact_;
    std::array<Entry, census_entries> sketch_{};
};

} // namespace vtlcheck::model
