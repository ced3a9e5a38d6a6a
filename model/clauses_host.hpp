// Clauses of the host side: the paravisor's kernel and user mode acting on a VTL, and the special path to the hypervisor.
#pragma once

#include "model/register_access.hpp"

namespace vtlcheck::model {

inline constexpr std::array<ClauseText, 20> host_clauses{{
    {"HOST-01", "Malformed host request", "origin neither kernel nor paravisor, or operation neither get nor set",
     "internal error: all unchanged, one audit record", "D2 P39"},
    {"HOST-02", "No way to the register",
     "no route for this origin, isolation and register, or the guard refuses the hypercall",
     "refused with AccessDenied at once, no hypercall; one audit record",
     "D23 D24 B1 B4 B6 I1 I2 I7 P38 P39; hcl/ioctl/register.rs:120-273"},
    {"HOST-03", "Register that the VTL does not have",
     "an intercept or VSM setting of VTL0, PendingEvent0 of VTL1, or either on a VP without VTL1 state",
     "refused with InvalidParameter", "P39"},
    {"HOST-04", "Get of what the state holds", "a local route; the state holds it", "accepted with its value",
     "P20 P39"},
    {"HOST-05", "Get of VsmVpSecureConfigVtl0, VSM not enabled", "a local route; guest VSM not enabled",
     "refused with InvalidVtlState", "P29 P39"},
    {"HOST-06", "Get from the module, answered", "a local route; the TDX module, VMSA, kernel or page has it",
     "accepted with the answer", "P20 P39; hcl/ioctl/tdx.rs"},
    {"HOST-07", "Get from the module, failed", "as HOST-06, but refused", "refused with OperationFailed", "D2 P39"},
    {"HOST-08", "Set with a value rule, accepted", "a local route; the value is good", "stored or written", "D27 P39"},
    {"HOST-09", "Set with a value rule, refused", "a local route; the value is bad",
     "refused with the rule's status, no effect", "D27 P39"},
    {"HOST-10", "Set with a value rule, failed", "good, but the module or memory refuses",
     "refused with the status of it, nothing stored", "D2 P39"},
    {"HOST-11", "Set without a value rule, written", "a local route; the register has no set of its own",
     "the module writes it", "P39"},
    {"HOST-12", "Set without a value rule, failed", "as HOST-11, but refused", "refused with OperationFailed",
     "D2 P39"},
    {"HOST-13", "Get by hypercall", "not hardware isolated; the answer is plain success",
     "GetVpRegisters for that VTL; accepted with the answer", "I1 P37 P38 P39"},
    {"HOST-14", "Set by hypercall", "not hardware isolated; the answer is plain success",
     "SetVpRegisters for that VTL; accepted", "I2 P37 P38 P39"},
    {"HOST-15", "Hypercall that fails", "not hardware isolated; the answer is no plain success",
     "refused with the error", "D25 P37 P39; hcl/ioctl.rs:969-993"},

    {"SPEC-01", "Special request outside the list", "no request of the list, or one the guard refuses",
     "refused with AccessDenied at once, no hypercall; one audit record",
     "D23 D24 B3 B7 I4 I5 I6 P38 P40; hcl/ioctl/register.rs:292-333,504-560"},
    {"SPEC-02", "Special get", "the answer is plain success and its value is valid", "accepted with the value",
     "D25 P37 P40; hcl/ioctl/register.rs:345-381"},
    {"SPEC-03", "Special set", "the answer is plain success", "accepted", "D23 D25 P37 P40"},
    {"SPEC-04", "Special request that fails", "the answer is no plain success", "refused with the error",
     "D25 P37 P40"},
    {"SPEC-05", "Special get of an invalid value", "plain success, but the value has reserved bits or is out of range",
     "refused with OperationFailed", "D25 I36 P37 P40"},
}};

/// The route to the register that a host_access names (note P39).
template <class D>
typename D::template Bv<8> host_route(const Facts<D>& in) {
    using Bv8 = typename D::template Bv<8>;
    using Bool = typename D::Bool;
    using H = HostClass;
    const auto code = [](Route r) { return Bv8(static_cast<std::uint8_t>(r)); };
    const auto among = [&](auto... classes) { return (Bool(false) | ... | in.reg.is(classes)); };
    const auto isolation = [&](Isolation i) { return in.config.isolation == static_cast<std::uint8_t>(i); };
    const Bool hardware = hardware_isolated<D>(in.config);

    Bv8 tdx = code(Route::none);
    tdx = D::ite(among(H::page, H::vector, H::private_, H::tpr, H::page_msr), code(Route::shared_page), tdx);
    tdx = D::ite(among(H::segment, H::control, H::module_msr), code(Route::tdx_module), tdx);
    tdx = D::ite(among(H::kernel, H::mtrr), code(Route::kernel_ioctl), tdx);
    tdx = D::ite(among(H::emulated), code(Route::emulation), tdx);

    Bv8 snp = code(Route::none);
    snp = D::ite(among(H::page, H::vector, H::private_, H::segment, H::control, H::page_msr, H::module_msr, H::kernel),
                 code(Route::vmsa), snp);
    snp = D::ite(among(H::tpr, H::emulated), code(Route::emulation), snp);

    Bv8 trusted = code(Route::hypercall);
    trusted = D::ite(among(H::page), code(Route::shared_page), trusted);
    trusted = D::ite(among(H::vector, H::kernel, H::mtrr), code(Route::kernel_ioctl), trusted);
    trusted = D::ite(among(H::private_, H::segment) | (among(H::control, H::tpr) & !in.sets),
                     code(Route::register_page), trusted);

    const Bv8 user = D::ite(isolation(Isolation::tdx), tdx,
                            D::ite(isolation(Isolation::snp), snp, D::ite(hardware, code(Route::none), trusted)));
    // The kernel reaches what it owns; for the rest it has a hypercall at most.
    const Bool kernel = in.exit.origin == static_cast<std::uint8_t>(Origin::kernel);
    const Bool owned = user == code(Route::kernel_ioctl);
    return D::ite(kernel & !owned, D::ite(hardware, code(Route::none), code(Route::hypercall)), user);
}

/// What a special request stands for (note P40).
template <class D>
struct SpecialRequest {
    typename D::Bool listed{false};
    typename D::Bool set{false};
    typename D::template Bv<8> vtl{0};
    typename D::template Bv<32> name{0};
};
template <class D>
SpecialRequest<D> special_request(const typename D::template Bv<64>& request) {
    using Bool = typename D::Bool;
    SpecialRequest<D> result;
    const auto entry = [&](std::uint64_t number, bool set, std::uint8_t vtl, std::uint32_t name) {
        const Bool here = request == number;
        result.listed = result.listed | here;
        result.set = D::ite(here, Bool(set), result.set);
        result.vtl = D::ite(here, typename D::template Bv<8>(vtl), result.vtl);
        result.name = D::ite(here, typename D::template Bv<32>(name), result.name);
    };
    entry(0, false, 2, register_code("GuestVsmPartitionConfig"));
    entry(1, false, 2, register_code("VsmPartitionConfig"));
    entry(2, false, 2, register_code("VsmPartitionStatus"));
    entry(3, false, 2, register_code("VsmCapabilities"));
    entry(4, false, 2, register_code("TimeRefCount"));
    entry(5, true, 2, register_code("VsmPartitionConfig"));
    entry(6, true, 0, register_code("Sipp"));
    entry(7, true, 0, register_code("Sifp"));
    for (std::uint32_t n = 0; n < 16; ++n) {
        entry(16 + n, true, 0, register_sint0 + n);
    }
    return result;
}

template <class D, class Reading>
void host_family(Book<D, World<D>, Reading>& book, const Facts<D>& in, const Effects<D>& effect, World<D>& world,
                 ClauseIndex base) {
    const auto& reading = book.reading();
    using Bool = typename D::Bool;
    using Bv8 = typename D::template Bv<8>;
    using Bv16 = typename D::template Bv<16>;
    using Bv64 = typename D::template Bv<64>;
    using R = RegisterRule;
    using V = AuditVerdict;
    const auto id = [base](ClauseIndex i) { return static_cast<ClauseIndex>(base + i); };
    constexpr auto at = [](std::string_view name) consteval { return index_in(host_clauses, name, 0); };
    const auto& exit = in.exit;
    const auto kind = [&](Kind k) { return exit.kind == static_cast<std::uint8_t>(k); };
    const auto number = [](auto value) { return Bv8(static_cast<std::uint8_t>(value)); };

    book.family(kind(Kind::host_access), [&] {
        const RegisterAccess<D> access(in, effect, world);
        const Bool formed = ((exit.origin == number(Origin::kernel)) | (exit.origin == number(Origin::paravisor))) &
                            (exit.operation <= 1);
        const Bv8 vtl = D::ite(exit.vtl1, Bv8(1), Bv8(0));
        const Bv8 route = host_route<D>(in);
        const auto route_is = [&](Route r) { return route == number(r); };
        const Bool allowed = register_hypercall_allowed<D>(in.config, in.sets, vtl, exit.name, reading);
        const Bool denied = route_is(Route::none) | (route_is(Route::hypercall) & !allowed);
        const Bool by_call = formed & route_is(Route::hypercall) & allowed;
        const Bool local = formed & !route_is(Route::none) & !route_is(Route::hypercall);

        const auto record = [&](const Bv8& way, V verdict, const Bv16& reason) {
            effect.audit({.origin = exit.origin,
                          .operation = D::ite(in.sets, number(Operation::set), number(Operation::get)),
                          .vtl = vtl,
                          .reg = exit.name,
                          .route = way,
                          .verdict = static_cast<std::uint8_t>(verdict),
                          .reason = reason});
        };
        const auto accept = [&] {
            effect.disposition(Disposition::accepted);
            record(route, V::granted, Bv16(0));
        };
        const auto refuse = [&](const Bv8& way, V verdict, const Bv16& status) {
            effect.refuse(status);
            record(way, verdict, status);
        };

        book.clause(id(at("HOST-01")), !formed, [&] { effect.internal_error(); });
        book.clause(id(at("HOST-02")), formed & denied,
                    [&] { refuse(number(Route::none), V::refused, Bv16(hv_access_denied)); });
        const Bool of_vtl1 = in.reg.within(R::vina, R::misc_enable_mask);
        const Bool present = in.vp.vtl1_present;
        const Bool missing =
            (of_vtl1 & !(exit.vtl1 & present)) | (in.reg.is(R::pending_event) & !(!exit.vtl1 & present));
        book.clause(id(at("HOST-03")), local & missing,
                    [&] { refuse(number(Route::none), V::refused, Bv16(hv_invalid_parameter)); });

        const Bool there = local & !missing;
        book.family(there & !in.sets, [&] {
            const RegisterRead<D> read = access.read();
            const Bool module = read.module | in.reg.is(R::gpr) | !access.has_get();
            book.clause(id(at("HOST-04")), !module & (read.status == 0), [&] {
                world.out.result = read.value;
                accept();
            });
            book.clause(id(at("HOST-05")), !module & (read.status != 0),
                        [&] { refuse(route, V::refused, read.status); });
            book.clause(id(at("HOST-06")), module & !exit.module_refused, [&] {
                access.ask_module(Request::register_read);
                world.out.result = exit.register_value;
                world.out.result_high = exit.register_value_high;
                accept();
            });
            book.clause(id(at("HOST-07")), module & exit.module_refused, [&] {
                access.ask_module(Request::register_read);
                refuse(route, V::failed, Bv16(hv_operation_failed));
            });
        });
        book.family(there & in.sets, [&] {
            const Bool ruled = access.has_set();
            const RegisterWrite<D> write = access.judge(Bool(false));
            const Bool good = write.status == 0;
            const Bool fails = write.fails(exit);
            book.clause(id(at("HOST-08")), ruled & good & !fails, [&] {
                access.ask_outside();
                access.store();
                accept();
            });
            book.clause(id(at("HOST-09")), ruled & !good, [&] { refuse(route, V::refused, write.status); });
            book.clause(id(at("HOST-10")), ruled & good & fails, [&] {
                access.ask_outside();
                refuse(route, V::failed, write.refusal);
            });
            book.clause(id(at("HOST-11")), !ruled & !exit.module_refused, [&] {
                access.ask_module(Request::register_write);
                accept();
            });
            book.clause(id(at("HOST-12")), !ruled & exit.module_refused, [&] {
                access.ask_module(Request::register_write);
                refuse(route, V::failed, Bv16(hv_operation_failed));
            });
        });
        book.family(by_call, [&] {
            const Bv16 error = in.answer_error(1);
            const Bool answered = error == 0;
            const auto call = [&] {
                effect.hypercall(D::ite(in.sets, Bv16(hvcall_set_vp_registers), Bv16(hvcall_get_vp_registers)), vtl,
                                 exit.name, D::ite(in.sets, exit.value, Bv64(0)));
            };
            book.clause(id(at("HOST-13")), answered & !in.sets, [&] {
                call();
                world.out.result = exit.answer_value;
                accept();
            });
            book.clause(id(at("HOST-14")), answered & in.sets, [&] { call(), accept(); });
            book.clause(id(at("HOST-15")), !answered, [&] {
                call();
                refuse(route, V::failed, error);
            });
        });
    });

    book.family(kind(Kind::special_request), [&] {
        const SpecialRequest<D> request = special_request<D>(exit.argument);
        const Bool allowed =
            request.listed & register_hypercall_allowed<D>(in.config, request.set, request.vtl, request.name, reading);
        const Bv16 error = in.answer_error(1);
        const auto& value = exit.answer_value;
        const auto is = [&](std::uint64_t n) { return exit.argument == n; };
        const Bool invalid = (is(0) & (((value >> 8) != 0) | ((value & 0xF) > 2))) | (is(1) & ((value >> 16) != 0)) |
                             (is(2) & (((value >> 40) != 0) | (((value >> 16) & 0xF) > 2))) |
                             (is(3) & (((value >> 35) != 0) | bit(value, 30)));
        const auto record = [&](Route way, V verdict, const Bv16& reason) {
            effect.audit(
                {.origin = static_cast<std::uint8_t>(Origin::paravisor),
                 .operation = D::ite(request.set, number(Operation::special_set), number(Operation::special_get)),
                 .vtl = request.vtl,
                 .reg = request.name,
                 .route = number(way),
                 .verdict = number(verdict),
                 .reason = reason});
        };
        const auto call = [&] {
            effect.hypercall(D::ite(request.set, Bv16(hvcall_set_vp_registers), Bv16(hvcall_get_vp_registers)),
                             request.vtl, request.name, D::ite(request.set, exit.value, Bv64(0)));
        };
        const auto fail = [&](const Bv16& status) {
            call();
            effect.refuse(status);
            record(Route::hypercall, V::failed, status);
        };
        const auto succeed = [&] {
            call();
            effect.disposition(Disposition::accepted);
            record(Route::hypercall, V::granted, Bv16(0));
        };
        book.clause(id(at("SPEC-01")), !allowed, [&] {
            effect.refuse(Bv16(hv_access_denied));
            record(Route::none, V::refused, Bv16(hv_access_denied));
        });
        book.clause(id(at("SPEC-02")), allowed & (error == 0) & !request.set & !invalid, [&] {
            succeed();
            // May withhold a feature, never grant one; whether DR6 is shared is the architecture's to say.
            const auto dr6 = D::ite(in.config.isolation == number(Isolation::tdx), Bv64(1), Bv64(0));
            world.out.result = D::ite(is(3), (value & 0x20000) | dr6, value);
        });
        book.clause(id(at("SPEC-03")), allowed & (error == 0) & request.set, succeed);
        book.clause(id(at("SPEC-04")), allowed & (error != 0), [&] { fail(error); });
        book.clause(id(at("SPEC-05")), allowed & (error == 0) & !request.set & invalid,
                    [&] { fail(Bv16(hv_operation_failed)); });
    });
}

} // namespace vtlcheck::model
