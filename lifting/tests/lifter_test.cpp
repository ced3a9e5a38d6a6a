// What the lifter refuses, obliges and computes, on small functions whose behaviour is plain.
#include "lifting/evaluator.hpp"
#include "lifting/intercept.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace vtlcheck::lifting {
namespace {

const Module& programs(int level) {
    static const Module plain(VTLCHECK_PROGRAMS "/programs_O0.bc");
    static const Module optimised(VTLCHECK_PROGRAMS "/programs_O1.bc");
    return level == 0 ? plain : optimised;
}

// One call, with variables for arguments.
class Call {
public:
    explicit Call(const std::string& function, int level = 0, std::vector<std::optional<std::uint64_t>> constants = {},
                  LifterOptions options = {})
        : world(terms), memory(world), lifter(programs(level), world, std::move(options)), z3(context, terms) {
        const std::vector<Module::Parameter> parameters = programs(level).parameters(function);
        for (std::size_t i = 0; i < parameters.size(); ++i) {
            arguments.push_back(i < constants.size() && constants[i]
                                    ? terms.constant(parameters[i].bits, *constants[i])
                                    : terms.variable(fmt::format("a{}", i), parameters[i].bits));
        }
        result = lifter.call(function, arguments, memory);
    }
    // Of the obligations that can be violated, what they say.
    std::vector<std::string> violated() {
        std::vector<std::string> all;
        for (const Obligation& obligation : lifter.obligations()) {
            z3::solver solver(context);
            solver.add(z3(obligation.violation));
            if (solver.check() != z3::unsat) {
                all.push_back(obligation.where + ": " + obligation.what);
            }
        }
        return all;
    }
    std::uint64_t value(const std::vector<std::uint64_t>& values) {
        Evaluator evaluator(terms, {result.bits});
        evaluator.begin();
        for (std::size_t i = 0; i < evaluator.inputs().size(); ++i) {
            evaluator.set(i, values.at(std::stoul(evaluator.inputs()[i].name.substr(1))));
        }
        return static_cast<std::uint64_t>(evaluator.value(0));
    }

