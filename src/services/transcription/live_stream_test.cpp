#include "services/transcription/live_stream.hpp"

#include <random>

#include <gtest/gtest.h>

#include "services/transcription/test_stage.hpp"
#include "speech/wav_header.hpp"

namespace transcription {
namespace {

using namespace std::chrono_literals;
using runtime::CloseCode;
using runtime::WebSocketOutbox;

std::string bytes_of(std::span<const float> samples) {
    return {reinterpret_cast<const char*>(samples.data()), samples.size_bytes()};
}

// One stream without a socket: its turns run when the test says so, and what it does on the keeping threads if `later`.
struct LiveStage {
    explicit LiveStage(bool deaf = false, bool broken = false) : tools(make_tools(deaf, broken)) {}

    Stage stage;
    SharedTools tools;
    std::deque<std::function<void()>> turns;
    std::deque<std::function<void()>> keeping;
    bool later = false;
    bool full = false;
    std::shared_ptr<WebSocketOutbox> outbox = std::make_shared<WebSocketOutbox>(1U << 20U, [] {});
    std::shared_ptr<bool> slot = std::make_shared<bool>();
    std::shared_ptr<LiveStream> stream = std::make_shared<LiveStream>(
        LiveSurroundings{
            .tools = tools,
            .post_turn = [this](auto turn) { turns.push_back(std::move(turn)); },
            .post_keeping =
                [this](auto step) {
                    if (full) throw std::runtime_error("no thread can be made");
                    if (!later) return step();
                    keeping.push_back(std::move(step));
                },
            .idle_time = 60s,
            .slot = slot,
            .context = {.correlation_id = "c1", .principal = model::to_text(flow::TestPlatform::admin("acme"))}},
        outbox);
    int taken = 0;  // messages after which the next one may come
    bool left = false;
    std::optional<WebSocketOutbox::Closing> closing;

