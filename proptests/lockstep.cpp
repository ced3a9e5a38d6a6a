#include "proptests/lockstep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace vtlcheck::proptests {
namespace {

using conformance::Difference;
using model::Concrete;

/// Whether all fields are equal: one pass without branches, since they nearly always are.
template <class T>
bool same(const T& a, const T& b) {
    std::uint64_t difference = 0;
    T::visit([&](auto&&, const auto& x, const auto& y) { difference |= std::uint64_t{x.value()} ^ y.value(); }, a, b);
    return difference == 0;
}

/// Likewise, of objects that mostly have the same bytes; those between fields mean nothing.
template <class T>
bool same_by_bytes(const T& a, const T& b) {
    static_assert(std::is_trivially_copyable_v<T>);
    // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c): `same` decides if it is unequal
    return std::memcmp(&a, &b, sizeof(T)) == 0 || same(a, b);
}
bool same_vp(const conformance::InitialState::Vp& a, const conformance::InitialState::Vp& b) {
    // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c): as above
    if (std::memcmp(&a, &b, sizeof a) == 0) {
        return true;
    }
    return same_by_bytes(a.shared, b.shared) && same_by_bytes(a.vtl[0], b.vtl[0]) &&
           same_by_bytes(a.vtl[1], b.vtl[1]) && same_by_bytes(a.slot, b.slot);
}

using Partition = std::array<model::PartitionVtl<Concrete>, 2>;

std::vector<Difference> diff_partition(const Partition& expected, const Partition& observed) {
    for (unsigned v = 0; v < 2; ++v) {
        if (!same(expected[v], observed[v])) {
            return conformance::diff_fields(fmt::format("partition.vtl{}", v), expected[v], observed[v]);
        }
    }
    return {};
}

std::vector<Difference> diff_vp(std::uint32_t vp, const conformance::InitialState::Vp& expected,
                                const conformance::InitialState::Vp& observed) {
    if (same_vp(expected, observed)) {
        return {};
    }
    const std::string scope = fmt::format("vp{}", vp);
    std::vector<Difference> all = conformance::diff_fields(scope, expected.shared, observed.shared);
    const auto add = [&](std::vector<Difference> more) { all.insert(all.end(), more.begin(), more.end()); };
    for (unsigned v = 0; v < 2; ++v) {
        add(conformance::diff_fields(fmt::format("vp{}.vtl{}", vp, v), expected.vtl[v], observed.vtl[v]));
    }
    add(conformance::diff_fields(scope, expected.slot, observed.slot));
    return all;
}

/// The difference of a field that is no field of the vocabulary.
void compare_number(std::vector<Difference>& all, const std::string& scope, const char* field, std::uint64_t expected,
                    std::uint64_t observed) {
    if (expected != observed) {
        all.push_back({scope, field, fmt::format("{:#x}", expected), fmt::format("{:#x}", observed)});
    }
}

std::vector<Difference> diff_audit(const std::string& scope, const conformance::AuditRecord& expected,
                                   const conformance::AuditRecord& observed) {
    std::vector<Difference> all;
    const auto field = [&](const char* name, std::uint64_t e, std::uint64_t o) {
        compare_number(all, scope, name, e, o);
    };
    field("sequence", expected.sequence, observed.sequence);
    field("time", expected.time, observed.time);
    field("vp", expected.vp, observed.vp);
    field("origin", expected.origin, observed.origin);
    field("operation", expected.operation, observed.operation);
    field("vtl", expected.vtl, observed.vtl);
    field("register", expected.reg, observed.reg);
    field("route", expected.route, observed.route);
    field("verdict", expected.verdict, observed.verdict);
    field("reason", expected.reason, observed.reason);
    return all;
}

/// The clause that decided; a mutant may have none decide.
template <std::size_t N>
std::string deciding(const std::array<model::ClauseText, N>& book, model::ClauseIndex index) {
    return index < N ? std::string(book[index].id) : "none";
}

/// The number of bit `bit` of word `word` of a bitmap page, and the direction.
std::string bitmap_position(std::size_t word, unsigned bit) {
    const std::uint32_t number =
        static_cast<std::uint32_t>((word & 0x7F) * 64 + bit) + ((word & 0x80) != 0 ? 0xC0000000 : 0);
    return fmt::format("{}[{:#x}]", (word & 0x100) != 0 ? "write" : "read", number);
}

} // namespace

