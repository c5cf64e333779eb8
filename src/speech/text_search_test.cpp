#include "speech/text_search.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <numeric>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include <gtest/gtest.h>

namespace speech {
namespace {

using Tokens = std::vector<std::int32_t>;

constexpr std::int32_t end = 0;  // the token after which a text has ended
const std::vector<bool> continues{false, false, true, false, true};
constexpr std::size_t limit = 4;

// A model without sense: after each text, other probabilities, which lie up to `range` nats apart.
class RandomModel {
  public:
    explicit RandomModel(unsigned seed, float range = 2.5F) : seed_(seed), range_(range) {}
    [[nodiscard]] std::vector<float> after(const Tokens& text) const {
        std::uint32_t key = seed_ * 2'654'435'761U + 1;
        for (const std::int32_t token : text)
            key = (key ^ static_cast<std::uint32_t>(token + 7)) * 2'246'822'519U;
        std::vector<float> shares(continues.size());
        for (float& share : shares) {
            key = (key ^ (key >> 15U)) * 2'654'435'761U + 12345U;
            share = std::exp(static_cast<float>((key >> 8U) % 1000) / 1000.0F * range_);
        }
        float sum = 0;
        for (const float share : shares)
            sum += share;
        for (float& share : shares)
            share /= sum;
        return shares;
    }

  private:
    unsigned seed_;
    float range_;
};

std::int32_t likeliest(const std::vector<float>& shares) {
    return static_cast<std::int32_t>(std::ranges::max_element(shares) - shares.begin());
}

bool is_over(const Tokens& text) {
    return !text.empty() && (text.back() == end || text.size() == limit);
}

bool is_likely(const std::vector<float>& shares, std::int32_t token) {
    return shares[static_cast<std::size_t>(token)] >=
           static_cast<float>(std::exp(-likely_token_gap)) * *std::ranges::max_element(shares);
}

// A token that is not likely must be part of a phrase that is said in whole from there on.
bool may_stray(const std::vector<Tokens>& phrases, const Tokens& text, std::size_t at) {
    for (const Tokens& phrase : phrases) {
        for (std::size_t begin = at + 1 - std::min(at + 1, phrase.size()); begin <= at; ++begin) {
            const std::size_t after = begin + phrase.size();
            if (after <= at || after > text.size()) continue;
            if (!std::equal(phrase.begin(), phrase.end(), text.begin() + static_cast<std::ptrdiff_t>(begin))) continue;
            if (after == text.size() || !continues[static_cast<std::size_t>(text[after])]) return true;
        }
    }
    return false;
}

struct Found {
    Tokens tokens;
    double worth = -std::numeric_limits<double>::infinity();
};

// Every text there is, by the definition.
class Everything {
  public:
    Everything(const std::vector<Tokens>& phrases, const PhraseTrie& trie, const RandomModel& model)
        : phrases_(phrases), trie_(trie), model_(model) {}

    Found best() {
        extend({});
        return best_;
    }

  private:
    void extend(const Tokens& text) {
        if (is_over(text)) return consider(text);
        for (std::size_t token = 0; token < continues.size(); ++token) {
            Tokens longer = text;
            longer.push_back(static_cast<std::int32_t>(token));
            extend(longer);
        }
    }

    void consider(const Tokens& text) {
        double worth = 0;
        PhraseTrie::Node node = PhraseTrie::root;
        std::set<PhraseTrie::Node> said;
        for (std::size_t i = 0; i < text.size(); ++i) {
            const auto shares = model_.after({text.begin(), text.begin() + static_cast<std::ptrdiff_t>(i)});
            if (!is_likely(shares, text[i]) && !may_stray(phrases_, text, i)) return;
            worth += std::log(static_cast<double>(shares[static_cast<std::size_t>(text[i])]));
            const auto step = trie_.advance(node, text[i]);
            said.insert(step.said);
            node = step.node;
        }
        said.insert(trie_.said_at_end(node));
        for (const PhraseTrie::Node phrase : said)
            worth += static_cast<double>(trie_.bonus(phrase));
        worth /= static_cast<double>(text.size());
        if (worth > best_.worth) best_ = {text, worth};
    }

