/*
 * vtl_intercept: the MSR half of a TDX paravisor's intercept path.
 *
 * A VP of the partition has two guest VTLs. When TDG.VP.ENTER returns because a guest executed RDMSR, WRMSR or TDCALL,
 * hand the exit to vtl_handle_exit(). It decides what the instruction does, updates the VP's state and the guest
 * registers in the exit, and reports in vtl_outcome what is left for the caller: an event to inject, a device to ask, a
 * message for VTL1, a log line to charge, a hypercall to issue.
 *
 * Devices are asked in advance: the caller fills vtl_exit.answers with what the device would say; an answer that is not
 * needed has no influence. vtl_outcome.request says which device access really happened.
 *
 * Thread safety: one VP is touched by one thread at a time. The partition-wide registers are plain words; a caller that
 * runs VPs in parallel serialises accesses to them.
 *
 * C11 and C++20; no allocation, no lock, no floating point, no dependency. Fields in declaration order have no padding
 * that carries meaning. Provenance of behaviour: docs/reference-notes.md and `vtlcheck spec`.
 */
#ifndef VTL_INTERCEPT_H
#define VTL_INTERCEPT_H

#include <stdalign.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes with every change of a struct or of the meaning of a field. */
#define VTL_INTERCEPT_ABI 1U

enum { VTL_GPR_COUNT = 16, VTL_INFO_COUNT = 11, VTL_SINT_COUNT = 16, VTL_STIMER_COUNT = 4, VTL_CRASH_COUNT = 5 };
enum { VTL_BITMAP_WORDS = 512 };

/* Result of a call. Only VTL_OK leaves effects; the others are errors of the caller, never of a guest. */
enum vtl_status {
    VTL_OK = 0,
    VTL_BAD_ARGUMENT = 1 /* null pointer, VTL above 1, or a VP that is not the exit's */
};

/* What is fixed for the life of a partition. */
struct vtl_config {
    bool la57; /* linear addresses are 57 bits wide, else 48 */
    bool x2apic_capable;
    bool tsc_aux;           /* the processor has IA32_TSC_AUX */
    bool untrusted_synic;   /* TDVMCALL service offered to VTL0 (profile untrusted-synic) */
    uint64_t xss_supported; /* IA32_XSS bits the processor and XFAM support; only bits 10-12 count */
    uint64_t tsc_frequency; /* Hz */
};

struct vtl_synic_state {
    uint64_t scontrol, siefp, simp;
    uint64_t sint[VTL_SINT_COUNT];
};

/* One VTL's share of the partition-wide registers. */
struct vtl_partition_state {
    uint64_t guest_os_id, hypercall, reference_tsc;
};

/* Registers of one VTL of one VP. */
struct vtl_vtl_state {
    uint64_t apic_base;
    uint64_t efer;
    bool ia32e_guest; /* VM-entry control "IA-32e mode guest" */
    uint64_t pat, sysenter_cs, sysenter_esp, sysenter_eip;
    uint64_t star, lstar, cstar, sfmask, tsc_aux, xss;
    uint64_t vp_assist;
    struct vtl_synic_state synic;
    uint64_t stimer_config[VTL_STIMER_COUNT];
    uint64_t stimer_count[VTL_STIMER_COUNT];
    uint64_t crash[VTL_CRASH_COUNT];
};

/* Registers of a VP that belong to no single VTL. */
struct vtl_vp_shared_state {
    bool vtl1_present;
    uint64_t intercept_control; /* VTL1's CrInterceptControl word */
    bool apic_offload;          /* VTL0's TPR, EOI and SELF_IPI may bypass the paravisor; starts true */
    bool intercept_pending;     /* an intercept message for VTL1 could not be posted yet */
    struct vtl_synic_state untrusted_synic;
};

/* All register state of a VP, for inspection, save and restore. */
struct vtl_vp_state {
    struct vtl_vp_shared_state vp;
    struct vtl_vtl_state vtl[2];
};

/* Caller-provided storage. Treat the contents as private. */
struct vtl_partition {
    struct vtl_config config;
    struct vtl_partition_state vtl[2];
};

