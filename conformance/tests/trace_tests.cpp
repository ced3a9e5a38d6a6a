// The trace format: everything survives a round trip, good examples read and write as documented, bad ones say why.
#include "conformance/trace.hpp"
#include "model/register_table.hpp"
#include "model/specification.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

namespace vtlcheck::conformance {
namespace {

using Exit = model::Exit<Concrete>;
using Outcome = model::Outcome<Concrete>;
using State = model::State<Concrete>;

const std::filesystem::path examples = CONFORMANCE_EXAMPLES;

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

template <class T>
std::string differences(const T& a, const T& b) {
    std::string text;
    for (const Difference& d : diff_fields("", a, b)) {
        text += d.field + ": " + d.expected + " / " + d.observed + "\n";
    }
    return text;
}

std::uint64_t widest(const Field& field) {
    return field.bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << field.bits) - 1;
}

/// Values of the kinds that break writers: small, wide, one bit, and words of enumerations.
class Random {
public:
    std::uint64_t value(const Field& field) {
        std::uint64_t v = engine_();
        switch (engine_() % 4) {
        case 0:
            v %= 16;
            break;
        case 1:
            v = std::uint64_t{1} << (v % 64);
            break;
        case 2:
            v <<= 32U;
            break;
        default:
            break;
        }
        return v & widest(field);
    }
    bool one_in(unsigned n) { return engine_() % n == 0; }
    std::uint64_t below(std::uint64_t n) { return engine_() % n; }

    /// Changes about one field in `n`.
    template <class T>
    void change(T& object, unsigned n) {
        const auto& table = FieldTable<T>::get();
        for (std::size_t i = 0; i < table.size(); ++i) {
            if (one_in(n)) {
                table.store(object, i, value(table[i]));
            }
        }
    }
    Exit exit(unsigned vps) {
        constexpr std::array<std::uint64_t, 11> reasons{
            0x1F, 0x20, 0x4D, 0x0A, 0x12, 0x12, 0x12, 0x1C, 0x37, 0x80000020, 0x110100000000004D};
        constexpr std::array<std::uint64_t, 6> controls{0x11, 0x12, 0x50, 0x51, 0x100000050, 0x1000200000051};
        Exit exit = parse_step("vp0 vtl0 wrmsr 0xc0000082 0x123456789").exit;
        exit.info[model::info_rax] = reasons[below(reasons.size())];
        change(exit, one_in(2) ? 3 : 20);
        if (one_in(2)) {
            exit.gpr[model::rcx] = controls[below(controls.size())];
        }
        if (one_in(2)) {
            exit.info[model::info_rcx] = below(20);
            exit.operation = below(3);
            exit.name = model::register_table[below(model::register_table.size())].code;
        }
        if (!one_in(8)) {
            exit.kind = one_in(2) ? 0 : below(model::kind_count + 1U);
        }
        exit.vp = below(vps);
        return exit;
    }

private:
    std::mt19937_64 engine_{20261123}; // NOLINT(cert-msc51-cpp): repeatable
};

TEST(Trace, EveryFieldOfAnExitSurvives) {
    const auto& table = FieldTable<Exit>::get();
    for (const char* base : {"vp5 vtl1 rdmsr 0x1b",
                             "vp5 vtl0 wrmsr 0x1b 7",
                             "vp5 vtl0 tdvmcall-rdmsr 0x10",
                             "vp5 vtl0 tdvmcall-wrmsr 0x10 7",
                             "vp5 vtl0 tdcall rax=1",
                             "vp5 vtl0 exit",
                             "vp5 vtl1 vmcall 0xd",
                             "vp5 vtl1 get-reg Cr0",
                             "vp5 vtl1 get-reg 7",
                             "vp5 vtl1 set-reg Efer 0xd01",
                             "vp5 vtl0 vtl-call",
                             "vp5 vtl1 vtl-return",
                             "vp5 vtl0 mov-cr 4 0x20",
                             "vp5 vtl0 xsetbv 0x100000007",
                             "vp5 vtl0 load-context",
                             "vp5 vtl1 set-apic-offload on",
                             "vp5 vtl1 set-apic-offload off",
                             "vp5 vtl0 deliver-message",
                             "vp5 vtl0 preempt",
                             "vp5 vtl1 startup-ipi 1 0x9a",
                             "vp5 vtl0 revoke-vsm",
                             "vp5 vtl0 host-get kernel Xfem",
                             "vp5 vtl1 host-set paravisor Cr0 1",
                             "vp5 vtl0 special 3",
                             "vp5 vtl0 special 5 0x1f",
                             "vp5 vtl0 drain-audit",
                             "vp5 vtl0 log-flush unknown-read",
                             "vp5 vtl1 log-flush none",
                             "vp5 vtl0 log-flush 0xb",
                             "vp5 vtl0 log-limits site 0xa 500ms",
                             "vp5 vtl1 log-limits partition 1 0",
                             "vp5 vtl1 log-limits 2 0 1ns"}) {
        const TraceStep step = parse_step(base);
        EXPECT_EQ(print(step), base);
        for (std::size_t i = 0; i < table.size(); ++i) {
            if (table[i].name == "vp") {
                continue;
            }
            for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, widest(table[i])}) {
                Exit exit = step.exit;
                table.store(exit, i, value);
                const std::string text = print(exit);
                EXPECT_EQ(differences(parse_step(text).exit, exit), "") << text;
                EXPECT_EQ(print(parse_step(text)), text);
            }
        }
    }
}

