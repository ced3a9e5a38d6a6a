#include "proptests/conform.hpp"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <limits>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace vtlcheck::proptests {
namespace {

// Mean of the lengths arbitrary_plan() draws; turns a number of exits into a number of traces, so that what is run does
// not depend on the number of threads.
constexpr std::uint64_t mean_length = 141;
constexpr std::uint64_t none = std::numeric_limits<std::uint64_t>::max();

rc::Shrinkable<Plan> plan_number(const rc::Gen<Plan>& plans, std::uint64_t seed, std::uint64_t number) {
    Random mix(seed);
    return plans(rc::Random(mix.next() ^ (number * 0xD1342543DE82EF95)), rc::kNominalSize);
}

/// RapidCheck's own shrinks of the plan, first come first served: shorter trace, plainer configuration.
Plan shrink_plan(conformance::Subject& subject, rc::Shrinkable<Plan> failing, unsigned budget) {
    bool gained = true;
    while (gained && budget != 0) {
        gained = false;
        auto candidates = failing.shrinks();
        while (budget != 0) {
            auto candidate = candidates.next();
            if (!candidate) {
                break;
            }
            --budget;
            if (run(subject, trace_of(candidate->value()), Watch::campaign)) {
                failing = *candidate;
                gained = true;
                break;
            }
        }
    }
    return failing.value();
}

} // namespace

const char* name_of(Verdict verdict) {
    switch (verdict) {
    case Verdict::conforms:
        return "conforms";
    case Verdict::violation:
        return "violation";
    default:
        return "inconclusive";
    }
}

CampaignResult run_campaign(const SubjectFactory& make_subject, const CampaignOptions& options,
                            const Progress& progress) {
    if (options.exits == 0) {
        throw std::invalid_argument("a campaign of no exits shows nothing");
    }
    const auto began = std::chrono::steady_clock::now();
    const std::uint64_t traces = (options.exits + mean_length - 1) / mean_length;
    const unsigned threads = options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());

    std::atomic<std::uint64_t> next{0};
    std::atomic<std::uint64_t> first_failing{none};
    std::atomic<std::uint64_t> exits_done{0};
    std::mutex merging;
    std::exception_ptr problem;
    CampaignResult result;

    const auto work = [&](bool reports) {
        const auto plans = arbitrary_plan();
        const auto subject = make_subject();
        Lockstep lockstep(*subject);
        Coverage coverage;
        std::uint64_t exits = 0;
        std::uint64_t ran = 0;
        for (;;) {
            const std::uint64_t number = next.fetch_add(1, std::memory_order_relaxed);
            if (number >= traces || number > first_failing.load(std::memory_order_relaxed)) {
                break;
            }
            const Plan plan = plan_number(plans, options.seed, number).value();
            ExitGenerator generator(plan);
            model::ConcreteExit exit;
            bool agree = lockstep.start(header_of(plan), Watch::campaign);
            for (std::uint32_t i = 0; agree && i < plan.length; ++i) {
                generator.next(exit);
                const auto vsm = lockstep.state().vsm;
                agree = lockstep.step(exit);
                coverage.hit(cell_of(lockstep.config(), vsm, exit, lockstep.expected().clause.value()));
                coverage.hit(log_cell_of(exit, lockstep.expected().out, lockstep.log_clause()));
                ++exits;
            }
            agree = agree && lockstep.finish();
            ++ran;
            if (!agree) {
                std::uint64_t seen = first_failing.load();
                while (number < seen && !first_failing.compare_exchange_weak(seen, number)) {
                }
            }
            const std::uint64_t all = exits_done.fetch_add(plan.length, std::memory_order_relaxed) + plan.length;
            if (reports && progress && (ran & 0xFF) == 0) {
                progress(all, traces * mean_length);
            }
        }
        const std::lock_guard lock(merging);
        result.coverage.add(coverage);
        result.exits += exits;
        result.traces += ran;
    };
    const auto guarded = [&](bool reports) {
        try {
            work(reports);
        } catch (...) {
            const std::lock_guard lock(merging);
            problem = std::current_exception();
            next = traces;
        }
    };
    {
        std::vector<std::jthread> helpers;
        for (unsigned i = 1; i < threads; ++i) {
            helpers.emplace_back(guarded, false);
        }
        guarded(true);
    }
    if (problem) {
        std::rethrow_exception(problem);
    }

    if (first_failing != none) {
        result.verdict = Verdict::violation;
        result.failing_trace = first_failing;
        const auto subject = make_subject();
        const auto plan = shrink_plan(*subject, plan_number(arbitrary_plan(), options.seed, first_failing), 200);
        result.failure = shrink(*subject, trace_of(plan), options.shrink_budget);
    } else {
        result.missing = result.coverage.missing();
        result.unlisted = result.coverage.unlisted();
        const bool covered = result.missing.empty() && result.unlisted.empty();
        result.verdict =
            result.exits != 0 && (covered || !options.require_coverage) ? Verdict::conforms : Verdict::inconclusive;
    }
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return result;
}

