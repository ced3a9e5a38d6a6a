// Parser and canonical writer of the trace format. Every field goes through FieldTable; what a verb means is said once,
// in `verb_defaults`, for both directions.
#include "conformance/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <charconv>
#include <limits>
#include <utility>

namespace vtlcheck::conformance {
namespace {

using Exit = model::Exit<Concrete>;
using Outcome = model::Outcome<Concrete>;
using Config = model::Config<Concrete>;
using model::Kind;
using Seen = std::bitset<256>;

// SDM appendix C: basic exit reasons. GHCI: the TDVMCALL sub-functions are the same numbers.
constexpr std::uint64_t reason_vmcall = 0x12;
constexpr std::uint64_t reason_cr_access = 0x1C;
constexpr std::uint64_t reason_rdmsr = 0x1F;
constexpr std::uint64_t reason_wrmsr = 0x20;
constexpr std::uint64_t reason_xsetbv = 0x37;
constexpr std::uint64_t reason_tdcall = 0x4D;

// TLFS: call codes, and the words that mean the caller itself.
constexpr std::uint64_t code_enable_partition_vtl = 0xD;
constexpr std::uint64_t code_enable_vp_vtl = 0xF;
constexpr std::uint64_t code_vtl_call = 0x11;
constexpr std::uint64_t code_vtl_return = 0x12;
constexpr std::uint64_t code_get_registers = 0x50;
constexpr std::uint64_t code_set_registers = 0x51;
constexpr std::uint64_t partition_self = ~std::uint64_t{0};
constexpr std::uint32_t vp_self = 0xFFFFFFFE;

enum class Verb : std::uint8_t {
    rdmsr,
    wrmsr,
    tdcall,
    tdvmcall_rdmsr,
    tdvmcall_wrmsr,
    vmcall,
    get_reg,
    set_reg,
    vtl_call,
    vtl_return,
    mov_cr,
    xsetbv,
    load_context,
    set_apic_offload,
    deliver_message,
    preempt,
    startup_ipi,
    revoke_vsm,
    host_get,
    host_set,
    special,
    drain_audit,
    log_flush,
    log_limits,
    raw,
};

/// What a word after a verb says.
enum class Argument : std::uint8_t {
    none,
    msr,
    reg,
    cr,
    control, ///< of a hypercall
    value,
    value_if_given,
    setting, ///< on or off
    vp,
    vector,
    origin,
    request,
    site,     ///< of the log
    owner,    ///< of limits of the log budget
    interval, ///< a time
};

/// Whose limits a `log-limits` brings, by number (note L15).
constexpr std::array<std::string_view, 2> owner_words{"site", "partition"};

struct VerbText {
    std::string_view word;
    std::array<Argument, 3> arguments{};
};
/// By Verb.
constexpr auto verb_texts = std::to_array<VerbText>({
    {"rdmsr", {Argument::msr}},
    {"wrmsr", {Argument::msr, Argument::value}},
    {"tdcall"},
    {"tdvmcall-rdmsr", {Argument::msr}},
    {"tdvmcall-wrmsr", {Argument::msr, Argument::value}},
    {"vmcall", {Argument::control}},
    {"get-reg", {Argument::reg}},
    {"set-reg", {Argument::reg, Argument::value}},
    {"vtl-call"},
    {"vtl-return"},
    {"mov-cr", {Argument::cr, Argument::value}},
    {"xsetbv", {Argument::value}},
    {"load-context"},
    {"set-apic-offload", {Argument::setting}},
    {"deliver-message"},
    {"preempt"},
    {"startup-ipi", {Argument::vp, Argument::vector}},
    {"revoke-vsm"},
    {"host-get", {Argument::origin, Argument::reg}},
    {"host-set", {Argument::origin, Argument::reg, Argument::value}},
    {"special", {Argument::request, Argument::value_if_given}},
    {"drain-audit"},
    {"log-flush", {Argument::site}},
    {"log-limits", {Argument::owner, Argument::value, Argument::interval}},
    {"exit"},
});
static_assert(verb_texts.size() == static_cast<std::size_t>(Verb::raw) + 1);

constexpr std::array verb_words = [] {
    std::array<std::string_view, verb_texts.size()> words;
    for (std::size_t i = 0; i < words.size(); ++i) {
        words[i] = verb_texts[i].word;
    }
    return words;
}();

/// The words that follow a verb.
struct Arguments {
    std::uint64_t number = 0;   ///< MSR, register name, control register, VP, special request, log site, owner
    std::uint64_t value = 0;    ///< VALUE, control word, setting
    std::uint64_t interval = 0; ///< ns
    std::uint8_t selector = 0;  ///< origin, vector
};

constexpr std::uint32_t low(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
constexpr std::uint32_t high(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32U); }
constexpr std::uint64_t join(std::uint64_t high_half, std::uint64_t low_half) {
    return (high_half << 32U) | low(low_half);
}

/// The exit that a verb describes when no field is named.
Exit verb_defaults(Verb verb, const Arguments& arguments) {
    Exit exit{};
    if (verb == Verb::raw) {
        exit.rflags = 0;
        exit.answer_count = 0;
        return exit;
    }
    exit.rip = 0x1000;
    exit.cr0 = 0x80050033;
    exit.cr4 = 0x20;
    const auto instruction = [&](std::uint64_t reason, std::uint64_t length) {
        exit.info[model::info_rax] = reason;
        exit.info[model::info_rsi] = 0xFFFFFFFFA09B0010;
        exit.info[model::info_r11] = join(length, 0);
    };
    const auto halves = [&] {
        exit.gpr[model::rax] = low(arguments.value);
        exit.gpr[model::rdx] = high(arguments.value);
    };
    const auto hypercall = [&](std::uint64_t control) {
        instruction(reason_vmcall, 3);
        exit.gpr[model::rcx] = control;
    };
    // A list of one register of the caller's VP, both pages well placed.
    const auto register_call = [&](std::uint64_t code) {
        hypercall(join(1, code));
        exit.gpr[model::rdx] = 0x1000;
        exit.gpr[model::r8] = 0x2000;
        exit.partition_id = partition_self;
        exit.target_vp = vp_self;
        exit.name = low(arguments.number);
        exit.value = arguments.value;
    };
    const auto control = [&](Kind kind) { exit.kind = static_cast<std::uint8_t>(kind); };
    const auto host_access = [&](bool set) {
        control(Kind::host_access);
        exit.origin = arguments.selector;
        exit.operation = set ? 1 : 0;
        exit.name = low(arguments.number);
        exit.value = arguments.value;
    };
    switch (verb) {
    case Verb::rdmsr:
        instruction(reason_rdmsr, 2);
        exit.gpr[model::rcx] = arguments.number;
        break;
    case Verb::wrmsr:
        instruction(reason_wrmsr, 2);
        exit.gpr[model::rcx] = arguments.number;
        halves();
        break;
    case Verb::tdcall:
        instruction(reason_tdcall, 4);
        break;
    case Verb::tdvmcall_rdmsr:
        instruction(reason_tdcall, 4);
        exit.gpr[model::r11] = reason_rdmsr;
        exit.gpr[model::r12] = arguments.number;
        break;
    case Verb::tdvmcall_wrmsr:
        instruction(reason_tdcall, 4);
        exit.gpr[model::r11] = reason_wrmsr;
        exit.gpr[model::r12] = arguments.number;
        exit.gpr[model::r13] = arguments.value;
        break;
    case Verb::vmcall:
        hypercall(arguments.value);
        if (const std::uint64_t code = arguments.value & 0xFFFFU;
            code == code_enable_partition_vtl || code == code_enable_vp_vtl) {
            exit.answer_count = 0; // the host completes no list
        }
        break;
    case Verb::get_reg:
        register_call(code_get_registers);
        break;
    case Verb::set_reg:
        register_call(code_set_registers);
        break;
    case Verb::vtl_call:
        hypercall(code_vtl_call);
        break;
    case Verb::vtl_return:
        hypercall(code_vtl_return);
        break;
    case Verb::mov_cr:
        instruction(reason_cr_access, 3);
        exit.info[model::info_rcx] = arguments.number;
        exit.gpr[model::rax] = arguments.value;
        break;
    case Verb::xsetbv:
        instruction(reason_xsetbv, 3);
        halves();
        break;
    case Verb::load_context:
        control(Kind::load_context);
        break;
    case Verb::set_apic_offload:
        control(Kind::set_apic_offload);
        exit.argument = arguments.value;
        break;
    case Verb::deliver_message:
        control(Kind::deliver_message);
        break;
    case Verb::preempt:
        control(Kind::preempt);
        break;
    case Verb::startup_ipi:
        control(Kind::startup_ipi);
        exit.argument = join(arguments.selector, arguments.number);
        break;
    case Verb::revoke_vsm:
        control(Kind::revoke_vsm);
        break;
    case Verb::host_get:
        host_access(false);
        break;
    case Verb::host_set:
        host_access(true);
        break;
    case Verb::special:
        control(Kind::special_request);
        exit.argument = arguments.number;
        exit.value = arguments.value;
        break;
    case Verb::drain_audit:
        control(Kind::drain_audit);
        break;
    case Verb::log_flush:
        control(Kind::log_flush);
        exit.argument = arguments.number;
        break;
    case Verb::log_limits:
        control(Kind::log_limits);
        exit.argument = arguments.number;
        exit.value = arguments.value;
        exit.value_high = arguments.interval;
        break;
    case Verb::raw:
        break;
    }
    return exit;
}

/// The verb that an exit of the guest is written with, and its words.
std::pair<Verb, Arguments> guest_verb_of(const Exit& exit) {
    const auto gpr = [&](model::Gpr r) { return exit.gpr[r].value(); };
    const std::uint64_t halves = join(gpr(model::rdx), gpr(model::rax));
    switch (exit.info[model::info_rax].value() & 0xFFFFU) {
    case reason_rdmsr:
        return {Verb::rdmsr, {.number = low(gpr(model::rcx))}};
    case reason_wrmsr:
        return {Verb::wrmsr, {.number = low(gpr(model::rcx)), .value = halves}};
    case reason_tdcall:
        if (gpr(model::rax) == 0 && gpr(model::r10) == 0 && gpr(model::r11) == reason_rdmsr) {
            return {Verb::tdvmcall_rdmsr, {.number = low(gpr(model::r12))}};
        }
        if (gpr(model::rax) == 0 && gpr(model::r10) == 0 && gpr(model::r11) == reason_wrmsr) {
            return {Verb::tdvmcall_wrmsr, {.number = low(gpr(model::r12)), .value = gpr(model::r13)}};
        }
        return {Verb::tdcall, {}};
    case reason_vmcall:
        switch (gpr(model::rcx) & 0xFFFFU) {
        case code_get_registers:
            return {Verb::get_reg, {.number = exit.name.value()}};
        case code_set_registers:
            return {Verb::set_reg, {.number = exit.name.value(), .value = exit.value.value()}};
        default:
            break;
        }
        if (gpr(model::rcx) == code_vtl_call) {
            return {Verb::vtl_call, {}};
        }
        if (gpr(model::rcx) == code_vtl_return) {
            return {Verb::vtl_return, {}};
        }
        return {Verb::vmcall, {.value = gpr(model::rcx)}};
    case reason_cr_access:
        // Only MOV to a CR from RAX has a verb; its qualification is the number of the CR alone.
        if (const std::uint64_t qualification = exit.info[model::info_rcx].value(); qualification < 16) {
            return {Verb::mov_cr, {.number = qualification, .value = gpr(model::rax)}};
        }
        return {Verb::raw, {}};
    case reason_xsetbv:
        return {Verb::xsetbv, {.value = halves}};
    default:
        return {Verb::raw, {}};
    }
}

/// The verb that an exit is written with, and its words.
std::pair<Verb, Arguments> verb_of(const Exit& exit) {
    const std::uint64_t argument = exit.argument.value();
    switch (static_cast<Kind>(exit.kind.value())) {
    case Kind::l2_exit:
        return guest_verb_of(exit);
    case Kind::load_context:
        return {Verb::load_context, {}};
    case Kind::set_apic_offload:
        return {Verb::set_apic_offload, {.value = argument & 1U}};
    case Kind::deliver_message:
        return {Verb::deliver_message, {}};
    case Kind::preempt:
        return {Verb::preempt, {}};
    case Kind::startup_ipi:
        return {Verb::startup_ipi, {.number = low(argument), .selector = static_cast<std::uint8_t>(high(argument))}};
    case Kind::revoke_vsm:
        return {Verb::revoke_vsm, {}};
    case Kind::host_access: {
        const Arguments arguments{
            .number = exit.name.value(), .value = exit.value.value(), .selector = exit.origin.value()};
        switch (exit.operation.value()) {
        case 0:
            return {Verb::host_get, {.number = arguments.number, .selector = arguments.selector}};
        case 1:
            return {Verb::host_set, arguments};
        default:
            return {Verb::raw, {}};
        }
    }
    case Kind::special_request:
        return {Verb::special, {.number = argument, .value = exit.value.value()}};
    case Kind::drain_audit:
        return {Verb::drain_audit, {}};
    case Kind::log_flush:
        return {Verb::log_flush, {.number = argument}};
    case Kind::log_limits:
        return {Verb::log_limits,
                {.number = argument, .value = exit.value.value(), .interval = exit.value_high.value()}};
    }
    return {Verb::raw, {}};
}

/// Positions of the fields of an exit that the format treats by themselves.
struct ExitFields {
    const FieldTable<Exit>& table = FieldTable<Exit>::get();
    ExitFields() { assert(table.size() <= Seen().size()); }
    std::size_t kind = table.at("kind");
    std::size_t vtl1 = table.at("vtl1");
    std::size_t vp = table.at("vp");
    std::size_t now = table.at("now");
    std::size_t info_r11 = table.at("info.r11");
    std::size_t info_r12 = table.at("info.r12");
    std::size_t origin = table.at("origin");
    std::size_t name = table.at("name");
    static const ExitFields& get() {
        static const ExitFields fields;
        return fields;
    }
};

struct OutcomeFields {
    const FieldTable<Outcome>& table = FieldTable<Outcome>::get();
    std::size_t disposition = table.at("disposition");
    static const OutcomeFields& get() {
        static const OutcomeFields fields;
        return fields;
    }
};

std::string list(std::span<const std::string_view> words) { return fmt::format("{}", fmt::join(words, ", ")); }

constexpr bool blank(char c) { return c == ' ' || c == '\t'; }
constexpr bool digit(char c) { return c >= '0' && c <= '9'; }

} // namespace

/// The words of one line, left to right. `fail` places errors by the part of the line that is given to it.
class LineParser {
public:
    LineParser(const std::string& name, std::uint32_t line_number, std::string_view line)
        : name_(name), line_number_(line_number), line_(line), rest_(line.substr(0, line.find('#'))) {}

