// The service through its routes: keys, users, tenants, and what its records tell.
#include "services/auth/auth.hpp"

#include "base/rfc3339.hpp"
#include "services/auth/emails.hpp"
#include "services/auth/test_auth.hpp"

namespace {

using base::ErrorCode;
using model::Role;

class Auth : public auth::AuthTest {};

TEST_F(Auth, EveryFailureToSignInLooksTheSame) {
    const auto ada = make_user(root(), "member");
    std::string wrong_secret = ada.key;
    wrong_secret[wrong_secret.size() - 5] = wrong_secret[wrong_secret.size() - 5] == 'A' ? 'B' : 'A';
    std::string unknown_id = ada.key;
    unknown_id[unknown_id.find(ada.key_id) + 35] = unknown_id[unknown_id.find(ada.key_id) + 35] == '0' ? '1' : '0';
    std::string other_tenant = ada.key;
    other_tenant.replace(other_tenant.find("default"), 7, "acme");
    std::set<std::string> details;
    for (const std::string& key :
         {wrong_secret, unknown_id, other_tenant, std::string("vt_x"), std::string("no key")}) {
        const auto answer =
            platform_.post("auth", "/internal/authenticate", base::to_canonical_json(base::JsonObject{{"token", key}}));
        EXPECT_EQ(answer.status, 401) << key;
        details.insert(member(answer, "detail"));
    }
    EXPECT_EQ(details.size(), 1U);
    EXPECT_TRUE(sign_in(ada.key));
}

TEST_F(Auth, AKeyActsForItsUserWithTheLowerOfBothRoles) {
    const auto ada = make_user(root(), "admin");
    EXPECT_EQ(ada.principal.kind, model::PrincipalKind::api_key);
    EXPECT_EQ(ada.principal.id, ada.id);
    EXPECT_EQ(ada.principal.roles, std::set{Role::admin});
    EXPECT_EQ(ask(root(), "PATCH", "/v1/users/" + ada.id, R"({"role":"viewer"})").status, 200);
    EXPECT_EQ(sign_in(ada.key)->roles, std::set{Role::viewer});
}

TEST_F(Auth, ASecretIsShownOnceAndKeptNowhere) {
    const std::string body = R"({"name":"ci","scopes":["sessions:read"],"role":"viewer"})";
    const runtime::Headers once{{"Idempotency-Key", "k1"}};
    const auto made = ask(root(), "POST", "/v1/api-keys", body, once);
    ASSERT_EQ(made.status, 201) << made.body;
    const std::string key = member(made, "key");
    EXPECT_TRUE(sign_in(key));
    const auto again = ask(root(), "POST", "/v1/api-keys", body, once);
    EXPECT_EQ(member(again, "id"), member(made, "id")) << "a repetition makes no second key";
    EXPECT_EQ(member(again, "key"), "") << "nor does it show the first one's secret again";
    const auto shown = ask(root(), "GET", "/v1/api-keys/" + member(made, "id"));
    EXPECT_EQ(member(shown, "name"), "ci");
    const std::string secret = key.substr(key.size() - 43);
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(std::filesystem::path(key_file()).parent_path())) {
        if (!entry.is_regular_file() || entry.path() == key_file()) continue;
        EXPECT_EQ(runtime::read_file(entry.path(), 100'000'000)->find(secret), std::string::npos) << entry.path();
    }
}

TEST_F(Auth, ARevokedOrExpiredKeyIsNoKey) {
    const auto ada = make_user(root(), "member");
    EXPECT_EQ(ask(ada.principal, "DELETE", "/v1/api-keys/" + ada.key_id).status, 204);
    EXPECT_FALSE(sign_in(ada.key));
    EXPECT_EQ(ask(root(), "DELETE", "/v1/api-keys/" + ada.key_id).status, 204) << "once more is no fault";

    const std::string soon = base::to_rfc3339(platform_.clock().utc_now() + std::chrono::minutes(5));
    const auto key = ask(root(), "POST", "/v1/api-keys", R"({"expires_at":")" + soon + "\"}");
    platform_.clock().advance(std::chrono::minutes(5) - std::chrono::milliseconds(1));
    EXPECT_TRUE(sign_in(member(key, "key")));
    platform_.clock().advance(std::chrono::milliseconds(1));
    EXPECT_FALSE(sign_in(member(key, "key")));
    EXPECT_EQ(ask(root(), "POST", "/v1/api-keys", R"({"expires_at":")" + soon + "\"}").status, 400) << "it is over";
}

