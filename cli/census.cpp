#include "cli/census.hpp"

#include "model/specification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace vtlcheck::cli {
namespace {

constexpr std::uint32_t range_size = 0x2000;
constexpr std::size_t sketch_entries = 32;

/// A sketch that is full may have dropped what another counted: no more often than its smallest count says.
std::uint64_t missed_by(const std::vector<conformance::CensusEntry>& sketch) {
    if (sketch.size() < sketch_entries) {
        return 0;
    }
    return std::min_element(sketch.begin(), sketch.end(),
                            [](const auto& a, const auto& b) { return a.count < b.count; })
        ->count;
}

void add_sketch(VpCensus& vp, const std::vector<conformance::CensusEntry>& sketch) {
    const std::uint64_t missed = missed_by(sketch);
    for (auto& row : vp.counts) {
        const bool found = std::any_of(sketch.begin(), sketch.end(), [&](const auto& entry) {
            return CensusKey{entry.msr, entry.write} == row.first;
        });
        if (row.second.sketched && !found) {
            row.second.count += missed;
            row.second.error += missed;
        }
    }
    for (const auto& entry : sketch) {
        auto [at, added] = vp.counts.try_emplace({entry.msr, entry.write}, CensusCount{.sketched = true});
        at->second.count += entry.count + (added ? vp.missed : 0);
        at->second.error += entry.error + (added ? vp.missed : 0);
    }
    vp.missed += missed;
}

std::vector<const std::pair<const CensusKey, CensusCount>*> by_count(const VpCensus& vp) {
    std::vector<const std::pair<const CensusKey, CensusCount>*> rows;
    rows.reserve(vp.counts.size());
    for (const auto& row : vp.counts) {
        rows.push_back(&row);
    }
    // By what is certain: of a sketch that overflows, the upper ends are all alike.
    const auto certain = [](const auto* row) { return row->second.count - row->second.error; };
    std::sort(rows.begin(), rows.end(), [&](const auto* a, const auto* b) {
        return std::tuple(certain(b), b->second.count, a->first) < std::tuple(certain(a), a->second.count, b->first);
    });
    return rows;
}

std::string count_text(const CensusCount& count) {
    return count.error == 0 ? grouped(count.count)
                            : fmt::format("{}-{}", grouped(count.count - count.error), grouped(count.count));
}

} // namespace

std::string msr_text(std::uint32_t msr) {
    const auto row = model::row_index(msr);
    return row == model::unlisted_row ? fmt::format("{:#x}", msr)
                                      : fmt::format("{:#x} {}", msr, model::msr_table[row].name);
}

void add_census(std::vector<VpCensus>& all, const conformance::Subject& subject, std::uint32_t vps) {
    all.resize(std::max<std::size_t>(all.size(), vps));
    for (std::uint32_t vp = 0; vp < vps; ++vp) {
        for (const std::uint32_t first : {0U, 0xC0000000U}) {
            for (std::uint32_t i = 0; i < range_size; ++i) {
                for (const bool write : {false, true}) {
                    if (const std::uint32_t count = subject.census_count(vp, first + i, write); count != 0) {
                        all[vp].counts[{first + i, write}].count += count;
                    }
                }
            }
        }
        add_sketch(all[vp], subject.census_sketch(vp));
    }
}

VpCensus merged(const std::vector<VpCensus>& all) {
    VpCensus result;
    for (const auto& vp : all) {
        for (const auto& [key, count] : vp.counts) {
            result.counts[key].sketched = count.sketched;
        }
        result.missed += vp.missed;
    }
    for (auto& [key, sum] : result.counts) {
        for (const auto& vp : all) {
            const auto found = vp.counts.find(key);
            const CensusCount absent{.count = vp.missed, .error = vp.missed, .sketched = true};
            if (found != vp.counts.end() || sum.sketched) {
                const CensusCount& count = found != vp.counts.end() ? found->second : absent;
                sum.count += count.count;
                sum.error += count.error;
            }
        }
    }
    return result;
}

Json to_json(const std::vector<VpCensus>& all) {
    Json json = Json::array();
    for (std::size_t vp = 0; vp < all.size(); ++vp) {
        Json rows = Json::array();
        for (const auto* row : by_count(all[vp])) {
            rows.push_back({{"msr", fmt::format("{:#x}", row->first.msr)},
                            {"access", row->first.write ? "write" : "read"},
                            {"count", row->second.count},
                            {"error", row->second.error},
                            {"exact", !row->second.sketched}});
        }
        json.push_back({{"vp", vp}, {"missed_at_most", all[vp].missed}, {"accesses", rows}});
    }
    return json;
}

std::string summary(const std::vector<VpCensus>& all, std::size_t most) {
    std::string text;
    for (std::size_t vp = 0; vp < all.size(); ++vp) {
        if (all[vp].counts.empty()) {
            continue;
        }
        text += all.size() == 1 ? "  census:\n" : fmt::format("  census of VP {}:\n", vp);
        std::size_t shown = 0;
        for (const auto* row : by_count(all[vp])) {
            if (shown++ == most) {
                text += fmt::format("    and {} more\n", all[vp].counts.size() - most);
                break;
            }
            text += fmt::format("    {:>9} x {} {}\n", count_text(row->second), row->first.write ? "WRMSR" : "RDMSR",
                                msr_text(row->first.msr));
        }
        if (all[vp].missed != 0) {
            text +=
                fmt::format("    outside 0-0x1fff and 0xc0000000-0xc0001fff, what is not listed was tried at most {} "
                            "times each\n",
                            grouped(all[vp].missed));
        }
    }
    return text.empty() ? "  census: no unknown access was counted\n" : text;
}

} // namespace vtlcheck::cli
