// Claims on reading and writing registers by hypercall.
#include "proofs/claims/claims.hpp"
#include "proofs/noninterference.hpp"
#include "proofs/words.hpp"

#include <functional>

namespace vtlcheck::proofs {

using namespace model;

namespace {

// ---- a hypercall, as notes P12 to P15 have it ----

constexpr std::uint16_t get_vp_registers = 0x50;
constexpr std::uint16_t set_vp_registers = 0x51;

Bv<64> as_64(const Bv<16>& word) { return Bv<64>(z3::zext(word.term(), 48)); }
const Bv<64>& control_word(const Run& r) { return r.exit.gpr[rcx]; }
Bv<64> rep_count(const Run& r) { return number_in(control_word(r), 43, 32); }
Bv<64> rep_start(const Run& r) { return number_in(control_word(r), 59, 48); }

/// A hypercall that the kernel of a VTL makes, of this code.
Bool calls(const Run& r, std::uint16_t call_code) {
    return arrives(r, vmcall) & vtl_exists(r) & kernel_mode(r) & (bits<16>(control_word(r), 0) == call_code);
}
Bool gets(const Run& r) { return calls(r, get_vp_registers); }
Bool sets(const Run& r) { return calls(r, set_vp_registers); }

/// What is looked at of the shape of a call, each as it ought to be (note P13).
struct Shape {
    Bool control{false};
    Bool fast{false};
    Bool fits{false};    ///< into the registers of a fast call
    Bool page{false};    ///< input and output lie in one page each
    Bool aligned{false}; ///< to 8 bytes
    Bool readable{false};
};
Shape shape(const Run& r) {
    const Bv<64>& word = control_word(r);
    const Bv<16> call_code = bits<16>(word, 0);
    const Bool get = call_code == get_vp_registers;
    const Bool set = call_code == set_vp_registers;
    const Bool list = get | set;
    const Bv<64> count = rep_count(r);
    const Bv<64> start = rep_start(r);
    // Bytes of input and output: a header of 16, then entries of 4 and 16 (Get), 32 (Set).
    Bv<64> in = Symbolic::ite(call_code == 0xD, Bv<64>(16), Bv<64>(240));
    in = Symbolic::ite(get, (count << 2) + 16, Symbolic::ite(set, (count << 5) + 16, in));
    const Bv<64> out = Symbolic::ite(get, count << 4, Bv<64>(0));
    const auto in_registers = [](const Bv<64>& bytes) { return ((bytes + 15) >> 4) << 4; };
    const auto one_page = [](const Bv<64>& address, const Bv<64>& bytes) {
        return number_in(address, 11, 0) + bytes <= 4096;
    };
    Bool clear{true};
    for (unsigned n = 17; n < 64; ++n) {
        if ((n < 32) || (n > 43 && n < 48) || n > 59) {
            clear = clear & !bit(word, n);
        }
    }
    Shape s;
    s.control = clear & Symbolic::ite(list, (count != 0) & (start < count), (count == 0) & (start == 0));
    s.fast = bit(word, 16);
    s.fits = in_registers(in) + in_registers(out) <= 112;
    s.page = one_page(r.exit.gpr[rdx], in) & implies(get, one_page(r.exit.gpr[r8], out));
    s.aligned = (number_in(r.exit.gpr[rdx], 2, 0) == 0) & implies(get, number_in(r.exit.gpr[r8], 2, 0) == 0);
    s.readable = !r.exit.input_unreadable;
    return s;
}
/// Get or Set that one entry is looked at of.
Bool well_shaped(const Run& r) {
    const Shape s = shape(r);
    return s.control & Symbolic::ite(s.fast, s.fits, s.page & s.aligned & s.readable);
}
Bool entry(const Run& r) { return (gets(r) | sets(r)) & well_shaped(r); }

Bv<8> own_vtl(const Run& r) { return Symbolic::ite(of_vtl1(r), Bv<8>(1), Bv<8>(0)); }
/// What is looked at of the header, each as it ought to be (note P15).
struct Header {
    Bool partition{false};
    Bool own_vp{false};
    Bool vp_exists{false};
    Bool byte{false};      ///< the VTL byte is well formed
    Bool not_above{false}; ///< the VTL is the caller's or a lower one
};
Header header(const Run& r) {
    const Bv<8>& byte = r.exit.target_vtl;
    const Bool named = bit(byte, 4);
    const Bv<8> vtl = byte & 0xF;
    Header h;
    h.partition = r.exit.partition_id == ~std::uint64_t{0};
    h.vp_exists = (r.exit.target_vp == 0xFFFFFFFE) | (r.exit.target_vp < r.config.vps);
    h.own_vp = (r.exit.target_vp == 0xFFFFFFFE) | (r.exit.target_vp == r.exit.vp);
    h.byte = !bit(byte, 5) & !bit(byte, 6) & !bit(byte, 7) & implies(named, vtl < 3);
    h.not_above = implies(named, vtl <= own_vtl(r));
    return h;
}
/// Get or Set whose entry passes the header.
Bool reaches(const Run& r) {
    const Header h = header(r);
    return entry(r) & h.partition & h.own_vp & h.vp_exists & h.byte & h.not_above;
}
/// VTL1 names VTL0, and a VTL names itself.
Bool names_lower(const Run& r) { return of_vtl1(r) & !names_vtl1(r); }
Bool names_own(const Run& r) { return names_vtl1(r) == r.exit.vtl1; }

// ---- outcomes ----

Outcome<Symbolic> either(const Bool& condition, Outcome<Symbolic> a, const Outcome<Symbolic>& b) {
    Outcome<Symbolic>::visit([&](const auto&, auto& x, const auto& y) { x = Symbolic::ite(condition, x, y); }, a, b);
    return a;
}
/// The audit record of an entry that names another VTL (note P36).
void record(const Run& r, Outcome<Symbolic>& out, Route route, AuditVerdict verdict, const Bv<16>& reason) {
    const Bv<8> vtl = r.exit.target_vtl & 0xF;
    const Bool across = bit(r.exit.target_vtl, 4) & (vtl != own_vtl(r));
    const auto if_across = [&](auto& field, const auto& value) { field = Symbolic::ite(across, value, field); };
    out.audit = across;
    if_across(out.audit_origin, own_vtl(r));
    if_across(out.audit_operation, Symbolic::ite(bit(control_word(r), 0), Bv<8>(2), Bv<8>(1)));
    if_across(out.audit_vtl, vtl);
    if_across(out.audit_register, r.exit.name);
    if_across(out.audit_route, code(route));
    if_across(out.audit_verdict, code(verdict));
    if_across(out.audit_reason, reason);
}
/// The call ends with a status and a count of completed entries.
Outcome<Symbolic> answered(const Run& r, const Bv<16>& status, const Bv<64>& completed) {
    auto out = finished(r);
    out.gpr[rax] = as_64(status) | (completed << 32);
    return out;
}
/// The entry ends with an error.
Outcome<Symbolic> failed(const Run& r, const Bv<16>& status, Route route = Route::none,
                         AuditVerdict verdict = AuditVerdict::refused) {
    auto out = answered(r, status, rep_start(r));
    record(r, out, route, verdict, status);
    return out;
}
/// The entry is done: if it is the last, the call is; else the guest executes the call again for the next one.
Outcome<Symbolic> granted(const Run& r, Route route = Route::emulation) {
    const Bv<64> next = rep_start(r) + 1;
    auto more = nothing(r, Disposition::continued);
    const auto& word = control_word(r).term();
    more.gpr[rcx] =
        Bv<64>(z3::concat(z3::concat(word.extract(63, 60), next.term().extract(11, 0)), word.extract(47, 0)));
    auto out = either(next == rep_count(r), answered(r, 0, rep_count(r)), more);
    record(r, out, route, AuditVerdict::granted, 0);
    return out;
}
Bool is_last(const Run& r) { return rep_start(r) + 1 == rep_count(r); }
Bool succeeds(const Run& r) {
    return became(r, Disposition::continued) | (became(r, Disposition::completed) & (bits<16>(r.out.gpr[rax], 0) == 0));
}

// ---- the list of registers (note P20) ----

enum class Door { lower, tsc_aux, event, vtl1_denied, vtl1_parameter, vsm, open };
struct Listed {
    Numbers names;
    Door door;
    bool get;
    bool set;
};
constexpr auto list = std::to_array<Listed>({
    {{0x00020000, 0x00020003}, Door::lower, true, false},         // Rax, Rcx, Rdx, Rbx
    {{0x00020004, 0x00020004}, Door::lower, true, true},          // Rsp
    {{0x00020005, 0x0002000F}, Door::lower, true, false},         // Rbp to R15
    {{0x00020010, 0x00020011}, Door::lower, true, true},          // Rip, Rflags
    {{0x00040000, 0x00040000}, Door::lower, true, true},          // Cr0
    {{0x00040001, 0x00040002}, Door::lower, true, false},         // Cr2, Cr3
    {{0x00040003, 0x00040005}, Door::lower, true, true},          // Cr4, Cr8, Xfem
    {{0x00050000, 0x00050002}, Door::lower, true, false},         // Dr0-Dr2
    {{0x00050003, 0x00050003}, Door::lower, true, true},          // Dr3
    {{0x00050005, 0x00050005}, Door::lower, true, true},          // Dr7
    {{0x00060000, 0x00060005}, Door::lower, true, false},         // Es, Cs, Ss, Ds, Fs, Gs
    {{0x00060006, 0x00060007}, Door::lower, true, true},          // Ldtr, Tr
    {{0x00070000, 0x00070001}, Door::lower, true, true},          // Idtr, Gdtr
    {{0x00080001, 0x00080001}, Door::lower, true, true},          // Efer
    {{0x00080002, 0x00080002}, Door::lower, true, false},         // KernelGsBase
    {{0x00080003, 0x00080003}, Door::open, true, true},           // ApicBase
    {{0x00080004, 0x0008000B}, Door::lower, true, true},          // Pat, SysenterCs/Eip/Esp, Star, Lstar, Cstar, Sfmask
    {{0x0008007B, 0x0008007B}, Door::tsc_aux, true, true},        // TscAux
    {{0x0008008B, 0x0008008B}, Door::lower, true, true},          // Xss
    {{0x0008008D, 0x0008008D}, Door::lower, true, true},          // SCet
    {{0x0008008F, 0x00080093}, Door::lower, true, true},          // Pl0-Pl3Ssp, InterruptSspTableAddr
    {{0x00090013, 0x00090013}, Door::open, true, true},           // VpAssistPage
    {{0x000A0000, 0x000A0010}, Door::open, true, true},           // Sint0-15, Scontrol
    {{0x000A0011, 0x000A0011}, Door::open, true, false},          // Sversion
    {{0x000A0012, 0x000A0014}, Door::open, true, true},           // Sifp, Sipp, Eom
    {{0x000B0000, 0x000B0007}, Door::open, true, true},           // Stimer0-3 Config, Count
    {{0x000D0002, 0x000D0002}, Door::open, true, false},          // VsmCodePageOffsets
    {{0x000D0003, 0x000D0004}, Door::vsm, true, false},           // VsmVpStatus, VsmPartitionStatus
    {{0x000D0006, 0x000D0006}, Door::vsm, true, false},           // VsmCapabilities
    {{0x00010004, 0x00010004}, Door::event, false, true},         // PendingEvent0
    {{0x000D0005, 0x000D0005}, Door::vtl1_parameter, true, true}, // VsmVina
    {{0x000D0007, 0x000D0007}, Door::vtl1_parameter, true, true}, // VsmPartitionConfig
    {{0x000D0010, 0x000D0010}, Door::vtl1_denied, true, true},    // VsmVpSecureConfigVtl0
    {{0x000E0000, 0x000E0003}, Door::vtl1_denied, true, true},    // CrInterceptControl, Cr0/Cr4/Ia32MiscEnable masks
});

template <class Which>
Bool name_is_listed(const Run& r, Which&& which) {
    Bool found{false};
    for (const Listed& l : list) {
        if (which(l)) {
            found = found | is_among(r.exit.name, std::span(&l.names, 1));
        }
    }
    return found;
}
Bool behind(const Run& r, Door door) {
    return name_is_listed(r, [door](const Listed& l) { return l.door == door; });
}
/// The status with which the gates turn an entry away, 0 if they do not (notes P16, P17).
Bv<16> turned_away(const Run& r) {
    const auto all = [](const Listed&) { return true; };
    const Bool missing =
        Symbolic::ite(bit(control_word(r), 0), !name_is_listed(r, [](const Listed& l) { return l.set; }),
                      !name_is_listed(r, [](const Listed& l) { return l.get; }));
    Bv<16> status = Symbolic::ite(missing, Bv<16>(5), Bv<16>(0));
    const auto turn = [&](const Bool& when, std::uint16_t with) { status = Symbolic::ite(when, Bv<16>(with), status); };
    turn(!name_is_listed(r, all), 5);
    turn(behind(r, Door::vsm) & of_vtl0(r) & !r.config.access_vsm, 6);
    turn(behind(r, Door::vtl1_parameter) & !names_vtl1(r), 5);
    turn(behind(r, Door::vtl1_denied) & !names_vtl1(r), 6);
    turn(behind(r, Door::event) & names_own(r), 5);
    turn(behind(r, Door::tsc_aux) & !r.config.tsc_aux, 5);
    turn((behind(r, Door::tsc_aux) | behind(r, Door::lower)) & names_own(r), 6);
    return status;
}
Bool admitted(const Run& r) { return reaches(r) & (turned_away(r) == 0); }
Bool names(const Run& r, std::uint32_t first, std::uint32_t last) {
    return first == last ? r.exit.name == first : (r.exit.name >= first) & (r.exit.name <= last);
}
Bool names(const Run& r, std::uint32_t name) { return names(r, name, name); }

// ---- claims ----

void call_shape(Goal& goal) {
    const Run& r = goal.run();
    const Shape s = shape(r);
    const Bool call = gets(r) | sets(r) | calls(r, 0xD) | calls(r, 0xF) | calls(r, 0x99);
    const auto ends = [&](const std::string& name, const Bool& wrong, std::uint16_t status) {
        goal.prove(name, call & wrong, same(r.out, answered(r, Bv<16>(status), 0)));
    };
    ends("control-word", !s.control, 3);
    ends("fast-call-too-large", s.control & s.fast & !s.fits, 3);
    ends("page-crossed", s.control & !s.fast & !s.page, 3);
    ends("misaligned", s.control & !s.fast & s.page & !s.aligned, 4);
    ends("unreadable", s.control & !s.fast & s.page & s.aligned & !s.readable, 3);
    goal.prove("state-stays", call & !(s.control & Symbolic::ite(s.fast, s.fits, s.page & s.aligned & s.readable)),
               state_kept(r));
    // Sizes, said with numbers: three entries of Set fit into the registers and four do not, four of Get and not five.
    const Bool fast_only = (control_word(r) & 0xF000'F000'FFFF'0000) == 0x1'0000;
    const auto fast = [&](const Bool& which, std::uint32_t count) {
        return which & fast_only & (rep_start(r) == 0) & (rep_count(r) == count);
    };
    const auto malformed = [&] { return same(r.out, answered(r, 3, 0)); };
    goal.prove("four-entries-of-set-are-too-many", fast(sets(r), 4), malformed());
    goal.prove("five-entries-of-get-are-too-many", fast(gets(r), 5), malformed());
    const Bool passes_header = header(r).partition & header(r).own_vp & header(r).vp_exists & header(r).byte;
    goal.prove("three-entries-of-set-fit",
               fast(sets(r), 3) & passes_header & (r.exit.target_vtl == 0) & names(r, 0x20000),
               same(r.out, failed(r, 6)));
    goal.prove("four-entries-of-get-fit",
               fast(gets(r), 4) & passes_header & (r.exit.target_vtl == 0) & names(r, 0xD0002),
               became(r, Disposition::continued));
    goal.prove("user-mode-is-gp", arrives(r, vmcall) & vtl_exists(r) & !kernel_mode(r),
               state_kept(r) & same(r.out, faulted(r)));
    goal.witness((rep_count(r) == 5) & (rep_start(r) == 5));
}

void reg_header(Goal& goal) {
    const Run& r = goal.run();
    const Header h = header(r);
    const Bool here = entry(r) & (r.exit.vp < r.config.vps);
    const auto ends = [&](const std::string& name, const Bool& wrong, std::uint16_t status) {
        goal.prove(name, here & wrong, state_kept(r) & same(r.out, failed(r, Bv<16>(status))));
    };
    ends("another-partition", !h.partition, 6);
    ends("vp-that-does-not-exist", h.partition & !h.own_vp & !h.vp_exists, 0xE);
    ends("another-vp", h.partition & !h.own_vp & h.vp_exists, 6);
    ends("malformed-vtl-byte", h.partition & h.own_vp & !h.byte, 5);
    ends("higher-vtl", h.partition & h.own_vp & h.byte & !h.not_above, 6);
    const Bool names_higher = bit(r.exit.target_vtl, 4) & ((r.exit.target_vtl & 0xF) > own_vtl(r));
    goal.prove("no-vtl-above-the-caller", (gets(r) | sets(r)) & names_higher,
               state_kept(r) & !succeeds(r) & asked(r, Request::none) & (r.out.result == 0) & (r.out.result_high == 0));
    goal.witness(rep_start(r) == 2);
}

void reg_gate(Goal& goal) {
    const Run& r = goal.run();
    const Bool here = reaches(r);
    const auto ends = [&](const std::string& name, const Bool& wrong, std::uint16_t status) {
        goal.prove(name, here & wrong, state_kept(r) & same(r.out, failed(r, Bv<16>(status))));
    };
    ends("own-architectural-register", (behind(r, Door::lower) | behind(r, Door::tsc_aux)) & names_own(r), 6);
    ends("no-tsc-aux", behind(r, Door::tsc_aux) & names_lower(r) & !r.config.tsc_aux, 5);
    ends("own-event", behind(r, Door::event) & names_own(r), 5);
    ends("intercept-register-of-vtl0", behind(r, Door::vtl1_denied) & !names_vtl1(r), 6);
    ends("vsm-setting-of-vtl0", behind(r, Door::vtl1_parameter) & !names_vtl1(r), 5);
    ends("vsm-status-without-privilege", behind(r, Door::vsm) & of_vtl0(r) & !r.config.access_vsm, 6);
    ends("any-other-name", !name_is_listed(r, [](const Listed&) { return true; }), 5);
    ends("no-get", gets(r) & (turned_away(r) != 0) & behind(r, Door::event) & names_lower(r), 5);
    ends("no-set",
         sets(r) & (turned_away(r) == 5) & (behind(r, Door::open) | (behind(r, Door::lower) & names_lower(r))), 5);
    goal.prove("in-every-case-as-listed", here & (turned_away(r) != 0), same(r.out, failed(r, turned_away(r))));
    goal.prove("success-only-behind-the-gates", (gets(r) | sets(r)) & succeeds(r), admitted(r));
    goal.prove("vtl0-reaches-its-own-open-and-vsm-registers-only", (gets(r) | sets(r)) & of_vtl0(r) & succeeds(r),
               behind(r, Door::open) | behind(r, Door::vsm));
    goal.witness(names(r, 0x40000));
}

void reg_refused(Goal& goal) {
    const Run& r = goal.run();
    const Bool call = gets(r) | sets(r);
    const Bool fails = call & !succeeds(r);
    goal.prove("state-stays-in-a-get", gets(r) & !succeeds(r), state_kept(r));
    goal.prove("state-stays-in-a-set", sets(r) & !succeeds(r), state_kept(r));
    goal.prove("the-call-ends", fails, became(r, Disposition::completed) & (bits<16>(r.out.gpr[rax], 0) != 0));
    goal.prove("no-value", fails, (r.out.result == 0) & (r.out.result_high == 0));
    goal.prove("completed-entries-are-counted", entry(r) & !succeeds(r),
               r.out.gpr[rax] == (as_64(bits<16>(r.out.gpr[rax], 0)) | (rep_start(r) << 32)));
    Bool others{true};
    for (std::size_t i = 1; i < 16; ++i) {
        others = others & (r.out.gpr[i] == r.exit.gpr[i]);
    }
    goal.prove("other-registers-stay", fails, others);
    // EFER says how far RIP advances.
    const Holding settings{"VTL1's settings and the VP's", {Domain::vtl1}, [](Cells& cells, Start& start) {
                               auto& vp = start.before.vp;
                               for (auto* field :
                                    {&vp.intercept_control, &vp.cr0_mask, &vp.cr4_mask, &vp.misc_enable_mask, &vp.xcr0,
                                     &vp.vina, &start.before.vsm.partition_config}) {
                                   cells.add("setting", *field);
                               }
                           }};
    Pair pair(goal, r,
              {holdings::registers(0, {"efer"}), holdings::registers(1, {"efer"}), settings, holdings::module_answer(),
               holdings::page_answer()});
    const Run& other = pair.other();
    const Observation outcome{.name = "outcome",
                              .observers = everybody(),
                              .state = {},
                              .outcome = [](Seen& seen, const Run& run) { seen.all(run.out); }};
    // The run with other registers ends as the first one has to.
    const Header h = header(r);
    const auto blind = [&](const std::string& name, const Bool& here, const Bv<16>& status) {
        Run as_said = r;
        as_said.out = failed(r, status);
        pair.determined(name, here, outcome, as_said);
    };
    blind("header-is-blind", entry(r) & !h.byte & h.partition & (r.exit.target_vp == 0xFFFFFFFE), 5);
    blind("vtl-test-is-blind", entry(r) & h.byte & !h.not_above & h.partition & (r.exit.target_vp == 0xFFFFFFFE), 6);
    blind("gates-are-blind", reaches(r) & (turned_away(r) != 0), turned_away(r));
    goal.witness((other.before.vtl[1].star != r.before.vtl[1].star) & gets(r) & (rep_start(r) == 1));
}

void reg_list(Goal& goal) {
    const Run& r = goal.run();
    const Bool call = gets(r) | sets(r);
    const Bool more = call & succeeds(r) & !is_last(r);
    const Bool last = call & succeeds(r) & is_last(r);
    goal.prove("goes-on", more,
               became(r, Disposition::continued) & (r.out.rip == r.exit.rip) &
                   (r.out.interruptibility == r.exit.interruptibility) & (r.out.pending_debug == r.exit.pending_debug) &
                   (r.out.gpr[rax] == r.exit.gpr[rax]));
    const auto& word = control_word(r);
    const auto& word_after = r.out.gpr[rcx];
    goal.prove("next-entry", more,
               (number_in(word_after, 59, 48) == rep_start(r) + 1) &
                   (number_in(word_after, 47, 0) == number_in(word, 47, 0)) &
                   (number_in(word_after, 63, 60) == number_in(word, 63, 60)));
    goal.prove("only-a-list-goes-on", became(r, Disposition::continued), more);
    goal.prove("last-entry-returns-the-count", last,
               became(r, Disposition::completed) & (r.out.gpr[rax] == (rep_count(r) << 32)));
    // The same entry as the last one of a shorter list.
    const Run& other = narrowed(goal, "shorter list", [&](State<Symbolic>&, Exit<Symbolic>& exit) {
        const z3::expr shorter = (rep_start(r) + 1).term().extract(11, 0);
        exit.gpr[rcx] =
            Bv<64>(z3::concat(z3::concat(word.term().extract(63, 44), shorter), word.term().extract(31, 0)));
    });
    const Bool longer = entry(r) & !is_last(r);
    goal.prove("a-shorter-list-is-as-well-shaped", longer, entry(other) & is_last(other));
    const auto compare = [&](const std::string& name, const Bool& which) {
        const Bool comparable = which & longer & entry(other) & is_last(other);
        // Where the exiting VTL stands is the end of the call, not of the entry.
        const Observation state{
            .name = "state", .observers = everybody(), .state = {}, .outcome = [](Seen& seen, const Run& run) {
                State<Symbolic> left = run.after;
                for (std::size_t v = 0; v < 2; ++v) {
                    left.vtl[v].rip = when(run.exit.vtl1 == Bool(v == 0), left.vtl[v].rip);
                }
                seen.all(left);
            }};
        const Observation status{.name = "success",
                                 .observers = everybody(),
                                 .state = {},
                                 .outcome = [](Seen& seen, const Run& run) { seen.add(succeeds(run)); }};
        same_effect(goal, name + "-succeeds-as-it-would-as-the-last", comparable, r, other, status);
        same_effect(goal, name + "-changes-what-it-would-as-the-last", comparable, r, other, state);
    };
    compare("get", gets(r));
    compare("set", sets(r));
    // What a get gives is said by REG-GET, wherever it stands.
    const Observation told{
        .name = "what is told", .observers = everybody(), .state = {}, .outcome = [](Seen& seen, const Run& run) {
            seen.all_but(run.out, {"disposition", "rax", "rcx", "rip", "interruptibility", "pending_debug"});
        }};
    same_effect(goal, "set-tells-what-it-would-as-the-last", sets(r) & longer & entry(other) & is_last(other), r, other,
                told);
    goal.witness((rep_count(r) == 3) & sets(r));
}

/// A register of the VTL that is named.
template <class Of>
auto named(const Run& r, Of&& of) {
    return Symbolic::ite(names_vtl1(r), of(r.before.vtl[1]), of(r.before.vtl[0]));
}

void reg_get(Goal& goal) {
    const Run& r = goal.run();
    goal.prove("changes-nothing", gets(r), state_kept(r));
    // A get of `here` gives `value`, and asks nobody.
    const auto gives = [&](const std::string& name, const Bool& here, const Bv<64>& value) {
        auto out = granted(r);
        out.result = value;
        goal.prove(name, admitted(r) & gets(r) & here, same(r.out, out));
    };
    /// One of several registers with names one after the other.
    struct Row {
        std::uint32_t name;
        Bv<64> value;
    };
    const auto gives_one_of = [&](const std::string& name, const std::vector<Row>& rows) {
        Bool here{false};
        Bv<64> value(0);
        for (const Row& row : rows) {
            here = here | (r.exit.name == row.name);
            value = Symbolic::ite(r.exit.name == row.name, row.value, value);
        }
        gives(name, here, value);
    };
    const auto field = [&](auto&& of) { return named(r, of); };

    std::vector<Row> rows;
    for (std::uint32_t n = 0; n < 16; ++n) {
        if (n != 4) {
            rows.push_back({0x20000 + n, r.exit.gpr[n]});
        }
    }
    gives_one_of("general-purpose-registers-are-shared", rows);
    const auto& lower = r.before.vtl[0];
    gives_one_of("saved-registers", {{0x20004, lower.rsp},
                                     {0x20010, lower.rip},
                                     {0x20011, lower.rflags},
                                     {0x40000, lower.cr0},
                                     {0x40003, lower.cr4},
                                     {0x40005, r.before.vp.xcr0}});
    gives_one_of("msrs", {{0x80001, lower.efer},
                          {0x80004, lower.pat},
                          {0x80005, lower.sysenter_cs},
                          {0x80006, lower.sysenter_eip},
                          {0x80007, lower.sysenter_esp},
                          {0x80008, lower.star},
                          {0x80009, lower.lstar},
                          {0x8000A, lower.cstar},
                          {0x8000B, lower.sfmask},
                          {0x8007B, lower.tsc_aux},
                          {0x8008B, lower.xss}});
    rows.clear();
    for (std::size_t v = 0; v < 2; ++v) {
        Bool here{false};
        Bv<64> value(0);
        for (std::uint32_t n = 0; n < 16; ++n) {
            here = here | names(r, 0xA0000 + n);
            value = Symbolic::ite(names(r, 0xA0000 + n), r.before.vtl[v].synic.sint[n], value);
        }
        gives("sints-of-vtl" + std::to_string(v), here & (names_vtl1(r) == Bool(v == 1)), value);
    }
    rows.push_back({0xA0010, field([](const auto& v) { return v.synic.scontrol; })});
    rows.push_back({0xA0011, Bv<64>(1)});
    rows.push_back({0xA0012, field([](const auto& v) { return v.synic.siefp; })});
    rows.push_back({0xA0013, field([](const auto& v) { return v.synic.simp; })});
    rows.push_back({0xA0014, Bv<64>(0)});
    gives_one_of("synic", rows);
    rows.clear();
    for (std::uint32_t n = 0; n < 4; ++n) {
        rows.push_back({0xB0000 + 2 * n, field([n](const auto& v) { return v.stimer_config[n]; })});
        rows.push_back({0xB0001 + 2 * n, field([n](const auto& v) { return v.stimer_count[n]; })});
    }
    rows.push_back({0x80003, field([](const auto& v) { return v.apic_base; })});
    rows.push_back({0x90013, field([](const auto& v) { return v.vp_assist; })});
    rows.push_back({0xD0002, Bv<64>(0x2600F)});
    gives_one_of("timers-apic-base-and-assist-page", rows);

    const auto when = [](const Bool& condition, std::uint64_t mask) {
        return Symbolic::ite(condition, Bv<64>(mask), Bv<64>(0));
    };
    const auto& vsm = r.before.vsm;
    const Bool enabled = vsm.guest_vsm == 1;
    gives("vp-status", names(r, 0xD0003),
          when(of_vtl1(r), 1) | when(r.before.vp.vp_mbec, 0x10) | when(Bool(true), 0x10000) |
              when(r.before.slot.enable_called, 0x20000));
    gives("partition-status", names(r, 0xD0004),
          when(Bool(true), 1) | when(enabled, 2) | when(vsm.guest_vsm != 2, 0x10000) |
              when(enabled & vsm.mbec, 0x300000));
    gives("capabilities", names(r, 0xD0006), Symbolic::ite(r.config.isolation == 3, Bv<64>(0x20003), Bv<64>(0x20002)));
    const auto& vp = r.before.vp;
    gives_one_of("settings-of-vtl1", {{0xD0005, vp.vina},
                                      {0xD0007, vsm.partition_config},
                                      {0xE0000, vp.intercept_control},
                                      {0xE0001, vp.cr0_mask},
                                      {0xE0002, vp.cr4_mask},
                                      {0xE0003, vp.misc_enable_mask}});
    gives("secure-config", names(r, 0xD0010) & enabled, when(vsm.mbec, 1) | when(vp.tlb_locked, 2));
    const Bool module = names(r, 0x40001, 0x40002) | names(r, 0x40004) | names(r, 0x50000, 0x50003) |
                        names(r, 0x50005) | names(r, 0x60000, 0x60007) | names(r, 0x70000, 0x70001) |
                        names(r, 0x80002) | names(r, 0x8008D) | names(r, 0x8008F, 0x80093);
    const auto ask = [&](Outcome<Symbolic> out) {
        out.request = code(Request::register_read);
        out.request_index = r.exit.name;
        return out;
    };
    auto given = ask(granted(r, Route::tdx_module));
    given.result = r.exit.register_value;
    given.result_high = r.exit.register_value_high;
    const Bool from_module = admitted(r) & gets(r) & module;
    goal.prove("module", from_module & !r.exit.module_refused, same(r.out, given));
    goal.prove("module-refuses", from_module & r.exit.module_refused,
               same(r.out, ask(failed(r, 0x71, Route::tdx_module, AuditVerdict::failed))));
    goal.prove("the-module-is-asked-for-no-other", asked(r, Request::register_read) & gets(r), from_module);
    goal.witness(names_lower(r));
}

// ---- what may be set (notes P22 to P29, R16, R17, R20, R22) ----

Bool canonical_address(const Run& r, const Bv<64>& value) {
    const auto extended = [&](unsigned width) {
        return Bool(z3::sext(value.term().extract(width - 1, 0), 64 - width) == value.term());
    };
    return Symbolic::ite(r.config.la57, extended(57), extended(48));
}
/// No bit but those of `allowed`.
Bool within(const Bv<64>& value, std::uint64_t allowed) { return (value & ~allowed) == 0; }
/// Long mode: EFER.LME and CR0.PG.
Bool long_mode(const Bv<64>& efer, const Bv<64>& cr0) { return bit(efer, 8) & bit(cr0, 31); }
/// SDM 26.3.1, as far as it ties control registers together.
Bool can_be_entered(const Bv<64>& cr0, const Bv<64>& cr4, const Bv<64>& efer, const Bv<64>& rflags) {
    const Bool lma = long_mode(efer, cr0);
    return implies(lma, bit(cr4, 5)) & implies(bit(cr4, 17), lma) & implies(bit(cr4, 23), bit(cr0, 16)) &
           implies(bit(rflags, 17), bit(cr0, 0) & !lma);
}
Bool good_cr0(const Bv<64>& cr0) {
    return (bits<32>(cr0, 32) == 0) & implies(bit(cr0, 31), bit(cr0, 0)) & implies(bit(cr0, 29), bit(cr0, 30));
}
Bool good_cr4(const Run& r, const Bv<64>& cr4) { return (cr4 & ~(r.config.cr4_allowed & 0xB71FFF)) == 0; }
Bool good_rflags(const Bv<64>& rflags) {
    return bit(rflags, 1) & !bit(rflags, 3) & !bit(rflags, 5) & !bit(rflags, 15) & (number_in(rflags, 63, 22) == 0);
}
Bv<64> efer_with_lma(const Bv<64>& efer, const Bv<64>& cr0) {
    return (efer & ~std::uint64_t{0x400}) | Symbolic::ite(long_mode(efer, cr0), Bv<64>(0x400), Bv<64>(0));
}
/// A segment's limit fits its granularity.
Bool limit_fits(const Bv<64>& rest) {
    const Bv<64> limit = number_in(rest, 31, 0);
    const Bool granular = bit(rest, 63);
    return implies(number_in(limit, 31, 20) != 0, granular) & implies(number_in(limit, 11, 0) != 0xFFF, !granular);
}
/// A system segment of this type, present, in the global table.
Bool system_segment(const Bv<64>& rest, std::uint64_t type) {
    return (number_in(rest, 51, 48) == type) & !bit(rest, 52) & (number_in(rest, 59, 56) == 0) & limit_fits(rest) &
           !bit(rest, 34);
}

/// A register that can be set, or several of a kind.
struct Settable {
    std::string name;
    Bool here; ///< the entry is a Set of it that the gates admit
    Bool good; ///< it takes the value
    Bv<16> bad = 0x50;
    Bool fails{false}; ///< whoever is asked refuses
    Bv<16> failure = 0x71;
    Route route = Route::emulation;
    Route failure_route = Route::none;
    std::function<void(State<Symbolic>&)> store = [](State<Symbolic>&) {};
    std::function<void(Outcome<Symbolic>&)> ask = [](Outcome<Symbolic>&) {};  ///< what is asked, refused or not
    std::function<void(Outcome<Symbolic>&)> tell = [](Outcome<Symbolic>&) {}; ///< what comes of success besides
};

std::vector<Settable> settables(const Run& r) {
    std::vector<Settable> all;
    const Bv<64>& v = r.exit.value;
    const Bv<64>& high = r.exit.value_high;
    const Bool admitted_set = admitted(r) & sets(r);
    const auto add = [&](const std::string& name, const Bool& here, const Bool& good) -> Settable& {
        Settable row{.name = name, .here = admitted_set & here, .good = good};
        return all.emplace_back(std::move(row));
    };
    const auto& lower = r.before.vtl[0];
    const auto of_vtl0_state = [&](const std::string& name, std::uint32_t number, const Bool& good, auto field,
                                   const Bv<64>& stored) {
        add(name, names(r, number), good).store = [field, stored](State<Symbolic>& s) { field(s.vtl[0]) = stored; };
    };

    of_vtl0_state("rsp", 0x20004, Bool(true), [](auto& s) -> auto& { return s.rsp; }, v);
    of_vtl0_state("rip", 0x20010, canonical_address(r, v), [](auto& s) -> auto& { return s.rip; }, v);
    of_vtl0_state(
        "rflags", 0x20011, good_rflags(v) & can_be_entered(lower.cr0, lower.cr4, lower.efer, v),
        [](auto& s) -> auto& { return s.rflags; }, v);
    const Bv<64> cr0 = (v & ~std::uint64_t{0x1FFAFFC0}) | 0x10;
    add("cr0", names(r, 0x40000), good_cr0(cr0) & can_be_entered(cr0, lower.cr4, lower.efer, lower.rflags)).store =
        [cr0](State<Symbolic>& s) {
            s.vtl[0].cr0 = cr0;
            s.vtl[0].ia32e_guest = long_mode(s.vtl[0].efer, cr0);
            s.vtl[0].efer = efer_with_lma(s.vtl[0].efer, cr0);
        };
    of_vtl0_state(
        "cr4", 0x40003, good_cr4(r, v) & can_be_entered(lower.cr0, v, lower.efer, lower.rflags),
        [](auto& s) -> auto& { return s.cr4; }, v);
    const Bool good_efer = within(v, 0xD01) & bit(v, 11) & implies(bit(lower.cr0, 31), bit(v, 8) == bit(lower.efer, 8));
    add("efer", names(r, 0x80001), good_efer).store = [v, lower](State<Symbolic>& s) {
        s.vtl[0].efer = efer_with_lma(v, lower.cr0);
        s.vtl[0].ia32e_guest = long_mode(v, lower.cr0);
    };

    Bool pat{true};
    for (unsigned i = 0; i < 8; ++i) {
        const Bv<8> type = bits<8>(v, 8 * i);
        pat = pat & ((type == 0) | (type == 1) | (type == 4) | (type == 5) | (type == 6) | (type == 7));
    }
    const Bool short_value = bits<32>(v, 32) == 0;
    of_vtl0_state("pat", 0x80004, pat, [](auto& s) -> auto& { return s.pat; }, v);
    of_vtl0_state(
        "sysenter-cs", 0x80005, Bool(true), [](auto& s) -> auto& { return s.sysenter_cs; }, number_in(v, 31, 0));
    of_vtl0_state("sysenter-eip", 0x80006, canonical_address(r, v), [](auto& s) -> auto& { return s.sysenter_eip; }, v);
    of_vtl0_state("sysenter-esp", 0x80007, canonical_address(r, v), [](auto& s) -> auto& { return s.sysenter_esp; }, v);
    of_vtl0_state("star", 0x80008, Bool(true), [](auto& s) -> auto& { return s.star; }, v);
    of_vtl0_state("lstar", 0x80009, canonical_address(r, v), [](auto& s) -> auto& { return s.lstar; }, v);
    of_vtl0_state("cstar", 0x8000A, canonical_address(r, v), [](auto& s) -> auto& { return s.cstar; }, v);
    of_vtl0_state("sfmask", 0x8000B, short_value, [](auto& s) -> auto& { return s.sfmask; }, v);
    of_vtl0_state("tsc-aux", 0x8007B, short_value, [](auto& s) -> auto& { return s.tsc_aux; }, v);
    of_vtl0_state(
        "xss", 0x8008B, (v & ~(r.config.xss_supported & 0x1C00)) == 0, [](auto& s) -> auto& { return s.xss; }, v);

    // Kept by the TDX module.
    const auto module = [&](const std::string& name, const Bool& here, const Bool& good, const Bv<64>& also) {
        Settable& row = add(name, here, good);
        row.fails = r.exit.module_refused;
        row.route = Route::tdx_module;
        row.failure_route = Route::tdx_module;
        row.ask = [&r, also](Outcome<Symbolic>& out) {
            out.request = code(Request::register_write);
            out.request_index = r.exit.name;
            out.request_value = r.exit.value;
            out.request_high = also;
        };
        return all.size() - 1;
    };
    module("cr8", names(r, 0x40004), v <= 15, 0);
    module("dr3", names(r, 0x50003), Bool(true), 0);
    module("dr7", names(r, 0x50005), short_value, 0);
    module("ldtr", names(r, 0x60006), canonical_address(r, v) & implies(bit(high, 55), system_segment(high, 2)), high);
    module("tr", names(r, 0x60007), canonical_address(r, v) & bit(high, 55) & system_segment(high, 11), high);
    module("gdtr-idtr", names(r, 0x70000, 0x70001), canonical_address(r, high), high);
    module("s-cet", names(r, 0x8008D), (number_in(v, 9, 6) == 0) & !(bit(v, 10) & bit(v, 11)) & canonical_address(r, v),
           0);
    module("pl-ssp", names(r, 0x8008F, 0x80092), (number_in(v, 1, 0) == 0) & canonical_address(r, v), 0);
    module("interrupt-ssp-table", names(r, 0x80093), canonical_address(r, v), 0);
    const auto together = [&](unsigned a, unsigned b) { return bit(v, a) == bit(v, b); };
    const Bool good_xcr0 = bit(v, 0) & ((v & ~r.config.xcr0_supported & ~std::uint64_t{1}) == 0) &
                           implies(bit(v, 2), bit(v, 1)) & together(3, 4) & together(5, 6) & together(5, 7) &
                           implies(bit(v, 5), bit(v, 2)) & together(17, 18);
    all[module("xfem", names(r, 0x40005), good_xcr0, 0)].store = [v](State<Symbolic>& s) { s.vp.xcr0 = v; };

    // Of the VTL that is named.
    const auto set_named = [&r](State<Symbolic>& s, auto&& field, const auto& value) {
        for (std::size_t n = 0; n < 2; ++n) {
            field(s.vtl[n]) = Symbolic::ite(names_vtl1(r) == Bool(n == 1), value, field(s.vtl[n]));
        }
    };
    const Bv<64> base = lower.apic_base;
    const Bool good_base = within(v, 0xFFFFFFD00) & implies(bit(v, 10), bit(v, 11) & r.config.x2apic_capable) &
                           implies(bit(base, 10) & !bit(v, 10), !bit(v, 11));
    const Bv<64> stored_base = (v & ~std::uint64_t{0x100}) | (base & 0x100);
    Settable& apic_base = add("apic-base-of-vtl0-by-vtl1", names(r, 0x80003) & names_lower(r), good_base);
    apic_base.store = [stored_base](State<Symbolic>& s) { s.vtl[0].apic_base = stored_base; };
    const Bool resets = bit(base, 11) & !bit(v, 11);
    apic_base.tell = [resets, stored_base](Outcome<Symbolic>& out) {
        out.request = Symbolic::ite(resets, code(Request::apic_reset), code(Request::none));
        out.request_index = Symbolic::ite(resets, Bv<32>(0x1B), Bv<32>(0));
        out.request_value = Symbolic::ite(resets, stored_base, Bv<64>(0));
    };
    add("own-apic-base", names(r, 0x80003) & names_own(r), v == named(r, [](const auto& s) { return s.apic_base; }))
        .bad = 5;
    Settable& sint = add("sint", names(r, 0xA0000, 0xA000F), Bool(true));
    sint.store = [&r, v, set_named](State<Symbolic>& s) {
        for (std::uint32_t n = 0; n < 16; ++n) {
            const auto field = [n](auto& vtl) -> auto& { return vtl.synic.sint[n]; };
            set_named(s, field, Symbolic::ite(names(r, 0xA0000 + n), v, named(r, field)));
        }
    };
    sint.tell = [&r](Outcome<Symbolic>& out) { out.proxy_filter = !names_vtl1(r); };
    add("scontrol", names(r, 0xA0010), Bool(true)).store = [v, set_named](State<Symbolic>& s) {
        set_named(s, [](auto& vtl) -> auto& { return vtl.synic.scontrol; }, v);
    };
    add("eom", names(r, 0xA0014), Bool(true));
    add("stimer", names(r, 0xB0000, 0xB0007), Bool(true)).store = [&r, v, set_named](State<Symbolic>& s) {
        for (std::uint32_t n = 0; n < 4; ++n) {
            const auto config = [n](auto& vtl) -> auto& { return vtl.stimer_config[n]; };
            const auto count = [n](auto& vtl) -> auto& { return vtl.stimer_count[n]; };
            const Bv<64> before = named(r, config);
            const Bool counts = names(r, 0xB0001 + 2 * n);
            const Bool starts = counts & (v != 0) & bit(before, 3);
            set_named(s, count, Symbolic::ite(counts, v, named(r, count)));
            set_named(s, config,
                      Symbolic::ite(names(r, 0xB0000 + 2 * n), v, Symbolic::ite(starts, before | 1, before)));
        }
    };
    const auto page = [&](const std::string& name, std::uint32_t number, std::uint32_t msr, const Bool& good,
                          std::uint16_t failure, auto field) {
        const Bv<64> before = named(r, field);
        const Bool comes = bit(v, 0) & (!bit(before, 0) | (number_in(v, 63, 12) != number_in(before, 63, 12)));
        const Bool goes = bit(before, 0) & !bit(v, 0);
        Settable& row = add(name, names(r, number), good);
        row.fails = comes & r.exit.page_refused;
        row.failure = failure;
        row.store = [v, field, set_named](State<Symbolic>& s) { set_named(s, field, v); };
        row.ask = [&r, v, before, comes, goes, msr](Outcome<Symbolic>& out) {
            out.request = Symbolic::ite(comes, code(Request::page_map),
                                        Symbolic::ite(goes, code(Request::page_unmap), code(Request::none)));
            out.request_index = Symbolic::ite(comes | goes, Bv<32>(msr), Bv<32>(0));
            out.request_value = Symbolic::ite(comes | goes, (Symbolic::ite(comes, v, before) >> 12) << 12, Bv<64>(0));
            out.request_vtl = Symbolic::ite((comes | goes) & names_vtl1(r), Bv<8>(1), Bv<8>(0));
        };
    };
    page("sifp", 0xA0012, 0x40000082, Bool(true), 5, [](auto& vtl) -> auto& { return vtl.synic.siefp; });
    page("sipp", 0xA0013, 0x40000083, Bool(true), 5, [](auto& vtl) -> auto& { return vtl.synic.simp; });
    page("vp-assist", 0x90013, 0x40000073, number_in(v, 11, 1) == 0, 0x50,
         [](auto& vtl) -> auto& { return vtl.vp_assist; });

    // VTL1's own.
    const Bv<64> vector = number_in(v, 31, 16);
    const auto vector_among = [&](std::initializer_list<std::uint64_t> vectors) {
        Bool found{false};
        for (const std::uint64_t n : vectors) {
            found = found | (vector == n);
        }
        return found;
    };
    const Bool event = (number_in(v, 3, 1) == 0) & (number_in(v, 7, 4) == 0) & (number_in(v, 15, 9) == 0) &
                       vector_among({0, 1, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 16, 17, 18, 19, 21}) &
                       implies(bit(v, 8), vector_among({8, 10, 11, 12, 13, 14, 17, 21}));
    add("pending-event", names(r, 0x10004), implies(bit(v, 0), event)).store = [v, high](State<Symbolic>& s) {
        s.vp.pending_event = Symbolic::ite(bit(v, 0), v, Bv<64>(0));
        s.vp.pending_event_parameter = Symbolic::ite(bit(v, 0), high, Bv<64>(0));
    };
    Settable& vina = add("vina", names(r, 0xD0005), number_in(v, 63, 11) == 0);
    vina.bad = 5;
    vina.store = [v](State<Symbolic>& s) { s.vp.vina = v; };
    const auto& vsm = r.before.vsm;
    const Bool enabled = vsm.guest_vsm == 1;
    const Bv<64>& config = vsm.partition_config;
    const Bool moves = number_in(v, 4, 1) != number_in(config, 4, 1);
    const Bool protection = implies(bit(config, 0), bit(v, 0) & !moves) & bit(v, 1) & bit(v, 2) &
                            implies(!vsm.mbec, bit(v, 3) == bit(v, 4));
    Settable& partition = add("partition-config", names(r, 0xD0007), within(v, 0x7F) & enabled & protection);
    partition.bad = Symbolic::ite(within(v, 0x7F) & !enabled, Bv<16>(0x51), Bv<16>(0x50));
    partition.fails = moves & r.exit.page_refused;
    partition.failure = 8;
    partition.ask = [v, moves](Outcome<Symbolic>& out) {
        out.request = Symbolic::ite(moves, code(Request::default_protection), code(Request::none));
        out.request_value = Symbolic::ite(moves, number_in(v, 4, 1), Bv<64>(0));
    };
    partition.store = [v](State<Symbolic>& s) { s.vsm.partition_config = v | 1; };
    Settable& secure =
        add("secure-config", names(r, 0xD0010), !bit(v, 2) & !bit(v, 3) & enabled & (bit(v, 0) == vsm.mbec));
    secure.bad = Symbolic::ite(!bit(v, 2) & !bit(v, 3) & !enabled, Bv<16>(0x51), Bv<16>(0x50));
    secure.store = [v](State<Symbolic>& s) {
        s.vp.vp_mbec = bit(v, 0);
        s.vp.tlb_locked = bit(v, 1);
    };
    add("intercept-control", names(r, 0xE0000), within(v, 0x1EFFD557)).store = [v](State<Symbolic>& s) {
        s.vp.intercept_control = v;
    };
    add("intercept-masks", names(r, 0xE0001, 0xE0003), Bool(true)).store = [&r, v](State<Symbolic>& s) {
        s.vp.cr0_mask = Symbolic::ite(names(r, 0xE0001), v, s.vp.cr0_mask);
        s.vp.cr4_mask = Symbolic::ite(names(r, 0xE0002), v, s.vp.cr4_mask);
        s.vp.misc_enable_mask = Symbolic::ite(names(r, 0xE0003), v, s.vp.misc_enable_mask);
    };
    return all;
}

/// Of the rows that take any value there is nothing to refuse.
bool takes_anything(const Settable& row) { return row.good.term().is_true(); }

void reg_set(Goal& goal) {
    const Run& r = goal.run();
    for (const Settable& row : settables(r)) {
        const Bool good = row.here & row.good;
        auto out = granted(r, row.route);
        row.ask(out);
        row.tell(out);
        goal.prove(row.name + "-stored", good & !row.fails, state_becomes(r, row.store) & same(r.out, out));
        if (!row.fails.term().is_false()) {
            auto refusal = failed(r, row.failure, row.failure_route, AuditVerdict::failed);
            row.ask(refusal);
            goal.prove(row.name + "-not-taken", good & row.fails, state_kept(r) & same(r.out, refusal));
        }
    }
    goal.witness(r.exit.value != 0);
}

void reg_rules(Goal& goal) {
    const Run& r = goal.run();
    Bool listed{false};
    for (const Settable& row : settables(r)) {
        listed = listed | row.here;
        goal.prove(row.name + "-accepted-iff", row.here, succeeds(r) == (row.good & !row.fails));
        if (!takes_anything(row)) {
            goal.prove(row.name + "-refused", row.here & !row.good, state_kept(r) & same(r.out, failed(r, row.bad)));
        }
    }
    goal.prove("no-other-register-is-set", sets(r) & succeeds(r), listed);
    goal.witness(r.exit.value != 0);
}

void entry_rule_kept(Goal& goal) {
    const Run& r = goal.run();
    goal.assume_valid_state();
    const Bool set = sets(r) & succeeds(r);
    const auto& vtl = r.after.vtl[0];
    const auto can_enter = [&](const std::string& name, std::uint32_t number) {
        goal.prove(name, set & names(r, number),
                   good_cr0(vtl.cr0) & bit(vtl.cr0, 4) & good_cr4(r, vtl.cr4) & good_rflags(vtl.rflags) &
                       within(vtl.efer, 0xD01) & bit(vtl.efer, 11) &
                       (bit(vtl.efer, 10) == long_mode(vtl.efer, vtl.cr0)) & (vtl.ia32e_guest == bit(vtl.efer, 10)) &
                       can_be_entered(vtl.cr0, vtl.cr4, vtl.efer, vtl.rflags));
    };
    can_enter("rip", 0x20010);
    can_enter("rflags", 0x20011);
    can_enter("cr0", 0x40000);
    can_enter("cr4", 0x40003);
    can_enter("efer", 0x80001);
    goal.prove("rip-is-canonical", set & names(r, 0x20010), canonical_address(r, vtl.rip));
    const auto& before = r.before.vtl[0];
    goal.prove("paging-is-never-switched-under-long-mode", set & (bit(before.cr0, 31) & bit(vtl.cr0, 31)),
               bit(before.efer, 8) == bit(vtl.efer, 8));
    goal.witness(bit(r.exit.value, 46));
}

void vtl1_private(Goal& goal) {
    const Run& r = goal.run();
    const Bool vtl0 = is_kind(r, Kind::l2_exit) & of_vtl0(r);
    const auto& before = r.before.vp;
    const auto& after = r.after.vp;
    goal.prove("intercept-registers", vtl0,
               (before.intercept_control == after.intercept_control) & (before.cr0_mask == after.cr0_mask) &
                   (before.cr4_mask == after.cr4_mask) & (before.misc_enable_mask == after.misc_enable_mask));
    goal.prove("vsm-settings", vtl0,
               (before.vina == after.vina) & (before.vp_mbec == after.vp_mbec) &
                   (before.tlb_locked == after.tlb_locked) &
                   (r.before.vsm.partition_config == r.after.vsm.partition_config));
    goal.prove("pending-event", vtl0,
               (before.pending_event == after.pending_event) &
                   (before.pending_event_parameter == after.pending_event_parameter));
    goal.prove("registers", vtl0, same(r.before.vtl[1], r.after.vtl[1]));
    goal.prove("registers-outside-the-state", vtl0 & asked(r, Request::register_write),
               arrives(r, xsetbv) & (r.out.request_vtl == 0));
    goal.prove("no-register-of-vtl1-is-got", vtl0, !asked(r, Request::register_read));
    goal.prove("vtl1-state-stays", vtl0 & before.vtl1_present, after.vtl1_present);
    goal.witness(sets(r) & succeeds(r));
}

void control(Goal& goal) {
    const Run& r = goal.run();
    // TLFS HV_REGISTER_CR_INTERCEPT_CONTROL: CR0, CR4 and XCR0 writes, MISC_ENABLE, LSTAR, STAR, CSTAR, APIC_BASE and EFER
    // writes, GDTR, IDTR, LDTR, TR, SYSENTER_CS, EIP, ESP, SFMASK, TSC_AUX, XSS, S_CET, PLx_SSP, INTERRUPT_SSP_TABLE_ADDR.
    static constexpr auto allowed =
        std::to_array<unsigned>({0, 1, 2, 4, 6, 8, 10, 12, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 25, 26, 27, 28});
    const Bool request = reaches(r) & sets(r) & names(r, 0xE0000) & names_vtl1(r);
    const Bv<64>& value = r.exit.value;
    Bool fits{true};
    for (unsigned n = 0; n < 64; ++n) {
        bool is_allowed = false;
        for (const unsigned a : allowed) {
            is_allowed = is_allowed || a == n;
        }
        if (!is_allowed) {
            fits = fits & !bit(value, n);
        }
        // Each bit alone.
        goal.prove("bit-" + std::to_string(n), request & (value == std::uint64_t{1} << n),
                   is_allowed ? succeeds(r) & (r.after.vp.intercept_control == value)
                              : !succeeds(r) & (r.after.vp.intercept_control == r.before.vp.intercept_control));
    }
    goal.prove("taken-iff", request, succeeds(r) == fits);
    goal.prove("stored", request & fits, r.after.vp.intercept_control == value);
    goal.prove("refused-changes-nothing", request & !fits, state_kept(r) & same(r.out, failed(r, 0x50)));
    const Bool host = is_kind(r, Kind::host_access) & (r.exit.operation == 1) & of_vtl1(r);
    const auto only = [&](const std::string& name, const Bool& changed, std::uint32_t number) {
        goal.prove(name, changed,
                   ((reaches(r) & sets(r) & of_vtl1(r) & names_vtl1(r)) | (host & became(r, Disposition::accepted))) &
                       names(r, number));
    };
    const auto& before = r.before.vp;
    const auto& after = r.after.vp;
    only("nothing-else-sets-the-control-word", before.intercept_control != after.intercept_control, 0xE0000);
    only("nothing-else-sets-the-cr0-mask", before.cr0_mask != after.cr0_mask, 0xE0001);
    only("nothing-else-sets-the-cr4-mask", before.cr4_mask != after.cr4_mask, 0xE0002);
    only("nothing-else-sets-the-misc-enable-mask", before.misc_enable_mask != after.misc_enable_mask, 0xE0003);
    goal.prove("the-host-is-held-to-the-rule", before.intercept_control != after.intercept_control,
               fits & (after.intercept_control == value));
    goal.witness(Bool(true));
}

/// What VTL1 can claim of VTL0's writes, and the register by which it completes them (decision D13).
void completion(Goal& goal) {
    const Run& r = goal.run();
    // VTL1 sets the register that the exit names, of VTL0, to the value that it names: one entry, in registers.
    const Run& set = narrowed(goal, "set", [](State<Symbolic>& before, Exit<Symbolic>& exit) {
        before.vp.vtl1_present = Bool(true);
        exit.kind = 0;
        exit.vtl1 = Bool(true);
        exit.info[info_rax] = 0x12;
        exit.info[info_r12] = 0;
        exit.gpr[rcx] = 0x1'0001'0051;
        exit.partition_id = ~std::uint64_t{0};
        exit.target_vp = 0xFFFFFFFE;
        exit.target_vtl = 0x10;
    });
    const Bv<32> msr = msr_of(r);
    const auto& before = r.before.vtl[0];
    // What the exit left is what was saved of VTL0.
    const Bool settled = (r.exit.cr0 == before.cr0) & (r.exit.cr4 == before.cr4) & (r.exit.rflags == before.rflags);
    const Bool unclaimed = serves_write(r) & of_vtl0(r) & !vtl1_claims(r) & settled & (r.exit.value == written(r));
    const auto registers = [](auto&& of) {
        return Observation{.name = "registers of VTL0",
                           .observers = {Domain::vtl0, Domain::vtl1},
                           .state = [&of](Seen& seen, const State<Symbolic>& state) { of(seen, state.vtl[0]); },
                           .outcome = {}};
    };
    const auto request = [](Seen& seen, const Run& run) {
        seen.each(run.out.request, run.out.request_index, run.out.request_value, run.out.request_vtl);
    };
    const auto stored = [&](const std::string& name, std::uint32_t number, std::uint32_t register_name, auto field) {
        same_effect(goal, name, unclaimed & (msr == number) & names(r, register_name), r, set,
                    registers([&](Seen& seen, const VtlState<Symbolic>& vtl) { seen.add(field(vtl)); }),
                    became(r, Disposition::completed) == succeeds(set));
    };
    stored("efer", 0xC0000080, 0x80001, [](const auto& v) { return v.efer; });
    stored("ia32e-mode", 0xC0000080, 0x80001, [](const auto& v) { return v.ia32e_guest; });
    stored("star", 0xC0000081, 0x80008, [](const auto& v) { return v.star; });
    stored("lstar", 0xC0000082, 0x80009, [](const auto& v) { return v.lstar; });
    stored("cstar", 0xC0000083, 0x8000A, [](const auto& v) { return v.cstar; });
    stored("sfmask", 0xC0000084, 0x8000B, [](const auto& v) { return v.sfmask; });
    stored("sysenter-cs", 0x174, 0x80005, [](const auto& v) { return v.sysenter_cs; });
    stored("sysenter-esp", 0x175, 0x80007, [](const auto& v) { return v.sysenter_esp; });
    stored("sysenter-eip", 0x176, 0x80006, [](const auto& v) { return v.sysenter_eip; });
    stored("tsc-aux", 0xC0000103, 0x8007B, [](const auto& v) { return v.tsc_aux; });
    stored("xss", 0xDA0, 0x8008B, [](const auto& v) { return v.xss; });
    stored("apic-base", 0x1B, 0x80003, [](const auto& v) { return v.apic_base; });
    same_effect(goal, "apic-reset", unclaimed & (msr == 0x1B) & names(r, 0x80003), r, set,
                {.name = "request", .observers = {Domain::devices}, .state = {}, .outcome = request});

    const Bool mov = arrives(r, cr_access) & of_vtl0(r) & kernel_mode(r) & settled &
                     (number_in(r.exit.info[info_rcx], 5, 4) == 0) & (number_in(r.exit.info[info_rcx], 11, 8) == 0) &
                     (r.exit.value == r.exit.gpr[rax]);
    const Bool done = became(r, Disposition::completed);
    const Bv<64> cr = number_in(r.exit.info[info_rcx], 3, 0);
    const auto of_cr0 = [](Seen& seen, const VtlState<Symbolic>& vtl) {
        seen.each(vtl.cr0, vtl.efer, vtl.ia32e_guest);
    };
    const auto of_cr4 = [](Seen& seen, const VtlState<Symbolic>& vtl) { seen.add(vtl.cr4); };
    same_effect(goal, "cr0", mov & done & (cr == 0) & names(r, 0x40000), r, set, registers(of_cr0), succeeds(set));
    same_effect(goal, "cr4", mov & done & (cr == 4) & names(r, 0x40003), r, set, registers(of_cr4), succeeds(set));
    const Observation of_xcr0{.name = "XCR0 and request",
                              .observers = {Domain::vtl0, Domain::module},
                              .state = [](Seen& seen, const State<Symbolic>& state) { seen.add(state.vp.xcr0); },
                              .outcome =
                                  [&](Seen& seen, const Run& run) {
                                      request(seen, run);
                                      seen.add(run.out.request_high);
                                  }};
    same_effect(goal, "xcr0",
                arrives(r, xsetbv) & of_vtl0(r) & done & (r.exit.value == written(r)) & !r.exit.module_refused &
                    names(r, 0x40005),
                r, set, of_xcr0, succeeds(set));

    // Registers whose write does not exit unless it is claimed, and tables: the module gets the value.
    const Bv<64>& v = r.exit.value;
    const auto passed_on = [&](const std::string& name, const Bool& here, const Bool& good) {
        goal.prove(
            name, here & good & !r.exit.module_refused,
            succeeds(set) & (set.out.request == code(Request::register_write)) &
                (set.out.request_index == r.exit.name) & (set.out.request_value == v) &
                (set.out.request_high == Symbolic::ite(names(r, 0x60000, 0x7FFFF), r.exit.value_high, Bv<64>(0))) &
                (set.out.request_vtl == 0));
    };
    passed_on("s-cet", names(r, 0x8008D),
              (number_in(v, 9, 6) == 0) & !(bit(v, 10) & bit(v, 11)) & canonical_address(r, v));
    passed_on("pl-ssp", names(r, 0x8008F, 0x80092), (number_in(v, 1, 0) == 0) & canonical_address(r, v));
    passed_on("interrupt-ssp-table", names(r, 0x80093), canonical_address(r, v));
    passed_on("gdtr-idtr", names(r, 0x70000, 0x70001), canonical_address(r, r.exit.value_high));
    passed_on("ldtr", names(r, 0x60006), canonical_address(r, v) & !bit(r.exit.value_high, 55));
    passed_on("tr", names(r, 0x60007),
              canonical_address(r, v) & bit(r.exit.value_high, 55) & system_segment(r.exit.value_high, 11));
    goal.witness(r.before.vp.vtl1_present & bit(written(r), 0));
}

} // namespace

std::vector<Claim> register_claims() {
    return {
        {"CALL-SHAPE",
         "A hypercall with a malformed control word, with more input and output than fits its registers or its page, "
         "with a "
         "misaligned or an unreadable buffer ends with the status of the first of these faults and no entry completed, "
         "and "
         "changes nothing else; one from user mode is #GP.",
         "D26 I38 P11 P12 P13",
         {},
         {"fast-size-unchecked", "crossing-page-read", "misaligned-read", "malformed-call-counts-start",
          "reserved-control-bits-ignored"},
         call_shape},
        {"REG-HEADER",
         "GetVpRegisters and SetVpRegisters reach no other partition, no other VP and no VTL above the caller's, and "
         "say so "
         "with the status of the first fault of the header.",
         "B2 D26 I12 I13 P12 P15 P36",
         {},
         {"set-above-caller", "get-above-caller", "another-vp-served", "header-order-turned"},
         reg_header},
        {"REG-GATE",
         "Of all register names exactly the listed ones are served, each to the callers of its gate only and with a "
         "get or a "
         "set only where it has one; every other name is InvalidParameter.",
         "B2 D26 I14 I32 P16 P17 P36",
         {},
         {"own-cr0-served", "unlisted-name-served", "vtl0-sets-vina", "vsm-status-without-privilege-served",
          "gate-status-turned"},
         reg_gate},
        {"REG-REFUSED",
         "An entry that is refused or fails changes no state, ends the call with its status and the number of entries "
         "done "
         "before it, returns no value, and is blind to the registers of the VTL it named if the header or a gate "
         "refused it.",
         "B5 D26 P12 P14 P36",
         {},
         {"refused-set-stored", "refused-get-tells", "failed-entry-counted", "gate-tells-the-target"},
         reg_refused},
        {"REG-LIST",
         "An entry that succeeds does the same wherever it stands in its list; unless it is the last, the guest "
         "executes the "
         "call again with the next entry as its start, so a failing list leaves exactly the entries before the failing "
         "one "
         "applied.",
         "B5 D26 P14",
         {},
         {"list-skips-an-entry", "continued-entry-advances", "only-the-last-entry-stored"},
         reg_list},
        {"REG-GET",
         "A get gives the register of the VTL that it names and no other value, from the state or from the TDX module, "
         "and "
         "changes no state.",
         "D26 P20 P28 P29 P36",
         {},
         {"get-of-the-wrong-vtl", "capabilities-constant", "get-clears-event", "module-asked-for-own-vtl"},
         reg_get},
        {"REG-SET",
         "An accepted set stores the value in exactly that register of the VTL that it names, or asks the TDX module "
         "or "
         "memory for exactly it, and changes nothing else; whoever is asked and refuses leaves everything as it was.",
         "D3 D13 D27 D29 P20 P22 P23 P24 P27 P28 P29 R16 R17 R20 R21 R22",
         {},
         {"set-of-the-wrong-vtl", "set-lstar-also-in-cstar", "efer-set-with-lma-as-given",
          "refused-module-write-stored", "protection-not-latched"},
         reg_set},
        {"REG-RULES",
         "A set is accepted exactly if the register takes the value, by the same rule on every way to it, and is "
         "refused with "
         "the status of its rule otherwise.",
         "D12 D15 D27 P22 P23 P24 P25 P26 P27 P28 P29 R16 R17 R22",
         {},
         {"cr0-set-unchecked", "cr4-set-unchecked", "tr-set-unchecked", "event-set-unchecked", "vina-wrong-status",
          "partition-config-unlatched"},
         reg_rules},
        {"ENTRY",
         "After every accepted set of Rip, Rflags, Cr0, Cr4 or Efer the registers of VTL0 together satisfy the rules "
         "of VM "
         "entry, so that VTL0 can be entered.",
         "D3 D27 I31 P23 P24",
         {valid_state_assumption},
         {"cr0-set-unchecked", "cr4-set-unchecked", "cr0-set-keeps-lma", "rflags-set-unchecked"},
         entry_rule_kept},
        {"VTL1-PRIVATE",
         "No exit of VTL0 changes VTL1's control word, its masks, VsmVina, VsmPartitionConfig, VsmVpSecureConfigVtl0, "
         "the "
         "event that VTL1 has set, or any register of VTL1.",
         "B2 D26 I12 I32 P15 P16",
         {},
         {"set-above-caller", "vtl0-sets-vina", "vtl0-unlocks-tlb"},
         vtl1_private},
        {"CONTROL",
         "VTL1's control word is taken exactly when it has no read bit, no bit 24 and no reserved bit, from VTL1 for "
         "itself or "
         "from the paravisor; nothing else changes it or its masks.",
         "D14 I32 P16 P22 P39",
         {},
         {"control-takes-read-bits", "control-refusal-stored", "control-drops-tables", "mask-set-with-control"},
         control},
        {"COMPLETION",
         "Every write that VTL1 can claim it can also complete: SetVpRegisters of VTL0's register stores what the "
         "unclaimed "
         "write of the same value would have stored, or passes the value to the TDX module.",
         "D13 D27 P20 P23 P24 P25 P26 R8 R16 R21 R22",
         {},
         {"efer-set-with-lma-as-given", "sysenter-cs-set-in-full", "apic-base-set-without-reset", "s-cet-set-cut"},
         completion},
    };
}

} // namespace vtlcheck::proofs
