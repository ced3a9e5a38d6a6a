// The first screen: the verdict, what stands behind it in numbers, and what is not claimed.
#include "cli/report.hpp"
#include "cli/report/html.hpp"
#include "cli/report/sections.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vtlcheck::cli {
namespace {

constexpr const char* not_claimed =
#include "report_not_claimed.inc"
    ;

struct Proofs {
    std::size_t proved = 0;
    std::size_t obligations = 0;
    std::size_t by_two = 0; ///< obligations that two solvers prove
    std::size_t certified = 0;
    std::size_t witnesses = 0;
    std::size_t killed = 0;
    std::size_t mutants = 0;
};

bool proved_by_two(const Json& obligation) {
    const auto& answers = obligation.at("answers");
    return std::count_if(answers.begin(), answers.end(),
                         [](const Json& answer) { return answer.at("result") == "proved"; }) > 1;
}

Proofs counts(const Json& prove) {
    Proofs all;
    for (const auto& claim : prove.at("claims")) {
        all.proved += claim.at("status") == "proved" ? 1U : 0U;
        all.witnesses += claim.at("witness").at("ok").get<bool>() ? 1U : 0U;
        for (const auto& obligation : claim.at("obligations")) {
            ++all.obligations;
            all.by_two += proved_by_two(obligation) ? 1U : 0U;
            const auto certificate = obligation.find("certificate");
            all.certified +=
                certificate != obligation.end() && !certificate->is_null() && certificate->at("checked").get<bool>()
                    ? 1U
                    : 0U;
        }
        for (const auto& mutant : claim.at("mutants")) {
            ++all.mutants;
            all.killed += mutant.at("killed").get<bool>() ? 1U : 0U;
        }
    }
    return all;
}

std::string list_item(const char* what, const std::string& figures, const std::string& meaning) {
    return fmt::format("<dt>{}</dt><dd>{} <span class=\"soft\">{}</span></dd>\n", what, figures, meaning);
}

} // namespace

std::string summary_section(const Json& results) {
    const int code = exit_code_of(results);
    const auto proofs = counts(results.at("prove"));
    const auto& conform = results.at("conform");
    const auto& flood = results.at("flood");
    const auto& replays = results.at("replay");
    const auto of_book = results.at("specification").at("claims").get<std::size_t>();
    const auto ran = results.at("prove").at("claims").size();

    std::string body = fmt::format(
        "<p class=\"verdict {}\"><strong>{}</strong> {}</p>\n",
        code == 0   ? "good"
        : code == 1 ? "bad"
                    : "open",
        html::badge(verdict_word(code)),
        code == 0   ? "Every claim is proved, and the implementation did as specified in everything that was run."
        : code == 1 ? "Something is wrong: see the <a href=\"#counterexamples\">counterexamples</a>."
                    : "Nothing was found wrong, and not all that has to be shown was shown.");
    if (ran < of_book) {
        body += fmt::format("<p>{} {} of the book's {} claims were put to a solver; the others are not part of this "
                            "run.</p>\n",
                            html::badge(html::Mood::open, "partial"), ran, of_book);
    }

    std::size_t agreeing = 0;
    std::uint64_t records = 0;
    for (const auto& replay : replays) {
        agreeing += replay.at("verdict") == "conforms" ? 1U : 0U;
        records += replay.value(replay.contains("records") ? "records" : "exits", std::uint64_t{0});
    }
    body += "<dl class=\"figures\">\n";
    body += list_item("Proved",
                      fmt::format("{} {} of {}: {}, {} of them by two solvers, {} with a checked certificate; "
                                  "{} replayed; {} of {} rejected; {:.0f} s.",
                                  html::badge(results.at("prove").at("verdict").get<std::string>()), proofs.proved,
                                  counted(ran, "claim"), counted(proofs.obligations, "obligation"), proofs.by_two,
                                  proofs.certified, counted(proofs.witnesses, "witness"), proofs.killed,
                                  counted(proofs.mutants, "mutant"), results.at("prove").at("ms").get<double>() / 1000),
                      "Of the specification, for all states and exits.");
    body += list_item("Checked on random exits",
                      fmt::format("{} {} in {}, seed {}; {} of {} coverage cells reached; {:.1f} s.",
                                  html::badge(conform.at("verdict").get<std::string>()),
                                  counted(conform.at("exits"), "exit"), counted(conform.at("traces"), "trace"),
                                  html::text(conform, "seed"), html::count(conform, "cells_hit"),
                                  html::count(conform, "cells_total"), conform.at("seconds").get<double>()),
                      "The implementation against the specification: outcome and state after each exit.");
    body += list_item("Checked on recordings",
                      fmt::format("{} {} of {} agree, {}.",
                                  html::badge(agreeing == replays.size() ? "conforms" : "violation"), agreeing,
                                  counted(replays.size(), "file"), counted(records, "record")),
                      "The same on what real guests did.");
    body += list_item("Measured",
                      fmt::format("{} {} unknown accesses led to {}; {:.2f} s.",
                                  html::badge(flood.at("verdict").get<std::string>()), html::count(flood, "accesses"),
                                  counted(flood.at("lines"), "line"), flood.at("seconds").get<double>()),
                      "The log budget in a flood, every window of time held against the bound.");
    body += "</dl>\n";
    body += html::section(3, "not-claimed", "What is not claimed", not_claimed);
    return html::section(2, "summary", "Summary", body);
}

} // namespace vtlcheck::cli
