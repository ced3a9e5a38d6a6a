/*
 * vtl_intercept: the intercept path of a TDX paravisor: MSRs, VTL privilege, register access, log budget.
 *
 * A VP of the partition has two guest VTLs. When TDG.VP.ENTER returns, hand the exit to vtl_handle_exit(). It decides
 * what the instruction does, updates the VP's state, and reports in vtl_outcome the guest's registers and what is left
 * for the caller: an event to inject, a device or the TDX module to ask, a message for VTL1, a log line, a hypercall to
 * issue, an audit record. The other kinds of vtl_kind are requests of the paravisor itself. Then
 * vtl_next_entry() says which VTL to enter, with the bitmap and the vtl_controls of that VTL.
 *
 * Devices, the module and the host are asked in advance: the caller fills vtl_exit.answers with what they would say; an
 * answer that is not needed has no influence, and need not be set. vtl_outcome.request and .hypercall say which access
 * really happened.
 *
 * Thread safety: one VP is touched by one thread at a time. The partition-wide registers and the slots are plain words;
 * a caller that runs VPs in parallel serialises exits that access them: synthetic MSRs and hypercalls. The log budget
 * needs no such care: its words are atomic, VPs charge it in parallel, and its readers may look at any time.
 *
 * C11 and C++20; no allocation, no lock, no floating point, no dependency. Provenance of behaviour: the ids R1-R33,
 * P1-P41 and L1-L15 of docs/reference-notes.md, and `vtlcheck spec`.
 */
#ifndef VTL_INTERCEPT_H
#define VTL_INTERCEPT_H

#include <stdalign.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes with every change of a struct or of the meaning of a field. */
#define VTL_INTERCEPT_ABI 3U

enum { VTL_GPR_COUNT = 16, VTL_INFO_COUNT = 11, VTL_SINT_COUNT = 16, VTL_STIMER_COUNT = 4, VTL_CRASH_COUNT = 5 };
enum { VTL_BITMAP_WORDS = 512 };
enum { VTL_AUDIT_RECORDS = 64 };
enum { VTL_LOG_SITES = 10, VTL_LOG_RECORDS = 64, VTL_CENSUS_ENTRIES = 32, VTL_CENSUS_RANGE = 0x2000 };
/* Words that several VPs write, or that have another writer than their neighbours, do not share one. */
enum { VTL_CACHE_LINE = 64 };

/* Limits of the log budget unless there is a reason for others (L2). Intervals are in ns. */
enum {
    VTL_LOG_BURST_DEFAULT = 10,
    VTL_LOG_INTERVAL_DEFAULT = 500000000,
    VTL_LOG_TOTAL_BURST_DEFAULT = 64,
    VTL_LOG_TOTAL_INTERVAL_DEFAULT = 100000000
};

/* Result of a call. Only VTL_OK leaves effects; the others are errors of the caller, never of a guest. */
enum vtl_status {
    VTL_OK = 0,
    VTL_BAD_ARGUMENT =
        1 /* null pointer, VTL above 1, a VP that is not the exit's or not of the partition, a configuration
                            that vtl_config_error() objects to, an audit record, log site or VP that is not there */
};

/* Who isolates the partition from the hypervisor. The last three are hardware isolation (P38, P39). */
enum vtl_isolation {
    VTL_ISOLATION_NONE = 0,
    VTL_ISOLATION_VBS = 1,
    VTL_ISOLATION_SNP = 2,
    VTL_ISOLATION_TDX = 3,
    VTL_ISOLATION_CCA = 4
};

