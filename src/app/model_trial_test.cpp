#include "app/model_trial.hpp"

#include <gtest/gtest.h>

namespace {

TEST(ReasonIn, TakesOurOwnWordsBeforeTheEngines) {
    EXPECT_EQ(app::reason_in("offline.cc:17 whatever\nvideo-transcriber: error: model_broken: no tokens: a.txt\n"),
              "no tokens: a.txt");
    EXPECT_EQ(app::reason_in("video-transcriber: error: odd\n"), "odd");
}

TEST(ReasonIn, TakesTheEnginesLastWordsWhenItEndedTheProcess) {
    EXPECT_EQ(app::reason_in("loading\n  what():  Protobuf parsing failed.\n\n"), "what():  Protobuf parsing failed.");
    EXPECT_EQ(app::reason_in(""), "");
}

}  // namespace
