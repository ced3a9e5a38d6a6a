// Clauses of hypercalls by VMCALL: codes, call shape, VTL switches, and the calls that make VTLs and start VPs.
#pragma once

#include "model/register_access.hpp"

namespace vtlcheck::model {

inline constexpr std::array<ClauseText, 45> hypercall_clauses{{
    {"HVC-01", "Hypercall from user mode", "VMCALL with CPL not 0", "#GP", "P11 I38; tdx/mod.rs:2113"},
    {"HVC-02", "Unlisted call code", "RCX[15:0] is no call that anybody serves",
     "RAX := InvalidHypercallCode; one warning attempt", "P11; hv1_hypercall/support.rs:129-133"},
    {"HVC-03", "Call of another handler", "RCX[15:0] is a call that another handler serves",
     "nothing happens: not_handled", "P11; tdx/mod.rs:3719-3747"},
    {"HVC-04", "Malformed control word",
     "a reserved bit or a variable header, a list without entries or starting behind its end, or a list where none "
     "belongs",
     "RAX := InvalidHypercallInput", "D26 P13; hv1_hypercall/support.rs:202-213; TLFS 3.5"},
    {"HVC-05", "Fast call too large for registers", "fast, input and output above 112 bytes",
     "RAX := InvalidHypercallInput", "D26 P13; hv1_hypercall/support.rs:227-313"},
    {"HVC-06", "Buffer crosses a page", "not fast, input or output crosses a page", "RAX := InvalidHypercallInput",
     "D26 P13; hv1_hypercall/support.rs:227-313"},
    {"HVC-07", "Buffer misaligned", "not fast, input or output address is no multiple of 8", "RAX := InvalidAlignment",
     "D26 P13; hv1_hypercall/support.rs:227-313"},
    {"HVC-08", "Buffer out of reach", "not fast, guest memory of the calling VTL refuses",
     "RAX := InvalidHypercallInput", "D26 P13; hv1_hypercall/support.rs:227-313"},

    {"VTL-S-01", "VtlCall", "RCX exactly 0x11, RAX 0, from VTL0, VP with VTL1 state",
     "completes; VTL1 active with entry reason 1", "D28 I21 P32; hardware_cvm/mod.rs:1534-1577"},
    {"VTL-S-02", "VtlCall, not allowed", "VtlCall otherwise", "#UD; one warning attempt",
     "D28 I21 P32; hardware_cvm/mod.rs:1534-1577"},
    {"VTL-S-03", "VtlReturn", "RCX exactly 0x12, RAX 1, from VTL1, no event waits for VTL0",
     "completes; VTL0 active; TLB lock released", "D28 I21 P32; hardware_cvm/mod.rs:1580-1602"},
    {"VTL-S-04", "VtlReturn with registers", "as VTL-S-03, RAX 0",
     "as VTL-S-03; RAX and RCX from VTL1's VP assist page", "D28 I21 P32; hardware_cvm/mod.rs:1580-1602"},
    {"VTL-S-05", "VtlReturn with an event", "as VTL-S-03 or VTL-S-04, and VTL1 has set PendingEvent0",
     "as there; the exception is queued for VTL0, a page fault's address goes to CR2",
     "P27 P32; hardware_cvm/mod.rs:2402-2490"},
    {"VTL-S-06", "VtlReturn, not allowed", "VtlReturn otherwise", "#UD; one warning attempt",
     "D28 I21 P32; hardware_cvm/mod.rs:1580-1602"},

    {"VTL-P-01", "EnablePartitionVtl, another partition", "partition id not self", "RAX := InvalidPartitionId",
     "P30; hardware_cvm/mod.rs:1780"},
    {"VTL-P-02", "EnablePartitionVtl, another VTL", "VTL byte not 1", "RAX := AccessDenied", "P30"},
    {"VTL-P-03", "EnablePartitionVtl, unknown feature", "a flag but MBEC", "RAX := InvalidParameter", "P30"},
    {"VTL-P-04", "EnablePartitionVtl, no VSM here", "guest VSM unsupported", "RAX := AccessDenied", "D28 P30"},
    {"VTL-P-05", "EnablePartitionVtl, again", "guest VSM enabled", "RAX := InvalidVtlState", "D28 I19 P30"},
    {"VTL-P-06", "EnablePartitionVtl, host refuses", "the host's answer is not plain success",
     "RAX := OperationDenied, state unchanged", "D25 D28 P30 P37; hardware_cvm/mod.rs:1806-1825"},
    {"VTL-P-07", "EnablePartitionVtl, memory refuses", "VTL0's pages do not take the default protection",
     "RAX := OperationDenied, state unchanged", "D28 P30; hardware_cvm/mod.rs:1806-1825"},
    {"VTL-P-08", "EnablePartitionVtl", "all of it is good", "guest VSM enabled, MBEC as asked", "D28 P30"},

    {"VTL-E-01", "EnableVpVtl, another partition", "partition id not self", "RAX := InvalidPartitionId",
     "P31; hardware_cvm/mod.rs:1838-1972"},
    {"VTL-E-02", "EnableVpVtl, no such VP", "VP index neither self nor below the number of VPs",
     "RAX := InvalidVpIndex", "P31"},
    {"VTL-E-03", "EnableVpVtl, another VTL", "VTL byte not 1", "RAX := InvalidParameter", "P31"},
    {"VTL-E-04", "EnableVpVtl, partition not enabled", "guest VSM not enabled", "RAX := InvalidVtlState",
     "D28 I17 P31"},
    {"VTL-E-05", "EnableVpVtl, VTL0's turn is over",
     "from VTL0, and VTL1 is enabled on some VP already or the VP is another", "RAX := AccessDenied", "I20 P31"},
    {"VTL-E-06", "EnableVpVtl, again", "EnableVpVtl has succeeded for the VP", "RAX := VtlAlreadyEnabled", "D28 P31"},
    {"VTL-E-07", "EnableVpVtl on CCA", "isolation CCA", "RAX := FeatureUnavailable", "P31"},
    {"VTL-E-08", "EnableVpVtl, bad context", "the context cannot be entered", "RAX := InvalidRegisterValue",
     "D27 P31 P34"},
    {"VTL-E-09", "EnableVpVtl, host refuses", "the host's answer is not plain success",
     "RAX := OperationDenied, state unchanged", "D25 D28 P31 P37"},
    {"VTL-E-10", "EnableVpVtl", "all of it is good", "the context waits in the VP's enable slot; the VP is woken",
     "D28 P31"},

    {"VTL-V-01", "StartVirtualProcessor, another partition", "partition id not self", "RAX := InvalidPartitionId",
     "P33; hardware_cvm/mod.rs:1608-1689"},
    {"VTL-V-02", "StartVirtualProcessor, no such VP or itself", "VP index self, own, or not below the number of VPs",
     "RAX := InvalidVpIndex", "P33"},
    {"VTL-V-03", "StartVirtualProcessor, VTL above the caller", "VTL byte above the caller's", "RAX := AccessDenied",
     "I12 P33"},
    {"VTL-V-04", "StartVirtualProcessor, VTL1 not enabled", "VTL1, and EnableVpVtl has not succeeded for the VP",
     "RAX := InvalidVpState", "D28 P33"},
    {"VTL-V-05", "StartVirtualProcessor, denied by VTL1", "from VTL0 while VTL1 denies startup", "RAX := AccessDenied",
     "D28 I23 P33"},
    {"VTL-V-06", "StartVirtualProcessor, started already", "the VP has been started", "RAX := InvalidVpState",
     "I22 P33"},
    {"VTL-V-07", "StartVirtualProcessor, bad context", "the context cannot be entered", "RAX := InvalidRegisterValue",
     "D27 P33 P34"},
    {"VTL-V-08", "StartVirtualProcessor", "all of it is good",
     "the context waits in the VP's start slot; the VP is woken", "D28 P33"},

    {"REG-H-01", "Registers of another partition", "Get or Set, partition id not self", "RAX := AccessDenied",
     "D26 I13 P15; hardware_cvm/mod.rs:1446,1514"},
    {"REG-H-02", "Registers of a VP that does not exist", "Get or Set, VP neither self nor below the number of VPs",
     "RAX := InvalidVpIndex", "D26 P15"},
    {"REG-H-03", "Registers of another VP", "Get or Set, VP exists and is another", "RAX := AccessDenied",
     "D26 I13 P15"},
    {"REG-H-04", "Malformed VTL byte", "Get or Set, reserved bits set, or a VTL above 2", "RAX := InvalidParameter",
     "D26 P15; hvdef:1526-1560"},
    {"REG-H-05", "Registers of a higher VTL", "Get or Set, VTL above the caller's", "RAX := AccessDenied",
     "D26 I12 P15; processor/mod.rs:1230-1235"},
}};

/// The words in which hypercalls answer.
template <class D>
struct CallEffects {
    using Bool = typename D::Bool;
    template <unsigned W>
    using Bv = typename D::template Bv<W>;

