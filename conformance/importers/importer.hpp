// What an importer of one form offers, and the scanner that importers are made of.
#pragma once

#include "conformance/recording.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

namespace vtlcheck::conformance::importers {

/// A line that names an MSR access but does not go on as its form does.
struct Malformed {
    std::string_view at;  ///< the part of the line
    const char* expected; ///< what should be there
};

// Why lines are no record. One array object per reason, so that reasons are compared by address.
inline constexpr char reason_header[] = "header or comment";
inline constexpr char reason_blank[] = "blank";
inline constexpr char reason_lost[] = "notice of lost events";
inline constexpr char reason_other_event[] = "other trace event";
inline constexpr char reason_no_event[] = "no trace event";
inline constexpr char reason_neighbour[] = "kvm_exit or kvm_entry";
inline constexpr char reason_message[] = "other message";

/// Reads lines of one form.
class Importer {
public:
    Importer() = default;
    Importer(const Importer&) = delete;
    Importer(Importer&&) = delete;
    Importer& operator=(const Importer&) = delete;
    Importer& operator=(Importer&&) = delete;
    virtual ~Importer() = default;
    /// Fills `access`, which is at its defaults, and returns null; or says why the line is no record. Throws Malformed.
    virtual const char* read(std::string_view line, Access& access) = 0;
};

std::unique_ptr<Importer> msr_ftrace();
std::unique_ptr<Importer> msr_console();
std::unique_ptr<Importer> kvm_ftrace();
std::unique_ptr<Importer> kernel_log();
std::unique_ptr<Importer> instruction_log();

/// The form of a line that looks like an MSR access (or belongs to one), by the importers that know that form.
std::optional<Form> recognise_ftrace(std::string_view line);
std::optional<Form> recognise_kernel_log(std::string_view line);
std::optional<Form> recognise_instruction_log(std::string_view line);

/// Reads a line from left to right; throws Malformed where it does not go on as asked.
class Scanner {
public:
    explicit Scanner(std::string_view text) : rest_(text) {}

    [[nodiscard]] bool skip(std::string_view literal) {
        if (!rest_.starts_with(literal)) {
            return false;
        }
        rest_.remove_prefix(literal.size());
        return true;
    }
    void expect(const char* literal) {
        if (!skip(literal)) {
            fail(literal);
        }
    }
    void spaces() {
        while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\t')) {
            rest_.remove_prefix(1);
        }
    }
    template <class N>
    [[nodiscard]] N number(int base, const char* what) {
        N value = 0;
        const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value, base);
        if (error != std::errc()) {
            fail(what);
        }
        rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
        return value;
    }
    [[nodiscard]] std::uint32_t msr() {
        return number<std::uint32_t>(16, "an MSR number of at most 32 bits, hexadecimal");
    }
    [[nodiscard]] std::uint64_t value() { return number<std::uint64_t>(16, "a value of at most 64 bits, hexadecimal"); }
    void end() {
        if (!rest_.empty()) {
            fail("the end of the line");
        }
    }
    [[noreturn]] void fail(const char* expected) const { throw Malformed{rest_, expected}; }
    [[nodiscard]] std::string_view rest() const { return rest_; }

private:
    std::string_view rest_;
};

/// Takes seconds with 6 to 9 digits after the point off the front of `text`; false, with `text` as it was, if there are
/// none.
inline bool take_time(std::string_view& text, std::uint64_t& nanoseconds) {
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

} // namespace vtlcheck::conformance::importers
