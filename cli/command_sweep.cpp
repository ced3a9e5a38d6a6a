// vtlcheck sweep: every case of a finite space through the implementation and the specification.
#include "cli/commands.hpp"
#include "cli/conform_report.hpp"
#include "cli/output.hpp"
#include "cli/result_files.hpp"
#include "cli/shard_option.hpp"
#include "cli/subject_option.hpp"
#include "cli/sweep_report.hpp"
#include "mutants/hash.hpp"
#include "mutants/source_mutants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <memory>

namespace vtlcheck::cli {
namespace {

constexpr const char* all_sweeps = "all";

struct Options {
    std::string which = all_sweeps;
    std::string range;
    ShardOption shard;
    bool charged = false;
    bool full = false;
    unsigned threads = 0;
    std::string results;
    std::string subject = "builtin";
    std::string trace_out = "vtlcheck-failure.trace";
    bool trace_out_given = false;
    ResultFiles files;
    bool json = false;
};

std::vector<std::unique_ptr<proptests::Sweep>> sweeps_of(const Options& options) {
    const auto wants = [&](const char* name) { return options.which == all_sweeps || options.which == name; };
    std::vector<std::unique_ptr<proptests::Sweep>> sweeps;
    if (wants("bitmap")) {
        sweeps.push_back(proptests::bitmap_sweep(options.full));
    }
    if (wants("register")) {
        sweeps.push_back(proptests::register_sweep());
    }
    if (wants("msr")) {
        proptests::MsrSweepOptions msr;
        using How = proptests::MsrSweepOptions::How;
        msr.how = options.full ? How::full : options.charged ? How::charged : How::usual;
        if (!options.range.empty()) {
            const auto [first, last] =
                parse_pair(options.range, '-', "MSR number", std::numeric_limits<std::uint32_t>::max());
            if (first > last) {
                throw UsageError(
                    fmt::format("--range {}: the first number is above the last; swap them", options.range));
            }
            msr.first = static_cast<std::uint32_t>(first);
            msr.last = static_cast<std::uint32_t>(last);
        }
        sweeps.push_back(proptests::msr_sweep(msr));
    } else if (!options.range.empty() || options.charged) {
        throw UsageError(fmt::format("--range and --charged are of `vtlcheck sweep msr`, not of {}", options.which));
    }
    return sweeps;
}

int run(const Options& options) {
    if (options.trace_out_given) {
        expect_writable(options.trace_out);
    }
    options.files.expect_usable();
    const auto sweeps = sweeps_of(options);
    proptests::SweepOptions how;
    how.threads = options.threads;
    std::tie(how.shard, how.shards) = options.shard.numbers();
    const auto choice = conformance::parse_subject(options.subject);
    if (choice.kind == conformance::SubjectChoice::Kind::command) {
        throw UsageError("a sweep looks at more than a program shows; give --subject lib:PATH, or use conform");
    }
    // Results of another program or subject say nothing of this one.
    std::uint64_t content = 0;
    if (!options.results.empty()) {
        content = mutants::hashed(mutants::read_source("/proc/self/exe"));
    }
    // In this process: it would take a hundred times as long to go from one to the other at every exit.
    if (choice.kind == conformance::SubjectChoice::Kind::library) {
        (void)conformance::library_subject(choice.what);
    }
    const proptests::SubjectFactory make_subject = [&] {
        return choice.kind == conformance::SubjectChoice::Kind::library ? conformance::library_subject(choice.what)
                                                                        : conformance::builtin_subject();
    };
    if (choice.kind == conformance::SubjectChoice::Kind::library && !options.results.empty()) {
        content = mutants::hashed(mutants::read_source(choice.what), content);
    }

    SweepReport report;
    report.subject = choice.name();
    report.shard = how.shard;
    report.shards = how.shards;
    ProgressLine progress(!options.json);
    try {
        proptests::KeptChunks kept(options.results, content);
        for (const auto& sweep : sweeps) {
            report.sweeps.push_back(proptests::run_sweep(
                *sweep, make_subject, how, kept,
                [&](std::uint64_t done, std::uint64_t wanted, std::uint64_t violations) {
                    progress.show(fmt::format("sweep {}: {} of {}, {}", sweep->name(), grouped(done),
                                              counted(wanted, "chunk"), counted(violations, "violation")));
                }));
            progress.clear();
        }
    } catch (const support::JournalError& error) {
        throw UsageError(error.what());
    }

    const auto* first = report.first();
    if (first != nullptr) {
        // A verdict that was found is not lost to a folder that cannot be written: the trace is printed as well.
        try {
            write_file(options.trace_out, first->trace);
            report.trace_file = options.trace_out;
        } catch (const UsageError& error) {
            fmt::print(stderr, "vtlcheck: {}\n", error.what());
        }
    }
    if (options.json) {
        print_json(to_json(report));
    } else {
        print(summary(report));
        if (first != nullptr) {
            print("\n" + first->trace);
            if (!report.trace_file.empty()) {
                print(where_written(report.trace_file, choice));
            }
        }
    }
    options.files.write(report);
    return exit_code(report.verdict());
}

} // namespace

void add_sweep(CLI::App& app, Action& chosen) {
    auto options = std::make_shared<Options>();
    auto* command = app.add_subcommand("sweep", "Hold the implementation against the specification on whole spaces");
    command->footer(
        "msr       RDMSR and WRMSR by both VTLs of all 2^32 MSR numbers; those with a rule in all base states, with "
        "all\n"
        "          boundary values, and by TDVMCALL. Minutes; give --range for a part\n"
        "bitmap    both MSR bitmaps in all states that they can depend on. Seconds\n"
        "register  every register name, by everybody, of both VTLs, get and set, in every isolation type and profile.\n"
        "          Seconds\n\n"
        "This checks, case by case; it proves nothing. docs/building.md says what runs through what.");
    command->add_option("SWEEP", options->which, "msr, bitmap, register, or all of them")
        ->check(CLI::IsMember({"msr", "bitmap", "register", all_sweeps}))
        ->capture_default_str();
    command->add_option("--range", options->range, "Only the MSR numbers FIRST-LAST");
    command->add_flag("--charged", options->charged,
                      "Run every MSR access in a TDX partition, so that log budget and census see it, instead of one\n"
                      "block of 16. Twice the time");
    command->add_flag("--full", options->full,
                      "Run the specification, too, on every MSR access, and ask it for every bit of the bitmaps in\n"
                      "every state. Many times the time");
    options->shard.add_to(*command, "The results files of all, joined, are that of the whole");
    command->add_option("--threads", options->threads, "Threads; 0 is one per processor")
        ->check(CLI::Range(0U, 1024U))
        ->capture_default_str();
    command
        ->add_option("--results", options->results,
                     "Append the results of finished chunks to this file, and take those that are there. Results of\n"
                     "another build are refused")
        ->type_name("FILE");
    command
        ->add_option("--subject", options->subject,
                     "What is checked: builtin, or lib:PATH, a shared library with the functions of vtl_intercept.h\n"
                     "(docs/c-abi.md), which is loaded into this process")
        ->capture_default_str();
    command->add_option("--trace-out", options->trace_out, "Where the trace of the first violation goes")
        ->type_name("FILE")
        ->capture_default_str();
    options->files.add_to(*command);
    command->add_flag("--json", options->json, "Print the result as JSON");
    command->callback([options, command, &chosen] {
        options->trace_out_given = command->count("--trace-out") != 0;
        chosen = [options] { return run(*options); };
    });
}

} // namespace vtlcheck::cli
