#include "model/warnings.hpp"

#include <gtest/gtest.h>

namespace model {
namespace {

Segment segment(double seconds, std::vector<Doubt> doubts) {
    return {.time = {0, seconds}, .text = "words", .speech = {{0, seconds}}, .doubts = std::move(doubts)};
}

TEST(Warnings, TellOfALanguageThatMostOfTheSpeechHas) {
    const std::vector<Doubt> other{Doubt::unsure_words, Doubt::other_language};
    Transcript transcript;
    EXPECT_FALSE(warning_about(transcript)) << "no speech";
    transcript.segments = {segment(4, {Doubt::unsure_words})};
    EXPECT_FALSE(warning_about(transcript));
    transcript.segments.push_back(segment(3.9, other));
    EXPECT_FALSE(warning_about(transcript));
    transcript.segments.push_back(segment(0.2, other));
    ASSERT_TRUE(warning_about(transcript));
    EXPECT_EQ(warning_about(transcript)->code, base::ErrorCode::language_unsupported);
}

}  // namespace
}  // namespace model
