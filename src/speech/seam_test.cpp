#include "speech/seam.hpp"

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace speech {
namespace {

constexpr std::int64_t second = 16000;
constexpr std::int64_t tolerance = 2 * second / 5;

// Words of 0.2 s, from `start` on, a word each quarter second.
std::vector<SpokenWord> words_from(std::int64_t start, const std::vector<std::string>& texts) {
    std::vector<SpokenWord> words;
    for (const std::string& text : texts) {
        words.push_back({.text = text, .span = {start, start + second / 5}, .confidence = 1});
        start += second / 4;
    }
    return words;
}

std::string joined(const std::vector<SpokenWord>& before, const std::vector<SpokenWord>& after,
                   const SampleSpan& overlap) {
    return text_of(join(before, after, find_seam(before, after, overlap, tolerance)));
}

TEST(Seam, GoesThroughAWordThatBothHeardAndLeavesNoMarkOfTheCut) {
    // "the old man went to the sea today": the first ends in half of "sea", the second begins in half of "old".
    const auto before = words_from(0, {"the", "old", "man", "went", "to", "the", "seem."});
    const auto after = words_from(second / 4, {"Hold", "man", "went", "to", "the", "sea", "today."});
    EXPECT_EQ(joined(before, after, {second / 3, 7 * second / 4}), "the old man went to the sea today.");
}

TEST(Seam, TakesTheBeginningOfTheOneWordInCommonFromOneSideAndItsEndFromTheOther) {
    EXPECT_EQ(joined(words_from(0, {"we", "went."}), words_from(second / 4, {"Went", "home."}), {second / 4, second}),
              "we went home.");
    EXPECT_EQ(joined(words_from(0, {"we", "went"}), words_from(second / 4, {"Went.", "Then"}), {second / 4, second}),
              "we went. Then");
    EXPECT_EQ(joined(words_from(0, {"in", "Paris."}), words_from(second / 4, {"Paris,", "then"}), {second / 4, second}),
              "in Paris, then");
}

TEST(Seam, KnowsAWordByWhatAnEdgeLeftOfIt) {
    EXPECT_EQ(joined(words_from(0, {"golden", "age", "of", "street"}),
                     words_from(second / 2, {"Of", "streetcars", "between"}), {second / 2, second}),
              "golden age of streetcars between");
    EXPECT_EQ(joined(words_from(0, {"the", "networks", "are"}), words_from(second / 4, {"Works", "for"}),
                     {second / 4, second}),
              "the networks for");
}

TEST(Seam, BelievesTheTimesWhenAWordIsSaidAgainAndAgain) {
    const auto before = words_from(0, {"very", "very", "very", "wary."});
    const auto after = words_from(second / 4, {"Airy", "very", "very", "good"});
    EXPECT_EQ(joined(before, after, {second / 4, second}), "very very very very good");
}

TEST(Seam, GoesWhereTheLeastIsLostOrToldTwiceWhenNothingIsInCommon) {
    const auto before = words_from(0, {"one", "two", "free"});
    const auto after = words_from(second / 4, {"Too", "three", "four"});
    EXPECT_EQ(joined(before, after, {second / 4, 3 * second / 4}), "one two three four");
    EXPECT_EQ(joined({}, after, {second / 4, 3 * second / 4}), "Too three four");
    EXPECT_EQ(joined(before, {}, {second / 4, 3 * second / 4}), "one two free");
}

TEST(Seam, MendsWhatOnlyTheCutCanHaveWritten) {
    // The earlier segment goes on after "to": the later one's capital letter is the cut's.
    const auto before = words_from(0, {"went", "to", "a"});
    const Seam after_to{.keep = 2, .from = 0};
    EXPECT_EQ(text_of(join(before, words_from(second / 2, {"Town"}), after_to)), "went to town");
    EXPECT_EQ(text_of(join(before, words_from(second / 2, {"I'm"}), after_to)), "went to I'm");
    EXPECT_EQ(text_of(join(words_from(0, {"went", "out.", "A"}), words_from(second / 2, {"Then"}), after_to)),
              "went out. Then");
    // The later one knows what stands before "home", so the full stop is the cut's.
    const auto after = words_from(second / 4, {"Tool", "home"});
    EXPECT_EQ(text_of(join(words_from(0, {"we", "do."}), after, {.keep = 2, .from = 1})), "we do home");
    EXPECT_EQ(text_of(join(words_from(0, {"we", "do."}), words_from(second / 2, {"Home"}), {.keep = 2, .from = 0})),
              "we do. Home");
}

TEST(Seam, PlacesTheWordsOfATextWithoutTimesInItsSpeech) {
    const PlannedSegment segment{{0, 10000}, {{0, 2000}, {6000, 10000}}, 0.9F};
    const auto words = spoken_words(segment, {.text = "ab cdef 中文。"});
    ASSERT_EQ(words.size(), 5U);
    EXPECT_EQ(words[0].span, (SampleSpan{0, 800}));
    EXPECT_EQ(words[4].span.end, 10000);
    EXPECT_EQ(text_of(words), "ab cdef 中文。");
    EXPECT_EQ(spoken_words(segment, {"word", 1, {{"word", {100, 200}, 0.5F}}})[0].span, (SampleSpan{100, 200}));
}

// What was really said, and what two segments that overlap heard of it: `said` is each heard word's place in it, or
// -1 for what is left of a word that the edge cut.
struct Heard {
    std::vector<SpokenWord> words;
    std::vector<int> said;
};

struct Case {
    std::vector<SpokenWord> truth;
    SampleSpan overlap;
    Heard before;  // only the words that reach into the overlap
    Heard after;
};

class Cases {
  public:
    Cases(unsigned seed, double noise) : random_(seed), noise_(noise) {}

    Case next() {
        Case made;
        made.truth = speech();
        const std::int64_t end = made.truth.back().span.end;
        made.overlap.start = uniform(end / 4, end / 2);
        made.overlap.end = made.overlap.start + second;
        made.before = heard(made.truth, {0, made.overlap.end});
        made.after = heard(made.truth, {made.overlap.start, end + 1});
        std::size_t first = 0;
        while (first < made.before.words.size() && made.before.words[first].span.end <= made.overlap.start)
            ++first;
        const auto count = static_cast<std::ptrdiff_t>(first);
        made.before.words.erase(made.before.words.begin(), made.before.words.begin() + count);
        made.before.said.erase(made.before.said.begin(), made.before.said.begin() + count);
        return made;
    }

  private:
    std::int64_t uniform(std::int64_t low, std::int64_t high) {
        return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
    }
    bool happens(double chance) { return std::uniform_real_distribution<double>(0, 1)(random_) < chance; }

    // A vocabulary so small that words come again within the overlap.
    std::vector<SpokenWord> speech() {
        std::vector<SpokenWord> words;
        std::int64_t at = 0;
        for (int i = 0; i < 24; ++i) {
            const std::int64_t length = uniform(second / 8, second / 2);
            words.push_back({.text = "w" + std::to_string(uniform(0, 9)), .span = {at, at + length}, .confidence = 1});
            at += length + (happens(0.2) ? uniform(0, second / 4) : 0);
        }
        return words;
    }

    Heard heard(const std::vector<SpokenWord>& truth, const SampleSpan& segment) {
        Heard result;
        std::int64_t last = segment.start;
        for (std::size_t i = 0; i < truth.size(); ++i) {
            const SampleSpan part = common_part(truth[i].span, segment);
            if (part.length() <= 0) continue;
            const bool whole = part == truth[i].span;
            if (!whole && happens(0.4)) continue;  // the edge's half is not heard at all
            SpokenWord word = truth[i];
            if (!whole || happens(noise_)) word.text = "x" + std::to_string(uniform(0, 99));
            const std::int64_t shift = uniform(-second / 20, second / 20);
            word.span.start = std::max(last, part.start + shift);
            word.span.end = std::max(word.span.start + 1, std::min(part.end + shift, segment.end));
            last = word.span.end;
            result.words.push_back(word);
            result.said.push_back(whole ? static_cast<int>(i) : -1);
        }
        return result;
    }

    std::mt19937 random_;
    double noise_;
};

// How many words a seam loses or tells twice, what is left of cut words included.
int faults(const Case& made, std::size_t keep, std::size_t from) {
    std::vector<int> told(made.truth.size());
    int wrong = 0;
    const auto tell = [&](int said) { said < 0 ? ++wrong : ++told[static_cast<std::size_t>(said)]; };
    for (std::size_t i = 0; i < keep; ++i)
        tell(made.before.said[i]);
    for (std::size_t i = from; i < made.after.said.size(); ++i)
        tell(made.after.said[i]);
    for (std::size_t i = 0; i < made.truth.size(); ++i) {
        if (made.truth[i].span.end <= made.overlap.start) continue;  // not in `before`: in the text before it
        wrong += std::abs(told[i] - 1);
    }
    return wrong;
}

int fewest_faults(const Case& made) {
    int fewest = std::numeric_limits<int>::max();
    for (std::size_t keep = 0; keep <= made.before.words.size(); ++keep) {
        for (std::size_t from = 0; from <= made.after.words.size(); ++from)
            fewest = std::min(fewest, faults(made, keep, from));
    }
    return fewest;
}

struct Faults {
    int ours = 0;
    int fewest = 0;
};

Faults faults_of(const Case& made) {
    const Seam seam = find_seam(made.before.words, made.after.words, made.overlap, tolerance);
    return {faults(made, seam.keep, seam.from), fewest_faults(made)};
}

TEST(Seam, LosesNoWordAndDoublesNoneWhereBothHeardTheSame) {
    for (unsigned seed = 1; seed <= 4000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Case made = Cases(seed, 0).next();
        const Faults found = faults_of(made);
        ASSERT_EQ(found.ours, found.fewest);
    }
}

TEST(Seam, IsNearlyAsGoodAsAnyCanBeWhereRecognitionErrs) {
    for (const double noise : {0.1, 0.3, 0.6, 1.0}) {
        Faults all;
        for (unsigned seed = 1; seed <= 3000; ++seed) {
            const Faults found = faults_of(Cases(seed, noise).next());
            all.ours += found.ours;
            all.fewest += found.fewest;
        }
        EXPECT_LE(all.ours - all.fewest, 3000 / 15) << "noise " << noise;  // a word in 15 seams
        EXPECT_GT(all.fewest, 0);
    }
}

TEST(Seam, KeepsTheWordsInOrderOnAnything) {
    for (unsigned seed = 1; seed <= 3000; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Case made = Cases(seed, 0.5).next();
        const auto& [before, after] = std::pair(made.before.words, made.after.words);
        const auto words = join(before, after, find_seam(before, after, made.overlap, tolerance));
        for (std::size_t i = 1; i < words.size(); ++i)
            ASSERT_GE(words[i].span.start, words[i - 1].span.end);
        for (const SpokenWord& word : words)
            ASSERT_FALSE(word.text.empty());
    }
}

}  // namespace
}  // namespace speech
