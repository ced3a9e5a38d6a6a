// What remains trusted, and what took part in the run.
#include "cli/report/html.hpp"
#include "cli/report/sections.hpp"

namespace vtlcheck::cli {
namespace {

constexpr const char* trusted_base =
#include "report_trusted_base.inc"
    ;

} // namespace

std::string trust_section(const Json& /*results*/) {
    return html::section(2, "trusted-base", "Trusted base", trusted_base);
}

std::string versions_section(const Json& results) {
    html::Table table("What took part in the run", {{"what"}, {"version"}});
    for (const auto& [name, version] : results.at("versions").items()) {
        table.row({escaped(name), escaped(version.is_string() ? version.get<std::string>() : version.dump())});
    }
    return html::section(2, "versions", "Versions", table.html());
}

} // namespace vtlcheck::cli