    /// The next word, empty at the end of the line.
    std::string_view next() {
        std::size_t begin = 0;
        while (begin < rest_.size() && blank(rest_[begin])) {
            ++begin;
        }
        rest_.remove_prefix(begin);
        std::size_t end = 0;
        while (end < rest_.size() && !blank(rest_[end])) {
            ++end;
        }
        const std::string_view word = rest_.substr(0, end);
        rest_.remove_prefix(end);
        return word;
    }
    /// The next word, left where it is.
    [[nodiscard]] std::string_view peek() {
        const std::string_view here = rest_;
        const std::string_view word = next();
        rest_ = here;
        return word;
    }
    /// The next word, which has to exist.
    std::string_view need(std::string_view what) {
        const std::string_view word = next();
        if (word.empty()) {
            fail(word, fmt::format("the line ends where {} should be", what));
        }
        return word;
    }
    void end() {
        if (const std::string_view word = next(); !word.empty()) {
            fail(word, fmt::format("{} is too much; the line should end here", in_quotes(word)));
        }
    }
    /// `at` is a part of the line.
    [[noreturn]] void fail(std::string_view at, std::string message) const {
        const auto column = static_cast<std::uint32_t>(at.data() - line_.data()) + 1;
        throw InputError(name_, line_number_, column, std::move(message));
    }

