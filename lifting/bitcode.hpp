// The only header that includes LLVM's: for the sources that read bitcode.
#pragma once

#include "lifting/module.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/IR/DebugInfo.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#pragma GCC diagnostic pop

#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace vtlcheck::lifting {

/// Blocks of one function in the order of execution.
struct Blocks {
    std::unique_ptr<llvm::DominatorTree> dominators;
    std::unique_ptr<llvm::LoopInfo> loops;
    std::unordered_map<const llvm::BasicBlock*, unsigned> number; ///< in reverse post-order
    /// By loop (null: the function): its own blocks and the headers of the loops in it.
    std::unordered_map<const llvm::Loop*, std::vector<const llvm::BasicBlock*>> order;
};

struct Module::Bitcode {
    std::string file;
    llvm::LLVMContext context;
    std::unique_ptr<llvm::Module> module;
    std::map<std::string, const llvm::DICompositeType*, std::less<>> types;
    std::unordered_map<const llvm::Function*, Blocks> blocks;

    [[nodiscard]] const llvm::Function& function(std::string_view name) const;
};

} // namespace vtlcheck::lifting
