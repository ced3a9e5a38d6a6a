// Reading and writing a register by its hypervisor name: where it is kept and what it may hold (notes P20-P29). One text
// for guests and for the paravisor itself; who may do it is said elsewhere (clauses_register.hpp, clauses_host.hpp).
#pragma once

#include "model/facts.hpp"

namespace vtlcheck::model {

/// A get: its value, or who has to be asked for it.
template <class D>
struct RegisterRead {
    using Bool = typename D::Bool;
    typename D::template Bv<64> value{0}; ///< 0 where the module is asked
    Bool module{false};                   ///< the TDX module, kernel or run page has it
    typename D::template Bv<16> status{0};
};

/// What a set comes to before anybody outside the state is asked.
template <class D>
struct RegisterWrite {
    using Bool = typename D::Bool;
    typename D::template Bv<16> status{0};  ///< HV_STATUS of a value that is refused
    Bool module{false};                     ///< the TDX module or kernel is asked to write
    Bool page{false};                       ///< guest memory is asked for a page or its protection
    typename D::template Bv<16> refusal{0}; ///< HV_STATUS if whoever is asked refuses

    /// Whoever is asked refuses.
    [[nodiscard]] Bool fails(const Exit<D>& exit) const {
        return (module & exit.module_refused) | (page & exit.page_refused);
    }
};

/// The MSR behind a page register.
inline constexpr std::uint32_t msr_siefp = 0x40000082;
inline constexpr std::uint32_t msr_simp = 0x40000083;
inline constexpr std::uint32_t msr_vp_assist = 0x40000073;
inline constexpr std::uint32_t msr_apic_base = 0x1B;

template <class D>
class RegisterAccess {
public:
    using Bool = typename D::Bool;
    template <unsigned W>
    using Bv = typename D::template Bv<W>;
    using R = RegisterRule;

    RegisterAccess(const Facts<D>& in, const Effects<D>& effect, World<D>& world)
        : in_(in), effect_(effect), world_(world) {}

    /// VsmPartitionStatus (TLFS 15.6).
    [[nodiscard]] Bv<64> partition_status() const {
        const auto is = [&](GuestVsm g) { return in_.vsm.guest_vsm == static_cast<std::uint8_t>(g); };
        const auto when = [](const Bool& c, std::uint64_t bits) { return D::ite(c, Bv<64>(bits), Bv<64>(0)); };
        return Bv<64>(1) | when(!is(GuestVsm::unsupported), 1U << 16U) | when(is(GuestVsm::enabled), 2) |
               when(is(GuestVsm::enabled) & in_.vsm.mbec, 3U << 20U);
    }
    /// VsmVpStatus of a VTL.
    [[nodiscard]] Bv<64> vp_status() const {
        const auto when = [](const Bool& c, std::uint64_t bits) { return D::ite(c, Bv<64>(bits), Bv<64>(0)); };
        return Bv<64>(1U << 16U) | when(in_.exit.vtl1, 1) | when(in_.vp.vp_mbec, 1U << 4U) |
               when(in_.slot.enable_called, 1U << 17U);
    }
    [[nodiscard]] Bool vsm_enabled() const { return in_.vsm.guest_vsm == static_cast<std::uint8_t>(GuestVsm::enabled); }

