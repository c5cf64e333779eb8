#include "speech/moonshine_decoder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "speech/moonshine_reference.hpp"
#include "speech/text_search.hpp"

namespace speech {
namespace {

using reference::Model;
using Tokens = std::vector<std::int32_t>;

DecoderInput random_input(RandomValues& random) {
    DecoderInput input{.frames = {random.count(1, 40), {}}, .token_limit = random.count(1, 24)};
    input.frames.values = random.floats(input.frames.count * Model::width, 2);
    return input;
}

reference::Rows rows_of(const Frames& frames) {
    reference::Rows rows;
    for (std::size_t row = 0; row < frames.count; ++row) {
        const auto begin = frames.values.begin() + static_cast<std::ptrdiff_t>(row * Model::width);
        rows.emplace_back(begin, begin + Model::width);
    }
    return rows;
}

double probability_of(const reference::Row& logits, std::size_t token) {
    double sum = 0;
    for (const double logit : logits)
        sum += std::exp(logit - logits[token]);
    return 1 / sum;
}

// Each token has the probability that the definition without anything kept gives it, and is nearly as likely as the
// likeliest; the end comes where it is likely, or at the limit.
void expect_defined(const Model& model, const DecoderInput& input, const DecodedTokens& result) {
    const reference::Rows frames = rows_of(input.frames);
    Tokens said = {first_token};
    ASSERT_LE(result.tokens.size(), input.token_limit);
    ASSERT_EQ(result.probabilities.size(), result.tokens.size());
    ASSERT_EQ(result.frames, frames.size());
    const std::size_t steps = result.attention.size() / result.frames;
    ASSERT_EQ(steps, std::min(result.tokens.size() + 1, input.token_limit));
    for (std::size_t i = 0; i < steps; ++i) {
        const Model::Step step = model.next(frames, said);
        const auto chosen = static_cast<std::size_t>(i < result.tokens.size() ? result.tokens[i] : end_token);
        ASSERT_GE(step.logits[chosen], *std::ranges::max_element(step.logits) - likely_token_gap - 0.02)
            << "token " << i;
        if (i < result.tokens.size()) {
            ASSERT_NEAR(static_cast<double>(result.probabilities[i]), probability_of(step.logits, chosen), 0.01);
        }
        for (std::size_t frame = 0; frame < result.frames; ++frame)
            ASSERT_NEAR(static_cast<double>(result.attention[i * result.frames + frame]), step.looked[frame], 0.01);
        said.push_back(static_cast<std::int32_t>(chosen));
    }
}

// What the search chooses when the definition gives it its probabilities.
Tokens searched(const Model& model, const DecoderInput& input) {
    const PhraseTrie none({}, {});
    const reference::Rows frames = rows_of(input.frames);
    std::vector<TextSoFar> texts(1);
    std::vector<Tokens> open = {{first_token}};
    Tokens best;
    double worth = -std::numeric_limits<double>::infinity();
    EndedTexts ended;
    while (!open.empty()) {
        std::vector<std::vector<float>> shares;
        std::vector<NextToken> next;
        for (const Tokens& text : open) {
            const reference::Row logits = model.next(frames, text).logits;
            auto& share = shares.emplace_back();
            for (std::size_t token = 0; token < logits.size(); ++token)
                share.push_back(static_cast<float>(probability_of(logits, token)));
        }
        for (const std::vector<float>& share : shares)
            next.push_back({static_cast<std::int32_t>(std::ranges::max_element(share) - share.begin()), share});
        std::vector<TextSoFar> following;
        std::vector<Tokens> longer;
        for (const TextStep& step : go_on(none, texts, next)) {
            Tokens text = open[step.from];
            text.push_back(step.token);
            const bool over = step.token == end_token || text.size() > input.token_limit;
            if (!over) {
                following.push_back(step.text);
                longer.push_back(std::move(text));
                continue;
            }
            ended.add(none, step.text);
            if (worth_at_end(none, step.text) <= worth) continue;
            worth = worth_at_end(none, step.text);
            best = std::move(text);
        }
        texts.clear();
        open.clear();
        for (std::size_t i = 0; i < following.size(); ++i) {
            if (ended.leave_behind(none, following[i])) continue;
            texts.push_back(following[i]);
            open.push_back(longer[i]);
        }
    }
    best.erase(best.begin());
    if (best.back() == end_token) best.pop_back();
    return best;
}

// All but where two texts are as good as the other, or a rounding goes the other way.
TEST(MoonshineDecoder, ChoosesWhatTheSearchChoosesByTheDefinition) {
    std::size_t same = 0;
    std::size_t all = 0;
    for (unsigned seed = 0; seed < 60; ++seed) {
        const Model model(seed);
        RandomValues random(seed);
        const std::vector<DecoderInput> inputs = {random_input(random), random_input(random)};
        const auto results = decode(model.weights(), matrix_kernels().front(), inputs);
        for (std::size_t i = 0; i < inputs.size(); ++i, ++all)
            same += results[i].tokens == searched(model, inputs[i]) ? 1U : 0U;
    }
    EXPECT_GE(same, all * 9 / 10) << "of " << all;
}

TEST(MoonshineDecoder, SaysWhatTheDefinitionSays) {
    std::size_t ended_early = 0;
    for (unsigned seed = 0; seed < 150; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Model model(seed);
        RandomValues random(seed);
        const std::vector<DecoderInput> inputs = {random_input(random), random_input(random)};
        const auto results = decode(model.weights(), matrix_kernels().front(), inputs);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            expect_defined(model, inputs[i], results[i]);
            ended_early += results[i].tokens.size() < inputs[i].token_limit ? 1U : 0U;
        }
        if (HasFatalFailure()) return;
    }
    EXPECT_GT(ended_early, 10U) << "the end was not tried";
}

TEST(MoonshineDecoder, SaysTheSameInAnyBatchAndOnEveryInstructionSet) {
    for (unsigned seed = 0; seed < 60; ++seed) {
        const MoonshineWeights weights = Model(seed).weights();
        RandomValues random(seed);
        std::vector<DecoderInput> inputs(random.count(2, 11));
        std::ranges::generate(inputs, [&] { return random_input(random); });
        const auto together = decode(weights, matrix_kernels().front(), inputs);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            for (const MatrixKernels& kernels : matrix_kernels()) {
                ASSERT_EQ(decode(weights, kernels, std::span(inputs).subspan(i, 1)).front(), together[i])
                    << kernels.instructions << ", seed " << seed;
            }
        }
    }
}

