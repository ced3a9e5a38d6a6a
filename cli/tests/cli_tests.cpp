// The command line as its users meet it: output, exit codes, one clear line for bad input, no half-written file.
#include "cli/tests/command_line.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <pugixml.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace {

using vtlcheck::cli::CommandLine;

TEST_F(CommandLine, HelpAndVersion) {
    const auto help = run("--help");
    EXPECT_EQ(help.exit_code, 0);
    for (const char* command :
         {"prove", "conform", "replay", "flood", "spec", "explain", "vectors", "verify", "report", "Exit codes"}) {
        EXPECT_NE(help.out.find(command), std::string::npos) << command;
    }
    EXPECT_EQ(run("--version").out, "vtlcheck " VTLCHECK_VERSION "\n");
    for (const char* command :
         {"prove", "conform", "replay", "flood", "spec", "explain", "vectors", "verify", "report"}) {
        EXPECT_EQ(run(std::string(command) + " --help").exit_code, 0) << command;
    }
}

TEST_F(CommandLine, ManualAndCompletionsHaveEveryCommand) {
    const std::string help = run("--help").out;
    std::istringstream commands(help.substr(help.find("Subcommands:\n") + 13));
    const auto manual = run("manual");
    EXPECT_EQ(manual.exit_code, 0);
    std::vector<std::string> scripts;
    for (const char* shell : {"bash", "zsh", "fish"}) {
        scripts.push_back(run(std::string("completion ") + shell).out);
    }
    std::size_t count = 0;
    for (std::string line; std::getline(commands, line);) {
        std::istringstream words(line);
        std::string command;
        if (!line.starts_with("  ") || line.starts_with("   ") || !(words >> command)) {
            continue;
        }
        ++count;
        EXPECT_NE(manual.out.find(".SS \"" + command), std::string::npos) << command;
        for (const auto& script : scripts) {
            EXPECT_NE(script.find(command), std::string::npos) << command;
        }
    }
    EXPECT_GE(count, 14U) << help;
    EXPECT_EQ(manual.out.find(VTLCHECK_SOURCE), std::string::npos) << "a path of this machine";
    EXPECT_EQ(run("manual --output page").exit_code, 0);
    EXPECT_EQ(read("page"), manual.out);
    expect_refused("completion tcsh", "tcsh");
    expect_refused("manual --output /nonexistent/page", "/nonexistent/page");
}

TEST_F(CommandLine, VectorsAreWholeOrNotThere) {
    expect_refused("vectors", "--out");
    expect_refused("vectors --check there", "no manifest.json");
    expect_refused("vectors --check . --out there", "--check");
    expect_refused("vectors --out no/such/folder", "cannot be made");
    write("mine.txt", "mine");
    expect_refused("vectors --out .", "not only vectors");
    expect_refused("mutants --vectors there", "--kind impl");
    expect_refused("mutants --kind impl --vectors there", "no manifest.json");

    const auto files = count_files();
    const auto result = run("vectors --exits 1 --out there");
    EXPECT_EQ(result.exit_code, 3) << result.err;
    EXPECT_NE(result.err.find("without a vector"), std::string::npos) << result.err;
    EXPECT_EQ(count_files(), files);
}

TEST_F(CommandLine, BadUsageIsRefusedInOneLine) {
    expect_refused("", "subcommand");
    expect_refused("frobnicate", "no command \"frobnicate\"");
    expect_refused("conform --frobnicate", "--frobnicate");
    expect_refused("conform --exits 0", "--exits");
    expect_refused("conform --exits -5", "--exits");
    expect_refused("conform --exits many", "--exits");
    expect_refused("conform --exits 99999999999999999999999", "--exits");
    expect_refused("conform --threads 100000", "--threads");
    expect_refused("prove NO-SUCH-CLAIM", "NO-SUCH-CLAIM");
    expect_refused("prove --time-limit 0", "--time-limit");
    expect_refused("prove TOTAL --of-mutant no-such", "there is no mutant \"no-such\"");
    expect_refused("explain rdmsr", "MSR");
    expect_refused("explain peek 0x10", "ACCESS");
    expect_refused("explain rdmsr 0x1ffffffff", "out of range");
    expect_refused("explain rdmsr 0x", "no number");
    expect_refused("explain rdmsr 12monkeys", "no number");
    expect_refused("explain rdmsr IA32_NONSENSE", "vtlcheck spec");
    expect_refused("explain rdmsr 0x10 --value 1", "--value");
    expect_refused("explain wrmsr 0x10 --value 0x10000000000000000", "out of range");
    expect_refused("explain rdmsr 0x10 --vtl 2", "--vtl");
    expect_refused("explain get-reg", "MSR-OR-REGISTER");
    expect_refused("explain get-reg Lstarr", "did you mean Lstar?");
    expect_refused("explain get-reg ''", "no register");
    expect_refused("explain get-reg 0x100000000", "out of range");
    expect_refused("explain get-reg Lstar --value 1", "--value");
    expect_refused("explain set-reg Tr --value-high 1", "--value-high");
    expect_refused("explain set-reg Lstar --value lots", "no number");
    expect_refused("explain get-reg Lstar --from vtl2", "--from");
    expect_refused("explain get-reg Lstar --to vtl2", "--to");
    expect_refused("explain get-reg Lstar --from vtl1 --host kernel", "keep one");
    expect_refused("explain get-reg Lstar --host guest", "--host");
    expect_refused("explain get-reg Lstar --isolation sev", "--isolation");
    expect_refused("explain get-reg Lstar --vtl 1", "--from and --to");
    expect_refused("explain get-reg Lstar --claimed", "--claimed");
    expect_refused("explain rdmsr 0x10 --from vtl1", "--vtl");
    expect_refused("explain wrmsr 0x10 --host kernel", "--host");
    expect_refused("explain wrmsr 0x10 --isolation snp", "--isolation");
    expect_refused("spec --format pdf", "--format");
    expect_refused("replay", "FILE");
    expect_refused("replay --format punch-cards x",
                   "--format punch-cards is none of msr-ftrace, msr-console, kvm-ftrace, perf-script, trace-cmd, "
                   "kernel-log, kvm-log, xen-console, instruction-log, openhcl-json, openhcl-kmsg");
    expect_refused("verify --traces nowhere", "nowhere");
}

