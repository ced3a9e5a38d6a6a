// vtlcheck spec: the clauses, the MSR table and the register table, for reading and for programs; and which claims and
// coverage cells answer for them.
#include "cli/commands.hpp"
#include "cli/msr_rows.hpp"
#include "cli/output.hpp"
#include "cli/spec_pages.hpp"
#include "cli/specification.hpp"
#include "cli/specification_rows.hpp"
#include "cli/traceability.hpp"
#include "conformance/trace.hpp"
#include "model/log_budget.hpp"
#include "model/register_table.hpp"
#include "model/specification.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <memory>

namespace vtlcheck::cli {
namespace {

/// Writes the pages into the folder, which is made if need be.
void write_pages(const std::string& folder) {
    const auto pages = spec_pages();
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (error) {
        throw UsageError(fmt::format("cannot make the folder {}: {}", folder, error.message()));
    }
    for (const auto& [name, text] : pages) {
        write_file((std::filesystem::path(folder) / name).string(), text);
    }
    print(fmt::format("{} written to {}\n", counted(pages.size(), "page"), folder));
}

std::string markdown() {
    std::string text =
        "# The specification\n\n"
        "Printed by `vtlcheck spec`. Exactly one clause applies to every state and exit; effects not named do "
        "not happen. D, A, B: decisions and requirements; R, P, L: docs/reference-notes.md; file:line: openvmm "
        "1488a37b7.\n";
    const auto add_clauses = [&](const Family& family, const auto& clauses) {
        for (const auto& clause : clauses) {
            if (clause.id.starts_with(family.prefix)) {
                text += fmt::format("| {} | {} | {} | {} | {} |\n", clause.id, clause.title, clause.guard,
                                    clause.effect, clause.source);
            }
        }
    };
    for (const auto& family : families) {
        text += fmt::format("\n## {}\n\n{}| id | clause | when | then | source |\n|---|---|---|---|---|\n",
                            family.title, family.introduction);
        add_clauses(family, model::clauses);
        add_clauses(family, model::log_clauses);
    }
    text += "\n## The MSR table\n\n`known`: a stage serves the access; otherwise it is unknown (MSR-R-40, MSR-W-51). "
            "`constant`: what every read gives. `claim`: the "
            "CrInterceptControl bit by which VTL1 claims VTL0's writes.\n\n"
            "| number | name | class | read | constant | write | claim | source |\n|---|---|---|---|---|---|---|---|\n";
    for (const auto& row : model::msr_table) {
        text += fmt::format("| {} | {} | {} | {}{} | {} | {}{} | {} | {} |\n", numbers(row), row.name,
                            model::msr_class_name[static_cast<std::size_t>(row.msr_class)], armed_text(row.armed_read),
                            known(row, false) ? "; known" : "", constant(row), armed_text(row.armed_write),
                            known(row, true) ? "; known" : "",
                            row.claim_bit == 0xFF ? "" : std::to_string(row.claim_bit), row.source);
    }
    text += "\n## The register table\n\nRegisters by hypervisor name. The gate says which VTL may name it for which "
            "(REG-G-*, note P16); the routes are the paravisor's, by isolation, to get it (note P39).\n\n"
            "| number | name | class | gate | tdx | snp | none, vbs | source |\n|---|---|---|---|---|---|---|---|\n";
    for (const auto& row : model::register_table) {
        text +=
            fmt::format("| {:#x} | {} | {} | {} |", row.code, row.name,
                        model::register_class_name[static_cast<std::size_t>(row.register_class)], gate_text(row.gate));
        for (const auto isolation : routed) {
            text += fmt::format(" {} |", route(row.code, isolation));
        }
        text += fmt::format(" {} |\n", row.source);
    }
    return text;
}

Json json_form() {
    Json json;
    json["version"] = VTLCHECK_VERSION;
    json["clauses"] = Json::array();
    const auto add_clauses = [&](const auto& clauses) {
        for (const auto& clause : clauses) {
            json["clauses"].push_back({{"id", clause.id},
                                       {"title", clause.title},
                                       {"guard", clause.guard},
                                       {"effect", clause.effect},
                                       {"source", clause.source}});
        }
    };
    add_clauses(model::clauses);
    add_clauses(model::log_clauses);
    json["msrs"] = Json::array();
    for (const auto& row : model::msr_table) {
        Json out{{"first", fmt::format("{:#x}", row.first)},
                 {"last", fmt::format("{:#x}", row.last)},
                 {"name", row.name},
                 {"class", model::msr_class_name[static_cast<std::size_t>(row.msr_class)]},
                 {"read", armed_text(row.armed_read)},
                 {"read_known", known(row, false)},
                 {"write", armed_text(row.armed_write)},
                 {"write_known", known(row, true)},
                 {"source", row.source}};
        if (row.claim_bit != 0xFF) {
            out["claim_bit"] = row.claim_bit;
        }
        if (const auto value = constant(row); !value.empty()) {
            out["constant"] = value;
        }
        json["msrs"].push_back(out);
    }
    json["registers"] = Json::array();
    for (const auto& row : model::register_table) {
        Json out{{"code", fmt::format("{:#x}", row.code)},
                 {"name", row.name},
                 {"class", model::register_class_name[static_cast<std::size_t>(row.register_class)]},
                 {"gate", gate_text(row.gate)},
                 {"source", row.source}};
        for (const auto isolation : routed) {
            out["routes"][conformance::word(isolation)] = route(row.code, isolation);
        }
        json["registers"].push_back(out);
    }
    return json;
}

Json trace_json(const Traceability& matrix) {
    Json json;
    json["version"] = VTLCHECK_VERSION;
    json["requirements"] = Json::array();
    for (const auto& row : matrix.requirements) {
        json["requirements"].push_back(
            {{"id", row.id}, {"title", row.title}, {"claims", row.claims}, {"clauses", row.clauses}});
    }
    json["clauses"] = Json::array();
    for (const auto& row : matrix.clauses) {
        json["clauses"].push_back({{"id", row.clause->id},
                                   {"title", row.clause->title},
                                   {"source", row.clause->source},
                                   {"cells", row.cells},
                                   {"claims", row.claims}});
    }
    json["open"] = Json::array();
    for (const auto& end : matrix.open()) {
        json["open"].push_back({{"id", end.id}, {"without", end.lacks}, {"reason", end.reason}});
    }
    return json;
}

} // namespace

std::string specification_text() { return json_form().dump(2) + "\n"; }

void add_spec(CLI::App& app, Action& chosen) {
    struct Options {
        std::string format;
        bool json = false;
        bool trace = false;
        std::string out;
    };
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("spec", "Print the specification: clauses, MSR table and register table");
    command->add_option("--format", options->format, "markdown (default) or json; with --trace also text (its default)")
        ->check(CLI::IsMember({"markdown", "json", "text"}));
    command->add_flag("--json", options->json, "The same as --format json");
    command->add_flag("--trace", options->trace,
                      "Print instead which clauses, claims and coverage cells answer for which requirement");
    command
        ->add_option("--out", options->out,
                     "Write it instead as linked pages of Markdown into this folder; docs/spec is made so")
        ->type_name("DIR");
    command->callback([options, &chosen] {
        chosen = [options] {
            if (!options->out.empty()) {
                if (options->json || options->trace || !options->format.empty()) {
                    throw UsageError("--out writes pages of Markdown; leave out --format, --json and --trace.");
                }
                write_pages(options->out);
                return exit_conforms;
            }
            const bool json = options->json || options->format == "json";
            if (options->format == "text" && !options->trace) {
                throw UsageError("--format text is for --trace; the specification is printed as markdown or json.");
            }
            if (options->trace) {
                const auto matrix = traceability();
                if (json) {
                    print_json(trace_json(matrix));
                } else {
                    print(options->format == "markdown" ? trace_markdown(matrix) : trace_text(matrix));
                }
            } else if (json) {
                print(specification_text());
            } else {
                print(markdown());
            }
            return exit_conforms;
        };
    });
}

} // namespace vtlcheck::cli
