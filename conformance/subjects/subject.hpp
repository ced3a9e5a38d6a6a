// A subject: an implementation of the intercept path that is held against the specification.
#pragma once

#include "conformance/trace.hpp"
#include "model/vocabulary.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace vtlcheck::conformance {

/// A subject broke its contract: it refused an exit that every paravisor has to take, or did not answer. One line.
struct SubjectError : std::runtime_error {
    explicit SubjectError(const std::string& what, std::string last_words_ = {})
        : std::runtime_error(what), last_words(std::move(last_words_)) {}

    std::string
        last_words; ///< the end of its standard error, as it came; empty if there is none or it runs in this process
};

/// There is nothing to check: no such file or program, another version. One line that says how to mend it.
struct NoSubject : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What a subject shows of itself, and what can be compared.
enum class Visible : std::uint8_t {
    outcomes,
    registers,  ///< and the registers of partition and VPs
    everything, ///< and interception, audit, log and census
};

/// 512 words in the layout of TDG.VP.WR: read low, read high, write low, write high; 1 intercepts.
using MsrBitmap = std::span<const std::uint64_t, 512>;

/// What a VTL's VMCS intercepts besides MSRs (note P7).
struct InterceptControls {
    std::uint64_t cr0_guest_host_mask = 0;
    std::uint64_t cr4_guest_host_mask = 0;
    std::uint64_t cr0_read_shadow = 0;
    std::uint64_t cr4_read_shadow = 0;
    bool descriptor_table_exiting = false;

    friend bool operator==(const InterceptControls&, const InterceptControls&) = default;
};

/// An audit record as it stands in a VP's ring (notes P35, P36).
struct AuditRecord {
    std::uint64_t sequence = 0;
    std::uint64_t time = 0; ///< ns
    std::uint32_t vp = 0;
    std::uint8_t origin = 0;    ///< model::Origin
    std::uint8_t operation = 0; ///< model::Operation
    std::uint8_t vtl = 0;
    std::uint32_t reg = 0;    ///< HV_REGISTER_NAME or VP index
    std::uint8_t route = 0;   ///< model::Route
    std::uint8_t verdict = 0; ///< model::AuditVerdict
    std::uint16_t reason = 0; ///< HV_STATUS

    friend bool operator==(const AuditRecord&, const AuditRecord&) = default;
};

/// What the host may see of a log line (note L9).
struct LogLine {
    std::uint64_t time = 0; ///< ns, of the exit
    std::uint64_t suppressed = 0;
    std::uint32_t number = 0; ///< MSR, register, call code or sub-function
    std::uint32_t vp = 0;
    std::uint8_t line = 0; ///< model::LogLine, never none
    std::uint8_t site = 0; ///< model::LogSite
    std::uint8_t vtl = 0;

    friend bool operator==(const LogLine&, const LogLine&) = default;
};

/// A log line with what only the confidential channel may carry.
struct LogRecord {
    LogLine host{};
    std::uint64_t value = 0; ///< confidential: the written value

    friend bool operator==(const LogRecord&, const LogRecord&) = default;
};

/// The counters of a log site over all VPs (note L8).
struct LogTotals {
    std::uint64_t emitted = 0; ///< warnings
    std::uint64_t suppressed = 0;
    std::uint64_t reported = 0;
    std::uint64_t summaries = 0;

    friend bool operator==(const LogTotals&, const LogTotals&) = default;
};

/// An entry of a VP's census sketch (note L14).
struct CensusEntry {
    std::uint32_t msr = 0;
    bool write = false;
    std::uint64_t count = 0; ///< at least the true number
    std::uint64_t error = 0; ///< count - error is at most the true number

    friend bool operator==(const CensusEntry&, const CensusEntry&) = default;
};

/// One of several MSR accesses that are run for many numbers: the exit and its outcome, both for any one of them.
struct AlikeAccess {
    const model::Exit<Concrete>* exit = nullptr; ///< RDMSR or WRMSR; RCX 31:0 does not matter
    const model::Outcome<Concrete>* expected = nullptr;
};
/// The outcome that is expected of the access for `number`: that number in RCX 31:0, and in `log_msr` if there is an
/// attempt.
[[nodiscard]] model::Outcome<Concrete> expected_of(const AlikeAccess& access, std::uint32_t number);

/// An outcome that is not the expected one.
struct Deviation {
    std::uint32_t number = 0;
    std::size_t access = 0; ///< index
    model::Outcome<Concrete> observed{};
};

