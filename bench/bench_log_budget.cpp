// What a limiter of log lines costs the one who asks: the log budget's, and those that others use. They are told the time
// (glog, which reads its own, excepted), so that no clock is measured. Each is called, not inlined: it would be so where
// it is used, and what does not change from call to call is not moved out of the loop.
//
// An iteration is a burst of calls by each thread. Two threads are kept on two processors, begin together, and only the
// bursts in which they did count, so that they meet as in a flood however busy the machine is. Counters: `each`, the
// median time of a call in its thread; `bursts`, how many counted; `admitted`, the share of calls that were let through.
// A run of "suppressed" in which one is, or of "admitted" in which one is not, is an error, but for a limiter that loses
// calls when threads meet. The columns Time and CPU include the waiting for each other.
#include "impl/src/atomic_memory.h"
#include "impl/src/log_protocol.h"

#include <benchmark/benchmark.h>
#include <glog/logging.h>
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace {

constexpr std::uint32_t max_threads = 2;
constexpr std::uint64_t start = 1'000'000'000'000; // ns: 1000 s
constexpr std::uint64_t hour = 3'600'000'000'000;
constexpr std::uint64_t endless = std::uint64_t{1} << 40; // calls: more than any run makes

enum class Path : bool { suppressed, admitted };

// ---- The log budget: a site, the partition, counters by VP

class Protocol {
public:
    static constexpr bool loses_calls = false;

    explicit Protocol(Path path) {
        config_.vps = max_threads;
        config_.log_interval = path == Path::admitted ? 1'000 : hour;
        config_.log_total_interval = config_.log_interval;
        config_.log_burst = path == Path::admitted ? endless : 10;
        config_.log_total_burst = path == Path::admitted ? endless : 64;
    }
    [[gnu::noinline]] bool acquire(std::uint32_t thread, std::uint64_t now) {
        return vtl_intercept::LogProtocol(vtl_intercept::AtomicMemory{}, config_, words_, logs_.data())
                   .attempt(thread, 0, now)
                   .kind != VTL_LINE_NONE;
    }

protected:
    vtl_config config_{};

private:
    vtl_log_words words_{};
    std::array<vtl_vp_log, max_threads> logs_{};
};

// The same where the site has tokens and the partition has none.
class PartitionExhausted : public Protocol {
public:
    explicit PartitionExhausted(Path path) : Protocol(path) {
        config_.log_burst = endless;
        config_.log_interval = 1'000;
    }
};

// The whole of it: an RDMSR that nothing answers to, from exit to entry. Suppressed at a site of the usual limits.
class WholeExit {
public:
    static constexpr bool loses_calls = false;

    explicit WholeExit(Path) {
        vtl_config config{};
        config.isolation = VTL_ISOLATION_TDX;
        config.vps = max_threads;
        config.log_burst = 10;
        config.log_interval = hour;
        config.log_total_burst = 64;
        config.log_total_interval = hour;
        vtl_partition_init(partition_.get(), &config, slots_.data(), logs_.data());
        for (std::uint32_t i = 0; i < max_threads; ++i) {
            vtl_vp_init(&vps_->at(i).vp, partition_.get(), i);
            vtl_census_attach(partition_.get(), i, &vps_->at(i).census);
            vtl_exit& exit = vps_->at(i).exit;
            exit.vp = i;
            exit.info[VTL_INFO_RAX] = 0x1F;
            exit.info[VTL_INFO_R11] = std::uint64_t{2} << 32;
            exit.gpr[VTL_RCX] = 0x1D9;
            exit.cr0 = 1;
        }
    }
    [[gnu::noinline]] bool acquire(std::uint32_t thread, std::uint64_t now) {
        Vp& vp = vps_->at(thread);
        vp.exit.now = now;
        vtl_handle_exit(partition_.get(), &vp.vp, &vp.exit, &vp.outcome);
        return vp.outcome.log_line != VTL_LINE_NONE;
    }

private:
    struct Vp {
        vtl_vp vp;
        vtl_census census;
        vtl_exit exit;
        vtl_outcome outcome;
    };
    std::unique_ptr<vtl_partition> partition_ = std::make_unique<vtl_partition>();
    std::unique_ptr<std::array<Vp, max_threads>> vps_ = std::make_unique<std::array<Vp, max_threads>>();
    std::array<vtl_vp_slot, max_threads> slots_{};
    std::array<vtl_vp_log, max_threads> logs_{};
};

// ---- What others use

// A token bucket behind a mutex.
class LockedBucket {
public:
    static constexpr bool loses_calls = false;

    explicit LockedBucket(Path path)
        : burst_(path == Path::admitted ? endless : 10), interval_(path == Path::admitted ? 1'000 : hour),
          tokens_(burst_), since_(start) {}
    [[gnu::noinline]] bool acquire(std::uint32_t, std::uint64_t now) {
        const std::lock_guard lock(mutex_);
        if (now > since_) {
            const std::uint64_t gained = (now - since_) / interval_;
            if (gained >= burst_ - tokens_) {
                tokens_ = burst_;
                since_ = now;
            } else {
                tokens_ += gained;
                since_ += gained * interval_;
            }
        }
        if (tokens_ == 0) {
            ++suppressed_;
            return false;
        }
        --tokens_;
        return true;
    }

private:
    const std::uint64_t burst_, interval_;
    std::mutex mutex_;
    std::uint64_t tokens_, since_;
    std::uint64_t suppressed_ = 0;
};

// 10 events in 5 s, then none until these are over; who finds the lock taken goes without. What OpenVMM's paravisor does.
class TryLockWindow {
public:
    static constexpr bool loses_calls = true;

    explicit TryLockWindow(Path path) : limit_(path == Path::admitted ? endless : 10) {}
    [[gnu::noinline]] bool acquire(std::uint32_t, std::uint64_t now) {
        const std::unique_lock lock(mutex_, std::try_to_lock);
        if (!lock) {
            dropped_.fetch_add(1, std::memory_order_relaxed);
            return false;
        }
        if (now > opened_ && now - opened_ > 5'000'000'000) {
            opened_ = now;
            events_ = 0;
        }
        if (events_ >= limit_) {
            ++missed_;
            return false;
        }
        ++events_;
        missed_ = 0; // the event tells of them
        return true;
    }

private:
    const std::uint64_t limit_;
    std::mutex mutex_;
    std::uint64_t opened_ = start;
    std::uint64_t events_ = 0;
    std::uint64_t missed_ = 0;
    std::atomic<std::uint64_t> dropped_ = 0;
};

// The algorithm of Abseil's LOG_EVERY_N_SEC: every call is counted in a word that all share, and who finds the time over
// sets the next one. As published, the count may miss calls of threads that meet (a load and a store); `exact` loses none,
// as the log budget's counters do.
template <bool exact>
class EveryNSeconds {
public:
    static constexpr bool loses_calls = false;

    // A next time that lies in the past, whoever's clock is asked, is "always admitted".
    explicit EveryNSeconds(Path path) : period_(static_cast<std::int64_t>(path == Path::admitted ? -hour : hour)) {}
    [[gnu::noinline]] bool acquire(std::uint32_t, std::uint64_t now) {
        if constexpr (exact) {
            count_.fetch_add(1, std::memory_order_relaxed);
        } else {
            count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
        }
        const auto at = static_cast<std::int64_t>(now);
        std::int64_t next = next_.load(std::memory_order_relaxed);
        do {
            if (at <= next) {
                return false;
            }
        } while (!next_.compare_exchange_weak(next, at + period_, std::memory_order_relaxed));
        return true;
    }

private:
    const std::int64_t period_;
    std::atomic<std::uint32_t> count_ = 0;
    std::atomic<std::int64_t> next_ = 0;
};

// glog's own, which reads the clock. Suppressed only: it admits by formatting a line, which is another thing.
class Glog {
public:
    static constexpr bool loses_calls = false;

    explicit Glog(Path) { FLAGS_minloglevel = google::GLOG_FATAL; } // the lines, once made, go nowhere
    [[gnu::noinline]] bool acquire(std::uint32_t, std::uint64_t) {
        bool made = false;
        const auto make = [&made] {
            made = true;
            return "";
        };
        LOG_EVERY_T(INFO, 3600) << make();
        return made;
    }
};

// ---- The runs

// Keeps the calling thread on the processor of that number, of those it may use, as long as it lives.
class Processor {
public:
    explicit Processor(int number) {
        pthread_getaffinity_np(pthread_self(), sizeof allowed_, &allowed_);
        cpu_set_t one;
        CPU_ZERO(&one);
        for (std::size_t cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
            if (CPU_ISSET(cpu, &allowed_) && number-- == 0) {
                CPU_SET(cpu, &one);
            }
        }
        held_ = pthread_setaffinity_np(pthread_self(), sizeof one, &one) == 0;
    }
    ~Processor() { pthread_setaffinity_np(pthread_self(), sizeof allowed_, &allowed_); }
    Processor(const Processor&) = delete;
    Processor& operator=(const Processor&) = delete;
    [[nodiscard]] bool held() const { return held_; }

private:
    cpu_set_t allowed_{};
    bool held_ = false;
};

using Clock = std::chrono::steady_clock;
constexpr int calls_a_burst = 5'000;

struct Burst {
    Clock::time_point from, to;
    [[nodiscard]] double length() const { return std::chrono::duration<double>(to - from).count(); }
};

// What the threads of a run share; on lines of its own.
template <class Limiter>
struct alignas(256) Shared {
    explicit Shared(Path path) : limiter(path) {}
    // Returns when all threads of the run have come here for the `count`th time.
    void meet(std::uint64_t count, std::uint64_t threads) {
        arrived.fetch_add(1);
        for (int spins = 0; arrived.load() < count * threads; ++spins) {
            if (spins > 2'000) {
                sched_yield(); // the other one does not run
            }
        }
    }
    Limiter limiter;
    alignas(256) std::atomic<std::uint64_t> arrived = 0;
    alignas(256) std::array<std::vector<Burst>, max_threads> bursts;
};
template <class Limiter>
std::unique_ptr<Shared<Limiter>> shared;

template <class Limiter, Path path>
void set_up(const benchmark::State&) {
    shared<Limiter> = std::make_unique<Shared<Limiter>>(path);
    if (path == Path::suppressed) {
        // More than any burst here.
        for (int n = 0; n < 100; ++n) {
            shared<Limiter>->limiter.acquire(0, start);
        }
    }
}

// Seconds a call, of the bursts that the threads began together: within a twentieth of the shortest.
std::vector<double> of_bursts_together(const std::array<std::vector<Burst>, max_threads>& bursts, std::size_t threads) {
    std::vector<double> times;
    for (std::size_t n = 0; n < bursts[0].size(); ++n) {
        auto first = bursts[0][n].from;
        auto last = first;
        double shortest = bursts[0][n].length();
        for (std::size_t thread = 1; thread < threads; ++thread) {
            first = std::min(first, bursts[thread][n].from);
            last = std::max(last, bursts[thread][n].from);
            shortest = std::min(shortest, bursts[thread][n].length());
        }
        for (std::size_t thread = 0; thread < threads; ++thread) {
            if (std::chrono::duration<double>(last - first).count() <= shortest / 20) {
                times.push_back(bursts[thread][n].length() / calls_a_burst);
            }
        }
    }
    return times;
}

// Each thread has a clock of its own, which moves by 1 ns a call.
template <class Limiter, Path path>
void run(benchmark::State& state) {
    Shared<Limiter>& all = *shared<Limiter>;
    const auto thread = static_cast<std::uint32_t>(state.thread_index());
    const auto threads = static_cast<std::uint32_t>(state.threads());
    const Processor processor(state.thread_index());
    std::vector<Burst>& bursts = all.bursts.at(thread);
    bursts.reserve(static_cast<std::size_t>(state.max_iterations));
    std::uint64_t now = start;
    std::uint64_t admitted = 0;
    for ([[maybe_unused]] auto _ : state) {
        all.meet(bursts.size() + 1, threads);
        const auto from = Clock::now();
        for (int n = 0; n < calls_a_burst; ++n) {
            admitted += all.limiter.acquire(thread, ++now) ? 1U : 0U;
        }
        bursts.push_back({.from = from, .to = Clock::now()});
    }
    const std::uint64_t calls = bursts.size() * calls_a_burst;
    if (admitted != (path == Path::admitted ? calls : 0) && !(path == Path::admitted && Limiter::loses_calls)) {
        state.SkipWithError("the path that was measured is not the one that was meant");
    }
    if (!processor.held()) {
        state.SkipWithError("there is no processor for each thread");
    }
    state.counters["admitted"] =
        benchmark::Counter(static_cast<double>(admitted) / static_cast<double>(calls), benchmark::Counter::kAvgThreads);
    if (thread != 0) {
        return;
    }
    std::vector<double> times = of_bursts_together(all.bursts, threads); // all threads have left the loop
    const std::size_t together = times.size() / threads;
    if (times.empty()) {
        times.push_back(0);
    }
    const auto middle = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::nth_element(times.begin(), middle, times.end());
    state.counters["each"] = *middle;
    state.counters["bursts"] = static_cast<double>(together);
}

#define LOG_BUDGET(Limiter, path, name)                                                                                \
    BENCHMARK(run<Limiter, Path::path>)                                                                                \
        ->Name("LogBudget/" #path "/" name)                                                                            \
        ->Setup(set_up<Limiter, Path::path>)                                                                           \
        ->ThreadRange(1, max_threads)

LOG_BUDGET(Protocol, suppressed, "protocol");
LOG_BUDGET(PartitionExhausted, suppressed, "protocol_partition");
LOG_BUDGET(LockedBucket, suppressed, "mutex_bucket");
LOG_BUDGET(TryLockWindow, suppressed, "try_lock_window");
LOG_BUDGET(EveryNSeconds<false>, suppressed, "every_n_sec");
LOG_BUDGET(EveryNSeconds<true>, suppressed, "every_n_sec_exact");
LOG_BUDGET(Glog, suppressed, "glog_every_t");
LOG_BUDGET(WholeExit, suppressed, "whole_exit");
LOG_BUDGET(Protocol, admitted, "protocol");
LOG_BUDGET(LockedBucket, admitted, "mutex_bucket");
LOG_BUDGET(TryLockWindow, admitted, "try_lock_window");
LOG_BUDGET(EveryNSeconds<false>, admitted, "every_n_sec");
LOG_BUDGET(EveryNSeconds<true>, admitted, "every_n_sec_exact");

} // namespace
