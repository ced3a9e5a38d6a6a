#include "vectors/guards.hpp"

#include "conformance/fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace vtlcheck::vectors {
namespace {

using conformance::FieldTable;
using conformance::Trace;
using model::ConcreteExit;

constexpr unsigned step_change = 64; ///< changes below it are bits

/// Where the exit happens and whose it is: other exits, not other inputs of this one.
constexpr std::array<std::string_view, 3> fixed{"kind", "vtl1", "vp"};
/// What an exit carries to be judged by its row's rule.
constexpr std::array<std::string_view, 5> operands{"rax", "rdx", "r13", "value", "value_high"};
/// Operands by which an exit changes what later ones meet.
constexpr std::array<std::string_view, 11> lasting{
    "rax", "rcx", "rdx", "r13", "value", "value_high", "target_vtl", "target_vp", "flags", "name", "page_refused"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_operand(const Base& base, const std::string& name) {
    const std::string_view clause = proptests::cell_clause(base.decision.clause).id;
    // MOV to a CR takes its value from any register.
    return is_one_of(operands, name) || (judges_context(base.decision.clause) && name.starts_with("context.")) ||
           (clause.starts_with("CR-") && name.starts_with("r"));
}

/// The rule that the base's row has for what an exit carries: rows that share one share its boundaries.
std::uint64_t rule_of(const Base& base) {
    switch (proptests::cell_shapes[proptests::cell_at(base.target.of).clause].number) {
    case proptests::CellNumber::none:
        return base.target.what; // a mode
    case proptests::CellNumber::name:
        return static_cast<std::uint64_t>(model::register_table[base.target.what].rule);
    default:
        return static_cast<std::uint64_t>(model::msr_table[base.target.what].write);
    }
}

std::string change_text(unsigned change) { return change == step_change ? "step" : fmt::format("bit {}", change); }

} // namespace

model::ClauseIndex telling_clause(const Decision& decision, const Decision& other) {
    return decision.clause == other.clause && decision.log_clause != other.log_clause ? decision.log_clause
                                                                                      : decision.clause;
}

/// New are: a pair of clauses and the field, a clause and the bit by which it comes to decide, a form of the outcome; of
/// an operand the rule of the row, too.
bool Guards::is_new(const Base& base, const Decision& other, std::size_t field, unsigned change, bool by_rule) {
    const Decision& here = base.decision;
    const std::uint64_t pair = std::uint64_t{here.clause} << 16U | other.clause;
    const auto insert = [&](unsigned kind, std::uint64_t a, std::uint64_t b, std::uint64_t c, unsigned d) {
        return seen_.insert({kind, a, b, c, d}).second;
    };
    bool fresh = false;
    if (here.clause != other.clause) {
        fresh = insert(0, pair, field, change == step_change ? 1 : 0, 0);
        fresh = insert(1, other.clause, field, 0, change) || fresh;
        if (by_rule) {
            fresh = insert(2, pair, rule_of(base), field, change) || fresh;
        }
    } else if (here.log_clause != other.log_clause) {
        fresh = insert(3, std::uint64_t{here.log_clause} << 16U | other.log_clause, field,
                       change == step_change ? 1 : 0, 0);
    } else {
        fresh = insert(4, here.clause, here.form, other.form, 0);
        fresh = insert(5, here.clause, field, 0, 0) || fresh;
    }
    return fresh;
}

/// A trace for each of these: a pair of clauses and the field; the rule of the row and the bit of what was set before,
/// which is how VTL1's claims come in.
bool Guards::is_new_behind(const Base& base, const Decision& other, bool of_exit, std::size_t field, unsigned change) {
    const std::uint64_t pair = std::uint64_t{base.decision.clause} << 16U | other.clause;
    const std::uint64_t where = field + (of_exit ? 0x1000 : 0x2000);
    bool fresh = seen_.insert({6, pair, where, 0, 0}).second;
    if (of_exit && FieldTable<ConcreteExit>::get()[field].name == "value") {
        fresh = seen_.insert({7, other.clause, base.target.what, where, change}).second || fresh;
    }
    return fresh;
}

/// What lies around the exit of one base.
class Guards::Surroundings {
public:
    Surroundings(Guards& guards, const std::shared_ptr<const Base>& base, std::vector<Item>& items)
        : guards_(guards), base_(base), items_(items), history_(*base->before) {
        for (const auto& step : base->before->steps) {
            history_.step(step.exit);
        }
    }

