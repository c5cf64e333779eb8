#include "model/principal.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace {

using base::ErrorCode;
using model::Action;
using model::allowed;
using model::Principal;
using model::PrincipalKind;
using model::Role;

Principal person(Role role, std::set<std::string, std::less<>> scopes = {"*"}) {
    return {PrincipalKind::user, "acme", "anna", {role}, std::move(scopes)};
}

struct Case {
    const char* tenant_id;
    const char* owner_id;
    Role role;
    Action action;
    bool allowed;
};

TEST(Allowed, FollowsTheTable) {
    using enum Action;
    const Case cases[] = {
        {"acme", "bert", Role::viewer, session_read, true},    {"acme", "", Role::viewer, session_create, false},
        {"acme", "bert", Role::viewer, export_create, true},   {"acme", "", Role::viewer, webhook_read, false},
        {"acme", "", Role::member, session_create, true},      {"acme", "anna", Role::member, session_delete, true},
        {"acme", "bert", Role::member, session_delete, false}, {"acme", "bert", Role::member, transcript_edit, true},
        {"acme", "anna", Role::member, key_manage, true},      {"acme", "bert", Role::member, key_manage, false},
        {"acme", "", Role::member, user_manage, false},        {"acme", "bert", Role::admin, session_delete, true},
        {"acme", "bert", Role::admin, user_manage, true},      {"acme", "", Role::admin, platform_manage, false},
        {"acme", "", Role::viewer, voice_read, false},         {"acme", "", Role::member, voice_read, true},
        {"other", "", Role::admin, session_read, false},       {"acme", "", Role::platform, platform_manage, true},
        {"other", "", Role::platform, tenant_manage, true},
    };
    for (const Case& c : cases) {
        EXPECT_EQ(allowed(person(c.role), c.action, {c.tenant_id, c.owner_id}), c.allowed)
            << model::role_name(c.role) << " " << model::rule_of(c.action).name << " " << c.tenant_id << " "
            << c.owner_id;
    }
}

TEST(Allowed, NeedsTheScopeOfEveryAction) {
    for (const model::ActionRule& rule : model::action_rules()) {
        const std::string scope(rule.scope);
        EXPECT_TRUE(allowed(person(Role::platform, {scope}), rule.action, {"acme"})) << rule.name;
        EXPECT_FALSE(allowed(person(Role::platform, {}), rule.action, {"acme"})) << rule.name;
        EXPECT_FALSE(allowed(person(Role::platform, {scope + "x", "sessions"}), rule.action, {"acme"})) << rule.name;
    }
}

TEST(Allowed, NeverReachesAnotherTenantWithoutThePlatformRole) {
    for (const model::ActionRule& rule : model::action_rules()) {
        for (const Role role : {Role::viewer, Role::member, Role::admin}) {
            EXPECT_FALSE(allowed(person(role), rule.action, {"other", "anna"})) << rule.name;
            EXPECT_FALSE(allowed(person(role), rule.action, {"", "anna"})) << rule.name;
        }
    }
    Principal nobody;
    EXPECT_FALSE(allowed(nobody, Action::session_read, {"", ""})) << "an empty tenant is nobody's";
    nobody.tenant_id = "acme";
    nobody.scopes = {"*"};
    EXPECT_FALSE(allowed(nobody, Action::session_read, {"acme"})) << "no role, no access";
}

TEST(Authorize, HidesWhatBelongsToOthersAndExplainsTheRest) {
    const auto elsewhere = authorize(person(Role::admin), Action::session_read, {"other"});
    EXPECT_EQ(elsewhere.error().code, ErrorCode::not_found);
    const auto scope = authorize(person(Role::admin, {"keys:read"}), Action::session_read, {"acme"});
    EXPECT_EQ(scope.error().code, ErrorCode::forbidden);
    EXPECT_EQ(scope.error().message, "session.read needs the scope sessions:read");
    const auto role = authorize(person(Role::member), Action::session_delete, {"acme", "bert"});
    EXPECT_EQ(role.error().message, "session.delete needs the role admin");
}

TEST(Principal, GoesThroughItsText) {
    const Principal principal{
        PrincipalKind::api_key, "acme", "key-1", {Role::viewer, Role::admin}, {"sessions:read", "é"}};
    EXPECT_EQ(model::parse_principal(model::to_text(principal)), principal);
    for (const char* text : {"", "{}", R"({"id":"a","kind":"user","roles":[],"scopes":[],"tenant_id":"t","more":1})",
                             R"({"id":"a","kind":"god","roles":[],"scopes":[],"tenant_id":"t"})",
                             R"({"id":"a","kind":"user","roles":["root"],"scopes":[],"tenant_id":"t"})",
                             R"({"id":"a","kind":"user","roles":[],"scopes":[1],"tenant_id":"t"})"}) {
        const auto parsed = model::parse_principal(text);
        ASSERT_FALSE(parsed) << text;
        EXPECT_EQ(parsed.error().code, ErrorCode::unauthenticated);
    }
}

}  // namespace
