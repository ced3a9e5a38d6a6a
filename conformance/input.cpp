// Blocks from files, archives, streams and memory; lines from blocks.
#include "conformance/input.hpp"

#include <archive.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <istream>
#include <limits>
#include <optional>
#include <utility>

namespace vtlcheck::conformance {
namespace {

constexpr std::size_t block_size = std::size_t{256} * 1024;

std::string place(const std::string& file, std::uint32_t line, std::uint32_t column) {
    if (line == 0) {
        return file;
    }
    return column == 0 ? fmt::format("{}:{}", file, line) : fmt::format("{}:{}:{}", file, line, column);
}

struct Descriptor {
    int value = -1;
    explicit Descriptor(int value_) : value(value_) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor(Descriptor&&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (value >= 0) {
            ::close(value);
        }
    }
};

struct ArchiveFree {
    void operator()(archive* a) const { archive_read_free(a); }
};

/// A file, decompressed if it is compressed. Only filters that run inside this process are offered: libarchive would
/// start external programs for the others.
class ArchiveFile {
public:
    ArchiveFile(std::string name, const std::string& path)
        : name_(std::move(name)),
          descriptor_(path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
        struct stat status{};
        if (descriptor_.value < 0 || ::fstat(descriptor_.value, &status) != 0) {
            throw InputError(name_, 0, 0, fmt::format("cannot be opened: {}", std::strerror(errno)));
        }
        if (S_ISDIR(status.st_mode)) {
            throw InputError(name_, 0, 0, "is a directory; name a file in it");
        }
        archive_.reset(archive_read_new());
        if (archive_ == nullptr) {
            throw std::bad_alloc();
        }
        archive_read_support_filter_gzip(archive_.get());
        archive_read_support_filter_xz(archive_.get());
        archive_read_support_filter_bzip2(archive_.get());
        archive_read_support_filter_zstd(archive_.get());
        archive_read_support_format_raw(archive_.get());
        archive_read_support_format_empty(archive_.get());
        archive_entry* entry = nullptr;
        check(archive_read_open_fd(archive_.get(), descriptor_.value, block_size));
        check(archive_read_next_header(archive_.get(), &entry));
    }

    std::string_view next() {
        while (!ended_) {
            const void* data = nullptr;
            std::size_t size = 0;
            la_int64_t offset = 0;
            check(archive_read_data_block(archive_.get(), &data, &size, &offset));
            if (!ended_ && size > 0) {
                return {static_cast<const char*>(data), size};
            }
        }
        return {};
    }

private:
    void check(int result) {
        if (result == ARCHIVE_EOF) {
            ended_ = true;
        } else if (result != ARCHIVE_OK) {
            const char* reason = archive_error_string(archive_.get());
            throw InputError(name_, 0, 0,
                             fmt::format("cannot be read, it may be damaged or cut off: {}",
                                         reason != nullptr ? reason : "no reason given"));
        }
    }

    std::string name_;
    Descriptor descriptor_;
    std::unique_ptr<archive, ArchiveFree> archive_;
    bool ended_ = false;
};

} // namespace

InputError::InputError(std::string file_, std::uint32_t line_, std::uint32_t column_, std::string message_)
    : std::runtime_error(fmt::format("{}: {}", place(file_, line_, column_), message_)), file(std::move(file_)),
      line(line_), column(column_), message(std::move(message_)) {}

std::string printable(std::string_view text) {
    std::string result;
    for (const char c : text) {
        if (c >= ' ' && c <= '~') {
            result += c;
        } else {
            result += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        }
    }
    return result;
}

std::string in_quotes(std::string_view text) {
    constexpr std::size_t shown = 48;
    return fmt::format("'{}{}", printable(text.substr(0, shown)), text.size() > shown ? "...'" : "'");
}

LineReader::LineReader(std::string name, Source source) : name_(std::move(name)), source_(std::move(source)) {}

LineReader LineReader::open(const std::string& path) {
    const std::string name = path == "-" ? "standard input" : path;
    auto file = std::make_shared<ArchiveFile>(name, path);
    LineReader reader(name, [file] { return file->next(); });
    (void)reader.peek(1); // so that an empty file is an error here
    return reader;
}

LineReader LineReader::of(std::string_view text, std::string name) {
    return {std::move(name), [text]() mutable { return std::exchange(text, std::string_view()); }};
}

LineReader LineReader::of(std::istream& stream, std::string name) {
    auto block = std::make_shared<std::vector<char>>(block_size);
    return {std::move(name), [&stream, block] {
                stream.read(block->data(), static_cast<std::streamsize>(block->size()));
                return std::string_view(block->data(), static_cast<std::size_t>(stream.gcount()));
            }};
}

InputError LineReader::error(std::size_t column, std::string message) const {
    return {name_, line_number_, static_cast<std::uint32_t>(column), std::move(message)};
}

/// Gets another block; false at the end of the text.
bool LineReader::refill() {
    if (ended_) {
        return false;
    }
    block_ = source_();
    total_ += block_.size();
    if (total_ > max_file_length) {
        throw error(0, fmt::format("the text goes on after {} GiB; split it", max_file_length >> 30U));
    }
    if (!block_.empty()) {
        return true;
    }
    ended_ = true;
    if (total_ == 0) {
        throw InputError(name_, 0, 0, "is empty");
    }
    return false;
}

std::string_view LineReader::peek(std::size_t bytes) {
    while (head_.size() < bytes && refill()) {
        head_.insert(head_.end(), block_.begin(), block_.end());
    }
    block_ = {head_.data(), head_.size()};
    return block_.substr(0, bytes);
}

bool LineReader::next(std::string_view& line) {
    carry_.clear();
    for (bool found = false; !found;) {
        if (block_.empty() && !refill()) {
            if (carry_.empty()) {
                return false;
            }
            line = carry_;
            break;
        }
        const auto* end = static_cast<const char*>(std::memchr(block_.data(), '\n', block_.size()));
        found = end != nullptr;
        const std::string_view piece = found ? block_.substr(0, static_cast<std::size_t>(end - block_.data())) : block_;
        block_.remove_prefix(piece.size() + (found ? 1 : 0));
        if (carry_.size() + piece.size() > max_line_length) {
            ++line_number_;
            throw error(max_line_length + 1,
                        fmt::format("the line is longer than {} bytes: not a text of the kind that is read here",
                                    max_line_length));
        }
        if (found && carry_.empty()) {
            line = piece;
        } else {
            carry_ += piece;
            line = carry_;
        }
    }
    if (line_number_ == std::numeric_limits<std::uint32_t>::max()) {
        throw error(0, "the text has more lines than can be counted in 32 bits; split it");
    }
    ++line_number_;
    if (const std::size_t nul = line.find('\0'); nul != std::string_view::npos) {
        throw error(nul + 1, "a NUL byte: this is no text file; UTF-16 and archives of several files are not read");
    }
    if (line_number_ == 1 && line.starts_with("\xEF\xBB\xBF")) {
        throw error(1, "the text starts with a byte-order mark; save it as UTF-8 without one");
    }
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return true;
}

} // namespace vtlcheck::conformance
