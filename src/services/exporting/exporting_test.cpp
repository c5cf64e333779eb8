#include "services/exporting/exporting.hpp"

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "flow/requests.hpp"
#include "flow/test_platform.hpp"
#include "formats/formats.hpp"
#include "model/transcript_json.hpp"

namespace exporting {
namespace {

using base::Json;
using base::JsonObject;

const std::string session_id = "0190a0b0-0000-7000-8000-000000000001";
const std::string exports_path = "/v1/sessions/" + session_id + "/exports";

// The session service, as far as exports know it: one session of the tenant acme, whose versions tests add.
struct Sessions {
    struct Version {
        std::string blob_key;
        std::string hash;
    };
    std::vector<Version> versions;
    std::string title = "My \u00E9tude: a talk";
    int calls_to_fail = 0;
    std::function<void()> when_asked_for_title = [] {};

    flow::Service service() {
        const auto route = [this](std::string pattern, auto answer) {
            return runtime::Route{.method = "GET",
                                  .pattern = std::move(pattern),
                                  .handler = [this, answer](runtime::Request& request, runtime::Context& context) {
                                      return flow::answer(answer(*this, request, context), context);
                                  }};
        };
        return {.name = "session",
                .options = {},
                .migrations = {},
                .make = [route](const flow::Platform&) -> base::Result<flow::Parts> {
                    flow::Parts parts;
                    parts.routes = {route("/internal/sessions/{id}/transcript", transcript),
                                    route("/v1/sessions/{id}", session)};
                    return parts;
                }};
    }

  private:
    static base::Result<void> check(Sessions& self, const runtime::Request& request, const runtime::Context& context) {
        const auto principal = flow::authorize(context, model::Action::transcript_read);
        if (!principal) return std::unexpected(principal.error());
        if (self.calls_to_fail > 0 && self.calls_to_fail-- > 0)
            return base::fail(base::ErrorCode::unavailable, "not now");
        if (principal->tenant_id == "acme" && request.path_parameter("id") == session_id) return {};
        return base::fail(base::ErrorCode::not_found, "there is no such session");
    }
    static base::Result<runtime::Response> session(Sessions& self, const runtime::Request& request,
                                                   const runtime::Context& context) {
        if (const auto fine = check(self, request, context); !fine) return std::unexpected(fine.error());
        self.when_asked_for_title();
        return flow::json_response(200, JsonObject{{"id", session_id}, {"title", self.title}});
    }
    static base::Result<runtime::Response> transcript(Sessions& self, const runtime::Request& request,
                                                      const runtime::Context& context) {
        if (const auto fine = check(self, request, context); !fine) return std::unexpected(fine.error());
        std::size_t number = self.versions.size();
        if (const auto asked = request.query_parameter("version")) number = std::stoul(std::string(*asked));
        if (number < 1 || number > self.versions.size())
            return base::fail(base::ErrorCode::not_found, "there is no such version");
        const Version& version = self.versions[number - 1];
        return flow::json_response(200, JsonObject{{"transcript_id", "t" + std::to_string(number)},
                                                   {"version", static_cast<std::int64_t>(number)},
                                                   {"blob_key", version.blob_key},
                                                   {"content_hash", version.hash}});
    }
};

model::Transcript talk(std::string text = "Good morning, everyone. Welcome to the talk.") {
    model::Transcript transcript{.language = "en", .duration_seconds = 20, .engine = "test"};
    transcript.segments = {{.time = {1, 5}, .text = std::move(text), .speech = {}, .speech_probability = 0.9}};
    return transcript;
}

// More than anybody can read in its time.
model::Transcript rush() {
    model::Transcript transcript = talk("This is far more than anybody can read in a single second, it really is.");
    transcript.segments[0].time = {4, 5};
    transcript.segments.push_back({.time = {5, 6}, .text = "And there is more.", .speech = {}});
    return transcript;
}

class ExportingService : public testing::Test {
  protected:
    ExportingService() { add_version(talk()); }