    z3::context context;
    Terms terms;
    World world;
    Memory memory;
    Lifter lifter;
    Z3Terms z3;
    std::vector<Term> arguments;
    Value result{};
};

void expect_violated(const std::string& function, const std::string& what, int level = 0) {
    const std::vector<std::string> found = Call(function, level).violated();
    EXPECT_TRUE(std::ranges::any_of(found, [&](const std::string& f) { return f.find(what) != std::string::npos; }))
        << function << " at -O" << level << " has no obligation '" << what << "' that can be violated, but "
        << testing::PrintToString(found);
    EXPECT_TRUE(std::ranges::all_of(found, [](const std::string& f) { return f.starts_with("programs.c:"); }));
}
void expect_sound(const std::string& function) {
    for (const int level : {0, 1}) {
        EXPECT_EQ(Call(function, level).violated(), std::vector<std::string>{}) << function << " at -O" << level;
    }
}

TEST(Lifting, ObligesWhatIsUndefined) {
    expect_violated("bad_signed_overflow", "signed overflow");
    expect_violated("bad_signed_overflow", "signed overflow", 1);
    expect_violated("bad_shift", "shift by the width or more");
    expect_violated("bad_shift", "shift by the width or more", 1);
    expect_violated("bad_index", "access out of bounds");
    expect_violated("bad_index", "out of bounds", 1);
    expect_violated("bad_store", "access out of bounds");
    expect_violated("bad_never_written", "never written");
    expect_violated("bad_null", "null pointer");
    expect_violated("bad_division", "division by zero");
    expect_violated("bad_division", "division by zero", 1);
    expect_violated("bad_alignment", "misaligned access");
    expect_violated("bad_constant", "write to a constant");
    expect_violated("bad_lifetime", "function has returned");
}

TEST(Lifting, FindsNothingInTheRepairedTwins) {
    for (const char* const name :
         {"good_signed_overflow", "good_shift", "good_index", "good_store", "good_never_written", "good_null",
          "good_division", "good_alignment", "good_padding"}) {
        expect_sound(name);
    }
}

TEST(Lifting, UnrollsLoops) {
    for (const int level : {0, 1}) {
        Call sum("sum_to_ten", level);
        EXPECT_EQ(sum.value({7}), 62U);
        Call highest("highest_bit", level);
        EXPECT_EQ(highest.violated(), std::vector<std::string>{});
        Call nested("nested", level);
        EXPECT_EQ(nested.violated(), std::vector<std::string>{});
        for (std::uint64_t a = 0; a < 256; ++a) {
            EXPECT_EQ(highest.value({a}), static_cast<std::uint64_t>(std::bit_width(a)));
            std::uint64_t n = 0;
            std::uint64_t expected = 0;
            for (std::uint64_t i = 0; i < 4 && expected == 0; ++i) {
                for (std::uint64_t j = 0; j <= i && expected == 0; ++j, ++n) {
                    expected = a == i * 4 + j ? 100 + n : 0;
                }
            }
            EXPECT_EQ(nested.value({a}), expected != 0 ? expected : n) << a;
        }
    }
}

TEST(Lifting, BoundsLoops) {
    // Eight rounds are needed: a bound of seven is an obligation, and a loop that certainly goes on is refused.
    Call bounded("highest_bit", 0, {}, {.loop_bound = 7, .before_atomic = {}, .opaque = {}});
    const std::vector<std::string> found = bounded.violated();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_NE(found.front().find("a loop may run more than 7 times"), std::string::npos);
    try {
        const Call endless("without_end");
        FAIL() << "a loop without an end was lifted";
    } catch (const Unsupported& error) {
        EXPECT_NE(std::string(error.what()).find("programs.c:"), std::string::npos) << error.what();
        EXPECT_NE(std::string(error.what()).find("a loop that runs more than 80 times: `br label"), std::string::npos)
            << error.what();
    }
}

TEST(Lifting, FollowsPointersIntoSeveralObjects) {
    for (const int level : {0, 1}) {
        Call call("two_objects", level);
        EXPECT_EQ(call.violated(), std::vector<std::string>{});
        EXPECT_EQ(call.value({1, 0}), (11U << 24) + (2U << 16) + (4U << 8) + 5U + 1U);
        EXPECT_EQ(call.value({1, 1}), (1U << 24) + (12U << 16) + (4U << 8) + 5U + 1U);
        EXPECT_EQ(call.value({0, 2}), (1U << 24) + (2U << 16) + (14U << 8) + 5U);
        EXPECT_EQ(call.value({0, 3}), (1U << 24) + (2U << 16) + (4U << 8) + 15U);
    }
}

TEST(Lifting, LeavesOutWhatConstantsExclude) {
    const Call all("expensive");
    const Call first("expensive", 0, {0});
    EXPECT_GT(all.lifter.instructions(), 10 * first.lifter.instructions());
    EXPECT_LT(first.terms.size(), 40U);
}

TEST(Lifting, ComputesAsTheProcessorDoes) {
    std::mt19937_64 random(1);
    for (const int level : {0, 1}) {
        Call high("product_high", level);
        Call bits("bits", level);
        Call signs("signs", level);
        EXPECT_EQ(signs.violated(), std::vector<std::string>{});
        for (int i = 0; i < 2000; ++i) {
            const std::uint64_t a = random() >> random() % 64;
            const std::uint64_t b = random() >> random() % 64;
            EXPECT_EQ(high.value({a, b}), static_cast<std::uint64_t>(static_cast<Word>(a) * b >> 64));
            const auto x = static_cast<std::uint32_t>(a);
            const std::uint32_t swapped = __builtin_bswap32(x);
            EXPECT_EQ(bits.value({x}), static_cast<std::uint32_t>(std::popcount(x) + 100 * std::countr_zero(x) +
                                                                  10000 * std::countl_zero(x)) +
                                           swapped % 3);
            const auto s = static_cast<std::int32_t>(random());
            const auto t = static_cast<std::int32_t>(random()) >> random() % 32;
            if (t != 0) {
                const auto expected = static_cast<std::uint32_t>(static_cast<std::int64_t>(s / t) * 1000 + s % t);
                EXPECT_EQ(signs.value({static_cast<std::uint32_t>(s), static_cast<std::uint32_t>(t)}), expected);
            }
        }
    }
}

TEST(Lifting, AgreesWithZ3OnWhatItEvaluates) {
    Call call("bits");
    z3::solver solver(call.context);
    solver.add(call.context.bv_const("a0", 32) == call.context.bv_val(0x12345678, 32));
    solver.add(call.z3(call.result.bits) != call.context.bv_val(static_cast<unsigned>(call.value({0x12345678})), 32));
    EXPECT_EQ(solver.check(), z3::unsat);
}

TEST(Lifting, LetsOthersWriteBeforeAtomicAccesses) {
    const auto run = [](bool others) {
        Terms terms;
        World world(terms);
        Region region{"word", 8, 8, true, true, true, false, {{0, 8, "value", false}}, {}};
        const std::uint32_t number = world.add(region);
        Memory memory(world);
        const Term before = terms.variable("before", 64);
        memory.set(number, {{before, terms.constant(8, 0)}});
        std::vector<bool> writes;
        LifterOptions options;
        options.before_atomic = [&](Memory& shared, const AtomicStep& step) {
            EXPECT_EQ(step.region, number);
            EXPECT_EQ(step.offset, 0U);
            writes.push_back(step.writes);
            if (others && step.writes) {
                shared.set_cell(number, 0, {terms.variable("other", 64), terms.constant(8, 0)});
            }
        };
        Lifter lifter(programs(1), world, options);
        const Value taken = lifter.call("take", {terms.address(number)}, memory);
        EXPECT_EQ(writes, (std::vector<bool>{false, true}));
        // Alone, the exchange cannot fail.
        return taken.bits == terms.ult(before, terms.constant(64, 10));
    };
    EXPECT_TRUE(run(false));
    EXPECT_FALSE(run(true));
}

TEST(Lifting, NamesWhatIsOutsideTheSubset) {
    const auto message = [](const std::string& function, int level) {
        try {
            const Call call(function, level);
        } catch (const Unsupported& error) {
            return std::string(error.what());
        }
        return std::string("lifted");
    };
    EXPECT_NE(message("recursive", 0).find("programs.c:"), std::string::npos);
    EXPECT_NE(message("recursive", 0).find("recursion: `%call = call i32 @recursive("), std::string::npos)
        << message("recursive", 0);
    EXPECT_NE(message("floating", 1).find("outside the subset"), std::string::npos) << message("floating", 1);
}

TEST(Lifting, SaysWhichFileCannotBeRead) {
    try {
        const Module module("no/such/file.bc");
        FAIL();
    } catch (const std::runtime_error& error) {
        EXPECT_EQ(std::string(error.what()).rfind("no/such/file.bc: ", 0), 0U) << error.what();
    }
}

TEST(Lifting, FoldsAsTheEvaluatorComputes) {
    // The same operations on constants and on variables: folding and evaluation are written apart.
    std::mt19937_64 random(7);
    Terms terms;
    const std::vector<Term (Terms::*)(Term, Term)> operations{
        &Terms::bit_and, &Terms::bit_or, &Terms::bit_xor, &Terms::add,  &Terms::sub,   &Terms::mul,
        &Terms::udiv,    &Terms::urem,   &Terms::sdiv,    &Terms::srem, &Terms::shl,   &Terms::lshr,
        &Terms::ashr,    &Terms::eq,     &Terms::ult,     &Terms::slt,  &Terms::concat};
    for (const unsigned width : {1U, 8U, 17U, 32U, 64U}) {
        const Term a = terms.variable(fmt::format("a{}", width), width);
        const Term b = terms.variable(fmt::format("b{}", width), width);
        for (const auto operation : operations) {
            for (int i = 0; i < 60; ++i) {
                const std::uint64_t x = random() >> random() % 64;
                const std::uint64_t y = i % 3 == 0 ? random() % (2 * width) : random() >> random() % 64;
                const Term half = (terms.*operation)(a, terms.constant(width, y));
                Evaluator evaluator(terms, {(terms.*operation)(a, b), half});
                evaluator.begin();
                for (std::size_t k = 0; k < evaluator.inputs().size(); ++k) {
                    evaluator.set(k, evaluator.inputs()[k].term == a ? x : y);
                }
                const Term folded = (terms.*operation)(terms.constant(width, x), terms.constant(width, y));
                ASSERT_TRUE(terms.is_constant(folded));
                ASSERT_EQ(terms.value(folded) == evaluator.value(0), true) << terms.text(half) << ' ' << x << ' ' << y;
                ASSERT_EQ(terms.value(folded) == evaluator.value(1), true) << terms.text(half) << ' ' << x << ' ' << y;
            }
        }
    }
}

// ---- the intercept path ----

const Module& intercept_path() {
    static const Module module(VTLCHECK_BITCODE "/vtl_intercept.bc");
    return module;
}

TEST(LiftingIntercept, LiftsAReadOfStar) {
    z3::context context;
    Intercept intercept(intercept_path(), context);
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::uint64_t>>{
             {"exit.kind", 0}, {"exit.info[0]", 0x1F}, {"exit.info[9]", 0}, {"exit.vtl", 0}, {"exit.vp", 0}}) {
        intercept.bind(name, value);
    }
    intercept.bind("exit.gpr[1]", 0xC0000081);
    intercept.bind("vp[0].msr_bitmap[0][130]", ~std::uint64_t{0}); // else it could not have been an exit
    const Lifted lifted = intercept.run("vtl_handle_exit");
    EXPECT_EQ(violated(context, lifted.obligations(), {}), std::vector<std::string>{});
    z3::solver solver(context);
    const z3::expr star = intercept.before("vp[0].state.vtl[0].star");
    solver.add(lifted.after("outcome.gpr[0]") != z3::zext(star.extract(31, 0), 32) ||
               lifted.after("outcome.gpr[2]") != z3::zext(star.extract(63, 32), 32) || lifted.result() != 0);
    EXPECT_EQ(solver.check(), z3::unsat);
    // The control: RDX holds the other half.
    z3::solver control(context);
    control.add(lifted.after("outcome.gpr[2]") != z3::zext(star.extract(31, 0), 32));
    EXPECT_EQ(control.check(), z3::sat);
    EXPECT_TRUE(std::ranges::none_of(lifted.changed(), [](const std::string& n) { return n.starts_with("vp[1]"); }));
}

