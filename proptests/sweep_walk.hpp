// What the sweeps share: the guest they start from, and the walk through cases that counts, resets and reports.
#pragma once

#include "proptests/generator.hpp"
#include "proptests/sweep.hpp"

#include <span>
#include <string>
#include <vector>

namespace vtlcheck::proptests {

/// The header of a plan with one VP whose VTLs both run 64-bit code.
[[nodiscard]] conformance::TraceHeader long_mode_header(const Plan& plan);
/// An exit of VP 0 in 64-bit code at CPL 0 for an instruction of 2 bytes; general-purpose registers that nobody should
/// look at hold garbage. Fits the start state of long_mode_header.
[[nodiscard]] model::ConcreteExit instruction(std::uint32_t reason, bool vtl1);
/// RDMSR or WRMSR; bits 63:32 of RAX, RCX and RDX are garbage.
[[nodiscard]] model::ConcreteExit msr_exit(bool write, bool vtl1, std::uint32_t number, std::uint64_t value);

/// Values of registers and MSRs: the edges of fields and of canonical addresses, and values that some rule accepts. Sorted,
/// each once.
[[nodiscard]] std::span<const std::uint64_t> telling_values();
/// Those that some rule accepts, each with one bit wrong; none of telling_values(). Sorted, each once.
[[nodiscard]] std::span<const std::uint64_t> values_next_to_telling();

/// Runs exits of a chunk, each from the base state, and keeps what diverges.
class Walk {
public:
    Walk(conformance::Subject& subject, ChunkResult& result) : subject_(subject), lockstep_(subject), result_(result) {}

    /// The state that exits start from, from now on. False: the two part in it before any exit.
    bool base(const conformance::TraceHeader& header);
    /// One exit. Starts anew before it if exits since the base have changed anything but what every exit leaves behind:
    /// RIP, the VTL that ran last, and audit and log counters. False: the chunk is to end.
    bool step(const model::ConcreteExit& exit);
    /// See Lockstep::step_alike. False: the chunk is to end.
    bool alike(std::span<const model::ConcreteExit> exits, std::uint32_t first, std::uint32_t last);
    /// A difference that was found beside the lockstep, in the state of now.
    bool differs(const std::string& clause, std::vector<conformance::Difference> differences);

    /// There were so many violations that the rest of the chunk is left out.
    [[nodiscard]] bool ended() const { return result_.cut_short; }
    [[nodiscard]] const Lockstep& lockstep() const { return lockstep_; }

private:
    bool restart();
    bool stays_at_base() const;
    bool note(Divergence divergence, const std::vector<model::ConcreteExit>& exits);

    conformance::Subject& subject_;
    Lockstep lockstep_;
    ChunkResult& result_;
    conformance::TraceHeader base_;
    std::vector<model::ConcreteExit> since_; ///< exits since the last restart, as far as `step` made them
};

} // namespace vtlcheck::proptests
