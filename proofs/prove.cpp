// Spreads claims and their mutants over threads and judges what comes back.
#include "proofs/prove.hpp"

#include "proofs/kill.hpp"
#include "proofs/log_goal.hpp"
#include "proofs/result_cache.hpp"
#include "proofs/smtlib.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <thread>
#include <utility>

namespace vtlcheck::proofs {

namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

std::vector<const Claim*> select(std::span<const Claim> claims, const std::vector<std::string>& ids) {
    std::vector<const Claim*> selected;
    for (const std::string& id : ids) {
        if (std::none_of(claims.begin(), claims.end(), [&](const Claim& claim) { return claim.id == id; })) {
            throw SelectionError("there is no claim \"" + id + "\"");
        }
    }
    for (const Claim& claim : claims) {
        if (ids.empty() || std::find(ids.begin(), ids.end(), claim.id) != ids.end()) {
            selected.push_back(&claim);
        }
    }
    if (selected.empty()) {
        throw SelectionError("no claim is selected");
    }
    return selected;
}

/// Puts a claim into words for whoever reads a query of it elsewhere.
Query described(const Claim& claim, Query query) {
    query.comments = {claim.statement, "Source: " + claim.source};
    for (const std::string& assumption : claim.assumptions) {
        query.comments.push_back("Assuming " + assumption);
    }
    query.comments.emplace_back("The assertions describe a counterexample: unsat proves the obligation.");
    query.name = claim.id + ": " + query.name;
    return query;
}

// The two kinds of scene differ in how a model is shown, and in who else is asked.
Example example_of(const Goal& goal, const Query& query, const z3::model& model, std::chrono::milliseconds minimise) {
    return make_example(goal, query, model, minimise);
}
Example example_of(const LogGoal& goal, const Query&, const z3::model& model, std::chrono::milliseconds) {
    Example example;
    example.values = goal.values(model);
    example.problem = goal.replay(model);
    example.ok = example.problem.empty();
    return example;
}
/// Whether the counterexample is the only one, in words.
std::string others(const Goal& goal, Query query, const z3::model& model, const Limits& limits) {
    // Most fields are of no importance, so what is told apart is the clause that decides.
    constexpr std::size_t most = 8;
    std::vector<std::string> clauses;
    z3::model latest = model;
    const z3::expr deciding = goal.run().clause.term();
    for (;;) {
        const z3::expr clause = latest.eval(deciding, true);
        const std::uint64_t index = clause.get_numeral_uint64();
        clauses.emplace_back(index < model::clause_count ? model::clauses[index].id : "no clause");
        query.assertions.push_back(deciding != clause);
        if (clauses.size() == most) {
            return fmt::format("not the only one: {}, and more, decide others", fmt::join(clauses, ", "));
        }
        const Answer answer = ask(goal.context(), query, limits);
        if (!answer.model) {
            const char* end = answer.result == Result::proved ? "and no other clause" : "others are not known";
            return fmt::format("{} {}, {}", fmt::join(clauses, ", "),
                               clauses.size() == 1 ? "decides every counterexample" : "decide counterexamples", end);
        }
        latest = *answer.model;
    }
}
std::string others(const LogGoal& goal, Query query, const z3::model& model, const Limits& limits) {
    z3::expr_vector same(goal.context());
    for (unsigned i = 0; i < model.num_consts(); ++i) {
        const z3::func_decl name = model.get_const_decl(i);
        same.push_back(name() == model.get_const_interp(name));
    }
    query.assertions.push_back(!z3::mk_and(same));
    switch (ask(goal.context(), query, limits).result) {
    case Result::proved:
        return "it is the only one";
    case Result::refuted:
        return "there are others";
    default:
        return "whether there are others is not known";
    }
}

/// One answer of all of them.
void agree(ObligationResult& entry) {
    const auto any = [&](Result result) {
        return std::any_of(entry.answers.begin(), entry.answers.end(),
                           [&](const SolverAnswer& answer) { return answer.result == result; });
    };
    const auto all = [&](Result result) {
        return std::all_of(entry.answers.begin(), entry.answers.end(),
                           [&](const SolverAnswer& answer) { return answer.result == result; });
    };
    if (all(Result::proved) || all(Result::refuted)) {
        entry.result = entry.answers.front().result;
        return;
    }
    if (any(Result::proved) && any(Result::refuted)) {
        entry.result = Result::error;
        entry.reason = "the solvers disagree";
    } else {
        for (const Result worse : {Result::unknown, Result::timeout, Result::error}) {
            entry.result = any(worse) ? worse : entry.result;
        }
    }
    for (const SolverAnswer& answer : entry.answers) {
        entry.reason += fmt::format("{}{} says {}{}", entry.reason.empty() ? "" : ", ", answer.solver,
                                    name(answer.result), answer.reason.empty() ? "" : " (" + answer.reason + ")");
    }
}

/// What all claims of a campaign are asked with.
struct Campaign {
    const ProveOptions& options;
    std::string second; ///< name and version of the second solver
    ResultCache cache;
    nlohmann::json key;               ///< of a result: whatever it depends on besides the content
    const Mutant* in_place = nullptr; ///< of the specification
    const LogMutant* log_in_place = nullptr;
};

/// Asks every obligation that was put into the scene, and for its witness.
template <class Scene>
void run_obligations(Scene& goal, const Claim& claim, const Campaign& campaign, ClaimResult& result) {
    const ProveOptions& options = campaign.options;
    z3::context& context = goal.context();
    const Limits limits{.time = options.time_limit, .seed = options.seed};
    const FormulaWriter writer = goal.formula_writer();
    for (const auto& obligation : goal.obligations()) {
        ObligationResult& entry = result.obligations.emplace_back();
        entry.name = obligation.name;
        const bool unconditional = obligation.premise.term().is_true();
        entry.formula =
            writer.text(unconditional ? obligation.conclusion.term()
                                      : z3::implies(obligation.premise.term(), obligation.conclusion.term()));
        const Query query = goal.counterexample(obligation);
        const Answer answer = ask(context, query, limits);
        entry.answers.push_back({solver_version(), answer.result, answer.reason, answer.ms});
        if (!options.second_solver.empty()) {
            const std::string text = to_smt2(context, described(claim, query));
            const Answer second = ask_program(options.second_solver, query.logic, text, limits);
            entry.answers.push_back({campaign.second, second.result, second.reason, second.ms});
        }
        agree(entry);
        if (claim.certified && !options.certifier.empty() && entry.result == Result::proved &&
            smt_name(query.logic) == std::string_view("QF_BV")) {
            entry.certificate = certify(context, query, limits, options.certifier);
            if (entry.certificate->result != Result::proved) {
                entry.result = entry.certificate->result == Result::refuted ? Result::error : entry.certificate->result;
                entry.reason =
                    fmt::format("no certificate: {} says {}{}", options.certifier, name(entry.certificate->result),
                                entry.certificate->reason.empty() ? "" : ": " + entry.certificate->reason);
            }
        }
        const Answer premise = ask(context, goal.reach(obligation), limits);
        entry.reachable = premise.result == Result::refuted;
        if (!entry.reachable && entry.reason.empty()) {
            entry.reason = premise.result == Result::proved
                               ? "nothing that is valid satisfies the premise"
                               : std::string("whether the premise can be reached: ") + name(premise.result);
        }
        entry.ms = premise.ms;
        for (const SolverAnswer& one : entry.answers) {
            entry.ms += one.ms;
        }
        if (answer.model && !result.counterexample) {
            result.refuted_obligation = obligation.name;
            result.counterexample = example_of(goal, query, *answer.model, options.minimise_limit);
            result.other_counterexamples = others(goal, query, *answer.model, limits);
        }
    }
    if (goal.obligations().empty()) {
        result.witness.problem = "the claim has no obligation";
        return;
    }
    const Query query = goal.witness();
    const Answer answer = ask(context, query, limits);
    if (answer.model) {
        result.witness = example_of(goal, query, *answer.model, options.minimise_limit);
    } else {
        result.witness.problem =
            answer.result == Result::proved ? "nothing that is valid shows the claim" : answer.reason;
    }
}

/// Asks every obligation of the claim of the specification as written, and for its witness.
void run_obligations(const Claim& claim, const Campaign& campaign, ClaimResult& result) {
    z3::context context;
    if (claim.put_log) {
        LogGoal goal(context, campaign.log_in_place);
        claim.put_log(goal);
        run_obligations(goal, claim, campaign, result);
    } else {
        Goal goal(context, campaign.in_place);
        claim.put(goal);
        run_obligations(goal, claim, campaign, result);
    }
}

bool holds(const ClaimResult& result) {
    return result.witness.ok && !result.obligations.empty() &&
           std::all_of(result.obligations.begin(), result.obligations.end(),
                       [](const ObligationResult& o) { return o.result == Result::proved && o.reachable; });
}

/// Looks for an obligation of the claim that the mutant breaks.
MutantResult run_mutant(const Claim& claim, const std::string& mutant_name, const ProveOptions& options) {
    MutantResult result;
    result.name = mutant_name;
    Limits limits{.time = options.time_limit, .seed = options.seed};
    const auto put_to_claim = [&](const auto* mutant) {
        if (mutant == nullptr) {
            result.reason = "there is no such mutant";
            return;
        }
        result.description = mutant->description;
        const KillResult found = kill(claim, *mutant, limits);
        result.killed = found.killed;
        result.obligation = found.obligation;
        result.reason = found.reason;
    };
    if (claim.put_log) {
        // An obligation that a mutant makes too hard is no kill, and the next may notice.
        limits.time = std::min<std::chrono::milliseconds>(limits.time, std::chrono::seconds(5));
        put_to_claim(find_log_mutant(mutant_name));
    } else {
        put_to_claim(find_mutant(mutant_name));
    }
    return result;
}

/// Whether an exception has to be told apart from an answer: it is a failure of the claim, never of the campaign.
template <class Work>
void guarded(std::string& reason, Work&& work) {
    try {
        work();
    } catch (const z3::exception& e) {
        reason = e.msg();
    } catch (const std::exception& e) {
        reason = e.what();
    }
}

// What the cache keeps: success, so there are no reasons and no counterexamples among it.
nlohmann::json written(const ClaimResult& result) {
    nlohmann::json obligations = nlohmann::json::array();
    for (const ObligationResult& o : result.obligations) {
        nlohmann::json answers = nlohmann::json::array();
        for (const SolverAnswer& answer : o.answers) {
            answers.push_back({{"solver", answer.solver}, {"ms", answer.ms}});
        }
        nlohmann::json entry{{"name", o.name}, {"formula", o.formula}, {"answers", answers}, {"ms", o.ms}};
        if (o.certificate) {
            const Certificate& c = *o.certificate;
            entry["certificate"] = {{"simplified", c.simplified},   {"variables", c.variables},
                                    {"clauses", c.clauses},         {"lemmas", c.lemmas},
                                    {"proof_bytes", c.proof_bytes}, {"translate_ms", c.translate_ms},
                                    {"solve_ms", c.solve_ms},       {"check_ms", c.check_ms}};
        }
        obligations.push_back(entry);
    }
    nlohmann::json runs = nlohmann::json::array();
    for (const ExampleRun& run : result.witness.runs) {
        runs.push_back({{"label", run.label}, {"clause", run.clause}, {"trace", run.trace}});
    }
    return {{"obligations", obligations}, {"witness", {{"runs", runs}, {"values", result.witness.values}}}};
}
nlohmann::json written(const MutantResult& result) {
    return {{"name", result.name},
            {"description", result.description},
            {"obligation", result.obligation},
            {"ms", result.ms}};
}

/// False if it is not what `written` writes.
bool read(const nlohmann::json& json, ClaimResult& result) {
    try {
        std::vector<ObligationResult> obligations;
        for (const auto& entry : json.at("obligations")) {
            ObligationResult& o = obligations.emplace_back();
            o.name = entry.at("name");
            o.formula = entry.at("formula");
            o.result = Result::proved;
            o.reachable = true;
            o.ms = entry.at("ms");
            for (const auto& answer : entry.at("answers")) {
                o.answers.push_back({answer.at("solver"), Result::proved, "", answer.at("ms")});
            }
            if (entry.contains("certificate")) {
                const auto& c = entry["certificate"];
                o.certificate = {.result = Result::proved,
                                 .reason = "",
                                 .simplified = c.at("simplified"),
                                 .variables = c.at("variables"),
                                 .clauses = c.at("clauses"),
                                 .lemmas = c.at("lemmas"),
                                 .proof_bytes = c.at("proof_bytes"),
                                 .translate_ms = c.at("translate_ms"),
                                 .solve_ms = c.at("solve_ms"),
                                 .check_ms = c.at("check_ms")};
            }
        }
        Example witness;
        for (const auto& entry : json.at("witness").at("runs")) {
            ExampleRun& run = witness.runs.emplace_back();
            run.label = entry.at("label");
            run.clause = entry.at("clause");
            run.trace = entry.at("trace");
        }
        witness.values = json.at("witness").at("values");
        witness.ok = true;
        result.obligations = std::move(obligations);
        result.witness = std::move(witness);
        return !result.obligations.empty();
    } catch (const nlohmann::json::exception&) {
        return false;
    }
}
bool read(const nlohmann::json& json, MutantResult& result) {
    try {
        result.name = json.at("name");
        result.description = json.at("description");
        result.obligation = json.at("obligation");
        result.ms = json.at("ms");
        result.killed = true;
        return true;
    } catch (const nlohmann::json::exception&) {
        return false;
    }
}

/// Has the implementation run an example.
void show(Example& example, const ProveOptions& options) {
    if (!options.implementation || example.runs.empty() || !example.ok) {
        return;
    }
    example.on_implementation = "the implementation does with it what the specification as written does";
    for (const ExampleRun& run : example.runs) {
        if (const std::string parted = options.implementation(run.trace); !parted.empty()) {
            example.on_implementation = "the implementation parts from the specification as written: " + parted;
            example.parted = true;
            return;
        }
    }
}

void judge(ClaimResult& result, bool with_mutants) {
    const auto fail = [&](const std::string& reason) {
        if (result.reason.empty()) {
            result.reason = reason;
        }
    };
    result.status = Verdict::unknown;
    for (const ObligationResult& o : result.obligations) {
        if (o.result == Result::refuted) {
            result.status = Verdict::refuted;
            fail(o.name + " has a counterexample");
        }
    }
    for (const ObligationResult& o : result.obligations) {
        if (o.result != Result::proved) {
            fail(o.name + ": " + name(o.result) + (o.reason.empty() ? "" : ": " + o.reason));
        } else if (!o.reachable) {
            fail(o.name + " is vacuous: " + o.reason);
        }
    }
    if (result.obligations.empty()) {
        fail("the claim has no obligation");
    }
    if (!result.witness.ok) {
        fail("no witness: " + result.witness.problem);
    } else if (result.witness.parted) {
        fail("of the witness " + result.witness.on_implementation);
    }
    if (result.mutants.empty()) {
        fail(with_mutants ? "the claim names no mutant" : "the mutants were not run");
    }
    for (const MutantResult& m : result.mutants) {
        if (!m.killed) {
            fail("mutant " + m.name + " survives: " + m.reason);
        }
    }
    if (result.reason.empty()) {
        result.status = Verdict::proved;
    }
}

} // namespace

