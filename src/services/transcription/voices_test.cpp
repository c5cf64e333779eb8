#include <algorithm>

#include <gtest/gtest.h>

#include "services/transcription/test_stage.hpp"
#include "services/transcription/voice_rows.hpp"

namespace transcription {
namespace {

using flow::TestPlatform;

// A stage whose videos have two people, and whose persons name them.
struct VoiceStage : Stage {
    runtime::ClientResponse ask(const std::string& method, const std::string& target, const std::string& body = "",
                                const model::Principal& principal = TestPlatform::admin("acme")) {
        runtime::Request request{.method = method, .target = target, .body = body};
        if (!body.empty()) request.headers.set("Content-Type", "application/json");
        return test.call("transcription", std::move(request), principal);
    }
    void remember(bool wanted, const std::string& tenant = "acme") {
        const auto answer = ask("PUT", "/v1/voices", wanted ? R"({"remember":true})" : R"({"remember":false})",
                                TestPlatform::admin(tenant));
        EXPECT_EQ(answer.status, 200) << answer.body;
    }
    base::Json voices(const std::string& tenant = "acme") {
        return base::parse_json(ask("GET", "/v1/voices", "", TestPlatform::admin(tenant)).body).value();
    }
    std::vector<std::string> names(const std::string& tenant = "acme") {
        std::vector<std::string> list;
        const base::Json all = voices(tenant);
        for (const base::Json& voice : *all.member("data")->array())
            list.push_back(*voice.member("name")->text());
        std::ranges::sort(list);
        return list;
    }
    std::string id_of(const std::string& name) {
        const base::Json all = voices();
        for (const base::Json& voice : *all.member("data")->array())
            if (*voice.member("name")->text() == name) return *voice.member("id")->text();
        return "none";
    }

    void queue_with_speakers(const std::string& session, int attempt = 1) {
        queue(attempt, session, "en", "fake", "", false, "auto");
    }
    model::Transcript transcribe(const std::string& session, int attempt = 1, int sentences = 12) {
        upload(spoken(sentences), session + std::to_string(attempt));  // another video, another blob
        if (attempt == 1) upload(spoken(sentences), session);
        queue_with_speakers(session, attempt);
        test.settle();
        return transcript_of(run_id(attempt, session));
    }
    model::Transcript transcript_of(const std::string& run) {
        for (const model::Event& event : test.events("transcription.completed"))
            if (text_of(event, "run_id") == run) return must(model::parse_transcript(transcript(event)));
        throw std::runtime_error("the run is not completed");
    }

