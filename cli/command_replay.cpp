// vtlcheck replay: traces and recordings of real guests, on the implementation and the specification side by side.
#include "cli/budget_report.hpp"
#include "cli/commands.hpp"
#include "cli/differences.hpp"
#include "cli/log_files.hpp"
#include "cli/output.hpp"
#include "cli/picture.hpp"
#include "cli/register_text.hpp"
#include "cli/replay_report.hpp"
#include "cli/subject_option.hpp"
#include "cli/subject_tap.hpp"
#include "conformance/trace.hpp"
#include "sinks/record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace vtlcheck::cli {
namespace {

using proptests::AccessKey;
using proptests::ReplayResult;

std::string direction(const AccessKey& key) {
    return fmt::format("{}{}", key.tdvmcall ? "TDVMCALL " : "", key.write ? "WRMSR" : "RDMSR");
}

/// The entries of a map with the largest counts first.
template <class Map, class Count>
auto by_count(const Map& map, Count&& count) {
    std::vector<const typename Map::value_type*> entries;
    entries.reserve(map.size());
    for (const auto& entry : map) {
        entries.push_back(&entry);
    }
    std::sort(entries.begin(), entries.end(), [&](const auto* a, const auto* b) {
        return count(a->second) != count(b->second) ? count(a->second) > count(b->second) : a->first < b->first;
    });
    return entries;
}

std::uint64_t attempts(const proptests::LogCount& count) { return count.attempts; }

std::uint64_t total(const proptests::Contrast& contrast) {
    return contrast.value + contrast.fault_gained + contrast.fault_lost;
}

std::string contrast_text(const AccessKey& key, const proptests::Contrast& contrast) {
    const char* const fault = key.tdvmcall ? "error" : "#GP";
    std::string text;
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
    if (contrast.value != 0) {
        add(fmt::format("value {} times, first {:#x} instead of {:#x}", grouped(contrast.value),
                        contrast.specified_value, contrast.recorded_value));
    }
    if (contrast.fault_gained != 0) {
        add(fmt::format("{} {} times where the recording has none", fault, grouped(contrast.fault_gained)));
    }
    if (contrast.fault_lost != 0) {
        add(fmt::format("no {} {} times where the recording has one", fault, grouped(contrast.fault_lost)));
    }
    return fmt::format("{} (first at line {})", text, contrast.line);
}

} // namespace

Json to_json(const ReplayResult& result) {
    Json json;
    json["file"] = result.file;
    json["kind"] = result.is_trace ? "trace" : std::string(conformance::name_of(result.import.form));
    json["verdict"] = result.conforms() ? "conforms" : "violation";
    json["exits"] = result.steps;
    json["seconds"] = result.seconds;
    if (!result.is_trace) {
        json["forced"] = result.import.forced;
        json["caveat"] = conformance::caveat_of(result.import.form);
        json["lines"] = result.import.lines;
        json["records"] = result.import.records();
        json["passthrough"] = result.passthrough;
        json["faults_recorded"] = result.import.faults;
        json["lost_events"] = result.import.lost_events;
        json["notices"] = result.import.notices;
        json["skipped"] = Json::array();
        for (const auto& skipped : result.import.skipped) {
            json["skipped"].push_back(
                {{"reason", skipped.reason}, {"lines", skipped.lines}, {"first_line", skipped.first_line}});
        }
        json["assumptions"] = result.assumptions;
    }
    json["accesses"] = Json::object();
    for (std::size_t i = 0; i < result.accesses.size(); ++i) {
        if (result.accesses[i][0] + result.accesses[i][1] != 0) {
            json["accesses"][model::msr_class_name[i]] = {{"reads", result.accesses[i][0]},
                                                          {"writes", result.accesses[i][1]}};
        }
    }
    json["unknown"] = Json::array();
    for (const auto* entry : by_count(result.unknown, [](std::uint64_t n) { return n; })) {
        json["unknown"].push_back({{"msr", fmt::format("{:#x}", entry->first.msr)},
                                   {"access", entry->first.write ? "write" : "read"},
                                   {"count", entry->second}});
    }
    json["differs_from_recording"] = Json::array();
    for (const auto& [key, contrast] : result.contrasts) {
        json["differs_from_recording"].push_back({{"msr", fmt::format("{:#x}", key.msr)},
                                                  {"access", key.write ? "write" : "read"},
                                                  {"tdvmcall", key.tdvmcall},
                                                  {"value", contrast.value},
                                                  {"fault_gained", contrast.fault_gained},
                                                  {"fault_lost", contrast.fault_lost},
                                                  {"first_line", contrast.line}});
    }
    json["log"] = Json::array();
    for (const auto* entry : by_count(result.log, attempts)) {
        json["log"].push_back({{"line", sinks::headline(entry->first.site, entry->first.msr)},
                               {"attempts", entry->second.attempts},
                               {"emitted", entry->second.emitted}});
    }
    if (result.divergence) {
        Json& out = json["divergence"];
        out["line"] = result.divergence_line;
        out["clause"] = result.divergence->clause;
        out["exit"] = result.divergence_exit;
        if (!result.divergence->subject_error.empty()) {
            out["subject_error"] = result.divergence->subject_error;
        }
        if (const auto lines = proptests::last_lines(result.divergence->last_words); !lines.empty()) {
            out["subject_stderr"] = lines;
        }
        out["differences"] = to_json(result.divergence->differences);
    }
    if (result.unmet_count != 0) {
        json["unmet_expectations"] = result.unmet_count;
        json["unmet"] = result.unmet;
    }
    return json;
}

