// What an importer of one form offers, the account of what it reads, and the scanner that importers are made of.
#pragma once

#include "conformance/recording.hpp"

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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
inline constexpr char reason_call_chain[] = "call chain";
inline constexpr char reason_neighbour[] = "kvm_exit or kvm_entry";
inline constexpr char reason_message[] = "other message";
inline constexpr char reason_other_machine[] = "MSR access of another machine, the host itself";
inline constexpr char reason_other_file[] = "MSR access of another file of the report";
inline constexpr char reason_no_msr[] = "MSR access whose number is not recorded, cannot be replayed";
inline constexpr char reason_no_value[] = "write whose value is not recorded, cannot be replayed";
inline constexpr char reason_value[] = "value of a write in an earlier line";
inline constexpr char reason_stray_value[] = "value that no certain write belongs to";

/// Keeps account of every line: each is told of once, at once or later, as a record or as skipped.
class Account {
public:
    Account(ImportSummary& summary, const std::function<void(const Access&)>& sink) : summary_(summary), sink_(sink) {}

    /// `access.line` has to be set.
    void record(const Access& access);
    void skip(const char* reason, std::uint32_t line);
    /// A skipped line with what it says of the recording: headers, notices of lost events, boot messages.
    void skip(const char* reason, std::string_view line, std::uint32_t number);
    void skip(const Malformed& malformed, InputError error);
    /// `events` were lost, 0 if the recorder does not say how many; `notice` is how it says so.
    void lost(std::uint64_t events, std::string_view notice, std::uint32_t line);
    /// What the importer takes for granted; said once.
    void assume(const std::string& assumption);
    void finish();
    /// The first line that did not parse.
    [[nodiscard]] const std::optional<InputError>& first_error() const { return first_error_; }

private:
    void count(const char* key, std::uint32_t line, const std::function<std::string()>& reason);
    void header(std::string_view line, std::uint32_t number);

    ImportSummary& summary_;
    const std::function<void(const Access&)>& sink_;
    std::vector<std::pair<const char*, std::size_t>> reasons_;
    std::optional<InputError> first_error_;
    std::uint64_t overwritten_ = 0; ///< by the header of the ring buffer
    std::uint64_t marked_ = 0;      ///< by marks between the lines, which are the same events
    std::uint64_t cut_ = 0;         ///< afterwards, by whoever made the file
};

/// Reads lines of one form.
class Importer {
public:
    Importer() = default;
    Importer(const Importer&) = delete;
    Importer(Importer&&) = delete;
    Importer& operator=(const Importer&) = delete;
    Importer& operator=(Importer&&) = delete;
    virtual ~Importer() = default;
    /// Tells `account` of the line, or does so later. Throws Malformed, which tells of it, too.
    virtual void read(std::string_view line, std::uint32_t number, Account& account) = 0;
    /// Tells of lines that were not told of yet. Called after the last line.
    virtual void finish(Account& /*account*/) {}
};

/// Reads a form whose records have one line each.
class LineImporter : public Importer {
public:
    void read(std::string_view line, std::uint32_t number, Account& account) final;

private:
    /// Fills `access`, which is at its defaults but for `line`, and returns null; or says why the line is no record.
    virtual const char* parse(std::string_view line, Access& access, Account& account) = 0;
};

// Importers by form. `sample` is the beginning of the recording.
std::unique_ptr<Importer> msr_ftrace(std::string_view sample);
std::unique_ptr<Importer> msr_console(std::string_view sample);
std::unique_ptr<Importer> kvm_ftrace(std::string_view sample);
std::unique_ptr<Importer> perf_script(std::string_view sample);
std::unique_ptr<Importer> trace_cmd(std::string_view sample);
std::unique_ptr<Importer> kernel_log(std::string_view sample);
std::unique_ptr<Importer> kvm_log(std::string_view sample);
std::unique_ptr<Importer> xen_console(std::string_view sample);
std::unique_ptr<Importer> instruction_log(std::string_view sample);
std::unique_ptr<Importer> openhcl_json(std::string_view sample);
std::unique_ptr<Importer> openhcl_kmsg(std::string_view sample);

/// The form of a line that looks like an MSR access (or belongs to one), by the importers that know that form.
std::optional<Form> recognise_trace_event(std::string_view line);
std::optional<Form> recognise_kernel_log(std::string_view line);
std::optional<Form> recognise_xen_console(std::string_view line);
std::optional<Form> recognise_instruction_log(std::string_view line);
std::optional<Form> recognise_openhcl_json(std::string_view line);
std::optional<Form> recognise_openhcl_kmsg(std::string_view line);

/// The form of a line that looks like an MSR access of any form.
std::optional<Form> recognise(std::string_view line);
/// Why a line of that form is skipped in a recording of another.
const char* reason_other_form(Form form);

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
    [[nodiscard]] bool bit() {
        const bool set = skip("1");
        if (!set) {
            expect("0");
        }
        return set;
    }
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
bool take_time(std::string_view& text, std::uint64_t& nanoseconds);
/// The time in "[    1.234567]", if there is one in what stands before a message; else 0.
std::uint64_t time_in(std::string_view prefix);
/// The number that ends right before `label`, or 0.
std::uint64_t number_before(std::string_view line, std::string_view label);
/// The number that starts right after `label`, or 0.
std::uint64_t number_after(std::string_view line, std::string_view label);
bool blank(std::string_view line);
/// Why a line of a log is skipped that says nothing of an MSR. Tells of messages that the kernel says it dropped.
const char* no_message(std::string_view line, std::uint32_t number, Account& account);

} // namespace vtlcheck::conformance::importers
