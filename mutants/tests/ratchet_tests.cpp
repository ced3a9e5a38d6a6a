// The ratchet in both directions, and the results that a campaign keeps.
#include "mutants/campaign.hpp"
#include "mutants/defect_classes.hpp"
#include "mutants/ratchet.hpp"
#include "mutants/source_mutants.hpp"
#include "mutants/tests/folder.hpp"
#include "proofs/claim.hpp"
#include "proofs/log_mutants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>

namespace vtlcheck::mutants {
namespace {

Result result_of(const std::string& name, Verdict verdict, const std::string& by = "") {
    return {.kind = Kind::impl, .name = name, .outcome = {verdict, by, ""}, .seconds = 1};
}

/// Three mutants: one killed, one survivor, one that does not compile.
Findings three() {
    Findings findings;
    findings.results = {result_of("a", Verdict::killed, "conform MSR-R-01"), result_of("b", Verdict::survived),
                        result_of("c", Verdict::invalid)};
    for (const auto& result : findings.results) {
        findings.exists.emplace(result.kind, result.name);
    }
    findings.made = {Kind::impl};
    findings.complete = {Kind::impl};
    return findings;
}

constexpr const char* agreeing = "# a comment\n\ncount impl killed 1 survived 1 invalid 1 equivalent 0\n"
                                 "survivor impl b nothing reads it\n";

std::vector<std::string> against(const std::string& text, const Findings& findings = three()) {
    return disagreements(parse_ratchet(text, "r"), findings);
}

TEST(Ratchet, AgreesWithWhatItSays) {
    EXPECT_EQ(against(agreeing), std::vector<std::string>{});
    EXPECT_EQ(
        write_ratchet(parse_ratchet(agreeing, "r"))
            .ends_with("count impl killed 1 survived 1 invalid 1 equivalent 0\n\nsurvivor impl b nothing reads it\n"),
        true);
}

TEST(Ratchet, FailsInBothDirections) {
    const std::string count = "count impl killed 1 survived 1 invalid 1 equivalent 0\n";
    const auto one = [&](const std::string& text, const std::string& part, const Findings& findings = three()) {
        const auto lines = against(text, findings);
        ASSERT_EQ(lines.size(), 1U) << text;
        EXPECT_NE(lines.front().find(part), std::string::npos) << lines.front();
    };
    one(count, "impl b survives");
    one(count + "survivor impl b x\nsurvivor impl a y\n",
        "impl a is listed as a survivor, but killed (conform MSR-R-01)");
    one(count + "survivor impl b x\nsurvivor impl c y\n", "but invalid: remove the line");
    one(count + "survivor impl b x\nsurvivor impl d y\n", "there is no such mutant");
    one(count + "survivor impl b\n", "without a reason");
    one("survivor impl b x\n", "there is no count of impl");
    one("count impl killed 2 survived 1 invalid 1 equivalent 0\nsurvivor impl b x\n", "found: killed 1");
    one("count impl killed 0 survived 1 invalid 1 equivalent 0\nsurvivor impl b x\n", "found: killed 1");
}

TEST(Ratchet, OfASampleOnlyWhatWasRunIsJudged) {
    Findings sample = three();
    sample.results.resize(1);
    sample.complete.clear();
    EXPECT_EQ(against(agreeing, sample), std::vector<std::string>{});
    sample.made.clear(); // as when only the other kinds are asked for
    sample.exists.clear();
    EXPECT_EQ(against(agreeing, sample), std::vector<std::string>{});
}

TEST(Ratchet, AnErrorIsNoFinding) {
    Findings findings = three();
    findings.results[1].outcome.verdict = Verdict::error;
    EXPECT_EQ(against("count impl killed 1 survived 0 invalid 1 equivalent 0\nsurvivor impl b x\n", findings),
              std::vector<std::string>{});
}

TEST(Ratchet, AnUpdateLeavesTheReasonToAPerson) {
    const auto fresh = updated({}, three());
    EXPECT_EQ(fresh.survivors.at({Kind::impl, "b"}), "");
    EXPECT_EQ(disagreements(fresh, three()).size(), 1U);
    const auto old =
        updated(parse_ratchet(std::string(agreeing) + "survivor impl gone x\nsurvivor spec s y\n", "r"), three());
    EXPECT_EQ(old.survivors.at({Kind::impl, "b"}), "nothing reads it");
    EXPECT_FALSE(old.survivors.contains({Kind::impl, "gone"}));
    EXPECT_TRUE(old.survivors.contains({Kind::spec, "s"})) << "another kind is not touched";
    EXPECT_EQ(write_ratchet(parse_ratchet(write_ratchet(old), "r")), write_ratchet(old));
}

TEST(Ratchet, BadLinesAreNamed) {
    for (const char* text : {"total 3\n", "count impl\n", "count all killed 1 survived 1 invalid 1 equivalent 0\n",
                             "count impl killed x survived 1 invalid 1 equivalent 0\n",
                             "count impl killed 1 survived 1 invalid 1 equivalent 0 more\n", "survivor impl\n",
                             "survivor impl a x\nsurvivor impl a y\n",
                             "count impl killed 1 survived 1 invalid 1 equivalent 0\n"
                             "count impl killed 1 survived 1 invalid 1 equivalent 0\n"}) {
        EXPECT_THROW((void)parse_ratchet(text, "r"), RatchetError) << text;
    }
}

class Campaign : public InAFolder {
protected:
    Mutant counting(const std::string& name, std::uint64_t content, Verdict verdict = Verdict::killed) {
        Mutant mutant;
        mutant.name = name;
        mutant.content = content;
        mutant.run = [this, verdict](unsigned) {
            ++runs_;
            return Outcome{verdict, verdict == Verdict::killed ? "conform \xFF" : "", ""};
        };
        return mutant;
    }
    std::vector<Result> run(const std::vector<Mutant>& mutants) {
        runs_ = 0;
        KeptResults kept(path("results.jsonl"));
        return run_mutants(mutants, 2, kept);
    }
    std::atomic<int> runs_{0};
};

TEST_F(Campaign, GoesOnWhereItEnded) {
    const std::vector<Mutant> all{counting("a", 1), counting("b", 1, Verdict::survived), counting("c", 1)};
    const auto first = run({all[0], all[1]});
    EXPECT_EQ(runs_, 2);
    // An interrupted run leaves half a line.
    std::ofstream(path("results.jsonl"), std::ios::app) << "{\"kind\":\"im";
    const auto second = run(all);
    EXPECT_EQ(runs_, 1);
    EXPECT_EQ(second[0].outcome.verdict, Verdict::killed);
    EXPECT_EQ(second[1].outcome.verdict, Verdict::survived);
    EXPECT_EQ(second[2].name, "c");
    const auto third = run({counting("a", 2), all[1]}); // what it depends on has changed
    EXPECT_EQ(runs_, 1);
}

TEST_F(Campaign, AnErrorIsRunAgain) {
    (void)run({counting("a", 1, Verdict::error)});
    (void)run({counting("a", 1, Verdict::error)});
    EXPECT_EQ(runs_, 1);
    Mutant throwing = counting("t", 1);
    throwing.run = [](unsigned) -> Outcome { throw std::runtime_error("no compiler"); };
    const auto results = run({throwing});
    EXPECT_EQ(results[0].outcome.verdict, Verdict::error);
    EXPECT_EQ(results[0].outcome.by, "no compiler");
}

TEST_F(Campaign, AFileOfSomethingElseIsRefused) {
    write("results.jsonl", "{\"name\": \"a\"}\n");
    EXPECT_THROW(KeptResults(path("results.jsonl")), ResultsError);
    write("results.jsonl", "what is this\n");
    EXPECT_THROW(KeptResults(path("results.jsonl")), ResultsError);
    EXPECT_THROW((void)run({counting("a", 1)}), ResultsError);
    KeptResults nowhere(path("none/results.jsonl"));
    EXPECT_THROW((void)run_mutants({counting("a", 1)}, 1, nowhere), ResultsError);
}

TEST_F(Campaign, ASampleIsTheSameForASeed) {
    std::vector<Mutant> all;
    for (int i = 0; i < 100; ++i) {
        all.push_back(counting(fmt::format("m{}", i), 1));
        all.back().kind = i < 80 ? Kind::spec : Kind::impl;
    }
    const auto names = [&](std::uint64_t seed) {
        std::string text;
        for (const auto& mutant : sample_of(all, 10, seed)) {
            text += mutant.name + " ";
        }
        return text;
    };
    EXPECT_EQ(names(1), names(1));
    EXPECT_NE(names(1), names(2));
    const auto sample = sample_of(all, 10, 1);
    EXPECT_EQ(sample.size(), 10U);
    EXPECT_EQ(std::count_if(sample.begin(), sample.end(), [](const auto& m) { return m.kind == Kind::impl; }), 2);
    EXPECT_EQ(sample_of(all, 1000, 1).size(), all.size());
}

TEST(DefectClasses, AreThoseOfTheDocument) {
    const std::string document = read_source(VTLCHECK_DOCS "/defect-classes.md");
    static constexpr std::array<const char*, 3> scopes{"in", "partly", "out"};
    std::size_t rows = 0;
    for (const auto& defect : defect_classes()) {
        const std::string head = fmt::format("| {} | {} | {} | ", defect.id, defect.defect,
                                             scopes.at(static_cast<std::size_t>(defect.scope)));
        const auto at = document.find(head);
        ASSERT_NE(at, std::string::npos) << head;
        std::string row = document.substr(at, document.find('\n', at) - at);
        for (const auto& [name, claims] : defect.mutants) {
            std::string all;
            for (const auto& claim : claims) {
                all += fmt::format("{}{}", all.empty() ? "" : ", ", claim);
                EXPECT_NE(proofs::find_claim(claim), nullptr) << claim;
            }
            EXPECT_TRUE(proofs::find_mutant(name) != nullptr || proofs::find_log_mutant(name) != nullptr) << name;
            const auto mention = row.find(fmt::format("`{}`", name));
            ASSERT_NE(mention, std::string::npos) << defect.id << " does not name " << name;
            EXPECT_NE(row.find(fmt::format("({})", all), mention), std::string::npos)
                << defect.id << ": " << name << " " << all;
        }
        // And the other way round: each mutant that the row names in backticks.
        for (std::size_t from = 0; (from = row.find("`", from)) != std::string::npos;) {
            const auto end = row.find('`', from + 1);
            const auto name = row.substr(from + 1, end - from - 1);
            if (proofs::find_mutant(name) != nullptr || proofs::find_log_mutant(name) != nullptr) {
                EXPECT_TRUE(std::any_of(defect.mutants.begin(), defect.mutants.end(),
                                        [&](const auto& mutant) { return mutant.first == name; }))
                    << defect.id << " " << name;
            }
            from = end + 1;
        }
        if (defect.scope == Scope::in) {
            EXPECT_FALSE(defect.mutants.empty()) << defect.id;
        }
        ++rows;
    }
    std::size_t in_document = 0;
    for (std::size_t at = 0; (at = document.find("\n| K", at)) != std::string::npos; ++at) {
        ++in_document;
    }
    EXPECT_EQ(rows, in_document);
}

} // namespace
} // namespace vtlcheck::mutants
