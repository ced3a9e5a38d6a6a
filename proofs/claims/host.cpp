// Claims on the host side: the guard under register hypercalls, the paravisor's routes to a VTL's registers, the
// hypervisor's answers, and the audit.
#include "proofs/claims/claims.hpp"
#include "proofs/noninterference.hpp"
#include "proofs/words.hpp"

#include <iterator>
#include <utility>

namespace vtlcheck::proofs {

using namespace model;

namespace {

// ---- words of this chapter ----

constexpr std::uint16_t get_registers = 0x50;
constexpr std::uint16_t set_registers = 0x51;

Bool isolation_is(const Run& r, Isolation isolation) { return r.config.isolation == code(isolation); }
Bool hardware_isolated(const Run& r) {
    return isolation_is(r, Isolation::snp) | isolation_is(r, Isolation::tdx) | isolation_is(r, Isolation::cca);
}
Bool host_access(const Run& r) { return is_kind(r, Kind::host_access); }
Bool special(const Run& r) { return is_kind(r, Kind::special_request); }
Bool by_kernel(const Run& r) { return r.exit.origin == 2; }
Bool by_paravisor(const Run& r) { return r.exit.origin == 3; }
/// A request of the paravisor's kernel or user mode that means something (note P39).
Bool well_formed(const Run& r) { return host_access(r) & (by_kernel(r) | by_paravisor(r)) & (r.exit.operation <= 1); }
Bool gets(const Run& r) { return r.exit.operation == 0; }
Bool sets(const Run& r) { return r.exit.operation == 1; }
Bv<8> named_vtl(const Run& r) { return Symbolic::ite(r.exit.vtl1, Bv<8>(1), Bv<8>(0)); }
/// A Get or Set of registers goes to the hypervisor.
Bool register_hypercall(const Run& r) {
    return (r.out.hypercall == get_registers) | (r.out.hypercall == set_registers);
}
/// Refused with `status`, without any effect but an audit record.
Bool refused_at_once(const Run& r, std::uint16_t status) {
    auto out = nothing(r, Disposition::refused);
    out.error = status;
    return state_kept(r) & same(r.out, unaudited(r, out));
}

// ---- note P38: what the hypervisor may be asked ----

constexpr std::uint32_t guest_vsm_partition_config = 0xD0008;
constexpr std::uint32_t pm_timer_assist = 0x90032;
constexpr auto own_gets = std::to_array<Numbers>({
    {0xD0008, 0xD0008}, // GuestVsmPartitionConfig
    {0xD0007, 0xD0007}, // VsmPartitionConfig
    {0xD0004, 0xD0004}, // VsmPartitionStatus
    {0xD0006, 0xD0006}, // VsmCapabilities
    {0x90004, 0x90004}, // TimeRefCount
});
constexpr auto own_sets = std::to_array<Numbers>({{0xD0007, 0xD0007}}); // VsmPartitionConfig
constexpr auto untrusted_synic_sets = std::to_array<Numbers>({
    {0xA0013, 0xA0013}, // Sipp
    {0xA0012, 0xA0012}, // Sifp
    {0xA0000, 0xA000F}, // Sint0-15
});
Bool may_be_asked(const Run& r, const Bool& set, const Bv<8>& vtl, const Bv<32>& name) {
    const Bool hardware = hardware_isolated(r);
    const Bool own = Symbolic::ite(set,
                                   is_among(name, own_sets) |
                                       (!hardware & ((name == guest_vsm_partition_config) | (name == pm_timer_assist))),
                                   is_among(name, own_gets));
    const Bool synic = (vtl == 0) & set & r.config.untrusted_synic & is_among(name, untrusted_synic_sets);
    return ((vtl == 2) & own) | ((vtl < 2) & (!hardware | synic));
}

// ---- note P39: the ways ----

enum class Class { page, vector, own, segment, control, cr8, page_msr, module_msr, kernel, mtrr, emulated };
struct ClassNames {
    Class of;
    Numbers numbers;
};
constexpr auto class_names = std::to_array<ClassNames>({
    {Class::page, {0x20000, 0x20003}},       // Rax-Rbx
    {Class::page, {0x20005, 0x2000F}},       // Rbp-R15
    {Class::page, {0x40001, 0x40001}},       // Cr2
    {Class::page, {0x30000, 0x30005}},       // Xmm0-5
    {Class::vector, {0x30006, 0x30019}},     // Xmm6-15, FpMmx0-7, FpControlStatus, XmmControlStatus
    {Class::own, {0x20004, 0x20004}},        // Rsp
    {Class::own, {0x20010, 0x20011}},        // Rip, Rflags
    {Class::segment, {0x60000, 0x60007}},    // Es-Tr
    {Class::segment, {0x70000, 0x70001}},    // Idtr, Gdtr
    {Class::control, {0x40000, 0x40000}},    // Cr0
    {Class::control, {0x40002, 0x40003}},    // Cr3, Cr4
    {Class::control, {0x80001, 0x80001}},    // Efer
    {Class::control, {0x50005, 0x50005}},    // Dr7
    {Class::cr8, {0x40004, 0x40004}},        // Cr8
    {Class::page_msr, {0x80002, 0x80002}},   // KernelGsBase
    {Class::page_msr, {0x80008, 0x80009}},   // Star, Lstar
    {Class::page_msr, {0x8000B, 0x8000B}},   // Sfmask
    {Class::page_msr, {0x8007B, 0x8007B}},   // TscAux
    {Class::page_msr, {0x8008B, 0x8008B}},   // Xss
    {Class::page_msr, {0x8008E, 0x8008E}},   // Ssp
    {Class::module_msr, {0x80004, 0x80007}}, // Pat, SysenterCs, SysenterEip, SysenterEsp
    {Class::module_msr, {0x8008D, 0x8008D}}, // SCet
    {Class::module_msr, {0x80093, 0x80093}}, // InterruptSspTableAddr
    {Class::module_msr, {0x10002, 0x10003}}, // PendingInterruption, InterruptState
    {Class::kernel, {0x40005, 0x40005}},     // Xfem
    {Class::kernel, {0x50000, 0x50004}},     // Dr0-3, Dr6
    {Class::mtrr, {0x8000D, 0x8000E}},       // MsrMtrrCap, DefType
    {Class::mtrr, {0x80010, 0x8001F}},       // PhysBase
    {Class::mtrr, {0x80040, 0x8004F}},       // PhysMask
    {Class::mtrr, {0x80070, 0x8007A}},       // Fix
    {Class::emulated, {0x8000A, 0x8000A}},   // Cstar
    {Class::emulated, {0x80003, 0x80003}},   // ApicBase
    {Class::emulated, {0x90001, 0x90004}},   // Hypercall, GuestOsId, VpIndex, TimeRefCount
    {Class::emulated, {0x90013, 0x90013}},   // VpAssistPage
    {Class::emulated, {0xA0000, 0xA0014}},   // Sint0-15, Scontrol, Sversion, Sifp, Sipp, Eom
    {Class::emulated, {0xB0000, 0xB0007}},   // Stimer0-3
    {Class::emulated, {0x10004, 0x10004}},   // PendingEvent0
    {Class::emulated, {0xD0002, 0xD0007}},   // VsmCodePageOffsets to VsmPartitionConfig
    {Class::emulated, {0xD0010, 0xD0010}},   // VsmVpSecureConfigVtl0
    {Class::emulated, {0xE0000, 0xE0003}},   // CrIntercept*
    {Class::emulated, {0x210, 0x215}},       // GuestCrash*
});
Bool in_class(const Bv<32>& name, Class wanted) {
    Bool found{false};
    for (const ClassNames& c : class_names) {
        if (c.of == wanted) {
            found = found | is_among(name, std::span(&c.numbers, 1));
        }
    }
    return found;
}
/// One column of the table: how each class is reached.
struct Way {
    Class of;
    Route route;
};
Bv<8> way_of(const Bv<32>& name, std::initializer_list<Way> column, Route others) {
    Bv<8> route = code(others);
    for (const Way& way : column) {
        route = Symbolic::ite(in_class(name, way.of), code(way.route), route);
    }
    return route;
}
Bv<8> way_on_tdx(const Bv<32>& name) {
    using R = Route;
    return way_of(name,
                  {{Class::page, R::shared_page},
                   {Class::vector, R::shared_page},
                   {Class::own, R::shared_page},
                   {Class::segment, R::tdx_module},
                   {Class::control, R::tdx_module},
                   {Class::cr8, R::shared_page},
                   {Class::page_msr, R::shared_page},
                   {Class::module_msr, R::tdx_module},
                   {Class::kernel, R::kernel_ioctl},
                   {Class::mtrr, R::kernel_ioctl},
                   {Class::emulated, R::emulation}},
                  R::none);
}
Bv<8> way_on_snp(const Bv<32>& name) {
    using R = Route;
    return way_of(name,
                  {{Class::page, R::vmsa},
                   {Class::vector, R::vmsa},
                   {Class::own, R::vmsa},
                   {Class::segment, R::vmsa},
                   {Class::control, R::vmsa},
                   {Class::cr8, R::emulation},
                   {Class::page_msr, R::vmsa},
                   {Class::module_msr, R::vmsa},
                   {Class::kernel, R::vmsa},
                   {Class::mtrr, R::none},
                   {Class::emulated, R::emulation}},
                  R::none);
}
Bv<8> way_where_trusted(const Bv<32>& name, const Bool& set) {
    using R = Route;
    const Bv<8> got = way_of(name,
                             {{Class::page, R::shared_page},
                              {Class::vector, R::kernel_ioctl},
                              {Class::own, R::register_page},
                              {Class::segment, R::register_page},
                              {Class::control, R::register_page},
                              {Class::cr8, R::register_page},
                              {Class::kernel, R::kernel_ioctl},
                              {Class::mtrr, R::kernel_ioctl}},
                             R::hypercall);
    return Symbolic::ite(set & (in_class(name, Class::control) | in_class(name, Class::cr8)), code(R::hypercall), got);
}
/// The way of user mode, and of the kernel, which has its own registers and at most a hypercall for the rest.
Bv<8> way_of_paravisor(const Run& r) {
    const Bv<32>& name = r.exit.name;
    return Symbolic::ite(isolation_is(r, Isolation::tdx), way_on_tdx(name),
                         Symbolic::ite(isolation_is(r, Isolation::snp), way_on_snp(name),
                                       Symbolic::ite(isolation_is(r, Isolation::cca), code(Route::none),
                                                     way_where_trusted(name, sets(r)))));
}
Bv<8> way(const Run& r) {
    const Bv<8> users = way_of_paravisor(r);
    const Bool owned = users == code(Route::kernel_ioctl);
    const Bv<8> other = Symbolic::ite(hardware_isolated(r), code(Route::none), code(Route::hypercall));
    return Symbolic::ite(by_kernel(r) & !owned, other, users);
}
/// Intercept and VSM settings are VTL1's, PendingEvent0 is VTL0's, and there are none without VTL1 state.
Bool missing(const Run& r) {
    static constexpr auto settings =
        std::to_array<Numbers>({{0xE0000, 0xE0003}, {0xD0005, 0xD0005}, {0xD0007, 0xD0007}, {0xD0010, 0xD0010}});
    const Bool setting = is_among(r.exit.name, settings);
    const Bool event = r.exit.name == 0x10004;
    return (setting & of_vtl0(r)) | (event & of_vtl1(r)) | ((setting | event) & !r.before.vp.vtl1_present);
}
Bool way_is(const Run& r, Route route) { return way(r) == code(route); }
/// The paravisor reaches the register without the hypervisor.
Bool local(const Run& r) { return well_formed(r) & !way_is(r, Route::none) & !way_is(r, Route::hypercall); }

// ---- note P37: answers ----

/// What is wrong with the answer to a call of which `entries` had to complete: 0 nothing.
Bv<16> answer_error(const Run& r, std::uint32_t entries) {
    const Bool failed = (r.exit.answer_status != 0) | (r.exit.answer_count != entries);
    return Symbolic::ite(r.exit.answer_timeouts > 8, Bv<16>(0x78), when(failed, Bv<16>(0x71)));
}
/// A special request that the list has (note P40).
struct Asked {
    Bool listed;
    Bool set;
    Bv<8> vtl;
    Bv<32> name;
};
Asked asked_of(const Run& r) {
    const Bv<64>& request = r.exit.argument;
    Asked asked{.listed = (request <= 7) | ((request >= 16) & (request <= 31)),
                .set = Bool(false),
                .vtl = Bv<8>(0),
                .name = Bv<32>(0)};
    asked.set = asked.listed & (request >= 5);
    asked.vtl = when(request <= 5, Bv<8>(2));
    const auto names =
        std::to_array<std::uint32_t>({0xD0008, 0xD0007, 0xD0004, 0xD0006, 0x90004, 0xD0007, 0xA0013, 0xA0012});
    for (std::size_t n = 0; n < names.size(); ++n) {
        asked.name = Symbolic::ite(request == n, Bv<32>(names[n]), asked.name);
    }
    asked.name = Symbolic::ite((request >= 16) & (request <= 31), bits<32>(request, 0) - 16 + 0xA0000, asked.name);
    return asked;
}
/// Reserved bits set, or a maximum VTL above 2.
Bool invalid_value(const Run& r) {
    const Bv<64>& value = r.exit.answer_value;
    const auto is = [&](std::uint64_t n) { return r.exit.argument == n; };
    return (is(0) & (((value >> 8) != 0) | ((value & 0xF) > 2))) | (is(1) & ((value >> 16) != 0)) |
           (is(2) & (((value >> 40) != 0) | (((value >> 16) & 0xF) > 2))) |
           (is(3) & (((value >> 35) != 0) | bit(value, 30)));
}

// ---- hypercalls of the guest that the audit looks at ----

Bool calls(const Run& r, std::uint16_t number) {
    return arrives(r, vmcall) & vtl_exists(r) & kernel_mode(r) & (bits<16>(r.exit.gpr[rcx], 0) == number);
}
Bool memory_takes(const Run& r, const Bv<64>& address, const Bv<64>& bytes) {
    return ((address & 0xFFF) + bytes <= 4096) & ((address & 7) == 0) & !r.exit.input_unreadable;
}
/// EnablePartitionVtl, EnableVpVtl or StartVirtualProcessor past the check of its shape (note P13).
Bool vtl_call_past_shape(const Run& r) {
    const Bv<64>& control = r.exit.gpr[rcx];
    const Bool fast = bit(control, 16);
    const Bool small = calls(r, 0xD) & (fast | memory_takes(r, r.exit.gpr[rdx], 16));
    const Bool large = (calls(r, 0xF) | calls(r, 0x99)) & !fast & memory_takes(r, r.exit.gpr[rdx], 240);
    return ((control >> 17) == 0) & (small | large);
}
/// Likewise of Get and Set.
Bool register_call_past_shape(const Run& r) {
    const Bv<64>& control = r.exit.gpr[rcx];
    const Bv<64> count = (control >> 32) & 0xFFF;
    const Bv<64> start = (control >> 48) & 0xFFF;
    const Bool reserved = ((control >> 60) != 0) | (((control >> 44) & 0xF) != 0) | (((control >> 17) & 0x7FFF) != 0);
    const Bool fast = bit(control, 16);
    const Bv<64> set_in = (count << 5) + 16;
    const Bv<64> get_in = (count << 2) + 16;
    const Bv<64> get_out = count << 4;
    const Bv<64> get_in_rounded = (get_in + 15) & ~std::uint64_t{15};
    const Bool set_fits = Symbolic::ite(fast, set_in <= 112, memory_takes(r, r.exit.gpr[rdx], set_in));
    const Bool get_fits =
        Symbolic::ite(fast, get_in_rounded + get_out <= 112,
                      memory_takes(r, r.exit.gpr[rdx], get_in) & memory_takes(r, r.exit.gpr[r8], get_out));
    return !reserved & (start < count) & ((calls(r, set_registers) & set_fits) | (calls(r, get_registers) & get_fits));
}
Bool names_another_vtl(const Run& r) { return bit(r.exit.target_vtl, 4) & ((r.exit.target_vtl & 0xF) != named_vtl(r)); }

// ---- the claims ----

void guard(Goal& goal) {
    const Run& r = goal.run();
    const Bv<8>& vtl = r.exit.target_vtl;
    const Bv<32>& name = r.exit.name;
    const Bool set = sets(r);
    const Bool allowed = goal.hypercall_allowed(set, vtl, name);
    const Bool hardware = hardware_isolated(r);
    goal.prove("own-gets", (vtl == 2) & !set, allowed == is_among(name, own_gets));
    goal.prove("own-sets", (vtl == 2) & set & hardware, allowed == is_among(name, own_sets));
    goal.prove("own-sets-where-trusted", (vtl == 2) & set & !hardware,
               allowed ==
                   (is_among(name, own_sets) | (name == guest_vsm_partition_config) | (name == pm_timer_assist)));
    goal.prove("nothing-above", vtl > 2, !allowed);
    goal.prove("a-guests-where-trusted", (vtl < 2) & !hardware, allowed);
    goal.prove("no-guests-get", (vtl < 2) & hardware & !set, !allowed);
    goal.prove("no-guests-set-in-the-strict-profile", (vtl < 2) & hardware & set & !r.config.untrusted_synic, !allowed);
    goal.prove("no-set-of-vtl1", (vtl == 1) & hardware & set, !allowed);
    goal.prove("untrusted-synic-of-vtl0", (vtl == 0) & hardware & set & r.config.untrusted_synic,
               allowed == is_among(name, untrusted_synic_sets));
    goal.witness(allowed & isolation_is(r, Isolation::tdx));
}

void no_lower_hypercall(Goal& goal) {
    const Run& r = goal.run();
    const Bool issued = register_hypercall(r);
    const Bool lower = r.out.hypercall_vtl < 2;
    const Bool hardware = hardware_isolated(r);
    const std::array<std::pair<const char*, Bool>, 4> ways{
        {{"exits", is_kind(r, Kind::l2_exit)},
         {"host-accesses", host_access(r)},
         {"special-requests", special(r)},
         {"other-requests", !is_kind(r, Kind::l2_exit) & !host_access(r) & !special(r)}}};
    for (const auto& [name, kind] : ways) {
        goal.prove(std::string(name) + "-issue-none-in-the-strict-profile", kind & hardware & !r.config.untrusted_synic,
                   !(issued & lower));
        goal.prove(std::string(name) + "-issue-what-the-untrusted-synic-needs", kind & hardware,
                   implies(issued & lower, (r.out.hypercall == set_registers) & (r.out.hypercall_vtl == 0) &
                                               r.config.untrusted_synic &
                                               is_among(r.out.hypercall_register, untrusted_synic_sets)));
        goal.prove(std::string(name) + "-issue-what-may-be-asked", kind,
                   implies(issued, may_be_asked(r, r.out.hypercall == set_registers, r.out.hypercall_vtl,
                                                r.out.hypercall_register)));
    }
    goal.prove("no-other-calls-but-those-that-make-vtl1", !issued & (r.out.hypercall != 0),
               ((r.out.hypercall == 0xD) | (r.out.hypercall == 0xF)) & is_kind(r, Kind::l2_exit) &
                   (r.out.hypercall_vtl == 1) & (r.out.hypercall_value == 0));
    goal.witness(r.before.vp.vtl1_present & isolation_is(r, Isolation::tdx));
}

void special_path(Goal& goal) {
    const Run& r = goal.run();
    const Asked asked = asked_of(r);
    const Bool allowed = asked.listed & may_be_asked(r, asked.set, asked.vtl, asked.name);
    goal.prove("refused-at-once", special(r) & !allowed, refused_at_once(r, 0x6));
    goal.prove("unlisted-has-no-hypercall", special(r) & !asked.listed, r.out.hypercall == 0);
    const Bv<16> error = answer_error(r, 1);
    const Bool bad = invalid_value(r);
    const Bv<16> status = Symbolic::ite((error == 0) & bad, Bv<16>(0x71), error);
    const Bool done = status == 0;
    Outcome<Symbolic> expected = nothing(r, Disposition::accepted);
    expected.disposition = Symbolic::ite(done, code(Disposition::accepted), code(Disposition::refused));
    expected.error = status;
    expected.hypercall = Symbolic::ite(asked.set, Bv<16>(set_registers), Bv<16>(get_registers));
    expected.hypercall_vtl = asked.vtl;
    expected.hypercall_register = asked.name;
    expected.hypercall_value = when(asked.set, r.exit.value);
    expected.result = r.out.result; // the next obligations
    goal.prove("listed", special(r) & allowed, state_kept(r) & same(r.out, unaudited(r, expected)));
    const Bool gives = special(r) & allowed & done & !asked.set;
    goal.prove("gives-the-answer", gives & (r.exit.argument != 3), r.out.result == r.exit.answer_value);
    goal.prove("else-gives-nothing", special(r) & !gives, r.out.result == 0);
    // Whatever else a request could name has no influence, and no other request has its argument.
    const Holding rest{"whatever else a request could name", {Domain::paravisor}, [](Cells& cells, Start& start) {
                           auto& exit = start.exit;
                           cells.add("name", exit.name);
                           cells.add("vtl1", exit.vtl1);
                           cells.add("target_vtl", exit.target_vtl);
                           cells.add("operation", exit.operation);
                           cells.add("origin", exit.origin);
                           cells.add("value_high", exit.value_high);
                       }};
    Pair(goal, r, {rest}).consistent("cannot-name-anything-else", special(r), everything(), {channels::request});
    goal.prove("the-general-path-names-a-guests-register-only", host_access(r) & (r.out.hypercall != 0),
               register_hypercall(r) & (r.out.hypercall_vtl < 2) & (r.out.hypercall_register == r.exit.name));
    goal.witness(isolation_is(r, Isolation::tdx) & !asked.listed);
}

void own_list(Goal& goal) {
    const Run& r = goal.run();
    const Bool own = register_hypercall(r) & (r.out.hypercall_vtl == 2);
    goal.prove("gets", own & (r.out.hypercall == get_registers), is_among(r.out.hypercall_register, own_gets));
    goal.prove("sets", own & (r.out.hypercall == set_registers),
               is_among(r.out.hypercall_register, own_sets) | (r.out.hypercall_register == guest_vsm_partition_config) |
                   (r.out.hypercall_register == pm_timer_assist));
    goal.prove("no-guest-vsm-configuration-for-an-untrusted-host", own & hardware_isolated(r),
               implies(r.out.hypercall == set_registers, is_among(r.out.hypercall_register, own_sets)));
    goal.prove("by-the-special-path-only", own, special(r));
    goal.prove("no-vtl-above", r.out.hypercall != 0, r.out.hypercall_vtl <= 2);
    goal.witness(r.out.hypercall_register == 0x90004);
}

void kernel(Goal& goal) {
    const Run& r = goal.run();
    const Bool asks = host_access(r) & by_kernel(r);
    const Bool owned = in_class(r.exit.name, Class::kernel) | in_class(r.exit.name, Class::mtrr);
    goal.prove("no-hypercall", asks & hardware_isolated(r), r.out.hypercall == 0);
    goal.prove("on-tdx-its-own-registers-only", asks & isolation_is(r, Isolation::tdx) & (r.exit.operation <= 1),
               implies(!owned & !in_class(r.exit.name, Class::vector), refused_at_once(r, 0x6)));
    goal.prove("on-tdx-no-vector-register", asks & isolation_is(r, Isolation::tdx) & (r.exit.operation <= 1) & !owned,
               refused_at_once(r, 0x6));
    goal.prove("on-snp-and-cca-nothing",
               asks & (isolation_is(r, Isolation::snp) | isolation_is(r, Isolation::cca)) & (r.exit.operation <= 1),
               refused_at_once(r, 0x6));
    goal.prove("what-it-owns-by-ioctl", asks & (r.exit.operation <= 1) & became(r, Disposition::accepted),
               (r.out.audit_route == code(Route::kernel_ioctl)) | (r.out.audit_route == code(Route::hypercall)));
    goal.prove("its-hypercall-names-the-vtl-asked-for", asks & (r.out.hypercall != 0),
               (r.out.hypercall_vtl == named_vtl(r)) & (r.out.hypercall_register == r.exit.name) &
                   !hardware_isolated(r));
    goal.witness(isolation_is(r, Isolation::tdx) & (r.exit.name == 0x50004));
}

void routes(Goal& goal) {
    const Run& r = goal.run();
    const auto column = [&](const char* name, const Bool& isolation, const Bv<8>& expected) {
        const Bool here = well_formed(r) & by_paravisor(r) & isolation;
        const Bv<8> shown =
            Symbolic::ite(missing(r) & (expected != code(Route::hypercall)), code(Route::none), expected);
        goal.prove(name, here, r.out.audit & (r.out.audit_route == shown));
    };
    column("tdx", isolation_is(r, Isolation::tdx), way_on_tdx(r.exit.name));
    column("snp", isolation_is(r, Isolation::snp), way_on_snp(r.exit.name));
    column("cca", isolation_is(r, Isolation::cca), code(Route::none));
    column("not-hardware-isolated", !hardware_isolated(r), way_where_trusted(r.exit.name, sets(r)));
    goal.prove("of-the-kernel", well_formed(r) & by_kernel(r),
               r.out.audit_route ==
                   Symbolic::ite(missing(r) & !way_is(r, Route::hypercall), code(Route::none), way(r)));
    goal.prove("none-is-refused", well_formed(r) & way_is(r, Route::none), refused_at_once(r, 0x6));
    goal.prove("missing-is-refused", local(r) & missing(r), refused_at_once(r, 0x5));
    const Bool by_call = well_formed(r) & way_is(r, Route::hypercall);
    Outcome<Symbolic> called = nothing(r, Disposition::accepted);
    const Bv<16> error = answer_error(r, 1);
    called.disposition = Symbolic::ite(error == 0, code(Disposition::accepted), code(Disposition::refused));
    called.error = error;
    called.hypercall = Symbolic::ite(sets(r), Bv<16>(set_registers), Bv<16>(get_registers));
    called.hypercall_vtl = named_vtl(r);
    called.hypercall_register = r.exit.name;
    called.hypercall_value = when(sets(r), r.exit.value);
    called.result = when(gets(r) & (error == 0), r.exit.answer_value);
    goal.prove("by-hypercall", by_call, state_kept(r) & same(r.out, unaudited(r, called)));
    goal.prove("by-no-other-way", host_access(r) & (r.out.hypercall != 0), by_call);
    const Bool module_asked = asked(r, Request::register_read) | asked(r, Request::register_write);
    goal.prove("no-way-asks-nobody", well_formed(r) & (way_is(r, Route::none) | by_call), !module_asked);
    goal.witness(isolation_is(r, Isolation::tdx));
}

/// A register that the state holds per VTL, by its name.
struct Held {
    std::uint32_t name;
    Bv<64> VtlState<Symbolic>::* field;
};
std::vector<Held> held_registers() {
    using V = VtlState<Symbolic>;
    return {{0x20004, &V::rsp},          {0x20010, &V::rip},          {0x20011, &V::rflags},
            {0x40000, &V::cr0},          {0x40003, &V::cr4},          {0x80001, &V::efer},
            {0x80003, &V::apic_base},    {0x80004, &V::pat},          {0x80005, &V::sysenter_cs},
            {0x80006, &V::sysenter_eip}, {0x80007, &V::sysenter_esp}, {0x80008, &V::star},
            {0x80009, &V::lstar},        {0x8000A, &V::cstar},        {0x8000B, &V::sfmask},
            {0x8007B, &V::tsc_aux},      {0x8008B, &V::xss},          {0x90013, &V::vp_assist}};
}

void access_of_host(Goal& goal) {
    const Run& r = goal.run();
    for (std::size_t v = 0; v < 2; ++v) {
        const std::string vtl = "vtl" + std::to_string(v);
        const Bool of_v = r.exit.vtl1 == Bool(v == 1);
        const Observation registers{.name = "registers",
                                    .observers = {v == 0 ? Domain::vtl0 : Domain::vtl1},
                                    .state = [&](Seen& seen, const State<Symbolic>& s) { seen.all(s.vtl[v]); },
                                    .outcome = {}};
        local_respect(goal, vtl + "-is-reached-as-named-only", Domain::paravisor, host_access(r) & !of_v, registers,
                      {channels::request});
        Bv<64> value(0);
        Bool listed{false};
        for (const Held& held : held_registers()) {
            const Bool here = r.exit.name == held.name;
            value = Symbolic::ite(here, r.before.vtl[v].*held.field, value);
            listed = listed | here;
        }
        const Bool synic = (r.exit.name >= 0xA0000) & (r.exit.name <= 0xA000F);
        Bv<64> sint(0);
        for (std::uint32_t n = 0; n < 16; ++n) {
            sint = Symbolic::ite(r.exit.name == 0xA0000 + n, r.before.vtl[v].synic.sint[n], sint);
        }
        // Only gets of this VTL, so that the solver need not think of anything else.
        const Run& get = narrowed(goal, vtl + ", get", [&](State<Symbolic>&, Exit<Symbolic>& exit) {
            exit.kind = code(Kind::host_access);
            exit.vtl1 = Bool(v == 1);
            exit.operation = 0;
        });
        goal.prove(vtl + "-is-read", local(get) & listed,
                   became(get, Disposition::accepted) & (get.out.result == value) & (get.out.result_high == 0) &
                       asked(get, Request::none));
        goal.prove(vtl + "-has-sints-of-its-own", local(get) & synic,
                   became(get, Disposition::accepted) & (get.out.result == sint));
        // K10: what is written comes from the request, and lands in the VTL that it names.
        const Bool any_value = (r.exit.name == 0x20004) | (r.exit.name == 0x80008);
        goal.prove(vtl + "-is-written", local(r) & of_v & sets(r) & any_value,
                   became(r, Disposition::accepted) & state_becomes(r, [&](State<Symbolic>& s) {
                       auto& bank = s.vtl[v];
                       bank.rsp = Symbolic::ite(r.exit.name == 0x20004, r.exit.value, bank.rsp);
                       bank.star = Symbolic::ite(r.exit.name == 0x80008, r.exit.value, bank.star);
                   }));
    }
    const Observation shares{.name = "partition shares",
                             .observers = {Domain::vtl0, Domain::vtl1},
                             .state =
                                 [](Seen& seen, const State<Symbolic>& s) {
                                     seen.all(s.partition[0]);
                                     seen.all(s.partition[1]);
                                 },
                             .outcome = {}};
    local_respect(goal, "partition-share-stays", Domain::paravisor, host_access(r), shares);
    goal.prove("a-get-changes-nothing", host_access(r) & gets(r), state_kept(r));
    goal.prove("refused-changes-nothing", host_access(r) & became(r, Disposition::refused),
               state_kept(r) & (r.out.result == 0) & (r.out.result_high == 0));
    goal.prove("accepted-or-refused", well_formed(r),
               became(r, Disposition::accepted) | became(r, Disposition::refused));
    goal.prove("the-module-is-asked-for-the-named-vtl",
               host_access(r) & (asked(r, Request::register_read) | asked(r, Request::register_write)),
               (r.out.request_index == r.exit.name) & (r.out.request_vtl == named_vtl(r)) &
                   (asked(r, Request::register_write) == sets(r)));
    goal.prove("a-refusing-module-gives-nothing",
               local(r) & r.exit.module_refused &
                   (asked(r, Request::register_read) | asked(r, Request::register_write)),
               became(r, Disposition::refused) & (r.out.error == 0x71) & (r.out.result == 0));
    goal.prove("an-answering-module-gives-its-answer",
               local(r) & asked(r, Request::register_read) & !r.exit.module_refused,
               became(r, Disposition::accepted) & (r.out.result == r.exit.register_value) &
                   (r.out.result_high == r.exit.register_value_high));
    goal.witness(of_vtl1(r) & (r.before.vtl[0].rsp != r.before.vtl[1].rsp));
}

void rules_of_host(Goal& goal) {
    const Run& r = goal.run();
    // The same set, by VTL1 for VTL0 and by the paravisor.
    const Run& host = narrowed(goal, "host", [](State<Symbolic>&, Exit<Symbolic>& exit) {
        exit.kind = code(Kind::host_access);
        exit.origin = 3;
        exit.operation = 1;
        exit.vtl1 = Bool(false);
    });
    const Bool lower = calls(r, set_registers) & register_call_past_shape(r) & of_vtl1(r) &
                       (r.exit.target_vtl == 0x10) & (r.exit.partition_id == ~std::uint64_t{0}) &
                       (r.exit.target_vp == 0xFFFFFFFE) & isolation_is(r, Isolation::tdx);
    const Bv<16> status = bits<16>(r.out.gpr[rax], 0);
    const Bool granted = became(r, Disposition::continued) | (became(r, Disposition::completed) & (status == 0));
    const Bool both = lower & !way_is(host, Route::none) & !missing(host);
    // Names that the guest cannot set at all are not compared (notes P16, P17).
    const Bool settable = (status != 0x5) | granted;
    const Bool page = (r.exit.name == 0xA0012) | (r.exit.name == 0xA0013);
    // A hypercall and a host access tell the same verdict in different words, so the words are named.
    goal.prove("what-vtl1-may-set-the-paravisor-may", both & granted, became(host, Disposition::accepted));
    goal.prove("what-is-refused-is-refused", both & settable & !granted & (status != 0x6) & !page,
               became(host, Disposition::refused) & (host.out.error == status));
    const Observation registers{.name = "registers of VTL0",
                                .observers = {Domain::vtl0},
                                .state = [](Seen& seen, const State<Symbolic>& s) { seen.all(s.vtl[0]); },
                                .outcome = {}};
    const Observation request{.name = "request",
                              .observers = {Domain::module, Domain::devices},
                              .state = {},
                              .outcome = [](Seen& seen, const Run& run) {
                                  seen.each(run.out.request, run.out.request_index, run.out.request_value,
                                            run.out.request_high, run.out.request_vtl);
                              }};
    same_effect(goal, "with-the-same-effect", both & granted, r, host, registers);
    same_effect(goal, "and-the-same-request", both & granted, r, host, request);
    goal.witness(r.exit.name == 0x40000);
}

void answers(Goal& goal) {
    const Run& r = goal.run();
    Pair answer(goal, r, {holdings::hypervisor_answer()});
    // One kind of exit at a time: the solver need not think of the others.
    const auto with_other_answers = [&](const std::string& label, const auto& only) {
        const Run& one = narrowed(goal, label, [&](State<Symbolic>&, Exit<Symbolic>& exit) { only(exit); });
        return Pair(goal, one, {holdings::hypervisor_answer()}, label + ", again");
    };
    Pair exits = with_other_answers("exit", [](Exit<Symbolic>& exit) { exit.kind = code(Kind::l2_exit); });
    exits.consistent("no-say-in-any-other-exit", !calls(exits.one(), 0xD) & !calls(exits.one(), 0xF), everything());
    answer.consistent("no-say-in-requests", !is_kind(r, Kind::l2_exit) & !host_access(r) & !special(r), everything());
    Pair accesses =
        with_other_answers("host access", [](Exit<Symbolic>& exit) { exit.kind = code(Kind::host_access); });
    // Claim DEVICE: without a hypercall no answer has influence.
    goal.prove("host-accesses-are-answered-by-others", hardware_isolated(accesses.one()),
               accesses.one().out.hypercall == 0);
    accesses.step_consistent("no-say-in-the-state-behind-a-host-access", Bool(true), everything(), {channels::answer});
    answer.step_consistent("no-say-in-the-state-behind-a-special-request", special(r), everything(),
                           {channels::answer});
    const auto denied = [](const Run& run) { return run.out.gpr[rax] == 0x8; };
    for (const std::uint16_t number : {std::uint16_t{0xD}, std::uint16_t{0xF}}) {
        const std::string call = number == 0xD ? "the-partition" : "a-vp";
        Pair pair = with_other_answers(call, [&](Exit<Symbolic>& exit) {
            const auto low_part = [&](Bv<64>& word, std::uint16_t low) {
                word = Bv<64>(z3::concat(word.term().extract(63, 16), goal.context().bv_val(low, 16)));
            };
            exit.kind = code(Kind::l2_exit);
            low_part(exit.info[info_rax], vmcall);
            low_part(exit.gpr[rcx], number);
        });
        const Run& one = pair.one();
        goal.prove("may-withhold-vtl1-from-" + call, calls(one, number) & denied(one), state_kept(one));
        pair.consistent("but-decides-nothing-else-for-" + call,
                        calls(one, number) & !denied(one) & !denied(pair.other()), everything(), {channels::answer});
    }

    const Asked asked = asked_of(r);
    const Bool issued = special(r) & asked.listed & may_be_asked(r, asked.set, asked.vtl, asked.name);
    const auto is_error = [&](std::uint16_t status) {
        return became(r, Disposition::refused) & (r.out.error == status) & (r.out.result == 0);
    };
    goal.prove("timeouts-are-bounded", issued & (r.exit.answer_timeouts > 8), is_error(0x78));
    const Bool in_time = issued & (r.exit.answer_timeouts <= 8);
    goal.prove("errors-are-errors", in_time & (r.exit.answer_status != 0), is_error(0x71));
    goal.prove("counts-are-checked", in_time & (r.exit.answer_status == 0) & (r.exit.answer_count != 1),
               is_error(0x71));
    goal.prove("values-are-checked", special(r) & invalid_value(r),
               became(r, Disposition::refused) & (r.out.result == 0));
    const Bool capabilities = special(r) & (r.exit.argument == 3) & became(r, Disposition::accepted);
    goal.prove("capabilities-can-be-withheld-only", capabilities,
               ((r.out.result & ~std::uint64_t{0x20001}) == 0) &
                   implies(bit(r.out.result, 17), bit(r.exit.answer_value, 17)));
    goal.prove("dr6-is-the-architectures", capabilities, bit(r.out.result, 0) == isolation_is(r, Isolation::tdx));
    goal.prove("a-maximum-vtl-is-at-most-2", special(r) & became(r, Disposition::accepted),
               implies(r.exit.argument == 0, (r.out.result & 0xF) <= 2) &
                   implies(r.exit.argument == 2, ((r.out.result >> 16) & 0xF) <= 2));
    goal.witness(r.exit.answer_value != answer.other().exit.answer_value);
}

/// The part of an outcome that an audit record is.
Bool record_is(const Run& r, const Bv<8>& origin, const Bv<8>& operation, const Bv<8>& vtl, const Bv<32>& name) {
    return r.out.audit & (r.out.audit_origin == origin) & (r.out.audit_operation == operation) &
           (r.out.audit_vtl == vtl) & (r.out.audit_register == name);
}
Bool judged(const Run& r, const Bv<8>& route, const Bv<8>& verdict, const Bv<16>& reason) {
    return (r.out.audit_route == route) & (r.out.audit_verdict == verdict) & (r.out.audit_reason == reason);
}
/// Granted without a reason, failed where somebody who was asked refused, refused otherwise.
Bv<8> verdict_of(const Bv<16>& reason, const Bool& failed) {
    return Symbolic::ite(reason == 0, code(AuditVerdict::granted),
                         Symbolic::ite(failed, code(AuditVerdict::failed), code(AuditVerdict::refused)));
}
Bool module_was_asked(const Run& r) { return asked(r, Request::register_read) | asked(r, Request::register_write); }

void audit(Goal& goal) {
    const Run& r = goal.run();
    const Bv<8> own = named_vtl(r);
    const Bv<16> status = when(became(r, Disposition::completed), bits<16>(r.out.gpr[rax], 0));
    // Registers of another VTL
    const Bool cross_register = register_call_past_shape(r) & names_another_vtl(r);
    const Bool memory_was_asked = asked(r, Request::page_map) | asked(r, Request::default_protection);
    const Bool failed = (module_was_asked(r) & r.exit.module_refused) | (memory_was_asked & r.exit.page_refused);
    const Bv<8> route = Symbolic::ite(module_was_asked(r), code(Route::tdx_module),
                                      Symbolic::ite(status == 0, code(Route::emulation), code(Route::none)));
    goal.prove("registers-of-another-vtl", cross_register,
               record_is(r, own, Symbolic::ite(calls(r, set_registers), code(Operation::set), code(Operation::get)),
                         r.exit.target_vtl & 0xF, r.exit.name) &
                   judged(r, route, verdict_of(status, failed), status));
    // Making VTLs and starting VPs
    const Bool cross_call = vtl_call_past_shape(r) & (r.exit.target_vtl != own);
    const Bool host_was_asked = r.out.hypercall != 0;
    const Bv<8> operation =
        Symbolic::ite(calls(r, 0xD), code(Operation::enable_partition_vtl),
                      Symbolic::ite(calls(r, 0xF), code(Operation::enable_vp_vtl), code(Operation::start_vp)));
    goal.prove("another-vtl-made-or-started", cross_call,
               record_is(r, own, operation, r.exit.target_vtl, when(!calls(r, 0xD), r.exit.target_vp)) &
                   judged(r,
                          Symbolic::ite(host_was_asked, code(Route::hypercall),
                                        Symbolic::ite(status == 0, code(Route::emulation), code(Route::none))),
                          verdict_of(status, host_was_asked), status));
    const Bool refused_ipi = is_kind(r, Kind::startup_ipi) & became(r, Disposition::refused);
    goal.prove("refused-startup", refused_ipi,
               record_is(r, own, code(Operation::startup_ipi), own, 0) &
                   judged(r, code(Route::none), code(AuditVerdict::refused), r.out.error));
    // The host side
    const Bool host_failed =
        (module_was_asked(r) & r.exit.module_refused) | (memory_was_asked & r.exit.page_refused) | host_was_asked;
    const Bv<16> reason = when(became(r, Disposition::refused), r.out.error);
    goal.prove("host-accesses", well_formed(r),
               record_is(r, r.exit.origin, Symbolic::ite(sets(r), code(Operation::set), code(Operation::get)), own,
                         r.exit.name) &
                   (r.out.audit_verdict == verdict_of(reason, host_failed)) & (r.out.audit_reason == reason));
    const Asked asked_for = asked_of(r);
    goal.prove("special-requests", special(r),
               record_is(r, code(Origin::paravisor),
                         Symbolic::ite(asked_for.set, code(Operation::special_set), code(Operation::special_get)),
                         asked_for.vtl, asked_for.name) &
                   judged(r, when(host_was_asked, code(Route::hypercall)), verdict_of(reason, host_was_asked), reason));
    goal.prove("nothing-else", r.out.audit,
               cross_register | cross_call | refused_ipi | well_formed(r) | special(r) |
                   became(r, Disposition::internal_error));
    goal.prove("no-record-no-contents", !r.out.audit,
               record_is(r, 0, 0, 0, 0) == Bool(false) &
                   ((r.out.audit_origin == 0) & (r.out.audit_operation == 0) & (r.out.audit_vtl == 0) &
                    (r.out.audit_register == 0) & judged(r, 0, 0, 0)));
    goal.witness(of_vtl1(r) & r.out.audit);
}

void audit_ring(Goal& goal) {
    const Run& r = goal.run();
    const auto& before = r.before.vp;
    const auto& after = r.after.vp;
    goal.prove("numbers-are-consecutive", Bool(true),
               after.audit_next == Symbolic::ite(r.out.audit, before.audit_next + 1, before.audit_next));
    goal.prove("fills-up", r.out.audit & (before.audit_count < 64),
               (after.audit_count == before.audit_count + 1) & (after.audit_lost == before.audit_lost));
    goal.prove("overwrites-the-oldest", r.out.audit & (before.audit_count == 64),
               (after.audit_count == 64) &
                   implies(before.audit_lost != ~std::uint64_t{0}, after.audit_lost == before.audit_lost + 1) &
                   (after.audit_lost >= before.audit_lost));
    goal.prove("never-holds-more", before.audit_count <= 64, after.audit_count <= 64);
    const Bool drains = is_kind(r, Kind::drain_audit);
    goal.prove("is-emptied-by-a-reader", drains,
               same(r.out, nothing(r, Disposition::accepted)) &
                   state_becomes(r, [](State<Symbolic>& s) { s.vp.audit_count = 0; }));
    goal.prove("is-otherwise-left-alone", !r.out.audit & !drains,
               (after.audit_count == before.audit_count) & (after.audit_lost == before.audit_lost));
    goal.witness(before.audit_count == 64);
}

void audit_blind(Goal& goal) {
    const Run& r = goal.run();
    const Holding values{
        "values of the exit", {Domain::vtl0, Domain::vtl1, Domain::paravisor}, [](Cells& cells, Start& start) {
            auto& exit = start.exit;
            for (std::size_t i = 0; i < exit.gpr.size(); ++i) {
                // The header of a hypercall and the MSR number are not contents.
                if (i != rcx && i != rdx && i != r8) {
                    cells.add("gpr", exit.gpr[i]);
                }
            }
            for (auto* field : {&exit.value, &exit.value_high, &exit.rip, &exit.rflags, &exit.cr0, &exit.cr4}) {
                cells.add("value", *field);
            }
            Context<Symbolic>::visit("", cells, exit.context);
        }};
    const Holding answers{"values that are answered",
                          {Domain::module, Domain::devices, Domain::hypervisor, Domain::vtl1},
                          [](Cells& cells, Start& start) {
                              auto& exit = start.exit;
                              for (auto* field : {&exit.register_value, &exit.register_value_high, &exit.assist_rax,
                                                  &exit.assist_rcx, &exit.answer_value, &exit.apic_value}) {
                                  cells.add("answer", *field);
                              }
                          }};
    const Holding contexts{"contexts that wait", {Domain::other_vp}, [](Cells& cells, Start& start) {
                               Context<Symbolic>::visit("", cells, start.before.slot.enable);
                               Context<Symbolic>::visit("", cells, start.before.slot.start);
                           }};
    // Whether the APIC is in x2APIC mode decides which accesses exit.
    Pair pair(
        goal, r,
        {values, answers, holdings::registers(0, {"apic_base"}), holdings::registers(1, {"apic_base"}), contexts});
    const Run& other = pair.other();
    const auto& a = r.out;
    const auto& b = other.out;
    const auto audited = [](auto what) {
        return Observation{
            .name = "audit record", .observers = {Domain::audit}, .state = {}, .outcome = std::move(what)};
    };
    pair.output_consistent("whether-and-what-about", Bool(true), audited([](Seen& seen, const Run& run) {
                               seen.each(run.out.audit, run.out.audit_origin, run.out.audit_operation,
                                         run.out.audit_vtl, run.out.audit_register);
                           }),
                           {channels::request});
    const Bool alike = (a.audit_reason == b.audit_reason) & (a.audit_verdict == b.audit_verdict);
    pair.output_consistent("by-which-route", a.audit & alike,
                           audited([](Seen& seen, const Run& run) { seen.add(run.out.audit_route); }),
                           {channels::accepted_or_not});
    const Observation counters{
        .name = "counters",
        .observers = {Domain::audit},
        .state = [](Seen& seen,
                    const State<Symbolic>& s) { seen.each(s.vp.audit_next, s.vp.audit_count, s.vp.audit_lost); },
        .outcome = {}};
    pair.step_consistent("counters", Bool(true), counters);
    // All that a value can show is whether it was good, by one of the statuses of its rule.
    goal.prove("a-reason-is-a-status", r.out.audit, (a.audit_reason <= 0x86));
    goal.witness(r.out.audit & (r.exit.value != other.exit.value));
}

} // namespace

std::vector<Claim> host_claims() {
    return {
        {"GUARD",
         "For every isolation, profile, operation, VTL and register name, the guard under register hypercalls lets "
         "pass exactly the list of P38 and nothing else.",
         "B3 B4 D23 I2 I4 I5 I6 P38",
         {},
         {"guard-allows-lower-get", "guard-allows-ghcb", "guard-allows-vtl1-sint", "guard-forgets-profile",
          "guard-allows-guest-vsm-set", "guard-allows-vtl3"},
         guard},
        {"NO-LOWER-HYPERCALL",
         "Under hardware isolation no exit, host access, special request or anything else makes the paravisor ask the "
         "hypervisor for a register of VTL0 or VTL1, but to set VTL0's Sipp, Sifp and SINTs where the profile has the "
         "untrusted synic.",
         "B1 B3 B4 D23 I1 I2 I14 P38 P39 P40 P41",
         {},
         {"guard-forgets-profile", "kernel-falls-back-to-hypercall", "dr6-by-hypercall", "special-path-open",
          "hypercall-for-trusted-sint"},
         no_lower_hypercall},
        {"SPECIAL-PATH",
         "The special path takes the 24 requests of its list and no other, refuses at once and without effect what is "
         "not listed or not allowed, and neither it nor the general path can name what the other does.",
         "B7 D24 P37 P40",
         {},
         {"special-path-open", "special-answer-unchecked", "special-value-unchecked", "guard-forgets-profile"},
         special_path},
        {"VTL2-LIST",
         "Of the paravisor's own partition registers the hypervisor is asked for the five of the list and told "
         "VsmPartitionConfig, on the special path only; an untrusted host is never told the guest's VSM configuration.",
         "I4 I5 I6 P38 P40",
         {},
         {"special-path-open", "host-access-names-vtl2"},
         own_list},
        {"KERNEL",
         "Under hardware isolation the kernel never issues a hypercall for a VTL's register and reaches only what it "
         "keeps itself, on TDX; on SNP and CCA it reaches nothing.",
         "I7 P39",
         {},
         {"kernel-falls-back-to-hypercall", "kernel-hypercall-ignores-vtl", "kernel-reaches-snp"},
         kernel},
        {"HOST-ROUTES",
         "Every register name has the one route of P39 for the isolation, origin and operation; without a route an "
         "access is refused at once, without effect and without asking anybody.",
         "B6 I1 I2 I3 P37 P39",
         {},
         {"route-misreported", "kernel-reaches-snp", "kernel-falls-back-to-hypercall", "host-answer-unchecked",
          "kernel-hypercall-ignores-vtl", "dr6-by-hypercall"},
         routes},
        {"HOST-ACCESS",
         "A host access reads and writes registers of the VTL it names and of no other; a get or a refusal changes "
         "nothing, and a refusal returns nothing.",
         "B2 B5 B6 I9 I15 P39",
         {},
         {"host-reads-vtl0", "debugger-reads-rflags-of-vtl0", "host-reads-shared-rsp", "host-refusal-stored",
          "host-failure-leaks", "host-asks-for-vtl0"},
         access_of_host},
        {"HOST-RULES",
         "What the paravisor sets for VTL0 on TDX passes the same value rules, with the same effect and request, as "
         "what VTL1 sets for it.",
         "D27 P20 P39",
         {},
         {"host-rule-forgotten"},
         rules_of_host},
        {"ANSWERS",
         "The hypervisor's answers decide nothing about the guest but whether VTL1 is withheld; they are bounded and "
         "checked, and VsmCapabilities can lose features but gain none.",
         "D25 I14 I36 P30 P31 P37 P40",
         {},
         {"answer-chooses-mbec", "special-answer-unchecked", "special-value-unchecked", "capabilities-as-answered",
          "kernel-falls-back-to-hypercall"},
         answers},
        {"AUDIT",
         "Every attempt across VTLs that passed the shape check, every refused INIT/SIPI, every host access and every "
         "special request leaves one record with origin, operation, VTL, register, route, verdict and reason; nothing "
         "else but internal errors does.",
         "B8 D30 P35 P36",
         {},
         {"refused-register-unrecorded", "granted-register-unrecorded", "refused-start-unrecorded",
          "refused-ipi-unrecorded", "failure-recorded-as-refusal", "record-names-caller", "own-access-recorded"},
         audit},
        {"AUDIT-RING",
         "A record takes the next number and a place in a ring of 64, which counts what it overwrites; a reader "
         "empties "
         "it and changes nothing else.",
         "B8 D30 P35",
         {},
         {"record-number-skipped", "lost-record-uncounted", "reader-resets-numbers"},
         audit_ring},
        {"AUDIT-BLIND",
         "No register value, context or memory content shows in an audit record or decides whether there is one; it "
         "can show only as far as a rule accepts or refuses it.",
         "B8 D30 I15 P35",
         {},
         {"value-in-record", "record-for-good-values-only"},
         audit_blind},
    };
}

} // namespace vtlcheck::proofs
