#include "proptests/replay.hpp"

#include "conformance/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <chrono>
#include <filesystem>

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
        auto& count = result.log[{static_cast<model::LogSite>(out.log_site.value()), out.log_msr.value()}];
        ++count.attempts;
        count.emitted += out.log_line.value() != 0 ? 1U : 0U;
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

bool in_long_mode(const Access& access) { return access.mode == Mode::bits64 || access.mode == Mode::unknown; }
bool in_x2apic_range(std::uint32_t msr) { return msr >= 0x800 && msr <= 0x8FF; }

/// What a recording tells of its machine that it does not say at its beginning. Known before the start, it spares starting
/// again, with a log budget that is full again.
class Foresight {
public:
    void see(const Access& access) {
        const std::uint32_t vp = access.cpu % conformance::max_vps;
        vps_ = std::max(vps_, vp + 1);
        Vp& seen = vp_[vp];
        if (access.write && access.msr == 0x1B) {
            seen.apic_mode_known = true;
        }
        if (!seen.apic_mode_known && in_x2apic_range(access.msr) && !access.faulted) {
            seen.apic_mode_known = true;
            seen.x2apic = true;
        }
        if (access.write && access.msr == 0xC0000080) {
            seen.mode_known = seen.mode_known || (access.value & model::efer_lme) != 0;
        }
        if (!seen.mode_known && in_long_mode(access)) {
            seen.mode_known = true;
            seen.long_mode = true;
        }
        tdvmcalls_ = tdvmcalls_ || access.tdvmcall;
    }
    [[nodiscard]] bool tdvmcalls() const { return tdvmcalls_; }
    [[nodiscard]] std::uint32_t vps() const { return vps_; }
    [[nodiscard]] bool x2apic(std::uint32_t vp) const { return vp_[vp].x2apic; }
    [[nodiscard]] bool long_mode(std::uint32_t vp) const { return vp_[vp].long_mode; }

private:
    struct Vp {
        bool apic_mode_known = false;
        bool x2apic = false;
        bool mode_known = false;
        bool long_mode = false;
    };
    std::uint32_t vps_ = 1;
    bool tdvmcalls_ = false;
    std::array<Vp, conformance::max_vps> vp_{};
};

/// Reads the recording once to see what it is of. What cannot be read twice, a pipe, tells nothing beforehand.
Foresight look_ahead(const std::string& path, std::optional<conformance::Form> form) {
    Foresight foresight;
    std::error_code error;
    if (std::filesystem::is_regular_file(path, error)) {
        auto lines = conformance::LineReader::open(path);
        static_cast<void>(
            conformance::import_recording(lines, [&](const Access& access) { foresight.see(access); }, form));
    }
    return foresight;
}

/// Feeds recorded accesses as exits of VTL0, the recording's own answers standing in for the devices.
class RecordingReplay {
public:
    RecordingReplay(conformance::Subject& subject, ReplayResult& result, const ReplayOptions& options,
                    const Foresight& foresight)
        : subject_(subject), lockstep_(subject), result_(result), options_(options) {
        header_.vps = vps_for(foresight.vps() - 1);
        header_.config.vps = header_.vps;
        header_.start = conformance::InitialState::reset(header_.vps);
        if (foresight.tdvmcalls()) {
            assume_tdvmcalls();
        }
        for (std::uint32_t vp = 0; vp < foresight.vps(); ++vp) {
            if (foresight.x2apic(vp)) {
                assume_x2apic(vp);
            }
            if (foresight.long_mode(vp)) {
                assume_long_mode(vp);
            }
        }
        start();
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
        if (access.cpu >= conformance::max_vps && !folded_) {
            folded_ = true;
            result_.assumptions.push_back(
                fmt::format("a partition has {0} VPs, so processor n is VP n modulo {0}", conformance::max_vps));
        }
        note_access(result_, access.msr, access.write);
        make_room(vp);
        assume_what_is_not_shown(access, vp);
        if (!access.tdvmcall && passes(access, vp)) {
            return;
        }
        const ConcreteExit exit = exit_of(access, vp);
        ++result_.steps;
        if (!lockstep_.step(exit)) {
            diverge(access, exit);
            return;
        }
        note_outcome(access);
        if (options_.each_exit) {
            options_.each_exit(exit, lockstep_.observed());
        }
    }

    void finish() {
        if (!result_.divergence && started_ && !lockstep_.finish()) {
            result_.divergence = lockstep_.divergence();
        }
    }

private:
    /// Whether the instruction runs without an exit, or the two sides differ in that.
    bool passes(const Access& access, std::uint32_t vp) {
        const auto& registers = lockstep_.state().vp[vp];
        const bool armed = model::oracle_armed(lockstep_.config(), registers.shared, registers.vtl[0], false,
                                               access.msr, access.write);
        if (auto divergence = compare_armed(access, vp, armed)) {
            result_.divergence = std::move(divergence);
            result_.divergence_line = access.line;
            return true;
        }
        result_.passthrough += armed ? 0U : 1U;
        return !armed;
    }

    void start() {
        started_ = lockstep_.start(header_, Watch::campaign);
        if (started_ && options_.started) {
            options_.started(header_);
        }
    }

    /// Whether the subject, too, says that the access exits.
    std::optional<Divergence> compare_armed(const Access& access, std::uint32_t vp, bool armed) const {
        if (subject_.visible() != conformance::Visible::everything) {
            return std::nullopt;
        }
        Divergence divergence;
        divergence.step = result_.steps;
        divergence.clause = "EXIT-09";
        try {
            if (subject_.access_exits(vp, 0, access.msr, access.write) == armed) {
                return std::nullopt;
            }
            divergence.differences = {{fmt::format("vp{}.vtl0.msr_bitmap", vp),
                                       fmt::format("{}[{:#x}]", access.write ? "write" : "read", access.msr),
                                       armed ? "intercept" : "pass", armed ? "pass" : "intercept"}};
        } catch (const conformance::SubjectError& error) {
            divergence.subject_error = error.what();
            divergence.last_words = error.last_words;
        }
        return divergence;
    }

