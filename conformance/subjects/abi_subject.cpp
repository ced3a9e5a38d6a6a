// Adapter: the C ABI of impl/ in the words of the vocabulary.
#include "conformance/subjects/abi.hpp"
#include "conformance/subjects/log_record.hpp"
#include "conformance/subjects/subject.hpp"
#include "impl/include/vtl_intercept.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace vtlcheck::conformance {
namespace {

// One list of field pairs serves both directions.
template <class Copy, class M, class C>
void pair_synic(Copy&& copy, M& model, C& abi) {
    copy(model.scontrol, abi.scontrol);
    copy(model.siefp, abi.siefp);
    copy(model.simp, abi.simp);
    for (std::size_t i = 0; i < VTL_SINT_COUNT; ++i) {
        copy(model.sint[i], abi.sint[i]);
    }
}

template <class Copy, class M, class C>
void pair_vtl(Copy&& copy, M& model, C& abi) {
    copy(model.apic_base, abi.apic_base);
    copy(model.efer, abi.efer);
    copy(model.ia32e_guest, abi.ia32e_guest);
    copy(model.rip, abi.rip);
    copy(model.rflags, abi.rflags);
    copy(model.rsp, abi.rsp);
    copy(model.cr0, abi.cr0);
    copy(model.cr4, abi.cr4);
    copy(model.pat, abi.pat);
    copy(model.sysenter_cs, abi.sysenter_cs);
    copy(model.sysenter_esp, abi.sysenter_esp);
    copy(model.sysenter_eip, abi.sysenter_eip);
    copy(model.star, abi.star);
    copy(model.lstar, abi.lstar);
    copy(model.cstar, abi.cstar);
    copy(model.sfmask, abi.sfmask);
    copy(model.tsc_aux, abi.tsc_aux);
    copy(model.xss, abi.xss);
    copy(model.vp_assist, abi.vp_assist);
    pair_synic(copy, model.synic, abi.synic);
    for (std::size_t i = 0; i < VTL_STIMER_COUNT; ++i) {
        copy(model.stimer_config[i], abi.stimer_config[i]);
        copy(model.stimer_count[i], abi.stimer_count[i]);
    }
    for (std::size_t i = 0; i < VTL_CRASH_COUNT; ++i) {
        copy(model.crash[i], abi.crash[i]);
    }
}

template <class Copy, class M, class C>
void pair_message(Copy&& copy, M& model, C& abi) {
    copy(model.type, abi.type);
    copy(model.length, abi.length);
    copy(model.access, abi.access);
    copy(model.state, abi.state);
    copy(model.cs_base, abi.cs_base);
    copy(model.cs_limit, abi.cs_limit);
    copy(model.cs_selector, abi.cs_selector);
    copy(model.cs_attributes, abi.cs_attributes);
    copy(model.rip, abi.rip);
    copy(model.rflags, abi.rflags);
    copy(model.number, abi.number);
    copy(model.rdx, abi.rdx);
    copy(model.rax, abi.rax);
}

template <class Copy, class M, class C>
void pair_shared(Copy&& copy, M& model, C& abi) {
    copy(model.vtl1_present, abi.vtl1_present);
    copy(model.intercept_control, abi.intercept_control);
    copy(model.apic_offload, abi.apic_offload);
    copy(model.intercept_pending, abi.intercept_pending);
    pair_message(copy, model.pending, abi.pending);
    copy(model.active_vtl1, abi.active_vtl1);
    copy(model.cr0_mask, abi.cr0_mask);
    copy(model.cr4_mask, abi.cr4_mask);
    copy(model.misc_enable_mask, abi.misc_enable_mask);
    copy(model.xcr0, abi.xcr0);
    copy(model.vina, abi.vina);
    copy(model.tlb_locked, abi.tlb_locked);
    copy(model.vp_mbec, abi.vp_mbec);
    copy(model.pending_event, abi.pending_event);
    copy(model.pending_event_parameter, abi.pending_event_parameter);
    copy(model.audit_next, abi.audit_next);
    copy(model.audit_count, abi.audit_count);
    copy(model.audit_lost, abi.audit_lost);
    pair_synic(copy, model.untrusted_synic, abi.untrusted_synic);
}

template <class Copy, class M, class C>
void pair_vp(Copy&& copy, M& model, C& abi) {
    pair_shared(copy, model.shared, abi.vp);
    for (std::size_t v = 0; v < 2; ++v) {
        pair_vtl(copy, model.vtl[v], abi.vtl[v]);
    }
}

template <class Copy, class M, class C>
void pair_partition(Copy&& copy, M& model, C& abi) {
    for (std::size_t v = 0; v < 2; ++v) {
        copy(model[v].guest_os_id, abi[v].guest_os_id);
        copy(model[v].hypercall, abi[v].hypercall);
        copy(model[v].reference_tsc, abi[v].reference_tsc);
    }
}

template <class Copy, class M, class C>
void pair_vsm(Copy&& copy, M& model, C& abi) {
    copy(model.guest_vsm, abi.guest_vsm);
    copy(model.vtl1_on_any_vp, abi.vtl1_on_any_vp);
    copy(model.mbec, abi.mbec);
    copy(model.partition_config, abi.partition_config);
}

// By model::Segment.
constexpr std::array<vtl_segment vtl_context::*, model::segment_count> segments{
    &vtl_context::cs, &vtl_context::ds, &vtl_context::es, &vtl_context::fs,
    &vtl_context::gs, &vtl_context::ss, &vtl_context::tr, &vtl_context::ldtr};

/// The words of a segment that are one word in the vocabulary.
void pair_segment(model::Concrete::Bv<64>& rest, const vtl_segment& segment) {
    rest = model::Concrete::Bv<64>(std::uint64_t{segment.attributes} << 48U | std::uint64_t{segment.selector} << 32U |
                                   segment.limit);
}
void pair_segment(const model::Concrete::Bv<64>& rest, vtl_segment& segment) {
    segment.limit = static_cast<std::uint32_t>(rest.value());
    segment.selector = static_cast<std::uint16_t>(rest.value() >> 32U);
    segment.attributes = static_cast<std::uint16_t>(rest.value() >> 48U);
}

template <class Copy, class M, class C>
void pair_context(Copy&& copy, M& model, C& abi) {
    copy(model.rip, abi.rip);
    copy(model.rsp, abi.rsp);
    copy(model.rflags, abi.rflags);
    for (std::size_t i = 0; i < segments.size(); ++i) {
        copy(model.base[i], (abi.*segments[i]).base);
        pair_segment(model.rest[i], abi.*segments[i]);
    }
    copy(model.idtr_base, abi.idtr.base);
    copy(model.idtr_limit, abi.idtr.limit);
    copy(model.gdtr_base, abi.gdtr.base);
    copy(model.gdtr_limit, abi.gdtr.limit);
    copy(model.efer, abi.efer);
    copy(model.cr0, abi.cr0);
    copy(model.cr3, abi.cr3);
    copy(model.cr4, abi.cr4);
    copy(model.pat, abi.pat);
}

template <class Copy, class M, class C>
void pair_slot(Copy&& copy, M& model, C& abi) {
    copy(model.enable_called, abi.enable_called);
    copy(model.started, abi.started);
    copy(model.enable_pending, abi.enable_pending);
    pair_context(copy, model.enable, abi.enable);
    copy(model.start_pending, abi.start_pending);
    copy(model.start_vtl1, abi.start_vtl1);
    pair_context(copy, model.start, abi.start);
}

template <class Copy, class M, class C>
void pair_outcome(Copy&& copy, M& model, C& abi) {
    copy(model.disposition, abi.disposition);
    copy(model.error, abi.error);
    for (std::size_t i = 0; i < VTL_GPR_COUNT; ++i) {
        copy(model.gpr[i], abi.gpr[i]);
    }
    copy(model.rip, abi.rip);
    copy(model.interruptibility, abi.interruptibility);
    copy(model.pending_debug, abi.pending_debug);
    copy(model.event, abi.event);
    copy(model.event_error_code, abi.event_error_code);
    copy(model.request, abi.request);
    copy(model.request_index, abi.request_index);
    copy(model.request_value, abi.request_value);
    copy(model.request_high, abi.request_high);
    copy(model.request_vtl, abi.request_vtl);
    copy(model.proxy_filter, abi.proxy_filter);
    copy(model.crash_notify, abi.crash_notify);
    copy(model.result, abi.result);
    copy(model.result_high, abi.result_high);
    copy(model.hypercall, abi.hypercall);
    copy(model.hypercall_vtl, abi.hypercall_vtl);
    copy(model.hypercall_register, abi.hypercall_register);
    copy(model.hypercall_value, abi.hypercall_value);
    copy(model.message, abi.message.status);
    copy(model.message_vp, abi.message.vp);
    pair_message(copy, model.intercept, abi.message.contents);
    copy(model.interrupt, abi.message.interrupt);
    copy(model.interrupt_vector, abi.message.interrupt_vector);
    copy(model.log_site, abi.log_site);
    copy(model.log_msr, abi.log_msr);
    copy(model.log_value, abi.log_value);
    copy(model.log_line, abi.log_line);
    copy(model.log_suppressed, abi.log_suppressed);
    copy(model.audit, abi.audit.present);
    copy(model.audit_origin, abi.audit.origin);
    copy(model.audit_operation, abi.audit.operation);
    copy(model.audit_vtl, abi.audit.vtl);
    copy(model.audit_register, abi.audit.reg);
    copy(model.audit_route, abi.audit.route);
    copy(model.audit_verdict, abi.audit.verdict);
    copy(model.audit_reason, abi.audit.reason);
}

constexpr auto to_abi = [](const auto& model, auto& abi) { abi = model.value(); };
constexpr auto to_model = []<class M, class C>(M& model, const C& abi) { model = M(abi); };

// What an exit hands over beyond registers and device answers, by what can look at it.
constexpr std::uint64_t reason_vmcall = 0x12;
constexpr std::uint64_t code_enable_vp_vtl = 0xF;
constexpr std::uint64_t code_start_virtual_processor = 0x99;

bool is_vmcall(const model::Exit<Concrete>& exit) {
    return exit.kind.value() == VTL_L2_EXIT && (exit.info[model::info_rax].value() & 0xFFFFU) == reason_vmcall;
}
bool takes_context(const model::Exit<Concrete>& exit) {
    const std::uint64_t code = exit.gpr[model::rcx].value() & 0xFFFFU;
    return code == code_enable_vp_vtl || code == code_start_virtual_processor;
}

/// What every exit hands over: registers and device answers.
void copy_registers(const model::Exit<Concrete>& exit, vtl_exit& in) {
    in.kind = exit.kind.value();
    in.vtl = exit.vtl1.value() ? 1 : 0;
    in.vp = exit.vp.value();
    in.argument = exit.argument.value();
    for (std::size_t i = 0; i < VTL_INFO_COUNT; ++i) {
        in.info[i] = exit.info[i].value();
    }
    for (std::size_t i = 0; i < VTL_GPR_COUNT; ++i) {
        in.gpr[i] = exit.gpr[i].value();
    }
    in.rip = exit.rip.value();
    in.rflags = exit.rflags.value();
    in.cr0 = exit.cr0.value();
    in.cr4 = exit.cr4.value();
    in.interruptibility = exit.interruptibility.value();
    in.pending_debug = exit.pending_debug.value();
    in.now = exit.now.value();
    in.answers.apic_fault = exit.apic_fault.value();
    in.answers.apic_value = exit.apic_value.value();
    in.answers.page_refused = exit.page_refused.value();
    in.answers.slot_busy = exit.slot_busy.value();
    in.answers.reference_time = exit.reference_time.value();
    in.answers.hypercall_result = exit.hypercall_result.value();
}

void copy_input(const model::Exit<Concrete>& exit, vtl_exit& in) {
    in.origin = exit.origin.value();
    in.operation = exit.operation.value();
    in.input.unreadable = exit.input_unreadable.value();
    in.input.target_vtl = exit.target_vtl.value();
    in.input.flags = exit.flags.value();
    in.input.target_vp = exit.target_vp.value();
    in.input.partition_id = exit.partition_id.value();
    in.input.name = exit.name.value();
    in.input.value = exit.value.value();
    in.input.value_high = exit.value_high.value();
    if (takes_context(exit)) {
        pair_context(to_abi, exit.context, in.input.context);
    }
    in.answers.module_refused = exit.module_refused.value();
    in.answers.register_value = exit.register_value.value();
    in.answers.register_value_high = exit.register_value_high.value();
    in.answers.answer_status = exit.answer_status.value();
    in.answers.answer_count = exit.answer_count.value();
    in.answers.answer_timeouts = exit.answer_timeouts.value();
    in.answers.answer_value = exit.answer_value.value();
    in.answers.assist_rax = exit.assist_rax.value();
    in.answers.assist_rcx = exit.assist_rcx.value();
}

/// Whether two outcomes have the same bytes.
using SameBytes = bool(const vtl_outcome&, const vtl_outcome&);

bool same_bytes(const vtl_outcome& a, const vtl_outcome& b) {
    // NOLINTNEXTLINE(bugprone-suspicious-memory-comparison,cert-exp42-c,cert-flp37-c): fields decide if it is false
    return std::memcmp(&a, &b, sizeof a) == 0;
}

#if defined(__x86_64__)
// memcmp learns the length when it is called, and takes twice the instructions.
[[gnu::target("avx2")]] bool same_bytes_avx2(const vtl_outcome& a, const vtl_outcome& b) {
    const auto* const left = reinterpret_cast<const unsigned char*>(&a);
    const auto* const right = reinterpret_cast<const unsigned char*>(&b);
    std::uint64_t difference = 0;
    static_assert(sizeof a % sizeof difference == 0);
    for (std::size_t i = 0; i < sizeof a; i += sizeof difference) {
        std::uint64_t x = 0;
        std::uint64_t y = 0;
        std::memcpy(&x, left + i, sizeof x);
        std::memcpy(&y, right + i, sizeof y);
        difference |= x ^ y;
    }
    return difference == 0;
}
#endif

SameBytes& fastest_same_bytes() {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") != 0) {
        return same_bytes_avx2;
    }
#endif
    return same_bytes;
}

