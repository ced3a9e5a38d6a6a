// Claims on what registers may hold: one rule per register, and the rules as an invariant.
#include "proofs/claims/claims.hpp"
#include "proofs/words.hpp"

namespace vtlcheck::proofs {

using namespace model;

namespace {

/// The register `field` of a VTL, MSR number `msr`, takes the values that satisfy `acceptable` as `stored`, refuses all
/// others with #GP, and no other exit changes it.
template <class Field>
void checked_register(Goal& goal, const std::string& name, std::uint32_t msr, std::uint32_t register_name,
                      Field&& field, const Bool& acceptable, const Bv<64>& stored) {
    const Run& r = goal.run();
    const Bool write = writes(r, msr);
    goal.prove(name + "-accepted", write & acceptable,
               state_becomes(r, [&](State<Symbolic>& s) { set_own(r, s, field, stored); }) & same(r.out, finished(r)));
    goal.prove(name + "-refused", write & !acceptable, state_kept(r) & same(r.out, faulted(r)));
    for (std::size_t v = 0; v < 2; ++v) {
        goal.prove(name + "-of-vtl" + std::to_string(v) + "-changes-so-only",
                   !(field(r.before.vtl[v]) == field(r.after.vtl[v])),
                   (write & (r.exit.vtl1 == Bool(v == 1))) | sets_by_name(r, register_name) |
                       (Bool(register_name == 0x80004) & loads_context(r)));
    }
}

void values(Goal& goal) {
    const Run& r = goal.run();
    goal.prove("reset-of-vp0", valid_state<Symbolic>(r.config, reset_state<Symbolic>(0)));
    goal.prove("reset-of-other-vps", valid_state<Symbolic>(r.config, reset_state<Symbolic>(1)));
    goal.assume_valid_state();
    goal.prove("every-step", valid_exit<Symbolic>(r.config, r.before, r.exit),
               valid_state<Symbolic>(r.config, r.after));
    goal.witness(!same(r.before, r.after) & became(r, Disposition::completed));
}

void efer(Goal& goal) {
    const Run& r = goal.run();
    const Bv<64> value = written(r);
    const Bool write = writes(r, 0xC0000080);
    Bool defined{true};
    for (unsigned n = 0; n < 64; ++n) {
        if (n != 0 && n != 8 && n != 10 && n != 11) {
            defined = defined & !bit(value, n);
        }
    }
    const Bool lme_before = own(r, r.before, [](const auto& vtl) { return bit(vtl.efer, 8); });
    const Bool acceptable = defined & bit(value, 11) & implies(paging(r), bit(value, 8) == lme_before);
    const Bool lma = bit(value, 8) & paging(r);
    const Bv<64> stored = (value & 0xB01) | Symbolic::ite(lma, Bv<64>(0x400), Bv<64>(0));
    goal.prove("accepted", write & acceptable,
               same(r.out, finished(r)) & state_becomes(r, [&](State<Symbolic>& s) {
                   set_own(r, s, [](auto& vtl) -> auto& { return vtl.efer; }, stored);
                   set_own(r, s, [](auto& vtl) -> auto& { return vtl.ia32e_guest; }, lma);
               }));
    goal.prove("refused", write & !acceptable, state_kept(r) & same(r.out, faulted(r)));
    for (std::size_t v = 0; v < 2; ++v) {
        const auto& before = r.before.vtl[v];
        const auto& after = r.after.vtl[v];
        goal.prove("efer-of-vtl" + std::to_string(v) + "-changes-so-only",
                   (before.efer != after.efer) | (before.ia32e_guest ^ after.ia32e_guest),
                   ((write | arrives(r, cr_access)) & (r.exit.vtl1 == Bool(v == 1))) | sets_by_name(r, 0x80001) |
                       sets_by_name(r, 0x40000) | loads_context(r));
        goal.prove("vtl" + std::to_string(v) + "-can-be-entered", (before.efer != after.efer) & write,
                   (bit(after.efer, 10) == after.ia32e_guest) & bit(after.efer, 11) &
                       implies(after.ia32e_guest, bit(after.efer, 8)));
    }
    goal.witness(value == 0xD01);
}

void canonical_addresses(Goal& goal) {
    const Run& r = goal.run();
    const Bv<64> value = written(r);
    const auto extended = [&](unsigned width) {
        return Bool(z3::sext(value.term().extract(width - 1, 0), 64 - width) == value.term());
    };
    const Bool acceptable = Symbolic::ite(r.config.la57, extended(57), extended(48));
    checked_register(goal, "lstar", 0xC0000082, 0x80009, [](auto& v) -> auto& { return v.lstar; }, acceptable, value);
    checked_register(goal, "cstar", 0xC0000083, 0x8000A, [](auto& v) -> auto& { return v.cstar; }, acceptable, value);
    checked_register(
        goal, "sysenter-esp", 0x175, 0x80007, [](auto& v) -> auto& { return v.sysenter_esp; }, acceptable, value);
    checked_register(
        goal, "sysenter-eip", 0x176, 0x80006, [](auto& v) -> auto& { return v.sysenter_eip; }, acceptable, value);
    goal.witness(bit(value, 63));
}

void pat(Goal& goal) {
    const Bv<64> value = written(goal.run());
    Bool acceptable{true};
    for (unsigned i = 0; i < 8; ++i) {
        const Bv<8> type = bits<8>(value, 8 * i);
        acceptable = acceptable & ((type == 0) | (type == 1) | (type == 4) | (type == 5) | (type == 6) | (type == 7));
    }
    checked_register(goal, "pat", 0x277, 0x80004, [](auto& v) -> auto& { return v.pat; }, acceptable, value);
    goal.witness(bits<8>(value, 0) == 1);
}

void xss(Goal& goal) {
    const Run& r = goal.run();
    const Bv<64> value = written(r);
    Bool acceptable{true};
    for (unsigned n = 0; n < 64; ++n) {
        acceptable =
            acceptable & implies(bit(value, n), n >= 10 && n <= 12 ? bit(r.config.xss_supported, n) : Bool(false));
    }
    checked_register(goal, "xss", 0xDA0, 0x8008B, [](auto& v) -> auto& { return v.xss; }, acceptable, value);
    goal.witness(value == 0x1800);
}

void short_registers(Goal& goal) {
    const Run& r = goal.run();
    const Bv<64> value = written(r);
    const Bool upper_clear = bits<32>(value, 32) == 0;
    checked_register(
        goal, "tsc-aux", 0xC0000103, 0x8007B, [](auto& v) -> auto& { return v.tsc_aux; }, upper_clear& r.config.tsc_aux,
        value);
    checked_register(
        goal, "sfmask", 0xC0000084, 0x8000B, [](auto& v) -> auto& { return v.sfmask; }, upper_clear, value);
    goal.prove("no-tsc-aux-read",
               arrives(r, rdmsr) & vtl_exists(r) & kernel_mode(r) & (msr_of(r) == 0xC0000103) & !r.config.tsc_aux,
               state_kept(r) & same(r.out, faulted(r)));
    goal.witness(value == 0x1003);
}

void apic_base(Goal& goal) {
    const Run& r = goal.run();
    const Bv<64> value = written(r);
    const Bv<64> before = own(r, r.before, [](const auto& vtl) { return vtl.apic_base; });
    const Bool write = writes(r, 0x1B);
    Bool defined{true};
    for (unsigned n = 0; n < 64; ++n) {
        if (n != 8 && n != 10 && n != 11 && (n < 12 || n > 35)) {
            defined = defined & !bit(value, n);
        }
    }
    const Bool acceptable = defined & implies(bit(value, 10), bit(value, 11) & r.config.x2apic_capable) &
                            implies(bit(before, 10) & !bit(value, 10), !bit(value, 11));
    // The BSP bit stays what it was.
    const Bv<64> stored = (value & ~std::uint64_t{0x100}) | (before & 0x100);
    const auto field = [](auto& vtl) -> auto& { return vtl.apic_base; };
    goal.prove("stored", write & acceptable,
               state_becomes(r, [&](State<Symbolic>& s) { set_own(r, s, field, stored); }));
    goal.prove("refused", write & !acceptable, state_kept(r) & same(r.out, faulted(r)));
    auto done = finished(r);
    const Bool resets = bit(before, 11) & !bit(value, 11);
    done.request = Symbolic::ite(resets, code(Request::apic_reset), code(Request::none));
    done.request_index = Symbolic::ite(resets, Bv<32>(0x1B), Bv<32>(0));
    done.request_value = Symbolic::ite(resets, stored, Bv<64>(0));
    goal.prove("clearing-enable-resets-the-apic", write & acceptable, same(r.out, done));
    for (std::size_t v = 0; v < 2; ++v) {
        const auto& b = r.before.vtl[v].apic_base;
        const auto& a = r.after.vtl[v].apic_base;
        goal.prove("vtl" + std::to_string(v) + "-changes-so-only", b != a,
                   (write & (r.exit.vtl1 == Bool(v == 1))) | sets_by_name(r, 0x80003));
        goal.prove("vtl" + std::to_string(v) + "-keeps-bsp", Bool(true), bit(b, 8) == bit(a, 8));
    }
    goal.witness(acceptable & resets);
}

/// A page register (note R17), also reached under `register_name` unless that is 0: when a page comes or goes, memory is asked, and it may refuse a page that comes.
/// `field(state, vtl)` is the register.
template <class Field>
void page_register(Goal& goal, const std::string& name, std::uint32_t msr, std::uint32_t register_name,
                   std::uint64_t reserved, bool lockable, Field&& field) {
    const Run& r = goal.run();
    const Bv<64> value = written(r);
    const Bv<64> before = Symbolic::ite(r.exit.vtl1, field(r.before, 1), field(r.before, 0));
    const Bool write = writes(r, msr);
    const Bool locked = lockable ? bit(before, 1) : Bool(false);
    const Bool bad = locked | ((value & reserved) != 0);
    const Bool comes = bit(value, 0) & (!bit(before, 0) | ((value >> 12) != (before >> 12)));
    const Bool goes = !bit(value, 0) & bit(before, 0);
    const auto with_request = [&](Outcome<Symbolic> out) {
        const Bv<64> page = (Symbolic::ite(comes, value, before) >> 12) << 12;
        out.request = Symbolic::ite(comes, code(Request::page_map),
                                    Symbolic::ite(goes, code(Request::page_unmap), code(Request::none)));
        out.request_index = Symbolic::ite(comes | goes, Bv<32>(msr), Bv<32>(0));
        out.request_value = Symbolic::ite(comes | goes, page, Bv<64>(0));
        return out;
    };
    const Bool refused = comes & r.exit.page_refused;
    if (reserved != 0 || lockable) {
        goal.prove(name + "-reserved", write & bad, state_kept(r) & same(r.out, faulted(r)));
    }
    goal.prove(name + "-page-refused", write & !bad & refused, state_kept(r) & same(r.out, with_request(faulted(r))));
    goal.prove(name + "-accepted", write & !bad & !refused,
               same(r.out, with_request(finished(r))) & state_becomes(r, [&](State<Symbolic>& s) {
                   for (std::size_t v = 0; v < 2; ++v) {
                       field(s, v) = Symbolic::ite(r.exit.vtl1 == Bool(v == 1), value, field(s, v));
                   }
               }));
    for (std::size_t v = 0; v < 2; ++v) {
        goal.prove(name + "-of-vtl" + std::to_string(v) + "-changes-so-only", field(r.before, v) != field(r.after, v),
                   (write & (r.exit.vtl1 == Bool(v == 1))) |
                       (register_name == 0 ? Bool(false) : sets_by_name(r, register_name)));
    }
    if (lockable) {
        goal.prove(name + "-stays-locked", bit(field(r.before, 0), 1), field(r.before, 0) == field(r.after, 0));
    }
}

void pages(Goal& goal) {
    const auto hypercall = [](auto& s, std::size_t v) -> auto& { return s.partition[v].hypercall; };
    const auto reference_tsc = [](auto& s, std::size_t v) -> auto& { return s.partition[v].reference_tsc; };
    const auto vp_assist = [](auto& s, std::size_t v) -> auto& { return s.vtl[v].vp_assist; };
    const auto siefp = [](auto& s, std::size_t v) -> auto& { return s.vtl[v].synic.siefp; };
    const auto simp = [](auto& s, std::size_t v) -> auto& { return s.vtl[v].synic.simp; };
    page_register(goal, "hypercall", 0x40000001, 0, 0xFFC, true, hypercall);
    page_register(goal, "reference-tsc", 0x40000021, 0, 0xFFE, false, reference_tsc);
    page_register(goal, "vp-assist", 0x40000073, 0x90013, 0xFFE, false, vp_assist);
    page_register(goal, "siefp", 0x40000082, 0xA0012, 0, false, siefp);
    page_register(goal, "simp", 0x40000083, 0xA0013, 0, false, simp);
    goal.witness(bit(goal.run().before.partition[0].hypercall, 1));
}

} // namespace

std::vector<Claim> value_claims() {
    return {
        {"VALUES",
         "Registers hold only values that their rules accept, so that every VTL can always be entered: so it is at "
         "reset, "
         "and no exit ends it, whatever the configuration.",
         "D3 D9 D12 D14 D27 R33",
         {valid_state_assumption, valid_exit_assumption},
         {"lstar-unchecked", "xss-unchecked", "efer-lma-as-written", "control-takes-read-bits"},
         values},
        {"EFER",
         "IA32_EFER takes SCE, LME and NXE with NXE set and LME unchanged under paging, computes LMA itself, and the "
         "IA-32e "
         "entry control follows; every other value is #GP and nothing else changes EFER.",
         "D3 R21",
         {},
         {"efer-lma-as-written", "efer-entry-control-stays", "efer-unchecked"},
         efer},
        {"CANONICAL",
         "LSTAR, CSTAR, SYSENTER_ESP and SYSENTER_EIP take exactly the addresses that are canonical for the width of "
         "the "
         "processor model.",
         "D12 R22",
         {},
         {"lstar-unchecked", "canonical-refusal-stored"},
         canonical_addresses},
        {"PAT",
         "IA32_PAT takes exactly the values in which every byte is 0, 1, 4, 5, 6 or 7.",
         "R22",
         {},
         {"pat-unchecked", "refused-pat-stored"},
         pat},
        {"XSS",
         "IA32_XSS takes exactly the subsets of the supported bits among 10, 11 and 12.",
         "R22",
         {},
         {"xss-unchecked"},
         xss},
        {"TSC-AUX",
         "IA32_TSC_AUX and IA32_FMASK take exactly the values with bits 63:32 clear, and a processor without "
         "IA32_TSC_AUX "
         "refuses every access to it.",
         "D9 R15 R22",
         {},
         {"tsc-aux-unchecked", "tsc-aux-reads-zero"},
         short_registers},
        {"APIC-BASE",
         "IA32_APIC_BASE takes defined bits only, x2APIC mode only with the APIC enabled and the capability, leaves "
         "x2APIC "
         "mode only by disabling, keeps the BSP bit, and disabling resets the APIC.",
         "R16",
         {},
         {"apic-base-bsp-writable", "apic-base-unchecked", "apic-reset-forgotten"},
         apic_base},
        {"PAGES",
         "A page register asks memory exactly when its page comes, moves or goes; a reserved bit, a lock or memory's "
         "refusal "
         "leaves it as it was; a locked hypercall page stays.",
         "R17",
         {},
         {"hypercall-lock-ignored", "page-refusal-stored", "page-asked-in-secret"},
         pages},
    };
}

} // namespace vtlcheck::proofs
