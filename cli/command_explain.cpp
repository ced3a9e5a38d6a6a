// vtlcheck explain: what one access to an MSR or register does, and which clauses say so.
#include "cli/commands.hpp"
#include "cli/explain.hpp"
#include "cli/output.hpp"
#include "cli/register_text.hpp"
#include "conformance/trace.hpp"
#include "model/oracle.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <limits>
#include <memory>
#include <optional>

namespace vtlcheck::cli {
namespace {

using model::Concrete;
using Bool = Concrete::Bool;

// Both sides of every value rule, for a WRMSR without a value.
constexpr std::array<std::uint64_t, 24> telling_values{0,
                                                       1,
                                                       2,
                                                       4,
                                                       7,
                                                       8,
                                                       0xFF,
                                                       0x100,
                                                       0x800,
                                                       0xD01,
                                                       0x1001,
                                                       0x1003,
                                                       0x1800,
                                                       0x2000,
                                                       0xFEE00000,
                                                       0xFEE00800,
                                                       0xFEE00C00,
                                                       0xFFFFFFFF,
                                                       0x100000000,
                                                       0x00007FFFFFFFFFFF,
                                                       0x0000800000000000,
                                                       0xFFFF800000000000,
                                                       0x0007040600070406,
                                                       0xFFFFFFFFFFFFFFFF};

struct Question {
    bool write = false;
    std::uint32_t msr = 0;
    unsigned vtl = 0;
    std::optional<std::uint64_t> value;
    bool x2apic = false;
    bool claimed = false;
};

struct Explanation {
    bool armed = false;
    std::vector<Ending> endings;
};

Explanation explain(const Question& question) {
    Explanation explanation;
    const auto row = model::row_index(question.msr);
    auto header = long_mode_guest();
    auto& vp = header.start.vp[0];
    if (question.x2apic) {
        for (auto& bank : vp.vtl) {
            bank.apic_base = bank.apic_base | model::apic_base_extd;
        }
    }
    vp.shared.vtl1_present = Bool(question.vtl == 1 || question.claimed);
    if (question.claimed) {
        vp.shared.intercept_control = model::intercept_control_allowed;
        vp.vtl[1].synic.simp = 0x1001;
        vp.vtl[1].synic.sint[0] = 0x30;
    }
    explanation.armed = model::oracle_armed(header.config, vp.shared, vp.vtl[question.vtl], question.vtl == 1,
                                            question.msr, question.write);
    if (!explanation.armed) {
        return explanation;
    }

    std::vector<std::uint64_t> values{question.value.value_or(0)};
    if (question.write && !question.value) {
        values.assign(telling_values.begin(), telling_values.end());
        values.push_back(model::msr_table[row].constant);
    }
    Endings endings(header);
    for (unsigned devices = 0; devices < 8; ++devices) {
        for (const std::uint64_t value : values) {
            const std::string line = question.write
                                         ? fmt::format("vp0 vtl{} wrmsr {:#x} {:#x}", question.vtl, question.msr, value)
                                         : fmt::format("vp0 vtl{} rdmsr {:#x}", question.vtl, question.msr);
            auto exit = conformance::parse_step(line).exit;
            exit.apic_fault = Bool((devices & 1U) != 0);
            exit.page_refused = Bool((devices & 2U) != 0);
            exit.slot_busy = Bool((devices & 4U) != 0);
            endings.add(exit);
        }
    }
    explanation.endings = endings.sorted();
    return explanation;
}

std::string sentence(const Question& question) {
    const auto& row = model::msr_table[model::row_index(question.msr)];
    std::string text = fmt::format("{} {:#x}", question.write ? "WRMSR" : "RDMSR", question.msr);
    text +=
        model::row_index(question.msr) == model::unlisted_row ? " (no row of its own)" : fmt::format(" ({})", row.name);
    if (question.value) {
        text += fmt::format(" of {:#x}", *question.value);
    }
    text += fmt::format(" by VTL{}", question.vtl);
    if (question.claimed) {
        text += ", all claims of VTL1 set";
    }
    if (question.x2apic) {
        text += ", in x2APIC mode";
    }
    return text;
}

std::uint32_t msr_number(const std::string& text) {
    for (const auto& row : model::msr_table) {
        if (text == row.name && row.first == row.last) {
            return row.first;
        }
    }
    if (!text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) == 0) {
        throw UsageError(fmt::format("MSR \"{}\" is neither a number nor a name of the table; `vtlcheck spec` lists "
                                     "the names",
                                     text));
    }
    return static_cast<std::uint32_t>(parse_number(text, "MSR", std::numeric_limits<std::uint32_t>::max()));
}

void tell(const Question& question, const Explanation& explanation) {
    std::string text = sentence(question) + ":\n";
    if (!explanation.armed) {
        text += "  does not exit: the MSR bitmap lets it through to the processor (R6). An exit of it all the same\n"
                "  would be an internal error: #GP, one audit record (EXIT-09).\n";
    }
    for (const Ending& ending : explanation.endings) {
        const auto& clause = model::clauses[ending.clause];
        text += clause_text(ending.clause, explanation.endings.size() == 1);
        text += fmt::format("    [{}: {}]\n    {}\n", clause.id, clause.source, ending.trace_line());
    }
    print(text);
}

void tell_as_json(const Question& question, const Explanation& explanation) {
    const auto row = model::row_index(question.msr);
    Json json;
    json["command"] = "explain";
    json["access"] = question.write ? "wrmsr" : "rdmsr";
    json["msr"] = fmt::format("{:#x}", question.msr);
    json["name"] = row == model::unlisted_row ? Json(nullptr) : Json(model::msr_table[row].name);
    json["class"] = model::msr_class_name[static_cast<std::size_t>(model::msr_table[row].msr_class)];
    json["vtl"] = question.vtl;
    json["exits"] = explanation.armed;
    json["clauses"] = Json::array();
    for (const Ending& ending : explanation.endings) {
        json["clauses"].push_back(clause_json(ending));
    }
    print_json(json);
}

} // namespace

