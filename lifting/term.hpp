// Terms on bit-vectors: a shared, hash-consed graph that folds constants while it is built, so that a lifted function
// whose inputs are partly constant never grows the parts that those constants exclude.
#pragma once

#include <z3++.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace vtlcheck::lifting {

__extension__ using Word = unsigned __int128;

/// A term of one `Terms`. Equal terms have equal numbers; a term's parts have lower numbers than the term.
struct Term {
    std::uint32_t id = 0;
    friend bool operator==(Term, Term) = default;
    friend auto operator<=>(Term, Term) = default;
};

/// What a node of the graph does. Operands are of the node's width unless said otherwise.
enum class Op : std::uint8_t {
    constant, ///< number `payload` of the constants
    variable, ///< number `payload` of the variables
    address,  ///< address of region `payload`: 64 bits, not null, of no known value
    bit_not,
    bit_and,
    bit_or,
    bit_xor,
    add,
    mul,
    udiv, ///< all ones if divided by 0
    urem, ///< the dividend if divided by 0
    sdiv,
    srem,
    shl,  ///< 0 from the width on
    lshr, ///< likewise
    ashr, ///< the sign from the width on
    eq,   ///< of any width, to one bit
    ult,  ///< likewise
    slt,  ///< likewise
    ite,  ///< one bit, then two
    concat,
    extract, ///< from bit `payload` on
    zext,
    sext,
    table,   ///< entry of constant table `payload` at the operand; entry 0 beyond its end
    function ///< application `payload` of an uninterpreted function
};

/// Makes terms and owns them. Widths are 1 to 128 bits; a width of 1 is a truth value, in Z3 a Bool.
class Terms {
public:
    struct Node {
        Op op;
        std::uint8_t width;
        std::uint32_t payload;
        Term a, b, c;
        friend bool operator==(const Node&, const Node&) = default;
    };
    struct Variable {
        std::string name;
        unsigned width;
    };
    struct Table {
        std::vector<std::uint64_t> entries;
        friend bool operator==(const Table&, const Table&) = default;
    };
    struct Application {
        std::string function;
        std::vector<Term> arguments;
        friend bool operator==(const Application&, const Application&) = default;
    };

    Terms();
    Terms(const Terms&) = delete;
    Terms& operator=(const Terms&) = delete;

    [[nodiscard]] Term constant(unsigned width, Word value);
    /// The variable of that name; a second call with the same name gives the same one. Throws std::logic_error if it is
    /// of another width.
    [[nodiscard]] Term variable(const std::string& name, unsigned width);
    /// A variable whose name begins so and is of no other.
    [[nodiscard]] Term fresh(const std::string& name, unsigned width);
    [[nodiscard]] Term address(std::uint32_t region);
    [[nodiscard]] Term yes() const { return yes_; }
    [[nodiscard]] Term no() const { return no_; }

    [[nodiscard]] Term bit_not(Term a);
    [[nodiscard]] Term bit_and(Term a, Term b);
    [[nodiscard]] Term bit_or(Term a, Term b);
    [[nodiscard]] Term bit_xor(Term a, Term b);
    [[nodiscard]] Term add(Term a, Term b);
    [[nodiscard]] Term sub(Term a, Term b);
    [[nodiscard]] Term neg(Term a);
    [[nodiscard]] Term mul(Term a, Term b);
    [[nodiscard]] Term udiv(Term a, Term b);
    [[nodiscard]] Term urem(Term a, Term b);
    [[nodiscard]] Term sdiv(Term a, Term b);
    [[nodiscard]] Term srem(Term a, Term b);
    [[nodiscard]] Term shl(Term a, Term b);
    [[nodiscard]] Term lshr(Term a, Term b);
    [[nodiscard]] Term ashr(Term a, Term b);
    [[nodiscard]] Term eq(Term a, Term b);
    [[nodiscard]] Term ult(Term a, Term b);
    [[nodiscard]] Term ule(Term a, Term b) { return bit_not(ult(b, a)); }
    [[nodiscard]] Term slt(Term a, Term b);
    [[nodiscard]] Term sle(Term a, Term b) { return bit_not(slt(b, a)); }
    [[nodiscard]] Term ite(Term condition, Term a, Term b);
    [[nodiscard]] Term concat(Term high, Term low);
    [[nodiscard]] Term extract(Term a, unsigned low, unsigned width);
    [[nodiscard]] Term zext(Term a, unsigned width);
    [[nodiscard]] Term sext(Term a, unsigned width);
    [[nodiscard]] Term is_zero(Term a) { return eq(a, constant(width(a), 0)); }
    /// Entry `index` (64 bits) of a table of words of `width` bits. Beyond its end entry 0: bound the index elsewhere.
    [[nodiscard]] Term table(Table table, Term index, unsigned width);
    [[nodiscard]] Term function(std::string name, std::vector<Term> arguments, unsigned width);

