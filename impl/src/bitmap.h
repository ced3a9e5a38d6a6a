// MSR bitmaps and VMCS controls: what exits, and keeping them in step with the state they follow.
#ifndef VTL_IMPL_BITMAP_H
#define VTL_IMPL_BITMAP_H

#include "vtl_intercept.h"

#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

inline constexpr std::uint32_t BITMAP_RANGE = 0x2000;
inline constexpr std::uint32_t BITMAP_HIGH_FIRST = 0xC0000000;
inline constexpr std::uint32_t BITMAP_HIGH_WORD = 0x80;
inline constexpr std::uint32_t BITMAP_WRITE_WORD = 0x100;

// Distance from the start of the half of the 32-bit number space that holds one of the two ranges.
constexpr std::uint32_t bitmap_offset(std::uint32_t number) {
    return number ^ ((number >> 31) != 0 ? BITMAP_HIGH_FIRST : 0);
}
constexpr bool in_bitmap(std::uint32_t number) { return bitmap_offset(number) < BITMAP_RANGE; }

// Only of a number in_bitmap(). Masked all the same, so that no number reaches beyond the bitmap.
constexpr std::uint32_t bitmap_word(std::uint32_t number, bool write) {
    return bitmap_offset(number) % BITMAP_RANGE / 64 | ((number >> 31) != 0 ? BITMAP_HIGH_WORD : 0) |
           (write ? BITMAP_WRITE_WORD : 0);
}
constexpr std::uint64_t bitmap_bit(std::uint32_t number) { return std::uint64_t{1} << (number % 64); }

// The bitmap, not the rules, says what is armed: an exit of anything else contradicts what the module was told.
inline bool msr_armed(const vtl_vp& vp, std::uint32_t vtl, std::uint32_t number, bool write) {
    if (!in_bitmap(number))
        return true;
    return (vp.msr_bitmap[vtl][bitmap_word(number, write)] & bitmap_bit(number)) != 0;
}

// Brings VTL0's bitmap and both VTLs' controls in step with the control word and masks, the presence of VTL1, the APIC
// offload, VTL0's x2APIC mode, CR0 and CR4. VTL1's bitmap and masks follow nothing.
void follow_state(vtl_vp& vp);

// Fills bitmaps and controls, whatever they held.
void fill_controls(vtl_vp& vp, const vtl_config& config);

} // namespace vtl_intercept

#endif