std::optional<FirstDivergence> first_divergence(conformance::Subject& subject, const Specification& specification,
                                                std::uint64_t seed, std::uint64_t exits) {
    const auto plans = arbitrary_plan();
    Lockstep lockstep(subject, specification);
    FirstDivergence result;
    const std::uint64_t traces = (exits + mean_length - 1) / mean_length;
    for (; result.trace < traces; ++result.trace) {
        const Plan plan = plan_number(plans, seed, result.trace).value();
        ExitGenerator generator(plan);
        model::ConcreteExit exit;
        bool agree = lockstep.start(header_of(plan), Watch::campaign);
        for (std::uint32_t i = 0; agree && i < plan.length; ++i) {
            generator.next(exit);
            agree = lockstep.step(exit);
            ++result.exits;
        }
        if (!agree || !lockstep.finish()) {
            result.divergence = lockstep.divergence();
            return result;
        }
    }
    return std::nullopt;
}

std::string divergence_text(const conformance::Trace& trace, const Divergence& divergence, std::string_view origin) {
    std::string text = conformance::write(trace);

    // The comments go after the version line, which has to be the first.
    std::string notes = fmt::format("# Divergence at exit {} of {}: clause {}\n", divergence.step + 1,
                                    trace.steps.size(), divergence.clause);
    const auto cell = parse_clause(divergence.clause);
    if (cell != model::no_clause) {
        const auto& sentence = cell_clause(cell);
        notes += fmt::format("#   {}. When: {}. Then: {}. ({})\n", sentence.title, sentence.guard, sentence.effect,
                             sentence.source);
    }
    if (!divergence.subject_error.empty()) {
        notes += fmt::format("#   the subject broke its contract: {}\n", divergence.subject_error);
    }
    std::size_t shown = 0;
    for (const auto& difference : divergence.differences) {
        if (++shown > 40) {
            notes += fmt::format("#   and {} more\n", divergence.differences.size() - 40);
            break;
        }
        notes += fmt::format("#   {} {}: expected {}, observed {}\n", difference.scope, difference.field,
                             difference.expected, difference.observed);
    }
    notes += fmt::format("# Found by: {}\n", origin);
    const auto first_line = text.find('\n') + 1;
    text.insert(first_line, notes);
    return text;
}

std::string failure_text(const CampaignResult& result, const CampaignOptions& options) {
    const Shrunk& shrunk = result.failure.value();
    return divergence_text(shrunk.trace, shrunk.divergence,
                           fmt::format("vtlcheck conform --seed {} --exits {} (trace {}). 1-minimal: {} ({} replays).",
                                       options.seed, options.exits, result.failing_trace,
                                       shrunk.minimal ? "yes" : "no, the budget ended", shrunk.replays));
}

} // namespace vtlcheck::proptests
