// The read-only JSON view of a partition. Shows policy and control state, never a register that holds a guest's secret.
#include "bits.h"
#include "guard.h"
#include "inspect_log.h"
#include "json.h"
#include "register_table.h"
#include "vtl_intercept.h"

#include <cstddef>
#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr std::uint32_t TAIL_RECORDS = 16;

constexpr char ISOLATION_WORDS[][WORD_SIZE] = {"none", "vbs", "snp", "tdx", "cca"};
constexpr char VSM_WORDS[][WORD_SIZE] = {"not-enabled", "enabled", "unsupported"};
constexpr char VTL_WORDS[][WORD_SIZE] = {"vtl0", "vtl1", "vtl2"};
constexpr char ENTRY_WORDS[][WORD_SIZE] = {"vtl0", "vtl1", "hold"};
constexpr char ORIGIN_WORDS[][WORD_SIZE] = {"vtl0", "vtl1", "kernel", "paravisor"};
constexpr char OPERATION_WORDS[][WORD_SIZE] = {"internal-error",       "get",           "set",
                                               "enable-partition-vtl", "enable-vp-vtl", "start-vp",
                                               "startup-ipi",          "special-get",   "special-set"};
constexpr char ROUTE_WORDS[][WORD_SIZE] = {"none",       "shared-page", "register-page", "kernel-ioctl",
                                           "tdx-module", "vmsa",        "hypercall",     "emulation"};
constexpr char VERDICT_WORDS[][WORD_SIZE] = {"none", "granted", "refused", "failed"};

struct Name {
    char word[WORD_SIZE];
    std::uint32_t name;
};
// Every name that some list of the guard knows by itself, but for the SINTs.
constexpr Name GUARDED_NAMES[] = {{"GuestVsmPartitionConfig", reg::GuestVsmPartitionConfig},
                                  {"VsmPartitionConfig", reg::VsmPartitionConfig},
                                  {"VsmPartitionStatus", reg::VsmPartitionStatus},
                                  {"VsmCapabilities", reg::VsmCapabilities},
                                  {"TimeRefCount", reg::TimeRefCount},
                                  {"PmTimerAssist", reg::PmTimerAssist},
                                  {"Sipp", reg::Sipp},
                                  {"Sifp", reg::Sifp}};
// No register has this name: what allows it allows everything.
constexpr std::uint32_t NO_NAME = 0xFFFFFFFF;

void write_allow_list(Json& json, const vtl_config& config, bool write) {
    json.open(write ? "set" : "get", '{');
    for (std::uint32_t vtl = 0; vtl < 3; ++vtl) {
        json.open(VTL_WORDS[vtl], '[');
        if (guard_allows(config, write, vtl, NO_NAME)) {
            json.word(nullptr, "*");
        } else {
            for (const Name& name : GUARDED_NAMES)
                if (guard_allows(config, write, vtl, name.name))
                    json.word(nullptr, name.word);
            for (std::uint32_t n = 0; n < VTL_SINT_COUNT; ++n)
                if (guard_allows(config, write, vtl, reg::Sint0 + n))
                    json.numbered("Sint", n);
        }
        json.close(']');
    }
    json.close('}');
}

void write_policy(Json& json, const vtl_config& config) {
    json.open("policy", '{');
    json.word("isolation", word_of(ISOLATION_WORDS, config.isolation));
    json.word("profile", config.untrusted_synic ? "untrusted-synic" : "strict");
    json.flag("access_vsm", config.access_vsm);
    json.number("vps", config.vps);
    json.open("guard", '{');
    write_allow_list(json, config, false);
    write_allow_list(json, config, true);
    json.close('}');
    json.close('}');
}

void write_vsm(Json& json, const vtl_vsm_state& vsm) {
    json.open("guest_vsm", '{');
    json.word("state", word_of(VSM_WORDS, vsm.guest_vsm));
    json.flag("mbec", vsm.mbec);
    json.flag("vtl1_on_any_vp", vsm.vtl1_on_any_vp);
    json.mask("partition_config", vsm.partition_config);
    json.close('}');
}

