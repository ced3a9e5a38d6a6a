// The vocabulary of the specification: what a paravisor holds, what arrives, what leaves.
//
// Every struct lists its fields once, in `visit(f, x...)`, which calls `f(name, x.field...)` for each. Merging,
// comparing, printing, parsing and Z3 constants all go through it, so a field that is missing there is missing
// everywhere; the test Vocabulary.EveryFieldIsVisited compares sizes.
//
// Field names are part of the trace format (docs/trace-format.md): rename one only with a new format version.
#pragma once

#include "model/domain.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace vtlcheck::model {

/// Name of element `index` of an array field, as the trace format spells it: `sint3`.
struct FieldName {
    const char* base;
    int index = -1; ///< -1: not an array element
    const char* suffix = "";
    const char* prefix = "";
    [[nodiscard]] std::string str() const {
        std::string name = std::string(prefix) + base;
        if (index >= 0) {
            name += std::to_string(index);
        }
        return name + suffix;
    }
};

/// Who isolates the partition from the hypervisor.
enum class Isolation : std::uint8_t {
    none = 0,
    vbs = 1, ///< the hypervisor itself: trusted
    snp = 2, ///< AMD SEV-SNP
    tdx = 3, ///< Intel TDX
    cca = 4, ///< Arm CCA
};
inline constexpr std::uint8_t isolation_count = 5;

/// What is fixed for the life of a partition.
template <class D>
struct Config {
    using Bool = typename D::Bool;
    template <unsigned W>
    using Bv = typename D::template Bv<W>;

    Bool la57{false}; ///< linear addresses are 57 bits wide, else 48 (decision D12)
    Bool x2apic_capable{true};
    Bool tsc_aux{true};           ///< processor has IA32_TSC_AUX (decision D9)
    Bool untrusted_synic{false};  ///< TDVMCALL service offered to VTL0: profile `untrusted-synic` (decisions D10, D23)
    Bv<64> xss_supported{0x1800}; ///< IA32_XSS bits the processor and XFAM support; only bits 10-12 count
    Bv<64> tsc_frequency{2'000'000'000};    ///< Hz, what HV_X64_MSR_TSC_FREQUENCY reads
    Bv<8> isolation{3};                     ///< Isolation
    Bv<32> vps{1};                          ///< number of VPs
    Bool access_vsm{true};                  ///< privilege AccessVsm of the guest, fixed at creation
    Bv<64> xcr0_supported{0x602E7};         ///< XCR0 bits of the processor
    Bv<64> cr4_allowed{0xB71FFF};           ///< CR4 bits the TDX module permits; only those of 0xB71FFF count
    Bv<64> log_burst{10};                   ///< lines that a log site can make at once (note L2)
    Bv<64> log_interval{500'000'000};       ///< ns until it may make one more
    Bv<64> log_total_burst{64};             ///< lines that the partition can make at once
    Bv<64> log_total_interval{100'000'000}; ///< ns until it may make one more

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        f(FieldName{"la57"}, t.la57...);
        f(FieldName{"x2apic_capable"}, t.x2apic_capable...);
        f(FieldName{"tsc_aux"}, t.tsc_aux...);
        f(FieldName{"untrusted_synic"}, t.untrusted_synic...);
        f(FieldName{"xss_supported"}, t.xss_supported...);
        f(FieldName{"tsc_frequency"}, t.tsc_frequency...);
        f(FieldName{"isolation"}, t.isolation...);
        f(FieldName{"vps"}, t.vps...);
        f(FieldName{"access_vsm"}, t.access_vsm...);
        f(FieldName{"xcr0_supported"}, t.xcr0_supported...);
        f(FieldName{"cr4_allowed"}, t.cr4_allowed...);
        f(FieldName{"log_burst"}, t.log_burst...);
        f(FieldName{"log_interval"}, t.log_interval...);
        f(FieldName{"log_total_burst"}, t.log_total_burst...);
        f(FieldName{"log_total_interval"}, t.log_total_interval...);
    }
};

/// One VTL's share of the partition-wide synthetic MSRs: one copy for all VPs.
template <class D>
struct PartitionVtl {
    template <unsigned W>
    using Bv = typename D::template Bv<W>;

    Bv<64> guest_os_id{0};
    Bv<64> hypercall{0};
    Bv<64> reference_tsc{0};

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        f(FieldName{"guest_os_id"}, t.guest_os_id...);
        f(FieldName{"hypercall"}, t.hypercall...);
        f(FieldName{"reference_tsc"}, t.reference_tsc...);
    }
};

/// Whether the partition may have, or has, VTL1.
enum class GuestVsm : std::uint8_t { not_enabled = 0, enabled = 1, unsupported = 2 };
inline constexpr std::uint8_t guest_vsm_count = 3;

/// Virtual secure mode of the partition (TLFS 15).
template <class D>
struct PartitionVsm {
    template <unsigned W>
    using Bv = typename D::template Bv<W>;
    using Bool = typename D::Bool;

