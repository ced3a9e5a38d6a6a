// Random exit traces. RapidCheck draws a plan (seed, length, configuration, focus); the plan expands into exits at the
// speed the check needs, the same on every machine and compiler.
#pragma once

#include "conformance/trace.hpp"
#include "model/oracle.hpp"

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
};
inline constexpr std::uint8_t focus_count = 7;

/// Everything that determines a trace.
struct Plan {
    std::uint64_t seed = 0;
    std::uint32_t length = 1; ///< exits, 1 to 400
    std::uint32_t vps = 1;    ///< 1 to 3
    Focus focus = Focus::even;
    std::uint32_t start =
        0; ///< bits: 0 VTL1 present, 1 x2APIC mode in VTL0, 2 in VTL1, 3 VTL1's synic ready for messages, 4 its SINT0 polls
    std::uint32_t config = 0; ///< bits: 0 la57, 1 no x2APIC, 2 no TSC_AUX, 3 untrusted synic, 4 XSS bits
};

/// RapidCheck's generator of plans. Its shrinks shorten the trace and simplify the configuration.
[[nodiscard]] rc::Gen<Plan> arbitrary_plan();

/// Configuration and start state of the plan's trace.
[[nodiscard]] conformance::TraceHeader header_of(const Plan& plan);

/// The exits of a plan, one after the other.
class ExitGenerator {
public:
    explicit ExitGenerator(const Plan& plan) : plan_(plan), random_(plan.seed) {}
    void next(model::ConcreteExit& exit);

private:
    void l2_exit(model::ConcreteExit& exit);
    std::uint32_t msr_number(bool write);
    std::uint64_t msr_value(std::uint32_t msr);
    std::uint64_t word();

    Plan plan_;
    Random random_;
    std::uint64_t now_ = 0;
};

/// The whole trace of a plan.
[[nodiscard]] conformance::Trace trace_of(const Plan& plan);

} // namespace vtlcheck::proptests
