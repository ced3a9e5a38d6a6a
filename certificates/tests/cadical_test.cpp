// Proofs of a real solver: accepted as they are, rejected wherever the formula has a solution, whatever the proof.
#include "certificates/drat_check.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <sstream>
#include <string>
#include <vector>

namespace vtlcheck::certificates {

namespace {

using Clauses = std::vector<std::vector<int>>;

std::string dimacs(int variables, const Clauses& clauses) {
    std::ostringstream text;
    text << "p cnf " << variables << ' ' << clauses.size() << '\n';
    for (const auto& clause : clauses) {
        for (const int literal : clause) {
            text << literal << ' ';
        }
        text << "0\n";
    }
    return text.str();
}

/// Whether some assignment satisfies all clauses, by trying each: no solver has a part in it.
bool satisfiable(int variables, const Clauses& clauses) {
    for (unsigned values = 0; values >> static_cast<unsigned>(variables) == 0; ++values) {
        if (std::ranges::all_of(clauses, [&](const std::vector<int>& clause) {
                return std::ranges::any_of(clause, [&](int literal) {
                    const bool value = (values >> static_cast<unsigned>(std::abs(literal) - 1) & 1U) != 0;
                    return value == (literal > 0);
                });
            })) {
            return true;
        }
    }
    return false;
}

CheckResult check_text(const std::string& cnf, const std::string& proof) {
    std::istringstream formula(cnf);
    std::istringstream steps(proof);
    return check(formula, steps);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line + '\n');
    }
    return lines;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const std::string& line : lines) {
        text += line;
    }
    return text;
}

