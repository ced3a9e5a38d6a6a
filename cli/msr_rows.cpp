#include "cli/msr_rows.hpp"

#include <fmt/format.h>

namespace vtlcheck::cli {

std::string numbers(const model::MsrRow& row) {
    return row.first == row.last ? fmt::format("{:#x}", row.first) : fmt::format("{:#x}-{:#x}", row.first, row.last);
}

std::string constant(const model::MsrRow& row) {
    return row.read == model::ReadRule::constant ? fmt::format("{:#x}", row.constant) : "";
}

const char* armed_text(model::Armed armed) {
    switch (armed) {
    case model::Armed::always:
        return "exits";
    case model::Armed::passthrough:
        return "passes";
    case model::Armed::offload:
        return "exits, but for VTL0 with APIC offload in x2APIC mode";
    default:
        return "passes if the processor has IA32_TSC_AUX";
    }
}

} // namespace vtlcheck::cli