/* What is fixed for the life of a partition, but for the limits of the log budget: VTL_LOG_LIMITS changes those. */
struct vtl_config {
    bool la57; /* linear addresses are 57 bits wide, else 48 */
    bool x2apic_capable;
    bool tsc_aux;            /* the processor has IA32_TSC_AUX */
    bool untrusted_synic;    /* TDVMCALL service offered to VTL0 (profile untrusted-synic) */
    uint64_t xss_supported;  /* IA32_XSS bits the processor and XFAM support; only bits 10-12 count */
    uint64_t tsc_frequency;  /* Hz */
    uint8_t isolation;       /* enum vtl_isolation */
    uint32_t vps;            /* number of VPs, at least 1 */
    bool access_vsm;         /* privilege AccessVsm of the guest (P16) */
    uint64_t xcr0_supported; /* XCR0 bits of the processor (P25) */
    uint64_t cr4_allowed;    /* CR4 bits the TDX module permits; only those of 0xB71FFF count (P7, P24) */
    /* The log budget (L2). Active with hardware isolation only, but judged always. */
    uint64_t log_burst;       /* lines that a log site can make at once: 1 to 1000000 */
    uint64_t log_interval;    /* ns until it may make one more: 1000 to 3600000000000 */
    uint64_t log_total_burst; /* lines that the partition can make at once, 10 of them for summaries: 11 to 1000000 */
    uint64_t log_total_interval; /* ns until it may make one more: 1000 to 3600000000000 */
};

struct vtl_synic_state {
    uint64_t scontrol, siefp, simp;
    uint64_t sint[VTL_SINT_COUNT];
};

/* One VTL's share of the partition-wide registers. */
struct vtl_partition_state {
    uint64_t guest_os_id, hypercall, reference_tsc;
};

/* State of guest VSM (P30, P34): VTL_VSM_ENABLED is never left. */
enum vtl_vsm { VTL_VSM_NOT_ENABLED = 0, VTL_VSM_ENABLED = 1, VTL_VSM_UNSUPPORTED = 2 };

/* VTL1 in the partition as a whole. */
struct vtl_vsm_state {
    uint8_t guest_vsm;         /* enum vtl_vsm */
    bool mbec;                 /* mode-based execution control, fixed when guest VSM is enabled */
    bool vtl1_on_any_vp;       /* EnableVpVtl succeeded once (P31) */
    uint64_t partition_config; /* VsmPartitionConfig (P28); reset 0x1E */
};

/* Segment register (P26). Attributes: type 3:0, S 4, DPL 6:5, P 7, reserved 11:8, AVL 12, L 13, D/B 14, G 15. */
struct vtl_segment {
    uint64_t base;
    uint32_t limit;
    uint16_t selector, attributes;
};

/* GDTR or IDTR. */
struct vtl_table {
    uint64_t base;
    uint16_t limit;
};

/* Start context of EnableVpVtl and StartVirtualProcessor (TLFS HV_INITIAL_VP_CONTEXT, P34). */
struct vtl_context {
    uint64_t rip, rsp, rflags;
    struct vtl_segment cs, ds, es, fs, gs, ss, tr, ldtr;
    struct vtl_table idtr, gdtr;
    uint64_t efer, cr0, cr3, cr4, pat;
};

/* What other VPs' exits can write about a VP (P31, P33). */
struct vtl_vp_slot {
    bool enable_called;  /* EnableVpVtl succeeded for this VP */
    bool started;        /* the VP runs or may run; reset: VP 0 only */
    bool enable_pending; /* `enable` waits for VTL_LOAD_CONTEXT */
    bool start_pending;  /* `start` waits for VTL_LOAD_CONTEXT */
    bool start_vtl1;     /* `start` is VTL1's, else VTL0's */
    struct vtl_context enable;
    struct vtl_context start;
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
    uint64_t rip, rflags, cr0, cr4, rsp; /* as of the last exit or set (P1); the first four in the order of vtl_exit */
};

