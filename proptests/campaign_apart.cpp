// A campaign on subjects that may crash or hang: workers are copies of this process, which looks at where they are.
#include "conformance/subjects/isolated.hpp"
#include "proptests/campaign.hpp"
#include "support/shared_memory.hpp"
#include "support/subprocess.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <deque>

namespace vtlcheck::proptests {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds glance{20};
constexpr std::chrono::milliseconds patience{1000};

/// What a worker leaves. A subject can write into it, so nothing in it is believed beyond being a number.
struct Report {
    Place place;
    std::atomic<bool> done{false};
    std::uint64_t exits = 0;
    std::uint64_t traces = 0;
    std::array<std::uint64_t, cell_index_count> coverage{};
};

/// A worker as it is seen from outside.
struct Watched {
    support::Subprocess process;
    std::uint64_t trace = no_trace;
    std::uint64_t step = 0;
    Clock::time_point moved = Clock::now();
    bool over = false;
};

/// Where the trace was when its worker was lost, as a divergence.
Seen lost(const CampaignOptions& options, std::uint64_t number, std::uint64_t step, const std::string& how,
          const std::string& last_words) {
    const auto trace = trace_of(plan_number(arbitrary_plan(), options.seed, number).value());
    Seen seen{.trace = number, .divergence = {}};
    seen.divergence.subject_error = "it " + how;
    seen.divergence.last_words = last_words;
    seen.divergence.step = std::min<std::size_t>(std::max<std::uint64_t>(step, 1), trace.steps.size()) - 1;
    auto state = trace.start;
    auto budget = model::reset_log_budget<model::Concrete>(trace.config);
    for (std::size_t i = 0; step != 0 && i <= seen.divergence.step; ++i) {
        seen.divergence.clause =
            clause_of(specified_step(as_written(), trace.config, state, budget, trace.steps[i].exit));
    }
    return seen;
}

void wait_for_words(const std::deque<Watched>& workers) {
    std::vector<::pollfd> words;
    for (const auto& worker : workers) {
        words.push_back({worker.process.words(), POLLIN, 0});
    }
    ::poll(words.data(), words.size(), static_cast<int>(glance.count()));
}

} // namespace

CampaignResult run_campaign_apart(const SubjectFactory& make_subject, const std::string& name,
                                  std::chrono::milliseconds limit, const CampaignOptions& options,
                                  const Progress& progress) {
    const auto began = Clock::now();
    const std::uint64_t traces = trace_numbers(options).end;
    conformance::expect_subject(make_subject, name, limit);
    const unsigned count = thread_count(options);
    support::SharedMemory<Board> board;
    support::SharedMemory<Report> reports(count);
    std::deque<Watched> workers;
    for (unsigned i = 0; i < count; ++i) {
        workers.push_back({.process = support::Subprocess::copy([&, i] {
                               Report& report = reports[i];
                               Tally tally;
                               run_traces(*make_subject(), options, *board, report.place, tally, [] {});
                               report.exits = tally.exits;
                               report.traces = tally.traces;
                               std::copy_n(tally.coverage.counts().begin(), report.coverage.size(),
                                           report.coverage.begin());
                               report.done = true;
                           })});
    }

    CampaignResult result;
    result.subject = name;
    Seen first;
    const auto settle = [&](Watched& worker, const Report& report, const std::string& how) {
        worker.over = true;
        if (report.done && how == "ended with exit code 0") {
            result.exits += report.exits;
            result.traces += report.traces;
            result.coverage.add(report.coverage);
            return;
        }
        const std::uint64_t trace = report.place.trace;
        if (trace >= traces) {
            throw conformance::NoSubject(fmt::format("{}: cannot be loaded: it {}", name, how));
        }
        board->fail(trace);
        if (trace < first.trace) {
            first = lost(options, trace, report.place.step, how, worker.process.last_words());
        }
    };
    while (std::any_of(workers.begin(), workers.end(), [](const Watched& worker) { return !worker.over; })) {
        wait_for_words(workers);
        for (unsigned i = 0; i < count; ++i) {
            Watched& worker = workers[i];
            const Report& report = reports[i];
            worker.process.listen();
            const std::uint64_t trace = report.place.trace.load(std::memory_order_relaxed);
            const std::uint64_t step = report.place.step.load(std::memory_order_relaxed);
            if (worker.over) {
                continue;
            }
            if (worker.process.ended()) {
                settle(worker, report, worker.process.how_it_ended(patience));
            } else if (trace != worker.trace || step != worker.step) {
                worker.trace = trace;
                worker.step = step;
                worker.moved = Clock::now();
            } else if (Clock::now() - worker.moved > limit) {
                worker.process.kill();
                settle(worker, report,
                       fmt::format("gave no answer within {:g} s", std::chrono::duration<double>(limit).count()));
            }
        }
        if (progress) {
            progress(board->exits_done.load(std::memory_order_relaxed), options.exits / options.shards);
        }
    }

    if (board->first_failing != no_trace) {
        const Again again{
            .patient = [&] { return conformance::isolated_subject(make_subject, name, limit); },
            .impatient = [&] { return conformance::isolated_subject(make_subject, name, impatience(limit)); }};
        if (first.trace != board->first_failing) { // it answered, but not what it should have
            first.trace = board->first_failing;
            const auto trace = trace_of(plan_number(arbitrary_plan(), options.seed, first.trace).value());
            first.divergence = run(*again.patient(), trace, Watch::campaign).value_or(Divergence{});
        }
        judge_failure(result, options, first, again);
    } else {
        judge_coverage(result, options);
    }
    result.seconds = std::chrono::duration<double>(Clock::now() - began).count();
    return result;
}

} // namespace vtlcheck::proptests
