// What checking costs: random exits, traces, recordings. Rates are items per second of one thread.
#include "proptests/conform.hpp"
#include "proptests/replay.hpp"

#include <benchmark/benchmark.h>

namespace {

using namespace vtlcheck;

void conform(benchmark::State& state) {
    std::uint64_t exits = 0;
    std::uint64_t seed = 1;
    for ([[maybe_unused]] auto _ : state) {
        const auto result = proptests::run_campaign(
            conformance::builtin_subject, {.seed = seed++, .exits = 500'000, .threads = 1, .require_coverage = false});
        if (result.verdict != proptests::Verdict::conforms) {
            state.SkipWithError("the implementation does not conform");
            break;
        }
        exits += result.exits;
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(exits));
}

void generate(benchmark::State& state, proptests::Focus focus) {
    proptests::ExitGenerator generator({.seed = 1, .length = 1, .vps = 2, .focus = focus, .start = 15});
    model::ConcreteExit exit;
    for ([[maybe_unused]] auto _ : state) {
        generator.next(exit);
        benchmark::DoNotOptimize(exit);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()));
}

void parse_trace(benchmark::State& state) {
    const auto trace = proptests::trace_of({.seed = 1, .length = 2000, .vps = 2, .start = 15});
    const std::string text = conformance::write(trace);
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(conformance::parse(text, "bench"));
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * 2000);
}

void replay_recording(benchmark::State& state) {
    const auto subject = conformance::builtin_subject();
    const std::string path = VTLCHECK_TRACES "/" VTLCHECK_BENCH_RECORDING;
    std::uint64_t records = 0;
    for ([[maybe_unused]] auto _ : state) {
        const auto result = proptests::replay(*subject, path, {});
        if (!result.conforms()) {
            state.SkipWithError("the recording does not replay");
            break;
        }
        records += result.import.records();
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(records));
}

BENCHMARK(conform)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(generate, even, proptests::Focus::even);
BENCHMARK_CAPTURE(generate, registers, proptests::Focus::registers);
BENCHMARK_CAPTURE(generate, vtl, proptests::Focus::vtl);
BENCHMARK(parse_trace)->Unit(benchmark::kMillisecond);
BENCHMARK(replay_recording)->Unit(benchmark::kMillisecond);

} // namespace