namespace {

/// What was read of a recording and what was not.
std::string import_text(const ReplayResult& result, std::size_t most) {
    const auto& import = result.import;
    std::string text =
        fmt::format("{}: {}{}, {} ({} reads, {} writes, {} faulting), {} pass through without an exit, {:.2f} s\n",
                    result.file, conformance::name_of(import.form), import.forced ? " (as asked)" : "",
                    counted(import.records(), "record"), grouped(import.reads), grouped(import.writes),
                    grouped(import.faults), grouped(result.passthrough), result.seconds);
    if (!import.skipped.empty()) {
        text += fmt::format("  lines that are no record ({} of {}):\n", grouped(import.lines - import.records()),
                            grouped(import.lines));
    }
    for (const auto& skipped : import.skipped) {
        text += fmt::format("    {:>9} x {} (first at line {})\n", grouped(skipped.lines), skipped.reason,
                            skipped.first_line);
    }
    if (import.lost_events != 0 || !import.notices.empty()) {
        text += fmt::format("  lost, as the recording says: {}\n", counted(import.lost_events, "event"));
    }
    for (std::size_t i = 0; i < std::min(import.notices.size(), most); ++i) {
        text += fmt::format("    {}\n", import.notices[i]);
    }
    if (import.notices.size() > most) {
        text += "    and more\n";
    }
    if (const auto caveat = conformance::caveat_of(import.form); !caveat.empty()) {
        text += fmt::format("  of this form: {}\n", caveat);
    }
    for (const auto& assumption : result.assumptions) {
        text += fmt::format("  assumed, since the recording does not show it: {}\n", assumption);
    }
    return text;
}

} // namespace

