#include "services/analysis/analysis.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/sha256.hpp"
#include "flow/test_platform.hpp"
#include "model/transcript_json.hpp"
#include "services/analysis/fixtures.hpp"
#include "services/analysis/rows.hpp"

namespace analysis {
namespace {

constexpr std::string_view session_id = "0190a0b0-0000-7000-8000-000000000001";
const std::string path = "/v1/sessions/" + std::string(session_id) + "/analysis";

struct Kept {
    std::string blob_key;
    std::string hash;
};

class AnalysisService : public testing::Test {
  protected:
    Kept keep(const model::Transcript& transcript, bool damaged = false) {
        std::string text = model::to_canonical_json(transcript);
        base::Sha256 sha;
        sha.update(std::as_bytes(std::span(text)));
        const std::string hash = sha.finish_hex();
        const std::string key = "transcripts/" + std::string(session_id) + "/" + hash;
        if (damaged) text.back() = ' ';
        auto blobs = test.platform().blobs.tenant("acme").value();
        (void)blobs->put(key, {}, std::as_bytes(std::span(text)));
        return {key, hash};
    }
    void tell_completed(const Kept& kept, const std::string& run = "run-1") {
        test.emit("acme", {.type = "transcription.completed",
                           .natural_key = run,
                           .partition_key = session_id,
                           .payload = base::JsonObject{{"session_id", session_id},
                                                       {"run_id", run},
                                                       {"blob_key", kept.blob_key},
                                                       {"content_hash", kept.hash},
                                                       {"language", "en"},
                                                       {"engine", "test"},
                                                       {"duration_seconds", 77.0},
                                                       {"segments", 7},
                                                       {"words", 90}}});
    }
    void tell_edited(const Kept& kept, std::int64_t version) {
        test.emit("acme", {.type = "transcript.edited",
                           .natural_key = std::string(session_id) + "/" + std::to_string(version),
                           .partition_key = session_id,
                           .payload = base::JsonObject{{"session_id", session_id},
                                                       {"transcript_id", "t" + std::to_string(version)},
                                                       {"version", version},
                                                       {"blob_key", kept.blob_key},
                                                       {"content_hash", kept.hash}}});
    }
    void tell_deleted() {
        test.emit("acme", {.type = "session.deleted",
                           .natural_key = session_id,
                           .partition_key = session_id,
                           .payload = base::JsonObject{{"session_id", session_id}}});
    }
    std::string analysed_hash() {
        const auto response = test.get("analysis", path);
        const auto body = base::parse_json(response.body).value();
        return response.status == 200 ? *body.member("transcript_hash")->text() : std::to_string(response.status);
    }

