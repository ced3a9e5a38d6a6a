#include "proptests/replay.hpp"

#include "conformance/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>

namespace vtlcheck::proptests {
namespace {

using conformance::Access;
using conformance::Mode;
using model::Concrete;
using model::ConcreteExit;
using Bool = Concrete::Bool;

constexpr std::size_t unmet_shown = 100;

void note_log(ReplayResult& result, const model::ConcreteOutcome& out) {
    if (out.log_site.value() != 0) {
        ++result.log[{static_cast<model::LogSite>(out.log_site.value()), out.log_msr.value()}];
    }
}

void note_unknown(ReplayResult& result, const model::ConcreteOutcome& out) {
    const auto site = static_cast<model::LogSite>(out.log_site.value());
    if (site == model::LogSite::unknown_read || site == model::LogSite::unknown_write) {
        ++result.unknown[{out.log_msr.value(), site == model::LogSite::unknown_write}];
    }
}

void note_access(ReplayResult& result, std::uint32_t msr, bool write) {
    const auto msr_class = model::msr_table[model::row_index(msr)].msr_class;
    ++result.accesses[static_cast<std::size_t>(msr_class)][write ? 1 : 0];
}

// ---- recordings ----

/// Feeds recorded accesses as exits of VTL0, the recording's own answers standing in for the devices.
class RecordingReplay {
public:
    RecordingReplay(conformance::Subject& subject, ReplayResult& result)
        : subject_(subject), lockstep_(subject), result_(result) {
        header_.start = conformance::InitialState::reset(header_.vps);
        started_ = lockstep_.start(header_, Watch::campaign);
    }

    void feed(const Access& access) {
        if (result_.divergence) {
            return;
        }
        if (!started_) {
            diverge(access, ConcreteExit{});
            return;
        }
        const std::uint32_t vp = access.cpu % conformance::max_vps;
        note_access(result_, access.msr, access.write);
        make_room(vp);
        assume_what_is_not_shown(access, vp);

        const auto& registers = lockstep_.state().vp[vp];
        const bool armed = model::oracle_armed(lockstep_.config(), registers.shared, registers.vtl[0], false,
                                               access.msr, access.write);
        if (armed != subject_.access_exits(vp, 0, access.msr, access.write)) {
            result_.divergence =
                Divergence{.step = result_.steps,
                           .clause = "EXIT-09",
                           .differences = {{fmt::format("vp{}.vtl0.msr_bitmap", vp),
                                            fmt::format("{}[{:#x}]", access.write ? "write" : "read", access.msr),
                                            armed ? "intercept" : "pass", armed ? "pass" : "intercept"}},
                           .subject_error = {}};
            result_.divergence_line = access.line;
            return;
        }
        if (!armed) {
            ++result_.passthrough;
            return;
        }
        const ConcreteExit exit = exit_of(access, vp);
        ++result_.steps;
        if (!lockstep_.step(exit)) {
            diverge(access, exit);
            return;
        }
        note_outcome(access);
    }

    void finish() {
        if (!result_.divergence && started_ && !lockstep_.finish()) {
            result_.divergence = lockstep_.divergence();
        }
    }

private:
    static ConcreteExit exit_of(const Access& access, std::uint32_t vp) {
        ConcreteExit exit;
        exit.vp = vp;
        exit.now = access.time_ns;
        exit.info[model::info_rax] = access.write ? model::reason_wrmsr : model::reason_rdmsr;
        exit.info[model::info_r11] = std::uint64_t{2} << 32U;
        const bool code64 = access.mode == Mode::bits64 || access.mode == Mode::unknown;
        exit.info[model::info_rsi] = code64 ? 0xFFFFFFFFA09B0010 : 0xFFFFFFFFC09B0010;
        exit.cr0 = code64 ? 0x80050033 : access.mode == Mode::real ? 0x10 : 0x33;
        exit.rip = access.rip;
        exit.gpr[model::rcx] = access.msr;
        if (access.write) {
            exit.gpr[model::rax] = access.value & 0xFFFFFFFF;
            exit.gpr[model::rdx] = access.value >> 32U;
        }
        exit.apic_fault = Bool(access.faulted);
        exit.apic_value = access.value;
        exit.reference_time = access.time_ns / 100;
        return exit;
    }

