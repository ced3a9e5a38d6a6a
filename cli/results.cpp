#include "cli/commands.hpp"
#include "cli/conform_report.hpp"
#include "cli/prove_report.hpp"
#include "cli/replay_report.hpp"
#include "cli/report.hpp"
#include "model/specification.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace vtlcheck::cli {
namespace {

constexpr const char* format_name = "vtlcheck-results 1";

int code_of(const std::string& verdict) {
    return verdict == "conforms" || verdict == "proved"     ? exit_conforms
           : verdict == "violation" || verdict == "refuted" ? exit_violation
                                                            : exit_inconclusive;
}

std::size_t attempts(const proptests::ReplayResult& replay) {
    std::size_t all = 0;
    for (const auto& [kind, count] : replay.log) {
        all += count.attempts;
    }
    return all;
}

} // namespace

Json to_json(const MutantSummary& mutants) {
    Json json{{"kind", mutants.kind},
              {"killed", mutants.killed},
              {"invalid", mutants.invalid},
              {"equivalent", mutants.equivalent}};
    json["survivors"] = Json::array();
    for (const auto& survivor : mutants.survivors) {
        json["survivors"].push_back({{"name", survivor.name}, {"reason", survivor.reason}});
    }
    return json;
}

std::optional<std::vector<MutantSummary>> summaries(const mutants::Ratchet& ratchet) {
    std::vector<MutantSummary> all;
    for (const auto& [kind, counts] : ratchet.counts) {
        MutantSummary summary{.kind = std::string(kind == mutants::Kind::impl   ? "implementation"
                                                  : kind == mutants::Kind::spec ? "specification"
                                                                                : "known classes of defects"),
                              .killed = counts.killed,
                              .invalid = counts.invalid,
                              .equivalent = counts.equivalent,
                              .survivors = {}};
        for (const auto& [survivor, reason] : ratchet.survivors) {
            if (survivor.first == kind) {
                summary.survivors.push_back({survivor.second, reason});
            }
        }
        all.push_back(std::move(summary));
    }
    return all.empty() ? std::nullopt : std::optional(std::move(all));
}

Json results(const Verification& verification) {
    Json json;
    json["format"] = format_name;
    json["command"] = "verify";
    json["verdict"] = ""; // its place; the parts are needed to know it
    json["finished"] = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
    json["seconds"] = verification.seconds;
    json["versions"] = verification.versions;
    json["specification"] = {{"clauses", proptests::cell_clause_count},
                             {"msr_rows", model::msr_table.size()},
                             {"register_rows", model::register_table.size()},
                             {"claims", proofs::all_claims().size()}};
    json["prove"] = to_json(verification.proofs);
    json["conform"] = to_json(verification.campaign, verification.campaign_options, "");
    json["conform"]["cells"] = Json::object();
    for (const auto& cell : proptests::reachable_cells()) {
        json["conform"]["cells"][proptests::to_string(cell)] = verification.campaign.coverage.count(cell);
    }
    json["replay"] = Json::array();
    for (const auto& replay : verification.replays) {
        Json row = to_json(replay);
        row["attempts"] = attempts(replay);
        row["summary"] = summary(replay, 20);
        json["replay"].push_back(row);
    }
    json["flood"] = to_json(verification.flood);
    json["flood"]["picture"] = verification.flood_picture;
    if (verification.mutants) {
        json["mutants"] = Json::array();
        for (const auto& mutants : *verification.mutants) {
            json["mutants"].push_back(to_json(mutants));
        }
    }
    json["verdict"] = verdict_word(exit_code_of(json));
    return json;
}

int exit_code_of(const Json& results) {
    std::vector<int> codes{code_of(results.at("prove").at("verdict")), code_of(results.at("conform").at("verdict")),
                           code_of(results.at("flood").at("verdict"))};
    for (const auto& replay : results.at("replay")) {
        codes.push_back(code_of(replay.at("verdict")));
    }
    for (const auto& claim : results.at("prove").at("claims")) {
        codes.push_back(code_of(claim.at("status")));
    }
    if (results.at("replay").empty() ||
        results.at("prove").at("claims").size() < results.at("specification").at("claims").get<std::size_t>()) {
        codes.push_back(exit_inconclusive);
    }
    if (std::find(codes.begin(), codes.end(), exit_violation) != codes.end()) {
        return exit_violation;
    }
    return std::find(codes.begin(), codes.end(), exit_inconclusive) != codes.end() ? exit_inconclusive : exit_conforms;
}

const char* verdict_word(int code) {
    return code == exit_conforms ? "conforms" : code == exit_violation ? "violation" : "inconclusive";
}

Json read_results(const std::string& path) {
    Json json = Json::parse(read_file(path), nullptr, false);
    const auto format = json.is_object() ? json.find("format") : json.end();
    if (format == json.end() || *format != format_name) {
        throw UsageError(fmt::format("{} holds no results ({}); name a file that --results of verify or report wrote",
                                     path, format_name));
    }
    return json;
}

} // namespace vtlcheck::cli
