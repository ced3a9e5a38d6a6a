// Fields by name: turns the `visit` of a vocabulary struct into a table to look up, read and write fields of it.
#pragma once

#include "model/vocabulary.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace vtlcheck::conformance {

using model::Concrete;

/// The words of an enumeration, by value.
using Words = std::span<const std::string_view>;

/// The words of the field `name`, empty if it holds a number. Docs: trace-format.md, "Words".
[[nodiscard]] Words words_of(std::string_view name);

/// The word of `words` that resembles `text` most, or an empty one if none does.
[[nodiscard]] std::string_view closest_word(std::span<const std::string_view> words, std::string_view text);

/// Code of the register `name` (TLFS HV_REGISTER_NAME, large and small letters alike), if the register table has it.
[[nodiscard]] std::optional<std::uint32_t> register_code(std::string_view name);
/// Name of the register `code`, empty if the register table does not have it.
[[nodiscard]] std::string_view register_name(std::uint64_t code);
/// The register name that resembles `text` most, or an empty one if none does.
[[nodiscard]] std::string_view closest_register(std::string_view text);

/// One field of a struct over `Concrete`.
struct Field {
    std::string name;
    std::uint16_t offset;
    std::uint8_t bits; ///< 1 for a Bool
    Words words;
    bool is_register = false; ///< it holds the name of a register
    bool is_duration = false; ///< it is read and written with a unit of time; ns

    /// A field of type `X`, a word or truth value of `Concrete`.
    template <class X>
    static Field of(std::string name, std::uint16_t offset) {
        const Words words = words_of(name);
        const bool is_register = name == "name";
        const bool is_duration = name == "log_interval" || name == "log_total_interval";
        const auto bits = static_cast<std::uint8_t>(std::is_same_v<X, Concrete::Bool> ? 1 : sizeof(X) * 8);
        return {std::move(name), offset, bits, words, is_register, is_duration};
    }
};

/// The parts of FieldTable that do not depend on the struct.
class FieldIndex {
public:
    [[nodiscard]] const std::vector<Field>& fields() const { return fields_; }
    [[nodiscard]] std::size_t size() const { return fields_.size(); }
    [[nodiscard]] const Field& operator[](std::size_t index) const { return fields_[index]; }

    /// Position of the field `name`.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view name) const;
    /// Position of the field `name`, which exists.
    [[nodiscard]] std::size_t at(std::string_view name) const;
    /// Positions by name, numbers in names by value: the order of the canonical text.
    [[nodiscard]] const std::vector<std::uint16_t>& by_name() const { return by_name_; }
    /// The field name that resembles `name` most, or nothing if none does.
    [[nodiscard]] std::string_view closest(std::string_view name) const;

protected:
    void add(Field field) { fields_.push_back(std::move(field)); }
    void build();

private:
    std::vector<Field> fields_;
    std::vector<std::uint16_t> by_name_;
    std::vector<std::uint16_t> slots_; ///< open addressing, position + 1; a power of two in size
};

/// The fields of `T` in the order of `T::visit`. Positions are good for one build of the program only.
template <class T>
class FieldTable : public FieldIndex {
public:
    static const FieldTable& get() {
        static const FieldTable table;
        return table;
    }
    [[nodiscard]] std::uint64_t load(const T& object, std::size_t index) const {
        const Field& field = (*this)[index];
        const auto* from = reinterpret_cast<const unsigned char*>(&object) + field.offset;
        switch (field.bits) {
        case 1:
            return read<bool>(from) ? 1 : 0;
        case 8:
            return read<std::uint8_t>(from);
        case 16:
            return read<std::uint16_t>(from);
        case 32:
            return read<std::uint32_t>(from);
        default:
            return read<std::uint64_t>(from);
        }
    }
    /// The value has to fit the field.
    void store(T& object, std::size_t index, std::uint64_t value) const {
        const Field& field = (*this)[index];
        auto* to = reinterpret_cast<unsigned char*>(&object) + field.offset;
        switch (field.bits) {
        case 1:
            return write(to, value != 0);
        case 8:
            return write(to, static_cast<std::uint8_t>(value));
        case 16:
            return write(to, static_cast<std::uint16_t>(value));
        case 32:
            return write(to, static_cast<std::uint32_t>(value));
        default:
            return write(to, value);
        }
    }

private:
    static_assert(std::is_trivially_copyable_v<T> && std::is_standard_layout_v<T>);
    static_assert(sizeof(Concrete::Bool) == sizeof(bool) && sizeof(Concrete::Bv<64>) == sizeof(std::uint64_t));

    FieldTable() {
        T object{};
        const auto* base = reinterpret_cast<const unsigned char*>(&object);
        T::visit(
            [&]<class X>(const model::FieldName& name, const X& x) {
                const auto offset = reinterpret_cast<const unsigned char*>(&x) - base;
                add(Field::of<X>(name.str(), static_cast<std::uint16_t>(offset)));
            },
            object);
        build();
    }
    template <class W>
    static W read(const unsigned char* from) {
        W word;
        std::memcpy(&word, from, sizeof word);
        return word;
    }
    template <class W>
    static void write(unsigned char* to, W word) {
        std::memcpy(to, &word, sizeof word);
    }
};

/// A field in which two values of a type differ; values as the trace format writes them.
struct Difference {
    std::string scope; ///< "outcome", or of a state: "partition.vtl0", "vp", "vtl1" and so on
    std::string field;
    std::string expected;
    std::string observed;
};

/// A unit of time and the most digits that a number of it may have after the point.
struct TimeUnit {
    std::string_view suffix;
    std::uint64_t nanoseconds;
    std::size_t digits;
};
/// The largest first.
inline constexpr std::array time_units{TimeUnit{"s", 1'000'000'000, 9}, TimeUnit{"ms", 1'000'000, 6},
                                       TimeUnit{"us", 1'000, 3}, TimeUnit{"ns", 1, 0}};

/// Adds a number as the trace format writes it: below 10 decimal, else lower-case hexadecimal.
void append_number(std::string& text, std::uint64_t value);
/// Adds a time in the largest unit that leaves no fraction, "500ms"; 0 as "0".
void append_duration(std::string& text, std::uint64_t nanoseconds);
/// Adds `value` as the trace format writes it in `field`.
void append_value(std::string& text, const Field& field, std::uint64_t value);
[[nodiscard]] std::string value_text(const Field& field, std::uint64_t value);

/// The fields in which two values of one struct differ.
template <class T>
std::vector<Difference> diff_fields(std::string_view scope, const T& expected, const T& observed) {
    const auto& table = FieldTable<T>::get();
    std::vector<Difference> differences;
    for (std::size_t i = 0; i < table.size(); ++i) {
        const std::uint64_t e = table.load(expected, i);
        const std::uint64_t o = table.load(observed, i);
        if (e != o) {
            differences.push_back(
                {std::string(scope), table[i].name, value_text(table[i], e), value_text(table[i], o)});
        }
    }
    return differences;
}

} // namespace vtlcheck::conformance
