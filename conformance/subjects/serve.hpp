// The other side of docs/subject-protocol.md: a subject of this process as a program that is talked to.
#pragma once

#include "conformance/subjects/subject.hpp"

namespace vtlcheck::conformance {

/// Reads lines from the descriptor `input` until it ends and writes the answers to `output`. Throws InputError for a line
/// that is none of the protocol, SubjectError as the subject does, std::system_error if it cannot read or write.
void serve(Subject& subject, int input, int output);

} // namespace vtlcheck::conformance
