// Mutants of the log budget: wrong on purpose, so that a claim about it can show that it notices.
#pragma once

#include "model/log_budget.hpp"
#include "proofs/integers.hpp"
#include "proofs/machine_bucket.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::proofs {

/// What a mutant changes, over one domain. The hooks are those of model::PlainLogReading; empty ones change nothing.
template <class D>
struct LogAlteration {
    using Domain = D;
    using Bool = typename D::Bool;
    using Bv64 = typename D::template Bv<64>;
    using Limit = model::BucketLimit<D>;
    using Bucket = model::TokenBucket<D>;

    std::function<Bool(model::ClauseIndex, const Bool& written)> guard;
    std::function<void(model::ClauseIndex, const model::LogWorld<D>& before, model::LogWorld<D>& world)> applied;
    std::function<Bv64(const Bv64& written, const Limit&, const Bucket&, const Bv64& now)> tokens;
    std::function<Bucket(const Bucket& written, const Limit&, const Bucket&, const Bv64& now)> rest;
    std::function<void(const model::Exit<D>&, model::Outcome<D>&)> charged;
    std::function<void(const model::Exit<D>&, const model::Outcome<D>&, model::LogBudget<D>&)> stored;
    std::function<void(const model::Outcome<D>&, model::HostLine<D>&)> shown;
};

/// A named mutant, over every domain that a claim or a replay needs.
struct LogMutant {
    std::string name;        ///< stable, lower case with hyphens
    std::string description; ///< what it does wrong, one sentence
    LogAlteration<model::Concrete> concrete;
    LogAlteration<model::Symbolic> symbolic;
    LogAlteration<Integers> integers;
    WordFault word = WordFault::none;

    template <class D>
    [[nodiscard]] const LogAlteration<D>& over() const {
        if constexpr (std::is_same_v<D, model::Concrete>) {
            return concrete;
        } else if constexpr (std::is_same_v<D, model::Symbolic>) {
            return symbolic;
        } else {
            return integers;
        }
    }
};

[[nodiscard]] const std::vector<LogMutant>& log_mutants();
/// One mutant for every clause of the log budget and every way to break one: its guard always or never holds, or its
/// effect is dropped. Names: "guard-dropped:LOG-03".
[[nodiscard]] std::vector<LogMutant> systematic_log_mutants();
/// The mutant of that name, nullptr if there is none.
[[nodiscard]] const LogMutant* find_log_mutant(std::string_view name);

/// Reads the chapter as a mutant would have it, or as written if there is none, and notes every guard.
template <class D>
class LogReading {
public:
    using Bool = typename D::Bool;
    using Bv64 = typename D::template Bv<64>;
    using Limit = model::BucketLimit<D>;
    using Bucket = model::TokenBucket<D>;

    explicit LogReading(const LogMutant* mutant)
        : alteration_(mutant == nullptr ? nullptr : &mutant->over<D>()),
          guards_(model::log_clauses.size(), Bool(false)) {}
    /// By index in model::log_clauses.
    [[nodiscard]] const std::vector<Bool>& guards() const { return guards_; }
    /// What the world was before the clauses wrote it; set by who runs them.
    void starts_from(const model::LogWorld<D>& before) { before_ = before; }

    [[nodiscard]] Bool guard(model::ClauseIndex index, const Bool& written) const {
        return alteration_ != nullptr && alteration_->guard ? alteration_->guard(index, written) : written;
    }
    void judged(model::ClauseIndex index, const Bool& holds) { guards_[index] = holds; }
    void applied(model::ClauseIndex index, model::LogWorld<D>& world) const {
        if (alteration_ != nullptr && alteration_->applied) {
            alteration_->applied(index, before_, world);
        }
    }
    [[nodiscard]] Bv64 tokens(const Bv64& written, const Limit& limit, const Bucket& bucket, const Bv64& now) const {
        return alteration_ != nullptr && alteration_->tokens ? alteration_->tokens(written, limit, bucket, now)
                                                             : written;
    }
    [[nodiscard]] Bucket rest(const Bucket& written, const Limit& limit, const Bucket& bucket, const Bv64& now) const {
        return alteration_ != nullptr && alteration_->rest ? alteration_->rest(written, limit, bucket, now) : written;
    }
    void charged(const model::Exit<D>& exit, model::Outcome<D>& out) const {
        if (alteration_ != nullptr && alteration_->charged) {
            alteration_->charged(exit, out);
        }
    }
    void stored(const model::Exit<D>& exit, const model::Outcome<D>& out, model::LogBudget<D>& budget) const {
        if (alteration_ != nullptr && alteration_->stored) {
            alteration_->stored(exit, out, budget);
        }
    }
    void shown(const model::Outcome<D>& out, model::HostLine<D>& line) const {
        if (alteration_ != nullptr && alteration_->shown) {
            alteration_->shown(out, line);
        }
    }

private:
    const LogAlteration<D>* alteration_;
    std::vector<Bool> guards_;
    model::LogWorld<D> before_;
};

} // namespace vtlcheck::proofs
