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

void Guards::around(const std::shared_ptr<const Base>& base, bool operands_only, std::vector<Item>& items) {
    const auto& table = FieldTable<ConcreteExit>::get();
    History history(*base->before);
    for (const auto& step : base->before->steps) {
        history.step(step.exit);
    }
    const auto can_be = [&](const ConcreteExit& exit) {
        return base->grade != Grade::possible || history.possible(exit);
    };
    const auto add = [&](const std::shared_ptr<const Base>& truth, const ConcreteExit& exit, const Decision& decision,
                         std::size_t field, unsigned change) {
        items.push_back(
            {.base = truth,
             .exit = exit,
             .decision = decision,
             .boundary = {.clause = std::string(proptests::cell_clause(telling_clause(decision, truth->decision)).id),
                          .beside = std::string(proptests::cell_clause(telling_clause(truth->decision, decision)).id),
                          .field = table[field].name,
                          .change = change_text(change)}});
    };
    for (std::size_t i = 0; i < table.size(); ++i) {
        const bool operand = is_operand(*base, table[i].name);
        if (is_one_of(fixed, table[i].name) || (operands_only && !operand)) {
            continue;
        }
        const std::uint64_t value = table.load(base->truth, i);
        std::vector<std::uint16_t> reached; // by a bit, of this field
        for (unsigned bit = 0; bit < table[i].bits; ++bit) {
            ConcreteExit exit = base->truth;
            table.store(exit, i, value ^ (std::uint64_t{1} << bit));
            if (!can_be(exit)) {
                continue;
            }
            const Decision decision = history.look(exit);
            if (decision == base->decision) {
                continue;
            }
            if (is_new(*base, decision, i, bit, operand)) {
                add(base, exit, decision, i, bit);
            }
            const std::uint16_t telling = telling_clause(decision, base->decision);
            if (decision.clause == base->decision.clause && decision.log_clause == base->decision.log_clause) {
                continue;
            }
            if (std::find(reached.begin(), reached.end(), telling) != reached.end()) {
                continue;
            }
            reached.push_back(telling);
            // Somewhere between the two numbers the answer changes from one to the next.
            std::uint64_t low = std::min(value, table.load(exit, i));
            std::uint64_t high = std::max(value, table.load(exit, i));
            const auto with = [&](std::uint64_t number) {
                ConcreteExit other = base->truth;
                table.store(other, i, number);
                return other;
            };
            const auto told = [](const Decision& d) { return std::pair(d.clause, d.log_clause); };
            const auto at_low = told(history.look(with(low)));
            while (high - low > 1) {
                const std::uint64_t middle = low + (high - low) / 2;
                (told(history.look(with(middle))) == at_low ? low : high) = middle;
            }
            auto lower = std::make_shared<Base>(*base);
            lower->truth = with(low);
            lower->decision = history.look(lower->truth);
            const ConcreteExit upper = with(high);
            const Decision above = history.look(upper);
            if (can_be(lower->truth) && can_be(upper) && is_new(*lower, above, i, step_change, operand)) {
                add(lower, upper, above, i, step_change);
            }
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
