// vtlcheck mutants: whether the checks could fail: the implementation and the specification, wrong on purpose.
#include "cli/commands.hpp"
#include "cli/library_check.hpp"
#include "cli/mutants_report.hpp"
#include "cli/output.hpp"
#include "cli/own_files.hpp"
#include "cli/result_files.hpp"
#include "cli/shard_option.hpp"
#include "cli/specification.hpp"
#include "mutants/campaign.hpp"
#include "mutants/hash.hpp"
#include "mutants/laboratory.hpp"
#include "mutants/ratchet.hpp"
#include "mutants/specification.hpp"
#include "vectors/files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <thread>

namespace vtlcheck::cli {
namespace {

namespace fs = std::filesystem;
using mutants::Kind;

constexpr std::uint64_t quick_exits = 300'000;
constexpr std::uint64_t thorough_exits = 5'000'000;
constexpr std::uint64_t usual_one_in = 8;

struct Options {
    bool list = false;
    std::string only;
    std::string kind;
    std::size_t sample = 0;
    ShardOption shard;
    std::uint64_t seed = 1;
    std::uint64_t one_in = usual_one_in;
    unsigned threads = 0;
    std::string results;
    std::string ratchet = own_ratchet();
    bool update = false;
    std::string vectors;
    std::string plan = VTLCHECK_MUTANT_PLAN;
    std::string work = VTLCHECK_MUTANT_WORK;
    ResultFiles files;
    bool json = false;
    // In a process of its own.
    std::string library;
    LibraryCheckOptions check;

