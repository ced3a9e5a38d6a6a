// Chooses the importer of a recording and drives it.
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

struct FormEntry {
    Form form;
    std::string_view name;
    const char* line; ///< why a line of this form is skipped in a recording of another
    std::unique_ptr<Importer> (*make)(std::string_view);
    std::string_view caveat;
};
constexpr std::string_view tracer_caveat = "of kvm_msr, a thread is a vCPU, and only what KVM intercepts is shown; of "
                                           "read_msr and write_msr, only a #GP that the "
                                           "kernel expected is marked";
constexpr std::string_view openhcl_caveat =
    "rate limited, so this is no count; neither processor nor VTL is told, so all are VTL0 of VP 0";
/// By number.
constexpr std::array forms{
    FormEntry{Form::msr_ftrace, "msr-ftrace", "line of the form msr-ftrace", msr_ftrace,
              "only a #GP that the kernel expected is marked"},
    FormEntry{Form::msr_console, "msr-console", "line of the form msr-console", msr_console,
              "only a #GP that the kernel expected is marked; no processor is told, so all are VP 0"},
    FormEntry{Form::kvm_ftrace, "kvm-ftrace", "line of the form kvm-ftrace", kvm_ftrace,
              "a thread is a vCPU, and only what KVM intercepts is shown"},
    FormEntry{Form::perf_script, "perf-script", "line of the form perf-script", perf_script, tracer_caveat},
    FormEntry{Form::trace_cmd, "trace-cmd", "line of the form trace-cmd", trace_cmd, tracer_caveat},
    FormEntry{Form::kernel_log, "kernel-log", "line of the form kernel-log", kernel_log,
              "printed once per boot and direction, so this is no count; no processor is told, so all are VP 0"},
    FormEntry{Form::kvm_log, "kvm-log", "line of the form kvm-log", kvm_log,
              "rate limited, so this is no count; whether an unhandled access raised #GP is not told"},
    FormEntry{Form::xen_console, "xen-console", "line of the form xen-console", xen_console,
              "rate limited, so this is no count"},
    FormEntry{Form::instruction_log, "instruction-log", "line of the form instruction-log", instruction_log, ""},
    FormEntry{Form::openhcl_json, "openhcl-json", "line of the form openhcl-json", openhcl_json, openhcl_caveat},
    FormEntry{Form::openhcl_kmsg, "openhcl-kmsg", "line of the form openhcl-kmsg", openhcl_kmsg, openhcl_caveat}};

std::size_t index_of(Form form) { return static_cast<std::size_t>(form) - 1; }

const FormEntry& entry_of(Form form) { return forms.at(index_of(form)); }

constexpr bool by_number() {
    for (std::size_t i = 0; i < forms.size(); ++i) {
        if (static_cast<std::size_t>(forms.at(i).form) != i + 1) {
            return false;
        }
    }
    return true;
}
static_assert(by_number());

/// The form that most lines of `sample` have, the first where two have as many. Errors in a kernel's log may precede
/// events on its console, so a kernel log is one that has nothing else.
std::optional<Form> judge(std::string_view sample) {
    std::array<std::size_t, forms.size()> count{};
    while (!sample.empty()) {
        const std::size_t end = std::min(sample.find('\n'), sample.size());
        std::string_view line = sample.substr(0, end);
        line.remove_suffix(line.ends_with('\r') ? 1 : 0);
        if (const auto form = recognise(line)) {
            ++count.at(index_of(*form));
        }
        sample.remove_prefix(std::min(end + 1, sample.size()));
    }
    const std::size_t kernel_logs = std::exchange(count.at(index_of(Form::kernel_log)), 0);
    const auto* const best = std::max_element(count.begin(), count.end());
    if (*best > 0) {
        return forms.at(static_cast<std::size_t>(best - count.begin())).form;
    }
    return kernel_logs > 0 ? std::optional(Form::kernel_log) : std::nullopt;
}

/// Reads lines of the form that was asked for or judged, or of that of the first line that has one.
class Import {
public:
    Import(LineReader& lines, const std::function<void(const Access&)>& sink, std::optional<Form> asked)
        : lines_(lines), account_(summary_, sink) {
        summary_.file = lines.name();
        summary_.forced = asked.has_value();
        const std::string_view sample = lines.peek(sample_size);
        choose(asked ? asked : judge(sample), sample);
    }

    ImportSummary run() {
        for (std::string_view line; lines_.next(line);) {
            if (importer_ == nullptr) {
                choose(recognise(line), {});
            }
            read(line);
        }
        if (importer_ != nullptr) {
            importer_->finish(account_);
        }
        account_.finish();
        summary_.lines = lines_.line_number();
        if (summary_.records() == 0) {
            throw account_.first_error() ? *account_.first_error() : nothing();
        }
        return std::move(summary_);
    }

private:
    void choose(std::optional<Form> form, std::string_view sample) {
        if (form) {
            summary_.form = *form;
            importer_ = entry_of(*form).make(sample);
        }
    }

    void read(std::string_view line) {
        const std::uint32_t number = lines_.line_number();
        if (importer_ == nullptr) {
            account_.skip(no_message(line, number, account_), line, number);
            return;
        }
        try {
            importer_->read(line, number, account_);
        } catch (const Malformed& malformed) {
            account_.skip(malformed,
                          lines_.error(static_cast<std::size_t>(malformed.at.data() - line.data()) + 1,
                                       fmt::format("this looks like an MSR access of the form {}, but {} should be "
                                                   "here; mend or remove the line, or name another form",
                                                   name_of(summary_.form), malformed.expected)));
        }
    }

    [[nodiscard]] InputError nothing() const {
        std::string what;
        for (const Skipped& skipped : summary_.skipped) {
            what += fmt::format("{}{} x {}", what.empty() ? ": " : ", ", skipped.lines, skipped.reason);
        }
        return {summary_.file, 0, 0,
                importer_ != nullptr
                    ? fmt::format("no MSR access of the form {}{} that can be replayed in {} lines{}",
                                  name_of(summary_.form), summary_.forced ? ", which was asked for," : "",
                                  summary_.lines, what)
                    : fmt::format("no MSR access is recognised in {} lines; the forms tried are {}", summary_.lines,
                                  form_names())};
    }

    LineReader& lines_;
    ImportSummary summary_;
    Account account_;
    std::unique_ptr<Importer> importer_;
};

} // namespace

namespace importers {

std::optional<Form> recognise(std::string_view line) {
    for (const auto& by : {recognise_instruction_log, recognise_trace_event, recognise_openhcl_json,
                           recognise_openhcl_kmsg, recognise_xen_console, recognise_kernel_log}) {
        if (const auto form = by(line)) {
            return form;
        }
    }
    return std::nullopt;
}

const char* reason_other_form(Form form) { return entry_of(form).line; }

} // namespace importers

std::string_view caveat_of(Form form) { return entry_of(form).caveat; }

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
    return Import(lines, sink, form).run();
}

ImportSummary import_file(const std::string& path, const std::function<void(const Access&)>& sink,
                          std::optional<Form> form) {
    LineReader lines = LineReader::open(path);
    return import_recording(lines, sink, form);
}

} // namespace vtlcheck::conformance
