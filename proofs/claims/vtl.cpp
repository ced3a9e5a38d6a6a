// Claims on the VTL state machine: who makes VTL1, starts a VP, switches VTLs, and what the next VTL finds.
#include "proofs/claims/claims.hpp"
#include "proofs/noninterference.hpp"
#include "proofs/words.hpp"

#include <iterator>
#include <utility>

namespace vtlcheck::proofs {

using namespace model;

namespace {

// ---- words of this chapter ----

constexpr std::uint16_t enable_partition_vtl = 0xD;
constexpr std::uint16_t enable_vp_vtl = 0xF;
constexpr std::uint16_t vtl_call = 0x11;
constexpr std::uint16_t vtl_return = 0x12;
constexpr std::uint16_t set_registers = 0x51;
constexpr std::uint16_t start_vp = 0x99;

/// A hypercall from kernel mode (note P11).
Bool calls(const Run& r, std::uint16_t number) {
    return arrives(r, vmcall) & vtl_exists(r) & kernel_mode(r) & (bits<16>(r.exit.gpr[rcx], 0) == number);
}
/// Its input can be read: of a call without a list, `bytes` long (note P13).
Bool well_shaped(const Run& r, std::uint64_t bytes) {
    const Bv<64>& control = r.exit.gpr[rcx];
    const Bv<64>& input = r.exit.gpr[rdx];
    const Bool memory = ((input & 0xFFF) + bytes <= 4096) & ((input & 7) == 0) & !r.exit.input_unreadable;
    const Bool fast = bit(control, 16);
    return ((control >> 17) == 0) & (bytes <= 112 ? fast | memory : !fast & memory);
}
/// Likewise of SetVpRegisters: a list with an entry to do.
Bool well_shaped_set(const Run& r) {
    const Bv<64>& control = r.exit.gpr[rcx];
    const Bv<64>& input = r.exit.gpr[rdx];
    const Bv<64> count = (control >> 32) & 0xFFF;
    const Bv<64> start = (control >> 48) & 0xFFF;
    const Bv<64> bytes = (count << 5) + 16;
    const Bool memory = ((input & 0xFFF) + bytes <= 4096) & ((input & 7) == 0) & !r.exit.input_unreadable;
    return ((control >> 60) == 0) & (((control >> 44) & 0xF) == 0) & (((control >> 17) & 0x7FFF) == 0) &
           (start < count) & Symbolic::ite(bit(control, 16), bytes <= 112, memory);
}
Bv<64> wide(const Bv<16>& word) { return Bv<64>(z3::zext(word.term(), 48)); }

/// The first status whose condition holds, 0 if none does.
Bv<16> first_of(std::initializer_list<std::pair<Bool, std::uint16_t>> ladder) {
    Bv<16> status(0);
    for (auto step = std::rbegin(ladder); step != std::rend(ladder); ++step) {
        status = Symbolic::ite(step->first, Bv<16>(step->second), status);
    }
    return status;
}
/// The call is over with `status` in RAX; what the audit says of it is another chapter's.
Outcome<Symbolic> answered(const Run& r, const Bv<16>& status) {
    auto out = finished(r);
    out.gpr[rax] = wide(status);
    return unaudited(r, out);
}
void request_if(const Bool& condition, Outcome<Symbolic>& out, Request request, const Bv<32>& index,
                const Bv<64>& value) {
    out.request = when(condition, code(request));
    out.request_index = when(condition, index);
    out.request_value = when(condition, value);
}
/// The host answers a call without a list plainly (note P37).
Bool host_agrees(const Run& r) {
    return (r.exit.answer_timeouts <= 8) & (r.exit.answer_status == 0) & (r.exit.answer_count == 0);
}
Bool is_self(const Run& r) { return r.exit.partition_id == ~std::uint64_t{0}; }
Bool names_own_vp(const Run& r) { return (r.exit.target_vp == 0xFFFFFFFE) | (r.exit.target_vp == r.exit.vp); }
Bv<32> named_vp(const Run& r) { return Symbolic::ite(r.exit.target_vp == 0xFFFFFFFE, r.exit.vp, r.exit.target_vp); }
Bool enabled(const State<Symbolic>& s) { return s.vsm.guest_vsm == code(GuestVsm::enabled); }
Bool unsupported(const State<Symbolic>& s) { return s.vsm.guest_vsm == code(GuestVsm::unsupported); }
Bool denies_startup(const Run& r) { return bit(r.before.vsm.partition_config, 6); }

Bool same_context(const Context<Symbolic>& a, const Context<Symbolic>& b) {
    Bool equal{true};
    Context<Symbolic>::visit("", [&](const auto&, const auto& x, const auto& y) { equal = equal & (x == y); }, a, b);
    return equal;
}
/// A context as it waits: CR0 without its reserved bits and with ET (note P24), all else as given.
Context<Symbolic> as_kept(const Context<Symbolic>& given) {
    Context<Symbolic> kept = given;
    kept.cr0 = (given.cr0 & ~std::uint64_t{0x1FFAFFC0}) | 0x10;
    return kept;
}

// ---- notes P24, P26, P34 in plain bits ----

Bool is_canonical(const Config<Symbolic>& config, const Bv<64>& address) {
    const auto extended = [&](unsigned width) {
        return Bool(z3::sext(address.term().extract(width - 1, 0), 64 - width) == address.term());
    };
    return Symbolic::ite(config.la57, extended(57), extended(48));
}
Bool high_half_clear(const Bv<64>& word) { return bits<32>(word, 32) == 0; }
Bv<8> type_of(const Bv<64>& rest) { return bits<8>(rest, 48) & 0xF; }
Bv<8> privilege_of(const Bv<64>& rest) { return (bits<8>(rest, 48) >> 5) & 3; }
Bool is_present(const Bv<64>& rest) { return bit(rest, 55); }
Bool granular(const Bv<64>& rest) { return bit(rest, 63); }
/// Attribute bits 11:8 are clear, and the limit fits its granularity.
Bool shaped(const Bv<64>& rest) {
    return ((bits<8>(rest, 56) & 0xF) == 0) & implies((bits<16>(rest, 16) & 0xFFF0) != 0, granular(rest)) &
           implies((bits<16>(rest, 0) & 0xFFF) != 0xFFF, !granular(rest));
}
Bool system_segment(const Bv<64>& rest, std::uint8_t type) {
    return (type_of(rest) == type) & !bit(rest, 52) & shaped(rest) & !bit(rest, 34);
}
Bool data_segment(const Bv<64>& rest) {
    const Bv<8> type = type_of(rest);
    return bit(rest, 52) & shaped(rest) & bit(type, 0) & (type != 9) & (type != 13);
}
Bool pat_types(const Bv<64>& pat) {
    Bool good{true};
    for (unsigned i = 0; i < 8; ++i) {
        const Bv<8> type = bits<8>(pat, 8 * i);
        good = good & ((type == 0) | (type == 1) | ((type >= 4) & (type <= 7)));
    }
    return good;
}
/// CR0, CR4, EFER and RFLAGS by themselves and together: VM entry takes them.
Bool registers_enter(const Config<Symbolic>& config, const Bv<64>& cr0, const Bv<64>& cr4, const Bv<64>& efer,
                     const Bv<64>& rflags) {
    const Bool lma = bit(efer, 8) & bit(cr0, 31);
    const Bool alone = high_half_clear(cr0) & implies(bit(cr0, 31), bit(cr0, 0)) & implies(bit(cr0, 29), bit(cr0, 30)) &
                       ((cr4 & ~config.cr4_allowed) == 0) & ((cr4 & ~std::uint64_t{0xB71FFF}) == 0) &
                       ((efer & ~std::uint64_t{0xD01}) == 0) & bit(efer, 11) & bit(rflags, 1) & !bit(rflags, 3) &
                       !bit(rflags, 5) & !bit(rflags, 15) & ((rflags >> 22) == 0);
    return alone & implies(lma, bit(cr4, 5)) & implies(bit(cr4, 17), lma) & implies(bit(cr4, 23), bit(cr0, 16)) &
           implies(bit(rflags, 17), bit(cr0, 0) & !lma);
}
Bool enterable(const Config<Symbolic>& config, const Context<Symbolic>& given) {
    const Context<Symbolic> c = as_kept(given);
    const Bool lma = bit(c.efer, 8) & bit(c.cr0, 31);
    Bool good = registers_enter(config, c.cr0, c.cr4, c.efer, c.rflags) & is_canonical(config, c.rip) &
                pat_types(c.pat) & ((bits<16>(c.cr3, 48) & 0xFFF0) == 0) & is_canonical(config, c.gdtr_base) &
                is_canonical(config, c.idtr_base);

    const Bv<64>& ldtr = c.rest[seg_ldtr];
    const Bv<64>& tr = c.rest[seg_tr];
    good = good & is_canonical(config, c.base[seg_ldtr]) & implies(is_present(ldtr), system_segment(ldtr, 2)) &
           is_canonical(config, c.base[seg_tr]) & is_present(tr) & system_segment(tr, 11);

    const Bv<64>& cs = c.rest[seg_cs];
    const Bv<64>& ss = c.rest[seg_ss];
    const Bv<8> code_type = type_of(cs);
    const Bv<8> cs_dpl = privilege_of(cs);
    const Bv<8> ss_dpl = privilege_of(ss);
    const Bool nonconforming = (code_type == 9) | (code_type == 11);
    const Bool conforming = (code_type == 13) | (code_type == 15);
    const Bool data_as_code = code_type == 3;
    good = good & is_present(cs) & bit(cs, 52) & shaped(cs) & high_half_clear(c.base[seg_cs]) &
           (nonconforming | conforming | (data_as_code & (cs_dpl == 0))) & !(lma & bit(cs, 61) & bit(cs, 62));
    for (const Segment segment : {seg_ss, seg_ds, seg_es}) {
        good = good &
               implies(is_present(c.rest[segment]), data_segment(c.rest[segment]) & high_half_clear(c.base[segment]));
    }
    for (const Segment segment : {seg_fs, seg_gs}) {
        good = good & implies(is_present(c.rest[segment]), data_segment(c.rest[segment])) &
               is_canonical(config, c.base[segment]);
    }
    return good & implies(is_present(ss), (type_of(ss) == 3) | (type_of(ss) == 7)) &
           implies(nonconforming, cs_dpl == ss_dpl) & implies(conforming, cs_dpl <= ss_dpl) &
           implies(data_as_code | !bit(c.cr0, 0), ss_dpl == 0);
}

// ---- the claims ----

void active(Goal& goal) {
    const Run& r = goal.run();
    const auto invariant = [](const State<Symbolic>& s) { return implies(s.vp.active_vtl1, s.vp.vtl1_present); };
    goal.prove("every-step", invariant(r.before), invariant(r.after));
    goal.prove("reset", invariant(reset_state<Symbolic>(0)) & invariant(reset_state<Symbolic>(1)));
    goal.prove("vtl1-state-stays", r.before.vp.vtl1_present, r.after.vp.vtl1_present);
    goal.prove("vtl1-state-comes-with-its-context-only", r.after.vp.vtl1_present & !r.before.vp.vtl1_present,
               loads_context(r) & r.before.slot.enable_pending & became(r, Disposition::accepted));
    goal.prove("an-exit-of-a-missing-vtl1-makes-nothing-active",
               of_vtl1(r) & is_kind(r, Kind::l2_exit) & !r.before.vp.vtl1_present,
               r.after.vp.active_vtl1 == r.before.vp.active_vtl1);
    goal.witness(r.after.vp.active_vtl1 & !r.before.vp.active_vtl1);
}

void vsm_state(Goal& goal) {
    const Run& r = goal.run();
    const auto& before = r.before.vsm;
    const auto& after = r.after.vsm;
    const Bool revokes = is_kind(r, Kind::revoke_vsm);
    const Bool partition_call = calls(r, enable_partition_vtl);
    const Bool succeeds = partition_call & became(r, Disposition::completed) & (r.out.gpr[rax] == 0);
    goal.prove("enabled-is-never-left", enabled(r.before), enabled(r.after));
    goal.prove("unsupported-is-never-left", unsupported(r.before), unsupported(r.after));
    goal.prove("changes-so-only", before.guest_vsm != after.guest_vsm,
               (succeeds & !enabled(r.before) & !unsupported(r.before) & enabled(r.after)) |
                   (revokes & !enabled(r.before) & unsupported(r.after)));
    goal.prove("mbec-is-chosen-then-only", before.mbec ^ after.mbec, succeeds);
    goal.prove("a-failing-call-leaves-the-state", partition_call & !succeeds, state_kept(r));
    goal.prove("after-revocation-refused", partition_call & unsupported(r.before),
               state_kept(r) & ((r.out.gpr[rax] != 0)));
    auto too_late = nothing(r, Disposition::refused);
    too_late.error = 0x86;
    goal.prove("revoked-in-time", revokes & !enabled(r.before),
               same(r.out, nothing(r, Disposition::accepted)) &
                   state_becomes(r, [](State<Symbolic>& s) { s.vsm.guest_vsm = code(GuestVsm::unsupported); }));
    goal.prove("revoked-too-late", revokes & enabled(r.before), state_kept(r) & same(r.out, too_late));

    // I17: what it takes for VTL1 state to exist.
    const auto invariant = [](const State<Symbolic>& s) {
        return implies(s.slot.enable_pending, s.slot.enable_called) & implies(s.slot.enable_called, enabled(s)) &
               implies(s.vp.vtl1_present, enabled(s));
    };
    goal.prove("vtl1-state-needs-both", invariant(r.before) & r.after.vp.vtl1_present & !r.before.vp.vtl1_present,
               enabled(r.before) & r.before.slot.enable_called);
    goal.prove("which-every-step-keeps", invariant(r.before), invariant(r.after));
    goal.prove("which-holds-at-reset", invariant(reset_state<Symbolic>(0)) & invariant(reset_state<Symbolic>(1)));
    goal.prove("enable-called-never-falls", r.before.slot.enable_called, r.after.slot.enable_called);
    goal.prove("enable-called-rises-so-only", !r.before.slot.enable_called & r.after.slot.enable_called,
               calls(r, enable_vp_vtl) & became(r, Disposition::completed) & (r.out.gpr[rax] == 0));

    // K03: what the guest may ask is settled at its creation, whatever becomes of VSM.
    const Holding vsm{"whether VSM was revoked", {Domain::paravisor}, [](Cells& cells, Start& start) {
                          cells.add("guest_vsm", start.before.vsm.guest_vsm);
                      }};
    Pair pair(goal, r, {vsm});
    const Bool asks = calls(r, 0x50) & ((r.exit.name == 0xD0003) | (r.exit.name == 0xD0004) | (r.exit.name == 0xD0006));
    const auto denied = [](const Run& run) {
        return became(run, Disposition::completed) & (bits<16>(run.out.gpr[rax], 0) == 0x6);
    };
    const Observation denial{.name = "denial",
                             .observers = {Domain::vtl0, Domain::vtl1},
                             .state = {},
                             .outcome = [&](Seen& seen, const Run& run) { seen.add(denied(run)); }};
    pair.output_consistent("revocation-takes-no-privilege", asks, denial);
    goal.witness(r.after.vsm.mbec);
}

void enable_partition(Goal& goal) {
    const Run& r = goal.run();
    const auto& vsm = r.before.vsm;
    const Bool served = calls(r, enable_partition_vtl) & well_shaped(r, 16);
    const Bool host = host_agrees(r);
    const Bool granted = is_self(r) & (r.exit.target_vtl == 1) & ((r.exit.flags >> 1) == 0) & !unsupported(r.before) &
                         !enabled(r.before);
    const Bv<16> status = first_of({{!is_self(r), 0xD},
                                    {r.exit.target_vtl != 1, 0x6},
                                    {(r.exit.flags >> 1) != 0, 0x5},
                                    {unsupported(r.before), 0x6},
                                    {enabled(r.before), 0x51},
                                    {!host, 0x8},
                                    {r.exit.page_refused, 0x8}});
    auto expected = answered(r, status);
    expected.hypercall = when(granted, Bv<16>(0xD));
    expected.hypercall_vtl = when(granted, Bv<8>(1));
    request_if(granted & host, expected, Request::default_protection, 0, (vsm.partition_config >> 1) & 0xF);
    goal.prove("answer", served, same(r.out, expected));
    goal.prove("success", served & (status == 0), state_becomes(r, [&](State<Symbolic>& s) {
                   s.vsm.guest_vsm = code(GuestVsm::enabled);
                   s.vsm.mbec = bit(r.exit.flags, 0);
               }));
    goal.prove("failure", calls(r, enable_partition_vtl) & (!well_shaped(r, 16) | (status != 0)), state_kept(r));
    goal.witness(status == 0);
}

void enable_vp(Goal& goal) {
    const Run& r = goal.run();
    const Bool served = calls(r, enable_vp_vtl) & well_shaped(r, 240);
    const Bool exists = (r.exit.target_vp == 0xFFFFFFFE) | (r.exit.target_vp < r.config.vps);
    const Bool turn_over = of_vtl0(r) & (r.before.vsm.vtl1_on_any_vp | !names_own_vp(r));
    const Bool good_context = enterable(r.config, r.exit.context);
    const auto ladder = [&](const Bool& bad_context, const Bool& host_refuses) {
        return first_of({{!is_self(r), 0xD},
                         {!exists, 0xE},
                         {r.exit.target_vtl != 1, 0x5},
                         {!enabled(r.before), 0x51},
                         {turn_over, 0x6},
                         {r.before.slot.enable_called, 0x86},
                         {r.config.isolation == 4, 0x1E},
                         {bad_context, 0x50},
                         {host_refuses, 0x8}});
    };
    const Bv<16> status = ladder(!good_context, !host_agrees(r));
    const Bool asks = ladder(!good_context, Bool(false)) == 0;
    const Bool done = asks & host_agrees(r);
    auto expected = answered(r, status);
    expected.hypercall = when(asks, Bv<16>(0xF));
    expected.hypercall_vtl = when(asks, Bv<8>(1));
    expected.hypercall_register = when(asks, named_vp(r));
    request_if(done, expected, Request::wake, named_vp(r), 0);
    goal.prove("status", served & became(r, Disposition::completed), r.out.gpr[rax] == wide(status));
    goal.prove("answer", served, same(r.out, expected));
    goal.prove("success", served & done, state_becomes(r, [&](State<Symbolic>& s) {
                   s.slot.enable_called = Bool(true);
                   s.slot.enable_pending = Bool(true);
                   s.slot.enable = as_kept(r.exit.context);
                   s.vsm.vtl1_on_any_vp = Bool(true);
               }));
    goal.prove("failure", calls(r, enable_vp_vtl) & !(well_shaped(r, 240) & done), state_kept(r));
    // I20
    const Bool by_vtl0 =
        calls(r, enable_vp_vtl) & of_vtl0(r) & became(r, Disposition::completed) & (r.out.gpr[rax] == 0);
    goal.prove("vtl0-enables-its-own-and-the-first-only", by_vtl0,
               names_own_vp(r) & !r.before.vsm.vtl1_on_any_vp & r.after.vsm.vtl1_on_any_vp);
    goal.prove("that-one-was-never-forgotten", r.before.vsm.vtl1_on_any_vp, r.after.vsm.vtl1_on_any_vp);
    goal.prove("one-enabled-changes-so-only", r.before.vsm.vtl1_on_any_vp ^ r.after.vsm.vtl1_on_any_vp,
               calls(r, enable_vp_vtl));
    goal.witness(of_vtl0(r) & done);
}

void start(Goal& goal) {
    const Run& r = goal.run();
    const Bool served = calls(r, start_vp) & well_shaped(r, 240);
    const Bv<8> own_vtl = Symbolic::ite(r.exit.vtl1, Bv<8>(1), Bv<8>(0));
    const Bool no_such_vp = names_own_vp(r) | (r.exit.target_vp >= r.config.vps);
    const Bool good_context = enterable(r.config, r.exit.context);
    const Bv<16> status = first_of({{!is_self(r), 0xD},
                                    {no_such_vp, 0xE},
                                    {r.exit.target_vtl > own_vtl, 0x6},
                                    {(r.exit.target_vtl == 1) & !r.before.slot.enable_called, 0x15},
                                    {of_vtl0(r) & denies_startup(r), 0x6},
                                    {r.before.slot.started, 0x15},
                                    {!good_context, 0x50}});
    const Bool done = status == 0;
    auto expected = answered(r, status);
    request_if(done, expected, Request::wake, r.exit.target_vp, 0);
    goal.prove("answer", served, same(r.out, expected));
    goal.prove("success", served & done, state_becomes(r, [&](State<Symbolic>& s) {
                   s.slot.started = Bool(true);
                   s.slot.start_pending = Bool(true);
                   s.slot.start_vtl1 = r.exit.target_vtl == 1;
                   s.slot.start = as_kept(r.exit.context);
               }));
    goal.prove("failure", calls(r, start_vp) & !(well_shaped(r, 240) & done), state_kept(r));
    // I22, I23
    const auto starts = [&] { return !r.before.slot.start_pending & r.after.slot.start_pending; };
    goal.prove("a-started-vp-is-never-started-again", r.before.slot.started, r.after.slot.started & !starts());
    goal.prove("a-context-waits-after-a-start-only", starts(), calls(r, start_vp) & !r.before.slot.started);
    goal.prove("denied-startup-is-none",
               of_vtl0(r) & denies_startup(r) & (is_kind(r, Kind::l2_exit) | is_kind(r, Kind::startup_ipi)),
               !starts() & (r.before.slot.started == r.after.slot.started) & !asked(r, Request::startup_ipi));
    // INIT/SIPI
    const Bool ipi = is_kind(r, Kind::startup_ipi);
    const Bv<32> target = bits<32>(r.exit.argument, 0);
    const Bv<16> ipi_status = first_of({{of_vtl0(r) & denies_startup(r), 0x6}, {target >= r.config.vps, 0xE}});
    auto refused = nothing(r, Disposition::refused);
    refused.error = ipi_status;
    auto sent = nothing(r, Disposition::accepted);
    request_if(Bool(true), sent, Request::startup_ipi, target, (r.exit.argument >> 32) & 0xFF);
    goal.prove("ipi-refused", ipi & (ipi_status != 0),
               state_kept(r) & became(r, Disposition::refused) & (r.out.error == ipi_status) & asked(r, Request::none) &
                   registers_kept(r));
    goal.prove("ipi-sent", ipi & (ipi_status == 0),
               same(r.out, sent) & state_becomes(r, [](State<Symbolic>& s) { s.slot.started = Bool(true); }));
    goal.witness(done & of_vtl1(r) & (r.exit.target_vtl == 1));
}

void load(Goal& goal) {
    const Run& r = goal.run();
    const auto& slot = r.before.slot;
    const Bool loads = loads_context(r);
    const Bool first = loads & slot.enable_pending;
    const Bool second = loads & !slot.enable_pending & slot.start_pending;
    const Bool homeless = slot.start_vtl1 & !r.before.vp.vtl1_present;
    const auto put = [](VtlState<Symbolic>& vtl, const Context<Symbolic>& c) {
        vtl.rip = c.rip;
        vtl.rsp = c.rsp;
        vtl.rflags = c.rflags;
        vtl.cr0 = c.cr0;
        vtl.cr4 = c.cr4;
        vtl.pat = c.pat;
        const Bool lma = bit(c.efer, 8) & bit(c.cr0, 31);
        vtl.efer = (c.efer & ~std::uint64_t{0x400}) | when(lma, Bv<64>(0x400));
        vtl.ia32e_guest = lma;
    };
    const auto announced = [&](const Bv<32>& vtl) {
        auto out = nothing(r, Disposition::accepted);
        request_if(Bool(true), out, Request::load_context, vtl, 0);
        return out;
    };
    goal.prove("the-enable-slot-first", first, same(r.out, announced(1)) & state_becomes(r, [&](State<Symbolic>& s) {
                                                   put(s.vtl[1], slot.enable);
                                                   s.vp.vtl1_present = Bool(true);
                                                   s.slot.enable_pending = Bool(false);
                                                   s.slot.enable = Context<Symbolic>{};
                                               }));
    const auto started = [&](std::size_t vtl) {
        return same(r.out, announced(vtl)) & state_becomes(r, [&](State<Symbolic>& s) {
                   put(s.vtl[vtl], slot.start);
                   s.vp.active_vtl1 = s.vp.vtl1_present;
                   s.slot.start_pending = Bool(false);
                   s.slot.start_vtl1 = Bool(false);
                   s.slot.start = Context<Symbolic>{};
               });
    };
    goal.prove("else-the-start-slot-for-vtl0", second & !slot.start_vtl1, started(0));
    goal.prove("else-the-start-slot-for-vtl1", second & slot.start_vtl1 & !homeless, started(1));
    // Valid states have no such slot; the clause is there for ports.
    goal.prove("no-start-of-a-missing-vtl1", Bool(true),
               implies(second & homeless, became(r, Disposition::internal_error) & state_kept(r)));
    auto empty = nothing(r, Disposition::refused);
    empty.error = 0x15;
    goal.prove("nothing-to-load", loads & !slot.enable_pending & !slot.start_pending,
               state_kept(r) & same(r.out, empty));
    const Bool slot_changes =
        !same_context(slot.enable, r.after.slot.enable) | !same_context(slot.start, r.after.slot.start) |
        (slot.enable_pending ^ r.after.slot.enable_pending) | (slot.start_pending ^ r.after.slot.start_pending) |
        (slot.start_vtl1 ^ r.after.slot.start_vtl1);
    goal.prove("slots-change-so-only", slot_changes, loads | calls(r, enable_vp_vtl) | calls(r, start_vp));
    goal.witness(slot.start_pending);
}

void load_enters(Goal& goal) {
    const Run& r = goal.run();
    const auto& config = r.config;
    const auto enable_waits = [&](const State<Symbolic>& s) {
        return implies(s.slot.enable_pending, enterable(config, s.slot.enable));
    };
    const auto start_waits = [&](const State<Symbolic>& s) {
        return implies(s.slot.start_pending, enterable(config, s.slot.start));
    };
    const auto waiting = [&](const State<Symbolic>& s) { return enable_waits(s) & start_waits(s); };
    goal.prove("accepted-for-vtl1-is-enterable", calls(r, enable_vp_vtl) & enable_waits(r.before),
               enable_waits(r.after));
    goal.prove("accepted-for-a-start-is-enterable", calls(r, start_vp) & start_waits(r.before), start_waits(r.after));
    goal.prove("what-waits-for-vtl1-stays-enterable", !calls(r, enable_vp_vtl) & enable_waits(r.before),
               enable_waits(r.after));
    goal.prove("what-waits-for-a-start-stays-enterable", !calls(r, start_vp) & start_waits(r.before),
               start_waits(r.after));
    for (std::size_t v = 0; v < 2; ++v) {
        const auto& vtl = r.after.vtl[v];
        const Bool lma = bit(vtl.efer, 8) & bit(vtl.cr0, 31);
        const Bool loaded = loads_context(r) & became(r, Disposition::accepted) & (r.out.request_index == v);
        goal.prove("vtl" + std::to_string(v) + "-can-be-entered", waiting(r.before) & loaded,
                   registers_enter(config, vtl.cr0, vtl.cr4, vtl.efer, vtl.rflags) & is_canonical(config, vtl.rip) &
                       pat_types(vtl.pat) & (bit(vtl.efer, 10) == lma) & (vtl.ia32e_guest == lma));
    }
    goal.prove("waiting-at-reset", waiting(reset_state<Symbolic>(0)) & waiting(reset_state<Symbolic>(1)));
    goal.witness(became(r, Disposition::completed) & (r.out.gpr[rax] == 0));
}

/// A VtlReturn that is allowed, and whether an event waits for VTL0.
Bool returns(const Run& r) {
    return calls(r, vtl_return) & (r.exit.gpr[rcx] == vtl_return) & (r.exit.gpr[rax] <= 1) & of_vtl1(r);
}
Bool event_waits(const Run& r) { return bit(r.before.vp.pending_event, 0); }

void switches(Goal& goal) {
    const Run& r = goal.run();
    const auto& gpr = r.exit.gpr;
    const auto refusal = [&](std::uint32_t number) {
        auto out = nothing(r, Disposition::fault_ud);
        out.event = 0x80000306;
        out.log_site = code(LogSite::vtl_switch);
        out.log_msr = number;
        return out;
    };
    const Bool may_call =
        calls(r, vtl_call) & (gpr[rcx] == vtl_call) & (gpr[rax] == 0) & of_vtl0(r) & r.before.vp.vtl1_present;
    auto called = finished(r);
    request_if(Bool(true), called, Request::entry_reason, 0, 1);
    goal.prove("call", may_call,
               same(r.out, called) & state_becomes(r, [](State<Symbolic>& s) { s.vp.active_vtl1 = Bool(true); }));
    goal.prove("call-refused", calls(r, vtl_call) & !may_call, state_kept(r) & same(r.out, refusal(vtl_call)));
    // K17: that somebody has enabled VTL1 for the VP is not enough.
    goal.prove("no-call-before-the-context-is-loaded",
               calls(r, vtl_call) & r.before.slot.enable_called & !r.before.vp.vtl1_present,
               became(r, Disposition::fault_ud));

    const auto back = [&](bool with_registers) {
        auto out = finished(r);
        if (with_registers) {
            out.gpr[rax] = r.exit.assist_rax;
            out.gpr[rcx] = r.exit.assist_rcx;
        }
        return out;
    };
    const auto state_back = [&] {
        return state_becomes(r, [](State<Symbolic>& s) {
            s.vp.active_vtl1 = Bool(false);
            s.vp.tlb_locked = Bool(false);
        });
    };
    const Bool quiet = returns(r) & !event_waits(r);
    goal.prove("return-with-registers", quiet & (gpr[rax] == 0), same(r.out, back(true)) & state_back());
    goal.prove("fast-return", quiet & (gpr[rax] == 1), same(r.out, back(false)) & state_back());
    goal.prove("return-refused", calls(r, vtl_return) & !returns(r), state_kept(r) & same(r.out, refusal(vtl_return)));

    const Bool switched = (calls(r, vtl_call) | calls(r, vtl_return)) & became(r, Disposition::completed);
    for (std::size_t v = 0; v < 2; ++v) {
        const auto left = bookkept(r);
        goal.prove("registers-of-vtl" + std::to_string(v) + "-stay", switched, same(left.vtl[v], r.after.vtl[v]));
        // K07: the stack pointer is the VTL's own.
        goal.prove("stack-of-vtl" + std::to_string(v) + "-waits", switched & (r.exit.vtl1 == Bool(v == 0)),
                   r.after.vtl[v].rsp == r.before.vtl[v].rsp);
    }
    Bool shared = r.before.vp.xcr0 == r.after.vp.xcr0;
    for (std::size_t i = 0; i < gpr.size(); ++i) {
        if (i != rax && i != rcx) {
            shared = shared & (r.out.gpr[i] == gpr[i]);
        }
    }
    goal.prove("shared-registers-go-along", switched, shared);
    goal.prove("rax-and-rcx-change-at-a-return-only", switched & (!calls(r, vtl_return) | (gpr[rax] != 0)),
               (r.out.gpr[rax] == gpr[rax]) & (r.out.gpr[rcx] == gpr[rcx]));
    goal.prove("vtl1-goes-on-so-only", r.before.vp.active_vtl1 & !r.after.vp.active_vtl1,
               guest_ran(r) | loads_context(r));
    goal.witness(r.before.vp.intercept_pending);
}

/// HV_X64_PENDING_EXCEPTION_EVENT that VTL0 can take (note P27): the low word, pending.
Bool deliverable(const Bv<64>& low) {
    static constexpr auto vectors = std::to_array<Numbers>({{0, 1}, {3, 8}, {10, 14}, {16, 19}, {21, 21}});
    static constexpr auto with_code = std::to_array<Numbers>({{8, 8}, {10, 14}, {17, 17}, {21, 21}});
    const Bv<32> vector(z3::zext(low.term().extract(31, 16), 16));
    return bit(low, 0) & ((bits<8>(low, 0) & 0xFE) == 0) & ((bits<8>(low, 8) & 0xFE) == 0) & is_among(vector, vectors) &
           implies(bit(low, 8), is_among(vector, with_code));
}

void events(Goal& goal) {
    const Run& r = goal.run();
    constexpr std::uint32_t pending_event0 = 0x10004;
    const auto& value = r.exit.value;
    // VTL1 sets it for VTL0, on its own VP; or the paravisor does, where it keeps the register itself.
    const Bool guest_set = calls(r, set_registers) & (r.exit.name == pending_event0);
    const Bool own_vp = (r.exit.target_vp == 0xFFFFFFFE) |
                        ((r.exit.target_vp == r.exit.vp) & (r.exit.vp < r.config.vps)); // that there is
    const Bool by_vtl1 =
        guest_set & of_vtl1(r) & well_shaped_set(r) & is_self(r) & own_vp & (r.exit.target_vtl == 0x10);
    const Bool by_host = is_kind(r, Kind::host_access) & (r.exit.operation == 1) & (r.exit.name == pending_event0) &
                         ((r.exit.origin == 2) | (r.exit.origin == 3)) & of_vtl0(r);
    const Bool good = !bit(value, 0) | deliverable(value);
    const Bool refused = (became(r, Disposition::completed) & (bits<16>(r.out.gpr[rax], 0) == 0x50)) |
                         (became(r, Disposition::refused) & (r.out.error == 0x50));
    const auto stored = [&] {
        return state_becomes(r, [&](State<Symbolic>& s) {
            s.vp.pending_event = when(bit(value, 0), value);
            s.vp.pending_event_parameter = when(bit(value, 0), r.exit.value_high);
        });
    };
    goal.prove("accepted", by_vtl1 & good,
               stored() & (became(r, Disposition::continued) |
                           (became(r, Disposition::completed) & (bits<16>(r.out.gpr[rax], 0) == 0))));
    goal.prove("refused", by_vtl1 & !good, state_kept(r) & refused);
    goal.prove("accepted-of-the-paravisor", by_host & good & became(r, Disposition::accepted) & (r.out.hypercall == 0),
               stored());
    goal.prove("refused-of-the-paravisor", by_host & !good & (r.out.hypercall == 0),
               state_kept(r) & became(r, Disposition::refused));
    goal.prove("nobody-else-sets-it", guest_set & !by_vtl1, state_kept(r) & became(r, Disposition::completed));
    const Bool changes = (r.before.vp.pending_event != r.after.vp.pending_event) |
                         (r.before.vp.pending_event_parameter != r.after.vp.pending_event_parameter);
    goal.prove("changes-so-only", changes, (by_vtl1 & good) | (by_host & good) | returns(r));

    // Delivery: once, at the VtlReturn.
    const auto& event = r.before.vp.pending_event;
    const Bool delivers = returns(r) & event_waits(r);
    const Bv<8> vector = bits<8>(event, 16);
    const Bool software = (vector == 3) | (vector == 4);
    auto expected = finished(r);
    expected.gpr[rax] = Symbolic::ite(r.exit.gpr[rax] == 0, r.exit.assist_rax, r.exit.gpr[rax]);
    expected.gpr[rcx] = Symbolic::ite(r.exit.gpr[rax] == 0, r.exit.assist_rcx, r.exit.gpr[rcx]);
    expected.event = Bv<32>(z3::zext(vector.term(), 24)) | (1U << 31U) |
                     Symbolic::ite(software, Bv<32>(6U << 8U), Bv<32>(3U << 8U)) |
                     when(bit(event, 8), Bv<32>(1U << 11U));
    expected.event_error_code = when(bit(event, 8), bits<32>(event, 32));
    request_if(vector == 14, expected, Request::register_write, 0x40001, r.before.vp.pending_event_parameter);
    goal.prove("delivered", delivers, same(r.out, expected));
    goal.prove("once", delivers, state_becomes(r, [](State<Symbolic>& s) {
                   s.vp.active_vtl1 = Bool(false);
                   s.vp.tlb_locked = Bool(false);
                   s.vp.pending_event = 0;
                   s.vp.pending_event_parameter = 0;
               }));
    goal.prove("no-other-event-completes", became(r, Disposition::completed) & (r.out.event != 0), delivers);

    const auto invariant = [](const State<Symbolic>& s) {
        return (s.vp.pending_event == 0) | deliverable(s.vp.pending_event);
    };
    goal.prove("every-step-keeps-it-deliverable", invariant(r.before), invariant(r.after));
    goal.prove("deliverable-at-reset", invariant(reset_state<Symbolic>(0)));
    goal.prove("what-is-delivered-can-be-entered", invariant(r.before) & delivers,
               (bits<16>(r.out.event, 16) == 0x8000) & (bits<8>(r.out.event, 0) < 32) & (bits<8>(r.out.event, 0) != 2) &
                   implies(!bit(r.out.event, 11), r.out.event_error_code == 0) &
                   implies(bit(r.out.event, 11), (bits<8>(r.out.event, 0) >= 8) & (bits<8>(r.out.event, 8) == 0xB)));
    goal.witness(deliverable(value) & (bits<16>(value, 16) == 14));
}

void banks(Goal& goal) {
    const Run& r = goal.run();
    using V = VtlState<Symbolic>;
    struct Kept {
        const char* name;
        std::uint32_t msr;
        Bv<64> V::* field;
        bool reads_exit; ///< else the hardware gives what was written to it
    };
    const auto kept = std::to_array<Kept>({{"cstar", 0xC0000083, &V::cstar, true},
                                           {"tsc-aux", 0xC0000103, &V::tsc_aux, false},
                                           {"pat", 0x277, &V::pat, true},
                                           {"star", 0xC0000081, &V::star, false},
                                           {"lstar", 0xC0000082, &V::lstar, false},
                                           {"sfmask", 0xC0000084, &V::sfmask, false},
                                           {"sysenter-esp", 0x175, &V::sysenter_esp, false},
                                           {"sysenter-eip", 0x176, &V::sysenter_eip, false}});
    for (const Kept& k : kept) {
        const std::string name = k.name;
        const auto field = [&](auto& vtl) -> auto& { return vtl.*(k.field); };
        // Whichever VTL writes: a copy that is kept must not go stale.
        for (std::size_t v = 0; v < 2; ++v) {
            goal.prove(name + "-write-of-vtl" + std::to_string(v) + "-exits",
                       goal.armed(r.before.vp, r.before.vtl[v], Bool(v == 1), k.msr, true));
        }
        goal.prove(name + "-is-kept-for-its-vtl", writes(r, k.msr) & became(r, Disposition::completed),
                   state_becomes(r, [&](State<Symbolic>& s) { set_own(r, s, field, written(r)); }));
        if (k.reads_exit) {
            goal.prove(name + "-reads-as-kept", reads(r, k.msr),
                       same(r.out, gave(r, own(r, r.before, [&](const auto& vtl) { return vtl.*(k.field); }))));
        }
    }
    goal.witness(r.before.vp.vtl1_present);
}

void preempts(Goal& goal) {
    const Run& r = goal.run();
    const Bool preempt = is_kind(r, Kind::preempt);
    const Bool can = r.before.vp.vtl1_present & !r.before.vp.active_vtl1;
    auto done = nothing(r, Disposition::accepted);
    request_if(Bool(true), done, Request::entry_reason, 0, 2);
    auto refused = nothing(r, Disposition::refused);
    refused.error = 0x51;
    goal.prove("done", preempt & can,
               same(r.out, done) & state_becomes(r, [](State<Symbolic>& s) { s.vp.active_vtl1 = Bool(true); }));
    goal.prove("refused", preempt & !can, state_kept(r) & same(r.out, refused));
    goal.prove("vtl1-is-entered-for-a-reason", r.after.vp.active_vtl1 & !r.before.vp.active_vtl1 & !guest_ran(r),
               (preempt & asked(r, Request::entry_reason)) | loads_context(r));
    goal.witness(r.before.vp.intercept_pending);
}

} // namespace

std::vector<Claim> vtl_claims() {
    return {
        {"VTL-ACTIVE",
         "VTL1 is active only on a VP that has VTL1 state; that state comes with a loaded context only and never goes.",
         "D28 I18 P1 P5 P32 P34",
         {},
         {"vtl1-active-too-early", "preempt-without-vtl1", "vtl1-state-without-context", "vtl1-state-lost"},
         active},
        {"VTL-ENABLED",
         "Guest VSM goes from not enabled to enabled by a successful EnablePartitionVtl, or to unsupported by "
         "revocation, and never on from there; VTL1 state needs a partition so enabled and an EnableVpVtl for the VP.",
         "D28 I17 I19 P30 P34",
         {},
         {"enabled-partition-revoked", "revoked-partition-enabled", "failing-call-enables-partition",
          "enable-called-forgotten", "vp-enabled-in-a-partition-that-is-not", "privilege-revoked"},
         vsm_state},
        {"VTL-ENABLE-PARTITION",
         "EnablePartitionVtl enables VTL1 for the own partition exactly if it is asked for VTL1 with no flag but MBEC, "
         "where VSM is neither unsupported nor enabled, and host and memory agree; every failure has its status and "
         "leaves the state as it was.",
         "B5 D25 D28 P13 P30 P37",
         {},
         {"refused-partition-enabled", "unprotected-partition-enabled", "any-vtl-enabled-for-partition",
          "mbec-forgotten"},
         enable_partition},
        {"VTL-ENABLE-VP",
         "EnableVpVtl leaves its context for the VP exactly under the rule of P31; VTL0 enables VTL1 on one VP at "
         "most: "
         "its own, and only the first.",
         "D27 D28 I20 P13 P31 P34 P37",
         {},
         {"vtl0-enables-another-vp", "vp-enabled-against-the-host", "vp-enabled-with-bad-context", "vtl2-enabled-on-vp",
          "kept-context-unadjusted", "first-vp-forgotten"},
         enable_vp},
        {"VTL-START",
         "StartVirtualProcessor starts another VP exactly under the rule of P33, never one that has been started, and "
         "VTL0 starts none, by INIT/SIPI neither, while VTL1 denies startup.",
         "D27 D28 I12 I22 I23 P13 P33 P34",
         {},
         {"vp-started-in-missing-vtl", "vp-started-against-denial", "vp-started-twice", "vtl0-starts-vtl1",
          "vp-started-with-bad-context", "ipi-against-denial", "ipi-to-no-vp"},
         start},
        {"VTL-LOAD",
         "A VP loads what waits in its slots as it was accepted, VTL1's state first, into the registers of that VTL "
         "and no other; after a start VTL1 runs first if the VP has it.",
         "D28 I18 P34",
         {},
         {"start-runs-vtl0-first", "context-loaded-twice", "context-lma-as-given", "start-slot-first"},
         load},
        {"VTL-LOAD-ENTERS",
         "A context waits only if it can be entered, and what is loaded satisfies the rules of VM entry.",
         "D3 D27 P24 P34",
         {},
         {"vp-enabled-with-bad-context", "vp-started-with-bad-context", "context-lma-as-given"},
         load_enters},
        {"VTL-SWITCH",
         "VtlCall succeeds exactly from VTL0 on a VP with VTL1 state, VtlReturn exactly from VTL1, each with its "
         "control "
         "word alone; otherwise #UD and one attempt; a switch leaves every register of both VTLs as it is but RIP, and "
         "RAX and RCX where a return restores them.",
         "D28 I9 I21 P32",
         {},
         {"vtl1-active-too-early", "vtl-call-with-any-control-word", "vtl-return-with-any-rax", "tlb-lock-kept",
          "fast-return-spoils-rcx", "stack-pointer-shared", "refused-switch-silent"},
         switches},
        {"VTL-EVENT",
         "PendingEvent0 is set for VTL0 by VTL1 or the paravisor only, takes exactly the exceptions that VTL0 can be "
         "entered with, and is delivered once, at the next VtlReturn.",
         "D26 I11 I33 P16 P27 P32",
         {},
         {"event-unchecked", "event-set-by-vtl0", "event-delivered-twice", "event-lost", "event-code-lost",
          "event-address-lost"},
         events},
        {"VTL-BANKS",
         "Every write of an MSR that the paravisor keeps for a VTL exits and is kept for that VTL alone, and is read "
         "as it was written.",
         "I4 I5 I9 R6 R22",
         {},
         {"cstar-write-swallowed", "cstar-of-vtl0-read", "tsc-aux-write-free"},
         banks},
        {"PREEMPT",
         "VTL1 preempts VTL0 exactly where it exists and is not running, and is told so.",
         "P5",
         {},
         {"preempt-without-vtl1", "preempt-without-reason"},
         preempts},
    };
}

} // namespace vtlcheck::proofs
