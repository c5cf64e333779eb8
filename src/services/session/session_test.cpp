#include "services/session/session.hpp"

#include <gtest/gtest.h>

#include "services/session/test_sessions.hpp"

namespace session {
namespace {

using flow::TestPlatform;
using Ids = std::vector<std::string>;

TEST(Session, GoesFromItsUploadToItsTranscript) {
    Sessions sessions;
    const auto made = sessions.send("POST", "/v1/sessions", R"({"title":" My talk ","language":"de","priority":3})");
    EXPECT_EQ(made.status, 201);
    const std::string id = Sessions::text(made, "id");
    EXPECT_EQ(made.headers.find("Location"), "/v1/sessions/" + id);
    EXPECT_EQ(Sessions::text(made, "title"), "My talk");
    EXPECT_EQ(sessions.status(id), "uploading");

    sessions.uploaded(id);
    sessions.platform.settle();
    EXPECT_EQ(sessions.status(id), "queued");
    const auto queued = sessions.platform.events("session.queued");
    ASSERT_EQ(queued.size(), 1U);
    EXPECT_EQ(base::to_canonical_json(queued[0].payload), R"({"blob_key":"videos/)" + id +
                                                              R"(/u1","language":"de","model":"",)" +
                                                              R"("multichannel":false,"priority":3,"run_id":")" +
                                                              run_id_of(id, 1) + R"(","session_id":")" + id + "\"}");

    sessions.started(id, run_id_of(id, 1));
    sessions.progressed(id, run_id_of(id, 1), 1, 4);
    sessions.platform.settle();
    const base::Json half = Sessions::json(sessions.show(id));
    EXPECT_EQ(*half.member("status")->text(), "transcribing");
    EXPECT_EQ(half.member("progress")->number(), 0.25);
    EXPECT_TRUE(half.member("transcript_version")->is_null());

    sessions.completed(id, run_id_of(id, 1), speech({"Good morning."}));
    sessions.platform.settle();
    const base::Json done = Sessions::json(sessions.show(id));
    EXPECT_EQ(*done.member("status")->text(), "completed");
    EXPECT_EQ(*done.member("transcript_version")->integer(), 1);
    EXPECT_EQ(done.member("duration_seconds")->number(), 10);
    const auto events = sessions.platform.events("session.completed");
    ASSERT_EQ(events.size(), 1U);
    EXPECT_EQ(*events[0].payload.member("version")->integer(), 1);
}

TEST(Session, IsMadeOnceByItsIdThroughTheMesh) {
    Sessions sessions;
    const std::string target = "/internal/sessions/" + sessions.platform.platform().ids.next();
    EXPECT_EQ(sessions.send("PUT", target, R"({"title":"one"})").status, 201);
    const auto again = sessions.send("PUT", target, R"({"title":"two"})");
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(Sessions::text(again, "title"), "one");
    EXPECT_EQ(sessions.send("PUT", target, "{}", {}, member("eve")).status, 403) << "it is somebody else's";
    EXPECT_EQ(sessions.send("PUT", "/internal/sessions/5", "{}").status, 400);
}

TEST(Session, IsNotMadeAgainByALateCallAfterItsDeletion) {
    Sessions sessions;
    const std::string id = sessions.platform.platform().ids.next();
    ASSERT_EQ(sessions.send("PUT", "/internal/sessions/" + id, "{}").status, 201);
    ASSERT_EQ(sessions.send("DELETE", "/v1/sessions/" + id).status, 204);
    EXPECT_EQ(sessions.send("PUT", "/internal/sessions/" + id, "{}").status, 404);
    EXPECT_EQ(sessions.count("session_sessions"), 0);
}

// Its upload has given it up; nobody would end it.
TEST(Session, IsNotMadeByALateCallAfterItsUploadHasFailed) {
    Sessions sessions;
    const std::string id = sessions.platform.platform().ids.next();
    sessions.tell("upload.failed", id, {{"upload_id", "u1"}, {"code", "deadline_exceeded"}, {"message", "no answer"}});
    sessions.platform.settle();
    EXPECT_EQ(sessions.send("PUT", "/internal/sessions/" + id, "{}").status, 404);
    EXPECT_EQ(sessions.count("session_sessions"), 0);
}

