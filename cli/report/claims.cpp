// The claims: what was proved, by whom, under which assumptions, and what shows that the claim says something.
#include "cli/report/html.hpp"
#include "cli/report/sections.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vtlcheck::cli {
namespace {

using html::Table;

/// One solver's answer to one obligation.
struct SolverRow {
    std::string solver;
    std::string result;
    std::string reason;
    double ms = 0;
    bool cached = false;
};

std::string optional_text(const Json& object, const char* member) {
    const auto found = object.find(member);
    return found == object.end() ? "" : found->get<std::string>();
}

std::vector<SolverRow> answers_of(const Json& obligation) {
    std::vector<SolverRow> rows;
    for (const auto& answer : obligation.at("answers")) {
        rows.push_back({.solver = answer.at("solver"),
                        .result = answer.at("result"),
                        .reason = optional_text(answer, "reason"),
                        .ms = answer.at("ms"),
                        .cached = answer.value("cached", false)});
    }
    return rows;
}

std::string obligations_table(const Json& claim) {
    Table table("Obligations of " + claim.at("id").get<std::string>() + ", one row for each solver",
                {{"obligation"}, {"premise can hold"}, {"solver"}, {"result"}, {"time", Table::Column::number}});
    for (const auto& obligation : claim.at("obligations")) {
        bool first = true;
        for (const auto& answer : answers_of(obligation)) {
            table.row(
                {first ? html::code(obligation.at("name").get<std::string>())
                       : fmt::format("{} <span class=\"soft\">again</span>",
                                     html::code(obligation.at("name").get<std::string>())),
                 html::badge(obligation.at("premise_reachable").get<bool>() ? "yes" : "no"), escaped(answer.solver),
                 html::badge(answer.result) + (answer.reason.empty() ? "" : fmt::format(" {}", escaped(answer.reason))),
                 html::duration(answer.ms) +
                     (answer.cached ? " <span class=\"soft\">kept from an earlier run</span>" : "")});
            first = false;
        }
    }
    return table.html();
}

/// Formulas are for those who doubt the sentence; a very long one is in the SMT-LIB text.
std::string formulas(const Json& claim) {
    constexpr std::size_t shown = 3000;
    std::string list;
    for (const auto& obligation : claim.at("obligations")) {
        const auto formula = optional_text(obligation, "formula");
        if (!formula.empty()) {
            list += fmt::format(
                "<dt>{}</dt><dd>{}{}</dd>\n", html::code(obligation.at("name").get<std::string>()),
                html::pre(formula.substr(0, shown)),
                formula.size() > shown
                    ? fmt::format(
                          "<p class=\"soft\">{} more; all of it: {}</p>", counted(formula.size() - shown, "character"),
                          html::code(fmt::format("vtlcheck prove {} --smt2 DIR", claim.at("id").get<std::string>())))
                    : "");
        }
    }
    return list.empty() ? "" : html::details("Formulas: premise and conclusion", "<dl>\n" + list + "</dl>\n");
}

std::string certificates(const Json& claim) {
    Table table("Certificates of " + claim.at("id").get<std::string>(), {{"obligation"},
                                                                         {"checked"},
                                                                         {"clauses", Table::Column::number},
                                                                         {"proof steps", Table::Column::number},
                                                                         {"time", Table::Column::number},
                                                                         {"note"}});
    for (const auto& obligation : claim.at("obligations")) {
        const auto found = obligation.find("certificate");
        if (found != obligation.end() && !found->is_null()) {
            table.row({html::code(obligation.at("name").get<std::string>()),
                       html::badge(found->at("checked").get<bool>() ? "yes" : "no"), html::count(*found, "clauses"),
                       html::count(*found, "proof_steps"), html::duration(found->at("ms")),
                       escaped(optional_text(*found, "note"))});
        }
    }
    return table.empty() ? "" : fmt::format("<h4>Certificates</h4>\n{}", table.html());
}

std::string mutants_table(const Json& claim) {
    Table table("Mutants of the specification that " + claim.at("id").get<std::string>() + " has to reject",
                {{"mutant"}, {"what it changes"}, {"verdict"}, {"by obligation"}});
    for (const auto& mutant : claim.at("mutants")) {
        const bool killed = mutant.at("killed");
        table.row({html::code(mutant.at("name").get<std::string>()), html::text(mutant, "description"),
                   html::badge(killed ? "rejected" : "survives"),
                   killed ? html::code(mutant.at("by").get<std::string>()) : escaped(optional_text(mutant, "reason"))});
    }
    return table.empty() ? "" : fmt::format("<h4>Mutants it rejects</h4>\n{}", table.html());
}

} // namespace