    /// A get of the register that the exit names, from the target's bank.
    [[nodiscard]] RegisterRead<D> read() const {
        const auto& t = in_.target;
        const auto& vp = in_.vp;
        const auto number = in_.exit.name;
        RegisterRead<D> answer;
        answer.module = is(R::module_read) | in_.reg.within(R::cr8, R::interrupt_ssp_table);
        answer.status = D::ite(is(R::secure_config) & !vsm_enabled(), Bv<16>(hv_invalid_vtl_state), Bv<16>(0));
        Bv<64> value(0);
        const auto when = [&](R rule, const Bv<64>& held) { value = D::ite(is(rule), held, value); };
        when(R::gpr, select<D>(in_.exit.gpr, number & 0xF));
        when(R::rsp, t.rsp);
        when(R::rip, t.rip);
        when(R::rflags, t.rflags);
        when(R::cr0, t.cr0);
        when(R::cr4, t.cr4);
        when(R::efer, t.efer);
        when(R::xfem, vp.xcr0);
        when(R::pat, t.pat);
        when(R::sysenter_cs, t.sysenter_cs);
        when(R::sysenter_esp, t.sysenter_esp);
        when(R::sysenter_eip, t.sysenter_eip);
        when(R::star, t.star);
        when(R::lstar, t.lstar);
        when(R::cstar, t.cstar);
        when(R::sfmask, t.sfmask);
        when(R::tsc_aux, t.tsc_aux);
        when(R::xss, t.xss);
        when(R::apic_base, t.apic_base);
        when(R::sint, select<D>(t.synic.sint, number & 0xF));
        when(R::scontrol, t.synic.scontrol);
        when(R::sifp, t.synic.siefp);
        when(R::sipp, t.synic.simp);
        when(R::sversion, 1);
        when(R::stimer_config, select<D>(t.stimer_config, (number >> 1) & 3));
        when(R::stimer_count, select<D>(t.stimer_count, (number >> 1) & 3));
        when(R::vp_assist, t.vp_assist);
        when(R::code_page_offsets, 0x2600F);
        when(R::vp_status, vp_status());
        when(R::partition_status, partition_status());
        when(R::capabilities, D::ite(in_.config.isolation == static_cast<std::uint8_t>(Isolation::tdx), Bv<64>(0x20003),
                                     Bv<64>(0x20002)));
        when(R::vina, vp.vina);
        when(R::partition_config, in_.vsm.partition_config);
        when(R::secure_config,
             D::ite(vsm_enabled(),
                    D::ite(in_.vsm.mbec, Bv<64>(1), Bv<64>(0)) | D::ite(vp.tlb_locked, Bv<64>(2), Bv<64>(0)),
                    Bv<64>(0)));
        when(R::intercept_control, vp.intercept_control);
        when(R::cr0_mask, vp.cr0_mask);
        when(R::cr4_mask, vp.cr4_mask);
        when(R::misc_enable_mask, vp.misc_enable_mask);
        answer.value = value;
        return answer;
    }

    /// Rules that have a get.
    [[nodiscard]] Bool has_get() const { return !is(R::none) & !is(R::pending_event); }
    /// Rules that have a set.
    [[nodiscard]] Bool has_set() const {
        return !is(R::none) & !is(R::gpr) & !is(R::module_read) & !is(R::sversion) &
               !in_.reg.within(R::code_page_offsets, R::capabilities);
    }