TEST(Session, IsMadeOnceByAnIdempotencyKey) {
    Sessions sessions;
    const auto make = [&] { return sessions.send("POST", "/v1/sessions", "{}", {{"Idempotency-Key", "k"}}); };
    EXPECT_EQ(Sessions::text(make(), "id"), Sessions::text(make(), "id"));
    EXPECT_EQ(sessions.count("session_sessions"), 1);
}

TEST(Session, IsRenamedOnlyByWhoHasReadIt) {
    Sessions sessions;
    const std::string id = sessions.create("Old");
    const std::string body = R"({"title":"New"})";
    const std::string target = "/v1/sessions/" + id;
    EXPECT_EQ(sessions.send("PATCH", target, body).status, 428);
    const std::string tag = Sessions::etag(sessions.show(id));
    const auto renamed = sessions.send("PATCH", target, body, {{"If-Match", tag}});
    EXPECT_EQ(renamed.status, 200);
    EXPECT_NE(Sessions::etag(renamed), tag);
    EXPECT_EQ(sessions.send("PATCH", target, body, {{"If-Match", tag}}).status, 412);
    EXPECT_EQ(Sessions::text(sessions.show(id), "title"), "New");
    EXPECT_EQ(sessions.list("?q=new"), Ids{id});
    EXPECT_EQ(sessions.list("?q=old"), Ids{});
}

TEST(Session, IsReadByItsTenantAndChangedByItsOwnerOrAnAdmin) {
    Sessions sessions;
    const std::string id = sessions.create("Mine", member("ann"));
    const std::string target = "/v1/sessions/" + id;
    const auto as = [&](const char* method, const std::string& path, const model::Principal& who) {
        return sessions.send(method, path, "", {}, who).status;
    };
    EXPECT_EQ(as("GET", target, TestPlatform::viewer("acme")), 200);
    EXPECT_EQ(as("DELETE", target, TestPlatform::viewer("acme")), 403);
    EXPECT_EQ(as("POST", target + "/cancel", member("bob")), 403);
    EXPECT_EQ(as("DELETE", target, member("bob")), 403);
    EXPECT_EQ(as("GET", target, TestPlatform::admin("other")), 404) << "another tenant's is not there";
    EXPECT_EQ(as("DELETE", target, TestPlatform::admin("other")), 404);
    EXPECT_EQ(as("POST", target + "/cancel", member("ann")), 200);
    EXPECT_EQ(as("DELETE", target, TestPlatform::admin("acme")), 204);
    EXPECT_EQ(as("GET", target, member("ann")), 404);
}

TEST(Session, EveryRequestAsksForItsScope) {
    Sessions sessions;
    const std::string id = sessions.transcribed(speech({"Yes."}));
    const std::string one = "/v1/sessions/" + id;
    const std::string tag = Sessions::etag(sessions.get(one + "/transcript"));
    struct Row {
        const char* scope;
        const char* method;
        std::string target;
        std::string body = {};
    };
    const Row rows[] = {{"sessions:read", "GET", "/v1/sessions"},
                        {"sessions:read", "GET", one},
                        {"sessions:write", "POST", "/v1/sessions", "{}"},
                        {"sessions:write", "PATCH", one, R"({"title":"x"})"},
                        {"sessions:write", "POST", one + "/cancel"},
                        {"sessions:write", "POST", one + "/retry"},
                        {"sessions:write", "PUT", "/internal/sessions/" + id, "{}"},
                        {"transcripts:read", "GET", one + "/transcript"},
                        {"transcripts:read", "GET", one + "/transcript/versions"},
                        {"transcripts:read", "GET", "/internal/sessions/" + id + "/transcript"},
                        {"transcripts:write", "PUT", one + "/transcript", R"({"segments":[]})"},
                        {"sessions:delete", "DELETE", one}};
    for (const Row& row : rows) {
        model::Principal all_others = TestPlatform::admin("acme");
        all_others.scopes.clear();
        for (const model::ActionRule& rule : model::action_rules())
            if (rule.scope != row.scope) all_others.scopes.emplace(rule.scope);
        EXPECT_EQ(sessions.send(row.method, row.target, row.body, {{"If-Match", tag}}, all_others).status, 403)
            << row.method << " " << row.target;
    }
    EXPECT_EQ(sessions.status(id), "completed") << "none of it did anything";
    for (const Row& row : rows) {
        model::Principal no_other = TestPlatform::admin("acme");
        no_other.scopes = {row.scope};
        EXPECT_NE(sessions.send(row.method, row.target, row.body, {{"If-Match", tag}}, no_other).status, 403)
            << row.method << " " << row.target;
    }
}

