#include <gtest/gtest.h>

#include "services/transcription/test_stage.hpp"

namespace transcription {
namespace {

std::string told(const std::string& list, const std::string& from) {
    return R"({"vocabulary":)" + list + R"(,"from":")" + from + R"("})";
}

TEST(RunVocabulary, IsAskedOnceAndListenedForInEverySegment) {
    Stage stage;
    stage.vocabulary = told(R"(["Ceph","New York"])", "session");
    const auto samples = spoken(12);
    stage.upload(samples);
    stage.queue();
    stage.test.settle();
    const auto completed = stage.test.events("transcription.completed");
    ASSERT_EQ(completed.size(), 1U);
    EXPECT_EQ(stage.transcript(completed[0]), Stage::expected(samples, {.phrases = {"Ceph", "New York"}}));
    EXPECT_EQ(stage.questions, 1);
}

TEST(RunVocabulary, IsNotAskedForWithoutOne) {
    Stage stage;
    stage.upload(spoken(2));
    stage.queue();
    stage.test.settle();
    EXPECT_EQ(stage.test.events("transcription.completed").size(), 1U);
    EXPECT_EQ(stage.questions, 0);
}

TEST(RunVocabulary, AnotherOneTakesNoSegmentsOfAnEarlierRun) {
    Stage stage;
    const auto samples = spoken(3);
    stage.upload(samples);
    stage.vocabulary = told(R"(["Ceph"])", "session");
    stage.queue(1);
    stage.test.settle();
    const std::int64_t all = stage.recognitions;
    stage.queue(2);
    stage.test.settle();
    EXPECT_EQ(stage.recognitions, all) << "the same vocabulary: taken over";
    stage.vocabulary = told(R"(["etcd"])", "session");
    stage.queue(3);
    stage.test.settle();
    EXPECT_EQ(stage.recognitions, 2 * all);
    const auto completed = stage.test.events("transcription.completed");
    ASSERT_EQ(completed.size(), 3U);
    EXPECT_EQ(stage.transcript(completed[2]), Stage::expected(samples, {.phrases = {"etcd"}}));
}

TEST(RunVocabulary, OfASessionIsRefusedByAnEngineThatTakesNone) {
    Stage stage;
    // The engine is loaded with the stage.
    stage.deaf = true;
    stage.test.crash(0);
    stage.test.start_process();
    stage.vocabulary = told(R"(["Ceph"])", "session");
    stage.upload(spoken(1));
    stage.queue();
    stage.test.settle();
    const auto failed = stage.test.events("transcription.failed");
    ASSERT_EQ(failed.size(), 1U);
    EXPECT_EQ(Stage::text_of(failed[0], "code"), "invalid_argument");
    stage.vocabulary = told(R"(["Ceph"])", "tenant");
    stage.queue(2);
    stage.test.settle();
    EXPECT_EQ(stage.test.events("transcription.completed").size(), 1U) << "a tenant's is left out";
}

}  // namespace
}  // namespace transcription
