// Runs LLVM instructions on terms.
#include "lifting/lifter.hpp"

#include "lifting/bitcode.hpp"
#include "lifting/conditions.hpp"
#include "lifting/pointers.hpp"

#include <fmt/format.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <llvm/ADT/MapVector.h>
#include <llvm/IR/ConstantRange.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/Instructions.h>
#include <llvm/IR/IntrinsicInst.h>
#include <llvm/IR/Operator.h>
#include <llvm/Support/raw_ostream.h>
#pragma GCC diagnostic pop

#include <algorithm>
#include <set>
#include <unordered_set>
#include <utility>

namespace vtlcheck::lifting {

namespace {

// What an instruction yields: the members of a struct, else one value.
using Values = std::vector<Value>;

struct Edge {
    const llvm::BasicBlock* from;
    Condition condition;
    Memory memory;
    std::vector<Values> phis; // of the block it leads to, in their order
};

struct Frame {
    const llvm::Function* function = nullptr;
    const Blocks* blocks = nullptr;
    std::unordered_map<const llvm::Value*, Values> values;
    std::unordered_map<const llvm::BasicBlock*, std::vector<Edge>> pending;
    std::vector<Edge> returns; // the value is the one phi
    std::vector<std::uint32_t> locals;
};

std::string text_of(const llvm::Value& value) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    value.print(stream);
    text.erase(0, text.find_first_not_of(' '));
    if (const auto metadata = text.find(", !"); metadata != std::string::npos) {
        text.resize(metadata);
    }
    return text.substr(0, text.find('\n'));
}

std::string where_of(const llvm::Instruction& instruction) {
    const std::string function = instruction.getFunction()->getName().str();
    const llvm::DILocation* const location = instruction.getDebugLoc().get();
    if (location == nullptr) {
        return fmt::format("no line in {}", function);
    }
    const llvm::StringRef file = location->getFilename();
    return fmt::format("{}:{} in {}", file.substr(file.find_last_of('/') + 1).str(), location->getLine(),
                       location->getScope()->getSubprogram() != nullptr
                           ? location->getScope()->getSubprogram()->getName().str()
                           : function);
}

[[noreturn]] void unsupported(const llvm::Instruction& instruction, const std::string& why) {
    throw Unsupported(fmt::format("{}: {}: `{}`", where_of(instruction), why, text_of(instruction)));
}

Word word_of(const llvm::APInt& value) {
    Word word = value.extractBitsAsZExtValue(std::min(64U, value.getBitWidth()), 0);
    if (value.getBitWidth() > 64) {
        word |= Word{value.extractBitsAsZExtValue(value.getBitWidth() - 64, 64)} << 64;
    }
    return word;
}

} // namespace

class Lifter::Implementation {
public:
    Implementation(const Module& module, World& world, LifterOptions options)
        : module_(module.bitcode()), layout_(module_.module->getDataLayout()), world_(world), t_(world.terms()),
          pointers_(t_, world), options_(std::move(options)) {
        add_constants();
    }

    Value call(std::string_view name, const std::vector<Term>& arguments, Memory& memory);

    std::vector<Obligation> obligations_;
    std::size_t instructions_ = 0;

private:
    // ---- types, constants, memory ----
    void add_constants();
    [[nodiscard]] unsigned width_of(const llvm::Type& type, const llvm::Instruction* at) const;
    void cells_of(llvm::Type* type, std::uint64_t offset, std::vector<Cell>& cells) const;
    void initial(const llvm::Constant& constant, std::uint64_t offset, std::vector<std::uint8_t>& bytes,
                 std::vector<std::pair<std::uint64_t, Term>>& pointers);
    Values constant(const llvm::Constant& constant, const llvm::Instruction* at);
    Values& local(Frame& frame, const llvm::Instruction& instruction) { return frame.values[&instruction]; }
    Values operand(Frame& frame, const llvm::Value& value, const llvm::Instruction& at);
    Value scalar(Frame& frame, const llvm::Value& value, const llvm::Instruction& at);
    Value sure(Frame& frame, const llvm::Value& value, const llvm::Instruction& at, const char* use);

    // ---- obligations ----
    void oblige(Term bad, const std::string& what, const llvm::Instruction& at);
    void oblige_sure(const Value& value, const llvm::Instruction& at, const std::string& use);
    Term because(Term poison, const std::string& reason, const llvm::Instruction& at);
    [[nodiscard]] std::string reasons(Term poison);
    void oblige_access(const Access& access, const llvm::Instruction& at);

    // ---- control ----
    Values run(const llvm::Function& function, const std::vector<Values>& arguments, const llvm::Instruction* at);
    void run_region(Frame& frame, const llvm::Loop* loop);
    void run_loop(Frame& frame, const llvm::Loop& loop);
    void run_block(Frame& frame, const llvm::BasicBlock& block);
    bool enter(Frame& frame, const llvm::BasicBlock& block);
    std::vector<Values> meet(std::vector<Edge>& edges);
    void go(Frame& frame, const llvm::Instruction& from, const llvm::BasicBlock& to,
            const std::optional<Condition>& condition);
    /// False if the block ends here.
    bool step(Frame& frame, const llvm::Instruction& instruction);

    // ---- instructions ----
    Value binary(Frame& frame, const llvm::BinaryOperator& op);
    Value compare(Frame& frame, const llvm::ICmpInst& compare);
    Term equal_pointers(Term a, Term b, const llvm::Instruction& at);
    Value cast(Frame& frame, const llvm::CastInst& cast);
    Value element(Frame& frame, const llvm::GetElementPtrInst& gep);
    Value difference(Term a, Term b, const llvm::Instruction& at);
    Values choose(Frame& frame, const llvm::SelectInst& select);
    Value load(Frame& frame, const llvm::LoadInst& load);
    Values load_struct(Frame& frame, const llvm::LoadInst& load, llvm::StructType& type);
    void store_struct(Frame& frame, const llvm::StoreInst& store, llvm::StructType& type);
    void put(const Value& value, Term pointer, std::uint64_t align, const llvm::Instruction& at);
    void store(Frame& frame, const llvm::StoreInst& store);
    Values exchange(Frame& frame, const llvm::AtomicCmpXchgInst& exchange);
    Value modify(Frame& frame, const llvm::AtomicRMWInst& modify);
    void before_atomic(Term pointer, std::uint64_t bytes, bool writes, const llvm::Instruction& at);
    std::optional<Values> call_instruction(Frame& frame, const llvm::CallBase& call);
    std::optional<Values> intrinsic(Frame& frame, const llvm::IntrinsicInst& call);
    Values opaque(const llvm::Function& function, const std::vector<Values>& arguments,
                  const std::vector<std::string>& regions, const llvm::Instruction& at);
    void copy(Term to, Term from, std::uint64_t size, std::uint64_t to_align, std::uint64_t from_align,
              bool may_overlap, const llvm::Instruction& at);
    void fill(Term to, const Value& byte, std::uint64_t size, std::uint64_t align, const llvm::Instruction& at);
    std::uint32_t allocate(Frame& frame, llvm::Type* type, std::uint64_t size, std::uint64_t align,
                           const std::string& name);

    Contents read(const Access& access, unsigned bytes);
    Contents read_row(const TargetRow& row, unsigned bytes);
    std::pair<Term, Contents> read_rows(std::span<const TargetRow> rows, unsigned bytes);
    Term pick(Term index, std::span<const Term> values, unsigned bits);
    void write(const Access& access, const Contents& contents);
    Access access(Term pointer, std::uint64_t size, std::uint64_t align, const llvm::Instruction& at);
    Value value_of(const Contents& contents, unsigned width);
    Contents contents_of(const Value& value);
    Term poisoned_bytes(const Value& value);
    Value in_range(const Value& value, const llvm::ConstantRange& range, const llvm::Instruction& at);
    Term not_poison(const Value& value) { return t_.bit_not(value.poison); }
    Value plain(Term bits) { return {bits, t_.no()}; }

    Module::Bitcode& module_;
    const llvm::DataLayout& layout_;
    World& world_;
    Terms& t_;
    Pointers pointers_;
    LifterOptions options_;
    std::unordered_map<const llvm::GlobalVariable*, std::uint32_t> globals_;
    std::vector<std::pair<std::uint32_t, std::vector<Contents>>> constants_;
    std::vector<const llvm::Function*> running_;
    std::unordered_map<std::uint32_t, std::string> reasons_;
    std::set<std::pair<std::uint32_t, std::string>> obliged_;

    Condition condition_; // of the block that runs
    Memory* memory_ = nullptr;
};

// ---- types, constants, memory ----

unsigned Lifter::Implementation::width_of(const llvm::Type& type, const llvm::Instruction* at) const {
    unsigned width = 0;
    if (type.isPointerTy()) {
        width = 64;
    } else if (type.isIntegerTy()) {
        width = type.getIntegerBitWidth();
    } else if (const auto* const vector = llvm::dyn_cast<llvm::FixedVectorType>(&type);
               vector != nullptr && vector->getElementType()->isIntegerTy()) {
        width = vector->getNumElements() * vector->getElementType()->getIntegerBitWidth();
    }
    if (width == 0 || width > 128) {
        std::string name;
        llvm::raw_string_ostream stream(name);
        type.print(stream);
        if (at == nullptr) {
            throw Unsupported(fmt::format("{}: type {} is outside the subset", module_.file, name));
        }
        unsupported(*at, fmt::format("type {} is outside the subset", name));
    }
    return width;
}

