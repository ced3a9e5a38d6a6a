// The implementation, to be overridden in one place: the base of subjects that are wrong on purpose.
#pragma once

#include "conformance/subjects/subject.hpp"

namespace vtlcheck::proptests {

class ForwardingSubject : public conformance::Subject {
public:
    [[nodiscard]] std::string name() const override { return "wrong on purpose"; }
    void start(const conformance::TraceHeader& header) override { real_->start(header); }
    model::Outcome<model::Concrete> handle(const model::Exit<model::Concrete>& exit) override {
        return real_->handle(exit);
    }
    [[nodiscard]] std::array<model::PartitionVtl<model::Concrete>, 2> partition() const override {
        return real_->partition();
    }
    [[nodiscard]] model::PartitionVsm<model::Concrete> vsm() const override { return real_->vsm(); }
    void vp(std::uint32_t index, conformance::InitialState::Vp& registers) const override {
        real_->vp(index, registers);
    }
    [[nodiscard]] conformance::MsrBitmap msr_bitmap(std::uint32_t vp, unsigned vtl) const override {
        return real_->msr_bitmap(vp, vtl);
    }
    [[nodiscard]] bool access_exits(std::uint32_t vp, unsigned vtl, std::uint32_t msr, bool write) const override {
        return real_->access_exits(vp, vtl, msr, write);
    }
    [[nodiscard]] conformance::InterceptControls controls(std::uint32_t vp, unsigned vtl) const override {
        return real_->controls(vp, vtl);
    }
    [[nodiscard]] std::uint8_t next_entry(std::uint32_t vp) const override { return real_->next_entry(vp); }
    [[nodiscard]] std::vector<conformance::AuditRecord> audit_records(std::uint32_t vp) const override {
        return real_->audit_records(vp);
    }
    [[nodiscard]] std::optional<conformance::AuditRecord> newest_audit(std::uint32_t vp) const override {
        return real_->newest_audit(vp);
    }
    [[nodiscard]] conformance::LogTotals log_totals(std::uint8_t site) const override {
        return real_->log_totals(site);
    }
    std::vector<conformance::LogRecord> take_log(std::uint32_t vp) override { return real_->take_log(vp); }
    [[nodiscard]] std::uint64_t log_lost(std::uint32_t vp) const override { return real_->log_lost(vp); }
    [[nodiscard]] std::uint32_t census_count(std::uint32_t vp, std::uint32_t msr, bool write) const override {
        return real_->census_count(vp, msr, write);
    }
    [[nodiscard]] std::vector<conformance::CensusEntry> census_sketch(std::uint32_t vp) const override {
        return real_->census_sketch(vp);
    }
    [[nodiscard]] std::string inspect() const override { return real_->inspect(); }

private:
    std::unique_ptr<conformance::Subject> real_ = conformance::builtin_subject();
};

} // namespace vtlcheck::proptests
