#include "app/option_values.hpp"

#include <gtest/gtest.h>

namespace {

using Words = std::vector<std::string>;

TEST(SplitList, TakesCommasAndRepeatedOptionsAlike) {
    EXPECT_EQ(app::split_list({"srt,vtt", "txt"}, "--format").value(), (Words{"srt", "vtt", "txt"}));
    EXPECT_EQ(app::split_list({}, "--format").value(), Words{});
}

TEST(SplitList, RefusesWhatIsEmpty) {
    for (const char* value : {"", ",", "srt,", ",srt", "srt,,vtt"}) {
        const auto split = app::split_list({"txt", value}, "--format");
        ASSERT_FALSE(split) << value;
        EXPECT_EQ(split.error().code, base::ErrorCode::invalid_argument);
        EXPECT_TRUE(split.error().message.starts_with("--format")) << split.error().message;
    }
}

}  // namespace
