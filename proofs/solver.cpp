// Talks to Z3: one solver per query, every kind of failure an answer of its own.
#include "proofs/solver.hpp"

#include "support/process.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

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

std::string solver_version() { return fmt::format("Z3 {}", Z3_get_full_version()); }

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

namespace {

/// Asks the program once, with `options` besides those that every question has.
Answer ask_once(const std::string& program, const std::vector<std::string>& options, const std::string& smt2,
                const Limits& limits) {
    Answer answer;
    std::vector<std::string> command{program, "--lang=smt2", fmt::format("--seed={}", limits.seed)};
    if (limits.time.count() > 0) {
        command.push_back(fmt::format("--tlimit={}", limits.time.count()));
    }
    command.insert(command.end(), options.begin(), options.end());
    command.emplace_back("-");
    // For a program that does not keep to its own limit.
    const auto patience = limits.time.count() > 0 ? limits.time + std::chrono::seconds(5) : limits.time;
    const auto said = support::run_process(command, smt2, patience);
    if (!said) {
        answer.reason = fmt::format("there is no program {}", program);
        return answer;
    }
    const std::string text = said->out + said->err;
    const std::string first = text.substr(0, text.find('\n'));
    if (first == "unsat" && said->exit_code == 0) {
        answer.result = Result::proved;
    } else if (first == "sat" && said->exit_code == 0) {
        answer.result = Result::refuted;
    } else if (said->timed_out || text.find("timeout") != std::string::npos) {
        answer.result = Result::timeout;
        answer.reason = "timeout";
    } else if (first == "unknown") {
        answer.result = Result::unknown;
        answer.reason = "it gave up";
    } else {
        answer.reason = first.empty() ? fmt::format("it says nothing, exit code {}", said->exit_code) : first;
    }
    return answer;
}

} // namespace

Answer ask_program(const std::string& program, Logic logic, const std::string& smt2, const Limits& limits) {
    Answer answer;
    const auto start = Clock::now();
    try {
        // No way of cvc5 suits all: what takes one of them a fraction of a second takes another minutes. So they take turns,
        // for longer each time: then a slow machine needs more turns, not the whole of a limit that a quick one never meets.
        struct Way {
            std::chrono::milliseconds time;
            std::vector<std::string> options;
        };
        constexpr std::chrono::milliseconds to_the_end = std::chrono::milliseconds::max();
        static const std::vector<std::string> by_circuit{"--bv-sat-solver=cadical", "--decision=justification"};
        static const std::vector<std::string> all_bits{"--bv-sat-solver=cadical", "--bitblast=eager",
                                                       "--bool-to-bv=all"};
        static const std::vector<Way> with_bits{{std::chrono::seconds(4), by_circuit},
                                                {std::chrono::seconds(12), all_bits},
                                                {std::chrono::seconds(36), by_circuit},
                                                {to_the_end, all_bits},
                                                {to_the_end, by_circuit}};
        static const std::vector<std::string> justified{"--decision=justification"};
        static const std::vector<std::string> as_written{"--simplification=none"};
        static const std::vector<Way> with_others{
            {std::chrono::seconds(5), justified},  {std::chrono::seconds(4), as_written},
            {std::chrono::seconds(12), {}},        {std::chrono::seconds(16), as_written},
            {std::chrono::seconds(36), justified}, {to_the_end, {}}};
        std::set<std::vector<std::string>> had_all_the_time;
        for (const Way& way : smt_name(logic) == std::string_view("QF_BV") ? with_bits : with_others) {
            Limits now = limits;
            const bool for_a_while = way.time != to_the_end && (limits.time.count() == 0 || way.time < limits.time);
            if (for_a_while) {
                now.time = way.time;
            } else if (!had_all_the_time.insert(way.options).second) {
                continue; // it would only take that time again
            }
            answer = ask_once(program, way.options, smt2, now);
            if (answer.result != Result::timeout) {
                break;
            }
        }
    } catch (const std::exception& e) {
        answer.reason = e.what();
    }
    answer.ms = ms_since(start);
    return answer;
}

std::string program_version(const std::string& program) {
    try {
        const auto said = support::run_process({program, "--version"}, "", std::chrono::seconds(10));
        if (!said || said->exit_code != 0) {
            return "";
        }
        std::string line = said->out.substr(0, said->out.find('\n'));
        // "This is cvc5 version 1.0.3" and what follows in brackets
        if (constexpr std::string_view preamble = "This is "; line.starts_with(preamble)) {
            line.erase(0, preamble.size());
        }
        if (constexpr std::string_view noise = "version "; line.find(noise) != std::string::npos) {
            line.erase(line.find(noise), noise.size());
        }
        return line.substr(0, line.find(" ["));
    } catch (const std::exception&) {
        return "";
    }
}

} // namespace vtlcheck::proofs