model::ConcreteStep Specification::step(const model::ConcreteConfig& config, const model::ConcretePlace& place,
                                        const model::ConcreteExit& exit) const {
    return model::oracle_step(config, place, exit);
}
model::ClauseIndex Specification::charge(const model::ConcreteConfig& config, model::ConcreteLogBudget& budget,
                                         const model::ConcreteExit& exit, model::ConcreteOutcome& out) const {
    return model::oracle_charge(config, budget, exit, out);
}
bool Specification::armed(const model::ConcreteConfig& config, const model::VpShared<Concrete>& vp,
                          const model::VtlState<Concrete>& bank, bool vtl1, std::uint32_t msr, bool write) const {
    return model::oracle_armed(config, vp, bank, vtl1, msr, write);
}
const Specification& as_written() {
    static const Specification written;
    return written;
}

SpecifiedStep specified_step(const Specification& specification, const model::ConcreteConfig& config,
                             conformance::InitialState& state, model::ConcreteLogBudget& budget,
                             const model::ConcreteExit& exit) {
    auto& vp = state.vp[exit.vp.value()];
    const model::ConcretePlace place{state.partition, state.vsm, state.vp[model::slot_vp(config, exit)].slot, vp.shared,
                                     vp.vtl};
    SpecifiedStep specified{.step = specification.step(config, place, exit)};
    specified.log_clause = specification.charge(config, budget, exit, specified.step.out);
    return specified;
}

std::string clause_of(const SpecifiedStep& step, const std::vector<Difference>& differences) {
    const auto of_log = [](const Difference& d) {
        return d.field == "log_line" || d.field == "log_suppressed" || d.scope.find("log") != std::string::npos;
    };
    return !differences.empty() && std::all_of(differences.begin(), differences.end(), of_log)
               ? deciding(model::log_clauses, step.log_clause)
               : deciding(model::clauses, step.step.clause.value());
}

std::vector<Difference> diff_registers(const conformance::InitialState& expected,
                                       const conformance::InitialState& observed) {
    auto all = diff_partition(expected.partition, observed.partition);
    if (all.empty() && !same(expected.vsm, observed.vsm)) {
        all = conformance::diff_fields("partition", expected.vsm, observed.vsm);
    }
    for (std::uint32_t vp = 0; all.empty() && vp < expected.vp.size(); ++vp) {
        all = diff_vp(vp, expected.vp[vp], observed.vp.at(vp));
    }
    return all;
}

std::uint32_t ExpectedBitmaps::key(const model::ConcreteConfig& config, const model::VpShared<Concrete>& vp,
                                   const model::VtlState<Concrete>& bank, unsigned vtl) {
    // VTL1's claims arm only what passes through by default: control bits 26 to 28.
    const std::uint64_t claims = vtl == 0 && vp.vtl1_present.value() ? (vp.intercept_control.value() >> 26U) & 7U : 0;
    const bool offload = vtl == 0 && vp.apic_offload.value() && model::x2apic_mode<Concrete>(bank).value();
    return static_cast<std::uint32_t>(claims) | (offload ? 8U : 0U) | (config.tsc_aux.value() ? 16U : 0U) |
           (vtl != 0 ? 32U : 0U);
}