/* Contents of an intercept message (HvX64MsrInterceptMessage, HvX64RegisterInterceptMessage; R26, P4). */
struct vtl_message_contents {
    uint32_t type;   /* 0x80010001 MSR, 0x80010006 register; 0 if there is no message */
    uint32_t number; /* MSR number, or HV_REGISTER_NAME */
    uint64_t rdx, rax;
    uint64_t cs_base;
    uint32_t cs_limit;
    uint16_t cs_selector, cs_attributes;
    uint64_t rip, rflags;
    uint16_t state; /* execution state: CPL 1:0, EFER.LMA 4 */
    uint8_t length; /* instruction length */
    uint8_t access; /* HV_INTERCEPT_ACCESS_WRITE = 1 */
};

/* Registers of a VP that belong to no single VTL. */
struct vtl_vp_shared_state {
    bool vtl1_present;
    bool active_vtl1;           /* VTL1 ran last and is entered next, else VTL0 (P1, P2) */
    bool apic_offload;          /* VTL0's TPR, EOI and SELF_IPI may bypass the paravisor; starts true */
    bool tlb_locked;            /* VTL1 holds VTL0's TLB lock (P29) */
    bool vp_mbec;               /* VsmVpSecureConfigVtl0 (P29) */
    bool intercept_pending;     /* `pending` waits for room in VTL1's message page (P3) */
    uint64_t intercept_control; /* VTL1's CrInterceptControl word */
    uint64_t cr0_mask, cr4_mask, misc_enable_mask;
    uint64_t vina; /* VsmVina */
    uint64_t xcr0;
    uint64_t pending_event, pending_event_parameter; /* PendingEvent0 of VTL0 (P27) */
    struct vtl_message_contents pending;
    uint64_t audit_next;  /* sequence number of the next audit record (P35) */
    uint64_t audit_lost;  /* records overwritten unread; saturates */
    uint32_t audit_count; /* records in the ring, at most VTL_AUDIT_RECORDS */
    struct vtl_synic_state untrusted_synic;
};

/* All register state of a VP, for inspection, save and restore. */
struct vtl_vp_state {
    struct vtl_vp_shared_state vp;
    struct vtl_vtl_state vtl[2];
};

/* What the VPs share of a log site. */
struct vtl_log_site_words {
    /* When the site's bucket will be full again, or was: ns of the exits' clock, since + (B - tokens) T of L3. */
    alignas(VTL_CACHE_LINE) uint64_t full_time;
    uint64_t reported; /* suppressed attempts that a line has told of (L8) */
};

/* What the VPs share of the log budget. All of it is accessed atomically, and written only where a line is made. */
struct vtl_log_words {
    struct vtl_log_site_words site[VTL_LOG_SITES]; /* by site - 1 */
    alignas(VTL_CACHE_LINE) uint64_t total_full_time;
};

/* A log line as the host may see it (L9). */
struct vtl_log_visible {
    uint64_t time;       /* ns, of the exit */
    uint64_t suppressed; /* attempts at the site since the last line that no line told of */
    uint32_t number;     /* MSR number, register name, call code, sub-function; 0 of a summary */
    uint32_t vp;
    uint8_t line; /* enum vtl_log_line, not VTL_LINE_NONE */
    uint8_t site; /* enum vtl_log_site */
    uint8_t vtl;
};

/* What only the confidential channel may carry of a log line (L9, decision D21). */
struct vtl_log_confidential {
    uint64_t value; /* that the guest wrote; 0 of a summary */
};

/* The two are apart, so that what is written for the host cannot take the value along. */
struct vtl_log_record {
    struct vtl_log_visible host;
    struct vtl_log_confidential confidential;
};

/* Unknown accesses by direction (0 read, 1 write), range (0: 0-0x1FFF, 1: 0xC0000000-0xC0001FFF) and MSR (L13). */
struct vtl_census {
    uint32_t count[2][2][VTL_CENSUS_RANGE]; /* saturates */
};

/* Unknown accesses outside the two ranges, the frequent ones (L14). */
struct vtl_census_sketch {
    uint64_t changes; /* twice the entries replaced so far, odd while one is being replaced */
    uint64_t
        key[VTL_CENSUS_ENTRIES]; /* MSR 31:0, write 32; 0, which is in no entry's range, of an entry without count */
    uint64_t count[VTL_CENSUS_ENTRIES];
    uint64_t error[VTL_CENSUS_ENTRIES];
};

