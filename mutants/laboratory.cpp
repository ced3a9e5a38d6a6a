#include "mutants/laboratory.hpp"

#include "mutants/hash.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstring>
#include <fstream>
#include <optional>
#include <sstream>
#include <string_view>
#include <thread>

namespace vtlcheck::mutants {
namespace fs = std::filesystem;
namespace {

constexpr const char* base = "base";
constexpr const char* test_header = "tests.h";
/// All that a build of the implementation or of its tests can read.
constexpr std::array<const char*, 3> folders{"impl/src", "impl/include", "impl/tests"};

void write_text(const fs::path& file, std::string_view text) {
    std::ofstream stream(file, std::ios::binary | std::ios::trunc);
    stream << text;
    stream.close();
    if (!stream) {
        throw ChildError(fmt::format("{}: cannot be written", file.string()));
    }
}

std::string last_lines(const std::string& text, std::size_t most = 400) {
    return text.size() <= most ? text : ".." + text.substr(text.size() - most);
}

/// The first line that says what is wrong.
std::string complaint_of(const std::string& output) {
    std::istringstream lines(output);
    for (std::string line; std::getline(lines, line);) {
        if (line.find("error") != std::string::npos) {
            return line;
        }
    }
    return last_lines(output, 200);
}

/// The prerequisites that a compiler lists, from the root.
std::set<std::string> dependencies_in(const fs::path& file, const fs::path& tree) {
    std::string text = read_source(file);
    std::set<std::string> all;
    std::replace(text.begin(), text.end(), '\\', ' ');
    std::istringstream words(text.substr(std::min(text.size(), text.find(':') + 1)));
    for (std::string word; words >> word;) {
        const auto path = (tree / word).lexically_normal();
        const auto relative = path.lexically_relative(tree.lexically_normal()).generic_string();
        if (!relative.starts_with("..")) {
            all.insert(relative);
        }
    }
    return all;
}

/// The first test that failed.
std::string failed_test(const std::string& output) {
    constexpr std::string_view mark = "[  FAILED  ] ";
    const auto at = output.find(mark);
    if (at == std::string::npos) {
        return "";
    }
    const auto begin = at + mark.size();
    return output.substr(begin, output.find_first_of(" \n,", begin) - begin);
}

std::vector<fs::path> files_below(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) {
            files.push_back(entry.path());
        }
    }
    std::sort(files.begin(), files.end());
    return files;
}

} // namespace

std::string_view name_of(Verdict verdict) {
    static constexpr std::array<std::string_view, verdict_count> names{"killed", "survived", "invalid", "equivalent",
                                                                       "error"};
    return names.at(static_cast<std::size_t>(verdict));
}

std::string_view name_of(Kind kind) {
    static constexpr std::array<std::string_view, kind_count> names{"impl", "spec", "class"};
    return names.at(static_cast<std::size_t>(kind));
}

BuildPlan read_plan(const fs::path& file) {
    try {
        const auto json = nlohmann::json::parse(read_source(file));
        return {.root = json.at("root").get<std::string>(),
                .compiler = json.at("compiler"),
                .sources = json.at("sources"),
                .flags = json.at("flags"),
                .test_sources = json.at("test_sources"),
                .test_flags = json.at("test_flags"),
                .test_libraries = json.at("test_libraries")};
    } catch (const nlohmann::json::exception& error) {
        throw SourceError(fmt::format("{}: is no build plan: {}", file.string(), error.what()));
    }
}