    [[nodiscard]] std::uint64_t number(std::string_view text, unsigned bits, std::string_view what) const {
        const bool hex = text.starts_with("0x");
        const std::string_view digits = hex ? text.substr(2) : text;
        std::uint64_t value = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, hex ? 16 : 10);
        if (digits.empty() || end != digits.data() + digits.size() || error == std::errc::invalid_argument) {
            fail(text, fmt::format("{} is no number, which {} takes: decimal, or hexadecimal with 0x; no sign, no '_'",
                                   in_quotes(text), what));
        }
        if (error == std::errc::result_out_of_range || (bits < 64 && (value >> bits) != 0)) {
            fail(text, fmt::format("{} does not fit the {} bits of {}", in_quotes(text), bits, what));
        }
        return value;
    }

    [[nodiscard]] std::uint64_t value(const Field& field, std::string_view text) const {
        if (field.bits == 1) {
            if (text != "yes" && text != "no") {
                fail(text, fmt::format("{} is neither yes nor no, which '{}' takes", in_quotes(text), field.name));
            }
            return text == "yes" ? 1 : 0;
        }
        if (field.is_duration) {
            return duration(text, field.name);
        }
        if (!text.empty() && digit(text[0])) {
            return number(text, field.bits, field.name);
        }
        if (!field.words.empty()) {
            return word(field.words, text, field.name);
        }
        if (field.is_register) {
            return register_name(text);
        }
        return number(text, field.bits, field.name);
    }