const ExpectedBitmaps::Page& ExpectedBitmaps::page(const model::ConcreteConfig& config,
                                                   const model::VpShared<Concrete>& vp,
                                                   const model::VtlState<Concrete>& bank, unsigned vtl) {
    auto& page = pages_[key(config, vp, bank, vtl)];
    if (!page) {
        page = std::make_unique<Page>();
        for (std::size_t word = 0; word < page->size(); ++word) {
            std::uint64_t bits = 0;
            for (unsigned bit = 0; bit < 64; ++bit) {
                const std::uint32_t msr =
                    static_cast<std::uint32_t>((word & 0x7F) * 64 + bit) + ((word & 0x80) != 0 ? 0xC0000000 : 0);
                const bool armed = specification_.armed(config, vp, bank, vtl != 0, msr, (word & 0x100) != 0);
                bits |= static_cast<std::uint64_t>(armed) << bit;
            }
            (*page)[word] = bits;
        }
    }
    return *page;
}

bool Lockstep::diverge(std::vector<Difference> differences) {
    divergence_.differences = std::move(differences);
    return false;
}

bool Lockstep::start(const conformance::TraceHeader& header, Watch watch) {
    config_ = header.config;
    state_ = header.start;
    watch_ = watch;
    steps_ = 0;
    alike_ = 0;
    sketch_is_partial_ = false;
    divergence_ = {};
    seen_.resize(state_.vp.size());
    audit_.resize(state_.vp.size());
    for (auto& ring : audit_) {
        ring.clear();
    }
    budget_ = model::reset_log_budget<Concrete>(config_);
    log_.resize(state_.vp.size());
    census_.resize(state_.vp.size());
    for (std::size_t vp = 0; vp < state_.vp.size(); ++vp) {
        log_[vp].clear();
        census_[vp].clear();
    }
    try {
        subject_.start(header);
        visible_ = subject_.visible();
        return compare_all();
    } catch (const conformance::SubjectError& error) {
        return fail(error);
    }
}

bool Lockstep::fail(const conformance::SubjectError& error) {
    divergence_.differences.clear();
    divergence_.subject_error = error.what();
    divergence_.last_words = error.last_words;
    return false;
}

bool Lockstep::step(const model::ConcreteExit& exit) {
    const std::uint64_t sequence = state_.vp[exit.vp.value()].shared.audit_next.value();
    const SpecifiedStep specified = specified_step(specification_, config_, state_, budget_, exit);
    expected_ = specified.step;
    log_clause_ = specified.log_clause;
    divergence_.step = steps_++;
    try {
        observed_ = subject_.handle(exit);
        if (compare_step(exit, sequence)) {
            return true;
        }
        name_clause();
        return false;
    } catch (const conformance::SubjectError& error) {
        fail(error);
        name_clause();
        return false;
    }
}

bool Lockstep::compare_step(const model::ConcreteExit& exit, std::uint64_t sequence) {
    const std::uint32_t index = exit.vp.value();
    if (!same(expected_.out, observed_)) {
        return diverge(conformance::diff(expected_.out, observed_));
    }
    if (visible_ != conformance::Visible::everything) {
        return compare_registers();
    }
    if (expected_.out.audit.value()) {
        note_audit(exit, sequence);
        if (!compare_newest_audit(index)) {
            return false;
        }
    }
    if (expected_.out.log_line.value() != 0 && !compare_log_line(exit)) {
        return false;
    }
    if (!compare_census(exit)) {
        return false;
    }
    return watch_ == Watch::everything ? compare_all()
                                       : compare_registers() && compare_bitmaps(index) && compare_controls(index);
}

void Lockstep::name_clause() { divergence_.clause = clause_of({expected_, log_clause_}, divergence_.differences); }

namespace {

model::ConcreteExit with_number(model::ConcreteExit exit, std::uint32_t number) {
    exit.gpr[model::rcx] = exit.gpr[model::rcx].value() >> 32U << 32U | number;
    return exit;
}

} // namespace

