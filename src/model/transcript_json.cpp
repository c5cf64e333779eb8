#include "model/transcript_json.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <utility>

#include "base/json.hpp"

namespace model {
namespace {

using base::Json;
using base::JsonArray;
using base::JsonFields;
using base::JsonObject;
using base::Result;

constexpr double longest_seconds = 1e7;  // 115 days: beyond any media
constexpr std::size_t longest_text_bytes = std::size_t{1} << 20U;
constexpr std::int64_t most_channels = 64;
constexpr std::array all_doubts{Doubt::repetition,  Doubt::too_many_words, Doubt::too_few_words,
                                Doubt::weak_speech, Doubt::unsure_words,   Doubt::other_language};

Json to_json(const TimeSpan& time) {
    return JsonArray{time.start_seconds, time.end_seconds};
}

Json to_json(const Word& word) {
    JsonObject object{{"time", to_json(word.time)}, {"text", word.text}, {"confidence", word.confidence}};
    if (!word.speaker.empty()) object.push_back({"speaker", word.speaker});
    return object;
}

Json to_json(const Segment& segment) {
    JsonArray speech;
    for (const TimeSpan& span : segment.speech)
        speech.push_back(to_json(span));
    JsonArray doubts;
    for (const Doubt doubt : segment.doubts)
        doubts.emplace_back(doubt_name(doubt));
    JsonObject object{{"time", to_json(segment.time)},
                      {"text", segment.text},
                      {"speech", std::move(speech)},
                      {"speech_probability", segment.speech_probability},
                      {"doubts", std::move(doubts)}};
    if (segment.mean_log_probability) object.push_back({"mean_log_probability", *segment.mean_log_probability});
    if (!segment.speaker.empty()) object.push_back({"speaker", segment.speaker});
    if (segment.channel) object.push_back({"channel", std::int64_t{*segment.channel}});
    if (segment.words.empty()) return object;
    JsonArray words;
    for (const Word& word : segment.words)
        words.push_back(to_json(word));
    object.push_back({"words", std::move(words)});
    return object;
}

Json to_json(const Unheard& unheard) {
    JsonObject object{{"time", to_json(unheard.time)}, {"reason", unheard.reason}};
    if (unheard.channel) object.push_back({"channel", std::int64_t{*unheard.channel}});
    return object;
}

Result<TimeSpan> parse_span(const Json& value) {
    const JsonArray* both = value.array();
    const auto start = both != nullptr && both->size() == 2 ? (*both)[0].number() : std::nullopt;
    const auto end = start ? (*both)[1].number() : std::nullopt;
    if (!end || *start < 0 || *end < *start || *end > longest_seconds)
        return base::fail(base::ErrorCode::invalid_argument, "a time of the transcript is not [start, end] in seconds");
    return TimeSpan{*start, *end};
}

Result<Doubt> parse_doubt(const Json& value) {
    for (const Doubt doubt : all_doubts)
        if (value.text() != nullptr && *value.text() == doubt_name(doubt)) return doubt;
    return base::fail(base::ErrorCode::invalid_argument, "a segment of the transcript has an unknown doubt");
}

// Each item of a list through `parse`.
template <class T>
Result<std::vector<T>> parse_list(const Json* value, std::string_view name, Result<T> (*parse)(const Json&)) {
    if (value == nullptr || value->array() == nullptr)
        return base::fail(base::ErrorCode::invalid_argument,
                          "\"" + std::string(name) + "\" of the transcript must be a list");
    std::vector<T> items;
    items.reserve(value->array()->size());
    for (const Json& item : *value->array()) {
        auto parsed = parse(item);
        if (!parsed) return std::unexpected(parsed.error());
        items.push_back(std::move(*parsed));
    }
    return items;
}

Result<Word> parse_word(const Json& value) {
    JsonFields fields(value, "a word of the transcript");
    Word word{.time = {},
              .text = fields.text("text", longest_text_bytes),
              .confidence = fields.number("confidence", 0, 1),
              .speaker = fields.optional_text("speaker").value_or("")};
    const Json* time = fields.any("time");
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    const auto span = parse_span(time == nullptr ? Json() : *time);
    if (!span) return std::unexpected(span.error());
    word.time = *span;
    return word;
}

std::optional<int> parse_channel(JsonFields& fields) {
    const auto channel = fields.optional_integer("channel", 0, most_channels);
    return channel ? std::optional(static_cast<int>(*channel)) : std::nullopt;
}

Result<Segment> parse_segment(const Json& value) {
    JsonFields fields(value, "a segment of the transcript");
    Segment segment{.text = fields.text("text", longest_text_bytes),
                    .speech_probability = fields.number("speech_probability", 0, 1),
                    .speaker = fields.optional_text("speaker").value_or("")};
    const Json* time = fields.any("time");
    const Json* speech = fields.any("speech");
    const Json* doubts = fields.any("doubts");
    segment.channel = parse_channel(fields);
    const Json* words = fields.any("words");
    if (fields.any("mean_log_probability") != nullptr)
        segment.mean_log_probability = fields.number("mean_log_probability", -100, 0);
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    auto span = parse_span(time == nullptr ? Json() : *time);
    if (!span) return std::unexpected(span.error());
    auto spans = parse_list<TimeSpan>(speech, "speech", parse_span);
    if (!spans) return std::unexpected(spans.error());
    auto reasons = parse_list<Doubt>(doubts, "doubts", parse_doubt);
    if (!reasons) return std::unexpected(reasons.error());
    if (words != nullptr) {
        auto heard = parse_list<Word>(words, "words", parse_word);
        if (!heard) return std::unexpected(heard.error());
        segment.words = std::move(*heard);
    }
    segment.time = *span;
    segment.speech = std::move(*spans);
    segment.doubts = std::move(*reasons);
    return segment;
}

Result<Unheard> parse_unheard(const Json& value) {
    JsonFields fields(value, "what was unheard in the transcript");
    Unheard unheard{.time = {}, .reason = fields.text("reason"), .channel = parse_channel(fields)};
    const Json* time = fields.any("time");
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    const auto span = parse_span(time == nullptr ? Json() : *time);
    if (!span) return std::unexpected(span.error());
    unheard.time = *span;
    return unheard;
}

Json to_json(const Speaker& speaker) {
    JsonObject object{{"label", speaker.label}};
    if (!speaker.name.empty()) object.push_back({"name", speaker.name});
    if (speaker.voice) {
        const RecognisedVoice& voice = *speaker.voice;
        object.push_back({"voice", JsonObject{{"id", voice.id}, {"similarity", voice.similarity}}});
    }
    return object;
}

Result<RecognisedVoice> parse_voice(const Json& value) {
    JsonFields fields(value, "a recognised voice of the transcript");
    RecognisedVoice voice{.id = fields.text("id"), .similarity = fields.number("similarity", 0, 1)};
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    return voice;
}

Result<Speaker> parse_speaker(const Json& value) {
    JsonFields fields(value, "a speaker of the transcript");
    Speaker speaker{.label = fields.text("label"), .name = fields.optional_text("name").value_or("")};
    const Json* recognised = fields.any("voice");
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    if (recognised == nullptr) return speaker;
    auto voice = parse_voice(*recognised);
    if (!voice) return std::unexpected(voice.error());
    speaker.voice = std::move(*voice);
    return speaker;
}

}  // namespace

std::string to_canonical_json(const Transcript& transcript) {
    JsonArray segments;
    for (const Segment& segment : transcript.segments)
        segments.push_back(to_json(segment));
    JsonArray unheard;
    for (const Unheard& item : transcript.unheard)
        unheard.push_back(to_json(item));
    JsonObject object{{"language", transcript.language}, {"duration_seconds", transcript.duration_seconds},
                      {"engine", transcript.engine},     {"frame_rate_hz", transcript.frame_rate_hz},
                      {"segments", std::move(segments)}, {"unheard", std::move(unheard)}};
    if (transcript.channels > 0) object.push_back({"channels", std::int64_t{transcript.channels}});
    if (transcript.speakers.empty()) return base::to_canonical_json(object);
    JsonArray speakers;
    for (const Speaker& speaker : transcript.speakers)
        speakers.push_back(to_json(speaker));
    object.push_back({"speakers", std::move(speakers)});
    return base::to_canonical_json(object);
}

Result<Transcript> parse_transcript(std::string_view text) {
    const auto value = base::parse_json(text, {.size_bytes = largest_transcript_bytes});
    if (!value) return std::unexpected(value.error());
    JsonFields fields(*value, "the transcript");
    Transcript transcript{
        .language = fields.text("language"),
        .duration_seconds = fields.number("duration_seconds", 0, longest_seconds),
        .engine = fields.text("engine"),
        .frame_rate_hz = fields.number("frame_rate_hz", 0, 1e6),
        .channels = static_cast<int>(fields.optional_integer("channels", 0, most_channels).value_or(0))};
    const Json* segments = fields.any("segments");
    const Json* unheard = fields.any("unheard");
    const Json* speakers = fields.any("speakers");
    if (const auto finished = fields.finish(); !finished) return std::unexpected(finished.error());
    auto parsed = parse_list<Segment>(segments, "segments", parse_segment);
    if (!parsed) return std::unexpected(parsed.error());
    auto items = parse_list<Unheard>(unheard, "unheard", parse_unheard);
    if (!items) return std::unexpected(items.error());
    if (speakers != nullptr) {
        auto people = parse_list<Speaker>(speakers, "speakers", parse_speaker);
        if (!people) return std::unexpected(people.error());
        transcript.speakers = std::move(*people);
    }
    transcript.segments = std::move(*parsed);
    transcript.unheard = std::move(*items);
    return transcript;
}

}  // namespace model
