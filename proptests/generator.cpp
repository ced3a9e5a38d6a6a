#include "proptests/generator.hpp"

#include "model/msr_table.hpp"

namespace vtlcheck::proptests {
namespace {

using model::Concrete;
using model::ConcreteExit;
using model::WriteRule;
template <unsigned W>
using Bv = Concrete::Bv<W>;
using Bool = Concrete::Bool;

// Rows with a behaviour of their own, found once at compile time.
constexpr bool behaves(const model::MsrRow& row) {
    return row.read != model::ReadRule::unknown || row.write != WriteRule::unknown;
}
constexpr std::size_t behaving_count = [] {
    std::size_t n = 0;
    for (const auto& row : model::msr_table) {
        n += behaves(row) ? 1U : 0U;
    }
    return n;
}();
constexpr auto behaving_rows = [] {
    std::array<std::uint16_t, behaving_count> rows{};
    std::size_t n = 0;
    for (std::size_t i = 0; i < model::msr_table.size(); ++i) {
        if (behaves(model::msr_table[i])) {
            rows[n++] = static_cast<std::uint16_t>(i);
        }
    }
    return rows;
}();

constexpr std::array<std::uint32_t, 17> claimable{0x1B,       0x174,      0x175,      0x176,      0xDA0,     0x6A2,
                                                  0x6A4,      0x6A5,      0x6A6,      0x6A7,      0x6A8,     0xC0000080,
                                                  0xC0000081, 0xC0000082, 0xC0000083, 0xC0000084, 0xC0000103};
constexpr std::array<std::uint32_t, 16> value_ruled{
    0x1B,       0x8B,       0x17A,      0x174,      0x175,      0x176,      0x277,      0xDA0,
    0x40000001, 0x40000021, 0x40000073, 0xC0000080, 0xC0000082, 0xC0000083, 0xC0000084, 0xC0000103};
constexpr std::array<std::uint32_t, 10> tdvmcall_msrs{0x40000000, 0x40000002, 0x40000080, 0x40000081, 0x40000082,
                                                      0x40000083, 0x40000084, 0x40000090, 0x4000009F, 0x40000073};
constexpr std::array<std::uint64_t, 20> edges{0,
                                              1,
                                              2,
                                              7,
                                              8,
                                              0xFF,
                                              0x100,
                                              0xFFF,
                                              0x1000,
                                              0x7FFFFFFF,
                                              0xFFFFFFFF,
                                              0x100000000,
                                              0x00007FFFFFFFFFFF,
                                              0x0000800000000000,
                                              0xFFFF7FFFFFFFFFFF,
                                              0xFFFF800000000000,
                                              0x00FFFFFFFFFFFFFF,
                                              0x0100000000000000,
                                              0xFF00000000000000,
                                              0xFFFFFFFFFFFFFFFF};

} // namespace

rc::Gen<Plan> arbitrary_plan() {
    // element() draws all values alike at every size and shrinks towards the first; inRange() would start small.
    return rc::gen::build<Plan>(
        rc::gen::set(&Plan::seed, rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>())),
        rc::gen::set(&Plan::length, rc::gen::element<std::uint32_t>(1, 2, 3, 5, 10, 30, 100, 200, 400, 400, 400)),
        rc::gen::set(&Plan::vps, rc::gen::element<std::uint32_t>(1, 2, 3)),
        rc::gen::set(&Plan::focus, rc::gen::element(Focus::even, Focus::values, Focus::interception, Focus::apic,
                                                    Focus::tdvmcall, Focus::decoding, Focus::unknown)),
        rc::gen::set(&Plan::start, rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint32_t>(0, 32))),
        rc::gen::set(&Plan::config, rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint32_t>(0, 32))));
}

