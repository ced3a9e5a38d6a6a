// Registers of VTL0 and VTL1 as the kernel and the paravisor reach them, and the special path to the hypervisor.
#include "audit.h"
#include "bits.h"
#include "guard.h"
#include "handlers.h"
#include "outcome.h"
#include "register_access.h"
#include "register_table.h"

#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr std::uint32_t VTL2 = 2;

struct Routes {
    vtl_route tdx, snp, get, set; // the last two: not hardware isolated
};

constexpr Routes routes_of(HostClass host) {
    switch (host) {
    case HostClass::page:
        return {VTL_ROUTE_SHARED_PAGE, VTL_ROUTE_VMSA, VTL_ROUTE_SHARED_PAGE, VTL_ROUTE_SHARED_PAGE};
    case HostClass::vector:
        return {VTL_ROUTE_SHARED_PAGE, VTL_ROUTE_VMSA, VTL_ROUTE_KERNEL_IOCTL, VTL_ROUTE_KERNEL_IOCTL};
    case HostClass::private_:
        return {VTL_ROUTE_SHARED_PAGE, VTL_ROUTE_VMSA, VTL_ROUTE_REGISTER_PAGE, VTL_ROUTE_REGISTER_PAGE};
    case HostClass::segment:
        return {VTL_ROUTE_TDX_MODULE, VTL_ROUTE_VMSA, VTL_ROUTE_REGISTER_PAGE, VTL_ROUTE_REGISTER_PAGE};
    case HostClass::control:
        return {VTL_ROUTE_TDX_MODULE, VTL_ROUTE_VMSA, VTL_ROUTE_REGISTER_PAGE, VTL_ROUTE_HYPERCALL};
    case HostClass::tpr:
        return {VTL_ROUTE_SHARED_PAGE, VTL_ROUTE_EMULATION, VTL_ROUTE_REGISTER_PAGE, VTL_ROUTE_HYPERCALL};
    case HostClass::page_msr:
        return {VTL_ROUTE_SHARED_PAGE, VTL_ROUTE_VMSA, VTL_ROUTE_HYPERCALL, VTL_ROUTE_HYPERCALL};
    case HostClass::module_msr:
        return {VTL_ROUTE_TDX_MODULE, VTL_ROUTE_VMSA, VTL_ROUTE_HYPERCALL, VTL_ROUTE_HYPERCALL};
    case HostClass::kernel:
        return {VTL_ROUTE_KERNEL_IOCTL, VTL_ROUTE_VMSA, VTL_ROUTE_KERNEL_IOCTL, VTL_ROUTE_KERNEL_IOCTL};
    case HostClass::mtrr:
        return {VTL_ROUTE_KERNEL_IOCTL, VTL_ROUTE_NONE, VTL_ROUTE_KERNEL_IOCTL, VTL_ROUTE_KERNEL_IOCTL};
    case HostClass::emulated:
        return {VTL_ROUTE_EMULATION, VTL_ROUTE_EMULATION, VTL_ROUTE_HYPERCALL, VTL_ROUTE_HYPERCALL};
    case HostClass::other:
        break;
    }
    return {VTL_ROUTE_NONE, VTL_ROUTE_NONE, VTL_ROUTE_HYPERCALL, VTL_ROUTE_HYPERCALL};
}

vtl_route route_for(const vtl_config& config, std::uint8_t origin, bool write, HostClass host) {
    const Routes routes = routes_of(host);
    vtl_route route = VTL_ROUTE_NONE;
    if (config.isolation == VTL_ISOLATION_TDX)
        route = routes.tdx;
    else if (config.isolation == VTL_ISOLATION_SNP)
        route = routes.snp;
    else if (!hardware_isolated(config))
        route = write ? routes.set : routes.get;
    if (origin != VTL_ORIGIN_KERNEL || route == VTL_ROUTE_KERNEL_IOCTL)
        return route;
    return hardware_isolated(config) ? VTL_ROUTE_NONE : VTL_ROUTE_HYPERCALL;
}

bool exists(const RegisterRow& row, const vtl_vp& vp, std::uint32_t target) {
    return row.only == OnlyOf::both || (vp.state.vp.vtl1_present && (row.only == OnlyOf::vtl1) == (target == 1));
}

vtl_status end(const vtl_exit& exit, vtl_outcome& outcome, Verdict verdict) {
    if (verdict.granted())
        return leave_unchanged(exit, outcome, VTL_ACCEPTED);
    outcome.result = 0;
    outcome.result_high = 0;
    return refuse(exit, outcome, verdict.status);
}

