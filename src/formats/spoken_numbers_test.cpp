#include "formats/spoken_numbers.hpp"

#include <random>

#include <gtest/gtest.h>

namespace formats {
namespace {

std::vector<std::string_view> split(std::string_view text) {
    std::vector<std::string_view> words;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find(' ', begin), text.size());
        words.push_back(text.substr(begin, end - begin));
        begin = end + 1;
    }
    return words;
}

std::string written(const std::string& text) {
    const std::vector<std::string_view> words = split(text);
    std::string result;
    std::size_t word = 0;
    const auto add = [&](std::string_view more) { result.append(result.empty() ? "" : " ").append(more); };
    for (const Replacement& replacement : spoken_numbers(words)) {
        EXPECT_LE(word, replacement.first);
        EXPECT_LT(replacement.first, replacement.end);
        for (; word < replacement.first; ++word)
            add(words[word]);
        add(replacement.text);
        word = replacement.end;
    }
    for (; word < words.size(); ++word)
        add(words[word]);
    return result;
}

struct Case {
    const char* spoken;
    const char* figures;
};

void check(std::initializer_list<Case> cases) {
    for (const Case& one : cases)
        EXPECT_EQ(written(one.spoken), one.figures);
}

TEST(SpokenNumbers, CardinalsFromTenOn) {
    check({{"ten", "10"},
           {"eleven men", "11 men"},
           {"There were twelve.", "There were 12."},
           {"nineteen,", "19,"},
           {"twenty", "20"},
           {"Twenty-one", "21"},
           {"twenty one", "21"},
           {"ninety nine", "99"},
           {"one hundred", "100"},
           {"one hundred and one", "101"},
           {"two hundred six", "206"},
           {"nine hundred and ninety-nine", "999"},
           {"one thousand", "1,000"},
           {"two thousand five hundred", "2,500"},
           {"two thousand and five", "2,005"},
           {"twelve thousand three hundred and forty five", "12,345"},
           {"one hundred thousand", "100,000"},
           {"three million", "3 million"},
           {"seven billion", "7 billion"},
           {"one million two hundred thousand", "1,200,000"},
           {"two million three hundred thousand and four", "2,300,004"},
           {"(twenty)", "(20)"},
           {"\"fifty\"", "\"50\""},
           {"for forty days and forty nights", "for 40 days and 40 nights"},
           {"FIFTY", "50"}});
}

TEST(SpokenNumbers, SmallOnesStayWords) {
    for (const char* text : {"one", "one of them", "two or three people", "nine lives", "zero", "No one knows.",
                             "oh no", "Oh, I see.", "the one and only", "one, two, three", "one two three", "Two!",
                             "one two three four", "five four three two one", "You have one job.", "two by two",
                             "soldiers march two abreast", "eight of the nine"})
        EXPECT_EQ(written(text), text);
}

TEST(SpokenNumbers, WhatIsNotSureStays) {
    for (const char* text : {"twenty four seven",
                             "nine eleven",
                             "a hundred times",
                             "hundreds of them",
                             "a thousand thanks",
                             "a million",
                             "between ten and twenty",
                             "five ten",
                             "ten eleven twelve",
                             "twenty thirty one two",
                             "thousand",
                             "and",
                             "at this point one might",
                             "point five",
                             "point",
                             "a thirty second delay",
                             "twenty second",
                             "a tenth of it",
                             "one third",
                             "the third man",
                             "at first",
                             "second thoughts",
                             "three hundred two hundred",
                             "forty-ish",
                             "twenty-odd",
                             "one-off",
                             "ten point",
                             "sixty per head",
                             "a twenty-point lead",
                             "a ten-and a nine-year-old",
                             "point five percent",
                             "at this point twenty people left",
                             "fifteen twenty minutes",
                             "nineteen twenty minutes",
                             "twenty twenty vision",
                             "fifteen seventeen",
                             "twelve fourteen people",
                             "twenty to thirty thousand",
                             "ten or twelve of them",
                             "thousand one"})
        EXPECT_EQ(written(text), std::string(text) == "ten point"        ? "10 point"
                                 : std::string(text) == "sixty per head" ? "60 per head"
                                                                         : text);
}

TEST(SpokenNumbers, Ordinals) {
    check({{"the tenth man", "the 10th man"},
           {"eleventh", "11th"},
           {"the twelfth,", "the 12th,"},
           {"twentieth century", "20th century"},
           {"twenty first", "21st"},
           {"Twenty-third Street", "23rd Street"},
           {"thirty fourth", "34th"},
           {"one hundred and third", "103rd"},
           {"one hundredth", "100th"},
           {"one hundred eleventh", "111th"},
           {"two hundredth", "200th"},
           {"March third", "March 3rd"},
           {"march third", "march third"},
           {"on March two", "on March 2"},
           {"the third of March", "the third of March"},
           {"the fourteenth of July", "the 14th of July"},
           {"a thirtieth of it", "a thirtieth of it"},
           {"the two hundred and fiftieth", "the 250th"},
           {"on January second,", "on January 2nd,"},
           {"June twenty second", "June 22nd"}});
}

