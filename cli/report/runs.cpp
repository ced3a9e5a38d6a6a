// What was run: random exits, recordings, the log budget in a flood; the mutants; and what was found wrong.
#include "cli/report/html.hpp"
#include "cli/report/sections.hpp"
#include "proptests/coverage.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vtlcheck::cli {
namespace {

using html::Table;

std::string file_name(const std::string& path) { return path.substr(path.rfind('/') + 1); }

std::string random_exits(const Json& conform) {
    const auto seconds = conform.at("seconds").get<double>();
    std::string body = fmt::format(
        "<p>{} {} in {}, seed {}, {:.1f} s{}. {} of {} coverage cells reached. After each exit, the outcome, the "
        "registers of all VPs and of the partition, and the MSR bitmaps of the VP are compared; the bitmaps of other "
        "VPs at the end of each trace. A cell is a clause, a VTL, and what the clause leaves open: the class of MSR or "
        "register, get or set, the VTL that is named, guest VSM, isolation.</p>\n",
        html::badge(conform.at("verdict").get<std::string>()), counted(conform.at("exits"), "exit"),
        counted(conform.at("traces"), "trace"), html::text(conform, "seed"), seconds,
        seconds > 0 ? fmt::format(" ({} exits a second)",
                                  grouped(static_cast<std::uint64_t>(conform.at("exits").get<double>() / seconds)))
                    : "",
        html::count(conform, "cells_hit"), html::count(conform, "cells_total"));
    std::string missing;
    for (const auto& cell : conform.at("cells_missing")) {
        missing += fmt::format("<li>{}</li>\n", html::code(cell.get<std::string>()));
    }
    if (!missing.empty()) {
        body += html::details(html::badge(html::Mood::open, "not reached") + " " +
                                  counted(conform.at("cells_missing").size(), "cell"),
                              "<ul class=\"cells\">\n" + missing + "</ul>\n");
    }
    Table table("Exits that each clause decided, by the VTL that ran",
                {{"clause"}, {"title"}, {"VTL0", Table::Column::number}, {"VTL1", Table::Column::number}});
    std::vector<std::array<std::uint64_t, 2>> hits(proptests::cell_clause_count);
    for (const auto& [name, count] : conform.at("cells").items()) {
        if (const auto cell = proptests::parse_cell(name)) {
            hits.at(cell->clause).at(cell->vtl) += count.get<std::uint64_t>();
        }
    }
    for (std::size_t i = 0; i < hits.size(); ++i) {
        const auto& clause = proptests::cell_clause(i);
        table.row({html::code(clause.id), escaped(clause.title), grouped(hits[i][0]), grouped(hits[i][1])});
    }
    body += html::details("Exits by clause", table.html());
    return html::section(3, "random-exits", "Random exits", body);
}

std::string recordings(const Json& replays) {
    Table table("Recordings and traces, replayed on specification and implementation side by side",
                {{"file"},
                 {"form"},
                 {"records", Table::Column::number},
                 {"exits", Table::Column::number},
                 {"pass through", Table::Column::number},
                 {"unknown MSRs", Table::Column::number},
                 {"log attempts", Table::Column::number},
                 {"verdict"}});
    std::string each;
    for (const auto& replay : replays) {
        const bool is_trace = !replay.contains("records");
        const auto name = file_name(replay.at("file").get<std::string>());
        table.row({escaped(name), html::text(replay, "kind"), html::count(replay, is_trace ? "exits" : "records"),
                   html::count(replay, "exits"), is_trace ? "0" : html::count(replay, "passthrough"),
                   grouped(replay.at("unknown").size()), html::count(replay, "attempts"),
                   html::badge(replay.at("verdict") == "conforms" ? "agrees" : "violation")});
        each += html::details(escaped(name), html::pre(replay.at("summary").get<std::string>()));
    }
    return html::section(3, "recordings", "Recordings",
                         table.html() +
                             html::details("Each recording: accesses by class, unknown MSRs, what differs from the "
                                           "recorded machine, lines for the log",
                                           each));
}

std::string window(const Json& window) {
    if (window.is_null()) {
        return "no line";
    }
    return fmt::format(
        "{} {} of {} in {:.9f} s", html::badge(window.at("slack").get<std::int64_t>() >= 0 ? "holds" : "violation"),
        html::count(window, "lines"), html::count(window, "bound"),
        static_cast<double>(window.at("end_ns").get<std::uint64_t>() - window.at("begin_ns").get<std::uint64_t>()) /
            1e9);
}

std::string limit(const Json& limit) {
    return fmt::format("{} at once and one more each {:g} ms", html::count(limit, "burst"),
                       limit.at("interval_ns").get<double>() / 1e6);
}

} // namespace

