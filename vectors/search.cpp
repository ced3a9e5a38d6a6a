#include "vectors/search.hpp"

#include "proptests/campaign.hpp"
#include "proptests/generator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace vtlcheck::vectors {
namespace {

using conformance::Trace;
using conformance::TraceHeader;
using model::ConcreteExit;
using proptests::Cell;
using proptests::CellNumber;
using proptests::Plan;
using proptests::Random;

constexpr bool bit_of(std::uint32_t bits, unsigned n) { return ((bits >> n) & 1U) != 0; }

ConcreteExit exit_of(std::string_view text) { return conformance::parse_step(text).exit; }

/// A context of real mode that can be entered.
constexpr const char* real_mode_context =
    " context.rip=0x1000 context.rflags=2 context.efer=0x800 context.cr0=0x10 context.pat=0x7040600070406"
    " context.cs=0x93f0000000ffff context.ds=0x9300000000ffff context.es=0x9300000000ffff context.fs=0x9300000000ffff"
    " context.gs=0x9300000000ffff context.ss=0x9300000000ffff context.tr=0x8b004000000067";

/// The steps by which a guest gets to states that are worth starting from.
struct Steps {
    ConcreteExit enable_partition = exit_of("vp0 vtl0 vmcall 0xd partition_id=0xffffffffffffffff target_vtl=1");
    ConcreteExit enable_vp =
        exit_of(std::string("vp0 vtl0 vmcall 0xf partition_id=0xffffffffffffffff target_vtl=1") + real_mode_context);
    ConcreteExit start_vp =
        exit_of(std::string("vp0 vtl0 vmcall 0x99 partition_id=0xffffffffffffffff") + real_mode_context);
    ConcreteExit load_context = exit_of("vp0 vtl0 load-context");
    ConcreteExit call = exit_of("vp0 vtl0 vtl-call");
    ConcreteExit back = exit_of("vp0 vtl1 vtl-return");
    ConcreteExit revoke = exit_of("vp0 vtl0 revoke-vsm");
    ConcreteExit deliver = exit_of("vp0 vtl0 deliver-message");
    ConcreteExit long_mode = exit_of("vp0 vtl0 wrmsr 0xc0000080 0xd01");
    ConcreteExit x2apic = exit_of("vp0 vtl0 wrmsr 0x1b 0xfee00c00");
    ConcreteExit simp = exit_of("vp0 vtl1 wrmsr 0x40000083 0x5001");
    ConcreteExit sint = exit_of("vp0 vtl1 wrmsr 0x40000090 0x31");
    ConcreteExit flush = exit_of("vp0 vtl0 log-flush 1");
    ConcreteExit claim = exit_of("vp0 vtl1 set-reg CrInterceptControl 0x7ffffff");
    ConcreteExit claim_cr0 = exit_of("vp0 vtl1 set-reg CrInterceptCr0Mask 0xffffffffffffffff");
    ConcreteExit claim_cr4 = exit_of("vp0 vtl1 set-reg CrInterceptCr4Mask 0xffffffffffffffff");
    ConcreteExit protect = exit_of("vp0 vtl1 set-reg VsmPartitionConfig 0x5f");
};
const Steps& steps() {
    static const Steps all;
    return all;
}

/// Receives the exits of a history, one after the other; gives the log site of the outcome.
using Take = std::function<std::uint8_t(const ConcreteExit&)>;

/// A history as a machine makes it: between a plan's exits VTLs are switched as they have to be, and exits that cannot be
/// are made possible or left out.
class Plausible {
public:
    Plausible(const Plan& plan, const History& history, const Take& take)
        : plan_(plan), history_(history), take_(take), random_(plan.seed ^ 0x5DEECE66D) {}

    /// What the plan's start state is, by the steps that lead there.
    void open() {
        const Steps& s = steps();
        const bool vtl1 = bit_of(plan_.start, 0);
        if (random_.chance(60)) {
            on(0, false, s.long_mode);
        }
        if (bit_of(plan_.start, 1)) {
            x2apic(0, false);
        }
        if (vtl1 || ((plan_.start >> 5U) & 3U) == 1) {
            ConcreteExit enable = s.enable_partition;
            enable.flags = bit_of(plan_.start, 7) ? 1 : 0;
            take_(enable);
        } else if (((plan_.start >> 5U) & 3U) == 2) {
            take_(s.revoke);
        }
        if (vtl1) {
            open_vtl1();
        }
        for (std::uint32_t vp = 1; vp < plan_.vps; ++vp) {
            if (random_.chance(75)) {
                start_vp(vp);
            }
        }
    }

