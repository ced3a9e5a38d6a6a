/* A library with every name of the ABI, of an earlier version: nothing but the version may be asked. */
#include <stdint.h>
#include <stdlib.h>

uint32_t vtl_abi_version(void);
uint32_t vtl_abi_version(void) { return 2; }

#define REFUSE(name)                                                                                                   \
    void name(void);                                                                                                   \
    void name(void) { abort(); }

REFUSE(vtl_config_error)
REFUSE(vtl_partition_init)
REFUSE(vtl_vp_init)
REFUSE(vtl_handle_exit)
REFUSE(vtl_vp_restore)
REFUSE(vtl_next_entry)
REFUSE(vtl_msr_access_exits)
REFUSE(vtl_audit_read)
REFUSE(vtl_log_read)
REFUSE(vtl_log_lost)
REFUSE(vtl_log_totals)
REFUSE(vtl_census_attach)
REFUSE(vtl_census_count)
REFUSE(vtl_census_entry)
REFUSE(vtl_inspect)
