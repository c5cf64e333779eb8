#include "services/upload/test_bench.hpp"

namespace upload {

class FormRoutes : public UploadTest {
  protected:
    static std::string field(const std::string& name, const std::string& value) {
        return "--X\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }
    static std::string file(const std::string& bytes, const std::string& type = "video/mp4") {
        return "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp4\"\r\nContent-Type: " + type +
               "\r\n\r\n" + bytes + "\r\n";
    }
    runtime::ClientResponse send(const std::string& parts, runtime::Headers headers = {}) {
        headers.set("Content-Type", "multipart/form-data; boundary=X");
        return ask("POST", "/v1/sessions", std::move(headers), parts + "--X--\r\n");
    }
};

TEST_F(FormRoutes, OneRequestMakesASessionWithItsVideo) {
    const std::string video = some_bytes(part + 100);
    const auto answer = send(field("title", "Ferien") + field("language", "de") + file(video));
    ASSERT_EQ(answer.status, 202) << answer.body;
    ASSERT_EQ(sessions.rows.size(), 1U);
    const auto& [id, row] = *sessions.rows.begin();
    EXPECT_EQ(row.fields, R"({"language":"de","title":"Ferien"})");
    EXPECT_EQ(*base::parse_json(answer.body)->member("id")->text(), id);
    EXPECT_EQ(answer.headers.find("Location"), "/v1/sessions/" + id);
    platform.settle();
    const auto events = platform.events("video.uploaded");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(video_of(events[0]), video);
    EXPECT_EQ(events[0].partition_key, id);
}

TEST_F(FormRoutes, RefuseFormsThatAreWrong) {
    const std::pair<std::string, const char*> cases[] = {
        {field("title", "x"), "invalid_argument"},
        {field("colour", "red") + file("x"), "unknown_field"},
        {field("title", "x") + field("title", "y") + file("x"), "invalid_argument"},
        {field("file", "x"), "invalid_argument"},
        {file("x", "text/html"), "content_type_refused"},
        {"garbage", "request_malformed"},
    };
    for (const auto& [parts, code] : cases)
        EXPECT_EQ(error_code(send(parts).body), code) << parts;
    EXPECT_EQ(ask("POST", "/v1/sessions", {{"Content-Type", "text/plain"}}, "x").status, 415);
    EXPECT_TRUE(sessions.rows.empty());
    sessions.refuse_creation = base::ErrorCode::model_not_found;
    EXPECT_EQ(error_code(send(field("model", "none") + file("x")).body), "model_not_found")
        << "what the session service says is passed on";
}

// From here on the session is there, and learns that it gets no video.
TEST_F(FormRoutes, ALateFaultFailsTheSession) {
    EXPECT_EQ(error_code(send(file("x") + field("title", "late")).body), "invalid_argument");
    EXPECT_EQ(error_code(send(file("")).body), "file_empty");
    platform.settle();
    EXPECT_EQ(platform.events("upload.failed").size(), 2U);
    auto sink = open_sink(
        {.method = "POST", .target = "/v1/sessions", .headers = {{"Content-Type", "multipart/form-data; boundary=X"}}});
    EXPECT_FALSE(pour(*sink, file(some_bytes(part))));
    sink.reset();
    platform.clock().advance(std::chrono::seconds(11));
    platform.settle();
    EXPECT_EQ(platform.events("upload.failed").size(), 3U);
    EXPECT_TRUE(platform.events("video.uploaded").empty());
    EXPECT_TRUE(keys().empty());
}

// The answer may have been lost, not the session, which would wait for ever.
TEST_F(FormRoutes, TellTheSessionWhoseAnswerWasPerhapsLost) {
    sessions.lose_creation = base::ErrorCode::deadline_exceeded;
    EXPECT_EQ(error_code(send(file("x")).body), "deadline_exceeded");
    platform.settle();
    ASSERT_EQ(sessions.rows.size(), 1U);
    const auto failed = platform.events("upload.failed");
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(*failed[0].payload.member("session_id")->text(), sessions.rows.begin()->first);
    EXPECT_TRUE(keys().empty());
}

TEST_F(FormRoutes, LeaveNothingWhenTheSessionIsRefused) {
    sessions.refuse_creation = base::ErrorCode::quota_exceeded;
    EXPECT_EQ(error_code(send(file(some_bytes(part + 1))).body), "quota_exceeded");
    platform.clock().advance(std::chrono::hours(25));
    platform.settle();
    EXPECT_TRUE(platform.events("upload.failed").empty()) << "there is nobody to tell";
    EXPECT_TRUE(keys().empty());
}

TEST_F(FormRoutes, AKeyMakesItOnce) {
    const std::string parts = field("title", "Ferien") + file("bytes");
    const runtime::Headers key{{"Idempotency-Key", "k"}};
    const auto first = send(parts, key);
    ASSERT_EQ(first.status, 202) << first.body;
    const auto again = send(parts, key);
    EXPECT_EQ(again.status, 202);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.headers.find("Idempotent-Replayed"), "true");
    EXPECT_EQ(sessions.rows.size(), 1U);
    EXPECT_EQ(send(field("title", "Andere") + file("bytes"), key).status, 422);
    EXPECT_EQ(send(file(""), {{"Idempotency-Key", "l"}}).status, 422);
    EXPECT_EQ(send(parts, {{"Idempotency-Key", "l"}}).status, 202) << "a failure frees the key";
    auto running =
        open_sink({.method = "POST",
                   .target = "/v1/sessions",
                   .headers = {{"Content-Type", "multipart/form-data; boundary=X"}, {"Idempotency-Key", "m"}}});
    EXPECT_FALSE(pour(*running, file("by")));
    EXPECT_EQ(error_code(send(file("bytes"), {{"Idempotency-Key", "m"}}).body), "idempotency_mismatch")
        << "another declared length";
}

}  // namespace upload
