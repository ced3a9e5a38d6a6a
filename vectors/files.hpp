// A folder of vectors: traces, a manifest, and a text that says how to read them.
#pragma once

#include "vectors/generate.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vtlcheck::vectors {

/// Version of the manifest's format.
inline constexpr unsigned manifest_version = 1;

/// Where vectors come from.
struct Origin {
    std::string tool;               ///< name and version
    std::string specification;      ///< the text that `vtlcheck spec --format json` prints
    nlohmann::ordered_json options; ///< as they were generated
};

/// How much a set of vectors is for.
struct Counts {
    std::size_t vectors = 0;
    std::size_t exits = 0;
    std::size_t clauses = 0;
    std::size_t cells = 0;
    std::size_t rows = 0;
    std::size_t boundaries = 0;
    std::size_t with_start = 0; ///< vectors with `start` lines
    std::size_t impossible = 0; ///< vectors from reset with exits that no machine makes
};
[[nodiscard]] Counts count(const std::vector<Vector>& vectors);
/// As in the manifest.
[[nodiscard]] nlohmann::ordered_json to_json(const Counts& counts);

/// The folder cannot be written, or is not as its manifest says: one line that says what and how to mend it.
struct FolderError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// Lower-case hexadecimal digits.
[[nodiscard]] std::string sha256(std::string_view text);

/// Throws FolderError if write_folder() would; leaves nothing behind. Vectors take a minute to make.
void expect_free(const std::filesystem::path& folder);

/// Writes the vectors to `folder`, as a whole or not at all. What is there has to be a folder of vectors and nothing else;
/// it is replaced. Throws FolderError.
void write_folder(const std::filesystem::path& folder, const std::vector<Vector>& vectors, const Origin& origin);

/// A vector as it is in a folder.
struct StoredVector {
    std::string file;
    conformance::Trace trace;
    conformance::InitialState after;
    nlohmann::ordered_json entry; ///< of the manifest
};
struct Folder {
    nlohmann::ordered_json manifest; ///< without the vectors
    std::vector<StoredVector> vectors;
};

/// Reads a folder and holds it against its manifest: every file is there, with its digest, and no other trace; every
/// outcome and last state is what the specification says. `specification`: as in Origin, of this program. Throws FolderError.
[[nodiscard]] Folder read_folder(const std::filesystem::path& folder, std::string_view specification);

} // namespace vtlcheck::vectors
