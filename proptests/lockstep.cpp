#include "proptests/lockstep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace vtlcheck::proptests {
namespace {

using conformance::Difference;
using model::Concrete;

/// Whether all fields are equal: one pass without branches, since they nearly always are.
template <class T>
bool same(const T& a, const T& b) {
    std::uint64_t difference = 0;
    T::visit([&](auto&&, const auto& x, const auto& y) { difference |= std::uint64_t{x.value()} ^ y.value(); }, a, b);
    return difference == 0;
}

/// The number of bit `bit` of word `word` of a bitmap page, and the direction.
std::string bitmap_position(std::size_t word, unsigned bit) {
    const std::uint32_t number =
        static_cast<std::uint32_t>((word & 0x7F) * 64 + bit) + ((word & 0x80) != 0 ? 0xC0000000 : 0);
    return fmt::format("{}[{:#x}]", (word & 0x100) != 0 ? "write" : "read", number);
}

} // namespace

std::uint32_t ExpectedBitmaps::key(const model::ConcreteConfig& config, const model::VpShared<Concrete>& vp,
                                   const model::VtlState<Concrete>& bank, unsigned vtl) {
    // VTL1's claims arm only what passes through by default: control bits 26 to 28.
    const std::uint64_t claims = vtl == 0 && vp.vtl1_present.value() ? (vp.intercept_control.value() >> 26U) & 7U : 0;
    const bool offload = vtl == 0 && vp.apic_offload.value() && model::x2apic_mode<Concrete>(bank).value();
    return static_cast<std::uint32_t>(claims) | (offload ? 8U : 0U) | (config.tsc_aux.value() ? 16U : 0U) |
           (vtl != 0 ? 32U : 0U);
}

const ExpectedBitmaps::Page& ExpectedBitmaps::page(const model::ConcreteConfig& config,
                                                   const model::VpShared<Concrete>& vp,
                                                   const model::VtlState<Concrete>& bank, unsigned vtl) {
    auto& page = pages_[key(config, vp, bank, vtl)];
    if (!page) {
        page = std::make_unique<Page>();
        for (std::size_t word = 0; word < page->size(); ++word) {
            std::uint64_t bits = 0;
            for (unsigned bit = 0; bit < 64; ++bit) {
                const std::uint32_t msr =
                    static_cast<std::uint32_t>((word & 0x7F) * 64 + bit) + ((word & 0x80) != 0 ? 0xC0000000 : 0);
                const bool armed = model::oracle_armed(config, vp, bank, vtl != 0, msr, (word & 0x100) != 0);
                bits |= static_cast<std::uint64_t>(armed) << bit;
            }
            (*page)[word] = bits;
        }
    }
    return *page;
}

bool Lockstep::diverge(std::vector<Difference> differences) {
    divergence_.differences = std::move(differences);
    return false;
}

bool Lockstep::start(const conformance::TraceHeader& header, Watch watch) {
    config_ = header.config;
    state_ = header.start;
    watch_ = watch;
    steps_ = 0;
    divergence_ = {};
    subject_.start(header);
    return compare_all();
}

bool Lockstep::step(const model::ConcreteExit& exit) {
    auto& vp = state_.vp[exit.vp.value()];
    expected_ = model::oracle_step(config_, state_.partition, vp.shared, vp.vtl, exit);
    divergence_.step = steps_++;
    try {
        observed_ = subject_.handle(exit);
    } catch (const conformance::SubjectError& error) {
        divergence_.clause = model::clauses[expected_.clause.value()].id;
        divergence_.subject_error = error.what();
        return false;
    }
    bool agree = true;
    if (!same(expected_.out, observed_)) {
        agree = diverge(conformance::diff(expected_.out, observed_));
    }
    if (agree) {
        agree = watch_ == Watch::everything ? compare_all() : compare_registers() && compare_bitmaps(exit.vp.value());
    }
    if (!agree) {
        divergence_.clause = model::clauses[expected_.clause.value()].id;
    }
    return agree;
}

bool Lockstep::finish() { return watch_ == Watch::everything || compare_all(); }

bool Lockstep::compare_partition() {
    const auto seen = subject_.partition();
    for (unsigned v = 0; v < 2; ++v) {
        if (!same(state_.partition[v], seen[v])) {
            return diverge(conformance::diff_fields(fmt::format("partition.vtl{}", v), state_.partition[v], seen[v]));
        }
    }
    return true;
}

bool Lockstep::compare_vp(std::uint32_t vp) {
    subject_.vp(vp, seen_);
    const auto& expected = state_.vp[vp];
    if (same(expected.shared, seen_.shared) && same(expected.vtl[0], seen_.vtl[0]) &&
        same(expected.vtl[1], seen_.vtl[1])) {
        return true;
    }
    std::vector<Difference> all = conformance::diff_fields(fmt::format("vp{}", vp), expected.shared, seen_.shared);
    for (unsigned v = 0; v < 2; ++v) {
        auto more = conformance::diff_fields(fmt::format("vp{}.vtl{}", vp, v), expected.vtl[v], seen_.vtl[v]);
        all.insert(all.end(), more.begin(), more.end());
    }
    return diverge(std::move(all));
}

bool Lockstep::compare_bitmaps(std::uint32_t vp) {
    const auto& registers = state_.vp[vp];
    for (unsigned vtl = 0; vtl < 2; ++vtl) {
        const auto& expected = bitmaps_.page(config_, registers.shared, registers.vtl[vtl], vtl);
        const auto observed = subject_.msr_bitmap(vp, vtl);
        if (std::memcmp(expected.data(), observed.data(), sizeof(expected)) == 0) {
            continue;
        }
        std::vector<Difference> all;
        for (std::size_t word = 0; word < expected.size(); ++word) {
            const std::uint64_t wrong = expected[word] ^ observed[word];
            for (unsigned bit = 0; bit < 64; ++bit) {
                if (((wrong >> bit) & 1U) != 0) {
                    const bool intercepts = ((expected[word] >> bit) & 1U) != 0;
                    all.push_back({fmt::format("vp{}.vtl{}.msr_bitmap", vp, vtl), bitmap_position(word, bit),
                                   intercepts ? "intercept" : "pass", intercepts ? "pass" : "intercept"});
                }
            }
        }
        return diverge(std::move(all));
    }
    return true;
}

bool Lockstep::compare_registers() {
    if (!compare_partition()) {
        return false;
    }
    for (std::uint32_t vp = 0; vp < state_.vp.size(); ++vp) {
        if (!compare_vp(vp)) {
            return false;
        }
    }
    return true;
}

bool Lockstep::compare_all() {
    if (!compare_registers()) {
        return false;
    }
    for (std::uint32_t vp = 0; vp < state_.vp.size(); ++vp) {
        if (!compare_bitmaps(vp)) {
            return false;
        }
    }
    return true;
}

std::optional<Divergence> run(conformance::Subject& subject, const conformance::Trace& trace, Watch watch) {
    Lockstep lockstep(subject);
    if (!lockstep.start(trace, watch)) {
        return lockstep.divergence();
    }
    for (const auto& step : trace.steps) {
        if (!lockstep.step(step.exit)) {
            return lockstep.divergence();
        }
    }
    if (!lockstep.finish()) {
        return lockstep.divergence();
    }
    return std::nullopt;
}

} // namespace vtlcheck::proptests