    /// Judges a set of the register that the exit names. `identity`: ApicBase takes only what it holds (note P20).
    [[nodiscard]] RegisterWrite<D> judge(const Bool& identity) const {
        const auto& t = in_.target;
        const auto& v = in_.exit.value;
        const auto& high = in_.exit.value_high;
        const auto& config = in_.config;
        RegisterWrite<D> result;
        result.module = in_.reg.within(R::cr8, R::interrupt_ssp_table) | is(R::xfem);

        Bool ok{true};
        const auto rule = [&](R r, const Bool& good) { ok = ok & (!is(r) | good); };
        const auto linear = canonical<D>(config, v);
        rule(R::rip, linear);
        rule(R::rflags, valid_rflags<D>(v) & entry_rule<D>(t.cr0, t.cr4, t.efer, v));
        const auto cr0 = written_cr0<D>(v);
        rule(R::cr0, valid_cr0<D>(cr0) & entry_rule<D>(cr0, t.cr4, t.efer, t.rflags));
        rule(R::cr4, valid_cr4<D>(config, v) & entry_rule<D>(t.cr0, v, t.efer, t.rflags));
        rule(R::efer, valid_efer<D>(v) & (((t.cr0 & cr0_pg) == 0) | (((v ^ t.efer) & efer_lme) == 0)));
        rule(R::cr8, v <= 15);
        rule(R::dr7, upper_half_clear<D>(v));
        rule(R::ldtr, valid_ldtr<D>(config, v, high));
        rule(R::tr, valid_tr<D>(config, v, high));
        rule(R::table, canonical<D>(config, high));
        rule(R::s_cet, valid_s_cet<D>(config, v));
        rule(R::pl_ssp, valid_shadow_stack<D>(config, v));
        rule(R::interrupt_ssp_table, linear);
        rule(R::xfem, valid_xcr0<D>(config, v));
        rule(R::pat, valid_pat<D>(v));
        rule(R::sysenter_esp, linear);
        rule(R::sysenter_eip, linear);
        rule(R::lstar, linear);
        rule(R::cstar, linear);
        rule(R::sfmask, upper_half_clear<D>(v));
        rule(R::tsc_aux, config.tsc_aux & upper_half_clear<D>(v));
        rule(R::xss, valid_xss<D>(config, v));
        rule(R::apic_base, identity | apic_base_accepts<D>(config, t.apic_base, v));
        rule(R::vp_assist, valid_page_register<D>(v));
        rule(R::pending_event, !bit(v, 0) | valid_pending_event<D>(v));
        rule(R::intercept_control, (v & ~intercept_control_allowed) == 0);

        const auto& stored = in_.vsm.partition_config;
        const Bool fixed = bit(stored, 0);
        const Bool same_mask = ((v ^ stored) & 0x1E) == 0;
        const Bool defined = (v & ~std::uint64_t{0x7F}) == 0;
        const Bool partition_ok = valid_partition_config<D>(v, in_.vsm.mbec) & (!fixed | (bit(v, 0) & same_mask));
        const Bool secure_shape = (v & 0xC) == 0;

        const Bv<16> bad(hv_invalid_register_value);
        const Bv<16> state(hv_invalid_vtl_state);
        result.status = D::ite(ok, Bv<16>(0), bad);
        result.status = D::ite((is(R::apic_base) & identity & (v != t.apic_base)) | (is(R::vina) & ((v >> 11) != 0)),
                               Bv<16>(hv_invalid_parameter), result.status);
        result.status = D::ite(
            is(R::partition_config),
            D::ite(!defined, bad, D::ite(!vsm_enabled(), state, D::ite(partition_ok, Bv<16>(0), bad))), result.status);
        result.status = D::ite(is(R::secure_config),
                               D::ite(!secure_shape, bad,
                                      D::ite(!vsm_enabled(), state, D::ite(bit(v, 0) == in_.vsm.mbec, Bv<16>(0), bad))),
                               result.status);

        const Bool good = result.status == 0;
        const Bool moves = (is(R::sifp) & effect_.page_moves_in(t.synic.siefp, v)) |
                           (is(R::sipp) & effect_.page_moves_in(t.synic.simp, v)) |
                           (is(R::vp_assist) & effect_.page_moves_in(t.vp_assist, v));
        result.module = result.module & good;
        result.page = good & (moves | (is(R::partition_config) & !same_mask));
        result.refusal =
            D::ite(is(R::sifp) | is(R::sipp), Bv<16>(hv_invalid_parameter),
                   D::ite(is(R::vp_assist), bad,
                          D::ite(is(R::partition_config), Bv<16>(hv_operation_denied), Bv<16>(hv_operation_failed))));
        return result;
    }

    /// Asks for the register or writes it outside the state, as the exit says.
    void ask_module(Request kind) const {
        const Bool write(kind == Request::register_write);
        effect_.request(kind, in_.exit.name, D::ite(write, in_.exit.value, Bv<64>(0)));
        const Bool wide = is(R::ldtr) | is(R::tr) | is(R::table) | !has_set();
        world_.out.request_high = D::ite(write & wide, in_.exit.value_high, Bv<64>(0));
        name_target();
    }

    /// What has to leave the paravisor for an accepted value of these rules, or is asked before.
    void ask_outside() const {
        const auto& t = in_.target;
        const auto& v = in_.exit.value;
        if_<D>(in_.reg.within(R::cr8, R::interrupt_ssp_table) | is(R::xfem), world_,
               [&] { ask_module(Request::register_write); });
        const auto page = [&](R rule, std::uint32_t msr, const Bv<64>& before) {
            if_<D>(is(rule), world_, [&] {
                effect_.request_page(msr, before, v, Request::page_map, Request::page_unmap);
                if_<D>(world_.out.request != 0, world_, [&] { name_target(); });
            });
        };
        page(R::sifp, msr_siefp, t.synic.siefp);
        page(R::sipp, msr_simp, t.synic.simp);
        page(R::vp_assist, msr_vp_assist, t.vp_assist);
        if_<D>(is(R::partition_config) & (((v ^ in_.vsm.partition_config) & 0x1E) != 0), world_,
               [&] { effect_.request(Request::default_protection, 0, (v >> 1) & 0xF); });
        const auto apic_base = (v & ~apic_base_bsp) | (t.apic_base & apic_base_bsp);
        if_<D>(is(R::apic_base) & ((t.apic_base & apic_base_en) != 0) & ((apic_base & apic_base_en) == 0), world_, [&] {
            effect_.request(Request::apic_reset, msr_apic_base, apic_base);
            name_target();
        });
    }

