// From terms to clauses to a checked proof. The clauses that are checked are those made here, whatever the solver read.
#include "proofs/certificate.hpp"

#include "certificates/drat_check.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <unordered_map>
#include <utility>

namespace vtlcheck::proofs {

namespace {

using Clock = std::chrono::steady_clock;

/// Milliseconds since the last call, or since it was made.
class Lap {
public:
    double operator()() {
        const auto before = std::exchange(last_, Clock::now());
        return std::chrono::duration<double, std::milli>(last_ - before).count();
    }

private:
    Clock::time_point last_ = Clock::now();
};

/// A folder that goes with its owner.
class Folder {
public:
    Folder() : path_((std::filesystem::temp_directory_path() / "vtlcheck-XXXXXX").string()) {
        if (mkdtemp(path_.data()) == nullptr) {
            throw std::runtime_error("no temporary folder at " + path_);
        }
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    [[nodiscard]] std::string file(const char* name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

/// Numbers Boolean constants as they come. Z3 can print DIMACS itself, but 4.8.12 numbers past its own header at times.
class Clauses {
public:
    void add(const z3::expr& formula) {
        std::string clause;
        bool holds = false; // whatever the constants are
        if (formula.is_or()) {
            for (unsigned i = 0; i < formula.num_args(); ++i) {
                holds = add_literal(formula.arg(i), clause) || holds;
            }
        } else {
            holds = add_literal(formula, clause);
        }
        if (!holds) {
            text_ += clause + "0\n";
            ++clauses_;
        }
    }
    [[nodiscard]] std::string str() const { return fmt::format("p cnf {} {}\n", numbers_.size(), clauses_) + text_; }

private:
    /// Whether the literal is true as it stands. Z3 leaves `true` and `false` among the literals of a clause.
    bool add_literal(const z3::expr& literal, std::string& clause) {
        const bool negative = literal.is_not();
        const z3::expr atom = negative ? literal.arg(0) : literal;
        if (atom.is_true() || atom.is_false()) {
            return atom.is_true() != negative;
        }
        if (!atom.is_const() || !atom.is_bool()) {
            throw std::runtime_error("not propositional: " + atom.decl().name().str());
        }
        const auto [entry, added] = numbers_.try_emplace(atom.id(), numbers_.size() + 1);
        clause += fmt::format("{}{} ", negative ? "-" : "", entry->second);
        return false;
    }

    std::unordered_map<unsigned, std::size_t> numbers_; // by id of the constant, which the goal keeps alive
    std::size_t clauses_ = 0;
    std::string text_;
};

Certificate attempt(z3::context& context, const Query& query, const Limits& limits, const std::string& cadical) {
    Certificate certificate;
    Lap lap;
    const std::string formula = to_dimacs(context, query, certificate.simplified);
    std::istringstream header(formula.substr(formula.find_first_of("0123456789")));
    header >> certificate.variables >> certificate.clauses;
    certificate.translate_ms = lap();

    const Folder folder;
    std::ofstream file(folder.file("cnf"));
    file << formula;
    file.close();
    if (!file) {
        throw std::runtime_error("cannot write " + folder.file("cnf"));
    }
    const auto seconds = limits.time.count() > 0 ? std::max<std::int64_t>(1, limits.time.count() / 1000) : 0;
    const std::string line =
        fmt::format("{} -q -n --no-binary --seed={} {} '{}' '{}' >/dev/null 2>&1", cadical, limits.seed,
                    seconds > 0 ? fmt::format("-t {}", seconds) : "", folder.file("cnf"), folder.file("drat"));
    const int status = std::system(line.c_str()); // NOLINT(cert-env33-c): the command is the user's own
    certificate.solve_ms = lap();
    constexpr int says_unknown = 0;
    constexpr int says_satisfiable = 10;
    constexpr int says_unsatisfiable = 20;
    switch (const int said = WIFEXITED(status) ? WEXITSTATUS(status) : -1) {
    case says_unsatisfiable:
        break;
    case says_satisfiable:
        certificate.result = Result::refuted;
        return certificate;
    case says_unknown:
        certificate.result = Result::timeout;
        certificate.reason = "timeout";
        return certificate;
    default:
        certificate.reason = fmt::format("{} fails: exit code {}", cadical, said);
        return certificate;
    }

    std::istringstream clauses(formula);
    std::ifstream proof(folder.file("drat"));
    const certificates::CheckResult checked = certificates::check(clauses, proof);
    certificate.check_ms = lap();
    certificate.lemmas = checked.lemmas;
    std::error_code absent;
    const auto size = std::filesystem::file_size(folder.file("drat"), absent);
    certificate.proof_bytes = absent ? 0 : static_cast<std::size_t>(size);
    if (checked.outcome == certificates::Outcome::accepted) {
        certificate.result = Result::proved;
    } else {
        certificate.reason = cadical + " gives no proof: " + checked.reason;
    }
    return certificate;
}

} // namespace

std::string to_dimacs(z3::context& context, const Query& query, bool& simplified) {
    z3::goal goal(context);
    for (const z3::expr& assertion : query.assertions) {
        goal.add(assertion);
    }
    const z3::tactic translate = z3::tactic(context, "simplify") & z3::tactic(context, "propagate-values") &
                                 z3::tactic(context, "bit-blast") & z3::tactic(context, "tseitin-cnf");
    const z3::apply_result translated = translate(goal);
    if (translated.size() != 1) {
        throw std::runtime_error(fmt::format("translated to {} goals", translated.size()));
    }
    z3::goal propositional = translated[0];
    if (propositional.precision() != Z3_GOAL_PRECISE) {
        throw std::runtime_error("translated to something that is not equivalent");
    }
    simplified = propositional.is_decided_sat() || propositional.is_decided_unsat();
    Clauses clauses;
    for (unsigned i = 0; i < propositional.size(); ++i) {
        clauses.add(propositional[static_cast<int>(i)]);
    }
    return clauses.str();
}

Certificate certify(z3::context& context, const Query& query, const Limits& limits, const std::string& cadical) {
    Certificate failed;
    try {
        return attempt(context, query, limits, cadical);
    } catch (const z3::exception& e) {
        failed.reason = e.msg();
    } catch (const std::exception& e) {
        failed.reason = e.what();
    }
    return failed;
}

} // namespace vtlcheck::proofs