    Bv<8> guest_vsm{0};            ///< GuestVsm
    Bool vtl1_on_any_vp{false};    ///< EnableVpVtl has succeeded for some VP
    Bool mbec{false};              ///< mode-based execution control, chosen at EnablePartitionVtl
    Bv<64> partition_config{0x1E}; ///< VsmPartitionConfig: protection 0, mask 4:1, zero memory 5, deny startup 6

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        f(FieldName{"guest_vsm"}, t.guest_vsm...);
        f(FieldName{"vtl1_on_any_vp"}, t.vtl1_on_any_vp...);
        f(FieldName{"mbec"}, t.mbec...);
        f(FieldName{"partition_config"}, t.partition_config...);
    }
};

/// An intercept message for VTL1 but for the VP it is about (notes R26, P4): HvX64MsrInterceptMessage or
/// HvX64RegisterInterceptMessage. All 0: none.
template <class D>
struct InterceptMessage {
    template <unsigned W>
    using Bv = typename D::template Bv<W>;

    Bv<32> type{0};  ///< HV_MESSAGE_TYPE: MSR 0x80010001, register 0x80010006
    Bv<8> length{0}; ///< instruction length, CR8 nibble 0
    Bv<8> access{0}; ///< HV_INTERCEPT_ACCESS_WRITE = 1
    Bv<16> state{0}; ///< execution state: CPL 1:0, EFER.LMA 4, all others 0 (VTL0)
    Bv<64> cs_base{0};
    Bv<32> cs_limit{0};
    Bv<16> cs_selector{0};
    Bv<16> cs_attributes{0};
    Bv<64> rip{0};
    Bv<64> rflags{0};
    Bv<32> number{0}; ///< MSR number or register name
    Bv<64> rdx{0};    ///< of an MSR message
    Bv<64> rax{0};    ///< of an MSR message; of a register message the new value

    template <class F, class... T>
    static void visit(const char* prefix, F&& f, T&... t) {
        f(FieldName{"type", -1, "", prefix}, t.type...);
        f(FieldName{"length", -1, "", prefix}, t.length...);
        f(FieldName{"access", -1, "", prefix}, t.access...);
        f(FieldName{"state", -1, "", prefix}, t.state...);
        f(FieldName{"cs_base", -1, "", prefix}, t.cs_base...);
        f(FieldName{"cs_limit", -1, "", prefix}, t.cs_limit...);
        f(FieldName{"cs_selector", -1, "", prefix}, t.cs_selector...);
        f(FieldName{"cs_attributes", -1, "", prefix}, t.cs_attributes...);
        f(FieldName{"rip", -1, "", prefix}, t.rip...);
        f(FieldName{"rflags", -1, "", prefix}, t.rflags...);
        f(FieldName{"number", -1, "", prefix}, t.number...);
        f(FieldName{"rdx", -1, "", prefix}, t.rdx...);
        f(FieldName{"rax", -1, "", prefix}, t.rax...);
    }
};

/// Segments in the order of HV_INITIAL_VP_CONTEXT.
enum Segment : std::uint8_t { seg_cs, seg_ds, seg_es, seg_fs, seg_gs, seg_ss, seg_tr, seg_ldtr, segment_count };

/// HV_INITIAL_VP_CONTEXT: the registers a VTL of a VP starts with. A segment is its base and a word of limit 31:0,
/// selector 47:32 and attributes 63:48.
template <class D>
struct Context {
    template <unsigned W>
    using Bv = typename D::template Bv<W>;

    Bv<64> rip{0};
    Bv<64> rsp{0};
    Bv<64> rflags{0};
    std::array<Bv<64>, segment_count> base{};
    std::array<Bv<64>, segment_count> rest{};
    Bv<64> idtr_base{0};
    Bv<16> idtr_limit{0};
    Bv<64> gdtr_base{0};
    Bv<16> gdtr_limit{0};
    Bv<64> efer{0};
    Bv<64> cr0{0};
    Bv<64> cr3{0};
    Bv<64> cr4{0};
    Bv<64> pat{0};

    template <class F, class... T>
    static void visit(const char* prefix, F&& f, T&... t) {
        static constexpr std::array<const char*, segment_count> name{"cs", "ds", "es", "fs", "gs", "ss", "tr", "ldtr"};
        f(FieldName{"rip", -1, "", prefix}, t.rip...);
        f(FieldName{"rsp", -1, "", prefix}, t.rsp...);
        f(FieldName{"rflags", -1, "", prefix}, t.rflags...);
        for (std::size_t i = 0; i < segment_count; ++i) {
            f(FieldName{name[i], -1, "_base", prefix}, t.base[i]...);
            f(FieldName{name[i], -1, "", prefix}, t.rest[i]...);
        }
        f(FieldName{"idtr_base", -1, "", prefix}, t.idtr_base...);
        f(FieldName{"idtr_limit", -1, "", prefix}, t.idtr_limit...);
        f(FieldName{"gdtr_base", -1, "", prefix}, t.gdtr_base...);
        f(FieldName{"gdtr_limit", -1, "", prefix}, t.gdtr_limit...);
        f(FieldName{"efer", -1, "", prefix}, t.efer...);
        f(FieldName{"cr0", -1, "", prefix}, t.cr0...);
        f(FieldName{"cr3", -1, "", prefix}, t.cr3...);
        f(FieldName{"cr4", -1, "", prefix}, t.cr4...);
        f(FieldName{"pat", -1, "", prefix}, t.pat...);
    }
};

