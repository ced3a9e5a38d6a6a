#include "cli/output.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace vtlcheck::cli {

void print(std::string_view text) {
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
        throw UsageError(fmt::format("cannot write standard output: {}", std::strerror(errno)));
    }
}

void print_json(const Json& json) { print(json.dump(2) + "\n"); }

namespace {

std::string temporary_beside(const std::string& path) { return fmt::format("{}.{}.partial", path, ::getpid()); }

/// The file takes the place of what has its name, which must not be a device, a pipe or a folder.
void expect_file(const std::string& path) {
    std::error_code error;
    const auto status = std::filesystem::status(path, error);
    if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
        throw UsageError(fmt::format("cannot write {}: it is no regular file; name a file", path));
    }
}

std::FILE* create(const std::string& temporary, const std::string& path) {
    expect_file(path);
    std::FILE* file = std::fopen(temporary.c_str(), "wb");
    if (file == nullptr) {
        throw UsageError(fmt::format("cannot create {}: {}; choose another folder", path, std::strerror(errno)));
    }
    return file;
}

} // namespace

void expect_writable(const std::string& path) {
    const std::string temporary = temporary_beside(path);
    static_cast<void>(std::fclose(create(temporary, path)));
    static_cast<void>(std::remove(temporary.c_str()));
}

void write_file(const std::string& path, std::string_view text) {
    const std::string temporary = temporary_beside(path);
    std::FILE* file = create(temporary, path);
    const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
    const bool flushed = std::fflush(file) == 0 && ::fsync(::fileno(file)) == 0;
    const int why = errno;
    const bool closed = std::fclose(file) == 0;
    if (!written || !flushed || !closed) {
        static_cast<void>(std::remove(temporary.c_str()));
        throw UsageError(fmt::format("cannot write {}: {}", path, std::strerror(why)));
    }
    std::error_code error;
    std::filesystem::rename(temporary, path, error);
    if (error) {
        static_cast<void>(std::remove(temporary.c_str()));
        throw UsageError(fmt::format("cannot write {}: {}", path, error.message()));
    }
}

std::string read_file(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    if (!stream) {
        throw UsageError(fmt::format("cannot read {}: {}", path, std::strerror(errno)));
    }
    if (std::filesystem::is_directory(path)) { // it can be opened
        throw UsageError(fmt::format("cannot read {}: it is a folder", path));
    }
    return {std::istreambuf_iterator<char>(stream), {}};
}

ProgressLine::ProgressLine(bool wanted) : enabled_(wanted && ::isatty(STDERR_FILENO) == 1) {}
ProgressLine::~ProgressLine() { clear(); }

void ProgressLine::show(std::string_view text) {
    if (enabled_) {
        fmt::print(stderr, "\r\x1b[K{}", text);
        static_cast<void>(std::fflush(stderr));
        shown_ = true;
    }
}

void ProgressLine::clear() {
    if (shown_) {
        fmt::print(stderr, "\r\x1b[K");
        static_cast<void>(std::fflush(stderr));
        shown_ = false;
    }
}

std::string grouped(std::uint64_t number) {
    std::string digits = std::to_string(number);
    for (auto i = static_cast<std::ptrdiff_t>(digits.size()) - 3; i > 0; i -= 3) {
        digits.insert(static_cast<std::size_t>(i), 1, ',');
    }
    return digits;
}

std::string counted(std::uint64_t number, std::string_view noun) {
    const char* plural = noun.ends_with('s') ? "es" : "s";
    return fmt::format("{} {}{}", grouped(number), noun, number == 1 ? "" : plural);
}

std::string escaped(std::string_view text) {
    std::string safe;
    safe.reserve(text.size());
    for (const char c : text) {
        switch (c) {
        case '&':
            safe += "&amp;";
            break;
        case '<':
            safe += "&lt;";
            break;
        case '>':
            safe += "&gt;";
            break;
        case '"':
            safe += "&quot;";
            break;
        default:
            safe += c;
        }
    }
    return safe;
}

std::uint64_t parse_number(std::string_view text, std::string_view what, std::uint64_t limit) {
    const bool hex = text.starts_with("0x") || text.starts_with("0X");
    const std::string_view digits = hex ? text.substr(2) : text;
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
    if (digits.empty() || end != digits.data() + digits.size() || error == std::errc::invalid_argument) {
        throw UsageError(fmt::format("{} \"{}\" is no number; write it in decimal or as 0x1f", what, text));
    }
    if (error == std::errc::result_out_of_range || value > limit) {
        throw UsageError(fmt::format("{} {} is out of range; the largest is {:#x}", what, text, limit));
    }
    return value;
}

std::pair<std::uint64_t, std::uint64_t> parse_pair(std::string_view text, char between, std::string_view what,
                                                   std::uint64_t limit) {
    const auto at = text.find(between);
    if (at == std::string_view::npos) {
        throw UsageError(fmt::format("{} \"{}\": give two numbers with a {} between", what, text, between));
    }
    return {parse_number(text.substr(0, at), what, limit), parse_number(text.substr(at + 1), what, limit)};
}

} // namespace vtlcheck::cli
