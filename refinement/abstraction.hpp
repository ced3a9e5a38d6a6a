// How the words of the implementation stand for what the specification speaks of. This file and abstraction.cpp are all
// that is said about that: every field of the vocabulary (model/vocabulary.hpp) is one or more words of the C ABI
// (impl/include/vtl_intercept.h), by the path of its field.
//
// The state of the specification is put into the implementation: a word of the C ABI is made the variable of the field it
// stands for. What no field stands for is
//
// - derived from the state: MSR bitmaps and VTL controls. That they are in step with it before an exit is assumed, and
//   that they are in step with it afterwards is proved (representation invariant);
// - the log budget: the word of a bucket is the time at which the specification's bucket is full (claim LOG-WORD), a
//   counter of it is the sum of the VPs' counters;
// - rings of lines and of audit records: what an exit adds to them follows from its outcome;
// - the sketch of the census, which is checked and not proved.
#pragma once

#include "lifting/intercept.hpp"
#include "model/log_budget.hpp"
#include "model/specification.hpp"
#include "model/symbolic.hpp"
#include "proofs/mutants.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::refinement {

using model::Symbolic;
using Bool = Symbolic::Bool;

/// VPs of the partition that is looked at: the one that exits, and another one.
inline constexpr unsigned vps = 2;

/// Bits of a field of the vocabulary that are one word of the C ABI.
struct Piece {
    std::string path;   ///< of the word: `vp[0].state.vtl[1].star`
    unsigned low = 0;   ///< the lowest bit
    unsigned width = 0; ///< 0: all there are
};

/// Bits of a field or of a word, 1 of a truth value.
[[nodiscard]] inline unsigned width_of(const z3::expr& term) { return term.is_bool() ? 1U : term.get_sort().bv_size(); }
template <class Field>
[[nodiscard]] unsigned width_of(const Field& field) {
    return width_of(field.term());
}
/// What the piece holds of the field.
[[nodiscard]] z3::expr part_of(const z3::expr& field, const Piece& piece);

/// The partition that is looked at, where VP `vp` makes the call.
[[nodiscard]] lifting::InterceptOptions scene_of(unsigned vp);

/// The words that a field is kept in, lowest bits first. `vp` is the VP that exits, `slot_vp` that of the slot. Throws
/// std::logic_error of a scope that the state does not have.
[[nodiscard]] std::vector<Piece> pieces_of_state(std::string_view scope, const model::FieldName& name, unsigned width,
                                                 unsigned vp, unsigned slot_vp);
[[nodiscard]] std::vector<Piece> pieces_of_exit(const model::FieldName& name, unsigned width);
[[nodiscard]] std::string path_of_config(const model::FieldName& name);
[[nodiscard]] std::vector<Piece> pieces_of_outcome(const model::FieldName& name, unsigned width);

/// What a word of VTL controls or of an MSR bitmap is, given the state.
struct Derived {
    std::string path;
    z3::expr value;
};
/// All of them for VP `vp` in `state`, of the specification as written or of a mutant.
[[nodiscard]] std::vector<Derived> derived_words(z3::context& context, const model::Config<Symbolic>& config,
                                                 const model::State<Symbolic>& state, unsigned vp,
                                                 const proofs::Mutant* mutant = nullptr);

/// The log budget that the words of `at` are. `at` gives the word of a path.
[[nodiscard]] model::LogBudget<Symbolic> log_budget(const std::function<z3::expr(const std::string&)>& at);

/// A counter of two VPs, and one that an exit raises; both saturate. That a sum rises with a part of it is an obligation of
/// its own, so that a VP's counter can be compared by itself.
[[nodiscard]] Symbolic::Bv<64> sum_of_counters(const Symbolic::Bv<64>& a, const Symbolic::Bv<64>& b);
[[nodiscard]] Symbolic::Bv<64> raised_by_one(const Symbolic::Bv<64>& counter);

/// The word of a bucket after an exit: when it is full. A bucket is kept as one that is full at `since`, whenever that is,
/// but one that was just emptied for a new limit, which is empty at `since`.
[[nodiscard]] Symbolic::Bv<64> word_of(const model::TokenBucket<Symbolic>& bucket, const Bool& renewed,
                                       const model::BucketLimit<Symbolic>& limit);

/// An attempt at a bucket in one word, in the shape that compilers give it. That it is that of claim LOG-WORD
/// (proofs/machine_bucket.hpp) is an obligation of its own.
struct WordAttempt {
    Bool admitted;
    Symbolic::Bv<64> full_at; ///< if it is
};
[[nodiscard]] WordAttempt word_attempt(const Symbolic::Bv<64>& full_at, const Symbolic::Bv<64>& now,
                                       const Symbolic::Bv<64>& interval, const Symbolic::Bv<64>& tolerance);

/// Reads the chapter on the log budget with buckets in one word, as claim LOG-WORD allows.
class WordReading : public model::PlainLogReading<Symbolic> {
public:
    using Word = Symbolic::Bv<64>;
    using Limit = model::BucketLimit<Symbolic>;
    using Bucket = model::TokenBucket<Symbolic>;
    /// `total` is the partition's limit, where it is handed to the chapter. Of that bucket a `flush` asks for one token, an
    /// attempt for one more than the reserve: that many are said to be there, or none.
    WordReading(const Limit& total, bool flush) : total_(&total), flush_(flush) {}
    [[nodiscard]] Word tokens(const Word& written, const Limit& limit, const Bucket& bucket, const Word& now) const;
    [[nodiscard]] Bucket rest(const Bucket& written, const Limit& limit, const Bucket& bucket, const Word& now) const;

private:
    const Limit* total_;
    bool flush_;
};

} // namespace vtlcheck::refinement