conformance::TraceHeader header_of(const Plan& plan) {
    conformance::TraceHeader header;
    const auto flag = [](std::uint32_t bits, unsigned n) { return ((bits >> n) & 1U) != 0; };
    header.config.la57 = Bool(flag(plan.config, 0));
    header.config.x2apic_capable = Bool(!flag(plan.config, 1));
    header.config.tsc_aux = Bool(!flag(plan.config, 2));
    header.config.untrusted_synic = Bool(flag(plan.config, 3) || plan.focus == Focus::tdvmcall);
    header.config.xss_supported = flag(plan.config, 4) ? 0x1800 : 0x1FFF;
    header.vps = plan.vps;
    header.start = conformance::InitialState::reset(plan.vps);
    for (auto& vp : header.start.vp) {
        vp.shared.vtl1_present = Bool(flag(plan.start, 0));
        for (unsigned v = 0; v < 2; ++v) {
            if (flag(plan.start, 1 + v) && header.config.x2apic_capable.value()) {
                vp.vtl[v].apic_base = vp.vtl[v].apic_base | model::apic_base_extd;
            }
        }
        if (flag(plan.start, 3)) {
            vp.vtl[1].synic.simp = 0x5001;
            vp.vtl[1].synic.sint[0] = flag(plan.start, 4) ? 0x40031 : 0x31;
        }
    }
    return header;
}

std::uint64_t ExitGenerator::word() {
    switch (random_.below(8)) {
    case 0:
    case 1:
        return random_.of(edges);
    case 2:
        return std::uint64_t{1} << random_.below(64);
    case 3:
        return random_.next() & 0xFFF;
    default:
        return random_.next();
    }
}

std::uint32_t ExitGenerator::msr_number(bool write) {
    const auto in_row = [&](const model::MsrRow& row) { return row.first + random_.below(row.last - row.first + 1); };
    // Three quarters of the accesses follow the focus, so that no focus starves the rest.
    if (random_.chance(75)) {
        switch (plan_.focus) {
        case Focus::values:
            if (write) {
                return random_.of(value_ruled);
            }
            break;
        case Focus::interception:
            return random_.of(claimable);
        case Focus::apic:
            return random_.chance(25)   ? 0x1B
                   : random_.chance(20) ? 0x40000070 + random_.below(4)
                                        : 0x800 + random_.below(random_.chance(80) ? 0x40 : 0x100);
        case Focus::unknown:
            return random_.chance(50) ? in_row(model::msr_table[random_.below(model::unlisted_row)])
                                      : static_cast<std::uint32_t>(random_.next());
        default:
            break;
        }
    }
    switch (random_.below(16)) {
    case 0: { // the neighbours of a row
        const auto& row = model::msr_table[random_.below(model::unlisted_row)];
        return random_.chance(50) ? row.first - 1 : row.last + 1;
    }
    case 1:
        return static_cast<std::uint32_t>(random_.next());
    case 2:
        return random_.below(0x2000) | (random_.chance(50) ? 0xC0000000 : 0);
    case 3:
        return in_row(model::msr_table[random_.below(model::unlisted_row)]);
    default:
        return in_row(model::msr_table[random_.of(behaving_rows)]);
    }
}

std::uint64_t ExitGenerator::msr_value(std::uint32_t msr) {
    if (random_.chance(15)) {
        return word();
    }
    const auto page = [&] { return (random_.next() & 0xFFFFFFF000) | random_.below(2); };
    switch (model::msr_table[model::row_index(msr)].write) {
    case WriteRule::apic_base: {
        std::uint64_t value = 0xFEE00000 | (random_.next() & 0xD00);
        if (random_.chance(20)) {
            value ^= std::uint64_t{1} << random_.below(64);
        }
        return value;
    }
    case WriteRule::efer: {
        std::uint64_t value = random_.next() & 0xD01;
        value |= random_.chance(80) ? model::efer_nxe : 0;
        return random_.chance(15) ? value ^ (std::uint64_t{1} << random_.below(64)) : value;
    }
    case WriteRule::lstar:
    case WriteRule::cstar:
    case WriteRule::sysenter_esp:
    case WriteRule::sysenter_eip: { // both sides of both widths
        const unsigned width = random_.chance(50) ? 48 : 57;
        const auto extended =
            static_cast<std::uint64_t>(static_cast<std::int64_t>(random_.next() << (64 - width)) >> (64 - width));
        return random_.chance(30) ? extended ^ (std::uint64_t{1} << (width - 1 + random_.below(64 - width + 1)))
                                  : extended;
    }
    case WriteRule::pat: {
        static constexpr std::array<std::uint8_t, 6> types{0, 1, 4, 5, 6, 7};
        std::uint64_t value = 0;
        for (unsigned i = 0; i < 8; ++i) {
            value |= static_cast<std::uint64_t>(random_.of(types)) << (8 * i);
        }
        return random_.chance(30) ? value ^ (std::uint64_t{1} << random_.below(64)) : value;
    }
    case WriteRule::xss:
        return random_.next() & (random_.chance(70) ? 0x1C00 : 0x3FFF);
    case WriteRule::sfmask:
    case WriteRule::tsc_aux:
    case WriteRule::sysenter_cs:
        return random_.chance(70) ? random_.next() & 0xFFFFFFFF : random_.next();
    case WriteRule::hypercall:
    case WriteRule::reference_tsc:
    case WriteRule::vp_assist:
    case WriteRule::siefp:
    case WriteRule::simp:
        // The lock bit of HYPERCALL ends all writes to it, so it is rare.
        return page() | (random_.chance(10) ? random_.next() & 0xFFE : 0) | (random_.chance(3) ? 2U : 0U);
    case WriteRule::sint:
        return (random_.next() & 0xFF) | (random_.chance(40) ? random_.next() & 0x150000 : 0);
    case WriteRule::hv_tpr:
        return random_.next() & 0x1FF;
    case WriteRule::stimer_config:
        return random_.next() & 0xFF;
    case WriteRule::bios_sign_id:
    case WriteRule::mcg_status:
        return random_.below(10);
    default:
        return word();
    }
}

