// Reading text files of unknown origin: line by line, decompressed on the way, in bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::conformance {

/// What is wrong with an input, where, and how to mend it. `what()` is "file:line:column: message"; line and column
/// count from 1, in bytes, and are 0 (and left out of `what()`) where the file as a whole is meant.
struct InputError : std::runtime_error {
    InputError(std::string file_, std::uint32_t line_, std::uint32_t column_, std::string message_);

    std::string file;
    std::uint32_t line;
    std::uint32_t column;
    std::string message;
};

/// `text` with every byte that is not printable ASCII as \xNN: fit for a terminal, a log or JSON.
[[nodiscard]] std::string printable(std::string_view text);
/// `text` in quotes, cut at 48 bytes, printable.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// Longest line accepted, in bytes without its end.
inline constexpr std::size_t max_line_length = std::size_t{64} * 1024;
/// Most bytes accepted from one file, after decompression.
inline constexpr std::uint64_t max_file_length = std::uint64_t{16} << 30U;

/// The lines of a text. Holds one block of the file and one line, whatever the file's size.
class LineReader {
public:
    /// Delivers the text block by block; the empty view ends it. A block has to live until the next call.
    using Source = std::function<std::string_view()>;

    /// `name` is what errors call the text.
    LineReader(std::string name, Source source);

    /// The file at `path`, "-" being standard input; gzip, xz, bzip2 and zstd are recognised by content and
    /// decompressed (of gzip, the checksum is not verified). Throws InputError if it cannot be opened, is a directory, or is empty.
    static LineReader open(const std::string& path);
    /// Text in memory, which has to outlive the reader; not decompressed.
    static LineReader of(std::string_view text, std::string name);
    /// A stream, which has to outlive the reader; not decompressed.
    static LineReader of(std::istream& stream, std::string name);

    /// Gives the next line without its "\n" or "\r\n", or returns false after the last. `line` lives until the next
    /// call. Throws InputError for a line of more than `max_line_length` bytes, a NUL byte, a byte-order mark, an empty
    /// text, more than `max_file_length` bytes, a corrupt or truncated archive.
    [[nodiscard]] bool next(std::string_view& line);

    /// The first `bytes` of the text, or all of it if shorter. Only before the first `next`.
    [[nodiscard]] std::string_view peek(std::size_t bytes);

    /// Number of the line that `next` gave last, from 1.
    [[nodiscard]] std::uint32_t line_number() const { return line_number_; }
    [[nodiscard]] const std::string& name() const { return name_; }

    /// An error at the line that `next` gave last.
    [[nodiscard]] InputError error(std::size_t column, std::string message) const;

private:
    bool refill();

    std::string name_;
    Source source_;
    std::string_view block_;
    std::vector<char> head_; ///< what `peek` read ahead; a vector, as `block_` may point into it when the reader moves
    std::string carry_;      ///< a line that spans blocks
    std::uint64_t total_ = 0;
    std::uint32_t line_number_ = 0;
    bool ended_ = false;
};

} // namespace vtlcheck::conformance
