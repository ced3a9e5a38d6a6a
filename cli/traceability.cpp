// The traceability matrix: built from the source fields of clauses and claims, so that it cannot be out of date.
#include "cli/traceability.hpp"

#include "proofs/claim.hpp"
#include "proptests/coverage.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace vtlcheck::cli {
namespace {

struct Requirement {
    std::string_view id;
    std::string_view title;
    std::string_view unclaimed{}; ///< for one that rightly has no claim: what answers for it instead
};
constexpr std::array<Requirement, 53> requirements{{
    {"A1", "an unknown MSR access produces a rate-limited warning"},
    {"A2", "the rate control is a token bucket"},
    {"A3", "active for confidential VMs only"},
    {"A4", "the warning carries MSR number and kind of access"},
    {"A5", "alerting never slows or changes the guest"},
    {"A6", "unknown read gives 0, write ignored, no fault, no state change"},
    {"A7", "operators see which MSRs a guest tried",
     "the census stands beside the specification's step; it is checked against exact counts, not proved"},
    {"A8", "load from alerting stays bounded"},
    {"B1", "no hypercall touches a lower VTL's registers on a confidential VM"},
    {"B2", "every register access path checks the VTL"},
    {"B3", "necessary hypercalls are allow-listed and validated"},
    {"B4", "runtime checks stop unexpected paths"},
    {"B5", "errors fail closed, nothing half done"},
    {"B6", "VTL-aware register interface, forbidden requests fail at once"},
    {"B7", "special hypercall path apart from the general one"},
    {"B8", "security log of every cross-VTL attempt"},
    {"B9", "debug interface that shows the policy",
     "shows state and changes none: vtl_inspect() of the implementation, tested there"},
    {"C1", "SMT model of VTL privilege and MSR dispatch with the invariants",
     "the model and the book of claims are it, all of them"},
    {"C2", "RapidCheck checks the implementation against the model", "about the implementation: `vtlcheck conform`"},
    {"C3", "folders and packages", "about the source tree, not about behaviour"},
    {"C4", "run by security reviewers", "about the users of the tool, not about behaviour"},
    {"C5", "gated in CI", "about the process: `.ci/run`"},
    {"C6", "used as the spec for porting", "about the users of the specification: `vtlcheck spec`, traces"},
    {"D1", "armed equals claimed"},
    {"D2", "nothing a guest, a port or the hypervisor does is fatal"},
    {"D3", "EFER"},
    {"D4", "unknown MSR"},
    {"D5", "IA32_BIOS_SIGN_ID"},
    {"D6", "x2APIC range"},
    {"D7", "#GP error code"},
    {"D8", "completing an instruction"},
    {"D9", "TSC_AUX"},
    {"D10", "TDCALL"},
    {"D11", "crash MSRs"},
    {"D12", "canonical addresses"},
    {"D13", "VTL1 can complete every MSR write it can intercept"},
    {"D14", "VTL1 never intercepts reads"},
    {"D15", "XSETBV"},
    {"D16", "log budget: scope"},
    {"D17", "log budget: token bucket"},
    {"D18", "log budget: accounting"},
    {"D19", "log budget: reporting"},
    {"D20", "log budget: time"},
    {"D21", "log budget: confidentiality"},
    {"D22", "log budget: census",
     "the census stands beside the specification's step; it is checked against exact counts, not proved"},
    {"D23", "host register guard"},
    {"D24", "separate paths"},
    {"D25", "hypervisor answers are untrusted"},
    {"D26", "guest Get and SetVpRegisters deny by default"},
    {"D27", "every settable register has a value rule"},
    {"D28", "VTL state machine"},
    {"D29", "intercept completeness"},
    {"D30", "audit"},
}};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_id(std::string_view word) {
    return (word.size() == 2 || word.size() == 3) && word[0] >= 'A' && word[0] <= 'Z' &&
           std::all_of(word.begin() + 1, word.end(), is_digit);
}

/// Only decisions and reference notes say how something behaves. A requirement is too wide to tie a clause to a claim.
bool ties(std::string_view id) { return std::string_view("DRPL").find(id[0]) != std::string_view::npos; }

bool contains(const std::vector<std::string>& ids, std::string_view id) {
    return std::find(ids.begin(), ids.end(), id) != ids.end();
}

/// "A1 A2 A3" in lines of at most 120 characters; the first starts behind what `before` of them have taken already.
std::string wrapped(const std::vector<std::string>& words, std::size_t before) {
    std::string text;
    std::size_t column = before;
    for (const auto& word : words) {
        if (column > before && column + 1 + word.size() > 120) {
            text += fmt::format("\n{:{}}", "", before);
            column = before;
        } else if (column > before) {
            text += ' ';
            ++column;
        }
        text += word;
        column += word.size();
    }
    return text.empty() ? "-" : text;
}

std::string in_a_cell(const std::vector<std::string>& words) {
    return words.empty() ? "-" : fmt::format("{}", fmt::join(words, " "));
}

std::string_view stated(std::string_view reason) { return reason.empty() ? "no reason is stated" : reason; }

} // namespace

