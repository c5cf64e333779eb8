#include "speech/voice.hpp"

#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "speech/random_values.hpp"

namespace speech {
namespace {

using Bytes = std::vector<std::uint8_t>;

TEST(Voice, IsKeptAsItsDirection) {
    EXPECT_EQ(voice_bytes(std::vector<float>{0, 2, -4}), (Bytes{128, 192, 1}));
    EXPECT_EQ(voice_bytes(std::vector<float>{0, 0.02F, -0.04F}), (Bytes{128, 192, 1}));
    EXPECT_EQ(voice_bytes(std::vector<float>{0, 0}), (Bytes{128, 128}));
    EXPECT_EQ(unit_vector(Bytes{128, 131, 124}), (std::vector<float>{0, 0.6F, -0.8F}));
    EXPECT_EQ(unit_vector(Bytes{128, 128}), (std::vector<float>{0, 0}));
}

TEST(Voice, ComesBackNearlyAsItWas) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        const std::vector<float> vector = RandomValues(seed).floats(256);
        const std::vector<float> unit = unit_vector(voice_bytes(vector));
        const float length = std::sqrt(std::inner_product(vector.begin(), vector.end(), vector.begin(), 0.0F));
        const float cosine = std::inner_product(vector.begin(), vector.end(), unit.begin(), 0.0F) / length;
        ASSERT_GT(cosine, 0.9999F) << "seed " << seed;
    }
}

}  // namespace
}  // namespace speech