    /// As the session service does it when a person has named speakers.
    using Names = std::vector<std::pair<std::string, std::string>>;
    void edit(model::Transcript& edited, const std::string& session, std::int64_t version, const Names& said,
              int attempt = 1) {
        for (const auto& [label, name] : said) {
            const auto speaker = std::ranges::find(edited.speakers, label, &model::Speaker::label);
            speaker->name = name;
            speaker->voice.reset();
        }
        const std::string json = model::to_canonical_json(edited);
        base::Sha256 hash;
        hash.update(std::as_bytes(std::span(json)));
        const std::string digits = hash.finish_hex();
        const std::string key = "transcripts/" + session + "/" + digits;
        const auto put = blobs()->put(key, {}, std::as_bytes(std::span(json)));
        if (!put && put.error().code != base::ErrorCode::blob_exists) must(put);
        test.emit("acme", {.type = "transcript.edited",
                           .natural_key = session + "/" + std::to_string(attempt) + "/" + std::to_string(version),
                           .partition_key = session,
                           .payload = base::JsonObject{{"session_id", session},
                                                       {"run_id", run_id(attempt, session)},
                                                       {"transcript_id", digits},
                                                       {"version", version},
                                                       {"blob_key", key},
                                                       {"content_hash", digits}}});
    }
    void name(const std::string& session, std::int64_t version, const Names& said, int attempt = 1) {
        model::Transcript named = transcript_of(run_id(attempt, session));
        edit(named, session, version, said, attempt);
        test.settle();
    }
    void remove_session(const std::string& session) {
        test.emit("acme", {.type = "session.deleted",
                           .natural_key = session,
                           .partition_key = session,
                           .payload = base::JsonObject{{"session_id", session}}});
        test.settle();
    }
    std::string voice_bytes(const std::string& id) {
        auto transaction = must(test.platform().database.tenant("acme").read());
        return must(transaction.query_one("select voice from transcription_voices where tenant_id = :tenant"
                                          " and id = :id",
                                          {{"id", id}}))
            ->bytes("voice")
            .data;
    }
};

const model::Speaker& first(const model::Transcript& transcript) {
    return transcript.speakers.at(0);
}

TEST(Voices, AreNotRememberedUnlessTheTenantWantsIt) {
    VoiceStage stage;
    EXPECT_EQ(base::to_canonical_json(stage.voices()), R"({"data":[],"next_cursor":null,"remember":false})");
    stage.transcribe("s1");
    stage.name("s1", 2, {{"S1", "Ada"}});
    EXPECT_EQ(first(stage.transcribe("s2")), (model::Speaker{"S1", ""}));
    EXPECT_EQ(stage.count("transcription_speakers"), 0);
    EXPECT_EQ(stage.count("transcription_voices"), 0);
    stage.remember(true);
    stage.name("s1", 3, {{"S1", "Ada"}});
    EXPECT_EQ(stage.names(), std::vector<std::string>{}) << "nothing was kept to be named";
}

TEST(Voices, NothingOfThemOutlivesItsRunInSegments) {
    for (const bool fails : {false, true}) {
        Stage stage;
        stage.upload(spoken(6));
        std::int64_t most = 0;
        stage.before_recognition = [&]() -> base::Result<void> {
            most = std::max(most, stage.count("transcription_segments", "voices is not null"));
            if (fails && most > 0) return base::fail(base::ErrorCode::model_broken, "it broke");
            return {};
        };
        stage.queue(1, "s1", "en", "fake", "", false, "auto");
        stage.test.settle();
        EXPECT_EQ(stage.state(), fails ? "failed" : "completed");
        EXPECT_GT(most, 0) << "they are there while the run lasts";
        EXPECT_EQ(stage.count("transcription_segments", "voices is not null"), 0);
        EXPECT_GT(stage.count("transcription_segments", "text is not null"), 0) << "a retry takes the words over";
    }
}

TEST(Voices, OfWhomAPersonHasNamedAreKnownInTheNextVideo) {
    VoiceStage stage;
    stage.remember(true);
    ASSERT_EQ(stage.transcribe("s1").speakers.size(), 2U);
    stage.name("s1", 2, {{"S1", "Ada"}});
    ASSERT_EQ(stage.names(), std::vector<std::string>{"Ada"});

    const auto next = stage.transcribe("s2", 1, 16);
    EXPECT_EQ(first(next).name, "Ada");
    ASSERT_TRUE(first(next).voice);
    EXPECT_EQ(first(next).voice->id, stage.id_of("Ada"));
    EXPECT_GE(first(next).voice->similarity, 0.99);
    EXPECT_EQ(next.speakers.at(1), (model::Speaker{"S2", ""})) << "the other one is nobody known";
    EXPECT_EQ(*stage.voices().member("data")->array()->at(0).member("sessions")->integer(), 1)
        << "a guess teaches nothing";
    stage.name("s2", 2, {{"S2", "Grace"}});
    EXPECT_EQ(stage.names(), (std::vector<std::string>{"Ada", "Grace"}));
    EXPECT_EQ(*stage.voices().member("data")->array()->at(0).member("sessions")->integer(), 1);
    stage.name("s2", 3, {{"S1", "Ada"}, {"S2", "Grace"}});
    EXPECT_EQ(*stage.voices().member("data")->array()->at(0).member("sessions")->integer(), 2)
        << "a person has said it";
    EXPECT_EQ(stage.count("transcription_voices"), 2);
}

TEST(Voices, GiveTheSameBytesWithAnyNumberOfInstances) {
    VoiceStage stage;
    stage.remember(true);
    stage.transcribe("s1");
    stage.name("s1", 2, {{"S1", "Ada"}, {"S2", "Grace"}});
    stage.transcribe("s2");
    stage.test.start_process();
    stage.test.start_process();
    stage.transcribe("s3");
    const auto completed = stage.test.events("transcription.completed");
    ASSERT_EQ(completed.size(), 3U);
    EXPECT_EQ(stage.transcript(completed[1]), stage.transcript(completed[2]));
    EXPECT_NE(stage.transcript(completed[1]).find("Grace"), std::string::npos);
}

TEST(Voices, BelongToTheirTenant) {
    VoiceStage stage;
    stage.remember(true);
    stage.remember(true, "other");
    stage.transcribe("s1");
    stage.name("s1", 2, {{"S1", "Ada"}});
    EXPECT_EQ(stage.names("other"), std::vector<std::string>{});
    const std::string id = stage.id_of("Ada");
    EXPECT_EQ(stage.ask("DELETE", "/v1/voices/" + id, "", TestPlatform::admin("other")).status, 404);

    const auto samples = spoken(12);
    must(must(stage.test.platform().blobs.tenant("other"))
             ->put(Stage::video_key("s9"), {}, std::as_bytes(std::span(samples))));
    stage.test.emit("other", {.type = "session.queued",
                              .natural_key = Stage::run_id(1, "s9"),
                              .partition_key = "s9",
                              .payload = base::JsonObject{{"session_id", "s9"},
                                                          {"run_id", Stage::run_id(1, "s9")},
                                                          {"blob_key", Stage::video_key("s9")},
                                                          {"speakers", "auto"}}});
    stage.test.settle();
    const auto completed = stage.test.events("transcription.completed");
    ASSERT_EQ(completed.size(), 2U);
    const std::string theirs = must(blob::read(*must(stage.test.platform().blobs.tenant("other")),
                                               Stage::text_of(completed[1], "blob_key"), 1U << 20U));
    EXPECT_NE(theirs.find(R"({"label":"S1"})"), std::string::npos) << theirs;
    EXPECT_EQ(theirs.find("Ada"), std::string::npos);
    stage.remember(false, "other");
    EXPECT_EQ(stage.names(), std::vector<std::string>{"Ada"});
}

TEST(Voices, AllGoAtOnceWhenTheTenantWantsThemNoMore) {
    VoiceStage stage;
    stage.remember(true);
    stage.transcribe("s1");
    stage.name("s1", 2, {{"S1", "Ada"}});
    stage.remember(false);
    EXPECT_EQ(stage.count("transcription_speakers"), 0);
    EXPECT_EQ(stage.count("transcription_voices"), 0);
    EXPECT_EQ(first(stage.transcribe("s2")).name, "");
    stage.remember(true);
    stage.name("s1", 3, {{"S1", "Ada"}, {"S2", "Grace"}});
    EXPECT_EQ(stage.names(), std::vector<std::string>{}) << "what was erased does not come back";
}

// Stops where the assembly has written the transcript's blob and has committed nothing.
void step_into_assembly(VoiceStage& stage, const std::string& session) {
    while (stage.blobs_under("transcripts/" + session + "/").empty())
        ASSERT_TRUE(stage.test.step());
    ASSERT_EQ(stage.state(Stage::run_id(1, session)), "assembling");
}

TEST(Voices, ThatAreErasedWhileARunIsAssembledAreNotInItsTranscript) {
    for (const bool all : {true, false}) {
        VoiceStage stage;
        stage.remember(true);
        stage.transcribe("s1");
        stage.name("s1", 2, {{"S1", "Ada"}});
        stage.upload(spoken(12), "s2");
        stage.queue_with_speakers("s2");
        step_into_assembly(stage, "s2");
        if (all) {
            stage.remember(false);
        } else {
            EXPECT_EQ(stage.ask("DELETE", "/v1/voices/" + stage.id_of("Ada")).status, 204);
        }
        stage.test.settle();
        EXPECT_EQ(first(stage.transcript_of(Stage::run_id(1, "s2"))), (model::Speaker{"S1", ""}));
        EXPECT_EQ(stage.count("transcription_speakers", "session_id = 's2'"), all ? 0 : 2);
    }
}

TEST(Voices, AreNotKeptByARunThatEndsAfterTheTenantHasSaidNo) {
    VoiceStage stage;
    stage.remember(true);
    stage.upload(spoken(12));
    stage.queue_with_speakers("s1");
    step_into_assembly(stage, "s1");
    stage.remember(false);
    stage.test.settle();
    EXPECT_EQ(stage.state(), "completed");
    EXPECT_EQ(stage.count("transcription_speakers"), 0);
}

TEST(Voices, AreNotNamedByWorkThatEndsAfterTheTenantHasSaidNo) {
    VoiceStage stage;
    stage.remember(true);
    stage.transcribe("s1");
    model::Transcript named = stage.transcript_of(Stage::run_id());
    stage.edit(named, "s1", 2, {{"S1", "Ada"}});
    while (stage.count("work", "kind = 'transcription.name'") == 0)
        ASSERT_TRUE(stage.test.step());
    stage.remember(false);
    stage.remember(true);
    stage.test.settle();
    EXPECT_EQ(stage.count("work", "kind = 'transcription.name' and state <> 'done'"), 0);
    EXPECT_EQ(stage.count("transcription_speakers"), 0);
    EXPECT_EQ(stage.count("transcription_voices"), 0);
}

TEST(Voices, AreUnmixedWhenASessionIsErased) {
    VoiceStage stage;
    stage.remember(true);
    stage.transcribe("s1");
    stage.name("s1", 2, {{"S1", "Ada"}});
    const std::string id = stage.id_of("Ada");
    const std::string alone = stage.voice_bytes(id);
    // By mistake, so that the mean is another.
    stage.transcribe("s2");
    stage.name("s2", 2, {{"S1", "Grace"}, {"S2", "Ada"}});
    EXPECT_NE(stage.voice_bytes(id), alone);
    stage.remove_session("s2");
    EXPECT_EQ(stage.voice_bytes(id), alone) << "as if it had never been";
    EXPECT_EQ(stage.names(), std::vector<std::string>{"Ada"}) << "Grace was known from there alone";
    stage.remove_session("s1");
    EXPECT_EQ(stage.count("transcription_speakers"), 0);
    EXPECT_EQ(stage.count("transcription_voices"), 0);
}

TEST(Voices, ThatAreForgottenGoFromEverySessionWhereTheyWereRecognised) {
    VoiceStage stage;
    stage.remember(true);
    stage.transcribe("s1");
    stage.name("s1", 2, {{"S1", "Ada"}, {"S2", "Grace"}});
    stage.transcribe("s2");
    ASSERT_EQ(stage.count("transcription_speakers"), 4);
    const std::string id = stage.id_of("Ada");
    EXPECT_EQ(stage.ask("DELETE", "/v1/voices/" + id).status, 204);
    EXPECT_EQ(stage.ask("DELETE", "/v1/voices/" + id).status, 404);
    EXPECT_EQ(stage.names(), std::vector<std::string>{"Grace"});
    EXPECT_EQ(stage.count("transcription_speakers"), 2) << "of both sessions Grace alone";
    stage.name("s2", 2, {{"S1", "Ada"}});
    EXPECT_EQ(stage.names(), std::vector<std::string>{"Grace"}) << "an edit does not bring it back";
}

TEST(Voices, ThatAreForgottenAreNotBroughtBackByAnEditOfBefore) {
    VoiceStage stage;
    stage.remember(true);
    stage.transcribe("s1");
    stage.name("s1", 2, {{"S1", "Ada"}});
    model::Transcript queued = stage.transcribe("s2");
    ASSERT_EQ(stage.count("transcription_speakers", "session_id = 's2' and voice_id = ''"), 1) << "S2";
    stage.edit(queued, "s2", 2, {{"S2", "Ada"}});
    stage.test.clock().advance(std::chrono::seconds(1));
    EXPECT_EQ(stage.ask("DELETE", "/v1/voices/" + stage.id_of("Ada")).status, 204);
    stage.test.settle();
    EXPECT_EQ(stage.names(), std::vector<std::string>{});
    EXPECT_EQ(stage.count("transcription_speakers", "session_id = 's2'"), 0) << "nor may a later edit do so";

    stage.test.clock().advance(std::chrono::seconds(1));
    stage.transcribe("s3");
    stage.name("s3", 2, {{"S1", "Ada"}});
    EXPECT_EQ(stage.names(), std::vector<std::string>{"Ada"}) << "what is said after counts";
}

// Said before a voice was forgotten, done after.
TEST(Voices, ThatAreNewAreNotTakenForThoseThatWereForgotten) {
    VoiceStage stage;
    stage.remember(true);
    stage.transcribe("s1");
    stage.name("s1", 2, {{"S1", "Ada"}, {"S2", "Grace"}});
    const std::int64_t said_ms = base::to_unix_ms(stage.test.clock().utc_now());
    stage.test.clock().advance(std::chrono::seconds(1));
    EXPECT_EQ(stage.ask("DELETE", "/v1/voices/" + stage.id_of("Ada")).status, 204);
    stage.test.clock().advance(std::chrono::seconds(1));
    stage.transcribe("s2");
    stage.name("s2", 2, {{"S1", "Ada"}});
    stage.transcribe("s3");
    ASSERT_EQ(stage.names(), (std::vector<std::string>{"Ada", "Grace"}));
    auto transaction = must(stage.test.platform().database.tenant("acme").write());
    must(name_speakers(transaction, {"s3", Stage::run_id(1, "s3"), 2, {{"S1", "Grace"}, {"S2", "Ada"}}, said_ms}));
    must(transaction.commit());
    EXPECT_EQ(stage.names(), (std::vector<std::string>{"Ada", "Grace"}));
    EXPECT_EQ(stage.count("transcription_speakers", "session_id = 's3' and voice_id = '" + stage.id_of("Ada") + "'"),
              0);
    EXPECT_EQ(stage.count("transcription_speakers", "session_id = 's3' and voice_id = '" + stage.id_of("Grace") + "'"),
              1)
        << "she was there then";
}

TEST(Voices, AreWhoeverTheNewestVersionSaysTheyAre) {
    VoiceStage stage;
    stage.remember(true);
    stage.transcribe("s1");
    stage.name("s1", 2, {{"S1", "Ada"}});
    stage.name("s1", 4, {{"S1", "Grace"}});
    EXPECT_EQ(stage.names(), std::vector<std::string>{"Grace"});
    stage.name("s1", 3, {{"S1", "Hedy"}});
    EXPECT_EQ(stage.names(), std::vector<std::string>{"Grace"}) << "told late";
    stage.name("s1", 5, {{"S1", "Grace"}, {"S2", "Grace"}});
    EXPECT_EQ(stage.names(), std::vector<std::string>{"Grace"}) << "one voice of one name";
    stage.name("s1", 6, {{"S1", ""}, {"S2", ""}});
    EXPECT_EQ(stage.names(), std::vector<std::string>{});
    EXPECT_EQ(stage.count("transcription_speakers"), 2) << "they may be named again";
}

TEST(Voices, StayThroughARetryUntilAPersonSaysOtherwise) {
    VoiceStage stage;
    stage.remember(true);
    stage.transcribe("s1");
    stage.name("s1", 2, {{"S1", "Ada"}});
    const auto again = stage.transcribe("s1", 2);
    EXPECT_EQ(first(again).name, "Ada");
    stage.name("s1", 4, {{"S2", "Grace"}}, 2);
    EXPECT_EQ(stage.names(), (std::vector<std::string>{"Ada", "Grace"}));
    stage.name("s1", 5, {{"S1", "Hedy"}, {"S2", "Grace"}}, 2);
    EXPECT_EQ(stage.names(), (std::vector<std::string>{"Grace", "Hedy"})) << "of the run before, too";
}

TEST(Voices, OfTheNewestRunStayWhenAnEditOfTheOneBeforeIsToldLate) {
    VoiceStage stage;
    stage.remember(true);
    stage.transcribe("s1");
    stage.name("s1", 2, {{"S1", "Ada"}});
    stage.transcribe("s1", 2);
    stage.name("s1", 5, {{"S1", "Ada"}}, 2);
    stage.name("s1", 3, {{"S1", "Ada"}, {"S2", "Grace"}});
    EXPECT_EQ(stage.names(), std::vector<std::string>{"Ada"});
    EXPECT_EQ(stage.count("transcription_speakers", "run_id = '" + Stage::run_id(2) + "'"), 2);
    stage.transcribe("s2");
    stage.name("s2", 2, {{"S1", "Ada"}});
    stage.transcribe("s2", 2);
    stage.name("s2", 3, {{"S1", "Hedy"}});
    EXPECT_EQ(stage.count("transcription_speakers", "run_id = '" + Stage::run_id(2, "s2") + "'"), 2)
        << "who was recognised may still be named";
}

TEST(Voices, WhoSpeaksTooLittleIsNeitherRememberedNorRecognised) {
    VoiceStage stage;
    stage.remember(true);
    stage.transcribe("s1");
    stage.name("s1", 2, {{"S1", "Ada"}, {"S2", "Grace"}});
    const auto little = stage.transcribe("s2", 1, 2);
    ASSERT_FALSE(little.speakers.empty());
    EXPECT_EQ(first(little).name, "");
    EXPECT_EQ(stage.count("transcription_speakers", "session_id = 's2'"), 0);
}

TEST(Voices, AreNoMoreThanThereMayBe) {
    VoiceStage stage;
    stage.remember(true);
    stage.transcribe("s1");
    stage.name("s1", 2, {{"S1", "Ada"}});
    auto transaction = must(stage.test.platform().database.tenant("acme").write());
    const auto sealed = must(transaction.seal("Nobody"));
    for (std::int64_t i = 1; i < most_voices; ++i) {
        must(
            transaction.execute("insert into transcription_voices (tenant_id, id, name, name_key_id, voice, "
                                "voice_key_id, space, created_ms)"
                                " select tenant_id, :id, :name, :key_id, voice, voice_key_id, 'another', created_ms"
                                " from transcription_voices where tenant_id = :tenant and space <> 'another'",
                                {{"id", "v" + std::to_string(i)},
                                 {"name", must(transaction.seal("N" + std::to_string(i))).bytes},
                                 {"key_id", sealed.key_id}}));
    }
    must(transaction.commit());
    stage.name("s1", 3, {{"S1", "Ada"}, {"S2", "Grace"}});
    EXPECT_EQ(stage.count("transcription_voices"), most_voices);
    EXPECT_EQ(stage.count("transcription_speakers", "voice_id = ''"), 1) << "Grace";
    EXPECT_EQ(first(stage.transcribe("s2")).name, "Ada") << "voices of another space are not compared";
}

TEST(Voices, AreForAdministratorsToManageAndForThoseWhoMayNameThemToSee) {
    VoiceStage stage;
    const auto viewer = TestPlatform::viewer("acme");
    model::Principal member = TestPlatform::viewer("acme", "member");
    member.roles = {model::Role::member};
    EXPECT_EQ(stage.ask("PUT", "/v1/voices", R"({"remember":true})", viewer).status, 403);
    for (const char* body : {"{}", R"({"remember":1})", R"({"remember":true,"more":1})", "[]"})
        EXPECT_GE(stage.ask("PUT", "/v1/voices", body).status, 400) << body;
    EXPECT_EQ(stage.count("transcription_voice_settings"), 0);
    stage.remember(true);
    stage.remember(true);
    EXPECT_EQ(stage.count("audit", "record like '%voices.change%'"), 2);
    stage.transcribe("s1");
    stage.name("s1", 2, {{"S1", "Ada"}, {"S2", "Grace"}});
    EXPECT_EQ(stage.ask("DELETE", "/v1/voices/" + stage.id_of("Ada"), "", member).status, 403);
    EXPECT_EQ(stage.ask("GET", "/v1/voices", "", viewer).status, 403);
    const auto seen = stage.ask("GET", "/v1/voices?limit=1", "", member);
    ASSERT_EQ(seen.status, 200);
    const auto page = base::parse_json(seen.body).value();
    ASSERT_EQ(page.member("data")->array()->size(), 1U);
    const auto next = base::parse_json(
        stage.ask("GET", "/v1/voices?limit=1&cursor=" + *page.member("next_cursor")->text(), "", member).body);
    ASSERT_EQ(next->member("data")->array()->size(), 1U);
    EXPECT_TRUE(next->member("next_cursor")->is_null());
    EXPECT_NE(next->member("data")->array()->at(0), page.member("data")->array()->at(0));
    EXPECT_EQ(stage.ask("DELETE", "/v1/voices/" + stage.id_of("Ada")).status, 204);
    EXPECT_EQ(stage.count("audit", "record like '%voice.delete%'"), 1);
}

}  // namespace
}  // namespace transcription
