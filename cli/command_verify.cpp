// vtlcheck verify and vtlcheck report: the main job. Proofs, conformance, recordings, log budget, and the page that tells
// of them; `report` makes the page of an earlier run, too.
#include "cli/commands.hpp"
#include "cli/conform_report.hpp"
#include "cli/output.hpp"
#include "cli/own_files.hpp"
#include "cli/prove_report.hpp"
#include "cli/replay_report.hpp"
#include "cli/report.hpp"
#include "cli/versions.hpp"
#include "mutants/source_mutants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>

namespace vtlcheck::cli {
namespace {

/// The recordings in a folder, by name.
std::vector<std::string> recordings_in(const std::string& folder) {
    std::error_code error;
    std::vector<std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
        if (entry.is_regular_file() && entry.path().extension() != ".md") {
            files.push_back(entry.path().string());
        }
    }
    if (error) {
        throw UsageError(fmt::format("cannot read the folder of recordings {}: {}; name one with --traces", folder,
                                     error.message()));
    }
    if (files.empty()) {
        throw UsageError(fmt::format("no recording in {}; name another folder with --traces", folder));
    }
    std::sort(files.begin(), files.end());
    return files;
}

struct Options {
    proptests::CampaignOptions campaign{.exits = 10'000'000};
    std::vector<std::string> claims;
    std::string page = "vtlcheck-report.html";
    std::string results;
    std::string from;
    std::string traces = own_recordings();
    ProofOptions proofs;
    bool json = false;

    void add_to(CLI::App& command) {
        command.add_option("--results", results, "Keep the results as JSON in this file, for `vtlcheck report --from`")
            ->type_name("FILE")
            ->take_last();
        command.add_option("--claims", claims,
                           "Prove these claims only; the verdict is then inconclusive, for want of the others");
        command.add_option("--traces", traces, "Folder of recordings and traces; by default the bundled ones")
            ->type_name("DIR")
            ->take_last();
        command.add_option("--exits", campaign.exits, "About how many random exits to run")
            ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}))
            ->capture_default_str();
        command.add_option("--seed", campaign.seed, "Seed of the random exits")->capture_default_str();
        command.add_option("--threads", campaign.threads, "Threads; 0 is one per processor")
            ->check(CLI::Range(0U, 1024U))
            ->capture_default_str();
        proofs.add_to(command);
        command.add_flag("--json", json, "Print the results as JSON");
    }
};

/// Does all of it, telling a person how it goes unless the results are for a program.
Verification verified(const Options& options, const std::vector<std::string>& files) {
    const auto began = std::chrono::steady_clock::now();
    ProgressLine progress(!options.json);
    Verification verification;
    // A checkout has it; the whole campaign takes too long to be part of this.
    if (const std::string ratchet = own_ratchet(); std::filesystem::exists(ratchet)) {
        try {
            verification.mutants = summaries(mutants::parse_ratchet(mutants::read_source(ratchet), ratchet));
        } catch (const mutants::RatchetError& error) {
            throw UsageError(error.what());
        }
    }
    const auto say = [&](const std::string& text) {
        progress.clear();
        if (!options.json) {
            print(text);
        }
    };

    proofs::ProveOptions prove_options = options.proofs.options();
    prove_options.ids = options.claims;
    prove_options.threads = options.campaign.threads;
    prove_options.progress = [&](const proofs::Progress& step) {
        progress.show(fmt::format("prove: {} of {}, {}", step.done, step.total, step.claim));
    };
    try {
        verification.proofs = proofs::prove(prove_options);
    } catch (const proofs::SelectionError& error) {
        throw UsageError(error.what());
    }
    verification.versions = versions(prove_options);
    say("== Proofs\n" + summary(verification.proofs, false));

    verification.campaign_options = options.campaign;
    verification.campaign = proptests::run_campaign(
        conformance::builtin_subject, options.campaign, [&](std::uint64_t done, std::uint64_t total) {
            progress.show(fmt::format("conform: {} of about {} exits", grouped(done), grouped(total)));
        });
    say("\n== Random exits\n" + summary(verification.campaign, options.campaign));
    if (verification.campaign.failure) {
        say(proptests::failure_text(verification.campaign, options.campaign));
    }

    say("\n== Recordings\n");
    const auto subject = conformance::builtin_subject();
    for (const auto& file : files) {
        progress.show("replay: " + file);
        verification.replays.push_back(proptests::replay(*subject, file, {}));
        const auto& replay = verification.replays.back();
        say(fmt::format("{:<9} {}: {}, {} pass through\n", replay.conforms() ? "agrees" : "VIOLATION",
                        std::filesystem::path(file).filename().string(),
                        counted(replay.is_trace ? replay.steps : replay.import.records(), "record"),
                        grouped(replay.passthrough)));
        if (!replay.conforms()) {
            say(summary(replay, 5));
        }
    }

    progress.show("flood");
    FloodOptions flood_options;
    flood_options.accesses = 1'000'000;
    flood_options.step = 10'000; // ten seconds, as long as a picture can show
    flood_options.threads = options.campaign.threads;
    verification.flood = run_flood(flood_options);
    try {
        verification.flood_picture = svg(verification.flood.picture());
    } catch (const UsageError& error) { // a picture is not worth a verdict
        verification.flood_picture = error.what();
    }
    say("\n== Log budget\n" + summary(verification.flood, 0));
    verification.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return verification;
}