TEST_F(CommandLine, BadUsageOfTheLogIsRefusedInOneLine) {
    expect_refused("flood --accesses 0", "--accesses");
    expect_refused("flood --accesses many", "--accesses");
    expect_refused("flood --vps 65", "--vps");
    expect_refused("flood --vps 0", "--vps");
    expect_refused("flood --msrs 65537", "--msrs");
    expect_refused("flood --site-burst 0", "--site-burst");
    expect_refused("flood --site-burst 1000001", "--site-burst");
    expect_refused("flood --site-interval 999", "--site-interval");
    expect_refused("flood --total-burst 10", "--total-burst");
    expect_refused("flood --total-interval 3600000000001", "--total-interval");
    expect_refused("flood --flush-period 999999999", "--flush-period");
    expect_refused("flood --accesses 1000000000 --total-interval 1000", "raise --total-interval");
    expect_refused("flood --log /nonexistent/x", "/nonexistent/x: No such file or directory; choose another file");
    expect_refused("flood --log . ", "Is a directory");
    expect_refused("flood --log - --json", "name a file");
    expect_refused("flood --confidential-log -", "name a file");
    expect_refused("flood --log x --confidential-log x", "are the same file, x");
    expect_refused("flood --log-format xml", "--log-format");
    expect_refused("flood --picture /nonexistent/x.svg", "/nonexistent/x.svg");
    expect_refused("replay a b --picture x.svg", "--picture draws one file");
    const auto trace = write("ok.trace", "vtlcheck-trace 2\nvp0 vtl0 rdmsr 0x1d9\n");
    expect_refused("replay " + trace + " --picture /nonexistent/x.svg", "/nonexistent/x.svg");
    expect_refused("replay " + trace + " --confidential-log /nonexistent/x", "/nonexistent/x");
    expect_refused("replay " + write("limits.trace", "vtlcheck-trace 2\nconfig log_total_burst=10\n"),
                   "limits.trace:2:24: log_total_burst=10 is out of range");
    for (const char* command : {"flood --picture x.svg", "replay ok.trace --picture x.svg"}) {
        const auto result = run(command, "PATH=/nonexistent");
        EXPECT_EQ(result.exit_code, 2) << command;
        EXPECT_EQ(result.out, "");
        EXPECT_EQ(result.err, "vtlcheck: there is no gnuplot to draw the picture with; install it (Debian: apt-get "
                              "install gnuplot-nox) or leave the picture out\n");
    }
}

TEST_F(CommandLine, FloodJudgesItsLogAndDrawsIt) {
    const std::string flood = "flood --accesses 300000 --vps 2 --threads 1 --step 10000 ";
    const auto result = run(flood + "--picture flood.svg --log host.log --confidential-log secret.log");
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    EXPECT_EQ(result.err, "") << "quiet in a pipe";
    EXPECT_TRUE(result.out.starts_with("flood: 300,000 accesses to 1,000 unknown MSRs by 2 VPs on 1 thread, "))
        << result.out;
    EXPECT_NE(result.out.find("\nconforms: "), std::string::npos) << result.out;
    EXPECT_NE(read("flood.svg").find("</svg>"), std::string::npos);
    EXPECT_EQ(count_files(), 3) << "nothing is left beside the picture and the logs";

    const auto json = nlohmann::json::parse(run(flood + "--json --log host.json --log-format json").out);
    EXPECT_EQ(json["verdict"], "conforms");
    EXPECT_EQ(json["budget"]["partition"]["attempts"], 300'000);
    EXPECT_EQ(json["budget"]["partition"]["suppressed"], json["budget"]["partition"]["reported"]);
    EXPECT_GE(json["budget"]["sites"]["unknown-read"]["worst_window"]["slack"], 0);
    EXPECT_GT(json["accesses_per_second"], 0.0);
    // The same lines to both, the value to one.
    const std::string host = read("host.log");
    const std::string secret = read("secret.log");
    EXPECT_EQ(std::count(host.begin(), host.end(), '\n'), json["lines_read"]);
    EXPECT_EQ(std::count(secret.begin(), secret.end(), '\n'), json["lines_read"]);
    EXPECT_EQ(host.find("value="), std::string::npos);
    EXPECT_NE(secret.find("value="), std::string::npos);
    std::istringstream lines(read("host.json"));
    std::int64_t count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        const auto record = nlohmann::json::parse(line);
        EXPECT_EQ(record.size(), 7U) << line;
        EXPECT_FALSE(record.contains("value"));
    }
    EXPECT_EQ(count, json["lines_read"]);
}

TEST_F(CommandLine, ALogThatIsNotWholeIsSaid) {
    const std::string flood = "flood --accesses 1000 --threads 1 ";
    const auto full = run(flood + "--log /dev/full");
    EXPECT_EQ(full.exit_code, 2);
    EXPECT_NE(full.out.find("conforms: "), std::string::npos) << "the verdict is told all the same";
    EXPECT_NE(full.err.find(" lines not written to /dev/full: No space left on device\n"), std::string::npos)
        << full.err;
    const auto trace = write("ok.trace", "vtlcheck-trace 2\nvp0 vtl0 rdmsr 0x1d9\n");
    const auto one = run("replay " + trace + " --log /dev/full");
    EXPECT_EQ(one.exit_code, 2);
    EXPECT_EQ(one.err, "vtlcheck: 1 line not written to /dev/full: No space left on device\n");
}