TEST(Trace, EveryFieldOfAnOutcomeSurvives) {
    const auto& table = FieldTable<Outcome>::get();
    ASSERT_LE(table.size(), ExpectedOutcome::field_limit);
    const Exit exit = parse_step("vp0 vtl0 wrmsr 0x1b 0x123456789 interruptibility=1 pending_debug=0x4000").exit;
    for (std::size_t i = 0; i < table.size(); ++i) {
        for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{1}, widest(table[i])}) {
            Outcome outcome = unchanged(exit);
            table.store(outcome, i, value);
            const std::string text = print(exit, outcome, "MSR-W-31");
            const ExpectedOutcome read = parse_outcome(text, exit);
            EXPECT_EQ(differences(read.outcome, outcome), "") << text;
            EXPECT_EQ(read.clause, "MSR-W-31");
            EXPECT_TRUE(read.complete);
        }
    }
}

TEST(Trace, RandomTracesSurvive) {
    Random random;
    for (unsigned round = 0; round < 300; ++round) {
        Trace trace;
        trace.vps = static_cast<unsigned>(1 + random.below(round % 20 == 0 ? max_vps : 3));
        trace.start = InitialState::reset(trace.vps);
        random.change(trace.config, 2);
        trace.config.vps = trace.vps;
        const auto& config_fields = FieldTable<model::Config<Concrete>>::get();
        for (const LogParameter& limit : log_parameters) {
            const std::size_t field = config_fields.at(limit.name);
            config_fields.store(trace.config, field,
                                limit.least + config_fields.load(trace.config, field) % (limit.most - limit.least + 1));
        }
        random.change(trace.start.vsm, 3);
        for (unsigned v = 0; v < 2; ++v) {
            random.change(trace.start.partition[v], 3);
        }
        for (InitialState::Vp& vp : trace.start.vp) {
            random.change(vp.shared, 8);
            random.change(vp.vtl[0], 12);
            random.change(vp.vtl[1], 12);
            random.change(vp.slot, 12);
        }
        for (unsigned i = 0; i < 20; ++i) {
            TraceStep step;
            step.exit = random.exit(trace.vps);
            if (random.one_in(2)) {
                ExpectedOutcome& expected = step.expected.emplace();
                expected.outcome = unchanged(step.exit);
                random.change(expected.outcome, 8);
                expected.given.set();
                if (random.one_in(2)) {
                    expected.clause = "TDC-09";
                }
            }
            trace.steps.push_back(step);
        }
        const std::string text = write(trace);
        const Trace read = parse(text, "random");
        ASSERT_EQ(write(read), text);
        ASSERT_EQ(read.vps, trace.vps);
        ASSERT_EQ(differences(read.config, trace.config), "");
        for (unsigned vp = 0; vp < trace.vps; ++vp) {
            ASSERT_TRUE(diff(read.start.of(vp, vp), trace.start.of(vp, vp)).empty());
        }
        ASSERT_EQ(read.steps.size(), trace.steps.size());
        for (std::size_t i = 0; i < trace.steps.size(); ++i) {
            const auto& wanted = trace.steps[i].expected;
            const auto& got = read.steps[i].expected;
            ASSERT_EQ(differences(read.steps[i].exit, trace.steps[i].exit), "") << print(trace.steps[i]);
            ASSERT_EQ(got.has_value(), wanted.has_value());
            if (wanted) {
                ASSERT_EQ(differences(got->outcome, wanted->outcome), "") << print(trace.steps[i]);
                ASSERT_EQ(got->clause, wanted->clause);
            }
        }
    }
}

