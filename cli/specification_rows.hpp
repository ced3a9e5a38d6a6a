// How families of clauses and rows of the register table are told.
#pragma once

#include "model/register_table.hpp"
#include "model/specification.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace vtlcheck::cli {

struct Family {
    std::string_view prefix; ///< of the ids of its clauses
    const char* page;        ///< of docs/spec, without ".md"
    const char* title;
    const char* introduction = ""; ///< paragraphs, each with an empty line behind it
};
inline constexpr std::array<Family, 20> families{{
    {"EXIT-", "decoding", "Decoding: exits that are not an instruction's, and what cannot happen"},
    {"MSR-R-", "rdmsr", "RDMSR"},
    {"MSR-W-", "wrmsr", "WRMSR"},
    {"TDC-", "tdcall", "TDCALL"},
    {"CTL-", "control-requests", "Control requests"},
    {"CR-", "control-registers", "CR access"},
    {"XCR-", "control-registers", "XSETBV"},
    {"DT-", "control-registers", "Descriptor tables"},
    {"HVC-", "vmcall", "VMCALL: call codes and call shape"},
    {"VTL-S-", "vtl", "VtlCall and VtlReturn"},
    {"VTL-P-", "vtl", "EnablePartitionVtl"},
    {"VTL-E-", "vtl", "EnableVpVtl"},
    {"VTL-V-", "vtl", "StartVirtualProcessor"},
    {"REG-H-", "vp-registers", "GetVpRegisters and SetVpRegisters: partition, VP and VTL that they name"},
    {"REG-G-", "vp-registers", "GetVpRegisters and SetVpRegisters: gates"},
    {"REG-R-", "vp-registers", "GetVpRegisters"},
    {"REG-W-", "vp-registers", "SetVpRegisters"},
    {"HOST-", "host", "The host side: kernel and paravisor at a register of a VTL"},
    {"SPEC-", "host", "The host side: the special path to the hypervisor"},
    {"LOG-", "log-budget", "The log budget",
     "Beside the clauses above: what becomes of an attempt (an outcome with a log site), a flush and new limits. "
     "Notes L1-L15.\n\n"},
}};

/// The family of a clause, of the book or of the log budget.
[[nodiscard]] constexpr const Family& family_of(std::string_view id) {
    return *std::find_if(families.begin(), families.end(),
                         [&](const Family& family) { return id.starts_with(family.prefix); });
}

/// The gate of a register in the words of the clauses.
[[nodiscard]] const char* gate_text(model::Gate gate);

/// By which route the paravisor gets the register of a VTL that has it.
[[nodiscard]] std::string route(std::uint32_t code, model::Isolation isolation);
/// The isolation types that differ in it.
inline constexpr std::array routed{model::Isolation::tdx, model::Isolation::snp, model::Isolation::none};

} // namespace vtlcheck::cli
