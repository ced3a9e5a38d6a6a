#include "vectors/files.hpp"

#include "conformance/input.hpp"
#include "vectors/history.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <system_error>

namespace vtlcheck::vectors {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* manifest_name = "manifest.json";
constexpr const char* readme_name = "README.md";
constexpr const char* specification_name = "specification.json";
constexpr const char* trace_format_name = "trace-format.md";
constexpr const char* readme =
#include "vectors_readme.inc"
    ;
constexpr const char* trace_format =
#include "vectors_trace_format.inc"
    ;

/// The lines of `text`, as they stand.
std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        lines.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

Json entry_of(const Vector& vector, std::string_view text) {
    Json entry;
    entry["file"] = vector.file;
    entry["sha256"] = sha256(text);
    entry["exits"] = vector.trace.steps.size();
    entry["start"] = vector.grade == Grade::placed ? "lines" : "reset";
    entry["possible"] = vector.grade == Grade::possible;
    entry["clauses"] = vector.clauses;
    entry["cells"] = vector.cells;
    if (!vector.rows.empty()) {
        entry["rows"] = Json::array();
        for (const auto& row : vector.rows) {
            entry["rows"].push_back({{"exit", row.exit}, {"cell", row.cell}, {"row", row.row}});
        }
    }
    if (!vector.boundaries.empty()) {
        entry["boundaries"] = Json::array();
        for (const auto& boundary : vector.boundaries) {
            entry["boundaries"].push_back({{"exit", boundary.exit},
                                           {"clause", boundary.clause},
                                           {"beside", boundary.beside},
                                           {"field", boundary.field},
                                           {"change", boundary.change}});
        }
    }
    entry["after"] = lines_of(conformance::write_start(vector.after));
    return entry;
}

Json head_of(const std::vector<Vector>& vectors, const Origin& origin) {
    const Counts counts = count(vectors);
    Json head;
    head["format"] = manifest_version;
    head["trace_format"] = conformance::trace_version;
    head["tool"] = origin.tool;
    head["specification_sha256"] = sha256(origin.specification);
    head["options"] = origin.options;
    head["counts"] = to_json(counts);
    head["exempt"] = Json::array();
    for (const auto& clause : proptests::unreached_clauses) {
        head["exempt"].push_back({{"clause", clause.id}, {"reason", clause.reason}});
    }
    return head;
}

void write_text(const fs::path& file, std::string_view text) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    std::ofstream out(file, std::ios::binary);
    out.write(text.data(), static_cast<std::streamsize>(text.size()));
    out.close();
    if (!out) {
        throw FolderError(fmt::format("{}: cannot be written; choose a folder on a disk with room", file.string()));
    }
}

std::optional<std::string> text_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
        return std::nullopt;
    }
    return std::string(std::istreambuf_iterator<char>(in), {});
}

/// What is wrong with it is said in terms of the manifest, not of the library that reads it.
Json parse_manifest(const fs::path& folder) {
    const fs::path file = folder / manifest_name;
    const auto text = text_of(file);
    if (!text) {
        throw FolderError(fmt::format("{}: there is no {}; `vtlcheck vectors --out DIR` makes a folder of vectors",
                                      folder.string(), manifest_name));
    }
    Json manifest = Json::parse(*text, nullptr, false);
    if (manifest.is_discarded() || !manifest.is_object() || !manifest.contains("format") ||
        !manifest.contains("vectors") || !manifest["vectors"].is_array() || manifest["vectors"].empty()) {
        throw FolderError(fmt::format("{}: is no manifest of vectors; generate them again", file.string()));
    }
    if (manifest["format"] != manifest_version) {
        throw FolderError(fmt::format("{}: has format {}, and this vtlcheck reads format {}", file.string(),
                                      manifest["format"].dump(), manifest_version));
    }
    return manifest;
}

/// The files of the manifest, and those beside them.
std::set<std::string> files_of(const Json& manifest) {
    std::set<std::string> files{manifest_name, readme_name, specification_name, trace_format_name};
    for (const auto& entry : manifest["vectors"]) {
        files.insert(entry.value("file", ""));
    }
    return files;
}

