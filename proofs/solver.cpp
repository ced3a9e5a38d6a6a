// Talks to Z3: one solver per query, every kind of failure an answer of its own.
#include "proofs/solver.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace vtlcheck::proofs {

namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start) {
    return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

const char* smt_name(Logic logic) {
    switch (logic) {
    case Logic::integers:
        return "QF_NIA";
    case Logic::linear:
        return "QF_LIA";
    case Logic::functions:
        return "QF_UFBV";
    case Logic::bits:
    case Logic::sums:
        break;
    }
    return "QF_BV";
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
        // Z3's solver for finite domains, bit-blasting and SAT, is the fastest of Z3's where guards decide; where sums
        // do, it takes its tactic for bit vectors, which looks at them first, a fifth of the time.
        z3::solver solver = query.logic == Logic::sums
                                ? z3::tactic(context, "qfbv").mk_solver()
                                : z3::solver(context, query.logic == Logic::bits ? "QF_FD" : smt_name(query.logic));
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
    text << "(set-logic " << smt_name(query.logic) << ")\n";
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

Answer ask_program(const std::string& command, const std::string& smt2, const Limits& limits) {
    Answer answer;
    const auto start = Clock::now();
    const auto fail = [&](const std::string& what) {
        answer.reason = what;
        answer.result = Result::error;
    };
    std::string path = (std::filesystem::temp_directory_path() / "vtlcheck-XXXXXX").string();
    const int file = mkstemp(path.data());
    if (file < 0) {
        fail("no temporary file at " + path);
        return answer;
    }
    close(file);
    std::ofstream(path) << smt2;
    const std::string line =
        fmt::format("{} --lang=smt2 --seed={} --tlimit={} {} 2>&1", command, limits.seed, limits.time.count(), path);
    std::string said;
    if (FILE* pipe = popen(line.c_str(), "r")) { // NOLINT(cert-env33-c): the command is the user's own
        std::array<char, 256> part{};
        while (std::fgets(part.data(), part.size(), pipe) != nullptr) {
            said += part.data();
        }
        pclose(pipe);
    }
    std::filesystem::remove(path);
    const std::string first = said.substr(0, said.find('\n'));
    if (first == "unsat") {
        answer.result = Result::proved;
    } else if (first == "sat") {
        answer.result = Result::refuted;
    } else if (said.find("timeout") != std::string::npos) {
        answer.result = Result::timeout;
        answer.reason = "timeout";
    } else if (first == "unknown") {
        answer.result = Result::unknown;
        answer.reason = "it gave up";
    } else {
        fail(first.empty() ? "it says nothing" : first);
    }
    answer.ms = ms_since(start);
    return answer;
}

} // namespace vtlcheck::proofs
