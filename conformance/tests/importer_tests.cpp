// Each of the eleven forms: a sample with exact counts, its choice by content among noise, what cannot be mapped, and that
// no damage to a line does harm.
#include "conformance/tests/import_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

namespace vtlcheck::conformance {
namespace {

const std::filesystem::path samples = CONFORMANCE_SAMPLES;

std::string sample_of(Form form) {
    std::ifstream file(samples / (std::string(name_of(form)) + ".txt"), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::uint64_t skipped_lines(const ImportSummary& summary) {
    std::uint64_t lines = 0;
    for (const Skipped& s : summary.skipped) {
        lines += s.lines;
    }
    return lines;
}

/// Counts taken from the samples by grep.
struct Sample {
    Form form;
    std::uint64_t reads;
    std::uint64_t writes;
    std::uint64_t faults;
    std::uint32_t lines;
    std::uint32_t cpus;
    std::uint64_t lost;
};

void PrintTo(const Sample& sample, std::ostream* out) { *out << name_of(sample.form); }

class Samples : public testing::TestWithParam<Sample> {};

TEST_P(Samples, CountsAreExact) {
    const Sample& expected = GetParam();
    const Import i = import_text(sample_of(expected.form));
    EXPECT_EQ(i.summary.form, expected.form);
    EXPECT_FALSE(i.summary.forced);
    EXPECT_EQ(i.summary.reads, expected.reads);
    EXPECT_EQ(i.summary.writes, expected.writes);
    EXPECT_EQ(i.summary.faults, expected.faults);
    EXPECT_EQ(i.summary.lines, expected.lines);
    EXPECT_EQ(i.summary.cpus, expected.cpus);
    EXPECT_EQ(i.summary.lost_events, expected.lost);
    EXPECT_EQ(i.summary.records() + skipped_lines(i.summary), i.summary.lines);
}

TEST_P(Samples, AreReadAlikeWhenAskedFor) {
    const std::string text = sample_of(GetParam().form);
    const Import by_content = import_text(text);
    const Import asked = import_text(text, GetParam().form);
    EXPECT_TRUE(asked.summary.forced);
    ASSERT_EQ(asked.accesses.size(), by_content.accesses.size());
    for (std::size_t i = 0; i < asked.accesses.size(); ++i) {
        EXPECT_EQ(describe(asked.accesses[i]), describe(by_content.accesses[i]));
    }
}

TEST_P(Samples, AreOfNoOtherForm) {
    const std::string text = sample_of(GetParam().form);
    for (int number = 1; number <= 11; ++number) {
        const auto other = static_cast<Form>(number);
        if (other != GetParam().form) {
            EXPECT_NE(error_of(text, other).find("line of the form " + std::string(name_of(GetParam().form))),
                      std::string::npos)
                << name_of(other) << ": " << error_of(text, other);
        }
    }
}

TEST_P(Samples, AreFoundAmongNoise) {
    std::string noise = "# a comment\n\nLinux version 6.1.0 (builder)\n[    0.000000] Command line: quiet\n"
                        "Nov 21 10:00:00 host systemd[1]: Started [001] something: with brackets.\n"
                        "{\"json\": [1, {\"but\": \"no access\"}]}\n(XEN) Freed memory.\n WARN  something else a=1\n"
                        "\x1b[0m\xff\xfe binary \x01 bytes\n";
    const std::string text = sample_of(GetParam().form);
    const Import i = import_text(noise + text + noise);
    EXPECT_EQ(i.summary.form, GetParam().form);
    EXPECT_EQ(i.summary.reads, GetParam().reads);
    EXPECT_EQ(i.summary.writes, GetParam().writes);
    EXPECT_EQ(i.summary.records() + skipped_lines(i.summary), i.summary.lines);
    EXPECT_EQ(i.accesses.front().line, import_text(text).accesses.front().line + 9);
}

TEST_P(Samples, SurviveCarriageReturns) {
    std::string text;
    for (const char c : sample_of(GetParam().form)) {
        text += c == '\n' ? "\r\n" : std::string(1, c);
    }
    EXPECT_EQ(import_text(text).summary.records(), GetParam().reads + GetParam().writes);
}

/// Reads damaged text by its content and as each form. Each line has to be told of once.
void expect_no_harm(const std::string& text) {
    for (int number = 0; number <= 11; ++number) {
        const auto form = number == 0 ? std::nullopt : std::optional(static_cast<Form>(number));
        try {
            const Import i = import_text(text, form);
            ASSERT_EQ(i.summary.records(), i.accesses.size());
            ASSERT_EQ(i.summary.records() + skipped_lines(i.summary), i.summary.lines);
            for (const Access& access : i.accesses) {
                ASSERT_GE(access.line, 1U);
                ASSERT_LE(access.line, i.summary.lines);
            }
        } catch (const InputError& error) {
            ASSERT_FALSE(error.message.empty());
        }
    }
}

TEST_P(Samples, SurviveEveryCutOfTheirLastLines) {
    const std::string text = sample_of(GetParam().form);
    for (std::size_t cut = text.size() > 400 ? text.size() - 400 : 0; cut < text.size(); ++cut) {
        expect_no_harm(text.substr(0, cut));
    }
}

TEST_P(Samples, SurviveRandomDamage) {
    std::mt19937_64 random(static_cast<std::uint64_t>(GetParam().form));
    const std::string text = sample_of(GetParam().form);
    const auto below = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
    for (unsigned round = 0; round < 400; ++round) {
        std::string damaged = text;
        for (std::size_t edits = 1 + below(20); edits > 0; --edits) {
            const std::size_t at = below(damaged.size());
            switch (random() % 4) {
            case 0: // any byte
                damaged[at] = static_cast<char>(random());
                break;
            case 1: // one that means something
                damaged[at] = "0189afx{}[]\":,=()- \n\\"[below(21)];
                break;
            case 2:
                damaged.erase(at, 1 + below(60));
                break;
            default: // a piece of another line
                damaged.insert(at, text, below(text.size()), 1 + below(200));
                break;
            }
        }
        expect_no_harm(damaged);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Forms, Samples,
    testing::Values(Sample{Form::msr_ftrace, 7, 12, 12, 43, 1, 0}, Sample{Form::msr_console, 15, 1, 6, 16, 1, 0},
                    Sample{Form::kvm_ftrace, 1, 23, 10, 24, 1, 0}, Sample{Form::perf_script, 2, 14, 0, 18, 1, 0},
                    Sample{Form::trace_cmd, 2, 14, 0, 19, 1, 0}, Sample{Form::kernel_log, 7, 7, 14, 28, 1, 0},
                    Sample{Form::kvm_log, 2, 4, 0, 6, 2, 0}, Sample{Form::xen_console, 2, 4, 3, 8, 2, 12},
                    Sample{Form::instruction_log, 3, 16, 4, 19, 1, 0}, Sample{Form::openhcl_json, 8, 5, 1, 14, 1, 7},
                    Sample{Form::openhcl_kmsg, 8, 5, 1, 14, 1, 7}),
    [](const auto& sample) {
        std::string name(name_of(sample.param.form));
        std::replace(name.begin(), name.end(), '-', '_');
        return name;
    });

TEST(Importer, PerfScript) {
    const Import i =
        import_text(" qemu-system-x86   112 [000]    12.655441283: kvm:kvm_msr: msr_write 10 = 0x2\n"
                    "\tffffffff81a0b1c2 kvm_set_msr+0x12 ([kvm])\n"
                    "            7f1234567890 [unknown] (/usr/lib/libc.so)\n"
                    "\n"
                    " CPU 0/KVM   112/113 d..1. [013]    12.655442:          1 kvm:kvm_exit: vcpu 5 reason msr rip "
                    "0xfff0 info1 0x1\n"
                    " CPU 0/KVM   112/113 d..1. [013]    12.655443:          1 kvm:kvm_msr: msr_read 11 = 0x0 (#GP)\n"
                    " swapper     0 [001]    12.700000: PERF_RECORD_LOST lost 9\n"
                    " swapper     0 [001]    12.700000: msr:write_msr: 48, value 0\n");
    ASSERT_EQ(i.accesses.size(), 2U);
    EXPECT_EQ(describe(i.accesses[0]), "cpu0 write 10 = 2 rip 0 mode unknown at 12655441283 line 1");
    EXPECT_EQ(describe(i.accesses[1]), "cpu5 read 11 = 0? #GP rip fff0 mode unknown at 12655443000 line 6");
    EXPECT_EQ(skipped(i.summary, "call chain"), 2U);
    EXPECT_EQ(skipped(i.summary, "blank"), 1U);
    EXPECT_EQ(skipped(i.summary, "MSR access of another machine, the host itself"), 1U);
    EXPECT_EQ(i.summary.lost_events, 9U);
}

TEST(Importer, PerfScriptOfTheGuestItself) {
    const Import i = import_text("swapper     0 [003]     1.000000: msr:read_msr: c0000080, value d01\n"
                                 "swapper     0 [003]     1.000001: msr:write_msr: 49, value 1 #GP\n");
    ASSERT_EQ(i.accesses.size(), 2U);
    EXPECT_EQ(describe(i.accesses[0]), "cpu3 read c0000080 = d01 #GP? rip 0 mode unknown at 1000000000 line 1");
    EXPECT_EQ(describe(i.accesses[1]), "cpu3 write 49 = 1 #GP rip 0 mode unknown at 1000001000 line 2");
}

TEST(Importer, TraceCmd) {
    const Import i = import_text(
        "version = 7\n"
        "cpus=2\n"
        "CPU:1 [204600 EVENTS DROPPED]\n"
        "CPU:0 [EVENTS DROPPED]\n"
        " qemu-system-x86-127   [000]    20.610197: kvm_exit:             vcpu 2 reason MSR_READ rip 0x1234 info 0 0\n"
        " qemu-system-x86-127   [000]    20.610198: kvm_msr:              msr_read 11 = 0x2\n"
        " qemu-system-x86-128   [000] d..1.    20.610199: kvm_msr:               write=0 ecx=fe data=0x0 exception=1\n"
        " qemu-system-x86-127   [000]    20.610200: kvm_msr:               write=2 ecx=fe data=0x0 exception=1\n"
        " qemu-system-x86-127   [000]    20.610201: read_msr:             48, value 0\n"
        " qemu-system-x86-127   [000]    20.610202: kvm_msr:\n");
    ASSERT_EQ(i.accesses.size(), 2U);
    EXPECT_EQ(describe(i.accesses[0]), "cpu2 read 11 = 2 rip 1234 mode unknown at 20610198000 line 6");
    EXPECT_EQ(describe(i.accesses[1]), "cpu1 read fe = 0? #GP rip 0 mode unknown at 20610199000 line 7");
    EXPECT_EQ(skipped(i.summary, "header or comment"), 2U);
    EXPECT_EQ(skipped(i.summary, "MSR access of another machine, the host itself"), 1U);
    EXPECT_EQ(skipped(i.summary, "MSR access that does not parse, expected: 0"), 1U);
    EXPECT_EQ(i.summary.lost_events, 204600U);
    EXPECT_EQ(i.summary.notices.size(), 2U);
}

TEST(Importer, TraceCmdReadsOneFileOfAReport) {
    const Import i =
        import_text("cpus=4\n"
                    "guest.dat:           <idle>-0     [001]     1.000000: write_msr:            48, value 1\n"
                    "guest.dat:     tmux: server-9     [002]     1.000001: read_msr:             48, value 1\n"
                    " host.dat:           <idle>-0     [003]     1.000002: write_msr:            49, value 1\n");
    EXPECT_EQ(i.summary.form, Form::trace_cmd);
    ASSERT_EQ(i.accesses.size(), 2U);
    EXPECT_EQ(describe(i.accesses[1]), "cpu2 read 48 = 1 #GP? rip 0 mode unknown at 1000001000 line 3");
    EXPECT_EQ(skipped(i.summary, "MSR access of another file of the report"), 1U);
}

TEST(Importer, ThreadGroupsAreMachines) {
    const Import i = import_text(" a-11 (     10) [000] ..... 1.000000: kvm_msr: msr_read 10 = 0x1\n"
                                 " a-12 (-------) [000] ..... 1.000001: kvm_msr: msr_read 10 = 0x1\n"
                                 " a-21 (     20) [000] ..... 1.000002: kvm_msr: msr_read 10 = 0x1\n"
                                 " a-11 (     10) [000] ..... 1.000003: kvm_msr: msr_read 10 = 0x1\n");
    EXPECT_EQ(i.summary.cpus, 3U);
    EXPECT_EQ(i.summary.assumptions,
              std::vector<std::string>{"several virtual machines (thread groups 10 and, from line 3 on, 20) are one"});
}

TEST(Importer, XenConsole) {
    const Import i =
        import_text(sample_of(Form::xen_console) + "(XEN) d3v2 WRMSR 0x00000141 unimplemented\n"
                                                   "(XEN) d3v2 WRMSR 0x142 val 0x1\n"
                                                   "(XEN) d3v2 RDMSR 0x143 unimplemented\n"
                                                   "(XEN) d0 Domain attempted WRMSR 1b from 123456789:0 to 0:0\n"
                                                   "(XEN) nobody RDMSR 0x143 unimplemented\n");
    ASSERT_EQ(i.accesses.size(), 7U);
    EXPECT_EQ(describe(i.accesses[0]), "cpu0 write c0010004 = ffff rip 0 mode unknown at 0 line 2");
    EXPECT_EQ(describe(i.accesses[1]), "cpu0 write 1b = fee00800 rip 0 mode unknown at 0 line 3");
    EXPECT_EQ(describe(i.accesses[2]), "cpu1 write c0011020 = 6404000000400 rip 0 mode unknown at 0 line 4");
    EXPECT_EQ(describe(i.accesses[3]), "cpu1 read c0011029 = 0? #GP rip 0 mode unknown at 12345678000 line 5");
    EXPECT_EQ(describe(i.accesses[4]), "cpu0 write 140 = 1 #GP rip 0 mode unknown at 0 line 6");
    EXPECT_EQ(describe(i.accesses[5]), "cpu0 read 1ad = 0? #GP rip 0 mode unknown at 0 line 8");
    EXPECT_EQ(describe(i.accesses[6]), "cpu2 read 143 = 0? #GP rip 0 mode unknown at 0 line 11");
    EXPECT_EQ(skipped(i.summary, "write whose value is not recorded, cannot be replayed"), 1U);
    EXPECT_EQ(skipped(i.summary, "MSR access that does not parse, expected:  unimplemented"), 1U);
    EXPECT_EQ(skipped(i.summary, "MSR access that does not parse, expected: a half of at most 32 bits, hexadecimal"),
              1U);
    EXPECT_EQ(skipped(i.summary, "other message"), 2U);
    EXPECT_EQ(i.summary.assumptions, std::vector<std::string>{"several domains (d0 and, from line 11 on, d3) are one"});
}

std::string json(const std::string& fields, const std::string& time = "1.000000001s", const std::string& more = "") {
    return R"({"timestamp":")" + time + R"(","level":"WARN","target":"t","fields":{)" + fields + "}" + more + "}\n";
}

TEST(Importer, OpenhclJson) {
    const Import i = import_text(
        json(R"("message":"unknown tdx vm msr read","msr":4294967295)") +
        json(R"("message":"tdvmcall msr write","msr":1073741954,"value":18446744073709551615)") +
        json(R"("message":"failed tdvmcall msr read","msr":309,"err":"Unknown")") +
        json(R"("message":"unrecognized msr write","index":429,"data":23)") +
        json(R"("message":"stubbed out mystery MSR read","msr":"309")") +
        "Nov 21 10:00:00 host openhcl[7]: " + json(R"("message":"unknown cvm msr write","msr":16,"value":2)", "2.5s"));
    ASSERT_EQ(i.accesses.size(), 6U);
    EXPECT_EQ(describe(i.accesses[0]), "cpu0 read ffffffff = 0? rip 0 mode unknown at 1000000001 line 1");
    EXPECT_EQ(describe(i.accesses[1]),
              "cpu0 tdvmcall write 40000082 = ffffffffffffffff rip 0 mode unknown at 1000000001 line 2");
    EXPECT_EQ(describe(i.accesses[2]), "cpu0 tdvmcall read 135 = 0? #GP rip 0 mode unknown at 1000000001 line 3");
    EXPECT_EQ(describe(i.accesses[3]), "cpu0 write 1ad = 17 #GP? rip 0 mode unknown at 1000000001 line 4");
    EXPECT_EQ(describe(i.accesses[4]), "cpu0 read 135 = 0? #GP? rip 0 mode unknown at 1000000001 line 5");
    EXPECT_EQ(describe(i.accesses[5]), "cpu0 write 10 = 2 #GP? rip 0 mode unknown at 0 line 6");
}

TEST(Importer, OpenhclJsonThatCannotBeMapped) {
    const std::string good = json(R"("message":"unknown tdx vm msr read","msr":1)");
    const Import i = import_text(good + json(R"("message":"unknown tdx vm msr read","msr":4294967296)") +
                                 json(R"("message":"unknown tdx vm msr read","msr":-1)") +
                                 json(R"("message":"unknown tdx vm msr read","msr":1.5)") +
                                 json(R"("message":"unknown tdx vm msr read","msr":"0x10")") +
                                 json(R"("message":"unknown tdx vm msr read")") +
                                 json(R"("message":"unknown msr write","value":1)") +
                                 json(R"("message":"unknown msr write","msr":1,"value":18446744073709551616)") +
                                 json(R"("message":"stubbed out mystery MSR write","index":1)") +
                                 json(R"("message":"something else","msr":1)", "1.000000s", R"(,"missed_events":40)") +
                                 good.substr(0, good.size() - 3) + "\n" + "{\"half\": \n");
    EXPECT_EQ(i.accesses.size(), 1U);
    EXPECT_EQ(skipped(i.summary, "MSR access that does not parse, expected: an MSR number of at most 32 bits, decimal, "
                                 "in it"),
              4U);
    EXPECT_EQ(
        skipped(i.summary, "MSR access that does not parse, expected: a value of at most 64 bits, decimal, in it"), 1U);
    EXPECT_EQ(skipped(i.summary, "MSR access that does not parse, expected: one JSON object, complete on its line,"),
              1U);
    EXPECT_EQ(skipped(i.summary, "MSR access whose number is not recorded, cannot be replayed"), 2U);
    EXPECT_EQ(skipped(i.summary, "write whose value is not recorded, cannot be replayed"), 1U);
    EXPECT_EQ(skipped(i.summary, "other message"), 2U);
    EXPECT_EQ(i.summary.lost_events, 40U);
}

TEST(Importer, DeeplyNestedJsonIsRead) {
    const std::string deep(30'000, '[');
    const std::string shut(30'000, ']');
    const std::string message = R"("message":"unknown tdx vm msr read","msr":1)";
    const Import i = import_text(json(message) + json(message + R"(,"x":)" + deep + shut) + // balanced
                                 json(message + R"(,"x":)" + deep) + std::string(65'000, '{') + "\n" + deep + shut +
                                 "\n" + json(R"("msr":7,"fields":{"msr":8},"x":[{"msr":9}],)" + message));
    ASSERT_EQ(i.accesses.size(), 3U);
    EXPECT_EQ(i.accesses[2].msr, 1U) << "fields of the event itself only";
    EXPECT_EQ(i.accesses[2].line, 6U);
}

const std::string number_event = json(R"("message":"unknown tdx vm msr write","msr":309)");
const std::string value_event = json(R"("message":"unknown tdx vm msr write","value":7)");

TEST(Importer, AValueIsJoinedToTheOneWriteThatWaitsForIt) {
    const Import i = import_text(number_event + json(R"("message":"unknown tdx vm msr read","msr":1)") + value_event);
    ASSERT_EQ(i.accesses.size(), 2U);
    EXPECT_EQ(describe(i.accesses[1]), "cpu0 write 135 = 7 rip 0 mode unknown at 1000000001 line 1");
    EXPECT_EQ(skipped(i.summary, "value of a write in an earlier line"), 1U);
}

TEST(Importer, AValueThatMayBeOfTwoWritesIsOfNone) {
    const std::string good = number_event + value_event;
    const Import i =
        import_text(good + number_event + number_event + value_event + number_event + value_event + value_event + good);
    EXPECT_EQ(i.accesses.size(), 2U);
    EXPECT_EQ(skipped(i.summary, "write whose value is not recorded, cannot be replayed"), 3U);
    EXPECT_EQ(skipped(i.summary, "value that no certain write belongs to"), 3U);
    // Different activities do not get mixed up, nor do the two messages that have values apart.
    const auto of = [](const std::string& activity, const std::string& fields) {
        return json(fields, "1.000000s", R"(,"related_activity_id":")" + activity + "\"");
    };
    const std::string text = R"("message":"unknown tdx vm msr write",)";
    const std::string failed = R"("message":"failed tdvmcall msr write",)";
    const Import two = import_text(of("a", text + R"("msr":1)") + of("b", text + R"("msr":2)") +
                                   of("a", failed + R"("msr":3,"err":"Unknown")") + of("a", text + R"("value":10)") +
                                   of("a", failed + R"("value":30)") + of("b", text + R"("value":20)"));
    ASSERT_EQ(two.accesses.size(), 3U);
    EXPECT_EQ(describe(two.accesses[0]), "cpu0 write 1 = a rip 0 mode unknown at 1000000000 line 1");
    EXPECT_EQ(describe(two.accesses[1]), "cpu0 tdvmcall write 3 = 1e #GP rip 0 mode unknown at 1000000000 line 3");
    EXPECT_EQ(describe(two.accesses[2]), "cpu0 write 2 = 14 rip 0 mode unknown at 1000000000 line 2");
}

TEST(Importer, AValueThatComesTooLateIsOfNoWrite) {
    const std::string late = json(R"("message":"unknown tdx vm msr write","value":7)", "1.200000s");
    EXPECT_NE(error_of(number_event + late)
                  .find("1 x write whose value is not recorded, cannot be replayed, 1 x value "
                        "that no certain write belongs to"),
              std::string::npos);
    std::string far = " WARN  unknown tdx vm msr write msr=0x135\n";
    for (int i = 0; i < 64; ++i) {
        far += " INFO  something else\n";
    }
    EXPECT_NE(error_of(far + " WARN  unknown tdx vm msr write value=0x1\n").find("1 x value that no certain write"),
              std::string::npos);
    // On a confidential VM no value is told at all.
    std::string filtered;
    for (int i = 0; i < 1000; ++i) {
        filtered += number_event;
    }
    EXPECT_NE(error_of(filtered).find("1000 x write whose value is not recorded"), std::string::npos);
}

TEST(Importer, OpenhclKmsg) {
    const Import i =
        import_text("[   12.345678]  WARN  unknown tdx vm msr write msr=0x135\n"
                    "[   12.345679]  WARN  unknown tdx vm msr write dropped_ratelimited=0x1f value=0x10\n"
                    "<7>[   13.000000] DEBUG vp_loop{vp=1 x=\"a: b\"}: inner: tdvmcall msr read msr=0x40000081 "
                    "value=0x1\n"
                    " WARN  failed tdvmcall msr write msr=0x1 err=Other { a: 1 }\n"
                    " WARN  stubbed out mystery MSR read msr=135\n"
                    "ERROR  unrecognized msr write index=0x1ad data=0x17\n"
                    "an answer to the unknown msr read msr=0x1\n"
                    " WARN  unknown msr read of another kind msr=0xg\n"
                    "ERROR  unrecognized msr read index=0x\n"
                    "ERROR  unrecognized msr read\n");
    EXPECT_EQ(i.summary.form, Form::openhcl_kmsg);
    ASSERT_EQ(i.accesses.size(), 4U);
    EXPECT_EQ(describe(i.accesses[0]), "cpu0 write 135 = 10 rip 0 mode unknown at 12345678000 line 1");
    EXPECT_EQ(describe(i.accesses[1]), "cpu0 tdvmcall read 40000081 = 1 rip 0 mode unknown at 13000000000 line 3");
    EXPECT_EQ(describe(i.accesses[2]), "cpu0 read 135 = 0? #GP? rip 0 mode unknown at 0 line 5");
    EXPECT_EQ(describe(i.accesses[3]), "cpu0 write 1ad = 17 #GP? rip 0 mode unknown at 0 line 6");
    EXPECT_EQ(skipped(i.summary, "write whose value is not recorded, cannot be replayed"), 1U);
    EXPECT_EQ(skipped(i.summary, "MSR access whose number is not recorded, cannot be replayed"), 1U);
    EXPECT_EQ(skipped(i.summary, "other message"), 1U);
    EXPECT_EQ(i.summary.lost_events, 31U);
}

TEST(Importer, LossesDoNotOverflow) {
    const std::string read =
        json(R"("message":"unknown tdx vm msr read","msr":1,"dropped_ratelimited":18446744073709551615)");
    EXPECT_EQ(import_text(read + read).summary.lost_events, 18446744073709551615U);
    EXPECT_EQ(import_text("4,1,2,-;ERROR  unrecognized msr read dropped_ratelimited=0xffffffffffffffff index=0x1\n")
                  .summary.lost_events,
              18446744073709551615U);
}

TEST(Importer, KernelMessagesThatWereDroppedAreLost) {
    const Import i = import_text("[    1.000000] read_msr: 10, value 1\n** 17 printk messages dropped **\n");
    EXPECT_EQ(i.summary.lost_events, 17U);
    EXPECT_EQ(i.summary.notices, std::vector<std::string>{"line 2: ** 17 printk messages dropped **"});
}

TEST(Importer, NoticesArePrintable) {
    const Import i = import_text("[    1.000000] read_msr: 10, value 1\n\x1b[2J\xff 3 printk messages dropped\n");
    EXPECT_EQ(i.summary.notices, std::vector<std::string>{"line 2: \\x1b[2J\\xff 3 printk messages dropped"});
}

TEST(Importer, AMixedFileIsReadAsWhatItMostlyIs) {
    const std::string mixed = sample_of(Form::kvm_log) + sample_of(Form::openhcl_json) + sample_of(Form::trace_cmd);
    const Import i = import_text(mixed);
    EXPECT_EQ(i.summary.form, Form::trace_cmd);
    EXPECT_EQ(i.summary.records(), 16U);
    EXPECT_EQ(skipped(i.summary, "line of the form kvm-log"), 6U);
    EXPECT_EQ(skipped(i.summary, "line of the form openhcl-json"), 14U);
    EXPECT_EQ(import_text(mixed, Form::kvm_log).summary.records(), 6U);
    // The errors of a kernel say nothing of what else is on its console.
    const std::string console = sample_of(Form::kernel_log) + "[    1.000000] read_msr: 10, value 1\n";
    EXPECT_EQ(import_text(console).summary.form, Form::msr_console);
}

} // namespace
} // namespace vtlcheck::conformance