    const std::vector<Tokens>& phrases_;
    const PhraseTrie& trie_;
    const RandomModel& model_;
    Found best_;
};

Found search(const PhraseTrie& trie, const RandomModel& model) {
    std::vector<TextSoFar> texts(1);
    std::vector<Tokens> tokens(1);
    Found best;
    EndedTexts ended;
    while (!texts.empty()) {
        std::vector<std::vector<float>> shares;
        std::vector<NextToken> next;
        for (const Tokens& text : tokens)
            shares.push_back(model.after(text));
        for (const std::vector<float>& share : shares)
            next.push_back({likeliest(share), share});
        std::vector<TextSoFar> open;
        std::vector<Tokens> open_tokens;
        for (const TextStep& step : go_on(trie, texts, next)) {
            Tokens longer = tokens[step.from];
            longer.push_back(step.token);
            const double worth = worth_at_end(trie, step.text);
            if (!is_over(longer)) {
                open.push_back(step.text);
                open_tokens.push_back(longer);
                continue;
            }
            ended.add(trie, step.text);
            if (worth > best.worth) best = {longer, worth};
        }
        texts.clear();
        tokens.clear();
        for (std::size_t i = 0; i < open.size(); ++i) {
            if (ended.leave_behind(trie, open[i])) continue;
            texts.push_back(open[i]);
            tokens.push_back(open_tokens[i]);
        }
    }
    return best;
}

Tokens greedy(const RandomModel& model) {
    Tokens text;
    while (!is_over(text))
        text.push_back(likeliest(model.after(text)));
    return text;
}

std::vector<Tokens> random_phrases(std::mt19937& random) {
    std::vector<Tokens> phrases(1 + random() % 2);
    for (Tokens& phrase : phrases) {
        phrase.resize(1 + random() % 3);
        std::ranges::generate(phrase, [&] { return static_cast<std::int32_t>(1 + random() % (continues.size() - 1)); });
    }
    return phrases;
}

// In how many of the cases, of 2,000, the search gives the best of all texts. It never gives what is forbidden.
std::size_t best_ones(float range) {
    std::size_t same = 0;
    std::size_t with_phrases = 0;
    for (unsigned seed = 0; seed < 2000; ++seed) {
        std::mt19937 random(seed);
        const std::vector<Tokens> phrases = random_phrases(random);
        const PhraseTrie trie(phrases, continues);
        const RandomModel model(seed, range);
        const Found best = Everything(phrases, trie, model).best();
        const Found found = search(trie, model);
        EXPECT_LE(found.worth, best.worth + 1e-9) << "no text is worth that; seed " << seed;
        same += found.tokens == best.tokens ? 1U : 0U;
        with_phrases += best.tokens != greedy(model) ? 1U : 0U;
    }
    EXPECT_GT(with_phrases, 500U) << "nothing but the likeliest tokens was tried";
    return same;
}

// It follows few texts at once, and so may miss the best one now and then: hardly ever where the model is as sure as
// models are, more often where every token is likely.
TEST(TextSearch, FindsTheBestOfAllTexts) {
    EXPECT_GT(best_ones(12), 1800U);
    EXPECT_GT(best_ones(2.5F), 1333U);
}

// With two tokens and two steps there are no more texts than are followed.
TEST(TextSearch, FindsTheBestOfAllTextsThatItCanFollow) {
    const PhraseTrie none({}, {});
    for (unsigned seed = 0; seed < 2000; ++seed) {
        std::mt19937 random(seed);
        std::uniform_real_distribution<float> share(0.12F, 0.88F);  // either token is likely enough
        const float first = share(random);
        const float after[] = {share(random), share(random)};
        const std::vector<float> begin{first, 1 - first};
        const std::vector<float> next[] = {{after[0], 1 - after[0]}, {after[1], 1 - after[1]}};
        const TextSoFar begun;
        const NextToken start{likeliest(begin), begin};
        std::vector<TextSoFar> texts;
        std::vector<NextToken> follow;
        for (const TextStep& step : go_on(none, std::span(&begun, 1), std::span(&start, 1))) {
            const auto& shares = next[static_cast<std::size_t>(step.token)];
            texts.push_back(step.text);
            follow.push_back({likeliest(shares), shares});
        }
        double found = -std::numeric_limits<double>::infinity();
        for (const TextStep& step : go_on(none, texts, follow))
            found = std::max(found, worth_at_end(none, step.text));
        double best = -std::numeric_limits<double>::infinity();
        for (std::size_t one = 0; one < 2; ++one) {
            for (std::size_t two = 0; two < 2; ++two)
                best = std::max(
                    best,
                    (std::log(static_cast<double>(begin[one])) + std::log(static_cast<double>(next[one][two]))) / 2);
        }
        ASSERT_NEAR(found, best, 1e-6) << "seed " << seed;
    }
}

TEST(TextSearch, SaysWhatItSaysWithoutPhrasesWhenNoneIsHeard) {
    const PhraseTrie none({}, {});
    std::size_t without = 0;
    for (unsigned seed = 0; seed < 2000; ++seed) {
        std::mt19937 random(seed);
        const std::vector<Tokens> phrases = random_phrases(random);
        const PhraseTrie trie(phrases, continues);
        const RandomModel model(seed);
        const Found found = search(trie, model);
        if (found.tokens == search(none, model).tokens) continue;
        const auto has = [&](const Tokens& phrase) { return !std::ranges::search(found.tokens, phrase).empty(); };
        ASSERT_TRUE(std::ranges::any_of(phrases, has)) << "seed " << seed;
        ++without;
    }
    EXPECT_GT(without, 100U);
}

// A model that finds a phrase likely enough to begin with, and likelier each time it was said.
TEST(TextSearch, GainsNothingByALoop) {
    const PhraseTrie trie(std::vector<Tokens>{{3}}, continues);
    std::vector<TextSoFar> texts(1);
    double most_kept = 0;
    for (int i = 0; i < 10; ++i) {
        const std::vector<float> shares{0.05F, 0.5F, 0.05F, 0.35F, 0.05F};
        const std::vector<NextToken> next(texts.size(), NextToken{1, shares});
        const auto steps = go_on(trie, texts, next);
        texts.clear();
        for (const TextStep& step : steps) {
            texts.push_back(step.text);
            most_kept = std::max(most_kept, step.text.kept);
        }
    }
    EXPECT_EQ(most_kept, static_cast<double>(phrase_bonus(1)));
}

TEST(TextSearch, FindsLikelierTextsThanTheLikeliestTokensGive) {
    const PhraseTrie none({}, {});
    double gained = 0;
    std::size_t other = 0;
    for (unsigned seed = 0; seed < 2000; ++seed) {
        const RandomModel model(seed);
        const Found found = search(none, model);
        const Tokens plain = greedy(model);
        double worth = 0;
        for (std::size_t i = 0; i < plain.size(); ++i) {
            const auto shares = model.after({plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(i)});
            worth += std::log(static_cast<double>(shares[static_cast<std::size_t>(plain[i])]));
        }
        gained += found.worth - worth / static_cast<double>(plain.size());
        other += found.tokens == plain ? 0U : 1U;
    }
    EXPECT_GT(other, 500U);
    EXPECT_GT(gained / static_cast<double>(other), 0.05);
}

struct Said {
    Tokens tokens;
    std::vector<double> log_probabilities;

