// A file of lines, one for each piece of finished work, by which an interrupted run is taken up again.
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace vtlcheck::support {

/// A journal that cannot be read or written, or a line of it that says nothing: one line.
struct JournalError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Journal {
public:
    /// Nothing is kept.
    Journal() = default;
    /// Reads the file if there is one and calls `line` for each that is not empty. A last line without end, which an
    /// interrupted run leaves, is passed over. What `line` throws is rethrown as a JournalError that says where and
    /// `what` the line is not. An empty name: nothing is kept.
    Journal(std::string file, std::string_view what, const std::function<void(const std::string&)>& line);

    /// Appends a line, which has no end yet. Not for two threads at once. Throws JournalError.
    void append(std::string_view line);

private:
    std::string file_;
    std::uintmax_t whole_ = 0; ///< bytes of the file's whole lines
    bool torn_ = false;        ///< there is part of another
};

} // namespace vtlcheck::support
