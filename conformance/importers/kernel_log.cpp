// Kernel messages: form 2 (msr events that tp_printk sends to the console), form 6 (a kernel's own "unchecked MSR access
// error") and form 7 (what KVM says of its guests, "Unhandled" and "Ignored"). What stands before the message may be a
// time in brackets, a level, a syslog or journal prefix, or nothing.
#include "conformance/importers/importer.hpp"

#include <fmt/format.h>

#include <array>

namespace vtlcheck::conformance::importers {
namespace {

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

class MsrConsole : public LineImporter {
    const char* parse(std::string_view line, Access& access, Account& account) override {
        const std::size_t at = line.starts_with('#') ? std::string_view::npos : find_console_event(line);
        if (at == std::string_view::npos) {
            return no_message(line, access.line, account);
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

class KernelLog : public LineImporter {
    const char* parse(std::string_view line, Access& access, Account& account) override {
        const std::size_t at = line.find(unchecked);
        if (line.starts_with('#') || at == std::string_view::npos) {
            return no_message(line, access.line, account);
        }
        access.time_ns = time_in(line.substr(0, at));
        guest_error(line.substr(at + unchecked.size()), access);
        return nullptr;
    }

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
};

class KvmLog : public LineImporter {
    const char* parse(std::string_view line, Access& access, Account& account) override {
        std::size_t at = 0;
        const Phrase* phrase = line.starts_with('#') ? nullptr : find_phrase(line, at);
        if (phrase == nullptr) {
            return other(line, access.line, account);
        }
        const std::string_view prefix = line.substr(0, at);
        access.time_ns = time_in(prefix);
        where(prefix, access);
        Scanner text(line.substr(at + phrase->text.size()));
        access.write = phrase->write;
        access.msr = text.msr();
        if (phrase->modern) {
            text.expect(")");
        }
        if (text.skip(phrase->modern ? " = 0x" : " data 0x")) {
            access.value = text.value();
            access.value_known = true;
        } else if (phrase->modern && phrase->write) {
            text.fail("the value written");
        }
        text.end();
        // KVM says "Unhandled" of writes that it lets pass, too.
        access.fault_known = phrase->ignored;
        if (access.write && !access.value_known) {
            return reason_no_value;
        }
        note_machine(prefix, access.line, account);
        return nullptr;
    }

    static const char* other(std::string_view line, std::uint32_t number, Account& account) {
        constexpr std::string_view suppressed = " callbacks suppressed";
        if (line.find(suppressed) != std::string_view::npos && line.find("kvm") != std::string_view::npos) {
            account.lost(number_before(line, suppressed), line, number);
            return reason_lost;
        }
        return no_message(line, number, account);
    }

    /// "vcpu0, guest rIP: 0x400448", either of which older kernels may leave out.
    static void where(std::string_view prefix, Access& access) {
        if (const std::size_t vcpu = prefix.rfind(" vcpu"); vcpu != std::string_view::npos) {
            access.cpu = Scanner(prefix.substr(vcpu + 5)).number<std::uint32_t>(10, "a vCPU number");
        }
        constexpr std::string_view rip = "guest rIP: 0x";
        if (const std::size_t at = prefix.find(rip); at != std::string_view::npos) {
            access.rip = Scanner(prefix.substr(at + rip.size())).value();
        }
    }

    void note_machine(std::string_view prefix, std::uint32_t line, Account& account) {
        const std::uint64_t process = number_after(prefix, "kvm [");
        if (process == 0 || several_machines_) {
            return;
        }
        if (machine_ != 0 && process != machine_) {
            several_machines_ = true;
            account.assume(fmt::format("several virtual machines (kvm [{}] and, from line {} on, [{}]) are one",
                                       machine_, line, process));
        }
        machine_ = process;
    }

    std::uint64_t machine_ = 0; ///< the process that runs it
    bool several_machines_ = false;
};

} // namespace

std::unique_ptr<Importer> msr_console(std::string_view) { return std::make_unique<MsrConsole>(); }
std::unique_ptr<Importer> kernel_log(std::string_view) { return std::make_unique<KernelLog>(); }
std::unique_ptr<Importer> kvm_log(std::string_view) { return std::make_unique<KvmLog>(); }

std::optional<Form> recognise_kernel_log(std::string_view line) {
    if (line.starts_with('#')) {
        return std::nullopt;
    }
    if (find_console_event(line) != std::string_view::npos) {
        return Form::msr_console;
    }
    if (line.find(unchecked) != std::string_view::npos) {
        return Form::kernel_log;
    }
    std::size_t at = 0;
    return find_phrase(line, at) != nullptr ? std::optional(Form::kvm_log) : std::nullopt;
}

} // namespace vtlcheck::conformance::importers
