// Runs another program: text in, text out.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::support {

struct ProcessResult {
    int exit_code = -1;     ///< 128 + the signal, if one ended it
    bool timed_out = false; ///< it was killed when its time was over
    std::string out;
    std::string err;
};

/// Runs `command` (found in PATH), gives it `input` on its standard input and returns what it wrote. Nothing if there is no
/// such program. It is killed after `limit`; 0: it takes the time that it takes. Throws std::system_error if the operating
/// system has no process or pipe for it.
[[nodiscard]] std::optional<ProcessResult> run_process(const std::vector<std::string>& command, std::string_view input,
                                                       std::chrono::milliseconds limit = {});

} // namespace vtlcheck::support
