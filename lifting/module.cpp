// Reads bitcode and the layout of structs.
#include "lifting/module.hpp"

#include "lifting/bitcode.hpp"

#include <fmt/format.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <llvm/ADT/PostOrderIterator.h>
#include <llvm/BinaryFormat/Dwarf.h>
#include <llvm/Bitcode/BitcodeReader.h>
#include <llvm/IR/Constants.h>
#include <llvm/IR/Verifier.h>
#include <llvm/Support/MemoryBuffer.h>
#include <llvm/Transforms/Utils/LoopUtils.h>
#pragma GCC diagnostic pop

#include <algorithm>
#include <stdexcept>

namespace vtlcheck::lifting {

namespace {

const llvm::DIType* stripped(const llvm::DIType* type) {
    while (const auto* const derived = llvm::dyn_cast_or_null<llvm::DIDerivedType>(type)) {
        switch (derived->getTag()) {
        case llvm::dwarf::DW_TAG_typedef:
        case llvm::dwarf::DW_TAG_const_type:
        case llvm::dwarf::DW_TAG_volatile_type:
        case llvm::dwarf::DW_TAG_member:
        case llvm::dwarf::DW_TAG_inheritance:
            type = derived->getBaseType();
            break;
        default:
            return type;
        }
    }
    return type;
}

void collect(const llvm::DIType* type, const std::string& path, std::uint64_t offset, std::vector<Field>& fields);

void collect_array(const llvm::DICompositeType& array, const std::string& path, std::uint64_t offset,
                   std::vector<Field>& fields) {
    std::vector<std::uint64_t> extents;
    for (const llvm::DINode* const element : array.getElements()) {
        const auto* const range = llvm::dyn_cast<llvm::DISubrange>(element);
        auto* const count =
            range == nullptr ? nullptr : llvm::dyn_cast_if_present<llvm::ConstantInt*>(range->getCount());
        extents.push_back(count == nullptr ? 0 : count->getZExtValue());
    }
    std::uint64_t all = 1;
    for (const std::uint64_t extent : extents) {
        all *= extent;
    }
    if (all == 0) {
        return;
    }
    const std::uint64_t bytes = array.getSizeInBits() / 8 / all;
    for (std::uint64_t i = 0; i < all; ++i) {
        std::string index;
        std::uint64_t rest = i;
        for (auto extent = extents.rbegin(); extent != extents.rend(); ++extent) {
            index = fmt::format("[{}]", rest % *extent) + index;
            rest /= *extent;
        }
        collect(array.getBaseType(), path + index, offset + i * bytes, fields);
    }
}

void collect_members(const llvm::DICompositeType& composite, const std::string& path, std::uint64_t offset,
                     std::vector<Field>& fields) {
    for (const llvm::DINode* const element : composite.getElements()) {
        const auto* const member = llvm::dyn_cast<llvm::DIDerivedType>(element);
        if (member == nullptr || member->isStaticMember()) {
            continue;
        }
        const std::uint64_t at = offset + member->getOffsetInBits() / 8;
        if (member->getTag() == llvm::dwarf::DW_TAG_inheritance) {
            collect(member->getBaseType(), path, at, fields);
        } else if (member->getTag() == llvm::dwarf::DW_TAG_member) {
            collect(member->getBaseType(), (path.empty() ? "" : path + '.') + member->getName().str(), at, fields);
        }
    }
}

void collect(const llvm::DIType* type, const std::string& path, std::uint64_t offset, std::vector<Field>& fields) {
    const llvm::DIType* const t = stripped(type);
    if (const auto* const composite = llvm::dyn_cast_or_null<llvm::DICompositeType>(t)) {
        if (composite->getTag() == llvm::dwarf::DW_TAG_array_type) {
            return collect_array(*composite, path, offset, fields);
        }
        if (composite->getTag() != llvm::dwarf::DW_TAG_enumeration_type) {
            return collect_members(*composite, path, offset, fields);
        }
    }
    if (t == nullptr) {
        return;
    }
    const auto* const basic = llvm::dyn_cast<llvm::DIBasicType>(t);
    const auto* const derived = llvm::dyn_cast<llvm::DIDerivedType>(t);
    const bool boolean = basic != nullptr && basic->getEncoding() == llvm::dwarf::DW_ATE_boolean;
    const bool pointer = derived != nullptr && derived->getTag() == llvm::dwarf::DW_TAG_pointer_type;
    fields.push_back({path, offset, static_cast<unsigned>(t->getSizeInBits()), boolean, pointer});
}

const llvm::DICompositeType& type_of(const Module::Bitcode& bitcode, std::string_view name) {
    const auto found = bitcode.types.find(name);
    if (found == bitcode.types.end()) {
        throw std::invalid_argument(
            fmt::format("{} has no debug information of a struct '{}'; compile it with -g.", bitcode.file, name));
    }
    return *found->second;
}

std::uint64_t natural_alignment(const llvm::DIType* type) {
    const llvm::DIType* const t = stripped(type);
    const auto* const composite = llvm::dyn_cast_or_null<llvm::DICompositeType>(t);
    if (composite == nullptr || composite->getTag() == llvm::dwarf::DW_TAG_enumeration_type) {
        return t == nullptr ? 1 : std::max<std::uint64_t>(1, t->getSizeInBits() / 8);
    }
    if (composite->getTag() == llvm::dwarf::DW_TAG_array_type) {
        return natural_alignment(composite->getBaseType());
    }
    std::uint64_t align = std::max<std::uint64_t>(1, composite->getAlignInBytes());
    for (const llvm::DINode* const element : composite->getElements()) {
        if (const auto* const member = llvm::dyn_cast<llvm::DIDerivedType>(element);
            member != nullptr && !member->isStaticMember() && member->getTag() != llvm::dwarf::DW_TAG_typedef) {
            align =
                std::max({align, natural_alignment(member->getBaseType()), std::uint64_t{member->getAlignInBytes()}});
        }
    }
    return align;
}

// Values that leave a loop go through a phi where they leave it, so that one value per definition is enough.
Blocks blocks_of(llvm::Function& function) {
    Blocks blocks;
    blocks.dominators = std::make_unique<llvm::DominatorTree>(function);
    blocks.loops = std::make_unique<llvm::LoopInfo>(*blocks.dominators);
    for (llvm::Loop* const loop : *blocks.loops) {
        llvm::formLCSSARecursively(*loop, *blocks.dominators, blocks.loops.get(), nullptr);
    }
    for (const llvm::BasicBlock* const block : llvm::ReversePostOrderTraversal<llvm::Function*>(&function)) {
        blocks.number.emplace(block, static_cast<unsigned>(blocks.number.size()));
        llvm::Loop* const loop = blocks.loops->getLoopFor(block);
        blocks.order[loop].push_back(block);
        if (loop != nullptr && loop->getHeader() == block) {
            blocks.order[loop->getParentLoop()].push_back(block);
        }
    }
    return blocks;
}

} // namespace

const llvm::Function& Module::Bitcode::function(std::string_view name) const {
    const llvm::Function* const found = module->getFunction(llvm::StringRef(name.data(), name.size()));
    if (found == nullptr || found->isDeclaration()) {
        throw std::invalid_argument(fmt::format("{} does not define a function '{}'.", file, name));
    }
    return *found;
}

Module::Module(const std::string& file) : bitcode_(std::make_unique<Bitcode>()) {
    bitcode_->file = file;
    auto buffer = llvm::MemoryBuffer::getFile(file);
    if (!buffer) {
        throw std::runtime_error(
            fmt::format("{}: {}: name a file that clang++-19 -c -emit-llvm wrote.", file, buffer.getError().message()));
    }
    auto module = llvm::parseBitcodeFile(**buffer, bitcode_->context);
    if (!module) {
        throw std::runtime_error(
            fmt::format("{}: {}: make it with clang++-19 -c -emit-llvm.", file, llvm::toString(module.takeError())));
    }
    bitcode_->module = std::move(*module);
    if (llvm::verifyModule(*bitcode_->module)) {
        throw std::runtime_error(fmt::format("{}: LLVM's verifier objects to it: make it anew.", file));
    }
    llvm::DebugInfoFinder finder;
    finder.processModule(*bitcode_->module);
    for (const llvm::DIType* const type : finder.types()) {
        const auto* const composite = llvm::dyn_cast<llvm::DICompositeType>(type);
        if (composite != nullptr && !composite->isForwardDecl() && !composite->getName().empty()) {
            bitcode_->types.emplace(composite->getName().str(), composite);
        }
    }
    for (llvm::Function& function : *bitcode_->module) {
        if (!function.isDeclaration()) {
            bitcode_->blocks.emplace(&function, blocks_of(function));
        }
    }
}

Module::~Module() = default;
Module::Module(Module&&) noexcept = default;
Module& Module::operator=(Module&&) noexcept = default;

std::vector<Field> Module::fields(std::string_view type) const {
    std::vector<Field> fields;
    collect_members(type_of(*bitcode_, type), "", 0, fields);
    std::ranges::stable_sort(fields, {}, &Field::offset);
    return fields;
}

std::uint64_t Module::size_of(std::string_view type) const { return type_of(*bitcode_, type).getSizeInBits() / 8; }

std::uint64_t Module::align_of(std::string_view type) const { return natural_alignment(&type_of(*bitcode_, type)); }

std::vector<std::string> Module::entries() const {
    std::vector<std::string> names;
    for (const llvm::Function& function : *bitcode_->module) {
        if (!function.isDeclaration() && function.hasExternalLinkage() && !function.hasHiddenVisibility()) {
            names.push_back(function.getName().str());
        }
    }
    return names;
}

std::vector<Module::Parameter> Module::parameters(std::string_view function) const {
    const llvm::Function& f = bitcode_->function(function);
    std::vector<Parameter> parameters;
    for (const llvm::Argument& argument : f.args()) {
        const bool pointer = argument.getType()->isPointerTy();
        parameters.push_back(
            {argument.getName().str(), pointer ? 64 : argument.getType()->getScalarSizeInBits(), pointer});
    }
    if (const llvm::DISubprogram* const subprogram = f.getSubprogram()) {
        for (const llvm::DINode* const node : subprogram->getRetainedNodes()) {
            const auto* const variable = llvm::dyn_cast<llvm::DILocalVariable>(node);
            if (variable != nullptr && variable->getArg() >= 1 && variable->getArg() <= parameters.size() &&
                parameters[variable->getArg() - 1].name.empty()) {
                parameters[variable->getArg() - 1].name = variable->getName().str();
            }
        }
    }
    return parameters;
}

unsigned Module::result_bits(std::string_view function) const {
    const llvm::Type* const type = bitcode_->function(function).getReturnType();
    return type->isVoidTy() ? 0 : type->isPointerTy() ? 64 : type->getScalarSizeInBits();
}

} // namespace vtlcheck::lifting