    /// Recordings do not say how many processors they show; a partition of 64 VPs would cost more than most replays.
    void make_room(std::uint32_t vp) {
        if (vp < header_.vps) {
            return;
        }
        const auto old = header_.vps;
        header_.vps = std::min(conformance::max_vps, std::bit_ceil(vp + 1));
        header_.config.vps = header_.vps;
        header_.start = conformance::InitialState::reset(header_.vps);
        header_.start.partition = lockstep_.state().partition;
        header_.start.vsm = lockstep_.state().vsm;
        std::copy_n(lockstep_.state().vp.begin(), old, header_.start.vp.begin());
        started_ = lockstep_.start(header_, Watch::campaign);
    }

    /// A recording that begins in a running guest does not show how the guest got there.
    void assume_what_is_not_shown(const Access& access, std::uint32_t vp) {
        if (access.msr == 0x1B && access.write) {
            apic_base_written_[vp] = true;
        }
        const auto& bank = lockstep_.state().vp[vp].vtl[0];
        const bool x2apic_range = access.msr >= 0x800 && access.msr <= 0x8FF;
        if (x2apic_range && !access.faulted && !apic_base_written_[vp] && !model::x2apic_mode<Concrete>(bank).value()) {
            assume(vp, "its APIC is in x2APIC mode",
                   [](auto& vtl) { vtl.apic_base = vtl.apic_base | model::apic_base_extd; });
            apic_base_written_[vp] = true;
        }
        const bool code64 = access.mode == Mode::bits64 || access.mode == Mode::unknown;
        if (code64 && !long_mode_judged_[vp]) {
            long_mode_judged_[vp] = true;
            if ((lockstep_.state().vp[vp].vtl[0].efer.value() & model::efer_lme) == 0) {
                assume(vp, "it is in long mode (EFER 0xd01)", [](auto& vtl) {
                    vtl.efer = 0xD01;
                    vtl.ia32e_guest = Bool(true);
                });
            }
        }
    }

    template <class Change>
    void assume(std::uint32_t vp, const char* what, Change&& change) {
        result_.assumptions.push_back(fmt::format("VP {}: {}", vp, what));
        header_.start = lockstep_.state();
        change(header_.start.vp[vp].vtl[0]);
        started_ = lockstep_.start(header_, Watch::campaign);
    }

    void note_outcome(const Access& access) {
        const auto& out = lockstep_.expected().out;
        note_log(result_, out);
        note_unknown(result_, out);

        const bool faults = out.event.value() != 0;
        const bool fault_gained = faults && access.fault_known && !access.faulted;
        const bool fault_lost = !faults && access.faulted;
        const std::uint64_t value = (out.gpr[model::rax].value() & 0xFFFFFFFF) | (out.gpr[model::rdx].value() << 32U);
        const bool differs = !access.write && access.value_known && !access.faulted && !faults && value != access.value;
        if (!fault_gained && !fault_lost && !differs) {
            return;
        }
        Contrast& contrast = result_.contrasts[{access.msr, access.write}];
        contrast.fault_gained += fault_gained ? 1U : 0U;
        contrast.fault_lost += fault_lost ? 1U : 0U;
        if (differs && contrast.value++ == 0) {
            contrast.recorded_value = access.value;
            contrast.specified_value = value;
        }
        if (contrast.line == 0) {
            contrast.line = access.line;
        }
    }

    void diverge(const Access& access, const ConcreteExit& exit) {
        result_.divergence = lockstep_.divergence();
        result_.divergence_line = access.line;
        result_.divergence_exit = conformance::print(exit);
    }

