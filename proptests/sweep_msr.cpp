// Every MSR number through RDMSR and WRMSR of both VTLs.
#include "model/census.hpp"
#include "proptests/sweep_walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace vtlcheck::proptests {
namespace {

using model::Concrete;
using Bool = Concrete::Bool;

constexpr std::uint64_t chunk_size = std::uint64_t{1} << 20U;
// Numbers at a time for which the specification runs at both ends only: more make a sweep faster, fewer a check of the
// state more frequent.
constexpr std::uint32_t block_size = 1024;
// Of these the first of a chunk has fewer: what is charged there leads to lines, and all of it is run by both.
constexpr std::uint32_t first_block_size = 16;
// Of the blocks without a rule: how many are there for one in a TDX partition. There the log budget charges every attempt
// and the census counts every access, which takes as long as all the rest of it.
constexpr std::uint32_t charged_one_in = 16;
static_assert(0x2000 % block_size == 0 && 0xC0000000 % block_size == 0, "a block is in the census or outside");

/// States that what has a rule is accessed in.
const std::vector<conformance::TraceHeader>& base_states() {
    static const std::vector<conformance::TraceHeader> states = [] {
        // Bits of Plan::start and Plan::config.
        enum Start : std::uint32_t { vtl1 = 1, x2apic = 2 | 4, synic = 8, polls = 16, vsm = 32, claims = 512 };
        enum Settings : std::uint32_t { la57 = 1, no_x2apic = 2, no_tsc_aux = 4, synic_offered = 8, all_xss = 16 };
        using model::Isolation;
        std::vector<conformance::TraceHeader> all;
        const auto add = [&](std::uint32_t start, std::uint32_t config, Isolation isolation = Isolation::tdx) {
            all.push_back(long_mode_header({.start = start, .config = config, .isolation = isolation}));
        };
        add(vtl1, 0);
        add(0, 0);
        add(vsm, 0);
        add(vtl1 | claims, 0);
        add(vtl1 | claims | synic, 0);
        add(vtl1 | claims | synic | polls, 0);
        add(vtl1 | x2apic, 0);
        add(vtl1 | claims | x2apic, synic_offered);
        add(vtl1, la57 | all_xss);
        add(vtl1, no_x2apic | no_tsc_aux);
        add(vtl1, synic_offered);
        add(vtl1, 0, Isolation::none);
        // Offload off: the x2APIC range exits in x2APIC mode, too.
        add(vtl1 | x2apic, 0);
        all.back().start.vp[0].shared.apic_offload = Bool(false);
        // Long mode is off, so that EFER.LME can change.
        add(vtl1, 0);
        for (auto& bank : all.back().start.vp[0].vtl) {
            bank.efer = model::efer_nxe;
            bank.ia32e_guest = Bool(false);
        }
        return all;
    }();
    return states;
}

/// The first of them, but without hardware isolation: neither budget nor census is active (note L1).
const conformance::TraceHeader& uncharged_state() {
    static const auto state = [] {
        auto header = base_states().front();
        header.config.isolation = static_cast<std::uint8_t>(model::Isolation::none);
        return header;
    }();
    return state;
}

/// TDG.VP.VMCALL<Instruction.RDMSR> or <Instruction.WRMSR>.
model::ConcreteExit tdvmcall(bool write, bool vtl1, std::uint32_t number, std::uint64_t value) {
    auto exit = instruction(model::reason_tdcall, vtl1);
    exit.gpr[model::rax] = 0;
    exit.gpr[model::r10] = 0;
    exit.gpr[model::r11] = write ? model::reason_wrmsr : model::reason_rdmsr;
    exit.gpr[model::r12] = number;
    exit.gpr[model::r13] = value;
    return exit;
}

/// The four accesses of a number.
std::array<model::ConcreteExit, 4> accesses(std::uint32_t number, std::uint64_t value) {
    return {msr_exit(false, false, number, value), msr_exit(false, true, number, value),
            msr_exit(true, false, number, value), msr_exit(true, true, number, value)};
}

/// The value that an MSR without a rule is written with. All telling values have their turn.
std::uint64_t value_of_block(std::uint32_t number) {
    const auto values = telling_values();
    return values[number / block_size % values.size()];
}

/// The last number up to `last` that, like all from `number` on, has a rule, or like them has none.
std::uint32_t last_alike(std::uint32_t number, std::uint32_t last) {
    const bool ruled = has_msr_rule(number);
    std::uint32_t end = model::last_of_row(number);
    while (end < last && has_msr_rule(end + 1) == ruled) {
        end = model::last_of_row(end + 1);
    }
    return std::min(end, last);
}

class MsrSweep final : public Sweep {
public:
    explicit MsrSweep(const MsrSweepOptions& options) : options_(options) {
        if (options.first > options.last) {
            throw std::invalid_argument("the first MSR number is above the last");
        }
    }
    [[nodiscard]] std::string name() const override { return "msr"; }
    [[nodiscard]] std::string unit() const override { return "MSR numbers"; }
    [[nodiscard]] std::string mode() const override {
        constexpr std::array<const char*, 3> names{"usual", "charged", "full"};
        return names.at(static_cast<std::size_t>(options_.how));
    }
    [[nodiscard]] std::uint64_t chunks() const override {
        return options_.last / chunk_size - options_.first / chunk_size + 1;
    }
    [[nodiscard]] std::string chunk_name(std::uint64_t chunk) const override {
        const auto [first, last] = numbers(chunk);
        return fmt::format("{:#x}-{:#x}", first, last);
    }
    [[nodiscard]] ChunkResult run(std::uint64_t chunk, conformance::Subject& subject) const override;

private:
    [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> numbers(std::uint64_t chunk) const {
        const std::uint64_t begin = (options_.first / chunk_size + chunk) * chunk_size;
        return {static_cast<std::uint32_t>(std::max<std::uint64_t>(begin, options_.first)),
                static_cast<std::uint32_t>(std::min<std::uint64_t>(begin + chunk_size - 1, options_.last))};
    }
    [[nodiscard]] bool is_charged(std::uint32_t number) const {
        return options_.how != MsrSweepOptions::How::usual || model::in_exact_census(number) ||
               number / block_size % charged_one_in == 0;
    }
    // False: the chunk is to end.
    [[nodiscard]] static bool run_ruled(Walk& walk, std::uint32_t number);
    [[nodiscard]] static bool run_ruled_of(Walk& walk, ChunkResult& result, std::uint32_t first, std::uint32_t last);
    [[nodiscard]] bool run_unruled_of(Walk& walk, ChunkResult& result, std::uint32_t first, std::uint32_t last,
                                      bool charged) const;

    MsrSweepOptions options_;
};

/// Whether what becomes of a write hangs on single bits of the value.
bool judges_value(model::WriteRule rule) {
    using W = model::WriteRule;
    constexpr std::array<W, 6> indifferent{W::unknown,   W::passthrough,    W::ignored,
                                           W::read_only, W::x2apic_defined, W::x2apic_undefined};
    return std::find(indifferent.begin(), indifferent.end(), rule) == indifferent.end();
}

/// A number with a rule: in every base state, by both VTLs and ways.
bool MsrSweep::run_ruled(Walk& walk, std::uint32_t number) {
    // None of the devices that may be asked refuses, or one of them.
    constexpr unsigned answers = 4;
    const auto step = [&](model::ConcreteExit exit, unsigned refused) {
        exit.apic_fault = Bool(refused == 1);
        exit.page_refused = Bool(refused == 2);
        exit.slot_busy = Bool(refused == 3);
        return walk.step(exit);
    };
    const auto all_answers = [&](const model::ConcreteExit& exit) {
        bool go_on = true;
        for (unsigned refused = 0; go_on && refused < answers; ++refused) {
            go_on = step(exit, refused);
        }
        return go_on;
    };
    const auto& row = model::msr_table[model::row_index(number)];
    for (const auto& state : base_states()) {
        bool go_on = walk.base(state);
        if (!go_on && !walk.ended()) {
            continue;
        }
        for (const bool vtl1 : {false, true}) {
            go_on = go_on && all_answers(msr_exit(false, vtl1, number, 0)) && step(tdvmcall(false, vtl1, number, 0), 0);
            for (const std::uint64_t value : telling_values()) {
                go_on = go_on && all_answers(msr_exit(true, vtl1, number, value)) &&
                        step(tdvmcall(true, vtl1, number, value), 0);
            }
            if (!judges_value(row.write)) {
                continue;
            }
            for (const std::uint64_t value : values_next_to_telling()) {
                go_on = go_on && step(msr_exit(true, vtl1, number, value), 0);
            }
        }
        if (!go_on) {
            return false;
        }
    }
    return true;
}

ChunkResult MsrSweep::run(std::uint64_t chunk, conformance::Subject& subject) const {
    ChunkResult result;
    Walk walk(subject, result);
    const auto [first, last] = numbers(chunk);
    if (run_ruled_of(walk, result, first, last)) {
        static_cast<void>(run_unruled_of(walk, result, first, last, true) &&
                          run_unruled_of(walk, result, first, last, false));
    }
    return result;
}

bool MsrSweep::run_ruled_of(Walk& walk, ChunkResult& result, std::uint32_t first, std::uint32_t last) {
    for (std::uint64_t n = first; n <= last;) {
        const std::uint64_t end = last_alike(static_cast<std::uint32_t>(n), last);
        if (!has_msr_rule(static_cast<std::uint32_t>(n))) {
            n = end + 1;
            continue;
        }
        for (; n <= end; ++n) {
            if (!run_ruled(walk, static_cast<std::uint32_t>(n))) {
                return false;
            }
            ++result.counts.cases;
        }
    }
    return true;
}

/// The numbers without a rule of the blocks that are accessed in a TDX partition (`charged`), or of the others.
bool MsrSweep::run_unruled_of(Walk& walk, ChunkResult& result, std::uint32_t first, std::uint32_t last,
                              bool charged) const {
    bool at_base = false;
    for (std::uint64_t n = first; n <= last;) {
        const auto number = static_cast<std::uint32_t>(n);
        const std::uint64_t block_end = std::min<std::uint64_t>(n / block_size * block_size + block_size - 1, last);
        if (is_charged(number) != charged) {
            n = block_end + 1;
            continue;
        }
        const std::uint64_t run_end = at_base ? block_end : std::min(block_end, n + first_block_size - 1);
        const std::uint64_t end = last_alike(number, static_cast<std::uint32_t>(run_end));
        if (has_msr_rule(number)) {
            n = end + 1;
            continue;
        }
        bool go_on = at_base || walk.base(charged ? base_states().front() : uncharged_state());
        at_base = true;
        if (options_.how == MsrSweepOptions::How::full || model::in_exact_census(number)) {
            for (std::uint64_t m = n; go_on && m <= end; ++m) {
                for (const auto& exit : accesses(static_cast<std::uint32_t>(m), value_of_block(number))) {
                    go_on = go_on && walk.step(exit);
                }
            }
        } else {
            go_on =
                go_on && walk.alike(accesses(number, value_of_block(number)), number, static_cast<std::uint32_t>(end));
        }
        if (!go_on) {
            return false;
        }
        result.counts.cases += end - n + 1;
        n = end + 1;
    }
    return true;
}

} // namespace

bool has_msr_rule(std::uint32_t number) {
    const auto& row = model::msr_table[model::row_index(number)];
    return row.read != model::ReadRule::unknown || row.write != model::WriteRule::unknown ||
           row.armed_read != model::Armed::always || row.armed_write != model::Armed::always || row.claim_bit != 0xFF;
}

std::unique_ptr<Sweep> msr_sweep(const MsrSweepOptions& options) { return std::make_unique<MsrSweep>(options); }

} // namespace vtlcheck::proptests
