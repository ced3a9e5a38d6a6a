// Mutants of the VTL state machine.
#include "proofs/mutant_makers.hpp"

namespace vtlcheck::proofs {

using namespace model;
using namespace makers;

namespace {

/// The call answers success although it should not.
inline constexpr auto answers_success = []<class D>(World<D>& world) {
    world.out.gpr[rax] = 0;
    world.out.error = 0;
};
inline constexpr auto enables_partition = []<class D>(const Situation<D>& s, World<D>& world) {
    answers_success.template operator()<D>(world);
    world.vsm.guest_vsm = static_cast<std::uint8_t>(GuestVsm::enabled);
    world.vsm.mbec = bit(s.exit.flags, 0);
};
inline constexpr auto enables_vp = []<class D>(const Situation<D>& s, World<D>& world) {
    using Bool = typename D::Bool;
    answers_success.template operator()<D>(world);
    world.slot.enable_called = Bool(true);
    world.slot.enable_pending = Bool(true);
    world.slot.enable = s.exit.context;
    world.vsm.vtl1_on_any_vp = Bool(true);
};
inline constexpr auto starts_vp = []<class D>(const Situation<D>& s, World<D>& world) {
    using Bool = typename D::Bool;
    answers_success.template operator()<D>(world);
    world.slot.started = Bool(true);
    world.slot.start_pending = Bool(true);
    world.slot.start_vtl1 = s.exit.target_vtl == 1;
    world.slot.start = s.exit.context;
    world.out.request = static_cast<std::uint8_t>(Request::wake);
    world.out.request_index = s.exit.target_vp;
};
/// #UD becomes a switch where `condition` holds.
template <class D>
void switches_if(const Situation<D>& s, World<D>& world, const typename D::Bool& condition, bool to_vtl1) {
    if_<D>(condition, world, [&] {
        set(world, Disposition::completed);
        world.out.rip = s.exit.rip + (s.exit.info[info_r11] >> 32);
        world.out.event = 0;
        world.out.log_site = 0;
        world.out.log_msr = 0;
        world.vp.active_vtl1 = typename D::Bool(to_vtl1);
    });
}

} // namespace

std::vector<Mutant> vtl_mutants() {
    std::vector<Mutant> all;
    const auto add = [&](Mutant mutant) { all.push_back(std::move(mutant)); };

    // Which VTLs there are
    add(effect("vtl1-active-too-early", {"VTL-S-02"},
               "VtlCall succeeds once EnableVpVtl was called, before the VP has loaded the context (K17)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   switches_if<D>(s, world,
                                  s.before.slot.enable_called & !s.exit.vtl1 & (s.exit.gpr[rcx] == 0x11) &
                                      (s.exit.gpr[rax] == 0),
                                  true);
               }));
    add(effect("preempt-without-vtl1", {"CTL-16"}, "VTL1 preempts VTL0 on a VP without VTL1 state",
               []<class D>(const Situation<D>&, World<D>& world) {
                   set(world, Disposition::accepted);
                   world.vp.active_vtl1 = typename D::Bool(true);
               }));
    add(effect("vtl1-state-without-context", {"CTL-11"}, "a VP without a waiting context gets VTL1 state",
               []<class D>(const Situation<D>&, World<D>& world) { world.vp.vtl1_present = typename D::Bool(true); }));
    add(effect("vtl1-state-lost", {"CTL-09"}, "starting a VP takes its VTL1 state away",
               []<class D>(const Situation<D>&, World<D>& world) { world.vp.vtl1_present = typename D::Bool(false); }));
    add(effect("enabled-partition-revoked", {"CTL-21"}, "VSM is revoked although it is enabled",
               []<class D>(const Situation<D>&, World<D>& world) {
                   set(world, Disposition::accepted);
                   world.vsm.guest_vsm = static_cast<std::uint8_t>(GuestVsm::unsupported);
               }));
    add(effect("privilege-revoked", {"REG-R-09"}, "VTL0 loses the privilege AccessVsm when VSM is revoked (K03)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   const auto revoked = s.before.vsm.guest_vsm == static_cast<std::uint8_t>(GuestVsm::unsupported);
                   if_<D>(revoked & !s.exit.vtl1, world, [&] {
                       set(world, Disposition::completed);
                       world.out.gpr[rax] = hv_access_denied;
                       world.out.result = 0;
                   });
               }));
    add(effect("revoked-partition-enabled", {"VTL-P-04"}, "EnablePartitionVtl succeeds after revocation",
               enables_partition));
    add(effect("refused-partition-enabled", {"VTL-P-06"},
               "the host's answer to EnablePartitionVtl is not looked at (K11)", enables_partition));
    add(effect("unprotected-partition-enabled", {"VTL-P-07"},
               "EnablePartitionVtl succeeds although VTL0's pages do not take the default protection",
               enables_partition));
    add(effect("failing-call-enables-partition", {"VTL-P-07"},
               "EnablePartitionVtl fails for memory's refusal but the partition counts as enabled",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.vsm.guest_vsm = static_cast<std::uint8_t>(GuestVsm::enabled);
               }));
    add(effect("any-vtl-enabled-for-partition", {"VTL-P-02"}, "EnablePartitionVtl takes any VTL, VTL2 too (K01)",
               enables_partition));
    add(effect("mbec-forgotten", {"VTL-P-08"}, "EnablePartitionVtl ignores the flag MBEC",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vsm.mbec = s.before.vsm.mbec; }));
    add(effect(
        "enable-called-forgotten", {"CTL-08"}, "a VP that loads its VTL1 context forgets that it was enabled",
        []<class D>(const Situation<D>&, World<D>& world) { world.slot.enable_called = typename D::Bool(false); }));
    add(effect("vp-enabled-in-a-partition-that-is-not", {"VTL-E-04"}, "EnableVpVtl does not ask for the partition's",
               enables_vp));
    add(effect("vtl0-enables-another-vp", {"VTL-E-05"}, "VTL0 enables VTL1 on a second VP", enables_vp));
    add(effect("vp-enabled-against-the-host", {"VTL-E-09"}, "the host's answer to EnableVpVtl is not looked at (K11)",
               enables_vp));
    add(effect("vp-enabled-with-bad-context", {"VTL-E-08"}, "EnableVpVtl takes a context that cannot be entered (K02)",
               enables_vp));
    add(effect("vtl2-enabled-on-vp", {"VTL-E-03"}, "EnableVpVtl takes any VTL, VTL2 too (K01)", enables_vp));
    add(effect("kept-context-unadjusted", {"VTL-E-10"}, "the reserved bits of CR0 are kept in the enable slot",
               []<class D>(const Situation<D>& s, World<D>& world) { world.slot.enable.cr0 = s.exit.context.cr0; }));
    add(effect("first-vp-forgotten", {"VTL-E-10"}, "that VTL1 is enabled on some VP is not noted",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.vsm.vtl1_on_any_vp = s.before.vsm.vtl1_on_any_vp;
               }));

    // Starting VPs
    add(effect("vp-started-in-missing-vtl", {"VTL-V-04"},
               "StartVirtualProcessor starts VTL1 on a VP for which it is not enabled (K18)", starts_vp));
    add(effect("vp-started-against-denial", {"VTL-V-05"}, "StartVirtualProcessor ignores that VTL1 denies it (K18)",
               starts_vp));
    add(effect("vp-started-twice", {"VTL-V-06"}, "StartVirtualProcessor restarts a VP (K18)", starts_vp));
    add(effect(
        "start-runs-vtl0-first", {"CTL-09"}, "a started VP runs the VTL that was started, not VTL1 first (K18)",
        []<class D>(const Situation<D>& s, World<D>& world) { world.vp.active_vtl1 = s.before.slot.start_vtl1; }));
    add(effect("vtl0-starts-vtl1", {"VTL-V-03"}, "VTL0 starts a VP in VTL1 (K01)", starts_vp));
    add(effect("vp-started-with-bad-context", {"VTL-V-07"},
               "StartVirtualProcessor takes a context that cannot be entered (K04)", starts_vp));
    add(effect("ipi-against-denial", {"CTL-17"}, "INIT/SIPI ignores that VTL1 denies startup (K18)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   set(world, Disposition::accepted);
                   world.slot.started = typename D::Bool(true);
                   world.out.request = static_cast<std::uint8_t>(Request::startup_ipi);
                   world.out.request_index = trunc<32>(s.exit.argument);
               }));
    add(effect("ipi-to-no-vp", {"CTL-18"}, "INIT/SIPI goes to a VP that does not exist",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   set(world, Disposition::accepted);
                   world.out.request = static_cast<std::uint8_t>(Request::startup_ipi);
                   world.out.request_index = trunc<32>(s.exit.argument);
               }));

    // Loading
    add(effect(
        "context-loaded-twice", {"CTL-08"}, "the enable slot stays filled",
        []<class D>(const Situation<D>&, World<D>& world) { world.slot.enable_pending = typename D::Bool(true); }));
    add(effect("context-lma-as-given", {"CTL-08", "CTL-09"}, "EFER.LMA of a context is loaded as given",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.vtl.efer =
                       D::ite(s.before.slot.enable_pending, s.before.slot.enable.efer, s.before.slot.start.efer);
               }));
    add(effect("start-slot-first", {"CTL-08"}, "a VP with both slots filled loads the start slot's RIP",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.vtl.rip = D::ite(s.before.slot.start_pending, s.before.slot.start.rip, world.vtl.rip);
               }));

    // Switching
    add(effect("vtl-call-with-any-control-word", {"VTL-S-02"}, "VtlCall looks at the call code only",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   switches_if<D>(s, world, s.before.vp.vtl1_present & !s.exit.vtl1 & (s.exit.gpr[rax] == 0), true);
               }));
    add(effect("vtl-return-with-any-rax", {"VTL-S-06"}, "VtlReturn takes any RAX",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   switches_if<D>(s, world, s.exit.vtl1 & (s.exit.gpr[rcx] == 0x12), false);
               }));
    add(effect("tlb-lock-kept", {"VTL-S-03"}, "VtlReturn keeps VTL1's lock on VTL0's TLB",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vp.tlb_locked = s.before.vp.tlb_locked; }));
    add(effect("fast-return-spoils-rcx", {"VTL-S-03"}, "a fast VtlReturn restores RCX all the same",
               []<class D>(const Situation<D>& s, World<D>& world) { world.out.gpr[rcx] = s.exit.assist_rcx; }));
    add(effect("stack-pointer-shared", {"VTL-S-03", "VTL-S-04"}, "VTL0 continues on VTL1's stack pointer (K07)",
               []<class D>(const Situation<D>& s, World<D>& world) { world.lower.rsp = s.exit.gpr[rsp]; }));
    add(effect("refused-switch-silent", {"VTL-S-02", "VTL-S-06"}, "a refused VTL switch makes no warning attempt",
               silence));

    // Registers of a VTL
    add(effect("cstar-write-swallowed", {"MSR-W-38"}, "a write of CSTAR completes and is forgotten (K12)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.vtl.cstar = of_vtl<D>(s.before.vtl, s.exit.vtl1).cstar;
               }));
    add(effect("cstar-of-vtl0-read", {"MSR-R-26"}, "a read of CSTAR gives VTL0's (K12)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.gpr[rax] = s.before.vtl[0].cstar & 0xFFFFFFFF;
               }));
    add(bitmap("tsc-aux-write-free", "writes of TSC_AUX do not exit although a copy is kept (K13)",
               []<class D>(const Situation<D>&, const typename D::Bool& written, const auto& msr) {
                   return written & (msr != 0xC0000103);
               }));

    // Events
    add(effect("event-unchecked", {"REG-W-22"}, "PendingEvent0 takes any value",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   answers_success.template operator()<D>(world);
                   world.vp.pending_event = s.exit.value;
               }));
    add(effect("event-set-by-vtl0", {"REG-G-03"}, "a VTL sets PendingEvent0 of its own",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   answers_success.template operator()<D>(world);
                   world.vp.pending_event = s.exit.value;
               }));
    add(effect(
        "event-delivered-twice", {"VTL-S-05"}, "a delivered PendingEvent0 stays pending (K25)",
        []<class D>(const Situation<D>& s, World<D>& world) { world.vp.pending_event = s.before.vp.pending_event; }));
    add(effect("event-lost", {"VTL-S-05"}, "PendingEvent0 is taken and not delivered (K26)",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.event = 0; }));
    add(effect("event-code-lost", {"VTL-S-05"}, "a delivered PendingEvent0 has error code 0",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.event_error_code = 0; }));
    add(effect("event-address-lost", {"VTL-S-05"}, "a delivered page fault leaves CR2 as it was",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.out.request = 0;
                   world.out.request_index = 0;
                   world.out.request_value = 0;
               }));
    add(effect("preempt-without-reason", {"CTL-15"}, "VTL1 is not told that it preempts",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.out.request = 0;
                   world.out.request_value = 0;
               }));
    return all;
}

} // namespace vtlcheck::proofs