/// What other VPs may ask of a VP: the part of it that is not its own thread's alone. Empty slots are all 0.
template <class D>
struct VpSlot {
    using Bool = typename D::Bool;

    Bool enable_called{false}; ///< EnableVpVtl has succeeded for this VP
    Bool started{false};
    Bool enable_pending{false}; ///< a VTL1 context waits to be loaded
    Context<D> enable{};
    Bool start_pending{false}; ///< a context of StartVirtualProcessor waits to be loaded
    Bool start_vtl1{false};    ///< it is VTL1's, else VTL0's
    Context<D> start{};

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        f(FieldName{"enable_called"}, t.enable_called...);
        f(FieldName{"started"}, t.started...);
        f(FieldName{"enable_pending"}, t.enable_pending...);
        Context<D>::visit("enable.", f, t.enable...);
        f(FieldName{"start_pending"}, t.start_pending...);
        f(FieldName{"start_vtl1"}, t.start_vtl1...);
        Context<D>::visit("start.", f, t.start...);
    }
};

/// Synthetic interrupt controller registers of one VTL of one VP (TLFS 10).
template <class D>
struct Synic {
    template <unsigned W>
    using Bv = typename D::template Bv<W>;

    Bv<64> scontrol{1};
    Bv<64> siefp{0};
    Bv<64> simp{0};
    std::array<Bv<64>, 16> sint = filled<16>(0x10000); ///< reset: masked

    template <std::size_t N>
    static std::array<Bv<64>, N> filled(std::uint64_t value) {
        std::array<Bv<64>, N> cells;
        cells.fill(Bv<64>(value));
        return cells;
    }
    template <class F, class... T>
    static void visit(const char* prefix, F&& f, T&... t) {
        f(FieldName{"scontrol", -1, "", prefix}, t.scontrol...);
        f(FieldName{"siefp", -1, "", prefix}, t.siefp...);
        f(FieldName{"simp", -1, "", prefix}, t.simp...);
        for (std::size_t i = 0; i < 16; ++i) {
            f(FieldName{"sint", static_cast<int>(i), "", prefix}, t.sint[i]...);
        }
    }
};

/// What one VTL of one VP holds: never shared with another VTL.
template <class D>
struct VtlState {
    template <unsigned W>
    using Bv = typename D::template Bv<W>;

    Bv<64> apic_base{0xFEE00800};        ///< IA32_APIC_BASE: BSP bit 8, EXTD bit 10, EN bit 11, page 12..35
    Bv<64> efer{0x800};                  ///< VMCS GUEST_IA32_EFER. TDX needs NXE, so it is set from reset on
    typename D::Bool ia32e_guest{false}; ///< VM-entry control "IA-32e mode guest"
    Bv<64> rip{0xFFF0};                  ///< as of the VTL's last exit or set, as the next four (note P1)
    Bv<64> rflags{2};
    Bv<64> rsp{0};
    Bv<64> cr0{0x60000010}; ///< as the guest sees it
    Bv<64> cr4{0};
    Bv<64> pat{0x0007040600070406};
    Bv<64> sysenter_cs{0};
    Bv<64> sysenter_esp{0};
    Bv<64> sysenter_eip{0};
    Bv<64> star{0};
    Bv<64> lstar{0};
    Bv<64> cstar{0};
    Bv<64> sfmask{0};
    Bv<64> tsc_aux{0};
    Bv<64> xss{0};
    Bv<64> vp_assist{0};
    Synic<D> synic{};
    std::array<Bv<64>, 4> stimer_config = Synic<D>::template filled<4>(0);
    std::array<Bv<64>, 4> stimer_count = Synic<D>::template filled<4>(0);
    std::array<Bv<64>, 5> crash = Synic<D>::template filled<5>(0); ///< decision D11: private to the VTL

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        f(FieldName{"apic_base"}, t.apic_base...);
        f(FieldName{"efer"}, t.efer...);
        f(FieldName{"ia32e_guest"}, t.ia32e_guest...);
        f(FieldName{"rip"}, t.rip...);
        f(FieldName{"rflags"}, t.rflags...);
        f(FieldName{"rsp"}, t.rsp...);
        f(FieldName{"cr0"}, t.cr0...);
        f(FieldName{"cr4"}, t.cr4...);
        f(FieldName{"pat"}, t.pat...);
        f(FieldName{"sysenter_cs"}, t.sysenter_cs...);
        f(FieldName{"sysenter_esp"}, t.sysenter_esp...);
        f(FieldName{"sysenter_eip"}, t.sysenter_eip...);
        f(FieldName{"star"}, t.star...);
        f(FieldName{"lstar"}, t.lstar...);
        f(FieldName{"cstar"}, t.cstar...);
        f(FieldName{"sfmask"}, t.sfmask...);
        f(FieldName{"tsc_aux"}, t.tsc_aux...);
        f(FieldName{"xss"}, t.xss...);
        f(FieldName{"vp_assist"}, t.vp_assist...);
        Synic<D>::visit("", f, t.synic...);
        for (std::size_t i = 0; i < 4; ++i) {
            f(FieldName{"stimer", static_cast<int>(i), "_config"}, t.stimer_config[i]...);
        }
        for (std::size_t i = 0; i < 4; ++i) {
            f(FieldName{"stimer", static_cast<int>(i), "_count"}, t.stimer_count[i]...);
        }
        for (std::size_t i = 0; i < 5; ++i) {
            f(FieldName{"crash_p", static_cast<int>(i)}, t.crash[i]...);
        }
    }
};

