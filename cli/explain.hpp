// What explanations of MSR accesses and register accesses share: the ways an exit can end, one example of each.
#pragma once

#include "cli/output.hpp"
#include "conformance/trace.hpp"
#include "model/oracle.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::cli {

/// One way an access can end.
struct Ending {
    model::ClauseIndex clause = model::no_clause;
    model::ConcreteExit exit;
    model::ConcreteOutcome out;

    /// Example: the exit and its outcome as a line of a trace.
    [[nodiscard]] std::string trace_line() const;
};

/// The endings of accesses from one start state.
class Endings {
public:
    explicit Endings(conformance::TraceHeader start) : start_(std::move(start)) {}

    /// Runs `exit` from the start state; keeps it if no exit before ended by the same clause.
    const model::ConcreteOutcome& add(const model::ConcreteExit& exit);
    /// In the order of the book.
    [[nodiscard]] std::vector<Ending> sorted() const;
    [[nodiscard]] const conformance::TraceHeader& start() const { return start_; }

private:
    conformance::TraceHeader start_;
    model::ConcreteOutcome last_;
    std::vector<Ending> endings_;
};

/// A partition of one VP whose guest runs 64-bit code in both VTLs.
[[nodiscard]] conformance::TraceHeader long_mode_guest();

/// "when the value is bad:\n    #GP.\n" or, of the only ending, "Address MSR: #GP.\n"; indented by two.
[[nodiscard]] std::string clause_text(model::ClauseIndex clause, bool only);
[[nodiscard]] Json clause_json(const Ending& ending);

struct RegisterQuestion {
    bool set = false;
    std::uint32_t code = 0;
    unsigned from = 0;                 ///< VTL; without meaning if the host side asks
    unsigned to = 0;                   ///< VTL
    std::optional<model::Origin> host; ///< the host side asks: kernel or paravisor
    std::optional<std::uint64_t> value;
    std::uint64_t value_high = 0;
    model::Isolation isolation = model::Isolation::tdx;
};

/// The state that the question is put to: guest VSM is enabled, VTL1 present.
[[nodiscard]] conformance::TraceHeader register_start(const RegisterQuestion& question);
/// All ways the access can end: over values on both sides of every value rule, where the question has none, and over
/// the answers of devices.
[[nodiscard]] std::vector<Ending> register_endings(const RegisterQuestion& question);

/// Of all endings of an access. A module that fails decides nothing.
enum class Permission : std::uint8_t {
    granted,
    depends, ///< on the value or the state
    refused,
};
[[nodiscard]] Permission permission(const std::vector<Ending>& endings);

/// Prints who may touch the register and what comes of it.
void explain_register(const RegisterQuestion& question, bool json);

} // namespace vtlcheck::cli
