#include "speech/speaker_clustering.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "speech/fakes.hpp"
#include "speech/random_values.hpp"

namespace speech {
namespace {

using Voices = std::vector<std::vector<float>>;
using Speakers = std::vector<std::size_t>;

std::vector<float> of_length_one(std::vector<float> values) {
    const float length = std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0F));
    for (float& value : values)
        value /= length;
    return values;
}

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    return sum;
}

// Who is left explains as much as all that were guessed: nobody falls away but who is really the same.
constexpr InferenceOptions lenient{.evidence = 1, .regularisation = 1e-3};
// Everybody falls away, but one.
constexpr InferenceOptions strict{.evidence = 1e-3, .regularisation = 1e6};

Speakers clustered(const Voices& voices, const ClusteringOptions& options) {
    const SpeakerSpace space = fakes::plain_space(voices.empty() ? 1 : voices.front().size());
    SpeakerClustering clustering(space, options);
    for (const auto& voice : voices)
        clustering.add(voice);
    return std::move(clustering).finish().speaker_of;
}

// The definition: lists of members, and the mean over all pairs of them at every step.
using Groups = std::vector<std::vector<std::size_t>>;

double mean_cosine(const Voices& voices, const std::vector<std::size_t>& a, const std::vector<std::size_t>& b) {
    double sum = 0;
    for (const std::size_t i : a) {
        for (const std::size_t j : b)
            sum += cosine(voices[i], voices[j]);
    }
    return sum / static_cast<double>(a.size() * b.size());
}

bool join_closest(const Voices& voices, Groups& groups) {
    std::pair<std::size_t, std::size_t> closest;
    double greatest = -2;
    for (std::size_t a = 0; a < groups.size(); ++a) {
        for (std::size_t b = a + 1; b < groups.size(); ++b) {
            const double mean = mean_cosine(voices, groups[a], groups[b]);
            if (mean > greatest) closest = {a, b};
            greatest = std::max(greatest, mean);
        }
    }
    auto& into = groups[closest.first];
    into.insert(into.end(), groups[closest.second].begin(), groups[closest.second].end());
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(closest.second));
    return true;
}

Speakers by_definition(const Voices& voices, const ClusteringOptions& options) {
    Groups groups;
    for (std::size_t i = 0; i < voices.size(); ++i)
        groups.push_back({i});
    while (groups.size() > *options.speakers && join_closest(voices, groups)) {
    }
    std::ranges::sort(groups, {}, [](const auto& group) { return *std::ranges::min_element(group); });
    Speakers speakers(voices.size());
    for (std::size_t group = 0; group < groups.size(); ++group) {
        for (const std::size_t member : groups[group])
            speakers[member] = group;
    }
    return speakers;
}

TEST(SpeakerClustering, IsAverageLinkageByItsDefinitionWhereFewerAreFoundThanTold) {
    for (unsigned seed = 0; seed < 2000; ++seed) {
        RandomValues random(seed);
        Voices voices(random.count(1, 14));
        for (auto& voice : voices)
            voice = of_length_one(random.floats(6));
        const ClusteringOptions options{.speakers = random.count(1, 6), .inference = strict};
        ASSERT_EQ(clustered(voices, options), by_definition(voices, options)) << "seed " << seed;
    }
}

TEST(SpeakerClustering, GivesTheMeanOfEachSpeakersVectors) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        RandomValues random(seed);
        Voices voices(random.count(1, 14));
        const SpeakerSpace space = fakes::plain_space(6);
        SpeakerClustering clustering(space, {.least_similarity = 0.3, .inference = lenient});
        for (auto& voice : voices) {
            voice = of_length_one(random.floats(6));
            clustering.add(voice);
        }
        const Clustered clustered = std::move(clustering).finish();
        for (std::size_t speaker = 0; speaker < clustered.speakers.size(); ++speaker) {
            std::vector<float> sum(6);
            std::size_t windows = 0;
            for (std::size_t i = 0; i < voices.size(); ++i) {
                if (clustered.speaker_of[i] != speaker) continue;
                std::ranges::transform(sum, voices[i], sum.begin(), std::plus{});
                ++windows;
            }
            ASSERT_EQ(clustered.speakers[speaker].windows, windows) << "seed " << seed;
            ASSERT_NEAR(cosine(clustered.speakers[speaker].voice, of_length_one(sum)), 1, 1e-5) << "seed " << seed;
        }
    }
}