class Subject {
public:
    Subject() = default;
    Subject(const Subject&) = delete;
    Subject& operator=(const Subject&) = delete;
    virtual ~Subject() = default;

    [[nodiscard]] virtual std::string name() const = 0;

    /// What of the below may be asked. Fixed once it was started.
    [[nodiscard]] virtual Visible visible() const { return Visible::everything; }

    /// Sets up a partition of `header.vps` VPs in the state `header.start`, whatever went before. Throws SubjectError.
    virtual void start(const TraceHeader& header) = 0;

    /// Handles one exit of VP `exit.vp`. Throws SubjectError.
    virtual model::Outcome<Concrete> handle(const model::Exit<Concrete>& exit) = 0;

    /// Handles all `accesses`, in their order, for each number from `first` to `last`, and returns the first outcome in
    /// which any field is another than `expected_of` says. By then accesses after it may have been handled, too. Throws
    /// SubjectError. 2^34 accesses pass here in a sweep, so a subject may have a faster way than this, which asks `handle`.
    virtual std::optional<Deviation> run_alike(std::span<const AlikeAccess> accesses, std::uint32_t first,
                                               std::uint32_t last);

    // Whatever is asked below may throw SubjectError, where the subject runs elsewhere.

    /// The registers the subject holds now.
    [[nodiscard]] virtual std::array<model::PartitionVtl<Concrete>, 2> partition() const = 0;
    [[nodiscard]] virtual model::PartitionVsm<Concrete> vsm() const = 0;
    virtual void vp(std::uint32_t index, InitialState::Vp& registers) const = 0;

    /// The MSR bitmap of a VTL of a VP as the TDX module would see it.
    [[nodiscard]] virtual MsrBitmap msr_bitmap(std::uint32_t vp, unsigned vtl) const = 0;
    /// Whether an access exits, bitmap and architecture together.
    [[nodiscard]] virtual bool access_exits(std::uint32_t vp, unsigned vtl, std::uint32_t msr, bool write) const = 0;
    /// What the VTL's VMCS holds besides.
    [[nodiscard]] virtual InterceptControls controls(std::uint32_t vp, unsigned vtl) const = 0;
    /// The VTL entered next: 0, 1, or 2 for neither (note P2).
    [[nodiscard]] virtual std::uint8_t next_entry(std::uint32_t vp) const = 0;
    /// The records in the VP's ring, oldest first.
    [[nodiscard]] virtual std::vector<AuditRecord> audit_records(std::uint32_t vp) const = 0;
    /// The last of them, if there is one. Asked after each exit with a record, so a subject may have a faster answer.
    [[nodiscard]] virtual std::optional<AuditRecord> newest_audit(std::uint32_t vp) const {
        const auto records = audit_records(vp);
        return records.empty() ? std::nullopt : std::optional(records.back());
    }
    /// The counters of log site `site`, 1 to 10.
    [[nodiscard]] virtual LogTotals log_totals(std::uint8_t site) const = 0;
    /// Takes the lines that wait in the VP's ring, oldest first (note L12).
    virtual std::vector<LogRecord> take_log(std::uint32_t vp) = 0;
    /// Lines the VP's ring had no room for.
    [[nodiscard]] virtual std::uint64_t log_lost(std::uint32_t vp) const = 0;
    /// Unknown accesses to an MSR of the architectural ranges by the VP (note L13); 0 for any other.
    [[nodiscard]] virtual std::uint32_t census_count(std::uint32_t vp, std::uint32_t msr, bool write) const = 0;
    /// The entries of the VP's sketch with a count, by index.
    [[nodiscard]] virtual std::vector<CensusEntry> census_sketch(std::uint32_t vp) const = 0;
    /// Policy, state, counters and audit tail of the whole partition as JSON text, read only (requirement B9).
    [[nodiscard]] virtual std::string inspect() const = 0;
};

/// The implementation of this repository (impl/), in this process.
[[nodiscard]] std::unique_ptr<Subject> builtin_subject();

struct Abi;
/// An implementation behind the C ABI (abi.hpp), which has to outlive the subject.
[[nodiscard]] std::unique_ptr<Subject> abi_subject(const Abi& abi, std::string name);
/// The implementation in the shared library `file`, loaded into this process: see isolated.hpp. Throws NoSubject.
[[nodiscard]] std::unique_ptr<Subject> library_subject(const std::string& file);

} // namespace vtlcheck::conformance
