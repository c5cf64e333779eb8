// The real helper on real files, and small scripts in its place for every way in which it could end.
#include "media/sandboxed_decoder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "media/wire.hpp"
#include "model/audio.hpp"
#include "runtime/files.hpp"

namespace media {
namespace {

using base::ErrorCode;
using namespace std::chrono_literals;

const std::filesystem::path media_folder = VT_TEST_MEDIA;
const std::filesystem::path real_helper = std::filesystem::path(VT_BINARIES) / "video-transcriber-decode";

struct Decoded {
    model::MediaInfo info;
    std::vector<float> samples = {};
    DecodeSummary summary = {};
};

base::Result<Decoded> drain(PcmSource& source) {
    Decoded decoded{.info = source.info()};
    while (true) {
        const auto part = source.read();
        if (!part) return std::unexpected(part.error());
        if (part->empty()) break;
        decoded.samples.insert(decoded.samples.end(), part->begin(), part->end());
    }
    decoded.summary = source.summary();
    return decoded;
}

base::Result<Decoded> decode_with(SandboxedDecoderOptions options, const std::filesystem::path& file) {
    const auto descriptor = runtime::open_for_reading(file);
    if (!descriptor) return std::unexpected(descriptor.error());
    auto source = SandboxedDecoder(std::move(options)).open(*descriptor, Channels::mixed);
    if (!source) return std::unexpected(source.error());
    return drain(**source);
}

base::Result<Decoded> decode(const std::string& file, DecodeLimits limits = {}) {
    return decode_with({.helper = real_helper, .limits = limits}, media_folder / file);
}

double level(std::span<const float> samples) {
    double energy = 0;
    for (const float sample : samples)
        energy += static_cast<double>(sample) * static_cast<double>(sample);
    return samples.empty() ? 0 : std::sqrt(energy / static_cast<double>(samples.size()));
}

double seconds(const Decoded& decoded) {
    return model::seconds_of_samples(static_cast<std::int64_t>(decoded.samples.size()));
}

bool has_damage(const Decoded& decoded, std::string_view kind) {
    return std::ranges::find(decoded.summary.damages, kind, &Damage::kind) != decoded.summary.damages.end();
}

// A folder of its own for each test, with scripts that stand for the helper.
class FakeHelper : public testing::Test {
  protected:
    FakeHelper() {
        std::string name = (std::filesystem::temp_directory_path() / "vt-decoder-XXXXXX").string();
        folder_ = mkdtemp(name.data());
    }
    ~FakeHelper() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path script(const std::string& body) {
        const auto path = folder_ / "helper";
        std::ofstream(path) << "#!/bin/sh\n" << body << "\n";
        chmod(path.c_str(), 0700);
        return path;
    }
    // A script's command that writes what `build` puts on the wire.
    template <class Build>
    std::string says(Build build) {
        WireWriter writer;
        build(writer);
        const auto path = folder_ / "frames";
        std::ofstream(path, std::ios::binary)
            .write(reinterpret_cast<const char*>(writer.bytes().data()),
                   static_cast<std::streamsize>(writer.bytes().size()));
        return "/bin/cat '" + path.string() + "'; ";
    }
    base::Error ending_of(const std::string& body, std::chrono::milliseconds stall = 10s,
                          const std::atomic<bool>* stop = nullptr) {
        const auto decoded = decode_with({.helper = script(body), .stall_timeout = stall, .stop = stop},
                                         media_folder / "manifest.jsonl");
        return decoded ? base::Error{ErrorCode::internal, "it succeeded"} : decoded.error();
    }

