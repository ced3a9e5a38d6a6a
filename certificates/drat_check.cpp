// A forward checker with two watched literals. It prefers being evidently right to being fast: no clause is ever judged
// before the proof comes to it, and nothing that is checked is skipped because it would not be needed.
#include "certificates/drat_check.hpp"

#include "certificates/lines.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace vtlcheck::certificates {

namespace {

using Reference = std::uint32_t; // of a clause

constexpr Reference no_clause = std::numeric_limits<Reference>::max();

Literal negated(Literal literal) { return literal ^ 1U; }

/// The clauses that hold at a point of the proof, and what follows from them by unit propagation alone.
///
/// Invariant: if the formula can be satisfied, so can all live clauses together, until `contradiction()`.
class Database {
public:
    enum class Deletion : std::uint8_t { done, ignored, unknown };

    /// Whether propagation alone refuted the live clauses. It stays so when some are deleted afterwards: the formula was
    /// refuted then.
    [[nodiscard]] bool contradiction() const { return contradiction_; }
    /// Makes room for the variables of a step; needed before anything else is done with them.
    void meet(const Literals& literals);
    void add(const Literals& literals);
    [[nodiscard]] Deletion remove(const Literals& literals);
    [[nodiscard]] bool is_rup(const Literals& literals);
    [[nodiscard]] bool is_rat(const Literals& literals);

private:
    struct Clause {
        std::size_t begin;
        std::size_t size;
        bool dead = false;
    };
    struct Watch {
        Reference clause;
        Literal blocker; // of the clause: while it is true, the clause needs no look
    };

    std::span<Literal> literals_of(const Clause& clause) {
        return std::span(arena_).subspan(clause.begin, clause.size);
    }
    void assign(Literal literal, Reference reason);
    void undo(std::size_t mark);
    bool propagate();
    bool refutes(std::span<const Literal> literals, const Literal* except);
    bool locked(Reference reference);
    bool same(const Clause& clause, const Literals& literals);

