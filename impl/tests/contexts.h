// A start context that is accepted: 64-bit code.
#ifndef VTL_IMPL_TESTS_CONTEXTS_H
#define VTL_IMPL_TESTS_CONTEXTS_H

#include "vtl_intercept.h"

namespace vtl_tests {

inline vtl_context good_context() {
    vtl_context c{};
    c.rip = 0xFFFFFFFF81000000;
    c.rsp = 0x8000;
    c.rflags = 2;
    c.cs = {.base = 0, .limit = 0xFFFFFFFF, .selector = 0x10, .attributes = 0xA09B};
    c.ds = c.es = c.ss = {.base = 0, .limit = 0xFFFFFFFF, .selector = 0x18, .attributes = 0xC093};
    c.fs = c.gs = {.base = 0xFFFFFFFF90000000, .limit = 0, .selector = 0, .attributes = 0};
    c.tr = {.base = 0, .limit = 0x67, .selector = 0x40, .attributes = 0x8B};
    c.efer = 0xD01;
    c.cr0 = 0x80010033;
    c.cr3 = 0x1000;
    c.cr4 = 0x20;
    c.pat = 0x0007040600070406;
    return c;
}

} // namespace vtl_tests

#endif