class Cadical : public testing::Test {
public:
    ~Cadical() override { std::filesystem::remove_all(folder_); }
    Cadical(const Cadical&) = delete;
    Cadical& operator=(const Cadical&) = delete;

protected:
    Cadical() {
        const auto* info = testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::temp_directory_path() /
                  (std::string("vtlcheck-cadical-") + info->name() + "-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
    }

    /// Whether the solver calls the formula unsatisfiable; if so, `proof` is its proof.
    bool unsatisfiable(const std::string& cnf, std::string& proof, const std::string& options = "") {
        const std::string formula_path = (folder_ / "cnf").string();
        const std::string proof_path = (folder_ / "drat").string();
        std::ofstream(formula_path) << cnf;
        std::filesystem::remove(proof_path);
        const std::string line =
            "cadical -q -n --no-binary " + options + " " + formula_path + " " + proof_path + " >/dev/null";
        const int status = std::system(line.c_str()); // NOLINT(cert-env33-c): bootstrap installs it
        constexpr int says_satisfiable = 10;
        constexpr int says_unsatisfiable = 20;
        const int said = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
        EXPECT_TRUE(said == says_satisfiable || said == says_unsatisfiable) << line << " exits " << said;
        std::ifstream file(proof_path);
        proof.assign(std::istreambuf_iterator<char>(file), {});
        return said == says_unsatisfiable;
    }

    int below(int limit) { return static_cast<int>(random_() % static_cast<unsigned>(limit)); }
    int literal(int variables) { return (below(2) == 0 ? 1 : -1) * (1 + below(variables)); }
    /// Mostly three literals a clause; if `odd`, also fewer, more, repeated and opposite ones.
    Clauses formula(int variables, int size, bool odd) {
        Clauses clauses(static_cast<std::size_t>(size));
        for (auto& clause : clauses) {
            const int length = odd && below(4) == 0 ? 1 + below(5) : 3;
            while (std::ssize(clause) < length) {
                const int next = literal(variables);
                const bool known = std::ranges::any_of(clause, [&](int l) { return std::abs(l) == std::abs(next); });
                if (odd || !known) {
                    clause.push_back(next);
                }
            }
        }
        return clauses;
    }
    /// One change of a proof, of the kind that a slip or a liar makes.
    std::string corrupted(const std::string& proof, int variables) {
        std::vector<std::string> lines = lines_of(proof);
        const auto at = lines.begin() + below(static_cast<int>(lines.size()));
        switch (below(6)) {
        case 0:
            lines.erase(at);
            break;
        case 1: // a literal flipped
            if (const auto digit = at->find_first_of("123456789"); digit != std::string::npos) {
                digit > 0 && (*at)[digit - 1] == '-' ? at->erase(digit - 1, 1) : at->insert(digit, "-");
            }
            break;
        case 2: // a literal lost
            if (const auto space = at->find(' '); space != std::string::npos) {
                at->erase(0, space + 1);
            }
            break;
        case 3:
            std::iter_swap(at, lines.begin() + below(static_cast<int>(lines.size())));
            break;
        case 4:
            lines.insert(at,
                         std::to_string(literal(variables)) + " " + std::to_string(literal(variables + 2)) + " 0\n");
            break;
        default: // a deletion made a lemma, or the other way round
            at->starts_with("d ") ? at->erase(0, 2) : at->insert(0, "d ");
        }
        return joined(lines);
    }

    std::mt19937 random_{20240607}; // NOLINT(cert-msc32-c,cert-msc51-cpp): tests repeat

private:
    std::filesystem::path folder_;
};

// Each pigeon sits in a hole, no two in the same: proofs of some length.
Clauses pigeons(int holes) {
    Clauses clauses;
    const auto sits = [&](int pigeon, int hole) { return pigeon * holes + hole + 1; };
    for (int pigeon = 0; pigeon <= holes; ++pigeon) {
        clauses.emplace_back();
        for (int hole = 0; hole < holes; ++hole) {
            clauses.back().push_back(sits(pigeon, hole));
        }
    }
    for (int hole = 0; hole < holes; ++hole) {
        for (int first = 0; first <= holes; ++first) {
            for (int second = first + 1; second <= holes; ++second) {
                clauses.push_back({-sits(first, hole), -sits(second, hole)});
            }
        }
    }
    return clauses;
}

TEST_F(Cadical, ItsProofsAreAccepted) {
    // Every way in which it simplifies leaves its own steps in the proof.
    const std::vector<std::string> options{"", "-P3", "--plain", "-P2 --block=1 --cover=1 --condition=1"};
    int proofs = 0;
    std::size_t lemmas = 0;
    std::size_t ignored = 0;
    for (int i = 0; i < 160; ++i) {
        const int variables = 5 + below(100);
        const std::string cnf = dimacs(variables, formula(variables, 5 * variables, i % 2 == 0));
        std::string proof;
        const bool refuted = unsatisfiable(cnf, proof, options[static_cast<std::size_t>(i) % options.size()]);
        const CheckResult result = check_text(cnf, proof);
        EXPECT_EQ(result.outcome, refuted ? Outcome::accepted : Outcome::rejected) << result.reason << '\n' << cnf;
        proofs += refuted ? 1 : 0;
        lemmas += result.lemmas;
        ignored += result.ignored_deletions;
    }
    EXPECT_GT(proofs, 100);
    EXPECT_GT(lemmas, 5000U);
    EXPECT_GT(ignored, 50U);
}

TEST_F(Cadical, ItsProofForPigeonsIsAccepted) {
    const std::string cnf = dimacs(56, pigeons(7));
    std::string proof;
    ASSERT_TRUE(unsatisfiable(cnf, proof));
    const CheckResult result = check_text(cnf, proof);
    EXPECT_EQ(result.outcome, Outcome::accepted) << result.reason;
    EXPECT_GT(result.lemmas, 1000U);
    EXPECT_GT(result.deletions, 1000U);
}

TEST_F(Cadical, ATruncatedProofIsNeverAccepted) {
    const std::string cnf = dimacs(20, pigeons(4));
    std::string proof;
    ASSERT_TRUE(unsatisfiable(cnf, proof));
    // The step that is the empty clause, whole; what follows it is no part of the proof.
    const std::size_t end = proof.starts_with("0\n") ? 1 : proof.find("\n0\n") + 2;
    ASSERT_LT(end, proof.size());
    ASSERT_EQ(check_text(cnf, proof.substr(0, end)).outcome, Outcome::accepted);
    for (std::size_t length = 0; length < end; ++length) {
        const CheckResult result = check_text(cnf, proof.substr(0, length));
        EXPECT_NE(result.outcome, Outcome::accepted) << length;
        EXPECT_NE(result.reason, "") << length;
    }
}

TEST_F(Cadical, AProofIsRejectedOfAPartThatCanBeSatisfied) {
    int parts = 0;
    for (int i = 0; i < 20; ++i) {
        const int variables = 10 + below(30);
        Clauses clauses = formula(variables, 6 * variables, i % 2 == 0);
        std::string proof;
        if (!unsatisfiable(dimacs(variables, clauses), proof)) {
            continue;
        }
        // Clauses are dropped until the solver finds a solution: what is left lacks little.
        std::shuffle(clauses.begin(), clauses.end(), random_);
        for (std::string other; unsatisfiable(dimacs(variables, clauses), other);) {
            clauses.resize(clauses.size() - 1 - clauses.size() / 20);
        }
        std::vector<std::string> lemmas = lines_of(proof);
        std::erase_if(lemmas, [](const std::string& line) { return line.starts_with("d "); });
        // Without its deletions the proof gets further: a dropped clause is not missed when it is to be deleted.
        for (const std::string& attempt : {proof, joined(lemmas)}) {
            EXPECT_EQ(check_text(dimacs(variables, clauses), attempt).outcome, Outcome::rejected);
        }
        ++parts;
    }
    EXPECT_GT(parts, 10);
}

TEST_F(Cadical, AProofOfAnotherFormulaIsRejected) {
    std::vector<std::string> formulas;
    std::vector<std::string> proofs;
    while (formulas.size() < 12) {
        const std::string cnf = dimacs(40, formula(40, 200, false));
        std::string proof;
        if (unsatisfiable(cnf, proof)) {
            formulas.push_back(cnf);
            proofs.push_back(proof);
        }
    }
    for (std::size_t i = 0; i < formulas.size(); ++i) {
        for (std::size_t j = 0; j < proofs.size(); ++j) {
            EXPECT_EQ(check_text(formulas[i], proofs[j]).outcome, i == j ? Outcome::accepted : Outcome::rejected);
        }
    }
}

TEST_F(Cadical, NoCorruptionRefutesWhatCanBeSatisfied) {
    // Whether a corrupted proof still proves its own formula is luck. Of a formula that has a solution, as told by trying
    // all assignments, none may be accepted, with RAT lemmas and deletions thrown in at random.
    int attempts = 0;
    std::size_t steps = 0;
    std::size_t rat_lemmas = 0;
    for (int i = 0; i < 60; ++i) {
        const int variables = 5 + below(5);
        Clauses clauses = formula(variables, 7 * variables, i % 2 == 0);
        std::string proof;
        const bool refuted = unsatisfiable(dimacs(variables, clauses), proof, "--plain");
        ASSERT_EQ(refuted, !satisfiable(variables, clauses));
        while (!satisfiable(variables, clauses)) {
            clauses.erase(clauses.begin() + below(static_cast<int>(clauses.size())));
        }
        std::vector<std::string> lemmas = lines_of(proof);
        std::erase_if(lemmas, [](const std::string& line) { return line.starts_with("d "); });
        for (int k = 0; k < 100; ++k) {
            std::string attempt = k % 2 == 0 || lemmas.empty() ? "1 0\n-1 0\n0\n" : joined(lemmas);
            for (int changes = below(12); changes > 0 && !attempt.empty(); --changes) {
                attempt = corrupted(attempt, variables);
            }
            const CheckResult result = check_text(dimacs(variables, clauses), attempt + "0\n");
            EXPECT_NE(result.outcome, Outcome::accepted) << dimacs(variables, clauses) << attempt;
            ++attempts;
            steps += result.lemmas;
            rat_lemmas += result.rat_lemmas;
        }
    }
    EXPECT_EQ(attempts, 6000);
    EXPECT_GT(steps, 6000U);
    EXPECT_GT(rat_lemmas, 1000U);
}

} // namespace

} // namespace vtlcheck::certificates
