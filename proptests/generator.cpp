#include "proptests/generator.hpp"

#include "model/register_table.hpp"

#include <bit>

namespace vtlcheck::proptests {
namespace {

using model::Concrete;
using model::ConcreteExit;
using model::RegisterRule;
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

// Registers with a get or set of their own, and the rows of each class: a class of one register is drawn as often as
// one of many.
constexpr std::size_t ruled_count = [] {
    std::size_t n = 0;
    for (const auto& row : model::register_table) {
        n += row.rule != RegisterRule::none ? 1U : 0U;
    }
    return n;
}();
struct ClassRows {
    std::array<std::uint16_t, model::register_table.size()> rows{};
    std::array<std::uint16_t, model::register_class_count + 1U> first{};
};
constexpr auto class_rows = [] {
    ClassRows all{};
    std::uint16_t n = 0;
    for (std::uint8_t c = 0; c < model::register_class_count; ++c) {
        all.first[c] = n;
        for (std::size_t i = 0; i < model::register_table.size(); ++i) {
            if (model::register_table[i].register_class == static_cast<model::RegisterClass>(c)) {
                all.rows[n++] = static_cast<std::uint16_t>(i);
            }
        }
    }
    all.first.back() = n;
    return all;
}();
constexpr auto ruled_rows = [] {
    std::array<std::uint16_t, ruled_count> rows{};
    std::size_t n = 0;
    for (std::size_t i = 0; i < model::register_table.size(); ++i) {
        if (model::register_table[i].rule != RegisterRule::none) {
            rows[n++] = static_cast<std::uint16_t>(i);
        }
    }
    return rows;
}();

/// Mode of a CPU with paging, of 64-bit code and not.
constexpr std::array<std::uint64_t, 8> cr0_values{0x80050033, 0x80050033, 0x80050033, 0x80010031,
                                                  0x33,       0x10,       0x80000011, 0x60000010};
constexpr std::array<std::uint64_t, 8> cr4_values{0x20, 0x6A0, 0x406E0, 0x3506E0, 0x8406E0, 0x426A0, 0x16A0, 0};
constexpr std::array<std::uint64_t, 8> xcr0_values{1, 3, 7, 0x1B, 0x1F, 0xE7, 0x602E7, 0x207};
constexpr std::uint64_t cr0_mask_values = 0x80050033; ///< what is worth claiming of CR0

/// A plain context that can be entered.
model::Context<Concrete> real_mode_context() {
    constexpr std::uint64_t data = 0x0093'0000'0000FFFF;
    model::Context<Concrete> context;
    context.rip = 0x1000;
    context.rflags = 2;
    context.efer = model::efer_nxe;
    context.cr0 = model::cr0_et;
    context.pat = 0x0007040600070406;
    context.rest = {0x0093'F000'0000FFFF, data, data, data, data, data, 0x008B'0040'00000067, 0};
    return context;
}

} // namespace

rc::Gen<Plan> arbitrary_plan() {
    // element() draws all values alike at every size and shrinks towards the first; inRange() would start small.
    using model::Isolation;
    return rc::gen::build<Plan>(
        rc::gen::set(&Plan::seed, rc::gen::resize(rc::kNominalSize, rc::gen::arbitrary<std::uint64_t>())),
        rc::gen::set(&Plan::length, rc::gen::element<std::uint32_t>(1, 2, 3, 5, 10, 30, 100, 200, 400, 400, 400)),
        rc::gen::set(&Plan::vps, rc::gen::element<std::uint32_t>(1, 2, 2, 3, 4)),
        // The privilege half has most of the cells.
        rc::gen::set(&Plan::focus, rc::gen::element(Focus::even, Focus::values, Focus::interception, Focus::apic,
                                                    Focus::tdvmcall, Focus::decoding, Focus::unknown, Focus::registers,
                                                    Focus::registers, Focus::vtl, Focus::vtl, Focus::tables,
                                                    Focus::host, Focus::host, Focus::host, Focus::audit, Focus::log)),
        rc::gen::set(&Plan::start, rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint32_t>(0, start_count))),
        rc::gen::set(&Plan::config,
                     rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::uint32_t>(0, config_count))),
        rc::gen::set(&Plan::isolation, rc::gen::element(Isolation::tdx, Isolation::tdx, Isolation::none, Isolation::vbs,
                                                        Isolation::snp, Isolation::snp, Isolation::cca)));
}

namespace {

/// The limits of the log budget that a plan calls for: of the sites, of the partition.
std::array<model::BucketLimit<Concrete>, 2> log_limits_of(const Plan& plan) {
    switch ((plan.config >> 8U) & 3U) {
    case 1:
        return {{{.burst = 2, .interval = 1'000}, {.burst = 12, .interval = 1'500}}};
    case 2:
        return {{{.burst = 1, .interval = model::log_interval_max},
                 {.burst = model::log_reserve + 1, .interval = model::log_interval_max}}};
    case 3:
        return {{{.burst = model::log_burst_max, .interval = model::log_interval_min},
                 {.burst = model::log_burst_max, .interval = model::log_interval_min}}};
    default: {
        const model::ConcreteConfig config;
        return {{{.burst = config.log_burst, .interval = config.log_interval},
                 {.burst = config.log_total_burst, .interval = config.log_total_interval}}};
    }
    }
}

} // namespace

