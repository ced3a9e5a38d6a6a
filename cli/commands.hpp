// The commands of vtlcheck. Each adds itself to the command line and runs when chosen.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace vtlcheck::cli {

// Exit codes of every command.
inline constexpr int exit_conforms = 0;
inline constexpr int exit_violation = 1;
inline constexpr int exit_usage = 2; ///< usage or bad input
inline constexpr int exit_inconclusive = 3;

/// What the chosen command is to do; gives the exit code.
using Action = std::function<int()>;

void add_prove(CLI::App& app, Action& chosen);
#if VTLCHECK_LIFTING
void add_refine(CLI::App& app, Action& chosen);
#endif
void add_conform(CLI::App& app, Action& chosen);
void add_merge(CLI::App& app, Action& chosen);
void add_sweep(CLI::App& app, Action& chosen);
void add_replay(CLI::App& app, Action& chosen);
void add_flood(CLI::App& app, Action& chosen);
void add_spec(CLI::App& app, Action& chosen);
void add_explain(CLI::App& app, Action& chosen);
void add_mutants(CLI::App& app, Action& chosen);
void add_vectors(CLI::App& app, Action& chosen);
void add_verify(CLI::App& app, Action& chosen);
void add_subject(CLI::App& app, Action& chosen);
void add_report(CLI::App& app, Action& chosen);
void add_manual(CLI::App& app, Action& chosen);
void add_completion(CLI::App& app, Action& chosen);

} // namespace vtlcheck::cli
