#include "speech/speaker_inference.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "speech/random_values.hpp"

namespace speech {
namespace {

using Place = std::vector<double>;
using Numbers = std::vector<std::size_t>;
using Matrix = std::vector<std::vector<double>>;

constexpr InferenceOptions options{.evidence = 0.3, .regularisation = 3.5};

std::vector<VoiceGroup> alone(const std::vector<Place>& places) {
    std::vector<VoiceGroup> groups;
    for (const Place& place : places)
        groups.push_back({place, 1});
    return groups;
}

// The equations of the paper (its appendix, without transitions between speakers), a window at a time: q is how likely
// a window is a speaker's, L and a are precision and mean of what is believed of each.
Numbers by_definition(const std::vector<Place>& x, const Numbers& guess, const std::vector<float>& phi) {
    const std::size_t speakers = std::ranges::max(guess) + 1;
    Matrix q(x.size(), std::vector<double>(speakers));
    for (std::size_t t = 0; t < x.size(); ++t) {
        const double sum = std::exp(7) + static_cast<double>(speakers - 1);
        for (std::size_t s = 0; s < speakers; ++s)
            q[t][s] = (guess[t] == s ? std::exp(7) : 1) / sum;
    }
    std::vector<double> share_of_all(speakers, 1 / static_cast<double>(speakers));
    const double fa = options.evidence;
    const double fb = options.regularisation;
    for (int round = 0; round < 40; ++round) {
        Matrix logs = q;
        for (std::size_t s = 0; s < speakers; ++s) {
            for (std::size_t t = 0; t < x.size(); ++t)
                logs[t][s] = std::log(share_of_all[s] + 1e-8);
            for (std::size_t d = 0; d < phi.size(); ++d) {
                const auto variance = static_cast<double>(phi[d]);
                double count = 0;
                double sum = 0;
                for (std::size_t t = 0; t < x.size(); ++t) {
                    count += q[t][s];
                    sum += q[t][s] * std::sqrt(variance) * x[t][d];
                }
                const double inverse = 1 / (1 + fa / fb * count * variance);
                const double a = fa / fb * inverse * sum;
                for (std::size_t t = 0; t < x.size(); ++t)
                    logs[t][s] += fa * (std::sqrt(variance) * x[t][d] * a - variance * (inverse + a * a) / 2);
            }
        }
        double change = 0;
        for (std::size_t t = 0; t < x.size(); ++t) {
            double sum = 0;
            for (const double value : logs[t])
                sum += std::exp(value - std::ranges::max(logs[t]));
            for (std::size_t s = 0; s < speakers; ++s) {
                const double share = std::exp(logs[t][s] - std::ranges::max(logs[t])) / sum;
                change = std::max(change, std::abs(share - std::exchange(q[t][s], share)));
            }
        }
        for (std::size_t s = 0; s < speakers; ++s) {
            share_of_all[s] = 0;
            for (std::size_t t = 0; t < x.size(); ++t)
                share_of_all[s] += q[t][s] / static_cast<double>(x.size());
        }
        if (change < 1e-4) break;
    }
    Numbers likeliest;
    for (const auto& shares : q)
        likeliest.push_back(static_cast<std::size_t>(std::ranges::max_element(shares) - shares.begin()));
    return likeliest;
}

struct Conversation {
    std::vector<Place> places;
    Numbers guess;
    std::vector<float> between;
    Numbers speakers;  // who it really is
};

// Up to four people, and a guess that parts each into up to three.
Conversation converse(RandomValues& random) {
    constexpr std::size_t size = 8;
    Conversation made;
    for (const float value : random.floats(size))
        made.between.push_back(20 + 10 * value);
    std::vector<Place> people(random.count(1, 4));
    for (Place& person : people) {
        for (const float value : random.floats(size, 12))
            person.push_back(static_cast<double>(value));
    }
    const std::size_t parts = random.count(1, 3);
    const std::size_t windows = random.count(4 * people.size() * parts, 60);
    for (std::size_t i = 0; i < windows; ++i) {
        const std::size_t person = i % people.size();
        Place place = people[person];
        std::ranges::transform(place, random.floats(size, 1.5F), place.begin(), std::plus<double>{});
        made.places.push_back(place);
        made.speakers.push_back(person);
        made.guess.push_back(person * parts + i / people.size() % parts);
    }
    return made;
}

TEST(SpeakerInference, IsTheDefinitions) {
    for (unsigned seed = 0; seed < 1000; ++seed) {
        RandomValues random(seed);
        const Conversation made = converse(random);
        ASSERT_EQ(infer_speakers(alone(made.places), made.guess, made.between, options),
                  by_definition(made.places, made.guess, made.between))
            << "seed " << seed;
    }
}

TEST(SpeakerInference, OfSeveralGuessedForOnePersonLeavesOne) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        RandomValues random(seed);
        const Conversation made = converse(random);
        const Numbers found = infer_speakers(alone(made.places), made.guess, made.between, options);
        for (std::size_t i = 0; i < found.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j)
                ASSERT_EQ(found[i] == found[j], made.speakers[i] == made.speakers[j]) << "seed " << seed;
        }
    }
}

TEST(SpeakerInference, AGroupCountsAsItsWindows) {
    const std::vector<float> between(2, 20);
    const std::vector<VoiceGroup> groups{{{30, 0}, 3}, {{10, 1}, 1}, {{-20, 0}, 2}};
    const std::vector<Place> windows{{10, 0}, {10, 0}, {10, 0}, {10, 1}, {-10, 0}, {-10, 0}};
    const Numbers by_window = infer_speakers(alone(windows), Numbers{0, 0, 0, 1, 2, 2}, between, options);
    const Numbers by_group = infer_speakers(groups, Numbers{0, 1, 2}, between, options);
    EXPECT_EQ(by_group, (Numbers{by_window[0], by_window[3], by_window[4]}));
    EXPECT_EQ(by_group[0], by_group[1]);
    EXPECT_NE(by_group[0], by_group[2]);
}

TEST(SpeakerInference, MoreRegularisationLeavesFewer) {
    const std::vector<float> between(2, 20);
    const std::vector<Place> windows{{10, 0}, {10, 1}, {10, 2}, {-10, 0}, {-10, 1}};
    const Numbers guess{0, 0, 0, 1, 1};
    EXPECT_EQ(infer_speakers(alone(windows), guess, between, options), guess);
    const Numbers few = infer_speakers(alone(windows), guess, between, {.evidence = 0.3, .regularisation = 1e6});
    EXPECT_EQ(few, Numbers(5, few.front()));
}

TEST(SpeakerInference, OfNobodyTellsNobody) {
    EXPECT_EQ(infer_speakers({}, {}, {}, options), Numbers{});
}

}  // namespace
}  // namespace speech
