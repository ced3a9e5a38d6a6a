// How HV_STATUS values, register names and audit records are told: to a person, to a program.
#pragma once

#include "cli/output.hpp"
#include "conformance/subjects/subject.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace vtlcheck::cli {

/// TLFS name of an HV_STATUS, "unnamed" if no clause gives it.
[[nodiscard]] const char* status_name(std::uint16_t status);
/// "AccessDenied (0x6)".
[[nodiscard]] std::string status_text(std::uint16_t status);

/// Code of a register by name or number. Throws UsageError, which names the closest one.
[[nodiscard]] std::uint32_t parse_register(const std::string& text);
/// Its name, or its number if it has none.
[[nodiscard]] std::string register_text(std::uint32_t code);

[[nodiscard]] Json to_json(std::span<const conformance::AuditRecord> records);
/// As a table.
[[nodiscard]] std::string summary(std::span<const conformance::AuditRecord> records);

} // namespace vtlcheck::cli
