// Makes a history as short and as plain as it can be without becoming one of something else.
#pragma once

#include "vectors/search.hpp"

namespace vtlcheck::vectors {

/// Whether the history ends with an exit of the target, and keeps what its grade promises.
[[nodiscard]] bool reaches(const conformance::Trace& trace, Grade grade, Target target);

/// Leaves out exits, one by one at the end, so that none of them can be left out. Then sets to its plain value each field
/// of exits and configuration that has no influence: on what decides any exit, on any outcome but what passes through it,
/// and on the last state. What does have one stays as it was drawn, so that a value that is lost shows.
[[nodiscard]] Found minimise(Found found, Target target);

/// The exit of the same instruction in which nothing is said that the verb does not say.
[[nodiscard]] model::ConcreteExit plain_like(const model::ConcreteExit& exit);

} // namespace vtlcheck::vectors
