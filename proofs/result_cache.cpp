#include "proofs/result_cache.hpp"

#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>

namespace vtlcheck::proofs {

namespace {

/// Names of claims and mutants are plain, but for the colon of systematic mutants.
std::filesystem::path file_of(const std::string& folder, const std::string& name) {
    return std::filesystem::path(folder) / (name + ".json");
}

} // namespace

ResultCache::ResultCache(std::string directory, const std::string& content) {
    if (!directory.empty() && !content.empty()) {
        folder_ = (std::filesystem::path(std::move(directory)) / content).string();
    }
}

std::optional<nlohmann::json> ResultCache::find(const std::string& name, const nlohmann::json& key) const {
    if (folder_.empty()) {
        return std::nullopt;
    }
    std::ifstream file(file_of(folder_, name));
    const auto entry = nlohmann::json::parse(file, nullptr, false);
    if (!entry.is_object() || !entry.contains("key") || !entry.contains("value") || entry["key"] != key) {
        return std::nullopt;
    }
    return entry["value"];
}

void ResultCache::keep(const std::string& name, const nlohmann::json& key, const nlohmann::json& value) const {
    if (folder_.empty()) {
        return;
    }
    static std::atomic<unsigned> number{0};
    std::error_code error;
    std::filesystem::create_directories(folder_, error);
    const auto path = file_of(folder_, name);
    const auto part = path.string() + ".part." + std::to_string(getpid()) + "." + std::to_string(number++);
    {
        std::ofstream file(part);
        file << nlohmann::json{{"key", key}, {"value", value}}.dump(1, ' ', false,
                                                                    nlohmann::json::error_handler_t::replace);
        file.flush();
        if (!file) {
            std::filesystem::remove(part, error);
            return;
        }
    }
    std::filesystem::rename(part, path, error);
    if (error) {
        std::filesystem::remove(part, error);
    }
}

} // namespace vtlcheck::proofs
