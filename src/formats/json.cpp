#include <algorithm>
#include <optional>

#include "base/json_writer.hpp"
#include "formats/characters.hpp"
#include "formats/compression_ratio.hpp"
#include "formats/language_names.hpp"
#include "formats/transcript_text.hpp"
#include "formats/writers.hpp"

namespace formats {
namespace {

using base::JsonWriter;

constexpr double seek_frames_a_second = 100;

void write_doubts(JsonWriter& json, const std::vector<model::Doubt>& doubts) {
    if (doubts.empty()) return;
    json.key("doubtful").begin_array();
    for (const model::Doubt doubt : doubts)
        json.value(model::doubt_name(doubt));
    json.end_array();
}

void write_channel(JsonWriter& json, const std::optional<int>& channel) {
    if (channel) json.key("channel").value(std::int64_t{*channel});
}

void write_word(JsonWriter& json, const model::Word& word, const std::optional<int>& channel) {
    json.begin_object();
    json.key("word").value(clean_text(word.text));
    json.key("start").value(word.time.start_seconds);
    json.key("end").value(word.time.end_seconds);
    json.key("confidence").value(word.confidence);
    if (!word.speaker.empty()) json.key("speaker").value(clean_text(word.speaker));
    write_channel(json, channel);
    json.end_object();
}

// Where no segment has words, OpenAI's clients expect no list of them.
void write_words(JsonWriter& json, const std::vector<model::Segment>& segments) {
    if (std::ranges::all_of(segments, [](const model::Segment& segment) { return segment.words.empty(); })) return;
    json.key("words").begin_array();
    for (const model::Segment& segment : segments) {
        for (const model::Word& word : segment.words)
            write_word(json, word, segment.channel);
    }
    json.end_array();
}

void write_segment(JsonWriter& json, std::size_t id, const model::Segment& segment) {
    const std::string text = clean_text(segment.text);
    json.begin_object();
    json.key("id").value(id);
    json.key("seek").value(static_cast<std::int64_t>(segment.time.start_seconds * seek_frames_a_second));
    json.key("start").value(segment.time.start_seconds);
    json.key("end").value(segment.time.end_seconds);
    json.key("text").value(text);
    json.key("tokens").begin_array().end_array();
    json.key("temperature").value(0.0);
    json.key("avg_logprob");
    if (segment.mean_log_probability) {
        json.value(*segment.mean_log_probability);
    } else {
        json.null();
    }
    json.key("compression_ratio").value(compression_ratio(text));
    json.key("no_speech_prob").value(1 - segment.speech_probability);
    if (!segment.speaker.empty()) json.key("speaker").value(clean_text(segment.speaker));
    write_channel(json, segment.channel);
    write_doubts(json, segment.doubts);
    json.end_object();
}

void write_unheard(JsonWriter& json, const std::vector<model::Unheard>& unheard) {
    if (unheard.empty()) return;
    json.key("unheard").begin_array();
    for (const model::Unheard& stretch : unheard) {
        json.begin_object();
        json.key("start").value(stretch.time.start_seconds);
        json.key("end").value(stretch.time.end_seconds);
        json.key("reason").value(clean_text(stretch.reason));
        write_channel(json, stretch.channel);
        json.end_object();
    }
    json.end_array();
}

std::string whole_text(const model::Transcript& transcript) {
    std::string text;
    for (const model::Segment& segment : transcript.segments)
        append_text(text, clean_text(segment.text));
    return text;
}

void write_speakers(JsonWriter& json, const std::vector<model::Speaker>& speakers) {
    if (speakers.empty()) return;
    json.key("speakers").begin_array();
    for (const model::Speaker& speaker : speakers) {
        json.begin_object().key("label").value(clean_text(speaker.label));
        if (!speaker.name.empty()) json.key("name").value(clean_text(speaker.name));
        if (speaker.voice) {
            json.key("voice").begin_object().key("id").value(clean_text(speaker.voice->id));
            json.key("similarity").value(speaker.voice->similarity).end_object();
        }
        json.end_object();
    }
    json.end_array();
}

}  // namespace

Export write_json(const model::Transcript& transcript, const ExportOptions& /*options*/) {
    JsonWriter json;
    json.begin_object();
    json.key("task").value("transcribe");
    json.key("language").value(clean_text(language_name(transcript.language)));
    json.key("language_code").value(clean_text(transcript.language));
    json.key("duration").value(transcript.duration_seconds);
    json.key("text").value(whole_text(transcript));
    json.key("segments").begin_array();
    for (std::size_t id = 0; id < transcript.segments.size(); ++id)
        write_segment(json, id, transcript.segments[id]);
    json.end_array();
    write_words(json, transcript.segments);
    json.key("engine").value(clean_text(transcript.engine));
    if (transcript.channels > 0) json.key("channels").value(std::int64_t{transcript.channels});
    write_speakers(json, transcript.speakers);
    write_unheard(json, transcript.unheard);
    json.end_object();
    return {json.text() + "\n", {}};
}

}  // namespace formats
