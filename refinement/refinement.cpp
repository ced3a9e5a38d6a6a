// Lifts an exit of a kind, runs the specification on the same exit, and compares everything that comes of it.
#include "refinement/refinement.hpp"

#include "lifting/intercept.hpp"
#include "lifting/module.hpp"
#include "model/facts.hpp"
#include "proofs/machine_bucket.hpp"
#include "proofs/noninterference.hpp"
#include "refinement/abstraction.hpp"
#include "refinement/setup.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cctype>
#include <cstdint>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <stdexcept>
#include <utility>

namespace vtlcheck::refinement {

using namespace model;
using proofs::Goal;

namespace {

/// Numbers that differ in their lowest bits only.
struct Block {
    std::uint32_t first = 0; ///< the lowest `open` bits are 0
    unsigned open = 0;       ///< below 32
    [[nodiscard]] std::uint32_t last() const { return first + ((std::uint32_t{1} << open) - 1); }
};

/// The fewest blocks that are all numbers of `bits` bits but those of `others`.
std::vector<Block> blocks_without(const std::vector<std::uint32_t>& others, unsigned bits) {
    std::vector<Block> blocks;
    std::vector<Block> open;
    const auto halves_of = [&](std::uint32_t first, unsigned half) {
        open.push_back({first + (std::uint32_t{1} << half), half});
        open.push_back({first, half});
    };
    halves_of(0, bits - 1);
    while (!open.empty()) {
        const Block next = open.back();
        open.pop_back();
        if (std::none_of(others.begin(), others.end(),
                         [&](std::uint32_t n) { return n >= next.first && n <= next.last(); })) {
            blocks.push_back(next);
        } else if (next.open != 0) {
            halves_of(next.first, next.open - 1);
        }
    }
    return blocks;
}

/// What is known of the exits that a claim is about, before anything is lifted: what it excludes is never lifted.
struct Shape {
    Kind kind = Kind::l2_exit;
    /// In place of a kind: words of the C ABI that are none. Above 255 the specification has no kind; what it says of 255
    /// is meant.
    std::optional<Block> kinds = std::nullopt;
    std::optional<Block> reason = std::nullopt;       ///< basic exit reason, of 16 bits
    std::optional<Block> code = std::nullopt;         ///< of a VMCALL, of 16 bits
    bool other_slot = false;                          ///< the exit may be about another VP's slot
    std::optional<std::uint32_t> name = std::nullopt; ///< HV_REGISTER_NAME of the hypercall input
};

/// A claim: which exits it is about.
struct Chapter {
    const char* id;
    const char* what; ///< of the statement: "RDMSR"
    const char* mutant;
    Shape shape;
    std::vector<LogSite> sites = {}; ///< at which its exits attempt to log
    /// What has obligations of its own: a group of fields, or a row of the register table. If there are blocks, each of
    /// those instead.
    enum class Each : std::uint8_t { group, row } each = Each::group;
    std::optional<Block> Shape::* open = nullptr; ///< what the blocks are of
    std::vector<Block> blocks = {};               ///< of numbers that mean nothing here
    std::vector<std::uint32_t> no_codes = {};     ///< of VMCALLs that the claim is not about, since others are
};

constexpr const char* kind_word = "exit.kind.word";

/// Names of the words that stand for the specification's variables, and everything that is bound before lifting.
class Scene {
public:
    Scene(Goal& goal, const lifting::Module& module, const Shape& shape, unsigned vp, unsigned slot_vp)
        : intercept_(module, goal.context(), scene_of(vp)) {
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
        intercept_.bind("exit.vp", vp);
        auto& terms = intercept_.terms();
        // The lowest `bits` bits of the word are in the block.
        const auto in_block = [&](lifting::Term word, unsigned width, unsigned bits, const Block& block) {
            lifting::Term term = terms.constant(bits - block.open, block.first >> block.open);
            if (block.open != 0) {
                term = terms.concat(term, terms.extract(word, 0, block.open));
            }
            return width == bits ? term : terms.concat(terms.extract(word, bits, width - bits), term);
        };
        if (shape.kinds) {
            intercept_.bind("exit.kind", in_block(terms.variable(kind_word, 32), 32, 32, *shape.kinds));
        } else {
            intercept_.bind("exit.kind", static_cast<std::uint8_t>(shape.kind));
        }
        if (shape.reason) {
            intercept_.bind("exit.info[0]", in_block(terms.variable("exit.info.rax", 64), 64, 16, *shape.reason));
        }
        if (shape.code) {
            intercept_.bind("exit.gpr[1]", in_block(terms.variable("exit.rcx", 64), 64, 16, *shape.code));
        }
    }

    /// The way through exits that are as they were bound.
    [[nodiscard]] lifting::Lifted lift() { return intercept_.run("vtl_handle_exit"); }
    /// The same of one register, where exits name one.
    [[nodiscard]] lifting::Lifted lift(std::uint32_t name) {
        intercept_.bind("exit.input.name", name);
        return lift();
    }