std::string summary(const ReplayResult& result, std::size_t most) {
    std::string text = result.is_trace ? fmt::format("{}: trace, {}\n", result.file, counted(result.steps, "exit"))
                                       : import_text(result, most);
    std::string classes;
    for (std::size_t i = 0; i < result.accesses.size(); ++i) {
        const auto& [reads, writes] = result.accesses[i];
        if (reads + writes != 0) {
            classes += fmt::format("    {:<24} {:>9} reads {:>9} writes\n", model::msr_class_name[i], grouped(reads),
                                   grouped(writes));
        }
    }
    if (!classes.empty()) {
        text += "  accesses by class:\n" + classes;
    }

    const auto list = [&](const std::string& title, const auto& map, auto&& count, auto&& row) {
        if (map.empty()) {
            return;
        }
        text += fmt::format("  {}:\n", title);
        std::size_t shown = 0;
        for (const auto* entry : by_count(map, count)) {
            if (shown++ == most) {
                text += fmt::format("    and {} more\n", map.size() - most);
                break;
            }
            text += "    " + row(*entry) + "\n";
        }
    };
    const auto itself = [](std::uint64_t n) { return n; };
    list("unknown MSRs", result.unknown, itself, [](const auto& entry) {
        return fmt::format("{:>9} x {} {}", grouped(entry.second), direction(entry.first), msr_text(entry.first.msr));
    });
    list("differs from the recording (information: the recording shows another machine)", result.contrasts, total,
         [](const auto& entry) {
             return fmt::format("{} {}: {}", direction(entry.first), msr_text(entry.first.msr),
                                contrast_text(entry.first, entry.second));
         });
    proptests::LogCount all;
    for (const auto& [kind, count] : result.log) {
        all.attempts += count.attempts;
        all.emitted += count.emitted;
    }
    list(fmt::format("lines for the log ({}: {} emitted, {} suppressed)", counted(all.attempts, "attempt"),
                     grouped(all.emitted), grouped(all.attempts - all.emitted)),
         result.log, attempts, [](const auto& entry) {
             return fmt::format("{:>9} x {}{}", grouped(entry.second.attempts),
                                sinks::headline(entry.first.site, entry.first.msr),
                                entry.second.emitted == entry.second.attempts
                                    ? ""
                                    : fmt::format("  ({} emitted)", grouped(entry.second.emitted)));
         });

    for (const auto& unmet : result.unmet) {
        text += fmt::format("  {}\n", unmet);
    }
    if (result.unmet_count > result.unmet.size()) {
        text += fmt::format("  and {} more unmet expectations\n", result.unmet_count - result.unmet.size());
    }
    if (result.divergence) {
        const auto& divergence = *result.divergence;
        text += fmt::format("  VIOLATION at line {}, clause {}: {}\n", result.divergence_line, divergence.clause,
                            result.divergence_exit);
        if (!divergence.subject_error.empty()) {
            text += fmt::format("    the subject broke its contract: {}\n", divergence.subject_error);
        }
        for (const auto& line : proptests::last_lines(divergence.last_words)) {
            text += fmt::format("      its standard error: {}\n", line);
        }
        for (const auto& difference : divergence.differences) {
            text += fmt::format("    {} {}: expected {}, observed {}\n", difference.scope, difference.field,
                                difference.expected, difference.observed);
        }
    } else {
        text +=
            fmt::format("  specification and implementation agree on every {}\n", result.is_trace ? "exit" : "access");
    }
    return text;
}

namespace {

struct Options {
    std::vector<std::string> files;
    SubjectOption subject;
    std::string format;
    std::size_t most = 10;
    bool steps = false;
    bool audit = false;
    bool inspect = false;
    bool census = false;
    bool check_budget = false;
    LogOptions log;
    std::string picture;
    bool json = false;
};

/// What was found of one file.
struct Replayed {
    proptests::ReplayResult result;
    BudgetReport budget;

