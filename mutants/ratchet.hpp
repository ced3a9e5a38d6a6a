// The ratchet: how many mutants there are and what becomes of them, and why each survivor may survive. A campaign that
// comes out otherwise, for better or worse, disagrees with it.
#pragma once

#include "mutants/verdict.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vtlcheck::mutants {

/// A ratchet file that is no ratchet: one line with its place.
struct RatchetError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Of one kind.
struct Counts {
    std::size_t killed = 0;
    std::size_t survived = 0;
    std::size_t invalid = 0;
    std::size_t equivalent = 0;
    friend bool operator==(const Counts&, const Counts&) = default;
    /// Killed of those that could be, in percent; 100 if there are none.
    [[nodiscard]] double score() const;
};
/// "killed 9 survived 1 invalid 0 equivalent 2".
[[nodiscard]] std::string to_string(const Counts& counts);

struct Ratchet {
    std::map<Kind, Counts> counts;
    std::map<std::pair<Kind, std::string>, std::string> survivors; ///< with the reason, which may be empty
};

/// Reads lines `count KIND killed N survived N invalid N equivalent N` and `survivor KIND NAME REASON`; a line that
/// begins with # is a comment. `file` is for messages. Throws RatchetError.
[[nodiscard]] Ratchet parse_ratchet(std::string_view text, std::string_view file);
[[nodiscard]] std::string write_ratchet(const Ratchet& ratchet);

/// What a campaign found.
struct Findings {
    std::vector<Result> results;                   ///< of the mutants that were run
    std::set<std::pair<Kind, std::string>> exists; ///< every mutant there is of the kinds that were made
    std::set<Kind> made;                           ///< those kinds
    std::set<Kind> complete;                       ///< of which all mutants were run
};

[[nodiscard]] std::map<Kind, Counts> counts_of(const std::vector<Result>& results);

/// Where the two disagree, one line each that says what to do. Errors are no finding.
[[nodiscard]] std::vector<std::string> disagreements(const Ratchet& ratchet, const Findings& findings);

/// The ratchet that agrees with the findings but for the reasons of new survivors, which are empty.
[[nodiscard]] Ratchet updated(const Ratchet& ratchet, const Findings& findings);

} // namespace vtlcheck::mutants
