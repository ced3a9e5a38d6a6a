// Shared libraries as subjects: a whole one is held against the specification, others are refused in one line.
#include "conformance/subjects/abi.hpp"
#include "conformance/subjects/subject.hpp"
#include "proptests/conform.hpp"

#include <gtest/gtest.h>

#include <fstream>

namespace vtlcheck::conformance {
namespace {

std::string refusal_of(const std::string& file) {
    try {
        const Library library(file);
    } catch (const LibraryError& error) {
        const std::string text = error.what();
        EXPECT_EQ(text.find('\n'), std::string::npos) << text;
        EXPECT_NE(text.find(file), std::string::npos) << text;
        return text;
    }
    return "accepted";
}

TEST(Library, IsASubjectLikeTheBuiltInOne) {
    const Library library(VTLCHECK_WHOLE_LIBRARY);
    EXPECT_NE(library.abi().handle_exit, linked_abi().handle_exit);
    const auto subject = abi_subject(library.abi(), "library");
    EXPECT_EQ(subject->name(), "library");
    EXPECT_FALSE(proptests::first_divergence(*subject, proptests::as_written(), 1, 20'000).has_value());
}

TEST(Library, EveryFunctionIsInTheTable) {
    std::size_t functions = 0;
    Abi abi = linked_abi();
    Abi::visit([&](const char*, auto& function) { functions += function != nullptr ? 1U : 0U; }, abi);
    std::ifstream header(VTLCHECK_ABI_HEADER);
    std::size_t declared = 0;
    for (std::string line; std::getline(header, line);) {
        const bool begins = line.starts_with("enum ") || line.starts_with("size_t ") || line.starts_with("bool ") ||
                            line.starts_with("uint");
        declared += begins && line.find("vtl_") != std::string::npos && line.find('(') != std::string::npos ? 1U : 0U;
    }
    EXPECT_EQ(functions, declared);
}

TEST(Library, OthersAreRefused) {
    EXPECT_NE(refusal_of("/nowhere/lib.so").find("there is no such file"), std::string::npos);
    EXPECT_NE(refusal_of("/").find("there is no such file"), std::string::npos);
    EXPECT_NE(refusal_of(VTLCHECK_ABI_HEADER).find("cannot be loaded"), std::string::npos);
    EXPECT_NE(refusal_of(VTLCHECK_PARTIAL_LIBRARY).find("does not export vtl_config_error"), std::string::npos);
    EXPECT_NE(refusal_of(VTLCHECK_OLD_LIBRARY).find("has version 2 of the ABI"), std::string::npos);
}

} // namespace
} // namespace vtlcheck::conformance
