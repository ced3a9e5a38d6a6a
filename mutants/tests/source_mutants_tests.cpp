// Which slips are found in small sources, and what their names hang on.
#include "mutants/source_mutants.hpp"
#include "mutants/tests/folder.hpp"

#include <algorithm>
#include <map>

namespace vtlcheck::mutants {
namespace {

class SourceMutants : public InAFolder {
protected:
    std::vector<SourceMutant> find(const std::string& text, std::uint64_t one_in = 1) {
        write("src/a.cpp", text);
        return find_all({"src/a.cpp"}, one_in);
    }
    std::vector<SourceMutant> find_all(const std::vector<std::string>& sources, std::uint64_t one_in = 1) {
        return source_mutants({.root = folder(),
                               .sources = sources,
                               .folder = "src",
                               .flags = {"-xc++", "-std=c++20"},
                               .one_in = one_in});
    }
    /// Text of the file with each mutant, by name.
    static std::map<std::string, std::string> texts(const std::vector<SourceMutant>& mutants, const std::string& text) {
        std::map<std::string, std::string> all;
        for (const auto& mutant : mutants) {
            EXPECT_TRUE(all.emplace(mutant.name, applied(mutant, text)).second) << mutant.name << " is there twice";
        }
        return all;
    }
};

TEST_F(SourceMutants, AComparisonHasEverySlip) {
    const std::string text = "bool f(int a) { return a < 3; }\n";
    const std::map<std::string, std::string> expected{
        {"a.cpp:f:compare:a<3", "bool f(int a) { return a <= 3; }\n"},
        {"a.cpp:f:constant:3", "bool f(int a) { return a < 4; }\n"},
        {"a.cpp:f:negated:a<3", "bool f(int a) { return !(a < 3); }\n"},
        {"a.cpp:f:always:a<3", "bool f(int a) { return true; }\n"},
        {"a.cpp:f:never:a<3", "bool f(int a) { return false; }\n"},
    };
    const auto found = find(text);
    EXPECT_EQ(texts(found, text), expected);
    EXPECT_EQ(found.front().file, "src/a.cpp");
    EXPECT_EQ(found.front().line, 1U);
    const auto compare =
        std::find_if(found.begin(), found.end(), [](const auto& m) { return m.operation == "compare"; });
    ASSERT_NE(compare, found.end());
    EXPECT_EQ(compare->difference, "src/a.cpp:1: bool f(int a) { return a < 3; } -> bool f(int a) { return a <= 3; }");
}

TEST_F(SourceMutants, EveryOperatorOfTheListIsThere) {
    const std::string text = R"(
enum class Rule { any, none };
struct Row { unsigned first; Rule rule; bool get; };
constexpr Row rows[] = {{.first = 0x10, .rule = Rule::any, .get = true}, {.first = 0x11, .rule = Rule::none}};
namespace n { constexpr unsigned A = 0xF0; constexpr unsigned B = 2; }
struct State { unsigned star, lstar; unsigned vtl[2]; };
unsigned g(unsigned x, unsigned y);
void h(State& s, unsigned v, bool b) {
    if (b && v != 1)
        s.star = (v & n::A) + s.vtl[v];
    for (unsigned i = 0; i < 2; ++i)
        s.lstar |= ~i;
    switch (v) {
    case 1:
        g(v, 2 * v);
        break;
    default:
        break;
    }
}
)";
    std::map<std::string, unsigned> count;
    for (const auto& mutant : find(text)) {
        ++count[mutant.operation];
    }
    for (const char* operation :
         {"compare", "logic", "arithmetic", "bits", "negated", "always", "never", "constant", "mask", "enumerator",
          "name", "field", "index", "unary", "statement", "row", "initialiser", "arguments"}) {
        EXPECT_GT(count[operation], 0U) << operation;
    }
}

TEST_F(SourceMutants, ARowIsNamedByItsFirstValue) {
    const std::string text =
        "struct R { int a, b; };\nconstexpr R rows[] = {\n  {.a = 1, .b = 2},\n  {.a = 3, .b = 4},\n};\n";
    const auto all = texts(find(text), text);
    ASSERT_TRUE(all.contains("a.cpp:rows[3]:row:row"));
    EXPECT_EQ(all.at("a.cpp:rows[3]:row:row"),
              "struct R { int a, b; };\nconstexpr R rows[] = {\n  {.a = 1, .b = 2},\n  \n};\n");
    ASSERT_TRUE(all.contains("a.cpp:rows[1]:initialiser:.b=2"));
    EXPECT_EQ(all.at("a.cpp:rows[1]:initialiser:.b=2"),
              "struct R { int a, b; };\nconstexpr R rows[] = {\n  {.a = 1, },\n  {.a = 3, .b = 4},\n};\n");
}

TEST_F(SourceMutants, LoopsAreNotMadeEndless) {
    for (const auto& mutant : find("int f(int a) { while (a > 0) --a; return a; }\n")) {
        EXPECT_NE(mutant.operation, "always") << mutant.difference;
    }
}

TEST_F(SourceMutants, WhatAMacroMakesIsLeftAlone) {
    const auto found = find("#define LESS(a, b) ((a) < (b))\nint f(int x) { return LESS(x, 3) ? x + 1 : x; }\n");
    for (const auto& mutant : found) {
        EXPECT_NE(mutant.operation, "compare") << mutant.difference;
        EXPECT_GE(mutant.line, 2U);
    }
    EXPECT_FALSE(found.empty());
}

TEST_F(SourceMutants, AnEditElsewhereRenamesNothing) {
    const std::string function = "bool f(int a) { return a < 3 || a == 7; }\n";
    std::vector<std::string> before;
    for (const auto& mutant : find(function)) {
        before.push_back(mutant.name);
    }
    std::vector<std::string> after;
    for (const auto& mutant : find("// new\nint other(int b) { return b < 3 ? b : 7; }\n\n" + function)) {
        if (mutant.name.find(":f:") != std::string::npos) {
            after.push_back(mutant.name);
        }
    }
    EXPECT_EQ(before, after);
}

TEST_F(SourceMutants, TheSameSlipTwiceInAFunctionIsNumbered) {
    std::vector<std::string> names;
    for (const auto& mutant : find("int f(int a) { return a + 1 - (a + 1); }\n")) {
        if (mutant.operation == "arithmetic") {
            names.push_back(mutant.name);
        }
    }
    EXPECT_EQ(names, (std::vector<std::string>{"a.cpp:f:arithmetic:a+1", "a.cpp:f:arithmetic:a+1-(a+1)",
                                               "a.cpp:f:arithmetic:a+1#2"}));
}

TEST_F(SourceMutants, AHeaderIsAlteredOnceAndNothingOutsideTheFolder) {
    write("src/h.h", "inline int twice(int a) { return 2 * a; }\n");
    write("lib/l.h", "inline int other(int a) { return 3 * a; }\n");
    write("src/a.cpp", "#include \"h.h\"\n#include \"../lib/l.h\"\nint f(int a) { return twice(a); }\n");
    write("src/b.cpp", "#include \"h.h\"\nint g(int a) { return twice(a) + 1; }\n");
    std::map<std::string, unsigned> files;
    for (const auto& mutant : find_all({"src/a.cpp", "src/b.cpp"})) {
        ++files[mutant.file];
    }
    EXPECT_EQ(files["src/h.h"], 2U); // the product and its factor
    EXPECT_EQ(files.count("lib/l.h"), 0U);
    EXPECT_GT(files["src/b.cpp"], 0U);
}

TEST_F(SourceMutants, ASampleIsOfTheNamesAlone) {
    std::string text;
    for (int i = 0; i < 100; ++i) {
        text += "int f" + std::to_string(i) + "(int a) { return a < " + std::to_string(i) + "; }\n";
    }
    const auto all = find(text);
    const auto some = find(text, 4);
    EXPECT_GT(some.size(), all.size() / 8);
    EXPECT_LT(some.size(), all.size() / 2);
    const auto again = find("int more(int a) { return a - 1; }\n" + text, 4);
    for (const auto& mutant : some) {
        EXPECT_TRUE(std::any_of(again.begin(), again.end(), [&](const auto& m) { return m.name == mutant.name; }));
    }
}

TEST_F(SourceMutants, BadSourcesAreOneLine) {
    const auto problem = [&](auto&& work) -> std::string {
        try {
            work();
        } catch (const SourceError& error) {
            return error.what();
        }
        return "no error";
    };
    EXPECT_NE(problem([&] { (void)find("int f( { }\n"); }).find("src/a.cpp: clang does not accept it"),
              std::string::npos);
    EXPECT_NE(problem([&] { (void)find_all({"src/none.cpp"}); }).find("src/none.cpp"), std::string::npos);
    EXPECT_NE(problem([&] {
                  (void)source_mutants({.root = folder(), .sources = {}, .folder = "nowhere", .flags = {}});
              }).find("there is no such folder"),
              std::string::npos);
}

} // namespace
} // namespace vtlcheck::mutants
