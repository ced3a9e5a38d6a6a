// vtlcheck prove: the claims about the specification, for all states and exits.
#include "cli/output.hpp"
#include "cli/prove_report.hpp"
#include "cli/result_files.hpp"
#include "cli/shard_option.hpp"
#include "conformance/subjects/subject.hpp"
#include "conformance/trace.hpp"
#include "proofs/content_hash.hpp"
#include "proptests/lockstep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iterator>
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

std::string on_implementation(const proofs::Example& example) {
    return example.on_implementation.empty() ? "" : fmt::format("         {}\n", example.on_implementation);
}

/// The ids of the claims of a shard. Throws UsageError if there are none.
std::vector<std::string> part_of_claims(const std::vector<proofs::Claim>& claims, std::vector<std::string> ids,
                                        const ShardOption& shard) {
    if (ids.empty()) {
        std::transform(claims.begin(), claims.end(), std::back_inserter(ids),
                       [](const proofs::Claim& claim) { return claim.id; });
    }
    auto part = shard.part_of(ids);
    if (part.empty()) {
        throw UsageError(
            fmt::format("--shard {}: there are {}; make fewer shards", shard.text, counted(ids.size(), "claim")));
    }
    return part;
}

/// An example as the solver found it, and as it came out on machine words.
Json example_json(const proofs::Example& example) {
    Json json{{"ok", example.ok}, {"trace", example.text()}};
    if (!example.problem.empty()) {
        json["problem"] = example.problem;
    }
    if (!example.on_implementation.empty()) {
        json["replayed_on_implementation"] = example.on_implementation;
    }
    json["clauses"] = Json::array();
    for (const auto& run : example.runs) {
        json["clauses"].push_back(run.clause);
    }
    return json;
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
        out["cached"] = claim.cached;
        out["source"] = claim.source;
        out["assumptions"] = claim.assumptions;
        if (!claim.reason.empty()) {
            out["reason"] = claim.reason;
        }
        out["obligations"] = Json::array();
        for (const auto& obligation : claim.obligations) {
            Json row{{"name", obligation.name},
                     {"formula", obligation.formula},
                     {"result", proofs::name(obligation.result)},
                     {"premise_reachable", obligation.reachable},
                     {"ms", obligation.ms}};
            row["answers"] = Json::array();
            for (const auto& answer : obligation.answers) {
                row["answers"].push_back({{"solver", answer.solver},
                                          {"result", proofs::name(answer.result)},
                                          {"reason", answer.reason},
                                          {"ms", answer.ms},
                                          {"cached", claim.cached}});
            }
            if (const auto& certificate = obligation.certificate) {
                row["certificate"] = {{"checked", certificate->result == proofs::Result::proved},
                                      {"clauses", certificate->clauses},
                                      {"proof_steps", certificate->lemmas},
                                      {"ms", certificate->translate_ms + certificate->solve_ms + certificate->check_ms},
                                      {"note", certificate->simplified ? "Z3's simplification leaves nothing to check"
                                                                       : certificate->reason}};
            }
            if (!obligation.reason.empty()) {
                row["reason"] = obligation.reason;
            }
            out["obligations"].push_back(row);
        }
        out["witness"] = example_json(claim.witness);
        if (claim.counterexample) {
            out["counterexample"] = example_json(*claim.counterexample);
            out["counterexample"]["obligation"] = claim.refuted_obligation;
            out["counterexample"]["others"] = claim.other_counterexamples;
        }
        out["mutants"] = Json::array();
        for (const auto& mutant : claim.mutants) {
            out["mutants"].push_back({{"name", mutant.name},
                                      {"description", mutant.description},
                                      {"killed", mutant.killed},
                                      {"by", mutant.obligation},
                                      {"reason", mutant.reason},
                                      {"ms", mutant.ms}});
        }
        json["claims"].push_back(out);
    }
    return json;
}

std::string answers_of(const proofs::ObligationResult& obligation) {
    std::string text;
    for (const auto& answer : obligation.answers) {
        text += fmt::format("{}{} by {} in {:.0f} ms", text.empty() ? "" : ", ", proofs::name(answer.result),
                            answer.solver, answer.ms);
    }
    if (const auto& certificate = obligation.certificate) {
        text += certificate->simplified
                    ? ", certificate: nothing left to check after Z3's simplification"
                    : fmt::format(", certificate: {}, {} checked in {:.0f} ms", proofs::name(certificate->result),
                                  counted(certificate->lemmas, "lemma"), certificate->check_ms);
    }
    return text;
}

