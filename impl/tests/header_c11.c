/* Uses the public header from C11, so that it stays a C header. */
#include "vtl_intercept.h"

#include <assert.h>
#include <stddef.h>

static_assert(VTL_INTERCEPT_ABI == 3U, "the layout below belongs to this ABI");
static_assert(offsetof(struct vtl_outcome, gpr) % sizeof(uint64_t) == 0, "registers are words");
static_assert(VTL_R15 + 1 == VTL_GPR_COUNT, "a register for every index");
static_assert(VTL_INFO_R13 + 1 == VTL_INFO_COUNT, "a word for every index");

size_t header_c11_size_of_exit(void);
size_t header_c11_size_of_outcome(void);
size_t header_c11_size_of_vp(void);
enum vtl_status header_c11_null_exit(void);

size_t header_c11_size_of_exit(void) { return sizeof(struct vtl_exit); }
size_t header_c11_size_of_outcome(void) { return sizeof(struct vtl_outcome); }
size_t header_c11_size_of_vp(void) { return sizeof(struct vtl_vp); }
enum vtl_status header_c11_null_exit(void) { return vtl_handle_exit(NULL, NULL, NULL, NULL); }