TEST(SpokenNumbers, Years) {
    check({{"nineteen eighty four", "1984"},
           {"in nineteen eighty-four.", "in 1984."},
           {"nineteen oh five", "1905"},
           {"in eighteen twelve", "in 1812"},
           {"twenty twenty six", "2026"},
           {"twenty twenty", "2020"},
           {"in fifteen seventeen", "in 1517"},
           {"since eighteen forty eight.", "since 1848."},
           {"July fourteen ninety two", "July 1492"},
           {"back in eighteen hundred.", "back in 1800."},
           {"in eleven hundred and twelve", "in 1112"},
           {"in two thousand and eight", "in 2008"},
           {"March two thousand eight", "March 2008"},
           {"in two thousand.", "in 2000."},
           {"since two thousand one,", "since 2001,"}});
}

TEST(SpokenNumbers, WhatIsCountedIsNoYear) {
    check({{"eighteen hundred", "1,800"},
           {"eleven hundred dollars", "$1,100"},
           {"eighteen hundred people", "1,800 people"},
           {"in two thousand cases", "in 2,000 cases"},
           {"in two thousand and eight days", "in 2,008 days"},
           {"in twelve hundred and fifty pounds", "in 1,250 pounds"},
           {"two thousand and one", "2,001"},
           {"nineteen hundred and one people", "1,901 people"}});
}

TEST(SpokenNumbers, DecimalsPercentagesAndMoney) {
    check({{"three point one four", "3.14"},
           {"zero point five", "0.5"},
           {"ten point oh five", "10.05"},
           {"one thousand two hundred point five", "1,200.5"},
           {"five percent", "5%"},
           {"twenty five per cent,", "25%,"},
           {"two point five percent", "2.5%"},
           {"one hundred percent.", "100%."},
           {"five dollars", "$5"},
           {"one dollar", "$1"},
           {"twenty dollars,", "$20,"},
           {"three million dollars", "$3 million"},
           {"six euros", "\u20AC6"},
           {"ten pounds", "10 pounds"},
           {"a hundred percent", "a hundred percent"},
           {"one point five million dollars", "one point five million dollars"},
           {"ninety nine point nine per cent.", "99.9%."},
           {"fifteen hundred euros", "\u20AC1,500"},
           {"one percent", "1%"},
           {"nine dollars and fifty cents", "$9 and 50 cents"},
           {"six point", "six point"}});
}

TEST(SpokenNumbers, Times) {
    check({{"seven thirty p.m.", "7:30 p.m."},
           {"at seven thirty pm", "at 7:30 pm"},
           {"twelve oh five am", "12:05 am"},
           {"six o'clock", "6 o'clock"},
           {"twelve o'clock.", "12 o'clock."},
           {"nine am", "9 am"},
           {"eleven fifty-nine p.m.", "11:59 p.m."},
           {"one oh one pm", "1:01 pm"},
           {"ten thirty", "ten thirty"},
           {"five o'clock news", "5 o'clock news"}});
    for (const char* text : {"thirteen o'clock", "seven five pm", "twenty five ten am"})
        EXPECT_NE(written(text).find(' '), std::string::npos) << text;
    EXPECT_EQ(written("seven five pm"), "seven five pm");
}

TEST(SpokenNumbers, FiguresOneByOne) {
    check({{"five five five one two three four", "5551234"},
           {"call nine one one two", "call 9112"},
           {"double oh seven", "double oh seven"},
           {"zero zero oh seven", "0007"}});
    EXPECT_EQ(written("nine one one"), "nine one one");
}

TEST(SpokenNumbers, PunctuationEndsANumber) {
    check({{"twenty, one", "20, one"}, {"ten. Twenty men", "10. 20 men"}, {"forty (five)", "40 (five)"}});
}

// Whatever the words: nothing is lost but number words, and what is written is not written again.
TEST(SpokenNumbers, RandomWordsAreChangedOnceAtMost) {
    constexpr std::array pool{"one",     "twenty",    "hundred", "thousand", "and",      "point",   "oh", "five",
                              "first",   "cat,",      "the",     "percent",  "dollars",  "o'clock", "pm", "June",
                              "million", "sixty-six", "ten.",    "(nine)",   "fortieth", "-",       "'"};
    std::mt19937 random(20261124);
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (auto count = random() % 9; count > 0; --count)
            text += (text.empty() ? "" : " ") + std::string(pool[random() % pool.size()]);
        const std::string once = written(text);
        for (const char* kept : {"cat,", "the"}) {
            const auto times = [&](const std::string& in) {
                std::size_t count = 0;
                for (const std::string_view word : split(in))
                    count += word == kept ? 1U : 0U;
                return count;
            };
            ASSERT_EQ(times(text), times(once)) << text << " / " << once;
        }
        ASSERT_EQ(written(once), once) << text;
    }
}

}  // namespace
}  // namespace formats