Verdict access(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome, bool write,
               const RegisterRow& row, vtl_route route) {
    const std::uint32_t name = exit.input.name;
    const std::uint32_t target = exit.vtl;
    if (route == VTL_ROUTE_NONE)
        return refused(HV_STATUS_ACCESS_DENIED);
    if (route == VTL_ROUTE_HYPERCALL) {
        const Verdict verdict =
            ask_host_register(partition.config, exit, outcome, write, target, name, exit.input.value);
        if (verdict.granted() && !write)
            outcome.result = exit.answers.answer_value;
        return verdict;
    }
    if (write)
        return set_register(partition, vp, exit, outcome, row, name, target, Caller::host);
    return get_register(partition, vp, exit, outcome, row, name, target, Caller::host);
}

// The enumerated requests of the special path.
struct Special {
    bool known;
    bool write;
    std::uint8_t vtl;
    std::uint32_t name;
};
Special special_of(std::uint64_t argument) {
    constexpr std::uint64_t sint_first = 16;
    constexpr Special few[] = {{true, false, VTL2, reg::GuestVsmPartitionConfig},
                               {true, false, VTL2, reg::VsmPartitionConfig},
                               {true, false, VTL2, reg::VsmPartitionStatus},
                               {true, false, VTL2, reg::VsmCapabilities},
                               {true, false, VTL2, reg::TimeRefCount},
                               {true, true, VTL2, reg::VsmPartitionConfig},
                               {true, true, 0, reg::Sipp},
                               {true, true, 0, reg::Sifp}};
    if (argument < sizeof few / sizeof few[0])
        return few[argument];
    if (argument - sint_first < VTL_SINT_COUNT)
        return {true, true, 0, reg::Sint0 + low32(argument - sint_first)};
    return {false, false, 0, 0};
}

// What the hypervisor says of itself is used only as far as it makes sense, and can only withhold (decision D25).
Verdict filter_answer(const vtl_config& config, std::uint32_t name, std::uint64_t value, std::uint64_t& result) {
    constexpr std::uint64_t capabilities_reserved = ~(bit(35) - 1) | bit(30);
    constexpr std::uint64_t capabilities_used = 0x20001;
    constexpr Verdict bad = failed(HV_STATUS_OPERATION_FAILED);
    result = value;
    switch (name) {
    case reg::VsmCapabilities:
        if ((value & capabilities_reserved) != 0)
            return bad;
        result = value & capabilities_used & ~bit(0);
        if (config.isolation == VTL_ISOLATION_TDX)
            result |= bit(0);
        return GRANTED;
    case reg::GuestVsmPartitionConfig:
        return value >> 8 != 0 || (value & 0xF) > VTL2 ? bad : GRANTED;
    case reg::VsmPartitionConfig:
        return value >> 16 != 0 ? bad : GRANTED;
    case reg::VsmPartitionStatus:
        return value >> 40 != 0 || (value >> 16 & 0xF) > VTL2 ? bad : GRANTED;
    default:
        return GRANTED;
    }
}

} // namespace

vtl_status host_access(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    constexpr std::uint8_t get = 0;
    constexpr std::uint8_t set = 1;
    const bool write = exit.operation == set;
    if ((exit.origin != VTL_ORIGIN_KERNEL && exit.origin != VTL_ORIGIN_PARAVISOR) || (!write && exit.operation != get))
        return internal_error(vp, exit, outcome);
    const RegisterRow& row = register_row(exit.input.name);
    vtl_route route = route_for(partition.config, exit.origin, write, row.host);
    Verdict verdict;
    if (route != VTL_ROUTE_NONE && route != VTL_ROUTE_HYPERCALL && !exists(row, vp, exit.vtl)) {
        route = VTL_ROUTE_NONE;
        verdict = refused(HV_STATUS_INVALID_PARAMETER);
    } else {
        verdict = access(partition, vp, exit, outcome, write, row, route);
    }
    audit(vp, exit, outcome,
          {.origin = exit.origin,
           .operation = write ? VTL_OPERATION_SET : VTL_OPERATION_GET,
           .vtl = static_cast<std::uint8_t>(exit.vtl),
           .reg = exit.input.name},
          route, verdict);
    return end(exit, outcome, verdict);
}

vtl_status special_request(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome) {
    const Special special = special_of(exit.argument);
    Verdict verdict = refused(HV_STATUS_ACCESS_DENIED);
    if (special.known)
        verdict = ask_host_register(partition.config, exit, outcome, special.write, special.vtl, special.name,
                                    exit.input.value);
    if (verdict.granted() && !special.write)
        verdict = filter_answer(partition.config, special.name, exit.answers.answer_value, outcome.result);
    audit(vp, exit, outcome,
          {.origin = VTL_ORIGIN_PARAVISOR,
           .operation = special.write ? VTL_OPERATION_SPECIAL_SET : VTL_OPERATION_SPECIAL_GET,
           .vtl = special.vtl,
           .reg = special.name},
          outcome.hypercall != 0 ? VTL_ROUTE_HYPERCALL : VTL_ROUTE_NONE, verdict);
    return end(exit, outcome, verdict);
}

} // namespace vtl_intercept