TEST(Session, IsCancelledAndRetried) {
    Sessions sessions;
    const std::string id = sessions.create();
    sessions.uploaded(id);
    sessions.platform.settle();
    EXPECT_EQ(sessions.send("POST", "/v1/sessions/" + id + "/retry").status, 409);
    EXPECT_EQ(sessions.send("POST", "/v1/sessions/" + id + "/cancel").status, 200);
    const auto recorded = sessions.count("audit");
    EXPECT_EQ(sessions.send("POST", "/v1/sessions/" + id + "/cancel").status, 200);
    EXPECT_EQ(sessions.count("audit"), recorded) << "no news is not recorded";
    sessions.completed(id, run_id_of(id, 1), speech({"Too late."}));
    sessions.platform.settle();
    EXPECT_EQ(sessions.status(id), "cancelled");
    EXPECT_EQ(sessions.platform.events("session.cancelled").size(), 1U);
    EXPECT_EQ(sessions.count("session_transcripts"), 0);

    const auto retried = sessions.send("POST", "/v1/sessions/" + id + "/retry", R"({"model":"base-en"})");
    EXPECT_EQ(retried.status, 202);
    EXPECT_EQ(Sessions::text(retried, "run_id"), run_id_of(id, 2));
    sessions.platform.settle();
    const auto queued = sessions.platform.events("session.queued");
    ASSERT_EQ(queued.size(), 2U);
    EXPECT_EQ(*queued[1].payload.member("model")->text(), "base-en");
    EXPECT_EQ(*queued[1].payload.member("blob_key")->text(), "videos/" + id + "/u1");

    sessions.failed(id, run_id_of(id, 1));
    sessions.platform.settle();
    EXPECT_EQ(sessions.status(id), "queued") << "that was the run before";
    sessions.completed(id, run_id_of(id, 2), speech({"In time."}));
    sessions.platform.settle();
    EXPECT_EQ(sessions.status(id), "completed");
    EXPECT_EQ(sessions.send("POST", "/v1/sessions/" + id + "/cancel").status, 409);
}

TEST(Session, KeepsTheVideoThatItHasFirst) {
    Sessions sessions;
    const std::string id = sessions.create();
    sessions.uploaded(id);
    sessions.platform.settle();
    sessions.tell("video.uploaded", id, {{"upload_id", "u2"}, {"blob_key", "videos/" + id + "/u2"}, {"size_bytes", 5}});
    sessions.platform.settle();
    ASSERT_EQ(sessions.send("POST", "/v1/sessions/" + id + "/cancel").status, 200);
    ASSERT_EQ(sessions.send("POST", "/v1/sessions/" + id + "/retry").status, 202);
    sessions.platform.settle();
    const auto queued = sessions.platform.events("session.queued");
    ASSERT_EQ(queued.size(), 2U);
    EXPECT_EQ(*queued[1].payload.member("blob_key")->text(), "videos/" + id + "/u1");
}

TEST(Session, EveryChangeByAPersonLeavesARecord) {
    Sessions sessions;
    const std::string id = sessions.transcribed(speech({"Yes."}));
    const std::string one = "/v1/sessions/" + id;
    const std::string tag = Sessions::etag(sessions.get(one + "/transcript"));
    sessions.send("PATCH", one, R"({"title":"x"})", {{"If-Match", Sessions::etag(sessions.show(id))}});
    sessions.send("PUT", one + "/transcript", R"({"segments":[]})", {{"If-Match", tag}});
    sessions.send("POST", one + "/retry");
    sessions.send("POST", one + "/cancel");
    sessions.send("DELETE", one);
    auto transaction = sessions.platform.platform().database.tenant("acme").read();
    const auto rows = transaction->query("select record from audit where tenant_id = :tenant order by id");
    std::multiset<std::string> actions;
    for (const store::Row& row : *rows)
        actions.insert(*base::parse_json(row.text("record"))->member("action")->text());
    EXPECT_EQ(actions, (std::multiset<std::string>{"session.cancel", "session.create", "session.delete",
                                                   "session.retry", "session.update", "transcript.edit"}));
}