    /// Each bit of the field the other way, and where from the one number to the other the answer changes.
    void of_field(std::size_t field) {
        const bool operand = is_operand(*base_, table_[field].name);
        const std::uint64_t value = table_.load(base_->truth, field);
        std::vector<model::ClauseIndex> reached;
        for (unsigned bit = 0; bit < table_[field].bits; ++bit) {
            const std::uint64_t turned = value ^ (std::uint64_t{1} << bit);
            const ConcreteExit exit = with(field, turned);
            if (!can_be(exit)) {
                continue;
            }
            const Decision decision = history_.look(exit);
            if (decision == base_->decision) {
                continue;
            }
            if (guards_.is_new(*base_, decision, field, bit, operand)) {
                add(base_, exit, decision, field, bit);
            }
            const auto telling = telling_clause(decision, base_->decision);
            if (clauses_of(decision) != clauses_of(base_->decision) &&
                std::find(reached.begin(), reached.end(), telling) == reached.end()) {
                reached.push_back(telling);
                step_between(field, std::min(value, turned), std::max(value, turned));
            }
        }
    }

    /// The first and the last number of the MSR's row, and their neighbours.
    void of_row() {
        const auto number = proptests::cell_shapes[proptests::cell_at(base_->target.of).clause].number;
        if (number != proptests::CellNumber::rcx && number != proptests::CellNumber::r12) {
            return;
        }
        const std::size_t field = table_.at(number == proptests::CellNumber::rcx ? "rcx" : "r12");
        const std::uint64_t high_half = table_.load(base_->truth, field) & ~std::uint64_t{0xFFFFFFFF};
        const auto& row = model::msr_table[base_->target.what];
        if (row.first != 0) {
            at_edge(field, high_half | (row.first - 1));
        }
        if (row.last != 0xFFFFFFFF) {
            at_edge(field, high_half | row.last);
        }
    }

private:
    static std::pair<model::ClauseIndex, model::ClauseIndex> clauses_of(const Decision& decision) {
        return {decision.clause, decision.log_clause};
    }
    [[nodiscard]] ConcreteExit with(std::size_t field, std::uint64_t number) const {
        ConcreteExit exit = base_->truth;
        table_.store(exit, field, number);
        return exit;
    }
    [[nodiscard]] bool can_be(const ConcreteExit& exit) const {
        return base_->grade != Grade::possible || history_.possible(exit);
    }
    [[nodiscard]] std::shared_ptr<const Base> base_with(std::size_t field, std::uint64_t number) const {
        auto base = std::make_shared<Base>(*base_);
        base->truth = with(field, number);
        base->decision = history_.look(base->truth);
        return base;
    }

    void add(const std::shared_ptr<const Base>& truth, const ConcreteExit& exit, const Decision& decision,
             std::size_t field, unsigned change) {
        items_.push_back(
            {.base = truth,
             .exit = exit,
             .decision = decision,
             .boundary = {.clause = std::string(proptests::cell_clause(telling_clause(decision, truth->decision)).id),
                          .beside = std::string(proptests::cell_clause(telling_clause(truth->decision, decision)).id),
                          .field = table_[field].name,
                          .change = change_text(change)}});
    }

    /// Two numbers next to each other, somewhere from `low` to `high`, that are answered by different clauses, as these two
    /// are.
    void step_between(std::size_t field, std::uint64_t low, std::uint64_t high) {
        const auto at_low = clauses_of(history_.look(with(field, low)));
        while (high - low > 1) {
            const std::uint64_t middle = low + (high - low) / 2;
            (clauses_of(history_.look(with(field, middle))) == at_low ? low : high) = middle;
        }
        const auto lower = base_with(field, low);
        const ConcreteExit upper = with(field, high);
        const Decision above = history_.look(upper);
        if (can_be(lower->truth) && can_be(upper) &&
            guards_.is_new(*lower, above, field, step_change, is_operand(*base_, table_[field].name))) {
            add(lower, upper, above, field, step_change);
        }
    }

