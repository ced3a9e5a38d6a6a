#include "cli/report.hpp"

#include "cli/commands.hpp"
#include "cli/conform_report.hpp"
#include "cli/output.hpp"
#include "cli/prove_report.hpp"
#include "cli/replay_report.hpp"
#include "model/specification.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace vtlcheck::cli {
namespace {

constexpr const char* style = R"(
:root { --ink: #1c2330; --soft: #5b6575; --line: #dde1e8; --good: #16653a; --bad: #a11d1d; --open: #8a5a00; --paper: #fff; }
* { box-sizing: border-box; }
body { font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; color: var(--ink); background: var(--paper); margin: 0 auto; max-width: 1120px; padding: 2rem 1.5rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem; border-bottom: 1px solid var(--line); padding-bottom: .25rem; }
p { margin: .4rem 0; } .soft { color: var(--soft); } code, pre { font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", monospace; }
pre { background: #f5f6f9; border: 1px solid var(--line); border-radius: 4px; padding: .6rem .8rem; overflow-x: auto; white-space: pre-wrap; }
.banner { border-left: 6px solid; padding: .7rem 1rem; margin: 1rem 0; background: #f7f8fa; font-size: 1.05rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .open { color: var(--open); }
.banner.good { border-color: var(--good); } .banner.bad { border-color: var(--bad); } .banner.open { border-color: var(--open); }
table { border-collapse: collapse; width: 100%; margin: .6rem 0; } th { text-align: left; font-weight: 600; color: var(--soft); font-size: .85rem; }
th, td { padding: .35rem .6rem .35rem 0; border-bottom: 1px solid var(--line); vertical-align: top; } td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
details { margin: .15rem 0; } summary { cursor: pointer; color: var(--soft); font-size: .9rem; } ul { margin: .3rem 0; padding-left: 1.2rem; }
.picture { margin: 1rem 0; } .picture svg { width: 100%; height: auto; }
)";

const char* mood(int code) { return code == exit_conforms ? "good" : code == exit_violation ? "bad" : "open"; }

std::string claims_section(const proofs::ProveResult& result) {
    std::string html = fmt::format(
        "<h2>Proved of the specification, for all states and exits</h2>\n"
        "<p class=soft>Each obligation was put to Z3 {} over the same clauses that the oracle runs, those on "
        "the log budget to a second solver too where it says so. A "
        "claim counts as proved only if "
        "its premise is reachable (the witness, replayed on machine words) and it rejects the mutants of "
        "the specification that it "
        "names. {:.1f} s.</p>\n<table><tr><th>claim<th>statement<th>verdict<th class=n>ms</tr>\n",
        escaped(proofs::solver_version()), result.ms / 1000);
    for (const auto& claim : result.claims) {
        html += fmt::format("<tr><td><code>{}</code><td>{} <span class=soft>({})</span>", escaped(claim.id),
                            escaped(claim.statement), escaped(claim.source));
        if (!claim.reason.empty()) {
            html += fmt::format("<p class=bad>{}</p>", escaped(claim.reason));
        }
        if (claim.counterexample) {
            html += fmt::format("<details open><summary>counterexample</summary><pre>{}</pre></details>",
                                escaped(claim.counterexample->text()));
        }
        html += fmt::format("<details><summary>{}, witness, {}</summary><ul>",
                            counted(claim.obligations.size(), "obligation"), counted(claim.mutants.size(), "mutant"));
        for (const auto& assumption : claim.assumptions) {
            html += fmt::format("<li>assumes {}", escaped(assumption));
        }
        for (const auto& obligation : claim.obligations) {
            html += fmt::format("<li><code>{}</code>: {}", escaped(obligation.name), escaped(answers_of(obligation)));
        }
        for (const auto& mutant : claim.mutants) {
            html += fmt::format(
                "<li>mutant <code>{}</code> ({}): {}", escaped(mutant.name), escaped(mutant.description),
                mutant.killed ? "rejected by " + escaped(mutant.obligation) : "<b class=bad>not rejected</b>");
        }
        html += fmt::format("</ul><pre>{}</pre></details><td class={}>{}<td class=n>{:.0f}</tr>\n",
                            escaped(claim.witness.text()),
                            mood(claim.status == proofs::Verdict::proved    ? 0
                                 : claim.status == proofs::Verdict::refuted ? 1
                                                                            : 3),
                            proofs::name(claim.status), claim.ms);
    }
    return html + "</table>\n";
}

std::string conform_section(const Verification& verification) {
    const auto& result = verification.campaign;
    const auto total = proptests::reachable_cells().size();
    std::string html = "<h2>Checked against the specification: the implementation, on random exits</h2>\n";
    html +=
        fmt::format("<p><b class={}>{}</b>: {} in {}, seed {}, {:.1f} s ({} exits a second). {} of {} coverage cells "
                    "reached.</p>\n",
                    mood(exit_code(result.verdict)), proptests::name_of(result.verdict), counted(result.exits, "exit"),
                    counted(result.traces, "trace"), verification.campaign_options.seed, result.seconds,
                    grouped(static_cast<std::uint64_t>(static_cast<double>(result.exits) / result.seconds)),
                    total - result.missing.size(), total);
    html += "<p class=soft>After each exit, the outcome, the registers of all VPs and of the partition, and the MSR "
            "bitmaps of the VP are compared; the "
            "bitmaps of other VPs at the end of each trace. A cell is a clause, a VTL "
            "and a class of MSR.</p>\n";
    for (const auto& cell : result.missing) {
        html += fmt::format("<p class=open>not reached: <code>{}</code></p>\n", escaped(proptests::to_string(cell)));
    }
    if (result.failure) {
        html += fmt::format("<pre>{}</pre>\n", escaped(proptests::failure_text(result, verification.campaign_options)));
    }
    html += "<details><summary>hits by clause</summary><table><tr><th>clause<th>title<th class=n>VTL0<th "
            "class=n>VTL1</tr>\n";
    for (std::size_t i = 0; i < proptests::cell_clause_count; ++i) {
        std::array<std::uint64_t, 2> hits{};
        for (const auto& cell : proptests::reachable_cells()) {
            if (cell.clause == i) {
                hits[cell.vtl] += result.coverage.count(cell);
            }
        }
        html += fmt::format("<tr><td><code>{}</code><td>{}<td class=n>{}<td class=n>{}</tr>\n",
                            proptests::cell_clause(i).id, escaped(proptests::cell_clause(i).title), grouped(hits[0]),
                            grouped(hits[1]));
    }
    return html + "</table></details>\n";
}

std::string replay_section(const std::vector<proptests::ReplayResult>& replays) {
    std::string html =
        "<h2>Checked against the specification: the implementation, on recordings of real guests</h2>\n"
        "<table><tr><th>file<th>form<th class=n>records<th class=n>exits<th class=n>pass through<th class=n>unknown "
        "MSRs<th class=n>log attempts<th>verdict</tr>\n";
    for (const auto& replay : replays) {
        std::uint64_t attempts = 0;
        for (const auto& [kind, count] : replay.log) {
            attempts += count.attempts;
        }
        const auto slash = replay.file.rfind('/');
        html += fmt::format("<tr><td>{}<details><summary>details</summary><pre>{}</pre></details><td>{}<td "
                            "class=n>{}<td class=n>{}<td class=n>{}"
                            "<td class=n>{}<td class=n>{}<td class={}>{}</tr>\n",
                            escaped(slash == std::string::npos ? replay.file : replay.file.substr(slash + 1)),
                            escaped(summary(replay, 20)),
                            replay.is_trace ? "trace" : conformance::name_of(replay.import.form),
                            grouped(replay.is_trace ? replay.steps : replay.import.records()), grouped(replay.steps),
                            grouped(replay.passthrough), replay.unknown.size(), grouped(attempts),
                            replay.conforms() ? "good" : "bad", replay.conforms() ? "agrees" : "violation");
    }
    return html + "</table>\n";
}

std::string flood_section(const Verification& verification) {
    const auto& flood = verification.flood;
    std::string html = fmt::format(
        "<h2>Checked: the log budget, in a flood</h2>\n<p><b class={}>{}</b>: {} to unknown MSRs by {} on {}, {:.2f} "
        "s; "
        "{} led to a line. The lines of every window of time are held against the bound by a checker that shares no "
        "code with the limiter, the counters and the census against what the threads did.</p>\n",
        mood(flood.conforms() ? exit_conforms : exit_violation), flood.conforms() ? "conforms" : "violation",
        counted(flood.options.accesses, "access"), counted(flood.options.vps, "VP"),
        counted(flood.options.threads, "thread"), flood.seconds, grouped(flood.lines.size()));
    html += html_table(flood.budget);
    const auto svg = verification.flood_picture.find("<svg");
    html += svg == std::string::npos
                ? fmt::format("<p class=open>No picture: {}</p>\n", escaped(verification.flood_picture))
                : fmt::format("<figure class=picture>{}</figure>\n", verification.flood_picture.substr(svg));
    return html;
}

} // namespace

int Verification::exit_code() const {
    std::vector<int> codes{cli::exit_code(proofs.verdict), cli::exit_code(campaign.verdict),
                           flood.conforms() ? exit_conforms : exit_violation};
    for (const auto& replay : replays) {
        codes.push_back(replay.conforms() ? exit_conforms : exit_violation);
    }
    if (replays.empty()) {
        codes.push_back(exit_inconclusive);
    }
    if (std::find(codes.begin(), codes.end(), exit_violation) != codes.end()) {
        return exit_violation;
    }
    return std::find(codes.begin(), codes.end(), exit_inconclusive) != codes.end() ? exit_inconclusive : exit_conforms;
}

std::string html_report(const Verification& verification) {
    const int code = verification.exit_code();
    std::string html = fmt::format(
        "<!doctype html>\n<html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">"
        "<title>vtlcheck: verification report</title><style>{}</style>\n<h1>vtlcheck verification report</h1>\n"
        "<p class=soft>vtlcheck {}, {:%Y-%m-%d %H:%M} UTC, {:.0f} s. Specification: {} clauses over {} MSR and {} "
        "register table rows. "
        "Subject: the built-in "
        "implementation.</p>\n",
        style, VTLCHECK_VERSION, fmt::gmtime(std::time(nullptr)), verification.seconds, proptests::cell_clause_count,
        model::msr_table.size(), model::register_table.size());
    const auto proved = std::count_if(verification.proofs.claims.begin(), verification.proofs.claims.end(),
                                      [](const auto& claim) { return claim.status == proofs::Verdict::proved; });
    const auto agreeing = std::count_if(verification.replays.begin(), verification.replays.end(),
                                        [](const auto& replay) { return replay.conforms(); });
    html +=
        fmt::format("<div class=\"banner {}\"><b>{}</b>: {} of {} claims proved; {} on random exits; {} of {} "
                    "recordings agree; the log budget {} in a flood.</div>\n",
                    mood(code),
                    code == exit_conforms    ? "Conforms"
                    : code == exit_violation ? "Violation"
                                             : "Inconclusive",
                    proved, verification.proofs.claims.size(), proptests::name_of(verification.campaign.verdict),
                    agreeing, verification.replays.size(), verification.flood.conforms() ? "holds" : "does not hold");
    html += claims_section(verification.proofs);
    html += conform_section(verification);
    html += replay_section(verification.replays);
    html += flood_section(verification);
    html +=
        "<h2>What this does not say</h2>\n<ul>"
        "<li>The implementation is checked against the specification on the exits above; it is not proved equal to it."
        "<li>The proofs hold of the specification. They trust Z3, the C++ compiler, and that the clauses say what was "
        "meant."
        "<li>Local APIC, guest memory, reference clock and forwarded hypercalls are oracles: any answer in the proofs, "
        "random or recorded "
        "ones in the checks. Timers do not expire."
        "<li>One VP is judged at a time; interleavings of VPs on partition-wide registers are not."
        "<li>The flood is one run on this machine's threads and clock; which VP loses a race for the last token "
        "differs "
        "from run to run."
        "<li>Nothing was run on TDX hardware.</ul>\n</html>\n";
    return html;
}

} // namespace vtlcheck::cli