void Lifter::Implementation::cells_of(llvm::Type* type, std::uint64_t offset, std::vector<Cell>& cells) const {
    const auto pad = [&](std::uint64_t end) {
        std::uint64_t next = cells.empty() ? 0 : cells.back().offset + cells.back().bytes;
        for (; next < end; ++next) {
            cells.push_back({static_cast<std::uint32_t>(next), 1, {}, false});
        }
    };
    pad(offset);
    if (auto* const structure = llvm::dyn_cast<llvm::StructType>(type)) {
        const llvm::StructLayout& places = *layout_.getStructLayout(structure);
        for (unsigned i = 0; i < structure->getNumElements(); ++i) {
            cells_of(structure->getElementType(i), offset + places.getElementOffset(i), cells);
        }
    } else if (auto* const array = llvm::dyn_cast<llvm::ArrayType>(type)) {
        const std::uint64_t step = layout_.getTypeAllocSize(array->getElementType());
        for (std::uint64_t i = 0; i < array->getNumElements(); ++i) {
            cells_of(array->getElementType(), offset + i * step, cells);
        }
    } else if (const std::uint64_t bytes = layout_.getTypeStoreSize(type); bytes <= 8) {
        cells.push_back({static_cast<std::uint32_t>(offset), static_cast<std::uint8_t>(bytes), {}, false});
    }
    pad(offset + layout_.getTypeAllocSize(type));
}

// Bytes of a constant, and where in it there are addresses.
void Lifter::Implementation::initial(const llvm::Constant& constant, std::uint64_t offset,
                                     std::vector<std::uint8_t>& bytes,
                                     std::vector<std::pair<std::uint64_t, Term>>& pointers) {
    if (constant.isNullValue() || llvm::isa<llvm::UndefValue>(constant)) {
        return;
    }
    if (const auto* const number = llvm::dyn_cast<llvm::ConstantInt>(&constant)) {
        const Word value = word_of(number->getValue());
        for (unsigned i = 0; i < layout_.getTypeStoreSize(number->getType()); ++i) {
            bytes[offset + i] = static_cast<std::uint8_t>(value >> (8 * i));
        }
    } else if (const auto* const data = llvm::dyn_cast<llvm::ConstantDataSequential>(&constant)) {
        const std::uint64_t step = data->getElementByteSize();
        for (unsigned i = 0; i < data->getNumElements(); ++i) {
            initial(*data->getElementAsConstant(i), offset + i * step, bytes, pointers);
        }
    } else if (const auto* const structure = llvm::dyn_cast<llvm::ConstantStruct>(&constant)) {
        const llvm::StructLayout& places = *layout_.getStructLayout(structure->getType());
        for (unsigned i = 0; i < structure->getNumOperands(); ++i) {
            initial(*structure->getOperand(i), offset + places.getElementOffset(i), bytes, pointers);
        }
    } else if (const auto* const array = llvm::dyn_cast<llvm::ConstantArray>(&constant)) {
        const std::uint64_t step = layout_.getTypeAllocSize(array->getType()->getElementType());
        for (unsigned i = 0; i < array->getNumOperands(); ++i) {
            initial(*array->getOperand(i), offset + i * step, bytes, pointers);
        }
    } else if (constant.getType()->isPointerTy()) {
        pointers.emplace_back(offset, this->constant(constant, nullptr).front().bits);
    } else {
        throw Unsupported(
            fmt::format("{}: constant outside the subset: `{}`", module_.file, text_of(constant).substr(0, 200)));
    }
}

void Lifter::Implementation::add_constants() {
    for (const llvm::GlobalVariable& global : module_.module->globals()) {
        const bool known = global.hasInitializer() && global.isConstant();
        Region region;
        region.name = fmt::format("@{}", global.getName().str());
        region.size = layout_.getTypeAllocSize(global.getValueType());
        region.align = global.getAlign().valueOrOne().value();
        region.writable = false;
        region.readable = known; // a variable's value is not known
        cells_of(global.getValueType(), 0, region.cells);
        globals_.emplace(&global, world_.add(std::move(region)));
    }
    for (const auto& [global, number] : globals_) {
        const Region& region = world_.region(number);
        std::vector<Contents> contents;
        std::vector<std::uint8_t> bytes(region.size);
        std::vector<std::pair<std::uint64_t, Term>> pointers;
        if (region.readable) {
            initial(*global->getInitializer(), 0, bytes, pointers);
        }
        for (const Cell& cell : region.cells) {
            Word word = 0;
            for (unsigned i = cell.bytes; i-- > 0;) {
                word = word << 8 | bytes[cell.offset + i];
            }
            const auto pointer = std::ranges::find(pointers, cell.offset, &std::pair<std::uint64_t, Term>::first);
            contents.push_back({pointer != pointers.end() ? pointer->second : t_.constant(8U * cell.bytes, word),
                                t_.constant(cell.bytes, region.readable ? 0 : ~Word{0})});
        }
        constants_.emplace_back(number, std::move(contents));
    }
}

Values Lifter::Implementation::constant(const llvm::Constant& constant, const llvm::Instruction* at) {
    if (const auto* const number = llvm::dyn_cast<llvm::ConstantInt>(&constant)) {
        return {plain(t_.constant(width_of(*number->getType(), at), word_of(number->getValue())))};
    }
    if (const auto* const structure = llvm::dyn_cast<llvm::StructType>(constant.getType())) {
        Values all;
        for (unsigned i = 0; i < structure->getNumElements(); ++i) {
            const Values member = this->constant(*constant.getAggregateElement(i), at);
            all.insert(all.end(), member.begin(), member.end());
        }
        return all;
    }
    const unsigned width = width_of(*constant.getType(), at);
    if (llvm::isa<llvm::UndefValue>(constant)) {
        // Undef may be any value each time it is looked at; that nobody may look at it is stricter.
        return {{t_.constant(width, 0), t_.yes()}};
    }
    if (constant.isNullValue()) {
        return {plain(t_.constant(width, 0))};
    }
    if (const auto* const global = llvm::dyn_cast<llvm::GlobalVariable>(&constant)) {
        return {plain(t_.address(globals_.at(global)))};
    }
    if (const auto* const gep = llvm::dyn_cast<llvm::GEPOperator>(&constant)) {
        llvm::APInt offset(64, 0);
        const auto* const base = llvm::dyn_cast<llvm::Constant>(gep->getPointerOperand());
        if (base != nullptr && gep->accumulateConstantOffset(layout_, offset)) {
            return {plain(t_.add(this->constant(*base, at).front().bits, t_.constant(64, offset.getZExtValue())))};
        }
    }
    if (const auto* const vector = llvm::dyn_cast<llvm::FixedVectorType>(constant.getType())) {
        const unsigned lane = vector->getElementType()->getIntegerBitWidth();
        Word word = 0;
        for (unsigned i = vector->getNumElements(); i-- > 0;) {
            const auto* const number = llvm::dyn_cast_or_null<llvm::ConstantInt>(constant.getAggregateElement(i));
            if (number == nullptr) {
                throw Unsupported(
                    fmt::format("{}: constant outside the subset: `{}`", module_.file, text_of(constant)));
            }
            word = word << lane | word_of(number->getValue());
        }
        return {plain(t_.constant(width, word))};
    }
    if (at != nullptr) {
        unsupported(*at, "a constant outside the subset");
    }
    throw Unsupported(fmt::format("{}: constant outside the subset: `{}`", module_.file, text_of(constant)));
}

Values Lifter::Implementation::operand(Frame& frame, const llvm::Value& value, const llvm::Instruction& at) {
    if (const auto* const known = llvm::dyn_cast<llvm::Constant>(&value)) {
        return constant(*known, &at);
    }
    const auto found = frame.values.find(&value);
    if (found == frame.values.end()) {
        unsupported(at, "an operand without a value");
    }
    return found->second;
}

Value Lifter::Implementation::scalar(Frame& frame, const llvm::Value& value, const llvm::Instruction& at) {
    const Values all = operand(frame, value, at);
    if (all.size() != 1) {
        unsupported(at, "a struct where the subset has a single value");
    }
    return all.front();
}

Value Lifter::Implementation::sure(Frame& frame, const llvm::Value& value, const llvm::Instruction& at,
                                   const char* use) {
    const Value known = scalar(frame, value, at);
    oblige_sure(known, at, use);
    return known;
}

// ---- obligations ----

void Lifter::Implementation::oblige(Term bad, const std::string& what, const llvm::Instruction& at) {
    if (condition_.decides(t_, bad) == false) {
        return;
    }
    const Term violation = t_.bit_and(condition_.term(t_), bad);
    if (violation != t_.no() && obliged_.emplace(violation.id, what).second) {
        obligations_.push_back({what, where_of(at), violation});
    }
}

void Lifter::Implementation::oblige_sure(const Value& value, const llvm::Instruction& at, const std::string& use) {
    if (value.poison != t_.no() && condition_.decides(t_, value.poison) != false) {
        oblige(value.poison, fmt::format("{} of {}", use, reasons(value.poison)), at);
    }
}

// Remembers why a value may be poison, for whoever uses it.
Term Lifter::Implementation::because(Term poison, const std::string& reason, const llvm::Instruction& at) {
    if (poison != t_.no()) {
        reasons_.emplace(poison.id, fmt::format("{} at {}", reason, where_of(at)));
    }
    return poison;
}

std::string Lifter::Implementation::reasons(Term poison) {
    std::set<std::string> found;
    std::unordered_set<std::uint32_t> seen;
    std::vector<Term> open{poison};
    while (!open.empty() && seen.size() < 1000 && found.size() < 3) {
        const Term next = open.back();
        open.pop_back();
        if (!seen.insert(next.id).second || t_.width(next) != 1) {
            continue;
        }
        if (const auto reason = reasons_.find(next.id); reason != reasons_.end()) {
            found.insert(reason->second);
            continue;
        }
        const Terms::Node& n = t_.node(next);
        if (n.op == Op::bit_not || n.op == Op::bit_and || n.op == Op::ite) {
            open.push_back(n.a);
            if (n.op != Op::bit_not) {
                open.push_back(n.b);
            }
            if (n.op == Op::ite) {
                open.push_back(n.c);
            }
        }
    }
    if (found.empty()) {
        return "poison or a value that was never written";
    }
    std::string all;
    for (const std::string& reason : found) {
        all.append(all.empty() ? "" : ", or ").append(reason);
    }
    return all;
}

