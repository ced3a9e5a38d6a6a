#include "vectors/generate.hpp"

#include "model/census.hpp"
#include "proptests/campaign.hpp"
#include "proptests/generator.hpp"
#include "vectors/guards.hpp"
#include "vectors/minimise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>

namespace vtlcheck::vectors {
namespace {

using conformance::Trace;
using model::ConcreteExit;
using proptests::Cell;

/// Exits of a trace that goes from one guard or row to the next. A port that fails at one is not checked at those after.
constexpr std::size_t walk_length = 60;

History at_end_of(const Trace& trace) {
    History history(trace);
    for (const auto& step : trace.steps) {
        history.step(step.exit);
    }
    return history;
}

/// Name of a cell's file: its words behind the clause.
std::string leaf_of(const Cell& cell) {
    const std::string text = proptests::to_string(cell);
    std::string name = text.substr(text.find(' ') + 1);
    for (std::size_t at = name.find(" -"); at != std::string::npos; at = name.find(" -")) {
        name.erase(at, 2);
    }
    std::replace(name.begin(), name.end(), ' ', '.');
    return name;
}

bool has_row(Target target) {
    return target.kind == Target::Kind::cell && proptests::cell_at(target.of).clause < model::clause_count;
}

class Generator {
public:
    Generator(const GenerateOptions& options, const SearchProgress& progress)
        : options_(options), finds_(search(options.search, progress)) {}

    std::vector<Vector> run() {
        make_cells();
        make_bases();
        make_walks("rows", rows_);
        make_walks("guards", guards_);
        make_effects();
        make_histories();
        make_capacities();
        make_random();
        for (Vector& vector : vectors_) {
            complete(vector);
        }
        expect_complete();
        return std::move(vectors_);
    }

private:
    /// The shortest history of each cell, minimal.
    void make_cells() {
        std::map<std::uint32_t, Target> shortest;
        for (const auto& [target, found] : finds_) {
            if (target.kind != Target::Kind::cell) {
                continue;
            }
            const auto [place, is_new] = shortest.try_emplace(target.of, target);
            if (!is_new && found.trace.steps.size() < finds_.at(place->second).trace.steps.size()) {
                place->second = target;
            }
        }
        for (const auto& [index, target] : shortest) {
            Found small = minimise(finds_.at(target), target);
            const Cell cell = proptests::cell_at(index);
            add_base(small, target);
            vectors_.push_back(
                {.file = fmt::format("cells/{}/{}.trace", proptests::cell_clause(cell.clause).id, leaf_of(cell)),
                 .grade = small.grade,
                 .trace = std::move(small.trace),
                 .after = {},
                 .clauses = {},
                 .cells = {proptests::to_string(cell)},
                 .rows = {},
                 .boundaries = {}});
        }
    }

    const std::shared_ptr<const Base>& add_base(const Found& small, Target target) {
        auto before = std::make_shared<Trace>(small.trace);
        before->steps.pop_back();
        const ConcreteExit truth = small.trace.steps.back().exit;
        const Decision decision = at_end_of(*before).look(truth);
        bases_.push_back(std::make_shared<const Base>(Base{target, small.grade, std::move(before), truth, decision}));
        of_cell_.emplace(target.of, bases_.back());
        return bases_.back();
    }

    /// A base for each row of each cell: where the cell's own history leads, if the exit is of that row there, too.
    void make_bases() {
        for (const auto& base : bases_) {
            guards_of_.around(base, false, guards_);
            guards_of_.behind(*base, histories_);
        }
        std::set<Target> done;
        for (const auto& base : bases_) {
            done.insert(base->target);
        }
        for (const auto& [target, found] : finds_) {
            if (!has_row(target) || !done.insert(target).second) {
                continue;
            }
            Found here{found.grade, *of_cell_.at(target.of)->before};
            here.trace.steps.push_back(found.trace.steps.back());
            here.trace.steps.back().exit.now = of_cell_.at(target.of)->truth.now;
            const bool fits =
                here.trace.steps.back().exit.vp.value() < here.trace.vps && reaches(here.trace, found.grade, target);
            const auto base = add_base(minimise(fits ? std::move(here) : found, target), target);
            rows_.push_back(
                {.base = base, .exit = base->truth, .decision = base->decision, .is_row = true, .boundary = {}});
            guards_of_.around(base, true, guards_);
        }
    }

