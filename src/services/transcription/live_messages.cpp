#include "services/transcription/live_messages.hpp"

#include <utility>

#include "base/json.hpp"
#include "base/json_writer.hpp"
#include "model/phrases.hpp"
#include "runtime/problem.hpp"

namespace transcription {
namespace {

using base::JsonWriter;
using base::Result;

constexpr base::JsonLimits request_limits{.size_bytes = std::size_t{256} * 1024, .depth = 4};
constexpr std::int64_t least_rate_hz = 8000;
constexpr std::int64_t most_rate_hz = 48000;

// What only the session can do that keeps the audio; it judges the values itself.
base::JsonObject about_session(base::JsonFields& fields, bool keep) {
    base::JsonObject about;
    for (const char* name : {"title", "speakers"}) {
        const base::Json* value = fields.any(name);
        if (value == nullptr) continue;
        if (!keep) {
            fields.fault("a live stream has no \"" + std::string(name) +
                         "\"; send \"keep\": true as well, and the session that keeps its audio has");
        }
        about.push_back({name, *value});
    }
    return about;
}

Result<LiveRequest> parse_start(base::JsonFields& fields) {
    LiveStart start;
    start.sample_rate_hz = fields.integer("sample_rate", least_rate_hz, most_rate_hz);
    const auto encoding = speech::parse_sample_encoding(fields.optional_text("encoding").value_or("pcm_s16le"));
    if (!encoding) fields.fault(encoding.error().message);
    if (fields.optional_integer("channels", 1, 64).value_or(1) != 1)
        fields.fault(
            "\"channels\" must be 1: mix them before, open a stream for each, or upload the whole recording as a "
            "session"
            " with \"multichannel\"");
    start.language = fields.optional_text("language").value_or("");
    start.model = fields.optional_text("model").value_or("");
    start.partials = fields.optional_boolean("partials").value_or(true);
    start.vocabulary = model::vocabulary_field(fields);
    start.keep = fields.optional_boolean("keep").value_or(false);
    start.about_session = about_session(fields, start.keep);
    if (auto read = fields.finish(); !read) return std::unexpected(std::move(read.error()));
    start.encoding = *encoding;
    return start;
}

JsonWriter message(std::string_view type) {
    JsonWriter json(0);
    json.begin_object();
    json.key("type").value(type);
    return json;
}

void write_time(JsonWriter& json, const model::TimeSpan& time) {
    json.key("start").value(time.start_seconds);
    json.key("end").value(time.end_seconds);
}

void write_delay(JsonWriter& json, const speech::LiveDelay& delay) {
    json.key("delay").begin_object();
    json.key("median_seconds").value(delay.percentile_seconds(0.5));
    json.key("p95_seconds").value(delay.percentile_seconds(0.95));
    json.end_object();
}

// Names and values as OpenAI's verbose_json has them.
void write_segment(JsonWriter& json, const model::Segment& segment) {
    json.key("text").value(segment.text);
    json.key("avg_logprob");
    if (segment.mean_log_probability) {
        json.value(*segment.mean_log_probability);
    } else {
        json.null();
    }
    json.key("no_speech_prob").value(1 - segment.speech_probability);
    json.key("words").begin_array();
    for (const model::Word& word : segment.words) {
        json.begin_object();
        json.key("word").value(word.text);
        write_time(json, word.time);
        json.key("confidence").value(word.confidence);
        json.end_object();
    }
    json.end_array();
    json.key("doubtful").begin_array();
    for (const model::Doubt doubt : segment.doubts)
        json.value(model::doubt_name(doubt));
    json.end_array();
}

}  // namespace

Result<LiveRequest> parse_live_request(std::string_view text) {
    const auto json = base::parse_json(text, request_limits);
    if (!json) return std::unexpected(json.error());
    base::JsonFields fields(*json, "the message");
    const std::string type = fields.text("type");
    if (type == "start") return parse_start(fields);
    if (type != "finish") fields.fault("\"type\" must be start or finish");
    if (auto read = fields.finish(); !read) return std::unexpected(std::move(read.error()));
    return LiveFinish{};
}

std::string started_message(const std::string& model, const std::string& language, const std::string& engine,
                            const std::string& session_id) {
    JsonWriter json = message("started");
    json.key("model").value(model);
    json.key("language").value(language);
    json.key("engine").value(engine);
    if (!session_id.empty()) json.key("session_id").value(session_id);
    return json.end_object().text();
}

std::string partial_message(std::int64_t segment, const speech::LivePartial& partial) {
    JsonWriter json = message("partial");
    json.key("segment").value(segment);
    json.key("revision").value(partial.revision);
    write_time(json, partial.time);
    json.key("text").value(partial.text);
    json.key("stable_words").value(partial.stable_words);
    return json.end_object().text();
}

std::string final_message(std::int64_t segment, const speech::LiveFinal& final, const speech::LiveDelay& delay) {
    JsonWriter json = message("final");
    json.key("segment").value(segment);
    write_time(json, final.segment ? final.segment->time : final.time);
    write_segment(json, final.segment.value_or(model::Segment{}));
    write_delay(json, delay);
    return json.end_object().text();
}

std::string lag_message(double seconds) {
    JsonWriter json = message("lag");
    json.key("seconds").value(seconds);
    return json.end_object().text();
}

std::string done_message(std::int64_t segments, double duration_seconds, const speech::LiveDelay& delay,
                         const std::string& session_id) {
    JsonWriter json = message("done");
    json.key("segments").value(segments);
    json.key("duration").value(duration_seconds);
    write_delay(json, delay);
    if (!session_id.empty()) json.key("session_id").value(session_id);
    return json.end_object().text();
}

std::string error_message(const base::Error& error, std::string_view correlation_id) {
    return R"({"type":"error","problem":)" + runtime::problem_json(error, correlation_id) + "}";
}

}  // namespace transcription
