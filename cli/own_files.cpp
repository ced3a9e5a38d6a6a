#include "cli/own_files.hpp"

#include <filesystem>
#include <system_error>

namespace vtlcheck::cli {
namespace {

/// `installed` is a path from the folder of the tool's binary.
std::string own_file(const char* installed, const char* built) {
    namespace fs = std::filesystem;
    std::error_code error;
    const fs::path binary = fs::read_symlink("/proc/self/exe", error); // some roots have no /proc
    if (error) {
        return built;
    }
    const fs::path file = (binary.parent_path() / installed).lexically_normal();
    return fs::exists(file, error) ? file.string() : built;
}

} // namespace

std::string own_recordings() { return own_file(VTLCHECK_TO_DATA "/traces", VTLCHECK_SOURCE "/traces"); }
std::string own_ratchet() { return own_file(VTLCHECK_TO_DATA "/ratchet.txt", VTLCHECK_SOURCE "/mutants/ratchet.txt"); }
std::string own_bitcode() { return own_file(VTLCHECK_TO_LIBRARIES "/vtl_intercept.bc", VTLCHECK_BITCODE); }

} // namespace vtlcheck::cli
