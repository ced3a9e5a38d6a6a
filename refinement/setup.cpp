// Lifts the calls that set up a partition and its VPs, and compares what they leave with the specification's reset state.
#include "refinement/setup.hpp"

#include "lifting/intercept.hpp"
#include "model/log_budget.hpp"
#include "model/specification.hpp"
#include "refinement/abstraction.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::refinement {

using namespace model;
using proofs::Goal;

namespace {

/// The term whatever the digits of a number are: with a variable in place of each quotient and remainder.
Bool whatever_digits(const Bool& holds) {
    const z3::expr whole = holds.term();
    z3::context& context = whole.ctx();
    z3::expr_vector from(context);
    z3::expr_vector to(context);
    std::set<unsigned> seen;
    std::vector<z3::expr> open{whole};
    while (!open.empty()) {
        const z3::expr next = open.back();
        open.pop_back();
        if (!next.is_app() || !seen.insert(Z3_get_ast_id(context, next)).second) {
            continue;
        }
        const auto kind = next.decl().decl_kind();
        if (kind == Z3_OP_BUDIV || kind == Z3_OP_BUDIV_I || kind == Z3_OP_BUREM || kind == Z3_OP_BUREM_I) {
            from.push_back(next);
            to.push_back(context.bv_const(fmt::format("digits.{}", from.size()).c_str(), next.get_sort().bv_size()));
            continue;
        }
        for (unsigned i = 0; i < next.num_args(); ++i) {
            open.push_back(next.arg(i));
        }
    }
    return Bool(z3::expr(whole).substitute(from, to));
}

/// A call that sets something up. What it is said to leave is noted word by word; every other word is to stay.
class Setup {
public:
    Setup(Goal& goal, const lifting::Module& module, unsigned vp)
        : goal_(goal), vp_(vp), call_(module, goal.context(), scene_of(vp)), config_(goal.run().config) {
        config_.vps = vps;
    }

    [[nodiscard]] lifting::Intercept& call() { return call_; }
    [[nodiscard]] const Config<Symbolic>& config() const { return config_; }
    void run(const char* entry) { lifted_.emplace(call_.run(entry)); }
    /// Lets the words at the paths be the configuration.
    void bind_config(const std::function<std::string(const FieldName&)>& path) {
        Config<Symbolic>::visit(
            [&](const FieldName& name, const auto& field) {
                if (std::string_view(name.base) != "vps") {
                    bind(path(name), "config." + name.str(), width_of(field));
                }
            },
            goal_.run().config);
    }
    /// Lets the word be anything before the call, which is to set it.
    void forget(const std::string& path) { bind(path, "before." + path, width_of(call_.before(path))); }
    /// Lets the word be part of the variable.
    void bind(const std::string& path, const std::string& variable, unsigned width, unsigned low = 0,
              unsigned part = 0) {
        auto& terms = call_.terms();
        const lifting::Term whole = terms.variable(variable, width);
        call_.bind(path, part == 0 || part == width ? whole : terms.extract(whole, low, part));
    }

    /// The call leaves the value in the word.
    void leaves(const std::string& path, const z3::expr& value) {
        said_.insert(path);
        all_ = all_ & Bool(lifted_->after(path) == value);
    }
    void leaves(const std::string& path, std::uint64_t value) {
        const z3::expr now = lifted_->after(path);
        leaves(path, now.is_bool() ? goal_.context().bool_val(value != 0)
                                   : goal_.context().bv_val(value, now.get_sort().bv_size()));
    }
    /// The call leaves the state in the words of the scopes.
    void leaves(const State<Symbolic>& state, const std::set<std::string>& scopes, unsigned slot_vp = 0) {
        State<Symbolic>::visit_scoped(
            [&](const char* scope, const FieldName& name, const auto& field) {
                if (!scopes.contains(scope)) {
                    return;
                }
                for (const Piece& piece : pieces_of_state(scope, name, width_of(field), vp_, slot_vp)) {
                    leaves(piece.path, part_of(field.term(), piece));
                }
            },
            state);
    }
    /// The call leaves MSR bitmaps and controls in step with the state.
    void leaves_in_step(const State<Symbolic>& state) {
        for (const Derived& word : derived_words(goal_.context(), config_, state, vp_, goal_.mutant())) {
            leaves(word.path, word.value);
        }
    }
    /// Words of that beginning, for all of which the call leaves 0 unless something else is said of them.
    void clears(const std::string& beginning) {
        for (const auto& word : call_.names()) {
            if (!word.pointer && word.name.starts_with(beginning) && !said_.contains(word.name)) {
                leaves(word.name, 0);
            }
        }
    }