    void follow(ConcreteExit exit) {
        exit.now = std::max(exit.now.value(), now_); // by contract it does not go back
        if (exit.kind.value() == static_cast<std::uint8_t>(model::Kind::l2_exit)) {
            enter(exit.vp.value(), exit.vtl1.value());
            exit.vtl1 = model::Concrete::Bool(entered(exit.vp.value()) == 1);
        }
        if (history_.possible(exit)) {
            const std::uint8_t site = take(exit);
            if (site != 0 && random_.chance(2)) {
                insist(exit, site);
            }
        }
    }

private:
    /// The guest goes on until its site has no lines left, and what it suppressed is to be summed up.
    void insist(const ConcreteExit& exit, std::uint8_t site) {
        for (std::uint64_t n = history_.config().log_burst.value(); n != 0 && n <= 10; --n) {
            on(exit.vp.value(), exit.vtl1.value(), exit);
        }
        ConcreteExit flush = steps().flush;
        flush.argument = site;
        flush.vtl1 = model::Concrete::Bool(random_.chance(50));
        take(flush);
        flush.now = now_ + history_.config().log_interval.value();
        take(flush);
    }

    void open_vtl1() {
        const Steps& s = steps();
        ConcreteExit enable = s.enable_vp;
        enable.target_vp = model::vp_index_self;
        take(enable);
        on(0, false, s.load_context);
        for (std::uint32_t vp = 1; vp < plan_.vps && !bit_of(plan_.start, 10); ++vp) {
            enable.target_vp = vp;
            on(0, true, enable);
            on(vp, false, s.load_context);
        }
        if (random_.chance(60)) {
            on(0, true, s.long_mode);
        }
        if (bit_of(plan_.start, 2)) {
            x2apic(0, true);
        }
        if (bit_of(plan_.start, 3)) {
            on(0, true, s.simp);
            ConcreteExit sint = s.sint;
            sint.gpr[model::rax] = bit_of(plan_.start, 4) ? 0x40031U : 0x31U;
            on(0, true, sint);
        }
        if (bit_of(plan_.start, 8)) {
            on(0, true, s.protect);
        }
        if (bit_of(plan_.start, 9)) {
            on(0, true, s.claim);
            on(0, true, s.claim_cr0);
            on(0, true, s.claim_cr4);
        }
    }

    void start_vp(std::uint32_t vp) {
        ConcreteExit start = steps().start_vp;
        start.target_vp = vp;
        const bool of_vtl1 = bit_of(plan_.start, 12) && shared(vp).vtl1_present.value();
        start.target_vtl = of_vtl1 ? 1U : 0U;
        on(0, of_vtl1, start);
        if (vp + 1 != plan_.vps || !bit_of(plan_.start, 11)) {
            on(vp, false, steps().load_context);
        }
    }

    void x2apic(std::uint32_t vp, bool vtl1) {
        ConcreteExit exit = steps().x2apic;
        const std::uint64_t reset = history_.state().vp[vp].vtl[vtl1 ? 1 : 0].apic_base.value();
        exit.gpr[model::rax] = (reset | model::apic_base_extd) & 0xFFFFFFFF;
        exit.gpr[model::rdx] = reset >> 32U;
        on(vp, vtl1, exit);
    }

    [[nodiscard]] const model::VpShared<model::Concrete>& shared(std::uint32_t vp) const {
        return history_.state().vp[vp].shared;
    }
    [[nodiscard]] unsigned entered(std::uint32_t vp) const {
        return model::next_entry<model::Concrete>(shared(vp)).value();
    }

    std::uint8_t take(ConcreteExit exit) {
        now_ = std::max(now_, exit.now.value());
        exit.now = now_;
        return take_(exit);
    }
    void on(std::uint32_t vp, bool vtl1, ConcreteExit exit) {
        exit.vp = vp;
        exit.vtl1 = model::Concrete::Bool(vtl1);
        if (exit.kind.value() == static_cast<std::uint8_t>(model::Kind::l2_exit)) {
            enter(vp, vtl1);
        }
        if (history_.possible(exit)) {
            take(exit);
        }
    }
    /// Makes the VP run that VTL, if it can.
    void enter(std::uint32_t vp, bool vtl1) {
        const auto switching = [&](ConcreteExit exit) {
            exit.vp = vp;
            if (history_.possible(exit)) {
                take(exit);
            }
        };
        if (entered(vp) == 2) {
            switching(steps().deliver);
        }
        if (vtl1 && entered(vp) == 0 && shared(vp).vtl1_present.value()) {
            switching(steps().call);
        } else if (!vtl1 && entered(vp) == 1) {
            switching(steps().back);
        }
    }