    void add_version(const model::Transcript& transcript, bool damaged = false) {
        std::string text = model::to_canonical_json(transcript);
        base::Sha256 sha;
        sha.update(std::as_bytes(std::span(text)));
        const std::string hash = sha.finish_hex();
        const std::string key = "transcripts/" + session_id + "/" + hash;
        if (damaged) text.back() = ' ';
        ASSERT_TRUE(blobs()->put(key, {}, std::as_bytes(std::span(text))));
        sessions.versions.push_back({key, hash});
    }
    std::unique_ptr<blob::TenantBlobs> blobs() { return test.platform().blobs.tenant("acme").value(); }
    std::vector<std::string> blob_keys() {
        const auto page = blobs()->list({.prefix = "exports/"});
        std::vector<std::string> keys;
        for (const blob::Listed& listed : page->blobs)
            keys.push_back(listed.key);
        return keys;
    }
    /// Its id.
    std::string order(const std::string& body) {
        const auto response = test.post("exporting", exports_path, body);
        EXPECT_EQ(response.status, 202) << response.body;
        return text_of(base::parse_json(response.body).value(), "id");
    }
    std::string ordered(const std::string& body) {
        const std::string id = order(body);
        test.settle();
        return id;
    }
    Json get(const std::string& id) {
        return base::parse_json(test.get("exporting", "/v1/exports/" + id).body).value();
    }
    std::string status(const std::string& id) { return text_of(get(id), "status"); }
    runtime::ClientResponse content(const std::string& id) {
        return test.get("exporting", "/v1/exports/" + id + "/content");
    }
    int remove(const std::string& id) {
        return test.call("exporting", {.method = "DELETE", .target = "/v1/exports/" + id}).status;
    }
    static std::string text_of(const Json& body, std::string_view name) {
        const Json* member = body.member(name);
        return member != nullptr && member->text() != nullptr ? *member->text() : "none";
    }

    Sessions sessions;
    flow::TestPlatform test{{sessions.service(), service()}};
};

TEST_F(ExportingService, MakesEveryFormat) {
    for (const formats::Format& format : formats::all_formats()) {
        const std::string id = ordered(R"({"format": ")" + std::string(format.name) + "\"}");
        const auto response = content(id);
        EXPECT_EQ(response.status, 200) << format.name;
        EXPECT_EQ(response.headers.find("Content-Type"), format.media_type);
        EXPECT_EQ(response.body, formats::write(format, talk(), {})->content);
        EXPECT_EQ(*get(id).member("size_bytes")->integer(), std::ssize(response.body));
    }
    EXPECT_EQ(test.events("export.completed").size(), formats::all_formats().size());
}

TEST_F(ExportingService, MakesAnEmptyFileOfSilence) {
    add_version({.language = "en", .duration_seconds = 5, .engine = "test"});
    const auto response = content(ordered(R"({"format": "txt"})"));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.body, "");
}

TEST_F(ExportingService, TellsTheStoryOfAnExport) {
    const std::string id = order(R"({"format": "srt"})");
    EXPECT_EQ(status(id), "queued");
    EXPECT_EQ(content(id).status, 409) << "not yet";
    test.settle();
    EXPECT_EQ(status(id), "completed");
    const auto response = content(id);
    EXPECT_EQ(response.headers.find("Content-Disposition"),
              "attachment; filename=\"My _tude_ a talk.srt\"; filename*=UTF-8''My%20%C3%A9tude_%20a%20talk.srt");
    EXPECT_EQ(response.headers.find("ETag"), "\"" + text_of(get(id), "content_hash") + "\"");
    EXPECT_EQ(blob_keys(), std::vector{"exports/" + session_id + "/" + id});
    const auto events = test.events("export.completed");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(base::to_canonical_json(events[0].payload),
              R"({"export_id":")" + id + R"(","format":"srt","session_id":")" + session_id + "\"}");
}

TEST_F(ExportingService, GivesTheExportThatIsThere) {
    const std::string id = ordered(R"({"format": "srt"})");
    EXPECT_EQ(ordered(R"({"format": "srt", "version": 1, "subtitle_rules": "netflix-en"})"), id);
    EXPECT_NE(ordered(R"({"format": "srt", "subtitle_settings": {"max_lines": 1}})"), id);
    add_version(talk("An edited text."));
    const std::string edited = ordered(R"({"format": "srt"})");
    EXPECT_NE(edited, id) << "the newest version is another one now";
    EXPECT_TRUE(content(edited).body.contains("An edited text."));
    EXPECT_EQ(ordered(R"({"format": "srt", "version": 1})"), id);
    EXPECT_EQ(test.events("export.completed").size(), 3U);
}

