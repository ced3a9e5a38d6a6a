// Parser and canonical writer of the trace format. Every field goes through FieldTable; what a verb means is said once,
// in `verb_defaults`, for both directions.
#include "conformance/trace.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace vtlcheck::conformance {
namespace {

using std::string_view_literals::operator""sv;
using Exit = model::Exit<Concrete>;
using Outcome = model::Outcome<Concrete>;
using Config = model::Config<Concrete>;
using Seen = std::bitset<128>;

// SDM appendix C: basic exit reasons. GHCI: the TDVMCALL sub-functions are the same numbers.
constexpr std::uint64_t reason_rdmsr = 0x1F;
constexpr std::uint64_t reason_wrmsr = 0x20;
constexpr std::uint64_t reason_tdcall = 0x4D;

enum class Verb : std::uint8_t {
    rdmsr,
    wrmsr,
    tdcall,
    tdvmcall_rdmsr,
    tdvmcall_wrmsr,
    set_intercept_control,
    set_apic_offload,
    enable_vtl1,
    raw,
};
constexpr std::array verb_words{"rdmsr"sv,
                                "wrmsr"sv,
                                "tdcall"sv,
                                "tdvmcall-rdmsr"sv,
                                "tdvmcall-wrmsr"sv,
                                "set-intercept-control"sv,
                                "set-apic-offload"sv,
                                "enable-vtl1"sv,
                                "exit"sv};

/// The words that follow a verb.
struct Arguments {
    std::uint32_t msr = 0;
    std::uint64_t value = 0;
};
constexpr bool takes_msr(Verb verb) {
    return verb == Verb::rdmsr || verb == Verb::wrmsr || verb == Verb::tdvmcall_rdmsr || verb == Verb::tdvmcall_wrmsr;
}
constexpr bool takes_value(Verb verb) {
    return verb == Verb::wrmsr || verb == Verb::tdvmcall_wrmsr || verb == Verb::set_intercept_control;
}

constexpr std::uint32_t low(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
constexpr std::uint32_t high(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32U); }
constexpr std::uint64_t join(std::uint64_t high_half, std::uint64_t low_half) {
    return (high_half << 32U) | low(low_half);
}

/// The exit that a verb describes when no field is named.
Exit verb_defaults(Verb verb, const Arguments& arguments) {
    Exit exit{};
    exit.rflags = 0;
    if (verb == Verb::raw) {
        return exit;
    }
    exit.rip = 0x1000;
    exit.rflags = 0x2;
    exit.cr0 = 0x80050033;
    const auto instruction = [&](std::uint64_t reason, std::uint64_t length) {
        exit.info[model::info_rax] = reason;
        exit.info[model::info_rsi] = 0xFFFFFFFFA09B0010;
        exit.info[model::info_r11] = join(length, 0);
    };
    switch (verb) {
    case Verb::rdmsr:
        instruction(reason_rdmsr, 2);
        exit.gpr[model::rcx] = arguments.msr;
        break;
    case Verb::wrmsr:
        instruction(reason_wrmsr, 2);
        exit.gpr[model::rcx] = arguments.msr;
        exit.gpr[model::rax] = low(arguments.value);
        exit.gpr[model::rdx] = high(arguments.value);
        break;
    case Verb::tdcall:
        instruction(reason_tdcall, 4);
        break;
    case Verb::tdvmcall_rdmsr:
        instruction(reason_tdcall, 4);
        exit.gpr[model::r11] = reason_rdmsr;
        exit.gpr[model::r12] = arguments.msr;
        break;
    case Verb::tdvmcall_wrmsr:
        instruction(reason_tdcall, 4);
        exit.gpr[model::r11] = reason_wrmsr;
        exit.gpr[model::r12] = arguments.msr;
        exit.gpr[model::r13] = arguments.value;
        break;
    case Verb::set_intercept_control:
        exit.kind = static_cast<std::uint8_t>(model::Kind::set_intercept_control);
        exit.argument = arguments.value;
        break;
    case Verb::set_apic_offload:
        exit.kind = static_cast<std::uint8_t>(model::Kind::set_apic_offload);
        exit.argument = arguments.value;
        break;
    case Verb::enable_vtl1:
        exit.kind = static_cast<std::uint8_t>(model::Kind::enable_vtl1);
        break;
    case Verb::raw:
        break;
    }
    return exit;
}

/// The verb that an exit is written with, and its words.
std::pair<Verb, Arguments> verb_of(const Exit& exit) {
    switch (exit.kind.value()) {
    case static_cast<std::uint8_t>(model::Kind::l2_exit):
        break;
    case static_cast<std::uint8_t>(model::Kind::set_intercept_control):
        return {Verb::set_intercept_control, {0, exit.argument.value()}};
    case static_cast<std::uint8_t>(model::Kind::set_apic_offload):
        return {Verb::set_apic_offload, {0, exit.argument.value() & 1U}};
    case static_cast<std::uint8_t>(model::Kind::enable_vtl1):
        return {Verb::enable_vtl1, {}};
    default:
        return {Verb::raw, {}};
    }
    const auto gpr = [&](model::Gpr r) { return exit.gpr[r].value(); };
    switch (exit.info[model::info_rax].value() & 0xFFFFU) {
    case reason_rdmsr:
        return {Verb::rdmsr, {low(gpr(model::rcx)), 0}};
    case reason_wrmsr:
        return {Verb::wrmsr, {low(gpr(model::rcx)), join(gpr(model::rdx), gpr(model::rax))}};
    case reason_tdcall:
        if (gpr(model::rax) == 0 && gpr(model::r10) == 0 && gpr(model::r11) == reason_rdmsr) {
            return {Verb::tdvmcall_rdmsr, {low(gpr(model::r12)), 0}};
        }
        if (gpr(model::rax) == 0 && gpr(model::r10) == 0 && gpr(model::r11) == reason_wrmsr) {
            return {Verb::tdvmcall_wrmsr, {low(gpr(model::r12)), gpr(model::r13)}};
        }
        return {Verb::tdcall, {}};
    default:
        return {Verb::raw, {}};
    }
}

/// Positions of the fields of an exit that the format treats by themselves.
struct ExitFields {
    const FieldTable<Exit>& table = FieldTable<Exit>::get();
    std::size_t kind = table.at("kind");
    std::size_t vtl1 = table.at("vtl1");
    std::size_t vp = table.at("vp");
    std::size_t now = table.at("now");
    std::size_t info_r11 = table.at("info.r11");
    std::size_t info_r12 = table.at("info.r12");
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

struct Unit {
    std::string_view suffix;
    std::uint64_t nanoseconds;
    std::size_t digits;
};
constexpr std::array units{Unit{"s", 1'000'000'000, 9}, Unit{"ms", 1'000'000, 6}, Unit{"us", 1'000, 3},
                           Unit{"ns", 1, 0}};

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
        if (!field.words.empty() && (text.empty() || !digit(text[0]))) {
            return word(field.words, text, field.name);
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

    /// A time in ns.
    [[nodiscard]] std::uint64_t duration(std::string_view text) const {
        std::size_t size = 0;
        while (size < text.size() && (digit(text[size]) || text[size] == '.')) {
            ++size;
        }
        const std::string_view suffix = text.substr(size);
        const auto* unit = std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.suffix == suffix; });
        if (unit == units.end()) {
            return number(text, 64, "t (or a time such as 1.5s, 20ms, 3us, 7ns)");
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
        std::uint64_t result = number(whole, 64, "t");
        std::uint64_t part = fraction.empty() ? 0 : number(fraction, 64, "t");
        for (std::size_t i = fraction.size(); i < unit->digits; ++i) {
            part *= 10;
        }
        if (result > (std::numeric_limits<std::uint64_t>::max() - part) / unit->nanoseconds) {
            fail(text, fmt::format("{} does not fit the 64 bits of 't' in ns", in_quotes(text)));
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
            fail(line_.substr(0, 0), "not a trace: the first line has to be 'vtlcheck-trace 1'");
        }
        const std::string_view number = need("the version number, 1,");
        if (number != "1") {
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
            trace.header_.start = InitialState::reset(trace.header_.vps);
        } else {
            set(trace.header_.config, name, setting, "config");
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
        const unsigned v = vtl(need("vtl0 or vtl1"));
        scope += fmt::format(" vtl{}", v);
        fields(initial.partition[v], {});
        return;
    }
    InitialState::Vp& vp_state = initial.vp[vp(head, trace.header_.vps)];
    const std::string_view text = need("vtl0, vtl1 or a field");
    if (text.find('=') != std::string_view::npos) {
        fields(vp_state.shared, text);
        return;
    }
    const unsigned v = vtl(text);
    scope += fmt::format(" vtl{}", v);
    fields(vp_state.vtl[v], {});
}

void LineParser::exit_field(Exit& exit, Verb verb, std::string_view text, Seen& seen) const {
    const ExitFields& fields = ExitFields::get();
    const auto [name, setting] = field(text, ", '->' with an outcome");
    std::size_t index = 0;
    if (name == "t") {
        index = fields.now;
        exit.now = duration(setting);
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
    if (takes_msr(verb)) {
        arguments.msr = low(number(need("the MSR number"), 32, "an MSR number"));
    }
    if (takes_value(verb)) {
        arguments.value = number(need("the value"), 64, "a value");
    }
    if (verb == Verb::set_apic_offload) {
        const std::string_view setting = need("on or off");
        if (setting != "on" && setting != "off") {
            fail(setting, fmt::format("{} is neither on nor off", in_quotes(setting)));
        }
        arguments.value = setting == "on" ? 1 : 0;
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
    return state;
}

model::State<Concrete> InitialState::of(unsigned vp_index) const {
    const Vp& v = vp.at(vp_index);
    return {partition, v.shared, v.vtl};
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

void append_msr(std::string& text, std::uint32_t msr) { fmt::format_to(std::back_inserter(text), " {:#x}", msr); }

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
    if (takes_msr(verb)) {
        append_msr(text, arguments.msr);
    }
    if (takes_value(verb)) {
        text += ' ';
        append_number(text, arguments.value);
    }
    if (verb == Verb::set_apic_offload) {
        text += arguments.value != 0 ? " on" : " off";
    }
    Seen done;
    done.set(fields.vp).set(fields.vtl1);
    if (const std::uint64_t now = exit.now.value(); now != 0) {
        const auto* unit =
            std::find_if(units.begin(), units.end(), [now](const Unit& u) { return now % u.nanoseconds == 0; });
        fmt::format_to(std::back_inserter(text), " t={}{}", now / unit->nanoseconds, unit->suffix);
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
    append_fields(config, header.config, Config{});
    if (header.vps != 1) {
        config += fmt::format(" vps={}", header.vps);
    }
    if (!config.empty()) {
        text += fmt::format("config{}\n", config);
    }
    const InitialState reset = InitialState::reset(header.vps);
    for (unsigned v = 0; v < 2; ++v) {
        append_start(text, fmt::format("partition vtl{}", v), header.start.partition[v], reset.partition[v]);
    }
    for (unsigned i = 0; i < header.vps; ++i) {
        append_start(text, fmt::format("vp{}", i), header.start.vp.at(i).shared, reset.vp.at(i).shared);
        for (unsigned v = 0; v < 2; ++v) {
            append_start(text, fmt::format("vp{} vtl{}", i, v), header.start.vp.at(i).vtl[v], reset.vp.at(i).vtl[v]);
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
    const auto add = [&](std::string_view scope, const auto& e, const auto& o) {
        auto more = diff_fields(scope, e, o);
        differences.insert(differences.end(), std::make_move_iterator(more.begin()),
                           std::make_move_iterator(more.end()));
    };
    for (unsigned v = 0; v < 2; ++v) {
        add(fmt::format("partition.vtl{}", v), expected.partition[v], observed.partition[v]);
    }
    add("vp", expected.vp, observed.vp);
    for (unsigned v = 0; v < 2; ++v) {
        add(fmt::format("vtl{}", v), expected.vtl[v], observed.vtl[v]);
    }
    return differences;
}

std::string word(model::Disposition value) { return word_in("disposition", value); }
std::string word(model::Request value) { return word_in("request", value); }
std::string word(model::LogSite value) { return word_in("log_site", value); }
std::string word(model::Message value) { return word_in("message", value); }

} // namespace vtlcheck::conformance
