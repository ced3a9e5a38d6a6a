// vtlcheck conform: random exit traces on the implementation and the specification side by side.
#include "cli/commands.hpp"
#include "cli/conform_report.hpp"
#include "cli/differences.hpp"
#include "cli/output.hpp"
#include "cli/result_files.hpp"
#include "cli/shard_option.hpp"
#include "cli/subject_option.hpp"
#include "cli/versions.hpp"

#include <fmt/format.h>

#include <memory>

namespace vtlcheck::cli {

int exit_code(proptests::Verdict verdict) {
    switch (verdict) {
    case proptests::Verdict::conforms:
        return exit_conforms;
    case proptests::Verdict::violation:
        return exit_violation;
    default:
        return exit_inconclusive;
    }
}

namespace {

/// What was compared, for programs.
Json compared_words(conformance::Visible visible) {
    Json words{"outcomes"};
    if (visible != conformance::Visible::outcomes) {
        words.push_back("registers");
    }
    if (visible == conformance::Visible::everything) {
        for (const char* word : {"interception", "audit", "log", "census"}) {
            words.push_back(word);
        }
    }
    return words;
}

std::string unlisted_text(const proptests::CampaignResult& result) {
    std::string text;
    for (const auto& cell : result.unlisted) {
        text += fmt::format("  reached, but not listed as reachable: {}\n", proptests::to_string(cell));
    }
    return text;
}

proptests::CampaignResult run(const SubjectOption& subject, const proptests::CampaignOptions& options,
                              const proptests::Progress& progress) {
    using Kind = conformance::SubjectChoice::Kind;
    const auto choice = subject.choice();
    switch (choice.kind) {
    case Kind::library:
        return proptests::run_campaign_apart([&] { return conformance::library_subject(choice.what); }, choice.name(),
                                             subject.limit(), options, progress);
    case Kind::command:
        return proptests::run_campaign_of_program(choice.what, subject.limit(), options, progress);
    default:
        return proptests::run_campaign(conformance::builtin_subject, options, progress);
    }
}

Json failure_json(const proptests::CampaignResult& result, const proptests::CampaignOptions& options) {
    const auto& failure = *result.failure;
    Json out;
    out["trace_number"] = result.failing_trace;
    out["clause"] = failure.divergence.clause;
    out["exit"] = failure.divergence.step + 1;
    out["exits"] = failure.trace.steps.size();
    out["minimal"] = failure.minimal;
    out["happens_again"] = failure.happens_again;
    out["replays"] = failure.replays;
    if (!failure.divergence.subject_error.empty()) {
        out["subject_error"] = failure.divergence.subject_error;
    }
    if (const auto lines = proptests::last_lines(failure.divergence.last_words); !lines.empty()) {
        out["subject_stderr"] = lines;
    }
    out["trace"] = proptests::failure_text(result, options);
    out["differences"] = to_json(failure.divergence.differences);
    return out;
}

} // namespace

Json to_json(const proptests::CampaignResult& result, const proptests::CampaignOptions& options,
             const std::string& trace_file) {
    Json json;
    json["command"] = "conform";
    json["version"] = VTLCHECK_VERSION;
    json["build"] = build_id();
    json["subject"] = result.subject;
    json["compared"] = compared_words(result.visible);
    json["verdict"] = proptests::name_of(result.verdict);
    json["seed"] = options.seed;
    json["exits_wanted"] = options.exits;
    json["shard"] = options.shard;
    json["shards"] = options.shards;
    json["exits"] = result.exits;
    json["traces"] = result.traces;
    json["seconds"] = result.seconds;
    json["cells_total"] = proptests::reachable_cells().size();
    json["cells_hit"] = proptests::reachable_cells().size() - result.missing.size();
    json["cells_missing"] = Json::array();
    for (const auto& cell : result.missing) {
        json["cells_missing"].push_back(proptests::to_string(cell));
    }
    if (!result.unlisted.empty()) {
        json["cells_unlisted"] = Json::array();
        for (const auto& cell : result.unlisted) {
            json["cells_unlisted"].push_back(proptests::to_string(cell));
        }
    }
    if (result.failure) {
        json["failure"] = failure_json(result, options);
        if (!trace_file.empty()) {
            json["trace_file"] = trace_file;
        }
    }
    return json;
}

std::string summary(const proptests::CampaignResult& result, const proptests::CampaignOptions& options) {
    const auto total = proptests::reachable_cells().size();
    std::string text = fmt::format("{}: {} in {}, {:.1f} s", proptests::name_of(result.verdict),
                                   counted(result.exits, "exit"), counted(result.traces, "trace"), result.seconds);
    // A run that ends at a violation says nothing of coverage.
    text += result.failure ? "\n"
                           : fmt::format("; {} of {} coverage cells reached\n", total - result.missing.size(), total);
    if (result.subject != "builtin") {
        text += fmt::format("  subject: {}\n", result.subject);
    }
    if (result.visible == conformance::Visible::outcomes) {
        text += "  compared: outcomes only; the program does not show its registers\n";
    } else if (result.visible == conformance::Visible::registers) {
        text += "  compared: outcomes, and the registers after each trace\n";
    }
    if (options.shards != 1 && !result.failure) {
        text += fmt::format("  a part: shard {}/{}{}\n", options.shard, options.shards,
                            result.traces == 0 ? ", which has no trace"
                                               : "; `vtlcheck merge` judges the coverage of all shards together");
        return text + unlisted_text(result);
    }
    constexpr std::size_t shown = 10;
    for (std::size_t i = 0; i < result.missing.size() && i < shown; ++i) {
        text += fmt::format("  not reached: {}\n", proptests::to_string(result.missing[i]));
    }
    if (result.missing.size() > shown) {
        text += fmt::format("  and {} more; run more exits\n", result.missing.size() - shown);
    }
    return text + unlisted_text(result);
}

void CampaignOutput::add_to(CLI::App& command) {
    command.add_option("--trace-out", trace_out, "Where a failing trace goes")
        ->type_name("FILE")
        ->capture_default_str();
    files.add_to(command);
    command.add_flag("--json", json, "Print the result as JSON");
}

void CampaignOutput::expect_usable() const {
    if (trace_out_given) {
        expect_writable(trace_out);
    }
    files.expect_usable();
}

int CampaignOutput::tell(const proptests::CampaignResult& result, const proptests::CampaignOptions& options,
                         std::span<const FailedShard> others) const {
    std::string trace_file;
    if (result.failure) {
        // A verdict that was found is not lost to a folder that cannot be written: the trace is printed as well.
        try {
            write_file(trace_out, proptests::failure_text(result, options));
            trace_file = trace_out;
        } catch (const UsageError& error) {
            fmt::print(stderr, "vtlcheck: {}\n", error.what());
        }
    }
    if (json) {
        Json document = to_json(result, options, trace_file);
        if (!subject_build.empty()) {
            document["subject_build"] = subject_build;
        }
        for (const auto& other : others) {
            Json failure{{"shard", other.options.shard}, {"shards", other.options.shards}};
            failure.update(failure_json(other.result, other.options));
            document["other_failures"].push_back(failure);
        }
        print_json(document);
    } else {
        print(summary(result, options));
        for (const auto& other : others) {
            print(fmt::format("  shard {}/{} diverges, too: trace {}, clause {}\n", other.options.shard,
                              other.options.shards, other.result.failing_trace,
                              other.result.failure->divergence.clause));
        }
        if (result.failure) {
            print("\n" + proptests::failure_text(result, options));
            if (!trace_file.empty()) {
                print(where_written(trace_file, conformance::parse_subject(result.subject)));
            }
        }
    }
    files.write(result, options, others);
    return exit_code(result.verdict);
}

void add_conform(CLI::App& app, Action& chosen) {
    struct Options {
        proptests::CampaignOptions campaign;
        ShardOption shard;
        SubjectOption subject;
        CampaignOutput output;
    };
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("conform", "Hold the implementation against the specification on random exits");
    command->footer("After each exit the outcome and the state of both are compared. A divergence is shrunk and\n"
                    "written as a trace that `vtlcheck replay` reproduces. An unreached coverage cell makes the run\n"
                    "inconclusive, unless it is a shard. A subject that crashes, hangs or answers nonsense violates, "
                    "at a named exit.");
    command->add_option("--exits", options->campaign.exits, "About how many exits to run")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000'000}))
        ->capture_default_str();
    command->add_option("--seed", options->campaign.seed, "The same seed and exits give the same traces")
        ->capture_default_str();
    command->add_option("--threads", options->campaign.threads, "Threads; 0 is one per processor")
        ->check(CLI::Range(0U, 1024U))
        ->capture_default_str();
    command->add_option("--shrink-budget", options->campaign.shrink_budget, "Replays spent on making a failure small")
        ->capture_default_str();
    options->shard.add_to(*command, "`vtlcheck merge` makes one result of the --json of all");
    options->subject.add_to(*command);
    options->output.add_to(*command);
    command->callback([options, command, &chosen] {
        options->output.trace_out_given = command->count("--trace-out") != 0;
        chosen = [options] {
            std::tie(options->campaign.shard, options->campaign.shards) = options->shard.numbers();
            options->output.expect_usable();
            ProgressLine progress(!options->output.json);
            const auto result = run(options->subject, options->campaign, [&](std::uint64_t done, std::uint64_t total) {
                progress.show(fmt::format("conform: {} of about {} exits", grouped(done), grouped(total)));
            });
            progress.clear();
            options->output.subject_build = library_id(options->subject.choice());
            return options->output.tell(result, options->campaign);
        };
    });
}

} // namespace vtlcheck::cli