    flow::TestPlatform test{{service()}};
};

TEST_F(AnalysisService, AnalysesWhatWasTranscribed) {
    EXPECT_EQ(test.get("analysis", path).status, 404);
    const Kept kept = keep(talk(transit_talk));
    tell_completed(kept);
    test.settle();
    const auto response = test.get("analysis", path);
    ASSERT_EQ(response.status, 200) << response.body;
    const auto body = base::parse_json(response.body).value();
    EXPECT_EQ(*body.member("status")->text(), "completed");
    EXPECT_EQ(*body.member("transcript_hash")->text(), kept.hash);
    EXPECT_EQ(body.member("summary")->array()->size(), 5U);
    EXPECT_TRUE(body.member("reason")->is_null());
    const auto events = test.events("analysis.completed");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(base::to_canonical_json(events[0].payload), R"({"analysis_id":")" + analysis_id(session_id, kept.hash) +
                                                              R"(","session_id":")" + std::string(session_id) +
                                                              R"(","transcript_hash":")" + kept.hash + "\"}");
}

TEST_F(AnalysisService, TellsThatItIsRunning) {
    auto transaction = test.platform().database.tenant("acme").write().value();
    ASSERT_TRUE(insert_analysis(transaction, {.id = "a", .session_id = std::string(session_id)}));
    ASSERT_TRUE(transaction.commit());
    const auto response = test.get("analysis", path);
    EXPECT_EQ(response.status, 202);
    EXPECT_TRUE(response.body.contains(R"("status":"running")")) << response.body;
}

TEST_F(AnalysisService, FollowsEditsAndIsNotSetBackByLateEvents) {
    const Kept first = keep(talk(transit_talk));
    const Kept second = keep(talk({"An edited talk about glaciers."}));
    const Kept third = keep(talk({"Another talk about violins."}));
    tell_completed(first);
    test.settle();
    test.clock().advance(std::chrono::minutes(5));
    tell_edited(third, 3);
    test.settle();
    EXPECT_EQ(analysed_hash(), third.hash);
    test.clock().advance(std::chrono::minutes(5));
    tell_edited(second, 2);
    test.settle();
    EXPECT_EQ(analysed_hash(), third.hash) << "the event of version 2 came late";
    test.clock().advance(std::chrono::minutes(5));
    tell_completed(first, "run-2");
    test.settle();
    EXPECT_EQ(analysed_hash(), first.hash) << "a retry after the edit is newer, though its text was there before";
}

TEST_F(AnalysisService, IsNotSetBackByALateEventOfTheSameText) {
    const Kept kept = keep(talk(transit_talk));
    tell_edited(kept, 4);
    test.settle();
    tell_edited(kept, 2);
    test.settle();
    tell_edited(keep(talk({"Version three, about violins."})), 3);
    test.settle();
    EXPECT_EQ(analysed_hash(), kept.hash) << "the text of version 4, which version 2 had too";
    EXPECT_EQ(test.events("analysis.completed").size(), 1U);
}

TEST_F(AnalysisService, KeepsTheOldAnalysisWhenTheNewOneFails) {
    const Kept good = keep(talk(transit_talk));
    tell_completed(good);
    test.settle();
    test.clock().advance(std::chrono::minutes(5));
    const Kept damaged = keep(talk({"Whatever this was."}), true);
    tell_edited(damaged, 2);
    test.settle();
    EXPECT_EQ(analysed_hash(), good.hash);
    const auto events = test.events("analysis.failed");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(*events[0].payload.member("code")->text(), "blob_corrupt");
    EXPECT_EQ(*events[0].payload.member("transcript_hash")->text(), damaged.hash);
}

TEST_F(AnalysisService, TellsWhatFailedAndTriesAgainWhenToldAgain) {
    const model::Transcript transcript = talk({"Whatever this was."});
    const Kept damaged = keep(transcript, true);
    tell_completed(damaged);
    test.settle();
    const auto response = test.get("analysis", path);
    EXPECT_TRUE(response.body.contains(R"("status":"failed")")) << response.body;
    EXPECT_TRUE(response.body.contains("blob_corrupt")) << response.body;
    ASSERT_TRUE(test.platform().blobs.tenant("acme").value()->remove(damaged.blob_key));
    tell_completed(keep(transcript), "run-2");
    test.settle();
    EXPECT_EQ(analysed_hash(), damaged.hash);
}

TEST_F(AnalysisService, ForgetsDeletedSessionsForGood) {
    const Kept kept = keep(talk(transit_talk));
    tell_completed(kept);
    test.settle();
    tell_deleted();
    test.settle();
    EXPECT_EQ(test.get("analysis", path).status, 404);
    tell_edited(kept, 2);
    test.settle();
    EXPECT_EQ(test.get("analysis", path).status, 404) << "a late event brings nothing back";
}

TEST_F(AnalysisService, WritesNothingForASessionDeletedMeanwhile) {
    tell_completed(keep(talk(transit_talk)));
    tell_deleted();
    test.settle();
    EXPECT_EQ(test.get("analysis", path).status, 404);
    EXPECT_LE(test.events("analysis.completed").size(), 1U);
}

TEST_F(AnalysisService, GivesAnEmptyAnalysisOfSilence) {
    tell_completed(keep({.language = "en", .duration_seconds = 5, .engine = "test"}));
    test.settle();
    const auto response = test.get("analysis", path);
    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(response.body.contains(R"("reason":"no_speech")")) << response.body;
    EXPECT_TRUE(response.body.contains(R"("summary":[])"));
}

TEST_F(AnalysisService, BelongsToItsTenant) {
    tell_completed(keep(talk(transit_talk)));
    test.settle();
    EXPECT_EQ(test.call("analysis", {.target = path}, flow::TestPlatform::admin("rival")).status, 404);
    EXPECT_EQ(test.call("analysis", {.target = path}, flow::TestPlatform::viewer("acme")).status, 200);
    auto without_scope = flow::TestPlatform::viewer("acme");
    without_scope.scopes = {"sessions:read"};
    EXPECT_EQ(test.call("analysis", {.target = path}, without_scope).status, 403);
}

TEST(IsNewer, FollowsVersionsAmongEditsAndTimeOtherwise) {
    EXPECT_TRUE(is_newer({1000, 3}, {2000, 2}));
    EXPECT_FALSE(is_newer({2000, 2}, {1000, 3}));
    EXPECT_TRUE(is_newer({2000, 0}, {1000, 3})) << "a retry after an edit";
    EXPECT_FALSE(is_newer({1000, 0}, {2000, 2}));
    EXPECT_TRUE(is_newer({1000, 2}, {1000, 0}));
    EXPECT_FALSE(is_newer({1000, 0}, {1000, 0}));
}

}  // namespace
}  // namespace analysis
