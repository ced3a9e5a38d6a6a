// The row list of the registers, and the index derived from it at compile time.
#include "register_table.h"

#include "vtl_intercept.h"

#include <cstddef>
#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr std::uint16_t in_vtl(std::size_t offset) { return static_cast<std::uint16_t>(offset); }
constexpr std::uint16_t WORD = sizeof(std::uint64_t);

#define OF_VTL(field) .place = Place::vtl, .offset = in_vtl(offsetof(vtl_vtl_state, field))
#define OF_VP(field) .place = Place::vp, .offset = in_vtl(offsetof(vtl_vp_shared_state, field))

// clang-format off
constexpr RegisterRow rows[] = {
    // Index 0: every name without a row.
    {.first = 0xFFFFFFFF},

    {.first = reg::GuestCrashP0, .last = reg::GuestCrashCtl, .host = HostClass::emulated},
    {.first = reg::PendingInterruption, .last = reg::InterruptState, .host = HostClass::module_msr},
    {.first = reg::PendingEvent0, .gate = Gate::event, OF_VP(pending_event), .set = Rule::pending_event,
     .host = HostClass::emulated, .only = OnlyOf::vtl0},

    {.first = reg::Rax, .last = reg::Rbx, .gate = Gate::lower, .place = Place::gpr, .get = true,
     .host = HostClass::page},
    {.first = reg::Rsp, .gate = Gate::lower, OF_VTL(rsp), .get = true, .set = Rule::any, .host = HostClass::private_},
    {.first = reg::Rbp, .last = reg::R15, .gate = Gate::lower, .place = Place::gpr, .get = true,
     .host = HostClass::page},
    {.first = reg::Rip, .gate = Gate::lower, OF_VTL(rip), .get = true, .set = Rule::canonical,
     .host = HostClass::private_},
    {.first = reg::Rflags, .gate = Gate::lower, OF_VTL(rflags), .get = true, .set = Rule::rflags,
     .host = HostClass::private_},

    {.first = reg::Xmm0, .last = reg::Xmm5, .host = HostClass::page},
    {.first = reg::Xmm6, .last = reg::XmmControlStatus, .host = HostClass::vector},

    {.first = reg::Cr0, .gate = Gate::lower, OF_VTL(cr0), .get = true, .set = Rule::cr0, .host = HostClass::control},
    {.first = reg::Cr2, .gate = Gate::lower, .get = true, .host = HostClass::page},
    {.first = reg::Cr3, .gate = Gate::lower, .get = true, .host = HostClass::control},
    {.first = reg::Cr4, .gate = Gate::lower, OF_VTL(cr4), .get = true, .set = Rule::cr4, .host = HostClass::control},
    {.first = reg::Cr8, .gate = Gate::lower, .get = true, .set = Rule::cr8, .host = HostClass::tpr},
    {.first = reg::Xfem, .gate = Gate::lower, OF_VP(xcr0), .get = true, .set = Rule::xcr0, .host = HostClass::kernel},
    {.first = reg::Dr0, .last = reg::Dr2, .gate = Gate::lower, .get = true, .host = HostClass::kernel},
    {.first = reg::Dr3, .gate = Gate::lower, .get = true, .set = Rule::any, .host = HostClass::kernel},
    {.first = reg::Dr6, .host = HostClass::kernel},
    {.first = reg::Dr7, .gate = Gate::lower, .get = true, .set = Rule::dr7, .host = HostClass::control},

    {.first = reg::Es, .last = reg::Gs, .gate = Gate::lower, .get = true, .host = HostClass::segment},
    {.first = reg::Ldtr, .gate = Gate::lower, .get = true, .set = Rule::ldtr, .host = HostClass::segment},
    {.first = reg::Tr, .gate = Gate::lower, .get = true, .set = Rule::tr, .host = HostClass::segment},
    {.first = reg::Idtr, .last = reg::Gdtr, .gate = Gate::lower, .get = true, .set = Rule::table,
     .host = HostClass::segment},

    {.first = reg::Efer, .gate = Gate::lower, OF_VTL(efer), .get = true, .set = Rule::efer,
     .host = HostClass::control},
    {.first = reg::KernelGsBase, .gate = Gate::lower, .get = true, .host = HostClass::page_msr},
    {.first = reg::ApicBase, .gate = Gate::open, OF_VTL(apic_base), .get = true, .set = Rule::apic_base,
     .host = HostClass::emulated},
    {.first = reg::Pat, .gate = Gate::lower, OF_VTL(pat), .get = true, .set = Rule::pat,
     .host = HostClass::module_msr},
    {.first = reg::SysenterCs, .gate = Gate::lower, OF_VTL(sysenter_cs), .get = true, .set = Rule::sysenter_cs,
     .host = HostClass::module_msr},
    {.first = reg::SysenterEip, .gate = Gate::lower, OF_VTL(sysenter_eip), .get = true, .set = Rule::canonical,
     .host = HostClass::module_msr},
    {.first = reg::SysenterEsp, .gate = Gate::lower, OF_VTL(sysenter_esp), .get = true, .set = Rule::canonical,
     .host = HostClass::module_msr},
    {.first = reg::Star, .gate = Gate::lower, OF_VTL(star), .get = true, .set = Rule::any,
     .host = HostClass::page_msr},
    {.first = reg::Lstar, .gate = Gate::lower, OF_VTL(lstar), .get = true, .set = Rule::canonical,
     .host = HostClass::page_msr},
    {.first = reg::Cstar, .gate = Gate::lower, OF_VTL(cstar), .get = true, .set = Rule::canonical,
     .host = HostClass::emulated},
    {.first = reg::Sfmask, .gate = Gate::lower, OF_VTL(sfmask), .get = true, .set = Rule::sfmask,
     .host = HostClass::page_msr},
    {.first = reg::MsrMtrrCap, .last = reg::MsrMtrrDefType, .host = HostClass::mtrr},
    {.first = reg::MsrMtrrPhysBase0, .last = reg::MsrMtrrPhysBaseF, .host = HostClass::mtrr},
    {.first = reg::MsrMtrrPhysMask0, .last = reg::MsrMtrrPhysMaskF, .host = HostClass::mtrr},
    {.first = reg::MsrMtrrFix64k00000, .last = reg::MsrMtrrFix4kF8000, .host = HostClass::mtrr},
    {.first = reg::TscAux, .gate = Gate::tsc_aux, OF_VTL(tsc_aux), .get = true, .set = Rule::tsc_aux,
     .host = HostClass::page_msr},
    {.first = reg::Xss, .gate = Gate::lower, OF_VTL(xss), .get = true, .set = Rule::xss,
     .host = HostClass::page_msr},
    {.first = reg::SCet, .gate = Gate::lower, .get = true, .set = Rule::s_cet, .host = HostClass::module_msr},
    {.first = reg::Ssp, .host = HostClass::page_msr},
    {.first = reg::Pl0Ssp, .last = reg::Pl3Ssp, .gate = Gate::lower, .get = true, .set = Rule::ssp},
    {.first = reg::InterruptSspTableAddr, .gate = Gate::lower, .get = true, .set = Rule::canonical,
     .host = HostClass::module_msr},

    {.first = reg::Hypercall, .last = reg::TimeRefCount, .host = HostClass::emulated},
    {.first = reg::VpAssistPage, .gate = Gate::open, OF_VTL(vp_assist), .get = true, .set = Rule::assist_page,
     .host = HostClass::emulated},

    {.first = reg::Sint0, .last = reg::Sint15, .gate = Gate::open, OF_VTL(synic.sint), .get = true,
     .set = Rule::sint, .host = HostClass::emulated, .stride = WORD},
    {.first = reg::Scontrol, .gate = Gate::open, OF_VTL(synic.scontrol), .get = true, .set = Rule::any,
     .host = HostClass::emulated},
    {.first = reg::Sversion, .gate = Gate::open, .place = Place::constant, .get = true, .host = HostClass::emulated,
     .constant = 1},
    {.first = reg::Sifp, .gate = Gate::open, OF_VTL(synic.siefp), .get = true, .set = Rule::synic_page,
     .host = HostClass::emulated},
    {.first = reg::Sipp, .gate = Gate::open, OF_VTL(synic.simp), .get = true, .set = Rule::synic_page,
     .host = HostClass::emulated},
    {.first = reg::Eom, .gate = Gate::open, .place = Place::constant, .get = true, .set = Rule::ignored,
     .host = HostClass::emulated},
    {.first = reg::Stimer0Config + 0, .gate = Gate::open, OF_VTL(stimer_config[0]), .get = true, .set = Rule::any,
     .host = HostClass::emulated},
    {.first = reg::Stimer0Config + 1, .gate = Gate::open, OF_VTL(stimer_count[0]), .get = true,
     .set = Rule::stimer_count, .host = HostClass::emulated},
    {.first = reg::Stimer0Config + 2, .gate = Gate::open, OF_VTL(stimer_config[1]), .get = true, .set = Rule::any,
     .host = HostClass::emulated},
    {.first = reg::Stimer0Config + 3, .gate = Gate::open, OF_VTL(stimer_count[1]), .get = true,
     .set = Rule::stimer_count, .host = HostClass::emulated},
    {.first = reg::Stimer0Config + 4, .gate = Gate::open, OF_VTL(stimer_config[2]), .get = true, .set = Rule::any,
     .host = HostClass::emulated},
    {.first = reg::Stimer0Config + 5, .gate = Gate::open, OF_VTL(stimer_count[2]), .get = true,
     .set = Rule::stimer_count, .host = HostClass::emulated},
    {.first = reg::Stimer0Config + 6, .gate = Gate::open, OF_VTL(stimer_config[3]), .get = true, .set = Rule::any,
     .host = HostClass::emulated},
    {.first = reg::Stimer0Config + 7, .gate = Gate::open, OF_VTL(stimer_count[3]), .get = true,
     .set = Rule::stimer_count, .host = HostClass::emulated},

    {.first = reg::VsmCodePageOffsets, .gate = Gate::open, .place = Place::constant, .get = true,
     .host = HostClass::emulated, .constant = 0x2600F},
    {.first = reg::VsmVpStatus, .gate = Gate::vsm, .place = Place::vp_status, .get = true,
     .host = HostClass::emulated},
    {.first = reg::VsmPartitionStatus, .gate = Gate::vsm, .place = Place::partition_status, .get = true,
     .host = HostClass::emulated},
    {.first = reg::VsmVina, .gate = Gate::vtl1_parameter, OF_VP(vina), .get = true, .set = Rule::vina,
     .host = HostClass::emulated, .only = OnlyOf::vtl1},
    {.first = reg::VsmCapabilities, .gate = Gate::vsm, .place = Place::capabilities, .get = true,
     .host = HostClass::emulated},
    {.first = reg::VsmPartitionConfig, .gate = Gate::vtl1_parameter, .place = Place::partition_config, .get = true,
     .set = Rule::partition_config, .host = HostClass::emulated, .only = OnlyOf::vtl1},
    {.first = reg::VsmVpSecureConfigVtl0, .gate = Gate::vtl1_denied, .place = Place::secure_config, .get = true,
     .set = Rule::secure_config, .host = HostClass::emulated, .only = OnlyOf::vtl1},

    {.first = reg::CrInterceptControl, .gate = Gate::vtl1_denied, OF_VP(intercept_control), .get = true,
     .set = Rule::intercept_control, .host = HostClass::emulated, .only = OnlyOf::vtl1},
    {.first = reg::CrInterceptCr0Mask, .gate = Gate::vtl1_denied, OF_VP(cr0_mask), .get = true,
     .set = Rule::intercept_mask, .host = HostClass::emulated, .only = OnlyOf::vtl1},
    {.first = reg::CrInterceptCr4Mask, .gate = Gate::vtl1_denied, OF_VP(cr4_mask), .get = true,
     .set = Rule::intercept_mask, .host = HostClass::emulated, .only = OnlyOf::vtl1},
    {.first = reg::CrInterceptIa32MiscEnableMask, .gate = Gate::vtl1_denied, OF_VP(misc_enable_mask),
     .get = true, .set = Rule::intercept_mask, .host = HostClass::emulated, .only = OnlyOf::vtl1},
};
// clang-format on
#undef OF_VTL
#undef OF_VP

