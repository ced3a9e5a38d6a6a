/* A guest reads an MSR that nobody serves. With pkg-config:
   cc main.c $(pkg-config --cflags --libs vtl_intercept) */
#include <stdio.h>
#include <vtl_intercept.h>

static struct vtl_vp_log log_of_vp;
static struct vtl_vp vp;

int main(void) {
    const struct vtl_config config = {.isolation = VTL_ISOLATION_TDX,
                                      .vps = 1,
                                      .log_burst = VTL_LOG_BURST_DEFAULT,
                                      .log_interval = VTL_LOG_INTERVAL_DEFAULT,
                                      .log_total_burst = VTL_LOG_TOTAL_BURST_DEFAULT,
                                      .log_total_interval = VTL_LOG_TOTAL_INTERVAL_DEFAULT};
    const struct vtl_exit exit = {.kind = VTL_L2_EXIT,
                                  .info = {[VTL_INFO_RAX] = 0x1F, [VTL_INFO_R11] = 2ULL << 32}, /* RDMSR, two bytes */
                                  .gpr = {[VTL_RCX] = 0x1D9, [VTL_RAX] = 1, [VTL_RDX] = 1},
                                  .rip = 0x1000};
    struct vtl_vp_slot slot;
    struct vtl_partition partition;
    struct vtl_outcome outcome;
    if (vtl_abi_version() != VTL_INTERCEPT_ABI ||
        vtl_partition_init(&partition, &config, &slot, &log_of_vp) != VTL_OK ||
        vtl_vp_init(&vp, &partition, 0) != VTL_OK || vtl_handle_exit(&partition, &vp, &exit, &outcome) != VTL_OK) {
        return 1;
    }
    printf("RAX %#llx, RIP %#llx, log site %u\n", (unsigned long long)outcome.gpr[VTL_RAX],
           (unsigned long long)outcome.rip, outcome.log_site);
    return 0;
}
