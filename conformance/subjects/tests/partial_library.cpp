// A library with one function of the ABI.
#include "impl/include/vtl_intercept.h"

extern "C" uint32_t vtl_abi_version() { return VTL_INTERCEPT_ABI; }
