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
    std::function<void(model::PartitionVsm<Concrete>&)> vsm_registers = [](auto&) {};
    std::function<void(unsigned, conformance::InterceptControls&)> intercept_controls = [](unsigned, auto&) {};
    std::function<void(conformance::AuditRecord&)> newest_record = [](auto&) {};
    std::function<void(std::vector<conformance::AuditRecord>&)> records = [](auto&) {};
    std::uint8_t entry = 0; ///< added to the VTL entered next
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
    [[nodiscard]] model::PartitionVsm<Concrete> vsm() const override {
        auto registers = ForwardingSubject::vsm();
        vsm_registers(registers);
        return registers;
    }
    [[nodiscard]] conformance::InterceptControls controls(std::uint32_t vp, unsigned vtl) const override {
        auto held = ForwardingSubject::controls(vp, vtl);
        intercept_controls(vtl, held);
        return held;
    }
    [[nodiscard]] std::uint8_t next_entry(std::uint32_t vp) const override {
        return static_cast<std::uint8_t>(ForwardingSubject::next_entry(vp) + entry);
    }
    [[nodiscard]] std::optional<conformance::AuditRecord> newest_audit(std::uint32_t vp) const override {
        auto record = ForwardingSubject::newest_audit(vp);
        if (record) {
            newest_record(*record);
        }
        return record;
    }
    [[nodiscard]] std::vector<conformance::AuditRecord> audit_records(std::uint32_t vp) const override {
        auto ring = ForwardingSubject::audit_records(vp);
        records(ring);
        return ring;
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
    return conformance::parse("vtlcheck-trace 2\nconfig vps=2\nvp1 vtl0 rdmsr 0x277\n", "two");
}

/// Three exits with an audit record, of one VP.
conformance::Trace audited() {
    return conformance::parse("vtlcheck-trace 2\n"
                              "vp0 vtl0 special 3 t=1us\n"
                              "vp0 vtl0 special 200 t=2us\n"
                              "vp0 vtl0 host-get paravisor Rip t=3us\n",
                              "audited");
}

/// Every change of a number of a record, one bit each.
const std::vector<std::function<void(conformance::AuditRecord&)>>& record_changes() {
    using conformance::AuditRecord;
    static const std::vector<std::function<void(AuditRecord&)>> changes{
        [](AuditRecord& r) { r.sequence ^= 1; },  [](AuditRecord& r) { r.time ^= 1; },
        [](AuditRecord& r) { r.vp ^= 1; },        [](AuditRecord& r) { r.origin ^= 1; },
        [](AuditRecord& r) { r.operation ^= 1; }, [](AuditRecord& r) { r.vtl ^= 1; },
        [](AuditRecord& r) { r.reg ^= 1; },       [](AuditRecord& r) { r.route ^= 1; },
        [](AuditRecord& r) { r.verdict ^= 1; },   [](AuditRecord& r) { r.reason ^= 1; }};
    return changes;
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
        // What the log budget fills in is decided by a clause of its own.
        const std::string field = table[i].name;
        EXPECT_EQ(divergence->clause, field == "log_line" || field == "log_suppressed" ? "LOG-02" : "MSR-R-25");
    }
}

/// Two warnings, two suppressed attempts and a summary, and an access for the sketch of the census.
conformance::Trace logged() {
    return conformance::parse("vtlcheck-trace 2\n"
                              "config log_burst=2\n"
                              "vp0 vtl0 rdmsr 0x1d9 t=1us\n"
                              "vp0 vtl0 rdmsr 0x4b000001 t=2us\n"
                              "vp0 vtl0 rdmsr 0x1d9 t=3us\n"
                              "vp0 vtl0 rdmsr 0x1d9 t=4us\n"
                              "vp0 vtl0 log-flush unknown-read t=1s\n",
                              "logged");
}

/// The implementation with something of its log altered.
class AlteredLog final : public ForwardingSubject {
public:
    std::function<void(conformance::LogTotals&)> totals = [](auto&) {};
    std::function<void(std::vector<conformance::LogRecord>&)> lines = [](auto&) {};
    std::function<void(std::vector<conformance::CensusEntry>&)> sketch = [](auto&) {};
    std::uint64_t lost = 0;    ///< added
    std::uint32_t counted = 0; ///< added

