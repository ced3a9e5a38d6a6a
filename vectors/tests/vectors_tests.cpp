// What makes vectors, piece by piece, and the folder they are kept in.
#include "vectors/check.hpp"
#include "vectors/guards.hpp"
#include "vectors/minimise.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace vtlcheck::vectors {
namespace {

namespace fs = std::filesystem;
using conformance::parse;
using testing::HasSubstr;

model::ConcreteExit exit_of(std::string_view text) { return conformance::parse_step(text).exit; }

TEST(History, ExitsAreOfTheVtlThatWasEntered) {
    const auto trace = parse("vtlcheck-trace 2\nconfig vps=2\nvp0 vtl0 rdmsr 0x10 t=5ns\n", "a");
    History history(trace);
    EXPECT_FALSE(history.possible(exit_of("vp0 vtl1 rdmsr 0x10"))) << "there is no VTL1";
    EXPECT_FALSE(history.possible(exit_of("vp1 vtl0 rdmsr 0x10"))) << "the VP was not started";
    EXPECT_FALSE(history.possible(exit_of("vp0 vtl1 startup-ipi 1 0"))) << "there is no VTL1";
    EXPECT_TRUE(history.possible(exit_of("vp1 vtl0 load-context")));
    EXPECT_TRUE(history.possible(exit_of("vp0 vtl1 host-get kernel Rip")));
    history.step(trace.steps.front().exit);
    EXPECT_FALSE(history.possible(exit_of("vp0 vtl0 rdmsr 0x10 t=4ns"))) << "time went back";
    EXPECT_TRUE(history.possible(exit_of("vp0 vtl0 rdmsr 0x10 t=5ns")));
}

TEST(History, LookingChangesNothing) {
    const auto trace = parse("vtlcheck-trace 2\nvp0 vtl0 wrmsr 0xc0000082 1\n", "a");
    History history(trace);
    const auto decision = history.look(trace.steps.front().exit);
    EXPECT_TRUE(proptests::diff_registers(history.state(), trace.start).empty());
    EXPECT_EQ(history.step(trace.steps.front().exit).decision, decision);
    EXPECT_FALSE(proptests::diff_registers(history.state(), trace.start).empty());
}

TEST(Minimise, LeavesOutWhatDoesNotMatterAndKeepsWhatDoes) {
    Found found{.trace = parse("vtlcheck-trace 2\nconfig vps=2 la57=yes\n"
                               "vp0 vtl0 rdmsr 0x1d9\n"
                               "vp0 vtl0 wrmsr 0x40000001 0x7003 rbx=7\n"
                               "vp0 vtl0 wrmsr 0x40000001 0x8001 r9=3 interruptibility=4\n", // locked by now
                               "a")};
    History history(found.trace);
    Answer answer;
    for (const auto& step : found.trace.steps) {
        answer = history.step(step.exit);
    }
    const Target target = target_of(answer.cell, found.trace.steps.back().exit, answer.long_mode);
    const auto small = minimise(found, target);
    EXPECT_EQ(conformance::write(small.trace), "vtlcheck-trace 2\n"
                                               "vp0 vtl0 wrmsr 0x40000001 0x7003\n"
                                               "vp0 vtl0 wrmsr 0x40000001 0\n");
    EXPECT_TRUE(reaches(small.trace, small.grade, target));
    auto less = small.trace;
    less.steps.erase(less.steps.begin());
    EXPECT_FALSE(reaches(less, small.grade, target));
}

TEST(Minimise, AGradeIsKept) {
    // Without the return the last exit would be one of a VTL that was not entered.
    const auto found = parse("vtlcheck-trace 2\nvp0 vtl1 rdmsr 0x10\n", "a");
    History history(found);
    const auto answer = history.step(found.steps.front().exit);
    const Target target = target_of(answer.cell, found.steps.front().exit, answer.long_mode);
    EXPECT_FALSE(reaches(found, Grade::possible, target));
    EXPECT_TRUE(reaches(found, Grade::impossible, target));
}

std::vector<Item> around(const char* text) {
    auto trace = std::make_shared<conformance::Trace>(parse(text, "a"));
    const auto truth = trace->steps.back().exit;
    trace->steps.pop_back();
    History history(*trace);
    for (const auto& step : trace->steps) {
        history.step(step.exit);
    }
    const auto base = std::make_shared<Base>();
    base->before = trace;
    base->truth = truth;
    base->decision = history.look(truth);
    const auto answer = history.step(truth);
    base->target = target_of(answer.cell, truth, answer.long_mode);
    std::vector<Item> items;
    Guards().around(base, false, items);
    return items;
}

bool has(const std::vector<Item>& items, const Boundary& wanted) {
    return std::any_of(items.begin(), items.end(), [&](const Item& item) { return item.boundary == wanted; });
}

TEST(Guards, EveryBitThatAnAddressMayNotHave) {
    const auto items = around("vtlcheck-trace 2\nvp0 vtl0 wrmsr 0xc0000082 0x12345678\n");
    for (unsigned bit = 15; bit < 32; ++bit) { // of the high half, so 47 to 63
        EXPECT_TRUE(
            has(items,
                {.clause = "MSR-W-39", .beside = "MSR-W-38", .field = "rdx", .change = "bit " + std::to_string(bit)}))
            << bit;
    }
    EXPECT_FALSE(has(items, {.clause = "MSR-W-39", .beside = "MSR-W-38", .field = "rdx", .change = "bit 14"}));
}

TEST(Guards, TheNumberAtWhichABucketHasAToken) {
    std::string text = "vtlcheck-trace 2\nconfig log_burst=1\nvp0 vtl0 rdmsr 0x1d9\nvp0 vtl0 rdmsr 0x1d9 t=1s\n";
    const auto items = around(text.c_str());
    const auto found = std::find_if(items.begin(), items.end(), [](const Item& item) {
        return item.boundary.field == "now" && item.boundary.change == "step";
    });
    ASSERT_NE(found, items.end());
    EXPECT_EQ(found->boundary.clause, "LOG-03");
    EXPECT_EQ(found->boundary.beside, "LOG-04");
    EXPECT_EQ(found->exit.now.value(), 500'000'000U);
    EXPECT_EQ(found->base->truth.now.value(), 499'999'999U);
}

TEST(Guards, TheEndsOfARange) {
    // The row is 0x800 to 0x801, which no x2APIC has; below it nobody serves, above it the APIC is asked.
    const auto items = around("vtlcheck-trace 2\nvp0 vtl0 wrmsr 0x1b 0xfee00d00\nvp0 vtl0 rdmsr 0x801\n");
    const auto steps_at = [&](std::uint64_t number) {
        return std::any_of(items.begin(), items.end(), [&](const Item& item) {
            return item.boundary.field == "rcx" && item.boundary.change == "step" &&
                   item.exit.gpr[model::rcx].value() == number;
        });
    };
    EXPECT_TRUE(steps_at(0x800));
    EXPECT_TRUE(steps_at(0x802));
}

TEST(Generate, ACellWithoutAVectorIsAnError) {
    const GenerateOptions options{.search = {.exits = 1}};
    try {
        static_cast<void>(generate(options));
        FAIL() << "an incomplete set was taken";
    } catch (const Incomplete& error) {
        EXPECT_THAT(error.what(), HasSubstr("without a vector"));
    }
}

TEST(Sha256, IsTheKnownOne) {
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/// A folder of two vectors, to be spoiled.
class SmallFolder : public testing::Test {
public:
    ~SmallFolder() override { fs::remove_all(folder_); }
    SmallFolder(const SmallFolder&) = delete;
    SmallFolder& operator=(const SmallFolder&) = delete;

protected:
    SmallFolder() : folder_(fs::temp_directory_path() / ("vtlcheck-vectors-" + std::to_string(::getpid()))) {
        fs::remove_all(folder_);
        std::vector<Vector> vectors(2);
        vectors[0].file = "cells/MSR-R-40/a.trace";
        vectors[0].trace = parse("vtlcheck-trace 2\nvp0 vtl0 rdmsr 0x1d9\n", "a");
        vectors[1].file = "cells/MSR-W-38/b.trace";
        vectors[1].trace = parse("vtlcheck-trace 2\nvp0 vtl0 wrmsr 0xc0000083 0x1234\n", "b");
        for (auto& vector : vectors) {
            complete(vector);
        }
        vectors_ = vectors;
        write_folder(folder_, vectors, {.tool = "test", .specification = "here", .options = {}});
    }

    [[nodiscard]] std::string text_of(const std::string& file) const {
        std::ifstream in(folder_ / file);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void put(const std::string& file, const std::string& text) const { std::ofstream(folder_ / file) << text; }
    void replace(const std::string& file, const std::string& from, const std::string& to) const {
        std::string text = text_of(file);
        const auto at = text.find(from);
        ASSERT_NE(at, std::string::npos) << text;
        put(file, text.replace(at, from.size(), to));
    }
    void expect_refused(const std::string& what) const {
        try {
            static_cast<void>(read_folder(folder_, "here"));
            FAIL() << "taken, though " << what;
        } catch (const FolderError& error) {
            EXPECT_THAT(error.what(), HasSubstr(what));
        }
    }

    fs::path folder_;
    std::vector<Vector> vectors_;
};

TEST_F(SmallFolder, IsReadBack) {
    const auto folder = read_folder(folder_, "here");
    ASSERT_EQ(folder.vectors.size(), 2U);
    EXPECT_EQ(conformance::write(folder.vectors[1].trace), conformance::write(vectors_[1].trace));
    EXPECT_THAT(text_of("cells/MSR-W-38/b.trace"), HasSubstr("-> done rip=0x1002 clause=MSR-W-38"));
    EXPECT_EQ(folder.vectors[1].entry["after"][0], "start vp0 vtl0 cr0=0x80050033 cr4=0x20 cstar=0x1234 rip=0x1002");
    EXPECT_THAT(text_of("README.md"), HasSubstr("manifest.json"));
}

TEST_F(SmallFolder, AChangedTraceIsNoticed) {
    replace("cells/MSR-W-38/b.trace", "0x1234", "0x1235");
    expect_refused("SHA-256");
}
TEST_F(SmallFolder, AMissingTraceIsNoticed) {
    fs::remove(folder_ / "cells/MSR-W-38/b.trace");
    expect_refused("cannot be read");
}
TEST_F(SmallFolder, AnAddedTraceIsNoticed) {
    put("cells/MSR-W-38/c.trace", "vtlcheck-trace 2\n");
    expect_refused("not in the manifest");
}
TEST_F(SmallFolder, AnotherSpecificationIsNoticed) {
    replace("manifest.json", sha256("here"), sha256("there"));
    expect_refused("another specification");
    replace("manifest.json", sha256("there"), sha256("here"));
    put("specification.json", "there");
    expect_refused("not the specification that the manifest names");
}
TEST_F(SmallFolder, AnOutcomeThatIsNotSpecifiedIsNoticed) {
    const auto digest = sha256(text_of("cells/MSR-W-38/b.trace"));
    replace("cells/MSR-W-38/b.trace", "rip=0x1002", "rip=0x1003");
    replace("manifest.json", digest, sha256(text_of("cells/MSR-W-38/b.trace")));
    expect_refused("is not the specified one");
}
TEST_F(SmallFolder, AnotherLastStateIsNoticed) {
    replace("manifest.json", "cstar=0x1234", "cstar=0x1235");
    expect_refused("is not the specified state");
}
TEST_F(SmallFolder, APathOutOfItIsNoticed) {
    replace("manifest.json", "cells/MSR-W-38/b.trace", "../b.trace");
    expect_refused("none of the folder");
}
TEST_F(SmallFolder, AManifestThatIsNoneIsNoticed) {
    put("manifest.json", "{");
    expect_refused("no manifest");
    fs::remove(folder_ / "manifest.json");
    expect_refused("there is no manifest.json");
}
TEST_F(SmallFolder, AnEntryOfAnotherTypeIsNoticed) {
    replace("manifest.json", "\"file\":\"cells/MSR-W-38/b.trace\"", "\"file\":3");
    expect_refused("not as the manifest's format");
}

TEST_F(SmallFolder, IsReplacedByItsLikeButNotIfMoreIsInIt) {
    write_folder(folder_, vectors_, {.tool = "again", .specification = "here", .options = {}});
    EXPECT_THAT(text_of("manifest.json"), HasSubstr("again"));
    put("mine.txt", "mine");
    EXPECT_THROW(write_folder(folder_, vectors_, {.tool = "third", .specification = "here", .options = {}}),
                 FolderError);
    EXPECT_EQ(text_of("mine.txt"), "mine");
    EXPECT_THAT(text_of("manifest.json"), HasSubstr("again"));
}

} // namespace
} // namespace vtlcheck::vectors
