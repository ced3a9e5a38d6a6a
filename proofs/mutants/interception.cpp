// Mutants of what VTL1 claims besides MSRs, and its messages.
#include "proofs/mutant_makers.hpp"

namespace vtlcheck::proofs {

using namespace model;
using namespace makers;

namespace {

/// The exit is given to VTL1 after all, where `when` holds.
template <class D>
void give_to_vtl1(const Situation<D>& s, World<D>& world, const typename D::Bool& when) {
    using Bv8 = typename D::template Bv<8>;
    auto& out = world.out;
    out.disposition = D::ite(when, Bv8(static_cast<std::uint8_t>(Disposition::intercepted)), out.disposition);
    out.message = D::ite(when, Bv8(static_cast<std::uint8_t>(Message::pending)), out.message);
    out.rip = D::ite(when, s.exit.rip, out.rip);
}
/// VTL0 exits, and VTL1 has set bit `n` of its control word.
template <class D>
typename D::Bool asked_for(const Situation<D>& s, unsigned n) {
    return !s.exit.vtl1 & s.before.vp.vtl1_present & bit(s.before.vp.intercept_control, n);
}
template <class D>
typename D::template Bv<64> access_type(const Situation<D>& s) {
    return (s.exit.info[info_rcx] >> 4) & 3;
}

} // namespace

std::vector<Mutant> interception_mutants() {
    std::vector<Mutant> all;
    const auto add = [&](Mutant mutant) { all.push_back(std::move(mutant)); };

    // Armed
    add(effect(
        "mask-needs-control-first", {"REG-W-26"}, "the CR0 mask is stored only if its control bit is set already",
        []<class D>(const Situation<D>& s, World<D>& world) {
            world.vp.cr0_mask = D::ite(bit(s.before.vp.intercept_control, 0), world.vp.cr0_mask, s.before.vp.cr0_mask);
        }));
    add(effect("control-clears-cr4-mask", {"REG-W-26"}, "setting the control word clears the CR4 mask",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.vp.cr4_mask = D::ite(s.exit.name == register_code("CrInterceptControl"),
                                              typename D::template Bv<64>(0), world.vp.cr4_mask);
               }));
    add(effect("cr0-mask-lands-in-cr4", {"REG-W-26"}, "setting the CR0 mask sets the CR4 mask as well",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.vp.cr4_mask =
                       D::ite(s.exit.name == register_code("CrInterceptCr0Mask"), s.exit.value, world.vp.cr4_mask);
               }));

    // Claims
    add(effect("cr0-claimed-by-control-alone", {"CR-04"}, "the control bit claims every change of CR0 (class K20)",
               []<class D>(const Situation<D>& s, World<D>& world) { give_to_vtl1<D>(s, world, asked_for<D>(s, 0)); }));
    add(effect("cr4-claimed-by-mask-alone", {"CR-06"},
               "the mask claims changes of CR4 though the control bit is clear (class K20)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   const auto changed = (s.exit.cr4 ^ world.vtl.cr4) & s.before.vp.cr4_mask;
                   give_to_vtl1<D>(s, world, !s.exit.vtl1 & s.before.vp.vtl1_present & (changed != 0));
               }));
    add(effect("lmsw-not-claimed", {"CR-02", "CR-03"}, "LMSW is not claimed",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.disposition =
                       D::ite(access_type<D>(s) == 3,
                              typename D::template Bv<8>(static_cast<std::uint8_t>(Disposition::completed)),
                              world.out.disposition);
               }));
    add(effect("xsetbv-not-claimed", {"XCR-02"}, "XSETBV is not claimed when VTL1 could take the message",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   set(world, Disposition::completed);
                   world.vp.xcr0 = value_of(s);
               }));
    add(effect(
        "lidt-claimed-with-lgdt", {"DT-04"}, "the control bit of GDTR claims every load of a table",
        []<class D>(const Situation<D>& s, World<D>& world) { give_to_vtl1<D>(s, world, asked_for<D>(s, 15)); }));

    // Claimed writes
    add(effect("claimed-cr4-stored", {"CR-03"}, "a claimed CR4 whose message is kept is stored",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vtl.cr4 = s.exit.gpr[rax]; }));
    add(effect("claimed-xsetbv-advances", {"XCR-03"}, "a claimed XSETBV whose message is kept advances RIP", advance));
    add(effect("protected-register-silent", {"CR-02"}, "a claimed CR write makes no warning attempt", silence));
    add(effect(
        "table-message-names-gdtr", {"DT-02", "DT-03"}, "the message of every table names GDTR",
        []<class D>(const Situation<D>&, World<D>& world) { world.out.intercept.number = register_code("Gdtr"); }));
    add(effect("register-message-typed-as-msr", {"CR-02", "CR-03"}, "the message of a CR write is an MSR message",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.intercept.type = message_type_msr; }));

    // Unclaimed writes
    add(effect("cr0-write-keeps-lma", {"CR-08"}, "EFER.LMA does not follow CR0.PG",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.vtl.efer = of_vtl<D>(s.before.vtl, s.exit.vtl1).efer;
               }));
    add(effect("la57-changes-in-long-mode", {"CR-07"}, "LA57 can be changed in long mode",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   const auto here =
                       (s.exit.cr4 == 0x20) & (s.exit.gpr[rax] == 0x1020) & ((s.exit.info[info_rcx] & 0xF00) == 0);
                   world.vtl.cr4 = D::ite(here, s.exit.gpr[rax], world.vtl.cr4);
               }));
    add(effect("cr0-reserved-bit-stored", {"CR-04"}, "a reserved bit of CR0 is stored",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   const auto mov = (access_type<D>(s) == 0) & ((s.exit.info[info_rcx] & 0xF00) == 0);
                   world.vtl.cr0 = D::ite(mov, world.vtl.cr0 | (s.exit.gpr[rax] & 0x40), world.vtl.cr0);
               }));
    add(effect("cr4-of-the-module-taken", {"CR-06"}, "CR4.MCE is set whatever is written",
               []<class D>(const Situation<D>&, World<D>& world) { world.vtl.cr4 = world.vtl.cr4 | 0x40; }));
    add(effect("refused-cr0-stored", {"CR-05"}, "a refused CR0 is #GP but paging is on",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.vtl.cr0 = world.vtl.cr0 | (std::uint64_t{1} << 31U);
               }));

    // XSETBV
    add(effect("xcr0-without-x87", {"XCR-01"}, "XCR0 can be 0", []<class D>(const Situation<D>& s, World<D>& world) {
        const auto here = (value_of(s) == 0) & (trunc<32>(s.exit.gpr[rcx]) == 0) & bit(s.exit.cr4, 18);
        world.out.disposition = D::ite(
            here, typename D::template Bv<8>(static_cast<std::uint8_t>(Disposition::completed)), world.out.disposition);
        world.vp.xcr0 = D::ite(here, value_of(s), world.vp.xcr0);
    }));
    add(effect("xsetbv-of-another-index", {"XCR-01"}, "XSETBV of XCR1 completes",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.event =
                       D::ite(trunc<32>(s.exit.gpr[rcx]) == 1, typename D::template Bv<32>(0), world.out.event);
               }));
    add(effect("xcr0-not-loaded", {"XCR-04"}, "the kernel is not asked to load XCR0",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.out.request = 0;
                   world.out.request_index = 0;
                   world.out.request_value = 0;
                   world.out.request_vtl = 0;
               }));

    // Descriptor tables
    add(effect(
        "table-store-intercepted", {"DT-05"}, "a store of a descriptor table is given to VTL1",
        []<class D>(const Situation<D>& s, World<D>& world) { give_to_vtl1<D>(s, world, typename D::Bool(true)); }));
    add(effect("emulated-load-advances", {"DT-04"}, "a load for the emulator is skipped", advance));
    add(effect("unarmed-table-emulated", {"DT-01"}, "a descriptor-table exit that is not armed goes to the emulator",
               []<class D>(const Situation<D>&, World<D>& world) { set(world, Disposition::emulate); }));

    // Messages
    add(effect("repeat-queued", {"CTL-14"}, "a message that is delivered is delivered again (class K22)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.vp.intercept_pending = typename D::Bool(true);
                   world.vp.pending = s.before.vp.pending;
               }));
    add(effect("first-message-kept", {"CR-03"}, "a message does not take the place of an earlier one (class K22)",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   if_<D>(s.before.vp.intercept_pending, world, [&] { world.vp.pending = s.before.vp.pending; });
               }));
    add(effect("message-dropped-when-full", {"XCR-03"}, "a message without room is dropped",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.vp.intercept_pending = typename D::Bool(false);
                   world.vp.pending = {};
               }));
    add(effect("delivered-without-value", {"CTL-14"}, "a message that is delivered late has lost its value",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.intercept.rax = 0; }));
    return all;
}

} // namespace vtlcheck::proofs
