#include "services/analysis/chapters.hpp"

#include <gtest/gtest.h>

#include "services/analysis/fixtures.hpp"

namespace analysis {
namespace {

// A quarter of an hour about each of these, in sentences that share their words.
const std::vector<std::vector<std::string>> topics{
    {"The glacier moves down the mountain valley.", "Old ice in a glacier is blue and dense.",
     "Meltwater runs under the glacier through the valley.", "The mountain snow feeds the ice every winter."},
    {"A violin maker chooses spruce for the top.", "The violin bridge carries the strings.",
     "Varnish protects the spruce of a violin.", "The strings and the bridge make the tone of a violin."},
    {"Bees dance to tell the hive about flowers.", "The hive stores honey for the queen and the brood.",
     "A queen of the bees lays eggs in the hive.", "Flowers give nectar, and the bees make honey of nectar."}};

std::vector<Sentence> lecture(std::size_t sentences_a_topic) {
    std::vector<std::string> lines;
    for (const auto& topic : topics) {
        for (std::size_t i = 0; i < sentences_a_topic; ++i)
            lines.push_back(topic[(i * 3 + i / 4) % topic.size()]);
    }
    return sentences(lines);
}

TEST(Chapters, BeginWhereTheTopicChanges) {
    const std::vector<Sentence> text = lecture(80);
    const std::vector<Chapter> chapters = find_chapters(text, 240 * 11);
    ASSERT_EQ(chapters.size(), 3U);
    EXPECT_DOUBLE_EQ(chapters[0].time.start_seconds, 0);
    EXPECT_NEAR(chapters[1].time.start_seconds, 80 * 11, 60);
    EXPECT_NEAR(chapters[2].time.start_seconds, 160 * 11, 60);
    EXPECT_DOUBLE_EQ(chapters[2].time.end_seconds, 240 * 11);
    EXPECT_DOUBLE_EQ(chapters[0].time.end_seconds, chapters[1].time.start_seconds) << "they cover the talk";
    EXPECT_TRUE(chapters[0].title.contains("glacier") || chapters[0].title.contains("Glacier")) << chapters[0].title;
    EXPECT_TRUE(chapters[1].title.contains("iolin")) << chapters[1].title;
    EXPECT_TRUE(chapters[2].title.contains("ees") || chapters[2].title.contains("ive")) << chapters[2].title;
}

TEST(Chapters, AreForLongTalksOnly) {
    EXPECT_TRUE(find_chapters(lecture(10), 330).empty());
    EXPECT_TRUE(find_chapters({}, 5000).empty());
}

TEST(Chapters, AreNoneWhereTheTopicStays) {
    const std::vector<Sentence> text = sentences(std::vector<std::string>(200, topics[0][0]));
    EXPECT_TRUE(find_chapters(text, 2200).empty());
}

TEST(Chapters, KeepTheirLeastLengthAndMostNumber) {
    const std::vector<Sentence> text = lecture(80);
    EXPECT_EQ(find_chapters(text, 240 * 11, {.most_chapters = 2}).size(), 2U);
    for (const Chapter& chapter : find_chapters(text, 240 * 11, {.shortest_seconds = 1000}))
        EXPECT_GE(chapter.time.end_seconds - chapter.time.start_seconds, 1000);
}

}  // namespace
}  // namespace analysis
