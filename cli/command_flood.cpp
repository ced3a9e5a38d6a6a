// vtlcheck flood: what the log budget makes of a guest that floods the paravisor with unknown MSR accesses.
#include "cli/commands.hpp"
#include "cli/flood.hpp"
#include "cli/log_files.hpp"
#include "cli/output.hpp"
#include "cli/picture.hpp"

#include <fmt/format.h>

#include <memory>

namespace vtlcheck::cli {
namespace {

struct Options {
    FloodOptions flood;
    std::size_t most = 5;
    LogOptions log;
    std::string picture;
    bool json = false;
};

int flood(const Options& options) {
    if (const std::string error = flood_error(options.flood); !error.empty()) {
        throw UsageError(error);
    }
    if (!options.picture.empty()) {
        expect_gnuplot();
        expect_writable(options.picture);
    }
    LogFiles log(options.log, options.json);
    ProgressLine progress(!options.json);
    const auto result = run_flood(
        options.flood, [&](const conformance::LogRecord& record) { log.write(record); },
        [&](std::uint64_t done) {
            progress.show(fmt::format("flood: {} of {} accesses", grouped(done), grouped(options.flood.accesses)));
        });
    progress.clear();
    if (!options.picture.empty()) {
        write_file(options.picture, svg(result.picture()));
    }
    log.settle();
    const bool logged = log.finish();
    if (options.json) {
        print_json(to_json(result));
    } else {
        print(summary(result, options.most));
        if (!options.picture.empty()) {
            print(fmt::format("picture: {}\n", options.picture));
        }
    }
    return !result.conforms() ? exit_violation : logged ? exit_conforms : exit_usage;
}

} // namespace

void add_flood(CLI::App& app, Action& chosen) {
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("flood", "Flood the implementation with unknown MSR accesses and judge its log");
    command->footer(
        "Every access is an unknown MSR read or write. VPs run on real threads and share one clock, which\n"
        "advances by --step from one access to the next. Judged are the number of lines in every window of\n"
        "time, all counters, and the census. Times are in ns.");
    auto& flood_options = options->flood;
    const auto number = [&](const char* name, auto& value, std::uint64_t least, std::uint64_t most, const char* what) {
        command->add_option(name, value, what)->check(CLI::Range(least, most))->capture_default_str();
    };
    number("--accesses", flood_options.accesses, 1, 1'000'000'000'000, "How many accesses");
    number("--vps", flood_options.vps, 1, conformance::max_vps, "Virtual processors of the partition");
    number("--threads", flood_options.threads, 0, 1024, "Threads, each with VPs of its own; 0 is one per processor");
    number("--msrs", flood_options.msrs, 1, FloodOptions::max_msrs, "How many different MSR numbers");
    number("--step", flood_options.step, 0, 3'600'000'000'000, "Simulated time from one access to the next");
    const auto limit = [&](const char* name, auto& value, std::size_t parameter, const char* what) {
        const auto& range = conformance::log_parameters.at(parameter);
        number(name, value, range.least, range.most, what);
    };
    limit("--site-burst", flood_options.limits.site.burst, 0, "Lines that a log site makes at once");
    limit("--site-interval", flood_options.limits.site.interval, 1, "Time until it may make one more");
    limit("--total-burst", flood_options.limits.total.burst, 2, "Lines that the partition makes at once");
    limit("--total-interval", flood_options.limits.total.interval, 3, "Time until it may make one more");
    number("--flush-period", flood_options.flush_period, 0, 3'600'000'000'000'000,
           "Simulated time between rounds of summaries; 0 is none");
    command->add_option("--seed", flood_options.seed, "The same seed on one thread gives the same lines")
        ->capture_default_str();
    command->add_option("--most", options->most, "Rows of the census of all VPs to show")->capture_default_str();
    command
        ->add_option("--picture", options->picture,
                     "Draw lines over time and what was suppressed to this SVG file; needs gnuplot")
        ->type_name("FILE");
    options->log.add_to(*command);
    command->add_flag("--json", options->json, "Print the result as JSON");
    command->callback([options, &chosen] { chosen = [options] { return flood(*options); }; });
}

} // namespace vtlcheck::cli
