// What one exit costs: the implementation, the adapter, the oracle.
#include "conformance/subjects/subject.hpp"
#include "impl/include/vtl_intercept.h"
#include "model/oracle.hpp"

#include <benchmark/benchmark.h>

#include <memory>
#include <string>

namespace {

using namespace vtlcheck;

/// One exit line, ready for both sides.
model::ConcreteExit exit_of(const char* line) { return conformance::parse_step(line).exit; }

constexpr const char* read_hit = "vp0 vtl0 rdmsr 0x277";
constexpr const char* write_hit = "vp0 vtl0 wrmsr 0xc0000082 0xffffffff81a00000";
constexpr const char* unknown_read = "vp0 vtl0 rdmsr 0x1d9";

void oracle(benchmark::State& state, const char* line) {
    const model::ConcreteConfig config;
    auto registers = model::reset_state<model::Concrete>(0);
    const auto exit = exit_of(line);
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(model::oracle_step(config, registers.partition, registers.vp, registers.vtl, exit));
    }
}

void implementation(benchmark::State& state, const char* line) {
    const auto exit = exit_of(line);
    const auto partition = std::make_unique<vtl_partition>();
    const auto vp = std::make_unique<vtl_vp>();
    const vtl_config config{.la57 = false,
                            .x2apic_capable = true,
                            .tsc_aux = true,
                            .untrusted_synic = false,
                            .xss_supported = 0x1800,
                            .tsc_frequency = 2'000'000'000};
    vtl_partition_init(partition.get(), &config);
    vtl_vp_init(vp.get(), partition.get(), 0);
    vtl_exit in{};
    for (std::size_t i = 0; i < VTL_INFO_COUNT; ++i) {
        in.info[i] = exit.info[i].value();
    }
    for (std::size_t i = 0; i < VTL_GPR_COUNT; ++i) {
        in.gpr[i] = exit.gpr[i].value();
    }
    in.cr0 = exit.cr0.value();
    vtl_outcome out;
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(vtl_handle_exit(partition.get(), vp.get(), &in, &out));
        benchmark::ClobberMemory();
    }
}

BENCHMARK_CAPTURE(implementation, read_hit, read_hit);
BENCHMARK_CAPTURE(implementation, write_hit, write_hit);
BENCHMARK_CAPTURE(implementation, unknown_read, unknown_read);
BENCHMARK_CAPTURE(oracle, read_hit, read_hit);
BENCHMARK_CAPTURE(oracle, write_hit, write_hit);
BENCHMARK_CAPTURE(oracle, unknown_read, unknown_read);

} // namespace
