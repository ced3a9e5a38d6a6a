// Which accesses exit, against an independent statement of the rule, and how the bitmaps follow state.
#include "machine.h"

#include <random>

namespace vtl_tests {
namespace {

bool one_of(std::uint32_t number, std::initializer_list<std::uint32_t> list) {
    for (const std::uint32_t n : list)
        if (n == number)
            return true;
    return false;
}

// Written from the prose, number by number.
bool expected_armed(const vtl_config& config, const vtl_vp_state& state, unsigned vtl, std::uint32_t number,
                    bool write) {
    const std::uint64_t control = state.vp.vtl1_present && vtl == 0 && write ? state.vp.intercept_control : 0;
    if (number == 0x6A2 && (control >> 26 & 1) != 0)
        return true;
    if (number >= 0x6A4 && number <= 0x6A7 && (control >> 27 & 1) != 0)
        return true;
    if (number == 0x6A8 && (control >> 28 & 1) != 0)
        return true;
    if (one_of(number, {0x48, 0x1C4, 0x1C5, 0x6A0, 0x6A2, 0x6A4, 0x6A5, 0x6A6, 0x6A7, 0x6A8, 0xC0000100, 0xC0000101,
                        0xC0000102}))
        return false;
    if (!write && one_of(number, {0x10, 0x174, 0x175, 0x176, 0xC0000080, 0xC0000081, 0xC0000082, 0xC0000084}))
        return false;
    if (!write && number == 0xC0000103)
        return !config.tsc_aux;
    if (vtl == 0 && one_of(number, {0x808, 0x80B, 0x83F}))
        return !state.vp.apic_offload || (state.vtl[0].apic_base & 0xC00) != 0xC00;
    return true;
}

class Bitmaps : public Machine {
protected:
    void expect_all() {
        for (unsigned n = 0; n < 2; ++n)
            for (const bool write : {false, true})
                for (std::uint32_t low = 0; low < 0x2000; ++low)
                    for (const std::uint32_t number : {low, 0xC0000000 + low})
                        ASSERT_EQ(vtl_msr_access_exits(&vp, n, number, write),
                                  expected_armed(config, vp.state, n, number, write))
                            << n << ' ' << std::hex << number << ' ' << write;
    }
};

TEST_F(Bitmaps, AtReset) { expect_all(); }

TEST_F(Bitmaps, WithoutTscAuxItsReadIsArmed) {
    config.tsc_aux = false;
    boot(0);
    expect_all();
    EXPECT_TRUE(vtl_msr_access_exits(&vp, 1, 0xC0000103, false));
}

TEST_F(Bitmaps, OutsideTheRangesEverythingExits) {
    for (const std::uint32_t number : {0x2000U, 0x40000000U, 0xBFFFFFFFU, 0xC0002000U, 0xC0011029U, 0xFFFFFFFFU})
        for (const bool write : {false, true})
            EXPECT_TRUE(vtl_msr_access_exits(&vp, 0, number, write));
}

TEST_F(Bitmaps, LayoutIsTheModules) {
    EXPECT_EQ(vp.msr_bitmap[0][0x000] >> 0x10 & 1, 0U);    // TSC, read
    EXPECT_EQ(vp.msr_bitmap[0][0x100] >> 0x10 & 1, 1U);    // TSC, write
    EXPECT_EQ(vp.msr_bitmap[0][0x080 + 2] & 0x1F, 0x08U);  // EFER..SFMASK, read: only CSTAR
    EXPECT_EQ(vp.msr_bitmap[1][0x180 + 4] & 0xF, 0x8U);    // FS_BASE..TSC_AUX, write: only TSC_AUX
    EXPECT_EQ(vp.msr_bitmap[1][0x020], ~std::uint64_t{0}); // VTL1's APIC is never offloaded
}

TEST_F(Bitmaps, ControlWordArmsAtOnce) {
    enable_vtl1();
    for (const std::uint64_t word : {1ULL << 26, 1ULL << 27, 1ULL << 28, 0ULL, 0x1EFFD557ULL}) {
        expect_status(set_exit(0x000E0000, word, 0, 1), 0x1'0000'0000);
        expect_all();
    }
}

TEST_F(Bitmaps, ClaimsNeedVtl1) {
    shared().intercept_control = 0x1C000000; // restored before VTL1 appears
    restore();
    expect_all();
    EXPECT_FALSE(vtl_msr_access_exits(&vp, 0, 0x6A2, true));
    enable_vtl1();
    expect_all();
    EXPECT_TRUE(vtl_msr_access_exits(&vp, 0, 0x6A2, true));
    EXPECT_FALSE(vtl_msr_access_exits(&vp, 1, 0x6A2, true));
    EXPECT_FALSE(vtl_msr_access_exits(&vp, 0, 0x6A2, false));
}

TEST_F(Bitmaps, OffloadNeedsX2apicModeOfVtl0) {
    EXPECT_TRUE(vtl_msr_access_exits(&vp, 0, 0x808, true));
    EXPECT_EQ(wrmsr(0x1B, 0xFEE00D00), VTL_COMPLETED);
    EXPECT_FALSE(vtl_msr_access_exits(&vp, 0, 0x808, true));
    EXPECT_FALSE(vtl_msr_access_exits(&vp, 0, 0x80B, false));
    expect_all();
    EXPECT_EQ(control(VTL_SET_APIC_OFFLOAD, 2, 0), VTL_ACCEPTED);
    EXPECT_TRUE(vtl_msr_access_exits(&vp, 0, 0x808, true));
    expect_all();
    EXPECT_EQ(control(VTL_SET_APIC_OFFLOAD, 3, 0), VTL_ACCEPTED);
    expect_all();
    EXPECT_EQ(wrmsr(0x1B, 0xFEE00000), VTL_COMPLETED);
    EXPECT_TRUE(vtl_msr_access_exits(&vp, 0, 0x83F, true));
    expect_all();
}

TEST_F(Bitmaps, Vtl1sX2apicModeChangesNothing) {
    enable_vtl1();
    EXPECT_EQ(wrmsr(0x1B, 0xFEE00C00, 1), VTL_COMPLETED);
    expect_all();
    EXPECT_TRUE(vtl_msr_access_exits(&vp, 0, 0x808, true));
    EXPECT_TRUE(vtl_msr_access_exits(&vp, 1, 0x808, true));
}

TEST_F(Bitmaps, RestoreRecomputesWhateverTheyHeld) {
    std::memset(vp.msr_bitmap, 0x3C, sizeof vp.msr_bitmap);
    vtl_vp_state state = vp.state;
    state.vp.vtl1_present = true;
    state.vp.intercept_control = 0x0C000000;
    state.vtl[0].apic_base = 0xFEE00D00;
    ASSERT_EQ(vtl_vp_restore(&vp, &partition, &state), VTL_OK);
    EXPECT_TRUE(same_bytes(&vp.state, &state, sizeof state));
    expect_all();
}

TEST_F(Bitmaps, RestoreOfTheOwnState) {
    set_x2apic(0, true);
    const vtl_vp before = vp;
    ASSERT_EQ(vtl_vp_restore(&vp, &partition, &vp.state), VTL_OK);
    EXPECT_TRUE(same_bytes(&before, &vp, sizeof vp));
}

// However the VP got where it is, its bitmaps are those a restore of its state would give it.
TEST_F(Bitmaps, IncrementalEqualsRecomputed) {
    std::mt19937_64 random(20);
    for (unsigned step = 0; step < 20000; ++step) {
        const std::uint64_t r = random();
        const auto from = static_cast<std::uint32_t>(r >> 8 & 1);
        switch (r % 6) {
        case 0:
            handle(set_exit(0x000E0000 + (r >> 32) % 4,
                            random() & ((r & 0x100000) != 0 ? 0x1EFFD557 : ~std::uint64_t{0}), 0, from));
            break;
        case 1:
            control(VTL_SET_APIC_OFFLOAD, random(), from);
            break;
        case 2:
            if ((r >> 16) % 64 == 0)
                enable_vtl1();
            break;
        case 3:
            wrmsr(0x1B, 0xFEE00000 | (random() & 0xD00), from);
            break;
        case 4:
            wrmsr(static_cast<std::uint32_t>(0x6A0 + (r >> 16) % 16), random(), from);
            break;
        default:
            wrmsr(static_cast<std::uint32_t>(0x800 + (r >> 16) % 64), random(), from);
            break;
        }
        const vtl_vp before = vp;
        restore();
        ASSERT_TRUE(same_bytes(&before, &vp, sizeof vp)) << step;
        if (step % 4000 == 3999)
            boot(step % 3);
    }
    expect_all();
}

} // namespace
} // namespace vtl_tests
