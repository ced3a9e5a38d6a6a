#include "proptests/sweep_walk.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace vtlcheck::proptests {
namespace {

using model::Concrete;
using Bool = Concrete::Bool;

constexpr std::uint64_t efer_of_long_mode = 0xD01;
constexpr std::uint64_t cr0_of_long_mode = 0x80050033;
constexpr std::uint64_t cr4_of_long_mode = 0x20;
constexpr std::uint64_t garbage_high = 0xA5C3'9669'0000'0000;
constexpr std::uint64_t garbage = 0x0123'4567'89AB'CDE0;
constexpr std::uint64_t now = 1'000'000'000; // ns
/// A walk that never changes its state starts anew all the same: a trace that shows a divergence stays short.
constexpr std::size_t most_since_base = 64;
constexpr std::uint64_t shrink_budget = 2'000;

// What some rule accepts and, with one bit wrong, refuses.
constexpr std::array<std::uint64_t, 23> accepted{
    0,
    0xD01,
    0x901,
    0x800,
    0xFEE00800,
    0xFEE00900,
    0xFEE00C00,
    0xFEE00D00,
    0x5001,
    0x5000,
    0x50031,
    0x10000,
    0x0007040600070406,
    0x1800,
    0x80050033,
    0x370678,
    0x20,
    0x202,
    0x1E,
    0x5F,
    0x7,
    0xFFFF800000000000,
    0x1EFFD557,
};
constexpr std::array<std::uint64_t, 37> edges{0,
                                              1,
                                              2,
                                              3,
                                              4,
                                              7,
                                              8,
                                              0x10,
                                              0x14,
                                              0x1F,
                                              0x40,
                                              0x80,
                                              0xFF,
                                              0x100,
                                              0x600,
                                              0xFFF,
                                              0x1000,
                                              0x1001,
                                              0x1003,
                                              0x2000,
                                              0x20000,
                                              0x30001,
                                              0xE0101,
                                              0x7FFFFFFF,
                                              0xFEE00000,
                                              0xFFFFFFFF,
                                              0x100000000,
                                              0x00007FFFFFFFFFFF,
                                              0x0000800000000000,
                                              0x00FFFFFFFFFFFFFF,
                                              0x0100000000000000,
                                              0xFEFFFFFFFFFFFFFF,
                                              0xFF00000000000000,
                                              0xFFFF7FFFFFFFFFFF,
                                              0xFFFF800000000000,
                                              0xA0050033,
                                              0xFFFFFFFFFFFFFFFF};

std::vector<std::uint64_t> sorted(std::vector<std::uint64_t> values) {
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    return values;
}

} // namespace

conformance::TraceHeader long_mode_header(const Plan& plan) {
    auto header = header_of(plan);
    const auto exit = instruction(0, false);
    for (auto& bank : header.start.vp[0].vtl) {
        bank.efer = efer_of_long_mode;
        bank.ia32e_guest = Bool(true);
        bank.rip = exit.rip;
        bank.rflags = exit.rflags;
        bank.rsp = exit.gpr[model::rsp];
        bank.cr0 = exit.cr0;
        bank.cr4 = exit.cr4;
    }
    return header;
}

model::ConcreteExit instruction(std::uint32_t reason, bool vtl1) {
    model::ConcreteExit exit;
    exit.vtl1 = Bool(vtl1);
    exit.info[model::info_rax] = reason;
    exit.info[model::info_rsi] = 0xFFFFFFFFA09B0010;
    exit.info[model::info_r11] = std::uint64_t{2} << 32U;
    for (std::size_t i = 0; i < exit.gpr.size(); ++i) {
        exit.gpr[i] = garbage + i;
    }
    exit.rip = 0xFFFFFFFF; // the next instruction is elsewhere in 64-bit code than in 32-bit code
    exit.cr0 = cr0_of_long_mode;
    exit.cr4 = cr4_of_long_mode;
    exit.now = now;
    exit.apic_value = garbage;
    exit.reference_time = garbage + 1;
    exit.register_value = garbage + 2;
    exit.register_value_high = garbage + 3;
    return exit;
}

model::ConcreteExit msr_exit(bool write, bool vtl1, std::uint32_t number, std::uint64_t value) {
    auto exit = instruction(write ? model::reason_wrmsr : model::reason_rdmsr, vtl1);
    exit.gpr[model::rcx] = garbage_high | number;
    exit.gpr[model::rax] = garbage_high | (value & 0xFFFFFFFF);
    exit.gpr[model::rdx] = garbage_high | (value >> 32U);
    return exit;
}

std::span<const std::uint64_t> telling_values() {
    static const auto values = [] {
        std::vector<std::uint64_t> all(edges.begin(), edges.end());
        all.insert(all.end(), accepted.begin(), accepted.end());
        return sorted(std::move(all));
    }();
    return values;
}

