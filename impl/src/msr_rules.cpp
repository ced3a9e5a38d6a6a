// Derives the exit path's lookup tables from the row list, at compile time.
#include "msr_rules.h"

#include "msr_rows.h"

namespace vtl_intercept {
namespace {

constexpr bool rows_are_disjoint() {
    for (std::size_t a = 0; a < MSR_ROW_COUNT; ++a)
        for (std::size_t b = a + 1; b < MSR_ROW_COUNT; ++b)
            if (msr_rows[a].first < msr_rows[b].end() && msr_rows[b].first < msr_rows[a].end())
                return false;
    return true;
}

// Every number of a row must have a place in the tables, or the row would silently be unknown.
constexpr bool rows_are_reachable() {
    for (const MsrRow& row : msr_rows) {
        const bool low = row.end() <= LOW_SIZE;
        const bool synthetic = row.first >= SYNTHETIC_FIRST && row.end() <= SYNTHETIC_FIRST + SYNTHETIC_SIZE;
        const bool high = row.first >= HIGH_FIRST && row.end() <= HIGH_FIRST + HIGH_SIZE;
        const bool de_cfg = row.first == msr::AMD_DE_CFG && row.last == 0;
        if (row.first >= row.end() || !(low || synthetic || high || de_cfg))
            return false;
    }
    return true;
}

static_assert(rows_are_disjoint());
static_assert(rows_are_reachable());
static_assert(MSR_ROW_COUNT < RULE_CAPACITY && RULE_CAPACITY <= 256, "a rule number is a byte, and 0 is taken");

constexpr MsrTables derive() {
    MsrTables tables{};
    for (std::size_t n = 0; n < MSR_ROW_COUNT; ++n) {
        const MsrRow& row = msr_rows[n];
        const auto index = static_cast<std::uint8_t>(n + 1);
        tables.rule[index] = {.constant = row.constant, .claim = row.claim, .read = row.read, .write = row.write};
        for (std::uint32_t number = row.first; number != row.end(); ++number) {
            if (number < LOW_SIZE)
                tables.low[number] = index;
            else if (number - SYNTHETIC_FIRST < SYNTHETIC_SIZE)
                tables.synthetic[number - SYNTHETIC_FIRST] = index;
            else if (number - HIGH_FIRST < HIGH_SIZE)
                tables.high[number - HIGH_FIRST] = index;
            else
                tables.de_cfg = index;
        }
    }
    return tables;
}

} // namespace

constexpr MsrTables msr_tables = derive();

} // namespace vtl_intercept
