#include "services/upload/test_bench.hpp"

namespace upload {

class Upkeep : public UploadTest {
  protected:
    void tell(std::string_view type, const std::string& session) {
        platform.emit("acme", {.type = type,
                               .natural_key = session,
                               .partition_key = session,
                               .payload = base::JsonObject{{"session_id", session}, {"run_id", "r"}}});
        platform.settle();
        platform.clock().advance(std::chrono::seconds(11));
        platform.settle();
    }
    std::string session() { return sessions.rows.begin()->first; }
};

TEST_F(Upkeep, AnUploadThatNobodyEndsExpires) {
    const std::string target = create(10);
    patch(target, 0, "hello");
    platform.clock().advance(std::chrono::hours(23));
    platform.settle();
    EXPECT_EQ(patch(target, 5, "x").status, 204) << "which puts it off";
    platform.clock().advance(std::chrono::hours(23));
    platform.settle();
    EXPECT_EQ(offset_of(target), "6");
    platform.clock().advance(std::chrono::hours(2));
    platform.settle();
    platform.clock().advance(std::chrono::seconds(11));
    platform.settle();
    EXPECT_EQ(tus("HEAD", target).status, 410);
    EXPECT_EQ(patch(target, 6, "x").status, 410);
    const auto events = platform.events("upload.failed");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(*events[0].payload.member("code")->text(), "request_timed_out");
    EXPECT_EQ(events[0].partition_key, session());
    EXPECT_TRUE(keys().empty());
}

TEST_F(Upkeep, ACancelledSessionEndsItsUpload) {
    const std::string target = create(10);
    patch(target, 0, "hello");
    tell("session.cancelled", session());
    EXPECT_EQ(tus("HEAD", target).status, 410);
    EXPECT_TRUE(keys().empty());
    EXPECT_TRUE(platform.events("upload.failed").empty()) << "the session knows";
}

TEST_F(Upkeep, ACancelledSessionKeepsItsVideo) {
    patch(create(5), 0, "hello");
    tell("session.cancelled", session());
    EXPECT_EQ(ask("GET", "/v1/sessions/" + session() + "/video").body, "hello");
}

TEST_F(Upkeep, BlobsThatNoUploadNamesAreSwept) {
    patch(create(5), 0, "hello");
    const std::string video = keys().at(0);
    const auto blobs = platform.platform().blobs.tenant("acme").value();
    for (const std::string& late : {video + ".tail.1.x", "videos/" + session() + "/gone"})
        ASSERT_TRUE(blobs->put(late, {}, {}));
    platform.clock().advance(std::chrono::hours(60));
    platform.settle();
    EXPECT_EQ(keys(), std::vector{video});
    EXPECT_EQ(ask("GET", "/v1/sessions/" + session() + "/video").body, "hello");
}

TEST_F(Upkeep, ADeletedSessionLeavesNothing) {
    const std::string target = create(5);
    patch(target, 0, "hello");
    EXPECT_EQ(keys().size(), 1U);
    tell("session.deleted", session());
    EXPECT_TRUE(keys().empty());
    EXPECT_EQ(tus("HEAD", target).status, 404);
    EXPECT_EQ(ask("GET", "/v1/sessions/" + session() + "/video").status, 404);
}

// The process that took it is dead: nobody can go on with what came by one request.
TEST_F(Upkeep, AOneShotUploadEndsWithItsRequest) {
    auto sink = open_sink(
        {.method = "POST", .target = "/v1/sessions", .headers = {{"Content-Type", "multipart/form-data; boundary=X"}}});
    pour(*sink, "--X\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\nabc");
    platform.clock().advance(std::chrono::seconds(61));
    platform.settle();
    platform.clock().advance(std::chrono::seconds(30));
    platform.settle();
    EXPECT_EQ(platform.events("upload.failed").size(), 1U);
    const auto late = pour(*sink, std::string(100, 'd'));
    ASSERT_TRUE(late);
    EXPECT_EQ(late->status, 409);
}

// The client knows the session's id and can send the video again, whoever broke off: it or our process.
TEST_F(Upkeep, ASessionThatWasThereBeforeGoesOnWaitingForItsVideo) {
    const std::string id = platform.platform().ids.next();
    sessions.rows[id];
    auto sink = open_sink(
        {.method = "PUT", .target = "/v1/sessions/" + id + "/video", .headers = {{"Content-Type", "video/mp4"}}});
    pour(*sink, "abc");
    platform.clock().advance(std::chrono::seconds(61));
    platform.settle();
    platform.clock().advance(std::chrono::seconds(30));
    platform.settle();
    EXPECT_TRUE(pour(*sink, std::string(100, 'd'))) << "the sweep has ended it";
    EXPECT_TRUE(platform.events("upload.failed").empty());
    EXPECT_TRUE(keys().empty());
}

TEST_F(Upkeep, AnUploadThatBeginsAfterItsSessionWasDeletedDoesNotBegin) {
    const std::string id = platform.platform().ids.next();
    sessions.rows[id];
    tell("session.deleted", id);
    const auto answer = ask("PUT", "/v1/sessions/" + id + "/video", {{"Content-Type", "video/mp4"}}, "late");
    EXPECT_EQ(answer.status, 404) << "the session service may not have known of it a moment ago";
    platform.settle();
    EXPECT_TRUE(keys().empty());
    EXPECT_TRUE(platform.events("video.uploaded").empty());
}

class PatientUpkeep : public UploadTest {
  protected:
    PatientUpkeep() : UploadTest({{"upload.expires", "7d"}, {"housekeeping.abandoned_upload_age", "8d"}}) {}
};

TEST_F(PatientUpkeep, TheTailOfAnOpenUploadIsNotSwept) {
    const std::string target = create(10);
    EXPECT_EQ(patch(target, 0, "hello").status, 204);
    platform.clock().advance(std::chrono::hours(60));
    platform.settle();
    EXPECT_EQ(patch(target, 5, "world").status, 204);
    EXPECT_EQ(ask("GET", "/v1/sessions/" + sessions.rows.begin()->first + "/video").body, "helloworld");
}

}  // namespace upload