void ExitGenerator::l2_exit(ConcreteExit& exit) {
    const bool decoding = plan_.focus == Focus::decoding && random_.chance(50);
    const std::uint32_t odd = decoding ? 30 : 1; // percent of exits with something out of the ordinary in each place

    const std::uint32_t pick = random_.below(100);
    const std::uint32_t tdcalls = plan_.focus == Focus::tdvmcall ? 70 : 8;
    std::uint32_t reason = pick < tdcalls       ? model::reason_tdcall
                           : random_.chance(50) ? model::reason_rdmsr
                                                : model::reason_wrmsr;
    std::uint32_t status = 0;
    if (random_.chance(odd)) {
        static constexpr std::array<std::uint32_t, 12> statuses{0x1100, 0x1101, 0x1101, 0x1102, 0x1103,     0x10FF,
                                                                0x111F, 0x1120, 0x1121, 1,      0x80000000, 0xFFFFFFFF};
        status = random_.of(statuses);
        if (status == 0x1101 && random_.chance(50)) {
            reason = model::reason_tdcall;
        }
    }
    if (random_.chance(odd)) {
        reason = random_.below(80);
    }
    if (random_.chance(odd)) {
        reason |= static_cast<std::uint32_t>(random_.next()) & (random_.chance(30) ? 0xFFFF0000 : 0x7FFF0000);
    }
    exit.info[model::info_rax] = (static_cast<std::uint64_t>(status) << 32U) | reason;
    // Registers that must not be looked at hold garbage: reading the wrong one shows.
    for (const auto unused :
         {model::info_rcx, model::info_rdx, model::info_r8, model::info_r9, model::info_r10, model::info_r13}) {
        exit.info[unused] = random_.next();
    }
    exit.info[model::info_rsi] =
        (random_.next() & ~std::uint64_t{0x20000000}) | (random_.chance(80) ? 0x20000000U : 0U);
    exit.info[model::info_rdi] = random_.next();
    const std::uint32_t length = random_.chance(90) ? (reason == model::reason_tdcall ? 4 : 2) : random_.below(16);
    exit.info[model::info_r11] = (static_cast<std::uint64_t>(length) << 32U) | (random_.next() & 0xFFFFFFFF);
    exit.info[model::info_r12] =
        (random_.next() & ~std::uint64_t{3}) | (random_.chance(decoding ? 20 : 2) ? random_.below(4) : 0);

    for (auto& gpr : exit.gpr) {
        gpr = random_.next();
    }
    const bool write = reason == model::reason_wrmsr;
    if ((reason & 0xFFFF) == model::reason_tdcall) {
        exit.gpr[model::rax] = random_.chance(95) ? 0 : word();
        const std::uint32_t kind = random_.below(20);
        if (kind < 16) {
            exit.gpr[model::r10] = 0;
            exit.gpr[model::r11] = kind < 8 ? 0x1F : 0x20;
            if (random_.chance(3)) { // a sub-function that only looks right in its low half
                exit.gpr[model::r11] = exit.gpr[model::r11] | (std::uint64_t{1} << (16 + random_.below(48)));
            }
            const std::uint32_t msr = random_.chance(60) ? random_.of(tdvmcall_msrs) : msr_number(true);
            exit.gpr[model::r12] = (random_.next() << 32U) | msr;
            exit.gpr[model::r13] = msr_value(msr);
        } else if (kind < 18) {
            exit.gpr[model::r10] = (random_.next() & ~std::uint64_t{0xFFFF}) |
                                   (random_.chance(80) ? 0x5C + random_.below(3) : random_.below(0x10000));
        } else {
            exit.gpr[model::r10] = random_.chance(50) ? 0 : word();
            exit.gpr[model::r11] = word();
        }
    } else {
        const std::uint32_t msr = msr_number(write);
        const std::uint64_t value = msr_value(msr);
        exit.gpr[model::rcx] = (random_.next() << 32U) | msr;
        exit.gpr[model::rax] = (random_.next() << 32U) | (value & 0xFFFFFFFF);
        exit.gpr[model::rdx] = (random_.next() << 32U) | (value >> 32U);
    }
}