    /// Position of a word of an enumeration.
    [[nodiscard]] std::uint64_t word(Words words, std::string_view text, std::string_view what) const {
        const auto found = std::find(words.begin(), words.end(), text);
        if (found == words.end()) {
            fail(text, fmt::format("{} is no {}{}; one of {}", in_quotes(text), what, hint(closest_word(words, text)),
                                   list(words)));
        }
        return static_cast<std::uint64_t>(found - words.begin());
    }

    /// Code of a register.
    [[nodiscard]] std::uint32_t register_name(std::string_view text) const {
        const auto code = register_code(text);
        if (!code) {
            fail(text, fmt::format("{} is no register{}; `vtlcheck spec` lists the names, and numbers are accepted too",
                                   in_quotes(text), hint(closest_register(text))));
        }
        return *code;
    }

    /// The number of a word of an enumeration, or a number.
    [[nodiscard]] std::uint64_t word_or_number(Words words, std::string_view text, std::string_view what) const {
        return !text.empty() && digit(text[0]) ? number(text, 64, what) : word(words, text, what);
    }

    /// A time in ns.
    [[nodiscard]] std::uint64_t duration(std::string_view text, std::string_view what) const {
        std::size_t size = 0;
        while (size < text.size() && (digit(text[size]) || text[size] == '.')) {
            ++size;
        }
        const std::string_view suffix = text.substr(size);
        const auto* unit =
            std::find_if(time_units.begin(), time_units.end(), [&](const TimeUnit& u) { return u.suffix == suffix; });
        if (unit == time_units.end()) {
            return number(text, 64, fmt::format("{} (or a time such as 1.5s, 20ms, 3us, 7ns)", what));
        }
        const std::string_view amount = text.substr(0, size);
        const std::size_t point = amount.find('.');
        const std::string_view whole = amount.substr(0, point);
        std::string_view fraction;
        if (point != std::string_view::npos) {
            fraction = amount.substr(point + 1);
            if (fraction.empty()) {
                fail(text, fmt::format("{} has no digit after the point", in_quotes(text)));
            }
            if (fraction.size() > unit->digits) {
                fail(text, fmt::format("{} is finer than a nanosecond", in_quotes(text)));
            }
        }
        const std::uint64_t result = number(whole, 64, what);
        std::uint64_t part = fraction.empty() ? 0 : number(fraction, 64, what);
        for (std::size_t i = fraction.size(); i < unit->digits; ++i) {
            part *= 10;
        }
        if (result > (std::numeric_limits<std::uint64_t>::max() - part) / unit->nanoseconds) {
            fail(text, fmt::format("{} does not fit the 64 bits of '{}' in ns", in_quotes(text), what));
        }
        return result * unit->nanoseconds + part;
    }

    /// The number of a word such as vp3; false if the word does not start with `prefix`.
    bool indexed(std::string_view text, std::string_view prefix, unsigned count, unsigned& index) const {
        if (!text.starts_with(prefix)) {
            return false;
        }
        const std::string_view digits = text.substr(prefix.size());
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
        if (digits.empty() || end != digits.data() + digits.size() || (digits.size() > 1 && digits[0] == '0')) {
            return false;
        }
        if (error != std::errc() || index >= count) {
            fail(text, fmt::format("there is no {}: {}s count from {}0, and there {}", in_quotes(text), prefix, prefix,
                                   count == 1 ? "is one" : fmt::format("are {}", count)) +
                           (prefix == "vp" ? " (config vps=N sets how many)" : ""));
        }
        return true;
    }
    unsigned vp(std::string_view text, unsigned vps) const {
        unsigned index = 0;
        if (!indexed(text, "vp", vps, index)) {
            fail(text, fmt::format("{} is not understood; a line starts with config, start, or the VP that exits, "
                                   "such as vp0",
                                   in_quotes(text)));
        }
        return index;
    }
    unsigned vtl(std::string_view text) const {
        unsigned index = 0;
        if (!indexed(text, "vtl", 2, index)) {
            fail(text, fmt::format("{} is not understood; vtl0 or vtl1 should be here", in_quotes(text)));
        }
        return index;
    }

