// Talks to Z3: one solver per query, every kind of failure an answer of its own.
#include "proofs/solver.hpp"

#include <sstream>

namespace vtlcheck::proofs {

namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

/// Z3 says "timeout" for its own limit and "canceled" for an interrupt; nothing else interrupts us.
bool is_timeout(const std::string& reason) {
    return reason.find("timeout") != std::string::npos || reason.find("canceled") != std::string::npos;
}

} // namespace

const char* name(Result result) {
    switch (result) {
    case Result::proved:
        return "proved";
    case Result::refuted:
        return "refuted";
    case Result::unknown:
        return "unknown";
    case Result::timeout:
        return "timeout";
    case Result::error:
        break;
    }
    return "error";
}

std::string solver_version() { return Z3_get_full_version(); }

Answer ask(z3::context& context, const Query& query, const Limits& limits) {
    Answer answer;
    const auto start = Clock::now();
    try {
        // Z3's solver for finite domains: bit-blasting and SAT. It is the fastest of Z3's on these queries.
        z3::solver solver(context, "QF_FD");
        z3::params params(context);
        params.set("random_seed", limits.seed);
        if (limits.time.count() > 0) {
            params.set("timeout", static_cast<unsigned>(limits.time.count()));
        }
        solver.set(params);
        for (const z3::expr& assertion : query.assertions) {
            solver.add(assertion);
        }
        switch (solver.check()) {
        case z3::unsat:
            answer.result = Result::proved;
            break;
        case z3::sat:
            answer.model.emplace(solver.get_model());
            answer.result = Result::refuted;
            break;
        case z3::unknown:
            answer.reason = solver.reason_unknown();
            answer.result = is_timeout(answer.reason) ? Result::timeout : Result::unknown;
            break;
        }
    } catch (const z3::exception& e) {
        answer.reason = e.msg();
        answer.result = is_timeout(answer.reason) ? Result::timeout : Result::error;
    } catch (const std::exception& e) {
        answer.reason = e.what();
        answer.result = Result::error;
    }
    answer.ms = ms_since(start);
    return answer;
}

std::string to_smt2(z3::context& context, const Query& query) {
    z3::solver solver(context);
    for (const z3::expr& assertion : query.assertions) {
        solver.add(assertion);
    }
    std::ostringstream text;
    text << "; " << query.name << '\n';
    for (const std::string& comment : query.comments) {
        text << "; " << comment << '\n';
    }
    text << "(set-logic QF_BV)\n";
    std::istringstream lines(solver.to_smt2());
    for (std::string line; std::getline(lines, line);) {
        // Z3 adds a remark and a status; the status would tell the other solver the answer.
        if (line.starts_with(";") || line.starts_with("(set-info")) {
            continue;
        }
        text << line << '\n';
    }
    text << "(exit)\n";
    return text.str();
}

} // namespace vtlcheck::proofs
