// vtlcheck spec: the clauses and the MSR table, for reading and for programs.
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "model/specification.hpp"

#include <fmt/format.h>

#include <memory>

namespace vtlcheck::cli {
namespace {

struct Family {
    const char* prefix;
    const char* title;
};
constexpr std::array<Family, 5> families{{
    {"EXIT-", "Decoding: exits that are not an instruction's, and what cannot happen"},
    {"MSR-R-", "RDMSR"},
    {"MSR-W-", "WRMSR"},
    {"TDC-", "TDCALL"},
    {"CTL-", "Control requests"},
}};

std::string numbers(const model::MsrRow& row) {
    return row.first == row.last ? fmt::format("{:#x}", row.first) : fmt::format("{:#x}-{:#x}", row.first, row.last);
}

const char* armed_text(model::Armed armed) {
    switch (armed) {
    case model::Armed::always:
        return "exits";
    case model::Armed::passthrough:
        return "passes";
    case model::Armed::offload:
        return "exits, but for VTL0 with APIC offload in x2APIC mode";
    default:
        return "passes if the processor has IA32_TSC_AUX";
    }
}

bool known(const model::MsrRow& row, bool write) {
    return write ? row.write != model::WriteRule::unknown : row.read != model::ReadRule::unknown;
}

std::string markdown() {
    std::string text =
        "# The specification: MSR half\n\n"
        "Printed by `vtlcheck spec`. Exactly one clause applies to every state and exit; effects not named do "
        "not happen. D, A, B: decisions and requirements; R: docs/reference-notes.md; file:line: openvmm 1488a37b7.\n";
    for (const auto& family : families) {
        text += fmt::format("\n## {}\n\n| id | clause | when | then | source |\n|---|---|---|---|---|\n", family.title);
        for (const auto& clause : model::clauses) {
            if (clause.id.starts_with(family.prefix)) {
                text += fmt::format("| {} | {} | {} | {} | {} |\n", clause.id, clause.title, clause.guard,
                                    clause.effect, clause.source);
            }
        }
    }
    text += "\n## The MSR table\n\n`known`: a stage serves the access; otherwise it is unknown (MSR-R-40, MSR-W-51). "
            "The last column is the "
            "CrInterceptControl bit by which VTL1 claims VTL0's writes.\n\n"
            "| number | name | class | read | write | claim | source |\n|---|---|---|---|---|---|---|\n";
    for (const auto& row : model::msr_table) {
        text += fmt::format("| {} | {} | {} | {}{} | {}{} | {} | {} |\n", numbers(row), row.name,
                            model::msr_class_name[static_cast<std::size_t>(row.msr_class)], armed_text(row.armed_read),
                            known(row, false) ? "; known" : "", armed_text(row.armed_write),
                            known(row, true) ? "; known" : "",
                            row.claim_bit == 0xFF ? "" : std::to_string(row.claim_bit), row.source);
    }
    return text;
}

Json json_form() {
    Json json;
    json["version"] = VTLCHECK_VERSION;
    json["clauses"] = Json::array();
    for (const auto& clause : model::clauses) {
        json["clauses"].push_back({{"id", clause.id},
                                   {"title", clause.title},
                                   {"guard", clause.guard},
                                   {"effect", clause.effect},
                                   {"source", clause.source}});
    }
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
        if (row.read == model::ReadRule::constant) {
            out["constant"] = fmt::format("{:#x}", row.constant);
        }
        json["msrs"].push_back(out);
    }
    return json;
}

} // namespace

void add_spec(CLI::App& app, Action& chosen) {
    struct Options {
        std::string format = "markdown";
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("spec", "Print the specification: clauses and MSR table");
    command->add_option("--format", options->format, "markdown or json")
        ->check(CLI::IsMember({"markdown", "json"}))
        ->capture_default_str();
    command->add_flag("--json", options->json, "The same as --format json");
    command->callback([options, &chosen] {
        chosen = [options] {
            if (options->json || options->format == "json") {
                print_json(json_form());
            } else {
                print(markdown());
            }
            return exit_conforms;
        };
    });
}

} // namespace vtlcheck::cli
