// Tables of field names and of the words of enumerations.
#include "conformance/fields.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>
#include <numeric>

namespace vtlcheck::conformance {
namespace {

using std::string_view_literals::operator""sv;

constexpr std::array disposition_words{"done"sv,           "gp"sv,          "ud"sv,          "intercepted"sv,
                                       "internal-error"sv, "not-entered"sv, "host-routed"sv, "not-handled"sv,
                                       "accepted"sv,       "refused"sv};
constexpr std::array request_words{"none"sv,     "apic-read"sv,      "apic-write"sv, "apic-reset"sv,
                                   "page-map"sv, "page-unmap"sv,     "page-lock"sv,  "page-unlock"sv,
                                   "idle"sv,     "reference-time"sv, "vendor-call"sv};
constexpr std::array message_words{"none"sv, "posted"sv, "pending"sv};
constexpr std::array log_site_words{"none"sv,  "unknown-read"sv,  "unknown-write"sv,  "protected-write"sv,
                                    "crash"sv, "tdvmcall-read"sv, "tdvmcall-write"sv, "tdvmcall-function"sv};
constexpr std::array kind_words{"l2-exit"sv, "set-intercept-control"sv, "set-apic-offload"sv, "enable-vtl1"sv};

static_assert(disposition_words.size() == model::disposition_count);
static_assert(request_words.size() == model::request_count);
static_assert(log_site_words.size() == model::log_site_count);
static_assert(kind_words.size() == model::kind_count);

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
    if (name == "disposition") {
        return disposition_words;
    }
    if (name == "request") {
        return request_words;
    }
    if (name == "message") {
        return message_words;
    }
    if (name == "log_site") {
        return log_site_words;
    }
    if (name == "kind") {
        return kind_words;
    }
    return {};
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

void FieldIndex::add(Field field) {
    field.words = words_of(field.name);
    fields_.push_back(std::move(field));
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

void append_value(std::string& text, const Field& field, std::uint64_t value) {
    if (field.bits == 1) {
        text += value != 0 ? "yes" : "no";
    } else if (value < field.words.size()) {
        text += field.words[value];
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
