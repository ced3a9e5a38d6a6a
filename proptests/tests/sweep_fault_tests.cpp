// One seeded fault in impl/: the sweep that is made for it has to find it and hand over a trace that shows it.
#include "proptests/sweep.hpp"

#include <gtest/gtest.h>

#include <string>

// Of the fault that is linked in.
extern const char* const fault_name;

namespace vtlcheck::proptests {
namespace {

TEST(SeededFault, IsFoundByItsSweep) {
    const std::string which = VTLCHECK_SWEEP;
    const auto sweep = which == "bitmap"     ? bitmap_sweep()
                       : which == "register" ? register_sweep()
                                             : msr_sweep({.first = VTLCHECK_SWEEP_FIRST, .last = VTLCHECK_SWEEP_LAST});
    // One of 15 chunks of the other two is enough for a fault that shows in many; they are numbered in powers of two.
    const std::uint64_t shards = which == "msr" ? 1 : 15;
    KeptChunks nothing;
    const auto result =
        run_sweep(*sweep, conformance::builtin_subject, {.threads = 2, .shard = shards, .shards = shards}, nothing);
    ASSERT_EQ(result.verdict, Verdict::violation) << fault_name << " was not found";
    ASSERT_TRUE(result.first);
    const auto trace = conformance::parse(result.first->trace, std::string(fault_name) + ".trace");
    const auto subject = conformance::builtin_subject();
    EXPECT_TRUE(run(*subject, trace)) << result.first->trace;
}

} // namespace
} // namespace vtlcheck::proptests
