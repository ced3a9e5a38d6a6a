// MSR events of traces, by ftrace (forms 1 and 3), perf script (form 4) and trace-cmd report (form 5): those of a guest
// itself (read_msr, write_msr) and those of the KVM that runs it (kvm_msr).
#include "conformance/importers/importer.hpp"
#include "conformance/importers/trace_event.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <unordered_map>

namespace vtlcheck::conformance::importers {
namespace {

bool is_guest_event(const TraceEvent& event) { return event.name == "read_msr" || event.name == "write_msr"; }

/// Whose accesses a trace shows. An unknown side is that of the first event.
enum class Side : std::uint8_t { unknown, guest, host };

Side side_of(std::string_view sample) {
    // On a host that traces both, the msr events are those of the host itself.
    return sample.find("kvm_msr: ") != std::string_view::npos ? Side::host : Side::unknown;
}

constexpr std::string_view perf_loss = "PERF_RECORD_LOST";

/// "CPU:1 [LOST 12 EVENTS]" of ftrace, "CPU:1 [12 EVENTS DROPPED]" or, without a number, "CPU:1 [EVENTS DROPPED]" of
/// trace-cmd, "PERF_RECORD_LOST lost 12" and "PERF_RECORD_LOST_SAMPLES lost 12" of perf.
const char* lost(std::string_view line, std::uint32_t number, Account& account) {
    const std::uint64_t events = number_after(line, "[LOST ") + number_before(line, " EVENTS DROPPED]") +
                                 (line.find(perf_loss) != std::string_view::npos ? number_after(line, " lost ") : 0);
    account.lost(events, line, number);
    return reason_lost;
}

/// An address, indented, before a symbol.
bool in_call_chain(std::string_view line) {
    const std::size_t begin = line.find_first_not_of(" \t");
    const std::size_t end = line.find_first_not_of("0123456789abcdef", begin);
    return begin > 0 && end > begin && end < line.size() && line[end] == ' ';
}

/// The fields of a kvm_msr event, as printed and raw.
void parse_kvm_msr(Scanner body, Access& access) {
    if (body.skip("write=")) { // trace-cmd report -R
        access.write = body.bit();
        body.expect(" ecx=");
        access.msr = body.msr();
        body.expect(" data=0x");
        access.value = body.value();
        body.expect(" exception=");
        access.faulted = body.bit();
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
    access.fault_known = true;
    access.value_known = access.write || !access.faulted;
}

void parse_msr_event(const TraceEvent& event, Access& access) {
    access.write = event.name == "write_msr";
    access.cpu = event.cpu;
    Scanner body(event.body);
    access.msr = body.msr();
    body.expect(", value ");
    access.value = body.value();
    access.faulted = body.skip(" #GP");
    body.end();
    access.fault_known = access.faulted;
    access.value_known = access.write || !access.faulted;
}

/// Which vCPU a thread of the host is, and where its guest was when it left.
class Threads {
public:
    struct Thread {
        std::uint32_t vcpu; ///< until a kvm_exit tells: the order in which threads appear
        std::uint64_t rip;  ///< of the exit that is being handled
    };

    Thread& of(const TraceEvent& event) {
        if (last_ == nullptr || event.thread != last_id_) {
            auto found = threads_.find(event.thread);
            if (found == threads_.end()) {
                if (threads_.size() == max_threads) {
                    throw Malformed{event.body, "one of the first 4096 threads"};
                }
                found =
                    threads_.try_emplace(event.thread, Thread{static_cast<std::uint32_t>(threads_.size()), 0}).first;
            }
            last_id_ = event.thread;
            last_ = &found->second;
        }
        return *last_;
    }

    void note_exit_or_entry(const TraceEvent& event) {
        Thread& thread = of(event);
        if (std::uint32_t vcpu = 0; find_number(event.body, "vcpu ", 10, vcpu)) {
            thread.vcpu = vcpu;
        }
        thread.rip = 0;
        if (event.name == "kvm_exit") {
            (void)find_number(event.body, "rip 0x", 16, thread.rip);
        }
    }

private:
    static constexpr std::size_t max_threads = 4096;

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

class TraceEvents : public LineImporter {
public:
    TraceEvents(Printer printer, Side side) : printer_(printer), side_(side) {}

private:
    const char* parse(std::string_view line, Access& access, Account& account) override {
        TraceEvent event;
        if (!parse_trace_event(line, event)) {
            return no_event(line, access.line, account);
        }
        if (event.name.starts_with(perf_loss)) {
            return lost(line, access.line, account);
        }
        const bool neighbour = event.name == "kvm_exit" || event.name == "kvm_entry";
        const bool guest_event = is_guest_event(event);
        if ((event.printer != printer_ && event.printer != Printer::unknown) ||
            (!neighbour && !guest_event && event.name != "kvm_msr")) {
            return reason_other_event;
        }
        if (side_ == Side::unknown && !neighbour) {
            side_ = guest_event ? Side::guest : Side::host;
        }
        if (neighbour && side_ == Side::guest) {
            return reason_neighbour;
        }
        if (!neighbour && guest_event != (side_ == Side::guest)) {
            return printer_ == Printer::ftrace ? reason_other_event : reason_other_machine;
        }
        if (printer_ == Printer::trace_cmd && !of_this_file(event)) {
            return reason_other_file;
        }
        if (neighbour) {
            threads_.note_exit_or_entry(event);
            return reason_neighbour;
        }
        access.time_ns = event.time_ns;
        if (guest_event) {
            parse_msr_event(event, access);
            return nullptr;
        }
        parse_kvm_msr(Scanner(event.body), access);
        auto& thread = threads_.of(event);
        access.cpu = thread.vcpu;
        access.rip = std::exchange(thread.rip, 0);
        note_machine(event, access.line, account);
        return nullptr;
    }

    [[nodiscard]] const char* no_event(std::string_view line, std::uint32_t number, Account& account) const {
        if (blank(line)) {
            return reason_blank;
        }
        if (line.starts_with('#') ||
            (printer_ == Printer::trace_cmd && (line.starts_with("cpus=") || line.starts_with("version = ")))) {
            return reason_header;
        }
        if (line.starts_with("CPU:") && line.find("EVENTS") != std::string_view::npos) {
            return lost(line, number, account);
        }
        for (const char* name : {" kvm_msr: ", ":kvm_msr: ", " read_msr: ", " write_msr: "}) {
            const std::size_t at = line.find(name);
            // A console shows msr events without what stands before them in a trace.
            if (at != std::string_view::npos && !line.substr(0, at).ends_with(']')) {
                throw Malformed{line, "<task>-<pid> [<cpu>] <flags> <seconds>: before the event"};
            }
        }
        return printer_ == Printer::perf && in_call_chain(line) ? reason_call_chain : reason_no_event;
    }

    /// A report of several files puts "<file>: " before the task, which has 16 columns.
    bool of_this_file(const TraceEvent& event) {
        const std::string_view before = event.task.substr(0, event.task.size() < 16 ? 0 : event.task.size() - 16);
        const std::string_view file = before.ends_with(": ") ? before : std::string_view();
        if (!file_) {
            file_ = file;
        }
        return *file_ == file;
    }

    void note_machine(const TraceEvent& event, std::uint32_t line, Account& account) {
        if (!event.thread_group || several_machines_) {
            return;
        }
        if (machine_ && *machine_ != *event.thread_group) {
            several_machines_ = true;
            account.assume(fmt::format("several virtual machines (thread groups {} and, from line {} on, {}) are one",
                                       *machine_, line, *event.thread_group));
        }
        machine_ = event.thread_group;
    }

    Printer printer_;
    Side side_;
    Threads threads_;
    std::optional<std::string> file_;
    std::optional<std::uint32_t> machine_;
    bool several_machines_ = false;
};

} // namespace

std::unique_ptr<Importer> msr_ftrace(std::string_view) {
    return std::make_unique<TraceEvents>(Printer::ftrace, Side::guest);
}
std::unique_ptr<Importer> kvm_ftrace(std::string_view) {
    return std::make_unique<TraceEvents>(Printer::ftrace, Side::host);
}
std::unique_ptr<Importer> perf_script(std::string_view sample) {
    return std::make_unique<TraceEvents>(Printer::perf, side_of(sample));
}
std::unique_ptr<Importer> trace_cmd(std::string_view sample) {
    return std::make_unique<TraceEvents>(Printer::trace_cmd, side_of(sample));
}

std::optional<Form> recognise_trace_event(std::string_view line) {
    TraceEvent event;
    if (!parse_trace_event(line, event)) {
        return std::nullopt;
    }
    const bool guest_event = is_guest_event(event);
    if (!guest_event && event.name != "kvm_msr" && event.name != "kvm_exit") {
        return std::nullopt;
    }
    switch (event.printer) {
    case Printer::perf:
        return Form::perf_script;
    case Printer::trace_cmd:
        return Form::trace_cmd;
    case Printer::ftrace:
    case Printer::unknown:
        break;
    }
    return guest_event ? Form::msr_ftrace : Form::kvm_ftrace;
}

} // namespace vtlcheck::conformance::importers
