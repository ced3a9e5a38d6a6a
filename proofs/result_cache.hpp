// Keeps results of proofs from one run to the next, so that what was proved of the same program is not proved again.
#pragma once

#include <nlohmann/json.hpp>

#include <optional>
#include <string>

namespace vtlcheck::proofs {

/// A folder with one file a result. A result is found again only by its name, the content it is about and a key that says
/// how it came about, all equal. Whoever can write the folder can claim anything: it is as trusted as the program.
class ResultCache {
public:
    ResultCache() = default; ///< keeps nothing
    /// `content`: what the results are about, say a hash of the code that makes the queries. An empty directory or content
    /// keeps nothing. The directory is made when there is something to keep.
    ResultCache(std::string directory, const std::string& content);

    /// The value kept; nothing too if the file cannot be read or is not whole.
    [[nodiscard]] std::optional<nlohmann::json> find(const std::string& name, const nlohmann::json& key) const;
    /// Keeps a value, or does nothing where that cannot be done: a result is worth as much without. A file is there whole
    /// or not at all.
    void keep(const std::string& name, const nlohmann::json& key, const nlohmann::json& value) const;

private:
    std::string folder_; ///< of this content; empty: keeps nothing
};

} // namespace vtlcheck::proofs
