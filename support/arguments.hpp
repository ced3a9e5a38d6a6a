// The words of a command as execvp() and posix_spawnp() take them.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace vtlcheck::support {

class Arguments {
public:
    /// A program and what it is given; not empty.
    explicit Arguments(std::vector<std::string> command) : words_(std::move(command)) {
        pointers_.reserve(words_.size() + 1);
        for (std::string& word : words_) {
            pointers_.push_back(word.data());
        }
        pointers_.push_back(nullptr);
    }
    Arguments(const Arguments&) = delete;
    Arguments& operator=(const Arguments&) = delete;
    ~Arguments() = default;

    [[nodiscard]] const char* program() const { return pointers_.front(); }
    /// With a null pointer at the end.
    [[nodiscard]] char* const* all() const { return pointers_.data(); }

private:
    std::vector<std::string> words_;
    std::vector<char*> pointers_;
};

} // namespace vtlcheck::support