Access Lifter::Implementation::access(Term pointer, std::uint64_t size, std::uint64_t align,
                                      const llvm::Instruction& at) {
    try {
        Access access = pointers_.access(pointer, size, align, *memory_, condition_);
        std::erase_if(access.rows, [&](const TargetRow& row) { return condition_.decides(t_, row.guard) == false; });
        oblige(access.null, "access through a null pointer", at);
        oblige(access.outside, "access out of bounds", at);
        oblige(access.misaligned, "misaligned access", at);
        oblige(access.dead, "access to an object whose function has returned", at);
        return access;
    } catch (const std::length_error& error) {
        unsupported(at, error.what());
    }
}

// ---- reading and writing ----

Term Lifter::Implementation::pick(Term index, std::span<const Term> values, unsigned bits) {
    if (std::ranges::all_of(values, [&](Term v) { return v == values.front(); })) {
        return values.front();
    }
    // More than one value, so more than no bit.
    const std::size_t half = std::size_t{1} << (bits - 1);
    if (values.size() <= half) {
        return pick(index, values, bits - 1);
    }
    return t_.ite(t_.extract(index, bits - 1, 1), pick(index, values.subspan(half), bits - 1),
                  pick(index, values.first(half), bits - 1));
}

Contents Lifter::Implementation::read_row(const TargetRow& row, unsigned bytes) {
    std::vector<Term> bits;
    std::vector<Term> poison;
    for (const Target& target : row.targets) {
        const Contents contents = memory_->read(target.region, target.offset, bytes);
        bits.push_back(contents.bits);
        poison.push_back(contents.poison);
    }
    if (row.targets.size() == 1) {
        return {bits.front(), poison.front()};
    }
    const Term index = t_.sub(row.index, t_.constant(64, static_cast<std::uint64_t>(row.first)));
    unsigned index_bits = 0;
    while ((std::size_t{1} << index_bits) < bits.size()) {
        ++index_bits;
    }
    Contents all{{}, pick(index, poison, index_bits)};
    if (bytes <= 8 && std::ranges::all_of(bits, [&](Term b) { return t_.is_constant(b); })) {
        Terms::Table table;
        for (const Term entry : bits) {
            table.entries.push_back(static_cast<std::uint64_t>(t_.value(entry)));
        }
        all.bits = t_.table(std::move(table), index, 8 * bytes);
    } else {
        all.bits = pick(index, bits, index_bits);
    }
    return all;
}

// Where no row's guard holds, there is a violated obligation, so the last one needs none. Halved, so that thousands of
// rows do not make terms that are thousands deep.
std::pair<Term, Contents> Lifter::Implementation::read_rows(std::span<const TargetRow> rows, unsigned bytes) {
    if (rows.size() == 1) {
        return {rows.front().guard, read_row(rows.front(), bytes)};
    }
    const auto [first, a] = read_rows(rows.first(rows.size() / 2), bytes);
    const auto [second, b] = read_rows(rows.subspan(rows.size() / 2), bytes);
    return {t_.bit_or(first, second), {t_.ite(first, a.bits, b.bits), t_.ite(first, a.poison, b.poison)}};
}

Contents Lifter::Implementation::read(const Access& access, unsigned bytes) {
    if (access.rows.empty()) {
        return {t_.constant(8 * bytes, 0), t_.constant(bytes, 0)};
    }
    return read_rows(access.rows, bytes).second;
}

void Lifter::Implementation::write(const Access& access, const Contents& contents) {
    const bool single = access.rows.size() == 1 && access.rows.front().targets.size() == 1;
    for (const TargetRow& row : access.rows) {
        for (const Target& target : row.targets) {
            if (single) {
                memory_->write(target.region, target.offset, contents, t_.yes());
            } else if (condition_.decides(t_, target.guard) != false) {
                memory_->write(target.region, target.offset, contents, target.guard);
            }
        }
    }
}

Value Lifter::Implementation::value_of(const Contents& contents, unsigned width) {
    Term poison = t_.bit_not(t_.is_zero(contents.poison));
    const unsigned stored = t_.width(contents.bits);
    if (stored > width) {
        poison = t_.bit_or(poison, t_.bit_not(t_.is_zero(t_.extract(contents.bits, width, stored - width))));
    }
    Value value{t_.extract(contents.bits, 0, width), poison};
    if (stored == width && poison != t_.no()) {
        value.bytes = contents.poison;
    }
    return value;
}

Term Lifter::Implementation::poisoned_bytes(const Value& value) {
    const unsigned bytes = (t_.width(value.bits) + 7) / 8;
    return value.bytes != Term{} ? value.bytes
                                 : t_.ite(value.poison, t_.constant(bytes, ~Word{0}), t_.constant(bytes, 0));
}

Contents Lifter::Implementation::contents_of(const Value& value) {
    const unsigned bytes = (t_.width(value.bits) + 7) / 8;
    return {t_.zext(value.bits, 8 * bytes), poisoned_bytes(value)};
}

Value Lifter::Implementation::load(Frame& frame, const llvm::LoadInst& load) {
    const unsigned width = width_of(*load.getType(), &load);
    const unsigned bytes = (width + 7) / 8;
    const Value pointer = sure(frame, *load.getPointerOperand(), load, "address");
    if (load.isVolatile()) {
        unsupported(load, "volatile access");
    }
    if (load.isAtomic()) {
        before_atomic(pointer.bits, bytes, false, load);
    }
    const Access places = access(pointer.bits, bytes, load.getAlign().value(), load);
    Value value = value_of(read(places, bytes), width);
    because(value.poison, "read of what was never written", load);
    if (const llvm::MDNode* const range = load.getMetadata(llvm::LLVMContext::MD_range)) {
        value = in_range(value, llvm::getConstantRangeFromMetadata(*range), load);
    }
    if (load.getMetadata(llvm::LLVMContext::MD_nonnull) != nullptr) {
        value.poison = t_.bit_or(value.poison, because(equal_pointers(value.bits, t_.constant(64, 0), load),
                                                       "null where the code promises none", load));
    }
    if (load.getMetadata(llvm::LLVMContext::MD_noundef) != nullptr) {
        oblige_sure(value, load, "load");
    }
    return value;
}

Values Lifter::Implementation::load_struct(Frame& frame, const llvm::LoadInst& load, llvm::StructType& type) {
    const Value pointer = sure(frame, *load.getPointerOperand(), load, "address");
    const llvm::StructLayout& places = *layout_.getStructLayout(&type);
    Values all;
    for (unsigned i = 0; i < type.getNumElements(); ++i) {
        const unsigned width = width_of(*type.getElementType(i), &load);
        const std::uint64_t offset = places.getElementOffset(i);
        const Term at = t_.add(pointer.bits, t_.constant(64, offset));
        const Access access =
            this->access(at, (width + 7) / 8, llvm::commonAlignment(load.getAlign(), offset).value(), load);
        all.push_back(value_of(read(access, (width + 7) / 8), width));
        because(all.back().poison, "read of what was never written", load);
    }
    return all;
}

void Lifter::Implementation::store_struct(Frame& frame, const llvm::StoreInst& store, llvm::StructType& type) {
    const Values values = operand(frame, *store.getValueOperand(), store);
    const Value pointer = sure(frame, *store.getPointerOperand(), store, "address");
    const llvm::StructLayout& places = *layout_.getStructLayout(&type);
    for (unsigned i = 0; i < type.getNumElements(); ++i) {
        const std::uint64_t offset = places.getElementOffset(i);
        put(values.at(i), t_.add(pointer.bits, t_.constant(64, offset)),
            llvm::commonAlignment(store.getAlign(), offset).value(), store);
    }
}

void Lifter::Implementation::store(Frame& frame, const llvm::StoreInst& store) {
    if (store.isVolatile()) {
        unsupported(store, "volatile access");
    }
    if (auto* const type = llvm::dyn_cast<llvm::StructType>(store.getValueOperand()->getType())) {
        return store_struct(frame, store, *type);
    }
    const Value value = scalar(frame, *store.getValueOperand(), store);
    const Value pointer = sure(frame, *store.getPointerOperand(), store, "address");
    if (store.isAtomic()) {
        before_atomic(pointer.bits, (t_.width(value.bits) + 7) / 8, true, store);
    }
    put(value, pointer.bits, store.getAlign().value(), store);
}

void Lifter::Implementation::put(const Value& value, Term pointer, std::uint64_t align, const llvm::Instruction& at) {
    const Access places = access(pointer, (t_.width(value.bits) + 7) / 8, align, at);
    Term visible = t_.no();
    for (const TargetRow& row : places.rows) {
        const Region& region = world_.region(row.targets.front().region);
        if (!region.writable) {
            oblige(row.guard, "write to a constant", at);
        }
        if (!region.local) {
            visible = t_.bit_or(visible, row.guard);
        }
    }
    if (value.poison != t_.no()) {
        // So memory holds bytes that were never written, but no poison: a load of both would be poison as a whole.
        const Term bad = value.bytes != Term{} ? t_.bit_and(visible, value.poison) : value.poison;
        oblige(bad, fmt::format("store of {}", reasons(value.poison)), at);
    }
    write(places, contents_of(value));
}

void Lifter::Implementation::before_atomic(Term pointer, std::uint64_t bytes, bool writes,
                                           const llvm::Instruction& at) {
    if (!options_.before_atomic) {
        return;
    }
    const Access places = pointers_.access(pointer, bytes, 1, *memory_, condition_);
    AtomicStep step{where_of(at), 0, 0, writes};
    if (places.rows.size() == 1 && places.rows.front().targets.size() == 1) {
        step.region = places.rows.front().targets.front().region;
        step.offset = places.rows.front().targets.front().offset;
    }
    options_.before_atomic(*memory_, step);
}

