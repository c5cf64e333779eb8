#include "services/upload/test_bench.hpp"

namespace upload {

class OpenAiRoutes : public UploadTest {
  protected:
    explicit OpenAiRoutes(Options options = {}) : UploadTest(std::move(options)) {}
    static std::string field(const std::string& name, const std::string& value) {
        return "--X\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }
    static inline const std::string file =
        "--X\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.mp3\"\r\n\r\nbytes\r\n";

    // Begins the request; what comes of it is in `answer` when it is there.
    void begin(const std::string& parts) {
        const auto sink = open_sink({.method = "POST",
                                     .target = "/v1/audio/transcriptions",
                                     .headers = {{"Content-Type", "multipart/form-data; boundary=X"}}});
        auto early = pour(*sink, parts + "--X--\r\n");
        auto response = early ? std::move(*early) : sink->finish();
        if (auto* deferred = std::get_if<runtime::Deferred>(&response.body)) {
            (*deferred)([this](runtime::Response late) { answer = std::move(late); });
        } else {
            answer = std::move(response);
        }
    }
    void run(std::chrono::milliseconds time) {
        const auto end = platform.clock().now() + time;
        while (platform.clock().now() < end)
            platform.step();
    }
    std::string body() { return std::get<std::string>(answer->body); }
    StubSessions::Row& session() { return sessions.rows.begin()->second; }

    std::optional<runtime::Response> answer;
};

TEST_F(OpenAiRoutes, AnswerWhenTheTranscriptIsThere) {
    begin(file + field("model", "whisper-1") +
          field("language", "en"));  // the file first, as OpenAI's examples have it
    EXPECT_EQ(session().fields, R"({"language":"en"})");
    run(std::chrono::seconds(5));
    EXPECT_FALSE(answer);
    ASSERT_EQ(platform.events("video.uploaded").size(), 1U);
    session().status = "completed";
    run(std::chrono::seconds(2));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(body(), R"({"text":"hello"})");
    EXPECT_EQ(sessions.rows.size(), 1U) << "it is kept";
}

TEST_F(OpenAiRoutes, TellTheSessionWhoseAnswerWasPerhapsLost) {
    sessions.lose_creation = base::ErrorCode::unavailable;
    begin(file + field("model", "whisper-1"));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 503);
    platform.settle();
    ASSERT_EQ(sessions.rows.size(), 1U);
    const auto failed = platform.events("upload.failed");
    ASSERT_EQ(failed.size(), 1U) << "it would wait for ever";
    EXPECT_EQ(*failed[0].payload.member("session_id")->text(), sessions.rows.begin()->first);
}

TEST_F(OpenAiRoutes, AskForTheFormat) {
    begin(field("model", "gpt-4o-transcribe") + field("response_format", "srt") + file);
    session().status = "completed";
    sessions.transcript = "1\n00:00";
    run(std::chrono::seconds(2));
    EXPECT_EQ(body(), "1\n00:00");
    EXPECT_EQ(sessions.asked_formats, std::vector<std::string>{"srt"});
}

TEST_F(OpenAiRoutes, TellFailuresInTheirWords) {
    begin(field("model", "moonshine") + file);
    EXPECT_EQ(session().fields, R"({"model":"moonshine"})");
    session() = {.status = "failed", .error = "media_no_audio"};
    run(std::chrono::seconds(2));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 422);
    EXPECT_EQ(body(),
              R"({"error":{"code":"media_no_audio","message":"because","param":null,"type":"invalid_request_error"}})");
}

TEST_F(OpenAiRoutes, TellAtOnceThatThereWillBeNoTranscript) {
    begin(field("model", "whisper-1") + file);
    session().status = "cancelled";
    run(std::chrono::seconds(2));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 409);
    EXPECT_TRUE(body().contains(R"("code":"cancelled")")) << body();

    answer.reset();
    sessions.rows.clear();
    begin(field("model", "whisper-1") + file);
    sessions.rows.clear();  // somebody has deleted it
    run(std::chrono::seconds(2));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 404);
}

TEST_F(OpenAiRoutes, WaitWhileTheSessionServiceIsAway) {
    begin(field("model", "whisper-1") + file);
    sessions.refuse_reading = base::ErrorCode::unavailable;
    session().status = "completed";
    run(std::chrono::seconds(5));
    EXPECT_FALSE(answer);
    sessions.refuse_reading = base::ErrorCode::internal;
    run(std::chrono::seconds(2));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
}

TEST_F(OpenAiRoutes, RefuseWhatTheyDoNotKnow) {
    const std::pair<std::string, std::string> cases[] = {
        {field("model", "whisper-1") + field("colour", "red") + file, "colour"},
        {file, "model"},
        {field("model", "whisper-1"), "file"},
        {field("model", "whisper-1") + field("stream", "true") + file, "stream"},
    };
    for (const auto& [parts, parameter] : cases) {
        begin(parts);
        EXPECT_EQ(answer->status, 400);
        EXPECT_TRUE(body().contains("\"param\":\"" + parameter + "\"")) << body();
    }
    EXPECT_TRUE(sessions.rows.empty());
    platform.settle();
    EXPECT_TRUE(platform.events("upload.failed").empty()) << "there is no session that would wait";
}

class OpenAiOptions : public OpenAiRoutes {
  protected:
    OpenAiOptions() : OpenAiRoutes({{"upload.openai_time", "20s"}, {"upload.openai_keep", "false"}}) {}
};

TEST_F(OpenAiOptions, EndTheWaitAndForgetTheSession) {
    begin(field("model", "whisper-1") + file);
    run(std::chrono::seconds(25));
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 504);
    EXPECT_EQ(sessions.rows.size(), 1U) << "it goes on";
    sessions.rows.clear();
    begin(field("model", "whisper-1") + file);
    session().status = "completed";
    run(std::chrono::seconds(2));
    EXPECT_EQ(answer->status, 200);
    EXPECT_TRUE(sessions.rows.empty());
}

}  // namespace upload