/* Log counters, lines and census of one VP (L11, L12). Caller-provided storage; treat the contents as private. Written
   by the VP's thread, the last word by the reader of the ring, and read by others: atomically, but for the records,
   which ring_head and ring_tail hand over. */
struct vtl_vp_log {
    alignas(VTL_CACHE_LINE) uint64_t suppressed[VTL_LOG_SITES]; /* by site - 1, as the next two; all saturate */
    uint64_t emitted[VTL_LOG_SITES];                            /* warnings */
    uint64_t summaries[VTL_LOG_SITES];
    uint64_t lost;             /* lines the ring had no room for; saturates */
    uint64_t ring_head;        /* lines written to the ring so far */
    struct vtl_census* census; /* null if none is attached */
    struct vtl_census_sketch sketch;
    struct vtl_log_record ring[VTL_LOG_RECORDS]; /* by number of the line modulo the size */
    alignas(VTL_CACHE_LINE) uint64_t ring_tail;  /* lines read from the ring so far */
};

/* Caller-provided storage. Treat the contents as private. */
struct vtl_partition {
    struct vtl_config config;
    struct vtl_partition_state vtl[2];
    struct vtl_vsm_state vsm;
    struct vtl_vp_slot* slots; /* the caller's array of config.vps slots, by VP index */
    struct vtl_vp_log* logs;   /* likewise */
    struct vtl_log_words log;
};

/* What a VTL's VMCS holds besides the MSR bitmap (P7). Derived from the state; in step with it after every call. */
struct vtl_controls {
    uint64_t cr0_guest_host_mask, cr4_guest_host_mask;
    uint64_t cr0_read_shadow, cr4_read_shadow;
    bool descriptor_table_exiting;
};

/* One audit record (P35, P36). Never holds a value. */
struct vtl_audit_record {
    uint64_t sequence;
    uint64_t time; /* ns, of the exit */
    uint32_t vp;
    uint32_t reg;      /* HV_REGISTER_NAME, or VP index (P36) */
    uint16_t reason;   /* HV_STATUS, 0 if granted */
    uint8_t origin;    /* enum vtl_origin */
    uint8_t operation; /* enum vtl_operation */
    uint8_t vtl;       /* target */
    uint8_t route;     /* enum vtl_route */
    uint8_t verdict;   /* enum vtl_verdict */
};

struct vtl_vp {
    /* Per VTL, as TDG.VP.WR wants it: words 0x000 read low, 0x080 read high, 0x100 write low, 0x180 write high;
       1 intercepts. */
    alignas(4096) uint64_t msr_bitmap[2][VTL_BITMAP_WORDS];
    struct vtl_vp_state state;
    struct vtl_controls controls[2]; /* per VTL */
    uint32_t index;
    struct vtl_audit_record audit[VTL_AUDIT_RECORDS]; /* by sequence number modulo the size */
};

