// What the ways to run a campaign share: in threads of this process, in copies of it, with a program for each thread.
#pragma once

#include "proptests/conform.hpp"

#include <atomic>
#include <chrono>
#include <limits>
#include <mutex>

namespace vtlcheck::proptests {

/// No trace.
inline constexpr std::uint64_t no_trace = std::numeric_limits<std::uint64_t>::max();

/// The numbers of the traces of a shard.
struct TraceNumbers {
    std::uint64_t first = 0;
    std::uint64_t step = 1;
    std::uint64_t end = 0; ///< of the whole campaign
};
[[nodiscard]] TraceNumbers trace_numbers(const CampaignOptions& options);

/// Which traces are still to be run, seen by all workers.
struct Board {
    std::atomic<std::uint64_t> next{0};
    std::atomic<std::uint64_t> first_failing{no_trace};
    std::atomic<std::uint64_t> exits_done{0};

    /// The next trace of the shard to run; no_trace if there is none, or if one before it failed.
    std::uint64_t take(const TraceNumbers& traces) {
        const std::uint64_t number = traces.first + next.fetch_add(1, std::memory_order_relaxed) * traces.step;
        return number >= traces.end || number > first_failing.load(std::memory_order_relaxed) ? no_trace : number;
    }
    void fail(std::uint64_t number) {
        std::uint64_t seen = first_failing.load();
        while (number < seen && !first_failing.compare_exchange_weak(seen, number)) {
        }
    }
};

/// Where a worker is, for whoever may have to say where it was lost.
struct Place {
    std::atomic<std::uint64_t> trace{no_trace};
    std::atomic<std::uint64_t> step{0}; ///< 0 at the start, then the number of the exit, from 1
};

/// What a worker ran.
struct Tally {
    Coverage coverage;
    std::uint64_t exits = 0;
    std::uint64_t traces = 0;

    void see(const model::ConcreteConfig& config, const model::PartitionVsm<model::Concrete>& vsm_before,
             const model::ConcreteExit& exit, const SpecifiedStep& specified) {
        coverage.hit(cell_of(config, vsm_before, exit, specified.step.clause.value()));
        coverage.hit(log_cell_of(exit, specified.step.out, specified.log_clause));
        ++exits;
    }
};

/// How many traces a campaign of about `exits` exits has. Throws std::invalid_argument for none.
[[nodiscard]] std::uint64_t trace_count(std::uint64_t exits);
[[nodiscard]] unsigned thread_count(const CampaignOptions& options);

/// The plan of a trace.
[[nodiscard]] rc::Shrinkable<Plan> plan_number(const rc::Gen<Plan>& plans, std::uint64_t seed, std::uint64_t number);

/// Runs traces until the board has no more. `reports` is called after each.
void run_traces(conformance::Subject& subject, const CampaignOptions& options, Board& board, Place& place, Tally& tally,
                const std::function<void()>& ran);

/// Runs `work` in `threads` threads, this one included, and rethrows what one of them throws. It is given whether it is
/// this one.
void in_threads(unsigned threads, Board& board, const std::function<void(bool)>& work);

/// A failure as a worker saw it.
struct Seen {
    std::uint64_t trace = no_trace;
    Divergence divergence;
};

/// How a subject in a process of its own is run again to make a failing trace small.
struct Again {
    SubjectFactory patient;   ///< waits for answers as long as the campaign did
    SubjectFactory impatient; ///< less long
};
/// What is waited for an answer while a trace is made small, and how long that may take in all.
[[nodiscard]] std::chrono::milliseconds impatience(std::chrono::milliseconds limit);
inline constexpr std::chrono::seconds shrink_time{60};

/// The verdict on what is in `result`: of a conforming run, whether all cells are reached; of a shard, which may miss
/// what others reach, whether it ran at all.
void judge_coverage(CampaignResult& result, const CampaignOptions& options);
/// Puts the failure into `result`, as small as it gets; as it was seen if it does not happen again.
void judge_failure(CampaignResult& result, const CampaignOptions& options, const Seen& seen, const Again& again);

} // namespace vtlcheck::proptests