void write_controls(Json& json, const vtl_vp& vp) {
    json.open("controls", '[');
    for (const vtl_controls& controls : vp.controls) {
        json.open(nullptr, '{');
        json.mask("cr0_guest_host_mask", controls.cr0_guest_host_mask);
        json.mask("cr4_guest_host_mask", controls.cr4_guest_host_mask);
        json.flag("descriptor_table_exiting", controls.descriptor_table_exiting);
        json.close('}');
    }
    json.close(']');
}

void write_audit(Json& json, const vtl_vp& vp) {
    const vtl_vp_shared_state& shared = vp.state.vp;
    json.open("audit", '{');
    json.number("next", shared.audit_next);
    json.number("count", shared.audit_count);
    json.number("lost", shared.audit_lost);
    json.open("tail", '[');
    const std::uint32_t held =
        shared.audit_count < VTL_AUDIT_RECORDS ? shared.audit_count : std::uint32_t{VTL_AUDIT_RECORDS};
    for (std::uint32_t n = held > TAIL_RECORDS ? held - TAIL_RECORDS : 0; n < held; ++n) {
        vtl_audit_record record;
        if (vtl_audit_read(&vp, n, &record) != VTL_OK)
            continue;
        json.open(nullptr, '{');
        json.number("sequence", record.sequence);
        json.number("time", record.time);
        json.number("vp", record.vp);
        json.word("origin", word_of(ORIGIN_WORDS, record.origin));
        json.word("operation", word_of(OPERATION_WORDS, record.operation));
        json.number("vtl", record.vtl);
        json.mask("register", record.reg);
        json.word("route", word_of(ROUTE_WORDS, record.route));
        json.word("verdict", word_of(VERDICT_WORDS, record.verdict));
        json.mask("reason", record.reason);
        json.close('}');
    }
    json.close(']');
    json.close('}');
}

void write_vp(Json& json, const vtl_partition& partition, const vtl_vp& vp) {
    const vtl_vp_shared_state& shared = vp.state.vp;
    json.open(nullptr, '{');
    json.number("vp", vp.index);
    json.number("active_vtl", shared.active_vtl1 ? 1 : 0);
    json.word("next_entry", word_of(ENTRY_WORDS, vtl_next_entry(&vp)));
    json.flag("vtl1_present", shared.vtl1_present);
    json.flag("apic_offload", shared.apic_offload);
    json.mask("intercept_control", shared.intercept_control);
    json.mask("cr0_mask", shared.cr0_mask);
    json.mask("cr4_mask", shared.cr4_mask);
    json.mask("misc_enable_mask", shared.misc_enable_mask);
    json.flag("message_pending", shared.intercept_pending);
    json.flag("tlb_locked", shared.tlb_locked);
    json.flag("mbec", shared.vp_mbec);
    write_controls(json, vp);
    if (vp.index < partition.config.vps && partition.slots != nullptr) {
        const vtl_vp_slot& slot = partition.slots[vp.index];
        json.open("slot", '{');
        json.flag("started", slot.started);
        json.flag("enable_called", slot.enable_called);
        json.flag("enable_pending", slot.enable_pending);
        json.flag("start_pending", slot.start_pending);
        json.number("start_vtl", slot.start_vtl1 ? 1 : 0);
        json.close('}');
    }
    write_audit(json, vp);
    json.close('}');
}

} // namespace
} // namespace vtl_intercept

extern "C" size_t vtl_inspect(const vtl_partition* partition, const vtl_vp* const* vps, uint32_t count, char* buffer,
                              size_t size) {
    using namespace vtl_intercept;
    Text text(buffer, buffer != nullptr ? size : 0);
    if (partition == nullptr || (vps == nullptr && count != 0))
        return text.finish();
    Json json(text);
    json.open(nullptr, '{');
    json.number("abi", VTL_INTERCEPT_ABI);
    write_policy(json, partition->config);
    write_vsm(json, partition->vsm);
    write_log(json, *partition);
    write_census(json, *partition);
    json.open("vps", '[');
    for (std::uint32_t n = 0; n < count; ++n)
        if (vps[n] != nullptr)
            write_vp(json, *partition, *vps[n]);
    json.close(']');
    json.close('}');
    return text.finish();
}
