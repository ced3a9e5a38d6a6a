// Runs a subject and the specification side by side and says where they part.
#pragma once

#include "conformance/subjects/subject.hpp"
#include "conformance/trace.hpp"
#include "model/census.hpp"
#include "model/oracle.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace vtlcheck::proptests {

/// Where subject and specification part.
struct Divergence {
    std::size_t step = 0;                             ///< index of the exit
    std::string clause;                               ///< id of the clause that decides it
    std::vector<conformance::Difference> differences; ///< expected by the specification, observed of the subject
    std::string subject_error; ///< not empty: the subject broke its contract instead of answering
    std::string last_words;    ///< what it said on standard error before that
};

/// The specification as it is held against a subject: as written, or as a mutant of it would have it.
class Specification {
public:
    Specification() = default;
    virtual ~Specification() = default;
    Specification(const Specification&) = delete;
    Specification& operator=(const Specification&) = delete;
    // As model::oracle_step, oracle_charge and oracle_armed.
    [[nodiscard]] virtual model::ConcreteStep
    step(const model::ConcreteConfig& config, const model::ConcretePlace& place, const model::ConcreteExit& exit) const;
    [[nodiscard]] virtual model::ClauseIndex charge(const model::ConcreteConfig& config,
                                                    model::ConcreteLogBudget& budget, const model::ConcreteExit& exit,
                                                    model::ConcreteOutcome& out) const;
    [[nodiscard]] virtual bool armed(const model::ConcreteConfig& config, const model::VpShared<model::Concrete>& vp,
                                     const model::VtlState<model::Concrete>& bank, bool vtl1, std::uint32_t msr,
                                     bool write) const;
};
[[nodiscard]] const Specification& as_written();

/// One exit on the specification: the state and the budget after it, and what decided.
struct SpecifiedStep {
    model::ConcreteStep step;
    model::ClauseIndex log_clause = 0; ///< index in model::log_clauses of the clause that charged it
};
[[nodiscard]] SpecifiedStep specified_step(const Specification& specification, const model::ConcreteConfig& config,
                                           conformance::InitialState& state, model::ConcreteLogBudget& budget,
                                           const model::ConcreteExit& exit);

/// The id of the clause that is to blame: a difference in nothing but log lines is the log budget's.
[[nodiscard]] std::string clause_of(const SpecifiedStep& step,
                                    const std::vector<conformance::Difference>& differences = {});

/// The registers that differ, slots included, of the partition or the first VP in which any does.
[[nodiscard]] std::vector<conformance::Difference> diff_registers(const conformance::InitialState& expected,
                                                                  const conformance::InitialState& observed);

/// How much of the state is compared after each exit. The outcome, the registers of all VPs and of the partition, the
/// newest audit record if the exit made one, the census of the MSR it counted, and of the VP that took the exit the MSR
/// bitmaps, the other interception and what is entered next always are, as far as the subject shows them.
enum class Watch : std::uint8_t {
    campaign,   ///< interception of other VPs, audit rings, log rings and counters at the end of the trace
    everything, ///< those after each exit too; log lines are taken at once, so that no ring overflows
};

/// The MSR bitmap the specification calls for, page by page.
class ExpectedBitmaps {
public:
    explicit ExpectedBitmaps(const Specification& specification = as_written()) : specification_(specification) {}
    using Page = std::array<std::uint64_t, 512>;
    /// Page of VTL `vtl` in this state. What it depends on is found by the key, which a test holds against the
    /// predicate.
    const Page& page(const model::ConcreteConfig& config, const model::VpShared<model::Concrete>& vp,
                     const model::VtlState<model::Concrete>& bank, unsigned vtl);
    /// Keys are below this.
    static constexpr std::uint32_t key_count = 64;
    /// Everything `armed` can depend on, condensed.
    [[nodiscard]] static std::uint32_t key(const model::ConcreteConfig& config,
                                           const model::VpShared<model::Concrete>& vp,
                                           const model::VtlState<model::Concrete>& bank, unsigned vtl);

private:
    const Specification& specification_;
    std::array<std::unique_ptr<Page>, key_count> pages_; ///< by key, made when first asked for
};

/// The audit records a VP's ring has to hold, as far as they were made since the start of the trace (note P35).
class ExpectedAudit {
public:
    void clear() { made_ = 0; }
    void add(const conformance::AuditRecord& record) { records_[made_++ % records_.size()] = record; }
    /// How many of a ring of `count` are known.
    [[nodiscard]] std::size_t known(std::size_t count) const {
        return static_cast<std::size_t>(std::min<std::uint64_t>({made_, count, records_.size()}));
    }
    /// The newest is 0.
    [[nodiscard]] const conformance::AuditRecord& newest(std::size_t age) const {
        return records_[(made_ - 1 - age) % records_.size()];
    }

private:
    std::array<conformance::AuditRecord, model::audit_capacity> records_{};
    std::uint64_t made_ = 0;
};

/// Lines that a VP's ring of log lines has room for (note L12).
inline constexpr std::size_t log_ring_lines = 64;