    [[nodiscard]] bool conforms(const Options& options) const {
        return result.conforms() && (!options.check_budget || budget.holds());
    }
};

/// Nothing is shown of a subject that is gone.
bool is_there(const Replayed& replayed) {
    return !replayed.result.divergence || replayed.result.divergence->subject_error.empty();
}

Json file_json(const Replayed& replayed, const SubjectTap& subject, const Options& options) {
    Json json = to_json(replayed.result);
    json["verdict"] = replayed.conforms(options) ? "conforms" : "violation";
    if (options.check_budget) {
        json["budget"] = to_json(replayed.budget);
    }
    if (!is_there(replayed)) {
        return json;
    }
    if (options.census) {
        json["census"] = to_json(subject.census());
    }
    if (options.audit) {
        json["audit"] = to_json(subject.records());
    }
    if (options.inspect) {
        json["inspect"] = Json::parse(subject.inspect());
    }
    return json;
}

void tell(const Replayed& replayed, const SubjectTap& subject, const Options& options) {
    print(summary(replayed.result, options.most));
    if (options.check_budget) {
        print(summary(replayed.budget));
    }
    if (!is_there(replayed)) {
        return;
    }
    if (options.census) {
        print(summary(subject.census(), options.most));
    }
    if (options.audit) {
        print(summary(subject.records()));
    }
    if (options.inspect) {
        print_json(Json::parse(subject.inspect()));
    }
}

int replay_all(const Options& options) {
    proptests::ReplayOptions replay_options;
    if (!options.format.empty()) {
        replay_options.form = conformance::form_of(options.format);
        if (!replay_options.form) {
            throw UsageError(fmt::format("--format {} is none of {}", options.format, conformance::form_names()));
        }
    }
    if (!options.picture.empty()) {
        if (options.files.size() > 1) {
            throw UsageError("--picture draws one file; name one, or draw each by itself");
        }
        expect_gnuplot();
        expect_writable(options.picture);
    }
    if (options.steps && !options.json) {
        replay_options.each_step = [](const std::string& line) { print(line + "\n"); };
    }
    LogFiles log(options.log, options.json);
    std::optional<BudgetWatch> watch;
    replay_options.started = [&](const conformance::TraceHeader& header) { watch->start(header); };
    replay_options.each_exit = [&](const model::ConcreteExit& exit, const model::ConcreteOutcome& outcome) {
        watch->see(exit, outcome);
        if (const auto record = log_record(exit, outcome)) {
            log.write(*record);
        }
    };
    const auto checked = options.subject.factory()();
    const bool shows_all = checked->visible() == conformance::Visible::everything;
    if (!shows_all && (options.audit || options.inspect || options.census)) {
        throw UsageError("--audit, --inspect and --census show what a program does not; leave them out");
    }
    SubjectTap subject(*checked);
    Json files = Json::array();
    bool conforms = true;
    std::uint64_t records = 0;
    double seconds = 0;
    for (const auto& file : options.files) {
        subject.clear(options.census);
        watch.emplace();
        Replayed replayed{proptests::replay(subject, file, replay_options), {}};
        replayed.budget = watch->report();
        if (replayed.result.conforms() && shows_all) { // else the exit that diverged is counted on one side only
            for (std::uint8_t site = 1; site < model::log_site_count; ++site) {
                compare_totals(replayed.budget.faults, static_cast<model::LogSite>(site), replayed.budget.sites[site],
                               subject.all_totals(site));
            }
        }
        conforms = conforms && replayed.conforms(options);
        records += replayed.result.is_trace ? replayed.result.steps : replayed.result.import.records();
        seconds += replayed.result.seconds;
        log.settle();
        if (options.json) {
            files.push_back(file_json(replayed, subject, options));
        } else {
            tell(replayed, subject, options);
        }
        if (!options.picture.empty()) {
            write_file(options.picture, svg({.title = file.substr(file.rfind('/') + 1),
                                             .report = replayed.budget,
                                             .lines = watch->lines(),
                                             .suppressed = watch->suppressed()}));
        }
    }
    const bool logged = log.finish();
    if (options.json) {
        print_json(Json{{"command", "replay"},
                        {"subject", checked->name()},
                        {"verdict", conforms ? "conforms" : "violation"},
                        {"records", records},
                        {"seconds", seconds},
                        {"files", files}});
    } else {
        print(fmt::format("{}: {} in {}, {:.2f} s\n", conforms ? "conforms" : "violation", counted(records, "record"),
                          counted(options.files.size(), "file"), seconds));
    }
    // A log that was asked for and is not whole is an error, but no verdict.
    return !conforms ? exit_violation : logged ? exit_conforms : exit_usage;
}

} // namespace

void add_replay(CLI::App& app, Action& chosen) {
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("replay", "Replay traces and recordings of real guests on both sides");
    command->footer(
        "Both sides are the subject and the specification. The form of a file is found by its\n"
        "content (docs/importers.md); xz and gzip are read directly. Says what the guest did, what it would have seen\n"
        "otherwise, what the log shows, and whether both sides agree.");
    command->add_option("FILE", options->files, "Traces and recordings")->required();
    options->subject.add_to(*command);
    command->add_option("--format", options->format,
                        "Take the files for recordings of this form, whatever their content: " +
                            conformance::form_names());
    command->add_option("--most", options->most, "Rows of each list to show")->capture_default_str();
    command->add_flag("--steps", options->steps, "Print every exit of a trace with the outcome that is specified");
    command->add_flag("--audit", options->audit, "Print the audit records that each file leads to");
    command->add_flag("--inspect", options->inspect,
                      "Print the implementation's policy, state and counters after each file, as JSON");
    command->add_flag("--census", options->census, "Print which unknown MSRs the implementation counted, by VP");
    command->add_flag("--check-budget", options->check_budget,
                      "Hold the lines of each file against the bounds of the log budget, in every window of time");
    options->log.add_to(*command);
    command
        ->add_option("--picture", options->picture,
                     "Draw lines over time and what was suppressed to this SVG file; needs gnuplot")
        ->type_name("FILE");
    command->add_flag("--json", options->json, "Print the result as JSON");
    command->callback([options, &chosen] { chosen = [options] { return replay_all(*options); }; });
}

} // namespace vtlcheck::cli