enum vtl_kind {
    VTL_L2_EXIT = 0,          /* TDG.VP.ENTER returned */
    VTL_LOAD_CONTEXT = 1,     /* the VP loads what waits in its slot (P34) */
    VTL_SET_APIC_OFFLOAD = 2, /* the paravisor sets VTL0's APIC offload to bit 0 of `argument` (R32) */
    VTL_DELIVER_MESSAGE = 3,  /* try again to post the message that waits (P3) */
    VTL_PREEMPT = 4,          /* VTL1 has an interrupt that VTL0 must make room for (P5) */
    VTL_STARTUP_IPI = 5,      /* the VTL sent INIT/SIPI; `argument`: target VP 31:0, vector 39:32 (P33) */
    VTL_REVOKE_VSM = 6,       /* firmware hands over to a system without VSM (P34) */
    VTL_HOST_ACCESS = 7,      /* kernel or paravisor touches a register of the VTL (P39) */
    VTL_SPECIAL_REQUEST = 8,  /* `argument` is the enumerated request (P40) */
    VTL_DRAIN_AUDIT = 9,      /* the audit ring was read (P35) */
    VTL_LOG_FLUSH = 10,       /* what log site `argument` suppressed is to be summed up in a line (L7) */
    VTL_LOG_LIMITS = 11 /* new limits of the log budget while no other VP is in an exit: `argument` 0 every site's, 1
                                 the partition's; input.value the burst, input.value_high the interval in ns (L15) */
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
    bool page_refused;                            /* guest memory refuses the overlay or lock */
    bool slot_busy;                               /* the message slot in VTL1's SIMP is occupied */
    uint64_t reference_time;                      /* 100 ns units */
    uint64_t hypercall_result;                    /* of a forwarded PostMessage or SignalEvent */
    bool module_refused;                          /* the TDX module refuses the register access (P20) */
    uint64_t register_value, register_value_high; /* its answer to VTL_REQUEST_REGISTER_READ */
    uint16_t answer_status;                       /* HV_STATUS of the hypercall to the host (P37) */
    uint32_t answer_count;                        /* entries it says it completed */
    uint32_t answer_timeouts;                     /* HV_STATUS_TIMEOUT results before that */
    uint64_t answer_value;                        /* register value it returned */
    uint64_t assist_rax, assist_rcx;              /* of VTL1's VP assist page, for VtlReturn (P32) */
};

/* Input of a hypercall (P13-P15, P30-P33), read by the caller from the registers or the page the control word says; of
   Get and SetVpRegisters the one entry at the start index. Only what the call needs must be set: `context` for EnableVpVtl
   and StartVirtualProcessor alone. name, value and value_high also serve VTL_HOST_ACCESS and VTL_SPECIAL_REQUEST, the
   values VTL_LOG_LIMITS. */
struct vtl_hypercall_input {
    bool unreadable;       /* guest memory refuses the input or output page */
    uint8_t target_vtl;    /* HV_INPUT_VTL, or VTL number */
    uint8_t flags;         /* of EnablePartitionVtl */
    uint32_t target_vp;    /* index, or 0xFFFFFFFE: self */
    uint64_t partition_id; /* 0xFFFFFFFFFFFFFFFF: self */
    uint32_t name;         /* HV_REGISTER_NAME */
    uint64_t value, value_high;
    struct vtl_context context;
};

struct vtl_exit {
    uint32_t kind; /* enum vtl_kind; any other value is an internal error (R2) */
    uint32_t vtl;  /* 0 or 1 */
    uint32_t vp;
    uint64_t argument;
    uint64_t info[VTL_INFO_COUNT];
    uint64_t gpr[VTL_GPR_COUNT]; /* the guest's */
    uint64_t rip, rflags;
    uint64_t cr0, cr4;         /* VMCS GUEST_CR0, GUEST_CR4 */
    uint32_t interruptibility; /* VMCS: bit 0 STI, bit 1 MOV SS */
    uint64_t pending_debug;    /* VMCS: bit 14 single step */
    uint64_t now;              /* ns */
    uint8_t origin;    /* of VTL_HOST_ACCESS: VTL_ORIGIN_KERNEL or VTL_ORIGIN_PARAVISOR, others are internal errors */
    uint8_t operation; /* of VTL_HOST_ACCESS: 0 get, 1 set, others are internal errors */
    struct vtl_answers answers;
    struct vtl_hypercall_input input;
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
    VTL_REFUSED = 9,
    VTL_CONTINUED = 10, /* one entry of a list is done, the guest makes the call again (P14) */
    VTL_EMULATE = 11    /* the instruction emulator's (P10) */
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
    VTL_REQUEST_VENDOR_CALL = 10,        /* index: call code, value: control word */
    VTL_REQUEST_REGISTER_READ = 11,      /* TDX module or run page, register `index` of request_vtl */
    VTL_REQUEST_REGISTER_WRITE = 12,     /* likewise, value and request_high */
    VTL_REQUEST_DEFAULT_PROTECTION = 13, /* value: VTL0's default page protection: R 0, W 1, kernel X 2, user X 3 */
    VTL_REQUEST_WAKE = 14,               /* index: VP whose slot was filled */
    VTL_REQUEST_LOAD_CONTEXT = 15,       /* index: VTL whose other registers take the slot's values */
    VTL_REQUEST_ENTRY_REASON = 16,       /* value for VTL1's VP assist page: 1 VTL call, 2 interrupt */
    VTL_REQUEST_STARTUP_IPI = 17         /* index: VP, value: vector */
};

