// Lifts an exit of a kind, runs the specification on the same exit, and compares everything that comes of it.
#include "refinement/refinement.hpp"

#include "lifting/intercept.hpp"
#include "lifting/module.hpp"
#include "model/facts.hpp"
#include "proofs/machine_bucket.hpp"
#include "proofs/noninterference.hpp"
#include "refinement/abstraction.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

namespace vtlcheck::refinement {

using namespace model;
using proofs::Goal;

namespace {

/// What is known of the exits that a claim is about, before anything is lifted: what it excludes is never lifted.
struct Shape {
    Kind kind = Kind::l2_exit;
    std::optional<std::uint16_t> reason = std::nullopt; ///< basic exit reason
    std::optional<std::uint16_t> code = std::nullopt;   ///< of a VMCALL
    bool other_slot = false;                            ///< the exit may be about another VP's slot
};

/// A claim: which exits it is about.
struct Chapter {
    const char* id;
    const char* what; ///< of the statement: "RDMSR"
    const char* mutant;
    Shape shape;
    std::vector<LogSite> sites = {}; ///< at which its exits attempt to log
    /// Exits of the shape that the claim is not about, since another claim is; none if empty.
    std::function<Bool(const Exit<Symbolic>&)> but = nullptr;
};

/// Names of the words that stand for the specification's variables, and everything that is bound before lifting.
class Scene {
public:
    Scene(Goal& goal, const std::string& bitcode, const Shape& shape, unsigned vp, unsigned slot_vp)
        : goal_(goal), module_(bitcode), intercept_(module_, goal.context(), options(vp)) {
        const proofs::Run& run = goal.run();
        const auto stands_for = [&](const std::string& scope) {
            return [&, scope](const FieldName& name, const auto& field) {
                const unsigned width = width_of(field);
                const auto pieces = scope == "exit" ? pieces_of_exit(name, width)
                                    : scope == "config"
                                        ? std::vector<Piece>{{.path = path_of_config(name), .low = 0, .width = width}}
                                        : pieces_of_state(scope, name, width, vp, slot_vp);
                bind(scope + "." + name.str(), width, pieces);
            };
        };
        Config<Symbolic>::visit(stands_for("config"), run.config);
        Exit<Symbolic>::visit(stands_for("exit"), run.exit);
        State<Symbolic>::visit_scoped(
            [&](const char* scope, const FieldName& name, const auto& field) { stands_for(scope)(name, field); },
            run.before);
        intercept_.bind("exit.kind", static_cast<std::uint8_t>(shape.kind));
        intercept_.bind("exit.vp", vp);
        auto& terms = intercept_.terms();
        if (shape.reason) {
            intercept_.bind("exit.info[0]", terms.concat(terms.extract(terms.variable("exit.info.rax", 64), 16, 48),
                                                         terms.constant(16, *shape.reason)));
        }
        if (shape.code) {
            intercept_.bind("exit.gpr[1]", terms.concat(terms.extract(terms.variable("exit.rcx", 64), 16, 48),
                                                        terms.constant(16, *shape.code)));
        }
        lifted_.emplace(intercept_.run("vtl_handle_exit"));
    }

    [[nodiscard]] z3::expr before(const std::string& path) const { return intercept_.before(path); }
    [[nodiscard]] z3::expr after(const std::string& path) const { return lifted_->after(path); }
    [[nodiscard]] const lifting::Lifted& lifted() const { return *lifted_; }
    [[nodiscard]] const lifting::Intercept& intercept() const { return intercept_; }

    /// The pieces hold what the field says.
    [[nodiscard]] z3::expr agree(const std::vector<Piece>& pieces, const z3::expr& field) const {
        z3::expr all = goal_.context().bool_val(true);
        for (const Piece& piece : pieces) {
            const z3::expr word = after(piece.path);
            const z3::expr part = piece.width == 0 || field.is_bool() || field.get_sort().bv_size() == piece.width
                                      ? field
                                      : field.extract(piece.low + piece.width - 1, piece.low);
            if (!z3::eq(word.get_sort(), part.get_sort())) {
                throw std::logic_error(fmt::format("{} is of another width than its field", piece.path));
            }
            all = all && word == part;
        }
        return all;
    }

