// Mutants of a small implementation: built, killed, survived, invalid, the same, or not to be checked.
#include "mutants/laboratory.hpp"
#include "mutants/tests/folder.hpp"

namespace vtlcheck::mutants {
namespace {

class SmallLaboratory : public InAFolder {
protected:
    SmallLaboratory() {
        write("tree/impl/include/api.h", "extern \"C\" int answer(int);\n");
        write("tree/impl/src/rules.h", "inline int bound() { return 40; }\nconstexpr int unused() { return 1; }\n");
        write("tree/impl/src/a.cpp", "#include \"api.h\"\n#include \"rules.h\"\n"
                                     "extern \"C\" int answer(int a) { return a < bound() ? a : bound(); }\n");
        write("tree/impl/src/b.cpp", "extern \"C\" int other() { return 1; }\n");
        write("tree/impl/tests/none.txt", "");
        plan_.root = folder() / "tree";
        plan_.compiler = VTLCHECK_COMPILER;
        plan_.sources = {"impl/src/a.cpp", "impl/src/b.cpp"};
        plan_.flags = {"-std=c++20", "-O1", "-fPIC"};
        // The check greps the code: what it finds in the file stands for what it would see when it runs.
        checks_.unit_tests = false;
        checks_.quick.processor_seconds = 5;
    }
    /// `script` sees the library as $1.
    void check_by(const std::string& script) { checks_.quick.command = {"sh", "-c", script, "check"}; }
    static constexpr const char* conforms = "echo check begin; echo check survived";

    Outcome judge(const std::string& file, const std::string& from, const std::string& to) {
        Laboratory laboratory(plan_, checks_, folder() / "work", 1);
        return judge_in(laboratory, file, from, to);
    }
    Outcome judge_in(Laboratory& laboratory, const std::string& file, const std::string& from, const std::string& to) {
        const auto text = read_source(folder() / "tree" / file);
        SourceMutant mutant;
        mutant.name = "m";
        mutant.file = file;
        mutant.offset = text.find(from);
        mutant.length = from.size();
        mutant.replacement = to;
        return laboratory.judge(mutant, 0);
    }

    BuildPlan plan_;
    Checks checks_;
};

TEST_F(SmallLaboratory, AKilledOneAndASurvivor) {
    check_by("echo check begin; echo check stage size; "
             "if nm $1 | grep -q ' answer$'; then echo check survived; else echo check killed gone; fi");
    Laboratory laboratory(plan_, checks_, folder() / "work", 1);
    laboratory.expect_baseline_passes();
    EXPECT_EQ(judge_in(laboratory, "impl/src/a.cpp", "a < bound()", "a <= bound() - 3").verdict, Verdict::survived);
    const auto killed = judge_in(laboratory, "impl/src/a.cpp", "int answer", "int question");
    EXPECT_EQ(killed.verdict, Verdict::killed);
    EXPECT_EQ(killed.by, "size gone");
    // The one before has left nothing behind.
    EXPECT_EQ(judge_in(laboratory, "impl/src/b.cpp", "return 1", "return 2").verdict, Verdict::survived);
}

TEST_F(SmallLaboratory, WhatDoesNotCompileIsInvalid) {
    check_by(conforms);
    const auto outcome = judge("impl/src/a.cpp", "a < bound()", "a < nobody()");
    EXPECT_EQ(outcome.verdict, Verdict::invalid);
    EXPECT_NE(outcome.detail.find("nobody"), std::string::npos) << outcome.detail;
}

TEST_F(SmallLaboratory, TheSameCodeIsEquivalent) {
    check_by(conforms);
    EXPECT_EQ(judge("impl/src/rules.h", "return 1", "return 2").verdict, Verdict::equivalent);
    EXPECT_EQ(judge("impl/src/a.cpp", "? a : bound()", "? bound() + (a - bound()) : bound() * 1").verdict,
              Verdict::equivalent);
}

TEST_F(SmallLaboratory, AHeaderIsBuiltIntoAllThatIncludeIt) {
    check_by(conforms);
    EXPECT_EQ(judge("impl/src/rules.h", "40", "41").verdict, Verdict::survived);
}

TEST_F(SmallLaboratory, CrashesAndHangsAreKills) {
    check_by("echo check begin; echo check stage run; kill -SEGV $$");
    EXPECT_EQ(judge("impl/src/b.cpp", "return 1", "return 2").by, "crash in run");
    checks_.quick.processor_seconds = 1;
    check_by("echo check begin; echo check stage run; while :; do :; done");
    EXPECT_EQ(judge("impl/src/b.cpp", "return 1", "return 2").by, "timeout in run");
}

TEST_F(SmallLaboratory, ACheckThatCannotBeStartedKillsNothing) {
    checks_.quick.command = {"/nowhere/to/be/found"};
    EXPECT_EQ(judge("impl/src/b.cpp", "return 1", "return 2").verdict, Verdict::error);
    check_by("kill -SEGV $$");
    EXPECT_EQ(judge("impl/src/b.cpp", "return 1", "return 2").verdict, Verdict::error);
}

TEST_F(SmallLaboratory, NothingIsJudgedByAnImplementationThatFails) {
    check_by("echo check begin; echo check stage run; echo check killed it");
    Laboratory failing(plan_, checks_, folder() / "work", 1);
    EXPECT_THROW(failing.expect_baseline_passes(), LaboratoryError);
    write("tree/impl/src/b.cpp", "int broken(\n");
    EXPECT_THROW(Laboratory(plan_, checks_, folder() / "other", 1), LaboratoryError);
}

TEST_F(SmallLaboratory, OneRunAtATimeInAFolder) {
    check_by(conforms);
    const Laboratory first(plan_, checks_, folder() / "work", 1);
    EXPECT_THROW(Laboratory(plan_, checks_, folder() / "work", 1), LaboratoryError);
}

TEST_F(SmallLaboratory, ThePlanOfThisBuildIsRead) {
    const auto plan = read_plan(VTLCHECK_MUTANT_PLAN);
    EXPECT_TRUE(std::filesystem::exists(plan.root / plan.sources.front()));
    EXPECT_TRUE(std::filesystem::exists(plan.root / plan.test_sources.back()));
    write("plan.json", "{\"root\": 1}");
    EXPECT_THROW((void)read_plan(path("plan.json")), SourceError);
    EXPECT_THROW((void)read_plan(path("none.json")), SourceError);
}

} // namespace
} // namespace vtlcheck::mutants