/// What a VP holds that belongs to no single VTL.
template <class D>
struct VpShared {
    template <unsigned W>
    using Bv = typename D::template Bv<W>;
    using Bool = typename D::Bool;

    Bool vtl1_present{false};      ///< the VP has VTL1 state
    Bv<64> intercept_control{0};   ///< VTL1's CrInterceptControl word (TLFS HvX64RegisterCrInterceptControl)
    Bool apic_offload{true};       ///< VTL0's TPR, EOI and SELF_IPI may bypass the paravisor
    Bool intercept_pending{false}; ///< an intercept message for VTL1 could not be posted yet
    InterceptMessage<D> pending{}; ///< that message
    Bool active_vtl1{false};       ///< VTL1 ran last and is entered next, else VTL0
    Bv<64> cr0_mask{0};            ///< VTL1's CrInterceptCr0Mask
    Bv<64> cr4_mask{0};            ///< VTL1's CrInterceptCr4Mask
    Bv<64> misc_enable_mask{0};    ///< VTL1's CrInterceptIa32MiscEnableMask
    Bv<64> xcr0{1};                ///< shared by the VTLs
    Bv<64> vina{0};                ///< VTL1's VsmVina
    Bool tlb_locked{false};        ///< VTL1 holds VTL0's TLB lock
    Bool vp_mbec{false};           ///< VsmVpSecureConfigVtl0.MBEC of this VP
    Bv<64> pending_event{0};       ///< PendingEvent0 for VTL0: HV_X64_PENDING_EXCEPTION_EVENT, 0 if none
    Bv<64> pending_event_parameter{0};
    Bv<64> audit_next{0};       ///< sequence number of the next audit record
    Bv<32> audit_count{0};      ///< records in the ring
    Bv<64> audit_lost{0};       ///< records that were overwritten unread
    Synic<D> untrusted_synic{}; ///< VTL0's host-visible synic, reached by TDVMCALL only

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        f(FieldName{"vtl1_present"}, t.vtl1_present...);
        f(FieldName{"intercept_control"}, t.intercept_control...);
        f(FieldName{"apic_offload"}, t.apic_offload...);
        f(FieldName{"intercept_pending"}, t.intercept_pending...);
        InterceptMessage<D>::visit("pending.", f, t.pending...);
        f(FieldName{"active_vtl1"}, t.active_vtl1...);
        f(FieldName{"cr0_mask"}, t.cr0_mask...);
        f(FieldName{"cr4_mask"}, t.cr4_mask...);
        f(FieldName{"misc_enable_mask"}, t.misc_enable_mask...);
        f(FieldName{"xcr0"}, t.xcr0...);
        f(FieldName{"vina"}, t.vina...);
        f(FieldName{"tlb_locked"}, t.tlb_locked...);
        f(FieldName{"vp_mbec"}, t.vp_mbec...);
        f(FieldName{"pending_event"}, t.pending_event...);
        f(FieldName{"pending_event_parameter"}, t.pending_event_parameter...);
        f(FieldName{"audit_next"}, t.audit_next...);
        f(FieldName{"audit_count"}, t.audit_count...);
        f(FieldName{"audit_lost"}, t.audit_lost...);
        Synic<D>::visit("untrusted.", f, t.untrusted_synic...);
    }
};

/// Records an audit ring holds (note P35).
inline constexpr std::uint32_t audit_capacity = 64;

/// Everything a step can read or change, for the one VP that exits. Of another VP only the slot is within its reach, by
/// this type.
template <class D>
struct State {
    std::array<PartitionVtl<D>, 2> partition{}; ///< by VTL
    PartitionVsm<D> vsm{};
    VpSlot<D> slot{}; ///< of the VP that the exit is about: `slot_vp` of it
    VpShared<D> vp{};
    std::array<VtlState<D>, 2> vtl{}; ///< by VTL

