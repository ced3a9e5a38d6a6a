// Tables of field names and of the words of enumerations.
#include "conformance/fields.hpp"

#include "model/register_table.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <limits>
#include <numeric>

namespace vtlcheck::conformance {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array disposition_words{"done"sv,           "gp"sv,          "ud"sv,          "intercepted"sv,
                                       "internal-error"sv, "not-entered"sv, "host-routed"sv, "not-handled"sv,
                                       "accepted"sv,       "refused"sv,     "continued"sv,   "emulate"sv};
constexpr std::array request_words{
    "none"sv,           "apic-read"sv,          "apic-write"sv, "apic-reset"sv,     "page-map"sv,     "page-unmap"sv,
    "page-lock"sv,      "page-unlock"sv,        "idle"sv,       "reference-time"sv, "vendor-call"sv,  "register-read"sv,
    "register-write"sv, "default-protection"sv, "wake"sv,       "load-context"sv,   "entry-reason"sv, "startup-ipi"sv};
constexpr std::array message_words{"none"sv, "posted"sv, "pending"sv};
constexpr std::array log_site_words{"none"sv,           "unknown-read"sv,  "unknown-write"sv,     "protected-write"sv,
                                    "crash"sv,          "tdvmcall-read"sv, "tdvmcall-write"sv,    "tdvmcall-function"sv,
                                    "hypercall-code"sv, "vtl-switch"sv,    "protected-register"sv};
constexpr std::array log_line_words{"none"sv, "warning"sv, "summary"sv};
constexpr std::array kind_words{"l2-exit"sv,         "load-context"sv, "set-apic-offload"sv, "deliver-message"sv,
                                "preempt"sv,         "startup-ipi"sv,  "revoke-vsm"sv,       "host-access"sv,
                                "special-request"sv, "drain-audit"sv,  "log-flush"sv,        "log-limits"sv};
constexpr std::array isolation_words{"none"sv, "vbs"sv, "snp"sv, "tdx"sv, "cca"sv};
constexpr std::array guest_vsm_words{"not-enabled"sv, "enabled"sv, "unsupported"sv};
constexpr std::array origin_words{"vtl0"sv, "vtl1"sv, "kernel"sv, "paravisor"sv};
constexpr std::array access_words{"get"sv, "set"sv};
constexpr std::array operation_words{"internal-error"sv,       "get"sv,           "set"sv,
                                     "enable-partition-vtl"sv, "enable-vp-vtl"sv, "start-vp"sv,
                                     "startup-ipi"sv,          "special-get"sv,   "special-set"sv};
constexpr std::array route_words{"none"sv,       "shared-page"sv, "register-page"sv, "kernel-ioctl"sv,
                                 "tdx-module"sv, "vmsa"sv,        "hypercall"sv,     "emulation"sv};
constexpr std::array verdict_words{"none"sv, "granted"sv, "refused"sv, "failed"sv};

static_assert(disposition_words.size() == model::disposition_count);
static_assert(request_words.size() == model::request_count);
static_assert(log_site_words.size() == model::log_site_count);
static_assert(log_line_words.size() == model::log_line_count);
static_assert(kind_words.size() == model::kind_count);
static_assert(isolation_words.size() == model::isolation_count);
static_assert(guest_vsm_words.size() == model::guest_vsm_count);
static_assert(origin_words.size() == model::origin_count);
static_assert(operation_words.size() == model::operation_count);
static_assert(route_words.size() == model::route_count);
static_assert(verdict_words.size() == model::audit_verdict_count);

struct FieldWords {
    std::string_view field;
    Words words;
};
constexpr std::array field_words{
    FieldWords{"disposition", disposition_words}, FieldWords{"request", request_words},
    FieldWords{"message", message_words},         FieldWords{"log_site", log_site_words},
    FieldWords{"log_line", log_line_words},       FieldWords{"kind", kind_words},
    FieldWords{"isolation", isolation_words},     FieldWords{"guest_vsm", guest_vsm_words},
    FieldWords{"origin", origin_words},           FieldWords{"operation", access_words},
    FieldWords{"audit_origin", origin_words},     FieldWords{"audit_operation", operation_words},
    FieldWords{"audit_route", route_words},       FieldWords{"audit_verdict", verdict_words}};

/// FNV-1a: names are short.
std::size_t hash(std::string_view name) {
    std::uint64_t h = 0xcbf29ce484222325;
    for (const char c : name) {
        h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3;
    }
    return static_cast<std::size_t>(h ^ (h >> 32U));
}

/// Edits from `a` to `b`, an exchange of two neighbours being one.
std::size_t distance(std::string_view a, std::string_view b) {
    std::array<std::vector<std::size_t>, 3> rows; // of i - 2, i - 1 and i, in turn
    rows.fill(std::vector<std::size_t>(b.size() + 1));
    std::iota(rows[0].begin(), rows[0].end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto& row = rows[i % 3];
        const auto& above = rows[(i + 2) % 3];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1), row[j - 1] + 1, above[j] + 1});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], rows[(i + 1) % 3][j - 2] + 1);
            }
        }
    }
    return rows[a.size() % 3][b.size()];
}

