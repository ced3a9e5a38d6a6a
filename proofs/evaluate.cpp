// Compiles terms to straight-line code on 64-bit words.
#include "proofs/evaluate.hpp"

#include "proofs/claim.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <unordered_map>

namespace vtlcheck::proofs {

using namespace model;

namespace {

unsigned width_of(const z3::expr& e) { return e.is_bool() ? 1 : e.get_sort().bv_size(); }
std::uint64_t ones(unsigned width) { return ~std::uint64_t{0} >> (64 - width); }
bool is_constant(const z3::expr& e) { return e.is_numeral() || e.is_true() || e.is_false(); }

} // namespace

/// Numbers terms: inputs first, constants after them, results last.
class Program::Compiler {
public:
    Compiler(Program& program, const std::vector<z3::expr>& first, const std::vector<z3::expr>& outputs)
        : program_(program) {
        for (const z3::expr& variable : first) {
            add_input(variable);
        }
        std::unordered_map<unsigned, bool> seen;
        for (const z3::expr& output : outputs) {
            collect(output, seen);
        }
        // Constants follow the inputs, so their numbers are known only now.
        for (const z3::expr& constant : constants_) {
            slot_.emplace(id(constant), next());
            program_.slots_.push_back(constant.is_bool() ? (constant.is_true() ? 1 : 0)
                                                         : constant.get_numeral_uint64());
        }
        program_.first_result_ = program_.slots_.size();
        for (const z3::expr& output : outputs) {
            program_.outputs_.push_back(compile(output));
        }
    }

private:
    static unsigned id(const z3::expr& e) { return Z3_get_ast_id(e.ctx(), e); }
    [[nodiscard]] std::uint32_t next() const { return static_cast<std::uint32_t>(program_.slots_.size()); }

    void add_input(const z3::expr& variable) {
        if (slot_.emplace(id(variable), next()).second) {
            program_.slots_.push_back(0);
            program_.inputs_.push_back({variable.decl().name().str(), width_of(variable)});
        }
    }
    void collect(const z3::expr& e, std::unordered_map<unsigned, bool>& seen) {
        if (!seen.emplace(id(e), true).second) {
            return;
        }
        if (is_constant(e)) {
            constants_.push_back(e);
        } else if (e.is_const()) {
            add_input(e);
        }
        for (unsigned i = 0; i < e.num_args(); ++i) {
            collect(e.arg(i), seen);
        }
    }

    std::uint32_t emit(Op op, const z3::expr& result, std::uint32_t a, std::uint32_t b = 0, std::uint32_t c = 0,
                       unsigned amount = 0) {
        program_.code_.push_back({op, static_cast<std::uint8_t>(amount), a, b, c, ones(width_of(result))});
        const std::uint32_t place = next();
        program_.slots_.push_back(0);
        return place;
    }

    std::uint32_t compile(const z3::expr& e) {
        if (const auto known = slot_.find(id(e)); known != slot_.end()) {
            return known->second;
        }
        const std::uint32_t place = compile_new(e);
        slot_.emplace(id(e), place);
        return place;
    }