const char* name(Verdict verdict) {
    switch (verdict) {
    case Verdict::proved:
        return "proved";
    case Verdict::refuted:
        return "refuted";
    case Verdict::unknown:
        break;
    }
    return "unknown";
}

ProveResult prove(std::span<const Claim> claims, const ProveOptions& options) {
    const auto start = Clock::now();
    const std::vector<const Claim*> selected = select(claims, options.ids);

    ProveResult result;
    result.claims.resize(selected.size());
    Campaign campaign{.options = options, .second = "", .cache = {options.cache, options.content}, .key = {}};
    result.solvers.push_back(solver_version());
    if (!options.second_solver.empty()) {
        const std::string version = program_version(options.second_solver);
        campaign.second = version.empty() ? options.second_solver : version;
        result.solvers.push_back(campaign.second);
    }
    campaign.key = {
        {"solvers", result.solvers},
        {"second_solver", options.second_solver},
        {"certifier", options.certifier.empty() ? "" : options.certifier + " " + program_version(options.certifier)},
        {"time_limit_ms", options.time_limit.count()},
        {"minimise_limit_ms", options.minimise_limit.count()},
        {"seed", options.seed},
        {"mutant_in_place", options.mutant_in_place}};
    if (!options.mutant_in_place.empty()) {
        campaign.in_place = find_mutant(options.mutant_in_place);
        campaign.log_in_place = find_log_mutant(options.mutant_in_place);
        if (campaign.in_place == nullptr && campaign.log_in_place == nullptr) {
            throw SelectionError("there is no mutant \"" + options.mutant_in_place +
                                 "\"; `vtlcheck mutants --kind spec --list` names them");
        }
    }
    struct Task {
        std::size_t claim;
        std::size_t mutant; ///< 0: the obligations, else the mutant before it in the claim's list
    };
    std::vector<Task> tasks;
    for (std::size_t i = 0; i < selected.size(); ++i) {
        const Claim& claim = *selected[i];
        ClaimResult& entry = result.claims[i];
        entry.id = claim.id;
        entry.statement = claim.statement;
        entry.source = claim.source;
        entry.assumptions = claim.assumptions;
        entry.mutants.resize(options.mutants ? claim.mutants.size() : 0);
        tasks.push_back({i, 0});
    }
    // Mutants are quick, so they come last: no thread waits long for another then.
    for (std::size_t i = 0; i < selected.size(); ++i) {
        for (std::size_t m = 1; m <= result.claims[i].mutants.size(); ++m) {
            tasks.push_back({i, m});
        }
    }

    std::atomic<std::size_t> next{0};
    std::mutex mutex; // of everything below, and of ClaimResult::ms and ::reason
    std::size_t done = 0;
    const auto work = [&] {
        for (std::size_t t = next++; t < tasks.size(); t = next++) {
            const Task task = tasks[t];
            const Claim& claim = *selected[task.claim];
            ClaimResult& entry = result.claims[task.claim];
            const auto begin = Clock::now();
            std::string failure;
            bool ok = false;
            if (task.mutant == 0) {
                const std::string file = claim.id;
                if (const auto known = campaign.cache.find(file, campaign.key)) {
                    ok = read(*known, entry);
                }
                entry.cached = ok;
                if (!ok) {
                    guarded(failure, [&] { run_obligations(claim, campaign, entry); });
                    ok = failure.empty() && holds(entry);
                    if (ok) {
                        campaign.cache.keep(file, campaign.key, written(entry));
                    }
                }
            } else {
                MutantResult& mutant = entry.mutants[task.mutant - 1];
                const std::string& name = claim.mutants[task.mutant - 1];
                const std::string file = claim.id + "." + name;
                if (const auto known = campaign.cache.find(file, campaign.key)) {
                    ok = read(*known, mutant);
                }
                mutant.cached = ok;
                if (!ok) {
                    mutant.name = name;
                    std::string broken;
                    guarded(broken, [&] { mutant = run_mutant(claim, name, options); });
                    if (!broken.empty()) {
                        mutant.reason = broken;
                    }
                    mutant.ms = ms_since(begin);
                    ok = mutant.killed;
                    if (ok) {
                        campaign.cache.keep(file, campaign.key, written(mutant));
                    }
                }
            }
            const std::lock_guard lock(mutex);
            entry.ms += ms_since(begin);
            if (!failure.empty()) {
                entry.reason = failure;
            }
            ++done;
            if (options.progress) {
                options.progress({.done = done,
                                  .total = tasks.size(),
                                  .claim = claim.id,
                                  .mutant = task.mutant == 0 ? "" : claim.mutants[task.mutant - 1],
                                  .ok = ok,
                                  .ms = ms_since(begin)});
            }
        }
    };
    const unsigned wanted = options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    const auto count = std::min<std::size_t>(wanted, tasks.size());
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 1; i < count; ++i) {
            threads.emplace_back(work);
        }
        work();
    }

    result.verdict = Verdict::proved;
    for (ClaimResult& claim : result.claims) {
        show(claim.witness, options);
        if (claim.counterexample) {
            show(*claim.counterexample, options);
        }
        judge(claim, options.mutants);
        if (claim.status == Verdict::refuted) {
            result.verdict = Verdict::refuted;
        } else if (claim.status == Verdict::unknown && result.verdict == Verdict::proved) {
            result.verdict = Verdict::unknown;
        }
    }
    result.ms = ms_since(start);
    return result;
}