    /// Splits name=value.
    [[nodiscard]] std::pair<std::string_view, std::string_view> field(std::string_view text,
                                                                      std::string_view instead) const {
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos || equals == 0) {
            fail(text, fmt::format("{} is not understood; name=value{} or the end of the line should be here",
                                   in_quotes(text), instead));
        }
        return {text.substr(0, equals), text.substr(equals + 1)};
    }
    static std::string hint(std::string_view word) {
        return word.empty() ? std::string() : fmt::format(" (did you mean '{}'?)", word);
    }
    [[noreturn]] void unknown(std::string_view name, std::string_view of, const FieldIndex& table) const {
        fail(name, fmt::format("{} is no field of {}{}", in_quotes(name), of, hint(table.closest(name))));
    }
    [[noreturn]] void twice(std::string_view name) const {
        fail(name, fmt::format("{} is given already; keep one", in_quotes(name)));
    }

    /// Sets the field `name` of `object`; returns its position.
    template <class T>
    std::size_t set(T& object, std::string_view name, std::string_view text, std::string_view of) const {
        const auto& table = FieldTable<T>::get();
        const auto index = table.find(name);
        if (!index) {
            unknown(name, of, table);
        }
        table.store(object, *index, value(table[*index], text));
        return *index;
    }

    void version() {
        const std::string_view magic = next();
        if (magic != "vtlcheck-trace") {
            fail(line_.substr(0, 0),
                 fmt::format("not a trace: the first line has to be 'vtlcheck-trace {}'", trace_version));
        }
        const std::string_view number = need(fmt::format("the version number, {},", trace_version));
        if (number != std::to_string(trace_version)) {
            fail(number, fmt::format("version {} of the trace format is not known; this program reads version {}",
                                     in_quotes(number), trace_version));
        }
        end();
    }
    void config(TraceParser& trace);
    void start(TraceParser& trace);
    void exit(std::string_view head, unsigned vps, TraceStep& step);
    ExpectedOutcome outcome(const Exit& exit);

private:
    void argument(Argument argument, Arguments& arguments);
    void exit_field(Exit& exit, Verb verb, std::string_view word, Seen& seen) const;

    const std::string& name_;
    std::uint32_t line_number_;
    std::string_view line_;
    std::string_view rest_;
};

void LineParser::config(TraceParser& trace) {
    std::string_view text = need("a field of config");
    for (; !text.empty(); text = next()) {
        const auto [name, setting] = field(text, "");
        if (!trace.given_.insert("config " + std::string(name)).second) {
            twice(name);
        }
        if (name == "vps") {
            const std::uint64_t vps = number(setting, 32, "vps");
            if (vps < 1 || vps > max_vps) {
                fail(setting, fmt::format("vps={} is out of range; a partition has 1 to {} VPs", vps, max_vps));
            }
            trace.header_.vps = static_cast<unsigned>(vps);
            trace.header_.config.vps = vps;
            trace.header_.start = InitialState::reset(trace.header_.vps);
        } else {
            set(trace.header_.config, name, setting, "config");
            const auto* limit = std::find_if(log_parameters.begin(), log_parameters.end(),
                                             [&](const LogParameter& each) { return each.name == name; });
            if (limit != log_parameters.end()) {
                const auto& table = FieldTable<Config>::get();
                if (const auto wrong = log_parameter_error(*limit, table.load(trace.header_.config, table.at(name)))) {
                    fail(setting, *wrong);
                }
            }
        }
    }
}

void LineParser::start(TraceParser& trace) {
    InitialState& initial = trace.header_.start;
    const std::string_view head = need("a scope: partition or a VP");
    std::string scope(head);
    const auto fields = [&](auto& object, std::string_view text) {
        if (text.empty()) {
            text = need(fmt::format("a field of {}", scope));
        }
        for (; !text.empty(); text = next()) {
            const auto [name, setting] = field(text, "");
            if (!trace.given_.insert(fmt::format("{} {}", scope, name)).second) {
                twice(name);
            }
            set(object, name, setting, scope);
        }
    };
    if (head == "partition") {
        const std::string_view text = need("vtl0, vtl1 or a field");
        if (text.find('=') != std::string_view::npos) {
            fields(initial.vsm, text);
            return;
        }
        const unsigned v = vtl(text);
        scope += fmt::format(" vtl{}", v);
        fields(initial.partition[v], {});
        return;
    }
    InitialState::Vp& vp_state = initial.vp[vp(head, trace.header_.vps)];
    const std::string_view text = need("vtl0, vtl1, slot or a field");
    if (text.find('=') != std::string_view::npos) {
        fields(vp_state.shared, text);
        return;
    }
    if (text == "slot") {
        scope += " slot";
        fields(vp_state.slot, {});
        return;
    }
    unsigned v = 0;
    if (!indexed(text, "vtl", 2, v)) {
        fail(text, fmt::format("{} is not understood; vtl0, vtl1, slot or a field should be here", in_quotes(text)));
    }
    scope += fmt::format(" vtl{}", v);
    fields(vp_state.vtl[v], {});
}

void LineParser::argument(Argument argument, Arguments& arguments) {
    switch (argument) {
    case Argument::none:
        break;
    case Argument::msr:
        arguments.number = number(need("the MSR number"), 32, "an MSR number");
        break;
    case Argument::reg: {
        const Field& field = ExitFields::get().table[ExitFields::get().name];
        arguments.number = value(field, need("the register's name"));
        break;
    }
    case Argument::cr:
        arguments.number = number(need("the number of the control register"), 4, "the number of a control register");
        break;
    case Argument::control:
        arguments.value = number(need("the call code"), 64, "a call code");
        break;
    case Argument::value_if_given:
        if (const std::string_view text = peek();
            text.empty() || text == "->" || text.find('=') != std::string_view::npos) {
            break;
        }
        [[fallthrough]];
    case Argument::value:
        arguments.value = number(need("the value"), 64, "a value");
        break;
    case Argument::setting: {
        const std::string_view setting = need("on or off");
        if (setting != "on" && setting != "off") {
            fail(setting, fmt::format("{} is neither on nor off", in_quotes(setting)));
        }
        arguments.value = setting == "on" ? 1 : 0;
        break;
    }
    case Argument::vp:
        arguments.number = number(need("the number of the VP to start"), 32, "the number of a VP");
        break;
    case Argument::vector:
        arguments.selector = static_cast<std::uint8_t>(number(need("the vector"), 8, "a vector"));
        break;
    case Argument::origin: {
        const Field& field = ExitFields::get().table[ExitFields::get().origin];
        arguments.selector = static_cast<std::uint8_t>(value(field, need("the origin, kernel or paravisor,")));
        break;
    }
    case Argument::request:
        arguments.number = number(need("the number of the request"), 64, "the number of a request");
        break;
    case Argument::site:
        arguments.number = word_or_number(words_of("log_site"), need("the log site"), "log site");
        break;
    case Argument::owner:
        arguments.number = word_or_number(owner_words, need("whose limits, site or partition,"), "owner of limits");
        break;
    case Argument::interval:
        arguments.interval = duration(need("the interval"), "an interval");
        break;
    }
}