    [[nodiscard]] conformance::LogTotals log_totals(std::uint8_t site) const override {
        auto held = ForwardingSubject::log_totals(site);
        totals(held);
        return held;
    }
    std::vector<conformance::LogRecord> take_log(std::uint32_t vp) override {
        auto held = ForwardingSubject::take_log(vp);
        lines(held);
        return held;
    }
    [[nodiscard]] std::uint64_t log_lost(std::uint32_t vp) const override {
        return ForwardingSubject::log_lost(vp) + lost;
    }
    [[nodiscard]] std::uint32_t census_count(std::uint32_t vp, std::uint32_t msr, bool write) const override {
        return ForwardingSubject::census_count(vp, msr, write) + counted;
    }
    [[nodiscard]] std::vector<conformance::CensusEntry> census_sketch(std::uint32_t vp) const override {
        auto held = ForwardingSubject::census_sketch(vp);
        sketch(held);
        return held;
    }
};

TEST(Lockstep, EveryNumberOfTheLogCounts) {
    using conformance::CensusEntry;
    using conformance::LogRecord;
    using conformance::LogTotals;
    std::vector<std::pair<const char*, std::function<void(AlteredLog&)>>> changes{
        {"lost", [](AlteredLog& s) { s.lost = 1; }},
        {"census", [](AlteredLog& s) { s.counted = 1; }},
        {"a line too few", [](AlteredLog& s) { s.lines = [](auto& all) { all.clear(); }; }},
        {"an entry too few", [](AlteredLog& s) { s.sketch = [](auto& all) { all.clear(); }; }}};
    const auto of_totals = [&](const char* name, std::uint64_t LogTotals::* field) {
        changes.emplace_back(name, [field](AlteredLog& s) { s.totals = [field](LogTotals& t) { t.*field ^= 1; }; });
    };
    of_totals("emitted", &LogTotals::emitted);
    of_totals("suppressed", &LogTotals::suppressed);
    of_totals("reported", &LogTotals::reported);
    of_totals("summaries", &LogTotals::summaries);
    const auto of_line = [&](const char* name, void (*change)(LogRecord&)) {
        changes.emplace_back(name, [change](AlteredLog& s) {
            s.lines = [change](auto& all) {
                if (!all.empty()) {
                    change(all.front());
                }
            };
        });
    };
    of_line("time", [](LogRecord& r) { r.host.time ^= 1; });
    of_line("suppressed told", [](LogRecord& r) { r.host.suppressed ^= 1; });
    of_line("number", [](LogRecord& r) { r.host.number ^= 1; });
    of_line("vp", [](LogRecord& r) { r.host.vp ^= 1; });
    of_line("line", [](LogRecord& r) { r.host.line ^= 1; });
    of_line("site", [](LogRecord& r) { r.host.site ^= 1; });
    of_line("vtl", [](LogRecord& r) { r.host.vtl ^= 1; });
    of_line("value", [](LogRecord& r) { r.value ^= 1; });
    const auto of_entry = [&](const char* name, void (*change)(CensusEntry&)) {
        changes.emplace_back(name, [change](AlteredLog& s) {
            s.sketch = [change](auto& all) {
                if (!all.empty()) {
                    change(all.front());
                }
            };
        });
    };
    of_entry("msr", [](CensusEntry& e) { e.msr ^= 1; });
    of_entry("write", [](CensusEntry& e) { e.write = !e.write; });
    of_entry("count", [](CensusEntry& e) { e.count ^= 1; });
    of_entry("error", [](CensusEntry& e) { e.error ^= 1; });
    for (const auto watch : {Watch::campaign, Watch::everything}) {
        AlteredLog unaltered;
        EXPECT_FALSE(run(unaltered, logged(), watch).has_value());
        for (const auto& [name, change] : changes) {
            AlteredLog subject;
            change(subject);
            EXPECT_TRUE(run(subject, logged(), watch).has_value()) << name;
        }
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
            const auto& slot = FieldTable<model::VpSlot<Concrete>>::get();
            for (std::size_t i = 0; i < slot.size(); ++i) {
                Altered subject;
                subject.vp_registers = [&](std::uint32_t index, InitialState::Vp& registers) {
                    if (index == vp) {
                        slot.store(registers.slot, i, slot.load(registers.slot, i) ^ 1);
                    }
                };
                EXPECT_TRUE(run(subject, two_vps(), watch).has_value()) << slot[i].name;
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

TEST(Lockstep, EveryVsmFieldCounts) {
    const auto& table = FieldTable<model::PartitionVsm<Concrete>>::get();
    for (std::size_t i = 0; i < table.size(); ++i) {
        Altered subject;
        subject.vsm_registers = [&](auto& vsm) { table.store(vsm, i, table.load(vsm, i) ^ 1); };
        EXPECT_TRUE(run(subject, two_vps(), Watch::campaign).has_value()) << table[i].name;
    }
}

TEST(Lockstep, EveryControlOfBothVtlsCounts) {
    using conformance::InterceptControls;
    const std::vector<std::function<void(InterceptControls&)>> changes{
        [](InterceptControls& c) { c.cr0_guest_host_mask ^= 1; },
        [](InterceptControls& c) { c.cr4_guest_host_mask ^= 1; }, [](InterceptControls& c) { c.cr0_read_shadow ^= 1; },
        [](InterceptControls& c) { c.cr4_read_shadow ^= 1; },
        [](InterceptControls& c) { c.descriptor_table_exiting = !c.descriptor_table_exiting; }};
    for (unsigned vtl = 0; vtl < 2; ++vtl) {
        for (std::size_t i = 0; i < changes.size(); ++i) {
            Altered subject;
            subject.intercept_controls = [&](unsigned of, InterceptControls& held) {
                if (of == vtl) {
                    changes[i](held);
                }
            };
            const auto divergence = run(subject, two_vps(), Watch::campaign);
            ASSERT_TRUE(divergence.has_value()) << i;
            EXPECT_EQ(divergence->differences.size(), 1U);
        }
    }
}

TEST(Lockstep, TheNextEntryCounts) {
    Altered subject;
    subject.entry = 1;
    const auto divergence = run(subject, two_vps(), Watch::campaign);
    ASSERT_TRUE(divergence.has_value());
    EXPECT_EQ(divergence->differences.front().field, "next_entry");
}

TEST(Lockstep, EveryNumberOfTheNewestAuditRecordCounts) {
    for (std::size_t i = 0; i < record_changes().size(); ++i) {
        Altered subject;
        subject.newest_record = record_changes()[i];
        const auto divergence = run(subject, audited(), Watch::campaign);
        ASSERT_TRUE(divergence.has_value()) << i;
        EXPECT_EQ(divergence->step, 0U);
        EXPECT_EQ(divergence->differences.size(), 1U);
    }
}

TEST(Lockstep, EveryRecordOfTheRingCounts) {
    for (const auto watch : {Watch::campaign, Watch::everything}) {
        for (std::size_t place = 0; place < 3; ++place) {
            Altered subject;
            subject.records = [&](auto& ring) {
                if (place < ring.size()) {
                    record_changes()[place](ring[place]);
                }
            };
            const auto divergence = run(subject, audited(), watch);
            ASSERT_TRUE(divergence.has_value()) << place;
            EXPECT_EQ(divergence->step, watch == Watch::everything ? place : 2U);
        }
        Altered subject;
        subject.records = [](auto& ring) { ring.clear(); };
        EXPECT_TRUE(run(subject, audited(), watch).has_value()) << "no records";
    }
}

TEST(Lockstep, OfARingThatWrapsTheNewestRecordsCount) {
    auto trace = audited();
    for (int i = 0; i < 100; ++i) {
        trace.steps.push_back(trace.steps.front());
        trace.steps.back().exit.now = 10'000 + static_cast<std::uint64_t>(i);
    }
    Altered good;
    EXPECT_FALSE(run(good, trace, Watch::everything).has_value());
    Altered subject;
    subject.records = [](auto& ring) {
        if (ring.size() == model::audit_capacity) {
            ring.front().time += 1;
        }
    };
    const auto divergence = run(subject, trace, Watch::everything);
    ASSERT_TRUE(divergence.has_value());
    EXPECT_EQ(divergence->step, 63U);
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
