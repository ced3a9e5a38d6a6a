// A subject of unknown quality, run in a copy of this process, which it may take down.
#pragma once

#include "conformance/subjects/subject.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace vtlcheck::conformance {

/// Makes a subject, in the process in which it is to run. May throw NoSubject.
using SubjectMaker = std::function<std::unique_ptr<Subject>()>;

/// Throws NoSubject if `make` does, or does not come back within `limit`, in a copy of this process. `name` is what the
/// error calls it.
void expect_subject(const SubjectMaker& make, const std::string& name, std::chrono::milliseconds limit);

/// The subject of `make` in a copy of this process. When that crashes or gives no answer within `limit`, the call throws
/// SubjectError, and the next `start` makes another one. `make` must not throw: see expect_subject.
[[nodiscard]] std::unique_ptr<Subject> isolated_subject(SubjectMaker make, std::string name,
                                                        std::chrono::milliseconds limit);

} // namespace vtlcheck::conformance