void ExitGenerator::next(ConcreteExit& exit) {
    now_ += random_.chance(70) ? random_.below(2000) : random_.next() & 0x3FFFFFFF;
    exit = ConcreteExit{};
    exit.now = now_;
    exit.vp = random_.below(plan_.vps);
    const bool has_vtl1 = (plan_.start & 1U) != 0;
    exit.vtl1 = Bool(random_.chance(has_vtl1 ? 40 : 3));
    static constexpr std::array<std::uint64_t, 6> cr0_values{0x80050033, 0x80050033, 0x80050033,
                                                             0x33,       0x10,       0x80000010};
    exit.cr0 = random_.chance(90) ? random_.of(cr0_values) : random_.next();
    exit.rflags = random_.chance(80) ? random_.next() & ~std::uint64_t{0x100} : random_.next() | 0x100;
    exit.rip = random_.chance(25)   ? static_cast<std::uint64_t>(0) - random_.below(20)
               : random_.chance(30) ? 0x100000000 - random_.below(20)
                                    : random_.next();
    exit.interruptibility = random_.chance(30) ? static_cast<std::uint32_t>(random_.next()) : random_.below(4);
    exit.pending_debug = random_.chance(30) ? random_.next() : 0;
    exit.apic_fault = Bool(random_.chance(25));
    exit.apic_value = random_.next();
    exit.page_refused = Bool(random_.chance(25));
    exit.slot_busy = Bool(random_.chance(30));
    exit.reference_time = random_.next();
    exit.hypercall_result = random_.next();

    const std::uint32_t controls = plan_.focus == Focus::interception ? 20 : plan_.focus == Focus::apic ? 8 : 3;
    if (!random_.chance(controls)) {
        l2_exit(exit);
        return;
    }
    for (auto& gpr : exit.gpr) {
        gpr = random_.next();
    }
    switch (random_.below(10)) {
    case 0:
    case 1:
        exit.kind = static_cast<std::uint8_t>(model::Kind::set_apic_offload);
        exit.argument = random_.next();
        break;
    case 2:
        exit.kind = static_cast<std::uint8_t>(model::Kind::enable_vtl1);
        break;
    case 3:
        exit.kind = static_cast<std::uint8_t>(random_.chance(20) ? model::kind_count + random_.below(252) : 1U);
        exit.argument = random_.next();
        break;
    default: {
        exit.kind = static_cast<std::uint8_t>(model::Kind::set_intercept_control);
        exit.vtl1 = Bool(random_.chance(95));
        std::uint64_t control = random_.next() & model::intercept_control_allowed;
        control = random_.chance(20) ? model::intercept_control_allowed : random_.chance(10) ? 0 : control;
        exit.argument = random_.chance(15) ? control | (std::uint64_t{1} << random_.below(64)) : control;
        break;
    }
    }
}

conformance::Trace trace_of(const Plan& plan) {
    conformance::Trace trace;
    static_cast<conformance::TraceHeader&>(trace) = header_of(plan);
    ExitGenerator generator(plan);
    trace.steps.resize(plan.length);
    for (auto& step : trace.steps) {
        generator.next(step.exit);
    }
    return trace;
}

} // namespace vtlcheck::proptests