std::string summary(const proofs::ProveResult& result, bool detail) {
    std::string text;
    std::size_t proved = 0;
    std::size_t obligations = 0;
    std::size_t mutants = 0;
    std::size_t certified = 0;
    std::size_t cached = 0;
    for (const auto& claim : result.claims) {
        const auto killed = static_cast<std::size_t>(std::count_if(claim.mutants.begin(), claim.mutants.end(),
                                                                   [](const auto& mutant) { return mutant.killed; }));
        proved += claim.status == proofs::Verdict::proved ? 1U : 0U;
        obligations += claim.obligations.size();
        certified += static_cast<std::size_t>(
            std::count_if(claim.obligations.begin(), claim.obligations.end(), [](const auto& obligation) {
                return obligation.certificate && obligation.certificate->result == proofs::Result::proved;
            }));
        cached += claim.cached ? 1U : 0U;
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
                text += fmt::format("         others: {}\n", claim.other_counterexamples);
                text += on_implementation(*claim.counterexample);
            }
        }
        if (detail) {
            for (const auto& assumption : claim.assumptions) {
                text += fmt::format("         assumes {}\n", assumption);
            }
            for (const auto& obligation : claim.obligations) {
                text += fmt::format("         {}: {}\n", obligation.name, answers_of(obligation));
                text += fmt::format("           {}\n", obligation.formula);
            }
            for (const auto& mutant : claim.mutants) {
                text += fmt::format("         mutant {} ({}): {}\n", mutant.name, mutant.description,
                                    mutant.killed ? "rejected by " + mutant.obligation : "NOT rejected");
            }
            text += "         witness:\n" + indented(claim.witness.text(), "           ");
            text += on_implementation(claim.witness);
        }
    }
    text += fmt::format("{}: {} of {} proved ({} by {}, {} certified, {} rejected), {:.1f} s\n",
                        proofs::name(result.verdict), proved, counted(result.claims.size(), "claim"),
                        counted(obligations, "obligation"), fmt::join(result.solvers, " and "), certified,
                        counted(mutants, "mutant"), result.ms / 1000);
    if (cached > 0) {
        text += fmt::format("{} known from an earlier run of the same proofs (--no-cache proves them anew)\n",
                            counted(cached, "claim"));
    }
    return text;
}