class AbiSubject : public Subject {
public:
    AbiSubject(const Abi& abi, std::string name) : abi_(abi), name_(std::move(name)) {}

    [[nodiscard]] std::string name() const override { return name_; }

    void start(const TraceHeader& header) override {
        vtl_config config{};
        config.la57 = header.config.la57.value();
        config.x2apic_capable = header.config.x2apic_capable.value();
        config.tsc_aux = header.config.tsc_aux.value();
        config.untrusted_synic = header.config.untrusted_synic.value();
        config.xss_supported = header.config.xss_supported.value();
        config.tsc_frequency = header.config.tsc_frequency.value();
        config.isolation = header.config.isolation.value();
        config.vps = header.vps;
        config.access_vsm = header.config.access_vsm.value();
        config.xcr0_supported = header.config.xcr0_supported.value();
        config.cr4_allowed = header.config.cr4_allowed.value();
        config.log_burst = header.config.log_burst.value();
        config.log_interval = header.config.log_interval.value();
        config.log_total_burst = header.config.log_total_burst.value();
        config.log_total_interval = header.config.log_total_interval.value();
        if (const std::size_t length = abi_.config_error(&config, nullptr, 0); length != 0) {
            std::string fault(length, '\0');
            abi_.config_error(&config, fault.data(), fault.size() + 1); // a string has room for the 0
            throw SubjectError(fmt::format("the configuration is refused: {}", fault));
        }
        slots_.resize(header.vps);
        logs_.resize(header.vps);
        check(abi_.partition_init(&partition_, &config, slots_.data(), logs_.data()), "vtl_partition_init");
        attach_census();
        pair_partition(to_abi, header.start.partition, partition_.vtl);
        pair_vsm(to_abi, header.start.vsm, partition_.vsm);

        vps_.resize(header.vps);
        for (std::uint32_t i = 0; i < header.vps; ++i) {
            check(abi_.vp_init(&vps_[i], &partition_, i), "vtl_vp_init");
            vtl_vp_state state = vps_[i].state;
            pair_vp(to_abi, header.start.vp[i], state);
            check(abi_.vp_restore(&vps_[i], &partition_, &state), "vtl_vp_restore");
            pair_slot(to_abi, header.start.vp[i].slot, slots_[i]);
        }
    }