    std::uint32_t compile_new(const z3::expr& e) {
        const auto arg = [&](unsigned i) { return compile(e.arg(i)); };
        // All of Z3's associative operations are folded from the left.
        const auto fold = [&](Op op) {
            std::uint32_t place = arg(0);
            for (unsigned i = 1; i < e.num_args(); ++i) {
                const std::uint32_t with = arg(i);
                place = emit(op, e, place, with);
            }
            return place;
        };
        const auto binary = [&](Op op, bool swapped = false) {
            const std::uint32_t a = arg(0);
            const std::uint32_t b = arg(1);
            return swapped ? emit(op, e, b, a) : emit(op, e, a, b);
        };
        const auto negated = [&](std::uint32_t place) { return emit(Op::bit_not, e, place); };
        switch (e.decl().decl_kind()) {
        case Z3_OP_EQ:
        case Z3_OP_IFF:
            return binary(Op::equal);
        case Z3_OP_DISTINCT:
            if (e.num_args() != 2) {
                break;
            }
            return negated(binary(Op::equal));
        case Z3_OP_ITE: {
            const std::uint32_t c = arg(0);
            const std::uint32_t a = arg(1);
            const std::uint32_t b = arg(2);
            return emit(Op::ite, e, a, b, c);
        }
        case Z3_OP_AND:
        case Z3_OP_BAND:
            return fold(Op::bit_and);
        case Z3_OP_OR:
        case Z3_OP_BOR:
            return fold(Op::bit_or);
        case Z3_OP_XOR:
        case Z3_OP_BXOR:
            return fold(Op::bit_xor);
        case Z3_OP_NOT:
        case Z3_OP_BNOT:
            return negated(arg(0));
        case Z3_OP_BADD:
            return fold(Op::add);
        case Z3_OP_BSUB:
            return fold(Op::subtract);
        case Z3_OP_BMUL:
            return fold(Op::multiply);
        case Z3_OP_BSHL:
            return binary(Op::shift_left);
        case Z3_OP_BLSHR:
            return binary(Op::shift_right);
        case Z3_OP_ULT:
            return binary(Op::less);
        case Z3_OP_UGT:
            return binary(Op::less, true);
        case Z3_OP_ULEQ:
            return binary(Op::less_equal);
        case Z3_OP_UGEQ:
            return binary(Op::less_equal, true);
        case Z3_OP_EXTRACT:
            return emit(Op::extract, e, arg(0), 0, 0, e.lo());
        case Z3_OP_ZERO_EXT:
            return arg(0);
        case Z3_OP_SIGN_EXT:
            return emit(Op::sign_extend, e, arg(0), 0, 0, width_of(e.arg(0)));
        case Z3_OP_CONCAT: {
            std::uint32_t place = arg(0);
            for (unsigned i = 1; i < e.num_args(); ++i) {
                const std::uint32_t low = arg(i);
                place = emit(Op::concat, e, place, low, 0, width_of(e.arg(i)));
            }
            return place;
        }
        default:
            break;
        }
        throw std::invalid_argument("no code for the operation " + e.decl().name().str());
    }

