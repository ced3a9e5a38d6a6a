// The read-only JSON view of a partition. Shows policy and control state, never a register that holds a guest's secret.
#include "bits.h"
#include "guard.h"
#include "register_table.h"
#include "vtl_intercept.h"

#include <cstddef>
#include <cstdint>

namespace vtl_intercept {
namespace {

constexpr std::uint32_t TAIL_RECORDS = 16;

// Counts what it cannot hold, and closes the text with a 0.
class Text {
public:
    Text(char* buffer, std::size_t size) : buffer_(buffer), size_(size) {}

    void put(char c) {
        if (length_ + 1 < size_)
            buffer_[length_] = c;
        ++length_;
    }
    void put(const char* text) {
        while (*text != 0)
            put(*text++);
    }
    void decimal(std::uint64_t value) {
        char digits[20];
        unsigned count = 0;
        do {
            digits[count++] = static_cast<char>('0' + value % 10);
            value /= 10;
        } while (value != 0);
        while (count != 0)
            put(digits[--count]);
    }
    void hexadecimal(std::uint64_t value) {
        put("\"0x");
        unsigned shift = 60;
        while (shift != 0 && value >> shift == 0)
            shift -= 4;
        for (;; shift -= 4) {
            put("0123456789abcdef"[value >> shift & 0xF]);
            if (shift == 0)
                break;
        }
        put('"');
    }
    std::size_t finish() {
        if (size_ != 0)
            buffer_[length_ < size_ ? length_ : size_ - 1] = 0;
        return length_;
    }

private:
    char* buffer_;
    std::size_t size_;
    std::size_t length_ = 0;
};

// JSON with the commas in the right places.
class Json {
public:
    explicit Json(Text& text) : text_(text) {}

    void open(const char* key, char bracket) {
        begin(key);
        text_.put(bracket);
        first_ = true;
    }
    void close(char bracket) {
        text_.put(bracket);
        first_ = false;
    }
    void word(const char* key, const char* value) {
        begin(key);
        text_.put('"');
        text_.put(value);
        text_.put('"');
    }
    void number(const char* key, std::uint64_t value) {
        begin(key);
        text_.decimal(value);
    }
    // As text: JSON has no hexadecimal numbers, and readers lose bits of large ones.
    void mask(const char* key, std::uint64_t value) {
        begin(key);
        text_.hexadecimal(value);
    }
    void flag(const char* key, bool value) {
        begin(key);
        text_.put(value ? "true" : "false");
    }
    // A word that ends in a number.
    void numbered(const char* value, std::uint32_t number) {
        begin(nullptr);
        text_.put('"');
        text_.put(value);
        text_.decimal(number);
        text_.put('"');
    }

private:
    void begin(const char* key) {
        if (!first_)
            text_.put(',');
        first_ = false;
        if (key != nullptr) {
            text_.put('"');
            text_.put(key);
            text_.put("\":");
        }
    }

    Text& text_;
    bool first_ = true;
};

// Arrays, not pointers: pointers would have to be relocated at load time.
constexpr std::size_t WORD_SIZE = 24;
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

template <std::size_t n>
const char* word_of(const char (&words)[n][WORD_SIZE], std::size_t value) {
    return value < n ? words[value] : "unknown";
}

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
    json.open("vps", '[');
    for (std::uint32_t n = 0; n < count; ++n)
        if (vps[n] != nullptr)
            write_vp(json, *partition, *vps[n]);
    json.close(']');
    json.close('}');
    return text.finish();
}