bool Lockstep::step_alike(std::span<const model::ConcreteExit> exits, std::uint32_t first, std::uint32_t last) {
    auto& vp = state_.vp[0];
    const auto before = vp;
    const auto partition_before = state_.partition;
    const auto vsm_before = state_.vsm;
    const auto budget_before = budget_;
    const auto answers_to = [&](std::uint32_t number) {
        std::vector<SpecifiedStep> answers;
        for (const auto& pattern : exits) {
            answers.push_back(specified_step(specification_, config_, state_, budget_, with_number(pattern, number)));
        }
        return answers;
    };
    const auto low = answers_to(first);
    const auto after_low = vp;
    const auto partition_after_low = state_.partition;
    const auto vsm_after_low = state_.vsm;
    const auto high = answers_to(last);
    bool uniform = last - first >= 2 && !model::in_exact_census(first) && !model::in_exact_census(last) &&
                   same_vp(after_low, vp) && same(vsm_after_low, state_.vsm) &&
                   same(partition_after_low[0], state_.partition[0]) &&
                   same(partition_after_low[1], state_.partition[1]);
    for (std::size_t i = 0; uniform && i < exits.size(); ++i) {
        const auto& out = low[i].step.out;
        uniform = same(conformance::expected_of({&exits[i], &out}, last), high[i].step.out) &&
                  low[i].step.clause.value() == high[i].step.clause.value() && out.log_line.value() == 0 &&
                  !out.audit.value();
    }
    if (!uniform) {
        vp = before;
        state_.partition = partition_before;
        state_.vsm = vsm_before;
        budget_ = budget_before;
        for (std::uint64_t number = first; number <= last; ++number) {
            for (const auto& pattern : exits) {
                diverging_exit_ = with_number(pattern, static_cast<std::uint32_t>(number));
                if (!step(diverging_exit_)) {
                    return false;
                }
            }
        }
        return true;
    }
    // A suppressed attempt changes nothing but its count, and at one time all are suppressed once one is.
    const std::uint64_t between = std::uint64_t{last} - first - 1;
    if (model::log_budget_active<Concrete>(config_).value()) {
        for (const auto& answer : low) {
            if (const std::uint8_t site = answer.step.out.log_site.value(); site != 0) {
                auto& suppressed = budget_.site[site].suppressed;
                suppressed = suppressed + between;
                sketch_is_partial_ = true;
            }
        }
    }
    std::vector<conformance::AlikeAccess> accesses;
    for (std::size_t i = 0; i < exits.size(); ++i) {
        accesses.push_back({.exit = &exits[i], .expected = &low[i].step.out});
    }
    const auto at = [&](std::uint32_t number, std::size_t access) {
        diverging_exit_ = with_number(exits[access], number);
        divergence_.step = steps_ + (number - first) * exits.size() + access;
        expected_ = {.out = conformance::expected_of(accesses[access], number), .clause = low[access].step.clause};
        log_clause_ = low[access].log_clause;
    };
    std::optional<conformance::Deviation> deviation;
    at(last, exits.size() - 1);
    bool agree = false;
    try {
        deviation = subject_.run_alike(accesses, first, last);
        if (deviation) {
            at(deviation->number, deviation->access);
            observed_ = deviation->observed;
            divergence_.differences = conformance::diff(expected_.out, observed_);
        }
        agree = !deviation && compare_registers() && compare_bitmaps(0) && compare_controls(0) && compare_log_totals();
    } catch (const conformance::SubjectError& error) {
        fail(error);
        name_clause();
        return false;
    }
    if (!agree) {
        name_clause();
    }
    steps_ += (between + 2) * exits.size();
    alike_ += between * exits.size();
    return agree;
}

/// The record that the outcome tells of (notes P35, P36).
void Lockstep::note_audit(const model::ConcreteExit& exit, std::uint64_t sequence) {
    const auto& out = expected_.out;
    audit_[exit.vp.value()].add({.sequence = sequence,
                                 .time = exit.now.value(),
                                 .vp = exit.vp.value(),
                                 .origin = out.audit_origin.value(),
                                 .operation = out.audit_operation.value(),
                                 .vtl = out.audit_vtl.value(),
                                 .reg = out.audit_register.value(),
                                 .route = out.audit_route.value(),
                                 .verdict = out.audit_verdict.value(),
                                 .reason = out.audit_reason.value()});
}