TEST_F(Auth, AKeyOfATenantThatIsClosingIsNoKey) {
    ASSERT_EQ(ask(root(), "POST", "/v1/tenants", R"({"id":"acme"})").status, 201);
    const auto boss = make_user(root(), "admin", "?tenant_id=acme");
    auto transaction = platform_.platform().database.tenant("default").write();
    ASSERT_TRUE(
        transaction->execute("update auth_tenants set state = 'closing' where tenant_id = :tenant and id = 'acme'"));
    ASSERT_TRUE(transaction->commit());
    EXPECT_FALSE(sign_in(boss.key));
}

TEST_F(Auth, AUserHasAHundredKeysThatAreNotRevoked) {
    const auto ada = make_user(root(), "member");
    const auto make = [&] { return ask(ada.principal, "POST", "/v1/api-keys", "{}"); };
    for (int i = 1; i < 100; ++i)
        ASSERT_EQ(make().status, 201) << i;
    const auto refused = make();
    EXPECT_EQ(member(refused, "code"), "quota_exceeded") << refused.body;
    ASSERT_EQ(ask(ada.principal, "DELETE", "/v1/api-keys/" + ada.key_id).status, 204);
    EXPECT_EQ(make().status, 201);
}

TEST_F(Auth, NobodyGivesAKeyMoreThanTheyHave) {
    const auto narrow_key =
        ask(root(), "POST", "/v1/api-keys",
            R"({"role":"admin","scopes":["keys:write","keys:read","users:write","sessions:read"]})");
    const auto narrow = sign_in(member(narrow_key, "key")).value();
    const auto wish = [&](const std::string& body) { return ask(narrow, "POST", "/v1/api-keys", body).status; };
    EXPECT_EQ(wish(R"({"role":"member","scopes":["sessions:write"]})"), 403);
    EXPECT_EQ(wish(R"({"role":"member","scopes":["*"]})"), 403);
    EXPECT_EQ(wish(R"({"role":"platform","scopes":["sessions:read"]})"), 403);
    EXPECT_EQ(ask(narrow, "POST", "/v1/users", R"({"name":"Eve","role":"platform"})").status, 403);
    EXPECT_EQ(ask(root(), "POST", "/v1/api-keys", R"({"scopes":["sessions:fly"]})").status, 400);
    EXPECT_EQ(ask(root(), "POST", "/v1/api-keys", R"({"colour":"red"})").status, 400);

    const auto member_user = make_user(root(), "member");
    EXPECT_EQ(ask(root(), "POST", "/v1/api-keys", R"({"user_id":")" + member_user.id + R"(","role":"admin"})").status,
              400)
        << "nor more than its user has";
}

TEST_F(Auth, MembersSeeAndMakeTheirOwnKeysAlone) {
    const auto ada = make_user(root(), "member");
    const auto bob = make_user(root(), "member");
    EXPECT_EQ(count(ask(ada.principal, "GET", "/v1/api-keys")), 1U);
    EXPECT_EQ(count(ask(ada.principal, "GET", "/v1/api-keys?user_id=" + bob.id)), 1U)
        << "her own, whatever she asks for";
    EXPECT_EQ(ask(ada.principal, "GET", "/v1/api-keys/" + bob.key_id).status, 404);
    EXPECT_EQ(ask(ada.principal, "DELETE", "/v1/api-keys/" + bob.key_id).status, 404);
    EXPECT_TRUE(sign_in(bob.key));
    EXPECT_EQ(ask(ada.principal, "POST", "/v1/api-keys", R"({"user_id":")" + bob.id + "\"}").status, 403);
    EXPECT_EQ(ask(ada.principal, "POST", "/v1/api-keys", R"({"name":"laptop"})").status, 201);
    EXPECT_EQ(count(ask(root(), "GET", "/v1/api-keys?user_id=" + ada.id)), 2U);
    EXPECT_EQ(ask(make_user(root(), "viewer").principal, "POST", "/v1/api-keys", "{}").status, 403);
}

TEST_F(Auth, NotesTheUseOfAKeyOnceAMinute) {
    const auto ada = make_user(root(), "member");
    const auto last_used = [&] { return member(ask(root(), "GET", "/v1/api-keys/" + ada.key_id), "last_used_at"); };
    EXPECT_EQ(last_used(), "") << "signing in itself writes nothing";
    const auto run_tasks = [&] {
        platform_.clock().advance(std::chrono::seconds(6));
        platform_.settle(std::chrono::seconds(1));
    };
    run_tasks();
    const std::string first = last_used();
    EXPECT_NE(first, "");
    ASSERT_TRUE(sign_in(ada.key));
    run_tasks();
    EXPECT_EQ(last_used(), first);
    platform_.clock().advance(std::chrono::minutes(1));
    ASSERT_TRUE(sign_in(ada.key));
    run_tasks();
    EXPECT_GT(last_used(), first);
}