void expect_usable(const Options& options) {
    expect_writable(options.page);
    if (!options.results.empty()) {
        expect_writable(options.results);
        if (options.results == options.page) {
            throw UsageError(fmt::format("the page and --results are both to be {}; name two files", options.results));
        }
    }
}

int run(const Options& options) {
    const auto files = recordings_in(options.traces);
    expect_usable(options);
    const Json found = results(verified(options, files));
    if (!options.results.empty()) {
        write_file(options.results, found.dump(1) + "\n");
    }
    write_file(options.page, html_report(found));
    const int code = exit_code_of(found);
    if (options.json) {
        print_json(found);
    } else {
        print(fmt::format("\n{}, {:.0f} s; report: {}\n", verdict_word(code), found.at("seconds").get<double>(),
                          std::filesystem::absolute(options.page).string()));
    }
    return code;
}

int run_again(const Options& options) {
    const Json found = read_results(options.from);
    expect_usable(options);
    const auto page = html_report(found); // throws where the results are not whole
    write_file(options.page, page);
    const int code = exit_code_of(found);
    print(fmt::format("{}; report: {}\n", verdict_word(code), std::filesystem::absolute(options.page).string()));
    return code;
}

} // namespace

void add_verify(CLI::App& app, Action& chosen) {
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("verify", "Do all of it, bundled recordings included, and write a report");
    command->add_option("--report", options->page, "Where the report goes")
        ->type_name("FILE")
        ->take_last()
        ->capture_default_str();
    options->add_to(*command);
    command->callback([options, &chosen] { chosen = [options] { return run(*options); }; });
}

void add_report(CLI::App& app, Action& chosen) {
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("report", "Write the report: of a new run, or of one whose results were kept");
    command->footer(
        "The report is one HTML file that needs nothing else. Without --from it does what `vtlcheck verify`\n"
        "does; with it, nothing is proved or run again, and the exit code is that of the results.");
    command->add_option("-o,--output", options->page, "Where the report goes")->take_last()->capture_default_str();
    options->add_to(*command);
    auto* from = command->add_option("--from", options->from, "Results of an earlier run, from --results or --json")
                     ->type_name("FILE");
    for (const char* other : {"--results", "--claims", "--traces", "--exits", "--seed", "--threads", "--time-limit",
                              "--second-solver", "--certifier", "--cache", "--no-cache", "--json"}) {
        from->excludes(command->get_option(other));
    }
    command->callback([options, &chosen] {
        chosen = [options] { return options->from.empty() ? run(*options) : run_again(*options); };
    });
}

} // namespace vtlcheck::cli