TEST(Session, FailsWithTheErrorOfItsUploadOrRun) {
    Sessions sessions;
    const std::string id = sessions.create();
    sessions.tell("upload.failed", id, {{"upload_id", "u1"}, {"code", "media_refused"}, {"message", "no"}});
    sessions.platform.settle();
    EXPECT_EQ(sessions.status(id), "failed");
    EXPECT_EQ(*Sessions::json(sessions.show(id)).member("error")->member("code")->text(), "media_refused");
    EXPECT_EQ(sessions.send("POST", "/v1/sessions/" + id + "/retry").status, 409) << "there is no video";
    const auto told = sessions.platform.events("session.failed");
    ASSERT_EQ(told.size(), 1U);
    EXPECT_EQ(*told[0].payload.member("code")->text(), "media_refused");
}

TEST(Session, FailsWhenItsTranscriptIsNotWhatWasAnnounced) {
    Sessions sessions;
    const std::string id = sessions.create();
    sessions.uploaded(id);
    sessions.platform.settle();
    ASSERT_TRUE(write_content(sessions.platform.platform().blobs, "acme", id, "feed", "{}"));
    sessions.tell("transcription.completed", id,
                  {{"run_id", run_id_of(id, 1)}, {"blob_key", content_key(id, "feed")}, {"content_hash", "feed"}});
    sessions.platform.settle();
    EXPECT_EQ(sessions.status(id), "failed");
    EXPECT_EQ(*Sessions::json(sessions.show(id)).member("error")->member("code")->text(), "blob_corrupt");
    EXPECT_EQ(sessions.platform.events("session.failed").size(), 1U);
}

TEST(Session, SweepsTranscriptsThatCameAfterTheErasure) {
    Sessions sessions;
    const std::string kept = sessions.transcribed(speech({"Good evening."}));
    const std::string id = sessions.transcribed(speech({"Good morning."}));
    EXPECT_EQ(sessions.send("DELETE", "/v1/sessions/" + id).status, 204);
    sessions.platform.clock().advance(std::chrono::seconds(11));
    sessions.platform.settle();
    ASSERT_TRUE(write_content(sessions.platform.platform().blobs, "acme", id, "feed", "{}"));
    sessions.platform.clock().advance(std::chrono::hours(60));
    sessions.platform.settle();
    const auto blobs = [&](const std::string& session) {
        return (*sessions.platform.platform().blobs.tenant("acme"))
            ->list({.prefix = content_prefix(session)})
            ->blobs.size();
    };
    EXPECT_EQ(blobs(id), 0U);
    EXPECT_EQ(blobs(kept), 1U);
}

TEST(Session, LeavesNothingWhenItIsDeleted) {
    Sessions sessions;
    const std::string id = sessions.transcribed(speech({"Good morning, everyone."}));
    const std::string other = sessions.transcribed(speech({"Good evening."}));
    const auto blobs = [&] {
        const auto tenant = sessions.platform.platform().blobs.tenant("acme");
        return (*tenant)->list({.prefix = content_prefix(id)})->blobs.size();
    };
    EXPECT_EQ(blobs(), 1U);
    EXPECT_EQ(sessions.send("DELETE", "/v1/sessions/" + id).status, 204);
    EXPECT_EQ(sessions.send("DELETE", "/v1/sessions/" + id).status, 404);
    EXPECT_EQ(blobs(), 1U) << "late writers may still be at work";
    sessions.completed(id, run_id_of(id, 1), speech({"Late."}));
    sessions.platform.clock().advance(std::chrono::seconds(11));
    sessions.platform.settle();
    EXPECT_EQ(blobs(), 0U);
    EXPECT_EQ(sessions.count("session_transcripts"), 1) << "the other one's";
    EXPECT_EQ(sessions.count("session_terms"), 4) << "a talk; good evening";
    EXPECT_EQ(sessions.list("?q=good"), Ids{other});
    EXPECT_EQ(sessions.platform.events("session.deleted").size(), 1U);
}

