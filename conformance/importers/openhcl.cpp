#include "conformance/importers/openhcl.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace vtlcheck::conformance::importers {
namespace {

// An MSR that nobody knows reads 0 and ignores writes on TDX; what the other messages mean for the guest is not said.
constexpr std::array messages{
    OpenhclMessage{.text = "unknown tdx vm msr read", .fault_known = true},
    OpenhclMessage{.text = "unknown tdx vm msr write", .write = true, .fault_known = true, .value_apart = true},
    OpenhclMessage{.text = "failed tdvmcall msr read", .tdvmcall = true, .refused = true, .fault_known = true},
    OpenhclMessage{.text = "failed tdvmcall msr write",
                   .write = true,
                   .tdvmcall = true,
                   .refused = true,
                   .fault_known = true,
                   .value_apart = true},
    OpenhclMessage{.text = "tdvmcall msr read", .tdvmcall = true, .fault_known = true},
    OpenhclMessage{.text = "tdvmcall msr write", .write = true, .tdvmcall = true, .fault_known = true},
    OpenhclMessage{.text = "unknown cvm msr read"},
    OpenhclMessage{.text = "unknown cvm msr write", .write = true},
    OpenhclMessage{.text = "unknown msr read"},
    OpenhclMessage{.text = "unknown msr write", .write = true},
    OpenhclMessage{.text = "unrecognized msr read"},
    OpenhclMessage{.text = "unrecognized msr write", .write = true},
    OpenhclMessage{.text = "stubbed out mystery MSR read"},
    OpenhclMessage{.text = "stubbed out mystery MSR write", .write = true}};

// A thread tells number and value one right after the other; more than this between them, and the value was dropped.
constexpr std::uint64_t longest_wait_ns = 100'000'000;
constexpr std::uint32_t longest_wait_lines = 64;

Access access_of(const OpenhclEvent& event) {
    const OpenhclMessage& message = *event.message;
    Access access;
    access.time_ns = event.time_ns;
    access.line = event.line;
    access.msr = event.msr.value_or(0);
    access.write = message.write;
    access.tdvmcall = message.tdvmcall;
    access.faulted = message.refused;
    access.fault_known = message.fault_known;
    access.value = event.value.value_or(0);
    access.value_known = event.value.has_value();
    return access;
}

} // namespace

const OpenhclMessage* find_openhcl_message(std::string_view text) {
    const auto* found =
        std::find_if(messages.begin(), messages.end(), [&](const OpenhclMessage& m) { return m.text == text; });
    return found == messages.end() ? nullptr : found;
}

const OpenhclMessage* find_openhcl_message_in(std::string_view line, std::size_t& at) {
    // All of them name an MSR, which most lines do not.
    if (line.find(" msr ") == std::string_view::npos && line.find(" MSR ") == std::string_view::npos) {
        return nullptr;
    }
    for (const OpenhclMessage& message : messages) {
        at = line.find(message.text);
        if (at == std::string_view::npos || at == 0 || line[at - 1] != ' ') {
            continue;
        }
        const std::size_t end = at + message.text.size();
        if (end == line.size() || line[end] == ' ') {
            return &message;
        }
    }
    return nullptr;
}

void OpenhclAccesses::take(OpenhclEvent event, Account& account) {
    give_up_before(event, account);
    const bool apart = event.message->value_apart;
    if (event.msr && event.message->write && !event.value && apart) {
        waiting_.push_back({std::move(event)});
    } else if (event.msr && (event.value || !event.message->write)) {
        account.record(access_of(event));
    } else if (event.msr) {
        account.skip(reason_no_value, event.line);
    } else if (event.value && apart) {
        join(event, account);
    } else {
        account.skip(reason_no_msr, event.line);
    }
}

void OpenhclAccesses::join(const OpenhclEvent& value, Account& account) {
    const auto fits = [&](const Waiting& waiting) {
        return waiting.write.message == value.message && waiting.write.activity == value.activity;
    };
    const auto first = std::find_if(waiting_.begin(), waiting_.end(), fits);
    if (first == waiting_.end()) {
        account.skip(reason_stray_value, value.line);
        return;
    }
    if (first->certain && std::none_of(std::next(first), waiting_.end(), fits)) {
        first->write.value = value.value;
        account.record(access_of(first->write));
        account.skip(reason_value, value.line);
    } else { // one value fewer to come, but nobody can say whose it was
        for (Waiting& waiting : waiting_) {
            waiting.certain = waiting.certain && !fits(waiting);
        }
        account.skip(reason_no_value, first->write.line);
        account.skip(reason_stray_value, value.line);
    }
    waiting_.erase(first);
}

void OpenhclAccesses::give_up_before(const OpenhclEvent& now, Account& account) {
    const auto still = std::find_if(waiting_.begin(), waiting_.end(), [&](const Waiting& waiting) {
        return now.line - waiting.write.line <= longest_wait_lines &&
               now.time_ns <= waiting.write.time_ns + longest_wait_ns;
    });
    give_up(static_cast<std::size_t>(still - waiting_.begin()), account);
}

void OpenhclAccesses::give_up(std::size_t writes, Account& account) {
    for (; writes > 0; --writes) {
        account.skip(reason_no_value, waiting_.front().write.line);
        waiting_.pop_front();
    }
}

void OpenhclAccesses::finish(Account& account) { give_up(waiting_.size(), account); }

} // namespace vtlcheck::conformance::importers
