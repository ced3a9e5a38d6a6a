// Mutants of the tables: for every row that the clauses speak of, every way to get it wrong.
#include "proofs/mutant_makers.hpp"

namespace vtlcheck::proofs {

using namespace model;
using namespace makers;

namespace {

/// `change(written, number)` is the row that an access to `number` is ruled by; Table is Row or RegisterFacts.
template <class D, template <class> class Table, class F>
class RowAlteration final : public Alteration<D> {
public:
    explicit RowAlteration(F change) : change_(std::move(change)) {}
    using Alteration<D>::row;
    [[nodiscard]] Table<D> row(const Table<D>& written, const typename D::template Bv<32>& number) const override {
        return change_(written, number);
    }

private:
    F change_;
};

template <template <class> class Table, class F>
Mutant row_mutant(std::string name, std::string description, F change) {
    return {.name = std::move(name),
            .description = std::move(description),
            .clauses = {},
            .concrete = std::make_shared<RowAlteration<Concrete, Table, F>>(change),
            .symbolic = std::make_shared<RowAlteration<Symbolic, Table, F>>(change)};
}

template <class D>
Row<D> chosen(const typename D::Bool& here, const Row<D>& a, const Row<D>& b) {
    return {.read = D::ite(here, a.read, b.read),
            .write = D::ite(here, a.write, b.write),
            .armed_read = D::ite(here, a.armed_read, b.armed_read),
            .armed_write = D::ite(here, a.armed_write, b.armed_write),
            .claim_bit = D::ite(here, a.claim_bit, b.claim_bit),
            .constant = D::ite(here, a.constant, b.constant)};
}

/// The row over another domain.
template <class D>
Row<D> over(const Row<Concrete>& row) {
    return {row.read.value(),        row.write.value(),     row.armed_read.value(),
            row.armed_write.value(), row.claim_bit.value(), row.constant.value()};
}

template <class D, class Number>
typename D::Bool within(const Number& number, std::uint32_t first, std::uint32_t last) {
    return (number >= first) & (number <= last);
}

constexpr std::uint8_t no_claim = 0xFF;

/// Rules that the MSR bitmap keeps from ever being asked for.
bool asked(const MsrRow& row, bool write) {
    return (write ? row.armed_write : row.armed_read) != Armed::passthrough || (write && row.claim_bit != no_claim);
}

void add_msr_row(std::vector<Mutant>& all, const MsrRow& row, const MsrRow* next) {
    std::string suffix = std::string(":") + row.name;
    std::replace(suffix.begin(), suffix.end(), ' ', '-'); // names of mutants are words
    const std::uint32_t first = row.first;
    const std::uint32_t last = row.last;
    // `change(row)` is made where the number is one of the row's.
    const auto add = [&](const char* way, const char* what, auto change) {
        all.push_back(row_mutant<Row>(way + suffix, std::string(row.name) + " " + what,
                                      [first, last, change]<class D>(const Row<D>& written, const auto& number) {
                                          Row<D> other = written;
                                          change(other);
                                          return chosen<D>(within<D>(number, first, last), other, written);
                                      }));
    };
    add("msr-dropped", "has no row", []<class D>(Row<D>& r) { r = Row<D>{}; });
    if (row.read != ReadRule::unknown && asked(row, false)) {
        add("msr-read-unknown", "is not known to be read", []<class D>(Row<D>& r) { r.read = 0; });
    }
    if (row.write != WriteRule::unknown && asked(row, true)) {
        add("msr-write-unknown", "is not known to be written", []<class D>(Row<D>& r) { r.write = 0; });
    }
    if (row.read == ReadRule::constant) {
        add("msr-constant", "reads another value", []<class D>(Row<D>& r) { r.constant = r.constant ^ 1; });
    }
    // Outside the two ranges every access exits, whatever the row says.
    const bool in_bitmap = last < 0x2000 || (first >= 0xC0000000 && last < 0xC0002000);
    const auto flip = [](Armed armed) {
        return static_cast<std::uint8_t>(armed == Armed::always ? Armed::passthrough : Armed::always);
    };
    const std::uint8_t read = flip(row.armed_read);
    const std::uint8_t write = flip(row.armed_write);
    if (in_bitmap) {
        add("msr-read-armed", "is intercepted otherwise when read",
            [read]<class D>(Row<D>& r) { r.armed_read = read; });
        add("msr-write-armed", "is intercepted otherwise when written",
            [write]<class D>(Row<D>& r) { r.armed_write = write; });
    }
    if (row.claim_bit != no_claim) {
        const auto other = static_cast<std::uint8_t>(row.claim_bit ^ 1U);
        add("msr-claim-dropped", "cannot be claimed", []<class D>(Row<D>& r) { r.claim_bit = no_claim; });
        add("msr-claim-bit", "is claimed by another bit", [other]<class D>(Row<D>& r) { r.claim_bit = other; });
    }
    if (first != last) {
        all.push_back(row_mutant<Row>("msr-shorter" + suffix, std::string(row.name) + " ends one number early",
                                      [last]<class D>(const Row<D>& written, const auto& number) {
                                          return chosen<D>(number == last, Row<D>{}, written);
                                      }));
    }
    const bool room = next == nullptr || next->first != last + 1 || next->read != row.read || next->write != row.write;
    if (room && last != 0xFFFFFFFF) {
        const Row<Concrete> own = lookup<Concrete>(Concrete::Bv<32>(last));
        all.push_back(row_mutant<Row>("msr-longer" + suffix, std::string(row.name) + " has one number more",
                                      [last, own]<class D>(const Row<D>& written, const auto& number) {
                                          return chosen<D>(number == last + 1, over<D>(own), written);
                                      }));
    }
}

void add_register_row(std::vector<Mutant>& all, const RegisterRow& row) {
    const std::string name(row.name);
    const std::uint32_t code = row.code;
    const auto add = [&](const char* way, const char* what, auto change) {
        all.push_back(
            row_mutant<RegisterFacts>(std::string(way) + ":" + name, name + " " + what,
                                      [code, change]<class D>(const RegisterFacts<D>& written, const auto& number) {
                                          RegisterFacts<D> other = written;
                                          change(other);
                                          const auto here = number == code;
                                          return RegisterFacts<D>{.gate = D::ite(here, other.gate, written.gate),
                                                                  .rule = D::ite(here, other.rule, written.rule),
                                                                  .host = D::ite(here, other.host, written.host)};
                                      }));
    };
    const auto number_of = [](auto value) { return static_cast<std::uint8_t>(value); };
    const auto none = number_of(Gate::unlisted);
    if (row.gate != Gate::unlisted || row.host != HostClass::other) {
        const auto other = number_of(HostClass::other);
        const auto no_rule = number_of(RegisterRule::none);
        add("register-dropped", "has no row", [none, no_rule, other]<class D>(RegisterFacts<D>& r) {
            r.gate = none;
            r.rule = no_rule;
            r.host = other;
        });
    }
    if (row.gate != Gate::unlisted) {
        const auto gate = number_of(row.gate == Gate::open ? Gate::lower : Gate::open);
        const auto no_rule = number_of(RegisterRule::none);
        add("register-gate", "may be named by others", [gate]<class D>(RegisterFacts<D>& r) { r.gate = gate; });
        if (row.rule != RegisterRule::none) {
            add("register-rule", "has no rule", [no_rule]<class D>(RegisterFacts<D>& r) { r.rule = no_rule; });
        }
    }
    const auto host = number_of(row.host == HostClass::emulated ? HostClass::page : HostClass::emulated);
    add("register-host", "is reached by the host another way", [host]<class D>(RegisterFacts<D>& r) { r.host = host; });
}

} // namespace

std::vector<Mutant> table_mutants() {
    std::vector<Mutant> all;
    for (std::size_t i = 0; i < unlisted_row; ++i) {
        const MsrRow& row = msr_table[i];
        // A row that only gives an unknown MSR a name rules nothing.
        if (row.read != ReadRule::unknown || row.write != WriteRule::unknown) {
            add_msr_row(all, row, i + 1 < unlisted_row ? &msr_table[i + 1] : nullptr);
        }
    }
    for (std::size_t i = 0; i < unlisted_register; ++i) {
        add_register_row(all, register_table[i]);
    }
    return all;
}

} // namespace vtlcheck::proofs
