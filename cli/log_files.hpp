// The files that log lines go to: one that the host may read, one for the confidential channel.
#pragma once

#include "cli/commands.hpp"
#include "sinks/record.hpp"
#include "sinks/worker.hpp"

#include <optional>
#include <string>

namespace vtlcheck::cli {

struct LogOptions {
    std::string host;         ///< path, "-" for standard output; empty: no file
    std::string confidential; ///< path; empty: no file
    std::string format = "text";

    /// Adds --log, --confidential-log and --log-format.
    void add_to(CLI::App& command);
};

class LogFiles {
public:
    /// Opens the files. Throws UsageError if one cannot be opened, or if the two are one, or if lines would go into the
    /// JSON on standard output.
    LogFiles(const LogOptions& options, bool json_on_standard_output);

    /// Queues the line for both files. From one thread at a time; never waits for a file.
    void write(const conformance::LogRecord& record);
    /// Waits until standard output has the lines so far, so that what is printed next comes after them.
    void settle();
    /// Closes the files and says on standard error what could not be written. False if something could not.
    [[nodiscard]] bool finish();

private:
    std::optional<sinks::SinkWorker<conformance::LogLine>> host_;
    std::optional<sinks::SinkWorker<conformance::LogRecord>> confidential_;
    bool on_standard_output_;
};

} // namespace vtlcheck::cli
