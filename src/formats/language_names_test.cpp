#include "formats/language_names.hpp"

#include <gtest/gtest.h>

namespace formats {
namespace {

TEST(LanguageNames, AreOpenAIs) {
    EXPECT_EQ(language_name("en"), "english");
    EXPECT_EQ(language_name("en-GB"), "english");
    EXPECT_EQ(language_name("yue"), "cantonese");
    EXPECT_EQ(language_name("af"), "afrikaans");
    EXPECT_EQ(language_name("zh-Hant"), "chinese");
}

TEST(LanguageNames, AnUnknownTagStaysItself) {
    EXPECT_EQ(language_name("tlh-Piqd"), "tlh-Piqd");
    EXPECT_EQ(language_name(""), "");
}

}  // namespace
}  // namespace formats
