// Builds the MSR bitmaps from the row list and changes the few words that follow state, likewise the VMCS controls.
#include "bitmap.h"

#include "bits.h"
#include "msr_rows.h"

namespace vtl_intercept {
namespace {

struct Bitmap {
    std::uint64_t word[VTL_BITMAP_WORDS];
};

constexpr bool passes_read(Pass pass) { return pass == Pass::read || pass == Pass::always; }

// With no claim, no offload and no TSC_AUX.
constexpr Bitmap derive_base() {
    Bitmap bitmap{};
    for (std::uint64_t& word : bitmap.word)
        word = ~std::uint64_t{0};
    for (const MsrRow& row : msr_rows)
        for (std::uint32_t number = row.first; number != row.end(); ++number) {
            if (passes_read(row.pass))
                bitmap.word[bitmap_word(number, false)] &= ~bitmap_bit(number);
            if (row.pass == Pass::always)
                bitmap.word[bitmap_word(number, true)] &= ~bitmap_bit(number);
        }
    return bitmap;
}

constexpr Bitmap base = derive_base();

// The MSRs VTL1 can claim that otherwise pass, and those of the APIC offload, each fill a part of one word.
constexpr std::uint32_t CET_WORD = bitmap_word(msr::IA32_S_CET, true);
constexpr std::uint32_t X2APIC_READ_WORD = bitmap_word(msr::X2APIC_FIRST, false);
constexpr std::uint32_t X2APIC_WRITE_WORD = bitmap_word(msr::X2APIC_FIRST, true);

constexpr bool rows_fit_those_words() {
    for (const MsrRow& row : msr_rows)
        for (std::uint32_t number = row.first; number != row.end(); ++number) {
            if (row.pass != Pass::never && !in_bitmap(number))
                return false;
            if (row.pass == Pass::always && row.claim != 0 && bitmap_word(number, true) != CET_WORD)
                return false;
            if (row.pass == Pass::apic_offload && bitmap_word(number, false) != X2APIC_READ_WORD)
                return false;
        }
    return true;
}

static_assert(rows_fit_those_words());

constexpr std::uint64_t claimed_bits(std::uint32_t control) {
    std::uint64_t bits = 0;
    for (const MsrRow& row : msr_rows)
        if (row.pass == Pass::always && (row.claim & control) != 0)
            for (std::uint32_t number = row.first; number != row.end(); ++number)
                bits |= bitmap_bit(number);
    return bits;
}

constexpr std::uint64_t offloaded_bits() {
    std::uint64_t bits = 0;
    for (const MsrRow& row : msr_rows)
        if (row.pass == Pass::apic_offload)
            bits |= bitmap_bit(row.first);
    return bits;
}

constexpr std::uint64_t ANY_CLAIM = claimed_bits(~std::uint32_t{0});
constexpr std::uint32_t S_CET_CONTROL = control_bit(26);
constexpr std::uint32_t PL_SSP_CONTROL = control_bit(27);
constexpr std::uint32_t SSP_TABLE_CONTROL = control_bit(28);
constexpr std::uint64_t S_CET_CLAIM = claimed_bits(S_CET_CONTROL);
constexpr std::uint64_t PL_SSP_CLAIM = claimed_bits(PL_SSP_CONTROL);
constexpr std::uint64_t SSP_TABLE_CLAIM = claimed_bits(SSP_TABLE_CONTROL);
static_assert((S_CET_CLAIM | PL_SSP_CLAIM | SSP_TABLE_CLAIM) == ANY_CLAIM, "a claim that arms no bit would be dead");
constexpr std::uint64_t OFFLOADED = offloaded_bits();

// What a guest may change of CR0 and CR4 without an exit (P7). CR4.MCE is the host's.
constexpr std::uint64_t CR0_GUEST_OWNED = CR0_MP | CR0_EM | CR0_TS | CR0_ET | CR0_WP | CR0_AM;
constexpr std::uint64_t CR4_GUEST_OWNED = 0xB71FBF;

void follow_controls(vtl_vp& vp) {
    const vtl_vp_shared_state& shared = vp.state.vp;
    const std::uint64_t control = shared.vtl1_present ? shared.intercept_control : 0;
    vtl_controls& vtl0 = vp.controls[0];
    vtl_controls& vtl1 = vp.controls[1];
    vtl0.cr0_guest_host_mask = vtl1.cr0_guest_host_mask | ((control & CONTROL_CR0_WRITE) != 0 ? shared.cr0_mask : 0);
    vtl0.cr4_guest_host_mask = vtl1.cr4_guest_host_mask | ((control & CONTROL_CR4_WRITE) != 0 ? shared.cr4_mask : 0);
    vtl0.descriptor_table_exiting = (control & CONTROL_TABLE_WRITES) != 0;
    for (unsigned n = 0; n < 2; ++n) {
        vp.controls[n].cr0_read_shadow = vp.state.vtl[n].cr0;
        vp.controls[n].cr4_read_shadow = vp.state.vtl[n].cr4;
    }
}

} // namespace

void follow_state(vtl_vp& vp) {
    const vtl_vp_shared_state& shared = vp.state.vp;
    const std::uint64_t control = shared.vtl1_present ? shared.intercept_control : 0;
    const bool offloaded = shared.apic_offload && in_x2apic_mode(vp.state.vtl[0].apic_base);
    const std::uint64_t armed = offloaded ? 0 : OFFLOADED;

    std::uint64_t* const words = vp.msr_bitmap[0];
    words[CET_WORD] = (words[CET_WORD] & ~ANY_CLAIM) | ((control & S_CET_CONTROL) != 0 ? S_CET_CLAIM : 0) |
                      ((control & PL_SSP_CONTROL) != 0 ? PL_SSP_CLAIM : 0) |
                      ((control & SSP_TABLE_CONTROL) != 0 ? SSP_TABLE_CLAIM : 0);
    words[X2APIC_READ_WORD] = (words[X2APIC_READ_WORD] & ~OFFLOADED) | armed;
    words[X2APIC_WRITE_WORD] = (words[X2APIC_WRITE_WORD] & ~OFFLOADED) | armed;
    follow_controls(vp);
}

void fill_controls(vtl_vp& vp, const vtl_config& config) {
    constexpr std::uint32_t tsc_aux_word = bitmap_word(msr::IA32_TSC_AUX, false);
    const std::uint64_t tsc_aux = config.tsc_aux ? bitmap_bit(msr::IA32_TSC_AUX) : 0;
    __builtin_memcpy(vp.msr_bitmap[0], base.word, sizeof base.word);
    __builtin_memcpy(vp.msr_bitmap[1], base.word, sizeof base.word);
    vp.msr_bitmap[0][tsc_aux_word] &= ~tsc_aux;
    vp.msr_bitmap[1][tsc_aux_word] &= ~tsc_aux;
    vp.controls[1] = {};
    vp.controls[1].cr0_guest_host_mask = ~CR0_GUEST_OWNED;
    vp.controls[1].cr4_guest_host_mask = ~(CR4_GUEST_OWNED & config.cr4_allowed);
    vp.controls[0] = vp.controls[1];
    follow_state(vp);
}

} // namespace vtl_intercept
