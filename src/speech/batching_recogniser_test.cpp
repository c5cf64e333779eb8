#include "speech/batching_recogniser.hpp"

#include <atomic>
#include <latch>
#include <random>
#include <thread>

#include <gtest/gtest.h>

namespace speech {
namespace {

// Says how many samples a segment has, and notes its batches. While it is held it does not come back.
class Counting final : public Recogniser {
  public:
    base::Result<Recognition> recognise(std::span<const float> samples) const override {
        const std::span<const float> one[] = {samples};
        return std::move(recognise_all(one).front());
    }
    std::vector<base::Result<Recognition>> recognise_all(
        std::span<const std::span<const float>> segments) const override {
        const std::size_t now = ++inside;
        most_inside = std::max<std::size_t>(most_inside, now);
        largest_batch = std::max<std::size_t>(largest_batch, segments.size());
        held.wait(true);
        std::vector<base::Result<Recognition>> results;
        for (const auto& samples : segments) {
            if (samples.size() == 13) {
                results.push_back(base::fail(base::ErrorCode::model_broken, "thirteen"));
            } else {
                results.push_back(Recognition{.text = std::to_string(samples.size())});
            }
        }
        --inside;
        return results;
    }
    const std::string& fingerprint() const override { return name; }
    const std::vector<std::string>& languages() const override { return known; }

    std::string name = "counting";
    std::vector<std::string> known{"en"};
    mutable std::atomic<std::size_t> inside = 0;
    mutable std::atomic<std::size_t> most_inside = 0;
    mutable std::atomic<std::size_t> largest_batch = 0;
    mutable std::atomic<bool> held = false;
};

TEST(BatchingRecogniser, GivesEachCallerItsOwnResult) {
    const auto within = std::make_shared<Counting>();
    const BatchingRecogniser batching(within, 2, 3);
    std::atomic<int> wrong = 0;
    {
        std::vector<std::jthread> callers;
        for (unsigned seed = 0; seed < 7; ++seed) {
            callers.emplace_back([&, seed] {
                std::mt19937 random(seed);
                for (int i = 0; i < 500; ++i) {
                    const std::vector<float> samples(1 + random() % 40);
                    const auto found = batching.recognise(samples);
                    const bool fits = samples.size() == 13 ? !found && found.error().message == "thirteen"
                                                           : found && found->text == std::to_string(samples.size());
                    wrong += fits ? 0 : 1;
                }
            });
        }
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_LE(within->most_inside, 2U);
    EXPECT_LE(within->largest_batch, 3U);
}

TEST(BatchingRecogniser, ThoseWhoWaitForATurnShareTheNext) {
    const auto within = std::make_shared<Counting>();
    const BatchingRecogniser batching(within, 1, 8);
    within->held = true;
    const auto call = [&](std::size_t size) {
        return std::jthread([&, size] { EXPECT_TRUE(batching.recognise(std::vector<float>(size))); });
    };
    std::vector<std::jthread> callers;
    callers.push_back(call(1));
    while (within->inside == 0)
        std::this_thread::yield();
    for (std::size_t size = 2; size < 6; ++size)
        callers.push_back(call(size));
    while (batching.waiting() < 4)
        std::this_thread::yield();
    within->held = false;
    within->held.notify_all();
    callers.clear();
    EXPECT_EQ(within->largest_batch, 4U);
}

TEST(BatchingRecogniser, IsTheEngineThatItHolds) {
    const auto within = std::make_shared<Counting>();
    const BatchingRecogniser batching(within, 1, 8);
    EXPECT_EQ(batching.fingerprint(), "counting");
    EXPECT_EQ(batching.languages(), within->known);
    EXPECT_EQ(batching.recognise(std::vector<float>(5))->text, "5");
}

}  // namespace
}  // namespace speech