    conformance::Subject& subject_;
    Lockstep lockstep_;
    ReplayResult& result_;
    conformance::TraceHeader header_;
    bool started_ = false;
    std::array<bool, conformance::max_vps> apic_base_written_{};
    std::array<bool, conformance::max_vps> long_mode_judged_{};
};

// ---- traces ----

void note_unmet(ReplayResult& result, const conformance::TraceStep& step, const model::ConcreteStep& specified) {
    const auto& expected = step.expected.value();
    const auto add = [&](const std::string& field, const std::string& wanted, const std::string& got) {
        if (result.unmet_count++ < unmet_shown) {
            result.unmet.push_back(fmt::format("{}:{}: {}: the trace expects {}, the specification says {}",
                                               result.file, step.line, field, wanted, got));
        }
    };
    for (const auto& difference : conformance::diff(expected, specified.out)) {
        add(difference.field, difference.expected, difference.observed);
    }
    const auto clause = model::clauses[specified.clause.value()].id;
    if (!expected.clause.empty() && expected.clause != clause) {
        add("clause", expected.clause, std::string(clause));
    }
}

void count_trace_access(ReplayResult& result, const ConcreteExit& exit) {
    const auto reason = exit.info[model::info_rax].value() & 0xFFFF;
    if (exit.kind.value() == 0 && (reason == model::reason_rdmsr || reason == model::reason_wrmsr)) {
        note_access(result, static_cast<std::uint32_t>(exit.gpr[model::rcx].value()), reason == model::reason_wrmsr);
    }
}

void replay_trace(conformance::Subject& subject, conformance::LineReader& lines, ReplayResult& result,
                  const ReplayOptions& options) {
    conformance::TraceParser parser(lines.name());
    Lockstep lockstep(subject);
    bool started = false;
    std::string_view line;
    conformance::TraceStep step;
    const auto start = [&] {
        started = true;
        if (!lockstep.start(parser.header(), Watch::everything)) {
            result.divergence = lockstep.divergence();
        }
    };
    while (!result.divergence && lines.next(line)) {
        if (parser.read(line, step) != conformance::TraceParser::Line::step) {
            continue;
        }
        if (!started) {
            start();
            if (result.divergence) {
                break;
            }
        }
        ++result.steps;
        count_trace_access(result, step.exit);
        if (!lockstep.step(step.exit)) {
            result.divergence = lockstep.divergence();
            result.divergence_line = step.line;
            result.divergence_exit = conformance::print(step.exit);
            break;
        }
        const auto& specified = lockstep.expected();
        note_log(result, specified.out);
        note_unknown(result, specified.out);
        if (step.expected) {
            note_unmet(result, step, specified);
        }
        if (options.each_step) {
            options.each_step(
                fmt::format("{} -> {}", conformance::print(step.exit),
                            conformance::print(step.exit, specified.out, model::clauses[specified.clause.value()].id)));
        }
    }
    if (!result.divergence) {
        parser.finish();
        if (result.steps == 0) {
            throw conformance::InputError(lines.name(), 0, 0,
                                          "the trace has no exit; add a line such as \"vp0 vtl0 "
                                          "rdmsr 0x277\"");
        }
        if (!lockstep.finish()) {
            result.divergence = lockstep.divergence();
        }
    }
}

} // namespace

ReplayResult replay(conformance::Subject& subject, const std::string& path, const ReplayOptions& options) {
    const auto began = std::chrono::steady_clock::now();
    auto lines = conformance::LineReader::open(path);
    ReplayResult result;
    result.file = path;
    result.is_trace = !options.form && lines.peek(64).starts_with("vtlcheck-trace");
    if (result.is_trace) {
        replay_trace(subject, lines, result, options);
    } else {
        RecordingReplay recording(subject, result);
        result.import =
            conformance::import_recording(lines, [&](const Access& access) { recording.feed(access); }, options.form);
        recording.finish();
    }
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return result;
}

} // namespace vtlcheck::proptests
