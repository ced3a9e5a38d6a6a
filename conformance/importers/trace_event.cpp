#include "conformance/importers/trace_event.hpp"

#include "conformance/importers/importer.hpp"

#include <algorithm>

namespace vtlcheck::conformance::importers {
namespace {

constexpr bool digit(char c) { return c >= '0' && c <= '9'; }

std::string_view trim_end(std::string_view text) {
    while (!text.empty() && text.back() == ' ') {
        text.remove_suffix(1);
    }
    return text;
}

std::string_view trim_front(std::string_view text) {
    while (!text.empty() && text.front() == ' ') {
        text.remove_prefix(1);
    }
    return text;
}

template <class N>
bool all_of(std::string_view digits, N& value) {
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size();
}

/// Reads the thread that `text` ends in.
bool take_thread_id(std::string_view text, TraceEvent& event) {
    std::size_t begin = text.size();
    while (begin > 0 && digit(text[begin - 1])) {
        --begin;
    }
    // A task name may hold '-' and blanks; ftrace ends it with '-', perf with blanks, or a process and '/'.
    if (begin == 0 || begin == text.size() ||
        (text[begin - 1] != '-' && text[begin - 1] != ' ' && text[begin - 1] != '/')) {
        return false;
    }
    event.task = text.substr(0, begin - 1);
    return all_of(text.substr(begin), event.thread);
}

/// Reads what stands before "[cpu]".
bool take_thread(std::string_view text, TraceEvent& event) {
    text = trim_end(text);
    event.thread_group.reset();
    if (text.ends_with(')')) { // the column of thread groups, which is dashes where unknown
        const std::size_t open = text.rfind('(');
        if (open == std::string_view::npos) {
            return false;
        }
        const std::string_view group = trim_front(text.substr(open + 1, text.size() - open - 2));
        if (std::uint32_t id = 0; all_of(group, id)) {
            event.thread_group = id;
        }
        return take_thread_id(trim_end(text.substr(0, open)), event);
    }
    if (take_thread_id(text, event)) {
        return true;
    }
    // perf prints flags before the processor.
    const std::size_t flags = text.rfind(' ');
    return flags != std::string_view::npos && text.size() - flags >= 5 && text.size() - flags <= 6 &&
           take_thread_id(trim_end(text.substr(0, flags)), event);
}

/// Reads what stands after "[cpu]".
bool take_rest(std::string_view text, TraceEvent& event) {
    text = trim_front(text);
    // No column of flags (trace-cmd), one, or two.
    for (unsigned columns = 0; !take_time(text, event.time_ns); ++columns) {
        const std::size_t flags = text.find(' ');
        if (flags > 8 || columns == 2) { // none at all is more, too
            return false;
        }
        text = trim_front(text.substr(flags));
    }
    if (!text.starts_with(": ")) {
        return false;
    }
    text = trim_front(text.substr(2));
    if (const std::size_t digits = text.find_first_not_of("0123456789");
        digits != 0 && digits != std::string_view::npos && text[digits] == ' ') { // perf's period
        text = trim_front(text.substr(digits));
    }
    std::size_t colon = text.find(": ");
    if (colon == std::string_view::npos) {
        colon = text.size() - (text.ends_with(':') ? 1 : 0);
    }
    event.name = text.substr(0, colon);
    const std::size_t system = event.name.rfind(':');
    event.system = event.name.substr(0, system == std::string_view::npos ? 0 : system);
    event.name.remove_prefix(system + 1);
    text.remove_prefix(std::min(colon + 1, text.size()));
    event.body = trim_front(text);
    event.printer = !event.system.empty()                  ? Printer::perf
                    : event.body.empty()                   ? Printer::unknown
                    : text.size() > event.body.size() + 1U ? Printer::trace_cmd
                                                           : Printer::ftrace;
    return true;
}

} // namespace

bool parse_trace_event(std::string_view line, TraceEvent& event) {
    for (std::size_t open = line.find('['); open != std::string_view::npos; open = line.find('[', open + 1)) {
        const char* const last = line.data() + line.size();
        const char* const digits = line.data() + open + 1;
        const auto [end, error] = std::from_chars(digits, last, event.cpu);
        if (error == std::errc() && end - digits >= 3 && end != last && *end == ']' &&
            take_thread(line.substr(0, open), event) &&
            take_rest(line.substr(static_cast<std::size_t>(end + 1 - line.data())), event)) {
            return true;
        }
    }
    return false;
}

} // namespace vtlcheck::conformance::importers