    [[nodiscard]] bool wants(Kind which) const { return kind.empty() || kind == name_of(which); }
};

/// In the child process: an exit code of 0 and lines that say what became of the library.
int check_one(const Options& options) {
    std::optional<conformance::Library> library;
    try {
        library.emplace(options.library);
    } catch (const conformance::LibraryError& error) {
        throw UsageError(error.what());
    }
    LibraryCheckOptions check = options.check;
    check.vectors = options.vectors;
    check_library(library->abi(), check, [](const std::string& line) { print(line + "\n"); });
    return exit_conforms;
}

/// All mutants of the kinds that are wanted. What they need lives as long as this.
class Supply {
public:
    Supply(const Options& options, unsigned threads) : options_(options), threads_(threads) {
        // Of a rebuilt program no earlier result is used: its checks may be others.
        program_ = mutants::hashed(mutants::read_source("/proc/self/exe"));
        if (options.wants(Kind::impl)) {
            add_implementation();
        }
        const mutants::SpecificationChecks checks{
            .make_subject = conformance::builtin_subject, .exits = quick_exits, .content = program_};
        const auto add = [&](std::vector<mutants::Mutant> more) {
            all_.insert(all_.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
        };
        if (options.wants(Kind::spec)) {
            add(mutants::specification_mutants(checks));
        }
        if (options.wants(Kind::known)) {
            add(mutants::known_defects(checks));
        }
    }

    [[nodiscard]] const std::vector<mutants::Mutant>& all() const { return all_; }

private:
    void add_implementation() {
        plan_ = mutants::read_plan(options_.plan);
        std::vector<std::string> flags{"-xc++", "-std=c++20", "-ffreestanding",
                                       "-I" + (plan_.root / "impl/include").string()};
        const auto found = mutants::source_mutants({.root = plan_.root,
                                                    .sources = plan_.sources,
                                                    .folder = "impl/src",
                                                    .flags = flags,
                                                    .one_in = options_.one_in});
        for (const auto& source : found) {
            mutants::Mutant mutant;
            mutant.kind = Kind::impl;
            mutant.name = source.name;
            mutant.difference = source.difference;
            mutant.file = source.file;
            mutant.line = source.line;
            mutant.content = content_of(source);
            const auto kept = std::make_shared<const mutants::SourceMutant>(source);
            mutant.run = [this, kept](unsigned worker) { return laboratory_->judge(*kept, worker); };
            all_.push_back(std::move(mutant));
        }
    }

    [[nodiscard]] std::uint64_t content_of(const mutants::SourceMutant& mutant) {
        if (sources_ == 0) {
            sources_ = program_;
            for (const char* part : {"impl/src", "impl/include", "impl/tests"}) {
                std::vector<fs::path> files;
                for (const auto& entry : fs::directory_iterator(plan_.root / part)) {
                    files.push_back(entry.path());
                }
                std::sort(files.begin(), files.end());
                for (const auto& file : files) {
                    sources_ = mutants::hashed(mutants::read_source(file), sources_);
                }
            }
            sources_ = mutants::hashed(mutants::read_source(options_.plan), sources_);
        }
        return mutants::hashed(
            fmt::format("{}\n{}\n{}\n{}", mutant.name, mutant.offset, mutant.length, mutant.replacement), sources_);
    }

public:
    /// Builds the implementation as it is and runs all checks on it. Throws mutants::LaboratoryError.
    void set_up_laboratory() {
        const std::string self = fs::read_symlink("/proc/self/exe").string();
        mutants::Checks checks;
        if (!options_.vectors.empty()) {
            const auto folder = fs::absolute(options_.vectors).string();
            checks.quick = {.command = {self, "mutants", "--vectors", folder, "--check-library"},
                            .processor_seconds = 60};
            checks.unit_tests = false;
            set_up_laboratory(checks);
            return;
        }
        checks.quick = {.command = {self, "mutants", "--check-exits", std::to_string(quick_exits), "--check-library"},
                        .processor_seconds = 20};
        checks.thorough = {.command = {self, "mutants", "--check-exits", std::to_string(thorough_exits), "--check-seed",
                                       "2", "--check-library"},
                           .processor_seconds = 120};
        set_up_laboratory(checks);
    }

private:
    void set_up_laboratory(const mutants::Checks& checks) {
        auto made = std::make_unique<mutants::Laboratory>(plan_, checks, options_.work, threads_);
        made->expect_baseline_passes();
        laboratory_ = std::move(made);
    }

    const Options& options_;
    unsigned threads_;
    std::uint64_t program_ = 0;
    std::uint64_t sources_ = 0;
    mutants::BuildPlan plan_;
    std::unique_ptr<mutants::Laboratory> laboratory_;
    std::vector<mutants::Mutant> all_;
};

mutants::Ratchet read_ratchet(const Options& options) {
    std::error_code error;
    if (!fs::exists(options.ratchet, error)) {
        if (options.update || options.list) {
            return {};
        }
        throw UsageError(fmt::format("{}: there is no such ratchet; --update writes one", options.ratchet));
    }
    return mutants::parse_ratchet(mutants::read_source(options.ratchet), options.ratchet);
}

int run(const Options& options) {
    if (!options.library.empty()) {
        return check_one(options);
    }
    if (!options.vectors.empty()) {
        if (options.kind != "impl" || options.update || !options.results.empty()) {
            throw UsageError("--vectors is for --kind impl, without --update and --results: these are of all checks");
        }
        // What is wrong with the folder is said before anything is built.
        static_cast<void>(vectors::read_folder(options.vectors, specification_text()));
    }
    options.files.expect_usable();
    const auto ratchet = read_ratchet(options);
    const unsigned threads = options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
    Supply supply(options, threads);

    MutantsReport report;
    report.ratchet = ratchet;
    for (const auto& mutant : supply.all()) {
        report.findings.exists.emplace(mutant.kind, mutant.name);
        report.findings.made.insert(mutant.kind);
        if (options.only.empty() || mutant.name.find(options.only) != std::string::npos) {
            report.mutants.push_back(mutant);
        }
    }
    if (options.sample != 0) {
        report.mutants = mutants::sample_of(report.mutants, options.sample, options.seed);
    }
    if (report.mutants.empty()) {
        throw UsageError(
            fmt::format("no mutant has \"{}\" in its name; `vtlcheck mutants --list` names all", options.only));
    }
    const auto whole = report.mutants.size();
    report.mutants = options.shard.part_of(report.mutants);
    if (report.mutants.empty()) {
        throw UsageError(
            fmt::format("--shard {}: there are {}; make fewer shards", options.shard.text, counted(whole, "mutant")));
    }
    if (options.list) {
        std::string text;
        for (const auto& mutant : report.mutants) {
            text += fmt::format("{} {}\n    {}\n", name_of(mutant.kind), mutant.name, mutant.difference);
        }
        print(text);
        return exit_conforms;
    }
    const bool all = options.only.empty() && report.mutants.size() == supply.all().size();
    if (options.update && (!all || options.one_in != usual_one_in)) {
        throw UsageError(
            "--update writes what a whole campaign finds; leave out --only, --sample, --shard and --one-in");
    }
    // Another density has other mutants.
    if (options.one_in != usual_one_in) {
        report.findings.made.erase(Kind::impl);
    }
    if (all) {
        report.findings.complete = report.findings.made;
    }

    const auto begin = std::chrono::steady_clock::now();
    ProgressLine progress(!options.json);
    mutants::KeptResults kept(options.results);
    if (std::any_of(report.mutants.begin(), report.mutants.end(), [&](const mutants::Mutant& mutant) {
            return mutant.kind == Kind::impl && kept.find(mutant) == nullptr;
        })) {
        progress.show("mutants: building the implementation as it is");
        supply.set_up_laboratory();
    }
    report.findings.results =
        mutants::run_mutants(report.mutants, threads, kept, [&](const mutants::CampaignState& state) {
            progress.show(fmt::format("mutants: {} of {}, {}: {}", grouped(state.done), grouped(state.total),
                                      counted(state.survivors, "survivor"), state.last->name));
        });
    progress.clear();
    report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (options.update) {
        report.ratchet = mutants::updated(ratchet, report.findings);
        write_file(options.ratchet, mutants::write_ratchet(report.ratchet));
    }
    report.disagreements = mutants::disagreements(report.ratchet, report.findings);
    const auto classes = classes_without_kill(report.findings);
    report.disagreements.insert(report.disagreements.end(), classes.begin(), classes.end());
    if (options.json) {
        print_json(to_json(report));
    } else {
        print(summary(report));
    }
    options.files.write(report);
    return exit_code(report);
}

int mutants_command(const Options& options) {
    try {
        return run(options);
    } catch (const mutants::LaboratoryError& error) {
        fmt::print(stderr, "vtlcheck: {}\n", error.what());
        return exit_inconclusive;
    } catch (const mutants::SourceError& error) {
        throw UsageError(error.what());
    } catch (const mutants::RatchetError& error) {
        throw UsageError(error.what());
    } catch (const mutants::ResultsError& error) {
        throw UsageError(error.what());
    }
}

} // namespace

void add_mutants(CLI::App& app, Action& chosen) {
    auto options = std::make_shared<Options>();
    auto* command =
        app.add_subcommand("mutants", "Break implementation and specification, and see which check notices");
    command->footer(
        "A mutant of the implementation is its sources with one slip; it is built and run in a process of its own\n"
        "against the specification (conform, flood) and its unit tests. A mutant of the specification is held against\n"
        "the implementation, and then against the claims. What survives has to be listed in the ratchet with a "
        "reason.\n"
        "Fails when the ratchet says anything else than what is found, in either direction.");
    command->add_flag("--list", options->list, "Print the mutants and what each changes, and run none");
    command->add_option("--only", options->only, "Only mutants that have this text in their names");
    command->add_option("--kind", options->kind, "impl, spec, or class: the known defects of docs/defect-classes.md")
        ->check(CLI::IsMember({"impl", "spec", "class"}));
    command->add_option("--sample", options->sample, "Run about this many of them, chosen by --seed; 0 is all")
        ->capture_default_str();
    options->shard.add_to(*command, "The results files of all, joined, are that of the whole");
    command->add_option("--seed", options->seed, "The same seed chooses the same sample")->capture_default_str();
    command
        ->add_option("--one-in", options->one_in,
                     "Of the slips in the implementation take one in this many, by the hashes of their names; the\n"
                     "ratchet is of one in 8")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}))
        ->capture_default_str();
    command->add_option("--threads", options->threads, "Mutants at once; 0 is one per processor")
        ->check(CLI::Range(0U, 1024U))
        ->capture_default_str();
    command
        ->add_option("--results", options->results,
                     "Append results to this file and take those that are there, unless sources or checks changed")
        ->type_name("FILE");
    command->add_option("--ratchet", options->ratchet, "What is to be found; by default mutants/ratchet.txt")
        ->type_name("FILE");
    command->add_flag("--update", options->update,
                      "Write counts and survivors to the ratchet; new survivors get no reason, which fails");
    command
        ->add_option("--vectors", options->vectors,
                     "Hold the mutants against the vectors in this folder (`vtlcheck vectors --out`), and nothing "
                     "else")
        ->type_name("DIR");
    command->add_option("--work", options->work, "Where mutants are built; by default in the build folder")
        ->type_name("DIR");
    options->files.add_to(*command);
    command->add_flag("--json", options->json, "Print the result as JSON");
    // For the process that is run for each mutant, and for tests.
    command->add_option("--plan", options->plan)->group("");
    command->add_option("--check-library", options->library)->group("");
    command->add_option("--check-exits", options->check.exits)->group("");
    command->add_option("--check-seed", options->check.seed)->group("");
    command->callback([options, &chosen] { chosen = [options] { return mutants_command(*options); }; });
}

} // namespace vtlcheck::cli
