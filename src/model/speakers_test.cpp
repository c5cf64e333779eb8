#include "model/speakers.hpp"

#include <gtest/gtest.h>

namespace {

TEST(Speakers, AreNotToldOrCountedOrKnown) {
    for (const char* text : {"", "auto", "1", "2", "64"})
        EXPECT_TRUE(model::check_speakers(text)) << text;
    EXPECT_EQ(model::known_speakers("2"), 2U);
    EXPECT_FALSE(model::known_speakers("auto"));
    EXPECT_FALSE(model::known_speakers(""));
}

TEST(Speakers, RefuseWhatIsNoNumberOfPeople) {
    for (const char* text : {"0", "65", "-1", "+2", "02", "2 ", "1.5", "Auto", "two", "99999999999999999999"}) {
        const auto checked = model::check_speakers(text);
        ASSERT_FALSE(checked) << text;
        EXPECT_EQ(checked.error().code, base::ErrorCode::invalid_argument);
    }
}

}  // namespace
