// Mutants of reading and writing registers by hypercall.
#include "proofs/mutant_makers.hpp"

namespace vtlcheck::proofs {

using namespace model;
using namespace makers;

namespace {

template <class D>
typename D::Bool names(const Situation<D>& s, std::uint32_t name) {
    return s.exit.name == name;
}
template <class D>
typename D::Bool sets(const Situation<D>& s) {
    return (s.exit.gpr[rcx] & 0xFFFF) == hvcall_set_vp_registers;
}
/// The entry is answered with `status` instead, where `when` holds.
template <class D>
void answer(World<D>& world, const typename D::Bool& when, std::uint16_t status) {
    auto& answered = world.out.gpr[rax];
    answered = D::ite(when, (answered & ~std::uint64_t{0xFFFF}) | status, answered);
}
/// The entry that was refused, if it is the last of its list.
template <class D>
typename D::Bool last(const Situation<D>& s) {
    const auto count = (s.exit.gpr[rcx] >> 32) & 0xFFF;
    return ((s.exit.gpr[rcx] >> 48) & 0xFFF) + 1 == count;
}
/// The entry succeeds after all, where `when` holds; it is the last of its list.
template <class D>
void grant(const Situation<D>& s, World<D>& world, const typename D::Bool& when) {
    world.out.gpr[rax] = D::ite(when, ((s.exit.gpr[rcx] >> 32) & 0xFFF) << 32, world.out.gpr[rax]);
}
template <class D>
typename D::Bool goes_on(const World<D>& world) {
    return world.out.disposition == static_cast<std::uint8_t>(Disposition::continued);
}

} // namespace

std::vector<Mutant> register_mutants() {
    std::vector<Mutant> all;
    const auto add = [&](Mutant mutant) { all.push_back(std::move(mutant)); };

    // Shape
    add(effect("fast-size-unchecked", {"HVC-05"}, "a fast call with more entries than registers hold ends with success",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.gpr[rax] = 0; }));
    add(effect("crossing-page-read", {"HVC-06"}, "a list that crosses a page goes on to its next entry",
               []<class D>(const Situation<D>&, World<D>& world) { set(world, Disposition::continued); }));
    add(effect("misaligned-read", {"HVC-07"}, "a misaligned buffer is InvalidHypercallInput, not InvalidAlignment",
               []<class D>(const Situation<D>&, World<D>& world) {
                   answer<D>(world, typename D::Bool(true), hv_invalid_hypercall_input);
               }));
    add(effect("malformed-call-counts-start", {"HVC-04"},
               "a malformed control word counts the entries before its start",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.gpr[rax] = world.out.gpr[rax] | (((s.exit.gpr[rcx] >> 48) & 0xFFF) << 32);
               }));
    add(guard("reserved-control-bits-ignored", {"HVC-04"}, "the nested bit of the control word is not looked at",
              []<class D>(const Situation<D>& s, const typename D::Bool& written) {
                  return written & !bit(s.exit.gpr[rcx], 31);
              }));

    // Header
    add(effect("set-above-caller", {"REG-H-05"}, "VTL0 sets VTL1's control word (class K01)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   const auto here = sets<D>(s) & names<D>(s, register_code("CrInterceptControl"));
                   world.vp.intercept_control = D::ite(here, s.exit.value, world.vp.intercept_control);
                   grant<D>(s, world, here & last<D>(s));
               }));
    add(effect("get-above-caller", {"REG-H-05"}, "VTL0 reads VTL1's LSTAR (class K01)",
               []<class D>(const Situation<D>& s, World<D>& world) { world.out.result = s.before.vtl[1].lstar; }));
    add(effect("another-vp-served", {"REG-H-03"}, "an entry about another VP is passed over",
               []<class D>(const Situation<D>& s, World<D>& world) { grant<D>(s, world, last<D>(s)); }));
    add(effect("header-order-turned", {"REG-H-01"}, "the VP index is judged before the partition",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   answer<D>(world, (s.exit.target_vp >= s.config.vps) & (s.exit.target_vp != vp_index_self),
                             hv_invalid_vp_index);
               }));

    // Gates
    add(effect("own-cr0-served", {"REG-G-01"}, "a VTL reads its own CR0",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   const auto here = names<D>(s, register_cr0) & last<D>(s);
                   world.out.result = D::ite(here, world.vtl.cr0, world.out.result);
                   grant<D>(s, world, here);
               }));
    add(effect("unlisted-name-served", {"REG-G-07"}, "a name that is not listed is asked of the module (class K06)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.request = static_cast<std::uint8_t>(Request::register_read);
                   world.out.request_index = s.exit.name;
               }));
    add(effect("vtl0-sets-vina", {"REG-G-05"}, "VTL0 sets VsmVina",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   const auto here = sets<D>(s) & names<D>(s, register_code("VsmVina"));
                   world.vp.vina = D::ite(here, s.exit.value & 0x7FF, world.vp.vina);
               }));
    add(effect("vsm-status-without-privilege-served", {"REG-G-06"}, "a VTL0 without AccessVsm learns the VSM status",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.result = 0x10001; }));
    add(effect("gate-status-turned", {"REG-G-04"},
               "an intercept register of VTL0 is InvalidParameter, not AccessDenied",
               []<class D>(const Situation<D>&, World<D>& world) {
                   answer<D>(world, typename D::Bool(true), hv_invalid_parameter);
               }));

    // Refusal
    add(effect("refused-set-stored", {"REG-W-05"}, "a refused CR4 is stored (class K02)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.lower.cr4 = D::ite(names<D>(s, register_cr4), s.exit.value, world.lower.cr4);
               }));
    add(effect("refused-get-tells", {"REG-R-04"}, "a get that the module refuses returns what it said nevertheless",
               []<class D>(const Situation<D>& s, World<D>& world) { world.out.result = s.exit.register_value; }));
    add(effect("failed-entry-counted", {"REG-W-13"}, "an entry with a bad value for an MSR counts as completed",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.out.gpr[rax] = world.out.gpr[rax] + (std::uint64_t{1} << 32U);
               }));
    add(effect("gate-tells-the-target", {"REG-G-01"}, "the status of a refused entry tells whether STAR is 0",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   answer<D>(world, s.before.vtl[0].star == 0, hv_invalid_parameter);
               }));

    // Lists
    add(effect("list-skips-an-entry", {"REG-R-02"}, "a list goes on with the entry after the next",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.out.gpr[rcx] =
                       D::ite(goes_on<D>(world), world.out.gpr[rcx] + (std::uint64_t{1} << 48U), world.out.gpr[rcx]);
               }));
    add(effect("continued-entry-advances", {"REG-W-12"}, "a list ends behind its first entry",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.rip = D::ite(goes_on<D>(world), s.exit.rip + 3, world.out.rip);
               }));
    add(effect("only-the-last-entry-stored", {"REG-W-16"}, "SCONTROL is stored by the last entry of a list only",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   auto& field = world.lower.synic.scontrol;
                   field = D::ite(goes_on<D>(world), s.before.vtl[0].synic.scontrol, field);
               }));

    // Gets
    add(effect("get-of-the-wrong-vtl", {"REG-R-02"}, "VTL1 gets its own LSTAR for VTL0's (class K05)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.result =
                       D::ite(names<D>(s, register_code("Lstar")), s.before.vtl[1].lstar, world.out.result);
               }));
    add(effect("capabilities-constant", {"REG-R-09"}, "VsmCapabilities never has DR6 shared (class K09)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.result = D::ite(names<D>(s, register_code("VsmCapabilities")),
                                             typename D::template Bv<64>(0x20002), world.out.result);
               }));
    add(effect("get-clears-event", {"REG-R-12"}, "a get of an intercept register drops the event that waits for VTL0",
               []<class D>(const Situation<D>&, World<D>& world) { world.vp.pending_event = 0; }));
    add(effect("module-asked-for-own-vtl", {"REG-R-03"}, "the module is asked for VTL1's register (class K05)",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.request_vtl = 1; }));

    // Sets
    add(effect("set-of-the-wrong-vtl", {"REG-W-12"}, "a set of VTL0's LSTAR is stored in VTL1's (class K05)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   const auto here = names<D>(s, register_code("Lstar"));
                   world.vtl.lstar = D::ite(here, s.exit.value, world.vtl.lstar);
                   world.lower.lstar = D::ite(here, s.before.vtl[0].lstar, world.lower.lstar);
               }));
    add(effect("set-lstar-also-in-cstar", {"REG-W-12"}, "a set of LSTAR is stored in CSTAR as well",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.lower.cstar = D::ite(names<D>(s, register_code("Lstar")), s.exit.value, world.lower.cstar);
               }));
    add(effect("efer-set-with-lma-as-given", {"REG-W-04"}, "a set of EFER stores LMA as it is given",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.lower.efer = D::ite(names<D>(s, register_code("Efer")), s.exit.value, world.lower.efer);
               }));
    add(effect("refused-module-write-stored", {"REG-W-11"}, "an XCR0 that the kernel refuses is stored",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vp.xcr0 = s.exit.value; }));
    add(effect("protection-not-latched", {"REG-W-23"}, "VsmPartitionConfig does not latch the protection",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.vsm.partition_config = D::ite(names<D>(s, register_code("VsmPartitionConfig")), s.exit.value,
                                                       world.vsm.partition_config);
               }));

    // Rules
    add(effect("cr0-set-unchecked", {"REG-W-05"}, "a set of CR0 takes any value (class K02)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   const auto here = names<D>(s, register_cr0) & last<D>(s);
                   world.lower.cr0 = D::ite(here, s.exit.value, world.lower.cr0);
                   grant<D>(s, world, here);
               }));
    add(effect("cr4-set-unchecked", {"REG-W-05"}, "a set of CR4 takes bits that the TDX module does not (class K04)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   const auto here = names<D>(s, register_cr4) & last<D>(s);
                   world.lower.cr4 = D::ite(here, s.exit.value, world.lower.cr4);
                   grant<D>(s, world, here);
               }));
    add(effect("rflags-set-unchecked", {"REG-W-03"}, "a set of RFLAGS takes any value (class K02)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   const auto here = names<D>(s, register_code("Rflags")) & last<D>(s);
                   world.lower.rflags = D::ite(here, s.exit.value, world.lower.rflags);
                   grant<D>(s, world, here);
               }));
    add(effect("cr0-set-keeps-lma", {"REG-W-04"}, "EFER.LMA does not follow a set of CR0.PG (class K02)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.lower.efer = D::ite(names<D>(s, register_cr0), s.before.vtl[0].efer, world.lower.efer);
               }));
    add(effect("tr-set-unchecked", {"REG-W-07"}, "a set of TR takes any segment (class K02)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   const auto here = names<D>(s, register_code("Tr")) & last<D>(s);
                   grant<D>(s, world, here);
               }));
    add(effect("event-set-unchecked", {"REG-W-22"}, "PendingEvent0 takes any vector",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   const auto here = last<D>(s);
                   world.vp.pending_event = D::ite(here, s.exit.value, world.vp.pending_event);
                   grant<D>(s, world, here);
               }));
    add(effect("vina-wrong-status", {"REG-W-24"}, "a bad VsmVina is InvalidRegisterValue",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   answer<D>(world, names<D>(s, register_code("VsmVina")), hv_invalid_register_value);
               }));
    add(effect("partition-config-unlatched", {"REG-W-24"}, "VTL1 can take the protection of VTL0's pages back",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   const auto here = names<D>(s, register_code("VsmPartitionConfig")) & last<D>(s) &
                                     (s.before.vsm.partition_config == 0x1F) & (s.exit.value == 0x1E);
                   world.vsm.partition_config = D::ite(here, s.exit.value, world.vsm.partition_config);
                   grant<D>(s, world, here);
               }));

    // VTL1's own
    add(effect("vtl0-unlocks-tlb", {"MSR-R-40"}, "a read of an unknown MSR takes VTL1's TLB lock away",
               []<class D>(const Situation<D>&, World<D>& world) { world.vp.tlb_locked = typename D::Bool(false); }));
    add(effect("control-refusal-stored", {"REG-W-27"}, "a refused word of CrInterceptControl is stored",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vp.intercept_control = s.exit.value; }));
    add(effect("control-drops-tables", {"REG-W-26"},
               "the control bits of descriptor tables are accepted and dropped (class K21)",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.vp.intercept_control = world.vp.intercept_control & ~std::uint64_t{0x78000};
               }));
    add(effect("mask-set-with-control", {"REG-W-26"}, "a set of any intercept register is VTL1's CR0 mask as well",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vp.cr0_mask = s.exit.value; }));

    // Completion
    add(effect("sysenter-cs-set-in-full", {"REG-W-12"}, "a set of SYSENTER_CS keeps the upper half",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.lower.sysenter_cs =
                       D::ite(names<D>(s, register_code("SysenterCs")), s.exit.value, world.lower.sysenter_cs);
               }));
    add(effect("apic-base-set-without-reset", {"REG-W-14"},
               "a set of ApicBase that disables the APIC does not reset it",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.out.request = 0;
                   world.out.request_index = 0;
                   world.out.request_value = 0;
               }));
    add(effect("s-cet-set-cut", {"REG-W-06"}, "the module gets the low half of S_CET only",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.request_value = D::ite(names<D>(s, register_code("SCet")),
                                                    world.out.request_value & 0xFFFFFFFF, world.out.request_value);
               }));
    return all;
}

} // namespace vtlcheck::proofs
