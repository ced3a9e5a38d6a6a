// A module of LLVM bitcode, with the layout of its structs as its debug information tells it.
#pragma once

#include "lifting/memory.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::lifting {

/// A field of a struct that is no struct or array itself.
struct Field {
    std::string path;     ///< such as `state.vtl[1].star`
    std::uint64_t offset; ///< bytes from the beginning of the struct
    unsigned bits;        ///< width in memory: a C bool has 8
    bool boolean;
    bool pointer;
};

class Module {
public:
    /// Reads the file. Throws std::runtime_error with one line: the file, what is wrong and what to do.
    explicit Module(const std::string& file);
    ~Module();
    Module(Module&&) noexcept;
    Module& operator=(Module&&) noexcept;

    /// All fields of a struct or class, by offset. Throws std::invalid_argument if the debug information has none of
    /// that name.
    [[nodiscard]] std::vector<Field> fields(std::string_view type) const;
    /// Size of that struct in bytes. Throws likewise.
    [[nodiscard]] std::uint64_t size_of(std::string_view type) const;
    /// Alignment the struct's own declaration asks for, but at least that of its fields.
    [[nodiscard]] std::uint64_t align_of(std::string_view type) const;
    /// Names of the defined functions that can be called from outside.
    [[nodiscard]] std::vector<std::string> entries() const;

    struct Parameter {
        std::string name;
        unsigned bits; ///< 64 of a pointer
        bool pointer;
    };
    /// Parameters of a function. Throws std::invalid_argument if it is not defined here.
    [[nodiscard]] std::vector<Parameter> parameters(std::string_view function) const;
    /// Width of what it returns in bits, 0 of nothing.
    [[nodiscard]] unsigned result_bits(std::string_view function) const;

    struct Bitcode;
    [[nodiscard]] Bitcode& bitcode() const { return *bitcode_; }

private:
    std::unique_ptr<Bitcode> bitcode_;
};

} // namespace vtlcheck::lifting