void ProofOptions::add_to(CLI::App& command, bool keeps) {
    command.add_option("--time-limit", time_limit, "Seconds for one query of a solver")
        ->check(CLI::Range(1U, 86'400U))
        ->capture_default_str();
    command
        .add_option("--second-solver", second_solver,
                    "Program that has to prove every obligation too: cvc5 or one with its options; none: without")
        ->capture_default_str();
    command
        .add_option(
            "--certifier", certifier,
            "Program whose proofs of the core claims are checked: CaDiCaL or one with its options; none: without")
        ->capture_default_str();
    if (!keeps) {
        no_cache = true;
        return;
    }
    command
        .add_option("--cache", cache,
                    "Folder that keeps what was proved of the same model and claims; by default vtlcheck in "
                    "$XDG_CACHE_HOME or ~/.cache, or $VTLCHECK_CACHE")
        ->type_name("DIR");
    command.add_flag("--no-cache", no_cache, "Prove everything anew");
}

proofs::ProveOptions ProofOptions::options() const {
    proofs::ProveOptions result;
    result.time_limit = std::chrono::seconds(time_limit);
    if (second_solver != "none") {
        const auto answer = proofs::ask_program(second_solver, proofs::Logic::linear,
                                                "(set-logic QF_LIA)\n(assert false)\n(check-sat)\n", {});
        if (answer.result != proofs::Result::proved) {
            throw UsageError(
                fmt::format("the second solver \"{}\" does not answer ({}); install it (scripts/bootstrap does), "
                            "name another with --second-solver, or give --second-solver none",
                            second_solver, answer.reason.empty() ? proofs::name(answer.result) : answer.reason));
        }
        result.second_solver = second_solver;
    }
    if (certifier != "none") {
        if (proofs::program_version(certifier).empty()) {
            throw UsageError(
                fmt::format("the certifier \"{}\" does not tell its version; install it (scripts/bootstrap "
                            "does), name another with --certifier, or give --certifier none",
                            certifier));
        }
        result.certifier = certifier;
    }
    // One subject serves all examples: a trace says what it starts from.
    result.implementation = [subject = std::shared_ptr<conformance::Subject>(conformance::builtin_subject())](
                                const std::string& trace) -> std::string {
        const auto parted = proptests::run(*subject, conformance::parse(trace, "example"));
        if (!parted) {
            return "";
        }
        std::string text = parted->subject_error;
        for (const auto& difference : parted->differences) {
            text += fmt::format("{}{}: expected {}, observed {}", text.empty() ? "" : "; ", difference.field,
                                difference.expected, difference.observed);
        }
        return text;
    };
    if (!no_cache) {
        result.cache = cache_folder();
        result.content = proofs::content_hash();
    }
    return result;
}

std::string ProofOptions::cache_folder() const {
    const auto variable = [](const char* name) -> std::string {
        const char* value = std::getenv(name); // NOLINT(concurrency-mt-unsafe): nobody sets any
        return value == nullptr ? "" : value;
    };
    if (!cache.empty()) {
        return cache;
    }
    if (const std::string own = variable("VTLCHECK_CACHE"); !own.empty()) {
        return own;
    }
    if (const std::string caches = variable("XDG_CACHE_HOME"); !caches.empty()) {
        return caches + "/vtlcheck";
    }
    const std::string home = variable("HOME");
    return home.empty() ? "" : home + "/.cache/vtlcheck";
}

CLI::App& add_proofs(CLI::App& app, Action& chosen, const ProofCommand& of) {
    struct Options {
        std::vector<std::string> ids;
        unsigned threads = 0;
        ShardOption shard;
        ProofOptions proofs;
        std::string smt2;
        std::string mutant;
        ResultFiles files;
        bool list = false;
        bool detail = false;
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand(of.name, of.description);
    command->footer("A claim is proved if both solvers prove all its obligations, its premise can hold (a witness is\n"
                    "found and replays), and every mutant of the specification that it names is rejected. Anything\n"
                    "else, a solver that gives up included, fails.");
    command->add_option("CLAIM", options->ids, "Claims to prove; all by default");
    command->add_option("--threads", options->threads, "Threads; 0 is one per processor")
        ->check(CLI::Range(0U, 1024U))
        ->capture_default_str();
    options->shard.add_to(*command, of.keeps ? "With the --cache folders of all, joined, the whole is known"
                                             : "What all prove is proved");
    options->proofs.second_solver = of.second_solver;
    options->proofs.add_to(*command, of.keeps);
    command->add_option("--of-mutant", options->mutant,
                        "Put this mutant of the specification to the claims instead, to see them refuted; "
                        "`vtlcheck mutants --kind spec --list` names them");
    command->add_option("--smt2", options->smt2, "Write every obligation as SMT-LIB 2 into this folder instead")
        ->type_name("DIR");
    options->files.add_to(*command);
    command->add_flag("--list", options->list, "List the claims instead");
    command->add_flag("--detail", options->detail, "Show obligations, assumptions, witnesses and mutants");
    command->add_flag("--json", options->json, "Print the result as JSON");
    command->callback([options, of, &chosen] {
        chosen = [options, of] {
            try {
                if ((options->list || !options->smt2.empty()) && options->files.wanted()) {
                    throw UsageError("--junit and --sarif tell of a proof; --list and --smt2 make none.");
                }
                const std::vector<proofs::Claim> claims = of.claims();
                if (options->list) {
                    for (const auto& claim : claims) {
                        print(fmt::format("{:<16} {} ({})\n", claim.id, claim.statement, claim.source));
                    }
                    return exit_conforms;
                }
                if (!options->smt2.empty()) {
                    const auto files = proofs::write_smt2(claims, options->smt2, options->ids);
                    print(fmt::format("{} written to {}\n", counted(files.size(), "obligation"), options->smt2));
                    return exit_conforms;
                }
                options->files.expect_usable();
                ProgressLine progress(!options->json);
                proofs::ProveOptions prove_options = options->proofs.options();
                prove_options.ids = options->ids;
                if (!options->shard.text.empty()) {
                    prove_options.ids = part_of_claims(claims, options->ids, options->shard);
                }
                prove_options.threads = options->threads;
                prove_options.mutant_in_place = options->mutant;
                prove_options.progress = [&](const proofs::Progress& step) {
                    progress.show(fmt::format("{}: {} of {}, {}", of.name, step.done, step.total, step.claim));
                };
                const auto result = proofs::prove(claims, prove_options);
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
    return *command;
}

void add_prove(CLI::App& app, Action& chosen) {
    add_proofs(app, chosen,
               {.name = "prove",
                .description = "Prove the claims about the specification, for all states and exits",
                .claims = [] { return proofs::all_claims(); }});
}

} // namespace vtlcheck::cli
