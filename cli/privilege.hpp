// Who may touch which register of which VTL: the answers of the oracle, for every register of the table.
#pragma once

#include "cli/explain.hpp"
#include "proptests/coverage.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace vtlcheck::cli {

/// A caller, a VTL whose register it names, and get or set.
struct Access {
    std::optional<model::Origin> host; ///< nothing: a VTL calls
    unsigned from = 0;                 ///< VTL
    unsigned to = 0;                   ///< VTL
    bool set = false;
};

/// What became of one access to one register.
struct Privilege {
    Permission permission = Permission::refused;
    std::vector<proptests::Cell> cells; ///< of the coverage, by which the implementation is checked on it
};

struct PrivilegeMatrix {
    std::vector<Access> accesses;
    std::vector<std::vector<Privilege>> of; ///< by row of model::register_table, then by access
};

/// Asks the oracle, for a TDX partition whose guest VSM is enabled, with every value that tells rules apart.
[[nodiscard]] PrivilegeMatrix privilege_matrix();

} // namespace vtlcheck::cli
