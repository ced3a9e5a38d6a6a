// Mutants of the host side, the guard and the audit.
#include "proofs/mutant_makers.hpp"

namespace vtlcheck::proofs {

using namespace model;
using namespace makers;

namespace {

template <class D>
typename D::Bool hardware(const Situation<D>& s) {
    const auto& isolation = s.config.isolation;
    return (isolation == 2) | (isolation == 3) | (isolation == 4);
}
/// The hypervisor is asked for the register of `vtl` that the exit names, and its answer is used.
inline constexpr auto asks_hypervisor = []<class D>(const Situation<D>& s, World<D>& world, const auto& vtl) {
    using Bv16 = typename D::template Bv<16>;
    using Bv64 = typename D::template Bv<64>;
    const auto sets = s.exit.operation == 1;
    set(world, Disposition::accepted);
    world.out.error = 0;
    world.out.hypercall = D::ite(sets, Bv16(0x51), Bv16(0x50));
    world.out.hypercall_vtl = vtl;
    world.out.hypercall_register = s.exit.name;
    world.out.hypercall_value = D::ite(sets, s.exit.value, Bv64(0));
    world.out.result = D::ite(sets, Bv64(0), s.exit.answer_value);
    world.out.audit_route = static_cast<std::uint8_t>(Route::hypercall);
    world.out.audit_verdict = static_cast<std::uint8_t>(AuditVerdict::granted);
    world.out.audit_reason = 0;
};
inline constexpr auto accepts = []<class D>(const Situation<D>&, World<D>& world) {
    set(world, Disposition::accepted);
    world.out.error = 0;
    world.out.audit_verdict = static_cast<std::uint8_t>(AuditVerdict::granted);
    world.out.audit_reason = 0;
};
/// No audit record of this exit.
inline constexpr auto unrecorded = []<class D>(const Situation<D>& s, World<D>& world) {
    auto& out = world.out;
    out.audit = typename D::Bool(false);
    out.audit_origin = 0;
    out.audit_operation = 0;
    out.audit_vtl = 0;
    out.audit_register = 0;
    out.audit_route = 0;
    out.audit_verdict = 0;
    out.audit_reason = 0;
    world.vp.audit_next = s.before.vp.audit_next;
    world.vp.audit_count = s.before.vp.audit_count;
    world.vp.audit_lost = s.before.vp.audit_lost;
};

template <class F>
Mutant wider_guard(const std::string& name, const std::string& description, F also) {
    return hypercall_guard(
        name, description,
        [also]<class D>(const Situation<D>& s, const typename D::Bool& written, const typename D::Bool& sets,
                        const typename D::template Bv<8>& vtl,
                        const typename D::template Bv<32>& number) { return written | also(s, sets, vtl, number); });
}

} // namespace

std::vector<Mutant> host_mutants() {
    std::vector<Mutant> all;
    const auto add = [&](Mutant mutant) { all.push_back(std::move(mutant)); };

    // The guard
    add(wider_guard("guard-allows-lower-get", "the hypervisor may be asked for any register of VTL0 and VTL1 (K06)",
                    []<class D>(const Situation<D>&, const typename D::Bool& sets, const auto& vtl, const auto&) {
                        return !sets & (vtl <= 1);
                    }));
    add(wider_guard("guard-allows-ghcb", "the hypervisor may be told VTL0's GHCB page (I2 as observed)",
                    []<class D>(const Situation<D>&, const typename D::Bool& sets, const auto& vtl,
                                const auto& number) { return sets & (vtl == 0) & (number == register_code("Ghcb")); }));
    add(wider_guard(
        "guard-allows-vtl1-sint", "the hypervisor may be told VTL1's SINTs",
        []<class D>(const Situation<D>& s, const typename D::Bool& sets, const auto& vtl, const auto& number) {
            return sets & (vtl == 1) & s.config.untrusted_synic & ((number & 0xFFFFFFF0) == 0xA0000);
        }));
    add(wider_guard(
        "guard-forgets-profile", "the untrusted synic's registers may be set in the strict profile too",
        []<class D>(const Situation<D>&, const typename D::Bool& sets, const auto& vtl, const auto& number) {
            return sets & (vtl == 0) & (number >= 0xA0000) & (number <= 0xA0013) & (number != 0xA0010) &
                   (number != 0xA0011);
        }));
    add(wider_guard(
        "guard-allows-guest-vsm-set", "an untrusted hypervisor may be told the guest's VSM configuration",
        []<class D>(const Situation<D>&, const typename D::Bool& sets, const auto& vtl, const auto& number) {
            return sets & (vtl == 2) & (number == register_code("GuestVsmPartitionConfig"));
        }));
    add(wider_guard(
        "guard-allows-vtl3", "what is allowed of VTL2 is allowed of VTLs above",
        []<class D>(const Situation<D>&, const typename D::Bool& sets, const auto& vtl, const auto& number) {
            return !sets & (vtl > 2) & (number == register_code("TimeRefCount"));
        }));

    // Routes
    add(effect("kernel-falls-back-to-hypercall", {"HOST-02"},
               "the kernel asks the hypervisor for what it does not keep itself (K06)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   if_<D>(s.exit.origin == static_cast<std::uint8_t>(Origin::kernel), world, [&] {
                       asks_hypervisor(
                           s, world, D::ite(s.exit.vtl1, typename D::template Bv<8>(1), typename D::template Bv<8>(0)));
                   });
               }));
    add(effect("dr6-by-hypercall", {"HOST-06"}, "Dr6 is taken for private and asked of the hypervisor (K09)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   if_<D>(s.exit.name == register_code("Dr6"), world,
                          [&] { asks_hypervisor(s, world, typename D::template Bv<8>(0)); });
               }));
    add(effect("kernel-hypercall-ignores-vtl", {"HOST-13", "HOST-14", "HOST-15"},
               "a hypercall names VTL0 whichever VTL was asked for (K05)",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.hypercall_vtl = 0; }));
    add(effect("kernel-reaches-snp", {"HOST-02"}, "the kernel reads debug registers of an SNP VP",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   const auto here = (s.exit.origin == static_cast<std::uint8_t>(Origin::kernel)) &
                                     (s.config.isolation == static_cast<std::uint8_t>(Isolation::snp)) &
                                     (s.exit.name == register_code("Dr6")) & (s.exit.operation == 0);
                   if_<D>(here, world, [&] {
                       accepts(s, world);
                       world.out.result = s.exit.register_value;
                   });
               }));
    add(effect("host-access-names-vtl2", {"HOST-13"}, "a general hypercall names the paravisor's own VTL",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.hypercall_vtl = 2; }));
    add(effect("host-answer-unchecked", {"HOST-15"}, "the answer to a general hypercall is used unchecked (K11)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   accepts(s, world);
                   world.out.result = s.exit.answer_value;
               }));
    add(effect("route-misreported", {"HOST-06"}, "whatever the module answers is told of as the register page's",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.out.audit_route = static_cast<std::uint8_t>(Route::register_page);
               }));

    // The special path
    add(effect("special-path-open", {"SPEC-01"}, "the special path passes on whatever register the request names",
               []<class D>(const Situation<D>& s, World<D>& world) { asks_hypervisor(s, world, s.exit.target_vtl); }));
    add(effect("special-answer-unchecked", {"SPEC-04"},
               "status, count and timeouts of an answer on the special path are not looked at (K11)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   accepts(s, world);
                   world.out.result = s.exit.answer_value;
               }));
    add(effect("special-value-unchecked", {"SPEC-05"}, "a value on the special path is used unchecked (K14)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   accepts(s, world);
                   world.out.result = s.exit.answer_value;
               }));
    add(effect("capabilities-as-answered", {"SPEC-02"},
               "VsmCapabilities are what the hypervisor says, DR6 sharing too (K09)",
               []<class D>(const Situation<D>& s, World<D>& world) { world.out.result = s.exit.answer_value; }));
    add(effect("answer-chooses-mbec", {"VTL-P-08"}, "whether VTL1 has MBEC is the hypervisor's to say",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vsm.mbec = bit(s.exit.answer_value, 0); }));

    // Registers by host access
    add(effect("host-reads-vtl0", {"HOST-04"}, "Star of VTL0 is read whichever VTL is named (K05)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.result =
                       D::ite(s.exit.name == register_code("Star"), s.before.vtl[0].star, world.out.result);
               }));
    add(effect("debugger-reads-rflags-of-vtl0", {"HOST-04"}, "Rflags of VTL0 are read whichever VTL is named (K10)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.result =
                       D::ite(s.exit.name == register_code("Rflags"), s.before.vtl[0].rflags, world.out.result);
               }));
    add(effect("host-reads-shared-rsp", {"HOST-04"}, "Rsp is read from the list that the VTLs share (K07)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.result = D::ite(s.exit.name == register_code("Rsp"), s.exit.gpr[rsp], world.out.result);
               }));
    add(effect("host-asks-for-vtl0", {"HOST-06", "HOST-11"}, "the module is asked for VTL0's register always (K05)",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.request_vtl = 0; }));
    add(effect("host-refusal-stored", {"HOST-09"}, "a refused value is stored in Lstar",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.vtl.lstar = D::ite(s.exit.name == register_code("Lstar"), s.exit.value, world.vtl.lstar);
               }));
    add(effect("host-failure-leaks", {"HOST-07"}, "a failed get returns what the module left behind",
               []<class D>(const Situation<D>& s, World<D>& world) { world.out.result = s.exit.register_value; }));
    add(effect("host-rule-forgotten", {"HOST-09"}, "the paravisor sets Cr0 without a rule (K02)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   if_<D>(s.exit.name == register_code("Cr0"), world, [&] {
                       accepts(s, world);
                       world.vtl.cr0 = s.exit.value;
                   });
               }));

    // The audit
    add(effect("refused-register-unrecorded", {"REG-H-05"}, "naming a higher VTL leaves no audit record", unrecorded));
    add(effect("granted-register-unrecorded", {"REG-W-04"}, "VTL1 sets VTL0's Cr0 without an audit record",
               unrecorded));
    add(effect("refused-start-unrecorded", {"VTL-V-03"}, "an attempt to start a higher VTL leaves no audit record",
               unrecorded));
    add(effect("refused-ipi-unrecorded", {"CTL-17"}, "a denied INIT/SIPI leaves no audit record", unrecorded));
    add(effect("failure-recorded-as-refusal", {"SPEC-04"}, "the host's failure is recorded as the paravisor's refusal",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.out.audit_verdict = static_cast<std::uint8_t>(AuditVerdict::refused);
               }));
    add(effect("record-names-caller", {"REG-H-05"}, "the record of a refused access names the caller's VTL as target",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.out.audit_vtl = D::ite(world.out.audit, world.out.audit_origin, world.out.audit_vtl);
               }));
    add(effect("own-access-recorded", {"REG-R-05"}, "an access to the own ApicBase leaves an audit record",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.audit = typename D::Bool(true); }));
    add(effect(
        "record-number-skipped", {"HOST-08"}, "a record takes two numbers",
        []<class D>(const Situation<D>& s, World<D>& world) { world.vp.audit_next = s.before.vp.audit_next + 2; }));
    add(effect("lost-record-uncounted", {"HOST-02"}, "a full ring overwrites its oldest record without a count",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vp.audit_lost = s.before.vp.audit_lost; }));
    add(effect("reader-resets-numbers", {"CTL-22"}, "taking the records starts their numbers again",
               []<class D>(const Situation<D>&, World<D>& world) { world.vp.audit_next = 0; }));
    add(effect(
        "value-in-record", {"HOST-08"}, "the record shows the value instead of the register's name",
        []<class D>(const Situation<D>& s, World<D>& world) { world.out.audit_register = trunc<32>(s.exit.value); }));
    add(effect("record-for-good-values-only", {"HOST-09"}, "a refused value leaves no audit record", unrecorded));
    return all;
}

} // namespace vtlcheck::proofs