    /// Calls `f(scope, name, field...)`; scope is "partition.vtl0", "vp", "vtl1" and so on.
    template <class F, class... T>
    static void visit_scoped(F&& f, T&... t) {
        static constexpr std::array<const char*, 2> partition_scope{"partition.vtl0", "partition.vtl1"};
        static constexpr std::array<const char*, 2> vtl_scope{"vtl0", "vtl1"};
        for (std::size_t v = 0; v < 2; ++v) {
            PartitionVtl<D>::visit([&](const FieldName& n, auto&... x) { f(partition_scope[v], n, x...); },
                                   t.partition[v]...);
        }
        PartitionVsm<D>::visit([&](const FieldName& n, auto&... x) { f("partition", n, x...); }, t.vsm...);
        VpSlot<D>::visit([&](const FieldName& n, auto&... x) { f("slot", n, x...); }, t.slot...);
        VpShared<D>::visit([&](const FieldName& n, auto&... x) { f("vp", n, x...); }, t.vp...);
        for (std::size_t v = 0; v < 2; ++v) {
            VtlState<D>::visit([&](const FieldName& n, auto&... x) { f(vtl_scope[v], n, x...); }, t.vtl[v]...);
        }
    }
    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        visit_scoped([&](const char*, const FieldName& n, auto&... x) { f(n, x...); }, t...);
    }
};

/// What can happen to a VP.
enum class Kind : std::uint8_t {
    l2_exit = 0,          ///< TDG.VP.ENTER returned to the paravisor
    load_context = 1,     ///< the VP loads what EnableVpVtl or StartVirtualProcessor left in its slot (note P34)
    set_apic_offload = 2, ///< the paravisor turns VTL0's APIC offload on or off; `argument` bit 0
    deliver_message = 3,  ///< the pending intercept message is tried again (note P3)
    preempt = 4,          ///< VTL1 has an interrupt that VTL0 must make room for (note P5)
    startup_ipi = 5,      ///< the VTL sends INIT/SIPI; `argument`: VP 31:0, vector 39:32 (note P33)
    revoke_vsm = 6,       ///< firmware hands over to a system without VSM (note P34)
    host_access = 7,      ///< the paravisor's kernel or user mode gets or sets a register of the VTL (note P39)
    special_request = 8,  ///< the paravisor uses the special path; `argument` is the request (note P40)
    drain_audit = 9,      ///< a reader has taken the audit records (note P35)
    log_flush = 10,       ///< what log site `argument` suppressed is to be summed up (note L7)
    log_limits = 11,      ///< new limits of the log budget: `argument` 0 of the sites, 1 of the partition (note L15)
};
inline constexpr std::uint8_t kind_count = 12;

/// General-purpose registers in the order of the TDX module's L2_ENTER_GUEST_STATE.
enum Gpr : std::uint8_t { rax, rcx, rdx, rbx, rsp, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15 };

/// TDG.VP.ENTER output registers: exit information, not the guest's registers of the same names.
enum Info : std::uint8_t {
    info_rax, ///< 31:0 VMX exit reason, 63:32 TDX status
    info_rcx, ///< exit qualification
    info_rdx, ///< guest linear address
    info_rsi, ///< CS: selector 15:0, access rights 31:16, limit 63:32
    info_rdi, ///< CS base
    info_r8,  ///< guest physical address
    info_r9,  ///< VM-exit interruption information and error code
    info_r10, ///< IDT-vectoring information and error code
    info_r11, ///< 31:0 instruction information, 63:32 instruction length
    info_r12, ///< 1:0 CPL
    info_r13, ///< extended exit qualification
    info_count
};

/// One thing that happens to a VP: a raw exit as the TDX module delivers it, with the guest state it left in the VMCS
/// and the answers devices would give if asked. A device that is not asked has no influence.
template <class D>
struct Exit {
    template <unsigned W>
    using Bv = typename D::template Bv<W>;
    using Bool = typename D::Bool;

    Bv<8> kind{0};      ///< Kind
    Bool vtl1{false};   ///< the exit is VTL1's, else VTL0's
    Bv<32> vp{0};       ///< VP index
    Bv<64> argument{0}; ///< of the kinds other than l2_exit
    std::array<Bv<64>, info_count> info{};
    std::array<Bv<64>, 16> gpr{}; ///< the guest's, from L2_ENTER_GUEST_STATE, by Gpr
    Bv<64> rip{0};
    Bv<64> rflags{2};
    Bv<64> cr0{0};              ///< CR0 as the guest sees it: VMCS GUEST_CR0 and its read shadow
    Bv<64> cr4{0};              ///< likewise CR4
    Bv<32> interruptibility{0}; ///< VMCS guest interruptibility state: bit 0 STI, bit 1 MOV SS
    Bv<64> pending_debug{0};    ///< VMCS pending debug exceptions: bit 14 single step
    Bv<64> now{0};              ///< ns since an arbitrary start, by contract monotone

    Bool apic_fault{false};     ///< the local APIC refuses the access
    Bv<64> apic_value{0};       ///< the local APIC's answer to a read
    Bool page_refused{false};   ///< guest memory refuses the overlay or lock (not RAM, host-shared, locked)
    Bool slot_busy{false};      ///< the message slot in VTL1's SIMP is occupied
    Bv<64> reference_time{0};   ///< reference time, 100 ns units
    Bv<64> hypercall_result{0}; ///< result of a forwarded PostMessage or SignalEvent