    /// Puts exits behind each other as long as each is answered there as it was where it was found.
    void make_walks(const std::string& folder, const std::vector<Item>& items) {
        std::map<model::ClauseIndex, std::deque<const Item*>> by_clause;
        for (const Item& item : items) {
            by_clause[telling_clause(item.base->decision, item.decision)].push_back(&item);
        }
        for (auto& [clause, waiting] : by_clause) {
            for (unsigned number = 1; !waiting.empty(); ++number) {
                vectors_.push_back(walk(waiting));
                vectors_.back().file =
                    fmt::format("{}/{}/{:03}.trace", folder, proptests::cell_clause(clause).id, number);
            }
        }
    }

    static Vector walk(std::deque<const Item*>& waiting) {
        const Base& first = *waiting.front()->base;
        Vector vector;
        vector.grade = first.grade;
        vector.trace = *first.before;
        const std::string header = conformance::write_header(vector.trace);
        const std::size_t end = vector.trace.steps.size() + walk_length;
        History history = at_end_of(vector.trace);
        const auto fits = [&](const ConcreteExit& exit, const Decision& decision) {
            return (vector.grade != Grade::possible || history.possible(exit)) && history.look(exit) == decision;
        };
        const auto is_of_target = [&](const Item& item) {
            History there = history;
            const Answer answer = there.step(item.exit);
            return target_of(answer.cell, item.exit, answer.long_mode) == item.base->target;
        };
        const auto append = [&](const ConcreteExit& exit) {
            history.step(exit);
            vector.trace.steps.push_back({.exit = exit, .expected = {}, .line = 0});
        };
        const Base* truth_of = nullptr;
        std::deque<const Item*> left;
        for (const Item* item : waiting) {
            const Base& base = *item->base;
            const bool placed = vector.trace.steps.size() < end && base.grade == vector.grade &&
                                base.before->vps == vector.trace.vps &&
                                conformance::write_header(*base.before) == header && fits(base.truth, base.decision) &&
                                fits(item->exit, item->decision) && (!item->is_row || is_of_target(*item));
            if (!placed) {
                left.push_back(item);
                continue;
            }
            if (!item->is_row && truth_of != item->base.get()) {
                // Both sides are run, the true one first, unless it leads away.
                truth_of = item->base.get();
                const History before = history;
                history.step(base.truth);
                const bool stays = fits(item->exit, item->decision) && fits(base.truth, base.decision);
                history = before;
                if (stays) {
                    append(base.truth);
                }
            }
            append(item->exit);
            const std::size_t exit = vector.trace.steps.size();
            if (item->is_row) {
                vector.rows.push_back(
                    {exit, proptests::to_string(proptests::cell_at(base.target.of)), text_of(base.target)});
            } else {
                vector.boundaries.push_back(item->boundary);
                vector.boundaries.back().exit = exit;
            }
        }
        waiting = std::move(left);
        return vector;
    }

    /// A history for each state field that a clause changes and each form in which it answers, unless one that is there
    /// ends with it, too.
    void make_effects() {
        std::set<Target> seen;
        const auto see = [&](const Trace& trace) {
            History history(trace);
            for (std::size_t i = 0; i + 1 < trace.steps.size(); ++i) {
                history.step(trace.steps[i].exit);
            }
            const auto targets = targets_of(history.step_and_compare(trace.steps.back().exit), trace.steps.back().exit);
            seen.insert(targets.begin(), targets.end());
        };
        for (const Vector& vector : vectors_) {
            if (vector.file.starts_with("cells/")) {
                see(vector.trace);
            }
        }
        std::map<std::uint32_t, unsigned> numbers;
        for (const auto& [target, found] : finds_) {
            if (target.kind == Target::Kind::cell || seen.contains(target)) {
                continue;
            }
            Found small = minimise(found, target);
            see(small.trace);
            Vector vector;
            vector.file =
                fmt::format("effects/{}/{:03}.trace", proptests::cell_clause(target.of).id, ++numbers[target.of]);
            vector.trace = std::move(small.trace);
            vectors_.push_back(std::move(vector));
        }
    }

    void make_histories() {
        std::map<std::string, unsigned> numbers;
        for (Vector& vector : histories_) {
            const std::string& clause = vector.boundaries.front().beside;
            vector.file = fmt::format("histories/{}/{:03}.trace", clause, ++numbers[clause]);
            vectors_.push_back(std::move(vector));
        }
    }