Values Lifter::Implementation::exchange(Frame& frame, const llvm::AtomicCmpXchgInst& exchange) {
    const Value pointer = sure(frame, *exchange.getPointerOperand(), exchange, "address");
    const Value expected = sure(frame, *exchange.getCompareOperand(), exchange, "expected value");
    const Value wanted = sure(frame, *exchange.getNewValOperand(), exchange, "exchanged value");
    const unsigned bytes = t_.width(wanted.bits) / 8;
    if (exchange.isVolatile() || exchange.isWeak() || bytes == 0 || bytes > 8) {
        unsupported(exchange, "volatile or weak exchange");
    }
    before_atomic(pointer.bits, bytes, true, exchange);
    const Access places = access(pointer.bits, bytes, exchange.getAlign().value(), exchange);
    const Value old = value_of(read(places, bytes), 8 * bytes);
    oblige_sure(old, exchange, "comparison");
    const Term done = t_.eq(old.bits, expected.bits);
    write(places, contents_of(plain(t_.ite(done, wanted.bits, old.bits))));
    return {plain(old.bits), plain(done)};
}

Value Lifter::Implementation::modify(Frame& frame, const llvm::AtomicRMWInst& modify) {
    const Value pointer = sure(frame, *modify.getPointerOperand(), modify, "address");
    const Value operand = sure(frame, *modify.getValOperand(), modify, "operand");
    const unsigned bytes = t_.width(operand.bits) / 8;
    if (modify.isVolatile() || bytes == 0 || bytes > 8) {
        unsupported(modify, "volatile access");
    }
    before_atomic(pointer.bits, bytes, true, modify);
    const Access places = access(pointer.bits, bytes, modify.getAlign().value(), modify);
    const Value old = value_of(read(places, bytes), 8 * bytes);
    oblige_sure(old, modify, "operand");
    Term next;
    switch (modify.getOperation()) {
    case llvm::AtomicRMWInst::Xchg:
        next = operand.bits;
        break;
    case llvm::AtomicRMWInst::Add:
        next = t_.add(old.bits, operand.bits);
        break;
    case llvm::AtomicRMWInst::Sub:
        next = t_.sub(old.bits, operand.bits);
        break;
    case llvm::AtomicRMWInst::And:
        next = t_.bit_and(old.bits, operand.bits);
        break;
    case llvm::AtomicRMWInst::Or:
        next = t_.bit_or(old.bits, operand.bits);
        break;
    case llvm::AtomicRMWInst::Xor:
        next = t_.bit_xor(old.bits, operand.bits);
        break;
    default:
        unsupported(modify, "atomic operation outside the subset");
    }
    write(places, contents_of(plain(next)));
    return plain(old.bits);
}

void Lifter::Implementation::copy(Term to, Term from, std::uint64_t size, std::uint64_t to_align,
                                  std::uint64_t from_align, bool may_overlap, const llvm::Instruction& at) {
    if (size == 0) {
        return;
    }
    const Access source = access(from, size, from_align, at);
    const Access target = access(to, size, to_align, at);
    std::vector<Target> sources;
    for (const TargetRow& row : source.rows) {
        sources.insert(sources.end(), row.targets.begin(), row.targets.end());
    }
    if (sources.empty()) {
        return;
    }
    const auto read_at = [&](std::uint64_t offset, unsigned bytes) {
        Contents all = memory_->read(sources.back().region, sources.back().offset + offset, bytes);
        for (std::size_t i = sources.size() - 1; i-- > 0;) {
            const Contents more = memory_->read(sources[i].region, sources[i].offset + offset, bytes);
            all = {t_.ite(sources[i].guard, more.bits, all.bits), t_.ite(sources[i].guard, more.poison, all.poison)};
        }
        return all;
    };
    struct Piece {
        Target target;
        Contents contents;
    };
    std::vector<Piece> pieces;
    for (const TargetRow& row : target.rows) {
        const Region& region = world_.region(row.targets.front().region);
        if (!region.writable) {
            oblige(row.guard, "write to a constant", at);
        }
        for (const Target& t : row.targets) {
            for (const Target& s : sources) {
                const std::uint64_t apart = s.offset > t.offset ? s.offset - t.offset : t.offset - s.offset;
                if (!may_overlap && s.region == t.region && apart != 0 && apart < size) {
                    oblige(t_.bit_and(s.guard, t.guard), "copy between regions that overlap", at);
                }
            }
            for (std::uint64_t done = 0; done < size;) {
                const Cell& cell = region.cells[region.cell_at[t.offset + done]];
                const std::uint64_t end = cell.offset + cell.bytes;
                const auto bytes = static_cast<unsigned>(std::min(end - (t.offset + done), size - done));
                pieces.push_back({{t.guard, t.region, t.offset + done}, read_at(done, bytes)});
                done += bytes;
            }
        }
    }
    const bool single = target.rows.size() == 1 && target.rows.front().targets.size() == 1;
    for (const Piece& piece : pieces) {
        memory_->write(piece.target.region, piece.target.offset, piece.contents,
                       single ? t_.yes() : piece.target.guard);
    }
}

void Lifter::Implementation::fill(Term to, const Value& byte, std::uint64_t size, std::uint64_t align,
                                  const llvm::Instruction& at) {
    if (size == 0) {
        return;
    }
    const Access target = access(to, size, align, at);
    const bool single = target.rows.size() == 1 && target.rows.front().targets.size() == 1;
    const Contents one = contents_of(byte);
    for (const TargetRow& row : target.rows) {
        const Region& region = world_.region(row.targets.front().region);
        if (!region.writable) {
            oblige(row.guard, "write to a constant", at);
        }
        for (const Target& t : row.targets) {
            for (std::uint64_t done = 0; done < size;) {
                const Cell& cell = region.cells[region.cell_at[t.offset + done]];
                const std::uint64_t end = cell.offset + cell.bytes;
                const auto bytes = static_cast<unsigned>(std::min(end - (t.offset + done), size - done));
                Contents all = one;
                for (unsigned i = 1; i < bytes; ++i) {
                    all = {t_.concat(one.bits, all.bits), t_.concat(one.poison, all.poison)};
                }
                memory_->write(t.region, t.offset + done, all, single ? t_.yes() : t.guard);
                done += bytes;
            }
        }
    }
}

std::uint32_t Lifter::Implementation::allocate(Frame& frame, llvm::Type* type, std::uint64_t size, std::uint64_t align,
                                               const std::string& name) {
    Region region;
    region.name = name;
    region.size = size;
    region.align = align;
    region.local = true;
    cells_of(type, 0, region.cells);
    std::vector<Contents> contents;
    for (const Cell& cell : region.cells) {
        contents.push_back({t_.constant(8U * cell.bytes, 0), t_.constant(cell.bytes, ~Word{0})});
    }
    const std::uint32_t number = world_.add(std::move(region));
    memory_->set(number, contents);
    frame.locals.push_back(number);
    return number;
}

// ---- instructions ----

Value Lifter::Implementation::in_range(const Value& value, const llvm::ConstantRange& range,
                                       const llvm::Instruction& at) {
    if (range.isFullSet()) {
        return value;
    }
    const unsigned width = t_.width(value.bits);
    const Word low = word_of(range.getLower());
    const Word size = word_of(range.getUpper()) - low;
    const Term in = t_.ult(t_.sub(value.bits, t_.constant(width, low)), t_.constant(width, size));
    return {value.bits,
            t_.bit_or(value.poison, because(t_.bit_not(in), "value out of the range that the code promises", at))};
}

