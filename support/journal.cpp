#include "support/journal.hpp"

#include <filesystem>
#include <fstream>
#include <utility>

namespace vtlcheck::support {

Journal::Journal(std::string file, std::string_view what, const std::function<void(const std::string&)>& line)
    : file_(std::move(file)) {
    std::error_code error;
    if (file_.empty() || !std::filesystem::exists(file_, error)) {
        return;
    }
    std::ifstream stream(file_);
    std::size_t number = 0;
    std::string text;
    while (std::getline(stream, text)) {
        ++number;
        torn_ = stream.eof();
        if (torn_) {
            break;
        }
        whole_ += text.size() + 1;
        if (text.empty()) {
            continue;
        }
        try {
            line(text);
        } catch (const std::exception& problem) {
            throw JournalError(file_ + ":" + std::to_string(number) + ": is no " + std::string(what) + ": " +
                               problem.what() + "; remove the line or name another file");
        }
    }
    if (number == 0 && !stream.eof()) {
        throw JournalError(file_ + ": cannot be read");
    }
}

void Journal::append(std::string_view line) {
    if (file_.empty()) {
        return;
    }
    if (std::error_code error; std::exchange(torn_, false)) {
        std::filesystem::resize_file(file_, whole_, error); // a failure shows below, or when the file is read again
    }
    std::ofstream stream(file_, std::ios::app);
    stream << line << '\n';
    stream.close();
    if (!stream) {
        throw JournalError(file_ + ": cannot be written");
    }
}

} // namespace vtlcheck::support