struct vtl_vp {
    /* Per VTL, as TDG.VP.WR wants it: words 0x000 read low, 0x080 read high, 0x100 write low, 0x180 write high;
       1 intercepts. */
    alignas(4096) uint64_t msr_bitmap[2][VTL_BITMAP_WORDS];
    struct vtl_vp_state state;
    uint32_t index;
};

enum vtl_kind {
    VTL_L2_EXIT = 0,               /* TDG.VP.ENTER returned */
    VTL_SET_INTERCEPT_CONTROL = 1, /* VTL1 sets CrInterceptControl to `argument` */
    VTL_SET_APIC_OFFLOAD = 2,      /* the paravisor sets VTL0's APIC offload to bit 0 of `argument` */
    VTL_ENABLE_VTL1 = 3            /* the VP loads its VTL1 state */
};

/* Indices of gpr[]: order of L2_ENTER_GUEST_STATE. */
enum vtl_gpr {
    VTL_RAX,
    VTL_RCX,
    VTL_RDX,
    VTL_RBX,
    VTL_RSP,
    VTL_RBP,
    VTL_RSI,
    VTL_RDI,
    VTL_R8,
    VTL_R9,
    VTL_R10,
    VTL_R11,
    VTL_R12,
    VTL_R13,
    VTL_R14,
    VTL_R15
};

/* Indices of info[]: TDG.VP.ENTER outputs. These are not the guest's registers of the same names. */
enum vtl_info {
    VTL_INFO_RAX, /* 31:0 VMX exit reason, 63:32 TDX status */
    VTL_INFO_RCX,
    VTL_INFO_RDX,
    VTL_INFO_RSI, /* CS: selector 15:0, access rights 31:16, limit 63:32 */
    VTL_INFO_RDI, /* CS base */
    VTL_INFO_R8,
    VTL_INFO_R9,
    VTL_INFO_R10,
    VTL_INFO_R11, /* 31:0 instruction information, 63:32 instruction length */
    VTL_INFO_R12, /* 1:0 CPL */
    VTL_INFO_R13
};

/* What devices would answer if asked. */
struct vtl_answers {
    bool apic_fault;
    uint64_t apic_value;
    bool page_refused;         /* guest memory refuses the overlay or lock */
    bool slot_busy;            /* the message slot in VTL1's SIMP is occupied */
    uint64_t reference_time;   /* 100 ns units */
    uint64_t hypercall_result; /* of a forwarded PostMessage or SignalEvent */
};

struct vtl_exit {
    uint32_t kind; /* enum vtl_kind; any other value is an internal error */
    uint32_t vtl;  /* 0 or 1 */
    uint32_t vp;
    uint64_t argument;
    uint64_t info[VTL_INFO_COUNT];
    uint64_t gpr[VTL_GPR_COUNT]; /* the guest's */
    uint64_t rip, rflags;
    uint64_t cr0;              /* VMCS GUEST_CR0 */
    uint32_t interruptibility; /* VMCS: bit 0 STI, bit 1 MOV SS */
    uint64_t pending_debug;    /* VMCS: bit 14 single step */
    uint64_t now;              /* ns */
    struct vtl_answers answers;
};

enum vtl_disposition {
    VTL_COMPLETED = 0,
    VTL_FAULT_GP = 1,
    VTL_FAULT_UD = 2,
    VTL_INTERCEPTED = 3,
    VTL_INTERNAL_ERROR = 4,
    VTL_NOT_ENTERED = 5,
    VTL_HOST_ROUTED = 6,
    VTL_NOT_HANDLED = 7,
    VTL_ACCEPTED = 8,
    VTL_REFUSED = 9
};

enum vtl_request {
    VTL_REQUEST_NONE = 0,
    VTL_REQUEST_APIC_READ = 1,  /* index: x2APIC MSR number, or HV_X64_MSR_ICR / HV_X64_MSR_TPR */
    VTL_REQUEST_APIC_WRITE = 2, /* likewise (also HV_X64_MSR_EOI), value */
    VTL_REQUEST_APIC_RESET = 3, /* index IA32_APIC_BASE, value the new base */
    VTL_REQUEST_PAGE_MAP = 4,   /* index: MSR number, value: GPA (bits 63:12 of the MSR value) */
    VTL_REQUEST_PAGE_UNMAP = 5, /* index: MSR number, value: GPA that was mapped */
    VTL_REQUEST_PAGE_LOCK = 6,
    VTL_REQUEST_PAGE_UNLOCK = 7,
    VTL_REQUEST_IDLE = 8,
    VTL_REQUEST_REFERENCE_TIME = 9,
    VTL_REQUEST_VENDOR_CALL = 10 /* index: call code, value: control word */
};