ExitGenerator::ExitGenerator(const Plan& plan) : plan_(plan), random_(plan.seed) {
    const auto limits = log_limits_of(plan);
    intervals_ = {limits[0].interval.value(), limits[1].interval.value()};
}

conformance::TraceHeader header_of(const Plan& plan) {
    conformance::TraceHeader header;
    const auto flag = [](std::uint32_t bits, unsigned n) { return ((bits >> n) & 1U) != 0; };
    auto& config = header.config;
    config.la57 = Bool(flag(plan.config, 0));
    config.x2apic_capable = Bool(!flag(plan.config, 1));
    config.tsc_aux = Bool(!flag(plan.config, 2));
    config.untrusted_synic = Bool(flag(plan.config, 3) || plan.focus == Focus::tdvmcall || plan.focus == Focus::log);
    config.xss_supported = flag(plan.config, 4) ? 0x1800 : 0x1FFF;
    config.access_vsm = Bool(!flag(plan.config, 5));
    config.xcr0_supported = flag(plan.config, 6) ? 0x1F : 0x602FF;
    config.cr4_allowed = flag(plan.config, 7) ? 0x350FFF : 0xB71FFF;
    const auto limits = log_limits_of(plan);
    config.log_burst = limits[0].burst;
    config.log_interval = limits[0].interval;
    config.log_total_burst = limits[1].burst;
    config.log_total_interval = limits[1].interval;
    config.isolation = static_cast<std::uint8_t>(plan.isolation);
    config.vps = plan.vps;
    header.vps = plan.vps;
    auto& start = header.start;
    start = conformance::InitialState::reset(plan.vps);
    const bool vtl1 = flag(plan.start, 0);
    const std::uint32_t without = (plan.start >> 5U) & 3U;
    const auto vsm = vtl1 || without == 1 ? model::GuestVsm::enabled
                     : without == 2       ? model::GuestVsm::unsupported
                                          : model::GuestVsm::not_enabled;
    start.vsm.guest_vsm = static_cast<std::uint8_t>(vsm);
    start.vsm.vtl1_on_any_vp = Bool(vtl1);
    if (vsm == model::GuestVsm::enabled) {
        start.vsm.mbec = Bool(flag(plan.start, 7));
        start.vsm.partition_config = flag(plan.start, 8) ? 0x5F : 0x1E;
    }
    for (std::uint32_t i = 0; i < plan.vps; ++i) {
        auto& vp = start.vp[i];
        if (vtl1 && (i == 0 || !flag(plan.start, 10))) {
            vp.shared.vtl1_present = Bool(true);
            vp.slot.enable_called = Bool(true);
            if (flag(plan.start, 9)) {
                vp.shared.intercept_control = model::intercept_control_allowed;
                vp.shared.cr0_mask = ~std::uint64_t{0};
                vp.shared.cr4_mask = ~std::uint64_t{0};
            }
        }
        if (i + 1 == plan.vps && i != 0 && flag(plan.start, 11)) {
            vp.slot.started = Bool(true);
            vp.slot.start_pending = Bool(true);
            vp.slot.start = real_mode_context();
            // Such a slot comes after the VP's enable slot, so no call makes it on a VP without VTL1 state.
            if (vtl1 && flag(plan.start, 12)) {
                vp.slot.start_vtl1 = Bool(true);
                vp.slot.enable_called = Bool(true);
            }
        }
        for (unsigned v = 0; v < 2; ++v) {
            if (flag(plan.start, 1 + v) && config.x2apic_capable.value()) {
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

std::uint64_t ExitGenerator::mostly(std::uint64_t value, std::uint32_t percent) {
    return random_.chance(percent) ? value ^ (std::uint64_t{1} << random_.below(64)) : value;
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
        case Focus::log: // few numbers, so that counts grow, and now and then more than the census has entries for
            return random_.chance(12)   ? 0x40000105 // a crash
                   : random_.chance(70) ? 0x1D9 + random_.below(2)
                   : random_.chance(60) ? 0x4B000000 + random_.below(6)
                                        : 0x4B000000 + random_.below(60);
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

/// Canonical for one of both widths, or just not.
std::uint64_t ExitGenerator::linear() {
    const unsigned width = random_.chance(50) ? 48 : 57;
    const auto extended =
        static_cast<std::uint64_t>(static_cast<std::int64_t>(random_.next() << (64 - width)) >> (64 - width));
    return random_.chance(30) ? extended ^ (std::uint64_t{1} << (width - 1 + random_.below(64 - width + 1))) : extended;
}

std::uint64_t ExitGenerator::cr0_value() { return mostly(random_.of(cr0_values), 20); }
std::uint64_t ExitGenerator::cr4_value() { return mostly(random_.of(cr4_values), 20); }
std::uint64_t ExitGenerator::xcr0_value() { return mostly(random_.of(xcr0_values), 20); }

std::uint64_t ExitGenerator::control_word() {
    std::uint64_t control = random_.next() & model::intercept_control_allowed;
    control = random_.chance(20) ? model::intercept_control_allowed : random_.chance(10) ? 0 : control;
    return random_.chance(15) ? control | (std::uint64_t{1} << random_.below(64)) : control;
}

std::uint64_t ExitGenerator::msr_value(WriteRule rule) {
    if (random_.chance(15)) {
        return word();
    }
    const auto page = [&] { return (random_.next() & 0xFFFFFFF000) | random_.below(2); };
    switch (rule) {
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
    case WriteRule::sysenter_eip:
        return linear();
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

const model::RegisterRow& ExitGenerator::class_row(std::uint32_t register_class) {
    const std::uint32_t first = class_rows.first[register_class];
    const std::uint32_t count = class_rows.first[register_class + 1] - first;
    return model::register_table[class_rows.rows[first + random_.below(count)]];
}

/// Names a register, with a value near the line that its rule draws. `guest`: for Get and Set, which serve few names.
void ExitGenerator::name_register(ConcreteExit& exit, bool guest) {
    const std::uint32_t how = random_.below(100);
    // VsmPartitionConfig, VsmVpSecureConfigVtl0, VsmVina, PendingEvent0, VpAssistPage, Xfem, Cr8: clauses of their own.
    static constexpr std::array<std::uint32_t, 8> rare{0x000D0007, 0x000D0007, 0x000D0010, 0x000D0005,
                                                       0x00010004, 0x00090013, 0x00040005, 0x00040004};
    const model::RegisterRow& row = how < (guest ? 45U : 25U) ? model::register_table[random_.of(ruled_rows)]
                                    : how < (guest ? 88U : 92U)
                                        ? class_row(random_.below(model::register_class_count))
                                        : model::register_table[model::register_index(random_.of(rare))];
    exit.name = how >= 96 ? static_cast<std::uint32_t>(row.code + random_.next()) : row.code;
    exit.value_high = random_.next();
    if (random_.chance(5)) {
        exit.value = word();
        return;
    }
    const auto low32 = [&] { return random_.chance(80) ? random_.next() & 0xFFFFFFFF : random_.next(); };
    const auto of_msr = [&](WriteRule rule) { exit.value = msr_value(rule); };
    switch (how >= 96 ? RegisterRule::none : row.rule) {
    case RegisterRule::rip:
    case RegisterRule::interrupt_ssp_table:
    case RegisterRule::lstar:
    case RegisterRule::cstar:
    case RegisterRule::sysenter_esp:
    case RegisterRule::sysenter_eip:
        exit.value = linear();
        break;
    case RegisterRule::rflags:
        exit.value = mostly((random_.next() & (random_.chance(80) ? 0x3D7FD7 : 0x3F7FD7)) | 2);
        break;
    case RegisterRule::cr0:
        exit.value = cr0_value() | (random_.chance(20) ? model::cr0_reserved_low : 0);
        break;
    case RegisterRule::cr4:
        exit.value = cr4_value();
        break;
    case RegisterRule::cr8:
        exit.value = random_.below(18);
        break;
    case RegisterRule::dr7:
        exit.value = low32();
        break;
    case RegisterRule::ldtr:
    case RegisterRule::tr:
        exit.value = linear();
        exit.value_high = mostly(row.rule == RegisterRule::tr ? 0x008B'0040'00000067 : 0x0082'0048'00000FFF, 40);
        break;
    case RegisterRule::table:
        exit.value = random_.next();
        exit.value_high = linear();
        break;
    case RegisterRule::s_cet:
        exit.value = linear() & ~std::uint64_t{random_.chance(80) ? 0xBC0U : 0U};
        break;
    case RegisterRule::pl_ssp:
        exit.value = linear() & ~std::uint64_t{random_.chance(70) ? 3U : 0U};
        break;
    case RegisterRule::xfem:
        exit.value = xcr0_value();
        break;
    case RegisterRule::efer:
        of_msr(WriteRule::efer);
        break;
    case RegisterRule::pat:
        of_msr(WriteRule::pat);
        break;
    case RegisterRule::sysenter_cs:
    case RegisterRule::sfmask:
    case RegisterRule::tsc_aux:
        exit.value = low32();
        break;
    case RegisterRule::xss:
        of_msr(WriteRule::xss);
        break;
    case RegisterRule::apic_base:
        of_msr(WriteRule::apic_base);
        break;
    case RegisterRule::sint:
        of_msr(WriteRule::sint);
        break;
    case RegisterRule::sifp:
    case RegisterRule::sipp:
    case RegisterRule::vp_assist:
        of_msr(WriteRule::vp_assist);
        break;
    case RegisterRule::stimer_config:
        of_msr(WriteRule::stimer_config);
        break;
    case RegisterRule::pending_event: {
        static constexpr std::array<std::uint8_t, 10> vectors{0, 3, 4, 6, 8, 13, 14, 14, 17, 21};
        const std::uint64_t vector = random_.chance(85) ? random_.of(vectors) : random_.below(40);
        const std::uint64_t code = vector >= 8 && random_.chance(60) ? 0x100 : 0;
        exit.value = mostly((random_.next() << 32U) | (vector << 16U) | code | 1);
        break;
    }
    case RegisterRule::vina:
        exit.value = random_.next() & (random_.chance(75) ? 0x7FF : 0xFFF);
        break;
    case RegisterRule::partition_config: {
        const std::uint64_t execute = random_.chance(50) ? 0x18 : random_.next() & 0x18;
        exit.value = mostly((random_.next() & 0x61) | 6 | execute);
        exit.page_refused = Bool(random_.chance(75)); // once it is set it can hardly be refused
        break;
    }
    case RegisterRule::secure_config:
        exit.value = mostly(random_.next() & 3);
        break;
    case RegisterRule::intercept_control:
        exit.value = control_word();
        break;
    case RegisterRule::cr0_mask:
        exit.value = random_.chance(50) ? random_.next() & cr0_mask_values : word();
        break;
    default:
        exit.value = word();
        break;
    }
}

/// What the hypervisor answers, `entries` completed being right. It is not trusted.
void ExitGenerator::answer(ConcreteExit& exit, std::uint32_t entries) {
    exit.answer_count = entries;
    exit.answer_value = random_.chance(40) ? random_.next() & 0x20001 : word();
    if (random_.chance(45)) {
        return;
    }
    static constexpr std::array<std::uint16_t, 6> statuses{2, 5, 6, 0x71, 0x78, 0xFFFF};
    static constexpr std::array<std::uint32_t, 8> timeouts{1, 7, 8, 8, 9, 9, 10, 0xFFFFFFFF};
    if (random_.chance(30)) {
        exit.answer_status = random_.of(statuses);
    }
    if (random_.chance(30)) {
        exit.answer_count = random_.chance(50) ? 1 - entries : static_cast<std::uint32_t>(random_.next());
    }
    if (random_.chance(60)) {
        exit.answer_timeouts = random_.of(timeouts);
    }
}

/// A context that can be entered; in some cases one thing about it is wrong.
void ExitGenerator::context(model::Context<Concrete>& c) {
    using namespace model;
    const std::uint32_t mode = random_.below(8); // 0 real, 1 protected, others long
    c.rip = random_.next() & 0x7FFFFFFFFFFF;
    c.rsp = random_.next();
    c.rflags = (random_.next() & 0x3D7FD7) | 2;
    c.efer = mode >= 2 ? 0x901 | (random_.next() & 0x400) : 0x800;
    c.cr0 = (mode >= 2 ? 0x80050033 : mode == 1 ? 0x31 : 0x10) | (random_.next() & cr0_reserved_low);
    c.cr3 = random_.next() & 0xFFFFFFFFFFFFF;
    c.cr4 = mode >= 2 ? 0x6A0 : 0;
    c.pat = 0x0007040600070406;
    c.idtr_base = random_.next() & 0x7FFFFFFFFFFF;
    c.gdtr_base = random_.next() & 0x7FFFFFFFFFFF;
    c.idtr_limit = static_cast<std::uint32_t>(random_.next());
    c.gdtr_limit = static_cast<std::uint32_t>(random_.next());
    const std::uint64_t code = mode >= 2   ? 0xA09B'0010'FFFFFFFF
                               : mode == 1 ? 0xC09B'0010'FFFFFFFF
                                           : 0x0093'F000'0000FFFF;
    const std::uint64_t data = mode == 0 ? 0x0093'0000'0000FFFF : 0xC093'0018'FFFFFFFF;
    c.rest = {code, data, data, data, data, data, 0x008B'0040'00000067, random_.chance(50) ? 0 : 0x0082'0048'00000FFF};
    c.base[seg_fs] = random_.next() & 0x7FFFFFFFFFFF;
    c.base[seg_gs] = random_.next() & 0x7FFFFFFFFFFF;
    c.base[seg_tr] = random_.next() & 0x7FFFFFFFFFFF;
    if (!random_.chance(35)) {
        return;
    }
    const auto flip = [&](auto& field, unsigned bits) { field = field ^ (std::uint64_t{1} << random_.below(bits)); };
    switch (random_.below(16)) {
    case 0:
        return flip(c.rip, 64);
    case 1:
        return flip(c.rflags, 64);
    case 2:
        return flip(c.efer, 64);
    case 3:
        return flip(c.cr0, 64);
    case 4:
        return flip(c.cr3, 64);
    case 5:
        return flip(c.cr4, 64);
    case 6:
        return flip(c.pat, 64);
    case 7:
        return flip(random_.chance(50) ? c.idtr_base : c.gdtr_base, 64);
    case 8:
    case 9:
        return flip(c.base[random_.below(segment_count)], 64);
    case 10: { // the type of a segment: one bit would not reach the types next to the right ones
        auto& segment = c.rest[random_.below(segment_count)];
        segment = (segment & ~(std::uint64_t{0xF} << 48U)) | (std::uint64_t{random_.below(16)} << 48U);
        return;
    }
    case 11: // the privileges that CS and SS have to share, right or wrong
        c.rest[seg_cs] = (c.rest[seg_cs] & ~(std::uint64_t{0xF} << 48U)) |
                         (std::uint64_t{random_.chance(80) ? 9 + 2 * random_.below(4) : 3U} << 48U);
        for (const Segment segment : {seg_cs, seg_ss}) {
            c.rest[segment] = (c.rest[segment] & ~(std::uint64_t{3} << 53U)) | (std::uint64_t{random_.below(3)} << 53U);
        }
        return;
    default: // limits and attributes
        return flip(c.rest[random_.below(segment_count)], 64);
    }
}

void ExitGenerator::register_call(ConcreteExit& exit) {
    const bool set = random_.chance(50);
    const std::uint64_t code = set ? model::hvcall_set_vp_registers : model::hvcall_get_vp_registers;
    const bool fast = random_.chance(50);
    std::uint64_t count = 1;
    std::uint64_t start = 0;
    if (random_.chance(25)) {
        count = 1 + random_.below(fast ? (set ? 4 : 6) : 130);
        start = random_.below(static_cast<std::uint32_t>(count) + 1);
    }
    exit.gpr[model::rcx] = code | (fast ? 0x10000U : 0U) | (count << 32U) | (start << 48U);
    exit.gpr[model::rdx] = random_.next() & ~std::uint64_t{count == 1 ? 0xC07U : 0xFFFU};
    exit.gpr[model::r8] = random_.next() & ~std::uint64_t{count == 1 ? 0xC07U : 0xFFFU};
    if (random_.chance(4)) { // a call of another shape
        const std::array<model::Gpr, 3> places{model::rcx, model::rdx, model::r8};
        auto& place = exit.gpr[random_.of(places)];
        place = place ^ (std::uint64_t{1} << random_.below(64));
    }
    exit.input_unreadable = Bool(random_.chance(2));
    const bool vtl1 = exit.vtl1.value();
    exit.partition_id = model::partition_id_self;
    exit.target_vp = random_.chance(60) ? model::vp_index_self : exit.vp.value();
    if (random_.chance(25)) { // a header that is refused, for every class of register
        const std::uint32_t wrong = random_.below(100);
        if (wrong < 20) {
            exit.partition_id = word();
        } else if (wrong < 40) {
            exit.target_vp = random_.chance(90) ? plan_.vps + random_.below(2) : static_cast<std::uint32_t>(word());
        } else if (wrong < 92) {
            exit.target_vp = random_.below(plan_.vps);
        }
        exit.target_vtl = random_.chance(50)   ? 0x10U + random_.below(3)
                          : random_.chance(80) ? static_cast<std::uint32_t>(random_.next()) | 0x20
                                               : 0x10U + random_.below(16);
        exit.name = class_row(random_.below(model::register_class_count)).code;
        return;
    }
    const std::uint32_t lower = plan_.focus == Focus::audit ? 70 : 50;
    const std::uint32_t pick = random_.below(100);
    exit.target_vtl = pick < 3       ? 0x10U + random_.below(4)
                      : pick < lower ? (vtl1                 ? 0x10U
                                        : random_.chance(90) ? 0x10U
                                                             : 0x11U)
                      : pick < 90    ? (vtl1 ? 0x11U : 0x10U)
                                     : random_.below(16);
    name_register(exit, true);
    exit.module_refused = Bool(random_.chance(20));
    exit.register_value = random_.next();
    exit.register_value_high = random_.next();
}

void ExitGenerator::vtl_call(ConcreteExit& exit) {
    // The shape is right in most cases: what the calls decide comes after it.
    const auto shape = [&](std::uint64_t code, bool may_be_fast) {
        const bool fast = may_be_fast ? random_.chance(50) : random_.chance(2);
        exit.gpr[model::rcx] = code | (fast ? 0x10000U : 0U);
        exit.gpr[model::rdx] = random_.next() & ~std::uint64_t{0x807};
        if (random_.chance(3)) {
            auto& place = exit.gpr[random_.chance(70) ? model::rcx : model::rdx];
            place = place ^ (std::uint64_t{1} << random_.below(64));
        }
        exit.input_unreadable = Bool(random_.chance(2));
        exit.partition_id = random_.chance(95) ? model::partition_id_self : word();
    };
    switch (random_.below(9)) {
    case 0: {
        shape(model::hvcall_enable_partition_vtl, true);
        exit.target_vtl = random_.chance(92) ? 1U : static_cast<std::uint32_t>(random_.next()) & 0x13;
        exit.flags = random_.chance(92) ? random_.below(2) : static_cast<std::uint32_t>(random_.next()) & 0xFF;
        answer(exit, 0);
        break;
    }
    case 1:
    case 2:
    case 3:
        shape(model::hvcall_enable_vp_vtl, false);
        exit.target_vtl = random_.chance(94) ? 1U : static_cast<std::uint32_t>(random_.next()) & 0x13;
        exit.target_vp = random_.chance(50)   ? model::vp_index_self
                         : random_.chance(94) ? random_.below(plan_.vps)
                                              : random_.below(plan_.vps + 2);
        context(exit.context);
        answer(exit, 0);
        break;
    case 4:
    case 5:
        shape(model::hvcall_start_virtual_processor, false);
        exit.target_vtl = random_.chance(90) ? random_.below(2) : static_cast<std::uint32_t>(random_.next()) & 0x13;
        exit.target_vp = random_.chance(90)   ? random_.below(plan_.vps)
                         : random_.chance(50) ? model::vp_index_self
                                              : random_.below(plan_.vps + 2);
        context(exit.context);
        break;
    default: {
        const bool vtl1 = exit.vtl1.value();
        const bool call = random_.chance(80) ? !vtl1 : vtl1;
        exit.gpr[model::rcx] = mostly(call ? model::hvcall_vtl_call : model::hvcall_vtl_return, 4);
        exit.gpr[model::rax] = random_.chance(90) ? (call ? 0 : random_.below(2)) : word();
        exit.assist_rax = random_.next();
        exit.assist_rcx = random_.next();
        break;
    }
    }
}

void ExitGenerator::hypercall(ConcreteExit& exit) {
    const std::uint32_t pick = random_.below(100);
    const std::uint32_t others = plan_.focus == Focus::registers || plan_.focus == Focus::vtl ? 3 : 8;
    if (pick < others) {
        // Codes next to each other, so that a hole in the list or a code too many shows.
        exit.gpr[model::rcx] =
            (random_.next() & ~std::uint64_t{0xFFFF}) | (random_.chance(60)   ? random_.below(0x120)
                                                         : random_.chance(50) ? 0x8000U + random_.below(4)
                                                                              : random_.below(0x10000));
        return;
    }
    const std::uint32_t vtl_calls = plan_.focus == Focus::vtl ? 80 : plan_.focus == Focus::registers ? 8 : 35;
    if (random_.chance(vtl_calls)) {
        vtl_call(exit);
    } else {
        register_call(exit);
    }
}

void ExitGenerator::cr_access(ConcreteExit& exit) {
    const std::uint32_t gpr = random_.below(16);
    const std::uint32_t pick = random_.below(100);
    const std::uint32_t access = pick < 76 ? 0 : pick < 84 ? 2 : pick < 96 ? 3 : 1;
    const std::uint32_t number = random_.chance(95) ? (random_.chance(50) ? 0 : 4) : random_.below(16);
    exit.info[model::info_rcx] =
        (random_.next() & ~std::uint64_t{0xF3F}) | number | (access << 4U) | (std::uint64_t{gpr} << 8U);
    const std::uint64_t current = number == 4 ? exit.cr4.value() : exit.cr0.value();
    exit.gpr[gpr] = random_.chance(50) ? current ^ (std::uint64_t{1} << random_.below(random_.chance(80) ? 32 : 64))
                    : number == 4      ? cr4_value()
                                       : cr0_value();
}

void ExitGenerator::xsetbv(ConcreteExit& exit) {
    const std::uint64_t value = xcr0_value();
    exit.gpr[model::rcx] = (random_.next() << 32U) | (random_.chance(92) ? 0 : random_.next() & 0xFFFFFFFF);
    exit.gpr[model::rax] = (random_.next() << 32U) | (value & 0xFFFFFFFF);
    exit.gpr[model::rdx] = (random_.next() << 32U) | (value >> 32U);
    if (random_.chance(75)) {
        exit.cr4 = exit.cr4 | model::cr4_osxsave;
    }
}

void ExitGenerator::tdcall(ConcreteExit& exit) {
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
        exit.gpr[model::r13] = msr_value(model::msr_table[model::row_index(msr)].write);
    } else if (kind < 18) {
        exit.gpr[model::r10] = (random_.next() & ~std::uint64_t{0xFFFF}) |
                               (random_.chance(80) ? 0x5C + random_.below(3) : random_.below(0x10000));
    } else {
        exit.gpr[model::r10] = random_.chance(50) ? 0 : word();
        exit.gpr[model::r11] = word();
    }
}

void ExitGenerator::msr_access(ConcreteExit& exit, bool write) {
    const std::uint32_t msr = msr_number(write);
    const std::uint64_t value = msr_value(model::msr_table[model::row_index(msr)].write);
    exit.gpr[model::rcx] = (random_.next() << 32U) | msr;
    exit.gpr[model::rax] = (random_.next() << 32U) | (value & 0xFFFFFFFF);
    exit.gpr[model::rdx] = (random_.next() << 32U) | (value >> 32U);
}

void ExitGenerator::l2_exit(ConcreteExit& exit) {
    const bool decoding = plan_.focus == Focus::decoding && random_.chance(50);
    const std::uint32_t odd = decoding ? 30 : 1; // percent of exits with something out of the ordinary in each place

    /// Percent of each reason; what is left are MSR accesses.
    struct Mix {
        std::uint32_t tdcall, vmcall, cr, xsetbv, tables;
    };
    static constexpr auto mixes = [] {
        std::array<Mix, focus_count> all{};
        all.fill({8, 6, 2, 1, 2});
        const auto set = [&](Focus focus, Mix mix) { all[static_cast<std::size_t>(focus)] = mix; };
        set(Focus::tdvmcall, {70, 4, 1, 1, 1});
        set(Focus::log, {15, 6, 2, 1, 2});
        set(Focus::registers, {1, 90, 2, 1, 1});
        set(Focus::vtl, {1, 80, 4, 1, 1});
        set(Focus::tables, {1, 14, 40, 15, 20});
        set(Focus::audit, {1, 85, 1, 1, 1});
        set(Focus::decoding, {8, 12, 8, 5, 8});
        return all;
    }();
    const Mix& mix = mixes[static_cast<std::size_t>(plan_.focus)];
    std::uint32_t pick = random_.below(100);
    const auto within = [&](std::uint32_t percent) {
        const bool hit = pick < percent;
        pick -= hit ? 0 : percent;
        return hit;
    };
    std::uint32_t reason = within(mix.tdcall)   ? model::reason_tdcall
                           : within(mix.vmcall) ? model::reason_vmcall
                           : within(mix.cr)     ? model::reason_cr_access
                           : within(mix.xsetbv) ? model::reason_xsetbv
                           : within(mix.tables) ? (random_.chance(50) ? model::reason_gdtr_idtr : model::reason_ldtr_tr)
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
        (random_.next() & ~std::uint64_t{3}) | (random_.chance(decoding ? 30 : 3) ? random_.below(4) : 0);

    for (auto& gpr : exit.gpr) {
        gpr = random_.next();
    }
    switch (reason & 0xFFFF) {
    case model::reason_tdcall:
        return tdcall(exit);
    case model::reason_vmcall:
        return hypercall(exit);
    case model::reason_cr_access:
        return cr_access(exit);
    case model::reason_xsetbv:
        return xsetbv(exit);
    default:
        return msr_access(exit, reason == model::reason_wrmsr);
    }
}

void ExitGenerator::host_access(ConcreteExit& exit) {
    exit.kind = static_cast<std::uint8_t>(model::Kind::host_access);
    exit.vtl1 = Bool(random_.chance(50));
    exit.origin = random_.chance(98) ? 2 + random_.below(2) : static_cast<std::uint32_t>(random_.next()) & 0xFF;
    exit.origin = random_.chance(20) ? Bv<8>(3) : exit.origin; // the kernel reaches less
    exit.operation = random_.chance(98) ? random_.below(2) : static_cast<std::uint32_t>(random_.next()) & 0xFF;
    name_register(exit, false);
    exit.module_refused = Bool(random_.chance(40));
    exit.register_value = random_.next();
    exit.register_value_high = random_.next();
    answer(exit, 1);
}

void ExitGenerator::special_request(ConcreteExit& exit) {
    exit.kind = static_cast<std::uint8_t>(model::Kind::special_request);
    exit.argument = random_.chance(75) ? random_.below(8) : random_.chance(90) ? random_.below(36) : word();
    exit.value = word();
    answer(exit, 1);
    // Around the lines of what each answer may hold.
    exit.answer_value = random_.chance(50)   ? random_.next() & 0x200000033
                        : random_.chance(50) ? (random_.next() & 0x21FFF) ^ (std::uint64_t{1} << random_.below(64))
                                             : exit.answer_value;
}

/// Mostly right: what they decide comes after the test of their shape.
void ExitGenerator::log_request(ConcreteExit& exit) {
    if (random_.chance(85)) {
        exit.kind = static_cast<std::uint8_t>(model::Kind::log_flush);
        exit.argument = random_.chance(60)   ? 1 + random_.below(2)
                        : random_.chance(90) ? 1 + random_.below(model::log_buckets)
                                             : (random_.chance(50) ? random_.next() : model::log_site_count);
        exit.argument = random_.chance(3) ? 0 : exit.argument;
        return;
    }
    exit.kind = static_cast<std::uint8_t>(model::Kind::log_limits);
    exit.argument = random_.chance(95) ? random_.below(2) : random_.next();
    const std::uint64_t most = model::log_burst_max + 1;
    exit.value = random_.chance(85)   ? 1 + random_.below(20)
                 : random_.chance(50) ? random_.next()
                                      : most * random_.below(2);
    exit.value_high = random_.chance(85)   ? model::log_interval_min + random_.below(5'000)
                      : random_.chance(50) ? model::log_interval_max + random_.below(2)
                                           : random_.next() & 0x3FFFFFFFFFF;
}

/// Bursts, the very ends of intervals, steps back, and the ends of time.
std::uint64_t ExitGenerator::hostile_time() {
    const std::uint64_t interval = random_.of(intervals_);
    switch (random_.below(32)) {
    case 0:
        return now_ - interval * random_.below(4) - random_.below(2);
    case 1:
        return random_.next();
    case 2: // the last intervals there are
        return ~std::uint64_t{0} - interval * random_.below(16) - random_.below(2);
    case 3:
        return random_.below(2);
    case 4:
    case 5:
        return now_ + interval - 1 + random_.below(3);
    case 6:
    case 7:
        return now_ + interval * (1 + random_.below(12)) - random_.below(2);
    case 8:
    case 9:
        return now_ + random_.below(3'000);
    case 10:
        return now_ + (random_.next() & 0x3FFFFFFF);
    default:
        return now_;
    }
}

void ExitGenerator::control(ConcreteExit& exit) {
    using model::Kind;
    for (auto& gpr : exit.gpr) {
        gpr = random_.next();
    }
    exit.argument = random_.next();
    if (random_.chance(plan_.focus == Focus::log ? 90 : 3)) {
        return log_request(exit);
    }
    const std::uint32_t host = plan_.focus == Focus::host ? 85 : plan_.focus == Focus::audit ? 40 : 30;
    if (random_.chance(host)) {
        return random_.chance(80) ? host_access(exit) : special_request(exit);
    }
    /// A kind of control request and its share.
    static constexpr std::array<Kind, 20> kinds{
        Kind::load_context,    Kind::load_context,    Kind::load_context,     Kind::load_context,
        Kind::load_context,    Kind::load_context,    Kind::set_apic_offload, Kind::set_apic_offload,
        Kind::deliver_message, Kind::deliver_message, Kind::deliver_message,  Kind::preempt,
        Kind::preempt,         Kind::preempt,         Kind::startup_ipi,      Kind::startup_ipi,
        Kind::startup_ipi,     Kind::drain_audit,     Kind::revoke_vsm,       Kind::revoke_vsm};
    const Kind kind = random_.of(kinds);
    exit.kind = static_cast<std::uint8_t>(kind);
    if (kind == Kind::startup_ipi && random_.chance(95)) {
        exit.argument = (random_.next() << 32U) | random_.below(plan_.vps + 1);
    }
    if (kind == Kind::revoke_vsm && random_.chance(60)) { // it ends VSM for the rest of the trace
        exit.kind = random_.chance(40) ? model::kind_count + random_.below(256 - model::kind_count) : 3U;
    }
}

void ExitGenerator::next(ConcreteExit& exit) {
    now_ = plan_.focus == Focus::log ? hostile_time()
                                     : now_ + (random_.chance(70) ? random_.below(2000) : random_.next() & 0x3FFFFFFF);
    exit = ConcreteExit{};
    exit.now = now_;
    exit.vp = random_.below(plan_.vps);
    const bool has_vtl1 = (plan_.start & 1U) != 0;
    const bool makes_vtl1 = plan_.focus == Focus::vtl || plan_.focus == Focus::registers;
    exit.vtl1 = Bool(random_.chance(has_vtl1 ? 45 : makes_vtl1 ? 12 : 3));
    exit.cr0 = random_.chance(93) ? random_.of(cr0_values) : random_.next();
    exit.cr4 = random_.chance(93) ? random_.of(cr4_values) : random_.next();
    exit.rflags = random_.chance(80) ? (random_.next() & 0x3D7ED7) | 2 : random_.next() | 0x100;
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
    if (random_.chance(6)) { // input and answers that most exits must not look at
        exit.argument = random_.next();
        exit.partition_id = model::partition_id_self;
        exit.target_vp = random_.below(plan_.vps);
        exit.target_vtl = 0x10U + random_.below(2);
        exit.flags = random_.below(256);
        exit.name = model::register_table[random_.of(ruled_rows)].code;
        exit.value = random_.next();
        exit.value_high = random_.next();
        exit.origin = random_.below(4);
        exit.operation = random_.below(2);
        exit.register_value = random_.next();
        exit.register_value_high = random_.next();
        exit.module_refused = Bool(random_.chance(50));
        exit.assist_rax = random_.next();
        exit.assist_rcx = random_.next();
        exit.answer_status = random_.below(2);
        exit.answer_count = random_.below(2);
        exit.answer_timeouts = 7 + random_.below(3);
        exit.answer_value = random_.next();
        exit.context.rip = random_.next();
    }

    /// Percent of what is no exit of an instruction.
    static constexpr auto controls = [] {
        std::array<std::uint8_t, focus_count> all{};
        all.fill(4);
        const auto set = [&](Focus focus, std::uint8_t percent) { all[static_cast<std::size_t>(focus)] = percent; };
        set(Focus::interception, 10);
        set(Focus::apic, 8);
        set(Focus::vtl, 35);
        set(Focus::tables, 12);
        set(Focus::host, 85);
        set(Focus::audit, 30);
        set(Focus::log, 25);
        return all;
    }();
    if (random_.chance(controls[static_cast<std::size_t>(plan_.focus)])) {
        control(exit);
    } else {
        l2_exit(exit);
    }
    // VTL1 sets its claims through SetVpRegisters of its own control word and masks.
    const bool claims = plan_.focus == Focus::interception || plan_.focus == Focus::tables;
    if (claims && exit.vtl1.value() && random_.chance(15)) {
        exit.kind = 0;
        exit.info[model::info_rax] = model::reason_vmcall;
        exit.info[model::info_r12] = 0;
        exit.gpr[model::rcx] = model::hvcall_set_vp_registers | 0x10000U | (std::uint64_t{1} << 32U);
        exit.partition_id = model::partition_id_self;
        exit.target_vp = model::vp_index_self;
        exit.target_vtl = 0x11;
        exit.name = 0x000E0000 + random_.below(random_.chance(50) ? 1 : 4);
        exit.value = random_.chance(75) && exit.name.value() == 0x000E0000 ? control_word()
                     : random_.chance(50)                                  ? ~std::uint64_t{0}
                                                                           : word();
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