    model::Outcome<Concrete> handle(const model::Exit<Concrete>& exit) override {
        vtl_exit in;
        copy_registers(exit, in);
        // Millions of exits a second pass here; most of them end at an MSR.
        if (is_vmcall(exit) || in.kind != VTL_L2_EXIT) {
            copy_input(exit, in);
        } else {
            in.answers.answer_timeouts = 0;
            in.answers.answer_status = 0;
            in.answers.answer_count = 1;
        }

        vtl_outcome out;
        check(abi_.handle_exit(&partition_, &vps_.at(in.vp), &in, &out), "vtl_handle_exit");
        if (out.log_site == VTL_LOG_UNKNOWN_READ || out.log_site == VTL_LOG_UNKNOWN_WRITE) {
            note_counted(in.vp, out.log_msr, out.log_site == VTL_LOG_UNKNOWN_WRITE);
        }

        model::Outcome<Concrete> result;
        pair_outcome(to_model, result, out);
        return result;
    }

    std::optional<Deviation> run_alike(std::span<const AlikeAccess> accesses, std::uint32_t first,
                                       std::uint32_t last) override {
        struct Lane {
            vtl_exit in{};
            alignas(VTL_CACHE_LINE) vtl_outcome expected{};
            alignas(VTL_CACHE_LINE)
                vtl_outcome out{}; // an implementation that leaves padding alone is compared as bytes, too
            std::uint32_t attempts = 0;
            vtl_vp* vp = nullptr;
        };
        std::vector<Lane> lanes(accesses.size());
        for (std::size_t i = 0; i < accesses.size(); ++i) {
            auto& [in, expected, out, attempts, vp] = lanes[i];
            copy_registers(*accesses[i].exit, in);
            in.answers.answer_count = 1;
            in.gpr[VTL_RCX] = in.gpr[VTL_RCX] >> 32U << 32U | first;
            const auto of_first = expected_of(accesses[i], first);
            pair_outcome(to_abi, of_first, expected);
            attempts = expected.log_site != VTL_LOG_NONE ? 1 : 0;
            vp = &vps_.at(in.vp);
        }
        // What was just written in small pieces is slow to read in large ones: an outcome is compared after those of the
        // other accesses, and the next number is put in as early as possible.
        const auto handle = [&](Lane& lane) {
            check(abi_.handle_exit(&partition_, lane.vp, &lane.in, &lane.out), "vtl_handle_exit");
            ++lane.in.gpr[VTL_RCX];
        };
        SameBytes& same = fastest_same_bytes();
        const auto deviation = [&](std::uint32_t number, std::size_t i) -> std::optional<Deviation> {
            auto& [in, expected, out, attempts, vp] = lanes[i];
            if (!same(out, expected)) [[unlikely]] { // then the fields decide
                model::Outcome<Concrete> observed;
                pair_outcome(to_model, observed, out);
                if (!diff(expected_of(accesses[i], number), observed).empty()) {
                    return Deviation{.number = number, .access = i, .observed = observed};
                }
            }
            ++expected.gpr[VTL_RCX];
            expected.log_msr += attempts;
            return std::nullopt;
        };
        for (Lane& lane : lanes) {
            handle(lane);
        }
        for (std::uint32_t number = first; number < last; ++number) {
            for (std::size_t i = 0; i < lanes.size(); ++i) {
                if (auto found = deviation(number, i)) {
                    return found;
                }
                handle(lanes[i]);
            }
        }
        for (std::size_t i = 0; i < lanes.size(); ++i) {
            if (auto found = deviation(last, i)) {
                return found;
            }
        }
        return std::nullopt;
    }