Value Lifter::Implementation::binary(Frame& frame, const llvm::BinaryOperator& op) {
    const Value a = scalar(frame, *op.getOperand(0), op);
    const Value b = scalar(frame, *op.getOperand(1), op);
    const unsigned w = width_of(*op.getType(), &op);
    const bool bitwise = op.getOpcode() == llvm::Instruction::And || op.getOpcode() == llvm::Instruction::Or ||
                         op.getOpcode() == llvm::Instruction::Xor;
    if (op.getType()->isVectorTy() && !bitwise) {
        unsupported(op, "arithmetic on vectors");
    }
    Term poison = t_.bit_or(a.poison, b.poison);
    const auto poisoned_by = [&](Term bad, const char* reason) {
        poison = t_.bit_or(poison, because(bad, reason, op));
    };
    const auto* const wraps = llvm::dyn_cast<llvm::OverflowingBinaryOperator>(&op);
    const bool nsw = wraps != nullptr && wraps->hasNoSignedWrap();
    const bool nuw = wraps != nullptr && wraps->hasNoUnsignedWrap();
    const auto sign = [&](Term t) { return t_.extract(t, w - 1, 1); };
    switch (op.getOpcode()) {
    case llvm::Instruction::Add: {
        const Term sum = t_.add(a.bits, b.bits);
        if (nsw) {
            const Term same = t_.eq(sign(a.bits), sign(b.bits));
            poisoned_by(t_.bit_and(same, t_.bit_xor(sign(a.bits), sign(sum))), "signed overflow");
        }
        if (nuw) {
            poisoned_by(t_.ult(sum, a.bits), "unsigned overflow where the code promises none");
        }
        return {sum, poison};
    }
    case llvm::Instruction::Sub: {
        if (pointers_.has_address(a.bits) || pointers_.has_address(b.bits)) {
            const Value apart = difference(a.bits, b.bits, op);
            return {apart.bits, t_.bit_or(poison, apart.poison)};
        }
        const Term rest = t_.sub(a.bits, b.bits);
        if (nsw) {
            const Term differ = t_.bit_xor(sign(a.bits), sign(b.bits));
            poisoned_by(t_.bit_and(differ, t_.bit_xor(sign(a.bits), sign(rest))), "signed overflow");
        }
        if (nuw) {
            poisoned_by(t_.ult(a.bits, b.bits), "unsigned overflow where the code promises none");
        }
        return {rest, poison};
    }
    case llvm::Instruction::Mul: {
        const Word most = t_.upper_bound(b.bits);
        const bool fits = most == 0 || t_.upper_bound(a.bits) <= Terms::ones(w) / most;
        if (nsw || (nuw && !fits)) {
            if (w > 64) {
                unsupported(op, "a product of more than 64 bits that promises not to wrap");
            }
            const Term wide_u = t_.mul(t_.zext(a.bits, 2 * w), t_.zext(b.bits, 2 * w));
            const Term wide_s = t_.mul(t_.sext(a.bits, 2 * w), t_.sext(b.bits, 2 * w));
            if (nuw) {
                poisoned_by(t_.bit_not(t_.is_zero(t_.extract(wide_u, w, w))),
                            "unsigned overflow where the code promises none");
            }
            if (nsw) {
                poisoned_by(t_.bit_not(t_.eq(wide_s, t_.sext(t_.extract(wide_s, 0, w), 2 * w))), "signed overflow");
            }
        }
        return {t_.mul(a.bits, b.bits), poison};
    }
    case llvm::Instruction::UDiv:
    case llvm::Instruction::URem:
    case llvm::Instruction::SDiv:
    case llvm::Instruction::SRem: {
        oblige_sure(b, op, "division by a value");
        oblige(t_.is_zero(b.bits), "division by zero", op);
        const bool is_signed = op.getOpcode() == llvm::Instruction::SDiv || op.getOpcode() == llvm::Instruction::SRem;
        if (is_signed) {
            const Term most = t_.eq(a.bits, t_.constant(w, Word{1} << (w - 1)));
            oblige(t_.bit_and(most, t_.eq(b.bits, t_.constant(w, ~Word{0}))), "signed overflow of a division", op);
        }
        const bool remainder = op.getOpcode() == llvm::Instruction::URem || op.getOpcode() == llvm::Instruction::SRem;
        const Term rest = is_signed ? t_.srem(a.bits, b.bits) : t_.urem(a.bits, b.bits);
        if (!remainder && op.isExact()) {
            poisoned_by(t_.bit_not(t_.is_zero(rest)), "inexact division where the code promises none");
        }
        if (remainder) {
            return {rest, poison};
        }
        return {is_signed ? t_.sdiv(a.bits, b.bits) : t_.udiv(a.bits, b.bits), poison};
    }
    case llvm::Instruction::Shl:
    case llvm::Instruction::LShr:
    case llvm::Instruction::AShr: {
        poisoned_by(t_.bit_not(t_.ult(b.bits, t_.constant(w, w))), "shift by the width or more");
        if (op.getOpcode() == llvm::Instruction::Shl) {
            const Term moved = t_.shl(a.bits, b.bits);
            if (nuw) {
                poisoned_by(t_.bit_not(t_.eq(t_.lshr(moved, b.bits), a.bits)),
                            "unsigned overflow where the code promises none");
            }
            if (nsw) {
                poisoned_by(t_.bit_not(t_.eq(t_.ashr(moved, b.bits), a.bits)), "signed overflow");
            }
            return {moved, poison};
        }
        const Term moved =
            op.getOpcode() == llvm::Instruction::LShr ? t_.lshr(a.bits, b.bits) : t_.ashr(a.bits, b.bits);
        if (op.isExact()) {
            poisoned_by(t_.bit_not(t_.eq(t_.shl(moved, b.bits), a.bits)), "inexact shift where the code promises none");
        }
        return {moved, poison};
    }
    case llvm::Instruction::And:
        return {t_.bit_and(a.bits, b.bits), poison};
    case llvm::Instruction::Or:
        if (llvm::cast<llvm::PossiblyDisjointInst>(op).isDisjoint()) {
            poisoned_by(t_.bit_not(t_.is_zero(t_.bit_and(a.bits, b.bits))), "common bits where the code promises none");
        }
        return {t_.bit_or(a.bits, b.bits), poison};
    case llvm::Instruction::Xor:
        return {t_.bit_xor(a.bits, b.bits), poison};
    default:
        unsupported(op, "instruction outside the subset");
    }
}

Value Lifter::Implementation::difference(Term a, Term b, const llvm::Instruction& at) {
    const std::vector<Place> from = pointers_.places(a);
    const std::vector<Place> to = pointers_.places(b);
    if (from.size() != 1 || to.size() != 1 || from[0].region != to[0].region) {
        unsupported(at, "difference of pointers that may point into different objects");
    }
    return plain(t_.sub(pointers_.offset(from[0]), pointers_.offset(to[0])));
}

Term Lifter::Implementation::equal_pointers(Term a, Term b, const llvm::Instruction& at) {
    if (a == b) {
        return t_.yes();
    }
    if (!pointers_.has_address(a) && !pointers_.has_address(b)) {
        return t_.eq(a, b);
    }
    Term equal = t_.no();
    const std::vector<Place> left = pointers_.places(a);
    const std::vector<Place> right = pointers_.places(b);
    const auto inside = [&](const Place& p) {
        return p.region == 0 ||
               (p.parts.empty() && p.base >= 0 && static_cast<std::uint64_t>(p.base) < world_.region(p.region).size);
    };
    for (const Place& x : left) {
        for (const Place& y : right) {
            const Term both = t_.bit_and(x.guard, y.guard);
            if (both == t_.no()) {
                continue;
            }
            if (x.region == y.region) {
                equal = t_.bit_or(equal, t_.bit_and(both, t_.eq(pointers_.offset(x), pointers_.offset(y))));
            } else if (x.region == 0 || y.region == 0) {
                const Place& number = x.region == 0 ? x : y;
                if (!number.parts.empty() || number.base != 0) {
                    unsupported(at, "comparison of a pointer with a number that is not null");
                }
                oblige(t_.bit_and(both, pointers_.leaves_object(x.region == 0 ? b : a)),
                       "comparison of a pointer that has left its object", at);
            } else if (!inside(x) || !inside(y)) {
                const Term out = t_.bit_or(pointers_.leaves_object(a), pointers_.leaves_object(b));
                oblige(t_.bit_and(both, out), "comparison of a pointer that has left its object", at);
            }
        }
    }
    return equal;
}

Value Lifter::Implementation::compare(Frame& frame, const llvm::ICmpInst& compare) {
    const Value a = scalar(frame, *compare.getOperand(0), compare);
    const Value b = scalar(frame, *compare.getOperand(1), compare);
    if (compare.getType()->isVectorTy()) {
        unsupported(compare, "comparison of vectors");
    }
    const Term poison = t_.bit_or(a.poison, b.poison);
    Term x = a.bits;
    Term y = b.bits;
    if (pointers_.has_address(x) || pointers_.has_address(y)) {
        if (compare.isEquality()) {
            const Term equal = equal_pointers(x, y, compare);
            return {compare.getPredicate() == llvm::CmpInst::ICMP_EQ ? equal : t_.bit_not(equal), poison};
        }
        const std::vector<Place> left = pointers_.places(x);
        const std::vector<Place> right = pointers_.places(y);
        if (left.size() != 1 || right.size() != 1 || left[0].region != right[0].region) {
            unsupported(compare, "order of pointers that may point into different objects");
        }
        const Term out = t_.bit_or(pointers_.leaves_object(x), pointers_.leaves_object(y));
        oblige(out, "comparison of a pointer that has left its object", compare);
        x = pointers_.offset(left[0]);
        y = pointers_.offset(right[0]);
    }
    switch (compare.getPredicate()) {
    case llvm::CmpInst::ICMP_EQ:
        return {t_.eq(x, y), poison};
    case llvm::CmpInst::ICMP_NE:
        return {t_.bit_not(t_.eq(x, y)), poison};
    case llvm::CmpInst::ICMP_ULT:
        return {t_.ult(x, y), poison};
    case llvm::CmpInst::ICMP_ULE:
        return {t_.ule(x, y), poison};
    case llvm::CmpInst::ICMP_UGT:
        return {t_.ult(y, x), poison};
    case llvm::CmpInst::ICMP_UGE:
        return {t_.ule(y, x), poison};
    case llvm::CmpInst::ICMP_SLT:
        return {t_.slt(x, y), poison};
    case llvm::CmpInst::ICMP_SLE:
        return {t_.sle(x, y), poison};
    case llvm::CmpInst::ICMP_SGT:
        return {t_.slt(y, x), poison};
    case llvm::CmpInst::ICMP_SGE:
        return {t_.sle(y, x), poison};
    default:
        unsupported(compare, "comparison outside the subset");
    }
}

Value Lifter::Implementation::cast(Frame& frame, const llvm::CastInst& cast) {
    Value value = scalar(frame, *cast.getOperand(0), cast);
    const unsigned from = t_.width(value.bits);
    const unsigned to = width_of(*cast.getType(), &cast);
    if (cast.getType()->isVectorTy() && cast.getOpcode() != llvm::Instruction::BitCast) {
        unsupported(cast, "conversion of vectors");
    }
    switch (cast.getOpcode()) {
    case llvm::Instruction::ZExt:
        if (value.bytes != Term{} && from % 8 == 0 && to % 8 == 0) {
            value.bytes = t_.zext(value.bytes, to / 8);
        }
        if (llvm::cast<llvm::PossiblyNonNegInst>(cast).hasNonNeg()) {
            value.poison = t_.bit_or(value.poison, because(t_.extract(value.bits, from - 1, 1),
                                                           "negative value where the code promises none", cast));
            value.bytes = {};
        }
        return {t_.zext(value.bits, to), value.poison, from % 8 == 0 && to % 8 == 0 ? value.bytes : Term{}};
    case llvm::Instruction::SExt:
        return {t_.sext(value.bits, to), value.poison};
    case llvm::Instruction::Trunc: {
        const auto& trunc = llvm::cast<llvm::TruncInst>(cast);
        const Term narrow = t_.extract(value.bits, 0, to);
        if (trunc.hasNoUnsignedWrap()) {
            value.poison = t_.bit_or(value.poison, because(t_.bit_not(t_.eq(t_.zext(narrow, from), value.bits)),
                                                           "lost bits where the code promises none", cast));
        }
        if (trunc.hasNoSignedWrap()) {
            value.poison = t_.bit_or(value.poison, because(t_.bit_not(t_.eq(t_.sext(narrow, from), value.bits)),
                                                           "lost bits where the code promises none", cast));
        }
        if (value.bytes != Term{} && to % 8 == 0) {
            const Term bytes = t_.extract(value.bytes, 0, to / 8);
            return {narrow, t_.bit_not(t_.is_zero(bytes)), bytes};
        }
        return {narrow, value.poison};
    }
    case llvm::Instruction::IntToPtr:
    case llvm::Instruction::PtrToInt:
    case llvm::Instruction::BitCast:
        if (from != to) {
            unsupported(cast, "conversion outside the subset");
        }
        return value;
    default:
        unsupported(cast, "conversion outside the subset");
    }
}