    std::vector<Clause> clauses_;
    Literals arena_; // the literals of all clauses; a clause watches its first two
    std::unordered_multimap<std::uint64_t, Reference> index_; // live clauses by hash, for deletion
    std::vector<std::vector<Watch>> watches_;                 // by the literal whose becoming false matters
    std::vector<std::int8_t> value_;                          // by literal: 1 true, -1 false, 0 open
    std::vector<Reference> reason_;                           // by variable; of those set for good
    Literals trail_;                                          // literals set, in order
    std::size_t head_ = 0;                                    // of the trail, what is propagated
    bool contradiction_ = false;
};

/// The same for any order of the literals.
std::uint64_t hash(const Literals& literals) {
    std::uint64_t sum = 0;
    for (const Literal literal : literals) {
        std::uint64_t mixed = (literal + 1U) * 0x9e3779b97f4a7c15U;
        mixed ^= mixed >> 29U;
        sum += mixed * 0xbf58476d1ce4e5b9U;
    }
    return sum;
}

void Database::assign(Literal literal, Reference reason) {
    value_[literal] = 1;
    value_[negated(literal)] = -1;
    reason_[literal / 2] = reason;
    trail_.push_back(literal);
}

void Database::undo(std::size_t mark) {
    for (; trail_.size() > mark; trail_.pop_back()) {
        value_[trail_.back()] = value_[negated(trail_.back())] = 0;
        reason_[trail_.back() / 2] = no_clause;
    }
    head_ = mark;
}

/// Sets what has to be set. False: some clause has no literal left.
bool Database::propagate() {
    while (head_ < trail_.size()) {
        const Literal gone = negated(trail_[head_++]);
        std::vector<Watch>& watches = watches_[gone];
        std::size_t kept = 0;
        bool conflict = false;
        for (std::size_t i = 0; i < watches.size(); ++i) {
            const Watch watch = watches[i];
            if (conflict || value_[watch.blocker] > 0) {
                watches[kept++] = watch;
                continue;
            }
            const Clause& clause = clauses_[watch.clause];
            if (clause.dead) {
                continue;
            }
            const std::span<Literal> literals = literals_of(clause);
            if (literals[0] == gone) {
                std::swap(literals[0], literals[1]);
            }
            const auto other =
                std::find_if(literals.begin() + 2, literals.end(), [&](Literal l) { return value_[l] >= 0; });
            if (value_[literals[0]] <= 0 && other != literals.end()) {
                std::swap(literals[1], *other);
                watches_[literals[1]].push_back({watch.clause, literals[0]});
                continue;
            }
            watches[kept++] = {watch.clause, literals[0]};
            if (value_[literals[0]] < 0) {
                conflict = true;
            } else if (value_[literals[0]] == 0) {
                assign(literals[0], watch.clause);
            }
        }
        watches.resize(kept);
        if (conflict) {
            return false;
        }
    }
    return true;
}

/// Whether all `literals` but one becoming false ends in a conflict. What was set stays set.
bool Database::refutes(std::span<const Literal> literals, const Literal* except) {
    for (const Literal literal : literals) {
        if (except != nullptr && literal == *except) {
            continue;
        }
        if (value_[literal] > 0) {
            return true;
        }
        if (value_[literal] == 0) {
            assign(negated(literal), no_clause);
        }
    }
    return !propagate();
}

bool Database::is_rup(const Literals& literals) {
    const std::size_t mark = trail_.size();
    const bool refuted = refutes(literals, nullptr);
    undo(mark);
    return refuted;
}

bool Database::is_rat(const Literals& literals) {
    if (literals.empty()) {
        return false;
    }
    const Literal against = negated(literals.front());
    const std::size_t mark = trail_.size();
    bool harmless = true;
    if (!refutes(literals, nullptr)) {
        const std::size_t lemma_mark = trail_.size();
        // Every live clause has to be looked at, those that are satisfied for good as well. RAT lemmas are rare, so there
        // is no index of where a literal occurs.
        for (std::size_t i = 0; harmless && i < clauses_.size(); ++i) {
            const std::span<const Literal> other = literals_of(clauses_[i]);
            if (!clauses_[i].dead && std::find(other.begin(), other.end(), against) != other.end()) {
                harmless = refutes(other, &against);
                undo(lemma_mark);
            }
        }
    }
    undo(mark);
    return harmless;
}

void Database::meet(const Literals& literals) {
    const Literal greatest = literals.empty() ? 0 : *std::max_element(literals.begin(), literals.end());
    const std::size_t variables = greatest / 2 + 1;
    if (variables > reason_.size()) {
        reason_.resize(variables, no_clause);
        value_.resize(2 * variables);
        watches_.resize(2 * variables);
    }
}

void Database::add(const Literals& literals) {
    if (clauses_.size() == no_clause) {
        throw Malformed{"more clauses than can be told apart"};
    }
    const auto reference = static_cast<Reference>(clauses_.size());
    clauses_.push_back({.begin = arena_.size(), .size = literals.size()});
    arena_.insert(arena_.end(), literals.begin(), literals.end());
    index_.emplace(hash(literals), reference);
    if (contradiction_) {
        return;
    }
    // Literals that are false stay so, and are watched only where nothing else is left.
    const std::span<Literal> own = literals_of(clauses_.back());
    std::partition(own.begin(), own.end(), [&](Literal l) { return value_[l] >= 0; });
    if (own.size() > 1) {
        watches_[own[0]].push_back({reference, own[1]});
        watches_[own[1]].push_back({reference, own[0]});
    }
    if (own.empty() || value_[own[0]] < 0) {
        contradiction_ = true;
    } else if (value_[own[0]] == 0 && (own.size() == 1 || value_[own[1]] < 0)) {
        assign(own[0], reference);
        contradiction_ = !propagate();
    }
}

/// Whether a literal is set for good because of the clause: without it, propagation would know too much.
bool Database::locked(Reference reference) {
    return std::ranges::any_of(literals_of(clauses_[reference]),
                               [&](Literal l) { return value_[l] > 0 && reason_[l / 2] == reference; });
}

bool Database::same(const Clause& clause, const Literals& literals) {
    const std::span<const Literal> own = literals_of(clause);
    return std::is_permutation(own.begin(), own.end(), literals.begin(), literals.end());
}

Database::Deletion Database::remove(const Literals& literals) {
    const auto [first, last] = index_.equal_range(hash(literals));
    Deletion deletion = Deletion::unknown;
    for (auto entry = first; entry != last; ++entry) {
        Clause& clause = clauses_[entry->second];
        if (!same(clause, literals)) {
            continue;
        }
        if (!locked(entry->second)) {
            clause.dead = true;
            index_.erase(entry);
            return Deletion::done;
        }
        deletion = Deletion::ignored; // unless there is a copy
    }
    return deletion;
}

/// Whether the empty clause is one of the formula's.
bool read_formula(std::istream& in, Database& database, CheckResult& result) {
    Lines lines(in, "formula");
    if (!lines.next() || !lines.take("p") || !lines.take("cnf")) {
        lines.fail("no header \"p cnf VARIABLES CLAUSES\"");
    }
    const std::int64_t variables = lines.number(max_variable);
    const std::int64_t clauses = lines.number(std::numeric_limits<Reference>::max());
    if (!lines.at_end() || variables < 0 || clauses < 0) {
        lines.fail("the header is not \"p cnf VARIABLES CLAUSES\"");
    }
    Literals literals;
    bool open = false; // a clause may go on in the next line
    bool refuted = false;
    while (lines.next()) {
        while (!lines.at_end()) {
            open = !lines.clause(variables, literals);
            if (!open) {
                refuted = refuted || literals.empty();
                database.meet(literals);
                database.add(literals);
                literals.clear();
                ++result.clauses;
            }
        }
    }
    if (open) {
        lines.fail("the last clause does not end in 0");
    }
    if (result.clauses != static_cast<std::size_t>(clauses)) {
        lines.fail("there are " + std::to_string(result.clauses) + " clauses, the header says " +
                   std::to_string(clauses));
    }
    return refuted;
}

/// Why the proof is rejected; empty if it is not.
std::string check_proof(std::istream& in, Database& database, CheckResult& result) {
    Lines lines(in, "proof");
    Literals literals;
    while (lines.next()) {
        const bool deletion = lines.take("d");
        literals.clear();
        if (!lines.clause(max_variable, literals)) {
            lines.fail("the step does not end in 0");
        }
        if (!lines.at_end()) {
            lines.fail("something comes after the 0");
        }
        if (deletion) {
            switch (database.remove(literals)) {
            case Database::Deletion::done:
                ++result.deletions;
                break;
            case Database::Deletion::ignored:
                ++result.ignored_deletions;
                break;
            case Database::Deletion::unknown:
                return lines.where("deletes a clause that is not there");
            }
            continue;
        }
        database.meet(literals);
        ++result.lemmas;
        if (!database.contradiction() && !database.is_rup(literals)) {
            if (!database.is_rat(literals)) {
                return lines.where("the lemma does not follow: neither RUP nor RAT on its first literal");
            }
            ++result.rat_lemmas;
        }
        if (literals.empty()) {
            return "";
        }
        database.add(literals);
    }
    return lines.where("the proof ends without the empty clause");
}

} // namespace

CheckResult check(std::istream& cnf, std::istream& proof) {
    CheckResult result;
    try {
        Database database;
        if (!read_formula(cnf, database, result)) {
            result.reason = check_proof(proof, database, result);
        }
        result.outcome = result.reason.empty() ? Outcome::accepted : Outcome::rejected;
    } catch (const Malformed& malformed) {
        result.reason = malformed.reason;
    }
    return result;
}

} // namespace vtlcheck::certificates
