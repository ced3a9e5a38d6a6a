// Trace events of ftrace, perf script and trace-cmd report: form 1 (the guest's msr events) and form 3 (kvm_msr).
//
//   <task>-<pid> [( tgid)] [<cpu>] [flags] <seconds>: <event>: <body>
#include "conformance/importers/importer.hpp"

#include <algorithm>
#include <unordered_map>

namespace vtlcheck::conformance::importers {
namespace {

/// The fields that all events have.
struct Event {
    std::uint64_t time_ns = 0;
    std::uint32_t thread = 0;
    std::uint32_t cpu = 0;
    std::string_view name; ///< without the system: kvm_msr, not kvm:kvm_msr
    std::string_view body;
};

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

/// Reads the thread from what stands before "[cpu]".
bool take_thread(std::string_view text, std::uint32_t& thread) {
    text = trim_end(text);
    if (text.ends_with(')')) { // the column of thread groups, which is dashes where unknown
        const std::size_t open = text.rfind('(');
        if (open == std::string_view::npos) {
            return false;
        }
        text = trim_end(text.substr(0, open));
    }
    std::size_t begin = text.size();
    while (begin > 0 && digit(text[begin - 1])) {
        --begin;
    }
    // A task name may hold '-' and blanks; ftrace ends it with '-', perf with blanks, or a process and '/'.
    if (begin == 0 || begin == text.size() ||
        (text[begin - 1] != '-' && text[begin - 1] != ' ' && text[begin - 1] != '/')) {
        return false;
    }
    return std::from_chars(text.data() + begin, text.data() + text.size(), thread).ec == std::errc();
}

/// Reads what stands after "[cpu]".
bool take_rest(std::string_view text, Event& event) {
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
    event.name = event.name.substr(event.name.rfind(':') + 1);
    event.body = trim_front(text.substr(std::min(colon + 1, text.size())));
    return true;
}

bool parse_event(std::string_view line, Event& event) {
    for (std::size_t open = line.find('['); open != std::string_view::npos; open = line.find('[', open + 1)) {
        const char* const last = line.data() + line.size();
        const char* const digits = line.data() + open + 1;
        const auto [end, error] = std::from_chars(digits, last, event.cpu);
        if (error == std::errc() && end - digits >= 3 && end != last && *end == ']' &&
            take_thread(line.substr(0, open), event.thread) &&
            take_rest(line.substr(static_cast<std::size_t>(end + 1 - line.data())), event)) {
            return true;
        }
    }
    return false;
}

/// Why a line that is no event is skipped; the events that count have `names` in them.
const char* no_event(std::string_view line, std::initializer_list<const char*> names) {
    if (line.find_first_not_of(" \t") == std::string_view::npos) {
        return reason_blank;
    }
    if (line.starts_with('#')) {
        return reason_header;
    }
    if (line.starts_with("CPU:") && line.find(" EVENTS]") != std::string_view::npos) {
        return reason_lost;
    }
    for (const char* name : names) {
        if (line.find(name) != std::string_view::npos) {
            throw Malformed{line, "<task>-<pid> [<cpu>] <flags> <seconds>: before the event"};
        }
    }
    return reason_no_event;
}

class MsrFtrace : public Importer {
public:
    const char* read(std::string_view line, Access& access) override {
        Event event;
        if (!parse_event(line, event)) {
            return no_event(line, {" read_msr: ", " write_msr: "});
        }
        if (event.name != "read_msr" && event.name != "write_msr") {
            return reason_other_event;
        }
        access.write = event.name == "write_msr";
        access.time_ns = event.time_ns;
        access.cpu = event.cpu;
        Scanner body(event.body);
        access.msr = body.msr();
        body.expect(", value ");
        access.value = body.value();
        access.faulted = body.skip(" #GP");
        body.end();
        access.fault_known = access.faulted;
        access.value_known = access.write || !access.faulted;
        return nullptr;
    }
};

class KvmFtrace : public Importer {
public:
    const char* read(std::string_view line, Access& access) override {
        Event event;
        if (!parse_event(line, event)) {
            return no_event(line, {" kvm_msr: ", ":kvm_msr: "});
        }
        if (event.name == "kvm_exit" || event.name == "kvm_entry") {
            Thread& thread = of(event.thread, line);
            if (std::uint32_t vcpu = 0; find_number(event.body, "vcpu ", 10, vcpu)) {
                thread.vcpu = vcpu;
            }
            thread.rip = 0;
            if (event.name == "kvm_exit") {
                (void)find_number(event.body, "rip 0x", 16, thread.rip);
            }
            return reason_neighbour;
        }
        if (event.name != "kvm_msr") {
            return reason_other_event;
        }
        Scanner body(event.body);
        if (body.skip("write=")) { // trace-cmd report -R
            access.write = body.number<unsigned>(10, "0 or 1") != 0;
            body.expect(" ecx=");
            access.msr = body.msr();
            body.expect(" data=0x");
            access.value = body.value();
            body.expect(" exception=");
            access.faulted = body.number<unsigned>(10, "0 or 1") != 0;
        } else {
            access.write = body.skip("msr_write ");
            if (!access.write) {
                body.expect("msr_read ");
            }
            access.msr = body.msr();
            body.expect(" = 0x");
            access.value = body.value();
            access.faulted = body.skip(" (#GP)");
        }
        body.end();
        Thread& thread = of(event.thread, line);
        access.time_ns = event.time_ns;
        access.cpu = thread.vcpu;
        access.rip = thread.rip;
        thread.rip = 0;
        access.fault_known = true;
        access.value_known = access.write || !access.faulted;
        return nullptr;
    }

private:
    struct Thread {
        std::uint32_t vcpu; ///< until a kvm_exit tells: the order in which threads appear
        std::uint64_t rip;  ///< of the exit that is being handled
    };
    static constexpr std::size_t max_threads = 4096;

    Thread& of(std::uint32_t id, std::string_view line) {
        if (last_ == nullptr || id != last_id_) {
            last_id_ = id;
            last_ = &threads_.try_emplace(id, Thread{static_cast<std::uint32_t>(threads_.size()), 0}).first->second;
            if (threads_.size() > max_threads) {
                throw Malformed{line, "one of at most 4096 threads"};
            }
        }
        return *last_;
    }
    template <class N>
    static bool find_number(std::string_view text, std::string_view label, int base, N& value) {
        const std::size_t at = text.find(label);
        if (at == std::string_view::npos) {
            return false;
        }
        const std::string_view digits = text.substr(at + label.size());
        return std::from_chars(digits.data(), digits.data() + digits.size(), value, base).ec == std::errc();
    }

    std::unordered_map<std::uint32_t, Thread> threads_;
    std::uint32_t last_id_ = 0;
    Thread* last_ = nullptr;
};

} // namespace

std::unique_ptr<Importer> msr_ftrace() { return std::make_unique<MsrFtrace>(); }
std::unique_ptr<Importer> kvm_ftrace() { return std::make_unique<KvmFtrace>(); }

std::optional<Form> recognise_ftrace(std::string_view line) {
    Event event;
    if (!parse_event(line, event)) {
        return std::nullopt;
    }
    if (event.name == "read_msr" || event.name == "write_msr") {
        return Form::msr_ftrace;
    }
    if (event.name == "kvm_msr" || event.name == "kvm_exit") {
        return Form::kvm_ftrace;
    }
    return std::nullopt;
}

} // namespace vtlcheck::conformance::importers