TEST_F(Auth, FindsAUserByTheHashOfTheAddress) {
    const auto made = ask(root(), "POST", "/v1/users", R"({"name":"Ada","email":"Ada@Example.org"})");
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(member(made, "email"), "Ada@Example.org");
    EXPECT_EQ(member(made, "role"), "member");
    EXPECT_EQ(count(ask(root(), "GET", "/v1/users?email=ada%40example.ORG")), 1U);
    EXPECT_EQ(count(ask(root(), "GET", "/v1/users?email=bob%40example.org")), 0U);
    EXPECT_EQ(ask(root(), "POST", "/v1/users", R"({"name":"A","email":"ADA@example.org"})").status, 409);
    EXPECT_EQ(ask(root(), "POST", "/v1/users", R"({"name":"A","email":"ada"})").status, 400);
    EXPECT_EQ(ask(root(), "PATCH", "/v1/users/" + member(made, "id"), R"({"email":""})").status, 200);
    EXPECT_EQ(count(ask(root(), "GET", "/v1/users?email=ada%40example.org")), 0U);
}

TEST_F(Auth, AddressesAreOneOrNone) {
    EXPECT_EQ(auth::normal_email("Ada.L@EXAMPLE.org"), "ada.l@example.org");
    for (const char* wrong : {"", "@", "a@", "@b", "a@b@c", "a b@c", "a@b\n", "a\x7f@b"}) {
        EXPECT_FALSE(auth::normal_email(wrong)) << wrong;
    }
    EXPECT_FALSE(auth::normal_email(std::string(254, 'a') + "@b"));
}

TEST_F(Auth, ADeletedUsersKeysAreRevoked) {
    const auto ada = make_user(root(), "member");
    EXPECT_EQ(ask(root(), "DELETE", "/v1/users/" + ada.id).status, 204);
    EXPECT_FALSE(sign_in(ada.key));
    EXPECT_EQ(ask(root(), "GET", "/v1/users/" + ada.id).status, 404);
    EXPECT_NE(member(ask(root(), "GET", "/v1/api-keys/" + ada.key_id), "revoked_at"), "");
    EXPECT_EQ(ask(root(), "DELETE", "/v1/users/" + ada.id).status, 404);
}

TEST_F(Auth, TheLastAdministratorCannotBeLost) {
    const auto first = root();
    EXPECT_EQ(ask(first, "DELETE", "/v1/users/" + first.id).status, 409);
    EXPECT_EQ(ask(first, "PATCH", "/v1/users/" + first.id, R"({"role":"member"})").status, 409);
    const auto second = make_user(first, "admin");
    EXPECT_EQ(ask(second.principal, "DELETE", "/v1/users/" + first.id).status, 403) << "the platform's is above";
    EXPECT_EQ(ask(second.principal, "PATCH", "/v1/users/" + first.id, R"({"role":"admin"})").status, 403);
    EXPECT_EQ(ask(second.principal, "PATCH", "/v1/users/" + second.id, R"({"role":"platform"})").status, 403);
    EXPECT_EQ(ask(second.principal, "POST", "/v1/api-keys", R"({"user_id":")" + first.id + "\"}").status, 403)
        << "nor is a key made that acts for one above";
    EXPECT_EQ(ask(first, "PATCH", "/v1/users/" + first.id, R"({"role":"admin"})").status, 409)
        << "the last of the platform's";
    const auto third = make_user(first, "platform");
    EXPECT_EQ(ask(third.principal, "DELETE", "/v1/users/" + first.id).status, 204);
}

TEST_F(Auth, AChangeMayNameTheVersionThatItMeans) {
    const auto ada = make_user(root(), "member");
    const std::string target = "/v1/users/" + ada.id;
    const std::string tag(ask(root(), "GET", target).headers.find("ETag").value());
    EXPECT_EQ(ask(root(), "PATCH", target, R"({"name":"Ada L."})", {{"If-Match", tag}}).status, 200);
    EXPECT_EQ(ask(root(), "PATCH", target, R"({"name":"Eve"})", {{"If-Match", tag}}).status, 412);
    EXPECT_EQ(member(ask(root(), "GET", target), "name"), "Ada L.");
    EXPECT_EQ(ask(ada.principal, "GET", target).status, 200) << "herself she may see";
    EXPECT_EQ(ask(ada.principal, "GET", "/v1/users").status, 403);
    EXPECT_EQ(ask(ada.principal, "PATCH", target, R"({"role":"admin"})").status, 403);
}

