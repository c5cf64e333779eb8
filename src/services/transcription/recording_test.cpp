#include "services/transcription/recording.hpp"

#include <deque>
#include <functional>
#include <optional>
#include <random>

#include <gtest/gtest.h>

#include "services/transcription/test_stage.hpp"
#include "speech/wav_header.hpp"

namespace transcription {
namespace {

using base::ErrorCode;

constexpr Recording::Sound sound{.sample_rate_hz = 16'000, .encoding = speech::SampleEncoding::pcm_s16le};
constexpr std::size_t half_a_minute = std::size_t{30} * 16'000 * 2;

struct Desk {
    explicit Desk(const std::string& live_idle_time = "60s") : stage(1, live_idle_time) {}

    Stage stage;
    StubUploads& uploads = stage.uploads;
    std::shared_ptr<Recording> recording;
    std::string sent = speech::open_wav_header(sound.sample_rate_hz, sound.encoding);

    base::Result<void> begin(const Recording::Sound& wanted = sound) {
        auto begun =
            Recording::begin(stage.test.platform(),
                             {.correlation_id = "c1", .principal = model::to_text(flow::TestPlatform::admin("acme"))},
                             base::JsonObject{{"title", "A talk"}}, wanted);
        if (!begun) return std::unexpected(begun.error());
        recording = *std::move(begun);
        return {};
    }
    // As fast as it is spoken.
    base::Result<void> write(const std::string& bytes) {
        sent += bytes;
        stage.test.clock().advance(std::chrono::milliseconds(bytes.size() / 32));
        recording->hold(bytes);
        return recording->is_due() ? recording->pass_on() : base::Result<void>();
    }
    // As soon as the clock allows.
    base::Result<void> finish() {
        std::optional<base::Result<void>> finished;
        recording->finish([](auto task) { task(); }, [&](const auto& result) { finished = result; });
        for (int seconds = 0; !finished && seconds < 120; ++seconds) {
            stage.test.clock().advance(std::chrono::seconds(1));
            stage.test.settle(std::chrono::milliseconds(1));
        }
        return finished.value();
    }
};

std::string noise(std::mt19937& random, std::size_t size_bytes) {
    std::string bytes(size_bytes, '\0');
    for (char& byte : bytes)
        byte = static_cast<char>(random());
    return bytes;
}

TEST(Recording, PassesOnWhatComesInPieces) {
    Desk desk;
    must(desk.begin());
    EXPECT_EQ(desk.uploads.description, R"({"title":"A talk"})");
    EXPECT_EQ(desk.recording->session_id(), "s9");
    std::mt19937 random(1);
    must(desk.write(noise(random, half_a_minute - 100)));
    EXPECT_EQ(desk.uploads.requests, 0);
    must(desk.write(noise(random, 100)));
    EXPECT_EQ(desk.uploads.bytes, desk.sent) << "a crash would cost nothing now";
    must(desk.write(noise(random, 10)));
    must(desk.finish());
    EXPECT_EQ(desk.uploads.bytes, desk.sent);
    EXPECT_TRUE(desk.uploads.finished());
}

// Requests and answers get lost, at most two in a row; the audio is none the worse.
TEST(Recording, LosesAndDoublesNothing) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    Desk desk;
    must(desk.begin());
    int faults = 0;
    const auto fault = [&]() -> base::Result<void> {
        if (random() % 6 != 0 || faults == 2) {
            faults = 0;
            return {};
        }
        ++faults;
        return base::fail(ErrorCode::unavailable, "lost");
    };
    desk.uploads.before = fault;
    desk.uploads.after = fault;
    while (desk.sent.size() < 6'000'000)
        must(desk.write(noise(random, random() % 200'000)));
    if (desk.sent.size() % 2 != 0) must(desk.write("x"));
    desk.uploads.before = desk.uploads.after = [] { return base::Result<void>(); };
    must(desk.finish());
    EXPECT_EQ(desk.uploads.bytes.size(), desk.sent.size());
    EXPECT_TRUE(desk.uploads.bytes == desk.sent && desk.uploads.finished());
}

TEST(Recording, PassesOnTheLittleThatComesWhileNobodySpeaks) {
    Desk desk;
    must(desk.begin());
    must(desk.write("ab"));
    EXPECT_EQ(desk.uploads.requests, 0);
    desk.stage.test.clock().advance(std::chrono::seconds(60));
    must(desk.write("cd"));
    EXPECT_EQ(desk.uploads.bytes, desk.sent) << "or its upload would be given up";
}

TEST(Recording, IsNeverSilentForLongerThanItSays) {
    for (const char* live_idle_time : {"9s", "60s", "10m"}) {
        Desk desk(live_idle_time);
        must(desk.begin());
        const auto& config = desk.stage.test.platform().config;
        const auto idle = config.duration("transcription.live_idle_time");
        desk.stage.test.clock().advance(longest_recording_gap(config) - idle - std::chrono::milliseconds(1));
        must(desk.write("a"));
        EXPECT_EQ(desk.uploads.requests, 0) << "just too soon";
        desk.stage.test.clock().advance(idle);
        must(desk.write("b"));
        EXPECT_EQ(desk.uploads.requests, 1) << live_idle_time;
    }
}

TEST(Recording, DoesNotAskAServiceAllTheTimeThatDoesNotAnswer) {
    Desk desk;
    must(desk.begin());
    int asked = 0;
    desk.uploads.before = [&] {
        ++asked;
        return base::fail(ErrorCode::deadline_exceeded, "no answer");
    };
    for (int seconds = 0; seconds < 90; ++seconds)
        must(desk.write(std::string(32'000, 'a')));
    EXPECT_LE(asked, 4);
    EXPECT_GE(asked, 3);
    desk.uploads.before = [] { return base::Result<void>(); };
    must(desk.finish());
    EXPECT_TRUE(desk.uploads.bytes == desk.sent);
}

TEST(Recording, EndsWhenTheServiceIsBackSoonEnough) {
    Desk desk;
    must(desk.begin());
    must(desk.write("abcd"));
    const auto back_at = desk.stage.test.clock().now() + std::chrono::seconds(20);
    int asked = 0;
    desk.uploads.before = [&]() -> base::Result<void> {
        ++asked;
        if (desk.stage.test.clock().now() >= back_at) return {};
        return base::fail(ErrorCode::unavailable, "the service is being restarted");
    };
    must(desk.finish());
    EXPECT_EQ(desk.uploads.bytes, desk.sent);
    EXPECT_TRUE(desk.uploads.finished());
    EXPECT_LT(asked, 100) << "pauses grow";
}

TEST(Recording, EndsWithTheFaultOfAServiceThatDoesNotComeBack) {
    Desk desk;
    must(desk.begin());
    must(desk.write("abcd"));
    const auto begun = desk.stage.test.clock().now();
    auto last = begun;
    desk.uploads.before = [&] {
        last = desk.stage.test.clock().now();
        return base::fail(ErrorCode::unavailable, "the service is being restarted");
    };
    EXPECT_EQ(desk.finish().error().code, ErrorCode::unavailable);
    EXPECT_GT(last, begun);
    EXPECT_LE(last, begun + std::chrono::seconds(31)) << "by the test's own clock, which ticks in seconds";
}

TEST(Recording, BeginsNoTryWhenTheTimeForItIsOver) {
    Desk desk;
    must(desk.begin());
    must(desk.write("abcd"));
    int asked = 0;
    desk.uploads.before = [&]() -> base::Result<void> {
        ++asked;
        return {};
    };
    std::deque<std::function<void()>> posted;  // behind what others have posted
    std::optional<base::Result<void>> finished;
    desk.recording->finish([&](auto task) { posted.push_back(std::move(task)); },
                           [&](const auto& result) { finished = result; });
    ASSERT_EQ(posted.size(), 1U);
    desk.stage.test.clock().advance(std::chrono::seconds(31));
    posted.front()();
    EXPECT_EQ(asked, 0);
    ASSERT_TRUE(finished);
    EXPECT_EQ(finished->error().code, ErrorCode::unavailable);
}

TEST(Recording, EndsWithAWholeSample) {
    Desk desk;
    must(desk.begin({.sample_rate_hz = 16'000, .encoding = speech::SampleEncoding::pcm_f32le}));
    const std::size_t header_bytes = desk.sent.size();
    desk.recording->hold("123456");
    must(desk.finish());
    EXPECT_EQ(desk.uploads.bytes.substr(header_bytes), "1234");
    EXPECT_TRUE(desk.uploads.finished());
}

TEST(Recording, HoldsSomeMinutesAndThenSaysWhy) {
    Desk desk;
    must(desk.begin());
    desk.uploads.before = [] { return base::fail(ErrorCode::unavailable, "the service is being restarted"); };
    const std::string second(32'000, 'a');
    base::Result<void> written;
    int seconds = 0;
    for (; seconds < 1000 && written; ++seconds)
        written = desk.write(second);
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::unavailable);
    EXPECT_GT(seconds, 120);
    EXPECT_LT(seconds, 150) << "bounded";
}

TEST(Recording, GivesUpAtOnceWhenNothingCanHelp) {
    Desk desk;
    must(desk.begin());
    desk.uploads.before = [] { return base::fail(ErrorCode::upload_gone, "the session was cancelled"); };
    EXPECT_EQ(desk.write(std::string(half_a_minute, 'a')).error().code, ErrorCode::upload_gone);
    int asked = 0;
    desk.uploads.before = [&] {
        ++asked;
        return base::fail(ErrorCode::upload_gone, "the session was cancelled");
    };
    EXPECT_EQ(desk.finish().error().code, ErrorCode::upload_gone);
    EXPECT_EQ(asked, 1);
}

TEST(Recording, DoesNotBeginWhereItIsRefused) {
    Desk desk;
    desk.uploads.before = [] { return base::fail(ErrorCode::quota_exceeded, "no more sessions today"); };
    EXPECT_EQ(desk.begin().error().code, ErrorCode::quota_exceeded);
}

}  // namespace
}  // namespace transcription
