#include "cli/privilege.hpp"

#include "model/register_table.hpp"

#include <algorithm>

namespace vtlcheck::cli {
namespace {

std::vector<Access> all_accesses() {
    std::vector<Access> accesses;
    const auto add = [&](Access access) {
        for (const bool set : {false, true}) {
            access.set = set;
            accesses.push_back(access);
        }
    };
    for (const unsigned from : {0U, 1U}) {
        for (const unsigned to : {0U, 1U, 2U}) {
            add({.host = std::nullopt, .from = from, .to = to});
        }
    }
    // The host side stands outside the VTLs that it asks about; of VTL2 it has no request.
    for (const auto host : {model::Origin::kernel, model::Origin::paravisor}) {
        for (const unsigned to : {0U, 1U}) {
            add({.host = host, .from = 0, .to = to});
        }
    }
    return accesses;
}

Privilege privilege(const Access& access, std::uint32_t code) {
    RegisterQuestion question{.set = access.set,
                              .code = code,
                              .from = access.from,
                              .to = access.to,
                              .host = access.host,
                              .value = std::nullopt};
    const auto endings = register_endings(question);
    const auto start = register_start(question);
    Privilege result{.permission = permission(endings), .cells = {}};
    for (const auto& ending : endings) {
        const auto cell = proptests::cell_of(start.config, start.start.vsm, ending.exit, ending.clause);
        if (std::find(result.cells.begin(), result.cells.end(), cell) == result.cells.end()) {
            result.cells.push_back(cell);
        }
    }
    return result;
}

} // namespace

PrivilegeMatrix privilege_matrix() {
    PrivilegeMatrix matrix{.accesses = all_accesses(), .of = {}};
    for (const auto& row : model::register_table) {
        auto& privileges = matrix.of.emplace_back();
        for (const auto& access : matrix.accesses) {
            privileges.push_back(privilege(access, row.code));
        }
    }
    return matrix;
}

} // namespace vtlcheck::cli
