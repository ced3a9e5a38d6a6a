// The conditions of noninterference notice leaks, and refuse claims that would say nothing.
#include "proofs/noninterference.hpp"
#include "proofs/prove.hpp"
#include "proofs/words.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <tuple>
#include <type_traits>

namespace vtlcheck::proofs::tests {
namespace {

using namespace model;

// Nobody but the library can put a second run into a scene: the key cannot be made, not even as {}.
static_assert(!std::is_default_constructible_v<RunKey>);
static_assert(!std::is_aggregate_v<RunKey>);
template <class Scene>
concept AddsRuns = requires(Scene& goal, const Run& run) { goal.add({}, "", run.before, run.exit); } ||
                   requires(Scene& goal, const ChargeRun& run) { goal.add({}, run); } ||
                   requires(Scene& goal, const z3::sort& sort) { goal.fresh({}, sort); };
static_assert(!AddsRuns<Goal>);
static_assert(!AddsRuns<LogGoal>);
// With the key they do: it is the key that is missing above.
static_assert(requires(Goal& goal, const RunKey& key, const Run& run) { goal.add(key, "", run.before, run.exit); });
static_assert(requires(LogGoal& goal, const RunKey& key, const ChargeRun& run) { goal.add(key, run); });
static_assert(requires(Goal& goal, const RunKey& key, const z3::sort& sort) { goal.fresh(key, sort); });

const Observation warning{.name = "warning",
                          .observers = {Domain::host_log},
                          .state = {},
                          .outcome = [](Seen& seen, const Run& run) { seen.each(run.out.log_site, run.out.log_msr); }};
const Observation registers_of_vtl1{.name = "registers",
                                    .observers = {Domain::vtl1},
                                    .state = [](Seen& seen, const State<Symbolic>& s) { seen.all(s.vtl[1]); },
                                    .outcome = {}};
const Holding written_value{
    "written value", {Domain::vtl0}, [](Cells& cells, Start& start) { cells.add("rax", start.exit.gpr[rax]); }};

ClaimResult run(std::function<void(Goal&)> put, std::vector<std::string> mutants = {"read-touches-state"}) {
    const Claim claim{.id = "TOY",
                      .statement = "Toy.",
                      .source = "A1",
                      .assumptions = {},
                      .mutants = std::move(mutants),
                      .put = std::move(put)};
    ProveOptions options;
    options.threads = 1;
    return prove(std::span(&claim, 1), options).claims.front();
}

/// The obligation holds, and the mutant breaks it.
void expect_catches(const char* mutant, const std::function<void(Goal&)>& put) {
    const ClaimResult result = run(put, {mutant});
    EXPECT_EQ(result.status, Verdict::proved) << result.reason;
}

Bool unknown_write(const proofs::Run& r) {
    return arrives(r, wrmsr) & vtl_exists(r) & kernel_mode(r) & !is_among(msr_of(r), known_writes);
}

TEST(Noninterference, OutputConsistencyCatchesALeak) {
    expect_catches("zero-write-not-logged", [](Goal& goal) {
        Pair pair(goal, goal.run(), {written_value});
        pair.output_consistent("warning", unknown_write(goal.run()), warning, {channels::cause});
    });
}

TEST(Noninterference, StepConsistencyCatchesALeak) {
    expect_catches("answer-chooses-mbec", [](Goal& goal) {
        Pair pair(goal, goal.run(), {holdings::hypervisor_answer()});
        const auto denied = [](const proofs::Run& r) { return r.out.gpr[rax] == 0x8; };
        const Observation vsm{.name = "VSM",
                              .observers = {Domain::vtl0},
                              .state = [](Seen& seen, const State<Symbolic>& s) { seen.all(s.vsm); },
                              .outcome = {}};
        pair.step_consistent("vsm", is_kind(goal.run(), Kind::l2_exit) & !denied(goal.run()) & !denied(pair.other()),
                             vsm, {channels::answer});
    });
}

TEST(Noninterference, LocalRespectCatchesALeak) {
    expect_catches("works-on-vtl1-bank",
                   [](Goal& goal) { local_respect(goal, "registers", Domain::vtl0, Bool(true), registers_of_vtl1); });
}

TEST(Noninterference, WhatIsSeenOfBothIsComparedWithBoth) {
    const ClaimResult result = run([](Goal& goal) {
        // The value is seen, by the guest itself.
        const Observation guest{.name = "RAX",
                                .observers = {Domain::host_log},
                                .state = {},
                                .outcome = [](Seen& seen, const proofs::Run& r) { seen.add(r.out.gpr[rax]); }};
        Pair(goal, goal.run(), {written_value}).output_consistent("rax", Bool(true), guest, {channels::cause});
    });
    EXPECT_EQ(result.status, Verdict::refuted) << result.reason;
    ASSERT_TRUE(result.counterexample.has_value());
    ASSERT_EQ(result.counterexample->runs.size(), 2U);
    EXPECT_NE(result.counterexample->runs[0].exit.gpr[rax].value(),
              result.counterexample->runs[1].exit.gpr[rax].value());
}

TEST(Noninterference, WitnessIsTwoRunsThatDifferInTheSecret) {
    const ClaimResult result = run([](Goal& goal) {
        Pair(goal, goal.run(), {written_value}).output_consistent("warning", unknown_write(goal.run()), warning);
    });
    ASSERT_EQ(result.witness.runs.size(), 2U) << result.witness.problem;
    EXPECT_NE(result.witness.runs[0].exit.gpr[rax].value(), result.witness.runs[1].exit.gpr[rax].value());
}

TEST(Noninterference, PremiseOfNoTwoDifferentRunsIsVacuous) {
    const ClaimResult result = run([](Goal& goal) {
        Pair pair(goal, goal.run(), {written_value});
        const Bool alike = goal.run().exit.gpr[rax] == pair.other().exit.gpr[rax];
        pair.output_consistent("warning", unknown_write(goal.run()) & alike, warning);
    });
    EXPECT_EQ(result.status, Verdict::unknown);
    EXPECT_NE(result.reason.find("vacuous"), std::string::npos) << result.reason;
}

TEST(Noninterference, TwoWaysThatAreOneAreVacuous) {
    const ClaimResult result = run([](Goal& goal) {
        const proofs::Run& again = narrowed(goal, "again", [](State<Symbolic>&, Exit<Symbolic>&) {});
        same_effect(goal, "same", Bool(true), goal.run(), again, everything());
    });
    EXPECT_NE(result.reason.find("vacuous"), std::string::npos) << result.reason;
}

/// The claim cannot be put, for a reason in which `why` occurs.
void expect_refused(const std::string& why, const std::function<void(Goal&)>& put) {
    z3::context context;
    Goal goal(context);
    try {
        put(goal);
        ADD_FAILURE() << "accepted: " << why;
    } catch (const std::logic_error& e) {
        EXPECT_NE(std::string(e.what()).find(why), std::string::npos) << e.what();
    }
}

TEST(Noninterference, ClaimsThatSayNothingAreErrors) {
    const Observation nothing_seen{.name = "nothing", .observers = {Domain::host_log}, .state = {}, .outcome = {}};
    const Observation empty{.name = "empty",
                            .observers = {Domain::host_log},
                            .state = [](Seen&, const State<Symbolic>&) {},
                            .outcome = [](Seen&, const proofs::Run&) {}};
    Observation nobody = warning;
    nobody.observers.clear();
    const Holding no_field{"no field", {Domain::vtl0}, [](Cells&, Start&) {}};
    Holding no_owner = written_value;
    no_owner.owners.clear();

    EXPECT_THROW(Policy({}), std::logic_error);
    expect_refused("no secret", [](Goal& goal) { Pair(goal, goal.run(), {}); });
    expect_refused("without a field", [&](Goal& goal) { Pair(goal, goal.run(), {written_value, no_field}); });
    expect_refused("or an owner", [&](Goal& goal) { Pair(goal, goal.run(), {no_owner}); });
    for (const Observation& seen : {nothing_seen, empty}) {
        expect_refused("nothing is seen", [&](Goal& goal) {
            Pair(goal, goal.run(), {written_value}).output_consistent("o", Bool(true), seen);
        });
        expect_refused("nothing is seen", [&](Goal& goal) {
            Pair(goal, goal.run(), {written_value}).step_consistent("s", Bool(true), seen);
        });
        expect_refused("nothing is seen",
                       [&](Goal& goal) { local_respect(goal, "l", Domain::vtl0, Bool(true), seen); });
        expect_refused("nothing is seen", [&](Goal& goal) {
            const proofs::Run& again = narrowed(goal, "again", [](State<Symbolic>&, Exit<Symbolic>&) {});
            same_effect(goal, "e", Bool(true), goal.run(), again, seen);
        });
    }
    // A claim on the outcome says nothing of an observation of states, and the other way round.
    expect_refused("nothing is seen", [&](Goal& goal) {
        Pair(goal, goal.run(), {written_value}).step_consistent("s", Bool(true), warning);
    });
    expect_refused("nobody looks", [&](Goal& goal) {
        Pair(goal, goal.run(), {written_value}).output_consistent("o", Bool(true), nobody);
    });
    expect_refused("nobody looks", [&](Goal& goal) { local_respect(goal, "l", Domain::vtl0, Bool(true), nobody); });
}

TEST(Noninterference, ClaimsAgainstThePolicyAreErrors) {
    Observation own = registers_of_vtl1;
    own.observers = {Domain::paravisor};
    expect_refused("may flow to all observers",
                   [&](Goal& goal) { local_respect(goal, "l", Domain::vtl0, Bool(true), own); });
    Observation to_itself = warning;
    to_itself.observers = {Domain::vtl0};
    expect_refused("may flow to all observers", [&](Goal& goal) {
        Pair(goal, goal.run(), {written_value}).output_consistent("o", Bool(true), to_itself);
    });
    expect_refused("no such channel", [&](Goal& goal) {
        Pair(goal, goal.run(), {written_value}).output_consistent("o", Bool(true), warning, {channels::slot});
    });
    expect_refused("no such channel", [&](Goal& goal) {
        local_respect(goal, "l", Domain::vtl0, Bool(true), registers_of_vtl1, {channels::answer});
    });
    // The same under a policy that lets everything through.
    const Policy open({{Domain::vtl0, Domain::host_log, ""}});
    expect_refused("may flow to all observers", [&](Goal& goal) {
        Pair(goal, goal.run(), {written_value}, "second", open).output_consistent("o", Bool(true), warning);
    });
}

TEST(Noninterference, EveryExitIsTheActionOfOneDomain) {
    z3::context context;
    Goal goal(context);
    Bool one{false};
    for (const Domain domain : everybody()) {
        Bool alone = acts(goal.run().exit, domain);
        for (const Domain other : everybody()) {
            alone = other == domain ? alone : alone & !acts(goal.run().exit, other);
        }
        one = one | alone;
    }
    z3::solver solver(context);
    solver.add((!one).term());
    EXPECT_EQ(solver.check(), z3::unsat);
}

TEST(Noninterference, DomainsHaveNamesAndFlowsAreListedOnce) {
    std::set<std::string> names;
    for (const Domain domain : everybody()) {
        names.insert(name(domain));
    }
    EXPECT_EQ(names.size(), domain_count);
    std::set<std::tuple<Domain, Domain, std::string>> flows;
    for (const Flow& flow : privilege_policy().flows()) {
        EXPECT_TRUE(flows.insert({flow.from, flow.to, flow.channel}).second)
            << name(flow.from) << " to " << name(flow.to) << " by " << flow.channel;
        EXPECT_NE(flow.from, flow.to);
    }
}

/// A section of docs/invariants.md.
std::string section(const std::string& title) {
    std::ifstream file(VTLCHECK_DOCS "/invariants.md");
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto start = text.find("## " + title + "\n");
    EXPECT_NE(start, std::string::npos) << title;
    return text.substr(start, text.find("\n## ", start + 1) - start);
}

TEST(Noninterference, EveryClaimOfTwoRunsIsInTheTable) {
    const std::string text = section("Who may learn what");
    std::size_t found = 0;
    for (const Claim& claim : all_claims()) {
        z3::context context;
        const auto compares = [](const auto& goal) {
            return std::any_of(goal.obligations().begin(), goal.obligations().end(),
                               [](const auto& obligation) { return !obligation.shown.term().is_true(); });
        };
        bool two_runs = false;
        if (claim.put_log) {
            LogGoal goal(context);
            claim.put_log(goal);
            two_runs = compares(goal);
        } else {
            Goal goal(context);
            claim.put(goal);
            two_runs = compares(goal);
        }
        if (two_runs) {
            ++found;
            EXPECT_TRUE(text.find("\n| " + claim.id + " |") != std::string::npos ||
                        text.find("(" + claim.id + ")") != std::string::npos)
                << claim.id;
        }
    }
    EXPECT_GT(found, 15U);
}

TEST(Noninterference, EveryFlowOfThePolicyIsInTheTable) {
    const std::string text = section("Who may learn what");
    for (const Flow& flow : privilege_policy().flows()) {
        EXPECT_NE(text.find(flow.channel), std::string::npos) << flow.channel;
        EXPECT_TRUE(!flow.channel.empty() || flow.to == Domain::paravisor)
            << name(flow.from) << " to " << name(flow.to);
    }
}

} // namespace
} // namespace vtlcheck::proofs::tests