enum vtl_log_site {
    VTL_LOG_NONE = 0,
    VTL_LOG_UNKNOWN_READ = 1,
    VTL_LOG_UNKNOWN_WRITE = 2,
    VTL_LOG_PROTECTED_WRITE = 3,
    VTL_LOG_CRASH = 4,
    VTL_LOG_TDVMCALL_READ = 5,
    VTL_LOG_TDVMCALL_WRITE = 6,
    VTL_LOG_TDVMCALL_FUNCTION = 7
};

enum vtl_message_status { VTL_MESSAGE_NONE = 0, VTL_MESSAGE_POSTED = 1, VTL_MESSAGE_PENDING = 2 };

/* Intercept message for VTL1 (HvX64MsrInterceptMessage); all 0 when status is VTL_MESSAGE_NONE. */
struct vtl_message {
    uint8_t status;
    uint32_t vp;
    uint8_t length;
    uint8_t access;
    uint16_t state;
    uint64_t cs_base;
    uint32_t cs_limit;
    uint16_t cs_selector, cs_attributes;
    uint64_t rip, rflags;
    uint32_t msr;
    uint64_t rdx, rax;
    bool interrupt; /* VTL1's APIC gets interrupt_vector */
    uint8_t interrupt_vector;
};

struct vtl_outcome {
    uint8_t disposition;         /* enum vtl_disposition */
    uint16_t error;              /* HV_STATUS when refused, else 0 */
    uint64_t gpr[VTL_GPR_COUNT]; /* the guest's registers after the exit */
    uint64_t rip;
    uint32_t interruptibility;
    uint64_t pending_debug;
    uint32_t event; /* VM-entry interruption information of a queued fault, 0 if none */
    uint32_t event_error_code;

    uint8_t request; /* enum vtl_request */
    uint32_t request_index;
    uint64_t request_value;
    bool proxy_filter; /* recompute VTL0's proxy interrupt filter */
    bool crash_notify; /* tell the host of a guest crash */

    bool hypercall; /* HvCallSetVpRegisters(Sint<hypercall_register>)@VTL0 to the host; its result is not looked at */
    uint32_t hypercall_register;
    uint64_t hypercall_value;

    struct vtl_message message;

    uint8_t log_site;   /* enum vtl_log_site: the one warning attempt of this exit */
    uint32_t log_msr;   /* host-visible */
    uint64_t log_value; /* confidential */
    bool audit;         /* one audit record */
};

/* Sets up a partition at reset. */
enum vtl_status vtl_partition_init(struct vtl_partition* partition, const struct vtl_config* config);

/* Sets up VP `index` at reset; VP 0 is the bootstrap processor. Fills the MSR bitmaps. */
enum vtl_status vtl_vp_init(struct vtl_vp* vp, const struct vtl_partition* partition, uint32_t index);

/* Handles one exit. Every exit has exactly one outcome; nothing a guest does is fatal. On VTL_BAD_ARGUMENT neither the
   state nor *outcome is touched. */
enum vtl_status vtl_handle_exit(struct vtl_partition* partition, struct vtl_vp* vp, const struct vtl_exit* exit,
                                struct vtl_outcome* outcome);

/* Replaces the VP's registers (restore, test set-up) and recomputes the MSR bitmaps. Values are taken as they are. */
enum vtl_status vtl_vp_restore(struct vtl_vp* vp, const struct vtl_partition* partition,
                               const struct vtl_vp_state* state);

/* Whether the MSR bitmap, or the architecture outside its two ranges, makes an access of `vtl` exit. */
bool vtl_msr_access_exits(const struct vtl_vp* vp, uint32_t vtl, uint32_t msr, bool write);

#ifdef __cplusplus
}
#endif

#endif
