// A folder of a test's own.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace vtlcheck::mutants {

class InAFolder : public testing::Test {
public:
    ~InAFolder() override { std::filesystem::remove_all(folder_); }
    InAFolder(const InAFolder&) = delete;
    InAFolder& operator=(const InAFolder&) = delete;

protected:
    InAFolder() {
        const auto* info = testing::UnitTest::GetInstance()->current_test_info();
        folder_ = std::filesystem::temp_directory_path() /
                  (std::string("vtlcheck-") + info->test_suite_name() + info->name() + std::to_string(::getpid()));
        std::filesystem::create_directories(folder_);
    }
    void write(const std::string& name, const std::string& text) const {
        std::filesystem::create_directories((folder_ / name).parent_path());
        std::ofstream(folder_ / name, std::ios::binary) << text;
    }
    [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

private:
    std::filesystem::path folder_;
};

} // namespace vtlcheck::mutants
