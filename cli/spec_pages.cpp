#include "cli/spec_pages.hpp"

#include "cli/msr_rows.hpp"
#include "cli/output.hpp"
#include "cli/privilege.hpp"
#include "cli/specification_rows.hpp"
#include "cli/traceability.hpp"
#include "proofs/claim.hpp"
#include "proofs/log_mutants.hpp"
#include "proofs/mutants.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <iterator>
#include <vector>

namespace vtlcheck::cli {
namespace {

struct Chapter {
    const char* page;
    const char* title;
    const char* about; ///< a sentence
};
constexpr std::array<Chapter, 11> chapters{{
    {"decoding", "Decoding", "Which exits are an instruction of the guest at all, and what cannot happen."},
    {"rdmsr", "RDMSR", "What a guest reads, by MSR."},
    {"wrmsr", "WRMSR", "What a guest's write does, by MSR and value; what VTL1 has claimed."},
    {"tdcall", "TDCALL", "MSR accesses and hypercalls by TDVMCALL."},
    {"control-requests", "Control requests", "What the rest of the paravisor asks of the intercept path."},
    {"control-registers", "Control registers", "MOV to CR, XSETBV, descriptor tables, and VTL1's intercepts of them."},
    {"vmcall", "VMCALL", "Call codes, and the shape of a call before it is looked into."},
    {"vtl", "Virtual trust levels", "How VTL1 comes into being, and how VTLs call and return."},
    {"vp-registers", "GetVpRegisters and SetVpRegisters",
     "Who may name which register of which VTL, and what getting and setting it does."},
    {"host", "The host side", "Kernel and paravisor at a register of a VTL, and the special path to the hypervisor."},
    {"log-budget", "The log budget", "What becomes of a warning: a line, or a count."},
}};
static_assert(std::all_of(families.begin(), families.end(), [](const Family& family) {
    return std::any_of(chapters.begin(), chapters.end(),
                       [&](const Chapter& chapter) { return std::string_view(chapter.page) == family.page; });
}));

constexpr const char* made_by = "<!-- Made by `vtlcheck spec --out docs/spec`. -->\n";

/// Text as Markdown shows it, in a table too.
std::string plain(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        if (c == '<') {
            safe += "&lt;";
            continue;
        }
        if (std::string_view("|*[]").find(c) != std::string_view::npos) {
            safe += '\\';
        }
        safe += c;
    }
    return safe;
}

std::string anchor(std::string_view id) {
    std::string text(id);
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}
std::string place(std::string_view id) { return fmt::format("<a id=\"{}\"></a>", anchor(id)); }
std::string link(std::string_view id, std::string_view page) {
    return fmt::format("[{}]({}.md#{})", id, page, anchor(id));
}
std::string clause_link(std::string_view id) { return link(id, family_of(id).page); }

/// The links with commas between.
template <class Ids, class Link>
std::string links(const Ids& ids, Link&& to) {
    std::vector<std::string> all;
    std::transform(ids.begin(), ids.end(), std::back_inserter(all), to);
    return fmt::format("{}", fmt::join(all, ", "));
}
std::string claim_links(const std::vector<std::string>& ids) {
    return links(ids, [](const std::string& id) { return link(id, "claims"); });
}

class Pages {
public:
    std::map<std::string, std::string> all() {
        for (const auto& mutant : proofs::systematic_mutants()) {
            ++systematic_[mutant.clauses.front()];
        }
        for (const auto& mutant : proofs::systematic_log_mutants()) {
            ++systematic_[mutant.name.substr(mutant.name.find(':') + 1)];
        }
        std::map<std::string, std::string> pages{{"README.md", index()},        {"msrs.md", msrs()},
                                                 {"registers.md", registers()}, {"privilege.md", privilege()},
                                                 {"claims.md", claims()},       {"requirements.md", requirements()}};
        for (const auto& chapter : chapters) {
            pages.emplace(fmt::format("{}.md", chapter.page), clauses(chapter));
        }
        return pages;
    }

private:
    /// A source field, with links where the pages have what it names.
    std::string source(std::string_view text) const {
        const auto ids = source_ids(text);
        std::string linked = plain(text);
        std::size_t from = 0;
        for (const auto& id : ids) {
            const auto at = linked.find(id, from);
            const bool has_place = std::any_of(matrix_.requirements.begin(), matrix_.requirements.end(),
                                               [&](const RequirementRow& row) { return row.id == id; });
            const auto text_of_it = has_place ? link(id, "requirements") : id;
            linked.replace(at, id.size(), text_of_it);
            from = at + text_of_it.size();
        }
        return linked;
    }

