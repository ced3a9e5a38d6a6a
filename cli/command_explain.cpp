// vtlcheck explain: what one RDMSR or WRMSR does, and which clauses say so.
#include "cli/commands.hpp"
#include "cli/output.hpp"
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

/// One way the access can end.
struct Answer {
    model::ClauseIndex clause = model::no_clause;
    std::string trace; ///< an exit that ends so
};

struct Explanation {
    bool armed = false;
    std::vector<Answer> answers; ///< in the order of the book
};

Explanation explain(const Question& question) {
    Explanation explanation;
    const auto row = model::row_index(question.msr);
    const model::ConcreteConfig config;
    auto start = model::reset_state<Concrete>(0);
    for (auto& bank : start.vtl) {
        bank.efer = 0xD01;
        bank.ia32e_guest = Bool(true);
        if (question.x2apic) {
            bank.apic_base = bank.apic_base | model::apic_base_extd;
        }
    }
    start.vp.vtl1_present = Bool(question.vtl == 1 || question.claimed);
    if (question.claimed) {
        start.vp.intercept_control = model::intercept_control_allowed;
        start.vtl[1].synic.simp = 0x1001;
        start.vtl[1].synic.sint[0] = 0x30;
    }
    explanation.armed =
        model::oracle_armed(config, start.vp, start.vtl[question.vtl], question.vtl == 1, question.msr, question.write);
    if (!explanation.armed) {
        return explanation;
    }

    std::vector<std::uint64_t> values{question.value.value_or(0)};
    if (question.write && !question.value) {
        values.assign(telling_values.begin(), telling_values.end());
        values.push_back(model::msr_table[row].constant);
    }
    for (unsigned devices = 0; devices < 8; ++devices) {
        for (const std::uint64_t value : values) {
            const std::string line = question.write
                                         ? fmt::format("vp0 vtl{} wrmsr {:#x} {:#x}", question.vtl, question.msr, value)
                                         : fmt::format("vp0 vtl{} rdmsr {:#x}", question.vtl, question.msr);
            auto exit = conformance::parse_step(line).exit;
            exit.apic_fault = Bool((devices & 1U) != 0);
            exit.page_refused = Bool((devices & 2U) != 0);
            exit.slot_busy = Bool((devices & 4U) != 0);
            auto state = start;
            const auto step = model::oracle_step(config, state.partition, state.vp, state.vtl, exit);
            const auto clause = step.clause.value();
            const bool seen = std::any_of(explanation.answers.begin(), explanation.answers.end(),
                                          [&](const Answer& answer) { return answer.clause == clause; });
            if (!seen) {
                explanation.answers.push_back(
                    {clause, conformance::print(exit) + " -> " + conformance::print(exit, step.out)});
            }
        }
    }
    std::sort(explanation.answers.begin(), explanation.answers.end(),
              [](const Answer& a, const Answer& b) { return a.clause < b.clause; });
    return explanation;
}

std::string lower_first(std::string_view text) {
    std::string result(text);
    // Names such as IA32_EFER stay as they are.
    if (result.size() > 1 && std::islower(static_cast<unsigned char>(result[1])) != 0) {
        result[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(result[0])));
    }
    return result;
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
    for (const Answer& answer : explanation.answers) {
        const auto& clause = model::clauses[answer.clause];
        if (explanation.answers.size() == 1) {
            text += fmt::format("  {}: {}.\n", clause.title, clause.effect);
        } else {
            text += fmt::format("  when {}:\n    {}.\n", lower_first(clause.guard), clause.effect);
        }
        text += fmt::format("    [{}: {}]\n    {}\n", clause.id, clause.source, answer.trace);
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
    for (const Answer& answer : explanation.answers) {
        const auto& clause = model::clauses[answer.clause];
        json["clauses"].push_back({{"id", clause.id},
                                   {"title", clause.title},
                                   {"guard", clause.guard},
                                   {"effect", clause.effect},
                                   {"source", clause.source},
                                   {"example", answer.trace}});
    }
    print_json(json);
}

} // namespace

void add_explain(CLI::App& app, Action& chosen) {
    struct Options {
        std::string access;
        std::string msr;
        std::string value;
        Question question;
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("explain", "Say what one RDMSR or WRMSR does, and which clauses say so");
    command->footer("Without --value a WRMSR is explained for every kind of value; every answer of a device is\n"
                    "considered.");
    command->add_option("ACCESS", options->access, "rdmsr or wrmsr")
        ->required()
        ->check(CLI::IsMember({"rdmsr", "wrmsr"}));
    command->add_option("MSR", options->msr, "Number (0x1d9, 473) or name of the table (IA32_EFER)")->required();
    command->add_option("--vtl", options->question.vtl, "VTL that executes it")
        ->check(CLI::Range(0U, 1U))
        ->capture_default_str();
    command->add_option("--value", options->value, "Value written");
    command->add_flag("--x2apic", options->question.x2apic, "The local APIC is in x2APIC mode");
    command->add_flag("--claimed", options->question.claimed, "VTL1 has set every CrInterceptControl bit it may set");
    command->add_flag("--json", options->json, "Print the result as JSON");
    command->callback([options, &chosen] {
        chosen = [options] {
            Question question = options->question;
            question.write = options->access == "wrmsr";
            question.msr = msr_number(options->msr);
            if (!options->value.empty()) {
                if (!question.write) {
                    throw UsageError("--value goes with wrmsr; a rdmsr writes nothing");
                }
                question.value = parse_number(options->value, "--value", std::numeric_limits<std::uint64_t>::max());
            }
            const auto explanation = explain(question);
            if (options->json) {
                tell_as_json(question, explanation);
            } else {
                tell(question, explanation);
            }
            return exit_conforms;
        };
    });
}

} // namespace vtlcheck::cli
