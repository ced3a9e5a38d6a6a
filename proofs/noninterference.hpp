// Noninterference: which domain may learn of which, and the conditions under which a claim may say so.
//
// The conditions are those of the unwinding theorems of J. Rushby, "Noninterference, Transitivity, and Channel-Control
// Security Policies" (SRI CSL-92-02, 1992). A machine whose actions (here: exits) each belong to one domain is secure for
// a policy ~> if, for every domain u and what u sees,
//   output consistency  equal views give u equal outcomes,
//   step consistency    an exit taken from two states with equal views leaves equal views, and
//   local respect       an exit of a domain d with not d ~> u leaves the view of u as it was.
// Then nothing that domains do which may not flow to u changes what u ever sees. For an intransitive policy - d may flow
// to u through a channel only - the theorem needs step consistency only of states that are also equal to the domain whose
// exit it is, and that is the form here: two runs are equal in all but what is kept from u, the exit included.
//
// What a claim over these conditions says, and what it does not:
// - The two runs differ in the *secrets* that the claim names, holdings of domains that may not flow to the observer.
//   That two runs with equal secrets behave alike is by construction, a step being a function. Claims with other secrets
//   add up where their premises hold of the runs in between: change one holding after the other.
// - Who acts is `acts`: an exit is attributed to the VTL that ran or sends the IPI, all else to the paravisor. What a
//   device, the TDX module or the hypervisor would answer is a holding of the exit, not an action of its own.
// - The configuration is no secret: both runs have the same. A secret that the observer itself could see before the step
//   makes the claim say more than the condition: the step leaves nothing of it.
// - A channel is what the policy lets through; a claim that leaves one open names it, and its premise or its secrets say
//   what that means. All of it is about one step of one VP, without time and without what a cache remembers.
// - The theorem itself is on paper; the tool proves its conditions.
//
// A claim without a secret, an observer or a field that is seen would hold of everything, so it is an error. The premise
// has to be reachable by two runs that differ in each secret, and the witness shows such runs.
#pragma once

#include "proofs/claim.hpp"
#include "proofs/log_goal.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace vtlcheck::proofs {

/// Who acts, holds or looks.
enum class Domain : std::uint8_t {
    vtl0,       ///< the guest in VTL0 of the VP
    vtl1,       ///< the guest in VTL1 of the VP, and what VTL1 has asked for
    other_vp,   ///< other VPs of the partition, which see its slot
    paravisor,  ///< its user mode and kernel: host accesses, special requests, configuration
    module,     ///< TDX module, kernel and run page: answers of registers
    devices,    ///< local APIC, guest memory, clocks, message slot
    hypervisor, ///< whoever is asked by a hypercall, and who is told of a crash
    host_log,   ///< readers of the host-visible log
    audit,      ///< readers of the audit records
};
inline constexpr std::uint8_t domain_count = 9;
[[nodiscard]] const char* name(Domain domain);

/// `from` may influence what `to` sees.
struct Flow {
    Domain from;
    Domain to;
    std::string channel; ///< through this alone; empty: freely
};

/// Who may flow to whom. Every domain flows to itself, and to no other that is not listed.
class Policy {
public:
    /// Throws std::logic_error if nothing is listed: that is a policy somebody forgot to write.
    explicit Policy(std::vector<Flow> flows);
    [[nodiscard]] bool freely(Domain from, Domain to) const;
    [[nodiscard]] bool has(Domain from, Domain to, const std::string& channel) const;
    [[nodiscard]] const std::vector<Flow>& flows() const { return flows_; }

private:
    std::vector<Flow> flows_;
};

/// The policy that the claims prove (docs/invariants.md).
[[nodiscard]] const Policy& privilege_policy();

// The channels of the policy.
namespace channels {
inline constexpr const char* own_exits = "own exits";
inline constexpr const char* asked_for = "what VTL1 intercepts or asks for";
inline constexpr const char* set_by_name = "what VTL1 sets by name";
inline constexpr const char* cause = "the cause of a warning";
inline constexpr const char* refused_page = "a refused page of an untrusted register";
inline constexpr const char* accepted_or_not = "whether a rule accepts";
inline constexpr const char* request = "what a request names";
inline constexpr const char* answer = "the answer of who is asked";
inline constexpr const char* slot = "the slot";
inline constexpr const char* counts = "lines and counts";
} // namespace channels