    [[nodiscard]] TextSoFar text() const {
        TextSoFar text;
        for (std::size_t i = 0; i < tokens.size(); ++i)
            text.append(tokens[i], log_probabilities[i]);
        return text;
    }
    [[nodiscard]] double mean(std::size_t count) const {
        const auto last = log_probabilities.begin() + static_cast<std::ptrdiff_t>(count);
        return std::accumulate(log_probabilities.begin(), last, 0.0) / static_cast<double>(count);
    }
    [[nodiscard]] bool says_at(std::size_t count, const Tokens& words) const {
        if (count < words.size()) return false;
        const auto last = tokens.begin() + static_cast<std::ptrdiff_t>(count);
        return std::equal(words.begin(), words.end(), last - static_cast<std::ptrdiff_t>(words.size()));
    }
};

// By the definition: the last words of the one that is behind stand in the other, at its end or a little before.
bool is_covered(const Said& text, const Said& other) {
    const std::size_t size = text.tokens.size();
    const auto last = [&](const Said& said) {
        return size < alike_tokens ? Tokens{} : Tokens(said.tokens.end() - alike_tokens, said.tokens.end());
    };
    for (std::size_t before = 0; size >= alike_tokens && before <= std::min(size - 1, most_ahead); ++before) {
        if (text.says_at(size - before, last(other)) && text.mean(size - before) >= other.mean(size)) return true;
        if (before > 0 && other.says_at(size - before, last(text)) && text.mean(size) > other.mean(size - before))
            return true;
    }
    return false;
}

// Two texts of one length: the same words after beginnings that need not be of one length.
std::pair<Said, Said> texts_that_meet(std::mt19937& random) {
    const std::size_t size = 1 + random() % 14;
    const auto word = [&] { return static_cast<std::int32_t>(random() % 3); };
    Tokens long_text(size + most_ahead);
    std::ranges::generate(long_text, word);
    const auto ahead = static_cast<std::ptrdiff_t>(random() % (most_ahead + 1));
    Said one{{long_text.begin() + ahead, long_text.begin() + ahead + static_cast<std::ptrdiff_t>(size)}, {}};
    Said two{{long_text.begin(), long_text.begin() + static_cast<std::ptrdiff_t>(size)}, {}};
    for (Said* said : {&one, &two}) {
        for (std::size_t i = 0; i < size / 3; ++i)
            said->tokens[i] = word();
        std::generate_n(std::back_inserter(said->log_probabilities), size,
                        [&] { return -static_cast<double>(1 + random() % 900) / 300; });
    }
    if (random() % 2 == 0) std::swap(one, two);
    return {one, two};
}

TEST(TextSearch, TextsCoverWhatTheDefinitionSays) {
    std::size_t covered = 0;
    std::size_t ahead = 0;
    for (unsigned seed = 0; seed < 5000; ++seed) {
        std::mt19937 random(seed);
        const auto [one, two] = texts_that_meet(random);
        ASSERT_EQ(covers(one.text(), two.text()), is_covered(one, two)) << "seed " << seed;
        const bool meet = is_covered(one, two) || is_covered(two, one);
        covered += meet ? 1U : 0U;
        ahead += meet && one.tokens.back() != two.tokens.back() ? 1U : 0U;
    }
    EXPECT_GT(covered, 1000U);
    EXPECT_GT(ahead, 300U) << "none was ahead";
}

// "a" and "b" are as likely, then everything is sure: the worse of the two is followed until their ends are alike.
TEST(TextSearch, FollowsOneOfTextsThatGoOnAlike) {
    const PhraseTrie none({}, {});
    std::vector<TextSoFar> texts(1);
    const auto go_on_with = [&](const std::vector<float>& shares) {
        const std::vector<NextToken> next(texts.size(), NextToken{likeliest(shares), shares});
        const auto steps = go_on(none, texts, next);
        texts.clear();
        for (const TextStep& step : steps)
            texts.push_back(step.text);
    };
    go_on_with({0.4F, 0.6F, 0});
    EXPECT_EQ(texts.size(), 2U);
    for (std::size_t i = 1; i < alike_tokens; ++i) {
        go_on_with({0, 0, 1});
        EXPECT_EQ(texts.size(), 2U) << i;
    }
    go_on_with({0, 0, 1});
    ASSERT_EQ(texts.size(), 1U);
    EXPECT_NEAR(texts.front().log_probability(), std::log(0.6), 1e-6);
}

TEST(TextSearch, LeavesBehindWhatHasNoHopeAgainstTheEnded) {
    const PhraseTrie none({}, {});
    const auto text_of = [](double log_probability) {
        TextSoFar text;
        text.append(1, log_probability);
        return text;
    };
    EndedTexts ended;
    EXPECT_FALSE(ended.leave_behind(none, text_of(-100)));
    ended.add(none, text_of(-2));
    ended.add(none, text_of(-4));
    EXPECT_FALSE(ended.leave_behind(none, text_of(-2 - likely_gap + 0.01)));
    EXPECT_TRUE(ended.leave_behind(none, text_of(-2 - likely_gap - 0.01)));
    ended.add(none, text_of(-4));
    EXPECT_TRUE(ended.leave_behind(none, text_of(-1))) << "enough have ended";
}

TEST(TextSearch, WaitsForAPhraseThatEndsLater) {
    const PhraseTrie trie(std::vector<Tokens>{{3}}, continues);
    EndedTexts ended;
    TextSoFar text;
    text.append(1, -1);
    for (std::size_t i = 0; i < most_likely_texts; ++i)
        ended.add(trie, text);
    EXPECT_TRUE(ended.leave_behind(trie, text));
    text.strayed = true;
    EXPECT_FALSE(ended.leave_behind(trie, text));
    text.append(1, -9);
    EXPECT_TRUE(ended.leave_behind(trie, text)) << "no phrase makes that good";
}

TEST(TextSearch, AStrayedTextThatSaysNoPhraseIsWorthNothing) {
    const PhraseTrie trie(std::vector<Tokens>{{3}}, continues);
    TextSoFar text;
    text.append(1, -1);
    EXPECT_EQ(worth_at_end(trie, text), -1);
    text.strayed = true;
    EXPECT_EQ(worth_at_end(trie, text), -std::numeric_limits<double>::infinity());
    text.node = trie.advance(PhraseTrie::root, 3).node;
    EXPECT_EQ(worth_at_end(trie, text), -1 + static_cast<double>(phrase_bonus(1)));
}

TEST(TextSearch, FollowsFewTexts) {
    std::vector<Tokens> phrases;
    for (std::int32_t token = 1; token < 200; ++token)
        phrases.push_back({token, token});
    const PhraseTrie trie(phrases, std::vector<bool>(200, false));
    std::vector<float> shares(200, 0.01F / 190);
    std::fill_n(shares.begin(), 10, 0.099F);
    const TextSoFar begun;
    const NextToken next{0, shares};
    const auto steps = go_on(trie, std::span(&begun, 1), std::span(&next, 1));
    const auto likely = std::ranges::count(steps, false, [](const TextStep& step) { return step.text.strayed; });
    EXPECT_EQ(static_cast<std::size_t>(likely), most_likely_texts);
    EXPECT_EQ(steps.size(), most_likely_texts + most_phrase_texts);
}

}  // namespace
}  // namespace speech