/// Notes the line, and where everything is watched takes it from the ring at once.
bool Lockstep::compare_log_line(const model::ConcreteExit& exit) {
    const auto& out = expected_.out;
    const std::uint32_t vp = exit.vp.value();
    const bool summary = out.log_line.value() == static_cast<std::uint8_t>(model::LogLine::summary);
    log_[vp].add({.host = {.time = exit.now.value(),
                           .suppressed = out.log_suppressed.value(),
                           .number = out.log_msr.value(),
                           .vp = vp,
                           .line = out.log_line.value(),
                           .site = summary ? static_cast<std::uint8_t>(exit.argument.value()) : out.log_site.value(),
                           .vtl = static_cast<std::uint8_t>(exit.vtl1.value() ? 1 : 0)},
                  .value = out.log_value.value()});
    return watch_ != Watch::everything || compare_log_ring(vp);
}

bool Lockstep::compare_log_ring(std::uint32_t vp) {
    auto& expected = log_[vp].lines();
    const auto seen = subject_.take_log(vp);
    std::vector<Difference> all;
    const std::string scope = fmt::format("vp{}.log", vp);
    compare_number(all, scope, "lines", expected.size(), seen.size());
    compare_number(all, scope, "lost", log_[vp].lost(), subject_.log_lost(vp));
    for (std::size_t i = 0; i < std::min(expected.size(), seen.size()); ++i) {
        const auto& [host, value] = expected[i];
        const auto& [seen_host, seen_value] = seen[i];
        const std::string line = fmt::format("{}[{}]", scope, i);
        compare_number(all, line, "time", host.time, seen_host.time);
        compare_number(all, line, "suppressed", host.suppressed, seen_host.suppressed);
        compare_number(all, line, "number", host.number, seen_host.number);
        compare_number(all, line, "vp", host.vp, seen_host.vp);
        compare_number(all, line, "line", host.line, seen_host.line);
        compare_number(all, line, "site", host.site, seen_host.site);
        compare_number(all, line, "vtl", host.vtl, seen_host.vtl);
        compare_number(all, line, "value", value, seen_value);
    }
    expected.clear();
    return all.empty() || diverge(std::move(all));
}

bool Lockstep::compare_log_totals() {
    for (std::uint8_t site = 1; site < model::log_site_count; ++site) {
        const auto& account = budget_.site[site];
        const conformance::LogTotals seen = subject_.log_totals(site);
        std::vector<Difference> all;
        const std::string scope = fmt::format("log.site{}", site);
        compare_number(all, scope, "emitted", account.emitted.value(), seen.emitted);
        compare_number(all, scope, "suppressed", account.suppressed.value(), seen.suppressed);
        compare_number(all, scope, "reported", account.reported.value(), seen.reported);
        compare_number(all, scope, "summaries", account.summaries.value(), seen.summaries);
        if (!all.empty()) {
            return diverge(std::move(all));
        }
    }
    return true;
}

/// Counts the access, if it is one for the census, and compares that count.
bool Lockstep::compare_census(const model::ConcreteExit& exit) {
    const auto site = static_cast<model::LogSite>(expected_.out.log_site.value());
    const bool write = site == model::LogSite::unknown_write;
    if ((site != model::LogSite::unknown_read && !write) || !model::log_budget_active<Concrete>(config_).value()) {
        return true;
    }
    const std::uint32_t vp = exit.vp.value();
    const std::uint32_t msr = expected_.out.log_msr.value();
    census_[vp].add(msr, write);
    std::vector<Difference> all;
    compare_number(all, fmt::format("vp{}.census", vp), write ? "writes" : "reads", census_[vp].count(msr, write),
                   subject_.census_count(vp, msr, write));
    return all.empty() || diverge(std::move(all));
}

