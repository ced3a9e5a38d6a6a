// Certificates of claims, and what must never be one.
#include "proofs/certificate.hpp"
#include "proofs/claim.hpp"
#include "proofs/log_goal.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace vtlcheck::proofs {

namespace {

const Claim& claim(const std::string& id) {
    const Claim* found = find_claim(id);
    EXPECT_NE(found, nullptr) << id;
    return *found;
}

Query query_of(const std::vector<z3::expr>& assertions) {
    Query query;
    query.assertions = assertions;
    return query;
}

/// The obligation of that name of a claim about the log budget.
LogObligation log_obligation(LogGoal& goal, const std::string& id, const std::string& name) {
    claim(id).put_log(goal);
    for (const LogObligation& obligation : goal.obligations()) {
        if (obligation.name == name) {
            return obligation;
        }
    }
    ADD_FAILURE() << id << " has no obligation " << name;
    return goal.obligations().front();
}

TEST(Certificate, EveryObligationOfSomeClaims) {
    for (const std::string id : {"NO-LOWER-HYPERCALL", "LOG-CONFIDENTIAL"}) {
        z3::context context;
        Goal goal(context);
        claim(id).put(goal);
        std::size_t lemmas = 0;
        for (const Obligation& obligation : goal.obligations()) {
            const Certificate certificate = certify(context, goal.counterexample(obligation), {});
            EXPECT_EQ(certificate.result, Result::proved) << id << ' ' << obligation.name << ": " << certificate.reason;
            EXPECT_EQ(certificate.simplified, certificate.variables == 0);
            EXPECT_EQ(certificate.simplified, certificate.lemmas == 0);
            lemmas += certificate.lemmas;
        }
        EXPECT_GT(lemmas, 100U) << id;
    }
}

TEST(Certificate, SomeClauseAlwaysApplies) {
    z3::context context;
    Goal goal(context);
    claim("TOTAL").put(goal);
    const Certificate certificate = certify(context, goal.counterexample(goal.obligations().front()), {});
    EXPECT_EQ(certificate.result, Result::proved) << certificate.reason;
    EXPECT_GT(certificate.variables, 1000U);
    EXPECT_GT(certificate.clauses, 10'000U);
    EXPECT_GT(certificate.lemmas, 10'000U);
    EXPECT_GT(certificate.proof_bytes, 100'000U);
    EXPECT_GT(certificate.check_ms, 0);
}

TEST(Certificate, NoOperationOfTheBucketWraps) {
    z3::context context;
    LogGoal goal(context);
    const LogObligation obligation = log_obligation(goal, "LOG-WINDOW-64", "no-operation-wraps");
    const Certificate certificate = certify(context, LogGoal::counterexample(obligation), {});
    EXPECT_EQ(certificate.result, Result::proved) << certificate.reason;
    EXPECT_GT(certificate.lemmas, 1000U);
}

TEST(Certificate, NoneOfAClaimThatAMutantBreaks) {
    const Claim& broken = claim("NO-LOWER-HYPERCALL");
    z3::context context;
    Goal goal(context, find_mutant(broken.mutants.front()));
    broken.put(goal);
    bool refuted = false;
    for (const Obligation& obligation : goal.obligations()) {
        refuted = refuted || certify(context, goal.counterexample(obligation), {}).result == Result::refuted;
    }
    EXPECT_TRUE(refuted);
}

TEST(Certificate, AgreesWithZ3) {
    std::mt19937 random(7); // NOLINT(cert-msc32-c,cert-msc51-cpp): tests repeat
    int proved = 0;
    int refuted = 0;
    z3::context context;
    for (int i = 0; i < 150; ++i) {
        constexpr unsigned width = 5;
        std::vector<z3::expr> terms;
        for (const char* variable : {"x", "y", "z"}) {
            terms.push_back(context.bv_const(variable, width));
        }
        const auto any = [&] { return terms[random() % terms.size()]; };
        for (int k = 0; k < 6; ++k) {
            const z3::expr a = any();
            const z3::expr b = any();
            const std::vector<z3::expr> next{a + b, a * b, a & b, a ^ b, a - b, z3::ite(z3::ult(a, b), b, ~a)};
            terms.push_back(next[random() % next.size()]);
        }
        std::vector<z3::expr> assertions;
        for (int k = 0; k < 5; ++k) {
            const z3::expr a = any();
            const z3::expr b = any();
            const std::vector<z3::expr> next{a == b, a != b, z3::ult(a, b), a == b + 1};
            assertions.push_back(next[random() % next.size()]);
        }
        const Query query = query_of(assertions);
        const Certificate certificate = certify(context, query, {});
        EXPECT_EQ(certificate.result, ask(context, query, {}).result) << certificate.reason;
        proved += certificate.result == Result::proved && !certificate.simplified ? 1 : 0;
        refuted += certificate.result == Result::refuted ? 1 : 0;
    }
    EXPECT_GT(proved, 20);
    EXPECT_GT(refuted, 20);
}

TEST(Certificate, TextOfTheFormula) {
    z3::context context;
    const z3::expr a = context.bool_const("a");
    const z3::expr b = context.bool_const("b");
    bool simplified = true;
    EXPECT_EQ(to_dimacs(context, query_of({a || b, !a || !b}), simplified), "p cnf 2 2\n1 2 0\n-1 -2 0\n");
    EXPECT_FALSE(simplified);
    EXPECT_EQ(to_dimacs(context, query_of({a, !a}), simplified), "p cnf 0 1\n0\n");
    EXPECT_TRUE(simplified);
    EXPECT_EQ(to_dimacs(context, query_of({a || !a}), simplified), "p cnf 0 0\n");
    EXPECT_TRUE(simplified);
    EXPECT_EQ(certify(context, query_of({a, !a}), {}).result, Result::proved);
    EXPECT_EQ(certify(context, query_of({a || !a}), {}).result, Result::refuted);
}

TEST(Certificate, NoneOfWhatIsNotPropositional) {
    z3::context context;
    const z3::expr n = context.int_const("n");
    const Certificate integers = certify(context, query_of({n * n == 2}), {});
    EXPECT_EQ(integers.result, Result::error);
    EXPECT_NE(integers.reason, "");
    const z3::expr x = context.bv_const("x", 8);
    const z3::func_decl f = context.function("f", x.get_sort(), x.get_sort());
    const Certificate functions = certify(context, query_of({f(x) != f(x + 1)}), {});
    EXPECT_EQ(functions.result, Result::error);
    EXPECT_NE(functions.reason, "");
}

/// Another solver, which runs `commands` whatever it is given.
class FakeSolver {
public:
    explicit FakeSolver(const std::string& commands) {
        std::ofstream(path) << "#!/bin/sh\ncat >/dev/null\n" << commands << '\n';
        std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    }
    ~FakeSolver() { std::filesystem::remove(path); }
    FakeSolver(const FakeSolver&) = delete;
    FakeSolver& operator=(const FakeSolver&) = delete;

    const std::string path = testing::TempDir() + "vtlcheck-fake-cadical";
};

TEST(Certificate, ASolverThatLiesIsFoundOut) {
    z3::context context;
    const z3::expr a = context.bool_const("a");
    const z3::expr b = context.bool_const("b");
    const Query holds = query_of({a || b, a || !b});
    // Says "unsatisfiable" without a proof, or with one that is just the empty clause.
    const Certificate silent = certify(context, holds, {}, FakeSolver("exit 20").path);
    EXPECT_EQ(silent.result, Result::error);
    EXPECT_NE(silent.reason.find("gives no proof: proof"), std::string::npos) << silent.reason;
    const Certificate forged = certify(context, holds, {}, FakeSolver("echo 0; exit 20").path);
    EXPECT_EQ(forged.result, Result::error);
    EXPECT_NE(forged.reason.find("gives no proof: proof, line 1: the lemma does not follow"), std::string::npos)
        << forged.reason;
}

TEST(Certificate, ASolverThatFailsIsAnError) {
    z3::context context;
    const Query query = query_of({context.bool_const("a")});
    EXPECT_EQ(certify(context, query, {}, "/nonexistent/cadical").reason, "there is no program /nonexistent/cadical");
    EXPECT_EQ(certify(context, query, {}, FakeSolver("exit 1").path).result, Result::error);
    EXPECT_EQ(certify(context, query, {}, FakeSolver("kill -9 $$").path).result, Result::error);
}

TEST(Certificate, ATimeLimitIsNoProof) {
    z3::context context;
    // Whether 2^44 - 17 is a product takes a SAT solver much longer than a second.
    const z3::expr x = z3::zext(context.bv_const("x", 32), 32);
    const z3::expr y = z3::zext(context.bv_const("y", 32), 32);
    const z3::expr one = context.bv_val(1, 64);
    const z3::expr number = context.bv_val(std::uint64_t{17'592'186'044'399}, 64);
    const Query product = query_of({x * y == number, z3::ugt(x, one), z3::ugt(y, one)});
    const Certificate certificate = certify(context, product, {.time = std::chrono::seconds(1)});
    EXPECT_EQ(certificate.result, Result::timeout) << certificate.reason;
}

} // namespace

} // namespace vtlcheck::proofs
