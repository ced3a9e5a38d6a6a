// vtlcheck explain get-reg and set-reg: one access to a register by hypervisor register name, from a VTL or the host side.
#include "cli/explain.hpp"
#include "cli/register_text.hpp"
#include "model/register_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace vtlcheck::cli {
namespace {

using model::AuditVerdict;
using model::Concrete;
using Bool = Concrete::Bool;

// Both sides of every value rule of the registers, for a set without a value.
constexpr std::array<std::uint64_t, 38> telling_values{0,
                                                       1,
                                                       2,
                                                       3,
                                                       4,
                                                       7,
                                                       8,
                                                       0x10,
                                                       0x1E,
                                                       0x1F,
                                                       0x20,
                                                       0x5F,
                                                       0x80,
                                                       0x202,
                                                       0x600,
                                                       0x800,
                                                       0xD01,
                                                       0x1001,
                                                       0x1003,
                                                       0x1800,
                                                       0x20000,
                                                       0x30001,
                                                       0xE0101,
                                                       0x370678,
                                                       0x80050033,
                                                       0xA0050033,
                                                       0xFEE00800,
                                                       0xFEE00900,
                                                       0xFEE00C00,
                                                       0xFEE00D00,
                                                       0x100000000,
                                                       0x00007FFFFFFFFFFF,
                                                       0x0000800000000000,
                                                       0x0007040600070406,
                                                       0xFFFF800000000000,
                                                       0x40,
                                                       0x14,
                                                       0xFFFFFFFFFFFFFFFF};
// Attributes, selector and limit of a good TR, of a good LDTR, an address that is not canonical.
constexpr std::array<std::uint64_t, 4> telling_highs{0, 0x008B002800000067, 0x0082003000000FFF, 0x0000800000000000};

/// What became of the access.
struct Ruling {
    std::optional<AuditVerdict> verdict; ///< nothing: the exit ended otherwise than with a verdict
    std::uint16_t status = 0;            ///< HV_STATUS
    model::Route route = model::Route::none;
};

Ruling ruling(const Ending& ending) {
    const auto& out = ending.out;
    if (out.audit.value()) {
        return {static_cast<AuditVerdict>(out.audit_verdict.value()), out.audit_reason.value(),
                static_cast<model::Route>(out.audit_route.value())};
    }
    // No record is made of a VTL that names itself; verdict and route are told as note P36 would.
    Ruling result;
    switch (static_cast<model::Disposition>(out.disposition.value())) {
    case model::Disposition::completed:
        result.status = static_cast<std::uint16_t>(out.gpr[model::rax].value());
        break;
    case model::Disposition::accepted:
    case model::Disposition::refused:
        result.status = out.error.value();
        break;
    default:
        return result;
    }
    const auto request = static_cast<model::Request>(out.request.value());
    const bool asked = request != model::Request::none || out.hypercall.value() != 0;
    result.verdict = result.status == 0 ? AuditVerdict::granted : asked ? AuditVerdict::failed : AuditVerdict::refused;
    if (request == model::Request::register_read || request == model::Request::register_write) {
        result.route = model::Route::tdx_module;
    } else if (out.hypercall.value() != 0) {
        result.route = model::Route::hypercall;
    } else if (result.verdict == AuditVerdict::granted) {
        result.route = model::Route::emulation;
    }
    return result;
}

model::ConcreteExit exit_of(const RegisterQuestion& question, bool set, std::uint64_t value, std::uint64_t high) {
    const auto name = register_text(question.code);
    const char* operation = set ? "set" : "get";
    std::string line = question.host ? fmt::format("vp0 vtl{} host-{} {} {}", question.to, operation,
                                                   conformance::word(*question.host), name)
                                     : fmt::format("vp0 vtl{} {}-reg {}", question.from, operation, name);
    if (set) {
        line += fmt::format(" {:#x} value_high={:#x}", value, high);
    }
    if (!question.host && question.to != question.from) {
        line += fmt::format(" target_vtl={:#x}", 0x10 | question.to);
    }
    return conformance::parse_step(line).exit;
}

const char* word(Permission permission) {
    switch (permission) {
    case Permission::granted:
        return "granted";
    case Permission::depends:
        return "depends";
    default:
        return "refused";
    }
}

std::string sentence(const RegisterQuestion& question) {
    std::string text = fmt::format("{} {}", question.set ? "set" : "get", register_text(question.code));
    text += conformance::register_name(question.code).empty() ? std::string(" (no row of its own)")
                                                              : fmt::format(" ({:#x})", question.code);
    text += fmt::format(" of VTL{}", question.to);
    if (question.value) {
        text += fmt::format(" to {:#x}", *question.value);
        if (question.value_high != 0) {
            text += fmt::format(", high word {:#x}", question.value_high);
        }
    }
    text += question.host ? fmt::format(" by the {} on the host side", conformance::word(*question.host))
                          : fmt::format(" by VTL{}", question.from);
    return text + fmt::format(", isolation {}", conformance::word(question.isolation));
}

std::string ruling_text(const Ruling& ruling) {
    if (!ruling.verdict) {
        return "no verdict";
    }
    return fmt::format("{}: {}, route {}", conformance::word(*ruling.verdict), status_text(ruling.status),
                       conformance::word(ruling.route));
}

Json json_of(const RegisterQuestion& question, const std::vector<Ending>& endings) {
    const auto name = conformance::register_name(question.code);
    const auto& row = model::register_table[model::register_index(question.code)];
    Json json;
    json["command"] = "explain";
    json["access"] = question.set ? "set-reg" : "get-reg";
    json["register"] = fmt::format("{:#x}", question.code);
    json["name"] = name.empty() ? Json(nullptr) : Json(name);
    json["class"] = model::register_class_name[static_cast<std::size_t>(row.register_class)];
    json["from"] = question.host ? conformance::word(*question.host) : fmt::format("vtl{}", question.from);
    json["to"] = fmt::format("vtl{}", question.to);
    json["isolation"] = conformance::word(question.isolation);
    json["verdict"] = word(permission(endings));
    json["start"] = conformance::write_header(register_start(question));
    json["clauses"] = Json::array();
    for (const Ending& ending : endings) {
        const Ruling r = ruling(ending);
        Json clause = clause_json(ending);
        clause["verdict"] = r.verdict ? Json(conformance::word(*r.verdict)) : Json(nullptr);
        clause["status"] = r.status;
        clause["status_name"] = status_name(r.status);
        clause["route"] = conformance::word(r.route);
        json["clauses"].push_back(clause);
    }
    return json;
}

} // namespace

