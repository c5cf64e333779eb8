// Every format's file for a few transcripts, byte for byte, against tests/golden/formats. What the formats write now is
// put beside the build, in golden/formats: after a wanted change look at `diff -ru tests/golden/formats
// BUILD/golden/formats` and copy the files over.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <gtest/gtest.h>

#include "formats/formats.hpp"

namespace formats {
namespace {

using model::Doubt;

model::Transcript talk() {
    model::Transcript transcript{.language = "en",
                                 .duration_seconds = 40,
                                 .engine = "moonshine-tiny-en; avx2",
                                 .segments = {},
                                 .unheard = {{{33, 36.5}, "no_words"}},
                                 .frame_rate_hz = 25};
    transcript.segments = {
        {{0.5, 14.2},
         "Good morning, everyone, and welcome to the annual meeting of the Royal Astronomical Society. I'm Dr. Jane "
         "Smith, and "
         "today we are going to be looking at the far side of the Moon with a new telescope.",
         {{0.6, 5.9}, {6.7, 7.8}, {8.1, 14}},
         0.9731,
         {}},
        {{14.4, 19}, "It was built in 2019. Does it work? Yes.", {{14.5, 16.5}, {16.9, 17.7}, {18.4, 18.9}}, 0.88, {}},
        {{24, 32.5},
         "Thank you. Thank you. Thank you. Thank you. Thank you.",
         {{24.2, 32}},
         0.41,
         {Doubt::repetition, Doubt::weak_speech}},
    };
    return transcript;
}

model::Transcript nasty() {
    model::Transcript transcript{
        .language = "en", .duration_seconds = 20, .engine = "e\"1\"", .segments = {}, .unheard = {}};
    transcript.segments = {
        {{0, 4}, "if a < b && b > c --> <b>so</b> {\\an8} C:\\New & \xFF\x01 \"end\".", {}, 1, {}},
        {{4, 5},
         "This is far more than anybody can read in the single second that it takes to say, if it can be said.",
         {},
         1,
         {Doubt::too_many_words}},
        {{8, 12}, "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk", {}, 1, {}},
        {{19.8, 20}, "00:00:01,000 --> 00:00:02,000\n\n2", {}, 1, {}},
    };
    return transcript;
}

model::Transcript scripts() {
    model::Transcript transcript{
        .language = "ja", .duration_seconds = 30, .engine = "e", .segments = {}, .unheard = {}};
    transcript.segments = {
        {{0, 12},
         "今日は天気がいいですね。散歩に行きましょう、公園で「さくら」を見ながらお弁当を食べたいと思います。それから家"
         "に帰って、"
         "iPhone 15で写真を見ます。",
         {{0.2, 2.2}, {3, 11.5}},
         0.9,
         {}},
        {{13, 18}, "مرحبا بكم في هذا اللقاء، نحن سعداء جدا بوجودكم معنا اليوم في المدينة القديمة.", {}, 0.9, {}},
        {{18, 22}, "שלום לכולם! 👩‍👩‍👧‍👦 cafe\xCC\x81", {}, 0.9, {}},
    };
    return transcript;
}

model::Transcript silence() {
    return {.language = "en", .duration_seconds = 60, .engine = "e", .segments = {}, .unheard = {}};
}

model::Segment said(model::TimeSpan time, const std::string& speaker, const std::string& text) {
    model::Segment segment{.time = time, .text = text, .speech = {}, .speech_probability = 1, .doubts = {}};
    segment.words.push_back({time, text, 0.5, speaker});
    segment.speaker = speaker;
    return segment;
}

model::Transcript speakers() {
    model::Transcript transcript{
        .language = "en", .duration_seconds = 20, .engine = "e", .segments = {}, .unheard = {}};
    transcript.segments = {
        said({0.5, 3}, "S1", "Good morning, and welcome to the programme."),
        said({3.1, 4}, "S2", "Thank you for having me."),
        said({4.2, 6}, "S2", "It is a pleasure."),
        said({6.5, 9}, "S3", "And who are you? Two of us are called the same."),
        said({9.1, 10}, "", "Nobody can be told here."),
        said({14, 16}, "S1", "Shall we begin?"),
        said({18.5, 20}, "S1", "Then we begin."),
    };
    transcript.speakers = {{"S1", "Ada <King> & Co --> {x}"}, {"S2", {}}, {"S3", "Grace"}};
    return transcript;
}

struct Golden {
    const char* name;
    model::Transcript (*transcript)();
};

class GoldenFiles : public testing::TestWithParam<Golden> {};

std::string read_file(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void write_file(const std::filesystem::path& path, const std::string& content) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << content;
}

std::string first_difference(std::string_view actual, std::string_view expected) {
    const auto [at, expected_at] = std::ranges::mismatch(actual, expected);
    const auto line_start = [](std::string_view text, auto position) {
        const auto before = static_cast<std::size_t>(position - text.begin());
        return before == 0 ? 0 : text.rfind('\n', before - 1) + 1;
    };
    const auto line = [&](std::string_view text, auto position) {
        const std::string_view rest = text.substr(line_start(text, position));
        return std::string(rest.substr(0, rest.find('\n')));
    };
    const auto number = std::count(actual.begin(), at, '\n') + 1;
    return "line " + std::to_string(number) + "\n- " + line(expected, expected_at) + "\n+ " + line(actual, at);
}

TEST_P(GoldenFiles, AreWrittenByteForByte) {
    const std::filesystem::path golden = std::filesystem::path(VT_TEST_MEDIA).parent_path() / "golden/formats";
    const std::filesystem::path beside_build = std::filesystem::path(VT_BINARIES) / "golden/formats";
    for (const Format& format : all_formats()) {
        const std::string file = std::string(GetParam().name) + "." + std::string(format.extension);
        const std::string actual = write(format, GetParam().transcript(), {}).value().content;
        write_file(beside_build / file, actual);
        EXPECT_TRUE(std::filesystem::exists(golden / file)) << file;
        const std::string expected = read_file(golden / file);
        EXPECT_TRUE(actual == expected) << file << " differs in " << first_difference(actual, expected);
    }
}

INSTANTIATE_TEST_SUITE_P(All, GoldenFiles,
                         testing::Values(Golden{"talk", talk}, Golden{"nasty", nasty}, Golden{"scripts", scripts},
                                         Golden{"silence", silence}, Golden{"speakers", speakers}),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace formats
