#include "vectors/minimise.hpp"

#include "conformance/fields.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::vectors {
namespace {

using conformance::FieldTable;
using conformance::Trace;
using model::ConcreteExit;
using model::ConcreteOutcome;

/// What may have changed when a field was set: everything but registers that pass through.
struct Effect {
    bool reached = false; ///< the target, by a history of the grade
    std::vector<Decision> decisions;
    std::vector<ConcreteOutcome> outcomes;
    conformance::InitialState state;
};

/// Takes out of a message what passes through it: where the VP was.
void forget_context(model::InterceptMessage<model::Concrete>& message) {
    message.rip = 0;
    message.rflags = 0;
    message.cs_base = 0;
    message.cs_limit = 0;
    message.cs_selector = 0;
    message.cs_attributes = 0;
    message.state = 0;
}

/// The outcome without what passes through it.
ConcreteOutcome own_part(const ConcreteExit& exit, ConcreteOutcome out) {
    for (std::size_t i = 0; i < out.gpr.size(); ++i) {
        out.gpr[i] = out.gpr[i].value() == exit.gpr[i].value() ? 0 : out.gpr[i].value();
    }
    out.rip = (out.rip.value() - exit.rip.value()) & 0xFFFFFFFF;
    out.interruptibility =
        out.interruptibility.value() == exit.interruptibility.value() ? 0 : out.interruptibility.value();
    out.pending_debug = out.pending_debug.value() == exit.pending_debug.value() ? 0 : out.pending_debug.value();
    forget_context(out.intercept);
    return out;
}

/// What an exit leaves in its VTL's registers, whatever it is (note P1).
struct Saved {
    std::uint64_t rip = 0, rflags = 0, rsp = 0, cr0 = 0, cr4 = 0;
};

/// Whether the last exit, whose answer is given, is one of the target.
bool is_of(Target target, const Answer& answer, const ConcreteExit& exit) {
    const auto targets = targets_of(answer, exit);
    return std::find(targets.begin(), targets.end(), target) != targets.end();
}

/// Ends early, without effect, if the target is not reached.
Effect effect_of(const Trace& trace, Grade grade, Target target) {
    Effect effect;
    History history(trace);
    std::vector<std::array<Saved, 2>> saved(trace.vps);
    for (const auto& step : trace.steps) {
        const auto& exit = step.exit;
        if (grade == Grade::possible && !history.possible(exit)) {
            return effect;
        }
        const bool is_last = &step == &trace.steps.back();
        const Answer answer = is_last ? history.step_and_compare(exit) : history.step(exit);
        if (is_last && !is_of(target, answer, exit)) {
            return effect;
        }
        effect.decisions.push_back(answer.decision);
        effect.outcomes.push_back(own_part(exit, answer.out));
        saved[exit.vp.value()][exit.vtl1.value() ? 1 : 0] = {answer.out.rip.value(), exit.rflags.value(),
                                                             exit.gpr[model::rsp].value(), exit.cr0.value(),
                                                             exit.cr4.value()};
    }
    effect.state = history.state();
    for (std::uint32_t vp = 0; vp < trace.vps; ++vp) {
        forget_context(effect.state.vp[vp].shared.pending);
        for (unsigned v = 0; v < 2; ++v) {
            auto& vtl = effect.state.vp[vp].vtl[v];
            const auto forget = [](auto& field, std::uint64_t left) {
                field = field.value() == left ? 0 : field.value();
            };
            forget(vtl.rip, saved[vp][v].rip);
            forget(vtl.rflags, saved[vp][v].rflags);
            forget(vtl.rsp, saved[vp][v].rsp);
            forget(vtl.cr0, saved[vp][v].cr0);
            forget(vtl.cr4, saved[vp][v].cr4);
        }
    }
    effect.reached = true;
    return effect;
}

bool same(const Effect& a, const Effect& b) {
    const auto same_outcome = [](const ConcreteOutcome& x, const ConcreteOutcome& y) {
        std::uint64_t difference = 0;
        ConcreteOutcome::visit(
            [&](const auto&, const auto& of_x, const auto& of_y) {
                difference |= std::uint64_t{of_x.value()} ^ std::uint64_t{of_y.value()};
            },
            x, y);
        return difference == 0;
    };
    return a.reached && b.reached && a.decisions == b.decisions &&
           std::equal(a.outcomes.begin(), a.outcomes.end(), b.outcomes.begin(), b.outcomes.end(), same_outcome) &&
           proptests::diff_registers(a.state, b.state).empty();
}

class Minimiser {
public:
    Minimiser(Found found, Target target) : best_(std::move(found)), target_(target) {}

    Found run() {
        make_config_plain();
        bool gained = true;
        while (gained) {
            gained = leave_out_exits();
            make_plain();
            gained = leave_out_vps() || gained;
        }
        return std::move(best_);
    }

private:
    bool attempt(Trace candidate) {
        if (candidate.steps.empty() || !reaches(candidate, best_.grade, target_)) {
            return false;
        }
        best_.trace = std::move(candidate);
        return true;
    }

    bool leave_out_exits() {
        bool gained = false;
        for (std::size_t chunk = std::max<std::size_t>(best_.trace.steps.size() / 2, 1); chunk >= 1;) {
            bool here = false;
            // The last exit is the one that matters.
            for (std::size_t from = 0; from + 1 < best_.trace.steps.size();) {
                Trace candidate = best_.trace;
                const std::size_t count = std::min(chunk, candidate.steps.size() - 1 - from);
                const auto first = candidate.steps.begin() + static_cast<std::ptrdiff_t>(from);
                candidate.steps.erase(first, first + static_cast<std::ptrdiff_t>(count));
                here = attempt(std::move(candidate)) || (from += chunk, here);
            }
            gained = gained || here;
            // Calls and returns of a VTL go in pairs, so small pieces are tried until nothing goes.
            chunk = here && chunk <= 3 ? 3 : chunk > 3 ? std::max<std::size_t>(chunk / 2, 3) : chunk - 1;
        }
        return gained;
    }

