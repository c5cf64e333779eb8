#include "app/report.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "app/console.hpp"
#include "app/option_values.hpp"
#include "app/progress.hpp"
#include "base/json_writer.hpp"
#include "model/warnings.hpp"

namespace app {
namespace {

using base::JsonWriter;

void write_error(JsonWriter& json, const base::Error& error) {
    json.begin_object().key("code").value(base::code_name(error.code)).key("message").value(error.message).end_object();
}

const char* kind_name(model::StreamKind kind) {
    switch (kind) {
        case model::StreamKind::audio:
            return "audio";
        case model::StreamKind::video:
            return "video";
        case model::StreamKind::subtitle:
            return "subtitle";
        case model::StreamKind::other:
            break;
    }
    return "other";
}

void write_stream(JsonWriter& json, const model::MediaStream& stream, bool chosen) {
    json.begin_object().key("kind").value(kind_name(stream.kind)).key("codec").value(stream.codec);
    if (!stream.language.empty()) json.key("language").value(stream.language);
    if (stream.sample_rate_hz > 0) json.key("sample_rate_hz").value(stream.sample_rate_hz);
    if (stream.channels > 0) json.key("channels").value(stream.channels);
    if (stream.frame_rate_hz > 0) json.key("frame_rate_hz").value(stream.frame_rate_hz);
    if (chosen) json.key("transcribed").value(true);
    json.end_object();
}

void write_media(JsonWriter& json, const model::MediaInfo& media) {
    json.key("media").begin_object().key("container").value(media.container);
    if (media.duration_seconds) json.key("duration").value(*media.duration_seconds);
    json.key("streams").begin_array();
    for (std::size_t i = 0; i < media.streams.size(); ++i)
        write_stream(json, media.streams[i], media.chosen_audio == i);
    json.end_array().end_object();
}

void write_damages(JsonWriter& json, std::span<const media::Damage> damages) {
    if (damages.empty()) return;
    json.key("damages").begin_array();
    for (const media::Damage& damage : damages) {
        json.begin_object().key("kind").value(damage.kind).key("at").value(damage.at_seconds);
        json.key("missing_seconds").value(damage.missing_seconds).key("count").value(damage.count).end_object();
    }
    json.end_array();
}

std::size_t doubtful_segments(const model::Transcript& transcript) {
    return static_cast<std::size_t>(std::ranges::count_if(
        transcript.segments, [](const model::Segment& segment) { return !segment.doubts.empty(); }));
}

double unheard_seconds(const model::Transcript& transcript) {
    double sum = 0;
    for (const model::Unheard& unheard : transcript.unheard)
        sum += unheard.time.end_seconds - unheard.time.start_seconds;
    return sum;
}

void write_transcript(JsonWriter& json, const model::Transcript& transcript) {
    json.key("language").value(transcript.language).key("duration").value(transcript.duration_seconds);
    json.key("segments").value(transcript.segments.size());
    if (transcript.channels > 0) json.key("channels").value(transcript.channels);
    json.key("doubtful_segments").value(doubtful_segments(transcript));
    json.key("unheard_seconds").value(unheard_seconds(transcript));
}

// Why what was to be heard apart is told as one.
std::string describe_channels(const FileOutcome& outcome) {
    const int channels = outcome.transcript->channels;
    if (channels == 0 || !outcome.media || !outcome.media->chosen_audio) return {};
    const int recorded = outcome.media->streams[*outcome.media->chosen_audio].channels;
    if (recorded <= 1) return ", one channel";
    if (channels == recorded) return ", " + std::to_string(channels) + " channels";
    if (channels == 1) return ", " + std::to_string(recorded) + " channels that are the same, transcribed once";
    return ", " + std::to_string(recorded) + " channels, of which " + std::to_string(channels) +
           " have a sound of their own";
}

void write_violation(JsonWriter& json, const formats::RuleViolation& violation) {
    json.begin_object().key("cue").value(violation.cue).key("rule").value(violation.rule);
    json.key("value").value(violation.value).key("limit").value(violation.limit).end_object();
}

void write_outputs(JsonWriter& json, std::span<const Output> outputs) {
    json.key("outputs").begin_array();
    for (const Output& output : outputs) {
        json.begin_object().key("format").value(output.format->name);
        if (!output.path.empty()) json.key("path").value(output.path.string());
        if (output.format->has_cues) {
            json.key("rule_violations").begin_array();
            for (const formats::RuleViolation& violation : output.violations)
                write_violation(json, violation);
            json.end_array();
        }
        json.end_object();
    }
    json.end_array();
}

void write_outcome(JsonWriter& json, const FileOutcome& outcome) {
    json.begin_object().key("input").value(outcome.input.path.string()).key("status").value(status_of(outcome));
    if (outcome.error) write_error(json.key("error"), *outcome.error);
    if (const auto warning = warning_of(outcome)) write_error(json.key("warning"), *warning);
    if (outcome.media) write_media(json, *outcome.media);
    write_damages(json, outcome.damages);
    if (outcome.transcript) write_transcript(json, *outcome.transcript);
    write_outputs(json, outcome.outputs);
    json.key("elapsed_seconds").value(outcome.elapsed_seconds).end_object();
}

void write_cost(JsonWriter& json, const BatchCost& cost) {
    json.key("cpu_seconds").begin_object().key("engine").value(cost.engine_cpu_seconds);
    json.key("total").value(cost.process_cpu_seconds + cost.decoder_cpu_seconds);
    json.key("decoder").value(cost.decoder_cpu_seconds).end_object();
    json.key("peak_memory_bytes").value(cost.peak_memory_bytes);
    json.key("elapsed_seconds").value(cost.elapsed_seconds);
}

}  // namespace

std::optional<base::Error> warning_of(const FileOutcome& outcome) {
    return outcome.transcript ? model::warning_about(*outcome.transcript) : std::nullopt;
}

const char* status_of(const FileOutcome& outcome) {
    return outcome.error ? "failed" : "completed";
}

std::string json_report(std::span<const FileOutcome> outcomes, std::span<const ArgumentError> errors,
                        const std::string& engine, const BatchCost& cost) {
    JsonWriter json;
    json.begin_object().key("engine").value(engine).key("files").begin_array();
    for (const FileOutcome& outcome : outcomes)
        write_outcome(json, outcome);
    json.end_array().key("errors").begin_array();
    for (const auto& [path, error] : errors)
        write_error(json, path.empty() ? error : base::Error{error.code, path.string() + ": " + error.message});
    json.end_array();
    write_cost(json, cost);
    json.end_object();
    return json.text() + "\n";
}

std::string describe(const FileOutcome& outcome) {
    if (!outcome.transcript) return outcome.input.path.string();
    const model::Transcript& transcript = *outcome.transcript;
    const double speed = outcome.elapsed_seconds > 0 ? transcript.duration_seconds / outcome.elapsed_seconds : 0;
    std::array<char, 100> figures{};
    std::snprintf(figures.data(), figures.size(), " in %.1f s (%.1fx), %zu segment%s", outcome.elapsed_seconds, speed,
                  transcript.segments.size(), transcript.segments.size() == 1 ? "" : "s");
    std::string line = outcome.input.path.string() + ": " + clock_text(transcript.duration_seconds) + figures.data();
    if (transcript.segments.empty()) line += ", no speech";
    line += describe_channels(outcome);
    if (const std::size_t doubtful = doubtful_segments(transcript))
        line += ", " + std::to_string(doubtful) + " doubtful";
    for (const Output& output : outcome.outputs) {
        if (!output.path.empty()) line += ", " + output.path.string();
    }
    return line;
}

std::string describe_remains(const FileOutcome& outcome) {
    std::vector<std::string> written;
    for (const Output& output : outcome.outputs) {
        if (!output.path.empty()) written.push_back(output.path.string());
    }
    return written.empty() ? "" : outcome.input.path.string() + ": written all the same: " + join(written);
}

std::string tell(const ArgumentError& error) {
    return (error.path.empty() ? "" : error.path.string() + ": ") + tell(error.error);
}

}  // namespace app
