#include "cli/register_text.hpp"

#include "conformance/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <limits>
#include <vector>

namespace vtlcheck::cli {
namespace {

struct StatusName {
    std::uint16_t status;
    const char* name;
};
// TLFS appendix B, as far as the reference notes use it.
constexpr std::array status_names{StatusName{0x00, "Success"},
                                  StatusName{0x02, "InvalidHypercallCode"},
                                  StatusName{0x03, "InvalidHypercallInput"},
                                  StatusName{0x04, "InvalidAlignment"},
                                  StatusName{0x05, "InvalidParameter"},
                                  StatusName{0x06, "AccessDenied"},
                                  StatusName{0x08, "OperationDenied"},
                                  StatusName{0x0D, "InvalidPartitionId"},
                                  StatusName{0x0E, "InvalidVpIndex"},
                                  StatusName{0x15, "InvalidVpState"},
                                  StatusName{0x19, "ObjectInUse"},
                                  StatusName{0x1E, "FeatureUnavailable"},
                                  StatusName{0x50, "InvalidRegisterValue"},
                                  StatusName{0x51, "InvalidVtlState"},
                                  StatusName{0x71, "OperationFailed"},
                                  StatusName{0x78, "Timeout"},
                                  StatusName{0x86, "VtlAlreadyEnabled"}};

std::string subject_of(const conformance::AuditRecord& record) {
    switch (static_cast<model::Operation>(record.operation)) {
    case model::Operation::enable_vp_vtl:
    case model::Operation::start_vp:
        return fmt::format("VP {}", record.reg);
    case model::Operation::enable_partition_vtl:
    case model::Operation::startup_ipi:
    case model::Operation::internal_error:
        return "-";
    default:
        return register_text(record.reg);
    }
}

struct Words {
    explicit Words(const conformance::AuditRecord& record)
        : origin(conformance::word(static_cast<model::Origin>(record.origin))),
          operation(conformance::word(static_cast<model::Operation>(record.operation))),
          route(conformance::word(static_cast<model::Route>(record.route))),
          verdict(conformance::word(static_cast<model::AuditVerdict>(record.verdict))) {}
    std::string origin;
    std::string operation;
    std::string route;
    std::string verdict;
};

} // namespace

const char* status_name(std::uint16_t status) {
    const auto* found = std::find_if(status_names.begin(), status_names.end(),
                                     [status](const StatusName& each) { return each.status == status; });
    return found == status_names.end() ? "unnamed" : found->name;
}

std::string status_text(std::uint16_t status) { return fmt::format("{} ({:#x})", status_name(status), status); }

std::uint32_t parse_register(const std::string& text) {
    if (!text.empty() && std::isdigit(static_cast<unsigned char>(text[0])) != 0) {
        return static_cast<std::uint32_t>(parse_number(text, "register", std::numeric_limits<std::uint32_t>::max()));
    }
    if (const auto code = conformance::register_code(text)) {
        return *code;
    }
    const auto closest = conformance::closest_register(text);
    throw UsageError(
        fmt::format("\"{}\" is no register{}; `vtlcheck spec` lists the names, and numbers are accepted too", text,
                    closest.empty() ? "" : fmt::format(" (did you mean {}?)", closest)));
}

std::string register_text(std::uint32_t code) {
    const auto name = conformance::register_name(code);
    return name.empty() ? fmt::format("{:#x}", code) : std::string(name);
}

Json to_json(std::span<const conformance::AuditRecord> records) {
    Json rows = Json::array();
    for (const auto& record : records) {
        const Words words(record);
        rows.push_back({{"sequence", record.sequence},
                        {"time_ns", record.time},
                        {"vp", record.vp},
                        {"origin", words.origin},
                        {"operation", words.operation},
                        {"vtl", record.vtl},
                        {"register", record.reg},
                        {"subject", subject_of(record)},
                        {"route", words.route},
                        {"verdict", words.verdict},
                        {"reason", record.reason},
                        {"reason_name", status_name(record.reason)}});
    }
    return rows;
}

std::string summary(std::span<const conformance::AuditRecord> records) {
    if (records.empty()) {
        return "  no audit record\n";
    }
    using Row = std::array<std::string, 10>;
    std::vector<Row> rows{
        {"seq", "time", "vp", "origin", "operation", "vtl", "register", "route", "verdict", "reason"}};
    for (const auto& record : records) {
        const Words words(record);
        rows.push_back({fmt::to_string(record.sequence),
                        fmt::format("{}.{:09}", record.time / 1'000'000'000, record.time % 1'000'000'000),
                        fmt::to_string(record.vp), words.origin, words.operation, fmt::to_string(record.vtl),
                        subject_of(record), words.route, words.verdict, status_text(record.reason)});
    }
    std::array<std::size_t, std::tuple_size_v<Row>> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < row.size(); ++i) {
            widths[i] = std::max(widths[i], row[i].size());
        }
    }
    std::string text = fmt::format("  {}:\n", counted(records.size(), "audit record"));
    for (const Row& row : rows) {
        std::string line = "  ";
        for (std::size_t i = 0; i < row.size(); ++i) {
            line += fmt::format("  {:<{}}", row[i], widths[i]);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

} // namespace vtlcheck::cli
