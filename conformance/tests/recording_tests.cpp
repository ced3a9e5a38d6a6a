// Importers: exact counts on the bundled recordings, one record of each form field by field, and lines that must not pass.
#include "conformance/tests/import_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace vtlcheck::conformance {
namespace {

const std::filesystem::path recordings = CONFORMANCE_RECORDINGS;

struct Bundled {
    const char* file;
    Form form;
    std::uint64_t reads;
    std::uint64_t writes;
    std::uint64_t faults;
    std::uint32_t lines;
    std::uint32_t cpus;
    std::uint64_t lost;
};

// ctest names the test by it.
void PrintTo(const Bundled& bundled, std::ostream* out) { *out << bundled.file; }

class Bundle : public testing::TestWithParam<Bundled> {};

TEST_P(Bundle, CountsAreExact) {
    const Bundled& expected = GetParam();
    std::uint64_t records = 0;
    std::uint32_t last_line = 0;
    const ImportSummary summary = import_file(recordings / expected.file, [&](const Access& access) {
        ++records;
        EXPECT_GT(access.line, last_line);
        last_line = access.line;
    });
    EXPECT_EQ(summary.form, expected.form);
    EXPECT_EQ(summary.reads, expected.reads);
    EXPECT_EQ(summary.writes, expected.writes);
    EXPECT_EQ(summary.faults, expected.faults);
    EXPECT_EQ(summary.lines, expected.lines);
    EXPECT_EQ(summary.cpus, expected.cpus);
    EXPECT_EQ(summary.lost_events, expected.lost);
    EXPECT_EQ(summary.records(), records);
    std::uint64_t skipped_lines = 0;
    for (const Skipped& s : summary.skipped) {
        skipped_lines += s.lines;
        EXPECT_GE(s.first_line, 1U);
    }
    EXPECT_EQ(records + skipped_lines, summary.lines);
    // A form that is asked for reads what the form that is judged reads.
    EXPECT_EQ(import_file(recordings / expected.file, [](const Access&) {}, expected.form).records(), records);
}

INSTANTIATE_TEST_SUITE_P(
    Recordings, Bundle,
    testing::Values(
        Bundled{"linux-6.12-cloud_cpu-max_smp2.trace.txt", Form::msr_ftrace, 203, 137, 0, 374, 2, 0},
        Bundled{"linux-6.1-cloud_cpu-EPYC_smp2_strict.trace.txt", Form::msr_ftrace, 215, 36, 74, 285, 2, 0},
        Bundled{"linux-6.1-cloud_cpu-EPYC_smp2_strict.isalog.txt", Form::instruction_log, 317, 197, 111, 514, 2, 0},
        Bundled{"linux-6.1-cloud_cpu-EPYC_smp2_strict.dmesg.txt", Form::kernel_log, 1, 1, 2, 2, 1, 0},
        Bundled{"linux-6.12-cloud_cpu-EPYC_smp2_tp_printk.console.txt", Form::msr_console, 109, 64, 0, 173, 1, 0},
        Bundled{"fw-ovmf_cpu-Skylake-Server_smp4_strict.isalog.txt", Form::instruction_log, 156, 45, 1, 201, 1, 0},
        Bundled{"nested-l1-6.1-l2-kut-msr.kvm_msr.txt.gz", Form::kvm_ftrace, 813, 1387, 1690, 2226, 1, 0},
        Bundled{"nested-l1-6.12-l2-kvm-hv2.kvm_msr.txt.xz", Form::kvm_ftrace, 562, 6412, 7, 7003, 2, 17265},
        Bundled{"nested-l1-6.12-l2-kvm-hv2.dmesg.txt", Form::kvm_log, 0, 7, 0, 8, 2, 0},
        Bundled{"nested-l1-6.1-l2-kvm-hv1-nox2apic.guest.trace.txt.xz", Form::msr_ftrace, 251, 500, 0, 778, 1, 169233},
        Bundled{"nested-l1-6.12-kvm_exit_entry_tgid.excerpt.txt", Form::kvm_ftrace, 1, 9, 0, 41, 1, 0}));

TEST(Recording, EveryBundledFileIsListed) {
    const auto files = std::count_if(
        std::filesystem::directory_iterator(recordings), std::filesystem::directory_iterator(),
        [](const auto& entry) { return entry.path().filename().string().find(".txt") != std::string::npos; });
    EXPECT_EQ(files, 11);
}

TEST(Recording, HeadersAreKept) {
    const ImportSummary s =
        import_file(recordings / "nested-l1-6.1-l2-kvm-hv1-nox2apic.guest.trace.txt.xz", [](const Access&) {});
    EXPECT_EQ(s.kernel.substr(0, 36), "Linux (none) 6.1.0-56-cloud-amd64 #1");
    EXPECT_EQ(s.cpu_model, "AuthenticAMD family 23 model 1 stepping 2 \"AMD EPYC Processor\"");
    EXPECT_EQ(s.command_line.substr(0, 14), "console=ttyS0 ");
    ASSERT_EQ(s.notices.size(), 4U);
    EXPECT_EQ(s.notices[0], "line 12: # entries-in-buffer/entries-written: 116203/169986   #P:1");
}

TEST(Recording, MsrFtrace) {
    const Import i =
        import_text("# uname: Linux 6.1\n"
                    "          <idle>-0       [000] ...1.     3.352415: write_msr: 49, value 80 #GP\n"
                    "   a-1 [002] x-17       [013] d..1.. 12.000000001: read_msr: c0000080, value d01\n"
                    "CPU:1 [LOST 12 EVENTS]\n"
                    "            init-1       [003] .....    48.937886: tracing_mark_write: phase read_msr: x\n"
                    " cpuhp/1-19 (     19) [001] d..1. .... 3.500000: read_msr: 10, value 0 #GP\n"
                    " old-1 [001] 4.500000: read_msr: 10, value ffffffffffffffff\r\n");
    ASSERT_EQ(i.accesses.size(), 4U);
    EXPECT_EQ(describe(i.accesses[0]), "cpu0 write 49 = 80 #GP rip 0 mode unknown at 3352415000 line 2");
    EXPECT_EQ(describe(i.accesses[1]), "cpu13 read c0000080 = d01 #GP? rip 0 mode unknown at 12000000001 line 3");
    EXPECT_EQ(describe(i.accesses[3]), "cpu1 read 10 = ffffffffffffffff #GP? rip 0 mode unknown at 4500000000 line 7");
    EXPECT_EQ(i.summary.lost_events, 12U);
    EXPECT_EQ(skipped(i.summary, "other trace event"), 1U);
    EXPECT_EQ(skipped(i.summary, "notice of lost events"), 1U);
    EXPECT_EQ(i.summary.kernel, "Linux 6.1");
}

TEST(Recording, KvmFtraceTakesTheProcessorFromItsExitOrItsThread) {
    const Import i = import_text(
        " qemu-system-x86-138     (    133) [001] .....    28.948631: kvm_exit: vcpu 3 reason msr rip 0xeff5974 info1 "
        "0x1\n"
        " qemu-system-x86-138     (    133) [001] .....    28.948706: kvm_msr: msr_write 4b564d01 = 0xe8c21\n"
        " qemu-system-x86-138     (    133) [001] d..1.    28.948749: kvm_entry: vcpu 3, rip 0xeff5976\n"
        " qemu-system-x86-138     (-------) [000] .....    28.948800: kvm_msr: msr_read fe = 0x0 (#GP)\n"
        " qemu-system-x86-139     [000] .....    28.948900: kvm_msr: msr_read fe = 0x508\n");
    ASSERT_EQ(i.accesses.size(), 3U);
    EXPECT_EQ(describe(i.accesses[0]), "cpu3 write 4b564d01 = e8c21 rip eff5974 mode unknown at 28948706000 line 2");
    EXPECT_EQ(describe(i.accesses[1]), "cpu3 read fe = 0? #GP rip 0 mode unknown at 28948800000 line 4");
    EXPECT_EQ(describe(i.accesses[2]), "cpu1 read fe = 508 rip 0 mode unknown at 28948900000 line 5");
    EXPECT_EQ(skipped(i.summary, "kvm_exit or kvm_entry"), 2U);
}

TEST(Recording, ExitsAroundKvmMsrTellWhereTheInstructionWas) {
    std::vector<Access> accesses;
    (void)import_file(recordings / "nested-l1-6.12-kvm_exit_entry_tgid.excerpt.txt",
                      [&](const Access& access) { accesses.push_back(access); });
    EXPECT_EQ(describe(accesses.at(0)), "cpu0 write 4b564d01 = e8c21 rip eff5974 mode unknown at 28948706000 line 13");
}

TEST(Recording, Console) {
    const Import i =
        import_text("Linux version 6.1.0 (builder)\n"
                    "[    0.000000] unchecked MSR access error: RDMSR from 0xc0010010 at rIP: 0xff (f+0x3/0x30)\n"
                    "[    0.000000] Command line: console=ttyS0 \n"
                    "[    0.005060] read_msr: c0010015, value 0 #GP\n"
                    "[    0.014979] write_msr: c0010015, value 40\n"
                    "Nov 21 10:00:00 host kernel: read_msr: 10, value 1\n");
    EXPECT_EQ(i.summary.form, Form::msr_console);
    ASSERT_EQ(i.accesses.size(), 3U);
    EXPECT_EQ(describe(i.accesses[0]), "cpu0 read c0010015 = 0? #GP rip 0 mode unknown at 5060000 line 4");
    EXPECT_EQ(describe(i.accesses[1]), "cpu0 write c0010015 = 40 #GP? rip 0 mode unknown at 14979000 line 5");
    EXPECT_EQ(i.summary.kernel, "6.1.0 (builder)");
    EXPECT_EQ(i.summary.command_line, "console=ttyS0");
}

TEST(Recording, KernelLog) {
    const Import i = import_text(
        "<4>[    0.628806] unchecked MSR access error: WRMSR to 0xc001001f (tried to write 0x0000400000000000) at rIP: "
        "0xffffffffaea73914 (native_write_msr+0x4/0x20)\n"
        "[    0.000000] Call Trace:\n"
        "Nov 21 10:00:00 host kernel: unchecked MSR access error: RDMSR from 0x17 at rIP: 0xffffffff8b070d39 "
        "(intel_collect_cpu_info+0xb9/0x100)\n");
    ASSERT_EQ(i.accesses.size(), 2U);
    EXPECT_EQ(describe(i.accesses[0]),
              "cpu0 write c001001f = 400000000000 #GP rip ffffffffaea73914 mode unknown at 628806000 line 1");
    EXPECT_EQ(describe(i.accesses[1]), "cpu0 read 17 = 0? #GP rip ffffffff8b070d39 mode unknown at 0 line 3");
}

TEST(Recording, KvmLog) {
    const Import i = import_text(
        "[   28.776270] kvm_amd: kvm [154]: vcpu1, guest rIP: 0xffffffffb1c9b6d8 Unhandled WRMSR(0x1d9) = 0x2\n"
        "[   24.514980] kvm: kvm [154]: vcpu0, guest rIP: 0xffffffff84c9b497 Unhandled RDMSR(0x40000004)\n"
        "[   24.514981] kvm_intel: kvm: vcpu3, guest rIP: 0x10 Ignored RDMSR(0x40000004)\n"
        "[   19.828480] kvm [154]: ignored rdmsr: 0x2 data 0x0\n"
        "[   19.828481] kvm [154]: vcpu2 disabled perfctr wrmsr: 0xc1 data 0xffff\n"
        "[   19.828482] kvm [154]: vcpu2, guest rIP: 0x30 unhandled rdmsr: 0x3\n"
        "[   19.828483] kvm [154]: vcpu2 ignored wrmsr: 0x4\n"
        "[   20.000000] kvm_msr_ignored_check: 41 callbacks suppressed\n");
    ASSERT_EQ(i.accesses.size(), 6U);
    EXPECT_EQ(describe(i.accesses[0]),
              "cpu1 write 1d9 = 2 #GP? rip ffffffffb1c9b6d8 mode unknown at 28776270000 line 1");
    EXPECT_EQ(describe(i.accesses[1]),
              "cpu0 read 40000004 = 0? #GP? rip ffffffff84c9b497 mode unknown at 24514980000 line 2");
    EXPECT_EQ(describe(i.accesses[2]), "cpu3 read 40000004 = 0? rip 10 mode unknown at 24514981000 line 3");
    EXPECT_EQ(describe(i.accesses[3]), "cpu0 read 2 = 0 rip 0 mode unknown at 19828480000 line 4");
    EXPECT_EQ(describe(i.accesses[4]), "cpu2 write c1 = ffff #GP? rip 0 mode unknown at 19828481000 line 5");
    EXPECT_EQ(describe(i.accesses[5]), "cpu2 read 3 = 0? #GP? rip 30 mode unknown at 19828482000 line 6");
    EXPECT_EQ(skipped(i.summary, "write whose value is not recorded, cannot be replayed"), 1U);
    EXPECT_EQ(i.summary.lost_events, 41U);
    EXPECT_TRUE(i.summary.assumptions.empty());
    const Import two = import_text("kvm [1]: ignored rdmsr: 0x2\nkvm [2]: ignored rdmsr: 0x2\n");
    EXPECT_EQ(two.summary.assumptions,
              std::vector<std::string>{"several virtual machines (kvm [1] and, from line 2 on, [2]) are one"});
}

TEST(Recording, InstructionLog) {
    const Import i = import_text("[  0.119149] cpu0 rdmsr 0xfe = 0x508 rip 0x2efeda0a mode 32\n"
                                 "[  1.488286] cpu3 wrmsr 0x8b = 0x5 (#GP) rip 0xffffffff91870cf5 mode 64 svm-guest\n"
                                 "[  1.490000] cpu1 rdmsr 0x17 = 0x0 (#GP) (unimpl) rip 0x10 mode real\n"
                                 "[  1.500000] cpu1 wrmsr 0x17 = 0x0 (unimpl) rip 0x10 mode 16\n");
    ASSERT_EQ(i.accesses.size(), 4U);
    EXPECT_EQ(describe(i.accesses[0]), "cpu0 read fe = 508 rip 2efeda0a mode 32 at 119149000 line 1");
    EXPECT_EQ(describe(i.accesses[1]), "cpu3 write 8b = 5 #GP rip ffffffff91870cf5 mode 64 at 1488286000 line 2");
    EXPECT_EQ(describe(i.accesses[2]), "cpu1 read 17 = 0? #GP rip 10 mode real at 1490000000 line 3");
    EXPECT_EQ(describe(i.accesses[3]), "cpu1 write 17 = 0 rip 10 mode 16 at 1500000000 line 4");
}

TEST(Recording, EventsThatDoNotParseAreCountedOrAreAllThereIs) {
    const std::string good = "x-1 [000] ...1. 3.352415: ";
    const Import i = import_text(good + "read_msr: 1, value 0\n" + good + "read_msr: xyz, value 1\n" + good +
                                 "read_msr: 2, val\n" + good + "read_msr: ,\nx-1 [000 3.3: read_msr: 1, value 0\n");
    EXPECT_EQ(i.accesses.size(), 1U);
    ASSERT_EQ(i.summary.skipped.size(), 3U);
    EXPECT_EQ(i.summary.skipped[0].reason, "MSR access that does not parse, expected: an MSR number of at most 32 "
                                           "bits, hexadecimal");
    EXPECT_EQ(i.summary.skipped[0].lines, 2U);
    EXPECT_EQ(i.summary.skipped[0].first_line, 2U);
    EXPECT_EQ(i.summary.skipped[1].reason, "MSR access that does not parse, expected: , value ");
    EXPECT_EQ(i.summary.skipped[2].reason,
              "MSR access that does not parse, expected: <task>-<pid> [<cpu>] <flags> <seconds>: before the event");
    EXPECT_EQ(error_of(good + "read_msr: xyz, value 1\n" + good + "read_msr: 10, value\n"),
              "text:1:37: this looks like an MSR access of the form msr-ftrace, but an MSR number of at most 32 bits, "
              "hexadecimal should be here; mend or remove the line, or name another form");
    for (const std::string& line :
         {good + "read_msr:", good + "kvm_msr: ", good + "read_msr: 123456789, value 1", good + "write_msr: 10 value 1",
          good + "read_msr: 10, value 1 trailing", good + "read_msr: 10, value 11112222333344445",
          good + "kvm_msr: msr_write 10 = 2", good + "kvm_msr: msr_wr 10 = 0x2",
          good + "kvm_msr: write=1 ecx=10 data=0x1", std::string("[ 1.000000] cpu0 rdmsr 0x10 = 0x0 rip 0x0 mode 8"),
          std::string("[ 1.00] cpu0 rdmsr 0x10 = 0x0 rip 0x0 mode 64"), std::string("[ 1.000000] cpu0 rdmsr 0x10"),
          std::string("[ 1.000000] read_msr: 10, value"),
          std::string("unchecked MSR access error: WRMSR to 0x10 at rIP: 0x1 (f)"),
          std::string("unchecked MSR access error: RDMSR from 0x10 at rIP: 0x1 (f"),
          std::string("kvm [1]: vcpu0, guest rIP: 0x1 Unhandled WRMSR(0x10)")}) {
        EXPECT_NE(error_of(line).find("this looks like an MSR access of the form"), std::string::npos)
            << line << "\n"
            << error_of(line);
    }
}

TEST(Recording, FilesWithoutARecordAreErrors) {
    EXPECT_EQ(error_of("nothing\nto see\n"),
              "text: no MSR access is recognised in 2 lines; the forms tried are msr-ftrace, msr-console, kvm-ftrace, "
              "perf-script, trace-cmd, kernel-log, kvm-log, xen-console, instruction-log, openhcl-json, openhcl-kmsg");
    EXPECT_EQ(
        error_of("[ 1.000000] read_msr: 10, value 1\n", Form::instruction_log),
        "text: no MSR access of the form instruction-log, which was asked for, that can be replayed in 1 lines: 1 "
        "x line of the form msr-console");
    EXPECT_EQ(error_of("x-1 [000] ...1. 3.352415: kvm_exit: vcpu 0 reason msr rip 0x1\n"),
              "text: no MSR access of the form kvm-ftrace that can be replayed in 1 lines: 1 x kvm_exit or kvm_entry");
}

TEST(Recording, ARecordingMayStartAnywhere) {
    std::string text;
    while (text.size() < (std::size_t{300} << 10U)) {
        text += "[    0.000000] something else\n";
    }
    const Import i = import_text(text + "[    1.000000] read_msr: 10, value 1\n");
    EXPECT_EQ(i.accesses.size(), 1U);
    EXPECT_EQ(i.accesses[0].line, i.summary.lines);
}

TEST(Recording, TheFormOfMostLinesIsTaken) {
    const std::string guest = "x-1 [000] ...1. 3.352415: read_msr: 10, value 1\n";
    const std::string host = "x-1 [000] ...1. 3.352415: kvm_msr: msr_read 10 = 0x1\n";
    const Import i = import_text(guest + host + host);
    EXPECT_EQ(i.summary.form, Form::kvm_ftrace);
    EXPECT_EQ(skipped(i.summary, "line of the form msr-ftrace"), 1U);
    EXPECT_EQ(import_text(guest + host + host, Form::msr_ftrace).accesses.size(), 1U);
}

TEST(Recording, ThreadsBeyondTheFirst4096AreCounted) {
    std::string text;
    for (int i = 1; i <= 5000; ++i) {
        text += "x-" + std::to_string(i) + " [000] ...1. 3.352415: kvm_msr: msr_read 10 = 0x1\n";
    }
    const Import i = import_text(text);
    EXPECT_EQ(i.accesses.size(), 4096U);
    EXPECT_EQ(skipped(i.summary, "MSR access that does not parse, expected: one of the first 4096 threads"), 904U);
}

TEST(Recording, FormsHaveNames) {
    for (int number = 1; number <= 11; ++number) {
        const auto form = static_cast<Form>(number);
        EXPECT_EQ(form_of(name_of(form)), form);
        EXPECT_NE(form_names().find(name_of(form)), std::string::npos);
    }
    EXPECT_FALSE(form_of("nothing").has_value());
}

} // namespace
} // namespace vtlcheck::conformance
