// The mutants by name: what each does wrong. Those of the privilege half are in mutants/.
#include "proofs/mutant_makers.hpp"

namespace vtlcheck::proofs {

using namespace model;
using namespace makers;

namespace {

std::vector<Mutant> make_mutants() {
    std::vector<Mutant> all;
    const auto add = [&](Mutant mutant) { all.push_back(std::move(mutant)); };

    // The step
    add(guard("unknown-read-unruled", {"MSR-R-40"}, "no clause rules on reads of unknown MSRs", never));
    add(guard("refused-efer-unruled", {"MSR-W-35"}, "no clause rules on bad values for EFER", never));
    add(guard("unknown-write-also-applies", {"MSR-W-51"}, "the clause of unknown MSRs applies to every unclaimed write",
              always));
    add(effect("wrong-clause-reported", {"MSR-R-10"}, "a read of GUEST_OS_ID reports the clause of HYPERCALL",
               []<class D>(const Situation<D>&, World<D>& world) { world.clause = clause_index("MSR-R-11"); }));
    add(effect("rip-not-truncated", {"MSR-W-36"}, "a write of STAR advances RIP to 64 bits in 32-bit code",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.rip = s.exit.rip + (s.exit.info[info_r11] >> 32);
               }));
    add(effect(
        "blocking-kept", {"MSR-R-40"}, "a read of an unknown MSR leaves STI and MOV-SS blocking on",
        []<class D>(const Situation<D>& s, World<D>& world) { world.out.interruptibility = s.exit.interruptibility; }));
    add(effect(
        "single-step-lost", {"TDC-16"}, "a failed vendor call forgets the single-step trap",
        []<class D>(const Situation<D>& s, World<D>& world) { world.out.pending_debug = s.exit.pending_debug; }));
    add(effect("refused-efer-advances", {"MSR-W-35"}, "a bad value for EFER is #GP behind the instruction", advance));
    add(effect("fault-code-in-real-mode", {"MSR-R-05"},
               "a read in the x2APIC range outside x2APIC mode has an error code in real mode too",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.event = event_gp_with_code; }));
    add(effect("refused-pat-stored", {"MSR-W-45"}, "a bad value for PAT is #GP but stored",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vtl.pat = value_of(s); }));
    add(effect("internal-error-unaudited", {"EXIT-09"}, "an exit of an access that is not armed leaves no audit record",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.audit = typename D::Bool(false); }));
    add(effect("internal-error-advances", {"EXIT-08"}, "an MSR exit from user mode skips the instruction", advance));
    add(effect("internal-error-warns", {"EXIT-02"}, "an unexpected TDX status makes a warning attempt",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.log_site = 1; }));
    add(effect("not-entered-advances", {"EXIT-01"}, "an instruction is skipped though the guest did not run", advance));
    add(effect("host-routed-warns", {"EXIT-04"}, "a host-routed TDVMCALL makes a warning attempt",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.log_site = 7; }));
    add(effect("apic-asked-in-secret", {"MSR-R-02"},
               "a read of an x2APIC register does not show that the APIC was asked",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.out.request = 0;
                   world.out.request_index = 0;
               }));
    add(effect("page-asked-in-secret", {"MSR-W-21"}, "a refused hypercall page does not show that memory was asked",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.out.request = 0;
                   world.out.request_index = 0;
                   world.out.request_value = 0;
               }));

    // VTL1 against VTL0
    add(bitmap("bitmap-forgets-ssp-table", "the bitmap never intercepts INTERRUPT_SSP_TABLE_ADDR (control bit 28)",
               []<class D>(const Situation<D>&, const typename D::Bool& written, const auto& msr) {
                   return written & (msr != 0x6A8);
               }));
    add(bitmap("bitmap-forgets-pl-ssp", "the bitmap never intercepts PL0-PL3_SSP (control bit 27)",
               []<class D>(const Situation<D>&, const typename D::Bool& written, const auto& msr) {
                   return written & ((msr < 0x6A4) | (msr > 0x6A7));
               }));
    add(bitmap("bitmap-intercepts-s-cet-always", "the bitmap intercepts S_CET though nobody claims it",
               []<class D>(const Situation<D>&, const typename D::Bool& written, const auto& msr) {
                   return written | (msr == 0x6A2);
               }));
    add(guard("dispatcher-forgets-claims", {"MSR-W-01", "MSR-W-02", "MSR-W-52"},
              "the dispatcher gives no write to VTL1", never));
    add(bank("works-on-vtl1-bank", "exits work on VTL1's registers, whoever exits", true));
    add(bank("works-on-vtl0-bank", "exits work on VTL0's registers, whoever exits", false));
    add(effect("protected-write-applied", {"MSR-W-02"}, "a claimed write whose message is pending is stored in LSTAR",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vtl.lstar = value_of(s); }));
    add(effect("protected-write-completed", {"MSR-W-01"}, "a claimed write whose message is posted advances RIP",
               advance));
    add(effect("message-cuts-rax", {"MSR-W-01", "MSR-W-02", "MSR-W-52"}, "the message has the low half of RAX only",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.out.intercept.rax = world.out.intercept.rax & 0xFFFFFFFF;
               }));
    add(effect("posts-to-masked-sint", {"MSR-W-02"}, "the message is posted although there is no room",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.out.message = 1;
                   world.vp.intercept_pending = typename D::Bool(false);
               }));
    add(effect("message-after-the-fact", {"MSR-W-02"}, "a pending message comes with RIP behind the instruction",
               advance));
    add(effect("message-for-unclaimed-write", {"MSR-W-36"}, "an unclaimed write of STAR is announced to VTL1",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.message = 1; }));
    add(effect("message-silent", {"MSR-W-01"}, "a posted message interrupts nobody",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.out.interrupt = typename D::Bool(false);
                   world.out.interrupt_vector = 0;
               }));
    add(guard("control-takes-read-bits", {"REG-W-26"}, "any word of CrInterceptControl is accepted, read bits and all",
              []<class D>(const Situation<D>& s, const typename D::Bool& written) {
                  return written | (s.exit.name == register_code("CrInterceptControl"));
              }));
    add(effect("hypercall-for-trusted-sint", {"MSR-W-31"}, "a trusted SINT is set by hypercall too",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.hypercall = hvcall_set_vp_registers;
                   world.out.hypercall_value = value_of(s);
               }));
    add(effect("hypercall-names-too-much", {"TDC-10"}, "the hypercall names the MSR instead of the SINT",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.out.hypercall_register = world.out.hypercall_register + 0x40000090;
               }));
    add(effect("tdcall-any-leaf", {"TDC-04"}, "a TDCALL of any leaf completes",
               []<class D>(const Situation<D>&, World<D>& world) {
                   set(world, Disposition::completed);
                   world.out.event = 0;
               }));
    add(effect("tdcall-function-cut", {"TDC-14"}, "a function number with the low half of WRMSR sets GUEST_OS_ID",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.partition.guest_os_id =
                       D::ite((s.exit.gpr[r11] & 0xFFFFFFFF) == 0x20, s.exit.gpr[r13], world.partition.guest_os_id);
               }));
    add(effect("tdcall-reaches-trusted-synic", {"TDC-09"}, "a TDVMCALL write of SCONTROL sets the trusted one",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vtl.synic.scontrol = s.exit.gpr[r13]; }));

    // Accesses
    add(effect("unknown-read-keeps-rax", {"MSR-R-40"}, "an unknown read leaves RAX as it was",
               []<class D>(const Situation<D>& s, World<D>& world) { world.out.gpr[rax] = s.exit.gpr[rax]; }));
    add(effect("unknown-read-silent", {"MSR-R-40"}, "an unknown read makes no warning attempt", silence));
    add(effect("unknown-read-faults", {"MSR-R-40"}, "an unknown read is #GP",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   drop_effect(s, world);
                   set(world, Disposition::fault_gp);
                   world.out.event = event_gp;
               }));
    add(effect("unknown-write-stored", {"MSR-W-51"}, "an unknown write lands in STAR",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vtl.star = value_of(s); }));
    add(effect(
        "unknown-write-in-log", {"MSR-W-51"}, "the host sees the value of an unknown write instead of the number",
        []<class D>(const Situation<D>& s, World<D>& world) { world.out.log_msr = trunc<32>(s.exit.gpr[rax]); }));
    add(effect("unknown-write-faults", {"MSR-W-51"}, "an unknown write is #GP",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   drop_effect(s, world);
                   set(world, Disposition::fault_gp);
                   world.out.event = event_gp;
               }));
    add(effect("unknown-write-silent", {"MSR-W-51"}, "an unknown write makes no warning attempt", silence));
    add(effect("known-constant-warned", {"MSR-R-39"}, "reading a register known to read 0 makes a warning attempt",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.log_site = 1;
                   world.out.log_msr = trunc<32>(s.exit.gpr[rcx]) ^ 1;
               }));
    add(effect("ignored-write-warned", {"MSR-W-50"}, "writing a register known to ignore it makes a warning attempt",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.log_site = 2;
                   world.out.log_msr = trunc<32>(s.exit.gpr[rcx]);
               }));
    add(effect(
        "read-touches-state", {"MSR-R-24"}, "a read of GUEST_IDLE clears the pending-message flag",
        []<class D>(const Situation<D>&, World<D>& world) { world.vp.intercept_pending = typename D::Bool(false); }));
    add(effect("read-clobbers-rcx", {"MSR-R-25"}, "a read of PAT clears RCX",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.gpr[rcx] = 0; }));
    add(effect("read-keeps-high-half", {"MSR-R-26"}, "a read of CSTAR gives all 64 bits in RAX",
               []<class D>(const Situation<D>&, World<D>& world) { world.out.gpr[rax] = world.vtl.cstar; }));
    add(effect("bios-sign-id-swapped", {"MSR-R-33"}, "the microcode revision is in EAX instead of EDX",
               []<class D>(const Situation<D>&, World<D>& world) {
                   const auto low = world.out.gpr[rax];
                   world.out.gpr[rax] = world.out.gpr[rdx];
                   world.out.gpr[rdx] = low;
               }));
    add(effect("star-also-in-lstar", {"MSR-W-36"}, "a write of STAR is stored in LSTAR as well",
               []<class D>(const Situation<D>&, World<D>& world) { world.vtl.lstar = world.vtl.star; }));
    add(effect("sint-off-by-one", {"MSR-W-31"}, "a write of any SINT is stored in SINT0 as well",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vtl.synic.sint[0] = value_of(s); }));
    add(effect("eom-stored", {"MSR-W-30"}, "a write of EOM lands in SCONTROL",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vtl.synic.scontrol = value_of(s); }));
    add(effect("x2apic-read-outside-mode", {"MSR-R-05"}, "reads in the x2APIC range outside x2APIC mode give 0",
               []<class D>(const Situation<D>&, World<D>& world) {
                   set(world, Disposition::completed);
                   world.out.event = 0;
               }));
    add(effect("x2apic-undefined-asks", {"MSR-R-04"}, "the APIC is asked for a register that it does not define",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.request = 1;
                   world.out.request_index = trunc<32>(s.exit.gpr[rcx]);
               }));
    add(effect("icr-unmasked", {"MSR-W-12"}, "the APIC gets HV_X64_MSR_ICR with its reserved bits",
               []<class D>(const Situation<D>& s, World<D>& world) { world.out.request_value = value_of(s); }));

    // Values
    add(guard("lstar-unchecked", {"MSR-W-38"}, "address registers take any value",
              []<class D>(const Situation<D>& s, const typename D::Bool& written) {
                  return written | (trunc<32>(s.exit.gpr[rcx]) == 0xC0000082);
              }));
    add(effect("canonical-refusal-stored", {"MSR-W-39"}, "a refused address is stored in CSTAR",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vtl.cstar = value_of(s); }));
    add(guard("xss-unchecked", {"MSR-W-46"}, "XSS takes any value",
              []<class D>(const Situation<D>& s, const typename D::Bool& written) {
                  return written | (trunc<32>(s.exit.gpr[rcx]) == 0xDA0);
              }));
    add(guard("pat-unchecked", {"MSR-W-44"}, "PAT takes any value",
              []<class D>(const Situation<D>& s, const typename D::Bool& written) {
                  return written | (trunc<32>(s.exit.gpr[rcx]) == 0x277);
              }));
    add(guard("efer-unchecked", {"MSR-W-34"}, "EFER takes any value",
              []<class D>(const Situation<D>& s, const typename D::Bool& written) {
                  return written | (trunc<32>(s.exit.gpr[rcx]) == 0xC0000080);
              }));
    add(effect("efer-lma-as-written", {"MSR-W-34"}, "EFER.LMA is stored as written",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vtl.efer = value_of(s); }));
    add(effect("efer-entry-control-stays", {"MSR-W-34"}, "the IA-32e entry control does not follow EFER",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.vtl.ia32e_guest = of_vtl<D>(s.before.vtl, s.exit.vtl1).ia32e_guest;
               }));
    add(guard("tsc-aux-unchecked", {"MSR-W-42"}, "TSC_AUX takes any value",
              []<class D>(const Situation<D>& s, const typename D::Bool& written) {
                  return written | (trunc<32>(s.exit.gpr[rcx]) == 0xC0000103);
              }));
    add(effect("tsc-aux-reads-zero", {"MSR-R-28"}, "reading a TSC_AUX that is not there completes",
               []<class D>(const Situation<D>&, World<D>& world) {
                   set(world, Disposition::completed);
                   world.out.event = 0;
               }));
    add(effect("apic-base-bsp-writable", {"MSR-W-03"}, "the BSP bit is stored as written",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vtl.apic_base = value_of(s); }));
    add(guard("apic-base-unchecked", {"MSR-W-03"}, "IA32_APIC_BASE takes any value",
              []<class D>(const Situation<D>& s, const typename D::Bool& written) {
                  return written | (trunc<32>(s.exit.gpr[rcx]) == 0x1B);
              }));
    add(effect("apic-reset-forgotten", {"MSR-W-03"}, "disabling the APIC does not reset it",
               []<class D>(const Situation<D>&, World<D>& world) {
                   world.out.request = 0;
                   world.out.request_index = 0;
                   world.out.request_value = 0;
               }));
    add(guard("hypercall-lock-ignored", {"MSR-W-19"}, "a locked hypercall page can be moved",
              []<class D>(const Situation<D>& s, const typename D::Bool& written) {
                  return written | (trunc<32>(s.exit.gpr[rcx]) == 0x40000001);
              }));
    add(effect("page-refusal-stored", {"MSR-W-29"}, "a SIMP whose page memory refuses is stored",
               []<class D>(const Situation<D>& s, World<D>& world) { world.vtl.synic.simp = value_of(s); }));

    // The log
    add(effect("refused-tdvmcall-silent", {"TDC-13"}, "a TDVMCALL write of another MSR makes no warning attempt",
               silence));
    add(effect("protected-write-silent", {"MSR-W-02"},
               "a claimed write whose message is pending makes no warning attempt", silence));
    add(effect(
        "crash-parameter-in-log", {"MSR-W-17"}, "the host sees the first crash parameter",
        []<class D>(const Situation<D>&, World<D>& world) { world.out.log_msr = trunc<32>(world.vtl.crash[0]); }));
    add(effect("crash-parameters-shared", {"MSR-R-23"}, "VTL0 reads VTL1's crash parameters",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.gpr[rax] = s.before.vtl[1].crash[0] & 0xFFFFFFFF;
               }));
    add(effect(
        "crash-not-notified", {"MSR-W-17"}, "the host is not told of a crash",
        []<class D>(const Situation<D>&, World<D>& world) { world.out.crash_notify = typename D::Bool(false); }));
    add(effect(
        "tdvmcall-value-in-log", {"TDC-13"}, "the host sees the value of a refused TDVMCALL write",
        []<class D>(const Situation<D>& s, World<D>& world) { world.out.log_msr = trunc<32>(s.exit.gpr[r13]); }));
    add(effect("zero-write-not-logged", {"MSR-W-51"}, "an unknown write of 0 makes no warning attempt",
               []<class D>(const Situation<D>& s, World<D>& world) {
                   world.out.log_site = D::ite(value_of(s) == 0, typename D::template Bv<8>(0), world.out.log_site);
               }));
    for (auto& chapter : {register_mutants(), interception_mutants(), vtl_mutants(), host_mutants()}) {
        all.insert(all.end(), chapter.begin(), chapter.end());
    }
    return all;
}

} // namespace

