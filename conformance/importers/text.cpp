// The bits of text that lines of several forms have in common.
#include "conformance/importers/importer.hpp"

#include <algorithm>

namespace vtlcheck::conformance::importers {

void LineImporter::read(std::string_view line, std::uint32_t number, Account& account) {
    Access access;
    access.line = number;
    if (const char* reason = parse(line, access, account); reason != nullptr) {
        account.skip(reason, line, number);
    } else {
        account.record(access);
    }
}

bool take_time(std::string_view& text, std::uint64_t& nanoseconds) {
    const char* const last = text.data() + text.size();
    std::uint32_t seconds = 0;
    const auto whole = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (whole.ec != std::errc() || whole.ptr == last || *whole.ptr != '.') {
        return false;
    }
    std::uint64_t fraction = 0;
    const char* const point = whole.ptr + 1;
    const auto part = std::from_chars(point, last, fraction);
    auto digits = part.ptr - point;
    if (part.ec != std::errc() || digits < 6 || digits > 9) {
        return false;
    }
    for (; digits < 9; ++digits) {
        fraction *= 10;
    }
    nanoseconds = std::uint64_t{seconds} * 1'000'000'000 + fraction;
    text = {part.ptr, static_cast<std::size_t>(last - part.ptr)};
    return true;
}

std::uint64_t time_in(std::string_view prefix) {
    for (std::size_t open = prefix.find('['); open != std::string_view::npos; open = prefix.find('[', open + 1)) {
        std::string_view text = prefix.substr(open + 1);
        text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
        std::uint64_t nanoseconds = 0;
        if (take_time(text, nanoseconds) && text.starts_with(']')) {
            return nanoseconds;
        }
    }
    return 0;
}

std::uint64_t number_before(std::string_view line, std::string_view label) {
    const std::size_t end = line.find(label);
    if (end == std::string_view::npos) {
        return 0;
    }
    std::size_t begin = end;
    while (begin > 0 && line[begin - 1] >= '0' && line[begin - 1] <= '9') {
        --begin;
    }
    std::uint64_t number = 0;
    (void)std::from_chars(line.data() + begin, line.data() + end, number);
    return number;
}

std::uint64_t number_after(std::string_view line, std::string_view label) {
    const std::size_t at = line.find(label);
    std::uint64_t number = 0;
    if (at != std::string_view::npos) {
        (void)std::from_chars(line.data() + at + label.size(), line.data() + line.size(), number);
    }
    return number;
}

bool blank(std::string_view line) { return line.find_first_not_of(" \t") == std::string_view::npos; }

const char* no_message(std::string_view line, std::uint32_t number, Account& account) {
    if (blank(line)) {
        return reason_blank;
    }
    if (line.starts_with('#')) {
        return reason_header;
    }
    constexpr std::string_view dropped = " printk messages dropped";
    if (line.find(dropped) != std::string_view::npos) {
        account.lost(number_before(line, dropped), line, number);
        return reason_lost;
    }
    return reason_message;
}

} // namespace vtlcheck::conformance::importers
