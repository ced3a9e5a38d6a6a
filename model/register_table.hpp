// The register table: one row for every hypervisor register name with a treatment of its own, with its provenance
// (TLFS HV_REGISTER_NAME; notes P16, P20, P39).
//
// Rows are sorted by code; the last one catches every other name. Sources name files of openvmm 1488a37b7 as the MSR
// table does.
#pragma once

#include "model/domain.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>

namespace vtlcheck::model {

/// Family of a register: the unit of coverage.
enum class RegisterClass : std::uint8_t {
    gpr,
    vector,
    control,
    debug,
    segment,
    msr,
    apic,
    synic,
    timer,
    vsm,
    intercept,
    event,
    other,
};
inline constexpr std::uint8_t register_class_count = 13;
inline constexpr std::array<const char*, register_class_count> register_class_name{
    "gpr",   "vector", "control", "debug",     "segment", "msr",  "apic",
    "synic", "timer",  "vsm",     "intercept", "event",   "other"};

/// Which VTL may name it for which (note P16).
enum class Gate : std::uint8_t {
    unlisted,       ///< nobody: InvalidParameter
    lower,          ///< VTL1 for VTL0 only
    tsc_aux,        ///< likewise, if the processor has it
    event,          ///< VTL1 for VTL0, else InvalidParameter
    vtl1_denied,    ///< VTL1 for itself, else AccessDenied
    vtl1_parameter, ///< VTL1 for itself, else InvalidParameter
    vsm,            ///< own or lower; VTL0 needs the privilege AccessVsm
    open,           ///< own or lower
};

/// What a get and a set do (note P20).
enum class RegisterRule : std::uint8_t {
    none,        ///< no get, no set
    gpr,         ///< the guest's, get only
    module_read, ///< kept by the TDX module, kernel or run page, get only
    rsp,         ///< state, as all down to efer
    rip,
    rflags,
    cr0,
    cr4,
    efer,
    cr8, ///< module, get and set, as all down to interrupt_ssp_table
    dr3,
    dr7,
    ldtr,
    tr,
    table, ///< GDTR and IDTR
    s_cet,
    pl_ssp,
    interrupt_ssp_table,
    xfem, ///< state and kernel
    pat,  ///< state, as all below
    sysenter_cs,
    sysenter_esp,
    sysenter_eip,
    star,
    lstar,
    cstar,
    sfmask,
    tsc_aux,
    xss,
    apic_base,
    sint,
    scontrol,
    eom,
    sifp,
    sipp,
    sversion,
    stimer_config,
    stimer_count,
    vp_assist,
    code_page_offsets,
    vp_status,
    partition_status,
    capabilities,
    pending_event,
    vina,
    partition_config,
    secure_config,
    intercept_control,
    cr0_mask,
    cr4_mask,
    misc_enable_mask,
};

/// By which route the paravisor reaches it, with the isolation (note P39).
enum class HostClass : std::uint8_t {
    other,
    page,
    vector,
    private_,
    segment,
    control,
    tpr,
    page_msr,
    module_msr,
    kernel,
    mtrr,
    emulated,
};

struct RegisterRow {
    std::uint32_t code; ///< HV_REGISTER_NAME
    std::string_view name;
    RegisterClass register_class;
    Gate gate;
    RegisterRule rule;
    HostClass host;
    std::string_view source;
};

namespace detail {
namespace register_words {
using C = RegisterClass;
using G = Gate;
using R = RegisterRule;
using H = HostClass;
} // namespace register_words
} // namespace detail

inline constexpr auto register_table = [] {
    using namespace detail::register_words;
    return std::to_array<RegisterRow>({
        // clang-format off
    {0x00000002, "InstructionEmulationHints", C::event, G::unlisted, R::none, H::other, "processor/mshv/x64.rs"},
    {0x00000004, "InternalActivityState", C::event, G::unlisted, R::none, H::other, "processor/mshv/x64.rs"},
    {0x00000210, "GuestCrashP0", C::other, G::unlisted, R::none, H::emulated, "processor/mod.rs:1000-1071"},
    {0x00000211, "GuestCrashP1", C::other, G::unlisted, R::none, H::emulated, "processor/mod.rs:1000-1071"},
    {0x00000212, "GuestCrashP2", C::other, G::unlisted, R::none, H::emulated, "processor/mod.rs:1000-1071"},
    {0x00000213, "GuestCrashP3", C::other, G::unlisted, R::none, H::emulated, "processor/mod.rs:1000-1071"},
    {0x00000214, "GuestCrashP4", C::other, G::unlisted, R::none, H::emulated, "processor/mod.rs:1000-1071"},
    {0x00000215, "GuestCrashCtl", C::other, G::unlisted, R::none, H::emulated, "processor/mod.rs:1002-1039"},
    {0x00010002, "PendingInterruption", C::event, G::unlisted, R::none, H::module_msr, "processor/mshv/x64.rs"},
    {0x00010003, "InterruptState", C::event, G::unlisted, R::none, H::module_msr, "processor/mshv/x64.rs"},
    {0x00010004, "PendingEvent0", C::event, G::event, R::pending_event, H::emulated, "hardware_cvm/mod.rs:351-356"},
    {0x00010005, "PendingEvent1", C::event, G::unlisted, R::none, H::other, "ioctl/register.rs:320"},
    {0x00010006, "DeliverabilityNotifications", C::event, G::unlisted, R::none, H::other, "processor/snp/mod.rs:849-865"},
    {0x00020000, "Rax", C::gpr, G::lower, R::gpr, H::page, "ioctl/register.rs:668-683 (shared list)"},
    {0x00020001, "Rcx", C::gpr, G::lower, R::gpr, H::page, "ioctl/register.rs:668-683 (shared list)"},
    {0x00020002, "Rdx", C::gpr, G::lower, R::gpr, H::page, "ioctl/register.rs:668-683 (shared list)"},
    {0x00020003, "Rbx", C::gpr, G::lower, R::gpr, H::page, "ioctl/register.rs:668-683 (shared list)"},
    {0x00020004, "Rsp", C::gpr, G::lower, R::rsp, H::private_, "hardware_cvm/mod.rs:320 (gate)"},
    {0x00020005, "Rbp", C::gpr, G::lower, R::gpr, H::page, "ioctl/register.rs:668-683 (shared list)"},
    {0x00020006, "Rsi", C::gpr, G::lower, R::gpr, H::page, "ioctl/register.rs:668-683 (shared list)"},
    {0x00020007, "Rdi", C::gpr, G::lower, R::gpr, H::page, "ioctl/register.rs:668-683 (shared list)"},
    {0x00020008, "R8", C::gpr, G::lower, R::gpr, H::page, "ioctl/register.rs:668-683 (shared list)"},
    {0x00020009, "R9", C::gpr, G::lower, R::gpr, H::page, "ioctl/register.rs:668-683 (shared list)"},
    {0x0002000A, "R10", C::gpr, G::lower, R::gpr, H::page, "ioctl/register.rs:668-683 (shared list)"},
    {0x0002000B, "R11", C::gpr, G::lower, R::gpr, H::page, "ioctl/register.rs:668-683 (shared list)"},
    {0x0002000C, "R12", C::gpr, G::lower, R::gpr, H::page, "ioctl/register.rs:668-683 (shared list)"},
    {0x0002000D, "R13", C::gpr, G::lower, R::gpr, H::page, "ioctl/register.rs:668-683 (shared list)"},
    {0x0002000E, "R14", C::gpr, G::lower, R::gpr, H::page, "ioctl/register.rs:668-683 (shared list)"},
    {0x0002000F, "R15", C::gpr, G::lower, R::gpr, H::page, "ioctl/register.rs:668-683 (shared list)"},
    {0x00020010, "Rip", C::gpr, G::lower, R::rip, H::private_, "hardware_cvm/mod.rs:314"},
    {0x00020011, "Rflags", C::gpr, G::lower, R::rflags, H::private_, "hardware_cvm/mod.rs:315"},
    {0x00030000, "Xmm0", C::vector, G::unlisted, R::none, H::page, "ioctl/register.rs:688-703"},
    {0x00030001, "Xmm1", C::vector, G::unlisted, R::none, H::page, "ioctl/register.rs:688-703"},
    {0x00030002, "Xmm2", C::vector, G::unlisted, R::none, H::page, "ioctl/register.rs:688-703"},
    {0x00030003, "Xmm3", C::vector, G::unlisted, R::none, H::page, "ioctl/register.rs:688-703"},
    {0x00030004, "Xmm4", C::vector, G::unlisted, R::none, H::page, "ioctl/register.rs:688-703"},
    {0x00030005, "Xmm5", C::vector, G::unlisted, R::none, H::page, "ioctl/register.rs:688-703"},
    {0x00030006, "Xmm6", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:688-703"},
    {0x00030007, "Xmm7", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:688-703"},
    {0x00030008, "Xmm8", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:688-703"},
    {0x00030009, "Xmm9", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:688-703"},
    {0x0003000A, "Xmm10", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:688-703"},
    {0x0003000B, "Xmm11", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:688-703"},
    {0x0003000C, "Xmm12", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:688-703"},
    {0x0003000D, "Xmm13", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:688-703"},
    {0x0003000E, "Xmm14", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:688-703"},
    {0x0003000F, "Xmm15", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:688-703"},
    {0x00030010, "FpMmx0", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:704-711"},
    {0x00030011, "FpMmx1", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:704-711"},
    {0x00030012, "FpMmx2", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:704-711"},
    {0x00030013, "FpMmx3", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:704-711"},
    {0x00030014, "FpMmx4", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:704-711"},
    {0x00030015, "FpMmx5", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:704-711"},
    {0x00030016, "FpMmx6", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:704-711"},
    {0x00030017, "FpMmx7", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:704-711"},
    {0x00030018, "FpControlStatus", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:712-713"},
    {0x00030019, "XmmControlStatus", C::vector, G::unlisted, R::none, H::vector, "ioctl/register.rs:712-713"},
    {0x00040000, "Cr0", C::control, G::lower, R::cr0, H::control, "hardware_cvm/mod.rs:294"},
    {0x00040001, "Cr2", C::control, G::lower, R::module_read, H::page, "ioctl/register.rs:675"},
    {0x00040002, "Cr3", C::control, G::lower, R::module_read, H::control, "hardware_cvm/mod.rs:296"},
    {0x00040003, "Cr4", C::control, G::lower, R::cr4, H::control, "hardware_cvm/mod.rs:297"},
    {0x00040004, "Cr8", C::control, G::lower, R::cr8, H::tpr, "hardware_cvm/mod.rs:298"},
    {0x00040005, "Xfem", C::control, G::lower, R::xfem, H::kernel, "ioctl/register.rs:714"},
    {0x00041000, "IntermediateCr0", C::control, G::unlisted, R::none, H::other, "hardware_cvm/mod.rs:827-844 (validated)"},
    {0x00041002, "IntermediateCr3", C::control, G::unlisted, R::none, H::other, "hardware_cvm/mod.rs:752-759"},
    {0x00041003, "IntermediateCr4", C::control, G::unlisted, R::none, H::other, "hardware_cvm/mod.rs:827-844 (validated)"},
    {0x00041004, "IntermediateCr8", C::control, G::unlisted, R::none, H::other, "hardware_cvm/mod.rs:752-759"},
    {0x00050000, "Dr0", C::debug, G::lower, R::module_read, H::kernel, "ioctl/register.rs:684-686"},
    {0x00050001, "Dr1", C::debug, G::lower, R::module_read, H::kernel, "ioctl/register.rs:684-686"},
    {0x00050002, "Dr2", C::debug, G::lower, R::module_read, H::kernel, "ioctl/register.rs:684-686"},
    {0x00050003, "Dr3", C::debug, G::lower, R::dr3, H::kernel, "ioctl/register.rs:687"},
    {0x00050004, "Dr6", C::debug, G::unlisted, R::none, H::kernel, "ioctl/register.rs:276-283"},
    {0x00050005, "Dr7", C::debug, G::lower, R::dr7, H::control, "hardware_cvm/mod.rs:303"},
    {0x00060000, "Es", C::segment, G::lower, R::module_read, H::segment, "hardware_cvm/mod.rs:304-307"},
    {0x00060001, "Cs", C::segment, G::lower, R::module_read, H::segment, "hardware_cvm/mod.rs:304-307"},
    {0x00060002, "Ss", C::segment, G::lower, R::module_read, H::segment, "hardware_cvm/mod.rs:304-307"},
    {0x00060003, "Ds", C::segment, G::lower, R::module_read, H::segment, "hardware_cvm/mod.rs:304-307"},
    {0x00060004, "Fs", C::segment, G::lower, R::module_read, H::segment, "hardware_cvm/mod.rs:308-309"},
    {0x00060005, "Gs", C::segment, G::lower, R::module_read, H::segment, "hardware_cvm/mod.rs:308-309"},
    {0x00060006, "Ldtr", C::segment, G::lower, R::ldtr, H::segment, "hardware_cvm/mod.rs:311"},
    {0x00060007, "Tr", C::segment, G::lower, R::tr, H::segment, "hardware_cvm/mod.rs:310"},
    {0x00070000, "Idtr", C::segment, G::lower, R::table, H::segment, "hardware_cvm/mod.rs:312-313"},
    {0x00070001, "Gdtr", C::segment, G::lower, R::table, H::segment, "hardware_cvm/mod.rs:312-313"},
    {0x00080000, "Tsc", C::msr, G::unlisted, R::none, H::other, "processor/tdx/mod.rs:4187-4193"},
    {0x00080001, "Efer", C::msr, G::lower, R::efer, H::control, "hardware_cvm/mod.rs:293"},
    {0x00080002, "KernelGsBase", C::msr, G::lower, R::module_read, H::page_msr, "hardware_cvm/mod.rs:292"},
    {0x00080003, "ApicBase", C::apic, G::open, R::apic_base, H::emulated, "hardware_cvm/mod.rs:724-727"},
    {0x00080004, "Pat", C::msr, G::lower, R::pat, H::module_msr, "hardware_cvm/mod.rs:332"},
    {0x00080005, "SysenterCs", C::msr, G::lower, R::sysenter_cs, H::module_msr, "hardware_cvm/mod.rs:287"},
    {0x00080006, "SysenterEip", C::msr, G::lower, R::sysenter_eip, H::module_msr, "hardware_cvm/mod.rs:288-289"},
    {0x00080007, "SysenterEsp", C::msr, G::lower, R::sysenter_esp, H::module_msr, "hardware_cvm/mod.rs:288-289"},
    {0x00080008, "Star", C::msr, G::lower, R::star, H::page_msr, "hardware_cvm/mod.rs:284"},
    {0x00080009, "Lstar", C::msr, G::lower, R::lstar, H::page_msr, "hardware_cvm/mod.rs:285"},
    {0x0008000A, "Cstar", C::msr, G::lower, R::cstar, H::emulated, "hardware_cvm/mod.rs:286"},
    {0x0008000B, "Sfmask", C::msr, G::lower, R::sfmask, H::page_msr, "hardware_cvm/mod.rs:290"},
    {0x0008000D, "MsrMtrrCap", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x0008000E, "MsrMtrrDefType", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080010, "MsrMtrrPhysBase0", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080011, "MsrMtrrPhysBase1", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080012, "MsrMtrrPhysBase2", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080013, "MsrMtrrPhysBase3", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080014, "MsrMtrrPhysBase4", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080015, "MsrMtrrPhysBase5", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080016, "MsrMtrrPhysBase6", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080017, "MsrMtrrPhysBase7", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080018, "MsrMtrrPhysBase8", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080019, "MsrMtrrPhysBase9", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x0008001A, "MsrMtrrPhysBaseA", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x0008001B, "MsrMtrrPhysBaseB", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x0008001C, "MsrMtrrPhysBaseC", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x0008001D, "MsrMtrrPhysBaseD", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x0008001E, "MsrMtrrPhysBaseE", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x0008001F, "MsrMtrrPhysBaseF", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080040, "MsrMtrrPhysMask0", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080041, "MsrMtrrPhysMask1", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080042, "MsrMtrrPhysMask2", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080043, "MsrMtrrPhysMask3", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080044, "MsrMtrrPhysMask4", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080045, "MsrMtrrPhysMask5", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080046, "MsrMtrrPhysMask6", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080047, "MsrMtrrPhysMask7", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080048, "MsrMtrrPhysMask8", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080049, "MsrMtrrPhysMask9", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x0008004A, "MsrMtrrPhysMaskA", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x0008004B, "MsrMtrrPhysMaskB", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x0008004C, "MsrMtrrPhysMaskC", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x0008004D, "MsrMtrrPhysMaskD", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x0008004E, "MsrMtrrPhysMaskE", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x0008004F, "MsrMtrrPhysMaskF", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080070, "MsrMtrrFix64k00000", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080071, "MsrMtrrFix16k80000", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080072, "MsrMtrrFix16kA0000", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080073, "MsrMtrrFix4kC0000", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080074, "MsrMtrrFix4kC8000", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080075, "MsrMtrrFix4kD0000", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080076, "MsrMtrrFix4kD8000", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080077, "MsrMtrrFix4kE0000", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080078, "MsrMtrrFix4kE8000", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x00080079, "MsrMtrrFix4kF0000", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x0008007A, "MsrMtrrFix4kF8000", C::msr, G::unlisted, R::none, H::mtrr, "ioctl/register.rs:715-759"},
    {0x0008007B, "TscAux", C::msr, G::tsc_aux, R::tsc_aux, H::page_msr, "hardware_cvm/mod.rs:339-350"},
    {0x00080084, "SpecCtrl", C::msr, G::unlisted, R::none, H::other, "processor/tdx/mod.rs:152"},
    {0x0008008B, "Xss", C::msr, G::lower, R::xss, H::page_msr, "hardware_cvm/mod.rs:802-808"},
    {0x0008008C, "UCet", C::msr, G::unlisted, R::none, H::other, "processor/tdx/mod.rs:153"},
    {0x0008008D, "SCet", C::msr, G::lower, R::s_cet, H::module_msr, "processor/tdx/mod.rs:154"},
    {0x0008008E, "Ssp", C::msr, G::unlisted, R::none, H::page_msr, "ioctl/tdx.rs:269"},
    {0x0008008F, "Pl0Ssp", C::msr, G::lower, R::pl_ssp, H::other, "hardware_cvm/mod.rs:810-817"},
    {0x00080090, "Pl1Ssp", C::msr, G::lower, R::pl_ssp, H::other, "hardware_cvm/mod.rs:810-817"},
    {0x00080091, "Pl2Ssp", C::msr, G::lower, R::pl_ssp, H::other, "hardware_cvm/mod.rs:810-817"},
    {0x00080092, "Pl3Ssp", C::msr, G::lower, R::pl_ssp, H::other, "hardware_cvm/mod.rs:810-817"},
    {0x00080093, "InterruptSspTableAddr", C::msr, G::lower, R::interrupt_ssp_table, H::module_msr, "hardware_cvm/mod.rs:778"},
    {0x00080099, "Xfd", C::msr, G::unlisted, R::none, H::other, "processor/tdx/mod.rs:152"},
    {0x0008009A, "XfdErr", C::msr, G::unlisted, R::none, H::other, "processor/tdx/mod.rs:152"},
    {0x00090000, "VpRuntime", C::other, G::unlisted, R::none, H::other, "ioctl/register.rs:666"},
    {0x00090001, "Hypercall", C::other, G::unlisted, R::none, H::emulated, "hv1_emulator"},
    {0x00090002, "GuestOsId", C::other, G::unlisted, R::none, H::emulated, "ioctl/register.rs:429-439"},
    {0x00090003, "VpIndex", C::other, G::unlisted, R::none, H::emulated, "ioctl/register.rs:665"},
    {0x00090004, "TimeRefCount", C::other, G::unlisted, R::none, H::emulated, "ioctl/register.rs:338-342"},
    {0x00090013, "VpAssistPage", C::vsm, G::open, R::vp_assist, H::emulated, "hardware_cvm/mod.rs:527-529"},
    {0x00090019, "Ghcb", C::other, G::unlisted, R::none, H::other, "ioctl/register.rs:323"},
    {0x0009001C, "RegisterPage", C::other, G::unlisted, R::none, H::other, "ioctl.rs:1902"},
    {0x00090032, "PmTimerAssist", C::other, G::unlisted, R::none, H::other, "ioctl/register.rs:476-493"},
    {0x00090040, "SevControl", C::other, G::unlisted, R::none, H::other, "kernel mshv_configure_vmsa_page"},
    {0x00090043, "SevAvicGpa", C::other, G::unlisted, R::none, H::other, "ioctl/register.rs:304"},
    {0x000A0000, "Sint0", C::synic, G::open, R::sint, H::emulated, "hardware_cvm/mod.rs:692-723"},
    {0x000A0001, "Sint1", C::synic, G::open, R::sint, H::emulated, "hardware_cvm/mod.rs:692-723"},
    {0x000A0002, "Sint2", C::synic, G::open, R::sint, H::emulated, "hardware_cvm/mod.rs:692-723"},
    {0x000A0003, "Sint3", C::synic, G::open, R::sint, H::emulated, "hardware_cvm/mod.rs:692-723"},
    {0x000A0004, "Sint4", C::synic, G::open, R::sint, H::emulated, "hardware_cvm/mod.rs:692-723"},
    {0x000A0005, "Sint5", C::synic, G::open, R::sint, H::emulated, "hardware_cvm/mod.rs:692-723"},
    {0x000A0006, "Sint6", C::synic, G::open, R::sint, H::emulated, "hardware_cvm/mod.rs:692-723"},
    {0x000A0007, "Sint7", C::synic, G::open, R::sint, H::emulated, "hardware_cvm/mod.rs:692-723"},
    {0x000A0008, "Sint8", C::synic, G::open, R::sint, H::emulated, "hardware_cvm/mod.rs:692-723"},
    {0x000A0009, "Sint9", C::synic, G::open, R::sint, H::emulated, "hardware_cvm/mod.rs:692-723"},
    {0x000A000A, "Sint10", C::synic, G::open, R::sint, H::emulated, "hardware_cvm/mod.rs:692-723"},
    {0x000A000B, "Sint11", C::synic, G::open, R::sint, H::emulated, "hardware_cvm/mod.rs:692-723"},
    {0x000A000C, "Sint12", C::synic, G::open, R::sint, H::emulated, "hardware_cvm/mod.rs:692-723"},
    {0x000A000D, "Sint13", C::synic, G::open, R::sint, H::emulated, "hardware_cvm/mod.rs:692-723"},
    {0x000A000E, "Sint14", C::synic, G::open, R::sint, H::emulated, "hardware_cvm/mod.rs:692-723"},
    {0x000A000F, "Sint15", C::synic, G::open, R::sint, H::emulated, "hardware_cvm/mod.rs:692-723"},
    {0x000A0010, "Scontrol", C::synic, G::open, R::scontrol, H::emulated, "hardware_cvm/mod.rs:708"},
    {0x000A0011, "Sversion", C::synic, G::open, R::sversion, H::emulated, "hardware_cvm/mod.rs:709"},
    {0x000A0012, "Sifp", C::synic, G::open, R::sifp, H::emulated, "hardware_cvm/mod.rs:710-711"},
    {0x000A0013, "Sipp", C::synic, G::open, R::sipp, H::emulated, "hardware_cvm/mod.rs:710-711"},
    {0x000A0014, "Eom", C::synic, G::open, R::eom, H::emulated, "hardware_cvm/mod.rs:712"},
    {0x000B0000, "Stimer0Config", C::timer, G::open, R::stimer_config, H::emulated, "hardware_cvm/mod.rs:713-720"},
    {0x000B0001, "Stimer0Count", C::timer, G::open, R::stimer_count, H::emulated, "hardware_cvm/mod.rs:713-720"},
    {0x000B0002, "Stimer1Config", C::timer, G::open, R::stimer_config, H::emulated, "hardware_cvm/mod.rs:713-720"},
    {0x000B0003, "Stimer1Count", C::timer, G::open, R::stimer_count, H::emulated, "hardware_cvm/mod.rs:713-720"},
    {0x000B0004, "Stimer2Config", C::timer, G::open, R::stimer_config, H::emulated, "hardware_cvm/mod.rs:713-720"},
    {0x000B0005, "Stimer2Count", C::timer, G::open, R::stimer_count, H::emulated, "hardware_cvm/mod.rs:713-720"},
    {0x000B0006, "Stimer3Config", C::timer, G::open, R::stimer_config, H::emulated, "hardware_cvm/mod.rs:713-720"},
    {0x000B0007, "Stimer3Count", C::timer, G::open, R::stimer_count, H::emulated, "hardware_cvm/mod.rs:713-720"},
    {0x000D0002, "VsmCodePageOffsets", C::vsm, G::open, R::code_page_offsets, H::emulated, "hardware_cvm/mod.rs:513-516"},
    {0x000D0003, "VsmVpStatus", C::vsm, G::vsm, R::vp_status, H::emulated, "hardware_cvm/mod.rs:383-392"},
    {0x000D0004, "VsmPartitionStatus", C::vsm, G::vsm, R::partition_status, H::emulated, "hardware_cvm/mod.rs:437-482"},
    {0x000D0005, "VsmVina", C::vsm, G::vtl1_parameter, R::vina, H::emulated, "hardware_cvm/mod.rs:357-362"},
    {0x000D0006, "VsmCapabilities", C::vsm, G::vsm, R::capabilities, H::emulated, "hardware_cvm/mod.rs:517-523"},
    {0x000D0007, "VsmPartitionConfig", C::vsm, G::vtl1_parameter, R::partition_config, H::emulated, "hardware_cvm/mod.rs:372-382"},
    {0x000D0008, "GuestVsmPartitionConfig", C::vsm, G::unlisted, R::none, H::other, "ioctl/register.rs:384-391"},
    {0x000D0010, "VsmVpSecureConfigVtl0", C::vsm, G::vtl1_denied, R::secure_config, H::emulated, "hardware_cvm/mod.rs:524-526"},
    {0x000D0011, "VsmVpSecureConfigVtl1", C::vsm, G::unlisted, R::none, H::other, "ioctl/register.rs:99"},
    {0x000D0020, "VsmVpWaitForTlbLock", C::vsm, G::unlisted, R::none, H::other, "ioctl/register.rs:325"},
    {0x000E0000, "CrInterceptControl", C::intercept, G::vtl1_denied, R::intercept_control, H::emulated, "hardware_cvm/mod.rs:363-371"},
    {0x000E0001, "CrInterceptCr0Mask", C::intercept, G::vtl1_denied, R::cr0_mask, H::emulated, "hardware_cvm/mod.rs:1072-1095"},
    {0x000E0002, "CrInterceptCr4Mask", C::intercept, G::vtl1_denied, R::cr4_mask, H::emulated, "hardware_cvm/mod.rs:1072-1095"},
    {0x000E0003, "CrInterceptIa32MiscEnableMask", C::intercept, G::vtl1_denied, R::misc_enable_mask, H::emulated, "hardware_cvm/mod.rs:1089-1091"},
    {0xFFFFFFFF, "(any other)", C::other, G::unlisted, R::none, H::other, "decision D26"},
        // clang-format on
    });
}();

/// Names of AArch64 partitions. Their codes are those of other registers on x64, where they do not exist; no clause
/// serves them (decision D26). CCA is refused altogether (note P39).
struct ForeignRegister {
    std::uint32_t code;
    std::string_view name;
    std::string_view source;
};
inline constexpr auto aarch64_registers = std::to_array<ForeignRegister>({
    // clang-format off
    {0x00000200, "PrivilegesAndFeaturesInfo", "ioctl/register.rs:405-426"},
    {0x00020000, "X0", "ioctl/register.rs:763-798"},
    {0x00020001, "X1", "ioctl/register.rs:763-798"},
    {0x00020002, "X2", "ioctl/register.rs:763-798"},
    {0x00020003, "X3", "ioctl/register.rs:763-798"},
    {0x00020004, "X4", "ioctl/register.rs:763-798"},
    {0x00020005, "X5", "ioctl/register.rs:763-798"},
    {0x00020006, "X6", "ioctl/register.rs:763-798"},
    {0x00020007, "X7", "ioctl/register.rs:763-798"},
    {0x00020008, "X8", "ioctl/register.rs:763-798"},
    {0x00020009, "X9", "ioctl/register.rs:763-798"},
    {0x0002000A, "X10", "ioctl/register.rs:763-798"},
    {0x0002000B, "X11", "ioctl/register.rs:763-798"},
    {0x0002000C, "X12", "ioctl/register.rs:763-798"},
    {0x0002000D, "X13", "ioctl/register.rs:763-798"},
    {0x0002000E, "X14", "ioctl/register.rs:763-798"},
    {0x0002000F, "X15", "ioctl/register.rs:763-798"},
    {0x00020010, "X16", "ioctl/register.rs:763-798"},
    {0x00020011, "X17", "ioctl/register.rs:763-798"},
    {0x00020013, "X19", "ioctl/register.rs:763-798"},
    {0x00020014, "X20", "ioctl/register.rs:763-798"},
    {0x00020015, "X21", "ioctl/register.rs:763-798"},
    {0x00020016, "X22", "ioctl/register.rs:763-798"},
    {0x00020017, "X23", "ioctl/register.rs:763-798"},
    {0x00020018, "X24", "ioctl/register.rs:763-798"},
    {0x00020019, "X25", "ioctl/register.rs:763-798"},
    {0x0002001A, "X26", "ioctl/register.rs:763-798"},
    {0x0002001B, "X27", "ioctl/register.rs:763-798"},
    {0x0002001C, "X28", "ioctl/register.rs:763-798"},
    {0x0002001D, "XFp", "ioctl/register.rs:763-798"},
    {0x0002001E, "XLr", "ioctl/register.rs:763-798"},
    {0x00020012, "X18", "ioctl/register.rs:763-798 (absent)"},
    // clang-format on
});

/// The row that catches every name without one of its own.
inline constexpr std::size_t unlisted_register = register_table.size() - 1;

static_assert(register_table.size() + aarch64_registers.size() == 240, "every row of the facts");
static_assert(
    [] {
        for (std::size_t i = 0; i + 1 < register_table.size(); ++i) {
            if (register_table[i].code >= register_table[i + 1].code) {
                return false;
            }
        }
        return true;
    }(),
    "rows must be sorted and their codes unique");

/// Index of the row of `code` in register_table.
constexpr std::size_t register_index(std::uint32_t code) {
    const auto* const begin = register_table.data();
    const auto* const end = begin + unlisted_register;
    const auto* const found = std::lower_bound(
        begin, end, code, [](const RegisterRow& row, std::uint32_t number) { return row.code < number; });
    return found != end && found->code == code ? static_cast<std::size_t>(found - begin) : unlisted_register;
}

/// Code of the register `name` (case matters); `unlisted` if there is none. For clauses, which name registers in full.
consteval std::uint32_t register_code(std::string_view name) {
    for (std::size_t i = 0; i < unlisted_register; ++i) {
        if (register_table[i].name == name) {
            return register_table[i].code;
        }
    }
    throw "no register of this name";
}

/// A row over a domain: the parts the clauses speak of.
template <class D>
struct RegisterFacts {
    typename D::template Bv<8> gate{0};
    typename D::template Bv<8> rule{0};
    typename D::template Bv<8> host{0};

    [[nodiscard]] typename D::Bool is(Gate g) const { return gate == static_cast<std::uint8_t>(g); }
    [[nodiscard]] typename D::Bool is(RegisterRule r) const { return rule == static_cast<std::uint8_t>(r); }
    [[nodiscard]] typename D::Bool is(HostClass h) const { return host == static_cast<std::uint8_t>(h); }
    /// Any of the rules from `first` to `last`.
    [[nodiscard]] typename D::Bool within(RegisterRule first, RegisterRule last) const {
        return (rule >= static_cast<std::uint8_t>(first)) & (rule <= static_cast<std::uint8_t>(last));
    }
};

/// The row of `code`, by a search or by one case per run of rows that are treated alike.
template <class D>
RegisterFacts<D> lookup_register(const typename D::template Bv<32>& code) {
    const auto as_facts = [](const RegisterRow& row) {
        return RegisterFacts<D>{static_cast<std::uint8_t>(row.gate), static_cast<std::uint8_t>(row.rule),
                                static_cast<std::uint8_t>(row.host)};
    };
    if constexpr (D::concrete) {
        return as_facts(register_table[register_index(code.value())]);
    } else {
        RegisterFacts<D> result = as_facts(register_table[unlisted_register]);
        for (std::size_t i = 0; i < unlisted_register;) {
            const RegisterRow& row = register_table[i];
            std::size_t end = i + 1;
            while (end < unlisted_register && register_table[end].code == row.code + (end - i) &&
                   register_table[end].gate == row.gate && register_table[end].rule == row.rule &&
                   register_table[end].host == row.host) {
                ++end;
            }
            const auto last = static_cast<std::uint32_t>(row.code + (end - 1 - i));
            const auto here = row.code == last ? code == row.code : (code >= row.code) & (code <= last);
            const RegisterFacts<D> that = as_facts(row);
            result.gate = D::ite(here, that.gate, result.gate);
            result.rule = D::ite(here, that.rule, result.rule);
            result.host = D::ite(here, that.host, result.host);
            i = end;
        }
        return result;
    }
}

} // namespace vtlcheck::model