std::string coverage_section(const Json& results) {
    return html::section(2, "coverage", "Coverage",
                         random_exits(results.at("conform")) + recordings(results.at("replay")) + msr_map(results) +
                             privilege_map(results));
}

std::string budget_section(const Json& results) {
    const auto& flood = results.at("flood");
    const auto& budget = flood.at("budget");
    const auto& limits = budget.at("limits");
    std::string body = fmt::format(
        "<p>{} {} to {} by {} on {}, {:.2f} s; {} led to a line. The lines of every closed window of time are held "
        "against the bound by a checker that shares no code with the limiter; the counters and the census against what "
        "the threads did. Limits: a site {}; the partition {}.</p>\n",
        html::badge(flood.at("verdict").get<std::string>()), counted(flood.at("accesses"), "access"),
        counted(flood.at("msrs"), "unknown MSR"), counted(flood.at("vps"), "VP"),
        counted(flood.at("threads"), "thread"), flood.at("seconds").get<double>(), html::count(flood, "lines"),
        limit(limits.at("site")), limit(limits.at("partition")));
    Table table("The log budget by site", {{"site"},
                                           {"attempts", Table::Column::number},
                                           {"emitted", Table::Column::number},
                                           {"suppressed", Table::Column::number},
                                           {"summaries", Table::Column::number},
                                           {"reported", Table::Column::number},
                                           {"worst window: lines of its bound"}});
    std::string quiet;
    const auto add = [&](const std::string& name, const Json& site) {
        if (site.at("attempts") == 0 && site.at("worst_window").is_null()) {
            quiet += (quiet.empty() ? "" : ", ") + name;
            return;
        }
        table.row({name, html::count(site, "attempts"), html::count(site, "emitted"), html::count(site, "suppressed"),
                   html::count(site, "summaries"), html::count(site, "reported"), window(site.at("worst_window"))});
    };
    for (const auto& [name, site] : budget.at("sites").items()) {
        add(escaped(name), site);
    }
    add("partition", budget.at("partition"));
    body += table.html();
    if (!quiet.empty()) {
        body += fmt::format("<p class=\"soft\">No attempt at: {}.</p>\n", quiet);
    }
    // As an image it keeps its ids and whatever else is in it to itself.
    const auto picture = flood.at("picture").get<std::string>();
    const auto svg = picture.find("<svg");
    body +=
        svg == std::string::npos
            ? fmt::format("<p>{} {}</p>\n", html::badge(html::Mood::open, "no picture"), escaped(picture))
            : fmt::format("<figure><img class=\"picture\" width=\"1080\" height=\"760\" "
                          "src=\"data:image/svg+xml;base64,{}\" alt=\"Two curves over time. Above: lines that left, "
                          "by site and in all, below the stepped bounds of site and partition. Below: attempts that "
                          "were suppressed. The table above has the totals and the tightest windows.\">"
                          "<figcaption>Lines over time against their bounds, and what was suppressed.</figcaption>"
                          "</figure>\n",
                          html::base64(picture));
    return html::section(2, "log-budget", "Log budget", body);
}

std::string mutants_section(const Json& results) {
    std::size_t killed = 0;
    std::size_t total = 0;
    for (const auto& claim : results.at("prove").at("claims")) {
        for (const auto& mutant : claim.at("mutants")) {
            ++total;
            killed += mutant.at("killed").get<bool>() ? 1U : 0U;
        }
    }
    std::string body = fmt::format("<p>A mutant is the specification or the implementation with one defect. A check "
                                   "that no mutant can fail checks "
                                   "nothing.</p>\n<p>Mutants that claims name: {} {} of {} rejected, each by a "
                                   "counterexample that comes out on the "
                                   "mutant; they stand with their <a href=\"#claims\">claims</a>.</p>\n",
                                   html::badge(killed == total && total != 0 ? html::Mood::good : html::Mood::open,
                                               killed == total && total != 0 ? "all rejected" : "not all rejected"),
                                   grouped(killed), grouped(total));
    const auto found = results.find("mutants");
    if (found == results.end()) {
        return html::section(2, "mutants", "Mutants",
                             body + "<p>Of systematic mutants nothing was known where this was run: there was no "
                                    "<code>mutants/ratchet.txt</code>.</p>\n");
    }
    body += "<p>Systematic mutants, which a program makes of every clause, table row and one in eight places of the "
            "implementation: not run here. The table is <code>mutants/ratchet.txt</code> of these sources, which "
            "<code>vtlcheck mutants</code> finds again or fails; CI runs a sample of them.</p>\n";
    Table counts("Systematic mutants", {{"of"},
                                        {"killed", Table::Column::number},
                                        {"survive", Table::Column::number},
                                        {"score", Table::Column::number},
                                        {"do not compile", Table::Column::number},
                                        {"change nothing", Table::Column::number}});
    Table survivors("Survivors of the systematic mutants", {{"of"}, {"mutant"}, {"why nobody can tell it"}});
    for (const auto& kind : *found) {
        const auto killed_here = kind.at("killed").get<std::size_t>();
        const auto all = killed_here + kind.at("survivors").size();
        counts.row({html::text(kind, "kind"), html::count(kind, "killed"), grouped(kind.at("survivors").size()),
                    all == 0
                        ? std::string("none")
                        : fmt::format("{:.1f} %", 100.0 * static_cast<double>(killed_here) / static_cast<double>(all)),
                    html::count(kind, "invalid"), html::count(kind, "equivalent")});
        for (const auto& survivor : kind.at("survivors")) {
            const auto reason = survivor.at("reason").get<std::string>();
            survivors.row({html::text(kind, "kind"), html::code(survivor.at("name").get<std::string>()),
                           reason.empty() ? html::badge(html::Mood::open, "nobody has said") : escaped(reason)});
        }
    }
    body += counts.html() + (survivors.empty() ? "<p>No survivor.</p>\n" : survivors.html());
    return html::section(2, "mutants", "Mutants", body);
}