    std::filesystem::path folder_;
};

TEST(SandboxedDecoder, tells_what_is_in_a_video) {
    const auto decoded = decode("video/derived/two_tracks_en_de_subs.mkv");
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_EQ(decoded->info.container, "matroska,webm");
    ASSERT_GE(decoded->info.streams.size(), 3U);
    ASSERT_TRUE(decoded->info.chosen_audio);
    const auto& track = decoded->info.streams[*decoded->info.chosen_audio];
    EXPECT_EQ(track.kind, model::StreamKind::audio);
    EXPECT_EQ(track.language, "eng");
    EXPECT_EQ(track.codec, "opus");
    EXPECT_NEAR(decoded->info.duration_seconds.value_or(0), 19.8, 0.1);
    EXPECT_NEAR(seconds(*decoded), 19.63, 0.1);
    EXPECT_EQ(decoded->summary.samples, static_cast<std::int64_t>(decoded->samples.size()));
    EXPECT_TRUE(decoded->summary.damages.empty());
}

TEST(SandboxedDecoder, every_format_of_one_utterance_has_its_length_and_level) {
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(media_folder / "speech/formats")) {
        const auto decoded = decode("speech/formats/" + entry.path().filename().string());
        ASSERT_TRUE(decoded) << entry.path() << ": " << decoded.error().message;
        EXPECT_NEAR(seconds(*decoded), 2.685, 0.08) << entry.path();
        EXPECT_GT(level(decoded->samples), 0.01) << entry.path();
        EXPECT_TRUE(decoded->summary.damages.empty()) << entry.path();
        ++files;
    }
    EXPECT_GT(files, 10);
}

TEST(SandboxedDecoder, opposite_phase_and_one_side_are_as_loud_as_the_voice) {
    const auto inverted = decode("odd/derived/inverted_phase_stereo.flac");
    const auto left = decode("odd/derived/left_only_stereo.flac");
    ASSERT_TRUE(inverted && left);
    EXPECT_GT(level(left->samples), 0.01);
    EXPECT_NEAR(level(inverted->samples) / level(left->samples), 1, 0.05);
}

TEST(SandboxedDecoder, gives_channels_apart_when_asked) {
    const auto file = runtime::open_for_reading(media_folder / "odd/derived/left_only_stereo.flac");
    ASSERT_TRUE(file);
    const auto source = SandboxedDecoder({.helper = real_helper}).open(*file, Channels::apart);
    ASSERT_TRUE(source) << source.error().message;
    EXPECT_EQ((*source)->channels(), 2);
    const auto apart = drain(**source);
    ASSERT_TRUE(apart) << apart.error().message;
    ASSERT_EQ(std::ssize(apart->samples), 2 * apart->summary.samples);
    std::vector<float> left;
    for (std::size_t i = 0; i < apart->samples.size(); i += 2) {
        left.push_back(apart->samples[i]);
        ASSERT_EQ(apart->samples[i + 1], 0) << "the right side is silent";
    }
    const auto mixed = decode("odd/derived/left_only_stereo.flac");
    ASSERT_TRUE(mixed);
    EXPECT_EQ(apart->summary.samples, mixed->summary.samples);
    EXPECT_NEAR(level(left) / level(mixed->samples), 1, 0.05);
}

TEST(SandboxedDecoder, gives_one_channel_apart_as_it_is) {
    const auto file = runtime::open_for_reading(media_folder / "video/derived/two_tracks_en_de_subs.mkv");
    ASSERT_TRUE(file);
    const auto source = SandboxedDecoder({.helper = real_helper}).open(*file, Channels::apart);
    ASSERT_TRUE(source) << source.error().message;
    EXPECT_EQ((*source)->channels(), 1);
    EXPECT_EQ(drain(**source).value().samples, decode("video/derived/two_tracks_en_de_subs.mkv")->samples);
}

TEST(SandboxedDecoder, the_descriptors_position_is_neither_used_nor_moved) {
    const auto file = runtime::open_for_reading(media_folder / "odd/derived/left_only_stereo.flac");
    ASSERT_TRUE(file);
    ASSERT_EQ(lseek(file->number(), 12345, SEEK_SET), 12345);
    SandboxedDecoder decoder({.helper = real_helper});
    for (int round = 0; round < 2; ++round) {
        auto source = decoder.open(*file, Channels::mixed);
        ASSERT_TRUE(source) << source.error().message;
        const auto decoded = drain(**source);
        ASSERT_TRUE(decoded);
        EXPECT_NEAR(seconds(*decoded), 2.685, 0.001);
    }
    EXPECT_EQ(lseek(file->number(), 0, SEEK_CUR), 12345);
}

TEST(SandboxedDecoder, a_truncated_video_gives_what_is_left_and_says_so) {
    const auto decoded = decode("odd/derived/truncated_faststart.mp4");
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_NEAR(seconds(*decoded), 20.22, 0.1);
    const auto damage = std::ranges::find(decoded->summary.damages, "truncated", &Damage::kind);
    ASSERT_NE(damage, decoded->summary.damages.end());
    EXPECT_NEAR(damage->missing_seconds, 21.5, 0.2);
}

TEST(SandboxedDecoder, garbage_in_the_middle_is_told_and_what_follows_is_there) {
    const auto decoded = decode("odd/derived/mp3_with_garbage_middle.mp3");
    ASSERT_TRUE(decoded) << decoded.error().message;
    EXPECT_GT(seconds(*decoded), 2.6);
    EXPECT_TRUE(has_damage(*decoded, "corrupt_frames"));
}

TEST(SandboxedDecoder, bad_files_get_their_own_code) {
    const auto code = [](const std::string& file) {
        const auto decoded = decode(file);
        return decoded ? std::string("ok") : std::string(base::code_name(decoded.error().code));
    };
    EXPECT_EQ(code("odd/derived/zero_bytes.mp4"), "file_empty");
    EXPECT_EQ(code("odd/derived/text_file.wav"), "media_unrecognised");
    EXPECT_EQ(code("odd/derived/random_bytes.mp3"), "media_unrecognised");
    EXPECT_EQ(code("odd/derived/png_named.mp3"), "media_unrecognised");
    EXPECT_EQ(code("odd/derived/video_no_audio.mp4"), "media_no_audio");
    EXPECT_EQ(code("odd/derived/truncated_no_moov.mp4"), "media_corrupt");
    EXPECT_EQ(code("odd/derived/one_sample.wav"), "ok");
}

TEST(SandboxedDecoder, too_long_a_file_is_refused_at_the_limit) {
    const auto decoded = decode("odd/derived/left_only_stereo.flac", {.max_seconds = 2});
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, ErrorCode::media_too_long);
}