    [[nodiscard]] std::array<model::PartitionVtl<Concrete>, 2> partition() const override {
        std::array<model::PartitionVtl<Concrete>, 2> registers;
        pair_partition(to_model, registers, partition_.vtl);
        return registers;
    }

    [[nodiscard]] model::PartitionVsm<Concrete> vsm() const override {
        model::PartitionVsm<Concrete> registers;
        pair_vsm(to_model, registers, partition_.vsm);
        return registers;
    }

    void vp(std::uint32_t index, InitialState::Vp& registers) const override {
        pair_vp(to_model, registers, vps_.at(index).state);
        pair_slot(to_model, registers.slot, slots_.at(index));
    }

    [[nodiscard]] MsrBitmap msr_bitmap(std::uint32_t vp, unsigned vtl) const override {
        return MsrBitmap(vps_.at(vp).msr_bitmap[vtl]);
    }

    [[nodiscard]] bool access_exits(std::uint32_t vp, unsigned vtl, std::uint32_t msr, bool write) const override {
        return abi_.msr_access_exits(&vps_.at(vp), vtl, msr, write);
    }

    [[nodiscard]] InterceptControls controls(std::uint32_t vp, unsigned vtl) const override {
        const vtl_controls& controls = vps_.at(vp).controls[vtl];
        return {.cr0_guest_host_mask = controls.cr0_guest_host_mask,
                .cr4_guest_host_mask = controls.cr4_guest_host_mask,
                .cr0_read_shadow = controls.cr0_read_shadow,
                .cr4_read_shadow = controls.cr4_read_shadow,
                .descriptor_table_exiting = controls.descriptor_table_exiting};
    }

