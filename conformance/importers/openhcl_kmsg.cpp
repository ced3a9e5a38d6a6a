// Form 11, what OpenHCL writes to kmsg, a serial port or its standard error:
//
//   <level> [<span>{<fields>}: ]<message> [<name>=<value> ...]
//
// The level is padded to 5 columns on the left, and a time may stand before it. Numbers are hexadecimal, with 0x but for
// fields that were logged by their Debug form.
#include "conformance/importers/openhcl.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace vtlcheck::conformance::importers {
namespace {

/// Where `head`, what stands before a message, has a level; npos if it has none.
std::size_t find_level(std::string_view head) {
    for (const std::string_view level : {"ERROR ", "WARN ", "INFO ", "DEBUG ", "TRACE "}) {
        for (std::size_t at = head.find(level); at != std::string_view::npos; at = head.find(level, at + 1)) {
            const std::string_view after = head.substr(at + level.size());
            // Then nothing, or a span.
            if ((at == 0 || std::string_view(" >;").find(head[at - 1]) != std::string_view::npos) &&
                (after.find_first_not_of(' ') == std::string_view::npos || after.ends_with(": "))) {
                return at;
            }
        }
    }
    return std::string_view::npos;
}

const OpenhclMessage* find_message(std::string_view line, std::size_t& level, std::size_t& end) {
    std::size_t at = 0;
    const OpenhclMessage* message = line.starts_with('#') ? nullptr : find_openhcl_message_in(line, at);
    if (message == nullptr) {
        return nullptr;
    }
    level = find_level(line.substr(0, at));
    end = at + message->text.size();
    return level == std::string_view::npos ? nullptr : message;
}

template <class N>
N hexadecimal(std::string_view text, const char* expected) {
    Scanner scanner(text);
    (void)scanner.skip("0x");
    const N value = scanner.number<N>(16, expected);
    if (!scanner.rest().empty()) {
        scanner.fail(expected);
    }
    return value;
}

class OpenhclKmsg : public Importer {
public:
    void read(std::string_view line, std::uint32_t number, Account& account) override {
        std::size_t level = 0;
        std::size_t end = 0;
        OpenhclEvent event;
        event.message = find_message(line, level, end);
        if (event.message == nullptr) {
            account.skip(no_message(line, number, account), line, number);
            return;
        }
        event.line = number;
        event.time_ns = time_in(line.substr(0, level));
        std::uint64_t dropped = 0;
        read_fields(line.substr(end), event, dropped);
        if (dropped != 0) {
            account.lost(dropped, fmt::format("{}: dropped_ratelimited {}", event.message->text, dropped), number);
        }
        accesses_.take(std::move(event), account);
    }
    void finish(Account& account) override { accesses_.finish(account); }

private:
    static void read_fields(std::string_view fields, OpenhclEvent& event, std::uint64_t& dropped) {
        while (!fields.empty()) {
            fields.remove_prefix(1); // the blank
            const std::string_view field = fields.substr(0, fields.find(' '));
            fields.remove_prefix(field.size());
            const std::size_t equals = field.find('=');
            if (equals == std::string_view::npos) { // the rest of a value with blanks
                continue;
            }
            const std::string_view name = field.substr(0, equals);
            const std::string_view value = field.substr(equals + 1);
            if (name == "msr" || name == "index") {
                event.msr = hexadecimal<std::uint32_t>(value, "an MSR number of at most 32 bits, hexadecimal");
            } else if (name == "value" || name == "data") {
                event.value = hexadecimal<std::uint64_t>(value, "a value of at most 64 bits, hexadecimal");
            } else if (name == "dropped_ratelimited") {
                dropped = hexadecimal<std::uint64_t>(value, "a count of at most 64 bits, hexadecimal");
            }
        }
    }

    OpenhclAccesses accesses_;
};

} // namespace

std::unique_ptr<Importer> openhcl_kmsg(std::string_view) { return std::make_unique<OpenhclKmsg>(); }

std::optional<Form> recognise_openhcl_kmsg(std::string_view line) {
    std::size_t level = 0;
    std::size_t end = 0;
    return find_message(line, level, end) != nullptr ? std::optional(Form::openhcl_kmsg) : std::nullopt;
}

} // namespace vtlcheck::conformance::importers