    static ConcreteExit exit_of(const Access& access, std::uint32_t vp) {
        const auto reason = access.write ? model::reason_wrmsr : model::reason_rdmsr;
        ConcreteExit exit;
        exit.vp = vp;
        exit.now = access.time_ns;
        exit.info[model::info_rax] = access.tdvmcall ? model::reason_tdcall : reason;
        exit.info[model::info_r11] = std::uint64_t{access.tdvmcall ? 4U : 2U} << 32U;
        const bool code64 = in_long_mode(access);
        exit.info[model::info_rsi] = code64 ? 0xFFFFFFFFA09B0010 : 0xFFFFFFFFC09B0010;
        exit.cr0 = code64 ? 0x80050033 : access.mode == Mode::real ? 0x10 : 0x33;
        exit.rip = access.rip;
        if (access.tdvmcall) {
            exit.gpr[model::r11] = reason;
            exit.gpr[model::r12] = access.msr;
            exit.gpr[model::r13] = access.write ? access.value : 0;
            return exit;
        }
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

    static unsigned vps_for(std::uint32_t vp) { return std::min(conformance::max_vps, std::bit_ceil(vp + 1)); }

    /// Recordings do not say how many processors they show; a partition of 64 VPs would cost more than most replays.
    void make_room(std::uint32_t vp) {
        if (vp < header_.vps) {
            return;
        }
        const auto old = header_.vps;
        header_.vps = vps_for(vp);
        header_.config.vps = header_.vps;
        header_.start = conformance::InitialState::reset(header_.vps);
        header_.start.partition = lockstep_.state().partition;
        header_.start.vsm = lockstep_.state().vsm;
        std::copy_n(lockstep_.state().vp.begin(), old, header_.start.vp.begin());
        start();
    }

    /// A recording that begins in a running guest does not show how the guest got there.
    void assume_what_is_not_shown(const Access& access, std::uint32_t vp) {
        if (access.msr == 0x1B && access.write) {
            apic_base_written_[vp] = true;
        }
        const auto& bank = lockstep_.state().vp[vp].vtl[0];
        if (in_x2apic_range(access.msr) && !access.faulted && !apic_base_written_[vp] &&
            !model::x2apic_mode<Concrete>(bank).value()) {
            apic_base_written_[vp] = true;
            header_.start = lockstep_.state();
            assume_x2apic(vp);
            start();
        }
        if (access.tdvmcall && !header_.config.untrusted_synic.value()) {
            header_.start = lockstep_.state();
            assume_tdvmcalls();
            start();
        }
        if (in_long_mode(access) && !long_mode_judged_[vp]) {
            long_mode_judged_[vp] = true;
            if ((lockstep_.state().vp[vp].vtl[0].efer.value() & model::efer_lme) == 0) {
                header_.start = lockstep_.state();
                assume_long_mode(vp);
                start();
            }
        }
    }

    void assume_tdvmcalls() {
        result_.assumptions.emplace_back("VTL0 is offered TDVMCALLs (untrusted synic)");
        header_.config.untrusted_synic = Bool(true);
    }
    void assume_x2apic(std::uint32_t vp) {
        result_.assumptions.push_back(fmt::format("VP {}: its APIC is in x2APIC mode", vp));
        auto& vtl = header_.start.vp[vp].vtl[0];
        vtl.apic_base = vtl.apic_base | model::apic_base_extd;
    }
    void assume_long_mode(std::uint32_t vp) {
        result_.assumptions.push_back(fmt::format("VP {}: it is in long mode (EFER 0xd01)", vp));
        auto& vtl = header_.start.vp[vp].vtl[0];
        vtl.efer = 0xD01;
        vtl.ia32e_guest = Bool(true);
    }

    void note_outcome(const Access& access) {
        const auto& out = lockstep_.expected().out;
        note_log(result_, out);
        note_unknown(result_, out);

        const bool faults = out.event.value() != 0 || (access.tdvmcall && out.gpr[model::r10].value() != 0);
        const bool fault_gained = faults && access.fault_known && !access.faulted;
        const bool fault_lost = !faults && access.faulted;
        const std::uint64_t value =
            access.tdvmcall ? out.gpr[model::r11].value()
                            : (out.gpr[model::rax].value() & 0xFFFFFFFF) | (out.gpr[model::rdx].value() << 32U);
        const bool differs = !access.write && access.value_known && !access.faulted && !faults && value != access.value;
        if (!fault_gained && !fault_lost && !differs) {
            return;
        }
        Contrast& contrast = result_.contrasts[{access.msr, access.write, access.tdvmcall}];
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
    const ReplayOptions& options_;
    conformance::TraceHeader header_;
    bool started_ = false;
    bool folded_ = false;
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
        } else if (options.started) {
            options.started(parser.header());
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
        if (options.each_exit) {
            options.each_exit(step.exit, lockstep.observed());
        }
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
        RecordingReplay recording(subject, result, options, look_ahead(path, options.form));
        result.import =
            conformance::import_recording(lines, [&](const Access& access) { recording.feed(access); }, options.form);
        recording.finish();
        const auto& imported = result.import.assumptions;
        result.assumptions.insert(result.assumptions.begin(), imported.begin(), imported.end());
    }
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return result;
}

} // namespace vtlcheck::proptests
