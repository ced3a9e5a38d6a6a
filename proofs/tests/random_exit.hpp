// Random states and exits that know where the specification draws its lines: table boundaries, reserved bits, statuses.
#pragma once

#include "model/oracle.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace vtlcheck::proofs::tests {

/// SplitMix64: equal seeds give equal sequences on every machine.
class Random {
public:
    explicit Random(std::uint64_t seed) : state_(seed) {}
    std::uint64_t bits() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }
    std::uint64_t below(std::uint64_t n) { return bits() % n; }
    bool one_in(std::uint64_t n) { return below(n) == 0; }
    template <class T, std::size_t N>
    T of(const std::array<T, N>& choices) {
        return choices[below(N)];
    }

private:
    std::uint64_t state_;
};

/// A value near a line that some rule draws, or any.
inline std::uint64_t random_value(Random& random) {
    static constexpr std::array<std::uint64_t, 34> lines{0,
                                                         1,
                                                         2,
                                                         7,
                                                         8,
                                                         0xFF,
                                                         0x100,
                                                         0x800,
                                                         0x801,
                                                         0x901,
                                                         0xC00,
                                                         0xD00,
                                                         0xD01,
                                                         0x1001,
                                                         0x1003,
                                                         0x1800,
                                                         0x1C00,
                                                         0x10000,
                                                         0x10031,
                                                         0x40030,
                                                         0xFEE00800,
                                                         0xFEE00900,
                                                         0xFEE00C00,
                                                         0xFEE00D00,
                                                         0x1EFFD557,
                                                         0xFFFFFFFF,
                                                         0x100000000,
                                                         0x7FFFFFFFFFFF,
                                                         0x800000000000,
                                                         0xFFFF800000000000,
                                                         0xFF00000000000000,
                                                         0x0007040600070406,
                                                         0x0107040600070405,
                                                         ~std::uint64_t{0}};
    switch (random.below(5)) {
    case 0:
        return random.bits();
    case 1:
        return std::uint64_t{1} << random.below(64);
    case 2:
        return random.of(lines) ^ (std::uint64_t{1} << random.below(64));
    default:
        return random.of(lines);
    }
}

/// A number at or next to the boundary of a table row, in one, or any.
inline std::uint32_t random_msr(Random& random) {
    const model::MsrRow& row = model::msr_table[random.below(model::msr_table.size())];
    switch (random.below(8)) {
    case 0:
        return row.first - 1;
    case 1:
        return row.last + 1;
    case 2:
        return static_cast<std::uint32_t>(random.bits());
    case 3:
        return row.last;
    case 4:
        return row.first + static_cast<std::uint32_t>(random.below(std::uint64_t{row.last} - row.first + 1));
    default:
        return row.first;
    }
}

template <class T>
void randomise(Random& random, T& object) {
    T::visit(
        [&](const auto&, auto& field) {
            using Field = std::decay_t<decltype(field)>;
            if constexpr (std::is_same_v<Field, model::Concrete::Bool>) {
                field = Field(random.one_in(2));
            } else {
                field = Field(random_value(random));
            }
        },
        object);
}

/// State and configuration: default, with some fields or all of them anything.
inline void randomise_world(Random& random, model::ConcreteConfig& config, model::ConcreteState& state) {
    config = {};
    state = model::reset_state<model::Concrete>(0);
    randomise(random, config);
    if (!random.one_in(4)) {
        config.isolation = random.below(model::isolation_count);
    }
    if (random.one_in(2)) {
        randomise(random, state);
        state.vsm.guest_vsm = random.one_in(4) ? random.bits() : random.below(model::guest_vsm_count);
        return;
    }
    state.vsm.guest_vsm = random.below(model::guest_vsm_count);
    state.vp.vtl1_present = model::Concrete::Bool(!random.one_in(4));
    state.vp.apic_offload = model::Concrete::Bool(random.one_in(2));
    state.vp.intercept_control = random.bits() & 0x1EFFD557;
    for (auto& vtl : state.vtl) {
        vtl.apic_base = random.of(std::array<std::uint64_t, 3>{0xFEE00000, 0xFEE00900, 0xFEE00D00});
        vtl.efer = random.of(std::array<std::uint64_t, 2>{0x800, 0xD01});
        vtl.synic.simp = random.below(4);
        vtl.synic.sint[0] = random.of(std::array<std::uint64_t, 4>{0x10031, 0x31, 0x40031, 0x100031});
    }
}