    [[nodiscard]] unsigned width(Term t) const { return nodes_[t.id].width; }
    [[nodiscard]] const Node& node(Term t) const { return nodes_[t.id]; }
    [[nodiscard]] bool is_constant(Term t) const { return nodes_[t.id].op == Op::constant; }
    [[nodiscard]] Word value(Term t) const { return constants_[nodes_[t.id].payload]; }
    [[nodiscard]] const Variable& variable(Term t) const { return variables_[nodes_[t.id].payload]; }
    [[nodiscard]] const Table& table(Term t) const { return tables_[nodes_[t.id].payload]; }
    [[nodiscard]] const Application& application(Term t) const { return applications_[nodes_[t.id].payload]; }
    /// No value of the term is above this, as far as its shape tells.
    [[nodiscard]] Word upper_bound(Term t);
    /// All values that the term may have, ascending, if its shape tells and there are at most `limit`.
    [[nodiscard]] std::optional<std::vector<Word>> values(Term t, std::size_t limit) const;
    [[nodiscard]] std::size_t size() const { return nodes_.size(); }
    /// For a message: at most some hundred characters.
    [[nodiscard]] std::string text(Term t, unsigned depth = 4) const;

    [[nodiscard]] static Word ones(unsigned width) { return width >= 128 ? ~Word{0} : (Word{1} << width) - 1; }

private:
    struct Hash {
        std::size_t operator()(const Node& n) const;
    };
    struct WordHash {
        std::size_t operator()(Word w) const;
    };
    Term make(Op op, unsigned width, std::uint32_t payload, Term a = {}, Term b = {}, Term c = {});
    template <class Fold>
    Term remembered(Op op, unsigned width, Term a, Term b, Term c, const Fold& fold);
    Term fold_bit_and(Term a, Term b);
    Term fold_bit_or(Term a, Term b);
    Term fold_bit_xor(Term a, Term b);
    Term fold_add(Term a, Term b);
    Term fold_mul(Term a, Term b);
    Term fold_shl(Term a, Term b);
    Term fold_lshr(Term a, Term b);
    Term fold_ashr(Term a, Term b);
    Term fold_eq(Term a, Term b);
    Term fold_ult(Term a, Term b);
    Term fold_slt(Term a, Term b);
    Term fold_concat(Term a, Term b);
    Term fold_ite(Term condition, Term a, Term b);
    [[nodiscard]] bool complementary(Term a, Term b) const;

    std::deque<Node> nodes_; // folding holds on to nodes while it adds others
    std::unordered_map<Node, Term, Hash> known_;
    std::vector<Word> constants_;
    std::unordered_map<Word, std::uint32_t, WordHash> constant_numbers_;
    std::deque<Variable> variables_;
    std::unordered_map<std::string, Term> variable_terms_;
    std::deque<Table> tables_;
    std::deque<Application> applications_;
    std::unordered_map<std::string, std::vector<std::uint32_t>> application_numbers_;
    std::unordered_map<std::uint32_t, Word> bounds_;
    Term yes_, no_;
};

/// The same terms in Z3. Bit-vectors, truth values for terms of one bit; a table becomes a decision tree, an address
/// the variable `address(number of the region)`.
class Z3Terms {
public:
    /// Both must outlive this object.
    Z3Terms(z3::context& context, const Terms& terms) : context_(context), terms_(terms), made_(context) {}
    [[nodiscard]] z3::expr operator()(Term t);

private:
    z3::expr make(Term t);
    z3::expr bits(Term t);
    z3::expr tree(const Terms::Table& table, const z3::expr& index, std::uint64_t first, unsigned bits, unsigned width);
    z3::expr boolean(const z3::expr& one_bit);
    z3::expr number(unsigned width, Word value);
    [[nodiscard]] z3::expr known(Term t) const;

    z3::context& context_;
    const Terms& terms_;
    z3::expr_vector made_;
    std::unordered_map<std::uint32_t, unsigned> place_;
};

} // namespace vtlcheck::lifting
