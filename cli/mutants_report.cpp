#include "cli/mutants_report.hpp"

#include "cli/commands.hpp"
#include "mutants/defect_classes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace vtlcheck::cli {
namespace {

using mutants::Kind;
using mutants::Result;
using mutants::Verdict;

/// "conform MSR-W-38" is of conform, "claim TOTAL" of claim, "crash in flood" of crash.
std::string check_of(const Result& result) { return result.outcome.by.substr(0, result.outcome.by.find(' ')); }

const char* verdict_of(const MutantsReport& report) {
    switch (exit_code(report)) {
    case exit_conforms:
        return "conforms";
    case exit_violation:
        return "violation";
    default:
        return "inconclusive";
    }
}

struct ClassResult {
    std::size_t run = 0;
    std::size_t killed = 0;
};
std::map<std::string, ClassResult> by_class(const std::vector<Result>& results) {
    std::map<std::string, ClassResult> all;
    for (const auto& result : results) {
        if (result.kind == Kind::known) {
            auto& entry = all[result.name.substr(0, result.name.find(':'))];
            ++entry.run;
            entry.killed += result.outcome.verdict == Verdict::killed ? 1 : 0;
        }
    }
    return all;
}

} // namespace

std::size_t MutantsReport::errors() const {
    return static_cast<std::size_t>(std::count_if(findings.results.begin(), findings.results.end(),
                                                  [](const auto& r) { return r.outcome.verdict == Verdict::error; }));
}

bool MutantsReport::unexplained(const Result& result) const {
    const auto found = ratchet.survivors.find({result.kind, result.name});
    return result.outcome.verdict == Verdict::survived && (found == ratchet.survivors.end() || found->second.empty());
}

int exit_code(const MutantsReport& report) {
    if (!report.disagreements.empty()) {
        return exit_violation;
    }
    return report.errors() != 0 || report.findings.results.empty() ? exit_inconclusive : exit_conforms;
}

std::vector<std::string> classes_without_kill(const mutants::Findings& findings) {
    std::vector<std::string> all;
    if (!findings.complete.contains(Kind::known)) {
        return all;
    }
    const auto results = by_class(findings.results);
    for (const auto& defect : mutants::defect_classes()) {
        const auto found = results.find(defect.id);
        if (defect.scope == mutants::Scope::in && (found == results.end() || found->second.killed == 0)) {
            all.push_back(
                fmt::format("class {} ({}) is in scope, but no mutant of it is killed", defect.id, defect.defect));
        }
    }
    return all;
}

Json to_json(const MutantsReport& report) {
    Json json;
    json["command"] = "mutants";
    json["verdict"] = verdict_of(report);
    json["seconds"] = report.seconds;
    for (const auto& [kind, counts] : mutants::counts_of(report.findings.results)) {
        json["counts"][std::string(name_of(kind))] = {{"killed", counts.killed},
                                                      {"survived", counts.survived},
                                                      {"invalid", counts.invalid},
                                                      {"equivalent", counts.equivalent},
                                                      {"score", counts.score()}};
    }
    json["errors"] = report.errors();
    json["disagreements"] = report.disagreements;
    json["classes"] = Json::object();
    for (const auto& [id, result] : by_class(report.findings.results)) {
        json["classes"][id] = {{"run", result.run}, {"killed", result.killed}};
    }
    json["mutants"] = Json::array();
    for (std::size_t i = 0; i < report.mutants.size(); ++i) {
        const auto& mutant = report.mutants[i];
        const auto& result = report.findings.results[i];
        Json entry{{"kind", name_of(mutant.kind)},
                   {"name", mutant.name},
                   {"difference", mutant.difference},
                   {"verdict", name_of(result.outcome.verdict)}};
        if (!result.outcome.by.empty()) {
            entry["by"] = result.outcome.by;
        }
        if (!result.outcome.detail.empty()) {
            entry["detail"] = result.outcome.detail;
        }
        if (const auto found = report.ratchet.survivors.find({mutant.kind, mutant.name});
            found != report.ratchet.survivors.end()) {
            entry["reason"] = found->second;
        }
        entry["seconds"] = result.seconds;
        json["mutants"].push_back(entry);
    }
    return json;
}

std::string summary(const MutantsReport& report) {
    std::string text;
    const auto& results = report.findings.results;
    const auto counts = mutants::counts_of(results);
    std::size_t killed = 0;
    std::size_t survived = 0;
    for (const auto& [kind, of_kind] : counts) {
        killed += of_kind.killed;
        survived += of_kind.survived;
        std::map<std::string, std::size_t> checks;
        for (const auto& result : results) {
            if (result.kind == kind && result.outcome.verdict == Verdict::killed) {
                ++checks[check_of(result)];
            }
        }
        std::string killers;
        for (const auto& [check, number] : checks) {
            killers += fmt::format("{}{} {}", killers.empty() ? "" : ", ", check, grouped(number));
        }
        text += fmt::format("{:<6} {:>6} killed of {:>6} ({:.1f} %), {} survive, {} invalid, {} equivalent\n",
                            name_of(kind), grouped(of_kind.killed), grouped(of_kind.killed + of_kind.survived),
                            of_kind.score(), grouped(of_kind.survived), grouped(of_kind.invalid),
                            grouped(of_kind.equivalent));
        if (!killers.empty()) {
            text += fmt::format("       by {}\n", killers);
        }
    }
    const auto classes = by_class(results);
    if (!classes.empty()) {
        text += "  classes of docs/defect-classes.md, killed of those run:";
        for (const auto& [id, result] : classes) {
            text += fmt::format(" {} {}/{}", id, result.killed, result.run);
        }
        text += '\n';
    }
    for (std::size_t i = 0; i < results.size(); ++i) {
        const auto& result = results[i];
        if (result.outcome.verdict == Verdict::error) {
            text += fmt::format("  error: {} {}: {}{}\n", name_of(result.kind), result.name, result.outcome.by,
                                result.outcome.detail.empty() ? "" : ": " + result.outcome.detail);
        } else if (report.unexplained(result)) {
            text += fmt::format("  survives: {} {}\n    {}\n", name_of(result.kind), result.name,
                                report.mutants[i].difference);
            if (!result.outcome.detail.empty()) {
                text += fmt::format("    {}\n", result.outcome.detail);
            }
        }
    }
    for (const auto& line : report.disagreements) {
        text += fmt::format("  {}\n", line);
    }
    text += fmt::format("{}: {} run, {} killed, {}, {:.1f} s\n", verdict_of(report), counted(results.size(), "mutant"),
                        grouped(killed), counted(survived, "survivor"), report.seconds);
    return text;
}

} // namespace vtlcheck::cli
