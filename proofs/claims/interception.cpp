// Claims on what VTL1 claims besides MSRs, and its messages.
#include "proofs/claims/claims.hpp"
#include "proofs/noninterference.hpp"
#include "proofs/words.hpp"

namespace vtlcheck::proofs {

using namespace model;

namespace {

constexpr std::uint32_t name_cr0 = 0x40000;
constexpr std::uint32_t name_cr4 = 0x40003;
constexpr std::uint32_t name_xfem = 0x40005;
constexpr std::uint32_t name_ldtr = 0x60006;
constexpr std::uint32_t name_tr = 0x60007;
constexpr std::uint32_t name_idtr = 0x70000;
constexpr std::uint32_t name_gdtr = 0x70001;

/// VTL1 has set bit `n` of its control word, and the exit is VTL0's.
Bool asked_for(const VpShared<Symbolic>& vp, unsigned n) { return vp.vtl1_present & bit(vp.intercept_control, n); }
Bool asked_for(const Run& r, unsigned n) { return of_vtl0(r) & asked_for(r.before.vp, n); }

// ---- control-register exits (note P8) ----

const Bv<64>& qualification(const Run& r) { return r.exit.info[info_rcx]; }
Bool access_is(const Run& r, std::uint64_t type) { return number_in(qualification(r), 5, 4) == type; }
Bool moves_to(const Run& r, std::uint64_t cr) { return access_is(r, 0) & (number_in(qualification(r), 3, 0) == cr); }
Bool clts(const Run& r) { return access_is(r, 2); }
Bool lmsw(const Run& r) { return access_is(r, 3); }
Bool serves_cr(const Run& r) { return arrives(r, cr_access) & vtl_exists(r) & kernel_mode(r); }
Bool writes_cr0(const Run& r) { return serves_cr(r) & (moves_to(r, 0) | clts(r) | lmsw(r)); }
Bool writes_cr4(const Run& r) { return serves_cr(r) & moves_to(r, 4); }
/// The register that MOV to CR takes.
Bv<64> source(const Run& r) {
    Bv<64> value = r.exit.gpr[0];
    for (std::size_t n = 1; n < 16; ++n) {
        value = Symbolic::ite(number_in(qualification(r), 11, 8) == n, r.exit.gpr[n], value);
    }
    return value;
}
/// What the instruction asks CR0 to become.
Bv<64> new_cr0(const Run& r) {
    const Bv<64>& cr0 = r.exit.cr0;
    const Bv<64> word = number_in(qualification(r), 31, 16);
    const Bv<64> loaded = (cr0 & ~std::uint64_t{0xF}) | (word & 0xE) | ((cr0 | word) & 1);
    return Symbolic::ite(clts(r), cr0 & ~std::uint64_t{8}, Symbolic::ite(lmsw(r), loaded, source(r)));
}
Bool hits(const Bv<64>& before, const Bv<64>& after, const Bv<64>& mask) { return ((before ^ after) & mask) != 0; }
Bool cr0_claimed(const Run& r) {
    return writes_cr0(r) & asked_for(r, 0) & hits(r.exit.cr0, new_cr0(r), r.before.vp.cr0_mask);
}
Bool cr4_claimed(const Run& r) {
    return writes_cr4(r) & asked_for(r, 1) & hits(r.exit.cr4, source(r), r.before.vp.cr4_mask);
}

// ---- XSETBV (note P9, decision D15) ----

Bool good_xcr0(const Run& r, const Bv<64>& value) {
    const auto on = [&](unsigned n) { return bit(value, n); };
    Bool supported{true};
    for (unsigned n = 1; n < 64; ++n) {
        supported = supported & implies(on(n), bit(r.config.xcr0_supported, n));
    }
    const Bool avx512 = on(5) | on(6) | on(7);
    return on(0) & supported & implies(on(2), on(1)) & (on(3) == on(4)) &
           implies(avx512, on(5) & on(6) & on(7) & on(2)) & (on(17) == on(18));
}
Bool served_xsetbv(const Run& r) { return arrives(r, xsetbv) & vtl_exists(r); }
Bool good_xsetbv(const Run& r) {
    return served_xsetbv(r) & kernel_mode(r) & (msr_of(r) == 0) & bit(r.exit.cr4, 18) & good_xcr0(r, written(r));
}
Bool xcr0_claimed(const Run& r) { return good_xsetbv(r) & asked_for(r, 2); }

// ---- descriptor tables (note P10) ----

struct Table {
    const char* name;
    std::uint16_t reason;
    unsigned odd;     ///< bit 28 of the instruction information
    unsigned control; ///< bit of the control word
    std::uint32_t register_name;
};
constexpr auto tables = std::to_array<Table>({{"gdtr", gdtr_idtr, 0, 15, name_gdtr},
                                              {"idtr", gdtr_idtr, 1, 16, name_idtr},
                                              {"ldtr", ldtr_tr, 0, 17, name_ldtr},
                                              {"tr", ldtr_tr, 1, 18, name_tr}});
/// An access of the table, a load if bit 29 is set.
Bool accesses(const Run& r, const Table& table) {
    return arrives(r, table.reason) & vtl_exists(r) & (bit(r.exit.info[info_r11], 28) == Bool(table.odd == 1));
}
Bool is_load(const Run& r) { return bit(r.exit.info[info_r11], 29); }
Bool some_table_asked_for(const VpShared<Symbolic>& vp) {
    return vp.vtl1_present & ((vp.intercept_control & 0x78000) != 0);
}
Bool table_claimed(const Run& r) {
    Bool claimed{false};
    for (const Table& table : tables) {
        claimed = claimed | (accesses(r, table) & is_load(r) & asked_for(r, table.control));
    }
    return claimed;
}
Bool table_access(const Run& r) { return (arrives(r, gdtr_idtr) | arrives(r, ldtr_tr)) & vtl_exists(r); }

Bool register_claimed(const Run& r) { return cr0_claimed(r) | cr4_claimed(r) | xcr0_claimed(r) | table_claimed(r); }

/// VTL1 can take a message (note R25).
Bool room(const Run& r) {
    const auto& synic = r.before.vtl[1].synic;
    return bit(synic.simp, 0) & !bit(synic.sint[0], 16) & !bit(synic.sint[0], 20) & !r.exit.slot_busy;
}

/// How a message is posted if there is room.
void post(const Run& r, Outcome<Symbolic>& out, const Bool& when) {
    const auto& sint0 = r.before.vtl[1].synic.sint[0];
    out.interrupt = when & !bit(sint0, 18);
    out.interrupt_vector = Symbolic::ite(out.interrupt, bits<8>(sint0, 0), Bv<8>(0));
}

// ---- claims ----

/// What VTL1 does to VTL0's registers from any state: SetVpRegisters of one register of its own, in registers.
void sets_own(Exit<Symbolic>& exit, std::uint32_t name, const Bv<64>& value) {
    exit.kind = 0;
    exit.vtl1 = Bool(true);
    exit.info[info_rax] = 0x12;
    exit.info[info_r12] = 0;
    exit.gpr[rcx] = 0x1'0001'0051;
    exit.partition_id = ~std::uint64_t{0};
    exit.target_vp = 0xFFFFFFFE;
    exit.target_vtl = 0;
    exit.name = name;
    exit.value = value;
}

void armed_cr(Goal& goal) {
    const Run& r = goal.run();
    const Bv<64> cr0_always(~std::uint64_t{0x5001E}); // all but MP, EM, TS, ET, WP, AM
    const Bv<64> cr4_always = ~(r.config.cr4_allowed & 0xB71FBF);
    const auto cr0_word = [&](const VpShared<Symbolic>& vp) {
        return Symbolic::ite(asked_for(vp, 0), cr0_always | vp.cr0_mask, cr0_always);
    };
    const auto cr4_word = [&](const VpShared<Symbolic>& vp) {
        return Symbolic::ite(asked_for(vp, 1), cr4_always | vp.cr4_mask, cr4_always);
    };
    const Bool vtl0(false);
    const Bool vtl1(true);
    const auto cr0_mask = [&](const VpShared<Symbolic>& vp) { return cr0_guest_host_mask<Symbolic>(vp, vtl0); };
    const auto cr4_mask = [&](const VpShared<Symbolic>& vp) {
        return cr4_guest_host_mask<Symbolic>(r.config, vp, vtl0);
    };
    const auto table_exits = [&](const VpShared<Symbolic>& vp) { return descriptor_table_exiting<Symbolic>(vp, vtl0); };
    const auto& after = r.after.vp;
    goal.prove("vtl0-as-registered", (cr0_mask(after) == cr0_word(after)) & (cr4_mask(after) == cr4_word(after)) &
                                         (table_exits(after) == some_table_asked_for(after)));
    goal.prove("vtl1-as-ever", (cr0_guest_host_mask<Symbolic>(after, vtl1) == cr0_always) &
                                   (cr4_guest_host_mask<Symbolic>(r.config, after, vtl1) == cr4_always) &
                                   !descriptor_table_exiting<Symbolic>(after, vtl1));
    // What VTL1 claims exits.
    goal.prove("claimed-cr0-bits-exit", cr0_claimed(r), hits(r.exit.cr0, new_cr0(r), cr0_mask(r.before.vp)));
    goal.prove("claimed-cr4-bits-exit", cr4_claimed(r), hits(r.exit.cr4, source(r), cr4_mask(r.before.vp)));
    goal.prove("claimed-tables-exit", table_claimed(r), table_exits(r.before.vp));

    // Registering arms, whatever was registered before it.
    const Bv<64>& v = r.exit.value;
    const auto& vp = r.before.vp;
    const auto sets = [&](std::uint32_t name) {
        return sets_by_name(r, name) & of_vtl1(r) & vp.vtl1_present &
               (became(r, Disposition::continued) |
                (became(r, Disposition::completed) & (bits<16>(r.out.gpr[rax], 0) == 0)));
    };
    const auto with = [](const Bv<64>& always, const Bool& when, const Bv<64>& mask) {
        return Symbolic::ite(when, always | mask, always);
    };
    goal.prove("control-word-arms", sets(0xE0000),
               (cr0_mask(after) == with(cr0_always, bit(v, 0), vp.cr0_mask)) &
                   (cr4_mask(after) == with(cr4_always, bit(v, 1), vp.cr4_mask)) &
                   (table_exits(after) == (number_in(v, 18, 15) != 0)));
    goal.prove("cr0-mask-arms", sets(0xE0001),
               (cr0_mask(after) == with(cr0_always, bit(vp.intercept_control, 0), v)) &
                   (cr4_mask(after) == cr4_mask(vp)) & (table_exits(after) == table_exits(vp)));
    goal.prove("cr4-mask-arms", sets(0xE0002),
               (cr4_mask(after) == with(cr4_always, bit(vp.intercept_control, 1), v)) &
                   (cr0_mask(after) == cr0_mask(vp)) & (table_exits(after) == table_exits(vp)));
    // Mask and then control word, or the other way round.
    const auto set_mask = [&](Exit<Symbolic>& exit) { sets_own(exit, 0xE0001, r.exit.value); };
    const auto set_control = [&](Exit<Symbolic>& exit) { sets_own(exit, 0xE0000, r.exit.value_high); };
    const Run& mask_first =
        narrowed(goal, "mask first", [&](State<Symbolic>&, Exit<Symbolic>& exit) { set_mask(exit); });
    const Run& then_control = followed(goal, "then control", mask_first, set_control);
    const Run& control_first =
        narrowed(goal, "control first", [&](State<Symbolic>&, Exit<Symbolic>& exit) { set_control(exit); });
    const Run& then_mask = followed(goal, "then mask", control_first, set_mask);
    const Observation armed{
        .name = "what is armed",
        .observers = {Domain::vtl0, Domain::vtl1},
        .state = [&](Seen& seen,
                     const State<Symbolic>& s) { seen.each(cr0_mask(s.vp), cr4_mask(s.vp), table_exits(s.vp)); },
        .outcome = {}};
    same_effect(goal, "order-does-not-matter", vp.vtl1_present, then_control, then_mask, armed);
    goal.witness(vp.vtl1_present & bit(vp.intercept_control, 1) & (vp.cr4_mask != 0));
}

void cr_claim(Goal& goal) {
    const Run& r = goal.run();
    const Bool given = became(r, Disposition::intercepted);
    goal.prove("cr0", writes_cr0(r), given == cr0_claimed(r));
    goal.prove("cr4", writes_cr4(r), given == cr4_claimed(r));
    const auto& vp = r.before.vp;
    const Bv<64>& cr0 = r.exit.cr0;
    // The short forms, by their bits.
    goal.prove("clts", serves_cr(r) & clts(r), given == (asked_for(r, 0) & bit(vp.cr0_mask, 3) & bit(cr0, 3)));
    Bool loads{false};
    for (unsigned n = 0; n < 4; ++n) {
        const Bool to = bit(qualification(r), 16 + n);
        const Bool changes = n == 0 ? to & !bit(cr0, 0) : to ^ bit(cr0, n); // LMSW cannot clear PE
        loads = loads | (bit(vp.cr0_mask, n) & changes);
    }
    goal.prove("lmsw", serves_cr(r) & lmsw(r), given == (asked_for(r, 0) & loads));
    goal.prove("xcr0", served_xsetbv(r), given == xcr0_claimed(r));
    for (const Table& table : tables) {
        goal.prove(table.name, accesses(r, table), given == (is_load(r) & asked_for(r, table.control)));
    }
    // Both directions of defect class K20.
    goal.prove("not-without-control", serves_cr(r) & !asked_for(r, 0) & !asked_for(r, 1), !given);
    goal.prove("not-without-a-bit-of-the-mask", serves_cr(r) & (vp.cr0_mask == 0) & (vp.cr4_mask == 0), !given);
    goal.prove("nothing-else", given & !arrives(r, wrmsr), register_claimed(r));
    goal.witness(given);
}

void cr_protected(Goal& goal) {
    const Run& r = goal.run();
    const auto expected = [&](const Bv<32>& name, const Bv<64>& value) {
        auto out = nothing(r, Disposition::intercepted);
        out.message = Symbolic::ite(room(r), code(Message::posted), code(Message::pending));
        post(r, out, room(r));
        out.log_site = code(LogSite::protected_register);
        out.log_msr = name;
        out.log_value = value;
        const auto& cs = r.exit.info[info_rsi];
        out.message_vp = r.exit.vp;
        out.intercept.type = 0x80010006;
        out.intercept.length = bits<8>(r.exit.info[info_r11], 32);
        out.intercept.access = 1;
        const Bool lma = bit(r.before.vtl[0].efer, 8) & paging(r);
        out.intercept.state = (bits<16>(r.exit.info[info_r12], 0) & 3) | Symbolic::ite(lma, Bv<16>(0x10), Bv<16>(0));
        out.intercept.cs_base = r.exit.info[info_rdi];
        out.intercept.cs_limit = bits<32>(cs, 32);
        out.intercept.cs_selector = bits<16>(cs, 0);
        out.intercept.cs_attributes = bits<16>(cs, 16);
        out.intercept.rip = r.exit.rip;
        out.intercept.rflags = r.exit.rflags;
        out.intercept.number = name;
        out.intercept.rax = value;
        return out;
    };
    const Bool claimed = register_claimed(r);
    goal.prove("no-effect-on-state", claimed, state_becomes(r, [&](State<Symbolic>& s) {
                   s.vp.intercept_pending = r.after.vp.intercept_pending;
                   s.vp.pending = r.after.vp.pending;
               }));
    goal.prove("no-effect-on-registers", claimed, registers_kept(r) & asked(r, Request::none));
    goal.prove("cr0-message", cr0_claimed(r), same(r.out, expected(name_cr0, new_cr0(r))));
    goal.prove("cr4-message", cr4_claimed(r), same(r.out, expected(name_cr4, source(r))));
    goal.prove("xcr0-message", xcr0_claimed(r), same(r.out, expected(name_xfem, written(r))));
    for (const Table& table : tables) {
        goal.prove(std::string(table.name) + "-message", accesses(r, table) & is_load(r) & asked_for(r, table.control),
                   same(r.out, expected(table.register_name, 0)));
    }
    goal.prove("pending-flag-follows", claimed, r.after.vp.intercept_pending == !room(r));
    goal.prove("kept-as-reported", claimed & !room(r), same_message(r.after.vp.pending, r.out.intercept));
    goal.prove("posted-is-not-kept", claimed & room(r), same_message(r.after.vp.pending, {}));
    goal.witness(room(r) & arrives(r, cr_access));
}

void cr_write(Goal& goal) {
    const Run& r = goal.run();
    const Bv<64> efer = own(r, r.before, [](const auto& vtl) { return vtl.efer; });
    // SDM 26.3.1, as far as it ties control registers together.
    const auto can_be_entered = [&](const Bv<64>& cr0, const Bv<64>& cr4) {
        const Bool lma = bit(efer, 8) & bit(cr0, 31);
        return implies(lma, bit(cr4, 5)) & implies(bit(cr4, 17), lma) & implies(bit(cr4, 23), bit(cr0, 16)) &
               implies(bit(r.exit.rflags, 17), bit(cr0, 0) & !lma);
    };
    const Bool cr0_write = writes_cr0(r) & !cr0_claimed(r);
    // Reserved bits are dropped without a word, ET is 1.
    Bv<64> cr0 = new_cr0(r) | 0x10;
    for (unsigned n = 0; n < 29; ++n) {
        if ((n > 5 && n < 16) || n == 17 || n > 18) {
            cr0 = cr0 & ~(std::uint64_t{1} << n);
        }
    }
    const Bool good_cr0 = (number_in(cr0, 63, 32) == 0) & implies(bit(cr0, 31), bit(cr0, 0)) &
                          implies(bit(cr0, 29), bit(cr0, 30)) & can_be_entered(cr0, r.exit.cr4);
    const Bool lma = bit(efer, 8) & bit(cr0, 31);
    const Bv<64> efer_after = (efer & ~std::uint64_t{0x400}) | Symbolic::ite(lma, Bv<64>(0x400), Bv<64>(0));
    goal.prove("cr0-accepted", cr0_write & good_cr0,
               state_becomes(r, [&](State<Symbolic>& s) {
                   set_own(r, s, [](auto& vtl) -> auto& { return vtl.cr0; }, cr0);
                   set_own(r, s, [](auto& vtl) -> auto& { return vtl.efer; }, efer_after);
                   set_own(r, s, [](auto& vtl) -> auto& { return vtl.ia32e_guest; }, lma);
               }) & same(r.out, finished(r)));
    goal.prove("cr0-refused", cr0_write & !good_cr0, state_kept(r) & same(r.out, faulted(r)));

    const Bool cr4_write = writes_cr4(r) & !cr4_claimed(r);
    const Bv<64> cr4 = source(r);
    Bool permitted{true};
    for (unsigned n = 0; n < 64; ++n) {
        const bool served = n < 13 || (n >= 16 && n <= 18) || (n >= 20 && n <= 21) || n == 23;
        permitted = permitted & (served ? implies(bit(cr4, n), bit(r.config.cr4_allowed, n)) : !bit(cr4, n));
    }
    const Bool la57_stays = implies(bit(efer, 8) & paging(r), bit(cr4, 12) == bit(r.exit.cr4, 12));
    const Bool good_cr4 = permitted & can_be_entered(r.exit.cr0, cr4) & la57_stays;
    goal.prove("cr4-accepted", cr4_write & good_cr4, state_becomes(r, [&](State<Symbolic>& s) {
                                                         set_own(r, s, [](auto& vtl) -> auto& { return vtl.cr4; }, cr4);
                                                     }) & same(r.out, finished(r)));
    goal.prove("cr4-refused", cr4_write & !good_cr4, state_kept(r) & same(r.out, faulted(r)));
    goal.prove("vtl1-is-never-intercepted", serves_cr(r) & of_vtl1(r), !became(r, Disposition::intercepted));
    goal.prove("no-other-cr-access", serves_cr(r) & !writes_cr0(r) & !writes_cr4(r),
               became(r, Disposition::internal_error) & state_kept(r) & registers_kept(r));
    goal.witness(bit(cr0, 31) & !paging(r) & bit(efer, 8));
}

void xcr0(Goal& goal) {
    const Run& r = goal.run();
    goal.prove("refused", served_xsetbv(r) & !good_xsetbv(r), state_kept(r) & same(r.out, faulted(r)));
    auto done = finished(r);
    done.request = code(Request::register_write);
    done.request_index = name_xfem;
    done.request_value = written(r);
    done.request_vtl = Symbolic::ite(of_vtl1(r), Bv<8>(1), Bv<8>(0));
    goal.prove("stored", good_xsetbv(r) & !xcr0_claimed(r),
               state_becomes(r, [&](State<Symbolic>& s) { s.vp.xcr0 = written(r); }) & same(r.out, done));
    goal.prove("a-bad-value-is-not-shown-to-vtl1", served_xsetbv(r) & !good_xsetbv(r), r.out.message == 0);
    // The rule, feature by feature.
    const Bool stores = served_xsetbv(r) & became(r, Disposition::completed);
    const Bv<64> value = written(r);
    goal.prove("x87-always", stores, bit(r.after.vp.xcr0, 0) & (r.after.vp.xcr0 == value));
    goal.prove("supported-only", stores, (value & ~r.config.xcr0_supported & ~std::uint64_t{1}) == 0);
    goal.prove("no-avx-without-sse", stores, implies(bit(value, 2), bit(value, 1)));
    goal.prove("no-avx-512-without-avx", stores, implies(number_in(value, 7, 5) != 0, bit(value, 2)));
    goal.prove("mpx-avx-512-and-amx-as-a-whole", stores,
               ((number_in(value, 4, 3) == 0) | (number_in(value, 4, 3) == 3)) &
                   ((number_in(value, 7, 5) == 0) | (number_in(value, 7, 5) == 7)) &
                   ((number_in(value, 18, 17) == 0) | (number_in(value, 18, 17) == 3)));
    goal.witness(kernel_mode(r) & (msr_of(r) == 0) & bit(r.exit.cr4, 18) & bit(value, 0));
}

void descriptor_tables(Goal& goal) {
    const Run& r = goal.run();
    const Bool armed = of_vtl0(r) & some_table_asked_for(r.before.vp);
    const Bool access = table_access(r);
    const auto emulated = state_kept(r) & same(r.out, nothing(r, Disposition::emulate));
    goal.prove("stores-are-the-emulators", access & armed & !is_load(r), emulated);
    goal.prove("unclaimed-loads-are-the-emulators", access & armed & is_load(r) & !table_claimed(r), emulated);
    goal.prove("emulator-only-there", became(r, Disposition::emulate), access & armed & !table_claimed(r));
    goal.prove("unarmed-is-an-internal-error", access & !armed,
               became(r, Disposition::internal_error) & state_kept(r) & registers_kept(r));
    goal.witness(is_kind(r, Kind::l2_exit));
}

void message_kept(Goal& goal) {
    const Run& r = goal.run();
    const auto& before = r.before.vp;
    const auto& after = r.after.vp;
    const InterceptMessage<Symbolic> empty;
    const Bool queued = r.out.message != 0;
    const Bool posted = r.out.message == code(Message::posted);
    const Bool pending = r.out.message == code(Message::pending);
    goal.prove("a-message-is-all-that-changes", queued, registers_kept(r) & state_becomes(r, [&](State<Symbolic>& s) {
                                                            s.vp.intercept_pending = after.intercept_pending;
                                                            s.vp.pending = after.pending;
                                                        }));
    goal.prove("kept-with-its-contents", pending,
               after.intercept_pending & same_message(after.pending, r.out.intercept));
    goal.prove("posted-is-not-kept", posted, !after.intercept_pending & same_message(after.pending, empty));
    goal.prove("otherwise-kept-as-it-is", !queued,
               (after.intercept_pending == before.intercept_pending) & same_message(after.pending, before.pending));
    goal.prove("never-lost", before.intercept_pending & !after.intercept_pending, posted);
    const Bool delivers = is_kind(r, Kind::deliver_message);
    auto delivered = nothing(r, Disposition::accepted);
    delivered.message = code(Message::posted);
    delivered.message_vp = r.exit.vp;
    delivered.intercept = before.pending;
    post(r, delivered, Bool(true));
    goal.prove("delivered-as-kept", delivers & before.intercept_pending & room(r), same(r.out, delivered));
    auto refused = nothing(r, Disposition::refused);
    refused.error = Symbolic::ite(before.intercept_pending, Bv<16>(0x19), Bv<16>(5));
    goal.prove("not-delivered", delivers & !(before.intercept_pending & room(r)), state_kept(r) & same(r.out, refused));
    // Nothing is kept where nothing is pending: so it is at reset, and no step ends it.
    goal.prove("nothing-kept-without-a-message", (before.intercept_pending | same_message(before.pending, empty)),
               after.intercept_pending | same_message(after.pending, empty));
    // Exactly once.
    const Run& again =
        followed(goal, "again", r, [](Exit<Symbolic>& exit) { exit.kind = code(Kind::deliver_message); });
    goal.prove("delivered-once", delivers & posted,
               became(again, Disposition::refused) & (again.out.error == 5) & (again.out.message == 0));
    // VTL0 runs into the same write again and again while the slot is busy: whatever was kept, the last message is.
    const Holding kept{"message kept of an earlier write", {Domain::vtl0}, [](Cells& cells, Start& start) {
                           cells.add("intercept_pending", start.before.vp.intercept_pending);
                           InterceptMessage<Symbolic>::visit("", cells, start.before.vp.pending);
                       }};
    Pair repeated(goal, r, {kept}, "repeated");
    repeated.output_consistent("a-repeat-is-told-alike", pending, everything());
    repeated.step_consistent("a-repeat-queues-nothing-more", pending, everything());
    goal.prove("vtl0-is-not-entered-meanwhile", after.intercept_pending, next_entry<Symbolic>(after) != 0);
    goal.prove("entered-next", next_entry<Symbolic>(after) ==
                                   Symbolic::ite(after.active_vtl1, Bv<8>(1),
                                                 Symbolic::ite(after.intercept_pending, Bv<8>(2), Bv<8>(0))));
    goal.witness(pending & arrives(r, cr_access));
}

} // namespace

std::vector<Claim> interception_claims() {
    return {
        {"ARMED-CR",
         "At every state the bits of CR0 and CR4 whose change exits and the descriptor-table exits are exactly the "
         "documented "
         "ones and those that VTL1 has registered, whatever it registered last.",
         "D29 P7 P22",
         {},
         {"control-drops-tables", "mask-needs-control-first", "control-clears-cr4-mask", "cr0-mask-lands-in-cr4"},
         armed_cr},
        {"CR-CLAIM",
         "A write of CR0 or CR4 is given to VTL1 exactly if VTL0 makes it, VTL1 has set the control bit and the write "
         "changes a "
         "bit of its mask; XSETBV, LGDT, LIDT, LLDT and LTR exactly if the control bit is set.",
         "D29 P7 P8 P9 P10",
         {},
         {"cr0-claimed-by-control-alone", "cr4-claimed-by-mask-alone", "lmsw-not-claimed", "xsetbv-not-claimed",
          "lidt-claimed-with-lgdt"},
         cr_claim},
        {"CR-PROTECTED",
         "A write of CR0, CR4, XCR0 or a descriptor table that VTL1 claims never takes effect: all registers and RIP "
         "stay, and "
         "VTL1's message describes the instruction and the value, posted if there is room and kept otherwise.",
         "D1 D29 R25 R26 P3 P4 P8 P9 P10",
         {},
         {"claimed-cr4-stored", "claimed-xsetbv-advances", "protected-register-silent", "table-message-names-gdtr",
          "register-message-typed-as-msr"},
         cr_protected},
        {"CR-WRITE",
         "A write of CR0 or CR4 that VTL1 does not claim is stored exactly if VTL0 or VTL1 can be entered with it and "
         "LA57 stays "
         "in long mode, EFER.LMA follows CR0.PG, and every other value is #GP without effect.",
         "D3 D27 P8 P24",
         {},
         {"cr0-write-keeps-lma", "la57-changes-in-long-mode", "cr0-reserved-bit-stored", "cr4-of-the-module-taken",
          "refused-cr0-stored"},
         cr_write},
        {"XCR0",
         "XSETBV takes exactly the supported values of XCR0 that have x87 and what each feature builds on, in kernel "
         "mode with "
         "OSXSAVE; every other is #GP, whether VTL1 claims the write or not.",
         "D15 P9 P25",
         {},
         {"xcr0-without-x87", "xsetbv-of-another-index", "xcr0-not-loaded"},
         xcr0},
        {"TABLES",
         "A store of a descriptor table and a load that VTL1 does not claim go to the instruction emulator with "
         "everything as it "
         "was, and an exit that is not armed is an internal error.",
         "D2 P7 P10",
         {},
         {"table-store-intercepted", "emulated-load-advances", "unarmed-table-emulated"},
         descriptor_tables},
        {"MESSAGE-KEPT",
         "At most one message for VTL1 is outstanding: it is kept as it was made, delivered as kept exactly once when "
         "there is "
         "room, never lost, and VTL0 is not entered before.",
         "D29 P2 P3 R25",
         {},
         {"repeat-queued", "first-message-kept", "message-dropped-when-full", "read-touches-state",
          "delivered-without-value"},
         message_kept},
    };
}

} // namespace vtlcheck::proofs
