#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "formats/formats.hpp"
#include "services/session/test_sessions.hpp"

namespace session {
namespace {

using Ids = std::vector<std::string>;

std::string transcript_of(const std::string& id, const std::string& query = "") {
    return "/v1/sessions/" + id + "/transcript" + query;
}

TEST(Transcript, IsByteForByteWhatTheCommandLineWrites) {
    Sessions sessions;
    const model::Transcript transcript = speech({"Good morning, everyone.", "It was built in 2019."});
    const std::string id = sessions.transcribed(transcript);
    for (const formats::Format& format : formats::all_formats()) {
        const auto answer = sessions.get(transcript_of(id, "?format=" + std::string(format.name)));
        EXPECT_EQ(answer.status, 200);
        EXPECT_EQ(answer.headers.find("Content-Type"), format.media_type);
        EXPECT_EQ(answer.body, formats::write(format, transcript, {})->content) << format.name;
    }
    EXPECT_EQ(sessions.get(transcript_of(id)).body, sessions.get(transcript_of(id, "?format=verbose_json")).body);
}

TEST(Transcript, IsNotSentAgainToWhoHasIt) {
    Sessions sessions;
    const std::string id = sessions.transcribed(speech({"Yes."}));
    const std::string tag = Sessions::etag(sessions.get(transcript_of(id)));
    EXPECT_EQ(tag, "\"" + content_hash_of(model::to_canonical_json(speech({"Yes."}))) + "\"");
    const auto same = sessions.send("GET", transcript_of(id), "", {{"If-None-Match", tag}});
    EXPECT_EQ(same.status, 304);
    EXPECT_TRUE(same.body.empty());
    EXPECT_EQ(sessions.send("GET", transcript_of(id), "", {{"If-None-Match", "\"x\""}}).status, 200);
}

TEST(Transcript, IsRefusedWithAReason) {
    Sessions sessions;
    const std::string waiting = sessions.create();
    const auto none = sessions.get(transcript_of(waiting));
    EXPECT_EQ(none.status, 404);
    EXPECT_EQ(Sessions::text(none, "code"), "not_found");
    EXPECT_NE(Sessions::text(none, "detail").find("uploading"), std::string::npos);

    const std::string id = sessions.transcribed(speech({std::string(400, 'w')}));
    EXPECT_EQ(Sessions::text(sessions.get(transcript_of(id, "?format=docx")), "code"), "unknown_format");
    EXPECT_EQ(sessions.get(transcript_of(id, "?version=2")).status, 404);
    EXPECT_EQ(sessions.get(transcript_of(id, "?version=0")).status, 400);
    EXPECT_EQ(sessions.get(transcript_of(id, "?subtitle_rules=mine&format=srt")).status, 400);
    const auto broken = sessions.get(transcript_of(id, "?format=srt&strict=true"));
    EXPECT_EQ(broken.status, 422);
    EXPECT_EQ(Sessions::text(broken, "code"), "subtitle_rules_broken");
    EXPECT_NE(Sessions::text(broken, "detail").find("cue 1"), std::string::npos);
}

TEST(Transcript, IsEditedIntoANewVersionAndTheOldOneStays) {
    Sessions sessions;
    const std::string id = sessions.transcribed(speech({"Good mourning.", "Thank you."}));
    const auto read = sessions.get(transcript_of(id));
    const std::string body = R"({"segments":[{"start":0.5,"end":9,"text":"Good morning."}]})";
    EXPECT_EQ(sessions.send("PUT", transcript_of(id), body).status, 428);
    const auto edited = sessions.send("PUT", transcript_of(id), body, {{"If-Match", Sessions::etag(read)}});
    ASSERT_EQ(edited.status, 200) << edited.body;
    EXPECT_EQ(sessions.send("PUT", transcript_of(id), body, {{"If-Match", Sessions::etag(read)}}).status, 412);

    const auto now = sessions.get(transcript_of(id, "?format=txt"));
    EXPECT_EQ(now.body, "Good morning.\n");
    EXPECT_EQ(Sessions::etag(now), Sessions::etag(edited));
    EXPECT_EQ(sessions.get(transcript_of(id, "?version=1")).body, read.body);
    EXPECT_EQ(sessions.list("?q=morning"), Ids{id});
    EXPECT_EQ(sessions.list("?q=mourning"), Ids{}) << "only the newest version is searched";

    const base::Json versions = Sessions::json(sessions.get(transcript_of(id, "/versions")));
    const auto& data = *versions.member("data")->array();
    ASSERT_EQ(data.size(), 2U);
    EXPECT_EQ(*data[0].member("origin")->text(), "edit");
    EXPECT_EQ(*data[0].member("parent")->text(), *data[1].member("transcript_id")->text());
    EXPECT_EQ(*data[0].member("created_by")->text(), "admin");
    EXPECT_EQ(*data[1].member("origin")->text(), "run");
    EXPECT_EQ(*Sessions::json(sessions.show(id)).member("transcript_version")->integer(), 2);

    sessions.platform.settle();
    sessions.platform.settle();
    const auto told = sessions.platform.events("transcript.edited");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(*told[0].payload.member("version")->integer(), 2);
    const auto reference = sessions.get("/internal/sessions/" + id + "/transcript");
    EXPECT_EQ(Sessions::text(reference, "blob_key"), *told[0].payload.member("blob_key")->text());
}

TEST(Transcript, ThatIsSentBackUnchangedIsNoNewVersion) {
    Sessions sessions;
    const std::string id = sessions.transcribed(speech({"Good morning."}));
    const auto read = sessions.get(transcript_of(id));
    const auto same = sessions.send("PUT", transcript_of(id), read.body, {{"If-Match", Sessions::etag(read)}});
    EXPECT_EQ(same.status, 200) << same.body;
    EXPECT_EQ(Sessions::etag(same), Sessions::etag(read));
    EXPECT_EQ(sessions.count("session_transcripts"), 1);
}

TEST(Transcript, ListsItsVersionsNewestFirstByPages) {
    Sessions sessions;
    const std::string id = sessions.transcribed(speech({"One."}));
    for (const char* text : {"Two.", "Three."}) {
        const std::string body = std::string(R"({"segments":[{"start":0.5,"end":9,"text":")") + text + "\"}]}";
        const runtime::Headers match{{"If-Match", Sessions::etag(sessions.get(transcript_of(id)))}};
        ASSERT_EQ(sessions.send("PUT", transcript_of(id), body, match).status, 200);
    }
    std::vector<std::int64_t> seen;
    std::string query = "/versions?limit=1";
    for (int pages = 0; !query.empty() && pages < 9; ++pages) {
        const base::Json page = Sessions::json(sessions.get(transcript_of(id, query)));
        const auto& data = *page.member("data")->array();
        EXPECT_EQ(data.size(), 1U);
        for (const base::Json& item : data)
            seen.push_back(*item.member("version")->integer());
        const std::string* next = page.member("next_cursor")->text();
        query = next == nullptr ? "" : "/versions?limit=1&cursor=" + *next;
    }
    EXPECT_EQ(seen, (std::vector<std::int64_t>{3, 2, 1}));
    EXPECT_EQ(sessions.get(transcript_of(id, "/versions?cursor=Zm9v")).status, 400);
}

TEST(Transcript, CanBeEditedByMembersAndNotByViewers) {
    Sessions sessions;
    const std::string id = sessions.transcribed(speech({"Yes."}));
    const runtime::Headers match{{"If-Match", Sessions::etag(sessions.get(transcript_of(id)))}};
    const std::string body = R"({"segments":[]})";
    EXPECT_EQ(sessions.send("PUT", transcript_of(id), body, match, flow::TestPlatform::viewer("acme")).status, 403);
    EXPECT_EQ(sessions.send("PUT", transcript_of(id), body, match, flow::TestPlatform::admin("other")).status, 404);
    EXPECT_EQ(sessions.send("PUT", transcript_of(id), R"({"segments":{}})", match).status, 400);
    EXPECT_EQ(sessions.send("PUT", transcript_of(id), body, match, member("bob")).status, 200);
}

TEST(Transcript, OfARetryIsTheNextVersionAlsoWithTheSameWords) {
    Sessions sessions;
    const std::string id = sessions.transcribed(speech({"Yes."}));
    EXPECT_EQ(sessions.send("POST", "/v1/sessions/" + id + "/retry").status, 202);
    EXPECT_EQ(sessions.get(transcript_of(id)).status, 200) << "the old one is there meanwhile";
    sessions.completed(id, run_id_of(id, 2), speech({"Yes."}));
    sessions.completed(id, run_id_of(id, 2), speech({"Yes."}), "again");
    sessions.platform.settle();
    EXPECT_EQ(sessions.status(id), "completed");
    EXPECT_EQ(sessions.count("session_transcripts"), 2);
    EXPECT_EQ(sessions.platform.events("session.completed").size(), 2U);
}

model::Transcript conversation() {
    model::Transcript transcript = speech({"Good morning.", "Thank you."});
    transcript.segments[0].speaker = "S1";
    transcript.segments[1].speaker = "S2";
    transcript.speakers = {{"S1", {}}, {"S2", {}}};
    return transcript;
}

TEST(Speakers, AreNamedInOnePlaceAndShownEverywhere) {
    Sessions sessions;
    const std::string id = sessions.transcribed(conversation());
    const std::string speakers = "/v1/sessions/" + id + "/speakers";
    const auto read = sessions.get(speakers);
    ASSERT_EQ(read.status, 200) << read.body;
    EXPECT_NE(read.body.find(R"("label":"S2","name":null)"), std::string::npos) << read.body;
    EXPECT_EQ(sessions.get(transcript_of(id, "?format=txt")).body, "S1: Good morning.\n\nS2: Thank you.\n");

    const std::string body = R"({"S2":"Ada Lovelace"})";
    EXPECT_EQ(sessions.send("PATCH", speakers, body).status, 428);
    const auto named = sessions.send("PATCH", speakers, body, {{"If-Match", Sessions::etag(read)}});
    ASSERT_EQ(named.status, 200) << named.body;
    EXPECT_EQ(sessions.send("PATCH", speakers, body, {{"If-Match", Sessions::etag(read)}}).status, 412);

    const runtime::Headers match{{"If-Match", Sessions::etag(named)}};
    EXPECT_EQ(sessions.get(transcript_of(id, "?format=txt")).body, "S1: Good morning.\n\nAda Lovelace: Thank you.\n");
    EXPECT_NE(sessions.get(transcript_of(id)).body.find(R"("speaker": "Ada Lovelace")"), std::string::npos);
    EXPECT_NE(sessions.get(transcript_of(id, "?format=vtt")).body.find("<v Ada Lovelace>"), std::string::npos);
    EXPECT_EQ(sessions.list("?q=lovelace"), Ids{id});
    EXPECT_NE(sessions.get(speakers).body.find(R"("name":"Ada Lovelace")"), std::string::npos);
    EXPECT_EQ(Sessions::etag(sessions.send("PATCH", speakers, body, match)), Sessions::etag(named)) << "nothing new";
    EXPECT_EQ(sessions.send("PATCH", speakers, R"({"S3":"Bob"})", match).status, 400);
    EXPECT_EQ(sessions.send("PATCH", speakers, body, match, flow::TestPlatform::viewer("acme")).status, 403);
    EXPECT_EQ(sessions.send("PATCH", speakers, body, match, flow::TestPlatform::admin("other")).status, 404);

    sessions.platform.settle();
    const auto told = sessions.platform.events("transcript.edited");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(*told[0].payload.member("run_id")->text(),
              *base::parse_json(sessions.get("/v1/sessions/" + id).body)->member("run_id")->text());

    const std::string read_back = sessions.get(transcript_of(id)).body;
    EXPECT_EQ(Sessions::etag(sessions.send("PUT", transcript_of(id), read_back, match)), Sessions::etag(named))
        << "an edit keeps the names";
    ASSERT_EQ(sessions.send("PATCH", speakers, R"({"S2":null})", match).status, 200);
    EXPECT_EQ(sessions.list("?q=lovelace"), Ids{});
}

TEST(Speakers, OfATranscriptWithoutThemAreNone) {
    Sessions sessions;
    const std::string id = sessions.transcribed(speech({"Yes."}));
    EXPECT_EQ(sessions.get("/v1/sessions/" + id + "/speakers").body.substr(0, 11), R"({"data":[]})");
    EXPECT_EQ(sessions.get("/v1/sessions/" + id + "/speakers?limit=2").status, 400);
}

}  // namespace
}  // namespace session
