// Getting and setting one register by name.
#include "register_access.h"

#include "bitmap.h"
#include "msr_numbers.h"
#include "outcome.h"
#include "overlay_page.h"
#include "value_rules.h"

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace vtl_intercept {
namespace {

// A request of an access to a named register is for the VTL that was named.
void name_target(vtl_outcome& outcome, std::uint32_t target) {
    if (outcome.request != VTL_REQUEST_NONE)
        outcome.request_vtl = static_cast<std::uint8_t>(target);
}

constexpr std::uint64_t CAPABILITIES = 0x20002;
constexpr std::uint64_t CAPABILITY_DR6_SHARED = bit(0);
constexpr std::uint64_t VINA_DEFINED = 0x7FF;
constexpr std::uint64_t CR8_MAX = 15;
constexpr std::uint64_t SECURE_CONFIG_MBEC = bit(0);
constexpr std::uint64_t SECURE_CONFIG_TLB_LOCKED = bit(1);
constexpr std::uint64_t SECURE_CONFIG_UNSUPPORTED = bit(2) | bit(3);

// GPRs, Cr8 and the like are words; segments and tables are two.
constexpr bool is_two_words(Rule rule) { return rule == Rule::ldtr || rule == Rule::tr || rule == Rule::table; }

Verdict read_module(const vtl_exit& exit, vtl_outcome& outcome, std::uint32_t name, std::uint32_t target) {
    request(outcome, VTL_REQUEST_REGISTER_READ, name, 0);
    outcome.request_vtl = static_cast<std::uint8_t>(target);
    if (exit.answers.module_refused)
        return failed(HV_STATUS_OPERATION_FAILED);
    outcome.result = exit.answers.register_value;
    outcome.result_high = exit.answers.register_value_high;
    return GRANTED;
}

Verdict write_module(const vtl_exit& exit, vtl_outcome& outcome, std::uint32_t name, std::uint32_t target,
                     std::uint64_t value, std::uint64_t high) {
    request(outcome, VTL_REQUEST_REGISTER_WRITE, name, value);
    outcome.request_high = high;
    outcome.request_vtl = static_cast<std::uint8_t>(target);
    return exit.answers.module_refused ? failed(HV_STATUS_OPERATION_FAILED) : GRANTED;
}

template <class Word, class State>
Word& word_at(State& state, const RegisterRow& row, std::uint32_t name) {
    using Byte = std::conditional_t<std::is_const_v<State>, const unsigned char, unsigned char>;
    auto* const bytes = reinterpret_cast<Byte*>(&state) + row.offset;
    return *reinterpret_cast<Word*>(bytes + std::size_t{row.stride} * (name - row.first));
}

std::uint64_t vp_status(const vtl_partition& partition, const vtl_vp& vp, const vtl_exit& exit) {
    return exit.vtl | (vp.state.vp.vp_mbec ? bit(4) : 0) | bit(16) |
           (partition.slots[vp.index].enable_called ? bit(17) : 0);
}

std::uint64_t partition_status(const vtl_vsm_state& vsm) {
    std::uint64_t status = bit(0);
    if (vsm.guest_vsm != VTL_VSM_UNSUPPORTED)
        status |= bit(16);
    if (vsm.guest_vsm == VTL_VSM_ENABLED)
        status |= bit(1) | (vsm.mbec ? bit(20) | bit(21) : 0);
    return status;
}

Verdict set_partition_config(vtl_vsm_state& vsm, const vtl_exit& exit, vtl_outcome& outcome, std::uint64_t value) {
    constexpr std::uint64_t defined = 0x7F;
    constexpr std::uint64_t readable = bit(1);
    constexpr std::uint64_t writable = bit(2);
    constexpr unsigned kernel_execute = 3;
    constexpr unsigned user_execute = 4;
    const std::uint64_t stored = vsm.partition_config;
    const bool protection = (stored & VSM_CONFIG_PROTECTION) != 0;
    const bool mask_changes = ((value ^ stored) & VSM_CONFIG_MASK) != 0;
    if ((value & ~defined) != 0)
        return refused(HV_STATUS_INVALID_REGISTER_VALUE);
    if (vsm.guest_vsm != VTL_VSM_ENABLED)
        return refused(HV_STATUS_INVALID_VTL_STATE);
    if (protection && ((value & VSM_CONFIG_PROTECTION) == 0 || mask_changes))
        return refused(HV_STATUS_INVALID_REGISTER_VALUE);
    if ((value & (readable | writable)) != (readable | writable))
        return refused(HV_STATUS_INVALID_REGISTER_VALUE);
    if (!vsm.mbec && ((value >> kernel_execute ^ value >> user_execute) & 1) != 0)
        return refused(HV_STATUS_INVALID_REGISTER_VALUE);
    if (mask_changes) {
        request(outcome, VTL_REQUEST_DEFAULT_PROTECTION, 0, (value & VSM_CONFIG_MASK) >> VSM_CONFIG_MASK_SHIFT);
        if (exit.answers.page_refused)
            return failed(HV_STATUS_OPERATION_DENIED);
    }
    vsm.partition_config = value | VSM_CONFIG_PROTECTION;
    return GRANTED;
}

Verdict get_secure_config(const vtl_vsm_state& vsm, const vtl_vp& vp, vtl_outcome& outcome) {
    if (vsm.guest_vsm != VTL_VSM_ENABLED)
        return refused(HV_STATUS_INVALID_VTL_STATE);
    outcome.result = (vsm.mbec ? SECURE_CONFIG_MBEC : 0) | (vp.state.vp.tlb_locked ? SECURE_CONFIG_TLB_LOCKED : 0);
    return GRANTED;
}

Verdict set_secure_config(const vtl_vsm_state& vsm, vtl_vp& vp, std::uint64_t value) {
    if ((value & SECURE_CONFIG_UNSUPPORTED) != 0)
        return refused(HV_STATUS_INVALID_REGISTER_VALUE);
    if (vsm.guest_vsm != VTL_VSM_ENABLED)
        return refused(HV_STATUS_INVALID_VTL_STATE);
    const bool mbec = (value & SECURE_CONFIG_MBEC) != 0;
    if (mbec != vsm.mbec)
        return refused(HV_STATUS_INVALID_REGISTER_VALUE);
    vp.state.vp.tlb_locked = (value & SECURE_CONFIG_TLB_LOCKED) != 0;
    vp.state.vp.vp_mbec = mbec;
    return GRANTED;
}

// Of the rules that look at no more than the value.
bool valid_word(Rule rule, std::uint64_t value, std::uint64_t high, const vtl_config& config) {
    switch (rule) {
    case Rule::canonical:
        return canonical(value, config.la57);
    case Rule::cr8:
        return value <= CR8_MAX;
    case Rule::dr7:
        return high32(value) == 0;
    case Rule::ldtr:
        return valid_ldtr(segment_of(value, high), config.la57);
    case Rule::tr:
        return valid_tr(segment_of(value, high), config.la57);
    case Rule::table:
        return canonical(high, config.la57);
    case Rule::s_cet:
        return valid_s_cet(value, config.la57);
    case Rule::ssp:
        return valid_ssp(value, config.la57);
    case Rule::pat:
        return valid_pat(value);
    case Rule::sfmask:
        return valid_sfmask(value);
    case Rule::xss:
        return valid_xss(value, config);
    case Rule::tsc_aux:
        return valid_tsc_aux(value, config);
    default:
        return true;
    }
}

} // namespace

bool store_cr0(vtl_vp& vp, std::uint32_t target, std::uint64_t value) {
    vtl_vtl_state& state = vp.state.vtl[target];
    const std::uint64_t cr0 = adjusted_cr0(value);
    if (!valid_cr0(cr0) || !can_be_entered(cr0, state.cr4, state.rflags, state.efer))
        return false;
    state.cr0 = cr0;
    store_efer(state, state.efer);
    vp.controls[target].cr0_read_shadow = cr0;
    return true;
}

bool store_cr4(const vtl_config& config, vtl_vp& vp, std::uint32_t target, std::uint64_t value) {
    vtl_vtl_state& state = vp.state.vtl[target];
    if (!valid_cr4(value, config) || !can_be_entered(state.cr0, value, state.rflags, state.efer))
        return false;
    state.cr4 = value;
    vp.controls[target].cr4_read_shadow = value;
    return true;
}

Verdict get_register(const vtl_partition& partition, const vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome,
                     const RegisterRow& row, std::uint32_t name, std::uint32_t target, Caller caller) {
    if (!row.get)
        return read_module(exit, outcome, name, target);
    switch (row.place) {
    case Place::module:
        return read_module(exit, outcome, name, target);
    case Place::gpr:
        if (caller == Caller::host)
            return read_module(exit, outcome, name, target);
        outcome.result = exit.gpr[name % VTL_GPR_COUNT];
        return GRANTED;
    case Place::vtl:
        outcome.result = word_at<const std::uint64_t>(vp.state.vtl[target], row, name);
        return GRANTED;
    case Place::vp:
        outcome.result = word_at<const std::uint64_t>(vp.state.vp, row, name);
        return GRANTED;
    case Place::constant:
        outcome.result = row.constant;
        return GRANTED;
    case Place::partition_config:
        outcome.result = partition.vsm.partition_config;
        return GRANTED;
    case Place::vp_status:
        outcome.result = vp_status(partition, vp, exit);
        return GRANTED;
    case Place::partition_status:
        outcome.result = partition_status(partition.vsm);
        return GRANTED;
    case Place::capabilities:
        outcome.result = CAPABILITIES | (partition.config.isolation == VTL_ISOLATION_TDX ? CAPABILITY_DR6_SHARED : 0);
        return GRANTED;
    case Place::secure_config:
        return get_secure_config(partition.vsm, vp, outcome);
    }
    return refused(HV_STATUS_INVALID_PARAMETER);
}

Verdict set_register(vtl_partition& partition, vtl_vp& vp, const vtl_exit& exit, vtl_outcome& outcome,
                     const RegisterRow& row, std::uint32_t name, std::uint32_t target, Caller caller) {
    constexpr Verdict bad_value = refused(HV_STATUS_INVALID_REGISTER_VALUE);
    const vtl_config& config = partition.config;
    const std::uint64_t value = exit.input.value;
    const std::uint64_t high = exit.input.value_high;
    vtl_vtl_state& state = vp.state.vtl[target];
    vtl_vp_shared_state& shared = vp.state.vp;

    switch (row.set) {
    case Rule::none:
        return write_module(exit, outcome, name, target, value, high);
    case Rule::ignored:
        return GRANTED;

    case Rule::rflags:
        if (!valid_rflags(value) || !can_be_entered(state.cr0, state.cr4, value, state.efer))
            return bad_value;
        state.rflags = value;
        return GRANTED;
    case Rule::cr0:
        return store_cr0(vp, target, value) ? GRANTED : bad_value;
    case Rule::cr4:
        return store_cr4(config, vp, target, value) ? GRANTED : bad_value;
    case Rule::efer:
        if (!valid_efer(value, state.efer, state.cr0))
            return bad_value;
        store_efer(state, value);
        return GRANTED;
    case Rule::xcr0: {
        if (!valid_xcr0(value, config))
            return bad_value;
        const Verdict verdict = write_module(exit, outcome, name, target, value, 0);
        if (verdict.granted())
            shared.xcr0 = value;
        return verdict;
    }
    case Rule::sysenter_cs:
        state.sysenter_cs = low32(value);
        return GRANTED;

    case Rule::apic_base:
        if (caller == Caller::guest && target == exit.vtl)
            return value == state.apic_base ? GRANTED : refused(HV_STATUS_INVALID_PARAMETER);
        if (!store_apic_base(config, vp, outcome, target, value))
            return bad_value;
        name_target(outcome, target);
        return GRANTED;
    case Rule::sint:
        word_at<std::uint64_t>(state, row, name) = value;
        outcome.proxy_filter = target == 0;
        return GRANTED;
    case Rule::synic_page: {
        const std::uint32_t number = name == reg::Sifp ? msr::HV_X64_MSR_SIEFP : msr::HV_X64_MSR_SIMP;
        const bool written = write_page_register(word_at<std::uint64_t>(state, row, name), value, number,
                                                 VTL_REQUEST_PAGE_MAP, VTL_REQUEST_PAGE_UNMAP, exit, outcome);
        name_target(outcome, target);
        return written ? GRANTED : failed(HV_STATUS_INVALID_PARAMETER);
    }
    case Rule::assist_page: {
        if ((value & OVERLAY_RESERVED) != 0)
            return bad_value;
        const bool written = write_page_register(state.vp_assist, value, msr::HV_X64_MSR_VP_ASSIST_PAGE,
                                                 VTL_REQUEST_PAGE_MAP, VTL_REQUEST_PAGE_UNMAP, exit, outcome);
        name_target(outcome, target);
        return written ? GRANTED : failed(HV_STATUS_INVALID_REGISTER_VALUE);
    }
    case Rule::stimer_count: {
        const std::uint32_t timer = name / 2 % VTL_STIMER_COUNT;
        store_stimer_count(state.stimer_count[timer], state.stimer_config[timer], value);
        return GRANTED;
    }

    case Rule::pending_event:
        if ((value & 1) != 0 && !valid_pending_event(value))
            return bad_value;
        shared.pending_event = (value & 1) != 0 ? value : 0;
        shared.pending_event_parameter = (value & 1) != 0 ? high : 0;
        return GRANTED;
    case Rule::vina:
        if ((value & ~VINA_DEFINED) != 0)
            return refused(HV_STATUS_INVALID_PARAMETER);
        shared.vina = value;
        return GRANTED;
    case Rule::partition_config:
        return set_partition_config(partition.vsm, exit, outcome, value);
    case Rule::secure_config:
        return set_secure_config(partition.vsm, vp, value);
    case Rule::intercept_control:
        if ((value & ~CR_INTERCEPT_CONTROL_VALID) != 0)
            return bad_value;
        shared.intercept_control = value;
        follow_state(vp);
        return GRANTED;
    case Rule::intercept_mask:
        word_at<std::uint64_t>(shared, row, name) = value;
        follow_state(vp);
        return GRANTED;

    default:
        break;
    }

    if (!valid_word(row.set, value, high, config))
        return bad_value;
    if (row.place == Place::module)
        return write_module(exit, outcome, name, target, value, is_two_words(row.set) ? high : 0);
    word_at<std::uint64_t>(state, row, name) = value;
    return GRANTED;
}

} // namespace vtl_intercept