enum vtl_log_site {
    VTL_LOG_NONE = 0,
    VTL_LOG_UNKNOWN_READ = 1,
    VTL_LOG_UNKNOWN_WRITE = 2,
    VTL_LOG_PROTECTED_WRITE = 3,
    VTL_LOG_CRASH = 4,
    VTL_LOG_TDVMCALL_READ = 5,
    VTL_LOG_TDVMCALL_WRITE = 6,
    VTL_LOG_TDVMCALL_FUNCTION = 7,
    VTL_LOG_HYPERCALL_CODE = 8,
    VTL_LOG_VTL_SWITCH = 9,
    VTL_LOG_PROTECTED_REGISTER = 10
};

/* What became of an attempt or a flush (L9). */
enum vtl_log_line { VTL_LINE_NONE = 0, VTL_LINE_WARNING = 1, VTL_LINE_SUMMARY = 2 };

enum vtl_message_status { VTL_MESSAGE_NONE = 0, VTL_MESSAGE_POSTED = 1, VTL_MESSAGE_PENDING = 2 };

/* Intercept message for VTL1; all 0 when status is VTL_MESSAGE_NONE. */
struct vtl_message {
    uint8_t status;
    bool interrupt; /* VTL1's APIC gets interrupt_vector */
    uint8_t interrupt_vector;
    uint32_t vp;
    struct vtl_message_contents contents;
};

/* On whose behalf (P36). */
enum vtl_origin { VTL_ORIGIN_VTL0 = 0, VTL_ORIGIN_VTL1 = 1, VTL_ORIGIN_KERNEL = 2, VTL_ORIGIN_PARAVISOR = 3 };

enum vtl_operation {
    VTL_OPERATION_INTERNAL_ERROR = 0,
    VTL_OPERATION_GET = 1,
    VTL_OPERATION_SET = 2,
    VTL_OPERATION_ENABLE_PARTITION_VTL = 3,
    VTL_OPERATION_ENABLE_VP_VTL = 4,
    VTL_OPERATION_START_VP = 5,
    VTL_OPERATION_STARTUP_IPI = 6,
    VTL_OPERATION_SPECIAL_GET = 7,
    VTL_OPERATION_SPECIAL_SET = 8
};

/* How a register was reached (P36, P39). */
enum vtl_route {
    VTL_ROUTE_NONE = 0,
    VTL_ROUTE_SHARED_PAGE = 1,
    VTL_ROUTE_REGISTER_PAGE = 2,
    VTL_ROUTE_KERNEL_IOCTL = 3,
    VTL_ROUTE_TDX_MODULE = 4,
    VTL_ROUTE_VMSA = 5,
    VTL_ROUTE_HYPERCALL = 6,
    VTL_ROUTE_EMULATION = 7
};

enum vtl_verdict { VTL_VERDICT_NONE = 0, VTL_VERDICT_GRANTED = 1, VTL_VERDICT_REFUSED = 2, VTL_VERDICT_FAILED = 3 };

