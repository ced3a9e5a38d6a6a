// Proofs small enough to be checked by hand, good and bad.
#include "certificates/drat_check.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <sstream>
#include <string>

namespace vtlcheck::certificates {

namespace {

// All four clauses over two variables.
const std::string square = "p cnf 2 4\n1 2 0\n1 -2 0\n-1 2 0\n-1 -2 0\n";
const std::string square_proof = "1 0\n0\n";

// Rivest's formula: no clause has fewer than three literals, so propagation finds nothing by itself. -1 does not follow
// by propagation, but every clause that comes of resolving it with one that has 1 does: it is RAT.
const std::string rivest = "c Rivest\np cnf 4 8\n1 2 -3 0\n-1 -2 3 0\n2 3 -4 0\n-2 -3 4 0\n"
                           "-1 -3 -4 0\n1 3 4 0\n-1 2 4 0\n1 -2 -4 0\n";
const std::string rivest_proof = "-1 0\nd -1 -2 3 0\nd -1 -3 -4 0\nd -1 2 4 0\n2 0\n0\n";

CheckResult check_text(const std::string& cnf, const std::string& proof) {
    std::istringstream formula(cnf);
    std::istringstream steps(proof);
    return check(formula, steps);
}

void accepted(const std::string& cnf, const std::string& proof) {
    const CheckResult result = check_text(cnf, proof);
    EXPECT_EQ(result.outcome, Outcome::accepted) << result.reason;
    EXPECT_EQ(result.reason, "");
}

void rejected(const std::string& cnf, const std::string& proof, const std::string& reason) {
    const CheckResult result = check_text(cnf, proof);
    EXPECT_EQ(result.outcome, Outcome::rejected);
    EXPECT_EQ(result.reason, reason);
}

void malformed(const std::string& cnf, const std::string& proof, const std::string& reason) {
    const CheckResult result = check_text(cnf, proof);
    EXPECT_EQ(result.outcome, Outcome::malformed);
    EXPECT_EQ(result.reason, reason);
}

std::string does_not_follow(int line) {
    return "proof, line " + std::to_string(line) +
           ": the lemma does not follow: neither RUP nor RAT on its first literal";
}

TEST(DratCheck, AcceptsALemmaAndTheEmptyClause) {
    accepted(square, square_proof);
    const CheckResult result = check_text(square, square_proof);
    EXPECT_EQ(result.clauses, 4U);
    EXPECT_EQ(result.lemmas, 2U);
    EXPECT_EQ(result.rat_lemmas, 0U);
}

TEST(DratCheck, AcceptsTheEmptyClauseWherePropagationIsEnough) {
    accepted("p cnf 3 4\n1 0\n-1 2 0\n-2 3 0\n-3 -1 0\n", "0\n");
}

TEST(DratCheck, AFormulaWithTheEmptyClauseNeedsNoProof) { accepted("p cnf 2 2\n1 2 0\n0\n", ""); }

TEST(DratCheck, ReadsClausesOverSeveralLinesAndCommentsAnywhere) {
    accepted("c x\n\np cnf 2 4\r\n1\t2\nc y\n0 1 -2 0 -1\n2 0\n-1 -2 0\nc 1 name\n", "c a lemma\n1 0\n\n  0");
}

TEST(DratCheck, AClauseMayNameALiteralTwiceOrBothWays) {
    accepted("p cnf 2 5\n1 1 2 0\n1 -2 1 0\n-1 2 2 0\n-1 -2 -2 0\n1 -1 2 0\n", "2 -2 0\nd -1 2 1 0\n1 1 0\n0\n");
}

TEST(DratCheck, WhatComesAfterTheEmptyClauseIsNotRead) { accepted(square, square_proof + "d 7 8 0\nnonsense\n"); }

TEST(DratCheck, NeedsTheEmptyClause) {
    rejected(square, "1 0\n", "proof, line 1: the proof ends without the empty clause");
    rejected(square, "", "proof, line 0: the proof ends without the empty clause");
}

TEST(DratCheck, RejectsTheEmptyClauseTooEarly) { rejected(square, "0\n", does_not_follow(1)); }

TEST(DratCheck, RejectsALemmaThatDoesNotFollow) {
    // 1 is implied; -1 would make the formula unsatisfiable, which it is not.
    rejected("p cnf 2 2\n1 2 0\n1 -2 0\n", "-1 0\n0\n", does_not_follow(1));
}

TEST(DratCheck, AcceptsRatLemmas) {
    accepted(rivest, rivest_proof);
    EXPECT_EQ(check_text(rivest, rivest_proof).rat_lemmas, 1U);
    EXPECT_EQ(check_text(rivest, rivest_proof).deletions, 3U);
}

TEST(DratCheck, RatLemmaIsNeeded) { rejected(rivest, "2 0\n0\n", does_not_follow(2)); }

TEST(DratCheck, RejectsAFlippedLiteralThatMatters) {
    const std::string two_steps = "p cnf 4 6\n1 2 0\n1 -2 0\n-1 3 4 0\n-1 3 -4 0\n-1 -3 4 0\n-1 -3 -4 0\n";
    accepted(two_steps, "1 0\n3 0\n0\n");
    rejected(two_steps, "-1 0\n3 0\n0\n", does_not_follow(1));
    accepted(two_steps, "-1 3 0\n1 0\n0\n");
    rejected(two_steps, "1 3 2 0\n1 2 0\n0\n", does_not_follow(3));
}

TEST(DratCheck, AcceptsDefinitionsOfNewVariables) {
    // 3 stands for 4 and 5.
    const std::string definition = "3 -4 -5 0\n-3 4 0\n-3 5 0\n";
    accepted(square, definition + square_proof);
    EXPECT_EQ(check_text(square, definition + square_proof).rat_lemmas, 3U);
}

TEST(DratCheck, ThePivotIsTheFirstLiteral) {
    const std::string satisfiable = "p cnf 3 2\n1 2 0\n-1 3 0\n";
    // A new 4 may be defined by 1, not 1 by 4, although the clauses are the same.
    EXPECT_EQ(check_text(satisfiable, "4 -1 0\n-4 1 0\n").rat_lemmas, 2U);
    rejected(satisfiable, "4 -1 0\n1 -4 0\n", does_not_follow(2));
    rejected(satisfiable, "4 -1 0\n-4 1 0\n0\n", does_not_follow(3));
}

TEST(DratCheck, RatLooksAtClausesThatAreSatisfiedForGood) {
    // Propagation needs no look at a clause that has 3. Such a clause resolves harmlessly, one that has -1 alone does not.
    const CheckResult harmless = check_text("p cnf 3 2\n3 0\n-1 3 2 0\n", "1 0\n");
    EXPECT_EQ(harmless.rat_lemmas, 1U);
    rejected("p cnf 4 4\n3 0\n-1 2 3 0\n-1 2 4 0\n-3 -2 4 1 0\n", "1 0\n0\n", does_not_follow(1));
}

TEST(DratCheck, RatLooksAtEarlierLemmas) { rejected("p cnf 4 1\n1 2 0\n", "4 0\n-4 0\n0\n", does_not_follow(2)); }

TEST(DratCheck, RatIgnoresDeletedClauses) {
    const std::string formula = "p cnf 3 3\n-1 2 0\n-1 3 0\n2 3 0\n";
    rejected(formula, "1 0\n", does_not_follow(1));
    EXPECT_EQ(check_text(formula, "d -1 2 0\nd 3 -1 0\n1 0\n").rat_lemmas, 1U);
}

TEST(DratCheck, DeletedClausesNoLongerHelp) {
    accepted(square, "1 0\nd 1 2 0\nd 1 -2 0\n0\n");
    rejected("p cnf 3 5\n1 2 3 0\n1 2 -3 0\n1 -2 0\n-1 2 0\n-1 -2 0\n", "d 3 2 1 0\n1 0\n0\n", does_not_follow(2));
}

TEST(DratCheck, OneCopyIsDeletedAtATime) {
    const std::string twice = "p cnf 3 6\n1 2 3 0\n3 2 1 0\n1 2 -3 0\n1 -2 0\n-1 2 0\n-1 -2 0\n";
    accepted(twice, "d 1 3 2 0\n1 2 0\n1 0\n0\n");
    rejected(twice, "d 1 3 2 0\nd 1 2 3 0\nd 1 2 3 0\n0\n", "proof, line 3: deletes a clause that is not there");
}

TEST(DratCheck, DeletionOfWhatSetsALiteralIsIgnored) {
    const CheckResult result = check_text(square, "1 0\nd 1 0\nd 1 2 0\n0\n");
    EXPECT_EQ(result.outcome, Outcome::accepted) << result.reason;
    const std::string chain = "p cnf 4 4\n1 0\n-1 2 0\n-2 3 4 0\n3 -4 0\n";
    const CheckResult ignored = check_text(chain, "d 1 0\nd -1 2 0\nd 3 -4 0\n2 0\n-3 0\n");
    EXPECT_EQ(ignored.ignored_deletions, 2U);
    EXPECT_EQ(ignored.deletions, 1U);
    EXPECT_EQ(ignored.reason, does_not_follow(5));
}

TEST(DratCheck, ARefutationOutlivesTheClausesItUsed) {
    accepted("p cnf 2 3\n1 0\n-1 2 0\n-2 -1 0\n", "d -2 -1 0\nd -1 2 0\n7 8 0\n0\n");
    rejected("p cnf 2 3\n1 0\n-1 2 0\n-2 -1 0\n", "d -2 -1 0\n",
             "proof, line 1: the proof ends without the empty clause");
}

TEST(DratCheck, RejectsADeletionOfAnUnknownClause) {
    rejected(square, "d 1 3 0\n1 0\n0\n", "proof, line 1: deletes a clause that is not there");
    rejected(square, "d 0\n1 0\n0\n", "proof, line 1: deletes a clause that is not there");
}

TEST(DratCheck, RejectsAProofOfAnotherFormula) {
    EXPECT_EQ(check_text(rivest, square_proof).outcome, Outcome::rejected);
    EXPECT_EQ(check_text("p cnf 4 1\n1 2 3 4 0\n", rivest_proof).outcome, Outcome::rejected);
}

TEST(DratCheck, AnEmptyFormulaIsNotRefuted) {
    rejected("p cnf 0 0\n", "0\n", does_not_follow(1));
    rejected("p cnf 0 0\n", "1 0\n-1 0\n0\n", does_not_follow(2));
}

TEST(DratCheck, SaysWhatIsWrongWithAFormula) {
    const std::string no_header = "formula, line 1: no header \"p cnf VARIABLES CLAUSES\"";
    malformed("1 2 0\n", "0\n", no_header);
    malformed("p cnfx 2 4\n", "0\n", no_header);
    malformed("", "0\n", "formula, line 0: no header \"p cnf VARIABLES CLAUSES\"");
    malformed("p cnf 2\n", "0\n", "formula, line 1: a number is missing");
    malformed("p cnf 2 4 1\n", "0\n", "formula, line 1: the header is not \"p cnf VARIABLES CLAUSES\"");
    malformed("p cnf -2 4\n", "0\n", "formula, line 1: the header is not \"p cnf VARIABLES CLAUSES\"");
    malformed("p cnf 99999999 1\n1 0\n", "0\n", "formula, line 1: a number beyond 16777216");
    malformed("p cnf 2 1\n1 3 0\n", "0\n", "formula, line 2: a number beyond 2");
    malformed("p cnf 2 1\n1 x 0\n", "0\n", "formula, line 2: not a number, or not text at all");
    malformed("p cnf 2 1\n1 2x 0\n", "0\n", "formula, line 2: not a number, or not text at all");
    malformed("p cnf 2 1\n1 + 0\n", "0\n", "formula, line 2: not a number, or not text at all");
    malformed("p cnf 2 2\n1 0\n2\n", "0\n", "formula, line 3: the last clause does not end in 0");
    malformed("p cnf 2 2\n1 0\n", "0\n", "formula, line 2: there are 1 clauses, the header says 2");
    malformed("p cnf 2 1\n1 0\n2 0\n", "0\n", "formula, line 3: there are 2 clauses, the header says 1");
    malformed("p cnf 2 1\np cnf 2 1\n1 0\n", "0\n", "formula, line 2: not a number, or not text at all");
}

TEST(DratCheck, SaysWhatIsWrongWithAProof) {
    malformed(square, "1\n0\n", "proof, line 1: the step does not end in 0");
    malformed(square, "c\n\nd 1 2\n", "proof, line 3: the step does not end in 0");
    malformed(square, "d\n", "proof, line 1: the step does not end in 0");
    malformed(square, "1 0 0\n", "proof, line 1: something comes after the 0");
    malformed(square, "1 0 2 0\n", "proof, line 1: something comes after the 0");
    malformed(square, "1 0\nd1 2 0\n", "proof, line 2: not a number, or not text at all");
    malformed(square, "-99999999 0\n", "proof, line 1: a number beyond 16777216");
    malformed(square, "99999999999999999999 0\n", "proof, line 1: a number beyond 16777216");
    malformed(square, std::string("a\x02\x03\0a\0", 6), "proof, line 1: not a number, or not text at all"); // binary
}

TEST(DratCheck, AStreamThatFailsIsMalformed) {
    std::istringstream formula(square);
    std::ifstream proof("/nonexistent");
    EXPECT_EQ(check(formula, proof).reason, "proof, line 0: cannot be read");
}

TEST(DratCheckTool, ExitsWithTheOutcome) {
    const auto folder = std::filesystem::temp_directory_path() / ("vtlcheck-drat-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder);
    const auto run = [&](const std::string& proof, const std::string& name) {
        std::ofstream(folder / "cnf") << square;
        std::ofstream(folder / "proof") << proof;
        const std::string line = std::string(VTLCHECK_DRAT_CHECK) + " " + (folder / "cnf").string() + " " +
                                 (folder / name).string() + " >" + (folder / "out").string() + " 2>&1";
        const int status = std::system(line.c_str()); // NOLINT(cert-env33-c): our own tool
        std::ifstream out(folder / "out");
        std::string first;
        std::getline(out, first);
        return std::pair(WEXITSTATUS(status), first);
    };
    EXPECT_EQ(run(square_proof, "proof"),
              std::pair(0, std::string("accepted: 4 clauses, 2 lemmas, 0 of them RAT, 0 deletions, 0 more ignored")));
    EXPECT_EQ(run("0\n", "proof"), std::pair(1, "rejected: " + does_not_follow(1)));
    EXPECT_EQ(run("x\n", "proof"),
              std::pair(2, std::string("drat_check: proof, line 1: not a number, or not text at all")));
    EXPECT_EQ(run("", "nothing").first, 2);
    EXPECT_EQ(run("", "proof extra").first, 2);
    std::filesystem::remove_all(folder);
}

} // namespace

} // namespace vtlcheck::certificates
