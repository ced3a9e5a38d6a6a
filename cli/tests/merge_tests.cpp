// Shards and what is made of them: what the campaign in one piece says, and nothing of what is not whole.
#include "cli/tests/command_line.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include <string>

namespace {

using Json = nlohmann::ordered_json;
using vtlcheck::cli::CommandLine;

class Merge : public CommandLine {
protected:
    static constexpr const char* wrong = " --subject lib:" VTLCHECK_HOSTILE_LIBRARY " ";
    static constexpr const char* hostile = "HOSTILE=wrong";

    /// Writes 1.json to N.json and gives their names.
    std::string run_shards(const std::string& campaign, int shards, const std::string& settings = "") {
        std::string files;
        for (int shard = 1; shard <= shards; ++shard) {
            const auto name = std::to_string(shard) + ".json";
            write(name,
                  run("conform --json --shard " + std::to_string(shard) + "/" + std::to_string(shards) + " " + campaign,
                      settings)
                      .out);
            files += " " + name;
        }
        return files;
    }

    /// A result without what may differ from run to run.
    static Json plain(const std::string& text) {
        auto json = Json::parse(text);
        json.erase("seconds");
        return json;
    }

    /// 2.json with one part of its text replaced.
    std::string altered(const std::string& from, const std::string& to) {
        auto text = read("2.json");
        const auto at = text.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        return write("altered.json", text.replace(at, from.size(), to));
    }
};

TEST_F(Merge, AConformingCampaignIsWhatItIsInOnePiece) {
    const std::string campaign = "--exits 2000000 --seed 7";
    const auto files = run_shards(campaign, 3);
    for (const char* shard : {"1.json", "2.json", "3.json"}) {
        EXPECT_EQ(Json::parse(read(shard))["verdict"], "conforms");
    }
    const auto whole = run("conform --json " + campaign);
    const auto merged = run("merge --json" + files);
    EXPECT_EQ(merged.exit_code, whole.exit_code) << merged.err;
    EXPECT_EQ(plain(merged.out), plain(whole.out));
    EXPECT_EQ(merged.exit_code, 0);
    EXPECT_NE(run("merge" + files).out.find("2364 of 2364 coverage cells"), std::string::npos);
}

TEST_F(Merge, CellsThatNoShardReachesMakeItInconclusive) {
    const std::string campaign = "--exits 20000";
    const auto files = run_shards(campaign, 2);
    const auto part = run("conform --shard 2/2 " + campaign);
    EXPECT_EQ(part.exit_code, 0);
    EXPECT_NE(part.out.find("a part: shard 2/2; `vtlcheck merge` judges the coverage"), std::string::npos) << part.out;
    const auto whole = run("conform --json " + campaign);
    const auto merged = run("merge --json --sarif out.sarif" + files);
    EXPECT_EQ(merged.exit_code, 3) << merged.err;
    EXPECT_EQ(plain(merged.out), plain(whole.out));
    EXPECT_FALSE(Json::parse(read("out.sarif"))["runs"][0]["results"].empty());
}

TEST_F(Merge, AShardWithoutATraceCountsForNothing) {
    const std::string campaign = "--exits 300";
    const auto files = run_shards(campaign, 5);
    EXPECT_EQ(Json::parse(read("5.json"))["verdict"], "inconclusive");
    EXPECT_EQ(plain(run("merge --json" + files).out), plain(run("conform --json " + campaign).out));
}

TEST_F(Merge, TheFirstFailureIsThatOfTheCampaignAndTheOthersAreKept) {
    const std::string campaign = std::string("--exits 4000") + wrong;
    const auto files = run_shards(campaign, 3, hostile);
    const auto whole = run("conform --json --trace-out whole.trace " + campaign, hostile);
    const auto merged = run("merge --json --junit out.xml --sarif out.sarif --trace-out merged.trace" + files);
    EXPECT_EQ(whole.exit_code, 1) << whole.err;
    EXPECT_EQ(merged.exit_code, 1) << merged.err;
    const auto one = Json::parse(whole.out);
    const auto sum = Json::parse(merged.out);
    EXPECT_EQ(sum["verdict"], one["verdict"]);
    EXPECT_EQ(sum["failure"], one["failure"]);
    EXPECT_EQ(sum["subject_build"], one["subject_build"]);
    EXPECT_EQ(read("merged.trace"), read("whole.trace"));
    EXPECT_EQ(run("replay merged.trace" + std::string(wrong), hostile).exit_code, 1);

    std::size_t failing = 0;
    for (const char* shard : {"1.json", "2.json", "3.json"}) {
        failing += Json::parse(read(shard)).contains("failure") ? 1U : 0U;
    }
    ASSERT_GT(failing, 1U);
    EXPECT_EQ(sum["other_failures"].size(), failing - 1);
    EXPECT_EQ(Json::parse(read("out.sarif"))["runs"][0]["results"].size(), failing);
    pugi::xml_document junit;
    ASSERT_TRUE(junit.load_string(read("out.xml").c_str()));
    EXPECT_EQ(junit.child("testsuites").attribute("failures").as_uint(), failing);
    const auto text = run("merge" + files).out;
    EXPECT_NE(text.find("diverges, too: trace "), std::string::npos) << text;
    EXPECT_NE(text.find("reproduce with: vtlcheck replay --subject lib:"), std::string::npos) << text;
}

TEST_F(Merge, WhatIsNotWholeOrNotOneCampaignIsRefused) {
    const auto files = run_shards("--exits 3000", 3);
    expect_refused("merge", "FILE");
    expect_refused("merge nowhere.json", "nowhere.json: No such file");
    expect_refused("merge .", "it is a folder");
    expect_refused("merge 1.json 3.json", "shard 2/3 is missing (2 of 3 are here)");
    expect_refused("merge 1.json 2.json 3.json 2.json", "2.json and 2.json are both shard 2/3");
    expect_refused("merge" + files + " --sarif /nonexistent/out.sarif", "/nonexistent/out.sarif");
    expect_refused("merge " + write("half.json", read("1.json").substr(0, 300)), "half.json is no JSON, or not whole");
    expect_refused("merge " + write("spec.json", run("spec --json").out), "no result of `vtlcheck conform --json`");
    expect_refused("merge " + write("sweep.json", R"({"command": "sweep"})"), "with cat");
    expect_refused("merge 1.json " + write("bare.json", R"({"command": "conform"})") + " 3.json",
                   "key 'build' not found");
    const auto refused = [&](const char* from, const char* to, const char* why) {
        expect_refused("merge 1.json 3.json " + altered(from, to), why);
    };
    refused(R"("seed": 1)", R"("seed": 2)", "altered.json has seed 2, and 1.json has 1");
    refused(R"("exits_wanted": 3000)", R"("exits_wanted": 3001)", "exits_wanted 3001");
    refused(R"("shards": 3)", R"("shards": 4)", "traces");
    refused(R"("subject": "builtin")", R"("subject": "lib:x")", "subject \"lib:x\"");
    refused(R"("build": ")", R"("build": "0)", "another build of vtlcheck, of version " VTLCHECK_VERSION);
    refused(R"("shard": 2)", R"("shard": 4)", "a number from 1");
    refused(R"("traces": )", R"("traces": 1)", "traces");
    refused(R"("exits": )", R"("exits": -)", "counts nothing");
    refused(R"("verdict": "conforms")", R"("verdict": "violation")", "the verdict is");
    refused(R"("cells_missing": [)", R"("cells_missing": ["nonsense",)", "\"nonsense\" is no coverage cell");
}

TEST_F(Merge, OtherCommandsTakeShardsToo) {
    EXPECT_EQ(run("prove --list").exit_code, 0);
    expect_refused("prove --shard 0/2", "1/2");
    expect_refused("prove --shard 2", "two numbers");
    expect_refused("prove TOTAL ONE --shard 3/3", "there are 2 claims");
    const auto part = run("prove TOTAL COMPLETE --shard 2/2 --second-solver none --json");
    EXPECT_EQ(part.exit_code, 0) << part.err;
    const auto claims = Json::parse(part.out)["claims"];
    ASSERT_EQ(claims.size(), 1U);
    EXPECT_EQ(claims[0]["id"], "COMPLETE");

    const std::string few = "mutants --kind spec --list --only :MSR-R-4";
    std::string sum;
    for (const char* shard : {"1/3", "2/3", "3/3"}) {
        const auto list = run(few + " --shard " + shard);
        EXPECT_EQ(list.exit_code, 0) << list.err;
        sum += list.out;
    }
    const auto all = run(few).out;
    EXPECT_EQ(sum.size(), all.size());
    for (std::size_t at = 0; at < all.size(); at = all.find('\n', at) + 1) {
        EXPECT_NE(sum.find(all.substr(at, all.find('\n', at) + 1 - at)), std::string::npos);
    }
    expect_refused("mutants --kind spec --only guard-never:MSR-R-40 --shard 2/2", "there are 1 mutant");
}

} // namespace