Outcome outcome_of(const ChildResult& child) {
    bool begun = false;
    bool survived = false;
    std::string stage;
    std::string killed;
    std::string detail;
    std::istringstream lines(child.output);
    for (std::string line; std::getline(lines, line);) {
        const auto rest_of = [&](std::string_view mark) -> std::optional<std::string> {
            return line.starts_with(mark) ? std::optional(line.substr(mark.size())) : std::nullopt;
        };
        if (line == "check begin") {
            begun = true;
        } else if (line == "check survived") {
            survived = true;
        } else if (const auto named = rest_of("check stage ")) {
            stage = *named;
        } else if (const auto what = rest_of("check killed ")) {
            killed = stage + " " + *what;
        } else if (const auto more = rest_of("check detail ")) {
            detail = *more;
        }
    }
    if (!begun) {
        return {Verdict::error, "the check did not begin", last_lines(child.output)};
    }
    const std::string where = stage.empty() ? "" : " in " + stage;
    switch (child.end) {
    case ChildResult::End::timed_out:
        return {Verdict::killed, "timeout" + where, ""};
    case ChildResult::End::crashed:
        return {Verdict::killed, "crash" + where, fmt::format("signal {} ({})", child.code, ::strsignal(child.code))};
    case ChildResult::End::exited:
        break;
    }
    if (!killed.empty()) {
        return {Verdict::killed, killed, detail};
    }
    if (survived && child.code == 0) {
        return {Verdict::survived, "", ""};
    }
    return {Verdict::error, fmt::format("the check ended with exit code {}{}", child.code, where),
            last_lines(child.output)};
}

