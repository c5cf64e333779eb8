#include "services/transcription/recognition_json.hpp"

#include <utility>

#include "base/encoding.hpp"
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

base::Result<speech::VoiceWindow> parse_voice(const Json& value) {
    JsonFields fields(value, "a voice in a segment");
    speech::VoiceWindow window{{fields.integer("start", 0, most_samples), fields.integer("end", 0, most_samples)}, {}};
    const auto bytes = base::from_base64(fields.text("voice", longest_text_bytes));
    if (!bytes) fields.fault("its voice is no base64");
    if (auto finished = fields.finish(); !finished) return std::unexpected(std::move(finished.error()));
    window.voice.assign(bytes->begin(), bytes->end());
    return window;
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

std::string voices_json(const std::vector<speech::VoiceWindow>& windows) {
    JsonArray voices;
    for (const speech::VoiceWindow& window : windows) {
        const std::string bytes(window.voice.begin(), window.voice.end());
        voices.emplace_back(
            JsonObject{{"start", window.span.start}, {"end", window.span.end}, {"voice", base::to_base64(bytes)}});
    }
    return base::to_canonical_json(voices);
}

base::Result<std::vector<speech::VoiceWindow>> parse_voices(std::string_view text) {
    const auto value = base::parse_json(text);
    if (!value) return std::unexpected(value.error());
    if (value->array() == nullptr) return base::fail(ErrorCode::internal, "the voices of a segment are no list");
    std::vector<speech::VoiceWindow> voices;
    for (const Json& item : *value->array()) {
        auto voice = parse_voice(item);
        if (!voice) return std::unexpected(std::move(voice.error()));
        voices.push_back(*std::move(voice));
    }
    return voices;
}

}  // namespace transcription