/// What a VP's ring of log lines has to hold.
class ExpectedLog {
public:
    void clear() {
        lines_.clear();
        lost_ = 0;
    }
    void add(const conformance::LogRecord& record) {
        if (lines_.size() < log_ring_lines) {
            lines_.push_back(record);
        } else {
            ++lost_;
        }
    }
    [[nodiscard]] std::vector<conformance::LogRecord>& lines() { return lines_; }
    [[nodiscard]] std::uint64_t lost() const { return lost_; }

private:
    std::vector<conformance::LogRecord> lines_;
    std::uint64_t lost_ = 0;
};

class Lockstep {
public:
    explicit Lockstep(conformance::Subject& subject, const Specification& specification = as_written())
        : subject_(subject), specification_(specification), bitmaps_(specification) {}

    /// Both sides at the start of the trace; compares their start states. False on divergence.
    [[nodiscard]] bool start(const conformance::TraceHeader& header, Watch watch);
    /// One exit on both sides. False on divergence; then `divergence` tells, and the run is over.
    [[nodiscard]] bool step(const model::ConcreteExit& exit);
    /// The RDMSRs and WRMSRs `exits`, of VP 0, in their order and for each MSR number from `first` to `last` in RCX 31:0.
    /// The specification runs in full for both ends. If it tells the two apart by nothing but the number, its answer to
    /// the first, with the number put in, is what the subject's outcomes are compared with for all numbers, field by
    /// field; the states are compared after the last. If it tells them apart, or a line is made, or the census would
    /// count one by one, each access is a `step`. False on divergence.
    [[nodiscard]] bool step_alike(std::span<const model::ConcreteExit> exits, std::uint32_t first, std::uint32_t last);
    /// What `watch` left for the end of the trace. False on divergence.
    [[nodiscard]] bool finish();

    /// The specification's answer to the last exit.
    [[nodiscard]] const model::ConcreteStep& expected() const { return expected_; }
    /// Index in model::log_clauses of the clause that charged it.
    [[nodiscard]] model::ClauseIndex log_clause() const { return log_clause_; }
    /// The specification's log budget.
    [[nodiscard]] const model::ConcreteLogBudget& log_budget() const { return budget_; }
    /// The subject's outcome of the last exit.
    [[nodiscard]] const model::ConcreteOutcome& observed() const { return observed_; }
    [[nodiscard]] const Divergence& divergence() const { return divergence_; }
    /// The specification's state.
    [[nodiscard]] const conformance::InitialState& state() const { return state_; }
    [[nodiscard]] const model::ConcreteConfig& config() const { return config_; }
    /// Accesses since the start that the specification ran in full, and that were compared with its answer to another
    /// number.
    [[nodiscard]] std::uint64_t stepped() const { return steps_ - alike_; }
    [[nodiscard]] std::uint64_t alike() const { return alike_; }
    /// The exit at which the last `step_alike` found the divergence.
    [[nodiscard]] const model::ConcreteExit& diverging_exit() const { return diverging_exit_; }

private:
    bool compare_step(const model::ConcreteExit& exit, std::uint64_t sequence);
    bool compare_rest();
    bool fail(const conformance::SubjectError& error);
    void note_audit(const model::ConcreteExit& exit, std::uint64_t sequence);
    bool compare_vp(std::uint32_t vp);
    bool compare_partition();
    bool compare_registers();
    bool compare_bitmaps(std::uint32_t vp);
    bool compare_controls(std::uint32_t vp);
    bool compare_newest_audit(std::uint32_t vp);
    bool compare_audit_ring(std::uint32_t vp);
    bool compare_log_line(const model::ConcreteExit& exit);
    bool compare_census(const model::ConcreteExit& exit);
    bool compare_log_totals();
    bool compare_log_ring(std::uint32_t vp);
    bool compare_census_sketch(std::uint32_t vp);
    bool compare_all();
    bool diverge(std::vector<conformance::Difference> differences);
    void name_clause();

    conformance::Subject& subject_;
    const Specification& specification_;
    model::ConcreteConfig config_;
    conformance::InitialState state_;
    ExpectedBitmaps bitmaps_;
    Watch watch_ = Watch::campaign;
    conformance::Visible visible_ = conformance::Visible::everything;
    std::size_t steps_ = 0;
    std::size_t alike_ = 0;          ///< of them
    bool sketch_is_partial_ = false; ///< it counted accesses that `census_` did not
    model::ConcreteExit diverging_exit_;
    model::ConcreteStep expected_;
    model::ConcreteOutcome observed_;
    std::vector<conformance::InitialState::Vp> seen_; ///< the subject's registers, by VP
    std::vector<ExpectedAudit> audit_;                ///< by VP
    model::ConcreteLogBudget budget_;
    model::ClauseIndex log_clause_ = 0;
    std::vector<ExpectedLog> log_;      ///< by VP
    std::vector<model::Census> census_; ///< by VP
    Divergence divergence_;
};

/// Runs a whole trace, expectations written in it included. The divergence, or nothing.
[[nodiscard]] std::optional<Divergence> run(conformance::Subject& subject, const conformance::Trace& trace,
                                            Watch watch = Watch::everything);

} // namespace vtlcheck::proptests
