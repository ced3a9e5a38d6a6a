#include "cli/shard_option.hpp"

#include "cli/output.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vtlcheck::cli {

void ShardOption::add_to(CLI::App& command, const std::string& joined) {
    command.add_option("--shard", text, "Run the K-th of N parts. " + joined)->type_name("K/N");
}

std::pair<std::uint64_t, std::uint64_t> ShardOption::numbers() const {
    if (text.empty()) {
        return {1, 1};
    }
    const auto [shard, shards] = parse_pair(text, '/', "shard", 1'000'000);
    if (shard == 0 || shard > shards) {
        throw UsageError(
            fmt::format("--shard {}: shards count from 1; give 1/{}", text, std::max<std::uint64_t>(shards, 1)));
    }
    return {shard, shards};
}

} // namespace vtlcheck::cli
