#include "media/wire.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <random>

#include <gtest/gtest.h>

namespace media {
namespace {

model::MediaInfo sample_info() {
    model::MediaInfo info;
    info.container = "matroska,webm";
    info.duration_seconds = 12.5;
    info.streams.resize(2);
    info.streams[0].kind = model::StreamKind::video;
    info.streams[0].frame_rate_hz = 29.97;
    info.streams[1] = {.kind = model::StreamKind::audio,
                       .codec = "opus",
                       .language = "eng",
                       .sample_rate_hz = 48000,
                       .channels = 2,
                       .is_default = true};
    info.chosen_audio = 1;
    return info;
}

std::vector<std::byte> whole_stream() {
    WireWriter writer;
    writer.info(sample_info());
    writer.samples(std::array{0.0F, 0.5F, -1.0F});
    writer.silence(16000);
    writer.damage({.kind = "gap", .at_seconds = 1, .missing_seconds = 2, .count = 3});
    writer.end(16003);
    return {writer.bytes().begin(), writer.bytes().end()};
}

struct Parsed {
    std::vector<WireMessage> messages;
    std::string fault;
    bool finished = false;
};

Parsed parse(std::span<const std::byte> bytes, std::size_t piece = SIZE_MAX, std::int64_t max_samples = 1 << 20,
             int max_channels = 1) {
    WireReader reader(max_samples, max_channels);
    Parsed parsed;
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min(piece, bytes.size()));
        bytes = bytes.subspan(part.size());
        reader.feed(part);
        while (true) {
            auto message = reader.next();
            if (!message) return {std::move(parsed.messages), message.error().message, false};
            if (!*message) break;
            parsed.messages.push_back(std::move(**message));
        }
    }
    parsed.finished = reader.finished();
    return parsed;
}

template <class Build>
std::vector<std::byte> stream_of(Build build) {
    WireWriter writer;
    build(writer);
    return {writer.bytes().begin(), writer.bytes().end()};
}

TEST(Wire, gives_back_what_was_written) {
    const Parsed parsed = parse(whole_stream());
    ASSERT_EQ(parsed.messages.size(), 5U) << parsed.fault;
    EXPECT_TRUE(parsed.finished);
    const auto& info = std::get<model::MediaInfo>(parsed.messages[0]);
    EXPECT_EQ(info.container, "matroska,webm");
    EXPECT_EQ(info.duration_seconds, 12.5);
    ASSERT_EQ(info.streams.size(), 2U);
    EXPECT_EQ(info.streams[0].frame_rate_hz, 29.97);
    EXPECT_EQ(info.streams[1].language, "eng");
    EXPECT_EQ(info.streams[1].sample_rate_hz, 48000);
    EXPECT_TRUE(info.streams[1].is_default);
    EXPECT_EQ(info.chosen_audio, 1U);
    EXPECT_EQ(std::get<WireSamples>(parsed.messages[1]).values, (std::vector{0.0F, 0.5F, -1.0F}));
    EXPECT_EQ(std::get<WireSilence>(parsed.messages[2]).samples, 16000);
    const auto& damage = std::get<Damage>(parsed.messages[3]);
    EXPECT_EQ(damage.kind, "gap");
    EXPECT_EQ(damage.missing_seconds, 2);
    EXPECT_EQ(damage.count, 3);
    EXPECT_EQ(std::get<WireEnd>(parsed.messages[4]).samples, 16003);
}

TEST(Wire, pieces_of_any_size_give_the_same) {
    const auto bytes = whole_stream();
    for (std::size_t piece = 1; piece < 40; ++piece) {
        const Parsed parsed = parse(bytes, piece);
        EXPECT_EQ(parsed.messages.size(), 5U) << "pieces of " << piece;
        EXPECT_TRUE(parsed.finished);
    }
}

TEST(Wire, no_prefix_is_an_end) {
    const auto bytes = whole_stream();
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const Parsed parsed = parse(std::span(bytes).first(size));
        EXPECT_FALSE(parsed.finished) << size;
        EXPECT_EQ(parsed.fault, "") << size;
    }
}

