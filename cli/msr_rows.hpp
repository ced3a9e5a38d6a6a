// How rows of the MSR table are told.
#pragma once

#include "model/msr_table.hpp"

#include <string>

namespace vtlcheck::cli {

/// "0x10", "0xc1-0xc8".
[[nodiscard]] std::string numbers(const model::MsrRow& row);
[[nodiscard]] const char* armed_text(model::Armed armed);
/// What every read of the MSR gives; empty if that depends.
[[nodiscard]] std::string constant(const model::MsrRow& row);
/// Whether a stage serves the access; else it is unknown.
[[nodiscard]] constexpr bool known(const model::MsrRow& row, bool write) {
    return write ? row.write != model::WriteRule::unknown : row.read != model::ReadRule::unknown;
}

} // namespace vtlcheck::cli