    /// `number` and the one behind it, if they are answered by different clauses.
    void at_edge(std::size_t field, std::uint64_t number) {
        const auto lower = base_with(field, number);
        const ConcreteExit upper = with(field, number + 1);
        const Decision above = history_.look(upper);
        if (clauses_of(lower->decision) != clauses_of(above) && guards_.is_new_edge(*lower, above, number)) {
            add(lower, upper, above, field, step_change);
        }
    }

    Guards& guards_;
    const std::shared_ptr<const Base>& base_;
    std::vector<Item>& items_;
    History history_;
    const FieldTable<ConcreteExit>& table_ = FieldTable<ConcreteExit>::get();
};

bool Guards::is_new_edge(const Base& base, const Decision& other, std::uint64_t number) {
    const auto& here = base.decision;
    return here.clause != other.clause &&
           seen_.insert({8, std::uint64_t{here.clause} << 16U | other.clause, number & 0xFFFFFFFF, 0, 0}).second;
}

void Guards::around(const std::shared_ptr<const Base>& base, bool operands_only, std::vector<Item>& items) {
    const auto& table = FieldTable<ConcreteExit>::get();
    Surroundings surroundings(*this, base, items);
    surroundings.of_row();
    for (std::size_t i = 0; i < table.size(); ++i) {
        if (!is_one_of(fixed, table[i].name) && (!operands_only || is_operand(*base, table[i].name))) {
            surroundings.of_field(i);
        }
    }
}

void Guards::behind(const Base& base, std::vector<Vector>& vectors) {
    Trace whole = *base.before;
    whole.steps.push_back({.exit = base.truth, .expected = {}, .line = 0});
    const std::size_t last = whole.steps.size() - 1;
    /// What decides the last exit of another history, if that one can be.
    const auto decision_of = [&](const Trace& trace) -> std::optional<Decision> {
        if (!model::acceptable_log_limits(trace.config).value() ||
            trace.config.isolation.value() >= model::isolation_count) {
            return std::nullopt; // no partition is configured like this
        }
        History history(trace);
        for (std::size_t i = 0;; ++i) {
            const auto& exit = trace.steps[i].exit;
            if (exit.vp.value() >= trace.vps || (base.grade == Grade::possible && !history.possible(exit))) {
                return std::nullopt;
            }
            if (i == last) {
                return history.look(exit);
            }
            history.step(exit);
        }
    };
    const auto vary = [&](const auto& table, const auto& part, std::size_t of_exit, const auto& wanted,
                          const char* prefix) {
        for (std::size_t i = 0; i < table.size(); ++i) {
            if (!wanted(table[i].name)) {
                continue;
            }
            for (unsigned bit = 0; bit < table[i].bits; ++bit) {
                Trace other = whole;
                auto& object = part(other);
                table.store(object, i, table.load(object, i) ^ (std::uint64_t{1} << bit));
                const auto decision = decision_of(other);
                if (!decision ||
                    (decision->clause == base.decision.clause && decision->log_clause == base.decision.log_clause)) {
                    continue;
                }
                if (!is_new_behind(base, *decision, of_exit != last, i, bit)) {
                    continue;
                }
                Vector vector;
                vector.grade = base.grade;
                vector.boundaries.push_back(
                    {.clause = std::string(proptests::cell_clause(telling_clause(*decision, base.decision)).id),
                     .beside = std::string(proptests::cell_clause(telling_clause(base.decision, *decision)).id),
                     .field = prefix + table[i].name,
                     .change = change_text(bit),
                     .exit = of_exit == last ? 0 : of_exit + 1});
                vector.trace = std::move(other);
                vectors.push_back(std::move(vector));
            }
        }
    };
    vary(
        FieldTable<model::ConcreteConfig>::get(), [](Trace& trace) -> auto& { return trace.config; }, last,
        [](const std::string& name) { return name != "vps"; }, "config ");
    for (std::size_t s = 0; s < last; ++s) {
        vary(
            FieldTable<ConcreteExit>::get(), [s](Trace& trace) -> auto& { return trace.steps[s].exit; }, s,
            [](const std::string& name) { return is_one_of(lasting, name); }, "");
    }
}

} // namespace vtlcheck::vectors