/// Whether nothing is lost if the folder goes: it is not there, or empty, or all in it is of its manifest.
bool is_free(const fs::path& folder) {
    std::error_code error;
    if (!fs::exists(folder, error)) {
        return true;
    }
    if (!fs::is_directory(folder, error)) {
        return false;
    }
    if (fs::is_empty(folder, error)) {
        return true;
    }
    try {
        const auto files = files_of(parse_manifest(folder));
        const fs::recursive_directory_iterator all(folder);
        return std::all_of(begin(all), end(all), [&](const fs::directory_entry& entry) {
            return entry.is_directory() || files.contains(entry.path().lexically_relative(folder).generic_string());
        });
    } catch (const FolderError&) {
        return false;
    } catch (const Json::exception&) {
        return false;
    }
}

/// Where the folder is written before it takes its place.
fs::path partial_of(const fs::path& folder) {
    fs::path partial = folder.has_filename() ? folder : folder.parent_path();
    partial += ".partial";
    return partial;
}

/// A path below the folder, and no other.
bool stays_below(const std::string& file) {
    const fs::path path(file);
    return !file.empty() && path.is_relative() &&
           std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

void expect_specified(const StoredVector& vector, const std::string& name) {
    History history(vector.trace);
    for (const auto& step : vector.trace.steps) {
        const Answer answer = history.step(step.exit);
        if (!step.expected || !conformance::diff(*step.expected, answer.out).empty()) {
            throw FolderError(fmt::format("{}:{}: the outcome is not the specified one; generate the vectors again",
                                          name, step.line));
        }
    }
    if (!proptests::diff_registers(history.state(), vector.after).empty()) {
        throw FolderError(
            fmt::format("{}: \"after\" of the manifest is not the specified state; generate the vectors again", name));
    }
}

StoredVector read_vector(const fs::path& folder, const Json& entry) {
    const std::string file = entry.value("file", "");
    if (!stays_below(file)) {
        throw FolderError(fmt::format("{}: names the file \"{}\", which is none of the folder",
                                      (folder / manifest_name).string(), file));
    }
    const std::string name = (folder / file).string();
    const auto text = text_of(folder / file);
    if (!text) {
        throw FolderError(fmt::format("{}: is in the manifest, but cannot be read; generate the vectors again", name));
    }
    if (const auto digest = sha256(*text); digest != entry.value("sha256", "")) {
        throw FolderError(fmt::format("{}: has the SHA-256 {}, but the manifest says {}; it was changed, so generate "
                                      "the vectors again",
                                      name, digest, entry.value("sha256", "nothing")));
    }
    StoredVector vector{.file = file, .trace = conformance::parse(*text, name), .after = {}, .entry = entry};
    std::string after = fmt::format("vtlcheck-trace {}\nconfig vps={}\n", conformance::trace_version, vector.trace.vps);
    for (const auto& line : entry.value("after", Json::array())) {
        after += line.get<std::string>() + "\n";
    }
    vector.after = conformance::parse(after, (folder / manifest_name).string()).start;
    expect_specified(vector, name);
    return vector;
}

} // namespace

nlohmann::ordered_json to_json(const Counts& counts) {
    return {{"vectors", counts.vectors},
            {"exits", counts.exits},
            {"clauses", counts.clauses},
            {"cells", counts.cells},
            {"rows", counts.rows},
            {"boundaries", counts.boundaries},
            {"with_start", counts.with_start},
            {"impossible", counts.impossible}};
}

Counts count(const std::vector<Vector>& vectors) {
    Counts counts{.vectors = vectors.size()};
    std::set<std::string> clauses;
    std::set<std::string> cells;
    for (const auto& vector : vectors) {
        counts.exits += vector.trace.steps.size();
        counts.rows += vector.rows.size();
        counts.boundaries += vector.boundaries.size();
        counts.with_start += vector.grade == Grade::placed ? 1 : 0;
        counts.impossible += vector.grade == Grade::impossible ? 1 : 0;
        clauses.insert(vector.clauses.begin(), vector.clauses.end());
        cells.insert(vector.cells.begin(), vector.cells.end());
    }
    counts.clauses = clauses.size();
    counts.cells = cells.size();
    return counts;
}

