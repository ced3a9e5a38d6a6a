// The text of formulas and proofs, line by line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::certificates {

using Literal = std::uint32_t; ///< 2 * variable, + 1 if negated
using Literals = std::vector<Literal>;

/// Thrown where a file is not what it should be: one line, which names the file and the line in it.
struct Malformed {
    std::string reason;
};

/// Reads a file line by line, without comments and empty lines.
class Lines {
public:
    /// `file` is the name in error messages.
    Lines(std::istream& in, const char* file) : in_(in), file_(file) {}

    /// Goes to the next line; false at the end. Throws Malformed if the stream fails.
    bool next();
    [[nodiscard]] bool at_end() const { return rest_.empty(); }
    /// Takes `word` from the start of what is left of the line, if it is there.
    bool take(std::string_view word);
    /// Takes a number. Throws Malformed if there is none, or if it is beyond `limit` or -`limit`.
    std::int64_t number(std::int64_t limit);
    /// Takes literals of variables up to `variables` until a 0 or the end of the line, each once, into `literals`.
    /// Whether there was a 0. Throws Malformed as number() does.
    bool clause(std::int64_t variables, Literals& literals);

    /// `what` with the place in front.
    [[nodiscard]] std::string where(const std::string& what) const;
    /// Throws Malformed.
    [[noreturn]] void fail(const std::string& what) const { throw Malformed{where(what)}; }

private:
    void skip_space();

    std::istream& in_;
    const char* file_;
    std::string text_;
    std::string_view rest_;
    std::size_t number_ = 0;
};

} // namespace vtlcheck::certificates