constexpr std::size_t ROW_COUNT = sizeof rows / sizeof rows[0];
static_assert(ROW_COUNT <= 256, "a row number is a byte");

// Names are a group in 31:16 and a number in it; both are small.
constexpr std::uint32_t GROUP_COUNT = 0xF;
constexpr std::uint32_t group_size(std::uint32_t group) {
    std::uint32_t size = 0;
    for (const RegisterRow& row : rows)
        if (row.first >> 16 == group && (row.end() & 0xFFFF) > size)
            size = row.end() & 0xFFFF;
    return size;
}
constexpr std::uint32_t total_size() {
    std::uint32_t size = 0;
    for (std::uint32_t group = 0; group < GROUP_COUNT; ++group)
        size += group_size(group);
    return size;
}

struct Index {
    std::uint16_t start[GROUP_COUNT + 1];
    std::uint8_t row[total_size()];
};

constexpr Index derive() {
    Index index{};
    for (std::uint32_t group = 0; group < GROUP_COUNT; ++group)
        index.start[group + 1] = static_cast<std::uint16_t>(index.start[group] + group_size(group));
    for (std::size_t n = 1; n < ROW_COUNT; ++n)
        for (std::uint32_t name = rows[n].first; name != rows[n].end(); ++name)
            index.row[index.start[name >> 16] + (name & 0xFFFF)] = static_cast<std::uint8_t>(n);
    return index;
}

constexpr Index by_name = derive();

constexpr bool rows_are_disjoint_and_reachable() {
    for (std::size_t a = 1; a < ROW_COUNT; ++a) {
        if (rows[a].first >> 16 >= GROUP_COUNT || rows[a].first >> 16 != (rows[a].end() - 1) >> 16)
            return false;
        for (std::size_t b = a + 1; b < ROW_COUNT; ++b)
            if (rows[a].first < rows[b].end() && rows[b].first < rows[a].end())
                return false;
    }
    return true;
}
static_assert(rows_are_disjoint_and_reachable());

} // namespace

const RegisterRow& register_row(std::uint32_t name) {
    const std::uint32_t group = name >> 16;
    if (group >= GROUP_COUNT)
        return rows[0];
    const std::uint32_t place = by_name.start[group] + (name & 0xFFFF);
    return place < by_name.start[group + 1] ? rows[by_name.row[place]] : rows[0];
}

} // namespace vtl_intercept
