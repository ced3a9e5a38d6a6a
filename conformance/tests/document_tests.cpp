// docs/trace-format.md names every verb, field and word that the parser knows, and docs/c-abi.md every function.
#include "conformance/trace.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace vtlcheck::conformance {
namespace {

std::string read(const char* name) {
    std::ifstream stream(std::string(CONFORMANCE_ROOT "/") + name);
    EXPECT_TRUE(stream) << name;
    return {std::istreambuf_iterator<char>(stream), {}};
}

bool has_code(const std::string& document, const std::string& text) {
    return document.find("`" + text + "`") != std::string::npos;
}

/// `field`, or a series that it is in: `sint0` ... `sint15`, `rax` ... `r15`, `enable.*` and what contexts have.
bool is_documented(const std::string& document, const std::string& field) {
    for (const std::string prefix : {"context.", "enable.", "start."}) {
        if (field.starts_with(prefix) && has_code(document, field.substr(prefix.size()))) {
            return true;
        }
    }
    if (has_code(document, field)) {
        return true;
    }
    static const std::set<std::string> registers{"rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi",
                                                 "r8",  "r9",  "r10", "r11", "r12", "r13", "r14", "r15"};
    if (registers.contains(field)) {
        return document.find("`rax` ... `r15`") != std::string::npos;
    }
    const auto first = std::regex_replace(field, std::regex("[0-9]+"), "0");
    return first != field && document.find("`" + first + "` ... `") != std::string::npos;
}

template <class T>
void expect_documented(const std::string& document) {
    const std::set<std::string> words_of_the_line{"vp", "vtl", "disposition"}; // and never named
    for (const auto& field : FieldTable<T>::get().fields()) {
        if (words_of_the_line.contains(field.name)) {
            continue;
        }
        EXPECT_TRUE(is_documented(document, field.name)) << field.name;
        for (const auto word : field.words) {
            EXPECT_TRUE(has_code(document, std::string(word))) << field.name << "=" << word;
        }
    }
}

TEST(Documents, TheTraceFormatHasEveryFieldAndWord) {
    const auto document = read("docs/trace-format.md");
    expect_documented<model::Config<Concrete>>(document);
    expect_documented<model::Exit<Concrete>>(document);
    expect_documented<model::Outcome<Concrete>>(document);
    expect_documented<model::PartitionVsm<Concrete>>(document);
    expect_documented<model::PartitionVtl<Concrete>>(document);
    expect_documented<model::VpShared<Concrete>>(document);
    expect_documented<model::VpSlot<Concrete>>(document);
    expect_documented<model::VtlState<Concrete>>(document);
    EXPECT_FALSE(is_documented(document, "no_such_field"));
    EXPECT_FALSE(is_documented(document, "enable.no_such_field"));
    EXPECT_FALSE(is_documented(document, "nosuch3_config"));
}

TEST(Documents, TheTraceFormatHasEveryVerb) {
    const auto document = read("docs/trace-format.md");
    const auto begin = document.find("\nverb ");
    const auto grammar = document.substr(begin, document.find("\noutcome ") - begin);
    std::set<std::string> documented;
    const std::regex quoted("\"([a-z-]+)\"");
    for (auto at = std::sregex_iterator(grammar.begin(), grammar.end(), quoted); at != std::sregex_iterator(); ++at) {
        documented.insert((*at)[1]);
    }
    documented.erase("on"); // words of set-apic-offload
    documented.erase("off");

    std::set<std::string> known;
    try {
        static_cast<void>(parse_step("vp0 vtl0 frobnicate"));
        FAIL() << "frobnicate is a verb";
    } catch (const InputError& error) {
        const std::string text = error.what();
        const std::string list = text.substr(text.find("one of ") + 7);
        const std::regex word("[a-z-]+");
        for (auto at = std::sregex_iterator(list.begin(), list.end(), word); at != std::sregex_iterator(); ++at) {
            known.insert(at->str());
        }
    }
    EXPECT_GT(known.size(), 20U);
    EXPECT_EQ(documented, known);
}

TEST(Documents, TheCAbiHasEveryFunction) {
    const auto header = read("impl/include/vtl_intercept.h");
    const auto document = read("docs/c-abi.md");
    std::size_t functions = 0;
    const std::regex declaration("\n[a-z][a-z0-9_ ]* (vtl_[a-z_]+)\\(");
    for (auto at = std::sregex_iterator(header.begin(), header.end(), declaration); at != std::sregex_iterator();
         ++at, ++functions) {
        EXPECT_TRUE(has_code(document, (*at)[1])) << (*at)[1];
    }
    EXPECT_EQ(functions, 16U);
    EXPECT_FALSE(has_code(document, "vtl_no_such_function"));
    const std::regex version("VTL_INTERCEPT_ABI ([0-9]+)");
    std::smatch number;
    ASSERT_TRUE(std::regex_search(header, number, version));
    EXPECT_TRUE(document.starts_with("# The C ABI of an implementation, version " + number[1].str() + "\n"));
}

} // namespace
} // namespace vtlcheck::conformance
