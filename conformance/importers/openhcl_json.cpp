// Form 10, the JSON lines of OpenHCL's tracing, one object per line:
//
//   {"timestamp":"<seconds>s","level":"WARN","target":"<module>","fields":{"message":"<message>","msr":309},...}
//
// Numbers are decimal; a field that was logged by its Debug form is a string.
#include "conformance/importers/openhcl.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace vtlcheck::conformance::importers {
namespace {

/// What of an object counts.
struct Line {
    std::string message;
    std::string timestamp;
    std::string activity;
    std::optional<std::string> msr; ///< digits
    std::optional<std::string> value;
    std::uint64_t dropped = 0; ///< by the rate limiter, of this message
    std::uint64_t missed = 0;  ///< by the buffer, of any
};

/// Picks fields out of one object as it is parsed: nothing is kept of what else is in it, however deep it nests.
class Picker : public nlohmann::json_sax<nlohmann::json> {
public:
    explicit Picker(Line& line) : line_(line) {}

    bool null() override { return true; }
    bool boolean(bool /*value*/) override { return other(); }
    bool number_integer(number_integer_t value) override { return scalar(fmt::format("{}", value)); }
    bool number_unsigned(number_unsigned_t value) override { return scalar(fmt::format("{}", value)); }
    bool number_float(number_float_t /*value*/, const string_t& text) override { return scalar(text); }
    bool string(string_t& value) override { return scalar(value); }
    bool binary(binary_t& /*value*/) override { return other(); }
    bool start_object(std::size_t /*size*/) override { return open(); }
    bool end_object() override { return close(); }
    bool start_array(std::size_t /*size*/) override { return depth_ != 0 && open(); }
    bool end_array() override { return close(); }
    bool key(string_t& value) override {
        if (depth_ == 1) {
            in_fields_ = value == "fields";
        }
        key_ = value;
        return true;
    }
    bool parse_error(std::size_t /*at*/, const std::string& /*token*/, const nlohmann::json::exception&) override {
        return false;
    }

private:
    bool open() {
        ++depth_;
        return true;
    }
    bool close() {
        --depth_;
        return true;
    }
    [[nodiscard]] bool other() const { return depth_ != 0; }
    bool scalar(const std::string& value) {
        if (depth_ == 1) {
            if (key_ == "timestamp") {
                line_.timestamp = value;
            } else if (key_ == "related_activity_id") {
                line_.activity = value;
            } else if (key_ == "missed_events") {
                line_.missed = count(value);
            }
        } else if (depth_ == 2 && in_fields_) {
            if (key_ == "message") {
                line_.message = value;
            } else if (key_ == "msr" || key_ == "index") {
                line_.msr = value;
            } else if (key_ == "value" || key_ == "data") {
                line_.value = value;
            } else if (key_ == "dropped_ratelimited") {
                line_.dropped = count(value);
            }
        }
        return depth_ != 0;
    }
    static std::uint64_t count(const std::string& digits) {
        std::uint64_t number = 0;
        (void)std::from_chars(digits.data(), digits.data() + digits.size(), number);
        return number;
    }

    Line& line_;
    std::string key_;
    std::size_t depth_ = 0;
    bool in_fields_ = false;
};

/// Reads the object that starts at the first brace; what stands before it is left by whoever collected the lines.
bool parse_line(std::string_view text, Line& line) {
    const std::size_t begin = text.find('{');
    if (begin == std::string_view::npos) {
        return false;
    }
    text.remove_prefix(begin);
    Picker picker(line);
    return nlohmann::json::sax_parse(text.begin(), text.end(), &picker);
}

template <class N>
N number(const std::string& digits, std::string_view line, const char* expected) {
    N value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) {
        const std::size_t at = line.find("\"fields\"");
        throw Malformed{line.substr(std::min(at, line.size())), expected};
    }
    return value;
}

bool names_an_access(std::string_view line) {
    return line.find("\"message\"") != std::string_view::npos &&
           (line.find(" msr read\"") != std::string_view::npos || line.find(" msr write\"") != std::string_view::npos ||
            line.find(" mystery MSR ") != std::string_view::npos);
}

class OpenhclJson : public Importer {
public:
    void read(std::string_view text, std::uint32_t number_of_line, Account& account) override {
        Line line;
        if (!parse_line(text, line)) {
            if (text.find('{') != std::string_view::npos && names_an_access(text)) {
                throw Malformed{text.substr(text.find('{')), "one JSON object, complete on its line,"};
            }
            account.skip(no_message(text, number_of_line, account), text, number_of_line);
            return;
        }
        const OpenhclMessage* message = find_openhcl_message(line.message);
        if (line.missed != 0) {
            account.lost(line.missed, fmt::format("{} missed_events", line.missed), number_of_line);
        }
        if (message == nullptr) {
            account.skip(reason_message, number_of_line);
            return;
        }
        OpenhclEvent event;
        event.message = message;
        event.line = number_of_line;
        event.activity = std::move(line.activity);
        std::string_view time = line.timestamp;
        (void)take_time(time, event.time_ns);
        if (line.msr) {
            event.msr = number<std::uint32_t>(*line.msr, text, "an MSR number of at most 32 bits, decimal, in it");
        }
        if (line.value) {
            event.value = number<std::uint64_t>(*line.value, text, "a value of at most 64 bits, decimal, in it");
        }
        if (line.dropped != 0) {
            account.lost(line.dropped, fmt::format("{}: dropped_ratelimited {}", message->text, line.dropped),
                         number_of_line);
        }
        accesses_.take(std::move(event), account);
    }
    void finish(Account& account) override { accesses_.finish(account); }

private:
    OpenhclAccesses accesses_;
};

} // namespace

std::unique_ptr<Importer> openhcl_json(std::string_view) { return std::make_unique<OpenhclJson>(); }

std::optional<Form> recognise_openhcl_json(std::string_view line) {
    Line parsed;
    return names_an_access(line) && parse_line(line, parsed) && find_openhcl_message(parsed.message) != nullptr
               ? std::optional(Form::openhcl_json)
               : std::nullopt;
}

} // namespace vtlcheck::conformance::importers