Value Lifter::Implementation::element(Frame& frame, const llvm::GetElementPtrInst& gep) {
    const Value base = scalar(frame, *gep.getPointerOperand(), gep);
    llvm::MapVector<llvm::Value*, llvm::APInt> indices;
    llvm::APInt offset(64, 0);
    if (gep.getType()->isVectorTy() || !gep.collectOffset(layout_, 64, indices, offset)) {
        unsupported(gep, "address of vectors or of a type without a size");
    }
    Term sum = base.bits;
    Term poison = base.poison;
    for (const auto& [index, step] : indices) {
        const Value value = scalar(frame, *index, gep);
        const Term wide = t_.width(value.bits) > 64 ? t_.extract(value.bits, 0, 64) : t_.sext(value.bits, 64);
        poison = t_.bit_or(poison, value.poison);
        sum = t_.add(sum, t_.mul(wide, t_.constant(64, step.getZExtValue())));
    }
    sum = t_.add(sum, t_.constant(64, offset.getZExtValue()));
    if (gep.isInBounds() && sum != base.bits) {
        Term leaves = pointers_.leaves_object(sum);
        for (const Place& place : std::vector<Place>(pointers_.places(sum))) {
            if (place.region == 0) {
                leaves = t_.bit_or(leaves, place.guard);
            }
        }
        poison = t_.bit_or(poison, because(leaves, "pointer out of bounds", gep));
    } else if (!gep.isInBounds() && (gep.hasNoUnsignedWrap() || gep.hasNoUnsignedSignedWrap())) {
        unsupported(gep, "an address that promises not to wrap");
    }
    return {sum, poison};
}

Values Lifter::Implementation::choose(Frame& frame, const llvm::SelectInst& select) {
    const Value condition = scalar(frame, *select.getCondition(), select);
    if (select.getCondition()->getType()->isVectorTy()) {
        unsupported(select, "choice by a vector");
    }
    const auto decided = condition_.decides(t_, condition.bits);
    Values a = operand(frame, *select.getTrueValue(), select);
    const Values b = operand(frame, *select.getFalseValue(), select);
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (decided) {
            a[i] = *decided ? a[i] : b[i];
        } else {
            a[i] = {t_.ite(condition.bits, a[i].bits, b[i].bits), t_.ite(condition.bits, a[i].poison, b[i].poison)};
        }
        a[i].poison = t_.bit_or(a[i].poison, condition.poison);
    }
    return a;
}

std::optional<Values> Lifter::Implementation::intrinsic(Frame& frame, const llvm::IntrinsicInst& call) {
    const auto value = [&](unsigned i) { return scalar(frame, *call.getArgOperand(i), call); };
    const auto two = [&] {
        const Value a = value(0);
        const Value b = value(1);
        return std::tuple{a.bits, b.bits, t_.bit_or(a.poison, b.poison)};
    };
    if (call.getType()->isVectorTy()) {
        unsupported(call, "arithmetic on vectors");
    }
    switch (call.getIntrinsicID()) {
    case llvm::Intrinsic::dbg_value:
    case llvm::Intrinsic::dbg_declare:
    case llvm::Intrinsic::dbg_assign:
    case llvm::Intrinsic::dbg_label:
    case llvm::Intrinsic::experimental_noalias_scope_decl:
        return Values{};
    case llvm::Intrinsic::lifetime_start:
    case llvm::Intrinsic::lifetime_end: {
        const std::uint64_t size = llvm::cast<llvm::ConstantInt>(call.getArgOperand(0))->getZExtValue();
        fill(value(1).bits, {t_.constant(8, 0), t_.yes()}, size, 1, call);
        return Values{};
    }
    case llvm::Intrinsic::assume: {
        if (call.getNumOperandBundles() != 0) {
            unsupported(call, "assumption about an operand bundle");
        }
        const Value held = sure(frame, *call.getArgOperand(0), call, "assumption");
        oblige(t_.bit_not(held.bits), "an assumption of the code does not hold", call);
        return Values{};
    }
    case llvm::Intrinsic::expect:
        return Values{value(0)};
    case llvm::Intrinsic::memcpy:
    case llvm::Intrinsic::memcpy_inline:
    case llvm::Intrinsic::memmove: {
        const Value to = sure(frame, *call.getArgOperand(0), call, "address");
        const Value from = sure(frame, *call.getArgOperand(1), call, "address");
        const Value size = sure(frame, *call.getArgOperand(2), call, "size");
        const auto& transfer = llvm::cast<llvm::MemTransferInst>(call);
        if (!t_.is_constant(size.bits) || transfer.isVolatile()) {
            unsupported(call, "copy of a size that is not constant");
        }
        copy(to.bits, from.bits, static_cast<std::uint64_t>(t_.value(size.bits)),
             transfer.getDestAlign().valueOrOne().value(), transfer.getSourceAlign().valueOrOne().value(),
             call.getIntrinsicID() == llvm::Intrinsic::memmove, call);
        return Values{};
    }
    case llvm::Intrinsic::memset:
    case llvm::Intrinsic::memset_inline: {
        const Value to = sure(frame, *call.getArgOperand(0), call, "address");
        const Value size = sure(frame, *call.getArgOperand(2), call, "size");
        const auto& set = llvm::cast<llvm::MemSetInst>(call);
        if (!t_.is_constant(size.bits) || set.isVolatile()) {
            unsupported(call, "memset of a size that is not constant");
        }
        fill(to.bits, value(1), static_cast<std::uint64_t>(t_.value(size.bits)),
             set.getDestAlign().valueOrOne().value(), call);
        return Values{};
    }
    case llvm::Intrinsic::umin:
    case llvm::Intrinsic::umax:
    case llvm::Intrinsic::smin:
    case llvm::Intrinsic::smax: {
        const auto [a, b, poison] = two();
        const bool is_signed =
            call.getIntrinsicID() == llvm::Intrinsic::smin || call.getIntrinsicID() == llvm::Intrinsic::smax;
        const bool least =
            call.getIntrinsicID() == llvm::Intrinsic::umin || call.getIntrinsicID() == llvm::Intrinsic::smin;
        const Term less = is_signed ? t_.slt(a, b) : t_.ult(a, b);
        return Values{{least ? t_.ite(less, a, b) : t_.ite(less, b, a), poison}};
    }
    case llvm::Intrinsic::uadd_sat: {
        const auto [a, b, poison] = two();
        const Term sum = t_.add(a, b);
        return Values{{t_.ite(t_.ult(sum, a), t_.constant(t_.width(a), ~Word{0}), sum), poison}};
    }
    case llvm::Intrinsic::usub_sat: {
        const auto [a, b, poison] = two();
        return Values{{t_.ite(t_.ult(a, b), t_.constant(t_.width(a), 0), t_.sub(a, b)), poison}};
    }
    case llvm::Intrinsic::uadd_with_overflow: {
        const auto [a, b, poison] = two();
        const Term sum = t_.add(a, b);
        return Values{{sum, poison}, {t_.ult(sum, a), poison}};
    }
    case llvm::Intrinsic::usub_with_overflow: {
        const auto [a, b, poison] = two();
        return Values{{t_.sub(a, b), poison}, {t_.ult(a, b), poison}};
    }
    case llvm::Intrinsic::umul_with_overflow: {
        const auto [a, b, poison] = two();
        const unsigned w = t_.width(a);
        if (w > 64) {
            unsupported(call, "a product of more than 64 bits");
        }
        const Term wide = t_.mul(t_.zext(a, 2 * w), t_.zext(b, 2 * w));
        return Values{{t_.extract(wide, 0, w), poison}, {t_.bit_not(t_.is_zero(t_.extract(wide, w, w))), poison}};
    }
    case llvm::Intrinsic::sadd_with_overflow:
    case llvm::Intrinsic::ssub_with_overflow: {
        const auto [a, b, poison] = two();
        const unsigned w = t_.width(a);
        if (w > 127) {
            unsupported(call, "a sum of more than 127 bits");
        }
        const bool add = call.getIntrinsicID() == llvm::Intrinsic::sadd_with_overflow;
        const Term x = t_.sext(a, w + 1);
        const Term y = t_.sext(b, w + 1);
        const Term wide = add ? t_.add(x, y) : t_.sub(x, y);
        return Values{{t_.extract(wide, 0, w), poison},
                      {t_.bit_xor(t_.extract(wide, w, 1), t_.extract(wide, w - 1, 1)), poison}};
    }
    case llvm::Intrinsic::abs: {
        const Value a = value(0);
        const unsigned w = t_.width(a.bits);
        const Term most = t_.eq(a.bits, t_.constant(w, Word{1} << (w - 1)));
        const bool strict = !llvm::cast<llvm::ConstantInt>(call.getArgOperand(1))->isZero();
        return Values{{t_.ite(t_.extract(a.bits, w - 1, 1), t_.neg(a.bits), a.bits),
                       strict ? t_.bit_or(a.poison, because(most, "signed overflow", call)) : a.poison}};
    }
    case llvm::Intrinsic::bswap: {
        const Value a = value(0);
        const unsigned w = t_.width(a.bits);
        Term all = t_.extract(a.bits, w - 8, 8);
        for (unsigned low = w - 8; low >= 8; low -= 8) {
            all = t_.concat(t_.extract(a.bits, low - 8, 8), all);
        }
        return Values{{all, a.poison}};
    }
    case llvm::Intrinsic::ctpop: {
        const Value a = value(0);
        const unsigned w = t_.width(a.bits);
        Term sum = t_.constant(w, 0);
        for (unsigned i = 0; i < w; ++i) {
            sum = t_.add(sum, t_.zext(t_.extract(a.bits, i, 1), w));
        }
        return Values{{sum, a.poison}};
    }
    case llvm::Intrinsic::ctlz:
    case llvm::Intrinsic::cttz: {
        const Value a = value(0);
        const unsigned w = t_.width(a.bits);
        const bool leading = call.getIntrinsicID() == llvm::Intrinsic::ctlz;
        Term count = t_.constant(w, w);
        for (unsigned i = 0; i < w; ++i) {
            const unsigned bit = leading ? i : w - 1 - i;
            count = t_.ite(t_.extract(a.bits, bit, 1), t_.constant(w, leading ? w - 1 - bit : bit), count);
        }
        const bool strict = !llvm::cast<llvm::ConstantInt>(call.getArgOperand(1))->isZero();
        return Values{{count, strict ? t_.bit_or(a.poison, because(t_.is_zero(a.bits), "count of the zeros of 0", call))
                                     : a.poison}};
    }
    case llvm::Intrinsic::fshl:
    case llvm::Intrinsic::fshr: {
        const auto [a, b, poison] = two();
        const Value by = value(2);
        const unsigned w = t_.width(a);
        if (w > 64) {
            unsupported(call, "a shift of more than 64 bits");
        }
        const Term amount = t_.zext(t_.urem(by.bits, t_.constant(w, w)), 2 * w);
        const Term both = t_.concat(a, b);
        const Term moved = call.getIntrinsicID() == llvm::Intrinsic::fshl ? t_.extract(t_.shl(both, amount), w, w)
                                                                          : t_.extract(t_.lshr(both, amount), 0, w);
        return Values{{moved, t_.bit_or(poison, by.poison)}};
    }
    case llvm::Intrinsic::trap:
        oblige(t_.yes(), "trap", call);
        return std::nullopt;
    default:
        unsupported(call, "intrinsic outside the subset");
    }
}

