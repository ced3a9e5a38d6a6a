#include "proofs/formula.hpp"

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <vector>

namespace vtlcheck::proofs {

namespace {

struct Infix {
    Z3_decl_kind kind;
    const char* sign;
};
constexpr std::array infixes{
    Infix{Z3_OP_IMPLIES, "⇒"}, Infix{Z3_OP_XOR, "⊕"},    Infix{Z3_OP_BADD, "+"},   Infix{Z3_OP_BSUB, "−"},
    Infix{Z3_OP_BMUL, "·"},    Infix{Z3_OP_BAND, "&"},   Infix{Z3_OP_BOR, "|"},    Infix{Z3_OP_BXOR, "^"},
    Infix{Z3_OP_BSHL, "<<"},   Infix{Z3_OP_BLSHR, ">>"}, Infix{Z3_OP_CONCAT, "∥"}, Infix{Z3_OP_ULT, "<"},
    Infix{Z3_OP_ULEQ, "≤"},    Infix{Z3_OP_UGT, ">"},    Infix{Z3_OP_UGEQ, "≥"},   Infix{Z3_OP_ADD, "+"},
    Infix{Z3_OP_SUB, "−"},     Infix{Z3_OP_MUL, "·"},    Infix{Z3_OP_LT, "<"},     Infix{Z3_OP_LE, "≤"},
    Infix{Z3_OP_GT, ">"},      Infix{Z3_OP_GE, "≥"},     Infix{Z3_OP_IDIV, "div"}, Infix{Z3_OP_MOD, "mod"},
    Infix{Z3_OP_BUDIV, "div"}, Infix{Z3_OP_BUREM, "mod"}};

/// How strongly a text holds together: what stands in a stronger one is put in brackets if it is weaker.
enum class Binding : std::uint8_t { nothing, implication, disjunction, conjunction, comparison, operation, atom };

class Printer {
public:
    Printer(const std::unordered_map<unsigned, std::string>& names, std::size_t most) : names_(names), left_(most) {}

    std::string print(const z3::expr& e, Binding within) {
        if (const auto named = names_.find(e.id()); named != names_.end()) {
            return named->second;
        }
        if (left_ == 0) {
            return "…";
        }
        --left_;
        const auto [text, binding] = plain(e);
        const bool associates =
            binding == Binding::atom || binding == Binding::conjunction || binding == Binding::disjunction;
        return binding < within || (binding == within && !associates) ? fmt::format("({})", text) : text;
    }

private:
    struct Bound {
        std::string text;
        Binding binding;
    };

    std::string joined(const z3::expr& e, const char* sign, Binding binding) {
        std::string text;
        for (unsigned i = 0; i < e.num_args(); ++i) {
            if (i > 0) {
                text += fmt::format(" {} ", sign);
            }
            if (left_ == 0) {
                return text + "…";
            }
            text += print(e.arg(i), binding);
        }
        return text;
    }

    static Bound number(const z3::expr& e) {
        std::uint64_t value = 0;
        if (!e.is_numeral_u64(value)) {
            return {e.get_decimal_string(0), Binding::atom};
        }
        constexpr std::uint64_t decimal_below = 1024; // counts and widths; addresses, numbers and masks are above
        return {e.is_bv() && value >= decimal_below ? fmt::format("{:#x}", value) : std::to_string(value),
                Binding::atom};
    }

    Bound plain(const z3::expr& e) {
        if (e.is_numeral()) {
            return number(e);
        }
        const z3::func_decl decl = e.decl();
        const Z3_decl_kind kind = decl.decl_kind();
        switch (kind) {
        case Z3_OP_TRUE:
            return {"true", Binding::atom};
        case Z3_OP_FALSE:
            return {"false", Binding::atom};
        case Z3_OP_AND:
            return {joined(e, "∧", Binding::conjunction), Binding::conjunction};
        case Z3_OP_OR:
            return {joined(e, "∨", Binding::disjunction), Binding::disjunction};
        case Z3_OP_NOT: {
            const z3::expr inner = e.arg(0);
            if (inner.is_app() && inner.decl().decl_kind() == Z3_OP_EQ && !names_.contains(inner.id())) {
                return {joined(inner, "≠", Binding::comparison), Binding::comparison};
            }
            return {fmt::format("¬{}", print(inner, Binding::atom)), Binding::operation};
        }
        case Z3_OP_EQ:
            return {joined(e, e.arg(0).is_bool() ? "⇔" : "=", Binding::comparison), Binding::comparison};
        case Z3_OP_DISTINCT:
            return {joined(e, "≠", Binding::comparison), Binding::comparison};
        case Z3_OP_ITE:
            return {fmt::format("if {} then {} else {}", print(e.arg(0), Binding::implication),
                                print(e.arg(1), Binding::comparison), print(e.arg(2), Binding::comparison)),
                    Binding::implication};
        case Z3_OP_BNOT:
            return {fmt::format("~{}", print(e.arg(0), Binding::atom)), Binding::operation};
        case Z3_OP_BNEG:
        case Z3_OP_UMINUS:
            return {fmt::format("−{}", print(e.arg(0), Binding::atom)), Binding::operation};
        case Z3_OP_EXTRACT: {
            const unsigned high = e.hi();
            const unsigned low = e.lo();
            const std::string bits = high == low ? std::to_string(low) : fmt::format("{}:{}", high, low);
            return {fmt::format("{}[{}]", print(e.arg(0), Binding::atom), bits), Binding::atom};
        }
        case Z3_OP_ZERO_EXT:
            return plain_or_named(e.arg(0));
        case Z3_OP_SIGN_EXT:
            return {fmt::format("signed({})", print(e.arg(0), Binding::nothing)), Binding::atom};
        default:
            break;
        }
        for (const Infix& infix : infixes) {
            if (infix.kind == kind) {
                const Binding binding = e.is_bool() ? kind == Z3_OP_IMPLIES ? Binding::implication : Binding::comparison
                                                    : Binding::operation;
                return {joined(e, infix.sign, binding), binding};
            }
        }
        if (e.num_args() == 0) {
            return {decl.name().str(), Binding::atom};
        }
        return {fmt::format("{}({})", decl.name().str(), joined(e, ",", Binding::nothing)), Binding::atom};
    }

    /// Widening changes no number, so it is not shown.
    Bound plain_or_named(const z3::expr& e) {
        const auto named = names_.find(e.id());
        return named != names_.end() ? Bound{named->second, Binding::atom} : plain(e);
    }

    const std::unordered_map<unsigned, std::string>& names_;
    std::size_t left_;
};

} // namespace

void FormulaWriter::name(const z3::expr& term, const std::string& name) {
    if (term.is_app() && term.num_args() > 0) {
        names_.try_emplace(term.id(), name);
    }
}

std::string FormulaWriter::text(const z3::expr& formula, std::size_t most) const {
    return Printer(names_, most).print(formula, Binding::nothing);
}

} // namespace vtlcheck::proofs