PhraseTrie random_phrases(RandomValues& random) {
    std::vector<Tokens> phrases(random.count(1, 6));
    for (Tokens& phrase : phrases) {
        phrase.resize(random.count(1, 3));
        std::ranges::generate(phrase,
                              [&] { return static_cast<std::int32_t>(random.count(3, Model::vocabulary - 1)); });
    }
    return {phrases, std::vector<bool>(Model::vocabulary, false)};
}

// With phrases to listen for, a text is one that the definition finds likely, or has one of them; its probabilities
// are those without bonuses, and it is the same beside any others.
TEST(MoonshineDecoder, ListensForPhrasesTheSameInAnyBatch) {
    std::size_t changed = 0;
    for (unsigned seed = 0; seed < 100; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        const Model model(seed);
        const MoonshineWeights weights = model.weights();
        RandomValues random(seed);
        const PhraseTrie phrases = random_phrases(random);
        const PhraseTrie none(std::vector<Tokens>{}, std::vector<bool>(Model::vocabulary, false));
        std::vector<DecoderInput> inputs(random.count(2, 9));
        std::ranges::generate(inputs, [&] { return random_input(random); });
        const auto plain = decode(weights, matrix_kernels().front(), inputs);
        for (std::size_t i = 0; i < inputs.size(); ++i)
            inputs[i].phrases = i % 3 == 0 ? nullptr : i % 3 == 1 ? &phrases : &none;
        const auto together = decode(weights, matrix_kernels().front(), inputs);
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            ASSERT_EQ(decode(weights, matrix_kernels().front(), std::span(inputs).subspan(i, 1)).front(), together[i]);
            if (i % 3 != 1) {
                ASSERT_EQ(together[i], plain[i]) << "nothing to listen for";
            }
            changed += together[i] == plain[i] ? 0U : 1U;
            Tokens said = {first_token};
            for (std::size_t at = 0; at < together[i].tokens.size(); ++at) {
                const auto token = static_cast<std::size_t>(together[i].tokens[at]);
                const Model::Step step = model.next(rows_of(inputs[i].frames), said);
                ASSERT_NEAR(static_cast<double>(together[i].probabilities[at]), probability_of(step.logits, token),
                            0.01);
                said.push_back(together[i].tokens[at]);
            }
            ASSERT_EQ(together[i].attention.size() / together[i].frames,
                      std::min(together[i].tokens.size() + 1, inputs[i].token_limit));
        }
    }
    EXPECT_GT(changed, 10U) << "phrases were not tried";
}

TEST(MoonshineDecoder, SaysNothingOfNothing) {
    EXPECT_TRUE(decode(Model(1).weights(), matrix_kernels().front(), {}).empty());
}

TEST(MoonshineDecoder, BoundsTheTokensByTheLength) {
    EXPECT_EQ(token_limit(0), 1U);
    EXPECT_EQ(token_limit(16'000), 8U);
    EXPECT_EQ(token_limit(160'000), 66U);
}

}  // namespace
}  // namespace speech
