// Get and set of every register by everybody who can ask for one.
#include "proptests/sweep_walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vtlcheck::proptests {
namespace {

using model::Concrete;
using Bool = Concrete::Bool;

constexpr std::uint64_t profiles = 8; ///< bits: untrusted synic, no AccessVsm, no TSC_AUX
constexpr std::uint64_t starts = 3;   ///< VTL1 with claims; guest VSM enabled, VTL1 not yet there; neither
constexpr std::uint64_t environments = model::isolation_count * profiles * starts;
constexpr std::uint64_t slices = 8; ///< chunks of an environment

/// The names of the table.
const std::vector<std::uint32_t>& rows() {
    static const auto all = [] {
        std::vector<std::uint32_t> codes;
        for (std::size_t i = 0; i < model::unlisted_register; ++i) {
            codes.push_back(model::register_table[i].code);
        }
        return codes;
    }();
    return all;
}

/// The names of the table, their neighbours, and those one bit away.
const std::vector<std::uint32_t>& names() {
    static const auto all = [] {
        std::vector<std::uint32_t> codes;
        for (const std::uint32_t code : rows()) {
            codes.insert(codes.end(), {code, code - 1, code + 1});
            for (unsigned bit = 0; bit < 32; ++bit) {
                codes.push_back(code ^ 1U << bit);
            }
        }
        std::sort(codes.begin(), codes.end());
        codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
        return codes;
    }();
    return all;
}

/// Environments where names without a row have their turn, too: those of no profile.
bool is_plain(std::uint64_t environment) { return environment / model::isolation_count % profiles == 0; }

conformance::TraceHeader environment(std::uint64_t number) {
    const auto isolation = static_cast<model::Isolation>(number % model::isolation_count);
    const std::uint64_t profile = number / model::isolation_count % profiles;
    const std::uint64_t start = number / model::isolation_count / profiles;
    // Bits of Plan::start and Plan::config.
    constexpr std::array<std::uint32_t, starts> start_bits{1U | 8U | 512U, 32U, 0U};
    const std::uint32_t config =
        ((profile & 1U) != 0 ? 8U : 0U) | ((profile & 2U) != 0 ? 32U : 0U) | ((profile & 4U) != 0 ? 4U : 0U);
    return long_mode_header({.start = start_bits.at(start), .config = config, .isolation = isolation});
}

/// GetVpRegisters or SetVpRegisters of one register. `input_vtl`: HV_INPUT_VTL.
model::ConcreteExit hypercall(bool set, bool vtl1, unsigned input_vtl) {
    auto exit = instruction(model::reason_vmcall, vtl1);
    exit.gpr[model::rcx] =
        (set ? model::hvcall_set_vp_registers : model::hvcall_get_vp_registers) | (std::uint64_t{1} << 32U);
    exit.gpr[model::rdx] = 0x1000;
    exit.gpr[model::r8] = 0x2000;
    exit.partition_id = model::partition_id_self;
    exit.target_vp = model::vp_index_self;
    exit.target_vtl = input_vtl;
    return exit;
}

model::ConcreteExit host_access(bool set, model::Origin origin, bool vtl1) {
    auto exit = instruction(0, vtl1);
    exit.kind = static_cast<std::uint8_t>(model::Kind::host_access);
    exit.origin = static_cast<std::uint8_t>(origin);
    exit.operation = set ? 1U : 0U;
    return exit;
}

/// Every caller with every target: VTLs by HV_INPUT_VTL (their own, VTL0, VTL1, VTL2), the host side for VTL0 and VTL1.
std::vector<model::ConcreteExit> requests(bool set) {
    std::vector<model::ConcreteExit> all;
    for (const bool vtl1 : {false, true}) {
        for (const unsigned input_vtl : {0x00U, 0x10U, 0x11U, 0x12U}) {
            all.push_back(hypercall(set, vtl1, input_vtl));
        }
        for (const auto origin : {model::Origin::kernel, model::Origin::paravisor}) {
            all.push_back(host_access(set, origin, vtl1));
        }
    }
    return all;
}

// Segment registers: what the high word holds of a good TR and LDTR, and of neither.
constexpr std::array<std::uint64_t, 3> highs{0x008B002800000067, 0x0082003000000FFF, 0x0000800000000000};

class RegisterSweep final : public Sweep {
public:
    [[nodiscard]] std::string name() const override { return "register"; }
    [[nodiscard]] std::string unit() const override { return "names in an environment"; }
    [[nodiscard]] std::string mode() const override { return "usual"; }
    [[nodiscard]] std::uint64_t chunks() const override { return environments * slices; }
    [[nodiscard]] std::string chunk_name(std::uint64_t chunk) const override {
        return fmt::format("environment {}, names {} of {}", chunk / slices, chunk % slices + 1, slices);
    }
    [[nodiscard]] ChunkResult run(std::uint64_t chunk, conformance::Subject& subject) const override;
};

/// Everybody gets and sets the register. False: the chunk is to end.
bool run_name(Walk& walk, std::uint32_t name) {
    /// Whoever is asked does it, or refuses.
    const auto both_answers = [&](model::ConcreteExit exit) {
        exit.name = name;
        exit.answer_count = 1;
        exit.answer_value = exit.register_value;
        if (!walk.step(exit)) {
            return false;
        }
        const auto& out = walk.lockstep().expected().out;
        if (out.request.value() == 0 && out.hypercall.value() == 0) {
            return true;
        }
        exit.module_refused = Bool(true);
        exit.page_refused = Bool(true);
        exit.answer_status = model::hv_access_denied;
        return walk.step(exit);
    };
    for (const auto& request : requests(false)) {
        if (!both_answers(request)) {
            return false;
        }
    }
    const bool judged = model::register_table[model::register_index(name)].rule != model::RegisterRule::none;
    const auto values = judged ? telling_values() : telling_values().first(1);
    for (auto request : requests(true)) {
        for (const std::uint64_t value : values) {
            request.value = value;
            request.value_high = highs[0];
            if (!both_answers(request)) {
                return false;
            }
        }
        const auto rule = model::register_table[model::register_index(name)].rule;
        const bool has_high =
            rule == model::RegisterRule::tr || rule == model::RegisterRule::ldtr || rule == model::RegisterRule::table;
        for (const std::uint64_t high : std::span(highs).first(has_high ? highs.size() : 0)) {
            request.value = 0;
            for (unsigned bit = 0; bit < 64; ++bit) {
                request.value_high = high ^ std::uint64_t{1} << bit;
                if (!both_answers(request)) {
                    return false;
                }
            }
        }
    }
    return true;
}

ChunkResult RegisterSweep::run(std::uint64_t chunk, conformance::Subject& subject) const {
    ChunkResult result;
    Walk walk(subject, result);
    if (!walk.base(environment(chunk / slices))) {
        return result;
    }
    const auto& all = is_plain(chunk / slices) ? names() : rows();
    for (std::size_t i = chunk % slices; i < all.size(); i += slices) {
        if (!run_name(walk, all[i])) {
            break;
        }
        ++result.counts.cases;
    }
    return result;
}

} // namespace

std::unique_ptr<Sweep> register_sweep() { return std::make_unique<RegisterSweep>(); }

} // namespace vtlcheck::proptests