TEST(Wire, a_failure_may_come_first_and_is_made_printable) {
    const Parsed parsed = parse(stream_of(
        [](WireWriter& writer) { writer.failure({base::ErrorCode::media_no_audio, "no \x1B[31maudio\n\xFF"}); }));
    ASSERT_EQ(parsed.messages.size(), 1U) << parsed.fault;
    EXPECT_TRUE(parsed.finished);
    const auto& error = std::get<base::Error>(parsed.messages[0]);
    EXPECT_EQ(error.code, base::ErrorCode::media_no_audio);
    EXPECT_EQ(error.message, "no \uFFFD[31maudio\uFFFD\uFFFD");
}

TEST(Wire, the_child_may_not_speak_for_the_parent) {
    for (const auto code : {base::ErrorCode::cancelled, base::ErrorCode::disk_full, base::ErrorCode::model_broken}) {
        EXPECT_NE(parse(stream_of([&](WireWriter& writer) { writer.failure({code, ""}); })).fault, "");
    }
}

TEST(Wire, long_texts_and_lists_are_cut_by_the_writer) {
    model::MediaInfo info = sample_info();
    info.container.assign(100'000, 'x');
    info.streams.resize(100'000);
    info.chosen_audio = 99'999;
    const Parsed parsed = parse(stream_of([&](WireWriter& writer) { writer.info(info); }));
    ASSERT_EQ(parsed.messages.size(), 1U) << parsed.fault;
    const auto& read = std::get<model::MediaInfo>(parsed.messages[0]);
    EXPECT_EQ(read.container.size(), wire_max_name_bytes);
    EXPECT_EQ(read.streams.size(), wire_max_streams);
    EXPECT_EQ(read.chosen_audio, std::nullopt);
}

TEST(Wire, order_is_checked) {
    const std::array values{0.0F};
    EXPECT_NE(parse(stream_of([&](WireWriter& w) { w.samples(values); })).fault, "") << "samples before info";
    EXPECT_NE(parse(stream_of([&](WireWriter& w) { w.end(0); })).fault, "") << "end before info";
    EXPECT_NE(parse(stream_of([&](WireWriter& w) { w.info({}), w.info({}); })).fault, "") << "info twice";
    EXPECT_NE(parse(stream_of([&](WireWriter& w) { w.info({}), w.end(0), w.end(0); })).fault, "") << "end twice";
    EXPECT_NE(parse(stream_of([&](WireWriter& w) { w.info({}), w.end(0), w.samples(values); })).fault, "");
}

TEST(Wire, sums_are_checked) {
    const std::array values{0.0F, 0.0F};
    EXPECT_NE(parse(stream_of([&](WireWriter& w) { w.info({}), w.samples(values), w.end(3); })).fault, "")
        << "wrong total";
    const auto three = stream_of([&](WireWriter& w) { w.info({}), w.samples(values), w.silence(1); });
    EXPECT_EQ(parse(three, SIZE_MAX, 3).fault, "");
    EXPECT_NE(parse(three, SIZE_MAX, 2).fault, "") << "more than the limit";
    EXPECT_NE(parse(stream_of([&](WireWriter& w) { w.info({}), w.silence(INT64_MAX), w.silence(INT64_MAX); })).fault,
              "");
    EXPECT_NE(parse(stream_of([&](WireWriter& w) { w.info({}), w.silence(0); })).fault, "");
    EXPECT_NE(parse(stream_of([&](WireWriter& w) { w.info({}), w.silence(-1); })).fault, "");
}

TEST(Wire, damages_are_counted) {
    const auto damages = [](std::size_t count) {
        return stream_of([&](WireWriter& w) {
            w.info({});
            for (std::size_t i = 0; i < count; ++i)
                w.damage({.kind = "gap"});
        });
    };
    EXPECT_EQ(parse(damages(wire_max_damages)).fault, "");
    EXPECT_NE(parse(damages(wire_max_damages + 1)).fault, "");
}

TEST(Wire, numbers_that_are_none_are_refused) {
    const std::array nan{std::nanf("")};
    EXPECT_NE(parse(stream_of([&](WireWriter& w) { w.info({}), w.samples(nan); })).fault, "");
    const Damage endless{.kind = "gap", .missing_seconds = INFINITY};
    EXPECT_NE(parse(stream_of([&](WireWriter& w) { w.info({}), w.damage(endless); })).fault, "");
    model::MediaInfo backwards;
    backwards.duration_seconds = -1;
    EXPECT_NE(parse(stream_of([&](WireWriter& w) { w.info(backwards); })).fault, "");
}

TEST(Wire, a_frame_that_is_too_long_is_refused_before_it_is_read) {
    auto bytes = stream_of([](WireWriter& w) { w.info({}); });
    for (const int byte : {2, 1, 0, 1, 0})
        bytes.push_back(static_cast<std::byte>(byte));  // samples, 65,537 bytes
    EXPECT_NE(parse(bytes).fault, "");
}

TEST(Wire, any_changed_byte_of_the_preamble_is_refused) {
    for (std::size_t i = 0; i < 8; ++i) {
        auto bytes = whole_stream();
        bytes[i] ^= std::byte{1};
        EXPECT_NE(parse(bytes).fault, "") << i;
    }
}

TEST(Wire, a_violation_is_final) {
    WireReader reader(100);
    reader.feed(std::as_bytes(std::span("not the preamble")));
    EXPECT_FALSE(reader.next());
    reader.feed(whole_stream());
    EXPECT_FALSE(reader.next());
}

TEST(Wire, changed_bytes_never_break_the_reader) {
    const unsigned seed = 20261124;
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    const auto good = whole_stream();
    std::size_t refused = 0;
    for (int round = 0; round < 20'000; ++round) {
        auto bytes = good;
        for (int change = 0; change < 3; ++change)
            bytes[random() % bytes.size()] = static_cast<std::byte>(random() & 0xFFU);
        const Parsed whole = parse(bytes);
        const Parsed pieces = parse(bytes, 1 + random() % 50);
        ASSERT_EQ(whole.fault, pieces.fault);
        ASSERT_EQ(whole.messages.size(), pieces.messages.size());
        refused += static_cast<std::size_t>(!whole.fault.empty());
    }
    EXPECT_GT(refused, 5000U);
}

std::vector<std::byte> apart(int channels, std::size_t values) {
    return stream_of([&](WireWriter& writer) {
        writer.info(sample_info());
        writer.layout(channels);
        writer.samples(std::vector<float>(values));
        writer.end(static_cast<std::int64_t>(values) / channels);
    });
}

TEST(Wire, counts_the_samples_of_each_channel) {
    const Parsed parsed = parse(apart(3, 300), 7, 100, 8);
    ASSERT_EQ(parsed.messages.size(), 4U) << parsed.fault;
    EXPECT_TRUE(parsed.finished);
    EXPECT_EQ(std::get<WireLayout>(parsed.messages[1]).channels, 3);
    EXPECT_NE(parse(apart(3, 303), SIZE_MAX, 100, 8).fault.find("more samples"), std::string::npos);
    EXPECT_NE(parse(apart(3, 301), SIZE_MAX, 1000, 8).fault.find("longer than another"), std::string::npos);
}

TEST(Wire, refuses_channels_that_nobody_asked_for) {
    EXPECT_TRUE(parse(apart(8, 80), SIZE_MAX, 100, 8).finished);
    for (const auto& [channels, most] : {std::pair(9, 8), std::pair(2, 1)})
        EXPECT_NE(parse(apart(channels, 18), SIZE_MAX, 100, most).fault.find("more channels"), std::string::npos);
    const auto late = stream_of([](WireWriter& writer) {
        writer.info(sample_info());
        writer.silence(1);
        writer.layout(2);
    });
    EXPECT_NE(parse(late, SIZE_MAX, 100, 8).fault.find("out of order"), std::string::npos);
    const auto twice = stream_of([](WireWriter& writer) {
        writer.info(sample_info());
        writer.layout(2);
        writer.layout(2);
    });
    EXPECT_NE(parse(twice, SIZE_MAX, 100, 8).fault.find("out of order"), std::string::npos);
}

}  // namespace
}  // namespace media
