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

}  // namespace speech