bool digit(char c) { return c >= '0' && c <= '9'; }

char small_letter(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string small_letters(std::string_view text) {
    std::string small(text);
    std::transform(small.begin(), small.end(), small.begin(), small_letter);
    return small;
}

bool less_without_case(std::string_view a, std::string_view b) {
    return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                        [](char x, char y) { return small_letter(x) < small_letter(y); });
}

/// Alphabetical, but sint2 before sint10.
bool natural_less(std::string_view a, std::string_view b) {
    while (!a.empty() && !b.empty()) {
        if (digit(a[0]) && digit(b[0])) {
            unsigned x = 0;
            unsigned y = 0;
            a.remove_prefix(static_cast<std::size_t>(std::from_chars(a.data(), a.data() + a.size(), x).ptr - a.data()));
            b.remove_prefix(static_cast<std::size_t>(std::from_chars(b.data(), b.data() + b.size(), y).ptr - b.data()));
            if (x != y) {
                return x < y;
            }
        } else if (a[0] != b[0]) {
            return a[0] < b[0];
        } else {
            a.remove_prefix(1);
            b.remove_prefix(1);
        }
    }
    return a.size() < b.size();
}

} // namespace

Words words_of(std::string_view name) {
    const auto* found = std::find_if(field_words.begin(), field_words.end(),
                                     [name](const FieldWords& each) { return each.field == name; });
    return found == field_words.end() ? Words() : found->words;
}

std::string_view closest_word(std::span<const std::string_view> words, std::string_view text) {
    constexpr std::size_t longest = 64; // the text is anybody's
    std::string_view best;
    std::size_t best_distance = std::min<std::size_t>(text.size() / 3 + 1, 4);
    for (const std::string_view word : words) {
        const std::size_t d = text.size() > longest ? best_distance : distance(word, text);
        if (d < best_distance) {
            best = word;
            best_distance = d;
        }
    }
    return best;
}

std::optional<std::uint32_t> register_code(std::string_view name) {
    static const std::vector<std::uint32_t> by_name = [] {
        std::vector<std::uint32_t> indices(model::unlisted_register);
        std::iota(indices.begin(), indices.end(), 0U);
        std::sort(indices.begin(), indices.end(), [](std::uint32_t a, std::uint32_t b) {
            return less_without_case(model::register_table[a].name, model::register_table[b].name);
        });
        return indices;
    }();
    const auto found =
        std::lower_bound(by_name.begin(), by_name.end(), name, [](std::uint32_t index, std::string_view wanted) {
            return less_without_case(model::register_table[index].name, wanted);
        });
    if (found == by_name.end() || less_without_case(name, model::register_table[*found].name)) {
        return std::nullopt;
    }
    return model::register_table[*found].code;
}

