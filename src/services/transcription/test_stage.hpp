// For the tests of this service: a platform with it alone, whose videos are raw samples and whose recogniser answers
// with a hash of what it is given, so that the transcript proves every sample.
#pragma once
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <unistd.h>

#include "base/ids.hpp"
#include "base/sha256.hpp"
#include "flow/test_platform.hpp"
#include "model/phrases.hpp"
#include "model/transcript_json.hpp"
#include "runtime/ordered_pool.hpp"
#include "services/transcription/test_uploads.hpp"
#include "services/transcription/transcription.hpp"
#include "speech/fakes.hpp"
#include "speech/fixtures.hpp"
#include "speech/transcriber.hpp"

namespace transcription {

template <class T>
T must(base::Result<T> result) {
    if (!result)
        throw std::runtime_error(std::string(base::code_name(result.error().code)) + ": " + result.error().message);
    if constexpr (!std::is_void_v<T>) return *std::move(result);
}

/// Speech of 2.7 s, `times` over, each a little quieter than the one before, with enough silence to end a segment.
inline std::vector<float> spoken(int times) {
    std::vector<float> samples;
    for (int i = 0; i < times; ++i) {
        const float gain = 1.0F - 0.01F * static_cast<float>(i);
        for (const float sample : speech::fixtures::speech_samples())
            samples.push_back(gain * sample);
        samples.resize(samples.size() + 52'000);
    }
    return samples;
}

class TestRecogniser final : public speech::Recogniser {
  public:
    using Before = std::function<base::Result<void>()>;
    TestRecogniser(std::string fingerprint, const Before& before, std::vector<std::string> phrases = {})
        : fingerprint_(std::move(fingerprint)), before_(before), phrases_(std::move(phrases)) {}
    base::Result<speech::Recognition> recognise(std::span<const float> samples) const override {
        if (before_) {
            if (auto may = before_(); !may) return std::unexpected(may.error());
        }
        base::Sha256 hash;
        hash.update(std::as_bytes(samples));
        std::string text = "heard " + hash.finish_hex().substr(0, 12);
        for (const std::string& phrase : phrases_)
            text += " " + phrase;
        return speech::Recognition{text, 2};
    }
    base::Result<std::shared_ptr<const Recogniser>> with_phrases(
        const std::vector<std::string>& phrases) const override {
        if (deaf) return Recogniser::with_phrases(phrases);
        if (broken) throw std::runtime_error("the engine is broken");
        return std::make_shared<TestRecogniser>(fingerprint_, before_, phrases);
    }
    std::string vocabulary() const override { return model::phrases_fingerprint(phrases_); }
    const std::string& fingerprint() const override { return fingerprint_; }
    const std::vector<std::string>& languages() const override { return languages_; }

    bool deaf = false;    // takes no phrases
    bool broken = false;  // throws at them

  private:
    std::string fingerprint_;
    const Before& before_;
    std::vector<std::string> phrases_;
    std::vector<std::string> languages_{"en"};
};

inline constexpr double video_frame_rate_hz = 25;

/// Gives the blob's bytes as samples, of two channels when they are wanted apart; `before_block` may fail or meddle.
class TestDecoder final : public media::Decoder {
  public:
    using Before = std::function<base::Result<void>()>;
    explicit TestDecoder(const Before& before_block) : before_block_(before_block) {}
    base::Result<std::unique_ptr<media::PcmSource>> open(const runtime::Descriptor& file,
                                                         media::Channels channels) override {
        std::vector<float> samples(static_cast<std::size_t>(lseek(file.number(), 0, SEEK_END)) / sizeof(float));
        const auto size = static_cast<ssize_t>(samples.size() * sizeof(float));
        if (pread(file.number(), samples.data(), samples.size() * sizeof(float), 0) != size)
            throw std::runtime_error("the blob cannot be read");
        const int count = channels == media::Channels::apart ? 2 : 1;
        return std::make_unique<Source>(std::move(samples), count, before_block_);
    }

  private:
    class Source final : public media::PcmSource {
      public:
        Source(std::vector<float> samples, int channels, const Before& before)
            : source_(std::move(samples), 4096, std::nullopt, channels), info_(source_.info()), before_(before) {
            info_.streams.push_back({.kind = model::StreamKind::video, .frame_rate_hz = video_frame_rate_hz});
        }
        int channels() const override { return source_.channels(); }
        const model::MediaInfo& info() const override { return info_; }
        const media::DecodeSummary& summary() const override { return source_.summary(); }
        base::Result<std::span<const float>> read() override {
            if (before_) {
                if (auto may = before_(); !may) return std::unexpected(may.error());
            }
            return source_.read();
        }

      private:
        speech::fakes::Source source_;
        model::MediaInfo info_;
        const Before& before_;
    };
    const Before& before_block_;
};

struct Stage {
    explicit Stage(std::uint64_t seed = 1, const std::string& live_idle_time = "60s")
        : test({service([this](const flow::Platform&) { return engines(); }), session_service(), uploads.service()},
               seed,
               {{"transcription.models", "fake"},
                {"transcription.workers", "2"},
                {"transcription.live_idle_time", live_idle_time}}) {}

    std::function<base::Result<void>()> before_recognition = {};
    std::function<base::Result<void>()> before_block = {};
    std::string fingerprint = "fake/1";
    std::shared_ptr<const speech::SpeakerModel> speaker_model =
        std::make_shared<const speech::fakes::FakeSpeakerModel>();
    bool deaf = false;       // the engine takes no vocabulary
    bool broken = false;     // it throws at one
    std::string vocabulary;  // the session service's answer; empty: runs are queued without
    std::string tenants_vocabulary = R"({"vocabulary":[]})";
    StubUploads uploads;
    std::int64_t questions = 0;
    std::int64_t recognitions = 0;
    std::function<base::Result<void>()> counting = {};  // each recognition, then what comes before it
    flow::TestPlatform test;

    base::Result<Engines> engines() {
        counting = [this]() -> base::Result<void> {
            ++recognitions;
            return before_recognition ? before_recognition() : base::Result<void>();
        };
        return Engines{.decoder = std::make_shared<TestDecoder>(before_block),
                       .load = [this](const std::string& name) { return load(name); },
                       .model_names = [] { return std::vector<std::string>{"fake"}; }};
    }

    base::Result<Engine> load(const std::string& name) const {
        if (name != "fake") return base::fail(base::ErrorCode::model_not_found, "no such model");
        const auto recogniser = std::make_shared<TestRecogniser>(fingerprint, counting);
        recogniser->deaf = deaf;
        recogniser->broken = broken;
        return Engine{recogniser, voice_activity(), speaker_model};
    }

    /// Answers the two questions that this service asks.
    flow::Service session_service() {
        const auto answer = [this](runtime::Request&, runtime::Context&) {
            ++questions;
            return runtime::bytes_response(200, "application/json", vocabulary);
        };
        const auto answer_tenants = [this](runtime::Request&, runtime::Context&) {
            return runtime::bytes_response(200, "application/json", tenants_vocabulary);
        };
        return {
            .name = "session",
            .options = {},
            .migrations = {},
            .make = [answer, answer_tenants](const flow::Platform&) -> base::Result<flow::Parts> {
                flow::Parts parts;
                parts.routes.push_back({.method = "GET", .pattern = "/v1/sessions/{id}/vocabulary", .handler = answer});
                parts.routes.push_back({.method = "GET", .pattern = "/v1/vocabulary", .handler = answer_tenants});
                return parts;
            }};
    }

    static std::shared_ptr<const speech::VoiceActivityModel> voice_activity() {
        static const auto model =
            std::make_shared<const speech::VoiceActivityModel>(speech::fixtures::load_voice_activity());
        return model;
    }

    std::unique_ptr<blob::TenantBlobs> blobs() { return must(test.platform().blobs.tenant("acme")); }

    void upload(const std::vector<float>& samples, const std::string& session = "s1") {
        must(blobs()->put(video_key(session), {}, std::as_bytes(std::span(samples))));
    }
    static std::string video_key(const std::string& session) { return "videos/" + session + "/u1"; }
    static std::string run_id(int attempt = 1, const std::string& session = "s1") {
        return base::derived_id("run", session + "/" + std::to_string(attempt));
    }

    /// `again`: the same fact as a second event.
    void queue(int attempt = 1, const std::string& session = "s1", const std::string& language = "en",
               const std::string& model = "fake", const std::string& again = "", bool multichannel = false,
               const std::string& speakers = "") {
        base::JsonObject payload{{"session_id", session},
                                 {"run_id", run_id(attempt, session)},
                                 {"blob_key", video_key(session)},
                                 {"language", language},
                                 {"model", model},
                                 {"speakers", speakers},
                                 {"priority", 0},
                                 {"multichannel", multichannel}};
        if (!vocabulary.empty()) payload.push_back({"vocabulary", true});
        test.emit("acme", {.type = "session.queued",
                           .natural_key = run_id(attempt, session) + again,
                           .partition_key = session,
                           .payload = std::move(payload)});
    }
    void cancel(const std::string& again = "") {
        test.emit("acme", {.type = "session.cancelled",
                           .natural_key = run_id() + again,
                           .partition_key = "s1",
                           .payload = base::JsonObject{{"session_id", "s1"}, {"run_id", run_id()}}});
    }
    void remove() {
        test.emit("acme", {.type = "session.deleted",
                           .natural_key = "s1",
                           .partition_key = "s1",
                           .payload = base::JsonObject{{"session_id", "s1"}}});
    }
    /// Past the delay of the erasures.
    void settle_erasures() {
        test.settle();
        test.clock().advance(std::chrono::seconds(30));
        test.settle();
    }

    std::vector<std::string> blobs_under(const std::string& prefix) {
        std::vector<std::string> keys;
        for (const blob::Listed& listed : must(blobs()->list({.prefix = prefix})).blobs)
            keys.push_back(listed.key);
        return keys;
    }
    std::string transcript(const model::Event& completed) {
        return must(blob::read(*blobs(), *completed.payload.member("blob_key")->text(), 1U << 20U));
    }
    /// One number that a select gives under the name `value`.
    std::int64_t number(const std::string& sql) {
        auto transaction = must(test.platform().database.tenant("acme").read());
        return must(transaction.query_one(sql))->integer("value");
    }
    std::int64_t count(const std::string& table, const std::string& where = "1 = 1") {
        return number("select count(*) as value from " + table + " where tenant_id = :tenant and " + where);
    }
    std::string state(const std::string& id = run_id()) {
        auto transaction = must(test.platform().database.tenant("acme").read());
        const auto row = must(transaction.query_one(
            "select state from transcription_runs where tenant_id = :tenant and id = :id", {{"id", id}}));
        return row ? row->text("state") : "none";
    }
    static std::string text_of(const model::Event& event, std::string_view field) {
        return *event.payload.member(field)->text();
    }

    /// What the command line's transcriber makes of the same samples.
    struct Wish {
        int channels = 1;
        bool with_speakers = false;
        std::optional<std::size_t> speakers = {};
        std::vector<std::string> phrases = {};
    };
    static std::string expected(const std::vector<float>& samples) { return expected(samples, Wish()); }
    static std::string expected(const std::vector<float>& samples, const Wish& wish) {
        static const TestRecogniser::Before nothing;
        const TestRecogniser recogniser("fake/1", nothing, wish.phrases);
        speech::fakes::Source source(samples, 4096, std::nullopt, wish.channels);
        runtime::Threads threads(1);
        const std::atomic<bool> never_stop{false};
        const speech::fakes::FakeSpeakerModel voices;
        const speech::TranscribeOptions options{.language = "en",
                                                .channels_apart = wish.channels > 1,
                                                .speaker_model = wish.with_speakers ? &voices : nullptr,
                                                .speakers = wish.speakers};
        model::Transcript transcript = must(speech::transcribe(
            source, *voice_activity(), recogniser, threads, options, [](const auto&) {}, never_stop));
        transcript.frame_rate_hz = video_frame_rate_hz;
        return model::to_canonical_json(transcript);
    }
};

}  // namespace transcription
