// Reading files: what is read reads the same however it arrives, and what cannot be read is one clear error.
#include "conformance/input.hpp"
#include "conformance/recording.hpp"
#include "conformance/trace.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace vtlcheck::conformance {
namespace {

const std::filesystem::path recordings = CONFORMANCE_RECORDINGS;

/// A file of this content that goes with the test.
class TemporaryFile {
public:
    explicit TemporaryFile(std::string_view content) {
        static unsigned count = 0;
        path_ = std::filesystem::path(testing::TempDir()) /
                ("vtlcheck-" + std::to_string(::getpid()) + "-" + std::to_string(++count));
        std::ofstream(path_, std::ios::binary) << content;
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile(TemporaryFile&&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;
    TemporaryFile& operator=(TemporaryFile&&) = delete;
    ~TemporaryFile() { std::filesystem::remove(path_); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::vector<std::string> lines_of(LineReader reader) {
    std::vector<std::string> lines;
    for (std::string_view line; reader.next(line);) {
        lines.emplace_back(line);
    }
    return lines;
}

std::string error_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const InputError& error) {
        return error.message;
    }
    return "no error";
}

std::string reading_error(const std::filesystem::path& path) {
    return error_of([&] { (void)lines_of(LineReader::open(path)); });
}

/// `count` times `block`, compressed.
void write_archive(const std::filesystem::path& path, int (*filter)(archive*), const std::string& block,
                   unsigned count) {
    archive* a = archive_write_new();
    filter(a);
    archive_write_set_format_raw(a);
    ASSERT_EQ(archive_write_open_filename(a, path.c_str()), ARCHIVE_OK);
    archive_entry* entry = archive_entry_new();
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_write_header(a, entry);
    archive_entry_free(entry);
    for (unsigned i = 0; i < count; ++i) {
        ASSERT_EQ(archive_write_data(a, block.data(), block.size()), static_cast<la_ssize_t>(block.size()));
    }
    archive_write_close(a);
    archive_write_free(a);
}

TEST(Input, LinesAreTheSameWhereverBlocksEnd) {
    const std::string text = "first\n\nsecond\r\n\r\nthird with more bytes\nlast";
    const std::vector<std::string> expected{"first", "", "second", "", "third with more bytes", "last"};
    EXPECT_EQ(lines_of(LineReader::of(text, "text")), expected);
    for (std::size_t size = 1; size < text.size(); ++size) {
        std::string_view rest = text;
        std::string block;
        LineReader reader("blocks", [&]() -> std::string_view {
            block = rest.substr(0, size);
            rest.remove_prefix(block.size());
            return block;
        });
        EXPECT_EQ(lines_of(std::move(reader)), expected);
    }
}

TEST(Input, PeekingChangesNothing) {
    const std::string text = "a\nbb\nccc\n";
    for (std::size_t size = 0; size < 20; ++size) {
        LineReader reader = LineReader::of(text, "text");
        EXPECT_EQ(reader.peek(size), std::string_view(text).substr(0, size));
        LineReader moved = std::move(reader);
        EXPECT_EQ(lines_of(std::move(moved)), (std::vector<std::string>{"a", "bb", "ccc"}));
    }
}

TEST(Input, FilesThatCannotBeReadSayWhy) {
    EXPECT_EQ(reading_error("/nowhere/at/all"), "cannot be opened: No such file or directory");
    EXPECT_EQ(reading_error(testing::TempDir()), "is a directory; name a file in it");
    EXPECT_EQ(reading_error("/dev/null"), "is empty");
    EXPECT_EQ(reading_error(TemporaryFile("").path()), "is empty");
    EXPECT_EQ(error_of([] { (void)lines_of(LineReader::of("", "text")); }), "is empty");
}

TEST(Input, BinaryFilesAreRefusedAtTheFirstLine) {
    const std::string message = "a NUL byte: this is no text file; UTF-16 and archives of several files are not read";
    EXPECT_EQ(reading_error("/proc/self/exe"), message);
    EXPECT_EQ(reading_error(TemporaryFile(std::string("a\0b\n", 4)).path()), message);
    EXPECT_EQ(reading_error(TemporaryFile(std::string("v\0t\0\n\0", 6)).path()), message);
    EXPECT_EQ(error_of([] { (void)parse(std::string_view("vtlcheck-trace 2\nvp0\0", 21), "nul"); }), message);
}

TEST(Input, ByteOrderMarksAreRefused) {
    EXPECT_EQ(reading_error(TemporaryFile("\xEF\xBB\xBFtext\n").path()),
              "the text starts with a byte-order mark; save it as UTF-8 without one");
}

TEST(Input, EndlessLinesAreOneErrorAndBoundedMemory) {
    const std::string block(1 << 20, 'x');
    unsigned blocks = 0;
    LineReader reader("endless", [&]() -> std::string_view {
        ++blocks;
        return block;
    });
    std::string_view line;
    EXPECT_EQ(error_of([&] { (void)reader.next(line); }),
              "the line is longer than 65536 bytes: not a text of the kind that is read here");
    EXPECT_EQ(blocks, 1U);
    EXPECT_NE(reading_error("/dev/zero"), "no error");
}

TEST(Input, CompressedFilesReadLikeThemselves) {
    const std::string text = "vtlcheck-trace 2\nvp0 vtl0 rdmsr 0x10\n";
    TemporaryFile plain(text);
    const std::string expected = write(parse_file(plain.path()));
    for (const auto filter : {archive_write_add_filter_gzip, archive_write_add_filter_xz,
                              archive_write_add_filter_bzip2, archive_write_add_filter_zstd}) {
        TemporaryFile file("");
        write_archive(file.path(), filter, text, 1);
        EXPECT_EQ(write(parse_file(file.path())), expected);
    }
}

TEST(Input, CompressedNothingIsEmpty) {
    TemporaryFile file("");
    write_archive(file.path(), archive_write_add_filter_gzip, "", 1);
    EXPECT_EQ(reading_error(file.path()), "is empty");
}

TEST(Input, DamagedArchivesAreErrors) {
    for (const char* name : {"nested-l1-6.12-l2-kvm-hv2.kvm_msr.txt.xz", "nested-l1-6.1-l2-kut-msr.kvm_msr.txt.gz"}) {
        const std::string whole = read_file(recordings / name);
        ASSERT_GT(whole.size(), 1000U);
        for (const std::size_t size : {whole.size() / 2, whole.size() - 1, std::size_t{40}}) {
            const TemporaryFile cut(whole.substr(0, size));
            EXPECT_NE(reading_error(cut.path()).find("cannot be read, it may be damaged or cut off"), std::string::npos)
                << name << " cut to " << size << ": " << reading_error(cut.path());
        }
    }
    std::string flipped = read_file(recordings / "nested-l1-6.12-l2-kvm-hv2.kvm_msr.txt.xz");
    flipped[flipped.size() / 2] = static_cast<char>(flipped[flipped.size() / 2] ^ 0x55);
    EXPECT_NE(reading_error(TemporaryFile(flipped).path()), "no error");
}

TEST(Input, DecompressionBombsStayOneLineOfMemory) {
    TemporaryFile bomb("");
    write_archive(bomb.path(), archive_write_add_filter_xz, std::string(1 << 20, 'x'), 100);
    EXPECT_LT(std::filesystem::file_size(bomb.path()), 100'000U);
    EXPECT_EQ(reading_error(bomb.path()),
              "the line is longer than 65536 bytes: not a text of the kind that is read here");
    EXPECT_NE(error_of([&] { (void)import_file(bomb.path(), [](const Access&) {}); }), "no error");
}

TEST(Input, QuotedTextIsFitForATerminal) {
    EXPECT_EQ(in_quotes("plain"), "'plain'");
    EXPECT_EQ(in_quotes("\x1b[31m\n"), "'\\x1b[31m\\x0a'");
    EXPECT_EQ(in_quotes(std::string(100, 'a')), "'" + std::string(48, 'a') + "...'");
}

} // namespace
} // namespace vtlcheck::conformance
