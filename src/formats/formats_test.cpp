#include "formats/formats.hpp"

#include <utility>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace formats {
namespace {

model::Transcript saying(std::string text, std::vector<model::Doubt> doubts = {}) {
    model::Transcript transcript{
        .language = "en", .duration_seconds = 12.5, .engine = "engine 1", .segments = {}, .unheard = {}};
    transcript.segments.push_back({{1, 5}, std::move(text), {{1, 5}}, 0.75, std::move(doubts)});
    return transcript;
}

std::string written(std::string_view format, const model::Transcript& transcript) {
    return write(**find_format(format), transcript, {}).value().content;
}

boost::json::value json_of(const model::Transcript& transcript) {
    return boost::json::parse(written("json", transcript));
}

TEST(Formats, JsonTellsWordsAndSpeakersWhereThereAreSome) {
    model::Transcript transcript = saying("Good day.");
    EXPECT_FALSE(json_of(transcript).as_object().contains("words"));
    transcript.segments[0].words = {{{1, 1.5}, "Good", 0.5, "S1"}, {{1.5, 2}, "day.", 0.25, {}}};
    transcript.segments[0].speaker = "S1";
    const boost::json::value json = json_of(transcript);
    EXPECT_EQ(json.at("words"),
              boost::json::parse(R"([{"word":"Good","start":1.0,"end":1.5,"confidence":0.5,"speaker":"S1"},)"
                                 R"({"word":"day.","start":1.5,"end":2.0,"confidence":0.25}])"));
    EXPECT_EQ(json.at("segments").at(0).at("speaker").as_string(), "S1");
}

TEST(Formats, JsonTellsWhichNamesAreGuesses) {
    model::Transcript transcript = saying("Good day.");
    transcript.speakers = {{"S1", "Ada", {{"v-1", 0.87}}}, {"S2", "Grace"}};
    EXPECT_EQ(json_of(transcript).at("speakers"),
              boost::json::parse(R"([{"label":"S1","name":"Ada","voice":{"id":"v-1","similarity":0.87}},)"
                                 R"({"label":"S2","name":"Grace"}])"));
}

TEST(Formats, AreFoundByName) {
    for (const Format& format : all_formats())
        EXPECT_EQ(find_format(format.name).value(), &format);
    EXPECT_EQ(find_format("verbose_json").value()->name, "json");
}

std::string all_names() {
    std::string names;
    for (const Format& format : all_formats())
        names.append(names.empty() ? "" : ", ").append(format.name);
    return names;
}

TEST(Formats, AnUnknownOneListsTheKnownOnes) {
    for (const std::string_view name : {"", "SRT", "doc\x1b"}) {
        const auto found = find_format(name);
        ASSERT_FALSE(found);
        EXPECT_EQ(found.error().code, base::ErrorCode::unknown_format);
        EXPECT_TRUE(found.error().message.ends_with("known: " + all_names()));
        EXPECT_FALSE(found.error().message.contains('\x1b'));
    }
}

TEST(Formats, SubRipCannotBeReadAsTagsOrTimes) {
    EXPECT_EQ(written("srt", saying("<i>a</i> --> {b} \\N & c\n\nd")),
              "1\n00:00:01,000 --> 00:00:05,000\n＜i＞a＜/i＞ --＞ ｛b｝ ＼N & c d\n");
}

TEST(Formats, WebVttHasEntities) {
    EXPECT_EQ(written("vtt", saying("<i>a</i> --> {b} & &amp; c")),
              "WEBVTT\n\n1\n00:00:01.000 --> 00:00:05.000\n&lt;i&gt;a&lt;/i&gt; --&gt; {b} &amp; &amp;amp; c\n");
}

TEST(Formats, WebVttTellsDoubtInANote) {
    const std::string file = written("vtt", saying("So so so.", {model::Doubt::repetition, model::Doubt::weak_speech}));
    EXPECT_TRUE(
        file.starts_with("WEBVTT\n\nNOTE doubtful from 00:00:01.000 to 00:00:05.000: repetition, weak_speech\n\n1\n"))
        << file;
}

TEST(Formats, HoursGrowBeyondTwoDigits) {
    model::Transcript late = saying("Late.");
    late.segments[0].time = {360'000 + 61, 360'000 + 63};
    late.duration_seconds = 400'000;
    EXPECT_TRUE(written("srt", late).contains("100:01:01,000 --> 100:01:03,000"));
}

TEST(Formats, TextHasAParagraphUntilALongSilence) {
    model::Transcript talk = saying("One sentence");
    talk.segments.push_back({{6, 20}, "goes on.", {}, 1, {}});
    talk.segments.push_back({{22, 23}, "Another.", {}, 1, {}});
    EXPECT_EQ(written("txt", talk), "One sentence goes on.\n\nAnother.\n");
}

TEST(Formats, TextHasNoEndlessParagraph) {
    model::Transcript talk = saying("word");
    for (int i = 0; i < 100; ++i)
        talk.segments.push_back({{5.0 + i, 6.0 + i}, i % 7 == 6 ? "end of it." : "more words and", {}, 1, {}});
    const std::string text = written("txt", talk);
    const std::size_t end = text.find("\n\n");
    ASSERT_NE(end, std::string::npos);
    EXPECT_GE(end, 600U);
    EXPECT_LT(end, 750U);
    EXPECT_EQ(text[end - 1], '.');
}

TEST(Formats, SegmentsWithoutSpacesAreJoinedWithoutOne) {
    model::Transcript talk = saying("今日は");
    talk.segments.push_back({{5, 6}, "天気。", {}, 1, {}});
    talk.segments.push_back({{6, 7}, "OK", {}, 1, {}});
    EXPECT_EQ(written("txt", talk), "今日は天気。 OK\n");
}

TEST(Formats, JsonIsOpenAIsVerboseJson) {
    const auto document = json_of(saying("Hello \"world\".")).as_object();
    EXPECT_EQ(document.at("task"), "transcribe");
    EXPECT_EQ(document.at("language"), "english");
    EXPECT_EQ(document.at("duration"), 12.5);
    EXPECT_EQ(document.at("text"), "Hello \"world\".");
    const auto& segment = document.at("segments").at(0).as_object();
    EXPECT_EQ(segment.at("id"), 0);
    EXPECT_EQ(segment.at("seek"), 100);
    EXPECT_EQ(segment.at("start"), 1.0);
    EXPECT_EQ(segment.at("end"), 5.0);
    EXPECT_EQ(segment.at("text"), "Hello \"world\".");
    EXPECT_TRUE(segment.at("tokens").as_array().empty());
    EXPECT_EQ(segment.at("temperature"), 0.0);
    EXPECT_TRUE(segment.at("avg_logprob").is_null());
    EXPECT_EQ(segment.at("compression_ratio"), 0.636) << "14 bytes become 22";
    EXPECT_EQ(segment.at("no_speech_prob"), 0.25);
}

TEST(Formats, JsonHasOurAdditionsOnlyWhereThereIsSomethingToTell) {
    model::Transcript transcript = saying("Hello.");
    EXPECT_FALSE(json_of(transcript).at("segments").at(0).as_object().contains("doubtful"));
    EXPECT_FALSE(json_of(transcript).as_object().contains("unheard"));
    EXPECT_FALSE(json_of(transcript).as_object().contains("words"));
    transcript.segments[0].doubts = {model::Doubt::too_few_words};
    transcript.unheard.push_back({{2, 3.25}, "no_words"});
    const auto document = json_of(transcript);
    EXPECT_EQ(document.at("segments").at(0).at("doubtful"), boost::json::array({"too_few_words"}));
    EXPECT_EQ(document.at("unheard"), boost::json::array({{{"start", 2.0}, {"end", 3.25}, {"reason", "no_words"}}}));
    EXPECT_EQ(document.at("engine"), "engine 1");
}

TEST(Formats, AnEmptyTranscriptIsAFileWithNothingInIt) {
    const model::Transcript silence{
        .language = "en", .duration_seconds = 60, .engine = "e", .segments = {}, .unheard = {}};
    EXPECT_EQ(written("txt", silence), "");
    EXPECT_EQ(written("srt", silence), "");
    EXPECT_EQ(written("vtt", silence), "WEBVTT\n");
    EXPECT_EQ(json_of(silence).at("text"), "");
    EXPECT_TRUE(json_of(silence).at("segments").as_array().empty());
}

TEST(Formats, StrictRefusesWithTheList) {
    const Format& srt = **find_format("srt");
    ExportOptions options{find_rules("custom", "max_line_characters=10,max_lines=1").value(), true};
    EXPECT_TRUE(write(srt, saying("Short one. So is this."), options));
    const auto refused = write(srt, saying("It is honorificabilitudinitatibus."), options);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, base::ErrorCode::subtitle_rules_broken);
    EXPECT_EQ(refused.error().message, "the cues break the rules of custom: cue 2: 28 characters in a line (limit 10)");
    options.strict = false;
    EXPECT_EQ(write(srt, saying("It is honorificabilitudinitatibus."), options).value().violations.size(), 1U);
}

TEST(Formats, StrictListsTwentyAndCountsTheRest) {
    std::string text;
    for (int i = 0; i < 25; ++i)
        text += "honorificabilitudinitatibus ";
    model::Transcript slow = saying(text);
    slow.segments[0] = {{0, 100}, text, {}, 1, {}};
    slow.duration_seconds = 100;
    const auto refused =
        write(**find_format("vtt"), slow, {find_rules("custom", "max_line_characters=10").value(), true});
    ASSERT_FALSE(refused);
    EXPECT_TRUE(refused.error().message.contains("cue 20: "));
    EXPECT_FALSE(refused.error().message.contains("cue 21: "));
    EXPECT_TRUE(refused.error().message.ends_with("; and 5 more")) << refused.error().message;
}

TEST(Formats, StrictLeavesFormatsWithoutCuesAlone) {
    EXPECT_TRUE(write(**find_format("txt"), saying(std::string(500, 'x')), {all_rule_sets().front(), true}));
}

}  // namespace
}  // namespace formats