TEST_F(CommandLine, BadInputIsRefusedInOneLineThatNamesFileAndLine) {
    expect_refused("replay missing.trace", "missing.trace");
    expect_refused("replay .", "directory");
    expect_refused("replay " + write("empty", ""), "empty");
    expect_refused("replay " + write("binary", std::string("\x7f"
                                                           "ELF\0\0\1",
                                                           7)),
                   "binary:1");
    expect_refused("replay " + write("prose", "It was a dark and stormy night.\n"), "prose");
    expect_refused("replay " +
                       write("bad.trace", "vtlcheck-trace 2\nvp0 vtl0 rdmsr 0x10\nvp0 vtl0 rdmsr 0x1ffffffff\n"),
                   "bad.trace:3:");
    expect_refused("replay " + write("field.trace", "vtlcheck-trace 2\nvp0 vtl0 rdmsr 0x10 raks=1\n"),
                   "field.trace:2:");
    expect_refused("replay " + write("version.trace", "vtlcheck-trace 1\nvp0 vtl0 rdmsr 0x10\n"), "version.trace:1:");
    expect_refused("replay " + write("register.trace", "vtlcheck-trace 2\nvp0 vtl0 get-reg Lstarr\n"),
                   "register.trace:2:18: 'Lstarr' is no register (did you mean 'Lstar'?)");
    expect_refused("replay " + write("header.trace", "vtlcheck-trace 2\n"), "no exit");
    const std::string long_line(100'000'000, 'x'); // NOLINT(bugprone-string-constructor): long is the point
    expect_refused("replay " + write("long", long_line + "\n"), "long:1");
    expect_refused("replay " + write("torn.xz", std::string("\xFD"
                                                            "7zXZ\0\0\4",
                                                            8)),
                   "torn.xz");
    std::filesystem::create_directory(folder_ / "no-recordings");
    expect_refused("verify --traces no-recordings", "no-recordings");
}

TEST_F(CommandLine, OutputThatCannotBeWrittenIsSaid) {
    expect_refused("verify --report /nonexistent/report.html", "/nonexistent/report.html");
    expect_refused("conform --trace-out /nonexistent/x.trace", "/nonexistent/x.trace");
    const auto full = run("spec >/dev/full");
    EXPECT_EQ(full.exit_code, 2);
    EXPECT_NE(full.err.find("standard output"), std::string::npos) << full.err;
}

TEST_F(CommandLine, ExplainSaysWhatHappensAndWhichClauseSaysSo) {
    const auto unknown = run("explain rdmsr 0x1d9");
    EXPECT_EQ(unknown.exit_code, 0);
    EXPECT_NE(unknown.out.find("MSR-R-40"), std::string::npos);
    EXPECT_NE(unknown.out.find("reads 0"), std::string::npos);
    EXPECT_NE(run("explain rdmsr IA32_LSTAR").out.find("does not exit"), std::string::npos);
    EXPECT_NE(run("explain wrmsr IA32_LSTAR --claimed").out.find("MSR-W-01"), std::string::npos);
    EXPECT_NE(run("explain wrmsr 0x8b --value 1").out.find("MSR-W-49"), std::string::npos);
    EXPECT_NE(run("explain rdmsr 0x802 --x2apic --vtl 1").out.find("MSR-R-02"), std::string::npos);
    const auto json = nlohmann::json::parse(run("explain wrmsr 0xc0000080 --json").out);
    EXPECT_EQ(json["name"], "IA32_EFER");
    EXPECT_EQ(json["clauses"].size(), 2U);
}

TEST_F(CommandLine, ExplainSaysWhoMayTouchARegister) {
    const auto own = run("explain get-reg Lstar");
    EXPECT_EQ(own.exit_code, 0);
    EXPECT_TRUE(own.out.starts_with("get Lstar (0x80009) of VTL0 by VTL0, isolation tdx: refused\n")) << own.out;
    EXPECT_NE(own.out.find("refused: AccessDenied (0x6), route none"), std::string::npos) << own.out;
    EXPECT_NE(own.out.find("[REG-G-01: "), std::string::npos) << own.out;
    EXPECT_NE(own.out.find("vp0 vtl0 get-reg Lstar -> done rax=6 rip=0x1003"), std::string::npos) << own.out;
    EXPECT_EQ(run("explain get-reg LSTAR --from vtl0 --to vtl0").out, own.out);
    EXPECT_EQ(run("explain get-reg 0x80009").out, own.out);

    const auto lower = run("explain get-reg Lstar --from vtl1 --to vtl0").out;
    EXPECT_NE(lower.find("granted: Success (0x0), route emulation"), std::string::npos) << lower;
    const auto higher = run("explain get-reg Sint0 --from vtl0 --to vtl1").out;
    EXPECT_NE(higher.find("REG-H-05"), std::string::npos) << higher;
    const auto bad = run("explain set-reg Lstar --from vtl1 --to vtl0 --value 0xff00000000000000").out;
    EXPECT_NE(bad.find("refused: InvalidRegisterValue (0x50), route none"), std::string::npos) << bad;
    const auto every = run("explain set-reg Tr --from vtl1 --to vtl0").out;
    EXPECT_NE(every.find("granted or refused, as follows"), std::string::npos) << every;
    EXPECT_NE(every.find("failed: OperationFailed (0x71), route tdx-module"), std::string::npos) << every;
    const auto good = run("explain set-reg Tr --from vtl1 --to vtl0 --value 0 --value-high 0x008b002800000067").out;
    EXPECT_NE(good.find("isolation tdx: granted\n"), std::string::npos) << good;
    EXPECT_NE(run("explain get-reg 0x1234567").out.find("REG-G-07"), std::string::npos);
}

