#include "sinks/record.hpp"

#include "conformance/trace.hpp"

#include <fmt/format.h>

namespace vtlcheck::sinks {
namespace {

struct Sentence {
    const char* what;
    const char* number; ///< what the number is, empty if there is none
};

Sentence sentence(model::LogSite site) {
    switch (site) {
    case model::LogSite::unknown_read:
        return {"unknown MSR read", "msr"};
    case model::LogSite::unknown_write:
        return {"unknown MSR write", "msr"};
    case model::LogSite::protected_write:
        return {"MSR write claimed by VTL1", "msr"};
    case model::LogSite::crash:
        return {"guest reported a crash", ""};
    case model::LogSite::tdvmcall_read:
        return {"TDVMCALL MSR read failed", "msr"};
    case model::LogSite::tdvmcall_write:
        return {"TDVMCALL MSR write failed", "msr"};
    case model::LogSite::tdvmcall_function:
        return {"TDVMCALL function not supported", "function"};
    case model::LogSite::hypercall_code:
        return {"unknown hypercall", "code"};
    case model::LogSite::vtl_switch:
        return {"VTL switch not allowed", "code"};
    case model::LogSite::protected_register:
        return {"register write claimed by VTL1", "register"};
    default:
        return {"no log site", ""};
    }
}

/// A register by its name, if it has one.
std::string number_text(model::LogSite site, std::uint32_t number) {
    const auto name = site == model::LogSite::protected_register ? conformance::register_name(number) : "";
    return name.empty() ? fmt::format("{:#x}", number) : std::string(name);
}

} // namespace

std::string headline(model::LogSite site, std::uint32_t number) {
    const auto [what, label] = sentence(site);
    return *label == '\0' ? fmt::format("WARN {}", what)
                          : fmt::format("WARN {}, {}={}", what, label, number_text(site, number));
}

std::string headline(const conformance::LogLine& line) {
    const auto site = static_cast<model::LogSite>(line.site);
    if (static_cast<model::LogLine>(line.line) == model::LogLine::summary) {
        return fmt::format("INFO suppressed: {}", sentence(site).what);
    }
    return headline(site, line.number);
}

namespace detail {

void add(Json& json, const char* name, Time value) { json[fmt::format("{}_ns", name)] = value.nanoseconds; }
void add(Json& json, const char* name, Hex value) { json[name] = fmt::format("{:#x}", value.number); }
void add(Json& json, const char* name, model::LogLine value) { json[name] = conformance::word(value); }
void add(Json& json, const char* name, model::LogSite value) { json[name] = conformance::word(value); }

void add(std::string& text, const char* name, std::uint64_t value) { text += fmt::format(" {}={}", name, value); }
void add(std::string& text, const char* name, Hex value) {
    // The headline says the number, and what it is.
    if (std::string_view(name) != "number") {
        text += fmt::format(" {}={:#x}", name, value.number);
    }
}

std::string start(const conformance::LogLine& line) {
    return fmt::format("{}.{:09} {}", line.time / 1'000'000'000, line.time % 1'000'000'000, headline(line));
}

} // namespace detail

std::string host_line(const conformance::LogLine& line, Format format) {
    return format == Format::json ? json_line(line, Classification::host_visible)
                                  : text_line(line, Classification::host_visible);
}

std::string confidential_line(const conformance::LogRecord& record, Format format) {
    return format == Format::json ? json_line(record, Classification::confidential)
                                  : text_line(record, Classification::confidential);
}

} // namespace vtlcheck::sinks