TEST(Trace, GoodExamplesReadAndWriteAsTheCanonicalTextSays) {
    unsigned count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(examples / "good")) {
        if (entry.path().extension() != ".trace") {
            continue;
        }
        ++count;
        SCOPED_TRACE(entry.path().filename());
        const std::string text = write(parse_file(entry.path()));
        auto canonical = entry.path();
        canonical.replace_extension(".canonical");
        EXPECT_EQ(text, read_file(std::filesystem::exists(canonical) ? canonical : entry.path()));
        EXPECT_EQ(write(parse(text, "again")), text);
    }
    EXPECT_EQ(count, 6U);
}

TEST(Trace, BadExamplesSayWhatIsWrongWhereAndHowToMendIt) {
    unsigned count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(examples / "bad")) {
        if (entry.path().extension() != ".trace") {
            continue;
        }
        ++count;
        SCOPED_TRACE(entry.path().filename());
        auto expected = entry.path();
        expected.replace_extension(".expected");
        try {
            (void)parse_file(entry.path());
            ADD_FAILURE() << "was accepted";
        } catch (const InputError& error) {
            EXPECT_EQ(error.what(),
                      entry.path().string() + ":" + read_file(expected).substr(0, read_file(expected).size() - 1));
        }
    }
    EXPECT_EQ(count, 91U);
}

TEST(Trace, TheVerbSetsWhatTheDocumentSays) {
    const Exit wrmsr = parse_step("vp3 vtl1 wrmsr 0xc0000082 0x1122334455667788").exit;
    EXPECT_EQ(wrmsr.kind.value(), 0);
    EXPECT_EQ(wrmsr.vp.value(), 3U);
    EXPECT_TRUE(wrmsr.vtl1.value());
    EXPECT_EQ(wrmsr.info[model::info_rax].value(), 0x20U);
    EXPECT_EQ(wrmsr.info[model::info_rsi].value(), 0xFFFFFFFFA09B0010U);
    EXPECT_EQ(wrmsr.info[model::info_r11].value(), 0x200000000U);
    EXPECT_EQ(wrmsr.info[model::info_r12].value(), 0U);
    EXPECT_EQ(wrmsr.gpr[model::rcx].value(), 0xC0000082U);
    EXPECT_EQ(wrmsr.gpr[model::rax].value(), 0x55667788U);
    EXPECT_EQ(wrmsr.gpr[model::rdx].value(), 0x11223344U);
    EXPECT_EQ(wrmsr.rip.value(), 0x1000U);
    EXPECT_EQ(wrmsr.rflags.value(), 2U);
    EXPECT_EQ(wrmsr.cr0.value(), 0x80050033U);
    EXPECT_EQ(wrmsr.cr4.value(), 0x20U);
    const Exit call = parse_step("vp0 vtl0 tdvmcall-wrmsr 0x40000080 0x1122334455667788").exit;
    EXPECT_EQ(call.info[model::info_rax].value(), 0x4DU);
    EXPECT_EQ(call.info[model::info_r11].value(), 0x400000000U);
    EXPECT_EQ(call.gpr[model::r10].value(), 0U);
    EXPECT_EQ(call.gpr[model::r11].value(), 0x20U);
    EXPECT_EQ(call.gpr[model::r12].value(), 0x40000080U);
    EXPECT_EQ(call.gpr[model::r13].value(), 0x1122334455667788U);
    const Exit raw = parse_step("vp0 vtl0 exit").exit;
    for (std::size_t i = 0; i < FieldTable<Exit>::get().size(); ++i) {
        EXPECT_EQ(FieldTable<Exit>::get().load(raw, i), 0U);
    }
}

