// vtlcheck spec: the clauses, the MSR table and the register table, for reading and for programs; and which claims and
// coverage cells answer for them.
#include "cli/commands.hpp"
#include "cli/explain.hpp"
#include "cli/msr_rows.hpp"
#include "cli/output.hpp"
#include "cli/traceability.hpp"
#include "model/register_table.hpp"
#include "model/specification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace vtlcheck::cli {
namespace {

struct Family {
    const char* prefix;
    const char* title;
};
constexpr std::array<Family, 19> families{{
    {"EXIT-", "Decoding: exits that are not an instruction's, and what cannot happen"},
    {"MSR-R-", "RDMSR"},
    {"MSR-W-", "WRMSR"},
    {"TDC-", "TDCALL"},
    {"CTL-", "Control requests"},
    {"CR-", "CR access"},
    {"XCR-", "XSETBV"},
    {"DT-", "Descriptor tables"},
    {"HVC-", "VMCALL: call codes and call shape"},
    {"VTL-S-", "VtlCall and VtlReturn"},
    {"VTL-P-", "EnablePartitionVtl"},
    {"VTL-E-", "EnableVpVtl"},
    {"VTL-V-", "StartVirtualProcessor"},
    {"REG-H-", "GetVpRegisters and SetVpRegisters: partition, VP and VTL that they name"},
    {"REG-G-", "GetVpRegisters and SetVpRegisters: gates"},
    {"REG-R-", "GetVpRegisters"},
    {"REG-W-", "SetVpRegisters"},
    {"HOST-", "The host side: kernel and paravisor at a register of a VTL"},
    {"SPEC-", "The host side: the special path to the hypervisor"},
}};

static_assert(std::all_of(model::clauses.begin(), model::clauses.end(),
                          [](const model::ClauseText& clause) {
                              return std::count_if(families.begin(), families.end(), [&](const Family& family) {
                                         return clause.id.starts_with(family.prefix);
                                     }) == 1;
                          }),
              "every clause is in one family");

/// The gate of a register in the words of the clauses.
const char* gate_text(model::Gate gate) {
    switch (gate) {
    case model::Gate::unlisted:
        return "unlisted";
    case model::Gate::lower:
        return "lower";
    case model::Gate::tsc_aux:
        return "TSC_AUX";
    case model::Gate::event:
        return "event";
    case model::Gate::vtl1_denied:
        return "VTL1 denied";
    case model::Gate::vtl1_parameter:
        return "VTL1 parameter";
    case model::Gate::vsm:
        return "VSM";
    default:
        return "open";
    }
}

/// What every read of the MSR gives; empty if that depends.
std::string constant(const model::MsrRow& row) {
    return row.read == model::ReadRule::constant ? fmt::format("{:#x}", row.constant) : "";
}

/// By which route the paravisor gets the register of a VTL that has it.
std::string route(std::uint32_t code, model::Isolation isolation) {
    RegisterQuestion question;
    question.isolation = isolation;
    Endings endings(register_start(question));
    auto taken = model::Route::none;
    for (unsigned vtl = 0; vtl < 2 && taken == model::Route::none; ++vtl) {
        const auto exit = conformance::parse_step(fmt::format("vp0 vtl{} host-get paravisor {:#x}", vtl, code)).exit;
        taken = static_cast<model::Route>(endings.add(exit).audit_route.value());
    }
    return conformance::word(taken);
}

constexpr std::array routed{model::Isolation::tdx, model::Isolation::snp, model::Isolation::none};

std::string markdown() {
    std::string text =
        "# The specification\n\n"
        "Printed by `vtlcheck spec`. Exactly one clause applies to every state and exit; effects not named do "
        "not happen. D, A, B: decisions and requirements; R, P, L: docs/reference-notes.md; file:line: openvmm "
        "1488a37b7.\n";
    for (const auto& family : families) {
        text += fmt::format("\n## {}\n\n| id | clause | when | then | source |\n|---|---|---|---|---|\n", family.title);
        for (const auto& clause : model::clauses) {
            if (clause.id.starts_with(family.prefix)) {
                text += fmt::format("| {} | {} | {} | {} | {} |\n", clause.id, clause.title, clause.guard,
                                    clause.effect, clause.source);
            }
        }
    }
    text += "\n## The log budget\n\nBeside the clauses above: what becomes of an attempt (an outcome with a log site), "
            "a flush "
            "and new limits. Notes L1-L15.\n\n| id | clause | when | then | source |\n|---|---|---|---|---|\n";
    for (const auto& clause : model::log_clauses) {
        text += fmt::format("| {} | {} | {} | {} | {} |\n", clause.id, clause.title, clause.guard, clause.effect,
                            clause.source);
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

void add_spec(CLI::App& app, Action& chosen) {
    struct Options {
        std::string format;
        bool json = false;
        bool trace = false;
    };
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("spec", "Print the specification: clauses, MSR table and register table");
    command->add_option("--format", options->format, "markdown (default) or json; with --trace also text (its default)")
        ->check(CLI::IsMember({"markdown", "json", "text"}));
    command->add_flag("--json", options->json, "The same as --format json");
    command->add_flag("--trace", options->trace,
                      "Print instead which clauses, claims and coverage cells answer for which requirement");
    command->callback([options, &chosen] {
        chosen = [options] {
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
                print_json(json_form());
            } else {
                print(markdown());
            }
            return exit_conforms;
        };
    });
}

} // namespace vtlcheck::cli
