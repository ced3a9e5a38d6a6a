// Clauses of RDMSR, in the order in which the stages are asked: local APIC, synthetic, crash, TDX-specific, unknown.
#pragma once

#include "model/facts.hpp"

namespace vtlcheck::model {

inline constexpr std::array<ClauseText, 40> read_clauses{{
    {"MSR-R-01", "IA32_APIC_BASE", "RDMSR of IA32_APIC_BASE", "reads the VTL's APIC base", "R5 R16; apic/lib.rs:769"},
    {"MSR-R-02", "x2APIC register, answered", "x2APIC mode, the APIC defines the register for reads and answers",
     "the local APIC is asked; reads its answer", "D6 R10; apic/lib.rs:858"},
    {"MSR-R-03", "x2APIC register, refused", "x2APIC mode, the APIC defines the register for reads and refuses",
     "the local APIC is asked; #GP", "D6 R10"},
    {"MSR-R-04", "x2APIC register that is not defined", "x2APIC mode, number in 0x800-0x8FF not defined for reads",
     "#GP, no device is asked", "D6 R10"},
    {"MSR-R-05", "x2APIC range outside x2APIC mode", "number in 0x800-0x8FF, VTL's APIC not in x2APIC mode",
     "#GP, no device is asked", "D6 R10; SDM 11.12"},
    {"MSR-R-06", "Write-only HV_X64_MSR_EOI", "RDMSR of HV_X64_MSR_EOI", "#GP", "R11; apic/lib.rs:784"},
    {"MSR-R-07", "HV_X64_MSR_ICR, APIC disabled", "RDMSR of HV_X64_MSR_ICR, APIC disabled", "#GP",
     "R11; apic/lib.rs:787"},
    {"MSR-R-08", "HV_X64_MSR_ICR or TPR, answered", "RDMSR of HV_X64_MSR_ICR with the APIC enabled, or of TPR",
     "the local APIC is asked; reads its answer", "R11; apic/lib.rs:787,793"},
    {"MSR-R-09", "HV_X64_MSR_ICR or TPR, refused", "as MSR-R-08, but the APIC refuses", "the local APIC is asked; #GP",
     "R11"},
    {"MSR-R-10", "HV_X64_MSR_GUEST_OS_ID", "RDMSR of it", "reads the VTL's partition-wide value",
     "R5 R18; hv1_emulator/hv.rs:369"},
    {"MSR-R-11", "HV_X64_MSR_HYPERCALL", "RDMSR of it", "reads the VTL's partition-wide value",
     "R5 R17; hv1_emulator/hv.rs:370"},
    {"MSR-R-12", "HV_X64_MSR_VP_INDEX", "RDMSR of it", "reads the VP index", "R5 R18; hv1_emulator/hv.rs:371"},
    {"MSR-R-13", "HV_X64_MSR_TIME_REF_COUNT", "RDMSR of it", "the reference clock is asked; reads its answer",
     "R12; hv1_emulator/hv.rs:372"},
    {"MSR-R-14", "HV_X64_MSR_REFERENCE_TSC", "RDMSR of it", "reads the VTL's partition-wide value",
     "R5 R17; hv1_emulator/hv.rs:373"},
    {"MSR-R-15", "HV_X64_MSR_TSC_FREQUENCY", "RDMSR of it", "reads the configured frequency in Hz",
     "R5 R18; hv1_emulator/hv.rs:374"},
    {"MSR-R-16", "HV_X64_MSR_VP_ASSIST_PAGE", "RDMSR of it", "reads the VTL's value", "R5 R17; hv1_emulator/hv.rs:375"},
    {"MSR-R-17", "HV_X64_MSR_SCONTROL", "RDMSR of it", "reads the VTL's value", "R5 R18; hv1_emulator/synic.rs:649"},
    {"MSR-R-18", "HV_X64_MSR_SIEFP", "RDMSR of it", "reads the VTL's value", "R5 R17; hv1_emulator/synic.rs:649"},
    {"MSR-R-19", "HV_X64_MSR_SIMP", "RDMSR of it", "reads the VTL's value", "R5 R17; hv1_emulator/synic.rs:649"},
    {"MSR-R-20", "HV_X64_MSR_SINT0-15", "RDMSR of one of them", "reads the VTL's value of that SINT",
     "R5 R18; hv1_emulator/synic.rs:649"},
    {"MSR-R-21", "HV_X64_MSR_STIMER0-3_CONFIG", "RDMSR of one of them", "reads the VTL's value of that timer",
     "R5 R18; hv1_emulator/synic.rs:631"},
    {"MSR-R-22", "HV_X64_MSR_STIMER0-3_COUNT", "RDMSR of one of them", "reads the VTL's value of that timer",
     "R5 R20; hv1_emulator/synic.rs:631"},
    {"MSR-R-23", "HV_X64_MSR_GUEST_CRASH_P0-P4", "RDMSR of one of them", "reads the VTL's own parameter",
     "D11 R14; processor/mod.rs:1053"},
    {"MSR-R-24", "HV_X64_MSR_GUEST_IDLE", "RDMSR of it", "reads 0; the VP goes idle", "R13; tdx/mod.rs:2779"},
    {"MSR-R-25", "IA32_PAT", "RDMSR of it", "reads the VTL's value", "R5 R22; tdx/mod.rs:2819"},
    {"MSR-R-26", "IA32_CSTAR", "RDMSR of it", "reads the VTL's value", "R5 R22; tdx/mod.rs:2810"},
    {"MSR-R-27", "IA32_XSS", "RDMSR of it", "reads the VTL's value", "R5 R22; tdx/mod.rs:2814"},
    {"MSR-R-28", "IA32_TSC_AUX the processor does not have", "RDMSR of it (armed only without the capability)", "#GP",
     "D9 R15"},
    {"MSR-R-29", "HV_X64_MSR_APIC_FREQUENCY", "RDMSR of it", "reads 200000000", "R11; apic/lib.rs:781"},
    {"MSR-R-30", "HV_X64_MSR_SVERSION", "RDMSR of it", "reads 1", "R18; hv1_emulator/synic.rs:649"},
    {"MSR-R-31", "HV_X64_MSR_EOM", "RDMSR of it", "reads 0", "R18; hv1_emulator/synic.rs:649"},
    {"MSR-R-32", "HV_X64_MSR_GUEST_CRASH_CTL", "RDMSR of it", "reads the capabilities 0xFC00000000000000",
     "R14; processor/mod.rs:1057"},
    {"MSR-R-33", "IA32_BIOS_SIGN_ID", "RDMSR of it", "reads 0xFFFFFFFF00000000: revision 0xFFFFFFFF in EDX",
     "D5 R24; tdx/mod.rs:2813"},
    {"MSR-R-34", "IA32_FEATURE_CONTROL", "RDMSR of it", "reads 1: locked, nothing enabled", "R24; tdx/mod.rs:2816"},
    {"MSR-R-35", "IA32_MTRRCAP", "RDMSR of it", "reads 0x400: write-combining, no ranges", "R24; tdx/mod.rs:2799"},
    {"MSR-R-36", "IA32_MISC_ENABLE", "RDMSR of it", "reads 0x851809", "R24; tdx/mod.rs:2815"},
    {"MSR-R-37", "IA32_PLATFORM_ID", "RDMSR of it", "reads 0", "R24; tdx/mod.rs:2788"},
    {"MSR-R-38", "Machine check and MTRR default type", "RDMSR of IA32_MCG_CAP, MCG_STATUS or MTRR_DEF_TYPE", "reads 0",
     "R24; tdx/mod.rs:2804,2811,2812"},
    {"MSR-R-39", "Registers known to read 0",
     "RDMSR of SMI_COUNT, PPIN_CTL, PLATFORM_INFO, UMWAIT_CONTROL, "
     "MISC_FEATURES_ENABLES, RAPL_POWER_UNIT, an ENERGY_STATUS or AMD DE_CFG",
     "reads 0", "R24; tdx/mod.rs:2826-2831"},
    {"MSR-R-40", "Unknown MSR", "RDMSR of an MSR no stage knows", "reads 0; one warning attempt",
     "D4 A1 A4 A6 R9; tdx/mod.rs:2023"},
}};

template <class D, class Reading>
void read_family(Book<D, World<D>, Reading>& book, const Facts<D>& in, const Effects<D>& effect,
                 const typename D::Bool& served, ClauseIndex base) {
    const auto id = [base](ClauseIndex i) { return static_cast<ClauseIndex>(base + i); };
    constexpr auto at = [](std::string_view name) consteval { return index_in(read_clauses, name, 0); };
    const auto rule = [&](ReadRule r) { return in.row.is(r); };
    const auto number = [&](std::uint32_t n) { return in.msr == n; };
    const auto reads = [&](const auto& value) { effect.complete_read(value); };
    const auto fault = [&] { effect.fault_gp(); };
    const auto ask_apic = [&] { effect.request(Request::apic_read, in.msr, 0); };
    using R = ReadRule;

    book.family(served, [&] {
        // Local APIC
        const auto x2apic_range = rule(R::x2apic_defined) | rule(R::x2apic_undefined);
        const auto x2apic_read = in.x2apic() & rule(R::x2apic_defined);
        const auto assist_read = (rule(R::hv_icr) & in.apic_enabled()) | rule(R::hv_tpr);
        const auto refused = in.exit.apic_fault;
        book.clause(id(at("MSR-R-01")), rule(R::apic_base), [&] { reads(in.vtl.apic_base); });
        book.clause(id(at("MSR-R-02")), x2apic_read & !refused, [&] { ask_apic(), reads(in.exit.apic_value); });
        book.clause(id(at("MSR-R-03")), x2apic_read & refused, [&] { ask_apic(), fault(); });
        book.clause(id(at("MSR-R-04")), in.x2apic() & rule(R::x2apic_undefined), fault);
        book.clause(id(at("MSR-R-05")), !in.x2apic() & x2apic_range, fault);
        book.clause(id(at("MSR-R-06")), rule(R::write_only), fault);
        book.clause(id(at("MSR-R-07")), rule(R::hv_icr) & !in.apic_enabled(), fault);
        book.clause(id(at("MSR-R-08")), assist_read & !refused, [&] { ask_apic(), reads(in.exit.apic_value); });
        book.clause(id(at("MSR-R-09")), assist_read & refused, [&] { ask_apic(), fault(); });
        book.clause(id(at("MSR-R-29")), rule(R::constant) & number(0x40000023), [&] { reads(in.row.constant); });

        // Hyper-V synthetic
        book.clause(id(at("MSR-R-10")), rule(R::guest_os_id), [&] { reads(in.partition.guest_os_id); });
        book.clause(id(at("MSR-R-11")), rule(R::hypercall), [&] { reads(in.partition.hypercall); });
        book.clause(id(at("MSR-R-12")), rule(R::vp_index), [&] { reads(zext<64>(in.exit.vp)); });
        book.clause(id(at("MSR-R-13")), rule(R::time_ref_count), [&] {
            effect.request(Request::reference_time, 0, 0);
            reads(in.exit.reference_time);
        });
        book.clause(id(at("MSR-R-14")), rule(R::reference_tsc), [&] { reads(in.partition.reference_tsc); });
        book.clause(id(at("MSR-R-15")), rule(R::tsc_frequency), [&] { reads(in.config.tsc_frequency); });
        book.clause(id(at("MSR-R-16")), rule(R::vp_assist), [&] { reads(in.vtl.vp_assist); });
        book.clause(id(at("MSR-R-17")), rule(R::scontrol), [&] { reads(in.vtl.synic.scontrol); });
        book.clause(id(at("MSR-R-18")), rule(R::siefp), [&] { reads(in.vtl.synic.siefp); });
        book.clause(id(at("MSR-R-19")), rule(R::simp), [&] { reads(in.vtl.synic.simp); });
        book.clause(id(at("MSR-R-20")), rule(R::sint), [&] { reads(select<D>(in.vtl.synic.sint, in.msr & 0xF)); });
        book.clause(id(at("MSR-R-21")), rule(R::stimer_config),
                    [&] { reads(select<D>(in.vtl.stimer_config, (in.msr >> 1) & 3)); });
        book.clause(id(at("MSR-R-22")), rule(R::stimer_count),
                    [&] { reads(select<D>(in.vtl.stimer_count, (in.msr >> 1) & 3)); });
        book.clause(id(at("MSR-R-30")), rule(R::constant) & number(0x40000081), [&] { reads(in.row.constant); });
        book.clause(id(at("MSR-R-31")), rule(R::constant) & number(0x40000084), [&] { reads(in.row.constant); });

        // Crash
        book.clause(id(at("MSR-R-23")), rule(R::crash_parameter), [&] { reads(select<D>(in.vtl.crash, in.msr & 7)); });
        book.clause(id(at("MSR-R-32")), rule(R::constant) & number(0x40000105), [&] { reads(in.row.constant); });

        // TDX-specific
        const auto machine_check = number(0x179) | number(0x17A) | number(0x2FF);
        const auto told_apart = number(0x40000023) | number(0x40000081) | number(0x40000084) | number(0x40000105) |
                                number(0x8B) | number(0x3A) | number(0xFE) | number(0x1A0) | number(0x17) |
                                machine_check;
        book.clause(id(at("MSR-R-24")), rule(R::guest_idle), [&] {
            effect.request(Request::idle, 0, 0);
            reads(typename D::template Bv<64>(0));
        });
        book.clause(id(at("MSR-R-25")), rule(R::pat), [&] { reads(in.vtl.pat); });
        book.clause(id(at("MSR-R-26")), rule(R::cstar), [&] { reads(in.vtl.cstar); });
        book.clause(id(at("MSR-R-27")), rule(R::xss), [&] { reads(in.vtl.xss); });
        book.clause(id(at("MSR-R-28")), rule(R::tsc_aux), fault);
        book.clause(id(at("MSR-R-33")), rule(R::constant) & number(0x8B), [&] { reads(in.row.constant); });
        book.clause(id(at("MSR-R-34")), rule(R::constant) & number(0x3A), [&] { reads(in.row.constant); });
        book.clause(id(at("MSR-R-35")), rule(R::constant) & number(0xFE), [&] { reads(in.row.constant); });
        book.clause(id(at("MSR-R-36")), rule(R::constant) & number(0x1A0), [&] { reads(in.row.constant); });
        book.clause(id(at("MSR-R-37")), rule(R::constant) & number(0x17), [&] { reads(in.row.constant); });
        book.clause(id(at("MSR-R-38")), rule(R::constant) & machine_check, [&] { reads(in.row.constant); });
        book.clause(id(at("MSR-R-39")), rule(R::constant) & !told_apart, [&] { reads(in.row.constant); });

        // Nobody. A passthrough read is never served: it is not armed.
        book.clause(id(at("MSR-R-40")), rule(R::unknown), [&] {
            effect.log(LogSite::unknown_read, in.msr, 0);
            reads(typename D::template Bv<64>(0));
        });
    });
}

} // namespace vtlcheck::model