TEST(Trace, TheVerbsOfThePrivilegeHalfSetWhatTheDocumentSays) {
    const Exit vmcall = parse_step("vp0 vtl0 vmcall 0x30000000f").exit;
    EXPECT_EQ(vmcall.info[model::info_rax].value(), 0x12U);
    EXPECT_EQ(vmcall.info[model::info_r11].value(), 0x300000000U);
    EXPECT_EQ(vmcall.info[model::info_rsi].value(), 0xFFFFFFFFA09B0010U);
    EXPECT_EQ(vmcall.gpr[model::rcx].value(), 0x30000000FU);
    EXPECT_EQ(vmcall.partition_id.value(), 0U);
    EXPECT_EQ(vmcall.answer_count.value(), 0U);
    EXPECT_EQ(parse_step("vp0 vtl0 vmcall 0x100000050").exit.answer_count.value(), 1U);
    const Exit set = parse_step("vp0 vtl1 set-reg Lstar 0x1122334455667788").exit;
    EXPECT_EQ(set.info[model::info_rax].value(), 0x12U);
    EXPECT_EQ(set.gpr[model::rcx].value(), 0x100000051U);
    EXPECT_EQ(set.gpr[model::rdx].value(), 0x1000U);
    EXPECT_EQ(set.gpr[model::r8].value(), 0x2000U);
    EXPECT_EQ(set.partition_id.value(), ~std::uint64_t{0});
    EXPECT_EQ(set.target_vp.value(), 0xFFFFFFFEU);
    EXPECT_EQ(set.target_vtl.value(), 0U);
    EXPECT_EQ(set.answer_count.value(), 1U);
    EXPECT_EQ(set.name.value(), model::register_code("Lstar"));
    EXPECT_EQ(set.value.value(), 0x1122334455667788U);
    EXPECT_EQ(parse_step("vp0 vtl1 get-reg Lstar").exit.gpr[model::rcx].value(), 0x100000050U);
    EXPECT_EQ(parse_step("vp0 vtl0 vtl-call").exit.gpr[model::rcx].value(), 0x11U);
    EXPECT_EQ(parse_step("vp0 vtl1 vtl-return").exit.gpr[model::rcx].value(), 0x12U);
    const Exit mov = parse_step("vp0 vtl0 mov-cr 4 0x1122334455667788").exit;
    EXPECT_EQ(mov.info[model::info_rax].value(), 0x1CU);
    EXPECT_EQ(mov.info[model::info_rcx].value(), 4U);
    EXPECT_EQ(mov.info[model::info_r11].value(), 0x300000000U);
    EXPECT_EQ(mov.gpr[model::rax].value(), 0x1122334455667788U);
    const Exit xsetbv = parse_step("vp0 vtl0 xsetbv 0x1122334455667788").exit;
    EXPECT_EQ(xsetbv.info[model::info_rax].value(), 0x37U);
    EXPECT_EQ(xsetbv.info[model::info_r11].value(), 0x300000000U);
    EXPECT_EQ(xsetbv.gpr[model::rcx].value(), 0U);
    EXPECT_EQ(xsetbv.gpr[model::rax].value(), 0x55667788U);
    EXPECT_EQ(xsetbv.gpr[model::rdx].value(), 0x11223344U);
    const Exit ipi = parse_step("vp0 vtl0 startup-ipi 3 0x9a").exit;
    EXPECT_EQ(ipi.kind.value(), static_cast<std::uint8_t>(model::Kind::startup_ipi));
    EXPECT_EQ(ipi.argument.value(), 0x9A00000003U);
    EXPECT_EQ(ipi.info[model::info_rax].value(), 0U);
    const Exit host = parse_step("vp0 vtl0 host-set kernel Xfem 7").exit;
    EXPECT_EQ(host.kind.value(), static_cast<std::uint8_t>(model::Kind::host_access));
    EXPECT_EQ(host.origin.value(), 2U);
    EXPECT_EQ(host.operation.value(), 1U);
    EXPECT_EQ(host.name.value(), model::register_code("Xfem"));
    EXPECT_EQ(host.value.value(), 7U);
    EXPECT_EQ(parse_step("vp0 vtl0 host-get paravisor Xfem").exit.operation.value(), 0U);
    const Exit special = parse_step("vp0 vtl0 special 5 0x1f").exit;
    EXPECT_EQ(special.kind.value(), static_cast<std::uint8_t>(model::Kind::special_request));
    EXPECT_EQ(special.argument.value(), 5U);
    EXPECT_EQ(special.value.value(), 0x1FU);
    const Exit flush = parse_step("vp0 vtl0 log-flush crash t=1s").exit;
    EXPECT_EQ(flush.kind.value(), static_cast<std::uint8_t>(model::Kind::log_flush));
    EXPECT_EQ(flush.argument.value(), static_cast<std::uint64_t>(model::LogSite::crash));
    EXPECT_EQ(flush.info[model::info_rax].value(), 0U);
    const Exit limits = parse_step("vp0 vtl0 log-limits partition 20 1.5ms").exit;
    EXPECT_EQ(limits.kind.value(), static_cast<std::uint8_t>(model::Kind::log_limits));
    EXPECT_EQ(limits.argument.value(), 1U);
    EXPECT_EQ(limits.value.value(), 20U);
    EXPECT_EQ(limits.value_high.value(), 1'500'000U);
}

