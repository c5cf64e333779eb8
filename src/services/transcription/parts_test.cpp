// The parts of this service that need no platform.
#include <gtest/gtest.h>

#include "services/transcription/models.hpp"
#include "services/transcription/progress.hpp"
#include "services/transcription/segment_rows.hpp"
#include "services/transcription/work.hpp"

namespace transcription {
namespace {

using base::ErrorCode;

TEST(PlanText, KeepsEveryBitOfThePlan) {
    const speech::PlannedSegment plan{.span = {512, 99'840},
                                      .speech = {{4'608, 50'176}, {60'000, 99'840}},
                                      .mean_probability = 0.1F + 0.2F,
                                      .overlap = 8'192,
                                      .channel = 0};
    EXPECT_EQ(parse_plan(plan.span, plan_text(plan)).value(), plan);
}

TEST(PlanText, RefusesWhatItDidNotWrite) {
    for (const char* text :
         {"", "{}", R"({"mean_probability":1,"speech":[[1]]})", R"({"mean_probability":1,"speech":7})"})
        EXPECT_FALSE(parse_plan({}, text)) << text;
}

TEST(Progress, GuessesTheSegmentsFromTheLengthOfTheVideo) {
    RunRow row;
    row.run.segments_total = 10;
    EXPECT_EQ(expected_segments(row), 0) << "nobody knows";
    row.heard_samples = 1'000;
    row.expected_samples = 4'000;
    EXPECT_EQ(expected_segments(row), 40);
    row.expected_samples = 500;
    EXPECT_EQ(expected_segments(row), 10) << "a container that lies";
    row.run.planned = true;
    EXPECT_EQ(expected_segments(row), 10);
}

TEST(Progress, HasTwentySteps) {
    EXPECT_EQ(progress_step(0, 100), 0);
    EXPECT_EQ(progress_step(4, 100), 0);
    EXPECT_EQ(progress_step(5, 100), 1);
    EXPECT_EQ(progress_step(100, 100), 20);
    EXPECT_EQ(progress_step(120, 100), 20);
    EXPECT_EQ(progress_step(3, 0), 0);
}

TEST(Models, ThatCannotBeLoadedAreKeptWithTheirError) {
    const Engines engines{.decoder = {},
                          .load = [](const std::string&) -> base::Result<Engine> {
                              return base::fail(ErrorCode::model_broken, "a hash is wrong");
                          },
                          .model_names = {}};
    const Models models(engines, {"one", "two", "one"});
    EXPECT_EQ(models.served().size(), 2U);
    EXPECT_EQ(models.ready().error().code, ErrorCode::model_broken);
    EXPECT_EQ(models.find("one").error().code, ErrorCode::unavailable) << "another instance may have it";
    EXPECT_EQ(models.find("").error().code, ErrorCode::unavailable) << "the default one";
    EXPECT_EQ(models.find("three").error().code, ErrorCode::model_not_found);
}

TEST(WorkPayload, IsReadStrictly) {
    EXPECT_EQ(payload_of({.payload = R"({"run_id":"r","index":7})"})->index, 7);
    EXPECT_EQ(payload_of({.payload = R"({"run_id":"r"})"})->index, 0);
    EXPECT_EQ(payload_of({.payload = R"({"index":7})"}).error().code, ErrorCode::internal);
    EXPECT_EQ(payload_of({.payload = "nonsense"}).error().code, ErrorCode::internal);
}

}  // namespace
}  // namespace transcription
