// For this service's tests: a platform with it alone, and its routes as people use them.
#pragma once
#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "flow/test_platform.hpp"
#include "runtime/files.hpp"
#include "services/auth/auth.hpp"

namespace auth {

class AuthTest : public testing::Test {
  protected:
    flow::TestPlatform platform_{{service()}};

    std::string key_file() { return bootstrap_key_file(platform_.platform().config); }
    std::string first_key() {
        const auto text = runtime::read_file(key_file(), 1000);
        return text ? text->substr(0, text->find('\n')) : "";
    }
    /// Whom a key names; nobody when it is refused.
    std::optional<model::Principal> sign_in(const std::string& key) {
        const auto answer =
            platform_.post("auth", "/internal/authenticate", base::to_canonical_json(base::JsonObject{{"token", key}}));
        if (answer.status != 200) return std::nullopt;
        return model::parse_principal(*base::parse_json(answer.body)->member("principal")->text()).value();
    }
    model::Principal root() { return sign_in(first_key()).value(); }

    runtime::ClientResponse ask(const model::Principal& who, const std::string& method, const std::string& target,
                                const std::string& body = "", runtime::Headers headers = {}) {
        if (!body.empty()) headers.set("Content-Type", "application/json");
        return platform_.call("auth", {.method = method, .target = target, .headers = std::move(headers), .body = body},
                              who);
    }
    /// A member of what the answer holds; empty when it is not there.
    static std::string member(const runtime::ClientResponse& answer, std::string_view name) {
        const auto json = base::parse_json(answer.body);
        const base::Json* value = json ? json->member(name) : nullptr;
        return value != nullptr && value->text() != nullptr ? *value->text() : "";
    }
    static std::size_t count(const runtime::ClientResponse& answer) {
        return base::parse_json(answer.body)->member("data")->array()->size();
    }
    struct Made {
        std::string id;
        std::string key_id;
        std::string key;
        model::Principal principal;
    };
    /// A user of this role with a key.
    Made make_user(const model::Principal& by, const std::string& role, const std::string& query = "") {
        Made made;
        const auto user = ask(by, "POST", "/v1/users" + query, R"({"name":"Ada","role":")" + role + "\"}");
        EXPECT_EQ(user.status, 201) << user.body;
        made.id = member(user, "id");
        const auto key = ask(by, "POST", "/v1/api-keys" + query, R"({"user_id":")" + made.id + "\"}");
        EXPECT_EQ(key.status, 201) << key.body;
        made.key_id = member(key, "id");
        made.key = member(key, "key");
        made.principal = sign_in(made.key).value();
        return made;
    }
    std::size_t audited(const std::string& action) {
        auto transaction = platform_.platform().database.tenant("default").read();
        const auto rows = transaction->query("select record from audit where tenant_id = :tenant").value();
        return static_cast<std::size_t>(std::ranges::count_if(rows, [&](const store::Row& row) {
            return row.text("record").find("\"action\":\"" + action + "\"") != std::string::npos;
        }));
    }
};

}  // namespace auth