std::vector<std::string> source_ids(std::string_view source) {
    std::vector<std::string> ids;
    std::size_t begin = 0;
    while (begin < source.size()) {
        const std::size_t end = std::min(source.find_first_of(" ,;", begin), source.size());
        const std::string_view word = source.substr(begin, end - begin);
        if (is_id(word)) {
            ids.emplace_back(word);
        }
        begin = end + 1;
    }
    return ids;
}

std::vector<OpenEnd> Traceability::open() const {
    std::vector<OpenEnd> ends;
    for (const auto& row : requirements) {
        if (row.claims.empty()) {
            ends.push_back({.id = row.id, .lacks = "claim", .reason = row.unclaimed});
        }
    }
    for (const auto& row : clauses) {
        if (row.claims.empty()) {
            ends.push_back({.id = row.clause->id, .lacks = "claim", .reason = ""});
        }
        if (row.cells == 0) {
            ends.push_back({.id = row.clause->id, .lacks = "cell", .reason = row.uncovered});
        }
    }
    return ends;
}

Traceability traceability() {
    struct Named {
        const proofs::Claim* claim;
        std::vector<std::string> ids;
    };
    std::vector<Named> claims;
    for (const auto& claim : proofs::all_claims()) {
        claims.push_back({.claim = &claim, .ids = source_ids(claim.source)});
    }
    std::vector<std::size_t> cells(proptests::cell_clause_count);
    for (const auto& cell : proptests::reachable_cells()) {
        ++cells[cell.clause];
    }

    Traceability matrix;
    for (const auto& requirement : requirements) {
        RequirementRow row{.id = requirement.id,
                           .title = requirement.title,
                           .claims = {},
                           .clauses = {},
                           .unclaimed = requirement.unclaimed};
        for (const auto& claim : claims) {
            if (contains(claim.ids, requirement.id)) {
                row.claims.push_back(claim.claim->id);
            }
        }
        matrix.requirements.push_back(std::move(row));
    }
    for (std::size_t i = 0; i < proptests::cell_clause_count; ++i) {
        const auto& clause = proptests::cell_clause(i);
        ClauseRow row{.clause = &clause, .claims = {}, .cells = cells[i], .uncovered = ""};
        const auto ids = source_ids(clause.source);
        for (const auto& claim : claims) {
            if (std::any_of(ids.begin(), ids.end(),
                            [&](const std::string& id) { return ties(id) && contains(claim.ids, id); })) {
                row.claims.push_back(claim.claim->id);
            }
        }
        for (const auto& known : proptests::unreached_clauses) {
            if (known.id == clause.id) {
                row.uncovered = known.reason;
            }
        }
        for (auto& requirement : matrix.requirements) {
            if (contains(ids, requirement.id)) {
                requirement.clauses.emplace_back(clause.id);
            }
        }
        matrix.clauses.push_back(std::move(row));
    }
    return matrix;
}

std::string trace_text(const Traceability& matrix) {
    std::string text = "Requirements and decisions: what names them\n";
    for (const auto& row : matrix.requirements) {
        text += fmt::format("\n{:<4} {}\n     claims   {}\n     clauses  {}\n", row.id, row.title,
                            wrapped(row.claims, 14), wrapped(row.clauses, 14));
    }
    text +=
        "\nClauses: reachable coverage cells, and the claims that name a decision or a reference note with them\n\n";
    for (const auto& row : matrix.clauses) {
        text += fmt::format("{:<9} {:>4}  {}\n", row.clause->id, row.cells, wrapped(row.claims, 16));
    }
    text += "\nOpen\n\n";
    for (const auto& end : matrix.open()) {
        text += fmt::format("{:<9} no {:<6} {}\n", end.id, end.lacks, stated(end.reason));
    }
    return text;
}

std::string trace_markdown(const Traceability& matrix) {
    std::string text =
        "# Traceability\n\nPrinted by `vtlcheck spec --trace`, from the source fields of clauses and "
        "claims.\n\n## Requirements and decisions\n\n| id | what | claims | clauses |\n|---|---|---|---|\n";
    for (const auto& row : matrix.requirements) {
        text +=
            fmt::format("| {} | {} | {} | {} |\n", row.id, row.title, in_a_cell(row.claims), in_a_cell(row.clauses));
    }
    text +=
        "\n## Clauses\n\nReachable coverage cells, and the claims that name a decision or a reference note with the "
        "clause.\n\n| id | clause | cells | claims |\n|---|---|---|---|\n";
    for (const auto& row : matrix.clauses) {
        text +=
            fmt::format("| {} | {} | {} | {} |\n", row.clause->id, row.clause->title, row.cells, in_a_cell(row.claims));
    }
    text += "\n## Open\n\n| id | without | reason |\n|---|---|---|\n";
    for (const auto& end : matrix.open()) {
        text += fmt::format("| {} | {} | {} |\n", end.id, end.lacks, stated(end.reason));
    }
    return text;
}

} // namespace vtlcheck::cli
