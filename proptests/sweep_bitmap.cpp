// Both MSR bitmaps in every state that they can depend on.
#include "proptests/sweep_walk.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vtlcheck::proptests {
namespace {

using model::Concrete;
using Bool = Concrete::Bool;

/// Bits of VTL1's CrInterceptControl that claim an MSR, ascending.
const std::vector<unsigned>& claim_bits() {
    static const auto bits = [] {
        std::vector<unsigned> all;
        for (const auto& row : model::msr_table) {
            if (row.claim_bit != 0xFF) {
                all.push_back(row.claim_bit);
            }
        }
        std::sort(all.begin(), all.end());
        all.erase(std::unique(all.begin(), all.end()), all.end());
        return all;
    }();
    return bits;
}

// What else a bitmap can depend on: bits of a state's number above those of the claims.
enum Circumstance : unsigned { vtl1_present, apic_offload, x2apic_vtl0, x2apic_vtl1, tsc_aux, circumstances };

constexpr unsigned chunk_bits = 10;
constexpr std::size_t range_size = 0x2000; ///< MSRs of a range of the bitmap
constexpr std::size_t pages = 2;

constexpr std::uint32_t number_of(std::size_t word, unsigned bit) {
    return static_cast<std::uint32_t>((word & 0x7FU) * 64 + bit) + ((word & 0x80U) != 0 ? 0xC0000000U : 0U);
}

/// Rows of the MSRs in the bitmap's ranges, by word 6:0 and range 7, and bit.
const std::vector<model::Row<Concrete>>& rows_of_bitmap() {
    static const auto rows = [] {
        std::vector<model::Row<Concrete>> all;
        for (std::size_t word = 0; word < 2 * range_size / 64; ++word) {
            for (unsigned bit = 0; bit < 64; ++bit) {
                all.push_back(model::lookup<Concrete>(Concrete::Bv<32>(number_of(word, bit))));
            }
        }
        return all;
    }();
    return rows;
}

class BitmapSweep final : public Sweep {
public:
    explicit BitmapSweep(bool full) : full_(full) {}
    [[nodiscard]] std::string name() const override { return "bitmap"; }
    [[nodiscard]] std::string unit() const override { return "states"; }
    [[nodiscard]] std::string mode() const override { return full_ ? "full" : "usual"; }
    [[nodiscard]] std::uint64_t chunks() const override {
        return std::uint64_t{1} << (claim_bits().size() + circumstances - chunk_bits);
    }
    [[nodiscard]] std::string chunk_name(std::uint64_t chunk) const override {
        return fmt::format("{:#x}-{:#x}", chunk << chunk_bits, ((chunk + 1) << chunk_bits) - 1);
    }
    [[nodiscard]] ChunkResult run(std::uint64_t chunk, conformance::Subject& subject) const override;

private:
    bool full_;
};

bool has(std::uint64_t state, Circumstance circumstance) {
    return ((state >> (claim_bits().size() + circumstance)) & 1U) != 0;
}

std::uint64_t control_of(std::uint64_t state) {
    std::uint64_t control = 0;
    for (std::size_t i = 0; i < claim_bits().size(); ++i) {
        control |= ((state >> i) & 1U) << claim_bits()[i];
    }
    return control;
}

conformance::TraceHeader header_of_state(std::uint64_t state) {
    // Bits of Plan::start: VTL1 present.
    auto header = long_mode_header({.start = has(state, vtl1_present) ? 1U : 0U});
    header.config.tsc_aux = Bool(has(state, tsc_aux));
    auto& vp = header.start.vp[0];
    vp.shared.apic_offload = Bool(has(state, apic_offload));
    vp.shared.intercept_control = control_of(state);
    for (unsigned v = 0; v < 2; ++v) {
        if (has(state, v == 0 ? x2apic_vtl0 : x2apic_vtl1)) {
            vp.vtl[v].apic_base = vp.vtl[v].apic_base | model::apic_base_extd;
        }
    }
    return header;
}

/// VTL1 sets its own CrInterceptControl.
model::ConcreteExit set_control(std::uint64_t value) {
    auto exit = instruction(model::reason_vmcall, true);
    exit.gpr[model::rcx] = model::hvcall_set_vp_registers | 0x10000U | (std::uint64_t{1} << 32U);
    exit.gpr[model::rdx] = 0;
    exit.gpr[model::r8] = 0;
    exit.partition_id = model::partition_id_self;
    exit.target_vp = model::vp_index_self;
    exit.target_vtl = 0x11;
    exit.name = model::register_code("CrInterceptControl");
    exit.value = value;
    return exit;
}

/// Asks the specification for every bit of both bitmaps in the state that the walk is in. False: the chunk is to end.
bool compare_bits(Walk& walk, conformance::Subject& subject, ChunkResult& result) {
    const auto& vp = walk.lockstep().state().vp[0];
    const auto& config = walk.lockstep().config();
    const model::PlainReading<Concrete> plain;
    const auto& rows = rows_of_bitmap();
    std::vector<conformance::Difference> differences;
    for (unsigned vtl = 0; vtl < pages; ++vtl) {
        const auto page = subject.msr_bitmap(0, vtl);
        for (std::size_t word = 0; word < page.size(); ++word) {
            const bool write = (word & 0x100U) != 0;
            std::uint64_t expected = 0;
            for (unsigned bit = 0; bit < 64; ++bit) {
                const bool armed = model::armed<Concrete>(config, vp.shared, vp.vtl[vtl], Bool(vtl == 1),
                                                          Concrete::Bv<32>(number_of(word, bit)),
                                                          rows[(word & 0xFFU) * 64 + bit], Bool(write), plain)
                                       .value();
                expected |= std::uint64_t{armed} << bit;
            }
            result.counts.bits += 64;
            if (expected != page[word]) {
                differences.push_back(
                    {fmt::format("vp0.vtl{}.msr_bitmap", vtl),
                     fmt::format("{}[{:#x}-{:#x}]", write ? "write" : "read", number_of(word, 0), number_of(word, 63)),
                     fmt::format("{:#x}", expected), fmt::format("{:#x}", page[word])});
            }
        }
    }
    return differences.empty() || walk.differs("", std::move(differences));
}

/// What the subject says of single accesses is what its bitmaps say, and outside their ranges every access exits.
bool compare_answers(Walk& walk, conformance::Subject& subject) {
    std::vector<conformance::Difference> differences;
    const auto expect = [&](unsigned vtl, std::uint32_t number, bool write, bool exits) {
        if (subject.access_exits(0, vtl, number, write) != exits) {
            differences.push_back({fmt::format("vp0.vtl{}", vtl),
                                   fmt::format("{}[{:#x}]", write ? "write" : "read", number),
                                   exits ? "exits" : "passes", exits ? "passes" : "exits"});
        }
    };
    for (unsigned vtl = 0; vtl < pages; ++vtl) {
        const auto page = subject.msr_bitmap(0, vtl);
        for (std::size_t word = 0; word < page.size(); ++word) {
            for (unsigned bit = 0; bit < 64; ++bit) {
                expect(vtl, number_of(word, bit), (word & 0x100U) != 0, ((page[word] >> bit) & 1U) != 0);
            }
        }
        for (const std::uint32_t beyond :
             {0x2000U, 0x3FFFFFFFU, 0x40000000U, 0x800006A0U, 0xBFFFFFFFU, 0xC0002000U, 0xC0010100U, 0xFFFFFFFFU}) {
            expect(vtl, beyond, false, true);
            expect(vtl, beyond, true, true);
        }
    }
    return differences.empty() || walk.differs("", std::move(differences));
}

ChunkResult BitmapSweep::run(std::uint64_t chunk, conformance::Subject& subject) const {
    ChunkResult result;
    Walk walk(subject, result);
    const std::uint64_t first = chunk << chunk_bits;
    const std::uint64_t size = std::uint64_t{1} << chunk_bits;
    const std::uint64_t states = std::uint64_t{1} << (claim_bits().size() + circumstances);
    for (std::uint64_t state = first; state < first + size; ++state) {
        // All claims where all else is so that a bit may pass: there, the predicate itself is asked.
        const bool bitwise = full_ || (state >> claim_bits().size()) == ((states - 1) >> claim_bits().size());
        // The same bitmaps come of VTL1 changing its control word while it runs.
        const bool agree = walk.base(header_of_state(state)) && (!bitwise || compare_bits(walk, subject, result)) &&
                           (state != first || compare_answers(walk, subject)) &&
                           (!has(state, vtl1_present) || walk.step(set_control(control_of(state ^ (size - 1)))));
        if (!agree && walk.ended()) {
            break;
        }
        ++result.counts.cases;
    }
    return result;
}

} // namespace

std::unique_ptr<Sweep> bitmap_sweep(bool full) { return std::make_unique<BitmapSweep>(full); }

} // namespace vtlcheck::proptests