TEST_F(CommandLine, ExplainCoversTheHostSide) {
    EXPECT_NE(run("explain get-reg Rip --host kernel").out.find("refused: AccessDenied (0x6)"), std::string::npos);
    EXPECT_NE(
        run("explain get-reg Rip --from host").out.find("by the paravisor on the host side, isolation tdx: granted"),
        std::string::npos);
    EXPECT_NE(run("explain get-reg Rip --from host --isolation snp").out.find("route vmsa"), std::string::npos);
    EXPECT_NE(run("explain get-reg Rip --from host --isolation cca").out.find("isolation cca: refused"),
              std::string::npos);
    const auto json =
        nlohmann::json::parse(run("explain set-reg Lstar --host kernel --isolation vbs --to vtl1 --json").out);
    EXPECT_EQ(json["access"], "set-reg");
    EXPECT_EQ(json["name"], "Lstar");
    EXPECT_EQ(json["register"], "0x80009");
    EXPECT_EQ(json["from"], "kernel");
    EXPECT_EQ(json["to"], "vtl1");
    EXPECT_EQ(json["isolation"], "vbs");
    EXPECT_EQ(json["verdict"], "granted");
    ASSERT_EQ(json["clauses"].size(), 2U);
    EXPECT_EQ(json["clauses"][0]["id"], "HOST-14");
    EXPECT_EQ(json["clauses"][0]["route"], "hypercall");
    EXPECT_EQ(json["clauses"][1]["verdict"], "failed");
    EXPECT_EQ(json["clauses"][1]["status_name"], "OperationFailed");
    // Start state and example make a trace that both sides replay.
    std::string trace = json["start"];
    for (const auto& clause : json["clauses"]) {
        trace += clause["example"].get<std::string>() + " clause=" + clause["id"].get<std::string>() + "\n";
    }
    const auto replay = run("replay " + write("explained.trace", trace));
    EXPECT_EQ(replay.exit_code, 0) << replay.out << replay.err;
}

