#include "services/transcription/recognition_json.hpp"

#include <utility>

#include "base/json.hpp"

namespace transcription {
namespace {

using base::ErrorCode;
using base::Json;
using base::JsonArray;
using base::JsonFields;
using base::JsonObject;

constexpr std::size_t longest_text_bytes = std::size_t{1} << 20U;
constexpr std::int64_t most_samples = std::int64_t{1} << 40U;

base::Result<speech::RecognisedWord> parse_word(const Json& value) {
    JsonFields fields(value, "a recognised word");
    speech::RecognisedWord word{fields.text("text", longest_text_bytes),
                                {fields.integer("start", 0, most_samples), fields.integer("end", 0, most_samples)},
                                static_cast<float>(fields.number("confidence", 0, 1))};
    if (auto finished = fields.finish(); !finished) return std::unexpected(std::move(finished.error()));
    return word;
}

}  // namespace

std::string recognition_json(const speech::Recognition& recognition) {
    JsonArray words;
    for (const speech::RecognisedWord& word : recognition.words) {
        words.emplace_back(JsonObject{{"text", word.text},
                                      {"start", word.span.start},
                                      {"end", word.span.end},
                                      {"confidence", static_cast<double>(word.confidence)}});
    }
    JsonObject object{
        {"text", recognition.text}, {"tokens", std::int64_t{recognition.tokens}}, {"words", std::move(words)}};
    if (recognition.mean_log_probability)
        object.push_back({"mean_log_probability", static_cast<double>(*recognition.mean_log_probability)});
    return base::to_canonical_json(object);
}

base::Result<speech::Recognition> parse_recognition(std::string_view text) {
    const auto value = base::parse_json(text);
    if (!value) return std::unexpected(value.error());
    JsonFields fields(*value, "the recognition of a segment");
    speech::Recognition recognition{fields.text("text", longest_text_bytes),
                                    static_cast<int>(fields.integer("tokens", 0, 1 << 20U))};
    if (fields.any("mean_log_probability") != nullptr)
        recognition.mean_log_probability = static_cast<float>(fields.number("mean_log_probability", -100, 0));
    const Json* words = fields.any("words");
    if (auto finished = fields.finish(); !finished) return std::unexpected(std::move(finished.error()));
    if (words == nullptr || words->array() == nullptr)
        return base::fail(ErrorCode::internal, "the recognition of a segment has no list of words");
    for (const Json& item : *words->array()) {
        auto word = parse_word(item);
        if (!word) return std::unexpected(std::move(word.error()));
        recognition.words.push_back(*std::move(word));
    }
    return recognition;
}

}  // namespace transcription
