// Recorded reality: MSR accesses of real guests, read from the logs that Linux, KVM and emulators write.
#pragma once

#include "conformance/input.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::conformance {

/// Processor mode in which an instruction ran.
enum class Mode : std::uint8_t { unknown, real, bits16, bits32, bits64 };

/// One recorded execution of RDMSR or WRMSR, or of a TDVMCALL that stands for one.
struct Access {
    std::uint64_t time_ns = 0; ///< on the recording's clock; neither unique nor always increasing. 0 if not recorded
    std::uint64_t value = 0;   ///< read or written
    std::uint64_t rip = 0;     ///< 0: not recorded
    std::uint32_t msr = 0;
    std::uint32_t cpu = 0; ///< the processor that ran it, from 0; 0 where the form does not say (forms 2, 6, 10 and 11)
    std::uint32_t line = 0; ///< of the file, from 1
    bool write = false;
    bool tdvmcall = false;    ///< not by the instruction, but by TDVMCALL
    bool faulted = false;     ///< it raised #GP; a TDVMCALL was answered with an error
    bool fault_known = false; ///< `faulted` can be relied on: see Form
    bool value_known = false; ///< a read that faulted returned none; some forms do not record what was read
    Mode mode = Mode::unknown;
};

/// The forms that are understood. docs/importers.md describes each.
enum class Form : std::uint8_t {
    msr_ftrace = 1,      ///< tracepoints msr:read_msr and msr:write_msr of the guest itself
    msr_console = 2,     ///< the same printed to the console by tp_printk
    kvm_ftrace = 3,      ///< tracepoint kvm:kvm_msr of the host, with kvm_exit and kvm_entry around it or not
    perf_script = 4,     ///< the events of 1 or 3 as perf script prints them
    trace_cmd = 5,       ///< the events of 1 or 3 as trace-cmd report prints them, raw (-R) or not
    kernel_log = 6,      ///< a kernel's "unchecked MSR access error"
    kvm_log = 7,         ///< a host kernel's "Unhandled", "Ignored" and "disabled perfctr"
    xen_console = 8,     ///< Xen's "Domain attempted WRMSR" and "unimplemented"
    instruction_log = 9, ///< an emulator's log of every instruction
    openhcl_json = 10,   ///< OpenHCL's tracing, JSON lines
    openhcl_kmsg = 11,   ///< the same as kernel messages or on a console
};

/// "msr-ftrace" and so on, the names of the `--format` option.
[[nodiscard]] std::string_view name_of(Form form);
/// What accesses of that form cannot tell, in a sentence; empty if there is nothing.
[[nodiscard]] std::string_view caveat_of(Form form);
/// The form of that name.
[[nodiscard]] std::optional<Form> form_of(std::string_view name);
/// All names, comma separated, for messages.
[[nodiscard]] std::string form_names();

/// Lines that were read but are no record.
struct Skipped {
    std::string reason;
    std::uint32_t lines = 0;
    std::uint32_t first_line = 0;
};

/// What an import found besides the records.
struct ImportSummary {
    std::string file;
    Form form{};
    bool forced = false; ///< the form was asked for, not found by content
    std::uint32_t lines = 0;
    std::uint64_t reads = 0;
    std::uint64_t writes = 0;
    std::uint64_t faults = 0;             ///< of reads and writes together
    std::uint32_t cpus = 0;               ///< highest `cpu` of a record, plus 1
    std::vector<Skipped> skipped;         ///< one entry per reason, in order of appearance
    std::uint64_t lost_events = 0;        ///< events that the recorder says it lost, cut or kept back
    std::vector<std::string> notices;     ///< what it says about them, with line numbers; at most 100
    std::vector<std::string> assumptions; ///< what the importer took for granted about this recording
    std::string kernel;                   ///< release and build of the recording kernel, if the file says
    std::string cpu_model;
    std::string command_line;

    [[nodiscard]] std::uint64_t records() const { return reads + writes; }
};

/// Reads a recording and gives every access to `sink` in the order of the file, but for a write of form 10 or 11, which
/// comes when its value does. The form is judged by the first 256 KiB unless `form` says. A line that names an MSR access
/// but does not parse is skipped and counted. Throws InputError for a file without a record, and as LineReader does.
ImportSummary import_recording(LineReader& lines, const std::function<void(const Access&)>& sink,
                               std::optional<Form> form = std::nullopt);
/// Reads the file at `path` (see LineReader::open).
ImportSummary import_file(const std::string& path, const std::function<void(const Access&)>& sink,
                          std::optional<Form> form = std::nullopt);

/// The name of a mode: "unknown", "real", "16", "32", "64".
[[nodiscard]] std::string_view name_of(Mode mode);

} // namespace vtlcheck::conformance