bool Lockstep::compare_census_sketch(std::uint32_t vp) {
    const auto seen = subject_.census_sketch(vp);
    std::vector<Difference> all;
    std::size_t index = 0;
    for (const auto& entry : census_[vp].sketch()) {
        if (entry.count == 0) {
            break; // entries fill from the front
        }
        const auto observed = index < seen.size() ? seen[index] : conformance::CensusEntry{};
        const std::string scope = fmt::format("vp{}.census.sketch[{}]", vp, index);
        compare_number(all, scope, "msr", entry.msr, observed.msr);
        compare_number(all, scope, "write", entry.write ? 1 : 0, observed.write ? 1 : 0);
        compare_number(all, scope, "count", entry.count, observed.count);
        compare_number(all, scope, "error", entry.error, observed.error);
        ++index;
    }
    compare_number(all, fmt::format("vp{}.census", vp), "entries", index, seen.size());
    return all.empty() || diverge(std::move(all));
}

bool Lockstep::finish() {
    try {
        return compare_rest();
    } catch (const conformance::SubjectError& error) {
        return fail(error);
    }
}

bool Lockstep::compare_rest() {
    if (visible_ != conformance::Visible::everything) {
        return true; // nothing is left for the end
    }
    if (watch_ == Watch::campaign && !compare_all()) {
        return false;
    }
    for (std::uint32_t vp = 0; vp < state_.vp.size(); ++vp) {
        if (!compare_log_ring(vp) || !(sketch_is_partial_ || compare_census_sketch(vp))) {
            return false;
        }
    }
    return true;
}

bool Lockstep::compare_partition() {
    auto all = diff_partition(state_.partition, subject_.partition());
    if (!all.empty()) {
        return diverge(std::move(all));
    }
    const auto vsm = subject_.vsm();
    return same(state_.vsm, vsm) || diverge(conformance::diff_fields("partition", state_.vsm, vsm));
}

bool Lockstep::compare_vp(std::uint32_t vp) {
    auto& seen = seen_[vp];
    subject_.vp(vp, seen);
    auto all = diff_vp(vp, state_.vp[vp], seen);
    return all.empty() || diverge(std::move(all));
}

bool Lockstep::compare_newest_audit(std::uint32_t vp) {
    const auto& expected = audit_[vp].newest(0);
    const auto seen = subject_.newest_audit(vp);
    return seen == expected || diverge(diff_audit(fmt::format("vp{}.audit[newest]", vp), expected,
                                                  seen.value_or(conformance::AuditRecord{})));
}

bool Lockstep::compare_audit_ring(std::uint32_t vp) {
    // Of records from before the start only the number is known, so a subject need not have them.
    const std::size_t known = audit_[vp].known(state_.vp[vp].shared.audit_count.value());
    if (known == 0) {
        return true;
    }
    const auto seen = subject_.audit_records(vp);
    for (std::size_t age = 0; age < known; ++age) {
        const auto& expected = audit_[vp].newest(age);
        const auto observed = age < seen.size() ? seen[seen.size() - 1 - age] : conformance::AuditRecord{};
        if (age >= seen.size() || observed != expected) {
            return diverge(diff_audit(fmt::format("vp{}.audit[newest-{}]", vp, age), expected, observed));
        }
    }
    return true;
}