Values Lifter::Implementation::opaque(const llvm::Function& function, const std::vector<Values>& arguments,
                                      const std::vector<std::string>& regions, const llvm::Instruction& at) {
    std::vector<Term> read;
    for (const Values& argument : arguments) {
        for (const Value& value : argument) {
            oblige_sure(value, at, "argument");
            read.push_back(value.bits);
        }
    }
    std::vector<std::uint32_t> numbers;
    for (const std::string& name : regions) {
        const std::uint32_t number = world_.find(name);
        if (number == 0 || !memory_->holds(number)) {
            unsupported(at, fmt::format("opaque function with an unknown region '{}'", name));
        }
        numbers.push_back(number);
        for (std::uint32_t i = 0; i < world_.region(number).cells.size(); ++i) {
            read.push_back(memory_->cell(number, i).bits);
        }
    }
    const std::string base = function.getName().str();
    for (const std::uint32_t number : numbers) {
        const Region& region = world_.region(number);
        for (std::uint32_t i = 0; i < region.cells.size(); ++i) {
            const Cell& cell = region.cells[i];
            if (cell.name.empty()) {
                continue;
            }
            const unsigned width = cell.boolean ? 1 : 8U * cell.bytes;
            const Term after = t_.function(fmt::format("{}:{}.{}", base, region.name, cell.name), read, width);
            memory_->set_cell(number, i, {t_.zext(after, 8U * cell.bytes), t_.constant(cell.bytes, 0)});
        }
    }
    const llvm::Type& type = *function.getReturnType();
    if (type.isVoidTy()) {
        return {};
    }
    return {plain(t_.function(base, read, width_of(type, &at)))};
}

std::optional<Values> Lifter::Implementation::call_instruction(Frame& frame, const llvm::CallBase& call) {
    if (const auto* const known = llvm::dyn_cast<llvm::IntrinsicInst>(&call)) {
        return intrinsic(frame, *known);
    }
    const llvm::Function* const function = call.getCalledFunction();
    if (function == nullptr || function->isDeclaration() || function->isVarArg()) {
        unsupported(call, "call of a function that is not in the module");
    }
    std::vector<Values> arguments;
    for (unsigned i = 0; i < call.arg_size(); ++i) {
        const llvm::Value& passed = *call.getArgOperand(i);
        Values values = operand(frame, passed, call);
        const llvm::Argument& parameter = *function->getArg(i);
        if (call.paramHasAttr(i, llvm::Attribute::NoUndef)) {
            for (const Value& value : values) {
                oblige_sure(value, call, "argument");
            }
        }
        if (parameter.getType()->isPointerTy()) {
            if (parameter.hasByValAttr()) {
                llvm::Type* const type = parameter.getParamByValType();
                const std::uint64_t size = layout_.getTypeAllocSize(type);
                const std::uint64_t align = parameter.getParamAlign().valueOrOne().value();
                const std::uint32_t number = allocate(frame, type, size, align, "copy of an argument");
                copy(t_.address(number), values.front().bits, size, 1, 1, false, call);
                values = {plain(t_.address(number))};
            } else if (parameter.hasNonNullAttr(false)) {
                oblige(equal_pointers(values.front().bits, t_.constant(64, 0), call),
                       "null argument where the code promises none", call);
            }
            if (const std::uint64_t size = parameter.getDereferenceableBytes(); size > 0 && !parameter.hasByValAttr()) {
                (void)access(values.front().bits, size, parameter.getParamAlign().valueOrOne().value(), call);
            }
        }
        arguments.push_back(std::move(values));
    }
    if (const auto chosen = options_.opaque.find(function->getName().str()); chosen != options_.opaque.end()) {
        return opaque(*function, arguments, chosen->second, call);
    }
    Values result = run(*function, arguments, &call);
    if (result.empty()) { // no way through it returns
        return std::nullopt;
    }
    if (const auto range = call.getRange(); range && result.size() == 1) {
        result.front() = in_range(result.front(), *range, call);
    }
    if (call.hasRetAttr(llvm::Attribute::NoUndef)) {
        for (const Value& value : result) {
            oblige_sure(value, call, "result");
        }
    }
    return result;
}

// ---- control ----

// Where edges meet: sets the condition and the memory, and returns the phis' values.
std::vector<Values> Lifter::Implementation::meet(std::vector<Edge>& edges) {
    if (edges.size() == 1) {
        condition_ = std::move(edges.front().condition);
        *memory_ = std::move(edges.front().memory);
        return std::move(edges.front().phis);
    }
    std::vector<const Condition*> conditions;
    for (const Edge& edge : edges) {
        conditions.push_back(&edge.condition);
    }
    Condition::Joined joined = Condition::join(t_, conditions);
    std::vector<std::size_t> order(edges.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        order[i] = i;
    }
    // The one that is hardest to tell from the others needs no guard.
    std::ranges::stable_sort(order, std::greater{}, [&](std::size_t i) { return joined.sizes[i]; });
    Memory memory = std::move(edges[order.front()].memory);
    std::vector<Values> phis = std::move(edges[order.front()].phis);
    for (std::size_t k = 1; k < order.size(); ++k) {
        Edge& edge = edges[order[k]];
        const Term guard = joined.guards[order[k]];
        edge.memory.merge(guard, memory);
        memory = std::move(edge.memory);
        for (std::size_t phi = 0; phi < phis.size(); ++phi) {
            for (std::size_t i = 0; i < phis[phi].size(); ++i) {
                const Value& a = edge.phis[phi][i];
                Value& b = phis[phi][i];
                const bool moved = a.bytes != Term{} || b.bytes != Term{};
                const Term bytes = moved ? t_.ite(guard, poisoned_bytes(a), poisoned_bytes(b)) : Term{};
                b = {t_.ite(guard, a.bits, b.bits), t_.ite(guard, a.poison, b.poison), bytes};
            }
        }
    }
    condition_ = std::move(joined.either);
    *memory_ = std::move(memory);
    return phis;
}

bool Lifter::Implementation::enter(Frame& frame, const llvm::BasicBlock& block) {
    std::vector<Edge> edges = std::move(frame.pending[&block]);
    frame.pending[&block].clear();
    if (edges.empty()) {
        return false;
    }
    const std::vector<Values> phis = meet(edges);
    std::size_t number = 0;
    for (const llvm::PHINode& phi : block.phis()) {
        frame.values[&phi] = phis[number++];
    }
    return true;
}

void Lifter::Implementation::go(Frame& frame, const llvm::Instruction& from, const llvm::BasicBlock& to,
                                const std::optional<Condition>& condition) {
    if (!condition) {
        return;
    }
    const llvm::BasicBlock& block = *from.getParent();
    if (frame.blocks->number.at(&to) <= frame.blocks->number.at(&block)) {
        const llvm::Loop* const loop = frame.blocks->loops->getLoopFor(&to);
        if (loop == nullptr || loop->getHeader() != &to || !loop->contains(&block)) {
            unsupported(from, "a loop with more than one entry");
        }
    }
    Edge edge{&block, *condition, *memory_, {}};
    for (const llvm::PHINode& phi : to.phis()) {
        edge.phis.push_back(operand(frame, *phi.getIncomingValueForBlock(&block), from));
    }
    frame.pending[&to].push_back(std::move(edge));
}

void Lifter::Implementation::run_block(Frame& frame, const llvm::BasicBlock& block) {
    if (!enter(frame, block)) {
        return;
    }
    for (const llvm::Instruction& instruction : block) {
        if (llvm::isa<llvm::PHINode>(instruction)) {
            continue;
        }
        ++instructions_;
        if (!step(frame, instruction)) {
            return;
        }
    }
}

void Lifter::Implementation::run_region(Frame& frame, const llvm::Loop* loop) {
    const auto order = frame.blocks->order.find(loop);
    for (const llvm::BasicBlock* const block : order->second) {
        const llvm::Loop* const own = frame.blocks->loops->getLoopFor(block);
        if (own == loop) {
            run_block(frame, *block);
        } else {
            run_loop(frame, *own);
        }
    }
}