    Program& program_;
    std::vector<z3::expr> constants_;
    std::unordered_map<unsigned, std::uint32_t> slot_;
};

Program::Program(const std::vector<z3::expr>& first, const std::vector<z3::expr>& outputs) {
    const Compiler compiler(*this, first, outputs);
    schedule();
}

/// Orders the instructions so that those of one operation come together as far as their operands allow.
void Program::schedule() {
    const std::size_t count = code_.size();
    const auto operands = [&](const Instruction& i) { return std::array<std::uint32_t, 3>{i.a, i.b, i.c}; };
    std::vector<std::vector<std::uint32_t>> users(count);
    std::vector<unsigned> missing(count);
    for (std::uint32_t n = 0; n < count; ++n) {
        for (const std::uint32_t operand : operands(code_[n])) {
            if (operand >= first_result_) {
                users[operand - first_result_].push_back(n);
                ++missing[n];
            }
        }
    }
    std::array<std::vector<std::uint32_t>, op_count> ready;
    const auto add = [&](std::uint32_t n) { ready[static_cast<std::size_t>(code_[n].op)].push_back(n); };
    for (std::uint32_t n = 0; n < count; ++n) {
        if (missing[n] == 0) {
            add(n);
        }
    }
    std::vector<std::uint32_t> order;
    while (order.size() < count) {
        auto& most = *std::max_element(ready.begin(), ready.end(),
                                       [](const auto& x, const auto& y) { return x.size() < y.size(); });
        const Op op = code_[most.front()].op;
        while (!most.empty()) {
            const std::uint32_t n = most.back();
            most.pop_back();
            order.push_back(n);
            for (const std::uint32_t user : users[n]) {
                if (--missing[user] == 0) {
                    add(user);
                }
            }
        }
        stretches_.push_back({op, static_cast<std::uint32_t>(order.size())});
    }

    std::vector<std::uint32_t> place(count);
    for (std::uint32_t n = 0; n < count; ++n) {
        place[order[n]] = static_cast<std::uint32_t>(first_result_ + n);
    }
    const auto move = [&](std::uint32_t& slot) {
        if (slot >= first_result_) {
            slot = place[slot - first_result_];
        }
    };
    std::vector<Instruction> moved;
    for (const std::uint32_t n : order) {
        Instruction i = code_[n];
        move(i.a);
        move(i.b);
        move(i.c);
        moved.push_back(i);
    }
    code_ = std::move(moved);
    for (std::uint32_t& output : outputs_) {
        move(output);
    }
}

void Program::run(std::span<const std::uint64_t> inputs, std::span<std::uint64_t> outputs) {
    if (inputs.size() != inputs_.size() || outputs.size() != outputs_.size()) {
        throw std::invalid_argument("a program needs a value for every input and room for every output");
    }
    std::uint64_t* const slot = slots_.data();
    std::copy(inputs.begin(), inputs.end(), slot);
    std::uint64_t* result = slot + first_result_;
    const Instruction* next = code_.data();
    for (const Stretch& stretch : stretches_) {
        const Instruction* const end = code_.data() + stretch.end;
        const auto each = [&](auto&& value) {
            for (; next != end; ++next) {
                *result++ = value(*next, slot[next->a], slot[next->b]) & next->mask;
            }
        };
        using I = const Instruction&;
        using W = std::uint64_t;
        switch (stretch.op) {
        case Op::equal:
            each([](I, W a, W b) { return W{a == b}; });
            break;
        case Op::ite:
            each([slot](I i, W a, W b) { return slot[i.c] != 0 ? a : b; });
            break;
        case Op::bit_and:
            each([](I, W a, W b) { return a & b; });
            break;
        case Op::bit_or:
            each([](I, W a, W b) { return a | b; });
            break;
        case Op::bit_xor:
            each([](I, W a, W b) { return a ^ b; });
            break;
        case Op::bit_not:
            each([](I, W a, W) { return ~a; });
            break;
        case Op::add:
            each([](I, W a, W b) { return a + b; });
            break;
        case Op::subtract:
            each([](I, W a, W b) { return a - b; });
            break;
        case Op::multiply:
            each([](I, W a, W b) { return a * b; });
            break;
        case Op::shift_left:
            each([](I, W a, W b) { return b < 64 ? a << b : 0; });
            break;
        case Op::shift_right:
            each([](I, W a, W b) { return b < 64 ? a >> b : 0; });
            break;
        case Op::less:
            each([](I, W a, W b) { return W{a < b}; });
            break;
        case Op::less_equal:
            each([](I, W a, W b) { return W{a <= b}; });
            break;
        case Op::extract:
            each([](I i, W a, W) { return a >> i.amount; });
            break;
        case Op::concat:
            each([](I i, W a, W b) { return (a << i.amount) | b; });
            break;
        case Op::sign_extend:
            each([](I i, W a, W) { return ((a >> (i.amount - 1U)) & 1U) != 0 ? a | ~ones(i.amount) : a; });
            break;
        }
    }
    for (std::size_t n = 0; n < outputs.size(); ++n) {
        outputs[n] = slot[outputs_[n]];
    }
}

namespace {

template <class T>
void terms_of(const T& object, std::vector<z3::expr>& all) {
    T::visit([&](const auto&, const auto& field) { all.push_back(field.term()); }, object);
}
template <class T>
std::size_t write(const T& object, std::vector<std::uint64_t>& all, std::size_t at) {
    T::visit([&](const auto&, const auto& field) { all[at++] = field.value(); }, object);
    return at;
}
template <class T>
std::size_t read(T& object, const std::vector<std::uint64_t>& all, std::size_t at) {
    T::visit(
        [&](const auto&, auto& field) {
            using Field = std::decay_t<decltype(field)>;
            if constexpr (std::is_same_v<Field, Concrete::Bool>) {
                field = Field(all[at++] != 0);
            } else {
                field = Field(all[at++]);
            }
        },
        object);
    return at;
}

Program step_program(const Mutant* mutant) {
    z3::context context;
    const Goal goal(context, mutant);
    const Run& run = goal.run();
    std::vector<z3::expr> inputs;
    terms_of(run.config, inputs);
    terms_of(run.before, inputs);
    terms_of(run.exit, inputs);
    std::vector<z3::expr> outputs;
    terms_of(run.after, outputs);
    terms_of(run.out, outputs);
    outputs.push_back(run.clause.term());
    return {inputs, outputs};
}

} // namespace

SymbolicOracle::SymbolicOracle(const Mutant* mutant)
    : program_(step_program(mutant)), inputs_(program_.inputs().size()), outputs_(program_.output_count()) {}

ConcreteStep SymbolicOracle::step(const ConcreteConfig& config, ConcreteState& state, const ConcreteExit& exit) {
    std::size_t at = write(config, inputs_, 0);
    at = write(state, inputs_, at);
    write(exit, inputs_, at);
    program_.run(inputs_, outputs_);
    ConcreteStep done;
    at = read(state, outputs_, 0);
    at = read(done.out, outputs_, at);
    done.clause = outputs_[at];
    return done;
}

} // namespace vtlcheck::proofs
