#include "formats/line_breaks.hpp"

#include <array>

#include <gtest/gtest.h>

namespace formats {
namespace {

struct Break {
    std::string_view before;
    std::string_view after;
    int cost;
};

TEST(LineBreaks, CostWhatTheStyleGuideMinds) {
    using namespace break_cost;
    constexpr std::array breaks{
        Break{"home.", "Then", sentence_end},
        Break{"home?\"", "Then", sentence_end},
        Break{"Really?!", "Yes", sentence_end},
        Break{"well,", "then", clause_end},
        Break{"ready;", "go", clause_end},
        Break{"this:", "go", clause_end},
        Break{"waited—", "long", clause_end},
        Break{"home", "and", before_conjunction},
        Break{"it", "because", before_conjunction},
        Break{"house", "which", before_conjunction},
        Break{"sat", "on", before_preposition},
        Break{"wanted", "to", before_preposition},
        Break{"cat", "sleeps", plain},
        Break{"the", "cat", torn_phrase},
        Break{"\"The", "cat", torn_phrase},
        Break{"my", "cat", torn_phrase},
        Break{"of", "which", torn_phrase},
        Break{"and", "then", torn_phrase},
        Break{"beautiful", "cat", torn_phrase},
        Break{"old", "man", torn_phrase},
        Break{"John", "Smith", torn_phrase},
        Break{"Dr.", "Smith", torn_phrase},
        Break{"J.", "Smith", torn_phrase},
        Break{"vs.", "them", torn_phrase},
        Break{"have", "gone", torn_phrase},
        Break{"they’ve", "gone", torn_phrase},
        Break{"she", "sleeps", torn_phrase},
        Break{"don't", "sleep", torn_phrase},
        Break{"looking", "at", torn_phrase},
        Break{"depends", "on", torn_phrase},
        Break{"10", "percent", torn_phrase},
    };
    for (const Break& row : breaks)
        EXPECT_EQ(cost_of_break(row.before, row.after, true), row.cost) << row.before << " | " << row.after;
}

TEST(LineBreaks, OtherLanguagesAreBrokenByPunctuationAlone) {
    EXPECT_EQ(cost_of_break("in", "die", false), break_cost::plain);
    EXPECT_EQ(cost_of_break("Haus,", "das", false), break_cost::clause_end);
    EXPECT_EQ(cost_of_break("です。", "公", false), break_cost::sentence_end);
    EXPECT_EQ(cost_of_break("مرحبا،", "كيف", false), break_cost::clause_end);
}

TEST(LineBreaks, WordsOfPunctuationAloneAreNoWords) {
    EXPECT_EQ(cost_of_break("--", "and", true), break_cost::plain);
    EXPECT_EQ(cost_of_break("\"", "\"", true), break_cost::plain);
}

TEST(LineBreaks, SentencesEndWithTheirMarks) {
    for (const std::string_view word : {"end.", "end!", "end?”", "(end.)", "end…", "。", "؟"})
        EXPECT_TRUE(ends_sentence(word)) << word;
    for (const std::string_view word : {"Mr.", "e.g.", "U.S.", "J.", "end", "end,", "3.14", "\""})
        EXPECT_FALSE(ends_sentence(word)) << word;
}

}  // namespace
}  // namespace formats
