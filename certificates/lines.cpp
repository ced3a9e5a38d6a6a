// Strict, because a proof that is read otherwise than it was written would be judged for nothing.
#include "certificates/lines.hpp"

#include <algorithm>
#include <charconv>
#include <istream>

namespace vtlcheck::certificates {

namespace {

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r'; }

} // namespace

bool Lines::next() {
    while (std::getline(in_, text_)) {
        ++number_;
        rest_ = text_;
        skip_space();
        if (!rest_.empty() && rest_.front() != 'c') {
            return true;
        }
    }
    rest_ = {};
    if (in_.bad() || !in_.eof()) {
        fail("cannot be read");
    }
    return false;
}

bool Lines::take(std::string_view word) {
    if (!rest_.starts_with(word) || (rest_.size() > word.size() && !is_space(rest_[word.size()]))) {
        return false;
    }
    rest_.remove_prefix(word.size());
    skip_space();
    return true;
}

std::int64_t Lines::number(std::int64_t limit) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    const auto length = static_cast<std::size_t>(end - rest_.data());
    if (length == 0 || (length < rest_.size() && !is_space(rest_[length]))) {
        fail(rest_.empty() ? "a number is missing" : "not a number, or not text at all");
    }
    if (error != std::errc{} || value > limit || value < -limit) {
        fail("a number beyond " + std::to_string(limit));
    }
    rest_.remove_prefix(length);
    skip_space();
    return value;
}

bool Lines::clause(std::int64_t variables, Literals& literals) {
    while (!rest_.empty()) {
        const std::int64_t value = number(variables);
        if (value == 0) {
            return true;
        }
        const auto literal = static_cast<Literal>(value > 0 ? 2 * value : -2 * value + 1);
        if (std::find(literals.begin(), literals.end(), literal) == literals.end()) {
            literals.push_back(literal);
        }
    }
    return false;
}

std::string Lines::where(const std::string& what) const {
    return std::string(file_) + ", line " + std::to_string(number_) + ": " + what;
}

void Lines::skip_space() { rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r"), rest_.size())); }

} // namespace vtlcheck::certificates