bool Lockstep::compare_controls(std::uint32_t vp) {
    const auto& registers = state_.vp[vp];
    for (unsigned vtl = 0; vtl < 2; ++vtl) {
        const Concrete::Bool vtl1(vtl == 1);
        const conformance::InterceptControls expected{
            .cr0_guest_host_mask = model::cr0_guest_host_mask<Concrete>(registers.shared, vtl1).value(),
            .cr4_guest_host_mask = model::cr4_guest_host_mask<Concrete>(config_, registers.shared, vtl1).value(),
            .cr0_read_shadow = registers.vtl[vtl].cr0.value(),
            .cr4_read_shadow = registers.vtl[vtl].cr4.value(),
            .descriptor_table_exiting = model::descriptor_table_exiting<Concrete>(registers.shared, vtl1).value()};
        const auto seen = subject_.controls(vp, vtl);
        if (seen == expected) {
            continue;
        }
        std::vector<Difference> all;
        const std::string scope = fmt::format("vp{}.vtl{}.controls", vp, vtl);
        const auto field = [&](const char* name, std::uint64_t e, std::uint64_t o) {
            compare_number(all, scope, name, e, o);
        };
        field("cr0_guest_host_mask", expected.cr0_guest_host_mask, seen.cr0_guest_host_mask);
        field("cr4_guest_host_mask", expected.cr4_guest_host_mask, seen.cr4_guest_host_mask);
        field("cr0_read_shadow", expected.cr0_read_shadow, seen.cr0_read_shadow);
        field("cr4_read_shadow", expected.cr4_read_shadow, seen.cr4_read_shadow);
        field("descriptor_table_exiting", expected.descriptor_table_exiting ? 1 : 0,
              seen.descriptor_table_exiting ? 1 : 0);
        return diverge(std::move(all));
    }
    const std::uint8_t next = model::next_entry<Concrete>(registers.shared).value();
    const std::uint8_t seen = subject_.next_entry(vp);
    if (next != seen) {
        std::vector<Difference> all;
        compare_number(all, fmt::format("vp{}", vp), "next_entry", next, seen);
        return diverge(std::move(all));
    }
    return true;
}

bool Lockstep::compare_bitmaps(std::uint32_t vp) {
    const auto& registers = state_.vp[vp];
    for (unsigned vtl = 0; vtl < 2; ++vtl) {
        const auto& expected = bitmaps_.page(config_, registers.shared, registers.vtl[vtl], vtl);
        const auto observed = subject_.msr_bitmap(vp, vtl);
        if (std::memcmp(expected.data(), observed.data(), sizeof(expected)) == 0) {
            continue;
        }
        std::vector<Difference> all;
        for (std::size_t word = 0; word < expected.size(); ++word) {
            const std::uint64_t wrong = expected[word] ^ observed[word];
            for (unsigned bit = 0; bit < 64; ++bit) {
                if (((wrong >> bit) & 1U) != 0) {
                    const bool intercepts = ((expected[word] >> bit) & 1U) != 0;
                    all.push_back({fmt::format("vp{}.vtl{}.msr_bitmap", vp, vtl), bitmap_position(word, bit),
                                   intercepts ? "intercept" : "pass", intercepts ? "pass" : "intercept"});
                }
            }
        }
        return diverge(std::move(all));
    }
    return true;
}

bool Lockstep::compare_registers() {
    if (visible_ == conformance::Visible::outcomes) {
        return true;
    }
    if (!compare_partition()) {
        return false;
    }
    for (std::uint32_t vp = 0; vp < state_.vp.size(); ++vp) {
        if (!compare_vp(vp)) {
            return false;
        }
    }
    return true;
}

bool Lockstep::compare_all() {
    if (!compare_registers()) {
        return false;
    }
    if (visible_ != conformance::Visible::everything) {
        return true;
    }
    for (std::uint32_t vp = 0; vp < state_.vp.size(); ++vp) {
        if (!compare_bitmaps(vp) || !compare_controls(vp) || !compare_audit_ring(vp)) {
            return false;
        }
    }
    return compare_log_totals();
}

std::optional<Divergence> run(conformance::Subject& subject, const conformance::Trace& trace, Watch watch) {
    Lockstep lockstep(subject);
    if (!lockstep.start(trace, watch)) {
        return lockstep.divergence();
    }
    for (const auto& step : trace.steps) {
        if (!lockstep.step(step.exit)) {
            return lockstep.divergence();
        }
    }
    if (!lockstep.finish()) {
        return lockstep.divergence();
    }
    return std::nullopt;
}

} // namespace vtlcheck::proptests
