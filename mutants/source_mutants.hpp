// Mutants of C++ sources: every place that clang's syntax tree shows, and every way to get it wrong there.
//
// An operator below is a kind of slip. Which places there are is decided by the tree alone, so a mutant exists for every
// such place or for none, and nobody chooses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

namespace vtlcheck::mutants {

/// The sources could not be read or parsed: one line.
struct SourceError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// A replacement of one stretch of one file.
struct SourceMutant {
    /// Leaf of the file, function or table, operator, old text without blanks: "value_rules.h:canonical:compare:<", with
    /// "#2" and so on where that is not unique. An edit elsewhere changes no name.
    std::string name;
    std::string file;       ///< from the root
    std::string operation;  ///< the operator
    std::size_t offset = 0; ///< bytes
    std::size_t length = 0;
    std::string replacement;
    std::size_t line = 0;   ///< from 1
    std::string difference; ///< "file:line: old -> new"
};

struct SourceQuery {
    std::filesystem::path root;       ///< paths of mutants start here
    std::vector<std::string> sources; ///< what the compiler is called for, from the root
    std::string folder;               ///< only files below it are altered, headers too; from the root
    std::vector<std::string> flags;   ///< of the compiler
    std::uint64_t one_in = 1;         ///< keep every mutant whose name's hash is a multiple of this
};

/// The mutants, by file and place. With `one_in` a sample: which are in it is decided by each name alone, so an edit
/// elsewhere changes nothing. Throws SourceError.
[[nodiscard]] std::vector<SourceMutant> source_mutants(const SourceQuery& query);

/// `text` of the mutant's file with the replacement. Throws SourceError if the text is shorter than it was.
[[nodiscard]] std::string applied(const SourceMutant& mutant, const std::string& text);

/// The file's contents. Throws SourceError.
[[nodiscard]] std::string read_source(const std::filesystem::path& file);

} // namespace vtlcheck::mutants
