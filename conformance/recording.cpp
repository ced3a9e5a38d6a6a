// Chooses the importer of a recording, drives it, and keeps account of what is no record.
#include "conformance/recording.hpp"

#include "conformance/importers/importer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace vtlcheck::conformance {
namespace {

using namespace importers;

constexpr std::size_t sample_size = std::size_t{256} * 1024;
constexpr std::size_t max_notices = 100;

struct FormEntry {
    Form form;
    std::string_view name;
    std::unique_ptr<Importer> (*make)();
};
/// In the order of preference where a file holds as many lines of one as of another.
constexpr std::array forms{FormEntry{Form::msr_ftrace, "msr-ftrace", msr_ftrace},
                           FormEntry{Form::kvm_ftrace, "kvm-ftrace", kvm_ftrace},
                           FormEntry{Form::msr_console, "msr-console", msr_console},
                           FormEntry{Form::instruction_log, "instruction-log", instruction_log},
                           FormEntry{Form::kernel_log, "kernel-log", kernel_log}};

const FormEntry& entry_of(Form form) {
    return *std::find_if(forms.begin(), forms.end(), [form](const FormEntry& e) { return e.form == form; });
}

std::optional<Form> recognise(std::string_view line) {
    for (const auto& by : {recognise_instruction_log, recognise_ftrace, recognise_kernel_log}) {
        if (const auto form = by(line)) {
            return form;
        }
    }
    return std::nullopt;
}

/// The form that most lines of `sample` have. Errors in a kernel log may precede the events of a console, so a kernel
/// log is one that has nothing else.
std::optional<Form> judge(std::string_view sample) {
    std::array<std::size_t, forms.size()> count{};
    while (!sample.empty()) {
        const std::size_t end = std::min(sample.find('\n'), sample.size());
        if (const auto form = recognise(sample.substr(0, end))) {
            ++count[static_cast<std::size_t>(&entry_of(*form) - forms.data())];
        }
        sample.remove_prefix(std::min(end + 1, sample.size()));
    }
    static_assert(forms.back().form == Form::kernel_log);
    const auto best = std::max_element(count.begin(), count.end() - 1);
    if (*best > 0) {
        return forms[static_cast<std::size_t>(best - count.begin())].form;
    }
    return count.back() > 0 ? std::optional(Form::kernel_log) : std::nullopt;
}

/// Collects what the lines that are no record say.
class Account {
public:
    explicit Account(ImportSummary& summary) : summary_(summary) {}

    void skip(const char* reason, std::string_view line, std::uint32_t number) {
        auto found = std::find_if(reasons_.begin(), reasons_.end(), [&](const auto& r) { return r.first == reason; });
        if (found == reasons_.end()) {
            found = reasons_.insert(found, {reason, summary_.skipped.size()});
            summary_.skipped.push_back({reason, 0, number});
        }
        ++summary_.skipped[found->second].lines;
        if (reason == reason_header) {
            header(line, number);
        } else if (reason == reason_lost) {
            std::uint64_t lost = 0;
            const std::size_t at = line.find("[LOST ");
            if (at != std::string_view::npos) {
                lost = leading_number(line.substr(at + 6));
            }
            marked_ += lost;
            notice(line, number);
        } else if (reason == reason_message) {
            keep(summary_.kernel, line, "Linux version ");
            keep(summary_.command_line, line, "ommand line: ");
            keep(summary_.cpu_model, line, "smpboot: CPU0: ");
        }
    }
    void finish() { summary_.lost_events = cut_ + std::max(overwritten_, marked_); }

private:
    static std::uint64_t leading_number(std::string_view text) {
        std::uint64_t number = 0;
        (void)std::from_chars(text.data(), text.data() + text.size(), number);
        return number;
    }
    static void keep(std::string& field, std::string_view line, std::string_view label) {
        if (!field.empty()) {
            return;
        }
        if (const std::size_t at = line.find(label); at != std::string_view::npos) {
            field = line.substr(at + label.size());
            field.erase(field.find_last_not_of(' ') + 1);
        }
    }
    void header(std::string_view line, std::uint32_t number) {
        keep(summary_.kernel, line, "# uname: ");
        keep(summary_.cpu_model, line, "# cpu: ");
        keep(summary_.command_line, line, "# cmdline: ");
        constexpr std::string_view entries = "# entries-in-buffer/entries-written: ";
        constexpr std::string_view dropped = "# dropped ";
        if (line.starts_with(entries)) {
            const std::string_view counts = line.substr(entries.size());
            const std::uint64_t kept = leading_number(counts);
            const std::uint64_t written =
                leading_number(counts.substr(std::min(counts.find('/'), counts.size() - 1) + 1));
            if (kept < written) {
                overwritten_ += written - kept;
                notice(line, number);
            }
        } else if (line.starts_with(dropped)) {
            cut_ += leading_number(line.substr(dropped.size()));
            notice(line, number);
        }
    }
    void notice(std::string_view line, std::uint32_t number) {
        if (summary_.notices.size() < max_notices) {
            summary_.notices.push_back(fmt::format("line {}: {}", number, line.substr(0, 200)));
        }
    }

