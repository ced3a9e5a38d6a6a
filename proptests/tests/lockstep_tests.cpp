// The driver: every part of a subject's answer and state is looked at.
#include "proptests/generator.hpp"
#include "proptests/lockstep.hpp"
#include "proptests/shrink.hpp"
#include "proptests/tests/forwarding_subject.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

namespace vtlcheck::proptests {
namespace {

using conformance::FieldTable;
using conformance::InitialState;
using model::Concrete;
using Outcome = model::Outcome<Concrete>;

/// The implementation with one field of its answer or state altered.
class Altered final : public ForwardingSubject {
public:
    std::function<void(Outcome&)> outcome = [](Outcome&) {};
    std::function<void(std::array<model::PartitionVtl<Concrete>, 2>&)> partition_registers = [](auto&) {};
    std::function<void(std::uint32_t, InitialState::Vp&)> vp_registers = [](std::uint32_t, auto&) {};
    std::function<void(std::uint32_t, unsigned, std::array<std::uint64_t, 512>&)> bitmap = [](std::uint32_t, unsigned,
                                                                                              auto&) {};

    Outcome handle(const model::Exit<Concrete>& exit) override {
        Outcome out = ForwardingSubject::handle(exit);
        outcome(out);
        return out;
    }
    [[nodiscard]] std::array<model::PartitionVtl<Concrete>, 2> partition() const override {
        auto registers = ForwardingSubject::partition();
        partition_registers(registers);
        return registers;
    }
    void vp(std::uint32_t index, InitialState::Vp& registers) const override {
        ForwardingSubject::vp(index, registers);
        vp_registers(index, registers);
    }
    [[nodiscard]] conformance::MsrBitmap msr_bitmap(std::uint32_t vp, unsigned vtl) const override {
        const auto page = ForwardingSubject::msr_bitmap(vp, vtl);
        std::copy(page.begin(), page.end(), page_.begin());
        bitmap(vp, vtl, page_);
        return page_;
    }

private:
    mutable std::array<std::uint64_t, 512> page_{};
};

conformance::Trace two_vps() {
    return conformance::parse("vtlcheck-trace 1\nconfig vps=2\nvp1 vtl0 rdmsr 0x277\n", "two");
}

TEST(Lockstep, AnUnalteredSubjectAgrees) {
    Altered subject;
    EXPECT_FALSE(run(subject, two_vps(), Watch::everything).has_value());
    EXPECT_FALSE(run(subject, two_vps(), Watch::campaign).has_value());
}

TEST(Lockstep, EveryOutcomeFieldCounts) {
    const auto& table = FieldTable<Outcome>::get();
    for (std::size_t i = 0; i < table.size(); ++i) {
        Altered subject;
        subject.outcome = [&](Outcome& out) { table.store(out, i, table.load(out, i) ^ 1); };
        const auto divergence = run(subject, two_vps(), Watch::campaign);
        ASSERT_TRUE(divergence.has_value()) << table[i].name;
        ASSERT_EQ(divergence->differences.size(), 1U);
        EXPECT_EQ(divergence->differences.front().field, table[i].name);
        EXPECT_EQ(divergence->clause, "MSR-R-25");
    }
}

TEST(Lockstep, EveryStateFieldOfEveryVpCounts) {
    for (const auto watch : {Watch::campaign, Watch::everything}) {
        for (std::uint32_t vp = 0; vp < 2; ++vp) {
            const auto& shared = FieldTable<model::VpShared<Concrete>>::get();
            for (std::size_t i = 0; i < shared.size(); ++i) {
                Altered subject;
                subject.vp_registers = [&](std::uint32_t index, InitialState::Vp& registers) {
                    if (index == vp) {
                        shared.store(registers.shared, i, shared.load(registers.shared, i) ^ 1);
                    }
                };
                EXPECT_TRUE(run(subject, two_vps(), watch).has_value()) << shared[i].name;
            }
            const auto& bank = FieldTable<model::VtlState<Concrete>>::get();
            for (unsigned v = 0; v < 2; ++v) {
                for (std::size_t i = 0; i < bank.size(); ++i) {
                    Altered subject;
                    subject.vp_registers = [&](std::uint32_t index, InitialState::Vp& registers) {
                        if (index == vp) {
                            bank.store(registers.vtl[v], i, bank.load(registers.vtl[v], i) ^ 1);
                        }
                    };
                    EXPECT_TRUE(run(subject, two_vps(), watch).has_value()) << bank[i].name;
                }
            }
        }
    }
}

TEST(Lockstep, EveryPartitionFieldCounts) {
    const auto& table = FieldTable<model::PartitionVtl<Concrete>>::get();
    for (unsigned v = 0; v < 2; ++v) {
        for (std::size_t i = 0; i < table.size(); ++i) {
            Altered subject;
            subject.partition_registers = [&](auto& registers) {
                table.store(registers[v], i, table.load(registers[v], i) ^ 1);
            };
            EXPECT_TRUE(run(subject, two_vps(), Watch::campaign).has_value()) << table[i].name;
        }
    }
}

TEST(Lockstep, EveryBitmapBitCounts) {
    for (std::size_t bit = 0; bit < 512 * std::size_t{64}; bit += 61) {
        Altered subject;
        subject.bitmap = [&](std::uint32_t vp, unsigned vtl, auto& page) {
            if (vp == 0 && vtl == 1) {
                page[bit / 64] ^= std::uint64_t{1} << (bit % 64);
            }
        };
        ASSERT_TRUE(run(subject, two_vps(), Watch::campaign).has_value()) << bit;
    }
}

TEST(ExpectedBitmaps, TheKeyHoldsAllThatThePredicateDependsOn) {
    // States that share a key have to share the page; random states that differ in everything else.
    Random random(3);
    ExpectedBitmaps cached;
    const auto& bank_table = FieldTable<model::VtlState<Concrete>>::get();
    std::set<std::uint32_t> keys;
    for (int i = 0; i < 1000; ++i) {
        model::ConcreteConfig config;
        config.tsc_aux = Concrete::Bool(random.chance(50));
        config.la57 = Concrete::Bool(random.chance(50));
        model::VpShared<Concrete> vp;
        vp.vtl1_present = Concrete::Bool(random.chance(70));
        vp.apic_offload = Concrete::Bool(random.chance(50));
        vp.intercept_pending = Concrete::Bool(random.chance(50));
        vp.intercept_control = random.next();
        model::VtlState<Concrete> bank;
        for (std::size_t f = 0; f < bank_table.size(); ++f) {
            bank_table.store(bank, f, bank_table[f].bits == 1 ? random.below(2) : random.next());
        }
        const unsigned vtl = random.below(2);
        keys.insert(ExpectedBitmaps::key(config, vp, bank, vtl));
        ExpectedBitmaps fresh;
        ASSERT_EQ(cached.page(config, vp, bank, vtl), fresh.page(config, vp, bank, vtl));
    }
    EXPECT_GE(keys.size(), 30U);
}

TEST(Shrink, AFaultOfManyExitsBecomesOneMinimal) {
    // A fault that shows only after 12 WRMSR of STAR by VP 1 in VTL0.
    class Tired final : public ForwardingSubject {
    public:
        void start(const conformance::TraceHeader& header) override {
            count_ = 0;
            ForwardingSubject::start(header);
        }
        Outcome handle(const model::Exit<Concrete>& exit) override {
            Outcome out = ForwardingSubject::handle(exit);
            const bool star = (exit.info[model::info_rax].value() & 0xFFFF) == model::reason_wrmsr &&
                              (exit.gpr[model::rcx].value() & 0xFFFFFFFF) == 0xC0000081;
            if (star && exit.vp.value() == 1 && ++count_ >= 12) {
                out.rip = out.rip + 1;
            }
            return out;
        }

    private:
        int count_ = 0;
    };
    Tired subject;
    for (std::uint64_t seed = 0; seed < 200; ++seed) {
        const Plan plan{.seed = seed, .length = 4000, .vps = 2, .focus = Focus::interception, .start = 1};
        const auto trace = trace_of(plan);
        if (!run(subject, trace, Watch::campaign)) {
            continue;
        }
        const auto shrunk = shrink(subject, trace);
        EXPECT_TRUE(shrunk.minimal);
        EXPECT_EQ(shrunk.trace.steps.size(), 12U);
        EXPECT_LE(shrunk.replays, 20'000U);
        return;
    }
    FAIL() << "no plan made the fault show";
}

} // namespace
} // namespace vtlcheck::proptests
