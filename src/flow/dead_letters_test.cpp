#include "flow/dead_letters.hpp"

#include "flow/golden_events.hpp"
#include "flow/letters.hpp"

namespace flow {
namespace {

DeadLetter example() {
    model::Event event{.id = model::event_id("acme", "session.deleted", golden_session),
                       .type = "session.deleted",
                       .tenant_id = "acme",
                       .partition_key = golden_session,
                       .payload = base::JsonObject{{"session_id", golden_session}},
                       .timestamp = base::from_unix_ms(1'767'225'600'000),
                       .correlation_id = "0af7651916cd43dd8448eb211c80319c",
                       .source = "session",
                       .region = "local"};
    return {"exporting.deletions", std::move(event), {base::ErrorCode::internal, "an exception: not now"}, 8};
}

TEST(DeadLetter, HasOneJson) {
    expect_golden("dead_letter", to_json(example()));
}

// Three letters, a millisecond apart; the second is replayed.
struct Letters {
    Letters() {
        DeadLetter letter = example();
        for (const char* consumer : {"a.first", "b.second", "a.third"}) {
            letter.consumer = consumer;
            must(publish_dead_letter(test.platform().bus, letter, 0));
            if (letter.consumer == "b.second") must(replay(test.platform().bus, letter));
            test.clock().advance(std::chrono::milliseconds(1));
        }
    }
    std::vector<std::string> consumers(std::size_t limit, const LetterFilter& filter) {
        std::vector<std::string> names;
        for (const KeptLetter& letter : must(list_dead_letters(test.platform().bus, limit, filter)))
            names.push_back(letter.consumer);
        return names;
    }
    TestPlatform test{{}};
};

using Names = std::vector<std::string>;

TEST(DeadLetters, AreListedOldestFirst) {
    Letters letters;
    EXPECT_EQ(letters.consumers(10, {}), (Names{"a.first", "b.second", "a.third"}));
    EXPECT_EQ(letters.consumers(2, {}), (Names{"a.first", "b.second"}));
    const auto listed = must(list_dead_letters(letters.test.platform().bus, 10));
    EXPECT_LT(listed[0].died, listed[1].died);
    EXPECT_TRUE(listed[1].replayed && !listed[2].replayed);
}

TEST(DeadLetters, AreFiltered) {
    Letters letters;
    EXPECT_EQ(letters.consumers(10, {.waiting_only = true}), (Names{"a.first", "a.third"}));
    EXPECT_EQ(letters.consumers(1, {.waiting_only = true}), Names{"a.first"});
    EXPECT_EQ(letters.consumers(10, {.consumer = "b.second"}), Names{"b.second"});
    EXPECT_EQ(letters.consumers(10, {.type = "session.deleted"}).size(), 3U);
    EXPECT_TRUE(letters.consumers(10, {.type = "session.queued"}).empty());
    EXPECT_EQ(letters.consumers(10, {.event_id = example().event.id}).size(), 3U);
    EXPECT_TRUE(letters.consumers(10, {.event_id = golden_thing}).empty());
}

TEST(DeadLetter, ComesBackFromItsJson) {
    const DeadLetter letter = must(parse_dead_letter(to_json(example())));
    EXPECT_EQ(letter.consumer, example().consumer);
    EXPECT_EQ(letter.event, example().event);
    EXPECT_EQ(letter.error.code, example().error.code);
    EXPECT_EQ(letter.error.message, example().error.message);
    EXPECT_EQ(letter.tries, 8);
}

}  // namespace
}  // namespace flow