std::string sha256(std::string_view text) {
    std::array<unsigned char, 32> digest{};
    if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
        throw std::runtime_error("libcrypto has no SHA-256");
    }
    std::string hex;
    for (const unsigned char byte : digest) {
        hex += fmt::format("{:02x}", byte);
    }
    return hex;
}

void expect_free(const fs::path& folder) {
    if (!is_free(folder)) {
        throw FolderError(
            fmt::format("{}: is there, and not only vectors are in it; remove it or name another", folder.string()));
    }
    std::error_code error;
    const auto partial = partial_of(folder);
    fs::remove_all(partial, error);
    if (!fs::create_directory(partial, error)) {
        throw FolderError(
            fmt::format("{}: cannot be made; name a folder in one that exists and can be written to", folder.string()));
    }
    fs::remove(partial, error);
}

void write_folder(const fs::path& folder, const std::vector<Vector>& vectors, const Origin& origin) {
    expect_free(folder);
    std::error_code error;
    const fs::path partial = partial_of(folder);
    const fs::path whole = folder.has_filename() ? folder : folder.parent_path();
    // One vector a line, so that a difference shows which.
    std::string manifest = head_of(vectors, origin).dump(2);
    manifest.erase(manifest.rfind('\n'));
    manifest += ",\n  \"vectors\": [\n";
    try {
        for (const auto& vector : vectors) {
            const std::string text = conformance::write(vector.trace);
            write_text(partial / vector.file, text);
            manifest += "    " + entry_of(vector, text).dump() + (&vector == &vectors.back() ? "\n" : ",\n");
        }
        write_text(partial / manifest_name, manifest + "  ]\n}\n");
        write_text(partial / readme_name, readme);
        write_text(partial / specification_name, origin.specification);
        write_text(partial / trace_format_name, trace_format);
    } catch (...) {
        fs::remove_all(partial, error);
        throw;
    }
    fs::remove_all(whole, error);
    fs::rename(partial, whole, error);
    if (error) {
        fs::remove_all(partial, error);
        throw FolderError(fmt::format("{}: cannot be replaced: {}", folder.string(), error.message()));
    }
}

Folder read_folder(const fs::path& folder, std::string_view specification) {
    Folder read;
    Json manifest = parse_manifest(folder);
    if (!manifest.contains("specification_sha256") || manifest["specification_sha256"] != sha256(specification)) {
        throw FolderError(fmt::format("{}: the vectors are of another specification than that of this vtlcheck; "
                                      "generate them again",
                                      (folder / manifest_name).string()));
    }
    if (text_of(folder / specification_name) != specification) {
        throw FolderError(
            fmt::format("{}: is not the specification that the manifest names; generate the vectors again",
                        (folder / specification_name).string()));
    }
    std::set<std::string> listed;
    try {
        for (const auto& entry : manifest["vectors"]) {
            if (!listed.insert(entry.value("file", "")).second) {
                throw FolderError(
                    fmt::format("{}: names {} twice", (folder / manifest_name).string(), entry.value("file", "")));
            }
            read.vectors.push_back(read_vector(folder, entry));
        }
    } catch (const Json::exception&) {
        throw FolderError(fmt::format("{}: a vector is not as the manifest's format has it; generate them again",
                                      (folder / manifest_name).string()));
    }
    for (const auto& found : fs::recursive_directory_iterator(folder)) {
        const std::string file = found.path().lexically_relative(folder).generic_string();
        if (found.path().extension() == ".trace" && !listed.contains(file)) {
            throw FolderError(
                fmt::format("{}: is not in the manifest, so it would go unchecked; remove it", found.path().string()));
        }
    }
    manifest.erase("vectors");
    read.manifest = std::move(manifest);
    return read;
}

} // namespace vtlcheck::vectors
