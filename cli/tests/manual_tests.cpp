// Manual page and completions of a small command line; the shells themselves say what they complete.
#include "cli/manual.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

namespace vtlcheck::cli {
namespace {

namespace fs = std::filesystem;

class Manual : public testing::Test {
protected:
    Manual() {
        fs::create_directories(folder_ / "a-folder");
        std::ofstream(folder_ / "a-file") << "";
        app_.set_version_flag("--version", std::string("1.2"), "Say which");
        auto* bake = app_.add_subcommand("bake", "Bake a cake; it's [hot]: careful");
        bake->add_option("CAKE", cake_, "Which cake")->required()->check(CLI::IsMember({"plum", "poppy"}));
        bake->add_option("--degrees,-d", degrees_, "How hot. Not too hot")
            ->check(CLI::Range(1, 300))
            ->capture_default_str();
        bake->add_option("--style", style_, "How")->check(CLI::IsMember({"round", "square"}));
        bake->add_option("--recipe", recipe_, "From here")->type_name("FILE");
        bake->add_option("--into", into_, "To there")->type_name("DIR");
        bake->add_option("--secret", secret_, "Nobody sees it")->group("");
        bake->footer("First prose\nin two lines.\n\n  kept  as it is\n.leading dot");
        auto* eat = app_.add_subcommand("eat", "Eat it");
        eat->add_option("FILE", files_, "Cakes");
        app_.add_subcommand("sell", "Sell it")->add_option("PRICE", degrees_, "For how much");
    }
    ~Manual() override { fs::remove_all(folder_); }
    Manual(const Manual&) = delete;
    Manual& operator=(const Manual&) = delete;

    /// What a command of the shell writes in a folder with `script` in the file `script`, a file and a folder.
    [[nodiscard]] std::string run(const std::string& script, const std::string& command) const {
        std::ofstream(folder_ / "script") << script;
        std::FILE* pipe =
            ::popen(("cd '" + folder_.string() + "' && " + command + " 2>&1").c_str(), "r"); // NOLINT(cert-env33-c)
        std::string out;
        std::array<char, 4096> block{};
        std::size_t got = 0;
        while ((got = std::fread(block.data(), 1, block.size(), pipe)) > 0) {
            out.append(block.data(), got);
        }
        return ::pclose(pipe) == 0 ? out : out + "(failed)";
    }
    /// What bash completes the last of the words to.
    [[nodiscard]] std::string in_bash(const std::string& words) const {
        return run(completion(app_, Shell::bash),
                   "bash --norc -c '. ./script; compopt() { :; }; COMP_WORDS=(" + words +
                       "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _cook; printf \"%s\\n\" \"${COMPREPLY[@]}\" | "
                       "LC_ALL=C sort | tr \"\\n\" \" \"'");
    }
    /// Likewise fish, without descriptions.
    [[nodiscard]] std::string in_fish(const std::string& line) const {
        return run(completion(app_, Shell::fish), "HOME=. fish --no-config -c 'source ./script; complete -C\"" + line +
                                                      "\"' | cut -f 1 | tr '\\n' ' '");
    }

    CLI::App app_{"Cooks. More about it.\n\n  cook bake plum   an example", "cook"};
    fs::path folder_ = fs::temp_directory_path() / ("vtlcheck-manual-" + std::to_string(::getpid()));
    std::string cake_, style_, recipe_, into_, secret_;
    int degrees_ = 180;
    std::vector<std::string> files_;
};

TEST_F(Manual, ThePageSaysWhatTheHelpSays) {
    const std::string page = manual_page(app_, "1.2");
    for (const char* part : {
             ".TH \"COOK\" 1 \"\" \"cook 1.2\" \"User Commands\"\n.SH NAME\ncook \\- Cooks\n",
             ".SS \"bake CAKE\"\n",
             ".SS \"eat [FILE...]\"\n",
             "\n\\fICAKE\\fR\nWhich cake (one of plum, poppy)\n",
             "\n\\fB\\-d\\fR, \\fB\\-\\-degrees\\fR \\fIINT\\fR\nHow hot. Not too hot (in [1 \\- 300], default 180)\n",
             "\n\\fB\\-\\-style\\fR \\fBround|square\\fR\nHow\n",
             ".PP\nFirst prose\nin two lines.\n.PP\n.nf\n  kept  as it is\n.fi\n.PP\n\\&.leading dot\n",
         }) {
        EXPECT_NE(page.find(part), std::string::npos) << part << "\nis not in\n" << page;
    }
}

TEST_F(Manual, ThePageIsWellFormed) {
    const std::string lint = "mandoc -T lint -W error script";
    EXPECT_EQ(run(manual_page(app_, "1.2"), lint), "");
    EXPECT_NE(run(manual_page(app_, "1.2") + ".SH\n.nonsense\n", lint), "");
}

TEST_F(Manual, WhatIsHiddenStaysHidden) {
    for (const auto& text : {manual_page(app_, "1"), completion(app_, Shell::bash), completion(app_, Shell::zsh),
                             completion(app_, Shell::fish)}) {
        EXPECT_EQ(text.find("secret"), std::string::npos);
        EXPECT_NE(text.find("recipe"), std::string::npos);
    }
}

TEST_F(Manual, BashCompletes) {
    EXPECT_EQ(in_bash("cook \"\""), "bake eat sell ");
    EXPECT_EQ(in_bash("cook --v"), "--version ");
    EXPECT_EQ(in_bash("cook bake --re"), "--recipe ");
    EXPECT_EQ(in_bash("cook bake p"), "plum poppy ");
    EXPECT_EQ(in_bash("cook bake --style \"\""), "round square ");
    EXPECT_EQ(in_bash("cook bake --style = sq"), "square ");
    EXPECT_EQ(in_bash("cook bake --style ="), "round square ");
    EXPECT_EQ(in_bash("cook bake --recipe a"), "a-file a-folder ");
    EXPECT_EQ(in_bash("cook bake --into a"), "a-folder ");
    EXPECT_EQ(in_bash("cook bake --degrees \"\""), " ");
    EXPECT_EQ(in_bash("cook eat a"), "a-file a-folder ");
}

TEST_F(Manual, FishCompletes) {
    EXPECT_EQ(in_fish("cook e"), "eat ");
    EXPECT_EQ(in_fish("cook bake p"), "plum poppy ");
    EXPECT_EQ(in_fish("cook bake --st"), "--style ");
    EXPECT_EQ(in_fish("cook bake --style "), "round square ");
    EXPECT_EQ(in_fish("cook bake --into a"), "a-folder/ ");
    EXPECT_EQ(in_fish("cook eat a"), "a-file a-folder/ ");
}

TEST_F(Manual, ZshReadsIt) {
    const std::string script = completion(app_, Shell::zsh);
    EXPECT_EQ(run(script, "zsh -f -n script"), "");
    EXPECT_EQ(run(script, "zsh -f -c 'autoload -U compinit; compinit -D; . ./script; echo $_comps[cook]'"), "_cook\n");
    EXPECT_EQ(script.find("PRICE"), std::string::npos) << "nothing to complete";
    for (const char* part : {"'bake:Bake a cake; it'\\''s \\[hot\\]\\: careful'", "'--degrees=[How hot]:INT: '",
                             "'--style=[How]:TEXT:(round square)'", "'--into=[To there]:DIR:_files -/'",
                             "'1:CAKE:(plum poppy)'", "'*:FILE:_files'"}) {
        EXPECT_NE(script.find(part), std::string::npos) << part << "\nis not in\n" << script;
    }
}

} // namespace
} // namespace vtlcheck::cli
