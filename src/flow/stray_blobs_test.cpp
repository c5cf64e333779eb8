#include "flow/stray_blobs.hpp"

#include <gtest/gtest.h>

#include "flow/test_service.hpp"

namespace flow {
namespace {

using namespace std::chrono_literals;

class StrayBlobs : public testing::Test {
  protected:
    StrayBlobs() {
        toy_.change = [this](Parts& parts, const Platform& platform) {
            parts.tasks.push_back(stray_blobs(
                platform, "toy.strays",
                {.prefix = "cakes/", .wanted = [this](store::ReadTransaction& transaction, std::string_view key) {
                     return wanted(transaction, key);
                 }}));
        };
        test_.emplace(std::vector{toy_.service()});
    }
    base::Result<bool> wanted(store::ReadTransaction& transaction, std::string_view key) {
        asked_.push_back(transaction.tenant_id() + ":" + std::string(key));
        if (failing_ == transaction.tenant_id()) return base::fail(base::ErrorCode::database_busy, "no answer");
        return key_piece(key, 1) == "wanted";
    }
    void put(const std::string& tenant, const std::string& key) {
        must(must(test_->platform().blobs.tenant(tenant))->put(key, {}, {}));
    }
    std::vector<std::string> keys(const std::string& tenant) {
        std::vector<std::string> found;
        for (const blob::Listed& listed : must(must(test_->platform().blobs.tenant(tenant))->list({})).blobs)
            found.push_back(listed.key);
        return found;
    }
    void pass(std::chrono::milliseconds time) {
        test_->clock().advance(time);
        test_->settle();
    }

    Toy toy_;
    std::vector<std::string> asked_;
    std::string failing_;
    std::optional<TestPlatform> test_;
};

TEST_F(StrayBlobs, AreRemovedOnceTheyAreOldAndNobodyWantsThem) {
    put("acme", "cakes/stray/1");
    put("acme", "cakes/wanted/1");
    put("acme", "other/stray");
    put("zeta", "cakes/stray/2");
    pass(47h);
    put("acme", "cakes/stray/young");
    EXPECT_TRUE(asked_.empty()) << "a row may be on its way";
    pass(7h);
    EXPECT_EQ(keys("acme"), (std::vector<std::string>{"cakes/stray/young", "cakes/wanted/1", "other/stray"}));
    EXPECT_TRUE(keys("zeta").empty());
    pass(48h);
    EXPECT_EQ(keys("acme"), (std::vector<std::string>{"cakes/wanted/1", "other/stray"})) << "again and again";
}

TEST_F(StrayBlobs, AreFoundBehindAFullPageAndATenantThatFails) {
    for (int i = 0; i < 1100; ++i)
        put("beta", "cakes/wanted/" + std::to_string(10'000 + i));
    put("beta", "cakes/zzz");
    put("acme", "cakes/stray");
    failing_ = "acme";
    pass(49h);
    pass(7h);
    EXPECT_EQ(keys("acme").size(), 1U);
    EXPECT_EQ(must(must(test_->platform().blobs.tenant("beta"))->list({.limit_keys = 2000})).blobs.size(), 1100U);
    failing_ = "";
    pass(7h);
    pass(7h);
    EXPECT_TRUE(keys("acme").empty());
}

TEST(KeyPiece, IsWhatStandsBetweenTwoSlashes) {
    EXPECT_EQ(key_piece("runs/a/1.2", 0), "runs");
    EXPECT_EQ(key_piece("runs/a/1.2", 1), "a");
    EXPECT_EQ(key_piece("runs/a/1.2", 2), "1.2");
    EXPECT_EQ(key_piece("runs/a/1.2", 3), "");
}

}  // namespace
}  // namespace flow
