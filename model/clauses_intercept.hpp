// Clauses of control-register, XCR0 and descriptor-table exits: what VTL1 may claim besides MSRs, and what happens when
// it does not.
#pragma once

#include "model/facts.hpp"

namespace vtlcheck::model {

inline constexpr std::array<ClauseText, 17> intercept_clauses{{
    {"CR-01", "CR exit that cannot happen", "CPL not 0, or neither MOV to CR0 or CR4, CLTS nor LMSW",
     "internal error: all unchanged, #GP(0), one audit record", "D2 R2 P8; tdx/mod.rs:2137"},
    {"CR-02", "CR write claimed by VTL1, message posted",
     "VTL0's write changes a bit of CR0 or CR4 that VTL1 has claimed; VTL1 can take a message",
     "nothing is written, RIP stays; message for VTL1 posted; one warning attempt",
     "D29 P4 P8; hardware_cvm/mod.rs:2513-2521"},
    {"CR-03", "CR write claimed by VTL1, message pending", "as CR-02, but VTL1 cannot take a message",
     "nothing is written, RIP stays; the message is kept; one warning attempt", "D29 P3 P4 P8"},
    {"CR-04", "CR0 write, accepted", "not claimed; the value can be entered",
     "stored without the reserved bits, ET set; EFER.LMA follows", "D27 P8 P24; tdx/mod.rs:3308,3340"},
    {"CR-05", "CR0 write, refused", "not claimed; the value cannot be entered", "#GP", "D27 P8 P24; SDM MOV-CR"},
    {"CR-06", "CR4 write, accepted", "not claimed; the value can be entered, LA57 stays in long mode", "stored",
     "D27 P8 P24; tdx/mod.rs:334,3318"},
    {"CR-07", "CR4 write, refused", "not claimed; the value cannot be entered, or LA57 changes in long mode", "#GP",
     "D27 P8 P24; SDM MOV-CR"},
    {"XCR-01", "XSETBV, refused", "CPL not 0, ECX not 0, CR4.OSXSAVE clear, or a bad XCR0", "#GP",
     "D15 P9 P25; hardware_cvm/mod.rs:3099"},
    {"XCR-02", "XSETBV claimed by VTL1, message posted", "VTL0, good, claimed; VTL1 can take a message",
     "nothing is written, RIP stays; message for VTL1 posted; one warning attempt",
     "D15 D29 P4 P9; hardware_cvm/mod.rs:2522"},
    {"XCR-03", "XSETBV claimed by VTL1, message pending", "as XCR-02, but VTL1 cannot take a message",
     "nothing is written, RIP stays; the message is kept; one warning attempt", "D29 P3 P4 P9"},
    {"XCR-04", "XSETBV", "good, not claimed", "stored; the kernel is asked to load it", "D15 P9; tdx/mod.rs:2186-2204"},
    {"DT-01", "Descriptor-table exit that is not armed",
     "VTL1's access, or VTL1 claims no descriptor-table load of this VP",
     "internal error: all unchanged, #GP(0), one audit record", "D2 P7 P10"},
    {"DT-02", "Descriptor-table load claimed by VTL1, message posted",
     "LGDT, LIDT, LLDT or LTR that VTL1 claims; VTL1 can take a message",
     "RIP stays; message for VTL1 posted; one warning attempt", "D29 P4 P10; tdx/mod.rs:2323-2356"},
    {"DT-03", "Descriptor-table load claimed by VTL1, message pending", "as DT-02, but VTL1 cannot take a message",
     "RIP stays; the message is kept; one warning attempt", "D29 P3 P4 P10"},
    {"DT-04", "Descriptor-table load that VTL1 does not claim", "armed for another load's sake",
     "the instruction emulator's work", "P10; tdx/mod.rs:2323-2356"},
    {"DT-05", "Descriptor-table store", "SGDT, SIDT, SLDT or STR, armed for a load's sake",
     "the instruction emulator's work", "P10; tdx/mod.rs:2323-2356"},
    {"CR-08", "CR0 write that changes the paging mode", "as CR-04, and LMA changes with PG",
     "as CR-04; the IA-32e entry control follows", "D3 P8 P24; tdx/mod.rs:3340"},
}};

template <class D, class Reading>
void intercept_family(Book<D, World<D>, Reading>& book, const Facts<D>& in, const Effects<D>& effect, World<D>& world,
                      const Served<D>& served, ClauseIndex base) {
    using Bool = typename D::Bool;
    using Bv64 = typename D::template Bv<64>;
    const auto id = [base](ClauseIndex i) { return static_cast<ClauseIndex>(base + i); };
    constexpr auto at = [](std::string_view name) consteval { return index_in(intercept_clauses, name, 0); };
    const auto& exit = in.exit;
    const auto fault = [&] { effect.fault_gp(); };
    const auto impossible = [&] {
        effect.internal_error();
        effect.queue_gp();
    };
    const auto claim = [&](const auto& number, const Bv64& value) {
        effect.intercept(message_type_register, number, 0, value);
        effect.log(LogSite::protected_register, number, value);
    };
    const auto claims = [&](unsigned n) { return !exit.vtl1 & controls<D>(in.vp, n); };
    using Bv32 = typename D::template Bv<32>;

    book.family(served.cr_access, [&] {
        const auto& qualification = exit.info[info_rcx];
        const auto number = qualification & 0xF;
        const auto type = (qualification >> 4) & 3;
        const Bool mov = (type == 0) & ((number == 0) | (number == 4));
        const Bool clts = type == 2;
        const Bool lmsw = type == 3;
        const Bool possible = (in.cpl == 0) & (mov | clts | lmsw);
        const Bool is_cr4 = mov & (number == 4);

        const auto source = select<D>(exit.gpr, trunc<32>(qualification >> 8) & 0xF);
        const auto status_word = (exit.cr0 & ~std::uint64_t{0xE}) | ((qualification >> 16) & 0xF);
        const auto value = D::ite(mov, source, D::ite(clts, exit.cr0 & ~cr0_ts, status_word));
        const auto changed = D::ite(is_cr4, exit.cr4, exit.cr0) ^ value;
        const Bool claimed = D::ite(is_cr4, claims(1) & ((changed & in.vp.cr4_mask) != 0),
                                    claims(0) & ((changed & in.vp.cr0_mask) != 0));
        const auto name = D::ite(is_cr4, Bv32(register_cr4), Bv32(register_cr0));

        book.clause(id(at("CR-01")), !possible, impossible);
        book.clause(id(at("CR-02")), possible & claimed & in.postable(), [&] { claim(name, value), effect.post(); });
        book.clause(id(at("CR-03")), possible & claimed & !in.postable(), [&] { claim(name, value), effect.keep(); });

        const auto cr0 = written_cr0<D>(value);
        const Bool cr0_ok = valid_cr0<D>(cr0) & entry_rule<D>(cr0, exit.cr4, in.vtl.efer, exit.rflags);
        const Bool lma = long_mode_active<D>(in.vtl.efer, cr0);
        const Bool lma_changes = lma ^ ((in.vtl.efer & efer_lma) != 0);
        const auto store_cr0 = [&] {
            effect.complete();
            world.vtl.cr0 = cr0;
            world.vtl.efer = with_lma<D>(in.vtl.efer, cr0);
            world.vtl.ia32e_guest = lma;
        };
        const Bool unclaimed = possible & !claimed;
        book.clause(id(at("CR-04")), unclaimed & !is_cr4 & cr0_ok & !lma_changes, store_cr0);
        book.clause(id(at("CR-08")), unclaimed & !is_cr4 & cr0_ok & lma_changes, store_cr0);
        book.clause(id(at("CR-05")), unclaimed & !is_cr4 & !cr0_ok, fault);

        const Bool la57_stays = !in.long_mode | (((exit.cr4 ^ value) & cr4_la57) == 0);
        const Bool cr4_ok =
            valid_cr4<D>(in.config, value) & entry_rule<D>(exit.cr0, value, in.vtl.efer, exit.rflags) & la57_stays;
        book.clause(id(at("CR-06")), unclaimed & is_cr4 & cr4_ok, [&] {
            effect.complete();
            world.vtl.cr4 = value;
        });
        book.clause(id(at("CR-07")), unclaimed & is_cr4 & !cr4_ok, fault);
    });

    book.family(served.xsetbv, [&] {
        const Bool good = (in.cpl == 0) & (trunc<32>(exit.gpr[rcx]) == 0) & ((exit.cr4 & cr4_osxsave) != 0) &
                          valid_xcr0<D>(in.config, in.value);
        const Bool claimed = claims(2);
        const Bv32 name(register_xfem);
        book.clause(id(at("XCR-01")), !good, fault);
        book.clause(id(at("XCR-02")), good & claimed & in.postable(), [&] { claim(name, in.value), effect.post(); });
        book.clause(id(at("XCR-03")), good & claimed & !in.postable(), [&] { claim(name, in.value), effect.keep(); });
        book.clause(id(at("XCR-04")), good & !claimed, [&] {
            effect.complete();
            world.vp.xcr0 = in.value;
            effect.request(Request::register_write, name, in.value);
            world.out.request_vtl = D::ite(exit.vtl1, typename D::template Bv<8>(1), typename D::template Bv<8>(0));
        });
    });

    book.family(served.descriptor, [&] {
        const Bool armed = descriptor_table_exiting<D>(in.vp, exit.vtl1);
        const auto identity = (exit.info[info_r11] >> 28) & 3;
        const Bool second = in.reason_is(reason_ldtr_tr);
        const Bool load = identity >= 2;
        const Bool odd = bit(identity, 0); // IDTR, TR
        const Bool claimed = D::ite(second, D::ite(odd, claims(18), claims(17)), D::ite(odd, claims(16), claims(15)));
        const auto name = D::ite(second, D::ite(odd, Bv32(register_code("Tr")), Bv32(register_code("Ldtr"))),
                                 D::ite(odd, Bv32(register_code("Idtr")), Bv32(register_code("Gdtr"))));
        book.clause(id(at("DT-01")), !armed, impossible);
        book.clause(id(at("DT-02")), armed & load & claimed & in.postable(), [&] { claim(name, 0), effect.post(); });
        book.clause(id(at("DT-03")), armed & load & claimed & !in.postable(), [&] { claim(name, 0), effect.keep(); });
        book.clause(id(at("DT-04")), armed & load & !claimed, [&] { effect.disposition(Disposition::emulate); });
        book.clause(id(at("DT-05")), armed & !load, [&] { effect.disposition(Disposition::emulate); });
    });
}

} // namespace vtlcheck::model