TEST_F(Auth, ThePlatformsAdministratorOpensATenant) {
    ASSERT_EQ(ask(root(), "POST", "/v1/tenants", R"({"id":"acme","region":"eu-1"})").status, 201);
    EXPECT_EQ(ask(root(), "POST", "/v1/tenants", R"({"id":"acme"})").status, 409);
    EXPECT_EQ(ask(root(), "POST", "/v1/tenants", R"({"id":"a/b"})").status, 400);
    const auto boss = make_user(root(), "admin", "?tenant_id=acme");
    EXPECT_TRUE(boss.key.starts_with("vt_eu-1_acme_")) << boss.key;
    EXPECT_EQ(boss.principal.tenant_id, "acme");
    EXPECT_EQ(count(ask(boss.principal, "GET", "/v1/users")), 1U) << "their own tenant's";
    EXPECT_EQ(count(ask(root(), "GET", "/v1/tenants")), 2U);
    EXPECT_EQ(ask(boss.principal, "GET", "/v1/tenants").status, 403);
    EXPECT_EQ(ask(boss.principal, "GET", "/v1/tenants/acme").status, 200);
    EXPECT_EQ(ask(boss.principal, "GET", "/v1/tenants/default").status, 404) << "nobody else's business";
    EXPECT_EQ(ask(boss.principal, "GET", "/v1/users?tenant_id=default").status, 404);
    EXPECT_EQ(ask(boss.principal, "POST", "/v1/users?tenant_id=default", R"({"name":"x"})").status, 404);
    EXPECT_EQ(ask(boss.principal, "GET", "/v1/users/" + root().id).status, 404);
}

TEST_F(Auth, ASuspendedTenantReadsOnlyUntilItIsResumed) {
    auth::Admission admission(platform_.clock());
    EXPECT_TRUE(admission("nobody", model::Access::write)) << "before the database is there";
    admission.attach(platform_.platform().database);
    platform_.faults().admit = [&](std::string_view tenant_id, model::Access access) {
        return admission(tenant_id, access);
    };
    ASSERT_EQ(ask(root(), "POST", "/v1/tenants", R"({"id":"acme"})").status, 201);
    const auto boss = make_user(root(), "admin", "?tenant_id=acme");
    const auto set = [&](const std::string& state) {
        const auto answer = ask(root(), "PATCH", "/v1/tenants/acme", R"({"state":")" + state + "\"}");
        platform_.clock().advance(std::chrono::seconds(3));
        return answer.status;
    };
    EXPECT_EQ(set("suspended"), 200);
    EXPECT_EQ(ask(boss.principal, "GET", "/v1/users").status, 200);
    const auto refused = ask(boss.principal, "POST", "/v1/users", R"({"name":"x"})");
    EXPECT_EQ(member(refused, "code"), "tenant_suspended") << refused.body;
    EXPECT_TRUE(sign_in(boss.key)) << "so that they may read";
    EXPECT_EQ(set("active"), 200);
    EXPECT_EQ(ask(boss.principal, "POST", "/v1/users", R"({"name":"x"})").status, 201);
    EXPECT_EQ(admission("nobody", model::Access::read).error().code, ErrorCode::not_found);
    EXPECT_EQ(ask(root(), "PATCH", "/v1/tenants/default", R"({"state":"suspended"})").status, 409);
    EXPECT_EQ(set("closing"), 400);
}

TEST_F(Auth, EveryChangeLeavesARecordThatAdministratorsRead) {
    const auto ada = make_user(root(), "member");
    ask(root(), "PATCH", "/v1/users/" + ada.id, R"({"role":"viewer"})");
    ask(root(), "DELETE", "/v1/api-keys/" + ada.key_id);
    ask(root(), "DELETE", "/v1/users/" + ada.id);
    ask(root(), "POST", "/v1/tenants", R"({"id":"acme"})");
    ask(root(), "PATCH", "/v1/tenants/acme", R"({"state":"suspended"})");
    for (const char* action : {"user.change", "key.revoke", "user.delete", "tenant.change"})
        EXPECT_EQ(audited(action), 1U) << action;
    EXPECT_EQ(audited("user.create") + audited("key.create") + audited("tenant.create"), 6U) << "the first start's too";

    const auto page = ask(root(), "GET", "/v1/audit?limit=4");
    const auto json = base::parse_json(page.body).value();
    const base::Json& newest = json.member("data")->array()->front();
    EXPECT_EQ(*newest.member("record")->member("action")->text(), "tenant.change");
    EXPECT_EQ(page.body.find(root().id), std::string::npos) << "actors stand there by a pseudonym";
    EXPECT_EQ(count(ask(root(), "GET", "/v1/audit?limit=50&cursor=" + member(page, "next_cursor"))), 6U);
    EXPECT_EQ(ask(make_user(root(), "member").principal, "GET", "/v1/audit").status, 403);
}

