#include "cli/library_check.hpp"

#include "cli/flood.hpp"
#include "cli/specification.hpp"
#include "proptests/conform.hpp"
#include "vectors/check.hpp"

#include <fmt/format.h>

#include <array>
#include <optional>

namespace vtlcheck::cli {
namespace {

struct Failure {
    std::string what; ///< one word
    std::string detail;
};

/// What differs, in one line.
std::string first_difference(const proptests::Divergence& divergence) {
    if (!divergence.subject_error.empty()) {
        return divergence.subject_error;
    }
    if (divergence.differences.empty()) {
        return "";
    }
    const auto& first = divergence.differences.front();
    return fmt::format("{} {}: expected {}, observed {}", first.scope, first.field, first.expected, first.observed);
}

std::optional<Failure> conform(const conformance::Abi& abi, const LibraryCheckOptions& options) {
    const auto subject = conformance::abi_subject(abi, "library");
    const auto found = proptests::first_divergence(*subject, proptests::as_written(), options.seed, options.exits);
    if (!found) {
        return std::nullopt;
    }
    const auto& divergence = found->divergence;
    return Failure{.what = divergence.clause.empty() ? "state" : divergence.clause,
                   .detail = fmt::format("trace {}, exit {}: {}", found->trace, divergence.step + 1,
                                         first_difference(divergence))};
}

std::optional<Failure> run_vectors(const conformance::Abi& abi, const std::string& folder) {
    const auto read = vectors::read_folder(folder, specification_text());
    const auto subject = conformance::abi_subject(abi, "library");
    const auto result = vectors::check(*subject, read, true);
    if (result.conforms()) {
        return std::nullopt;
    }
    const auto& failure = result.failures.front();
    return Failure{.what = failure.divergence.clause.empty() ? "state" : failure.divergence.clause,
                   .detail = fmt::format("{}, exit {}: {}", read.vectors[failure.vector].file,
                                         failure.divergence.step + 1, first_difference(failure.divergence))};
}

/// Floods with the usual limits and with narrow ones, each long enough that buckets fill again many times.
std::optional<Failure> flood(const conformance::Abi& abi) {
    std::array<FloodOptions, 2> floods;
    for (auto& options : floods) {
        options.accesses = 100'000;
        options.vps = 3;
        options.threads = 1;
        options.step = 100'000;
        options.msrs = 200;
    }
    floods[1].limits = {.site = {3, 1'000'000}, .total = {13, 700'000}, .reserve = 10};
    floods[1].step = 10'000;
    floods[1].flush_period = 5'000'000;
    for (const auto& options : floods) {
        const auto result = run_flood(options, {}, {}, abi);
        if (!result.conforms()) {
            const auto& faults = result.budget.faults;
            return Failure{.what = "budget", .detail = faults.empty() ? "a window has too many lines" : faults.front()};
        }
    }
    return std::nullopt;
}

} // namespace

void check_library(const conformance::Abi& abi, const LibraryCheckOptions& options, const SayLine& say) {
    say("check begin");
    const auto stage = [&](const char* name, const std::function<std::optional<Failure>()>& check) {
        say(fmt::format("check stage {}", name));
        std::optional<Failure> failure;
        try {
            failure = check();
        } catch (const std::exception& error) {
            // The same calls succeed on the implementation as it is: that is asked before any mutant is.
            failure = Failure{.what = "exception", .detail = error.what()};
        }
        if (failure) {
            say("check detail " + failure->detail);
            say("check killed " + failure->what);
        }
        return !failure;
    };
    if (!options.vectors.empty()) {
        if (stage("vectors", [&] { return run_vectors(abi, options.vectors); })) {
            say("check survived");
        }
        return;
    }
    const bool passed = stage("conform", [&] { return conform(abi, options); }) &&
                        (!options.floods || stage("flood", [&] { return flood(abi); }));
    if (passed) {
        say("check survived");
    }
}

} // namespace vtlcheck::cli
