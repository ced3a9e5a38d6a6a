// A subject that keeps the audit records another subject makes, those that its rings lose or a reader takes included.
#pragma once

#include "conformance/subjects/subject.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vtlcheck::cli {

class AuditTap : public conformance::Subject {
public:
    using Concrete = model::Concrete;

    explicit AuditTap(conformance::Subject& subject) : subject_(subject) {}

    /// The records made so far, oldest first.
    [[nodiscard]] const std::vector<conformance::AuditRecord>& records() const { return records_; }
    void clear() { records_.clear(); }

    [[nodiscard]] std::string name() const override { return subject_.name(); }
    void start(const conformance::TraceHeader& header) override { subject_.start(header); }
    model::Outcome<Concrete> handle(const model::Exit<Concrete>& exit) override {
        auto outcome = subject_.handle(exit);
        if (outcome.audit.value()) {
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
    [[nodiscard]] std::string inspect() const override { return subject_.inspect(); }

private:
    conformance::Subject& subject_;
    std::vector<conformance::AuditRecord> records_;
};

} // namespace vtlcheck::cli