    [[nodiscard]] std::uint8_t next_entry(std::uint32_t vp) const override {
        return static_cast<std::uint8_t>(abi_.next_entry(&vps_.at(vp)));
    }

    [[nodiscard]] std::vector<AuditRecord> audit_records(std::uint32_t vp) const override {
        std::vector<AuditRecord> records;
        records.reserve(VTL_AUDIT_RECORDS);
        for (std::uint32_t i = 0; i < VTL_AUDIT_RECORDS; ++i) {
            // A ring that was restored lacks the records of the time before.
            if (const auto record = audit_record(vp, i)) {
                records.push_back(*record);
            }
        }
        return records;
    }

    [[nodiscard]] std::optional<AuditRecord> newest_audit(std::uint32_t vp) const override {
        return audit_record(vp, vps_.at(vp).state.vp.audit_count - 1);
    }

    [[nodiscard]] LogTotals log_totals(std::uint8_t site) const override {
        vtl_log_counters counters;
        check(abi_.log_totals(&partition_, site, &counters), "vtl_log_totals");
        return to_totals(counters);
    }

    std::vector<LogRecord> take_log(std::uint32_t vp) override {
        std::vector<LogRecord> records;
        vtl_log_record record;
        while (abi_.log_read(&partition_, vp, &record)) {
            records.push_back(to_record(record));
        }
        return records;
    }

