// Files that commands write: whole or untouched, and never in the place of what is no file.
#include "cli/output.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace vtlcheck::cli {
namespace {

namespace fs = std::filesystem;

class Output : public testing::Test {
protected:
    void SetUp() override { fs::create_directories(folder); }
    void TearDown() override { fs::remove_all(folder); }
    [[nodiscard]] std::string path(const char* name) const { return (folder / name).string(); }

    fs::path folder = fs::temp_directory_path() / ("vtlcheck-output-" + std::to_string(::getpid()));
};

TEST_F(Output, AFileIsReplacedWhole) {
    write_file(path("a"), "first");
    write_file(path("a"), "second");
    std::ifstream file(path("a"));
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(file), {}), "second");
    EXPECT_EQ(std::distance(fs::directory_iterator(folder), {}), 1) << "nothing is left beside it";
}

TEST_F(Output, WhatIsNoFileIsRefusedAndStays) {
    ASSERT_EQ(::mkfifo(path("pipe").c_str(), 0600), 0);
    fs::create_directory(path("folder"));
    for (const char* name : {"pipe", "folder"}) {
        EXPECT_THROW(expect_writable(path(name)), UsageError) << name;
        EXPECT_THROW(write_file(path(name), "text"), UsageError) << name;
    }
    EXPECT_TRUE(fs::is_fifo(path("pipe")));
    EXPECT_TRUE(fs::is_directory(path("folder")));
}

} // namespace
} // namespace vtlcheck::cli