    static std::size_t count_of(const Chapter& chapter) {
        std::size_t count = 0;
        for (std::size_t i = 0; i < proptests::cell_clause_count; ++i) {
            count += family_of(proptests::cell_clause(i).id).page == std::string_view(chapter.page) ? 1U : 0U;
        }
        return count;
    }

    std::string index() const {
        std::string text = fmt::format(
            "{}# The specification\n\n"
            "What a TDX paravisor does at each exit of its guest's VTL0 and VTL1 that is about an MSR or a register of "
            "a "
            "VTL: {} clauses over tables of {} MSR and {} register rows. They are the text that runs as the oracle and "
            "is proved, so these pages cannot say anything else.\n\n"
            "**Exactly one clause applies to every state and exit** (claims {} and {}). A clause says *when* it "
            "applies and "
            "what *then* happens; effects that it does not name do not happen. \"Complete\", \"unchanged\", \"armed\" "
            "and "
            "other words are those of the [reference notes](../reference-notes.md), whose ids R, P and L are given as "
            "sources; D, A and B are [decisions and requirements](requirements.md); file and line are those of OpenVMM "
            "1488a37b7.\n\n"
            "What happens at one access, and by which clause: `vtlcheck explain`. All of it as data: `vtlcheck spec "
            "--format json`.\n\n",
            made_by, proptests::cell_clause_count, model::msr_table.size(), model::register_table.size(),
            link("TOTAL", "claims"), link("ONE", "claims"));
        text += "## Clauses\n\n| chapter | clauses | |\n|---|---:|---|\n";
        for (const auto& chapter : chapters) {
            text += fmt::format("| [{}]({}.md) | {} | {} |\n", chapter.title, chapter.page, count_of(chapter),
                                chapter.about);
        }
        text += fmt::format("\n## Tables\n\n| table | rows | |\n|---|---:|---|\n"
                            "| [MSRs](msrs.md) | {} | Which exits, who serves it, what VTL1 can claim. |\n"
                            "| [Registers](registers.md) | {} | By hypervisor name: gate and route. |\n"
                            "| [Privilege](privilege.md) | {} | Who may get and set which register of which VTL. |\n",
                            model::msr_table.size(), model::register_table.size(), model::register_table.size());
        text +=
            fmt::format("\n## What answers for it\n\n| | | |\n|---|---:|---|\n"
                        "| [Claims](claims.md) | {} | What is proved of the clauses, and the mutants that each claim "
                        "rejects. |\n"
                        "| [Requirements and decisions](requirements.md) | {} | Which clauses state them, which "
                        "claims prove them. |\n",
                        proofs::all_claims().size(), matrix_.requirements.size());
        return text;
    }

    std::string clauses(const Chapter& chapter) const {
        std::string text =
            fmt::format("{}# {}\n\n{} [All chapters](README.md)\n", made_by, chapter.title, chapter.about);
        for (const auto& family : families) {
            if (family.page != std::string_view(chapter.page)) {
                continue;
            }
            if (family.title != std::string_view(chapter.title)) {
                text += fmt::format("\n## {}\n", family.title);
            }
            std::string list;
            std::string rest;
            for (const auto& row : matrix_.clauses) {
                if (row.clause->id.starts_with(family.prefix)) {
                    list += fmt::format("| {} | {} |\n", clause_link(row.clause->id), plain(row.clause->title));
                    rest += clause(row);
                }
            }
            text += fmt::format("\n{}| clause | |\n|---|---|\n{}{}", family.introduction, list, rest);
        }
        return text;
    }

    std::string clause(const ClauseRow& row) const {
        const auto& clause = *row.clause;
        std::vector<std::string> checks{row.cells != 0 ? counted(row.cells, "coverage cell")
                                                       : fmt::format("no coverage cell ({})", plain(row.uncovered))};
        for (const auto& mutant : proofs::mutants()) {
            if (std::find(mutant.clauses.begin(), mutant.clauses.end(), clause.id) != mutant.clauses.end()) {
                checks.push_back(fmt::format("mutant `{}` ({})", mutant.name, claim_links(naming(mutant.name))));
            }
        }
        checks.push_back(fmt::format("{} (`vtlcheck mutants --kind spec --only :{}`)",
                                     counted(systematic_.at(std::string(clause.id)), "systematic mutant"), clause.id));
        return fmt::format("\n### {}{}: {}\n\n- **When** {}\n- **Then** {}\n- Source: {}\n- Claims: {}\n- Checks: {}\n",
                           place(clause.id), clause.id, plain(clause.title), plain(clause.guard), plain(clause.effect),
                           source(clause.source), claim_links(row.claims), fmt::join(checks, "; "));
    }

