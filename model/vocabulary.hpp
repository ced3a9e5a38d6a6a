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
    Bv<64> tsc_frequency{2'000'000'000}; ///< Hz, what HV_X64_MSR_TSC_FREQUENCY reads

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        f(FieldName{"la57"}, t.la57...);
        f(FieldName{"x2apic_capable"}, t.x2apic_capable...);
        f(FieldName{"tsc_aux"}, t.tsc_aux...);
        f(FieldName{"untrusted_synic"}, t.untrusted_synic...);
        f(FieldName{"xss_supported"}, t.xss_supported...);
        f(FieldName{"tsc_frequency"}, t.tsc_frequency...);
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
    Synic<D> untrusted_synic{};    ///< VTL0's host-visible synic, reached by TDVMCALL only

    template <class F, class... T>
    static void visit(F&& f, T&... t) {
        f(FieldName{"vtl1_present"}, t.vtl1_present...);
        f(FieldName{"intercept_control"}, t.intercept_control...);
        f(FieldName{"apic_offload"}, t.apic_offload...);
        f(FieldName{"intercept_pending"}, t.intercept_pending...);
        Synic<D>::visit("untrusted.", f, t.untrusted_synic...);
    }
};

/// Everything a step can read or change, for the one VP that exits. Other VPs are out of its reach by this type.
template <class D>
struct State {
    std::array<PartitionVtl<D>, 2> partition{}; ///< by VTL
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
    l2_exit = 0,               ///< TDG.VP.ENTER returned to the paravisor
    set_intercept_control = 1, ///< VTL1 sets CrInterceptControl (through SetVpRegisters); `argument` is the word
    set_apic_offload = 2,      ///< the paravisor turns VTL0's APIC offload on or off; `argument` bit 0
    enable_vtl1 = 3,           ///< the VP loads its VTL1 state
};
inline constexpr std::uint8_t kind_count = 4;

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
    Bv<64> cr0{0};              ///< VMCS GUEST_CR0
    Bv<32> interruptibility{0}; ///< VMCS guest interruptibility state: bit 0 STI, bit 1 MOV SS
    Bv<64> pending_debug{0};    ///< VMCS pending debug exceptions: bit 14 single step
    Bv<64> now{0};              ///< ns since an arbitrary start, by contract monotone

    Bool apic_fault{false};     ///< the local APIC refuses the access
    Bv<64> apic_value{0};       ///< the local APIC's answer to a read
    Bool page_refused{false};   ///< guest memory refuses the overlay or lock (not RAM, host-shared, locked)
    Bool slot_busy{false};      ///< the message slot in VTL1's SIMP is occupied
    Bv<64> reference_time{0};   ///< reference time, 100 ns units
    Bv<64> hypercall_result{0}; ///< result of a forwarded PostMessage or SignalEvent

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
        f(FieldName{"interruptibility"}, t.interruptibility...);
        f(FieldName{"pending_debug"}, t.pending_debug...);
        f(FieldName{"now"}, t.now...);
        f(FieldName{"apic_fault"}, t.apic_fault...);
        f(FieldName{"apic_value"}, t.apic_value...);
        f(FieldName{"page_refused"}, t.page_refused...);
        f(FieldName{"slot_busy"}, t.slot_busy...);
        f(FieldName{"reference_time"}, t.reference_time...);
        f(FieldName{"hypercall_result"}, t.hypercall_result...);
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
};
inline constexpr std::uint8_t disposition_count = 10;

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
    vendor_call = 10, ///< forward a PostMessage or SignalEvent with control word `request_value`
};
inline constexpr std::uint8_t request_count = 11;

/// Where a warning comes from; one token bucket each from the log-budget half on (decision D16).
enum class LogSite : std::uint8_t {
    none = 0,
    unknown_read = 1,
    unknown_write = 2,
    protected_write = 3,
    crash = 4,
    tdvmcall_read = 5,
    tdvmcall_write = 6,
    tdvmcall_function = 7,
};
inline constexpr std::uint8_t log_site_count = 8;

/// State of an intercept message for VTL1.
enum class Message : std::uint8_t { none = 0, posted = 1, pending = 2 };

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
    Bool proxy_filter{false}; ///< VTL0's proxy interrupt filter is to be recomputed (a SINT was written)
    Bool crash_notify{false}; ///< the host is told of a guest crash

    Bool hypercall{false};        ///< HvCallSetVpRegisters to the host for a VTL0 SINT (allow-listed, decision D23)
    Bv<32> hypercall_register{0}; ///< SINT number
    Bv<64> hypercall_value{0};

    Bv<8> message{0}; ///< Message; the fields below are 0 when none
    Bv<32> message_vp{0};
    Bv<8> message_length{0}; ///< instruction length, CR8 nibble 0
    Bv<8> message_access{0}; ///< HV_INTERCEPT_ACCESS_WRITE = 1
    Bv<16> message_state{0}; ///< execution state: CPL 1:0, EFER.LMA 4, all others 0 (VTL0)
    Bv<64> message_cs_base{0};
    Bv<32> message_cs_limit{0};
    Bv<16> message_cs_selector{0};
    Bv<16> message_cs_attributes{0};
    Bv<64> message_rip{0};
    Bv<64> message_rflags{0};
    Bv<32> message_msr{0};
    Bv<64> message_rdx{0};
    Bv<64> message_rax{0};
    Bool interrupt{false}; ///< VTL1's APIC gets `interrupt_vector`
    Bv<8> interrupt_vector{0};

    Bv<8> log_site{0};   ///< LogSite; one attempt at most
    Bv<32> log_msr{0};   ///< host-visible: MSR number or TDVMCALL sub-function (low 32 bits)
    Bv<64> log_value{0}; ///< confidential: the written value
    Bool audit{false};   ///< one audit record (decision D2)

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
        f(FieldName{"proxy_filter"}, t.proxy_filter...);
        f(FieldName{"crash_notify"}, t.crash_notify...);
        f(FieldName{"hypercall"}, t.hypercall...);
        f(FieldName{"hypercall_register"}, t.hypercall_register...);
        f(FieldName{"hypercall_value"}, t.hypercall_value...);
        f(FieldName{"message"}, t.message...);
        f(FieldName{"message_vp"}, t.message_vp...);
        f(FieldName{"message_length"}, t.message_length...);
        f(FieldName{"message_access"}, t.message_access...);
        f(FieldName{"message_state"}, t.message_state...);
        f(FieldName{"message_cs_base"}, t.message_cs_base...);
        f(FieldName{"message_cs_limit"}, t.message_cs_limit...);
        f(FieldName{"message_cs_selector"}, t.message_cs_selector...);
        f(FieldName{"message_cs_attributes"}, t.message_cs_attributes...);
        f(FieldName{"message_rip"}, t.message_rip...);
        f(FieldName{"message_rflags"}, t.message_rflags...);
        f(FieldName{"message_msr"}, t.message_msr...);
        f(FieldName{"message_rdx"}, t.message_rdx...);
        f(FieldName{"message_rax"}, t.message_rax...);
        f(FieldName{"interrupt"}, t.interrupt...);
        f(FieldName{"interrupt_vector"}, t.interrupt_vector...);
        f(FieldName{"log_site"}, t.log_site...);
        f(FieldName{"log_msr"}, t.log_msr...);
        f(FieldName{"log_value"}, t.log_value...);
        f(FieldName{"audit"}, t.audit...);
    }
};

} // namespace vtlcheck::model
