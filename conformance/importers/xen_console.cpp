// Form 8, the console of Xen:
//
//   (XEN) [<place>:]d<domain>[v<vcpu>] Domain attempted WRMSR <msr> from <value> to <value>[.]
//   (XEN) [<place>:]d<domain>[v<vcpu>] RDMSR|WRMSR 0x<msr>[ val 0x<value>] unimplemented[.]
//
// Older releases print <value> in halves, <high>:<low>. A time may stand after "(XEN)".
#include "conformance/importers/importer.hpp"

#include <fmt/format.h>

#include <array>

namespace vtlcheck::conformance::importers {
namespace {

constexpr std::string_view xen = "(XEN) ";
constexpr std::string_view attempted = "Domain attempted WRMSR ";

struct Phrase {
    std::string_view text;
    bool write;
};
constexpr std::array phrases{Phrase{attempted, true}, Phrase{"RDMSR 0x", false}, Phrase{"WRMSR 0x", true}};

/// Where the domain and its vCPU are told.
struct Place {
    std::uint32_t domain = 0;
    std::uint32_t vcpu = 0;
};

/// Reads the domain that `prefix` ends in.
bool take_place(std::string_view prefix, Place& place) {
    if (!prefix.ends_with(' ')) {
        return false;
    }
    prefix.remove_suffix(1);
    std::string_view text = prefix.substr(prefix.find_last_of(" :") + 1);
    const auto number = [&](char letter, std::uint32_t& value) {
        if (!text.starts_with(letter)) {
            return false;
        }
        const auto [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), value);
        text.remove_prefix(static_cast<std::size_t>(end - text.data()));
        return error == std::errc();
    };
    return number('d', place.domain) && (text.empty() || (number('v', place.vcpu) && text.empty()));
}

const Phrase* find_phrase(std::string_view line, std::size_t& at, Place& place) {
    const std::size_t begin = line.find(xen);
    if (begin == std::string_view::npos) {
        return nullptr;
    }
    for (const Phrase& phrase : phrases) {
        at = line.find(phrase.text, begin);
        if (at != std::string_view::npos && take_place(line.substr(0, at), place)) {
            return &phrase;
        }
    }
    return nullptr;
}

std::uint64_t value_or_halves(Scanner& text) {
    (void)text.skip("0x");
    const std::uint64_t value = text.value();
    if (!text.skip(":")) {
        return value;
    }
    constexpr const char* half = "a half of at most 32 bits, hexadecimal";
    if (value >> 32U != 0) {
        text.fail(half);
    }
    return value << 32U | text.number<std::uint32_t>(16, half);
}

class XenConsole : public LineImporter {
    const char* parse(std::string_view line, Access& access, Account& account) override {
        std::size_t at = 0;
        Place place;
        const Phrase* phrase = line.starts_with('#') ? nullptr : find_phrase(line, at, place);
        if (phrase == nullptr) {
            return other(line, access.line, account);
        }
        access.time_ns = time_in(line.substr(0, at));
        access.cpu = place.vcpu;
        access.write = phrase->write;
        access.fault_known = true;
        Scanner text(line.substr(at + phrase->text.size()));
        if (phrase->text == attempted) { // and it was ignored
            (void)text.skip("0x");
            access.msr = text.msr();
            text.expect(" from ");
            (void)value_or_halves(text);
            text.expect(" to ");
            access.value = value_or_halves(text);
            access.value_known = true;
        } else {
            access.msr = text.msr();
            access.faulted = true;
            if (access.write && text.skip(" val 0x")) {
                access.value = text.value();
                access.value_known = true;
            }
            text.expect(" unimplemented");
        }
        (void)text.skip(".");
        text.end();
        if (access.write && !access.value_known) {
            return reason_no_value;
        }
        note_domain(place.domain, access.line, account);
        return nullptr;
    }

    static const char* other(std::string_view line, std::uint32_t number, Account& account) {
        constexpr std::string_view suppressed = " messages suppressed";
        if (line.find(xen) != std::string_view::npos && line.find(suppressed) != std::string_view::npos) {
            account.lost(number_before(line, suppressed), line, number);
            return reason_lost;
        }
        return no_message(line, number, account);
    }

    void note_domain(std::uint32_t domain, std::uint32_t line, Account& account) {
        if (domain_ && *domain_ != domain && !several_domains_) {
            several_domains_ = true;
            account.assume(
                fmt::format("several domains (d{} and, from line {} on, d{}) are one", *domain_, line, domain));
        }
        domain_ = domain;
    }

    std::optional<std::uint32_t> domain_;
    bool several_domains_ = false;
};

} // namespace

std::unique_ptr<Importer> xen_console(std::string_view) { return std::make_unique<XenConsole>(); }

std::optional<Form> recognise_xen_console(std::string_view line) {
    std::size_t at = 0;
    Place place;
    return !line.starts_with('#') && find_phrase(line, at, place) != nullptr ? std::optional(Form::xen_console)
                                                                             : std::nullopt;
}

} // namespace vtlcheck::conformance::importers