    // Input of a hypercall, from guest memory or registers, or of a host request.
    Bool input_unreadable{false}; ///< guest memory of the caller refuses the input or output
    Bv<64> partition_id{0};
    Bv<32> target_vp{0};
    Bv<8> target_vtl{0}; ///< the byte as given: HV_INPUT_VTL of Get and Set, else a VTL
    Bv<8> flags{0};      ///< of EnablePartitionVtl
    Bv<32> name{0};      ///< HV_REGISTER_NAME
    Bv<64> value{0};
    Bv<64> value_high{0};
    Bv<8> origin{0};    ///< Origin of a host_access: kernel or paravisor
    Bv<8> operation{0}; ///< of a host_access: 0 get, 1 set
    Context<D> context{};

    // What is answered if asked.
    Bv<64> register_value{0}; ///< by the TDX module, kernel or run page to register_read
    Bv<64> register_value_high{0};
    Bool module_refused{false}; ///< it refuses the register_read or register_write
    Bv<64> assist_rax{0};       ///< VTL1's VP assist page: RAX and RCX for VTL0 at VtlReturn
    Bv<64> assist_rcx{0};
    Bv<16> answer_status{0};   ///< hypervisor's answer to a hypercall: HV_STATUS, untrusted as the next three
    Bv<32> answer_count{1};    ///< entries completed
    Bv<32> answer_timeouts{0}; ///< HV_STATUS_TIMEOUT answers before this one
    Bv<64> answer_value{0};

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        static constexpr std::array<const char*, info_count> info_name{"info.rax", "info.rcx", "info.rdx", "info.rsi",
                                                                       "info.rdi", "info.r8",  "info.r9",  "info.r10",
                                                                       "info.r11", "info.r12", "info.r13"};
        static constexpr std::array<const char*, 16> gpr_name{"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                                              "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
        f(FieldName{"kind"}, t.kind...);
        f(FieldName{"vtl1"}, t.vtl1...);
        f(FieldName{"vp"}, t.vp...);
        f(FieldName{"argument"}, t.argument...);
        for (std::size_t i = 0; i < info_count; ++i) {
            f(FieldName{info_name[i]}, t.info[i]...);
        }
        for (std::size_t i = 0; i < 16; ++i) {
            f(FieldName{gpr_name[i]}, t.gpr[i]...);
        }
        f(FieldName{"rip"}, t.rip...);
        f(FieldName{"rflags"}, t.rflags...);
        f(FieldName{"cr0"}, t.cr0...);
        f(FieldName{"cr4"}, t.cr4...);
        f(FieldName{"interruptibility"}, t.interruptibility...);
        f(FieldName{"pending_debug"}, t.pending_debug...);
        f(FieldName{"now"}, t.now...);
        f(FieldName{"apic_fault"}, t.apic_fault...);
        f(FieldName{"apic_value"}, t.apic_value...);
        f(FieldName{"page_refused"}, t.page_refused...);
        f(FieldName{"slot_busy"}, t.slot_busy...);
        f(FieldName{"reference_time"}, t.reference_time...);
        f(FieldName{"hypercall_result"}, t.hypercall_result...);
        f(FieldName{"input_unreadable"}, t.input_unreadable...);
        f(FieldName{"partition_id"}, t.partition_id...);
        f(FieldName{"target_vp"}, t.target_vp...);
        f(FieldName{"target_vtl"}, t.target_vtl...);
        f(FieldName{"flags"}, t.flags...);
        f(FieldName{"name"}, t.name...);
        f(FieldName{"value"}, t.value...);
        f(FieldName{"value_high"}, t.value_high...);
        f(FieldName{"origin"}, t.origin...);
        f(FieldName{"operation"}, t.operation...);
        Context<D>::visit("context.", f, t.context...);
        f(FieldName{"register_value"}, t.register_value...);
        f(FieldName{"register_value_high"}, t.register_value_high...);
        f(FieldName{"module_refused"}, t.module_refused...);
        f(FieldName{"assist_rax"}, t.assist_rax...);
        f(FieldName{"assist_rcx"}, t.assist_rcx...);
        f(FieldName{"answer_status"}, t.answer_status...);
        f(FieldName{"answer_count"}, t.answer_count...);
        f(FieldName{"answer_timeouts"}, t.answer_timeouts...);
        f(FieldName{"answer_value"}, t.answer_value...);
    }
};

/// What became of the exit.
enum class Disposition : std::uint8_t {
    completed = 0,      ///< the instruction is complete, RIP advanced
    fault_gp = 1,       ///< #GP queued, RIP unchanged
    fault_ud = 2,       ///< #UD queued, RIP unchanged
    intercepted = 3,    ///< given to VTL1, RIP unchanged
    internal_error = 4, ///< what cannot happen did (decision D2)
    not_entered = 5,    ///< the guest did not run
    host_routed = 6,    ///< already complete when it arrived
    not_handled = 7,    ///< an exit reason of another handler
    accepted = 8,       ///< a control request took effect
    refused = 9,        ///< a control request was refused, `error` says why
    continued = 10,     ///< an entry of a hypercall list is done; the guest executes the call again for the next
    emulate = 11,       ///< the instruction emulator's work
};
inline constexpr std::uint8_t disposition_count = 12;

