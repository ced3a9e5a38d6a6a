// Kernel messages: form 2 (msr events that tp_printk sends to the console), form 6 (the guest's "unchecked MSR access
// error") and form 7 (the host's "Unhandled" and "Ignored"). What stands before the message may be a time in brackets,
// a level, a syslog or journal prefix, or nothing.
#include "conformance/importers/importer.hpp"

#include <array>

namespace vtlcheck::conformance::importers {
namespace {

/// Reads the time from "[    1.234567]", if there is one in what stands before a message.
std::uint64_t time_in(std::string_view prefix) {
    for (std::size_t open = prefix.find('['); open != std::string_view::npos; open = prefix.find('[', open + 1)) {
        std::string_view text = prefix.substr(open + 1);
        while (text.starts_with(' ')) {
            text.remove_prefix(1);
        }
        std::uint64_t nanoseconds = 0;
        if (take_time(text, nanoseconds) && text.starts_with(']')) {
            return nanoseconds;
        }
    }
    return 0;
}

/// Where a console event starts: at the front of the line or after "] " or "kernel: ", which no trace line has there.
std::size_t find_console_event(std::string_view line) {
    for (const std::string_view name : {"read_msr: ", "write_msr: "}) {
        const std::size_t at = line.find(name);
        const std::string_view before = line.substr(0, at);
        if (at != std::string_view::npos &&
            (before.empty() || before.ends_with("] ") || before.ends_with("kernel: "))) {
            return at;
        }
    }
    return std::string_view::npos;
}

const char* no_message(std::string_view line) {
    if (line.find_first_not_of(" \t") == std::string_view::npos) {
        return reason_blank;
    }
    return line.starts_with('#') ? reason_header : reason_message;
}

class MsrConsole : public Importer {
public:
    const char* read(std::string_view line, Access& access) override {
        const std::size_t at = line.starts_with('#') ? std::string_view::npos : find_console_event(line);
        if (at == std::string_view::npos) {
            return no_message(line);
        }
        access.time_ns = time_in(line.substr(0, at));
        Scanner text(line.substr(at));
        access.write = text.skip("write_msr: ");
        if (!access.write) {
            text.expect("read_msr: ");
        }
        access.msr = text.msr();
        text.expect(", value ");
        access.value = text.value();
        access.faulted = text.skip(" #GP");
        text.end();
        access.fault_known = access.faulted;
        access.value_known = access.write || !access.faulted;
        return nullptr;
    }
};

constexpr std::string_view unchecked = "unchecked MSR access error: ";

/// The words with which KVM speaks of an access, and how the line goes on: "WRMSR(0x1d9) = 0x2" or
/// "wrmsr: 0x1d9 data 0x2".
struct Phrase {
    std::string_view text;
    bool write;
    bool ignored; ///< the access completed without effect
    bool modern;  ///< with parentheses
};
constexpr std::array phrases{Phrase{"Unhandled WRMSR(0x", true, false, true},
                             Phrase{"Unhandled RDMSR(0x", false, false, true},
                             Phrase{"Ignored WRMSR(0x", true, true, true},
                             Phrase{"Ignored RDMSR(0x", false, true, true},
                             Phrase{"unhandled wrmsr: 0x", true, false, false},
                             Phrase{"unhandled rdmsr: 0x", false, false, false},
                             Phrase{"ignored wrmsr: 0x", true, true, false},
                             Phrase{"ignored rdmsr: 0x", false, true, false},
                             Phrase{"disabled perfctr wrmsr: 0x", true, false, false}};

const Phrase* find_phrase(std::string_view line, std::size_t& at) {
    if (line.find("kvm") == std::string_view::npos && line.find("SVM") == std::string_view::npos) {
        return nullptr;
    }
    for (const Phrase& phrase : phrases) {
        at = line.find(phrase.text);
        if (at != std::string_view::npos) {
            return &phrase;
        }
    }
    return nullptr;
}

class KernelLog : public Importer {
public:
    const char* read(std::string_view line, Access& access) override {
        if (line.starts_with('#')) {
            return reason_header;
        }
        std::size_t at = line.find(unchecked);
        if (at != std::string_view::npos) {
            access.time_ns = time_in(line.substr(0, at));
            guest_error(line.substr(at + unchecked.size()), access);
            return nullptr;
        }
        if (const Phrase* phrase = find_phrase(line, at); phrase != nullptr) {
            access.time_ns = time_in(line.substr(0, at));
            host_message(line.substr(0, at), *phrase, line.substr(at + phrase->text.size()), access);
            return nullptr;
        }
        return no_message(line);
    }

private:
    static void guest_error(std::string_view message, Access& access) {
        Scanner text(message);
        access.write = text.skip("WRMSR to 0x");
        if (!access.write) {
            text.expect("RDMSR from 0x");
        }
        access.msr = text.msr();
        if (access.write) {
            text.expect(" (tried to write 0x");
            access.value = text.value();
            text.expect(")");
        }
        text.expect(" at rIP: 0x");
        access.rip = text.value();
        text.expect(" (");
        if (!text.rest().ends_with(')')) {
            text.fail("the symbol and ')' at the end of the line");
        }
        access.value_known = access.write;
        access.faulted = true;
        access.fault_known = true;
    }

    static void host_message(std::string_view prefix, const Phrase& phrase, std::string_view rest, Access& access) {
        if (const std::size_t vcpu = prefix.find("vcpu"); vcpu != std::string_view::npos) {
            access.cpu = Scanner(prefix.substr(vcpu + 4)).number<std::uint32_t>(10, "a vCPU number");
        }
        constexpr std::string_view rip = "guest rIP: 0x";
        if (const std::size_t at = prefix.find(rip); at != std::string_view::npos) {
            access.rip = Scanner(prefix.substr(at + rip.size())).value();
        }
        Scanner text(rest);
        access.write = phrase.write;
        access.msr = text.msr();
        if (phrase.modern) {
            text.expect(")");
        }
        if (text.skip(phrase.modern ? " = 0x" : " data 0x")) {
            access.value = text.value();
            access.value_known = true;
        } else if (phrase.write) {
            text.fail("the value written");
        }
        text.end();
        // KVM says "Unhandled" of writes that it lets pass, too.
        access.fault_known = phrase.ignored;
    }
};

} // namespace

std::unique_ptr<Importer> msr_console() { return std::make_unique<MsrConsole>(); }
std::unique_ptr<Importer> kernel_log() { return std::make_unique<KernelLog>(); }

std::optional<Form> recognise_kernel_log(std::string_view line) {
    if (line.starts_with('#')) {
        return std::nullopt;
    }
    if (find_console_event(line) != std::string_view::npos) {
        return Form::msr_console;
    }
    std::size_t at = 0;
    if (line.find(unchecked) != std::string_view::npos || find_phrase(line, at) != nullptr) {
        return Form::kernel_log;
    }
    return std::nullopt;
}

} // namespace vtlcheck::conformance::importers