void LineParser::exit_field(Exit& exit, Verb verb, std::string_view text, Seen& seen) const {
    const ExitFields& fields = ExitFields::get();
    const auto [name, setting] = field(text, ", '->' with an outcome");
    std::size_t index = 0;
    if (name == "t") {
        index = fields.now;
        exit.now = duration(setting, "t");
    } else if (name == "length") {
        index = fields.info_r11;
        exit.info[model::info_r11] = join(number(setting, 32, "length"), 0);
    } else if (name == "cpl") {
        index = fields.info_r12;
        exit.info[model::info_r12] = number(setting, 2, "cpl");
    } else {
        index = set(exit, name, setting, "an exit");
        if (index == fields.vp || index == fields.vtl1) {
            fail(name, fmt::format("{} is said by the first two words of the line", in_quotes(name)));
        }
        if (index == fields.kind && verb != Verb::raw) {
            fail(name, "'kind' is said by the verb; only the verb exit takes it");
        }
    }
    if (seen.test(index)) {
        const std::string& part = fields.table[index].name;
        if (name == part) {
            twice(name);
        }
        fail(name, fmt::format("{} sets '{}', which is given already; keep one", in_quotes(name), part));
    }
    seen.set(index);
}

void LineParser::exit(std::string_view head, unsigned vps, TraceStep& step) {
    const unsigned vp_index = vp(head, vps);
    const unsigned v = vtl(need("vtl0 or vtl1"));
    const std::string_view verb_text = need("a verb");
    const auto verb = static_cast<Verb>(word(verb_words, verb_text, "verb"));
    Arguments arguments;
    for (const Argument each : verb_texts[static_cast<std::size_t>(verb)].arguments) {
        argument(each, arguments);
    }
    step.exit = verb_defaults(verb, arguments);
    step.exit.vp = vp_index;
    step.exit.vtl1 = Concrete::Bool(v == 1);
    step.expected.reset();
    step.line = line_number_;
    Seen seen;
    for (std::string_view text = next(); !text.empty(); text = next()) {
        if (text == "->") {
            step.expected = outcome(step.exit);
            return;
        }
        exit_field(step.exit, verb, text, seen);
    }
}

ExpectedOutcome LineParser::outcome(const Exit& exit) {
    const OutcomeFields& fields = OutcomeFields::get();
    ExpectedOutcome expected;
    expected.outcome = unchanged(exit);
    const std::string_view disposition = need("the outcome");
    expected.outcome.disposition = value(fields.table[fields.disposition], disposition);
    expected.given.set(fields.disposition);
    for (std::string_view text = next(); !text.empty(); text = next()) {
        if (text == "...") {
            expected.complete = false;
            end();
            return expected;
        }
        const auto [name, setting] = field(text, ", '...'");
        if (name == "clause") {
            constexpr auto good = [](char c) {
                return digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '.' || c == '_';
            };
            if (setting.empty() || !std::all_of(setting.begin(), setting.end(), good)) {
                fail(setting, fmt::format("{} is no clause id, such as MSR-W-31", in_quotes(setting)));
            }
            if (!expected.clause.empty()) {
                twice(name);
            }
            expected.clause = setting;
            continue;
        }
        const std::size_t index = set(expected.outcome, name, setting, "an outcome");
        if (index == fields.disposition) {
            fail(name, "the disposition is the word after '->'");
        }
        if (expected.given.test(index)) {
            twice(name);
        }
        expected.given.set(index);
    }
    expected.given.set();
    return expected;
}

InitialState InitialState::reset(unsigned vps) {
    InitialState state;
    state.vp.resize(vps);
    for (model::VtlState<Concrete>& vtl : state.vp.at(0).vtl) {
        vtl.apic_base = vtl.apic_base | 0x100; // the bootstrap processor
    }
    state.vp.at(0).slot.started = Concrete::Bool(true);
    return state;
}

model::State<Concrete> InitialState::of(unsigned vp_index, unsigned slot_index) const {
    const Vp& v = vp.at(vp_index);
    return {.partition = partition, .vsm = vsm, .slot = vp.at(slot_index).slot, .vp = v.shared, .vtl = v.vtl};
}

std::optional<std::string> log_parameter_error(const LogParameter& parameter, std::uint64_t value) {
    if (value >= parameter.least && value <= parameter.most) {
        return std::nullopt;
    }
    const auto text = [&](std::uint64_t number) {
        std::string result = std::to_string(number);
        if (parameter.is_duration) {
            result.clear();
            append_duration(result, number);
        }
        return result;
    };
    return fmt::format("{}={} is out of range; {} is {} to {}{}", parameter.name, text(value), parameter.what,
                       text(parameter.least), text(parameter.most), parameter.is_duration ? "" : " lines");
}

TraceParser::TraceParser(std::string name) : name_(std::move(name)) {}

