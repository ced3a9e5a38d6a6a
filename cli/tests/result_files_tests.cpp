// JUnit and SARIF of results that no run has to be made for: what fails shows, with its reason and its place.
#include "cli/result_files.hpp"

#include <gtest/gtest.h>
#include <pugixml.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace vtlcheck::cli {
namespace {

proofs::ProveResult two_claims() {
    proofs::ProveResult result;
    result.verdict = proofs::Verdict::refuted;
    result.ms = 2500;
    result.claims.resize(3);
    auto& proved = result.claims[0];
    proved.id = "TOTAL";
    proved.statement = "Every exit is decided.";
    proved.source = "D2";
    proved.status = proofs::Verdict::proved;
    proved.ms = 1250;
    auto& refuted = result.claims[1];
    refuted.id = "UNKNOWN-READ";
    refuted.statement = "It reads <0> & \"no more\".";
    refuted.status = proofs::Verdict::refuted;
    refuted.reason = "obligation value is refuted\x01";
    refuted.refuted_obligation = "value";
    refuted.counterexample.emplace();
    refuted.counterexample->ok = true;
    refuted.counterexample->runs.resize(1);
    refuted.counterexample->runs[0].clause = "MSR-R-40";
    refuted.counterexample->runs[0].trace = "vp0 vtl0 rdmsr 0x1d9\n";
    auto& unknown = result.claims[2];
    unknown.id = "LOG-CASES";
    unknown.statement = "Cases.";
    unknown.status = proofs::Verdict::unknown;
    unknown.reason = "timeout";
    return result;
}

proptests::CampaignResult a_campaign(proptests::Verdict verdict) {
    proptests::CampaignResult result;
    result.verdict = verdict;
    result.seconds = 1.5;
    if (verdict == proptests::Verdict::violation) {
        auto& failure = result.failure.emplace();
        failure.divergence.clause = "MSR-W-38";
        failure.trace.steps.resize(1);
    }
    if (verdict == proptests::Verdict::inconclusive) {
        result.missing = {proptests::reachable_cells().front(), proptests::reachable_cells().back()};
    }
    return result;
}

pugi::xml_document parsed(const std::string& text) {
    pugi::xml_document document;
    EXPECT_TRUE(document.load_string(text.c_str())) << text;
    return document;
}

/// The line of the source tree that a SARIF result points to.
std::string line_of(const Json& result) {
    const auto& place = result["locations"][0]["physicalLocation"];
    EXPECT_EQ(place["artifactLocation"]["uriBaseId"], "SRCROOT");
    std::ifstream stream(VTLCHECK_SOURCE "/" + place["artifactLocation"]["uri"].get<std::string>());
    std::string line;
    for (auto left = place["region"]["startLine"].get<int>(); left > 0; --left) {
        EXPECT_TRUE(std::getline(stream, line)) << place;
    }
    return line;
}

/// Whether the published schema of SARIF accepts the document.
bool is_valid_sarif(const Json& document) {
    const auto file = std::filesystem::temp_directory_path() / ("vtlcheck-" + std::to_string(::getpid()) + ".sarif");
    std::ofstream(file) << document.dump();
    const std::string command = "'" VTLCHECK_PYTHON "' '" VTLCHECK_SOURCE "/cli/tests/validate_json.py' "
                                "'" VTLCHECK_SOURCE "/cli/tests/data/sarif-schema-2.1.0.json' '" +
                                file.string() + "'";
    const int status = std::system(command.c_str()); // NOLINT(cert-env33-c)
    std::filesystem::remove(file);
    return status == 0;
}

/// All claims proved.
proofs::ProveResult a_proof() {
    auto result = two_claims();
    result.verdict = proofs::Verdict::proved;
    for (auto& claim : result.claims) {
        claim.status = proofs::Verdict::proved;
        claim.reason.clear();
        claim.counterexample.reset();
    }
    return result;
}

TEST(SarifSchema, AcceptsProofsGreenAndRed) {
    EXPECT_TRUE(sarif(a_proof())["runs"][0]["results"].empty());
    EXPECT_TRUE(is_valid_sarif(sarif(a_proof())));
    EXPECT_FALSE(sarif(two_claims())["runs"][0]["results"].empty());
    EXPECT_TRUE(is_valid_sarif(sarif(two_claims())));
}

TEST(SarifSchema, AcceptsCampaignsGreenAndRed) {
    for (const auto verdict :
         {proptests::Verdict::conforms, proptests::Verdict::violation, proptests::Verdict::inconclusive}) {
        EXPECT_TRUE(is_valid_sarif(sarif(a_campaign(verdict), {}))) << proptests::name_of(verdict);
    }
}

TEST(SarifSchema, RefusesWhatIsNoSarif) {
    auto document = sarif(two_claims());
    document["runs"][0]["results"][0]["level"] = "catastrophe";
    EXPECT_FALSE(is_valid_sarif(document));
    document = sarif(two_claims());
    document["runs"][0]["results"][0].erase("message");
    EXPECT_FALSE(is_valid_sarif(document));
}

TEST(ResultFiles, JunitHasACaseForEachClaim) {
    const auto document = parsed(junit(two_claims()));
    const auto suite = document.child("testsuites").child("testsuite");
    EXPECT_STREQ(suite.attribute("name").value(), "vtlcheck prove");
    EXPECT_EQ(suite.attribute("tests").as_int(), 3);
    EXPECT_EQ(suite.attribute("failures").as_int(), 2);
    EXPECT_STREQ(suite.attribute("time").value(), "2.500");
    const auto proved = suite.find_child_by_attribute("testcase", "name", "TOTAL");
    EXPECT_STREQ(proved.attribute("time").value(), "1.250");
    EXPECT_FALSE(proved.child("failure"));
    const auto refuted = suite.find_child_by_attribute("testcase", "name", "UNKNOWN-READ").child("failure");
    EXPECT_STREQ(refuted.attribute("type").value(), "refuted");
    EXPECT_STREQ(refuted.attribute("message").value(), "obligation value is refuted?");
    EXPECT_STREQ(refuted.text().get(), "It reads <0> & \"no more\".\nCounterexample to value:\nvp0 vtl0 rdmsr 0x1d9\n");
    const auto unknown = suite.find_child_by_attribute("testcase", "name", "LOG-CASES").child("failure");
    EXPECT_STREQ(unknown.attribute("message").value(), "timeout");
}

TEST(ResultFiles, SarifPointsAtTheClauseElseAtTheClaim) {
    const auto log = sarif(two_claims());
    EXPECT_EQ(log["version"], "2.1.0");
    const auto& run = log["runs"][0];
    const auto& rules = run["tool"]["driver"]["rules"];
    const auto& results = run["results"];
    ASSERT_EQ(rules.size(), 3U);
    ASSERT_EQ(results.size(), 2U);
    for (const auto& result : results) {
        EXPECT_EQ(rules[result["ruleIndex"].get<std::size_t>()]["id"], result["ruleId"]);
    }
    EXPECT_EQ(results[0]["ruleId"], "UNKNOWN-READ");
    EXPECT_EQ(results[0]["level"], "error");
    EXPECT_NE(results[0]["message"]["text"].get<std::string>().find("vp0 vtl0 rdmsr 0x1d9"), std::string::npos);
    EXPECT_EQ(results[0]["locations"][0]["logicalLocations"][0], (Json{{"name", "MSR-R-40"}, {"kind", "clause"}}));
    EXPECT_NE(line_of(results[0]).find("{\"MSR-R-40\","), std::string::npos);
    EXPECT_EQ(results[1]["ruleId"], "LOG-CASES");
    EXPECT_EQ(results[1]["level"], "warning");
    EXPECT_NE(line_of(results[1]).find("\"LOG-CASES\""), std::string::npos);
}

TEST(ResultFiles, ADivergenceIsOneFailureAtItsClause) {
    const auto result = a_campaign(proptests::Verdict::violation);
    const auto suite = parsed(junit(result, {})).child("testsuites").child("testsuite");
    EXPECT_EQ(suite.attribute("tests").as_int(), 1);
    EXPECT_EQ(suite.attribute("failures").as_int(), 1);
    const auto failure = suite.child("testcase").child("failure");
    EXPECT_STREQ(failure.attribute("type").value(), "violation");
    EXPECT_EQ(std::string(failure.text().get()), proptests::failure_text(result, {}));
    const auto log = sarif(result, {});
    const auto& results = log["runs"][0]["results"];
    ASSERT_EQ(results.size(), 1U);
    EXPECT_EQ(results[0]["ruleId"], "MSR-W-38");
    EXPECT_NE(line_of(results[0]).find("{\"MSR-W-38\","), std::string::npos);
    EXPECT_EQ(log["runs"][0]["tool"]["driver"]["rules"].size(), proptests::cell_clause_count);
}

TEST(ResultFiles, UnreachedCellsAreWarningsAtTheirClauses) {
    const auto result = a_campaign(proptests::Verdict::inconclusive);
    const auto failure = parsed(junit(result, {})).child("testsuites").child("testsuite").child("testcase");
    EXPECT_STREQ(failure.child("failure").attribute("type").value(), "inconclusive");
    const auto log = sarif(result, {});
    ASSERT_EQ(log["runs"][0]["results"].size(), 2U);
    EXPECT_EQ(log["runs"][0]["results"][0]["level"], "warning");
}

TEST(ResultFiles, NothingFailsWhereAllIsWell) {
    const auto result = a_campaign(proptests::Verdict::conforms);
    const auto suite = parsed(junit(result, {})).child("testsuites").child("testsuite");
    EXPECT_EQ(suite.attribute("failures").as_int(), 0);
    EXPECT_FALSE(suite.child("testcase").child("failure"));
    EXPECT_TRUE(sarif(result, {})["runs"][0]["results"].empty());
}

TEST(ResultFiles, WithoutTheSourcesThePageOfTheSpecificationIsNamed) {
    EXPECT_EQ(place_of("MSR-W-38", "/nonexistent")->file, "docs/spec/wrmsr.md");
    EXPECT_EQ(place_of("LOG-02", "/nonexistent")->file, "docs/spec/log-budget.md");
    EXPECT_EQ(place_of("TOTAL", "/nonexistent")->file, "docs/spec/claims.md");
    EXPECT_EQ(place_of("TOTAL", "/nonexistent")->line, 0U);
    EXPECT_FALSE(place_of("NO-SUCH", VTLCHECK_SOURCE).has_value());
    EXPECT_GT(place_of("MSR-W-38", VTLCHECK_SOURCE)->line, 0U);
}

MutantsReport four_mutants() {
    using mutants::Kind;
    using mutants::Verdict;
    MutantsReport report;
    const auto add = [&](Kind kind, const std::string& name, mutants::Outcome outcome) {
        mutants::Mutant mutant;
        mutant.kind = kind;
        mutant.name = name;
        mutant.difference = "difference of " + name;
        report.mutants.push_back(mutant);
        report.findings.results.push_back({.kind = kind, .name = name, .outcome = std::move(outcome), .seconds = 0.5});
    };
    add(Kind::impl, "killed", {Verdict::killed, "conform MSR-R-01", ""});
    add(Kind::impl, "explained", {Verdict::survived, "", ""});
    add(Kind::impl, "new", {Verdict::survived, "", ""});
    report.mutants.back().file = "impl/src/bits.h";
    report.mutants.back().line = 3;
    for (const char* name : {"guard-dropped:MSR-W-38", "msr-dropped:IA32_PAT", "register-gate:Lstar"}) {
        add(Kind::spec, name, {Verdict::survived, "", ""});
    }
    add(Kind::spec, "broken", {Verdict::error, "the check did not begin", ""});
    report.ratchet.survivors[{Kind::impl, "explained"}] = "a reason";
    report.disagreements = {"impl new survives"};
    return report;
}

TEST(ResultFiles, MutantsFailWhereTheySurviveWithoutAReason) {
    const auto report = four_mutants();
    const auto suite = parsed(junit(report)).child("testsuites").child("testsuite");
    EXPECT_EQ(suite.attribute("tests").as_int(), 8); // the ratchet is one
    EXPECT_EQ(suite.attribute("failures").as_int(), 6);
    const auto of = [&](const char* name) {
        return std::string(
            suite.find_child_by_attribute("testcase", "name", name).child("failure").attribute("type").value());
    };
    EXPECT_EQ(of("impl killed"), "");
    EXPECT_EQ(of("impl explained"), "");
    EXPECT_EQ(of("impl new"), "survived");
    EXPECT_EQ(of("spec broken"), "error");
    EXPECT_EQ(of("ratchet"), "violation");
    EXPECT_EQ(exit_code(report), 1);
    const auto log = sarif(report);
    const auto& results = log["runs"][0]["results"];
    ASSERT_EQ(results.size(), 4U);
    EXPECT_EQ(results[0]["ruleId"], "impl");
    const auto& place = results[0]["locations"][0]["physicalLocation"];
    EXPECT_EQ(place["artifactLocation"]["uri"], "impl/src/bits.h");
    EXPECT_EQ(place["region"]["startLine"], 3);
    EXPECT_NE(line_of(results[1]).find("MSR-W-38"), std::string::npos);
    EXPECT_NE(line_of(results[2]).find("IA32_PAT"), std::string::npos);
    EXPECT_NE(line_of(results[3]).find("Lstar"), std::string::npos);
}

TEST(ResultFiles, MutantsAreToldToAPersonAndAProgram) {
    auto report = four_mutants();
    const auto text = summary(report);
    for (const char* part : {"by conform 1", "survives: impl new\n    difference of new", "error: spec broken",
                             "violation: 7 mutants run, 1 killed, 5 survivors"}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
    }
    EXPECT_EQ(text.find("survives: impl explained"), std::string::npos);
    const auto json = to_json(report);
    EXPECT_EQ(json["counts"]["impl"]["killed"], 1);
    EXPECT_EQ(json["errors"], 1);
    EXPECT_EQ(json["mutants"][1]["reason"], "a reason");
    report.disagreements.clear();
    EXPECT_EQ(exit_code(report), 3) << "an error is no verdict";
    report.findings.results.clear();
    report.mutants.clear();
    EXPECT_EQ(exit_code(report), 3) << "nothing was run";
}

TEST(ResultFiles, AClassInScopeWithoutAKillIsSaid) {
    mutants::Findings findings;
    findings.results.push_back({.kind = mutants::Kind::known,
                                .name = "K01:x:Y",
                                .outcome = {mutants::Verdict::survived, "", ""},
                                .seconds = 0});
    EXPECT_TRUE(classes_without_kill(findings).empty()) << "a sample says nothing of a class";
    findings.complete = {mutants::Kind::known};
    const auto lines = classes_without_kill(findings);
    ASSERT_FALSE(lines.empty());
    EXPECT_NE(lines.front().find("class K01"), std::string::npos);
}

TEST(ResultFiles, EveryClauseAndClaimHasAPlace) {
    auto claims = two_claims();
    claims.claims.clear();
    for (const auto& claim : proofs::all_claims()) {
        claims.claims.emplace_back().id = claim.id;
    }
    for (const auto& result : sarif(claims)["runs"][0]["results"]) {
        EXPECT_NE(line_of(result).find('"' + result["ruleId"].get<std::string>() + '"'), std::string::npos);
    }
    proptests::CampaignResult campaign;
    for (std::size_t i = 0; i < proptests::cell_clause_count; ++i) {
        campaign.missing.push_back({.clause = static_cast<model::ClauseIndex>(i)});
    }
    const auto log = sarif(campaign, {});
    EXPECT_EQ(log["runs"][0]["results"].size(), proptests::cell_clause_count);
    for (const auto& result : log["runs"][0]["results"]) {
        EXPECT_NE(line_of(result).find("{\"" + result["ruleId"].get<std::string>() + "\","), std::string::npos);
    }
}

} // namespace
} // namespace vtlcheck::cli
