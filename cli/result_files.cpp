// JUnit XML and SARIF. Where a clause or a claim stands is looked up in the source tree that the tool was built from; a
// tool that was moved away from it names the page of docs/spec that has it: GitHub takes no result without a file.
#include "cli/result_files.hpp"

#include "cli/specification_rows.hpp"

#include <fmt/format.h>
#include <pugixml.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <vector>

namespace vtlcheck::cli {
namespace {

namespace fs = std::filesystem;

/// What did not come out as it has to.
struct Fault {
    const char* type = "";
    std::string reason; ///< one line
    std::string detail; ///< lines; may be empty
};

struct TestCase {
    std::string name;
    double seconds = 0;
    std::optional<Fault> fault;
};

/// XML cannot hold other control characters, not even escaped.
std::string printable(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t'; },
        '?');
    return text;
}

std::string junit_text(const std::string& command, const std::vector<TestCase>& cases, double seconds) {
    const auto failures = std::count_if(cases.begin(), cases.end(), [](const auto& test) { return test.fault; });
    const auto set = [](pugi::xml_node node, const char* name, const std::string& value) {
        node.append_attribute(name).set_value(printable(value).c_str());
    };
    const auto count = [&](pugi::xml_node node) {
        set(node, "tests", std::to_string(cases.size()));
        set(node, "failures", std::to_string(failures));
        set(node, "errors", "0");
        set(node, "time", fmt::format("{:.3f}", seconds));
    };
    pugi::xml_document document;
    pugi::xml_node all = document.append_child("testsuites");
    count(all);
    pugi::xml_node suite = all.append_child("testsuite");
    set(suite, "name", "vtlcheck " + command);
    count(suite);
    for (const auto& test : cases) {
        pugi::xml_node node = suite.append_child("testcase");
        set(node, "classname", "vtlcheck." + command);
        set(node, "name", test.name);
        set(node, "time", fmt::format("{:.3f}", test.seconds));
        if (test.fault) {
            pugi::xml_node failure = node.append_child("failure");
            set(failure, "type", test.fault->type);
            set(failure, "message", test.fault->reason);
            failure.text().set(printable(test.fault->detail).c_str());
        }
    }
    std::ostringstream out;
    document.save(out, "  ");
    return out.str();
}

/// The first line that has `text` in the files of a folder of `sources` that end in `extension`; no place if there is none.
std::optional<Place> find_line(const std::string& sources, const std::string& folder, const std::string& extension,
                               const std::string& text) {
    std::error_code error;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(fs::path(sources) / folder, error)) {
        if (entry.path().extension() == extension) {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    for (const auto& file : files) {
        std::ifstream stream(file);
        std::size_t number = 0;
        for (std::string line; std::getline(stream, line);) {
            ++number;
            if (line.find(text) != std::string::npos) {
                return Place{.file = folder + "/" + file.filename().string(), .line = number};
            }
        }
    }
    return std::nullopt;
}

bool is_clause(const std::string& id) { return proptests::parse_clause(id) != model::no_clause; }

std::optional<Place> place_here(const std::string& id) { return place_of(id, VTLCHECK_SOURCE); }

Json location(const std::optional<Place>& place, const std::vector<std::pair<const char*, std::string>>& names) {
    Json json;
    if (place) {
        json["physicalLocation"] = {{"artifactLocation", {{"uri", place->file}, {"uriBaseId", "SRCROOT"}}}};
        if (place->line != 0) {
            json["physicalLocation"]["region"]["startLine"] = place->line;
        }
    }
    json["logicalLocations"] = Json::array();
    for (const auto& [kind, name] : names) {
        json["logicalLocations"].push_back({{"name", name}, {"kind", kind}});
    }
    return json;
}

Json message(const std::string& text) { return {{"text", text}}; }

class SarifLog {
public:
    void rule(const std::string& id, const std::string& title, const std::string& text, const std::string& source) {
        index_.emplace(id, rules_.size());
        rules_.push_back({{"id", id},
                          {"shortDescription", message(title)},
                          {"fullDescription", message(text)},
                          {"properties", {{"source", source}}}});
    }
    void result(const std::string& rule, const char* level, const std::string& text, const Json& where) {
        Json json{{"ruleId", rule}};
        if (const auto found = index_.find(rule); found != index_.end()) {
            json["ruleIndex"] = found->second;
        }
        json["level"] = level;
        json["message"] = message(text);
        json["locations"] = Json::array({where});
        results_.push_back(json);
    }
    [[nodiscard]] Json json() const {
        Json driver{{"name", "vtlcheck"}, {"semanticVersion", VTLCHECK_VERSION}, {"rules", rules_}};
        Json run;
        run["tool"]["driver"] = driver;
        run["originalUriBaseIds"]["SRCROOT"]["description"] = message("The source tree of vtlcheck.");
        run["results"] = results_;
        Json log;
        log["$schema"] = "https://json.schemastore.org/sarif-2.1.0.json";
        log["version"] = "2.1.0";
        log["runs"] = Json::array({run});
        return log;
    }

private:
    Json rules_ = Json::array();
    Json results_ = Json::array();
    std::map<std::string, std::size_t> index_;
};

std::optional<Fault> fault_of(const proofs::ClaimResult& claim) {
    if (claim.status == proofs::Verdict::proved) {
        return std::nullopt;
    }
    Fault fault{.type = proofs::name(claim.status), .reason = claim.reason, .detail = claim.statement + "\n"};
    if (claim.counterexample) {
        fault.detail += fmt::format("Counterexample to {}{}:\n{}", claim.refuted_obligation,
                                    claim.counterexample->ok ? "" : " (does not replay)", claim.counterexample->text());
    }
    return fault;
}

std::optional<Fault> fault_of(const proptests::CampaignResult& result, const proptests::CampaignOptions& options) {
    if (result.verdict == proptests::Verdict::conforms) {
        return std::nullopt;
    }
    Fault fault{.type = proptests::name_of(result.verdict), .reason = "", .detail = ""};
    if (result.failure) {
        fault.reason = "divergence, clause " + result.failure->divergence.clause;
        fault.detail = proptests::failure_text(result, options);
        return fault;
    }
    fault.reason =
        fmt::format("{} not reached, {} reached but not listed", counted(result.missing.size(), "coverage cell"),
                    counted(result.unlisted.size(), "coverage cell"));
    for (const auto& cell : result.missing) {
        fault.detail += fmt::format("not reached: {}\n", proptests::to_string(cell));
    }
    for (const auto& cell : result.unlisted) {
        fault.detail += fmt::format("not listed: {}\n", proptests::to_string(cell));
    }
    return fault;
}

std::optional<Fault> fault_of(const proptests::SweepResult& sweep) {
    if (sweep.verdict == proptests::Verdict::conforms) {
        return std::nullopt;
    }
    Fault fault{.type = proptests::name_of(sweep.verdict), .reason = "nothing was run", .detail = ""};
    if (sweep.first) {
        fault.reason = fmt::format("{}{}, the first at clause {}", sweep.cut_short ? "at least " : "",
                                   counted(sweep.violations, "violation"), sweep.first->clause);
        fault.detail = sweep.first->trace;
    }
    return fault;
}

std::optional<Fault> fault_of(const MutantsReport& report, std::size_t i) {
    const auto& result = report.findings.results[i];
    if (result.outcome.verdict == mutants::Verdict::error) {
        return Fault{.type = "error", .reason = result.outcome.by, .detail = result.outcome.detail};
    }
    if (report.unexplained(result)) {
        return Fault{.type = "survived",
                     .reason = "no check notices it, and the ratchet gives no reason",
                     .detail = report.mutants[i].difference};
    }
    return std::nullopt;
}

} // namespace

std::optional<Place> place_of(const std::string& id, const std::string& sources) {
    if (is_clause(id)) {
        const auto place = find_line(sources, "model", ".hpp", fmt::format("{{\"{}\",", id));
        return place ? place : Place{.file = fmt::format("docs/spec/{}.md", family_of(id).page), .line = 0};
    }
    if (proofs::find_claim(id) != nullptr) {
        const auto place = find_line(sources, "proofs/claims", ".cpp", fmt::format("\"{}\",", id));
        return place ? place : Place{.file = "docs/spec/claims.md", .line = 0};
    }
    return std::nullopt;
}

std::string junit(const proofs::ProveResult& result) {
    std::vector<TestCase> cases;
    for (const auto& claim : result.claims) {
        cases.push_back({.name = claim.id, .seconds = claim.ms / 1000, .fault = fault_of(claim)});
    }
    return junit_text("prove", cases, result.ms / 1000);
}

std::string junit(const proptests::CampaignResult& result, const proptests::CampaignOptions& options,
                  std::span<const FailedShard> others) {
    const auto test = [](const proptests::CampaignResult& of, const proptests::CampaignOptions& how) {
        return TestCase{.name = fmt::format("campaign of seed {}{}{}", how.seed,
                                            how.shards == 1 ? "" : fmt::format(", shard {}/{}", how.shard, how.shards),
                                            of.subject == "builtin" ? "" : " on " + of.subject),
                        .seconds = of.seconds,
                        .fault = fault_of(of, how)};
    };
    std::vector<TestCase> cases{test(result, options)};
    for (const auto& other : others) {
        cases.push_back(test(other.result, other.options));
    }
    return junit_text("conform", cases, result.seconds);
}

std::string junit(const SweepReport& report) {
    std::vector<TestCase> cases;
    for (const auto& sweep : report.sweeps) {
        cases.push_back({.name = sweep.name, .seconds = sweep.seconds, .fault = fault_of(sweep)});
    }
    return junit_text("sweep", cases, report.seconds());
}

std::string junit(const MutantsReport& report) {
    std::vector<TestCase> cases;
    for (std::size_t i = 0; i < report.mutants.size(); ++i) {
        cases.push_back({.name = fmt::format("{} {}", name_of(report.mutants[i].kind), report.mutants[i].name),
                         .seconds = report.findings.results[i].seconds,
                         .fault = fault_of(report, i)});
    }
    TestCase ratchet{.name = "ratchet", .seconds = 0, .fault = std::nullopt};
    if (!report.disagreements.empty()) {
        ratchet.fault = Fault{.type = "violation", .reason = report.disagreements.front(), .detail = ""};
        for (const auto& line : report.disagreements) {
            ratchet.fault->detail += line + "\n";
        }
    }
    cases.push_back(ratchet);
    return junit_text("mutants", cases, report.seconds);
}

Json sarif(const proofs::ProveResult& result) {
    SarifLog log;
    for (const auto& claim : result.claims) {
        log.rule(claim.id, claim.id, claim.statement, claim.source);
    }
    for (const auto& claim : result.claims) {
        const auto fault = fault_of(claim);
        if (!fault) {
            continue;
        }
        // Of a counterexample it is known which clause decided; the rule to mend is more likely there than in the claim.
        std::vector<std::pair<const char*, std::string>> names{{"claim", claim.id}};
        std::optional<Place> place;
        if (claim.counterexample && !claim.counterexample->runs.empty()) {
            const auto& clause = claim.counterexample->runs.front().clause;
            names.insert(names.begin(), {"clause", clause});
            place = place_here(clause);
        }
        log.result(claim.id, claim.status == proofs::Verdict::refuted ? "error" : "warning",
                   fmt::format("{}: {}\n{}", fault->type, fault->reason, fault->detail),
                   location(place ? place : place_here(claim.id), names));
    }
    return log.json();
}

namespace {

SarifLog log_of_clauses() {
    SarifLog log;
    for (std::size_t i = 0; i < proptests::cell_clause_count; ++i) {
        const auto& clause = proptests::cell_clause(i);
        log.rule(std::string(clause.id), std::string(clause.title),
                 fmt::format("When: {}. Then: {}.", clause.guard, clause.effect), std::string(clause.source));
    }
    return log;
}

} // namespace

Json sarif(const SweepReport& report) {
    SarifLog log = log_of_clauses();
    for (const auto& sweep : report.sweeps) {
        if (const auto fault = fault_of(sweep); fault && sweep.first) {
            const auto& clause = sweep.first->clause;
            log.result(clause, "error", fmt::format("{}: {}\n{}", sweep.name, fault->reason, fault->detail),
                       location(place_here(clause), {{"clause", clause}}));
        }
    }
    return log.json();
}

Json sarif(const proptests::CampaignResult& result, const proptests::CampaignOptions& options,
           std::span<const FailedShard> others) {
    SarifLog log = log_of_clauses();
    const auto add = [&](const std::string& clause, const char* level, const std::string& text) {
        log.result(clause, level, text, location(place_here(clause), {{"clause", clause}}));
    };
    if (result.failure) {
        add(result.failure->divergence.clause, "error", proptests::failure_text(result, options));
        for (const auto& other : others) {
            add(other.result.failure->divergence.clause, "error", proptests::failure_text(other.result, other.options));
        }
    } else if (result.verdict != proptests::Verdict::conforms) {
        std::map<std::string, std::string> of_clause;
        const auto collect = [&](const char* what, const proptests::Cell& cell) {
            of_clause[std::string(proptests::cell_clause(cell.clause).id)] +=
                fmt::format("{}: {}\n", what, proptests::to_string(cell));
        };
        for (const auto& cell : result.missing) {
            collect("coverage cell not reached", cell);
        }
        for (const auto& cell : result.unlisted) {
            collect("coverage cell reached, but not listed as reachable", cell);
        }
        for (const auto& [clause, text] : of_clause) {
            add(clause, "warning", text);
        }
    }
    return log.json();
}

Json sarif(const MutantsReport& report) {
    SarifLog log;
    log.rule(
        "impl", "A slip in the implementation that no check notices",
        "With this change of the source every check still passes: sharpen one, or list the mutant with the reason.",
        "mutants/ratchet.txt");
    log.rule("spec", "A slip in the specification that no check notices",
             "With this change of a clause or table the implementation conforms and every claim is proved.",
             "mutants/ratchet.txt");
    log.rule("class", "A known defect that the claim does not refute",
             "docs/defect-classes.md says that the claim refutes the mutant.", "docs/defect-classes.md");
    for (std::size_t i = 0; i < report.mutants.size(); ++i) {
        if (!report.unexplained(report.findings.results[i])) {
            continue;
        }
        const auto& mutant = report.mutants[i];
        std::optional<Place> place;
        if (!mutant.file.empty()) {
            place = Place{.file = mutant.file, .line = mutant.line};
        } else if (mutant.kind == mutants::Kind::spec) {
            // "guard-dropped:TDC-04", "msr-dropped:IA32_PAT"
            const auto of = mutant.name.substr(mutant.name.find(':') + 1);
            place = place_here(of);
            place = place ? place : find_line(VTLCHECK_SOURCE, "model", ".hpp", fmt::format("\"{}\", .msr_class", of));
            place = place ? place : find_line(VTLCHECK_SOURCE, "model", ".hpp", fmt::format("\"{}\", C::", of));
        }
        log.result(std::string(name_of(mutant.kind)), "error", "survives: " + mutant.difference,
                   location(place, {{"mutant", mutant.name}}));
    }
    return log.json();
}

void ResultFiles::add_to(CLI::App& command) {
    command.add_option("--junit", junit, "Write the result as JUnit XML to this file")->type_name("FILE");
    command.add_option("--sarif", sarif, "Write what fails as SARIF 2.1.0 to this file")->type_name("FILE");
}

void ResultFiles::expect_usable() const {
    for (const auto& path : {junit, sarif}) {
        if (!path.empty()) {
            expect_writable(path);
        }
    }
    if (!junit.empty() && junit == sarif) {
        throw UsageError(fmt::format("--junit and --sarif both name {}; name two files", junit));
    }
}

void ResultFiles::write(const proofs::ProveResult& result) const {
    if (!junit.empty()) {
        write_file(junit, cli::junit(result));
    }
    if (!sarif.empty()) {
        write_file(sarif, cli::sarif(result).dump(2) + "\n");
    }
}

void ResultFiles::write(const proptests::CampaignResult& result, const proptests::CampaignOptions& options,
                        std::span<const FailedShard> others) const {
    if (!junit.empty()) {
        write_file(junit, cli::junit(result, options, others));
    }
    if (!sarif.empty()) {
        write_file(sarif, cli::sarif(result, options, others).dump(2) + "\n");
    }
}

void ResultFiles::write(const SweepReport& report) const {
    if (!junit.empty()) {
        write_file(junit, cli::junit(report));
    }
    if (!sarif.empty()) {
        write_file(sarif, cli::sarif(report).dump(2) + "\n");
    }
}

void ResultFiles::write(const MutantsReport& report) const {
    if (!junit.empty()) {
        write_file(junit, cli::junit(report));
    }
    if (!sarif.empty()) {
        write_file(sarif, cli::sarif(report).dump(2) + "\n");
    }
}

} // namespace vtlcheck::cli
