#include "sinks/line_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace vtlcheck::sinks {

LineFile::LineFile(std::string path, Access access) : name_(std::move(path)) {
    if (name_ == "-") {
        name_ = "standard output";
        descriptor_ = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    } else {
        // O_NONBLOCK: opening a pipe without a reader would wait for one, for ever.
        const ::mode_t mode = access == Access::owner ? 0600 : 0666;
        descriptor_ = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NONBLOCK, mode);
    }
    struct ::stat status = {};
    if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) {
        const int why = errno;
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
        throw SinkError(fmt::format("cannot open the log {}: {}", name_,
                                    why == ENXIO ? "nobody reads this pipe; start its reader first"
                                                 : fmt::format("{}; choose another file", std::strerror(why))));
    }
    regular_ = S_ISREG(status.st_mode);
}

LineFile::LineFile(LineFile&& other) noexcept
    : name_(std::move(other.name_)), descriptor_(std::exchange(other.descriptor_, -1)), regular_(other.regular_),
      gone_(other.gone_), unended_(other.unended_), error_(other.error_), torn_(other.torn_) {}

LineFile::~LineFile() { static_cast<void>(close()); }

bool LineFile::same_as(const LineFile& other) const {
    struct ::stat mine = {};
    struct ::stat theirs = {};
    return ::fstat(descriptor_, &mine) == 0 && ::fstat(other.descriptor_, &theirs) == 0 &&
           mine.st_dev == theirs.st_dev && mine.st_ino == theirs.st_ino;
}

bool LineFile::fail(int error) {
    error_ = error_ == 0 ? error : error_;
    gone_ = gone_ || error == EPIPE;
    return false;
}

/// Takes what was written off `rest`. A pipe that polls writable takes PIPE_BUF bytes, more than a line, without waiting.
bool LineFile::write_some(std::string_view& rest, const std::function<bool()>& give_up) {
    while (!rest.empty()) {
        if (!regular_) {
            ::pollfd ready = {.fd = descriptor_, .events = POLLOUT, .revents = 0};
            const int polled = ::poll(&ready, 1, give_up() ? 0 : 100);
            if (polled == 0 || (polled < 0 && errno == EINTR)) {
                if (give_up()) {
                    return fail(ETIMEDOUT);
                }
                continue;
            }
        }
        const ::ssize_t written = ::write(descriptor_, rest.data(), rest.size());
        if (written >= 0) {
            rest.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            if (give_up()) {
                return fail(ETIMEDOUT);
            }
        } else if (errno != EINTR) {
            return fail(errno);
        }
    }
    return true;
}

/// Cuts a part of a line off the end of a file that nobody else has written to meanwhile.
bool LineFile::take_back(std::size_t written) {
    struct ::stat status = {};
    const ::off_t end = ::lseek(descriptor_, 0, SEEK_CUR); // where O_APPEND left us: behind our own part
    const ::off_t begin = end - static_cast<::off_t>(written);
    return regular_ && end >= 0 && ::fstat(descriptor_, &status) == 0 && status.st_size == end &&
           ::ftruncate(descriptor_, begin) == 0 && ::lseek(descriptor_, begin, SEEK_SET) == begin;
}

bool LineFile::write(std::string_view line, const std::function<bool()>& give_up) {
    if (gone_ || descriptor_ < 0) {
        return false;
    }
    std::string text;
    text.reserve(line.size() + 2);
    if (unended_) {
        text += '\n';
    }
    const std::size_t lead = text.size();
    text += line;
    text += '\n';
    std::string_view rest = text;
    if (write_some(rest, give_up)) {
        unended_ = false;
        return true;
    }
    const std::size_t written = text.size() - rest.size();
    if (written == 0 || take_back(written)) {
        return false;
    }
    if (written <= lead) {
        unended_ = false; // the line before is ended, of this one there is nothing
        return false;
    }
    unended_ = true;
    ++torn_;
    return false;
}

int LineFile::close() {
    const int descriptor = std::exchange(descriptor_, -1);
    return descriptor >= 0 && ::close(descriptor) != 0 ? errno : 0;
}

} // namespace vtlcheck::sinks