TEST_F(Auth, ListsComeInPages) {
    for (int i = 0; i < 4; ++i)
        ASSERT_EQ(ask(root(), "POST", "/v1/users", R"({"name":"u"})").status, 201);
    const auto first = ask(root(), "GET", "/v1/users?limit=3");
    EXPECT_EQ(count(first), 3U);
    const auto second = ask(root(), "GET", "/v1/users?limit=3&cursor=" + member(first, "next_cursor"));
    EXPECT_EQ(count(second), 2U);
    EXPECT_TRUE(base::parse_json(second.body)->member("next_cursor")->is_null());
    EXPECT_EQ(ask(root(), "POST", "/v1/api-keys", "{}").status, 201);
    EXPECT_EQ(ask(root(), "POST", "/v1/tenants", R"({"id":"acme"})").status, 201);
    for (const std::string list : {"/v1/api-keys", "/v1/tenants"}) {
        const auto one = ask(root(), "GET", list + "?limit=1");
        const auto other = ask(root(), "GET", list + "?limit=1&cursor=" + member(one, "next_cursor"));
        ASSERT_EQ(count(one) + count(other), 2U) << list;
        EXPECT_NE(one.body, other.body);
        EXPECT_TRUE(base::parse_json(other.body)->member("next_cursor")->is_null()) << list;
    }
}

TEST_F(Auth, ATenantIsChangedByWhoHasReadIt) {
    const auto made = ask(root(), "POST", "/v1/tenants", R"({"id":"acme"})");
    const runtime::Headers match{{"If-Match", std::string(made.headers.find("ETag").value())}};
    EXPECT_EQ(ask(root(), "PATCH", "/v1/tenants/acme", R"({"state":"suspended"})", match).status, 200);
    EXPECT_EQ(ask(root(), "PATCH", "/v1/tenants/acme", R"({"state":"active"})", match).status, 412);
}

TEST_F(Auth, EveryRequestAsksForItsScope) {
    const auto ada = make_user(root(), "member");
    struct Row {
        const char* scope;
        const char* method;
        std::string target;
        std::string body = {};
    };
    const Row rows[] = {{"keys:read", "GET", "/v1/api-keys"},
                        {"keys:read", "GET", "/v1/api-keys/" + ada.key_id},
                        {"keys:write", "POST", "/v1/api-keys", "{}"},
                        {"keys:write", "DELETE", "/v1/api-keys/" + ada.key_id},
                        {"users:read", "GET", "/v1/users"},
                        {"users:read", "GET", "/v1/users/" + ada.id},
                        {"users:write", "POST", "/v1/users", R"({"name":"x"})"},
                        {"users:write", "PATCH", "/v1/users/" + ada.id, R"({"name":"x"})"},
                        {"users:write", "DELETE", "/v1/users/" + ada.id},
                        {"platform:write", "GET", "/v1/tenants"},
                        {"platform:write", "POST", "/v1/tenants", R"({"id":"acme"})"},
                        {"platform:write", "PATCH", "/v1/tenants/acme", R"({"state":"active"})"},
                        {"tenants:read", "GET", "/v1/tenants/default"},
                        {"audit:read", "GET", "/v1/audit"}};
    for (const Row& row : rows) {
        model::Principal all_others = root();
        all_others.scopes.clear();
        for (const model::ActionRule& rule : model::action_rules())
            if (rule.scope != row.scope) all_others.scopes.emplace(rule.scope);
        EXPECT_EQ(ask(all_others, row.method, row.target, row.body).status, 403) << row.method << " " << row.target;
    }
    EXPECT_TRUE(sign_in(ada.key)) << "none of it did anything";
}

TEST_F(Auth, SaysWhoOneIs) {
    const auto me = ask(root(), "GET", "/v1/me");
    EXPECT_EQ(member(me, "tenant_id"), "default");
    EXPECT_EQ(member(me, "id"), root().id);
}

}  // namespace
