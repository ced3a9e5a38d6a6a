// A file of lines: each is written whole or not at all, as far as the operating system allows.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace vtlcheck::sinks {

/// A sink cannot be opened: one line that says which, why and how to mend it.
struct SinkError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Who may read a file that is made. The confidential one is its owner's alone.
enum class Access : std::uint8_t { everybody, owner };

class LineFile {
public:
    /// Creates the file at `path`, or empties it; "-" is standard output. Throws SinkError, also for a pipe that nobody
    /// reads.
    LineFile(std::string path, Access access);
    LineFile(LineFile&& other) noexcept;
    LineFile(const LineFile&) = delete;
    LineFile& operator=(const LineFile&) = delete;
    LineFile& operator=(LineFile&&) = delete;
    ~LineFile();

    /// How it is called in messages.
    [[nodiscard]] const std::string& name() const { return name_; }
    /// Whether it is the file that `other` is: what is written to one is read in both.
    [[nodiscard]] bool same_as(const LineFile& other) const;

    /// Writes `line` and a line end. A pipe that is full is waited for until `give_up` says so (asked ten times a
    /// second). False if not all of it was written: what was is taken back in a file, and ended where it cannot be. The
    /// caller's thread has to block SIGPIPE.
    [[nodiscard]] bool write(std::string_view line, const std::function<bool()>& give_up);
    /// errno of the first failure, 0 if there is none; ETIMEDOUT if `give_up` ended it.
    [[nodiscard]] int error() const { return error_; }
    /// Whether no line can be written any more: nobody reads the pipe.
    [[nodiscard]] bool gone() const { return gone_; }
    /// Lines of which a part was written and could not be taken back.
    [[nodiscard]] std::uint64_t torn() const { return torn_; }
    /// 0, or errno of closing: what was written last may be missing.
    int close();

private:
    bool write_some(std::string_view& rest, const std::function<bool()>& give_up);
    bool take_back(std::size_t written);
    bool fail(int error);

    std::string name_;
    int descriptor_ = -1;
    bool regular_ = false;
    bool gone_ = false;
    bool unended_ = false; ///< the last thing written is a part of a line
    int error_ = 0;
    std::uint64_t torn_ = 0;
};

} // namespace vtlcheck::sinks
