// Adapter: the C ABI of impl/ in the words of the vocabulary.
#include "conformance/subjects/subject.hpp"
#include "impl/include/vtl_intercept.h"

#include <fmt/format.h>

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
void pair_vp(Copy&& copy, M& model, C& abi) {
    copy(model.shared.vtl1_present, abi.vp.vtl1_present);
    copy(model.shared.intercept_control, abi.vp.intercept_control);
    copy(model.shared.apic_offload, abi.vp.apic_offload);
    copy(model.shared.intercept_pending, abi.vp.intercept_pending);
    pair_synic(copy, model.shared.untrusted_synic, abi.vp.untrusted_synic);
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

constexpr auto to_abi = [](const auto& model, auto& abi) { abi = model.value(); };
constexpr auto to_model = []<class M, class C>(M& model, const C& abi) { model = M(abi); };

class BuiltinSubject final : public Subject {
public:
    [[nodiscard]] std::string name() const override { return "builtin"; }

    void start(const TraceHeader& header) override {
        vtl_config config{};
        config.la57 = header.config.la57.value();
        config.x2apic_capable = header.config.x2apic_capable.value();
        config.tsc_aux = header.config.tsc_aux.value();
        config.untrusted_synic = header.config.untrusted_synic.value();
        config.xss_supported = header.config.xss_supported.value();
        config.tsc_frequency = header.config.tsc_frequency.value();
        check(vtl_partition_init(&partition_, &config), "vtl_partition_init");
        pair_partition(to_abi, header.start.partition, partition_.vtl);

        vps_.resize(header.vps);
        for (std::uint32_t i = 0; i < header.vps; ++i) {
            check(vtl_vp_init(&vps_[i], &partition_, i), "vtl_vp_init");
            vtl_vp_state state = vps_[i].state;
            pair_vp(to_abi, header.start.vp[i], state);
            check(vtl_vp_restore(&vps_[i], &partition_, &state), "vtl_vp_restore");
        }
    }

    model::Outcome<Concrete> handle(const model::Exit<Concrete>& exit) override {
        vtl_exit in;
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
        in.interruptibility = exit.interruptibility.value();
        in.pending_debug = exit.pending_debug.value();
        in.now = exit.now.value();
        in.answers.apic_fault = exit.apic_fault.value();
        in.answers.apic_value = exit.apic_value.value();
        in.answers.page_refused = exit.page_refused.value();
        in.answers.slot_busy = exit.slot_busy.value();
        in.answers.reference_time = exit.reference_time.value();
        in.answers.hypercall_result = exit.hypercall_result.value();

        vtl_outcome out;
        check(vtl_handle_exit(&partition_, &vps_.at(in.vp), &in, &out), "vtl_handle_exit");

        model::Outcome<Concrete> result;
        to_model(result.disposition, out.disposition);
        to_model(result.error, out.error);
        for (std::size_t i = 0; i < VTL_GPR_COUNT; ++i) {
            to_model(result.gpr[i], out.gpr[i]);
        }
        to_model(result.rip, out.rip);
        to_model(result.interruptibility, out.interruptibility);
        to_model(result.pending_debug, out.pending_debug);
        to_model(result.event, out.event);
        to_model(result.event_error_code, out.event_error_code);
        to_model(result.request, out.request);
        to_model(result.request_index, out.request_index);
        to_model(result.request_value, out.request_value);
        to_model(result.proxy_filter, out.proxy_filter);
        to_model(result.crash_notify, out.crash_notify);
        to_model(result.hypercall, out.hypercall);
        to_model(result.hypercall_register, out.hypercall_register);
        to_model(result.hypercall_value, out.hypercall_value);
        const vtl_message& message = out.message;
        to_model(result.message, message.status);
        to_model(result.message_vp, message.vp);
        to_model(result.message_length, message.length);
        to_model(result.message_access, message.access);
        to_model(result.message_state, message.state);
        to_model(result.message_cs_base, message.cs_base);
        to_model(result.message_cs_limit, message.cs_limit);
        to_model(result.message_cs_selector, message.cs_selector);
        to_model(result.message_cs_attributes, message.cs_attributes);
        to_model(result.message_rip, message.rip);
        to_model(result.message_rflags, message.rflags);
        to_model(result.message_msr, message.msr);
        to_model(result.message_rdx, message.rdx);
        to_model(result.message_rax, message.rax);
        to_model(result.interrupt, message.interrupt);
        to_model(result.interrupt_vector, message.interrupt_vector);
        to_model(result.log_site, out.log_site);
        to_model(result.log_msr, out.log_msr);
        to_model(result.log_value, out.log_value);
        to_model(result.audit, out.audit);
        return result;
    }

    [[nodiscard]] std::array<model::PartitionVtl<Concrete>, 2> partition() const override {
        std::array<model::PartitionVtl<Concrete>, 2> registers;
        pair_partition(to_model, registers, partition_.vtl);
        return registers;
    }

    void vp(std::uint32_t index, InitialState::Vp& registers) const override {
        pair_vp(to_model, registers, vps_.at(index).state);
    }

    [[nodiscard]] MsrBitmap msr_bitmap(std::uint32_t vp, unsigned vtl) const override {
        return MsrBitmap(vps_.at(vp).msr_bitmap[vtl]);
    }

    [[nodiscard]] bool access_exits(std::uint32_t vp, unsigned vtl, std::uint32_t msr, bool write) const override {
        return vtl_msr_access_exits(&vps_.at(vp), vtl, msr, write);
    }

private:
    static void check(vtl_status status, const char* call) {
        if (status != VTL_OK) {
            throw SubjectError(fmt::format("{} answered {} to arguments that every implementation has to take", call,
                                           static_cast<int>(status)));
        }
    }

    vtl_partition partition_{};
    std::vector<vtl_vp> vps_;
};

} // namespace

std::unique_ptr<Subject> builtin_subject() { return std::make_unique<BuiltinSubject>(); }

} // namespace vtlcheck::conformance
