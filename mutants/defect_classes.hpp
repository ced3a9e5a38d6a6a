// The classes of defects that systems of this kind have had: the table of docs/defect-classes.md for programs.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace vtlcheck::mutants {

enum class Scope : std::uint8_t {
    in,
    partly, ///< the part of the class that the specification speaks of
    out
};

struct DefectClass {
    std::string id; ///< "K01"
    std::string defect;
    Scope scope = Scope::in;
    /// Mutants of the specification with that defect, and the claims that are to refute each.
    std::vector<std::pair<std::string, std::vector<std::string>>> mutants{};
};

[[nodiscard]] const std::vector<DefectClass>& defect_classes();

} // namespace vtlcheck::mutants