TEST_F(ExportingService, ListsBrokenRulesAndRefusesThemWhenStrict) {
    add_version(rush());
    const std::string lenient = ordered(R"({"format": "vtt"})");
    EXPECT_EQ(status(lenient), "completed");
    EXPECT_GT(get(lenient).member("violations")->array()->size(), 0U);
    const std::string strict = ordered(R"({"format": "vtt", "strict": true})");
    EXPECT_EQ(status(strict), "failed");
    EXPECT_EQ(text_of(*get(strict).member("error"), "code"), "subtitle_rules_broken");
    EXPECT_EQ(*get(strict).member("violations"), *get(lenient).member("violations"));
    EXPECT_EQ(*get(strict).member("violation_count"), *get(lenient).member("violation_count"));
    EXPECT_EQ(content(strict).status, 409);
    EXPECT_EQ(test.events("export.failed").size(), 1U);
    EXPECT_EQ(status(ordered(R"({"format": "vtt", "strict": true, "version": 1})")), "completed");
}

TEST_F(ExportingService, TriesAgainWhileTheSessionServiceIsAway) {
    const std::string id = order(R"({"format": "txt"})");
    sessions.calls_to_fail = 2;
    test.settle();
    EXPECT_EQ(status(id), "completed");
}

TEST_F(ExportingService, FailsOverADamagedTranscriptAndCanBeAskedAgain) {
    add_version(talk("Damaged on the way."), true);
    const std::string id = ordered(R"({"format": "txt"})");
    EXPECT_EQ(status(id), "failed");
    EXPECT_EQ(text_of(*get(id).member("error"), "code"), "blob_corrupt");
    const auto events = test.events("export.failed");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(*events[0].payload.member("code")->text(), "blob_corrupt");
    ASSERT_TRUE(blobs()->remove(sessions.versions.back().blob_key));
    sessions.versions.pop_back();
    add_version(talk("Damaged on the way."));
    EXPECT_EQ(ordered(R"({"format": "txt"})"), id);
    EXPECT_EQ(status(id), "completed");
}

TEST_F(ExportingService, OverwritesWhatADeadAttemptLeft) {
    const std::string id = order(R"({"format": "txt"})");
    const std::string_view half = "half a";
    ASSERT_TRUE(blobs()->put("exports/" + session_id + "/" + id, {}, std::as_bytes(std::span(half))));
    test.settle();
    EXPECT_EQ(content(id).body, formats::write(**formats::find_format("txt"), talk(), {})->content);
}

TEST_F(ExportingService, DeletesRowAndBlobAndMakesItAgainWhenAsked) {
    const std::string id = ordered(R"({"format": "srt"})");
    EXPECT_EQ(remove(id), 204);
    EXPECT_EQ(test.get("exporting", "/v1/exports/" + id).status, 404);
    EXPECT_TRUE(blob_keys().empty());
    EXPECT_EQ(remove(id), 404);
    EXPECT_EQ(ordered(R"({"format": "srt"})"), id);
    test.clock().advance(std::chrono::seconds(30));
    test.settle();
    EXPECT_EQ(content(id).status, 200) << "the erasure of the first one passes it over";
    EXPECT_EQ(test.events("export.completed").size(), 2U);
}

TEST_F(ExportingService, MakesNothingForAnExportDeletedBefore) {
    const std::string id = order(R"({"format": "srt"})");
    EXPECT_EQ(remove(id), 204);
    test.settle();
    EXPECT_TRUE(test.events().empty());
    EXPECT_TRUE(blob_keys().empty());
}

TEST_F(ExportingService, CleansUpAfterAnExportDeletedWhileItWasMade) {
    const std::string id = order(R"({"format": "srt"})");
    sessions.when_asked_for_title = [&] {
        EXPECT_EQ(remove(id), 204);
        // As if the erasure had come and gone before the slow worker wrote its blob.
        auto transaction = test.platform().database.tenant("acme").write().value();
        EXPECT_EQ(store::cancel_work(transaction, session_id, "exporting.erase"), 1);
        EXPECT_TRUE(transaction.commit());
    };
    test.settle(std::chrono::seconds(1));
    EXPECT_TRUE(test.events("export.completed").empty());
    EXPECT_EQ(blob_keys().size(), 1U);
    test.clock().advance(std::chrono::seconds(30));
    test.settle();
    EXPECT_TRUE(blob_keys().empty());
}

TEST_F(ExportingService, SweepsWhatCameAfterTheErasure) {
    const std::string id = order(R"({"format": "srt"})");
    test.settle();
    ASSERT_TRUE(blobs()->put("exports/" + session_id + "/stray", {}, {}));
    test.clock().advance(std::chrono::hours(60));
    test.settle();
    EXPECT_EQ(blob_keys(), std::vector{"exports/" + session_id + "/" + id});
}