TEST(LiftingIntercept, RefusesNullPointersWithoutTouchingAnything) {
    z3::context context;
    Intercept intercept(intercept_path(), context);
    const Lifted lifted = intercept.run("vtl_handle_exit", {"partition", Intercept::Null{}, "exit", "outcome"});
    EXPECT_EQ(intercept.z3(lifted.result_term()).simplify().get_numeral_uint(), 1U);
    EXPECT_EQ(lifted.changed(), std::vector<std::string>{});
    EXPECT_EQ(lifted.obligations().size(), 0U);
}

TEST(LiftingIntercept, CountsInTheCensusThatIsAttached) {
    z3::context context;
    Intercept intercept(intercept_path(), context, {.vps = 1, .census = true});
    for (const auto& [name, value] :
         std::vector<std::pair<std::string, std::uint64_t>>{{"exit.kind", 0},
                                                            {"exit.info[0]", 0x1F},
                                                            {"exit.info[9]", 0},
                                                            {"exit.vtl", 0},
                                                            {"exit.vp", 0},
                                                            {"exit.gpr[1]", 0x1D9},
                                                            {"vp[0].msr_bitmap[0][7]", ~std::uint64_t{0}},
                                                            {"partition.config.isolation", 3}}) {
        intercept.bind(name, value);
    }
    const Lifted lifted = intercept.run("vtl_handle_exit");
    EXPECT_EQ(violated(context, lifted.obligations(), {}), std::vector<std::string>{});
    z3::solver solver(context);
    const z3::expr before = intercept.before("census[0].count[0][0][473]");
    const z3::expr after = lifted.after("census[0].count[0][0][473]");
    solver.add(after != z3::ite(before == context.bv_val(0xFFFFFFFFU, 32), before, before + 1));
    EXPECT_EQ(solver.check(), z3::unsat);
}

TEST(LiftingIntercept, KnowsNamesAndTheirPlaces) {
    z3::context context;
    Intercept intercept(intercept_path(), context);
    EXPECT_EQ(intercept.place("vp[0].msr_bitmap[1][511]").offset, 8184U);
    EXPECT_TRUE(intercept.before("partition.config.la57").is_bool());
    EXPECT_EQ(intercept.before("slots[1].start.cs.selector").get_sort().bv_size(), 16U);
    EXPECT_THROW(intercept.bind("exit.kin", 0), std::invalid_argument);
    EXPECT_THROW(intercept.bind("partition.config.la57", 2), std::invalid_argument);
}

} // namespace
} // namespace vtlcheck::lifting
