// vtlcheck refine: the bitcode of the implementation against the specification, for all states and exits.
#include "cli/own_files.hpp"
#include "cli/prove_report.hpp"
#include "refinement/refinement.hpp"

#include <memory>
#include <string>

namespace vtlcheck::cli {

void add_refine(CLI::App& app, Action& chosen) {
    auto bitcode = std::make_shared<std::string>(own_bitcode());
    CLI::App& command = add_proofs(
        app, chosen,
        {.name = "refine",
         .description =
             "Prove that the implementation's bitcode does what the specification says, for all states and exits",
         .claims = [bitcode] { return refinement::claims(*bitcode); },
         .keeps = false,
         .second_solver = "none"}); // cvc5 proves most claims, but gives up on some obligations of the large ones
    command
        .add_option("--bitcode", *bitcode,
                    "LLVM bitcode of an implementation of the C ABI; by default of the built-in one")
        ->check(CLI::ExistingFile);
}

} // namespace vtlcheck::cli