    const Facts<D>& in;
    const Effects<D>& effect;
    World<D>& world;

    /// RAX := status, with the number of completed entries (note P12).
    void answer(const Bv<16>& status, const Bv<64>& completed) const {
        effect.complete();
        world.out.gpr[rax] = zext<64>(status) | (completed << 32);
    }
    void answer(std::uint16_t status) const { answer(Bv<16>(status), 0); }
    /// An entry of a list is done: on to the next, or the call is (note P14).
    void entry_done() const {
        const auto next = in.rep_start() + 1;
        const Bool last = next == in.rep_count();
        if_<D>(last, world, [&] { answer(Bv<16>(0), in.rep_count()); });
        if_<D>(!last, world, [&] {
            effect.disposition(Disposition::continued);
            world.out.gpr[rcx] = (in.control() & ~(std::uint64_t{0xFFF} << 48U)) | (next << 48);
        });
    }
    void entry_fails(const Bv<16>& status) const { answer(status, in.rep_start()); }

    [[nodiscard]] Bv<8> caller() const { return D::ite(in.exit.vtl1, Bv<8>(1), Bv<8>(0)); }
    /// The attempt is recorded if it is across VTLs (note P36).
    void record(const Bool& cross, const Bv<8>& operation, const Bv<8>& vtl, const Bv<32>& reg, Route route,
                AuditVerdict verdict, const Bv<16>& reason) const {
        if_<D>(cross, world, [&] {
            effect.audit({.origin = caller(),
                          .operation = operation,
                          .vtl = vtl,
                          .reg = reg,
                          .route = static_cast<std::uint8_t>(route),
                          .verdict = static_cast<std::uint8_t>(verdict),
                          .reason = reason});
        });
    }
    /// Likewise of Get and Set: the header names a VTL other than the caller's.
    void record_entry(Route route, AuditVerdict verdict, const Bv<16>& reason) const {
        const auto named = in.exit.target_vtl & 0xF;
        record(bit(in.exit.target_vtl, 4) & (named != caller()),
               D::ite(in.sets, Bv<8>(static_cast<std::uint8_t>(Operation::set)),
                      Bv<8>(static_cast<std::uint8_t>(Operation::get))),
               named, in.exit.name, route, verdict, reason);
    }
};

/// Conditions that later families build on.
template <class D>
struct Calls {
    typename D::Bool registers; ///< Get or Set with a header that lets the entry be looked at
};

template <class D, class Reading>
Calls<D> hypercall_family(Book<D, World<D>, Reading>& book, const Facts<D>& in, const Effects<D>& effect,
                          World<D>& world, const typename D::Bool& vmcall, ClauseIndex base) {
    using Bool = typename D::Bool;
    using Bv16 = typename D::template Bv<16>;
    using Bv32 = typename D::template Bv<32>;
    using Bv64 = typename D::template Bv<64>;
    const auto id = [base](ClauseIndex i) { return static_cast<ClauseIndex>(base + i); };
    constexpr auto at = [](std::string_view name) consteval { return index_in(hypercall_clauses, name, 0); };
    const auto& exit = in.exit;
    const CallEffects<D> call{in, effect, world};

    const Bool gets = in.call(hvcall_get_vp_registers);
    const Bool sets = in.call(hvcall_set_vp_registers);
    const Bool enable_partition = in.call(hvcall_enable_partition_vtl);
    const Bool enable_vp = in.call(hvcall_enable_vp_vtl);
    const Bool start_vp = in.call(hvcall_start_virtual_processor);
    const Bool vtl_call = in.call(hvcall_vtl_call);
    const Bool vtl_return = in.call(hvcall_vtl_return);
    const Bool shaped = gets | sets | enable_partition | enable_vp | start_vp;
    Bool elsewhere{false};
    for (const std::uint16_t code : hvcalls_elsewhere) {
        elsewhere = elsewhere | in.call(code);
    }
    const Bool kernel = vmcall & (in.cpl == 0);

    book.clause(id(at("HVC-01")), vmcall & (in.cpl != 0), [&] { effect.fault_gp(); });
    book.clause(id(at("HVC-02")), kernel & !shaped & !vtl_call & !vtl_return & !elsewhere, [&] {
        call.answer(hv_invalid_hypercall_code);
        effect.log(LogSite::hypercall_code, trunc<32>(in.control() & 0xFFFF), 0);
    });
    book.clause(id(at("HVC-03")), kernel & elsewhere, [&] { effect.disposition(Disposition::not_handled); });

    // Shape
    const auto& control = in.control();
    const auto count = in.rep_count();
    const auto start = in.rep_start();
    const Bool list = gets | sets;
    constexpr std::uint64_t reserved = 0xF000'F000'F800'0000; // 63:60, 47:44, 31:27
    constexpr std::uint64_t variable_header = 0x7FE'0000;     // 26:17
    const Bool list_ok = (count != 0) & (start < count);
    const Bool no_list = (count == 0) & (start == 0);
    const Bool control_ok = ((control & (reserved | variable_header)) == 0) & ((list & list_ok) | (!list & no_list));
    const auto in_bytes =
        D::ite(gets, (count << 2) + 16, D::ite(sets, (count << 5) + 16, D::ite(enable_partition, Bv64(16), Bv64(240))));
    const auto out_bytes = D::ite(gets, count << 4, Bv64(0));
    const auto rounded = [](const Bv64& bytes) { return (bytes + 15) & ~std::uint64_t{15}; };
    const Bool fast = bit(control, 16);
    const Bool fits_registers = rounded(in_bytes) + rounded(out_bytes) <= 112;
    const auto crosses = [](const Bv64& address, const Bv64& bytes) { return (address & 0xFFF) + bytes > 4096; };
    const Bool one_page = !crosses(exit.gpr[rdx], in_bytes) & (!gets | !crosses(exit.gpr[r8], out_bytes));
    const Bool aligned = ((exit.gpr[rdx] & 7) == 0) & (!gets | ((exit.gpr[r8] & 7) == 0));
    const Bool slow = !fast;
    const Bool reachable = !exit.input_unreadable;

    book.family(kernel & shaped, [&] {
        book.clause(id(at("HVC-04")), !control_ok, [&] { call.answer(hv_invalid_hypercall_input); });
        book.clause(id(at("HVC-05")), control_ok & fast & !fits_registers,
                    [&] { call.answer(hv_invalid_hypercall_input); });
        book.clause(id(at("HVC-06")), control_ok & slow & !one_page, [&] { call.answer(hv_invalid_hypercall_input); });
        book.clause(id(at("HVC-07")), control_ok & slow & one_page & !aligned,
                    [&] { call.answer(hv_invalid_alignment); });
        book.clause(id(at("HVC-08")), control_ok & slow & one_page & aligned & !reachable,
                    [&] { call.answer(hv_invalid_hypercall_input); });
    });
    const Bool well_shaped = kernel & control_ok & ((fast & fits_registers) | (slow & one_page & aligned & reachable));

    // VTL switches
    book.family(kernel & (vtl_call | vtl_return), [&] {
        const auto refuse = [&] {
            effect.fault_ud();
            effect.log(LogSite::vtl_switch, D::ite(vtl_call, Bv32(hvcall_vtl_call), Bv32(hvcall_vtl_return)), 0);
        };
        const Bool call_ok = (control == hvcall_vtl_call) & (exit.gpr[rax] == 0) & !exit.vtl1 & in.vp.vtl1_present;
        book.clause(id(at("VTL-S-01")), vtl_call & call_ok, [&] {
            effect.complete();
            world.vp.active_vtl1 = Bool(true);
            effect.request(Request::entry_reason, 0, 1);
        });
        book.clause(id(at("VTL-S-02")), vtl_call & !call_ok, refuse);

        const Bool return_ok = (control == hvcall_vtl_return) & (exit.gpr[rax] <= 1) & exit.vtl1;
        const Bool with_registers = exit.gpr[rax] == 0;
        const auto& event = in.vp.pending_event;
        const Bool waits = bit(event, 0);
        const auto go_back = [&] {
            effect.complete();
            world.vp.active_vtl1 = Bool(false);
            world.vp.tlb_locked = Bool(false);
            world.out.gpr[rax] = D::ite(with_registers, exit.assist_rax, exit.gpr[rax]);
            world.out.gpr[rcx] = D::ite(with_registers, exit.assist_rcx, exit.gpr[rcx]);
        };
        book.clause(id(at("VTL-S-03")), vtl_return & return_ok & !with_registers & !waits, go_back);
        book.clause(id(at("VTL-S-04")), vtl_return & return_ok & with_registers & !waits, go_back);
        book.clause(id(at("VTL-S-05")), vtl_return & return_ok & waits, [&] {
            go_back();
            const auto vector = trunc<32>(event >> 16) & 0xFF;
            const Bool software = (vector == 3) | (vector == 4);
            const Bool with_code = bit(event, 8);
            world.out.event =
                vector | D::ite(software, Bv32(0x80000600), Bv32(0x80000300)) | D::ite(with_code, Bv32(0x800), Bv32(0));
            world.out.event_error_code = D::ite(with_code, trunc<32>(event >> 32), Bv32(0));
            if_<D>(vector == 14, world,
                   [&] { effect.request(Request::register_write, register_cr2, in.vp.pending_event_parameter); });
            world.vp.pending_event = 0;
            world.vp.pending_event_parameter = 0;
        });
        book.clause(id(at("VTL-S-06")), vtl_return & !return_ok, refuse);
    });

    // VTLs and VPs
    const Bool self = exit.partition_id == partition_id_self;
    const auto& target = exit.target_vp;
    const Bool self_vp = target == vp_index_self;
    const Bool own_vp = self_vp | (target == exit.vp);
    const Bool vp_exists = self_vp | (target < in.config.vps);
    const auto vsm_is = [&](GuestVsm g) { return in.vsm.guest_vsm == static_cast<std::uint8_t>(g); };
    const Bool enabled = vsm_is(GuestVsm::enabled);
    const Bool context_ok = valid_context<D>(in.config, exit.context);
    const Bool host_ok = in.answer_error(0) == 0;
    const Bool cross = exit.target_vtl != call.caller();

    const auto conclude = [&](Operation operation, const Bv32& about) {
        // Refused: an error without effect. Failed: somebody who was asked refused.
        return [&, operation, about](AuditVerdict verdict, std::uint16_t status, Route route) {
            call.answer(status);
            call.record(cross, static_cast<std::uint8_t>(operation), exit.target_vtl, about, route, verdict,
                        Bv16(status));
        };
    };
    using V = AuditVerdict;

    book.family(well_shaped & enable_partition, [&] {
        const auto end = conclude(Operation::enable_partition_vtl, 0);
        const auto refuse = [&](std::uint16_t status) { return [&, status] { end(V::refused, status, Route::none); }; };
        const auto ask_host = [&] { effect.hypercall(hvcall_enable_partition_vtl, 1, 0, 0); };
        const auto ask_memory = [&] {
            effect.request(Request::default_protection, 0, (in.vsm.partition_config >> 1) & 0xF);
        };
        const Bool vtl_ok = self & (exit.target_vtl == 1);
        const Bool flags_ok = vtl_ok & ((exit.flags & 0xFE) == 0);
        const Bool ready = flags_ok & !vsm_is(GuestVsm::unsupported) & !enabled;
        book.clause(id(at("VTL-P-01")), !self, refuse(hv_invalid_partition_id));
        book.clause(id(at("VTL-P-02")), self & !vtl_ok, refuse(hv_access_denied));
        book.clause(id(at("VTL-P-03")), vtl_ok & !flags_ok, refuse(hv_invalid_parameter));
        book.clause(id(at("VTL-P-04")), flags_ok & vsm_is(GuestVsm::unsupported), refuse(hv_access_denied));
        book.clause(id(at("VTL-P-05")), flags_ok & enabled, refuse(hv_invalid_vtl_state));
        book.clause(id(at("VTL-P-06")), ready & !host_ok, [&] {
            ask_host();
            end(V::failed, hv_operation_denied, Route::hypercall);
        });
        book.clause(id(at("VTL-P-07")), ready & host_ok & exit.page_refused, [&] {
            ask_host(), ask_memory();
            end(V::failed, hv_operation_denied, Route::hypercall);
        });
        book.clause(id(at("VTL-P-08")), ready & host_ok & !exit.page_refused, [&] {
            ask_host(), ask_memory();
            world.vsm.guest_vsm = static_cast<std::uint8_t>(GuestVsm::enabled);
            world.vsm.mbec = bit(exit.flags, 0);
            end(V::granted, 0, Route::hypercall);
        });
    });

    const auto fill = [&](Context<D>& slot) {
        slot = exit.context;
        slot.cr0 = written_cr0<D>(exit.context.cr0);
    };
    const auto wake = [&] { effect.request(Request::wake, D::ite(self_vp, exit.vp, target), 0); };

    book.family(well_shaped & enable_vp, [&] {
        const auto end = conclude(Operation::enable_vp_vtl, target);
        const auto refuse = [&](std::uint16_t status) { return [&, status] { end(V::refused, status, Route::none); }; };
        const auto ask_host = [&] { effect.hypercall(hvcall_enable_vp_vtl, 1, D::ite(self_vp, exit.vp, target), 0); };
        const Bool vp_ok = self & vp_exists;
        const Bool vtl_ok = vp_ok & (exit.target_vtl == 1);
        const Bool state_ok = vtl_ok & enabled;
        const Bool caller_ok = state_ok & (exit.vtl1 | (!in.vsm.vtl1_on_any_vp & own_vp));
        const Bool first = caller_ok & !in.slot.enable_called;
        const Bool offered = first & (in.config.isolation != static_cast<std::uint8_t>(Isolation::cca));
        book.clause(id(at("VTL-E-01")), !self, refuse(hv_invalid_partition_id));
        book.clause(id(at("VTL-E-02")), self & !vp_ok, refuse(hv_invalid_vp_index));
        book.clause(id(at("VTL-E-03")), vp_ok & !vtl_ok, refuse(hv_invalid_parameter));
        book.clause(id(at("VTL-E-04")), vtl_ok & !state_ok, refuse(hv_invalid_vtl_state));
        book.clause(id(at("VTL-E-05")), state_ok & !caller_ok, refuse(hv_access_denied));
        book.clause(id(at("VTL-E-06")), caller_ok & !first, refuse(hv_vtl_already_enabled));
        book.clause(id(at("VTL-E-07")), first & !offered, refuse(hv_feature_unavailable));
        book.clause(id(at("VTL-E-08")), offered & !context_ok, refuse(hv_invalid_register_value));
        book.clause(id(at("VTL-E-09")), offered & context_ok & !host_ok, [&] {
            ask_host();
            end(V::failed, hv_operation_denied, Route::hypercall);
        });
        book.clause(id(at("VTL-E-10")), offered & context_ok & host_ok, [&] {
            ask_host(), wake();
            world.slot.enable_called = Bool(true);
            world.vsm.vtl1_on_any_vp = Bool(true);
            world.slot.enable_pending = Bool(true);
            fill(world.slot.enable);
            end(V::granted, 0, Route::hypercall);
        });
    });

    book.family(well_shaped & start_vp, [&] {
        const auto end = conclude(Operation::start_vp, target);
        const auto refuse = [&](std::uint16_t status) { return [&, status] { end(V::refused, status, Route::none); }; };
        const Bool vp_ok = self & !own_vp & (target < in.config.vps);
        const Bool vtl_ok = vp_ok & (exit.target_vtl <= call.caller());
        const Bool enabled_ok = vtl_ok & ((exit.target_vtl == 0) | in.slot.enable_called);
        const Bool allowed = enabled_ok & (exit.vtl1 | !bit(in.vsm.partition_config, 6));
        const Bool stopped = allowed & !in.slot.started;
        book.clause(id(at("VTL-V-01")), !self, refuse(hv_invalid_partition_id));
        book.clause(id(at("VTL-V-02")), self & !vp_ok, refuse(hv_invalid_vp_index));
        book.clause(id(at("VTL-V-03")), vp_ok & !vtl_ok, refuse(hv_access_denied));
        book.clause(id(at("VTL-V-04")), vtl_ok & !enabled_ok, refuse(hv_invalid_vp_state));
        book.clause(id(at("VTL-V-05")), enabled_ok & !allowed, refuse(hv_access_denied));
        book.clause(id(at("VTL-V-06")), allowed & !stopped, refuse(hv_invalid_vp_state));
        book.clause(id(at("VTL-V-07")), stopped & !context_ok, refuse(hv_invalid_register_value));
        book.clause(id(at("VTL-V-08")), stopped & context_ok, [&] {
            wake();
            world.slot.started = Bool(true);
            world.slot.start_pending = Bool(true);
            world.slot.start_vtl1 = exit.target_vtl == 1;
            fill(world.slot.start);
            end(V::granted, 0, Route::emulation);
        });
    });

    // Header of Get and Set
    const auto& byte = exit.target_vtl;
    const Bool vtl_named = bit(byte, 4);
    const Bool partition_ok = self;
    const Bool exists = partition_ok & vp_exists;
    const Bool own = exists & own_vp;
    const Bool byte_ok = own & ((byte & 0xE0) == 0) & (!vtl_named | ((byte & 0xF) < 3));
    const Bool not_above = byte_ok & (!vtl_named | ((byte & 0xF) <= call.caller()));
    book.family(well_shaped & list, [&] {
        const auto refuse = [&](std::uint16_t status) {
            return [&, status] {
                call.entry_fails(Bv16(status));
                call.record_entry(Route::none, AuditVerdict::refused, Bv16(status));
            };
        };
        book.clause(id(at("REG-H-01")), !partition_ok, refuse(hv_access_denied));
        book.clause(id(at("REG-H-02")), partition_ok & !exists, refuse(hv_invalid_vp_index));
        book.clause(id(at("REG-H-03")), exists & !own, refuse(hv_access_denied));
        book.clause(id(at("REG-H-04")), own & !byte_ok, refuse(hv_invalid_parameter));
        book.clause(id(at("REG-H-05")), byte_ok & !not_above, refuse(hv_access_denied));
    });
    return {.registers = well_shaped & list & not_above};
}

} // namespace vtlcheck::model
