#include "proptests/conform.hpp"

#include "proptests/campaign.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace vtlcheck::proptests {
namespace {

// Mean of the lengths arbitrary_plan() draws; turns a number of exits into a number of traces, so that what is run does
// not depend on the number of threads.
constexpr std::uint64_t mean_length = 141;

/// One failure is like another if both are wrong answers, or both are no answers.
bool alike(const Divergence& a, const Divergence& b) { return a.subject_error.empty() == b.subject_error.empty(); }

/// RapidCheck's own shrinks of the plan, first come first served: shorter trace, plainer configuration.
Plan shrink_plan(conformance::Subject& subject, rc::Shrinkable<Plan> failing, const Divergence& divergence,
                 unsigned budget) {
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
            if (const auto found = run(subject, trace_of(candidate->value()), Watch::campaign);
                found && alike(*found, divergence)) {
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

std::uint64_t trace_count(std::uint64_t exits) {
    if (exits == 0) {
        throw std::invalid_argument("a campaign of no exits shows nothing");
    }
    return (exits + mean_length - 1) / mean_length;
}

TraceNumbers trace_numbers(const CampaignOptions& options) {
    if (options.shard == 0 || options.shard > options.shards) {
        throw std::invalid_argument("a shard has a number from 1 to that of shards");
    }
    return {.first = options.shard - 1, .step = options.shards, .end = trace_count(options.exits)};
}

std::uint64_t traces_of(const CampaignOptions& options) {
    const auto numbers = trace_numbers(options);
    return numbers.first >= numbers.end ? 0 : (numbers.end - numbers.first - 1) / numbers.step + 1;
}

unsigned thread_count(const CampaignOptions& options) {
    return options.threads != 0 ? options.threads : std::max(1U, std::thread::hardware_concurrency());
}

rc::Shrinkable<Plan> plan_number(const rc::Gen<Plan>& plans, std::uint64_t seed, std::uint64_t number) {
    Random mix(seed);
    return plans(rc::Random(mix.next() ^ (number * 0xD1342543DE82EF95)), rc::kNominalSize);
}

void run_traces(conformance::Subject& subject, const CampaignOptions& options, Board& board, Place& place, Tally& tally,
                const std::function<void()>& ran) {
    const auto plans = arbitrary_plan();
    const TraceNumbers traces = trace_numbers(options);
    Lockstep lockstep(subject);
    for (std::uint64_t number = board.take(traces); number != no_trace; number = board.take(traces)) {
        const Plan plan = plan_number(plans, options.seed, number).value();
        ExitGenerator generator(plan);
        model::ConcreteExit exit;
        place.step.store(0, std::memory_order_relaxed);
        place.trace.store(number, std::memory_order_relaxed);
        bool agree = lockstep.start(header_of(plan), Watch::campaign);
        for (std::uint32_t i = 0; agree && i < plan.length; ++i) {
            generator.next(exit);
            const auto vsm = lockstep.state().vsm;
            place.step.store(i + 1, std::memory_order_relaxed);
            agree = lockstep.step(exit);
            tally.see(lockstep.config(), vsm, exit, {lockstep.expected(), lockstep.log_clause()});
        }
        agree = agree && lockstep.finish();
        ++tally.traces;
        if (!agree) {
            board.fail(number);
        }
        board.exits_done.fetch_add(plan.length, std::memory_order_relaxed);
        ran();
    }
}

void in_threads(unsigned threads, Board& board, const std::function<void(bool)>& work) {
    std::mutex guard;
    std::exception_ptr problem;
    const auto guarded = [&](bool here) {
        try {
            work(here);
        } catch (...) {
            const std::lock_guard lock(guard);
            problem = std::current_exception();
            board.first_failing = 0; // nobody goes on
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
}

std::chrono::milliseconds impatience(std::chrono::milliseconds limit) {
    return std::min(limit, std::max(limit / 20, std::chrono::milliseconds(200)));
}

void judge_coverage(CampaignResult& result, const CampaignOptions& options) {
    result.missing = result.coverage.missing();
    result.unlisted = result.coverage.unlisted();
    const bool covered = (result.missing.empty() || options.shards != 1) && result.unlisted.empty();
    result.verdict =
        result.exits != 0 && (covered || !options.require_coverage) ? Verdict::conforms : Verdict::inconclusive;
}

namespace {

/// The failure made small; nothing if the trace does not fail alike again by itself.
std::optional<Shrunk> made_small(const CampaignOptions& options, const Seen& seen, const Again& again) {
    const auto plan = plan_number(arbitrary_plan(), options.seed, seen.trace);
    const auto first = run(*again.patient(), trace_of(plan.value()), Watch::campaign);
    if (!first || !alike(*first, seen.divergence)) {
        return std::nullopt;
    }
    const auto subject = again.impatient();
    const auto small_plan = shrink_plan(*subject, plan, seen.divergence, 200);
    const auto small = trace_of(small_plan);
    if (const auto failing = run(*subject, small); !failing || !alike(*failing, seen.divergence)) {
        return std::nullopt;
    }
    auto shrunk = shrink(*subject, small, options.shrink_budget, shrink_time);
    const auto last = run(*again.patient(), shrunk.trace);
    if (!last || !alike(*last, seen.divergence)) {
        return std::nullopt; // it was slow, and no more than that
    }
    shrunk.divergence = *last;
    return shrunk;
}

} // namespace

void judge_failure(CampaignResult& result, const CampaignOptions& options, const Seen& seen, const Again& again) {
    result.verdict = Verdict::violation;
    result.failing_trace = seen.trace;
    try {
        result.failure = made_small(options, seen, again);
    } catch (const conformance::NoSubject&) { // it ran before, and now it does not start
    }
    if (!result.failure) {
        auto trace = trace_of(plan_number(arbitrary_plan(), options.seed, seen.trace).value());
        trace.steps.resize(std::min(trace.steps.size(), seen.divergence.step + 1));
        result.failure = Shrunk{.trace = std::move(trace), .divergence = seen.divergence, .happens_again = false};
    }
}

CampaignResult run_campaign(const SubjectFactory& make_subject, const CampaignOptions& options,
                            const Progress& progress) {
    const auto began = std::chrono::steady_clock::now();
    const std::uint64_t total = traces_of(options) * mean_length;
    Board board;
    std::mutex merging;
    CampaignResult result;
    in_threads(thread_count(options), board, [&](bool reports) {
        const auto subject = make_subject();
        Place place;
        Tally tally;
        run_traces(*subject, options, board, place, tally, [&] {
            if (reports && progress && (tally.traces & 0xFF) == 0) {
                progress(board.exits_done.load(std::memory_order_relaxed), total);
            }
        });
        const std::lock_guard lock(merging);
        result.coverage.add(tally.coverage);
        result.exits += tally.exits;
        result.traces += tally.traces;
    });
    if (board.first_failing != no_trace) {
        const auto subject = make_subject();
        const auto plan = plan_number(arbitrary_plan(), options.seed, board.first_failing);
        const auto divergence = run(*subject, trace_of(plan.value()), Watch::campaign).value_or(Divergence{});
        result.verdict = Verdict::violation;
        result.failing_trace = board.first_failing;
        result.failure =
            shrink(*subject, trace_of(shrink_plan(*subject, plan, divergence, 200)), options.shrink_budget);
    } else {
        judge_coverage(result, options);
    }
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
    return result;
}

std::optional<FirstDivergence> first_divergence(conformance::Subject& subject, const Specification& specification,
                                                std::uint64_t seed, std::uint64_t exits) {
    const auto plans = arbitrary_plan();
    Lockstep lockstep(subject, specification);
    FirstDivergence result;
    const std::uint64_t traces = trace_count(exits);
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

std::vector<std::string> last_lines(std::string_view words) {
    constexpr std::size_t most = 10;
    constexpr std::size_t width = 160;
    std::vector<std::string> lines;
    while (!words.empty() && lines.size() < most) {
        while (words.ends_with('\n')) {
            words.remove_suffix(1);
        }
        const std::size_t begin = words.rfind('\n') + 1; // 0 if there is none
        std::string line(words.substr(begin, width));
        for (char& c : line) {
            c = c >= ' ' && c <= '~' ? c : '?'; // it may hold anything, and goes to terminals
        }
        if (!line.empty()) {
            lines.insert(lines.begin(), std::move(line));
        }
        words = words.substr(0, begin);
    }
    return lines;
}

std::string in_shell(std::string_view text) {
    constexpr std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._/:=+,@%";
    if (text.find_first_not_of(plain) == std::string_view::npos) {
        return std::string(text);
    }
    std::string quoted = "'";
    for (const char c : text) {
        quoted += c == '\'' ? "'\\''" : std::string(1, c >= ' ' ? c : ' ');
    }
    return quoted + "'";
}

std::string divergence_text(const conformance::Trace& trace, const Divergence& divergence, std::string_view origin) {
    std::string text = conformance::write(trace);

    // The comments go after the version line, which has to be the first.
    std::string notes =
        divergence.clause.empty()
            ? fmt::format("# Divergence at the start of the trace, or after its {} exits\n", trace.steps.size())
            : fmt::format("# Divergence at exit {} of {}: clause {}\n", divergence.step + 1, trace.steps.size(),
                          divergence.clause);
    const auto cell = parse_clause(divergence.clause);
    if (cell != model::no_clause) {
        const auto& sentence = cell_clause(cell);
        notes += fmt::format("#   {}. When: {}. Then: {}. ({})\n", sentence.title, sentence.guard, sentence.effect,
                             sentence.source);
    }
    if (!divergence.subject_error.empty()) {
        notes += fmt::format("#   the subject broke its contract: {}\n", divergence.subject_error);
    }
    for (const std::string& line : last_lines(divergence.last_words)) {
        notes += fmt::format("#     its standard error: {}\n", line);
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
    const std::string minimal = shrunk.happens_again
                                    ? fmt::format("1-minimal: {} ({} replays).",
                                                  shrunk.minimal ? "yes" : "no, the budget ended", shrunk.replays)
                                    : "It does not fail again by itself: it depends on what ran before, or on time.";
    return divergence_text(shrunk.trace, shrunk.divergence,
                           fmt::format("vtlcheck conform{} --seed {} --exits {} (trace {}). {}",
                                       result.subject == "builtin" ? "" : " --subject " + in_shell(result.subject),
                                       options.seed, options.exits, result.failing_trace, minimal));
}

} // namespace vtlcheck::proptests
