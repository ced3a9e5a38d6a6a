// What commands share in talking to people and programs: progress, numbers, files written whole or not at all.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace vtlcheck::cli {

/// JSON that keeps the order in which fields are added, for readers of diffs.
using Json = nlohmann::ordered_json;

/// The user asked for something that cannot be: one line that says what and how to mend it. Exit code 2.
struct UsageError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Writes standard output. Throws UsageError if it cannot (a closed pipe, a full disk).
void print(std::string_view text);
void print_json(const Json& json);

/// Throws UsageError if no file can be made at `path`; leaves nothing behind. For commands that write after long work.
void expect_writable(const std::string& path);

/// Writes `text` to `path` through a temporary file beside it, so that the file is whole or untouched. Throws UsageError.
void write_file(const std::string& path, std::string_view text);

/// What the file holds. Throws UsageError.
[[nodiscard]] std::string read_file(const std::string& path);

/// A line on standard error that overwrites itself; nothing unless that is a terminal.
class ProgressLine {
public:
    explicit ProgressLine(bool wanted = true);
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;
    void show(std::string_view text);
    void clear();

private:
    bool enabled_;
    bool shown_ = false;
};

/// 1234567 as "1,234,567".
[[nodiscard]] std::string grouped(std::uint64_t number);
/// "1 read", "2 reads", "2 accesses".
[[nodiscard]] std::string counted(std::uint64_t number, std::string_view noun);
/// Text for an HTML page.
[[nodiscard]] std::string escaped(std::string_view text);
/// A number as users write them: decimal or hexadecimal with 0x, at most `limit`. Throws UsageError.
[[nodiscard]] std::uint64_t parse_number(std::string_view text, std::string_view what, std::uint64_t limit);

/// "a-b" or "a/b" as two such numbers. Throws UsageError.
[[nodiscard]] std::pair<std::uint64_t, std::uint64_t> parse_pair(std::string_view text, char between,
                                                                 std::string_view what, std::uint64_t limit);

} // namespace vtlcheck::cli