TEST(Trace, LimitsOfTheLogBudgetAreReadUpToTheEndsOfTheirRanges) {
    const auto& table = FieldTable<model::Config<Concrete>>::get();
    for (const LogParameter& limit : log_parameters) {
        const auto read = [&](std::uint64_t value) {
            const std::string text = "vtlcheck-trace 2\nconfig " + std::string(limit.name) + "=";
            return table.load(parse(text + std::to_string(value) + "\n", "limits").config, table.at(limit.name));
        };
        EXPECT_EQ(read(limit.least), limit.least);
        EXPECT_EQ(read(limit.most), limit.most);
        EXPECT_FALSE(log_parameter_error(limit, limit.most));
        for (const std::uint64_t bad : {std::uint64_t{0}, limit.least - 1, limit.most + 1, ~std::uint64_t{0}}) {
            EXPECT_TRUE(log_parameter_error(limit, bad));
            EXPECT_THROW((void)read(bad), InputError) << limit.name << " " << bad;
        }
    }
}

TEST(Trace, ATraceOfEarlierHasTheDefaultBudget) {
    const Trace trace = parse("vtlcheck-trace 2\nconfig la57=yes\nvp0 vtl0 rdmsr 0x1d9\n", "earlier");
    EXPECT_EQ(trace.config.log_burst.value(), 10U);
    EXPECT_EQ(trace.config.log_interval.value(), 500'000'000U);
    EXPECT_EQ(trace.config.log_total_burst.value(), 64U);
    EXPECT_EQ(trace.config.log_total_interval.value(), 100'000'000U);
    EXPECT_EQ(write(trace), "vtlcheck-trace 2\nconfig la57=yes\nvp0 vtl0 rdmsr 0x1d9\n");
}

TEST(Trace, VpsIsSaidOnceAndSetsBoth) {
    const Trace trace = parse("vtlcheck-trace 2\nconfig vps=3 isolation=snp\n", "vps");
    EXPECT_EQ(trace.vps, 3U);
    EXPECT_EQ(trace.config.vps.value(), 3U);
    EXPECT_EQ(write(trace), "vtlcheck-trace 2\nconfig isolation=snp vps=3\n");
    EXPECT_THROW((void)parse("vtlcheck-trace 2\nconfig vps=0x100000001\n", "vps"), InputError);
}

