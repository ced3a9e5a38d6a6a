// Builds the implementation with one file altered, and runs the checks on it.
#pragma once

#include "mutants/child.hpp"
#include "mutants/source_mutants.hpp"
#include "mutants/verdict.hpp"

#include <filesystem>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace vtlcheck::mutants {

/// How the implementation and its unit tests are built. Written by CMake.
struct BuildPlan {
    std::filesystem::path root; ///< of the source tree; sources and folders below are from it
    std::string compiler;
    std::vector<std::string> sources;
    std::vector<std::string> flags;
    std::vector<std::string> test_sources;
    std::vector<std::string> test_flags;
    std::vector<std::string> test_libraries;
};
/// Throws SourceError.
[[nodiscard]] BuildPlan read_plan(const std::filesystem::path& file);

/// The checks cannot be relied on: the implementation as it is does not build, or does not pass them.
struct LaboratoryError : std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// What is run on the shared library of a mutant. The program says what it does in lines of its own:
///
///     check begin                    the library is loaded; what happens from here on is the mutant's doing
///     check stage NAME               a check begins
///     check killed WHAT              it failed: the mutant is killed by "NAME WHAT"
///     check detail TEXT              more of that
///     check survived                 all checks have passed
struct LibraryCheck {
    std::vector<std::string> command; ///< the library's path comes behind it
    unsigned processor_seconds = 10;  ///< more is a hang
};

struct Checks {
    LibraryCheck quick;
    bool unit_tests = true;
    LibraryCheck thorough; ///< of what survives all others; no command: none
    unsigned unit_test_seconds = 60;
};

class Laboratory {
public:
    /// Works in `folder`, which is made, and which no other Laboratory uses meanwhile. Objects that are there are used if
    /// they are of the same sources. Throws LaboratoryError.
    Laboratory(BuildPlan plan, Checks checks, std::filesystem::path folder, unsigned workers);
    ~Laboratory();
    Laboratory(const Laboratory&) = delete;
    Laboratory& operator=(const Laboratory&) = delete;

    /// Runs all checks on the implementation as it is, before any mutant. Throws LaboratoryError if it does not pass.
    void expect_baseline_passes();

    /// Judges a mutant. Not twice at once with the same `worker`.
    [[nodiscard]] Outcome judge(const SourceMutant& mutant, unsigned worker);

    /// Hash of all sources, flags and limits.
    [[nodiscard]] std::uint64_t content() const { return content_; }

private:
    struct Unit {
        std::string source;            ///< from the root
        std::string object;            ///< leaf
        std::set<std::string> depends; ///< from the root
        bool test = false;
    };
    void copy_tree(const std::filesystem::path& to) const;
    void build_baseline(bool tests, unsigned threads);
    [[nodiscard]] ChildResult compile(const Unit& unit, const std::filesystem::path& tree,
                                      const std::filesystem::path& object, bool dependencies) const;
    [[nodiscard]] Outcome judge_in(const std::string& file, const std::filesystem::path& tree);
    [[nodiscard]] Outcome check_library(const LibraryCheck& check, const std::filesystem::path& library,
                                        const std::filesystem::path& tree) const;
    [[nodiscard]] Outcome run_unit_tests(const std::string& file, const std::filesystem::path& tree,
                                         const std::set<std::string>& changed);
    [[nodiscard]] std::filesystem::path object_of(const Unit& unit, const std::filesystem::path& tree,
                                                  const std::set<std::string>& changed) const;

    BuildPlan plan_;
    Checks checks_;
    std::filesystem::path folder_;
    unsigned workers_;
    std::uint64_t content_ = 0;
    int lock_ = -1;
    std::vector<Unit> units_;
};

/// What a line of LibraryCheck's program says, taken together.
[[nodiscard]] Outcome outcome_of(const ChildResult& child);

} // namespace vtlcheck::mutants