    /// The claims that are to reject the mutant.
    static std::vector<std::string> naming(const std::string& mutant) {
        std::vector<std::string> ids;
        for (const auto& claim : proofs::all_claims()) {
            if (std::find(claim.mutants.begin(), claim.mutants.end(), mutant) != claim.mutants.end()) {
                ids.push_back(claim.id);
            }
        }
        return ids;
    }

    std::string msrs() const {
        std::string text = fmt::format(
            "{}# MSRs\n\nEvery MSR that some stage serves or that has a name; all others are unknown ({}, {}). *Read* "
            "and "
            "*write* say whether the access exits to the paravisor, and \"unknown\" where no stage serves it then. "
            "*Claim* "
            "is the bit of CrInterceptControl by which VTL1 claims VTL0's writes; such a write always exits. The "
            "clauses "
            "are in [RDMSR](rdmsr.md) and [WRMSR](wrmsr.md).\n\n"
            "| number | name | class | read | constant | write | claim | source |\n|---|---|---|---|---|---|---|---|\n",
            made_by, clause_link("MSR-R-40"), clause_link("MSR-W-51"));
        for (const auto& row : model::msr_table) {
            text += fmt::format("| {} | {} | {} | {}{} | {} | {}{} | {} | {} |\n", numbers(row), plain(row.name),
                                model::msr_class_name[static_cast<std::size_t>(row.msr_class)],
                                armed_text(row.armed_read), known(row, false) ? "" : ", unknown", constant(row),
                                armed_text(row.armed_write), known(row, true) ? "" : ", unknown",
                                row.claim_bit == 0xFF ? "" : std::to_string(row.claim_bit), source(row.source));
        }
        return text;
    }

    std::string registers() const {
        std::string text = fmt::format(
            "{}# Registers\n\nRegisters by hypervisor name; any other name is unlisted. The *gate* says which VTL may "
            "name it for "
            "which (clauses REG-G in [GetVpRegisters and SetVpRegisters](vp-registers.md), note P16); the rest of each "
            "row "
            "is the route by which the paravisor gets it of a VTL that has it, by isolation ([the host side](host.md), "
            "note P39). What that comes to: [privilege](privilege.md).\n\n"
            "| number | name | class | gate | tdx | snp | none, vbs | source |\n|---|---|---|---|---|---|---|---|\n",
            made_by);
        for (const auto& row : model::register_table) {
            text += fmt::format("| {:#x} | {} | {} | {} |", row.code, plain(row.name), class_name(row),
                                gate_text(row.gate));
            for (const auto isolation : routed) {
                text += fmt::format(" {} |", route(row.code, isolation));
            }
            text += fmt::format(" {} |\n", source(row.source));
        }
        return text;
    }

    static const char* class_name(const model::RegisterRow& row) {
        return model::register_class_name[static_cast<std::size_t>(row.register_class)];
    }

    static std::string head(const PrivilegeMatrix& matrix, const char* first) {
        std::string names = fmt::format("| {} |", first);
        std::string line = "|---|";
        for (const auto& access : matrix.accesses) {
            const std::string who = access.host ? conformance::word(*access.host) : fmt::format("VTL{}", access.from);
            names += fmt::format(" {} {} VTL{} |", who, access.set ? "sets" : "gets", access.to);
            line += ":---:|";
        }
        return names + "\n" + line + "\n";
    }

