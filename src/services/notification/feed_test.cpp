#include "services/notification/feed.hpp"

#include <gtest/gtest.h>

#include "services/notification/test_bench.hpp"

namespace notification {
namespace {

struct Feed : testing::Test {
    store::Transaction write(const std::string& tenant_id = "acme") {
        return std::move(bench.test.platform().database.tenant(tenant_id, {.source = "test"}).write().value());
    }
    static std::optional<std::int64_t> append(store::Transaction& transaction, const std::string& event_id,
                                              const std::string& session_id = "s1") {
        return append_feed(transaction, {.event_id = event_id, .session_id = session_id, .type = "x.y", .event = "{}"})
            .value();
    }
    Bench bench{};
};

TEST_F(Feed, TakesAnEventOnce) {
    auto transaction = write();
    EXPECT_EQ(append(transaction, "a"), 1);
    EXPECT_EQ(append(transaction, "a"), std::nullopt);
    EXPECT_EQ(append(transaction, "b"), 2);
}

TEST_F(Feed, NumbersWithoutGapsWhateverIsUndone) {
    {
        auto undone = write();
        EXPECT_EQ(append(undone, "a"), 1);
    }
    auto transaction = write();
    EXPECT_EQ(append(transaction, "b"), 1);
    EXPECT_TRUE(transaction.commit());
    auto other = write("other");
    EXPECT_EQ(append(other, "b"), 1) << "each tenant has numbers of its own";
}

TEST_F(Feed, IsReadInPagesAndBySession) {
    auto transaction = write();
    for (const char* id : {"a", "b", "c", "d"})
        append(transaction, id, id[0] == 'c' ? "s2" : "s1");
    EXPECT_EQ(read_feed(transaction, {.after = 1, .limit = 2}).value().back().event_id, "c");
    const auto rows = read_feed(transaction, {.after = 1, .session_id = "s1"}).value();
    ASSERT_EQ(rows.size(), 2U);
    EXPECT_EQ(rows[1].event_id, "d");
    EXPECT_EQ(feed_ends(transaction).value().last_seq, 4);
}

}  // namespace
}  // namespace notification
