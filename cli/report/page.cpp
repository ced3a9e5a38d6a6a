// The page as a whole: one file that loads nothing, works without its script, and is the same for the same results.
#include "cli/report.hpp"
#include "cli/report/html.hpp"
#include "cli/report/sections.hpp"
#include "cli/versions.hpp"

#include <fmt/format.h>

#include <charconv>

namespace vtlcheck::cli {
namespace {

constexpr std::string_view style =
#include "report_style.inc"
    ;
constexpr std::string_view script =
#include "report_filter.inc"
    ;
constexpr std::string_view script_sha256 =
#include "report_filter_sha256.inc"
    ;

/// The digest as the policy wants it: the bytes, not their hexadecimal digits.
std::string script_digest() {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < script_sha256.size(); i += 2) {
        unsigned byte = 0;
        std::from_chars(script_sha256.data() + i, script_sha256.data() + i + 2, byte, 16);
        bytes += static_cast<char>(byte);
    }
    return html::base64(bytes);
}

constexpr const char* contents = R"(<nav id="contents" aria-label="Contents">
<ol>
<li><a href="#summary">Summary</a><ol><li><a href="#not-claimed">What is not claimed</a></li></ol></li>
<li><a href="#claims">Claims</a></li>
<li><a href="#coverage">Coverage</a><ol><li><a href="#random-exits">Random exits</a></li><li><a href="#recordings">Recordings</a></li><li><a href="#msr-space">The MSR space</a></li><li><a href="#privileges">The privilege matrix</a></li></ol></li>
<li><a href="#log-budget">Log budget</a></li>
<li><a href="#mutants">Mutants</a></li>
<li><a href="#counterexamples">Counterexamples</a></li>
<li><a href="#trusted-base">Trusted base</a></li>
<li><a href="#versions">Versions</a></li>
</ol>
</nav>
)";

std::string page(const Json& results) {
    const auto& specification = results.at("specification");
    const auto& versions = results.at("versions");
    std::string html = fmt::format(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
        "<meta name=\"color-scheme\" content=\"light dark\">\n"
        // Whatever slipped into the page could load nothing and run nothing.
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "img-src data:; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n"
        "<title>vtlcheck: {}</title>\n<style>{}</style>\n</head>\n<body>\n"
        "<a class=\"skip\" href=\"#main\">Skip to the report</a>\n"
        "<header>\n<h1>vtlcheck verification report</h1>\n"
        "<p class=\"soft\">vtlcheck {}, revision {}. Finished {} after {:.0f} s. Specification: {} clauses over {} MSR "
        "and "
        "{} register rows. Subject: the built-in implementation.</p>\n",
        script_digest(), verdict_word(exit_code_of(results)), style, html::text(versions, "vtlcheck"),
        html::text(versions, "revision"), html::text(results, "finished"), results.at("seconds").get<double>(),
        html::count(specification, "clauses"), html::count(specification, "msr_rows"),
        html::count(specification, "register_rows"));
    if (versions.at("revision") != revision()) {
        html += fmt::format("<p>{} The results are those of revision {}; the maps are drawn by revision {}.</p>\n",
                            html::badge(html::Mood::open, "drawn by another build"), html::text(versions, "revision"),
                            escaped(revision()));
    }
    html += fmt::format("</header>\n{}<main id=\"main\" tabindex=\"-1\">\n", contents);
    for (const auto section : {summary_section, claims_section, coverage_section, budget_section, mutants_section,
                               counterexamples_section, trust_section, versions_section}) {
        html += section(results);
    }
    return html + fmt::format("</main>\n<script>{}</script>\n</body>\n</html>\n", script);
}

} // namespace

std::string html_report(const Json& results) {
    try {
        return page(results);
    } catch (const nlohmann::json::exception& error) {
        throw UsageError(fmt::format("the results are not whole, or of another version: {}", error.what()));
    }
}

} // namespace vtlcheck::cli
