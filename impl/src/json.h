// JSON text, and words for numbers.
#ifndef VTL_IMPL_JSON_H
#define VTL_IMPL_JSON_H

#include "text.h"

#include <cstddef>
#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

// JSON with the commas in the right places.
class Json {
public:
    explicit Json(Text& text) : text_(text) {}

    void open(const char* key, char bracket) {
        begin(key);
        text_.put(bracket);
        first_ = true;
    }
    void close(char bracket) {
        text_.put(bracket);
        first_ = false;
    }
    void word(const char* key, const char* value) {
        begin(key);
        text_.put('"');
        text_.put(value);
        text_.put('"');
    }
    void number(const char* key, std::uint64_t value) {
        begin(key);
        text_.decimal(value);
    }
    // As text: JSON has no hexadecimal numbers, and readers lose bits of large ones.
    void mask(const char* key, std::uint64_t value) {
        begin(key);
        text_.hexadecimal(value);
    }
    void flag(const char* key, bool value) {
        begin(key);
        text_.put(value ? "true" : "false");
    }
    // A word that ends in a number.
    void numbered(const char* value, std::uint32_t number) {
        begin(nullptr);
        text_.put('"');
        text_.put(value);
        text_.decimal(number);
        text_.put('"');
    }

private:
    void begin(const char* key) {
        if (!first_)
            text_.put(',');
        first_ = false;
        if (key != nullptr) {
            text_.put('"');
            text_.put(key);
            text_.put("\":");
        }
    }

    Text& text_;
    bool first_ = true;
};

// Arrays, not pointers: pointers would have to be relocated at load time.
inline constexpr std::size_t WORD_SIZE = 24;

template <std::size_t n>
const char* word_of(const char (&words)[n][WORD_SIZE], std::size_t value) {
    return value < n ? words[value] : "unknown";
}

} // namespace vtl_intercept

#endif
