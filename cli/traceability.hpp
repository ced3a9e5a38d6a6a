// What answers for what: requirements and decisions, the clauses that state them, the claims that prove them, and the
// coverage cells by which the implementation is checked. A matrix for reviewers; its lint is a test.
#pragma once

#include "model/clause.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::cli {

/// The ids that a source field names, in its order: a letter and one or two digits, as a word of its own. Whatever else
/// stands there (files, sections of manuals) is none.
[[nodiscard]] std::vector<std::string> source_ids(std::string_view source);

/// A requirement or decision, and what names it.
struct RequirementRow {
    std::string_view id;
    std::string_view title;
    std::vector<std::string> claims;
    std::vector<std::string> clauses;
    std::string_view unclaimed; ///< why it rightly has no claim; empty if none is stated
};

/// A clause, the claims that name a decision or a reference note with it, and its reachable coverage cells.
struct ClauseRow {
    const model::ClauseText* clause = nullptr;
    std::vector<std::string> claims;
    std::size_t cells = 0;
    std::string_view uncovered; ///< why it rightly has no cell; empty if none is stated
};

/// What a row lacks, and why; an empty reason is a gap that nobody has accounted for.
struct OpenEnd {
    std::string_view id;
    std::string_view lacks; ///< "claim" or "cell"
    std::string_view reason;
};

struct Traceability {
    std::vector<RequirementRow> requirements;
    std::vector<ClauseRow> clauses; ///< of the book, then of the log budget

    [[nodiscard]] std::vector<OpenEnd> open() const;
};

/// The matrix of the specification and the book of claims as they are.
[[nodiscard]] Traceability traceability();

[[nodiscard]] std::string trace_text(const Traceability& matrix);
[[nodiscard]] std::string trace_markdown(const Traceability& matrix);

} // namespace vtlcheck::cli
