// What OpenHCL says of MSR accesses, whichever way it says it (forms 10 and 11): messages with fields.
#pragma once

#include "conformance/importers/importer.hpp"

#include <deque>

namespace vtlcheck::conformance::importers {

/// A message about an MSR access.
struct OpenhclMessage {
    std::string_view text;
    bool write = false;
    bool tdvmcall = false;    ///< the access was a TDVMCALL
    bool refused = false;     ///< and was answered with an error
    bool fault_known = false; ///< the code that says it goes on in one way only
    bool value_apart = false; ///< the value is told in an event of its own, which confidential VMs filter out
};

/// The message of that text, or null.
const OpenhclMessage* find_openhcl_message(std::string_view text);
/// The message that `line` has after a blank and before a blank or its end, or null. `at` is where it starts.
const OpenhclMessage* find_openhcl_message_in(std::string_view line, std::size_t& at);

/// One event: a message with those of its fields that count.
struct OpenhclEvent {
    const OpenhclMessage* message = nullptr;
    std::uint64_t time_ns = 0;
    std::uint32_t line = 0;
    std::optional<std::uint32_t> msr;   ///< `msr` or `index`
    std::optional<std::uint64_t> value; ///< `value` or `data`
    std::string activity;               ///< related_activity_id; empty if there is none
};

/// Makes accesses of events. A value that has an event of its own is joined to the write that waits for one, if that is
/// the only one: nothing in the two events but their neighbourhood says that they belong together.
class OpenhclAccesses {
public:
    void take(OpenhclEvent event, Account& account);
    void finish(Account& account);

private:
    struct Waiting {
        OpenhclEvent write;
        bool certain = true; ///< no value so far may have been its
    };
    void join(const OpenhclEvent& value, Account& account);
    void give_up(std::size_t writes, Account& account);
    void give_up_before(const OpenhclEvent& now, Account& account);

    std::deque<Waiting> waiting_;
};

} // namespace vtlcheck::conformance::importers
