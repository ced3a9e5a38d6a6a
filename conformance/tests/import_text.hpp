// What the tests of importers have in common: imports from memory, and records as text.
#pragma once

#include "conformance/recording.hpp"

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

namespace vtlcheck::conformance {

struct Import {
    ImportSummary summary;
    std::vector<Access> accesses;
};

inline Import import_text(std::string_view text, std::optional<Form> form = std::nullopt) {
    Import result;
    LineReader lines = LineReader::of(text, "text");
    result.summary = import_recording(lines, [&](const Access& a) { result.accesses.push_back(a); }, form);
    return result;
}

inline std::string error_of(std::string_view text, std::optional<Form> form = std::nullopt) {
    try {
        (void)import_text(text, form);
    } catch (const InputError& error) {
        return error.what();
    }
    return "no error";
}

inline std::string describe(const Access& a) {
    std::ostringstream text;
    text << "cpu" << a.cpu << (a.tdvmcall ? " tdvmcall" : "") << (a.write ? " write " : " read ") << std::hex << a.msr
         << " = " << a.value << (a.value_known ? "" : "?") << (a.faulted ? " #GP" : "")
         << (a.fault_known ? "" : " #GP?") << " rip " << a.rip << " mode " << name_of(a.mode) << std::dec << " at "
         << a.time_ns << " line " << a.line;
    return text.str();
}

inline std::uint32_t skipped(const ImportSummary& summary, std::string_view reason) {
    const auto found = std::find_if(summary.skipped.begin(), summary.skipped.end(),
                                    [&](const Skipped& s) { return s.reason == reason; });
    return found == summary.skipped.end() ? 0 : found->lines;
}

} // namespace vtlcheck::conformance