/// What a device was asked to do. At most one request per exit.
enum class Request : std::uint8_t {
    none = 0,
    apic_read = 1,  ///< local APIC register `request_index` (x2APIC MSR number, or HV_X64_MSR_ICR/TPR)
    apic_write = 2, ///< likewise, `request_value` written
    apic_reset = 3, ///< APIC disabled through IA32_APIC_BASE
    page_map = 4,   ///< overlay the page of MSR `request_index` at GPA `request_value`
    page_unmap = 5, ///< take that overlay away
    page_lock = 6,  ///< lock a host-shared page for the untrusted synic
    page_unlock = 7,
    idle = 8, ///< VP idle until an interrupt arrives
    reference_time = 9,
    vendor_call = 10,        ///< forward a PostMessage or SignalEvent with control word `request_value`
    register_read = 11,      ///< TDX module, kernel or run page: register `request_index` of VTL `request_vtl`
    register_write = 12,     ///< likewise := `request_value`, `request_high`
    default_protection = 13, ///< default protection of VTL0's pages := `request_value` (R 1, W 2, kernel X 4, user X 8)
    wake = 14,               ///< VP `request_index` is to look at its slot
    load_context = 15,       ///< what the slot holds of VTL `request_index` goes to the VMCS
    entry_reason = 16,       ///< VTL1's VP assist page: entry reason `request_value`
    startup_ipi = 17,        ///< INIT/SIPI to VP `request_index` with vector `request_value`
};
inline constexpr std::uint8_t request_count = 18;

/// Where a warning comes from; one token bucket each (decision D16).
enum class LogSite : std::uint8_t {
    none = 0,
    unknown_read = 1,
    unknown_write = 2,
    protected_write = 3,
    crash = 4,
    tdvmcall_read = 5,
    tdvmcall_write = 6,
    tdvmcall_function = 7,
    hypercall_code = 8,      ///< VMCALL of a code that nobody serves
    vtl_switch = 9,          ///< VtlCall or VtlReturn that is not allowed
    protected_register = 10, ///< CR, XCR0 or descriptor-table write that VTL1 claims
};
inline constexpr std::uint8_t log_site_count = 11;

/// What became of an attempt or a flush (note L9).
enum class LogLine : std::uint8_t { none = 0, warning = 1, summary = 2 };
inline constexpr std::uint8_t log_line_count = 3;

/// State of an intercept message for VTL1.
enum class Message : std::uint8_t { none = 0, posted = 1, pending = 2 };

/// Who attempts what an audit record tells.
enum class Origin : std::uint8_t { vtl0 = 0, vtl1 = 1, kernel = 2, paravisor = 3 };
inline constexpr std::uint8_t origin_count = 4;

/// What an audit record tells of.
enum class Operation : std::uint8_t {
    internal_error = 0,
    get = 1,
    set = 2,
    enable_partition_vtl = 3,
    enable_vp_vtl = 4,
    start_vp = 5,
    startup_ipi = 6,
    special_get = 7,
    special_set = 8,
};
inline constexpr std::uint8_t operation_count = 9;

/// The way to a register (note P39).
enum class Route : std::uint8_t {
    none = 0,
    shared_page = 1,   ///< run page shared with the kernel
    register_page = 2, ///< hypervisor's register page
    kernel_ioctl = 3,
    tdx_module = 4, ///< TDG.VP.RD, TDG.VP.WR
    vmsa = 5,       ///< mapped VMSA of SNP
    hypercall = 6,
    emulation = 7, ///< the paravisor keeps it itself
};
inline constexpr std::uint8_t route_count = 8;

enum class AuditVerdict : std::uint8_t { none = 0, granted = 1, refused = 2, failed = 3 };
inline constexpr std::uint8_t audit_verdict_count = 4;

/// Everything that leaves a step besides the new state.
template <class D>
struct Outcome {
    template <unsigned W>
    using Bv = typename D::template Bv<W>;
    using Bool = typename D::Bool;

    Bv<8> disposition{0}; ///< Disposition
    Bv<16> error{0};      ///< HV_STATUS of a refused request
    std::array<Bv<64>, 16> gpr{};
    Bv<64> rip{0};
    Bv<32> interruptibility{0};
    Bv<64> pending_debug{0};
    Bv<32> event{0}; ///< VM-entry interruption information of a queued fault, 0 if none
    Bv<32> event_error_code{0};

    Bv<8> request{0}; ///< Request
    Bv<32> request_index{0};
    Bv<64> request_value{0};
    Bv<64> request_high{0};
    Bv<8> request_vtl{0};
    Bool proxy_filter{false}; ///< VTL0's proxy interrupt filter is to be recomputed (a SINT was written)
    Bool crash_notify{false}; ///< the host is told of a guest crash

    Bv<64> result{0}; ///< value of the register that a Get returns
    Bv<64> result_high{0};