Laboratory::Laboratory(BuildPlan plan, Checks checks, fs::path folder, unsigned workers)
    : plan_(std::move(plan)), checks_(std::move(checks)), folder_(fs::absolute(folder)), workers_(workers) {
    try {
        fs::create_directories(folder_);
        lock_ = ::open((folder_ / "lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
        if (lock_ < 0 || ::flock(lock_, LOCK_EX | LOCK_NB) != 0) {
            throw LaboratoryError(fmt::format(
                "{}: another run works there; wait for it, or name another folder with --work", folder_.string()));
        }
        std::string all = plan_.compiler;
        for (const auto* list : {&plan_.sources, &plan_.flags, &plan_.test_sources, &plan_.test_flags,
                                 &plan_.test_libraries, &checks_.quick.command, &checks_.thorough.command}) {
            for (const auto& word : *list) {
                all += '\0' + word;
            }
            all += '\1';
        }
        content_ = hashed(all);
        for (const auto* part : folders) {
            for (const auto& file : files_below(plan_.root / part)) {
                content_ = hashed(file.lexically_relative(plan_.root).generic_string(), content_);
                content_ = hashed(read_source(file), content_);
            }
        }
        const auto key = fmt::format("{:016x}\n", content_);
        const fs::path tree = folder_ / base;
        if (!fs::exists(tree / "key") || read_source(tree / "key") != key) {
            fs::remove_all(tree);
            copy_tree(tree);
        }
        for (const bool test : {false, true}) {
            for (const auto& source : test ? plan_.test_sources : plan_.sources) {
                units_.push_back({.source = source,
                                  .object = fs::path(source).filename().string() + ".o",
                                  .depends = {},
                                  .test = test});
            }
        }
        build_baseline(false, workers_);
        write_text(tree / "key", key);
        for (unsigned i = 0; i < workers; ++i) {
            const fs::path own = folder_ / fmt::format("worker{}", i);
            fs::remove_all(own);
            copy_tree(own);
        }
    } catch (const fs::filesystem_error& error) {
        throw LaboratoryError(error.what());
    } catch (const ChildError& error) {
        throw LaboratoryError(error.what());
    } catch (const SourceError& error) {
        throw LaboratoryError(error.what());
    }
}

Laboratory::~Laboratory() {
    if (lock_ >= 0) {
        ::close(lock_);
    }
}

void Laboratory::copy_tree(const fs::path& to) const {
    for (const auto* part : folders) {
        fs::create_directories(to / part);
        fs::copy(plan_.root / part, to / part, fs::copy_options::recursive | fs::copy_options::overwrite_existing);
    }
    fs::create_directories(to / "objects");
}

ChildResult Laboratory::compile(const Unit& unit, const fs::path& tree, const fs::path& object,
                                bool dependencies) const {
    // Paths from the tree, so that the same source is the same object wherever the tree is.
    std::vector<std::string> command{plan_.compiler};
    if (unit.source.ends_with(".c")) {
        command.insert(command.end(), {"-xc", "-std=c11"});
    } else {
        const auto& flags = unit.test ? plan_.test_flags : plan_.flags;
        command.insert(command.end(), flags.begin(), flags.end());
        if (unit.test) {
            command.insert(command.end(), {"-include", (folder_ / base / test_header).string()});
        }
    }
    for (const char* word : {"-w", "-g0", "-Iimpl/include", "-I.", "-c"}) {
        command.emplace_back(word);
    }
    command.push_back(unit.source);
    command.emplace_back("-o");
    command.push_back(object.string());
    if (dependencies) {
        command.insert(command.end(), {"-MMD", "-MF", object.string() + ".d"});
    }
    return run_child(command, tree, {});
}

void Laboratory::build_baseline(bool tests, unsigned threads) {
    const fs::path tree = folder_ / base;
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::string problem;
    const auto work = [&] {
        for (std::size_t i = next++; i < units_.size(); i = next++) {
            Unit& unit = units_[i];
            const fs::path object = tree / "objects" / unit.object;
            if (unit.test != tests) {
                continue;
            }
            try {
                if (!fs::exists(object)) {
                    const auto child = compile(unit, tree, object, true);
                    if (child.end != ChildResult::End::exited || child.code != 0) {
                        fs::remove(object);
                        throw LaboratoryError(
                            fmt::format("{} does not compile as it is: {}", unit.source, complaint_of(child.output)));
                    }
                }
                unit.depends = dependencies_in(object.string() + ".d", tree);
            } catch (const std::exception& error) {
                const std::lock_guard lock(mutex);
                problem = error.what();
            }
        }
    };
    {
        std::vector<std::jthread> helpers;
        for (unsigned i = 1; i < threads; ++i) {
            helpers.emplace_back(work);
        }
        work();
    }
    if (!problem.empty()) {
        throw LaboratoryError(problem);
    }
}

fs::path Laboratory::object_of(const Unit& unit, const fs::path& tree, const std::set<std::string>& changed) const {
    return (changed.contains(unit.object) ? tree : folder_ / base) / "objects" / unit.object;
}

Outcome Laboratory::check_library(const LibraryCheck& check, const fs::path& library, const fs::path& tree) const {
    std::vector<std::string> command = check.command;
    command.push_back(library.string());
    return outcome_of(run_child(
        command, tree,
        {.time = std::chrono::seconds(20) * check.processor_seconds, .processor_seconds = check.processor_seconds}));
}

Outcome Laboratory::run_unit_tests(const std::string& file, const fs::path& tree,
                                   const std::set<std::string>& changed) {
    std::set<std::string> all = changed;
    for (const auto& unit : units_) {
        if (!unit.test || !unit.depends.contains(file)) {
            continue;
        }
        const auto child = compile(unit, tree, tree / "objects" / unit.object, false);
        if (child.end != ChildResult::End::exited) {
            return {Verdict::error, fmt::format("the compiler did not end on {}", unit.source),
                    last_lines(child.output)};
        }
        if (child.code != 0) {
            return {Verdict::killed, "impl_tests " + fs::path(unit.source).filename().string(),
                    "does not compile: " + complaint_of(child.output)};
        }
        all.insert(unit.object);
    }
    std::vector<std::string> link{plan_.compiler, "-o", "tests"};
    for (const auto& unit : units_) {
        link.push_back(object_of(unit, tree, all).string());
    }
    link.insert(link.end(), plan_.test_libraries.begin(), plan_.test_libraries.end());
    const auto linked = run_child(link, tree, {});
    if (linked.end != ChildResult::End::exited || linked.code != 0) {
        return {Verdict::error, "the unit tests cannot be linked", last_lines(linked.output)};
    }
    const auto child = run_child(
        {(tree / "tests").string(), "--gtest_brief=1", "--gtest_fail_fast"}, tree,
        {.time = std::chrono::seconds(10) * checks_.unit_test_seconds, .processor_seconds = checks_.unit_test_seconds});
    switch (child.end) {
    case ChildResult::End::timed_out:
        return {Verdict::killed, "timeout in impl_tests", ""};
    case ChildResult::End::crashed:
        return {Verdict::killed, "crash in impl_tests",
                fmt::format("signal {} ({})", child.code, ::strsignal(child.code))};
    case ChildResult::End::exited:
        break;
    }
    if (child.code == 0) {
        return {Verdict::survived, "", ""};
    }
    const auto test = failed_test(child.output);
    if (test.empty()) {
        return {Verdict::error, fmt::format("the unit tests ended with exit code {}", child.code),
                last_lines(child.output)};
    }
    return {Verdict::killed, "impl_tests " + test, ""};
}

Outcome Laboratory::judge_in(const std::string& file, const fs::path& tree) {
    std::set<std::string> changed;
    for (const auto& unit : units_) {
        if (unit.test || !unit.depends.contains(file)) {
            continue;
        }
        const fs::path object = tree / "objects" / unit.object;
        const auto child = compile(unit, tree, object, false);
        if (child.end != ChildResult::End::exited) {
            return {Verdict::error, fmt::format("the compiler did not end on {}", unit.source),
                    last_lines(child.output)};
        }
        if (child.code != 0) {
            return {Verdict::invalid, "", complaint_of(child.output)};
        }
        if (read_source(object) != read_source(folder_ / base / "objects" / unit.object)) {
            changed.insert(unit.object);
        }
    }
    if (changed.empty() && !file.empty()) {
        return {Verdict::equivalent, "same code", ""};
    }
    std::vector<std::string> link{plan_.compiler, "-shared", "-Wl,--no-undefined", "-o", "mutant.so"};
    for (const auto& unit : units_) {
        if (!unit.test) {
            link.push_back(object_of(unit, tree, changed).string());
        }
    }
    const auto linked = run_child(link, tree, {});
    if (linked.end != ChildResult::End::exited) {
        return {Verdict::error, "the linker did not end", last_lines(linked.output)};
    }
    if (linked.code != 0) {
        return {Verdict::invalid, "", complaint_of(linked.output)};
    }
    const fs::path library = tree / "mutant.so";
    Outcome outcome = check_library(checks_.quick, library, tree);
    if (outcome.verdict == Verdict::survived && checks_.unit_tests) {
        outcome = run_unit_tests(file, tree, changed);
    }
    if (outcome.verdict == Verdict::survived && !checks_.thorough.command.empty()) {
        outcome = check_library(checks_.thorough, library, tree);
    }
    return outcome;
}

void Laboratory::expect_baseline_passes() {
    try {
        if (checks_.unit_tests) {
            const fs::path header = folder_ / base / test_header;
            if (!fs::exists(header.string() + ".gch")) {
                // Most of the time that a test takes to compile is this header's.
                write_text(header, "#include <gtest/gtest.h>\n");
                std::vector<std::string> command{plan_.compiler};
                command.insert(command.end(), plan_.test_flags.begin(), plan_.test_flags.end());
                command.insert(command.end(),
                               {"-w", "-g0", "-xc++-header", header.string(), "-o", header.string() + ".gch"});
                const auto child = run_child(command, folder_ / base, {});
                if (child.end != ChildResult::End::exited || child.code != 0) {
                    throw LaboratoryError("gtest does not compile: " + complaint_of(child.output));
                }
            }
            build_baseline(true, workers_);
        }
        const Outcome outcome = judge_in("", folder_ / base);
        if (outcome.verdict != Verdict::survived) {
            throw LaboratoryError(fmt::format("the implementation as it is does not pass: {} by {}; {}",
                                              name_of(outcome.verdict), outcome.by, outcome.detail));
        }
    } catch (const ChildError& error) {
        throw LaboratoryError(error.what());
    }
}

Outcome Laboratory::judge(const SourceMutant& mutant, unsigned worker) {
    const fs::path tree = folder_ / fmt::format("worker{}", worker);
    const fs::path file = tree / mutant.file;
    try {
        const std::string original = read_source(folder_ / base / mutant.file);
        write_text(file, applied(mutant, original));
        const Outcome outcome = judge_in(mutant.file, tree);
        write_text(file, original);
        return outcome;
    } catch (const std::exception& error) {
        // What is left in the worker's tree would be part of the next mutant.
        std::error_code ignored;
        fs::copy_file(folder_ / base / mutant.file, file, fs::copy_options::overwrite_existing, ignored);
        return {Verdict::error, error.what(), ""};
    }
}

} // namespace vtlcheck::mutants
