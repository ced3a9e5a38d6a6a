#include "proofs/noninterference.hpp"

#include <array>
#include <utility>

namespace vtlcheck::proofs {

using namespace model;

/// The one that may put runs into scenes.
class Runs {
public:
    static const Run& add(Goal& goal, const std::string& label, const Start& start) {
        return goal.add(RunKey(), label, start.before, start.exit);
    }
    static const ChargeRun& add(LogGoal& goal, const std::string&, const ChargeRun& start) {
        return goal.add(RunKey(), start);
    }
    template <class Scene>
    static z3::expr fresh(Scene& goal, const z3::sort& sort) {
        return goal.fresh(RunKey(), sort);
    }
    static void prove(Goal& goal, std::string name, const Bool& premise, const Bool& conclusion, const Bool& shown) {
        goal.prove(RunKey(), std::move(name), premise, conclusion, shown);
    }
    static void prove(LogGoal& goal, std::string name, const Bool& premise, const Bool& conclusion, const Bool& shown) {
        goal.prove_charge(RunKey(), std::move(name), premise, conclusion, shown);
    }
};

namespace {

Start start_of(const Run& run) { return {.before = run.before, .exit = run.exit}; }
ChargeRun start_of(const ChargeRun& run) { return run; }

void show(Goal& goal, const Bool& shown) { goal.witness(shown); }
void show(LogGoal&, const Bool&) {} // its witness is that of an obligation, which shows it

Bool same_term(const z3::expr& a, const z3::expr& b) {
    if (z3::eq(a, b)) {
        return Bool(true);
    }
    return a.is_numeral() && b.is_numeral() ? Bool(false) : Bool(a == b);
}

[[noreturn]] void refuse(const std::string& name, const std::string& why) { throw std::logic_error(name + ": " + why); }

Bool same_seen(const std::string& name, const Seen& a, const Seen& b) {
    if (a.terms().empty() || a.terms().size() != b.terms().size()) {
        refuse(name, "nothing is seen, or not the same fields of both");
    }
    Bool all{true};
    for (std::size_t i = 0; i < a.terms().size(); ++i) {
        all = all & same_term(a.terms()[i], b.terms()[i]);
    }
    return all;
}

template <class Scene, class R>
Bool equal_outcomes(const ObservationIn<Scene>& seen, const R& a, const R& b) {
    Seen of_a;
    Seen of_b;
    if (seen.outcome) {
        seen.outcome(of_a, a);
        seen.outcome(of_b, b);
    }
    return same_seen(seen.name, of_a, of_b);
}

template <class Scene, class S>
Bool equal_states(const ObservationIn<Scene>& seen, const S& a, const S& b) {
    Seen of_a;
    Seen of_b;
    if (seen.state) {
        seen.state(of_a, a);
        seen.state(of_b, b);
    }
    return same_seen(seen.name, of_a, of_b);
}

/// Everything that a run starts from.
Seen all_of(const Run& run) {
    Seen seen;
    seen.all(run.before);
    seen.all(run.exit);
    return seen;
}
Seen all_of(const ChargeRun& run) {
    Seen seen;
    seen.all(run.config);
    seen.all(run.before);
    seen.all(run.exit);
    seen.all(run.outcome);
    return seen;
}

void check_observers(const std::string& name, const std::vector<Domain>& observers) {
    if (observers.empty()) {
        refuse(name, "nobody looks");
    }
}

bool may_see_freely(const Policy& policy, Domain from, const std::vector<Domain>& observers) {
    return std::all_of(observers.begin(), observers.end(), [&](Domain to) { return policy.freely(from, to); });
}

bool has_channel(const Policy& policy, Domain from, const std::vector<Domain>& observers, const std::string& channel) {
    return std::any_of(observers.begin(), observers.end(), [&](Domain to) { return policy.has(from, to, channel); });
}

template <class Scene, class R>
void same_effect_in(Scene& goal, std::string name, const Bool& premise, const R& one, const R& other,
                    const ObservationIn<Scene>& seen, const Bool& and_also) {
    Bool same = and_also;
    if (seen.outcome) {
        same = same & equal_outcomes(seen, one, other);
    }
    if (seen.state || !seen.outcome) {
        same = same & equal_states(seen, one.after, other.after);
    }
    Runs::prove(goal, std::move(name), premise, same, !same_seen(seen.name, all_of(one), all_of(other)));
}

} // namespace

const char* name(Domain domain) {
    static constexpr std::array<const char*, domain_count> names{
        "VTL0", "VTL1", "other VPs", "paravisor", "TDX module", "devices", "hypervisor", "host log", "audit"};
    return names[static_cast<std::size_t>(domain)];
}

Policy::Policy(std::vector<Flow> flows) : flows_(std::move(flows)) {
    if (flows_.empty()) {
        throw std::logic_error("a policy that lists no flow");
    }
}

bool Policy::freely(Domain from, Domain to) const {
    return from == to || std::any_of(flows_.begin(), flows_.end(), [&](const Flow& flow) {
               return flow.from == from && flow.to == to && flow.channel.empty();
           });
}

bool Policy::has(Domain from, Domain to, const std::string& channel) const {
    return std::any_of(flows_.begin(), flows_.end(),
                       [&](const Flow& flow) { return flow.from == from && flow.to == to && flow.channel == channel; });
}

const Policy& privilege_policy() {
    using enum Domain;
    static const Policy policy = [] {
        namespace c = channels;
        std::vector<Flow> flows{{vtl0, vtl1, c::asked_for},       {vtl1, vtl0, c::set_by_name},
                                {vtl0, other_vp, c::slot},        {vtl1, other_vp, c::slot},
                                {other_vp, vtl0, c::slot},        {other_vp, vtl1, c::slot},
                                {paravisor, audit, c::request},   {paravisor, audit, c::accepted_or_not},
                                {paravisor, host_log, c::request}};
        for (const Domain guest : {vtl0, vtl1}) {
            for (const Domain asked : {module, devices, hypervisor}) {
                flows.push_back({guest, asked, c::own_exits});
            }
            flows.push_back({guest, host_log, c::cause});
            flows.push_back({guest, host_log, c::refused_page});
            flows.push_back({guest, audit, c::request});
            flows.push_back({guest, audit, c::accepted_or_not});
            flows.push_back({paravisor, guest, c::request});
        }
        for (const Domain asked : {module, devices, hypervisor}) {
            flows.push_back({paravisor, asked, c::request});
            for (const Domain told : {vtl0, vtl1, other_vp, module, devices, hypervisor, host_log, audit}) {
                if (told != asked) {
                    flows.push_back({asked, told, c::answer});
                }
            }
        }
        // It is trusted with everything that passes through it.
        for (const Domain any : {vtl0, vtl1, other_vp, module, devices, hypervisor, host_log, audit}) {
            flows.push_back({any, paravisor, ""});
        }
        return Policy(flows);
    }();
    return policy;
}

void Cells::add_high(std::string name, Bv<64>& field) {
    const z3::expr low = field.term().extract(31, 0);
    cells_.push_back({std::move(name), field.term().extract(63, 32),
                      [&field, low](const z3::expr& term) { field = Bv<64>(z3::concat(term, low)); }});
}

// ---- two runs ----

template <class Scene>
PairIn<Scene>::PairIn(Scene& goal, const Run& one, const Secrets& secrets, const std::string& label,
                      const Policy& policy)
    : goal_(goal), one_(one), policy_(policy), secrets_(secrets) {
    if (secrets.empty()) {
        refuse(label, "no secret, so there is one run only");
    }
    auto start = start_of(one);
    for (const auto& secret : secrets) {
        Cells cells;
        secret.list(cells, start);
        if (cells.list().empty() || secret.owners.empty()) {
            refuse(secret.name, "a secret without a field or an owner");
        }
        Bool differs{false};
        for (const Cells::Cell& cell : cells.list()) {
            const z3::expr other = Runs::fresh(goal, cell.term.get_sort());
            cell.put(other);
            differs = differs | !same_term(cell.term, other);
        }
        differ_ = differ_ & differs;
    }
    other_ = &Runs::add(goal, label, start);
    show(goal, differ_);
}

template <class Scene>
Bool PairIn<Scene>::equal(const Seeing& seen, Part part) const {
    Bool all{true};
    if (part != Part::state) {
        all = all & equal_outcomes(seen, one_, *other_);
    }
    if (part != Part::outcome) {
        all = all & equal_states(seen, one_.after, other_->after);
    }
    return all;
}

template <class Scene>
void PairIn<Scene>::check(const std::string& name, const Seeing& seen, const Open& open) const {
    check_observers(name, seen.observers);
    for (const auto& secret : secrets_) {
        if (std::all_of(secret.owners.begin(), secret.owners.end(),
                        [&](Domain owner) { return may_see_freely(policy_, owner, seen.observers); })) {
            refuse(name, secret.name + " may flow to all observers");
        }
    }
    for (const std::string& channel : open) {
        if (std::none_of(secrets_.begin(), secrets_.end(), [&](const auto& secret) {
                return std::any_of(secret.owners.begin(), secret.owners.end(),
                                   [&](Domain owner) { return has_channel(policy_, owner, seen.observers, channel); });
            })) {
            refuse(name, "the policy has no such channel: " + channel);
        }
    }
}

template <class Scene>
void PairIn<Scene>::prove(std::string name, const Bool& premise, const Bool& conclusion) {
    Runs::prove(goal_, std::move(name), premise, conclusion, differ_);
}

template <class Scene>
void PairIn<Scene>::output_consistent(std::string name, const Bool& premise, const Seeing& seen, const Open& open) {
    check(name, seen, open);
    prove(std::move(name), premise, equal(seen, Part::outcome));
}

template <class Scene>
void PairIn<Scene>::step_consistent(std::string name, const Bool& premise, const Seeing& seen, const Open& open) {
    check(name, seen, open);
    prove(std::move(name), premise, equal(seen, Part::state));
}

template <class Scene>
void PairIn<Scene>::consistent(std::string name, const Bool& premise, const Seeing& seen, const Open& open) {
    check(name, seen, open);
    prove(std::move(name), premise, equal(seen, Part::both));
}

template <class Scene>
void PairIn<Scene>::determined(std::string name, const Bool& premise, const Seeing& seen, const Run& as_said,
                               const Open& open) {
    check(name, seen, open);
    prove(std::move(name), premise, equal_outcomes(seen, *other_, as_said));
}

template class PairIn<Goal>;
template class PairIn<LogGoal>;

// ---- one run ----

Bool acts(const Exit<Symbolic>& exit, Domain domain) {
    const auto is = [&](Kind kind) { return exit.kind == Bv<8>(static_cast<std::uint8_t>(kind)); };
    const Bool guest = is(Kind::l2_exit) | is(Kind::startup_ipi);
    switch (domain) {
    case Domain::vtl0:
        return guest & !exit.vtl1;
    case Domain::vtl1:
        return guest & exit.vtl1;
    case Domain::paravisor:
        return !guest;
    default:
        return Bool(false);
    }
}

void local_respect(Goal& goal, std::string name, Domain actor, const Bool& premise, const Observation& seen,
                   const std::vector<std::string>& open, const Policy& policy) {
    check_observers(name, seen.observers);
    if (may_see_freely(policy, actor, seen.observers)) {
        refuse(name, std::string(proofs::name(actor)) + " may flow to all observers");
    }
    for (const std::string& channel : open) {
        if (!has_channel(policy, actor, seen.observers, channel)) {
            refuse(name, "the policy has no such channel: " + channel);
        }
    }
    goal.prove(std::move(name), acts(goal.run().exit, actor) & premise,
               equal_states(seen, goal.run().before, goal.run().after));
}

// ---- other comparisons ----

const Run& narrowed(Goal& goal, const std::string& label,
                    const std::function<void(State<Symbolic>& before, Exit<Symbolic>& exit)>& fix) {
    Start start = start_of(goal.run());
    fix(start.before, start.exit);
    return Runs::add(goal, label, start);
}

const ChargeRun& narrowed(LogGoal& goal, const ChargeRun& run, const std::function<void(ChargeRun&)>& fix) {
    ChargeRun start = run;
    fix(start);
    return Runs::add(goal, "", start);
}

const Run& followed(Goal& goal, const std::string& label, const Run& run,
                    const std::function<void(Exit<Symbolic>& exit)>& change) {
    Start start{.before = run.after, .exit = run.exit};
    change(start.exit);
    return Runs::add(goal, label, start);
}

void same_effect(Goal& goal, std::string name, const Bool& premise, const Run& one, const Run& other,
                 const Observation& seen, const Bool& and_also) {
    same_effect_in(goal, std::move(name), premise, one, other, seen, and_also);
}

void same_effect(LogGoal& goal, std::string name, const Bool& premise, const ChargeRun& one, const ChargeRun& other,
                 const ObservationIn<LogGoal>& seen) {
    same_effect_in(goal, std::move(name), premise, one, other, seen, Bool(true));
}

// ---- what claims name ----

std::vector<Domain> everybody() {
    std::vector<Domain> all;
    for (std::uint8_t n = 0; n < domain_count; ++n) {
        all.push_back(static_cast<Domain>(n));
    }
    return all;
}

const Observation& everything() {
    static const Observation all{.name = "everything",
                                 .observers = everybody(),
                                 .state = [](Seen& seen, const State<Symbolic>& state) { seen.all(state); },
                                 .outcome = [](Seen& seen, const Run& run) { seen.all(run.out); }};
    return all;
}

namespace holdings {
namespace {

Domain of(std::size_t vtl) { return vtl == 0 ? Domain::vtl0 : Domain::vtl1; }
std::string of(std::size_t vtl, const char* what) { return std::string(what) + " of VTL" + std::to_string(vtl); }

} // namespace

Holding registers(std::size_t vtl, std::vector<std::string> but) {
    return {of(vtl, "registers"), {of(vtl)}, [vtl, but = std::move(but)](Cells& cells, Start& start) {
                cells.all_but(start.before.vtl[vtl], but);
            }};
}
Holding partition_share(std::size_t vtl) {
    return {of(vtl, "partition-wide registers"), {of(vtl)}, [vtl](Cells& cells, Start& start) {
                cells.all(start.before.partition[vtl]);
            }};
}
Holding crash_parameters(std::size_t vtl) {
    return {of(vtl, "crash parameters"), {of(vtl)}, [vtl](Cells& cells, Start& start) {
                for (auto& cell : start.before.vtl[vtl].crash) {
                    cells.add("crash", cell);
                }
            }};
}
Holding apic_answer() {
    return {"answer of the local APIC", {Domain::devices}, [](Cells& cells, Start& start) {
                cells.add("apic_fault", start.exit.apic_fault);
                cells.add("apic_value", start.exit.apic_value);
            }};
}
Holding page_answer() {
    return {"answer of guest memory", {Domain::devices}, [](Cells& cells, Start& start) {
                cells.add("page_refused", start.exit.page_refused);
            }};
}
Holding clock_answer() {
    return {"reference time", {Domain::devices}, [](Cells& cells, Start& start) {
                cells.add("reference_time", start.exit.reference_time);
            }};
}
Holding vendor_call_answer() {
    return {"result of a forwarded call", {Domain::hypervisor}, [](Cells& cells, Start& start) {
                cells.add("hypercall_result", start.exit.hypercall_result);
            }};
}
Holding slot_answer() {
    return {"state of the message slot", {Domain::devices}, [](Cells& cells, Start& start) {
                cells.add("slot_busy", start.exit.slot_busy);
            }};
}
Holding module_answer() {
    return {"answer of the TDX module", {Domain::module}, [](Cells& cells, Start& start) {
                cells.add("module_refused", start.exit.module_refused);
                cells.add("register_value", start.exit.register_value);
                cells.add("register_value_high", start.exit.register_value_high);
            }};
}
Holding hypervisor_answer() {
    return {"answer of the hypervisor", {Domain::hypervisor}, [](Cells& cells, Start& start) {
                cells.add("answer_status", start.exit.answer_status);
                cells.add("answer_count", start.exit.answer_count);
                cells.add("answer_timeouts", start.exit.answer_timeouts);
                cells.add("answer_value", start.exit.answer_value);
            }};
}
Holding assist_page() {
    return {"VTL1's assist page", {Domain::vtl1}, [](Cells& cells, Start& start) {
                cells.add("assist_rax", start.exit.assist_rax);
                cells.add("assist_rcx", start.exit.assist_rcx);
            }};
}
Holding time() {
    return {"time", {Domain::devices}, [](Cells& cells, Start& start) { cells.add("now", start.exit.now); }};
}

} // namespace holdings

} // namespace vtlcheck::proofs