    ImportSummary& summary_;
    std::vector<std::pair<const char*, std::size_t>> reasons_;
    std::uint64_t overwritten_ = 0; ///< by the header of the ring buffer
    std::uint64_t marked_ = 0;      ///< by marks between the lines, which are the same events
    std::uint64_t cut_ = 0;         ///< afterwards, by whoever made the file
};

} // namespace

std::string_view name_of(Form form) { return entry_of(form).name; }

std::optional<Form> form_of(std::string_view name) {
    const auto* found = std::find_if(forms.begin(), forms.end(), [name](const FormEntry& e) { return e.name == name; });
    return found == forms.end() ? std::nullopt : std::optional(found->form);
}

std::string form_names() {
    std::string names;
    for (const FormEntry& entry : forms) {
        names += names.empty() ? "" : ", ";
        names += entry.name;
    }
    return names;
}

std::string_view name_of(Mode mode) {
    constexpr std::array<std::string_view, 5> names{"unknown", "real", "16", "32", "64"};
    return names.at(static_cast<std::size_t>(mode));
}

ImportSummary import_recording(LineReader& lines, const std::function<void(const Access&)>& sink,
                               std::optional<Form> form) {
    ImportSummary summary;
    summary.file = lines.name();
    Account account(summary);
    const bool asked = form.has_value();
    if (!asked) {
        form = judge(lines.peek(sample_size));
    }
    std::unique_ptr<Importer> importer = form ? entry_of(*form).make() : nullptr;
    for (std::string_view line; lines.next(line);) {
        const std::uint32_t number = lines.line_number();
        if (importer == nullptr) { // nothing in the sample: the first line that is something decides
            form = recognise(line);
            importer = form ? entry_of(*form).make() : nullptr;
        }
        if (importer == nullptr) {
            account.skip(line.starts_with('#') ? reason_header : reason_message, line, number);
            continue;
        }
        Access access;
        const char* skipped = nullptr;
        try {
            skipped = importer->read(line, access);
        } catch (const Malformed& malformed) {
            throw lines.error(static_cast<std::size_t>(malformed.at.data() - line.data()) + 1,
                              fmt::format("this looks like an MSR access of the form {}, but {} should be here; {}",
                                          name_of(*form), malformed.expected,
                                          "mend or remove the line, or name another form"));
        }
        if (skipped != nullptr) {
            account.skip(skipped, line, number);
            continue;
        }
        access.line = number;
        ++(access.write ? summary.writes : summary.reads);
        summary.faults += access.faulted ? 1 : 0;
        summary.cpus = std::max(summary.cpus, access.cpu + 1);
        sink(access);
    }
    account.finish();
    summary.lines = lines.line_number();
    if (summary.records() == 0) {
        throw InputError(lines.name(), 0, 0,
                         form ? fmt::format("no MSR access of the form {}{} in {} lines", name_of(*form),
                                            asked ? ", which was asked for," : "", summary.lines)
                              : fmt::format("no MSR access is recognised in {} lines; the forms tried are {}",
                                            summary.lines, form_names()));
    }
    summary.form = *form;
    return summary;
}

ImportSummary import_file(const std::string& path, const std::function<void(const Access&)>& sink,
                          std::optional<Form> form) {
    LineReader lines = LineReader::open(path);
    return import_recording(lines, sink, form);
}

} // namespace vtlcheck::conformance
