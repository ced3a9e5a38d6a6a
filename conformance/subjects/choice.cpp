#include "conformance/subjects/choice.hpp"

#include "conformance/subjects/process.hpp"

#include <fmt/format.h>

namespace vtlcheck::conformance {

std::string SubjectChoice::name() const {
    switch (kind) {
    case Kind::library:
        return "lib:" + what;
    case Kind::command:
        return "cmd:" + what;
    default:
        return "builtin";
    }
}

SubjectChoice parse_subject(std::string_view text) {
    if (text == "builtin") {
        return {};
    }
    if (text.starts_with("lib:") && text.size() > 4) {
        return {.kind = SubjectChoice::Kind::library, .what = std::string(text.substr(4))};
    }
    if (text.starts_with("cmd:")) {
        SubjectChoice choice{.kind = SubjectChoice::Kind::command, .what = std::string(text.substr(4))};
        (void)command_words(choice.what);
        return choice;
    }
    throw NoSubject(fmt::format(
        "{} is no subject: builtin, lib:PATH of a shared library, or cmd:'COMMAND' of a program", in_quotes(text)));
}

} // namespace vtlcheck::conformance