/* The audit record of this exit; all 0 when `present` is false. Sequence, time and VP are in the VP's ring. */
struct vtl_audit {
    bool present;
    uint8_t origin, operation, vtl, route, verdict;
    uint16_t reason;
    uint32_t reg;
};

struct vtl_outcome {
    uint64_t gpr[VTL_GPR_COUNT]; /* the guest's registers after the exit */
    uint64_t rip;
    uint64_t pending_debug;
    uint32_t interruptibility;
    uint8_t disposition; /* enum vtl_disposition */
    uint16_t error;      /* HV_STATUS when refused, else 0 */
    uint32_t event;      /* VM-entry interruption information of a queued event, 0 if none */
    uint32_t event_error_code;

    uint64_t result, result_high; /* value that Get, VTL_HOST_ACCESS or VTL_SPECIAL_REQUEST read */

    uint8_t request;     /* enum vtl_request */
    uint8_t request_vtl; /* of VTL_REQUEST_REGISTER_READ and _WRITE */
    uint32_t request_index;
    uint64_t request_value, request_high;
    bool proxy_filter; /* recompute VTL0's proxy interrupt filter */
    bool crash_notify; /* tell the host of a guest crash */

    uint16_t hypercall; /* code of the hypercall to the host: 0x50, 0x51, 0xD, 0xF; 0 if none */
    uint8_t hypercall_vtl;
    uint32_t hypercall_register;
    uint64_t hypercall_value;

    uint8_t log_site;   /* enum vtl_log_site: the one warning attempt of this exit; none of a flush */
    uint8_t log_line;   /* enum vtl_log_line: the line it, or the flush, led to; the line is in the VP's ring too */
    uint32_t log_msr;   /* host-visible: MSR number, register name, call code, sub-function */
    uint64_t log_value; /* confidential */
    uint64_t log_suppressed; /* of a line: attempts at its site that no line told of yet (L8) */

    struct vtl_audit audit;
    struct vtl_message message;
};

/* Which VTL to enter (P2). */
enum vtl_entry {
    VTL_ENTER_VTL0 = 0,
    VTL_ENTER_VTL1 = 1,
    VTL_HOLD = 2 /* neither: VTL0 would run into its intercept again before the message for VTL1 is posted */
};

/* VTL_INTERCEPT_ABI of the header that the implementation was built with. */
uint32_t vtl_abi_version(void);

/* Says in one English line without a line end why vtl_partition_init() refuses a configuration: the parameter, its
   value, its range and what to do. Like snprintf: at most `size` bytes, the last of them 0, and the length of the whole
   line is returned; `buffer` may be null if `size` is 0. 0, and an empty line, of a configuration that is accepted. */
size_t vtl_config_error(const struct vtl_config* config, char* buffer, size_t size);

/* Sets up a partition at reset (R33). `slots` and `logs` are arrays of config->vps elements that live as long as the
   partition; they are set to reset too: counters 0, rings empty, no census attached. A configuration that
   vtl_config_error() objects to is a VTL_BAD_ARGUMENT, and nothing is touched. */
enum vtl_status vtl_partition_init(struct vtl_partition* partition, const struct vtl_config* config,
                                   struct vtl_vp_slot* slots, struct vtl_vp_log* logs);

/* Sets up VP `index` at reset; VP 0 is the bootstrap processor. Fills MSR bitmaps and controls, empties the audit ring. */
enum vtl_status vtl_vp_init(struct vtl_vp* vp, const struct vtl_partition* partition, uint32_t index);

/* Handles one exit. Every exit has exactly one outcome; nothing a guest, the host or the caller's own request does is
   fatal. On VTL_BAD_ARGUMENT neither the state nor *outcome is touched. */
enum vtl_status vtl_handle_exit(struct vtl_partition* partition, struct vtl_vp* vp, const struct vtl_exit* exit,
                                struct vtl_outcome* outcome);

/* Replaces the VP's registers (restore, test set-up) and recomputes MSR bitmaps and controls. Values are taken as they
   are; records in the audit ring stay. */
