#include "services/auth/api_key.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/fakes.hpp"

namespace {

using auth::ApiKey;
using auth::parse_api_key;

const std::string id = "0193c5a0-0000-7000-8000-000000000001";

ApiKey key_of(std::string region, std::string tenant_id, std::string secret = std::string(32, '\xff')) {
    return {std::move(region), std::move(tenant_id), id, std::move(secret)};
}

TEST(ApiKey, TellsItsHomeInItsText) {
    const std::string text = to_text(key_of("eu-west-1", "acme"));
    EXPECT_EQ(text, "vt_eu-west-1_acme_" + id + "_" + std::string(42, '_') + "8");
    EXPECT_EQ(parse_api_key(text), key_of("eu-west-1", "acme"));
}

TEST(ApiKey, IsReadFromBothEndsBecauseTenantsAndSecretsHoldUnderlines) {
    for (const std::string& tenant :
         {std::string("_"), std::string("a_b"), std::string("vt_eu_x"), id, "default_" + id}) {
        for (const char byte : {'\xff', '\0', '\x7f'}) {
            const ApiKey key = key_of("local", tenant, std::string(32, byte));
            EXPECT_EQ(parse_api_key(to_text(key)), key) << tenant;
        }
    }
    const ApiKey longest = key_of(std::string(32, 'r'), std::string(64, '_'));
    EXPECT_EQ(to_text(longest).size(), auth::longest_key_text);
    EXPECT_EQ(parse_api_key(to_text(longest)), longest);
}

TEST(ApiKey, RefusesEveryTextThatItWouldNotWrite) {
    const std::string secret(43, 'A');
    for (const std::string& text : {
             std::string(),
             std::string("vt_"),
             "vt_local_acme_" + id,
             "vt_local_acme_" + id + "_",
             "VT_local_acme_" + id + "_" + secret,
             "vt_local_acme_" + id + "_" + secret + "\n",
             " vt_local_acme_" + id + "_" + secret,
             "vt_local_acme_" + id + "_" + secret + "A",
             "vt_local_acme_" + id + "_" + std::string(42, 'A') + "B",  // stray bits
             "vt_local_acme_" + id + "_" + std::string(42, 'A') + "=",
             "vt_local_acme_" + id + "_" + std::string(42, 'A') + "+",
             "vt_local_acme_0193C5A0-0000-7000-8000-000000000001_" + secret,
             "vt_local_acme_0193c5a000000-7000-8000-000000000001_" + secret,
             "vt_local__" + id + "_" + secret,
             "vt_local_" + id + "_" + secret,
             "vt__acme_" + id + "_" + secret,
             "vt_LOCAL_acme_" + id + "_" + secret,
             "vt_local_a/b_" + id + "_" + secret,
             "vt_local_.._" + id + "_" + secret,
             "vt_" + std::string(33, 'r') + "_acme_" + id + "_" + secret,
             "vt_local_" + std::string(65, 't') + "_" + id + "_" + secret,
             "vt_local_acme-" + id + "_" + secret,
             "vt_local_acme_" + id + "-" + secret,
             std::string(1 << 20, '_'),
         }) {
        EXPECT_FALSE(parse_api_key(text)) << text.substr(0, 200);
    }
}

// What a fuzzer would do, a little of it every day: change a good text anywhere; what still parses writes itself.
TEST(ApiKey, WhateverParsesIsWrittenTheSameWay) {
    base::SeededRandom random(7);
    const std::string good = to_text(key_of("local", "a_b"));
    int parsed = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string text = good;
        text[random.below(text.size())] = static_cast<char>(random.below(256));
        const auto key = parse_api_key(text);
        if (!key) continue;
        ++parsed;
        ASSERT_EQ(to_text(*key), text);
    }
    EXPECT_GT(parsed, 1000) << "the mutation is too wild to mean anything";
}

TEST(ApiKey, IsKeptAsTheHashOfItsWholeText) {
    EXPECT_EQ(base::to_hex(auth::hash_of_key("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    base::SeededRandom random(1);
    const std::string first = auth::new_secret(random);
    EXPECT_EQ(first.size(), 32U);
    EXPECT_NE(first, auth::new_secret(random));
}

}  // namespace
