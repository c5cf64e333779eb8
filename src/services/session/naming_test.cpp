#include "services/session/naming.hpp"

#include <gtest/gtest.h>

namespace session {
namespace {

model::Transcript talk() {
    model::Transcript transcript;
    transcript.segments = {{.time = {0, 2}, .text = "Good morning."},
                           {.time = {2, 3}, .text = "Good morning."},
                           {.time = {4, 5.5}, .text = "Who are you?"}};
    transcript.segments[0].speaker = transcript.segments[2].speaker = "S1";
    transcript.segments[1].speaker = "S2";
    transcript.speakers = {{"S1", {}}, {"S2", "Grace"}};
    return transcript;
}

base::Result<model::Transcript> renamed_by(const char* body) {
    return renamed(talk(), base::parse_json(body).value());
}

TEST(Naming, GivesAndTakesNames) {
    const auto named = renamed_by(R"({"S1": "  Ada Lovelace ", "S2": null})").value();
    EXPECT_EQ(named.speakers, (std::vector<model::Speaker>{{"S1", "Ada Lovelace"}, {"S2", {}}}));
    EXPECT_EQ(named.segments[0].speaker, "S1");
    EXPECT_EQ(renamed_by(R"({"S1": "Ada"})")->speakers[1].name, "Grace");
}

TEST(Naming, EndsAMachinesGuess) {
    model::Transcript guessed = talk();
    guessed.speakers = {{"S1", "Ada", {{"v-1", 0.9}}}, {"S2", "Grace", {{"v-2", 0.8}}}};
    const auto named = renamed(guessed, base::parse_json(R"({"S1": "Ada"})").value()).value();
    EXPECT_EQ(named.speakers[0], (model::Speaker{"S1", "Ada"})) << "said by a person, though the same";
    EXPECT_EQ(named.speakers[1], guessed.speakers[1]);
    EXPECT_NE(base::to_canonical_json(speakers_json(guessed)).find(R"("voice":{"id":"v-2","similarity":0.8})"),
              std::string::npos);
}

TEST(Naming, RefusesWhatIsNoNameOfASpeaker) {
    const std::string endless = R"({"S1": ")" + std::string(101, 'a') + "\"}";
    for (const char* body : {"{}", "[]", R"({"S3": "Ada"})", R"({"S1": ""})", R"({"S1": "  "})", R"({"S1": 1})",
                             R"({"Grace": "Ada"})", endless.c_str()}) {
        const auto named = renamed_by(body);
        ASSERT_FALSE(named) << body;
        EXPECT_EQ(named.error().code, base::ErrorCode::invalid_argument);
    }
    EXPECT_NE(renamed_by(R"({"S3": "Ada"})").error().message.find("S1, S2"), std::string::npos);
}

TEST(Naming, TellsHowLongEachSpeaks) {
    EXPECT_EQ(base::to_canonical_json(speakers_json(talk())),
              R"([{"label":"S1","name":null,"seconds":3.5,"segments":2,"voice":null},)"
              R"({"label":"S2","name":"Grace","seconds":1,"segments":1,"voice":null}])");
    EXPECT_EQ(base::to_canonical_json(speakers_json({})), "[]");
}

}  // namespace
}  // namespace session