TEST(Listing, IsNewestFirstByPages) {
    Sessions sessions;
    Ids newest_first;
    for (int i = 0; i < 5; ++i) {
        newest_first.insert(newest_first.begin(), sessions.create());
        if (i != 2) sessions.platform.clock().advance(std::chrono::milliseconds(1));  // two of one moment
    }
    Ids seen;
    std::string cursor;
    do {
        const auto page = Sessions::json(sessions.get("/v1/sessions?limit=2" + cursor));
        for (const base::Json& item : *page.member("data")->array())
            seen.push_back(*item.member("id")->text());
        const std::string* next = page.member("next_cursor")->text();
        cursor = next == nullptr ? "" : "&cursor=" + *next;
    } while (!cursor.empty());
    EXPECT_EQ(seen, newest_first);
    EXPECT_EQ(sessions.get("/v1/sessions?cursor=Zm9v").status, 400);
    EXPECT_EQ(sessions.get("/v1/sessions?satus=failed").status, 400);
}

TEST(Listing, IsByStatusOfOneTenant) {
    Sessions sessions;
    const std::string waiting = sessions.create();
    const std::string done = sessions.transcribed(speech({"Yes."}));
    sessions.create("Theirs", TestPlatform::admin("other"));
    EXPECT_EQ(sessions.list("?status=completed"), Ids{done});
    EXPECT_EQ(sessions.list("?status=uploading"), Ids{waiting});
    EXPECT_EQ(sessions.list("").size(), 2U);
    EXPECT_EQ(sessions.get("/v1/sessions?status=done").status, 400);
}

TEST(Search, FindsByTitleAndTextTogether) {
    Sessions sessions;
    const std::string moon = sessions.transcribed(speech({"The far side of the Moon.", "Café au lait."}), "Astronomy");
    const std::string sun = sessions.transcribed(speech({"The near side of the sun."}), "Astronomy 2");
    EXPECT_EQ(sessions.list("?q=moon"), Ids{moon});
    EXPECT_EQ(sessions.list("?q=cafe+ASTRONOMY"), Ids{moon});
    EXPECT_EQ(sessions.list("?q=side"), (Ids{sun, moon}));
    EXPECT_EQ(sessions.list("?q=side&status=failed"), Ids{});
    EXPECT_EQ(sessions.list("?q=moon+sun"), Ids{}) << "all words must be there";
    EXPECT_EQ(sessions.list("?q=side&limit=1"), Ids{sun});
    EXPECT_EQ(sessions.list("?q=moon", TestPlatform::admin("other")), Ids{});
    EXPECT_EQ(sessions.get("/v1/sessions?q=...").status, 400);
}

TEST(Search, KeepsNoWordAndNoTenantsTermsMeet) {
    Sessions sessions;
    sessions.transcribed(speech({"Zanzibar"}), "");
    sessions.transcribed(speech({"Zanzibar"}), "", TestPlatform::admin("other"));
    const auto term = [&](std::string_view tenant) {
        auto transaction = sessions.platform.platform().database.tenant(tenant).read();
        return (*transaction->query_one("select term from session_terms where tenant_id = :tenant"))
            ->bytes("term")
            .data;
    };
    EXPECT_EQ(term("acme").size(), 16U);
    EXPECT_NE(term("acme"), term("other"));
}

TEST(Session, SaysInItsQueueingWhetherSpeakersAreToldApart) {
    Sessions sessions;
    const auto made = sessions.send("POST", "/v1/sessions", R"({"speakers":2})");
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(Sessions::text(made, "speakers"), "2");
    const std::string id = Sessions::text(made, "id");
    sessions.uploaded(id);
    sessions.platform.settle();
    EXPECT_EQ(*sessions.platform.events("session.queued")[0].payload.member("speakers")->text(), "2");
    sessions.failed(id, sessions.run_id(id));
    sessions.platform.settle();
    const auto retried = sessions.send("POST", "/v1/sessions/" + id + "/retry", R"({"speakers":"none"})");
    ASSERT_EQ(retried.status, 202) << retried.body;
    sessions.platform.settle();
    EXPECT_EQ(sessions.platform.events("session.queued")[1].payload.member("speakers"), nullptr);
    EXPECT_EQ(sessions.send("POST", "/v1/sessions", R"({"speakers":0})").status, 400);
}

}  // namespace
}  // namespace session