/// Fields that can be replaced.
class Cells {
public:
    struct Cell {
        std::string name;
        z3::expr term;
        std::function<void(const z3::expr&)> put;
    };
    template <class Field>
    void add(std::string name, Field& field) {
        cells_.push_back({std::move(name), field.term(), [&field](const z3::expr& term) { field = Field(term); }});
    }
    /// Bits 63:32.
    void add_high(std::string name, Bv<64>& field);
    /// So that a `visit` can list them.
    template <class Field>
    void operator()(const model::FieldName& name, Field& field) {
        add(name.str(), field);
    }
    /// All fields of the struct.
    template <class T>
    void all(T& part) {
        T::visit(*this, part);
    }
    /// All fields but those of these names.
    template <class T>
    void all_but(T& part, const std::vector<std::string>& kept) {
        T::visit(
            [&](const model::FieldName& name, auto& field) {
                if (std::find(kept.begin(), kept.end(), name.str()) == kept.end()) {
                    add(name.str(), field);
                }
            },
            part);
    }
    [[nodiscard]] const std::vector<Cell>& list() const { return cells_; }

private:
    std::vector<Cell> cells_;
};

/// Terms that are seen.
class Seen {
public:
    template <class Field>
    void add(const Field& field) {
        terms_.push_back(field.term());
    }
    template <class... Field>
    void each(const Field&... fields) {
        (add(fields), ...);
    }
    template <class Field>
    void operator()(const model::FieldName&, const Field& field) {
        add(field);
    }
    template <class T>
    void all(const T& part) {
        T::visit(*this, part);
    }
    template <class T>
    void all_but(const T& part, const std::vector<std::string>& hidden) {
        T::visit(
            [&](const model::FieldName& name, const auto& field) {
                if (std::find(hidden.begin(), hidden.end(), name.str()) == hidden.end()) {
                    add(field);
                }
            },
            part);
    }
    [[nodiscard]] const std::vector<z3::expr>& terms() const { return terms_; }

private:
    std::vector<z3::expr> terms_;
};

/// What a run starts from.
struct Start {
    model::State<Symbolic> before;
    model::Exit<Symbolic> exit;
};

/// What the library has to know of a scene.
template <class Scene>
struct SceneOf;
template <>
struct SceneOf<Goal> {
    using Run = proofs::Run;
    using Start = proofs::Start;
    using State = model::State<Symbolic>;
};
template <>
struct SceneOf<LogGoal> {
    using Run = ChargeRun;
    using Start = ChargeRun;
    using State = model::LogBudget<Symbolic>;
};

/// A part of what a run starts from, and whose it is.
template <class Scene>
struct HoldingIn {
    std::string name;
    std::vector<Domain> owners; ///< more than one: of whichever VTL exits
    std::function<void(Cells&, typename SceneOf<Scene>::Start&)> list;
};
using Holding = HoldingIn<Goal>;

/// What domains see of a step: of the state, of the outcome, or of both.
template <class Scene>
struct ObservationIn {
    std::string name;
    std::vector<Domain> observers;
    std::function<void(Seen&, const typename SceneOf<Scene>::State&)> state;
    std::function<void(Seen&, const typename SceneOf<Scene>::Run&)> outcome;
};
using Observation = ObservationIn<Goal>;

/// Two runs that are equal in all but their secrets. Adds to the witness of a Goal that they differ.
template <class Scene>
class PairIn {
public:
    using Run = typename SceneOf<Scene>::Run;
    using Secrets = std::vector<HoldingIn<Scene>>;
    using Seeing = ObservationIn<Scene>;
    /// The channels that a claim leaves open.
    using Open = std::vector<std::string>;

    /// `one`, and the same with other secrets. Throws std::logic_error if there is no secret, or nothing in one.
    PairIn(Scene& goal, const Run& one, const Secrets& secrets, const std::string& label = "second",
           const Policy& policy = privilege_policy());
    [[nodiscard]] const Run& one() const { return one_; }
    [[nodiscard]] const Run& other() const { return *other_; }
    /// They differ in each of the secrets.
    [[nodiscard]] const Bool& differ() const { return differ_; }

