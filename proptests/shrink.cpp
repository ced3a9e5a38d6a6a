#include "proptests/shrink.hpp"

#include "conformance/fields.hpp"

#include <algorithm>
#include <stdexcept>

namespace vtlcheck::proptests {
namespace {

using conformance::FieldTable;
using conformance::Trace;
using model::ConcreteExit;

class Shrinker {
public:
    Shrinker(conformance::Subject& subject, Trace failing, std::uint64_t budget, std::chrono::seconds time)
        : subject_(subject), budget_(budget), end_(std::chrono::steady_clock::now() + time), best_(std::move(failing)) {
        const auto divergence = run(subject_, best_);
        if (!divergence) {
            throw std::logic_error("shrink: the trace does not fail");
        }
        accept(best_, *divergence);
    }

    Shrunk shrink() {
        // Plainer values can make exits superfluous, so both passes run until neither gains.
        bool gained = true;
        while (gained && !exhausted()) {
            gained = leave_out_exits();
            gained = make_plain() || gained;
        }
        return {.trace = std::move(best_),
                .divergence = std::move(divergence_),
                .replays = replays_,
                .minimal = !exhausted()};
    }

private:
    [[nodiscard]] bool exhausted() const { return replays_ >= budget_ || std::chrono::steady_clock::now() >= end_; }

    void accept(const Trace& trace, const Divergence& divergence) {
        best_ = trace;
        divergence_ = divergence;
        // Nothing after the divergence matters.
        best_.steps.resize(std::min(best_.steps.size(), divergence.step + 1));
    }

    bool attempt(const Trace& candidate) {
        // Smaller numbers can be no partition's any more.
        if (exhausted() || !model::acceptable_log_limits(candidate.config).value()) {
            return false;
        }
        ++replays_;
        const auto divergence = run(subject_, candidate);
        // A wrong answer must not turn into a crash on the way, nor a crash into a wrong answer.
        if (!divergence || divergence->subject_error.empty() != divergence_.subject_error.empty()) {
            return false;
        }
        accept(candidate, *divergence);
        return true;
    }

    bool leave_out_exits() {
        bool gained = false;
        for (std::size_t chunk = std::max<std::size_t>(best_.steps.size() / 2, 1); chunk >= 1; chunk /= 2) {
            for (std::size_t from = 0; from < best_.steps.size() && !exhausted();) {
                Trace candidate = best_;
                const auto first = candidate.steps.begin() + static_cast<std::ptrdiff_t>(from);
                candidate.steps.erase(
                    first, first + static_cast<std::ptrdiff_t>(std::min(chunk, candidate.steps.size() - from)));
                if (attempt(candidate)) {
                    gained = true;
                } else {
                    from += chunk;
                }
            }
        }
        return gained;
    }

    /// Tries the values of `plain` for each field of a part of the trace, then smaller numbers.
    template <class T, class Part>
    bool make_plain(const T& plain, Part&& part) {
        const auto& table = FieldTable<T>::get();
        bool gained = false;
        for (std::size_t i = 0; i < table.size() && !exhausted(); ++i) {
            const std::uint64_t now = table.load(part(best_), i);
            const std::uint64_t goal = table.load(plain, i);
            // The register halves an MSR access ignores go first: they hide what matters.
            for (const std::uint64_t value : {goal, now & 0xFFFFFFFF, now & 0xFFFF, now & (now - 1)}) {
                const std::uint64_t current = table.load(part(best_), i);
                if (value == current || current == goal || (value != goal && value > current)) {
                    continue;
                }
                Trace candidate = best_;
                table.store(part(candidate), i, value);
                gained = attempt(candidate) || gained;
            }
        }
        return gained;
    }

    /// A partition without the VPs that no exit names.
    bool leave_out_vps() {
        std::uint32_t used = 1;
        for (const auto& step : best_.steps) {
            used = std::max(used, step.vp() + 1);
        }
        if (used >= best_.vps) {
            return false;
        }
        Trace candidate = best_;
        candidate.vps = used;
        candidate.config.vps = used;
        candidate.start.vp.resize(used);
        return attempt(candidate);
    }

    bool make_plain() {
        bool gained = leave_out_vps();
        for (std::size_t s = 0; s < best_.steps.size(); ++s) {
            // What the text format writes for a plain instruction of 64-bit code: fewest fields to read.
            const auto& exit = best_.steps[s].exit;
            gained = make_plain(plain_like(exit),
                                [s](Trace& trace) -> ConcreteExit& {
                                    return trace.steps[std::min(s, trace.steps.size() - 1)].exit;
                                }) ||
                     gained;
        }
        model::ConcreteConfig config;
        config.vps = best_.vps; // leave_out_vps changes the number
        gained = make_plain(config, [](Trace& t) -> auto& { return t.config; }) || gained;
        gained =
            make_plain(model::PartitionVsm<model::Concrete>{}, [](Trace& t) -> auto& { return t.start.vsm; }) || gained;
        for (unsigned v = 0; v < 2; ++v) {
            gained = make_plain(model::PartitionVtl<model::Concrete>{},
                                [v](Trace& t) -> auto& { return t.start.partition[v]; }) ||
                     gained;
        }
        for (std::uint32_t vp = 0; vp < best_.vps; ++vp) {
            const auto reset = model::reset_state<model::Concrete>(vp);
            gained = make_plain(reset.vp, [vp](Trace& t) -> auto& { return t.start.vp[vp].shared; }) || gained;
            gained = make_plain(reset.slot, [vp](Trace& t) -> auto& { return t.start.vp[vp].slot; }) || gained;
            for (unsigned v = 0; v < 2; ++v) {
                gained =
                    make_plain(reset.vtl[v], [vp, v](Trace& t) -> auto& { return t.start.vp[vp].vtl[v]; }) || gained;
            }
        }
        return gained;
    }

    /// The plain exit of the same instruction.
    static ConcreteExit plain_like(const ConcreteExit& exit) {
        ConcreteExit plain;
        plain.kind = exit.kind;
        plain.rip = 0x1000;
        plain.cr0 = 0x80050033;
        plain.cr4 = 0x20;
        plain.info[model::info_rsi] = 0xFFFFFFFFA09B0010;
        const std::uint64_t reason = exit.info[model::info_rax].value() & 0xFFFF;
        plain.info[model::info_rax] = reason;
        plain.info[model::info_r11] = std::uint64_t{reason == model::reason_tdcall ? 4U : 2U} << 32U;
        return plain;
    }

    conformance::Subject& subject_;
    std::uint64_t budget_;
    std::chrono::steady_clock::time_point end_;
    std::uint64_t replays_ = 0;
    Trace best_;
    Divergence divergence_;
};

} // namespace

Shrunk shrink(conformance::Subject& subject, conformance::Trace failing, std::uint64_t budget,
              std::chrono::seconds time) {
    return Shrinker(subject, std::move(failing), budget, time).shrink();
}

} // namespace vtlcheck::proptests