std::string counterexamples_section(const Json& results) {
    std::string body;
    for (const auto& claim : results.at("prove").at("claims")) {
        if (claim.contains("counterexample")) {
            const auto& example = claim.at("counterexample");
            const auto id = html::text(claim, "id");
            body += fmt::format("<section id=\"counterexample-{0}\"><h3>Claim <a href=\"#claim-{0}\">{0}</a></h3>\n"
                                "<p>{1}</p>\n<p>Refuted: obligation {2}.</p>\n{3}</section>\n",
                                id, html::text(claim, "statement"),
                                html::code(example.at("obligation").get<std::string>()), example_html(example));
        }
    }
    const auto differences = [](const Json& rows) {
        Table table("Expected and observed", {{"field"}, {"expected"}, {"observed"}});
        for (const auto& row : rows) {
            table.row(
                {escaped(fmt::format("{} {}", row.at("scope").get<std::string>(), row.at("field").get<std::string>())),
                 html::code(row.at("expected").get<std::string>()), html::code(row.at("observed").get<std::string>())});
        }
        return table.empty() ? "" : table.html();
    };
    if (const auto failure = results.at("conform").find("failure"); failure != results.at("conform").end()) {
        body += fmt::format(
            "<section id=\"divergence\"><h3>Random exits: divergence at exit {} of {}</h3>\n<p>By clause {} "
            "the specification expects otherwise.</p>\n{}{}</section>\n",
            html::count(*failure, "exit"), html::count(*failure, "exits"),
            html::code(failure->at("clause").get<std::string>()), differences(failure->at("differences")),
            html::trace(failure->at("trace").get<std::string>()));
    }
    for (const auto& replay : results.at("replay")) {
        if (replay.at("verdict") == "conforms") {
            continue;
        }
        body += fmt::format("<h3>Recording {}</h3>\n", escaped(file_name(replay.at("file").get<std::string>())));
        if (const auto divergence = replay.find("divergence"); divergence != replay.end()) {
            body += fmt::format("<p>At line {}, clause {}:</p>\n{}{}", html::count(*divergence, "line"),
                                html::code(divergence->at("clause").get<std::string>()),
                                html::pre(divergence->at("exit").get<std::string>()),
                                differences(divergence->at("differences")));
        }
        if (const auto unmet = replay.find("unmet"); unmet != replay.end()) {
            body += "<ul>\n";
            for (const auto& line : *unmet) {
                body += fmt::format("<li>{}</li>\n", html::code(line.get<std::string>()));
            }
            body += "</ul>\n";
        }
    }
    std::string budget;
    for (const auto& fault : results.at("flood").at("budget").at("faults")) {
        budget += fmt::format("<li>{}</li>\n", escaped(fault.get<std::string>()));
    }
    if (results.at("flood").at("verdict") != "conforms") {
        body += "<h3>Log budget</h3>\n<p>The table of the <a href=\"#log-budget\">log budget</a> has the window that "
                "breaks its bound, if one does.</p>\n" +
                (budget.empty() ? "" : "<ul>\n" + budget + "</ul>\n");
    }
    if (body.empty()) {
        body = "<p>None: no claim is refuted, no exit and no recording diverges, the budget is kept.</p>\n";
    }
    return html::section(2, "counterexamples", "Counterexamples", body);
}

} // namespace vtlcheck::cli
