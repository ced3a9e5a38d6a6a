// vtlcheck merge: one result of the shards of a campaign, as if it had been run in one piece.
#include "cli/commands.hpp"
#include "cli/conform_report.hpp"
#include "cli/output.hpp"
#include "cli/versions.hpp"
#include "proptests/campaign.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <memory>
#include <set>

namespace vtlcheck::cli {
namespace {

struct Shard {
    std::string file;
    Json document;
    proptests::CampaignOptions options;
    proptests::CampaignResult result;
};

/// What has to be the same of all shards of a campaign, besides the build.
constexpr std::array<const char*, 6> common{"seed", "exits_wanted", "shards", "subject", "subject_build", "compared"};

Json document_of(const std::string& file) {
    Json document = Json::parse(read_file(file), nullptr, false);
    if (document.is_discarded()) {
        throw UsageError(fmt::format("{} is no JSON, or not whole; name what `vtlcheck conform --json` printed", file));
    }
    const auto command = document.is_object() ? document.value("command", Json()) : Json();
    if (command != "conform") {
        throw UsageError(fmt::format("{} is no result of `vtlcheck conform --json`{}", file,
                                     command == "sweep" ? "; join the --results files of a sweep with cat" : ""));
    }
    return document;
}

conformance::Visible visible_of(const Json& compared) {
    return compared.size() == 1   ? conformance::Visible::outcomes
           : compared.size() == 2 ? conformance::Visible::registers
                                  : conformance::Visible::everything;
}

/// Throws std::invalid_argument for what is no count.
std::uint64_t number_in(const Json& json, const char* field) {
    const Json& value = json.at(field);
    if (!value.is_number_unsigned()) {
        throw std::invalid_argument(fmt::format("{} is {}, which counts nothing", field, value.dump()));
    }
    return value.get<std::uint64_t>();
}

proptests::Shrunk failure_of(const Json& json, const std::string& file) {
    proptests::Shrunk failure;
    failure.trace = conformance::parse(json.at("trace").get<std::string>(), "the trace in " + file);
    failure.minimal = json.at("minimal").get<bool>();
    failure.happens_again = json.at("happens_again").get<bool>();
    failure.replays = number_in(json, "replays");
    auto& divergence = failure.divergence;
    divergence.clause = json.at("clause").get<std::string>();
    divergence.step = std::max<std::uint64_t>(number_in(json, "exit"), 1) - 1;
    divergence.subject_error = json.value("subject_error", "");
    if (json.contains("subject_stderr")) {
        divergence.last_words =
            fmt::format("{}", fmt::join(json.at("subject_stderr").get<std::vector<std::string>>(), "\n"));
    }
    for (const auto& row : json.at("differences")) {
        divergence.differences.push_back({.scope = row.at("scope").get<std::string>(),
                                          .field = row.at("field").get<std::string>(),
                                          .expected = row.at("expected").get<std::string>(),
                                          .observed = row.at("observed").get<std::string>()});
    }
    return failure;
}

/// The coverage that has these cells missing and these beyond the list.
proptests::Coverage coverage_of(const Json& document) {
    std::set<std::string> missing;
    for (const auto& cell : document.at("cells_missing")) {
        missing.insert(cell.get<std::string>());
    }
    proptests::Coverage coverage;
    for (const auto& cell : proptests::reachable_cells()) {
        if (missing.erase(proptests::to_string(cell)) == 0) {
            coverage.hit(cell);
        }
    }
    if (!missing.empty()) {
        throw std::invalid_argument(fmt::format("\"{}\" is no coverage cell", *missing.begin()));
    }
    for (const auto& text : document.value("cells_unlisted", Json::array())) {
        const auto cell = proptests::parse_cell(text.get<std::string>());
        if (!cell) {
            throw std::invalid_argument(fmt::format("{} is no coverage cell", text.dump()));
        }
        coverage.hit(*cell);
    }
    return coverage;
}

Shard shard_of(const std::string& file) {
    Shard shard{.file = file, .document = document_of(file), .options = {}, .result = {}};
    const Json& document = shard.document;
    try {
        if (document.at("build") != build_id()) {
            throw UsageError(
                fmt::format("{} is of another build of vtlcheck, of version {}; merge with the one that ran "
                            "the shards",
                            file, document.at("version").get<std::string>()));
        }
        shard.options.seed = number_in(document, "seed");
        shard.options.exits = number_in(document, "exits_wanted");
        shard.options.shard = number_in(document, "shard");
        shard.options.shards = number_in(document, "shards");
        auto& result = shard.result;
        result.subject = document.at("subject").get<std::string>();
        result.visible = visible_of(document.at("compared"));
        result.exits = number_in(document, "exits");
        result.traces = number_in(document, "traces");
        result.seconds = document.at("seconds").get<double>();
        result.coverage = coverage_of(document);
        if (document.contains("failure")) {
            const Json& failure = document.at("failure");
            result.verdict = proptests::Verdict::violation;
            result.failing_trace = number_in(failure, "trace_number");
            result.failure = failure_of(failure, file);
        } else {
            if (const auto wanted = proptests::traces_of(shard.options); result.traces != wanted) {
                throw std::invalid_argument(fmt::format("{} of {}", result.traces, counted(wanted, "trace")));
            }
            proptests::judge_coverage(result, shard.options);
        }
        if (document.at("verdict") != proptests::name_of(result.verdict)) {
            throw std::invalid_argument(fmt::format("the verdict is {} and should be {}", document.at("verdict").dump(),
                                                    proptests::name_of(result.verdict)));
        }
    } catch (const Json::exception& error) {
        throw UsageError(fmt::format("{} is no whole result of `vtlcheck conform --json`: {}", file, error.what()));
    } catch (const std::invalid_argument& error) {
        throw UsageError(fmt::format("{} is no whole result of `vtlcheck conform --json`: {}", file, error.what()));
    }
    return shard;
}

/// Throws UsageError unless these are all shards of one campaign, each once.
void expect_whole(const std::vector<Shard>& shards) {
    const Shard& first = shards.front();
    std::map<std::uint64_t, const Shard*> by_number;
    for (const auto& shard : shards) {
        for (const char* field : common) {
            const auto value = [&](const Shard& of) { return of.document.value(field, Json()).dump(); };
            if (value(shard) != value(first)) {
                throw UsageError(fmt::format("{} has {} {}, and {} has {}; merge the shards of one campaign",
                                             shard.file, field, value(shard), first.file, value(first)));
            }
        }
        const auto [other, is_new] = by_number.emplace(shard.options.shard, &shard);
        if (!is_new) {
            throw UsageError(fmt::format("{} and {} are both shard {}/{}; leave one out", other->second->file,
                                         shard.file, shard.options.shard, shard.options.shards));
        }
    }
    for (std::uint64_t number = 1; number <= first.options.shards; ++number) {
        if (!by_number.contains(number)) {
            throw UsageError(fmt::format("shard {}/{} is missing ({} of {} are here); name its file, too", number,
                                         first.options.shards, by_number.size(), first.options.shards));
        }
    }
}

int run(const std::vector<std::string>& files, CampaignOutput output) {
    std::vector<Shard> shards;
    std::transform(files.begin(), files.end(), std::back_inserter(shards), shard_of);
    expect_whole(shards);
    output.expect_usable();
    std::sort(shards.begin(), shards.end(),
              [](const Shard& a, const Shard& b) { return a.options.shard < b.options.shard; });

    output.subject_build = shards.front().document.value("subject_build", "");
    proptests::CampaignOptions options = shards.front().options;
    options.shard = 1;
    options.shards = 1;
    proptests::CampaignResult whole;
    whole.subject = shards.front().result.subject;
    whole.visible = shards.front().result.visible;
    std::vector<FailedShard> failed;
    for (const auto& [file, document, how, part] : shards) {
        whole.exits += part.exits;
        whole.traces += part.traces;
        whole.seconds += part.seconds;
        whole.coverage.add(part.coverage);
        if (part.failure) {
            failed.push_back({how, part});
        }
    }
    if (failed.empty()) {
        proptests::judge_coverage(whole, options);
    } else { // the campaign in one piece would have ended at the first by number
        const auto first = std::min_element(failed.begin(), failed.end(), [](const auto& a, const auto& b) {
            return a.result.failing_trace < b.result.failing_trace;
        });
        whole.verdict = proptests::Verdict::violation;
        whole.failing_trace = first->result.failing_trace;
        whole.failure = first->result.failure;
        failed.erase(first);
    }
    return output.tell(whole, options, failed);
}

} // namespace

void add_merge(CLI::App& app, Action& chosen) {
    struct Options {
        std::vector<std::string> files;
        CampaignOutput output;
    };
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("merge", "Make one result of the shards of `vtlcheck conform`");
    command->footer(
        "Each FILE holds what one `vtlcheck conform --shard K/N --json` printed. All N have to be there, each\n"
        "once, of one build of vtlcheck, and of the same subject, seed and exits. Verdict, coverage and first\n"
        "failure are those of the campaign without shards. Exits, traces and seconds are sums.");
    command->add_option("FILE", options->files, "Results of all shards, in any order")->type_name("FILE")->required();
    options->output.add_to(*command);
    command->callback([options, command, &chosen] {
        options->output.trace_out_given = command->count("--trace-out") != 0;
        chosen = [options] { return run(options->files, options->output); };
    });
}

} // namespace vtlcheck::cli