    [[nodiscard]] std::uint64_t log_lost(std::uint32_t vp) const override { return abi_.log_lost(&partition_, vp); }

    [[nodiscard]] std::uint32_t census_count(std::uint32_t vp, std::uint32_t msr, bool write) const override {
        return abi_.census_count(&partition_, vp, msr, write);
    }

    [[nodiscard]] std::vector<CensusEntry> census_sketch(std::uint32_t vp) const override {
        std::vector<CensusEntry> entries;
        entries.reserve(VTL_CENSUS_ENTRIES);
        vtl_sketch_entry entry;
        for (std::uint32_t i = 0; i < VTL_CENSUS_ENTRIES; ++i) {
            if (abi_.census_entry(&partition_, vp, i, &entry)) {
                entries.push_back({.msr = entry.msr, .write = entry.write, .count = entry.count, .error = entry.error});
            }
        }
        return entries;
    }

    [[nodiscard]] std::string inspect() const override {
        std::vector<const vtl_vp*> vps;
        vps.reserve(vps_.size());
        for (const vtl_vp& vp : vps_) {
            vps.push_back(&vp);
        }
        const auto count = static_cast<std::uint32_t>(vps.size());
        std::string text(abi_.inspect(&partition_, vps.data(), count, nullptr, 0), '\0');
        abi_.inspect(&partition_, vps.data(), count, text.data(), text.size() + 1); // a string has room for the 0
        return text;
    }

private:
    // A census is 128 KiB, and traces start by the thousand: it stays, and only what was counted is cleared.
    void attach_census() {
        for (const auto& [vp, msr, write] : counted_) {
            censuses_[vp]->count[write ? 1 : 0][msr < VTL_CENSUS_RANGE ? 0 : 1][msr % VTL_CENSUS_RANGE] = 0;
        }
        counted_.clear();
        while (censuses_.size() < partition_.config.vps) {
            censuses_.push_back(std::make_unique<vtl_census>());
        }
        for (std::uint32_t i = 0; i < partition_.config.vps; ++i) {
            check(abi_.census_attach(&partition_, i, censuses_[i].get()), "vtl_census_attach");
        }
    }

