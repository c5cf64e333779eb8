#include "runtime/address.hpp"

#include <gtest/gtest.h>

namespace {

using runtime::refuse_private_address;

TEST(RefusePrivateAddress, LetsThePublicInternetPass) {
    for (const std::string_view address : {"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1",
                                           "172.32.0.1", "192.167.1.1", "223.255.255.254", "2606:4700::1111",
                                           "2a00:1450::1", "::ffff:8.8.8.8", "2002:808:808::1", "64:ff9b::808:808"}) {
        EXPECT_TRUE(refuse_private_address(address)) << address;
    }
}

TEST(RefusePrivateAddress, RefusesWhateverIsInside) {
    for (const std::string_view address :
         {"0.0.0.0",       "10.0.0.1",        "100.64.0.1",  "127.0.0.1",   "127.255.255.255",  "169.254.169.254",
          "172.16.0.1",    "172.31.255.255",  "192.0.0.1",   "192.168.0.1", "198.18.0.1",       "224.0.0.1",
          "240.0.0.1",     "255.255.255.255", "::",          "::1",         "fe80::1",          "fc00::1",
          "fd00:ec2::254", "ff02::1",         "2001:db8::1", "2001::1",     "::ffff:127.0.0.1", "::ffff:10.0.0.1",
          "2002:7f00:1::", "64:ff9b::a00:1",  "::127.0.0.1"}) {
        const auto refused = refuse_private_address(address);
        ASSERT_FALSE(refused) << address;
        EXPECT_EQ(refused.error().code, base::ErrorCode::address_refused);
    }
}

TEST(RefusePrivateAddress, TakesNoNamesNorOddForms) {
    for (const std::string_view text :
         {"", "localhost", "example.com", "0x7f.1", "2130706433", "127.1", "8.8.8.8 ", "fe80::1%eth0"}) {
        EXPECT_FALSE(refuse_private_address(text)) << text;
    }
}

}  // namespace
