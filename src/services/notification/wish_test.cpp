#include "services/notification/wish.hpp"

#include <gtest/gtest.h>

namespace notification {
namespace {

base::Result<WebhookWish> parse(std::string_view text, const UrlRules& rules = {}) {
    const auto body = base::parse_json(text);
    return parse_webhook_wish(*body, rules);
}

TEST(WebhookUrl, MustBeHttpsUnlessAllowed) {
    EXPECT_TRUE(check_url("https://example.com/hook", {}));
    EXPECT_FALSE(check_url("http://example.com/hook", {}));
    EXPECT_TRUE(check_url("http://example.com/hook", {.allow_http = true}));
    EXPECT_TRUE(check_url("http://127.0.0.1:9000/", {.allow_private = true}));
    for (const char* wrong : {"", "example.com", "ftp://example.com/", "https://user:pass@example.com/", "https://"})
        EXPECT_FALSE(check_url(wrong, {.allow_http = true, .allow_private = true})) << wrong;
}

TEST(WebhookUrl, OfAPrivateAddressIsRefused) {
    for (const char* inside : {"https://127.0.0.1/", "https://10.0.0.1/", "https://169.254.169.254/", "https://[::1]/"})
        EXPECT_EQ(check_url(inside, {.allow_http = true}).error().code, base::ErrorCode::address_refused) << inside;
}

TEST(WebhookWish, KnowsItsFieldsAndTypes) {
    const auto wish = parse(R"({"url":"https://a.example/","types":["session.completed"],"enabled":false})");
    EXPECT_EQ(wish->types, std::vector<std::string>{"session.completed"});
    EXPECT_EQ(wish->enabled, false);
    EXPECT_EQ(parse(R"({"urls":"https://a.example/"})").error().code, base::ErrorCode::unknown_field);
    for (const char* types : {R"("session.completed")", R"(["segment.ready"])", R"([7])"})
        EXPECT_EQ(parse(R"({"types":)" + std::string(types) + "}").error().code, base::ErrorCode::invalid_argument);
}

TEST(WebhookWish, LeavesAsItIsWhatItDoesNotName) {
    const Webhook webhook{.url = "https://a.example/", .types = {"session.failed"}};
    const Webhook other = changed(webhook, {.description = "mine", .enabled = false});
    EXPECT_EQ(other.url, webhook.url);
    EXPECT_EQ(other.types, webhook.types);
    EXPECT_EQ(other.description, "mine");
    EXPECT_FALSE(other.enabled);
}

}  // namespace
}  // namespace notification
