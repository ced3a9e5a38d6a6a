#include "conformance/subjects/abi.hpp"

#include <dlfcn.h>
#include <fmt/format.h>

#include <cstring>
#include <filesystem>
#include <type_traits>

namespace vtlcheck::conformance {

void Library::Close::operator()(void* handle) const { ::dlclose(handle); }

Library::Library(const std::string& file) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error)) {
        throw LibraryError(fmt::format("{}: there is no such file; name a shared library that exports the functions of "
                                       "vtl_intercept.h",
                                       file));
    }
    // A name without a slash would be looked for along the search path instead. All symbols at once: one that is missing
    // must not end the process in the middle of a check.
    handle_.reset(::dlopen(std::filesystem::absolute(file).c_str(), RTLD_NOW | RTLD_LOCAL));
    if (!handle_) {
        const char* reason = ::dlerror();
        throw LibraryError(fmt::format("cannot be loaded: {}", reason == nullptr ? file.c_str() : reason));
    }
    Abi::visit(
        [&](const char* name, auto& function) {
            void* const symbol = ::dlsym(handle_.get(), name);
            if (symbol == nullptr) {
                throw LibraryError(
                    fmt::format("{}: does not export {}; the functions of vtl_intercept.h are needed", file, name));
            }
            static_assert(sizeof symbol == sizeof function);
            std::memcpy(&function, &symbol, sizeof symbol); // no cast leads from one kind of pointer to the other
        },
        abi_);
    if (const std::uint32_t version = abi_.abi_version(); version != VTL_INTERCEPT_ABI) {
        throw LibraryError(fmt::format("{}: has version {} of the ABI, this vtlcheck checks version {}; build it with "
                                       "the vtl_intercept.h of this vtlcheck",
                                       file, version, VTL_INTERCEPT_ABI));
    }
}

} // namespace vtlcheck::conformance
