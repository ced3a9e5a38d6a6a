// The JSON view: its shape, its length, and what it must not show.
#include "contexts.h"
#include "machine.h"

#include <nlohmann/json.hpp>

#include <string>

namespace vtl_tests {
namespace {

using nlohmann::json;

class Inspect : public Machine {
protected:
    std::string text() const {
        const vtl_vp* vps[] = {&vp};
        std::string buffer(vtl_inspect(&partition, vps, 1, nullptr, 0), 'x');
        EXPECT_EQ(vtl_inspect(&partition, vps, 1, buffer.data(), buffer.size() + 1), buffer.size());
        return buffer;
    }
    json tree() const { return json::parse(text()); }
};

TEST_F(Inspect, LengthIsThatOfTheWholeText) {
    const vtl_vp* vps[] = {&vp};
    const std::string whole = text();
    for (const std::size_t size : {std::size_t{1}, std::size_t{2}, std::size_t{100}, whole.size(), whole.size() + 1}) {
        std::string buffer(size + 8, '#');
        EXPECT_EQ(vtl_inspect(&partition, vps, 1, buffer.data(), size), whole.size());
        EXPECT_EQ(buffer.substr(0, size - 1), whole.substr(0, size - 1));
        EXPECT_EQ(buffer[size - 1], '\0');
        EXPECT_EQ(buffer.substr(size), std::string(8, '#'));
    }
    EXPECT_EQ(vtl_inspect(nullptr, vps, 1, nullptr, 0), 0U);
    EXPECT_EQ(vtl_inspect(&partition, nullptr, 1, nullptr, 0), 0U);
    char byte = 'x';
    EXPECT_EQ(vtl_inspect(nullptr, vps, 1, &byte, 1), 0U);
    EXPECT_EQ(byte, '\0');
}

TEST_F(Inspect, PolicyOfEveryIsolation) {
    const char* words[] = {"none", "vbs", "snp", "tdx", "cca"};
    for (std::uint8_t isolation = 0; isolation <= VTL_ISOLATION_CCA; ++isolation)
        for (const bool profile : {false, true}) {
            partition.config.isolation = isolation;
            partition.config.untrusted_synic = profile;
            const json policy = tree()["policy"];
            EXPECT_EQ(policy["isolation"], words[isolation]);
            EXPECT_EQ(policy["profile"], profile ? "untrusted-synic" : "strict");
            EXPECT_EQ(policy["access_vsm"], partition.config.access_vsm);
            EXPECT_EQ(policy["vps"], partition.config.vps);
            const json& guard = policy["guard"];
            EXPECT_EQ(guard["get"].size(), 3U);
            EXPECT_EQ(guard["set"].size(), 3U);
            EXPECT_EQ(guard["get"]["vtl2"], json({"GuestVsmPartitionConfig", "VsmPartitionConfig", "VsmPartitionStatus",
                                                  "VsmCapabilities", "TimeRefCount"}));
            if (isolation < VTL_ISOLATION_SNP) {
                EXPECT_EQ(guard["get"]["vtl0"], json({"*"}));
                EXPECT_EQ(guard["set"]["vtl1"], json({"*"}));
                EXPECT_EQ(guard["set"]["vtl2"],
                          json({"GuestVsmPartitionConfig", "VsmPartitionConfig", "PmTimerAssist"}));
                continue;
            }
            EXPECT_EQ(guard["set"]["vtl2"], json({"VsmPartitionConfig"}));
            EXPECT_TRUE(guard["get"]["vtl0"].empty());
            EXPECT_TRUE(guard["get"]["vtl1"].empty());
            EXPECT_TRUE(guard["set"]["vtl1"].empty());
            json expected = json::array();
            if (profile) {
                expected = {"Sipp", "Sifp"};
                for (unsigned n = 0; n < 16; ++n)
                    expected.push_back("Sint" + std::to_string(n));
            }
            EXPECT_EQ(guard["set"]["vtl0"], expected);
        }
}

TEST_F(Inspect, StateOfAVp) {
    enable_vtl1();
    enable_vsm(true);
    slots[0].enable_called = true;
    claim(0x8003);
    shared().cr0_mask = 0x10;
    shared().cr4_mask = ~std::uint64_t{0};
    shared().intercept_pending = true;
    restore();
    const json root = tree();
    EXPECT_EQ(root["abi"], 3);
    EXPECT_EQ(root["guest_vsm"]["state"], "enabled");
    EXPECT_EQ(root["guest_vsm"]["mbec"], true);
    EXPECT_EQ(root["guest_vsm"]["partition_config"], "0x1e");
    ASSERT_EQ(root["vps"].size(), 1U);
    const json& first = root["vps"][0];
    EXPECT_EQ(first["active_vtl"], 0);
    EXPECT_EQ(first["next_entry"], "hold");
    EXPECT_EQ(first["vtl1_present"], true);
    EXPECT_EQ(first["intercept_control"], "0x8003");
    EXPECT_EQ(first["cr0_mask"], "0x10");
    EXPECT_EQ(first["cr4_mask"], "0xffffffffffffffff");
    EXPECT_EQ(first["message_pending"], true);
    EXPECT_EQ(first["controls"][0]["descriptor_table_exiting"], true);
    EXPECT_EQ(first["controls"][1]["cr0_guest_host_mask"], "0xfffffffffffaffe1");
    EXPECT_EQ(first["slot"]["started"], true);
    EXPECT_EQ(first["slot"]["enable_called"], true);
    EXPECT_EQ(first["audit"]["count"], 0);
    EXPECT_TRUE(first["audit"]["tail"].empty());
}

TEST_F(Inspect, SlotAndActiveVtl) {
    enable_vtl1();
    shared().active_vtl1 = true;
    slots[0].start_pending = slots[0].start_vtl1 = true;
    json first = tree()["vps"][0];
    EXPECT_EQ(first["vp"], 0);
    EXPECT_EQ(first["active_vtl"], 1);
    EXPECT_EQ(first["next_entry"], "vtl1");
    EXPECT_EQ(first["slot"]["start_pending"], true);
    EXPECT_EQ(first["slot"]["start_vtl"], 1);
    slots[0].start_pending = slots[0].start_vtl1 = false;
    first = tree()["vps"][0];
    EXPECT_EQ(first["slot"]["start_pending"], false);
    EXPECT_EQ(first["slot"]["start_vtl"], 0);
}

// What was restored from elsewhere may be anything.
TEST_F(Inspect, WhatCannotBeIsNotLookedUp) {
    for (const std::uint32_t index : {VPS, VPS + 1}) {
        vp.index = index;
        const json first = tree()["vps"][0];
        EXPECT_EQ(first["vp"], index);
        EXPECT_FALSE(first.contains("slot"));
    }
    vp.index = 0;
    partition.vsm.guest_vsm = VTL_VSM_UNSUPPORTED + 1;
    partition.config.isolation = VTL_ISOLATION_CCA + 1;
    EXPECT_EQ(tree()["guest_vsm"]["state"], "unknown");
    EXPECT_EQ(tree()["policy"]["isolation"], "unknown");
}

TEST_F(Inspect, TailIsTheLastSixteen) {
    enable_vtl1();
    for (unsigned n = 0; n < 70; ++n)
        handle(get_exit(0x00080008, USE_VTL0, 1));
    handle(control_exit(VTL_SPECIAL_REQUEST, 6, 0));
    const json audit = tree()["vps"][0]["audit"];
    EXPECT_EQ(audit["next"], 71);
    EXPECT_EQ(audit["count"], 64);
    EXPECT_EQ(audit["lost"], 7);
    ASSERT_EQ(audit["tail"].size(), 16U);
    EXPECT_EQ(audit["tail"][0]["sequence"], 55);
    EXPECT_EQ(audit["tail"][0]["vp"], 0);
    EXPECT_EQ(audit["tail"][0]["origin"], "vtl1");
    EXPECT_EQ(audit["tail"][0]["operation"], "get");
    EXPECT_EQ(audit["tail"][0]["route"], "emulation");
    EXPECT_EQ(audit["tail"][0]["verdict"], "granted");
    EXPECT_EQ(audit["tail"][15]["sequence"], 70);
    EXPECT_EQ(audit["tail"][15]["operation"], "special-set");
    EXPECT_EQ(audit["tail"][15]["register"], "0xa0013");
    EXPECT_EQ(audit["tail"][15]["vtl"], 0);
}

TEST_F(Inspect, NullVpsAreLeftOut) {
    const vtl_vp* vps[] = {nullptr, &vp, nullptr};
    std::string buffer(100000, '\0');
    buffer.resize(vtl_inspect(&partition, vps, 3, buffer.data(), buffer.size()));
    EXPECT_EQ(json::parse(buffer)["vps"].size(), 1U);
}

// Whatever the guest's registers hold, the text is the same.
TEST_F(Inspect, NoRegisterOfTheGuestShows) {
    enable_vtl1();
    const std::string before = text();
    for (vtl_vtl_state& state : vp.state.vtl)
        std::memset(&state, 0x5A, sizeof state);
    std::memset(partition.vtl, 0x5A, sizeof partition.vtl);
    std::memset(&shared().pending, 0x5A, sizeof shared().pending);
    std::memset(&shared().untrusted_synic, 0x5A, sizeof shared().untrusted_synic);
    shared().pending_event = shared().pending_event_parameter = shared().xcr0 = shared().vina = 0x5A5A5A5A;
    slots[0].enable = slots[0].start = good_context();
    EXPECT_EQ(text(), before);
}

} // namespace
} // namespace vtl_tests