const std::vector<Mutant>& mutants() {
    static const std::vector<Mutant> all = make_mutants();
    return all;
}

const Mutant* find_mutant(std::string_view name) {
    static const std::vector<Mutant> of_clauses = systematic_mutants();
    static const std::vector<Mutant> of_tables = table_mutants();
    for (const std::vector<Mutant>* all : {&mutants(), &of_clauses, &of_tables}) {
        const auto found = std::find_if(all->begin(), all->end(), [&](const Mutant& m) { return m.name == name; });
        if (found != all->end()) {
            return &*found;
        }
    }
    return nullptr;
}

std::vector<Mutant> systematic_mutants() {
    std::vector<Mutant> all;
    for (const ClauseText& clause : clauses) {
        const std::string id(clause.id);
        const auto name = [&](const char* way) { return std::string(way) + ":" + id; };
        all.push_back(guard(name("guard-dropped"), {id}, "applies to its whole family", always));
        all.push_back(guard(name("guard-never"), {id}, "never applies", never));
        all.push_back(effect(name("effect-dropped"), {id}, "does nothing", drop_effect));
        all.push_back(effect(name("rip-moved"), {id}, "also moves RIP by one byte",
                             []<class D>(const Situation<D>&, World<D>& world) { world.out.rip = world.out.rip + 1; }));
        all.push_back(
            effect(name("register-touched"), {id}, "also flips bit 0 of RBX",
                   []<class D>(const Situation<D>&, World<D>& world) { world.out.gpr[rbx] = world.out.gpr[rbx] ^ 1; }));
        all.push_back(
            effect(name("state-touched"), {id}, "also flips bit 0 of STAR",
                   []<class D>(const Situation<D>&, World<D>& world) { world.vtl.star = world.vtl.star ^ 1; }));
        all.push_back(effect(name("log-turned"), {id}, "warns where it was silent, and the other way round",
                             []<class D>(const Situation<D>&, World<D>& world) {
                                 using Bv8 = typename D::template Bv<8>;
                                 world.out.log_site = D::ite(world.out.log_site == 0, Bv8(1), Bv8(0));
                             }));
    }
    return all;
}

} // namespace vtlcheck::proofs