TEST_F(ExportingService, ErasesWithTheSession) {
    const std::string id = ordered(R"({"format": "srt"})");
    ordered(R"({"format": "txt"})");
    const std::string_view stray = "of a late writer";
    ASSERT_TRUE(blobs()->put("exports/" + session_id + "/stray", {}, std::as_bytes(std::span(stray))));
    test.emit("acme", {.type = "session.deleted",
                       .natural_key = session_id,
                       .partition_key = session_id,
                       .payload = JsonObject{{"session_id", session_id}}});
    test.settle();
    EXPECT_EQ(test.get("exporting", "/v1/exports/" + id).status, 404);
    EXPECT_EQ(test.post("exporting", exports_path, R"({"format": "srt"})").status, 404);
    test.clock().advance(std::chrono::seconds(30));
    test.settle();
    EXPECT_TRUE(blob_keys().empty());
}

TEST_F(ExportingService, ListsByPages) {
    std::vector<std::string> made;
    for (const char* format : {"srt", "vtt", "txt"}) {
        made.push_back(ordered(R"({"format": ")" + std::string(format) + "\"}"));
        test.clock().advance(std::chrono::seconds(1));
    }
    std::vector<std::string> seen;
    std::string cursor;
    do {
        const auto page =
            test.get("exporting", exports_path + "?limit=2" + (cursor.empty() ? "" : "&cursor=" + cursor));
        ASSERT_EQ(page.status, 200) << page.body;
        const Json body = base::parse_json(page.body).value();
        for (const Json& item : *body.member("data")->array())
            seen.push_back(text_of(item, "id"));
        cursor = body.member("next_cursor")->is_null() ? "" : text_of(body, "next_cursor");
    } while (!cursor.empty());
    EXPECT_EQ(seen, made);
    EXPECT_EQ(test.get("exporting", exports_path + "?cursor=bm9uc2Vuc2U").status, 400);
}

TEST_F(ExportingService, KnowsWhichSessionsThereAre) {
    EXPECT_EQ(test.get("exporting", exports_path).status, 200) << "a session without exports";
    EXPECT_EQ(test.get("exporting", "/v1/sessions/other/exports").status, 404);
    EXPECT_EQ(test.post("exporting", "/v1/sessions/other/exports", R"({"format": "srt"})").status, 404);
    EXPECT_EQ(test.post("exporting", exports_path, R"({"format": "srt", "version": 7})").status, 404);
    EXPECT_EQ(test.post("exporting", exports_path, R"({"format": "docx"})").status, 400);
}

TEST_F(ExportingService, BelongsToItsTenant) {
    const std::string path = "/v1/exports/" + ordered(R"({"format": "srt"})");
    const model::Principal rival = flow::TestPlatform::admin("rival");
    EXPECT_EQ(test.call("exporting", {.target = path}, rival).status, 404);
    EXPECT_EQ(test.call("exporting", {.target = path + "/content"}, rival).status, 404);
    EXPECT_EQ(test.call("exporting", {.method = "DELETE", .target = path}, rival).status, 404);
    EXPECT_EQ(test.call("exporting", {.target = exports_path}, rival).status, 404);
    auto reader = flow::TestPlatform::viewer("acme");
    reader.scopes = {"transcripts:read"};
    EXPECT_EQ(test.call("exporting", {.target = path + "/content"}, reader).status, 200);
    EXPECT_EQ(test.call("exporting", {.method = "DELETE", .target = path}, reader).status, 403);
}

TEST_F(ExportingService, AnswersARepeatedRequestOnce) {
    const std::string body = R"({"format": "srt"})";
    const auto first = test.post("exporting", exports_path, body, {{"Idempotency-Key", "k1"}});
    const auto second = test.post("exporting", exports_path, body, {{"Idempotency-Key", "k1"}});
    EXPECT_EQ(first.status, 202);
    EXPECT_EQ(second.body, first.body);
    EXPECT_EQ(second.headers.find("Idempotent-Replayed"), "true");
    const auto other = test.post("exporting", exports_path, R"({"format": "vtt"})", {{"Idempotency-Key", "k1"}});
    EXPECT_EQ(other.status, 422);
}

}  // namespace
}  // namespace exporting
