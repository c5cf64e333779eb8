#include "speech/stitch.hpp"

#include <algorithm>
#include <utility>

#include "model/audio.hpp"
#include "speech/guards.hpp"

namespace speech {
namespace {

model::TimeSpan time_of(const SampleSpan& span) {
    return {model::seconds_of_samples(span.start), model::seconds_of_samples(span.end)};
}

// The part of a word's span where voice activity hears speech: a word does not begin or end in a silence. All of it
// when it lies in one.
SampleSpan heard_part(SampleSpan word, const std::vector<SampleSpan>& speech) {
    const auto meets = [&](const SampleSpan& span) { return span.end > word.start && span.start < word.end; };
    const auto first = std::ranges::find_if(speech, meets);
    if (first == speech.end()) return word;
    const auto last = std::find_if(speech.rbegin(), speech.rend(), meets);
    return {std::max(word.start, first->start), std::min(word.end, last->end)};
}

std::vector<model::Word> words_of(const PlannedSegment& segment, const std::vector<RecognisedWord>& recognised) {
    std::vector<model::Word> words;
    for (const RecognisedWord& word : recognised) {
        const SampleSpan span{segment.span.start + word.span.start, segment.span.start + word.span.end};
        words.push_back(
            {time_of(heard_part(span, segment.speech)), word.text, static_cast<double>(word.confidence), {}});
    }
    return words;
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
    added.doubts = doubts_about(segment, recognition);
    added.words = words_of(segment, recognition.words);
    added.mean_log_probability = recognition.mean_log_probability;
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