TEST(Trace, DefaultsOfConfigAndStartAreThoseOfTheDocument) {
    const Trace trace = parse("vtlcheck-trace 2\nconfig vps=2\n", "defaults");
    EXPECT_EQ(differences(trace.config, parse("vtlcheck-trace 2\nconfig la57=no x2apic_capable=yes tsc_aux=yes "
                                              "untrusted_synic=no xss_supported=0x1800 tsc_frequency=2000000000 "
                                              "isolation=tdx access_vsm=yes xcr0_supported=0x602e7 "
                                              "cr4_allowed=0xb71fff log_burst=10 log_interval=500ms "
                                              "log_total_burst=64 log_total_interval=100ms vps=2\n",
                                              "explicit")
                                            .config),
              "");
    std::string all = "vtlcheck-trace 2\nconfig vps=2\n"
                      "start partition guest_vsm=not-enabled vtl1_on_any_vp=no mbec=no partition_config=0x1e\n";
    const auto sints = [](const std::string& prefix) {
        std::string text;
        for (int i = 0; i < 16; ++i) {
            text += " " + prefix + "sint" + std::to_string(i) + "=0x10000";
        }
        return text;
    };
    const auto zeros = [](const std::string& prefix, const std::vector<std::string>& names) {
        std::string text;
        for (const std::string& name : names) {
            text.append(" ").append(prefix).append(name).append("=0");
        }
        return text;
    };
    const std::vector<std::string> message{"type",        "length",        "access", "state",  "cs_base", "cs_limit",
                                           "cs_selector", "cs_attributes", "rip",    "rflags", "number",  "rdx",
                                           "rax"};
    const std::vector<std::string> context{
        "rip",        "rsp",       "rflags",     "cs_base", "cs",  "ds_base", "ds",  "es_base",   "es",   "fs_base",
        "fs",         "gs_base",   "gs",         "ss_base", "ss",  "tr_base", "tr",  "ldtr_base", "ldtr", "idtr_base",
        "idtr_limit", "gdtr_base", "gdtr_limit", "efer",    "cr0", "cr3",     "cr4", "pat"};
    for (const std::string& vtl : {std::string("vtl0"), std::string("vtl1")}) {
        all += "start partition " + vtl + " guest_os_id=0 hypercall=0 reference_tsc=0\n";
    }
    for (const std::string& vp : {std::string("vp0"), std::string("vp1")}) {
        all += "start " + vp +
               " vtl1_present=no intercept_pending=no intercept_control=0 apic_offload=yes untrusted.scontrol=1 "
               "untrusted.siefp=0 untrusted.simp=0 active_vtl1=no tlb_locked=no vp_mbec=no xcr0=1" +
               zeros("", {"cr0_mask", "cr4_mask", "misc_enable_mask", "vina", "pending_event",
                          "pending_event_parameter", "audit_next", "audit_count", "audit_lost"}) +
               zeros("pending.", message) + sints("untrusted.") + "\n";
        all += "start " + vp + " slot enable_called=no enable_pending=no start_pending=no start_vtl1=no started=" +
               (vp == "vp0" ? "yes" : "no") + zeros("enable.", context) + zeros("start.", context) + "\n";
        for (const std::string& vtl : {std::string("vtl0"), std::string("vtl1")}) {
            all += "start " + vp;
            all += " " + vtl;
            all += vp == "vp0" ? " apic_base=0xfee00900" : " apic_base=0xfee00800";
            all += " rip=0xfff0 rflags=2 rsp=0 cr0=0x60000010 cr4=0";
            all += " efer=0x800 ia32e_guest=no pat=0x7040600070406 sysenter_cs=0 sysenter_esp=0 sysenter_eip=0 star=0 "
                   "lstar=0 cstar=0 sfmask=0 tsc_aux=0 xss=0 vp_assist=0 scontrol=1 siefp=0 simp=0 stimer0_config=0 "
                   "stimer1_config=0 stimer2_config=0 stimer3_config=0 stimer0_count=0 stimer1_count=0 stimer2_count=0 "
                   "stimer3_count=0 crash_p0=0 crash_p1=0 crash_p2=0 crash_p3=0 crash_p4=0";
            all += sints("") + "\n";
        }
    }
    const Trace given = parse(all, "explicit");
    const std::size_t state_fields = FieldTable<model::PartitionVtl<Concrete>>::get().size() * 2 +
                                     FieldTable<model::VpShared<Concrete>>::get().size() * 2 +
                                     FieldTable<model::PartitionVsm<Concrete>>::get().size() +
                                     FieldTable<model::VpSlot<Concrete>>::get().size() * 2 +
                                     FieldTable<model::VtlState<Concrete>>::get().size() * 4;
    EXPECT_EQ(static_cast<std::size_t>(std::count(all.begin(), all.end(), '=')), state_fields + 1)
        << "a field is not listed";
    for (unsigned vp = 0; vp < 2; ++vp) {
        EXPECT_TRUE(diff(given.start.of(vp, vp), trace.start.of(vp, vp)).empty());
        EXPECT_TRUE(diff(model::reset_state<Concrete>(vp), trace.start.of(vp, vp)).empty());
    }
}

