// Sweeps: each case is run once, however the work is split; what is kept is not run again; a fault anywhere is found.
#include "conformance/subjects/abi.hpp"
#include "model/msr_table.hpp"
#include "proptests/sweep.hpp"
#include "proptests/sweep_walk.hpp"
#include "proptests/tests/forwarding_subject.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

namespace vtlcheck::proptests {
namespace {

namespace fs = std::filesystem;
using conformance::builtin_subject;
using model::Concrete;

constexpr std::uint32_t chunk_numbers = 1U << 20U;

SweepResult run_all(const Sweep& sweep, const SubjectFactory& make_subject = builtin_subject,
                    const SweepOptions& options = {.threads = 2}) {
    KeptChunks kept;
    return run_sweep(sweep, make_subject, options, kept);
}

SweepResult run_range(std::uint32_t first, std::uint32_t last, const SubjectFactory& make_subject = builtin_subject) {
    return run_all(*msr_sweep({.first = first, .last = last}), make_subject);
}

/// The implementation, but for writes of the MSR numbers from `first` to `last`, where RAX comes out wrong.
class WrongNumbers final : public ForwardingSubject {
public:
    WrongNumbers(std::uint32_t first, std::uint32_t last) : first_(first), last_(last) {}
    model::Outcome<Concrete> handle(const model::Exit<Concrete>& exit) override {
        auto out = ForwardingSubject::handle(exit);
        const auto number = static_cast<std::uint32_t>(exit.gpr[model::rcx].value());
        if (exit.kind.value() == 0 && (exit.info[model::info_rax].value() & 0xFFFF) == model::reason_wrmsr &&
            number >= first_ && number <= last_) {
            out.gpr[model::rax] = out.gpr[model::rax] + 1;
        }
        return out;
    }

private:
    std::uint32_t first_;
    std::uint32_t last_;
};

TEST(MsrSweep, ChunksAreTheRangeOnce) {
    struct Range {
        std::uint32_t first, last;
        std::uint64_t chunks;
    };
    for (const auto& [first, last, chunks] :
         {Range{0, 0xFFFFFFFF, 4096}, Range{5, 5, 1}, Range{chunk_numbers - 1, chunk_numbers, 2},
          Range{0xFFFFFFFF, 0xFFFFFFFF, 1}, Range{0x12345678, 0x22345678, 257}}) {
        const auto sweep = msr_sweep({.first = first, .last = last});
        ASSERT_EQ(sweep->chunks(), chunks);
        std::uint64_t next = first;
        for (std::uint64_t chunk = 0; chunk < chunks; ++chunk) {
            const std::string name = sweep->chunk_name(chunk);
            const auto dash = name.find('-');
            ASSERT_EQ(std::stoull(name.substr(0, dash), nullptr, 16), next) << name;
            next = std::stoull(name.substr(dash + 1), nullptr, 16) + 1;
        }
        EXPECT_EQ(next, std::uint64_t{last} + 1);
    }
    EXPECT_THROW((void)msr_sweep({.first = 1, .last = 0}), std::invalid_argument);
}

TEST(MsrSweep, FourAccessesOfANumberWithoutARule) {
    // Over the end of a chunk; the specification runs blocks at both ends, the first numbers of a chunk where lines are
    // made all.
    const auto result = run_range(0x502FFF00, 0x50300321);
    EXPECT_EQ(result.verdict, Verdict::conforms);
    EXPECT_EQ(result.counts.cases, 0x422U);
    EXPECT_EQ(result.counts.exits(), 4U * 0x422U);
    EXPECT_EQ(result.counts.in_full, 4U * (2U + 2U + 16U + 2U));
    EXPECT_EQ(result.counts.alike, result.counts.exits() - result.counts.in_full);

    // In the ranges of the census, and in a full sweep, it runs all.
    for (const auto& options :
         {MsrSweepOptions{.first = 0x1E00, .last = 0x1FFF},
          MsrSweepOptions{.first = 0x50000100, .last = 0x500002FF, .how = MsrSweepOptions::How::full}}) {
        const auto whole = run_all(*msr_sweep(options));
        EXPECT_EQ(whole.verdict, Verdict::conforms);
        EXPECT_EQ(whole.counts.in_full, 4U * 0x200U);
        EXPECT_EQ(whole.counts.alike, 0U);
    }
    // With every access charged, only what makes a line is not compared by another number's answer.
    const auto charged =
        run_all(*msr_sweep({.first = 0x50000000, .last = 0x50000FFF, .how = MsrSweepOptions::How::charged}));
    EXPECT_EQ(charged.verdict, Verdict::conforms);
    EXPECT_EQ(charged.counts.exits(), 4U * 0x1000U);
    EXPECT_EQ(charged.counts.in_full, 4U * (16U + 4U * 2U));
}

TEST(MsrSweep, ANumberWithARuleIsRunInAllStatesWithAllValues) {
    constexpr std::uint64_t states = 14;
    constexpr std::uint64_t ways_and_answers = 4 + 1; // RDMSR or WRMSR with each device's answer, TDVMCALL
    const std::uint64_t plain = states * 2 * ways_and_answers * (1 + telling_values().size());
    const auto ignored = run_range(0xC0011029, 0xC0011029);
    EXPECT_EQ(ignored.verdict, Verdict::conforms);
    EXPECT_EQ(ignored.counts.in_full, plain);
    const auto judged = run_range(0xC0000080, 0xC0000080);
    EXPECT_EQ(judged.verdict, Verdict::conforms);
    EXPECT_EQ(judged.counts.in_full, plain + states * 2 * values_next_to_telling().size());
    EXPECT_EQ(judged.counts.alike, 0U);
}

TEST(MsrSweep, EveryRowWithABehaviourHasARule) {
    for (const auto& row : model::msr_table) {
        const bool behaves = row.read != model::ReadRule::unknown || row.write != model::WriteRule::unknown;
        if (row.first != 0 || row.last != 0xFFFFFFFF) {
            EXPECT_EQ(has_msr_rule(row.first), behaves) << row.name;
            EXPECT_EQ(has_msr_rule(row.last), behaves) << row.name;
        }
    }
    EXPECT_FALSE(has_msr_rule(0x12345678));
}

TEST(MsrSweep, ARowEndsWhereAnotherBegins) {
    std::set<std::uint32_t> edges{0, 0x12345678, 0xFFFFFFFF};
    for (const auto& row : model::msr_table) {
        edges.insert({row.first, row.first - 1, row.last, row.last + 1});
    }
    for (const std::uint32_t number : edges) {
        const std::uint32_t last = model::last_of_row(number);
        ASSERT_GE(last, number);
        for (auto edge = edges.find(number); edge != edges.end() && *edge <= last; ++edge) {
            EXPECT_EQ(model::row_index(*edge), model::row_index(number)) << std::hex << *edge;
        }
        if (last != 0xFFFFFFFF) {
            EXPECT_NE(model::row_index(last + 1), model::row_index(number)) << std::hex << last;
        }
    }
}

TEST(MsrSweep, OneWrongNumberIsFound) {
    for (const std::uint32_t number : {0x51234567U, 0x51200000U, 0x512FFFFFU, 0x1ABCU, 0xC0000084U, 0xFFFFFFFFU}) {
        const auto result = run_range(number & ~0xFFFU, number | 0xFFFU,
                                      [&] { return std::make_unique<WrongNumbers>(number, number); });
        ASSERT_EQ(result.verdict, Verdict::violation) << number;
        ASSERT_TRUE(result.first);
        EXPECT_TRUE(result.first->clause.starts_with("MSR-W-")) << result.first->clause;
        EXPECT_NE(result.first->trace.find("outcome rax: expected "), std::string::npos) << result.first->trace;
        // The text alone shows it.
        const auto trace = conformance::parse(result.first->trace, "sweep.trace");
        ASSERT_EQ(trace.steps.size(), 1U);
        EXPECT_EQ(trace.steps[0].exit.gpr[model::rcx].value() & 0xFFFFFFFF, number);
        WrongNumbers again(number, number);
        EXPECT_TRUE(run(again, trace));
        if (!has_msr_rule(number)) {
            EXPECT_EQ(result.violations, number < 0x2000 ? 2U : 1U) << "in a block, the first of a number";
        }
    }
}

TEST(MsrSweep, ViolationsAreCountedUpToAThousandAChunk) {
    const auto few =
        run_range(0x50000000, 0x50000FFF, [] { return std::make_unique<WrongNumbers>(0x50000100, 0x50000110); });
    EXPECT_EQ(few.violations, 17U);
    EXPECT_FALSE(few.cut_short);
    EXPECT_EQ(few.counts.cases, 0x1000U);
    const auto all = run_range(0x50000000, 0x500FFFFF, [] { return std::make_unique<WrongNumbers>(0, 0xFFFFFFFF); });
    EXPECT_EQ(all.violations, most_violations);
    EXPECT_TRUE(all.cut_short);
}

TEST(MsrSweep, TheFastWayOfASubjectIsTheSlowOne) {
    // Every field of an expected outcome that is not the observed one is a deviation, at the same access of both.
    const auto fast = builtin_subject();
    ForwardingSubject slow; // has no faster way than `handle`
    const auto header = long_mode_header({.start = 1, .isolation = model::Isolation::none});
    const std::array exits{msr_exit(false, false, 0x60000000, 0), msr_exit(true, true, 0x60000000, 0x123)};
    fast->start(header);
    std::array<model::Outcome<Concrete>, 2> right{fast->handle(exits[0]), fast->handle(exits[1])};
    const auto deviation_of = [&](conformance::Subject& subject,
                                  const std::array<model::Outcome<Concrete>, 2>& expected) {
        subject.start(header);
        const std::array<conformance::AlikeAccess, 2> accesses{
            {{.exit = &exits[0], .expected = &expected[0]}, {.exit = &exits[1], .expected = &expected[1]}}};
        return subject.run_alike(accesses, 0x60000005, 0x60000008);
    };
    EXPECT_FALSE(deviation_of(*fast, right));
    EXPECT_FALSE(deviation_of(slow, right));
    std::size_t fields = 0;
    model::Outcome<Concrete>::visit([&](const auto&, auto&) { ++fields; }, right[1]);
    for (std::size_t field = 0; field < fields; ++field) {
        auto wrong = right;
        std::size_t n = 0;
        std::string name;
        model::Outcome<Concrete>::visit(
            [&](const auto& title, auto& value) {
                if (n++ == field) {
                    name = title.str();
                    using Field = std::remove_reference_t<decltype(value)>;
                    if constexpr (std::is_same_v<Field, Concrete::Bool>) {
                        value = !value;
                    } else {
                        value = value ^ 0x4;
                    }
                }
            },
            wrong[1]);
        // The number is put into these.
        const bool substituted = name == "log_msr";
        for (auto* subject : {fast.get(), static_cast<conformance::Subject*>(&slow)}) {
            const auto deviation = deviation_of(*subject, wrong);
            const bool low_half_of_rcx = name == "rcx";
            ASSERT_EQ(deviation.has_value(), !substituted && !low_half_of_rcx) << name;
            if (deviation) {
                EXPECT_EQ(deviation->number, 0x60000005U) << name;
                EXPECT_EQ(deviation->access, 1U) << name;
            }
        }
    }
}

/// vtl_handle_exit with a slip in one access, and with bytes between fields that differ from access to access.
struct Slip {
    inline static std::uint32_t number = 0;
    inline static std::uint32_t vtl = 0;
    static vtl_status handle(vtl_partition* partition, vtl_vp* vp, const vtl_exit* exit, vtl_outcome* outcome) {
        const vtl_status status = vtl_handle_exit(partition, vp, exit, outcome);
        if (static_cast<std::uint32_t>(exit->gpr[VTL_RCX]) == number && exit->vtl == vtl) {
            outcome->message.contents.access ^= 1; // the last byte
        }
        static_assert(offsetof(vtl_outcome, error) == offsetof(vtl_outcome, disposition) + 2);
        reinterpret_cast<unsigned char*>(&outcome->disposition)[1] = static_cast<unsigned char>(exit->gpr[VTL_RCX]);
        return status;
    }
};

TEST(MsrSweep, TheFastWayFindsTheAccess) {
    auto abi = conformance::linked_abi();
    abi.handle_exit = Slip::handle;
    const auto subject = conformance::abi_subject(abi, "slip");
    const auto header = long_mode_header({.start = 1, .isolation = model::Isolation::none});
    const std::array exits{msr_exit(false, false, 0x60000000, 0), msr_exit(false, true, 0x60000000, 0)};
    const auto right = builtin_subject();
    right->start(header);
    const std::array outcomes{right->handle(exits[0]), right->handle(exits[1])};
    const std::array<conformance::AlikeAccess, 2> accesses{
        {{.exit = &exits[0], .expected = &outcomes[0]}, {.exit = &exits[1], .expected = &outcomes[1]}}};
    constexpr std::uint32_t last = 0xFFFFFFFF;
    for (const std::uint32_t first : {last - 5, last}) {
        for (std::uint32_t n = first - 1;; ++n) {
            for (const std::uint32_t vtl : {0U, 1U}) {
                Slip::number = n;
                Slip::vtl = vtl;
                subject->start(header);
                const auto deviation = subject->run_alike(accesses, first, last);
                ASSERT_EQ(deviation.has_value(), n >= first) << n;
                if (deviation) {
                    EXPECT_EQ(deviation->number, n);
                    EXPECT_EQ(deviation->access, vtl);
                }
            }
            if (n == last) {
                break;
            }
        }
    }
}

TEST(Sweep, ShardsAreTheWhole) {
    const auto sweep = msr_sweep({.first = 0x500FFF00, .last = 0x502000FF});
    const auto whole = run_all(*sweep);
    SweepCounts sum;
    std::uint64_t chunks = 0;
    for (std::uint64_t shard = 1; shard <= 3; ++shard) {
        const auto part = run_all(*sweep, builtin_subject, {.threads = 1, .shard = shard, .shards = 3});
        EXPECT_EQ(part.verdict, Verdict::conforms);
        sum += part.counts;
        chunks += part.wanted;
    }
    EXPECT_EQ(sum, whole.counts);
    EXPECT_EQ(chunks, sweep->chunks());
    EXPECT_EQ(whole.counts.cases, 0x100200U);
}

TEST(Sweep, AShardOfNothingShowsNothing) {
    const auto sweep = msr_sweep({.first = 0x50000000, .last = 0x50000001});
    const auto result = run_all(*sweep, builtin_subject, {.threads = 1, .shard = 2, .shards = 2});
    EXPECT_EQ(result.wanted, 0U);
    EXPECT_EQ(result.verdict, Verdict::inconclusive);
    for (const auto& [shard, shards] : {std::pair(0, 1), std::pair(2, 1), std::pair(1, 0)}) {
        EXPECT_THROW((void)run_all(*sweep, builtin_subject,
                                   {.threads = 1,
                                    .shard = static_cast<std::uint64_t>(shard),
                                    .shards = static_cast<std::uint64_t>(shards)}),
                     std::invalid_argument);
    }
}

TEST(Sweep, ASubjectThatBreaksItsContractIsAViolation) {
    class Silent final : public ForwardingSubject {
    public:
        model::Outcome<Concrete> handle(const model::Exit<Concrete>&) override {
            throw conformance::SubjectError("no answer");
        }
    };
    const auto result = run_range(0x50000000, 0x500000FF, [] { return std::make_unique<Silent>(); });
    EXPECT_EQ(result.verdict, Verdict::violation);
    ASSERT_TRUE(result.first);
    EXPECT_NE(result.first->trace.find("no answer"), std::string::npos) << result.first->trace;
}

class SweepFile : public testing::Test {
public:
    ~SweepFile() override { fs::remove(file_); }
    SweepFile(const SweepFile&) = delete;
    SweepFile& operator=(const SweepFile&) = delete;

protected:
    SweepFile() {
        const auto* info = testing::UnitTest::GetInstance()->current_test_info();
        file_ = fs::temp_directory_path() / (std::string("sweep-") + info->name() + "-" + std::to_string(::getpid()));
        fs::remove(file_);
    }
    fs::path file_; // NOLINT(cppcoreguidelines-non-private-member-variables-in-classes): of the tests
};

TEST_F(SweepFile, IsTakenUp) {
    const auto sweep = msr_sweep({.first = 0x500FFF00, .last = 0x501000FF});
    {
        KeptChunks kept(file_.string(), 7);
        const auto half = run_sweep(*sweep, builtin_subject, {.threads = 1, .shard = 1, .shards = 2}, kept);
        EXPECT_EQ(half.resumed, 0U);
    }
    std::ofstream(file_, std::ios::app) << R"({"sweep": "msr usu)"; // the run was killed while it wrote
    SweepResult whole;
    {
        KeptChunks kept(file_.string(), 7);
        whole = run_sweep(*sweep, builtin_subject, {.threads = 2}, kept);
        EXPECT_EQ(whole.resumed, 1U);
    }
    KeptChunks kept(file_.string(), 7);
    const auto nobody = []() -> std::unique_ptr<conformance::Subject> {
        return std::make_unique<WrongNumbers>(0, ~0U);
    };
    const auto again = run_sweep(*sweep, nobody, {.threads = 2}, kept);
    EXPECT_EQ(again.resumed, 2U);
    EXPECT_EQ(again.counts, whole.counts);
    EXPECT_EQ(again.verdict, Verdict::conforms);
    // Another mode or range has other chunks.
    const auto full = msr_sweep({.first = 0x50000000, .last = 0x50000001, .how = MsrSweepOptions::How::full});
    EXPECT_EQ(run_sweep(*full, builtin_subject, {.threads = 1}, kept).resumed, 0U);
}

TEST_F(SweepFile, KeepsViolations) {
    const auto sweep = msr_sweep({.first = 0x500FFF00, .last = 0x501000FF});
    const auto wrong = [] { return std::make_unique<WrongNumbers>(0x50100000, 0x50100000); };
    KeptChunks first(file_.string(), 7);
    const auto found = run_sweep(*sweep, wrong, {.threads = 1}, first);
    KeptChunks second(file_.string(), 7);
    const auto kept = run_sweep(*sweep, builtin_subject, {.threads = 1}, second);
    EXPECT_EQ(kept.resumed, 2U);
    EXPECT_EQ(kept.verdict, Verdict::violation);
    EXPECT_EQ(kept.first, found.first);
    EXPECT_EQ(kept.violations, 1U);
}

TEST_F(SweepFile, OfAnotherProgramOrOfSomethingElseIsRefused) {
    const auto sweep = msr_sweep({.first = 0x50000000, .last = 0x50000001});
    KeptChunks kept(file_.string(), 7);
    (void)run_sweep(*sweep, builtin_subject, {.threads = 1}, kept);
    EXPECT_THROW(KeptChunks(file_.string(), 8), support::JournalError);
    std::ofstream(file_) << "{}\n";
    EXPECT_THROW(KeptChunks(file_.string(), 7), support::JournalError);
    KeptChunks nowhere("/dev/null/none", 7);
    EXPECT_THROW((void)run_sweep(*sweep, builtin_subject, {.threads = 2}, nowhere), support::JournalError);
}

TEST(BitmapSweep, HasEveryCombinationOnce) {
    std::set<unsigned> claims;
    for (const auto& row : model::msr_table) {
        if (row.claim_bit != 0xFF) {
            claims.insert(row.claim_bit);
        }
    }
    EXPECT_EQ(claims.size(), 14U);
    constexpr std::uint64_t states = 1U << (14U + 5U);
    const auto sweep = bitmap_sweep();
    ASSERT_EQ(sweep->chunks(), states / 1024);
    // The last sixteenth: VTL1 is present and the specification is asked for every bit of half of it.
    std::uint64_t cases = 0;
    std::uint64_t bits = 0;
    const auto subject = builtin_subject();
    for (const std::uint64_t chunk : {0U, 495U, 496U, 511U}) {
        const auto result = sweep->run(chunk, *subject);
        EXPECT_EQ(result.violations, 0U);
        cases += result.counts.cases;
        bits += result.counts.bits;
    }
    EXPECT_EQ(cases, 4U * 1024U);
    EXPECT_EQ(bits, 2U * 1024U * 2U * 32768U);
    EXPECT_EQ(bitmap_sweep(true)->run(3, *subject).counts.bits, 1024U * 2U * 32768U);
}

TEST(BitmapSweep, OneWrongBitIsFound) {
    class WrongBit final : public ForwardingSubject {
    public:
        [[nodiscard]] conformance::MsrBitmap msr_bitmap(std::uint32_t vp, unsigned vtl) const override {
            const auto page = ForwardingSubject::msr_bitmap(vp, vtl);
            std::copy(page.begin(), page.end(), page_.begin());
            page_[0x1FF] ^= std::uint64_t{vtl} << 63U; // the last there is
            return page_;
        }

    private:
        mutable std::array<std::uint64_t, 512> page_{};
    };
    WrongBit subject;
    const auto result = bitmap_sweep()->run(0, subject);
    EXPECT_EQ(result.violations, most_violations);
    ASSERT_TRUE(result.first);
    EXPECT_NE(result.first->trace.find("vtl1.msr_bitmap write[0xc0001fff]"), std::string::npos) << result.first->trace;
}

TEST(RegisterSweep, HasEveryRowInEveryEnvironment) {
    constexpr std::uint64_t environments = 5U * 8U * 3U;
    const auto sweep = register_sweep();
    ASSERT_EQ(sweep->chunks(), environments * 8);
    std::set<std::uint32_t> near;
    for (std::size_t i = 0; i < model::unlisted_register; ++i) {
        const auto code = model::register_table[i].code;
        near.insert({code, code - 1, code + 1});
        for (unsigned bit = 0; bit < 32; ++bit) {
            near.insert(code ^ 1U << bit);
        }
    }
    const auto subject = builtin_subject();
    const auto cases_of = [&](std::uint64_t environment) {
        std::uint64_t cases = 0;
        for (std::uint64_t slice = 0; slice < 8; ++slice) {
            const auto result = sweep->run(environment * 8 + slice, *subject);
            EXPECT_EQ(result.violations, 0U);
            EXPECT_GE(result.counts.in_full, result.counts.cases * 24); // twelve callers and targets get and set
            cases += result.counts.cases;
        }
        return cases;
    };
    EXPECT_EQ(cases_of(3), near.size());
    EXPECT_EQ(cases_of(8), model::unlisted_register) << "with a profile: the table's names alone";
}

} // namespace
} // namespace vtlcheck::proptests
