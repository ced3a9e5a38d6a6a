// What a channel may carry: by type, by classification, and what a line looks like.
#include "sinks/record.hpp"

#include <gtest/gtest.h>

#include <set>

namespace vtlcheck::sinks {

/// A record whose author forgot to classify a field.
struct Forgetful {
    std::uint64_t seen = 1;
    std::uint64_t forgotten = 0xC0FFEE;
    std::uint64_t hidden = 0xDECAF;
};
template <class F>
void visit(F&& f, const Forgetful& record) {
    f("seen", record.seen, Classification::host_visible);
    f("forgotten", record.forgotten);
    f("hidden", record.hidden, Classification::confidential);
}

namespace {

template <class Record>
concept HostMayHave = requires(const Record& record) { host_line(record, Format::text); };
static_assert(HostMayHave<conformance::LogLine>);
static_assert(!HostMayHave<conformance::LogRecord>);
static_assert(!HostMayHave<Forgetful>);

const conformance::LogRecord warning{.host = {.time = 1'500'000'000,
                                              .suppressed = 7,
                                              .number = 0x1D9,
                                              .vp = 3,
                                              .line = static_cast<std::uint8_t>(model::LogLine::warning),
                                              .site = static_cast<std::uint8_t>(model::LogSite::unknown_write),
                                              .vtl = 1},
                                     .value = 0x5EC2E7};

TEST(Record, AFieldThatIsNotClassifiedIsConfidential) {
    EXPECT_EQ(json_line(Forgetful{}, Classification::host_visible), R"({"seen":1})");
    EXPECT_EQ(text_line(Forgetful{}, Classification::host_visible), " seen=1");
    EXPECT_EQ(json_line(Forgetful{}, Classification::confidential),
              R"({"seen":1,"forgotten":12648430,"hidden":912559})");
}

TEST(Record, TheHostSeesWhatNoteL9Lists) {
    EXPECT_EQ(host_line(warning.host, Format::json),
              R"({"time_ns":1500000000,"line":"warning","site":"unknown-write","number":"0x1d9","vp":3,"vtl":1,)"
              R"("suppressed":7})");
    EXPECT_EQ(host_line(warning.host, Format::text),
              "1.500000000 WARN unknown MSR write, msr=0x1d9 vp=3 vtl=1 suppressed=7");
}

TEST(Record, TheValueIsInTheConfidentialLineOnly) {
    EXPECT_EQ(confidential_line(warning, Format::json),
              R"({"time_ns":1500000000,"line":"warning","site":"unknown-write","number":"0x1d9","vp":3,"vtl":1,)"
              R"("suppressed":7,"value":"0x5ec2e7"})");
    EXPECT_EQ(confidential_line(warning, Format::text),
              "1.500000000 WARN unknown MSR write, msr=0x1d9 vp=3 vtl=1 suppressed=7 value=0x5ec2e7");
    // The channel decides even where a whole record is at hand.
    EXPECT_EQ(json_line(warning, Classification::host_visible).find("5ec2e7"), std::string::npos);
    EXPECT_EQ(text_line(warning, Classification::host_visible).find("5ec2e7"), std::string::npos);
}

TEST(Record, ASummaryNamesItsSite) {
    auto summary = warning.host;
    summary.line = static_cast<std::uint8_t>(model::LogLine::summary);
    summary.number = 0;
    EXPECT_EQ(host_line(summary, Format::text),
              "1.500000000 INFO suppressed: unknown MSR write vp=3 vtl=1 suppressed=7");
}

TEST(Record, EverySiteHasASentenceOfItsOwn) {
    std::set<std::string> seen;
    for (std::uint8_t site = 1; site < model::log_site_count; ++site) {
        const auto text = headline(static_cast<model::LogSite>(site), 0x1234);
        EXPECT_TRUE(text.starts_with("WARN ")) << text;
        EXPECT_TRUE(seen.insert(text).second) << text;
    }
    EXPECT_EQ(headline(model::LogSite::protected_register, 0x40000),
              "WARN register write claimed by VTL1, register=Cr0");
    EXPECT_EQ(headline(model::LogSite::crash, 0), "WARN guest reported a crash");
}

TEST(Record, TheWidestLineFitsAPipesAtom) {
    conformance::LogRecord widest;
    widest.host = {.time = ~std::uint64_t{0},
                   .suppressed = ~std::uint64_t{0},
                   .number = ~std::uint32_t{0},
                   .vp = ~std::uint32_t{0},
                   .line = 255,
                   .site = 255,
                   .vtl = 255};
    widest.value = ~std::uint64_t{0};
    EXPECT_LT(confidential_line(widest, Format::json).size(), 4000U);
    EXPECT_EQ(host_line(widest.host, Format::text),
              "18446744073.709551615 WARN no log site vp=4294967295 vtl=255 suppressed=18446744073709551615");
}

} // namespace
} // namespace vtlcheck::sinks
