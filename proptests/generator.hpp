// Random exit traces. RapidCheck draws a plan (seed, length, configuration, focus); the plan expands into exits at the
// speed the check needs, the same on every machine and compiler.
#pragma once

#include "conformance/trace.hpp"
#include "model/msr_table.hpp"
#include "model/oracle.hpp"
#include "model/register_table.hpp"

#include <rapidcheck.h>

#include <cstdint>
#include <string>

namespace vtlcheck::proptests {

/// splitmix64: small, fast, and one sequence per seed everywhere, unlike the distributions of the standard library.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}

    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EB;
        return z ^ (z >> 31U);
    }
    /// 0 to `n` - 1, `n` at most 2^32; the bias of at most n / 2^32 does not matter here.
    std::uint32_t below(std::uint32_t n) { return static_cast<std::uint32_t>(((next() >> 32U) * n) >> 32U); }
    /// True with probability `percent` / 100.
    bool chance(std::uint32_t percent) { return below(100) < percent; }
    template <class T, std::size_t N>
    const T& of(const std::array<T, N>& items) {
        return items[below(N)];
    }

private:
    std::uint64_t state_;
};

/// What a plan leans to. Every focus reaches everything; it shifts the weights.
enum class Focus : std::uint8_t {
    even,         ///< rows of the MSR table alike
    values,       ///< writes of registers with a value rule
    interception, ///< VTL1's control words and the MSRs it can claim
    apic,         ///< APIC base, x2APIC range and offload
    tdvmcall,     ///< TDCALL
    decoding,     ///< TDX status, exit reasons, CPL
    unknown,      ///< numbers without a row
    registers,    ///< GetVpRegisters and SetVpRegisters
    vtl,          ///< making VTLs, starting VPs, switching
    tables,       ///< CR, XSETBV and descriptor-table exits and VTL1's claims of them
    host,         ///< host_access and special_request, hostile hypervisor answers
    audit,        ///< attempts across VTLs, many enough to wrap the ring
    log,          ///< unknown MSRs, flushes and new limits at hostile times
};
inline constexpr std::uint8_t focus_count = 13;

/// Everything that determines a trace.
struct Plan {
    std::uint64_t seed = 0;
    std::uint32_t length = 1; ///< exits, 1 to 400
    std::uint32_t vps = 1;    ///< 1 to 4
    Focus focus = Focus::even;
    /// Bits: 0 VTL1 present, 1 x2APIC mode in VTL0, 2 in VTL1, 3 VTL1's synic ready for messages, 4 its SINT0 polls, 5
    /// and 6 without VTL1: guest VSM enabled (1) or unsupported (2), 7 MBEC, 8 VsmPartitionConfig set, deny startup, 9
    /// VTL1 claims all it can, 10 VTL1 on VP 0 only, 11 the last of several VPs has a context to start with, 12 it is
    /// VTL1's.
    std::uint32_t start = 0;
    /// Bits: 0 la57, 1 no x2APIC, 2 no TSC_AUX, 3 untrusted synic, 4 XSS bits, 5 no AccessVsm, 6 few XCR0 bits, 7 few
    /// CR4 bits, 8 and 9 limits of the log budget: default (0), small (1), slowest (2), largest (3).
    std::uint32_t config = 0;
    model::Isolation isolation = model::Isolation::tdx;
};
inline constexpr std::uint32_t start_count = 1U << 13U;
inline constexpr std::uint32_t config_count = 1U << 10U;

/// RapidCheck's generator of plans. Its shrinks shorten the trace and simplify the configuration.
[[nodiscard]] rc::Gen<Plan> arbitrary_plan();

/// Configuration and start state of the plan's trace.
[[nodiscard]] conformance::TraceHeader header_of(const Plan& plan);

/// The exits of a plan, one after the other.
class ExitGenerator {
public:
    explicit ExitGenerator(const Plan& plan);
    void next(model::ConcreteExit& exit);

private:
    void l2_exit(model::ConcreteExit& exit);
    void tdcall(model::ConcreteExit& exit);
    void msr_access(model::ConcreteExit& exit, bool write);
    void cr_access(model::ConcreteExit& exit);
    void xsetbv(model::ConcreteExit& exit);
    void hypercall(model::ConcreteExit& exit);
    void register_call(model::ConcreteExit& exit);
    void vtl_call(model::ConcreteExit& exit);
    void control(model::ConcreteExit& exit);
    void host_access(model::ConcreteExit& exit);
    void special_request(model::ConcreteExit& exit);
    void log_request(model::ConcreteExit& exit);
    std::uint64_t hostile_time();
    void answer(model::ConcreteExit& exit, std::uint32_t entries);
    const model::RegisterRow& class_row(std::uint32_t register_class);
    void name_register(model::ConcreteExit& exit, bool guest);
    void context(model::Context<model::Concrete>& context);
    std::uint32_t msr_number(bool write);
    std::uint64_t msr_value(model::WriteRule rule);
    std::uint64_t linear();
    std::uint64_t cr0_value();
    std::uint64_t cr4_value();
    std::uint64_t xcr0_value();
    std::uint64_t control_word();
    std::uint64_t word();
    /// `value`, or in `percent` of the cases with one bit wrong.
    std::uint64_t mostly(std::uint64_t value, std::uint32_t percent = 15);

    Plan plan_;
    Random random_;
    std::uint64_t now_ = 0;
    std::array<std::uint64_t, 2> intervals_; ///< ns a token, of the sites and of the partition
};

/// The whole trace of a plan.
[[nodiscard]] conformance::Trace trace_of(const Plan& plan);

} // namespace vtlcheck::proptests
