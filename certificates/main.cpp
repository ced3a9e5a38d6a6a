// drat_check FORMULA PROOF: see drat_check.hpp.
#include "certificates/drat_check.hpp"

#include <fstream>
#include <iostream>

int main(int count, char** arguments) {
    using namespace vtlcheck::certificates;
    constexpr int bad_input = 2;
    if (count != 3) {
        std::cerr << "usage: drat_check FORMULA PROOF\n"
                     "Checks the DRAT proof (text) that the DIMACS formula cannot be satisfied.\n"
                     "Exits 0 if it is accepted, 1 if it is rejected, 2 on bad input.\n";
        return bad_input;
    }
    std::ifstream cnf(arguments[1]);
    std::ifstream proof(arguments[2]);
    for (const auto& [file, path] : {std::pair{&cnf, arguments[1]}, std::pair{&proof, arguments[2]}}) {
        if (!*file) {
            std::cerr << "drat_check: cannot open " << path << '\n';
            return bad_input;
        }
    }
    const CheckResult result = check(cnf, proof);
    switch (result.outcome) {
    case Outcome::accepted:
        std::cout << "accepted: " << result.clauses << " clauses, " << result.lemmas << " lemmas, " << result.rat_lemmas
                  << " of them RAT, " << result.deletions << " deletions, " << result.ignored_deletions
                  << " more ignored\n";
        return 0;
    case Outcome::rejected:
        std::cout << "rejected: " << result.reason << '\n';
        return 1;
    case Outcome::malformed:
        break;
    }
    std::cerr << "drat_check: " << result.reason << '\n';
    return bad_input;
}