TEST_F(CommandLine, ReplayPrintsAuditRecordsAndState) {
    const auto trace = write("audit.trace", "vtlcheck-trace 2\n"
                                            "start partition guest_vsm=enabled\n"
                                            "start vp0 vtl1_present=yes\n"
                                            "vp0 vtl1 get-reg Lstar target_vtl=0x10 t=1500ms\n"
                                            "vp0 vtl0 get-reg Sint0 target_vtl=0x11 t=2s\n"
                                            "vp0 vtl0 drain-audit t=3s\n"
                                            "vp0 vtl0 host-get kernel Rip t=3000000001ns\n");
    const auto table = run("replay --audit " + trace);
    EXPECT_EQ(table.exit_code, 0) << table.out << table.err;
    EXPECT_NE(table.out.find("3 audit records:\n"), std::string::npos) << table.out;
    for (const char* row :
         {"0    1.500000000  0   vtl1    get        0    Lstar     emulation  granted  Success (0x0)\n",
          "1    2.000000000  0   vtl0    get        1    Sint0     none       refused  AccessDenied (0x6)\n",
          "2    3.000000001  0   kernel  get        0    Rip       none       refused  AccessDenied (0x6)\n"}) {
        EXPECT_NE(table.out.find(row), std::string::npos) << table.out;
    }
    const auto json = nlohmann::json::parse(run("replay --json --audit --inspect " + trace).out);
    const auto& audit = json["files"][0]["audit"];
    ASSERT_EQ(audit.size(), 3U);
    EXPECT_EQ(audit[1]["origin"], "vtl0");
    EXPECT_EQ(audit[1]["subject"], "Sint0");
    EXPECT_EQ(audit[1]["reason"], 6);
    EXPECT_EQ(audit[1]["reason_name"], "AccessDenied");
    EXPECT_EQ(audit[2]["time_ns"], 3'000'000'001);
    EXPECT_TRUE(json["files"][0]["inspect"].is_object());
    EXPECT_FALSE(nlohmann::json::parse(run("replay --json " + trace).out)["files"][0].contains("audit"));
    const auto inspect = run("replay --inspect " + trace).out;
    const auto begin = inspect.find("\n{") + 1;
    const auto end = inspect.find("\n}\n") + 3;
    EXPECT_EQ(nlohmann::json::parse(inspect.substr(begin, end - begin)), json["files"][0]["inspect"]);
    const auto none = write("quiet.trace", "vtlcheck-trace 2\nvp0 vtl0 rdmsr 0x277\n");
    EXPECT_NE(run("replay --audit " + none).out.find("no audit record\n"), std::string::npos);
}

TEST_F(CommandLine, ReplayJudgesTheBudgetAndWritesTheLog) {
    const std::string example = VTLCHECK_TRACES "/examples/log-budget.trace.txt";
    const auto table =
        run("replay " + example + " --check-budget --census --log - --confidential-log secret.log --picture x.svg");
    EXPECT_EQ(table.exit_code, 0) << table.out << table.err;
    for (const char* part :
         {"1.000000000 WARN unknown MSR read, msr=0x1d9 vp=0 vtl=0 suppressed=0\n",
          "2.000000000 INFO suppressed: unknown MSR read vp=0 vtl=0 suppressed=2\n",
          "  lines for the log (9 attempts: 6 emitted, 3 suppressed):\n",
          "6 x WARN unknown MSR read, msr=0x1d9  (4 emitted)\n", "5 of 5 in 1.000000000 s - 3.000000000 s\n",
          "  census:\n", "        6 x RDMSR 0x1d9 IA32_DEBUGCTL\n"}) {
        EXPECT_NE(table.out.find(part), std::string::npos) << part << "\n" << table.out;
    }
    EXPECT_LT(table.out.find("suppressed=2\n"), table.out.find("log-budget.trace.txt: trace"))
        << "lines come before what is said of the file";
    EXPECT_EQ(table.out.find("5ec2e7"), std::string::npos) << "the value is confidential";
    EXPECT_NE(read("secret.log").find("value=0x5ec2e7"), std::string::npos) << read("secret.log");
    EXPECT_NE(read("x.svg").find("</svg>"), std::string::npos);

    const auto json = nlohmann::json::parse(run("replay --json --check-budget --census " + example).out)["files"][0];
    EXPECT_EQ(json["budget"]["verdict"], "conforms");
    EXPECT_EQ(json["budget"]["sites"]["unknown-read"]["attempts"], 6);
    EXPECT_EQ(json["budget"]["sites"]["unknown-read"]["worst_window"]["slack"], 0);
    EXPECT_EQ(json["census"][0]["accesses"][0]["count"], 6);
    const auto plain = nlohmann::json::parse(run("replay --json " + example).out)["files"][0];
    EXPECT_FALSE(plain.contains("budget"));
    EXPECT_FALSE(plain.contains("census"));

    const auto off = write("off.trace", "vtlcheck-trace 2\nconfig isolation=none\nvp0 vtl0 rdmsr 0x1d9\n");
    EXPECT_NE(run("replay --check-budget " + off).out.find("not active"), std::string::npos);
}

TEST_F(CommandLine, SpecPrintsEveryClause) {
    const auto json = nlohmann::json::parse(run("spec --json").out);
    EXPECT_EQ(json["msrs"].size(), 212U);
    EXPECT_EQ(json["registers"].size(), 208U);
    for (const auto& row : json["registers"]) {
        EXPECT_EQ(row["routes"].size(), 3U);
        // A VTL has these only where VTL1 runs.
        const auto name = row["name"].get<std::string>();
        if (name == "PendingEvent0" || name == "VsmVina" || name == "CrInterceptControl") {
            EXPECT_EQ(row["routes"],
                      (nlohmann::json{{"tdx", "emulation"}, {"snp", "emulation"}, {"none", "hypercall"}}));
        }
    }
    const auto markdown = run("spec").out;
    EXPECT_NE(markdown.find("| 0x1a0 | IA32_MISC_ENABLE | cvm | exits; known | 0x851809 | exits; known |  |"),
              std::string::npos);
    for (const auto& clause : json["clauses"]) {
        for (const char* field : {"id", "title", "guard", "effect", "source"}) {
            EXPECT_FALSE(clause[field].get<std::string>().empty()) << clause;
        }
        EXPECT_NE(markdown.find("| " + clause["id"].get<std::string>() + " |"), std::string::npos);
    }
}

TEST_F(CommandLine, SpecTracesRequirementsToClaims) {
    const auto text = run("spec --trace");
    EXPECT_EQ(text.exit_code, 0) << text.err;
    const auto json = nlohmann::json::parse(run("spec --trace --json").out);
    EXPECT_EQ(json, nlohmann::json::parse(run("spec --trace --format json").out));
    EXPECT_EQ(json["requirements"].size(), 8U + 9 + 6 + 30);
    EXPECT_EQ(json["clauses"].size(), nlohmann::json::parse(run("spec --json").out)["clauses"].size());
    const auto markdown = run("spec --trace --format markdown").out;
    for (const char* list : {"requirements", "clauses", "open"}) {
        ASSERT_FALSE(json[list].empty()) << list;
        for (const auto& row : json[list]) {
            const auto id = row["id"].get<std::string>();
            EXPECT_NE(text.out.find("\n" + id + " "), std::string::npos) << id;
            EXPECT_NE(markdown.find("\n| " + id + " |"), std::string::npos) << id;
        }
    }
    for (const auto& row : json["open"]) {
        EXPECT_FALSE(row["reason"].get<std::string>().empty()) << row;
    }
    EXPECT_EQ(run("spec --trace --format text").out, text.out);
    expect_refused("spec --format text", "--trace");
    expect_refused("spec --out pages --json", "--out");
    expect_refused("spec --out /dev/null/pages", "cannot make the folder");
}

TEST_F(CommandLine, ResultsGoToFilesForOtherTools) {
    const auto counts = [&](const std::string& name) {
        pugi::xml_document document;
        EXPECT_TRUE(document.load_string(read(name).c_str())) << name;
        const auto suite = document.child("testsuites").child("testsuite");
        const auto cases = suite.children("testcase");
        EXPECT_EQ(std::distance(cases.begin(), cases.end()), suite.attribute("tests").as_int());
        return std::pair{suite.attribute("tests").as_int(), suite.attribute("failures").as_int()};
    };
    const auto findings = [&](const std::string& name) {
        const auto log = nlohmann::json::parse(read(name));
        EXPECT_EQ(log["version"], "2.1.0");
        const std::string validate = "'" VTLCHECK_PYTHON "' '" VTLCHECK_SOURCE "/cli/tests/validate_json.py' "
                                     "'" VTLCHECK_SOURCE "/cli/tests/data/sarif-schema-2.1.0.json' '" +
                                     (folder_ / name).string() + "'";
        EXPECT_EQ(std::system(validate.c_str()), 0) << validate; // NOLINT(cert-env33-c)
        return log["runs"][0]["results"];
    };
    const std::string files = " --junit out.xml --sarif out.sarif";
    const auto proved = run("prove TOTAL COMPLETE --second-solver none" + files);
    EXPECT_EQ(proved.exit_code, 0) << proved.err;
    EXPECT_EQ(counts("out.xml"), (std::pair{2, 0}));
    EXPECT_TRUE(findings("out.sarif").empty());

    const auto inconclusive = run("conform --exits 200" + files);
    EXPECT_EQ(inconclusive.exit_code, 3) << inconclusive.err;
    EXPECT_EQ(counts("out.xml"), (std::pair{1, 1}));
    EXPECT_FALSE(findings("out.sarif").empty());
    EXPECT_EQ(count_files(), 2);

    expect_refused("prove TOTAL --junit /nonexistent/out.xml", "/nonexistent/out.xml");
    expect_refused("prove TOTAL --sarif .", "name a file");
    expect_refused("prove TOTAL --sarif /dev/full", "name a file");
    expect_refused("conform --exits 200 --sarif /nonexistent/out.sarif", "/nonexistent/out.sarif");
    expect_refused("conform --exits 200 --junit same --sarif same", "two files");
    expect_refused("prove --list --junit out.junit", "--junit");
    expect_refused("prove --smt2 folder --sarif out.junit", "--sarif");
}

TEST_F(CommandLine, MutantsAreListedAndRun) {
    const auto list = run("mutants --list --kind impl --only valid_cr0");
    EXPECT_EQ(list.exit_code, 0) << list.err;
    EXPECT_NE(list.out.find("impl value_rules.h:valid_cr0:"), std::string::npos) << list.out;
    EXPECT_NE(list.out.find("\n    impl/src/value_rules.h:"), std::string::npos) << list.out;
    write("ratchet", "");
    const auto one =
        run("mutants --ratchet ratchet --kind spec --only effect-dropped:MSR-W-3 --threads 1 --json --junit j "
            "--sarif s --results r");
    EXPECT_EQ(one.exit_code, 0) << one.err;
    const auto json = nlohmann::json::parse(one.out);
    EXPECT_EQ(json["verdict"], "conforms");
    EXPECT_EQ(json["counts"]["spec"]["killed"], 10);
    EXPECT_TRUE(nlohmann::json::parse(read("s"))["runs"][0]["results"].empty());
    pugi::xml_document document;
    EXPECT_TRUE(document.load_string(read("j").c_str()));
    const auto kept = read("r");
    EXPECT_EQ(std::count(kept.begin(), kept.end(), '\n'), 10);
    write("ratchet", "survivor spec effect-dropped:MSR-W-38 it was thought so\n");
    const auto again = run("mutants --ratchet ratchet --kind spec --only effect-dropped:MSR-W-38 --results r");
    EXPECT_EQ(again.exit_code, 1) << again.err;
    EXPECT_NE(again.out.find("remove the line"), std::string::npos) << again.out;
}

TEST_F(CommandLine, BadUsageOfMutantsIsRefusedInOneLine) {
    write("ratchet", "");
    write("bad-ratchet", "survivor nothing\n");
    write("bad-results", "[]\n");
    expect_refused("mutants --kind all", "--kind");
    expect_refused("mutants --kind spec --ratchet none", "none: there is no such ratchet");
    expect_refused("mutants --kind spec --ratchet bad-ratchet", "bad-ratchet:1: \"nothing\" is no kind");
    expect_refused("mutants --kind spec --ratchet ratchet --only no-such", "no mutant has \"no-such\"");
    expect_refused("mutants --kind spec --ratchet ratchet --only MSR-W-38 --results bad-results",
                   "bad-results:1: is no result");
    expect_refused("mutants --kind spec --ratchet ratchet --only MSR-W-38 --update", "--update");
    expect_refused("mutants --kind impl --ratchet ratchet --plan none.json", "none.json: cannot be read");
    expect_refused("conform --subject lib:none.so", "none.so: there is no such file");
    expect_refused("replay --subject lib:none.so /dev/null", "none.so: there is no such file");
    expect_refused("sweep --subject lib:none.so", "none.so: there is no such file");
    expect_refused("sweep --subject cmd:cat", "a sweep looks at more than a program shows");
    expect_refused("conform --subject port.so", "'port.so' is no subject: builtin, lib:PATH");
    expect_refused("conform --subject cmd:", "names no program");
    expect_refused("conform --subject \"cmd:a 'b\"", "a quote ' has no end");
    expect_refused("conform --subject cmd:./none", "cmd:./none: cannot be run: No such file");
    expect_refused("conform --subject cmd:true", "is no subject: to 'vtlcheck-subject 1' it ended with exit code 0");
    expect_refused("conform --subject 'cmd:echo hello'", " 'hello'"); // before it was asked, or after
    expect_refused("conform --subject 'cmd:sleep 60' --subject-timeout 0.2", "it gave no answer within 0.2 s");
    expect_refused("conform --subject-timeout 0", "--subject-timeout");
    expect_refused("mutants --check-library none.so", "none.so: there is no such file");
}

TEST_F(CommandLine, ConformReportsAsJson) {
    const auto result = run("conform --exits 2000000 --json");
    EXPECT_EQ(result.exit_code, 0) << result.out;
    const auto json = nlohmann::json::parse(result.out);
    EXPECT_EQ(json["verdict"], "conforms");
    EXPECT_GE(json["exits"], 1'900'000);
    EXPECT_EQ(json["cells_total"], json["cells_hit"]);
    EXPECT_GT(json["seconds"], 0.0);
    EXPECT_EQ(run("conform --exits 200").exit_code, 3) << "a run that misses cells is inconclusive";
}

TEST_F(CommandLine, ProveReportsAsJson) {
    const auto result = run("prove TOTAL --json");
    EXPECT_EQ(result.exit_code, 0) << result.out;
    const auto json = nlohmann::json::parse(result.out);
    ASSERT_EQ(json["claims"].size(), 1U);
    EXPECT_EQ(json["claims"][0]["id"], "TOTAL");
    EXPECT_EQ(json["claims"][0]["status"], "proved");
    EXPECT_FALSE(json["claims"][0]["statement"].get<std::string>().empty());
    EXPECT_GT(json["claims"][0]["ms"], 0.0);
}

TEST_F(CommandLine, ReplayComparesTheOutcomesATraceExpects) {
    const std::string head = "vtlcheck-trace 2\n";
    const auto met = write("met.trace", head + "vp0 vtl0 rdmsr 0xfe -> done rax=0x400 rip=0x1002 clause=MSR-R-35\n");
    EXPECT_EQ(run("replay " + met).exit_code, 0);
    const auto unmet = write("unmet.trace", head + "vp0 vtl0 rdmsr 0xfe -> done rax=0x508 rip=0x1002\n");
    const auto result = run("replay " + unmet);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.out.find("unmet.trace:2: rax"), std::string::npos) << result.out;
    const auto json = nlohmann::json::parse(run("replay --json " + unmet + " " + met).out);
    EXPECT_EQ(json["verdict"], "violation");
    EXPECT_EQ(json["files"].size(), 2U);
}