void Lifter::Implementation::run_loop(Frame& frame, const llvm::Loop& loop) {
    std::vector<Edge>& waiting = frame.pending[loop.getHeader()];
    if (waiting.empty()) {
        return;
    }
    std::vector<const Condition*> entries;
    for (const Edge& edge : waiting) {
        entries.push_back(&edge.condition);
    }
    const Condition entered = Condition::join(t_, entries).either;
    for (unsigned round = 0; !frame.pending[loop.getHeader()].empty(); ++round) {
        if (round <= options_.loop_bound) {
            run_region(frame, &loop);
            continue;
        }
        const std::vector<Edge> left = std::move(frame.pending[loop.getHeader()]);
        frame.pending[loop.getHeader()].clear();
        for (const Edge& edge : left) {
            const llvm::Instruction& jump = *edge.from->getTerminator();
            if (edge.condition == entered) {
                unsupported(jump, fmt::format("a loop that runs more than {} times", options_.loop_bound));
            }
            condition_ = edge.condition;
            oblige(t_.yes(), fmt::format("a loop may run more than {} times", options_.loop_bound), jump);
        }
    }
}

bool Lifter::Implementation::step(Frame& frame, const llvm::Instruction& instruction) {
    const auto result = [&](const Value& value) {
        local(frame, instruction) = {value};
        return true;
    };
    if (const auto* const op = llvm::dyn_cast<llvm::BinaryOperator>(&instruction)) {
        return result(binary(frame, *op));
    }
    if (const auto* const cast = llvm::dyn_cast<llvm::CastInst>(&instruction)) {
        return result(this->cast(frame, *cast));
    }
    switch (instruction.getOpcode()) {
    case llvm::Instruction::ICmp:
        return result(compare(frame, llvm::cast<llvm::ICmpInst>(instruction)));
    case llvm::Instruction::GetElementPtr:
        return result(element(frame, llvm::cast<llvm::GetElementPtrInst>(instruction)));
    case llvm::Instruction::Load:
        if (auto* const type = llvm::dyn_cast<llvm::StructType>(instruction.getType())) {
            local(frame, instruction) = load_struct(frame, llvm::cast<llvm::LoadInst>(instruction), *type);
            return true;
        }
        return result(load(frame, llvm::cast<llvm::LoadInst>(instruction)));
    case llvm::Instruction::Store:
        store(frame, llvm::cast<llvm::StoreInst>(instruction));
        return true;
    case llvm::Instruction::Select:
        local(frame, instruction) = choose(frame, llvm::cast<llvm::SelectInst>(instruction));
        return true;
    case llvm::Instruction::AtomicCmpXchg:
        local(frame, instruction) = exchange(frame, llvm::cast<llvm::AtomicCmpXchgInst>(instruction));
        return true;
    case llvm::Instruction::AtomicRMW:
        return result(modify(frame, llvm::cast<llvm::AtomicRMWInst>(instruction)));
    case llvm::Instruction::Fence:
        return true;
    case llvm::Instruction::Alloca: {
        const auto& alloca = llvm::cast<llvm::AllocaInst>(instruction);
        const auto size = alloca.getAllocationSize(layout_);
        if (alloca.isArrayAllocation() || !size) {
            unsupported(instruction, "allocation of a size that is not constant");
        }
        return result(
            plain(t_.address(allocate(frame, alloca.getAllocatedType(), size->getFixedValue(),
                                      alloca.getAlign().value(), fmt::format("local of {}", where_of(instruction))))));
    }
    case llvm::Instruction::Freeze: {
        Values all = operand(frame, *instruction.getOperand(0), instruction);
        for (Value& value : all) {
            if (value.poison != t_.no()) {
                value = plain(t_.ite(value.poison, t_.fresh("freeze", t_.width(value.bits)), value.bits));
            }
        }
        local(frame, instruction) = all;
        return true;
    }
    case llvm::Instruction::ExtractValue: {
        const auto& extract = llvm::cast<llvm::ExtractValueInst>(instruction);
        const Values all = operand(frame, *extract.getAggregateOperand(), instruction);
        if (extract.getNumIndices() != 1 || extract.getIndices()[0] >= all.size()) {
            unsupported(instruction, "a struct within a struct");
        }
        return result(all[extract.getIndices()[0]]);
    }
    case llvm::Instruction::InsertValue: {
        const auto& insert = llvm::cast<llvm::InsertValueInst>(instruction);
        Values all = operand(frame, *insert.getAggregateOperand(), instruction);
        if (insert.getNumIndices() != 1 || insert.getIndices()[0] >= all.size()) {
            unsupported(instruction, "a struct within a struct");
        }
        all[insert.getIndices()[0]] = scalar(frame, *insert.getInsertedValueOperand(), instruction);
        local(frame, instruction) = all;
        return true;
    }
    case llvm::Instruction::Call: {
        auto values = call_instruction(frame, llvm::cast<llvm::CallBase>(instruction));
        if (values) {
            local(frame, instruction) = std::move(*values);
        }
        return values.has_value();
    }
    case llvm::Instruction::Br: {
        const auto& branch = llvm::cast<llvm::BranchInst>(instruction);
        if (branch.isUnconditional()) {
            go(frame, instruction, *branch.getSuccessor(0), condition_);
            return false;
        }
        const Value taken = sure(frame, *branch.getCondition(), instruction, "branch");
        const Condition here = condition_;
        go(frame, instruction, *branch.getSuccessor(0), here.with(t_, taken.bits));
        go(frame, instruction, *branch.getSuccessor(1), here.with(t_, t_.bit_not(taken.bits)));
        return false;
    }
    case llvm::Instruction::Switch: {
        const auto& branch = llvm::cast<llvm::SwitchInst>(instruction);
        const Value chosen = sure(frame, *branch.getCondition(), instruction, "switch");
        std::optional<Condition> otherwise = condition_;
        for (const auto& option : branch.cases()) {
            const Term same =
                t_.eq(chosen.bits, t_.constant(t_.width(chosen.bits), word_of(option.getCaseValue()->getValue())));
            go(frame, instruction, *option.getCaseSuccessor(), condition_.with(t_, same));
            otherwise = otherwise ? otherwise->with(t_, t_.bit_not(same)) : std::nullopt;
        }
        go(frame, instruction, *branch.getDefaultDest(), otherwise);
        return false;
    }
    case llvm::Instruction::Ret: {
        Edge edge{instruction.getParent(), condition_, *memory_, {}};
        if (instruction.getNumOperands() != 0) {
            Values values = operand(frame, *instruction.getOperand(0), instruction);
            const llvm::AttributeList attributes = frame.function->getAttributes();
            if (attributes.hasRetAttr(llvm::Attribute::Range) && values.size() == 1) {
                values.front() =
                    in_range(values.front(), attributes.getRetAttrs().getAttribute(llvm::Attribute::Range).getRange(),
                             instruction);
            }
            if (attributes.hasRetAttr(llvm::Attribute::NoUndef) || running_.size() == 1) {
                for (const Value& value : values) {
                    oblige_sure(value, instruction, "return");
                }
            }
            edge.phis.push_back(std::move(values));
        }
        frame.returns.push_back(std::move(edge));
        return false;
    }
    case llvm::Instruction::Unreachable:
        oblige(t_.yes(), "reaches what the code says it never reaches", instruction);
        return false;
    default:
        unsupported(instruction, "instruction outside the subset");
    }
}

Values Lifter::Implementation::run(const llvm::Function& function, const std::vector<Values>& arguments,
                                   const llvm::Instruction* at) {
    if (std::ranges::find(running_, &function) != running_.end()) {
        unsupported(*at, "recursion");
    }
    running_.push_back(&function);
    Frame frame;
    frame.function = &function;
    frame.blocks = &module_.blocks.at(&function);
    for (unsigned i = 0; i < arguments.size(); ++i) {
        frame.values[function.getArg(i)] = arguments[i];
    }
    frame.pending[&function.getEntryBlock()].push_back({nullptr, condition_, *memory_, {}});
    run_region(frame, nullptr);
    running_.pop_back();
    if (frame.returns.empty()) {
        return {};
    }
    std::vector<Values> result = meet(frame.returns);
    for (const std::uint32_t number : frame.locals) {
        memory_->drop(number);
    }
    // A function without a result still has to say that it returned.
    return result.empty() ? Values{plain(t_.no())} : std::move(result.front());
}

Value Lifter::Implementation::call(std::string_view name, const std::vector<Term>& arguments, Memory& memory) {
    const llvm::Function& function = module_.function(name);
    if (function.arg_size() != arguments.size()) {
        throw std::invalid_argument(
            fmt::format("{} takes {} arguments, not {}.", name, function.arg_size(), arguments.size()));
    }
    std::vector<Values> values;
    for (unsigned i = 0; i < arguments.size(); ++i) {
        if (width_of(*function.getArg(i)->getType(), nullptr) != t_.width(arguments[i])) {
            throw std::invalid_argument(fmt::format("{}: argument {} has {} bits.", name, i, t_.width(arguments[i])));
        }
        values.push_back({plain(arguments[i])});
    }
    for (const auto& [number, contents] : constants_) {
        if (!memory.holds(number)) {
            memory.set(number, contents);
        }
    }
    condition_ = {};
    running_.clear();
    memory_ = &memory;
    const Values result = run(function, values, nullptr);
    memory_ = nullptr;
    return result.empty() ? plain(t_.no()) : result.front();
}

Lifter::Lifter(const Module& module, World& world, LifterOptions options)
    : implementation_(std::make_unique<Implementation>(module, world, std::move(options))) {}
Lifter::~Lifter() = default;

Value Lifter::call(std::string_view function, const std::vector<Term>& arguments, Memory& memory) {
    return implementation_->call(function, arguments, memory);
}
const std::vector<Obligation>& Lifter::obligations() const { return implementation_->obligations_; }
std::size_t Lifter::instructions() const { return implementation_->instructions_; }

} // namespace vtlcheck::lifting
