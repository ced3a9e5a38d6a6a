// vtlcheck verify: the main job. Proofs, conformance, recordings, and the report.
#include "cli/commands.hpp"
#include "cli/conform_report.hpp"
#include "cli/output.hpp"
#include "cli/prove_report.hpp"
#include "cli/replay_report.hpp"
#include "cli/report.hpp"

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

} // namespace

void add_verify(CLI::App& app, Action& chosen) {
    struct Options {
        proptests::CampaignOptions campaign{.exits = 10'000'000};
        std::string report = "vtlcheck-report.html";
        std::string traces = VTLCHECK_TRACES;
        ProofOptions proofs;
        bool json = false;
    };
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("verify", "Do all of it, bundled recordings included, and write a report");
    command->add_option("--report", options->report, "Where the report goes")->take_last()->capture_default_str();
    command->add_option("--traces", options->traces, "Folder of recordings and traces")->take_last();
    command->add_option("--exits", options->campaign.exits, "About how many random exits to run")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}))
        ->capture_default_str();
    command->add_option("--seed", options->campaign.seed, "Seed of the random exits")->capture_default_str();
    command->add_option("--threads", options->campaign.threads, "Threads; 0 is one per processor")
        ->check(CLI::Range(0U, 1024U))
        ->capture_default_str();
    options->proofs.add_to(*command);
    command->add_flag("--json", options->json, "Print the result as JSON");
    command->callback([options, &chosen] {
        chosen = [options] {
            const auto began = std::chrono::steady_clock::now();
            const auto files = recordings_in(options->traces);
            expect_writable(options->report);
            ProgressLine progress(!options->json);
            Verification verification;
            const auto say = [&](const std::string& text) {
                progress.clear();
                if (!options->json) {
                    print(text);
                }
            };

            proofs::ProveOptions prove_options = options->proofs.options();
            prove_options.threads = options->campaign.threads;
            prove_options.progress = [&](const proofs::Progress& step) {
                progress.show(fmt::format("prove: {} of {}, {}", step.done, step.total, step.claim));
            };
            verification.proofs = proofs::prove(prove_options);
            say("== Proofs\n" + summary(verification.proofs, false));

            verification.campaign_options = options->campaign;
            verification.campaign = proptests::run_campaign(
                conformance::builtin_subject, options->campaign, [&](std::uint64_t done, std::uint64_t total) {
                    progress.show(fmt::format("conform: {} of about {} exits", grouped(done), grouped(total)));
                });
            say("\n== Random exits\n" + summary(verification.campaign));
            if (verification.campaign.failure) {
                say(proptests::failure_text(verification.campaign, options->campaign));
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
            flood_options.threads = options->campaign.threads;
            verification.flood = run_flood(flood_options);
            try {
                verification.flood_picture = svg(verification.flood.picture());
            } catch (const UsageError& error) { // a picture is not worth a verdict
                verification.flood_picture = error.what();
            }
            say("\n== Log budget\n" + summary(verification.flood, 0));

            verification.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
            write_file(options->report, html_report(verification));
            const int code = verification.exit_code();
            const char* verdict = code == exit_conforms    ? "conforms"
                                  : code == exit_violation ? "violation"
                                                           : "inconclusive";
            if (options->json) {
                Json json;
                json["command"] = "verify";
                json["verdict"] = verdict;
                json["seconds"] = verification.seconds;
                json["report"] = options->report;
                json["prove"] = to_json(verification.proofs);
                json["conform"] = to_json(verification.campaign, options->campaign, "");
                json["replay"] = Json::array();
                for (const auto& replay : verification.replays) {
                    json["replay"].push_back(to_json(replay));
                }
                json["flood"] = to_json(verification.flood);
                print_json(json);
            } else {
                print(fmt::format("\n{}, {:.0f} s; report: {}\n", verdict, verification.seconds,
                                  std::filesystem::absolute(options->report).string()));
            }
            return code;
        };
    });
}

} // namespace vtlcheck::cli
