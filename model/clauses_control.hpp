// Clauses of control requests: what changes the interception of MSRs without being an exit of an instruction.
#pragma once

#include "model/facts.hpp"

namespace vtlcheck::model {

inline constexpr std::array<ClauseText, 7> control_clauses{{
    {"CTL-01", "CrInterceptControl, accepted", "from VTL1 with VTL1 state, no bit outside 0x1EFFD557",
     "stored; the MSR bitmap follows at once", "D1 D14 R31; hardware_cvm/mod.rs:1181"},
    {"CTL-02", "CrInterceptControl, bad word", "from VTL1 with VTL1 state, a read bit, bit 24 or a reserved bit set",
     "refused with InvalidRegisterValue, nothing changes", "D14 R31; hardware_cvm/mod.rs:1186-1212"},
    {"CTL-03", "CrInterceptControl, not VTL1's to set", "from VTL0, or the VP has no VTL1 state",
     "refused with AccessDenied, nothing changes", "D14 R31; vtl_privilege 4.1"},
    {"CTL-04", "APIC offload", "request to set VTL0's APIC offload", "stored; the MSR bitmap follows at once",
     "D6 R6 R32; tdx/mod.rs:1492"},
    {"CTL-05", "VTL1 state, loaded", "the VP has no VTL1 state", "VTL1 state present, registers at reset values",
     "R32 R33; processor/mod.rs:913-970"},
    {"CTL-06", "VTL1 state, there already", "the VP has VTL1 state", "refused with InvalidVtlState, nothing changes",
     "R32"},
    {"CTL-07", "No such request", "a kind of event that does not exist",
     "internal error: all unchanged, one audit record", "D2 R31"},
}};

template <class D, class Reading>
void control_family(Book<D, World<D>, Reading>& book, const Facts<D>& in, const Effects<D>& effect, World<D>& world,
                    ClauseIndex base) {
    using Bool = typename D::Bool;
    const auto id = [base](ClauseIndex i) { return static_cast<ClauseIndex>(base + i); };
    constexpr auto at = [](std::string_view name) consteval { return index_in(control_clauses, name, 0); };
    const auto kind = [&](Kind k) { return in.exit.kind == static_cast<std::uint8_t>(k); };
    const auto accept = [&] { effect.disposition(Disposition::accepted); };
    const auto refuse = [&](std::uint16_t status) {
        effect.disposition(Disposition::refused);
        world.out.error = status;
    };

    book.family(!kind(Kind::l2_exit), [&] {
        const Bool control = kind(Kind::set_intercept_control);
        const Bool entitled = in.exit.vtl1 & in.vp.vtl1_present;
        const Bool allowed = (in.exit.argument & ~intercept_control_allowed) == 0;
        book.clause(id(at("CTL-01")), control & entitled & allowed, [&] {
            accept();
            world.vp.intercept_control = in.exit.argument;
        });
        book.clause(id(at("CTL-02")), control & entitled & !allowed, [&] { refuse(hv_invalid_register_value); });
        book.clause(id(at("CTL-03")), control & !entitled, [&] { refuse(hv_access_denied); });
        book.clause(id(at("CTL-04")), kind(Kind::set_apic_offload), [&] {
            accept();
            world.vp.apic_offload = bit(in.exit.argument, 0);
        });
        const Bool enable = kind(Kind::enable_vtl1);
        book.clause(id(at("CTL-05")), enable & !in.vp.vtl1_present, [&] {
            accept();
            world.vp.vtl1_present = Bool(true);
        });
        book.clause(id(at("CTL-06")), enable & in.vp.vtl1_present, [&] { refuse(hv_invalid_vtl_state); });
        book.clause(id(at("CTL-07")), in.exit.kind >= kind_count, [&] { effect.internal_error(); });
    });
}

} // namespace vtlcheck::model