// `people` voices far from each other, in a random order, with a little noise; and who each is.
std::pair<Voices, Speakers> conversation(RandomValues& random, std::size_t people, std::size_t windows) {
    std::pair<Voices, Speakers> result;
    Speakers numbers(people, people);
    std::size_t next = 0;
    for (std::size_t i = 0; i < windows; ++i) {
        const std::size_t person = random.count(0, people - 1);
        std::vector<float> voice = random.floats(32, 0.05F);
        voice[person] += 1;
        if (numbers[person] == people) numbers[person] = next++;
        result.first.push_back(of_length_one(std::move(voice)));
        result.second.push_back(numbers[person]);
    }
    return result;
}

TEST(SpeakerClustering, KeepsVoicesApartThatItHasNoRoomToHold) {
    for (unsigned seed = 0; seed < 100; ++seed) {
        RandomValues random(seed);
        const std::size_t people = random.count(1, 6);
        const auto [voices, speakers] = conversation(random, people, 300);
        ASSERT_EQ(clustered(voices, {.least_similarity = 0.5, .inference = lenient, .most_held = 16}), speakers)
            << "seed " << seed;
    }
}

TEST(SpeakerClustering, HoldsNoMoreThanItMay) {
    RandomValues random(1);
    const SpeakerSpace space = fakes::plain_space(8);
    SpeakerClustering clustering(space, {.least_similarity = 0.9, .inference = lenient, .most_held = 10});
    for (std::size_t i = 0; i < 1000; ++i) {
        clustering.add(of_length_one(random.floats(8)));
        ASSERT_LE(clustering.held(), 10U);
    }
}

TEST(SpeakerClustering, FindsAsManySpeakersAsItIsTold) {
    RandomValues random(1);
    const Voices voices = conversation(random, 3, 40).first;
    for (const std::size_t told : {1U, 2U, 3U, 5U, 40U, 99U}) {
        const Speakers speakers = clustered(voices, {.least_similarity = 0.5, .speakers = told, .inference = lenient});
        EXPECT_EQ(*std::ranges::max_element(speakers) + 1, std::min<std::size_t>(told, voices.size()));
    }
    EXPECT_EQ(clustered({}, {.least_similarity = 0.5, .speakers = 2, .inference = lenient}), Speakers{});
}

TEST(SpeakerClustering, CountsAVoiceHeardTooRarelyAsTheClosestOther) {
    const Voices voices{{1, 0, 0}, {1, 0, 0}, of_length_one({0.4F, 0, 1}), {0, 1, 0}, {0, 1, 0}};
    ClusteringOptions options{.least_similarity = 0.8, .inference = lenient};
    EXPECT_EQ(clustered(voices, options), (Speakers{0, 0, 1, 2, 2}));
    options.least_windows = 2;
    EXPECT_EQ(clustered(voices, options), (Speakers{0, 0, 0, 1, 1}));
    EXPECT_EQ(clustered({voices[2]}, options), Speakers{0});
    options.speakers = 3;
    EXPECT_EQ(clustered(voices, options), (Speakers{0, 0, 1, 2, 2}));
}

TEST(SpeakerClustering, GuessesByTheSimilarityAndKeepsWhoIsNeeded) {
    const Voices voices{{1, 0}, {1, 0}, of_length_one({1, 1}), of_length_one({1, 1})};  // a cosine of 0.71
    EXPECT_EQ(clustered(voices, {.least_similarity = 0.7, .inference = lenient}), (Speakers{0, 0, 0, 0}));
    EXPECT_EQ(clustered(voices, {.least_similarity = 0.75, .inference = lenient}), (Speakers{0, 0, 1, 1}));
    EXPECT_EQ(clustered(voices, {.least_similarity = 0.75, .inference = strict}), (Speakers{0, 0, 0, 0}));
}

TEST(SpeakerClustering, ToldTheirNumberJoinsThoseFound) {
    // Two far apart and a third near the second; the windows' own closest pairs are all at one cosine.
    const Voices voices{{1, 0, 0}, {0, 1, 0}, of_length_one({0, 1, 0.9F}), {1, 0, 0}};
    EXPECT_EQ(clustered(voices, {.least_similarity = 0.9, .inference = lenient}), (Speakers{0, 1, 2, 0}));
    EXPECT_EQ(clustered(voices, {.least_similarity = 0.9, .speakers = 2, .inference = lenient}),
              (Speakers{0, 1, 1, 0}));
}

}  // namespace
}  // namespace speech
