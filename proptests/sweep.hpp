// Exhaustive sweeps: every case of a finite space through the specification and a subject, in chunks that are numbered,
// so that a run can be split, interrupted and taken up again.
#pragma once

#include "proptests/conform.hpp"
#include "support/journal.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vtlcheck::proptests {

/// What was run.
struct SweepCounts {
    std::uint64_t cases = 0;   ///< of the sweep's space: MSR numbers, states, register requests
    std::uint64_t in_full = 0; ///< exits that specification and subject both ran
    std::uint64_t alike = 0; ///< exits that the subject ran; expected: the specification's answer to another MSR number
    std::uint64_t bits =
        0; ///< bits of MSR bitmaps compared with the specification's word on that bit in that very state

    [[nodiscard]] std::uint64_t exits() const { return in_full + alike; }
    SweepCounts& operator+=(const SweepCounts& other);
    friend bool operator==(const SweepCounts&, const SweepCounts&) = default;
};

/// A case in which the two part.
struct SweepViolation {
    std::string clause; ///< id; empty if the subject broke its contract
    std::string trace;  ///< text of a trace that shows it
    friend bool operator==(const SweepViolation&, const SweepViolation&) = default;
};

struct ChunkResult {
    SweepCounts counts;
    std::uint64_t violations = 0;        ///< exits and states; of an MSR number in a block the first only
    bool cut_short = false;              ///< after `most_violations`: the rest of the chunk was not run
    std::optional<SweepViolation> first; ///< if there are any
    friend bool operator==(const ChunkResult&, const ChunkResult&) = default;
};
/// Violations after which a chunk ends.
inline constexpr std::uint64_t most_violations = 1000;

/// A space of cases and how each is run.
class Sweep {
public:
    Sweep() = default;
    Sweep(const Sweep&) = delete;
    Sweep& operator=(const Sweep&) = delete;
    virtual ~Sweep() = default;

    [[nodiscard]] virtual std::string name() const = 0;
    /// What a case is, in the plural.
    [[nodiscard]] virtual std::string unit() const = 0;
    /// Everything that a chunk's result depends on besides the program and the subject, in one word.
    [[nodiscard]] virtual std::string mode() const = 0;
    [[nodiscard]] virtual std::uint64_t chunks() const = 0;
    /// Names the cases of chunk `chunk`, which is below `chunks()`; unique within the sweep.
    [[nodiscard]] virtual std::string chunk_name(std::uint64_t chunk) const = 0;
    [[nodiscard]] virtual ChunkResult run(std::uint64_t chunk, conformance::Subject& subject) const = 0;
};

struct MsrSweepOptions {
    enum class How : std::uint8_t {
        usual,
        charged, ///< every access in a TDX partition, so that budget and census see it: twice the time
        full,    ///< likewise, and the specification runs every access: ten times the time
    };
    std::uint32_t first = 0;         ///< MSR number
    std::uint32_t last = 0xFFFFFFFF; ///< not below `first`
    How how = How::usual;
};
/// RDMSR and WRMSR by VTL0 and VTL1 of every MSR number.
///
/// A number with a rule is accessed in every base state with every boundary value and answer of devices, and by TDVMCALL,
/// too; specification and subject run all of it. A number without a rule is accessed in one state and, if written, with
/// one value, which changes from block to block. The subject runs all of it. The specification says by its table which
/// numbers these are, and runs the accesses of the first and last number of a block; that its answer is the same for all
/// between but for the number is what claims UNKNOWN-READ and UNKNOWN-WRITE prove. States are compared at the ends of
/// blocks. Throws std::invalid_argument if `last` is below `first`.
[[nodiscard]] std::unique_ptr<Sweep> msr_sweep(const MsrSweepOptions& options = {});

/// Both MSR bitmaps for every combination of VTL1's claims of MSRs, VTL1's presence, the APIC offload, x2APIC mode of both
/// VTLs, and the processor's IA32_TSC_AUX. `full`: the specification is asked for each bit in each state.
[[nodiscard]] std::unique_ptr<Sweep> bitmap_sweep(bool full = false);

/// Get and set of every register of the table, of the names next to them and one bit away, by both VTLs, kernel and
/// paravisor, of both VTLs, for every isolation type and profile.
[[nodiscard]] std::unique_ptr<Sweep> register_sweep();

/// Whether some stage knows the MSR, in one direction at least, by the specification's table.
[[nodiscard]] bool has_msr_rule(std::uint32_t number);

/// Results of finished chunks in a file of JSON lines. Files of shards, joined, are the file of the whole.
class KeptChunks {
public:
    /// Nothing is kept.
    KeptChunks() = default;
    /// Reads the file if there is one. Throws support::JournalError, also for results of another `content`: a hash of
    /// program and subject.
    KeptChunks(const std::string& file, std::uint64_t content);

    [[nodiscard]] const ChunkResult* find(const Sweep& sweep, std::uint64_t chunk) const;
    /// Appends to the file. Not for two threads at once. Throws support::JournalError.
    void add(const Sweep& sweep, std::uint64_t chunk, const ChunkResult& result);

private:
    std::uint64_t content_ = 0;
    std::map<std::pair<std::string, std::string>, ChunkResult> kept_; ///< by sweep with mode, and chunk name
    support::Journal journal_;                                        ///< after what it reads into
};

struct SweepOptions {
    unsigned threads = 0;     ///< 0: one per processor
    std::uint64_t shard = 1;  ///< 1 to `shards`: runs the chunks whose number is `shard` - 1 modulo `shards`
    std::uint64_t shards = 1; ///< at least 1
};

struct SweepResult {
    std::string name;
    std::string unit;
    std::string mode;
    Verdict verdict = Verdict::inconclusive; ///< of the chunks that were to be run; inconclusive if there are none
    std::uint64_t chunks = 0;                ///< of the sweep
    std::uint64_t wanted = 0;                ///< of the shard
    std::uint64_t resumed = 0;               ///< of them: their results were kept
    SweepCounts counts;                      ///< resumed ones included
    std::uint64_t violations = 0;            ///< likewise
    bool cut_short = false;
    std::optional<SweepViolation> first; ///< of the lowest chunk with one
    double seconds = 0;
    double processor_seconds = 0; ///< of all threads of the process
};

/// Called after each chunk, from any thread but one at a time, with the chunks done and to do, and the violations so far.
using SweepProgress = std::function<void(std::uint64_t done, std::uint64_t wanted, std::uint64_t violations)>;

/// Runs the chunks of the shard whose results are not kept.
[[nodiscard]] SweepResult run_sweep(const Sweep& sweep, const SubjectFactory& make_subject, const SweepOptions& options,
                                    KeptChunks& kept, const SweepProgress& progress = {});

} // namespace vtlcheck::proptests
