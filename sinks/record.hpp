// What a log record says, to whom, and how it is written as a line.
//
// A record type is described once, by a function `visit(f, record)` that calls f(name, value, classification) for each
// field. A field whose classification is left out is confidential (decision D21): forgetting one hides, never tells.
#pragma once

#include "conformance/subjects/subject.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace vtlcheck::sinks {

/// Which channel may carry a field.
enum class Classification : std::uint8_t { confidential, host_visible };

/// A number that people know in hexadecimal.
struct Hex {
    std::uint64_t number = 0;
};
/// A time in ns.
struct Time {
    std::uint64_t nanoseconds = 0;
};

/// Note L9: all of what the host may see.
template <class F>
void visit(F&& f, const conformance::LogLine& line) {
    using enum Classification;
    f("time", Time{line.time}, host_visible);
    f("line", static_cast<model::LogLine>(line.line), host_visible);
    f("site", static_cast<model::LogSite>(line.site), host_visible);
    f("number", Hex{line.number}, host_visible);
    f("vp", line.vp, host_visible);
    f("vtl", line.vtl, host_visible);
    f("suppressed", line.suppressed, host_visible);
}
template <class F>
void visit(F&& f, const conformance::LogRecord& record) {
    visit(f, record.host);
    f("value", Hex{record.value});
}

/// What a line tells, without what differs from one to the next of its kind: "WARN unknown MSR read, msr=0x1d9".
[[nodiscard]] std::string headline(const conformance::LogLine& line);
[[nodiscard]] inline std::string headline(const conformance::LogRecord& record) { return headline(record.host); }
/// The same of a warning.
[[nodiscard]] std::string headline(model::LogSite site, std::uint32_t number);

namespace detail {

using Json = nlohmann::ordered_json;

void add(Json& json, const char* name, Time value);
void add(Json& json, const char* name, Hex value);
void add(Json& json, const char* name, model::LogLine value);
void add(Json& json, const char* name, model::LogSite value);
inline void add(Json& json, const char* name, std::uint64_t value) { json[name] = value; }

void add(std::string& text, const char* name, Hex value);
void add(std::string& text, const char* name, std::uint64_t value);
// The headline and the time before it have said these.
inline void add(std::string&, const char*, Time) {}
inline void add(std::string&, const char*, model::LogLine) {}
inline void add(std::string&, const char*, model::LogSite) {}

[[nodiscard]] std::string start(const conformance::LogLine& line);
[[nodiscard]] inline std::string start(const conformance::LogRecord& record) { return start(record.host); }
template <class Record>
std::string start(const Record&) {
    return {};
}

/// Adds each field that a channel of `least` may carry.
template <class Out>
struct FieldAdder {
    Out& out;
    Classification least;
    template <class V>
    void operator()(const char* name, const V& value, Classification is = Classification::confidential) const {
        if (is >= least) {
            add(out, name, value);
        }
    }
};

} // namespace detail

/// One line of JSON, without its end, of the fields that `channel` may carry.
template <class Record>
std::string json_line(const Record& record, Classification channel) {
    detail::Json json;
    visit(detail::FieldAdder<detail::Json>{json, channel}, record);
    return json.dump();
}

/// One line for a person, without its end, of the fields that `channel` may carry.
template <class Record>
std::string text_line(const Record& record, Classification channel) {
    std::string text = detail::start(record);
    visit(detail::FieldAdder<std::string>{text, channel}, record);
    return text;
}

enum class Format : std::uint8_t { json, text };

/// A line for the host. There is no overload for a record that has more than the host may see.
[[nodiscard]] std::string host_line(const conformance::LogLine& line, Format format);
std::string host_line(const conformance::LogRecord& record, Format format) = delete;
/// A line for the confidential channel.
[[nodiscard]] std::string confidential_line(const conformance::LogRecord& record, Format format);

} // namespace vtlcheck::sinks
