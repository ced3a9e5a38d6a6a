// The log budget as a picture: lines over time against the bounds, and what was suppressed.
#pragma once

#include "cli/budget_report.hpp"

#include <string>
#include <vector>

namespace vtlcheck::cli {

struct BudgetPicture {
    std::string title;
    BudgetReport report;
    std::vector<EmittedLine> lines;
    SuppressedOverTime suppressed;
};

/// Throws UsageError if there is no gnuplot to draw with.
void expect_gnuplot();

/// The picture as an SVG document. Throws UsageError if gnuplot is missing or fails.
[[nodiscard]] std::string svg(const BudgetPicture& picture);

} // namespace vtlcheck::cli