TraceParser::Line TraceParser::read(std::string_view line, TraceStep& step) {
    ++line_;
    LineParser parser(name_, line_, line);
    if (stage_ == Stage::version) {
        parser.version();
        stage_ = Stage::config;
        return Line::header;
    }
    const std::string_view head = parser.next();
    if (head.empty()) {
        return Line::blank;
    }
    if (head == "config" || head == "start") {
        const Stage stage = head == "config" ? Stage::config : Stage::start;
        if (stage < stage_) {
            parser.fail(head, fmt::format("'{}' comes too late; the order is: config lines, start lines, exits", head));
        }
        stage_ = stage;
        if (stage == Stage::config) {
            parser.config(*this);
        } else {
            parser.start(*this);
        }
        return Line::header;
    }
    parser.exit(head, header_.vps, step);
    stage_ = Stage::steps;
    return Line::step;
}

void TraceParser::finish() const {
    if (stage_ == Stage::version) {
        throw InputError(name_, 0, 0, "is empty");
    }
}

Trace parse(LineReader& lines) {
    TraceParser parser(lines.name());
    Trace trace;
    TraceStep step;
    for (std::string_view line; lines.next(line);) {
        if (parser.read(line, step) != TraceParser::Line::step) {
            continue;
        }
        if (trace.steps.size() == max_trace_steps) {
            throw lines.error(0, fmt::format("more than {} exits; split the trace", max_trace_steps));
        }
        trace.steps.push_back(step);
    }
    parser.finish();
    static_cast<TraceHeader&>(trace) = parser.header();
    return trace;
}

Trace parse(std::string_view text, std::string name) {
    LineReader lines = LineReader::of(text, std::move(name));
    return parse(lines);
}

Trace parse(std::istream& stream, std::string name) {
    LineReader lines = LineReader::of(stream, std::move(name));
    return parse(lines);
}

Trace parse_file(const std::string& path) {
    LineReader lines = LineReader::open(path);
    return parse(lines);
}

TraceStep parse_step(std::string_view text, unsigned vps, const std::string& name, std::uint32_t line_number) {
    LineParser parser(name, line_number, text);
    TraceStep step;
    parser.exit(parser.need("the VP that exits"), vps, step);
    return step;
}

ExpectedOutcome parse_outcome(std::string_view text, const Exit& exit, const std::string& name,
                              std::uint32_t line_number) {
    return LineParser(name, line_number, text).outcome(exit);
}

Outcome unchanged(const Exit& exit) {
    Outcome outcome{};
    outcome.gpr = exit.gpr;
    outcome.rip = exit.rip;
    outcome.interruptibility = exit.interruptibility;
    outcome.pending_debug = exit.pending_debug;
    return outcome;
}

namespace {

void append_field(std::string& text, const Field& field, std::uint64_t value) {
    text += ' ';
    text += field.name;
    text += '=';
    append_value(text, field, value);
}

/// The fields in which `object` differs from `base`, but for those in `done`.
template <class T>
void append_fields(std::string& text, const T& object, const T& base, const Seen& done = {}) {
    const auto& table = FieldTable<T>::get();
    for (const std::size_t i : table.by_name()) {
        const std::uint64_t value = table.load(object, i);
        if (value != table.load(base, i) && !done.test(i)) {
            append_field(text, table[i], value);
        }
    }
}

void append_word(std::string& text, Words words, std::uint64_t number) {
    if (number < words.size()) {
        text += words[number];
    } else {
        append_number(text, number);
    }
}

void append_argument(std::string& text, Argument argument, const Arguments& arguments) {
    const ExitFields& fields = ExitFields::get();
    if (argument == Argument::none || (argument == Argument::value_if_given && arguments.value == 0)) {
        return;
    }
    text += ' ';
    switch (argument) {
    case Argument::msr:
        fmt::format_to(std::back_inserter(text), "{:#x}", arguments.number);
        break;
    case Argument::reg:
        append_value(text, fields.table[fields.name], arguments.number);
        break;
    case Argument::setting:
        text += arguments.value != 0 ? "on" : "off";
        break;
    case Argument::origin:
        append_value(text, fields.table[fields.origin], arguments.selector);
        break;
    case Argument::vector:
        append_number(text, arguments.selector);
        break;
    case Argument::cr:
    case Argument::vp:
    case Argument::request:
        append_number(text, arguments.number);
        break;
    case Argument::site:
        append_word(text, words_of("log_site"), arguments.number);
        break;
    case Argument::owner:
        append_word(text, owner_words, arguments.number);
        break;
    case Argument::interval:
        append_duration(text, arguments.interval);
        break;
    default:
        append_number(text, arguments.value);
        break;
    }
}

void append_outcome(std::string& text, const Exit& exit, const ExpectedOutcome& expected) {
    const OutcomeFields& fields = OutcomeFields::get();
    append_value(text, fields.table[fields.disposition], expected.outcome.disposition.value());
    if (expected.complete) {
        append_fields(text, expected.outcome, unchanged(exit), Seen().set(fields.disposition));
    } else {
        for (const std::size_t i : fields.table.by_name()) {
            if (expected.given.test(i) && i != fields.disposition) {
                append_field(text, fields.table[i], fields.table.load(expected.outcome, i));
            }
        }
    }
    if (!expected.clause.empty()) {
        text += " clause=";
        text += expected.clause;
    }
    if (!expected.complete) {
        text += " ...";
    }
}

template <class T>
void append_start(std::string& text, std::string_view scope, const T& object, const T& base) {
    std::string fields;
    append_fields(fields, object, base);
    if (!fields.empty()) {
        fmt::format_to(std::back_inserter(text), "start {}{}\n", scope, fields);
    }
}

template <class E>
std::string word_in(std::string_view field, E value) {
    const auto number = static_cast<std::size_t>(value);
    const Words words = words_of(field);
    return number < words.size() ? std::string(words[number]) : std::to_string(number);
}

} // namespace