    template <class Field>
    static unsigned width_of(const Field& field) {
        return field.term().is_bool() ? 1U : field.term().get_sort().bv_size();
    }

private:
    static lifting::InterceptOptions options(unsigned vp) {
        lifting::InterceptOptions options;
        options.vps = vps;
        options.vp = vp;
        return options;
    }
    void bind(const std::string& variable, unsigned width, const std::vector<Piece>& pieces) {
        auto& terms = intercept_.terms();
        for (const Piece& piece : pieces) {
            if (piece.path == "exit.kind" || piece.path == "exit.vp" || piece.path == "partition.config.vps") {
                continue; // constants
            }
            const lifting::Term whole = terms.variable(variable, width);
            intercept_.bind(piece.path, piece.path == "exit.vtl" ? terms.zext(whole, 32)
                                        : piece.width == width   ? whole
                                                                 : terms.extract(whole, piece.low, piece.width));
        }
    }

    Goal& goal_;
    lifting::Module module_;
    lifting::Intercept intercept_;
    std::optional<lifting::Lifted> lifted_;
};

/// Replaces variables by what they are known to be, in many terms at once.
class Substitution {
public:
    explicit Substitution(z3::context& context) : from_(context), to_(context) {}
    void replace(const z3::expr& variable, const z3::expr& by) {
        from_.push_back(variable);
        to_.push_back(by);
    }
    [[nodiscard]] z3::expr operator()(z3::expr term) const { return term.substitute(from_, to_); }

private:
    z3::expr_vector from_, to_;
};

/// Puts variables in the place of arithmetic, one for equal operands: of products of two words and, if `sums`, of sums of
/// two or more. What holds whatever the results are holds of the results, and no solver has to add or multiply to see that
/// both hands do the same.
class Generalised {
public:
    Generalised(z3::context& context, bool sums) : context_(context), kept_(context), sums_(sums) {}

    [[nodiscard]] z3::expr operator()(const z3::expr& term) {
        std::vector<z3::expr> open{term};
        while (!open.empty()) {
            const z3::expr next = open.back();
            if (known_.contains(id(next))) {
                open.pop_back();
                continue;
            }
            const std::size_t before = open.size();
            for (unsigned i = 0; i < next.num_args(); ++i) {
                if (!known_.contains(id(next.arg(i)))) {
                    open.push_back(next.arg(i));
                }
            }
            if (open.size() == before) {
                keep(next, rebuilt(next));
                open.pop_back();
            }
        }
        return at(term);
    }

private:
    /// Words that are added or, if the second is true, subtracted; and a number.
    struct Sum {
        std::vector<std::pair<z3::expr, bool>> words;
        z3::expr number;
    };

