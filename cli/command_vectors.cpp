// vtlcheck vectors: named traces for every clause, coverage cell and guard boundary, and how a subject does on them.
#include "cli/commands.hpp"
#include "cli/differences.hpp"
#include "cli/output.hpp"
#include "cli/specification.hpp"
#include "cli/subject_option.hpp"
#include "vectors/check.hpp"

#include <fmt/format.h>

#include <chrono>
#include <memory>

namespace vtlcheck::cli {
namespace {

struct Options {
    std::string out;
    std::string check;
    SubjectOption subject;
    vectors::GenerateOptions generate;
    std::size_t most = 10;
    bool json = false;
};

double seconds_since(std::chrono::steady_clock::time_point began) {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
}

std::string counts_text(const vectors::Counts& counts) {
    return fmt::format(
        "{} ({}): {} of {} clauses, {} of {} coverage cells, {} table rows in cells,\n  {} guard boundaries\n"
        "  from reset: {}, of them {} with exits that no machine makes; with start lines: {}\n",
        counted(counts.vectors, "vector"), counted(counts.exits, "exit"), counts.clauses, proptests::cell_clause_count,
        counts.cells, proptests::reachable_cells().size(), grouped(counts.rows), grouped(counts.boundaries),
        grouped(counts.vectors - counts.with_start), grouped(counts.impossible), grouped(counts.with_start));
}

int generate(const Options& options) {
    vectors::expect_free(options.out);
    const auto began = std::chrono::steady_clock::now();
    ProgressLine progress(!options.json);
    std::vector<vectors::Vector> made;
    try {
        made = vectors::generate(options.generate, [&](std::uint64_t done, std::uint64_t total) {
            progress.show(fmt::format("vectors: searched {} of {} histories", grouped(done), grouped(total)));
        });
    } catch (const vectors::Incomplete& error) {
        progress.clear();
        fmt::print(stderr, "vtlcheck: {}\n", error.what());
        return exit_inconclusive;
    }
    progress.show("vectors: writing");
    vectors::write_folder(options.out, made,
                          {.tool = std::string("vtlcheck ") + VTLCHECK_VERSION,
                           .specification = specification_text(),
                           .options = {{"seed", options.generate.search.seed},
                                       {"exits", options.generate.search.exits},
                                       {"random", options.generate.random_traces}}});
    progress.clear();
    const auto counts = vectors::count(made);
    const double seconds = seconds_since(began);
    if (options.json) {
        print_json({{"command", "vectors"},
                    {"folder", options.out},
                    {"counts", vectors::to_json(counts)},
                    {"seconds", seconds}});
        return exit_conforms;
    }
    std::string text = options.out + ": " + counts_text(counts);
    for (const auto& clause : proptests::unreached_clauses) {
        text += fmt::format("  exempt: {}, {}\n", clause.id, clause.reason);
    }
    print(text + fmt::format("generated in {:.1f} s\n", seconds));
    return exit_conforms;
}

Json verdicts(const vectors::Folder& folder, const vectors::CheckResult& result) {
    Json all = Json::array();
    auto failure = result.failures.begin();
    for (std::size_t i = 0; i < folder.vectors.size(); ++i) {
        Json entry{{"file", folder.vectors[i].file}};
        const bool fails = failure != result.failures.end() && failure->vector == i;
        entry["verdict"] = fails ? "violation" : "conforms";
        if (fails) {
            const auto& divergence = (failure++)->divergence;
            entry["clause"] = divergence.clause;
            entry["exit"] = divergence.step + 1;
            if (!divergence.subject_error.empty()) {
                entry["subject_error"] = divergence.subject_error;
            }
            entry["differences"] = to_json(divergence.differences);
        }
        all.push_back(std::move(entry));
    }
    return all;
}

std::string failures_text(const Options& options, const vectors::Folder& folder, const vectors::CheckResult& result) {
    std::string text;
    for (std::size_t i = 0; i < std::min(options.most, result.failures.size()); ++i) {
        const auto& [vector, divergence] = result.failures[i];
        text += fmt::format("  {}, exit {}, clause {}\n", folder.vectors[vector].file, divergence.step + 1,
                            divergence.clause);
        if (!divergence.subject_error.empty()) {
            text += fmt::format("    the subject broke its contract: {}\n", divergence.subject_error);
        }
        for (const auto& difference : divergence.differences) {
            text += fmt::format("    {} {}: expected {}, observed {}\n", difference.scope, difference.field,
                                difference.expected, difference.observed);
        }
    }
    if (options.most != 0 && result.failures.size() > options.most) {
        text += fmt::format("  and {} more\n", grouped(result.failures.size() - options.most));
    }
    for (const auto& [clause, count] : result.by_clause()) {
        text += fmt::format("  {}: {} not passed\n", clause, counted(count, "vector"));
    }
    return text;
}

int check(const Options& options) {
    const auto began = std::chrono::steady_clock::now();
    ProgressLine progress(!options.json);
    progress.show("vectors: reading");
    const auto folder = vectors::read_folder(options.check, specification_text());
    const auto subject = options.subject.factory()();
    const auto result = vectors::check(*subject, folder, false, [&](std::size_t done, std::size_t total) {
        progress.show(fmt::format("vectors: {} of {}", grouped(done), grouped(total)));
    });
    progress.clear();
    const double seconds = seconds_since(began);
    const char* verdict = result.conforms() ? "conforms" : "violation";
    if (options.json) {
        Json by_clause = Json::object();
        for (const auto& [clause, count] : result.by_clause()) {
            by_clause[clause] = count;
        }
        print_json({{"command", "vectors"},
                    {"subject", subject->name()},
                    {"verdict", verdict},
                    {"counts", folder.manifest["counts"]},
                    {"exits", result.exits},
                    {"failed", result.failures.size()},
                    {"failed_by_clause", by_clause},
                    {"seconds", seconds},
                    {"vectors", verdicts(folder, result)}});
    } else {
        const auto& counts = folder.manifest["counts"];
        print(failures_text(options, folder, result) +
              fmt::format("{}: {} of {} passed, {}, {:.1f} s\n", verdict,
                          grouped(folder.vectors.size() - result.failures.size()),
                          counted(folder.vectors.size(), "vector"), counted(result.exits, "exit"), seconds) +
              fmt::format("  for {} clauses, {} coverage cells, {} guard boundaries\n", counts["clauses"].dump(),
                          counts["cells"].dump(), counts["boundaries"].dump()));
    }
    return result.conforms() ? exit_conforms : exit_violation;
}

} // namespace

void add_vectors(CLI::App& app, Action& chosen) {
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("vectors", "Write named traces for a port to be checked with, or run them");
    command->footer("--out makes a folder of traces with their outcomes: for each coverage cell a shortest one, for\n"
                    "guards both sides, and a manifest of what each is for; its README says how to read them. The\n"
                    "same options make the same files. --check runs such a folder on a subject (docs/vectors.md).");
    auto* out = command->add_option("--out", options->out, "Make this folder")->type_name("DIR");
    command->add_option("--check", options->check, "Run the vectors of this folder")->type_name("DIR")->excludes(out);
    options->subject.add_to(*command);
    command->add_option("--seed", options->generate.search.seed, "The same seed makes the same vectors")
        ->capture_default_str();
    command->add_option("--exits", options->generate.search.exits, "About how many exits to search for short histories")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}))
        ->capture_default_str();
    command->add_option("--random", options->generate.random_traces, "Long random traces to add")
        ->check(CLI::Range(0U, 10'000U))
        ->capture_default_str();
    command->add_option("--most", options->most, "Failures to show; 0: only how many at which clause")
        ->capture_default_str();
    command->add_flag("--json", options->json, "Print the result as JSON");
    command->callback([options, &chosen] {
        chosen = [options] {
            if (options->out.empty() == options->check.empty()) {
                throw UsageError("name a folder to make with --out, or one to run with --check");
            }
            return options->out.empty() ? check(*options) : generate(*options);
        };
    });
}

} // namespace vtlcheck::cli
