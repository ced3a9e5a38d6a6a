// What each register of the hypervisor's name space is to a guest and to the paravisor: one row list, from which an index
// by name is derived.
#ifndef VTL_IMPL_REGISTER_TABLE_H
#define VTL_IMPL_REGISTER_TABLE_H

#include "vtl_intercept.h"

#include <cstddef>
#include <cstdint>

namespace [[gnu::visibility("hidden")]] vtl_intercept {

// HV_REGISTER_NAME, under the TLFS names (HvX64Register...).
namespace reg {
inline constexpr std::uint32_t GuestCrashP0 = 0x00000210;
inline constexpr std::uint32_t GuestCrashCtl = 0x00000215;
inline constexpr std::uint32_t PendingInterruption = 0x00010002;
inline constexpr std::uint32_t InterruptState = 0x00010003;
inline constexpr std::uint32_t PendingEvent0 = 0x00010004;
inline constexpr std::uint32_t Rax = 0x00020000;
inline constexpr std::uint32_t Rbx = 0x00020003;
inline constexpr std::uint32_t Rsp = 0x00020004;
inline constexpr std::uint32_t Rbp = 0x00020005;
inline constexpr std::uint32_t R15 = 0x0002000F;
inline constexpr std::uint32_t Rip = 0x00020010;
inline constexpr std::uint32_t Rflags = 0x00020011;
inline constexpr std::uint32_t Xmm0 = 0x00030000;
inline constexpr std::uint32_t Xmm5 = 0x00030005;
inline constexpr std::uint32_t Xmm6 = 0x00030006;
inline constexpr std::uint32_t XmmControlStatus = 0x00030019;
inline constexpr std::uint32_t Cr0 = 0x00040000;
inline constexpr std::uint32_t Cr2 = 0x00040001;
inline constexpr std::uint32_t Cr3 = 0x00040002;
inline constexpr std::uint32_t Cr4 = 0x00040003;
inline constexpr std::uint32_t Cr8 = 0x00040004;
inline constexpr std::uint32_t Xfem = 0x00040005;
inline constexpr std::uint32_t Dr0 = 0x00050000;
inline constexpr std::uint32_t Dr2 = 0x00050002;
inline constexpr std::uint32_t Dr3 = 0x00050003;
inline constexpr std::uint32_t Dr6 = 0x00050004;
inline constexpr std::uint32_t Dr7 = 0x00050005;
inline constexpr std::uint32_t Es = 0x00060000;
inline constexpr std::uint32_t Gs = 0x00060005;
inline constexpr std::uint32_t Ldtr = 0x00060006;
inline constexpr std::uint32_t Tr = 0x00060007;
inline constexpr std::uint32_t Idtr = 0x00070000;
inline constexpr std::uint32_t Gdtr = 0x00070001;
inline constexpr std::uint32_t Efer = 0x00080001;
inline constexpr std::uint32_t KernelGsBase = 0x00080002;
inline constexpr std::uint32_t ApicBase = 0x00080003;
inline constexpr std::uint32_t Pat = 0x00080004;
inline constexpr std::uint32_t SysenterCs = 0x00080005;
inline constexpr std::uint32_t SysenterEip = 0x00080006;
inline constexpr std::uint32_t SysenterEsp = 0x00080007;
inline constexpr std::uint32_t Star = 0x00080008;
inline constexpr std::uint32_t Lstar = 0x00080009;
inline constexpr std::uint32_t Cstar = 0x0008000A;
inline constexpr std::uint32_t Sfmask = 0x0008000B;
inline constexpr std::uint32_t MsrMtrrCap = 0x0008000D;
inline constexpr std::uint32_t MsrMtrrDefType = 0x0008000E;
inline constexpr std::uint32_t MsrMtrrPhysBase0 = 0x00080010;
inline constexpr std::uint32_t MsrMtrrPhysBaseF = 0x0008001F;
inline constexpr std::uint32_t MsrMtrrPhysMask0 = 0x00080040;
inline constexpr std::uint32_t MsrMtrrPhysMaskF = 0x0008004F;
inline constexpr std::uint32_t MsrMtrrFix64k00000 = 0x00080070;
inline constexpr std::uint32_t MsrMtrrFix4kF8000 = 0x0008007A;
inline constexpr std::uint32_t TscAux = 0x0008007B;
inline constexpr std::uint32_t Xss = 0x0008008B;
inline constexpr std::uint32_t SCet = 0x0008008D;
inline constexpr std::uint32_t Ssp = 0x0008008E;
inline constexpr std::uint32_t Pl0Ssp = 0x0008008F;
inline constexpr std::uint32_t Pl3Ssp = 0x00080092;
inline constexpr std::uint32_t InterruptSspTableAddr = 0x00080093;
inline constexpr std::uint32_t Hypercall = 0x00090001;
inline constexpr std::uint32_t GuestOsId = 0x00090002;
inline constexpr std::uint32_t VpIndex = 0x00090003;
inline constexpr std::uint32_t TimeRefCount = 0x00090004;
inline constexpr std::uint32_t VpAssistPage = 0x00090013;
inline constexpr std::uint32_t PmTimerAssist = 0x00090032;
inline constexpr std::uint32_t Sint0 = 0x000A0000;
inline constexpr std::uint32_t Sint15 = 0x000A000F;
inline constexpr std::uint32_t Scontrol = 0x000A0010;
inline constexpr std::uint32_t Sversion = 0x000A0011;
inline constexpr std::uint32_t Sifp = 0x000A0012;
inline constexpr std::uint32_t Sipp = 0x000A0013;
inline constexpr std::uint32_t Eom = 0x000A0014;
inline constexpr std::uint32_t Stimer0Config = 0x000B0000;
inline constexpr std::uint32_t VsmCodePageOffsets = 0x000D0002;
inline constexpr std::uint32_t VsmVpStatus = 0x000D0003;
inline constexpr std::uint32_t VsmPartitionStatus = 0x000D0004;
inline constexpr std::uint32_t VsmVina = 0x000D0005;
inline constexpr std::uint32_t VsmCapabilities = 0x000D0006;
inline constexpr std::uint32_t VsmPartitionConfig = 0x000D0007;
inline constexpr std::uint32_t GuestVsmPartitionConfig = 0x000D0008;
inline constexpr std::uint32_t VsmVpSecureConfigVtl0 = 0x000D0010;
inline constexpr std::uint32_t CrInterceptControl = 0x000E0000;
inline constexpr std::uint32_t CrInterceptCr0Mask = 0x000E0001;
inline constexpr std::uint32_t CrInterceptCr4Mask = 0x000E0002;
inline constexpr std::uint32_t CrInterceptIa32MiscEnableMask = 0x000E0003;
} // namespace reg

// What a guest has to be to name the register (P16).
enum class Gate : std::uint8_t { unlisted, lower, tsc_aux, event, vtl1_denied, vtl1_parameter, vsm, open };

// Where the register is kept.
enum class Place : std::uint8_t {
    module, // TDX module or run page
    gpr,    // the guest's, in the exit
    vtl,    // a word of the VTL's state
    vp,     // a word of the VP's state
    partition_config,
    constant,
    vp_status,
    partition_status,
    capabilities,
    secure_config
};

// What a new value is judged by and what else it does. `none`: there is no set.
enum class Rule : std::uint8_t {
    none,
    any,
    ignored,
    canonical,
    rflags,
    cr0,
    cr4,
    efer,
    cr8,
    dr7,
    ldtr,
    tr,
    table,
    s_cet,
    ssp,
    xcr0,
    pat,
    sysenter_cs,
    sfmask,
    xss,
    tsc_aux,
    apic_base,
    sint,
    synic_page,
    assist_page,
    stimer_count,
    pending_event,
    vina,
    partition_config,
    secure_config,
    intercept_control,
    intercept_mask
};

// Columns of the route table (P39).
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
    emulated
};

// The VTL, if not both, of which the register exists (P39).
enum class OnlyOf : std::uint8_t { both, vtl0, vtl1 };

struct RegisterRow {
    std::uint32_t first;
    std::uint32_t last = 0; // 0: the row is of `first` alone
    Gate gate = Gate::unlisted;
    Place place = Place::module;
    std::uint16_t offset = 0; // of the first register's word in vtl_vtl_state or vtl_vp_shared_state
    bool get = false;
    Rule set = Rule::none;
    HostClass host = HostClass::other;
    OnlyOf only = OnlyOf::both;
    std::uint16_t stride = 0; // from each register's word to the next one's
    std::uint64_t constant = 0;

    constexpr std::uint32_t end() const { return (last == 0 ? first : last) + 1; }
};

// The row of a register; of an unknown one a row of the same effect as any name that no guest reaches.
const RegisterRow& register_row(std::uint32_t name);

} // namespace vtl_intercept

#endif
