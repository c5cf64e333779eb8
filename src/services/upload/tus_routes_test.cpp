// The tus protocol from outside, case by case, and what crashes and rivals do to an upload.
#include "base/sha1.hpp"
#include "services/upload/test_bench.hpp"

namespace upload {
namespace {

using runtime::Headers;

std::string sha1_of(std::string_view bytes) {
    base::Sha1 sha1;
    sha1.update(std::as_bytes(std::span(bytes)));
    const auto digest = sha1.finish();
    return "sha1 " + base::to_base64({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

runtime::Request patch_request(const std::string& target, std::size_t offset) {
    return {.method = "PATCH",
            .target = target,
            .headers = {{"Tus-Resumable", "1.0.0"},
                        {"Content-Type", "application/offset+octet-stream"},
                        {"Upload-Offset", std::to_string(offset)}}};
}

const std::string bytes_type = "application/offset+octet-stream";

}  // namespace

class TusRoutes : public UploadTest {
  protected:
    std::string session_of() { return sessions.rows.begin()->first; }
};

TEST_F(TusRoutes, DescribeThemselves) {
    const auto answer = ask("OPTIONS", "/v1/uploads");
    EXPECT_EQ(answer.status, 204);
    EXPECT_EQ(answer.headers.find("Tus-Resumable"), "1.0.0");
    EXPECT_EQ(answer.headers.find("Tus-Version"), "1.0.0");
    EXPECT_EQ(answer.headers.find("Tus-Extension"),
              "creation,creation-with-upload,creation-defer-length,checksum,expiration,termination");
    EXPECT_EQ(answer.headers.find("Tus-Max-Size"), "21474836480");
    EXPECT_EQ(answer.headers.find("Tus-Checksum-Algorithm"), "sha1,sha256");
}

TEST_F(TusRoutes, RefuseCreationsThatAreWrong) {
    struct Case {
        Headers headers;
        int status;
        const char* code;
    };
    const Case cases[] = {
        {{}, 400, "request_malformed"},
        {{{"Upload-Length", "x"}}, 400, "request_malformed"},
        {{{"Upload-Length", "5"}, {"Upload-Defer-Length", "1"}}, 400, "request_malformed"},
        {{{"Upload-Defer-Length", "2"}}, 400, "request_malformed"},
        {{{"Upload-Length", "0"}}, 422, "file_empty"},
        {{{"Upload-Length", "21474836481"}}, 413, "body_too_large"},
        {{{"Upload-Length", "5"}, {"Upload-Metadata", "a !"}}, 400, "request_malformed"},
        {{{"Upload-Length", "5"}, {"Upload-Metadata", "filetype " + base::to_base64("text/html")}},
         415,
         "content_type_refused"},
        {{{"Upload-Length", "5"}, {"Upload-Metadata", "session_id " + base::to_base64("x")}}, 404, "not_found"},
        {{{"Upload-Length", "5"}, {"Tus-Resumable", "0.2.0"}}, 412, "precondition_failed"},
    };
    for (const Case& wrong : cases) {
        const auto answer = tus("POST", "/v1/uploads", wrong.headers);
        EXPECT_EQ(answer.status, wrong.status) << wrong.code;
        EXPECT_EQ(error_code(answer.body), wrong.code);
        EXPECT_EQ(answer.headers.find("Tus-Resumable"), "1.0.0");
    }
    EXPECT_EQ(tus("POST", "/v1/uploads", {{"Upload-Length", "5"}}, {}, flow::TestPlatform::viewer("acme")).status, 403);
    EXPECT_TRUE(sessions.rows.empty()) << "a refused upload makes no session";
}

TEST_F(TusRoutes, TellTheSessionWhoseAnswerWasPerhapsLost) {
    sessions.lose_creation = base::ErrorCode::unavailable;
    EXPECT_EQ(tus("POST", "/v1/uploads", {{"Upload-Length", "5"}}).status, 503);
    platform.settle();
    ASSERT_EQ(sessions.rows.size(), 1U);
    const auto failed = platform.events("upload.failed");
    ASSERT_EQ(failed.size(), 1U) << "it would wait for ever";
    EXPECT_EQ(*failed[0].payload.member("session_id")->text(), session_of());
    sessions.lose_creation = base::ErrorCode::internal;
    sessions.refuse_creation = base::ErrorCode::quota_exceeded;
    EXPECT_EQ(error_code(tus("POST", "/v1/uploads", {{"Upload-Length", "5"}}).body), "quota_exceeded");
    platform.clock().advance(std::chrono::hours(25));
    platform.settle();
    EXPECT_EQ(platform.events("upload.failed").size(), 1U) << "there is nobody to tell";
    EXPECT_TRUE(keys().empty());
}

TEST_F(TusRoutes, TakeAVideoInPieces) {
    const std::string metadata = "filename " + base::to_base64("ferien.mp4") + ",filetype " +
                                 base::to_base64("video/mp4") + ",title " + base::to_base64("Ferien") + ",language " +
                                 base::to_base64("de");
    const auto created = tus("POST", "/v1/uploads", {{"Upload-Length", "11"}, {"Upload-Metadata", metadata}});
    ASSERT_EQ(created.status, 201) << created.body;
    const std::string target(*created.headers.find("Location"));
    const std::string session(*created.headers.find("X-Session-Id"));
    EXPECT_EQ(sessions.rows.at(session).fields, R"({"language":"de","title":"Ferien"})");
    EXPECT_EQ(created.headers.find("Upload-Expires"), "Fri, 02 Jan 2026 00:00:00 GMT");

    const auto first = patch(target, 0, "hello");
    EXPECT_EQ(first.status, 204) << first.body;
    EXPECT_EQ(first.headers.find("Upload-Offset"), "5");
    const auto head = tus("HEAD", target);
    EXPECT_EQ(head.status, 200);
    EXPECT_EQ(head.headers.find("Upload-Offset"), "5");
    EXPECT_EQ(head.headers.find("Upload-Length"), "11");
    EXPECT_EQ(head.headers.find("Cache-Control"), "no-store");
    EXPECT_EQ(patch(target, 5, " world").headers.find("Upload-Offset"), "11");
    EXPECT_EQ(patch(target, 11, "").status, 204) << "who did not get the answer asks again";
    EXPECT_EQ(patch(target, 11, "x").status, 413);

    platform.settle();
    const auto events = platform.events("video.uploaded");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(video_of(events[0]), "hello world");
    EXPECT_EQ(*events[0].payload.member("media_type")->text(), "video/mp4");
    EXPECT_EQ(*events[0].payload.member("size_bytes")->integer(), 11);
    EXPECT_EQ(events[0].partition_key, session);
    EXPECT_FALSE(model::to_json(events[0]).contains("erien")) << "no text of users in an event";
    EXPECT_EQ(keys().size(), 1U) << "no tail stays";
    EXPECT_EQ(tus("DELETE", target).status, 409) << "it is the session's now";
}

TEST_F(TusRoutes, RefuseBytesThatAreWrong) {
    const std::string target = create(10);
    EXPECT_EQ(tus("PATCH", target, {{"Content-Type", "video/mp4"}, {"Upload-Offset", "0"}}, "x").status, 415);
    EXPECT_EQ(tus("PATCH", target, {{"Content-Type", bytes_type}}, "x").status, 400);
    EXPECT_EQ(patch(target, 1, "x").status, 409);
    EXPECT_EQ(patch(target, 0, "12345678901").status, 413);
    EXPECT_EQ(patch(target, 0, "x", {{"Upload-Checksum", "md5 AAAA"}}).status, 400);
    EXPECT_EQ(patch(target, 0, "x", {{"Tus-Resumable", "2.0.0"}}).status, 412);
    EXPECT_EQ(patch(target, 0, "x", {{"Upload-Length", "11"}}).status, 409);
    EXPECT_EQ(patch("/v1/uploads/none", 0, "x").status, 404);
    EXPECT_EQ(tus("HEAD", target, {}, {}, flow::TestPlatform::admin("other")).status, 404) << "another tenant's";
    EXPECT_EQ(tus("HEAD", target, {}, {}, flow::TestPlatform::viewer("acme")).status, 403);
    EXPECT_EQ(offset_of(target), "0");
    EXPECT_EQ(patch(target, 0, "1234567890").status, 204) << "nobody holds it";
}

TEST_F(TusRoutes, AreForTheOwnerAndAdministratorsWithTheScope) {
    const auto bob = member("bob");
    const std::string target = create(10);
    EXPECT_EQ(tus("HEAD", target, {}, {}, bob).status, 403);
    EXPECT_EQ(tus("PATCH", target, {{"Content-Type", bytes_type}, {"Upload-Offset", "0"}}, "x", bob).status, 403);
    EXPECT_EQ(tus("DELETE", target, {}, {}, bob).status, 403);
    EXPECT_EQ(tus("HEAD", target, {}, {}, without("sessions:write")).status, 403);
    EXPECT_EQ(tus("POST", "/v1/uploads", {{"Upload-Length", "5"}}, {}, without("sessions:write")).status, 403);
    const Headers of_admin{{"Upload-Length", "5"}, {"Upload-Metadata", "session_id " + base::to_base64(session_of())}};
    EXPECT_EQ(tus("POST", "/v1/uploads", of_admin, {}, bob).status, 403) << "not to somebody else's session";
    const auto own = tus("POST", "/v1/uploads", {{"Upload-Length", "5"}}, {}, bob);
    EXPECT_EQ(tus("HEAD", std::string(*own.headers.find("Location")), {}, {}, bob).status, 200);
    EXPECT_EQ(offset_of(target), "0");
}

TEST_F(TusRoutes, ABodyOfUnknownLengthEndsWithTheUpload) {
    const std::string target = create(10);
    const auto sink = open_sink(patch_request(target, 0));
    EXPECT_FALSE(pour(*sink, "1234567890"));
    EXPECT_EQ(pour(*sink, "1")->status, 413);
}

TEST_F(TusRoutes, AWrongChecksumDiscardsTheBytes) {
    const std::string video = some_bytes(2 * part + 100);
    const std::string target = create(video.size());
    ASSERT_EQ(patch(target, 0, video.substr(0, 50), {{"Upload-Checksum", sha1_of(video.substr(0, 50))}}).status, 204);
    // Longer than a part, so that a part was written before the end told that it is wrong.
    const auto wrong = patch(target, 50, some_bytes(2 * part, 9), {{"Upload-Checksum", sha1_of("other")}});
    EXPECT_EQ(wrong.status, 460);
    EXPECT_EQ(error_code(wrong.body), "checksum_mismatch");
    EXPECT_EQ(offset_of(target), "50");
    ASSERT_EQ(patch(target, 50, video.substr(50), {{"Upload-Checksum", sha1_of(video.substr(50))}}).status, 204);
    platform.settle();
    EXPECT_EQ(video_of(platform.events("video.uploaded").at(0)), video);
}

TEST_F(TusRoutes, DiscardedPartsBeyondTheEndAreNoPartOfTheVideo) {
    const auto created = tus("POST", "/v1/uploads", {{"Upload-Defer-Length", "1"}});
    const std::string target(*created.headers.find("Location"));
    EXPECT_EQ(tus("HEAD", target).headers.find("Upload-Defer-Length"), "1");
    EXPECT_EQ(patch(target, 0, some_bytes(2 * part), {{"Upload-Checksum", sha1_of("other")}}).status, 460);
    EXPECT_EQ(patch(target, 0, "", {{"Upload-Length", "3"}}).status, 204) << "the length is told when it is known";
    EXPECT_EQ(tus("HEAD", target).headers.find("Upload-Length"), "3");
    EXPECT_EQ(patch(target, 0, "abc").status, 204);
    platform.settle();
    EXPECT_EQ(video_of(platform.events("video.uploaded").at(0)), "abc");
}

TEST_F(TusRoutes, NorBeyondAnEndThatIsAlsoAPartsEnd) {
    const auto created = tus("POST", "/v1/uploads", {{"Upload-Defer-Length", "1"}});
    const std::string target(*created.headers.find("Location"));
    EXPECT_EQ(patch(target, 0, some_bytes(2 * part), {{"Upload-Checksum", sha1_of("other")}}).status, 460);
    const std::string video = some_bytes(part, 9);
    EXPECT_EQ(patch(target, 0, video, {{"Upload-Length", std::to_string(part)}}).status, 204);
    platform.settle();
    EXPECT_EQ(video_of(platform.events("video.uploaded").at(0)), video);
}

TEST_F(TusRoutes, ALengthThatIsToldLateIsNotLessThanWhatIsThere) {
    const auto created = tus("POST", "/v1/uploads", {{"Upload-Defer-Length", "1"}});
    const std::string target(*created.headers.find("Location"));
    EXPECT_EQ(patch(target, 0, "hello").status, 204);
    const auto refused = patch(target, 5, "", {{"Upload-Length", "4"}});
    EXPECT_EQ(refused.status, 400);
    EXPECT_EQ(error_code(refused.body), "invalid_argument");
    EXPECT_EQ(patch(target, 5, "", {{"Upload-Length", "5"}}).status, 204) << "and as much is all of it";
    platform.settle();
    EXPECT_EQ(video_of(platform.events("video.uploaded").at(0)), "hello");
}

TEST_F(TusRoutes, WhatABrokenRequestBroughtStays) {
    const std::string video = some_bytes(part + 3000);
    const std::string target = create(video.size());
    std::size_t offset = 0;
    for (const std::size_t size : {std::size_t{1000}, part, std::size_t{500}}) {
        auto sink = open_sink(patch_request(target, offset));
        EXPECT_FALSE(pour(*sink, std::string_view(video).substr(offset, size)));
        sink.reset();  // the connection broke
        offset += size;
        EXPECT_EQ(offset_of(target), std::to_string(offset));
    }
    EXPECT_EQ(patch(target, offset, video.substr(offset)).status, 204);
    platform.settle();
    EXPECT_EQ(video_of(platform.events("video.uploaded").at(0)), video);
    EXPECT_EQ(keys().size(), 1U) << "no tail stays";
}

TEST_F(TusRoutes, OneRequestAtATimeAndATakeOverAfterItsDeath) {
    const std::string target = create(12);
    auto first = open_sink(patch_request(target, 0));
    EXPECT_FALSE(pour(*first, "stal"));
    const auto second = patch(target, 0, "hello");
    EXPECT_EQ(second.status, 409);
    EXPECT_EQ(error_code(second.body), "blob_busy");

    platform.clock().advance(std::chrono::seconds(61));  // the first one's process stands still
    EXPECT_EQ(patch(target, 0, "hello").status, 204);
    EXPECT_EQ(pour(*first, "e")->status, 409) << "its token is old";
    first.reset();
    EXPECT_EQ(offset_of(target), "5") << "it changes nothing any more";
    EXPECT_EQ(patch(target, 5, " there!").status, 204);
    platform.settle();
    EXPECT_EQ(video_of(platform.events("video.uploaded").at(0)), "hello there!");
}

TEST_F(TusRoutes, ALeaseIsHeldAsLongAsBytesCome) {
    const std::string target = create(100);
    const auto slow = open_sink(patch_request(target, 0));
    for (int i = 0; i < 10; ++i) {
        platform.clock().advance(std::chrono::seconds(30));
        ASSERT_FALSE(pour(*slow, "x"));
    }
    EXPECT_EQ(patch(target, 0, "y").status, 409);
    EXPECT_EQ(slow->finish().status, 204);
}

TEST_F(TusRoutes, CreateWithTheFirstBytes) {
    const auto answer = tus("POST", "/v1/uploads", {{"Upload-Length", "5"}, {"Content-Type", bytes_type}}, "hel");
    EXPECT_EQ(answer.status, 201) << answer.body;
    EXPECT_EQ(answer.headers.find("Upload-Offset"), "3");
    const std::string target(*answer.headers.find("Location"));
    EXPECT_EQ(tus("POST", target,
                  {{"X-HTTP-Method-Override", "PATCH"}, {"Content-Type", bytes_type}, {"Upload-Offset", "3"}}, "lo")
                  .status,
              204);
    EXPECT_EQ(tus("POST", target, {{"X-HTTP-Method-Override", "GET"}}).status, 405);
    EXPECT_EQ(tus("POST", "/v1/uploads", {{"Upload-Length", "5"}, {"Content-Type", "a/b"}}, "hel").status, 415);
}

TEST_F(TusRoutes, ACreationIsNotRepeated) {
    const Headers headers{{"Upload-Length", "5"}, {"Idempotency-Key", "k"}};
    const auto first = tus("POST", "/v1/uploads", headers);
    const auto again = tus("POST", "/v1/uploads", headers);
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.headers.find("Location"), first.headers.find("Location"));
    EXPECT_EQ(sessions.rows.size(), 1U);
    EXPECT_EQ(tus("POST", "/v1/uploads", {{"Upload-Length", "6"}, {"Idempotency-Key", "k"}}).status, 422);
    const auto with_key = [&](const std::string& key) {
        return tus("POST", "/v1/uploads", {{"Upload-Length", "5"}, {"Idempotency-Key", key}}).status;
    };
    EXPECT_EQ(with_key(std::string(255, 'k')), 201);
    EXPECT_EQ(with_key(std::string(256, 'k')), 400);
    EXPECT_EQ(with_key(""), 400);
}

TEST_F(TusRoutes, TakeTheVideoOfASessionThatWaits) {
    const std::string id = platform.platform().ids.next();
    const Headers headers{{"Upload-Length", "5"}, {"Upload-Metadata", "session_id " + base::to_base64(id)}};
    EXPECT_EQ(tus("POST", "/v1/uploads", headers).status, 404);
    sessions.rows[id] = {.status = "cancelled"};
    EXPECT_EQ(tus("POST", "/v1/uploads", headers).status, 409);
    sessions.rows[id] = {.has_video = true};
    EXPECT_EQ(tus("POST", "/v1/uploads", headers).status, 409);
    sessions.rows[id] = {};
    const auto first = tus("POST", "/v1/uploads", headers);
    const auto second = tus("POST", "/v1/uploads", headers);
    EXPECT_EQ(first.headers.find("X-Session-Id"), id);
    EXPECT_EQ(patch(std::string(*second.headers.find("Location")), 0, "12345").status, 204);
    const auto late = patch(std::string(*first.headers.find("Location")), 0, "abcde");
    EXPECT_EQ(late.status, 409) << "the session has its video";
    EXPECT_EQ(tus("HEAD", std::string(*first.headers.find("Location"))).status, 410);
    platform.clock().advance(std::chrono::seconds(11));
    platform.settle();
    EXPECT_EQ(platform.events("video.uploaded").size(), 1U);
    EXPECT_TRUE(platform.events("upload.failed").empty()) << "the session is fine";
    EXPECT_EQ(keys().size(), 1U);
}

TEST_F(TusRoutes, Terminate) {
    const std::string target = create(10);
    patch(target, 0, "hello");
    EXPECT_EQ(keys().size(), 1U) << "the tail";
    EXPECT_EQ(tus("DELETE", target).status, 204);
    EXPECT_EQ(tus("HEAD", target).status, 404);
    EXPECT_EQ(patch(target, 5, "x").status, 404);
    platform.settle();
    const auto told = platform.events("upload.failed");
    ASSERT_EQ(told.size(), 1U) << "its session does not wait for ever";
    EXPECT_EQ(*told[0].payload.member("code")->text(), "upload_gone");
    platform.clock().advance(std::chrono::seconds(11));
    platform.settle();
    EXPECT_TRUE(keys().empty());
}

TEST_F(TusRoutes, TerminateOneOfTwo) {
    const auto upload_into = [&](const std::string& session) {
        const Headers headers{{"Upload-Length", "5"}, {"Upload-Metadata", "session_id " + base::to_base64(session)}};
        return std::string(*tus("POST", "/v1/uploads", headers).headers.find("Location"));
    };
    const std::string first = create(5);
    const std::string second = upload_into(session_of());
    EXPECT_EQ(tus("DELETE", first).status, 204);
    platform.settle();
    EXPECT_TRUE(platform.events("upload.failed").empty()) << "the other one may bring the video";
    EXPECT_EQ(patch(second, 0, "hello").status, 204);

    const std::string waiting = platform.platform().ids.next();
    sessions.rows[waiting] = {};
    EXPECT_EQ(tus("DELETE", upload_into(waiting)).status, 204);
    platform.settle();
    EXPECT_TRUE(platform.events("upload.failed").empty()) << "a session that was there before goes on waiting";
}

// All bytes are durable and the row says so, but the process died before the last transaction.
TEST_F(TusRoutes, HealAfterACrashBeforeTheEnd) {
    for (const bool by_sweep : {false, true}) {
        const std::string target = create(5);
        ASSERT_EQ(patch(target, 0, "hello").status, 204);
        sql("update upload_uploads set state = 'open' where tenant_id = :tenant and id = '" + target.substr(12) + "'");
        if (by_sweep) {
            platform.clock().advance(std::chrono::seconds(30));
            platform.settle();
        }
        EXPECT_EQ(offset_of(target), "5");
        EXPECT_EQ(tus("DELETE", target).status, 409) << "finished";
    }
    platform.settle();
    EXPECT_EQ(platform.events("video.uploaded").size(), 2U) << "each told once";
}

class TusLimits : public UploadTest {
  protected:
    TusLimits() : UploadTest({{"upload.memory_bytes", "8MiB"}, {"upload.largest_bytes", "100"}}) {}
};

TEST_F(TusLimits, TheLargestVideoIsTaken) {
    EXPECT_EQ(patch(create(100), 0, std::string(100, 'x')).status, 204);
    EXPECT_EQ(tus("POST", "/v1/uploads", {{"Upload-Length", "101"}}).status, 413);
    platform.settle();
    EXPECT_EQ(platform.events("video.uploaded").size(), 1U);
}

TEST_F(TusLimits, MemoryIsBounded) {
    const auto created = tus("POST", "/v1/uploads", {{"Upload-Defer-Length", "1"}});
    const std::string first(*created.headers.find("Location"));
    const auto holder = service();
    const auto parts = must(holder.make(platform.platform()));
    const runtime::Router router(parts.routes);
    const auto begin = [&](const std::string& target) {
        auto request = patch_request(target, 0);
        auto context = platform.platform().mesh.new_context(request);
        context.principal = model::to_text(flow::TestPlatform::admin("acme"));
        return (*router.find(request, context))->open_handler(request, context);
    };
    auto sink = begin(first);
    ASSERT_TRUE(std::holds_alternative<std::unique_ptr<runtime::BodySink>>(sink));
    const std::string second = create(50);
    EXPECT_EQ(std::get<runtime::Response>(begin(second)).status, 503);
    EXPECT_EQ(pour(*std::get<std::unique_ptr<runtime::BodySink>>(sink), std::string(101, 'x'))->status, 413);
    sink = runtime::Response{};
    EXPECT_EQ(patch(second, 0, "hello").status, 204) << "the refused request holds nothing";
}

}  // namespace upload
