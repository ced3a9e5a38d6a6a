// Bits of the architectural and hypervisor-defined words the intercept path looks at.
#ifndef VTL_IMPL_BITS_H
#define VTL_IMPL_BITS_H

#include <cstdint>

namespace vtl_intercept {

constexpr std::uint64_t bit(unsigned n) { return std::uint64_t{1} << n; }
constexpr std::uint32_t low32(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
constexpr std::uint32_t high32(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32); }

// VMCS and instruction-visible state.
inline constexpr std::uint64_t CR0_PE = bit(0);
inline constexpr std::uint64_t CR0_MP = bit(1);
inline constexpr std::uint64_t CR0_EM = bit(2);
inline constexpr std::uint64_t CR0_TS = bit(3);
inline constexpr std::uint64_t CR0_ET = bit(4);
inline constexpr std::uint64_t CR0_WP = bit(16);
inline constexpr std::uint64_t CR0_AM = bit(18);
inline constexpr std::uint64_t CR0_NW = bit(29);
inline constexpr std::uint64_t CR0_CD = bit(30);
inline constexpr std::uint64_t CR0_PG = bit(31);
inline constexpr std::uint64_t CR4_PAE = bit(5);
inline constexpr std::uint64_t CR4_LA57 = bit(12);
inline constexpr std::uint64_t CR4_PCIDE = bit(17);
inline constexpr std::uint64_t CR4_OSXSAVE = bit(18);
inline constexpr std::uint64_t CR4_CET = bit(23);
inline constexpr std::uint64_t RFLAGS_VM = bit(17);
inline constexpr std::uint64_t RFLAGS_TF = bit(8);
inline constexpr std::uint32_t BLOCKING_BY_STI_OR_MOV_SS = 3;
inline constexpr std::uint64_t PENDING_DEBUG_BS = bit(14);
inline constexpr std::uint32_t EVENT_GP = 0x8000030D;
inline constexpr std::uint32_t EVENT_DELIVER_ERROR_CODE = 0x800;
inline constexpr std::uint32_t EVENT_UD = 0x80000306;

// TDG.VP.ENTER outputs.
inline constexpr std::uint64_t EXIT_RSI_CS_L = bit(29);
inline constexpr std::uint64_t EXIT_R12_CPL = 3;

// IA32_EFER.
inline constexpr std::uint64_t EFER_SCE = bit(0);
inline constexpr std::uint64_t EFER_LME = bit(8);
inline constexpr std::uint64_t EFER_LMA = bit(10);
inline constexpr std::uint64_t EFER_NXE = bit(11);

// IA32_APIC_BASE.
inline constexpr std::uint64_t APIC_BASE_BSP = bit(8);
inline constexpr std::uint64_t APIC_BASE_EXTD = bit(10);
inline constexpr std::uint64_t APIC_BASE_EN = bit(11);
inline constexpr std::uint64_t APIC_BASE_PAGE = 0xFFFFFF000;

constexpr bool apic_enabled(std::uint64_t apic_base) { return (apic_base & APIC_BASE_EN) != 0; }
constexpr bool in_x2apic_mode(std::uint64_t apic_base) {
    return (apic_base & (APIC_BASE_EN | APIC_BASE_EXTD)) == (APIC_BASE_EN | APIC_BASE_EXTD);
}

// Overlay-page registers of the hypervisor and the synic.
inline constexpr std::uint64_t PAGE_ENABLE = bit(0);
inline constexpr std::uint64_t PAGE_GPA = ~std::uint64_t{0xFFF};
inline constexpr std::uint64_t HYPERCALL_LOCKED = bit(1);
inline constexpr std::uint64_t HYPERCALL_RESERVED = 0xFFC;
inline constexpr std::uint64_t OVERLAY_RESERVED = 0xFFE;

inline constexpr std::uint64_t SINT_VECTOR = 0xFF;
inline constexpr std::uint64_t SINT_MASKED = bit(16);
inline constexpr std::uint64_t SINT_POLLING = bit(18);
inline constexpr std::uint64_t SINT_PROXY = bit(20);

inline constexpr std::uint64_t STIMER_ENABLE = bit(0);
inline constexpr std::uint64_t STIMER_AUTO_ENABLE = bit(3);

// HV_STATUS.
inline constexpr std::uint16_t HV_STATUS_SUCCESS = 0;
inline constexpr std::uint16_t HV_STATUS_INVALID_HYPERCALL_CODE = 0x2;
inline constexpr std::uint16_t HV_STATUS_INVALID_HYPERCALL_INPUT = 0x3;
inline constexpr std::uint16_t HV_STATUS_INVALID_ALIGNMENT = 0x4;
inline constexpr std::uint16_t HV_STATUS_INVALID_PARAMETER = 0x5;
inline constexpr std::uint16_t HV_STATUS_ACCESS_DENIED = 0x6;
inline constexpr std::uint16_t HV_STATUS_OPERATION_DENIED = 0x8;
inline constexpr std::uint16_t HV_STATUS_INVALID_PARTITION_ID = 0xD;
inline constexpr std::uint16_t HV_STATUS_INVALID_VP_INDEX = 0xE;
inline constexpr std::uint16_t HV_STATUS_INVALID_VP_STATE = 0x15;
inline constexpr std::uint16_t HV_STATUS_OBJECT_IN_USE = 0x19;
inline constexpr std::uint16_t HV_STATUS_FEATURE_UNAVAILABLE = 0x1E;
inline constexpr std::uint16_t HV_STATUS_INVALID_REGISTER_VALUE = 0x50;
inline constexpr std::uint16_t HV_STATUS_INVALID_VTL_STATE = 0x51;
inline constexpr std::uint16_t HV_STATUS_OPERATION_FAILED = 0x71;
inline constexpr std::uint16_t HV_STATUS_TIMEOUT = 0x78;
inline constexpr std::uint16_t HV_STATUS_VTL_ALREADY_ENABLED = 0x86;

// Hypercalls.
inline constexpr std::uint16_t HV_CALL_ENABLE_PARTITION_VTL = 0xD;
inline constexpr std::uint16_t HV_CALL_ENABLE_VP_VTL = 0xF;
inline constexpr std::uint16_t HV_CALL_VTL_CALL = 0x11;
inline constexpr std::uint16_t HV_CALL_VTL_RETURN = 0x12;
inline constexpr std::uint16_t HV_CALL_GET_VP_REGISTERS = 0x50;
inline constexpr std::uint16_t HV_CALL_SET_VP_REGISTERS = 0x51;
inline constexpr std::uint16_t HV_CALL_START_VIRTUAL_PROCESSOR = 0x99;
inline constexpr std::uint64_t HV_PARTITION_ID_SELF = ~std::uint64_t{0};
inline constexpr std::uint32_t HV_VP_INDEX_SELF = 0xFFFFFFFE;

// VsmPartitionConfig.
inline constexpr std::uint64_t VSM_CONFIG_PROTECTION = bit(0);
inline constexpr unsigned VSM_CONFIG_MASK_SHIFT = 1;
inline constexpr std::uint64_t VSM_CONFIG_MASK = 0x1E;
inline constexpr std::uint64_t VSM_CONFIG_DENY_STARTUP = bit(6);

// CrInterceptControl: bits without a row in the MSR table.
inline constexpr std::uint64_t CONTROL_CR0_WRITE = bit(0);
inline constexpr std::uint64_t CONTROL_CR4_WRITE = bit(1);
inline constexpr std::uint64_t CONTROL_XCR0_WRITE = bit(2);
inline constexpr std::uint64_t CONTROL_GDTR_WRITE = bit(15);
inline constexpr std::uint64_t CONTROL_IDTR_WRITE = bit(16);
inline constexpr std::uint64_t CONTROL_LDTR_WRITE = bit(17);
inline constexpr std::uint64_t CONTROL_TR_WRITE = bit(18);
inline constexpr std::uint64_t CONTROL_TABLE_WRITES =
    CONTROL_GDTR_WRITE | CONTROL_IDTR_WRITE | CONTROL_LDTR_WRITE | CONTROL_TR_WRITE;

} // namespace vtl_intercept

#endif