enum vtl_status vtl_vp_restore(struct vtl_vp* vp, const struct vtl_partition* partition,
                               const struct vtl_vp_state* state);

/* Which VTL to enter next; VTL_HOLD without a VP. */
enum vtl_entry vtl_next_entry(const struct vtl_vp* vp);

/* Whether the MSR bitmap, or the architecture outside its two ranges, makes an access of `vtl` exit. */
bool vtl_msr_access_exits(const struct vtl_vp* vp, uint32_t vtl, uint32_t msr, bool write);

/* Reads the record at `index` of the VP's audit ring, 0 being the oldest. VTL_BAD_ARGUMENT if the ring does not hold it:
   from state.vp.audit_count on, or if the state was restored from elsewhere and the record is not in this ring. */
enum vtl_status vtl_audit_read(const struct vtl_vp* vp, uint32_t index, struct vtl_audit_record* record);

/* Takes the oldest line from the ring of VP `vp` (L12). False, with *record untouched, if there is none, or no such VP.
   One reader of a ring at a time; never waits for the VP's thread, nor lets it wait. */
bool vtl_log_read(struct vtl_partition* partition, uint32_t vp, struct vtl_log_record* record);

/* Lines of VP `vp` its ring had no room for; they are in the outcomes and all counts. 0 of a VP that is not there. */
uint64_t vtl_log_lost(const struct vtl_partition* partition, uint32_t vp);

/* Counters of a log site, added up over all VPs; each saturates (L8, L11). */
struct vtl_log_counters {
    uint64_t emitted;    /* warnings */
    uint64_t suppressed; /* attempts that led to no line */
    uint64_t reported;   /* suppressed attempts that a line has told of; never above `suppressed` */
    uint64_t summaries;
};

/* Adds up the counters of `site` (1 to VTL_LOG_SITES). While VPs run, the four are of nearly the same moment. */
enum vtl_status vtl_log_totals(const struct vtl_partition* partition, uint32_t site, struct vtl_log_counters* counters);

/* Has the unknown accesses of VP `vp` to the two architectural ranges counted in *census from now on (L13); null ends
   that. What *census holds is the caller's to clear, before or after. By the VP's thread, or while it does not run; a
   census may be freed once it is detached and no reader is left. */
enum vtl_status vtl_census_attach(struct vtl_partition* partition, uint32_t vp, struct vtl_census* census);

/* Unknown accesses of VP `vp` to `msr`: 0 of an MSR outside the two ranges, without a census, and of a VP that is not
   there. */
uint32_t vtl_census_count(const struct vtl_partition* partition, uint32_t vp, uint32_t msr, bool write);

/* An entry of a VP's sketch (L14): count - error <= true number of accesses <= count. */
struct vtl_sketch_entry {
    uint32_t msr;
    bool write;
    uint64_t count;
    uint64_t error;
};

/* Reads entry `index` of the sketch of VP `vp`. False if it has no count, if there is no such entry or VP, or if the VP
   replaces entries in this moment, over and over. */
bool vtl_census_entry(const struct vtl_partition* partition, uint32_t vp, uint32_t index,
                      struct vtl_sketch_entry* entry);

/* Writes policy, log counters and census of the partition, and state, counters and the last 16 audit records of each
   of `count` VPs as JSON, without any secret of the guest: no RIP, general-purpose register, MSR value or message
   contents. VPs whose state is asked for do not run meanwhile; log and census may be in use. Like snprintf: at most
   `size` bytes, the last of them 0, and the length of the whole text is returned; the text is complete if that is below
   `size`. `buffer` may be null if `size` is 0. 0 without a partition or VPs; null entries in `vps` are left out. */
size_t vtl_inspect(const struct vtl_partition* partition, const struct vtl_vp* const* vps, uint32_t count, char* buffer,
                   size_t size);

#ifdef __cplusplus
}
#endif

#endif