    void note_counted(std::uint32_t vp, std::uint32_t msr, bool write) {
        if (abi_.census_count(&partition_, vp, msr, write) == 1) {
            counted_.push_back({.vp = vp, .msr = msr, .write = write});
        }
    }

    struct Counted {
        std::uint32_t vp;
        std::uint32_t msr;
        bool write;
    };

    [[nodiscard]] std::optional<AuditRecord> audit_record(std::uint32_t vp, std::uint32_t index) const {
        vtl_audit_record record;
        if (abi_.audit_read(&vps_.at(vp), index, &record) != VTL_OK) {
            return std::nullopt;
        }
        return AuditRecord{.sequence = record.sequence,
                           .time = record.time,
                           .vp = record.vp,
                           .origin = record.origin,
                           .operation = record.operation,
                           .vtl = record.vtl,
                           .reg = record.reg,
                           .route = record.route,
                           .verdict = record.verdict,
                           .reason = record.reason};
    }

    static void check(vtl_status status, const char* call) {
        if (status != VTL_OK) {
            throw SubjectError(fmt::format("{} answered {} to arguments that every implementation has to take", call,
                                           static_cast<int>(status)));
        }
    }

    Abi abi_;
    std::string name_;
    vtl_partition partition_{};
    std::vector<vtl_vp_slot> slots_;
    std::vector<vtl_vp_log> logs_;
    std::vector<std::unique_ptr<vtl_census>> censuses_; // by VP, of all partitions so far
    std::vector<Counted> counted_;                      // what is not 0 in them
    std::vector<vtl_vp> vps_;
};

struct Loaded {
    Library library;
};

/// The library is unloaded after the subject that uses it.
class LibrarySubject final : private Loaded, public AbiSubject {
public:
    explicit LibrarySubject(const std::string& file)
        : Loaded{Library(file)}, AbiSubject(library.abi(), "lib:" + file) {}
};

} // namespace

std::unique_ptr<Subject> library_subject(const std::string& file) { return std::make_unique<LibrarySubject>(file); }

std::unique_ptr<Subject> abi_subject(const Abi& abi, std::string name) {
    return std::make_unique<AbiSubject>(abi, std::move(name));
}

std::unique_ptr<Subject> builtin_subject() { return abi_subject(linked_abi(), "builtin"); }

} // namespace vtlcheck::conformance
