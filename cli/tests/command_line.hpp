// The tool as its users meet it, for tests.
#pragma once

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace vtlcheck::cli {

struct Result {
    int exit_code = -1;
    std::string out;
    std::string err;
};

class CommandLine : public testing::Test {
public:
    ~CommandLine() override { std::filesystem::remove_all(folder_); }
    CommandLine(const CommandLine&) = delete;
    CommandLine& operator=(const CommandLine&) = delete;

protected:
    CommandLine() {
        const auto* info = testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::temp_directory_path() /
                  (std::string("vtlcheck-") + info->name() + "-" + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
    }

    /// Runs the tool in an empty folder, with `settings` of the environment before it.
    Result run(const std::string& arguments, const std::string& settings = "") {
        const std::filesystem::path errors = folder_ / ".stderr";
        const std::string command = "cd '" + folder_.string() + "' && " + settings + " '" VTLCHECK_BINARY "' " +
                                    arguments + " 2>'" + errors.string() + "'";
        Result result;
        // A shell is what users have in front of the tool: pipes, globs and /dev/full belong to what is tested.
        std::FILE* pipe = ::popen(command.c_str(), "r"); // NOLINT(cert-env33-c)
        std::array<char, 4096> block{};
        std::size_t got = 0;
        while ((got = std::fread(block.data(), 1, block.size(), pipe)) > 0) {
            result.out.append(block.data(), got);
        }
        const int status = ::pclose(pipe);
        result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
        std::ifstream stream(errors);
        result.err.assign(std::istreambuf_iterator<char>(stream), {});
        std::filesystem::remove(errors);
        return result;
    }

    [[nodiscard]] std::string read(const std::string& name) const {
        std::ifstream stream(folder_ / name, std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    std::string write(const std::string& name, const std::string& text) {
        std::ofstream(folder_ / name, std::ios::binary) << text;
        return (folder_ / name).string();
    }

    /// Exit code 2, nothing on stdout, one line on stderr that contains `part`, and no file left behind.
    void expect_refused(const std::string& arguments, const std::string& part) {
        const auto files = count_files();
        const Result result = run(arguments);
        EXPECT_EQ(result.exit_code, 2) << arguments << "\n" << result.err;
        EXPECT_EQ(result.out, "") << arguments;
        EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
        EXPECT_TRUE(result.err.starts_with("vtlcheck: ")) << result.err;
        EXPECT_NE(result.err.find(part), std::string::npos) << arguments << "\n" << result.err;
        EXPECT_LT(result.err.size(), 400U) << result.err;
        EXPECT_EQ(count_files(), files) << arguments << " left a file behind";
    }

    [[nodiscard]] std::ptrdiff_t count_files() const {
        return std::distance(std::filesystem::directory_iterator(folder_), std::filesystem::directory_iterator());
    }

    std::filesystem::path folder_;
};

} // namespace vtlcheck::cli
