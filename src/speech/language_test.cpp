#include "speech/language.hpp"

#include <gtest/gtest.h>

namespace {

using base::ErrorCode;
using speech::choose_language;
using speech::ChosenLanguage;

TEST(Language, IsATag) {
    for (const char* tag : {"en", "de-CH", "yue", "zh-Hant-TW", "es-419"})
        EXPECT_TRUE(speech::check_language(tag)) << tag;
    for (const char* tag : {"", "e", "english", "en_GB", "en-", "-en", "12", "en GB", "en-verylongsubtag"})
        EXPECT_EQ(speech::check_language(tag).error().code, ErrorCode::invalid_argument) << tag;
}

TEST(Language, IsWrittenInOneWay) {
    EXPECT_EQ(speech::normal_language("EN"), "en");
    EXPECT_EQ(speech::normal_language("en_gb"), "en-GB");
    EXPECT_EQ(speech::normal_language("ZH-hant_tw"), "zh-Hant-TW");
    EXPECT_EQ(speech::normal_language("es-419"), "es-419");
    EXPECT_EQ(speech::normal_language("-"), "-");
    EXPECT_EQ(speech::normal_language(""), "");
}

TEST(ChooseLanguage, TakesTheModelsOnlyOneWhenNobodyAsked) {
    EXPECT_EQ(choose_language("", {"en"}).value(), (ChosenLanguage{"en", "en"}));
    EXPECT_EQ(choose_language("", {"en", "fi"}).value(), (ChosenLanguage{"und", ""})) << "the engine finds it out";
    EXPECT_EQ(choose_language("", {}).value(), (ChosenLanguage{"und", ""}));
}

TEST(ChooseLanguage, TellsTheEngineInTheModelsOwnWords) {
    EXPECT_EQ(choose_language("EN_gb", {"fi", "en"}).value(), (ChosenLanguage{"en-GB", "en"}));
    EXPECT_EQ(choose_language("zh", {"zh-Hans"}).value(), (ChosenLanguage{"zh", "zh-Hans"}));
    EXPECT_EQ(choose_language("ja", {}).value(), (ChosenLanguage{"ja", ""}));
}

TEST(ChooseLanguage, RefusesWhatTheModelDoesNotKnow) {
    const auto refused = choose_language("ja", {"en", "fi"});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::language_unsupported);
    EXPECT_TRUE(refused.error().message.ends_with("it knows: en, fi")) << refused.error().message;
    EXPECT_EQ(choose_language("klingon", {}).error().code, ErrorCode::invalid_argument);
}

}  // namespace
