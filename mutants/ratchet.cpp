#include "mutants/ratchet.hpp"

#include <fmt/format.h>

#include <sstream>

namespace vtlcheck::mutants {
namespace {

constexpr const char* heading =
    R"(# What becomes of the mutants, and why each survivor may survive. `vtlcheck mutants` fails when it finds anything else:
# a new survivor, one that is killed by now, one that is gone, other counts, a survivor without a reason.
#
#   count KIND killed N survived N invalid N equivalent N
#   survivor KIND NAME REASON
#
# `vtlcheck mutants --update` writes counts and names; reasons are written by hand. docs/building.md says how.
)";

std::optional<Kind> kind_named(std::string_view word) {
    for (std::uint8_t i = 0; i < kind_count; ++i) {
        if (name_of(static_cast<Kind>(i)) == word) {
            return static_cast<Kind>(i);
        }
    }
    return std::nullopt;
}

} // namespace

double Counts::score() const {
    const auto all = killed + survived;
    return all == 0 ? 100.0 : 100.0 * static_cast<double>(killed) / static_cast<double>(all);
}

std::string to_string(const Counts& counts) {
    return fmt::format("killed {} survived {} invalid {} equivalent {}", counts.killed, counts.survived, counts.invalid,
                       counts.equivalent);
}

Ratchet parse_ratchet(std::string_view text, std::string_view file) {
    Ratchet ratchet;
    std::istringstream lines{std::string(text)};
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        const auto fail = [&](const std::string& what) {
            throw RatchetError(fmt::format("{}:{}: {}", file, number, what));
        };
        if (line.empty() || line.front() == '#') {
            continue;
        }
        std::istringstream words(line);
        std::string what;
        std::string kind_word;
        words >> what >> kind_word;
        const auto kind = kind_named(kind_word);
        if (what != "count" && what != "survivor") {
            fail(fmt::format("a line begins with count, survivor or #, not with \"{}\"", what));
        }
        if (!kind) {
            fail(fmt::format("\"{}\" is no kind; impl, spec and class are", kind_word));
        }
        if (what == "count") {
            Counts counts;
            std::array<std::string, 4> names;
            words >> names[0] >> counts.killed >> names[1] >> counts.survived >> names[2] >> counts.invalid >>
                names[3] >> counts.equivalent;
            std::string more;
            if (!words || names != std::array<std::string, 4>{"killed", "survived", "invalid", "equivalent"} ||
                words >> more) {
                fail("a count reads: count KIND killed N survived N invalid N equivalent N");
            }
            if (!ratchet.counts.emplace(*kind, counts).second) {
                fail(fmt::format("the count of {} stands there twice", kind_word));
            }
        } else {
            std::string name;
            std::string reason;
            words >> name >> std::ws;
            std::getline(words, reason);
            if (name.empty()) {
                fail("a survivor has a name");
            }
            if (!ratchet.survivors.emplace(std::pair(*kind, name), reason).second) {
                fail(fmt::format("the survivor {} stands there twice", name));
            }
        }
    }
    return ratchet;
}

std::string write_ratchet(const Ratchet& ratchet) {
    std::string text = heading;
    text += '\n';
    for (const auto& [kind, counts] : ratchet.counts) {
        text += fmt::format("count {} {}\n", name_of(kind), to_string(counts));
    }
    std::optional<Kind> last;
    for (const auto& [key, reason] : ratchet.survivors) {
        text += last != key.first ? "\n" : "";
        last = key.first;
        text += fmt::format("survivor {} {}{}{}\n", name_of(key.first), key.second, reason.empty() ? "" : " ", reason);
    }
    return text;
}

std::map<Kind, Counts> counts_of(const std::vector<Result>& results) {
    std::map<Kind, Counts> all;
    for (const auto& result : results) {
        Counts& counts = all[result.kind];
        switch (result.outcome.verdict) {
        case Verdict::killed:
            ++counts.killed;
            break;
        case Verdict::survived:
            ++counts.survived;
            break;
        case Verdict::invalid:
            ++counts.invalid;
            break;
        case Verdict::equivalent:
            ++counts.equivalent;
            break;
        case Verdict::error:
            break;
        }
    }
    return all;
}

std::vector<std::string> disagreements(const Ratchet& ratchet, const Findings& findings) {
    std::vector<std::string> all;
    for (const auto& result : findings.results) {
        const bool listed = ratchet.survivors.contains({result.kind, result.name});
        const auto verdict = result.outcome.verdict;
        if (verdict == Verdict::survived && !listed) {
            all.push_back(fmt::format("{} {} survives: sharpen a check, or list it with the reason",
                                      name_of(result.kind), result.name));
        } else if (verdict != Verdict::survived && verdict != Verdict::error && listed) {
            all.push_back(fmt::format("{} {} is listed as a survivor, but {}{}: remove the line", name_of(result.kind),
                                      result.name, name_of(verdict),
                                      result.outcome.by.empty() ? "" : " (" + result.outcome.by + ")"));
        }
    }
    for (const auto& [key, reason] : ratchet.survivors) {
        if (findings.made.contains(key.first) && !findings.exists.contains(key)) {
            all.push_back(fmt::format("{} {} is listed as a survivor, but there is no such mutant: remove the line",
                                      name_of(key.first), key.second));
        } else if (reason.empty()) {
            all.push_back(
                fmt::format("{} {} is listed as a survivor without a reason: write why nothing can tell it from "
                            "the original, or sharpen a check",
                            name_of(key.first), key.second));
        }
    }
    const auto counts = counts_of(findings.results);
    for (const Kind kind : findings.complete) {
        const auto found = counts.find(kind);
        const Counts seen = found == counts.end() ? Counts{} : found->second;
        const auto listed = ratchet.counts.find(kind);
        if (listed == ratchet.counts.end()) {
            all.push_back(fmt::format("there is no count of {}; found: {}", name_of(kind), to_string(seen)));
        } else if (listed->second != seen) {
            all.push_back(fmt::format("the count of {} is {}; found: {}", name_of(kind), to_string(listed->second),
                                      to_string(seen)));
        }
    }
    return all;
}

Ratchet updated(const Ratchet& ratchet, const Findings& findings) {
    Ratchet result = ratchet;
    const auto counts = counts_of(findings.results);
    for (const Kind kind : findings.complete) {
        const auto found = counts.find(kind);
        result.counts[kind] = found == counts.end() ? Counts{} : found->second;
        std::erase_if(result.survivors, [&](const auto& entry) { return entry.first.first == kind; });
    }
    for (const auto& found : findings.results) {
        if (found.outcome.verdict == Verdict::survived && findings.complete.contains(found.kind)) {
            const auto known = ratchet.survivors.find({found.kind, found.name});
            result.survivors[{found.kind, found.name}] = known == ratchet.survivors.end() ? "" : known->second;
        }
    }
    return result;
}

} // namespace vtlcheck::mutants