    Bv<16> hypercall{0};          ///< call code of the hypercall issued to the host, 0 if none
    Bv<8> hypercall_vtl{0};       ///< the VTL it names
    Bv<32> hypercall_register{0}; ///< HV_REGISTER_NAME of a register hypercall, VP index of EnableVpVtl
    Bv<64> hypercall_value{0};

    Bv<8> message{0};     ///< Message
    Bv<32> message_vp{0}; ///< the VP it is about; 0 when there is none
    InterceptMessage<D> intercept{};
    Bool interrupt{false}; ///< VTL1's APIC gets `interrupt_vector`
    Bv<8> interrupt_vector{0};

    Bv<8> log_site{0};        ///< LogSite; one attempt at most
    Bv<32> log_msr{0};        ///< host-visible: MSR number or TDVMCALL sub-function (low 32 bits)
    Bv<64> log_value{0};      ///< confidential: the written value
    Bv<8> log_line{0};        ///< LogLine: what the budget makes of the attempt or the flush
    Bv<64> log_suppressed{0}; ///< of a line: attempts at its site suppressed since the last one
    Bool audit{false};        ///< one audit record (note P35); the fields below are 0 when none
    Bv<8> audit_origin{0};    ///< Origin
    Bv<8> audit_operation{0}; ///< Operation
    Bv<8> audit_vtl{0};       ///< target VTL
    Bv<32> audit_register{0}; ///< HV_REGISTER_NAME or VP index
    Bv<8> audit_route{0};     ///< Route
    Bv<8> audit_verdict{0};   ///< AuditVerdict
    Bv<16> audit_reason{0};   ///< HV_STATUS, 0 if granted

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        static constexpr std::array<const char*, 16> gpr_name{"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                                              "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
        f(FieldName{"disposition"}, t.disposition...);
        f(FieldName{"error"}, t.error...);
        for (std::size_t i = 0; i < 16; ++i) {
            f(FieldName{gpr_name[i]}, t.gpr[i]...);
        }
        f(FieldName{"rip"}, t.rip...);
        f(FieldName{"interruptibility"}, t.interruptibility...);
        f(FieldName{"pending_debug"}, t.pending_debug...);
        f(FieldName{"event"}, t.event...);
        f(FieldName{"event_error_code"}, t.event_error_code...);
        f(FieldName{"request"}, t.request...);
        f(FieldName{"request_index"}, t.request_index...);
        f(FieldName{"request_value"}, t.request_value...);
        f(FieldName{"request_high"}, t.request_high...);
        f(FieldName{"request_vtl"}, t.request_vtl...);
        f(FieldName{"proxy_filter"}, t.proxy_filter...);
        f(FieldName{"crash_notify"}, t.crash_notify...);
        f(FieldName{"result"}, t.result...);
        f(FieldName{"result_high"}, t.result_high...);
        f(FieldName{"hypercall"}, t.hypercall...);
        f(FieldName{"hypercall_vtl"}, t.hypercall_vtl...);
        f(FieldName{"hypercall_register"}, t.hypercall_register...);
        f(FieldName{"hypercall_value"}, t.hypercall_value...);
        f(FieldName{"message"}, t.message...);
        f(FieldName{"message_vp"}, t.message_vp...);
        InterceptMessage<D>::visit("message_", f, t.intercept...);
        f(FieldName{"interrupt"}, t.interrupt...);
        f(FieldName{"interrupt_vector"}, t.interrupt_vector...);
        f(FieldName{"log_site"}, t.log_site...);
        f(FieldName{"log_msr"}, t.log_msr...);
        f(FieldName{"log_value"}, t.log_value...);
        f(FieldName{"log_line"}, t.log_line...);
        f(FieldName{"log_suppressed"}, t.log_suppressed...);
        f(FieldName{"audit"}, t.audit...);
        f(FieldName{"audit_origin"}, t.audit_origin...);
        f(FieldName{"audit_operation"}, t.audit_operation...);
        f(FieldName{"audit_vtl"}, t.audit_vtl...);
        f(FieldName{"audit_register"}, t.audit_register...);
        f(FieldName{"audit_route"}, t.audit_route...);
        f(FieldName{"audit_verdict"}, t.audit_verdict...);
        f(FieldName{"audit_reason"}, t.audit_reason...);
    }
};

/// The VP whose slot `exit` may reach (State::slot): the one that EnableVpVtl, StartVirtualProcessor or an INIT/SIPI names
/// if it exists, else the exit's own.
inline std::uint32_t slot_vp(const Config<Concrete>& config, const Exit<Concrete>& exit) {
    const auto kind = static_cast<Kind>(exit.kind.value());
    const std::uint64_t code = exit.gpr[rcx].value() & 0xFFFF;
    const bool vmcall = kind == Kind::l2_exit && (exit.info[info_rax].value() & 0xFFFF) == 0x12;
    std::uint32_t vp = exit.vp.value();
    if (vmcall && (code == 0xF || code == 0x99)) {
        vp = exit.target_vp.value();
    } else if (kind == Kind::startup_ipi) {
        vp = static_cast<std::uint32_t>(exit.argument.value());
    }
    return vp < config.vps.value() ? vp : exit.vp.value();
}

} // namespace vtlcheck::model
