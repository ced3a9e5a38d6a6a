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
constexpr const char* get_register = "vp0 vtl0 get-reg Sint3";
constexpr const char* set_register = "vp0 vtl0 set-reg Sint3 0x31";
constexpr const char* denied_register = "vp0 vtl0 get-reg Rip target_vtl=0x11";

void oracle(benchmark::State& state, const char* line) {
    const model::ConcreteConfig config;
    auto registers = model::reset_state<model::Concrete>(0);
    const auto exit = exit_of(line);
    for ([[maybe_unused]] auto _ : state) {
        const model::ConcretePlace place{registers.partition, registers.vsm, registers.slot, registers.vp,
                                         registers.vtl};
        benchmark::DoNotOptimize(model::oracle_step(config, place, exit));
    }
}

void implementation(benchmark::State& state, const char* line) {
    const auto exit = exit_of(line);
    const auto partition = std::make_unique<vtl_partition>();
    const auto vp = std::make_unique<vtl_vp>();
    const model::ConcreteConfig plain;
    vtl_config config{};
    config.x2apic_capable = true;
    config.tsc_aux = true;
    config.access_vsm = true;
    config.isolation = VTL_ISOLATION_TDX;
    config.vps = 1;
    config.xss_supported = plain.xss_supported.value();
    config.xcr0_supported = plain.xcr0_supported.value();
    config.cr4_allowed = plain.cr4_allowed.value();
    config.tsc_frequency = plain.tsc_frequency.value();
    config.log_burst = plain.log_burst.value();
    config.log_interval = plain.log_interval.value();
    config.log_total_burst = plain.log_total_burst.value();
    config.log_total_interval = plain.log_total_interval.value();
    vtl_vp_slot slot{};
    const auto log = std::make_unique<vtl_vp_log>();
    if (vtl_partition_init(partition.get(), &config, &slot, log.get()) != VTL_OK) {
        state.SkipWithError("the partition is refused");
        return;
    }
    vtl_vp_init(vp.get(), partition.get(), 0);
    vtl_exit in{};
    for (std::size_t i = 0; i < VTL_INFO_COUNT; ++i) {
        in.info[i] = exit.info[i].value();
    }
    for (std::size_t i = 0; i < VTL_GPR_COUNT; ++i) {
        in.gpr[i] = exit.gpr[i].value();
    }
    in.kind = exit.kind.value();
    in.vtl = exit.vtl1.value() ? 1 : 0;
    in.rip = exit.rip.value();
    in.rflags = exit.rflags.value();
    in.cr0 = exit.cr0.value();
    in.cr4 = exit.cr4.value();
    in.input.partition_id = exit.partition_id.value();
    in.input.target_vp = exit.target_vp.value();
    in.input.target_vtl = exit.target_vtl.value();
    in.input.name = exit.name.value();
    in.input.value = exit.value.value();
    vtl_outcome out;
    for ([[maybe_unused]] auto _ : state) {
        benchmark::DoNotOptimize(vtl_handle_exit(partition.get(), vp.get(), &in, &out));
        benchmark::ClobberMemory();
    }
}

BENCHMARK_CAPTURE(implementation, read_hit, read_hit);
BENCHMARK_CAPTURE(implementation, write_hit, write_hit);
BENCHMARK_CAPTURE(implementation, unknown_read, unknown_read);
BENCHMARK_CAPTURE(implementation, get_register, get_register);
BENCHMARK_CAPTURE(implementation, set_register, set_register);
BENCHMARK_CAPTURE(implementation, denied_register, denied_register);
BENCHMARK_CAPTURE(oracle, read_hit, read_hit);
BENCHMARK_CAPTURE(oracle, write_hit, write_hit);
BENCHMARK_CAPTURE(oracle, unknown_read, unknown_read);
BENCHMARK_CAPTURE(oracle, get_register, get_register);
BENCHMARK_CAPTURE(oracle, set_register, set_register);
BENCHMARK_CAPTURE(oracle, denied_register, denied_register);

} // namespace