TEST(Trace, TimesTakeUnits) {
    const auto now = [](const std::string& t) { return parse_step("vp0 vtl0 rdmsr 0x10 t=" + t).exit.now.value(); };
    EXPECT_EQ(now("1.5s"), 1'500'000'000U);
    EXPECT_EQ(now("20ms"), 20'000'000U);
    EXPECT_EQ(now("3us"), 3'000U);
    EXPECT_EQ(now("7ns"), 7U);
    EXPECT_EQ(now("7"), 7U);
    EXPECT_EQ(now("0x10"), 16U);
    EXPECT_EQ(now("0.000000001s"), 1U);
    EXPECT_EQ(now("18446744073.709551615s"), ~std::uint64_t{0});
    EXPECT_THROW(now("18446744073.709551616s"), InputError);
    EXPECT_THROW(now("s"), InputError);
    EXPECT_THROW(now("1.2.3s"), InputError);
    EXPECT_THROW(now("0.1ns"), InputError);
}

TEST(Trace, PartialExpectationsSayNothingOfOtherFields) {
    const Exit exit = parse_step("vp0 vtl0 rdmsr 0x1b").exit;
    const ExpectedOutcome partial = parse_outcome("done rax=0x10 interrupt=no ...", exit);
    EXPECT_FALSE(partial.complete);
    Outcome observed = parse_outcome("done rax=0x10 rip=0x1002 log_site=crash", exit).outcome;
    EXPECT_TRUE(diff(partial, observed).empty());
    observed.interrupt = Concrete::Bool(true);
    observed.gpr[model::rax] = 0x11;
    observed.disposition = static_cast<std::uint8_t>(model::Disposition::fault_gp);
    const auto found = diff(partial, observed);
    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].field, "disposition");
    EXPECT_EQ(found[0].expected, "done");
    EXPECT_EQ(found[0].observed, "gp");
    EXPECT_EQ(found[1].field, "rax");
    EXPECT_EQ(found[1].observed, "0x11");
    EXPECT_EQ(found[2].field, "interrupt");
    EXPECT_EQ(found[2].expected, "no");
    EXPECT_EQ(found[2].observed, "yes");
    TraceStep step{exit, partial, 0};
    EXPECT_EQ(print(step), "vp0 vtl0 rdmsr 0x1b -> done interrupt=no rax=0x10 ...");
}

TEST(Trace, StateDifferencesNameTheirScope) {
    const State a = InitialState::reset(1).of(0, 0);
    State b = a;
    b.partition[1].hypercall = 1;
    b.vp.apic_offload = Concrete::Bool(false);
    b.vtl[0].synic.sint[3] = 0x30;
    b.vsm.guest_vsm = 99;
    b.slot.started = Concrete::Bool(false);
    std::vector<std::string> scopes;
    State::visit_scoped(
        [&](const char* scope, const model::FieldName& name, const auto& x, const auto& y) {
            if (x.value() != y.value()) {
                scopes.push_back(std::string(scope) + " " + name.str());
            }
        },
        a, b);
    const auto found = diff(a, b);
    ASSERT_EQ(found.size(), 5U);
    for (std::size_t i = 0; i < found.size(); ++i) {
        EXPECT_EQ(found[i].scope + " " + found[i].field, scopes[i]);
    }
    const auto sint = std::find_if(found.begin(), found.end(), [](const auto& d) { return d.field == "sint3"; });
    ASSERT_NE(sint, found.end());
    EXPECT_EQ(sint->scope, "vtl0");
    EXPECT_EQ(sint->expected, "0x10000");
    EXPECT_EQ(sint->observed, "0x30");
}

TEST(Trace, WordsAreThoseOfTheDocument) {
    EXPECT_EQ(word(model::Disposition::internal_error), "internal-error");
    EXPECT_EQ(word(model::Request::vendor_call), "vendor-call");
    EXPECT_EQ(word(model::LogSite::tdvmcall_function), "tdvmcall-function");
    EXPECT_EQ(word(model::LogLine::summary), "summary");
    EXPECT_EQ(word(model::Message::pending), "pending");
    EXPECT_EQ(word(model::Request::startup_ipi), "startup-ipi");
    EXPECT_EQ(word(model::LogSite::vtl_switch), "vtl-switch");
    EXPECT_EQ(word(model::Disposition::emulate), "emulate");
    EXPECT_EQ(word(model::Isolation::cca), "cca");
    EXPECT_EQ(word(model::Origin::paravisor), "paravisor");
    EXPECT_EQ(word(model::Operation::internal_error), "internal-error");
    EXPECT_EQ(word(model::Route::emulation), "emulation");
    EXPECT_EQ(word(model::AuditVerdict::failed), "failed");
    EXPECT_EQ(word(static_cast<model::Request>(99)),
              "99"); // NOLINT(clang-analyzer-optin.core.EnumCastOutOfRange): has no word
}

