// Text in a buffer that may be too small for it.
#ifndef VTL_IMPL_TEXT_H
#define VTL_IMPL_TEXT_H

#include <cstddef>
#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

// Counts what it cannot hold, and closes the text with a 0.
class Text {
public:
    Text(char* buffer, std::size_t size) : buffer_(buffer), size_(size) {}

    void put(char c) {
        if (length_ + 1 < size_)
            buffer_[length_] = c;
        ++length_;
    }
    void put(const char* text) {
        while (*text != 0)
            put(*text++);
    }
    void decimal(std::uint64_t value) {
        char digits[20];
        unsigned count = 0;
        do {
            digits[count++] = static_cast<char>('0' + value % 10);
            value /= 10;
        } while (value != 0);
        while (count != 0)
            put(digits[--count]);
    }
    void hexadecimal(std::uint64_t value) {
        put("\"0x");
        unsigned shift = 60;
        while (shift != 0 && value >> shift == 0)
            shift -= 4;
        for (;; shift -= 4) {
            put("0123456789abcdef"[value >> shift & 0xF]);
            if (shift == 0)
                break;
        }
        put('"');
    }
    std::size_t finish() {
        if (size_ != 0)
            buffer_[length_ < size_ ? length_ : size_ - 1] = 0;
        return length_;
    }

private:
    char* buffer_;
    std::size_t size_;
    std::size_t length_ = 0;
};

} // namespace vtl_intercept

#endif