    [[nodiscard]] Bool left() const { return all_; }
    [[nodiscard]] Bool returns(unsigned status) const {
        return Bool(lifted_->result() == goal_.context().bv_val(status, 32));
    }
    /// The call does nothing undefined.
    [[nodiscard]] Bool is_defined() const {
        Bool ok(true);
        for (const lifting::Z3Obligation& obligation : lifted_->obligations()) {
            ok = ok & !Bool(obligation.violation);
        }
        return ok;
    }
    /// All words keep their values, or all but those of which something was said.
    [[nodiscard]] Bool stays(bool everything) const {
        Bool same(true);
        for (const auto& word : call_.names()) {
            if (everything || !said_.contains(word.name)) {
                same = same & Bool(lifted_->after(word.name) == call_.before(word.name));
            }
        }
        return same;
    }

private:
    Goal& goal_;
    unsigned vp_;
    lifting::Intercept call_;
    Config<Symbolic> config_;
    std::optional<lifting::Lifted> lifted_;
    std::set<std::string> said_;
    Bool all_{true};
};

const std::set<std::string> vp_scopes{"vp", "vtl0", "vtl1"};

void put_restore(Goal& goal, const lifting::Module& module) {
    Setup restore(goal, module, 0);
    restore.bind_config(path_of_config);
    const State<Symbolic>& state = goal.run().before;
    const std::string_view own = "vp[0].";
    State<Symbolic>::visit_scoped(
        [&](const char* scope, const FieldName& name, const auto& field) {
            if (vp_scopes.contains(scope)) {
                const std::string variable = fmt::format("{}.{}", scope, name.str());
                for (const Piece& piece : pieces_of_state(scope, name, width_of(field), 0, 0)) {
                    restore.bind(piece.path.substr(own.size()), variable, width_of(field), piece.low, piece.width);
                }
            }
        },
        state);
    restore.run("vtl_vp_restore");
    restore.leaves(state, vp_scopes);
    restore.leaves_in_step(state);
    goal.prove("restore", restore.returns(0) & restore.is_defined() & restore.left());
    goal.prove("restore-leaves-all-else", restore.stays(false));
}

void put_vp(Goal& goal, const lifting::Module& module, unsigned vp) {
    Setup init(goal, module, vp);
    init.bind_config(path_of_config);
    init.call().bind_argument("index", vp);
    init.forget(fmt::format("vp[{}].index", vp));
    init.run("vtl_vp_init");
    const State<Symbolic> reset = reset_state<Symbolic>(vp);
    init.leaves(reset, vp_scopes);
    init.leaves_in_step(reset);
    init.leaves(fmt::format("vp[{}].index", vp), vp);
    for (unsigned n = 0; n < audit_capacity; ++n) { // a record that no exit has made is never read
        init.leaves(fmt::format("vp[{}].audit[{}].sequence", vp, n), ~std::uint64_t{0});
    }
    init.clears(fmt::format("vp[{}].audit", vp));
    goal.prove(fmt::format("vp-{}", vp), init.returns(0) & init.is_defined() & init.left());
    goal.prove(fmt::format("vp-{}-leaves-all-else", vp), init.stays(false));
    goal.prove(fmt::format("vp-{}-is-valid", vp), valid_state<Symbolic>(init.config(), reset));
}

void put_partition(Goal& goal, const lifting::Module& module) {
    Setup init(goal, module, 0);
    init.bind_config([](const FieldName& name) { return fmt::format("config.{}", name.base); });
    const z3::expr slots = init.call().before("partition.slots");
    const z3::expr logs = init.call().before("partition.logs");
    for (const char* path : {"partition.config.vps", "partition.slots", "partition.logs"}) {
        init.forget(path);
    }
    init.run("vtl_partition_init");
    init.leaves("partition.slots", slots);
    init.leaves("partition.logs", logs);
    Config<Symbolic>::visit(
        [&](const FieldName& name, const auto& field) { init.leaves(path_of_config(name), field.term()); },
        init.config());
    init.leaves(reset_state<Symbolic>(0), {"partition", "partition.vtl0", "partition.vtl1", "slot"}, 0);
    init.leaves(reset_state<Symbolic>(1), {"slot"}, 1);
    init.clears("partition.log.");
    init.clears("logs[");
    const Bool accepted = acceptable_log_limits<Symbolic>(init.config()) & (init.config().isolation < isolation_count);
    goal.prove("partition", accepted, init.returns(0) & init.is_defined() & init.left());
    goal.prove("partition-leaves-all-else", accepted, init.stays(false));
    // The call tells whether there is something to say from the length of the line that says it, numbers included. That
    // nothing undefined happens while they are counted is tested.
    goal.prove("partition-refused", !accepted, whatever_digits(init.returns(1) & init.stays(true)));
}

} // namespace

void put_setup(Goal& goal, const lifting::Module& module) {
    put_restore(goal, module);
    for (unsigned vp = 0; vp < vps; ++vp) {
        put_vp(goal, module, vp);
    }
    put_partition(goal, module);
}

} // namespace vtlcheck::refinement
