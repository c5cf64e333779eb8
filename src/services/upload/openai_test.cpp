#include "services/upload/openai.hpp"

#include <gtest/gtest.h>

namespace upload {
namespace {
const std::vector<std::string> names{"whisper-*", "gpt-4o-transcribe"};
}

TEST(OpenAi, ReadsItsFields) {
    const auto plain = read_openai({{"model", "whisper-1"}}, names);
    ASSERT_TRUE(plain);
    EXPECT_FALSE(plain->model) << "stands for the default one";
    EXPECT_EQ(plain->format, AnswerFormat::json);
    const auto full = read_openai({{"model", "moonshine"},
                                   {"language", "en"},
                                   {"prompt", "names"},
                                   {"response_format", "verbose_json"},
                                   {"temperature", "0.2"},
                                   {"timestamp_granularities[]", "segment"},
                                   {"timestamp_granularities[]", "word"},
                                   {"stream", "false"}},
                                  names);
    ASSERT_TRUE(full);
    EXPECT_EQ(full->model, "moonshine");
    EXPECT_EQ(full->language, "en");
    EXPECT_EQ(full->format, AnswerFormat::verbose_json);
    for (const char* temperature : {"0", "1"})
        EXPECT_TRUE(read_openai({{"model", "whisper-1"}, {"temperature", temperature}}, names)) << temperature;
}

TEST(OpenAi, RefusesNamingTheField) {
    const std::pair<FormFields, std::string> cases[] = {
        {{}, "model"},
        {{{"model", "whisper-1"}, {"response_format", "xml"}}, "response_format"},
        {{{"model", "whisper-1"}, {"temperature", "1.5"}}, "temperature"},
        {{{"model", "whisper-1"}, {"temperature", "nan"}}, "temperature"},
        {{{"model", "whisper-1"}, {"stream", "true"}}, "stream"},
        {{{"model", "whisper-1"}, {"timestamp_granularities[]", "segment"}}, "timestamp_granularities[]"},
        {{{"model", "whisper-1"}, {"response_format", "verbose_json"}, {"timestamp_granularities[]", "letter"}},
         "timestamp_granularities[]"}};
    for (const auto& [fields, parameter] : cases) {
        const auto read = read_openai(fields, names);
        ASSERT_FALSE(read) << parameter;
        EXPECT_EQ(read.error().parameter, parameter);
    }
}

TEST(OpenAi, SpeaksItsErrors) {
    const auto theirs = openai_refusal({base::ErrorCode::invalid_argument, "no"}, "model");
    EXPECT_EQ(theirs.status, 400);
    EXPECT_EQ(std::get<std::string>(theirs.body),
              R"({"error":{"code":"invalid_argument","message":"no","param":"model",)"
              R"("type":"invalid_request_error"}})");
    const auto ours = std::get<std::string>(openai_refusal({base::ErrorCode::internal, "secret"}).body);
    EXPECT_TRUE(ours.contains("server_error") && ours.contains("\"param\":null") && !ours.contains("secret")) << ours;
}

TEST(OpenAi, AnswersInEachFormat) {
    const std::string verbose = R"({"text":"hi","segments":[]})";
    EXPECT_EQ(std::get<std::string>(openai_answer(AnswerFormat::json, verbose)->body), R"({"text":"hi"})");
    EXPECT_EQ(std::get<std::string>(openai_answer(AnswerFormat::verbose_json, verbose)->body), verbose);
    EXPECT_EQ(openai_answer(AnswerFormat::srt, "1\n")->headers.find("Content-Type"), "text/plain; charset=utf-8");
    EXPECT_FALSE(openai_answer(AnswerFormat::json, "[]"));
    EXPECT_EQ(transcript_format(AnswerFormat::text), "txt");
}

}  // namespace upload