std::string_view register_name(std::uint64_t code) {
    if (code > std::numeric_limits<std::uint32_t>::max()) {
        return {};
    }
    const std::size_t index = model::register_index(static_cast<std::uint32_t>(code));
    return index == model::unlisted_register ? std::string_view() : model::register_table[index].name;
}

std::string_view closest_register(std::string_view text) {
    std::vector<std::string> small;
    small.reserve(model::unlisted_register);
    for (std::size_t i = 0; i < model::unlisted_register; ++i) {
        small.push_back(small_letters(model::register_table[i].name));
    }
    const std::vector<std::string_view> names(small.begin(), small.end());
    const std::string_view best = closest_word(names, small_letters(text));
    const auto code = register_code(best);
    return code ? register_name(*code) : std::string_view();
}

void FieldIndex::build() {
    std::size_t capacity = 16;
    while (capacity < fields_.size() * 3) {
        capacity *= 2;
    }
    slots_.assign(capacity, 0);
    for (std::size_t i = 0; i < fields_.size(); ++i) {
        std::size_t slot = hash(fields_[i].name) & (capacity - 1);
        while (slots_[slot] != 0) {
            slot = (slot + 1) & (capacity - 1);
        }
        slots_[slot] = static_cast<std::uint16_t>(i + 1);
    }
    by_name_.resize(fields_.size());
    std::iota(by_name_.begin(), by_name_.end(), std::uint16_t{0});
    std::sort(by_name_.begin(), by_name_.end(),
              [this](std::uint16_t a, std::uint16_t b) { return natural_less(fields_[a].name, fields_[b].name); });
}

std::optional<std::size_t> FieldIndex::find(std::string_view name) const {
    const std::size_t mask = slots_.size() - 1;
    for (std::size_t slot = hash(name) & mask; slots_[slot] != 0; slot = (slot + 1) & mask) {
        const std::size_t index = slots_[slot] - 1U;
        if (fields_[index].name == name) {
            return index;
        }
    }
    return std::nullopt;
}

std::size_t FieldIndex::at(std::string_view name) const {
    const auto index = find(name);
    assert(index && "a field that the vocabulary has");
    return *index;
}

std::string_view FieldIndex::closest(std::string_view name) const {
    std::vector<std::string_view> names;
    names.reserve(fields_.size());
    for (const Field& field : fields_) {
        names.emplace_back(field.name);
    }
    return closest_word(names, name);
}

void append_number(std::string& text, std::uint64_t value) {
    std::array<char, 24> digits; // NOLINT(cppcoreguidelines-pro-type-member-init): written by to_chars
    if (value >= 10) {
        text += "0x";
    }
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value, value < 10 ? 10 : 16).ptr;
    text.append(digits.data(), end);
}

void append_duration(std::string& text, std::uint64_t nanoseconds) {
    if (nanoseconds == 0) {
        text += '0';
        return;
    }
    const auto* unit = std::find_if(time_units.begin(), time_units.end(),
                                    [&](const TimeUnit& u) { return nanoseconds % u.nanoseconds == 0; });
    text += std::to_string(nanoseconds / unit->nanoseconds);
    text += unit->suffix;
}

void append_value(std::string& text, const Field& field, std::uint64_t value) {
    if (field.bits == 1) {
        text += value != 0 ? "yes" : "no";
    } else if (field.is_duration) {
        append_duration(text, value);
    } else if (value < field.words.size()) {
        text += field.words[value];
    } else if (const std::string_view name = field.is_register ? register_name(value) : std::string_view();
               !name.empty()) {
        text += name;
    } else {
        append_number(text, value);
    }
}

std::string value_text(const Field& field, std::uint64_t value) {
    std::string text;
    append_value(text, field, value);
    return text;
}

} // namespace vtlcheck::conformance