    const Plan& plan_;
    const History& history_;
    const Take& take_;
    Random random_;
    std::uint64_t now_ = 0;
};

/// A plan's history in a grade: its header, and its exits until `take` has enough.
TraceHeader header_in(const Plan& plan, Grade grade) {
    TraceHeader header = proptests::header_of(plan);
    if (grade != Grade::placed) {
        // Every state that the steps lead to is to be reached.
        const bool vsm = bit_of(plan.start, 0) || ((plan.start >> 5U) & 3U) == 1;
        header.config.access_vsm = model::Concrete::Bool(header.config.access_vsm.value() || vsm);
        header.start = conformance::InitialState::reset(plan.vps);
    }
    return header;
}

/// Calls `see` for each exit of the plan's history with what answered it, until it gives false.
void follow(const Plan& plan, Grade grade, const std::function<bool(const ConcreteExit&, const Answer&)>& see) {
    History history(header_in(plan, grade));
    bool wanted = true;
    const Take take = [&](const ConcreteExit& exit) {
        if (!wanted) {
            return std::uint8_t{0};
        }
        const Answer answer = history.step_and_compare(exit);
        wanted = see(exit, answer);
        return answer.out.log_site.value();
    };
    proptests::ExitGenerator generator(plan);
    Plausible plausible(plan, history, take);
    ConcreteExit exit;
    if (grade != Grade::placed) {
        plausible.open();
    }
    for (std::uint32_t i = 0; i < plan.length && wanted; ++i) {
        generator.next(exit);
        if (grade == Grade::possible) {
            plausible.follow(exit);
        } else {
            take(exit);
        }
    }
}

struct TargetHash {
    std::size_t operator()(const Target& target) const {
        return std::hash<std::uint64_t>{}((target.what * 0x9E3779B97F4A7C15 + target.of) * 4 +
                                          static_cast<std::uint64_t>(target.kind));
    }
};

/// Where a target was seen first in the shortest history so far.
struct Sight {
    Grade grade = Grade::possible;
    std::uint64_t plan = 0;
    std::uint32_t exits = 0; ///< of its history, up to the target's
};

} // namespace

bool judges_context(model::ClauseIndex clause) {
    const std::string_view id = proptests::cell_clause(clause).id;
    return id.starts_with("VTL-E-") || id.starts_with("VTL-V-");
}

namespace {

/// Mode of a context and type of its CS, which decide by which rules it is judged; never 0.
std::uint64_t kind_of(const model::Context<model::Concrete>& context) {
    const std::uint64_t mode = (context.efer.value() & model::efer_lme) != 0 ? 3
                               : (context.cr0.value() & model::cr0_pe) != 0  ? 2
                                                                             : 1;
    return mode << 4U | ((context.rest[model::seg_cs].value() >> 48U) & 0xF);
}

} // namespace

std::string text_of(Target target) {
    static constexpr std::array<const char*, 4> context_mode{"", "real", "protected", "long"};
    const auto clause = proptests::cell_at(target.of).clause;
    const std::uint64_t what = target.what;
    switch (proptests::cell_shapes[clause].number) {
    case CellNumber::none:
        return judges_context(clause)
                   ? fmt::format("context of {} mode, CS type {:#x}", context_mode.at(what >> 4U), what & 0xF)
                   : (what == 2 ? "long mode" : "no long mode");
    case CellNumber::name:
        return what < model::unlisted_register ? std::string(model::register_table[what].name) : "unlisted";
    default:
        return what < model::unlisted_row
                   ? fmt::format("{:#x}-{:#x}", model::msr_table[what].first, model::msr_table[what].last)
                   : "unlisted";
    }
}

std::vector<Target> targets_of(const Answer& answer, const ConcreteExit& exit) {
    std::vector<Target> targets{target_of(answer.cell, exit, answer.long_mode),
                                target_of(answer.log_cell, exit, answer.long_mode)};
    const std::uint32_t clause = answer.decision.clause;
    for (std::size_t field = answer.changed._Find_first(); field < answer.changed.size();
         field = answer.changed._Find_next(field)) {
        targets.push_back({Target::Kind::change, clause, field});
    }
    targets.push_back({Target::Kind::form, clause, answer.decision.form});
    return targets;
}