void append(std::string& text, const Exit& exit) {
    const ExitFields& fields = ExitFields::get();
    const auto [verb, arguments] = verb_of(exit);
    const Exit base = verb_defaults(verb, arguments);
    fmt::format_to(std::back_inserter(text), "vp{} vtl{} {}", exit.vp.value(), exit.vtl1.value() ? 1 : 0,
                   verb_words[static_cast<std::size_t>(verb)]);
    for (const Argument argument : verb_texts[static_cast<std::size_t>(verb)].arguments) {
        append_argument(text, argument, arguments);
    }
    Seen done;
    done.set(fields.vp).set(fields.vtl1);
    if (const std::uint64_t now = exit.now.value(); now != 0) {
        text += " t=";
        append_duration(text, now);
        done.set(fields.now);
    }
    const std::uint64_t length = exit.info[model::info_r11].value();
    if (length != base.info[model::info_r11].value() && low(length) == 0) {
        fmt::format_to(std::back_inserter(text), " length={}", high(length));
        done.set(fields.info_r11);
    }
    const std::uint64_t cpl = exit.info[model::info_r12].value();
    if (cpl != 0 && cpl <= 3) {
        fmt::format_to(std::back_inserter(text), " cpl={}", cpl);
        done.set(fields.info_r12);
    }
    append_fields(text, exit, base, done);
}

void append(std::string& text, const TraceStep& step) {
    append(text, step.exit);
    if (step.expected) {
        text += " -> ";
        append_outcome(text, step.exit, *step.expected);
    }
}

void append(std::string& text, const Exit& exit, const Outcome& outcome, std::string_view clause) {
    append_outcome(text, exit, {outcome, {}, true, std::string(clause)});
}

std::string print(const Exit& exit) {
    std::string text;
    append(text, exit);
    return text;
}

std::string print(const TraceStep& step) {
    std::string text;
    append(text, step);
    return text;
}

std::string print(const Exit& exit, const Outcome& outcome, std::string_view clause) {
    std::string text;
    append(text, exit, outcome, clause);
    return text;
}

std::string write_header(const TraceHeader& header) {
    std::string text = fmt::format("vtlcheck-trace {}\n", trace_version);
    std::string config;
    append_fields(config, header.config, Config{}, Seen().set(FieldTable<Config>::get().at("vps")));
    if (header.vps != 1) {
        config += fmt::format(" vps={}", header.vps);
    }
    if (!config.empty()) {
        text += fmt::format("config{}\n", config);
    }
    return text + write_start(header.start);
}

std::string write_start(const InitialState& state) {
    std::string text;
    const auto vps = static_cast<unsigned>(state.vp.size());
    const InitialState reset = InitialState::reset(vps);
    append_start(text, "partition", state.vsm, reset.vsm);
    for (unsigned v = 0; v < 2; ++v) {
        append_start(text, fmt::format("partition vtl{}", v), state.partition[v], reset.partition[v]);
    }
    for (unsigned i = 0; i < vps; ++i) {
        append_start(text, fmt::format("vp{}", i), state.vp[i].shared, reset.vp[i].shared);
        append_start(text, fmt::format("vp{} slot", i), state.vp[i].slot, reset.vp[i].slot);
        for (unsigned v = 0; v < 2; ++v) {
            append_start(text, fmt::format("vp{} vtl{}", i, v), state.vp[i].vtl[v], reset.vp[i].vtl[v]);
        }
    }
    return text;
}

std::string write(const Trace& trace) {
    std::string text = write_header(trace);
    for (const TraceStep& step : trace.steps) {
        append(text, step);
        text += '\n';
    }
    return text;
}

std::vector<Difference> diff(const Outcome& expected, const Outcome& observed) {
    return diff_fields("outcome", expected, observed);
}

std::vector<Difference> diff(const ExpectedOutcome& expected, const Outcome& observed) {
    const auto& table = FieldTable<Outcome>::get();
    Outcome wanted = expected.outcome;
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (!expected.complete && !expected.given.test(i)) {
            table.store(wanted, i, table.load(observed, i));
        }
    }
    return diff(wanted, observed);
}

std::vector<Difference> diff(const model::State<Concrete>& expected, const model::State<Concrete>& observed) {
    std::vector<Difference> differences;
    model::State<Concrete>::visit_scoped(
        [&](const char* scope, const model::FieldName& name, const auto& e, const auto& o) {
            if (e.value() != o.value()) {
                const Field field = Field::of<std::decay_t<decltype(e)>>(name.str(), 0);
                differences.push_back({scope, field.name, value_text(field, e.value()), value_text(field, o.value())});
            }
        },
        expected, observed);
    return differences;
}

std::string word(model::Disposition value) { return word_in("disposition", value); }
std::string word(model::Request value) { return word_in("request", value); }
std::string word(model::LogSite value) { return word_in("log_site", value); }
std::string word(model::LogLine value) { return word_in("log_line", value); }
std::string word(model::Message value) { return word_in("message", value); }
std::string word(model::Isolation value) { return word_in("isolation", value); }
std::string word(model::Origin value) { return word_in("origin", value); }
std::string word(model::Operation value) { return word_in("audit_operation", value); }
std::string word(model::Route value) { return word_in("audit_route", value); }
std::string word(model::AuditVerdict value) { return word_in("audit_verdict", value); }

} // namespace vtlcheck::conformance
