// A subject that keeps what another one makes and forgets: audit records that its rings lose or a reader takes, counters
// and census of the time before it was started again.
#pragma once

#include "cli/census.hpp"
#include "conformance/subjects/subject.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vtlcheck::cli {

class SubjectTap : public conformance::Subject {
public:
    using Concrete = model::Concrete;

    explicit SubjectTap(conformance::Subject& subject) : subject_(subject) {}

    /// The audit records made so far, oldest first.
    [[nodiscard]] const std::vector<conformance::AuditRecord>& records() const { return records_; }
    /// The counters of log site `site`, over all starts.
    [[nodiscard]] conformance::LogTotals all_totals(std::uint8_t site) const {
        return started_ ? sum(totals_.at(site), subject_.log_totals(site)) : totals_.at(site);
    }
    /// The census of each VP, over all starts. Takes a moment: the whole of it is read.
    [[nodiscard]] std::vector<VpCensus> census() const {
        auto all = census_;
        if (started_) {
            add_census(all, subject_, vps_);
        }
        return all;
    }
    /// Forgets all of it. The next start does not count as one that goes on.
    void clear(bool with_census) {
        records_.clear();
        totals_ = {};
        census_.clear();
        with_census_ = with_census;
        started_ = false;
    }

    [[nodiscard]] std::string name() const override { return subject_.name(); }
    [[nodiscard]] conformance::Visible visible() const override { return subject_.visible(); }
    void start(const conformance::TraceHeader& header) override {
        if (started_) {
            for (std::uint8_t site = 1; site < model::log_site_count; ++site) {
                totals_[site] = sum(totals_[site], subject_.log_totals(site));
            }
            if (with_census_) {
                add_census(census_, subject_, vps_);
            }
        }
        subject_.start(header);
        started_ = true;
        vps_ = header.vps;
    }
    model::Outcome<Concrete> handle(const model::Exit<Concrete>& exit) override {
        auto outcome = subject_.handle(exit);
        if (outcome.audit.value() && visible() == conformance::Visible::everything) {
            if (auto ring = subject_.audit_records(exit.vp.value()); !ring.empty()) {
                records_.push_back(ring.back());
            }
        }
        return outcome;
    }
    [[nodiscard]] std::array<model::PartitionVtl<Concrete>, 2> partition() const override {
        return subject_.partition();
    }
    [[nodiscard]] model::PartitionVsm<Concrete> vsm() const override { return subject_.vsm(); }
    void vp(std::uint32_t index, conformance::InitialState::Vp& registers) const override {
        subject_.vp(index, registers);
    }
    [[nodiscard]] conformance::MsrBitmap msr_bitmap(std::uint32_t vp, unsigned vtl) const override {
        return subject_.msr_bitmap(vp, vtl);
    }
    [[nodiscard]] bool access_exits(std::uint32_t vp, unsigned vtl, std::uint32_t msr, bool write) const override {
        return subject_.access_exits(vp, vtl, msr, write);
    }
    [[nodiscard]] conformance::InterceptControls controls(std::uint32_t vp, unsigned vtl) const override {
        return subject_.controls(vp, vtl);
    }
    [[nodiscard]] std::uint8_t next_entry(std::uint32_t vp) const override { return subject_.next_entry(vp); }
    [[nodiscard]] std::vector<conformance::AuditRecord> audit_records(std::uint32_t vp) const override {
        return subject_.audit_records(vp);
    }
    [[nodiscard]] conformance::LogTotals log_totals(std::uint8_t site) const override {
        return subject_.log_totals(site);
    }
    std::vector<conformance::LogRecord> take_log(std::uint32_t vp) override { return subject_.take_log(vp); }
    [[nodiscard]] std::uint64_t log_lost(std::uint32_t vp) const override { return subject_.log_lost(vp); }
    [[nodiscard]] std::uint32_t census_count(std::uint32_t vp, std::uint32_t msr, bool write) const override {
        return subject_.census_count(vp, msr, write);
    }
    [[nodiscard]] std::vector<conformance::CensusEntry> census_sketch(std::uint32_t vp) const override {
        return subject_.census_sketch(vp);
    }
    [[nodiscard]] std::string inspect() const override { return subject_.inspect(); }

private:
    static conformance::LogTotals sum(const conformance::LogTotals& a, const conformance::LogTotals& b) {
        return {.emitted = a.emitted + b.emitted,
                .suppressed = a.suppressed + b.suppressed,
                .reported = a.reported + b.reported,
                .summaries = a.summaries + b.summaries};
    }

    conformance::Subject& subject_;
    std::vector<conformance::AuditRecord> records_;
    std::array<conformance::LogTotals, model::log_site_count> totals_{}; ///< before the last start
    std::vector<VpCensus> census_;                                       ///< likewise
    bool with_census_ = false;
    bool started_ = false;
    std::uint32_t vps_ = 0;
};

} // namespace vtlcheck::cli