    /// Stores an accepted value where the state holds it.
    void store() const {
        const auto& v = in_.exit.value;
        const auto number = in_.exit.name;
        effect_.on_target([&](VtlState<D>& t) {
            const auto set = [&](R rule, Bv<64>& field, const Bv<64>& value) {
                field = D::ite(is(rule), value, field);
            };
            const VtlState<D>& before = in_.target;
            set(R::rsp, t.rsp, v);
            set(R::rip, t.rip, v);
            set(R::rflags, t.rflags, v);
            const auto cr0 = written_cr0<D>(v);
            set(R::cr0, t.cr0, cr0);
            set(R::cr4, t.cr4, v);
            set(R::efer, t.efer, with_lma<D>(v, before.cr0));
            set(R::cr0, t.efer, with_lma<D>(before.efer, cr0));
            t.ia32e_guest = D::ite(is(R::cr0), long_mode_active<D>(before.efer, cr0),
                                   D::ite(is(R::efer), long_mode_active<D>(v, before.cr0), t.ia32e_guest));
            set(R::pat, t.pat, v);
            set(R::sysenter_cs, t.sysenter_cs, v & 0xFFFFFFFF);
            set(R::sysenter_esp, t.sysenter_esp, v);
            set(R::sysenter_eip, t.sysenter_eip, v);
            set(R::star, t.star, v);
            set(R::lstar, t.lstar, v);
            set(R::cstar, t.cstar, v);
            set(R::sfmask, t.sfmask, v);
            set(R::tsc_aux, t.tsc_aux, v);
            set(R::xss, t.xss, v);
            set(R::apic_base, t.apic_base, (v & ~apic_base_bsp) | (before.apic_base & apic_base_bsp));
            set(R::scontrol, t.synic.scontrol, v);
            set(R::sifp, t.synic.siefp, v);
            set(R::sipp, t.synic.simp, v);
            set(R::vp_assist, t.vp_assist, v);
            const auto timer = (number >> 1) & 3;
            if_<D>(is(R::sint), t, [&] { model::store<D>(t.synic.sint, number & 0xF, v); });
            if_<D>(is(R::stimer_config), t, [&] { model::store<D>(t.stimer_config, timer, v); });
            if_<D>(is(R::stimer_count), t, [&] {
                const auto config = select<D>(before.stimer_config, timer);
                const Bool starts = (v != 0) & bit(config, 3);
                model::store<D>(t.stimer_count, timer, v);
                model::store<D>(t.stimer_config, timer, D::ite(starts, config | 1, config));
            });
        });
        world_.out.proxy_filter = D::ite(is(R::sint), !in_.target_vtl1, Bool(false));

        auto& vp = world_.vp;
        const auto& before = in_.vp;
        vp.xcr0 = D::ite(is(R::xfem), v, before.xcr0);
        vp.vina = D::ite(is(R::vina), v, before.vina);
        vp.intercept_control = D::ite(is(R::intercept_control), v, before.intercept_control);
        vp.cr0_mask = D::ite(is(R::cr0_mask), v, before.cr0_mask);
        vp.cr4_mask = D::ite(is(R::cr4_mask), v, before.cr4_mask);
        vp.misc_enable_mask = D::ite(is(R::misc_enable_mask), v, before.misc_enable_mask);
        const Bool event = is(R::pending_event);
        const Bool present = bit(v, 0);
        vp.pending_event = D::ite(event, D::ite(present, v, Bv<64>(0)), before.pending_event);
        vp.pending_event_parameter =
            D::ite(event, D::ite(present, in_.exit.value_high, Bv<64>(0)), before.pending_event_parameter);
        vp.tlb_locked = D::ite(is(R::secure_config), bit(v, 1), before.tlb_locked);
        vp.vp_mbec = D::ite(is(R::secure_config), bit(v, 0), before.vp_mbec);
        world_.vsm.partition_config = D::ite(is(R::partition_config), v | 1, in_.vsm.partition_config);
    }

private:
    [[nodiscard]] Bool is(R rule) const { return in_.reg.is(rule); }
    /// The request is for the VTL that the exit names.
    void name_target() const { world_.out.request_vtl = D::ite(in_.target_vtl1, Bv<8>(1), Bv<8>(0)); }

    const Facts<D>& in_;
    const Effects<D>& effect_;
    World<D>& world_;
};

} // namespace vtlcheck::model
