#include "services/transcription/routes.hpp"

#include <gtest/gtest.h>

#include "services/transcription/test_stage.hpp"

namespace transcription {
namespace {

base::Json json_of(const runtime::ClientResponse& response) {
    return must(base::parse_json(response.body));
}

TEST(TranscriptionRoutes, ListModelsAsOpenAiDoes) {
    Stage stage;
    const auto response = stage.test.get("transcription", "/v1/models");
    ASSERT_EQ(response.status, 200);
    const base::Json list = json_of(response);
    EXPECT_EQ(*list.member("object")->text(), "list");
    ASSERT_EQ(list.member("data")->array()->size(), 1U);
    const base::Json& model = list.member("data")->array()->front();
    EXPECT_EQ(*model.member("id")->text(), "fake");
    EXPECT_EQ(*model.member("object")->text(), "model");
    EXPECT_NE(model.member("created")->integer(), nullptr);
    EXPECT_NE(model.member("owned_by")->text(), nullptr);
}

TEST(TranscriptionRoutes, ListTheRunsOfASessionOldestFirst) {
    Stage stage;
    stage.upload(spoken(1));
    stage.queue(1, "s1", "fi");
    stage.test.settle();
    stage.test.clock().advance(std::chrono::seconds(1));
    stage.queue(2);
    stage.test.settle();
    const base::Json first = json_of(stage.test.get("transcription", "/v1/sessions/s1/runs?limit=1"));
    ASSERT_EQ(first.member("data")->array()->size(), 1U);
    const base::Json& failed = first.member("data")->array()->front();
    EXPECT_EQ(*failed.member("id")->text(), Stage::run_id(1));
    EXPECT_EQ(*failed.member("state")->text(), "failed");
    EXPECT_EQ(*failed.member("error")->member("code")->text(), "language_unsupported");
    const std::string cursor = *first.member("next_cursor")->text();
    const base::Json second = json_of(stage.test.get("transcription", "/v1/sessions/s1/runs?limit=1&cursor=" + cursor));
    const base::Json& completed = second.member("data")->array()->front();
    EXPECT_EQ(*completed.member("state")->text(), "completed");
    EXPECT_EQ(*completed.member("segments")->member("done")->integer(), 1);
    EXPECT_TRUE(completed.member("error")->is_null());
    EXPECT_TRUE(second.member("next_cursor")->is_null());
}

TEST(TranscriptionRoutes, KnowNothingOfAnotherTenantsSession) {
    Stage stage;
    stage.upload(spoken(1));
    stage.queue();
    stage.test.settle();
    const auto ask = [&](const char* tenant) {
        return stage.test.call("transcription", {.target = "/v1/sessions/s1/runs"}, flow::TestPlatform::viewer(tenant))
            .status;
    };
    EXPECT_EQ(ask("acme"), 200);
    EXPECT_EQ(ask("other"), 404);
}

TEST(TranscriptionRoutes, ListRunsOfOneMomentEachOnce) {
    Stage stage;
    stage.upload(spoken(1));
    for (const int attempt : {1, 2, 3})
        stage.queue(attempt, "s1", "fi");
    stage.test.settle();
    std::set<std::string> seen;
    std::string cursor;
    int pages = 0;
    do {
        const base::Json page = json_of(stage.test.get("transcription", "/v1/sessions/s1/runs?limit=1" + cursor));
        for (const base::Json& run : *page.member("data")->array())
            seen.insert(*run.member("id")->text());
        const std::string* next = page.member("next_cursor")->text();
        cursor = next == nullptr ? "" : "&cursor=" + *next;
    } while (!cursor.empty() && ++pages < 9);
    EXPECT_EQ(seen.size(), 3U);
    EXPECT_EQ(pages, 2);
}

TEST(TranscriptionRoutes, ShowRunsToWhoMayReadSessions) {
    Stage stage;
    stage.upload(spoken(1));
    stage.queue();
    stage.test.settle();
    model::Principal principal = flow::TestPlatform::admin("acme");
    principal.scopes = {"transcripts:read"};
    EXPECT_EQ(stage.test.call("transcription", {.target = "/v1/sessions/s1/runs"}, principal).status, 403);
}

TEST(TranscriptionRoutes, RefuseACursorThatIsNotTheirs) {
    Stage stage;
    EXPECT_EQ(stage.test.get("transcription", "/v1/sessions/s1/runs?cursor=bm9uc2Vuc2U").status, 400);
    EXPECT_EQ(stage.test.get("transcription", "/v1/sessions/s1/runs?limit=0").status, 400);
}

}  // namespace
}  // namespace transcription
