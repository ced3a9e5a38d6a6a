// The book of claims is proved; and the prover is not easily pleased: each way to be wrong has to show.
#include "conformance/trace.hpp"
#include "proofs/content_hash.hpp"
#include "proofs/formula.hpp"
#include "proofs/log_goal.hpp"
#include "proofs/prove.hpp"
#include "proofs/smtlib.hpp"
#include "proofs/words.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace vtlcheck::proofs::tests {
namespace {

using namespace model;

/// A claim that holds, with a mutant that it rejects.
Claim good_claim() {
    return {.id = "GOOD",
            .statement = "A read of GUEST_IDLE changes no state.",
            .source = "R13",
            .assumptions = {},
            .mutants = {"read-touches-state"},
            .put = [](Goal& goal) {
                const proofs::Run& r = goal.run();
                goal.prove("state", reads(r, 0x400000F0), state_kept(r));
            }};
}

ClaimResult run(const Claim& claim, ProveOptions options = {}) {
    options.threads = 1;
    ProveResult result = prove(std::span(&claim, 1), options);
    EXPECT_EQ(result.claims.size(), 1U);
    EXPECT_EQ(result.verdict, result.claims.front().status);
    return result.claims.front();
}

/// The trace parses, and the oracle does with it what it says.
void expect_replay(const ExampleRun& example) {
    const conformance::Trace trace = conformance::parse(example.trace, "example");
    ASSERT_EQ(trace.steps.size(), 1U);
    const auto& step_of_trace = trace.steps.front();
    ConcreteState state = trace.start.of(step_of_trace.vp(), slot_vp(trace.config, step_of_trace.exit));
    const ConcreteStep done =
        oracle_step(trace.config, {state.partition, state.vsm, state.slot, state.vp, state.vtl}, step_of_trace.exit);
    ASSERT_TRUE(step_of_trace.expected.has_value());
    EXPECT_TRUE(conformance::diff(*step_of_trace.expected, done.out).empty());
    EXPECT_EQ(step_of_trace.expected->clause, clauses[done.clause.value()].id);
}

/// Takes from the cache what the command line's test of `vtlcheck verify` proved, which ctest runs before this one.
TEST(Prove, ObligationsAndWitnessesOfTheWholeBook) {
    std::size_t reported = 0;
    ProveOptions options;
    options.second_solver = "cvc5";
    options.certifier = "cadical";
    const char* folder = std::getenv("VTLCHECK_CACHE"); // NOLINT(concurrency-mt-unsafe): nobody sets any
    options.cache = folder == nullptr ? "" : folder;
    options.content = content_hash();
    options.progress = [&](const Progress& p) { EXPECT_EQ(p.done, ++reported); };
    const ProveResult result = prove(options);
    EXPECT_EQ(result.verdict, Verdict::proved);
    EXPECT_EQ(result.claims.size(), all_claims().size());
    std::size_t tasks = 0;
    for (const ClaimResult& claim : result.claims) {
        SCOPED_TRACE(claim.id);
        EXPECT_FALSE(claim.obligations.empty());
        for (const ObligationResult& obligation : claim.obligations) {
            EXPECT_EQ(obligation.result, Result::proved) << obligation.name << ": " << obligation.reason;
            EXPECT_TRUE(obligation.reachable) << obligation.name;
            EXPECT_EQ(obligation.answers.size(), 2U) << obligation.name;
            EXPECT_FALSE(obligation.formula.empty());
            EXPECT_EQ(obligation.certificate.has_value(), find_claim(claim.id)->certified) << obligation.name;
        }
        EXPECT_TRUE(claim.witness.ok) << claim.witness.problem;
        tasks += 1 + claim.mutants.size();
        ASSERT_TRUE(!claim.witness.runs.empty() || !claim.witness.values.empty());
        for (const ExampleRun& example : claim.witness.runs) {
            expect_replay(example);
        }
    }
    EXPECT_EQ(reported, tasks);
    RecordProperty("milliseconds", std::to_string(result.ms));
}

TEST(Prove, GoodClaimIsProved) {
    const ClaimResult result = run(good_claim());
    EXPECT_EQ(result.status, Verdict::proved) << result.reason;
    EXPECT_EQ(result.witness.runs.front().clause, "MSR-R-24");
}

TEST(Prove, FalseClaimIsRefutedWithACounterexampleThatReplays) {
    Claim claim = good_claim();
    claim.put = [](Goal& goal) {
        const proofs::Run& r = goal.run();
        goal.prove("crash-parameter-stays", r.before.vtl[0].crash[0] == r.after.vtl[0].crash[0]);
    };
    const ClaimResult result = run(claim);
    EXPECT_EQ(result.status, Verdict::refuted);
    EXPECT_EQ(result.refuted_obligation, "crash-parameter-stays");
    ASSERT_TRUE(result.counterexample.has_value());
    EXPECT_TRUE(result.counterexample->ok) << result.counterexample->problem;
    const ExampleRun& example = result.counterexample->runs.front();
    EXPECT_EQ(example.clause, "MSR-W-16");
    EXPECT_NE(example.before.vtl[0].crash[0].value(), example.after.vtl[0].crash[0].value());
    EXPECT_EQ(result.other_counterexamples, "MSR-W-16 decides every counterexample, and no other clause");
    expect_replay(example);
    // Small: a version line and an exit line; nothing of the state matters.
    EXPECT_EQ(std::count(example.trace.begin(), example.trace.end(), '\n'), 3) << example.trace;
}

TEST(Prove, ExamplesArePutToAnImplementation) {
    std::vector<std::string> asked;
    ProveOptions options;
    options.implementation = [&](const std::string& trace) {
        asked.push_back(trace);
        return std::string();
    };
    ClaimResult result = run(good_claim(), options);
    EXPECT_EQ(result.status, Verdict::proved) << result.reason;
    EXPECT_EQ(asked, std::vector<std::string>{result.witness.runs.front().trace});
    EXPECT_EQ(result.witness.on_implementation,
              "the implementation does with it what the specification as written does");

    options.implementation = [](const std::string&) { return "outcome rip: expected 1, observed 2"; };
    result = run(good_claim(), options);
    EXPECT_NE(result.status, Verdict::proved) << "a witness that the implementation does otherwise is none";
    EXPECT_EQ(result.reason, "of the witness the implementation parts from the specification as written: outcome rip: "
                             "expected 1, observed 2");

    options.implementation = {};
    EXPECT_EQ(run(good_claim(), options).witness.on_implementation, "");
}

TEST(Prove, AMutantInPlaceOfTheSpecificationIsRefuted) {
    ProveOptions options;
    options.mutant_in_place = "read-touches-state";
    EXPECT_EQ(run(good_claim(), options).status, Verdict::refuted);
    options.mutant_in_place = "state-touched:MSR-R-24"; // a systematic one
    const ClaimResult result = run(good_claim(), options);
    EXPECT_EQ(result.status, Verdict::refuted) << result.reason;
    ASSERT_TRUE(result.counterexample.has_value());
    EXPECT_TRUE(result.counterexample->ok) << result.counterexample->problem;
    options.mutant_in_place = "no-such";
    EXPECT_THROW(run(good_claim(), options), SelectionError);
}

/// A claim about the log budget that holds of a full bucket.
Claim good_log_claim() {
    return {.id = "GOOD-LOG",
            .statement = "A full bucket has as many tokens as its burst.",
            .source = "L3",
            .assumptions = {},
            .mutants = {"one-token-too-many"},
            .put = {},
            .put_log = [](LogGoal& goal) {
                const BucketTake& take = goal.take();
                goal.prove("full",
                           in_range(take) & (take.bucket.tokens == take.limit.burst) & (take.now == take.bucket.since) &
                               (take.now + take.limit.interval <= LogGoal::Int(end_of_time)),
                           take.tokens == take.limit.burst);
                goal.witness("full", take.limit.burst == 7);
            }};
}

TEST(ProveLog, AMutantInPlaceOfTheSpecificationIsRefuted) {
    ProveOptions options;
    options.mutant_in_place = "one-token-too-many";
    EXPECT_EQ(run(good_log_claim(), options).status, Verdict::refuted);
}

TEST(ProveLog, GoodClaimIsProvedByBothSolvers) {
    ProveOptions options;
    options.second_solver = "cvc5";
    const ClaimResult result = run(good_log_claim(), options);
    EXPECT_EQ(result.status, Verdict::proved) << result.reason;
    const auto& answers = result.obligations.front().answers;
    ASSERT_EQ(answers.size(), 2U);
    EXPECT_TRUE(answers[0].solver.starts_with("Z3 ")) << answers[0].solver;
    EXPECT_TRUE(answers[1].solver.starts_with("cvc5 ")) << answers[1].solver;
    EXPECT_EQ(answers[1].result, Result::proved) << answers[1].reason;
    EXPECT_NE(result.witness.text().find("bucket.burst = 7"), std::string::npos) << result.witness.text();
}

TEST(ProveLog, FalseClaimIsRefutedWithNumbersThatReplay) {
    Claim claim = good_log_claim();
    claim.put_log = [](LogGoal& goal) {
        const BucketTake& take = goal.take();
        goal.prove("always-full", in_range(take), take.tokens == take.limit.burst);
        goal.witness("always-full", LogGoal::Bool(true));
    };
    const ClaimResult result = run(claim);
    EXPECT_EQ(result.status, Verdict::refuted);
    ASSERT_TRUE(result.counterexample.has_value());
    EXPECT_TRUE(result.counterexample->ok) << result.counterexample->problem;
    EXPECT_NE(result.counterexample->text().find("bucket.tokens = "), std::string::npos);
    EXPECT_EQ(result.other_counterexamples, "there are others");
}

/// The chapter over integers and on machine words is one text: with all numbers given, both make the same of them.
TEST(ProveLog, IntegersAndMachineWordsAgree) {
    std::uint64_t state = 7;
    const auto random = [&] {
        state = state * 6364136223846793005U + 1442695040888963407U;
        return state >> 20U;
    };
    std::set<std::uint64_t> clauses_seen;
    for (unsigned i = 0; i < 400; ++i) {
        z3::context context;
        LogGoal goal(context);
        const LogRun& r = goal.run();
        z3::solver solver(context, "QF_NIA");
        const auto fix = [&](const LogGoal::Int& n, std::uint64_t value) {
            solver.add((n == LogGoal::Int(value)).term());
            return value;
        };
        const auto decide = [&](const LogGoal::Bool& b, bool value) { solver.add((b == LogGoal::Bool(value)).term()); };
        const std::uint64_t clock = random() % 3 == 0 ? random() : random() % 100'000;
        const auto bucket = [&](const BucketLimit<Integers>& limit, const TokenBucket<Integers>& b) {
            const std::uint64_t burst = fix(limit.burst, 1 + random() % 30);
            fix(limit.interval, 1'000 + random() % 5'000);
            fix(b.tokens, random() % (burst + 1));
            fix(b.since, random() % 2 == 0 ? clock : random() % (clock + 50'000));
        };
        bucket(r.limits.site, r.before.account.bucket);
        bucket(r.limits.total, r.before.total);
        const std::uint64_t suppressed = random() % 4 == 0 ? end_of_time : random() % 50;
        fix(r.before.account.suppressed, suppressed);
        fix(r.before.account.reported, random() % 2 == 0 ? suppressed : random() % 2);
        fix(r.before.account.emitted, random() % 3 == 0 ? end_of_time : random() % 50);
        fix(r.before.account.summaries, random() % 50);
        fix(r.event.now, random() % 8 == 0 ? end_of_time - random() % 10'000 : clock + random() % 20'000);
        decide(r.event.active, random() % 8 != 0);
        decide(r.event.attempt, random() % 2 == 0);
        decide(r.event.flush, random() % 2 == 0);
        decide(r.event.limits, random() % 8 == 0);
        decide(r.event.of_sites, random() % 2 == 0);
        ASSERT_EQ(solver.check(), z3::sat);
        const z3::model model = solver.get_model();
        ASSERT_EQ(goal.replay(model), "") << goal.values(model);
        clauses_seen.insert(model.eval(r.after.clause.term(), true).get_numeral_uint64());
    }
    EXPECT_EQ(clauses_seen.size(), log_clauses.size()) << "each clause has to be among them";
}

/// Another solver, which runs `commands` whatever it is asked.
class FakeSolver {
public:
    explicit FakeSolver(const std::string& commands)
        : path_(testing::TempDir() + "vtlcheck-fake-" + commands.substr(0, 9)) {
        std::ofstream(path_) << "#!/bin/sh\ncase $1 in --version) echo fake 1; exit;; esac\n" << commands << '\n';
        std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
    }
    ~FakeSolver() { std::filesystem::remove(path_); }
    FakeSolver(const FakeSolver&) = delete;
    FakeSolver& operator=(const FakeSolver&) = delete;
    [[nodiscard]] const std::string& path() const { return path_; }

private:
    std::string path_;
};

TEST(Prove, SecondSolverThatDoesNotProveItIsAFailure) {
    struct Case {
        const char* commands;
        Result result;
        const char* says;
    };
    for (const Case& c : {Case{"echo sat", Result::error, "the solvers disagree"},
                          Case{"echo unknown", Result::unknown, "fake 1 says unknown"},
                          Case{"echo cvc5 interrupted by timeout.", Result::timeout, "fake 1 says timeout"},
                          Case{"echo unsat-or-not", Result::error, "fake 1 says error (unsat-or-not)"},
                          Case{"echo unsat; exit 3", Result::error, "fake 1 says error (unsat)"},
                          Case{"exit 0", Result::error, "fake 1 says error (it says nothing"}}) {
        SCOPED_TRACE(c.commands);
        const FakeSolver fake(c.commands);
        ProveOptions options;
        options.second_solver = fake.path();
        for (const Claim& claim : {good_claim(), good_log_claim()}) {
            const ClaimResult result = run(claim, options);
            EXPECT_EQ(result.status, Verdict::unknown);
            EXPECT_EQ(result.obligations.front().result, c.result);
            EXPECT_NE(result.reason.find(c.says), std::string::npos) << result.reason;
            EXPECT_NE(result.reason.find("Z3"), std::string::npos) << result.reason;
        }
    }
    ProveOptions options;
    options.second_solver = "no-such-solver";
    const ClaimResult result = run(good_claim(), options);
    EXPECT_EQ(result.status, Verdict::unknown);
    EXPECT_NE(result.reason.find("there is no program no-such-solver"), std::string::npos) << result.reason;
}

TEST(Prove, SecondSolverDoesNotProveWhatIsFalse) {
    Claim claim = good_claim();
    claim.put = [](Goal& goal) { goal.prove("state", state_kept(goal.run())); };
    ProveOptions options;
    options.second_solver = "cvc5";
    EXPECT_EQ(run(claim, options).status, Verdict::refuted);
    const FakeSolver credulous("echo unsat");
    options.second_solver = credulous.path();
    const ClaimResult result = run(claim, options);
    EXPECT_EQ(result.status, Verdict::unknown);
    EXPECT_NE(result.reason.find("the solvers disagree, Z3"), std::string::npos) << result.reason;
}

TEST(Prove, CertifiedClaimsNeedAProof) {
    Claim claim = good_claim();
    claim.certified = true;
    ProveOptions options;
    options.certifier = "cadical";
    const ClaimResult good = run(claim, options);
    EXPECT_EQ(good.status, Verdict::proved) << good.reason;
    ASSERT_TRUE(good.obligations.front().certificate.has_value());
    claim.put = [](Goal& goal) {
        const proofs::Run& r = goal.run();
        goal.prove("state", writes(r, 0x40000001),
                   r.out.gpr[rax] == r.exit.gpr[rax] & r.out.gpr[rbx] == r.exit.gpr[rbx]);
    };
    for (const char* commands : {"exit 20", "echo 1 0; echo 0; exit 20", "exit 10", "exit 0", "exit 7"}) {
        const FakeSolver fake(commands);
        options.certifier = fake.path();
        const ClaimResult bad = run(claim, options);
        if (bad.obligations.front().certificate->simplified) {
            continue;
        }
        EXPECT_EQ(bad.status, Verdict::unknown) << commands;
        EXPECT_NE(bad.reason.find("no certificate"), std::string::npos) << bad.reason;
    }
}

class ProofCache : public testing::Test {
protected:
    ProofCache() { std::filesystem::remove_all(folder); }
    ~ProofCache() override { std::filesystem::remove_all(folder); }
    ProofCache(const ProofCache&) = delete;
    ProofCache& operator=(const ProofCache&) = delete;

    const std::string folder = testing::TempDir() + "vtlcheck-proof-cache";
    ProveOptions options = [this] {
        ProveOptions result;
        result.cache = folder;
        result.content = "content";
        return result;
    }();
};

TEST_F(ProofCache, GivesWhatWasProved) {
    for (const Claim& claim : {good_claim(), good_log_claim()}) {
        const ClaimResult first = run(claim, options);
        const ClaimResult again = run(claim, options);
        EXPECT_FALSE(first.cached);
        EXPECT_TRUE(again.cached);
        EXPECT_TRUE(again.mutants.front().cached);
        EXPECT_EQ(again.status, Verdict::proved) << again.reason;
        EXPECT_EQ(again.witness.text(), first.witness.text());
        EXPECT_EQ(again.obligations.front().name, first.obligations.front().name);
        EXPECT_EQ(again.obligations.front().formula, first.obligations.front().formula);
        EXPECT_EQ(again.obligations.front().answers.front().solver, first.obligations.front().answers.front().solver);
        EXPECT_EQ(again.mutants.front().obligation, first.mutants.front().obligation);
    }
}

TEST_F(ProofCache, IsOfOneContentAndOneWayToProve) {
    ASSERT_FALSE(run(good_claim(), options).cached);
    ProveOptions other = options;
    other.content = "another";
    EXPECT_FALSE(run(good_claim(), other).cached);
    other = options;
    other.seed = 2;
    EXPECT_FALSE(run(good_claim(), other).cached);
    other = options;
    other.second_solver = "cvc5";
    EXPECT_FALSE(run(good_claim(), other).cached) << "a second solver has to prove it too";
    other.cache = "";
    EXPECT_FALSE(run(good_claim(), other).cached);
}

TEST_F(ProofCache, KeepsNoFailure) {
    Claim claim = good_claim();
    claim.put = [](Goal& goal) { goal.prove("state", state_kept(goal.run())); };
    claim.mutants = {"eom-stored"};
    for (int i = 0; i < 2; ++i) {
        const ClaimResult result = run(claim, options);
        EXPECT_EQ(result.status, Verdict::refuted);
        EXPECT_FALSE(result.cached);
    }
}

TEST_F(ProofCache, IsNotMisledByADamagedFile) {
    const ClaimResult first = run(good_claim(), options);
    for (const char* text : {"", "{", "[]", R"({"key": 1, "value": {}})"}) {
        std::ofstream(folder + "/content/GOOD.json") << text;
        const ClaimResult again = run(good_claim(), options);
        EXPECT_FALSE(again.cached) << text;
        EXPECT_EQ(again.status, Verdict::proved);
    }
    EXPECT_TRUE(run(good_claim(), options).cached) << "it was written again";
}

TEST(ProveLog, SurvivingOrUnknownMutantIsAFailure) {
    for (const char* mutant : {"lost-update", "no-such-mutant"}) {
        Claim claim = good_log_claim();
        claim.mutants = {mutant};
        EXPECT_EQ(run(claim).status, Verdict::unknown) << mutant;
    }
}

TEST(ProveLog, UnreachablePremiseIsAFailure) {
    Claim claim = good_log_claim();
    claim.put_log = [](LogGoal& goal) {
        const BucketTake& take = goal.take();
        goal.prove("never", in_range(take) & (take.bucket.tokens > take.limit.burst), LogGoal::Bool(false));
        goal.witness("never", LogGoal::Bool(true));
    };
    const ClaimResult result = run(claim);
    EXPECT_EQ(result.status, Verdict::unknown);
    EXPECT_NE(result.reason.find("vacuous"), std::string::npos) << result.reason;
}

TEST(Prove, TimeoutIsAFailure) {
    Claim claim = good_claim();
    claim.put = [](Goal& goal) {
        // 18446744073709551557 is prime, which takes seconds to find out. A limit much shorter than this one can pass
        // before Z3 looks at it.
        const proofs::Run& r = goal.run();
        const Bv<64> product(z3::zext(r.exit.gpr[rbx].term().extract(31, 0), 32) *
                             z3::zext(r.exit.gpr[rsi].term().extract(31, 0), 32));
        goal.prove("no-factors", product != 18446744073709551557U);
    };
    ProveOptions options;
    options.time_limit = std::chrono::milliseconds(100);
    const ClaimResult result = run(claim, options);
    EXPECT_EQ(result.status, Verdict::unknown);
    EXPECT_EQ(result.obligations.front().result, Result::timeout) << result.obligations.front().reason;
}

TEST(Prove, UnreachablePremiseIsAFailure) {
    Claim claim = good_claim();
    claim.put = [](Goal& goal) {
        const proofs::Run& r = goal.run();
        goal.prove("state", reads(r, 0x400000F0), state_kept(r));
        goal.prove("nothing", of_vtl0(r) & of_vtl1(r), Bool(false));
    };
    const ClaimResult result = run(claim);
    EXPECT_EQ(result.status, Verdict::unknown);
    EXPECT_EQ(result.obligations[1].result, Result::proved);
    EXPECT_FALSE(result.obligations[1].reachable);
    EXPECT_NE(result.reason.find("vacuous"), std::string::npos) << result.reason;
}

TEST(Prove, PremiseThatNoValidStateReachesIsAFailure) {
    Claim claim = good_claim();
    claim.put = [](Goal& goal) {
        const proofs::Run& r = goal.run();
        goal.prove("never", reads(r, 0x400000F0) & !bit(r.before.vtl[0].efer, 11), state_kept(r));
    };
    EXPECT_EQ(run(claim).status, Verdict::unknown);
}

TEST(Prove, MissingWitnessIsAFailure) {
    Claim claim = good_claim();
    const auto put = claim.put;
    claim.put = [put](Goal& goal) {
        put(goal);
        goal.witness(became(goal.run(), Disposition::fault_ud));
    };
    const ClaimResult result = run(claim);
    EXPECT_EQ(result.status, Verdict::unknown);
    EXPECT_FALSE(result.witness.ok);
}

TEST(Prove, SurvivingMutantIsAFailure) {
    Claim claim = good_claim();
    claim.mutants.emplace_back("eom-stored");
    const ClaimResult result = run(claim);
    EXPECT_EQ(result.status, Verdict::unknown);
    EXPECT_TRUE(result.mutants[0].killed);
    EXPECT_FALSE(result.mutants[1].killed);
    EXPECT_NE(result.reason.find("eom-stored"), std::string::npos) << result.reason;
}

TEST(Prove, ClaimsNeedMutantsAndObligations) {
    Claim claim = good_claim();
    claim.mutants = {};
    EXPECT_EQ(run(claim).status, Verdict::unknown);
    claim.mutants = {"no-such-mutant"};
    EXPECT_EQ(run(claim).status, Verdict::unknown);
    claim = good_claim();
    claim.put = [](Goal&) {};
    EXPECT_EQ(run(claim).status, Verdict::unknown);
    ProveOptions options;
    options.mutants = false;
    EXPECT_EQ(run(good_claim(), options).status, Verdict::unknown);
}

TEST(Prove, ExceptionIsAFailure) {
    Claim claim = good_claim();
    claim.put = [](Goal& goal) {
        goal.prove("broken", Bool(goal.context().bv_const("x", 8) == goal.context().bv_const("y", 16)));
    };
    const ClaimResult result = run(claim);
    EXPECT_EQ(result.status, Verdict::unknown);
    EXPECT_FALSE(result.reason.empty());
}

TEST(Prove, SelectionErrors) {
    ProveOptions options;
    options.ids = {"TOTAL", "NO-SUCH-CLAIM"};
    EXPECT_THROW(static_cast<void>(prove(options)), SelectionError);
    EXPECT_THROW(static_cast<void>(prove(std::span<const Claim>(), ProveOptions{})), SelectionError);
    EXPECT_THROW(write_smt2(all_claims(), testing::TempDir() + "vtlcheck-none", {"NO-SUCH-CLAIM"}), SelectionError);
}

TEST(Prove, EqualRunsGiveEqualExamples) {
    ProveOptions options;
    options.ids = {"ISOLATE-0", "PROTECTED", "CRASH"};
    options.mutants = false;
    options.minimise_limit = std::chrono::milliseconds(0); // the limit is a wall clock's
    options.threads = 1;
    const ProveResult one = prove(options);
    options.threads = 3;
    const ProveResult three = prove(options);
    for (std::size_t i = 0; i < one.claims.size(); ++i) {
        EXPECT_EQ(one.claims[i].id, three.claims[i].id);
        EXPECT_EQ(one.claims[i].witness.text(), three.claims[i].witness.text());
    }
}

TEST(Prove, TextOfObligations) {
    const std::string directory = testing::TempDir() + "vtlcheck-smt2";
    const auto paths = write_smt2(all_claims(), directory, {"ISOLATE-0", "EFER"});
    ASSERT_GT(paths.size(), 2U);
    for (const std::string& path : paths) {
        SCOPED_TRACE(path);
        std::ifstream file(path);
        std::stringstream text;
        text << file.rdbuf();
        const std::string all = text.str();
        EXPECT_EQ(all.find(":status"), std::string::npos);
        EXPECT_NE(all.find("(set-logic QF_BV)"), std::string::npos);
        EXPECT_NE(all.find("(check-sat)\n(exit)\n"), std::string::npos);
        EXPECT_NE(all.find(path.find("EFER") != std::string::npos ? "IA32_EFER takes" : "Nothing VTL0 does"),
                  std::string::npos);
        z3::context context;
        z3::solver solver(context, "QF_BV");
        solver.from_string(all.substr(0, all.find("(check-sat)")).c_str());
        EXPECT_GT(solver.assertions().size(), 0U);
        EXPECT_EQ(solver.check(), z3::unsat);
    }
    std::filesystem::remove_all(directory);
}

TEST(Smtlib, SaysWhatTheQuerySays) {
    for (const char* id : {"ISOLATE-0", "LOG-ONE", "CANONICAL", "TDCALL", "LOG-WINDOW", "LOG-WINDOW-64", "LOG-WORD",
                           "LOG-LINE-CONFIDENTIAL", "LOG-LATENESS"}) {
        const Claim& claim = *find_claim(id);
        z3::context context;
        const auto check = [&](const Query& query) {
            const z3::expr_vector parsed = context.parse_string(to_smt2(context, query).c_str());
            ASSERT_EQ(parsed.size(), query.assertions.size()) << id << ' ' << query.name;
            for (unsigned i = 0; i < parsed.size(); ++i) {
                EXPECT_TRUE(z3::eq(parsed[static_cast<int>(i)], query.assertions[i])) << id << ' ' << query.name;
            }
        };
        if (claim.put_log) {
            LogGoal goal(context);
            claim.put_log(goal);
            for (const auto& obligation : goal.obligations()) {
                check(LogGoal::counterexample(obligation));
            }
        } else {
            Goal goal(context);
            claim.put(goal);
            for (const auto& obligation : goal.obligations()) {
                check(goal.counterexample(obligation));
            }
        }
    }
}

TEST(Smtlib, NamesWhatIsUsedTwice) {
    z3::context context;
    const z3::expr x = context.bv_const("vp.x", 8);
    const z3::expr odd = context.bool_const("an odd name");
    const z3::expr twice = x + 1;
    Query query;
    query.name = "the query";
    query.comments = {"a comment"};
    query.assertions = {z3::ult(twice, x) || (odd && twice == 0x80)};
    EXPECT_EQ(to_smt2(context, query), "; the query\n; a comment\n(set-logic QF_BV)\n"
                                       "(declare-fun vp.x () (_ BitVec 8))\n(declare-fun |an odd name| () Bool)\n"
                                       "(assert\n(let (\n (t2 (bvadd vp.x (_ bv1 8))))\n"
                                       "(or (bvult t2 vp.x) (and |an odd name| (= t2 (_ bv128 8))))))\n"
                                       "(check-sat)\n(exit)\n");
    query.assertions = {context.real_const("r") > 0};
    EXPECT_THROW(static_cast<void>(to_smt2(context, query)), std::logic_error);
}

TEST(Formula, IsWrittenDownToWhatHasAName) {
    z3::context context;
    const z3::expr x = context.bv_const("x", 64);
    const z3::expr y = context.bv_const("y", 64);
    const z3::expr b = context.bool_const("b");
    const z3::expr sum = x + y;
    FormulaWriter writer;
    writer.name(sum, "out.rip");
    writer.name(x, "never: a variable speaks for itself");
    EXPECT_EQ(writer.text(z3::implies(b && !(x == y), sum == 0x1000)), "b ∧ x ≠ y ⇒ out.rip = 0x1000");
    EXPECT_EQ(writer.text((b || x == 3) && z3::ule(x.extract(31, 8), y.extract(23, 0))),
              "(b ∨ x = 3) ∧ x[31:8] ≤ y[23:0]");
    EXPECT_EQ(writer.text(z3::ite(b, x, ~y) == (x & y) + 1), "(if b then x else ~y) = (x & y) + 1");
    z3::expr chain = b;
    for (int i = 0; i < 100; ++i) {
        chain = (!chain) == b;
    }
    EXPECT_NE(writer.text(chain, 20).find("…"), std::string::npos);
    EXPECT_LT(writer.text(chain, 20).size(), 200U);
}

TEST(Claims, AreWellFormed) {
    std::set<std::string> ids;
    std::set<std::string> used;
    for (const Claim& claim : all_claims()) {
        SCOPED_TRACE(claim.id);
        EXPECT_TRUE(ids.insert(claim.id).second);
        EXPECT_EQ(claim.id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-"), std::string::npos);
        EXPECT_TRUE(claim.statement.ends_with('.'));
        EXPECT_FALSE(claim.source.empty());
        EXPECT_FALSE(claim.mutants.empty());
        EXPECT_NE(static_cast<bool>(claim.put), static_cast<bool>(claim.put_log)) << "one of them puts the claim";
        for (const std::string& mutant : claim.mutants) {
            EXPECT_TRUE(claim.put ? find_mutant(mutant) != nullptr : find_log_mutant(mutant) != nullptr) << mutant;
            used.insert(mutant);
        }
        z3::context context;
        std::set<std::string> names;
        const auto check_names = [&](const auto& obligations) {
            for (const auto& obligation : obligations) {
                EXPECT_TRUE(names.insert(obligation.name).second) << obligation.name;
                EXPECT_EQ(obligation.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-"), std::string::npos)
                    << obligation.name;
            }
        };
        if (claim.put) {
            Goal goal(context);
            claim.put(goal);
            check_names(goal.obligations());
        } else {
            LogGoal goal(context);
            claim.put_log(goal);
            check_names(goal.obligations());
        }
    }
    std::set<std::string> names;
    for (const LogMutant& mutant : log_mutants()) {
        EXPECT_TRUE(names.insert(mutant.name).second) << mutant.name;
        EXPECT_TRUE(used.contains(mutant.name)) << mutant.name << " is rejected by no claim";
    }
    for (const Mutant& mutant : mutants()) {
        EXPECT_TRUE(names.insert(mutant.name).second) << mutant.name;
        EXPECT_TRUE(used.contains(mutant.name)) << mutant.name << " is rejected by no claim";
    }
    const auto systematic = systematic_mutants();
    EXPECT_EQ(systematic.size(), 7 * clause_count);
    for (const Mutant& mutant : systematic) {
        EXPECT_TRUE(names.insert(mutant.name).second) << mutant.name;
    }
}

} // namespace
} // namespace vtlcheck::proofs::tests