TEST_F(CommandLine, ReplayOfTheBundledRecordingsConforms) {
    const auto result = run("replay --json " VTLCHECK_TRACES "/*.txt*");
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    const auto json = nlohmann::json::parse(result.out);
    EXPECT_GE(json["files"].size(), 10U);
    EXPECT_GT(json["records"], 10'000);
}

TEST_F(CommandLine, ReplayTellsWhatOfARecordingIsMapped) {
    for (const char* form : {"msr-ftrace", "msr-console", "kvm-ftrace", "perf-script", "trace-cmd", "kernel-log",
                             "kvm-log", "xen-console", "instruction-log", "openhcl-json", "openhcl-kmsg"}) {
        const std::string file = std::string(" " VTLCHECK_SOURCE "/conformance/tests/recordings/") + form + ".txt";
        EXPECT_NE(run("replay --help").out.find(form), std::string::npos) << form;
        const auto found = nlohmann::json::parse(run("replay --json" + file).out)["files"][0];
        EXPECT_EQ(found["kind"], form);
        EXPECT_EQ(found["forced"], false);
        EXPECT_EQ(found["verdict"], "conforms");
        auto asked = nlohmann::json::parse(run(std::string("replay --json --format ") + form + file).out)["files"][0];
        EXPECT_EQ(asked["forced"], true);
        EXPECT_EQ(asked["records"], found["records"]);
        EXPECT_EQ(asked["skipped"], found["skipped"]);
    }
    const std::string log = write("openhcl.log", "Linux version 6.1\n"
                                                 " WARN  unknown tdx vm msr write msr=0x135\n"
                                                 " WARN  unknown tdx vm msr read dropped_ratelimited=0x7 msr=0x136\n"
                                                 "DEBUG  tdvmcall msr read msr=0x40000081 value=0x2\n"
                                                 " WARN  unknown tdx vm msr read msr=\n");
    const auto text = run("replay " + log).out;
    for (const char* part :
         {"openhcl.log: openhcl-kmsg, 2 records (2 reads, 0 writes, 0 faulting), ",
          "  lines that are no record (3 of 5):\n"
          "            1 x other message (first at line 1)\n"
          "            1 x write whose value is not recorded, cannot be replayed (first at line 2)\n"
          "            1 x MSR access that does not parse, expected: an MSR number of at most 32 bits, hexadecimal "
          "(first at line 5)\n"
          "  lost, as the recording says: 7 events\n"
          "    line 3: unknown tdx vm msr read: dropped_ratelimited 7\n"
          "  of this form: rate limited, so this is no count; neither processor nor VTL is told, so all are VTL0 of VP "
          "0\n"
          "  assumed, since the recording does not show it: VTL0 is offered TDVMCALLs (untrusted synic)\n",
          "TDVMCALL RDMSR 0x40000081", "value 1 times, first 0x1 instead of 0x2 (first at line 4)"}) {
        EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
    }
    EXPECT_NE(run("replay --format openhcl-kmsg " + log).out.find("openhcl-kmsg (as asked), 2 records"),
              std::string::npos);
    const auto json = nlohmann::json::parse(run("replay --json " + log).out)["files"][0];
    EXPECT_EQ(json["lines"], 5);
    EXPECT_EQ(json["lost_events"], 7);
    EXPECT_EQ(json["skipped"].size(), 3U);
    EXPECT_EQ(json["notices"].size(), 1U);
    EXPECT_EQ(json["assumptions"].size(), 2U);
    expect_refused(
        "replay --format xen-console " + log,
        "no MSR access of the form xen-console, which was asked for, that can be replayed in 5 lines: 1 x other "
        "message, 4 x line of the form openhcl-kmsg");
    expect_refused("replay " + write("valueless.log", " WARN  unknown tdx vm msr write msr=0x135\n"),
                   "that can be replayed in 1 lines: 1 x write whose value is not recorded");
    EXPECT_NE(run("replay " + write("many.log", "[  0.119149] cpu70 rdmsr 0xfe = 0x508 rip 0x10 mode 32\n"))
                  .out.find("a partition has 64 VPs, so processor n is VP n modulo 64"),
              std::string::npos);
    // A pipe cannot be read beforehand: what the recording is of turns out on the way.
    const auto piped = run("replay - <" + log);
    EXPECT_EQ(piped.exit_code, 0) << piped.err;
    EXPECT_NE(piped.out.find("first 0x1 instead of 0x2"), std::string::npos) << piped.out;
}

TEST_F(CommandLine, VerifyWritesTheReportWhole) {
    const auto result = run("verify --exits 2000000 --report report.html");
    EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
    EXPECT_NE(result.out.find((folder_ / "report.html").string()), std::string::npos) << result.out;
    std::ifstream stream(folder_ / "report.html");
    const std::string report(std::istreambuf_iterator<char>(stream), {});
    EXPECT_TRUE(report.starts_with("<!doctype html>"));
    EXPECT_TRUE(report.ends_with("</html>\n"));
    EXPECT_EQ(count_files(), 1);
}

TEST_F(CommandLine, SweepRunsAPartAndTakesItUp) {
    const std::string range = "sweep msr --range 0x500fff00-0x501000ff --results sweep.jsonl --json ";
    const auto half = run(range + "--shard 1/2");
    EXPECT_EQ(half.exit_code, 0) << half.err;
    const auto whole = run(range);
    EXPECT_EQ(whole.exit_code, 0) << whole.err;
    const auto json = nlohmann::json::parse(whole.out);
    EXPECT_EQ(json["verdict"], "conforms");
    const auto& msr = json["sweeps"].at(0);
    EXPECT_EQ(msr["cases"], 0x200);
    EXPECT_EQ(msr["exits"], 4 * 0x200);
    EXPECT_EQ(msr["chunks"], 2);
    EXPECT_EQ(msr["chunks_resumed"], 1);

    const auto text = run("sweep msr --range 0x1d9-0x1d9 --junit sweep.xml");
    EXPECT_EQ(text.exit_code, 0) << text.err;
    EXPECT_NE(text.out.find("msr: conforms: 1 MSR number"), std::string::npos) << text.out;
    pugi::xml_document junit;
    ASSERT_TRUE(junit.load_string(read("sweep.xml").c_str()));
    EXPECT_EQ(junit.child("testsuites").attribute("failures").as_int(), 0);

    write("other.jsonl", read("sweep.jsonl").replace(read("sweep.jsonl").find("\"content\":\"") + 11, 4, "zzzz"));
    expect_refused("sweep msr --range 0x500fff00-0x501000ff --results other.jsonl", "built anew");
    expect_refused("sweep msr --range 2-1", "swap");
    expect_refused("sweep msr --range 2", "two numbers");
    expect_refused("sweep bitmap --range 1-2", "sweep msr");
    expect_refused("sweep msr --shard 3/2", "1/2");
    expect_refused("sweep nonsense", "nonsense");
    EXPECT_EQ(run("sweep msr --range 0x50000000-0x50000001 --shard 2/2").exit_code, 3);
}

TEST_F(CommandLine, ProgramsAndLibrariesAreSubjects) {
    const std::string program = "--subject 'cmd:" VTLCHECK_BINARY " subject' ";
    for (const std::string& subject : {program, std::string("--subject lib:" VTLCHECK_WHOLE_LIBRARY " ")}) {
        const auto result = run("conform --json --exits 20000 " + subject);
        EXPECT_EQ(result.exit_code, 3) << result.err; // not all cells
        const auto json = nlohmann::json::parse(result.out);
        EXPECT_NE(subject.find(json["subject"].get<std::string>()), std::string::npos) << json["subject"];
        EXPECT_EQ(json["exits"], 17750); // those that the built-in one is asked
        const auto replay = run("replay " + subject + VTLCHECK_TRACES "/examples/register-attempts.trace.txt");
        EXPECT_EQ(replay.exit_code, 0) << replay.out << replay.err;
    }
    EXPECT_EQ(run("replay --audit " + program + VTLCHECK_TRACES "/examples/register-attempts.trace.txt").exit_code, 2);
}

TEST_F(CommandLine, AViolationOfASubjectIsReproduced) {
    const std::string subject = " --subject 'cmd:" VTLCHECK_SUBJECTS "/minimal.py' ";
    const auto result = run("conform --exits 1000 --trace-out failing.trace" + subject);
    EXPECT_EQ(result.exit_code, 1) << result.err;
    EXPECT_NE(result.out.find("subject: cmd:"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("compared: outcomes only"), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("expected "), std::string::npos) << result.out;
    EXPECT_NE(result.out.find("reproduce with: vtlcheck replay --subject cmd:"), std::string::npos) << result.out;
    EXPECT_EQ(run("replay failing.trace" + subject).exit_code, 1);
    EXPECT_EQ(run("replay failing.trace").exit_code, 0);
}

TEST_F(CommandLine, ALibraryThatCrashesIsNamedAtTheExit) {
    for (const auto& [fault, how] :
         {std::pair{"crash", "was killed by signal 11"}, {"exit", "ended with exit code 0"}}) {
        const std::string setting = std::string("HOSTILE=") + fault;
        const auto result = run("conform --json --exits 5000 --subject lib:" VTLCHECK_HOSTILE_LIBRARY, setting);
        EXPECT_EQ(result.exit_code, 1) << result.err;
        const auto json = nlohmann::json::parse(result.out);
        EXPECT_NE(json["failure"]["subject_error"].get<std::string>().find(how), std::string::npos) << json;
        EXPECT_EQ(json["failure"]["exits"], 1);
        EXPECT_EQ(json["failure"]["clause"].get<std::string>().substr(0, 7), "MSR-W-3"); // a write of EFER
        const auto replay = run("replay vtlcheck-failure.trace --subject lib:" VTLCHECK_HOSTILE_LIBRARY, setting);
        EXPECT_EQ(replay.exit_code, 1) << replay.err;
        EXPECT_NE(replay.out.find(how), std::string::npos) << replay.out;
    }
    for (const char* fault : {"load-crash", "load-hang"}) {
        const auto result = run("conform --subject-timeout 0.5 --subject lib:" VTLCHECK_HOSTILE_LIBRARY,
                                std::string("HOSTILE=") + fault);
        EXPECT_EQ(result.exit_code, 2);
        EXPECT_NE(result.err.find("cannot be loaded"), std::string::npos) << result.err;
    }
}

TEST_F(CommandLine, TheBuiltInImplementationIsAProgram) {
    const std::string trace =
        "vtlcheck-trace 2\nconfig vps=2\nvp1 vtl0 rdmsr 0x10\nvtlcheck-trace 2\nvp0 vtl0 rdmsr 0x1d9\n";
    const auto answers = run("subject < " + write("in", trace));
    EXPECT_EQ(answers.exit_code, 0) << answers.err;
    EXPECT_EQ(std::count(answers.out.begin(), answers.out.end(), '\n'), 2) << answers.out;
    EXPECT_NE(answers.out.find("vp0 vtl0 rdmsr 0x1d9 -> done log_line=warning"), std::string::npos) << answers.out;
    EXPECT_EQ(run("subject < " + write("in", "vtlcheck-subject 1\n")).out, "vtlcheck-subject 1 state\n");
    // What was answered is a trace.
    EXPECT_EQ(run("replay " +
                  write("again", "vtlcheck-trace 2\n" +
                                     run("subject < " + write("in", "vtlcheck-trace 2\nvp0 vtl0 rdmsr 0x1d9\n")).out))
                  .exit_code,
              0);
    const auto bad = run("subject < " + write("in", "vtlcheck-trace 2\n\nvp0 vtl0 rdmsr\n"));
    EXPECT_EQ(bad.exit_code, 2);
    EXPECT_NE(bad.err.find("standard input:3:"), std::string::npos) << bad.err;
    EXPECT_EQ(run("subject < " + write("in", "vp0 vtl0 rdmsr 0x10\n")).exit_code, 2);
    EXPECT_EQ(run("subject < " + write("in", trace) + " > /dev/full").exit_code, 2);
}

} // namespace