    [[nodiscard]] unsigned id(const z3::expr& term) const { return Z3_get_ast_id(context_, term); }
    [[nodiscard]] z3::expr at(const z3::expr& term) const { return kept_[static_cast<int>(known_.at(id(term)))]; }
    void keep(const z3::expr& term, const z3::expr& result) {
        kept_.push_back(term); // lest its id is used again
        known_.emplace(id(term), kept_.size());
        kept_.push_back(result);
    }
    [[nodiscard]] z3::expr rebuilt(const z3::expr& term) {
        if (term.num_args() == 0) {
            return term;
        }
        const auto kind = term.decl().decl_kind();
        const bool product = kind == Z3_OP_BMUL && term.num_args() == 2;
        if (sums_ && (kind == Z3_OP_BADD || kind == Z3_OP_BSUB || kind == Z3_OP_BNEG)) {
            return sum(term);
        }
        z3::expr_vector parts(context_);
        bool changed = false;
        for (unsigned i = 0; i < term.num_args(); ++i) {
            parts.push_back(at(term.arg(i)));
            changed = changed || !z3::eq(parts.back(), term.arg(i));
        }
        if (product) {
            const z3::expr a = parts[0].simplify();
            const z3::expr b = parts[1].simplify();
            return a.is_numeral() || b.is_numeral() ? (a * b).simplify() : variable("product", {a, b});
        }
        if (!changed) {
            return term;
        }
        if (kind == Z3_OP_ITE && (parts[0].is_true() || parts[0].is_false())) {
            return parts[0].is_true() ? parts[1] : parts[2];
        }
        const z3::expr result = term.decl()(parts);
        for (unsigned i = 0; i < parts.size(); ++i) {
            const z3::expr part = parts[static_cast<int>(i)];
            if (!part.is_numeral() && !part.is_true() && !part.is_false()) {
                return result;
            }
        }
        return result.simplify();
    }
    /// The words that the term adds up, as they are in its place, and the rest.
    void collect(const z3::expr& term, bool minus, Sum& into) const {
        const auto kind = term.is_app() && term.num_args() > 0 ? term.decl().decl_kind() : Z3_OP_UNINTERPRETED;
        if (kind == Z3_OP_BADD || kind == Z3_OP_BSUB) {
            collect(term.arg(0), minus, into);
            for (unsigned i = 1; i < term.num_args(); ++i) {
                collect(term.arg(i), minus != (kind == Z3_OP_BSUB), into);
            }
        } else if (kind == Z3_OP_BNEG) {
            collect(term.arg(0), !minus, into);
        } else if (kind == Z3_OP_BNOT) { // -x - 1
            into.number = minus ? into.number + 1 : into.number - 1;
            collect(term.arg(0), !minus, into);
        } else if (const z3::expr word = at(term).simplify(); word.is_numeral()) {
            into.number = minus ? into.number - word : into.number + word;
        } else {
            put(into, word, minus);
        }
    }
    static void put(Sum& into, const z3::expr& word, bool minus) {
        const auto opposite = std::find_if(into.words.begin(), into.words.end(), [&](const auto& other) {
            return z3::eq(other.first, word) && other.second != minus;
        });
        if (opposite == into.words.end()) {
            into.words.emplace_back(word, minus);
        } else {
            into.words.erase(opposite);
        }
    }
    [[nodiscard]] z3::expr sum(const z3::expr& term) {
        Sum parts{.words = {}, .number = context_.bv_val(0, term.get_sort().bv_size())};
        collect(term, false, parts);
        return sum(parts);
    }
    [[nodiscard]] z3::expr sum(const Sum& parts) {
        // A choice comes first and the sum afterwards, since one hand may choose before it adds, and the other after.
        for (std::size_t i = 0; i < parts.words.size(); ++i) {
            const auto [word, minus] = parts.words[i];
            if (word.is_app() && word.decl().decl_kind() == Z3_OP_ITE) {
                const auto with = [&](const z3::expr& chosen) {
                    Sum rest = parts;
                    rest.words.erase(rest.words.begin() + static_cast<std::ptrdiff_t>(i));
                    if (const z3::expr simple = chosen.simplify(); simple.is_numeral()) {
                        rest.number = minus ? rest.number - simple : rest.number + simple;
                    } else {
                        put(rest, chosen, minus);
                    }
                    return sum(rest);
                };
                return z3::ite(word.arg(0), with(word.arg(1)), with(word.arg(2)));
            }
        }
        const z3::expr number = parts.number.simplify();
        if (parts.words.empty()) {
            return number;
        }
        std::vector<z3::expr> words;
        for (const auto& [word, minus] : parts.words) {
            words.push_back(minus ? -word : word);
        }
        return ((words.size() == 1 ? words.front() : variable("sum", words)) + number).simplify();
    }
    [[nodiscard]] z3::expr variable(const char* of, const std::vector<z3::expr>& operands) {
        std::string key = of;
        std::vector<unsigned> ids;
        for (const z3::expr& operand : operands) {
            kept_.push_back(operand);
            ids.push_back(id(operand));
        }
        std::sort(ids.begin(), ids.end());
        key += fmt::format("({})", fmt::join(ids, ","));
        return context_.bv_const(key.c_str(), operands.front().get_sort().bv_size());
    }

