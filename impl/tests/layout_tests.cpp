// The header means the same to C and to C++.
#include "vtl_intercept.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <type_traits>

extern "C" std::size_t header_c11_size_of_exit(void);
extern "C" std::size_t header_c11_size_of_outcome(void);
extern "C" std::size_t header_c11_size_of_vp(void);
extern "C" vtl_status header_c11_null_exit(void);

namespace {

static_assert(std::is_standard_layout_v<vtl_vp> && std::is_trivially_copyable_v<vtl_vp>);
static_assert(std::is_standard_layout_v<vtl_exit> && std::is_trivially_copyable_v<vtl_exit>);
static_assert(std::is_standard_layout_v<vtl_outcome> && std::is_trivially_copyable_v<vtl_outcome>);

TEST(Layout, SizesAgree) {
    EXPECT_EQ(header_c11_size_of_exit(), sizeof(vtl_exit));
    EXPECT_EQ(header_c11_size_of_outcome(), sizeof(vtl_outcome));
    EXPECT_EQ(header_c11_size_of_vp(), sizeof(vtl_vp));
}

TEST(Layout, CallableFromC) { EXPECT_EQ(header_c11_null_exit(), VTL_BAD_ARGUMENT); }

TEST(Layout, BitmapsArePages) {
    EXPECT_EQ(alignof(vtl_vp), 4096U);
    EXPECT_EQ(sizeof(vtl_vp::msr_bitmap[0]), 4096U);
    EXPECT_EQ(offsetof(vtl_vp, msr_bitmap), 0U);
}

} // namespace
