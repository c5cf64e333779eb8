#include "services/auth/grants.hpp"

#include <gtest/gtest.h>

namespace {

using auth::Administrator;
using auth::keeps_administrators;
using auth::may_grant;
using auth::Scopes;
using base::ErrorCode;
using model::Role;

model::Principal principal_of(std::set<Role> roles, Scopes scopes) {
    return {.tenant_id = "acme", .id = "u1", .roles = std::move(roles), .scopes = std::move(scopes)};
}

TEST(Grants, NobodyGivesARoleAboveTheirOwn) {
    for (const Role own : {Role::viewer, Role::member, Role::admin, Role::platform}) {
        for (const Role given : {Role::viewer, Role::member, Role::admin, Role::platform}) {
            EXPECT_EQ(may_grant(principal_of({own}, {"*"}), given).has_value(), given <= own);
        }
    }
    EXPECT_FALSE(may_grant(principal_of({}, {"*"}), Role::member)) << "without a role one is a viewer at most";
    EXPECT_EQ(may_grant(principal_of({Role::admin}, {}), Role::platform).error().code, ErrorCode::forbidden);
}

TEST(Grants, NobodyGivesAScopeThatTheyDoNotCarry) {
    const auto narrow = principal_of({Role::admin}, {"keys:write", "sessions:read"});
    EXPECT_TRUE(may_grant(narrow, Scopes{"sessions:read"}));
    EXPECT_EQ(may_grant(narrow, Scopes{"sessions:read", "sessions:write"}).error().code, ErrorCode::forbidden);
    EXPECT_FALSE(may_grant(narrow, Scopes{"*"})) << "all is more than two";
    EXPECT_TRUE(may_grant(principal_of({Role::viewer}, {"*"}), Scopes{"*", "sessions:write"}));
}

TEST(Grants, ScopesAreThoseThatActionsNeed) {
    const auto read = [](const char* json) { return auth::parse_scopes(base::parse_json(json).value()); };
    EXPECT_EQ(read(R"(["sessions:write","sessions:read"])"), (Scopes{"sessions:read", "sessions:write"}));
    EXPECT_EQ(read(R"(["*"])"), Scopes{"*"});
    for (const char* wrong : {"[]", "{}", R"("*")", R"(["sessions:fly"])", "[1]", R"([""])", R"(["sessions:read "])"}) {
        EXPECT_EQ(read(wrong).error().code, ErrorCode::invalid_argument) << wrong;
    }
}

TEST(Grants, ScopesGoIntoAColumnAndBack) {
    for (const Scopes& scopes : {Scopes{}, Scopes{"*"}, Scopes{"a:b", "c:d"}}) {
        EXPECT_EQ(auth::scopes_from_text(auth::scopes_text(scopes)), scopes);
    }
    EXPECT_EQ(auth::scopes_text({"b", "a"}), "a b");
}

TEST(Grants, TheLastAdministratorStays) {
    const std::vector<Administrator> one{{"u1", Role::admin}};
    EXPECT_EQ(keeps_administrators(one, "u1", std::nullopt).error().code, ErrorCode::conflict);
    EXPECT_FALSE(keeps_administrators(one, "u1", Role::member));
    EXPECT_TRUE(keeps_administrators(one, "u1", Role::admin));
    EXPECT_TRUE(keeps_administrators(one, "u2", std::nullopt)) << "another user's end changes nothing";

    const std::vector<Administrator> two{{"u1", Role::admin}, {"u2", Role::admin}};
    EXPECT_TRUE(keeps_administrators(two, "u1", Role::viewer));
}

TEST(Grants, TheLastPlatformAdministratorStaysThoughOtherAdministratorsAreThere) {
    const std::vector<Administrator> both{{"u1", Role::platform}, {"u2", Role::admin}};
    EXPECT_FALSE(keeps_administrators(both, "u1", Role::admin));
    EXPECT_FALSE(keeps_administrators(both, "u1", std::nullopt));
    EXPECT_TRUE(keeps_administrators(both, "u2", std::nullopt)) << "the platform's is an administrator too";
    EXPECT_TRUE(keeps_administrators({}, "u1", Role::member)) << "nobody there, nobody lost";
}

TEST(Grants, ThePlatformsAdministratorCarriesBothRoles) {
    EXPECT_EQ(auth::roles_of(Role::platform), (std::set{Role::admin, Role::platform}));
    EXPECT_EQ(auth::roles_of(Role::member), std::set{Role::member});
    EXPECT_EQ(auth::highest_role(principal_of({Role::viewer, Role::admin}, {})), Role::admin);
}

}  // namespace
