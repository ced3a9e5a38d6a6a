// From terms to clauses to a checked proof. The clauses that are checked are those made here, whatever the solver read.
#include "proofs/certificate.hpp"

#include "certificates/drat_check.hpp"
#include "support/process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <sstream>
#include <stdexcept>
#include <unordered_map>
#include <utility>
#include <vector>

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

    const auto seconds = limits.time.count() > 0 ? std::max<std::int64_t>(1, limits.time.count() / 1000) : 0;
    std::vector<std::string> command{cadical, "-q", "-n", "--no-binary", fmt::format("--seed={}", limits.seed)};
    if (seconds > 0) {
        command.insert(command.end(), {"-t", std::to_string(seconds)});
    }
    command.insert(command.end(), {"-", "-"}); // the formula in, the proof out
    const auto said = support::run_process(command, formula, std::chrono::seconds(seconds > 0 ? seconds + 5 : 0));
    certificate.solve_ms = lap();
    if (!said) {
        throw std::runtime_error("there is no program " + cadical);
    }
    constexpr int says_unknown = 0;
    constexpr int says_satisfiable = 10;
    constexpr int says_unsatisfiable = 20;
    switch (said->exit_code) {
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
        certificate.reason = fmt::format("{} fails: exit code {}", cadical, said->exit_code);
        return certificate;
    }

    std::istringstream clauses(formula);
    std::istringstream proof(said->out);
    const certificates::CheckResult checked = certificates::check(clauses, proof);
    certificate.check_ms = lap();
    certificate.lemmas = checked.lemmas;
    certificate.proof_bytes = said->out.size();
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