    [[nodiscard]] z3::expr before(const std::string& path) const { return intercept_.before(path); }
    [[nodiscard]] const lifting::Intercept& intercept() const { return intercept_; }

private:
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

    lifting::Intercept intercept_;
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
    /// Of several at once: their common parts are looked at once.
    [[nodiscard]] z3::expr_vector operator()(const z3::expr_vector& terms) const {
        return parts((*this)(together(terms)));
    }
    [[nodiscard]] z3::expr_vector simplified(const z3::expr_vector& terms) const {
        return parts((*this)(together(terms)).simplify());
    }

private:
    static z3::expr together(const z3::expr_vector& terms) {
        z3::sort_vector sorts(terms.ctx());
        for (const z3::expr& term : terms) {
            sorts.push_back(term.get_sort());
        }
        return terms.ctx().function("together", sorts, terms.ctx().bool_sort())(terms);
    }
    static z3::expr_vector parts(const z3::expr& together) {
        z3::expr_vector terms(together.ctx());
        for (unsigned i = 0; i < together.num_args(); ++i) {
            terms.push_back(together.arg(i));
        }
        return terms;
    }

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

/// Terms within `whole` that follow from `variable` and from nothing else, parts first; all but the variable itself.
z3::expr_vector following_from(const z3::expr& variable, const z3::expr& whole) {
    enum class From { nothing, it_alone, others };
    z3::context& context = variable.ctx();
    const auto id = [&](const z3::expr& term) { return Z3_get_ast_id(context, term); };
    std::map<unsigned, From> known;
    z3::expr_vector following(context);
    std::vector<z3::expr> open{whole};
    while (!open.empty()) {
        const z3::expr next = open.back();
        const std::size_t before = open.size();
        for (unsigned i = 0; i < next.num_args() && !known.contains(id(next)); ++i) {
            if (!known.contains(id(next.arg(i)))) {
                open.push_back(next.arg(i));
            }
        }
        if (open.size() != before) {
            continue;
        }
        open.pop_back();
        const bool is_variable = z3::eq(next, variable);
        const bool unknown = next.is_const() && next.decl().decl_kind() == Z3_OP_UNINTERPRETED;
        From from = is_variable ? From::it_alone : unknown ? From::others : From::nothing;
        for (unsigned i = 0; i < next.num_args(); ++i) {
            from = std::max(from, known.at(id(next.arg(i))));
        }
        if (known.emplace(id(next), from).second && from == From::it_alone && !is_variable) {
            following.push_back(next);
        }
    }
    return following;
}

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

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(), [](unsigned char c) { return std::tolower(c); });
    return result;
}

/// The run of the specification, of an exit of the shape. What is known of the exit is put in before the step, which makes
/// for small terms; the claim's own run is about any exit.
struct Narrowed {
    Config<Symbolic> config;
    State<Symbolic> before;
    Exit<Symbolic> exit;
    State<Symbolic> after;
    Outcome<Symbolic> out;
    Bool is_run{true}; ///< the exit is that of the claim's run
};

Narrowed run_of(const Goal& goal, const Shape& shape, unsigned vp) {
    const proofs::Run& any = goal.run();
    Narrowed run{.config = any.config, .before = any.before, .exit = any.exit, .after = any.before, .out = {}};
    const auto in_block = [](const z3::expr& word, unsigned bits, const Block& block) {
        z3::expr term = Symbolic::context().bv_val(block.first >> block.open, bits - block.open);
        if (block.open != 0) {
            term = z3::concat(term, word.extract(block.open - 1, 0));
        }
        const unsigned width = word.get_sort().bv_size();
        return width == bits ? term : z3::concat(word.extract(width - 1, bits), term);
    };
    run.exit.kind = static_cast<std::uint8_t>(shape.kind);
    if (shape.kinds) {
        const z3::expr word = Symbolic::context().bv_const(kind_word, 32);
        run.exit.kind = shape.kinds->last() > 0xFF ? Symbolic::Bv<8>(0xFF)
                                                   : trunc<8>(Symbolic::Bv<32>(in_block(word, 32, *shape.kinds)));
    }
    run.exit.vp = vp;
    run.config.vps = vps;
    if (shape.reason) {
        run.exit.info[info_rax] = Symbolic::Bv<64>(in_block(any.exit.info[info_rax].term(), 16, *shape.reason));
    }
    if (shape.code) {
        run.exit.gpr[rcx] = Symbolic::Bv<64>(in_block(any.exit.gpr[rcx].term(), 16, *shape.code));
    }
    if (shape.name) {
        run.exit.name = *shape.name;
    }
    const auto same = [&](const auto&, const auto& a, const auto& b) { run.is_run = run.is_run & (a == b); };
    Exit<Symbolic>::visit(same, any.exit, run.exit);
    run.is_run = run.is_run & (any.config.vps == run.config.vps);
    proofs::Reading<Symbolic> reading(goal.mutant(), {run.config, run.before, run.exit});
    run.out = step<Symbolic>(run.config, run.after, run.exit, reading).out;
    return run;
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

/// A place of a ring whose next place is given by the low bits of a counter. Where `any`, one place stands for all: that it is
/// the place is one truth value, and what was there before one word for each field. What holds of these holds of each place,
/// and all places come to the same terms, unless the counter was chosen among others.
class Place {
public:
    Place(const z3::expr& counter, unsigned n, unsigned places, bool any)
        : is_any_(any), here_(counter.ctx()), any_(counter.ctx()) {
        const auto bits = static_cast<unsigned>(std::bit_width(places - 1));
        const z3::expr low = counter.extract(bits - 1, 0);
        const z3::expr number = counter.ctx().bv_val(n, bits);
        here_ = low == number;
        if (any) {
            const z3::expr here = counter.ctx().bool_const("here");
            any_.replace(here_, here);
            any_.replace(number == low, here);
            here_ = here;
        }
    }
    [[nodiscard]] const z3::expr& here() const { return here_; }
    /// Gives the word that stands for what was in the field.
    z3::expr field(const char* name, const z3::expr& before) {
        if (!is_any_) {
            return before;
        }
        const z3::expr word = before.ctx().constant(fmt::format("before.{}", name).c_str(), before.get_sort());
        any_.replace(before, word);
        return word;
    }
    [[nodiscard]] z3::expr_vector operator()(const z3::expr_vector& terms) const {
        return is_any_ ? any_(terms) : terms;
    }

private:
    bool is_any_;
    z3::expr here_;
    Substitution any_;
};

/// The log budget after exits that charge one site, or none.
struct LogCase {
    std::string name; ///< of the obligations, after that of the group
    unsigned site;    ///< 0: none
    Bool here;
    Groups groups;
};

/// Both hands' way through the exits of a shape.
class Comparison {
public:
    /// `one_place`: one place of a ring stands for all (Place).
    Comparison(Goal& goal, Scene& scene, const Shape& shape, unsigned vp, unsigned slot_vp, bool one_place = true)
        : goal_(goal), shape_(shape), vp_(vp), slot_vp_(slot_vp), one_place_(one_place), scene_(scene),
          lifted_(shape.name ? scene.lift(*shape.name) : scene.lift()), run_(run_of(goal, shape, vp)),
          in_step_(goal.context()) {
        for (const Derived& word : derived_words(goal.context(), run_.config, run_.before, vp)) {
            in_step_.replace(before(word.path), word.value);
        }
        in_step_.replace(goal.run().config.vps.term(), goal.context().bv_val(vps, 32));
        outcome();
        state();
        audit_ring();
    }

    /// What holds of the exits that the claim is about, besides a valid state.
    [[nodiscard]] Bool premise(const Chapter& chapter) const {
        const LogBudget<Symbolic> budget = log_budget([&](const std::string& path) { return before(path); });
        Bool known = acceptable_log_limits<Symbolic>(run_.config) & (run_.config.isolation < isolation_count);
        for (unsigned n = 1; n < log_site_count; ++n) {
            known = known & (budget.site[n].reported <= budget.site[n].suppressed);
        }
        for (const std::uint32_t code : chapter.no_codes) {
            known = known & (trunc<16>(run_.exit.gpr[rcx]) != code);
        }
        if (shape_.other_slot) {
            known = known & (slot_of(shape_, run_.exit, vp_) == slot_vp_);
        }
        return in_step(known) & run_.is_run;
    }
    /// With bitmaps and controls in step with the state before.
    [[nodiscard]] Bool in_step(const Bool& term) const { return Bool(in_step_(term.term())); }

    [[nodiscard]] const Narrowed& run() const { return run_; }
    /// Groups that have nothing to do with the log budget. To be taken after the cases, since one of them is about the
    /// words that are in no other, and not among the words `elsewhere`.
    [[nodiscard]] const Groups& groups(const std::set<std::string>& elsewhere = {}) {
        rest(elsewhere);
        return groups_;
    }
    /// Words that groups or cases are about.
    [[nodiscard]] const std::set<std::string>& judged() const { return judged_; }

    /// The log budget where `site` is charged: words of buckets, counters as sums, those of other VPs as they were, and the
    /// ring of lines.
    [[nodiscard]] LogCase charged_at(unsigned site) {
        const LogBudget<Symbolic> budget_before = log_budget([&](const std::string& path) { return before(path); });
        const bool flush = shape_.kind == Kind::log_flush;
        LogCase one{
            .name = site == 0 ? "" : fmt::format("-site-{}", site), .site = site, .here = Bool(true), .groups = {}};
        Outcome<Symbolic> out = run_.out;
        Exit<Symbolic> exit = run_.exit;
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
        const auto clause = charge<Symbolic>(run_.config, budget, exit, out, reading);
        const Bool renews = clause == log_clause_index("LOG-10");
        const Bool of_sites = exit.argument == 0;
        const BucketLimit<Symbolic> limit = new_limit<Symbolic>(exit);

        const auto same = [&](const char* group, const std::string& path, const z3::expr& value) {
            compare(one.groups, group, {{.path = path}}, value);
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
            same("log-words", fmt::format("partition.log.site[{}].full_time", n - 1),
                 word_of(account.bucket, renews & of_sites, limit).term());
            same("log-words", fmt::format("partition.log.site[{}].reported", n - 1), account.reported.term());
            const auto counts = [&](const char* counter, std::initializer_list<std::string_view> when) {
                const std::string path = fmt::format("logs[{}].{}[{}]", vp_, counter, n - 1);
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
        log_ring(one.groups, exit, out);
        return one;
    }

private:
    [[nodiscard]] z3::expr before(const std::string& path) const { return scene_.before(path); }
    [[nodiscard]] z3::expr after(const std::string& path) const { return lifted_.after(path); }

    /// The pieces hold what the field says.
    [[nodiscard]] z3::expr agree(const std::vector<Piece>& pieces, const z3::expr& field) const {
        z3::expr all = goal_.context().bool_val(true);
        for (const Piece& piece : pieces) {
            const z3::expr word = after(piece.path);
            const z3::expr part = part_of(field, piece);
            if (!z3::eq(word.get_sort(), part.get_sort())) {
                throw std::logic_error(fmt::format("{} is of another width than its field", piece.path));
            }
            all = all && word == part;
        }
        return all;
    }

    void compare(Groups& groups, const std::string& group, const std::vector<Piece>& pieces, const z3::expr& field) {
        for (const Piece& piece : pieces) {
            judged_.insert(piece.path);
        }
        add(groups, group, agree(pieces, field));
    }

    /// A record of a ring: where, and what is put into its fields.
    struct Record {
        std::string ring;
        Place place;
        std::vector<std::pair<const char*, z3::expr>> fields = {};
    };
    /// The record holds what is put there if it is the place and one is `made`, else what it held. `seen`: conditions of the
    /// same ring that are in the group already.
    void compare(Groups& groups, const std::string& group, const z3::expr& made, Record& record,
                 std::set<unsigned>& seen) {
        z3::expr_vector now(goal_.context());
        std::vector<z3::expr> then;
        for (const auto& [name, value] : record.fields) {
            const std::string path = fmt::format("{}.{}", record.ring, name);
            judged_.insert(path);
            now.push_back(after(path));
            then.push_back(z3::ite(made && record.place.here(), value, record.place.field(name, before(path))));
        }
        now = record.place(now);
        for (std::size_t i = 0; i < then.size(); ++i) {
            const z3::expr agrees = now[static_cast<int>(i)] == then[i];
            if (seen.insert(Z3_get_ast_id(goal_.context(), agrees)).second) {
                add(groups, group, agrees);
            }
        }
    }

    void outcome() {
        Outcome<Symbolic>::visit(
            [&](const FieldName& name, const auto& field) {
                if (name.str() == "log_line" || name.str() == "log_suppressed") {
                    return; // what the budget makes of it: charged_at()
                }
                compare(groups_, group_of_outcome(name), pieces_of_outcome(name, width_of(field)), field.term());
            },
            run_.out);
        add(groups_, "returns-ok", lifted_.result() == goal_.context().bv_val(0, 32));
        z3::expr undefined = goal_.context().bool_val(false);
        for (const lifting::Z3Obligation& obligation : lifted_.obligations()) {
            undefined = undefined || obligation.violation;
        }
        add(groups_, "nothing-undefined", !undefined);
    }

    void state() {
        State<Symbolic>::visit_scoped(
            [&](const char* scope, const FieldName& name, const auto& field) {
                compare(groups_, group_of_state(scope, name),
                        pieces_of_state(scope, name, width_of(field), vp_, slot_vp_), field.term());
            },
            run_.after);
        for (const Derived& word : derived_words(goal_.context(), run_.config, run_.after, vp_)) {
            compare(groups_, word.path.find("msr_bitmap") != std::string::npos ? "bitmaps" : "controls",
                    {{.path = word.path}}, word.value);
        }
    }

    // Of the implementation's own outcome: that it is the specification's is an obligation of its own.
    void audit_ring() {
        const z3::expr made = after("outcome.audit.present");
        const z3::expr next = run_.before.vp.audit_next.term();
        std::set<unsigned> seen;
        for (unsigned n = 0; n < audit_capacity; ++n) {
            Record record{.ring = fmt::format("vp[{}].audit[{}]", vp_, n),
                          .place = {next, n, audit_capacity, one_place_}};
            record.fields = {{"sequence", next}, {"time", run_.exit.now.term()}, {"vp", run_.exit.vp.term()}};
            for (const char* name : {"reg", "reason", "origin", "operation", "vtl", "route", "verdict"}) {
                record.fields.emplace_back(name, after(fmt::format("outcome.audit.{}", name)));
            }
            compare(groups_, "audit-ring", made, record, seen);
        }
    }

    void log_ring(Groups& groups, const Exit<Symbolic>& exit, const Outcome<Symbolic>& out) {
        using Word = Symbolic::Bv<64>;
        const auto at = [&](const char* name) { return fmt::format("logs[{}].{}", vp_, name); };
        const HostLine<Symbolic> line = host_line<Symbolic>(exit, out, PlainLogReading<Symbolic>());
        const Word head(before(at("ring_head")));
        const Word tail(before(at("ring_tail")));
        const Word lost(before(at("lost")));
        const Bool made = line.line != 0;
        const Bool room = head - tail < 64;
        const auto same = [&](const std::string& path, const z3::expr& value) {
            compare(groups, "log-ring", {{.path = path}}, value);
        };
        same(at("ring_head"), Symbolic::ite(made & room, head + 1, head).term());
        same(at("lost"), Symbolic::ite(made & !room & (lost != Word(end_of_time)), lost + 1, lost).term());
        std::set<unsigned> seen;
        for (unsigned n = 0; n < 64; ++n) {
            Record record{.ring = at(fmt::format("ring[{}]", n).c_str()), .place = {head.term(), n, 64, one_place_}};
            record.fields = {{"host.time", line.time.term()},     {"host.suppressed", line.suppressed.term()},
                             {"host.number", line.number.term()}, {"host.vp", line.vp.term()},
                             {"host.line", line.line.term()},     {"host.site", line.site.term()},
                             {"host.vtl", line.vtl.term()},       {"confidential.value", out.log_value.term()}};
            compare(groups, "log-ring", (made & room).term(), record, seen);
        }
    }

    // Whatever else there is keeps its value: other VPs' slots, the exit, the configuration.
    void rest(const std::set<std::string>& elsewhere) {
        for (const auto& word : scene_.intercept().names()) {
            const bool sketch = word.name.find(".sketch.") != std::string::npos; // checked, not proved
            if (!word.pointer && !sketch && !elsewhere.contains(word.name) && judged_.insert(word.name).second) {
                add(groups_, "all-else-stays", after(word.name) == before(word.name));
            }
        }
    }

    Goal& goal_;
    Shape shape_;
    unsigned vp_;
    unsigned slot_vp_;
    bool one_place_;
    const Scene& scene_;
    lifting::Lifted lifted_;
    Narrowed run_;
    Substitution in_step_;
    Groups groups_;
    std::set<std::string> judged_;
};

/// What the log budget's words and counters rest on, besides what is said of single exits.
void put_words(Goal& goal) {
    const auto number = [&](const char* name) { return Symbolic::Bv<64>(goal.context().bv_const(name, 64)); };
    const auto full_at = number("full_at");
    const auto now = number("now");
    const auto interval = number("interval");
    const auto tolerance = number("tolerance");
    const WordAttempt here = word_attempt(full_at, now, interval, tolerance);
    const auto there =
        proofs::machine_attempt<Symbolic>(full_at, now, interval, tolerance, Symbolic::Bv<64>(end_of_time));
    goal.prove("counters-add-up", sum_of_counters(number("others"), raised_by_one(full_at)) ==
                                      raised_by_one(sum_of_counters(number("others"), full_at)));
    goal.prove("bucket-in-one-word",
               (here.admitted == there.admitted) & (!here.admitted | (here.full_at == there.full_at)));
}

/// What is to be proved: that the premise implies it.
struct Duty {
    std::string name;
    Bool premise;
    Bool holds;
};

/// What there is to prove of the log budget, by site: of none, and of those at which exits of the chapter attempt to log.
std::vector<std::vector<Duty>> log_duties(const Goal& goal, const Chapter& chapter, Comparison& both,
                                          const Bool& premise) {
    z3::context& context = goal.context();
    const bool flush = chapter.shape.kind == Kind::log_flush;
    std::vector<unsigned> sites{0};
    Bool listed = both.run().out.log_site == 0;
    for (unsigned n = 1; flush && n < log_site_count; ++n) {
        sites.push_back(n);
    }
    for (const LogSite site : chapter.sites) {
        sites.push_back(static_cast<unsigned>(site));
        listed = listed | (both.run().out.log_site == static_cast<std::uint8_t>(site));
    }
    std::vector<std::vector<Duty>> duties;
    Generalised products(context, false);
    Generalised sums(context, true);
    for (const unsigned site : sites) {
        const LogCase here = both.charged_at(site);
        Generalised& general = site == 0 ? products : sums;
        const Bool assumed(general((premise & both.in_step(here.here)).term()));
        Substitution named(context); // the site of a flush is known, so that terms about others are none of it
        if (flush && site != 0) {
            named.replace(both.run().exit.argument.term(), context.bv_val(site, 64));
        }
        std::vector<Duty>& of_site = duties.emplace_back();
        if (site == 0) {
            of_site.push_back({"log-site", premise, both.in_step(listed)});
        }
        for (const auto& [name, holds] : here.groups) {
            of_site.push_back({name + here.name, assumed, Bool(general(named(both.in_step(holds).term())))});
        }
    }
    return duties;
}

/// All of several as one, under the premise of the last.
Duty together(const std::vector<Duty>& duties) {
    Duty all = duties.back();
    for (std::size_t i = 0; i + 1 < duties.size(); ++i) {
        all.holds = all.holds & (!duties[i].premise | duties[i].holds);
    }
    return all;
}

/// Terms where the variable is that number.
z3::expr_vector at(const z3::expr& variable, std::uint64_t number, const z3::expr_vector& terms) {
    Substitution there(variable.ctx());
    there.replace(variable, variable.ctx().bv_val(number, variable.get_sort().bv_size()));
    return there.simplified(terms);
}

/// Terms that are one number wherever the condition holds of the variable, but have parts that are not. Found by trial: that
/// it holds everywhere is an obligation.
class Alike {
public:
    Alike(const z3::expr& variable, const z3::expr& condition, const z3::expr_vector& following)
        : values_(variable.ctx()), facts_(variable.ctx()) {
        z3::context& context = variable.ctx();
        // Words that are looked up in a table; the steps of a look-up are words, too, but of no use.
        std::set<unsigned> steps;
        for (const z3::expr& term : following) {
            for (unsigned i = 1; term.is_ite() && i < term.num_args(); ++i) {
                steps.insert(Z3_get_ast_id(context, term.arg(i)));
            }
        }
        z3::expr_vector terms(context);
        for (const z3::expr& term : following) {
            if (term.is_bv() && !steps.contains(Z3_get_ast_id(context, term))) {
                terms.push_back(term);
            }
        }
        z3::solver solver(context, "QF_BV");
        solver.add(condition);
        const auto number_of = [&] { return solver.get_model().eval(variable, true).get_numeral_uint64(); };
        constexpr std::size_t few = 4; // numbers tell of many terms at a time
        std::set<std::uint64_t> numbers;
        std::set<unsigned> proved;
        for (std::size_t i = 0; i < unlisted_register; ++i) {
            for (const std::uint32_t next : {register_table[i].code + 1, register_table[i].code - 1}) {
                if (register_index(next) == unlisted_register) {
                    numbers.insert(next);
                }
            }
        }
        std::optional<z3::expr_vector> first;
        std::vector<bool> same(terms.size(), true);
        while (!numbers.empty()) {
            for (const std::uint64_t number : numbers) {
                const z3::expr_vector here = at(variable, number, terms);
                first = first ? first : here;
                for (unsigned i = 0; i < terms.size(); ++i) {
                    same[i] = same[i] && z3::eq(here[static_cast<int>(i)], (*first)[static_cast<int>(i)]);
                }
            }
            choose(terms, *first, same);
            numbers.clear();
            for (const z3::expr& fact : facts_) {
                if (numbers.size() == few || proved.contains(Z3_get_ast_id(context, fact))) {
                    continue;
                }
                solver.push();
                solver.add(!fact);
                if (solver.check() == z3::sat) {
                    numbers.insert(number_of());
                } else {
                    proved.insert(Z3_get_ast_id(context, fact));
                }
                solver.pop();
            }
        }
    }
    [[nodiscard]] Bool holds() const {
        Bool all(true);
        for (const z3::expr& fact : facts_) {
            all = all & Bool(fact);
        }
        return all;
    }
    [[nodiscard]] z3::expr put_into(const z3::expr& term) const { return values_(term); }

private:
    void choose(const z3::expr_vector& terms, const z3::expr_vector& values, const std::vector<bool>& same) {
        z3::context& context = facts_.ctx();
        const auto id = [&](const z3::expr& term) { return Z3_get_ast_id(context, term); };
        values_ = Substitution(context);
        z3::expr_vector all(context);
        std::set<unsigned> constant;
        for (unsigned i = 0; i < terms.size(); ++i) {
            const z3::expr term = terms[static_cast<int>(i)];
            const z3::expr value = values[static_cast<int>(i)];
            bool lowest = same[i];
            for (unsigned n = 0; lowest && n < term.num_args(); ++n) {
                lowest = !constant.contains(id(term.arg(n)));
            }
            if (same[i]) {
                constant.insert(id(term));
            }
            if (lowest) {
                all.push_back(term == value);
                values_.replace(term, value);
            }
        }
        facts_ = all;
    }

    Substitution values_;
    z3::expr_vector facts_;
};

/// Adds the obligations of a chapter whose exits name a register: one for each register that is apart, and those about all
/// others at once.
void put_registers(Goal& goal, const Chapter& chapter, Scene& scene, Comparison& any, const Bool& premise) {
    z3::context& context = goal.context();
    const z3::expr name = goal.run().exit.name.term();
    const std::set<std::string> log_words = any.judged();
    const Groups groups = any.groups(); // before the scene is bound to a name
    Bool apart(false);
    for (std::size_t i = 0; i < unlisted_register; ++i) {
        const RegisterRow& row = register_table[i];
        apart = apart | (goal.run().exit.name == row.code);
        Shape shape = chapter.shape;
        shape.name = row.code;
        Comparison one(goal, scene, shape, 0, 0);
        Bool holds(true);
        for (const auto& [group, agrees] : one.groups(log_words)) {
            holds = holds & agrees;
        }
        goal.prove(fmt::format("register-{}", lower(row.name)), one.premise(chapter), one.in_step(holds));
    }
    std::vector<std::pair<std::string, z3::expr>> rest;
    z3::expr_vector wholes(context);
    for (const auto& [group, agrees] : groups) {
        const z3::expr term = any.in_step(agrees).term();
        rest.emplace_back(group, term);
        wholes.push_back(term);
    }
    // What all other names have in common is found in some of them and proved of all. It takes the tables out of the rest.
    const Alike alike(name, (!apart).term(), following_from(name, z3::mk_and(wholes)));
    goal.prove("registers-alike", !apart, alike.holds());
    for (const auto& [group, term] : rest) {
        goal.prove(group, premise & !apart, Bool(alike.put_into(term)));
    }
}

/// Adds obligations about a block of numbers that mean nothing: one about all that has nothing to do with the log budget,
/// one about the log budget where nothing is logged, and one for each log site at which the exits attempt to log.
void put_block(Goal& goal, const lifting::Module& module, const Chapter& chapter, const Block& block) {
    Shape shape = chapter.shape;
    shape.*chapter.open = block;
    Scene scene(goal, module, shape, 0, 0);
    Comparison both(goal, scene, shape, 0, 0);
    const Bool premise = both.premise(chapter);
    const auto name = fmt::format("from-{}-to-{}", block.first, block.last());
    const std::vector<std::vector<Duty>> log = log_duties(goal, chapter, both, premise);
    std::vector<Duty> all;
    for (const auto& [group, holds] : both.groups()) {
        all.push_back({group, premise, both.in_step(holds)});
    }
    const auto add = [&](const std::string& of, const std::vector<Duty>& duties) {
        const Duty one = together(duties);
        goal.prove(name + of, one.premise, one.holds);
    };
    add("", all);
    add("-log", log.front());
    for (std::size_t i = 1; i < log.size(); ++i) {
        add(fmt::format("-site-{}", static_cast<unsigned>(chapter.sites[i - 1])), log[i]);
    }
}

void put(Goal& goal, const lifting::Module& module, const Chapter& chapter) {
    using Each = Chapter::Each;
    goal.assume_valid_state();
    for (const Block& block : chapter.blocks) {
        put_block(goal, module, chapter, block);
    }
    for (unsigned slot_vp = 0; chapter.blocks.empty() && slot_vp <= (chapter.shape.other_slot ? 1U : 0U); ++slot_vp) {
        const std::string suffix = slot_vp == 0 ? "" : "-other-slot";
        Scene scene(goal, module, chapter.shape, 0, slot_vp);
        // A register that is not known may be any word of the VP, the counter of audit records included.
        Comparison both(goal, scene, chapter.shape, 0, slot_vp, chapter.each != Each::row);
        const Bool premise = both.premise(chapter);
        const std::vector<std::vector<Duty>> log = log_duties(goal, chapter, both, premise);
        // These before the log, since most mutants change them, and an obligation of the log takes longer.
        if (chapter.each == Each::row) {
            put_registers(goal, chapter, scene, both, premise);
        } else {
            for (const auto& [name, holds] : both.groups()) {
                goal.prove(name + suffix, premise, both.in_step(holds));
            }
        }
        for (const std::vector<Duty>& duties : log) {
            for (const Duty& duty : duties) {
                goal.prove(duty.name + suffix, duty.premise, duty.holds);
            }
        }
    }
    if (!chapter.sites.empty() || chapter.shape.kind == Kind::log_flush) {
        put_words(goal);
    }
}

const std::vector<Chapter>& chapters() {
    static const auto l2 = [](std::uint16_t reason) { return Shape{.kind = Kind::l2_exit, .reason = Block{reason}}; };
    static const auto call = [](std::uint16_t code, bool other_slot = false) {
        return Shape{
            .kind = Kind::l2_exit, .reason = Block{reason_vmcall}, .code = Block{code}, .other_slot = other_slot};
    };
    static const auto request = [](Kind kind, bool other_slot = false) {
        return Shape{.kind = kind, .other_slot = other_slot};
    };
    const std::vector<std::uint32_t> reasons{reason_vmcall,    reason_cr_access, reason_rdmsr,  reason_wrmsr,
                                             reason_gdtr_idtr, reason_ldtr_tr,   reason_xsetbv, reason_tdcall};
    std::vector<std::uint32_t> codes{hvcall_enable_partition_vtl,
                                     hvcall_enable_vp_vtl,
                                     hvcall_vtl_call,
                                     hvcall_vtl_return,
                                     hvcall_get_vp_registers,
                                     hvcall_set_vp_registers,
                                     hvcall_start_virtual_processor};
    std::vector<Block> elsewhere;
    for (const std::uint16_t code : hvcalls_elsewhere) {
        elsewhere.push_back({code});
        codes.push_back(code);
    }
    std::vector<std::uint32_t> kinds(kind_count);
    std::iota(kinds.begin(), kinds.end(), 0U);
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
         Chapter::Each::group,
         &Shape::reason,
         blocks_without(reasons, 16)},
        {"REFINE-ENABLE-PARTITION", "HvCallEnablePartitionVtl", "effect-dropped:VTL-P-08",
         call(hvcall_enable_partition_vtl)},
        {"REFINE-ENABLE-VP", "HvCallEnableVpVtl", "effect-dropped:VTL-E-10", call(hvcall_enable_vp_vtl, true)},
        {"REFINE-START-VP", "HvCallStartVirtualProcessor", "effect-dropped:VTL-V-08",
         call(hvcall_start_virtual_processor, true)},
        {"REFINE-GET-REGISTERS",
         "HvCallGetVpRegisters",
         "guard-never:REG-H-05",
         call(hvcall_get_vp_registers),
         {},
         Chapter::Each::row},
        {"REFINE-SET-REGISTERS",
         "HvCallSetVpRegisters",
         "guard-never:REG-H-05",
         call(hvcall_set_vp_registers),
         {},
         Chapter::Each::row},
        {"REFINE-HOST-ACCESS",
         "VTL_HOST_ACCESS",
         "guard-never:HOST-03",
         request(Kind::host_access),
         {},
         Chapter::Each::row},
        {"REFINE-VTL-CALL", "HvCallVtlCall", "effect-dropped:VTL-S-01", call(hvcall_vtl_call), {LogSite::vtl_switch}},
        {"REFINE-VTL-RETURN",
         "HvCallVtlReturn",
         "effect-dropped:VTL-S-04",
         call(hvcall_vtl_return),
         {LogSite::vtl_switch}},
        {"REFINE-CALL-ELSEWHERE",
         "a hypercall that others serve",
         "guard-never:HVC-03",
         {.kind = Kind::l2_exit, .reason = Block{reason_vmcall}},
         {},
         Chapter::Each::group,
         &Shape::code,
         elsewhere},
        {"REFINE-OTHER-CALL",
         "a hypercall of another code",
         "guard-never:HVC-02",
         {.kind = Kind::l2_exit, .reason = Block{reason_vmcall}},
         {LogSite::hypercall_code},
         Chapter::Each::group,
         nullptr,
         {},
         codes},
        {"REFINE-LOAD-CONTEXT", "VTL_LOAD_CONTEXT", "effect-dropped:CTL-09", request(Kind::load_context)},
        {"REFINE-APIC-OFFLOAD", "VTL_SET_APIC_OFFLOAD", "effect-dropped:CTL-04", request(Kind::set_apic_offload)},
        {"REFINE-DELIVER", "VTL_DELIVER_MESSAGE", "effect-dropped:CTL-14", request(Kind::deliver_message)},
        {"REFINE-PREEMPT", "VTL_PREEMPT", "effect-dropped:CTL-15", request(Kind::preempt)},
        {"REFINE-STARTUP-IPI", "VTL_STARTUP_IPI", "guard-dropped:CTL-17", request(Kind::startup_ipi, true)},
        {"REFINE-REVOKE", "VTL_REVOKE_VSM", "effect-dropped:CTL-20", request(Kind::revoke_vsm)},
        {"REFINE-SPECIAL", "VTL_SPECIAL_REQUEST", "effect-dropped:SPEC-02", request(Kind::special_request)},
        {"REFINE-DRAIN", "VTL_DRAIN_AUDIT", "effect-dropped:CTL-22", request(Kind::drain_audit)},
        {"REFINE-LOG-FLUSH", "VTL_LOG_FLUSH", "guard-dropped:CTL-24", request(Kind::log_flush)},
        {"REFINE-OTHER-KIND",
         "a request of a kind that does not exist",
         "guard-never:CTL-07",
         {},
         {},
         Chapter::Each::group,
         &Shape::kinds,
         blocks_without(kinds, 32)},
        {"REFINE-LOG-LIMITS", "VTL_LOG_LIMITS", "guard-never:CTL-26", request(Kind::log_limits)},
    };
    return all;
}

} // namespace

std::vector<proofs::Claim> claims(const std::string& bitcode) {
    std::vector<proofs::Claim> all;
    all.push_back({.id = "REFINE-SETUP",
                   .statement = "Setting up a partition and its VPs, and restoring a VP, leave the state that the "
                                "specification has or was given, bitmaps and controls in step with it, an empty log "
                                "budget and empty audit rings; a configuration that is not acceptable changes nothing.",
                   .source = "D2 R33",
                   .assumptions = {"TWO-VPS: the partition has two VPs"},
                   .mutants = {"bitmap-intercepts-s-cet-always"},
                   .put = [bitcode](Goal& goal) { put_setup(goal, lifting::Module(bitcode)); }});
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
                 const lifting::Module module(bitcode);
                 put(goal, module, chapter);
             }});
    }
    return all;
}

} // namespace vtlcheck::refinement