TEST(Fields, RegistersAreFoundByNameWhateverTheCase) {
    for (std::size_t i = 0; i < model::unlisted_register; ++i) {
        const auto& row = model::register_table[i];
        EXPECT_EQ(register_code(row.name), row.code);
        EXPECT_EQ(register_name(row.code), row.name);
    }
    EXPECT_EQ(register_code("vsmvpsecureconfigvtl0"), model::register_code("VsmVpSecureConfigVtl0"));
    EXPECT_EQ(register_code("LSTAR"), model::register_code("Lstar"));
    EXPECT_FALSE(register_code(""));
    EXPECT_FALSE(register_code("Cr"));
    EXPECT_FALSE(register_code("Cr00"));
    EXPECT_FALSE(register_code(model::register_table[model::unlisted_register].name));
    EXPECT_EQ(register_name(0xFFFFFFFF), "");
    EXPECT_EQ(register_name(0x100000000 | model::register_code("Cr0")), "");
    EXPECT_EQ(closest_register("lstarr"), "Lstar");
    EXPECT_EQ(closest_register("VsmPartitionConfg"), "VsmPartitionConfig");
    EXPECT_EQ(closest_register("nothing at all"), "");
}

TEST(Trace, StreamsAndTextReadAlike) {
    const std::string text = read_file(examples / "good" / "everyday.trace");
    std::istringstream stream(text);
    EXPECT_EQ(write(parse(stream, "stream")), write(parse(text, "text")));
}

TEST(Trace, LongLinesUpToTheLimitAreRead) {
    std::string line = "vp0 vtl0 rdmsr 0x10 #";
    line.resize(max_line_length, 'x');
    EXPECT_EQ(parse("vtlcheck-trace 2\n" + line + "\n", "long").steps.size(), 1U);
    EXPECT_THROW((void)parse("vtlcheck-trace 2\n" + line + "x\n", "long"), InputError);
}

TEST(Trace, EmptyTextIsAnError) {
    EXPECT_THROW((void)parse("", "nothing"), InputError);
    EXPECT_THROW(TraceParser("nothing").finish(), InputError);
}

class TraceText : public testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Trace, TraceText, testing::Values("everyday.trace", "privilege.trace", "log.trace"));

TEST_P(TraceText, EveryPrefixAndEveryFlippedByteIsReadOrRefused) {
    const std::string text = read_file(examples / "good" / GetParam());
    for (std::size_t i = 0; i < text.size(); ++i) {
        for (const char c : {' ', '=', '\n', '#', '\0', '\xff', '0', '-', '>'}) {
            std::string broken = text;
            broken[i] = c;
            for (const std::string& candidate : {broken, broken.substr(0, i + 1)}) {
                try {
                    const std::string canonical = write(parse(candidate, "broken"));
                    ASSERT_EQ(write(parse(canonical, "canonical")), canonical);
                } catch (const InputError& error) {
                    ASSERT_FALSE(error.message.empty());
                }
            }
        }
    }
}

TEST(Fields, TablesAreCompleteAndFound) {
    const auto& table = FieldTable<State>::get();
    EXPECT_FALSE(table.find("nothing").has_value());
    const auto& vtl = FieldTable<model::VtlState<Concrete>>::get();
    for (std::size_t i = 0; i < vtl.size(); ++i) {
        EXPECT_EQ(vtl.find(vtl[i].name), i);
    }
    EXPECT_EQ(vtl.closest("lstarr"), "lstar");
    EXPECT_EQ(vtl.closest("guest_os_id"), "");
    std::vector<std::string> names;
    for (const std::size_t i : vtl.by_name()) {
        names.push_back(vtl[i].name);
    }
    EXPECT_LT(std::find(names.begin(), names.end(), "sint2"), std::find(names.begin(), names.end(), "sint10"));
    EXPECT_EQ(names.front(), "apic_base");
}

} // namespace
} // namespace vtlcheck::conformance