#if !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)  // a sanitizer's own heap does not outlive such a limit
TEST(SandboxedDecoder, too_little_memory_is_said) {
    const auto decoded = decode("video/derived/two_tracks_en_de_subs.mkv", {.memory_bytes = 1 << 16});
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, ErrorCode::decoder_out_of_memory) << decoded.error().message;
}
#endif

TEST(SandboxedDecoder, a_missing_helper_is_said) {
    const auto decoded = decode_with({.helper = "/nowhere/decoder"}, media_folder / "manifest.jsonl");
    ASSERT_FALSE(decoded);
    EXPECT_EQ(decoded.error().code, ErrorCode::decoder_missing);
    EXPECT_NE(decoded.error().message.find("/nowhere/decoder"), std::string::npos);
}

TEST_F(FakeHelper, each_death_has_its_code) {
    EXPECT_EQ(ending_of("kill -SYS $$").code, ErrorCode::decoder_forbidden);
    EXPECT_EQ(ending_of("kill -XCPU $$").code, ErrorCode::decoder_out_of_time);
    EXPECT_EQ(ending_of("kill -KILL $$").code, ErrorCode::decoder_crashed);
    EXPECT_EQ(ending_of("kill -SEGV $$").code, ErrorCode::decoder_crashed);
    EXPECT_EQ(ending_of("kill -ABRT $$").code, ErrorCode::decoder_crashed);
    EXPECT_EQ(ending_of("exit 0").code, ErrorCode::decoder_crashed);
    EXPECT_EQ(ending_of("exit 3").code, ErrorCode::decoder_crashed);
}

TEST_F(FakeHelper, death_in_the_middle_is_the_readers_error) {
    const std::array values{0.25F, 0.5F};
    const auto path =
        script(says([&](WireWriter& writer) { writer.info({}), writer.samples(values); }) + "kill -SEGV $$");
    const auto file = runtime::open_for_reading(media_folder / "manifest.jsonl");
    auto source = SandboxedDecoder({.helper = path}).open(*file, Channels::mixed);
    ASSERT_TRUE(source) << source.error().message;
    const auto first = (*source)->read();
    ASSERT_TRUE(first);
    EXPECT_TRUE(std::ranges::equal(*first, values));
    const auto second = (*source)->read();
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, ErrorCode::decoder_crashed);
}

TEST_F(FakeHelper, nonsense_is_a_crash) {
    EXPECT_EQ(ending_of("echo this is not the protocol at all").code, ErrorCode::decoder_crashed);
}

TEST_F(FakeHelper, its_own_errors_come_through) {
    const base::Error error{ErrorCode::media_no_audio, "no sound"};
    const auto ending = ending_of(says([&](WireWriter& writer) { writer.failure(error); }));
    EXPECT_EQ(ending.code, error.code);
    EXPECT_EQ(ending.message, error.message);
}

TEST_F(FakeHelper, silence_on_the_line_is_out_of_time) {
    EXPECT_EQ(ending_of("exec /bin/sleep 30", 200ms).code, ErrorCode::decoder_out_of_time);
}

TEST_F(FakeHelper, a_stop_ends_it) {
    const std::atomic<bool> stop = true;
    EXPECT_EQ(ending_of("exec /bin/sleep 30", 10s, &stop).code, ErrorCode::cancelled);
}

TEST_F(FakeHelper, an_hour_of_silence_comes_in_small_pieces) {
    const std::int64_t hour_samples = 3600 * model::sample_rate_hz;
    const auto path = script(
        says([&](WireWriter& writer) { writer.info({}), writer.silence(hour_samples), writer.end(hour_samples); }));
    const auto file = runtime::open_for_reading(media_folder / "manifest.jsonl");
    auto source = SandboxedDecoder({.helper = path}).open(*file, Channels::mixed);
    ASSERT_TRUE(source) << source.error().message;
    std::int64_t total = 0;
    while (true) {
        const auto part = (*source)->read();
        ASSERT_TRUE(part);
        if (part->empty()) break;
        ASSERT_LE(part->size(), 65'536U);
        total += static_cast<std::int64_t>(part->size());
    }
    EXPECT_EQ(total, hour_samples);
}

}  // namespace
}  // namespace media
