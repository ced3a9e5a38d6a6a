// Keeps account of what an importer reads: records, skipped lines, what was lost, what the recording says of itself.
#include "conformance/importers/importer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace vtlcheck::conformance::importers {
namespace {

constexpr std::size_t max_notices = 100;

void keep(std::string& field, std::string_view line, std::string_view label) {
    if (!field.empty()) {
        return;
    }
    if (const std::size_t at = line.find(label); at != std::string_view::npos) {
        field = line.substr(at + label.size());
        field.erase(field.find_last_not_of(' ') + 1);
    }
}

} // namespace

void Account::record(const Access& access) {
    ++(access.write ? summary_.writes : summary_.reads);
    summary_.faults += access.faulted ? 1 : 0;
    summary_.cpus = std::max(summary_.cpus, access.cpu + 1);
    sink_(access);
}

void Account::count(const char* key, std::uint32_t line, const std::function<std::string()>& reason) {
    auto found = std::find_if(reasons_.begin(), reasons_.end(), [&](const auto& r) { return r.first == key; });
    if (found == reasons_.end()) {
        found = reasons_.insert(found, {key, summary_.skipped.size()});
        summary_.skipped.push_back({reason(), 0, line});
    }
    Skipped& skipped = summary_.skipped[found->second];
    ++skipped.lines;
    skipped.first_line = std::min(skipped.first_line, line);
}

void Account::skip(const char* reason, std::uint32_t line) {
    count(reason, line, [&] { return std::string(reason); });
}

void Account::skip(const Malformed& malformed, InputError error) {
    count(malformed.expected, error.line,
          [&] { return fmt::format("MSR access that does not parse, expected: {}", malformed.expected); });
    if (!first_error_) {
        first_error_ = std::move(error);
    }
}

void Account::skip(const char* reason, std::string_view line, std::uint32_t number) {
    if (reason == reason_message || reason == reason_no_event || reason == reason_other_event) {
        if (const auto form = recognise(line); form && *form != summary_.form) {
            skip(reason_other_form(*form), number);
            return;
        }
    }
    skip(reason, number);
    if (reason == reason_header) {
        header(line, number);
    } else if (reason == reason_message) {
        keep(summary_.kernel, line, "Linux version ");
        keep(summary_.command_line, line, "ommand line: ");
        keep(summary_.cpu_model, line, "smpboot: CPU0: ");
    }
}

void Account::lost(std::uint64_t events, std::string_view notice, std::uint32_t line) {
    marked_ += std::min(events, std::numeric_limits<std::uint64_t>::max() - marked_);
    if (summary_.notices.size() < max_notices) {
        summary_.notices.push_back(fmt::format("line {}: {}", line, printable(notice.substr(0, 200))));
    }
}

void Account::header(std::string_view line, std::uint32_t number) {
    keep(summary_.kernel, line, "# uname: ");
    keep(summary_.cpu_model, line, "# cpu: ");
    keep(summary_.command_line, line, "# cmdline: ");
    constexpr std::string_view entries = "# entries-in-buffer/entries-written: ";
    constexpr std::string_view dropped = "# dropped ";
    if (line.starts_with(entries)) {
        const std::uint64_t kept = number_after(line, entries);
        const std::uint64_t written = number_after(line.substr(entries.size()), "/");
        if (kept < written) {
            overwritten_ += written - kept;
            lost(0, line, number);
        }
    } else if (line.starts_with(dropped)) {
        cut_ += number_after(line, dropped);
        lost(0, line, number);
    }
}

void Account::assume(const std::string& assumption) {
    auto& known = summary_.assumptions;
    if (std::find(known.begin(), known.end(), assumption) == known.end()) {
        known.push_back(assumption);
    }
}

void Account::finish() {
    const std::uint64_t lost = std::max(overwritten_, marked_);
    summary_.lost_events = lost + std::min(cut_, std::numeric_limits<std::uint64_t>::max() - lost);
    std::sort(summary_.skipped.begin(), summary_.skipped.end(),
              [](const Skipped& a, const Skipped& b) { return a.first_line < b.first_line; });
}

} // namespace vtlcheck::conformance::importers
