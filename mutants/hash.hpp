// A hash that is the same on every machine and in every run: FNV-1a of 64 bits.
#pragma once

#include <cstdint>
#include <string_view>

namespace vtlcheck::mutants {

[[nodiscard]] constexpr std::uint64_t hashed(std::string_view text, std::uint64_t seed = 0xCBF29CE484222325) {
    for (const char c : text) {
        seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001B3;
    }
    return seed;
}

/// Whether the name is one of about one in `n`.
[[nodiscard]] constexpr bool chosen(std::string_view name, std::uint64_t n) {
    return (hashed(name) >> 32U) % n == 0; // the upper half, since the lower bits of the hash hang on few of the name's
}

} // namespace vtlcheck::mutants