    z3::context& context_;
    z3::expr_vector kept_;
    std::map<unsigned, unsigned> known_;
    bool sums_;
};

/// What one obligation is about: conditions that hold together.
using Groups = std::vector<std::pair<std::string, Bool>>;

void add(Groups& groups, const std::string& name, const z3::expr& holds) {
    for (auto& [known, all] : groups) {
        if (known == name) {
            all = all & Bool(holds);
            return;
        }
    }
    groups.emplace_back(name, Bool(holds));
}

/// The run of the specification, of an exit of the shape.
const proofs::Run& run_of(Goal& goal, const Shape& shape, unsigned vp) {
    return proofs::narrowed(goal, "", [&](State<Symbolic>&, Exit<Symbolic>& exit) {
        exit.kind = static_cast<std::uint8_t>(shape.kind);
        exit.vp = vp;
        const auto low16 = [](const Symbolic::Bv<64>& word, std::uint16_t value) {
            return Symbolic::Bv<64>(z3::concat(word.term().extract(63, 16), Symbolic::context().bv_val(value, 16)));
        };
        if (shape.reason) {
            exit.info[info_rax] = low16(exit.info[info_rax], *shape.reason);
        }
        if (shape.code) {
            exit.gpr[rcx] = low16(exit.gpr[rcx], *shape.code);
        }
    });
}

/// Which VP's slot the exit is about, symbolically (model::slot_vp).
Symbolic::Bv<32> slot_of(const Shape& shape, const Exit<Symbolic>& exit, unsigned vp) {
    const auto named = shape.kind == Kind::startup_ipi ? trunc<32>(exit.argument) : exit.target_vp;
    return Symbolic::ite(named < vps, named, Symbolic::Bv<32>(vp));
}

std::string group_of_state(const std::string& scope, const FieldName& name) {
    if (scope == "slot") {
        return name.prefix[0] == '\0' ? "slot" : fmt::format("slot-{}", std::string_view(name.prefix).substr(0, 3));
    }
    if (scope == "vp") {
        return std::string_view(name.prefix) == "pending." ? "vp-message" : "vp";
    }
    if (scope.starts_with("partition")) {
        return "partition";
    }
    return scope;
}

std::string group_of_outcome(const FieldName& name) {
    const std::string base = name.base;
    if (std::string_view(name.prefix) == "message_" || base.starts_with("message") || base.starts_with("interrupt_v") ||
        base == "interrupt") {
        return "outcome-message";
    }
    for (const char* group : {"audit", "log", "hypercall", "request"}) {
        if (base.starts_with(group)) {
            return fmt::format("outcome-{}", group);
        }
    }
    static const std::set<std::string> control{"disposition",      "error",        "event",
                                               "event_error_code", "rip",          "interruptibility",
                                               "pending_debug",    "proxy_filter", "crash_notify"};
    return control.contains(base) ? "outcome" : base.starts_with("result") ? "outcome-result" : "outcome-registers";
}

void put(Goal& goal, const std::string& bitcode, const Chapter& chapter, unsigned vp, unsigned slot_vp) {
    z3::context& context = goal.context();
    const Shape& shape = chapter.shape;
    const Scene scene(goal, bitcode, shape, vp, slot_vp);
    const proofs::Run& run = run_of(goal, shape, vp);

    const auto before = [&](const std::string& path) { return scene.before(path); };
    const auto at = [](const std::string& format, auto... arguments) {
        return fmt::format(fmt::runtime(format), arguments...);
    };

    // Derived words, before the exit.
    Substitution in_step(context);
    for (const Derived& word : derived_words(context, run.config, run.before, vp)) {
        in_step.replace(before(word.path), word.value);
    }
    in_step.replace(run.config.vps.term(), context.bv_val(vps, 32));

    Groups groups;
    std::set<std::string> judged;
    const auto compare = [&](const std::string& group, const std::vector<Piece>& pieces, const z3::expr& field) {
        for (const Piece& piece : pieces) {
            judged.insert(piece.path);
        }
        add(groups, group, scene.agree(pieces, field));
    };
    Outcome<Symbolic>::visit(
        [&](const FieldName& name, const auto& field) {
            if (name.str() == "log_line" || name.str() == "log_suppressed") {
                return; // what the budget makes of it: below
            }
            compare(group_of_outcome(name), pieces_of_outcome(name, Scene::width_of(field)), field.term());
        },
        run.out);
    State<Symbolic>::visit_scoped(
        [&](const char* scope, const FieldName& name, const auto& field) {
            compare(group_of_state(scope, name), pieces_of_state(scope, name, Scene::width_of(field), vp, slot_vp),
                    field.term());
        },
        run.after);
    for (const Derived& word : derived_words(context, run.config, run.after, vp)) {
        compare(word.path.find("msr_bitmap") != std::string::npos ? "bitmaps" : "controls", {{.path = word.path}},
                word.value);
    }

    // The log budget, by the site that is charged: words of buckets, counters as sums, those of other VPs as they were, and
    // the ring of lines.
    const LogBudget<Symbolic> budget_before = log_budget(before);
    Bool nothing_untold(true);
    for (unsigned n = 1; n < log_site_count; ++n) {
        nothing_untold = nothing_untold & (budget_before.site[n].reported <= budget_before.site[n].suppressed);
    }
    struct Case {
        std::string name;
        unsigned site;
        Bool here;
        Groups groups;
    };
    std::vector<Case> cases;
    const bool flush = shape.kind == Kind::log_flush;
    const auto charged_at = [&](unsigned site) {
        Case& one = cases.emplace_back(
            Case{.name = site == 0 ? "" : at("-site-{}", site), .site = site, .here = Bool(true), .groups = {}});
        Outcome<Symbolic> out = run.out;
        Exit<Symbolic> exit = run.exit;
        if (flush) {
            one.here = site == 0 ? !names_log_site<Symbolic>(exit) : exit.argument == site;
            if (site != 0) {
                exit.argument = site;
            }
        } else {
            one.here = out.log_site == site;
            out.log_site = site;
        }
        if (site != 0) {
            // Of a difference that is a variable, what it is of equal words (Generalised).
            const LogAccount<Symbolic>& account = budget_before.site[site];
            one.here =
                one.here & ((account.suppressed != account.reported) | (account.suppressed - account.reported == 0));
        }
        LogBudget<Symbolic> budget = budget_before;
        const WordReading reading(budget.limits.total, flush);
        const auto clause = charge<Symbolic>(run.config, budget, exit, out, reading);
        const Bool renews = clause == log_clause_index("LOG-10");
        const Bool of_sites = exit.argument == 0;
        const BucketLimit<Symbolic> limit = new_limit<Symbolic>(exit);

        const auto same = [&](const char* group, const std::string& path, const z3::expr& value) {
            judged.insert(path);
            add(one.groups, group, scene.agree({{.path = path}}, value));
        };
        same("outcome-line", "outcome.log_line", out.log_line.term());
        same("outcome-line", "outcome.log_suppressed", out.log_suppressed.term());
        same("log-words", "partition.config.log_burst", budget.limits.site.burst.term());
        same("log-words", "partition.config.log_interval", budget.limits.site.interval.term());
        same("log-words", "partition.config.log_total_burst", budget.limits.total.burst.term());
        same("log-words", "partition.config.log_total_interval", budget.limits.total.interval.term());
        same("log-words", "partition.log.total_full_time", word_of(budget.total, renews & !of_sites, limit).term());
        for (unsigned n = 1; n < log_site_count; ++n) {
            const LogAccount<Symbolic>& account = budget.site[n];
            same("log-words", at("partition.log.site[{}].full_time", n - 1),
                 word_of(account.bucket, renews & of_sites, limit).term());
            same("log-words", at("partition.log.site[{}].reported", n - 1), account.reported.term());
            const auto counts = [&](const char* counter, std::initializer_list<std::string_view> when) {
                const std::string path = at("logs[{}].{}[{}]", vp, counter, n - 1);
                const Symbolic::Bv<64> own(before(path));
                Bool raised(false);
                for (const std::string_view id : when) {
                    raised = raised | (clause == log_clause_index(id));
                }
                same("log-counters", path, Symbolic::ite(raised & Bool(n == site), raised_by_one(own), own).term());
            };
            counts("emitted", {"LOG-03"});
            counts("suppressed", {"LOG-04", "LOG-05"});
            counts("summaries", {"LOG-07"});
        }

        using Word = Symbolic::Bv<64>;
        const HostLine<Symbolic> line = host_line<Symbolic>(exit, out, PlainLogReading<Symbolic>());
        const Word head(before(at("logs[{}].ring_head", vp)));
        const Word tail(before(at("logs[{}].ring_tail", vp)));
        const Word lost(before(at("logs[{}].lost", vp)));
        const Bool made = line.line != 0;
        const Bool room = head - tail < 64;
        same("log-ring", at("logs[{}].ring_head", vp), Symbolic::ite(made & room, head + 1, head).term());
        same("log-ring", at("logs[{}].lost", vp),
             Symbolic::ite(made & !room & (lost != Word(end_of_time)), lost + 1, lost).term());
        for (unsigned n = 0; n < 64; ++n) {
            const Bool here = made & room & ((head & 63) == n);
            const auto record = [&](const char* name, const auto& value) {
                const std::string path = at("logs[{}].ring[{}].{}", vp, n, name);
                same("log-ring", path, z3::ite(here.term(), value.term(), before(path)));
            };
            record("host.time", line.time);
            record("host.suppressed", line.suppressed);
            record("host.number", line.number);
            record("host.vp", line.vp);
            record("host.line", line.line);
            record("host.site", line.site);
            record("host.vtl", line.vtl);
            record("confidential.value", out.log_value);
        }
    };
    charged_at(0);
    Bool listed = run.out.log_site == 0;
    if (flush) {
        for (unsigned n = 1; n < log_site_count; ++n) {
            charged_at(n);
        }
    }
    for (const LogSite site : chapter.sites) {
        charged_at(static_cast<unsigned>(site));
        listed = listed | (run.out.log_site == static_cast<std::uint8_t>(site));
    }
    add(groups, "outcome-log", listed.term());

    // The ring of audit records.
    {
        const auto& next = run.before.vp.audit_next;
        for (unsigned n = 0; n < audit_capacity; ++n) {
            const Bool here = run.out.audit & ((next & (audit_capacity - 1)) == n);
            const auto record = [&](const char* name, const auto& value) {
                const std::string path = at("vp[{}].audit[{}].{}", vp, n, name);
                compare("audit-ring", {{.path = path}}, z3::ite(here.term(), value.term(), before(path)));
            };
            record("sequence", next);
            record("time", run.exit.now);
            record("vp", run.exit.vp);
            record("reg", run.out.audit_register);
            record("reason", run.out.audit_reason);
            record("origin", run.out.audit_origin);
            record("operation", run.out.audit_operation);
            record("vtl", run.out.audit_vtl);
            record("route", run.out.audit_route);
            record("verdict", run.out.audit_verdict);
        }
    }
    // Whatever else there is keeps its value: other VPs' slots, the exit, the configuration.
    for (const auto& word : scene.intercept().names()) {
        const bool sketch = word.name.find(".sketch.") != std::string::npos; // checked, not proved
        if (!word.pointer && !sketch && !judged.contains(word.name)) {
            add(groups, "all-else-stays", scene.after(word.name) == before(word.name));
        }
    }
    add(groups, "returns-ok", scene.lifted().result() == context.bv_val(0, 32));
    z3::expr_vector undefined(context);
    for (const lifting::Z3Obligation& obligation : scene.lifted().obligations()) {
        undefined.push_back(obligation.violation);
    }
    add(groups, "nothing-undefined", !z3::mk_or(undefined));

    if (flush || !chapter.sites.empty()) {
        const auto number = [&](const char* name) { return Symbolic::Bv<64>(context.bv_const(name, 64)); };
        const auto full_at = number("full_at");
        const auto now = number("now");
        const auto interval = number("interval");
        const auto tolerance = number("tolerance");
        const WordAttempt here = word_attempt(full_at, now, interval, tolerance);
        const auto there =
            proofs::machine_attempt<Symbolic>(full_at, now, interval, tolerance, Symbolic::Bv<64>(end_of_time));
        const auto sum_rises = sum_of_counters(number("others"), raised_by_one(full_at)) ==
                               raised_by_one(sum_of_counters(number("others"), full_at));
        add(groups, "counters-add-up", sum_rises.term());
        add(groups, "bucket-in-one-word",
            ((here.admitted == there.admitted) & (!here.admitted | (here.full_at == there.full_at))).term());
    }

    Bool premise = valid_state<Symbolic>(run.config, run.before) & acceptable_log_limits<Symbolic>(run.config) &
                   (run.config.isolation < isolation_count) & nothing_untold;
    if (shape.other_slot) {
        premise = premise & (slot_of(shape, run.exit, vp) == slot_vp);
    }
    if (chapter.but) {
        premise = premise & !chapter.but(run.exit);
    }
    const Bool assumed(in_step(premise.term()));
    const std::string suffix = slot_vp == vp ? "" : "-other-slot";
    for (const auto& [name, holds] : groups) {
        goal.prove(name + suffix, assumed, Bool(in_step(holds.term())));
    }
    Generalised products(context, false);
    Generalised sums(context, true);
    for (const auto& [of_case, site, here, about] : cases) {
        Generalised& general = site == 0 ? products : sums;
        const Bool assumed_here(general((assumed & Bool(in_step(here.term()))).term()));
        Substitution named(context); // the site of a flush is known, so that terms about others are none of it
        if (flush && site != 0) {
            named.replace(run.exit.argument.term(), context.bv_val(site, 64));
        }
        for (const auto& [name, holds] : about) {
            goal.prove(name + of_case + suffix, assumed_here, Bool(general(named(in_step(holds.term())))));
        }
    }
}

const std::vector<Chapter>& chapters() {
    static const auto l2 = [](std::uint16_t reason) { return Shape{.kind = Kind::l2_exit, .reason = reason}; };
    static const auto call = [](std::uint16_t code, bool other_slot = false) {
        return Shape{.kind = Kind::l2_exit, .reason = reason_vmcall, .code = code, .other_slot = other_slot};
    };
    static const auto request = [](Kind kind, bool other_slot = false) {
        return Shape{.kind = kind, .other_slot = other_slot};
    };
    static const auto l2_other = [](const Exit<Symbolic>& exit) {
        Bool known(false);
        for (const std::uint16_t reason : {reason_vmcall, reason_cr_access, reason_rdmsr, reason_wrmsr,
                                           reason_gdtr_idtr, reason_ldtr_tr, reason_xsetbv, reason_tdcall}) {
            known = known | (trunc<16>(exit.info[info_rax]) == reason);
        }
        return known;
    };
    static const auto other_call = [](const Exit<Symbolic>& exit) {
        Bool known(false);
        for (const std::uint16_t code :
             {hvcall_enable_partition_vtl, hvcall_enable_vp_vtl, hvcall_vtl_call, hvcall_vtl_return,
              hvcall_get_vp_registers, hvcall_set_vp_registers, hvcall_start_virtual_processor}) {
            known = known | (trunc<16>(exit.gpr[rcx]) == code);
        }
        return known;
    };
    // Not here: HvCallGetVpRegisters, HvCallSetVpRegisters and VTL_HOST_ACCESS, of which Z3 gives up on some obligations while
    // the register is left open, and requests of unknown kinds.
    static const std::vector<Chapter> all{
        {"REFINE-RDMSR", "RDMSR", "effect-dropped:MSR-R-25", l2(reason_rdmsr), {LogSite::unknown_read}},
        {"REFINE-WRMSR",
         "WRMSR",
         "guard-dropped:MSR-W-45",
         l2(reason_wrmsr),
         {LogSite::unknown_write, LogSite::protected_write, LogSite::crash}},
        {"REFINE-TDCALL",
         "TDCALL",
         "effect-dropped:TDC-10",
         l2(reason_tdcall),
         {LogSite::tdvmcall_read, LogSite::tdvmcall_write, LogSite::tdvmcall_function}},
        {"REFINE-CR", "a CR access", "guard-dropped:CR-05", l2(reason_cr_access), {LogSite::protected_register}},
        {"REFINE-XSETBV", "XSETBV", "effect-dropped:XCR-04", l2(reason_xsetbv), {LogSite::protected_register}},
        {"REFINE-GDTR-IDTR",
         "an access to GDTR or IDTR",
         "guard-never:DT-05",
         l2(reason_gdtr_idtr),
         {LogSite::protected_register}},
        {"REFINE-LDTR-TR",
         "an access to LDTR or TR",
         "guard-never:DT-05",
         l2(reason_ldtr_tr),
         {LogSite::protected_register}},
        {"REFINE-OTHER-EXIT",
         "an exit of another reason",
         "guard-never:EXIT-05",
         {.kind = Kind::l2_exit},
         {},
         l2_other},
        {"REFINE-ENABLE-PARTITION", "HvCallEnablePartitionVtl", "effect-dropped:VTL-P-08",
         call(hvcall_enable_partition_vtl)},
        {"REFINE-ENABLE-VP", "HvCallEnableVpVtl", "effect-dropped:VTL-E-10", call(hvcall_enable_vp_vtl, true)},
        {"REFINE-START-VP", "HvCallStartVirtualProcessor", "effect-dropped:VTL-V-08",
         call(hvcall_start_virtual_processor, true)},
        {"REFINE-VTL-CALL", "HvCallVtlCall", "effect-dropped:VTL-S-01", call(hvcall_vtl_call), {LogSite::vtl_switch}},
        {"REFINE-VTL-RETURN",
         "HvCallVtlReturn",
         "effect-dropped:VTL-S-04",
         call(hvcall_vtl_return),
         {LogSite::vtl_switch}},
        {"REFINE-OTHER-CALL",
         "a hypercall of another code",
         "guard-never:HVC-03",
         {.kind = Kind::l2_exit, .reason = reason_vmcall},
         {LogSite::hypercall_code},
         other_call},
        {"REFINE-LOAD-CONTEXT", "VTL_LOAD_CONTEXT", "effect-dropped:CTL-09", request(Kind::load_context)},
        {"REFINE-APIC-OFFLOAD", "VTL_SET_APIC_OFFLOAD", "effect-dropped:CTL-04", request(Kind::set_apic_offload)},
        {"REFINE-DELIVER", "VTL_DELIVER_MESSAGE", "effect-dropped:CTL-14", request(Kind::deliver_message)},
        {"REFINE-PREEMPT", "VTL_PREEMPT", "effect-dropped:CTL-15", request(Kind::preempt)},
        {"REFINE-STARTUP-IPI", "VTL_STARTUP_IPI", "guard-dropped:CTL-17", request(Kind::startup_ipi, true)},
        {"REFINE-REVOKE", "VTL_REVOKE_VSM", "effect-dropped:CTL-20", request(Kind::revoke_vsm)},
        {"REFINE-SPECIAL", "VTL_SPECIAL_REQUEST", "effect-dropped:SPEC-02", request(Kind::special_request)},
        {"REFINE-DRAIN", "VTL_DRAIN_AUDIT", "effect-dropped:CTL-22", request(Kind::drain_audit)},
        {"REFINE-LOG-FLUSH", "VTL_LOG_FLUSH", "guard-dropped:CTL-24", request(Kind::log_flush)},
        {"REFINE-LOG-LIMITS", "VTL_LOG_LIMITS", "guard-never:CTL-26", request(Kind::log_limits)},
    };
    return all;
}

} // namespace

std::vector<proofs::Claim> claims(const std::string& bitcode) {
    std::vector<proofs::Claim> all;
    for (const Chapter& chapter : chapters()) {
        all.push_back(
            {.id = chapter.id,
             .statement = fmt::format("Of {} the implementation makes what the specification says: outcome, state, "
                                      "bitmaps, controls, log budget and audit records.",
                                      chapter.what),
             .source = "D2 R2",
             .assumptions =
                 {proofs::valid_state_assumption,
                  "INIT: the limits of the log budget and the isolation type are those of an accepted "
                  "configuration",
                  "IN-STEP: MSR bitmaps and controls are what the state says (proved of every exit here)",
                  "LOG-WORD: a bucket in one word is the bucket of the specification (proved)",
                  "LOG-COUNT: no site has reported more than it suppressed (proved of every reachable budget)",
                  "TWO-VPS: the partition has two VPs, VP 0 exits, no census is attached, and no other VP "
                  "touches the log budget meanwhile"},
             .mutants = {chapter.mutant},
             .put = [&chapter, bitcode](Goal& goal) {
                 put(goal, bitcode, chapter, 0, 0);
                 if (chapter.shape.other_slot) {
                     put(goal, bitcode, chapter, 0, 1);
                 }
             }});
    }
    return all;
}

} // namespace vtlcheck::refinement