ProveResult prove(const ProveOptions& options) { return prove(all_claims(), options); }

std::vector<std::string> write_smt2(std::span<const Claim> claims, const std::string& directory,
                                    const std::vector<std::string>& ids) {
    const std::vector<const Claim*> selected = select(claims, ids);
    std::filesystem::create_directories(directory);
    std::vector<std::string> paths;
    const auto write = [&](z3::context& context, const Claim& claim, const std::string& obligation,
                           const Query& query) {
        const auto path = std::filesystem::path(directory) / (claim.id + "." + obligation + ".smt2");
        std::ofstream file(path);
        file << to_smt2(context, described(claim, query));
        file.flush();
        if (!file) {
            throw std::filesystem::filesystem_error("cannot write", path, std::make_error_code(std::errc::io_error));
        }
        paths.push_back(path.string());
    };
    for (const Claim* claim : selected) {
        z3::context context;
        if (claim->put_log) {
            LogGoal goal(context);
            claim->put_log(goal);
            for (const LogObligation& obligation : goal.obligations()) {
                write(context, *claim, obligation.name, LogGoal::counterexample(obligation));
            }
        } else {
            Goal goal(context);
            claim->put(goal);
            for (const Obligation& obligation : goal.obligations()) {
                write(context, *claim, obligation.name, goal.counterexample(obligation));
            }
        }
    }
    return paths;
}

} // namespace vtlcheck::proofs