conformance::TraceHeader register_start(const RegisterQuestion& question) {
    auto header = long_mode_guest();
    header.config.isolation = static_cast<std::uint8_t>(question.isolation);
    header.start.vsm.guest_vsm = static_cast<std::uint8_t>(model::GuestVsm::enabled);
    auto& vp = header.start.vp[0];
    header.start.vsm.vtl1_on_any_vp = Bool(true);
    vp.shared.vtl1_present = Bool(true);
    vp.slot.enable_called = Bool(true);
    return header;
}

std::vector<Ending> register_endings(const RegisterQuestion& question) {
    Endings endings(register_start(question));
    const auto ask = [&](model::ConcreteExit exit) {
        for (unsigned devices = 0; devices < 16; ++devices) {
            exit.module_refused = Bool((devices & 1U) != 0);
            exit.page_refused = Bool((devices & 2U) != 0);
            exit.answer_count = 1;
            exit.answer_status = (devices & 4U) != 0 ? 6 : 0;
            exit.answer_timeouts = (devices & 8U) != 0 ? 9 : 0;
            endings.add(exit);
        }
    };
    if (!question.set) {
        ask(exit_of(question, false, 0, 0));
    } else if (question.value) {
        ask(exit_of(question, true, *question.value, question.value_high));
    } else {
        // What the register holds is a value too: some take no other.
        std::vector<std::uint64_t> values(telling_values.begin(), telling_values.end());
        values.push_back(Endings(register_start(question)).add(exit_of(question, false, 0, 0)).result.value());
        for (const std::uint64_t value : values) {
            for (const std::uint64_t high : telling_highs) {
                ask(exit_of(question, true, value, high));
            }
        }
    }
    return endings.sorted();
}

Permission permission(const std::vector<Ending>& endings) {
    const auto any = [&](AuditVerdict verdict) {
        return std::any_of(endings.begin(), endings.end(),
                           [&](const Ending& ending) { return ruling(ending).verdict == verdict; });
    };
    if (!any(AuditVerdict::granted)) {
        return Permission::refused;
    }
    return any(AuditVerdict::refused) ? Permission::depends : Permission::granted;
}

void explain_register(const RegisterQuestion& question, bool json) {
    const auto endings = register_endings(question);
    if (json) {
        print_json(json_of(question, endings));
        return;
    }
    const std::string_view verdict = word(permission(endings));
    std::string text =
        fmt::format("{}: {}\n", sentence(question), verdict == "depends" ? "granted or refused, as follows" : verdict);
    for (const Ending& ending : endings) {
        const auto& clause = model::clauses[ending.clause];
        text += clause_text(ending.clause, endings.size() == 1);
        text += fmt::format("    {}\n    [{}: {}]\n    {}\n", ruling_text(ruling(ending)), clause.id, clause.source,
                            ending.trace_line());
    }
    print(text);
}

} // namespace vtlcheck::cli
