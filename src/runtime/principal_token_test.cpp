#include "runtime/principal_token.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using runtime::sign_principal;
using runtime::verify_principal;

const std::chrono::system_clock::time_point noon{1'800'000'000s};
const runtime::PrincipalKeys keys{"the shared key"};
constexpr std::string_view claims = R"({"tenant": "t1", "user": "u1"})";

TEST(PrincipalToken, CarriesTheClaimsToItsAudience) {
    const std::string token = sign_principal(claims, "session", noon + 30s, keys);
    EXPECT_EQ(verify_principal(token, "session", noon, keys), claims);
    EXPECT_EQ(verify_principal(sign_principal("", "session", noon + 30s, keys), "session", noon, keys), "");
}

TEST(PrincipalToken, EndsAtItsExpiry) {
    const std::string token = sign_principal(claims, "session", noon + 30s, keys);
    EXPECT_TRUE(verify_principal(token, "session", noon + 29s, keys));
    EXPECT_EQ(verify_principal(token, "session", noon + 30s, keys).error().code, ErrorCode::unauthenticated);
}

TEST(PrincipalToken, IsRefusedByAnotherService) {
    const std::string token = sign_principal(claims, "session", noon + 30s, keys);
    EXPECT_FALSE(verify_principal(token, "upload", noon, keys));
}

TEST(PrincipalToken, SurvivesTheChangeOfKeys) {
    const std::string old = sign_principal(claims, "session", noon + 30s, {"old"});
    EXPECT_TRUE(verify_principal(old, "session", noon, {"new", "old"}));
    EXPECT_FALSE(verify_principal(old, "session", noon, {"new"}));
    EXPECT_FALSE(verify_principal(old, "session", noon, {}));
}

TEST(PrincipalToken, IsRefusedWithAnyCharacterChangedOrMissing) {
    const std::string token = sign_principal(claims, "session", noon + 30s, keys);
    for (std::size_t i = 0; i < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(verify_principal(changed, "session", noon, keys)) << i;
        EXPECT_FALSE(verify_principal(token.substr(0, i), "session", noon, keys)) << i;
    }
    EXPECT_FALSE(verify_principal(token + "A", "session", noon, keys));
}

}  // namespace