    /// What holds a bounded number of things, filled beyond it: the census sketch, the audit ring, the ring of log lines.
    void make_capacities() {
        const auto add = [&](const char* name, const std::string& text) {
            Vector vector;
            vector.file = fmt::format("capacities/{}.trace", name);
            vector.trace = conformance::parse(text, vector.file);
            vectors_.push_back(std::move(vector));
        };
        const auto repeated = [](std::string text, std::size_t times, auto&& line) {
            for (std::size_t n = 0; n < times; ++n) {
                text += line(n) + "\n";
            }
            return text;
        };
        constexpr std::size_t beyond = 6;
        const std::string version = fmt::format("vtlcheck-trace {}\n", conformance::trace_version);
        // The later of two numbers replaces the entry that was counted least, and takes over its count as its error.
        add("census",
            repeated(repeated(version, 2 * model::census_entries,
                              [](std::size_t n) { return fmt::format("vp0 vtl0 rdmsr {:#x}", 0x4B000000 + n / 2); }),
                     2 * beyond, [](std::size_t n) {
                         return fmt::format("vp0 vtl0 {} {:#x}{}", n % 2 != 0 ? "wrmsr" : "rdmsr", 0x4C000000 + n / 3,
                                            n % 2 != 0 ? " 0" : "");
                     }));
        const auto attempt = [](std::size_t n) {
            return fmt::format("vp0 vtl0 get-reg {:#x} target_vtl=0x11 t={}ns", 0x20000 + n, n);
        };
        add("audit",
            repeated(repeated(version, model::audit_capacity + beyond, attempt) + "vp0 vtl0 drain-audit t=1us\n",
                     beyond, [](std::size_t n) {
                         return fmt::format("vp0 vtl0 get-reg {:#x} target_vtl=0x11 t=1us", 0x20000 + n);
                     }));
        const std::size_t lines = proptests::log_ring_lines + beyond;
        add("log",
            repeated(version + fmt::format("config log_burst={} log_total_burst={}\n", lines, 2 * lines),
                     lines + beyond, [](std::size_t n) { return fmt::format("vp0 vtl0 rdmsr {:#x}", 0x1D9 + n % 2); }));
    }

    /// Long traces from reset, of every focus in turn.
    void make_random() {
        for (unsigned number = 1; number <= options_.random_traces; ++number) {
            vectors_.push_back({.file = fmt::format("random/{:03}.trace", number),
                                .grade = Grade::possible,
                                .trace = random_history(options_.search.seed, number),
                                .after = {},
                                .clauses = {},
                                .cells = {},
                                .rows = {},
                                .boundaries = {}});
        }
    }

    void expect_complete() const {
        std::set<std::string> cells;
        std::set<std::string> clauses;
        for (const Vector& vector : vectors_) {
            if (vector.file.starts_with("cells/")) {
                cells.insert(vector.cells.begin(), vector.cells.end());
            }
            clauses.insert(vector.clauses.begin(), vector.clauses.end());
        }
        for (const auto& clause : proptests::unreached_clauses) {
            clauses.emplace(clause.id);
        }
        std::vector<std::string> missing;
        for (std::size_t i = 0; i < proptests::cell_clause_count; ++i) {
            if (const std::string id(proptests::cell_clause(i).id); !clauses.contains(id)) {
                missing.push_back("clause " + id);
            }
        }
        for (const Cell& cell : proptests::reachable_cells()) {
            if (const std::string text = proptests::to_string(cell); !cells.contains(text)) {
                missing.push_back("cell " + text);
            }
        }
        if (!missing.empty()) {
            throw Incomplete(fmt::format("{} of clauses and cells without a vector, the first is {}; search more exits",
                                         missing.size(), missing.front()));
        }
    }

    const GenerateOptions& options_;
    Finds finds_;
    Guards guards_of_;
    std::deque<std::shared_ptr<const Base>> bases_;
    std::map<std::uint32_t, std::shared_ptr<const Base>> of_cell_;
    std::vector<Item> rows_;
    std::vector<Item> guards_;
    std::vector<Vector> histories_;
    std::vector<Vector> vectors_;
};

} // namespace

void complete(Vector& vector) {
    History history(vector.trace);
    std::set<std::string> clauses;
    std::set<std::string> cells;
    for (auto& step : vector.trace.steps) {
        const Answer answer = history.step(step.exit);
        conformance::ExpectedOutcome expected;
        expected.outcome = answer.out;
        expected.given.set();
        expected.clause = proptests::cell_clause(answer.decision.clause).id;
        step.expected = std::move(expected);
        clauses.emplace(proptests::cell_clause(answer.decision.clause).id);
        clauses.emplace(proptests::cell_clause(answer.decision.log_clause).id);
        cells.insert(proptests::to_string(answer.cell));
        cells.insert(proptests::to_string(answer.log_cell));
    }
    vector.after = history.state();
    vector.clauses.assign(clauses.begin(), clauses.end());
    if (vector.cells.empty()) {
        vector.cells.assign(cells.begin(), cells.end());
    }
}

std::vector<Vector> generate(const GenerateOptions& options, const SearchProgress& progress) {
    return Generator(options, progress).run();
}

} // namespace vtlcheck::vectors
