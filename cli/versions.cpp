#include "cli/versions.hpp"

#include "mutants/hash.hpp"
#include "mutants/source_mutants.hpp"
#include "proofs/solver.hpp"

#include <CLI/CLI.hpp>
#include <archive.h>
#include <fmt/format.h>
#include <pugixml.hpp>
#include <sys/utsname.h>

#include <fstream>
#include <thread>

namespace vtlcheck::cli {
namespace {

constexpr const char* built_from =
#include "revision.inc"
    ;

std::string program(const std::string& name) {
    const std::string version = proofs::program_version(name);
    return version.empty() ? "not installed" : version;
}

std::string system_name() {
    std::ifstream release("/etc/os-release");
    for (std::string line; std::getline(release, line);) {
        constexpr std::string_view key = "PRETTY_NAME=\"";
        if (line.starts_with(key) && line.ends_with('"')) {
            return line.substr(key.size(), line.size() - key.size() - 1);
        }
    }
    return "unknown";
}

std::string kernel() {
    utsname names{};
    return ::uname(&names) == 0 ? fmt::format("{} {} {}", names.sysname, names.release, names.machine) : "unknown";
}

std::string three(unsigned number, unsigned major, unsigned minor) {
    return fmt::format("{}.{}.{}", number / major, number % major / minor, number % minor);
}

} // namespace

std::string build_id() { return fmt::format("{:016x}", mutants::hashed(mutants::read_source("/proc/self/exe"))); }

std::string library_id(const conformance::SubjectChoice& subject) {
    return subject.kind != conformance::SubjectChoice::Kind::library
               ? ""
               : fmt::format("{:016x}", mutants::hashed(mutants::read_source(subject.what)));
}

std::string revision() { return built_from; }

Json versions(const proofs::ProveOptions& options) {
    Json json;
    json["vtlcheck"] = VTLCHECK_VERSION;
    json["revision"] = revision();
    json["compiler"] = VTLCHECK_COMPILER;
    json["build"] = VTLCHECK_BUILD;
    json["solver"] = proofs::solver_version();
    json["second solver"] = options.second_solver.empty() ? "none" : program(options.second_solver);
    json["certifier"] =
        options.certifier.empty() ? "none" : fmt::format("{} {}", options.certifier, program(options.certifier));
    json["gnuplot"] = program("gnuplot");
    json["fmt"] = three(FMT_VERSION, 10'000, 100);
    json["nlohmann-json"] =
        fmt::format("{}.{}.{}", NLOHMANN_JSON_VERSION_MAJOR, NLOHMANN_JSON_VERSION_MINOR, NLOHMANN_JSON_VERSION_PATCH);
    json["CLI11"] = CLI11_VERSION;
    json["libarchive"] = archive_version_string();
    json["pugixml"] = fmt::format("{}.{}", PUGIXML_VERSION / 1000, PUGIXML_VERSION % 1000 / 10);
    json["system"] = system_name();
    json["kernel"] = kernel();
    json["processors"] = std::thread::hardware_concurrency();
    return json;
}

} // namespace vtlcheck::cli