    // Each adds one obligation, and throws std::logic_error if it would say nothing or what the policy does not: nobody
    // looks, nothing is seen, a secret may flow to all observers freely, or the policy has no such channel.
    /// Output consistency.
    void output_consistent(std::string name, const Bool& premise, const Seeing& seen, const Open& open = {});
    /// Step consistency.
    void step_consistent(std::string name, const Bool& premise, const Seeing& seen, const Open& open = {});
    /// Both.
    void consistent(std::string name, const Bool& premise, const Seeing& seen, const Open& open = {});
    /// Output consistency by saying which outcome the other run has to have, `as_said` being the first run with that
    /// outcome in its place. What is said of the first run does not know of the other's secrets.
    void determined(std::string name, const Bool& premise, const Seeing& seen, const Run& as_said,
                    const Open& open = {});

private:
    enum class Part : std::uint8_t { outcome, state, both };
    [[nodiscard]] Bool equal(const Seeing& seen, Part part) const;
    void check(const std::string& name, const Seeing& seen, const Open& open) const;
    void prove(std::string name, const Bool& premise, const Bool& conclusion);

    Scene& goal_;
    const Run& one_;
    const Run* other_ = nullptr;
    const Policy& policy_;
    Secrets secrets_;
    Bool differ_{true};
};
using Pair = PairIn<Goal>;
using ChargePair = PairIn<LogGoal>;
extern template class PairIn<Goal>;
extern template class PairIn<LogGoal>;

/// Whether the exit is `domain`'s action. Every exit is of one domain: VTL0, VTL1 or the paravisor.
[[nodiscard]] Bool acts(const model::Exit<Symbolic>& exit, Domain domain);

/// Local respect: under the premise no exit of `actor` changes what is seen of the state. Throws std::logic_error if
/// nothing is seen, if `actor` may flow to an observer freely, or if the policy has no such channel.
void local_respect(Goal& goal, std::string name, Domain actor, const Bool& premise, const Observation& seen,
                   const std::vector<std::string>& open = {}, const Policy& policy = privilege_policy());

// ---- runs that are compared, but not for what flows ----

/// The first run again, of a state and an exit that `fix` narrows. What a fixed kind or reason rules out is no part of the
/// terms, so obligations about it are small; they hold of the exits that `fix` can make out of any exit.
const Run& narrowed(Goal& goal, const std::string& label,
                    const std::function<void(model::State<Symbolic>& before, model::Exit<Symbolic>& exit)>& fix);
/// The same of an exit that is charged.
const ChargeRun& narrowed(LogGoal& goal, const ChargeRun& run, const std::function<void(ChargeRun&)>& fix);
/// The run that follows on `run`: its exit is that of `run` after `change`.
const Run& followed(Goal& goal, const std::string& label, const Run& run,
                    const std::function<void(model::Exit<Symbolic>& exit)>& change);
/// Two ways to one end: under the premise both runs show the same. Observers are of no concern, since two operations are
/// compared, not two sets of secrets; the runs have to differ in what they start from. Throws std::logic_error if nothing
/// is seen.
void same_effect(Goal& goal, std::string name, const Bool& premise, const Run& one, const Run& other,
                 const Observation& seen, const Bool& and_also = Bool(true));
/// The same of exits that are charged.
void same_effect(LogGoal& goal, std::string name, const Bool& premise, const ChargeRun& one, const ChargeRun& other,
                 const ObservationIn<LogGoal>& seen);

// ---- what claims name ----

/// All domains, the paravisor included.
[[nodiscard]] std::vector<Domain> everybody();
/// Everything that leaves a step, to whomever.
[[nodiscard]] const Observation& everything();

namespace holdings {
/// The registers of a VTL of the VP, but those of these names.
[[nodiscard]] Holding registers(std::size_t vtl, std::vector<std::string> but = {});
/// The partition-wide registers of a VTL.
[[nodiscard]] Holding partition_share(std::size_t vtl);
[[nodiscard]] Holding crash_parameters(std::size_t vtl);
/// What would be answered, if asked.
[[nodiscard]] Holding apic_answer();
[[nodiscard]] Holding page_answer();
[[nodiscard]] Holding clock_answer();
[[nodiscard]] Holding vendor_call_answer();
[[nodiscard]] Holding slot_answer();
[[nodiscard]] Holding module_answer();
[[nodiscard]] Holding hypervisor_answer();
[[nodiscard]] Holding assist_page();
/// The clock by which the log budget goes.
[[nodiscard]] Holding time();
} // namespace holdings

} // namespace vtlcheck::proofs