    SharedTools make_tools(bool deaf, bool broken) {
        stage.deaf = deaf;
        stage.broken = broken;
        Engines engines = must(stage.engines());
        Models models(engines, {"fake"});
        const flow::Platform& platform = stage.test.platform();
        return std::make_shared<const Tools>(
            Tools{platform, std::move(engines), std::move(models), Measures(platform.metrics)});
    }
    void say(const std::string& text) {
        stream->take({true, text}, [this] { ++taken; });
    }
    void start(const std::string& more = "") {
        say(R"({"type":"start","sample_rate":16000,"encoding":"pcm_f32le")" + more + "}");
    }
    void hear(std::span<const float> samples) {
        stream->take({false, bytes_of(samples)}, [this] { ++taken; });
    }
    void run_turns() { run(turns); }
    void run_keeping() { run(keeping); }
    static void run(std::deque<std::function<void()>>& tasks) {
        while (!tasks.empty()) {
            const auto task = std::move(tasks.front());
            tasks.pop_front();
            task();
        }
    }
    void leave() {
        outbox->end();
        stream->leave([this] { left = true; });
    }
    // What the client has been told since the last call.
    std::vector<base::Json> told() {
        std::vector<base::Json> messages;
        while (true) {
            auto next = outbox->take();
            if (next.closing) closing = next.closing;
            if (!next.text) return messages;
            messages.push_back(must(base::parse_json(*next.text)));
        }
    }
    std::string told_types() {
        std::string types;
        for (const base::Json& message : told())
            types += (types.empty() ? "" : " ") + *message.member("type")->text();
        return types;
    }
    // The code of the error that was told, with the code of the close.
    std::string refusal() {
        const auto messages = told();
        if (messages.empty() || !closing) return "none";
        const base::Json* problem = messages.back().member("problem");
        return problem == nullptr
                   ? "none"
                   : *problem->member("code")->text() + " " + std::to_string(static_cast<int>(closing->code));
    }
};

std::string texts_of(const std::vector<base::Json>& messages) {
    std::string texts;
    for (const base::Json& message : messages) {
        if (*message.member("type")->text() == "final") texts += *message.member("text")->text() + "\n";
    }
    return texts;
}

std::string texts_of_file(const std::vector<float>& samples, const std::vector<std::string>& phrases = {}) {
    std::string texts;
    const model::Transcript transcript = must(model::parse_transcript(Stage::expected(samples, {.phrases = phrases})));
    for (const model::Segment& segment : transcript.segments)
        texts += segment.text + "\n";
    return texts;
}

TEST(LiveStream, TellsTheTextsOfAFileOfTheSameSamples) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const std::vector<float> samples = spoken(3);
    LiveStage live;
    live.start();
    std::span<const float> rest = samples;
    while (!rest.empty()) {
        const std::size_t size = std::min<std::size_t>(1 + random() % 20'000, rest.size());
        live.hear(rest.first(size));
        rest = rest.subspan(size);
        if (random() % 2 == 0) live.run_turns();
    }
    live.say(R"({"type":"finish"})");
    live.run_turns();
    const auto messages = live.told();
    EXPECT_EQ(texts_of(messages), texts_of_file(samples));
    EXPECT_EQ(*messages.front().member("type")->text(), "started");
    EXPECT_EQ(*messages.front().member("engine")->text(), live.tools->models.served().front().engine->fingerprint);
    const base::Json& done = messages.back();
    EXPECT_EQ(*done.member("type")->text(), "done");
    EXPECT_EQ(*done.member("segments")->integer(), 3);
    EXPECT_NEAR(*done.member("duration")->number(), static_cast<double>(samples.size()) / 16'000, 0.001);
    ASSERT_TRUE(live.closing);
    EXPECT_EQ(live.closing->code, CloseCode::normal);
}

TEST(LiveStream, TellsPartialsOfTheSegmentThatComesNext) {
    LiveStage live;
    live.start();
    const std::vector<float> samples = spoken(1);
    std::int64_t partials = 0;
    for (std::size_t at = 0; at + 1600 <= samples.size(); at += 1600) {
        live.hear(std::span(samples).subspan(at, 1600));
        live.run_turns();
    }
    for (const base::Json& message : live.told()) {
        if (*message.member("type")->text() != "partial") continue;
        EXPECT_EQ(*message.member("segment")->integer(), 0);
        EXPECT_EQ(*message.member("revision")->integer(), ++partials);
    }
    EXPECT_GE(partials, 2);
    LiveStage silent;
    silent.start(R"(,"partials":false)");
    silent.hear(samples);
    silent.run_turns();
    EXPECT_EQ(silent.told_types(), "started final");
}

TEST(LiveStream, HoldsTheClientUpWhileItIsBehindAndSaysSo) {
    LiveStage live;
    live.start();
    const std::vector<float> second(16'000);
    for (int i = 0; i < 11; ++i)
        live.hear(second);
    EXPECT_EQ(live.taken, 11) << "the start and ten seconds; the eleventh second is held";
    live.stage.test.clock().advance(3s);
    live.turns.front()();
    EXPECT_EQ(live.taken, 12) << "a turn has made room";
    live.turns.pop_front();
    live.run_turns();
    EXPECT_EQ(live.told_types(), "started lag");
    live.hear(second);
    live.run_turns();
    EXPECT_EQ(live.told_types(), "lag") << "it has caught up";
}

TEST(LiveStream, RefusesWhatClientsMayNotSay) {
    const auto refused = [](const std::vector<std::string>& messages, bool started = false) {
        LiveStage live;
        if (started) live.start();
        for (const std::string& message : messages)
            live.say(message);
        live.run_turns();
        return live.refusal();
    };
    EXPECT_EQ(refused({"{"}), "json_malformed 1008");
    EXPECT_EQ(refused({R"({"type":"begin"})"}), "invalid_argument 1008");
    EXPECT_EQ(refused({R"({"type":"finish"})"}), "conflict 1008");
    EXPECT_EQ(refused({R"({"type":"start"})"}), "invalid_argument 1008");
    EXPECT_EQ(refused({R"({"type":"start","sample_rate":7999})"}), "invalid_argument 1008");
    EXPECT_EQ(refused({R"({"type":"start","sample_rate":16001})"}), "invalid_argument 1008");
    EXPECT_EQ(refused({R"({"type":"start","sample_rate":16000,"channels":2})"}), "invalid_argument 1008");
    EXPECT_EQ(refused({R"({"type":"start","sample_rate":16000,"encoding":"opus"})"}), "invalid_argument 1008");
    EXPECT_EQ(refused({R"({"type":"start","sample_rate":16000,"gain":2})"}), "unknown_field 1008");
    EXPECT_EQ(refused({R"({"type":"start","sample_rate":16000,"keep":"yes"})"}), "invalid_argument 1008");
    EXPECT_EQ(refused({R"({"type":"start","sample_rate":16000,"speakers":"auto"})"}), "invalid_argument 1008");
    EXPECT_EQ(refused({R"({"type":"start","sample_rate":16000,"title":"A talk"})"}), "invalid_argument 1008");
    EXPECT_EQ(refused({R"({"type":"start","sample_rate":16000,"vocabulary":[1]})"}), "invalid_argument 1008");
    EXPECT_EQ(refused({R"({"type":"start","sample_rate":16000,"vocabulary":["?!"]})"}), "invalid_argument 1008");
    EXPECT_EQ(refused({R"({"type":"start","sample_rate":16000,"language":"fi"})"}), "language_unsupported 1008");
    EXPECT_EQ(refused({R"({"type":"start","sample_rate":16000,"model":"none"})"}), "model_not_found 1008");
    EXPECT_EQ(refused({R"({"type":"start","sample_rate":16000})"}, true), "conflict 1008");
    EXPECT_EQ(refused({R"({"type":"finish"})", R"({"type":"finish"})"}, true), "conflict 1008");
    LiveStage live;
    live.hear(std::vector<float>(10));
    EXPECT_EQ(live.refusal(), "conflict 1008") << "audio before the start";
}

// What a stream that starts so makes of the samples; the code of its refusal when it makes nothing.
std::string heard(LiveStage& live, const std::string& start, const std::vector<float>& samples) {
    live.start(start);
    live.hear(samples);
    live.say(R"({"type":"finish"})");
    live.run_turns();
    const auto messages = live.told();
    const base::Json* problem = messages.empty() ? nullptr : messages.back().member("problem");
    return problem == nullptr ? texts_of(messages) : *problem->member("code")->text();
}

TEST(LiveStream, ListensForItsOwnWordsOrElseItsTenants) {
    const std::vector<float> samples = spoken(2);
    const auto with = [&](const std::string& start, const std::string& tenants) {
        LiveStage live;
        live.stage.tenants_vocabulary = tenants;
        return heard(live, start, samples);
    };
    const std::string none = R"({"vocabulary":[]})";
    const std::string etcd = R"({"vocabulary":["etcd"]})";
    const std::string plain = texts_of_file(samples);
    EXPECT_EQ(with("", none), plain);
    EXPECT_EQ(with("", etcd), texts_of_file(samples, {"etcd"}));
    EXPECT_EQ(with(R"(,"vocabulary":["Ceph","New  York"])", etcd), texts_of_file(samples, {"Ceph", "New York"}));
    EXPECT_EQ(with(R"(,"vocabulary":"Ceph, New York")", etcd), texts_of_file(samples, {"Ceph", "New York"}));
    EXPECT_EQ(with(R"(,"vocabulary":[])", etcd), plain);
    EXPECT_NE(plain, texts_of_file(samples, {"etcd"}));
}

TEST(LiveStream, SaysByTheEngineWhatItListensFor) {
    const auto engine_with = [](const std::string& start) {
        LiveStage live;
        live.start(start);
        return *live.told().at(0).member("engine")->text();
    };
    EXPECT_NE(engine_with(R"(,"vocabulary":["Ceph"])"), engine_with(""));
}

TEST(LiveStream, RefusesItsOwnWordsWhereTheEngineTakesNone) {
    const std::vector<float> samples = spoken(1);
    LiveStage live(true);
    live.stage.tenants_vocabulary = R"({"vocabulary":["etcd"]})";
    EXPECT_EQ(heard(live, R"(,"vocabulary":["Ceph"])", samples), "invalid_argument");
    LiveStage other(true);
    other.stage.tenants_vocabulary = R"({"vocabulary":["etcd"]})";
    EXPECT_EQ(heard(other, "", samples), texts_of_file(samples)) << "a tenant's are left out";
}

TEST(LiveStream, DoesNotBeginWithoutKnowingItsTenantsWords) {
    LiveStage live;
    live.stage.tenants_vocabulary = "{";
    live.start();
    EXPECT_NE(live.refusal(), "none");
}

TEST(LiveStream, KeepsItsAudioAsASession) {
    const std::vector<float> samples = spoken(2);
    LiveStage live;
    live.start(R"(,"keep":true,"title":"A talk","speakers":2,"language":"en-GB","vocabulary":["Ceph"])");
    EXPECT_EQ(live.stage.uploads.description,
              R"({"language":"en-GB","speakers":2,"title":"A talk","vocabulary":["Ceph"]})");
    live.hear(samples);
    live.say(R"({"type":"finish"})");
    EXPECT_TRUE(live.stage.uploads.finished()) << "all of it is kept before the last words are heard";
    live.run_turns();
    const auto messages = live.told();
    EXPECT_EQ(*messages.front().member("session_id")->text(), "s9");
    EXPECT_EQ(*messages.back().member("type")->text(), "done");
    EXPECT_EQ(*messages.back().member("session_id")->text(), "s9");
    EXPECT_EQ(live.stage.uploads.bytes,
              speech::open_wav_header(16'000, speech::SampleEncoding::pcm_f32le) + bytes_of(samples));
}

TEST(LiveStream, KeepsNothingUnasked) {
    LiveStage live;
    EXPECT_EQ(heard(live, R"(,"keep":false)", spoken(1)), texts_of_file(spoken(1)));
    EXPECT_EQ(live.stage.uploads.recordings, 0);
}

TEST(LiveStream, KeepsWhatAClientSentThatIsGone) {
    const std::vector<float> samples = spoken(1);
    LiveStage live;
    live.start(R"(,"keep":true)");
    live.hear(samples);
    live.leave();
    EXPECT_TRUE(live.left);
    EXPECT_TRUE(live.stage.uploads.finished());
    EXPECT_TRUE(live.stage.uploads.bytes.ends_with(bytes_of(samples)));
}

// Else so many streams as there are request workers could hold them all while the upload service is frozen.
TEST(LiveStream, WaitsForTheUploadServiceOnTheKeepingThreadsAlone) {
    const std::vector<float> seconds(20 * 16'000);
    LiveStage live;
    live.later = true;
    int asked = 0;
    live.stage.uploads.before = [&]() -> base::Result<void> {
        ++asked;
        return {};
    };
    live.start(R"(,"keep":true)");
    EXPECT_EQ(asked, 0);
    EXPECT_EQ(live.taken, 0) << "the client waits meanwhile";
    live.run_keeping();
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(live.taken, 1);
    live.hear(seconds);
    EXPECT_EQ(asked, 1);
    EXPECT_EQ(live.turns.size(), 1U) << "the engine does not wait";
    live.run_turns();
    EXPECT_EQ(live.taken, 1);
    live.run_keeping();
    EXPECT_EQ(asked, 2);
    EXPECT_EQ(live.taken, 2);
    live.say(R"({"type":"finish"})");
    EXPECT_EQ(asked, 2);
    live.run_keeping();
    EXPECT_TRUE(live.stage.uploads.finished());
    EXPECT_EQ(live.taken, 3);
}

TEST(LiveStream, KeepsWhatAClientSentThatIsGoneWhileItWasPassedOn) {
    const std::vector<float> samples(20 * 16'000);
    for (const bool in_hand : {true, false}) {
        LiveStage live;
        live.start(R"(,"keep":true)");
        live.later = true;
        live.hear(samples);
        if (!in_hand) live.run_keeping();
        live.leave();
        EXPECT_FALSE(live.left);
        EXPECT_FALSE(live.stage.uploads.finished());
        live.run_keeping();
        EXPECT_TRUE(live.left);
        EXPECT_TRUE(live.stage.uploads.finished());
        EXPECT_TRUE(live.stage.uploads.bytes.ends_with(bytes_of(samples)));
    }
}

// Else its connection, its slot and the process's end would wait for it.
TEST(LiveStream, LeavesAfterAMessageThatCouldNotBeTaken) {
    LiveStage live;
    live.full = true;
    EXPECT_THROW(live.start(R"(,"keep":true)"), std::runtime_error);
    live.full = false;
    live.leave();
    EXPECT_TRUE(live.left);
}

TEST(LiveStream, OnTheKeepingThreadsCostsWhatIsThrownTheStreamAlone) {
    LiveStage live(false, true);
    live.later = true;
    live.start(R"(,"keep":true,"vocabulary":["Kaspar"])");
    live.run_keeping();
    EXPECT_EQ(live.refusal(), "internal 1011");
    live.leave();
    EXPECT_TRUE(live.left);
}

TEST(LiveStream, DoesNotBeginWhereItsAudioCannotBeKept) {
    LiveStage live;
    live.stage.uploads.before = [] { return base::fail(base::ErrorCode::quota_exceeded, "no more sessions today"); };
    live.start(R"(,"keep":true)");
    const auto messages = live.told();
    ASSERT_EQ(messages.size(), 1U) << "nothing was started";
    EXPECT_EQ(*messages[0].member("problem")->member("code")->text(), "quota_exceeded");
}

TEST(LiveStream, EndsWhenItsAudioCannotBeKeptAnyMore) {
    LiveStage live;
    live.start(R"(,"keep":true)");
    live.told();
    live.stage.uploads.before = [] { return base::fail(base::ErrorCode::upload_gone, "the session was cancelled"); };
    const std::vector<float> seconds(20 * 16'000);
    live.hear(seconds);
    EXPECT_EQ(live.refusal(), "upload_gone 1008");
}

TEST(LiveStream, TellsAllTextsBeforeItSaysThatTheAudioWasNotKept) {
    const std::vector<float> samples = spoken(1);
    LiveStage live;
    live.start(R"(,"keep":true)");
    live.hear(samples);
    live.stage.uploads.before = [] { return base::fail(base::ErrorCode::unavailable, "it is being restarted"); };
    live.say(R"({"type":"finish"})");
    for (int seconds = 0; live.taken < 3 && seconds < 120; ++seconds) {
        live.stage.test.clock().advance(1s);
        live.stage.test.settle(1ms);
    }
    live.run_turns();
    const auto messages = live.told();
    EXPECT_EQ(texts_of(messages), texts_of_file(samples));
    EXPECT_EQ(*messages.back().member("type")->text(), "error");
}

TEST(LiveStream, SaysThatTheAudioEndsInsideASample) {
    LiveStage live;
    live.start();
    live.stream->take({false, "abcde"}, [] {});
    live.say(R"({"type":"finish"})");
    live.run_turns();
    EXPECT_EQ(live.refusal(), "invalid_argument 1008");
}

TEST(LiveStream, TellsAFaultOfTheEngineWithoutItsParticulars) {
    LiveStage live;
    live.stage.before_recognition = [] { return base::fail(base::ErrorCode::model_broken, "a secret path"); };
    live.start();
    live.hear(spoken(1));
    live.run_turns();
    const auto messages = live.told();
    const base::Json* problem = messages.back().member("problem");
    ASSERT_NE(problem, nullptr);
    EXPECT_EQ(*problem->member("code")->text(), "model_broken");
    EXPECT_EQ(*problem->member("correlation_id")->text(), "c1");
    EXPECT_FALSE(problem->member("detail")->text()->contains("secret"));
    EXPECT_EQ(live.closing->code, CloseCode::internal);
}

TEST(LiveStream, GivesUpAClientThatSaysNothing) {
    LiveStage live;
    live.stream->watch_idleness();
    live.start();
    live.stage.test.clock().advance(59s);
    live.hear(std::vector<float>(100));
    live.stage.test.clock().advance(2s);
    live.stage.test.settle(1s);
    EXPECT_FALSE(live.told().empty());
    EXPECT_FALSE(live.closing) << "61 s after its beginning, 2 after its last message";
    live.stage.test.clock().advance(60s);
    live.stage.test.settle(1s);
    EXPECT_EQ(live.refusal(), "request_timed_out 1008");
}

TEST(LiveStream, IsFreedWhenItsClientIsGone) {
    LiveStage live;
    live.stream->watch_idleness();
    live.start();
    live.hear(spoken(1));
    live.leave();
    live.stream.reset();
    live.run_turns();
    EXPECT_EQ(live.stage.recognitions, 0);
    EXPECT_EQ(live.slot.use_count(), 1) << "another stream can have its place";
}

TEST(LiveRoute, IsForThoseWhoMayTranscribeAndSpeakWebSocket) {
    Stage stage;
    EXPECT_EQ(stage.test.get("transcription", "/v1/stream").status, 426);
    model::Principal reader = flow::TestPlatform::admin("acme");
    reader.scopes = {"sessions:read"};
    EXPECT_EQ(stage.test.call("transcription", {.target = "/v1/stream"}, reader).status, 403);
}

}  // namespace
}  // namespace transcription