/// A hypercall or host access about some register, well formed but for what the register itself takes.
inline void name_a_register(Random& random, model::ConcreteExit& exit) {
    using namespace model;
    // The registers of VSM and of VTL1's intercepts, which are few and depend on most, more often than others.
    const auto& row = register_table[random.below(register_table.size())];
    static constexpr std::array<std::uint32_t, 3> often{
        register_code("VsmPartitionConfig"), register_code("VsmVpSecureConfigVtl0"), register_code("PendingEvent0")};
    exit.name = random.one_in(4) ? random.of(often) : row.code;
    if (random.one_in(3)) {
        exit.value = random.below(0x80);
    }
    if (random.one_in(3)) {
        exit.kind = static_cast<std::uint8_t>(Kind::host_access);
        exit.origin = 2 + random.below(2);
        exit.operation = random.below(2);
        return;
    }
    exit.kind = 0;
    exit.info[info_rax] = reason_vmcall;
    exit.info[info_r12] = 0;
    exit.gpr[rcx] = (std::uint64_t{1} << 32U) | (random.one_in(2) ? hvcall_get_vp_registers : hvcall_set_vp_registers);
    exit.gpr[rdx] = 0x1000;
    exit.gpr[r8] = 0x2000;
    exit.input_unreadable = Concrete::Bool(false);
    exit.partition_id = partition_id_self;
    exit.target_vp = vp_index_self;
    exit.target_vtl = random.one_in(2) ? 0x10 + random.below(2) : 0;
}

inline model::ConcreteExit random_exit(Random& random) {
    using namespace model;
    ConcreteExit exit;
    randomise(random, exit);
    if (random.one_in(3)) {
        name_a_register(random, exit);
        return exit;
    }
    exit.kind = random.one_in(6) ? random.below(12) : 0;
    static constexpr std::array<std::uint64_t, 9> statuses{0, 0, 0, 0x1100, 0x1102, 0x1101, 0x1120, 0x111F, 0xC0000100};
    static constexpr std::array<std::uint64_t, 13> reasons{0x1F,    0x20, 0x20, 0x4D, 0x4D, 0x0A, 0x80000020,
                                                           0x1004D, 0x12, 0x1C, 0x37, 0x2E, 0x2F};
    exit.info[info_rax] = (random.of(statuses) << 32U) | random.of(reasons);
    exit.info[info_r11] = random.one_in(4) ? random.bits() : std::uint64_t{2} << 32U;
    exit.info[info_r12] = random.one_in(8) ? random.bits() : 0;
    exit.gpr[rcx] = random.one_in(4) ? (random.bits() << 32U) | random_msr(random) : random_msr(random);
    exit.gpr[r12] = random.one_in(2) ? 0x40000000 + random.below(0xA8) : random_msr(random);
    if (!random.one_in(4) && (exit.info[info_rax].value() & 0xFFFF) == 0x4D) {
        exit.vtl1 = Concrete::Bool(random.one_in(8));
        exit.gpr[rax] = 0;
        exit.gpr[r10] = random.of(std::array<std::uint64_t, 6>{0, 0, 0, 0x5C, 0x1005D, 0x5E});
        exit.gpr[r11] = random.of(std::array<std::uint64_t, 5>{0x1F, 0x20, 0x20, 0x1'0000'001F, 0x21});
    }
    return exit;
}

} // namespace vtlcheck::proofs::tests
