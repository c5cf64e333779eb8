#include "speech/stitch.hpp"

#include <utility>

#include "model/audio.hpp"
#include "speech/guards.hpp"

namespace speech {
namespace {

model::TimeSpan time_of(const SampleSpan& span) {
    return {model::seconds_of_samples(span.start), model::seconds_of_samples(span.end)};
}

}  // namespace

model::Transcript empty_transcript(std::string language, std::string engine) {
    model::Transcript transcript;
    transcript.language = std::move(language);
    transcript.engine = std::move(engine);
    return transcript;
}

void add_recognised(model::Transcript& transcript, const PlannedSegment& segment, const Recognition& recognition) {
    if (recognition.text.empty()) return add_skipped(transcript, segment, "no_words");
    model::Segment added;
    added.time = time_of(segment.span);
    added.text = recognition.text;
    for (const SampleSpan& span : segment.speech)
        added.speech.push_back(time_of(span));
    added.speech_probability = static_cast<double>(segment.mean_probability);
    added.doubts = doubts_about(segment, recognition.text);
    transcript.segments.push_back(std::move(added));
}

void add_skipped(model::Transcript& transcript, const PlannedSegment& segment, std::string_view reason) {
    for (const SampleSpan& span : segment.speech)
        transcript.unheard.push_back({time_of(span), std::string(reason)});
}

void end_transcript(model::Transcript& transcript, std::int64_t heard_samples) {
    transcript.duration_seconds = model::seconds_of_samples(heard_samples);
}

}  // namespace speech
