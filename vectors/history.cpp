#include "vectors/history.hpp"

#include <bit>

namespace vtlcheck::vectors {
namespace {

using model::ConcreteExit;
using model::ConcreteOutcome;

/// Mixes what tells forms apart; equal forms give equal numbers on every machine.
class Form {
public:
    void add(std::uint64_t part) { value_ = std::rotl((value_ ^ part) * 0x9E3779B97F4A7C15, 29); }
    [[nodiscard]] std::uint64_t value() const { return value_; }

private:
    std::uint64_t value_ = 1;
};

std::uint64_t form_of(const ConcreteExit& exit, const ConcreteOutcome& out) {
    Form form;
    std::uint64_t changed = 0;
    for (std::size_t i = 0; i < out.gpr.size(); ++i) {
        changed |= static_cast<std::uint64_t>(out.gpr[i].value() != exit.gpr[i].value()) << i;
    }
    const auto flag = [&](unsigned bit, bool value) { changed |= static_cast<std::uint64_t>(value) << bit; };
    flag(16, out.rip.value() != exit.rip.value());
    flag(17, out.interruptibility.value() != exit.interruptibility.value());
    flag(18, out.pending_debug.value() != exit.pending_debug.value());
    flag(19, out.proxy_filter.value());
    flag(20, out.crash_notify.value());
    flag(21, out.interrupt.value());
    flag(22, out.audit.value());
    form.add(changed);
    for (const std::uint64_t part :
         {std::uint64_t{out.disposition.value()}, std::uint64_t{out.error.value()}, std::uint64_t{out.event.value()},
          std::uint64_t{out.request.value()}, std::uint64_t{out.request_vtl.value()},
          std::uint64_t{out.hypercall.value()}, std::uint64_t{out.message.value()}, std::uint64_t{out.log_site.value()},
          std::uint64_t{out.audit_route.value()}, std::uint64_t{out.audit_verdict.value()},
          std::uint64_t{out.audit_reason.value()}}) {
        form.add(part);
    }
    return form.value();
}

std::bitset<state_field_limit> changed_fields(const model::ConcreteState& before, model::ConcreteState after,
                                              const ConcreteExit& exit, const ConcreteOutcome& out) {
    const unsigned own = exit.vtl1.value() ? 1 : 0;
    const auto forget = [](auto& field, const auto& was, const auto& left) {
        field = field.value() == left.value() ? was : field;
    };
    forget(after.vtl[own].rip, before.vtl[own].rip, out.rip);
    forget(after.vtl[own].rflags, before.vtl[own].rflags, exit.rflags);
    forget(after.vtl[own].rsp, before.vtl[own].rsp, exit.gpr[model::rsp]);
    forget(after.vtl[own].cr0, before.vtl[own].cr0, exit.cr0);
    forget(after.vtl[own].cr4, before.vtl[own].cr4, exit.cr4);
    std::bitset<state_field_limit> changed;
    model::ConcreteState::visit(
        [&, i = std::size_t{0}](const auto&, const auto& a, const auto& b) mutable {
            changed[i++] = a.value() != b.value();
        },
        before, after);
    return changed;
}

Decision decision_of(const ConcreteExit& exit, const proptests::SpecifiedStep& specified) {
    return {.clause = specified.step.clause.value(),
            .log_clause = static_cast<model::ClauseIndex>(model::clause_count + specified.log_clause),
            .form = form_of(exit, specified.step.out)};
}

} // namespace

History::History(const conformance::TraceHeader& header)
    : config_(header.config), state_(header.start), budget_(model::reset_log_budget<model::Concrete>(header.config)) {}

bool History::possible(const ConcreteExit& exit) const {
    const auto& vp = state_.vp[exit.vp.value()];
    const bool vtl1 = exit.vtl1.value();
    if (exit.now.value() < now_) {
        return false;
    }
    switch (static_cast<model::Kind>(exit.kind.value())) {
    case model::Kind::l2_exit:
        return vp.slot.started.value() && model::next_entry<model::Concrete>(vp.shared).value() == (vtl1 ? 1 : 0);
    case model::Kind::startup_ipi: // a VTL sends it
        return vp.slot.started.value() && (!vtl1 || vp.shared.vtl1_present.value());
    default:
        return true;
    }
}

Decision History::look(const ConcreteExit& exit) const {
    auto state = state_.of(exit.vp.value(), model::slot_vp(config_, exit));
    auto budget = budget_;
    proptests::SpecifiedStep specified;
    const model::ConcretePlace place{state.partition, state.vsm, state.slot, state.vp, state.vtl};
    specified.step = model::oracle_step(config_, place, exit);
    specified.log_clause = model::oracle_charge(config_, budget, exit, specified.step.out);
    return decision_of(exit, specified);
}

Answer History::step(const ConcreteExit& exit) {
    const auto vsm = state_.vsm;
    const auto& bank = state_.vp[exit.vp.value()].vtl[exit.vtl1.value() ? 1 : 0];
    const bool long_mode = (bank.efer.value() & model::efer_lma) != 0;
    const auto specified = proptests::specified_step(proptests::as_written(), config_, state_, budget_, exit);
    now_ = exit.now.value();
    return {.decision = decision_of(exit, specified),
            .cell = proptests::cell_of(config_, vsm, exit, specified.step.clause.value()),
            .log_cell = proptests::log_cell_of(exit, specified.step.out, specified.log_clause),
            .long_mode = long_mode,
            .out = specified.step.out,
            .changed = {}};
}

Answer History::step_and_compare(const ConcreteExit& exit) {
    const std::uint32_t slot = model::slot_vp(config_, exit);
    const auto before = state_.of(exit.vp.value(), slot);
    Answer answer = step(exit);
    answer.changed = changed_fields(before, state_.of(exit.vp.value(), slot), exit, answer.out);
    return answer;
}

bool starts_at_reset(const conformance::TraceHeader& header) {
    return conformance::write_start(header.start) ==
           conformance::write_start(conformance::InitialState::reset(header.vps));
}

} // namespace vtlcheck::vectors