    static std::string privilege() {
        constexpr std::array<const char*, 3> words{"yes", "some", "no"}; // by Permission
        const auto matrix = privilege_matrix();
        std::string text = fmt::format("{}# Privilege\n\nWho may get and set which register of which VTL, in a TDX "
                                       "partition whose guest VSM is enabled "
                                       "and VTL1 present: the answers of the oracle, over values on both sides of "
                                       "every rule. **yes**: always. **some**: it "
                                       "depends on the value or the state. **no**: never. Why, of one access: "
                                       "`vtlcheck explain get-reg NAME --from vtl0 --to vtl1`; "
                                       "by which rules: [GetVpRegisters and SetVpRegisters](vp-registers.md), [the "
                                       "host side](host.md).\n\n## By class\n\n"
                                       "Where the registers of a class differ, the counts of each answer.\n\n",
                                       made_by);
        text += head(matrix, "class");
        for (std::size_t c = 0; c < model::register_class_count; ++c) {
            text += fmt::format("| {} |", model::register_class_name.at(c));
            for (std::size_t a = 0; a < matrix.accesses.size(); ++a) {
                std::array<std::size_t, 3> counts{};
                for (std::size_t r = 0; r < model::register_table.size(); ++r) {
                    if (static_cast<std::size_t>(model::register_table[r].register_class) == c) {
                        ++counts.at(static_cast<std::size_t>(matrix.of[r][a].permission));
                    }
                }
                std::vector<std::string> parts;
                const bool alike = std::count(counts.begin(), counts.end(), 0U) == 2;
                for (std::size_t p = 0; p < counts.size(); ++p) {
                    if (counts.at(p) != 0) {
                        parts.push_back(alike ? words.at(p) : fmt::format("{} {}", counts.at(p), words.at(p)));
                    }
                }
                text += fmt::format(" {} |", fmt::join(parts, ", "));
            }
            text += "\n";
        }
        text += "\n## By register\n\n" + head(matrix, "register");
        for (std::size_t r = 0; r < model::register_table.size(); ++r) {
            text += fmt::format("| {} |", plain(model::register_table[r].name));
            for (const auto& privilege : matrix.of[r]) {
                text += fmt::format(" {} |", words.at(static_cast<std::size_t>(privilege.permission)));
            }
            text += "\n";
        }
        return text;
    }

    std::string claims() const {
        std::string text = fmt::format(
            "{}# Claims\n\nWhat is proved of the specification, for all states and exits: `vtlcheck prove ID`. A claim "
            "counts as "
            "proved only if two solvers prove its obligations, its premise can hold, and it rejects the mutants that "
            "it "
            "names. *About* lists the clauses that name a decision or note with it.\n\n| claim | |\n|---|---|\n",
            made_by);
        for (const auto& claim : proofs::all_claims()) {
            text += fmt::format("| {} | {} |\n", link(claim.id, "claims"), plain(claim.statement));
        }
        for (const auto& claim : proofs::all_claims()) {
            text += fmt::format("\n## {}{}\n\n{}\n\n- Source: {}\n", place(claim.id), claim.id, plain(claim.statement),
                                source(claim.source));
            for (const auto& assumption : claim.assumptions) {
                text += fmt::format("- Assumes {}\n", plain(assumption));
            }
            if (claim.certified) {
                text += "- Its proof is also checked by itself (certified)\n";
            }
            for (const auto& name : claim.mutants) {
                text += fmt::format("- Rejects `{}`: {}\n", name, plain(description(name)));
            }
            std::vector<std::string_view> about;
            for (const auto& row : matrix_.clauses) {
                if (std::find(row.claims.begin(), row.claims.end(), claim.id) != row.claims.end()) {
                    about.push_back(row.clause->id);
                }
            }
            text += about.empty() ? "" : fmt::format("- About {}\n", links(about, clause_link));
        }
        return text;
    }

    static std::string description(const std::string& mutant) {
        if (const auto* of_clauses = proofs::find_mutant(mutant); of_clauses != nullptr) {
            return of_clauses->description;
        }
        return proofs::find_log_mutant(mutant)->description;
    }

    std::string requirements() const {
        std::string text = fmt::format("{}# Requirements and decisions\n\nA, B and C are requirements, D decisions; "
                                       "what they say in full is in the [reference notes](../reference-notes.md) and "
                                       "the clauses.\n",
                                       made_by);
        for (const auto& row : matrix_.requirements) {
            text += fmt::format("\n## {}{}: {}\n\n", place(row.id), row.id, plain(row.title));
            text += row.claims.empty() ? fmt::format("- No claim: {}\n", plain(row.unclaimed))
                                       : fmt::format("- Claims: {}\n", claim_links(row.claims));
            text += row.clauses.empty() ? "- No clause names it\n"
                                        : fmt::format("- Clauses: {}\n", links(row.clauses, clause_link));
        }
        return text;
    }

    Traceability matrix_ = traceability();
    std::map<std::string, std::size_t> systematic_; ///< mutants, by the id of the clause that they change
};

} // namespace

std::map<std::string, std::string> spec_pages() { return Pages().all(); }

} // namespace vtlcheck::cli
