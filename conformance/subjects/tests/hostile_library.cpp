// The implementation as a library that goes wrong as the environment says: HOSTILE=crash, hang, exit, flood, wrong at every
// WRMSR of EFER, load-crash, load-hang when it is loaded. The implementation's own vtl_handle_exit has another name here.
#include "impl/include/vtl_intercept.h"

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <thread>
#undef vtl_handle_exit

extern "C" vtl_status real_handle_exit(vtl_partition* partition, vtl_vp* vp, const vtl_exit* exit,
                                       vtl_outcome* outcome);

namespace {

std::string_view fault() {
    const char* const text = std::getenv("HOSTILE");
    return text == nullptr ? "" : text;
}

void hang() {
    for (;;) {
        std::this_thread::sleep_for(std::chrono::seconds(1));
    }
}

struct OnLoad {
    OnLoad() {
        if (fault() == "load-crash") {
            static_cast<void>(std::raise(SIGSEGV));
        } else if (fault() == "load-hang") {
            hang();
        }
    }
} on_load;

void go_wrong() {
    if (fault() == "crash") {
        static_cast<void>(std::fputs("about to crash\n", stderr));
        static_cast<void>(std::raise(SIGSEGV));
    } else if (fault() == "hang") {
        hang();
    } else if (fault() == "exit") {
        std::_Exit(0);
    } else if (fault() == "flood") {
        for (int i = 0; i < 20'000; ++i) {
            static_cast<void>(std::puts("noise, noise, noise, noise, noise, noise, noise, noise, noise, noise"));
        }
    }
}

} // namespace

extern "C" vtl_status vtl_handle_exit(vtl_partition* partition, vtl_vp* vp, const vtl_exit* exit,
                                      vtl_outcome* outcome) {
    const bool target = exit->kind == VTL_L2_EXIT && (exit->info[VTL_INFO_RAX] & 0xFFFF) == 0x20 &&
                        static_cast<std::uint32_t>(exit->gpr[VTL_RCX]) == 0xC0000080;
    if (target) {
        go_wrong();
    }
    const vtl_status status = real_handle_exit(partition, vp, exit, outcome);
    if (target && fault() == "wrong") {
        outcome->rip += 1;
    }
    return status;
}
