// refinement_check: proves with Z3 that the bitcode of the implementation does what the specification says.
#include "proofs/solver.hpp"
#include "refinement/refinement.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

namespace {

using namespace vtlcheck;

/// Exit code of the claim: 0 proved, 1 refuted, 3 anything else.
int check(const proofs::Claim& claim, const proofs::Limits& limits) {
    int code = 0;
    double ms = 0;
    std::size_t obligations = 0;
    std::string trouble;
    try {
        z3::context context;
        proofs::Goal goal(context);
        claim.put(goal);
        obligations = goal.obligations().size();
        for (const proofs::Obligation& obligation : goal.obligations()) {
            const proofs::Answer answer = proofs::ask(context, goal.counterexample(obligation), limits);
            const proofs::Answer premise = proofs::ask(context, goal.reach(obligation), limits);
            ms += answer.ms + premise.ms;
            if (answer.result != proofs::Result::proved) {
                trouble += fmt::format("\n  {}: {} {}", obligation.name, proofs::name(answer.result), answer.reason);
                code = answer.result == proofs::Result::refuted || code == 1 ? 1 : 3;
            } else if (premise.result != proofs::Result::refuted) {
                trouble += fmt::format("\n  {}: its premise cannot be reached: {} {}", obligation.name,
                                       proofs::name(premise.result), premise.reason);
                code = code == 1 ? 1 : 3;
            }
        }
    } catch (const z3::exception& error) {
        trouble += fmt::format("\n  {}", error.msg());
        code = 3;
    } catch (const std::exception& error) {
        trouble += fmt::format("\n  {}", error.what());
        code = 3;
    }
    fmt::print("{:<8} {:<24} {:>4} obligations {:>8.0f} ms{}\n",
               code == 0   ? "proved"
               : code == 1 ? "refuted"
                           : "unknown",
               claim.id, obligations, ms, trouble);
    std::fflush(stdout);
    return code;
}

} // namespace

int main(int argc, char** argv) {
    CLI::App app("Prove with Z3 that the bitcode of the implementation does what the specification says");
    std::vector<std::string> ids;
    std::string bitcode = VTLCHECK_BITCODE;
    unsigned seconds = 60;
    app.add_option("CLAIM", ids, "Claims to prove; all by default");
    app.add_option("--bitcode", bitcode, "LLVM bitcode of the implementation")->capture_default_str();
    app.add_option("--time-limit", seconds, "Seconds for one query of the solver")->capture_default_str();
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    const auto all = refinement::claims(bitcode);
    for (const std::string& id : ids) {
        if (std::none_of(all.begin(), all.end(), [&](const auto& claim) { return claim.id == id; })) {
            fmt::print(stderr, "refinement_check: there is no claim \"{}\".\n", id);
            return 2;
        }
    }
    int code = 0;
    for (const proofs::Claim& claim : all) {
        if (ids.empty() || std::find(ids.begin(), ids.end(), claim.id) != ids.end()) {
            const int one = check(claim, {.time = std::chrono::seconds(seconds), .seed = 1});
            code = code == 1 || one == 1 ? 1 : std::max(code, one);
        }
    }
    return code;
}
