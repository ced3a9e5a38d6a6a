// Which start contexts are accepted, by StartVirtualProcessor.
#include "contexts.h"
#include "machine.h"

#include <functional>

namespace vtl_tests {
namespace {

class Contexts : public Machine {
protected:
    bool accepts(const std::function<void(vtl_context&)>& change) {
        slots[1] = {};
        vtl_exit exit = vmcall_exit(0x99);
        exit.input.target_vp = 1;
        exit.input.context = good_context();
        change(exit.input.context);
        handle(exit);
        EXPECT_EQ(slots[1].started, out.gpr[VTL_RAX] == 0);
        EXPECT_TRUE(out.gpr[VTL_RAX] == 0 || out.gpr[VTL_RAX] == 0x50) << out.gpr[VTL_RAX];
        return out.gpr[VTL_RAX] == 0;
    }
};

TEST_F(Contexts, WordsOneByOne) {
    EXPECT_TRUE(accepts([](vtl_context&) {}));
    EXPECT_FALSE(accepts([](vtl_context& c) { c.rip = 0x800000000000; }));
    EXPECT_TRUE(accepts([](vtl_context& c) { c.rip = 0x7FFFFFFFFFFF; }));
    EXPECT_TRUE(accepts([](vtl_context& c) { c.rsp = ~std::uint64_t{0}; }));
    EXPECT_FALSE(accepts([](vtl_context& c) { c.rflags = 0; }));
    EXPECT_FALSE(accepts([](vtl_context& c) { c.rflags = 0x20002; }));
    EXPECT_FALSE(accepts([](vtl_context& c) { c.cr0 = 0x80000032; })); // PG without PE
    EXPECT_TRUE(accepts([](vtl_context& c) { c.cr0 |= 0x1FFAFFC0; }));
    EXPECT_FALSE(accepts([](vtl_context& c) { c.cr4 = 0; }));
    EXPECT_FALSE(accepts([](vtl_context& c) { c.cr4 = 0x2020; })); // VMXE
    EXPECT_FALSE(accepts([](vtl_context& c) { c.pat = 2; }));
    EXPECT_FALSE(accepts([](vtl_context& c) { c.efer = 0x501; }));
    EXPECT_FALSE(accepts([](vtl_context& c) { c.efer = 0x1D01; }));
    EXPECT_TRUE(accepts([](vtl_context& c) { c.efer = 0x901; })); // LMA is computed
    EXPECT_TRUE(accepts([](vtl_context& c) { c.cr3 = 0xFFFFFFFFFFFFF; }));
    EXPECT_FALSE(accepts([](vtl_context& c) { c.cr3 = 0x10000000000000; }));
    EXPECT_FALSE(accepts([](vtl_context& c) { c.gdtr.base = 0x800000000000; }));
    EXPECT_FALSE(accepts([](vtl_context& c) { c.idtr.base = 0x800000000000; }));
    EXPECT_FALSE(accepts([](vtl_context& c) { c.tr.attributes = 0; }));
    EXPECT_FALSE(accepts([](vtl_context& c) { c.ldtr = {.base = 0, .limit = 0, .selector = 0, .attributes = 0x83}; }));
}

TEST_F(Contexts, SlotKeepsTheContextWithCr0Adjusted) {
    ASSERT_TRUE(accepts([](vtl_context& c) { c.cr0 |= 0x1FFAFFC0; }));
    vtl_context expected = good_context();
    EXPECT_TRUE(same_bytes(&expected, &slots[1].start, sizeof expected));
    EXPECT_TRUE(slots[1].start_pending);
}

TEST_F(Contexts, CodeSegmentTypes) {
    for (unsigned type = 0; type < 16; ++type) {
        const bool code = type == 9 || type == 11 || type == 13 || type == 15;
        EXPECT_EQ(accepts([type](vtl_context& c) { c.cs.attributes = static_cast<std::uint16_t>(0xA090 | type); }),
                  code || type == 3)
            << type;
    }
    const auto cs = [this](unsigned attributes) {
        return accepts([attributes](vtl_context& c) { c.cs.attributes = static_cast<std::uint16_t>(attributes); });
    };
    EXPECT_FALSE(cs(0xA01B)); // not present
    EXPECT_FALSE(cs(0xA08B)); // system
    EXPECT_FALSE(cs(0xA19B)); // reserved
    EXPECT_FALSE(cs(0xA89B));
    EXPECT_FALSE(cs(0xE09B)); // L and D/B in long mode
    EXPECT_FALSE(cs(0x209B)); // limit needs G
    EXPECT_FALSE(accepts([](vtl_context& c) { c.cs.base = 0x100000000; }));
    EXPECT_TRUE(accepts([](vtl_context& c) { c.cs.base = 0xFFFFFFFF; }));
    EXPECT_TRUE(accepts([](vtl_context& c) {
        c.efer = 0x800;
        c.cs.attributes = 0xE09B;
    }));
}

TEST_F(Contexts, DataSegmentTypes) {
    vtl_segment vtl_context::* const data[] = {&vtl_context::ds, &vtl_context::es, &vtl_context::fs, &vtl_context::gs,
                                               &vtl_context::ss};
    for (const auto segment : data) {
        const bool ss = segment == &vtl_context::ss;
        const bool fs_gs = segment == &vtl_context::fs || segment == &vtl_context::gs;
        for (unsigned type = 0; type < 16; ++type) {
            const bool good = ss ? type == 3 || type == 7 : (type & 1) != 0 && type != 9 && type != 13;
            EXPECT_EQ(accepts([&](vtl_context& c) {
                          (c.*segment).attributes = static_cast<std::uint16_t>(0x8090 | type);
                          (c.*segment).limit = 0xFFF;
                      }),
                      good)
                << type;
        }
        const auto with = [&](vtl_segment value) { return accepts([&](vtl_context& c) { c.*segment = value; }); };
        EXPECT_TRUE(with({.base = 0, .limit = 1, .selector = 1, .attributes = 0xF12}));        // unusable
        EXPECT_FALSE(with({.base = 0, .limit = 0xFFFFF, .selector = 0, .attributes = 0x83}));  // system
        EXPECT_FALSE(with({.base = 0, .limit = 0xFFFFF, .selector = 0, .attributes = 0x493})); // reserved
        EXPECT_FALSE(with({.base = 0, .limit = 0x100FFF, .selector = 0, .attributes = 0x93})); // needs G
        EXPECT_FALSE(with({.base = 0, .limit = 0xFFE, .selector = 0, .attributes = 0x8093}));  // no G
        EXPECT_EQ(with({.base = 0x100000000, .limit = 0xFFF, .selector = 0, .attributes = 0x93}), fs_gs);
        EXPECT_FALSE(with({.base = 0x800000000000, .limit = 0xFFF, .selector = 0, .attributes = 0x93}));
        EXPECT_EQ(with({.base = 0x800000000000, .limit = 0, .selector = 0, .attributes = 0}), !fs_gs);
    }
}

TEST_F(Contexts, PrivilegesOfCodeAndStack) {
    for (unsigned type : {3U, 9U, 11U, 13U, 15U})
        for (unsigned cs = 0; cs < 4; ++cs)
            for (unsigned ss = 0; ss < 4; ++ss)
                for (const bool present : {false, true})
                    for (const bool real : {false, true}) {
                        const bool accepted = accepts([&](vtl_context& c) {
                            c.cs.attributes = static_cast<std::uint16_t>(0x8090 | cs << 5 | type);
                            c.ss.attributes = static_cast<std::uint16_t>(0x8013 | ss << 5 | (present ? 0x80 : 0));
                            if (real) {
                                c.cr0 = 0x10;
                                c.efer = 0x800;
                            }
                        });
                        bool good = true;
                        if (type == 3)
                            good = cs == 0 && ss == 0;
                        else if (type < 13)
                            good = cs == ss;
                        else
                            good = cs <= ss;
                        if (real && ss != 0)
                            good = false;
                        EXPECT_EQ(accepted, good) << type << cs << ss << present << real;
                    }
}

} // namespace
} // namespace vtl_tests
