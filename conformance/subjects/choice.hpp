// Which subject a user names: builtin, lib:PATH or cmd:COMMAND.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vtlcheck::conformance {

struct SubjectChoice {
    enum class Kind : std::uint8_t {
        builtin,
        library, ///< a shared library with the C ABI
        command, ///< a program that speaks the subject protocol
    };
    Kind kind = Kind::builtin;
    std::string what; ///< path or command

    /// As it was named.
    [[nodiscard]] std::string name() const;
};

/// Throws NoSubject: none of the three, no path, no command.
[[nodiscard]] SubjectChoice parse_subject(std::string_view text);

} // namespace vtlcheck::conformance
