// vtlcheck prove: the claims about the specification, for all states and exits.
#include "cli/commands.hpp"
#include "cli/output.hpp"
#include "cli/prove_report.hpp"
#include "cli/result_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

namespace vtlcheck::cli {
namespace {

std::string indented(std::string_view text, std::string_view indent) {
    std::string result;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        result += fmt::format("{}{}\n", indent, text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return result;
}

} // namespace

int exit_code(proofs::Verdict verdict) {
    switch (verdict) {
    case proofs::Verdict::proved:
        return exit_conforms;
    case proofs::Verdict::refuted:
        return exit_violation;
    default:
        return exit_inconclusive;
    }
}

Json to_json(const proofs::ProveResult& result) {
    Json json;
    json["command"] = "prove";
    json["verdict"] = proofs::name(result.verdict);
    json["ms"] = result.ms;
    json["claims"] = Json::array();
    for (const auto& claim : result.claims) {
        Json out;
        out["id"] = claim.id;
        out["statement"] = claim.statement;
        out["status"] = proofs::name(claim.status);
        out["ms"] = claim.ms;
        out["source"] = claim.source;
        out["assumptions"] = claim.assumptions;
        if (!claim.reason.empty()) {
            out["reason"] = claim.reason;
        }
        out["obligations"] = Json::array();
        for (const auto& obligation : claim.obligations) {
            Json row{{"name", obligation.name},
                     {"result", proofs::name(obligation.result)},
                     {"premise_reachable", obligation.reachable},
                     {"ms", obligation.ms}};
            if (!obligation.second.empty()) {
                row["second_solver"] = {{"result", obligation.second}, {"ms", obligation.second_ms}};
            }
            if (!obligation.reason.empty()) {
                row["reason"] = obligation.reason;
            }
            out["obligations"].push_back(row);
        }
        out["witness"] = {{"ok", claim.witness.ok}, {"trace", claim.witness.text()}};
        if (claim.counterexample) {
            out["counterexample"] = {{"obligation", claim.refuted_obligation},
                                     {"replays", claim.counterexample->ok},
                                     {"trace", claim.counterexample->text()}};
        }
        out["mutants"] = Json::array();
        for (const auto& mutant : claim.mutants) {
            out["mutants"].push_back({{"name", mutant.name},
                                      {"description", mutant.description},
                                      {"killed", mutant.killed},
                                      {"by", mutant.obligation},
                                      {"ms", mutant.ms}});
        }
        json["claims"].push_back(out);
    }
    return json;
}

std::string summary(const proofs::ProveResult& result, bool detail) {
    std::string text;
    std::size_t proved = 0;
    std::size_t obligations = 0;
    std::size_t mutants = 0;
    std::size_t by_two = 0;
    for (const auto& claim : result.claims) {
        const auto killed = static_cast<std::size_t>(std::count_if(claim.mutants.begin(), claim.mutants.end(),
                                                                   [](const auto& mutant) { return mutant.killed; }));
        proved += claim.status == proofs::Verdict::proved ? 1U : 0U;
        obligations += claim.obligations.size();
        by_two += static_cast<std::size_t>(
            std::count_if(claim.obligations.begin(), claim.obligations.end(), [](const auto& obligation) {
                return obligation.result == proofs::Result::proved && !obligation.second.empty();
            }));
        mutants += killed;
        text += fmt::format("{:<8} {:<16} {:>6.0f} ms  {}\n", proofs::name(claim.status), claim.id, claim.ms,
                            claim.statement);
        if (claim.status != proofs::Verdict::proved) {
            text += fmt::format("         why: {}\n", claim.reason);
            if (claim.counterexample) {
                text += fmt::format(
                    "         counterexample to {}{}:\n", claim.refuted_obligation,
                    claim.counterexample->ok ? "" : " (does not replay: " + claim.counterexample->problem + ")");
                text += indented(claim.counterexample->text(), "           ");
            }
        }
        if (detail) {
            for (const auto& assumption : claim.assumptions) {
                text += fmt::format("         assumes {}\n", assumption);
            }
            for (const auto& obligation : claim.obligations) {
                text += fmt::format("         {}: {} in {:.0f} ms{}\n", obligation.name,
                                    proofs::name(obligation.result), obligation.ms,
                                    obligation.second.empty() ? ""
                                                              : fmt::format(", second solver: {} in {:.0f} ms",
                                                                            obligation.second, obligation.second_ms));
            }
            for (const auto& mutant : claim.mutants) {
                text += fmt::format("         mutant {} ({}): {}\n", mutant.name, mutant.description,
                                    mutant.killed ? "rejected by " + mutant.obligation : "NOT rejected");
            }
            text += "         witness:\n" + indented(claim.witness.text(), "           ");
        }
    }
    text += fmt::format("{}: {} of {} proved ({} obligations, {} of them by two solvers, {} rejected), {:.1f} s\n",
                        proofs::name(result.verdict), proved, counted(result.claims.size(), "claim"), obligations,
                        by_two, counted(mutants, "mutant"), result.ms / 1000);
    return text;
}

std::string second_solver(const std::string& named) {
    if (named == "none") {
        return "";
    }
    const auto answer = proofs::ask_program(named, "(set-logic QF_LIA)\n(assert false)\n(check-sat)\n", {});
    if (answer.result != proofs::Result::proved) {
        throw UsageError(
            fmt::format("the second solver \"{}\" does not answer ({}); install it (scripts/bootstrap does), "
                        "name another with --second-solver, or give --second-solver none",
                        named, answer.reason.empty() ? proofs::name(answer.result) : answer.reason));
    }
    return named;
}

void add_prove(CLI::App& app, Action& chosen) {
    struct Options {
        std::vector<std::string> ids;
        unsigned threads = 0;
        unsigned time_limit = 60;
        std::string smt2;
        std::string second = "cvc5";
        ResultFiles files;
        bool list = false;
        bool detail = false;
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("prove", "Prove the claims about the specification, for all states and exits");
    command->footer("A claim is proved if the solver proves all its obligations, its premise can hold (a witness is\n"
                    "found and replays), and every mutant of the specification that it names is rejected. Anything\n"
                    "else, a solver that gives up included, fails.");
    command->add_option("CLAIM", options->ids, "Claims to prove; all by default");
    command->add_option("--threads", options->threads, "Threads; 0 is one per processor")
        ->check(CLI::Range(0U, 1024U))
        ->capture_default_str();
    command->add_option("--time-limit", options->time_limit, "Seconds for one query")
        ->check(CLI::Range(1U, 86'400U))
        ->capture_default_str();
    command
        ->add_option("--second-solver", options->second,
                     "Program that proves the claims about the log budget again; none: without")
        ->capture_default_str();
    command->add_option("--smt2", options->smt2, "Write every obligation as SMT-LIB 2 into this folder instead");
    options->files.add_to(*command);
    command->add_flag("--list", options->list, "List the claims instead");
    command->add_flag("--detail", options->detail, "Show obligations, assumptions, witnesses and mutants");
    command->add_flag("--json", options->json, "Print the result as JSON");
    command->callback([options, &chosen] {
        chosen = [options] {
            try {
                if ((options->list || !options->smt2.empty()) && options->files.wanted()) {
                    throw UsageError("--junit and --sarif tell of a proof; --list and --smt2 make none.");
                }
                if (options->list) {
                    for (const auto& claim : proofs::all_claims()) {
                        print(fmt::format("{:<16} {} ({})\n", claim.id, claim.statement, claim.source));
                    }
                    return exit_conforms;
                }
                if (!options->smt2.empty()) {
                    const auto files = proofs::write_smt2(options->smt2, options->ids);
                    print(fmt::format("{} written to {}\n", counted(files.size(), "obligation"), options->smt2));
                    return exit_conforms;
                }
                options->files.expect_usable();
                ProgressLine progress(!options->json);
                proofs::ProveOptions prove_options;
                prove_options.ids = options->ids;
                prove_options.second_solver = second_solver(options->second);
                prove_options.threads = options->threads;
                prove_options.time_limit = std::chrono::seconds(options->time_limit);
                prove_options.progress = [&](const proofs::Progress& step) {
                    progress.show(fmt::format("prove: {} of {}, {}", step.done, step.total, step.claim));
                };
                const auto result = proofs::prove(prove_options);
                progress.clear();
                if (options->json) {
                    print_json(to_json(result));
                } else {
                    print(summary(result, options->detail));
                }
                options->files.write(result);
                return exit_code(result.verdict);
            } catch (const proofs::SelectionError& error) {
                throw UsageError(error.what());
            } catch (const std::filesystem::filesystem_error& error) {
                throw UsageError(error.what());
            }
        };
    });
}

} // namespace vtlcheck::cli
