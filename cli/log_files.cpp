#include "cli/log_files.hpp"

#include "cli/output.hpp"

#include <fmt/format.h>

#include <cstdio>

namespace vtlcheck::cli {
namespace {

constexpr std::size_t queue_lines = std::size_t{1} << 16U;

sinks::LineFile open(const std::string& path, sinks::Access access) {
    try {
        return {path, access};
    } catch (const sinks::SinkError& error) {
        throw UsageError(error.what());
    }
}

bool tell(const sinks::SinkReport& report) {
    for (const auto& complaint : report.complaints()) {
        fmt::print(stderr, "vtlcheck: {}\n", complaint);
    }
    return report.complete();
}

} // namespace

void LogOptions::add_to(CLI::App& command) {
    command.add_option("--log", host, "Write the lines that the host may see to this file; - is standard output")
        ->type_name("FILE");
    command
        .add_option("--confidential-log", confidential,
                    "Write the lines with what only the confidential channel may carry to this file")
        ->type_name("FILE");
    command.add_option("--log-format", format, "Form of the lines: text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();
}

LogFiles::LogFiles(const LogOptions& options, bool json_on_standard_output) : on_standard_output_(options.host == "-") {
    const auto format = options.format == "json" ? sinks::Format::json : sinks::Format::text;
    if (on_standard_output_ && json_on_standard_output) {
        throw UsageError("--log - would put lines into the JSON on standard output; name a file");
    }
    if (options.confidential == "-") {
        throw UsageError("--confidential-log - would show confidential values on standard output; name a file");
    }
    const std::string one_file =
        fmt::format("--log and --confidential-log are the same file, {}; the host would read what is confidential; "
                    "name two",
                    options.confidential);
    if (!options.host.empty() && options.host == options.confidential) {
        throw UsageError(one_file); // before it is made
    }
    if (!options.host.empty()) {
        host_.emplace(
            open(options.host, sinks::Access::everybody),
            [format](const conformance::LogLine& line) { return sinks::host_line(line, format); }, queue_lines);
    }
    if (!options.confidential.empty()) {
        auto file = open(options.confidential, sinks::Access::owner);
        if (host_ && host_->file().same_as(file)) {
            throw UsageError(one_file);
        }
        confidential_.emplace(
            std::move(file),
            [format](const conformance::LogRecord& record) { return sinks::confidential_line(record, format); },
            queue_lines);
    }
}

void LogFiles::write(const conformance::LogRecord& record) {
    if (host_) {
        host_->offer(record.host);
    }
    if (confidential_) {
        confidential_->offer(record);
    }
}

void LogFiles::settle() {
    if (host_ && on_standard_output_) {
        host_->drain(std::chrono::seconds(5));
    }
}

bool LogFiles::finish() {
    bool complete = true;
    if (host_) {
        complete = tell(host_->finish()) && complete;
    }
    if (confidential_) {
        complete = tell(confidential_->finish()) && complete;
    }
    return complete;
}

} // namespace vtlcheck::cli