void add_explain(CLI::App& app, Action& chosen) {
    struct Options {
        std::string access;
        std::string name;
        std::string value;
        std::string value_high;
        std::string from;
        std::string to;
        std::string host;
        std::string isolation;
        Question question;
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("explain", "Say what one access to an MSR or register does, and which clauses "
                                                  "say so");
    command->footer("Without --value a write is explained for every kind of value; every answer of a device is\n"
                    "considered. Registers are explained for a partition in which VTL1 runs.\n\n"
                    "  vtlcheck explain wrmsr IA32_LSTAR --claimed\n"
                    "  vtlcheck explain set-reg VsmPartitionConfig --from vtl1 --value 0x5f\n"
                    "  vtlcheck explain get-reg Lstar --from vtl1 --to vtl0\n"
                    "  vtlcheck explain get-reg Rip --host kernel --isolation snp");
    command->add_option("ACCESS", options->access, "rdmsr, wrmsr, get-reg or set-reg")
        ->required()
        ->check(CLI::IsMember({"rdmsr", "wrmsr", "get-reg", "set-reg"}));
    command
        ->add_option("MSR-OR-REGISTER", options->name,
                     "MSR: number (0x1d9, 473) or name of the table (IA32_EFER). Register: name of TLFS (Cr0, "
                     "VsmPartitionConfig) or number")
        ->required();
    auto* vtl = command->add_option("--vtl", options->question.vtl, "VTL that executes it (rdmsr, wrmsr)")
                    ->check(CLI::Range(0U, 1U))
                    ->capture_default_str();
    command->add_option("--value", options->value, "Value written");
    command->add_option("--value-high", options->value_high,
                        "High word of the value, where a register has one (set-reg)");
    auto* x2apic =
        command->add_flag("--x2apic", options->question.x2apic, "The local APIC is in x2APIC mode (rdmsr, wrmsr)");
    auto* claimed = command->add_flag("--claimed", options->question.claimed,
                                      "VTL1 has set every CrInterceptControl bit it may set (rdmsr, wrmsr)");
    command->add_option("--from", options->from, "Who asks (get-reg, set-reg): vtl0, vtl1 or host; vtl0 by default")
        ->check(CLI::IsMember({"vtl0", "vtl1", "host"}));
    command
        ->add_option("--to", options->to,
                     "Whose register it is (get-reg, set-reg): vtl0 or vtl1; the asker's own by default")
        ->check(CLI::IsMember({"vtl0", "vtl1"}));
    command->add_option("--host", options->host, "The host side asks, kernel or paravisor; paravisor by default")
        ->check(CLI::IsMember({"kernel", "paravisor"}));
    command
        ->add_option("--isolation", options->isolation, "none, vbs, snp, tdx or cca; tdx by default (get-reg, set-reg)")
        ->check(CLI::IsMember({"none", "vbs", "snp", "tdx", "cca"}));
    command->add_flag("--json", options->json, "Print the result as JSON");
    command->callback([options, vtl, x2apic, claimed, &chosen] {
        chosen = [options, vtl, x2apic, claimed] {
            const bool write = options->access == "wrmsr" || options->access == "set-reg";
            const bool of_register = options->access.ends_with("-reg");
            const auto refuse = [](bool wrong, const char* option, const char* accesses) {
                if (wrong) {
                    throw UsageError(fmt::format("{} goes with {}; leave it out", option, accesses));
                }
            };
            refuse(of_register && vtl->count() != 0, "--vtl", "rdmsr and wrmsr; registers take --from and --to");
            refuse(of_register && x2apic->count() != 0, "--x2apic", "rdmsr and wrmsr");
            refuse(of_register && claimed->count() != 0, "--claimed", "rdmsr and wrmsr");
            refuse(!of_register && !options->from.empty(), "--from", "get-reg and set-reg; MSR accesses take --vtl");
            refuse(!of_register && !options->to.empty(), "--to", "get-reg and set-reg");
            refuse(!of_register && !options->host.empty(), "--host", "get-reg and set-reg");
            refuse(!of_register && !options->isolation.empty(), "--isolation", "get-reg and set-reg");
            refuse(!write && !options->value.empty(), "--value", "wrmsr and set-reg; a read writes nothing");
            refuse(!options->value_high.empty() && options->value.empty(), "--value-high", "set-reg and --value");
            refuse(!of_register && !options->value_high.empty(), "--value-high", "set-reg");
            const auto word = [](const std::string& text, const char* option) {
                return parse_number(text, option, std::numeric_limits<std::uint64_t>::max());
            };
            std::optional<std::uint64_t> value;
            if (!options->value.empty()) {
                value = word(options->value, "--value");
            }
            if (!of_register) {
                Question question = options->question;
                question.write = write;
                question.msr = msr_number(options->name);
                question.value = value;
                const auto explanation = explain(question);
                if (options->json) {
                    tell_as_json(question, explanation);
                } else {
                    tell(question, explanation);
                }
                return exit_conforms;
            }
            RegisterQuestion question;
            question.set = write;
            question.code = parse_register(options->name);
            question.value = value;
            if (!options->value_high.empty()) {
                question.value_high = word(options->value_high, "--value-high");
            }
            if (!options->host.empty() && !options->from.empty() && options->from != "host") {
                throw UsageError(
                    fmt::format("--host {} and --from {} name two askers; keep one", options->host, options->from));
            }
            question.from = options->from == "vtl1" ? 1 : 0;
            if (options->from == "host" || !options->host.empty()) {
                question.host = options->host == "kernel" ? model::Origin::kernel : model::Origin::paravisor;
            }
            question.to = options->to.empty() ? question.from : options->to == "vtl1" ? 1 : 0;
            if (!options->isolation.empty()) {
                const auto words = conformance::words_of("isolation");
                question.isolation = static_cast<model::Isolation>(
                    std::find(words.begin(), words.end(), options->isolation) - words.begin());
            }
            explain_register(question, options->json);
            return exit_conforms;
        };
    });
}

} // namespace vtlcheck::cli
