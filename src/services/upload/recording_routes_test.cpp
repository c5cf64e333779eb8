#include "services/upload/test_bench.hpp"

namespace upload {

// A live stream's audio on its way.
class Recordings : public UploadTest {
  protected:
    runtime::ClientResponse begin(const std::string& description = "{}") {
        return ask("POST", "/internal/recordings", {{"Content-Type", "application/json"}}, description);
    }
    std::string target() {
        const auto answer = begin();
        EXPECT_EQ(answer.status, 201) << answer.body;
        return "/v1/uploads/" + *must(base::parse_json(answer.body)).member("upload_id")->text();
    }
    void wait(std::chrono::seconds time) {
        platform.clock().advance(time);
        platform.settle();
        platform.clock().advance(std::chrono::seconds(11));
        platform.settle();
    }
};

TEST_F(Recordings, BeginsASessionAsItIsDescribed) {
    const std::string description = R"({"title":"A talk","vocabulary":["Smith, John"]})";
    const auto answer = begin(description);
    ASSERT_EQ(answer.status, 201) << answer.body;
    ASSERT_EQ(sessions.rows.size(), 1U);
    EXPECT_EQ(sessions.rows.begin()->second.fields, description);
    EXPECT_EQ(*must(base::parse_json(answer.body)).member("session_id")->text(), sessions.rows.begin()->first);
}

TEST_F(Recordings, ComesInPiecesAndEndsWhenItsLengthIsTold) {
    const std::string recording = target();
    EXPECT_EQ(patch(recording, 0, "hello ").status, 204);
    EXPECT_EQ(patch(recording, 6, "world", {{"Upload-Length", "11"}}).status, 204);
    EXPECT_EQ(ask("GET", "/v1/sessions/" + sessions.rows.begin()->first + "/video").body, "hello world");
    platform.settle();
    EXPECT_EQ(platform.events("video.uploaded").size(), 1U);
}

TEST_F(Recordings, LeavesNothingWhenItsSessionIsRefused) {
    sessions.refuse_creation = base::ErrorCode::quota_exceeded;
    const auto refused = begin();
    EXPECT_EQ(error_code(refused.body), "quota_exceeded");
    wait(std::chrono::hours(25));
    EXPECT_TRUE(keys().empty());
    EXPECT_TRUE(platform.events("upload.failed").empty()) << "there is nobody to tell";
}

TEST_F(Recordings, TellTheSessionWhoseAnswerWasPerhapsLost) {
    std::size_t told = 0;
    for (const base::ErrorCode code : {base::ErrorCode::unavailable, base::ErrorCode::deadline_exceeded}) {
        sessions.refuse_creation = code;
        EXPECT_EQ(error_code(begin().body), base::code_name(code));
        platform.settle();
        EXPECT_EQ(platform.events("upload.failed").size(), ++told);
    }
    wait(std::chrono::hours(25));
    EXPECT_TRUE(keys().empty());
    EXPECT_EQ(platform.events("upload.failed").size(), told);
}

TEST_F(Recordings, AreForThoseWhoMayMakeSessions) {
    EXPECT_EQ(
        ask("POST", "/internal/recordings", {{"Content-Type", "application/json"}}, "{}", without("sessions:write"))
            .status,
        403);
    const std::string recording = target();
    const runtime::Headers headers{{"Content-Type", "application/offset+octet-stream"}, {"Upload-Offset", "0"}};
    EXPECT_EQ(tus("PATCH", recording, headers, "x", member("mallory")).status, 403);
    EXPECT_EQ(tus("PATCH", recording, headers, "x", flow::TestPlatform::admin("umbrella")).status, 404);
}

// Whole parts and what is not one yet.
TEST_F(Recordings, EndWhereTheyWereLeft) {
    const std::string bytes = some_bytes(part + 1000);
    const std::string recording = target();
    EXPECT_EQ(patch(recording, 0, bytes).status, 204);
    wait(std::chrono::minutes(9));
    EXPECT_EQ(offset_of(recording), std::to_string(bytes.size())) << "somebody may go on with it";
    EXPECT_TRUE(platform.events("video.uploaded").empty());
    wait(std::chrono::minutes(2));
    const auto uploaded = platform.events("video.uploaded");
    ASSERT_EQ(uploaded.size(), 1U);
    EXPECT_TRUE(video_of(uploaded[0]) == bytes);
    EXPECT_TRUE(platform.events("upload.failed").empty());
    EXPECT_EQ(keys().size(), 1U) << "the tail is gone";
    EXPECT_EQ(patch(recording, bytes.size(), "more").status, 413) << "too late";
}

TEST_F(Recordings, OfWhichNothingCameFail) {
    target();
    wait(std::chrono::minutes(11));
    const auto failed = platform.events("upload.failed");
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(*failed[0].payload.member("code")->text(), "request_timed_out");
    EXPECT_TRUE(keys().empty());
}

TEST_F(Recordings, OfACancelledSessionAreNotKept) {
    const std::string recording = target();
    patch(recording, 0, "hello");
    platform.emit("acme", {.type = "session.cancelled",
                           .natural_key = "c",
                           .partition_key = sessions.rows.begin()->first,
                           .payload = base::JsonObject{{"session_id", sessions.rows.begin()->first}, {"run_id", "r"}}});
    platform.settle();
    wait(std::chrono::minutes(11));
    EXPECT_EQ(patch(recording, 5, "more").status, 410);
    EXPECT_TRUE(keys().empty());
    EXPECT_TRUE(platform.events("video.uploaded").empty());
}

}  // namespace upload