Target target_of(const Cell& cell, const ConcreteExit& exit, bool long_mode) {
    Target target{.of = static_cast<std::uint32_t>(proptests::index_of(cell))};
    switch (proptests::cell_shapes[cell.clause].number) {
    case CellNumber::none:
        target.what = judges_context(cell.clause)          ? kind_of(exit.context)
                      : cell.clause >= model::clause_count ? 0 // the log budget looks at no mode
                      : long_mode                          ? 2
                                                           : 1;
        break;
    case CellNumber::rcx:
        target.what =
            static_cast<std::uint32_t>(model::row_index(static_cast<std::uint32_t>(exit.gpr[model::rcx].value())));
        break;
    case CellNumber::r12:
        target.what =
            static_cast<std::uint32_t>(model::row_index(static_cast<std::uint32_t>(exit.gpr[model::r12].value())));
        break;
    case CellNumber::name:
        target.what = static_cast<std::uint32_t>(model::register_index(exit.name.value()));
        break;
    }
    return target;
}

Finds search(const SearchOptions& options, const SearchProgress& progress) {
    const auto plans = proptests::arbitrary_plan();
    const auto plan_number = [&](std::uint64_t number) {
        return proptests::plan_number(plans, options.seed, number).value();
    };
    std::unordered_map<Target, Sight, TargetHash> sights;
    std::vector<bool> missing(proptests::cell_index_count);
    for (const Cell& cell : proptests::reachable_cells()) {
        missing[proptests::index_of(cell)] = true;
    }
    const std::uint64_t traces = proptests::trace_count(options.exits);
    for (const Grade grade : {Grade::possible, Grade::impossible, Grade::placed}) {
        const std::vector<bool> wanted = missing;
        const bool done = std::find(wanted.begin(), wanted.end(), true) == wanted.end();
        for (std::uint64_t number = 0; number < traces && !done; ++number) {
            std::uint32_t exits = 0;
            follow(plan_number(number), grade, [&](const ConcreteExit& exit, const Answer& answer) {
                ++exits;
                for (const Target& target : targets_of(answer, exit)) {
                    const bool is_cell = target.kind == Target::Kind::cell;
                    if (is_cell ? !wanted[target.of] : grade != Grade::possible) {
                        continue;
                    }
                    if (is_cell) {
                        missing[target.of] = false;
                    }
                    const auto [place, is_new] = sights.try_emplace(target, Sight{grade, number, exits});
                    if (!is_new && exits < place->second.exits) {
                        place->second = {grade, number, exits};
                    }
                }
                return true;
            });
            if (progress && number % 256 == 0) {
                progress(number, traces);
            }
        }
    }

    std::map<std::pair<Grade, std::uint64_t>, std::vector<std::pair<std::uint32_t, Target>>> by_plan;
    for (const auto& [target, sight] : sights) {
        by_plan[{sight.grade, sight.plan}].emplace_back(sight.exits, target);
    }
    Finds finds;
    for (auto& [where, ends] : by_plan) {
        const auto& [grade, number] = where;
        const Plan plan = plan_number(number);
        Trace trace;
        static_cast<TraceHeader&>(trace) = header_in(plan, grade);
        std::sort(ends.begin(), ends.end());
        auto end = ends.begin();
        follow(plan, grade, [&](const ConcreteExit& exit, const Answer&) {
            trace.steps.push_back({.exit = exit, .expected = {}, .line = 0});
            for (; end != ends.end() && end->first == trace.steps.size(); ++end) {
                finds.emplace(end->second, Found{grade, trace});
            }
            return end != ends.end();
        });
    }
    return finds;
}

Trace random_history(std::uint64_t seed, std::uint64_t number) {
    Random random(seed ^ (number * 0xD1342543DE82EF95));
    // Three quarters have a VTL1.
    Plan plan{.seed = random.next(),
              .length = 200,
              .vps = 1 + random.below(3),
              .focus = static_cast<proptests::Focus>(number % proptests::focus_count),
              .start = (random.below(proptests::start_count) & ~1U) | (random.chance(75) ? 1U : 0U),
              .config = random.below(proptests::config_count),
              .isolation = static_cast<model::Isolation>(number % model::isolation_count)};
    Trace trace;
    static_cast<TraceHeader&>(trace) = header_in(plan, Grade::possible);
    follow(plan, Grade::possible, [&](const ConcreteExit& exit, const Answer&) {
        trace.steps.push_back({.exit = exit, .expected = {}, .line = 0});
        return true;
    });
    return trace;
}

} // namespace vtlcheck::vectors
