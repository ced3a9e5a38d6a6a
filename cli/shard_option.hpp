// --shard K/N: one of N parts that together are the whole.
#pragma once

#include <CLI/CLI.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vtlcheck::cli {

struct ShardOption {
    std::string text;

    /// `joined` says how the parts make a whole again.
    void add_to(CLI::App& command, const std::string& joined);
    /// K and N, 1 <= K <= N; 1 and 1 if not given. Throws UsageError.
    [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> numbers() const;

    /// Of a list every N-th, from the K-th on.
    template <class T>
    [[nodiscard]] std::vector<T> part_of(const std::vector<T>& all) const {
        const auto [shard, shards] = numbers();
        std::vector<T> part;
        for (std::size_t i = shard - 1; i < all.size(); i += shards) {
            part.push_back(all[i]);
        }
        return part;
    }
};

} // namespace vtlcheck::cli