    bool leave_out_vps() {
        std::uint32_t used = 1;
        for (const auto& step : best_.trace.steps) {
            used = std::max(used, step.vp() + 1);
        }
        if (used >= best_.trace.vps) {
            return false;
        }
        Trace candidate = best_.trace;
        candidate.vps = used;
        candidate.config.vps = used;
        candidate.start.vp.resize(used);
        return attempt(std::move(candidate));
    }

    /// A configuration may have an influence that is of no interest here: what is logged of it, for one.
    void make_config_plain() {
        const auto& table = FieldTable<model::ConcreteConfig>::get();
        model::ConcreteConfig plain;
        plain.vps = best_.trace.vps;
        for (std::size_t i = 0; i < table.size(); ++i) {
            Trace candidate = best_.trace;
            table.store(candidate.config, i, table.load(plain, i));
            if (model::acceptable_log_limits(candidate.config).value()) {
                attempt(std::move(candidate));
            }
        }
    }

    void make_plain() {
        effect_ = effect_of(best_.trace, best_.grade, target_);
        for (std::size_t s = 0; s < best_.trace.steps.size(); ++s) {
            const ConcreteExit plain = plain_like(best_.trace.steps[s].exit);
            set_plain(plain, [s](Trace& trace) -> auto& { return trace.steps[s].exit; });
        }
        model::ConcreteConfig config;
        config.vps = best_.trace.vps;
        set_plain(config, [](Trace& trace) -> auto& { return trace.config; });
        if (best_.grade == Grade::placed) {
            for (std::uint32_t vp = 0; vp < best_.trace.vps; ++vp) {
                const auto reset = model::reset_state<model::Concrete>(vp);
                set_plain(reset.vp, [vp](Trace& t) -> auto& { return t.start.vp[vp].shared; });
                set_plain(reset.slot, [vp](Trace& t) -> auto& { return t.start.vp[vp].slot; });
                for (unsigned v = 0; v < 2; ++v) {
                    set_plain(reset.vtl[v], [vp, v](Trace& t) -> auto& { return t.start.vp[vp].vtl[v]; });
                }
            }
        }
    }

    template <class T, class Part>
    void set_plain(const T& plain, Part&& part) {
        const auto& table = FieldTable<T>::get();
        for (std::size_t i = 0; i < table.size(); ++i) {
            const std::uint64_t now = table.load(part(best_.trace), i);
            const std::uint64_t goal = table.load(plain, i);
            for (const std::uint64_t value : {goal, now & 0xFFFFFFFF, now & 0xFFFF}) {
                if (value == now || now == goal) {
                    break;
                }
                Trace candidate = best_.trace;
                table.store(part(candidate), i, value);
                if (model::acceptable_log_limits(candidate.config).value() &&
                    same(effect_of(candidate, best_.grade, target_), effect_)) {
                    best_.trace = std::move(candidate);
                    break;
                }
            }
        }
    }

    Found best_;
    Target target_;
    Effect effect_;
};

} // namespace

bool reaches(const Trace& trace, Grade grade, Target target) {
    History history(trace);
    for (std::size_t i = 0; i < trace.steps.size(); ++i) {
        const auto& exit = trace.steps[i].exit;
        if (exit.vp.value() >= trace.vps || (grade == Grade::possible && !history.possible(exit))) {
            return false;
        }
        if (i + 1 == trace.steps.size()) {
            return is_of(target,
                         target.kind == Target::Kind::change ? history.step_and_compare(exit) : history.step(exit),
                         exit);
        }
        history.step(exit);
    }
    return false;
}

Found minimise(Found found, Target target) { return Minimiser(std::move(found), target).run(); }

ConcreteExit plain_like(const ConcreteExit& exit) {
    struct Verb {
        std::string_view name;
        std::string_view operands;
    };
    static constexpr std::array verbs{Verb{"rdmsr", "0"},
                                      Verb{"wrmsr", "0 0"},
                                      Verb{"tdvmcall-rdmsr", "0"},
                                      Verb{"tdvmcall-wrmsr", "0 0"},
                                      Verb{"vmcall", "0"},
                                      Verb{"get-reg", "0"},
                                      Verb{"set-reg", "0 0"},
                                      Verb{"mov-cr", "0 0"},
                                      Verb{"xsetbv", "0"},
                                      Verb{"set-apic-offload", "off"},
                                      Verb{"startup-ipi", "0 0"},
                                      Verb{"host-get", "kernel 0"},
                                      Verb{"host-set", "kernel 0 0"},
                                      Verb{"special", "0"},
                                      Verb{"log-flush", "0"},
                                      Verb{"log-limits", "site 1 1us"}};
    const std::string text = conformance::print(exit);
    const std::size_t vtl = text.find(' ') + 1;
    const std::size_t begin = text.find(' ', vtl) + 1;
    std::string plain = text.substr(0, std::min(text.find(' ', begin), text.size()));
    const std::string_view name = std::string_view(plain).substr(begin);
    const auto* verb = std::find_if(verbs.begin(), verbs.end(), [&](const Verb& v) { return v.name == name; });
    if (verb != verbs.end()) {
        plain.append(" ").append(verb->operands);
    }
    ConcreteExit same_verb = conformance::parse_step(plain).exit;
    same_verb.kind = exit.kind;
    return same_verb;
}

} // namespace vtlcheck::vectors