std::string example_html(const Json& example) {
    std::string body;
    const auto& clauses = example.at("clauses");
    if (!clauses.empty()) {
        std::string names;
        for (const auto& clause : clauses) {
            names += (names.empty() ? "" : ", ") + html::code(clause.get<std::string>());
        }
        body += fmt::format("<p>Decided by {}.</p>\n", names);
    }
    body += html::trace(example.at("trace").get<std::string>());
    body += example.at("ok").get<bool>()
                ? fmt::format("<p>On machine words: {} It comes out as the solver said.</p>\n", html::badge("replayed"))
                : fmt::format("<p>On machine words: {} {}</p>\n", html::badge(html::Mood::bad, "does not replay"),
                              escaped(optional_text(example, "problem")));
    const auto replayed = optional_text(example, "replayed_on_implementation");
    body += fmt::format("<p>On the implementation: {}</p>\n",
                        replayed.empty() ? "not replayed in this run." : escaped(replayed));
    return body;
}

namespace {

std::string witness(const Json& claim) {
    const Json& example = claim.at("witness");
    if (!example.at("ok").get<bool>() && example.at("trace").get<std::string>().empty()) {
        return fmt::format("<h4>Witness</h4>\n<p>{} {}</p>\n", html::badge(html::Mood::open, "none found"),
                           escaped(optional_text(example, "problem")));
    }
    return fmt::format("<h4>Witness: its premise can hold</h4>\n{}", example_html(example));
}

std::string claim_html(const Json& claim) {
    const auto id = escaped(claim.at("id").get<std::string>());
    const auto status = claim.at("status").get<std::string>();
    std::string body =
        fmt::format("<details class=\"claim\" id=\"claim-{0}\" data-status=\"{1}\"><summary><h3>{0}</h3> {2} "
                    "<span class=\"statement\">{3}</span> <span class=\"soft\">{4}, {5}, {6}</span></summary>\n",
                    id, escaped(status), html::badge(status), html::text(claim, "statement"),
                    counted(claim.at("obligations").size(), "obligation"),
                    counted(claim.at("mutants").size(), "mutant"), html::duration(claim.at("ms")));
    body += fmt::format("<p class=\"soft\">Sources: {}.</p>\n", html::text(claim, "source"));
    if (const auto reason = optional_text(claim, "reason"); !reason.empty()) {
        body += fmt::format("<p>Not proved: {}.</p>\n", escaped(reason));
    }
    if (claim.at("assumptions").empty()) {
        body += "<p>No assumption: of every state and every exit.</p>\n";
    } else {
        body += "<h4>Assumptions</h4>\n<ul>\n";
        for (const auto& assumption : claim.at("assumptions")) {
            body += fmt::format("<li>{}</li>\n", escaped(assumption.get<std::string>()));
        }
        body += "</ul>\n";
    }
    body += "<h4>Obligations</h4>\n" + obligations_table(claim) + formulas(claim) + certificates(claim);
    if (claim.contains("counterexample")) {
        body += fmt::format("<h4>Counterexample</h4>\n<p>To {}: <a href=\"#counterexample-{}\">step by step</a>.</p>\n",
                            html::code(claim.at("counterexample").at("obligation").get<std::string>()), id);
    }
    return body + witness(claim) + mutants_table(claim) + "</details>\n";
}

} // namespace

std::string claims_section(const Json& results) {
    const auto& claims = results.at("prove").at("claims");
    std::string body =
        "<p>Each claim is about every state and every exit. It counts as proved only if every obligation is, each "
        "premise can hold, a witness was found that comes out on machine words as the solver said, and the claim "
        "rejects every mutant of the specification that it names. Anything else is not proved, a solver that gives "
        "up included.</p>\n";
    const bool any_formula = std::any_of(claims.begin(), claims.end(), [](const Json& claim) {
        const auto& obligations = claim.at("obligations");
        return std::any_of(obligations.begin(), obligations.end(),
                           [](const Json& obligation) { return obligation.contains("formula"); });
    });
    if (!any_formula) {
        body += fmt::format("<p class=\"soft\">These results hold no formulas; {} writes those of a claim.</p>\n",
                            html::code("vtlcheck prove CLAIM --smt2 DIR"));
    }
    // Without its script the page shows all claims; the form would do nothing.
    body += fmt::format(
        "<form id=\"filter\" hidden>\n"
        "<label>Text <input type=\"search\" id=\"filter-text\" autocomplete=\"off\"></label>\n"
        "<label>Status <select id=\"filter-status\"><option value=\"\">all</option><option>proved</option>"
        "<option>refuted</option><option>unknown</option></select></label>\n"
        "<button type=\"button\" id=\"open-all\">Open all</button> <button type=\"button\" id=\"close-all\">Close all"
        "</button>\n<output for=\"filter-text filter-status\" id=\"filter-count\">{}</output>\n</form>\n",
        counted(claims.size(), "claim"));
    std::string index;
    for (const auto& claim : claims) {
        const auto id = escaped(claim.at("id").get<std::string>());
        const auto mood = html::mood_of(claim.at("status").get<std::string>());
        index += fmt::format("<li><a href=\"#claim-{0}\">{0}</a> {1}</li>\n", id,
                             mood == html::Mood::good ? "" : html::badge(claim.at("status").get<std::string>()));
    }
    body +=
        html::details("Claims by name; all are proved but those marked", "<ul class=\"index\">\n" + index + "</ul>\n");
    for (const auto& claim : claims) {
        body += claim_html(claim);
    }
    return html::section(2, "claims", "Claims", body);
}

} // namespace vtlcheck::cli