std::span<const std::uint64_t> values_next_to_telling() {
    static const auto values = [] {
        const auto telling = telling_values();
        std::vector<std::uint64_t> all;
        for (const std::uint64_t value : accepted) {
            for (unsigned bit = 0; bit < 64; ++bit) {
                const std::uint64_t next = value ^ std::uint64_t{1} << bit;
                if (!std::binary_search(telling.begin(), telling.end(), next)) {
                    all.push_back(next);
                }
            }
        }
        return sorted(std::move(all));
    }();
    return values;
}

bool Walk::base(const conformance::TraceHeader& header) {
    base_ = header;
    return restart();
}

bool Walk::restart() {
    since_.clear();
    if (lockstep_.start(base_, Watch::campaign)) {
        return true;
    }
    note(lockstep_.divergence(), {});
    return false;
}

bool Walk::stays_at_base() const {
    const auto& state = lockstep_.state();
    auto vp = state.vp[0];
    const auto& start = base_.start.vp[0];
    vp.vtl[0].rip = start.vtl[0].rip;
    vp.vtl[1].rip = start.vtl[1].rip;
    vp.shared.active_vtl1 = start.shared.active_vtl1;
    vp.shared.audit_next = start.shared.audit_next;
    vp.shared.audit_count = start.shared.audit_count;
    vp.shared.audit_lost = start.shared.audit_lost;
    // Bytes between fields mean nothing: at worst the walk starts anew once more.
    // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c)
    const auto equal = [](const auto& a, const auto& b) { return std::memcmp(&a, &b, sizeof a) == 0; };
    return equal(vp, start) && equal(state.partition, base_.start.partition) && equal(state.vsm, base_.start.vsm);
}

bool Walk::step(const model::ConcreteExit& exit) {
    if (since_.size() >= most_since_base || (!since_.empty() && !stays_at_base())) {
        if (!restart()) {
            result_.cut_short = true;
            return false;
        }
    }
    since_.push_back(exit);
    ++result_.counts.in_full;
    return lockstep_.step(exit) || note(lockstep_.divergence(), since_);
}

bool Walk::alike(std::span<const model::ConcreteExit> exits, std::uint32_t first, std::uint32_t last) {
    for (std::uint64_t from = first; from <= last;) {
        const auto stepped = lockstep_.stepped();
        const auto alike = lockstep_.alike();
        const bool agree = lockstep_.step_alike(exits, static_cast<std::uint32_t>(from), last);
        result_.counts.in_full += lockstep_.stepped() - stepped;
        result_.counts.alike += lockstep_.alike() - alike;
        if (agree) {
            break;
        }
        const auto exit = lockstep_.diverging_exit();
        if (!note(lockstep_.divergence(), {exit})) {
            return false;
        }
        from = std::uint64_t{static_cast<std::uint32_t>(exit.gpr[model::rcx].value())} + 1;
    }
    return true;
}

bool Walk::differs(const std::string& clause, std::vector<conformance::Difference> differences) {
    Divergence divergence;
    divergence.clause = clause;
    divergence.differences = std::move(differences);
    return note(std::move(divergence), since_);
}

/// True: the walk goes on, from the base state.
bool Walk::note(Divergence divergence, const std::vector<model::ConcreteExit>& exits) {
    ++result_.violations;
    if (!result_.first) {
        conformance::Trace trace;
        static_cast<conformance::TraceHeader&>(trace) = base_;
        const auto add = [&](const model::ConcreteExit& exit) { trace.steps.emplace_back().exit = exit; };
        // A difference before any exit: a trace has one all the same.
        add(exits.empty() ? instruction(model::reason_rdmsr, false) : exits.back());
        bool shown = run(subject_, trace).has_value();
        if (!shown && exits.size() > 1) {
            trace.steps.clear();
            std::for_each(exits.begin(), exits.end(), add);
            shown = run(subject_, trace).has_value();
        }
        if (divergence.clause.empty()) {
            divergence.clause = "none, the state";
        }
        std::string origin = "vtlcheck sweep.";
        if (shown) {
            auto shrunk = shrink(subject_, trace, shrink_budget);
            trace = std::move(shrunk.trace);
            const std::string clause = std::exchange(divergence, std::move(shrunk.divergence)).clause;
            divergence.clause = divergence.clause.empty() ? clause : divergence.clause;
        } else {
            origin +=
                " This trace alone does not show it: it hangs on accesses of other MSRs before, or on more than a "
                "replay compares.";
        }
        result_.first = {.clause = divergence.clause, .trace = divergence_text(trace, divergence, origin)};
    }
    if (result_.violations >= most_violations) {
        result_.cut_short = true;
        return false;
    }
    since_.clear();
    return lockstep_.start(base_, Watch::campaign);
}

} // namespace vtlcheck::proptests
